//! Why a dispatch opens no job.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::traits::QuotaExceeded;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::DispatchError;

/// Why governance's filter turns a dispatch away. The receipt carries the index.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Refusal {
	/// The clause is a draft: its owner has not activated it.
	#[codec(index = 0)]
	ClauseDraft,
	/// The clause is in safe mode and takes no new jobs.
	#[codec(index = 1)]
	ClauseInSafeMode,
	/// The clause is retired.
	#[codec(index = 2)]
	ClauseRetired,
	/// The clause is no longer valid.
	#[codec(index = 3)]
	ClauseExpired,
	/// The clause may not run now.
	#[codec(index = 4)]
	OutsideWindow,
	/// The clause does not accept what set the job off.
	#[codec(index = 5)]
	TriggerNotAccepted,
	/// The clause names those who may dispatch, and the requester is not among them.
	#[codec(index = 6)]
	RequesterNotPermitted,
	/// Only clauses of the critical risk class take critical jobs.
	#[codec(index = 7)]
	ClassNotPermitted,
	/// The clause is decided by votes; no node runs it. Not given any more: such jobs are taken in, and await their vote.
	#[codec(index = 8)]
	DecidedByVote,
	/// The clause demands a credential of those who dispatch, and the requester does not hold it.
	#[codec(index = 9)]
	CredentialMissing,
	/// The quota of the DAO that owns the clause is used up for now.
	#[codec(index = 10)]
	QuotaOfDao,
	/// The quotas of all jurisdictions in which the job may run are used up for now.
	#[codec(index = 11)]
	QuotaOfJurisdiction,
	/// The clause asks for a proof, and has no verifying key that is switched on.
	#[codec(index = 12)]
	NotProvable,
}

impl From<QuotaExceeded> for Refusal {
	fn from(exceeded: QuotaExceeded) -> Self {
		match exceeded {
			QuotaExceeded::Dao => Self::QuotaOfDao,
			QuotaExceeded::Jurisdiction => Self::QuotaOfJurisdiction,
		}
	}
}

impl Refusal {
	/// The index that stands in receipts.
	pub const fn code(self) -> u8 {
		self as u8
	}

	/// The reason in words.
	pub const fn text(self) -> &'static str {
		match self {
			Self::ClauseDraft => "the clause is a draft: its owner has not activated it",
			Self::ClauseInSafeMode => "the clause is in safe mode and takes no new jobs",
			Self::ClauseRetired => "the clause is retired",
			Self::ClauseExpired => "the clause is no longer valid",
			Self::OutsideWindow => "the clause may not run now",
			Self::TriggerNotAccepted => "the clause does not accept what set the job off",
			Self::RequesterNotPermitted => "the requester may not dispatch this clause",
			Self::ClassNotPermitted => "only clauses of the critical risk class take critical jobs",
			Self::DecidedByVote => "the clause is decided by votes; no node runs it",
			Self::CredentialMissing => "the requester lacks a credential that the clause demands",
			Self::QuotaOfDao => "the quota of the clause's owner is used up for now",
			Self::QuotaOfJurisdiction => {
				"the quotas of all jurisdictions in which the job may run are used up for now"
			},
			Self::NotProvable => {
				"the clause asks for a proof and has no verifying key that is switched on"
			},
		}
	}
}

/// Why a dispatch would not open a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Objection {
	/// Governance's filter turns it away: the call succeeds, and leaves an event and a receipt.
	Refused(Refusal),
	/// The request itself is at fault: the call fails and leaves nothing.
	Invalid(DispatchError),
}

impl From<Refusal> for Objection {
	fn from(refusal: Refusal) -> Self {
		Self::Refused(refusal)
	}
}
