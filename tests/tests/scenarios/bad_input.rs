//! What is refused before anything is held for it, and what cannot be placed.

use crate::{
	chain::{account, clause, deliver, signed, signed_after, Chain, PROGRAM},
	completing::wait_for,
	enclave::{seated, Enclave},
	workflows::{named, question, step, workflow, OWNER},
};
use concordat_primitives::{
	clause::ExecutionMode,
	ensemble::Aggregation,
	job::{JobConstraints, JobStatus},
	workflow::{StepInput, StepSpec, WorkflowKind, WorkflowSpec},
	CapabilityId, ClauseId, Jurisdiction,
};
use concordat_runtime::{
	pallet_job_dispatch,
	pallet_workflows::{self, Error},
	queries, Runtime,
};

/// Registers a clause of a declared capability.
fn typed(chain: &mut Chain, name: &str, capability: &str) -> ClauseId {
	let capability = CapabilityId::parse(capability).unwrap();
	chain.register_changed(named(name), PROGRAM, |spec| spec.capability = capability);
	named(name)
}

#[test]
fn a_workflow_that_makes_no_sense_is_refused_with_the_reason() {
	let mut chain = Chain::new();
	for name in ["First", "Second"] {
		chain.register_version(named(name), PROGRAM, ExecutionMode::Single);
	}
	typed(&mut chain, "Rain", "hazard.rain");
	typed(&mut chain, "Epidemic", "sim.epidemic");
	let retry = |mut step: StepSpec, retries| {
		step.retries = retries;
		step
	};
	let own = || StepInput::Workflow;
	let (dag, sequence) = (WorkflowKind::Dag, WorkflowKind::Sequential);
	let two = || step("First", &[], own());
	let both_ends =
		workflow(dag, vec![two(), step("First", &[0], own()), step("First", &[0], own())]);
	let contradictory = JobConstraints {
		preferred: vec![7].try_into().unwrap(),
		excluded: vec![7].try_into().unwrap(),
		..Default::default()
	};
	let cases: Vec<(WorkflowSpec, Error<Runtime>)> = vec![
		(workflow(dag, vec![]), Error::NoSteps),
		(
			workflow(dag, vec![step("First", &[1], own()), step("First", &[0], own())]),
			Error::Cyclic,
		),
		(workflow(dag, vec![step("First", &[0], own())]), Error::SelfDependency),
		(workflow(dag, vec![step("First", &[9], own())]), Error::UnknownDependency),
		(workflow(dag, vec![two(), step("First", &[0, 0], own())]), Error::DuplicateDependency),
		(
			WorkflowSpec { merge: Some(Aggregation::Voting), ..workflow(dag, vec![two(), two()]) },
			Error::Unreachable,
		),
		(both_ends, Error::NoSingleResult),
		(
			WorkflowSpec { merge: Some(Aggregation::Voting), ..workflow(dag, vec![two()]) },
			Error::NothingToMerge,
		),
		(workflow(dag, vec![step("First", &[], StepInput::Output)]), Error::OutputOfOne),
		(workflow(WorkflowKind::Single, vec![two(), two()]), Error::NotSingle),
		(workflow(sequence, vec![retry(two(), 200)]), Error::TooManyRetries),
		(workflow(sequence, vec![step("Unheard", &[], own())]), Error::ClauseUnknown),
		(
			workflow(
				sequence,
				vec![step("Rain", &[], own()), step("Epidemic", &[0], StepInput::Output)],
			),
			Error::TypeMismatch,
		),
		(
			WorkflowSpec { constraints: contradictory, ..workflow(sequence, vec![two()]) },
			Error::Contradiction,
		),
	];
	for (spec, error) in cases {
		let case = format!("{error:?}");
		let submit = pallet_workflows::Call::<Runtime>::submit { spec: Box::new(spec), reserve: 0 };
		let results = chain.block_with(|| vec![signed(OWNER, submit)]);
		assert_eq!(results, vec![Ok(Err(error.into()))], "{case}");
	}
	assert_eq!(chain.held(&account(OWNER)), 0);
	assert_eq!(chain.read(pallet_workflows::Books::<Runtime>::get).submitted, 0);
}

#[test]
fn constraints_that_no_node_meets_cost_no_more_than_the_attempt() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=2).map(|number| chain.enclave(number)).collect();
	let all: Vec<_> = enclaves.iter().map(|e| e.node).collect();
	let excluded = JobConstraints {
		excluded: all.try_into().unwrap(),
		timeout_blocks: Some(40),
		..Default::default()
	};
	let elsewhere = JobConstraints {
		jurisdictions: vec![Jurisdiction::parse("DEU").unwrap()].try_into().unwrap(),
		timeout_blocks: Some(40),
		..Default::default()
	};
	for constraints in [excluded, elsewhere] {
		let job = chain.dispatch(constraints);
		let view = chain.job(job);
		assert_eq!(view.status, JobStatus::Pending);
		assert!(view.waiting.is_some_and(|why| !why.is_empty()), "it says why it waits");
		let after = chain.wealth(&account("//Bob"));
		let view = wait_for(&mut chain, job, |view| view.status.is_final());
		assert_eq!((view.status, view.attempts), (JobStatus::Expired, 0));
		let order = chain.read(|| pallet_job_dispatch::Orders::<Runtime>::get(job)).unwrap();
		let lost = after - chain.wealth(&account("//Bob"));
		assert_eq!(lost, order.quote.fees.scheduling, "for trying");
		assert_eq!(chain.held(&account("//Bob")), 0);
	}
}

#[test]
fn a_flood_of_jobs_that_cannot_be_placed_keeps_nobody_waiting() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=2).map(|number| chain.enclave(number)).collect();
	let flood = |who: &str| {
		(0..60)
			.map(|before| {
				let constraints = JobConstraints {
					jurisdictions: vec![Jurisdiction::parse("DEU").unwrap()].try_into().unwrap(),
					..Default::default()
				};
				let (clause, input) = (clause(), question());
				let call =
					pallet_job_dispatch::Call::<Runtime>::dispatch { clause, input, constraints };
				signed_after(who, call, before)
			})
			.collect::<Vec<_>>()
	};
	for who in ["//Dave", "//Eve", "//Ferdie"] {
		chain.block(|| flood(who));
	}
	assert_eq!(chain.read(queries::totals).jobs, 180);
	for _ in 0..5 {
		// The same block as without them: the one after the dispatch.
		let job = chain.dispatch(Default::default());
		let view = chain.job(job);
		assert_eq!(view.status, JobStatus::Scheduled, "{:?}", view.waiting);
		assert_eq!(view.assigned_at, Some(view.dispatched_at + 1));
		let terms = chain.terms(job);
		let node = seated(&terms, &enclaves)[0].clone();
		let cac = deliver(node.certify(&mut chain, &terms, b"answer"));
		chain.block(|| vec![cac]);
		assert_eq!(chain.job(job).status, JobStatus::Completed);
	}
	let totals = chain.read(queries::totals);
	assert_eq!((totals.completed, totals.queued), (5, 180));
}
