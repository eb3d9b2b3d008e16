//! Verifiers who have to agree on what is proven.

use super::*;
use crate::{Ballots, Error, Event, Proofs, Results};
use concordat_primitives::{
	cac::FailureCode,
	hashing::{output_hash, tagged},
	job::JobStatus,
	traits::JobListener,
	zk::{output_of, FieldBytes, ProofBytes, Publics, Statement, ZkRefusal},
	AccountId, NodeId,
};
use frame_support::{assert_noop, dispatch::Pays};
use sp_runtime::DispatchError;

/// The output of an honest program, as public inputs.
const PUBLICS: [FieldBytes; 2] = [[1; 32], [2; 32]];

fn proven() -> Hash {
	output_hash(&output_of(&PUBLICS))
}

/// What a proof about the job says.
fn statement() -> Statement {
	let terms = terms(JOB);
	Statement {
		genesis: Genesis::get(),
		clause: terms.clause,
		program: terms.program,
		input: terms.input,
		output: proven(),
		job: JOB,
		attempt: terms.round,
	}
}

fn publics(of: &[FieldBytes]) -> Publics {
	of.to_vec().try_into().unwrap()
}

fn anybody() -> RuntimeOrigin {
	RuntimeOrigin::signed(AccountId::new([0xaa; 32]))
}

fn submit(proof: ProofBytes) -> DispatchResultWithPostInfo {
	QuorumResults::submit_proof(anybody(), JOB, publics(&PUBLICS), proof)
}

/// The same, for what is refused.
fn attempt(inputs: &[FieldBytes], proof: ProofBytes) -> Result<(), DispatchError> {
	let result = QuorumResults::submit_proof(anybody(), JOB, publics(inputs), proof);
	result.map(|_| ()).map_err(|refused| refused.error)
}

fn prove() {
	submit(proof_of(&statement(), &PUBLICS)).expect("a proof that holds");
}

/// A verifier that has found what is proven.
fn right(node: NodeId) -> SignedCac {
	cac(node, outcome(&output_of(&PUBLICS)))
}

fn wrong(node: NodeId) -> SignedCac {
	cac(node, outcome(b"something else"))
}

fn disputes() -> Vec<Hash> {
	let opened = effects().into_iter().filter_map(|effect| match effect {
		Effect::DisputeOpened(JOB, evidence) => Some(evidence),
		_ => None,
	});
	opened.collect()
}

#[test]
fn verifiers_should_decide_once_what_they_agree_on_is_proven() {
	ExtBuilder::verifiers(3).committing().build_and_execute(|| {
		commit_and_reveal(&[right(1), right(2), right(3)]);
		// All agree, and nothing is proven: there is no time limit but the job's own.
		assert!(settlements().is_empty() && !has_failed() && disputes().is_empty());
		System::set_block_number(NOW + 500);
		prove();
		assert_eq!(settled(), (vec![1, 2, 3], vec![], vec![]));
		assert_eq!(Results::<Test>::get(JOB).unwrap().result, Ok(proven()));
		let Some(Operation::JobCompleted { k, n, voters, .. }) = receipts().pop() else {
			panic!("a receipt")
		};
		assert_eq!((k, n, voters.len()), (3, 3, 3));
		assert!(!Proofs::<Test>::contains_key(JOB) && !Ballots::<Test>::contains_key(JOB));
		assert_eq!(Audited::get(), None);
	});
}

#[test]
fn a_proof_should_be_welcome_before_the_verifiers() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		prove();
		let record = Proofs::<Test>::get(JOB).unwrap();
		assert_eq!((record.round, record.output, record.key), (1, proven(), VERIFYING_KEY));
		assert_eq!(
			receipts(),
			[Operation::ProofVerified {
				job: JOB,
				attempt: 1,
				output: proven(),
				key: VERIFYING_KEY
			}]
		);
		assert_eq!(
			events(),
			[Event::ProofAccepted {
				job: JOB,
				round: 1,
				output: proven(),
				key: VERIFYING_KEY,
				receipt: 501
			}]
		);
		commit_and_reveal(&[right(1), right(2)]);
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
	});
}

#[test]
fn one_verifier_alone_should_need_a_proof_as_well() {
	ExtBuilder::verifiers(1).build_and_execute(|| {
		deliver(right(1));
		assert!(settlements().is_empty());
		prove();
		assert_eq!(settled(), (vec![1], vec![], vec![]));
		assert_eq!(Audited::get(), None, "what is proven need not be run again");
	});
}

#[test]
fn a_proof_that_is_accepted_should_be_free() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		let info = submit(proof_of(&statement(), &PUBLICS)).unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		let looking = frame_support::weights::Weight::from_parts(82_000, 800)
			+ <() as crate::WeightInfo>::submit_proof();
		assert_eq!(info.actual_weight, Some(looking));
	});
}

#[test]
fn rubbish_should_be_paid_for_and_change_nothing() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		let before = root();
		for proof in [b"rubbish".to_vec(), Vec::new(), vec![0; 256]] {
			let refused = submit(proof.try_into().unwrap()).unwrap_err();
			assert_eq!(refused.error, Error::<Test>::InvalidProof.into());
			assert_eq!(refused.post_info.pays_fee, Pays::Yes);
			let looking = frame_support::weights::Weight::from_parts(82_000, 800)
				+ <() as crate::WeightInfo>::submit_proof();
			assert_eq!(refused.post_info.actual_weight, Some(looking));
			assert_eq!(root(), before);
		}
		// It says nothing about the nodes: the job goes on.
		prove();
		commit_and_reveal(&[right(1), right(2)]);
		assert_eq!(settled(), (vec![1, 2], vec![], vec![]));
	});
}

#[test]
fn a_proof_about_something_else_should_not_hold() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		let other = Hash::repeat_byte(0x0d);
		let clause = concordat_primitives::ClauseId::parse("BMKG::HeavyRain@1.1").unwrap();
		let about = [
			Statement { genesis: other, ..statement() },
			Statement { clause, ..statement() },
			Statement { program: other, ..statement() },
			Statement { input: other, ..statement() },
			Statement { output: other, ..statement() },
			Statement { job: JOB + 1, ..statement() },
			Statement { attempt: 2, ..statement() },
		];
		for statement in about {
			let proof = proof_of(&statement, &PUBLICS);
			assert_noop!(attempt(&PUBLICS, proof), Error::<Test>::InvalidProof);
		}
		// With other public inputs, the output is another one.
		let proof = proof_of(&statement(), &PUBLICS);
		for inputs in [&PUBLICS[..1], &[[1; 32], [2; 32], [0; 32]], &[[2; 32], [1; 32]], &[]] {
			assert_noop!(attempt(inputs, proof.clone()), Error::<Test>::InvalidProof);
		}
	});
}

#[test]
fn a_proof_of_an_earlier_round_should_not_serve_for_a_later_one() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		let old = proof_of(&statement(), &PUBLICS);
		submit(old.clone()).unwrap();
		QuorumResults::round_over(JOB);
		assert!(!Proofs::<Test>::contains_key(JOB));
		change_terms(JOB, |terms| {
			terms.round = 4;
			terms.seats = vec![seat(JOB, 4, 1), seat(JOB, 4, 2)].try_into().unwrap();
		});
		assert_noop!(attempt(&PUBLICS, old), Error::<Test>::InvalidProof);
		prove();
	});
}

#[test]
fn one_proof_should_be_enough_however_it_is_written() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		prove();
		// The same again; one of another output; and bytes that are none are not even looked at.
		let other = [[9; 32]];
		let statement = Statement { output: output_hash(&output_of(&other)), ..statement() };
		let of_other = proof_of(&statement, &other);
		assert_noop!(attempt(&other, of_other), Error::<Test>::AlreadyProven);
		for proof in [proof_of(&self::statement(), &PUBLICS), ProofBytes::default()] {
			assert_noop!(attempt(&PUBLICS, proof), Error::<Test>::AlreadyProven);
		}
	});
}

#[test]
fn proofs_should_be_refused_where_nothing_waits_for_them() {
	ExtBuilder::default().committing().build_and_execute(|| {
		assert_noop!(
			attempt(&PUBLICS, proof_of(&statement(), &PUBLICS)),
			Error::<Test>::NothingToProve
		);
	});
	// Of a sealed output nobody but the requester knows what there is to prove.
	ExtBuilder::verifiers(2).build_and_execute(|| {
		change_terms(JOB, |terms| terms.output_key = Some([9; 32]));
		let proof = proof_of(&statement(), &PUBLICS);
		assert_noop!(attempt(&PUBLICS, proof), Error::<Test>::NothingToProve);
	});
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		let proof = proof_of(&statement(), &PUBLICS);
		for status in [
			JobStatus::Pending,
			JobStatus::Completed,
			JobStatus::Disputed,
			JobStatus::Expired,
			JobStatus::AwaitingVote,
		] {
			set_status(JOB, status);
			assert_noop!(attempt(&PUBLICS, proof.clone()), Error::<Test>::NotRunning);
		}
		set_status(JOB, JobStatus::Running);
		let unknown = QuorumResults::submit_proof(anybody(), 999, publics(&PUBLICS), proof.clone());
		assert_eq!(unknown.unwrap_err().error, Error::<Test>::UnknownJob.into());
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root(), authorized()] {
			assert_noop!(
				QuorumResults::submit_proof(origin, JOB, publics(&PUBLICS), proof.clone()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn why_a_proof_is_refused_should_be_said() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		for (refusal, error) in [
			(ZkRefusal::NoKey, Error::<Test>::NoVerifyingKey),
			(ZkRefusal::Disabled, Error::VerifierDisabled),
			(ZkRefusal::WrongArity, Error::WrongArity),
			(ZkRefusal::NotCanonical, Error::InputNotCanonical),
			(ZkRefusal::BadPoint, Error::BadPoint),
			(ZkRefusal::Invalid, Error::InvalidProof),
		] {
			ProofRefusal::set(Some(refusal));
			assert_noop!(attempt(&PUBLICS, proof_of(&statement(), &PUBLICS)), error);
		}
	});
}

#[test]
fn verifiers_who_differ_should_be_left_to_arbiters() {
	ExtBuilder::verifiers(3).committing().backups(4).build_and_execute(|| {
		prove();
		commit_and_reveal(&[right(1), right(2), wrong(3)]);
		assert_eq!(disputes().len(), 1);
		assert_eq!(terms(JOB).status, JobStatus::Disputed);
		assert_eq!(
			events().last(),
			Some(&Event::VerifiersDiffer { job: JOB, evidence: disputes()[0] })
		);
		// Nobody outvotes anybody: no committee, no settlement, no slash.
		assert!(settlements().is_empty() && !has_failed() && slashes().is_empty());
		assert_eq!(terms(JOB).committee, None);
		assert_eq!(Ballots::<Test>::get(JOB).ballots.len(), 3, "the votes outlast the freeze");
	});
}

#[test]
fn the_evidence_should_be_the_same_in_whatever_order_they_came() {
	let mut evidence = Vec::new();
	for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
		ExtBuilder::verifiers(3).committing().build_and_execute(|| {
			let of = |node| if node == 3 { wrong(node) } else { right(node) };
			(1..=3).for_each(|node| commit(&of(node)));
			System::set_block_number(NOW + 1);
			order.iter().for_each(|node| reveal(&of(*node)));
			let digests: Vec<_> = (1..=3)
				.map(|node| crate::Certificates::<Test>::get((JOB, node, 1)).unwrap().1.digest())
				.collect();
			let pairs = [(0, 2), (2, 0), (1, 2), (2, 1)].map(|(a, b): (usize, usize)| {
				tagged(b"concordat/conflict/v1", &(digests[a], digests[b]))
			});
			assert!(pairs.contains(&disputes()[0]), "two digests that say different things");
			evidence.push(disputes()[0]);
		});
	}
	assert!(evidence.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn verifiers_who_agree_on_something_else_than_is_proven_should_be_left_to_arbiters() {
	for proof_first in [true, false] {
		ExtBuilder::verifiers(2).committing().build_and_execute(|| {
			if proof_first {
				prove();
			}
			commit_and_reveal(&[wrong(1), wrong(2)]);
			if !proof_first {
				assert!(disputes().is_empty());
				prove();
			}
			let least = (1..=2)
				.map(|node| crate::Certificates::<Test>::get((JOB, node, 1)).unwrap().1.digest())
				.min()
				.unwrap();
			let evidence = tagged(b"concordat/conflict/v1", &(least, statement().digest()));
			assert_eq!(disputes(), [evidence]);
			assert!(settlements().is_empty() && slashes().is_empty());
		});
	}
}

#[test]
fn a_dispute_that_cannot_be_opened_should_end_the_round() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		DisputesFail::set(true);
		prove();
		commit_and_reveal(&[right(1), wrong(2)]);
		assert!(has_failed());
		assert!(disputes().is_empty(), "nothing of the attempt stays");
		// The text of such an error does not outlive the encoding of the event.
		let error = DispatchError::Other("");
		assert!(events().iter().any(
			|event| matches!(event, Event::DisputeFailed { job: JOB, error: e, .. } if *e == error)
		));
		assert!(!Proofs::<Test>::contains_key(JOB));
		assert!(Ballots::<Test>::get(JOB).ballots.is_empty());
	});
}

#[test]
fn verifiers_who_agree_that_the_program_fails_should_need_no_proof() {
	let trap = |node| failure(node, FailureCode::Trap);
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		commit_and_reveal(&[trap(1), trap(2)]);
		assert_eq!(settlements()[0].outcome, Err(FailureCode::Trap));
	});
	// Unless an output is proven that they deny.
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		prove();
		commit_and_reveal(&[trap(1), trap(2)]);
		assert_eq!(disputes().len(), 1);
	});
}

#[test]
fn verifiers_of_whom_one_is_missing_should_have_another_round() {
	ExtBuilder::verifiers(3).committing().backups(4).build_and_execute(|| {
		prove();
		commit_and_reveal(&[right(1), right(2), failure(3, FailureCode::Timeout)]);
		assert!(has_failed() && slashes().is_empty());
		assert!(!Proofs::<Test>::contains_key(JOB));
	});
	ExtBuilder::verifiers(2).committing().backups(4).build_and_execute(|| {
		(1..=2).for_each(|node| commit(&right(node)));
		System::set_block_number(NOW + 1);
		reveal(&right(1));
		withhold(2);
		assert!(has_failed());
		assert_eq!(slashes().len(), 1, "it has withheld");
	});
}

#[test]
fn a_proof_should_go_with_the_job() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		prove();
		Board::remove(JOB);
		QuorumResults::pruned(JOB);
		assert!(!Proofs::<Test>::contains_key(JOB));
	});
}

#[test]
fn nothing_should_change_when_the_board_would_not_settle_what_is_proven() {
	ExtBuilder::verifiers(1).build_and_execute(|| {
		deliver(right(1));
		SettleFails::set(true);
		assert_noop!(
			attempt(&PUBLICS, proof_of(&statement(), &PUBLICS)),
			DispatchError::Other("the board would not settle")
		);
	});
}
