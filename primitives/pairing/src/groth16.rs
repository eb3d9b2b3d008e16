//! Groth16 proofs (Groth 2016, §3.2), over any pairing of arkworks.
//!
//! A key is checked once, by [`prepare`], and kept in a form that needs no more checks. A proof then costs, besides the
//! checks of its three points, one multi-scalar multiplication, one multi-Miller loop over three pairs and one final
//! exponentiation:
//!
//! ```text
//!  e(a, b) · e(Σ inputᵢ · gamma_abcᵢ, −gamma) · e(c, −delta)  =  e(alpha, beta)        input₀ = 1
//! ```
//!
//! Formats are those of `ark-groth16` with compressed points: a key is `alpha_g1 ‖ beta_g2 ‖ gamma_g2 ‖ delta_g2 ‖ count ‖
//! gamma_abc_g1…` with `count` as eight bytes, little-endian; a proof is `a ‖ b ‖ c`. BLS12-381 has points of 48 and 96
//! bytes, BN254 of 32 and 64.

mod field;
mod prepared;

pub use field::{binding_dst, field_from_be, field_to_be, hash_to_field};

use crate::point::{self, BadPoint};
use alloc::vec::Vec;
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{One, Zero};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use prepared::Prepared;
use scale_info::TypeInfo;

/// Most public inputs, with the binding.
pub const MAX_INPUTS: u32 = 32;

/// Why a verifying key was refused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum KeyError {
	/// Shorter or longer than its number of inputs makes it.
	Length,
	/// No input, or more than [`MAX_INPUTS`].
	Inputs {
		/// Points of `gamma_abc` that the key says it has: one more than its inputs.
		found: u64,
	},
	/// A point is not in its canonical compressed encoding, not on the curve, or not in the subgroup.
	Point,
	/// A point is the identity. As `gamma_abc` it would bind an input to nothing.
	Identity,
	/// Two points that must differ are the same or opposites of each other: two of `gamma_abc` (the two inputs would be
	/// bound only together), or `gamma` and `delta` (anybody could make a proof of anything).
	Duplicate,
}

impl core::fmt::Display for KeyError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::Length => f.write_str("the key has not the length that its inputs make"),
			Self::Inputs { found } => write!(
				f,
				"the key has {found} points for its inputs, and 2 to {} are taken",
				MAX_INPUTS + 1
			),
			Self::Point => f.write_str("a point of the key is not of the group, or not canonical"),
			Self::Identity => f.write_str("a point of the key is the identity"),
			Self::Duplicate => f.write_str("two points of the key that must differ are alike"),
		}
	}
}

impl core::error::Error for KeyError {}

/// Why a proof was not accepted.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProofError {
	/// Not three points long.
	Length,
	/// A point is not in its canonical compressed encoding, not on the curve, not in the subgroup, or the identity.
	Point,
	/// Not as many public inputs as the key has places for.
	Arity {
		/// Given.
		found: u32,
		/// Places of the key.
		needed: u32,
	},
	/// The proof does not hold for these inputs under this key.
	Invalid,
	/// The key is not one that [`prepare`] made for this curve.
	Key,
}

impl core::fmt::Display for ProofError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::Length => f.write_str("the proof is not three points long"),
			Self::Point => {
				f.write_str("a point of the proof is not of the group, or not canonical")
			},
			Self::Arity { found, needed } => {
				write!(f, "{found} public inputs, where the key has places for {needed}")
			},
			Self::Invalid => f.write_str("the proof does not hold"),
			Self::Key => f.write_str("the prepared key is not one of this curve and version"),
		}
	}
}

impl core::error::Error for ProofError {}

impl From<BadPoint> for KeyError {
	fn from(bad: BadPoint) -> Self {
		match bad {
			BadPoint::NotOfGroup => Self::Point,
			BadPoint::Identity => Self::Identity,
		}
	}
}

/// Checks a verifying key once and for all; the number of its public inputs, and the form that [`verify`] takes.
///
/// Of the key it is asked: exactly its length; 1 to [`MAX_INPUTS`] public inputs; every point canonical, on the curve, in
/// the subgroup and not the identity; no two points of `gamma_abc` the same or opposites; `gamma` and `delta` neither.
///
/// The last is what a key has whose second phase was left out, as `snarkjs` makes it before anybody has contributed: with
/// `gamma = delta` whoever likes can take `a = alpha`, `b = beta` and a `c` that cancels the inputs.
///
/// What cannot be seen from a key: whether its makers kept their secrets, and which circuit it is of. Who registers it
/// answers for that.
pub fn prepare<E: Pairing>(key: &[u8]) -> Result<(u32, Vec<u8>), KeyError> {
	let g1 = point::compressed_size::<E::G1Affine>();
	let g2 = point::compressed_size::<E::G2Affine>();

	// All lengths before any point, which takes a square root.
	let mut rest = key;
	let mut next = |length| point::take(&mut rest, length).ok_or(KeyError::Length);
	let (alpha, beta, gamma, delta) = (next(g1)?, next(g2)?, next(g2)?, next(g2)?);
	let count: [u8; 8] = next(8)?.try_into().map_err(|_| KeyError::Length)?;
	let found = u64::from_le_bytes(count);
	if !(2..=u64::from(MAX_INPUTS) + 1).contains(&found) {
		return Err(KeyError::Inputs { found });
	}
	// At most 33 × 48.
	if rest.len() != found as usize * g1 {
		return Err(KeyError::Length);
	}

	let alpha = point::decode::<E::G1Affine>(alpha)?;
	let beta = point::decode::<E::G2Affine>(beta)?;
	let gamma = point::decode::<E::G2Affine>(gamma)?;
	let delta = point::decode::<E::G2Affine>(delta)?;
	let gamma_abc =
		rest.chunks_exact(g1).map(point::decode::<E::G1Affine>).collect::<Result<Vec<_>, _>>()?;

	if alike(&gamma, &delta) {
		return Err(KeyError::Duplicate);
	}
	for (place, one) in gamma_abc.iter().enumerate() {
		if gamma_abc.iter().skip(place + 1).any(|other| alike(one, other)) {
			return Err(KeyError::Duplicate);
		}
	}

	let alpha_beta = paired::<E>(&[(alpha, beta)]).ok_or(KeyError::Point)?;
	let prepared = Prepared::<E> {
		alpha_beta,
		minus_gamma: (-gamma.into_group()).into_affine(),
		minus_delta: (-delta.into_group()).into_affine(),
		gamma_abc,
	};
	let bytes = prepared.encode().ok_or(KeyError::Point)?;
	Ok((found as u32 - 1, bytes))
}

/// Whether a proof holds for these public inputs.
///
/// `prepared` is what [`prepare`] gave: it comes from our own state, and its points are not checked again. `proof` is
/// `a ‖ b ‖ c`, compressed, each checked like a point of a key. The cheap refusals come first: key, number of inputs,
/// length, points, equation.
///
/// An `Ok` says that a proof for these inputs exists. It does not make the bytes of the proof a name of anything: other
/// bytes prove the same.
pub fn verify<E: Pairing>(
	prepared: &[u8],
	inputs: &[E::ScalarField],
	proof: &[u8],
) -> Result<(), ProofError> {
	let needed = Prepared::<E>::inputs(prepared).ok_or(ProofError::Key)?;
	let found = u32::try_from(inputs.len()).unwrap_or(u32::MAX);
	if found != needed {
		return Err(ProofError::Arity { found, needed });
	}

	let g1 = point::compressed_size::<E::G1Affine>();
	let g2 = point::compressed_size::<E::G2Affine>();
	let mut rest = proof;
	let mut next = |length| point::take(&mut rest, length).ok_or(ProofError::Length);
	let (a, b, c) = (next(g1)?, next(g2)?, next(g1)?);
	if !rest.is_empty() {
		return Err(ProofError::Length);
	}
	let a = point::decode::<E::G1Affine>(a).map_err(|_| ProofError::Point)?;
	let c = point::decode::<E::G1Affine>(c).map_err(|_| ProofError::Point)?;
	let b = point::decode::<E::G2Affine>(b).map_err(|_| ProofError::Point)?;

	let key = Prepared::<E>::decode(prepared).ok_or(ProofError::Key)?;
	// The constant term goes into the same multiplication, so that what comes back from the host is affine and nothing
	// is left to be added, or inverted, here.
	let mut scalars = Vec::with_capacity(key.gamma_abc.len());
	scalars.push(E::ScalarField::one());
	scalars.extend_from_slice(inputs);
	let bound = E::G1::msm(&key.gamma_abc, &scalars).map_err(|_| ProofError::Key)?.into_affine();

	let left = paired::<E>(&[(a, b), (bound, key.minus_gamma), (c, key.minus_delta)])
		.ok_or(ProofError::Invalid)?;
	if left == key.alpha_beta {
		Ok(())
	} else {
		Err(ProofError::Invalid)
	}
}

/// Product of the pairings; `None` if there is none, which points of the groups never make. A product of zero would make
/// the host refuse the exponentiation.
fn paired<E: Pairing>(pairs: &[(E::G1Affine, E::G2Affine)]) -> Option<E::TargetField> {
	let loops = E::multi_miller_loop(pairs.iter().map(|p| p.0), pairs.iter().map(|p| p.1));
	if loops.0.is_zero() {
		return None;
	}
	E::final_exponentiation(loops).map(|output| output.0)
}

/// Whether two points are the same or opposites: whether they share `x`.
fn alike<P: AffineRepr>(one: &P, other: &P) -> bool {
	one.x() == other.x()
}
