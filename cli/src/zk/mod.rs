//! Zero-knowledge proofs outside of the chain: what snarkjs and circom write, and what the chain takes.
//!
//! ```text
//!  circom ──.r1cs──► [setup] ──► proving key, verifying key      snarkjs ──verification_key.json──► [snarkjs] ──► verifying key
//!         ──.wtns──► [prove] ──► proof                                   ──proof.json, public.json─► [snarkjs] ──► proof
//! ```
//!
//! Curves are those without host functions: nothing here runs in a runtime. Keys and proofs leave in the encoding that the
//! chain takes (arkworks, points compressed), and never before `concordat-pairing` has checked them as the chain will.
//!
//! Files come from anywhere: every reader is bounded by the length of its file, and refuses what it does not know.

mod binary;
mod decimal;
pub mod files;
pub mod prove;
pub mod r1cs;
pub mod snarkjs;
pub mod statement;
pub mod wtns;

pub use decimal::text as decimal_text;

use ark_ec::{
	pairing::Pairing,
	short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::PrimeField;
use concordat_pairing::{
	groth16::{self, KeyError, ProofError},
	Bls12381Plain, Bn254,
};
use concordat_primitives::zk::{Curve, FieldBytes};

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Bad {
	/// It ends too early.
	#[error("it ends too early")]
	Short,
	/// It is another kind of file, or another version.
	#[error("it is not a {0}")]
	Kind(&'static str),
	/// Something comes twice, or not at all.
	#[error("its section {0} is missing or comes twice")]
	Section(u32),
	/// Bytes are left over.
	#[error("its section {0} is longer than what is in it")]
	TooLong(u32),
	/// Its numbers do not fit each other.
	#[error("{0}")]
	Numbers(String),
	/// The field is not the scalar field of a curve that the chain knows.
	#[error("its prime is neither that of bn128 nor that of bls12381")]
	Prime,
	/// A number is not below the prime.
	#[error("{0} is not below the prime")]
	NotCanonical(String),
	/// A number is none.
	#[error("{0} is not a decimal number")]
	NotDecimal(String),
	/// A point is not of its group.
	#[error("{0} is not a point of its group")]
	Point(&'static str),
	/// The key is one that the chain refuses.
	#[error("{0}")]
	Key(KeyError),
	/// The proof is none.
	#[error("{0}")]
	Proof(ProofError),
}

/// A curve of the chain, with what is needed to put points together.
pub trait Groth:
	Pairing<G1Affine = Affine<Self::C1>, G2Affine = Affine<Self::C2>, ScalarField = Self::Scalar>
{
	/// Its name on the chain.
	const CURVE: Curve;
	/// Numbers in exponents.
	type Scalar: PrimeField;
	/// Coordinates of the first group.
	type Base: PrimeField;
	/// The first group.
	type C1: SWCurveConfig<BaseField = Self::Base, ScalarField = Self::Scalar>;
	/// The second group.
	type C2: SWCurveConfig<ScalarField = Self::Scalar>;

	/// A coordinate of the second group.
	fn pair(c0: Self::Base, c1: Self::Base) -> <Self::C2 as ark_ec::CurveConfig>::BaseField;
}

impl Groth for Bls12381Plain {
	const CURVE: Curve = Curve::Bls12381;
	type Scalar = ark_bls12_381::Fr;
	type Base = ark_bls12_381::Fq;
	type C1 = ark_bls12_381::g1::Config;
	type C2 = ark_bls12_381::g2::Config;

	fn pair(c0: Self::Base, c1: Self::Base) -> ark_bls12_381::Fq2 {
		ark_bls12_381::Fq2::new(c0, c1)
	}
}

impl Groth for Bn254 {
	const CURVE: Curve = Curve::Bn254;
	type Scalar = ark_bn254::Fr;
	type Base = ark_bn254::Fq;
	type C1 = ark_bn254::g1::Config;
	type C2 = ark_bn254::g2::Config;

	fn pair(c0: Self::Base, c1: Self::Base) -> ark_bn254::Fq2 {
		ark_bn254::Fq2::new(c0, c1)
	}
}

/// Runs something generic over the curve on the one that is meant.
macro_rules! on_curve {
	($curve:expr, $function:ident ( $($argument:expr),* )) => {
		match $curve {
			concordat_primitives::zk::Curve::Bls12381 =>
				$function::<concordat_pairing::Bls12381Plain>($($argument),*),
			concordat_primitives::zk::Curve::Bn254 =>
				$function::<concordat_pairing::Bn254>($($argument),*),
		}
	};
}
pub(crate) use on_curve;

/// Reads the name of a curve: of the chain, of circom, of snarkjs.
pub fn curve(text: &str) -> Result<Curve, String> {
	match text {
		"bn254" | "bn128" | "altbn128" | "alt_bn128" => Ok(Curve::Bn254),
		"bls12381" | "bls12-381" => Ok(Curve::Bls12381),
		_ => Err("the curves are bn254 and bls12381".into()),
	}
}

/// The name of a curve.
pub const fn name(curve: Curve) -> &'static str {
	match curve {
		Curve::Bls12381 => "bls12381",
		Curve::Bn254 => "bn254",
	}
}

/// Public input 0 for a statement with this digest.
pub fn binding(curve: Curve, digest: &concordat_primitives::Hash) -> FieldBytes {
	fn of<E: Groth>(name: &str, digest: &[u8]) -> FieldBytes {
		let dst = groth16::binding_dst(name);
		groth16::field_to_be::<E>(&groth16::hash_to_field::<E>(digest, &dst))
	}
	let name = match curve {
		Curve::Bls12381 => "BLS12381",
		Curve::Bn254 => "BN254",
	};
	on_curve!(curve, of(name, digest.as_bytes()))
}

/// Checks a key as the chain does; its number of public inputs, with the binding, and its prepared form.
pub fn prepare(curve: Curve, key: &[u8]) -> Result<(u32, Vec<u8>), Bad> {
	fn of<E: Groth>(key: &[u8]) -> Result<(u32, Vec<u8>), KeyError> {
		groth16::prepare::<E>(key)
	}
	on_curve!(curve, of(key)).map_err(Bad::Key)
}

/// Verifies a proof as the chain does. `inputs`: the binding first.
pub fn verify(curve: Curve, key: &[u8], inputs: &[FieldBytes], proof: &[u8]) -> Result<(), Bad> {
	fn of<E: Groth>(prepared: &[u8], inputs: &[FieldBytes], proof: &[u8]) -> Result<(), Bad> {
		let inputs = inputs
			.iter()
			.map(|be| {
				groth16::field_from_be::<E>(be)
					.ok_or_else(|| Bad::NotCanonical(format!("0x{}", hex::encode(be))))
			})
			.collect::<Result<Vec<_>, _>>()?;
		groth16::verify::<E>(prepared, &inputs, proof).map_err(Bad::Proof)
	}
	let (_, prepared) = prepare(curve, key)?;
	on_curve!(curve, of(&prepared, inputs, proof))
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::Hash;

	#[test]
	fn the_binding_should_be_as_documented() {
		// From a program in another language, as in the tests of the pallet.
		let digest: Hash =
			"0x0e71ba3f20fccee91396f6f63e68898251e62ef2aed7ed13abfeccd77e1b8d7b".parse().unwrap();
		for (curve, expected) in [
			(Curve::Bls12381, "503194f542659964ea8cdc89c0e672a0c74d32855eb8198639dff9184cec7825"),
			(Curve::Bn254, "1ae57144b6ff98237736ba8375e07352f628db4cacced2f9b890a0e5e4d0f8c6"),
		] {
			assert_eq!(hex::encode(binding(curve, &digest)), expected);
		}
	}

	#[test]
	fn curves_should_be_known_by_the_names_that_people_have_for_them() {
		for text in ["bn128", "bn254", "altbn128"] {
			assert_eq!(curve(text), Ok(Curve::Bn254));
		}
		assert_eq!(curve(name(Curve::Bls12381)), Ok(Curve::Bls12381));
		assert!(curve("bls12377").is_err());
	}
}
