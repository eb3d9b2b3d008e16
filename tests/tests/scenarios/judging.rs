//! Nodes that cheat, and the council that judges.

use crate::{
	chain::{account, clause, deliver, signed, Chain},
	enclave::{seated, Enclave},
};
use concordat_primitives::{
	cac::SignedCac,
	clause::{ClauseStatus, ExecutionMode, SafeModeReason},
	job::{JobStatus, JobTerms},
	node::{Misconduct, NodeStatus},
	units::CDT,
	Hash, JobId,
};
use concordat_runtime::{
	pallet_disputes::{self, DisputeClass, Error, Verdict},
	pallet_governance_timelocks::{self, ProposalStatus},
	queries, Disputes, Governance, Runtime, RuntimeCall, System,
};
use sp_core::Pair as _;

/// A job on one node, with its terms and who sits on it.
fn job_of_one(chain: &mut Chain, enclaves: &[Enclave]) -> (JobId, JobTerms, Enclave) {
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let enclave = seated(&terms, enclaves)[0].clone();
	(job, terms, enclave)
}

fn report(a: &SignedCac, b: &SignedCac, enclave: &Enclave) -> RuntimeCall {
	let (a, b) = (Box::new(a.clone()), Box::new(b.clone()));
	pallet_disputes::Call::<Runtime>::report_equivocation { a, b, key: enclave.key.public().0 }
		.into()
}

/// What a report in the next block leads to.
fn outcome(chain: &mut Chain, report: RuntimeCall) -> sp_runtime::DispatchResult {
	let results = chain.block_with(|| vec![signed("//Dave", report)]);
	results[0].expect("the reporter pays for a valid transaction")
}

#[test]
fn two_certificates_for_one_attempt_jail_the_node_and_freeze_its_stake() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=2).map(|n| chain.enclave(n)).collect();
	let (job, terms, liar) = job_of_one(&mut chain, &enclaves);
	let one = liar.certify(&mut chain, &terms, b"answer");
	let two = liar.certify(&mut chain, &terms, b"another answer");
	let delivered = deliver(one.clone());
	chain.block(|| vec![delivered]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);

	// What proves nothing is refused.
	let honest = enclaves.iter().find(|e| e.node != liar.node).unwrap().clone();
	assert_eq!(
		outcome(&mut chain, report(&one, &one, &liar)),
		Err(Error::<Runtime>::SameStatement.into())
	);
	let mut framed = two.statement.body().clone();
	framed.node = honest.node;
	let framed = [liar.sign(framed.clone()), {
		framed.usage.fuel += 1;
		liar.sign(framed)
	}];
	assert_eq!(
		outcome(&mut chain, report(&framed[0], &framed[1], &liar)),
		Err(Error::<Runtime>::KeyNotOfNode.into()),
		"nobody equivocates in the name of another"
	);
	let forged = honest.sign(two.statement.body().clone());
	assert_eq!(
		outcome(&mut chain, report(&one, &forged, &liar)),
		Err(Error::<Runtime>::BadSignature.into())
	);
	let mut later = two.statement.body().clone();
	later.attempt += 1;
	assert_eq!(
		outcome(&mut chain, report(&one, &liar.sign(later), &liar)),
		Err(Error::<Runtime>::DifferentSubjects.into())
	);
	assert_eq!(chain.node(liar.node).frozen, 0);
	assert_eq!(chain.node(liar.node).status, NodeStatus::Active);

	// The pair proves itself, and once.
	assert_eq!(outcome(&mut chain, report(&one, &two, &liar)), Ok(()));
	let node = chain.node(liar.node);
	assert!(matches!(node.status, NodeStatus::Jailed { .. }), "{:?}", node.status);
	assert_eq!(node.stake, 1_000 * CDT);
	assert_eq!(node.frozen, 50 * CDT, "5 % for a consensus failure");
	let dispute = chain.read(|| queries::dispute(0)).unwrap();
	assert_eq!((dispute.job, dispute.opener), (job, None));
	assert_eq!(
		outcome(&mut chain, report(&two, &one, &liar)),
		Err(Error::<Runtime>::AlreadyKnown.into())
	);
	assert_eq!(chain.node(liar.node).frozen, 50 * CDT);
	assert_eq!(chain.node(honest.node).status, NodeStatus::Active);

	// The jailed node is not asked any more.
	for _ in 0..3 {
		let (job, terms, enclave) = job_of_one(&mut chain, &enclaves);
		assert_eq!(enclave.node, honest.node);
		let cac = deliver(enclave.certify(&mut chain, &terms, b"answer"));
		chain.block(|| vec![cac]);
		assert_eq!(chain.job(job).status, JobStatus::Completed);
	}
}

/// Blocks for which a verdict of the council is locked in these scenarios.
const LOCK: u32 = 3;

/// A chain whose council waits before it acts.
fn chain_with_lock() -> Chain {
	Chain::with_genesis(serde_json::json!({ "governance": { "delays": {
		"upgrade": LOCK, "parameters": LOCK, "nodeAddition": LOCK, "nodeRemoval": LOCK, "emergency": LOCK,
	} } }))
}

/// Has somebody dispute a job; returns the bond.
fn dispute(chain: &mut Chain, who: &str, job: JobId) -> u128 {
	let before = chain.held(&account(who));
	let bond = chain.read(|| Disputes::bond_for(job));
	let open = pallet_disputes::Call::<Runtime>::open {
		job,
		evidence: Hash::repeat_byte(0xe7),
		class: DisputeClass::Security,
	};
	chain.block(|| vec![signed(who, open)]);
	assert_eq!(chain.job(job).status, JobStatus::Disputed);
	assert_eq!(chain.held(&account(who)), before + bond);
	bond
}

/// The council decides to give a verdict: proposed, voted, locked, enacted.
fn decide(chain: &mut Chain, dispute: u32, verdict: Verdict) {
	let call = RuntimeCall::from(pallet_disputes::Call::<Runtime>::resolve { dispute, verdict });
	let proposal = chain.read(pallet_governance_timelocks::NextProposal::<Runtime>::get);
	let propose =
		pallet_governance_timelocks::Call::<Runtime>::propose { call: Box::new(call.clone()) };
	let vote = || pallet_governance_timelocks::Call::<Runtime>::vote { proposal, aye: true };
	// Nobody resolves by themselves, not even a member of the council.
	let results = chain.block_with(|| vec![signed("//Alice", call), signed("//Bob", propose)]);
	assert_eq!(results, vec![Ok(Err(sp_runtime::DispatchError::BadOrigin)), Ok(Ok(()))]);
	chain.block(|| vec![signed("//Alice", vote())]);
	let status =
		|chain: &mut Chain| chain.read(|| Governance::proposal(proposal)).unwrap().0.status;
	assert!(matches!(status(chain), ProposalStatus::Open { .. }), "one of three is not enough");
	chain.block(|| vec![signed("//Charlie", vote())]);
	let ProposalStatus::Approved { enact_at } = status(chain) else {
		panic!("two of three carry it: {:?}", status(chain))
	};
	let now = chain.read(System::block_number);
	assert_eq!(enact_at, now + LOCK);
	chain.pass(enact_at - now - 1);
	assert_eq!(status(chain), ProposalStatus::Approved { enact_at }, "locked until then");
	chain.pass(1);
	assert_eq!(status(chain), ProposalStatus::Enacted { ok: true, at: enact_at });
}

#[test]
fn the_council_upholds_a_dispute_of_a_result() {
	let mut chain = chain_with_lock();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=2).map(|n| chain.enclave(n)).collect();
	let (job, terms, culprit) = job_of_one(&mut chain, &enclaves);
	let cac = deliver(culprit.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);

	dispute(&mut chain, "//Dave", job);
	let verdict = Verdict::Upheld {
		culprits: vec![(culprit.node, Misconduct::ReceiptTampering)].try_into().unwrap(),
		suspend_clause: true,
	};
	decide(&mut chain, 0, verdict);

	assert_eq!(chain.job(job).status, JobStatus::Slashed);
	assert_eq!(chain.held(&account("//Dave")), 0, "the bond is back");
	let node = chain.node(culprit.node);
	assert!(matches!(node.status, NodeStatus::Jailed { .. }), "{:?}", node.status);
	assert_eq!(node.frozen, 250 * CDT, "25 % for tampering");
	let clause = chain.read(|| queries::clause(clause())).unwrap();
	assert_eq!(clause.status, ClauseStatus::SafeMode(SafeModeReason::Dispute));
}

#[test]
fn a_dispute_freezes_a_running_job_and_its_rejection_lets_it_go_on() {
	let mut chain = chain_with_lock();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=2).map(|n| chain.enclave(n)).collect();
	let (job, terms, enclave) = job_of_one(&mut chain, &enclaves);
	let ack = enclave.acknowledge(&mut chain, &terms);
	chain.block(|| vec![ack]);

	// Until there is a result it is no business of a stranger's.
	let open = || pallet_disputes::Call::<Runtime>::open {
		job,
		evidence: Hash::repeat_byte(0xe7),
		class: DisputeClass::Security,
	};
	let results = chain.block_with(|| vec![signed("//Dave", open())]);
	assert_eq!(results, vec![Ok(Err(Error::<Runtime>::NotConcerned.into()))]);

	let (rich, held) = (chain.wealth(&account("//Bob")), chain.held(&account("//Bob")));
	let bond = dispute(&mut chain, "//Bob", job);
	let cac = deliver(enclave.certify(&mut chain, &terms, b"answer"));
	chain.refused("of a frozen job", cac.clone());
	// Longer than any deadline of the job: none fires.
	chain.pass(40);
	let frozen = chain.job(job);
	assert_eq!(frozen.status, JobStatus::Disputed);
	assert_eq!(frozen.seats.len(), 1);
	assert_eq!(chain.read(queries::totals).missed_deadlines, 0);

	decide(&mut chain, 0, Verdict::Rejected);
	assert_eq!(chain.job(job).status, JobStatus::Running);
	assert_eq!(chain.held(&account("//Bob")), held);
	assert!(chain.wealth(&account("//Bob")) <= rich - bond, "the bond is forfeited");
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	assert_eq!(chain.node(enclave.node).frozen, 0);
}
