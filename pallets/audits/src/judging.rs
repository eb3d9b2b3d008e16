//! What an audit has found, and what follows.

use crate::{pallet::*, types::*, WeightInfo, LOG_TARGET};
use concordat_primitives::{
	node::Misconduct,
	receipt::Operation,
	traits::{block_number, JobBoard, JobEnd, JobOutcomes, ReceiptSink, Slasher},
	workflow::JobParent,
	AccountId, BlockNumber, Hash, JobId, NodeId,
};
use frame_support::{pallet_prelude::Weight, storage::with_storage_layer};

impl<T: Config> JobOutcomes for Pallet<T> {
	fn job_ended(by: JobId, parent: &JobParent, end: &JobEnd) {
		let JobParent::Audit { job } = *parent else { return };
		let report = Reports::<T>::get(job).filter(|report| report.by == by);
		let Some((report, said)) = report.and_then(|report| Some((report, report.running()?)))
		else {
			log::error!(target: LOG_TARGET, "job {by} is no audit of job {job} that runs");
			return;
		};
		let found = finding(end);
		Self::close(job, report, found.map(|found| found == said));
		let Report { node, by, .. } = report;
		match found {
			Some(found) if found == said => {
				Self::deposit_event(Event::AuditConfirmed { job, by, node });
			},
			Some(found) => {
				let evidence = evidence(job, by, &said, &found);
				Self::deposit_event(Event::AuditFailed { job, by, node, evidence });
				Self::punish(job, node, evidence);
				// A failure is final, and nobody relies on it: there is nothing to take back.
				if said.is_ok() {
					Self::revoke(job);
				}
			},
			None => Self::deposit_event(Event::AuditUndecided { job, by, node }),
		}
	}

	/// The board's own weight contains this one: what it does here is a part of the figure.
	fn weight() -> Weight {
		T::WeightInfo::job_ended()
			.saturating_add(<T::Slasher as Slasher<AccountId>>::weight())
			.saturating_add(T::Receipts::weight())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// Writes down how an audit ended, with the receipt.
	fn close(job: JobId, report: Report, confirmed: Option<bool>) {
		let Report { node, by, .. } = report;
		let state = AuditState::Ended { at: Self::now(), confirmed };
		Reports::<T>::insert(job, Report { state, ..report });
		Totaled::<T>::mutate(|totals| {
			let total = match confirmed {
				Some(true) => &mut totals.confirmed,
				Some(false) => &mut totals.failed,
				None => &mut totals.undecided,
			};
			*total = total.saturating_add(1);
		});
		T::Receipts::append(Operation::Audited { job, by, node, confirmed });
	}

	/// Slashes the audited node; nobody is the reporter, so that nobody gains from it. If it fails nothing of it remains but
	/// the event.
	fn punish(job: JobId, node: NodeId, evidence: Hash) {
		let slashed = with_storage_layer(|| {
			T::Slasher::slash(node, Misconduct::ConsensusFailure, evidence, None)
		});
		Self::deposit_event(match slashed {
			Ok(frozen) => Event::NodeSlashed { job, node, frozen },
			Err(error) => Event::NodeNotSlashed { job, node, error },
		});
	}

	/// Takes the result back, if it can still be disputed.
	fn revoke(job: JobId) {
		let revoked = with_storage_layer(|| {
			T::Jobs::freeze(job)?;
			T::Jobs::unfreeze(job, true)
		});
		Self::deposit_event(match revoked {
			Ok(()) => Event::ResultRevoked { job },
			Err(error) => Event::ResultNotRevoked { job, error },
		});
	}
}
