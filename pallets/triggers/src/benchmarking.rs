//! Benchmarks: one for each call and each step of the hook, in its worst case. What the pallets that are called do is
//! weighed by them, or measured with these where the runtime connects them.

use crate::{quota::Quota, *};
use alloc::{boxed::Box, vec, vec::Vec};
use concordat_primitives::{
	bundle::{
		reading::{
			Fixed, KeptReading, OracleKey, Reading, ReadingValue, SourceId, SourceKind, SourceSpec,
			MAX_PLACE_BYTES, MAX_READINGS,
		},
		trigger::{
			Cause, Comparison, Condition, FiringRecord, TriggerId, TriggerSpec, TriggerStatus,
			MAX_FIRINGS_KEPT,
		},
		BundleSpec, Part, MAX_BUNDLE_ROWS, MAX_PARTS, MAX_STATIC_BYTES,
	},
	clause::MAX_LIST,
	job::{JobClass, JobConstraints, PauseSubject},
	text::Name,
	traits::{GenesisHash, JobEnd, JobOutcomes, QuotaAsk, Quotas},
	units::CDT,
	workflow::JobParent,
	AccountId, BlockNumber, ClauseId, Hash, Jurisdiction,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, EnsureOrigin},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};

/// Makes clauses, which this pallet does not keep.
pub trait BenchmarkHelper {
	/// Makes an active clause of `owner` that accepts every trigger, and whose jobs can be opened.
	fn add_clause(owner: &AccountId) -> ClauseId;
}

const NOW: BlockNumber = 1_000;
const EVIDENCE: Hash = Hash::repeat_byte(7);
const MANUAL: Condition = Condition::Manual;

/// About as long as a reading.
const MESSAGE: [u8; 96] = [0x5a; 96];
const KEY: [u8; 32] =
	sp_core::hex2array!("7c0f469d3bd340bae718203fa30ca071a5e37c751e891dbded837b213d45d91d");
/// By the secret of [`KEY`], in the context `substrate`.
const SIGNATURE: [u8; 64] = sp_core::hex2array!("028f671b1de6ae5ad0a4eb014d32862bf403d1c9d27108006c6ff8ab162a882d2746cf9a5cc8635ac1028ec323b729c9d0bb62df35405e3aea65ba4c2a99d983");

fn go_to<T: Config>(block: BlockNumber) {
	frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(block));
}

fn owner<T: Config>() -> AccountId {
	let owner: AccountId = account("owner", 0, 0);
	T::Currency::set_balance(&owner, 1_000_000 * CDT);
	go_to::<T>(NOW);
	owner
}

fn name(byte: u8) -> Name {
	Name(BoundedVec::truncate_from(vec![byte; 32]))
}

fn source_spec() -> SourceSpec {
	let keys = (1..=MAX_LIST as u8).map(|seed| OracleKey::Sr25519([seed; 32])).collect();
	SourceSpec {
		kind: SourceKind::Sensor,
		name: name(b's'),
		data_type: name(b'd'),
		keys: BoundedVec::truncate_from(keys),
		quorum: MAX_LIST as u8,
		max_age: 100,
		decimals: 9,
		min: Fixed::MIN,
		max: Fixed::MAX,
		open: true,
	}
}

fn place() -> BoundedVec<u8, frame_support::traits::ConstU32<MAX_PLACE_BYTES>> {
	let mut place = b"https://".to_vec();
	place.resize(MAX_PLACE_BYTES as usize, b'p');
	BoundedVec::truncate_from(place)
}

fn document() -> ReadingValue {
	ReadingValue::Document { hash: Hash::repeat_byte(0xff), len: u32::MAX, location: place() }
}

/// A source with as many readings as are kept.
fn source<T: Config>(owner: &AccountId) -> Result<SourceId, BenchmarkError> {
	let id = NextSource::<T>::get();
	Pallet::<T>::do_register_source(owner.clone(), source_spec())?;
	let kept = |n: u32| KeptReading {
		sequence: n.into(),
		value: document(),
		observed_at: NOW,
		observed_ms: u64::MAX,
	};
	let readings: Vec<_> = (1..=MAX_READINGS).map(kept).collect();
	ReadingsOf::<T>::insert(id, BoundedVec::truncate_from(readings));
	Sources::<T>::mutate(id, |source| {
		if let Some(source) = source {
			source.last = Some((MAX_READINGS.into(), NOW));
		}
	});
	Ok(id)
}

fn spec<T: Config>(owner: &AccountId, condition: Condition, parts: Vec<Part>) -> TriggerSpec {
	let cooldown = if matches!(condition, Condition::Schedule { .. }) { 0 } else { 1 };
	TriggerSpec {
		clause: T::BenchmarkHelper::add_clause(owner),
		condition,
		input: BundleSpec {
			name: name(b'f'),
			version: u16::MAX,
			parts: BoundedVec::truncate_from(parts),
		},
		constraints: JobConstraints::default(),
		cooldown,
		until: None,
		max_firings: u32::MAX,
		funding: 1_000 * CDT,
	}
}

fn trigger<T: Config>(
	owner: &AccountId,
	condition: Condition,
	parts: Vec<Part>,
) -> Result<TriggerId, BenchmarkError> {
	let id = NextTrigger::<T>::get();
	let spec = spec::<T>(owner, condition, parts);
	Pallet::<T>::do_create_trigger(owner.clone(), spec)?;
	Ok(id)
}

/// `p` parts that read as much as can be, each from a source of its own.
fn parts<T: Config>(owner: &AccountId, p: u32) -> Result<Vec<Part>, BenchmarkError> {
	let n = MAX_BUNDLE_ROWS.checked_div(p).unwrap_or(0).min(MAX_READINGS) as u8;
	(0..p).map(|_| Ok(Part::History { source: source::<T>(owner)?, n })).collect()
}

/// The longest spec: as many parts as there can be, each with a long text.
fn texts() -> Vec<Part> {
	let part = |n: u8| Part::Static {
		key: name(b'a'.saturating_add(n)),
		value: BoundedVec::truncate_from(vec![b'~'; MAX_STATIC_BYTES as usize]),
	};
	(0..MAX_PARTS as u8).map(part).collect()
}

fn code(n: u8) -> Jurisdiction {
	Jurisdiction([b'A', b'A', b'A'.saturating_add(n)])
}

#[benchmarks]
mod benchmarks {
	use super::*;

	fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
		T::GovernanceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
	}

	#[benchmark]
	fn register_source() {
		let owner = owner::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), source_spec());

		assert_eq!(NextSource::<T>::get(), 1);
	}

	#[benchmark]
	fn update_source() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let source = source::<T>(&owner)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), source, source_spec());

		assert!(ReadingsOf::<T>::get(source).is_empty());
		Ok(())
	}

	#[benchmark]
	fn retire_source() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let source = source::<T>(&owner)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), source);

		assert!(!Sources::<T>::contains_key(source));
		Ok(())
	}

	/// Everything but the signatures: a reading that sets off each of `w` triggers.
	#[benchmark]
	fn post_reading(w: Linear<0, MAX_WATCHERS>) -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let id = source::<T>(&owner)?;
		let condition = || Condition::Sensor {
			source: id,
			comparison: Comparison::Any,
			sustained: MAX_READINGS as u8,
		};
		for _ in 0..w {
			trigger::<T>(&owner, condition(), vec![])?;
		}
		let reading = Reading {
			genesis: T::Genesis::genesis_hash(),
			source: id,
			sequence: u64::MAX,
			value: document(),
			observed_at: NOW,
			observed_ms: u64::MAX,
		};

		#[block]
		{
			let record = Sources::<T>::get(id).ok_or("registered above")?;
			record
				.spec
				.examine(&reading, &T::Genesis::genesis_hash(), record.last, NOW)
				.map_err(|_| "a good reading")?;
			Pallet::<T>::accept(record, reading);
		}

		assert_eq!(Agenda::<T>::iter().count(), w as usize);
		Ok(())
	}

	/// One signature of the dearer kind.
	#[benchmark]
	fn verify_signature() {
		let verified;

		#[block]
		{
			verified = OracleKey::Sr25519(KEY).verify(&MESSAGE, &SIGNATURE);
		}

		assert!(verified);
	}

	#[benchmark]
	fn create_trigger() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let source = source::<T>(&owner)?;
		let condition = Condition::Sensor { source, comparison: Comparison::Any, sustained: 1 };
		for _ in 1..MAX_WATCHERS {
			trigger::<T>(&owner, condition.clone(), vec![])?;
		}
		let spec = Box::new(spec::<T>(&owner, condition, texts()));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), spec);

		assert_eq!(NextTrigger::<T>::get(), MAX_WATCHERS);
		Ok(())
	}

	#[benchmark]
	fn fund() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let trigger = trigger::<T>(&owner, MANUAL, texts())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), trigger, CDT);

		assert!(Triggers::<T>::get(trigger).is_some_and(|t| t.funding == 1_001 * CDT));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let trigger = trigger::<T>(&owner, MANUAL, texts())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), trigger, CDT);

		assert!(Triggers::<T>::get(trigger).is_some_and(|t| t.funding == 999 * CDT));
		Ok(())
	}

	#[benchmark]
	fn pause_trigger() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let trigger = trigger::<T>(&owner, MANUAL, texts())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), trigger);

		assert!(Triggers::<T>::get(trigger).is_some_and(|t| t.status == TriggerStatus::Paused));
		Ok(())
	}

	/// A schedule that fell off the agenda.
	#[benchmark]
	fn resume_trigger() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let condition = Condition::Schedule { start: NOW + 1, every: 5, count: 1_000 };
		let trigger = trigger::<T>(&owner, condition, texts())?;
		Pallet::<T>::do_pause(owner.clone(), trigger)?;
		go_to::<T>(NOW + 1);
		Pallet::<T>::sweep(NOW + 1, &mut WeightMeter::new());
		go_to::<T>(NOW + 500);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), trigger);

		assert!(Triggers::<T>::get(trigger).is_some_and(|t| t.armed.is_some()));
		Ok(())
	}

	#[benchmark]
	fn remove_trigger() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let source = source::<T>(&owner)?;
		let condition = Condition::Sensor { source, comparison: Comparison::Any, sustained: 1 };
		for _ in 1..MAX_WATCHERS {
			trigger::<T>(&owner, condition.clone(), vec![])?;
		}
		let id = trigger::<T>(&owner, condition, texts())?;
		let record = FiringRecord {
			firing: 1,
			job: 1,
			at: NOW,
			cause: Cause::Manual,
			bundle: EVIDENCE,
			end: None,
		};
		let records = vec![record; MAX_FIRINGS_KEPT as usize];
		Firings::<T>::insert(id, BoundedVec::truncate_from(records));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert!(!Triggers::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn fire() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let trigger = trigger::<T>(&owner, MANUAL, texts())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), trigger);

		assert_eq!(Agenda::<T>::iter().count(), 1);
		Ok(())
	}

	#[benchmark]
	fn declare_forecast() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let subject = PauseSubject::Clause(T::BenchmarkHelper::add_clause(&owner));
		let risk = CERTAIN;
		Pallet::<T>::do_declare(Some(owner.clone()), subject.clone(), risk, EVIDENCE, 1)?;
		go_to::<T>(NOW + 5);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), subject.clone(), risk, EVIDENCE, 1);

		assert!(Forecasts::<T>::get(subject).is_some_and(|f| f.until == NOW + 6));
		Ok(())
	}

	#[benchmark]
	fn withdraw_forecast() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let subject = PauseSubject::Clause(T::BenchmarkHelper::add_clause(&owner));
		Pallet::<T>::do_declare(Some(owner.clone()), subject.clone(), CERTAIN, EVIDENCE, 5)?;
		go_to::<T>(NOW + 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), subject.clone());

		assert!(Forecasts::<T>::get(subject).is_some_and(|f| f.until == NOW + 1));
		Ok(())
	}

	#[benchmark]
	fn forget_forecast() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let subject = PauseSubject::Clause(T::BenchmarkHelper::add_clause(&owner));
		Pallet::<T>::do_declare(Some(owner.clone()), subject.clone(), CERTAIN, EVIDENCE, 1)?;
		go_to::<T>(NOW.saturating_add(Parameters::<T>::get().forecast_span).saturating_add(1));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), subject.clone());

		assert!(!Forecasts::<T>::contains_key(subject));
		Ok(())
	}

	#[benchmark]
	fn appoint() -> Result<(), BenchmarkError> {
		let (origin, owner) = (governance::<T>()?, owner::<T>());

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, code(0), Some(owner));

		assert!(Authorities::<T>::contains_key(code(0)));
		Ok(())
	}

	#[benchmark]
	fn set_quota() -> Result<(), BenchmarkError> {
		let (origin, owner) = (governance::<T>()?, owner::<T>());
		let scope = QuotaScope::Dao(owner);
		let quota = Quota { jobs: 5, window: 100, burst: 1 };
		Pallet::<T>::do_set_quota(None, scope.clone(), Some(quota))?;
		let other = Quota { jobs: 7, window: 30, burst: 2 };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, scope.clone(), Some(other));

		assert!(Allowances::<T>::get(scope).is_some_and(|a| a.bucket.quota == other));
		Ok(())
	}

	#[benchmark]
	fn activate_burst() -> Result<(), BenchmarkError> {
		let (origin, owner) = (governance::<T>()?, owner::<T>());
		let scope = QuotaScope::Dao(owner);
		let quota = Quota { jobs: 5, window: 100, burst: 1 };
		Pallet::<T>::do_set_quota(None, scope.clone(), Some(quota))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, scope.clone(), 1);

		assert!(Allowances::<T>::get(scope).is_some_and(|a| a.burst_until.is_some()));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let params = Params { max_retries: 1, ..Params::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	/// What the hook does when there is nothing to do; the look at its block is `hook_block`.
	#[benchmark]
	fn hook_base() {
		go_to::<T>(NOW);
		CarryOver::<T>::put(NOW + 1);

		#[block]
		{
			Pallet::<T>::work_off();
		}

		assert_eq!(CarryOver::<T>::get(), None);
	}

	#[benchmark]
	fn hook_block() {
		go_to::<T>(NOW);
		let found;

		#[block]
		{
			found = Agenda::<T>::iter_key_prefix(NOW).next();
		}

		assert_eq!(found, None);
	}

	/// A window of a schedule that reads `p` parts and opens a job. The job itself is `JobOpener`'s to weigh.
	#[benchmark]
	fn firing(p: Linear<0, MAX_PARTS>) -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let parts = parts::<T>(&owner, p)?;
		let condition = Condition::Schedule { start: NOW + 1, every: 5, count: 1_000 };
		let id = trigger::<T>(&owner, condition, parts)?;
		go_to::<T>(NOW + 1);

		#[block]
		{
			Pallet::<T>::sweep(NOW + 1, &mut WeightMeter::new());
		}

		assert!(Triggers::<T>::get(id).is_some_and(|t| t.counts.opened == 1));
		Ok(())
	}

	/// A result for which `d` triggers wait.
	#[benchmark]
	fn job_ended(d: Linear<0, MAX_DEPENDANTS>) -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let on = T::BenchmarkHelper::add_clause(&owner);
		for _ in 0..d {
			trigger::<T>(&owner, Condition::Dependency { on: on.clone() }, vec![])?;
		}
		let id = trigger::<T>(&owner, MANUAL, vec![])?;
		Pallet::<T>::do_fire(Some(owner), id)?;
		go_to::<T>(NOW + 1);
		Pallet::<T>::sweep(NOW + 1, &mut WeightMeter::new());
		let record = Firings::<T>::get(id).first().copied().ok_or("it fired")?;
		let end = JobEnd::Completed { output: EVIDENCE, node: 1, signing_key: [1; 32] };

		#[block]
		{
			<Pallet<T> as JobOutcomes>::job_ended(
				record.job,
				&JobParent::Trigger { id, firing: 1 },
				&end,
			);
		}

		assert_eq!(Agenda::<T>::iter().count(), d as usize);
		Ok(())
	}

	/// The last of as many jurisdictions as a job can name has room.
	#[benchmark]
	fn quotas() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let quota = |jobs| Some(Quota { jobs, window: 100, burst: 0 });
		Pallet::<T>::do_set_quota(None, QuotaScope::Dao(owner.clone()), quota(5))?;
		let places: Vec<_> = (0..MAX_LIST as u8).map(code).collect();
		for (place, last) in places.iter().zip((1..MAX_LIST).map(|_| false).chain([true])) {
			let scope = QuotaScope::Jurisdiction(*place);
			Pallet::<T>::do_set_quota(None, scope, quota(last.into()))?;
		}
		let ask = QuotaAsk { owner: &owner, jurisdictions: &places, class: JobClass::Normal };

		#[block]
		{
			<Pallet<T> as Quotas>::check(&ask).map_err(|_| "there is room")?;
			<Pallet<T> as Quotas>::take(&ask);
		}

		assert!(<Pallet<T> as Quotas>::check(&ask).is_err());
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
