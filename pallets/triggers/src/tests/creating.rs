//! Creating and removing triggers.

use crate::{mock::*, Call, Error, Event, Watchers, MAX_DEPENDANTS, MAX_WATCHERS};
use codec::Encode;
use concordat_primitives::{
	bundle::{
		reading::SourceSpec,
		trigger::{Comparison, Condition, TriggerSpec},
		Part,
	},
	clause::{ClauseStatus, TriggerKind, ALL_TRIGGERS},
	job::JobConstraints,
	units::CDT,
};
use frame_support::{assert_ok, traits::fungible::Mutate};

const MANUAL: Condition = Condition::Manual;

fn deposit_of(spec: &TriggerSpec) -> u128 {
	200 + spec.encoded_size() as u128
}

#[test]
fn a_trigger_holds_deposit_and_funding_until_it_is_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let spec = spec(MANUAL);
		let deposit = deposit_of(&spec);
		let trigger = create(spec.clone());
		assert_eq!(held(&ALICE), (deposit, spec.funding));
		let event = Event::TriggerCreated { trigger, owner: ALICE, clause: rain() };
		assert_eq!(events(), [event]);
		refused(|| signed(BOB, Call::remove_trigger { trigger }), Error::NotTriggerOwner);
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger }));
		assert_eq!(held(&ALICE), (0, 0));
		assert_eq!(Balances::free_balance(&ALICE), FUNDS);
		refused(|| signed(ALICE, Call::remove_trigger { trigger }), Error::TriggerUnknown);
		assert_eq!(create(spec), trigger + 1, "no number is used again");
	})
}

#[test]
fn the_clause_has_to_be_there_and_to_accept_the_kind() {
	ExtBuilder::default().build_and_execute(|| {
		let missing = TriggerSpec { clause: clause("NO::Such@1.0"), ..spec(MANUAL) };
		refused(|| create_by(ALICE, missing.clone()), Error::ClauseUnknown);
		let source = sensor();
		let schedule = Condition::Schedule { start: START + 5, every: 5, count: 3 };
		let conditions = [
			MANUAL,
			above(source, 1, 1),
			schedule,
			Condition::Proposal,
			Condition::Dependency { on: rain() },
		];
		for condition in conditions {
			let kind = condition.kind();
			set_clause(rain(), ALICE, ALL_TRIGGERS & !kind.bit());
			refused(|| create_by(ALICE, spec(condition.clone())), Error::KindNotAccepted);
			set_clause(rain(), ALICE, kind.bit());
			assert_ok!(create_by(ALICE, spec(condition)));
		}
		set_status(rain(), ClauseStatus::Retired);
		refused(|| create_by(ALICE, spec(MANUAL)), Error::ClauseRetired);
	})
}

#[test]
fn jobs_say_what_sets_them_off_whatever_the_constraints_say() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = spec(above(sensor(), 1, 1));
		spec.constraints = JobConstraints { trigger: TriggerKind::Manual, ..Default::default() };
		assert_eq!(view(create(spec)).spec.constraints.trigger, TriggerKind::Sensor);
	})
}

#[test]
fn a_trigger_that_could_never_fire_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let source = sensor();
		let fails = |spec: TriggerSpec, error| refused(|| create_by(ALICE, spec.clone()), error);
		fails(spec(above(source, 1, 0)), Error::ConditionInvalid);
		fails(spec(above(source, 1, 33)), Error::ConditionInvalid);
		fails(spec(above(9, 1, 1)), Error::SourceUnknown);
		let other = Condition::Simulation { source, comparison: Comparison::Any, sustained: 1 };
		fails(spec(other), Error::ConditionInvalid);
		fails(spec(above(simulation(), 1, 1)), Error::ConditionInvalid);
		fails(TriggerSpec { max_firings: 0, ..spec(MANUAL) }, Error::NeverFires);
		fails(TriggerSpec { until: Some(START), ..spec(MANUAL) }, Error::NeverFires);
		let past = Condition::Schedule { start: START - 10, every: 5, count: 3 };
		fails(spec(past), Error::NeverFires);
		let still = Condition::Schedule { start: START - 10, every: 5, count: 0 };
		fails(spec(still), Error::ConditionInvalid);
	})
}

#[test]
fn only_schedules_have_no_cooldown() {
	ExtBuilder::default().build_and_execute(|| {
		let schedule = Condition::Schedule { start: START + 5, every: 5, count: 3 };
		let fails = |spec: TriggerSpec| {
			refused(|| create_by(ALICE, spec.clone()), Error::CooldownInvalid);
		};
		fails(TriggerSpec { cooldown: 0, ..spec(MANUAL) });
		fails(TriggerSpec { cooldown: 0, ..spec(Condition::Dependency { on: rain() }) });
		fails(TriggerSpec { cooldown: 1, ..spec(schedule) });
	})
}

#[test]
fn a_bundle_that_can_not_be_made_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let fails = |parts: &[Part], error| {
			let spec = TriggerSpec { input: bundle(parts), ..spec(MANUAL) };
			refused(|| create_by(ALICE, spec.clone()), error);
		};
		let text = |key: &str, value: &str| Part::Static {
			key: name(key),
			value: frame_support::BoundedVec::truncate_from(value.into()),
		};
		fails(&[Part::Latest(9)], Error::SourceUnknown);
		fails(&[Part::History { source: sensor(), n: 0 }], Error::RowsInvalid);
		fails(&[text("a", "1"), text("a", "2")], Error::KeyTaken);
		fails(&[text("a", "\t")], Error::TextInvalid);
		fails(&[Part::Dependency { key: name("before") }], Error::NoDependency);
		let mut nameless = spec(MANUAL);
		nameless.input.name.0.clear();
		refused(|| create_by(ALICE, nameless.clone()), Error::NameInvalid);
		let depends = Condition::Dependency { on: rain() };
		let spec = spec(depends);
		let input = bundle(&[Part::Dependency { key: name("before") }]);
		assert_ok!(create_by(ALICE, TriggerSpec { input, ..spec }));
	})
}

#[test]
fn an_output_key_needs_a_sealed_input() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = spec(MANUAL);
		spec.constraints.output_key = Some([1; 32]);
		refused(|| create_by(ALICE, spec.clone()), Error::OutputKeyNotPermitted);
	})
}

#[test]
fn strangers_can_only_use_an_open_source() {
	ExtBuilder::default().build_and_execute(|| {
		let open = sensor();
		let closed = register(ALICE, SourceSpec { open: false, ..source_spec() });
		assert_ok!(create_by(BOB, spec(above(open, 1, 1))));
		refused(|| create_by(BOB, spec(above(closed, 1, 1))), Error::SourceClosed);
		assert_ok!(create_by(ALICE, spec(above(closed, 1, 1))));
	})
}

#[test]
fn the_lists_of_sources_and_clauses_are_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		Balances::set_balance(&ALICE, CDT);
		let source = sensor();
		let triggers: Vec<_> =
			(0..MAX_WATCHERS).map(|_| create(spec(above(source, 1, 1)))).collect();
		refused(|| create_by(ALICE, spec(above(source, 1, 1))), Error::TooManyWatchers);
		assert_ok!(signed(ALICE, Call::remove_trigger { trigger: triggers[7] }));
		assert_ok!(create_by(ALICE, spec(above(source, 1, 1))));

		let depends = || spec(Condition::Dependency { on: rain() });
		for _ in 0..MAX_DEPENDANTS {
			create(depends());
		}
		refused(|| create_by(ALICE, depends()), Error::TooManyDependants);
		assert_ok!(create_by(BOB, depends()));
		for trigger in triggers {
			let _ = signed(ALICE, Call::remove_trigger { trigger });
		}
		assert_eq!(Watchers::<Test>::get(source).len(), 1);
	})
}

#[test]
fn whoever_can_not_pay_creates_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		refused(|| create_by(POOR, spec(MANUAL)), Error::CannotPay);
		let dear = TriggerSpec { funding: FUNDS, ..spec(MANUAL) };
		refused(|| create_by(ALICE, dear.clone()), Error::CannotPay);
	})
}
