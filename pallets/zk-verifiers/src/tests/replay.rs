//! A proof that holds for one job holds for no other, whatever is made of it.

use super::oracle::{numbers, provers, statement};
use crate::mock::*;
use concordat_primitives::{
	clause::ClauseStatus,
	zk::{ProofVerifier, Statement, ZkRefusal},
	Hash,
};
use frame_support::assert_ok;

#[test]
fn everything_that_the_statement_names_should_be_bound() {
	for prover in provers(2) {
		execute(|| {
			let publics = numbers(2);
			let sound = statement(&publics);
			// The same circuit, registered for another clause as well.
			let other_clause = clause("WHO::Snow@1.0");
			set_clause(&other_clause, &WHO, ClauseStatus::Active);
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			assert_ok!(register(&other_clause, prover.curve(), &prover.key()));
			let proof = prover.prove(&sound, &publics);
			assert!(ZkVerifiers::verify(&sound, &publics, &proof).is_ok());
			let other = Hash::repeat_byte(0xee);
			for (what, changed) in [
				("genesis", Statement { genesis: other, ..sound.clone() }),
				("clause", Statement { clause: other_clause.clone(), ..sound.clone() }),
				("program", Statement { program: other, ..sound.clone() }),
				("input", Statement { input: other, ..sound.clone() }),
				("job", Statement { job: sound.job + 1, ..sound.clone() }),
				("attempt", Statement { attempt: sound.attempt + 1, ..sound.clone() }),
			] {
				assert_eq!(
					ZkVerifiers::verify(&changed, &publics, &proof),
					Err(ZkRefusal::Invalid),
					"{what} of {:?}",
					prover.curve()
				);
			}
			// And the output, with the inputs that make it.
			let mut others = publics.clone();
			others[1][31] ^= 1;
			assert_eq!(
				ZkVerifiers::verify(&statement(&others), &others, &proof),
				Err(ZkRefusal::Invalid)
			);
		});
	}
}

#[test]
fn a_malleated_proof_should_hold_for_the_same_job_and_for_no_other() {
	for prover in provers(1) {
		execute(|| {
			let publics = numbers(1);
			let sound = statement(&publics);
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let proof = prover.prove(&sound, &publics);
			let id = ZkVerifiers::verify(&sound, &publics, &proof);
			let malleated = prover.rerandomise(&proof);
			let [one_sign, both_signs] = prover.negate(&proof);
			// Other bytes, the same statement: so nothing may be keyed on them.
			for made in [&malleated, &both_signs] {
				assert_ne!(*made, proof);
				assert_eq!(ZkVerifiers::verify(&sound, &publics, made), id);
				for replay in [
					Statement { job: sound.job + 1, ..sound.clone() },
					Statement { attempt: sound.attempt + 1, ..sound.clone() },
				] {
					assert_eq!(
						ZkVerifiers::verify(&replay, &publics, made),
						Err(ZkRefusal::Invalid)
					);
				}
			}
			assert_eq!(ZkVerifiers::verify(&sound, &publics, &one_sign), Err(ZkRefusal::Invalid));
		});
	}
}
