//! Issuers: who may say what.

use crate::{Config, Error, Event, Issuer, IssuerStatus, Issuers, Kinds, NextIssuer, Pallet};
use concordat_primitives::{credential::IssuerId, did::DidKey, AccountId};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use sp_runtime::ArithmeticError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_issuer(
		controller: AccountId,
		key: DidKey,
		kinds: Kinds,
	) -> DispatchResult {
		ensure!(kinds.is_valid(), Error::<T>::BadKinds);
		key.check().map_err(Error::<T>::from)?;
		let issuer = NextIssuer::<T>::try_mutate(|next| {
			let issuer = *next;
			*next = issuer.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			Ok::<_, DispatchError>(issuer)
		})?;
		let record = Issuer {
			controller: controller.clone(),
			key,
			epoch: 0,
			oldest_epoch: 0,
			kinds: kinds.clone(),
			status: IssuerStatus::Active,
		};
		Issuers::<T>::insert(issuer, record);
		Self::deposit_event(Event::IssuerRegistered { issuer, controller, key, kinds });
		Ok(())
	}

	/// Changes what an issuer may issue, or whether.
	pub(crate) fn change_issuer(
		issuer: IssuerId,
		change: impl FnOnce(&mut Issuer),
	) -> DispatchResult {
		let mut record = Issuers::<T>::get(issuer).ok_or(Error::<T>::UnknownIssuer)?;
		change(&mut record);
		Issuers::<T>::insert(issuer, &record);
		let Issuer { kinds, status, .. } = record;
		Self::deposit_event(Event::IssuerChanged { issuer, kinds, status });
		Ok(())
	}

	pub(crate) fn do_suspend_issuer(by: AccountId, issuer: IssuerId) -> DispatchResult {
		let record = Issuers::<T>::get(issuer).ok_or(Error::<T>::UnknownIssuer)?;
		ensure!(record.controller == by, Error::<T>::NotIssuerController);
		ensure!(record.status == IssuerStatus::Active, Error::<T>::IssuerSuspended);
		Self::change_issuer(issuer, |record| record.status = IssuerStatus::Suspended)
	}

	pub(crate) fn do_rotate_issuer_key(
		by: AccountId,
		issuer: IssuerId,
		key: DidKey,
		give_up_earlier: bool,
	) -> DispatchResult {
		let mut record = Issuers::<T>::get(issuer).ok_or(Error::<T>::UnknownIssuer)?;
		ensure!(record.controller == by, Error::<T>::NotIssuerController);
		ensure!(record.key != key, Error::<T>::SameKey);
		key.check().map_err(Error::<T>::from)?;
		record.key = key;
		record.epoch = record.epoch.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		if give_up_earlier {
			record.oldest_epoch = record.epoch;
		}
		Issuers::<T>::insert(issuer, record);
		Self::deposit_event(Event::IssuerKeyRotated {
			issuer,
			key,
			earlier_given_up: give_up_earlier,
		});
		Ok(())
	}
}
