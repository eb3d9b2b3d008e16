//! The hook's work: queues, and placing jobs. The decisions are in [`crate::scheduler`]; what becomes of seats and rounds is
//! in [`crate::round_impls`].

use crate::{
	pallet::*,
	scheduler::{self, Want},
	types::*,
	WeightInfo, LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::{ClauseStatus, ExecutionMode, Spread, MAX_SEATS},
	job::{JobClass, JobStatus},
	receipt::Operation,
	traits::{BlockRandomness, ClauseInspect, CredentialInspect, LeaseInspect, ReceiptSink},
	trust::TrustBook,
	BlockNumber, JobId, Jurisdiction,
};
use frame_support::{
	weights::{Weight, WeightMeter},
	BoundedVec,
};

/// The mode that asks for most nodes and most backups.
const LARGEST: ExecutionMode = ExecutionMode::Quorum { k: 4, n: MAX_SEATS as u8 };
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
			let questions = Self::weight_of_questions(&job, &order, &ctx.params);
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

	/// The receipt of an assignment.
	pub(crate) fn note_assignment(id: JobId, job: &Job) {
		let nodes = job.seats.iter().map(|seat| seat.node).collect::<Vec<_>>();
		T::Receipts::append(Operation::JobAssigned {
			job: id,
			attempt: job.attempts,
			nodes: BoundedVec::truncate_from(nodes),
		});
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
			// The largest mode has the largest committee.
			backups: backups_of(LARGEST, params),
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

	/// The same for a job: nothing, unless its clause demands any.
	fn weight_of_questions(job: &Job, order: &Order, params: &Params) -> Weight {
		if order.node_credentials.is_empty() {
			return Weight::zero();
		}
		let mode = job.mode(order);
		let (_, seats) = mode.quorum();
		let backups = backups_of(mode, params);
		let want = Want { seats: seats.into(), backups, ..Self::most_wanted(params) };
		T::Credentials::weight().saturating_mul(want.most_probes().into())
	}

	/// Weight of finding that a job is held back.
	fn weight_of_parking() -> Weight {
		T::WeightInfo::park().saturating_add(T::Clauses::weight())
	}
}
