//! What off-chain workers share: which enclaves this node hosts, and one HTTP exchange with one of them, bounded in time
//! and in size, never panicking.

use crate::enclave_api::{Endpoint, ENDPOINTS_KEY, MAX_ENDPOINTS, MAX_RESPONSE_BYTES};
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeLimit};
use core::fmt;
use sp_core::offchain::StorageKind;
use sp_io::offchain::local_storage_get;
use sp_runtime::offchain::{
	http::{Error, Request},
	HttpError, Timestamp,
};

/// Nothing that is decoded here nests deeper.
const MAX_DEPTH: u32 = 16;
/// Longest list of endpoints, in bytes.
const MAX_ENDPOINTS_BYTES: usize = 16 * 1024;

/// Decodes what came from outside, all of it.
pub fn decode<D: Decode>(bytes: &[u8]) -> Option<D> {
	D::decode_all_with_depth_limit(MAX_DEPTH, &mut &*bytes).ok()
}

/// The enclaves that the host says it has, and what is wrong with its list, if something is.
pub fn endpoints() -> (Vec<Endpoint>, Option<&'static str>) {
	let Some(bytes) = local_storage_get(StorageKind::PERSISTENT, ENDPOINTS_KEY) else {
		return (Vec::new(), None);
	};
	if bytes.len() > MAX_ENDPOINTS_BYTES {
		return (Vec::new(), Some("the list of enclaves is too long: ignored"));
	}
	let Some(mut endpoints) = decode::<Vec<Endpoint>>(&bytes) else {
		return (Vec::new(), Some("the list of enclaves cannot be read: ignored"));
	};
	let complaint = (endpoints.len() > MAX_ENDPOINTS)
		.then_some("more enclaves than are served: only the first ones count");
	endpoints.truncate(MAX_ENDPOINTS);
	(endpoints, complaint)
}

/// Why an exchange came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
	/// Nobody answers at that address.
	Unreachable,
	/// The answer did not come in time.
	TimedOut,
	/// The answer broke off.
	Broken,
	/// The answer is longer than [`MAX_RESPONSE_BYTES`].
	TooLong,
}

impl Failure {
	/// Whether there is no use in asking the same enclave for more.
	pub const fn is_silence(self) -> bool {
		matches!(self, Self::Unreachable | Self::TimedOut)
	}
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
pub struct Reply {
	/// HTTP status.
	pub code: u16,
	/// Body of a 200 or 202, or of a 4xx, which says why; of that no more than [`MAX_REFUSAL_BYTES`], and nothing if it
	/// breaks off. Empty for all others, whose bodies nobody reads.
	pub body: Vec<u8>,
}

impl Reply {
	/// Whether it carries what was asked for.
	pub fn is_good(&self) -> bool {
		matches!(self.code, 200 | 202)
	}

	fn is_refusal(&self) -> bool {
		(400..500).contains(&self.code)
	}
}

/// What is read of a refusal: its code stands at the beginning.
const MAX_REFUSAL_BYTES: usize = 1024;

/// Asks.
pub fn get(url: &str, deadline: Timestamp) -> Result<Reply, Failure> {
	exchange(Request::get(url), deadline)
}

/// Hands over bytes.
pub fn post(url: &str, body: Vec<u8>, deadline: Timestamp) -> Result<Reply, Failure> {
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
