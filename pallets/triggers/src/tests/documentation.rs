//! The examples of docs/triggers.md can be used as they stand.

use crate::{mock::*, Params};
use concordat_primitives::{
	bundle::{
		reading::{Fixed, SourceSpec},
		trigger::{Comparison, Condition, TriggerSpec},
	},
	units::CDT,
};
use frame_support::{assert_ok, traits::fungible::Mutate};

const DOCUMENTATION: &str = include_str!("../../../../docs/triggers.md");

/// The blocks of the documentation with this label.
fn blocks(label: &str) -> Vec<&'static str> {
	let start = format!("```json {label}\n");
	let after = DOCUMENTATION.split(&start).skip(1);
	after.map(|rest| rest.split_once("```").unwrap().0).collect()
}

#[test]
fn the_examples_are_accepted() {
	ExtBuilder::default().params(Params::default()).build_and_execute(|| {
		Balances::set_balance(&ALICE, 1_000 * CDT);
		// The examples name source 7.
		for _ in 0..7 {
			sensor();
		}
		let source: SourceSpec = serde_json::from_str(blocks("source")[0]).unwrap();
		assert_eq!(register(ALICE, source), 7);
		let triggers = blocks("trigger");
		assert_eq!(triggers.len(), 2);
		for text in triggers {
			let spec: TriggerSpec = serde_json::from_str(text).unwrap();
			assert_ok!(create_by(ALICE, spec));
		}
		let gauge = view(0).spec;
		let comparison = Comparison::Above(Fixed::whole(50));
		assert_eq!(gauge.condition, Condition::Sensor { source: 7, comparison, sustained: 3 });
		assert_eq!(gauge.funding, 50 * CDT);
	})
}

#[test]
fn the_short_forms_are_conditions_too() {
	let condition = |text: &str| serde_json::from_str::<Condition>(text).unwrap();
	assert_eq!(condition("\"proposal\""), Condition::Proposal);
	assert_eq!(condition("\"manual\""), Condition::Manual);
	let on = clause("WMO::RainAlert@1.0");
	let dependency = "{\"dependency\": {\"on\": \"WMO::RainAlert@1.0\"}}";
	assert_eq!(condition(dependency), Condition::Dependency { on });
	for text in ["{\"dependency\": {\"on\"", "\"proposal\"", "\"manual\""] {
		assert!(DOCUMENTATION.contains(text));
	}
}

#[test]
fn the_numbers_of_the_documentation_are_the_defaults() {
	let params = Params::default();
	assert_eq!(params.free_interval, 15);
	assert_eq!(params.free_per_block, 16);
	assert_eq!((params.max_retries, params.retry_after, params.max_failures), (3, 5, 10));
	assert_eq!(params.firing_fee, CDT / 1_000);
	assert_eq!(params.risk_threshold, 700_000);
	// 12 hours; 2 days of 7; 3 days.
	assert_eq!((params.max_forecast, params.forecast_total), (21_600, 86_400));
	assert_eq!((params.forecast_span, params.max_burst), (302_400, 129_600));
}
