//! What an audit has found, and what follows.

use crate::{evidence, mock::*, AuditState, Event, Report, Tally, Totals};
use concordat_primitives::{
	cac::FailureCode,
	hashing::tagged,
	job::{FailureReason, JobStatus},
	node::Misconduct,
	receipt::Operation,
	traits::{JobEnd, JobOutcomes},
	workflow::JobParent,
	Hash, JobId,
};

fn program(code: FailureCode) -> JobEnd {
	JobEnd::Failed(JobStatus::Failed(FailureReason::Program(code)))
}

/// What the one had said and what the others find.
fn ends(said: Tally, end: JobEnd) -> (JobId, JobId) {
	match said {
		Ok(output) => {
			add_job(1);
			set_tally(1, Some(Ok(output)));
		},
		Err(code) => add_failure(1, code),
	}
	let by = audited(1);
	events();
	end_job(by, end);
	(1, by)
}

#[test]
fn the_same_output_should_confirm_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		let (job, by) = ends(Ok(OUTPUT), completed(OUTPUT));
		assert_eq!(events(), vec![Event::AuditConfirmed { job, by, node: NODE }]);
		assert_eq!((slashes(), job_status(job)), (vec![], JobStatus::Completed));
		let confirmed = Some(true);
		assert_eq!(receipts(), vec![Operation::Audited { job, by, node: NODE, confirmed }]);
		let state = AuditState::Ended { at: START, confirmed };
		assert_eq!(Audits::view(job), Some(Report { node: NODE, by, state }));
		assert_eq!(totals(), Totals { ordered: 1, opened: 1, confirmed: 1, ..Default::default() });
	});
}

#[test]
fn another_output_should_cost_the_node_its_stake_and_the_job_its_result() {
	ExtBuilder::default().build_and_execute(|| {
		let (job, by) = ends(Ok(OUTPUT), completed(OTHER));
		let evidence = evidence(job, by, &Ok(OUTPUT), &Ok(OTHER));
		assert_eq!(slashes(), vec![(NODE, Misconduct::ConsensusFailure, evidence, None)]);
		assert_eq!(job_status(job), JobStatus::Slashed);
		let confirmed = Some(false);
		assert_eq!(receipts(), vec![Operation::Audited { job, by, node: NODE, confirmed }]);
		assert_eq!(
			events(),
			vec![
				Event::AuditFailed { job, by, node: NODE, evidence },
				Event::NodeSlashed { job, node: NODE, frozen: SLASH },
				Event::ResultRevoked { job },
			]
		);
		assert_eq!(totals(), Totals { ordered: 1, opened: 1, failed: 1, ..Default::default() });
		assert!(Audits::view(job).unwrap().has_failed());
	});
}

#[test]
fn a_failure_in_place_of_an_output_should_count_as_different_and_the_reverse() {
	for (said, end, found) in [
		(Ok(OUTPUT), program(FailureCode::Trap), Err(FailureCode::Trap)),
		(Err(FailureCode::Trap), completed(OUTPUT), Ok(OUTPUT)),
		(
			Err(FailureCode::Trap),
			program(FailureCode::FuelExhausted),
			Err(FailureCode::FuelExhausted),
		),
		(
			Err(FailureCode::Program(1)),
			program(FailureCode::Program(2)),
			Err(FailureCode::Program(2)),
		),
	] {
		ExtBuilder::default().build_and_execute(|| {
			let (job, by) = ends(said, end);
			assert_eq!(finding_of(job), Some(false), "{said:?} {found:?}");
			let evidence = evidence(job, by, &said, &found);
			assert_eq!(slashes(), vec![(NODE, Misconduct::ConsensusFailure, evidence, None)]);
			// A failure has no result that could be taken back, and nobody tries.
			let events = events();
			let revoked = events.contains(&Event::ResultRevoked { job });
			let tried = |event: &AuditsEvent| matches!(event, Event::ResultNotRevoked { .. });
			assert_eq!((revoked, events.iter().any(tried)), (said.is_ok(), false));
			assert_eq!(job_status(job) == JobStatus::Slashed, said.is_ok());
		});
	}
}

#[test]
fn the_same_failure_should_confirm_the_node() {
	ExtBuilder::default().build_and_execute(|| {
		let (job, _) = ends(Err(FailureCode::Program(3)), program(FailureCode::Program(3)));
		assert_eq!((finding_of(job), slashes()), (Some(true), vec![]));
	});
}

#[test]
fn nobody_should_be_blamed_when_the_others_cannot_tell() {
	for status in [
		JobStatus::Failed(FailureReason::NoQuorum),
		JobStatus::Failed(FailureReason::Silence),
		JobStatus::Failed(FailureReason::Governance),
		JobStatus::Expired,
		JobStatus::Cancelled,
		JobStatus::Overridden,
		JobStatus::Slashed,
		// Honest nodes need not see these alike.
		JobStatus::Failed(FailureReason::Program(FailureCode::Timeout)),
		JobStatus::Failed(FailureReason::Program(FailureCode::InputMismatch)),
		JobStatus::Failed(FailureReason::Program(FailureCode::ContentUnavailable)),
	] {
		ExtBuilder::default().build_and_execute(|| {
			let (job, by) = ends(Ok(OUTPUT), JobEnd::Failed(status));
			assert_eq!(finding_of(job), None, "{status:?}");
			assert_eq!(events(), vec![Event::AuditUndecided { job, by, node: NODE }]);
			assert_eq!((slashes(), job_status(job)), (vec![], JobStatus::Completed));
			let confirmed = None;
			assert_eq!(receipts(), vec![Operation::Audited { job, by, node: NODE, confirmed }]);
			assert_eq!(totals().undecided, 1);
		});
	}
}

#[test]
fn a_node_should_be_punished_once_for_a_job() {
	ExtBuilder::default().build_and_execute(|| {
		let (job, by) = ends(Ok(OUTPUT), completed(OTHER));
		let before = (totals(), receipts());
		// Told again, by whatever mistake.
		let parent = JobParent::Audit { job };
		Audits::job_ended(by, &parent, &completed(OTHER));
		Audits::job_ended(by + 1, &parent, &completed(OTHER));
		assert_eq!(slashes().len(), 1);
		assert_eq!((totals(), receipts()), before);
	});
}

#[test]
fn ends_of_other_jobs_should_change_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let by = audited(1);
		events();
		for (job, parent) in [
			(by, JobParent::Workflow { id: 1, step: 1 }),
			(by, JobParent::Trigger { id: 1, firing: 1 }),
			(by, JobParent::Audit { job: 2 }),
			(by + 1, JobParent::Audit { job: 1 }),
		] {
			Audits::job_ended(job, &parent, &completed(OTHER));
		}
		assert_eq!((events(), slashes(), receipts()), (vec![], vec![], vec![]));
		assert!(report(1).running().is_some());
	});
}

#[test]
fn a_node_that_cannot_be_slashed_should_show_and_the_result_go_all_the_same() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		change_terms(1, |terms| {
			terms.seats = vec![seat(UNSTAKED)].try_into().unwrap();
		});
		let by = audited(1);
		events();
		end_job(by, completed(OTHER));
		assert_eq!(
			events()[1..],
			[
				Event::NodeNotSlashed { job: 1, node: UNSTAKED, error: NO_STAKE },
				Event::ResultRevoked { job: 1 },
			]
		);
		assert_eq!(slashes(), vec![], "nothing stays of a slash that failed");
		assert_eq!(finding_of(1), Some(false));
	});
}

#[test]
fn a_result_that_cannot_be_taken_back_should_show_and_the_slash_stand() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let by = audited(1);
		// Somebody disputes it: arbiters have the word.
		change_terms(1, |terms| terms.status = JobStatus::Disputed);
		events();
		end_job(by, completed(OTHER));
		let error = NOT_DISPUTABLE;
		assert_eq!(events().last(), Some(&Event::ResultNotRevoked { job: 1, error }));
		assert_eq!((slashes().len(), job_status(1)), (1, JobStatus::Disputed));
	});
}

#[test]
fn a_job_should_not_stay_frozen_when_its_result_is_not_taken_back() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let by = audited(1);
		UnfreezeFails::set(true);
		end_job(by, completed(OTHER));
		assert_eq!((slashes().len(), job_status(1)), (1, JobStatus::Completed));
	});
}

#[test]
fn an_audit_should_be_judged_by_what_was_said_then_even_if_the_job_is_gone() {
	ExtBuilder::default().build_and_execute(|| {
		add_job(1);
		let by = audited(1);
		prune(1);
		end_job(by, completed(OTHER));
		assert_eq!((finding_of(1), slashes().len()), (Some(false), 1));
	});
}

#[test]
fn evidence_should_name_both_jobs_and_both_results() {
	let (a, b): (Tally, Tally) = (Ok(OUTPUT), Ok(OTHER));
	let all = [
		evidence(1, 2, &a, &b),
		evidence(2, 1, &a, &b),
		evidence(1, 2, &b, &a),
		evidence(1, 2, &a, &Err(FailureCode::Trap)),
		evidence(1, 3, &a, &b),
	];
	let distinct: std::collections::BTreeSet<Hash> = all.into_iter().collect();
	assert_eq!(distinct.len(), all.len());
	let expected = tagged(
		b"concordat/audit-evidence/v1",
		&(1u64, 2u64, Result::<Hash, FailureCode>::Ok(OUTPUT), Tally::Ok(OTHER)),
	);
	assert_eq!(all[0], expected);
}
