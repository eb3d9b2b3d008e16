//! Why a request is refused: one stable code and one HTTP status for each reason.

use crate::evidence::EvidenceError;
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
	/// The attempt was started with another token.
	#[error("this attempt was started with another token")]
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
	/// As many jobs as allowed are running. Try again later.
	#[error("as many jobs as allowed are running")]
	Busy,
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
			Self::NotFound | Self::UnknownJob => 404,
			Self::Method => 405,
			Self::SlowBody => 408,
			Self::Conflict => 409,
			Self::Expired | Self::Forgotten => 410,
			Self::TooLarge(_) => 413,
			Self::ContentType(_) => 415,
			Self::LimitsExceeded => 422,
			Self::Busy | Self::TooManyChains => 429,
			Self::HostFault(_) => 500,
			Self::NoEvidence(_) => 503,
		}
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
