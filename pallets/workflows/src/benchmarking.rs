//! Benchmarks of workflows, each in its worst case.
//!
//! Loose coupling hides clauses, jobs, outputs and seats: the runtime makes them through [`BenchmarkHelper`]. What is
//! opened and withdrawn is opened and withdrawn on the real board; its weight is added by the caller all the same, because
//! it depends on the board's own state.

use crate::{pallet::Pallet as Workflows_, *};
use alloc::{boxed::Box, vec, vec::Vec};
use concordat_primitives::{
	attest::SigningKey,
	cac::Signature,
	clause::MAX_OUTPUT_BYTES,
	ensemble::Aggregation,
	handoff::{Handoff, HandoffFault, HandoffRefusal, SignedHandoff, SignedRefusal},
	hashing::output_hash,
	job::JobInput,
	traits::{GenesisHash, JobBoard, JobEnd, JobOutcomes},
	units::CDT,
	workflow::{
		JobParent, StepIndex, StepInput, StepSpec, WorkflowId, WorkflowKind, WorkflowSpec,
		WorkflowStatus, MAX_DEPENDENCIES, MAX_STEPS,
	},
	AccountId, ClauseId, JobId, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Authorize, EnsureOrigin},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_runtime::transaction_validity::TransactionSource;

/// Makes what the benchmarks need from pallets that this one does not know.
pub trait BenchmarkHelper {
	/// An active clause that anybody may use, by hand or by dependency, on inputs of up to 64 KiB, whose capability
	/// takes what it gives.
	fn clause() -> ClauseId;
	/// Gives a node a seat on a job, as the scheduler would, now. Returns the node and the key of the seat.
	fn seat(job: JobId) -> (NodeId, SigningKey);
	/// A key of another node.
	fn key() -> SigningKey;
	/// Signs with one of these keys.
	fn sign(by: &SigningKey, message: &[u8]) -> Signature;
	/// Makes this the output of a job.
	fn set_output(job: JobId, bytes: Vec<u8>);
}

fn owner<T: Config>() -> AccountId {
	let who = AccountId::new([0x0e; 32]);
	T::Currency::set_balance(&who, 1_000_000_000 * CDT);
	who
}

/// Parameters with which the largest workflow can be submitted and run at once.
fn set_up<T: Config>() {
	if frame_system::Pallet::<T>::block_number() == 0u32.into() {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
	}
	Parameters::<T>::mutate(|params| {
		params.max_steps = MAX_STEPS as u8;
		params.max_running = MAX_STEPS as u8;
		params.max_live = 1_000;
	});
}

fn input(bytes: u32) -> JobInput {
	JobInput::Inline(BoundedVec::truncate_from(vec![7u8; bytes.max(1) as usize]))
}

fn spec(kind: WorkflowKind, steps: Vec<StepSpec>) -> WorkflowSpec {
	let merge = (kind == WorkflowKind::Parallel && steps.len() > 1).then_some(Aggregation::Voting);
	WorkflowSpec {
		kind,
		input: input(16),
		steps: BoundedVec::truncate_from(steps),
		constraints: Default::default(),
		merge,
		timeout_blocks: None,
	}
}

fn step(clause: &ClauseId, on: impl IntoIterator<Item = StepIndex>) -> StepSpec {
	StepSpec {
		depends_on: BoundedVec::truncate_from(on.into_iter().collect()),
		..StepSpec::new(clause.clone())
	}
}

/// A sequence whose steps depend on as many earlier ones as they may.
fn dense(clause: &ClauseId, steps: u32) -> Vec<StepSpec> {
	let earlier = |n: u32| n.saturating_sub(MAX_DEPENDENCIES)..n;
	(0..steps).map(|n| step(clause, earlier(n).map(|n| n as StepIndex))).collect()
}

fn submit<T: Config>(spec: WorkflowSpec) -> Result<WorkflowId, BenchmarkError> {
	Workflows_::<T>::do_submit(owner::<T>(), spec, CDT)?;
	Ok(Books::<T>::get().submitted)
}

/// Does everything that can be done now, for this workflow.
fn advance<T: Config>(id: WorkflowId, turns: u32) {
	for _ in 0..turns {
		Workflows_::<T>::advance(id, &Parameters::<T>::get());
	}
}

/// The job of a step ends well.
fn complete<T: Config>(id: WorkflowId, place: StepIndex) -> Result<(), BenchmarkError> {
	let job = Steps::<T>::get(id, place)
		.and_then(|step| step.job)
		.ok_or(BenchmarkError::Stop("the step has no job"))?;
	let output = vec![place; MAX_OUTPUT_BYTES as usize];
	T::BenchmarkHelper::set_output(job, output.clone());
	Workflows_::<T>::job_ended(
		job,
		&JobParent::Workflow { id, step: place },
		&JobEnd::Completed {
			output: output_hash(&output),
			node: 7,
			signing_key: T::BenchmarkHelper::key(),
		},
	);
	Ok(())
}

/// A workflow whose second step has a seat, which waits for its handoff; and that handoff.
fn handoff<T: Config>() -> Result<(SignedHandoff, SigningKey), BenchmarkError> {
	set_up::<T>();
	let clause = T::BenchmarkHelper::clause();
	let id = submit::<T>(spec(WorkflowKind::Sequential, dense(&clause, 2)))?;
	advance::<T>(id, 1);
	complete::<T>(id, 0)?;
	advance::<T>(id, 1);
	let job = Steps::<T>::get(id, 1)
		.and_then(|step| step.job)
		.ok_or(BenchmarkError::Stop("the step has no job"))?;
	let (to, seat_key) = T::BenchmarkHelper::seat(job);
	let terms = T::Jobs::terms(job).ok_or(BenchmarkError::Stop("the board has no such job"))?;
	let seat = terms
		.seats
		.iter()
		.find(|seat| seat.node == to)
		.ok_or(BenchmarkError::Stop("the helper gave no seat"))?;
	let record = StepJobs::<T>::get(job).ok_or(BenchmarkError::Stop("the job is not known"))?;
	let handoff = Handoff {
		genesis: T::Genesis::genesis_hash(),
		workflow: id,
		step: 1,
		from: 7,
		to,
		job,
		attempt: seat.attempt,
		nonce: seat.nonce,
		task: Workflows_::<T>::task_of(&terms).ok_or(BenchmarkError::Stop("no lineage"))?,
		context: record.context,
	};
	let signature = T::BenchmarkHelper::sign(&T::BenchmarkHelper::key(), &handoff.message());
	Ok((SignedHandoff { handoff, signature }, seat_key))
}

fn refusal<T: Config>() -> Result<SignedRefusal, BenchmarkError> {
	let (signed, key) = handoff::<T>()?;
	let said = signed.handoff.clone();
	Workflows_::<T>::do_hand_over(signed)?;
	let refusal = HandoffRefusal {
		genesis: said.genesis,
		job: said.job,
		attempt: said.attempt,
		nonce: said.nonce,
		node: said.to,
		handoff: said.digest(),
		fault: HandoffFault::Overloaded,
	};
	let signature = T::BenchmarkHelper::sign(&key, &refusal.message());
	Ok(SignedRefusal { refusal, signature })
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit(s: Linear<1, 128>, b: Linear<1, 65_536>) -> Result<(), BenchmarkError> {
		set_up::<T>();
		let who = owner::<T>();
		let mut spec = spec(WorkflowKind::Sequential, dense(&T::BenchmarkHelper::clause(), s));
		spec.input = input(b);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), Box::new(spec), CDT);

		let id = Books::<T>::get().submitted;
		assert_eq!(Workflows::<T>::get(id).map(|one| u32::from(one.steps)), Some(s));
		Ok(())
	}

	/// `cancel`: a workflow with all its steps done but one ends.
	#[benchmark]
	fn end() -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let id = super::submit::<T>(spec(WorkflowKind::Sequential, dense(&clause, 128)))?;
		for place in 0..127 {
			advance::<T>(id, 1);
			complete::<T>(id, place)?;
		}
		advance::<T>(id, 1);

		#[extrinsic_call]
		cancel(RawOrigin::Signed(owner::<T>()), id);

		assert_eq!(Workflows::<T>::get(id).map(|one| one.status), Some(WorkflowStatus::Cancelled));
		Ok(())
	}

	#[benchmark]
	fn hand_over() -> Result<(), BenchmarkError> {
		let (signed, _) = handoff::<T>()?;
		let job = signed.handoff.job;

		#[extrinsic_call]
		_(RawOrigin::Authorized, Box::new(signed));

		assert_eq!(Handed::<T>::get(job).len(), 1);
		Ok(())
	}

	#[benchmark]
	fn authorize_hand_over() -> Result<(), BenchmarkError> {
		let call = Call::<T>::hand_over { signed: Box::new(handoff::<T>()?.0) };

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or(BenchmarkError::Stop("an authorised call"))?
				.map_err(|_| BenchmarkError::Stop("a valid handoff"))?;
		}
		Ok(())
	}

	#[benchmark]
	fn refuse() -> Result<(), BenchmarkError> {
		let signed = refusal::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, Box::new(signed));
		Ok(())
	}

	#[benchmark]
	fn authorize_refuse() -> Result<(), BenchmarkError> {
		let call = Call::<T>::refuse { signed: Box::new(refusal::<T>()?) };

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or(BenchmarkError::Stop("an authorised call"))?
				.map_err(|_| BenchmarkError::Stop("a valid refusal"))?;
		}
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::ForceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let params = Params { busy_pause: 7, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	/// A hook without anything to do.
	#[benchmark]
	fn tick() {
		set_up::<T>();
		#[block]
		{
			let params = Parameters::<T>::get();
			Workflows_::<T>::drain_queue(&params, &mut WeightMeter::new());
			AgendaCursor::<T>::put(AgendaCursor::<T>::get().unwrap_or_default());
		}
	}

	/// A page of things that no longer apply, without them.
	#[benchmark]
	fn agenda_page() {
		set_up::<T>();
		let now = Workflows_::<T>::now();
		AgendaCursor::<T>::put(Cursor { block: now, page: 0, index: AGENDA_PAGE });
		let page: Vec<_> = (0..AGENDA_PAGE).map(|n| AgendaItem::Wake(n.into())).collect();
		Agenda::<T>::insert(now, 0, AgendaPage::truncate_from(page));
		LastPages::<T>::insert(now, 0);

		#[block]
		{
			let params = Parameters::<T>::get();
			Workflows_::<T>::drain_agenda(now, &params, &mut WeightMeter::new());
		}
		assert_eq!(Agenda::<T>::decode_len(now, 0), None);
	}

	#[benchmark]
	fn advance_idle() -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let id = super::submit::<T>(spec(WorkflowKind::Sequential, dense(&clause, 128)))?;
		advance::<T>(id, 1);

		#[block]
		{
			advance::<T>(id, 1);
		}
		assert_eq!(Progresses::<T>::get(id).map(|one| one.running), Some(1));
		Ok(())
	}

	#[benchmark]
	fn wake() -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let id = super::submit::<T>(spec(WorkflowKind::Sequential, dense(&clause, 128)))?;
		Queue::<T>::remove(QueueRing::<T>::get().tail.saturating_sub(1));
		Progresses::<T>::mutate_extant(id, |progress| progress.queued = false);
		let now = Workflows_::<T>::now();

		#[block]
		{
			Workflows_::<T>::fire(AgendaItem::Wake(id), now, &Parameters::<T>::get());
		}
		assert!(Progresses::<T>::get(id).is_some_and(|one| one.queued));
		Ok(())
	}

	/// All steps of one chunk, each with an input of its own, and the workflow with them.
	#[benchmark]
	fn prune() -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let own = |_| StepSpec { input: StepInput::Own(input(1_024)), ..step(&clause, []) };
		let steps: Vec<_> = (0..PRUNE_CHUNK).map(own).collect();
		let id = super::submit::<T>(spec(WorkflowKind::Parallel, steps))?;
		Workflows_::<T>::do_cancel(owner::<T>(), id)?;
		Progresses::<T>::mutate_extant(id, |progress| progress.queued = false);
		let now = Workflows_::<T>::now();

		#[block]
		{
			Workflows_::<T>::fire(AgendaItem::Prune(id), now, &Parameters::<T>::get());
		}
		assert!(!Workflows::<T>::contains_key(id));
		Ok(())
	}

	/// A result that all other steps wait for, with a handoff and a full list of owed ones.
	#[benchmark]
	fn job_ended() -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let mut steps: Vec<_> = vec![step(&clause, []), step(&clause, [0])];
		steps.extend((2..128).map(|_| step(&clause, [1])));
		let mut spec = spec(WorkflowKind::Dag, steps);
		spec.merge = Some(Aggregation::Voting);
		let id = super::submit::<T>(spec)?;
		advance::<T>(id, 1);
		complete::<T>(id, 0)?;
		advance::<T>(id, 1);
		let filler: Vec<JobId> = (1..u64::from(MAX_OWED)).map(|n| u64::MAX - n).collect();
		for job in filler {
			let _ = Owed::<T>::try_append(7, job);
		}

		#[block]
		{
			complete::<T>(id, 1)?;
		}
		assert_eq!(Progresses::<T>::get(id).map(|one| one.ready.count_ones()), Some(126));
		Ok(())
	}

	/// The last step of the largest workflow, on all that its predecessors gave, or on an input of `b` bytes.
	#[benchmark]
	fn open_step(b: Linear<1, 65_536>) -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let mut steps = dense(&clause, 128);
		if let Some(last) = steps.last_mut() {
			last.input = StepInput::Own(input(b));
		}
		let id = super::submit::<T>(spec(WorkflowKind::Sequential, steps))?;
		for place in 0..127 {
			advance::<T>(id, 1);
			complete::<T>(id, place)?;
		}

		#[block]
		{
			// The merging, too: it costs the same whatever is run on afterwards.
			let outputs = vec![vec![7u8; MAX_OUTPUT_BYTES as usize]; MAX_DEPENDENCIES as usize];
			crate::merging::merge(Aggregation::Voting, &outputs)
				.map_err(|_| BenchmarkError::Stop("equal outputs are one"))?;
			advance::<T>(id, 1);
		}
		assert_eq!(Progresses::<T>::get(id).map(|one| one.running.count_ones()), Some(1));
		Ok(())
	}

	#[benchmark]
	fn conclude(n: Linear<1, 128>) -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let steps = (0..n).map(|_| step(&clause, [])).collect();
		let id = super::submit::<T>(spec(WorkflowKind::Parallel, steps))?;
		advance::<T>(id, n);
		for place in 0..n {
			complete::<T>(id, place as StepIndex)?;
		}

		#[block]
		{
			advance::<T>(id, 1);
		}
		assert_eq!(Workflows::<T>::get(id).map(|one| one.status), Some(WorkflowStatus::Completed));
		Ok(())
	}

	/// With the withdrawal itself, on the real board.
	#[benchmark]
	fn wind_down() -> Result<(), BenchmarkError> {
		set_up::<T>();
		let clause = T::BenchmarkHelper::clause();
		let steps = (0..128).map(|_| step(&clause, [])).collect();
		let id = super::submit::<T>(spec(WorkflowKind::Parallel, steps))?;
		advance::<T>(id, 8);
		Workflows_::<T>::do_cancel(owner::<T>(), id)?;

		#[block]
		{
			advance::<T>(id, 1);
		}
		assert_eq!(Progresses::<T>::get(id).map(|one| one.running.count_ones()), Some(7));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Workflows_,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
