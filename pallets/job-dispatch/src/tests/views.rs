//! What clients read.

use super::*;
use crate::{pallet::*, scheduler::Exclusion, types::*};
use concordat_primitives::{
	clause::TriggerKind,
	hashing::NO_LINEAGE,
	job::{JobClass, JobStatus},
	views::{Totals as TotalsView, MAX_PAGE},
	ClauseId,
};

#[test]
fn a_job_is_shown_with_its_history() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_mode(2, 3);
		let id = dispatch_with(|c| c.class = JobClass::High);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let view = JobDispatch::view(id).unwrap();
		assert_eq!((view.id, view.requester, view.clause), (id, alice(), clause_id()));
		assert_eq!((view.class, view.quorum), (JobClass::High, (2, 3)));
		assert_eq!((view.status, view.attempts), (JobStatus::Pending, 0));
		assert_eq!((view.escrow, view.paid), (quote.total, 0));
		assert_eq!((view.dispatched_at, view.assigned_at, view.ended_at), (1, None, None));
		assert_eq!(view.waiting.as_deref(), Some("queued"));
		assert!(view.result.is_none());
		run(1);
		let view = JobDispatch::view(id).unwrap();
		assert_eq!((view.seats.len(), view.backups.len()), (3, 2));
		assert_eq!((view.assigned_at, view.waiting), (Some(2), None));
		let nodes = seated(id);
		let paid = settle(id, &nodes, &[]);
		let view = JobDispatch::view(id).unwrap();
		assert_eq!((view.paid, view.escrow, view.ended_at), (paid, 0, Some(2)));
		assert_eq!(view.seats.len(), 3, "who sat is still shown");
		assert!(JobDispatch::view(99).is_none());
	});
}

#[test]
fn a_waiting_job_says_why() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = dispatch_with(|c| c.min_trust = 900_000);
		run(2);
		let view = JobDispatch::view(id).unwrap();
		assert_eq!(
			view.waiting.as_deref(),
			Some("too few eligible nodes; most: trust below what is asked (tried 2 times)")
		);
		assert_ok!(JobDispatch::pause(
			RuntimeOrigin::root(),
			PauseSubject::Class(JobClass::Normal),
			50
		));
		run(1);
		let view = JobDispatch::view(id).unwrap();
		assert_eq!(
			view.waiting.as_deref(),
			Some("held back by a switch of governance or the safe mode of its clause")
		);
	});
}

#[test]
fn work_holds_all_that_a_node_needs() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = dispatch_with(|c| c.trigger = TriggerKind::Schedule);
		run(1);
		let work = JobDispatch::work(id).unwrap();
		assert_eq!(
			(work.input, work.trigger, work.lineage),
			(input(), TriggerKind::Schedule, NO_LINEAGE)
		);
		let terms = work.terms;
		assert_eq!(Some(&terms), JobDispatch::terms(id).as_ref());
		assert_eq!(
			(terms.job, terms.clause, terms.program),
			(id, clause_id(), spec().program.hash)
		);
		assert_eq!((terms.mode, terms.limits), (spec().mode, spec().limits));
		assert_eq!((terms.status, terms.seats.len()), (JobStatus::Scheduled, 1));
		assert_eq!(JobDispatch::requester(id), Some(alice()));
	});
}

#[test]
fn jobs_are_paged_past_the_gaps_of_pruned_ones() {
	ExtBuilder::default().build_and_execute(|| {
		let ids: Vec<_> = (0..5).map(|_| dispatch()).collect();
		for id in &ids[..2] {
			assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), *id));
		}
		run(60);
		let page = JobDispatch::page(0, 2);
		assert_eq!(page.items.iter().map(|job| job.id).collect::<Vec<_>>(), [3, 4]);
		assert_eq!(page.next, Some(5));
		let page = JobDispatch::page(5, 2);
		assert_eq!(page.items.iter().map(|job| job.id).collect::<Vec<_>>(), [5]);
		assert_eq!(page.next, None);
		// Absurd questions get short answers.
		assert_eq!(JobDispatch::page(u64::MAX, u32::MAX).items.len(), 0);
		assert_eq!(JobDispatch::page(u64::MAX, u32::MAX).next, None);
		(0..120).for_each(|_| {
			dispatch();
		});
		assert_eq!(JobDispatch::page(0, u32::MAX).items.len(), MAX_PAGE as usize);
	});
}

#[test]
fn a_long_gap_is_passed_in_steps() {
	ExtBuilder::default().build_and_execute(|| {
		let dispatched = |jobs| Ledger::<Test>::mutate(|ledger| ledger.totals.jobs = jobs);
		dispatched(4_999);
		let page = JobDispatch::page(1, 10);
		assert_eq!((page.items.len(), page.next), (0, Some(1_001)));
		dispatched(0);
	});
}

#[test]
fn routing_shows_every_factor_and_every_reason() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		stand_with(2, |s| s.cooldown_until = 100);
		revoke(3);
		let page = JobDispatch::candidates(&clause_id(), None, None, 0, 10).unwrap();
		assert_eq!(page.next, None);
		let rows: Vec<_> =
			page.items.iter().map(|row| (row.node, row.excluded.as_deref())).collect();
		assert_eq!(
			rows,
			[
				(1, None),
				(2, Some("cooling down after a silence")),
				(3, Some("its lease does not count now: None")),
			]
		);
		assert_eq!(page.items[0].score, Some(page.items[0].factors.score()));
		assert_eq!(page.items[1].score, None);
		// What is shown is what a node is chosen by.
		let id = assigned();
		let page = JobDispatch::candidates(&clause_id(), None, None, 0, 1).unwrap();
		assert_eq!(seated(id), [1]);
		assert_eq!(page.items[0].factors.load, 250_000);
		assert_eq!(page.next, Some(1));
		let unknown = ClauseId::parse("NOAA::Hail@1.0").unwrap();
		assert!(JobDispatch::candidates(&unknown, None, None, 0, 10).is_none());
		assert_eq!(
			JobDispatch::candidates(&clause_id(), None, None, u64::MAX, 10).unwrap().items.len(),
			0
		);
	});
}

#[test]
fn routing_pages_run_across_the_pools_of_all_jurisdictions() {
	ExtBuilder::default().build_and_execute(|| {
		for node in 1..=9 {
			admit_with(node, |p| p.jurisdiction = place(["IDN", "PHL", "USA"][node as usize % 3]));
		}
		clause_with(|s| {
			s.policy.jurisdictions = BoundedVec::truncate_from(vec![place("USA"), place("IDN")]);
		});
		let mut nodes = Vec::new();
		let mut from = Some(0);
		while let Some(start) = from {
			let page = JobDispatch::candidates(&clause_id(), None, None, start, 2).unwrap();
			assert!(page.items.len() <= 2);
			nodes.extend(page.items.iter().map(|row| (row.node, row.exclusion)));
			from = page.next;
		}
		// Those that could be asked come first, the others with what keeps them out.
		let (eligible, others) = nodes.split_at(6);
		assert!(eligible.iter().all(|(_, exclusion)| exclusion.is_none()));
		let outside = Some(Exclusion::Jurisdiction);
		assert!(others.iter().all(|(_, exclusion)| *exclusion == outside));
		let sorted = |list: &[(NodeId, Option<Exclusion>)]| -> Vec<NodeId> {
			let mut list: Vec<_> = list.iter().map(|(node, _)| *node).collect();
			list.sort_unstable();
			list
		};
		assert_eq!(sorted(eligible), [2, 3, 5, 6, 8, 9]);
		assert_eq!(sorted(others), [1, 4, 7]);
	});
}

#[test]
fn totals_count_what_happened() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		completed();
		dispatch_with(|c| c.min_trust = 1_000_000);
		let failing = assigned();
		let mut view = TotalsView { nodes: 7, ..Default::default() };
		JobDispatch::totals(&mut view);
		assert_eq!((view.jobs, view.queued, view.assigned, view.completed), (3, 1, 1, 1));
		assert_eq!(view.nodes, 7, "what others count is left alone");
		assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), failing));
		JobDispatch::totals(&mut view);
		assert_eq!((view.assigned, view.failed), (0, 1));
	});
}

#[test]
fn pages_without_rows_are_never_asked_for() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let ids: Vec<_> = (0..3).map(|_| dispatch()).collect();
		// Whoever asks for nothing gets one row: following `next` must lead to the end.
		let (mut seen, mut from) = (Vec::new(), Some(0));
		while let Some(start) = from {
			let page = JobDispatch::page(start, 0);
			assert!(page.next.is_none_or(|next| next > start), "page {start} leads nowhere");
			seen.extend(page.items.iter().map(|job| job.id));
			from = page.next;
		}
		assert_eq!(seen, ids);
		let (mut seen, mut from) = (Vec::new(), Some(0));
		while let Some(start) = from {
			let page = JobDispatch::candidates(&clause_id(), None, None, start, 0).unwrap();
			assert!(page.next.is_none_or(|next| next > start), "page {start} leads nowhere");
			seen.extend(page.items.iter().map(|row| row.node));
			from = page.next;
		}
		assert_eq!(seen, [1, 2, 3]);
	});
}

#[test]
fn steps_that_write_no_totals_change_none() {
	use concordat_primitives::job::FailureReason;
	let all = [
		JobStatus::Pending,
		JobStatus::AwaitingInput,
		JobStatus::Paused,
		JobStatus::Scheduled,
		JobStatus::Running,
		JobStatus::Completed,
		JobStatus::Failed(FailureReason::Silence),
		JobStatus::Expired,
		JobStatus::Cancelled,
		JobStatus::Disputed,
		JobStatus::Slashed,
	];
	let mut ignored = 0;
	for from in all {
		for to in all {
			let before = Counters { queued: 9, assigned: 9, ..Default::default() };
			let mut after = before;
			after.moved(from, to);
			if Counters::ignore(from, to) {
				ignored += 1;
				assert_eq!(after, before, "{from:?} to {to:?}");
			}
		}
	}
	assert_eq!(ignored, 3 * 3 + 2 * 2);
}
