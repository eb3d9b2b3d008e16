//! A verifying key that has been checked, as it is kept in state.
//!
//! ```text
//!  version (1) ‖ bytes of a compressed point of G1 (1) ‖ inputs (4, LE) ‖ e(alpha, beta) ‖ −gamma ‖ −delta ‖ gamma_abc…
//! ```
//!
//! The second byte names the curve: 48 for BLS12-381, 32 for BN254. Points and the element of the target group are
//! uncompressed in arkworks' format, so the same for [`crate::Bls12381`] and [`crate::Bls12381Plain`].

use super::MAX_INPUTS;
use crate::point::{self, take};
use alloc::vec::Vec;
use ark_ec::pairing::Pairing;
use ark_ff::Zero;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};

/// First byte. Another form takes another.
pub(crate) const VERSION: u8 = 1;
/// Bytes before the first element.
pub(crate) const HEADER: usize = 6;

pub(crate) struct Prepared<E: Pairing> {
	/// `e(alpha, beta)`.
	pub alpha_beta: E::TargetField,
	/// `−gamma`.
	pub minus_gamma: E::G2Affine,
	/// `−delta`.
	pub minus_delta: E::G2Affine,
	/// One point for the constant, one for each input.
	pub gamma_abc: Vec<E::G1Affine>,
}

impl<E: Pairing> Prepared<E> {
	/// Bytes of one with so many inputs.
	fn length(inputs: u32) -> usize {
		HEADER
			+ E::TargetField::zero().uncompressed_size()
			+ 2 * point::unpacked_size::<E::G2Affine>()
			+ (inputs as usize + 1) * point::unpacked_size::<E::G1Affine>()
	}

	/// The byte that names the curve.
	fn curve() -> u8 {
		point::compressed_size::<E::G1Affine>() as u8
	}

	/// Public inputs of a prepared key; `None` if version, curve or length are not those of one.
	pub fn inputs(bytes: &[u8]) -> Option<u32> {
		let mut rest = bytes;
		if take(&mut rest, 2)? != [VERSION, Self::curve()] {
			return None;
		}
		let inputs = u32::from_le_bytes(take(&mut rest, 4)?.try_into().ok()?);
		((1..=MAX_INPUTS).contains(&inputs) && bytes.len() == Self::length(inputs))
			.then_some(inputs)
	}

	pub fn encode(&self) -> Option<Vec<u8>> {
		let inputs = u32::try_from(self.gamma_abc.len()).ok()?.checked_sub(1)?;
		let mut bytes = Vec::with_capacity(Self::length(inputs));
		bytes.extend_from_slice(&[VERSION, Self::curve()]);
		bytes.extend_from_slice(&inputs.to_le_bytes());
		self.alpha_beta.serialize_uncompressed(&mut bytes).ok()?;
		self.minus_gamma.serialize_uncompressed(&mut bytes).ok()?;
		self.minus_delta.serialize_uncompressed(&mut bytes).ok()?;
		for point in &self.gamma_abc {
			point.serialize_uncompressed(&mut bytes).ok()?;
		}
		Some(bytes)
	}

	pub fn decode(bytes: &[u8]) -> Option<Self> {
		let inputs = Self::inputs(bytes)?;
		let mut rest = bytes.get(HEADER..)?;
		let target = take(&mut rest, E::TargetField::zero().uncompressed_size())?;
		let alpha_beta =
			E::TargetField::deserialize_with_mode(target, Compress::No, Validate::No).ok()?;
		let g2 = point::unpacked_size::<E::G2Affine>();
		let minus_gamma = point::decode_unpacked(take(&mut rest, g2)?)?;
		let minus_delta = point::decode_unpacked(take(&mut rest, g2)?)?;
		let gamma_abc = rest
			.chunks_exact(point::unpacked_size::<E::G1Affine>())
			.map(point::decode_unpacked)
			.collect::<Option<Vec<_>>>()?;
		(gamma_abc.len() == inputs as usize + 1).then_some(Self {
			alpha_beta,
			minus_gamma,
			minus_delta,
			gamma_abc,
		})
	}
}
