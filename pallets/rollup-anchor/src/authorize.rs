//! What the transaction pool is told of a certificate.
//!
//! | refusal | answer to the pool |
//! |---|---|
//! | `AlreadyCertified`, `Forgotten` | `Stale`: its time is over, nobody need resend it |
//! | `NotClosed` | `Future` |
//! | `BadSignature` | `BadProof` |
//! | any other | `Custom(code)` with the code of [`CertificateRefusal::code`] |
//!
//! # Admission
//!
//! In a block, `AuthorizeCall` asks here right before the dispatch, in the same extrinsic, and nothing that could change the
//! answer runs in between; to check the signatures once more there would double the dearest part. But the dispatch can not
//! tell by its origin that it was asked: root may give any call the origin `Authorized`. So a certificate that passes *in a
//! block* leaves an [`Admission`] with block, extrinsic and hash. The dispatch takes it away, and leaves the signatures
//! unchecked only if it names this very certificate in this very extrinsic.

use crate::{certificate::CertificateRefusal, Admission, Admitted, Config, Pallet};
use codec::Encode;
use concordat_primitives::{rollup::RollupCertificate, traits::block_number, Hash};
use frame_support::{
	pallet_prelude::{TransactionValidityError, TransactionValidityWithRefund},
	traits::Get,
	weights::Weight,
};
use sp_runtime::transaction_validity::{TransactionSource, ValidTransaction};

/// Tag prefix of certificates in the pool.
pub const CERTIFICATE_TAG: &str = "ConcordatRollup";

impl<T: Config> Pallet<T> {
	/// Lets a certificate into the pool and into a block, from wherever it comes: its signatures are its permission. The
	/// pool holds one for each rollup.
	pub(crate) fn authorize_certificate(
		source: TransactionSource,
		certificate: &RollupCertificate,
	) -> TransactionValidityWithRefund {
		Self::verify_certificate(certificate).map_err(Self::refused)?;
		if source == TransactionSource::InBlock {
			Admitted::<T>::set(Self::admission(certificate));
		}
		ValidTransaction::with_tag_prefix(CERTIFICATE_TAG)
			.priority(T::AuthorizedPriority::get())
			.and_provides(certificate.epoch)
			.longevity(T::AuthorizedLongevity::get().into())
			.propagate(true)
			.build()
			.map(|validity| (validity, Weight::zero()))
	}

	/// Whether this certificate has passed in this extrinsic. It can be asked once: the note goes.
	pub(crate) fn take_admission(certificate: &RollupCertificate) -> bool {
		Admitted::<T>::take().is_some_and(|noted| Self::admission(certificate) == Some(noted))
	}

	fn admission(certificate: &RollupCertificate) -> Option<Admission> {
		let extrinsic = frame_system::Pallet::<T>::extrinsic_index()?;
		let block = block_number(frame_system::Pallet::<T>::block_number());
		let digest = Hash::from(sp_io::hashing::blake2_256(&certificate.encode()));
		Some(Admission { block, extrinsic, digest })
	}

	fn refused(refusal: CertificateRefusal) -> TransactionValidityError {
		TransactionValidityError::Invalid(refusal.into())
	}
}
