//! Stopping what is approved and locked.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::schedule::v3::Named, traits::QueryPreimage};
use sp_runtime::DispatchError;

#[test]
fn more_than_a_third_should_cancel_a_locked_decision() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(long(7));
		events();
		run_to(10);
		// Whoever voted for it may change their mind.
		assert_ok!(veto(1, id));
		assert!(matches!(status(id), ProposalStatus::Approved { .. }));
		assert_ok!(veto(3, id));
		assert_eq!(status(id), ProposalStatus::Cancelled);
		assert_eq!(
			events(),
			vec![
				Event::Vetoed { proposal: id, voter: 1, vetoes: 1 },
				Event::Vetoed { proposal: id, voter: 3, vetoes: 2 },
				Event::Cancelled { proposal: id },
			]
		);
		assert_eq!(
			<Scheduler as Named<_, _, _>>::next_dispatch_time(task_name(id)),
			Err(DispatchError::Unavailable)
		);
		assert_eq!(<Preimage as QueryPreimage>::len(&hash_of(&long(7))), None);
		assert!(Live::<Test>::get().is_empty());
		run_to(80);
		assert_eq!(trace(), Vec::<u32>::new());
		assert_eq!(Receipts::get(), vec![]);
	});
}

#[test]
fn a_third_should_not_cancel() {
	ExtBuilder::default().council(6).build_and_execute(|| {
		let id = proposed(1, note(7));
		for who in 1..=4 {
			assert_ok!(vote(who, id, true));
		}
		assert_ok!(veto(5, id));
		assert_ok!(veto(6, id));
		run_to(31);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: true, at: 31 });
	});
}

#[test]
fn what_is_not_locked_should_not_be_vetoed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(veto(1, 0), Error::<Test>::NotFound);
		let id = proposed(1, note(7));
		assert_noop!(veto(1, id), Error::<Test>::NotLocked);
		assert_ok!(vote(1, id, true));
		assert_ok!(vote(2, id, true));
		run_to(31);
		assert_noop!(veto(1, id), Error::<Test>::NotLocked);
	});
}

#[test]
fn a_veto_should_count_once_and_for_electors_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(note(7));
		assert_ok!(veto(1, id));
		assert_noop!(veto(1, id), Error::<Test>::AlreadyVetoed);
		assert_noop!(veto(4, id), Error::<Test>::NotElector);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Governance::veto(origin, id), DispatchError::BadOrigin);
		}
		// A new council has no say in what the old one decided.
		assert_ok!(Governance::set_members(
			RuntimeOrigin::root(),
			vec![1, 4, 5].try_into().unwrap()
		));
		assert_noop!(veto(4, id), Error::<Test>::NotElector);
		assert_ok!(veto(2, id));
		assert_eq!(status(id), ProposalStatus::Cancelled);
	});
}

#[test]
fn a_decision_that_is_due_and_postponed_should_still_be_stopped() {
	ExtBuilder::default().build_and_execute(|| {
		let declared = frame_support::weights::Weight::from_parts(500_000_000_000, 0);
		let heavy = || probe::Call::weigh { declared, actual: declared }.into();
		let (_, second) = (approved(heavy()), approved(heavy()));
		run_to(71);
		assert_eq!(status(second), ProposalStatus::Approved { enact_at: 71 });
		// The scheduler no longer knows it by name; its call finds it cancelled.
		assert_ok!(veto(1, second));
		assert_ok!(veto(2, second));
		run_to(73);
		assert_eq!(status(second), ProposalStatus::Cancelled);
		assert_eq!(trace(), vec![1]);
	});
}
