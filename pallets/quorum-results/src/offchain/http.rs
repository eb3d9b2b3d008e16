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
}

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Unreachable => "it does not answer",
			Self::TimedOut => "it did not answer in time",
			Self::Broken => "its answer broke off",
			Self::TooLong => "its answer is too long",
		})
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

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
	/// HTTP status.
	pub code: u16,
	/// Body of a 200 or 202, or of a 4xx, which says why; of that no more than [`MAX_REFUSAL_BYTES`], and nothing if it
	/// breaks off. Empty for all others, whose bodies nobody reads.
	pub body: Vec<u8>,
}

impl Reply {
	/// Whether it carries what was asked for.
	pub(crate) fn is_good(&self) -> bool {
		matches!(self.code, 200 | 202)
	}

	fn is_refusal(&self) -> bool {
		(400..500).contains(&self.code)
	}
}

/// What is read of a refusal: its code stands at the beginning.
const MAX_REFUSAL_BYTES: usize = 1024;

/// Asks.
pub(crate) fn get(url: &str, deadline: Timestamp) -> Result<Reply, Failure> {
	exchange(Request::get(url), deadline)
}

/// Hands over bytes.
pub(crate) fn post(url: &str, body: Vec<u8>, deadline: Timestamp) -> Result<Reply, Failure> {
	let request = Request::post(url, vec![body]);
	exchange(request.add_header("content-type", "application/octet-stream"), deadline)
}

fn exchange<B>(request: Request<B>, deadline: Timestamp) -> Result<Reply, Failure>
where
	B: IntoIterator + Default,
	B::Item: AsRef<[u8]>,
{
	let pending = request.deadline(deadline).send()?;
	let response = match pending.try_wait(deadline) {
		Ok(Ok(response)) => response,
		Ok(Err(Error::DeadlineReached)) | Err(_) => return Err(Failure::TimedOut),
		Ok(Err(Error::IoError | Error::Unknown)) => return Err(Failure::Unreachable),
	};
	let mut reply = Reply { code: response.code, body: Vec::new() };
	if reply.is_good() {
		let mut stream = response.body();
		stream.deadline(deadline);
		for byte in stream.by_ref() {
			if reply.body.len() == MAX_RESPONSE_BYTES {
				return Err(Failure::TooLong);
			}
			reply.body.push(byte);
		}
		match stream.error() {
			None => {},
			Some(HttpError::DeadlineReached) => return Err(Failure::TimedOut),
			Some(_) => return Err(Failure::Broken),
		}
	} else if reply.is_refusal() {
		let mut stream = response.body();
		stream.deadline(deadline);
		reply.body.extend(stream.by_ref().take(MAX_REFUSAL_BYTES));
		if stream.error().is_some() {
			reply.body.clear();
		}
	}
	Ok(reply)
}
