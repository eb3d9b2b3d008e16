//! What owners do with their triggers.

use crate::{
	kind_fits, Agenda, Config, Dependants, Due, Error, Event, Firings, HoldReason, NextTrigger,
	Order, Orders, Pallet, Parameters, Sources, Trigger, Triggers, Watchers,
};
use codec::Encode;
use concordat_primitives::{
	bundle::trigger::{Cause, Condition, FiringCounts, TriggerId, TriggerSpec, TriggerStatus},
	clause::ClauseStatus,
	traits::ClauseInspect,
	AccountId, Balance,
};
use frame_support::{
	ensure,
	traits::{Contains, EnsureOrigin},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Who calls; `None` for governance.
	pub(crate) fn signed_or_governance(
		origin: OriginFor<T>,
	) -> Result<Option<AccountId>, DispatchError> {
		match T::GovernanceOrigin::try_origin(origin) {
			Ok(_) => Ok(None),
			Err(origin) => Ok(Some(ensure_signed(origin)?)),
		}
	}

	pub(crate) fn do_create_trigger(owner: AccountId, mut spec: TriggerSpec) -> DispatchResult {
		let now = Self::now();
		Self::examine(&owner, &spec)?;
		let (next_window, starts_at) = match &spec.condition {
			schedule @ Condition::Schedule { .. } => {
				let window = schedule.window_after(0, now).ok_or(Error::<T>::NeverFires)?;
				let at = schedule.window(window).ok_or(Error::<T>::NeverFires)?;
				(window, Some(at))
			},
			_ => (0, None),
		};
		spec.constraints.trigger = spec.condition.kind();

		let params = Parameters::<T>::get();
		let bytes = spec.encoded_size() as u128;
		let deposit =
			params.trigger_deposit.saturating_add(params.deposit_byte.saturating_mul(bytes));
		Self::hold(HoldReason::Deposit, &owner, deposit)?;
		Self::hold(HoldReason::Funding, &owner, spec.funding)?;

		let id = NextTrigger::<T>::mutate(|next| {
			let id = *next;
			*next = next.saturating_add(1);
			id
		});
		Self::enlist(id, &owner, &spec.condition)?;
		let window = Due::Window { trigger: id, window: next_window };
		let armed = starts_at.map(|at| Self::arm(at, window));
		let clause = spec.clause.clone();
		Orders::<T>::insert(id, Order { input: spec.input, constraints: spec.constraints });
		Triggers::<T>::insert(
			id,
			Trigger {
				owner: owner.clone(),
				clause: spec.clause,
				condition: spec.condition,
				cooldown: spec.cooldown,
				until: spec.until,
				max_firings: spec.max_firings,
				deposit,
				funding: spec.funding,
				status: TriggerStatus::Active,
				counts: FiringCounts::default(),
				last_fired: None,
				pending: false,
				next_window,
				armed,
			},
		);
		Self::deposit_event(Event::TriggerCreated { trigger: id, owner, clause });
		Ok(())
	}

	/// Everything that can be said about a spec before money moves, but for its windows.
	fn examine(owner: &AccountId, spec: &TriggerSpec) -> DispatchResult {
		let clause = T::Clauses::clause(&spec.clause).ok_or(Error::<T>::ClauseUnknown)?;
		ensure!(clause.status != ClauseStatus::Retired, Error::<T>::ClauseRetired);
		let kind = spec.condition.kind();
		ensure!(clause.spec.triggers & kind.bit() != 0, Error::<T>::KindNotAccepted);

		ensure!(spec.condition.is_valid(), Error::<T>::ConditionInvalid);
		if let Some(source) = spec.condition.source() {
			let source = Sources::<T>::get(source).ok_or(Error::<T>::SourceUnknown)?;
			ensure!(kind_fits(&spec.condition, source.spec.kind), Error::<T>::ConditionInvalid);
			ensure!(source.spec.open || source.owner == *owner, Error::<T>::SourceClosed);
		}
		spec.input.check().map_err(Error::<T>::from)?;
		let known = |source| Sources::<T>::contains_key(source);
		ensure!(spec.input.sources().all(known), Error::<T>::SourceUnknown);
		let depends = matches!(spec.condition, Condition::Dependency { .. });
		ensure!(depends || !spec.input.needs_dependency(), Error::<T>::NoDependency);

		let is_schedule = matches!(spec.condition, Condition::Schedule { .. });
		ensure!(is_schedule == (spec.cooldown == 0), Error::<T>::CooldownInvalid);
		let ends = spec.until.is_some_and(|until| until <= Self::now());
		ensure!(spec.max_firings > 0 && !ends, Error::<T>::NeverFires);
		ensure!(spec.constraints.output_key.is_none(), Error::<T>::OutputKeyNotPermitted);
		Ok(())
	}

	/// Enters a trigger in the list of what sets it off.
	fn enlist(id: TriggerId, owner: &AccountId, condition: &Condition) -> DispatchResult {
		if let Some(source) = condition.source() {
			Watchers::<T>::try_append(source, id).map_err(|()| Error::<T>::TooManyWatchers)?;
		}
		if let Condition::Dependency { on } = condition {
			Dependants::<T>::try_append(owner, on, id)
				.map_err(|()| Error::<T>::TooManyDependants)?;
		}
		Ok(())
	}

	fn strike_off(id: TriggerId, owner: &AccountId, condition: &Condition) {
		if let Some(source) = condition.source() {
			Watchers::<T>::mutate_exists(source, |list| {
				*list = list.take().and_then(|mut list| {
					list.retain(|one| *one != id);
					(!list.is_empty()).then_some(list)
				});
			});
		}
		if let Condition::Dependency { on } = condition {
			Dependants::<T>::mutate_exists(owner, on, |list| {
				*list = list.take().and_then(|mut list| {
					list.retain(|one| *one != id);
					(!list.is_empty()).then_some(list)
				});
			});
		}
	}

	fn own_trigger(who: &AccountId, id: TriggerId) -> Result<Trigger, DispatchError> {
		let trigger = Triggers::<T>::get(id).ok_or(Error::<T>::TriggerUnknown)?;
		ensure!(trigger.owner == *who, Error::<T>::NotTriggerOwner);
		Ok(trigger)
	}

	pub(crate) fn do_fund(who: AccountId, id: TriggerId, amount: Balance) -> DispatchResult {
		let mut trigger = Self::own_trigger(&who, id)?;
		Self::hold(HoldReason::Funding, &who, amount)?;
		trigger.funding = trigger.funding.saturating_add(amount);
		let funding = trigger.funding;
		Triggers::<T>::insert(id, trigger);
		Self::deposit_event(Event::FundingChanged { trigger: id, funding });
		Ok(())
	}

	pub(crate) fn do_withdraw(who: AccountId, id: TriggerId, amount: Balance) -> DispatchResult {
		let mut trigger = Self::own_trigger(&who, id)?;
		let funding = trigger.funding.checked_sub(amount).ok_or(Error::<T>::FundingTooLow)?;
		Self::release(HoldReason::Funding, &who, amount)?;
		trigger.funding = funding;
		Triggers::<T>::insert(id, trigger);
		Self::deposit_event(Event::FundingChanged { trigger: id, funding });
		Ok(())
	}

	pub(crate) fn do_pause(who: AccountId, id: TriggerId) -> DispatchResult {
		let mut trigger = Self::own_trigger(&who, id)?;
		ensure!(trigger.status == TriggerStatus::Active, Error::<T>::NotActive);
		trigger.status = TriggerStatus::Paused;
		Triggers::<T>::insert(id, trigger);
		Self::deposit_event(Event::TriggerPaused { trigger: id });
		Ok(())
	}

	pub(crate) fn do_resume(who: AccountId, id: TriggerId) -> DispatchResult {
		let mut trigger = Self::own_trigger(&who, id)?;
		ensure!(
			matches!(trigger.status, TriggerStatus::Paused | TriggerStatus::Stopped(_)),
			Error::<T>::NotPaused
		);
		trigger.status = TriggerStatus::Active;
		trigger.counts.failures = 0;
		let missed = Self::catch_up(id, &mut trigger);
		Self::deposit_event(Event::TriggerResumed { trigger: id, missed });
		Self::end_if_over(id, &mut trigger);
		Triggers::<T>::insert(id, trigger);
		Ok(())
	}

	/// Puts a schedule that fell off the agenda back on it, at the first window to come. Returns how many it skipped.
	fn catch_up(id: TriggerId, trigger: &mut Trigger) -> u32 {
		let Condition::Schedule { count, .. } = trigger.condition else { return 0 };
		// Its window has not come, or has not been taken up yet.
		if trigger.armed.is_some() {
			return 0;
		}
		let next = trigger.condition.window_after(trigger.next_window, Self::now());
		let missed = next.unwrap_or(count).saturating_sub(trigger.next_window);
		trigger.counts.missed = trigger.counts.missed.saturating_add(missed);
		trigger.next_window = next.unwrap_or(count);
		Self::arm_window(id, trigger);
		missed
	}

	/// Puts the next window of a schedule on the agenda, if it has one.
	pub(crate) fn arm_window(id: TriggerId, trigger: &mut Trigger) {
		let window = trigger.next_window;
		trigger.armed = trigger
			.condition
			.window(window)
			.map(|at| Self::arm(at, Due::Window { trigger: id, window }));
	}

	pub(crate) fn do_remove(who: AccountId, id: TriggerId) -> DispatchResult {
		let trigger = Self::own_trigger(&who, id)?;
		Self::release(HoldReason::Funding, &who, trigger.funding)?;
		Self::release(HoldReason::Deposit, &who, trigger.deposit)?;
		Self::strike_off(id, &who, &trigger.condition);
		if let Some(at) = trigger.armed {
			Agenda::<T>::remove(at, Due::Window { trigger: id, window: trigger.next_window });
		}
		Triggers::<T>::remove(id);
		Orders::<T>::remove(id);
		Firings::<T>::remove(id);
		Self::deposit_event(Event::TriggerRemoved { trigger: id, funding: trigger.funding });
		Ok(())
	}

	pub(crate) fn do_fire(by: Option<AccountId>, id: TriggerId) -> DispatchResult {
		let mut trigger = Triggers::<T>::get(id).ok_or(Error::<T>::TriggerUnknown)?;
		let cause = match trigger.condition {
			Condition::Proposal => Cause::Proposal,
			Condition::Manual => Cause::Manual,
			_ => return Err(Error::<T>::NotFirable.into()),
		};
		match &by {
			Some(who) => {
				ensure!(trigger.owner == *who, Error::<T>::NotTriggerOwner);
				// Nobody votes for an account that is not a DAO's.
				ensure!(cause == Cause::Manual || T::Daos::contains(who), Error::<T>::NotFirable);
			},
			None => ensure!(cause == Cause::Proposal, Error::<T>::NotFirable),
		}
		let now = Self::now();
		ensure!(trigger.status == TriggerStatus::Active, Error::<T>::NotActive);
		ensure!(!trigger.is_over(now), Error::<T>::TriggerOver);
		ensure!(trigger.is_ready(now), Error::<T>::TooSoon);
		trigger.pending = true;
		Triggers::<T>::insert(id, trigger);
		Self::set_off(id, cause);
		Ok(())
	}
}
