//! What happens when there is more to do than a block has room for.

use crate::{
	mock::*, Event, SkipReason, WeightInfo, MAX_PER_BLOCK, MAX_UNDRAWN, MAX_WAITING, PARTS,
};
use frame_support::{
	traits::Hooks,
	weights::{Weight, WeightMeter},
};

/// A hook's share that is enough for so many draws of candidates and openings.
fn share(draws: u64, opens: u64) -> Weight {
	<() as WeightInfo>::hook_base()
		+ (<() as WeightInfo>::draw() + Audits::look_weight()) * draws
		+ Audits::dearest_open_weight() * opens
}

#[test]
fn what_does_not_fit_the_list_should_be_counted_and_shown() {
	ExtBuilder::default().build_and_execute(|| {
		let most = u64::from(MAX_UNDRAWN);
		for job in 1..=most {
			decided(job);
		}
		assert_eq!((events(), totals().overflowed), (vec![], 0));
		for job in [most + 1, most + 2] {
			decided(job);
			let reason = SkipReason::Overflow;
			assert_eq!(events(), vec![Event::AuditSkipped { job, node: NODE, reason }]);
		}
		assert_eq!(totals().overflowed, 2);
		assert_eq!(undrawn().len() as u64, most);
	});
}

#[test]
fn drawn_jobs_beyond_what_can_wait_should_be_counted_and_shown() {
	ExtBuilder::default().max_per_block(1).build_and_execute(|| {
		let most = u64::from(MAX_WAITING);
		for job in 1..=most + 2 {
			decided(add_job(job));
		}
		events();
		run_to(START + 1);
		let skipped: Vec<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::AuditSkipped { job, reason: SkipReason::NoRoom, .. } => Some(job),
				_ => None,
			})
			.collect();
		assert_eq!(skipped, vec![most + 1, most + 2]);
		assert_eq!((totals().drawn, totals().skipped, totals().opened), (most + 2, 2, 1));
		assert_eq!(waiting().len() as u64, most - 1);
	});
}

#[test]
fn no_more_should_be_opened_in_a_block_than_governance_allows() {
	ExtBuilder::default().max_per_block(2).build_and_execute(|| {
		for job in 1..=5 {
			decided(add_job(job));
		}
		run_to(START + 1);
		assert_eq!((reported(), waiting()), (vec![1, 2], vec![3, 4, 5]));
		run_to(START + 2);
		assert_eq!((reported(), waiting()), (vec![1, 2, 3, 4], vec![5]));
		run_to(START + 3);
		assert_eq!((reported(), waiting()), (vec![1, 2, 3, 4, 5], vec![]));
		assert!(!crate::Waiting::<Test>::exists());
	});
}

#[test]
fn no_more_should_run_at_a_time_than_governance_allows() {
	ExtBuilder::default().max_running(2).build_and_execute(|| {
		for job in 1..=4 {
			decided(add_job(job));
		}
		run_to(START + 3);
		assert_eq!((reported(), waiting()), (vec![1, 2], vec![3, 4]));
		end_job(report(2).by, completed(OUTPUT));
		run_to(START + 6);
		assert_eq!((reported(), waiting()), (vec![1, 2, 3], vec![4]));
		// What governance orders does not wait.
		audited(add_job(9));
		assert_eq!(totals().running(), 3);
	});
}

#[test]
fn what_cannot_be_opened_should_not_use_up_what_governance_allows() {
	ExtBuilder::default().max_per_block(1).build_and_execute(|| {
		for job in [1, 2, 3] {
			decided(job);
		}
		decided(add_job(4));
		run_to(START + 1);
		assert_eq!((reported(), totals().skipped), (vec![4], 3));
	});
}

#[test]
fn what_does_not_fit_a_block_should_wait_for_the_next_one_and_its_seed() {
	ExtBuilder::default().max_per_block(MAX_PER_BLOCK).build_and_execute(|| {
		for job in 1..=4 {
			decided(add_job(job));
		}
		// Room for two draws, with that for one opening kept back.
		HookWeight::set(share(2, 1));
		run_to(START + 1);
		assert_eq!((undrawn(), waiting(), reported()), (vec![3, 4], vec![2], vec![1]));
		run_to(START + 2);
		assert_eq!((undrawn(), waiting(), reported()), (vec![], vec![3, 4], vec![1, 2]));
		run_to(START + 4);
		assert_eq!((undrawn(), waiting(), reported()), (vec![], vec![], vec![1, 2, 3, 4]));
	});
}

#[test]
fn draws_should_not_keep_openings_waiting() {
	ExtBuilder::default().build_and_execute(|| {
		HookWeight::set(Audits::least_hook_weight());
		for job in 1..=10u64 {
			decided(add_job(job));
			decided(add_job(100 + job));
			run_to(START + job as u32);
			assert_eq!(totals().opened, job, "one in every block, however many are decided");
		}
	});
}

#[test]
fn a_small_input_should_use_less_of_the_share() {
	ExtBuilder::default().build_and_execute(|| {
		decided(add_job(1));
		let mut meter = WeightMeter::with_limit(Weight::MAX);
		System::set_block_number(START + 1);
		Audits::work_off(&mut meter);
		let most = share(1, 1);
		assert_eq!(
			most.ref_time() - meter.consumed().ref_time(),
			u64::from(concordat_primitives::clause::MAX_INPUT_BYTES) - INPUT.len() as u64
		);
	});
}

#[test]
fn a_hook_without_room_should_change_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		decided(add_job(1));
		HookWeight::set(<() as WeightInfo>::hook_base());
		run_to(START + 3);
		assert_eq!((undrawn(), reported()), (vec![1], vec![]));
		HookWeight::set(Audits::least_hook_weight());
		run_to(START + 4);
		assert_eq!((undrawn(), reported()), (vec![], vec![1]));
	});
}

#[test]
fn jobs_that_wait_should_be_drawn_at_the_rate_of_the_day() {
	ExtBuilder::default().rate(rates(0)).build_and_execute(|| {
		decided(add_job(1));
		crate::Parameters::<Test>::mutate(|params| params.rate = rates(PARTS));
		run_to(START + 1);
		assert_eq!(reported(), vec![1]);
	});
}

#[test]
#[should_panic(expected = "at least one audit in every block")]
fn a_hook_without_room_for_one_audit_should_be_refused() {
	HookWeight::set(Audits::least_hook_weight() - Weight::from_parts(1, 0));
	Audits::integrity_test();
}

#[test]
fn clients_should_see_how_many_wait() {
	ExtBuilder::default().max_per_block(1).build_and_execute(|| {
		for job in 1..=3 {
			decided(add_job(job));
		}
		assert_eq!(Audits::queued(), (3, 0));
		run_to(START + 1);
		assert_eq!(Audits::queued(), (0, 2));
	});
}
