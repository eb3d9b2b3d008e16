//! Plain data of the registry: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	clause::{ClauseSpec, ClauseStatus},
	units::{CDT, MICRO_CDT},
	AccountId, Balance, BlockNumber,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// What the chain keeps of a clause, for good.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct ClauseRecord {
	/// Who decides about it, and whose deposit is held.
	pub owner: AccountId,
	/// What it is. Never changes: a change is a new version.
	pub spec: ClauseSpec,
	/// Where it stands.
	pub status: ClauseStatus,
	/// Jobs that have been accepted and have not ended.
	pub open_jobs: u32,
	/// Jobs whose records are kept: the open ones, and those that ended and can still be disputed, or be
	/// run again for a dispute. They need the program.
	pub kept_jobs: u32,
	/// Jobs that failed in a row, up to now.
	pub failures: u32,
	/// Block of registration.
	pub registered_at: BlockNumber,
	/// Place in the order of registration.
	pub index: u64,
	/// The deposit on hold. `None` once the clause is retired and the records of its last job are gone:
	/// from then on the program is not requested any more either.
	pub deposit: Option<Balance>,
}

impl ClauseRecord {
	/// Whether nothing needs the program any more.
	pub fn is_done(&self) -> bool {
		self.status == ClauseStatus::Retired && self.kept_jobs == 0
	}
}

/// What governance may change.
#[derive(
	Clone,
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
	/// Deposit for a clause of any size.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub base_deposit: Balance,
	/// Deposit for each byte of the record and, if it lies on chain, of the program.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub byte_deposit: Balance,
	/// So many failed jobs in a row put an active clause into safe mode. At least 1.
	pub failure_threshold: u32,
}

impl Default for Params {
	/// 1 CDT and 10 µCDT a byte (a program of 64 KiB costs another 0.66 CDT); three failures.
	fn default() -> Self {
		Self { base_deposit: CDT, byte_deposit: 10 * MICRO_CDT, failure_threshold: 3 }
	}
}

impl Params {
	/// Whether the numbers make sense.
	pub const fn is_valid(&self) -> bool {
		self.failure_threshold > 0
	}
}

/// Whether `location` is an `http` or `https` URL with a host, in printable ASCII.
pub fn is_http_url(location: &[u8]) -> bool {
	let rest = [&b"https://"[..], &b"http://"[..]]
		.into_iter()
		.find_map(|scheme| location.strip_prefix(scheme));
	rest.is_some_and(|rest| {
		rest.first().is_some_and(u8::is_ascii_alphanumeric) && rest.iter().all(u8::is_ascii_graphic)
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_record_takes_at_most_1_7_kb() {
		assert!(ClauseRecord::max_encoded_len() <= 1_700, "{}", ClauseRecord::max_encoded_len());
	}

	#[test]
	fn only_web_addresses_with_a_host_pass_for_locations() {
		for good in ["https://who.int/rain.wasm", "http://127.0.0.1:8080/x", "https://a"] {
			assert!(is_http_url(good.as_bytes()), "{good}");
		}
		for bad in [
			"",
			"https://",
			"http:///etc/passwd",
			"ftp://who.int/x",
			"file:///etc/passwd",
			"HTTPS://who.int/x",
			"https://who.int/a b",
			"https://who.int/\n",
			"https://who.int/é",
			"who.int",
		] {
			assert!(!is_http_url(bad.as_bytes()), "{bad}");
		}
	}
}
