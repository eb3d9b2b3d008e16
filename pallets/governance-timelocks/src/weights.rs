//! Weights of governance-timelocks.
//!
//! Database reads and writes are counted from the code, those of the scheduler and of the preimage
//! store included. The compute parts (first argument of `Weight::from_parts`, in picoseconds) are
//! ESTIMATES, to be replaced on the reference hardware by
//!
//! ```text
//! concordat-node benchmark pallet --chain dev --pallet pallet_governance_timelocks --extrinsic '*' \
//!     --steps 50 --repeat 20 --output pallets/governance-timelocks/src/weights.rs
//! ```

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the pallet's parts cost.
pub trait WeightInfo {
	/// `propose` of a call of `len` bytes.
	fn propose(len: u32) -> Weight;
	/// `vote`, deciding.
	fn vote() -> Weight;
	/// `veto`, cancelling.
	fn veto() -> Weight;
	/// `close`.
	fn close() -> Weight;
	/// `enact` without its call, without reading it, and without the receipt.
	fn enact() -> Weight;
	/// Reading and decoding a call of `len` bytes.
	fn fetch_call(len: u32) -> Weight;
	/// `set_members`.
	fn set_members() -> Weight;
	/// `set_delays`.
	fn set_delays() -> Weight;
	/// `set_voting_period`.
	fn set_voting_period() -> Weight;
	/// A block in which nothing is overdue.
	fn on_initialize() -> Weight;
	/// Ending one overdue proposal.
	fn expire() -> Weight;
}

struct Estimates<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> Estimates<D> {
	// Reads Members, LiveOf, VotingPeriod, NextProposal, Live, MembersVersion, twice the preimage's
	// status; writes NextProposal, LiveOf, Live, Proposals, the preimage and its status. Encodes,
	// hashes twice and stores each byte.
	fn propose(len: u32) -> Weight {
		Weight::from_parts(80_000_000, 6_000)
			.saturating_add(Weight::from_parts(8_000, 1).saturating_mul(len.into()))
			.saturating_add(D::get().reads_writes(8, 6))
	}
	// Reads Proposals, ClassDelays, VotingPeriod, Live, LiveOf, Finished, the scheduler's lookup
	// and agenda, the preimage's status; writes, whether it carries or loses, up to Proposals
	// twice, Live, LiveOf, Finished, the preimage and its status.
	fn vote() -> Weight {
		Weight::from_parts(90_000_000, 20_000).saturating_add(D::get().reads_writes(9, 7))
	}
	// Reads Proposals, Live, LiveOf, Finished, the scheduler's lookup and agenda, the preimage's
	// status; writes Proposals twice, Live, LiveOf, Finished, lookup, agenda and retries, the
	// preimage and its status.
	fn veto() -> Weight {
		Weight::from_parts(90_000_000, 20_000).saturating_add(D::get().reads_writes(7, 10))
	}
	// As `veto`, and Live once more.
	fn close() -> Weight {
		Self::expire()
			.saturating_add(Weight::from_parts(10_000_000, 0))
			.saturating_add(D::get().reads(2))
	}
	// Reads Proposals, Live, LiveOf, Finished, the preimage's status; writes Proposals twice, Live,
	// LiveOf, Finished, the preimage and its status.
	fn enact() -> Weight {
		Weight::from_parts(80_000_000, 8_000).saturating_add(D::get().reads_writes(5, 7))
	}
	// Reads the preimage and decodes each byte.
	fn fetch_call(len: u32) -> Weight {
		Weight::from_parts(2_000_000, 0)
			.saturating_add(Weight::from_parts(3_000, 1).saturating_mul(len.into()))
			.saturating_add(D::get().reads(1))
	}
	// Reads MembersVersion; writes it and Members.
	fn set_members() -> Weight {
		Weight::from_parts(20_000_000, 1_500).saturating_add(D::get().reads_writes(1, 2))
	}
	// Writes ClassDelays.
	fn set_delays() -> Weight {
		Weight::from_parts(8_000_000, 0).saturating_add(D::get().writes(1))
	}
	// Writes VotingPeriod.
	fn set_voting_period() -> Weight {
		Weight::from_parts(8_000_000, 0).saturating_add(D::get().writes(1))
	}
	// Reads Live.
	fn on_initialize() -> Weight {
		Weight::from_parts(4_000_000, 1_500).saturating_add(D::get().reads(1))
	}
	// As `veto`, without the vote.
	fn expire() -> Weight {
		Weight::from_parts(70_000_000, 20_000).saturating_add(D::get().reads_writes(7, 10))
	}
}

macro_rules! estimates {
	($db:ty) => {
		fn propose(len: u32) -> Weight {
			Estimates::<$db>::propose(len)
		}
		fn vote() -> Weight {
			Estimates::<$db>::vote()
		}
		fn veto() -> Weight {
			Estimates::<$db>::veto()
		}
		fn close() -> Weight {
			Estimates::<$db>::close()
		}
		fn enact() -> Weight {
			Estimates::<$db>::enact()
		}
		fn fetch_call(len: u32) -> Weight {
			Estimates::<$db>::fetch_call(len)
		}
		fn set_members() -> Weight {
			Estimates::<$db>::set_members()
		}
		fn set_delays() -> Weight {
			Estimates::<$db>::set_delays()
		}
		fn set_voting_period() -> Weight {
			Estimates::<$db>::set_voting_period()
		}
		fn on_initialize() -> Weight {
			Estimates::<$db>::on_initialize()
		}
		fn expire() -> Weight {
			Estimates::<$db>::expire()
		}
	};
}

/// Weights for a runtime, by its own database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	estimates!(T::DbWeight);
}

/// Weights for tests, by ParityDB.
impl WeightInfo for () {
	estimates!(ParityDbWeight);
}
