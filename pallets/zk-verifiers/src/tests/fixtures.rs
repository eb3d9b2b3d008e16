//! The keys and proofs that benchmarks use are what their numbers make.

use crate::fixtures::{file, key, proof, publics, statement};
use crate::groth;
use ark_ec::{pairing::Pairing, CurveGroup, PrimeGroup};
use ark_ff::{Field, PrimeField};
use ark_groth16::{Groth16, Proof, VerifyingKey};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_snark::SNARK;
use concordat_primitives::zk::{Curve, MAX_PUBLICS};

/// A number that everybody can compute.
fn scalar<F: PrimeField>(name: &str) -> F {
	F::from_be_bytes_mod_order(&sp_io::hashing::blake2_256(name.as_bytes()))
}

/// The file. As its maker knows the logarithms, it needs no circuit: `c = (a·b − α·β − γ·Σ) / δ`.
fn made<E: Pairing>(curve: Curve) -> Vec<u8> {
	let g1 = |x: E::ScalarField| (E::G1::generator() * x).into_affine();
	let g2 = |x: E::ScalarField| (E::G2::generator() * x).into_affine();
	let number = |name: &str| scalar::<E::ScalarField>(name);
	let [alpha, beta, gamma, delta] = ["alpha", "beta", "gamma", "delta"].map(number);
	let places: Vec<_> =
		(0..=MAX_PUBLICS + 1).map(|place| number(&format!("input {place}"))).collect();
	let key = VerifyingKey::<E> {
		alpha_g1: g1(alpha),
		beta_g2: g2(beta),
		gamma_g2: g2(gamma),
		delta_g2: g2(delta),
		gamma_abc_g1: places.iter().copied().map(g1).collect(),
	};
	let (a, b) = (number("a"), number("b"));
	let mut bytes = Vec::new();
	key.serialize_compressed(&mut bytes).unwrap();
	g1(a).serialize_compressed(&mut bytes).unwrap();
	g2(b).serialize_compressed(&mut bytes).unwrap();
	for count in 0..=MAX_PUBLICS {
		let binding = groth::binding(curve, &statement(count).digest());
		let inputs = [&[binding], &publics(count)[..]].concat();
		let sum = inputs.iter().zip(&places[1..]).fold(places[0], |sum, (input, place)| {
			sum + E::ScalarField::from_be_bytes_mod_order(input) * place
		});
		let c = (a * b - alpha * beta - gamma * sum) * delta.inverse().unwrap();
		g1(c).serialize_compressed(&mut bytes).unwrap();
	}
	bytes
}

/// With `WRITE_FIXTURES` set, writes the files instead.
fn check<E: Pairing>(curve: Curve, name: &str) {
	let made = made::<E>(curve);
	if std::env::var_os("WRITE_FIXTURES").is_some() {
		let path = format!("{}/src/fixtures/{name}.bin", env!("CARGO_MANIFEST_DIR"));
		std::fs::write(path, &made).unwrap();
		return;
	}
	assert!(made == file(curve), "{name}.bin is not what its numbers make");
	for count in [0, 1, 8, MAX_PUBLICS] {
		let vk = VerifyingKey::<E>::deserialize_compressed(&key(curve, count + 1)[..]).unwrap();
		let proof = Proof::<E>::deserialize_compressed(&proof(curve, count)[..]).unwrap();
		let binding = groth::binding(curve, &statement(count).digest());
		let inputs: Vec<_> = [&[binding], &publics(count)[..]]
			.concat()
			.iter()
			.map(|be| E::ScalarField::from_be_bytes_mod_order(be))
			.collect();
		assert!(Groth16::<E>::verify(&vk, &inputs, &proof).unwrap(), "{name} with {count}");
	}
}

#[test]
fn the_fixture_of_bls12381_should_be_what_its_numbers_make() {
	check::<ark_bls12_381::Bls12_381>(Curve::Bls12381, "bls12381");
}

#[test]
fn the_fixture_of_bn254_should_be_what_its_numbers_make() {
	check::<ark_bn254::Bn254>(Curve::Bn254, "bn254");
}
