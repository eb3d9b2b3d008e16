//! The catalogue: which capabilities there are, and what each of them means (Symbiont orchestration protocol §2.1).

use crate::{
	types::is_valid_capability, Capabilities, CapabilityRecord, CapabilityStatus, CapabilityView,
	Config, Error, Event, HoldReason, Pallet, Parameters, LOG_TARGET,
};
use alloc::vec::Vec;
use concordat_primitives::{
	capability::CapabilitySpec,
	clause::ClauseSpec,
	receipt::Operation,
	traits::{CapabilityInspect, ReceiptSink},
	views::MAX_PAGE,
	AccountId, Balance, CapabilityId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Get, Weight},
	traits::{fungible::MutateHold, tokens::Precision},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_declare_capability(
		owner: Option<AccountId>,
		id: CapabilityId,
		spec: CapabilitySpec,
	) -> DispatchResult {
		ensure!(id.is_valid(), Error::<T>::InvalidCapability);
		ensure!(is_valid_capability(&spec), Error::<T>::InvalidCapabilitySpec);
		ensure!(!Capabilities::<T>::contains_key(id), Error::<T>::CapabilityTaken);
		let deposit = match &owner {
			Some(owner) => {
				let deposit = Parameters::<T>::get().capability_deposit;
				T::Currency::hold(&HoldReason::Capability.into(), owner, deposit)?;
				deposit
			},
			None => 0,
		};
		Self::enter_capability(id, owner.clone(), spec, deposit);
		T::Receipts::append(Operation::CapabilityChanged { capability: id, retired: false });
		Self::deposit_event(Event::CapabilityDeclared { id, owner, deposit });
		Ok(())
	}

	/// Writes a new capability down.
	fn enter_capability(
		id: CapabilityId,
		owner: Option<AccountId>,
		spec: CapabilitySpec,
		deposit: Balance,
	) {
		let record = CapabilityRecord {
			owner,
			spec,
			status: CapabilityStatus::Declared,
			clauses: 0,
			declared_at: Self::now(),
			deposit,
		};
		Capabilities::<T>::insert(id, record);
	}

	/// The catalogue of the genesis. No receipts: there is no block yet that they could belong to.
	pub(crate) fn build_catalogue(capabilities: &[(CapabilityId, CapabilitySpec)]) {
		for (id, spec) in capabilities {
			assert!(
				id.is_valid() && is_valid_capability(spec),
				"clause-registry: the capability {id} makes no sense"
			);
			assert!(
				!Capabilities::<T>::contains_key(id),
				"clause-registry: the capability {id} is declared twice"
			);
			Self::enter_capability(*id, None, spec.clone(), 0);
		}
	}

	pub(crate) fn do_retire_capability(
		owner: Option<&AccountId>,
		id: CapabilityId,
	) -> DispatchResult {
		let mut record = Capabilities::<T>::get(id).ok_or(Error::<T>::UnknownCapability)?;
		ensure!(
			owner.is_none_or(|owner| record.owner.as_ref() == Some(owner)),
			Error::<T>::NotOwner
		);
		ensure!(record.status == CapabilityStatus::Declared, Error::<T>::CapabilityRetired);
		record.status = CapabilityStatus::Retired;
		T::Receipts::append(Operation::CapabilityChanged { capability: id, retired: true });
		Self::deposit_event(Event::CapabilityRetired { id });
		if record.clauses > 0 {
			Capabilities::<T>::insert(id, record);
			return Ok(());
		}
		Self::release_capability(&record)?;
		Self::remove_capability(id);
		Ok(())
	}

	pub(crate) fn do_correct_capability(id: CapabilityId, spec: CapabilitySpec) -> DispatchResult {
		ensure!(is_valid_capability(&spec), Error::<T>::InvalidCapabilitySpec);
		let mut record = Capabilities::<T>::get(id).ok_or(Error::<T>::UnknownCapability)?;
		// Clauses were registered, and workflows checked, against what it is.
		ensure!(record.clauses == 0 || record.spec == spec, Error::<T>::CapabilityInUse);
		Self::release_capability(&record)?;
		(record.owner, record.deposit) = (None, 0);
		(record.spec, record.status) = (spec, CapabilityStatus::Declared);
		Capabilities::<T>::insert(id, record);
		T::Receipts::append(Operation::CapabilityChanged { capability: id, retired: false });
		Self::deposit_event(Event::CapabilityCorrected { id });
		Ok(())
	}

	/// What a new clause may ask of the capability that it names.
	pub(crate) fn validate_capability(spec: &ClauseSpec) -> Result<(), Error<T>> {
		ensure!(spec.capability.is_valid(), Error::<T>::InvalidCapability);
		let record = Capabilities::<T>::get(spec.capability);
		let record = record.ok_or(Error::<T>::UnknownCapability)?;
		ensure!(record.status == CapabilityStatus::Declared, Error::<T>::CapabilityRetired);
		ensure!(
			spec.limits.wall_millis <= record.spec.max_wall_millis,
			Error::<T>::WallBeyondCapability
		);
		Ok(())
	}

	/// A clause asks for the capability from now on.
	pub(crate) fn hold_capability(id: &CapabilityId) {
		Capabilities::<T>::mutate(id, |record| match record {
			Some(record) => record.clauses = record.clauses.saturating_add(1),
			None => {
				log::error!(target: LOG_TARGET, "a clause asks for {id}, which is not declared")
			},
		});
	}

	/// A clause no longer asks for the capability. A retired one goes with the last of them.
	pub(crate) fn let_go_of_capability(id: &CapabilityId) {
		let Some(mut record) = Capabilities::<T>::get(id) else {
			log::error!(target: LOG_TARGET, "a clause asked for {id}, which is not declared");
			return;
		};
		record.clauses = record.clauses.saturating_sub(1);
		if record.is_done() {
			match Self::release_capability(&record) {
				Ok(()) => return Self::remove_capability(*id),
				// The record stays with its deposit, so nothing is lost.
				Err(error) => {
					log::error!(target: LOG_TARGET, "the deposit of {id} is not released: {error:?}")
				},
			}
		}
		Capabilities::<T>::insert(id, record);
	}

	fn release_capability(record: &CapabilityRecord) -> DispatchResult {
		if let Some(owner) = &record.owner {
			let reason = HoldReason::Capability.into();
			T::Currency::release(&reason, owner, record.deposit, Precision::Exact)?;
		}
		Ok(())
	}

	fn remove_capability(id: CapabilityId) {
		Capabilities::<T>::remove(id);
		Self::deposit_event(Event::CapabilityRemoved { id });
	}

	pub(crate) fn view_of_capability(id: CapabilityId, record: CapabilityRecord) -> CapabilityView {
		CapabilityView {
			id,
			owner: record.owner,
			spec: record.spec,
			status: record.status,
			clauses: record.clauses,
			declared_at: record.declared_at,
			deposit: record.deposit,
		}
	}

	/// Rows of the catalogue that come after `after` in the order of the map.
	pub(crate) fn catalogue(after: Option<CapabilityId>, limit: u32) -> Vec<CapabilityView> {
		let rows = match after {
			Some(id) => Capabilities::<T>::iter_from(Capabilities::<T>::hashed_key_for(id)),
			None => Capabilities::<T>::iter(),
		};
		rows.take(limit.clamp(1, MAX_PAGE) as usize)
			.map(|(id, record)| Self::view_of_capability(id, record))
			.collect()
	}

	/// For benchmarks of other pallets: sees to it that the catalogue knows the capability.
	#[cfg(feature = "runtime-benchmarks")]
	pub fn note_capability(id: CapabilityId) {
		if !Capabilities::<T>::contains_key(id) {
			Self::enter_capability(id, None, crate::benchmarking::capability_spec(), 0);
		}
	}
}

impl<T: Config> CapabilityInspect for Pallet<T> {
	/// Retired ones too, for as long as clauses ask for them: nodes may offer them, and workflows are checked against
	/// them.
	fn capability(id: &CapabilityId) -> Option<CapabilitySpec> {
		Capabilities::<T>::get(id).map(|record| record.spec)
	}

	fn weight() -> Weight {
		T::DbWeight::get().reads(1)
	}
}
