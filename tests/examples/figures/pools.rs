//! Nodes by the hundred thousand, put into the pools directly, with leases written into the state: registering and attesting
//! so many is not what is measured.

use crate::chain::{capability, Chain};
use codec::Encode;
use concordat_attestation::{PlatformId, TcbStatus, Vendor};
use concordat_primitives::{
	attest::{Lease, RiskClasses},
	node::{NodeProfile, Resources},
	traits::NodePool,
	Jurisdiction, LeaseId, NodeId,
};
use concordat_runtime::{
	genesis_presets::SIMULATED_MEASUREMENT, pallet_attestation, pallet_job_dispatch, JobDispatch,
	Runtime, System,
};
use sp_io::hashing::{blake2_128, blake2_256};

/// Number of the first node; those below are registered ones.
pub const FIRST: NodeId = 1_000;
/// Nodes inserted before their events are dropped.
const CHUNK: u32 = 1_000;

/// What tells the nodes of a population apart.
#[derive(Clone, Copy)]
pub struct Traits {
	/// Where it stands.
	pub jurisdiction: &'static str,
	/// Under sovereign control.
	pub sovereign: bool,
	/// Who vouches for the hardware.
	pub vendor: Vendor,
	/// Latency class.
	pub latency_class: u8,
	/// Jobs at a time.
	pub capacity: u16,
}

impl Default for Traits {
	fn default() -> Self {
		Self {
			jurisdiction: "CHE",
			sovereign: false,
			vendor: Vendor::IntelTdx,
			latency_class: 0,
			capacity: 64,
		}
	}
}

/// A jurisdiction of a valid code.
pub fn jurisdiction(code: &str) -> Jurisdiction {
	Jurisdiction::parse(code).expect("a valid code")
}

/// Puts the node of this number, from 0 on, into the pools, with a live lease.
fn insert(number: u32, traits: Traits) {
	let node = FIRST + number;
	let lease = LeaseId::from(node);
	let platform = PlatformId(blake2_256(&(b"platform", number).encode()));
	let signing_key = blake2_256(&(b"key", number).encode());
	let (issued_at, expires_at) = (System::block_number(), 1_000_000);
	let profile = NodeProfile {
		operator: blake2_128(&(b"operator", number).encode()),
		jurisdiction: jurisdiction(traits.jurisdiction),
		sovereign: traits.sovereign,
		capacity: traits.capacity,
		latency_class: traits.latency_class,
		resources: Resources { cpu_cores: 8, memory_mib: 65_536, ..Default::default() },
		lease,
		lease_issued_at: issued_at,
		lease_expires_at: expires_at,
		vendor: traits.vendor,
		measurement: SIMULATED_MEASUREMENT,
		platform,
		simulated: true,
		classes: RiskClasses::ALL,
		signing_key,
	};
	JobDispatch::admit(node, profile, &[capability()]).expect("the pools take it");
	pallet_attestation::LeaseOfNode::<Runtime>::insert(node, lease);
	pallet_attestation::Leases::<Runtime>::insert(
		lease,
		Lease {
			id: lease,
			node,
			vendor: traits.vendor,
			measurement: SIMULATED_MEASUREMENT,
			platform,
			tcb: TcbStatus::UpToDate,
			classes: RiskClasses::ALL,
			signing_key,
			encryption_key: [7; 32],
			simulated: true,
			issued_at,
			expires_at,
			not_after: u64::MAX,
		},
	);
}

/// Fills the pools of a chain that holds the nodes below `there` up to `size`. Returns how many pools there are then.
pub fn fill(chain: &mut Chain, there: u32, size: u32, traits: impl Fn(u32) -> Traits) -> usize {
	let mut there = there;
	while there < size {
		let until = size.min(there + CHUNK);
		chain.read(|| {
			(there..until).for_each(|number| insert(number, traits(number)));
			System::reset_events();
		});
		there = until;
	}
	let strata = chain.read(|| pallet_job_dispatch::StrataOf::<Runtime>::get(capability()));
	let nodes: u64 = strata.lots().map(|lot| u64::from(lot.size)).sum();
	assert_eq!(nodes, u64::from(size), "the pools hold them all");
	chain.ext.commit_all().expect("no transaction is open");
	strata.lots().count()
}
