//! Keys, and the sets that are made of them.

use crate::{
	archive_signers_key, dev::dev_unpacked, Config, CurrentSet, CurrentSigners, Error, Event,
	KeyProof, Keys, Owners, Pallet, Params, RegisteredKey, SetKeys, SetUses, Sets, UnpackedKey,
	WeightInfo,
};
use codec::Encode;
use concordat_pairing::bls;
use concordat_primitives::{
	cac::verify_ed25519,
	receipt::Operation,
	rollup::{registration_message, RollupKey, Scheme, SignerSet, SignerSetId, MAX_SIGNERS},
	traits::{GenesisHash, ReceiptSink},
	AccountId,
};
use frame_support::{
	ensure,
	traits::{ConstU32, Contains},
	weights::Weight,
	BoundedVec,
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Checks a key and its proof, and keeps it for its owner in the place of the one before.
	pub(crate) fn do_register_key(
		who: AccountId,
		key: RollupKey,
		proof: KeyProof,
	) -> DispatchResult {
		ensure!(key.scheme() == proof.scheme(), Error::<T>::WrongProof);
		ensure!(T::Validators::contains(&who), Error::<T>::NotValidator);
		match Owners::<T>::get(key) {
			Some(owner) if owner == who => return Err(Error::<T>::AlreadyRegistered.into()),
			Some(_) => return Err(Error::<T>::KeyTaken.into()),
			None => {},
		}
		let unpacked = Self::checked(&who, &key, &proof)?;
		Self::put_key(&who, RegisteredKey { key, unpacked });
		Self::deposit_event(Event::KeyRegistered { who, key });
		Ok(())
	}

	/// Unpacks a BLS key, which finds one outside the subgroup, and checks the proof.
	fn checked(
		who: &AccountId,
		key: &RollupKey,
		proof: &KeyProof,
	) -> Result<Option<UnpackedKey>, Error<T>> {
		match (key, proof) {
			(RollupKey::Bls(key), KeyProof::Possession(proof)) => {
				let key = bls::PublicKey(*key);
				let unpacked = bls::unpack(&key).map_err(|_| Error::<T>::BadKey)?;
				bls::verify_possession(&key, &bls::Signature(*proof))
					.map_err(|_| Error::<T>::BadProof)?;
				Ok(Some(unpacked))
			},
			(RollupKey::Ed25519(key), KeyProof::Signature(signature)) => {
				let message = registration_message(T::Genesis::genesis_hash(), who);
				ensure!(verify_ed25519(signature, &message, key), Error::<T>::BadProof);
				Ok(None)
			},
			_ => Err(Error::<T>::WrongProof),
		}
	}

	/// Keeps a key that has been checked, and frees the one before.
	fn put_key(who: &AccountId, registered: RegisteredKey) {
		let (key, scheme) = (registered.key, registered.key.scheme());
		if let Some(former) = Keys::<T>::get(who, scheme) {
			Owners::<T>::remove(former.key);
		}
		Owners::<T>::insert(key, who);
		Keys::<T>::insert(who, scheme, registered);
	}

	/// Keeps a key of the genesis, whose owner nobody doubts.
	pub(crate) fn put_genesis_key(who: &AccountId, key: RollupKey) {
		let unpacked = match &key {
			RollupKey::Bls(bytes) => {
				let unpacked =
					dev_unpacked(bytes).or_else(|| bls::unpack(&bls::PublicKey(*bytes)).ok());
				assert!(unpacked.is_some(), "a rollup key of the genesis is no point of G2");
				unpacked
			},
			RollupKey::Ed25519(_) => None,
		};
		assert!(!Owners::<T>::contains_key(key), "two accounts of the genesis have one rollup key");
		assert!(
			!Keys::<T>::contains_key(who, key.scheme()),
			"an account of the genesis has two rollup keys"
		);
		Self::put_key(who, RegisteredKey { key, unpacked });
	}

	/// Frees a key, for its owner at any time and for anybody once its owner is no validator.
	pub(crate) fn do_remove_key(
		who: AccountId,
		owner: AccountId,
		scheme: Scheme,
	) -> DispatchResult {
		let registered = Keys::<T>::get(&owner, scheme).ok_or(Error::<T>::NoKey)?;
		ensure!(who == owner || !T::Validators::contains(&owner), Error::<T>::StillValidator);
		Keys::<T>::remove(&owner, scheme);
		Owners::<T>::remove(registered.key);
		Self::deposit_event(Event::KeyRemoved { who: owner, key: registered.key });
		Ok(())
	}

	/// The validators of a session that begins, in their order: their keys become the set that signs what is closed from
	/// now on, unless it is the one there was.
	///
	/// The runtime calls this when a session starts (`SessionManager::start_session`, at genesis too), after
	/// `pallet-mmr` has taken the leaf of the block and with [`Config::Validators`] as that session has them. Returns
	/// what it weighs; `pallet-session` claims a whole block for a rotation and need not be charged for it.
	pub fn new_validators(validators: &[AccountId]) -> Weight {
		let count = validators.len() as u32;
		let scheme = Params::<T>::get().scheme;
		let mut keys = BoundedVec::<RollupKey, ConstU32<MAX_SIGNERS>>::new();
		let mut unpacked = BoundedVec::<UnpackedKey, ConstU32<MAX_SIGNERS>>::new();
		for registered in validators.iter().filter_map(|who| Keys::<T>::get(who, scheme)) {
			// Beyond MAX_SIGNERS a validator has no place; two thirds are still taken of all.
			if keys.try_push(registered.key).is_ok() {
				if let Some(key) = registered.unpacked {
					let _ = unpacked.try_push(key);
				}
			}
		}
		let weight = T::WeightInfo::new_validators(count);
		let former = CurrentSet::<T>::get();
		let same = former
			.and_then(|former| Sets::<T>::get(former.id))
			.is_some_and(|set| (set.scheme, &set.keys, set.validators) == (scheme, &keys, count));
		if same {
			return weight;
		}
		let id = former.map_or(0, |former| former.id.saturating_add(1));
		let set = SignerSet { id, scheme, keys, validators: count };
		let hash = set.hash();
		sp_io::offchain_index::set(&archive_signers_key(id, &hash), &set.encode());
		let signers = set.keys.len() as u32;
		Sets::<T>::insert(id, set);
		if scheme == Scheme::Bls {
			SetKeys::<T>::insert(id, unpacked);
		}
		CurrentSet::<T>::put(CurrentSigners { id, hash });
		if let Some(former) = former {
			Self::forget_set_if_idle(former.id);
		}
		Self::deposit_event(Event::SignersChanged { set: id, hash, signers, validators: count });
		<Self as ReceiptSink>::append(Operation::SignersChanged { set: id, signers: hash });
		weight
	}

	/// One more epoch belongs to a set.
	pub(crate) fn use_set(id: SignerSetId) {
		SetUses::<T>::mutate(id, |uses| *uses = uses.saturating_add(1));
	}

	/// One epoch of a set has left the state.
	pub(crate) fn release_set(id: SignerSetId) {
		let left = SetUses::<T>::mutate_exists(id, |uses| {
			*uses = uses.unwrap_or_default().checked_sub(1).filter(|left| *left > 0);
			*uses
		});
		if left.is_none() {
			Self::forget_set_if_idle(id);
		}
	}

	/// Removes a set that no epoch belongs to and that signs no more.
	fn forget_set_if_idle(id: SignerSetId) {
		let signs = CurrentSet::<T>::get().is_some_and(|current| current.id == id);
		if !signs && !SetUses::<T>::contains_key(id) {
			Sets::<T>::remove(id);
			SetKeys::<T>::remove(id);
		}
	}

	/// The set of this number, if it signs now or an epoch within the retention belongs to it.
	pub fn signers(id: SignerSetId) -> Option<SignerSet> {
		Sets::<T>::get(id)
	}

	/// The set that signs what is closed now; `None` before the first session with this pallet.
	pub fn present_signers() -> Option<SignerSet> {
		Sets::<T>::get(CurrentSet::<T>::get()?.id)
	}

	/// Key of an account.
	pub fn registered_key(who: &AccountId, scheme: Scheme) -> Option<RollupKey> {
		Keys::<T>::get(who, scheme).map(|registered| registered.key)
	}
}
