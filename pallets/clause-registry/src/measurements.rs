//! Which clauses need which code, and which would have none left.

use crate::{ClauseRecord, Clauses, Config, MeasurementUsers, Pallet, WeightInfo};
use alloc::vec::Vec;
use concordat_primitives::{
	attest::Measurement,
	clause::{ClauseSpec, ClauseStatus},
	traits::{ClauseMeasurements, TooManyClauses},
	BlockNumber, ClauseId,
};
use frame_support::weights::Weight;

impl ClauseRecord {
	/// Whether it runs now or may run later. One that takes no jobs any more, because it is retired or its time is over,
	/// counts for as long as jobs of it are kept: they may still be running, or have to be run again.
	pub fn may_run(&self, now: BlockNumber) -> bool {
		let takes_jobs = self.status != ClauseStatus::Retired && !is_over(&self.spec, now);
		takes_jobs || self.kept_jobs > 0
	}

	/// Whether it names measurements, among them `lapsing`, and none of the others is `valid`.
	pub fn is_stranded(&self, lapsing: &Measurement, valid: &dyn Fn(&Measurement) -> bool) -> bool {
		let named = &self.spec.measurements;
		named.contains(lapsing) && !named.iter().any(|one| one != lapsing && valid(one))
	}
}

/// Whether the last block in which the clause could be dispatched has passed.
fn is_over(spec: &ClauseSpec, now: BlockNumber) -> bool {
	[spec.expiry, spec.window.map(|window| window.until)]
		.into_iter()
		.flatten()
		.any(|until| until <= now)
}

impl<T: Config> Pallet<T> {
	/// Makes a new clause known under its measurements.
	pub(crate) fn index_measurements(id: &ClauseId, spec: &ClauseSpec) {
		for measurement in &spec.measurements {
			MeasurementUsers::<T>::insert(measurement, id, ());
		}
	}

	/// Forgets a clause that nothing can run any more.
	pub(crate) fn forget_measurements(id: &ClauseId, spec: &ClauseSpec) {
		for measurement in &spec.measurements {
			MeasurementUsers::<T>::remove(measurement, id);
		}
	}
}

impl<T: Config> ClauseMeasurements for Pallet<T> {
	/// `valid` is asked about each other measurement of those clauses, so at most `LIMIT · (MAX_LIST − 1)` times; what
	/// that costs is the caller's to declare.
	fn stranded_by(
		measurement: &Measurement,
		valid: &dyn Fn(&Measurement) -> bool,
	) -> Result<Option<ClauseId>, TooManyClauses> {
		let most = Self::LIMIT as usize;
		// One more than are looked at tells whether there are more.
		let users: Vec<ClauseId> = MeasurementUsers::<T>::iter_key_prefix(measurement)
			.take(most.saturating_add(1))
			.collect();
		if users.len() > most {
			return Err(TooManyClauses);
		}
		let now = Self::now();
		let stranded = |id: &ClauseId| {
			Clauses::<T>::get(id)
				.is_some_and(|record| record.may_run(now) && record.is_stranded(measurement, valid))
		};
		Ok(users.into_iter().find(stranded))
	}

	const LIMIT: u32 = 64;

	fn weight() -> Weight {
		T::WeightInfo::stranded_by()
	}
}
