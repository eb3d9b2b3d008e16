//! Nodes commit to their results before anybody shows one.

use super::*;
use crate::{pallet::*, scheduler::Exclusion, types::*};
use concordat_primitives::{
	ensemble::{Aggregation, Ensemble},
	job::{FailureReason, JobConstraints, JobInput, JobStatus, SeatState},
	routing::{trust, NEUTRAL, ONE},
	trust::HopEnd,
};
use frame_support::assert_noop;

/// A job on three of nine nodes, two of which have to agree.
fn three() -> (JobId, [NodeId; 3]) {
	clause_mode(2, 3);
	let id = assigned();
	let [a, b, c] = seated(id)[..] else { panic!("three seats") };
	(id, [a, b, c])
}

fn opened(id: JobId) -> Option<(u32, u32)> {
	events().into_iter().find_map(|event| match event {
		Event::RevealsOpened { job, reveal_from, deliver_by } if job == id => {
			Some((reveal_from, deliver_by))
		},
		_ => None,
	})
}

#[test]
fn several_nodes_commit_where_all_can_see_what_they_find() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let commits = |id| {
			let terms = JobDispatch::terms(id).unwrap();
			assert_eq!(Orders::<Test>::get(id).unwrap().commit_reveal, terms.commit_reveal);
			terms.commit_reveal
		};
		assert!(!commits(dispatch()), "a single node has nobody to copy from");
		let aggregation = Aggregation::Consensus;
		assert!(commits(dispatch_with(|c| c.ensemble = Some(Ensemble { size: 3, aggregation }))));
		clause_mode(2, 3);
		assert!(commits(dispatch()));
		let sealed = JobInput::Sealed { commitment: Hash::repeat_byte(8), len: 9 };
		for (output_key, expected) in [(None, true), (Some([1; 32]), false)] {
			let id = JobDispatch::next_job();
			assert_ok!(JobDispatch::dispatch(
				RuntimeOrigin::signed(alice()),
				clause_id(),
				sealed.clone(),
				JobConstraints { output_key, ..Default::default() }
			));
			assert_eq!(
				commits(id),
				expected,
				"what only the requester can read tells nobody anything"
			);
		}
	});
}

#[test]
fn results_are_shown_in_the_block_after_the_last_commitment() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, [a, b, c]) = three();
		acknowledge(id, a);
		commit(id, a);
		commit(id, b);
		assert_eq!(job(id).status, JobStatus::Running);
		assert_eq!(seats(id)[0].state, SeatState::Committed(2));
		assert!(events().contains(&Event::SeatCommitted { job: id, attempt: 1, node: a }));
		run(1);
		assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::RevealTooEarly);
		assert_eq!(JobDispatch::terms(id).unwrap().reveal_from, None);
		commit(id, c);
		assert_eq!(opened(id), Some((4, 14)));
		assert_eq!(JobDispatch::terms(id).unwrap().reveal_from, Some(4));
		assert!(seats(id).iter().all(|seat| seat.deliver_by == 14));
		// Not in the same block: its author would choose who sees what first.
		assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::RevealTooEarly);
		run(1);
		[a, b, c].iter().for_each(|node| reveal(id, *node));
		assert!(seats(id).iter().all(|seat| seat.state == SeatState::Delivered(4)));
		settle(id, &[a, b, c], &[]);
		run(20);
		assert_eq!((totals().missed_deadlines, totals().withheld), (0, 0));
	});
}

#[test]
fn nothing_is_shown_that_was_not_committed_to_and_nothing_is_committed_to_twice() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let single = assigned();
		let node = seated(single)[0];
		assert_noop!(JobDispatch::committed(single, 1, node), Error::<Test>::NothingToCommit);
		let (id, [a, b, c]) = three();
		let stranger = (1..=9).find(|node| !seated(id).contains(node)).unwrap();
		assert_noop!(JobDispatch::committed(99, 1, a), Error::<Test>::JobUnknown);
		assert_noop!(JobDispatch::committed(id, 1, stranger), Error::<Test>::NotSeated);
		assert_noop!(JobDispatch::committed(id, 2, a), Error::<Test>::NotSeated);
		assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::NotCommitted);
		acknowledge(id, a);
		assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::NotCommitted);
		commit(id, a);
		assert_noop!(JobDispatch::committed(id, 1, a), Error::<Test>::AlreadyCommitted);
		assert_noop!(JobDispatch::acknowledge(id, 1, a), Error::<Test>::AlreadyCommitted);
		assert_noop!(JobDispatch::decline(id, 1, a), Error::<Test>::AlreadyCommitted);
		commit(id, b);
		commit(id, c);
		run(1);
		reveal(id, a);
		assert_noop!(JobDispatch::committed(id, 1, a), Error::<Test>::AlreadyDelivered);
		assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::AlreadyDelivered);
		settle(id, &[a, b], &[]);
		assert_noop!(JobDispatch::committed(id, 1, b), Error::<Test>::NotAssigned);
	});
}

#[test]
fn a_commitment_or_a_reveal_at_its_deadline_is_too_late_even_before_the_agenda_gets_there() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let (id, [a, b, c]) = three();
		[a, b].iter().for_each(|node| commit(id, *node));
		// The hook of these blocks does not run: as if it were far behind.
		System::set_block_number(15);
		assert_noop!(JobDispatch::committed(id, 1, c), Error::<Test>::TooLate);
		System::set_block_number(14);
		commit(id, c);
		System::set_block_number(25);
		assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::TooLate);
		System::set_block_number(24);
		reveal(id, a);
		System::set_block_number(2);
	});
}

#[test]
fn who_has_committed_waits_for_the_others_and_a_backup_commits_in_place_of_a_silent_one() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, [a, b, c]) = three();
		let next = job(id).backups[0];
		[a, b].iter().for_each(|node| commit(id, *node));
		acknowledge(id, c);
		run(13);
		assert_eq!(seated(id), [a, b, next], "at the deadline of its delivery");
		assert_eq!(job(id).reveal_from, None, "one has still to commit");
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, c)]);
		// Well past the deadlines that the first two had.
		run(5);
		commit(id, next);
		run(1);
		[a, b, next].iter().for_each(|node| reveal(id, *node));
		assert_eq!(settle(id, &[a, b, next], &[]), job(id).paid);
	});
}

#[test]
fn the_last_seat_that_is_lost_opens_the_reveals_for_those_who_are_left() {
	for declines in [false, true] {
		ExtBuilder::default().nodes(3).build_and_execute(|| {
			let (id, [a, b, c]) = three();
			[a, b].iter().for_each(|node| commit(id, *node));
			if declines {
				assert_ok!(JobDispatch::decline(id, 1, c));
			} else {
				run(6);
			}
			let now = System::block_number() as u32;
			assert_eq!(opened(id), Some((now + 1, now + 11)));
			assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, c)]);
			run(1);
			[a, b].iter().for_each(|node| reveal(id, *node));
			settle(id, &[a, b], &[]);
		});
	}
}

#[test]
fn where_too_few_are_left_to_commit_the_round_is_over_and_keeps_its_mode() {
	ExtBuilder::default().nodes(9).params(|p| p.max_attempts = 3).build_and_execute(|| {
		let (id, [a, ..]) = three();
		commit(id, a);
		// Of two silent nodes and their two backups none says anything.
		(0..30).for_each(|_| {
			if job(id).round == 1 {
				run(1);
			}
		});
		assert_eq!((job(id).escalated, job(id).committee, job(id).reveal_from), (None, None, None));
		let over = |event: &Event<Test>| {
			matches!(event, Event::RoundOver { disagreed: false, .. } | Event::JobEnded { .. })
		};
		assert!(events().iter().any(over));
		assert_eq!(job(id).status, JobStatus::Failed(FailureReason::NoQuorum), "one had an answer");
	});
}

#[test]
fn what_is_withheld_costs_the_seat_and_nobody_steps_in() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, [a, b, c]) = three();
		assert_eq!(job(id).backups.len(), 2);
		[a, b, c].iter().for_each(|node| commit(id, *node));
		run(1);
		[a, b].iter().for_each(|node| reveal(id, *node));
		run(9);
		assert_eq!(seated(id), [a, b, c], "not before its deadline");
		assert!(HeardSoFar::get().is_empty());
		run(1);
		assert_eq!(seated(id), [a, b], "whoever came now would know what the others said");
		assert_eq!((job(id).backups.len(), job(id).attempts), (2, 1));
		assert_eq!(HeardSoFar::get(), [Heard::Withheld(id, 1, c), Heard::SeatLost(id, c)]);
		let standing = JobDispatch::standing(c);
		assert_eq!((standing.misses, standing.cooldown_until, standing.running()), (1, 13 + 15, 0));
		assert_eq!(standing.trust, trust(NEUTRAL, HopEnd::Silent, ONE));
		assert_eq!((totals().missed_deadlines, totals().withheld), (1, 1));
		assert!(events().contains(&Event::SeatLost {
			job: id,
			attempt: 1,
			node: c,
			silence: Silence::Reveal,
			cooldown_until: 28,
		}));
		settle(id, &[a, b], &[]);
	});
}

#[test]
fn where_too_much_is_withheld_and_the_listener_sees_no_way_the_round_is_over() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let (id, [a, b, c]) = three();
		[a, b, c].iter().for_each(|node| commit(id, *node));
		run(1);
		reveal(id, a);
		run(10);
		let heard = HeardSoFar::get();
		assert!(
			matches!(
				heard[..],
				[
					Heard::Withheld(..),
					Heard::SeatLost(..),
					Heard::Withheld(..),
					Heard::SeatLost(..),
					Heard::RoundOver(_)
				]
			),
			"{heard:?}"
		);
		assert!(events().contains(&Event::RoundOver { job: id, attempts: 1, disagreed: false }));
		assert_eq!(job(id).escalated, None);
		assert_eq!(totals().withheld, 2);
	});
}

#[test]
fn a_result_withheld_may_bring_a_committee_in_the_same_block() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		Reaction::set(Reacts::Escalates);
		let (id, [a, b, c]) = three();
		let backups = job(id).backups.to_vec();
		[a, b, c].iter().for_each(|node| commit(id, *node));
		run(1);
		reveal(id, a);
		run(10);
		// The first loss already: this listener does not wait for the other deadline, which means nothing any more.
		assert_eq!(voting(id), backups);
		assert_eq!(seated(id)[0], a);
		assert_eq!((job(id).attempts, job(id).round), (2, 1));
		assert_eq!(totals().escalations, 1);
		assert_eq!(totals().withheld, 1, "who was not waited for has withheld nothing");
	});
}

#[test]
fn a_dispute_puts_the_reveals_off() {
	// Frozen before they are open, on the eve of them, and while they are.
	for (commits_before, blocks) in [(false, 0), (true, 0), (true, 3)] {
		ExtBuilder::default().nodes(9).build_and_execute(|| {
			let (id, [a, b, c]) = three();
			[a, b].iter().for_each(|node| commit(id, *node));
			if commits_before {
				commit(id, c);
			}
			run(blocks);
			let before = job(id);
			assert_ok!(JobDispatch::freeze(id));
			run(40);
			assert_noop!(JobDispatch::committed(id, 1, c), Error::<Test>::NotAssigned);
			assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::NotAssigned);
			assert_eq!((totals().withheld, totals().missed_deadlines), (0, 0));
			assert_ok!(JobDispatch::unfreeze(id, false));
			let after = job(id);
			assert_eq!(after.reveal_from, before.reveal_from.map(|at| at + 40));
			for (old, new) in before.seats.iter().zip(&after.seats) {
				assert_eq!((new.deliver_by, new.state), (old.deliver_by + 40, old.state));
			}
			if !commits_before {
				commit(id, c);
			}
			if blocks == 0 {
				assert_noop!(JobDispatch::delivered(id, 1, a), Error::<Test>::RevealTooEarly);
				run(1);
			}
			[a, b].iter().for_each(|node| reveal(id, *node));
			let left = seats(id)[2].deliver_by - System::block_number() as u32;
			run(left - 1);
			assert_eq!(seated(id).len(), 3);
			run(1);
			assert_eq!((seated(id).len(), totals().withheld), (2, 1));
		});
	}
}

#[test]
fn a_job_whose_time_runs_out_among_the_reveals_expires_after_them() {
	ExtBuilder::default().build_and_execute(|| {
		clause_mode(2, 3);
		let id = dispatch_with(|c| c.timeout_blocks = Some(25));
		run(4);
		(1..=3).for_each(admit);
		run(1);
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		[a, b, c].iter().for_each(|node| acknowledge(id, *node));
		assert_eq!((seats(id)[0].deliver_by, job(id).expires_at), (19, 26));
		run(12);
		// At the last moment: it would be over before all had their time to show anything.
		[a, b, c].iter().for_each(|node| commit(id, *node));
		assert_eq!((seats(id)[0].deliver_by, job(id).expires_at), (29, 30));
		run(1);
		reveal(id, a);
		run(10);
		// Both that withheld are told, before the job is over.
		assert_eq!(totals().withheld, 2);
		run_until(2, || job(id).status == JobStatus::Expired);
		assert_eq!(HeardSoFar::get().last(), Some(&Heard::RoundOver(id)));
	});
}

#[test]
fn a_node_that_is_lost_has_as_long_for_its_reveal_as_any_other() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let (id, [a, b, c]) = three();
		[a, b].iter().for_each(|node| commit(id, *node));
		let before = seats(id);
		JobDispatch::lost(a);
		assert_eq!(seats(id), before, "what it has to run it has run");
		JobDispatch::lost(c);
		assert_eq!(seats(id)[2].deliver_by, 4);
		commit(id, c);
		let before = seats(id);
		[a, b, c].iter().for_each(|node| JobDispatch::lost(*node));
		assert_eq!(seats(id), before);
		run(5);
		[a, b, c].iter().for_each(|node| reveal(id, *node));
		settle(id, &[a, b, c], &[]);
	});
}

#[test]
fn a_lease_has_to_last_until_what_was_committed_to_has_been_shown() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		// A delivery is due at block 15, the last reveal before block 26.
		let until =
			|at| move |p: &mut concordat_primitives::node::NodeProfile| p.lease_expires_at = at;
		admit_with(3, until(25));
		let id = {
			clause_mode(2, 3);
			dispatch()
		};
		let page = JobDispatch::candidates(&clause_id(), None, None, 0, 10).unwrap();
		let third = page.items.iter().find(|row| row.node == 3).unwrap();
		assert_eq!(third.exclusion, None, "at block 1 it would do");
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::LeaseEnding)));
		let page = JobDispatch::candidates(&clause_id(), None, None, 0, 10).unwrap();
		let third = page.items.iter().find(|row| row.node == 3).unwrap();
		assert_eq!(third.exclusion, Some(Exclusion::LeaseEnding));
		admit_with(3, until(27));
		run(1);
		assert_eq!(seated(id).len(), 3);
		// One node alone is needed until it delivers, and no longer.
		clause_mode(1, 1);
		admit_with(4, until(17));
		[1, 2, 3].iter().for_each(|node| stand_with(*node, |s| s.cooldown_until = 100));
		let single = dispatch();
		run(1);
		assert_eq!((System::block_number(), seated(single)), (4, vec![4]));
	});
}

#[test]
fn a_timeout_leaves_room_for_the_reveals() {
	ExtBuilder::default().build_and_execute(|| {
		let ask = |blocks| {
			let constraints = JobConstraints { timeout_blocks: Some(blocks), ..Default::default() };
			JobDispatch::dispatch(RuntimeOrigin::signed(alice()), clause_id(), input(), constraints)
		};
		// 10 s of wall clock, 8 blocks of margin, one block to be placed; ten for the reveals and one before them.
		clause_mode(2, 3);
		assert_noop!(ask(14 + 10), Error::<Test>::TimeoutOutOfBounds);
		assert_ok!(ask(14 + 11));
		clause_mode(1, 1);
		assert_ok!(ask(14));
	});
}

#[test]
fn sealed_outputs_are_delivered_as_they_come() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		use concordat_primitives::sealed::{ciphertext_hash, SealedBody, SealedInput, SealedKey};
		clause_mode(2, 3);
		let id = JobDispatch::next_job();
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(alice()),
			clause_id(),
			JobInput::Sealed { commitment: Hash::repeat_byte(8), len: 52 },
			JobConstraints { output_key: Some([1; 32]), ..Default::default() }
		));
		run(1);
		let body = BoundedVec::truncate_from(vec![7u8; 100]);
		let keys = JobDispatch::recipients(id)
			.into_iter()
			.map(|(node, key)| SealedKey { node, key, encapsulated: [1; 32], wrapped: [2; 48] })
			.collect();
		let sealed = SealedInput {
			round: 1,
			ciphertext: ciphertext_hash(&body),
			body: SealedBody::Inline(body),
			keys: BoundedVec::truncate_from(keys),
		};
		assert_ok!(JobDispatch::provide_sealed(RuntimeOrigin::signed(alice()), id, sealed));
		let [a, b, _] = seated(id)[..] else { panic!("three seats") };
		assert_noop!(JobDispatch::committed(id, 1, a), Error::<Test>::NothingToCommit);
		[a, b].iter().for_each(|node| reveal(id, *node));
		// Nor does its committee: nobody can read what its members find.
		assert_eq!(JobDispatch::escalate(id), Ok(2));
		let member = voting(id)[0];
		assert_noop!(JobDispatch::committed(id, 2, member), Error::<Test>::NothingToCommit);
		reveal(id, member);
	});
}

#[test]
fn the_window_of_the_reveals_is_bounded() {
	for (blocks, good) in [(0, false), (1, true), (1_800, true), (1_801, false)] {
		assert_eq!(Params { reveal_window: blocks, ..Default::default() }.are_valid(), good);
	}
	assert_eq!(Params::default().reveal_window, 10);
	// The shortest of all leaves one block for it.
	ExtBuilder::default().nodes(3).params(|p| p.reveal_window = 1).build_and_execute(|| {
		let (id, nodes) = three();
		nodes.iter().for_each(|node| commit(id, *node));
		run(1);
		nodes.iter().for_each(|node| reveal(id, *node));
		settle(id, &nodes, &[]);
	});
}
