//! A board that does the least that `JobBoard` promises.

use super::*;

/// What the neighbours were asked to do, in order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Effect {
	Acknowledged(JobId, Attempt, NodeId),
	Committed(JobId, Attempt, NodeId),
	Delivered(JobId, Attempt, NodeId),
	/// With the members that were seated.
	Escalated(JobId, u32),
	Settled(JobId, Settlement),
	RoundFailed(JobId),
	Overridden(JobId, Result<Hash, FailureCode>),
	Receipt(Operation),
	/// Node, evidence, what was newly frozen.
	Slashed(NodeId, Misconduct, Hash, Balance),
	DisputeOpened(JobId, Hash),
	DisputeEnded(JobId),
}

#[storage_alias]
pub type Board = StorageMap<MockPrefix, Twox64Concat, JobId, JobTerms>;
/// Nodes that were drawn with the seats, best first.
#[storage_alias]
pub type Backups = StorageMap<MockPrefix, Twox64Concat, JobId, Vec<NodeId>>;
#[storage_alias]
pub type Inputs = StorageMap<MockPrefix, Twox64Concat, JobId, JobInput>;
#[storage_alias]
pub type Lineages = StorageMap<MockPrefix, Twox64Concat, JobId, Hash>;
#[storage_alias]
pub type DependsOn = StorageMap<MockPrefix, Twox64Concat, JobId, Dependencies>;
#[storage_alias]
pub type Sealings = StorageMap<MockPrefix, Twox64Concat, JobId, SealedInput>;
/// Jobs whose openers were told, with the output that could be read then.
#[storage_alias]
pub type Announced = StorageValue<MockPrefix, Vec<(JobId, Option<Vec<u8>>)>>;
#[storage_alias]
pub type Effects = StorageValue<MockPrefix, Vec<Effect>>;

/// Blocks in which what was committed to can be shown.
pub const REVEAL_WINDOW: u32 = 10;
/// What an override gives back.
pub const REFUND: Balance = 77;

pub fn note(effect: Effect) {
	Effects::mutate(|all| all.get_or_insert_default().push(effect));
}

pub fn effects() -> Vec<Effect> {
	Effects::get().unwrap_or_default()
}

fn change_seat(job: JobId, attempt: Attempt, node: NodeId, state: SeatState) -> DispatchResult {
	Board::try_mutate(job, |terms| {
		let terms = terms.as_mut().ok_or(DispatchError::Other("no job"))?;
		terms.status = JobStatus::Running;
		let seat = terms
			.seats
			.iter_mut()
			.find(|s| s.node == node && s.attempt == attempt)
			.ok_or(DispatchError::Other("no seat"))?;
		seat.state = state;
		Ok(())
	})
}

pub fn set_status(job: JobId, status: JobStatus) {
	change_terms(job, |terms| terms.status = status);
}

pub fn change_terms(job: JobId, f: impl FnOnce(&mut JobTerms)) {
	Board::mutate(job, |terms| f(terms.as_mut().expect("the job exists")));
}

pub fn terms(job: JobId) -> JobTerms {
	Board::get(job).expect("the job exists")
}

/// Opens the reveals once all who count have committed, and are enough.
fn open_reveals(job: JobId) {
	change_terms(job, |terms| {
		let (k, _) = terms.mode.quorum();
		let needed = match terms.committee {
			Some(_) => 2,
			None => usize::from(k),
		};
		let committed = |seat: &Seat| matches!(seat.state, SeatState::Committed(_));
		let is_over = terms.voting().all(committed) && terms.voting().count() >= needed;
		if !terms.commit_reveal || terms.reveal_from.is_some() || !is_over {
			return;
		}
		let from = System::block_number() + 1;
		terms.reveal_from = Some(from);
		for seat in terms.seats.iter_mut().filter(|seat| committed(seat)) {
			seat.deliver_by = from + REVEAL_WINDOW;
		}
	});
}

/// The board gives up the seat of a silent node; a backup may step in with the next attempt.
pub fn lose_seat(node: NodeId, backup: Option<NodeId>) {
	change_terms(JOB, |terms| {
		terms.seats.retain(|s| s.node != node);
		if let Some(backup) = backup {
			terms.seats.try_push(seat(JOB, 2, backup)).expect("room for a seat");
		}
	});
	open_reveals(JOB);
	QuorumResults::seat_lost(JOB, node);
}

/// The deadline of a node fires that has committed and not shown.
pub fn withhold(node: NodeId) {
	let held = terms(JOB).seats.into_iter().find(|seat| seat.node == node).expect("a seat");
	assert!(matches!(held.state, SeatState::Committed(_)));
	change_terms(JOB, |terms| terms.seats.retain(|seat| seat.node != node));
	QuorumResults::reveal_withheld(JOB, held.attempt, node);
	QuorumResults::seat_lost(JOB, node);
}

impl JobBoard<AccountId> for Mock {
	fn terms(job: JobId) -> Option<JobTerms> {
		Board::get(job)
	}
	fn assignments(node: NodeId) -> Vec<JobId> {
		let mut jobs: Vec<_> = Board::iter()
			.filter(|(_, terms)| terms.seats.iter().any(|s| s.node == node))
			.map(|(job, _)| job)
			.collect();
		jobs.sort();
		jobs
	}
	fn work(job: JobId) -> Option<Work> {
		Some(Work {
			terms: Board::get(job)?,
			input: Inputs::get(job)?,
			trigger: TriggerKind::Sensor,
			lineage: Lineages::get(job).unwrap_or(NO_LINEAGE),
			dependencies: DependsOn::get(job).unwrap_or_default(),
			capability: Spec::get()?.capability,
			sealed: Sealings::get(job),
			parent: Contexts::get(job).map(|_| JobParent::Workflow { id: 5, step: 1 }),
		})
	}
	fn lineage(job: JobId) -> Option<Hash> {
		Board::contains_key(job).then(|| Lineages::get(job).unwrap_or(NO_LINEAGE))
	}
	fn requester(_: JobId) -> Option<AccountId> {
		None
	}
	fn acknowledge(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		note(Effect::Acknowledged(job, attempt, node));
		change_seat(job, attempt, node, SeatState::Acknowledged(System::block_number()))
	}
	fn committed(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		note(Effect::Committed(job, attempt, node));
		change_seat(job, attempt, node, SeatState::Committed(System::block_number()))?;
		open_reveals(job);
		Ok(())
	}
	fn delivered(job: JobId, attempt: Attempt, node: NodeId) -> DispatchResult {
		note(Effect::Delivered(job, attempt, node));
		change_seat(job, attempt, node, SeatState::Delivered(System::block_number()))
	}
	fn escalate(job: JobId) -> Result<u32, DispatchError> {
		let now = terms(job);
		let backups = Backups::get(job).unwrap_or_default();
		if now.committee.is_some() || (backups.len() as u32) < now.mode.committee() {
			return Ok(0);
		}
		change_terms(job, |terms| {
			let attempt = terms.seats.iter().map(|seat| seat.attempt).max().unwrap_or(terms.round);
			terms.seats.retain(|seat| matches!(seat.state, SeatState::Delivered(_)));
			for node in &backups {
				terms.seats.try_push(seat(job, attempt + 1, *node)).expect("room for a seat");
			}
			terms.committee = Some(attempt + 1);
			terms.reveal_from = None;
		});
		Backups::remove(job);
		note(Effect::Escalated(job, backups.len() as u32));
		Ok(backups.len() as u32)
	}
	fn settle(job: JobId, settlement: Settlement) -> Result<Balance, DispatchError> {
		if SettleFails::get() {
			return Err(DispatchError::Other("the board would not settle"));
		}
		let paid = 100 * settlement.agreed.len() as u128;
		set_status(
			job,
			match settlement.outcome {
				Ok(_) => JobStatus::Completed,
				Err(code) => JobStatus::Failed(FailureReason::Program(code)),
			},
		);
		note(Effect::Settled(job, settlement));
		Ok(paid)
	}
	fn override_result(
		job: JobId,
		outcome: Result<Hash, FailureCode>,
	) -> Result<Balance, DispatchError> {
		if SettleFails::get() {
			return Err(DispatchError::Other("the board would not settle"));
		}
		set_status(job, JobStatus::Overridden);
		note(Effect::Overridden(job, outcome));
		Ok(REFUND)
	}
	fn announce(job: JobId) {
		let is_end = |effect: &Effect| matches!(effect, Effect::Settled(of, _) | Effect::Overridden(of, _) if *of == job);
		assert!(effects().iter().any(is_end));
		assert!(pallet_quorum_results::Results::<Test>::contains_key(job));
		Announced::mutate(|all| {
			all.get_or_insert_default().push((job, QuorumResults::output(job)))
		});
	}
	fn round_failed(job: JobId) -> DispatchResult {
		note(Effect::RoundFailed(job));
		change_terms(job, |terms| {
			terms.status = JobStatus::Pending;
			terms.seats.clear();
			terms.committee = None;
			terms.reveal_from = None;
		});
		// As the real board does.
		QuorumResults::round_over(job);
		Ok(())
	}
	fn freeze(job: JobId) -> DispatchResult {
		set_status(job, JobStatus::Disputed);
		Ok(())
	}
	fn unfreeze(_: JobId, _: bool) -> DispatchResult {
		Ok(())
	}
	fn weight() -> Weight {
		Weight::from_parts(1_000_000, 10)
	}
	fn weight_of_message() -> Weight {
		Weight::from_parts(1_000, 10)
	}
	fn weight_of_settling(seats: u32) -> Weight {
		Weight::from_parts(20_000 + 3_000 * u64::from(seats), 20)
	}
	fn weight_of_failing(seats: u32) -> Weight {
		Weight::from_parts(30_000 + 2_000 * u64::from(seats), 30)
	}
	fn weight_of_escalating() -> Weight {
		Weight::from_parts(50_000, 50)
	}
}
