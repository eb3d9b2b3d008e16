//! Jobs that are decided by vote, and votes about those that nodes have decided; proofs and modes that are asked for.

use super::*;
use crate::{pallet::*, refusal::Refusal, types::*};
use concordat_primitives::{
	clause::{ExecutionMode, RiskClass},
	ensemble::{Aggregation, Ensemble},
	job::{FailureReason, JobConstraints, JobInput, JobStatus},
	receipt::Operation,
	traits::{CredentialInspect, JobEnd, JobOpener, JobRequest, OpenError},
	trust::Originator,
	units::CDT,
	workflow::JobParent,
	zk::ProofVerifier,
	AccountId,
};
use frame_support::assert_noop;

const PARENT: JobParent = JobParent::Audit { job: 40 };
const VOTED: Hash = Hash::repeat_byte(0xaa);

fn sovereign() {
	clause_with(|spec| spec.mode = ExecutionMode::SovereignOverride);
}

fn spent() -> Balance {
	1_000 * CDT - Balances::total_balance(&alice())
}

fn request(mode: Option<ExecutionMode>) -> JobRequest {
	JobRequest {
		requester: alice(),
		clause: clause_id(),
		input: input(),
		constraints: JobConstraints::default(),
		originator: Originator::Account(alice()),
		parent: PARENT,
		dependencies: vec![],
		mode,
	}
}

#[test]
fn a_job_that_is_decided_by_vote_waits_for_it_and_no_node_is_asked() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		sovereign();
		let id = dispatch();
		let record = job(id);
		assert_eq!((record.status, record.place), (JobStatus::AwaitingVote, None));
		assert_eq!(record.expires_at, 1 + 10_000, "a vote takes longer than nodes do");
		assert!(events().contains(&Event::VoteAwaited { job: id, expires_at: 10_001 }));
		assert_eq!((totals().jobs, totals().queued), (1, 0));
		assert_eq!(LiveJobs::<Test>::get(alice()), 1);
		run(300);
		assert_eq!((job(id).status, job(id).attempts), (JobStatus::AwaitingVote, 0));
		assert!(Inputs::<Test>::contains_key(id), "whoever votes reads it");
		let view = JobDispatch::view(id).unwrap();
		assert_eq!(view.quorum, (0, 0));
		assert_eq!(view.waiting.unwrap(), "decided by the vote of DAO and jurisdiction");
		for result in [
			JobDispatch::round_failed(id),
			JobDispatch::escalate(id).map(drop),
			JobDispatch::committed(id, 1, 1),
			JobDispatch::settle(id, settlement(&[1], &[])).map(drop),
		] {
			assert_eq!(result, Err(Error::<Test>::NotAssigned.into()));
		}
		assert_noop!(JobDispatch::freeze(id), Error::<Test>::NotDisputable);
	});
}

#[test]
fn its_requester_may_say_how_long_and_withdraw_it_for_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		sovereign();
		// No node has to fit into it.
		let id = dispatch_with(|c| c.timeout_blocks = Some(10));
		run(9);
		assert_eq!(job(id).status, JobStatus::AwaitingVote);
		run(1);
		assert_eq!(job(id).status, JobStatus::Expired);
		let id = dispatch();
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		let id = dispatch();
		assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::Governance));
		let id = JobDispatch::open(request(None)).unwrap();
		assert_ok!(JobDispatch::withdraw(id));
		assert_eq!((spent(), held(&alice())), (0, (0, 0)));
		assert_eq!(LiveJobs::<Test>::iter().count(), 0);
		run(60);
		assert_eq!(Jobs::<Test>::iter().count(), 0, "they are pruned like any");
	});
}

#[test]
fn a_full_queue_is_no_matter_for_what_waits_in_none() {
	ExtBuilder::default().params(|p| p.max_queued = 1).build_and_execute(|| {
		dispatch();
		assert_noop!(
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				input(),
				Default::default()
			),
			Error::<Test>::QueueFull
		);
		sovereign();
		dispatch();
	});
}

#[test]
fn there_is_nobody_to_seal_an_input_to() {
	ExtBuilder::default().build_and_execute(|| {
		sovereign();
		let sealed = JobInput::Sealed { commitment: Hash::zero(), len: 9 };
		assert_noop!(
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				sealed,
				Default::default()
			),
			Error::<Test>::NobodyToSealTo
		);
	});
}

#[test]
fn a_vote_ends_the_job_and_everything_comes_back() {
	for outcome in [Ok(VOTED), Err(FailureCode::Trap)] {
		ExtBuilder::default().build_and_execute(|| {
			sovereign();
			let id = JobDispatch::open(request(None)).unwrap();
			let quote = Orders::<Test>::get(id).unwrap().quote;
			assert_eq!(held(&alice()), (quote.total, quote.deposit));
			assert_eq!(JobDispatch::override_result(id, outcome), Ok(quote.total));
			let record = job(id);
			assert_eq!((record.status, record.output), (JobStatus::Overridden, outcome.ok()));
			assert_eq!((record.ended_at, record.prune_at), (Some(1), Some(51)));
			assert_eq!((spent(), held(&alice())), (0, (0, 0)));
			assert!(!Inputs::<Test>::contains_key(id));
			assert!(events().contains(&Event::JobOverridden {
				job: id,
				outcome,
				fees: 0,
				refunded: quote.total,
			}));
			assert_eq!(Closed::get(), [None], "it says nothing about the clause");
			assert!(
				ReceiptBook::get().is_empty(),
				"the receipt is written by whoever was asked for it"
			);
			// Whoever opened it is told when the record is there.
			assert!(Ends::get().is_empty());
			JobDispatch::announce(id);
			assert_eq!(Ends::get(), [(id, PARENT, JobEnd::Failed(JobStatus::Overridden))]);
			assert_noop!(JobDispatch::override_result(id, outcome), Error::<Test>::NotOverridable);
			run(50);
			assert_eq!(Stubs::<Test>::get(id).unwrap().output, outcome.ok());
		});
	}
}

#[test]
fn a_vote_after_a_disagreement_keeps_the_scheduling_fee() {
	ExtBuilder::default().nodes(3).params(|p| p.max_attempts = 1).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		assert_ok!(JobDispatch::round_failed(id));
		assert_eq!(job(id).status, JobStatus::AwaitingVote);
		let fee = Orders::<Test>::get(id).unwrap().quote.fees.scheduling;
		let total = Orders::<Test>::get(id).unwrap().quote.total;
		assert_eq!(JobDispatch::override_result(id, Ok(VOTED)), Ok(total - fee));
		assert_eq!((spent(), held(&alice())), (fee, (0, 0)));
	});
}

#[test]
fn a_vote_ends_what_a_dispute_has_frozen_and_frees_its_nodes() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		commit_and_reveal(id, &nodes);
		assert_eq!(JobDispatch::escalate(id), Ok(2));
		assert_ok!(JobDispatch::freeze(id));
		run(5);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let fee = quote.fees.scheduling;
		assert_eq!(JobDispatch::override_result(id, Ok(VOTED)), Ok(quote.total - fee));
		assert_eq!((job(id).status, job(id).output), (JobStatus::Overridden, Some(VOTED)));
		assert_eq!((job(id).resume, job(id).frozen_at), (None, None));
		assert!((1..=9).all(|node| JobDispatch::running(node) == 0));
		assert_eq!(HeardSoFar::get(), [Heard::RoundOver(id)]);
		assert_eq!((spent(), held(&alice())), (fee, (0, 0)));
		assert_eq!(seated(id).len(), 5, "who sat is still shown");
		assert_noop!(JobDispatch::unfreeze(id, true), Error::<Test>::NotDisputed);
		assert_eq!(totals().assigned, 0);
		// What was on the agenda for it fires in vain.
		run(60);
		assert!(Jobs::<Test>::get(id).is_none());
	});
}

#[test]
fn a_vote_replaces_a_disputed_result_and_pays_nobody_back() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = JobDispatch::open(request(None)).unwrap();
		run(1);
		let nodes = seated(id);
		commit_and_reveal(id, &nodes);
		let paid = settle(id, &nodes, &[]);
		JobDispatch::announce(id);
		let told = Ends::get();
		assert_eq!(told.len(), 1);
		let winner = job(id).winner;
		let fees = Orders::<Test>::get(id).unwrap().quote.fees_of_result(3);
		run(10);
		assert_ok!(JobDispatch::freeze(id));
		run(60);
		let completed = totals().completed;
		assert_eq!(JobDispatch::override_result(id, Ok(VOTED)), Ok(0));
		let record = job(id);
		assert_eq!((record.status, record.output), (JobStatus::Overridden, Some(VOTED)));
		assert_eq!((record.paid, record.winner), (paid, winner));
		assert_eq!((spent(), held(&alice())), (paid + fees, (0, 0)), "the deposit comes back");
		assert_eq!(Closed::get(), [Some(true)], "the clause was told how its job had ended");
		assert_eq!(totals().completed, completed);
		assert_eq!(LiveJobs::<Test>::iter().count(), 0);
		// What is decided now can be read for as long as any result.
		let now = System::block_number() as u32;
		assert_eq!(record.prune_at, Some(now + 50));
		JobDispatch::announce(id);
		assert_eq!(Ends::get(), told, "nobody is told twice");
		run(49);
		assert!(Jobs::<Test>::contains_key(id));
		run(1);
		assert!(!Jobs::<Test>::contains_key(id));
	});
}

#[test]
fn nothing_else_can_be_voted_on() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let refused = |id| {
			assert_noop!(
				JobDispatch::override_result(id, Ok(VOTED)),
				Error::<Test>::NotOverridable
			);
		};
		assert_noop!(JobDispatch::override_result(99, Ok(VOTED)), Error::<Test>::JobUnknown);
		let waiting = dispatch_with(|c| c.min_trust = 1_000_000);
		refused(waiting);
		let id = assigned();
		refused(id);
		let node = seated(id)[0];
		deliver(id, node);
		refused(id);
		settle(id, &[node], &[]);
		refused(id);
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), waiting));
		refused(waiting);
	});
}

#[test]
fn a_clause_that_asks_for_a_proof_takes_jobs_only_with_a_verifying_key() {
	ExtBuilder::default().nodes(6).build_and_execute(|| {
		let clause = clause_with(|spec| spec.mode = ExecutionMode::ZkVerifierSet { n: 3 });
		let ask = || {
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause.clone(),
				input(),
				Default::default(),
			)
		};
		let refused = Objection::Refused(Refusal::NotProvable);
		assert_eq!(
			JobDispatch::check_dispatch(&alice(), &clause, &input(), &Default::default()),
			Err(refused)
		);
		let asking = <Prover as ProofVerifier>::weight_of_asking();
		let weight = ask().unwrap().actual_weight.unwrap();
		// It is the last question: that about credentials was due before it.
		let before = JobDispatch::weight_of_refusal()
			.saturating_add(<Identity as CredentialInspect<AccountId>>::weight());
		assert_eq!(weight, before.saturating_add(asking));
		assert_eq!(
			ReceiptBook::get(),
			[Operation::DispatchRefused { clause: clause.clone(), reason: 12 }]
		);
		assert!(events().iter().any(|event| matches!(
			event,
			Event::DispatchRefused { reason: Refusal::NotProvable, .. }
		)));
		assert_eq!((JobDispatch::next_job(), held(&alice())), (1, (0, 0)));
		assert_eq!(JobDispatch::open(request(None)), Err(OpenError::Refused(12)));

		Provable::mutate(|known| known.insert(clause.clone()));
		let weight = ask().unwrap().actual_weight.unwrap();
		assert_eq!(weight, JobDispatch::weight_of_dispatch(&input()).saturating_add(asking));
		run(1);
		let terms = JobDispatch::terms(1).unwrap();
		assert_eq!((terms.seats.len(), terms.commit_reveal), (3, true));
		// Nobody is asked about clauses that need no proof.
		ProofsAsked::set(0);
		clause_mode(2, 3);
		let info = ask().unwrap();
		assert_eq!(info.actual_weight, Some(JobDispatch::weight_of_dispatch(&input())));
		assert_eq!(ProofsAsked::get(), 0);
	});
}

#[test]
fn whoever_opens_a_job_for_the_chain_says_how_its_nodes_agree() {
	ExtBuilder::default().nodes(6).build_and_execute(|| {
		// The clause has one node run it, and is of no great risk.
		clause_with(|spec| spec.risk = RiskClass::Low);
		let mode = ExecutionMode::Quorum { k: 2, n: 3 };
		let id = JobDispatch::open(request(Some(mode))).unwrap();
		run(1);
		let terms = JobDispatch::terms(id).unwrap();
		assert_eq!((terms.mode, terms.seats.len(), terms.commit_reveal), (mode, 3, true));
		let order = Orders::<Test>::get(id).unwrap();
		assert_eq!((order.quote.seats, order.parent), (3, Some(PARENT)));
		let usual = JobDispatch::open(request(None)).unwrap();
		assert_eq!(Orders::<Test>::get(usual).unwrap().mode, ExecutionMode::Single);
	});
}

#[test]
fn a_mode_that_makes_no_sense_is_refused() {
	ExtBuilder::default().nodes(6).build_and_execute(|| {
		for mode in [
			ExecutionMode::Quorum { k: 1, n: 3 },
			ExecutionMode::Quorum { k: 2, n: 9 },
			ExecutionMode::ZkVerifierSet { n: 0 },
			ExecutionMode::SovereignOverride,
		] {
			let error = Error::<Test>::ModeInvalid.into();
			assert_eq!(JobDispatch::open(request(Some(mode))), Err(OpenError::Invalid(error)));
		}
		// An ensemble is what a requester asks for in place of one node, not of others.
		let mut both = request(Some(ExecutionMode::Quorum { k: 2, n: 3 }));
		let aggregation = Aggregation::Consensus;
		both.constraints.ensemble = Some(Ensemble { size: 3, aggregation });
		let error = Error::<Test>::EnsembleInvalid.into();
		assert_eq!(JobDispatch::open(both), Err(OpenError::Invalid(error)));
	});
}
