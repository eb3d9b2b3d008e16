//! Silent nodes, failed rounds, and what becomes of the job.

use super::*;
use crate::{pallet::*, scheduler::Exclusion, types::*};
use concordat_primitives::{
	clause::{ExecutionMode, RiskClass},
	hashing::attempt_nonce,
	job::{FailureReason, JobStatus, SeatState},
	receipt::Operation,
	routing::{trust, NEUTRAL, ONE},
	traits::BlockRandomness,
	trust::HopEnd,
};
use frame_support::assert_noop;

#[test]
fn the_first_acknowledgement_makes_the_job_run() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		acknowledge(id, nodes[1]);
		assert_eq!(job(id).status, JobStatus::Running);
		assert_eq!(seats(id)[1].state, SeatState::Acknowledged(2));
		assert_eq!(seats(id)[0].state, SeatState::Assigned);
		assert_eq!(totals().assigned, 1);
		assert!(events().contains(&Event::SeatAcknowledged {
			job: id,
			attempt: 1,
			node: nodes[1]
		}));
	});
}

#[test]
fn acknowledgements_and_deliveries_must_name_the_seat_and_come_once_and_in_time() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let waiting = dispatch_with(|c| c.min_trust = 1_000_000);
		assert_noop!(JobDispatch::acknowledge(99, 1, 1), Error::<Test>::JobUnknown);
		assert_noop!(JobDispatch::acknowledge(waiting, 1, 1), Error::<Test>::NotAssigned);
		let id = assigned();
		let node = seated(id)[0];
		let other = if node == 1 { 2 } else { 1 };
		assert_noop!(JobDispatch::acknowledge(id, 2, node), Error::<Test>::NotSeated);
		assert_noop!(JobDispatch::acknowledge(id, 0, node), Error::<Test>::NotSeated);
		assert_noop!(JobDispatch::acknowledge(id, 1, other), Error::<Test>::NotSeated);
		assert_noop!(JobDispatch::delivered(id, 1, other), Error::<Test>::NotSeated);
		assert_ok!(JobDispatch::acknowledge(id, 1, node));
		assert_noop!(JobDispatch::acknowledge(id, 1, node), Error::<Test>::AlreadyAcknowledged);
		assert_ok!(JobDispatch::delivered(id, 1, node));
		assert_eq!(seats(id)[0].state, SeatState::Delivered(2));
		assert_noop!(JobDispatch::acknowledge(id, 1, node), Error::<Test>::AlreadyDelivered);
		assert_noop!(JobDispatch::delivered(id, 1, node), Error::<Test>::AlreadyDelivered);
	});
}

#[test]
fn what_comes_at_its_deadline_is_too_late_even_before_the_agenda_gets_there() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		// The hook of these blocks does not run: as if it were far behind.
		System::set_block_number(7);
		frame_support::hypothetically!({
			assert_ok!(JobDispatch::acknowledge(id, 1, 1));
		});
		System::set_block_number(8);
		assert_noop!(JobDispatch::acknowledge(id, 1, 1), Error::<Test>::TooLate);
		System::set_block_number(15);
		assert_noop!(JobDispatch::delivered(id, 1, 1), Error::<Test>::TooLate);
		System::set_block_number(2);
	});
}

#[test]
fn a_silent_node_is_replaced_by_the_best_backup_under_a_new_attempt_and_nonce() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		let backups = job(id).backups.to_vec();
		acknowledge(id, a);
		acknowledge(id, b);
		run(5);
		assert_eq!(seated(id), [a, b, c], "not before its deadline");
		run(1);

		let record = job(id);
		assert_eq!(seated(id), [a, b, backups[0]]);
		assert_eq!(record.backups.to_vec(), backups[1..]);
		assert_eq!((record.status, record.attempts), (JobStatus::Running, 2));
		let fresh = &record.seats[2];
		assert_eq!(fresh.attempt, 2);
		assert_eq!(fresh.nonce, attempt_nonce(&Vrf::seed(b"concordat/schedule/v1"), id, 2));
		assert_ne!(fresh.nonce, record.seats[0].nonce);
		assert_eq!((fresh.ack_by, fresh.deliver_by), (8 + 6, 8 + 13));
		// The silent one pays with its standing, and rests.
		let standing = JobDispatch::standing(c);
		assert_eq!(standing.trust, trust(NEUTRAL, HopEnd::Silent, ONE));
		assert!(standing.trust < NEUTRAL && standing.quality(rain()) < NEUTRAL);
		assert_eq!((standing.misses, standing.cooldown_until, standing.running()), (1, 8 + 15, 0));
		assert_eq!(JobDispatch::assignments(c), [0u64; 0]);
		assert_eq!(JobDispatch::assignments(backups[0]), [id]);
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, c)]);
		assert_eq!(totals().missed_deadlines, 1);
		let lost = Event::SeatLost {
			job: id,
			attempt: 1,
			node: c,
			silence: Silence::Acknowledgement,
			cooldown_until: 23,
		};
		assert!(events().contains(&lost));
		assert!(matches!(
			ReceiptBook::get().last(),
			Some(Operation::JobAssigned { attempt: 2, nodes, .. }) if nodes.len() == 3
		));
		// What the silent one says now names an attempt that it has no seat for.
		assert_noop!(JobDispatch::acknowledge(id, 1, c), Error::<Test>::NotSeated);
	});
}

#[test]
fn a_silent_node_is_replaced_in_less_than_30_seconds() {
	// Killed before it acknowledges, or right after.
	for acknowledges in [false, true] {
		ExtBuilder::default().nodes(5).build_and_execute(|| {
			let id = assigned();
			let first = seated(id)[0];
			if acknowledges {
				acknowledge(id, first);
			}
			let blocks = run_until(14, || seated(id)[0] != first);
			assert!(blocks * 2 < 30, "{blocks} blocks of 2 s");
			assert_eq!(job(id).attempts, 2);
		});
	}
}

#[test]
fn a_node_that_acknowledges_and_never_delivers_loses_its_seat_too() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		let first = seated(id)[0];
		acknowledge(id, first);
		run(12);
		assert_eq!(seated(id), [first]);
		run(1);
		assert_ne!(seated(id), [first]);
		assert_eq!(job(id).status, JobStatus::Scheduled, "nobody has acknowledged yet");
		assert!(events()
			.iter()
			.any(|event| matches!(event, Event::SeatLost { silence: Silence::Delivery, .. })));
	});
}

#[test]
fn a_seat_that_delivered_falls_to_no_deadline() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		deliver(id, node);
		assert_eq!(job(id).status, JobStatus::Running);
		run(30);
		assert_eq!(seated(id), [node]);
		assert_eq!(totals().missed_deadlines, 0);
	});
}

#[test]
fn a_backup_that_is_no_longer_fit_is_passed_over() {
	type Spoil = fn(NodeId);
	let spoils: [Spoil; 4] = [
		|node| revoke(node),
		|node| JobDispatch::evict(node),
		|node| stand_with(node, |s| s.cooldown_until = 1_000),
		|node| admit_with(node, |p| p.capacity = 0),
	];
	for spoil in spoils {
		ExtBuilder::default().nodes(3).build_and_execute(|| {
			let id = assigned();
			let [best, second] = job(id).backups[..] else { panic!("two backups") };
			spoil(best);
			run(6);
			assert_eq!(seated(id), [second]);
			assert!(job(id).backups.is_empty());
		});
	}
}

#[test]
fn a_backup_on_the_platform_of_a_seat_is_passed_over() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, _] = seated(id)[..] else { panic!("three seats") };
		let [best, second] = job(id).backups[..] else { panic!("two backups") };
		[a, b].iter().for_each(|node| acknowledge(id, *node));
		// It moved since it was drawn.
		admit_with(best, |p| p.platform = profile(a).platform);
		run(6);
		assert_eq!(seated(id), [a, b, second]);
	});
}

#[test]
fn without_backups_the_others_go_on_if_they_can_still_agree() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		[a, b].iter().for_each(|node| acknowledge(id, *node));
		run(6);
		assert_eq!(seated(id), [a, b]);
		assert_eq!((job(id).status, job(id).attempts), (JobStatus::Running, 1));
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, c)]);
		[a, b].iter().for_each(|node| deliver(id, *node));
		settle(id, &[a, b], &[]);
		assert_eq!(job(id).status, JobStatus::Completed);
	});
}

#[test]
fn without_backups_and_without_hope_the_round_is_over() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let first = seated(id)[0];
		deliver(id, first);
		run(6);
		// Two silent nodes: the first is missed, with the second the quorum is out of reach.
		let record = job(id);
		assert_eq!((record.status, record.attempts), (JobStatus::Pending, 1));
		assert!(record.seats.is_empty());
		assert!(record.spent.is_empty(), "who was silent rests; who delivered may sit again");
		let heard = HeardSoFar::get();
		assert!(matches!(heard[..], [Heard::SeatLost(..), Heard::RoundOver(_)]), "{heard:?}");
		assert_eq!(JobDispatch::running(first), 0);
		assert!(events().contains(&Event::RoundOver { job: id, attempts: 1, disagreed: false }));
		// New nodes carry the next attempt.
		[4, 5].iter().for_each(|node| admit(*node));
		run(1);
		assert_eq!(job(id).attempts, 2);
		assert!(seats(id).iter().all(|seat| seat.attempt == 2));
		assert!(seated(id).contains(&first));
	});
}

#[test]
fn a_round_that_fails_goes_to_the_head_and_to_other_nodes() {
	ExtBuilder::default().nodes(8).params(|p| p.max_assignments_per_block = 1).build_and_execute(
		|| {
			clause_mode(2, 3);
			let id = assigned();
			let before = seats(id);
			let nodes = seated(id);
			nodes.iter().for_each(|node| deliver(id, *node));
			let behind = dispatch();
			assert_ok!(JobDispatch::round_failed(id));
			assert_eq!(job(id).status, JobStatus::Pending);
			assert_eq!(HeardSoFar::get(), [Heard::RoundOver(id)]);
			assert!(nodes.iter().all(|node| JobDispatch::running(*node) == 0));
			// Nobody is guilty of a disagreement that has not been judged.
			assert!(nodes.iter().all(|node| JobDispatch::reputation(*node) == (NEUTRAL, NEUTRAL)));
			assert_noop!(JobDispatch::round_failed(id), Error::<Test>::NotAssigned);
			assert_noop!(JobDispatch::round_failed(99), Error::<Test>::JobUnknown);

			run(1);
			assert_eq!(job(behind).status, JobStatus::Pending, "it stands behind");
			let after = seats(id);
			assert!(after.iter().all(|seat| !nodes.contains(&seat.node)));
			assert!(job(id).backups.iter().all(|node| !nodes.contains(node)));
			assert!(after.iter().all(|seat| seat.attempt == 2));
			assert_ne!(after[0].nonce, before[0].nonce);
			// The nodes of the first round do not count any more.
			assert_noop!(JobDispatch::delivered(id, 1, nodes[0]), Error::<Test>::NotSeated);
		},
	);
}

#[test]
fn without_other_nodes_the_same_ones_are_asked_again_in_a_round_of_its_own() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let before = seats(id);
		assert_ok!(JobDispatch::round_failed(id));
		assert_eq!(job(id).spent.len(), 3);
		run(1);
		// Others would have been better; that there are none is known now.
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::AlreadyAsked)));
		assert_eq!((job(id).status, job(id).spent.len()), (JobStatus::Pending, 0));
		run(1);
		let record = job(id);
		assert_eq!((record.status, record.attempts), (JobStatus::Scheduled, 2));
		assert_eq!(record.seats.len(), 3);
		for seat in &record.seats {
			assert_eq!(seat.attempt, 2);
			assert!(before.iter().all(|old| old.nonce != seat.nonce));
		}
		// What was signed for the first round does not count in the second one.
		assert_noop!(JobDispatch::delivered(id, 1, before[0].node), Error::<Test>::NotSeated);
		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		settle(id, &nodes, &[]);
	});
}

/// A clause of an ordinary risk: where nodes never agree, there is no vote.
fn routine(k: u8, n: u8) {
	clause_with(|spec| {
		spec.mode = ExecutionMode::Quorum { k, n };
		spec.risk = RiskClass::Medium;
	});
}

#[test]
fn three_nodes_that_never_agree_use_up_the_attempts_and_no_more() {
	ExtBuilder::default().nodes(3).params(|p| p.max_attempts = 4).build_and_execute(|| {
		routine(2, 3);
		let id = assigned();
		for attempt in 1..=4 {
			run_until(3, || job(id).status.is_assigned());
			assert_eq!(job(id).attempts, attempt);
			seated(id).iter().for_each(|node| deliver(id, *node));
			assert_ok!(JobDispatch::round_failed(id));
		}
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::NoQuorum));
	});
}

#[test]
fn a_round_that_needs_some_of_the_old_nodes_gets_them() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		assert_ok!(JobDispatch::round_failed(id));
		[4, 5].iter().for_each(|node| admit(*node));
		run(2);
		assert_eq!((job(id).status, job(id).attempts), (JobStatus::Scheduled, 2));
	});
}

#[test]
fn old_nodes_that_could_not_sit_anyhow_are_no_reason_to_ask_them() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		assert_ok!(JobDispatch::round_failed(id));
		(1..=3).for_each(|node| stand_with(node, |s| s.cooldown_until = 100));
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::CoolingDown)));
		assert_eq!(job(id).spent.len(), 3, "when others come, they go first");
	});
}

#[test]
fn when_all_stay_silent_the_job_fails_and_is_refunded() {
	ExtBuilder::default().nodes(12).params(|p| p.default_timeout = 1_000).build_and_execute(|| {
		clause_mode(2, 3);
		let before = Balances::total_balance(&alice());
		let id = assigned();
		run_until(900, || job(id).status.is_final());
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::Silence));
		assert_eq!(job(id).attempts, 6);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let fee = quote.fees.scheduling;
		assert_eq!(Balances::total_balance(&alice()), before - fee);
		assert_eq!(held(&alice()), (0, 0));
		assert_eq!(
			Closed::get(),
			[Some(false)],
			"a clause that nobody can run counts towards safe mode"
		);
		assert!((1..=12).all(|node| JobDispatch::running(node) == 0));
		let refunded = quote.total - fee;
		assert_eq!(
			ReceiptBook::get().last(),
			Some(&Operation::JobFailed { job: id, clause: clause_id(), attempts: 6, refunded })
		);
		assert_eq!(job(id).receipt, Some(ReceiptBook::get().len() as u64));
		assert_eq!(HeardSoFar::get().last(), Some(&Heard::RoundOver(id)));
		assert_eq!(totals().failed, 1);
	});
}

#[test]
fn when_nodes_never_agree_the_job_fails_after_the_last_attempt() {
	ExtBuilder::default().nodes(8).params(|p| p.max_attempts = 3).build_and_execute(|| {
		routine(2, 3);
		let id = assigned();
		for round in 1..=3 {
			// The last round asks seven of eight, and so some of those of the second again: after one try without them.
			run_until(2, || job(id).status.is_assigned());
			assert_eq!(job(id).attempts, round);
			seated(id).iter().for_each(|node| deliver(id, *node));
			assert_ok!(JobDispatch::round_failed(id));
			run(1);
		}
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::NoQuorum));
		assert_eq!(Closed::get(), [Some(false)]);
		let over = HeardSoFar::get().iter().filter(|h| **h == Heard::RoundOver(id)).count();
		assert_eq!(over, 3, "each round is over once");
	});
}

#[test]
fn no_backup_steps_in_when_the_attempts_are_used_up() {
	ExtBuilder::default().nodes(5).params(|p| p.max_attempts = 1).build_and_execute(|| {
		let id = assigned();
		run(6);
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::Silence));
	});
}

#[test]
fn cool_downs_double_with_every_silence_and_end_with_a_good_result() {
	ExtBuilder::default().nodes(1).params(|p| p.default_timeout = 500).build_and_execute(|| {
		let id = assigned();
		for rest in [15, 30, 60] {
			run(6);
			let lost_at = System::block_number() as u32;
			assert_eq!(JobDispatch::standing(1).cooldown_until, lost_at + rest);
			assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::CoolingDown)));
			run(rest - 1);
			assert!(seated(id).is_empty(), "it is not asked before the end of its rest");
			run_until(16, || seated(id) == [1]);
		}
		deliver(id, 1);
		settle(id, &[1], &[]);
		assert_eq!(JobDispatch::standing(1).misses, 0);
	});
}

#[test]
fn a_node_that_left_the_pools_keeps_its_seat_and_its_blame() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		JobDispatch::evict(1);
		assert_eq!(JobDispatch::running(1), 1, "what it runs, runs on");
		assert_eq!(JobDispatch::assignments(1), [id]);
		run(6);
		assert_eq!(JobDispatch::running(1), 0);
		assert_eq!(JobDispatch::standing(1).misses, 1);
		// It does not lose its memory by coming back.
		admit(1);
		assert_eq!(JobDispatch::standing(1).misses, 1);
		assert!(Standings::<Test>::iter().next().is_none());
	});
}

#[test]
fn the_listener_may_end_the_round_when_it_hears_of_a_lost_seat() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		Reaction::set(Reacts::GivesUp);
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		[a, b].iter().for_each(|node| deliver(id, *node));
		run(6);
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, c), Heard::RoundOver(id)]);
		assert_eq!(job(id).status, JobStatus::Pending);
		// The next try, in the same block, looked for others first.
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::AlreadyAsked)));
	});
}

#[test]
fn the_seats_of_a_lost_node_fall_soon_and_those_that_delivered_stay() {
	ExtBuilder::default().nodes(6).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		acknowledge(id, a);
		deliver(id, b);
		[a, b, c].iter().for_each(|node| JobDispatch::lost(*node));
		let due = |node| {
			let seat = seats(id).into_iter().find(|seat| seat.node == node).unwrap();
			(seat.ack_by, seat.deliver_by)
		};
		assert_eq!((due(a), due(b), due(c)), ((4, 4), (8, 15), (4, 4)));
		JobDispatch::do_try_state().unwrap();
		// A certificate that was on its way still counts.
		run(1);
		deliver(id, a);
		run(1);
		let nodes = seated(id);
		assert_eq!(nodes[..2], [a, b]);
		assert!(nodes.len() == 3 && nodes[2] != c, "a backup stepped in");
		assert_eq!(JobDispatch::standing(c).misses, 1);
		assert_eq!(totals().missed_deadlines, 1);
	});
}

#[test]
fn a_loss_never_puts_a_deadline_off_and_leaves_frozen_jobs_alone() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let (soon, frozen) = (dispatch(), dispatch());
		run(1);
		(1..=3).for_each(JobDispatch::lost);
		let before = seats(soon);
		run(1);
		assert_ok!(JobDispatch::freeze(frozen));
		let untouched = seats(frozen);
		(1..=3).for_each(JobDispatch::lost);
		assert_eq!(seats(soon), before);
		assert_eq!(seats(frozen), untouched);
	});
}
