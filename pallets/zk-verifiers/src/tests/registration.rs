//! Which keys are taken, of whom.

use super::oracle::provers;
use crate::{fixtures, groth, mock::*, Bytes, Error, Event, KeyRecord, Keys, Prepared, Switches};
use concordat_primitives::{
	clause::{ClauseStatus, SafeModeReason},
	receipt::Operation,
	zk::{vk_id, Curve, MAX_KEY_BYTES},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, TokenError};

#[test]
fn a_key_should_be_kept_as_it_came_and_prepared() {
	for prover in provers(3) {
		execute(|| {
			let (curve, key) = (prover.curve(), prover.key());
			let id = vk_id(curve, &key);
			assert_ok!(register(&rain(), curve, &key));
			let prepared = Prepared::<Test>::get(rain()).unwrap();
			let deposit = BASE + PER_BYTE * (key.len() + prepared.len()) as u128;
			let record = KeyRecord {
				id,
				curve,
				inputs: 4,
				depositor: WHO,
				deposit,
				registered_at: 10,
				switches: Switches::ON,
			};
			assert_eq!(Keys::<Test>::get(rain()), Some(record));
			assert_eq!(Bytes::<Test>::get(rain()), Some(bytes(&key)));
			assert_eq!(
				Receipts::get(),
				[Operation::VerifierChanged { clause: rain(), key: id, enabled: true }]
			);
			assert_eq!(
				events(),
				[Event::KeyRegistered {
					clause: rain(),
					key: id,
					curve,
					inputs: 4,
					depositor: WHO,
					deposit
				}]
			);
		});
	}
}

#[test]
fn the_longest_key_of_either_curve_should_fit() {
	for curve in groth::CURVES {
		execute(|| {
			assert_ok!(register(&rain(), curve, &fixtures::key(curve, 32)));
			assert_eq!(Keys::<Test>::get(rain()).unwrap().inputs, 32);
		});
	}
}

#[test]
fn a_key_should_have_a_place_for_the_binding_alone_at_least() {
	execute(|| {
		assert_ok!(register(&rain(), Curve::Bn254, &fixtures::key(Curve::Bn254, 1)));
		assert_eq!(Keys::<Test>::get(rain()).unwrap().inputs, 1);
	});
	execute(|| {
		let none = fixtures::key(Curve::Bn254, 0);
		assert_noop!(register(&rain(), Curve::Bn254, &none), Error::<Test>::InvalidKeyInputs);
	});
}

#[test]
fn a_key_should_be_refused_when_it_counts_more_inputs_than_there_may_be() {
	for curve in groth::CURVES {
		execute(|| {
			let mut key = fixtures::key(curve, 32);
			let point = fixtures::point(curve);
			let last = key[key.len() - point..].to_vec();
			key.extend(last);
			key[7 * point..7 * point + 8].copy_from_slice(&34u64.to_le_bytes());
			assert!(key.len() <= MAX_KEY_BYTES as usize);
			assert_noop!(register(&rain(), curve, &key), Error::<Test>::InvalidKeyInputs);
			// A count that no memory holds.
			key[7 * point..7 * point + 8].copy_from_slice(&u64::MAX.to_le_bytes());
			assert_noop!(register(&rain(), curve, &key), Error::<Test>::InvalidKeyInputs);
		});
	}
}

#[test]
fn a_key_should_be_refused_when_it_is_too_short_or_too_long() {
	for prover in provers(2) {
		execute(|| {
			let (curve, key) = (prover.curve(), prover.key());
			for len in [0, 1, key.len() / 2, key.len() - 1] {
				assert_noop!(
					register(&rain(), curve, &key[..len]),
					Error::<Test>::InvalidKeyLength
				);
			}
			let long = [&key[..], &[0]].concat();
			assert_noop!(register(&rain(), curve, &long), Error::<Test>::InvalidKeyLength);
		});
	}
}

#[test]
fn a_key_of_the_other_curve_should_be_refused() {
	let [bls, bn] = provers(2);
	for (curve, key) in [(Curve::Bn254, bls.key()), (Curve::Bls12381, bn.key())] {
		execute(|| {
			assert!(register(&rain(), curve, &key).is_err());
			assert!(!Keys::<Test>::contains_key(rain()));
			assert_eq!(held(&WHO), 0);
		});
	}
}

#[test]
fn a_key_should_be_refused_when_two_inputs_share_a_point() {
	for prover in provers(2) {
		execute(|| {
			let (curve, mut key) = (prover.curve(), prover.key());
			let point = fixtures::point(curve);
			let from = key.len() - 2 * point;
			key.copy_within(from..from + point, from + point);
			assert_noop!(register(&rain(), curve, &key), Error::<Test>::DuplicateInKey);
		});
	}
}

#[test]
fn a_key_that_nobody_contributed_to_should_be_refused() {
	for prover in provers(1) {
		execute(|| {
			let (curve, mut key) = (prover.curve(), prover.key());
			// γ and δ stand after α and β.
			let point = fixtures::point(curve);
			key.copy_within(3 * point..5 * point, 5 * point);
			assert_noop!(register(&rain(), curve, &key), Error::<Test>::DuplicateInKey);
		});
	}
}

#[test]
fn only_the_owner_of_the_clause_should_register_its_key() {
	execute(|| {
		let key = fixtures::key(Curve::Bn254, 3);
		let by = |origin| ZkVerifiers::register(origin, rain(), Curve::Bn254, bytes(&key));
		assert_noop!(by(RuntimeOrigin::signed(OTHER)), Error::<Test>::NotOwner);
		// Governance registers nothing: it has no account that a deposit could be held of.
		assert_noop!(by(RuntimeOrigin::root()), DispatchError::BadOrigin);
		assert_noop!(by(RuntimeOrigin::none()), DispatchError::BadOrigin);
	});
}

#[test]
fn a_clause_should_be_registered_and_not_retired() {
	execute(|| {
		let key = fixtures::key(Curve::Bn254, 3);
		assert_noop!(
			register(&clause("WHO::Snow@1.0"), Curve::Bn254, &key),
			Error::<Test>::UnknownClause
		);
		set_clause(&rain(), &WHO, ClauseStatus::Retired);
		assert_noop!(register(&rain(), Curve::Bn254, &key), Error::<Test>::ClauseRetired);
		for (minor, status) in
			[ClauseStatus::Draft, ClauseStatus::SafeMode(SafeModeReason::Owner)].iter().enumerate()
		{
			let id = clause(&format!("WHO::Rain@2.{minor}"));
			set_clause(&id, &WHO, *status);
			assert_ok!(register(&id, Curve::Bn254, &key));
		}
	});
}

#[test]
fn a_second_key_should_be_refused_and_another_version_have_its_own() {
	execute(|| {
		let first = fixtures::key(Curve::Bn254, 3);
		let second = fixtures::key(Curve::Bn254, 4);
		assert_ok!(register(&rain(), Curve::Bn254, &first));
		assert_noop!(register(&rain(), Curve::Bn254, &second), Error::<Test>::KeyExists);
		assert_noop!(register(&rain(), Curve::Bn254, &first), Error::<Test>::KeyExists);
		let next = clause("WHO::Rain@1.1");
		set_clause(&next, &WHO, ClauseStatus::Draft);
		assert_ok!(register(&next, Curve::Bn254, &second));
	});
}

#[test]
fn nothing_should_be_kept_when_the_owner_cannot_pay() {
	execute(|| {
		set_clause(&rain(), &POOR, ClauseStatus::Active);
		let key = bytes(&fixtures::key(Curve::Bn254, 3));
		assert_noop!(
			ZkVerifiers::register(RuntimeOrigin::signed(POOR), rain(), Curve::Bn254, key),
			TokenError::FundsUnavailable
		);
	});
}
