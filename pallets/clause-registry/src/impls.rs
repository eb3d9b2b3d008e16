//! What the calls do, and what other pallets see.

use crate::{
	Authorities, ByIndex, ClauseRecord, Clauses, Config, Error, Event, HoldReason, Latest, Pallet,
	Parameters, WeightInfo, LOG_TARGET,
};
use alloc::vec::Vec;
use codec::Encode;
use concordat_primitives::{
	clause::{ClauseSpec, ClauseStatus, ProgramLocation, SafeModeReason},
	receipt::Operation,
	text::Name,
	traits::{block_number, ClauseInfo, ClauseInspect, ClauseJobs, ReceiptSink},
	views::{ClauseView, Page, MAX_PAGE},
	AccountId, Balance, BlockNumber, ClauseId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, EnsureOrigin, Get, Weight},
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
		QueryPreimage,
	},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// `None` for governance, the account for an owner.
	pub(crate) fn ensure_owner_or_force(
		origin: T::RuntimeOrigin,
	) -> Result<Option<AccountId>, DispatchError> {
		match T::ForceOrigin::try_origin(origin) {
			Ok(_) => Ok(None),
			Err(origin) => Ok(Some(T::OwnerOrigin::ensure_origin(origin)?)),
		}
	}

	/// What has to be held for a clause.
	pub fn deposit_for(id: &ClauseId, spec: &ClauseSpec) -> Balance {
		let params = Parameters::<T>::get();
		let program = match spec.program.location {
			ProgramLocation::Preimage => Balance::from(spec.program.len),
			ProgramLocation::External(_) => 0,
		};
		let bytes = program.saturating_add((id.encoded_size() + spec.encoded_size()) as Balance);
		params.base_deposit.saturating_add(params.byte_deposit.saturating_mul(bytes))
	}

	pub(crate) fn do_register(
		owner: AccountId,
		id: ClauseId,
		spec: ClauseSpec,
		activate: bool,
	) -> DispatchResult {
		let now = Self::now();
		Self::validate(&id, &spec, now)?;
		let authority = Authorities::<T>::get(&id.authority);
		ensure!(
			authority.as_ref().is_none_or(|account| *account == owner),
			Error::<T>::AuthorityTaken
		);
		let name = (id.authority.clone(), id.name.clone());
		// Greater than all before also means that this very id is new.
		ensure!(
			Latest::<T>::get(&name).is_none_or(|latest| id.version > latest),
			Error::<T>::VersionNotGreater
		);

		let deposit = Self::deposit_for(&id, &spec);
		T::Currency::hold(&HoldReason::Clause.into(), &owner, deposit)?;
		if spec.program.location == ProgramLocation::Preimage {
			T::Preimages::request(&spec.program.hash);
		}
		if authority.is_none() {
			Authorities::<T>::insert(&id.authority, &owner);
			Self::deposit_event(Event::AuthorityTransferred {
				authority: id.authority.clone(),
				from: None,
				to: owner.clone(),
			});
		}
		Latest::<T>::insert(name, id.version);
		// Records are never removed, so their count is the next index.
		let index = u64::from(Clauses::<T>::count());
		ByIndex::<T>::insert(index, &id);
		Self::index_measurements(&id, &spec);
		Self::hold_capability(&spec.capability);
		let status = if activate { ClauseStatus::Active } else { ClauseStatus::Draft };
		let record = ClauseRecord {
			owner: owner.clone(),
			spec,
			status,
			open_jobs: 0,
			kept_jobs: 0,
			failures: 0,
			registered_at: now,
			index,
			deposit: Some(deposit),
		};
		Clauses::<T>::insert(&id, record);
		Self::deposit_event(Event::ClauseRegistered { id: id.clone(), owner, index, deposit });
		Self::announce(&id, status);
		Ok(())
	}

	pub(crate) fn do_activate(owner: &AccountId, id: &ClauseId) -> DispatchResult {
		let now = Self::now();
		Self::try_change(Some(owner), id, |record| {
			ensure!(record.status == ClauseStatus::Draft, Error::<T>::NotDraft);
			Self::validate_time(&record.spec, now)?;
			record.status = ClauseStatus::Active;
			Ok(())
		})
	}

	pub(crate) fn do_retire(owner: &AccountId, id: &ClauseId) -> DispatchResult {
		Self::try_change(Some(owner), id, |record| {
			ensure!(record.status != ClauseStatus::Retired, Error::<T>::AlreadyRetired);
			record.status = ClauseStatus::Retired;
			Self::release_if_done(id, record)
		})
	}

	pub(crate) fn do_enter_safe_mode(owner: Option<&AccountId>, id: &ClauseId) -> DispatchResult {
		Self::try_change(owner, id, |record| {
			ensure!(record.status == ClauseStatus::Active, Error::<T>::NotActive);
			record.status = ClauseStatus::SafeMode(SafeModeReason::Owner);
			Ok(())
		})
	}

	pub(crate) fn do_leave_safe_mode(owner: Option<&AccountId>, id: &ClauseId) -> DispatchResult {
		Self::try_change(owner, id, |record| {
			ensure!(matches!(record.status, ClauseStatus::SafeMode(_)), Error::<T>::NotInSafeMode);
			record.status = ClauseStatus::Active;
			record.failures = 0;
			Ok(())
		})
	}

	pub(crate) fn do_transfer_ownership(
		owner: &AccountId,
		id: &ClauseId,
		new_owner: AccountId,
	) -> DispatchResult {
		Clauses::<T>::try_mutate(id, |record| {
			let record = record.as_mut().ok_or(Error::<T>::UnknownClause)?;
			ensure!(record.owner == *owner, Error::<T>::NotOwner);
			ensure!(record.status != ClauseStatus::Retired, Error::<T>::AlreadyRetired);
			ensure!(record.owner != new_owner, Error::<T>::SameOwner);
			// The deposit goes along: nobody's free funds are held without their consent.
			if let Some(deposit) = record.deposit {
				T::Currency::transfer_on_hold(
					&HoldReason::Clause.into(),
					owner,
					&new_owner,
					deposit,
					Precision::Exact,
					Restriction::OnHold,
					Fortitude::Polite,
				)?;
			}
			record.owner = new_owner.clone();
			Self::deposit_event(Event::OwnershipTransferred {
				id: id.clone(),
				from: owner.clone(),
				to: new_owner,
			});
			Ok(())
		})
	}

	pub(crate) fn do_transfer_authority(
		owner: Option<&AccountId>,
		authority: Name,
		new_owner: AccountId,
	) -> DispatchResult {
		ensure!(authority.is_valid(), Error::<T>::InvalidId);
		let from = Authorities::<T>::get(&authority);
		if let Some(owner) = owner {
			let present = from.as_ref().ok_or(Error::<T>::UnknownAuthority)?;
			ensure!(present == owner, Error::<T>::NotOwner);
		}
		ensure!(from.as_ref() != Some(&new_owner), Error::<T>::SameOwner);
		Authorities::<T>::insert(&authority, &new_owner);
		Self::deposit_event(Event::AuthorityTransferred { authority, from, to: new_owner });
		Ok(())
	}

	/// Changes a clause's state on behalf of its owner (`None`: of governance) and tells of it.
	fn try_change(
		owner: Option<&AccountId>,
		id: &ClauseId,
		change: impl FnOnce(&mut ClauseRecord) -> DispatchResult,
	) -> DispatchResult {
		let status = Clauses::<T>::try_mutate(id, |record| {
			let record = record.as_mut().ok_or(Error::<T>::UnknownClause)?;
			ensure!(owner.is_none_or(|owner| record.owner == *owner), Error::<T>::NotOwner);
			change(record)?;
			Ok::<_, DispatchError>(record.status)
		})?;
		Self::announce(id, status);
		Ok(())
	}

	/// Tells of a change of state, by event and by receipt.
	fn announce(id: &ClauseId, status: ClauseStatus) {
		T::Receipts::append(Operation::ClauseChanged { clause: id.clone(), status });
		Self::deposit_event(Event::ClauseStatusChanged { id: id.clone(), status });
	}

	/// Lets go of program, measurements, capability and deposit if nothing needs them any more; at most once per
	/// clause.
	fn release_if_done(id: &ClauseId, record: &mut ClauseRecord) -> DispatchResult {
		if !record.is_done() {
			return Ok(());
		}
		let Some(deposit) = record.deposit else { return Ok(()) };
		T::Currency::release(&HoldReason::Clause.into(), &record.owner, deposit, Precision::Exact)?;
		if record.spec.program.location == ProgramLocation::Preimage {
			T::Preimages::unrequest(&record.spec.program.hash);
		}
		Self::forget_measurements(id, &record.spec);
		Self::let_go_of_capability(&record.spec.capability);
		record.deposit = None;
		Self::deposit_event(Event::ClauseReleased {
			id: id.clone(),
			owner: record.owner.clone(),
			deposit,
		});
		Ok(())
	}

	/// Counts a job's end; returns the new state if it changed.
	fn close_job(
		id: &ClauseId,
		record: &mut ClauseRecord,
		success: Option<bool>,
	) -> Option<ClauseStatus> {
		if record.open_jobs == 0 {
			log::error!(target: LOG_TARGET, "a job of {id} ended that never began");
		}
		record.open_jobs = record.open_jobs.saturating_sub(1);
		let mut changed = None;
		match success {
			Some(true) => record.failures = 0,
			Some(false) => {
				record.failures = record.failures.saturating_add(1);
				if record.status == ClauseStatus::Active
					&& record.failures >= Parameters::<T>::get().failure_threshold
				{
					record.status = ClauseStatus::SafeMode(SafeModeReason::Failures);
					changed = Some(record.status);
				}
			},
			None => {},
		}
		changed
	}

	/// Counts a job whose records are gone; returns whether it was the last one that a retired clause had
	/// to wait for.
	fn forget_job(id: &ClauseId, record: &mut ClauseRecord) -> bool {
		if record.kept_jobs <= record.open_jobs {
			log::error!(target: LOG_TARGET, "a job of {id} is gone that never ended");
			return false;
		}
		record.kept_jobs = record.kept_jobs.saturating_sub(1);
		let last = record.is_done();
		if let Err(error) = Self::release_if_done(id, record) {
			// The deposit stays on hold and on record, so nothing is lost.
			log::error!(target: LOG_TARGET, "the deposit of {id} is not released: {error:?}");
		}
		last
	}

	/// A clause, for clients.
	pub fn view(id: &ClauseId) -> Option<ClauseView> {
		Clauses::<T>::get(id).map(|record| ClauseView {
			id: id.clone(),
			owner: record.owner,
			status: record.status,
			spec: record.spec,
			open_jobs: record.open_jobs,
			failures: record.failures,
			registered_at: record.registered_at,
		})
	}

	/// Clauses in the order of registration, from place `from` on. A page has 1 to [`MAX_PAGE`] rows,
	/// whatever is asked.
	pub fn page(from: u64, limit: u32) -> Page<ClauseView> {
		let count = u64::from(Clauses::<T>::count());
		let end = from.saturating_add(u64::from(limit.clamp(1, MAX_PAGE))).min(count);
		let items: Vec<_> =
			(from..end).filter_map(ByIndex::<T>::get).filter_map(|id| Self::view(&id)).collect();
		Page { items, next: (from < end && end < count).then_some(end) }
	}
}

impl<T: Config> ClauseInspect<AccountId> for Pallet<T> {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		Clauses::<T>::get(id).map(|record| ClauseInfo {
			owner: record.owner,
			spec: record.spec,
			status: record.status,
		})
	}

	fn program(id: &ClauseId) -> Option<Vec<u8>> {
		let program = Clauses::<T>::get(id)?.spec.program;
		match program.location {
			ProgramLocation::Preimage => T::Preimages::fetch(&program.hash, Some(program.len))
				.ok()
				.map(|bytes| bytes.into_owned()),
			ProgramLocation::External(_) => None,
		}
	}

	fn weight() -> Weight {
		T::DbWeight::get().reads(1)
	}
}

impl<T: Config> ClauseJobs for Pallet<T> {
	fn job_opened(id: &ClauseId) {
		Clauses::<T>::mutate(id, |record| match record {
			Some(record) => {
				record.open_jobs = record.open_jobs.saturating_add(1);
				record.kept_jobs = record.kept_jobs.saturating_add(1);
			},
			None => {
				log::error!(target: LOG_TARGET, "a job began for {id}, which is not registered")
			},
		});
	}

	fn job_closed(id: &ClauseId, success: Option<bool>) {
		let changed = Clauses::<T>::mutate(id, |record| match record {
			Some(record) => Self::close_job(id, record, success),
			None => {
				log::error!(target: LOG_TARGET, "a job ended for {id}, which is not registered");
				None
			},
		});
		if let Some(status) = changed {
			Self::announce(id, status);
		}
	}

	fn job_pruned(id: &ClauseId) -> Weight {
		let last = Clauses::<T>::mutate(id, |record| match record {
			Some(record) => Self::forget_job(id, record),
			None => {
				log::error!(target: LOG_TARGET, "a job is gone of {id}, which is not registered");
				false
			},
		});
		if last {
			T::WeightInfo::job_pruned_last()
		} else {
			T::WeightInfo::job_pruned()
		}
	}

	/// Stops an active clause. One that takes no jobs anyhow stays as it is.
	fn suspend(id: &ClauseId) -> DispatchResult {
		let changed = Clauses::<T>::try_mutate(id, |record| {
			let record = record.as_mut().ok_or(Error::<T>::UnknownClause)?;
			let active = record.status == ClauseStatus::Active;
			if active {
				record.status = ClauseStatus::SafeMode(SafeModeReason::Dispute);
			}
			Ok::<_, DispatchError>(active.then_some(record.status))
		})?;
		if let Some(status) = changed {
			Self::announce(id, status);
		}
		Ok(())
	}

	fn weight_of_opening() -> Weight {
		T::WeightInfo::job_opened()
	}

	fn weight_of_closing() -> Weight {
		T::WeightInfo::job_closed().saturating_add(T::Receipts::weight())
	}

	fn weight_of_pruning() -> Weight {
		T::WeightInfo::job_pruned().max(T::WeightInfo::job_pruned_last())
	}

	fn weight() -> Weight {
		let announced = Self::weight_of_closing()
			.max(T::WeightInfo::suspend().saturating_add(T::Receipts::weight()));
		announced.max(Self::weight_of_opening()).max(Self::weight_of_pruning())
	}
}
