//! The hook's work: queues, placing jobs, filling in for silent nodes. The decisions are in [`crate::scheduler`].

use crate::{
	pallet::*,
	scheduler::{self, Want},
	types::*,
	WeightInfo, LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::{ClauseStatus, Spread, MAX_SEATS},
	job::{FailureReason, JobClass, JobStatus, Seat, SeatState, MAX_BACKUPS},
	receipt::Operation,
	traits::{
		BlockRandomness, ClauseInspect, ClauseJobs, CredentialInspect, JobListener, JobOutcomes,
		LeaseInspect, NodeInspect, ReceiptSink,
	},
	trust::{HopEnd, TrustBook},
	Attempt, BlockNumber, JobId, Jurisdiction, NodeId,
};
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
	/// Governance's, and those of forecasts.
	pub switches: Vec<(PauseSubject, BlockNumber)>,
}

impl Context {
	/// Whether a switch holds, and until when.
	fn held(&self, subject: &PauseSubject) -> Option<BlockNumber> {
		self.switches
			.iter()
			.filter(|(known, until)| *until > self.now && known == subject)
			.map(|(_, until)| *until)
			.max()
	}

	/// Jurisdictions in which no node is asked now.
	pub(crate) fn paused_jurisdictions(&self) -> Vec<Jurisdiction> {
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
	/// Whether it belongs to a group.
	pub grouped: bool,
}

impl<T: Config> Pallet<T> {
	/// One block's work, as far as the meter goes: what is due, new assignments, and what is due and has not fitted.
	///
	/// What is due may use half of the meter at first, so that thousands of deadlines in one block do not hold up the
	/// queues, nor full queues the deadlines: either gets half if it needs it, and what the other leaves. That the meter has
	/// room for one step of each is a condition for the parameters.
	pub(crate) fn tick(meter: &mut WeightMeter) {
		let ctx = Self::context();
		let least = T::WeightInfo::agenda_page().saturating_add(Self::weight_of_dearest_item());
		let left = meter.remaining();
		let half = left.saturating_sub(left.div(2)).max(least).min(left);
		let mut first = WeightMeter::with_limit(half);
		Self::drain_agenda(&ctx, &mut first);
		meter.consume(first.consumed());
		Self::schedule(&ctx, meter);
		Self::drain_agenda(&ctx, meter);
	}

	/// What the steps of this block share.
	pub(crate) fn context() -> Context {
		Context {
			now: Self::now(),
			params: Parameters::<T>::get(),
			seed: T::Randomness::seed(SEED_DOMAIN),
			switches: Switches::<T>::get().into_iter().chain(Forecasts::<T>::get()).collect(),
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
			let ends = |class: JobClass| before.get(class).ends();
			let open = |class: JobClass| present.get(class).has_before(ends(class));
			let Some(class) = scheduler::next_turn(&mut rings, open) else { break };
			let Some(id) = Self::dequeue(&mut rings, class, ends(class), step, meter) else {
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
				ring.again_next = job.retries > 0;
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

	/// Takes the next job out of a queue, past the places that were left: out of either line in turns, up to its end.
	pub(crate) fn dequeue(
		rings: &mut Rings,
		class: JobClass,
		ends: (u64, u64),
		reserve: Weight,
		meter: &mut WeightMeter,
	) -> Option<JobId> {
		let ring = rings.get_mut(class);
		let again = ring.again_is_next(ends);
		ring.again_next = !again;
		let (head, end) = match again {
			true => (&mut ring.again.head, ends.1),
			false => (&mut ring.head, ends.0),
		};
		while *head < end && meter.can_consume(reserve) {
			let place = *head;
			*head = head.saturating_add(1);
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

	/// Puts a job at the tail of its class, in queues that are at hand: behind those that were tried before, if it was.
	pub(crate) fn push_back(rings: &mut Rings, id: JobId, job: &mut Job, class: JobClass) {
		let ring = rings.get_mut(class);
		let tail = if job.retries > 0 { &mut ring.again.tail } else { &mut ring.tail };
		let place = *tail;
		*tail = place.saturating_add(1);
		ring.live = ring.live.saturating_add(1);
		job.place = Some(place);
		Queued::<T>::insert(class, place, id);
	}

	/// Puts a job at the head of its class.
	pub(crate) fn enqueue_front(id: JobId, job: &mut Job, class: JobClass) {
		Ledger::<T>::mutate(|ledger| Self::push_front(&mut ledger.rings, id, job, class));
	}

	/// Puts a job at the head of its class, in queues that are at hand. One that was taken from there gets its old place.
	fn push_front(rings: &mut Rings, id: JobId, job: &mut Job, class: JobClass) {
		let ring = rings.get_mut(class);
		let head = if job.retries > 0 { &mut ring.again.head } else { &mut ring.head };
		let place = head.saturating_sub(1);
		*head = place;
		ring.live = ring.live.saturating_add(1);
		job.place = Some(place);
		Queued::<T>::insert(class, place, id);
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
						ring.again.head = ring.again.tail;
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

	/// Puts the next deadline of a seat on the agenda, if it still has one.
	pub(crate) fn arm_seat(job: JobId, seat: &Seat) {
		if let Some((_, due)) = silence_of(seat) {
			let (attempt, node) = (seat.attempt, seat.node);
			Self::arm(due, AgendaItem::Deadline { job, attempt, node });
		}
	}

	/// The receipt of an assignment.
	pub(crate) fn note_assignment(id: JobId, job: &Job) {
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
		let perspective = T::Trust::perspective(&order.originator);
		let seated: Vec<_> = job
			.seats
			.iter()
			.filter_map(|seat| Seatings::<T>::get(seat.node))
			.map(|seating| (seating.profile.operator, seating.profile.platform))
			.collect();
		while !job.backups.is_empty() {
			let node = job.backups.remove(0);
			// It was eligible when it was drawn: that may be a while ago.
			let ask = Self::ask(job, order, ctx, &paused, &perspective);
			let found = Self::look_up(node, &ask)
				.and_then(Result::ok)
				.filter(|one| !scheduler::clashes(one, seated.iter().map(|(o, p)| (o, p))))
				.and_then(|one| Self::live_lease(&one, &ask).map(|lease| (one, lease)))
				.filter(|(_, lease)| !order.sealed || Self::was_sealed_for(id, lease))
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

		let lost = seat.clone();
		job.seats.retain(|seat| !is_it(seat));
		let cooldown_until = Self::hop_over(id, &order, &lost, HopEnd::Silent, |standing| {
			standing.miss(&ctx.params, ctx.now)
		});
		Ledger::<T>::mutate(|ledger| {
			let totals = &mut ledger.totals;
			totals.missed_deadlines = totals.missed_deadlines.saturating_add(1);
		});
		Self::deposit_event(Event::SeatLost { job: id, attempt, node, silence, cooldown_until });

		Self::fill_seat(id, job, &order, node, ctx)
	}

	/// A node gives its seat back: another one gets it, and the node is left alone for a moment.
	pub(crate) fn seat_declined(
		id: JobId,
		mut job: Job,
		order: &Order,
		attempt: Attempt,
		node: NodeId,
	) {
		let ctx = Self::context();
		let is_it = |seat: &Seat| seat.node == node && seat.attempt == attempt;
		let Some(given_back) = job.seats.iter().find(|seat| is_it(seat)).cloned() else { return };
		job.seats.retain(|seat| !is_it(seat));
		let cooldown_until = ctx.now.saturating_add(ctx.params.cooldown_base);
		Self::hop_over(id, order, &given_back, HopEnd::Declined, |standing| {
			standing.cooldown_until = standing.cooldown_until.max(cooldown_until);
		});
		Self::deposit_event(Event::SeatDeclined { job: id, attempt, node, cooldown_until });
		Self::fill_seat(id, job, order, node, &ctx);
	}

	/// The best backup takes the seat that `node` had; without one the others go on if they still can, and otherwise the
	/// round is over. Returns the weight.
	fn fill_seat(id: JobId, mut job: Job, order: &Order, node: NodeId, ctx: &Context) -> Weight {
		let stood_in = Self::stand_in(id, &mut job, order, ctx);
		let own = Self::weight_of_stand_in().saturating_add(Self::weight_of_backups(order));
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
			Self::end_round(id, job, order, false, reason);
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
		Self::unseal(id, &mut job, order);
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
			standing.give_back(id, order);
			note(standing)
		})
	}

	/// Weight of one try to place a job.
	pub(crate) fn weight_of_placement(placement: &Placement) -> Weight {
		// Measured on the runtime, with the clause, the lease of each seat and the receipt. The leases of backups and of
		// nodes that were passed over come on top.
		let others = placement.leases.saturating_sub(placement.seats);
		let group = if placement.grouped { Self::weight_of_group() } else { Weight::zero() };
		T::WeightInfo::place(placement.probes, placement.seats)
			.saturating_add(T::Trust::weight_of_perspective())
			.saturating_add(T::Leases::weight().saturating_mul(others.into()))
			.saturating_add(T::Credentials::weight().saturating_mul(placement.credentials.into()))
			.saturating_add(group)
	}

	/// The most that the parameters allow to be wanted.
	fn most_wanted(params: &Params) -> Want {
		Want {
			seats: MAX_SEATS,
			backups: params.backups,
			candidates: params.candidates,
			spread: Spread::default(),
		}
	}

	/// Weight of the dearest try that the parameters allow, for a clause that demands no credentials. Every probe may
	/// end in a question about a lease.
	pub(crate) fn weight_of_dearest_placement(params: &Params) -> Weight {
		let want = Self::most_wanted(params);
		Self::weight_of_placement(&Placement {
			seats: want.seats,
			probes: want.most_probes(),
			leases: want.most_probes(),
			credentials: 0,
			grouped: true,
		})
		.max(Self::weight_of_parking())
	}

	/// Weight of the questions about credentials that come on top for a clause that demands some: at most one for every
	/// probe.
	pub(crate) fn weight_of_most_questions(params: &Params) -> Weight {
		T::Credentials::weight().saturating_mul(Self::most_wanted(params).most_probes().into())
	}

	/// The same for an order: nothing, unless its clause demands any.
	fn weight_of_questions(order: &Order, params: &Params) -> Weight {
		if order.node_credentials.is_empty() {
			return Weight::zero();
		}
		let (_, seats) = order.mode.quorum();
		let want = Want { seats: seats.into(), ..Self::most_wanted(params) };
		T::Credentials::weight().saturating_mul(want.most_probes().into())
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
			.saturating_add(T::Trust::weight_of_perspective())
			.saturating_add(T::Trust::weight_of_recording())
			// Whose a node is that has left the pools meanwhile.
			.saturating_add(T::Nodes::weight())
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
			.saturating_add(T::Trust::weight_of_recording().saturating_mul(seats.into()))
			.saturating_add(T::Nodes::weight().saturating_mul(seats.into()))
			.saturating_add(T::ClauseJobs::weight_of_closing())
			// Whoever opened the job is told when the listener announces the result.
			.saturating_add(T::Outcomes::weight())
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
