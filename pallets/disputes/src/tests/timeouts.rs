//! Disputes that nobody judges in time.

use crate::{
	mock::*, Agenda, CarryOver, DisputeStatus, Error, Event, OpenOfJob, Params, Resolution, Verdict,
};
use concordat_primitives::job::JobStatus;
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use sp_runtime::Permill;

fn state(id: u32) -> u8 {
	crate::Disputes::<Test>::get(id).unwrap().status.code()
}

#[test]
fn a_dispute_should_resolve_as_wonky_when_nobody_judges_in_time() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		events();
		run_to(10 + DURATION - 1);
		assert_eq!((state(id), held(&ANNA), events()), (0, BOND, vec![]));

		run_to(10 + DURATION);
		let resolution = Resolution::TimedOut;
		assert_eq!(
			crate::Disputes::<Test>::get(id).unwrap().status,
			DisputeStatus::Resolved { at: 10 + DURATION, resolution: resolution.clone() }
		);
		assert_eq!(held(&ANNA), 0);
		assert_eq!(Balances::free_balance(ANNA), FUNDS);
		assert_eq!(job_status(DONE), JobStatus::Completed);
		assert_eq!(OpenOfJob::<Test>::get(DONE), None);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
		assert_eq!(receipts(id), vec![(DONE, EVIDENCE, 0), (DONE, EVIDENCE, 4)]);
		assert_eq!(
			events(),
			vec![
				Event::BondReturned { dispute: id, opener: ANNA, amount: BOND },
				Event::DisputeResolved { dispute: id, job: DONE, resolution },
			]
		);
		assert_noop!(resolve(id, Verdict::Rejected), Error::<Test>::AlreadyResolved);
	});
}

#[test]
fn a_share_of_the_bond_should_be_lost_when_nobody_judges_what_stopped_nodes_at_work() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(RUNNING);
		events();
		run_to(10 + DURATION);
		assert_eq!((state(id), held(&ANNA)), (4, 0));
		assert_eq!(Balances::free_balance(ANNA), FUNDS - LOST);
		assert_eq!(Balances::free_balance(TREASURY), LOST);
		assert_eq!(job_status(RUNNING), JobStatus::Running);
		assert_eq!(
			events(),
			vec![
				Event::BondForfeited { dispute: id, opener: ANNA, amount: LOST },
				Event::BondReturned { dispute: id, opener: ANNA, amount: BOND - LOST },
				Event::DisputeResolved {
					dispute: id,
					job: RUNNING,
					resolution: Resolution::TimedOut
				},
			]
		);
		// The next one costs twice as much, and is lost in the same proportion.
		let id = opened(RUNNING);
		run_to(10 + 2 * DURATION);
		assert_eq!((state(id), held(&ANNA)), (4, 0));
		assert_eq!(Balances::free_balance(TREASURY), 3 * LOST);
	});
}

#[test]
fn nothing_should_be_lost_when_a_verdict_comes_in_time() {
	for (verdict, back) in [(Verdict::Wonky, BOND), (upheld(&[]), BOND), (Verdict::Rejected, 0)] {
		ExtBuilder::default().build_and_execute(|| {
			let id = opened(RUNNING);
			run_to(10 + DURATION - 1);
			assert_ok!(resolve(id, verdict));
			assert_eq!(held(&ANNA), 0);
			assert_eq!(Balances::free_balance(ANNA), FUNDS - BOND + back);
			assert_eq!(Balances::free_balance(TREASURY), BOND - back);
		});
	}
}

#[test]
fn a_share_that_the_treasury_cannot_take_should_return_with_the_rest() {
	ExtBuilder::default().build_and_execute(|| {
		crate::Parameters::<Test>::mutate(|params| params.run_forfeit = Permill::from_percent(1));
		let id = opened(RUNNING);
		// One unit is less than an account can have.
		assert_eq!(crate::Disputes::<Test>::get(id).unwrap().forfeit, ED - 1);
		run_to(10 + DURATION);
		assert_eq!((state(id), held(&ANNA)), (4, 0));
		assert_eq!(Balances::free_balance(ANNA), FUNDS);
	});
}

#[test]
fn the_bonds_of_other_disputes_should_stay_when_one_is_parted() {
	ExtBuilder::default().build_and_execute(|| {
		let running = opened(RUNNING);
		System::set_block_number(15);
		let done = opened(DONE);
		run_to(10 + DURATION);
		assert_eq!((state(running), state(done)), (4, 0));
		assert_eq!(held(&ANNA), BOND);
		assert_eq!(Balances::free_balance(ANNA), FUNDS - LOST - BOND);
	});
}

#[test]
fn a_judged_dispute_should_not_time_out() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		assert_ok!(resolve(id, Verdict::Rejected));
		events();
		run_to(10 + 2 * DURATION);
		assert_eq!(state(id), 1);
		assert_eq!(events(), vec![]);
	});
}

#[test]
fn what_does_not_fit_a_block_should_be_carried_over() {
	ExtBuilder::default().max_open(9).build_and_execute(|| {
		let until = 10 + DURATION;
		let ids: Vec<_> = [DONE, RUNNING, EXTRA[0]].map(opened).to_vec();
		System::set_block_number(11);
		let later = opened(EXTRA[1]);
		HookWeight::set(share(1));
		let timed_out = |ids: &[u32]| ids.iter().filter(|id| state(**id) == 4).count();

		run_to(until);
		assert_eq!((timed_out(&ids), CarryOver::<Test>::get()), (1, Some(until)));
		run_to(until + 1);
		assert_eq!((timed_out(&ids), CarryOver::<Test>::get()), (2, Some(until)));
		// An open dispute that is late can still be judged.
		let late = ids.iter().find(|id| state(**id) == 0).unwrap();
		assert_ok!(resolve(*late, Verdict::Rejected));
		assert_eq!(state(later), 0);
		// The next block is reached, and its dispute, within two blocks of little room.
		run_to(until + 3);
		assert_eq!(state(later), 4);
		run_to(until + 9);
		assert_eq!(CarryOver::<Test>::get(), None);
	});
}

#[test]
fn several_should_time_out_in_one_block_when_they_fit() {
	ExtBuilder::default().max_open(9).build_and_execute(|| {
		let ids = [DONE, RUNNING, EXTRA[0]].map(opened);
		HookWeight::set(share(4));
		run_to(10 + DURATION);
		assert_eq!(ids.map(state), [4; 3]);
		assert_eq!(CarryOver::<Test>::get(), None);
	});
}

#[test]
fn nothing_should_be_lost_when_the_hook_has_no_room_at_all() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		run_to(10 + DURATION - 1);
		HookWeight::set(<() as crate::WeightInfo>::sweep_base());
		run_to(10 + DURATION + 3);
		assert_eq!((state(id), CarryOver::<Test>::get()), (0, Some(10 + DURATION)));
		HookWeight::set(Weight::MAX);
		run_to(10 + DURATION + 4);
		assert_eq!((state(id), CarryOver::<Test>::get()), (4, None));
	});
}

#[test]
fn a_dispute_should_close_when_the_job_does_not_thaw() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		forget_job(DONE);
		run_to(10 + DURATION);
		assert_eq!((state(id), held(&ANNA)), (4, 0));
		assert_eq!(OpenOfJob::<Test>::get(DONE), None);
	});
}

#[test]
fn an_open_dispute_should_keep_its_bond_and_timeout_when_the_parameters_change() {
	ExtBuilder::default().build_and_execute(|| {
		let old = opened(DONE);
		let params = Params { bond: 7, max_open: 5, max_duration: 2, run_forfeit: Permill::zero() };
		assert_ok!(Disputes::set_params(RuntimeOrigin::root(), params));
		let new = opened(RUNNING);
		assert_eq!(held(&ANNA), BOND + 7);
		run_to(12);
		assert_eq!((state(old), state(new), held(&ANNA)), (0, 4, BOND));
		run_to(10 + DURATION);
		assert_eq!((state(old), held(&ANNA)), (4, 0));
	});
}

#[test]
#[should_panic(expected = "at least one dispute in every block")]
fn a_hook_without_room_for_one_dispute_should_be_refused() {
	HookWeight::set(share(1) - Weight::from_parts(1, 0));
	Disputes::integrity_test();
}
