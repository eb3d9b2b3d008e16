//! Decisions and their thresholds (DESIGN §10; ENC agreement §5.2).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Class of a decision. The call decides it; a proposer cannot choose a cheaper one.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum DecisionClass {
	/// A new runtime, or anything that no other class names: ≥ 2/3, 7 days.
	Upgrade,
	/// Fees, rewards, penalties and other parameters: ≥ 2/3, 3 days.
	Parameters,
	/// A node or validator joins: > 1/2, no delay.
	NodeAddition,
	/// A node or validator is removed: ≥ 2/3, no delay.
	NodeRemoval,
	/// One of a closed list of emergency actions: ≥ 3/4, no delay.
	Emergency,
}

impl DecisionClass {
	/// Whether `ayes` of `electorate` carry a decision of this class.
	pub const fn carries(self, ayes: u32, electorate: u32) -> bool {
		let (a, e) = (ayes as u64, electorate as u64);
		e > 0
			&& match self {
				Self::Upgrade | Self::Parameters | Self::NodeRemoval => 3 * a >= 2 * e,
				Self::NodeAddition => 2 * a > e,
				Self::Emergency => 4 * a >= 3 * e,
			}
	}

	/// Whether the decision can no longer carry, given the `nays`.
	pub const fn is_lost(self, nays: u32, electorate: u32) -> bool {
		!self.carries(electorate.saturating_sub(nays), electorate)
	}
}

/// Which class a call belongs to. The runtime implements it over its own calls.
pub trait ClassifyCall<Call> {
	/// The class; nested calls (batches) take the strictest of their parts.
	fn class_of(call: &Call) -> DecisionClass;
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn thresholds_are_those_of_the_agreement() {
		for (class, ayes, electorate, carries) in [
			(DecisionClass::Upgrade, 2, 3, true),
			(DecisionClass::Upgrade, 3, 5, false),
			(DecisionClass::Upgrade, 4, 5, true),
			(DecisionClass::NodeAddition, 2, 4, false),
			(DecisionClass::NodeAddition, 3, 4, true),
			(DecisionClass::Emergency, 3, 4, true),
			(DecisionClass::Emergency, 3, 5, false),
			(DecisionClass::Emergency, 0, 0, false),
		] {
			assert_eq!(class.carries(ayes, electorate), carries, "{class:?} {ayes}/{electorate}");
		}
		assert!(DecisionClass::Upgrade.is_lost(2, 5));
		assert!(!DecisionClass::Upgrade.is_lost(1, 5));
	}
}
