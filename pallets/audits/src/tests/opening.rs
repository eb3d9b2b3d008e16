//! What is run again, and what cannot be.

use crate::{mock::*, Event, SkipReason, Tally, Totals, AUDIT_MODE};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ExecutionMode, RiskClass, TriggerKind},
	job::{JobConstraints, JobInput, JobStatus},
	traits::OpenError,
	trust::Originator,
	workflow::JobParent,
	Hash,
};

/// The job is drawn; the reason if it is not audited.
fn skipped(job: u64) -> Option<SkipReason> {
	events();
	decided(job);
	run_to(System::block_number() + 1);
	match events().as_slice() {
		[Event::AuditSkipped { job: skipped, node: NODE, reason }] => {
			assert_eq!(*skipped, job);
			Some(*reason)
		},
		[Event::AuditOpened { job: opened, node: NODE, .. }] => {
			assert_eq!(*opened, job);
			None
		},
		other => panic!("{other:?}"),
	}
}

#[test]
fn an_audit_should_ask_three_others_for_the_same_job() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		assert_eq!(skipped(1), None);
		let account = Audits::account();
		let expected = Request {
			requester: account.clone(),
			clause: clause(RiskClass::Low),
			input: JobInput::Inline(INPUT.to_vec().try_into().unwrap()),
			constraints: JobConstraints {
				trigger: TriggerKind::Schedule,
				excluded: vec![NODE].try_into().unwrap(),
				..Default::default()
			},
			originator: Originator::Account(account),
			parent: JobParent::Audit { job: 1 },
			dependencies: vec![],
			mode: Some(ExecutionMode::Quorum { k: 2, n: 3 }),
		};
		assert_eq!(request(FIRST_AUDIT), expected);
		assert_eq!(report(1).by, FIRST_AUDIT);
		assert_eq!(report(1).node, NODE);
		assert_eq!(report(1).running(), Some(Ok(OUTPUT)));
		assert_eq!(totals(), Totals { drawn: 1, opened: 1, ..Default::default() });
	});
}

#[test]
fn an_audit_should_commit_before_it_reveals() {
	assert!(AUDIT_MODE.commits() && AUDIT_MODE.is_valid());
}

#[test]
fn an_input_kept_elsewhere_should_be_fetched_again() {
	ExtBuilder::default().build_and_execute(|| {
		let input = JobInput::External {
			commitment: Hash::repeat_byte(2),
			len: 9,
			location: b"https://example.org/input".to_vec().try_into().unwrap(),
		};
		add_job(1);
		change_order(1, |order| order.input = Some(input.clone()));
		assert_eq!(skipped(1), None);
		assert_eq!(request(FIRST_AUDIT).input, input);
	});
}

#[test]
fn what_is_sealed_should_be_left_alone() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let commitment = Hash::repeat_byte(2);
		change_order(1, |order| order.input = Some(JobInput::Sealed { commitment, len: 9 }));
		assert_eq!(skipped(1), Some(SkipReason::Sealed));
		add_job(2);
		change_terms(2, |terms| terms.output_key = Some([4; 32]));
		assert_eq!(skipped(2), Some(SkipReason::Sealed));
	});
}

#[test]
fn outputs_that_the_job_depends_on_should_go_with_it() {
	ExtBuilder::default().build_and_execute(|| {
		let on = [(21, Hash::repeat_byte(21)), (20, Hash::repeat_byte(20))];
		add_job(1);
		depend(1, &on);
		assert_eq!(skipped(1), None);
		assert_eq!(request(FIRST_AUDIT).dependencies, on.to_vec());
	});
}

#[test]
fn a_job_should_be_left_alone_if_what_it_depends_on_is_gone_or_another() {
	ExtBuilder::default().build_and_execute(|| {
		let on = [(20, Hash::repeat_byte(20)), (21, Hash::repeat_byte(21))];
		for (job, tally) in
			[(1, None), (2, Some(Ok(OTHER))), (3, Some(Tally::Err(FailureCode::Trap)))]
		{
			add_job(job);
			depend(job, &on);
			set_tally(21, tally);
			assert_eq!(skipped(job), Some(SkipReason::Dependencies));
		}
	});
}

#[test]
fn a_job_without_record_result_or_input_should_be_left_alone() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		prune(1);
		assert_eq!(skipped(1), Some(SkipReason::Gone));
		add_job(2);
		set_tally(2, None);
		assert_eq!(skipped(2), Some(SkipReason::Gone));
		add_job(3);
		change_order(3, |order| order.input = None);
		assert_eq!(skipped(3), Some(SkipReason::Gone));
	});
}

#[test]
fn a_failure_that_depends_on_the_machine_should_not_be_held_against_anybody() {
	ExtBuilder::default().build_and_execute(|| {
		for (job, code) in
			[FailureCode::Timeout, FailureCode::InputMismatch, FailureCode::ContentUnavailable]
				.into_iter()
				.enumerate()
		{
			add_failure(job as u64, code);
			assert_eq!(skipped(job as u64), Some(SkipReason::NotComparable));
		}
		// One that every honest node sees is found again.
		add_failure(9, FailureCode::Trap);
		assert_eq!(skipped(9), None);
		assert_eq!(report(9).running(), Some(Err(FailureCode::Trap)));
	});
}

#[test]
fn nothing_should_be_compared_that_ran_another_program_or_within_other_limits() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		change_clause(|spec| spec.program.hash = Hash::repeat_byte(7));
		assert_eq!(skipped(1), Some(SkipReason::ClauseChanged));
		change_clause(|spec| {
			spec.program.hash = Hash::repeat_byte(1);
			spec.limits.fuel -= 1;
		});
		add_job(2);
		assert_eq!(skipped(2), Some(SkipReason::ClauseChanged));
		drop_clause();
		add_job(3);
		assert_eq!(skipped(3), Some(SkipReason::ClauseChanged));
	});
}

#[test]
fn a_job_should_not_be_audited_twice() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		assert_eq!(skipped(1), None);
		assert_eq!(skipped(1), Some(SkipReason::Known));
		end_job(FIRST_AUDIT, completed(OUTPUT));
		assert_eq!(skipped(1), Some(SkipReason::Known));
	});
}

#[test]
fn a_word_that_does_not_stand_any_more_should_not_be_held_against_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		// What is on record now is what was voted: the node has not said it.
		for (job, status) in [(1, JobStatus::Overridden), (2, JobStatus::Slashed)] {
			add_job(job);
			set_tally(job, Some(Ok(OTHER)));
			change_terms(job, |terms| terms.status = status);
			// The board drops the input of what is final.
			change_order(job, |order| order.input = None);
			assert_eq!(skipped(job), Some(SkipReason::Judged));
		}
		// As long as arbiters have not judged it stands.
		add_job(3);
		change_terms(3, |terms| terms.status = JobStatus::Disputed);
		assert_eq!(skipped(3), None);
	});
}

#[test]
fn an_audit_should_not_be_audited() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		change_order(1, |order| order.parent = Some(JobParent::Audit { job: 9 }));
		assert_eq!(skipped(1), Some(SkipReason::Audit));
		// What other pallets opened is audited like any other.
		add_job(2);
		change_order(2, |order| order.parent = Some(JobParent::Workflow { id: 1, step: 2 }));
		assert_eq!(skipped(2), None);
	});
}

#[test]
fn an_audit_that_cannot_be_paid_or_is_refused_should_show() {
	ExtBuilder::default().build_and_execute(|| {
		OpenFails::set(Some(OpenError::Invalid(NO_MONEY)));
		add_job(1);
		assert_eq!(skipped(1), Some(SkipReason::NotOpened(NO_MONEY)));
		OpenFails::set(Some(OpenError::Refused(4)));
		add_job(2);
		assert_eq!(skipped(2), Some(SkipReason::Refused(4)));
		assert!(reported().is_empty());
		assert_eq!(totals(), Totals { drawn: 2, skipped: 2, ..Default::default() });
	});
}
