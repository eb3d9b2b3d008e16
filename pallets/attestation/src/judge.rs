//! How a platform stands: judged for every risk class from what signatures proved once, without a signature.

use crate::{
	default_policy, Anchors, Config, Dossier, Dossiers, Event, LeaseOfNode, Leases, LossCause,
	Pallet, Policies, Reassessment, Reassessments, Store, WeightInfo,
};
use concordat_attestation::{
	any::{gather, Facts, Gathered, Under},
	policy::{QuotePolicy, Standing},
	source::Source,
	Anchor, Error,
};
use concordat_primitives::{
	attest::{Lease, RiskClasses},
	clause::RiskClass,
	receipt::Operation,
	traits::{LeaseListener, ReceiptSink},
};
use frame_support::weights::WeightMeter;

/// What a platform is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
	/// Classes whose policy it meets.
	pub classes: RiskClasses,
	/// How it stands, the same under every policy that accepts it.
	pub standing: Option<Standing>,
	/// For each class, in their order, why it does not meet it.
	pub refusals: [Option<Error>; RiskClass::ALL.len()],
}

impl Judgement {
	/// Nothing, for the same reason in every class.
	fn nothing(why: Error) -> Self {
		Self { classes: RiskClasses::NONE, standing: None, refusals: [Some(why); 4] }
	}

	/// What it has, or why it has nothing: the reason of the least class.
	pub fn into_result(self) -> Result<(RiskClasses, Standing), Error> {
		match self {
			Self { classes, standing: Some(standing), .. } => Ok((classes, standing)),
			Self { refusals: [why, ..], .. } => Err(why.unwrap_or(Error::PlatformDenied)),
		}
	}
}

/// Judges facts under collateral that was gathered for them.
pub(crate) fn judge(
	facts: &Facts,
	gathered: &Gathered,
	anchors: &[Anchor],
	policy: impl Fn(RiskClass) -> QuotePolicy,
	now: u64,
) -> Judgement {
	let mut judgement =
		Judgement { classes: RiskClasses::NONE, standing: None, refusals: [None; 4] };
	for (class, refusal) in RiskClass::ALL.into_iter().zip(&mut judgement.refusals) {
		match gathered.appraise(facts, anchors, &policy(class), now) {
			Ok(standing) => {
				judgement.classes = judgement.classes.with(class);
				judgement.standing.get_or_insert(standing);
			},
			Err(why) => *refusal = Some(why),
		}
	}
	judgement
}

/// Judges facts under what `source` holds.
pub(crate) fn judge_from(
	facts: &Facts,
	under: &Under,
	source: &impl Source,
	anchors: &[Anchor],
	policy: impl Fn(RiskClass) -> QuotePolicy,
	now: u64,
) -> Judgement {
	match gather(facts, under, source) {
		Ok(gathered) => judge(facts, &gathered, anchors, policy, now),
		Err(why) => Judgement::nothing(why),
	}
}

impl<T: Config> Pallet<T> {
	/// The quote policy of a class.
	pub fn policy(class: RiskClass) -> QuotePolicy {
		Policies::<T>::get(class).unwrap_or_else(|| default_policy(class))
	}

	/// Judges what is kept of a lease's evidence under the state of this block.
	pub(crate) fn judge_dossier(dossier: &Dossier) -> Judgement {
		judge_from(
			&dossier.facts,
			&dossier.under,
			&Store::<T>::default(),
			&Anchors::<T>::get(),
			Self::policy,
			Self::seconds(),
		)
	}

	/// What has become of a lease: why it no longer passes, or the lease as it has to be now.
	pub(crate) fn review(lease: &Lease) -> Result<Lease, LossCause> {
		if let Some(defect) = Self::defect(lease, Self::now()) {
			return Err(defect);
		}
		// Without a dossier there is nothing to judge by.
		let dossier = Dossiers::<T>::get(lease.id).ok_or(LossCause::Invalidated)?;
		let (classes, standing) =
			Self::judge_dossier(&dossier).into_result().map_err(LossCause::Evidence)?;
		Ok(Lease { classes, tcb: standing.status, ..lease.clone() })
	}

	/// Judges a lease again and does what follows. Returns why it ended, if it did, or whether it changed.
	pub(crate) fn reassess(lease: &Lease) -> Result<bool, LossCause> {
		match Self::review(lease) {
			Err(cause) => {
				Self::end(lease, cause);
				Err(cause)
			},
			Ok(judged) if judged == *lease => Ok(false),
			Ok(judged) => {
				Leases::<T>::insert(judged.id, &judged);
				if judged.classes != lease.classes {
					T::Receipts::append(Operation::LeaseJudged {
						node: judged.node,
						lease: judged.id,
						classes: judged.classes,
					});
				}
				Self::deposit_event(Event::LeaseJudged {
					node: judged.node,
					lease: judged.id,
					classes: judged.classes,
					tcb: judged.tcb,
				});
				T::Listener::lease_changed(&judged);
				Ok(true)
			},
		}
	}

	/// Has every lease judged again, as far as each block's weight allows.
	pub(crate) fn reassess_all() {
		Reassessments::<T>::mutate(|running| {
			*running = Some(match running.take() {
				// What has judged nothing yet need not begin again.
				Some(running) => Reassessment { again: running.after.is_some(), ..running },
				None => Reassessment::default(),
			});
		});
	}

	/// Goes on judging leases, as far as `meter` allows.
	pub(crate) fn continue_reassessment(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::reassess_base()).is_err() {
			return;
		}
		let Some(mut running) = Reassessments::<T>::get() else { return };
		let cost = T::WeightInfo::reassess_lease();
		while meter.can_consume(cost) {
			let mut rest = match running.after {
				Some(node) => LeaseOfNode::<T>::iter_from(LeaseOfNode::<T>::hashed_key_for(node)),
				None => LeaseOfNode::<T>::iter(),
			};
			meter.consume(cost);
			match rest.next() {
				Some((node, id)) => {
					running.after = Some(node);
					// One that has expired was told of, and stays on record.
					let lease = Leases::<T>::get(id).filter(|one| Self::now() < one.expires_at);
					if let Some(lease) = lease {
						// Whatever becomes of it has been told by events.
						let _ = Self::reassess(&lease);
					}
				},
				None if running.again => running = Reassessment::default(),
				None => {
					Reassessments::<T>::kill();
					Self::deposit_event(Event::LeasesReassessed);
					return;
				},
			}
		}
		Reassessments::<T>::put(running);
	}
}
