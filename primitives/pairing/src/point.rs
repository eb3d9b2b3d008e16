//! The only way in for points.

use alloc::vec::Vec;
use ark_ec::AffineRepr;
use ark_serialize::{Compress, Validate};

/// Why bytes are not a point that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadPoint {
	/// Not the canonical compressed encoding of a point of the group.
	NotOfGroup,
	/// The point at infinity.
	Identity,
}

/// Bytes of a point, compressed.
pub(crate) fn compressed_size<P: AffineRepr>() -> usize {
	P::zero().compressed_size()
}

/// Bytes of a point, uncompressed.
pub(crate) fn unpacked_size<P: AffineRepr>() -> usize {
	P::zero().uncompressed_size()
}

/// A point from outside: exactly its compressed encoding, on the curve, in the subgroup of prime order, not the identity.
///
/// Each is looked at here, whatever the library of the curve does by itself. Some decode the identity with anything in the
/// place of the coordinate, take flags that contradict each other, or read from the front of longer bytes: what does not
/// encode to the same bytes again is refused. The subgroup comes last because it is dear.
pub(crate) fn decode<P: AffineRepr>(bytes: &[u8]) -> Result<P, BadPoint> {
	if bytes.len() != compressed_size::<P>() {
		return Err(BadPoint::NotOfGroup);
	}
	let point = P::deserialize_with_mode(bytes, Compress::Yes, Validate::No)
		.map_err(|_| BadPoint::NotOfGroup)?;
	let mut again = Vec::with_capacity(bytes.len());
	point.serialize_compressed(&mut again).map_err(|_| BadPoint::NotOfGroup)?;
	if again != bytes {
		return Err(BadPoint::NotOfGroup);
	}
	if point.is_zero() {
		return Err(BadPoint::Identity);
	}
	point.check().map_err(|_| BadPoint::NotOfGroup)?;
	Ok(point)
}

/// A point of our own state, uncompressed. Its encoding is canonical, and it is not the identity; the curve equation and
/// the subgroup were checked when the bytes were made.
pub(crate) fn decode_unpacked<P: AffineRepr>(bytes: &[u8]) -> Option<P> {
	if bytes.len() != unpacked_size::<P>() {
		return None;
	}
	let point = P::deserialize_with_mode(bytes, Compress::No, Validate::No).ok()?;
	// Some decoders leave out flags that do not concern them: they would differ in what they take.
	let mut again = Vec::with_capacity(bytes.len());
	point.serialize_uncompressed(&mut again).ok()?;
	(again == bytes && !point.is_zero()).then_some(point)
}

/// Takes bytes from the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
	let (head, tail) = bytes.split_at_checked(length)?;
	*bytes = tail;
	Some(head)
}
