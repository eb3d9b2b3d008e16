//! What the transaction pool is told: the validity of a handoff or a refusal, or why there is none.
//!
//! | refusal | answer to the pool |
//! |---|---|
//! | `NotRunning`, `AlreadyDelivered`, `AlreadyGiven`, `TooLate` | `Stale`: its time is over |
//! | `BadSignature` | `BadProof` |
//! | any other | `Custom(code)` with the code of [`Refusal::code`] |
//!
//! The dispatch verifies once more: one signature is little, and the origin `Authorized` alone proves nothing (root may
//! give it to any call).

use crate::pallet::*;
use concordat_primitives::{
	handoff::{SignedHandoff, SignedRefusal},
	Attempt, JobId, NodeId,
};
use frame_support::{
	pallet_prelude::{TransactionValidityError, TransactionValidityWithRefund},
	traits::Get,
	weights::Weight,
};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionSource, ValidTransaction};

/// Tag prefix of handoffs in the pool.
pub const HANDOFF_TAG: &str = "ConcordatHandoff";
/// Tag prefix of refusals of seats in the pool.
pub const REFUSAL_TAG: &str = "ConcordatRefusal";
/// Tag prefix of refusals of handoffs in the pool: whoever has objected to one may refuse the seat besides.
pub const OBJECTION_TAG: &str = "ConcordatObjection";

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// Meant for another chain.
	WrongChain,
	/// The job is not one of a step that runs.
	UnknownJob,
	/// Another workflow or step than the job's.
	WrongStep,
	/// The step has no predecessor.
	NothingToHandOver,
	/// Not the node that has to hand over.
	WrongSender,
	/// Nodes do not work on the job now.
	NotRunning,
	/// The node has no seat.
	NotSeated,
	/// The seat belongs to another attempt.
	WrongAttempt,
	/// Another nonce than the attempt's.
	WrongNonce,
	/// The seat has delivered.
	AlreadyDelivered,
	/// The window is over.
	TooLate,
	/// The seat was handed over already.
	AlreadyGiven,
	/// Another task than the job's.
	WrongTask,
	/// Another context than the one on record.
	WrongContext,
	/// Not signed by the key that has to sign.
	BadSignature,
	/// It names a handoff that the seat did not get, or that is void already.
	WrongHandoff,
}

impl Refusal {
	/// Number of the refusal, for `InvalidTransaction::Custom`. Numbers never change their meaning; new ones are
	/// appended.
	pub const fn code(self) -> u8 {
		match self {
			Self::WrongChain => 1,
			Self::UnknownJob => 2,
			Self::WrongStep => 3,
			Self::NothingToHandOver => 4,
			Self::WrongSender => 5,
			Self::NotRunning => 6,
			Self::NotSeated => 7,
			Self::WrongAttempt => 8,
			Self::WrongNonce => 9,
			Self::AlreadyDelivered => 10,
			Self::TooLate => 11,
			Self::AlreadyGiven => 12,
			Self::WrongTask => 13,
			Self::WrongContext => 14,
			Self::BadSignature => 15,
			Self::WrongHandoff => 16,
		}
	}
}

impl<T> From<Refusal> for Error<T> {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::WrongChain => Self::WrongChain,
			Refusal::UnknownJob => Self::UnknownJob,
			Refusal::WrongStep => Self::WrongStep,
			Refusal::NothingToHandOver => Self::NothingToHandOver,
			Refusal::WrongSender => Self::WrongSender,
			Refusal::NotRunning => Self::NotRunning,
			Refusal::NotSeated => Self::NotSeated,
			Refusal::WrongAttempt => Self::WrongAttempt,
			Refusal::WrongNonce => Self::WrongNonce,
			Refusal::AlreadyDelivered => Self::AlreadyDelivered,
			Refusal::TooLate => Self::TooLate,
			Refusal::AlreadyGiven => Self::AlreadyGiven,
			Refusal::WrongTask => Self::WrongTask,
			Refusal::WrongContext => Self::WrongContext,
			Refusal::BadSignature => Self::BadSignature,
			Refusal::WrongHandoff => Self::WrongHandoff,
		}
	}
}

impl From<Refusal> for InvalidTransaction {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::NotRunning
			| Refusal::AlreadyDelivered
			| Refusal::AlreadyGiven
			| Refusal::TooLate => Self::Stale,
			Refusal::BadSignature => Self::BadProof,
			other => Self::Custom(other.code()),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Lets a handoff into the pool and into a block, from wherever it comes: it authorises itself.
	pub(crate) fn authorize_handoff(
		_: TransactionSource,
		signed: &SignedHandoff,
	) -> TransactionValidityWithRefund {
		Self::verify_handoff(signed).map_err(refused)?;
		let said = &signed.handoff;
		accepted::<T>(HANDOFF_TAG, (said.job, said.attempt, said.to))
	}

	/// Lets a refusal in.
	pub(crate) fn authorize_refusal(
		_: TransactionSource,
		signed: &SignedRefusal,
	) -> TransactionValidityWithRefund {
		Self::verify_refusal(signed).map_err(refused)?;
		let said = &signed.refusal;
		let tag = if said.fault.blames_sender() { OBJECTION_TAG } else { REFUSAL_TAG };
		accepted::<T>(tag, (said.job, said.attempt, said.node))
	}
}

fn refused(refusal: Refusal) -> TransactionValidityError {
	TransactionValidityError::Invalid(refusal.into())
}

// One message of a kind per seat and attempt sits in the pool at a time.
fn accepted<T: Config>(
	tag: &'static str,
	seat: (JobId, Attempt, NodeId),
) -> TransactionValidityWithRefund {
	ValidTransaction::with_tag_prefix(tag)
		.priority(T::AuthorizedPriority::get())
		.and_provides(seat)
		.longevity(T::AuthorizedLongevity::get().into())
		.propagate(true)
		.build()
		.map(|validity| (validity, Weight::zero()))
}
