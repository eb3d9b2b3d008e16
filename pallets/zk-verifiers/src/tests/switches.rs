//! Who stops what, and who starts it again.

use super::oracle::{numbers, provers, statement, Prover};
use crate::{mock::*, CurvesOff, Error, Event, Keys, SwitchedBy};
use concordat_primitives::{
	receipt::Operation,
	zk::{vk_id, Curve, ProofVerifier, ZkRefusal},
	AccountId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn owner() -> RuntimeOrigin {
	RuntimeOrigin::signed(WHO)
}

fn switch(origin: RuntimeOrigin, enabled: bool) -> sp_runtime::DispatchResult {
	ZkVerifiers::set_enabled(origin, rain(), enabled)
}

/// Whether a sound proof is accepted, and whether the clause is said to be provable: always the same.
fn accepts(prover: &dyn Prover) -> bool {
	let publics = numbers(1);
	let statement = statement(&publics);
	let found = ZkVerifiers::verify(&statement, &publics, &prover.prove(&statement, &publics));
	assert!(found.is_ok() || found == Err(ZkRefusal::Disabled));
	assert_eq!(found.is_ok(), ZkVerifiers::is_provable(&rain()));
	found.is_ok()
}

#[test]
fn an_owner_should_switch_its_key_off_and_on() {
	for prover in provers(1) {
		execute(|| {
			let key = vk_id(prover.curve(), &prover.key());
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			events();
			Receipts::take();
			for enabled in [false, true] {
				assert_ok!(switch(owner(), enabled));
				assert_eq!(accepts(&*prover), enabled);
				let by = SwitchedBy::Owner;
				assert_eq!(
					events(),
					[Event::KeySwitched { clause: rain(), key, by, enabled, accepted: enabled }]
				);
				assert_eq!(
					Receipts::take(),
					[Operation::VerifierChanged { clause: rain(), key, enabled }]
				);
				assert_noop!(switch(owner(), enabled), Error::<Test>::NothingChanges);
			}
		});
	}
}

#[test]
fn an_owner_should_not_lift_a_lock_of_governance() {
	let [prover, _] = provers(1);
	execute(|| {
		assert_ok!(register(&rain(), prover.curve(), &prover.key()));
		assert_ok!(switch(RuntimeOrigin::root(), false));
		assert!(!accepts(&*prover));
		// Its own switch is on already, and moving it there and back changes nothing.
		assert_noop!(switch(owner(), true), Error::<Test>::NothingChanges);
		assert_ok!(switch(owner(), false));
		events();
		assert_ok!(switch(owner(), true));
		assert!(!accepts(&*prover));
		assert!(matches!(
			events()[..],
			[Event::KeySwitched { by: SwitchedBy::Owner, enabled: true, accepted: false, .. }]
		));
		assert!(matches!(
			Receipts::take().last(),
			Some(Operation::VerifierChanged { enabled: false, .. })
		));
		assert_ok!(switch(RuntimeOrigin::root(), true));
		assert!(accepts(&*prover));
	});
}

#[test]
fn governance_should_not_switch_on_what_the_owner_switched_off() {
	let [_, prover] = provers(1);
	execute(|| {
		assert_ok!(register(&rain(), prover.curve(), &prover.key()));
		assert_ok!(switch(owner(), false));
		assert_noop!(switch(RuntimeOrigin::root(), true), Error::<Test>::NothingChanges);
		assert_ok!(switch(RuntimeOrigin::root(), false));
		assert_ok!(switch(RuntimeOrigin::root(), true));
		assert!(!accepts(&*prover));
		assert_ok!(switch(owner(), true));
		assert!(accepts(&*prover));
	});
}

#[test]
fn nobody_else_should_switch_a_key() {
	let [prover, _] = provers(1);
	execute(|| {
		let unknown = clause("WHO::Snow@1.0");
		for origin in [owner(), RuntimeOrigin::root()] {
			assert_noop!(switch(origin.clone(), false), Error::<Test>::NoKey);
			assert_noop!(
				ZkVerifiers::set_enabled(origin, unknown.clone(), false),
				Error::<Test>::UnknownClause
			);
		}
		assert_ok!(register(&rain(), prover.curve(), &prover.key()));
		for who in [OTHER, EMERGENCY] {
			assert_noop!(switch(RuntimeOrigin::signed(who), false), Error::<Test>::NotOwner);
		}
		assert_noop!(switch(RuntimeOrigin::none(), false), DispatchError::BadOrigin);
	});
}

#[test]
fn a_curve_should_be_stopped_for_all_keys_and_for_no_key_of_the_other() {
	for (place, curve) in [Curve::Bls12381, Curve::Bn254].into_iter().enumerate() {
		let provers = provers(1);
		let prover = &provers[place];
		let other = &provers[1 - place];
		execute(|| {
			assert_ok!(register(&rain(), prover.curve(), &prover.key()));
			events();
			let emergency = RuntimeOrigin::signed(EMERGENCY);
			assert_ok!(ZkVerifiers::set_curve_enabled(emergency, curve, false));
			assert_eq!(events(), [Event::CurveSwitched { curve, enabled: false }]);
			assert!(!accepts(&**prover));
			assert!(!ZkVerifiers::is_curve_enabled(curve));
			assert!(ZkVerifiers::is_curve_enabled(other.curve()));
			assert!(Keys::<Test>::get(rain()).unwrap().switches.on());
			assert_ok!(ZkVerifiers::set_curve_enabled(RuntimeOrigin::root(), curve, true));
			assert!(accepts(&**prover));
		});
	}
}

#[test]
fn no_key_should_be_registered_for_a_curve_that_is_stopped() {
	let [bls, bn] = provers(1);
	execute(|| {
		let root = RuntimeOrigin::root();
		assert_ok!(ZkVerifiers::set_curve_enabled(root, Curve::Bls12381, false));
		assert_noop!(register(&rain(), Curve::Bls12381, &bls.key()), Error::<Test>::CurveDisabled);
		assert_ok!(register(&rain(), Curve::Bn254, &bn.key()));
	});
}

#[test]
fn an_emergency_should_stop_and_not_start() {
	execute(|| {
		let by = |who: AccountId, enabled| {
			ZkVerifiers::set_curve_enabled(RuntimeOrigin::signed(who), Curve::Bn254, enabled)
		};
		assert_noop!(by(WHO, false), DispatchError::BadOrigin);
		assert_noop!(by(EMERGENCY, true), DispatchError::BadOrigin);
		assert_ok!(by(EMERGENCY, false));
		assert!(CurvesOff::<Test>::contains_key(Curve::Bn254));
		assert_noop!(by(EMERGENCY, false), Error::<Test>::NothingChanges);
		assert_noop!(by(EMERGENCY, true), DispatchError::BadOrigin);
		let governance =
			|enabled| ZkVerifiers::set_curve_enabled(RuntimeOrigin::root(), Curve::Bn254, enabled);
		assert_ok!(governance(true));
		assert_noop!(governance(true), Error::<Test>::NothingChanges);
		assert_ok!(governance(false));
	});
}
