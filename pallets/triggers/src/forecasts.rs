//! Forecasts: a reason to wait, for a time (NSF orchestration protocols §4.10.6).

use crate::{
	forecast::{add, cut, is_forgotten, TooLong},
	Authorities, Config, Error, Event, Forecast, Forecasts, Pallet, Parameters, Pausing, CERTAIN,
	LOG_TARGET,
};
use codec::Encode;
use concordat_primitives::{
	job::PauseSubject,
	receipt::Operation,
	traits::{ClauseInspect, JobSwitches, ReceiptSink},
	AccountId, BlockNumber, Hash,
};
use frame_support::{ensure, storage::with_storage_layer};
use frame_system::pallet_prelude::OriginFor;
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Who declares something about a subject, if it may; `None` for governance. A class is governance's alone.
	pub(crate) fn authority(
		origin: OriginFor<T>,
		subject: &PauseSubject,
	) -> Result<Option<AccountId>, DispatchError> {
		let by = Self::signed_or_governance(origin)?;
		let Some(who) = &by else { return Ok(None) };
		let entitled = match subject {
			PauseSubject::Clause(id) => T::Clauses::clause(id).map(|clause| clause.owner),
			PauseSubject::Jurisdiction(code) => Authorities::<T>::get(code),
			PauseSubject::Class(_) => None,
		};
		ensure!(entitled.as_ref() == Some(who), Error::<T>::NotAuthority);
		Ok(by)
	}

	pub(crate) fn do_declare(
		by: Option<AccountId>,
		subject: PauseSubject,
		risk: u32,
		evidence: Hash,
		blocks: BlockNumber,
	) -> DispatchResult {
		let now = Self::now();
		let params = Parameters::<T>::get();
		if let PauseSubject::Jurisdiction(code) = &subject {
			ensure!(code.is_valid(), Error::<T>::JurisdictionInvalid);
		}
		ensure!(risk <= CERTAIN, Error::<T>::RiskInvalid);
		ensure!((1..=params.max_forecast).contains(&blocks), Error::<T>::TimeOutOfBounds);
		let before = Forecasts::<T>::get(&subject);
		let standing = before.as_ref().filter(|forecast| forecast.holds(now));
		Self::ensure_yields(standing, &by)?;
		let paused = standing.is_some_and(|forecast| forecast.pauses);

		let mut history = before.map(|forecast| forecast.history).unwrap_or_default();
		let pauses = risk >= params.risk_threshold;
		if pauses {
			history = add(history, now, blocks, params.forecast_span, params.forecast_total)
				.map_err(|refusal| match refusal {
					TooLong::Total => Error::<T>::PausedTooLong,
					TooLong::Often => Error::<T>::PausedTooOften,
				})?;
			Self::note_pause(by.is_some(), &subject, now, now.saturating_add(blocks))?;
			T::Switches::pause(subject.clone(), blocks)?;
		} else {
			cut(&mut history, now);
			if paused {
				Self::let_go(&subject);
			}
		}
		let until = now.saturating_add(blocks);
		let forecast =
			Forecast { by: by.clone(), risk, evidence, declared_at: now, until, pauses, history };
		Forecasts::<T>::insert(&subject, forecast);
		Self::audit_forecast(&subject, risk, until);
		Self::deposit_event(Event::ForecastDeclared { subject, by, risk, evidence, until, pauses });
		Ok(())
	}

	pub(crate) fn do_withdraw_forecast(
		by: Option<AccountId>,
		subject: PauseSubject,
	) -> DispatchResult {
		let now = Self::now();
		let mut forecast = Forecasts::<T>::get(&subject)
			.filter(|forecast| forecast.holds(now))
			.ok_or(Error::<T>::NoForecast)?;
		Self::ensure_yields(Some(&forecast), &by)?;
		if forecast.pauses {
			Self::let_go(&subject);
		}
		cut(&mut forecast.history, now);
		forecast.until = now;
		Forecasts::<T>::insert(&subject, forecast);
		Self::audit_forecast(&subject, 0, now);
		Self::deposit_event(Event::ForecastWithdrawn { subject });
		Ok(())
	}

	pub(crate) fn do_forget_forecast(subject: PauseSubject) -> DispatchResult {
		let now = Self::now();
		let forecast = Forecasts::<T>::get(&subject).ok_or(Error::<T>::NoForecast)?;
		let span = Parameters::<T>::get().forecast_span;
		let counts = forecast.holds(now) || !is_forgotten(&forecast.history, now, span);
		ensure!(!counts, Error::<T>::ForecastCounts);
		Forecasts::<T>::remove(&subject);
		Self::deposit_event(Event::ForecastForgotten { subject });
		Ok(())
	}

	/// What governance declared stays until governance says otherwise.
	fn ensure_yields(standing: Option<&Forecast>, by: &Option<AccountId>) -> DispatchResult {
		let governances = standing.is_some_and(|forecast| forecast.by.is_none());
		ensure!(!governances || by.is_none(), Error::<T>::DeclaredByGovernance);
		Ok(())
	}

	/// Enters a pause among those that stand, if it is not governance's; there has to be room.
	fn note_pause(
		counts: bool,
		subject: &PauseSubject,
		now: BlockNumber,
		until: BlockNumber,
	) -> DispatchResult {
		Pausing::<T>::try_mutate(|standing| {
			standing.retain(|(other, until)| *until > now && other != subject);
			if counts {
				let pause = (subject.clone(), until);
				standing.try_push(pause).map_err(|_| Error::<T>::TooManyPauses)?;
			}
			Ok(())
		})
	}

	/// Lifts the switch. Governance may have done so already, at the switch itself.
	fn let_go(subject: &PauseSubject) {
		Pausing::<T>::mutate(|standing| standing.retain(|(other, _)| other != subject));
		if let Err(error) = with_storage_layer(|| T::Switches::resume(subject.clone())) {
			log::info!(target: LOG_TARGET, "{subject:?} was not held back: {error:?}");
		}
	}

	fn audit_forecast(subject: &PauseSubject, risk: u32, until: BlockNumber) {
		let subject = Hash::from(sp_io::hashing::blake2_256(&subject.encode()));
		T::Receipts::append(Operation::ForecastDeclared { subject, risk, until });
	}
}
