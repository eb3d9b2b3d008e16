//! Disputes that the chain itself opens.

use crate::{
	mock::*, Agenda, CameToNothing, DisputeClass, DisputeStatus, Error, Event, NextDispute,
	OpenOfAccount, OpenOfJob, Resolution, Verdict,
};
use concordat_primitives::{
	job::JobStatus,
	node::Misconduct,
	traits::{AutoDisputes, ReceiptSink},
	DisputeId, JobId,
};
use frame_support::{assert_noop, assert_ok};

/// Lets the chain open a dispute and returns its number.
fn auto_opened(job: JobId) -> DisputeId {
	let id = NextDispute::<Test>::get();
	assert_ok!(<Disputes as AutoDisputes>::open(job, EVIDENCE));
	id
}

fn state(id: DisputeId) -> u8 {
	crate::Disputes::<Test>::get(id).unwrap().status.code()
}

#[test]
fn the_chain_should_open_a_dispute_without_opener_and_bond() {
	ExtBuilder::default().build_and_execute(|| {
		for job in [DONE, RUNNING] {
			let id = auto_opened(job);
			let record = crate::Disputes::<Test>::get(id).unwrap();
			assert_eq!((record.opener, record.bond, record.forfeit), (None, 0, 0));
			assert_eq!((record.class, record.evidence), (DisputeClass::Security, EVIDENCE));
			assert_eq!(record.status, DisputeStatus::Open { until: 10 + DURATION });
			assert_eq!(job_status(job), JobStatus::Disputed);
			assert_eq!(OpenOfJob::<Test>::get(job), Some(id));
			assert!(Agenda::<Test>::contains_key(10 + DURATION, id));
			assert_eq!(receipts(id), vec![(job, EVIDENCE, 0)]);
			assert_eq!(
				events(),
				vec![Event::AutoDisputeOpened {
					dispute: id,
					job,
					evidence: EVIDENCE,
					until: 10 + DURATION
				}]
			);
			let view = Disputes::view(id).unwrap();
			assert_eq!((view.opener, view.bond), (None, 0));
		}
		assert_eq!(OpenOfAccount::<Test>::iter().count(), 0);
	});
}

#[test]
fn the_chain_should_leave_a_job_alone_that_is_disputed_or_cannot_be() {
	ExtBuilder::default().build_and_execute(|| {
		opened(DONE);
		assert_noop!(
			<Disputes as AutoDisputes>::open(DONE, EVIDENCE),
			Error::<Test>::AlreadyDisputed
		);
		assert_noop!(<Disputes as AutoDisputes>::open(FAILED, EVIDENCE), NOT_DISPUTABLE);
		assert_noop!(<Disputes as AutoDisputes>::open(UNKNOWN, EVIDENCE), NO_JOB);
		auto_opened(RUNNING);
		// Nor can people dispute what the chain disputes.
		assert_noop!(open(ANNA, RUNNING), Error::<Test>::AlreadyDisputed);
	});
}

#[test]
fn nothing_should_stay_of_a_dispute_that_the_chain_cannot_open() {
	ExtBuilder::default().build_and_execute(|| {
		NextDispute::<Test>::put(DisputeId::MAX);
		assert_noop!(
			<Disputes as AutoDisputes>::open(DONE, EVIDENCE),
			sp_runtime::ArithmeticError::Overflow
		);
		assert_eq!(job_status(DONE), JobStatus::Completed);
		NextDispute::<Test>::put(0);
	});
}

#[test]
fn arbiters_should_judge_it_like_any_other_and_nobody_is_the_reporter() {
	ExtBuilder::default().build_and_execute(|| {
		let id = auto_opened(RUNNING);
		events();
		assert_ok!(resolve(id, upheld(&[(7, Misconduct::ConsensusFailure)])));
		assert_eq!(job_status(RUNNING), JobStatus::Slashed);
		assert_eq!(slashes(), vec![(7, Misconduct::ConsensusFailure, EVIDENCE, None)]);
		assert_eq!(receipts(id), vec![(RUNNING, EVIDENCE, 0), (RUNNING, EVIDENCE, 2)]);
		// No bond has moved: not even by nothing.
		let bonds = |event: &DisputesEvent| {
			matches!(event, Event::BondReturned { .. } | Event::BondForfeited { .. })
		};
		assert!(!events().iter().any(bonds));

		for (verdict, code) in [(Verdict::Rejected, 1), (Verdict::Wonky, 3)] {
			let id = auto_opened(DONE);
			assert_ok!(resolve(id, verdict));
			assert_eq!((state(id), job_status(DONE)), (code, JobStatus::Completed));
			assert!(!events().iter().any(bonds));
		}
		assert_eq!(Balances::free_balance(TREASURY), 0);
	});
}

#[test]
fn it_should_time_out_and_move_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = auto_opened(RUNNING);
		events();
		run_to(10 + DURATION - 1);
		assert_eq!((state(id), job_status(RUNNING)), (0, JobStatus::Disputed));
		run_to(10 + DURATION);
		assert_eq!((state(id), job_status(RUNNING)), (4, JobStatus::Running));
		assert_eq!(Agenda::<Test>::iter().count(), 0);
		let resolution = Resolution::TimedOut;
		assert_eq!(
			events(),
			vec![Event::DisputeResolved { dispute: id, job: RUNNING, resolution }]
		);
		assert_eq!(Balances::free_balance(TREASURY), 0);
	});
}

#[test]
fn the_bond_of_people_should_not_double_for_what_the_chain_opened() {
	ExtBuilder::default().build_and_execute(|| {
		for verdict in [Verdict::Rejected, Verdict::Wonky] {
			assert_ok!(resolve(auto_opened(DONE), verdict));
		}
		auto_opened(DONE);
		run_to(10 + DURATION);
		assert_eq!(CameToNothing::<Test>::get(DONE), 0);
		assert_eq!(Disputes::bond_for(DONE), BOND);
		// For what people open it does.
		assert_ok!(resolve(opened(DONE), Verdict::Wonky));
		assert_eq!(Disputes::bond_for(DONE), 2 * BOND);
	});
}

#[test]
fn its_weight_should_not_ask_the_board_for_its_own() {
	use crate::WeightInfo;
	// The board's contains it: they would ask each other for ever.
	let own = <() as WeightInfo>::auto_open().max(<() as WeightInfo>::overridden());
	assert_eq!(<Disputes as AutoDisputes>::weight(), own + <Mock as ReceiptSink>::weight());
}
