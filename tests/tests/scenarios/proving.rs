//! Results that are proven: verifiers that agree, and a Groth16 proof that the runtime verifies, over either curve.

use crate::{
	chain::{clause, signed, sudo, Chain},
	enclave::Enclave,
	prover::{number, provers, Prover},
	rounds::{books, each, verdicts, Round, PAY},
};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ExecutionMode, RiskClass},
	hashing::output_hash,
	job::{FailureReason, JobConstraints, JobInput, JobStatus},
	receipt::Operation,
	zk::{output_of, vk_id, FieldBytes, Statement},
	ClauseId, Hash, JobId,
};
use concordat_runtime::{
	pallet_disputes::{self, Verdict},
	pallet_job_dispatch::{self, refusal::Refusal},
	pallet_quorum_results::{Call, Error, Event, Proofs},
	queries, Runtime, RuntimeCall, RuntimeEvent, System, ZkVerifiers,
};
use frame_support::dispatch::CallableCallFor;

/// Calls of the pallet that keeps verifying keys.
type ZkCall = CallableCallFor<ZkVerifiers, Runtime>;

const MODE: ExecutionMode = ExecutionMode::ZkVerifierSet { n: 3 };

/// Two numbers: what the nodes write, and what is proven about.
fn publics() -> Vec<FieldBytes> {
	vec![number(1_848), number(2_063)]
}

/// Registers the key of a prover for a clause.
fn register(chain: &mut Chain, id: ClauseId, prover: &dyn Prover) {
	let key = prover.key().try_into().unwrap();
	let call = ZkCall::register { clause: id, curve: prover.curve(), key };
	chain.block(|| vec![signed("//Alice", call)]);
}

/// A job on three verifiers, whose clause has the key of this prover.
fn table(prover: &dyn Prover, constraints: JobConstraints) -> Round {
	let mut chain = Chain::new();
	chain.register_risky(clause(), MODE, RiskClass::Low);
	register(&mut chain, clause(), prover);
	let enclaves: Vec<Enclave> = (1..=3).map(|number| chain.enclave(number)).collect();
	let job = chain.dispatch(constraints);
	let before = books(&mut chain, &enclaves);
	Round { chain, enclaves, job, before }
}

/// Plays with either curve.
fn over_each_curve(scenario: impl Fn(&mut Round, &dyn Prover)) {
	for prover in provers(publics().len()) {
		let mut round = table(prover.as_ref(), Default::default());
		scenario(&mut round, prover.as_ref());
	}
}

/// What a proof of these outputs has to say now.
fn statement(round: &mut Round, publics: &[FieldBytes]) -> Statement {
	let terms = round.terms();
	Statement {
		genesis: round.chain.read(|| System::block_hash(0)),
		clause: terms.clause,
		program: terms.program,
		input: terms.input,
		output: output_hash(&output_of(publics)),
		job: terms.job,
		attempt: terms.round,
	}
}

/// The call that brings a proof.
fn proof_of(job: JobId, publics: &[FieldBytes], proof: &[u8]) -> RuntimeCall {
	let publics = publics.to_vec().try_into().unwrap();
	Call::<Runtime>::submit_proof { job, publics, proof: proof.to_vec().try_into().unwrap() }.into()
}

/// Somebody brings a proof that is refused; it costs them its fee and changes nothing else.
#[track_caller]
fn refuse(
	round: &mut Round,
	what: &str,
	publics: &[FieldBytes],
	proof: &[u8],
	error: Error<Runtime>,
) {
	// No time passes for the job.
	let mut round = round.fork();
	let (job, before) = (round.job, round.books());
	let rich = round.chain.wealth(&crate::chain::account("//Dave"));
	let call = proof_of(job, publics, proof);
	let results = round.chain.block_with(|| vec![signed("//Dave", call)]);
	assert_eq!(results, vec![Ok(Err(error.into()))], "{what}");
	let after = round.books();
	assert_eq!((after.nodes, after.requester), (before.nodes, before.requester), "{what}");
	assert_eq!(round.chain.read(|| Proofs::<Runtime>::get(job)), None, "{what}");
	assert!(
		round.chain.wealth(&crate::chain::account("//Dave")) < rich,
		"{what} is not for nothing"
	);
}

#[test]
fn verifiers_that_agree_on_what_is_proven_end_the_job_with_both_receipts() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let output = output_of(&publics);
		let sound = statement(round, &publics);
		let proof = prover.prove(&sound, &publics);
		let job = round.job;
		// The proof may come before what it proves is shown, and after.
		for early in [true, false] {
			let mut round = round.fork();
			let voting = round.voting();
			let said = round.all_say(&voting, &output);
			let rich = round.chain.wealth(&crate::chain::account("//Dave"));
			let prove = |round: &mut Round| {
				let call = proof_of(job, &publics, &proof);
				round.chain.block(|| vec![signed("//Dave", call)]);
			};
			if early {
				prove(&mut round);
				round.play(&said);
			} else {
				round.play(&said);
				assert_eq!(round.view().status, JobStatus::Running, "agreed, and not proven");
				prove(&mut round);
			}
			assert_eq!(round.chain.wealth(&crate::chain::account("//Dave")), rich, "it was free");
			assert_eq!(round.view().status, JobStatus::Completed, "{:?}", prover.curve());
			// Fees of accounts are not of the job: only who sent the proof could have paid one.
			round.settled("proven", &each(&voting, PAY), &[], 3);
			let key = vk_id(prover.curve(), &prover.key());
			let hash = sound.output;
			let proven = Operation::ProofVerified { job, attempt: 1, output: hash, key };
			round.chain.proved("of the proof", |one| *one == proven);
			let receipt = round.view().result.unwrap().receipt.unwrap();
			let operation = round.chain.proved_by_id(receipt);
			assert!(matches!(
				operation,
				Operation::JobCompleted { result: Ok(result), k: 3, n: 3, .. } if result == hash
			));
		}
	});
}

#[test]
fn what_is_not_proven_waits_until_its_time_is_over() {
	for prover in provers(2) {
		let constraints = JobConstraints { timeout_blocks: Some(60), ..Default::default() };
		let mut round = table(prover.as_ref(), constraints);
		round.agree(&output_of(&publics()));
		assert_eq!(round.view().status, JobStatus::Running);
		round.wait("the end", |terms| terms.status.is_final());
		let view = round.view();
		assert_eq!((view.status, view.paid, view.escrow), (JobStatus::Expired, 0, 0));
		let after = round.books();
		assert_eq!(after.nodes, round.before.nodes, "nobody is paid, and nobody is guilty");
		for enclave in round.enclaves.clone() {
			assert_eq!(round.chain.node(enclave.node).running, 0);
		}
	}
}

#[test]
fn that_a_program_fails_needs_no_proof() {
	over_each_curve(|round, _| {
		let voting = round.voting();
		let said: Vec<_> = voting.iter().map(|one| round.fails(one, FailureCode::Trap)).collect();
		round.play(&said);
		let failed = JobStatus::Failed(FailureReason::Program(FailureCode::Trap));
		assert_eq!(round.view().status, failed);
		round.settled("a failure", &each(&voting, PAY), &[], 3);
	});
}

#[test]
fn a_proof_of_anything_else_is_refused() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let sound = statement(round, &publics);
		let other = Hash::repeat_byte(0xee);
		let others = vec![publics[1], publics[0]];
		for (what, bent) in [
			("of another chain", Statement { genesis: other, ..sound.clone() }),
			(
				"of another clause",
				Statement { clause: ClauseId::parse("TEST::Echo@1.1").unwrap(), ..sound.clone() },
			),
			("of another program", Statement { program: other, ..sound.clone() }),
			("of another input", Statement { input: other, ..sound.clone() }),
			("of another output", Statement { output: other, ..sound.clone() }),
			("of another job", Statement { job: sound.job + 1, ..sound.clone() }),
			("of another attempt", Statement { attempt: sound.attempt + 1, ..sound.clone() }),
		] {
			let proof = prover.prove(&bent, &publics);
			refuse(round, what, &publics, &proof, Error::InvalidProof);
		}
		// The right statement with other numbers, and the right numbers in another order.
		let proof = prover.prove(&sound, &publics);
		refuse(round, "other numbers", &others, &proof, Error::InvalidProof);
		let bound_elsewhere = prover.prove(&sound, &others);
		refuse(round, "unbound numbers", &publics, &bound_elsewhere, Error::InvalidProof);
		refuse(round, "unbound numbers", &others, &bound_elsewhere, Error::InvalidProof);
	});
}

#[test]
fn too_few_too_many_and_greater_inputs_are_refused() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let sound = statement(round, &publics);
		let proof = prover.prove(&sound, &publics);
		let more: Vec<_> = publics.iter().copied().chain([number(0)]).collect();
		refuse(round, "too few", &publics[..1], &proof, Error::WrongArity);
		refuse(round, "none", &[], &proof, Error::WrongArity);
		// A zero more would change nothing in the equation.
		refuse(round, "too many", &more, &proof, Error::WrongArity);
		// The same number by another name: with the order of the field added to it.
		let mut carry = 0;
		let mut greater = prover.order();
		for (place, byte) in publics[0].iter().enumerate().rev() {
			let sum = u16::from(greater[place]) + u16::from(*byte) + carry;
			greater[place] = sum as u8;
			carry = sum >> 8;
		}
		assert_eq!(carry, 0);
		let renamed = vec![greater, publics[1]];
		let its = statement(round, &renamed);
		assert_ne!(its.output, sound.output, "another output to the nodes");
		// It would hold if inputs were reduced, as libraries do.
		let its_proof = prover.prove(&its, &renamed);
		refuse(round, "by another name", &renamed, &its_proof, Error::InputNotCanonical);
		let zero = vec![prover.order(), publics[1]];
		refuse(round, "the order itself", &zero, &proof, Error::InputNotCanonical);
	});
}

#[test]
fn what_is_no_proof_is_refused() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let sound = statement(round, &publics);
		let proof = prover.prove(&sound, &publics);
		for (what, bytes) in [
			("nothing", vec![]),
			("too short", proof[..proof.len() - 1].to_vec()),
			("too long", [&proof[..], &[0]].concat()),
			("ones", vec![0xff; proof.len()]),
			("the identity", prover.identity(&proof)),
		] {
			refuse(round, what, &publics, &bytes, Error::BadPoint);
		}
		let swapped = prover.swapped(&proof);
		refuse(round, "exchanged points", &publics, &swapped, Error::InvalidProof);
	});
}

#[test]
fn a_proof_in_other_bytes_counts_once_and_for_no_other_job() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let sound = statement(round, &publics);
		let proof = prover.prove(&sound, &publics);
		let other = prover.rerandomise(&proof);
		assert_ne!(other, proof);
		// Whoever has seen it can bring it in other bytes first: it proves the same.
		let job = round.job;
		let call = proof_of(job, &publics, &other);
		round.chain.block(|| vec![signed("//Eve", call)]);
		for again in [&proof, &other] {
			let call = proof_of(job, &publics, again);
			let results = round.chain.block_with(|| vec![signed("//Dave", call)]);
			assert_eq!(results, vec![Ok(Err(Error::<Runtime>::AlreadyProven.into()))]);
		}
		round.agree(&output_of(&publics));
		assert_eq!(round.view().status, JobStatus::Completed);
		// The next job asks the same, of the same clause, on the same input.
		round.job = round.chain.dispatch(Default::default());
		for replay in [&proof, &other] {
			refuse(round, "a replay", &publics, replay, Error::InvalidProof);
		}
		let sound = statement(round, &publics);
		let proof = prover.prove(&sound, &publics);
		let call = proof_of(round.job, &publics, &proof);
		round.chain.block(|| vec![signed("//Dave", call)]);
		round.agree(&output_of(&publics));
		assert_eq!(round.view().status, JobStatus::Completed);
	});
}

/// Why the last dispatch was turned away.
fn turned_away(chain: &mut Chain) -> Option<Refusal> {
	chain.events().into_iter().find_map(|event| match event {
		RuntimeEvent::JobDispatch(pallet_job_dispatch::Event::DispatchRefused {
			reason, ..
		}) => Some(reason),
		_ => None,
	})
}

#[test]
fn a_key_or_a_curve_that_is_switched_off_takes_neither_proofs_nor_jobs() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let sound = statement(round, &publics);
		let proof = prover.prove(&sound, &publics);
		let curve = prover.curve();
		let of_owner =
			|enabled| signed("//Alice", ZkCall::set_enabled { clause: clause(), enabled });
		let of_governance = |enabled| sudo(ZkCall::set_enabled { clause: clause(), enabled });
		let of_curve = |enabled| sudo(ZkCall::set_curve_enabled { curve, enabled });
		type Switch<'a> = &'a dyn Fn(bool) -> concordat_runtime::UncheckedExtrinsic;
		let switches: [(&str, Switch); 3] = [
			("by its owner", &of_owner),
			("by governance", &of_governance),
			("with its curve", &of_curve),
		];
		for (what, switch) in switches {
			let mut round = round.fork();
			round.chain.block(|| vec![switch(false)]);
			refuse(&mut round, what, &publics, &proof, Error::VerifierDisabled);
			let jobs = round.chain.read(queries::totals).jobs;
			let call = pallet_job_dispatch::Call::<Runtime>::dispatch {
				clause: clause(),
				input: JobInput::Inline(b"question".to_vec().try_into().unwrap()),
				constraints: Default::default(),
			};
			round.chain.block(|| vec![signed("//Bob", call)]);
			assert_eq!(turned_away(&mut round.chain), Some(Refusal::NotProvable), "{what}");
			assert_eq!(round.chain.read(queries::totals).jobs, jobs);
			round.chain.block(|| vec![switch(true)]);
			let call = proof_of(round.job, &publics, &proof);
			round.chain.block(|| vec![signed("//Dave", call)]);
			round.agree(&output_of(&publics));
			assert_eq!(round.view().status, JobStatus::Completed);
		}
	});
}

#[test]
fn a_job_of_a_clause_without_a_key_is_not_taken() {
	let mut chain = Chain::new();
	chain.register_risky(clause(), MODE, RiskClass::Low);
	let call = pallet_job_dispatch::Call::<Runtime>::dispatch {
		clause: clause(),
		input: JobInput::Inline(b"question".to_vec().try_into().unwrap()),
		constraints: Default::default(),
	};
	chain.block(|| vec![signed("//Bob", call)]);
	assert_eq!(turned_away(&mut chain), Some(Refusal::NotProvable));
}

#[test]
fn a_job_that_asks_for_no_proof_takes_none() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 3);
	let [prover, _] = provers(1);
	register(&mut round.chain, clause(), prover.as_ref());
	let publics = vec![number(1)];
	let sound = statement(&mut round, &publics);
	let proof = prover.prove(&sound, &publics);
	refuse(&mut round, "unasked", &publics, &proof, Error::NothingToProve);
}

/// The job is frozen by a dispute that the chain itself has opened; nobody is paid or slashed. Its number.
fn disputed(round: &mut Round) -> u32 {
	let events = verdicts(&mut round.chain);
	let told = events.iter().any(|event| matches!(event, Event::VerifiersDiffer { .. }));
	assert!(told, "{events:?}");
	assert_eq!(round.view().status, JobStatus::Disputed);
	let after = round.books();
	assert_eq!(after.nodes, round.before.nodes, "arbiters judge, nobody before them");
	let dispute = round.chain.read(pallet_disputes::NextDispute::<Runtime>::get) - 1;
	let view = round.chain.read(|| queries::dispute(dispute)).unwrap();
	assert_eq!((view.job, view.opener, view.bond), (round.job, None, 0));
	dispute
}

#[test]
fn verifiers_that_differ_are_for_arbiters_to_judge() {
	over_each_curve(|round, _| {
		let voting = round.voting();
		let mut said = round.all_say(&voting[1..], &output_of(&publics()));
		said.push(round.says(&voting[0], b"a lie"));
		round.play(&said);
		let dispute = disputed(round);
		// Upheld against the liar: it loses what a consensus failure costs, and the requester gets its money back.
		let culprits =
			vec![(voting[0].node, concordat_primitives::node::Misconduct::ConsensusFailure)];
		let verdict =
			Verdict::Upheld { culprits: culprits.try_into().unwrap(), suspend_clause: false };
		let resolve = pallet_disputes::Call::<Runtime>::resolve { dispute, verdict };
		round.chain.block(|| vec![sudo(resolve)]);
		let view = round.view();
		assert_eq!((view.status, view.paid, view.escrow), (JobStatus::Slashed, 0, 0));
		assert_eq!(round.chain.node(voting[0].node).frozen, crate::rounds::SLASH);
		assert_eq!(round.chain.node(voting[1].node).frozen, 0);
	});
}

#[test]
fn verifiers_that_agree_on_something_else_than_what_is_proven_are_for_arbiters_to_judge() {
	for early in [true, false] {
		for prover in provers(2) {
			let constraints = JobConstraints { timeout_blocks: Some(60), ..Default::default() };
			let mut round = table(prover.as_ref(), constraints);
			let publics = publics();
			let sound = statement(&mut round, &publics);
			let call = proof_of(round.job, &publics, &prover.prove(&sound, &publics));
			let others = [publics[1], publics[0]];
			if early {
				round.chain.block(|| vec![signed("//Dave", call)]);
				round.agree(&output_of(&others));
			} else {
				round.agree(&output_of(&others));
				assert_eq!(round.view().status, JobStatus::Running);
				round.chain.block(|| vec![signed("//Dave", call)]);
			}
			let dispute = disputed(&mut round);
			// Who can not tell either leaves it to its time.
			let verdict = Verdict::Wonky;
			let resolve = pallet_disputes::Call::<Runtime>::resolve { dispute, verdict };
			round.chain.block(|| vec![sudo(resolve)]);
			assert_eq!(round.view().status, JobStatus::Running);
			round.wait("the end", |terms| terms.status.is_final());
			assert_eq!(round.view().status, JobStatus::Expired);
			assert_eq!(round.books().nodes, round.before.nodes);
		}
	}
}

#[test]
fn one_verifier_less_is_another_round() {
	over_each_curve(|round, prover| {
		let publics = publics();
		let output = output_of(&publics);
		let voting = round.voting();
		let said = round.all_say(&voting[1..], &output);
		round.commit(&said);
		// Nobody can stand in for the third, and all have to agree.
		let terms =
			round.wait("another round", |terms| terms.round > 1 && terms.status.is_assigned());
		// What was proven about the round before would not hold in this one.
		let sound = statement(round, &publics);
		assert_eq!(sound.attempt, terms.round);
		let old = prover.prove(&Statement { attempt: 1, ..sound.clone() }, &publics);
		refuse(round, "of the round before", &publics, &old, Error::InvalidProof);
		let call = proof_of(round.job, &publics, &prover.prove(&sound, &publics));
		round.chain.block(|| vec![signed("//Dave", call)]);
		round.agree(&output);
		assert_eq!(round.view().status, JobStatus::Completed);
		let after = round.books();
		assert!(after.nodes.values().all(|(_, frozen)| *frozen == 0));
	});
}
