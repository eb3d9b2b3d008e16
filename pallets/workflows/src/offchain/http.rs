//! One HTTP exchange with an enclave: bounded in time and in size, never panicking.

use alloc::{vec, vec::Vec};
use concordat_primitives::enclave_api::MAX_RESPONSE_BYTES;
use core::fmt;
use sp_runtime::offchain::{
	http::{Error, Request},
	HttpError, Timestamp,
};

/// Why an exchange came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
	/// Nobody answers at that address.
	Unreachable,
	/// The answer did not come in time.
	TimedOut,
	/// The answer broke off.
	Broken,
	/// The answer is longer than [`MAX_RESPONSE_BYTES`].
	TooLong,
	/// The enclave would not, with this HTTP status.
	Refused(u16),
}

impl Failure {
	/// Whether there is no use in asking the same enclave for more.
	pub(crate) fn is_silence(self) -> bool {
		matches!(self, Self::Unreachable | Self::TimedOut)
	}
}

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Unreachable => f.write_str("it does not answer"),
			Self::TimedOut => f.write_str("it did not answer in time"),
			Self::Broken => f.write_str("its answer broke off"),
			Self::TooLong => f.write_str("its answer is too long"),
			Self::Refused(code) => write!(f, "it refuses with HTTP status {code}"),
		}
	}
}

impl From<HttpError> for Failure {
	fn from(error: HttpError) -> Self {
		match error {
			HttpError::DeadlineReached => Self::TimedOut,
			HttpError::IoError | HttpError::Invalid => Self::Unreachable,
		}
	}
}

/// Hands over bytes, and returns those of a good answer.
pub(crate) fn post(url: &str, body: Vec<u8>, deadline: Timestamp) -> Result<Vec<u8>, Failure> {
	let pending = Request::post(url, vec![body])
		.add_header("content-type", "application/octet-stream")
		.deadline(deadline)
		.send()?;
	let response = match pending.try_wait(deadline) {
		Ok(Ok(response)) => response,
		Ok(Err(Error::DeadlineReached)) | Err(_) => return Err(Failure::TimedOut),
		Ok(Err(Error::IoError | Error::Unknown)) => return Err(Failure::Unreachable),
	};
	if !matches!(response.code, 200 | 202) {
		return Err(Failure::Refused(response.code));
	}
	let mut bytes = Vec::new();
	let mut stream = response.body();
	stream.deadline(deadline);
	for byte in stream.by_ref() {
		if bytes.len() == MAX_RESPONSE_BYTES {
			return Err(Failure::TooLong);
		}
		bytes.push(byte);
	}
	match stream.error() {
		None => Ok(bytes),
		Some(HttpError::DeadlineReached) => Err(Failure::TimedOut),
		Some(_) => Err(Failure::Broken),
	}
}
