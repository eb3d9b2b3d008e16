//! Opening a dispute.

use crate::{
	mock::*, Agenda, Dispute, DisputeClass, DisputeStatus, Error, Event, NextDispute,
	OpenOfAccount, OpenOfJob, Verdict,
};
use concordat_primitives::{cac::CacV1, job::JobStatus};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_core::Pair;
use sp_runtime::{traits::BadOrigin, ArithmeticError, TokenError};

#[test]
fn a_dispute_should_hold_the_bond_and_freeze_the_job_when_it_is_opened() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(open(ANNA, DONE));
		let until = 10 + DURATION;
		assert_eq!(
			crate::Disputes::<Test>::get(0),
			Some(Dispute {
				job: DONE,
				opener: Some(ANNA),
				class: DisputeClass::Performance,
				evidence: EVIDENCE,
				bond: BOND,
				forfeit: 0,
				opened_at: 10,
				status: DisputeStatus::Open { until },
			})
		);
		assert_eq!(held(&ANNA), BOND);
		assert_eq!(job_status(DONE), JobStatus::Disputed);
		assert_eq!(OpenOfJob::<Test>::get(DONE), Some(0));
		assert_eq!(OpenOfAccount::<Test>::get(ANNA), 1);
		assert!(Agenda::<Test>::contains_key(until, 0));
		assert_eq!(receipts(0), vec![(DONE, EVIDENCE, 0)]);
		assert_eq!(
			events(),
			vec![Event::DisputeOpened {
				dispute: 0,
				job: DONE,
				opener: ANNA,
				class: DisputeClass::Performance,
				evidence: EVIDENCE,
				bond: BOND,
				until,
			}]
		);
	});
}

#[test]
fn a_dispute_should_need_a_signature() {
	ExtBuilder::default().build_and_execute(|| {
		let call =
			|| crate::Call::open { job: DONE, evidence: EVIDENCE, class: DisputeClass::Scheduling };
		assert_noop!(dispatch(RuntimeOrigin::root(), call()), BadOrigin);
		assert_noop!(dispatch(RuntimeOrigin::none(), call()), BadOrigin);
	});
}

#[test]
fn a_job_should_have_one_open_dispute_at_a_time() {
	ExtBuilder::default().build_and_execute(|| {
		let id = opened(DONE);
		assert_noop!(open(BERT, DONE), Error::<Test>::AlreadyDisputed);
		assert_ok!(resolve(id, Verdict::Wonky));
		assert_ok!(open(BERT, DONE));
	});
}

#[test]
fn a_job_that_nodes_work_on_should_be_disputed_by_those_concerned_alone() {
	for status in [JobStatus::Scheduled, JobStatus::Running] {
		ExtBuilder::default().build_and_execute(|| {
			add_job(RUNNING, status);
			let work = |node| CacV1 { job: RUNNING, node, ..body(b"") };
			seat(&work(7), pair(1).public().0);
			seat(&work(8), pair(2).public().0);
			set_controller(8, BERT);
			set_controller(9, TREASURY);
			for stranger in [ARBITER, POOR, TREASURY] {
				assert_noop!(open(stranger, RUNNING), Error::<Test>::NotConcerned);
			}
			// Who controls a seated node.
			assert_ok!(open(BERT, RUNNING));
			assert_eq!(job_status(RUNNING), JobStatus::Disputed);
			assert_eq!(crate::Disputes::<Test>::get(0).unwrap().forfeit, LOST);
			assert_ok!(resolve(0, Verdict::Wonky));
			// Who asked for it; the bond has doubled, and so has what may be lost of it.
			assert_ok!(open(ANNA, RUNNING));
			assert_eq!(crate::Disputes::<Test>::get(1).unwrap().forfeit, 2 * LOST);
			assert_ok!(resolve(1, Verdict::Wonky));
			// Who has lost the seat has lost the say.
			add_job(RUNNING, status);
			assert_noop!(open(BERT, RUNNING), Error::<Test>::NotConcerned);
		});
	}
}

#[test]
fn a_result_should_be_disputed_by_anybody() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(open(BERT, DONE));
		assert_eq!(crate::Disputes::<Test>::get(0).unwrap().forfeit, 0);
	});
}

#[test]
fn the_refusals_of_the_job_board_should_come_through() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(open(ANNA, UNKNOWN), NO_JOB);
		assert_noop!(open(ANNA, FAILED), NOT_DISPUTABLE);
	});
}

#[test]
fn a_job_should_stay_unfrozen_when_the_bond_cannot_be_held() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(open(POOR, DONE), TokenError::FundsUnavailable);
		assert_eq!(job_status(DONE), JobStatus::Completed);
	});
}

#[test]
fn an_account_should_have_no_more_open_than_allowed() {
	ExtBuilder::default().build_and_execute(|| {
		let first = opened(DONE);
		opened(RUNNING);
		assert_noop!(open(ANNA, EXTRA[0]), Error::<Test>::TooManyOpen);
		// It counts by account.
		add_job(FAILED, JobStatus::Completed);
		assert_ok!(open(BERT, FAILED));
		// A resolved one makes room.
		assert_ok!(resolve(first, Verdict::Wonky));
		assert_ok!(open(ANNA, EXTRA[1]));
		assert_eq!(held(&ANNA), 2 * BOND);
	});
}

#[test]
fn the_bond_should_double_with_every_dispute_of_the_job_that_came_to_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		for (verdict, bond) in [
			(Some(Verdict::Wonky), BOND),
			(Some(Verdict::Rejected), 2 * BOND),
			(None, 4 * BOND),
			(Some(upheld(&[])), 8 * BOND),
		] {
			assert_eq!(Disputes::bond_for(DONE), bond);
			let id = opened(DONE);
			assert_eq!(held(&ANNA), bond);
			match verdict {
				Some(verdict) => {
					assert_ok!(resolve(id, verdict));
				},
				None => run_to(System::block_number() + DURATION),
			}
			assert_eq!(held(&ANNA), 0);
		}
		// An upheld one does not count against the next.
		assert_eq!(Disputes::bond_for(DONE), 8 * BOND);
		assert_eq!(Disputes::bond_for(RUNNING), BOND);
	});
}

#[test]
fn a_dispute_should_be_refused_when_numbers_run_out() {
	ExtBuilder::default().build().execute_with(|| {
		NextDispute::<Test>::put(u32::MAX);
		assert_noop!(open(ANNA, DONE), ArithmeticError::Overflow);
	});
}

#[test]
fn the_weight_should_include_what_others_do() {
	ExtBuilder::default().build_and_execute(|| {
		let weight = |call: crate::Call<Test>| call.get_dispatch_info().call_weight.ref_time();
		use crate::WeightInfo;
		let own = <() as WeightInfo>::open().ref_time();
		let call =
			crate::Call::open { job: 1, evidence: EVIDENCE, class: DisputeClass::Governance };
		assert_eq!(weight(call), own + 2 * 1_000 + 11 * 3 + 7);

		let own = |n| <() as WeightInfo>::resolve(n).ref_time();
		let resolve = |verdict| weight(crate::Call::resolve { dispute: 0, verdict });
		assert_eq!(resolve(Verdict::Wonky), own(0) + 1_000 + 7);
		let misconduct = concordat_primitives::node::Misconduct::NetworkAttack;
		let culprits = [(1, misconduct), (2, misconduct)];
		assert_eq!(resolve(upheld(&culprits)), own(2) + 1_000 + 7 + 20);
		let verdict = Verdict::Upheld { culprits: Default::default(), suspend_clause: true };
		assert_eq!(resolve(verdict), own(0) + 1_000 + 7 + 1_000 + 100);

		let own = <() as WeightInfo>::report_equivocation().ref_time();
		let cac = sign(body(b"a"), &pair(1));
		let call = crate::Call::report_equivocation {
			a: Box::new(cac.clone()),
			b: Box::new(cac),
			key: [0; 32],
		};
		assert_eq!(weight(call), own + 5 + 1_000 + 10 + 7);
	});
}
