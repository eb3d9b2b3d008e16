//! Benchmarks: registration and verification by curve and by public inputs, the other calls in their worst case.

use crate::{
	fixtures, BenchmarkHelper, Bytes, Call, Config, CurvesOff, KeyRecord, Keys, Pallet, Parameters,
	Params, Prepared, PreparedBytes, Switches,
};
use concordat_primitives::{
	traits::ClauseInspect,
	units::CDT,
	zk::{vk_id, Curve, KeyBytes, ProofVerifier, ZkRefusal},
	AccountId, ClauseId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::DispatchError,
	traits::{fungible::Mutate, EnsureOrigin},
	BoundedVec,
};

fn owner<T: Config>() -> Result<(T::RuntimeOrigin, AccountId), BenchmarkError> {
	let origin =
		T::OwnerOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
	let account = T::OwnerOrigin::ensure_origin(origin.clone()).map_err(DispatchError::from)?;
	T::Currency::set_balance(&account, 1_000_000 * CDT);
	Ok((origin, account))
}

fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

/// A draft of the owner's with the longest key.
fn registered<T: Config>() -> Result<(T::RuntimeOrigin, ClauseId), BenchmarkError> {
	let (origin, account) = owner::<T>()?;
	let clause = T::BenchmarkHelper::draft(&account);
	assert!(T::Clauses::clause(&clause).is_some_and(|info| info.owner == account));
	let key: KeyBytes = BoundedVec::truncate_from(fixtures::key(Curve::Bls12381, 32));
	Pallet::<T>::do_register(account, clause.clone(), Curve::Bls12381, key)?;
	Ok((origin, clause))
}

/// Puts the key of the fixture where verification looks for it. The clause itself is not asked for.
fn prepared<T: Config>(curve: Curve, inputs: u32) -> Result<(), BenchmarkError> {
	let (_, depositor) = owner::<T>()?;
	let key = fixtures::key(curve, inputs);
	let (found, prepared) = crate::groth::prepare(curve, &key)
		.map_err(|_| BenchmarkError::Stop("the key of the fixture is one"))?;
	assert_eq!(found, inputs);
	let id = vk_id(curve, &key);
	let prepared: PreparedBytes = BoundedVec::truncate_from(prepared);
	let key: KeyBytes = BoundedVec::truncate_from(key);
	let clause = fixtures::statement(0).clause;
	let record = KeyRecord {
		id,
		curve,
		inputs,
		depositor,
		deposit: 0,
		registered_at: 0,
		switches: Switches::ON,
	};
	Prepared::<T>::insert(&clause, prepared);
	Bytes::<T>::insert(&clause, key);
	Keys::<T>::insert(clause, record);
	Ok(())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_bls12381(i: Linear<1, 32>) -> Result<(), BenchmarkError> {
		let (origin, account) = owner::<T>()?;
		let clause = T::BenchmarkHelper::draft(&account);
		let key: KeyBytes = BoundedVec::truncate_from(fixtures::key(Curve::Bls12381, i));

		#[extrinsic_call]
		register(origin as T::RuntimeOrigin, clause.clone(), Curve::Bls12381, key);

		assert!(Keys::<T>::get(clause).is_some_and(|record| record.inputs == i));
		Ok(())
	}

	#[benchmark]
	fn register_bn254(i: Linear<1, 32>) -> Result<(), BenchmarkError> {
		let (origin, account) = owner::<T>()?;
		let clause = T::BenchmarkHelper::draft(&account);
		let key: KeyBytes = BoundedVec::truncate_from(fixtures::key(Curve::Bn254, i));

		#[extrinsic_call]
		register(origin as T::RuntimeOrigin, clause.clone(), Curve::Bn254, key);

		assert!(Keys::<T>::get(clause).is_some_and(|record| record.inputs == i));
		Ok(())
	}

	#[benchmark]
	fn set_enabled() -> Result<(), BenchmarkError> {
		let (origin, clause) = registered::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, clause.clone(), false);

		assert!(Keys::<T>::get(clause).is_some_and(|record| !record.switches.on()));
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let (origin, clause) = registered::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, clause.clone());

		assert!(!Keys::<T>::contains_key(&clause) && !Prepared::<T>::contains_key(&clause));
		Ok(())
	}

	#[benchmark]
	fn set_curve_enabled() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Curve::Bn254, false);

		assert!(CurvesOff::<T>::contains_key(Curve::Bn254));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let params = Params { byte_deposit: 9, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	#[benchmark]
	fn verify_bls12381(p: Linear<0, 31>) -> Result<(), BenchmarkError> {
		prepared::<T>(Curve::Bls12381, p + 1)?;
		let (statement, publics) = (fixtures::statement(p), fixtures::publics(p));
		let proof = fixtures::proof(Curve::Bls12381, p);
		let found;

		#[block]
		{
			found = <Pallet<T> as ProofVerifier>::verify(&statement, &publics, &proof);
		}

		assert!(found.is_ok());
		Ok(())
	}

	#[benchmark]
	fn verify_bn254(p: Linear<0, 31>) -> Result<(), BenchmarkError> {
		prepared::<T>(Curve::Bn254, p + 1)?;
		let (statement, publics) = (fixtures::statement(p), fixtures::publics(p));
		let proof = fixtures::proof(Curve::Bn254, p);
		let found: Result<_, ZkRefusal>;

		#[block]
		{
			found = <Pallet<T> as ProofVerifier>::verify(&statement, &publics, &proof);
		}

		assert!(found.is_ok());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::build(), crate::mock::Test);
}
