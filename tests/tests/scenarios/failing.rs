//! Jobs that do not reach a result, and what becomes of the money.

use crate::{
	chain::{account, deliver, Chain},
	completing::wait_for,
	enclave::Enclave,
};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ClauseStatus, ExecutionMode, SafeModeReason},
	job::{FailureReason, JobStatus},
	node::{InactiveReason, NodeStatus},
	units::MILLI_CDT,
	JobId,
};
use concordat_runtime::queries;

#[test]
fn a_job_that_nobody_answers_fails_and_is_refunded() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let _enclaves: Vec<Enclave> = (1..=5).map(|n| chain.enclave(n)).collect();
	let rich = chain.wealth(&account("//Bob"));
	let job = chain.dispatch(Default::default());
	let view = wait_for(&mut chain, job, |view| view.status.is_final());
	assert!(
		matches!(view.status, JobStatus::Failed(FailureReason::Silence) | JobStatus::Expired),
		"{:?}",
		view.status
	);
	assert_eq!(view.paid, 0);
	let lost = rich - chain.wealth(&account("//Bob"));
	// The transaction's own fee and the scheduling fee of the agreement (0.001 CDT): nothing for the nodes.
	assert!(lost < 50 * MILLI_CDT, "{lost} lost");
	assert_eq!((view.escrow, chain.held(&account("//Bob"))), (0, 0), "nothing stays on hold");
	assert!(chain.read(queries::totals).missed_deadlines > 0);
	assert_eq!(chain.read(queries::totals).failed, 1);
}

#[test]
fn nodes_that_agree_on_a_failure_end_the_job_and_are_paid() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let enclaves: Vec<Enclave> = (1..=3).map(|n| chain.enclave(n)).collect();
	for round in 1..=3 {
		let job = chain.dispatch(Default::default());
		let terms = chain.terms(job);
		let cacs: Vec<_> = enclaves[..2]
			.iter()
			.map(|e| {
				let statement = e.failure(&mut chain, &terms, FailureCode::Trap);
				deliver(e.sign(statement))
			})
			.collect();
		chain.block(|| cacs);
		let view = chain.job(job);
		assert_eq!(
			view.status,
			JobStatus::Failed(FailureReason::Program(FailureCode::Trap)),
			"round {round}"
		);
		assert!(view.paid > 0);
	}
	// Three failures in a row: the clause goes into safe mode by itself.
	let clause = chain.read(|| queries::clause(crate::chain::clause())).unwrap();
	assert_eq!(clause.status, ClauseStatus::SafeMode(SafeModeReason::Failures));
}

/// Every seat delivers something else.
fn disagree(chain: &mut Chain, job: JobId, enclaves: &[Enclave]) -> Vec<u32> {
	let terms = chain.terms(job);
	let cacs: Vec<_> = terms
		.seats
		.iter()
		.map(|seat| {
			let enclave = enclaves.iter().find(|e| e.node == seat.node).unwrap();
			let opinion = format!("opinion of {}", seat.node);
			deliver(enclave.certify(chain, &terms, opinion.as_bytes()))
		})
		.collect();
	chain.block(|| cacs);
	terms.seats.iter().map(|seat| seat.node).collect()
}

#[test]
fn a_round_that_disagrees_is_given_to_other_nodes_under_another_nonce() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let enclaves: Vec<Enclave> = (1..=6).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	let nonce = chain.terms(job).seats[0].nonce;
	let first = disagree(&mut chain, job, &enclaves);
	let view = wait_for(&mut chain, job, |view| view.status.is_assigned());
	assert_eq!(view.attempts, 2);
	assert!(view.seats.iter().all(|s| !first.contains(&s.node) && s.nonce != nonce));
	let terms = chain.terms(job);
	let cacs: Vec<_> = crate::enclave::seated(&terms, &enclaves)
		.iter()
		.take(2)
		.map(|e| deliver(e.certify(&mut chain, &terms, b"answer")))
		.collect();
	chain.block(|| cacs);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
}

#[test]
fn nodes_that_never_agree_exhaust_the_attempts() {
	let patch = serde_json::json!({ "jobDispatch": { "params": { "maxAttempts": 2 } } });
	let mut chain = Chain::with_genesis(patch);
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let enclaves: Vec<Enclave> = (1..=6).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	for _ in 0..2 {
		wait_for(&mut chain, job, |view| view.status.is_assigned());
		disagree(&mut chain, job, &enclaves);
	}
	let view = chain.job(job);
	assert_eq!(view.status, JobStatus::Failed(FailureReason::NoQuorum));
	assert_eq!((view.paid, view.escrow), (0, 0), "disagreement is not paid");
	assert_eq!(chain.held(&account("//Bob")), 0);
}

#[test]
fn a_job_that_no_node_can_take_expires_and_is_refunded() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let constraints = concordat_primitives::job::JobConstraints {
		timeout_blocks: Some(40),
		..Default::default()
	};
	let job = chain.dispatch(constraints);
	let view = wait_for(&mut chain, job, |view| view.status.is_final());
	assert_eq!(view.status, JobStatus::Expired);
	assert_eq!(view.paid, 0);
}

#[test]
fn a_node_without_heartbeats_takes_no_more_jobs() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave(1);
	assert_eq!(chain.node(enclave.node).status, NodeStatus::Active);
	chain.mute();
	for _ in 0..100 {
		chain.pass(1);
		let status = chain.node(enclave.node).status;
		if status != NodeStatus::Active {
			assert_eq!(status, NodeStatus::Inactive(InactiveReason::MissedHeartbeats));
			let job = chain.dispatch(Default::default());
			assert_eq!(chain.job(job).status, JobStatus::Pending, "nobody is asked");
			return;
		}
	}
	panic!("the node is still active after 100 silent blocks");
}
