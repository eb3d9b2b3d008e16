//! Members, delays and the voting period: who changes them, and to what.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{BuildStorage, DispatchError};

#[test]
fn root_should_replace_the_council() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Governance::set_members(
			RuntimeOrigin::root(),
			vec![9, 2, 5].try_into().unwrap()
		));
		assert_eq!(Members::<Test>::get().to_vec(), vec![2, 5, 9]);
		assert_eq!(MembersVersion::<Test>::get(), 1);
		assert_eq!(events(), vec![Event::MembersChanged { version: 1, count: 3 }]);
	});
}

#[test]
fn a_council_should_be_neither_empty_nor_name_a_member_twice() {
	ExtBuilder::default().build_and_execute(|| {
		let set = |members: Vec<u64>| {
			Governance::set_members(RuntimeOrigin::root(), members.try_into().unwrap())
		};
		assert_noop!(set(vec![]), Error::<Test>::NoMembers);
		assert_noop!(set(vec![4, 5, 4]), Error::<Test>::DuplicateMember);
	});
}

#[test]
fn nobody_but_root_should_change_the_rules() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none()] {
			assert_noop!(
				Governance::set_members(origin.clone(), vec![1].try_into().unwrap()),
				DispatchError::BadOrigin
			);
			assert_noop!(Governance::set_delays(origin.clone(), DELAYS), DispatchError::BadOrigin);
			assert_noop!(Governance::set_voting_period(origin, 1), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn new_delays_should_hold_for_what_is_approved_from_now_on() {
	ExtBuilder::default().build_and_execute(|| {
		let before = approved(note(1));
		let delays = Delays { parameters: 3, ..DELAYS };
		events();
		assert_ok!(Governance::set_delays(RuntimeOrigin::root(), delays));
		assert_eq!(events(), vec![Event::DelaysChanged { delays }]);
		let after = approved(note(2));
		assert_eq!(status(before), ProposalStatus::Approved { enact_at: 31 });
		assert_eq!(status(after), ProposalStatus::Approved { enact_at: 4 });
		assert_noop!(
			Governance::set_delays(
				RuntimeOrigin::root(),
				Delays { upgrade: 29, parameters: 30, ..DELAYS }
			),
			Error::<Test>::InvalidDelays
		);
	});
}

#[test]
fn a_new_voting_period_should_hold_for_what_is_proposed_from_now_on() {
	ExtBuilder::default().build_and_execute(|| {
		let before = proposed(1, note(1));
		events();
		assert_ok!(Governance::set_voting_period(RuntimeOrigin::root(), 5));
		assert_eq!(events(), vec![Event::VotingPeriodChanged { blocks: 5 }]);
		let after = proposed(1, note(2));
		assert_eq!(status(before), ProposalStatus::Open { ends_at: 21 });
		assert_eq!(status(after), ProposalStatus::Open { ends_at: 6 });
		// The later one ends first.
		assert_eq!(Live::<Test>::get().to_vec(), vec![(6, after), (21, before)]);
		run_to(6);
		assert_eq!(status(after), ProposalStatus::Expired);
		for blocks in [0, MAX_PERIOD + 1] {
			assert_noop!(
				Governance::set_voting_period(RuntimeOrigin::root(), blocks),
				Error::<Test>::InvalidVotingPeriod
			);
		}
	});
}

fn genesis(change: impl FnOnce(&mut crate::GenesisConfig<Test>)) {
	let mut genesis = crate::GenesisConfig::<Test> {
		members: vec![3, 1, 2],
		delays: DELAYS,
		voting_period: VOTING_PERIOD,
	};
	change(&mut genesis);
	let storage = genesis.build_storage().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		assert_eq!(Members::<Test>::get().to_vec(), vec![1, 2, 3]);
		assert_eq!(ClassDelays::<Test>::get(), DELAYS);
		assert_eq!(VotingPeriod::<Test>::get(), VOTING_PERIOD);
		Governance::do_try_state().unwrap();
	});
}

#[test]
fn a_genesis_should_name_its_members_in_any_order() {
	genesis(|_| ());
}

#[test]
#[should_panic = "a member is named twice"]
fn a_genesis_with_a_member_twice_should_not_build() {
	genesis(|genesis| genesis.members.push(3));
}

#[test]
#[should_panic = "there are more members than MaxMembers"]
fn a_genesis_with_too_many_members_should_not_build() {
	genesis(|genesis| genesis.members = (0..9).collect());
}

#[test]
#[should_panic = "upgrades wait longest"]
fn a_genesis_with_delays_in_the_wrong_order_should_not_build() {
	genesis(|genesis| genesis.delays.emergency = 31);
}

#[test]
#[should_panic = "the voting period is out of range"]
fn a_genesis_without_a_voting_period_should_not_build() {
	genesis(|genesis| genesis.voting_period = 0);
}
