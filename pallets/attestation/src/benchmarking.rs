//! Benchmarks: one for each call and for each step of the hook, in its worst case.

use crate::{
	ActiveMeasurements, Agenda, Anchors, BenchmarkHelper, Call, CarryOver, Config, FormerKey,
	FormerKeys, LeaseOfNode, Leases, MeasurementStatus, Measurements, Pallet, Parameters, Params,
	SimulationAllowed, UsedChallenges, WeightInfo, MAX_ANCHORS, MAX_FORMER_KEYS,
};
use alloc::boxed::Box;
use concordat_attestation::{
	simulated::{self, SimulatedReport, TEST_ANCHOR_SEED},
	Anchor, AnchorKind, Evidence, Measurement, PlatformId, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::{Lease, SigningKey},
	traits::GenesisHash,
	AccountId, BlockNumber, Hash, LeaseId, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{EnsureOrigin, Get},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};

const CODE: Measurement = Measurement([7; 48]);
const SEAL: [u8; 32] = [9; 32];

fn set_block<T: Config>(block: BlockNumber) {
	frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(block));
	let parent = block.saturating_sub(1);
	frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::from(parent), hash(parent));
}

fn hash(block: BlockNumber) -> Hash {
	Hash::from(sp_io::hashing::blake2_256(&block.to_le_bytes()))
}

fn production(key: u8) -> Anchor {
	Anchor { vendor: Vendor::IntelSgx, kind: AnchorKind::Production, key: [key; 32] }
}

/// A chain that trusts the simulator, with every anchor's place taken and the simulator's last.
fn prepare<T: Config>() {
	SimulationAllowed::<T>::put(true);
	let mut anchors: alloc::vec::Vec<_> = (0..MAX_ANCHORS as u8 - 1).map(production).collect();
	anchors.push(simulated::test_anchor());
	Anchors::<T>::put(BoundedVec::truncate_from(anchors));
	Parameters::<T>::put(Params::default());
	Measurements::<T>::insert(CODE, MeasurementStatus::Active { since: 0 });
	ActiveMeasurements::<T>::put(1);
	set_block::<T>(2);
}

fn force<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

fn evidence<T: Config>(
	node: NodeId,
	key: &SigningKey,
	platform: u8,
	challenge: &Hash,
) -> Box<Evidence> {
	let report = SimulatedReport {
		measurement: CODE,
		platform: PlatformId([platform; 32]),
		tcb: TcbStatus::UpToDate,
		debug: false,
		report_data: concordat_attestation::report_data(
			&Pallet::<T>::genesis_hash().0,
			node,
			key,
			&SEAL,
			&challenge.0,
		),
		not_before: 0,
		not_after: u64::MAX,
	};
	Box::new(Evidence::Simulated(simulated::sign(report, &TEST_ANCHOR_SEED)))
}

/// A node with a lease on the key and the platform of this number, which answers for as many former keys as it may
/// and still get a lease for another one.
fn leased<T: Config>(number: u8) -> Result<(AccountId, Lease), BenchmarkError> {
	let controller: AccountId = account("controller", number.into(), 0);
	let node = T::BenchmarkHelper::add_node(&controller);
	let lease = Lease {
		id: LeaseId::from(number) + 1,
		node,
		vendor: Vendor::Simulated,
		measurement: CODE,
		platform: PlatformId([number; 32]),
		tcb: TcbStatus::UpToDate,
		signing_key: [number; 32],
		encryption_key: SEAL,
		simulated: true,
		issued_at: 1,
		expires_at: 100,
	};
	crate::LeaseOfNode::<T>::insert(node, lease.id);
	crate::LeaseOfKey::<T>::insert(lease.signing_key, lease.id);
	crate::LeaseOfPlatform::<T>::insert(lease.platform, lease.id);
	crate::NextLease::<T>::put(lease.id + 1);
	crate::FirstOfRow::<T>::insert(node, 0);
	Agenda::<T>::insert(lease.expires_at, lease.id, ());
	Leases::<T>::insert(lease.id, &lease);
	let former = (2..MAX_FORMER_KEYS as u8)
		.map(|key| FormerKey { key: [0x80 | key; 32], until: BlockNumber::MAX })
		.collect();
	FormerKeys::<T>::insert(node, BoundedVec::truncate_from(former));
	Ok((controller, lease))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn attest(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		prepare::<T>();
		// The node has an older lease on other key and platform; `d` dead ones of others are in its way.
		let (controller, old) = leased::<T>(1)?;
		let mut dead = (10, 10);
		if d > 0 {
			dead.0 = 2;
			leased::<T>(2)?;
		}
		if d > 1 {
			dead.1 = 3;
			leased::<T>(3)?;
		}
		set_block::<T>(200);
		let challenge = (199, hash(199));
		let key = [dead.0; 32];
		let evidence = evidence::<T>(old.node, &key, dead.1, &challenge.1);

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert!(LeaseOfNode::<T>::get(old.node).is_some_and(|id| id != old.id));
		assert_eq!(Leases::<T>::count(), 1);
		assert_eq!(FormerKeys::<T>::get(old.node).len() as u32, MAX_FORMER_KEYS - 1);
		Ok(())
	}

	#[benchmark]
	fn surrender() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let (controller, lease) = leased::<T>(1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), lease.node);

		assert_eq!(Leases::<T>::count(), 0);
		Ok(())
	}

	#[benchmark]
	fn invalidate() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let (_, lease) = leased::<T>(1)?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, lease.id);

		assert_eq!(Leases::<T>::count(), 0);
		Ok(())
	}

	#[benchmark]
	fn evict() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let (controller, lease) = leased::<T>(1)?;
		// The last thing looked at before the node.
		Parameters::<T>::put(Params {
			accepted_tcb: BoundedVec::truncate_from(alloc::vec![TcbStatus::OutOfDate]),
			..Default::default()
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), lease.id);

		assert_eq!(Leases::<T>::count(), 0);
		Ok(())
	}

	#[benchmark]
	fn allow_measurement() -> Result<(), BenchmarkError> {
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Measurement([1; 48]));

		assert!(Measurements::<T>::contains_key(Measurement([1; 48])));
		Ok(())
	}

	#[benchmark]
	fn sunset_measurement() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Measurements::<T>::insert(Measurement([1; 48]), MeasurementStatus::Active { since: 0 });
		ActiveMeasurements::<T>::put(2);
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, CODE, 10);

		assert_eq!(ActiveMeasurements::<T>::get(), 1);
		Ok(())
	}

	#[benchmark]
	fn revoke_measurement() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, CODE);

		assert_eq!(ActiveMeasurements::<T>::get(), 0);
		Ok(())
	}

	#[benchmark]
	fn add_anchor() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Anchors::<T>::mutate(|anchors| anchors.truncate(MAX_ANCHORS as usize - 1));
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, simulated::test_anchor());

		assert_eq!(Anchors::<T>::get().len(), MAX_ANCHORS as usize);
		Ok(())
	}

	#[benchmark]
	fn remove_anchor() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, simulated::test_anchor());

		assert_eq!(Anchors::<T>::get().len(), MAX_ANCHORS as usize - 1);
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin = force::<T>()?;
		let params = Params { lease_duration: 7, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	#[benchmark]
	fn sweep_base() -> Result<(), BenchmarkError> {
		// Nothing can be paid but the look at what was carried over, and its note.
		let mut meter = WeightMeter::with_limit(T::WeightInfo::sweep_base());

		#[block]
		{
			Pallet::<T>::sweep(50, &mut meter);
		}

		assert_eq!(CarryOver::<T>::get(), Some(50));
		Ok(())
	}

	#[benchmark]
	fn sweep_block() -> Result<(), BenchmarkError> {
		let block = Pallet::<T>::hashes_kept().saturating_add(50);

		#[block]
		{
			Pallet::<T>::sweep(block, &mut WeightMeter::new());
		}

		assert_eq!(CarryOver::<T>::get(), None);
		Ok(())
	}

	#[benchmark]
	fn lapse_lease() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let (_, lease) = leased::<T>(1)?;

		#[block]
		{
			Pallet::<T>::sweep(lease.expires_at, &mut WeightMeter::new());
		}

		assert!(!Agenda::<T>::contains_key(lease.expires_at, lease.id));
		Ok(())
	}

	#[benchmark]
	fn forget_challenge() -> Result<(), BenchmarkError> {
		UsedChallenges::<T>::insert(49, 1, ());
		let kept: BlockNumber = concordat_primitives::traits::block_number(
			<T as frame_system::Config>::BlockHashCount::get(),
		);

		#[block]
		{
			Pallet::<T>::sweep(kept.saturating_add(50), &mut WeightMeter::new());
		}

		assert!(!UsedChallenges::<T>::contains_key(49, 1));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
