//! The sectioned binary files of circom: a name of four letters, a version, and sections with a type and a length.

use super::{Bad, Groth};
use ark_ff::{BigInteger, PrimeField};
use concordat_pairing::{Bls12381Plain, Bn254};
use concordat_primitives::zk::Curve;

/// Most sections of a file.
const MAX_SECTIONS: u32 = 64;
/// Bytes of a number: of both curves, both fields have 254 or 255 bits.
pub const NUMBER: usize = 32;

/// Bytes, read from the front.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
	pub const fn new(bytes: &'a [u8]) -> Self {
		Self(bytes)
	}

	pub fn take(&mut self, len: usize) -> Result<&'a [u8], Bad> {
		let (taken, rest) = self.0.split_at_checked(len).ok_or(Bad::Short)?;
		self.0 = rest;
		Ok(taken)
	}

	fn array<const N: usize>(&mut self) -> Result<[u8; N], Bad> {
		self.take(N)?.try_into().map_err(|_| Bad::Short)
	}

	pub fn u32(&mut self) -> Result<u32, Bad> {
		self.array().map(u32::from_le_bytes)
	}

	pub fn u64(&mut self) -> Result<u64, Bad> {
		self.array().map(u64::from_le_bytes)
	}

	/// A number of the scalar field, little-endian, below the prime.
	pub fn number<F: PrimeField>(&mut self) -> Result<F, Bad> {
		let bytes: [u8; NUMBER] = self.array()?;
		let number = F::from_le_bytes_mod_order(&bytes);
		let same = number.into_bigint().to_bytes_le();
		if same.iter().chain(std::iter::repeat(&0)).zip(&bytes).all(|(one, other)| one == other) {
			Ok(number)
		} else {
			Err(Bad::NotCanonical(format!("0x{}", hex::encode(bytes))))
		}
	}

	/// The prime of the scalar field, with its length before it.
	pub fn prime(&mut self) -> Result<Curve, Bad> {
		if self.u32()? as usize != NUMBER {
			return Err(Bad::Prime);
		}
		let bytes = self.take(NUMBER)?;
		let is = |modulus: Vec<u8>| modulus == bytes;
		if is(<Bn254 as Groth>::Scalar::MODULUS.to_bytes_le()) {
			Ok(Curve::Bn254)
		} else if is(<Bls12381Plain as Groth>::Scalar::MODULUS.to_bytes_le()) {
			Ok(Curve::Bls12381)
		} else {
			Err(Bad::Prime)
		}
	}

	pub const fn left(&self) -> usize {
		self.0.len()
	}

	/// Nothing may be left of a section.
	pub fn end(&self, section: u32) -> Result<(), Bad> {
		if self.0.is_empty() {
			Ok(())
		} else {
			Err(Bad::TooLong(section))
		}
	}
}

/// The sections of a file, each type at most once.
pub struct Sections<'a>(Vec<(u32, &'a [u8])>);

impl<'a> Sections<'a> {
	/// Splits a file of this kind and version. Sections of types that nobody asks for are left alone.
	pub fn split(
		bytes: &'a [u8],
		magic: [u8; 4],
		version: u32,
		kind: &'static str,
	) -> Result<Self, Bad> {
		let mut reader = Reader::new(bytes);
		if reader.array() != Ok(magic) || reader.u32()? != version {
			return Err(Bad::Kind(kind));
		}
		let count = reader.u32()?;
		if count > MAX_SECTIONS {
			return Err(Bad::Numbers(format!("it has {count} sections")));
		}
		let mut sections: Vec<(u32, &[u8])> = Vec::new();
		for _ in 0..count {
			let (section, len) = (reader.u32()?, reader.u64()?);
			let body = reader.take(usize::try_from(len).map_err(|_| Bad::Short)?)?;
			if sections.iter().any(|(other, _)| *other == section) {
				return Err(Bad::Section(section));
			}
			sections.push((section, body));
		}
		match reader.left() {
			0 => Ok(Self(sections)),
			left => Err(Bad::Numbers(format!("{left} bytes follow its last section"))),
		}
	}

	/// A section that has to be there.
	pub fn get(&self, section: u32) -> Result<Reader<'a>, Bad> {
		self.find(section).map(Reader::new).ok_or(Bad::Section(section))
	}

	/// A section, if it is there.
	pub fn find(&self, section: u32) -> Option<&'a [u8]> {
		self.0.iter().find(|(other, _)| *other == section).map(|(_, body)| *body)
	}
}
