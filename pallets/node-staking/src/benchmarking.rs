//! Benchmarks: one for each call, each step of the hook and each thing that other pallets call, in
//! its worst case. What pools and receipts do is part of the measurement and is added again by the
//! callers: an upper bound.

use crate::{
	heartbeat_message, offence_evidence, Agenda, Call, Chunk, Config, LastNode, Nodes, NodesOf,
	Pallet, Parameters, PendingSlashes, Pulse, Pulses, Task, UsedEvidence, Validators,
	MAX_NODES_PER_CONTROLLER, MAX_PENDING_SLASHES, MAX_UNLOCKING, TASKS_PER_PAGE,
};
use alloc::{format, vec, vec::Vec};
use codec::{Decode, Encode};
use concordat_primitives::{
	attest::{Lease, Measurement, PlatformId, RiskClasses, TcbStatus, Vendor},
	node::{
		InactiveReason, Misconduct, NodeRole, NodeSpec, NodeStatus, OperatorId, Resources,
		MAX_CAPABILITIES,
	},
	traits::{GenesisHash, LeaseListener, Slasher},
	units::CDT,
	AccountId, Balance, CapabilityId, Hash, Jurisdiction, LeaseId, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::TransactionSource,
	traits::{fungible::Mutate, Authorize, EnsureOrigin},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::RawOrigin;
use pallet_session::SessionInterface;
use sp_runtime::{traits::TrailingZeroInput, Perbill, RuntimeAppPublic};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

const STAKE: Balance = 10_000 * CDT;

/// Sets up what other pallets keep.
pub trait BenchmarkHelper {
	/// Sees to it that the catalogue has the capability.
	fn declare(capability: CapabilityId);
}

/// For a runtime whose catalogue has everything.
impl BenchmarkHelper for () {
	fn declare(_: CapabilityId) {}
}

fn spec<T: Config>(role: NodeRole) -> NodeSpec {
	let capabilities: Vec<CapabilityId> = match role {
		NodeRole::Compute => (0..MAX_CAPABILITIES)
			.filter_map(|i| CapabilityId::parse(&format!("capability-{i}")))
			.collect(),
		NodeRole::Validator => Vec::new(),
	};
	for capability in &capabilities {
		T::BenchmarkHelper::declare(*capability);
	}
	NodeSpec {
		role,
		jurisdiction: Jurisdiction(*b"IDN"),
		sovereign: true,
		capabilities: BoundedVec::truncate_from(capabilities),
		capacity: 8,
		resources: Resources { cpu_cores: 8, memory_mib: 8_192, ..Default::default() },
		latency_class: 1,
	}
}

fn funded<T: Config>(name: &'static str, index: u32) -> AccountId {
	let account: AccountId = account(name, index, 0);
	T::Currency::set_balance(&account, 1_000_000 * CDT);
	account
}

fn at<T: Config>(block: u32) {
	frame_system::Pallet::<T>::set_block_number(block.into());
}

fn key(node: NodeId) -> OperatorId {
	OperatorId::generate_pair(Some(format!("//Bench//{node}").into_bytes()))
}

/// A registered node.
fn registered<T: Config>(
	role: NodeRole,
	index: u32,
) -> Result<(AccountId, NodeId), BenchmarkError> {
	let who = funded::<T>("controller", index);
	let node = LastNode::<T>::get().saturating_add(1);
	Pallet::<T>::do_register(who.clone(), spec::<T>(role), key(node), STAKE)?;
	Ok((who, node))
}

fn lease_for<T: Config>(node: NodeId, id: LeaseId) -> Lease {
	Lease {
		id,
		node,
		vendor: Vendor::IntelTdx,
		measurement: Measurement([9; 48]),
		platform: PlatformId([7; 32]),
		tcb: TcbStatus::UpToDate,
		classes: RiskClasses::ALL,
		signing_key: [3; 32],
		encryption_key: [2; 32],
		simulated: true,
		issued_at: Pallet::<T>::now(),
		expires_at: u32::MAX,
		not_after: u64::MAX,
	}
}

/// A compute node at work.
fn active<T: Config>() -> Result<(AccountId, NodeId), BenchmarkError> {
	at::<T>(1);
	let (who, node) = registered::<T>(NodeRole::Compute, 0)?;
	Pallet::<T>::lease_granted(&lease_for::<T>(node, 1));
	Ok((who, node))
}

/// Slashes the node until its list of pending slashes is full.
fn slashed<T: Config>(node: NodeId) -> Result<(), BenchmarkError> {
	for n in 0..MAX_PENDING_SLASHES {
		Pallet::<T>::slash(node, Misconduct::Unavailability, evidence(n), None)?;
	}
	Ok(())
}

fn evidence(n: u32) -> Hash {
	Hash::from(sp_io::hashing::blake2_256(&n.encode()))
}

/// `count` chosen validators with session keys; returns the first.
fn chosen<T: Config>(count: u32) -> Result<(AccountId, NodeId), BenchmarkError> {
	at::<T>(1);
	Validators::<T>::kill();
	Parameters::<T>::put(crate::Params::default());
	let mut first = None;
	for index in 0..count {
		let (who, node) = registered::<T>(NodeRole::Validator, index)?;
		set_keys::<T>(&who)?;
		Pallet::<T>::do_add_validator(node)?;
		first = first.or(Some((who, node)));
	}
	first.ok_or(BenchmarkError::Stop("no validator"))
}

fn set_keys<T: Config>(who: &AccountId) -> Result<(), BenchmarkError> {
	// One half per key: what follows from zeros would be the same key for everybody.
	let bytes = (who, who).encode();
	let keys = Decode::decode(&mut TrailingZeroInput::new(&bytes))
		.map_err(|_| BenchmarkError::Stop("any bytes are session keys"))?;
	T::Session::set_keys(who, keys)?;
	Ok(())
}

fn status<T: Config>(node: NodeId) -> Option<NodeStatus> {
	Nodes::<T>::get(node).map(|record| record.status)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let who = funded::<T>("controller", 0);
		for i in 1..MAX_NODES_PER_CONTROLLER {
			Pallet::<T>::do_register(
				who.clone(),
				spec::<T>(NodeRole::Compute),
				key(i + 1_000),
				STAKE,
			)?;
		}
		let operator_key = key(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), spec::<T>(NodeRole::Validator), operator_key, STAKE);

		assert_eq!(NodesOf::<T>::get(who).len() as u32, MAX_NODES_PER_CONTROLLER);
		Ok(())
	}

	#[benchmark]
	fn bond_extra() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, CDT);

		assert_eq!(Nodes::<T>::get(node).map(|r| r.stake), Some(STAKE + CDT));
		Ok(())
	}

	#[benchmark]
	fn unbond_partial() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		for _ in 1..MAX_UNLOCKING {
			Pallet::<T>::do_unbond_partial(&who, node, CDT)?;
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, CDT);

		assert!(Nodes::<T>::get(node).is_some_and(|r| r.unlocking.is_full()));
		Ok(())
	}

	#[benchmark]
	fn unbond(v: Linear<2, 100>) -> Result<(), BenchmarkError> {
		let (who, node) = chosen::<T>(v)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node);

		assert!(matches!(status::<T>(node), Some(NodeStatus::Unbonding { .. })));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		for _ in 0..MAX_UNLOCKING {
			Pallet::<T>::do_unbond_partial(&who, node, CDT)?;
		}
		Pallet::<T>::do_unbond(&who, node)?;
		at::<T>(2 + Parameters::<T>::get().unbonding_period);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), node);

		assert!(!Nodes::<T>::contains_key(node));
		assert!(NodesOf::<T>::get(who).is_empty());
		Ok(())
	}

	#[benchmark]
	fn drain() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node);

		assert_eq!(status::<T>(node), Some(NodeStatus::Inactive(InactiveReason::Drained)));
		Ok(())
	}

	#[benchmark]
	fn undrain() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		Pallet::<T>::do_drain(&who, node)?;
		Pulses::<T>::insert(node, Pulse::default());

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node);

		assert_eq!(status::<T>(node), Some(NodeStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn update_spec() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		let spec = NodeSpec { capacity: 3, ..spec::<T>(NodeRole::Compute) };

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, spec.clone());

		assert_eq!(Nodes::<T>::get(node).map(|r| r.spec), Some(spec));
		Ok(())
	}

	#[benchmark]
	fn set_operator_key() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		let new = key(node + 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, new.clone());

		assert_eq!(Nodes::<T>::get(node).map(|r| r.operator_key), Some(new));
		Ok(())
	}

	#[benchmark]
	fn unjail() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		Pallet::<T>::slash(node, Misconduct::Unavailability, evidence(1), None)?;
		Pulses::<T>::insert(node, Pulse::default());
		at::<T>(2 + Parameters::<T>::get().jail_period);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node);

		assert_eq!(status::<T>(node), Some(NodeStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn add_validator() -> Result<(), BenchmarkError> {
		chosen::<T>(99)?;
		let (who, node) = registered::<T>(NodeRole::Validator, 99)?;
		set_keys::<T>(&who)?;
		let origin =
			T::ValidatorOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, node);

		assert!(Validators::<T>::get().contains(&node));
		Ok(())
	}

	#[benchmark]
	fn remove_validator(v: Linear<2, 100>) -> Result<(), BenchmarkError> {
		let (_, node) = chosen::<T>(v)?;
		let origin =
			T::ValidatorOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, node);

		assert!(!Validators::<T>::get().contains(&node));
		Ok(())
	}

	#[benchmark]
	fn heartbeat() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;
		Nodes::<T>::mutate(node, |record| {
			if let Some(record) = record {
				record.status = NodeStatus::Inactive(InactiveReason::MissedHeartbeats);
			}
		});
		Pulses::<T>::insert(node, Pulse::default());
		at::<T>(100);
		let message = heartbeat_message(T::Genesis::genesis_hash(), node, 100);
		let signature = key(node).sign(&message).ok_or(BenchmarkError::Stop("no keystore"))?;

		#[extrinsic_call]
		_(RawOrigin::Authorized, node, 100, signature);

		assert_eq!(status::<T>(node), Some(NodeStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn authorize_heartbeat() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;
		at::<T>(100);
		let message = heartbeat_message(T::Genesis::genesis_hash(), node, 100);
		let signature = key(node).sign(&message).ok_or(BenchmarkError::Stop("no keystore"))?;
		let call = Call::<T>::heartbeat { node, at: 100, signature };

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or(BenchmarkError::Stop("heartbeats authorise themselves"))?
				.map_err(|error| BenchmarkError::Stop(error.into()))?;
		}

		Ok(())
	}

	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;
		slashed::<T>(node)?;
		let origin = T::SlashCancelOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, node, evidence(0));

		assert_eq!(PendingSlashes::<T>::get(node).len() as u32, MAX_PENDING_SLASHES - 1);
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		let params = crate::Params { heartbeat_interval: 77, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	/// Of the last capability that it offers.
	#[benchmark]
	fn set_availability() -> Result<(), BenchmarkError> {
		let (who, node) = active::<T>()?;
		let offered = spec::<T>(NodeRole::Compute).capabilities;
		let capability = *offered.last().ok_or(BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, capability, false);

		Ok(())
	}

	#[benchmark]
	fn slash() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;
		slashed::<T>(node)?;
		// As if it were unjailed with a full list: the dearest case.
		Nodes::<T>::mutate(node, |record| {
			if let Some(record) = record {
				record.status = NodeStatus::Active;
			}
		});

		#[block]
		{
			Pallet::<T>::slash(node, Misconduct::NetworkAttack, evidence(100), None)?;
		}

		assert!(UsedEvidence::<T>::contains_key(node, evidence(100)));
		Ok(())
	}

	#[benchmark]
	fn offence() -> Result<(), BenchmarkError> {
		let (who, node) = chosen::<T>(100)?;
		let details = OffenceDetails { offender: (who.clone(), STAKE), reporters: vec![] };
		// Its slash is measured by itself.
		UsedEvidence::<T>::insert(node, offence_evidence(0, &who), 1);

		#[block]
		{
			Pallet::<T>::on_offence(&[details], &[Perbill::from_percent(5)], 0);
		}

		assert_eq!(status::<T>(node), Some(NodeStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn lease() -> Result<(), BenchmarkError> {
		at::<T>(1);
		let (_, node) = registered::<T>(NodeRole::Compute, 0)?;
		let fresh = lease_for::<T>(node, 1);

		#[block]
		{
			Pallet::<T>::lease_granted(&fresh);
		}

		assert_eq!(status::<T>(node), Some(NodeStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn agenda_base() -> Result<(), BenchmarkError> {
		let mut meter = WeightMeter::new();

		#[block]
		{
			// A block whose page is empty; the page is measured by itself.
			Pallet::<T>::drain_agenda(1, &mut meter);
		}

		Ok(())
	}

	#[benchmark]
	fn agenda_page() -> Result<(), BenchmarkError> {
		at::<T>(1);
		// A full page of checks of nobody.
		for node in 0..TASKS_PER_PAGE {
			Pallet::<T>::schedule(2, Task::Check(1_000_000 + node));
		}
		let mut meter = WeightMeter::new();

		#[block]
		{
			Pallet::<T>::drain_agenda(2, &mut meter);
		}

		assert!(!Agenda::<T>::contains_key(2, 0));
		Ok(())
	}

	#[benchmark]
	fn check_alive() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;
		Pulses::<T>::mutate(node, |pulse| {
			if let Some(pulse) = pulse {
				pulse.last = 1_000;
			}
		});

		#[block]
		{
			Pallet::<T>::check(node, 1_000);
		}

		assert_eq!(status::<T>(node), Some(NodeStatus::Active));
		Ok(())
	}

	#[benchmark]
	fn check_silent() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;

		#[block]
		{
			Pallet::<T>::check(node, 1_000_000);
		}

		assert_eq!(status::<T>(node), Some(NodeStatus::Inactive(InactiveReason::MissedHeartbeats)));
		Ok(())
	}

	#[benchmark]
	fn apply_slash() -> Result<(), BenchmarkError> {
		let (_, node) = active::<T>()?;
		let reporter = funded::<T>("reporter", 0);
		Pallet::<T>::slash(node, Misconduct::NetworkAttack, evidence(100), Some(reporter))?;
		for n in 1..MAX_PENDING_SLASHES {
			Pallet::<T>::slash(node, Misconduct::Unavailability, evidence(n), None)?;
		}
		Nodes::<T>::mutate(node, |record| {
			if let Some(record) = record {
				for until in 0..MAX_UNLOCKING {
					let _ = record.unlocking.try_push(Chunk { amount: 0, until });
				}
			}
		});

		#[block]
		{
			Pallet::<T>::apply_slash(node, evidence(100), u32::MAX);
		}

		assert_eq!(Nodes::<T>::get(node).map(|r| r.stake), Some(STAKE / 2));
		Ok(())
	}

	#[benchmark]
	fn forget_evidence() -> Result<(), BenchmarkError> {
		UsedEvidence::<T>::insert(1, evidence(1), 1);

		#[block]
		{
			Pallet::<T>::perform(Task::Forget(1, evidence(1)), 1);
		}

		assert!(!UsedEvidence::<T>::contains_key(1, evidence(1)));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().params(|p| p.max_validators = 100).build(),
		crate::mock::Test
	);
}
