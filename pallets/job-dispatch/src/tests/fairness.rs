//! Who is served when there is more work than room.

use super::*;
use crate::{pallet::*, types::*};
use alloc::collections::BTreeMap;
use concordat_primitives::{
	job::{JobClass, JobConstraints, JobStatus},
	BlockNumber,
};

fn class_of(id: JobId) -> JobClass {
	Orders::<Test>::get(id).unwrap().class
}

/// Jobs that were assigned in the present block are done at once, so that there is always room.
fn finish_all() {
	let working: Vec<JobId> =
		Jobs::<Test>::iter().filter(|(_, job)| job.status.is_assigned()).map(|one| one.0).collect();
	for id in working {
		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		settle(id, &nodes, &[]);
	}
}

#[test]
fn under_a_flood_of_critical_jobs_every_class_gets_its_share_of_any_fifteen_blocks() {
	let slow = |p: &mut Params| {
		p.max_assignments_per_block = 1;
		p.challenge_window = 5;
	};
	ExtBuilder::default().nodes(20).params(slow).build_and_execute(|| {
		let mut served = Vec::new();
		for class in JobClass::ALL {
			(0..30).for_each(|_| {
				dispatch_with(|c| c.class = class);
			});
		}
		for _ in 0..90 {
			// More critical jobs come in than the chain can place.
			(0..2).for_each(|_| {
				dispatch_with(|c| c.class = JobClass::Critical);
			});
			let before: Vec<JobId> =
				Jobs::<Test>::iter().filter(|one| one.1.attempts > 0).map(|one| one.0).collect();
			next_block();
			let mut placed = Jobs::<Test>::iter()
				.filter(|(id, job)| job.attempts > 0 && !before.contains(id))
				.map(|one| class_of(one.0));
			served.push(placed.next().expect("one assignment in each block"));
			assert_eq!(placed.next(), None);
			finish_all();
		}
		JobDispatch::do_try_state().unwrap();
		for window in served.windows(15) {
			for class in JobClass::ALL {
				let count = window.iter().filter(|one| **one == class).count() as u32;
				assert_eq!(count, class.weighting(), "{class:?} in {window:?}");
			}
		}
	});
}

#[test]
fn the_share_of_a_class_survives_blocks_in_which_nothing_can_be_placed() {
	let slow = |p: &mut Params| p.max_assignments_per_block = 1;
	ExtBuilder::default().params(slow).build_and_execute(|| {
		let low = dispatch_with(|c| c.class = JobClass::Low);
		(0..10).for_each(|_| {
			dispatch_with(|c| c.class = JobClass::Critical);
		});
		run(3);
		assert_eq!(totals().assigned, 0);
		(1..=20).for_each(admit);
		let waited = run_until(15, || job(low).status == JobStatus::Scheduled);
		assert!(waited <= 15);
	});
}

/// Mean and longest wait, in blocks, of one job a block over so many blocks, while `flood` goes on.
fn waits(blocks: u32, mut flood: impl FnMut(u32)) -> (f64, BlockNumber) {
	let mut mine = Vec::new();
	for block in 0..blocks {
		flood(block);
		mine.push(dispatch());
		next_block();
		finish_all();
	}
	(0..20).for_each(|_| {
		next_block();
		finish_all();
	});
	JobDispatch::do_try_state().unwrap();
	let waits: Vec<BlockNumber> = mine
		.iter()
		.map(|id| {
			let placed = job(*id).assigned_at.expect("it was placed in the end");
			placed - Orders::<Test>::get(id).unwrap().dispatched_at
		})
		.collect();
	let mean = f64::from(waits.iter().sum::<u32>()) / waits.len() as f64;
	(mean, waits.into_iter().max().unwrap_or_default())
}

fn by_bob(change: impl FnOnce(&mut JobConstraints)) {
	let mut constraints = JobConstraints::default();
	change(&mut constraints);
	assert_ok!(JobDispatch::dispatch(
		RuntimeOrigin::signed(bob()),
		clause_id(),
		input(),
		constraints
	));
}

/// Room for some tens of tries in each block.
fn small_hook(params: &mut Params) {
	params.hook_share = 5;
	params.max_queued = 4_000;
	params.challenge_window = 1_000;
	params.default_timeout = 1_000;
}

#[test]
fn a_flood_of_jobs_that_nobody_can_run_does_not_hold_up_the_others() {
	type Wish = fn(&mut JobConstraints);
	let floods: BTreeMap<&str, Wish> = BTreeMap::from([
		// Found out by probing.
		("trust", (|c| c.min_trust = 1_000_000) as Wish),
		// Found out by the record of strata.
		("place", |c| c.jurisdictions = BoundedVec::truncate_from(vec![place("USA")])),
	]);
	let mut calm = (0.0, 0);
	ExtBuilder::default().nodes(60).params(small_hook).build_and_execute(|| {
		calm = waits(40, |_| ());
	});
	assert_eq!(calm, (1.0, 1));
	for (what, wish) in floods {
		ExtBuilder::default().nodes(60).params(small_hook).build_and_execute(|| {
			// A thousand at once, and five more in each block.
			(0..1_000).for_each(|_| by_bob(wish));
			// Their first tries are ahead of what comes later; from then on they are not.
			let tried = || {
				let ring = Ledger::<Test>::get().rings.normal;
				ring.tail == ring.head
			};
			let burst = run_blocks_until(200, tried);
			let flooded = waits(40, |_| (0..5).for_each(|_| by_bob(wish)));
			println!(
				"{what}: burst over after {burst} blocks; {calm:?} before, {flooded:?} under it"
			);
			assert!(flooded.0 < 2.0 * calm.0 && flooded.1 < 2 * calm.1, "{what}: {flooded:?}");
			assert!(totals().queued >= 1_000, "they are still there");
		});
	}
}

#[test]
fn a_flood_of_deadlines_does_not_hold_up_the_queues_nor_the_queues_the_deadlines() {
	ExtBuilder::default().nodes(60).params(small_hook).build_and_execute(|| {
		// Far more than a block can end, all in one.
		(0..600).for_each(|_| {
			by_bob(|c| {
				c.min_trust = 1_000_000;
				c.timeout_blocks = Some(60);
			});
		});
		let expired =
			|| Jobs::<Test>::iter_values().filter(|job| job.status == JobStatus::Expired).count();
		run_blocks_until(70, || expired() > 0);
		assert!(expired() < 300, "{} at once", expired());
		// The first is dispatched before a block in which much more is due.
		let flooded = waits(10, |block| {
			assert!(expired() < 600 || block > 2, "{} at block {block}", expired());
		});
		assert_eq!(flooded, (1.0, 1));
		run_blocks_until(60, || expired() == 600);
	});
}

fn run_blocks_until(most: u32, done: impl Fn() -> bool) -> u32 {
	for passed in 0..most {
		if done() {
			return passed;
		}
		next_block();
	}
	panic!("not done within {most} blocks");
}

#[test]
fn those_that_were_tried_before_get_every_other_turn_of_their_class() {
	let slow = |p: &mut Params| p.max_assignments_per_block = 1;
	ExtBuilder::default().params(slow).build_and_execute(|| {
		let old: Vec<JobId> = (0..3).map(|_| dispatch()).collect();
		run(1);
		assert!(old.iter().all(|id| job(*id).retries == 1));
		(1..=20).for_each(admit);
		let new: Vec<JobId> = (0..3).map(|_| dispatch()).collect();
		let mut order = Vec::new();
		for _ in 0..6 {
			run(1);
			let all = old.iter().chain(&new);
			order.extend(
				all.filter(|id| job(**id).assigned_at == Some(System::block_number() as u32)),
			);
		}
		let kinds: Vec<bool> = order.iter().map(|id| old.contains(id)).collect();
		assert!(
			kinds == [true, false, true, false, true, false]
				|| kinds == [false, true, false, true, false, true],
			"{kinds:?}"
		);
	});
}
