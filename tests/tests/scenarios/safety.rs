//! Clauses that their nodes give up on.

use crate::{
	chain::{clause, deliver, signed, Chain},
	completing::wait_for,
	enclave::{seated, Enclave},
};
use concordat_primitives::{
	clause::{ClauseStatus, ExecutionMode, SafeModeReason},
	job::{FailureReason, JobInput, JobStatus},
	receipt::Operation,
};
use concordat_runtime::{
	pallet_clause_registry, pallet_job_dispatch, pallet_job_dispatch::refusal::Refusal, queries,
	Runtime, RuntimeEvent,
};
use serde_json::json;

#[test]
fn three_jobs_that_use_up_their_attempts_put_the_clause_into_safe_mode() {
	let patch = json!({
		"jobDispatch": { "params": { "maxAttempts": 2, "cooldownBase": 1, "cooldownMax": 2 } },
	});
	let mut chain = Chain::with_genesis(patch);
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=4).map(|number| chain.enclave(number)).collect();
	for round in 1..=3 {
		let before = chain.read(|| queries::clause(clause())).unwrap();
		assert_eq!((before.status, before.failures), (ClauseStatus::Active, round - 1));
		let job = chain.dispatch(Default::default());
		let view = wait_for(&mut chain, job, |view| view.status.is_final());
		assert_eq!(view.status, JobStatus::Failed(FailureReason::Silence), "round {round}");
		assert_eq!(view.attempts, 2);
	}
	let stopped = ClauseStatus::SafeMode(SafeModeReason::Failures);
	assert_eq!(chain.read(|| queries::clause(clause())).unwrap().status, stopped);

	let dispatch = pallet_job_dispatch::Call::<Runtime>::dispatch {
		clause: clause(),
		input: JobInput::Inline(b"question".to_vec().try_into().unwrap()),
		constraints: Default::default(),
	};
	chain.block(|| vec![signed("//Bob", dispatch)]);
	let refused = chain.events().into_iter().find_map(|event| match event {
		RuntimeEvent::JobDispatch(pallet_job_dispatch::Event::DispatchRefused {
			reason, ..
		}) => Some(reason),
		_ => None,
	});
	assert_eq!(refused, Some(Refusal::ClauseInSafeMode));
	assert_eq!(chain.read(queries::totals).jobs, 3);
	let of_safe_mode = |one: &Operation| {
		matches!(one, Operation::ClauseChanged { status: ClauseStatus::SafeMode(_), .. })
	};
	chain.proved("of the safe mode", of_safe_mode);

	// Its owner looks into it and lets it go on.
	let leave = pallet_clause_registry::Call::<Runtime>::leave_safe_mode { id: clause() };
	chain.block(|| vec![signed("//Alice", leave)]);
	let job = chain.dispatch(Default::default());
	wait_for(&mut chain, job, |view| view.status.is_assigned());
	let terms = chain.terms(job);
	let node = seated(&terms, &enclaves)[0];
	let cac = deliver(node.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	let after = chain.read(|| queries::clause(clause())).unwrap();
	assert_eq!((after.status, after.failures), (ClauseStatus::Active, 0));
}
