//! Weights of `pallet_node_identity`, measured by its benchmarks on the runtime. Written by `make weights`.
//!
//! 2026-11-21, AMD EPYC, 20 steps, 10 repeats.
//! What the pallets that are called do is part of the figures where the runtime connects them.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What the parts of `pallet_node_identity` weigh.
pub trait WeightInfo {
	/// Weight of `bind_did_ed25519`.
	fn bind_did_ed25519() -> Weight;
	/// Weight of `bind_did_p256`.
	fn bind_did_p256() -> Weight;
	/// Weight of `bind_did_p384`.
	fn bind_did_p384() -> Weight;
	/// Weight of `unbind_did`.
	fn unbind_did() -> Weight;
	/// Weight of `request_did`.
	fn request_did() -> Weight;
	/// Weight of `cancel_request`.
	fn cancel_request() -> Weight;
	/// Weight of `attest_did`.
	fn attest_did() -> Weight;
	/// Weight of `revoke_did`.
	fn revoke_did() -> Weight;
	/// Weight of `register_method`.
	fn register_method() -> Weight;
	/// Weight of `remove_method`.
	fn remove_method() -> Weight;
	/// Weight of `register_issuer`.
	fn register_issuer() -> Weight;
	/// Weight of `set_issuer`.
	fn set_issuer() -> Weight;
	/// Weight of `rotate_issuer_key`.
	fn rotate_issuer_key() -> Weight;
	/// Weight of `suspend_issuer`.
	fn suspend_issuer() -> Weight;
	/// Weight of `remove_issuer`.
	fn remove_issuer() -> Weight;
	/// Weight of `present_ed25519`.
	fn present_ed25519() -> Weight;
	/// Weight of `present_p256`.
	fn present_p256() -> Weight;
	/// Weight of `present_p384`.
	fn present_p384() -> Weight;
	/// Weight of `revoke_credential`.
	fn revoke_credential() -> Weight;
	/// Weight of `remove_credential`.
	fn remove_credential() -> Weight;
	/// Weight of `register_ak`.
	fn register_ak() -> Weight;
	/// Weight of `remove_ak`.
	fn remove_ak() -> Weight;
	/// Weight of `commit_resources`.
	fn commit_resources() -> Weight;
	/// Weight of `commit_resources_quoted`.
	fn commit_resources_quoted() -> Weight;
	/// Weight of `clear_node`.
	fn clear_node() -> Weight;
	/// Weight of `set_params`.
	fn set_params() -> Weight;
	/// Weight of `node_meets`.
	fn node_meets() -> Weight;
}

/// The weights of a runtime, with its own database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

/// The measured weights, with the database `Db`.
pub struct Measured<Db>(PhantomData<Db>);

impl<Db: Get<RuntimeDbWeight>> WeightInfo for Measured<Db> {
	// Storage: `NodeIdentity::Bindings` (r:1 w:1)
	// Storage: `NodeIdentity::AccountOfDid` (r:1 w:1)
	// Storage: `NodeIdentity::Nonces` (r:1 w:1)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn bind_did_ed25519() -> Weight {
		// Fastest run: 133_850 ns.
		Weight::from_parts(146_780_000, 2_098_641)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(8))
	}
	// Storage: `NodeIdentity::Bindings` (r:1 w:1)
	// Storage: `NodeIdentity::AccountOfDid` (r:1 w:1)
	// Storage: `NodeIdentity::Nonces` (r:1 w:1)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn bind_did_p256() -> Weight {
		// Fastest run: 528_219 ns.
		Weight::from_parts(610_671_000, 2_098_641)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(8))
	}
	// Storage: `NodeIdentity::Bindings` (r:1 w:1)
	// Storage: `NodeIdentity::AccountOfDid` (r:1 w:1)
	// Storage: `NodeIdentity::Nonces` (r:1 w:1)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn bind_did_p384() -> Weight {
		// Fastest run: 3_756_118 ns.
		Weight::from_parts(3_821_977_000, 2_098_641)
			.saturating_add(Db::get().reads(9))
			.saturating_add(Db::get().writes(8))
	}
	// Storage: `NodeIdentity::Bindings` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `NodeIdentity::AccountOfDid` (r:0 w:1)
	fn unbind_did() -> Weight {
		// Fastest run: 69_304 ns.
		Weight::from_parts(71_787_000, 2_098_641)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `NodeIdentity::Bindings` (r:1 w:0)
	// Storage: `NodeIdentity::Requests` (r:1 w:1)
	// Storage: `NodeIdentity::Methods` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	fn request_did() -> Weight {
		// Fastest run: 67_561 ns.
		Weight::from_parts(69_593_000, 3_952)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `NodeIdentity::Requests` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	fn cancel_request() -> Weight {
		// Fastest run: 50_255 ns.
		Weight::from_parts(50_906_000, 3_915)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `NodeIdentity::Requests` (r:1 w:1)
	// Storage: `NodeIdentity::Methods` (r:1 w:0)
	// Storage: `NodeIdentity::Bindings` (r:1 w:1)
	// Storage: `NodeIdentity::AccountOfDid` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn attest_did() -> Weight {
		// Fastest run: 38_818 ns.
		Weight::from_parts(39_780_000, 2_098_641)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(6))
	}
	// Storage: `NodeIdentity::Bindings` (r:1 w:1)
	// Storage: `NodeIdentity::Methods` (r:1 w:0)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `NodeIdentity::AccountOfDid` (r:0 w:1)
	fn revoke_did() -> Weight {
		// Fastest run: 74_621 ns.
		Weight::from_parts(78_126_000, 2_098_641)
			.saturating_add(Db::get().reads(6))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `NodeIdentity::Methods` (r:1 w:1)
	// Storage: `NodeIdentity::CounterForMethods` (r:1 w:1)
	fn register_method() -> Weight {
		// Fastest run: 12_959 ns.
		Weight::from_parts(13_400_000, 3_546)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeIdentity::Methods` (r:1 w:1)
	// Storage: `NodeIdentity::CounterForMethods` (r:1 w:1)
	fn remove_method() -> Weight {
		// Fastest run: 10_947 ns.
		Weight::from_parts(11_287_000, 3_546)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeIdentity::NextIssuer` (r:1 w:1)
	// Storage: `NodeIdentity::Issuers` (r:0 w:1)
	fn register_issuer() -> Weight {
		// Fastest run: 273_248 ns.
		Weight::from_parts(285_497_000, 1_489)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeIdentity::Issuers` (r:1 w:1)
	fn set_issuer() -> Weight {
		// Fastest run: 23_345 ns.
		Weight::from_parts(27_481_000, 4_082)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeIdentity::Issuers` (r:1 w:1)
	fn rotate_issuer_key() -> Weight {
		// Fastest run: 269_302 ns.
		Weight::from_parts(281_991_000, 4_082)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeIdentity::Issuers` (r:1 w:1)
	fn suspend_issuer() -> Weight {
		// Fastest run: 22_844 ns.
		Weight::from_parts(27_020_000, 4_082)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeIdentity::Issuers` (r:1 w:1)
	fn remove_issuer() -> Weight {
		// Fastest run: 13_670 ns.
		Weight::from_parts(17_205_000, 4_082)
			.saturating_add(Db::get().reads(1))
			.saturating_add(Db::get().writes(1))
	}
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Revoked` (r:1 w:0)
	// Storage: `NodeIdentity::Credentials` (r:1 w:1)
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::CredentialsOf` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn present_ed25519() -> Weight {
		// Fastest run: 196_303 ns.
		Weight::from_parts(205_787_000, 2_098_641)
			.saturating_add(Db::get().reads(11))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Revoked` (r:1 w:0)
	// Storage: `NodeIdentity::Credentials` (r:1 w:1)
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::CredentialsOf` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn present_p256() -> Weight {
		// Fastest run: 589_119 ns.
		Weight::from_parts(617_873_000, 2_098_641)
			.saturating_add(Db::get().reads(11))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Revoked` (r:1 w:0)
	// Storage: `NodeIdentity::Credentials` (r:1 w:1)
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::CredentialsOf` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn present_p384() -> Weight {
		// Fastest run: 3_539_364 ns.
		Weight::from_parts(3_627_496_000, 2_098_641)
			.saturating_add(Db::get().reads(11))
			.saturating_add(Db::get().writes(7))
	}
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::NextIssuer` (r:1 w:0)
	// Storage: `System::BlockHash` (r:1 w:0)
	// Storage: `NodeIdentity::Revoked` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `NodeIdentity::Credentials` (r:1 w:1)
	// Storage: `NodeIdentity::CredentialsOf` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	fn revoke_credential() -> Weight {
		// Fastest run: 136_434 ns.
		Weight::from_parts(161_241_000, 2_098_641)
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().writes(8))
	}
	// Storage: `NodeIdentity::Credentials` (r:1 w:1)
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::CredentialsOf` (r:1 w:1)
	// Storage: `System::Account` (r:1 w:1)
	// Storage: `Balances::Holds` (r:1 w:1)
	fn remove_credential() -> Weight {
		// Fastest run: 95_212 ns.
		Weight::from_parts(101_982_000, 4_731)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::Credentials` (r:1 w:0)
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::NodeOfAk` (r:1 w:2)
	// Storage: `NodeIdentity::Aks` (r:1 w:1)
	fn register_ak() -> Weight {
		// Fastest run: 70_525 ns.
		Weight::from_parts(73_450_000, 4_156)
			.saturating_add(Db::get().reads(5))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::Aks` (r:1 w:1)
	// Storage: `NodeIdentity::NodeOfAk` (r:0 w:1)
	fn remove_ak() -> Weight {
		// Fastest run: 22_624 ns.
		Weight::from_parts(24_377_000, 4_156)
			.saturating_add(Db::get().reads(2))
			.saturating_add(Db::get().writes(2))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `NodeIdentity::Commitments` (r:0 w:1)
	fn commit_resources() -> Weight {
		// Fastest run: 29_915 ns.
		Weight::from_parts(33_550_000, 2_098_641)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(4))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::Aks` (r:1 w:0)
	// Storage: `NodeIdentity::Credentials` (r:1 w:0)
	// Storage: `NodeIdentity::Issuers` (r:1 w:0)
	// Storage: `NodeIdentity::Parameters` (r:1 w:0)
	// Storage: `System::BlockHash` (r:2 w:0)
	// Storage: `NodeIdentity::Clocks` (r:1 w:1)
	// Storage: `RollupAnchor::Open` (r:1 w:1)
	// Storage: `RollupAnchor::OpenLeaves` (r:1 w:1)
	// Storage: `RollupAnchor::Leaves` (r:0 w:1)
	// Storage: `NodeIdentity::Commitments` (r:0 w:1)
	fn commit_resources_quoted() -> Weight {
		// Fastest run: 484_803 ns.
		Weight::from_parts(492_606_000, 2_098_641)
			.saturating_add(Db::get().reads(10))
			.saturating_add(Db::get().writes(5))
	}
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::Aks` (r:1 w:1)
	// Storage: `NodeIdentity::Commitments` (r:1 w:1)
	// Storage: `NodeIdentity::NodeOfAk` (r:0 w:1)
	fn clear_node() -> Weight {
		// Fastest run: 26_119 ns.
		Weight::from_parts(28_192_000, 4_156)
			.saturating_add(Db::get().reads(3))
			.saturating_add(Db::get().writes(3))
	}
	// Storage: `NodeIdentity::Parameters` (r:0 w:1)
	fn set_params() -> Weight {
		// Fastest run: 4_927 ns.
		Weight::from_parts(5_168_000, 0).saturating_add(Db::get().writes(1))
	}
	// Storage: `NodeIdentity::CredentialsOf` (r:3 w:0)
	// Storage: `NodeIdentity::Issuers` (r:48 w:0)
	// Storage: `NodeStaking::Nodes` (r:1 w:0)
	// Storage: `NodeIdentity::Bindings` (r:1 w:0)
	// Storage: `NodeIdentity::Methods` (r:1 w:0)
	fn node_meets() -> Weight {
		// Fastest run: 223_073 ns.
		Weight::from_parts(237_665_000, 149_406).saturating_add(Db::get().reads(54))
	}
}

/// The weights for tests, with ParityDB.
impl WeightInfo for () {
	fn bind_did_ed25519() -> Weight {
		Measured::<ParityDbWeight>::bind_did_ed25519()
	}
	fn bind_did_p256() -> Weight {
		Measured::<ParityDbWeight>::bind_did_p256()
	}
	fn bind_did_p384() -> Weight {
		Measured::<ParityDbWeight>::bind_did_p384()
	}
	fn unbind_did() -> Weight {
		Measured::<ParityDbWeight>::unbind_did()
	}
	fn request_did() -> Weight {
		Measured::<ParityDbWeight>::request_did()
	}
	fn cancel_request() -> Weight {
		Measured::<ParityDbWeight>::cancel_request()
	}
	fn attest_did() -> Weight {
		Measured::<ParityDbWeight>::attest_did()
	}
	fn revoke_did() -> Weight {
		Measured::<ParityDbWeight>::revoke_did()
	}
	fn register_method() -> Weight {
		Measured::<ParityDbWeight>::register_method()
	}
	fn remove_method() -> Weight {
		Measured::<ParityDbWeight>::remove_method()
	}
	fn register_issuer() -> Weight {
		Measured::<ParityDbWeight>::register_issuer()
	}
	fn set_issuer() -> Weight {
		Measured::<ParityDbWeight>::set_issuer()
	}
	fn rotate_issuer_key() -> Weight {
		Measured::<ParityDbWeight>::rotate_issuer_key()
	}
	fn suspend_issuer() -> Weight {
		Measured::<ParityDbWeight>::suspend_issuer()
	}
	fn remove_issuer() -> Weight {
		Measured::<ParityDbWeight>::remove_issuer()
	}
	fn present_ed25519() -> Weight {
		Measured::<ParityDbWeight>::present_ed25519()
	}
	fn present_p256() -> Weight {
		Measured::<ParityDbWeight>::present_p256()
	}
	fn present_p384() -> Weight {
		Measured::<ParityDbWeight>::present_p384()
	}
	fn revoke_credential() -> Weight {
		Measured::<ParityDbWeight>::revoke_credential()
	}
	fn remove_credential() -> Weight {
		Measured::<ParityDbWeight>::remove_credential()
	}
	fn register_ak() -> Weight {
		Measured::<ParityDbWeight>::register_ak()
	}
	fn remove_ak() -> Weight {
		Measured::<ParityDbWeight>::remove_ak()
	}
	fn commit_resources() -> Weight {
		Measured::<ParityDbWeight>::commit_resources()
	}
	fn commit_resources_quoted() -> Weight {
		Measured::<ParityDbWeight>::commit_resources_quoted()
	}
	fn clear_node() -> Weight {
		Measured::<ParityDbWeight>::clear_node()
	}
	fn set_params() -> Weight {
		Measured::<ParityDbWeight>::set_params()
	}
	fn node_meets() -> Weight {
		Measured::<ParityDbWeight>::node_meets()
	}
}
