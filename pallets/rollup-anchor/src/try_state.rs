//! The invariants of the crate's head, in code.

use crate::{Config, Cursor, LastRollupHash, Leaves, Open, OpenLeaves, Pallet, Params, Rollups};
use alloc::vec::Vec;
use codec::Encode;
use concordat_primitives::{receipt::RollupHeader, traits::GenesisHash, Hash, ReceiptId};
use concordat_proofs::{leaf_hash, root};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant listed in the crate's documentation. Walks all headers.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		ensure!(Params::<T>::get().is_valid(), "the parameters are out of range");
		Self::try_state_chain()?;
		Self::try_state_leaves()?;
		Self::try_state_open()
	}

	/// 1, 2: the headers form one chain that covers the receipts without gaps.
	fn try_state_chain() -> Result<(), TryRuntimeError> {
		let open = Open::<T>::get();
		ensure!(
			Rollups::<T>::iter_keys().count() == open.number as usize,
			"there are rollups beyond the open epoch"
		);
		let (mut previous, mut next, mut closed_at) = (Hash::zero(), 0, 0);
		for epoch in 0..open.number {
			let header = Rollups::<T>::get(epoch).ok_or("a rollup is missing")?;
			ensure!(header.epoch == epoch, "a rollup is kept under another number");
			ensure!(header.genesis == T::Genesis::genesis_hash(), "a rollup of another chain");
			ensure!(header.previous == previous, "a rollup does not name the one before");
			ensure!(header.first_receipt == next, "there is a gap between two rollups");
			let most = if epoch == 0 {
				concordat_proofs::MAX_LEAVES
			} else {
				T::MaxReceiptsPerEpoch::get()
			};
			ensure!((1..=most).contains(&header.count), "a rollup is empty or too large");
			ensure!(
				closed_at <= header.opened_at && header.opened_at <= header.closed_at,
				"rollups run backwards"
			);
			previous = header.hash();
			next += ReceiptId::from(header.count);
			closed_at = header.closed_at;
		}
		ensure!(LastRollupHash::<T>::get() == previous, "the last rollup is not the last");
		ensure!(open.first_receipt == next, "the open epoch does not follow the last rollup");
		ensure!(closed_at <= open.opened_at, "the open epoch began before the last one ended");
		Ok(())
	}

	/// 3, 4, 6: the receipts in the state are those that have to be, and their roots are the
	/// headers' roots.
	fn try_state_leaves() -> Result<(), TryRuntimeError> {
		let (open, cursor) = (Open::<T>::get(), Cursor::<T>::get());
		ensure!(
			cursor.next <= cursor.until && cursor.until <= open.first_receipt,
			"the prune cursor is out of place"
		);
		let mut found = 0;
		for (id, body) in Leaves::<T>::iter() {
			ensure!(
				(cursor.next..open.next_receipt).contains(&id) && body.id == id,
				"a receipt is out of place"
			);
			found += 1;
		}
		ensure!(found == open.next_receipt - cursor.next, "a receipt is missing");
		for epoch in (0..open.number).rev() {
			let header = Rollups::<T>::get(epoch).ok_or("a rollup is missing")?;
			if header.first_receipt < cursor.next {
				break;
			}
			Self::try_state_root(&header)?;
		}
		Ok(())
	}

	fn try_state_root(header: &RollupHeader) -> Result<(), TryRuntimeError> {
		let mut leaves = Vec::new();
		for index in 0..header.count {
			let body = Leaves::<T>::get(header.first_receipt + ReceiptId::from(index))
				.ok_or("a receipt within the retention is missing")?;
			ensure!(
				(header.opened_at..=header.closed_at).contains(&body.block),
				"a receipt lies outside its epoch"
			);
			leaves.push(leaf_hash(index, &body.encode()));
		}
		ensure!(
			root(&leaves).map(Hash::from) == Ok(header.root),
			"a root is not that of its receipts"
		);
		Ok(())
	}

	/// 5: the gathered leaf hashes are those of the open epoch.
	fn try_state_open() -> Result<(), TryRuntimeError> {
		let (open, leaves) = (Open::<T>::get(), OpenLeaves::<T>::get());
		ensure!(leaves.len() == open.count() as usize, "the open epoch has lost a leaf");
		ensure!(
			open.count() < T::MaxReceiptsPerEpoch::get() || open.number == 0,
			"the open epoch is full and still open"
		);
		for (index, leaf) in leaves.iter().enumerate() {
			let body = Leaves::<T>::get(open.first_receipt + index as ReceiptId)
				.ok_or("a receipt of the open epoch is missing")?;
			ensure!(
				*leaf == leaf_hash(index as u32, &body.encode()),
				"a leaf is not that of its receipt"
			);
			ensure!(body.block >= open.opened_at, "a receipt lies outside its epoch");
		}
		Ok(())
	}
}
