//! The chain's allow-list of code: proposed, active, sunset, expired; revoked from any.

use crate::{
	ActiveMeasurements, Config, Error, Event, MeasurementAgenda, Measurements, Pallet, Parameters,
};
use concordat_primitives::{
	attest::{Measurement, MeasurementStatus},
	receipt::Operation,
	traits::{ClauseMeasurements, ReceiptSink},
	BlockNumber, ClauseId,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};

/// What receipts call a proposal that was withdrawn.
const WITHDRAWN: u8 = 5;

impl<T: Config> Pallet<T> {
	/// Writes a new state, keeps count of the active ones and of what falls due, and tells.
	fn put_measurement(measurement: Measurement, to: MeasurementStatus) {
		let from = Measurements::<T>::get(measurement);
		let active =
			|status: &MeasurementStatus| matches!(status, MeasurementStatus::Active { .. });
		if from.as_ref().is_some_and(active) {
			ActiveMeasurements::<T>::mutate(|count| *count = count.saturating_sub(1));
		}
		if active(&to) {
			ActiveMeasurements::<T>::mutate(|count| *count = count.saturating_add(1));
		}
		if let Some(due) = from.and_then(due) {
			MeasurementAgenda::<T>::remove(due, measurement);
		}
		if let Some(due) = due(to) {
			MeasurementAgenda::<T>::insert(due, measurement, ());
		}
		Measurements::<T>::insert(measurement, to);
		T::Receipts::append(Operation::MeasurementChanged { measurement, state: to.code() });
		Self::deposit_event(Event::MeasurementChanged { measurement, status: to });
	}

	/// Puts a measurement on the list at genesis.
	pub(crate) fn genesis_measurement(measurement: Measurement) -> Result<(), Error<T>> {
		ensure!(!Measurements::<T>::contains_key(measurement), Error::<T>::MeasurementKnown);
		Measurements::<T>::insert(measurement, MeasurementStatus::Active { since: Self::now() });
		ActiveMeasurements::<T>::mutate(|count| *count = count.saturating_add(1));
		Ok(())
	}

	pub(crate) fn do_propose(measurement: Measurement) -> DispatchResult {
		match Measurements::<T>::get(measurement) {
			None | Some(MeasurementStatus::Expired { .. }) => {},
			Some(MeasurementStatus::Revoked { .. }) => {
				return Err(Error::<T>::AlreadyRevoked.into())
			},
			Some(_) => return Err(Error::<T>::MeasurementKnown.into()),
		}
		let active_at = Self::now().saturating_add(Parameters::<T>::get().measurement_timelock);
		Self::put_measurement(measurement, MeasurementStatus::Proposed { active_at });
		Ok(())
	}

	pub(crate) fn do_withdraw(measurement: Measurement) -> DispatchResult {
		let status = Measurements::<T>::get(measurement).ok_or(Error::<T>::UnknownMeasurement)?;
		let MeasurementStatus::Proposed { active_at } = status else {
			return Err(Error::<T>::MeasurementNotProposed.into());
		};
		MeasurementAgenda::<T>::remove(active_at, measurement);
		Measurements::<T>::remove(measurement);
		T::Receipts::append(Operation::MeasurementChanged { measurement, state: WITHDRAWN });
		Self::deposit_event(Event::MeasurementWithdrawn { measurement });
		Ok(())
	}

	/// A clause that would have no valid measurement left, if `measurement` lapsed. Those in their sunset do not count:
	/// they end as well.
	fn stranded_by(measurement: &Measurement) -> Result<Option<ClauseId>, Error<T>> {
		let lasts = |other: &Measurement| {
			other != measurement
				&& matches!(Measurements::<T>::get(other), Some(MeasurementStatus::Active { .. }))
		};
		T::Clauses::stranded_by(measurement, &lasts).map_err(|_| Error::TooManyClauses)
	}

	pub(crate) fn do_sunset(measurement: Measurement, grace: BlockNumber) -> DispatchResult {
		ensure!(grace >= Parameters::<T>::get().min_grace, Error::<T>::GraceTooShort);
		let status = Measurements::<T>::get(measurement).ok_or(Error::<T>::UnknownMeasurement)?;
		ensure!(
			matches!(status, MeasurementStatus::Active { .. }),
			Error::<T>::MeasurementNotActive
		);
		ensure!(ActiveMeasurements::<T>::get() > 1, Error::<T>::LastMeasurement);
		ensure!(Self::stranded_by(&measurement)?.is_none(), Error::<T>::LastMeasurementOfClause);
		let until = Self::now().saturating_add(grace);
		Self::put_measurement(measurement, MeasurementStatus::Sunset { until });
		Ok(())
	}

	pub(crate) fn do_revoke(measurement: Measurement) -> DispatchResult {
		let status = Measurements::<T>::get(measurement).ok_or(Error::<T>::UnknownMeasurement)?;
		ensure!(!matches!(status, MeasurementStatus::Revoked { .. }), Error::<T>::AlreadyRevoked);
		Self::put_measurement(measurement, MeasurementStatus::Revoked { at: Self::now() });
		// It refuses at every use from now on; this ends the leases as well, and tells those who wait for them.
		Self::reassess_all();
		Ok(())
	}

	/// The time of a proposal or of a sunset has come.
	pub(crate) fn measurement_due(measurement: Measurement) {
		match Measurements::<T>::get(measurement) {
			Some(MeasurementStatus::Proposed { active_at }) => {
				Self::put_measurement(measurement, MeasurementStatus::Active { since: active_at });
			},
			Some(MeasurementStatus::Sunset { until }) => Self::sunset_due(measurement, until),
			other => log::error!(
				target: crate::LOG_TARGET,
				"measurement {measurement} is due, but is {other:?}"
			),
		}
	}

	/// The grace is over: the measurement expires, unless a clause would have none left. Then it counts for longer, and
	/// everybody is told.
	fn sunset_due(measurement: Measurement, until: BlockNumber) {
		let stranded = match Self::stranded_by(&measurement) {
			Ok(None) if ActiveMeasurements::<T>::get() > 0 => {
				Self::put_measurement(measurement, MeasurementStatus::Expired { at: until });
				Self::reassess_all();
				return;
			},
			Ok(clause) => clause,
			// So many clauses name it that they cannot be looked at: it does not lapse by accident.
			Err(_) => None,
		};
		let later = Self::now().saturating_add(Parameters::<T>::get().min_grace);
		Self::put_measurement(measurement, MeasurementStatus::Sunset { until: later });
		Self::deposit_event(Event::SunsetPostponed { measurement, until: later, clause: stranded });
	}
}

/// The block in which something happens to a measurement of this state.
pub(crate) const fn due(status: MeasurementStatus) -> Option<BlockNumber> {
	match status {
		MeasurementStatus::Proposed { active_at: at } | MeasurementStatus::Sunset { until: at } => {
			Some(at)
		},
		MeasurementStatus::Active { .. }
		| MeasurementStatus::Expired { .. }
		| MeasurementStatus::Revoked { .. } => None,
	}
}
