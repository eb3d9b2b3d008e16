//! Commit–reveal, the board's part (DESIGN §7): where the outputs of several nodes can be seen by all, each commits to its
//! result before anybody shows one.
//!
//! ```text
//!  Assigned, Acknowledged ──committed──► Committed ──delivered──► Delivered
//!                                           │   from `reveal_from` on, before `deliver_by`
//!                                           └── not shown in time: withheld, the seat is given up
//! ```
//!
//! The results are shown once every node whose vote counts has committed: from the next block on, and for
//! [`Params::reveal_window`] blocks. Until then a node that has committed waits for the others without a deadline of its
//! own; a seat that is lost meanwhile goes to a backup, who has to commit, too. Afterwards nobody steps in. What has been
//! committed to is shown or paid for even if the job's own time runs out meanwhile: the job expires after the reveals, not
//! between them, so that nobody gains by committing at the last moment.

use crate::{pallet::*, types::*};
use concordat_primitives::{
	job::{JobStatus, SeatState},
	Attempt, JobId, NodeId,
};
use frame_support::ensure;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// A node has committed to its result. The last one to do so opens the reveals.
	pub(crate) fn do_commit(id: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		let now = Self::now();
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(job.status.is_assigned(), Error::<T>::NotAssigned);
		let commits = job.commits(&order);
		let seat = job
			.seats
			.iter_mut()
			.find(|seat| seat.node == node && seat.attempt == attempt)
			.ok_or(Error::<T>::NotSeated)?;
		ensure!(commits, Error::<T>::NothingToCommit);
		match seat.state {
			SeatState::Assigned | SeatState::Acknowledged(_) => (),
			SeatState::Committed(_) => return Err(Error::<T>::AlreadyCommitted.into()),
			SeatState::Delivered(_) => return Err(Error::<T>::AlreadyDelivered.into()),
		}
		ensure!(now < seat.deliver_by, Error::<T>::TooLate);
		seat.state = SeatState::Committed(now);
		Self::set_status(&mut job, JobStatus::Running);
		Self::deposit_event(Event::SeatCommitted { job: id, attempt, node });
		Self::open_reveals(id, &mut job, &order);
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// Opens the reveals if all nodes whose votes count have committed. Returns whether it did.
	pub(crate) fn open_reveals(id: JobId, job: &mut Job, order: &Order) -> bool {
		if job.reveal_from.is_some() || !job.commits(order) || !job.all_committed() {
			return false;
		}
		let reveal_from = Self::now().saturating_add(1);
		let deliver_by = reveal_from.saturating_add(Parameters::<T>::get().reveal_window);
		job.reveal_from = Some(reveal_from);
		let committee = job.committee;
		let counts = |attempt| committee.is_none_or(|one| one.attempt == attempt);
		for seat in job.seats.iter_mut().filter(|seat| counts(seat.attempt)) {
			seat.deliver_by = deliver_by;
			seat.ack_by = seat.ack_by.min(deliver_by);
			Self::arm_seat(id, seat, true);
		}
		if job.expires_at <= deliver_by {
			job.expires_at = deliver_by.saturating_add(1);
			Self::arm(job.expires_at, AgendaItem::Expiry { job: id });
		}
		Self::deposit_event(Event::RevealsOpened { job: id, reveal_from, deliver_by });
		true
	}
}
