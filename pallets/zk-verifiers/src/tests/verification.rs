//! Which proofs are accepted.

use super::oracle::{number, numbers, others, provers, statement};
use crate::{groth, mock::*};
use ark_ff::{BigInteger, PrimeField};
use concordat_primitives::{
	clause::ClauseStatus,
	hashing::output_hash,
	zk::{output_of, vk_id, Curve, FieldBytes, ProofVerifier, Statement, ZkRefusal, MAX_PUBLICS},
	Hash,
};
use frame_support::assert_ok;

/// The order of the scalar field.
fn order(curve: Curve) -> FieldBytes {
	let bytes = match curve {
		Curve::Bls12381 => ark_bls12_381::Fr::MODULUS.to_bytes_be(),
		Curve::Bn254 => ark_bn254::Fr::MODULUS.to_bytes_be(),
	};
	bytes.try_into().unwrap()
}

/// `n` plus the order: another name for the same number, if one reduces.
fn alias(curve: Curve, n: u64) -> FieldBytes {
	let mut sum = order(curve);
	let mut carry = u128::from(n);
	for byte in sum.iter_mut().rev() {
		let total = u128::from(*byte) + (carry & 0xff);
		*byte = total as u8;
		carry = (carry >> 8) + (total >> 8);
	}
	sum
}

#[test]
fn a_proof_should_be_accepted_with_as_many_inputs_as_its_key_has() {
	for count in [0, 1, 2, 8, MAX_PUBLICS as usize] {
		for prover in provers(count) {
			execute(|| {
				let publics = numbers(count);
				assert_ok!(register(&rain(), prover.curve(), &prover.key()));
				let statement = statement(&publics);
				let proof = prover.prove(&statement, &publics);
				assert_eq!(
					ZkVerifiers::verify(&statement, &publics, &proof),
					Ok(vk_id(prover.curve(), &prover.key()))
				);
			});
		}
	}
}

#[test]
fn too_many_inputs_should_be_refused_although_the_equation_ignores_them() {
	for prover in provers(2) {
		execute(|| {
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let publics = numbers(3);
			let statement = statement(&publics);
			// For the first two, bound to an output of three: what a verifier accepts that pairs inputs with places
			// for as long as there are both.
			let proof = prover.prove(&statement, &publics[..2]);
			assert_eq!(
				ZkVerifiers::verify(&statement, &publics, &proof),
				Err(ZkRefusal::WrongArity)
			);
		});
	}
}

#[test]
fn too_few_inputs_should_be_refused_although_the_equation_takes_them_for_zero() {
	for prover in provers(2) {
		execute(|| {
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let publics = numbers(1);
			let statement = statement(&publics);
			let proof = prover.prove(&statement, &[publics[0], number(0)]);
			assert_eq!(
				ZkVerifiers::verify(&statement, &publics, &proof),
				Err(ZkRefusal::WrongArity)
			);
			assert_eq!(ZkVerifiers::verify(&statement, &[], &proof), Err(ZkRefusal::WrongArity));
		});
	}
}

#[test]
fn an_input_should_be_refused_when_it_is_not_below_the_order() {
	for prover in provers(1) {
		execute(|| {
			let curve = prover.curve();
			assert_ok!(register(&rain(), curve, &prover.key()));
			for wrong in [alias(curve, 5), order(curve), [0xff; 32]] {
				let statement = statement(&[wrong]);
				// The prover reduces: a verifier that reduces, too, would accept.
				let proof = prover.prove(&statement, &[wrong]);
				assert_eq!(
					ZkVerifiers::verify(&statement, &[wrong], &proof),
					Err(ZkRefusal::NotCanonical)
				);
			}
			// The greatest number of the field.
			let mut greatest = order(curve);
			greatest[31] -= 1;
			let statement = statement(&[greatest]);
			let proof = prover.prove(&statement, &[greatest]);
			assert!(ZkVerifiers::verify(&statement, &[greatest], &proof).is_ok());
		});
	}
}

#[test]
fn the_inputs_should_be_the_output_of_the_statement() {
	for prover in provers(2) {
		execute(|| {
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let publics = numbers(2);
			// The proof holds for these inputs and this binding; but what is bound is another output.
			let statement = Statement { output: output_hash(b"another"), ..statement(&publics) };
			let proof = prover.prove(&statement, &publics);
			assert_eq!(ZkVerifiers::verify(&statement, &publics, &proof), Err(ZkRefusal::Invalid));
		});
	}
}

#[test]
fn swapped_inputs_should_be_refused() {
	for prover in provers(2) {
		execute(|| {
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let publics = numbers(2);
			let swapped = [publics[1], publics[0]];
			let proof = prover.prove(&statement(&publics), &publics);
			assert_eq!(
				ZkVerifiers::verify(&statement(&swapped), &swapped, &proof),
				Err(ZkRefusal::Invalid)
			);
		});
	}
}

#[test]
fn a_proof_should_be_refused_under_the_key_of_another_circuit() {
	for (prover, other) in provers(2).into_iter().zip(others(2)) {
		execute(|| {
			assert_ne!(prover.key(), other.key());
			assert_ok!(register(&rain(), other.curve(), &other.key()));
			let publics = numbers(2);
			let statement = statement(&publics);
			let proof = prover.prove(&statement, &publics);
			assert_eq!(ZkVerifiers::verify(&statement, &publics, &proof), Err(ZkRefusal::Invalid));
		});
	}
}

#[test]
fn a_proof_should_be_refused_where_there_is_no_key_or_one_of_another_curve() {
	execute(|| {
		let [bls, bn] = provers(1);
		let publics = numbers(1);
		let statement = statement(&publics);
		let proof = bls.prove(&statement, &publics);
		assert_eq!(ZkVerifiers::verify(&statement, &publics, &proof), Err(ZkRefusal::NoKey));
		assert!(!ZkVerifiers::is_provable(&rain()));
		assert_ok!(register(&rain(), Curve::Bn254, &bn.key()));
		assert!(ZkVerifiers::is_provable(&rain()));
		assert_eq!(ZkVerifiers::verify(&statement, &publics, &proof), Err(ZkRefusal::BadPoint));
		// The key of one clause is not that of another.
		let other = Statement { clause: clause("WHO::Snow@1.0"), ..statement };
		set_clause(&other.clause, &WHO, ClauseStatus::Active);
		assert_eq!(ZkVerifiers::verify(&other, &publics, &proof), Err(ZkRefusal::NoKey));
	});
}

#[test]
fn verification_should_write_nothing() {
	for prover in provers(1) {
		execute(|| {
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let publics = numbers(1);
			let statement = statement(&publics);
			let proof = prover.prove(&statement, &publics);
			frame_support::assert_storage_noop!({
				assert!(ZkVerifiers::verify(&statement, &publics, &proof).is_ok());
				assert!(ZkVerifiers::verify(&statement, &publics, &proof[1..]).is_err());
			});
		});
	}
}

#[test]
fn the_binding_should_be_as_documented() {
	// Computed by a program in another language after the definition in `concordat_primitives::zk` and RFC 9380.
	let statement = Statement {
		genesis: Hash::repeat_byte(0x11),
		clause: clause("WHO::Rain@1.0"),
		program: Hash::repeat_byte(0x22),
		input: Hash::repeat_byte(0x33),
		output: output_hash(&output_of(&[number(1), number(2)])),
		job: 7,
		attempt: 3,
	};
	let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
	assert_eq!(hex(statement.digest().as_bytes()), DIGEST);
	assert_eq!(hex(&groth::binding(Curve::Bls12381, &statement.digest())), BINDING_BLS12381);
	assert_eq!(hex(&groth::binding(Curve::Bn254, &statement.digest())), BINDING_BN254);
}

const DIGEST: &str = "0e71ba3f20fccee91396f6f63e68898251e62ef2aed7ed13abfeccd77e1b8d7b";
const BINDING_BLS12381: &str = "503194f542659964ea8cdc89c0e672a0c74d32855eb8198639dff9184cec7825";
const BINDING_BN254: &str = "1ae57144b6ff98237736ba8375e07352f628db4cacced2f9b890a0e5e4d0f8c6";

#[test]
fn the_weight_should_be_that_of_the_dearer_curve_and_grow_with_the_inputs() {
	use crate::WeightInfo;
	let weight = <ZkVerifiers as ProofVerifier>::weight;
	for publics in 0..=MAX_PUBLICS {
		assert!(<() as WeightInfo>::verify_bls12381(publics).all_lte(weight(publics)));
		assert!(<() as WeightInfo>::verify_bn254(publics).all_lte(weight(publics)));
	}
	assert!(weight(31).all_gt(weight(0)) || weight(31).ref_time() > weight(0).ref_time());
	// No number of inputs that cannot be verified costs more than the most that can.
	assert_eq!(weight(u32::MAX), weight(MAX_PUBLICS));
}
