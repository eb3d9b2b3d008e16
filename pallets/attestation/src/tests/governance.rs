//! Anchors, parameters, genesis.

use crate::{
	default_policy, mock::*, Anchors, Error, Event, Measurements, Parameters, Params,
	SimulationAllowed, MAX_ANCHORS, MAX_REWARD,
};
use concordat_attestation::{simulator::dev::dev_anchors, Anchor, AnchorKind, Measurement, Vendor};
use concordat_primitives::{
	attest::MeasurementStatus, clause::RiskClass, receipt::Operation, Hash,
};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use sp_runtime::{traits::BadOrigin, BuildStorage};

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn production(key: u8) -> Anchor {
	Anchor { vendor: Vendor::IntelSgx, kind: AnchorKind::Production, key: [key; 32] }
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
		let changed = |trusted| Operation::AnchorChanged { anchor: Hash::from([1; 32]), trusted };
		assert_eq!(Receipts::take(), vec![changed(true), changed(false)]);
	});
}

#[test]
fn one_root_should_not_be_trusted_in_production_and_in_tests() {
	ExtBuilder::default().build_and_execute(|| {
		let [test, ..] = dev_anchors()[..] else { unreachable!() };
		let other = Anchor { kind: AnchorKind::Production, ..test };
		assert_noop!(Attestation::add_anchor(root(), other), Error::<Test>::AnchorKnown);
		// Removing one kind of it is not removing the other.
		assert_noop!(Attestation::remove_anchor(root(), other), Error::<Test>::UnknownAnchor);
		assert_ok!(Attestation::remove_anchor(root(), test));
		assert_ok!(Attestation::add_anchor(root(), other));
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
fn test_anchors_should_be_refused_where_genesis_does_not_allow_simulation() {
	ExtBuilder::production().build_and_execute(|| {
		for anchor in dev_anchors() {
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
fn parameters_should_be_changed_and_checked() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let good = Params { lease_duration: 7, challenge_window: HASHES, ..Default::default() };
		assert_ok!(Attestation::set_params(root(), good.clone()));
		assert_eq!(Parameters::<Test>::get(), good);
		assert_eq!(events(), vec![Event::ParamsSet { params: good.clone() }]);
		for bad in [
			Params { lease_duration: 0, ..good.clone() },
			Params { challenge_window: 0, ..good.clone() },
			Params { challenge_window: HASHES + 1, ..good.clone() },
			Params { key_memory: 0, ..good.clone() },
			Params { measurement_timelock: 0, ..good.clone() },
			Params { min_grace: 0, ..good.clone() },
			Params { eviction_reward: MAX_REWARD + 1, ..good.clone() },
		] {
			assert_noop!(Attestation::set_params(root(), bad), Error::<Test>::InvalidParams);
		}
		assert_eq!(granted(NODE_A).expires_at, 17);
	});
}

#[test]
fn governance_should_be_out_of_reach_for_others() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(EVE), RuntimeOrigin::none()] {
			let origin = || origin.clone();
			assert_noop!(Attestation::add_anchor(origin(), production(1)), BadOrigin);
			assert_noop!(Attestation::remove_anchor(origin(), dev_anchors()[0]), BadOrigin);
			assert_noop!(Attestation::set_params(origin(), params()), BadOrigin);
		}
	});
}

#[test]
fn genesis_should_set_up_trust() {
	let strict = concordat_attestation::policy::QuotePolicy::strict();
	let policies = vec![(RiskClass::Low, strict.clone())];
	ExtBuilder::default().policies(policies).build_and_execute(|| {
		assert_eq!(Anchors::<Test>::get().into_inner(), dev_anchors());
		assert!(SimulationAllowed::<Test>::get());
		let active = Some(MeasurementStatus::Active { since: 0 });
		assert_eq!(Measurements::<Test>::get(CODE), active);
		assert_eq!(Measurements::<Test>::get(STRANGE_CODE), None);
		assert_eq!(Attestation::policy(RiskClass::Low), strict);
		assert_eq!(Attestation::policy(RiskClass::High), default_policy(RiskClass::High));
		assert_eq!(Parameters::<Test>::get(), params());
	});
}

#[test]
#[should_panic(expected = "genesis does not allow simulation, but names a test anchor")]
fn genesis_should_be_refused_when_production_names_a_test_anchor() {
	ExtBuilder::production().anchors(dev_anchors()).build();
}

#[test]
#[should_panic(expected = "AnchorKnown")]
fn genesis_should_be_refused_when_an_anchor_is_named_twice() {
	ExtBuilder::production().anchors(vec![production(1), production(1)]).build();
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
		anchors: dev_anchors(),
		measurements: vec![Measurement([0xab; 48])],
		policies: policies_with_snp(),
		..Default::default()
	};
	let json = serde_json::to_value(&genesis).unwrap();
	assert_eq!(json["simulationAllowed"], true);
	assert_eq!(json["anchors"][3]["vendor"], "awsNitro");
	assert_eq!(json["params"]["measurementTimelock"], 2 * 43_200);
	let read: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert!(read.build_storage().is_ok());
	assert_eq!((read.anchors, read.measurements), (genesis.anchors, genesis.measurements));
	assert_eq!((read.policies, read.params), (genesis.policies, genesis.params));
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
