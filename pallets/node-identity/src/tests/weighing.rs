//! Every weight can be measured.

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
	let benchmarks = include_str!("../benchmarking.rs").split("#[benchmark]").skip(1);
	let mut benchmarks: Vec<_> = benchmarks.map(|after| functions(after)[0]).collect();
	weights.sort_unstable();
	benchmarks.sort_unstable();
	assert_eq!(weights, benchmarks);
}
