//! Why a request is refused: one stable code and one HTTP status for each reason.

use crate::{
	chain::{ChainError, Unproven},
	evidence::EvidenceError,
};
use concordat_primitives::handoff::HandoffFault;
use serde::{Deserialize, Serialize};

/// Why a request is refused. Nothing has changed, unless the variant says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
	/// The body cannot be read.
	#[error("{0}")]
	BadRequest(String),
	/// The body is longer than allowed.
	#[error("the body is longer than {0} bytes")]
	TooLarge(usize),
	/// The body did not arrive in time.
	#[error("the body did not arrive in time")]
	SlowBody,
	/// The body has another content type than the one named.
	#[error("the content type has to be {0}")]
	ContentType(&'static str),
	/// There is no such path.
	#[error("there is nothing here")]
	NotFound,
	/// The path takes another method.
	#[error("the path takes another method")]
	Method,
	/// The `Host` header names something else than this machine's loopback.
	#[error("the host header has to name localhost or an address")]
	ForeignHost,
	/// There is no such attempt.
	#[error("no such job, attempt and nonce")]
	UnknownJob,
	/// The attempt was started with another token, refused for another reason, or handed over in another way.
	#[error("something else has been signed or started for this attempt")]
	Conflict,
	/// The attempt is already too late on the block that the host acts on.
	#[error("the token has expired")]
	Expired,
	/// The attempt was signed and forgotten, or it is of a job so old that nobody can tell any more.
	#[error("the attempt has been signed and forgotten, or may have been")]
	Forgotten,
	/// The job asks for more than this enclave gives.
	#[error("the limits exceed those of this enclave")]
	LimitsExceeded,
	/// All that is remembered is still running. Try again later.
	#[error("there is no room for another job")]
	Busy,
	/// The seat is not taken (Symbiont §6.3): `POST /v1/refusals` signs that.
	#[error("{}", handoff_message(*.0))]
	Handoff(HandoffFault),
	/// It is not proved that the chain assigned the attempt. Bring finality and proof, and try again.
	#[error(transparent)]
	Unproven(#[from] Unproven),
	/// What was brought of the chain proves nothing.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The enclave has not run anything for that node on that chain, or nothing that ended with an output.
	#[error("the enclave has run nothing for this node on this chain that could be handed on")]
	NoSuchRun,
	/// The enclave has not found that fault with that attempt.
	#[error("the enclave has not refused this attempt for this reason")]
	NoSuchFault,
	/// The enclave serves as many chains as it can remember.
	#[error("the enclave serves as many chains as it can")]
	TooManyChains,
	/// The source of evidence gave none. Says why, and what the operator can do.
	#[error("{0}")]
	NoEvidence(String),
	/// The host failed. Nothing was signed; the attempt may be started again.
	#[error("{0}")]
	HostFault(String),
}

impl Refusal {
	/// Stable name of the reason.
	pub const fn code(&self) -> &'static str {
		match self {
			Self::BadRequest(_) => "bad-request",
			Self::TooLarge(_) => "too-large",
			Self::SlowBody => "slow-body",
			Self::ContentType(_) => "content-type",
			Self::NotFound => "not-found",
			Self::Method => "method",
			Self::ForeignHost => "foreign-host",
			Self::UnknownJob => "unknown-job",
			Self::Conflict => "conflict",
			Self::Expired => "expired",
			Self::Forgotten => "forgotten",
			Self::LimitsExceeded => "limits-exceeded",
			Self::Busy => "busy",
			Self::Handoff(HandoffFault::InvalidSignature) => "handoff-invalid-signature",
			Self::Handoff(HandoffFault::MissingCapability) => "handoff-missing-capability",
			Self::Handoff(HandoffFault::Overloaded) => "handoff-overloaded",
			Self::Handoff(HandoffFault::WrongTask) => "handoff-wrong-task",
			Self::Unproven(reason) => reason.code(),
			Self::Chain(error) => error.code(),
			Self::NoSuchRun => "no-such-run",
			Self::NoSuchFault => "no-such-fault",
			Self::TooManyChains => "too-many-chains",
			Self::NoEvidence(_) => "no-evidence",
			Self::HostFault(_) => "host-fault",
		}
	}

	/// HTTP status.
	pub const fn status(&self) -> u16 {
		match self {
			Self::BadRequest(_) => 400,
			Self::ForeignHost => 403,
			Self::NotFound | Self::UnknownJob | Self::NoSuchRun | Self::NoSuchFault => 404,
			Self::Method => 405,
			Self::SlowBody => 408,
			Self::Conflict => 409,
			Self::Expired | Self::Forgotten => 410,
			Self::TooLarge(_) => 413,
			Self::ContentType(_) => 415,
			// Before the rest of its kind: it passes.
			Self::Busy | Self::TooManyChains | Self::Handoff(HandoffFault::Overloaded) => 429,
			Self::LimitsExceeded | Self::Handoff(_) => 422,
			Self::Unproven(reason) => reason.status(),
			Self::Chain(error) => error.status(),
			Self::HostFault(_) => 500,
			Self::NoEvidence(_) => 503,
		}
	}
}

const fn handoff_message(fault: HandoffFault) -> &'static str {
	match fault {
		HandoffFault::InvalidSignature => "the handoff is not signed by its sender",
		HandoffFault::MissingCapability => "the enclave does not offer the capability",
		HandoffFault::Overloaded => "the enclave's load is above 0.95",
		HandoffFault::WrongTask => "the handoff is for another seat, task or context",
	}
}

impl From<EvidenceError> for Refusal {
	fn from(error: EvidenceError) -> Self {
		Self::NoEvidence(error.to_string())
	}
}

/// Body of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalBody {
	/// [`Refusal::code`].
	pub code: String,
	/// For people.
	pub message: String,
}
