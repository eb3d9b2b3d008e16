//! What nobody decides, or nobody executes, ends by itself; ended records are kept up to a number.

use crate::{mock::*, *};
use frame_support::{
	assert_noop, assert_ok,
	traits::{schedule::v3::Named, OnInitialize, QueryPreimage},
	weights::Weight,
};
use sp_runtime::DispatchError;

#[test]
fn an_undecided_proposal_should_expire_at_the_end_of_its_period() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, long(7));
		assert_ok!(vote(1, id, true));
		run_to(20);
		assert_eq!(status(id), ProposalStatus::Open { ends_at: 21 });
		events();
		run_to(21);
		assert_eq!(status(id), ProposalStatus::Expired);
		assert_eq!(events(), vec![Event::Expired { proposal: id }]);
		assert_eq!(<Preimage as QueryPreimage>::len(&hash_of(&long(7))), None);
		assert_eq!(LiveOf::<Test>::get(1), 0);
		assert_noop!(vote(2, id, true), Error::<Test>::NotOpen);
	});
}

#[test]
fn the_hook_should_end_no_more_than_its_weight_allows() {
	ExtBuilder::default().build_and_execute(|| {
		let ids: Vec<_> = [1, 1, 2].into_iter().map(|who| proposed(who, note(1))).collect();
		let one = <() as WeightInfo>::expire();
		HookWeight::set(one.saturating_mul(2));
		System::set_block_number(21);
		let weight = <Governance as OnInitialize<u32>>::on_initialize(21);
		assert_eq!(weight, <() as WeightInfo>::on_initialize() + one.saturating_mul(2));
		assert_eq!(status(ids[1]), ProposalStatus::Expired);
		assert_eq!(status(ids[2]), ProposalStatus::Open { ends_at: 21 });
		// The rest in the next block; after that the hook is idle.
		System::set_block_number(22);
		<Governance as OnInitialize<u32>>::on_initialize(22);
		assert_eq!(status(ids[2]), ProposalStatus::Expired);
		assert_eq!(
			<Governance as OnInitialize<u32>>::on_initialize(23),
			<() as WeightInfo>::on_initialize()
		);
	});
}

#[test]
fn anybody_should_end_what_is_overdue_and_nothing_else() {
	ExtBuilder::default().build_and_execute(|| {
		let close = |id| Governance::close(RuntimeOrigin::signed(77), id);
		let id = proposed(1, note(1));
		assert_noop!(close(id + 1), Error::<Test>::NotFound);
		System::set_block_number(20);
		assert_noop!(close(id), Error::<Test>::NotOverdue);
		System::set_block_number(21);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Governance::close(origin, id), DispatchError::BadOrigin);
		}
		assert_ok!(close(id));
		assert_eq!(status(id), ProposalStatus::Expired);
		assert_noop!(close(id), Error::<Test>::NotOverdue);
	});
}

#[test]
fn a_decision_that_the_scheduler_lost_should_be_given_up_in_the_end() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(note(7));
		assert_ok!(<Scheduler as Named<_, _, _>>::cancel_named(task_name(id)));
		System::set_block_number(50);
		assert_noop!(Governance::close(RuntimeOrigin::signed(1), id), Error::<Test>::NotOverdue);
		run_to(51);
		assert_eq!(status(id), ProposalStatus::Expired);
		assert_eq!(trace(), Vec::<u32>::new());
		// Too late for Root as well.
		assert_eq!(
			Governance::enact(RuntimeOrigin::root(), id, Weight::zero()).map_err(|e| e.error),
			Err(Error::<Test>::NotApproved.into())
		);
	});
}

#[test]
fn only_the_last_ended_proposals_should_be_kept() {
	ExtBuilder::default().build_and_execute(|| {
		for n in 0..6 {
			let id = proposed(1, note(n));
			assert_ok!(vote(2, id, false));
			assert_ok!(vote(3, id, false));
		}
		assert_eq!(Finished::<Test>::get().to_vec(), vec![2, 3, 4, 5]);
		assert!(Proposals::<Test>::get(1).is_none());
		assert_eq!(status(2), ProposalStatus::Rejected);
		assert_noop!(vote(1, 1, true), Error::<Test>::NotFound);
	});
}

#[test]
fn a_decision_should_survive_that_its_call_floods_the_ended_ones() {
	ExtBuilder::default().build_and_execute(|| {
		MaxFinished::set(1);
		// Both are due at once; the batch enacts the second, whose record takes the batch's own
		// place.
		let second = approved(probe::Call::grow {}.into());
		let call_weight = Weight::from_parts(1_000_000_000, 0);
		let batch = pallet_utility::Call::batch_all {
			calls: vec![Call::enact { proposal: second, call_weight }.into()],
		};
		let first = approved(batch.into());
		System::set_block_number(71);
		assert_ok!(Governance::enact(RuntimeOrigin::root(), first, call_weight));
		assert_eq!(status(second), ProposalStatus::Enacted { ok: true, at: 71 });
		assert!(Proposals::<Test>::get(first).is_none());
		assert_eq!(Receipts::get().len(), 2);
		// The scheduler's own attempt at the second finds it enacted.
		System::set_block_number(70);
		run_to(71);
		assert_eq!(trace(), vec![2]);
	});
}
