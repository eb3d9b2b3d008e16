//! The chains the node knows by name. Their genesis is a preset of the runtime; here they only get
//! a name, an id and the properties that wallets read.

use concordat_runtime::{constants::SS58_PREFIX, WASM_BINARY};
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// Chain specification of a Concordat chain: without extensions.
pub type ChainSpec = sc_service::GenericChainSpec;

/// Symbol of the unit of account.
const TOKEN_SYMBOL: &str = "CDT";
/// Decimals of the unit of account.
const TOKEN_DECIMALS: u32 = 12;

/// One validator, Alice, who also holds the root key: `--dev` and `--chain dev`.
pub fn development() -> Result<ChainSpec, String> {
	named("Concordat Development", "concordat_dev", ChainType::Development, DEV_RUNTIME_PRESET)
}

/// Two validators, Alice and Bob, and no root key: `--chain local`.
pub fn local_testnet() -> Result<ChainSpec, String> {
	named(
		"Concordat Local Testnet",
		"concordat_local",
		ChainType::Local,
		LOCAL_TESTNET_RUNTIME_PRESET,
	)
}

fn named(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let code = WASM_BINARY.ok_or(
		"this binary was built without the wasm runtime (SKIP_WASM_BUILD was set): \
		 only chains given as a file can be run",
	)?;
	Ok(ChainSpec::builder(code, None)
		.with_name(name)
		.with_id(id)
		.with_protocol_id(id)
		.with_chain_type(chain_type)
		.with_genesis_config_preset_name(preset)
		.with_properties(properties())
		.build())
}

fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
	properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
	properties.insert("ss58Format".into(), SS58_PREFIX.into());
	properties
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_runtime::constants::CDT;

	#[test]
	fn properties_should_agree_with_the_runtime() {
		assert_eq!(10u128.pow(TOKEN_DECIMALS), CDT);
		assert_eq!(properties().get("ss58Format"), Some(&SS58_PREFIX.into()));
	}
}
