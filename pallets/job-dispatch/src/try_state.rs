//! The invariants, in words and in code. Checked after every test and by try-runtime.

use crate::{pallet::*, scheduler::memory_mib, types::*};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{
	job::{JobClass, JobInput, JobStatus, SeatState},
	AccountId, Balance, JobId, NodeId,
};
use frame_support::{ensure, traits::fungible::InspectHold as _};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// All invariants of this pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_jobs()?;
		Self::try_state_queues()?;
		Self::try_state_money()?;
		Self::try_state_seats()?;
		Self::try_state_pools()?;
		Self::try_state_agenda()?;
		Self::try_state_totals()
	}

	/// * Every job has an order and the other way round; its number was given out; no stub stands beside it.
	/// * Its input is there exactly as long as its end is not final.
	/// * It has a prune date and an end exactly when it ended; a frozen one remembers where it was.
	/// * No attempt is above the highest issued, none of its nodes sits twice.
	/// * The nonce is one per attempt.
	fn try_state_jobs() -> Result<(), TryRuntimeError> {
		let next = NextJob::<T>::get();
		for (id, job) in Jobs::<T>::iter() {
			ensure!(id > 0 && id < next, "a job has a number that was never given out");
			ensure!(Orders::<T>::contains_key(id), "a job has no order");
			ensure!(!Stubs::<T>::contains_key(id), "a job has been pruned, and has not");
			ensure!(
				Inputs::<T>::contains_key(id) != job.status.is_final(),
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
			ensure!(
				job.status != JobStatus::Scheduled
					|| job.seats.iter().all(|seat| seat.state == SeatState::Assigned),
				"a job that started is not running"
			);
		}
		ensure!(Orders::<T>::iter_keys().all(Jobs::<T>::contains_key), "an order has no job");
		ensure!(Inputs::<T>::iter_keys().all(Jobs::<T>::contains_key), "an input has no job");
		Ok(())
	}

	/// * A job is pending exactly when it has a place in the queue of its class, and that place names it.
	/// * Heads, tails and counts describe what is there.
	fn try_state_queues() -> Result<(), TryRuntimeError> {
		let rings = Queues::<T>::get();
		let mut live = BTreeMap::<JobClass, u32>::new();
		for (class, place, id) in Queued::<T>::iter() {
			let ring = rings.get(class);
			ensure!(ring.head <= place && place < ring.tail, "a job stands outside its queue");
			let job = Jobs::<T>::get(id).ok_or("an unknown job is queued")?;
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
		for job in Jobs::<T>::iter_values() {
			ensure!(
				(job.status == JobStatus::Pending) == job.place.is_some(),
				"a pending job is in no queue, or another one is"
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

	/// * A node's assignments are exactly the jobs that occupy it; its load and the memory promised follow from them.
	/// * No node in the pools has more jobs than it had capacity for at the time.
	fn try_state_seats() -> Result<(), TryRuntimeError> {
		let mut seats = BTreeMap::<NodeId, BTreeMap<JobId, u32>>::new();
		for (id, job) in Jobs::<T>::iter().filter(|(_, job)| job.occupies_nodes()) {
			let order = Orders::<T>::get(id).ok_or("a job has no order")?;
			for seat in &job.seats {
				let memory = memory_mib(order.limits.memory_bytes);
				seats.entry(seat.node).or_default().insert(id, memory);
			}
		}
		for (node, jobs) in AssignmentsOf::<T>::iter() {
			ensure!(!jobs.is_empty(), "an empty list of assignments is kept");
			let listed: BTreeSet<_> = jobs.iter().copied().collect();
			ensure!(listed.len() == jobs.len(), "an assignment is listed twice");
			let held = seats.get(&node).ok_or("a node is assigned to a job it has no seat on")?;
			ensure!(listed.iter().eq(held.keys()), "assignments and seats differ");
		}
		ensure!(seats.keys().all(AssignmentsOf::<T>::contains_key), "a seat is in no list");
		let standings = Seatings::<T>::iter()
			.map(|(node, seating)| (node, seating.standing))
			.chain(Standings::<T>::iter());
		for (node, standing) in standings {
			let held = seats.remove(&node).unwrap_or_default();
			ensure!(usize::from(standing.running) == held.len(), "a node's load is wrong");
			ensure!(
				standing.committed_mib == held.values().sum::<u32>(),
				"the memory promised by a node is wrong"
			);
		}
		ensure!(seats.is_empty(), "a node with seats has no standing");
		for (node, standing) in Standings::<T>::iter() {
			ensure!(!Seatings::<T>::contains_key(node), "a node has two standings");
			ensure!(standing != Standing::default(), "a newcomer's standing is kept");
		}
		Ok(())
	}

	/// * A pool is dense: places `0 .. size` and no others, each with its way back.
	/// * A node is in the pools of its capabilities, anywhere and in its jurisdiction, and in no others.
	fn try_state_pools() -> Result<(), TryRuntimeError> {
		let mut expected = BTreeSet::new();
		for (node, seating) in Seatings::<T>::iter() {
			let offers = Offers::<T>::get(node).ok_or("a node in the pools offers nothing")?;
			ensure!(seating.profile.capacity <= MAX_ASSIGNMENTS as u16, "too much capacity");
			for capability in offers {
				for jurisdiction in [None, Some(seating.profile.jurisdiction)] {
					expected.insert((PoolKey { capability, jurisdiction }, node));
				}
			}
		}
		ensure!(
			Offers::<T>::iter_keys().all(Seatings::<T>::contains_key),
			"a node outside the pools offers something"
		);
		let mut sizes = BTreeMap::<PoolKey, u32>::new();
		for (key, place, node) in Pools::<T>::iter() {
			ensure!(place < PoolSizes::<T>::get(key), "a pool has a gap");
			ensure!(PoolPlaces::<T>::get(key, node) == Some(place), "a pool has no way back");
			ensure!(expected.remove(&(key, node)), "a node is in a pool it does not belong to");
			*sizes.entry(key).or_default() += 1;
		}
		ensure!(expected.is_empty(), "a node is missing in a pool");
		for (key, size) in PoolSizes::<T>::iter() {
			ensure!(size > 0 && sizes.remove(&key) == Some(size), "the size of a pool is wrong");
		}
		ensure!(sizes.is_empty(), "a pool has no size");
		let (places, ways_back) = (Pools::<T>::iter().count(), PoolPlaces::<T>::iter().count());
		ensure!(places == ways_back, "a way back leads nowhere");
		Ok(())
	}

	/// * Every deadline that still applies is on the agenda, at its block: expiry of what can expire, waking of
	///   what is parked, pruning of what ended, acknowledgement and delivery of every open seat.
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
				record.status != JobStatus::Paused || waking.contains(&job),
				"a parked job never wakes"
			);
			for seat in record.seats.iter().filter(|_| record.status.is_assigned()) {
				let (attempt, node) = (seat.attempt, seat.node);
				let ack = AgendaItem::AckDeadline { job, attempt, node };
				let deliver = AgendaItem::DeliverDeadline { job, attempt, node };
				ensure!(
					seat.state != SeatState::Assigned || due(seat.ack_by, ack),
					"a seat need never be acknowledged"
				);
				ensure!(
					matches!(seat.state, SeatState::Delivered(_)) || due(seat.deliver_by, deliver),
					"a seat need never be delivered"
				);
			}
		}
		Ok(())
	}

	/// * The totals of the present are those of the records; inputs match what their orders commit to.
	fn try_state_totals() -> Result<(), TryRuntimeError> {
		let totals = Totals::<T>::get();
		let count = |is: fn(&Job) -> bool| Jobs::<T>::iter_values().filter(is).count() as u32;
		let waits = |job: &Job| matches!(job.status, JobStatus::Pending | JobStatus::Paused);
		ensure!(totals.queued == count(waits), "the number of waiting jobs is wrong");
		ensure!(
			totals.assigned == count(|job| job.status.is_assigned()),
			"the number of assigned jobs is wrong"
		);
		ensure!(
			totals.jobs.saturating_add(1) == NextJob::<T>::get(),
			"the number of jobs is wrong"
		);
		for (id, input) in Inputs::<T>::iter() {
			let order = Orders::<T>::get(id).ok_or("an input has no order")?;
			let commitment = match input {
				JobInput::Inline(bytes) => concordat_primitives::hashing::input_commitment(&bytes),
				JobInput::External { commitment, .. } => commitment,
			};
			ensure!(commitment == order.input, "an input is not what its order commits to");
		}
		Ok(())
	}
}
