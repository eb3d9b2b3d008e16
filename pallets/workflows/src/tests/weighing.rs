//! Every weight can be measured, and no turn of the hook weighs more than is reserved for the dearest.

use crate::{mock::*, WeightInfo};

/// Names of the functions that `source` declares.
fn functions(source: &str) -> Vec<&str> {
	source
		.lines()
		.filter_map(|line| line.trim().strip_prefix("fn ")?.split(['(', '<']).next())
		.collect()
}

#[test]
fn every_weight_should_have_a_benchmark_of_its_name_and_the_other_way_round() {
	let weights = include_str!("../weights.rs").split("pub trait WeightInfo {").nth(1).unwrap();
	let mut weights = functions(weights.split("\n}").next().unwrap());
	let benchmarks = include_str!("../benchmarking.rs").split("#[benchmark]\n").skip(1);
	let mut benchmarks: Vec<_> = benchmarks.map(|after| functions(after)[0]).collect();
	weights.sort_unstable();
	benchmarks.sort_unstable();
	assert_eq!(weights, benchmarks);
}

#[test]
fn the_hook_should_have_room_for_its_dearest_turn_with_the_default_share() {
	assert!(Workflows::ensure_params(&crate::Params::default()).is_ok());
	let tight = crate::Params { hook_share: 1, ..Default::default() };
	// What one per cent of a block can hold depends on the weights; what the check says has to follow from them.
	let dearest = <() as WeightInfo>::tick()
		.saturating_add(<() as WeightInfo>::agenda_page())
		.saturating_add(Workflows::weight_of_dearest_item())
		.saturating_add(Workflows::weight_of_dearest_advance());
	assert_eq!(
		Workflows::ensure_params(&tight).is_ok(),
		dearest.all_lte(Workflows::hook_limit(&tight))
	);
}
