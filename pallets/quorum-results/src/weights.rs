//! Weights of quorum-results.
//!
//! Database reads and writes are counted from the code; what callees do is added by the calls through the traits'
//! own `weight()`. The compute parts (first argument of `Weight::from_parts`, in picoseconds) are ESTIMATES, to be
//! replaced on the reference hardware by
//!
//! ```text
//! concordat-node benchmark pallet --chain dev --pallet pallet_quorum_results --extrinsic '*' \
//!     --steps 50 --repeat 20 --output pallets/quorum-results/src/weights.rs
//! ```

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the pallet's parts cost.
pub trait WeightInfo {
	/// `acknowledge` of a message that has been let in, without board.
	fn acknowledge() -> Weight;
	/// Letting an acknowledgement in.
	fn authorize_acknowledge() -> Weight;
	/// `submit_cac` with the longest output and as many votes as leave a round open, without board.
	fn submit_cac() -> Weight;
	/// Letting a certificate in.
	fn authorize_submit_cac() -> Weight;
	/// Writing down that a job is decided.
	fn decide() -> Weight;
	/// Judging a round again after a seat was lost, without the board.
	fn seat_lost() -> Weight;
	/// Forgetting a job, but for its certificates.
	fn pruned() -> Weight;
	/// Looking whether certificates are to be removed.
	fn look_for_discarded() -> Weight;
	/// Removing the `n` certificates of a job.
	fn sweep(n: u32) -> Weight;
}

struct Estimates<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> Estimates<D> {
	// Reads the genesis hash and the job's terms; one Ed25519 verification (about 60 µs) over 200 bytes.
	fn authorize_acknowledge() -> Weight {
		Weight::from_parts(75_000_000, 3_000).saturating_add(D::get().reads(2))
	}
	// Reads the job's terms; one hash over 200 bytes, one event.
	fn acknowledge() -> Weight {
		Weight::from_parts(15_000_000, 3_000).saturating_add(D::get().reads(1))
	}
	// Reads the genesis hash, the job's terms, Certificates, Ballots and the job's lineage; three hashes over at most 3 KB
	// and one Ed25519 verification.
	fn authorize_submit_cac() -> Weight {
		Weight::from_parts(95_000_000, 9_000).saturating_add(D::get().reads(5))
	}
	// Reads the job's terms and Ballots; writes Ballots, Certificates. One hash over at most 3 KB.
	fn submit_cac() -> Weight {
		Weight::from_parts(50_000_000, 6_000).saturating_add(D::get().reads_writes(2, 2))
	}
	// Writes Results; one event.
	fn decide() -> Weight {
		Weight::from_parts(8_000_000, 100).saturating_add(D::get().writes(1))
	}
	// Reads the job's terms and Ballots; writes Ballots.
	fn seat_lost() -> Weight {
		Weight::from_parts(15_000_000, 4_000).saturating_add(D::get().reads_writes(2, 1))
	}
	// Looks for one of Certificates; writes Ballots, Results, Discarded.
	fn pruned() -> Weight {
		Weight::from_parts(12_000_000, 3_000).saturating_add(D::get().reads_writes(1, 3))
	}
	// Looks for one of Discarded.
	fn look_for_discarded() -> Weight {
		Weight::from_parts(3_000_000, 100).saturating_add(D::get().reads(1))
	}
	// Finds and removes each of Certificates, and one of Discarded.
	fn sweep(n: u32) -> Weight {
		Weight::from_parts(4_000_000, 100)
			.saturating_add(D::get().reads_writes(1, 1))
			.saturating_add(Weight::from_parts(1_500_000, 2_900).saturating_mul(n.into()))
			.saturating_add(D::get().reads_writes(n.into(), n.into()))
	}
}

macro_rules! weights {
	($db:ty) => {
		fn acknowledge() -> Weight {
			Estimates::<$db>::acknowledge()
		}
		fn authorize_acknowledge() -> Weight {
			Estimates::<$db>::authorize_acknowledge()
		}
		fn submit_cac() -> Weight {
			Estimates::<$db>::submit_cac()
		}
		fn authorize_submit_cac() -> Weight {
			Estimates::<$db>::authorize_submit_cac()
		}
		fn decide() -> Weight {
			Estimates::<$db>::decide()
		}
		fn seat_lost() -> Weight {
			Estimates::<$db>::seat_lost()
		}
		fn pruned() -> Weight {
			Estimates::<$db>::pruned()
		}
		fn look_for_discarded() -> Weight {
			Estimates::<$db>::look_for_discarded()
		}
		fn sweep(n: u32) -> Weight {
			Estimates::<$db>::sweep(n)
		}
	};
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	weights!(T::DbWeight);
}

/// Weights with the costs of ParityDB.
impl WeightInfo for () {
	weights!(ParityDbWeight);
}
