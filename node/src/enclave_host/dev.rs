//! Nodes of a development chain, so that `--dev` alone runs jobs.
//!
//! For the accounts `//Node//1`, `//Node//2`, … it does what an operator does with `concordat node
//! register`: hands the operator key to the keystore and stakes a node. Its enclave attests as every
//! node's does ([`super::renewal`]), but the controller pays, who has money there.

use super::chain::Signer;
use concordat_enclave::DevKind;
use concordat_primitives::{
	node::{NodeRole, NodeSpec, OperatorId, Resources, OPERATOR_KEY_TYPE},
	units::CDT,
	CapabilityId, Jurisdiction,
};
use concordat_runtime::{pallet_node_staking, RuntimeCall};
use sp_core::{sr25519, Pair};
use sp_keystore::{Keystore, KeystorePtr};

/// What the development nodes can do: what the example clauses need, and two for experiments.
const CAPABILITIES: [&str; 5] =
	["hazard.rain", "sim.epidemic", "finance.cat", "test.busy", "general"];
/// Stake of a development node.
const STAKE: u128 = 1_000 * CDT;
/// Technologies of embedded enclaves, in turn.
const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];

/// Technology of the embedded enclave of this number, from 1 on.
pub fn kind(number: u32) -> DevKind {
	let place = number.saturating_sub(1) as usize % KINDS.len();
	KINDS.into_iter().cycle().nth(place).unwrap_or(DevKind::Tdx)
}

fn suri(number: u32) -> String {
	format!("//Node//{number}")
}

/// The controller of the development node of this number.
pub fn controller(number: u32) -> Result<Signer, String> {
	let pair = sr25519::Pair::from_string(&suri(number), None).map_err(|e| e.to_string())?;
	Ok(Signer::Pair(Box::new(pair)))
}

/// Puts the operator key into the keystore and makes the call that registers the node.
pub fn register(number: u32, keystore: &KeystorePtr) -> Result<RuntimeCall, String> {
	let operator = keystore
		.sr25519_generate_new(OPERATOR_KEY_TYPE, Some(&format!("{}//operator", suri(number))))
		.map_err(|e| e.to_string())?;
	Ok(RuntimeCall::NodeStaking(pallet_node_staking::Call::register {
		spec: spec()?,
		operator_key: OperatorId::from(operator),
		stake: STAKE,
	}))
}

pub(super) fn spec() -> Result<NodeSpec, String> {
	let capabilities: Vec<CapabilityId> =
		CAPABILITIES.iter().filter_map(|name| CapabilityId::parse(name)).collect();
	Ok(NodeSpec {
		role: NodeRole::Compute,
		jurisdiction: Jurisdiction::parse("CHE").ok_or("CHE is a jurisdiction")?,
		sovereign: false,
		capabilities: capabilities.try_into().map_err(|_| "too many capabilities")?,
		capacity: 4,
		resources: Resources { cpu_cores: 1, memory_mib: 1_024, ..Default::default() },
		latency_class: 0,
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn embedded_enclaves_should_be_of_all_kinds_in_turn() {
		use DevKind::{Nitro, Sgx, Snp, Tdx};
		assert_eq!([1, 2, 3, 4, 5, 6].map(kind), [Sgx, Tdx, Snp, Nitro, Sgx, Tdx]);
	}

	#[test]
	fn development_nodes_should_be_able_to_do_something() {
		assert_eq!(spec().unwrap().capabilities.len(), CAPABILITIES.len());
		assert_ne!(controller(1).unwrap().account(), controller(2).unwrap().account());
	}
}
