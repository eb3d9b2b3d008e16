//! Bundles as the chain makes them.

use crate::{mock::*, Call};
use concordat_primitives::{
	bundle::{credential_tag, text::Bundle, trigger::Condition, BundleError, Part},
	credential::{credential_type, CredentialDemand},
	job::JobInput,
};
use frame_support::{assert_ok, BoundedVec};

fn demand() -> CredentialDemand {
	CredentialDemand { kind: credential_type("WMO/Forecaster@1"), issuer: Some(1) }
}

fn parts(source: u32) -> Vec<Part> {
	vec![
		Part::Static { key: name("station"), value: BoundedVec::truncate_from(b"Bogor".to_vec()) },
		Part::Credential { key: name("forecaster"), subject: BOB, demand: demand() },
		Part::History { source, n: 2 },
	]
}

#[test]
fn a_job_runs_on_what_the_chain_knew_when_it_was_opened() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut spec = spec(Condition::Manual);
		spec.input = bundle(&parts(source));
		let trigger = create(spec);
		for value in [10, 20, 30] {
			measure(source, value);
		}
		assert_ok!(fire(ALICE, trigger));
		// Between the call and the hook nothing is fixed yet.
		give_credential(BOB, demand());
		run(1);
		let tag = credential_tag(&BOB, &demand());
		let text = [
			"rain-alert/1",
			"station=Bogor",
			"forecaster=held",
			&format!("forecaster.of={tag:x}"),
			"rows=2",
			"---",
			"part,source,name,sequence,observed_at,fresh_until,time_ms,value,len,location",
			"2,0,bogor.rain,2,1000,1020,2000000,20.00,,",
			"2,0,bogor.rain,3,1000,1020,2000000,30.00,,",
			"",
		]
		.join("\n");
		assert_eq!(input_of(&jobs()[0]), text);
		let JobInput::Inline(bytes) = &jobs()[0].input else { panic!() };
		assert_eq!(Bundle::parse(bytes).unwrap().rows.len(), 2);
	})
}

#[test]
fn a_credential_that_nobody_holds_is_missing_not_an_error() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = spec(Condition::Manual);
		let subject = BOB;
		spec.input =
			bundle(&[Part::Credential { key: name("forecaster"), subject, demand: demand() }]);
		let trigger = create(spec);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert!(input_of(&jobs()[0]).contains("\nforecaster=missing\n"));
	})
}

#[test]
fn a_preview_says_what_a_firing_would_find() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut spec = spec(Condition::Manual);
		spec.input = bundle(&parts(source));
		let trigger = create(spec);
		let too_few = BundleError::TooFew { source, have: 0, need: 2 };
		assert_eq!(Triggers::bundle(trigger), Some(Err(too_few)));
		measure(source, 1);
		measure(source, 2);
		let preview = Triggers::bundle(trigger).unwrap().unwrap();
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!(input_of(&jobs()[0]).into_bytes(), preview);
		run(20);
		let stale = BundleError::Stale { source, age: 21, max_age: 20 };
		assert_eq!(Triggers::bundle(trigger), Some(Err(stale)));
		assert_eq!(Triggers::bundle(9), None);
	})
}

#[test]
fn the_same_readings_make_the_same_input_at_another_time() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut spec = spec(Condition::Manual);
		spec.input = bundle(&[Part::Latest(source)]);
		let trigger = create(spec);
		measure(source, 1);
		for _ in 0..2 {
			assert_ok!(fire(ALICE, trigger));
			run(3);
		}
		assert_eq!(jobs()[0].input, jobs()[1].input);
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger }));
	})
}
