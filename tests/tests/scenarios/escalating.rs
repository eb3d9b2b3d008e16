//! Jobs that go to larger quorums, and at last to the vote of DAO and jurisdiction.

use crate::{
	chain::{account, clause, deliver, signed, sudo, Chain},
	rounds::{each, verdicts, Round, PAY},
};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ExecutionMode, RiskClass},
	hashing::output_hash,
	job::{FailureReason, JobInput, JobStatus, SeatState},
	receipt::Operation,
	traits::JobOutputs,
	units::MILLI_CDT,
	Hash, JobId,
};
use concordat_runtime::{
	pallet_disputes::{self, DisputeClass, DisputeStatus, Resolution},
	pallet_job_dispatch::{self, Event as BoardEvent},
	pallet_quorum_results::{Call, Error, Event},
	Disputes, QuorumResults, Runtime, RuntimeCall, RuntimeEvent,
};
use serde_json::json;
use sp_runtime::DispatchError;

const REFERENCE: Hash = Hash::repeat_byte(0xd0);
const VOTED: &[u8] = b"what the parliament has said";

/// The vote of DAO and jurisdiction.
fn vote(job: JobId, output: &[u8]) -> RuntimeCall {
	let result = Ok(output.to_vec().try_into().unwrap());
	Call::<Runtime>::override_result { job, result, reference: REFERENCE }.into()
}

/// Everybody whose vote counts says something else.
fn differ(round: &mut Round) {
	let voting = round.voting();
	let said: Vec<_> = voting
		.iter()
		.map(|one| round.says(one, format!("opinion of {}", one.node).as_bytes()))
		.collect();
	round.play(&said);
}

/// The job is decided by vote: its output, its money and its receipt are what they should be.
#[track_caller]
fn overridden(chain: &mut Chain, job: JobId) {
	let view = chain.job(job);
	assert_eq!((view.status, view.escrow, view.paid), (JobStatus::Overridden, 0, 0));
	let output = chain.read(|| <QuorumResults as JobOutputs>::output(job));
	assert_eq!(output.as_deref(), Some(VOTED));
	let receipt = view.result.unwrap().receipt.unwrap();
	let expected = Operation::JobOverridden {
		job,
		clause: view.clause,
		result: Ok(output_hash(VOTED)),
		reference: REFERENCE,
	};
	assert_eq!(chain.proved_by_id(receipt), expected);
}

#[test]
fn a_job_of_one_goes_to_ever_larger_quorums_until_one_can_judge() {
	let mut round = Round::new(ExecutionMode::Single, 8);
	let alone = round.voting().remove(0);
	assert_eq!(round.terms().mode, ExecutionMode::Single);
	// It says that its time ran out: that tells nothing about the program.
	let cac = round.fails(&alone, FailureCode::Timeout);
	round.chain.block(|| vec![deliver(cac)]);
	let three = ExecutionMode::Quorum { k: 2, n: 3 };
	let told = |round: &mut Round, mode: ExecutionMode| {
		round.chain.events().into_iter().any(|event| {
			matches!(event, RuntimeEvent::JobDispatch(BoardEvent::ModeEscalated { mode: to, .. }) if to == mode)
		})
	};
	assert!(told(&mut round, three));
	let terms = round.wait("three nodes", |terms| terms.status.is_assigned());
	assert_eq!((terms.mode, terms.seats.len(), terms.round), (three, 3, 2));
	assert!(terms.commit_reveal, "from now on they commit");
	differ(&mut round);
	assert!(round.terms().committee.is_some());
	differ(&mut round);
	let five = ExecutionMode::Quorum { k: 3, n: 5 };
	assert!(told(&mut round, five));
	let terms = round.wait("five nodes", |terms| terms.status.is_assigned());
	assert_eq!((terms.mode, terms.seats.len(), terms.round), (five, 5, 4));
	round.agree(b"answer");
	assert_eq!(round.view().status, JobStatus::Completed);
	let nodes: Vec<_> = terms.seats.iter().map(|seat| round.enclave(seat.node)).collect();
	// Five are paid out of what was held for one, and it has paid for one vote.
	round.settled("five for one", &each(&nodes, PAY), &[], 1);
}

#[test]
fn silence_alone_does_not_enlarge_a_quorum() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 8);
	round.wait("another round", |terms| terms.round > 1 && terms.status.is_assigned());
	assert_eq!(round.terms().mode, ExecutionMode::Quorum { k: 2, n: 3 });
}

#[test]
fn what_nodes_can_not_settle_is_voted_on_where_the_risk_is_high() {
	let mode = ExecutionMode::Quorum { k: 2, n: 3 };
	for risk in [RiskClass::Medium, RiskClass::High, RiskClass::Critical] {
		let patch = json!({ "jobDispatch": { "params": { "maxAttempts": 2 } } });
		let mut round = Round::with(patch, mode, risk, 5, Default::default());
		differ(&mut round);
		differ(&mut round);
		let view = round.view();
		if risk < RiskClass::High {
			assert_eq!(view.status, JobStatus::Failed(FailureReason::NoQuorum));
			let refused = round.chain.block_with(|| vec![sudo(vote(view.id, VOTED))]);
			assert_eq!(refused, vec![Ok(Ok(()))], "what root does is told by an event");
			assert_eq!(round.view().status, JobStatus::Failed(FailureReason::NoQuorum));
			continue;
		}
		assert_eq!((view.status, view.attempts), (JobStatus::AwaitingVote, 2));
		assert!(view.seats.is_empty() && view.escrow > 0);
		// Nodes have nothing to say any more, and nobody votes alone.
		let stranger = round.chain.block_with(|| vec![signed("//Bob", vote(view.id, VOTED))]);
		assert_eq!(stranger, vec![Ok(Err(DispatchError::BadOrigin))]);
		let before = round.books();
		round.chain.block(|| vec![sudo(vote(view.id, VOTED))]);
		let after = round.books();
		assert_eq!(round.chain.held(&account("//Bob")), 0, "what was held is back");
		assert_eq!(before.requester - after.requester, MILLI_CDT, "the chain had tried");
		assert_eq!(after.treasury - before.treasury, MILLI_CDT);
		assert_eq!(after.nodes, before.nodes, "nobody is paid or slashed by a vote");
		overridden(&mut round.chain, view.id);
	}
}

#[test]
fn a_clause_that_is_decided_by_vote_asks_no_node() {
	let mut chain = Chain::new();
	chain.register_risky(clause(), ExecutionMode::SovereignOverride, RiskClass::Critical);
	let enclave = chain.enclave(1);
	let call = pallet_job_dispatch::Call::<Runtime>::dispatch {
		clause: clause(),
		input: JobInput::Inline(b"question".to_vec().try_into().unwrap()),
		constraints: Default::default(),
	};
	chain.block(|| vec![signed("//Bob", call)]);
	let job = 1;
	let (rich, held) = (chain.wealth(&account("//Bob")), chain.held(&account("//Bob")));
	chain.pass(30);
	let view = chain.job(job);
	assert_eq!((view.status, view.attempts, view.quorum), (JobStatus::AwaitingVote, 0, (0, 0)));
	assert!(view.seats.is_empty() && view.backups.is_empty());
	assert_eq!(chain.node(enclave.node).running, 0);
	// A result has to be one: that a node ran out of time is none.
	let reference = REFERENCE;
	let no_result =
		Call::<Runtime>::override_result { job, result: Err(FailureCode::Timeout), reference };
	chain.block(|| vec![sudo(no_result)]);
	assert_eq!(sudone(&mut chain), Err(Error::<Runtime>::NotAResult.into()));
	chain.block(|| vec![sudo(vote(job + 1, VOTED))]);
	assert_eq!(sudone(&mut chain), Err(Error::<Runtime>::UnknownJob.into()));
	assert_eq!(chain.job(job).status, JobStatus::AwaitingVote);

	chain.block(|| vec![sudo(vote(job, VOTED))]);
	assert_eq!(sudone(&mut chain), Ok(()));
	assert!(held > 0);
	assert_eq!(chain.held(&account("//Bob")), 0, "all of it came back");
	assert_eq!(chain.wealth(&account("//Bob")), rich, "nobody had tried: not even that is kept");
	overridden(&mut chain, job);
	chain.block(|| vec![sudo(vote(job, VOTED))]);
	assert_eq!(sudone(&mut chain), Err(Error::<Runtime>::NotForVote.into()), "a vote is final");
}

/// What became of the last call that root made.
fn sudone(chain: &mut Chain) -> sp_runtime::DispatchResult {
	let done = chain.events().into_iter().find_map(|event| match event {
		RuntimeEvent::Sudo(concordat_runtime::pallet_sudo::Event::Sudid { sudo_result }) => {
			Some(sudo_result)
		},
		_ => None,
	});
	done.expect("root has made a call")
}

#[test]
fn a_vote_on_a_disputed_job_ends_the_dispute_and_gives_the_bond_back() {
	for decided in [false, true] {
		let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 3);
		let voting = round.voting();
		let said = round.all_say(&voting, b"answer");
		round.commit(&said);
		if decided {
			round.reveal(&said);
			assert_eq!(round.view().status, JobStatus::Completed);
		}
		let job = round.job;
		let before = round.books();
		let bond = round.chain.read(|| Disputes::bond_for(job));
		let held = round.chain.held(&account("//Bob"));
		let open = pallet_disputes::Call::<Runtime>::open {
			job,
			evidence: Hash::repeat_byte(0xe7),
			class: DisputeClass::Security,
		};
		round.chain.block(|| vec![signed("//Bob", open)]);
		let status = round.view().status;
		assert_eq!(status, JobStatus::Disputed);
		assert_eq!(round.chain.held(&account("//Bob")), held + bond);
		let dispute = pallet_disputes::NextDispute::<Runtime>::get;
		let dispute = round.chain.read(dispute) - 1;

		round.chain.block(|| vec![sudo(vote(job, VOTED))]);
		assert_eq!(sudone(&mut round.chain), Ok(()));
		assert_eq!(round.chain.held(&account("//Bob")), 0, "bond, escrow and deposit are back");
		let record = round.chain.read(|| pallet_disputes::Disputes::<Runtime>::get(dispute));
		assert!(matches!(
			record.unwrap().status,
			DisputeStatus::Resolved { resolution: Resolution::Overridden, .. }
		));
		let events = verdicts(&mut round.chain);
		assert!(events.iter().any(|event| matches!(event, Event::Overridden { .. })));
		let after = round.books();
		assert_eq!(after.nodes, before.nodes, "those who worked keep what they got");
		// What nodes say now comes too late, and nothing of their round is left.
		round.chain.pass(30);
		assert_eq!(round.view().status, JobStatus::Overridden);
		assert_eq!(round.view().paid > 0, decided);
		let output = round.chain.read(|| <QuorumResults as JobOutputs>::output(job));
		assert_eq!(output.as_deref(), Some(VOTED));
		if !decided {
			let seated = round.view().seats;
			assert!(seated.iter().all(|seat| !matches!(seat.state, SeatState::Delivered(_))));
			for node in &voting {
				assert_eq!(round.chain.node(node.node).running, 0, "their room is free again");
				assert_eq!(round.chain.node(node.node).frozen, 0, "none of them has withheld");
			}
		}
	}
}
