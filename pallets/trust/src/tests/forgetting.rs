//! Records come and go.

use crate::{mock::*, Event, Line, Memories, Queue, Waiting, WeightInfo, MAX_VISITS};
use concordat_primitives::{
	trust::{HopEnd::*, Originator},
	units::DAYS,
	BlockNumber,
};
use frame_support::{
	traits::Hooks,
	weights::{Weight, WeightMeter},
};

fn expiry() -> BlockNumber {
	params().expiry
}

fn idle(remaining: Weight) -> Weight {
	Trust::on_idle(System::block_number(), remaining)
}

fn records() -> usize {
	Memories::<Test>::iter_keys().count()
}

#[test]
fn an_idle_record_should_go_when_its_time_is_over() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		wait(expiry() - 1);
		idle(Weight::MAX);
		assert_eq!(records(), 1);
		wait(1);
		System::reset_events();
		idle(Weight::MAX);
		assert_eq!((records(), Waiting::<Test>::iter_keys().count()), (0, 0));
		assert_eq!(events(), vec![Event::Forgotten { originator: of(ALICE) }]);
		// It may come back, as a stranger.
		record(&of(ALICE), NODE, Agreed);
		assert_eq!(Line::<Test>::get(), Queue { head: 1, tail: 2 });
	});
}

#[test]
fn an_active_record_should_stay_and_lose_its_idle_ties() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		wait(DAYS);
		record(&of(ALICE), OTHER, Agreed);
		wait(expiry() - DAYS);
		idle(Weight::MAX);
		let known: Vec<_> = perspective(&of(ALICE)).strongest().collect();
		assert_eq!(known, [OTHER]);
		assert_eq!(Line::<Test>::get(), Queue { head: 1, tail: 2 });
		// It waits for as long again, so it goes before twice the time is over.
		wait(expiry() - 1);
		idle(Weight::MAX);
		assert_eq!(records(), 1);
		wait(1);
		idle(Weight::MAX);
		assert_eq!(records(), 0);
	});
}

#[test]
fn visits_should_be_made_in_order_and_carried_over() {
	ExtBuilder.build_and_execute(|| {
		let many = MAX_VISITS + 5;
		for node in 0..many {
			record(&Originator::Node(1_000 + node), NODE, Agreed);
		}
		wait(expiry());
		idle(Weight::MAX);
		assert_eq!(records(), 5, "so many in one block, and no more");
		assert!(Memories::<Test>::contains_key(Originator::Node(1_000 + many - 1)));
		// Room for one visit.
		let (look, visit) = (<()>::look(), <()>::visit());
		assert_eq!(idle(look + visit), look + visit);
		assert_eq!(records(), 4);
		// Too little for any, or even for a look.
		assert_eq!(idle(look + visit - Weight::from_parts(1, 0)), look);
		assert_eq!(idle(look - Weight::from_parts(1, 0)), Weight::zero());
		assert_eq!(records(), 4);
		idle(Weight::MAX);
		assert_eq!(records(), 0);
	});
}

#[test]
fn who_joined_later_should_wait_for_its_own_time() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		wait(10);
		record(&of(BOB), NODE, Agreed);
		wait(expiry() - 10);
		idle(Weight::MAX);
		assert_eq!((Memories::<Test>::contains_key(of(ALICE)), records()), (false, 1));
		wait(10);
		idle(Weight::MAX);
		assert_eq!(records(), 0);
	});
}

#[test]
fn a_hook_with_nothing_to_do_should_change_nothing() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		let mut meter = WeightMeter::new();
		frame_support::assert_storage_noop!(Trust::make_visits(&mut meter));
		assert_eq!(meter.consumed(), <()>::look());
	});
}

#[test]
fn damage_should_not_stop_the_queue() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		record(&of(BOB), NODE, Agreed);
		record(&of(RIVAL), NODE, Agreed);
		// A gap, and a visit without a record: neither can happen.
		Waiting::<Test>::remove(0);
		Memories::<Test>::remove(of(ALICE));
		Memories::<Test>::remove(of(BOB));
		assert!(Trust::do_try_state().is_err());
		wait(expiry());
		idle(Weight::MAX);
		assert_eq!((records(), Line::<Test>::get()), (0, Queue { head: 3, tail: 3 }));
	});
}
