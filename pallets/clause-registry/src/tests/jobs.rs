//! What jobs do to their clause.

use crate::{mock::*, Clauses, Event};
use concordat_primitives::{
	clause::{ClauseStatus, SafeModeReason},
	hashing::program_hash,
	receipt::Operation,
	traits::{ClauseInspect, ClauseJobs, ReceiptSink},
	ClauseId,
};
use frame_support::{assert_ok, assert_storage_noop};

fn run(id: &ClauseId, success: Option<bool>) {
	ClauseRegistry::job_opened(id);
	ClauseRegistry::job_closed(id, success);
}

fn failures(id: &ClauseId) -> u32 {
	Clauses::<Test>::get(id).unwrap().failures
}

fn status(id: &ClauseId) -> ClauseStatus {
	Clauses::<Test>::get(id).unwrap().status
}

#[test]
fn open_jobs_should_be_counted() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		ClauseRegistry::job_opened(&id);
		ClauseRegistry::job_opened(&id);
		assert_eq!(ClauseRegistry::view(&id).unwrap().open_jobs, 2);
		ClauseRegistry::job_closed(&id, None);
		assert_eq!(ClauseRegistry::view(&id).unwrap().open_jobs, 1);
		ClauseRegistry::job_closed(&id, Some(true));
		assert_eq!(ClauseRegistry::view(&id).unwrap().open_jobs, 0);
		// A count never goes below zero, whatever is reported.
		ClauseRegistry::job_closed(&id, Some(true));
		assert_eq!(ClauseRegistry::view(&id).unwrap().open_jobs, 0);
		let kept = || Clauses::<Test>::get(&id).unwrap().kept_jobs;
		assert_eq!(kept(), 2);
		ClauseRegistry::job_pruned(&id);
		// A job that has not ended is not gone, whatever is reported.
		ClauseRegistry::job_opened(&id);
		ClauseRegistry::job_pruned(&id);
		assert_eq!(kept(), 1);
		ClauseRegistry::job_pruned(&id);
		assert_eq!(kept(), 1);
	});
}

#[test]
fn an_active_clause_should_fall_into_safe_mode_when_so_many_jobs_fail_in_a_row() {
	ExtBuilder::default().failure_threshold(3).build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		run(&id, Some(false));
		run(&id, Some(false));
		assert_eq!((status(&id), failures(&id)), (ClauseStatus::Active, 2));
		events();
		Receipts::take();
		run(&id, Some(false));
		let safe = ClauseStatus::SafeMode(SafeModeReason::Failures);
		assert_eq!(status(&id), safe);
		assert_eq!(events(), vec![Event::ClauseStatusChanged { id: id.clone(), status: safe }]);
		assert_eq!(
			Receipts::take(),
			vec![Operation::ClauseChanged { clause: id.clone(), status: safe }]
		);
		// Further failures of running jobs change nothing more.
		run(&id, Some(false));
		assert_eq!(events(), vec![]);
	});
}

#[test]
fn a_success_should_end_the_row_of_failures_and_silence_should_not_count() {
	ExtBuilder::default().failure_threshold(3).build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		run(&id, Some(false));
		run(&id, Some(false));
		run(&id, None);
		assert_eq!(failures(&id), 2);
		run(&id, Some(true));
		assert_eq!(failures(&id), 0);
		run(&id, Some(false));
		run(&id, Some(false));
		assert_eq!(status(&id), ClauseStatus::Active);
	});
}

#[test]
fn a_clause_out_of_safe_mode_should_start_counting_anew() {
	ExtBuilder::default().failure_threshold(2).build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		run(&id, Some(false));
		run(&id, Some(false));
		assert_ok!(ClauseRegistry::leave_safe_mode(RuntimeOrigin::signed(WHO), id.clone()));
		assert_eq!(failures(&id), 0);
		run(&id, Some(false));
		assert_eq!(status(&id), ClauseStatus::Active);
	});
}

#[test]
fn a_draft_or_retired_clause_should_not_be_moved_by_failures() {
	ExtBuilder::default().failure_threshold(1).build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		ClauseRegistry::job_opened(&id);
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
		ClauseRegistry::job_closed(&id, Some(false));
		assert_eq!(status(&id), ClauseStatus::Retired);
	});
}

#[test]
fn jobs_of_an_unknown_clause_should_change_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = clause("WHO::Rain@1.0");
		assert_storage_noop!(ClauseRegistry::job_opened(&id));
		assert_storage_noop!(ClauseRegistry::job_closed(&id, Some(false)));
		assert_storage_noop!(ClauseRegistry::job_pruned(&id));
	});
}

#[test]
fn the_program_should_be_readable_from_chain_and_only_from_there() {
	ExtBuilder::default().build_and_execute(|| {
		let id = clause("WHO::Rain@1.0");
		assert_eq!(<ClauseRegistry as ClauseInspect<_>>::program(&id), None);
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			id.clone(),
			Box::new(preimage_spec()),
			true
		));
		let program = <ClauseRegistry as ClauseInspect<_>>::program(&id).unwrap();
		assert_eq!(program, PROGRAM);
		let info = <ClauseRegistry as ClauseInspect<_>>::clause(&id).unwrap();
		assert_eq!(info.spec.program.hash, program_hash(&program));
		assert_eq!((info.owner, info.status), (WHO, ClauseStatus::Active));
		let elsewhere = register("WHO::Flood@1.0");
		assert_eq!(<ClauseRegistry as ClauseInspect<_>>::program(&elsewhere), None);
	});
}

#[test]
fn the_weight_of_a_report_should_cover_its_receipt() {
	use crate::WeightInfo;
	let closing = <ClauseRegistry as ClauseJobs>::weight_of_closing();
	assert_eq!(closing, <() as WeightInfo>::job_closed().saturating_add(ReceiptTrace::weight()));
	let weight = <ClauseRegistry as ClauseJobs>::weight();
	for part in [
		closing,
		<ClauseRegistry as ClauseJobs>::weight_of_opening(),
		<ClauseRegistry as ClauseJobs>::weight_of_pruning(),
		<() as WeightInfo>::suspend().saturating_add(ReceiptTrace::weight()),
	] {
		assert!(weight.all_gte(part));
	}
}
