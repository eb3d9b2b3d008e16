//! The invariants of the crate head, in code.

use crate::{
	ak_hash, resources::is_sound, AccountOfDid, Aks, Bindings, Claims, Config, Credentials,
	CredentialsOf, HoldReason, Issuers, Methods, NextIssuer, NodeOfAk, Nonces, Pallet, Parameters,
	Requests, Revoked,
};
use alloc::collections::BTreeMap;
use concordat_primitives::{traits::GenesisHash, AccountId, Balance};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_deposits()?;
		Self::try_state_dids()?;
		Self::try_state_issuers()?;
		Self::try_state_credentials()?;
		Self::try_state_aks()?;
		ensure!(Parameters::<T>::get().is_valid(Self::hashes_kept()), "invalid parameters");
		Ok(())
	}

	/// 1.
	fn try_state_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AccountId, (Balance, Balance)>::new();
		for (account, binding) in Bindings::<T>::iter() {
			owed.entry(account).or_default().0 += binding.deposit;
		}
		for (account, request) in Requests::<T>::iter() {
			owed.entry(account).or_default().0 += request.deposit;
		}
		for credential in Credentials::<T>::iter_values() {
			owed.entry(credential.presenter).or_default().1 += credential.deposit;
		}
		// Whoever had an identifier once may have none now.
		for account in Nonces::<T>::iter_keys() {
			owed.entry(account).or_default();
		}
		for (account, (did, credential)) in owed {
			let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
			ensure!(
				held(HoldReason::Did) == did,
				"what is on hold for identifiers is the sum of their deposits"
			);
			ensure!(
				held(HoldReason::Credential) == credential,
				"what is on hold for credentials is the sum of their deposits"
			);
		}
		Ok(())
	}

	/// 2, 3 and 4.
	fn try_state_dids() -> Result<(), TryRuntimeError> {
		let mut bound = 0;
		for (account, binding) in Bindings::<T>::iter() {
			bound += 1;
			let method = binding.did.method().ok_or("an identifier is well-formed")?;
			ensure!(
				AccountOfDid::<T>::get(binding.did.hash()) == Some(account),
				"an identifier knows its account"
			);
			if method.is_key() {
				ensure!(binding.attester.is_none(), "nobody attests a key");
				ensure!(binding.did.key().is_ok(), "a key is sound");
			} else {
				ensure!(binding.attester.is_some(), "somebody attested what is no key");
			}
		}
		ensure!(
			AccountOfDid::<T>::iter_keys().count() == bound,
			"as many identifiers as accounts that have one"
		);
		for request in Requests::<T>::iter_values() {
			let method = request.did.method().ok_or("a request is for a well-formed one")?;
			ensure!(!method.is_key(), "nobody asks for a key to be attested");
		}
		for method in Methods::<T>::iter_keys() {
			ensure!(
				method.is_valid() && !method.is_key(),
				"a method has a name, and is not that of keys"
			);
		}
		Ok(())
	}

	/// 5.
	fn try_state_issuers() -> Result<(), TryRuntimeError> {
		for (number, issuer) in Issuers::<T>::iter() {
			ensure!(number < NextIssuer::<T>::get(), "numbers are below the next one");
			ensure!(issuer.key.check().is_ok(), "an issuer's key is sound");
			ensure!(issuer.kinds.is_valid(), "a list of types names each once");
			ensure!(issuer.oldest_epoch <= issuer.epoch, "the present key counts");
		}
		Ok(())
	}

	/// 6.
	fn try_state_credentials() -> Result<(), TryRuntimeError> {
		let genesis = T::Genesis::genesis_hash();
		let mut count = 0;
		for (hash, credential) in Credentials::<T>::iter() {
			count += 1;
			let Claims { issuer, subject, .. } = &credential.claims;
			ensure!(credential.claims.hash(&genesis) == hash, "a credential is under its hash");
			ensure!(!Revoked::<T>::contains_key(hash), "no revoked credential is on record");
			ensure!(*issuer < NextIssuer::<T>::get(), "its issuer was there");
			ensure!(
				Issuers::<T>::get(issuer).is_none_or(|issuer| credential.epoch <= issuer.epoch),
				"it was signed with a key that its issuer has or had"
			);
			let held = credential.held(hash);
			ensure!(
				CredentialsOf::<T>::get(subject).iter().filter(|one| **one == held).count() == 1,
				"it is in its subject's list once"
			);
		}
		let mut listed = 0;
		for list in CredentialsOf::<T>::iter_values() {
			ensure!(!list.is_empty(), "no list is empty");
			listed += list.len();
		}
		ensure!(listed == count, "no other credentials are listed");
		Ok(())
	}

	/// 7.
	fn try_state_aks() -> Result<(), TryRuntimeError> {
		let mut count = 0;
		for (node, record) in Aks::<T>::iter() {
			count += 1;
			ensure!(is_sound(&record.ak), "a TPM can have the key");
			ensure!(
				NodeOfAk::<T>::get(ak_hash(&record.ak)) == Some(node),
				"the key knows its node"
			);
		}
		ensure!(NodeOfAk::<T>::iter_keys().count() == count, "as many nodes as keys");
		Ok(())
	}
}
