//! A sovereign vote about a job ends the dispute about it.

use crate::{
	mock::*, Agenda, CameToNothing, DisputeStatus, Error, Event, OpenOfAccount, OpenOfJob,
	Resolution, Verdict,
};
use concordat_primitives::{job::JobStatus, traits::AutoDisputes};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_vote_about_the_job_should_end_its_dispute_and_return_the_bond() {
	ExtBuilder::default().build_and_execute(|| {
		let (id, other) = (opened(RUNNING), opened(DONE));
		events();
		override_job(RUNNING);
		<Disputes as AutoDisputes>::overridden(RUNNING);
		let resolution = Resolution::Overridden;
		assert_eq!(
			crate::Disputes::<Test>::get(id).unwrap().status,
			DisputeStatus::Resolved { at: 10, resolution: resolution.clone() }
		);
		// Nodes were at work, and nobody judged: still nothing is lost.
		assert_eq!(held(&ANNA), BOND);
		assert_eq!(Balances::free_balance(ANNA), FUNDS - BOND);
		assert_eq!(receipts(id), vec![(RUNNING, EVIDENCE, 0), (RUNNING, EVIDENCE, 6)]);
		assert_eq!(
			events(),
			vec![
				Event::BondReturned { dispute: id, opener: ANNA, amount: BOND },
				Event::DisputeResolved { dispute: id, job: RUNNING, resolution },
			]
		);
		assert_eq!(
			Disputes::view(id).unwrap().state,
			"resolved in block 10: overridden by a sovereign vote"
		);
		// The other dispute goes on.
		assert_eq!(OpenOfJob::<Test>::iter().collect::<Vec<_>>(), vec![(DONE, other)]);
		assert_eq!(Agenda::<Test>::iter().count(), 1);
		assert_eq!(OpenOfAccount::<Test>::get(ANNA), 1);
	});
}

#[test]
fn the_job_should_be_left_as_the_vote_has_made_it() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		override_job(DONE);
		<Disputes as AutoDisputes>::overridden(DONE);
		assert_eq!(job_status(DONE), JobStatus::Overridden);
		assert_noop!(resolve(id, Verdict::Rejected), Error::<Test>::AlreadyResolved);
		// Nor does it thaw when its time would have been over.
		run_to(10 + 2 * DURATION);
		assert_eq!(job_status(DONE), JobStatus::Overridden);
		assert_eq!(receipts(id).len(), 2);
	});
}

#[test]
fn a_dispute_of_the_chain_should_end_without_a_bond() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(<Disputes as AutoDisputes>::open(DONE, EVIDENCE));
		events();
		override_job(DONE);
		<Disputes as AutoDisputes>::overridden(DONE);
		let resolution = Resolution::Overridden;
		assert_eq!(events(), vec![Event::DisputeResolved { dispute: 0, job: DONE, resolution }]);
	});
}

#[test]
fn an_overridden_dispute_should_not_count_as_one_that_came_to_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		opened(DONE);
		override_job(DONE);
		<Disputes as AutoDisputes>::overridden(DONE);
		assert_eq!(CameToNothing::<Test>::get(DONE), 0);
	});
}

#[test]
fn a_vote_about_a_job_without_an_open_dispute_should_change_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		assert_ok!(resolve(id, Verdict::Rejected));
		let before = crate::Disputes::<Test>::get(id);
		events();
		for job in [DONE, RUNNING, UNKNOWN] {
			<Disputes as AutoDisputes>::overridden(job);
		}
		assert_eq!(events(), vec![]);
		assert_eq!(crate::Disputes::<Test>::get(id), before);
	});
}

#[test]
fn a_dispute_should_end_even_if_its_bond_is_gone() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		lose_bond(&ANNA);
		override_job(DONE);
		<Disputes as AutoDisputes>::overridden(DONE);
		assert_eq!(crate::Disputes::<Test>::get(id).unwrap().status.code(), 6);
		assert_eq!(OpenOfJob::<Test>::get(DONE), None);
	});
}
