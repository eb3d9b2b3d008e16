//! Funding, fees, and that a trigger never touches its owner's other money.

use crate::{mock::*, Call, Error, Event};
use concordat_primitives::bundle::trigger::{
	Cause, Condition, MissReason, StopReason, TriggerSpec, TriggerStatus,
};
use frame_support::{assert_ok, traits::fungible::Mutate};

fn funded(funding: u128) -> u32 {
	create(TriggerSpec { funding, ..spec(Condition::Manual) })
}

#[test]
fn a_job_is_paid_out_of_the_funding_and_the_rest_stays_set_aside() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = funded(1_000);
		let (deposit, _) = held(&ALICE);
		let (free, treasury) = (Balances::free_balance(&ALICE), Balances::free_balance(&TREASURY));
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!(held(&ALICE), (deposit, 1_000 - COST - FEE));
		assert_eq!(view(trigger).spec.funding, 1_000 - COST - FEE);
		assert_eq!(Balances::free_balance(&ALICE), free, "the owner's other money is untouched");
		assert_eq!(Balances::free_balance(&ESCROW), FUNDS + COST);
		assert_eq!(Balances::free_balance(&TREASURY), treasury + FEE);
	})
}

#[test]
fn a_job_that_costs_more_than_is_set_aside_is_not_opened_though_the_owner_is_rich() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = funded(COST + FEE - 1);
		let free = Balances::free_balance(&ALICE);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert!(jobs().is_empty());
		assert_eq!(Balances::free_balance(&ALICE), free);
		assert_eq!(Balances::free_balance(&ESCROW), FUNDS);
		assert_eq!(view(trigger).spec.funding, COST - 1, "but for the fee");
		// The fees of its other tries included, it can be paid for again.
		assert_ok!(signed(ALICE, Call::fund { trigger, amount: 1 + 2 * FEE }));
		run(5);
		assert_eq!(jobs().len(), 1);
	})
}

#[test]
fn exactly_enough_is_enough() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = funded(COST + FEE);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!((jobs().len(), view(trigger).spec.funding), (1, 0));
	})
}

#[test]
fn a_trigger_without_money_for_the_fee_does_no_work_and_stops() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = funded(FEE - 1);
		assert_ok!(fire(ALICE, trigger));
		events();
		run(1);
		assert_eq!(
			events(),
			[
				Event::FiringMissed {
					trigger,
					cause: Cause::Manual,
					reason: MissReason::NotFunded
				},
				Event::TriggerStopped { trigger, reason: StopReason::NotFunded }
			]
		);
		assert_eq!(view(trigger).status, TriggerStatus::Stopped(StopReason::NotFunded));
		assert_eq!(view(trigger).spec.funding, FEE - 1);
	})
}

#[test]
fn every_try_pays_its_fee_so_that_no_work_of_the_hook_is_free() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = funded(1_000);
		for (answer, tries) in [(Answer::Refuse(1), 1), (Answer::Fail, 3)] {
			let before = view(trigger).spec.funding;
			set_answer(answer);
			assert_ok!(fire(ALICE, trigger));
			run(20);
			assert_eq!(before - view(trigger).spec.funding, tries * FEE, "{answer:?}");
		}
	})
}

#[test]
fn a_job_that_can_not_be_opened_leaves_no_trace_in_the_owners_money() {
	ExtBuilder::default().build_and_execute(|| {
		set_cost(FUNDS * 2);
		let trigger = funded(1_000);
		let free = Balances::free_balance(&ALICE);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!(Balances::free_balance(&ALICE), free);
		assert_eq!(view(trigger).spec.funding, 1_000 - FEE);
	})
}

#[test]
fn the_owner_adds_and_takes_back_money() {
	ExtBuilder::default().build_and_execute(|| {
		let trigger = funded(100);
		assert_ok!(signed(ALICE, Call::fund { trigger, amount: 50 }));
		assert_ok!(signed(ALICE, Call::withdraw { trigger, amount: 120 }));
		assert_eq!(view(trigger).spec.funding, 30);
		refused(|| signed(ALICE, Call::withdraw { trigger, amount: 31 }), Error::FundingTooLow);
		refused(|| signed(ALICE, Call::fund { trigger, amount: FUNDS }), Error::CannotPay);
		refused(|| signed(BOB, Call::fund { trigger, amount: 1 }), Error::NotTriggerOwner);
		refused(|| signed(BOB, Call::withdraw { trigger, amount: 1 }), Error::NotTriggerOwner);
		refused(|| signed(ALICE, Call::fund { trigger: 9, amount: 1 }), Error::TriggerUnknown);
		assert_ok!(signed(ALICE, Call::withdraw { trigger, amount: 30 }));
	})
}

#[test]
fn the_funding_of_one_trigger_is_not_that_of_another() {
	ExtBuilder::default().build_and_execute(|| {
		let (poor, rich) = (funded(50), funded(1_000));
		assert_ok!(fire(ALICE, poor));
		assert_ok!(fire(ALICE, rich));
		run(1);
		assert_eq!((counts(poor).0, counts(rich).0), (0, 1));
		assert_eq!(view(rich).spec.funding, 1_000 - COST - FEE);
	})
}

#[test]
fn a_fee_that_nobody_can_receive_stops_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		// A destination that does not exist, and a fee below what an account needs to exist.
		assert_ok!(root(Call::set_params { params: crate::Params { firing_fee: 0, ..params() } }));
		Balances::set_balance(&TREASURY, 0);
		let trigger = funded(COST);
		assert_ok!(fire(ALICE, trigger));
		run(1);
		assert_eq!(jobs().len(), 1);
	})
}
