//! Workflows that end before their time, nodes that die at work, and jobs that stay together.

use crate::{
	chain::{account, deliver, signed, Chain},
	completing::wait_for,
	enclave::{seated, Enclave},
	workflows::{sequence, step, workflow, Scene, OWNER},
};
use concordat_primitives::{
	clause::{ExecutionMode, ResourceLimits},
	ensemble::Aggregation,
	job::{JobConstraints, JobStatus},
	node::{InactiveReason, NodeStatus},
	receipt::Operation,
	units::CDT,
	workflow::{StepInput, WorkflowId, WorkflowKind, WorkflowSpec, WorkflowStatus},
	JobId,
};
use concordat_runtime::{
	pallet_quorum_results::CacRefusal, pallet_workflows, JobDispatch, Runtime, UncheckedExtrinsic,
};

fn cancel(who: &str, workflow: WorkflowId) -> UncheckedExtrinsic {
	signed(who, pallet_workflows::Call::<Runtime>::cancel { workflow })
}

#[test]
fn a_workflow_that_is_withdrawn_takes_its_jobs_with_it() {
	let mut scene = Scene::new(3);
	let steps = (0..3).map(|_| step("First", &[], StepInput::Workflow)).collect();
	let merge = Some(Aggregation::Voting);
	let spec = WorkflowSpec { merge, ..workflow(WorkflowKind::Parallel, steps) };
	let id = scene.submit_with(spec, CDT);
	let jobs: Vec<JobId> = (0..3).map(|place| scene.placed(id, place).0.job).collect();
	let (terms, enclave) = scene.placed(id, 2);
	let late = deliver(enclave.certify(&mut scene.chain, &terms, b"answer"));
	let results = scene.chain.block_with(|| vec![cancel("//Dave", id)]);
	let error = pallet_workflows::Error::<Runtime>::NotOwner;
	assert_eq!(results, vec![Ok(Err(error.into()))]);

	scene.chain.block(|| vec![cancel(OWNER, id)]);
	let view = scene.view(id);
	assert_eq!((view.status, view.reserve), (WorkflowStatus::Cancelled, 0));
	scene.chain.pass(3);
	for job in jobs {
		assert_eq!(scene.chain.job(job).status, JobStatus::Cancelled);
	}
	assert_eq!(scene.chain.held(&account(OWNER)), view.deposit, "for the records alone");
	for node in scene.enclaves.clone() {
		assert_eq!(scene.chain.node(node.node).running, 0);
	}
	assert_eq!(scene.chain.refused("after the end", late).0, CacRefusal::NotRunning.into());
	let ended = scene.chain.proved("ended", |one| matches!(one, Operation::WorkflowEnded { .. }));
	let code = WorkflowStatus::Cancelled.code();
	assert!(matches!(ended, Operation::WorkflowEnded { workflow, status, result, .. }
		if (workflow, status) == (id, code) && result.is_zero()));
}

#[test]
fn a_workflow_that_is_not_done_in_time_expires_with_its_running_step() {
	let mut scene = Scene::new(3);
	let spec = WorkflowSpec { timeout_blocks: Some(12), ..sequence() };
	let id = scene.submit(spec);
	let expires_at = scene.view(id).expires_at;
	scene.answer(id, 0, b"halfway");
	let (terms, receiver) = scene.placed(id, 1);
	let ack = receiver.acknowledge(&mut scene.chain, &terms);
	scene.chain.block(|| vec![ack]);
	while scene.view(id).status == WorkflowStatus::Running {
		scene.chain.pass(1);
	}
	let view = scene.view(id);
	assert_eq!((view.status, view.ended_at), (WorkflowStatus::Expired, Some(expires_at)));
	assert_eq!((view.completed, view.result), (1, None));
	scene.chain.pass(1);
	assert_eq!(scene.chain.job(terms.job).status, JobStatus::Cancelled);
}

#[test]
fn a_node_that_dies_at_work_is_replaced_long_before_its_deadline() {
	let mut chain = Chain::new();
	// Ten minutes: nobody could wait for that.
	chain.register_limited(ResourceLimits::MAX, ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=3).map(|number| chain.enclave(number)).collect();
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let dead = seated(&terms, &enclaves)[0].clone();
	let ack = dead.acknowledge(&mut chain, &terms);
	chain.block(|| vec![ack]);
	let seat = &chain.terms(job).seats[0];
	assert!(seat.deliver_by > seat.assigned_at + 250, "there is much time by the deadline");
	let last = chain.node(dead.node).last_heartbeat;
	chain.mute_one(dead.node);
	let view = wait_for(&mut chain, job, |view| view.seats.iter().any(|s| s.node != dead.node));
	let waited = view.seats[0].assigned_at - last;
	assert!(waited * 2 < 30, "within 30 s of its last heartbeat: {waited} blocks");
	assert_eq!(view.seats[0].attempt, 2);
	let status = chain.node(dead.node).status;
	assert_eq!(status, NodeStatus::Inactive(InactiveReason::MissedHeartbeats));
	let terms = chain.terms(job);
	let backup = seated(&terms, &enclaves)[0];
	let cac = deliver(backup.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
}

#[test]
fn jobs_of_one_group_go_to_one_node() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=5).map(|number| chain.enclave(number)).collect();
	let together = || JobConstraints { collocate: Some(7), ..Default::default() };
	let mut nodes = Vec::new();
	for _ in 0..4 {
		let job = chain.dispatch(together());
		let terms = chain.terms(job);
		nodes.push(terms.seats[0].node);
		let node = seated(&terms, &enclaves)[0];
		let cac = deliver(node.certify(&mut chain, &terms, b"answer"));
		chain.block(|| vec![cac]);
	}
	assert!(nodes.iter().all(|node| *node == nodes[0]), "{nodes:?}");
	// Where that node may not be asked, the group moves.
	let elsewhere = JobConstraints { excluded: vec![nodes[0]].try_into().unwrap(), ..together() };
	let job = chain.dispatch(elsewhere);
	let moved = chain.terms(job).seats[0].node;
	assert_ne!(moved, nodes[0]);
	let group = |chain: &mut Chain, who| chain.read(|| JobDispatch::group(&account(who), 7));
	assert_eq!(group(&mut chain, "//Bob"), Some(moved));
	assert_eq!(group(&mut chain, "//Dave"), None, "a group is one requester's");
}
