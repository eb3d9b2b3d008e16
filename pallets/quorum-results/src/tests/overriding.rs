//! DAO and jurisdiction vote what came out.

use super::*;
use crate::{
	Ballots, Error, Event, OutputBytes, OutputPlace, Proofs, ResultRecord, Results, VotedOutputs,
};
use concordat_primitives::{
	cac::FailureCode,
	clause::{ExecutionMode, MAX_OUTPUT_BYTES},
	hashing::output_hash,
	job::{FailureReason, JobStatus},
	traits::{JobListener, JobOutputs},
	AccountId,
};
use frame_support::assert_noop;
use sp_runtime::DispatchError;

const VOTED: &[u8] = b"paid in full, by decision 7 of 2026";
const DECISION: Hash = Hash::repeat_byte(0xde);

fn voted(bytes: &[u8]) -> Result<OutputBytes, FailureCode> {
	Ok(bytes.to_vec().try_into().unwrap())
}

fn vote(result: Result<OutputBytes, FailureCode>) -> sp_runtime::DispatchResult {
	QuorumResults::override_result(RuntimeOrigin::root(), JOB, result, DECISION)
}

fn awaiting() -> ExtBuilder {
	ExtBuilder::default().mode(ExecutionMode::SovereignOverride)
}

#[test]
fn a_job_that_awaits_the_vote_should_be_decided_by_it() {
	awaiting().build_and_execute(|| {
		set_status(JOB, JobStatus::AwaitingVote);
		vote(voted(VOTED)).unwrap();
		let result = Ok(output_hash(VOTED));
		assert_eq!(
			effects(),
			[
				Effect::Overridden(JOB, result),
				Effect::DisputeEnded(JOB),
				Effect::Receipt(Operation::JobOverridden {
					job: JOB,
					clause: clause_id(),
					result,
					reference: DECISION
				}),
			]
		);
		assert_eq!(
			events(),
			[Event::Overridden {
				job: JOB,
				result,
				reference: DECISION,
				refunded: REFUND,
				receipt: 501
			}]
		);
		let output = OutputPlace::Voted;
		assert_eq!(
			Results::<Test>::get(JOB),
			Some(ResultRecord { receipt: 501, decided_at: NOW, result, output })
		);
		assert_eq!(QuorumResults::output(JOB).as_deref(), Some(VOTED));
		let view = QuorumResults::result_view(JOB).unwrap();
		assert_eq!((view.cacs.len(), view.receipt, view.decided_at), (0, Some(501), Some(NOW)));
		// Whoever opened it was told when the output could be read.
		assert_eq!(Announced::get(), Some(vec![(JOB, Some(VOTED.to_vec()))]));
		assert_eq!(slashes(), []);
	});
}

#[test]
fn a_voted_failure_should_have_no_output() {
	awaiting().build_and_execute(|| {
		set_status(JOB, JobStatus::AwaitingVote);
		vote(Err(FailureCode::Program(3))).unwrap();
		let record = Results::<Test>::get(JOB).unwrap();
		assert_eq!(record.result, Err(FailureCode::Program(3)));
		assert_eq!(record.output, OutputPlace::OffChain);
		assert!(!VotedOutputs::<Test>::contains_key(JOB));
		assert_eq!(QuorumResults::output(JOB), None);
	});
}

#[test]
fn what_says_nothing_about_the_program_should_not_be_voted() {
	awaiting().build_and_execute(|| {
		set_status(JOB, JobStatus::AwaitingVote);
		for code in
			[FailureCode::Timeout, FailureCode::InputMismatch, FailureCode::ContentUnavailable]
		{
			assert_noop!(vote(Err(code)), Error::<Test>::NotAResult);
		}
	});
}

#[test]
fn a_disputed_result_should_be_replaced() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		deliver(good(2));
		set_status(JOB, JobStatus::Disputed);
		vote(voted(VOTED)).unwrap();
		assert_eq!(terms(JOB).status, JobStatus::Overridden);
		assert_eq!(QuorumResults::output(JOB).as_deref(), Some(VOTED));
		assert_eq!(Results::<Test>::get(JOB).unwrap().receipt, 502);
		// What the nodes said can still be read; and whoever opened the job was told of its end before.
		assert_eq!(QuorumResults::result_view(JOB).unwrap().cacs.len(), 2);
		assert_eq!(Announced::get(), Some(vec![(JOB, Some(OUTPUT.to_vec()))]));
		assert!(effects().contains(&Effect::DisputeEnded(JOB)));
	});
}

#[test]
fn a_round_that_was_frozen_should_be_forgotten() {
	ExtBuilder::verifiers(2).committing().build_and_execute(|| {
		commit_and_reveal(&[good(1), cac(2, outcome(b"something else"))]);
		assert_eq!(terms(JOB).status, JobStatus::Disputed);
		vote(voted(VOTED)).unwrap();
		assert!(!Ballots::<Test>::contains_key(JOB) && !Proofs::<Test>::contains_key(JOB));
		assert_eq!(Announced::get(), Some(vec![(JOB, Some(VOTED.to_vec()))]));
	});
}

#[test]
fn nobody_but_the_sovereigns_should_override() {
	awaiting().build_and_execute(|| {
		set_status(JOB, JobStatus::AwaitingVote);
		for origin in
			[RuntimeOrigin::none(), RuntimeOrigin::signed(AccountId::new([1; 32])), authorized()]
		{
			assert_noop!(
				QuorumResults::override_result(origin, JOB, voted(VOTED), DECISION),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_job_that_is_not_for_vote_should_be_left_alone() {
	ExtBuilder::default().build_and_execute(|| {
		for status in [
			JobStatus::Pending,
			JobStatus::AwaitingInput,
			JobStatus::Paused,
			JobStatus::Scheduled,
			JobStatus::Running,
			JobStatus::Completed,
			JobStatus::Failed(FailureReason::NoQuorum),
			JobStatus::Expired,
			JobStatus::Cancelled,
			JobStatus::Overridden,
			JobStatus::Slashed,
		] {
			set_status(JOB, status);
			assert_noop!(vote(voted(VOTED)), Error::<Test>::NotForVote);
		}
		let unknown =
			QuorumResults::override_result(RuntimeOrigin::root(), 999, voted(VOTED), DECISION);
		assert_noop!(unknown, Error::<Test>::UnknownJob);
	});
}

#[test]
fn a_vote_should_be_final() {
	awaiting().build_and_execute(|| {
		set_status(JOB, JobStatus::AwaitingVote);
		vote(voted(VOTED)).unwrap();
		assert_noop!(vote(voted(b"on second thoughts")), Error::<Test>::NotForVote);
	});
}

#[test]
fn nothing_should_change_when_the_board_would_not_override() {
	ExtBuilder::default().build_and_execute(|| {
		deliver(good(1));
		set_status(JOB, JobStatus::Disputed);
		SettleFails::set(true);
		assert_noop!(vote(voted(VOTED)), DispatchError::Other("the board would not settle"));
	});
}

#[test]
fn a_voted_output_should_be_as_long_as_any_and_go_with_the_job() {
	awaiting().build_and_execute(|| {
		set_status(JOB, JobStatus::AwaitingVote);
		vote(voted(&[7; MAX_OUTPUT_BYTES as usize])).unwrap();
		assert!(VotedOutputs::<Test>::contains_key(JOB));
		Board::remove(JOB);
		QuorumResults::pruned(JOB);
		assert!(!VotedOutputs::<Test>::contains_key(JOB));
		assert!(!Results::<Test>::contains_key(JOB));
		assert_eq!(QuorumResults::result_view(JOB), None);
	});
}

#[test]
fn an_override_should_reserve_all_that_hear_of_it() {
	use frame_support::weights::Weight;
	let call = crate::Call::<Test>::override_result {
		job: JOB,
		result: Err(FailureCode::Trap),
		reference: DECISION,
	};
	let neighbours = Weight::from_parts(1_000_000, 10)
		+ Weight::from_parts(9_000, 90)
		+ Weight::from_parts(10_000, 100);
	assert_eq!(
		call.get_dispatch_info().call_weight,
		<() as crate::WeightInfo>::override_result() + neighbours
	);
}
