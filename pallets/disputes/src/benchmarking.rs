//! Benchmarks: one for each call and each step of the hook, in its worst case.

use crate::*;
use alloc::{boxed::Box, vec::Vec};
use concordat_primitives::{
	attest::Measurement,
	cac::{CacStatement, CacV1, Engine, EngineKind, Outcome, Output, ResourceUsage, SignedCac},
	clause::MAX_OUTPUT_BYTES,
	node::Misconduct,
	text::Name,
	traits::{AutoDisputes, GenesisHash},
	units::CDT,
	AccountId, ClauseId, DisputeId, Hash, NodeId, Version,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin, Get,
	},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_runtime::Permill;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"benc");
const EVIDENCE: Hash = Hash::repeat_byte(7);

fn opener<T: Config>() -> AccountId {
	let opener: AccountId = account("opener", 0, 0);
	let funds = Parameters::<T>::get().bond.saturating_mul(4).saturating_add(1_000 * CDT);
	T::Currency::set_balance(&opener, funds);
	opener
}

/// An open dispute whose bond has doubled once.
fn opened<T: Config>() -> Result<DisputeId, BenchmarkError> {
	let job = T::BenchmarkHelper::disputable_job();
	let id = NextDispute::<T>::get();
	Pallet::<T>::do_open(opener::<T>(), job, EVIDENCE, DisputeClass::Security)?;
	Ok(id)
}

fn name(byte: u8) -> Name {
	Name(BoundedVec::truncate_from(alloc::vec![byte; 32]))
}

/// The longest certificate; `seed` makes it differ.
fn cac<T: Config>(
	node: NodeId,
	key: &ed25519::Public,
	seed: u8,
) -> Result<SignedCac, BenchmarkError> {
	let statement = CacStatement::V1(CacV1 {
		genesis: T::Genesis::genesis_hash(),
		job: u64::MAX,
		attempt: u32::MAX,
		nonce: Hash::repeat_byte(1),
		node,
		clause: ClauseId {
			authority: name(b'A'),
			name: name(b'n'),
			version: Version { major: u16::MAX, minor: u16::MAX },
		},
		program: Hash::repeat_byte(2),
		measurement: Measurement([3; 48]),
		lease: 1,
		input: Hash::repeat_byte(4),
		lineage: Hash::repeat_byte(5),
		outcome: Outcome::Success {
			hash: Hash::repeat_byte(6),
			output: Output::Inline(BoundedVec::truncate_from(
				alloc::vec![seed; MAX_OUTPUT_BYTES as usize],
			)),
		},
		usage: ResourceUsage::default(),
		engine: Engine { kind: EngineKind::Wasmtime, version: (1, 2, 3) },
		acted_on: (1, Hash::repeat_byte(8)),
		simulated: true,
	});
	let signature = sp_io::crypto::ed25519_sign(KEY_TYPE, key, &statement.message())
		.ok_or(BenchmarkError::Stop("the key was generated just now"))?;
	Ok(SignedCac { statement, signature: signature.0 })
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open() {
		let job = T::BenchmarkHelper::disputable_job();
		let id = NextDispute::<T>::get();
		CameToNothing::<T>::insert(job, 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(opener::<T>()), job, EVIDENCE, DisputeClass::Security);

		assert_eq!(OpenOfJob::<T>::get(job), Some(id));
	}

	/// With as many culprits as there can be, and the clause suspended; slashes are weighed by the slasher.
	#[benchmark]
	fn resolve(c: Linear<0, MAX_CULPRITS>) -> Result<(), BenchmarkError> {
		let origin =
			T::ArbiterOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let dispute = opened::<T>()?;
		let culprits: Vec<_> = (0..c)
			.map(|n| {
				let key = [n as u8 + 1; 32];
				(T::BenchmarkHelper::leased_node(n, key), Misconduct::NetworkAttack)
			})
			.collect();
		let verdict =
			Verdict::Upheld { culprits: BoundedVec::truncate_from(culprits), suspend_clause: true };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, dispute, verdict);

		assert!(Disputes::<T>::get(dispute).is_some_and(|d| d.status.code() == 2));
		Ok(())
	}

	#[benchmark]
	fn report_equivocation() -> Result<(), BenchmarkError> {
		let key = sp_io::crypto::ed25519_generate(KEY_TYPE, None);
		let node = T::BenchmarkHelper::leased_node(0, key.0);
		let (a, b) = (cac::<T>(node, &key, 1)?, cac::<T>(node, &key, 2)?);
		let id = NextDispute::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(opener::<T>()), Box::new(a), Box::new(b), key.0);

		assert!(Disputes::<T>::get(id).is_some_and(|d| d.status.code() == 5));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let bond = T::Currency::minimum_balance().max(1);
		let params = Params { bond, max_open: 3, max_duration: 9, run_forfeit: Permill::one() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	#[benchmark]
	fn sweep_base() {
		CarryOver::<T>::put(9);
		let mut meter = WeightMeter::with_limit(T::WeightInfo::sweep_base());

		#[block]
		{
			// Every block has been worked off, so that the cursor goes.
			Pallet::<T>::sweep(8, &mut meter);
		}

		assert!(!CarryOver::<T>::exists());
	}

	#[benchmark]
	fn sweep_block() {
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());

		#[block]
		{
			Pallet::<T>::sweep(8, &mut meter);
		}
	}

	#[benchmark]
	fn time_out() -> Result<(), BenchmarkError> {
		let id = opened::<T>()?;
		// As if nodes had been at work: the treasury gets its share.
		Disputes::<T>::mutate(id, |dispute| {
			dispute.iter_mut().for_each(|dispute| dispute.forfeit = dispute.bond / 2)
		});
		let until = Disputes::<T>::get(id).and_then(|d| d.status.open_until()).unwrap_or_default();
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());

		#[block]
		{
			Pallet::<T>::sweep(until, &mut meter);
		}

		assert!(Disputes::<T>::get(id).is_some_and(|d| d.status.code() == 4));
		Ok(())
	}

	/// Opened by the chain itself.
	#[benchmark]
	fn auto_open() -> Result<(), BenchmarkError> {
		let job = T::BenchmarkHelper::disputable_job();
		let opened;

		#[block]
		{
			opened = <Pallet<T> as AutoDisputes>::open(job, EVIDENCE);
		}

		opened?;
		assert!(OpenOfJob::<T>::contains_key(job));
		Ok(())
	}

	/// Of a dispute that somebody has opened with a bond.
	#[benchmark]
	fn overridden() -> Result<(), BenchmarkError> {
		let dispute = opened::<T>()?;
		let job = Disputes::<T>::get(dispute).map(|dispute| dispute.job).unwrap_or_default();

		#[block]
		{
			<Pallet<T> as AutoDisputes>::overridden(job);
		}

		assert!(Disputes::<T>::get(dispute).is_some_and(|d| d.status.code() == 6));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().with_keystore(),
		crate::mock::Test
	);
}
