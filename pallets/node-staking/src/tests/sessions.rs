//! Who takes part in which session, and how a validator is identified.

use crate::{mock::*, Event, Planned, SessionStakes, StakeOf};
use concordat_primitives::{node::Misconduct, traits::Slasher, units::CDT, AccountId, Balance};
use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use pallet_session::SessionManager;
use sp_runtime::{key_types::DUMMY, testing::UintAuthorityId, traits::Convert};

pub(super) fn rotate() {
	run(1);
	Session::rotate_session();
}

fn new_session(index: u32) -> Option<Vec<AccountId>> {
	<NodeStaking as SessionManager<AccountId>>::new_session(index)
}

fn set_keys(who: AccountId, key: u64) {
	assert_ok!(Session::set_keys(signed(who), UintAuthorityId(key), vec![]));
}

fn key(n: u64) -> (sp_runtime::KeyTypeId, [u8; 8]) {
	(DUMMY, n.to_ne_bytes())
}

fn stake_of(n: u8) -> Option<Balance> {
	StakeOf::<Test>::convert(validator(n))
}

#[test]
fn the_genesis_validators_should_be_those_of_the_first_sessions() {
	ExtBuilder::default().validators(3).build_and_execute(|| {
		let all: Vec<_> = (0..3).map(validator).collect();
		assert_eq!(Session::validators(), all);
		assert_eq!((0..3).map(stake_of).collect::<Vec<_>>(), [Some(STAKE); 3]);
		for _ in 0..3 {
			rotate();
			assert_eq!(Session::validators(), all);
		}
	});
}

#[test]
fn an_unchanged_set_should_not_be_announced() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		assert_eq!(new_session(5), None);
		assert_ok!(NodeStaking::bond_extra(signed(validator(0)), 1, CDT));
		assert_eq!(new_session(6), Some(vec![validator(0), validator(1)]));
		assert_eq!(new_session(7), None);
	});
}

#[test]
fn a_chosen_validator_should_begin_two_sessions_later_and_a_removed_one_end_so() {
	ExtBuilder::default().validators(1).build_and_execute(|| {
		let node = registered_validator(ALICE);
		set_keys(ALICE, 50);
		assert_ok!(NodeStaking::add_validator(RuntimeOrigin::root(), node));
		rotate();
		assert_eq!(Session::validators(), [validator(0)]);
		assert!(events().contains(&Event::ValidatorsPlanned { session: 2, count: 2 }));
		assert_eq!(StakeOf::<Test>::convert(ALICE), None);
		rotate();
		assert_eq!(Session::validators(), [validator(0), ALICE]);
		assert_eq!(StakeOf::<Test>::convert(ALICE), Some(STAKE));

		assert_ok!(NodeStaking::remove_validator(RuntimeOrigin::root(), node));
		rotate();
		assert_eq!(Session::validators(), [validator(0), ALICE]);
		rotate();
		assert_eq!(Session::validators(), [validator(0)]);
		assert_eq!(SessionStakes::<Test>::iter().count(), 1);
	});
}

#[test]
fn jailed_poor_and_keyless_validators_should_sit_out() {
	ExtBuilder::default().validators(4).build_and_execute(|| {
		assert_ok!(NodeStaking::slash(1, Misconduct::Unavailability, evidence(1), None));
		assert_ok!(Session::purge_keys(signed(validator(1))));
		assert_ok!(NodeStaking::bond_extra(signed(validator(3)), 4, STAKE));
		let dearer = crate::Params { min_stake_validator: 850 * CDT, ..params() };
		assert_ok!(NodeStaking::set_params(RuntimeOrigin::root(), dearer));
		rotate();
		rotate();
		assert_eq!(Session::validators(), [validator(2), validator(3)]);

		// Jail alone is not all: 850 of 1,000 are not frozen.
		run(JAIL);
		assert_ok!(NodeStaking::unjail(signed(validator(0)), 1));
		set_keys(validator(1), 71);
		rotate();
		rotate();
		assert_eq!(Session::validators(), [validator(0), validator(1), validator(2), validator(3)]);

		let dearer = crate::Params { min_stake_validator: 851 * CDT, ..params() };
		assert_ok!(NodeStaking::set_params(RuntimeOrigin::root(), dearer));
		rotate();
		rotate();
		assert_eq!(Session::validators(), [validator(1), validator(2), validator(3)]);
	});
}

#[test]
fn an_empty_set_should_never_be_planned() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		for node in [1, 2] {
			assert_ok!(NodeStaking::slash(node, Misconduct::NetworkAttack, evidence(1), None));
		}
		let before = Planned::<Test>::get();
		assert_eq!(new_session(9), None);
		assert_eq!(Planned::<Test>::get(), before);
		for _ in 0..3 {
			rotate();
			assert_eq!(Session::validators(), [validator(0), validator(1)]);
		}
	});
}

#[test]
fn a_stake_that_moves_within_a_session_should_not_spoil_proofs() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		rotate();
		let proof = Historical::prove(key(1)).unwrap();
		assert_ok!(NodeStaking::bond_extra(signed(validator(1)), 2, CDT));
		let identified = Some((validator(1), STAKE));
		assert_eq!(Historical::check_proof(key(1), proof.clone()), identified);
		// Nor does the end of the session, nor the next stake.
		for _ in 0..4 {
			rotate();
			assert_eq!(Historical::check_proof(key(1), proof.clone()), identified);
		}
		assert_eq!(stake_of(1), Some(STAKE + CDT));
		let proof = Historical::prove(key(1)).unwrap();
		rotate();
		assert_eq!(Historical::check_proof(key(1), proof), Some((validator(1), STAKE + CDT)));
	});
}

#[test]
fn a_validator_that_left_should_still_be_identified_by_old_proofs() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		rotate();
		let proof = Historical::prove(key(0)).unwrap();
		assert_ok!(NodeStaking::unbond(signed(validator(0)), 1));
		rotate();
		rotate();
		assert_eq!(stake_of(0), None);
		assert_eq!(Historical::check_proof(key(0), proof), Some((validator(0), STAKE)));
	});
}

#[test]
fn a_chain_without_validators_of_its_own_should_keep_those_of_the_session() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(new_session(0), None);
		rotate();
		assert!(Session::validators().is_empty());
	});
}
