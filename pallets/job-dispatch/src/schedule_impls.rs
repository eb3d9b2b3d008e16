//! The hook's work: queues, placing jobs, filling in for silent nodes. The decisions are in [`crate::scheduler`].

use crate::{
	pallet::*,
	scheduler::{self, Ask, Candidate, Choice, Draw, Exclusion, Stream, Want},
	types::*,
	WeightInfo, LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	attest::Lease,
	clause::{ClauseStatus, MAX_SEATS},
	hashing::attempt_nonce,
	job::{FailureReason, JobClass, JobStatus, Seat, SeatState, MAX_BACKUPS},
	receipt::Operation,
	traits::{
		BlockRandomness, ClauseInspect, ClauseJobs, CredentialInspect, JobListener, LeaseInspect,
		NodeInspect, ReceiptSink,
	},
	Attempt, BlockNumber, JobId, Jurisdiction, NodeId,
};
use core::cell::Cell;
use frame_support::{
	weights::{Weight, WeightMeter},
	BoundedVec,
};

/// Domain of the randomness that jobs are drawn with.
const SEED_DOMAIN: &[u8] = b"concordat/schedule/v1";

/// What is the same for all steps of one block.
pub(crate) struct Context {
	pub now: BlockNumber,
	pub params: Params,
	pub seed: [u8; 32],
	pub switches: SwitchList,
}

impl Context {
	/// Whether a switch holds, and until when.
	fn held(&self, subject: &PauseSubject) -> Option<BlockNumber> {
		self.switches
			.iter()
			.find(|(known, until)| *until > self.now && known == subject)
			.map(|(_, until)| *until)
	}

	/// Jurisdictions in which no node is asked now.
	fn paused_jurisdictions(&self) -> Vec<Jurisdiction> {
		let paused = |(subject, until): &(PauseSubject, BlockNumber)| match subject {
			PauseSubject::Jurisdiction(one) if *until > self.now => Some(*one),
			_ => None,
		};
		self.switches.iter().filter_map(paused).collect()
	}

	/// Until when a switch holds the job back, if one does.
	fn held_back(&self, order: &Order) -> Option<BlockNumber> {
		let clause = self.held(&PauseSubject::Clause(order.clause.clone()));
		let class = self.held(&PauseSubject::Class(order.class));
		// A job is held back by jurisdictions only if all of its own are paused: until the first opens.
		let jurisdictions = order
			.jurisdictions
			.iter()
			.map(|one| self.held(&PauseSubject::Jurisdiction(*one)))
			.min()
			.flatten();
		[clause, class, jurisdictions].into_iter().flatten().max()
	}
}

/// What became of a try to place a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Placement {
	/// Seats taken; 0 if the job could not be placed.
	pub seats: u32,
	/// Nodes looked at.
	pub probes: u32,
	/// Leases asked about.
	pub leases: u32,
	/// Nodes whose credentials were asked about; none unless the clause demands some.
	pub credentials: u32,
}

impl<T: Config> Pallet<T> {
	/// One block's work: first what is due, then new assignments, as far as the meter goes.
	pub(crate) fn tick(meter: &mut WeightMeter) {
		let ctx = Self::context();
		Self::drain_agenda(&ctx, meter);
		Self::schedule(&ctx, meter);
	}

	/// What the steps of this block share.
	pub(crate) fn context() -> Context {
		Context {
			now: Self::now(),
			params: Parameters::<T>::get(),
			seed: T::Randomness::seed(SEED_DOMAIN),
			switches: Switches::<T>::get(),
		}
	}

	/// Serves the queues in turns until the meter, the work or the block's share of assignments is used up.
	/// A job is tried at most once. Room for questions about credentials is asked for where a job has such questions,
	/// not kept free for every job.
	pub(crate) fn schedule(ctx: &Context, meter: &mut WeightMeter) {
		let mut rings = Ledger::<T>::get().rings;
		if rings.live() == 0 {
			return;
		}
		let before = rings;
		let dearest = Self::weight_of_dearest_placement(&ctx.params);
		let step = dearest.saturating_add(T::WeightInfo::skip_place());
		let mut assigned = 0;
		while assigned < ctx.params.max_assignments_per_block && meter.can_consume(step) {
			// Jobs that went to the tail in this block wait for the next one.
			let present = rings;
			let open = |class: JobClass| present.get(class).head < before.get(class).tail;
			let Some(class) = scheduler::next_turn(&mut rings, open) else { break };
			let Some(id) = Self::dequeue(&mut rings, class, before.get(class).tail, step, meter)
			else {
				continue;
			};
			let (Some(mut job), Some(order)) = (Jobs::<T>::get(id), Orders::<T>::get(id)) else {
				log::error!(target: LOG_TARGET, "queued job {id} has no record");
				continue;
			};
			let questions = Self::weight_of_questions(&order, &ctx.params);
			if !meter.can_consume(step.saturating_add(questions)) {
				// What is left of this block's share is too little for it: it is the first of its class in the next.
				meter.consume(Self::weight_of_parking());
				Self::push_front(&mut rings, id, &mut job, class);
				let ring = rings.get_mut(class);
				ring.credit = ring.credit.saturating_add(1);
				break;
			}
			job.place = None;
			if let Some(until) = Self::held_back(&order, ctx) {
				Self::set_status(&mut job, JobStatus::Paused);
				Self::deposit_event(Event::JobPaused { job: id });
				Self::stand_aside(&mut rings, id, class, until);
				meter.consume(Self::weight_of_parking());
			} else {
				let placement = Self::place(id, &mut job, &order, ctx);
				meter.consume(Self::weight_of_placement(&placement));
				if placement.seats > 0 {
					assigned += 1;
				} else {
					let rest = scheduler::rest(job.retries);
					if rest > 1 {
						Self::stand_aside(&mut rings, id, class, ctx.now.saturating_add(rest));
					} else {
						Self::push_back(&mut rings, id, &mut job, class);
					}
				}
			}
			Jobs::<T>::insert(id, job);
		}
		// The totals have moved meanwhile.
		Ledger::<T>::mutate(|ledger| ledger.rings = rings);
	}

	/// Takes the next job out of a queue, past the places that were left.
	pub(crate) fn dequeue(
		rings: &mut Rings,
		class: JobClass,
		end: u64,
		reserve: Weight,
		meter: &mut WeightMeter,
	) -> Option<JobId> {
		let ring = rings.get_mut(class);
		while ring.head < end && meter.can_consume(reserve) {
			let place = ring.head;
			ring.head = ring.head.saturating_add(1);
			match Queued::<T>::take(class, place) {
				Some(id) => {
					ring.live = ring.live.saturating_sub(1);
					return Some(id);
				},
				None => meter.consume(T::WeightInfo::skip_place()),
			}
		}
		None
	}

	/// Puts a job at the tail of its class.
	pub(crate) fn enqueue_back(id: JobId, job: &mut Job, class: JobClass) {
		Ledger::<T>::mutate(|ledger| Self::push_back(&mut ledger.rings, id, job, class));
	}

	/// Puts a job at the tail of its class, in queues that are at hand.
	pub(crate) fn push_back(rings: &mut Rings, id: JobId, job: &mut Job, class: JobClass) {
		let ring = rings.get_mut(class);
		job.place = Some(ring.tail);
		Queued::<T>::insert(class, ring.tail, id);
		ring.tail = ring.tail.saturating_add(1);
		ring.live = ring.live.saturating_add(1);
	}

	/// Puts a job at the head of its class.
	pub(crate) fn enqueue_front(id: JobId, job: &mut Job, class: JobClass) {
		Ledger::<T>::mutate(|ledger| Self::push_front(&mut ledger.rings, id, job, class));
	}

	/// Puts a job at the head of its class, in queues that are at hand. One that was taken from there gets its old place.
	fn push_front(rings: &mut Rings, id: JobId, job: &mut Job, class: JobClass) {
		let ring = rings.get_mut(class);
		ring.head = ring.head.saturating_sub(1);
		ring.live = ring.live.saturating_add(1);
		job.place = Some(ring.head);
		Queued::<T>::insert(class, ring.head, id);
	}

	/// Takes a job that waits out of its queue, or from beside it. Its place stays empty and is passed over later.
	pub(crate) fn leave_queue(job: &mut Job, class: JobClass) {
		let aside = job.stands_aside();
		let place = job.place.take();
		if !aside && place.is_none() {
			return;
		}
		Ledger::<T>::mutate(|ledger| {
			let ring = ledger.rings.get_mut(class);
			match place {
				Some(place) => {
					Queued::<T>::remove(class, place);
					ring.live = ring.live.saturating_sub(1);
					if ring.live == 0 {
						ring.head = ring.tail;
					}
				},
				None => ring.aside = ring.aside.saturating_sub(1),
			}
		});
	}

	/// Sets a job beside its queue until it wakes.
	fn stand_aside(rings: &mut Rings, id: JobId, class: JobClass, until: BlockNumber) {
		let ring = rings.get_mut(class);
		ring.aside = ring.aside.saturating_add(1);
		Self::arm(until, AgendaItem::Wake { job: id });
	}

	/// Until when the job looks again, if something holds it back: a switch of governance, whose end it looks at
	/// now and then before its time, or the safe mode of its clause.
	pub(crate) fn held_back(order: &Order, ctx: &Context) -> Option<BlockNumber> {
		let soon = ctx.now.saturating_add(WAKE_INTERVAL);
		if let Some(until) = ctx.held_back(order) {
			return Some(until.min(soon));
		}
		let status = T::Clauses::clause(&order.clause).map(|clause| clause.status);
		matches!(status, Some(ClauseStatus::SafeMode(_))).then_some(soon)
	}

	/// Tries to seat all that a job needs, or nobody.
	pub(crate) fn place(id: JobId, job: &mut Job, order: &Order, ctx: &Context) -> Placement {
		let attempt = job.attempts.saturating_add(1);
		let paused = ctx.paused_jurisdictions();
		let ask = Self::ask(job, order, ctx, &paused);
		let (_, seats) = order.mode.quorum();
		let want = Want {
			seats: seats.into(),
			backups: ctx.params.backups,
			candidates: ctx.params.candidates,
		};

		let pools = Self::pools_of(order.capability, &order.jurisdictions, &paused);
		let sizes: Vec<u32> = pools.iter().map(PoolSizes::<T>::get).collect();
		let draw = scheduler::draw(
			&mut Stream::new(&ctx.seed, id, attempt),
			&sizes,
			&want,
			|pool, index| pools.get(pool).and_then(|key| Pools::<T>::get(key, index)),
			|node| Seatings::<T>::get(node).map(|seating| ask.assess(node, &seating)),
		);
		let mostly = draw.mostly();
		let asked_before = draw.count(Exclusion::AlreadyAsked);
		let Draw { found, probes, .. } = draw;
		let enough = found.len() >= want.seats as usize;
		let (credentials, lacking) = (Cell::new(0u32), Cell::new(0u32));
		// The last filter, because it is the dearest. Without a demand nothing is read.
		let holds = |one: &Candidate| {
			if order.node_credentials.is_empty() {
				return true;
			}
			credentials.set(credentials.get().saturating_add(1));
			let holds = T::Credentials::node_meets(one.node, &order.node_credentials);
			lacking.set(lacking.get().saturating_add(u32::from(!holds)));
			holds
		};
		let choice = if enough {
			let accept = |one: &Candidate| Self::live_lease(one, &ask).filter(|_| holds(one));
			scheduler::choose(found, &want, accept, holds)
		} else {
			Choice { seats: Vec::new(), backups: Vec::new(), asked: 0 }
		};
		let leases = choice.asked;
		let credentials = credentials.get();
		if choice.seats.len() < want.seats as usize {
			let reason = if sizes.iter().all(|size| *size == 0) {
				Waiting::NoNodes
			} else if enough && choice.seats.len() < leases as usize {
				// No backups are chosen without all seats: whoever lacks a credential was asked about a seat.
				let refused = leases.saturating_sub(choice.seats.len() as u32);
				if lacking.get() > refused / 2 {
					Waiting::NotEligible(Exclusion::CredentialMissing)
				} else {
					Waiting::Leases
				}
			} else if enough {
				Waiting::TooFewOperators
			} else {
				mostly.map_or(Waiting::TooFewNodes, Waiting::NotEligible)
			};
			// There are no others: the next try may ask the nodes of the failed round again, in a round of its own.
			if asked_before > 0 {
				job.spent = Default::default();
			}
			job.retries = job.retries.saturating_add(1);
			if job.waiting != Some(reason) {
				job.waiting = Some(reason);
				Self::deposit_event(Event::JobWaiting { job: id, reason });
			}
			return Placement { seats: 0, probes, leases, credentials };
		}

		let deliver_by = ask.deliver_by;
		for (candidate, lease) in choice.seats {
			Self::seat(id, job, order, ctx, attempt, deliver_by, candidate, lease);
		}
		let backups = choice.backups.into_iter().map(|one| one.node).collect::<Vec<_>>();
		job.backups = BoundedVec::truncate_from(backups);
		job.attempts = attempt;
		job.waiting = None;
		job.retries = 0;
		job.assigned_at = job.assigned_at.or(Some(ctx.now));
		Self::set_status(job, JobStatus::Scheduled);
		let scored = job.seats.iter().map(|seat| (seat.node, seat.score)).collect::<Vec<_>>();
		Self::deposit_event(Event::JobAssigned {
			job: id,
			attempt,
			seats: BoundedVec::truncate_from(scored),
			backups: job.backups.clone(),
			ack_by: ctx.now.saturating_add(ctx.params.ack_window),
			deliver_by,
		});
		Self::note_assignment(id, job);
		Placement { seats: want.seats, probes, leases, credentials }
	}

	/// What the job asks of a node now.
	pub(crate) fn ask<'a>(
		job: &'a Job,
		order: &'a Order,
		ctx: &Context,
		paused: &'a [Jurisdiction],
	) -> Ask<'a> {
		let window =
			scheduler::delivery_window(order.limits.wall_millis, ctx.params.delivery_margin);
		let deliver_by = ctx.now.saturating_add(window).min(job.expires_at);
		Ask {
			now: ctx.now,
			deliver_by: deliver_by.max(ctx.now.saturating_add(1)),
			memory_mib: scheduler::memory_mib(order.limits.memory_bytes),
			sovereign_only: order.sovereign_only,
			forbid_simulated: order.forbid_simulated,
			risk: order.risk,
			measurements: &order.measurements,
			jurisdictions: &order.jurisdictions,
			paused,
			min_trust: order.min_trust,
			min_quality: order.min_quality,
			preferred: &order.preferred,
			excluded: &order.excluded,
			spent: &job.spent,
		}
	}

	/// The candidate's lease, if it counts now and for as long as it is needed.
	fn live_lease(candidate: &Candidate, ask: &Ask) -> Option<Lease> {
		let lease = candidate.seating.profile.lease;
		T::Leases::live_lease(candidate.node, lease, &ask.of_lease())
			.ok()
			.filter(|lease| lease.expires_at >= ask.deliver_by)
	}

	/// Gives one node one seat.
	fn seat(
		id: JobId,
		job: &mut Job,
		order: &Order,
		ctx: &Context,
		attempt: Attempt,
		deliver_by: BlockNumber,
		candidate: Candidate,
		lease: Lease,
	) {
		let Candidate { node, score, mut seating, .. } = candidate;
		let ack_by = ctx.now.saturating_add(ctx.params.ack_window).min(deliver_by);
		let seat = Seat {
			node,
			attempt,
			nonce: attempt_nonce(&ctx.seed, id, attempt),
			lease: lease.id,
			signing_key: lease.signing_key,
			score,
			assigned_at: ctx.now,
			ack_by,
			deliver_by,
			state: SeatState::Assigned,
		};
		// There is room: a mode asks for at most `MAX_SEATS`, and a node at capacity is no candidate.
		let standing = &mut seating.standing;
		if job.seats.is_full() || standing.jobs.try_push(id).is_err() {
			log::error!(target: LOG_TARGET, "no room for node {node} on job {id}");
			return;
		}
		standing.committed_mib =
			standing.committed_mib.saturating_add(scheduler::memory_mib(order.limits.memory_bytes));
		Seatings::<T>::insert(node, seating);
		Self::arm_seat(id, &seat);
		job.seats.force_push(seat);
	}

	/// Puts the next deadline of a seat on the agenda, if it still has one.
	pub(crate) fn arm_seat(job: JobId, seat: &Seat) {
		if let Some((_, due)) = silence_of(seat) {
			let (attempt, node) = (seat.attempt, seat.node);
			Self::arm(due, AgendaItem::Deadline { job, attempt, node });
		}
	}

	/// The receipt of an assignment.
	fn note_assignment(id: JobId, job: &Job) {
		let nodes = job.seats.iter().map(|seat| seat.node).collect::<Vec<_>>();
		T::Receipts::append(Operation::JobAssigned {
			job: id,
			attempt: job.attempts,
			nodes: BoundedVec::truncate_from(nodes),
		});
	}

	/// The best backup that is still eligible takes a seat under the next attempt. `false` if there is none, or no
	/// attempt left.
	fn stand_in(id: JobId, job: &mut Job, order: &Order, ctx: &Context) -> bool {
		if job.attempts >= ctx.params.max_attempts {
			return false;
		}
		let paused = ctx.paused_jurisdictions();
		let seated: Vec<_> = job
			.seats
			.iter()
			.filter_map(|seat| Seatings::<T>::get(seat.node))
			.map(|seating| (seating.profile.operator, seating.profile.platform))
			.collect();
		while !job.backups.is_empty() {
			let node = job.backups.remove(0);
			// It was eligible when it was drawn: that may be a while ago.
			let ask = Self::ask(job, order, ctx, &paused);
			let found = Seatings::<T>::get(node)
				.and_then(|seating| ask.assess(node, &seating).ok())
				.filter(|one| !scheduler::clashes(one, seated.iter().map(|(o, p)| (o, p))))
				.and_then(|one| Self::live_lease(&one, &ask).map(|lease| (one, lease)))
				.filter(|_| {
					let demands = &order.node_credentials;
					demands.is_empty() || T::Credentials::node_meets(node, demands)
				});
			let deliver_by = ask.deliver_by;
			if let Some((candidate, lease)) = found {
				let attempt = job.attempts.saturating_add(1);
				let score = candidate.score;
				job.attempts = attempt;
				Self::seat(id, job, order, ctx, attempt, deliver_by, candidate, lease);
				Self::deposit_event(Event::BackupSeated { job: id, attempt, node, score });
				Self::note_assignment(id, job);
				return true;
			}
		}
		false
	}

	/// A deadline of a seat fires. Returns the weight of what that led to.
	pub(crate) fn seat_deadline(
		id: JobId,
		attempt: Attempt,
		node: NodeId,
		ctx: &Context,
	) -> Weight {
		let stale = T::WeightInfo::agenda_stale();
		let Some(mut job) = Jobs::<T>::get(id).filter(|job| job.status.is_assigned()) else {
			return stale;
		};
		let is_it = |seat: &Seat| seat.node == node && seat.attempt == attempt;
		let Some(seat) = job.seats.iter().find(|seat| is_it(seat)) else { return stale };
		let Some((silence, due)) = silence_of(seat) else { return stale };
		if due > ctx.now {
			// An acknowledged seat is looked at again when its result is due. Where a dispute has put off the
			// acknowledgement, that stands on the agenda already.
			if seat.ack_by > ctx.now {
				return stale;
			}
			Self::arm_seat(id, seat);
			return T::WeightInfo::look_again();
		}
		let Some(order) = Orders::<T>::get(id) else { return stale };

		job.seats.retain(|seat| !is_it(seat));
		let cooldown_until =
			Self::vacate(id, node, &order, |standing| standing.miss(&ctx.params, ctx.now));
		Ledger::<T>::mutate(|ledger| {
			let totals = &mut ledger.totals;
			totals.missed_deadlines = totals.missed_deadlines.saturating_add(1);
		});
		Self::deposit_event(Event::SeatLost { job: id, attempt, node, silence, cooldown_until });

		let stood_in = Self::stand_in(id, &mut job, &order, ctx);
		let own = Self::weight_of_stand_in().saturating_add(Self::weight_of_backups(&order));
		let (k, _) = order.mode.quorum();
		let left = job.seats.len() as u32;
		if stood_in || left >= u32::from(k) {
			let started = job.seats.iter().any(|seat| seat.state != SeatState::Assigned);
			let status = if started { JobStatus::Running } else { JobStatus::Scheduled };
			Self::set_status(&mut job, status);
			Jobs::<T>::insert(id, job);
			// Last: what it hears may make the listener settle the job, or end the round.
			T::Listener::seat_lost(id, node);
			own.saturating_add(Self::weight_of_judgement(id, left))
		} else {
			let delivered =
				job.seats.iter().any(|seat| matches!(seat.state, SeatState::Delivered(_)));
			let reason = if delivered { FailureReason::NoQuorum } else { FailureReason::Silence };
			Self::end_round(id, job, &order, false, reason);
			own.saturating_add(Self::failing(left))
		}
	}

	/// Weight of what the listener made of a lost seat, by where the job stands now.
	fn weight_of_judgement(id: JobId, seats: u32) -> Weight {
		match Jobs::<T>::get(id).map(|job| job.status) {
			Some(status) if status.is_assigned() => Weight::zero(),
			Some(JobStatus::Completed | JobStatus::Failed(FailureReason::Program(_))) => {
				Self::settling_and_receipt(seats)
			},
			_ => Self::failing(seats),
		}
	}

	/// A round is over without a result: back to the head of the queue, or the end.
	pub(crate) fn end_round(
		id: JobId,
		mut job: Job,
		order: &Order,
		disagreed: bool,
		reason: FailureReason,
	) {
		if job.attempts >= Parameters::<T>::get().max_attempts {
			return Self::end(id, job, order, JobStatus::Failed(reason));
		}
		Self::vacate_all(id, &job, order);
		let seats = core::mem::take(&mut job.seats);
		if disagreed {
			let nodes = seats.into_iter().map(|seat| seat.node).collect::<Vec<_>>();
			job.spent = BoundedVec::truncate_from(nodes);
		}
		job.backups = Default::default();
		job.waiting = None;
		job.retries = 0;
		Self::set_status(&mut job, JobStatus::Pending);
		Self::enqueue_front(id, &mut job, order.class);
		let attempts = job.attempts;
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::RoundOver { job: id, attempts, disagreed });
		T::Listener::round_over(id);
	}

	/// Frees the nodes of all seats. The seats stay in the record.
	pub(crate) fn vacate_all(id: JobId, job: &Job, order: &Order) {
		for seat in &job.seats {
			Self::vacate(id, seat.node, order, |_| ());
		}
	}

	/// Frees a node of a job, and notes what that says about the node.
	pub(crate) fn vacate<R>(
		id: JobId,
		node: NodeId,
		order: &Order,
		note: impl FnOnce(&mut Standing) -> R,
	) -> R {
		Self::mutate_standing(node, |standing| {
			standing.jobs.retain(|one| *one != id);
			standing.committed_mib = standing
				.committed_mib
				.saturating_sub(scheduler::memory_mib(order.limits.memory_bytes));
			note(standing)
		})
	}

	/// Weight of one try to place a job.
	pub(crate) fn weight_of_placement(placement: &Placement) -> Weight {
		// Measured on the runtime, with the clause, the lease of each seat and the receipt. The leases of backups and of
		// nodes that were passed over come on top.
		let others = placement.leases.saturating_sub(placement.seats);
		T::WeightInfo::place(placement.probes, placement.seats)
			.saturating_add(T::Leases::weight().saturating_mul(others.into()))
			.saturating_add(T::Credentials::weight().saturating_mul(placement.credentials.into()))
	}

	/// The most that the parameters allow to be wanted.
	fn most_wanted(params: &Params) -> Want {
		Want { seats: MAX_SEATS, backups: params.backups, candidates: params.candidates }
	}

	/// Weight of the dearest try that the parameters allow, for a clause that demands no credentials. Every probe may
	/// end in a question about a lease.
	pub(crate) fn weight_of_dearest_placement(params: &Params) -> Weight {
		let want = Self::most_wanted(params);
		Self::weight_of_placement(&Placement {
			seats: want.seats,
			probes: want.probes(),
			leases: want.probes(),
			credentials: 0,
		})
		.max(Self::weight_of_parking())
	}

	/// Weight of the questions about credentials that come on top for a clause that demands some: at most one for every
	/// probe.
	pub(crate) fn weight_of_most_questions(params: &Params) -> Weight {
		T::Credentials::weight().saturating_mul(Self::most_wanted(params).probes().into())
	}

	/// The same for an order: nothing, unless its clause demands any.
	fn weight_of_questions(order: &Order, params: &Params) -> Weight {
		if order.node_credentials.is_empty() {
			return Weight::zero();
		}
		let (_, seats) = order.mode.quorum();
		let want = Want { seats: seats.into(), ..Self::most_wanted(params) };
		T::Credentials::weight().saturating_mul(want.probes().into())
	}

	/// Weight of asking about the credentials of all backups: nothing, unless the order's clause demands any.
	fn weight_of_backups(order: &Order) -> Weight {
		if order.node_credentials.is_empty() {
			return Weight::zero();
		}
		Self::weight_of_most_backups()
	}

	/// Weight of asking about the credentials of as many backups as there may be.
	pub(crate) fn weight_of_most_backups() -> Weight {
		T::Credentials::weight().saturating_mul(MAX_BACKUPS.into())
	}

	/// Weight of finding that a job is held back.
	fn weight_of_parking() -> Weight {
		T::WeightInfo::park().saturating_add(T::Clauses::weight())
	}

	/// Weight of a seat that is lost and of the backup that steps in.
	pub(crate) fn weight_of_stand_in() -> Weight {
		T::WeightInfo::seat_lost()
			.saturating_add(T::Leases::weight().saturating_mul(MAX_BACKUPS.into()))
			.saturating_add(T::Receipts::weight())
			.saturating_add(T::Listener::weight())
	}

	/// Weight of a round over so many seats that ends, and of the job that may end with it.
	pub(crate) fn failing(seats: u32) -> Weight {
		Self::weight_of_end(T::WeightInfo::round_over(seats))
	}

	/// Weight of a settlement over so many seats.
	pub(crate) fn settling(seats: u32) -> Weight {
		T::WeightInfo::settle(seats)
			.saturating_add(T::Nodes::weight().saturating_mul(seats.into()))
			.saturating_add(T::ClauseJobs::weight_of_closing())
	}

	/// The same, with the receipt that the listener writes.
	pub(crate) fn settling_and_receipt(seats: u32) -> Weight {
		Self::settling(seats).saturating_add(T::Receipts::weight())
	}
}

/// What is missing of a seat, and the first block at which it is too late for that; `None` if it has delivered.
pub(crate) const fn silence_of(seat: &Seat) -> Option<(Silence, BlockNumber)> {
	match seat.state {
		SeatState::Assigned => Some((Silence::Acknowledgement, seat.ack_by)),
		SeatState::Acknowledged(_) => Some((Silence::Delivery, seat.deliver_by)),
		SeatState::Delivered(_) => None,
	}
}
