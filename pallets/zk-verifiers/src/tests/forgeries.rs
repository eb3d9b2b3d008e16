//! Points that are none, in every place of a key and of a proof.

use super::oracle::{numbers, provers, statement};
use crate::{fixtures, mock::*, Error};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::{AdditiveGroup, Field};
use ark_serialize::CanonicalSerialize;
use concordat_primitives::zk::{Curve, ProofVerifier, ZkRefusal};
use frame_support::{assert_noop, assert_ok};

fn compressed(point: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	point.serialize_compressed(&mut bytes).unwrap();
	bytes
}

/// The `x` of a number, counted up from 1, for which `wanted` says so.
fn search<P: SWCurveConfig>(wanted: impl Fn(P::BaseField) -> Option<Vec<u8>>) -> Vec<u8> {
	let mut x = P::BaseField::ZERO;
	loop {
		x += P::BaseField::ONE;
		if let Some(found) = wanted(x) {
			return found;
		}
	}
}

/// An `x` above which there is no point.
fn off_curve<P: SWCurveConfig>() -> Vec<u8> {
	search::<P>(|x| match Affine::<P>::get_point_from_x_unchecked(x, false) {
		Some(_) => None,
		None => Some(compressed(&Affine::<P>::new_unchecked(x, P::BaseField::ONE))),
	})
}

/// A point of the curve that is not of the group.
fn wrong_subgroup<P: SWCurveConfig>() -> Vec<u8> {
	search::<P>(|x| {
		let point = Affine::<P>::get_point_from_x_unchecked(x, false)?;
		let outside = !point.is_in_correct_subgroup_assuming_on_curve();
		outside.then(|| compressed(&point))
	})
}

fn identity<P: SWCurveConfig>() -> Vec<u8> {
	compressed(&Affine::<P>::identity())
}

/// What stands for a point and is none: bytes, and whether they are the identity.
struct Bad {
	g1: Vec<(Vec<u8>, bool)>,
	g2: Vec<(Vec<u8>, bool)>,
}

fn bad(curve: Curve) -> Bad {
	match curve {
		Curve::Bls12381 => {
			use ark_bls12_381::{g1::Config as G1, g2::Config as G2};
			Bad {
				g1: vec![
					(off_curve::<G1>(), false),
					(wrong_subgroup::<G1>(), false),
					(identity::<G1>(), true),
					(vec![0xff; 48], false),
					// The compression bit is missing.
					(vec![0; 48], false),
				],
				g2: vec![
					(off_curve::<G2>(), false),
					(wrong_subgroup::<G2>(), false),
					(identity::<G2>(), true),
					(vec![0xff; 96], false),
				],
			}
		},
		Curve::Bn254 => {
			use ark_bn254::{g1::Config as G1, g2::Config as G2};
			// Every point of the first curve is of the group.
			Bad {
				g1: vec![
					(off_curve::<G1>(), false),
					(identity::<G1>(), true),
					(vec![0xff; 32], false),
				],
				g2: vec![
					(off_curve::<G2>(), false),
					(wrong_subgroup::<G2>(), false),
					(identity::<G2>(), true),
					(vec![0xff; 64], false),
				],
			}
		},
	}
}

fn with(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
	let mut forged = bytes.to_vec();
	forged[at..at + part.len()].copy_from_slice(part);
	forged
}

#[test]
fn a_key_should_be_refused_when_any_of_its_points_is_none() {
	for prover in provers(1) {
		execute(|| {
			let (curve, key) = (prover.curve(), prover.key());
			let (point, bad) = (fixtures::point(curve), bad(curve));
			// α; β, γ, δ; the count; three points of the inputs.
			let rest = 7 * point + 8;
			let firsts = [0, rest, rest + point, rest + 2 * point];
			let seconds = [1, 3, 5].map(|place| place * point);
			let mut tried = 0;
			let all = firsts
				.iter()
				.flat_map(|at| bad.g1.iter().map(move |bad| (*at, bad)))
				.chain(seconds.iter().flat_map(|at| bad.g2.iter().map(move |bad| (*at, bad))));
			for (at, (part, is_identity)) in all {
				let forged = with(&key, at, part);
				let error = if *is_identity {
					Error::<Test>::IdentityInKey
				} else {
					Error::<Test>::InvalidKeyPoint
				};
				assert_noop!(register(&rain(), curve, &forged), error);
				tried += 1;
			}
			assert_eq!(tried, 4 * bad.g1.len() + 3 * bad.g2.len());
			// The key itself is one.
			assert_ok!(register(&rain(), curve, &key));
		});
	}
}

#[test]
fn a_proof_should_be_refused_when_any_of_its_points_is_none() {
	for prover in provers(1) {
		execute(|| {
			let (curve, publics) = (prover.curve(), numbers(1));
			let (point, bad) = (fixtures::point(curve), bad(curve));
			assert_ok!(register(&rain(), curve, &prover.key()));
			let statement = statement(&publics);
			let proof = prover.prove(&statement, &publics);
			let g1 = [0, 3 * point].into_iter().flat_map(|at| bad.g1.iter().map(move |b| (at, b)));
			let g2 = bad.g2.iter().map(|b| (point, b));
			for (at, (part, _)) in g1.chain(g2) {
				let forged = with(&proof, at, part);
				assert_eq!(
					ZkVerifiers::verify(&statement, &publics, &forged),
					Err(ZkRefusal::BadPoint),
					"{curve:?} at {at}"
				);
			}
			assert!(ZkVerifiers::verify(&statement, &publics, &proof).is_ok());
		});
	}
}

#[test]
fn a_proof_should_be_refused_when_it_is_not_three_points_long() {
	for prover in provers(1) {
		execute(|| {
			let publics = numbers(1);
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			let statement = statement(&publics);
			let proof = prover.prove(&statement, &publics);
			let long = [&proof[..], &[0]].concat();
			for wrong in [&[][..], &proof[..1], &proof[..proof.len() - 1], &long, &[0; 256]] {
				assert_eq!(
					ZkVerifiers::verify(&statement, &publics, wrong),
					Err(ZkRefusal::BadPoint)
				);
			}
		});
	}
}

#[test]
fn swapped_elements_of_a_proof_should_be_refused() {
	for prover in provers(1) {
		execute(|| {
			let (curve, publics) = (prover.curve(), numbers(1));
			assert_ok!(register(&rain(), curve, &prover.key()));
			let statement = statement(&publics);
			let proof = prover.prove(&statement, &publics);
			let point = fixtures::point(curve);
			let (a, rest) = proof.split_at(point);
			let (b, c) = rest.split_at(2 * point);
			let verify = |proof: Vec<u8>| ZkVerifiers::verify(&statement, &publics, &proof);
			assert_eq!(verify([c, b, a].concat()), Err(ZkRefusal::Invalid));
			assert_eq!(verify([a, b, a].concat()), Err(ZkRefusal::Invalid));
			// Where the points have other lengths, they are not points any more.
			assert_eq!(verify([b, a, c].concat()), Err(ZkRefusal::BadPoint));
			assert_eq!(verify([a, c, b].concat()), Err(ZkRefusal::BadPoint));
		});
	}
}
