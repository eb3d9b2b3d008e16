//! What the calls do.

use crate::{
	groth, Bytes, Config, CurvesOff, Error, Event, HoldReason, KeyRecord, Keys, Pallet, Parameters,
	Prepared, PreparedBytes, SwitchedBy, Switches, VerifierView, WeightInfo,
};
use concordat_pairing::groth16::KeyError;
use concordat_primitives::{
	clause::ClauseStatus,
	receipt::Operation,
	traits::{block_number, ClauseInfo, ClauseInspect, ReceiptSink},
	zk::{vk_id, Curve, KeyBytes},
	AccountId, ClauseId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, EnsureOrigin, Weight},
	traits::{fungible::MutateHold, tokens::Precision},
};

impl<T: Config> Pallet<T> {
	/// `None` for governance, the account for an owner.
	pub(crate) fn ensure_owner_or_force(
		origin: T::RuntimeOrigin,
	) -> Result<Option<AccountId>, DispatchError> {
		match T::ForceOrigin::try_origin(origin) {
			Ok(_) => Ok(None),
			Err(origin) => Ok(Some(T::OwnerOrigin::ensure_origin(origin)?)),
		}
	}

	/// An emergency stops and does not start.
	pub(crate) fn ensure_may_switch_curve(
		origin: T::RuntimeOrigin,
		enabled: bool,
	) -> DispatchResult {
		match T::ForceOrigin::try_origin(origin) {
			Ok(_) => {},
			Err(_) if enabled => return Err(DispatchError::BadOrigin),
			Err(origin) => {
				T::EmergencyOrigin::ensure_origin(origin)?;
			},
		}
		Ok(())
	}

	/// The clause; on behalf of an owner (`None`: of governance) only if it is theirs.
	fn clause_of(
		owner: Option<&AccountId>,
		clause: &ClauseId,
	) -> Result<ClauseInfo<AccountId>, DispatchError> {
		let info = T::Clauses::clause(clause).ok_or(Error::<T>::UnknownClause)?;
		ensure!(owner.is_none_or(|owner| info.owner == *owner), Error::<T>::NotOwner);
		Ok(info)
	}

	pub(crate) fn do_register(
		owner: AccountId,
		clause: ClauseId,
		curve: Curve,
		key: KeyBytes,
	) -> DispatchResult {
		let info = Self::clause_of(Some(&owner), &clause)?;
		ensure!(info.status != ClauseStatus::Retired, Error::<T>::ClauseRetired);
		ensure!(!Keys::<T>::contains_key(&clause), Error::<T>::KeyExists);
		ensure!(Self::is_curve_enabled(curve), Error::<T>::CurveDisabled);
		let (inputs, prepared) = groth::prepare(curve, &key).map_err(Error::<T>::from)?;
		let deposit = Parameters::<T>::get().deposit(key.len(), prepared.len());
		// Longer than any key with as many inputs as there may be: `do_integrity_test` rules it out.
		let prepared: PreparedBytes =
			prepared.try_into().map_err(|_| Error::<T>::InvalidKeyLength)?;

		T::Currency::hold(&HoldReason::VerifyingKey.into(), &owner, deposit)?;
		let id = vk_id(curve, &key);
		Prepared::<T>::insert(&clause, &prepared);
		Bytes::<T>::insert(&clause, key);
		let record = KeyRecord {
			id,
			curve,
			inputs,
			depositor: owner.clone(),
			deposit,
			registered_at: block_number(frame_system::Pallet::<T>::block_number()),
			switches: Switches::ON,
		};
		Keys::<T>::insert(&clause, record);
		T::Receipts::append(Operation::VerifierChanged {
			clause: clause.clone(),
			key: id,
			enabled: true,
		});
		Self::deposit_event(Event::KeyRegistered {
			clause,
			key: id,
			curve,
			inputs,
			depositor: owner,
			deposit,
		});
		Ok(())
	}

	pub(crate) fn do_set_enabled(
		owner: Option<&AccountId>,
		clause: ClauseId,
		enabled: bool,
	) -> DispatchResult {
		Self::clause_of(owner, &clause)?;
		let by = if owner.is_some() { SwitchedBy::Owner } else { SwitchedBy::Governance };
		Keys::<T>::try_mutate(&clause, |record| {
			let record = record.as_mut().ok_or(Error::<T>::NoKey)?;
			let switch = record.switches.of(by);
			ensure!(*switch != enabled, Error::<T>::NothingChanges);
			*switch = enabled;
			let (key, accepted) = (record.id, Self::accepts(record));
			let receipt =
				Operation::VerifierChanged { clause: clause.clone(), key, enabled: accepted };
			T::Receipts::append(receipt);
			let clause = clause.clone();
			Self::deposit_event(Event::KeySwitched { clause, key, by, enabled, accepted });
			Ok(())
		})
	}

	pub(crate) fn do_remove(owner: Option<&AccountId>, clause: ClauseId) -> DispatchResult {
		let info = Self::clause_of(owner, &clause)?;
		let record = Keys::<T>::get(&clause).ok_or(Error::<T>::NoKey)?;
		let unused = matches!(info.status, ClauseStatus::Draft | ClauseStatus::Retired);
		ensure!(owner.is_none() || unused, Error::<T>::KeyInUse);

		let KeyRecord { id: key, depositor, deposit, .. } = record;
		let reason = HoldReason::VerifyingKey.into();
		T::Currency::release(&reason, &depositor, deposit, Precision::Exact)?;
		Keys::<T>::remove(&clause);
		Bytes::<T>::remove(&clause);
		Prepared::<T>::remove(&clause);
		let receipt = Operation::VerifierChanged { clause: clause.clone(), key, enabled: false };
		T::Receipts::append(receipt);
		Self::deposit_event(Event::KeyRemoved { clause, key, depositor, deposit });
		Ok(())
	}

	pub(crate) fn do_set_curve_enabled(curve: Curve, enabled: bool) -> DispatchResult {
		ensure!(Self::is_curve_enabled(curve) != enabled, Error::<T>::NothingChanges);
		if enabled {
			CurvesOff::<T>::remove(curve);
		} else {
			CurvesOff::<T>::insert(curve, ());
		}
		Self::deposit_event(Event::CurveSwitched { curve, enabled });
		Ok(())
	}

	/// Whether proofs under a key are accepted now.
	pub(crate) fn accepts(record: &KeyRecord) -> bool {
		record.switches.on() && Self::is_curve_enabled(record.curve)
	}

	/// Weight of a registration, by the number of inputs that a key of so many bytes can have.
	pub(crate) fn weight_of_registration(curve: Curve, len: usize) -> Weight {
		let inputs = groth::inputs_within(curve, len);
		match curve {
			Curve::Bls12381 => T::WeightInfo::register_bls12381(inputs),
			Curve::Bn254 => T::WeightInfo::register_bn254(inputs),
		}
		.saturating_add(T::Clauses::weight())
		.saturating_add(T::Receipts::weight())
	}

	/// The verifying key of a clause, for clients.
	pub fn view(clause: &ClauseId) -> Option<VerifierView> {
		let record = Keys::<T>::get(clause)?;
		let key = Bytes::<T>::get(clause)?;
		Some(VerifierView {
			clause: clause.clone(),
			id: record.id,
			curve: record.curve,
			inputs: record.inputs,
			depositor: record.depositor,
			deposit: record.deposit,
			registered_at: record.registered_at,
			switches: record.switches,
			curve_enabled: Self::is_curve_enabled(record.curve),
			key,
		})
	}
}

impl<T: Config> From<KeyError> for Error<T> {
	fn from(error: KeyError) -> Self {
		match error {
			KeyError::Length => Self::InvalidKeyLength,
			KeyError::Inputs { .. } => Self::InvalidKeyInputs,
			KeyError::Point => Self::InvalidKeyPoint,
			KeyError::Identity => Self::IdentityInKey,
			KeyError::Duplicate => Self::DuplicateInKey,
		}
	}
}
