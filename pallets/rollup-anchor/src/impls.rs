//! Appending, closing, pruning and proving.

use crate::{
	archive_body_key, archive_leaves_key, Config, CurrentSet, Cursor, Event, LastRollupHash,
	Leaves, Open, OpenEpoch, OpenLeaves, Pallet, Params, Pending, Rollups, WeightInfo, MAX_HEADERS,
};
use alloc::vec::Vec;
use codec::{DecodeAll, Encode};
use concordat_primitives::{
	receipt::{Operation, ReceiptBody, RollupHeader},
	traits::{block_number, GenesisHash, ReceiptSink},
	views::{ReceiptProof, ReceiptView},
	BlockNumber, Hash, ReceiptId, RollupEpoch,
};
use concordat_proofs::{leaf_hash, prove, root, Digest32};
use frame_support::{
	defensive,
	dispatch::DispatchClass,
	traits::{Defensive, Get},
	weights::{Weight, WeightMeter},
};
use sp_core::offchain::StorageKind;

impl<T: Config> ReceiptSink for Pallet<T> {
	fn append(operation: Operation) -> ReceiptId {
		let now = block_number(frame_system::Pallet::<T>::block_number());
		let mut open = Open::<T>::get();
		let (id, index) = (open.next_receipt, open.count());
		if index == 0 {
			open.opened_at = now;
		}
		let body = ReceiptBody { id, block: now, operation };
		let encoded = body.encode();
		let leaf = leaf_hash(index, &encoded);
		if OpenLeaves::<T>::try_append(leaf).is_err() {
			// Only a genesis with more than `MAX_LEAVES` receipts comes here. The receipt stays
			// readable.
			defensive!("the open epoch is full");
		}
		Leaves::<T>::insert(id, body);
		sp_io::offchain_index::set(&archive_body_key(id, &leaf), &encoded);
		open.next_receipt = id.saturating_add(1);
		Open::<T>::put(open);
		Self::deposit_event(Event::ReceiptAppended { id, epoch: open.number });

		let count = open.count();
		if count >= T::MaxReceiptsPerEpoch::get() && now > 0 {
			Self::close(open, now);
			// Whoever happens to fill the epoch has not been charged for closing it.
			frame_system::Pallet::<T>::register_extra_weight_unchecked(
				T::WeightInfo::close(count),
				DispatchClass::Mandatory,
			);
		}
		id
	}

	fn weight() -> Weight {
		T::WeightInfo::append()
	}
}

impl<T: Config> Pallet<T> {
	/// Closes the open epoch if its time is over, and says what that cost.
	pub(crate) fn close_if_due(now: BlockNumber) -> Weight {
		let open = Open::<T>::get();
		if !open.is_due(now, Params::<T>::get().epoch_length) {
			return Weight::zero();
		}
		Self::close(open, now);
		T::WeightInfo::close(open.count())
	}

	/// Closes the open epoch, which has at least one receipt, and opens the next one.
	pub(crate) fn close(open: OpenEpoch, now: BlockNumber) {
		let leaves = OpenLeaves::<T>::take();
		let Ok(root) = root(&leaves).defensive_proof("an epoch has 1 to MAX_LEAVES receipts")
		else {
			return;
		};
		let header = RollupHeader {
			epoch: open.number,
			genesis: T::Genesis::genesis_hash(),
			previous: LastRollupHash::<T>::get(),
			root: Hash::from(root),
			count: open.count(),
			first_receipt: open.first_receipt,
			opened_at: open.opened_at,
			closed_at: now,
		};
		let hash = header.hash();
		sp_io::offchain_index::set(&archive_leaves_key(open.number, &root), &leaves.encode());
		LastRollupHash::<T>::put(hash);
		Self::deposit_event(Event::RollupClosed {
			epoch: header.epoch,
			root: header.root,
			count: header.count,
			hash,
		});
		Rollups::<T>::insert(open.number, header);
		if let Some(signers) = CurrentSet::<T>::get() {
			Pending::<T>::insert(open.number, signers.id);
			Self::use_set(signers.id);
		}
		let closed = open.number.saturating_add(1);
		Open::<T>::put(OpenEpoch {
			number: closed,
			opened_at: now,
			first_receipt: open.next_receipt,
			next_receipt: open.next_receipt,
		});
		Self::move_prune_goal(closed);
	}

	/// Of `closed` epochs, only the last `retention_epochs` keep their receipts and certificates.
	fn move_prune_goal(closed: RollupEpoch) {
		let Some(oldest) = closed.checked_sub(Params::<T>::get().retention_epochs) else { return };
		if let Some(header) = Rollups::<T>::get(oldest) {
			Cursor::<T>::mutate(|cursor| {
				cursor.until = cursor.until.max(header.first_receipt);
				cursor.until_epoch = cursor.until_epoch.max(oldest);
			});
		}
	}

	/// Removes receipts and certificates that are past the retention, for as long as the meter lasts.
	pub(crate) fn prune(meter: &mut WeightMeter) {
		let mut cursor = Cursor::<T>::get();
		let before = cursor;
		if cursor.next < cursor.until && meter.try_consume(T::WeightInfo::prune(0)).is_ok() {
			let each = T::WeightInfo::prune(1).saturating_sub(T::WeightInfo::prune(0));
			while cursor.next < cursor.until && meter.try_consume(each).is_ok() {
				Leaves::<T>::remove(cursor.next);
				cursor.next = cursor.next.saturating_add(1);
			}
		}
		while cursor.epoch < cursor.until_epoch
			&& meter.try_consume(T::WeightInfo::forget_epoch()).is_ok()
		{
			Self::forget_epoch(cursor.epoch);
			cursor.epoch = cursor.epoch.saturating_add(1);
		}
		if cursor != before {
			Cursor::<T>::put(cursor);
		}
	}

	/// Receipts and rollups ever.
	pub fn totals() -> (u64, u32) {
		let open = Open::<T>::get();
		(open.next_receipt, open.number)
	}

	/// A closed rollup.
	pub fn rollup(epoch: RollupEpoch) -> Option<RollupHeader> {
		Rollups::<T>::get(epoch)
	}

	/// The closed rollups from one number to another, both included; at most [`MAX_HEADERS`], the first ones.
	pub fn rollups_between(from: RollupEpoch, to: RollupEpoch) -> Vec<RollupHeader> {
		let to = to.min(from.saturating_add(MAX_HEADERS - 1));
		(from..=to).map_while(Rollups::<T>::get).collect()
	}

	/// The closed rollup that a receipt is in: a binary search over the headers, one read for each
	/// halving.
	pub fn rollup_of(id: ReceiptId) -> Option<RollupHeader> {
		let open = Open::<T>::get();
		if id >= open.first_receipt {
			return None;
		}
		// The rollup sought is in `low .. high`, and never empty: `id` is below the open epoch's
		// first receipt.
		let (mut low, mut high) = (0, open.number);
		while high.saturating_sub(low) > 1 {
			let middle = low + (high - low) / 2;
			if Rollups::<T>::get(middle)?.first_receipt <= id {
				low = middle;
			} else {
				high = middle;
			}
		}
		Rollups::<T>::get(low)
	}

	/// A receipt and where it stands, for as long as it is in the state.
	pub fn receipt_view(id: ReceiptId) -> Option<ReceiptView> {
		let body = Leaves::<T>::get(id)?;
		let (epoch, first, anchored) = match Self::rollup_of(id) {
			Some(header) => (header.epoch, header.first_receipt, true),
			None => {
				let open = Open::<T>::get();
				(open.number, open.first_receipt, false)
			},
		};
		let index = id.checked_sub(first)?.try_into().ok()?;
		Some(ReceiptView { body, epoch, index, anchored })
	}

	/// A receipt with its proof: once its epoch is closed, and for as long as that epoch's receipts
	/// are in the state.
	pub fn receipt_proof(id: ReceiptId) -> Option<ReceiptProof> {
		let rollup = Self::rollup_of(id)?;
		let body = Leaves::<T>::get(id)?;
		let leaves = (0..rollup.count)
			.map(|index| {
				let id = rollup.first_receipt.checked_add(index.into())?;
				Some(leaf_hash(index, &Leaves::<T>::get(id)?.encode()))
			})
			.collect::<Option<Vec<_>>>()?;
		Self::assemble(body, rollup, &leaves)
	}

	/// A receipt with its proof out of the off-chain index, whatever its age.
	///
	/// `fetch` reads the index, wherever it is kept. What it returns is checked against the header and need
	/// not be trusted.
	pub fn archived_proof(
		id: ReceiptId,
		fetch: impl Fn(&[u8]) -> Option<Vec<u8>>,
	) -> Option<ReceiptProof> {
		let rollup = Self::rollup_of(id)?;
		let index = id.checked_sub(rollup.first_receipt)? as usize;
		let listed = fetch(&archive_leaves_key(rollup.epoch, &rollup.root.0))?;
		let leaves = Vec::<Digest32>::decode_all(&mut &listed[..]).ok()?;
		let leaf = leaves.get(index)?;
		let encoded = fetch(&archive_body_key(id, leaf))?;
		let body = ReceiptBody::decode_all(&mut &encoded[..]).ok()?;
		// A neighbour's body in the place of this one would make a sound proof of something else.
		(body.id == id).then(|| Self::assemble(body, rollup, &leaves))?
	}

	/// The same, out of the off-chain database that the caller of the runtime has registered. Without one the host
	/// refuses, so that only a node's own RPC can ask this.
	pub fn indexed_proof(id: ReceiptId) -> Option<ReceiptProof> {
		Self::archived_proof(id, |key| {
			sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, key)
		})
	}

	/// Puts a proof together and makes sure that it holds.
	fn assemble(
		body: ReceiptBody,
		rollup: RollupHeader,
		leaves: &[Digest32],
	) -> Option<ReceiptProof> {
		let index = body.id.checked_sub(rollup.first_receipt)?.try_into().ok()?;
		let path = prove(leaves, index).ok()?;
		let encoded = body.encode();
		concordat_proofs::verify(&rollup.root.0, rollup.count, index, &encoded, &path).ok()?;
		Some(ReceiptProof {
			body,
			encoded,
			index,
			path: path.into_iter().map(Hash::from).collect(),
			rollup,
		})
	}
}
