//! What tests do: submit, let blocks pass, let jobs end, sign, and look.

use super::*;

/// Dispatches as the chain would: what fails leaves nothing behind.
pub fn dispatch(who: RuntimeOrigin, call: crate::Call<Test>) -> DispatchResult {
	RuntimeCall::Workflows(call).dispatch(who).map(|_| ()).map_err(|e| e.error)
}

pub fn submit_with(who: AccountId, spec: WorkflowSpec, reserve: Balance) -> DispatchResult {
	let call = crate::Call::submit { spec: Box::new(spec), reserve };
	dispatch(RuntimeOrigin::signed(who), call)
}

/// Submits as Alice, and opens what can be opened.
#[track_caller]
pub fn submit(spec: WorkflowSpec) -> WorkflowId {
	submit_with(ALICE, spec, 0).expect("a sound workflow");
	let id = crate::Books::<Test>::get().submitted;
	idle();
	id
}

pub fn cancel(who: AccountId, workflow: WorkflowId) -> DispatchResult {
	dispatch(RuntimeOrigin::signed(who), crate::Call::cancel { workflow })
}

/// The end of a block.
pub fn idle() {
	let room = IdleRoom::get().unwrap_or(Weight::from_parts(700_000_000_000, u64::MAX));
	let used = <Workflows as OnIdle<u32>>::on_idle(System::block_number(), room);
	assert!(used.all_lte(room), "on_idle used {used:?} of {room:?}");
}

/// The next block, up to its end.
pub fn next_block() {
	let number = System::block_number() + 1;
	System::set_block_number(number);
	let used = <Workflows as OnInitialize<u32>>::on_initialize(number);
	let limit = Workflows::hook_limit(&crate::Parameters::<Test>::get());
	assert!(used.all_lte(limit), "on_initialize used {used:?} of {limit:?}");
	idle();
}

pub fn run_to(block: u32) {
	while System::block_number() < block {
		next_block();
	}
}

/// Jobs on the board that have not ended, oldest first.
pub fn live_jobs() -> Vec<(JobId, MockJob)> {
	let mut jobs: Vec<_> = Board::iter().filter(|(_, job)| job.is_live()).collect();
	jobs.sort_by_key(|(id, _)| *id);
	jobs
}

/// The live job of a step.
#[track_caller]
pub fn job_of(workflow: WorkflowId, step: StepIndex) -> JobId {
	let jobs = live_jobs();
	let found = jobs.iter().find(|(_, job)| job.step() == (workflow, step));
	found.unwrap_or_else(|| panic!("step {step} of workflow {workflow} has no live job")).0
}

pub fn job(id: JobId) -> MockJob {
	Board::get(id).expect("the job exists")
}

/// Steps of a workflow that have a live job.
pub fn running(workflow: WorkflowId) -> Vec<StepIndex> {
	let mut steps: Vec<_> = live_jobs()
		.into_iter()
		.map(|(_, job)| job.step())
		.filter(|(id, _)| *id == workflow)
		.map(|(_, step)| step)
		.collect();
	steps.sort_unstable();
	steps
}

/// A node gets a seat on a job.
pub fn seat_on(id: JobId, node: NodeId, attempt: Attempt) {
	let now = System::block_number();
	Board::mutate(id, |job| {
		let job = job.as_mut().expect("the job exists");
		job.status = JobStatus::Scheduled;
		job.seats.push(Seat {
			node,
			attempt,
			nonce: Hash::from_low_u64_be(id * 1_000 + u64::from(attempt)),
			lease: 1_000 + u64::from(node),
			signing_key: key(node),
			score: 1,
			assigned_at: now,
			ack_by: now + 5,
			deliver_by: now + 20,
			state: SeatState::Assigned,
		});
	});
}

/// A node completes a job with an output that lies on chain.
pub fn complete_with(id: JobId, node: NodeId, output: &[u8]) {
	OutputBytes::insert(id, output.to_vec());
	complete_elsewhere(id, node, output);
}

/// A node completes a job; its output lies elsewhere.
pub fn complete_elsewhere(id: JobId, node: NodeId, output: &[u8]) {
	let mut job = job(id);
	assert!(job.is_live(), "job {id} has ended");
	job.status = JobStatus::Completed;
	Board::insert(id, &job);
	let end = JobEnd::Completed { output: output_hash(output), node, signing_key: key(node) };
	Workflows::job_ended(id, &job.parent, &end);
}

/// A node completes the job of a step; the output says which step it was. Then the block ends.
#[track_caller]
pub fn complete(workflow: WorkflowId, step: StepIndex, node: NodeId) {
	complete_with(job_of(workflow, step), node, format!("out {step}").as_bytes());
	idle();
}

/// The job of a step fails; then the block ends.
#[track_caller]
pub fn fail(workflow: WorkflowId, step: StepIndex, reason: FailureReason) {
	let id = job_of(workflow, step);
	end_job(id, job(id), JobStatus::Failed(reason));
	idle();
}

pub fn end_with(id: JobId, status: JobStatus) {
	end_job(id, job(id), status);
}

pub fn pair(node: NodeId) -> ed25519::Pair {
	let mut seed = [7u8; 32];
	seed[..4].copy_from_slice(&node.to_le_bytes());
	ed25519::Pair::from_seed(&seed)
}

pub fn key(node: NodeId) -> SigningKey {
	pair(node).public().0
}

/// The handoff of a seat, as an honest sender says it.
pub fn handoff(id: JobId, from: NodeId, to: NodeId) -> Handoff {
	let job = job(id);
	let seat = job.seats.iter().find(|seat| seat.node == to).expect("the node sits");
	let (workflow, step) = job.step();
	let terms = Mock::terms(id).unwrap();
	Handoff {
		genesis: GENESIS,
		workflow,
		step,
		from,
		to,
		job: id,
		attempt: seat.attempt,
		nonce: seat.nonce,
		task: Workflows::task_of(&terms).unwrap(),
		context: crate::StepJobs::<Test>::get(id).unwrap().context,
	}
}

pub fn sign(handoff: Handoff, node: NodeId) -> SignedHandoff {
	let signature = pair(node).sign(&handoff.message()).0;
	SignedHandoff { handoff, signature }
}

pub fn hand_over(signed: SignedHandoff) -> DispatchResult {
	let call = crate::Call::hand_over { signed: Box::new(signed) };
	dispatch(frame_system::RawOrigin::Authorized.into(), call)
}

/// The refusal of a seat.
pub fn refusal(id: JobId, node: NodeId, handoff: Hash, fault: HandoffFault) -> HandoffRefusal {
	let job = job(id);
	let seat = job.seats.iter().find(|seat| seat.node == node).expect("the node sits");
	HandoffRefusal {
		genesis: GENESIS,
		job: id,
		attempt: seat.attempt,
		nonce: seat.nonce,
		node,
		handoff,
		fault,
	}
}

pub fn sign_refusal(refusal: HandoffRefusal, node: NodeId) -> SignedRefusal {
	let signature = pair(node).sign(&refusal.message()).0;
	SignedRefusal { refusal, signature }
}

pub fn refuse(signed: SignedRefusal) -> DispatchResult {
	let call = crate::Call::refuse { signed: Box::new(signed) };
	dispatch(frame_system::RawOrigin::Authorized.into(), call)
}

/// Expects that the call is refused with `error`, and that nothing at all has changed.
#[track_caller]
pub fn refused(result: impl FnOnce() -> DispatchResult, error: Error<Test>) {
	frame_support::assert_noop!(result(), error);
}

/// What is on hold of an account: deposits and reserves.
pub fn held(who: &AccountId) -> (Balance, Balance) {
	let of = |reason: HoldReason| Balances::balance_on_hold(&reason.into(), who);
	(of(HoldReason::Deposit), of(HoldReason::Reserve))
}

/// The receipts so far, oldest first; they are cleared.
pub fn receipts() -> Vec<Operation> {
	Receipts::take().unwrap_or_default()
}

/// The pallet's events so far, oldest first; they are cleared.
pub fn events() -> Vec<WorkflowEvent> {
	let events = System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Workflows(event) => Some(event),
			_ => None,
		})
		.collect();
	System::reset_events();
	events
}

pub fn status(id: WorkflowId) -> concordat_primitives::workflow::WorkflowStatus {
	crate::Workflows::<Test>::get(id).expect("the workflow exists").status
}
