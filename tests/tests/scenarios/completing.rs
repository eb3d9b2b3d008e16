//! Jobs that reach a result.

use crate::{
	chain::{account, clause, deliver, signed, Chain},
	enclave::{seated, Enclave},
	rounds::{play, Round, SLASH},
};
use concordat_primitives::{
	clause::{ClauseStatus, ExecutionMode},
	hashing::program_hash,
	job::{JobStatus, SeatState},
	receipt::Operation,
	views::JobView,
	ClauseId, JobId,
};
use concordat_runtime::{pallet_clause_registry, pallet_job_dispatch, queries, Runtime};

/// Plays a job to its end with honest enclaves and returns what clients see.
fn complete(mode: ExecutionMode, nodes: u8) -> (Chain, JobView) {
	let mut chain = Chain::new();
	chain.register_clause(mode);
	let enclaves: Vec<Enclave> = (1..=nodes).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	assert_eq!(terms.status, JobStatus::Scheduled);
	let (_, n) = mode.quorum();
	let sitting = seated(&terms, &enclaves);
	assert_eq!(sitting.len(), usize::from(n));

	let acks: Vec<_> = sitting.iter().map(|e| e.acknowledge(&mut chain, &terms)).collect();
	chain.block(|| acks);
	assert_eq!(chain.job(job).status, JobStatus::Running);
	let said: Vec<_> = sitting.iter().map(|e| e.certify(&mut chain, &terms, b"answer")).collect();
	if mode.commits() {
		play(&mut chain, &enclaves, &said);
	} else {
		chain.block(|| said.into_iter().map(deliver).collect());
	}
	let view = chain.job(job);
	(chain, view)
}

fn check_receipt(chain: &mut Chain, view: &JobView, agreed: usize) {
	let id = view.result.as_ref().and_then(|r| r.receipt).expect("a completed job has a receipt");
	let operation = chain.proved_by_id(id);
	let Operation::JobCompleted { job, voters, simulated, result, .. } = operation else {
		panic!("not the receipt of a job: {operation:?}");
	};
	assert_eq!(job, view.id);
	assert!(simulated, "simulated evidence is named in the receipt");
	assert!(result.is_ok());
	assert_eq!(voters.iter().filter(|v| v.agreed).count(), agreed);
}

fn paid_and_refunded(chain: &mut Chain, view: &JobView) {
	assert_eq!(view.status, JobStatus::Completed);
	assert!(view.paid > 0, "nodes are paid");
	assert_eq!(view.escrow, 0, "the escrow is settled");
	// Only the deposit for the records is still held; it returns when they are pruned.
	let deposit =
		chain.read(|| pallet_job_dispatch::Jobs::<Runtime>::get(view.id)).unwrap().deposit;
	assert!(deposit > 0);
	assert_eq!(chain.held(&account("//Bob")), deposit);
}

#[test]
fn a_single_node_completes_a_job() {
	let (mut chain, view) = complete(ExecutionMode::Single, 2);
	paid_and_refunded(&mut chain, &view);
	check_receipt(&mut chain, &view, 1);
}

#[test]
fn two_of_three_complete_a_job() {
	let (mut chain, view) = complete(ExecutionMode::Quorum { k: 2, n: 3 }, 3);
	paid_and_refunded(&mut chain, &view);
	check_receipt(&mut chain, &view, 3);
}

#[test]
fn three_of_five_complete_a_job() {
	let (mut chain, view) = complete(ExecutionMode::Quorum { k: 3, n: 5 }, 5);
	paid_and_refunded(&mut chain, &view);
	check_receipt(&mut chain, &view, 5);
}

#[test]
fn money_is_neither_made_nor_lost() {
	let mut chain = Chain::new();
	let before = chain.read(concordat_runtime::Balances::total_issuance);
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave(1);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let node = account(&enclave.controller);
	let rich = chain.wealth(&node);
	let cac = deliver(enclave.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	let view = chain.job(job);
	assert_eq!(chain.wealth(&node), rich + view.paid, "what the job says was paid is what arrived");
	let after = chain.read(concordat_runtime::Balances::total_issuance);
	// Transaction fees are burned or paid to authors; nothing else may change the issuance, and never upwards.
	assert!(after <= before);
}

#[test]
fn a_silent_node_is_replaced_by_a_backup_with_a_fresh_nonce() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=3).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	let first = chain.terms(job);
	let silent = first.seats[0].clone();
	let second = wait_for(&mut chain, job, |view| view.seats.iter().any(|s| s.node != silent.node));
	assert!(second.attempts >= 2);
	let terms = chain.terms(job);
	assert!(terms
		.seats
		.iter()
		.all(|seat| seat.nonce != silent.nonce && seat.attempt > silent.attempt));
	let waited = terms.seats[0].assigned_at - silent.assigned_at;
	assert!(waited * 2 < 30, "replaced within 30 s of assignment: {waited} blocks");
	let backup = seated(&terms, &enclaves)[0];
	let cac = deliver(backup.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
}

#[test]
fn a_lying_node_is_found_by_the_committee_and_marked() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 5);
	let primaries = round.voting();
	// The first seat is the first that the requester says anything about.
	let (liar, honest) = (&primaries[2], &primaries[..2]);
	let before = round.chain.read(|| queries::node(liar.node)).unwrap().reputation;
	let poor = round.chain.wealth(&account(&liar.controller));
	let mut said = round.all_say(honest, b"answer");
	said.insert(0, round.says(liar, b"a lie"));
	round.commit(&said);
	round.reveal(&said[..1]);
	assert_eq!(round.view().status, JobStatus::Running, "one vote decides nothing");
	round.reveal(&said[1..]);
	assert_eq!(round.view().status, JobStatus::Running, "neither do two against one");
	let committee = round.voting();
	assert!(committee.iter().all(|one| primaries.iter().all(|other| one.node != other.node)));
	round.agree(b"answer");
	let view = round.view();
	assert_eq!(view.status, JobStatus::Completed);
	assert!(view.seats.iter().all(|s| matches!(s.state, SeatState::Delivered(_))));
	let mut chain = round.chain;
	let after = chain.read(|| queries::node(liar.node)).unwrap().reputation;
	assert!(
		after.0 < before.0 && after.1 < before.1,
		"trust and quality fall: {before:?} → {after:?}"
	);
	assert_eq!(chain.wealth(&account(&liar.controller)), poor, "a lie is not paid");
	assert_eq!(chain.node(liar.node).frozen, SLASH);
	// What a requester says about a node counts by what it has paid for the work of others: of those that it has
	// never dealt with, the first one gains nothing yet.
	let mut trust = honest
		.iter()
		.chain(&committee)
		.map(|e| chain.node(e.node).reputation.0)
		.collect::<Vec<_>>();
	trust.sort_unstable();
	assert!(trust[0] == before.0 && trust[1] > before.0, "the honest gain trust: {trust:?}");
	let totals = chain.read(queries::totals);
	assert_eq!((totals.completed, totals.dissents), (1, 1));
}

#[test]
fn a_new_version_of_the_clause_does_not_disturb_a_running_job() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=2).map(|n| chain.enclave(n)).collect();
	let job = chain.dispatch(Default::default());
	let old = chain.terms(job);
	let enclave = seated(&old, &enclaves)[0];
	let ack = enclave.acknowledge(&mut chain, &old);
	chain.block(|| vec![ack]);

	let next = ClauseId::parse("TEST::Echo@1.1").unwrap();
	let program = b"\0asm\x01\0\0\0\0\x02\x01x";
	chain.register_version(next.clone(), program, ExecutionMode::Quorum { k: 2, n: 3 });
	let retire = pallet_clause_registry::Call::<Runtime>::retire { id: clause() };
	chain.block(|| vec![signed("//Alice", retire)]);

	let terms = chain.terms(job);
	assert_eq!(
		(&terms.clause, terms.program, terms.mode),
		(&old.clause, old.program, ExecutionMode::Single),
		"the job keeps the version that it was dispatched with"
	);
	let cac = deliver(enclave.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	let retired = chain.read(|| queries::clause(clause())).unwrap();
	assert_eq!((retired.status, retired.open_jobs), (ClauseStatus::Retired, 0));

	// A job of the new version runs the new program.
	let job = chain.dispatch_to(next.clone(), Default::default());
	let view = chain.job(job);
	assert_eq!((view.clause, view.program, view.quorum), (next, program_hash(program), (2, 3)));
}

/// Lets blocks pass until clients see what is waited for.
pub fn wait_for(chain: &mut Chain, job: JobId, seen: impl Fn(&JobView) -> bool) -> JobView {
	for _ in 0..200 {
		let view = chain.job(job);
		if seen(&view) {
			return view;
		}
		chain.pass(1);
	}
	panic!("not within 200 blocks: {:?}", chain.job(job));
}
