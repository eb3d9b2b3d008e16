//! Weights of `pallet_zk_verifiers`.
//!
//! Estimates, to be measured by the benchmarks of this pallet on the runtime (`make weights`). Where they come from: a
//! verification over BLS12-381 on the host functions of RFC-163 about 4 ms with a fifth of a millisecond per input, over
//! BN254 in plain WebAssembly about 25 ms with one per input, which is what others have measured on common machines;
//! a registration decompresses and checks each point besides one pairing.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_zk_verifiers` weigh.
pub trait WeightInfo {
	/// Weight of `register` over BLS12-381 with `i` public inputs, the binding among them.
	fn register_bls12381(i: u32) -> Weight;
	/// Weight of `register` over BN254 with `i` public inputs, the binding among them.
	fn register_bn254(i: u32) -> Weight;
	/// Weight of `set_enabled`.
	fn set_enabled() -> Weight;
	/// Weight of `remove`.
	fn remove() -> Weight;
	/// Weight of `set_curve_enabled`.
	fn set_curve_enabled() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of the verification of a proof over BLS12-381 with `p` public inputs besides the binding.
	fn verify_bls12381(p: u32) -> Weight;
	/// Weight of the verification of a proof over BN254 with `p` public inputs besides the binding.
	fn verify_bn254(p: u32) -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Estimated<<T as frame_system::Config>::DbWeight>;

/// The estimated weights, with the database `Db`.
pub struct Estimated<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Estimated<Db> {
	// Storage: `ZkVerifiers::Keys` (r:1 w:1)
	// Storage: `ZkVerifiers::CurvesOff` (r:1 w:0)
	// Storage: `ZkVerifiers::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `ZkVerifiers::Bytes` (r:0 w:1)
	// Storage: `ZkVerifiers::Prepared` (r:0 w:1)
	fn register_bls12381(i: u32) -> Weight {
		Weight::from_parts(10_000_000_000, 8_000)
			.saturating_add(Weight::from_parts(1_000_000_000, 0).saturating_mul(i.into()))
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: as of `register_bls12381`.
	fn register_bn254(i: u32) -> Weight {
		Weight::from_parts(20_000_000_000, 8_000)
			.saturating_add(Weight::from_parts(500_000_000, 0).saturating_mul(i.into()))
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `ZkVerifiers::Keys` (r:1 w:1)
	// Storage: `ZkVerifiers::CurvesOff` (r:1 w:0)
	fn set_enabled() -> Weight {
		Weight::from_parts(25_000_000, 4_000)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `ZkVerifiers::Keys` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `ZkVerifiers::Bytes` (r:0 w:1)
	// Storage: `ZkVerifiers::Prepared` (r:0 w:1)
	fn remove() -> Weight {
		Weight::from_parts(70_000_000, 8_000)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `ZkVerifiers::CurvesOff` (r:1 w:1)
	fn set_curve_enabled() -> Weight {
		Weight::from_parts(15_000_000, 4_000)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `ZkVerifiers::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `ZkVerifiers::Keys` (r:1 w:0)
	// Storage: `ZkVerifiers::CurvesOff` (r:1 w:0)
	// Storage: `ZkVerifiers::Prepared` (r:1 w:0)
	fn verify_bls12381(p: u32) -> Weight {
		// Measured in WebAssembly with host functions (`scripts/bench.sh pairing`): 4.2 ms with 1 input, 4.5 with 8, 5.0 with 32.
		Weight::from_parts(4_800_000_000, 12_000)
			.saturating_add(Weight::from_parts(100_000_000, 0).saturating_mul(p.into()))
			.saturating_add(Db::get().reads(3))
	}
	// Storage: as of `verify_bls12381`.
	fn verify_bn254(p: u32) -> Weight {
		// Measured in WebAssembly alone: 5.2 ms with 1 input, 6.2 with 8, 8.0 with 32.
		Weight::from_parts(7_000_000_000, 12_000)
			.saturating_add(Weight::from_parts(150_000_000, 0).saturating_mul(p.into()))
			.saturating_add(Db::get().reads(3))
	}
}

/// The same, for tests.
impl WeightInfo for () {
	fn register_bls12381(i: u32) -> Weight {
		Estimated::<ParityDbWeight>::register_bls12381(i)
	}
	fn register_bn254(i: u32) -> Weight {
		Estimated::<ParityDbWeight>::register_bn254(i)
	}
	fn set_enabled() -> Weight {
		Estimated::<ParityDbWeight>::set_enabled()
	}
	fn remove() -> Weight {
		Estimated::<ParityDbWeight>::remove()
	}
	fn set_curve_enabled() -> Weight {
		Estimated::<ParityDbWeight>::set_curve_enabled()
	}
	fn set_params() -> Weight {
		Estimated::<ParityDbWeight>::set_params()
	}
	fn verify_bls12381(p: u32) -> Weight {
		Estimated::<ParityDbWeight>::verify_bls12381(p)
	}
	fn verify_bn254(p: u32) -> Weight {
		Estimated::<ParityDbWeight>::verify_bn254(p)
	}
}
