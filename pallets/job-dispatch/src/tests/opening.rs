//! Jobs that other pallets open, quotas, ensembles, and what openers are told.

use super::*;
use crate::{pallet::*, refusal::Refusal};
use concordat_primitives::{
	attest::Vendor,
	clause::{ClauseStatus, ExecutionMode, RiskClass},
	ensemble::{Aggregation, Ensemble},
	hashing::lineage,
	job::{FailureReason, JobConstraints, JobStatus},
	receipt::Operation,
	traits::{JobEnd, JobOpener, JobRequest, OpenError, QuotaExceeded},
	trust::Originator,
	workflow::JobParent,
};
use frame_support::{assert_noop, assert_storage_noop};
use sp_runtime::DispatchError;

const PARENT: JobParent = JobParent::Workflow { id: 7, step: 3 };

fn request() -> JobRequest {
	JobRequest {
		requester: alice(),
		clause: clause_id(),
		input: input(),
		constraints: JobConstraints::default(),
		originator: Originator::Node(2),
		parent: PARENT,
		dependencies: vec![(40, Hash::repeat_byte(4)), (41, Hash::repeat_byte(5))],
		mode: None,
	}
}

fn open() -> JobId {
	JobDispatch::open(request()).expect("a good request")
}

#[test]
fn a_job_of_a_workflow_knows_its_originator_its_parent_and_its_dependencies() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = open();
		let order = Orders::<Test>::get(id).unwrap();
		assert_eq!(order.originator, Originator::Node(2));
		assert_eq!(order.parent, Some(PARENT));
		assert_eq!(order.dependencies.to_vec(), [40, 41]);
		let expected = lineage(&[Hash::repeat_byte(4), Hash::repeat_byte(5)]);
		assert_eq!(order.lineage, expected);
		assert_eq!(JobDispatch::lineage(id), Some(expected));
		let work = JobDispatch::work(id).unwrap();
		assert_eq!((work.lineage, work.dependencies.to_vec()), (expected, vec![40, 41]));
		assert_eq!(work.parent, Some(PARENT));
		assert!(held(&alice()).0 > 0, "its requester pays");
	});
}

#[test]
fn the_opener_is_told_the_result_once_it_is_announced() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_mode(2, 3);
		let id = open();
		run(1);
		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		settle(id, &nodes[1..], &nodes[..1]);
		assert_eq!(Ends::get(), [], "the record of the result is not there yet");
		JobDispatch::announce(id);
		let best = seats(id)
			.into_iter()
			.filter(|seat| nodes[1..].contains(&seat.node))
			.max_by_key(|seat| (seat.score, core::cmp::Reverse(seat.node)))
			.unwrap();
		let end = JobEnd::Completed {
			output: Hash::repeat_byte(5),
			node: best.node,
			signing_key: best.signing_key,
		};
		assert_eq!(Ends::get(), [(id, PARENT, end)]);
	});
}

#[test]
fn the_opener_is_told_every_end_without_a_result() {
	ExtBuilder::default().nodes(3).params(|p| p.max_attempts = 1).build_and_execute(|| {
		let ends = || Ends::get().into_iter().map(|(_, _, end)| end).collect::<Vec<_>>();
		let failed = |status| JobEnd::Failed(status);
		let id = open();
		assert_ok!(JobDispatch::withdraw(id));
		assert_eq!(ends(), [failed(JobStatus::Cancelled)]);
		assert_noop!(JobDispatch::withdraw(id), Error::<Test>::NotLive);

		Ends::set(Vec::new());
		let id = open();
		run(1);
		run_until(40, || job(id).status.is_final());
		assert_eq!(ends(), [failed(JobStatus::Failed(FailureReason::Silence))]);

		Ends::set(Vec::new());
		let id = JobDispatch::open(JobRequest {
			constraints: JobConstraints { min_trust: 1_000_000, ..Default::default() },
			..request()
		})
		.unwrap();
		run_until(300, || job(id).status.is_final());
		assert_eq!(ends(), [failed(JobStatus::Expired)]);

		Ends::set(Vec::new());
		let id = dispatch();
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		assert_eq!(ends(), [], "a job of its own has no opener");
	});
}

#[test]
fn a_job_whose_program_fails_is_announced_as_failed() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = open();
		run(1);
		let nodes = seated(id);
		deliver(id, nodes[0]);
		assert_ok!(JobDispatch::settle(id, failure(&nodes)));
		JobDispatch::announce(id);
		let status =
			JobStatus::Failed(FailureReason::Program(concordat_primitives::cac::FailureCode::Trap));
		assert_eq!(Ends::get(), [(id, PARENT, JobEnd::Failed(status))]);
	});
}

#[test]
fn a_withdrawn_job_frees_its_nodes() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = open();
		run(1);
		let node = seated(id)[0];
		assert_ok!(JobDispatch::withdraw(id));
		assert_eq!(JobDispatch::running(node), 0);
		assert_eq!(held(&alice()), (0, 0));
	});
}

#[test]
fn what_the_filter_refuses_leaves_a_receipt_and_says_why() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		set_clause_status(ClauseStatus::Retired);
		let code = Refusal::ClauseRetired.code();
		assert_eq!(JobDispatch::open(request()), Err(OpenError::Refused(code)));
		assert_eq!(
			ReceiptBook::get(),
			[Operation::DispatchRefused { clause: clause_id(), reason: code }]
		);
	});
}

#[test]
fn a_request_at_fault_leaves_nothing() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let poor = JobRequest { requester: account(77), ..request() };
		let many =
			JobRequest { dependencies: (0..17).map(|n| (n, Hash::zero())).collect(), ..request() };
		for (bad, error) in
			[(poor, Error::<Test>::CannotPay), (many, Error::<Test>::TooManyDependencies)]
		{
			assert_storage_noop!({
				assert_eq!(
					JobDispatch::open(bad),
					Err(OpenError::Invalid(DispatchError::from(error)))
				);
			});
		}
	});
}

#[test]
fn a_full_quota_is_a_refusal_on_record_and_takes_nothing() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		for (full, refusal) in [
			(QuotaExceeded::Dao, Refusal::QuotaOfDao),
			(QuotaExceeded::Jurisdiction, Refusal::QuotaOfJurisdiction),
		] {
			QuotaFull::set(Some(full));
			let next = JobDispatch::next_job();
			assert_ok!(JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				input(),
				JobConstraints::default()
			));
			assert_eq!(JobDispatch::next_job(), next);
			assert_eq!(
				ReceiptBook::get().last(),
				Some(&Operation::DispatchRefused { clause: clause_id(), reason: refusal.code() })
			);
		}
		assert_eq!(QuotaTaken::get(), 0);
		QuotaFull::set(None);
		dispatch();
		assert_eq!(QuotaTaken::get(), 1);
	});
}

#[test]
fn an_ensemble_takes_seats_on_different_operators_and_is_paid_for_each() {
	ExtBuilder::default().nodes(7).build_and_execute(|| {
		let alone = dispatch();
		let id = dispatch_with(|c| {
			c.ensemble = Some(Ensemble { size: 5, aggregation: Aggregation::Averaging })
		});
		let escrow = |id| Orders::<Test>::get(id).unwrap().quote.total;
		assert!(escrow(id) > 4 * (escrow(alone) / 2), "five are paid");
		run(1);
		let order = Orders::<Test>::get(id).unwrap();
		assert_eq!(
			order.mode,
			ExecutionMode::Ensemble { n: 5, aggregation: Aggregation::Averaging }
		);
		let mut nodes = seated(id);
		nodes.sort_unstable();
		nodes.dedup();
		assert_eq!(nodes.len(), 5);
	});
}

#[test]
fn contradictory_requests_are_refused_with_the_reason() {
	ExtBuilder::default().nodes(7).build_and_execute(|| {
		let ensemble = |size| Some(Ensemble { size, aggregation: Aggregation::Voting });
		let refused = |change: &dyn Fn(&mut JobConstraints), error: Error<Test>| {
			let mut constraints = JobConstraints::default();
			change(&mut constraints);
			assert_noop!(
				JobDispatch::dispatch(
					RuntimeOrigin::signed(alice()),
					clause_id(),
					input(),
					constraints
				),
				error
			);
		};
		for size in [0, 1, 8, 255] {
			refused(&|c| c.ensemble = ensemble(size), Error::EnsembleInvalid);
		}
		refused(&|c| c.output_key = Some([1; 32]), Error::SealedOutputInvalid);
		refused(&|c| c.preferred = BoundedVec::truncate_from(vec![3, 4, 3]), Error::NamedTwice);
		refused(&|c| c.excluded = BoundedVec::truncate_from(vec![3, 3]), Error::NamedTwice);
		refused(
			&|c| {
				c.preferred = BoundedVec::truncate_from(vec![3]);
				c.excluded = BoundedVec::truncate_from(vec![3]);
			},
			Error::PreferredExcluded,
		);
		clause_with(|spec| {
			spec.policy.vendors = BoundedVec::truncate_from(vec![Vendor::IntelTdx]);
		});
		refused(
			&|c| c.vendors = BoundedVec::truncate_from(vec![Vendor::AmdSevSnp]),
			Error::VendorsDisjoint,
		);
		clause_mode(2, 3);
		refused(&|c| c.ensemble = ensemble(3), Error::EnsembleInvalid);
	});
}

#[test]
fn the_stricter_of_clause_and_requester_counts() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		clause_with(|spec| {
			spec.risk = RiskClass::Medium;
			spec.policy.vendors =
				BoundedVec::truncate_from(vec![Vendor::IntelTdx, Vendor::AmdSevSnp]);
		});
		let order = |id| Orders::<Test>::get(id).unwrap();
		let stricter = dispatch_with(|c| {
			c.tier = Some(RiskClass::High);
			c.sovereign_only = true;
			c.spread.vendors = true;
			c.vendors = BoundedVec::truncate_from(vec![Vendor::AmdSevSnp, Vendor::IntelSgx]);
		});
		assert_eq!(order(stricter).risk, RiskClass::High);
		assert_eq!(order(stricter).vendors.to_vec(), [Vendor::AmdSevSnp]);
		assert!(order(stricter).sovereign_only && order(stricter).spread.vendors);
		let laxer = dispatch_with(|c| c.tier = Some(RiskClass::Low));
		assert_eq!(order(laxer).risk, RiskClass::Medium);
		assert_eq!(order(laxer).vendors.len(), 2);
	});
}

#[test]
fn the_leading_fields_are_those_that_enclaves_read() {
	// docs/light-client.md, "Records".
	type JobHead = (JobStatus, u32, u32, concordat_primitives::job::Seats, Option<Hash>);
	type OrderHead = (
		concordat_primitives::AccountId,
		concordat_primitives::ClauseId,
		Hash,
		Hash,
		concordat_primitives::CapabilityId,
		ExecutionMode,
		concordat_primitives::clause::ResourceLimits,
		Option<[u8; 32]>,
		Hash,
	);
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		use codec::{Decode, Encode};
		clause_mode(2, 3);
		let id = open();
		run(1);
		Jobs::<Test>::mutate(id, |job| {
			job.as_mut().unwrap().ciphertext = Some(Hash::repeat_byte(7));
		});
		let (job, mut order) = (job(id), Orders::<Test>::get(id).unwrap());
		order.output_key = Some([5; 32]);
		let head = JobHead::decode(&mut &job.encode()[..]).unwrap();
		assert_eq!(head, (job.status, job.attempts, job.round, job.seats.clone(), job.ciphertext));
		let head = OrderHead::decode(&mut &order.encode()[..]).unwrap();
		let o = order.clone();
		assert_eq!(
			head,
			(
				o.requester,
				o.clause,
				o.program,
				o.input,
				o.capability,
				o.mode,
				o.limits,
				o.output_key,
				o.lineage
			)
		);
		Jobs::<Test>::mutate(id, |job| job.as_mut().unwrap().ciphertext = None);
	});
}

#[test]
fn an_ensemble_is_settled_by_answers_and_not_by_equal_ones() {
	ExtBuilder::default().nodes(7).build_and_execute(|| {
		let ensemble = |aggregation| {
			let id = dispatch_with(|c| c.ensemble = Some(Ensemble { size: 3, aggregation }));
			run(1);
			let nodes = seated(id);
			nodes.iter().for_each(|node| deliver(id, *node));
			(id, nodes)
		};
		// One heavy voice outweighs two.
		let (id, nodes) = ensemble(Aggregation::Voting);
		assert!(settle(id, &nodes[..1], &nodes[1..]) > 0);
		assert_eq!(job(id).status, JobStatus::Completed);
		// Too few answers, or none that counts.
		let (id, nodes) = ensemble(Aggregation::Averaging);
		for (agreed, dissented) in [(&nodes[..1], &nodes[..0]), (&nodes[..0], &nodes[..])] {
			assert_noop!(
				JobDispatch::settle(id, settlement(agreed, dissented)),
				Error::<Test>::SettlementInvalid
			);
		}
		// A failure has to be shared by as many as ever.
		assert_noop!(
			JobDispatch::settle(id, failure(&nodes[..1])),
			Error::<Test>::SettlementInvalid
		);
		settle(id, &nodes, &[]);
	});
}
