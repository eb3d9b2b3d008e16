//! Receipts leave the state after their time, a few per block; headers never do.

use crate::{mock::*, AnchorParams, Cursor, Leaves, Params, WeightInfo};
use frame_support::{assert_ok, weights::Weight};

/// One epoch with `count` receipts, closed.
fn epoch(count: u64) {
	append(count);
	run_to(System::block_number() + 5);
}

/// Has room for the removal of four receipts, and for no certificate besides.
fn four_receipts() {
	PruneWeight::set(Weight::from_parts(<() as WeightInfo>::prune(4).ref_time(), u64::MAX));
}

fn cursor() -> (u64, u64) {
	let cursor = Cursor::<Test>::get();
	(cursor.next, cursor.until)
}

fn retain(retention_epochs: u32) {
	let params = AnchorParams { retention_epochs, ..Params::<Test>::get() };
	assert_ok!(RollupAnchor::set_params(RuntimeOrigin::root(), params));
}

fn kept() -> Vec<u64> {
	let mut ids: Vec<_> = Leaves::<Test>::iter_keys().collect();
	ids.sort();
	ids
}

#[test]
fn receipts_should_stay_for_the_retention_and_then_go() {
	ExtBuilder::default().retention(2).build_and_execute(|| {
		epoch(3);
		epoch(3);
		assert_eq!(kept(), (0..6).collect::<Vec<_>>());
		epoch(3);
		// The third closing moves the goal and the same block removes the first epoch.
		assert_eq!(kept(), (3..9).collect::<Vec<_>>());
		assert_eq!(cursor(), (3, 3));
		for id in 0..3 {
			assert_eq!(RollupAnchor::receipt_view(id), None);
			assert_eq!(RollupAnchor::receipt_proof(id), None);
		}
		for id in 3..9 {
			assert!(RollupAnchor::receipt_proof(id).is_some());
		}
		assert_eq!(RollupAnchor::rollup(0).unwrap().count, 3);
		assert_eq!(RollupAnchor::rollup_of(1).unwrap().epoch, 0);
	});
}

#[test]
fn a_block_should_remove_no_more_than_its_weight_allows() {
	ExtBuilder::default().retention(1).build_and_execute(|| {
		four_receipts();
		epoch(11);
		append(1);
		let base = <() as WeightInfo>::on_initialize();
		let weight = run_to(System::block_number() + 5);
		assert_eq!(kept(), (4..12).collect::<Vec<_>>());
		assert_eq!(weight, base + <() as WeightInfo>::close(1) + <() as WeightInfo>::prune(4));
		assert_eq!(run_to(System::block_number() + 1), base + <() as WeightInfo>::prune(4));
		assert_eq!(kept(), (8..12).collect::<Vec<_>>());
		// A half-removed epoch has no proofs, and says so.
		assert_eq!(RollupAnchor::receipt_proof(9), None);
		assert!(RollupAnchor::receipt_view(9).is_some());
		assert_eq!(run_to(System::block_number() + 1), base + <() as WeightInfo>::prune(3));
		assert_eq!(kept(), vec![11]);
		assert_eq!(run_to(System::block_number() + 1), base);
	});
}

#[test]
fn what_a_block_leaves_over_should_be_used_too_and_never_exceeded() {
	ExtBuilder::default().retention(1).build_and_execute(|| {
		four_receipts();
		epoch(14);
		epoch(1);
		assert_eq!(kept().len(), 11);
		let look = <() as WeightInfo>::on_idle();
		assert_eq!(idle(Weight::zero()), Weight::zero());
		assert_eq!(idle(look), look);
		assert_eq!(kept().len(), 11);
		let enough = look + <() as WeightInfo>::prune(2);
		assert_eq!(idle(enough), enough);
		assert_eq!(kept().len(), 9);
		// The pallet's own bound holds however much is left; the look takes its share of it.
		let used = idle(Weight::MAX);
		assert!(used.all_lte(PruneWeight::get()));
		assert_eq!(kept().len(), 6);
	});
}

#[test]
fn nothing_should_be_removed_before_the_retention_is_over() {
	ExtBuilder::default().retention(3).build_and_execute(|| {
		for _ in 0..3 {
			epoch(2);
		}
		run_to(200);
		idle(Weight::MAX);
		assert_eq!(kept().len(), 6);
	});
}

#[test]
fn the_goal_should_never_move_back_when_the_retention_grows() {
	ExtBuilder::default().retention(1).build_and_execute(|| {
		for _ in 0..3 {
			epoch(2);
		}
		assert_eq!(cursor(), (4, 4));
		retain(3);
		epoch(2);
		assert_eq!(cursor(), (4, 4));
		epoch(2);
		assert_eq!(cursor(), (4, 4));
		epoch(2);
		assert_eq!(cursor(), (6, 6));
	});
}

#[test]
fn a_shorter_retention_should_catch_up_at_the_next_closing() {
	ExtBuilder::default().retention(10).build_and_execute(|| {
		for _ in 0..4 {
			epoch(1);
		}
		retain(1);
		run_to(System::block_number() + 3);
		assert_eq!(kept().len(), 4);
		epoch(1);
		assert_eq!(kept(), vec![4]);
	});
}
