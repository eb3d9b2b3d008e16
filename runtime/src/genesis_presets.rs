//! The chains that can be born from this runtime. Chain specifications are made of these presets
//! and of nothing else.
//!
//! | preset | validators | root key | council | delays of governance |
//! | --- | --- | --- | --- | --- |
//! | `development` | Alice | Alice | Alice, Bob, Charlie | seconds |
//! | `local_testnet` | Alice, Bob | none | Alice, Bob, Charlie | minutes |
//!
//! Both accept simulated evidence, because no hardware stands behind a development machine.
//!
//! Every secret key behind the presets is public: `//Alice`, `//Alice//stash`, `//Node//1` and so
//! on. A chain that holds value starts from a specification of its own.
//!
//! A validator `X` has the account `//X//stash` and signs with the session keys `//X`. Network
//! testing tools that inject validators follow the same rule, so the stash accounts of all six
//! well-known names hold money.

use crate::{
	constants::{BABE_GENESIS_EPOCH_CONFIG, CDT, MINUTES},
	AccountId, AttestationConfig, Audits, BabeConfig, Balance, BalancesConfig, BlockNumber,
	ClauseRegistryConfig, GovernanceConfig, NodeStakingConfig, RollupAnchorConfig,
	RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig, TrustConfig,
};
use alloc::{format, string::ToString, vec, vec::Vec};
use concordat_attestation::{
	amd::{Product, SnpTcb},
	dev_anchors::dev_anchors,
	policy::QuotePolicy,
	Measurement,
};
use concordat_primitives::{
	capability::{CapabilitySpec, Category},
	clause::{ResourceLimits, RiskClass},
	content::MAX_BODY_BYTES,
	node::OperatorId,
	rollup::RollupKey,
	text::Name,
	units::MILLI_CDT,
	CapabilityId,
};
use frame_support::{build_struct_json_patch, BoundedVec};
use pallet_attestation::default_policy;
use pallet_governance_timelocks::Delays;
use pallet_rollup_anchor::{dev::dev_key, AnchorParams};
use pallet_trust::Params as TrustParams;
use serde_json::Value;
use sp_consensus_babe::AuthorityId as BabeId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::get_public_from_string_or_panic, sr25519};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring;

/// Balance of every endowed account. As a JSON number it has to stay below 2⁶⁴.
pub const ENDOWMENT: Balance = 1_000_000 * CDT;

/// How many accounts `//Node//1`, `//Node//2`, … are endowed: the operators of the compute nodes
/// that a development node runs.
pub const DEV_NODES: u32 = 5;

/// Account of the `index`-th development compute node, counted from one: `//Node//<index>`.
pub fn dev_node_account(index: u32) -> AccountId {
	get_public_from_string_or_panic::<sr25519::Public>(&format!("Node//{index}")).into()
}

/// What the account that pays for audits has.
pub const AUDIT_FUND: Balance = 1_000 * CDT;

/// Stake of a validator at genesis.
pub const VALIDATOR_STAKE: Balance = 10_000 * CDT;

/// Code that the simulator of this release says it runs: `concordat_enclave::evidence::code()`. A test holds the two
/// against each other.
pub const SIMULATED_MEASUREMENT: Measurement = Measurement(sp_core::hex2array!(
	"f2ecf8e06a03b493a6f0753deacb75f073558352b869b3016c6fced36a62f0142341e636ead28cf6b1e609d3bb5f34ea"
));

/// The same code as simulated SGX calls it: MRENCLAVE has 32 bytes.
pub const SIMULATED_SGX_MEASUREMENT: Measurement = {
	let Measurement(mut code) = SIMULATED_MEASUREMENT;
	let mut place = 32;
	while place < code.len() {
		code[place] = 0;
		place += 1;
	}
	Measurement(code)
};

/// TCB of simulated SEV-SNP platforms, which the quote policies of development chains ask for.
pub const SIMULATED_SNP_TCB: SnpTcb =
	SnpTcb { fmc: 0, boot_loader: 4, tee: 1, snp: 22, microcode: 213 };

/// The default quote policies, with a least TCB for simulated SEV-SNP.
fn policies() -> Vec<(RiskClass, QuotePolicy)> {
	RiskClass::ALL
		.into_iter()
		.map(|class| {
			let mut policy = default_policy(class);
			policy.snp.minimums =
				BoundedVec::truncate_from(vec![(Product::Milan, SIMULATED_SNP_TCB)]);
			(class, policy)
		})
		.collect()
}

/// A validator at genesis: its account, its session keys, and the key of its operator.
#[derive(Clone)]
struct Validator {
	stash: AccountId,
	keys: SessionKeys,
	operator: OperatorId,
	rollup: Option<RollupKey>,
}

impl Validator {
	/// The validator with the secret `//<name>`.
	fn well_known(name: &str) -> Self {
		Self {
			stash: get_public_from_string_or_panic::<sr25519::Public>(&format!("{name}//stash"))
				.into(),
			keys: SessionKeys {
				babe: get_public_from_string_or_panic::<BabeId>(name),
				grandpa: get_public_from_string_or_panic::<GrandpaId>(name),
			},
			operator: OperatorId::from(get_public_from_string_or_panic::<sr25519::Public>(
				&format!("{name}//operator"),
			)),
			rollup: dev_key(&format!("//{name}")),
		}
	}
}

/// Capabilities that the example clauses, the demonstration and the tests ask for.
fn capabilities() -> Vec<(CapabilityId, CapabilitySpec)> {
	let types = |names: &[&str]| {
		BoundedVec::truncate_from(names.iter().filter_map(|name| Name::parse(name).ok()).collect())
	};
	let capability = |id: &str, category, takes: &[&str], gives: &[&str]| {
		let spec = CapabilitySpec {
			category,
			input_types: types(takes),
			output_types: types(gives),
			max_input_bytes: MAX_BODY_BYTES,
			max_wall_millis: ResourceLimits::MAX.wall_millis,
		};
		(CapabilityId::parse(id).expect("at most 16 characters of a name; qed"), spec)
	};
	vec![
		capability("hazard.rain", Category::Analysis, &["weather.table"], &["hazard.alert"]),
		capability("sim.epidemic", Category::Generation, &["epidemic.cases"], &["hazard.alert"]),
		capability("finance.cat", Category::Analysis, &["seismic.table"], &["finance.payout"]),
		// No types: they take and give anything.
		capability("general", Category::Transformation, &[], &[]),
		capability("test.busy", Category::Generation, &[], &[]),
		capability("test.echo", Category::Transformation, &[], &[]),
		capability("bench.echo", Category::Transformation, &[], &[]),
	]
}

/// Alice to Ferdie, their stashes, and the operators of development nodes.
fn endowed_accounts() -> Vec<AccountId> {
	Sr25519Keyring::well_known()
		.map(|key| key.to_account_id())
		.chain((1..=DEV_NODES).map(dev_node_account))
		.collect()
}

fn genesis(
	validators: Vec<Validator>,
	root: Option<AccountId>,
	unit: BlockNumber,
	rollup_epoch: BlockNumber,
) -> Value {
	let council = [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie];

	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: endowed_accounts()
				.into_iter()
				.map(|account| (account, ENDOWMENT))
				// Pays for audits until governance fills it again.
				.chain([(Audits::account(), AUDIT_FUND)])
				.collect::<Vec<_>>(),
		},
		babe: BabeConfig { epoch_config: BABE_GENESIS_EPOCH_CONFIG },
		attestation: AttestationConfig {
			simulation_allowed: true,
			anchors: dev_anchors().to_vec(),
			measurements: vec![SIMULATED_MEASUREMENT, SIMULATED_SGX_MEASUREMENT],
			policies: policies(),
		},
		clause_registry: ClauseRegistryConfig {
			capabilities: capabilities(),
			..Default::default()
		},
		governance: GovernanceConfig {
			members: council.map(|key| key.to_account_id()).to_vec(),
			delays: Delays {
				upgrade: 7 * unit,
				parameters: 3 * unit,
				node_addition: 0,
				node_removal: 0,
				emergency: 0,
			},
			voting_period: 60 * unit,
		},
		rollup_anchor: RollupAnchorConfig {
			params: AnchorParams { epoch_length: rollup_epoch, ..Default::default() },
			keys: validators
				.iter()
				.filter_map(|validator| Some((validator.stash.clone(), validator.rollup?)))
				.collect::<Vec<_>>(),
		},
		node_staking: NodeStakingConfig {
			validators: validators
				.iter()
				.map(|validator| {
					(validator.stash.clone(), VALIDATOR_STAKE, validator.operator.clone())
				})
				.collect::<Vec<_>>(),
		},
		// Babe and Grandpa get their first authorities from here.
		session: SessionConfig {
			keys: validators
				.into_iter()
				.map(|validator| (validator.stash.clone(), validator.stash, validator.keys))
				.collect::<Vec<_>>(),
		},
		// On a young chain nobody has paid much yet: a few jobs are enough for a requester's word to count.
		trust: TrustConfig {
			params: TrustParams { full_standing: 10 * MILLI_CDT, ..Default::default() },
		},
		sudo: SudoConfig { key: root },
	})
}

fn development() -> Value {
	let root = Some(Sr25519Keyring::Alice.to_account_id());
	genesis(vec![Validator::well_known("Alice")], root, 1, 3)
}

fn local_testnet() -> Value {
	genesis(vec![Validator::well_known("Alice"), Validator::well_known("Bob")], None, MINUTES, 5)
}

/// The genesis of the preset `id`, as a JSON patch of the default one.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => local_testnet(),
		_ => return None,
	};
	Some(patch.to_string().into_bytes())
}

/// The ids that [`get_preset`] knows.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}
