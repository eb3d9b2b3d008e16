//! Credentials: presented, revoked, taken off the record.

use crate::{
	Claims, Config, Credential, CredentialView, Credentials, CredentialsOf, Error, Event, Held,
	HoldReason, Issuers, Pallet, Parameters, Revoked, Standing, Subject, WeightInfo,
};
use alloc::vec::Vec;
use concordat_primitives::{
	did::DidKey,
	receipt::Operation,
	traits::{GenesisHash, NodeInspect, ReceiptSink},
	AccountId, Hash,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Weight},
	traits::fungible::MutateHold,
};

impl<T: Config> Pallet<T> {
	/// Weight of `present_credential` for this kind of key; for the dearest without one.
	pub(crate) fn weight_of_presenting(key: Option<&DidKey>) -> Weight {
		let ed25519 = T::WeightInfo::present_ed25519();
		let p256 = T::WeightInfo::present_p256();
		let p384 = T::WeightInfo::present_p384();
		let own = match key {
			Some(DidKey::Ed25519(_)) => ed25519,
			Some(DidKey::P256(_)) => p256,
			Some(DidKey::P384(_)) => p384,
			None => ed25519.max(p256).max(p384),
		};
		own.saturating_add(T::Nodes::weight()).saturating_add(T::Receipts::weight())
	}

	/// Takes signed claims on record. Returns the key that signed them.
	pub(crate) fn do_present(
		presenter: AccountId,
		claims: Claims,
		signature: &[u8],
	) -> Result<DidKey, DispatchError> {
		let now = Self::now();
		let message = claims.message(&T::Genesis::genesis_hash());
		let hash = Hash::from(sp_io::hashing::blake2_256(&message));
		// Cheapest first, the signature last.
		ensure!(claims.issued_at <= now, Error::<T>::NotYetValid);
		ensure!(!Revoked::<T>::contains_key(hash), Error::<T>::CredentialRevoked);
		ensure!(!Credentials::<T>::contains_key(hash), Error::<T>::AlreadyPresented);
		let issuer = Issuers::<T>::get(claims.issuer).ok_or(Error::<T>::UnknownIssuer)?;
		let deposit = Parameters::<T>::get().credential_deposit;
		let credential = Credential {
			claims,
			epoch: issuer.epoch,
			presenter: presenter.clone(),
			presented_at: now,
			deposit,
		};
		let held = credential.held(hash);
		match held.standing(Some(&issuer), now) {
			Standing::Counts => {},
			Standing::Expired => return Err(Error::<T>::CredentialExpired.into()),
			Standing::IssuerSuspended => return Err(Error::<T>::IssuerSuspended.into()),
			// The key is the present one, and the issuer is there.
			Standing::NotEntitled | Standing::KeyGivenUp | Standing::IssuerGone => {
				return Err(Error::<T>::NotEntitled.into())
			},
		}
		let Claims { subject, kind, expires_at, issuer: number, .. } = credential.claims.clone();
		if let Subject::Node(node) = &subject {
			// Numbers of nodes to come are known before whom they will be given to.
			ensure!(T::Nodes::controller(*node).is_some(), Error::<T>::UnknownNode);
		}
		let mut list = CredentialsOf::<T>::get(&subject);
		list.try_push(held).map_err(|_| Error::<T>::TooManyCredentials)?;
		ensure!(issuer.key.verify(&message, signature), Error::<T>::BadSignature);

		T::Currency::hold(&HoldReason::Credential.into(), &presenter, deposit)?;
		CredentialsOf::<T>::insert(&subject, list);
		Credentials::<T>::insert(hash, credential);
		T::Receipts::append(Operation::CredentialChanged {
			credential: hash,
			issuer: number,
			revoked: false,
		});
		Self::deposit_event(Event::CredentialPresented {
			credential: hash,
			issuer: number,
			subject,
			kind,
			expires_at,
			presenter,
		});
		Ok(issuer.key)
	}

	/// Revokes claims; `by` is `None` for governance.
	pub(crate) fn do_revoke(by: Option<AccountId>, claims: &Claims) -> DispatchResult {
		if let Some(who) = by {
			let issuer = Issuers::<T>::get(claims.issuer).ok_or(Error::<T>::UnknownIssuer)?;
			ensure!(issuer.controller == who, Error::<T>::NotIssuerController);
		}
		// Governance may name an issuer that is gone, but none that never was.
		ensure!(claims.issuer < crate::NextIssuer::<T>::get(), Error::<T>::UnknownIssuer);
		let hash = claims.hash(&T::Genesis::genesis_hash());
		ensure!(!Revoked::<T>::contains_key(hash), Error::<T>::CredentialRevoked);
		Revoked::<T>::insert(hash, ());
		T::Receipts::append(Operation::CredentialChanged {
			credential: hash,
			issuer: claims.issuer,
			revoked: true,
		});
		Self::deposit_event(Event::CredentialRevoked { credential: hash, issuer: claims.issuer });
		match Credentials::<T>::get(hash) {
			Some(record) => Self::take_off_record(hash, record),
			None => Ok(()),
		}
	}

	/// Forgets a credential and returns its deposit.
	pub(crate) fn take_off_record(hash: Hash, record: Credential) -> DispatchResult {
		Credentials::<T>::remove(hash);
		CredentialsOf::<T>::mutate_exists(&record.claims.subject, |list| {
			*list = list.take().and_then(|mut list| {
				list.retain(|held| held.credential != hash);
				(!list.is_empty()).then_some(list)
			});
		});
		let Credential { presenter, deposit, .. } = record;
		Self::release(HoldReason::Credential, &presenter, deposit)?;
		Self::deposit_event(Event::CredentialRemoved { credential: hash, presenter, deposit });
		Ok(())
	}

	/// Whether a credential on record counts now, and if not, why.
	pub(crate) fn standing(held: &Held) -> Standing {
		held.standing(Issuers::<T>::get(held.issuer).as_ref(), Self::now())
	}

	/// Credentials of a subject, for clients.
	pub(crate) fn view_credentials(subject: &Subject) -> Vec<CredentialView> {
		CredentialsOf::<T>::get(subject)
			.iter()
			.filter_map(|held| {
				let credential = Credentials::<T>::get(held.credential)?;
				let standing = Self::standing(held);
				Some(CredentialView { hash: held.credential, credential, standing })
			})
			.collect()
	}
}
