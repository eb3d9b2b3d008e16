//! What several pallets of the protocol share: the chain's name in signed messages, the randomness
//! of a block, and where fees and penalties go.

use crate::{AccountId, Hash, Runtime, System};
use codec::Encode;
use concordat_primitives::traits::{BlockRandomness, GenesisHash};
use frame_support::{parameter_types, PalletId};
use sp_io::hashing::blake2_256;
use sp_runtime::traits::AccountIdConversion;

/// The genesis hash: it names the chain in every signed message and every rollup.
pub struct Genesis;

impl GenesisHash for Genesis {
	fn genesis_hash() -> Hash {
		System::block_hash(0)
	}
}

/// The VRF output of this block's author.
///
/// Every block has one (see `BABE_GENESIS_EPOCH_CONFIG`), and nobody but its author knew it before.
/// The author's one way to bias an assignment is to withhold the block, which costs the slot. The
/// parent's hash and the epoch's randomness go in as well, so that a block without a VRF output,
/// which this chain does not author, would still not repeat a seed.
pub struct AuthorVrf;

impl BlockRandomness for AuthorVrf {
	fn seed(domain: &[u8]) -> [u8; 32] {
		let vrf = pallet_babe::AuthorVrfRandomness::<Runtime>::get();
		let number = System::block_number();
		let parent = System::parent_hash();
		let epoch = pallet_babe::Randomness::<Runtime>::get();
		blake2_256(&(domain, vrf, epoch, number, parent).encode())
	}
}

parameter_types! {
	/// Holds fees, and what is left of penalties after the finder's share.
	pub const TreasuryId: PalletId = PalletId(*b"cdt/trsy");
	/// Account of the treasury; spent by governance.
	pub TreasuryAccount: AccountId = TreasuryId::get().into_account_truncating();
}
