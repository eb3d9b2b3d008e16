//! Freezing: nothing happens to a job while a dispute is open, and it goes on where it was afterwards.

use super::*;
use crate::pallet::*;
use concordat_primitives::job::{JobStatus, SeatState};
use frame_support::assert_noop;

#[test]
fn deadlines_of_a_frozen_job_do_not_fire_and_are_put_off() {
	ExtBuilder::default().nodes(5).build_and_execute(|| {
		clause_mode(2, 3);
		let id = assigned();
		let nodes = seated(id);
		acknowledge(id, nodes[0]);
		run(2);
		let before = job(id);
		assert_ok!(JobDispatch::freeze(id));
		assert_eq!(job(id).status, JobStatus::Disputed);
		assert_eq!(totals().assigned, 0);
		assert!(events().contains(&Event::JobFrozen { job: id, was: JobStatus::Running }));
		// Well past every deadline, the expiry of the job among them.
		run(400);
		assert_eq!(job(id).status, JobStatus::Disputed);
		assert_eq!(seated(id), nodes);
		assert_eq!(JobDispatch::running(nodes[0]), 1, "its nodes stay bound");
		assert_eq!(totals().missed_deadlines, 0);
		assert_noop!(JobDispatch::acknowledge(id, 1, nodes[1]), Error::<Test>::NotAssigned);
		assert_noop!(JobDispatch::delivered(id, 1, nodes[1]), Error::<Test>::NotAssigned);
		assert_noop!(JobDispatch::settle(id, settlement(&nodes, &[])), Error::<Test>::NotAssigned);
		assert_noop!(JobDispatch::round_failed(id), Error::<Test>::NotAssigned);
		assert_noop!(JobDispatch::freeze(id), Error::<Test>::NotDisputable);

		assert_ok!(JobDispatch::unfreeze(id, false));
		let after = job(id);
		assert_eq!(after.status, JobStatus::Running);
		assert_eq!(after.expires_at, before.expires_at + 400);
		for (old, new) in before.seats.iter().zip(&after.seats) {
			assert_eq!(new.ack_by, old.ack_by + 400);
			assert_eq!(new.deliver_by, old.deliver_by + 400);
			// All that an enclave signs about stays: what it did meanwhile counts.
			assert_eq!((new.nonce, new.attempt), (old.nonce, old.attempt));
			assert_eq!((new.lease, new.signing_key), (old.lease, old.signing_key));
			assert_eq!((new.state, new.assigned_at), (old.state, old.assigned_at));
		}
		// Four blocks were left to acknowledge.
		run(3);
		assert_eq!(seated(id), nodes);
		run(1);
		assert_eq!(seats(id)[0].state, SeatState::Acknowledged(2));
		assert_ne!(seated(id), nodes);
		assert_eq!(totals().missed_deadlines, 2);
	});
}

#[test]
fn an_acknowledged_seat_that_a_dispute_put_off_still_falls_to_its_deadline() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		acknowledge(id, node);
		for _ in 0..3 {
			assert_ok!(JobDispatch::freeze(id));
			run(1);
			assert_ok!(JobDispatch::unfreeze(id, false));
		}
		assert_eq!((seats(id)[0].ack_by, seats(id)[0].deliver_by), (8 + 3, 15 + 3));
		run(12);
		assert_eq!(seated(id), [node], "not at the deadline that it had at first");
		run(1);
		assert_ne!(seated(id), [node]);
		assert_eq!(totals().missed_deadlines, 1);
	});
}

#[test]
fn a_short_dispute_puts_off_expiry_and_pruning_that_still_lie_ahead() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let waiting_for_expiry = dispatch_with(|c| c.timeout_blocks = Some(40));
		run(1);
		deliver(waiting_for_expiry, 1);
		let done = completed();
		let (expires_at, prune_at) =
			(job(waiting_for_expiry).expires_at, job(done).prune_at.unwrap());
		for id in [waiting_for_expiry, done] {
			assert_ok!(JobDispatch::freeze(id));
		}
		run(10);
		for id in [waiting_for_expiry, done] {
			assert_ok!(JobDispatch::unfreeze(id, false));
		}
		let now = System::block_number() as u32;
		run(expires_at - now);
		assert_eq!(job(waiting_for_expiry).status, JobStatus::Running);
		run(10);
		assert_eq!(job(waiting_for_expiry).status, JobStatus::Expired);
		let now = System::block_number() as u32;
		run(prune_at + 9 - now);
		assert!(Jobs::<Test>::contains_key(done));
		run(1);
		assert!(!Jobs::<Test>::contains_key(done));
	});
}

#[test]
fn a_result_can_be_disputed_within_its_window_and_can_stand() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = completed();
		let prune_at = job(id).prune_at.unwrap();
		run(10);
		assert_ok!(JobDispatch::freeze(id));
		run(100);
		assert_eq!(job(id).status, JobStatus::Disputed, "a disputed job is not pruned");
		assert!(Inputs::<Test>::contains_key(id), "it may have to be run again");
		assert_ok!(JobDispatch::unfreeze(id, false));
		assert_eq!(job(id).status, JobStatus::Completed);
		assert_eq!(job(id).prune_at, Some(prune_at + 100));
		assert_eq!(totals().completed, 1, "completed once");
		run(39);
		assert!(Jobs::<Test>::contains_key(id));
		run(1);
		assert!(!Jobs::<Test>::contains_key(id));
	});
}

#[test]
fn a_result_that_is_found_bad_is_slashed_for_good() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = completed();
		let paid = job(id).paid;
		assert_ok!(JobDispatch::freeze(id));
		assert_ok!(JobDispatch::unfreeze(id, true));
		assert_eq!(job(id).status, JobStatus::Slashed);
		assert_eq!(job(id).paid, paid, "what was paid is a matter for the slash");
		assert_eq!(held(&alice()), (0, 0));
		assert!(events().contains(&Event::JobUnfrozen { job: id, status: JobStatus::Slashed }));
		assert_noop!(JobDispatch::freeze(id), Error::<Test>::NotDisputable);
		assert_noop!(JobDispatch::unfreeze(id, false), Error::<Test>::NotDisputed);
		run(50);
		assert_eq!(Stubs::<Test>::get(id).unwrap().status, JobStatus::Slashed);
	});
}

#[test]
fn a_job_condemned_before_its_result_is_refunded_and_frees_its_nodes() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		clause_mode(2, 3);
		let before = Balances::total_balance(&alice());
		let id = assigned();
		assert_ok!(JobDispatch::freeze(id));
		assert_ok!(JobDispatch::unfreeze(id, true));
		assert_eq!(job(id).status, JobStatus::Slashed);
		let fee = Orders::<Test>::get(id).unwrap().quote.fees.scheduling;
		assert_eq!(Balances::total_balance(&alice()), before - fee);
		assert!((1..=3).all(|node| JobDispatch::running(node) == 0));
		assert_eq!(HeardSoFar::get(), [Heard::RoundOver(id)]);
		assert_eq!(Closed::get(), [None]);
	});
}

#[test]
fn only_what_nodes_work_on_or_have_done_can_be_disputed() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		assert_noop!(JobDispatch::freeze(99), Error::<Test>::JobUnknown);
		assert_noop!(JobDispatch::unfreeze(99, true), Error::<Test>::JobUnknown);
		let id = dispatch();
		assert_noop!(JobDispatch::freeze(id), Error::<Test>::NotDisputable);
		assert_noop!(JobDispatch::unfreeze(id, true), Error::<Test>::NotDisputed);
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), id));
		assert_noop!(JobDispatch::freeze(id), Error::<Test>::NotDisputable);
		// At the block of its pruning the window is closed, even if the agenda is late.
		let id = completed();
		System::set_block_number(u64::from(job(id).prune_at.unwrap()));
		assert_noop!(JobDispatch::freeze(id), Error::<Test>::NotDisputable);
	});
}

#[test]
fn a_dispute_that_ends_after_a_late_agenda_leaves_one_block_at_least() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		// The hook is behind: the acknowledgement was due, and the seat still stands.
		System::set_block_number(9);
		assert_ok!(JobDispatch::freeze(id));
		assert_ok!(JobDispatch::unfreeze(id, false));
		assert_eq!(seats(id)[0].ack_by, 10);
		run(1);
		assert_eq!(totals().missed_deadlines, 1);
	});
}
