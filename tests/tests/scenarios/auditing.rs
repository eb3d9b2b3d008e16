//! What one node alone has said, run again by others.

use crate::{
	chain::{account, deliver, signed, sudo, Chain},
	completing::wait_for,
	enclave::{seated, Enclave},
	rounds::{books, each, fees, play, PAY, SLASH},
};
use concordat_primitives::{
	cac::SignedCac,
	clause::ExecutionMode,
	job::{JobStatus, JobTerms},
	node::NodeStatus,
	receipt::Operation,
	Balance, JobId,
};
use concordat_runtime::{Audits, BalancesCall, Runtime, RuntimeEvent};
use frame_support::dispatch::CallableCallFor;
use serde_json::json;
use std::collections::BTreeMap;

/// Calls of the pallet that audits.
type AuditsCall = CallableCallFor<Audits, Runtime>;

const ALL: u32 = 1_000_000;
const ANSWER: &[u8] = b"answer";

/// A chain on which so many of a million jobs of one node are audited, with so many nodes.
fn audited(rate: u32, nodes: u8) -> (Chain, Vec<Enclave>) {
	let rates = json!({ "low": rate, "medium": rate, "high": rate, "critical": rate });
	let mut chain = Chain::with_genesis(json!({ "audits": { "params": { "rate": rates } } }));
	chain.register_clause(ExecutionMode::Single);
	let enclaves = (1..=nodes).map(|number| chain.enclave(number)).collect();
	(chain, enclaves)
}

/// A job that its node has answered with this; the node.
fn answered(chain: &mut Chain, enclaves: &[Enclave], output: &[u8]) -> (JobId, Enclave, SignedCac) {
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let node = seated(&terms, enclaves)[0].clone();
	let cac = node.certify(chain, &terms, output);
	let sent = deliver(cac.clone());
	chain.block(|| vec![sent]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	(job, node, cac)
}

/// The job that runs a job again, once it has nodes.
fn opened(chain: &mut Chain, job: JobId) -> JobTerms {
	for _ in 0..10 {
		if let Some(report) = chain.read(|| Audits::view(job)) {
			wait_for(chain, report.by, |view| view.status.is_assigned());
			return chain.terms(report.by);
		}
		chain.pass(1);
	}
	panic!("job {job} is not audited");
}

/// What the nodes of an audit say, in the order of their seats.
fn find(chain: &mut Chain, enclaves: &[Enclave], terms: &JobTerms, outputs: &[&[u8]]) {
	let said: Vec<_> = terms
		.voting()
		.zip(outputs)
		.map(|(seat, output)| {
			let one = enclaves.iter().find(|one| one.node == seat.node).unwrap();
			one.certify(chain, terms, output)
		})
		.collect();
	play(chain, enclaves, &said);
}

/// Names of what the audits have told of in the last block.
fn told(chain: &mut Chain) -> Vec<String> {
	let of_audits = |event| match event {
		RuntimeEvent::Audits(event) => Some(format!("{event:?}")),
		_ => None,
	};
	chain.events().into_iter().filter_map(of_audits).collect()
}

#[test]
fn an_honest_node_is_confirmed_at_the_expense_of_the_audit_fund() {
	let (mut chain, enclaves) = audited(ALL, 4);
	let (job, node, _) = answered(&mut chain, &enclaves, b"answer");
	let before = books(&mut chain, &enclaves);
	let fund = chain.read(Audits::account);
	let rich = chain.wealth(&fund);
	let terms = opened(&mut chain, job);
	assert_eq!(terms.mode, ExecutionMode::Quorum { k: 2, n: 3 });
	assert!(terms.commit_reveal);
	assert!(terms.seats.iter().all(|seat| seat.node != node.node), "by nodes that are not itself");
	let original = chain.terms(job);
	assert_eq!((terms.input, terms.program), (original.input, original.program));
	find(&mut chain, &enclaves, &terms, &[ANSWER; 3]);
	assert_eq!(chain.job(terms.job).status, JobStatus::Completed);
	assert!(told(&mut chain).iter().any(|event| event.contains("AuditConfirmed")));

	let after = books(&mut chain, &enclaves);
	assert_eq!(after.issuance, before.issuance);
	assert_eq!(after.requester, before.requester, "not at the expense of the requester");
	assert_eq!(rich - chain.wealth(&fund), 3 * PAY + fees(3));
	let fresh: Vec<Enclave> = enclaves.iter().filter(|e| e.node != node.node).cloned().collect();
	let paid: BTreeMap<_, _> = each(&fresh, PAY).into_iter().collect();
	for (one, (had, _)) in &before.nodes {
		let (has, frozen) = after.nodes[one];
		assert_eq!((has - had, frozen), (paid.get(one).copied().unwrap_or_default(), 0));
	}
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	let by = terms.job;
	let expected = Operation::Audited { job, by, node: node.node, confirmed: Some(true) };
	chain.proved("of the audit", |one| *one == expected);
	let totals = chain.read(Audits::totals);
	assert_eq!((totals.opened, totals.confirmed, totals.failed), (1, 1, 0));
	// Nobody audits the audit.
	chain.pass(5);
	assert_eq!(chain.read(|| Audits::view(by)).map(|report| report.by), None);
}

#[test]
fn a_node_that_lies_is_found_and_slashed_once_and_its_result_is_taken_back() {
	let (mut chain, enclaves) = audited(ALL, 6);
	let (job, liar, _) = answered(&mut chain, &enclaves, b"a lie");
	let before = books(&mut chain, &enclaves);
	let terms = opened(&mut chain, job);
	find(&mut chain, &enclaves, &terms, &[ANSWER; 3]);
	assert_eq!(chain.job(terms.job).status, JobStatus::Completed);
	let events = told(&mut chain);
	for name in ["AuditFailed", "NodeSlashed", "ResultRevoked"] {
		assert_eq!(
			events.iter().filter(|event| event.contains(name)).count(),
			1,
			"{name}: {events:?}"
		);
	}
	let after = books(&mut chain, &enclaves);
	assert_eq!(after.issuance, before.issuance);
	for (one, (_, frozen)) in &after.nodes {
		let lost = if *one == liar.node { SLASH } else { 0 };
		assert_eq!(*frozen, lost, "node {one}");
	}
	assert!(matches!(chain.node(liar.node).status, NodeStatus::Jailed { .. }));
	assert_eq!(chain.job(job).status, JobStatus::Slashed);
	let (by, node) = (terms.job, liar.node);
	let expected = Operation::Audited { job, by, node, confirmed: Some(false) };
	chain.proved("of the audit", |one| *one == expected);

	// Not again, whoever asks for it.
	let slashes = |chain: &mut Chain| {
		chain.read(|| {
			(0..concordat_runtime::queries::totals().receipts)
				.filter_map(concordat_runtime::queries::receipt)
				.filter(|one| matches!(one.body.operation, Operation::Slashed { .. }))
				.count()
		})
	};
	assert_eq!(slashes(&mut chain), 1);
	chain.block(|| vec![sudo(AuditsCall::audit { job })]);
	chain.pass(10);
	assert_eq!(chain.node(liar.node).frozen, SLASH);
	assert_eq!(slashes(&mut chain), 1);
	assert_eq!(chain.read(Audits::totals).opened, 1);
	assert_eq!(chain.read(|| Audits::view(job)).map(|report| report.has_failed()), Some(true));
}

#[test]
fn an_auditor_that_confirms_a_lie_is_slashed_with_it() {
	let (mut chain, enclaves) = audited(ALL, 6);
	let (job, liar, _) = answered(&mut chain, &enclaves, b"a lie");
	let terms = opened(&mut chain, job);
	// It has copied what it could read, and not worked.
	let lazy = terms.seats[0].node;
	find(&mut chain, &enclaves, &terms, &[b"a lie", b"answer", b"answer"]);
	let now = chain.terms(terms.job);
	assert!(now.committee.is_some());
	assert_eq!(chain.job(job).status, JobStatus::Completed, "nothing is found yet");
	find(&mut chain, &enclaves, &now, &[ANSWER; 2]);
	assert_eq!(chain.job(job).status, JobStatus::Slashed);
	for enclave in &enclaves {
		let guilty = [lazy, liar.node].contains(&enclave.node);
		let expected: Balance = if guilty { SLASH } else { 0 };
		assert_eq!(chain.node(enclave.node).frozen, expected, "node {}", enclave.node);
	}
}

#[test]
fn an_audit_that_finds_nothing_blames_nobody() {
	let patch = json!({
		"audits": { "params": { "rate": { "low": ALL } } },
		"jobDispatch": { "params": { "maxAttempts": 2, "cooldownBase": 1, "cooldownMax": 1 } },
	});
	let mut chain = Chain::with_genesis(patch);
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=4).map(|number| chain.enclave(number)).collect();
	let (job, node, _) = answered(&mut chain, &enclaves, b"answer");
	let terms = opened(&mut chain, job);
	wait_for(&mut chain, terms.job, |view| view.status.is_final());
	let (by, node) = (terms.job, node.node);
	let expected = Operation::Audited { job, by, node, confirmed: None };
	chain.proved("of the audit", |one| *one == expected);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	assert_eq!(chain.node(node).frozen, 0);
	assert_eq!(chain.read(Audits::totals).undecided, 1);
}

#[test]
fn at_a_rate_of_nothing_nobody_is_audited() {
	let (mut chain, enclaves) = audited(0, 4);
	let fund = chain.read(Audits::account);
	let rich = chain.wealth(&fund);
	for answers in 1..=3u64 {
		let (job, _, _) = answered(&mut chain, &enclaves, b"a lie");
		chain.pass(5);
		assert_eq!(chain.read(|| Audits::view(job)).map(|report| report.by), None);
		let totals = chain.read(Audits::totals);
		assert_eq!((totals.spared, totals.drawn, totals.opened), (answers, 0, 0));
	}
	assert_eq!(chain.wealth(&fund), rich);
	assert_eq!(chain.read(concordat_runtime::queries::totals).jobs, 3);
}

#[test]
fn governance_has_a_job_audited_that_the_draw_has_spared() {
	let (mut chain, enclaves) = audited(0, 4);
	let (job, liar, _) = answered(&mut chain, &enclaves, b"a lie");
	chain.pass(5);
	let stranger = chain.block_with(|| vec![signed("//Dave", AuditsCall::audit { job })]);
	assert_eq!(stranger, vec![Ok(Err(sp_runtime::DispatchError::BadOrigin))]);
	chain.block(|| vec![sudo(AuditsCall::audit { job })]);
	let terms = opened(&mut chain, job);
	find(&mut chain, &enclaves, &terms, &[ANSWER; 3]);
	assert_eq!(chain.job(job).status, JobStatus::Slashed);
	assert_eq!(chain.node(liar.node).frozen, SLASH);
}

#[test]
fn an_audit_that_can_not_be_paid_is_skipped_and_that_is_said() {
	let (mut chain, enclaves) = audited(ALL, 4);
	let fund = chain.read(Audits::account);
	let value = chain.wealth(&fund);
	let dest = account("//Ferdie");
	let empty =
		BalancesCall::force_transfer { source: fund.clone().into(), dest: dest.into(), value };
	chain.block(|| vec![sudo(empty)]);
	assert_eq!(chain.wealth(&fund), 0);
	let (job, node, _) = answered(&mut chain, &enclaves, b"a lie");
	// Drawn and given up in the block after.
	chain.pass(1);
	let events = told(&mut chain);
	assert!(
		matches!(&events[..], [one] if one.contains("AuditSkipped") && one.contains("NotOpened")),
		"{events:?}"
	);
	let totals = chain.read(Audits::totals);
	assert_eq!((totals.drawn, totals.skipped, totals.opened), (1, 1, 0));
	chain.pass(5);
	assert_eq!(chain.read(|| Audits::view(job)).map(|report| report.by), None);
	assert_eq!(chain.node(node.node).frozen, 0);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
}
