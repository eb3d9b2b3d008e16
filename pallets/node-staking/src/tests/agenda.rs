//! The hook: bounded in every block, and nothing is forgotten.

use crate::{mock::*, Agenda, CarryOver, LastPages, Pallet, TASKS_PER_PAGE};
use concordat_primitives::{
	node::{Misconduct, NodeStatus},
	traits::Slasher,
	AccountId,
};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};

/// Weight for `tasks` silent nodes on one page, and no more.
fn enough_for(tasks: u64) -> Weight {
	Pallet::<Test>::least_hook_weight() + Pallet::<Test>::silence_weight() * (tasks - 1)
}

/// Many active nodes, of several controllers.
fn many(count: u32) -> Vec<u32> {
	(0..count)
		.map(|i| {
			let who = AccountId::new([200 + (i / 32) as u8; 32]);
			if i % 32 == 0 {
				let _ = <Balances as frame_support::traits::fungible::Mutate<_>>::mint_into(
					&who, FUNDS,
				);
			}
			active(who)
		})
		.collect()
}

#[test]
fn a_full_page_should_be_followed_by_another() {
	ExtBuilder::default().build_and_execute(|| {
		let nodes = many(TASKS_PER_PAGE * 2 + 1);
		let at = START + SILENCE;
		assert_eq!(LastPages::<Test>::get(at), 2);
		assert_eq!(Agenda::<Test>::get(at, 2).len(), 1);
		run_to(at);
		assert!(nodes.iter().all(|node| status(*node) != NodeStatus::Active));
		assert_eq!(Agenda::<Test>::iter().count(), 0);
		assert_eq!(LastPages::<Test>::iter().count(), 0);
		assert_eq!(CarryOver::<Test>::get(), None);
	});
}

#[test]
fn what_does_not_fit_should_be_done_in_the_next_blocks() {
	ExtBuilder::default().build_and_execute(|| {
		let nodes = many(TASKS_PER_PAGE + 10);
		let due = START + SILENCE;
		run_to(due - 1);
		HookWeight::set(enough_for(20));
		let silent = || nodes.iter().filter(|n| status(**n) != NodeStatus::Active).count();
		let mut before = 0;
		for block in 0.. {
			run(1);
			assert!(NodeStaking::do_try_state().is_ok());
			let done = silent() - before;
			assert!(done <= 20, "{done} in one block");
			before = silent();
			if CarryOver::<Test>::get().is_none() {
				assert!(block >= 3);
				break;
			}
			assert!(done > 0, "the hook makes progress");
		}
		assert_eq!(before, nodes.len());
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn the_hook_should_stay_within_its_weight() {
	ExtBuilder::default().build_and_execute(|| {
		many(40);
		HookWeight::set(enough_for(7));
		for _ in 0..2 * SILENCE {
			let now = System::block_number() + 1;
			System::set_block_number(now);
			assert!(NodeStaking::on_initialize(now).all_lte(HookWeight::get()));
		}
		run(10);
		assert_eq!(NodeStaking::counts(), (40, 0));
	});
}

#[test]
fn a_backlog_should_not_hide_what_comes_due_later() {
	ExtBuilder::default().build_and_execute(|| {
		many(20);
		run(3);
		let late = active(ALICE);
		assert_ok!(NodeStaking::slash(late, Misconduct::NetworkAttack, evidence(1), None));
		run_to(START + SILENCE - 1);
		HookWeight::set(enough_for(1));
		run_to(START + 3 + APPEAL + 30);
		assert_eq!(CarryOver::<Test>::get(), None);
		assert_eq!(NodeStaking::counts(), (21, 0));
		assert_eq!(held(&ALICE), STAKE / 2);
	});
}

#[test]
fn a_hook_without_weight_should_change_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let mut meter = frame_support::weights::WeightMeter::with_limit(Weight::zero());
		NodeStaking::drain_agenda(START + SILENCE, &mut meter);
		assert_eq!(status(node), NodeStatus::Active);
		assert_eq!(CarryOver::<Test>::get(), None);
	});
}

#[test]
fn constants_should_fit_each_other() {
	ExtBuilder::default().build_and_execute(NodeStaking::integrity_test);
}

#[test]
#[should_panic(expected = "at least one task")]
fn a_hook_that_cannot_do_one_task_should_fail_the_integrity_test() {
	ExtBuilder::default().build_and_execute(|| {
		HookWeight::set(Pallet::<Test>::least_hook_weight() - Weight::from_parts(1, 0));
		NodeStaking::integrity_test();
	});
}
