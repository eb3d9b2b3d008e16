//! Plain data of the pallet, and the arithmetic of votes. Nothing here knows a runtime.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	governance::DecisionClass,
	units::{DAYS, HOURS},
	BlockNumber, Hash,
};
use frame_support::{
	traits::{schedule::v3::TaskName, Get},
	weights::Weight,
	BoundedVec,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_io::hashing::blake2_256;

/// Number of a proposal; counts up from 0 and is never used again.
pub type ProposalId = u32;

/// Longest delay or voting period that can be set, in blocks: 90 days at 2 s. It keeps a slip of
/// the pen from locking governance for good.
pub const MAX_PERIOD: BlockNumber = 90 * DAYS;

/// Blocks between the vote that carries a decision and its enactment, by class.
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delays {
	/// Of [`DecisionClass::Upgrade`].
	pub upgrade: BlockNumber,
	/// Of [`DecisionClass::Parameters`].
	pub parameters: BlockNumber,
	/// Of [`DecisionClass::NodeAddition`].
	pub node_addition: BlockNumber,
	/// Of [`DecisionClass::NodeRemoval`].
	pub node_removal: BlockNumber,
	/// Of [`DecisionClass::Emergency`].
	pub emergency: BlockNumber,
}

impl Delays {
	/// The delay of a class. Zero stands for the next block.
	pub const fn of(&self, class: DecisionClass) -> BlockNumber {
		match class {
			DecisionClass::Upgrade => self.upgrade,
			DecisionClass::Parameters => self.parameters,
			DecisionClass::NodeAddition => self.node_addition,
			DecisionClass::NodeRemoval => self.node_removal,
			DecisionClass::Emergency => self.emergency,
		}
	}

	/// Whether what weighs more waits longer: upgrades longest, then parameters, then the rest.
	pub const fn is_valid(&self) -> bool {
		self.upgrade <= MAX_PERIOD
			&& self.upgrade >= self.parameters
			&& self.parameters >= self.node_addition
			&& self.parameters >= self.node_removal
			&& self.parameters >= self.emergency
	}
}

impl Default for Delays {
	/// Those of DESIGN §10: seven days, three days, and none for the rest.
	fn default() -> Self {
		Self {
			upgrade: 7 * DAYS,
			parameters: 3 * DAYS,
			node_addition: 0,
			node_removal: 0,
			emergency: 0,
		}
	}
}

/// Default voting period, in blocks: two days at 2 s.
pub const DEFAULT_VOTING_PERIOD: BlockNumber = 48 * HOURS;

/// Whether a voting period can be set.
pub const fn is_valid_voting_period(blocks: BlockNumber) -> bool {
	blocks > 0 && blocks <= MAX_PERIOD
}

/// Where a proposal stands.
///
/// ```text
///  Open ──carried──► Approved ──enact_at──► Enacted
///   │ lost → Rejected    │ > 1/3 veto → Cancelled
///   └ too late → Expired └ never executed → Expired
/// ```
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
)]
pub enum ProposalStatus {
	/// Takes votes. Left by the vote that carries or loses it, or at `ends_at`.
	Open {
		/// First block at which votes no longer count.
		ends_at: BlockNumber,
	},
	/// Carried, and locked. Left by its enactment, by a veto, or when the enactment never came.
	Approved {
		/// Block of enactment.
		enact_at: BlockNumber,
	},
	/// Final: the call was executed.
	Enacted {
		/// Whether it succeeded.
		ok: bool,
		/// Block of execution.
		at: BlockNumber,
	},
	/// Final: too many nays for it to carry any more.
	Rejected,
	/// Final: vetoed while it was locked.
	Cancelled,
	/// Final: not decided in its voting period, or not executed long after it was due.
	Expired,
}

impl ProposalStatus {
	/// Whether anything can still happen to it.
	pub const fn is_live(&self) -> bool {
		matches!(self, Self::Open { .. } | Self::Approved { .. })
	}
}

/// One member of the council at the time of a proposal, and what they said.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Elector<AccountId> {
	/// Who.
	pub account: AccountId,
	/// For or against; `None`: has not voted.
	pub ballot: Option<bool>,
	/// Wants the approved decision stopped.
	pub vetoed: bool,
}

/// Counts over an electorate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Tally {
	/// Members at the time of the proposal.
	pub electorate: u32,
	/// For.
	pub ayes: u32,
	/// Against.
	pub nays: u32,
	/// Vetoes.
	pub vetoes: u32,
}

impl Tally {
	/// Counts.
	pub fn of<AccountId>(electorate: &[Elector<AccountId>]) -> Self {
		let mut tally = Self { electorate: electorate.len() as u32, ..Default::default() };
		for elector in electorate {
			match elector.ballot {
				Some(true) => tally.ayes += 1,
				Some(false) => tally.nays += 1,
				None => {},
			}
			tally.vetoes += u32::from(elector.vetoed);
		}
		tally
	}

	/// Whether a locked decision is stopped: by more than a third of the electorate. No decision
	/// that takes two thirds could carry against so many.
	pub const fn is_vetoed(&self) -> bool {
		3 * self.vetoes as u64 > self.electorate as u64
	}
}

/// A proposal. `Call` is the bounded call.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxMembers))]
#[codec(mel_bound(AccountId: MaxEncodedLen, Call: MaxEncodedLen))]
pub struct Proposal<AccountId, Call, MaxMembers: Get<u32>> {
	/// Who proposed it.
	pub proposer: AccountId,
	/// What its call is; decides threshold and delay.
	pub class: DecisionClass,
	/// What will be executed. Its bytes are released when the proposal ends.
	pub call: Call,
	/// Hash of the call's SCALE bytes.
	pub call_hash: Hash,
	/// What execution may weigh, looking the call up included.
	pub call_weight: Weight,
	/// The council at the time of the proposal: they alone decide it, whoever comes or goes.
	pub electorate: BoundedVec<Elector<AccountId>, MaxMembers>,
	/// Version of the member list that the electorate is.
	pub members_version: u32,
	/// Block of the proposal.
	pub proposed_at: BlockNumber,
	/// Where it stands.
	pub status: ProposalStatus,
}

/// Name of a proposal's enactment with the scheduler.
pub fn task_name(proposal: ProposalId) -> TaskName {
	blake2_256(&(b"concordat/enact/v1", proposal).encode())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn electorate(size: u32, vetoes: u32) -> Tally {
		Tally { electorate: size, vetoes, ..Default::default() }
	}

	#[test]
	fn more_than_a_third_vetoes_and_exactly_a_third_does_not() {
		for (size, vetoes, stopped) in [
			(1, 0, false),
			(1, 1, true),
			(2, 1, true),
			(3, 1, false),
			(3, 2, true),
			(6, 2, false),
			(6, 3, true),
			(7, 2, false),
			(7, 3, true),
			(32, 10, false),
			(32, 11, true),
		] {
			assert_eq!(electorate(size, vetoes).is_vetoed(), stopped, "{vetoes} of {size}");
		}
	}

	#[test]
	fn votes_are_counted_apart() {
		let elector = |ballot, vetoed| Elector { account: 0u64, ballot, vetoed };
		assert_eq!(
			Tally::of(&[
				elector(Some(true), true),
				elector(Some(true), false),
				elector(Some(false), true),
				elector(None, false),
			]),
			Tally { electorate: 4, ayes: 2, nays: 1, vetoes: 2 }
		);
	}

	#[test]
	fn delays_fall_with_the_weight_of_the_decision() {
		let delays = Delays::default();
		assert!(delays.is_valid());
		assert!(Delays { upgrade: 0, parameters: 0, ..delays }.is_valid());
		for wrong in [
			Delays { upgrade: delays.parameters - 1, ..delays },
			Delays { upgrade: MAX_PERIOD + 1, ..delays },
			Delays { node_addition: delays.parameters + 1, ..delays },
			Delays { node_removal: delays.parameters + 1, ..delays },
			Delays { emergency: delays.parameters + 1, ..delays },
		] {
			assert!(!wrong.is_valid(), "{wrong:?}");
		}
	}

	#[test]
	fn every_class_has_its_own_delay() {
		let delays =
			Delays { upgrade: 5, parameters: 4, node_addition: 3, node_removal: 2, emergency: 1 };
		for (class, blocks) in [
			(DecisionClass::Upgrade, 5),
			(DecisionClass::Parameters, 4),
			(DecisionClass::NodeAddition, 3),
			(DecisionClass::NodeRemoval, 2),
			(DecisionClass::Emergency, 1),
		] {
			assert_eq!(delays.of(class), blocks);
		}
	}

	#[test]
	fn voting_periods_have_bounds() {
		assert!(!is_valid_voting_period(0));
		assert!(is_valid_voting_period(1));
		assert!(is_valid_voting_period(MAX_PERIOD));
		assert!(!is_valid_voting_period(MAX_PERIOD + 1));
	}

	#[test]
	fn task_names_differ() {
		assert_ne!(task_name(1), task_name(2));
	}
}
