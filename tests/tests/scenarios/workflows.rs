//! Workflows on the real runtime: steps that follow from what ended, and what becomes of the money.

use crate::{
	chain::{account, deliver, signed, signed_after, Chain, PROGRAM},
	enclave::{seated, Enclave},
};
use concordat_primitives::{
	cac::FailureCode,
	clause::ExecutionMode,
	ensemble::Aggregation,
	hashing::{lineage, output_hash},
	job::{FailureReason, JobInput, JobStatus, JobTerms},
	receipt::Operation,
	runtime_api::runtime_decl_for_orchestration_api::OrchestrationApi,
	trust::Originator,
	units::{CDT, MILLI_CDT},
	views::{StepView, WorkflowView},
	workflow::{
		JobParent, Pattern, StepFault, StepIndex, StepInput, StepSpec, StepStatus, WorkflowId,
		WorkflowKind, WorkflowSpec, WorkflowStatus,
	},
	Balance, ClauseId, JobId,
};
use concordat_runtime::{
	pallet_job_dispatch, pallet_quorum_results::CacRefusal, pallet_workflows, BalancesCall,
	Runtime, System,
};
use serde_json::{json, Value};

/// Who owns the workflows.
pub const OWNER: &str = "//Bob";

/// A clause of these scenarios.
pub fn named(name: &str) -> ClauseId {
	ClauseId::parse(&format!("TEST::{name}@1.0")).unwrap()
}

/// The workflow's input.
pub fn question() -> JobInput {
	JobInput::Inline(b"question".to_vec().try_into().unwrap())
}

/// A step that runs on `input` and needs the outputs of others.
pub fn step(name: &str, depends_on: &[StepIndex], input: StepInput) -> StepSpec {
	let depends_on = depends_on.to_vec().try_into().unwrap();
	StepSpec { depends_on, input, ..StepSpec::new(named(name)) }
}

/// A workflow of these steps.
pub fn workflow(kind: WorkflowKind, steps: Vec<StepSpec>) -> WorkflowSpec {
	WorkflowSpec {
		kind,
		input: question(),
		steps: steps.try_into().unwrap(),
		constraints: Default::default(),
		merge: None,
		timeout_blocks: None,
	}
}

/// `First`, then `Second` on its output.
pub fn sequence() -> WorkflowSpec {
	let steps =
		vec![step("First", &[], StepInput::Workflow), step("Second", &[0], StepInput::Output)];
	workflow(WorkflowKind::Sequential, steps)
}

/// Both clauses, nodes with enclaves, and what is asked of them.
pub struct Scene {
	/// The chain.
	pub chain: Chain,
	/// All nodes.
	pub enclaves: Vec<Enclave>,
}

impl Scene {
	/// With so many nodes.
	pub fn new(nodes: u8) -> Self {
		Self::with_genesis(json!({}), nodes)
	}

	fn with_genesis(patch: Value, nodes: u8) -> Self {
		let mut chain = Chain::with_genesis(patch);
		for name in ["First", "Second"] {
			chain.register_version(named(name), PROGRAM, ExecutionMode::Single);
		}
		let enclaves = (1..=nodes).map(|number| chain.enclave(number)).collect();
		Self { chain, enclaves }
	}

	/// Submits a workflow and makes the block.
	pub fn submit(&mut self, spec: WorkflowSpec) -> WorkflowId {
		self.submit_with(spec, 0)
	}

	/// The same, with so much set aside for its jobs.
	pub fn submit_with(&mut self, spec: WorkflowSpec, reserve: Balance) -> WorkflowId {
		let submit = pallet_workflows::Call::<Runtime>::submit { spec: Box::new(spec), reserve };
		self.chain.block(|| vec![signed(OWNER, submit)]);
		self.chain.read(|| pallet_workflows::Books::<Runtime>::get().submitted)
	}

	/// What clients see of it.
	pub fn view(&mut self, id: WorkflowId) -> WorkflowView {
		self.chain.read(|| Runtime::workflow(id)).unwrap()
	}

	fn steps(&mut self, id: WorkflowId) -> Vec<StepView> {
		self.chain.read(|| Runtime::workflow_steps(id, 0, 100))
	}

	/// The present or last job of a step.
	pub fn job_of(&mut self, id: WorkflowId, step: StepIndex) -> JobId {
		self.steps(id)[usize::from(step)].job.expect("the step has a job")
	}

	/// Lets blocks pass until nodes have the step's job; its terms, and who has the first seat.
	pub fn placed(&mut self, id: WorkflowId, step: StepIndex) -> (JobTerms, Enclave) {
		for _ in 0..50 {
			let job = self.steps(id)[usize::from(step)].job;
			let terms = job.map(|job| self.chain.terms(job));
			if let Some(terms) = terms.filter(|terms| terms.status.is_assigned()) {
				let enclave = seated(&terms, &self.enclaves)[0].clone();
				return (terms, enclave);
			}
			self.chain.pass(1);
		}
		panic!("step {step} has no nodes after 50 blocks: {:?}", self.steps(id));
	}

	/// Has the step's node deliver this output, and returns it.
	pub fn answer(&mut self, id: WorkflowId, step: StepIndex, output: &[u8]) -> Enclave {
		let (terms, enclave) = self.placed(id, step);
		let cac = deliver(enclave.certify(&mut self.chain, &terms, output));
		self.chain.block(|| vec![cac]);
		enclave
	}

	/// Has the step's node say that the program trapped; returns the job.
	fn trap(&mut self, id: WorkflowId, step: StepIndex) -> JobId {
		let (terms, enclave) = self.placed(id, step);
		let statement = enclave.failure(&mut self.chain, &terms, FailureCode::Trap);
		self.chain.block(|| vec![deliver(enclave.sign(statement))]);
		terms.job
	}

	fn order(&mut self, job: JobId) -> pallet_job_dispatch::types::Order {
		self.chain.read(|| pallet_job_dispatch::Orders::<Runtime>::get(job)).unwrap()
	}

	fn input(&mut self, job: JobId) -> Vec<u8> {
		match self.chain.read(|| pallet_job_dispatch::Inputs::<Runtime>::get(job)) {
			Some(JobInput::Inline(bytes)) => bytes.into_inner(),
			other => panic!("job {job} runs on {other:?}"),
		}
	}

	/// What the owner has spent for good on a job that was judged.
	fn cost(&mut self, job: JobId) -> Balance {
		let quote = self.order(job).quote;
		self.chain.job(job).paid + quote.fees_of_result(1)
	}
}

#[test]
fn a_sequence_goes_from_node_to_node_and_its_receipts_are_proved() {
	let mut scene = Scene::new(3);
	let id = scene.submit(sequence());
	assert_eq!(
		scene.view(id).status,
		WorkflowStatus::Running,
		"opened in the block of its submission"
	);
	let first = scene.job_of(id, 0);
	assert_eq!(scene.order(first).originator, Originator::Account(account(OWNER)));
	assert_eq!(scene.input(first), b"question");

	let author = scene.answer(id, 0, b"halfway");
	let now = scene.chain.read(System::block_number);
	let second = scene.job_of(id, 1);
	let order = scene.order(second);
	assert_eq!(order.dispatched_at, now, "opened in the block in which the first one ended");
	assert_eq!(order.originator, Originator::Node(author.node));
	assert_eq!(order.parent, Some(JobParent::Workflow { id, step: 1 }));
	assert_eq!(order.dependencies.to_vec(), [first]);
	assert_eq!(order.lineage, lineage(&[output_hash(b"halfway")]));
	assert_eq!(scene.input(second), b"halfway");

	let (terms, receiver) = scene.placed(id, 1);
	let handoff = author.handoff(&mut scene.chain, &terms, &receiver);
	assert_eq!(handoff.context, scene.view(id).context.hash());
	let given = author.hand_over(handoff.clone());
	scene.chain.block(|| vec![given]);

	let rich = scene.chain.wealth(&account(&receiver.controller));
	assert_eq!(scene.answer(id, 1, b"done").node, receiver.node);
	let paid = scene.chain.job(second).paid;
	assert!(paid > 0);
	assert_eq!(scene.chain.wealth(&account(&receiver.controller)), rich + paid);
	let view = scene.view(id);
	assert_eq!(view.status, WorkflowStatus::Completed);
	assert_eq!(view.result, Some(output_hash(b"done")));
	assert_eq!(view.output.as_deref().map(|hex| hex.trim_start_matches("0x")), Some("646f6e65"));
	assert_eq!(view.context.lineage, [author.node, receiver.node]);
	let outputs = [(0, output_hash(b"halfway")), (1, output_hash(b"done"))];
	assert_eq!(view.context.accumulated, outputs);

	let learnt = scene.chain.read(|| Runtime::perspective(Originator::Node(author.node)));
	assert!(learnt.tie(receiver.node).is_some(), "the hop is the first node's to remember");

	let submitted =
		scene.chain.proved("submitted", |one| matches!(one, Operation::WorkflowSubmitted { .. }));
	assert_eq!(submitted, Operation::WorkflowSubmitted { workflow: id, spec: view.spec, steps: 2 });
	let handed = scene.chain.proved("handed", |one| matches!(one, Operation::HandedOver { .. }));
	assert_eq!(
		handed,
		Operation::HandedOver {
			workflow: id,
			step: 1,
			from: author.node,
			to: receiver.node,
			handoff: handoff.digest(),
		}
	);
	let ended = scene.chain.proved("ended", |one| matches!(one, Operation::WorkflowEnded { .. }));
	assert_eq!(
		ended,
		Operation::WorkflowEnded {
			workflow: id,
			status: WorkflowStatus::Completed.code(),
			result: output_hash(b"done"),
			lineage: view.context.hash(),
		}
	);
}

#[test]
fn a_diamond_makes_one_input_of_what_its_middle_found() {
	let mut scene = Scene::new(4);
	let merged = StepInput::Merged(Aggregation::Averaging);
	let id = scene.submit(workflow(
		WorkflowKind::Dag,
		vec![
			step("First", &[], StepInput::Workflow),
			step("Second", &[0], StepInput::Output),
			step("Second", &[0], StepInput::Output),
			step("First", &[1, 2], merged),
		],
	));
	scene.answer(id, 0, b"12");
	let (left, right) = (scene.job_of(id, 1), scene.job_of(id, 2));
	// Both are at work when the first of them ends, and the second is the one that ends first.
	scene.placed(id, 1);
	scene.answer(id, 2, b"10.5");
	assert_eq!(scene.steps(id)[3].status, StepStatus::Waiting, "it needs both");
	let last = scene.answer(id, 1, b"20");
	let merge = scene.job_of(id, 3);
	assert_eq!(scene.input(merge), b"15.25");
	let order = scene.order(merge);
	assert_eq!(order.originator, Originator::Node(last.node), "of the last that ended");
	assert_eq!(order.dependencies.to_vec(), [left, right], "in the order of the step");
	assert_eq!(order.lineage, lineage(&[output_hash(b"20"), output_hash(b"10.5")]));
	// A certificate that names the outputs the other way round is one of another task.
	let (terms, enclave) = scene.placed(id, 3);
	let mut swapped = enclave.statement(&mut scene.chain, &terms, b"15.25");
	swapped.lineage = lineage(&[output_hash(b"10.5"), output_hash(b"20")]);
	let refused = scene.chain.refused("another order", deliver(enclave.sign(swapped)));
	assert_eq!(refused.0, CacRefusal::WrongLineage.into());
	scene.answer(id, 3, b"15.25");
	let view = scene.view(id);
	assert_eq!((view.status, view.completed), (WorkflowStatus::Completed, 4));
	assert_eq!(view.result, Some(output_hash(b"15.25")));
	assert_eq!(view.context.lineage.len(), 4);
}

#[test]
fn steps_at_once_end_in_one_merged_result() {
	let mut scene = Scene::new(3);
	let steps = (0..3).map(|_| step("First", &[], StepInput::Workflow)).collect();
	let merge = Some(Aggregation::Averaging);
	let id = scene.submit(WorkflowSpec { merge, ..workflow(WorkflowKind::Parallel, steps) });
	assert_eq!(scene.view(id).running, 3, "all are opened at once");
	for (step, output) in [(2, &b"1"[..]), (0, b"2"), (1, b"6")] {
		scene.answer(id, step, output);
	}
	let view = scene.view(id);
	assert_eq!(view.status, WorkflowStatus::Completed);
	assert_eq!(view.result, Some(output_hash(b"3")));
	assert_eq!(view.output.as_deref().map(|hex| hex.trim_start_matches("0x")), Some("33"));
}

#[test]
fn a_judge_that_says_no_sends_the_work_back_once() {
	let mut scene = Scene::new(3);
	let (main, validate) = (named("First"), named("Second"));
	let pattern = Pattern::PipelineWithValidation { main, validate, retries: 1 };
	let spec = scene.chain.read(|| Runtime::workflow_pattern(pattern, question())).unwrap();
	let id = scene.submit(spec);
	let one = scene.answer(id, 0, b"a draft");
	let rejected = scene.trap(id, 1);
	assert_eq!(scene.view(id).status, WorkflowStatus::Running);
	let two = scene.answer(id, 0, b"a better one");
	let judged = scene.job_of(id, 1);
	assert_ne!(judged, rejected);
	assert_eq!(scene.input(judged), b"a better one");
	let judge = scene.answer(id, 1, b"well done");
	let view = scene.view(id);
	assert_eq!(
		(view.status, view.result),
		(WorkflowStatus::Completed, Some(output_hash(b"well done")))
	);
	let outputs = [(0, output_hash(b"a better one")), (1, output_hash(b"well done"))];
	assert_eq!(view.context.accumulated, outputs);
	assert_eq!(view.context.lineage, [one.node, two.node, judge.node]);
}

#[test]
fn a_step_that_fails_for_good_ends_the_workflow_and_the_money_comes_back() {
	// So that records go while the test looks.
	let patch = json!({
		"workflows": { "params": { "retention": 30 } },
		"jobDispatch": { "params": { "challengeWindow": 30 } },
	});
	let mut scene = Scene::with_genesis(patch, 3);
	let mut spec = sequence();
	spec.steps[1].retries = 1;
	let owner = account(OWNER);
	let id = scene.submit_with(spec, CDT);
	let rich = scene.chain.wealth(&owner);
	scene.answer(id, 0, b"halfway");
	let one = scene.trap(id, 1);
	assert_eq!(scene.view(id).status, WorkflowStatus::Running, "there is another try");
	let two = scene.trap(id, 1);
	assert_ne!(one, two);
	let fault = StepFault::Ended(JobStatus::Failed(FailureReason::Program(FailureCode::Trap)));
	let view = scene.view(id);
	assert_eq!(view.status, WorkflowStatus::Failed { step: Some(1), fault });
	let steps = scene.steps(id);
	assert_eq!((steps[0].status, steps[1].status), (StepStatus::Completed, StepStatus::Failed));
	assert_eq!((steps[1].tries, steps[1].fault), (2, Some(fault)));

	// Three jobs were judged and cost what they cost; nothing else is gone.
	let first = scene.job_of(id, 0);
	let cost: Balance = [first, one, two].into_iter().map(|job| scene.cost(job)).sum();
	assert!(cost > 0);
	assert_eq!(scene.chain.wealth(&owner), rich - cost);
	assert_eq!(view.reserve, 0, "what was set aside is free again");
	// What nodes have said is found out again by audits and in disputes: also that the program fails.
	let deposit = |job| {
		let record = scene.chain.read(|| pallet_job_dispatch::Jobs::<Runtime>::get(job));
		record.unwrap().deposit
	};
	let kept: Vec<Balance> = [first, one, two].into_iter().map(deposit).collect();
	assert!(view.deposit > 0 && kept.iter().all(|kept| *kept > 0), "{kept:?}");
	let records = view.deposit + kept.iter().sum::<Balance>();
	assert_eq!(scene.chain.held(&owner), records, "for records alone");
	scene.chain.pass(45);
	assert!(scene.chain.read(|| Runtime::workflow(id)).is_none(), "pruned");
	assert_eq!((scene.chain.held(&owner), scene.chain.wealth(&owner)), (0, rich - cost));
}

/// Somebody who submits a workflow of one step and then gives all his free money away, in one block.
fn give_all_away(scene: &mut Scene, reserve: Balance) -> WorkflowId {
	let dest = account("//Pauper");
	let call = BalancesCall::<Runtime>::transfer_keep_alive { dest: dest.into(), value: CDT };
	scene.chain.block(|| vec![signed("//Ferdie", call)]);
	let steps = vec![step("First", &[], StepInput::Workflow)];
	let spec = Box::new(workflow(WorkflowKind::Single, steps));
	let submit = pallet_workflows::Call::<Runtime>::submit { spec, reserve };
	let dest = account("//Ferdie").into();
	let give = BalancesCall::<Runtime>::transfer_all { dest, keep_alive: true };
	scene.chain.block(|| vec![signed("//Pauper", submit), signed_after("//Pauper", give, 1)]);
	scene.chain.read(|| pallet_workflows::Books::<Runtime>::get().submitted)
}

#[test]
fn a_workflow_of_a_poor_owner_fails_and_holds_nothing() {
	let patch = json!({ "workflows": { "params": { "retention": 20 } } });
	let mut scene = Scene::with_genesis(patch, 1);
	let id = give_all_away(&mut scene, 0);
	let view = scene.view(id);
	let status = WorkflowStatus::Failed { step: Some(0), fault: StepFault::CannotPay };
	assert_eq!((view.status, view.reserve), (status, 0));
	let pauper = account("//Pauper");
	assert_eq!(scene.chain.held(&pauper), view.deposit, "for its records, until they go");
	assert_eq!(scene.chain.read(concordat_runtime::queries::totals).jobs, 0, "no job was opened");
	let rich = scene.chain.wealth(&pauper);
	scene.chain.pass(25);
	assert_eq!((scene.chain.held(&pauper), scene.chain.wealth(&pauper)), (0, rich));
}

#[test]
fn a_reserve_pays_for_the_step_of_an_owner_whose_purse_is_empty() {
	let mut scene = Scene::new(1);
	let id = give_all_away(&mut scene, 500 * MILLI_CDT);
	let view = scene.view(id);
	assert_eq!(view.status, WorkflowStatus::Running);
	let job = scene.job_of(id, 0);
	let quote = scene.order(job).quote;
	assert_eq!(view.reserve, 500 * MILLI_CDT - quote.total - quote.deposit);
	scene.answer(id, 0, b"done");
	let view = scene.view(id);
	assert_eq!((view.status, view.reserve), (WorkflowStatus::Completed, 0));
	let pauper = account("//Pauper");
	assert_eq!(scene.chain.held(&pauper), view.deposit + quote.deposit);
}
