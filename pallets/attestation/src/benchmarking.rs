//! Benchmarks: one for each call and for each step of the hook, in its worst case.
//!
//! Evidence and collateral come from the simulator and are made here, because they have to be bound to the chain, the
//! node and the time of the benchmark; no benchmark measures that. They make the verifiers work for the most that any
//! evidence can: see [`machines`].

mod machines;

use crate::{
	ActiveMeasurements, Agenda, Anchors, BenchmarkHelper, Call, CarryOver, Config, Crls, Dossier,
	Dossiers, FirstOfRow, FormerKey, FormerKeys, KnownKeys, LeaseOfKey, LeaseOfNode,
	LeaseOfPlatform, Leases, MeasurementAgenda, Measurements, NextLease, Pallet, Parameters,
	Params, Policies, Reassessment, Reassessments, SimulationAllowed, TcbInfos, UsedChallenges,
	WeightInfo, MAX_ANCHORS, MAX_FORMER_KEYS,
};
use alloc::{boxed::Box, vec::Vec};
use concordat_attestation::{
	any::Verified, policy::QuotePolicy, source::Slot, Anchor, AnchorKind, Evidence, Vendor,
};
use concordat_primitives::{
	attest::{Lease, Measurement, MeasurementStatus, PlatformId, RiskClasses, SigningKey},
	clause::{RiskClass, MAX_LIST},
	traits::{ClauseMeasurements, GenesisHash, LeaseListener},
	units::CDT,
	AccountId, BlockNumber, Hash, LeaseId, NodeId,
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
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use machines::{longest_lists, policy, Amd, Aws, Intel, Machine, ADVISORIES, CODE};

/// What ran on the platforms of leases that do not count any more.
const REVOKED: Measurement = Measurement([8; 48]);
/// Key that payloads are sealed to.
const SEAL: [u8; 32] = [9; 32];

fn set_block<T: Config>(block: BlockNumber) {
	frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(block));
	let parent = block.saturating_sub(1);
	frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::from(parent), hash(parent));
}

fn hash(block: BlockNumber) -> Hash {
	Hash::from(sp_io::hashing::blake2_256(&block.to_le_bytes()))
}

fn force<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

fn production(key: u8) -> Anchor {
	Anchor { vendor: Vendor::IntelSgx, kind: AnchorKind::Production, key: [key; 32] }
}

/// The measurement of this number; none of them runs anywhere.
fn numbered(number: u32) -> Measurement {
	let mut bytes = [0xff; 48];
	for (to, from) in bytes.iter_mut().zip(number.to_be_bytes()) {
		*to = from;
	}
	Measurement(bytes)
}

/// Sets the quote policy of every class.
fn set_policies<T: Config>(policy: &QuotePolicy) {
	for class in RiskClass::ALL {
		Policies::<T>::insert(class, policy);
	}
}

/// A chain that trusts the simulator, with every place for an anchor taken, in block 2.
fn prepare<T: Config>() {
	// Sets the clock as well.
	T::BenchmarkHelper::add_node(&account("first", 0, 0));
	set_block::<T>(2);
	SimulationAllowed::<T>::put(true);
	Anchors::<T>::put(BoundedVec::truncate_from(
		(0..MAX_ANCHORS as u8).map(production).collect::<Vec<_>>(),
	));
	Parameters::<T>::put(Params::default());
	Measurements::<T>::insert(CODE, MeasurementStatus::Active { since: 0 });
	ActiveMeasurements::<T>::put(1);
	Measurements::<T>::insert(REVOKED, MeasurementStatus::Revoked { at: 1 });
	set_policies::<T>(&policy(ADVISORIES));
}

/// The anchor that is used stands behind all others.
fn trust<T: Config>(anchor: Anchor) {
	Anchors::<T>::mutate(|anchors| {
		if let Some(last) = anchors.last_mut() {
			*last = anchor;
		}
	});
}

/// A prepared chain with a platform, and all collateral that this needs.
fn machine<T: Config, M: Machine>() -> Result<M, BenchmarkError> {
	prepare::<T>();
	let (machine, anchor, pieces) = M::new(Pallet::<T>::seconds());
	trust::<T>(anchor);
	for piece in &pieces {
		Pallet::<T>::do_post(piece)?;
	}
	Reassessments::<T>::kill();
	Ok(machine)
}

fn verified<T: Config>(evidence: &Evidence) -> Result<Verified, BenchmarkError> {
	Pallet::<T>::verify_evidence(evidence, None)
		.map_err(|_| BenchmarkError::Stop("the simulator makes good evidence"))
}

/// A node with a lease on these, which answers for as many former keys as it may and still get a lease for another one.
fn leased<T: Config>(
	number: u8,
	measurement: Measurement,
	platform: PlatformId,
	shown: &Verified,
) -> (AccountId, Lease) {
	let controller: AccountId = account("controller", number.into(), 0);
	let node = T::BenchmarkHelper::add_node(&controller);
	let lease = Lease {
		id: LeaseId::from(number) + 1,
		node,
		vendor: shown.appraisal.standing.vendor,
		measurement,
		platform,
		tcb: shown.appraisal.standing.status,
		classes: RiskClasses::ALL,
		signing_key: [number; 32],
		encryption_key: SEAL,
		simulated: true,
		issued_at: 1,
		expires_at: 1_000,
		not_after: u64::MAX,
	};
	LeaseOfNode::<T>::insert(node, lease.id);
	LeaseOfKey::<T>::insert(lease.signing_key, lease.id);
	LeaseOfPlatform::<T>::insert(lease.platform, lease.id);
	NextLease::<T>::put(lease.id + 1);
	FirstOfRow::<T>::insert(node, 0);
	Agenda::<T>::insert(lease.expires_at, lease.id, ());
	let dossier = Dossier { facts: shown.facts.clone(), under: shown.known.under };
	Dossiers::<T>::insert(lease.id, dossier);
	KnownKeys::<T>::insert(node, &shown.known);
	Leases::<T>::insert(lease.id, &lease);
	let former = (2..MAX_FORMER_KEYS as u8)
		.map(|key| FormerKey { key: [0x80 | key; 32], until: BlockNumber::MAX })
		.collect();
	FormerKeys::<T>::insert(node, BoundedVec::truncate_from(former));
	T::Listener::lease_granted(&lease);
	(controller, lease)
}

/// A node with a lease that stands on Intel's evidence.
fn leased_on_intel<T: Config>() -> Result<(AccountId, Lease), BenchmarkError> {
	let machine = machine::<T, Intel>()?;
	let shown = verified::<T>(&machine.evidence([0; 64]))?;
	Ok(leased::<T>(1, CODE, shown.appraisal.platform, &shown))
}

/// Everything that goes into one call of `attest`.
struct Attempt {
	controller: AccountId,
	old: Lease,
	evidence: Box<Evidence>,
	key: SigningKey,
	challenge: (BlockNumber, Hash),
}

/// The node has an older lease on other key and platform; `displaced` dead ones of others are in its way. `known`: the
/// certificates in the evidence are.
fn attempt<T: Config, M: Machine>(displaced: u32, known: bool) -> Result<Attempt, BenchmarkError> {
	let machine = machine::<T, M>()?;
	let shown = verified::<T>(&machine.evidence([0; 64]))?;
	let (controller, old) = leased::<T>(1, CODE, PlatformId([1; 32]), &shown);
	if !known {
		KnownKeys::<T>::remove(old.node);
	}
	let mut key = [10; 32];
	// Their code was revoked, so that their end is told, with a receipt.
	if displaced > 0 {
		key = leased::<T>(2, REVOKED, PlatformId([2; 32]), &shown).1.signing_key;
	}
	if displaced > 1 {
		leased::<T>(3, REVOKED, shown.appraisal.platform, &shown);
	}
	set_block::<T>(100);
	let challenge = (99, hash(99));
	let evidence = Box::new(machine.evidence(concordat_attestation::report_data(
		&Pallet::<T>::genesis_hash().0,
		old.node,
		&key,
		&SEAL,
		&challenge.1 .0,
	)));
	let held = KnownKeys::<T>::get(old.node);
	let cached = Pallet::<T>::verify_evidence(&evidence, held.as_ref()).map(|it| it.cached);
	assert_eq!(cached, Ok(known));
	Ok(Attempt { controller, old, evidence, key, challenge })
}

/// The node got its lease, and nothing is left of those in its way.
fn assert_granted<T: Config>(old: &Lease) {
	let lease = LeaseOfNode::<T>::get(old.node).filter(|id| *id != old.id);
	let classes = lease.and_then(Leases::<T>::get).map(|lease| lease.classes);
	assert_eq!(classes, Some(RiskClasses::ALL));
	assert_eq!(Leases::<T>::count(), 1);
	assert_eq!(FormerKeys::<T>::get(old.node).len() as u32, MAX_FORMER_KEYS - 1);
}

/// As many clauses as are looked at name [`CODE`], each beside as many others as it may, of which only the last one
/// lasts.
fn named_by_clauses<T: Config>() {
	let mut active = 1;
	for clause in 0..T::Clauses::LIMIT {
		let others = (1..MAX_LIST).map(|place| numbered(clause * MAX_LIST + place));
		let named: Vec<_> = [CODE].into_iter().chain(others).collect();
		for (place, other) in (1..MAX_LIST).zip(named.iter().skip(1)) {
			let lasts = place + 1 == MAX_LIST;
			active += u32::from(lasts);
			let status = match lasts {
				true => MeasurementStatus::Active { since: 0 },
				false => MeasurementStatus::Expired { at: 1 },
			};
			Measurements::<T>::insert(other, status);
		}
		T::BenchmarkHelper::add_clause(named);
	}
	Measurements::<T>::insert(numbered(0), MeasurementStatus::Active { since: 0 });
	ActiveMeasurements::<T>::put(active + 1);
}

/// The slot of the TCB info of the simulated platforms.
fn slot_of_tcb_info<T: Config>() -> Option<Slot> {
	TcbInfos::<T>::iter_keys().next().map(|(root, tee, fmspc)| Slot::TcbInfo { root, tee, fmspc })
}

/// A node whose place in the map of leases comes before that of `node`.
fn before<T: Config>(node: NodeId) -> Option<NodeId> {
	let place = LeaseOfNode::<T>::hashed_key_for(node);
	(0..node).find(|other| LeaseOfNode::<T>::hashed_key_for(other) < place)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn attest_intel(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let Attempt { controller, old, evidence, key, challenge } = attempt::<T, Intel>(d, false)?;

		#[extrinsic_call]
		attest(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert_granted::<T>(&old);
		Ok(())
	}

	#[benchmark]
	fn attest_intel_known(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let Attempt { controller, old, evidence, key, challenge } = attempt::<T, Intel>(d, true)?;

		#[extrinsic_call]
		attest(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert_granted::<T>(&old);
		Ok(())
	}

	#[benchmark]
	fn attest_amd(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let Attempt { controller, old, evidence, key, challenge } = attempt::<T, Amd>(d, false)?;

		#[extrinsic_call]
		attest(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert_granted::<T>(&old);
		Ok(())
	}

	#[benchmark]
	fn attest_amd_known(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let Attempt { controller, old, evidence, key, challenge } = attempt::<T, Amd>(d, true)?;

		#[extrinsic_call]
		attest(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert_granted::<T>(&old);
		Ok(())
	}

	#[benchmark]
	fn attest_aws(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let Attempt { controller, old, evidence, key, challenge } = attempt::<T, Aws>(d, false)?;

		#[extrinsic_call]
		attest(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert_granted::<T>(&old);
		Ok(())
	}

	#[benchmark]
	fn attest_aws_known(d: Linear<0, 2>) -> Result<(), BenchmarkError> {
		let Attempt { controller, old, evidence, key, challenge } = attempt::<T, Aws>(d, true)?;

		#[extrinsic_call]
		attest(RawOrigin::Signed(controller), old.node, evidence, key, SEAL, challenge);

		assert_granted::<T>(&old);
		Ok(())
	}

	#[benchmark]
	fn surrender() -> Result<(), BenchmarkError> {
		let (controller, lease) = leased_on_intel::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), lease.node);

		assert_eq!(Leases::<T>::count(), 0);
		Ok(())
	}

	#[benchmark]
	fn invalidate() -> Result<(), BenchmarkError> {
		let (_, lease) = leased_on_intel::<T>()?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, lease.id);

		assert_eq!(Leases::<T>::count(), 0);
		Ok(())
	}

	/// Every class refuses the lease, for the last thing that is looked at.
	#[benchmark]
	fn evict() -> Result<(), BenchmarkError> {
		let (_, lease) = leased_on_intel::<T>()?;
		set_policies::<T>(&policy(ADVISORIES - 1));
		T::Currency::set_balance(&T::RewardSource::get(), 1_000 * CDT);
		let finder: AccountId = account("finder", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(finder.clone()), lease.id);

		assert_eq!(Leases::<T>::count(), 0);
		assert_eq!(T::Currency::balance(&finder), Params::default().eviction_reward);
		Ok(())
	}

	#[benchmark]
	fn post_collateral() -> Result<(), BenchmarkError> {
		prepare::<T>();
		let now = Pallet::<T>::seconds();
		let (anchor, [root, older, younger]) = longest_lists(now);
		trust::<T>(anchor);
		Pallet::<T>::do_post(&root)?;
		Pallet::<T>::do_post(&older)?;
		let piece = Box::new(younger);

		#[extrinsic_call]
		_(RawOrigin::Signed(account("poster", 0, 0)), piece);

		let held: Vec<_> = Crls::<T>::iter_values().map(|posted| posted.piece).collect();
		assert!(matches!(&held[..], [list] if list.this_update == now));
		Ok(())
	}

	#[benchmark]
	fn remove_collateral() -> Result<(), BenchmarkError> {
		machine::<T, Intel>()?;
		let slot = slot_of_tcb_info::<T>().ok_or(BenchmarkError::Stop("it was posted"))?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, slot);

		assert_eq!(TcbInfos::<T>::count(), 0);
		Ok(())
	}

	#[benchmark]
	fn set_quote_policy() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Reassessments::<T>::put(Reassessment { after: Some(1), again: false });
		let origin = force::<T>()?;
		let policy = policy(ADVISORIES - 1);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, RiskClass::High, Box::new(policy.clone()));

		assert_eq!(Policies::<T>::get(RiskClass::High), Some(policy));
		Ok(())
	}

	/// Again, after it had expired.
	#[benchmark]
	fn propose_measurement() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Measurements::<T>::insert(numbered(0), MeasurementStatus::Expired { at: 1 });
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, numbered(0));

		let active_at = Params::default().measurement_timelock.saturating_add(2);
		assert!(MeasurementAgenda::<T>::contains_key(active_at, numbered(0)));
		Ok(())
	}

	#[benchmark]
	fn withdraw_measurement() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Pallet::<T>::do_propose(numbered(0))?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, numbered(0));

		assert!(!Measurements::<T>::contains_key(numbered(0)));
		Ok(())
	}

	#[benchmark]
	fn sunset_measurement() -> Result<(), BenchmarkError> {
		prepare::<T>();
		named_by_clauses::<T>();
		let grace = Params::default().min_grace;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, CODE, grace);

		let status = MeasurementStatus::Sunset { until: grace.saturating_add(2) };
		assert_eq!(Measurements::<T>::get(CODE), Some(status));
		Ok(())
	}

	#[benchmark]
	fn revoke_measurement() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Reassessments::<T>::put(Reassessment { after: Some(1), again: false });
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
		let anchor = Anchor { kind: AnchorKind::Test, ..production(MAX_ANCHORS as u8) };
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, anchor);

		assert_eq!(Anchors::<T>::get().len(), MAX_ANCHORS as usize);
		Ok(())
	}

	#[benchmark]
	fn remove_anchor() -> Result<(), BenchmarkError> {
		prepare::<T>();
		Reassessments::<T>::put(Reassessment { after: Some(1), again: false });
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, production(MAX_ANCHORS as u8 - 1));

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
		let (_, lease) = leased_on_intel::<T>()?;

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
		let block = Pallet::<T>::hashes_kept().saturating_add(50);

		#[block]
		{
			Pallet::<T>::sweep(block, &mut WeightMeter::new());
		}

		assert!(!UsedChallenges::<T>::contains_key(49, 1));
		Ok(())
	}

	/// A sunset that is over: every clause has to be asked.
	#[benchmark]
	fn measurement_due() -> Result<(), BenchmarkError> {
		prepare::<T>();
		named_by_clauses::<T>();
		let until = 2;
		Measurements::<T>::insert(CODE, MeasurementStatus::Sunset { until });
		MeasurementAgenda::<T>::insert(until, CODE, ());

		#[block]
		{
			Pallet::<T>::sweep(until, &mut WeightMeter::new());
		}

		let status = MeasurementStatus::Expired { at: until };
		assert_eq!(Measurements::<T>::get(CODE), Some(status));
		Ok(())
	}

	#[benchmark]
	fn reassess_base() -> Result<(), BenchmarkError> {
		let running = Reassessment { after: Some(1), again: true };
		Reassessments::<T>::put(running);
		let mut meter = WeightMeter::with_limit(T::WeightInfo::reassess_base());

		#[block]
		{
			Pallet::<T>::continue_reassessment(&mut meter);
		}

		assert_eq!(Reassessments::<T>::get(), Some(running));
		Ok(())
	}

	/// The lease ends, as in `evict`.
	#[benchmark]
	fn reassess_lease() -> Result<(), BenchmarkError> {
		let (_, lease) = leased_on_intel::<T>()?;
		set_policies::<T>(&policy(ADVISORIES - 1));
		Reassessments::<T>::put(Reassessment { after: before::<T>(lease.node), again: false });
		let mut meter = WeightMeter::with_limit(
			T::WeightInfo::reassess_base().saturating_add(T::WeightInfo::reassess_lease()),
		);

		#[block]
		{
			Pallet::<T>::continue_reassessment(&mut meter);
		}

		assert_eq!(Leases::<T>::count(), 0);
		assert_eq!(
			Reassessments::<T>::get(),
			Some(Reassessment { after: Some(lease.node), again: false })
		);
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
