//! What a certificate says about who signed, and why one is refused. Nothing here knows a runtime.

use alloc::vec::Vec;
use concordat_primitives::rollup::{Scheme, Signatures, MAX_SIGNERS};
use frame_support::{traits::ConstU32, BoundedVec};
use sp_runtime::transaction_validity::InvalidTransaction;

/// Places of those who signed, one bit each.
pub type Bitmap = BoundedVec<u8, ConstU32<{ MAX_SIGNERS / 8 }>>;

/// Why a certificate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateRefusal {
	/// The rollup is not closed yet.
	NotClosed,
	/// The rollup was closed before there were signers, or so long ago that its receipts have left the state.
	Forgotten,
	/// The rollup has its certificate.
	AlreadyCertified,
	/// Another set signs this rollup: that of the session in which it was closed.
	WrongSet,
	/// The set signs by another scheme.
	WrongScheme,
	/// The bitmap is longer or shorter than the set needs.
	WrongLength,
	/// A signer whose place the set does not have.
	NoSuchPlace,
	/// The signers are not in ascending order, or one of them stands there twice.
	NotAscending,
	/// Fewer than two thirds of the validators signed.
	TooFewSigners,
	/// A signature does not hold for this rollup of this chain and these signers.
	BadSignature,
}

impl CertificateRefusal {
	/// Number of the refusal, for `InvalidTransaction::Custom`. Numbers never change their meaning; new ones are
	/// appended.
	pub const fn code(self) -> u8 {
		match self {
			Self::NotClosed => 1,
			Self::Forgotten => 2,
			Self::AlreadyCertified => 3,
			Self::WrongSet => 4,
			Self::WrongScheme => 5,
			Self::WrongLength => 6,
			Self::NoSuchPlace => 7,
			Self::NotAscending => 8,
			Self::TooFewSigners => 9,
			Self::BadSignature => 10,
		}
	}
}

impl From<CertificateRefusal> for InvalidTransaction {
	fn from(refusal: CertificateRefusal) -> Self {
		match refusal {
			CertificateRefusal::NotClosed => Self::Future,
			CertificateRefusal::Forgotten | CertificateRefusal::AlreadyCertified => Self::Stale,
			CertificateRefusal::BadSignature => Self::BadProof,
			other => Self::Custom(other.code()),
		}
	}
}

/// Scheme of the signatures.
pub const fn scheme(signatures: &Signatures) -> Scheme {
	match signatures {
		Signatures::Bls { .. } => Scheme::Bls,
		Signatures::Ed25519(_) => Scheme::Ed25519,
	}
}

/// Signers that a certificate claims, whether they exist or not: what its verification costs.
pub fn claimed(signatures: &Signatures) -> u32 {
	match signatures {
		Signatures::Bls { signers, .. } => signers.iter().map(|byte| byte.count_ones()).sum(),
		Signatures::Ed25519(shares) => shares.len() as u32,
	}
}

/// Places of those who signed, ascending, each below `seats` and there once. For an aggregate, the bitmap has to be
/// exactly as long as the set needs, so that nobody can say the same in two ways.
pub fn places(signatures: &Signatures, seats: u32) -> Result<Vec<u16>, CertificateRefusal> {
	match signatures {
		Signatures::Bls { signers, .. } => {
			if signers.len() as u32 != seats.div_ceil(8) {
				return Err(CertificateRefusal::WrongLength);
			}
			let mut places = Vec::with_capacity(claimed(signatures) as usize);
			for (byte, at) in signers.iter().zip((0u32..).step_by(8)) {
				for bit in (0..8).filter(|bit| byte & (1 << bit) != 0) {
					let place = at.saturating_add(bit);
					if place >= seats {
						return Err(CertificateRefusal::NoSuchPlace);
					}
					places.push(place as u16);
				}
			}
			Ok(places)
		},
		Signatures::Ed25519(shares) => {
			let places: Vec<u16> = shares.iter().map(|share| share.place).collect();
			if places.iter().any(|place| u32::from(*place) >= seats) {
				return Err(CertificateRefusal::NoSuchPlace);
			}
			if places.iter().zip(places.iter().skip(1)).any(|(one, next)| one >= next) {
				return Err(CertificateRefusal::NotAscending);
			}
			Ok(places)
		},
	}
}

/// The bitmap of these places; `None` if one of them is not below `seats`, or there are more seats than a set has.
pub fn bitmap(places: impl IntoIterator<Item = u16>, seats: u32) -> Option<Bitmap> {
	let mut bytes = alloc::vec![0u8; seats.div_ceil(8) as usize];
	for place in places {
		if u32::from(place) >= seats {
			return None;
		}
		*bytes.get_mut(usize::from(place / 8))? |= 1 << (place % 8);
	}
	bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::rollup::{Ed25519Share, SignerSet};
	use std::collections::BTreeSet;

	fn bls(signers: &[u8]) -> Signatures {
		Signatures::Bls { signers: signers.to_vec().try_into().unwrap(), aggregate: [0; 48] }
	}

	fn ed25519(places: &[u16]) -> Signatures {
		let share = |place: &u16| Ed25519Share { place: *place, signature: [0; 64] };
		Signatures::Ed25519(BoundedVec::truncate_from(places.iter().map(share).collect()))
	}

	#[test]
	fn every_bitmap_should_say_what_a_count_of_its_bits_says() {
		for seats in 0..=17u32 {
			for bits in 0..1u32 << seats.min(12) {
				let oracle: Vec<u16> =
					(0..seats as u16).filter(|place| bits & (1 << place) != 0).collect();
				let bytes = bitmap(oracle.iter().copied(), seats).unwrap();
				assert_eq!(bytes.len() as u32, seats.div_ceil(8));
				let signatures = bls(&bytes);
				assert_eq!(claimed(&signatures), bits.count_ones());
				assert_eq!(places(&signatures, seats), Ok(oracle.clone()));
				assert_eq!(places(&ed25519(&oracle), seats), Ok(oracle));
			}
		}
	}

	#[test]
	fn the_largest_set_should_have_room_in_a_bitmap_and_no_larger_one() {
		let all = bitmap(0..MAX_SIGNERS as u16, MAX_SIGNERS).unwrap();
		assert_eq!(places(&bls(&all), MAX_SIGNERS).unwrap().len(), MAX_SIGNERS as usize);
		assert_eq!(bitmap([0], MAX_SIGNERS + 1), None);
		assert_eq!(bitmap([9], 9), None);
	}

	#[test]
	fn a_bitmap_should_be_exactly_as_long_as_its_set_needs() {
		assert_eq!(places(&bls(&[0b1, 0]), 9), Ok(vec![0]));
		for (bytes, seats) in
			[(&[0b1][..], 9), (&[0b1, 0, 0], 9), (&[], 1), (&[0], 0), (&[1, 0], 8)]
		{
			assert_eq!(places(&bls(bytes), seats), Err(CertificateRefusal::WrongLength));
		}
	}

	#[test]
	fn a_place_that_the_set_does_not_have_should_be_refused() {
		for seats in [1u16, 5, 7] {
			let refused = Err(CertificateRefusal::NoSuchPlace);
			assert_eq!(places(&bls(&[1 << seats]), seats.into()), refused);
			assert_eq!(places(&ed25519(&[seats]), seats.into()), refused);
			assert_eq!(places(&ed25519(&[0, u16::MAX]), seats.into()), refused);
		}
	}

	#[test]
	fn signers_should_ascend() {
		for wrong in [&[0, 0][..], &[1, 0], &[0, 2, 1], &[0, 1, 1, 2]] {
			assert_eq!(places(&ed25519(wrong), 4), Err(CertificateRefusal::NotAscending));
		}
	}

	#[test]
	fn the_threshold_should_be_the_least_number_that_is_not_below_two_thirds() {
		for validators in 0..=300u32 {
			let set =
				SignerSet { id: 0, scheme: Scheme::Bls, keys: Default::default(), validators };
			let oracle = (1..=validators.max(1)).find(|n| 3 * n >= 2 * validators).unwrap();
			assert_eq!(set.threshold(), oracle, "{validators}");
		}
	}

	#[test]
	fn every_refusal_should_have_its_own_code() {
		use CertificateRefusal::*;
		let all = [
			NotClosed,
			Forgotten,
			AlreadyCertified,
			WrongSet,
			WrongScheme,
			WrongLength,
			NoSuchPlace,
			NotAscending,
			TooFewSigners,
			BadSignature,
		];
		let codes: BTreeSet<u8> = all.iter().map(|refusal| refusal.code()).collect();
		assert_eq!(codes, (1..=all.len() as u8).collect());
		for refusal in all {
			let expected = match refusal {
				NotClosed => InvalidTransaction::Future,
				Forgotten | AlreadyCertified => InvalidTransaction::Stale,
				BadSignature => InvalidTransaction::BadProof,
				other => InvalidTransaction::Custom(other.code()),
			};
			assert_eq!(InvalidTransaction::from(refusal), expected);
		}
	}
}
