//! Anchors, measurements, parameters, genesis.

use crate::{
	mock::*, ActiveMeasurements, Anchors, Error, Event, MeasurementStatus, Measurements,
	Parameters, Params, SimulationAllowed, MAX_ANCHORS,
};
use concordat_attestation::{simulated, Anchor, AnchorKind, Measurement, TcbStatus, Vendor};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{traits::BadOrigin, BoundedVec, BuildStorage};

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn production(key: u8) -> Anchor {
	Anchor { vendor: Vendor::IntelSgx, kind: AnchorKind::Production, key: [key; 32] }
}

#[test]
fn measurements_should_be_allowed_sunset_and_revoked() {
	ExtBuilder::default().build_and_execute(|| {
		let m = STRANGE_CODE;
		assert_ok!(Attestation::allow_measurement(root(), m));
		assert_eq!(ActiveMeasurements::<Test>::get(), 3);
		assert_ok!(Attestation::sunset_measurement(root(), m, 5));
		assert_eq!(ActiveMeasurements::<Test>::get(), 2);
		assert_ok!(Attestation::revoke_measurement(root(), m));
		assert_eq!(ActiveMeasurements::<Test>::get(), 2);
		assert_eq!(Measurements::<Test>::get(m), Some(MeasurementStatus::Revoked { at: 10 }));
		let changed = |status| Event::MeasurementChanged { measurement: m, status };
		assert_eq!(
			events(),
			vec![
				changed(MeasurementStatus::Active { since: 10 }),
				changed(MeasurementStatus::Sunset { until: 15 }),
				changed(MeasurementStatus::Revoked { at: 10 }),
			]
		);
	});
}

#[test]
fn measurements_should_change_only_as_drawn() {
	ExtBuilder::default().build_and_execute(|| {
		let known = Error::<Test>::MeasurementKnown;
		assert_noop!(Attestation::allow_measurement(root(), CODE), known);
		assert_noop!(
			Attestation::sunset_measurement(root(), STRANGE_CODE, 5),
			Error::<Test>::UnknownMeasurement
		);
		assert_noop!(
			Attestation::revoke_measurement(root(), STRANGE_CODE),
			Error::<Test>::UnknownMeasurement
		);
		assert_noop!(Attestation::sunset_measurement(root(), CODE, 0), Error::<Test>::NoGrace);
		assert_ok!(Attestation::sunset_measurement(root(), CODE, 5));
		assert_noop!(
			Attestation::sunset_measurement(root(), CODE, 500),
			Error::<Test>::MeasurementNotActive
		);
		assert_noop!(Attestation::allow_measurement(root(), CODE), Error::<Test>::MeasurementKnown);
		assert_ok!(Attestation::revoke_measurement(root(), CODE));
		assert_noop!(Attestation::revoke_measurement(root(), CODE), Error::<Test>::AlreadyRevoked);
		assert_noop!(Attestation::allow_measurement(root(), CODE), Error::<Test>::MeasurementKnown);
	});
}

#[test]
fn the_last_active_measurement_should_be_revoked_but_not_sunset() {
	ExtBuilder::default().measurements(vec![CODE]).build_and_execute(|| {
		assert_noop!(
			Attestation::sunset_measurement(root(), CODE, 5),
			Error::<Test>::LastMeasurement
		);
		assert_ok!(Attestation::revoke_measurement(root(), CODE));
		assert_eq!(ActiveMeasurements::<Test>::get(), 0);
	});
}

#[test]
fn anchors_should_be_added_and_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let anchor = production(1);
		assert_ok!(Attestation::add_anchor(root(), anchor));
		assert_noop!(Attestation::add_anchor(root(), anchor), Error::<Test>::AnchorKnown);
		assert_ok!(Attestation::remove_anchor(root(), anchor));
		assert_noop!(Attestation::remove_anchor(root(), anchor), Error::<Test>::UnknownAnchor);
		assert_eq!(events(), vec![Event::AnchorAdded { anchor }, Event::AnchorRemoved { anchor }]);
	});
}

#[test]
fn anchors_should_be_bounded() {
	ExtBuilder::default().anchors(vec![]).build_and_execute(|| {
		for key in 0..MAX_ANCHORS as u8 {
			assert_ok!(Attestation::add_anchor(root(), production(key)));
		}
		assert_noop!(
			Attestation::add_anchor(root(), production(200)),
			Error::<Test>::TooManyAnchors
		);
	});
}

#[test]
fn evidence_should_be_refused_when_its_anchor_was_removed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Attestation::remove_anchor(root(), simulated::test_anchor()));
		assert_noop!(
			Attempt::of(NODE_A).send().map_err(|e| e.error),
			Error::<Test>::NoTrustedAnchor
		);
	});
}

#[test]
fn test_anchors_should_be_refused_where_genesis_does_not_allow_simulation() {
	ExtBuilder::production().build_and_execute(|| {
		for vendor in [Vendor::Simulated, Vendor::IntelSgx] {
			let anchor = Anchor { vendor, ..simulated::test_anchor() };
			assert_noop!(
				Attestation::add_anchor(root(), anchor),
				Error::<Test>::SimulationNotAllowed
			);
		}
		assert_ok!(Attestation::add_anchor(root(), production(1)));
		assert!(!SimulationAllowed::<Test>::get());
	});
}

#[test]
fn a_simulator_should_never_be_trusted_in_production() {
	ExtBuilder::default().build_and_execute(|| {
		let anchor = Anchor { kind: AnchorKind::Production, ..simulated::test_anchor() };
		assert_noop!(Attestation::add_anchor(root(), anchor), Error::<Test>::AnchorKindMismatch);
	});
}

#[test]
fn parameters_should_be_changed_and_checked() {
	ExtBuilder::default().build_and_execute(|| {
		let good = Params { lease_duration: 7, challenge_window: HASHES, ..Default::default() };
		assert_ok!(Attestation::set_params(root(), good.clone()));
		assert_eq!(Parameters::<Test>::get(), good);
		assert_eq!(events(), vec![Event::ParamsSet { params: good.clone() }]);
		for bad in [
			Params { lease_duration: 0, ..good.clone() },
			Params { challenge_window: HASHES + 1, ..good.clone() },
			Params {
				accepted_tcb: BoundedVec::truncate_from(vec![TcbStatus::Revoked]),
				..good.clone()
			},
		] {
			assert_noop!(Attestation::set_params(root(), bad), Error::<Test>::InvalidParams);
		}
		assert_eq!(granted(NODE_A).expires_at, 17);
	});
}

#[test]
fn governance_should_be_out_of_reach_for_others() {
	ExtBuilder::default().build_and_execute(|| {
		let eve = || RuntimeOrigin::signed(EVE);
		assert_noop!(Attestation::allow_measurement(eve(), STRANGE_CODE), BadOrigin);
		assert_noop!(Attestation::sunset_measurement(eve(), CODE, 5), BadOrigin);
		assert_noop!(Attestation::revoke_measurement(eve(), CODE), BadOrigin);
		assert_noop!(Attestation::add_anchor(eve(), production(1)), BadOrigin);
		assert_noop!(Attestation::remove_anchor(eve(), simulated::test_anchor()), BadOrigin);
		assert_noop!(
			Attestation::set_params(
				eve(),
				Params { challenge_window: WINDOW, ..Default::default() }
			),
			BadOrigin
		);
	});
}

#[test]
fn genesis_should_set_up_trust() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Anchors::<Test>::get().into_inner(), vec![simulated::test_anchor()]);
		assert!(SimulationAllowed::<Test>::get());
		let active = Some(MeasurementStatus::Active { since: 0 });
		assert_eq!(Measurements::<Test>::get(CODE), active);
		assert_eq!(Measurements::<Test>::get(STRANGE_CODE), None);
	});
}

#[test]
#[should_panic(expected = "genesis does not allow simulation, but names a test anchor")]
fn genesis_should_be_refused_when_production_names_a_test_anchor() {
	ExtBuilder::production().anchors(vec![simulated::test_anchor()]).build();
}

#[test]
#[should_panic(expected = "AnchorKindMismatch")]
fn genesis_should_be_refused_when_a_simulator_pretends_to_be_production() {
	let anchor = Anchor { kind: AnchorKind::Production, ..simulated::test_anchor() };
	ExtBuilder::production().anchors(vec![anchor]).build();
}

#[test]
#[should_panic(expected = "MeasurementKnown")]
fn genesis_should_be_refused_when_a_measurement_is_named_twice() {
	ExtBuilder::default().measurements(vec![CODE, CODE]).build();
}

#[test]
#[should_panic(expected = "the parameters make no sense on this chain")]
fn genesis_should_be_refused_when_the_chain_forgets_the_window_s_hashes() {
	let params = Params { challenge_window: HASHES + 1, ..Default::default() };
	ExtBuilder::default().params(params).build();
}

#[test]
fn genesis_should_read_and_write_json() {
	let genesis = crate::GenesisConfig::<Test> {
		simulation_allowed: true,
		anchors: vec![simulated::test_anchor()],
		measurements: vec![Measurement([0xab; 48])],
		..Default::default()
	};
	let json = serde_json::to_value(&genesis).unwrap();
	assert_eq!(json["simulationAllowed"], true);
	assert_eq!(json["params"]["acceptedTcb"][0], "upToDate");
	let read: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert!(read.build_storage().is_ok());
	assert_eq!((read.anchors, read.measurements), (genesis.anchors, genesis.measurements));
	// What is left out is as in production.
	assert!(!crate::GenesisConfig::<Test>::default().simulation_allowed);
}

#[test]
fn the_relations_between_constants_should_hold() {
	ExtBuilder::default().build_and_execute(Attestation::integrity_test);
}

#[test]
#[should_panic(expected = "the hook must be able to finish at least one entry")]
fn a_hook_that_could_never_finish_an_entry_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let least = Attestation::least_hook_weight();
		HookWeight::set(least.saturating_sub(frame_support::weights::Weight::from_parts(1, 0)));
		Attestation::integrity_test();
	});
}
