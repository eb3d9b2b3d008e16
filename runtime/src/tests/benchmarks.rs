//! Every benchmark, run on the runtime as it is assembled, so that a change of any pallet that breaks
//! the measuring of weights is seen here. Compiled with the feature `runtime-benchmarks` only.

use super::*;
use crate::benchmarks::{dispatch, metadata};
use frame_benchmarking::{BenchmarkConfig, BenchmarkList, BenchmarkMetadata, BenchmarkParameter};
use sc_client_db::BenchmarkingState;
use sp_core::traits::{ReadRuntimeVersion, ReadRuntimeVersionExt};
use sp_externalities::{set_and_run_with_externalities, Extensions, Externalities};
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{traits::BlakeTwo256, BuildStorage, Storage};
use sp_state_machine::{Ext, OverlayedChanges};
use std::panic::{catch_unwind, AssertUnwindSafe};

type Components = Vec<(BenchmarkParameter, u32)>;

fn genesis_storage() -> Storage {
	serde_json::from_value::<RuntimeGenesisConfig>(genesis_of(DEV_RUNTIME_PRESET))
		.expect("a preset is a genesis configuration")
		.build_storage()
		.expect("the preset builds")
}

/// The benchmarks of all pallets, one row for each.
fn listed() -> Vec<(BenchmarkList, BenchmarkMetadata)> {
	let rows = |list: BenchmarkList| {
		let benchmarks = list.benchmarks.clone();
		benchmarks.into_iter().map(move |one| (list.clone(), one)).collect::<Vec<_>>()
	};
	metadata(true).0.into_iter().flat_map(rows).collect()
}

/// All components at their lowest, then all at their highest.
fn extremes(benchmark: &BenchmarkMetadata) -> Vec<Components> {
	let lowest = benchmark.components.iter().map(|(name, low, _)| (*name, *low)).collect();
	let highest = benchmark.components.iter().map(|(name, _, high)| (*name, *high)).collect();
	let mut both: Vec<Components> = vec![lowest, highest];
	both.dedup();
	both
}

/// Says of any code that it is this runtime.
struct ThisRuntime;

impl ReadRuntimeVersion for ThisRuntime {
	fn read_runtime_version(
		&self,
		_code: &[u8],
		_ext: &mut dyn Externalities,
	) -> Result<Vec<u8>, String> {
		Ok(crate::VERSION.encode())
	}
}

/// Runs one benchmark with its own checks on a fresh chain, as the `benchmark` command does.
fn run(storage: Storage, config: BenchmarkConfig) -> Result<(), String> {
	let state = BenchmarkingState::<BlakeTwo256>::new(storage, None, false, true)?;
	let mut overlay = OverlayedChanges::default();
	let mut extensions = Extensions::new();
	extensions.register(KeystoreExt::new(MemoryKeystore::new()));
	extensions.register(ReadRuntimeVersionExt::new(ThisRuntime));
	let mut ext = Ext::new(&mut overlay, &state, Some(&mut extensions));
	let batches = set_and_run_with_externalities(&mut ext, || dispatch(config))?;
	match batches.iter().any(|batch| !batch.results.is_empty()) {
		true => Ok(()),
		false => Err("it was not run".into()),
	}
}

#[test]
fn every_benchmark_should_run_on_the_runtime() {
	let storage = genesis_storage();
	let mut failures = Vec::new();
	for (list, benchmark) in listed() {
		for components in extremes(&benchmark) {
			let name = format!(
				"{}::{} {components:?}",
				String::from_utf8_lossy(&list.pallet),
				String::from_utf8_lossy(&benchmark.name)
			);
			let config = BenchmarkConfig {
				pallet: list.pallet.clone(),
				instance: list.instance.clone(),
				benchmark: benchmark.name.clone(),
				selected_components: components,
				verify: true,
				internal_repeats: 1,
			};
			println!("{name}");
			match catch_unwind(AssertUnwindSafe(|| run(storage.clone(), config))) {
				Ok(Ok(())) => {},
				Ok(Err(error)) => failures.push(format!("{name}: {error}")),
				Err(_) => failures.push(format!("{name}: panicked, see above")),
			}
		}
	}
	assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_pallet_of_the_protocol_should_have_benchmarks() {
	let listed = listed()
		.into_iter()
		.map(|(list, _)| String::from_utf8_lossy(&list.pallet).into_owned())
		.collect::<Vec<_>>();
	for pallet in [
		"pallet_attestation",
		"pallet_clause_registry",
		"pallet_disputes",
		"pallet_governance_timelocks",
		"pallet_job_dispatch",
		"pallet_node_identity",
		"pallet_node_staking",
		"pallet_quorum_results",
		"pallet_rollup_anchor",
	] {
		assert!(listed.iter().any(|known| known == pallet), "{pallet}");
	}
}
