//! Jobs that do not reach a result, and what becomes of the money.

use crate::{
	chain::{account, Chain},
	completing::wait_for,
	enclave::Enclave,
	rounds::{play, Round, SLASH},
};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ClauseStatus, ExecutionMode, RiskClass, SafeModeReason},
	job::{FailureReason, JobStatus},
	node::{InactiveReason, NodeStatus},
	units::MILLI_CDT,
	NodeId,
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
		let said: Vec<_> = enclaves
			.iter()
			.map(|e| e.sign(e.failure(&mut chain, &terms, FailureCode::Trap)))
			.collect();
		play(&mut chain, &enclaves, &said);
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

/// Everybody whose vote counts says something else.
fn disagree(round: &mut Round) -> Vec<NodeId> {
	let voting = round.voting();
	let said: Vec<_> = voting
		.iter()
		.map(|one| round.says(one, format!("opinion of {}", one.node).as_bytes()))
		.collect();
	round.play(&said);
	voting.iter().map(|one| one.node).collect()
}

#[test]
fn a_round_that_disagrees_is_judged_by_other_nodes_under_another_nonce() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 6);
	let nonce = round.terms().seats[0].nonce;
	let first = disagree(&mut round);
	let terms = round.terms();
	assert_eq!((terms.status, terms.committee), (JobStatus::Running, Some(2)));
	assert!(terms.voting().all(|s| !first.contains(&s.node) && s.nonce != nonce));
	round.agree(b"answer");
	let view = round.view();
	assert_eq!((view.status, view.attempts), (JobStatus::Completed, 2));
	for node in first {
		assert_eq!(round.chain.node(node).frozen, SLASH, "node {node} was wrong");
	}
}

#[test]
fn nodes_that_never_agree_exhaust_the_attempts() {
	let patch = serde_json::json!({ "jobDispatch": { "params": { "maxAttempts": 2 } } });
	let mode = ExecutionMode::Quorum { k: 2, n: 3 };
	let mut round = Round::with(patch, mode, RiskClass::Low, 6, Default::default());
	let first = disagree(&mut round);
	let second = disagree(&mut round);
	assert!(!second.is_empty() && second.iter().all(|node| !first.contains(node)));
	let view = round.view();
	assert_eq!(view.status, JobStatus::Failed(FailureReason::NoQuorum));
	assert_eq!((view.paid, view.escrow), (0, 0), "disagreement is not paid");
	assert_eq!(round.chain.held(&account("//Bob")), 0);
	for node in first.into_iter().chain(second) {
		assert_eq!(round.chain.node(node).frozen, 0, "nobody knows who was wrong");
	}
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
