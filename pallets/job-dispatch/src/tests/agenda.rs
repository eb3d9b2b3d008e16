//! Deadlines: full pages, small meters, nothing lost.

use super::*;
use crate::{pallet::*, types::*, WeightInfo};
use concordat_primitives::job::JobStatus;
use frame_support::weights::{Weight, WeightMeter};

type Weights = <Test as Config>::WeightInfo;

/// Begins a block whose hook may use only so much, and returns what it used.
fn block_with(limit: Weight) -> Weight {
	System::set_block_number(System::block_number() + 1);
	let mut meter = WeightMeter::with_limit(limit);
	JobDispatch::tick(&mut meter);
	assert!(meter.consumed().all_lte(limit));
	JobDispatch::do_try_state().expect("invariants hold after every block");
	meter.consumed()
}

fn expired() -> usize {
	Jobs::<Test>::iter_values().filter(|job| job.status == JobStatus::Expired).count()
}

#[test]
fn a_block_takes_more_than_a_page_and_all_of_it_fires() {
	let roomy = |p: &mut Params| p.max_queued = 1_000;
	ExtBuilder::default().params(roomy).build_and_execute(|| {
		for _ in 0..600 {
			dispatch_with(|c| c.timeout_blocks = Some(20));
		}
		assert_eq!(LastPages::<Test>::get(21), 2);
		let lengths: Vec<_> = (0..3).map(|page| Agenda::<Test>::get(21, page).len()).collect();
		assert_eq!(lengths, [256, 256, 600 - 512]);
		(0..19).for_each(|_| next_block());
		assert_eq!(expired(), 0);
		next_block();
		// As many as the hook's share allows; the rest in the next blocks.
		assert!((100..600).contains(&expired()), "{} at once", expired());
		run(600 / 100 + 1);
		assert_eq!(expired(), 600);
		// What is left of the agenda lies ahead: pruning.
		let now = System::block_number() as u32;
		assert!(LastPages::<Test>::iter_keys().all(|block| block > now));
		assert!(Agenda::<Test>::iter_keys().all(|(block, _)| block > now));
		let cursor = AgendaCursor::<Test>::get().unwrap();
		assert_eq!(cursor.block, System::block_number() as u32 + 1);
	});
}

#[test]
fn under_a_tiny_meter_the_agenda_carries_over_and_loses_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..10 {
			dispatch_with(|c| c.timeout_blocks = Some(20));
		}
		(0..19).for_each(|_| next_block());
		// Room for a page and two items at their dearest.
		let limit = Weights::agenda_page()
			.saturating_add(JobDispatch::weight_of_dearest_item().saturating_mul(2));
		let mut seen = vec![0];
		while expired() < 10 {
			block_with(limit);
			assert!(expired() > *seen.last().unwrap(), "every block gets somewhere");
			seen.push(expired());
			assert!(seen.len() < 12);
		}
		assert!(seen.len() > 2, "it took several blocks: {seen:?}");
		// The cursor catches up with the blocks that passed meanwhile.
		run(2);
		assert_eq!(AgendaCursor::<Test>::get().unwrap().block, System::block_number() as u32 + 1);
	});
}

#[test]
fn without_any_meter_nothing_happens_and_nothing_is_lost() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		let late = dispatch();
		for _ in 0..10 {
			assert_eq!(block_with(Weight::zero()), Weight::zero());
		}
		assert_eq!(job(id).attempts, 1);
		assert_eq!(job(late).status, JobStatus::Pending);
		run(1);
		assert_eq!(job(id).attempts, 2, "the missed deadline fires late");
		assert_eq!(job(late).attempts, 1);
	});
}

#[test]
fn under_a_small_meter_the_queue_is_worked_off_block_by_block() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let ids: Vec<_> = (0..5).map(|_| dispatch()).collect();
		let params = Parameters::<Test>::get();
		let limit = Weights::agenda_page()
			.saturating_add(Weights::skip_place())
			.saturating_add(JobDispatch::weight_of_dearest_placement(&params));
		let assigned = || ids.iter().filter(|id| job(**id).attempts > 0).count();
		let mut before = 0;
		for _ in 0..5 {
			block_with(limit);
			assert!(assigned() > before || assigned() == 5);
			before = assigned();
		}
		assert_eq!(before, 5);
		// They went in order.
		let first: Vec<_> = ids.iter().map(|id| job(*id).assigned_at).collect();
		assert!(first.windows(2).all(|pair| pair[0] <= pair[1]));
		assert!(first[0] < first[4]);
	});
}

#[test]
fn the_hook_says_what_it_uses() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		use frame_support::traits::Hooks;
		System::set_block_number(2);
		let idle = JobDispatch::on_initialize(2);
		clause_mode(2, 3);
		dispatch();
		System::set_block_number(3);
		let busy = JobDispatch::on_initialize(3);
		assert!(idle.all_gte(Weights::tick()));
		// Nine nodes looked at, three seated, three leases, one receipt.
		let placed =
			Weights::place(9, 3).saturating_add(Weight::from_parts(3 * 10_000_000 + 1_000, 0));
		assert_eq!(busy, idle.saturating_add(placed));
	});
}

#[test]
fn places_that_were_left_are_passed_over_once() {
	ExtBuilder::default().build_and_execute(|| {
		let ids: Vec<_> = (0..6).map(|_| dispatch()).collect();
		for id in &ids[..4] {
			assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), *id));
		}
		assert_eq!(Queues::<Test>::get().normal.live, 2);
		run(1);
		let ring = Queues::<Test>::get().normal;
		assert_eq!((ring.tail - ring.head, ring.live), (2, 2));
		for id in &ids[4..] {
			assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), *id));
		}
		let ring = Queues::<Test>::get().normal;
		assert_eq!((ring.tail, ring.live), (ring.head, 0));
	});
}

#[test]
fn a_chain_that_gets_this_pallet_late_does_not_walk_through_its_past() {
	ExtBuilder::default().build_and_execute(|| {
		System::set_block_number(5_000_000);
		run(1);
		assert_eq!(AgendaCursor::<Test>::get().unwrap().block, 5_000_002);
	});
}
