//! What ties rollups to blocks, and to other registries.

use crate::{
	is_well_named, Anchors, AnchorsOf, Config, CurrentSet, Error, Event, LastRollupHash, Open,
	Pallet, Rollups,
};
use codec::Encode;
use concordat_primitives::{
	receipt::Operation,
	rollup::{Anchor, AnchorLeaf, Registry},
	traits::{block_number, ReceiptSink},
	Hash, RollupEpoch,
};
use frame_support::{ensure, traits::ConstU32, BoundedVec};
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Writes down where else a rollup is written down.
	pub(crate) fn do_record_anchor(
		epoch: RollupEpoch,
		registry: Registry,
		reference: BoundedVec<u8, ConstU32<256>>,
	) -> DispatchResult {
		let header = Rollups::<T>::get(epoch).ok_or(Error::<T>::NotClosed)?;
		ensure!(is_well_named(&registry) && !reference.is_empty(), Error::<T>::BadReference);
		let at = block_number(frame_system::Pallet::<T>::block_number());
		let anchor = Anchor { epoch, rollup: header.hash(), registry, reference, at };
		AnchorsOf::<T>::try_mutate(epoch, |anchors| {
			let known = anchors.iter().any(|known| {
				known.registry == anchor.registry && known.reference == anchor.reference
			});
			ensure!(!known, Error::<T>::AlreadyAnchored);
			anchors.try_push(anchor.clone()).map_err(|_| Error::<T>::TooManyAnchors)
		})?;
		let hash = Hash::from(blake2_256(&anchor.encode()));
		Self::deposit_event(Event::RollupAnchored { epoch, anchor: hash });
		<Self as ReceiptSink>::append(Operation::AnchoredElsewhere { epoch, anchor: hash });
		Ok(())
	}

	/// The data of this block's leaf in the chain's MMR: what the parent block left.
	///
	/// `pallet-mmr` asks for it in its `on_initialize`, which has to come before this pallet's and before
	/// [`Pallet::new_validators`]: the runtime declares it first.
	pub fn anchor_leaf() -> AnchorLeaf {
		let now = block_number(frame_system::Pallet::<T>::block_number());
		AnchorLeaf {
			version: 0,
			parent: (now.saturating_sub(1), frame_system::Pallet::<T>::parent_hash()),
			rollups: Open::<T>::get().number,
			rollup: LastRollupHash::<T>::get(),
			signers: CurrentSet::<T>::get().map_or_else(Hash::zero, |current| current.hash),
		}
	}

	/// Where else a rollup was written down, in the order in which governance said so.
	pub fn anchored(epoch: RollupEpoch) -> Anchors {
		AnchorsOf::<T>::get(epoch)
	}
}
