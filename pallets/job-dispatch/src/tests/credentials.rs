//! Credentials: demanded of requesters at dispatch, of nodes when they get a seat, and of nobody where none is demanded.

use super::*;
use crate::{pallet::*, schedule_impls::Placement, scheduler::Exclusion, types::*, WeightInfo};
use concordat_primitives::{
	clause::{ClauseSpec, ClauseStatus, ExecutionMode},
	job::{JobConstraints, JobStatus},
	receipt::Operation,
	traits::CredentialInspect,
	ClauseId,
};
use frame_support::{
	assert_noop,
	dispatch::GetDispatchInfo,
	weights::{Weight, WeightMeter},
};

type Weights = ();

const OPERATOR: &str = "NSF/SovereignOperator@1";
const AUDITED: &str = "NSF/Audited@1";

fn demands(names: &[&str]) -> Credentials {
	BoundedVec::truncate_from(names.iter().map(|name| demand(name)).collect())
}

/// A clause in mode `k/n` that demands these of nodes.
fn of_nodes(k: u8, n: u8, names: &[&str]) -> ClauseId {
	clause_with(|spec: &mut ClauseSpec| {
		spec.mode = if n == 1 { ExecutionMode::Single } else { ExecutionMode::Quorum { k, n } };
		spec.policy.node_credentials = demands(names);
	})
}

/// A clause that demands these of requesters.
fn of_requesters(names: &[&str]) -> ClauseId {
	clause_with(|spec| spec.policy.requester_credentials = demands(names))
}

/// One question.
fn question() -> Weight {
	Identity::weight()
}

/// The hook's work under this limit, in the next block.
fn block_with(limit: Weight) -> Weight {
	System::set_block_number(System::block_number() + 1);
	let mut meter = WeightMeter::with_limit(limit);
	JobDispatch::tick(&mut meter);
	JobDispatch::do_try_state().expect("invariants hold after every block");
	meter.consumed()
}

#[test]
fn a_seat_goes_to_nodes_that_hold_every_credential_alone() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		of_nodes(1, 1, &[OPERATOR, AUDITED]);
		certify(1, OPERATOR);
		certify(2, AUDITED);
		[OPERATOR, AUDITED].iter().for_each(|name| certify(3, name));
		// However much better the others score.
		[1, 2].iter().for_each(|node| stand_with(*node, |s| s.trust = 900_000));
		let id = dispatch();
		run(1);
		assert_eq!(seated(id), [3]);
		assert!(job(id).backups.is_empty(), "nobody else could step in");
	});
}

#[test]
fn a_job_that_waits_for_a_credential_says_so() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		of_nodes(2, 3, &[OPERATOR]);
		[1, 2].iter().for_each(|node| certify(*node, OPERATOR));
		let id = dispatch();
		run(1);
		let reason = Waiting::NotEligible(Exclusion::CredentialMissing);
		assert_eq!(job(id).waiting, Some(reason));
		assert!(events().contains(&Event::JobWaiting { job: id, reason }));
		assert_eq!(JobDispatch::running(1), 0, "nobody is seated unless all are");
		assert_eq!(
			JobDispatch::view(id).unwrap().waiting.as_deref(),
			Some(
				"too few eligible nodes; most: without a credential that the clause demands of \
				 nodes (tried 1 times)"
			)
		);
		certify(3, OPERATOR);
		run(1);
		assert_eq!(job(id).status, JobStatus::Scheduled);
	});
}

#[test]
fn the_reason_is_the_one_that_turned_most_away() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		of_nodes(2, 3, &[OPERATOR]);
		[1, 2].iter().for_each(|node| revoke(*node));
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::Leases));
		grant(lease(1, &profile(1)));
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::CredentialMissing)));
	});
}

#[test]
fn only_nodes_that_pass_everything_else_are_asked_about() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		of_nodes(1, 1, &[OPERATOR]);
		stand_with(1, |s| s.cooldown_until = 100);
		revoke(2);
		admit_with(3, |p| p.classes = concordat_primitives::attest::RiskClasses::NONE);
		[2, 4].iter().for_each(|node| stand_with(*node, |s| s.trust = 900_000));
		certify(4, OPERATOR);
		let id = dispatch();
		run(1);
		assert_eq!(seated(id), [4]);
		// Node 5 is asked about for a backup, and node 2, whose lease is asked about when it steps in.
		let mut asked = NodesAsked::take();
		assert_eq!(asked.remove(0), 4);
		asked.sort_unstable();
		assert!(asked.iter().all(|node| [2, 5].contains(node)), "{asked:?}");
	});
}

#[test]
fn nobody_is_asked_where_nothing_is_demanded() {
	ExtBuilder::default().nodes(4).build_and_execute(|| {
		clause_mode(2, 3);
		assigned();
		run(20);
		assert!(totals().missed_deadlines > 0, "backups were looked at, too");
		JobDispatch::candidates(&clause_id(), None, None, 0, 10).unwrap();
		assert!(NodesAsked::get().is_empty());
		assert_eq!(AccountsAsked::get(), 0);
	});
}

#[test]
fn backups_hold_the_credentials_when_they_are_drawn_and_when_they_step_in() {
	ExtBuilder::default().nodes(6).build_and_execute(|| {
		of_nodes(1, 1, &[OPERATOR]);
		[2, 4, 6].iter().for_each(|node| certify(*node, OPERATOR));
		let id = assigned();
		let [first, second] = job(id).backups[..] else { panic!("two backups") };
		let mut all = vec![seated(id)[0], first, second];
		all.sort_unstable();
		assert_eq!(all, [2, 4, 6]);
		NodeCredentials::mutate(|book| book.retain(|(node, _)| *node != first));
		run(6);
		assert_eq!(seated(id), [second]);
	});
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		of_nodes(1, 1, &[OPERATOR]);
		[1, 2].iter().for_each(|node| certify(*node, OPERATOR));
		let id = assigned();
		NodeCredentials::take();
		run(6);
		assert_eq!(job(id).status, JobStatus::Pending);
		assert!(seats(id).is_empty());
	});
}

#[test]
fn the_hook_is_charged_for_the_questions_it_asked() {
	let used = |names: &[&str], holders: &[NodeId]| {
		let mut used = Weight::zero();
		ExtBuilder::default().nodes(9).build_and_execute(|| {
			of_nodes(2, 3, names);
			holders.iter().for_each(|node| certify(*node, OPERATOR));
			dispatch();
			used = block_with(Weight::MAX);
			if names.is_empty() {
				assert!(NodesAsked::get().is_empty());
			}
		});
		(used, NodesAsked::take().len() as u64)
	};
	let (plain, none) = used(&[], &[]);
	assert_eq!(none, 0);
	// Three seats and two backups.
	let (good, asked) = used(&[OPERATOR], &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
	assert_eq!(asked, 5);
	assert_eq!(good, plain.saturating_add(question().saturating_mul(asked)));
	// Nobody holds it: all are asked about, for a seat.
	let (bad, asked) = used(&[OPERATOR], &[]);
	assert_eq!(asked, 9);
	let placement = Placement { seats: 0, probes: 9, leases: 9, credentials: 9, grouped: false };
	assert_eq!(
		bad,
		Weights::agenda_page().saturating_add(JobDispatch::weight_of_placement(&placement))
	);
}

#[test]
fn a_job_whose_questions_do_not_fit_into_the_block_is_the_first_of_the_next() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let params = Parameters::<Test>::get();
		let plain = Weights::agenda_page()
			.saturating_add(Weights::skip_place())
			.saturating_add(JobDispatch::weight_of_dearest_placement(&params));
		(1..=9).for_each(|node| certify(node, OPERATOR));
		of_nodes(1, 1, &[OPERATOR]);
		let id = dispatch();
		clause_mode(1, 1);
		let other = dispatch();
		let before = Ledger::<Test>::get().rings.normal;
		// One seat and two backups, four candidates each, three probes for each candidate; and those that may be known.
		let questions = question().saturating_mul(36 + u64::from(crate::scheduler::SHORTCUTS));
		let tight = plain.saturating_add(questions).saturating_sub(Weight::from_parts(1, 0));
		for _ in 0..3 {
			let used = block_with(tight);
			assert!(used.all_lte(tight));
			assert!(NodesAsked::get().is_empty());
			assert_eq!((job(id).attempts, job(id).retries, job(other).attempts), (0, 0, 0));
			let ring = Ledger::<Test>::get().rings.normal;
			assert_eq!((ring.head, ring.tail, ring.live), (before.head, before.tail, before.live));
			assert!(ring.credit > 0, "its turn is not lost");
		}
		block_with(plain.saturating_add(questions));
		assert_eq!(job(id).status, JobStatus::Scheduled);
		// What demands nothing needs no room for questions.
		block_with(plain);
		assert_eq!(job(other).status, JobStatus::Scheduled);
	});
}

#[test]
fn a_lost_seat_is_charged_for_the_questions_about_its_backups() {
	let lost = |names: &[&str]| {
		let mut used = Weight::zero();
		ExtBuilder::default().nodes(2).build_and_execute(|| {
			of_nodes(1, 1, names);
			[1, 2].iter().for_each(|node| certify(*node, OPERATOR));
			let id = assigned();
			(0..5).for_each(|_| next_block());
			used = block_with(Weight::MAX);
			assert_eq!(job(id).attempts, 2);
		});
		used
	};
	let most = question().saturating_mul(concordat_primitives::job::MAX_BACKUPS.into());
	assert_eq!(lost(&[OPERATOR]), lost(&[]).saturating_add(most));
	assert!(JobDispatch::weight_of_dearest_item()
		.all_gte(JobDispatch::weight_of_stand_in().saturating_add(most)));
}

#[test]
fn parameters_leave_room_for_the_dearest_questions() {
	ExtBuilder::default().build_and_execute(|| {
		let params = Params { hook_share: 2, ..Parameters::<Test>::get() };
		assert_ok!(JobDispatch::set_params(RuntimeOrigin::root(), params.clone()));
		CredentialMicros::set(1_000);
		assert_noop!(
			JobDispatch::set_params(RuntimeOrigin::root(), params),
			Error::<Test>::ParamsInvalid
		);
	});
}

#[test]
fn a_requester_without_a_credential_is_refused_on_record() {
	ExtBuilder::default().build_and_execute(|| {
		of_requesters(&[OPERATOR, AUDITED]);
		certify_account(alice(), OPERATOR);
		certify_account(bob(), AUDITED);
		let constraints = JobConstraints::default;
		assert_eq!(
			JobDispatch::check_dispatch(&alice(), &clause_id(), &input(), &constraints()),
			Err(Objection::Refused(Refusal::CredentialMissing))
		);
		let call = || {
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				input(),
				constraints(),
			)
		};
		let info = call().expect("a refusal succeeds");
		assert_eq!(
			info.actual_weight,
			Some(JobDispatch::weight_of_refusal().saturating_add(question()))
		);
		assert_eq!((JobDispatch::next_job(), Opened::get()), (1, 0));
		assert_eq!(held(&alice()), (0, 0));
		assert_eq!(
			ReceiptBook::get(),
			[Operation::DispatchRefused { clause: clause_id(), reason: 9 }]
		);
		assert_eq!(
			events(),
			[Event::DispatchRefused {
				requester: alice(),
				clause: clause_id(),
				reason: Refusal::CredentialMissing,
				receipt: 1,
			}]
		);
		// With both, the job is opened.
		certify_account(alice(), AUDITED);
		let info = call().unwrap();
		assert_eq!(JobDispatch::next_job(), 2);
		let opened = JobDispatch::weight_of_dispatch(&input());
		assert_eq!(info.actual_weight, Some(opened.saturating_add(question())));
		// Nodes are not asked for what is demanded of requesters.
		admit(1);
		run(1);
		assert_eq!(seated(1), [1]);
		assert!(NodesAsked::get().is_empty());
	});
}

#[test]
fn a_dispatch_is_charged_for_the_question_only_if_it_was_asked() {
	ExtBuilder::default().build_and_execute(|| {
		let ask = || {
			JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				input(),
				JobConstraints::default(),
			)
		};
		let call = RuntimeCall::JobDispatch(Call::dispatch {
			clause: clause_id(),
			input: input(),
			constraints: JobConstraints::default(),
		});
		let opened = JobDispatch::weight_of_dispatch(&input());
		let refused = JobDispatch::weight_of_refusal();
		let proof = <Prover as concordat_primitives::zk::ProofVerifier>::weight_of_asking();
		let most = opened.max(refused).saturating_add(question()).saturating_add(proof);
		assert_eq!(call.get_dispatch_info().call_weight, most);
		assert_eq!(ask().unwrap().actual_weight, Some(opened));
		// The other questions of the filter come first.
		of_requesters(&[OPERATOR]);
		set_clause_status(ClauseStatus::Draft);
		assert_eq!(ask().unwrap().actual_weight, Some(refused));
		assert_eq!(AccountsAsked::get(), 0);
	});
}

#[test]
fn routing_says_who_lacks_a_credential() {
	ExtBuilder::default().nodes(4).build_and_execute(|| {
		of_nodes(1, 1, &[OPERATOR]);
		certify(1, OPERATOR);
		revoke(3);
		admit_with(4, |p| p.classes = concordat_primitives::attest::RiskClasses::NONE);
		let page = JobDispatch::candidates(&clause_id(), None, None, 0, 10).unwrap();
		let rows: Vec<_> =
			page.items.iter().map(|row| (row.node, row.excluded.as_deref())).collect();
		assert_eq!(
			rows,
			[
				(1, None),
				(2, Some("without a credential that the clause demands of nodes")),
				(3, Some("its lease does not count now: None")),
				(4, Some("its platform does not meet the quote policy of the clause's risk class")),
			]
		);
		assert_eq!(page.items[1].score, None);
		assert_eq!(NodesAsked::get(), [1, 2]);
		// A class that was lost since the profile was written shows, too.
		let classes = concordat_primitives::attest::RiskClasses::NONE;
		grant(concordat_primitives::attest::Lease { classes, ..lease(1, &profile(1)) });
		let page = JobDispatch::candidates(&clause_id(), None, None, 0, 1).unwrap();
		assert_eq!(
			page.items[0].excluded.as_deref(),
			Some("its lease does not count now: ClassNotMet")
		);
	});
}
