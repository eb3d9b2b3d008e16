//! Plain data of the registry: nothing here knows the pallet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	capability::CapabilitySpec,
	clause::{ClauseSpec, ClauseStatus, ResourceLimits},
	node::Resources,
	text::Name,
	units::{CDT, MICRO_CDT},
	AccountId, Balance, BlockNumber, CapabilityId,
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

/// The most that one execution of a clause may have set aside for it. Beyond this no machine is asked for, but a mistake
/// is made: 4 TiB of memory, 1 PiB of storage, 400 Gbit/s.
pub const MAX_RESOURCES: Resources = Resources {
	cpu_cores: 1_024,
	memory_mib: 4 << 20,
	storage_gib: 1 << 20,
	bandwidth_mbps: 400_000,
	accelerators: 64,
};

/// Where a capability stands.
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
pub enum CapabilityStatus {
	/// New clauses may ask for it. Left by `retire_capability`.
	Declared,
	/// No new clause may ask for it. Those that do keep it; with the last of them it is gone. Left by
	/// `correct_capability`, too.
	Retired,
}

/// What the chain keeps of a capability, for as long as it is declared or a clause needs it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct CapabilityRecord {
	/// Who declared it, and whose deposit is held; `None`: governance or the genesis.
	pub owner: Option<AccountId>,
	/// What it is. Does not change while a clause asks for it.
	pub spec: CapabilitySpec,
	/// Where it stands.
	pub status: CapabilityStatus,
	/// Clauses that ask for it and still need it: those that hold a deposit of their own.
	pub clauses: u32,
	/// Block of declaration.
	pub declared_at: BlockNumber,
	/// The deposit on hold.
	pub deposit: Balance,
}

impl CapabilityRecord {
	/// Whether nothing needs it any more.
	pub fn is_done(&self) -> bool {
		self.status == CapabilityStatus::Retired && self.clauses == 0
	}
}

/// A capability, for clients.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityView {
	/// Its name.
	pub id: CapabilityId,
	/// Who declared it; `None`: governance or the genesis.
	pub owner: Option<AccountId>,
	/// What it is.
	pub spec: CapabilitySpec,
	/// Where it stands.
	pub status: CapabilityStatus,
	/// Clauses that ask for it.
	pub clauses: u32,
	/// Block of declaration.
	pub declared_at: BlockNumber,
	/// The deposit on hold.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub deposit: Balance,
}

/// Whether a capability makes sense: its types are names, none of them twice, and it leaves time to run: at least a
/// millisecond, and not more than any clause may have.
pub fn is_valid_capability(spec: &CapabilitySpec) -> bool {
	let sound = |types: &[Name]| types.iter().all(Name::is_valid) && are_distinct(types);
	sound(&spec.input_types)
		&& sound(&spec.output_types)
		&& (1..=ResourceLimits::MAX.wall_millis).contains(&spec.max_wall_millis)
}

/// Whether no item comes twice. The lists are short: each is looked through for each item.
pub(crate) fn are_distinct<T: PartialEq>(list: &[T]) -> bool {
	list.iter().enumerate().all(|(i, one)| !list.iter().take(i).any(|other| other == one))
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
	/// Deposit for a capability: the price of a name that nobody else can give a meaning to meanwhile.
	#[serde(with = "concordat_primitives::text::decimal")]
	pub capability_deposit: Balance,
}

impl Default for Params {
	/// 1 CDT and 10 µCDT a byte (a program of 64 KiB costs another 0.66 CDT); three failures; 10 CDT for a capability.
	fn default() -> Self {
		Self {
			base_deposit: CDT,
			byte_deposit: 10 * MICRO_CDT,
			failure_threshold: 3,
			capability_deposit: 10 * CDT,
		}
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
	fn a_capability_takes_at_most_0_7_kb() {
		let most = CapabilityRecord::max_encoded_len();
		assert!(most <= 700, "{most}");
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
