//! Benchmarks: one for each call and for each report of a job, in its worst case.

use crate::{
	Authorities, Call, Capabilities, CapabilityStatus, ClauseRecord, Clauses, Config, Latest,
	Pallet, Parameters, Params, MAX_RESOURCES,
};
use alloc::boxed::Box;
use alloc::vec;
use concordat_primitives::{
	attest::{Measurement, Vendor},
	capability::{CapabilitySpec, Category, MAX_TYPES},
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, ExecutionWindow, PolicyBinding, ProgramLocation,
		ProgramRef, ResourceLimits, RiskClass, SafeModeReason, Spread, ALL_TRIGGERS, MAX_LIST,
	},
	credential::CredentialDemand,
	text::Name,
	traits::{ClauseJobs, ClauseMeasurements},
	units::CDT,
	AccountId, CapabilityId, ClauseId, Hash, Jurisdiction, Version,
};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::DispatchError,
	traits::{fungible::Mutate, EnsureOrigin, StorePreimage},
	BoundedVec,
};

const PROGRAM: &[u8] = b"\0asm\x01\0\0\0";

fn id(minor: u16) -> ClauseId {
	let name = |byte: u8| Name(BoundedVec::truncate_from(vec![byte; 32]));
	ClauseId { authority: name(b'A'), name: name(b'n'), version: Version { major: 1, minor } }
}

fn measurement(n: u8) -> Measurement {
	Measurement([n; 48])
}

fn demand(n: u8) -> CredentialDemand {
	CredentialDemand { kind: Hash::repeat_byte(n), issuer: Some(n.into()) }
}

const CAPABILITY: CapabilityId = CapabilityId(*b"abcdefghijklmnop");

/// A capability with as many types as it can have, and all the time that a clause can have.
pub(crate) fn capability_spec() -> CapabilitySpec {
	let types = |letter: u8| {
		let name = |n: u32| Name(BoundedVec::truncate_from(vec![letter.wrapping_add(n as u8); 32]));
		BoundedVec::truncate_from((0..MAX_TYPES).map(name).collect())
	};
	CapabilitySpec {
		category: Category::Validation,
		input_types: types(b'A'),
		output_types: types(b'a'),
		max_input_bytes: u32::MAX,
		max_wall_millis: ResourceLimits::MAX.wall_millis,
	}
}

/// As many different items as a list takes.
fn full<T>(item: impl Fn(u8) -> T) -> BoundedVec<T, frame_support::traits::ConstU32<MAX_LIST>> {
	BoundedVec::truncate_from((0..MAX_LIST).map(|n| item(n as u8)).collect())
}

/// A spec with every list full, its capability declared by somebody else, and its program on chain.
fn spec<T: Config>() -> Result<ClauseSpec, BenchmarkError> {
	if !Capabilities::<T>::contains_key(CAPABILITY) {
		let declarer: AccountId = account("declarer", 0, 0);
		T::Currency::set_balance(&declarer, 1_000_000 * CDT);
		Pallet::<T>::do_declare_capability(Some(declarer), CAPABILITY, capability_spec())?;
	}
	let hash: Hash = T::Preimages::note(PROGRAM.into())?;
	Ok(ClauseSpec {
		program: ProgramRef {
			hash,
			len: PROGRAM.len() as u32,
			location: ProgramLocation::Preimage,
		},
		capability: CAPABILITY,
		mode: ExecutionMode::Quorum { k: 4, n: 7 },
		risk: RiskClass::Critical,
		triggers: ALL_TRIGGERS,
		limits: ResourceLimits::MAX,
		resources: MAX_RESOURCES,
		window: Some(ExecutionWindow { from: 0, until: u32::MAX }),
		expiry: Some(u32::MAX),
		measurements: BoundedVec::truncate_from((0..8).map(measurement).collect()),
		policy: PolicyBinding {
			jurisdictions: full(|n| Jurisdiction([b'A'.saturating_add(n); 3])),
			sovereign_only: true,
			vendors: BoundedVec::truncate_from(vec![
				Vendor::IntelSgx,
				Vendor::IntelTdx,
				Vendor::AmdSevSnp,
				Vendor::AwsNitro,
			]),
			spread: Spread { vendors: true, jurisdictions: true },
			forbid_simulated: true,
			policies: full(Hash::repeat_byte),
			requesters: full(|n| AccountId::new([n; 32])),
			node_credentials: BoundedVec::truncate_from((0..4).map(demand).collect()),
			requester_credentials: BoundedVec::truncate_from((0..4).map(demand).collect()),
		},
	})
}

fn owner<T: Config>() -> Result<(T::RuntimeOrigin, AccountId), BenchmarkError> {
	let origin =
		T::OwnerOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
	let account = T::OwnerOrigin::ensure_origin(origin.clone()).map_err(DispatchError::from)?;
	T::Currency::set_balance(&account, 1_000_000 * CDT);
	Ok((origin, account))
}

/// A registered clause in the given state.
fn registered<T: Config>(
	status: ClauseStatus,
) -> Result<(T::RuntimeOrigin, ClauseId), BenchmarkError> {
	let (origin, account) = owner::<T>()?;
	Pallet::<T>::do_register(account, id(0), spec::<T>()?, true)?;
	change::<T>(|record| record.status = status);
	Ok((origin, id(0)))
}

fn change<T: Config>(change: impl FnOnce(&mut ClauseRecord)) {
	Clauses::<T>::mutate(id(0), |record| {
		if let Some(record) = record {
			change(record)
		}
	});
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let (origin, _) = owner::<T>()?;
		let spec = spec::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id(0), Box::new(spec), true);

		assert!(Clauses::<T>::contains_key(id(0)));
		assert!(Latest::<T>::contains_key((id(0).authority, id(0).name)));
		Ok(())
	}

	#[benchmark]
	fn activate() -> Result<(), BenchmarkError> {
		let (origin, id) = registered::<T>(ClauseStatus::Draft)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.clone());

		assert_eq!(Clauses::<T>::get(id).map(|r| r.status), Some(ClauseStatus::Active));
		Ok(())
	}

	/// The last clause of a retired capability, which goes with it.
	#[benchmark]
	fn retire() -> Result<(), BenchmarkError> {
		let (origin, id) = registered::<T>(ClauseStatus::Active)?;
		Pallet::<T>::do_retire_capability(None, CAPABILITY)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.clone());

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.deposit.is_none()));
		assert!(!Capabilities::<T>::contains_key(CAPABILITY));
		Ok(())
	}

	#[benchmark]
	fn enter_safe_mode() -> Result<(), BenchmarkError> {
		let (origin, id) = registered::<T>(ClauseStatus::Active)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.clone());

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.status != ClauseStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn leave_safe_mode() -> Result<(), BenchmarkError> {
		let (origin, id) = registered::<T>(ClauseStatus::SafeMode(SafeModeReason::Dispute))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.clone());

		assert_eq!(Clauses::<T>::get(id).map(|r| r.status), Some(ClauseStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn transfer_ownership() -> Result<(), BenchmarkError> {
		let (origin, id) = registered::<T>(ClauseStatus::Active)?;
		let to: AccountId = account("new-owner", 0, 0);
		T::Currency::set_balance(&to, CDT);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.clone(), to.clone());

		assert_eq!(Clauses::<T>::get(id).map(|r| r.owner), Some(to));
		Ok(())
	}

	#[benchmark]
	fn transfer_authority() -> Result<(), BenchmarkError> {
		let (origin, id) = registered::<T>(ClauseStatus::Active)?;
		let to: AccountId = account("new-owner", 0, 0);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id.authority.clone(), to.clone());

		assert_eq!(Authorities::<T>::get(id.authority), Some(to));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let params = Params { failure_threshold: 9, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	#[benchmark]
	fn job_opened() -> Result<(), BenchmarkError> {
		let (_, id) = registered::<T>(ClauseStatus::Active)?;

		#[block]
		{
			<Pallet<T> as ClauseJobs>::job_opened(&id);
		}

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.open_jobs == 1));
		Ok(())
	}

	#[benchmark]
	fn job_closed() -> Result<(), BenchmarkError> {
		let (_, id) = registered::<T>(ClauseStatus::Active)?;
		// The failure that puts the clause into safe mode.
		let failures = Parameters::<T>::get().failure_threshold;
		change::<T>(|record| {
			(record.open_jobs, record.kept_jobs) = (1, 1);
			record.failures = failures;
		});

		#[block]
		{
			<Pallet<T> as ClauseJobs>::job_closed(&id, Some(false));
		}

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.status != ClauseStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn job_pruned() -> Result<(), BenchmarkError> {
		let (_, id) = registered::<T>(ClauseStatus::Retired)?;
		change::<T>(|record| record.kept_jobs = 2);

		#[block]
		{
			<Pallet<T> as ClauseJobs>::job_pruned(&id);
		}

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.deposit.is_some()));
		Ok(())
	}

	/// Of the last clause of a retired capability, which goes with it.
	#[benchmark]
	fn job_pruned_last() -> Result<(), BenchmarkError> {
		let (_, id) = registered::<T>(ClauseStatus::Retired)?;
		change::<T>(|record| record.kept_jobs = 1);
		Pallet::<T>::do_retire_capability(None, CAPABILITY)?;

		#[block]
		{
			<Pallet<T> as ClauseJobs>::job_pruned(&id);
		}

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.deposit.is_none()));
		assert!(!Capabilities::<T>::contains_key(CAPABILITY));
		Ok(())
	}

	#[benchmark]
	fn suspend() -> Result<(), BenchmarkError> {
		let (_, id) = registered::<T>(ClauseStatus::Active)?;

		#[block]
		{
			<Pallet<T> as ClauseJobs>::suspend(&id)?;
		}

		assert!(Clauses::<T>::get(id).is_some_and(|r| r.status != ClauseStatus::Active));
		Ok(())
	}

	/// As many clauses as are looked at, none of them stranded; the answers about their other measurements are the
	/// caller's cost.
	#[benchmark]
	fn stranded_by() -> Result<(), BenchmarkError> {
		let (_, account) = owner::<T>()?;
		let spec = spec::<T>()?;
		for minor in 0..<Pallet<T> as ClauseMeasurements>::LIMIT {
			Pallet::<T>::do_register(account.clone(), id(minor as u16), spec.clone(), true)?;
		}
		let last = measurement(7);
		let found;

		#[block]
		{
			found = Pallet::<T>::stranded_by(&measurement(0), &|one| *one == last);
		}

		assert_eq!(found, Ok(None));
		Ok(())
	}

	#[benchmark]
	fn declare_capability() -> Result<(), BenchmarkError> {
		let (origin, account) = owner::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, CAPABILITY, capability_spec());

		let record = Capabilities::<T>::get(CAPABILITY);
		assert!(record.is_some_and(|r| r.owner == Some(account) && r.deposit > 0));
		Ok(())
	}

	#[benchmark]
	fn retire_capability() -> Result<(), BenchmarkError> {
		let (origin, account) = owner::<T>()?;
		Pallet::<T>::do_declare_capability(Some(account), CAPABILITY, capability_spec())?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, CAPABILITY);

		assert!(!Capabilities::<T>::contains_key(CAPABILITY));
		Ok(())
	}

	#[benchmark]
	fn correct_capability() -> Result<(), BenchmarkError> {
		let (_, account) = owner::<T>()?;
		Pallet::<T>::do_declare_capability(Some(account), CAPABILITY, capability_spec())?;
		let origin =
			T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let spec = CapabilitySpec { max_wall_millis: 1, ..capability_spec() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, CAPABILITY, spec);

		let record = Capabilities::<T>::get(CAPABILITY);
		assert!(record.is_some_and(|r| r.owner.is_none() && r.status == CapabilityStatus::Declared));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
