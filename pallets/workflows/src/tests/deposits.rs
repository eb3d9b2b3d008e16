//! Money: deposits, reserves, and nothing created or lost.

use crate::{mock::*, Error};
use concordat_primitives::{
	job::{FailureReason, JobInput},
	workflow::{StepInput, StepSpec, WorkflowKind, WorkflowSpec, WorkflowStatus},
	Balance,
};

const NONE: (Balance, Balance) = (0, 0);

#[test]
fn the_deposit_should_follow_from_steps_and_bytes() {
	ExtBuilder::default().build_and_execute(|| {
		submit(chain(3));
		let inputs = INPUT.len() as Balance;
		assert_eq!(held(&ALICE), (1_000 + 3 * 10 + inputs, 0));
	});
	ExtBuilder::default().build_and_execute(|| {
		let own = |bytes: &[u8]| StepSpec { input: StepInput::Own(input(bytes)), ..step(&[]) };
		let mut spec = workflow(WorkflowKind::Sequential, vec![own(b"abc"), own(b"de")]);
		let location = b"https://example.org/".to_vec();
		let kept = location.len() as Balance;
		spec.input = JobInput::External {
			commitment: Default::default(),
			len: 60_000,
			location: location.try_into().unwrap(),
		};
		submit(spec);
		assert_eq!(held(&ALICE).0, 1_000 + 2 * 10 + 5 + kept);
	});
}

#[test]
fn the_deposit_should_stay_until_the_records_go_whatever_the_parameters_become() {
	ExtBuilder::default().build_and_execute(|| {
		let id = submit(chain(1));
		let before = held(&ALICE);
		crate::Parameters::<Test>::mutate(|params| params.deposit_base = 5);
		complete(id, 0, 5);
		assert_eq!(held(&ALICE), before);
		run_to(START + params().retention);
		assert_eq!(held(&ALICE), NONE);
		// The mock's board keeps what a completed job cost.
		assert_eq!(Balances::free_balance(&ALICE), FUNDS - JOB_COST);
	});
}

#[test]
fn who_cannot_pay_should_submit_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		refused(|| submit_with(POOR, chain(1), 0), Error::CannotPay);
		refused(|| submit_with(ALICE, chain(1), FUNDS), Error::CannotPay);
	});
}

#[test]
fn an_account_should_have_so_many_live_workflows_and_no_more() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..8 {
			submit(chain(1));
		}
		refused(|| submit_with(ALICE, chain(1), 0), Error::TooManyLive);
		assert_eq!(submit_with(BOB, chain(1), 0), Ok(()));
		complete(3, 0, 5);
		assert_eq!(submit_with(ALICE, chain(1), 0), Ok(()));
	});
}

#[test]
fn a_reserve_should_pay_for_jobs_and_the_rest_come_back() {
	ExtBuilder::default().build_and_execute(|| {
		submit_with(ALICE, chain(2), 250).unwrap();
		assert_eq!(held(&ALICE).1, 250);
		idle();
		assert_eq!(held(&ALICE).1, 150);
		assert_eq!(Workflows::workflow(1).unwrap().reserve, 150);
		complete(1, 0, 5);
		assert_eq!(held(&ALICE).1, 50);
		complete(1, 1, 5);
		assert_eq!(held(&ALICE).1, 0);
		let (deposit, _) = held(&ALICE);
		assert_eq!(Balances::free_balance(&ALICE), FUNDS - deposit - 2 * JOB_COST);
	});
}

#[test]
fn a_reserve_should_be_there_when_the_owner_has_spent_the_rest() {
	use frame_support::traits::{fungible::Mutate, tokens::Preservation};
	let spend_all = || {
		let rest = Balances::free_balance(&ALICE) - ED;
		Balances::transfer(&ALICE, &BOB, rest, Preservation::Preserve).unwrap();
	};
	ExtBuilder::default().build_and_execute(|| {
		submit_with(ALICE, chain(2), 2 * JOB_COST).unwrap();
		spend_all();
		idle();
		complete(1, 0, 5);
		complete(1, 1, 5);
		assert_eq!(status(1), WorkflowStatus::Completed);
		assert_eq!(held(&ALICE).1, 0);
	});
}

#[test]
fn a_reserve_that_is_too_small_should_be_spent_first() {
	ExtBuilder::default().build_and_execute(|| {
		submit_with(ALICE, chain(2), JOB_COST + 30).unwrap();
		idle();
		complete(1, 0, 5);
		assert_eq!(held(&ALICE).1, 0);
		assert_eq!(running(1), [1]);
		let (deposit, _) = held(&ALICE);
		assert_eq!(Balances::free_balance(&ALICE), FUNDS - deposit - 2 * JOB_COST);
	});
}

#[test]
fn a_job_that_is_not_opened_should_cost_nothing_of_the_reserve() {
	ExtBuilder::default().build_and_execute(|| {
		BoardIsFull::set(true);
		submit_with(ALICE, chain(2), 250).unwrap();
		idle();
		assert_eq!(held(&ALICE).1, 250);
		BoardIsFull::set(false);
		FilterRefuses::set(Some(1));
		run_to(START + params().busy_pause);
		// The workflow failed: all of it is back.
		assert!(status(1).is_final());
		assert_eq!(held(&ALICE).1, 0);
		let (deposit, _) = held(&ALICE);
		assert_eq!(Balances::free_balance(&ALICE), FUNDS - deposit);
	});
}

#[test]
fn every_end_should_return_the_reserve() {
	let ends: [(&str, fn()); 3] = [
		("cancelled", || cancel(ALICE, 1).unwrap()),
		("expired", || run_to(START + 7)),
		("failed", || fail(1, 0, FailureReason::Silence)),
	];
	for (how, end) in ends {
		ExtBuilder::default().build_and_execute(|| {
			let spec = WorkflowSpec { timeout_blocks: Some(7), ..chain(2) };
			submit_with(ALICE, spec, 300).unwrap();
			idle();
			assert_eq!(held(&ALICE).1, 200);
			end();
			idle();
			assert_eq!(held(&ALICE).1, 0, "{how}");
			let (deposit, _) = held(&ALICE);
			// The board gave back what it held for a job without a result.
			assert_eq!(Balances::free_balance(&ALICE), FUNDS - deposit, "{how}");
		});
	}
}
