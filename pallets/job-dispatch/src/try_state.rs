//! The invariants, in words and in code. Checked after every test and by try-runtime.

use crate::{dispatch_impls::keeps_input, pallet::*, types::*};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{
	job::{JobClass, JobInput, JobStatus, Seat, SeatState, MAX_ATTEMPTS},
	node::Resources,
	routing::ONE,
	AccountId, Balance, JobId, NodeId,
};
use frame_support::{ensure, traits::fungible::InspectHold as _};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// All invariants of this pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_jobs()?;
		Self::try_state_rounds()?;
		Self::try_state_queues()?;
		Self::try_state_money()?;
		Self::try_state_live_jobs()?;
		Self::try_state_seats()?;
		Self::try_state_pools()?;
		Self::try_state_capabilities()?;
		Self::try_state_groups()?;
		Self::try_state_agenda()?;
		Self::try_state_totals()
	}

	/// * Every job has an order and the other way round; its number was given out; no stub stands beside it.
	/// * Its input is there exactly as long as its end is not final.
	/// * It has a prune date and an end exactly when it ended; a frozen one remembers where it was.
	/// * No attempt is above the highest issued, none of its nodes sits twice.
	/// * The nonce is one per attempt.
	/// * What is voted on has neither nodes nor a place.
	fn try_state_jobs() -> Result<(), TryRuntimeError> {
		let next = Self::next_job();
		for (id, job) in Jobs::<T>::iter() {
			ensure!(id > 0 && id < next, "a job has a number that was never given out");
			ensure!(Orders::<T>::contains_key(id), "a job has no order");
			ensure!(!Stubs::<T>::contains_key(id), "a job has been pruned, and has not");
			ensure!(
				Inputs::<T>::contains_key(id) == keeps_input(&job.status),
				"an input is kept too long or not long enough"
			);
			let ended = job.status.is_final()
				|| job.status == JobStatus::Completed
				|| job.resume == Some(JobStatus::Completed);
			ensure!(
				job.ended_at.is_some() == ended && job.prune_at.is_some() == ended,
				"a job's end and its state differ"
			);
			let frozen = job.status == JobStatus::Disputed;
			ensure!(
				job.resume.is_some() == frozen && job.frozen_at.is_some() == frozen,
				"a frozen job does not know where it was"
			);
			ensure!(job.attempts <= MAX_ATTEMPTS, "too many attempts");
			let (mut nodes, mut nonces) = (BTreeSet::new(), BTreeMap::new());
			for seat in &job.seats {
				ensure!(
					seat.attempt > 0 && seat.attempt <= job.attempts,
					"a seat carries an attempt that was never issued"
				);
				ensure!(nodes.insert(seat.node), "a node sits twice on one job");
				let nonce = nonces.entry(seat.attempt).or_insert(seat.nonce);
				ensure!(*nonce == seat.nonce, "one attempt has two nonces");
				ensure!(seat.ack_by <= seat.deliver_by, "a seat delivers before it acknowledges");
			}
			ensure!(
				job.backups.iter().all(|node| nodes.insert(*node)),
				"a backup sits, or stands in line twice"
			);
			ensure!(
				job.status != JobStatus::Pending || job.seats.is_empty(),
				"a job in the queue has seats"
			);
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			ensure!(
				job.status != JobStatus::AwaitingInput
					|| (order.sealed && job.ciphertext.is_none() && !job.seats.is_empty()),
				"a job waits for an input that it has, or that nobody could open"
			);
			ensure!(
				job.status != JobStatus::AwaitingVote
					|| (job.seats.is_empty() && job.backups.is_empty() && job.place.is_none()),
				"a job that is voted on is in the hands of nodes"
			);
			ensure!(job.round <= job.attempts, "a round that never was");
			if !job.status.is_final() {
				ensure!(
					Seals::<T>::contains_key(id) == job.ciphertext.is_some()
						&& Ciphertexts::<T>::contains_key(id) == job.ciphertext.is_some(),
					"a job's sealing and its ciphertext differ"
				);
				ensure!(
					!job.status.is_assigned() || order.sealed == job.ciphertext.is_some(),
					"nodes work on an input that is not there"
				);
			}
			ensure!(
				job.status != JobStatus::Scheduled
					|| job.seats.iter().all(|seat| seat.state == SeatState::Assigned),
				"a job that started is not running"
			);
		}
		ensure!(Orders::<T>::iter_keys().all(Jobs::<T>::contains_key), "an order has no job");
		ensure!(Inputs::<T>::iter_keys().all(Jobs::<T>::contains_key), "an input has no job");
		ensure!(Seals::<T>::iter_keys().all(Inputs::<T>::contains_key), "a sealing has no input");
		ensure!(
			Ciphertexts::<T>::iter_keys().all(Inputs::<T>::contains_key),
			"a ciphertext has no input"
		);
		Ok(())
	}

	/// * Jobs commit if several nodes run them and all can see what they find.
	/// * Nodes commit only in such jobs, and show what they found only when the reveals are open. These are open exactly
	///   if every vote that counts has been committed to; nobody waits in line then, nor before a round has begun.
	/// * A committee sits under an attempt of its own, and beside it nobody but those who had delivered; it has been of two
	///   at least, and no more sit on it than were seated.
	/// * A later mode asks more nodes than the first.
	fn try_state_rounds() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			ensure!(
				order.commit_reveal == (order.mode.commits() && order.output_key.is_none()),
				"an order does not say whether its nodes commit"
			);
			let commits = job.commits(&order);
			ensure!(commits || job.reveal_from.is_none(), "something is shown that nobody hid");
			let shown = |seat: &Seat| matches!(seat.state, SeatState::Delivered(_));
			let bound = |seat: &Seat| matches!(seat.state, SeatState::Committed(_));
			let voting = || job.seats.iter().filter(|seat| job.counts(seat));
			ensure!(commits || !job.seats.iter().any(bound), "a node has committed in vain");
			match job.reveal_from {
				Some(from) => {
					ensure!(
						voting().all(|seat| bound(seat) || shown(seat)),
						"results are shown that not all have committed to"
					);
					ensure!(
						voting().filter(|seat| bound(seat)).all(|seat| from < seat.deliver_by),
						"a result can never be shown"
					);
				},
				None => ensure!(!commits || !voting().any(shown), "a result was shown too early"),
			}
			ensure!(
				job.reveal_from.is_some() || !job.status.is_assigned() || !job.all_committed(),
				"all have committed, and nothing is shown"
			);
			if let Some(Committee { attempt, members }) = job.committee {
				let sitting = voting().count();
				ensure!(
					job.round < attempt && attempt <= job.attempts,
					"a committee of no attempt"
				);
				ensure!(members >= 2 && sitting <= usize::from(members), "too many on a committee");
				ensure!(
					job.seats.iter().all(|seat| job.counts(seat) || shown(seat)),
					"somebody is waited for whose vote does not count"
				);
				ensure!(job.backups.is_empty(), "somebody stands by for a committee");
			}
			let begun = job.occupies_nodes() && job.status != JobStatus::AwaitingInput;
			ensure!(
				begun || job.ended_at.is_some() || (job.reveal_from, job.committee) == (None, None),
				"a round has got somewhere that has not begun"
			);
			if let Some(mode) = job.escalated {
				let more = mode.quorum().1 > order.mode.quorum().1;
				ensure!(mode.is_valid() && more, "a mode was escalated to a smaller one");
			}
		}
		Ok(())
	}

	/// * What has a place in a queue is a pending job of that class, and knows its place.
	/// * What waits without a place stands aside, and is counted there.
	/// * Heads, tails and counts describe what is there.
	fn try_state_queues() -> Result<(), TryRuntimeError> {
		let rings = Ledger::<T>::get().rings;
		let mut live = BTreeMap::<JobClass, u32>::new();
		for (class, place, id) in Queued::<T>::iter() {
			let ring = rings.get(class);
			let job = Jobs::<T>::get(id).ok_or("an unknown job is queued")?;
			ensure!(
				(job.retries > 0) == (place < AGAIN_END),
				"a job waits in the line of those that were tried, or of those that were not, and was not, or was"
			);
			let (head, tail) = match job.retries {
				0 => (ring.head, ring.tail),
				_ => (ring.again.head, ring.again.tail),
			};
			ensure!(head <= place && place < tail, "a job stands outside its queue");
			let order = Orders::<T>::get(id).ok_or("a queued job has no order")?;
			ensure!(job.place == Some(place) && order.class == class, "a job is in a wrong place");
			*live.entry(class).or_default() += 1;
		}
		for class in JobClass::ALL {
			let (counted, credit) = (rings.get(class).live, rings.get(class).credit);
			ensure!(
				counted == live.get(&class).copied().unwrap_or(0),
				"the count of a queue is wrong"
			);
			ensure!(credit <= class.weighting(), "a class has too many turns");
		}
		let mut aside = BTreeMap::<JobClass, u32>::new();
		for (id, job) in Jobs::<T>::iter() {
			ensure!(
				job.place.is_none() || job.status == JobStatus::Pending,
				"a job that does not wait is in a queue"
			);
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			*aside.entry(order.class).or_default() += u32::from(job.stands_aside());
		}
		for class in JobClass::ALL {
			ensure!(
				rings.get(class).aside == aside.get(&class).copied().unwrap_or(0),
				"the count of jobs beside a queue is wrong"
			);
		}
		Ok(())
	}

	/// * What is held of an account is the sum over its jobs, to the unit, for escrow and for deposits.
	/// * A job that ended holds no escrow; one that has no input holds no deposit.
	fn try_state_money() -> Result<(), TryRuntimeError> {
		let mut held = BTreeMap::<AccountId, (Balance, Balance)>::new();
		for (id, job) in Jobs::<T>::iter() {
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			ensure!(job.ended_at.is_none() || job.escrow == 0, "a job that ended holds escrow");
			ensure!(
				job.ended_at.is_some() || job.escrow == order.quote.total,
				"a job's escrow is not what was quoted"
			);
			ensure!(
				Inputs::<T>::contains_key(id) || job.deposit == 0,
				"a deposit is held for an input that is gone"
			);
			let sum = held.entry(order.requester).or_default();
			sum.0 = sum.0.saturating_add(job.escrow);
			sum.1 = sum.1.saturating_add(job.deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			let (escrow, deposit) = held.get(&who).copied().unwrap_or_default();
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Escrow.into(), &who) == escrow,
				"escrow held differs from the sum over jobs"
			);
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Input.into(), &who) == deposit,
				"deposits held differ from the sum over jobs"
			);
		}
		Ok(())
	}

	/// * The count of an account's live jobs is that of its jobs without an end; none is kept at zero.
	fn try_state_live_jobs() -> Result<(), TryRuntimeError> {
		let mut live = BTreeMap::<AccountId, u32>::new();
		for (id, _) in Jobs::<T>::iter().filter(|(_, job)| job.ended_at.is_none()) {
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			*live.entry(order.requester).or_default() += 1;
		}
		for (who, count) in LiveJobs::<T>::iter() {
			ensure!(
				count > 0 && live.remove(&who) == Some(count),
				"the count of an account's live jobs is wrong"
			);
		}
		ensure!(live.is_empty(), "live jobs are not counted");
		Ok(())
	}

	/// * A node's jobs are exactly those that occupy it, each once; what is promised follows from them.
	/// * A standing is kept at one place, and only where there is something to remember; that of a node that is gone
	///   only while it holds a seat.
	fn try_state_seats() -> Result<(), TryRuntimeError> {
		let mut seats = BTreeMap::<NodeId, BTreeMap<JobId, Resources>>::new();
		for (id, job) in Jobs::<T>::iter().filter(|(_, job)| job.occupies_nodes()) {
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			for seat in &job.seats {
				seats.entry(seat.node).or_default().insert(id, order.resources);
			}
		}
		let standings = Seatings::<T>::iter()
			.map(|(node, seating)| (node, seating.standing))
			.chain(Standings::<T>::iter());
		for (node, standing) in standings {
			let held = seats.remove(&node).unwrap_or_default();
			let listed: BTreeSet<_> = standing.jobs.iter().copied().collect();
			ensure!(listed.len() == standing.jobs.len(), "a job is listed twice");
			ensure!(listed.iter().eq(held.keys()), "a node's jobs and its seats differ");
			ensure!(
				standing.committed
					== held.values().fold(Resources::default(), |sum, one| sum.plus(one)),
				"what is promised by a node is wrong"
			);
		}
		ensure!(seats.is_empty(), "a node with seats has no standing");
		ensure!(
			Seatings::<T>::iter_values().all(|seating| !seating.standing.gone),
			"a node that is gone takes jobs"
		);
		for (node, standing) in Standings::<T>::iter() {
			ensure!(!Seatings::<T>::contains_key(node), "a node has two standings");
			ensure!(!standing.is_forgettable(), "a standing is kept that says nothing");
		}
		Ok(())
	}

	/// * A pool is dense: places `0 .. size` and no others, each with its way back.
	/// * A node is in one pool of each of its capabilities and of no other: that of its stratum, or the overflow.
	/// * The record of a capability lists the strata that have nodes, each once, with their sizes.
	fn try_state_pools() -> Result<(), TryRuntimeError> {
		let mut expected = BTreeSet::new();
		for (node, seating) in Seatings::<T>::iter() {
			let offers = Offers::<T>::get(node).ok_or("a node in the pools offers nothing")?;
			ensure!(seating.profile.capacity <= MAX_ASSIGNMENTS as u16, "too much capacity");
			for capability in offers {
				let place = PoolPlaces::<T>::get(capability, node).ok_or("a node has no place")?;
				ensure!(
					place.stratum.is_none_or(|own| own == Stratum::of(&seating.profile)),
					"a node is in a stratum it does not belong to"
				);
				let key = PoolKey { capability, stratum: place.stratum };
				ensure!(
					Pools::<T>::get(key, place.index) == Some(node),
					"a way back leads nowhere"
				);
				expected.insert((capability, node));
			}
		}
		ensure!(
			Offers::<T>::iter_keys().all(Seatings::<T>::contains_key),
			"a node outside the pools offers something"
		);
		let mut sizes = BTreeMap::<PoolKey, u32>::new();
		for (key, index, node) in Pools::<T>::iter() {
			let place = PoolPlace { stratum: key.stratum, index };
			ensure!(
				PoolPlaces::<T>::get(key.capability, node) == Some(place),
				"a pool has no way back"
			);
			ensure!(expected.remove(&(key.capability, node)), "a node is in a pool twice");
			*sizes.entry(key).or_default() += 1;
		}
		ensure!(expected.is_empty(), "a node is missing in a pool");
		for (capability, strata) in StrataOf::<T>::iter() {
			ensure!(!strata.is_empty(), "a capability is kept that nobody offers");
			for lot in strata.lots() {
				let key = PoolKey { capability, stratum: lot.stratum };
				ensure!(
					lot.size > 0 && sizes.remove(&key) == Some(lot.size),
					"the size of a pool is wrong"
				);
			}
		}
		ensure!(sizes.is_empty(), "a pool has no size");
		let (places, ways_back) = (Pools::<T>::iter().count(), PoolPlaces::<T>::iter().count());
		ensure!(places == ways_back, "a way back leads nowhere");
		for (key, index) in Pools::<T>::iter_keys() {
			let lots = StrataOf::<T>::get(key.capability);
			let size = lots.lots().find(|lot| lot.stratum == key.stratum).map(|lot| lot.size);
			ensure!(size.is_some_and(|size| index < size), "a pool has a gap");
		}
		Ok(())
	}

	/// * What is known of a capability says something, is a part of one where it should be, and counts the seats under it.
	fn try_state_capabilities() -> Result<(), TryRuntimeError> {
		let standings = Seatings::<T>::iter()
			.map(|(_, seating)| seating.standing)
			.chain(Standings::<T>::iter_values());
		for standing in standings {
			ensure!(standing.trust <= ONE, "trust is above one");
			let mut running = BTreeMap::new();
			for id in &standing.jobs {
				let order = Orders::<T>::get(id).ok_or("a node works on an unknown job")?;
				*running.entry(order.capability).or_default() += 1u16;
			}
			let mut seen = BTreeSet::new();
			for state in &standing.capabilities {
				ensure!(seen.insert(state.capability), "a capability is listed twice");
				ensure!(!state.is_unused(), "a capability is listed of which nothing is known");
				ensure!(state.quality <= ONE, "a quality is above one");
				let count = running.remove(&state.capability).unwrap_or(0);
				ensure!(state.running == count, "the seats under a capability are miscounted");
			}
			ensure!(running.is_empty(), "a node works under a capability that is not listed");
		}
		Ok(())
	}

	/// * A group belongs to the requester of its last job, which named it and is kept; each is listed once.
	fn try_state_groups() -> Result<(), TryRuntimeError> {
		for (who, list) in Groups::<T>::iter() {
			ensure!(!list.is_empty(), "an account without groups has a record");
			let mut seen = BTreeSet::new();
			for Group { group, job, .. } in list {
				ensure!(seen.insert(group), "a group is listed twice");
				let order = Orders::<T>::get(job).ok_or("the last job of a group is gone")?;
				ensure!(
					order.requester == who && order.collocate == Some(group),
					"a group and its last job do not belong together"
				);
			}
		}
		Ok(())
	}

	/// * Every deadline that still applies is on the agenda, at its block: expiry of what can expire, waking of
	///   what stands aside, pruning of what ended, and of every open seat the acknowledgement that is due, or the
	///   delivery, or the time to look for that.
	/// * Nothing waits behind the cursor.
	fn try_state_agenda() -> Result<(), TryRuntimeError> {
		let mut waking = BTreeSet::new();
		let mut items = BTreeSet::new();
		let cursor = AgendaCursor::<T>::get().unwrap_or_default();
		for (block, page, list) in Agenda::<T>::iter() {
			ensure!((block, page) >= (cursor.block, cursor.page), "a page was left behind");
			ensure!(page <= LastPages::<T>::get(block), "a page is beyond the last one");
			let done = if (block, page) == (cursor.block, cursor.page) { cursor.index } else { 0 };
			for item in list.into_iter().skip(done as usize) {
				if let AgendaItem::Wake { job } = item {
					waking.insert(job);
				}
				items.insert((block, item));
			}
		}
		let due = |block, item| items.contains(&(block, item));
		for (job, record) in Jobs::<T>::iter() {
			if record.status == JobStatus::Disputed {
				continue;
			}
			if record.is_live() {
				let item = AgendaItem::Expiry { job };
				ensure!(due(record.expires_at, item), "a job never expires");
			}
			if let Some(at) = record.prune_at {
				ensure!(due(at, AgendaItem::Prune { job }), "a job is never pruned");
			}
			ensure!(
				!record.stands_aside() || waking.contains(&job),
				"a job that stands aside never wakes"
			);
			for seat in record.seats.iter().filter(|_| record.status.is_assigned()) {
				let (attempt, node) = (seat.attempt, seat.node);
				let item = || AgendaItem::Deadline { job, attempt, node };
				let watched = match seat.state {
					SeatState::Committed(_) => {
						record.reveal_from.is_none() || due(seat.deliver_by, item())
					},
					SeatState::Assigned => due(seat.ack_by, item()),
					SeatState::Acknowledged(_) => {
						due(seat.ack_by, item()) || due(seat.deliver_by, item())
					},
					SeatState::Delivered(_) => true,
				};
				ensure!(watched, "nobody looks whether a seat is silent");
			}
		}
		Ok(())
	}

	/// * The totals of the present are those of the records; inputs match what their orders commit to.
	fn try_state_totals() -> Result<(), TryRuntimeError> {
		let totals = Ledger::<T>::get().totals;
		let count = |is: fn(&Job) -> bool| Jobs::<T>::iter_values().filter(is).count() as u32;
		let waits = |job: &Job| {
			matches!(job.status, JobStatus::Pending | JobStatus::AwaitingInput | JobStatus::Paused)
		};
		ensure!(totals.queued == count(waits), "the number of waiting jobs is wrong");
		ensure!(
			totals.assigned == count(|job| job.status.is_assigned()),
			"the number of assigned jobs is wrong"
		);
		for (id, input) in Inputs::<T>::iter() {
			let order = Orders::<T>::get(id).ok_or("an input has no order")?;
			let commitment = match input {
				JobInput::Inline(bytes) => concordat_primitives::hashing::input_commitment(&bytes),
				JobInput::External { commitment, .. } | JobInput::Sealed { commitment, .. } => {
					commitment
				},
			};
			ensure!(commitment == order.input, "an input is not what its order commits to");
		}
		Ok(())
	}
}
