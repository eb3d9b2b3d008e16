//! Registering, changing and retiring sources.

use crate::{mock::*, Call, Error, Event, ReadingsOf, Sources};
use concordat_primitives::bundle::{
	reading::{Fixed, OracleKey, SourceKind, SourceSpec},
	Part,
};
use frame_support::assert_ok;

#[test]
fn a_source_holds_its_deposit_until_it_is_retired() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		assert_eq!(held(&ALICE), (SOURCE_DEPOSIT, 0));
		assert_eq!(sensor(), source + 1, "numbers go up");
		assert_ok!(signed(ALICE, Call::retire_source { source }));
		assert_eq!(held(&ALICE), (SOURCE_DEPOSIT, 0));
		assert_eq!(sensor(), source + 2, "and none is used again");
		refused(|| post(&reading(source, 1)), Error::SourceUnknown);
	})
}

#[test]
fn a_source_at_fault_is_refused_with_what_is_wrong() {
	ExtBuilder::default().build_and_execute(|| {
		let fails = |change: &dyn Fn(&mut SourceSpec), error: fn() -> Error<Test>| {
			let mut spec = source_spec();
			change(&mut spec);
			refused(|| signed(ALICE, Call::register_source { spec: spec.clone() }), error());
			let source = sensor();
			refused(|| signed(ALICE, Call::update_source { source, spec }), error());
		};
		fails(&|s| s.keys.clear(), || Error::KeysInvalid);
		fails(&|s| s.keys[1] = s.keys[0], || Error::KeysInvalid);
		fails(&|s| s.keys[1] = OracleKey::Sr25519([0; 32]), || Error::KeysInvalid);
		fails(&|s| s.quorum = 4, || Error::QuorumInvalid);
		fails(&|s| s.max_age = 0, || Error::MaxAgeInvalid);
		fails(&|s| s.min = Fixed::whole(9_999), || Error::BoundsInvalid);
		fails(&|s| s.name.0.clear(), || Error::NameInvalid);
		refused(|| signed(POOR, Call::register_source { spec: source_spec() }), Error::CannotPay);
	})
}

#[test]
fn only_the_owner_changes_or_retires_a_source() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let spec = source_spec();
		refused(
			|| signed(BOB, Call::update_source { source, spec: spec.clone() }),
			Error::NotSourceOwner,
		);
		refused(|| signed(BOB, Call::retire_source { source }), Error::NotSourceOwner);
		refused(|| signed(ALICE, Call::retire_source { source: 9 }), Error::SourceUnknown);
		let other = SourceSpec { kind: SourceKind::Simulation, ..spec };
		refused(|| signed(ALICE, Call::update_source { source, spec: other }), Error::KindFixed);
	})
}

#[test]
fn an_update_forgets_what_was_read_but_not_how_far_the_sequence_is() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		measure(source, 10);
		let old = reading(source, 20);
		let spec = SourceSpec { max_age: 30, ..source_spec() };
		assert_ok!(signed(ALICE, Call::update_source { source, spec }));
		assert!(ReadingsOf::<Test>::get(source).is_empty());
		assert_eq!(events().last(), Some(&Event::SourceUpdated { source }));
		let mut replay = old.clone();
		replay.sequence = 1;
		refused(|| post(&replay), Error::Replayed);
		assert_ok!(post(&old));
	})
}

#[test]
fn keys_that_were_taken_away_sign_no_more() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let mut spec = source_spec();
		spec.keys[0] = Oracle::Ed(9).key();
		assert_ok!(signed(ALICE, Call::update_source { source, spec }));
		refused(|| post(&reading(source, 1)), Error::SignatureInvalid);
	})
}

#[test]
fn a_trigger_whose_source_is_gone_misses_its_firings() {
	ExtBuilder::default().build_and_execute(|| {
		let (a, b) = (sensor(), sensor());
		let mut spec = spec(above(a, 50, 1));
		spec.input = bundle(&[Part::Latest(b)]);
		let trigger = create(spec);
		assert_ok!(signed(ALICE, Call::retire_source { source: b }));
		measure(a, 60);
		run(1);
		assert_eq!(counts(trigger), (0, 0, 1), "without another try: it will not come back");
		assert!(!Sources::<Test>::contains_key(b));
	})
}
