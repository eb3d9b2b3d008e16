//! Why evidence or collateral is refused, as short as a dispatch error has to be.
//!
//! The chain's answer to a bad call has room for four bytes: this says which check of which part failed. By how much it
//! failed (expired for how long, which security version is missing) is in [`concordat_attestation::Error`], which the
//! runtime APIs `appraise_evidence` and `check_collateral` answer without a transaction.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_attestation::{Component, Error, Field, Part, TcbStatus, Vendor};
use frame_support::traits::PalletError;
use scale_info::TypeInfo;

/// Which check failed, and of which part.
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
pub enum Refusal {
	/// Longer than is looked at.
	TooLong(Part),
	/// Ends too early.
	Truncated(Part),
	/// Holds bytes which nothing accounts for.
	TrailingBytes(Part),
	/// Does not have the form it should have.
	Malformed(Part),
	/// Nested deeper than is looked at.
	TooDeep(Part),
	/// Lists more entries than are looked at.
	TooMany(Part),
	/// Holds a value that is not supported.
	Unsupported(Part, Field),
	/// Does not match what vouches for it.
	Mismatch(Part, Field),
	/// No anchor of this vendor is trusted here.
	NoAnchor(Vendor),
	/// A key of the wrong type, or not a point of its curve.
	BadKey(Part),
	/// The signature does not verify.
	BadSignature(Part),
	/// Not valid yet.
	NotYetValid(Part),
	/// No longer valid.
	Expired(Part),
	/// Revoked by its issuer.
	Revoked(Part),
	/// Below every TCB level of the vendor.
	NoTcbLevel(Component),
	/// The enclave, TD or guest can be debugged.
	Debug,
	/// Policy does not accept the vendor.
	VendorRefused(Vendor),
	/// Policy does not accept the TCB status.
	StatusRefused(TcbStatus),
	/// Policy does not accept an open advisory.
	AdvisoryRefused,
	/// TCB evaluation data are older than policy, or what is held, demands.
	EvaluationTooOld,
	/// A security version is lower than policy demands.
	BelowMinimum(Component),
	/// Policy does not accept the FMSPC.
	FmspcRefused,
	/// Policy does not accept the TDX module.
	TdxModuleRefused,
	/// Policy does not accept a property of platform or guest.
	PropertyRefused(Field),
	/// Policy denies the platform.
	PlatformDenied,
	/// Collateral that is needed has not been posted.
	Missing(Part),
	/// Older than the piece that is held.
	RolledBack(Part),
	/// This very piece is held already.
	AlreadyHeld(Part),
}

impl PalletError for Refusal {
	// The variant and two bytes: a part with a field, or a component with its index.
	const MAX_ENCODED_SIZE: usize = 3;
}

impl From<Error> for Refusal {
	fn from(error: Error) -> Self {
		match error {
			Error::TooLong { part, .. } => Self::TooLong(part),
			Error::Truncated { part, .. } => Self::Truncated(part),
			Error::TrailingBytes { part, .. } => Self::TrailingBytes(part),
			Error::Malformed(part) => Self::Malformed(part),
			Error::TooDeep(part) => Self::TooDeep(part),
			Error::TooMany { part, .. } => Self::TooMany(part),
			Error::Unsupported { part, field, .. } => Self::Unsupported(part, field),
			Error::Mismatch { part, field } => Self::Mismatch(part, field),
			Error::NoAnchor(vendor) => Self::NoAnchor(vendor),
			Error::BadKey(part) => Self::BadKey(part),
			Error::BadSignature(part) => Self::BadSignature(part),
			Error::NotYetValid { part, .. } => Self::NotYetValid(part),
			Error::Expired { part, .. } => Self::Expired(part),
			Error::Revoked(part) => Self::Revoked(part),
			Error::NoTcbLevel(shortfall) => Self::NoTcbLevel(shortfall.component),
			Error::Debug => Self::Debug,
			Error::VendorRefused(vendor) => Self::VendorRefused(vendor),
			Error::StatusRefused { found, .. } => Self::StatusRefused(found),
			Error::AdvisoryRefused(_) => Self::AdvisoryRefused,
			Error::EvaluationTooOld { .. } => Self::EvaluationTooOld,
			Error::BelowMinimum(shortfall) => Self::BelowMinimum(shortfall.component),
			Error::FmspcRefused(_) => Self::FmspcRefused,
			Error::TdxModuleRefused(_) => Self::TdxModuleRefused,
			Error::PropertyRefused(field) => Self::PropertyRefused(field),
			Error::PlatformDenied => Self::PlatformDenied,
			Error::Missing(part) => Self::Missing(part),
			Error::RolledBack { part, .. } => Self::RolledBack(part),
			Error::AlreadyHeld(part) => Self::AlreadyHeld(part),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_refusal_should_fit_into_a_dispatch_error() {
		assert!(Refusal::max_encoded_len() <= Refusal::MAX_ENCODED_SIZE);
		assert_eq!(Refusal::NoTcbLevel(Component::Sgx(3)).encode().len(), 3);
	}
}
