//! What others are told that this costs.

use crate::{mock::*, Call, WeightInfo};
use concordat_primitives::traits::{JobBoard, JobOutcomes, ReceiptSink, Slasher};
use frame_support::{dispatch::GetDispatchInfo, traits::Hooks};

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

#[test]
fn hearing_of_an_end_should_include_slash_and_receipt_but_not_the_board() {
	// The board's weight contains this one: they would ask each other for ever.
	let own = <() as WeightInfo>::job_ended();
	let expected = own + <Mock as Slasher<_>>::weight() + <Mock as ReceiptSink>::weight();
	assert_eq!(<Audits as JobOutcomes>::weight(), expected);
	assert!(<Mock as JobBoard<_>>::weight().ref_time() > expected.ref_time());
}

#[test]
fn hearing_of_a_decision_should_cost_little() {
	let weight = <Audits as concordat_primitives::traits::Audits>::weight();
	assert_eq!(weight, <() as WeightInfo>::decided());
	assert!(weight.ref_time() < <() as WeightInfo>::job_ended().ref_time() / 4);
}

#[test]
fn the_weight_of_a_call_should_include_what_others_do() {
	let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
	let audit = weight(Call::audit { job: 1 });
	assert_eq!(audit, <() as WeightInfo>::audit() + Audits::dearest_open_weight());
	let longest = u64::from(concordat_primitives::clause::MAX_INPUT_BYTES);
	let results = 11 * (u64::from(concordat_primitives::workflow::MAX_DEPENDENCIES) + 1);
	let others = OPENING + longest + 100 + results;
	let open = Audits::dearest_open_weight().ref_time();
	assert_eq!(open, <() as WeightInfo>::open().ref_time() + others);
}

#[test]
fn an_idle_hook_should_cost_its_base_alone() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Audits::on_initialize(START), <() as WeightInfo>::hook_base());
	});
}
