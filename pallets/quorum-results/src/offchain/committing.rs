//! Jobs whose results are committed to before they are shown (DESIGN §7).
//!
//! What an enclave has found goes out in two steps: the commitment at once, the certificate and the salt when the reveals
//! open. Between the two both lie in the node ([`super::kept`]), and from then on the enclave is not asked any more: should
//! it be started anew in between, which makes it another one with another key, its node shows the result all the same.

use super::{
	in_millis,
	kept::{self, Committed, Name},
	locks::{Locks, Stage},
	Run, Task, Trouble, COLLECT_MILLIS, COLLECT_PAUSE_MILLIS, LOG_TARGET,
};
use crate::{
	verify::{check_binding, check_lease, check_outcome, CacRefusal},
	Call, Config, Pallet,
};
use alloc::{boxed::Box, string::String, vec::Vec};
use concordat_primitives::{
	commit::Opening,
	job::{JobTerms, Seat, SeatState},
	traits::{JobBoard, LeaseInspect},
	BlockNumber,
};
use core::mem;
use frame_support::traits::Get;
use sp_io::offchain::sleep_until;

/// Blocks after which a result that has not been shown is sent once more. Shorter than what a message has in the pool:
/// the time for showing is short, and a pool that still has the first takes no second.
pub(crate) const REVEAL_LOCK_BLOCKS: BlockNumber = 3;

/// What the chain waits for from a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
	/// Its certificate.
	Deliver,
	/// Its commitment.
	Commit,
	/// Nothing: it has committed, and others have not.
	Committed,
	/// Its certificate and what opens its commitment: the next block takes them. With the first block that does.
	Reveal(BlockNumber),
}

impl Phase {
	/// Where a seat stands that has not delivered, as seen from block `now`.
	pub(super) fn of(terms: &JobTerms, seat: &Seat, now: BlockNumber) -> Self {
		match (terms.commit_reveal, seat.state) {
			(false, _) => Self::Deliver,
			(true, SeatState::Committed(_)) => match terms.reveal_from {
				Some(from) if from <= now.saturating_add(1) => Self::Reveal(from),
				_ => Self::Committed,
			},
			(true, _) => Self::Commit,
		}
	}
}

impl Task {
	/// The name of what the enclave found for this seat.
	pub(super) fn name(&self) -> Name {
		let Seat { node, attempt, nonce, .. } = self.seat;
		Name { node, job: self.job, attempt, nonce }
	}
}

impl<T: Config> Run<T> {
	/// Brings to the chain what is kept and due, whether or not the enclave that signed it is still there.
	pub(super) fn see_to_kept(&mut self) {
		let names = kept::names();
		if names.is_empty() {
			return;
		}
		// Those with which another run begins are others, so that none waits for ever behind many.
		let first = (self.now as usize).checked_rem(names.len()).unwrap_or(0);
		let order: Vec<Name> =
			names.iter().cycle().skip(first).take(names.len()).copied().collect();
		let wanted: Vec<Name> = order.into_iter().filter(|name| self.see_to(name)).collect();
		kept::sweep(self.now, &wanted);
	}

	/// One of them. Whether the chain has still a use for it.
	fn see_to(&mut self, name: &Name) -> bool {
		if self.is_over() {
			return true;
		}
		let Some(terms) = T::Jobs::terms(name.job) else { return false };
		let seat = terms.seats.iter().find(|seat| {
			(seat.node, seat.attempt, seat.nonce) == (name.node, name.attempt, name.nonce)
				&& !matches!(seat.state, SeatState::Delivered(_))
		});
		let Some(seat) = seat else { return false };
		if !terms.status.is_assigned() || !terms.counts(seat) {
			return true;
		}
		let phase = Phase::of(&terms, seat, self.now);
		let stage = match phase {
			Phase::Commit => Stage::Commit,
			Phase::Reveal(_) => Stage::Reveal,
			Phase::Committed | Phase::Deliver => {
				self.kept.push(*name);
				return true;
			},
		};
		let task = Task {
			url: String::from("as kept"),
			job: name.job,
			seat: seat.clone(),
			locks: Locks::of(name.node, name.job, name.nonce, self.now),
			phase,
		};
		// What cannot be read any more is asked for again.
		let Some(committed) = kept::load(name) else { return true };
		self.kept.push(*name);
		if task.locks.held(stage) {
			return true;
		}
		let sent = match phase {
			Phase::Reveal(from) => self.reveal(&task, from, committed),
			_ => self.submit_commitment(&task, &committed),
		};
		match sent {
			Ok(()) => {},
			Err(Trouble::Pool) => self.refused.push(*name),
			Err(trouble) => task.log(&trouble),
		}
		true
	}

	/// Sends once more, for a moment, what the pool has not taken: it looks at a result as of the next block, and may not
	/// have seen yet which that is.
	pub(super) fn insist(&mut self) {
		let until = self.deadline(COLLECT_MILLIS);
		while !self.refused.is_empty() {
			let next = in_millis(COLLECT_PAUSE_MILLIS);
			if next >= until {
				log::warn!(
					target: LOG_TARGET,
					"block {}: the transaction pool did not take {} of the results that are kept",
					self.now,
					self.refused.len(),
				);
				return;
			}
			sleep_until(next);
			for name in mem::take(&mut self.refused) {
				self.see_to(&name);
			}
		}
	}

	/// Commits to what the enclave found, once it is certain that it can be shown later, and kept for that.
	pub(super) fn commit(&self, task: &Task, committed: &Committed) -> Result<(), Trouble> {
		self.check_committed(task, committed)?;
		if !kept::keep(self.now, committed) {
			// Not to commit would cost the seat for certain.
			log::warn!(
				target: LOG_TARGET,
				"job {}, attempt {}, node {}: what it commits to cannot be kept; its enclave has to remember it",
				task.job,
				task.seat.attempt,
				task.seat.node,
			);
		}
		self.submit_commitment(task, committed)
	}

	fn submit_commitment(&self, task: &Task, committed: &Committed) -> Result<(), Trouble> {
		let signed = committed.commitment.clone();
		Pallet::<T>::verify_commitment(&signed).map_err(Trouble::Inadmissible)?;
		self.submit(task, Stage::Commit, Call::commit { signed })
	}

	/// Shows what was committed to; `from` is the first block that takes it.
	pub(super) fn reveal(
		&self,
		task: &Task,
		from: BlockNumber,
		committed: Committed,
	) -> Result<(), Trouble> {
		let Committed { salt, cac, .. } = committed;
		// Where the next block is the first, this one's state has only one complaint: that it is too early. The pool looks
		// at it as of the next block.
		if from <= self.now {
			Pallet::<T>::verify_reveal(&cac, &salt).map_err(Trouble::Inadmissible)?;
		}
		self.submit(task, Stage::Reveal, Call::reveal { cac: Box::new(cac), salt })
	}

	/// Whether the enclave's commitment is to its certificate, and whether the chain will take that when it is shown. To
	/// commit to what cannot be shown is dearer than silence.
	fn check_committed(&self, task: &Task, committed: &Committed) -> Result<(), Trouble> {
		let Committed { commitment, salt, cac } = committed;
		let (said, body) = (&commitment.commitment, cac.statement.body());
		let seat = &task.seat;
		let about = (body.genesis, body.job, body.attempt, body.nonce, body.node);
		if committed.name() != task.name()
			|| about != (said.genesis, said.job, said.attempt, said.nonce, said.node)
		{
			return Err(Trouble::Malformed("a commitment to something else"));
		}
		let opening = Opening {
			genesis: body.genesis,
			job: body.job,
			attempt: body.attempt,
			node: body.node,
			key: &seat.signing_key,
			tally: body.outcome.tally(),
		};
		if opening.commit(salt) != said.hash {
			return Err(Trouble::Malformed("a commitment that does not open"));
		}
		let terms = T::Jobs::terms(task.job).ok_or(Trouble::Missing("the job is gone"))?;
		check_binding(body, &terms)
			.and_then(|()| check_outcome(body, &terms))
			.and_then(|()| {
				let refusal = if body.acted_on.0 > self.now {
					CacRefusal::FromTheFuture
				} else if body.lease != seat.lease {
					CacRefusal::WrongLease
				} else if T::Jobs::lineage(task.job) != Some(body.lineage) {
					CacRefusal::WrongLineage
				} else if !cac.verify(&seat.signing_key) {
					CacRefusal::BadSignature
				} else {
					return Ok(());
				};
				Err(refusal)
			})
			.and_then(|()| match T::Leases::lease_of_key(&seat.signing_key) {
				Some(lease) => check_lease(body, (lease.measurement, lease.simulated)),
				// Whether there has to be one, the chain says of the commitment.
				None => Ok(()),
			})
			.map_err(Trouble::Inadmissible)
	}

	/// For how many blocks a stage is not repeated.
	pub(super) fn lock_blocks(stage: Stage) -> BlockNumber {
		match stage {
			Stage::Reveal => REVEAL_LOCK_BLOCKS,
			_ => T::AuthorizedLongevity::get().saturating_add(1),
		}
	}
}
