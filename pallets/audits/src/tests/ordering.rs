//! Audits that governance orders.

use crate::{mock::*, Call, Error, Event, Tally};
use concordat_primitives::{
	cac::FailureCode,
	clause::ExecutionMode,
	job::{JobInput, JobStatus, SeatState},
	traits::OpenError,
	workflow::JobParent,
	AccountId, Hash,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn governance_should_have_a_job_audited_whatever_the_draw_says() {
	ExtBuilder::default().rate(rates(0)).build_and_execute(|| {
		add_job(1);
		assert_ok!(audit(1));
		let by = FIRST_AUDIT;
		assert_eq!(events(), vec![Event::AuditOpened { job: 1, by, node: NODE }]);
		assert_eq!(report(1).node, NODE);
		assert_eq!((totals().ordered, totals().opened), (1, 1));
	});
}

#[test]
fn nobody_else_should_order_audits() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		for who in [RuntimeOrigin::none(), RuntimeOrigin::signed(AccountId::new([1; 32]))] {
			assert_noop!(dispatch(who, Call::audit { job: 1 }), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn one_node_alone_should_have_run_it() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(audit(1), Error::<Test>::Gone);
		add_job(1);
		change_terms(1, |terms| terms.mode = ExecutionMode::Quorum { k: 2, n: 3 });
		assert_noop!(audit(1), Error::<Test>::NotSingle);
		add_job(2);
		change_terms(2, |terms| terms.seats.try_push(seat(NODE + 1)).unwrap());
		assert_noop!(audit(2), Error::<Test>::NotSingle);
		add_job(3);
		change_terms(3, |terms| terms.seats.clear());
		assert_noop!(audit(3), Error::<Test>::NotSingle);
		// One of one is one node too.
		add_job(5);
		change_terms(5, |terms| terms.mode = ExecutionMode::Quorum { k: 1, n: 1 });
		assert_ok!(audit(5));
		// A seat that has not delivered says nothing.
		add_job(4);
		change_terms(4, |terms| {
			let mut silent = seat(NODE + 1);
			silent.state = SeatState::Assigned;
			terms.seats.try_insert(0, silent).unwrap();
		});
		assert_ok!(audit(4));
		assert_eq!(report(4).node, NODE);
	});
}

#[test]
fn a_job_should_be_audited_again_unless_it_is_being_or_has_failed() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let by = audited(1);
		assert_noop!(audit(1), Error::<Test>::Known);
		end_job(by, completed(OUTPUT));
		let by = audited(1);
		end_job(by, concordat_primitives::traits::JobEnd::Failed(JobStatus::Expired));
		let by = audited(1);
		end_job(by, completed(OTHER));
		assert_noop!(audit(1), Error::<Test>::Known);
		let all = totals();
		assert_eq!((all.opened, all.confirmed, all.undecided, all.failed), (3, 1, 1, 1));
		assert_eq!(slashes().len(), 1);
	});
}

#[test]
fn an_audit_that_was_ordered_should_spare_the_drawn_one() {
	ExtBuilder::default().build_and_execute(|| {
		decided(add_job(1));
		audited(1);
		run_to(START + 1);
		assert_eq!((totals().opened, totals().skipped), (1, 1));
	});
}

#[test]
fn governance_should_hear_why_a_job_cannot_be_audited() {
	ExtBuilder::default().build_and_execute(|| {
		let commitment = Hash::repeat_byte(2);
		add_job(1);
		change_order(1, |order| order.input = Some(JobInput::Sealed { commitment, len: 9 }));
		assert_noop!(audit(1), Error::<Test>::Sealed);
		add_job(2);
		change_order(2, |order| order.input = None);
		assert_noop!(audit(2), Error::<Test>::Gone);
		add_job(3);
		set_tally(3, Some(Tally::Err(FailureCode::Timeout)));
		assert_noop!(audit(3), Error::<Test>::NotComparable);
		add_job(4);
		depend(4, &[(20, OUTPUT)]);
		set_tally(20, None);
		assert_noop!(audit(4), Error::<Test>::Dependencies);
		add_job(5);
		change_terms(5, |terms| terms.program = OTHER);
		assert_noop!(audit(5), Error::<Test>::ClauseChanged);
		add_job(6);
		change_order(6, |order| order.parent = Some(JobParent::Audit { job: 1 }));
		assert_noop!(audit(6), Error::<Test>::IsAudit);
		add_job(8);
		change_terms(8, |terms| terms.status = JobStatus::Overridden);
		assert_noop!(audit(8), Error::<Test>::Judged);
		add_job(7);
		OpenFails::set(Some(OpenError::Invalid(NO_MONEY)));
		assert_noop!(audit(7), NO_MONEY);
	});
}

#[test]
fn a_refusal_should_leave_no_trace_of_the_pallet() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let by = audited(1);
		end_job(by, completed(OUTPUT));
		let before = (report(1), totals());
		OpenFails::set(Some(OpenError::Refused(3)));
		assert_noop!(audit(1), Error::<Test>::Refused);
		assert_eq!((report(1), totals()), before);
	});
}
