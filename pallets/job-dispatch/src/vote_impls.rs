//! Jobs that wait for the vote of DAO and jurisdiction, and what the vote does to them (DESIGN §7, `SovereignOverride`).
//!
//! ```text
//!  dispatch of a clause that is decided by vote ──► AwaitingVote ──override_result──► Overridden
//!  attempts used up by disagreement, risk is high ──►   │  │ cancel: Cancelled
//!                                                       │  └ its time is over: Expired
//!  Disputed ──override_result──► Overridden             └── fail_job: Failed(Governance)
//! ```
//!
//! No nodes work on such a job, and it stands in no queue. A vote takes longer than nodes do: a job that gets there because
//! its nodes could not agree has [`Params::max_timeout`] from then on.

use crate::{money_impls::Outlay, pallet::*, types::*, WeightInfo};
use concordat_primitives::{
	cac::FailureCode,
	clause::MAX_VOTERS,
	job::JobStatus,
	traits::{ClauseJobs, JobListener},
	Balance, Hash, JobId,
};
use frame_support::{ensure, weights::Weight};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	/// The job waits for a vote from now on.
	pub(crate) fn await_vote(id: JobId, job: &mut Job, params: &Params) {
		let until = Self::now().saturating_add(params.max_timeout);
		if job.expires_at < until {
			job.expires_at = until;
			Self::arm(until, AgendaItem::Expiry { job: id });
		}
		Self::set_status(job, JobStatus::AwaitingVote);
		Self::deposit_event(Event::VoteAwaited { job: id, expires_at: job.expires_at });
	}

	/// Puts what was voted in the place of what nodes found, or did not find. What is held goes back, but for the
	/// scheduling fee if the chain has tried to place the job. Returns what went back.
	pub(crate) fn do_override(
		id: JobId,
		outcome: Result<Hash, FailureCode>,
	) -> Result<Balance, DispatchError> {
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(
			matches!(job.status, JobStatus::AwaitingVote | JobStatus::Disputed),
			Error::<T>::NotOverridable
		);
		let mid_round = job.occupies_nodes();
		if mid_round {
			Self::vacate_all(id, &job, &order);
		}
		// Of a job that had a result everything has been paid, and everybody has been told: nothing is held any more.
		let ended = job.ended_at.is_some();
		let fees = if job.was_tried() { order.quote.fees.scheduling } else { 0 };
		let Outlay { fees, refunded, .. } = Self::close_escrow(id, &mut job, &order, &[], fees);
		job.output = outcome.ok();
		if ended {
			Self::close(id, &mut job, &order, JobStatus::Overridden);
		} else {
			Self::conclude(id, &mut job, &order, JobStatus::Overridden);
			T::ClauseJobs::job_closed(&order.clause, None);
		}
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobOverridden { job: id, outcome, fees, refunded });
		if mid_round {
			T::Listener::round_over(id);
		}
		Ok(refunded)
	}

	/// Weight of [`Self::do_override`] at its dearest, with all who are told.
	pub(crate) fn weight_of_overriding() -> Weight {
		Self::weight_of_end(T::WeightInfo::override_result(MAX_VOTERS))
	}
}
