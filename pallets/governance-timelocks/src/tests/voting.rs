//! Votes, thresholds, and who has one.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn the_vote_that_carries_should_lock_the_proposal() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, note(7));
		events();
		assert_ok!(vote(3, id, true));
		assert_eq!(status(id), ProposalStatus::Open { ends_at: 21 });
		run_to(5);
		assert_ok!(vote(1, id, true));
		assert_eq!(status(id), ProposalStatus::Approved { enact_at: 35 });
		assert_eq!(
			events(),
			vec![
				Event::Voted { proposal: id, voter: 3, aye: true, ayes: 1, nays: 0 },
				Event::Voted { proposal: id, voter: 1, aye: true, ayes: 2, nays: 0 },
				Event::Approved { proposal: id, enact_at: 35 },
			]
		);
		// Given up a voting period after it was due.
		assert_eq!(Live::<Test>::get().to_vec(), vec![(55, id)]);
	});
}

#[test]
fn the_vote_after_which_it_cannot_carry_should_end_the_proposal() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, note(7));
		events();
		assert_ok!(vote(2, id, false));
		assert_ok!(vote(3, id, false));
		assert_eq!(status(id), ProposalStatus::Rejected);
		assert_eq!(
			events(),
			vec![
				Event::Voted { proposal: id, voter: 2, aye: false, ayes: 0, nays: 1 },
				Event::Voted { proposal: id, voter: 3, aye: false, ayes: 0, nays: 2 },
				Event::Rejected { proposal: id },
			]
		);
		assert!(Live::<Test>::get().is_empty());
		assert_eq!(LiveOf::<Test>::iter().count(), 0);
	});
}

#[test]
fn thresholds_should_be_met_exactly() {
	// Council, call, ayes that are one too few.
	for (size, call, short) in [
		(3, note(1), 1),
		(4, note(1), 2),
		(5, note(1), 3),
		(6, note(1), 3),
		(7, note(1), 4),
		(4, add_node(1), 2),
		(5, add_node(1), 2),
		(4, alarm(1), 2),
		(5, alarm(1), 3),
		(8, alarm(1), 5),
		(1, fail(), 0),
		(2, fail(), 1),
	] {
		ExtBuilder::default().council(size).build_and_execute(|| {
			let id = proposed(1, call.clone());
			for who in 1..=short {
				assert_ok!(vote(who, id, true));
			}
			assert!(matches!(status(id), ProposalStatus::Open { .. }), "{short} of {size}");
			assert_ok!(vote(short + 1, id, true));
			assert!(matches!(status(id), ProposalStatus::Approved { .. }), "{short}+1 of {size}");
		});
	}
}

#[test]
fn rejection_should_come_with_the_first_vote_that_makes_it_certain() {
	for (size, call, harmless) in [
		(3, note(1), 1),
		(6, note(1), 2),
		(4, add_node(1), 1),
		(5, add_node(1), 2),
		(8, alarm(1), 2),
	] {
		ExtBuilder::default().council(size).build_and_execute(|| {
			let id = proposed(1, call.clone());
			for who in 1..=harmless {
				assert_ok!(vote(who, id, false));
			}
			assert!(matches!(status(id), ProposalStatus::Open { .. }), "{harmless} of {size}");
			assert_ok!(vote(harmless + 1, id, false));
			assert_eq!(status(id), ProposalStatus::Rejected);
		});
	}
}

#[test]
fn a_vote_should_be_changeable_until_the_decision_and_not_repeatable() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, note(7));
		assert_ok!(vote(1, id, true));
		assert_noop!(vote(1, id, true), Error::<Test>::AlreadyVoted);
		assert_ok!(vote(1, id, false));
		assert_noop!(vote(1, id, false), Error::<Test>::AlreadyVoted);
		assert_eq!(
			Governance::proposal(id).unwrap().1,
			Tally { electorate: 3, nays: 1, ..Default::default() }
		);
		assert_ok!(vote(1, id, true));
		assert_ok!(vote(2, id, true));
		assert_noop!(vote(1, id, false), Error::<Test>::NotOpen);
	});
}

#[test]
fn strangers_should_not_vote_and_nobody_on_what_is_not_there() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, note(7));
		assert_noop!(vote(4, id, true), Error::<Test>::NotElector);
		assert_noop!(vote(1, id + 1, true), Error::<Test>::NotFound);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Governance::vote(origin, id, true), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn votes_should_not_count_from_the_end_of_the_period_on() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, note(7));
		assert_ok!(vote(1, id, true));
		run_to(20);
		assert_eq!(status(id), ProposalStatus::Open { ends_at: 21 });
		// As if the hook of block 21 had had no weight left.
		System::set_block_number(21);
		assert_noop!(vote(2, id, true), Error::<Test>::VotingClosed);
		System::set_block_number(20);
		assert_ok!(vote(2, id, true));
	});
}

#[test]
fn the_electorate_should_be_the_council_at_the_time_of_the_proposal() {
	ExtBuilder::default().build_and_execute(|| {
		let old = proposed(1, note(1));
		assert_ok!(Governance::set_members(
			RuntimeOrigin::root(),
			vec![3, 4, 5, 6].try_into().unwrap()
		));
		let new = proposed(4, note(2));
		// Who came later does not decide the old one; who left still does, by the old count.
		assert_noop!(vote(4, old, true), Error::<Test>::NotElector);
		assert_ok!(vote(1, old, true));
		assert_ok!(vote(2, old, true));
		assert!(matches!(status(old), ProposalStatus::Approved { .. }));
		// Who left has no say in the new one, and proposes nothing.
		assert_noop!(vote(1, new, true), Error::<Test>::NotElector);
		assert_noop!(propose(1, note(3)), Error::<Test>::NotMember);
		assert_ok!(vote(3, new, true));
		assert_ok!(vote(4, new, true));
		assert!(matches!(status(new), ProposalStatus::Open { .. }));
		assert_ok!(vote(5, new, true));
		assert!(matches!(status(new), ProposalStatus::Approved { .. }));
		let version = |id| Governance::proposal(id).unwrap().0.members_version;
		assert_eq!((version(old), version(new)), (0, 1));
	});
}

#[test]
fn a_full_schedule_should_leave_the_proposal_open_for_the_next_block() {
	ExtBuilder::default().council(4).build_and_execute(|| {
		let ids: Vec<_> = (1..=4).map(|who| proposed(who, note(who as u32))).collect();
		for id in &ids {
			assert_ok!(vote(1, *id, true));
			assert_ok!(vote(2, *id, true));
		}
		for id in &ids[..3] {
			assert_ok!(vote(3, *id, true));
		}
		// Three tasks fit into a block of the mock's scheduler.
		assert_noop!(vote(3, ids[3], true), Error::<Test>::ScheduleFull);
		run_to(2);
		assert_ok!(vote(3, ids[3], true));
		assert_eq!(status(ids[3]), ProposalStatus::Approved { enact_at: 32 });
	});
}
