//! Identifiers: bound by a proof, or attested on request.
//!
//! A key proves itself by a signature over `"concordat/did/v1" ‖ genesis ‖ account ‖ nonce (u32 LE)`. The nonce of an
//! account grows by one with every proof that was taken, so that none is taken twice, not even after `unbind_did`.
//!
//! Whoever attests for a method has to be trusted to look identifiers up. A binding that it attested stands for as long
//! as *it* attests for the method: once governance removes the method, or gives it to somebody else, credentials of
//! the identifier stop to count for the account, at once.

use crate::{
	AccountOfDid, Binding, Bindings, Config, DidView, Error, Event, HoldReason, Methods, Nonces,
	Pallet, Parameters, Request, Requests, WeightInfo, MAX_METHODS,
};
use concordat_primitives::{
	did::{binding_message, Did, DidError, DidKey, DidMethod},
	receipt::Operation,
	traits::{GenesisHash, ReceiptSink},
	AccountId, Balance, Hash,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Weight},
	traits::fungible::MutateHold,
};
use sp_runtime::ArithmeticError;

impl<T: Config> From<DidError> for Error<T> {
	fn from(error: DidError) -> Self {
		match error {
			DidError::TooLong | DidError::Syntax => Self::BadDid,
			DidError::NotAKey => Self::NotAKey,
			DidError::NotBase58 => Self::NotBase58,
			DidError::BadCode => Self::BadKeyCode,
			DidError::UnsupportedKey(_) => Self::UnsupportedKey,
			DidError::KeyLength(_) => Self::WrongKeyLength,
			DidError::NotAPoint => Self::NotAPoint,
			DidError::WeakKey => Self::WeakKey,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Weight of `bind_did` for this kind of key; for the dearest without one.
	pub(crate) fn weight_of_binding(key: Option<&DidKey>) -> Weight {
		let ed25519 = T::WeightInfo::bind_did_ed25519();
		let p256 = T::WeightInfo::bind_did_p256();
		let p384 = T::WeightInfo::bind_did_p384();
		let own = match key {
			Some(DidKey::Ed25519(_)) => ed25519,
			Some(DidKey::P256(_)) => p256,
			Some(DidKey::P384(_)) => p384,
			None => ed25519.max(p256).max(p384),
		};
		own.saturating_add(T::Receipts::weight())
	}

	/// Binds a `did:key` that proves itself. Returns its key.
	pub(crate) fn do_bind_did(
		who: AccountId,
		did: Did,
		proof: &[u8],
	) -> Result<DidKey, DispatchError> {
		// What a look-up or the text refuses never gets as far as a signature.
		Self::ensure_free(&who, did.hash())?;
		let key = did.key().map_err(Error::<T>::from)?;
		let nonce = Nonces::<T>::get(&who);
		let message = binding_message(&T::Genesis::genesis_hash(), &who, nonce);
		ensure!(key.verify(&message, proof), Error::<T>::BadProof);
		let next = nonce.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		let deposit = Parameters::<T>::get().did_deposit;
		T::Currency::hold(&HoldReason::Did.into(), &who, deposit)?;
		Nonces::<T>::insert(&who, next);
		Self::bind(who, did, None, deposit);
		Ok(key)
	}

	pub(crate) fn do_request_did(who: AccountId, did: Did) -> DispatchResult {
		ensure!(!Bindings::<T>::contains_key(&who), Error::<T>::AlreadyBound);
		ensure!(!Requests::<T>::contains_key(&who), Error::<T>::AlreadyRequested);
		let method = did.method().ok_or(Error::<T>::BadDid)?;
		ensure!(!method.is_key(), Error::<T>::ProofNeeded);
		ensure!(Methods::<T>::contains_key(&method), Error::<T>::UnknownMethod);
		let deposit = Parameters::<T>::get().did_deposit;
		T::Currency::hold(&HoldReason::Did.into(), &who, deposit)?;
		Requests::<T>::insert(&who, Request { did: did.clone(), deposit });
		Self::deposit_event(Event::DidRequested { account: who, did });
		Ok(())
	}

	pub(crate) fn do_cancel_request(who: AccountId) -> DispatchResult {
		let request = Requests::<T>::take(&who).ok_or(Error::<T>::NoRequest)?;
		Self::release(HoldReason::Did, &who, request.deposit)?;
		Self::deposit_event(Event::RequestCancelled { account: who });
		Ok(())
	}

	/// Takes an identifier away; `by` is `None` for governance.
	pub(crate) fn do_revoke_did(by: Option<AccountId>, account: AccountId) -> DispatchResult {
		let binding = Bindings::<T>::get(&account).ok_or(Error::<T>::NotBound)?;
		if let Some(who) = by {
			let method = binding.did.method().ok_or(Error::<T>::BadDid)?;
			ensure!(Methods::<T>::get(method) == Some(who), Error::<T>::NotAttester);
		}
		Self::unbind(account, binding, true)
	}

	/// Binds what `account` asks for, if that is the identifier with this hash.
	pub(crate) fn do_attest_did(by: AccountId, account: AccountId, did: Hash) -> DispatchResult {
		let request = Requests::<T>::get(&account).ok_or(Error::<T>::NoRequest)?;
		let method = request.did.method().ok_or(Error::<T>::BadDid)?;
		ensure!(Methods::<T>::get(method).as_ref() == Some(&by), Error::<T>::NotAttester);
		ensure!(request.did.hash() == did, Error::<T>::OtherRequested);
		Self::ensure_free(&account, did)?;
		Requests::<T>::remove(&account);
		// The deposit stays where it is.
		Self::bind(account, request.did, Some(by), request.deposit);
		Ok(())
	}

	pub(crate) fn do_register_method(method: DidMethod, attester: AccountId) -> DispatchResult {
		ensure!(method.is_valid() && !method.is_key(), Error::<T>::BadMethod);
		ensure!(!Methods::<T>::contains_key(&method), Error::<T>::MethodKnown);
		ensure!(Methods::<T>::count() < MAX_METHODS, Error::<T>::TooManyMethods);
		Methods::<T>::insert(&method, &attester);
		Self::deposit_event(Event::MethodRegistered { method, attester });
		Ok(())
	}

	/// One identifier for an account, and one account for an identifier.
	fn ensure_free(account: &AccountId, did: Hash) -> Result<(), Error<T>> {
		ensure!(!Bindings::<T>::contains_key(account), Error::<T>::AlreadyBound);
		ensure!(!AccountOfDid::<T>::contains_key(did), Error::<T>::DidInUse);
		Ok(())
	}

	fn bind(account: AccountId, did: Did, attester: Option<AccountId>, deposit: Balance) {
		let hash = did.hash();
		let binding = Binding {
			did: did.clone(),
			attester: attester.clone(),
			bound_at: Self::now(),
			deposit,
		};
		Bindings::<T>::insert(&account, binding);
		AccountOfDid::<T>::insert(hash, &account);
		T::Receipts::append(Operation::DidChanged { did: hash, bound: true });
		Self::deposit_event(Event::DidBound { account, did, attester });
	}

	/// Takes an identifier from its account and returns the deposit.
	pub(crate) fn unbind(account: AccountId, binding: Binding, revoked: bool) -> DispatchResult {
		let hash = binding.did.hash();
		Bindings::<T>::remove(&account);
		AccountOfDid::<T>::remove(hash);
		Self::release(HoldReason::Did, &account, binding.deposit)?;
		T::Receipts::append(Operation::DidChanged { did: hash, bound: false });
		Self::deposit_event(Event::DidUnbound { account, did: binding.did, revoked });
		Ok(())
	}

	/// Whether what is said about the identifier is said about the account: it proved itself, or who attested it still
	/// attests for its method.
	pub(crate) fn binding_counts(binding: &Binding) -> bool {
		match &binding.attester {
			None => true,
			Some(attester) => {
				binding.did.method().and_then(Methods::<T>::get).as_ref() == Some(attester)
			},
		}
	}

	/// The identifier of an account, for clients.
	pub(crate) fn view_did(account: &AccountId) -> Option<DidView> {
		Bindings::<T>::get(account).map(|binding| DidView {
			counts: Self::binding_counts(&binding),
			did: binding.did,
			attester: binding.attester,
			bound_at: binding.bound_at,
		})
	}
}
