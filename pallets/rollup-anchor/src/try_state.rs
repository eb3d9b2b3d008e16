//! The invariants of the crate's head, in code.

use crate::{
	certificate::{claimed, places},
	AnchorsOf, Certificates, Config, CurrentSet, Cursor, Keys, LastRollupHash, Leaves, Open,
	OpenLeaves, Owners, Pallet, Params, Pending, Rollups, SetKeys, SetUses, Sets,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::Encode;
use concordat_primitives::{
	receipt::RollupHeader,
	rollup::{Scheme, SignerSet, SignerSetId, MAX_SIGNERS},
	traits::GenesisHash,
	Hash, ReceiptId,
};
use concordat_proofs::{leaf_hash, root};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant listed in the crate's documentation. Walks all headers.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		ensure!(Params::<T>::get().is_valid(), "the parameters are out of range");
		Self::try_state_chain()?;
		Self::try_state_leaves()?;
		Self::try_state_open()?;
		Self::try_state_certificates()?;
		Self::try_state_keys()?;
		Self::try_state_anchors()
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
		ensure!(
			cursor.epoch <= cursor.until_epoch && cursor.until_epoch <= open.number,
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

	/// 8, 9: every epoch that was closed under signers waits for their certificate or has it, and the sets that are there
	/// are those that are needed.
	fn try_state_certificates() -> Result<(), TryRuntimeError> {
		let mut uses = BTreeMap::<SignerSetId, u32>::new();
		let within = Cursor::<T>::get().epoch..Open::<T>::get().number;
		let mut waiting = 0;
		for (epoch, id) in Pending::<T>::iter() {
			ensure!(within.contains(&epoch), "an epoch waits that is not within the retention");
			ensure!(!Certificates::<T>::contains_key(epoch), "a certified epoch waits");
			*uses.entry(id).or_default() += 1;
			waiting += 1;
		}
		ensure!(Pending::<T>::count() == waiting, "the epochs that wait are not counted");
		for (epoch, certificate) in Certificates::<T>::iter() {
			ensure!(
				within.contains(&epoch) && certificate.epoch == epoch,
				"a certificate is out of place"
			);
			let set = Sets::<T>::get(certificate.set).ok_or("a certificate without its signers")?;
			let seats = set.keys.len() as u32;
			ensure!(
				places(&certificate.signatures, seats).is_ok()
					&& claimed(&certificate.signatures) >= set.threshold(),
				"a certificate without enough signers"
			);
			*uses.entry(certificate.set).or_default() += 1;
		}
		// Once there are signers, no closed epoch is without.
		let first = Pending::<T>::iter_keys().chain(Certificates::<T>::iter_keys()).min();
		let expected = first.map_or(0, |first| within.end.saturating_sub(first));
		ensure!(uses.values().sum::<u32>() == expected, "a closed epoch has no signers");
		ensure!(
			SetUses::<T>::iter().collect::<BTreeMap<_, _>>() == uses,
			"the epochs of a set are not counted"
		);
		let current = CurrentSet::<T>::get();
		let needed: BTreeSet<_> =
			uses.into_keys().chain(current.map(|current| current.id)).collect();
		let mut there = BTreeSet::new();
		for (id, set) in Sets::<T>::iter() {
			Self::try_state_set(id, &set)?;
			if let Some(current) = current.filter(|current| current.id == id) {
				ensure!(current.hash == set.hash(), "the hash of the signers is not theirs");
			}
			there.insert(id);
		}
		ensure!(there == needed, "a set is missing, or kept without need");
		ensure!(
			SetKeys::<T>::iter_keys().all(|id| there.contains(&id)),
			"keys of a set that is not there"
		);
		Ok(())
	}

	fn try_state_set(id: SignerSetId, set: &SignerSet) -> Result<(), TryRuntimeError> {
		let distinct: BTreeSet<_> = set.keys.iter().map(Encode::encode).collect();
		ensure!(
			set.id == id
				&& set.keys.iter().all(|key| key.scheme() == set.scheme)
				&& distinct.len() == set.keys.len()
				&& set.keys.len() as u32 <= set.validators.min(MAX_SIGNERS),
			"a set is not as it should be"
		);
		let unpacked = match set.scheme {
			Scheme::Bls => set.keys.len(),
			Scheme::Ed25519 => 0,
		};
		ensure!(SetKeys::<T>::get(id).len() == unpacked, "the keys of a set are not its own");
		Ok(())
	}

	/// 10: keys and their owners belong together.
	fn try_state_keys() -> Result<(), TryRuntimeError> {
		let mut keys = 0;
		for (who, scheme, registered) in Keys::<T>::iter() {
			ensure!(
				registered.key.scheme() == scheme
					&& registered.unpacked.is_some() == (scheme == Scheme::Bls),
				"a key is kept as one of another scheme"
			);
			ensure!(
				Owners::<T>::get(registered.key) == Some(who),
				"a key is not that of its owner"
			);
			keys += 1;
		}
		ensure!(Owners::<T>::iter_keys().count() == keys, "an owner has lost its key");
		Ok(())
	}

	/// 11: records elsewhere are about rollups that there are.
	fn try_state_anchors() -> Result<(), TryRuntimeError> {
		for (epoch, anchors) in AnchorsOf::<T>::iter() {
			let hash = Rollups::<T>::get(epoch).ok_or("an anchor of no rollup")?.hash();
			ensure!(!anchors.is_empty(), "a rollup with an empty list of anchors");
			ensure!(
				anchors.iter().all(|anchor| anchor.epoch == epoch && anchor.rollup == hash),
				"an anchor of another rollup"
			);
		}
		Ok(())
	}
}
