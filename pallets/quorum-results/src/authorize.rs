//! What the transaction pool is told: the validity of a message, or why there is none.
//!
//! | refusal | answer to the pool |
//! |---|---|
//! | `NotRunning`, `AlreadyAcknowledged`, `AlreadyCommitted`, `AlreadyDelivered`, `TooLate` | `Stale`: its time is over, nobody need resend it |
//! | `FromTheFuture`, `TooEarly` | `Future` |
//! | `BadSignature` | `BadProof` |
//! | any other | `Custom(code)` with the code of [`CacRefusal::code`] |
//!
//! # Admission
//!
//! In a block, `AuthorizeCall` asks here right before the dispatch, in the same extrinsic, and nothing that could change
//! the answer runs in between. To verify the signature and read clause, lease and votes once more in the dispatch would
//! be waste. But the dispatch can not tell by its origin that it was asked: root may give any call the origin
//! `Authorized` (`utility::dispatch_as`), and so might a pallet of tomorrow. So a message that passes *in a block* leaves
//! an [`Admission`]: block, extrinsic, hash of what was said, and the signature. The dispatch takes it away, and skips
//! what it proves only if it names this very message in this very extrinsic. Without one it verifies everything.

use crate::{verify::CacRefusal, Admission, Admitted, Config, Pallet};
use concordat_primitives::{
	attest::LeaseRefusal,
	cac::{Signature, SignedAck, SignedCac},
	commit::{Salt, SignedCommitment},
	hashing::tagged,
	Attempt, Hash, JobId, NodeId,
};
use frame_support::{
	pallet_prelude::{TransactionValidityError, TransactionValidityWithRefund},
	traits::Get,
	weights::Weight,
};
use sp_runtime::transaction_validity::{
	InvalidTransaction, TransactionPriority, TransactionSource, ValidTransaction,
};

/// Tag prefix of certificates in the pool.
pub const CAC_TAG: &str = "ConcordatCac";
/// Tag prefix of acknowledgements in the pool.
pub const ACK_TAG: &str = "ConcordatAck";

/// Tag prefix of commitments in the pool.
pub const COMMIT_TAG: &str = "ConcordatCommit";
/// Tag prefix of certificates that were committed to, in the pool.
pub const REVEAL_TAG: &str = "ConcordatReveal";

/// Names a commitment. Its domain keeps it apart from all other messages.
pub(crate) fn commitment_digest(signed: &SignedCommitment) -> Hash {
	Hash::from(sp_io::hashing::blake2_256(&signed.commitment.message()))
}

/// Names a certificate together with the salt that opens its commitment.
pub(crate) fn reveal_digest(cac: &SignedCac, salt: &Salt) -> Hash {
	tagged(b"concordat/reveal/v1", &(cac.digest(), salt))
}

/// Names an acknowledgement. Its domain keeps it apart from the digest of a certificate.
pub(crate) fn ack_digest(signed: &SignedAck) -> Hash {
	Hash::from(sp_io::hashing::blake2_256(&signed.ack.message()))
}

impl CacRefusal {
	/// Number of the refusal, for `InvalidTransaction::Custom`. Numbers never change their meaning; new ones are
	/// appended.
	pub const fn code(self) -> u8 {
		match self {
			Self::WrongChain => 1,
			Self::UnknownJob => 2,
			Self::NotRunning => 3,
			Self::UnsupportedMode => 4,
			Self::NotAssigned => 5,
			Self::WrongAttempt => 6,
			Self::AlreadyAcknowledged => 7,
			Self::AlreadyDelivered => 8,
			Self::WrongNonce => 9,
			Self::TooLate => 10,
			Self::WrongClause => 11,
			Self::WrongProgram => 12,
			Self::WrongInput => 13,
			Self::WrongLineage => 14,
			Self::WrongOutputHash => 15,
			Self::OutputTooLarge => 16,
			Self::NoLocation => 17,
			Self::FuelExceeded => 18,
			Self::MemoryExceeded => 19,
			Self::FromTheFuture => 20,
			Self::UnknownClause => 21,
			Self::WrongLease => 22,
			Self::WrongKey => 23,
			Self::WrongMeasurement => 24,
			Self::SimulationMislabelled => 25,
			Self::BadSignature => 26,
			Self::TooManyBallots => 27,
			Self::TooManyCertificates => 28,
			Self::OutputSealed => 29,
			Self::OutputNotSealed => 30,
			Self::OutputNotInline => 31,
			Self::Lease(LeaseRefusal::None) => 32,
			Self::Lease(LeaseRefusal::Superseded) => 33,
			Self::Lease(LeaseRefusal::Expired) => 34,
			Self::Lease(LeaseRefusal::MeasurementRevoked) => 35,
			Self::Lease(LeaseRefusal::MeasurementNotForClause) => 36,
			Self::Lease(LeaseRefusal::Simulated) => 37,
			Self::Lease(LeaseRefusal::ClassNotMet) => 38,
			Self::SealedTooShort => 39,
			Self::CommitFirst => 40,
			Self::NoCommitReveal => 41,
			Self::AlreadyCommitted => 42,
			Self::NotCommitted => 43,
			Self::TooEarly => 44,
			Self::WrongOpening => 45,
			Self::NotHeard => 46,
		}
	}
}

impl From<CacRefusal> for InvalidTransaction {
	fn from(refusal: CacRefusal) -> Self {
		match refusal {
			CacRefusal::NotRunning
			| CacRefusal::AlreadyAcknowledged
			| CacRefusal::AlreadyCommitted
			| CacRefusal::AlreadyDelivered
			| CacRefusal::TooLate => Self::Stale,
			CacRefusal::FromTheFuture | CacRefusal::TooEarly => Self::Future,
			CacRefusal::BadSignature => Self::BadProof,
			other => Self::Custom(other.code()),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Lets a certificate into the pool and into a block, from wherever it comes: it authorises itself.
	pub(crate) fn authorize_cac(
		source: TransactionSource,
		cac: &SignedCac,
	) -> TransactionValidityWithRefund {
		Self::verify_cac(cac).map_err(Self::refused)?;
		Self::admit(source, || (cac.digest(), cac.signature));
		let body = cac.statement.body();
		Self::accepted(CAC_TAG, (body.job, body.attempt, body.node), T::AuthorizedPriority::get())
	}

	/// Lets an acknowledgement in. It goes one step before certificates, so that a quick node's seat is acknowledged
	/// before it delivers in the same block.
	pub(crate) fn authorize_ack(
		source: TransactionSource,
		signed: &SignedAck,
	) -> TransactionValidityWithRefund {
		Self::verify_ack(signed).map_err(Self::refused)?;
		Self::admit(source, || (ack_digest(signed), signed.signature));
		let ack = &signed.ack;
		Self::accepted(
			ACK_TAG,
			(ack.job, ack.attempt, ack.node),
			T::AuthorizedPriority::get().saturating_add(1),
		)
	}

	/// Lets a commitment in. It goes with the certificates, after the acknowledgement of the same seat.
	pub(crate) fn authorize_commitment(
		source: TransactionSource,
		signed: &SignedCommitment,
	) -> TransactionValidityWithRefund {
		Self::verify_commitment(signed).map_err(Self::refused)?;
		Self::admit(source, || (commitment_digest(signed), signed.signature));
		let said = &signed.commitment;
		let seat = (said.job, said.attempt, said.node);
		Self::accepted(COMMIT_TAG, seat, T::AuthorizedPriority::get())
	}

	/// Lets in a certificate that its node has committed to.
	pub(crate) fn authorize_reveal(
		source: TransactionSource,
		cac: &SignedCac,
		salt: &Salt,
	) -> TransactionValidityWithRefund {
		Self::verify_reveal(cac, salt).map_err(Self::refused)?;
		Self::admit(source, || (reveal_digest(cac, salt), cac.signature));
		let body = cac.statement.body();
		let seat = (body.job, body.attempt, body.node);
		Self::accepted(REVEAL_TAG, seat, T::AuthorizedPriority::get())
	}

	/// Notes, in a block alone, that a message has passed in this extrinsic.
	fn admit(source: TransactionSource, message: impl FnOnce() -> (Hash, Signature)) {
		if source != TransactionSource::InBlock {
			return;
		}
		if let Some(admission) = Self::admission(message()) {
			Admitted::<T>::put(admission);
		}
	}

	/// Whether this message has passed in this extrinsic. It can be asked once: the note goes.
	pub(crate) fn take_admission(digest: Hash, signature: Signature) -> bool {
		Admitted::<T>::take()
			.is_some_and(|noted| Self::admission((digest, signature)) == Some(noted))
	}

	fn admission((digest, signature): (Hash, Signature)) -> Option<Admission> {
		let extrinsic = frame_system::Pallet::<T>::extrinsic_index()?;
		Some(Admission { block: Self::now(), extrinsic, digest, signature })
	}

	fn refused(refusal: CacRefusal) -> TransactionValidityError {
		TransactionValidityError::Invalid(refusal.into())
	}

	// One message of a kind per seat and attempt sits in the pool at a time.
	fn accepted(
		tag: &'static str,
		seat: (JobId, Attempt, NodeId),
		priority: TransactionPriority,
	) -> TransactionValidityWithRefund {
		ValidTransaction::with_tag_prefix(tag)
			.priority(priority)
			.and_provides(seat)
			.longevity(T::AuthorizedLongevity::get().into())
			.propagate(true)
			.build()
			.map(|validity| (validity, Weight::zero()))
	}
}
