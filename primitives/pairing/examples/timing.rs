//! What the checks cost, natively: `cargo run --release -p concordat-pairing --example timing`.
//!
//! Groth16 against `ark-groth16` (which checks neither points nor the number of inputs), BLS against `blst`. Times are the
//! smallest of some turns, in milliseconds. The host functions are called directly here: what crossing the boundary of
//! the runtime costs is for the benchmarks of the runtime.

use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{Field, UniformRand};
use ark_groth16::{Groth16, Proof, VerifyingKey};
use ark_serialize::CanonicalSerialize;
use ark_snark::SNARK;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use concordat_pairing::{bls, groth16, Bls12381, Bls12381Plain, Bn254};
use std::{hint::black_box, time::Instant};

/// Smallest of 15 turns, in milliseconds.
fn time<T>(mut what: impl FnMut() -> T) -> f64 {
	let turn = |what: &mut dyn FnMut() -> T| {
		let start = Instant::now();
		black_box(what());
		start.elapsed().as_secs_f64() * 1_000.0
	};
	(0..15).map(|_| turn(&mut what)).fold(f64::INFINITY, f64::min)
}

/// A key whose secrets are known, and a proof under it.
fn simulated<E: Pairing>(
	rng: &mut StdRng,
	count: usize,
) -> (VerifyingKey<E>, Vec<E::ScalarField>, Proof<E>) {
	let g1 = |number: E::ScalarField| (E::G1Affine::generator() * number).into_affine();
	let g2 = |number: E::ScalarField| (E::G2Affine::generator() * number).into_affine();
	let mut number = || E::ScalarField::rand(rng);
	let [alpha, beta, gamma, delta, a, b]: [_; 6] = core::array::from_fn(|_| number());
	let of_inputs: Vec<_> = (0..=count).map(|_| number()).collect();
	let inputs: Vec<_> = (0..count).map(|_| number()).collect();
	let bound: E::ScalarField = of_inputs[1..].iter().zip(&inputs).map(|(k, x)| *k * x).sum();
	let c = (a * b - alpha * beta - (of_inputs[0] + bound) * gamma) * delta.inverse().unwrap();
	let vk = VerifyingKey {
		alpha_g1: g1(alpha),
		beta_g2: g2(beta),
		gamma_g2: g2(gamma),
		delta_g2: g2(delta),
		gamma_abc_g1: of_inputs.into_iter().map(g1).collect(),
	};
	(vk, inputs, Proof { a: g1(a), b: g2(b), c: g1(c) })
}

fn packed(value: &impl CanonicalSerialize) -> Vec<u8> {
	let mut bytes = Vec::new();
	value.serialize_compressed(&mut bytes).unwrap();
	bytes
}

fn groth16_on<E: Pairing>(name: &str) {
	let mut rng = StdRng::seed_from_u64(1);
	for count in [1, 8, 32] {
		let (vk, inputs, proof) = simulated::<E>(&mut rng, count);
		let (key, bytes) = (packed(&vk), packed(&proof));
		let (_, prepared) = groth16::prepare::<E>(&key).unwrap();
		let processed = ark_groth16::prepare_verifying_key(&vk);
		assert_eq!(groth16::verify::<E>(&prepared, &inputs, &bytes), Ok(()));
		assert!(Groth16::<E>::verify_with_processed_vk(&processed, &inputs, &proof).unwrap());

		let ours = time(|| groth16::verify::<E>(&prepared, &inputs, &bytes));
		let theirs = time(|| Groth16::<E>::verify_with_processed_vk(&processed, &inputs, &proof));
		let decoded = time(|| {
			use ark_serialize::CanonicalDeserialize;
			Proof::<E>::deserialize_compressed(&bytes[..]).unwrap()
		});
		let prepare = time(|| groth16::prepare::<E>(&key));
		println!(
			"groth16 {name:<24} {count:>2} inputs: verify {ours:.2}   ark-groth16 {theirs:.2} + {decoded:.2} to decode the \
			 proof   prepare {prepare:.2}   prepared {} bytes",
			prepared.len(),
		);
	}
}

fn main() {
	groth16_on::<Bls12381>("BLS12-381, host");
	groth16_on::<Bls12381Plain>("BLS12-381, plain");
	groth16_on::<Bn254>("BN254");

	let secrets: Vec<_> = (0..128u8).map(|n| bls::SecretKey::generate(&[n; 32])).collect();
	let keys: Vec<_> = secrets.iter().map(|secret| secret.public()).collect();
	let message = b"concordat/rollup-signature/v1";
	let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(message)).collect();
	let unpacked: Vec<_> = keys.iter().map(|key| bls::unpack(key).unwrap()).collect();
	let read = |key: &bls::PublicKey| blst::min_sig::PublicKey::from_bytes(&key.0).unwrap();
	let of_blst: Vec<_> = keys.iter().map(read).collect();
	println!("bls sign {:.2}", time(|| secrets[0].sign(message)));
	println!("bls verify {:.2}", time(|| bls::verify(&keys[0], message, &signatures[0])));
	println!("bls unpack {:.2}", time(|| bls::unpack(&keys[0])));
	for count in [1, 4, 16, 64, 128] {
		let sum = bls::aggregate(&signatures[..count]).unwrap();
		let ours = time(|| bls::verify_aggregate(&unpacked[..count], message, &sum));
		let read = blst::min_sig::Signature::from_bytes(&sum.0).unwrap();
		let named: Vec<_> = of_blst[..count].iter().collect();
		let theirs = time(|| read.fast_aggregate_verify(true, message, bls::SIGNATURE_DST, &named));
		let made = time(|| bls::aggregate(&signatures[..count]));
		println!("bls {count:>3} signers: verify_aggregate {ours:.2}   blst {theirs:.2}   aggregate {made:.2}");
	}
}
