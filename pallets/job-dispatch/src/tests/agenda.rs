//! Deadlines: full pages, small meters, nothing lost.

use super::*;
use crate::{pallet::*, schedule_impls::Placement, types::*, WeightInfo};
use concordat_primitives::job::JobStatus;
use concordat_primitives::{traits::ReceiptSink, trust::TrustBook};
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
		// Nine nodes looked at, three seated, whose leases alone were asked about.
		let place = Weights::place(9, 3).saturating_add(Book::weight_of_perspective());
		assert_eq!(busy, idle.saturating_add(place));
	});
}

#[test]
fn places_that_were_left_are_passed_over_once() {
	ExtBuilder::default().build_and_execute(|| {
		let ids: Vec<_> = (0..6).map(|_| dispatch()).collect();
		for id in &ids[..4] {
			assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), *id));
		}
		assert_eq!(Ledger::<Test>::get().rings.normal.live, 2);
		run(1);
		let ring = Ledger::<Test>::get().rings.normal;
		// Nobody could run them: they wait among those that were tried before.
		assert_eq!(
			(ring.tail - ring.head, ring.again.tail - ring.again.head, ring.live),
			(0, 2, 2)
		);
		for id in &ids[4..] {
			assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), *id));
		}
		let ring = Ledger::<Test>::get().rings.normal;
		assert_eq!((ring.tail, ring.again.tail, ring.live), (ring.head, ring.again.head, 0));
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

/// What the hook uses for one of three seats that falls, with this reaction of the listener.
fn weight_of_a_lost_seat(max_attempts: u32, reacts: Reacts) -> Weight {
	let mut weight = Weight::zero();
	ExtBuilder::default().nodes(3).params(|p| p.max_attempts = max_attempts).build_and_execute(
		|| {
			clause_mode(2, 3);
			let id = assigned();
			let [a, b, _] = seated(id)[..] else { panic!("three seats") };
			[a, b].iter().for_each(|node| deliver(id, *node));
			Reaction::set(match reacts {
				Reacts::Settles(_) => Reacts::Settles(settlement(&[a, b], &[])),
				other => other,
			});
			(0..5).for_each(|_| next_block());
			let used = block_with(Weight::MAX);
			assert_eq!(totals().missed_deadlines, 1);
			// The deadlines of the two that delivered mean nothing.
			weight = used
				.saturating_sub(Weights::agenda_page())
				.saturating_sub(Weights::agenda_stale().saturating_mul(2));
		},
	);
	weight
}

#[test]
fn what_a_lost_seat_leads_to_is_charged_with_it() {
	// The two that are left have committed: with the third gone, they show what they found.
	let stand_in = JobDispatch::weight_of_stand_in()
		.saturating_add(<Weights as crate::WeightInfo>::committed());
	let failed = stand_in.saturating_add(JobDispatch::weight_of_failing(2));
	assert_eq!(weight_of_a_lost_seat(6, Reacts::Waits), stand_in);
	// The job is tried again at once; its nodes have just been asked.
	let tried = JobDispatch::weight_of_placement(&Placement { probes: 3, ..Default::default() });
	assert_eq!(weight_of_a_lost_seat(6, Reacts::GivesUp), failed.saturating_add(tried));
	assert_eq!(
		weight_of_a_lost_seat(1, Reacts::GivesUp),
		failed,
		"and the job ends with its round"
	);
	let settled = JobDispatch::weight_of_settling(2).saturating_add(Rollup::weight());
	assert_eq!(
		weight_of_a_lost_seat(6, Reacts::Settles(settlement(&[], &[]))),
		stand_in.saturating_add(settled)
	);
	assert!(JobDispatch::weight_of_dearest_item().all_gte(failed));
	assert!(JobDispatch::weight_of_dearest_item().all_gte(stand_in.saturating_add(settled)));
}

#[test]
fn a_seat_does_not_fall_where_there_is_no_room_for_what_that_leads_to() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		(0..5).for_each(|_| next_block());
		// Enough for a stand-in, but the round may end with it.
		let stand_in = Weights::agenda_page().saturating_add(JobDispatch::weight_of_stand_in());
		block_with(stand_in);
		assert_eq!((seats(id).len(), totals().missed_deadlines), (3, 0));
		block_with(Weights::agenda_page().saturating_add(JobDispatch::weight_of_dearest_item()));
		assert_eq!(totals().missed_deadlines, 1);
	});
}

#[test]
fn a_seat_is_on_the_agenda_once_and_a_result_that_comes_soon_leaves_no_second_date() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		let dates = || {
			let deadline = |item: &AgendaItem| matches!(item, AgendaItem::Deadline { .. });
			let ahead =
				Agenda::<Test>::iter().filter(|(at, ..)| u64::from(*at) > System::block_number());
			let mut dates: Vec<_> = ahead
				.filter(|(_, _, items)| items.iter().any(deadline))
				.map(|(at, ..)| at)
				.collect();
			dates.sort_unstable();
			dates
		};
		assert_eq!(dates(), [8]);
		acknowledge(id, 1);
		run(5);
		assert_eq!(dates(), [8]);
		let used = block_with(Weight::MAX);
		assert_eq!(used.saturating_sub(Weights::agenda_page()), Weights::look_again());
		assert_eq!(dates(), [15], "acknowledged: looked at again when the result is due");
		deliver(id, 1);
		settle(id, &[1], &[]);
		run(8);
		assert_eq!(dates(), [0u32; 0]);
	});
}
