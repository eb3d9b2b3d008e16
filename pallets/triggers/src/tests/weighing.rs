//! Every weight can be measured, and what is charged is what is done.

use crate::mock::*;
use concordat_primitives::{
	bundle::{trigger::Condition, Part},
	credential::{credential_type, CredentialDemand},
	traits::{JobOutcomes, Quotas},
};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};

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
fn a_reading_is_charged_by_its_signatures_and_the_triggers_it_may_set_off() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		for _ in 0..3 {
			create(spec(above(source, 50, 1)));
		}
		let reading = reading(source, 60);
		let info = post_with(&reading, signatures(&reading, &[0, 1, 2])).unwrap();
		assert_eq!(info.actual_weight, Some(Triggers::weight_of_posting(3, 3)));
		assert!(Triggers::weight_of_posting(3, 3).all_lte(Triggers::weight_of_posting(3, 64)));
	})
}

#[test]
fn the_hook_charges_parts_credentials_and_the_job() {
	ExtBuilder::default().build_and_execute(|| {
		let idle = Triggers::on_initialize(START);
		let demand = CredentialDemand { kind: credential_type("x"), issuer: None };
		let mut spec = spec(Condition::Manual);
		spec.input = bundle(&[Part::Credential { key: name("k"), subject: BOB, demand }]);
		let trigger = create(spec);
		assert_ok!(fire(ALICE, trigger));
		System::set_block_number(START + 1);
		let weight = Triggers::on_initialize(START + 1);
		let len = input_of(&jobs()[0]).len() as u32;
		assert_eq!(weight, idle + Triggers::weight_of_firing(1, 1, Some(len)));
		assert!(weight.all_lte(Triggers::hook_limit(&params())));
	})
}

#[test]
fn those_who_ask_can_charge_what_it_weighs() {
	assert_ne!(<Triggers as Quotas>::weight(), Weight::zero());
	assert_ne!(<Triggers as JobOutcomes>::weight(), Weight::zero());
}
