//! When a key goes.

use super::oracle::{numbers, provers, statement};
use crate::{fixtures, mock::*, Bytes, Error, Event, Keys, Prepared};
use concordat_primitives::{
	clause::{ClauseStatus, SafeModeReason},
	receipt::Operation,
	zk::{vk_id, Curve, ProofVerifier, ZkRefusal},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn key() -> Vec<u8> {
	fixtures::key(Curve::Bn254, 2)
}

fn remove(origin: RuntimeOrigin) -> DispatchResult {
	ZkVerifiers::remove(origin, rain())
}

#[test]
fn a_clause_that_is_offered_should_keep_its_key() {
	execute(|| {
		assert_ok!(register(&rain(), Curve::Bn254, &key()));
		for status in [
			ClauseStatus::Active,
			ClauseStatus::SafeMode(SafeModeReason::Owner),
			ClauseStatus::SafeMode(SafeModeReason::Failures),
			ClauseStatus::SafeMode(SafeModeReason::Dispute),
		] {
			set_clause(&rain(), &WHO, status);
			assert_noop!(remove(RuntimeOrigin::signed(WHO)), Error::<Test>::KeyInUse);
		}
	});
}

#[test]
fn the_key_of_a_draft_or_a_retired_clause_should_go_with_all_that_belongs_to_it() {
	for status in [ClauseStatus::Draft, ClauseStatus::Retired] {
		execute(|| {
			assert_ok!(register(&rain(), Curve::Bn254, &key()));
			let (id, deposit) = (vk_id(Curve::Bn254, &key()), held(&WHO));
			set_clause(&rain(), &WHO, status);
			events();
			Receipts::take();
			assert_ok!(remove(RuntimeOrigin::signed(WHO)));
			assert_eq!(held(&WHO), 0);
			assert!(!Keys::<Test>::contains_key(rain()));
			assert!(!Bytes::<Test>::contains_key(rain()));
			assert!(!Prepared::<Test>::contains_key(rain()));
			assert_eq!(
				events(),
				[Event::KeyRemoved { clause: rain(), key: id, depositor: WHO, deposit }]
			);
			assert_eq!(
				Receipts::take(),
				[Operation::VerifierChanged { clause: rain(), key: id, enabled: false }]
			);
			assert_noop!(remove(RuntimeOrigin::signed(WHO)), Error::<Test>::NoKey);
		});
	}
}

#[test]
fn governance_should_remove_any_key() {
	execute(|| {
		assert_ok!(register(&rain(), Curve::Bn254, &key()));
		assert_ok!(remove(RuntimeOrigin::root()));
		assert_eq!(held(&WHO), 0);
		assert_noop!(remove(RuntimeOrigin::root()), Error::<Test>::NoKey);
	});
}

#[test]
fn nobody_else_should_remove_a_key() {
	execute(|| {
		set_clause(&rain(), &WHO, ClauseStatus::Draft);
		assert_ok!(register(&rain(), Curve::Bn254, &key()));
		assert_noop!(remove(RuntimeOrigin::signed(OTHER)), Error::<Test>::NotOwner);
		assert_noop!(remove(RuntimeOrigin::none()), DispatchError::BadOrigin);
		assert_noop!(
			ZkVerifiers::remove(RuntimeOrigin::signed(WHO), clause("WHO::Snow@1.0")),
			Error::<Test>::UnknownClause
		);
	});
}

#[test]
fn a_draft_should_get_another_key_after_its_first_was_removed() {
	let [prover, other] = provers(1);
	execute(|| {
		set_clause(&rain(), &WHO, ClauseStatus::Draft);
		assert_ok!(register(&rain(), prover.curve(), &prover.key()));
		let publics = numbers(1);
		let statement = statement(&publics);
		let proof = prover.prove(&statement, &publics);
		assert!(ZkVerifiers::verify(&statement, &publics, &proof).is_ok());
		assert_ok!(remove(RuntimeOrigin::signed(WHO)));
		assert_eq!(ZkVerifiers::verify(&statement, &publics, &proof), Err(ZkRefusal::NoKey));
		assert_ok!(register(&rain(), other.curve(), &other.key()));
		let proof = other.prove(&statement, &publics);
		assert!(ZkVerifiers::verify(&statement, &publics, &proof).is_ok());
	});
}
