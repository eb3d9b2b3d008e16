//! After a round that could not be judged: the mode of the next one, and where it ends.

use super::*;
use crate::{pallet::*, types::*};
use concordat_primitives::{
	clause::{ExecutionMode, RiskClass},
	job::{FailureReason, JobStatus},
	views::JobView,
};

const TWO_OF_THREE: ExecutionMode = ExecutionMode::Quorum { k: 2, n: 3 };
const THREE_OF_FIVE: ExecutionMode = ExecutionMode::Quorum { k: 3, n: 5 };
const FOUR_OF_SEVEN: ExecutionMode = ExecutionMode::Quorum { k: 4, n: 7 };

/// The round is over, and the next one has its seats.
fn next_round(id: JobId) {
	let round = job(id).round;
	assert_ok!(JobDispatch::round_failed(id));
	run_until(3, || job(id).round > round);
}

fn mode(id: JobId) -> ExecutionMode {
	JobDispatch::terms(id).unwrap().mode
}

fn view(id: JobId) -> JobView {
	JobDispatch::view(id).unwrap()
}

#[test]
fn disagreement_asks_more_nodes_up_to_the_largest_quorum() {
	ExtBuilder::default().nodes(30).build_and_execute(|| {
		let id = assigned();
		assert_eq!((mode(id), job(id).escalated), (ExecutionMode::Single, None));
		for (next, seats, backups) in [
			(TWO_OF_THREE, 3, 2),
			(THREE_OF_FIVE, 5, 3),
			(FOUR_OF_SEVEN, 7, 4),
			(FOUR_OF_SEVEN, 7, 4),
		] {
			next_round(id);
			assert_eq!((mode(id), job(id).escalated), (next, Some(next)));
			assert_eq!((job(id).seats.len(), job(id).backups.len()), (seats, backups));
			assert_eq!(view(id).quorum, next.quorum());
			assert_eq!(Orders::<Test>::get(id).unwrap().mode, ExecutionMode::Single);
			assert!(JobDispatch::terms(id).unwrap().commit_reveal, "several nodes commit");
		}
		let told: Vec<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::ModeEscalated { job, mode } if job == id => Some(mode),
				_ => None,
			})
			.collect();
		assert_eq!(told, [TWO_OF_THREE, THREE_OF_FIVE, FOUR_OF_SEVEN]);
	});
}

#[test]
fn silence_keeps_the_mode() {
	ExtBuilder::default().nodes(12).params(|p| p.backups = 0).build_and_execute(|| {
		let id = assigned();
		run(6);
		assert_eq!((job(id).round, mode(id)), (2, ExecutionMode::Single));
		assert_eq!((job(id).escalated, job(id).seats.len()), (None, 1));
	});
}

#[test]
fn a_later_mode_decides_what_a_quorum_is() {
	ExtBuilder::default().nodes(12).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		next_round(id);
		assert_eq!(mode(id), THREE_OF_FIVE);
		let nodes = seated(id);
		let [a, b, c, d, e] = nodes[..] else { panic!("five seats") };
		// Two of three would have done in the first round.
		let too_few = settlement(&[a, b], &[]);
		frame_support::assert_noop!(
			JobDispatch::settle(id, too_few),
			Error::<Test>::SettlementInvalid
		);
		[a, b, c].iter().for_each(|node| commit(id, *node));
		// Two fall silent, and their backups, too: three are left, and three have to agree.
		run_until(30, || job(id).reveal_from.is_some());
		let left = seated(id);
		assert_eq!(left, [a, b, c], "{d} and {e} were silent");
		run(1);
		left.iter().for_each(|node| reveal(id, *node));
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let before = Balances::total_balance(&alice());
		let paid = settle(id, &left, &[]);
		assert_eq!(before - Balances::total_balance(&alice()), paid + quote.fees_of_result(3));
	});
}

#[test]
fn a_job_quoted_for_one_node_never_costs_more_than_that() {
	ExtBuilder::default().nodes(12).build_and_execute(|| {
		let before = Balances::total_balance(&alice());
		let id = assigned();
		next_round(id);
		let nodes = seated(id);
		commit_and_reveal(id, &nodes);
		let mut settlement = settlement(&nodes, &[]);
		settlement.agreed.iter_mut().for_each(|(_, used)| used.fuel = u64::MAX);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let paid = JobDispatch::settle(id, settlement).unwrap();
		assert_eq!(paid, 3 * (quote.seat_price / 3));
		assert!(paid <= quote.seat_price);
		// Scheduling, one vote, a receipt: what was quoted.
		let fees = quote.fees_of_result(1);
		assert_eq!(
			before - Balances::total_balance(&alice()),
			paid + fees + quote.deposit - held(&alice()).1
		);
		assert!(paid + fees <= quote.total);
		let claimed: Balance = HopsSoFar::get().iter().map(|(_, hop)| hop.fee).sum();
		assert!(claimed <= fees, "{claimed} of {fees}");
	});
}

#[test]
fn where_there_are_too_few_nodes_the_mode_stays() {
	// Four nodes are too few for five seats; five are enough.
	for (nodes, next) in [(4, None), (5, Some(THREE_OF_FIVE))] {
		ExtBuilder::default().nodes(nodes).build_and_execute(|| {
			clause_mode(2, 3);
			let id = assigned();
			assert_ok!(JobDispatch::round_failed(id));
			assert_eq!(job(id).escalated, next, "{nodes} nodes");
		});
	}
	// Only pools count that the job may draw from.
	for (here, next) in [(4, None), (5, Some(THREE_OF_FIVE))] {
		ExtBuilder::default().nodes(3).build_and_execute(|| {
			clause_with(|spec| {
				spec.mode = TWO_OF_THREE;
				spec.policy.jurisdictions = BoundedVec::truncate_from(vec![place("IDN")]);
			});
			(4..=here).for_each(admit);
			(10..30).for_each(|node| admit_with(node, |p| p.jurisdiction = place("USA")));
			let id = assigned();
			assert_ok!(JobDispatch::round_failed(id));
			assert_eq!(job(id).escalated, next, "{here} nodes");
		});
	}
}

#[test]
fn the_committee_of_a_round_is_gone_with_it() {
	ExtBuilder::default().nodes(12).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let primaries = seated(id);
		commit_and_reveal(id, &primaries);
		assert_eq!(JobDispatch::escalate(id), Ok(2));
		let members = voting(id);
		commit_and_reveal(id, &members);
		assert_ok!(JobDispatch::round_failed(id));
		let record = job(id);
		assert_eq!((record.status, record.attempts), (JobStatus::Pending, 2));
		assert_eq!((record.committee, record.reveal_from), (None, None));
		assert_eq!(record.spent.to_vec(), [primaries, members].concat(), "others are asked first");
		assert_eq!(HeardSoFar::get(), [Heard::RoundOver(id)]);
		assert!((1..=12).all(|node| JobDispatch::running(node) == 0));
		run_until(3, || job(id).status == JobStatus::Scheduled);
		assert_eq!((job(id).round, job(id).attempts), (3, 3), "the attempt always advances");
		assert_eq!(voting(id).len(), 5);
	});
}

/// How a job ends whose attempts are used up.
fn end_of(risk: RiskClass, by_silence: bool) -> JobStatus {
	let mut status = JobStatus::Pending;
	ExtBuilder::default().nodes(3).params(|p| p.max_attempts = 1).build_and_execute(|| {
		clause_with(|spec| {
			spec.mode = TWO_OF_THREE;
			spec.risk = risk;
		});
		let id = assigned();
		if by_silence {
			run(6);
		} else {
			let nodes = seated(id);
			commit_and_reveal(id, &nodes);
			assert_ok!(JobDispatch::round_failed(id));
		}
		status = job(id).status;
	});
	status
}

#[test]
fn nodes_that_never_agree_end_in_a_vote_where_the_risk_is_high_and_in_failure_otherwise() {
	for (risk, end) in [
		(RiskClass::Low, JobStatus::Failed(FailureReason::NoQuorum)),
		(RiskClass::Medium, JobStatus::Failed(FailureReason::NoQuorum)),
		(RiskClass::High, JobStatus::AwaitingVote),
		(RiskClass::Critical, JobStatus::AwaitingVote),
	] {
		assert_eq!(end_of(risk, false), end);
		// Silence says nothing that could be voted on.
		assert_eq!(end_of(risk, true), JobStatus::Failed(FailureReason::Silence));
	}
}

#[test]
fn a_vote_that_follows_a_disagreement_has_time_and_keeps_the_escrow() {
	ExtBuilder::default().nodes(3).params(|p| p.max_attempts = 1).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		commit_and_reveal(id, &nodes);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		assert_ok!(JobDispatch::round_failed(id));
		let record = job(id);
		assert_eq!((record.status, record.ended_at), (JobStatus::AwaitingVote, None));
		assert_eq!(record.expires_at, 3 + 10_000);
		assert_eq!(record.escrow, quote.total);
		assert!(record.seats.is_empty());
		assert_eq!(HeardSoFar::get(), [Heard::RoundOver(id)]);
		assert_eq!((totals().assigned, totals().queued), (0, 0));
		assert!(events().contains(&Event::VoteAwaited { job: id, expires_at: 10_003 }));
		assert!(Closed::get().is_empty());
		// Well past the timeout that it had.
		run(300);
		assert_eq!(job(id).status, JobStatus::AwaitingVote);
		assert_eq!(
			view(id).waiting.unwrap(),
			"its nodes could not agree: decided by the vote of DAO and jurisdiction"
		);
		// Its requester may give up.
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		assert_eq!(held(&alice()), (0, 0));
		let before = 1_000 * concordat_primitives::units::CDT;
		assert_eq!(Balances::total_balance(&alice()), before - quote.fees.scheduling);
		assert_eq!(Closed::get(), [None]);
	});
}

#[test]
fn what_it_costs_to_look_for_a_larger_mode_is_charged() {
	ExtBuilder::default().build_and_execute(|| {
		let failing = JobDispatch::weight_of_failing(3);
		assert!(failing.all_gte(JobDispatch::weight_of_next_mode()));
		assert!(JobDispatch::weight_of_dearest_item()
			.all_gte(JobDispatch::weight_of_failing(concordat_primitives::clause::MAX_VOTERS)));
		assert_eq!(Params::default().max_attempts, 6);
	});
}
