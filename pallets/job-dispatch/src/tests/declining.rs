//! A node gives its seat back.

use super::*;
use crate::pallet::*;
use concordat_primitives::job::JobStatus;
use frame_support::assert_noop;

fn seat_of(id: JobId, node: NodeId) -> concordat_primitives::job::Seat {
	seats(id).into_iter().find(|seat| seat.node == node).expect("it sits")
}

#[test]
fn the_best_backup_steps_in_for_a_node_that_declines() {
	ExtBuilder::default().nodes(9).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		let backups = job(id).backups.to_vec();
		let nonce = seat_of(id, node).nonce;
		let before = JobDispatch::standing(node);
		assert_ok!(JobDispatch::decline(id, 1, node));
		assert_eq!(seated(id), [backups[0]]);
		assert_eq!((job(id).attempts, job(id).round), (2, 1));
		assert_ne!(seats(id)[0].nonce, nonce);
		// Its word costs the node nothing but a moment.
		let after = JobDispatch::standing(node);
		assert_eq!((after.trust, after.misses, after.running()), (before.trust, 0, 0));
		assert_eq!(after.cooldown_until, 2 + 15);
		assert_eq!(totals().missed_deadlines, 0);
		assert!(events().contains(&Event::SeatDeclined {
			job: id,
			attempt: 1,
			node,
			cooldown_until: 17
		}));
		assert_eq!(HeardSoFar::get(), [Heard::SeatLost(id, node)]);
	});
}

#[test]
fn without_a_backup_the_round_is_over_and_others_are_asked() {
	ExtBuilder::default().nodes(2).params(|p| p.backups = 0).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		assert_ok!(JobDispatch::decline(id, 1, node));
		assert_eq!(job(id).status, JobStatus::Pending);
		run(1);
		assert_eq!(seated(id), [3 - node], "the one that declined rests");
		assert_eq!((job(id).attempts, job(id).round), (2, 2));
	});
}

#[test]
fn only_a_seat_that_is_open_can_be_declined() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		let node = seated(id)[0];
		let other = if node == 1 { 2 } else { 1 };
		assert_noop!(JobDispatch::decline(99, 1, node), Error::<Test>::JobUnknown);
		assert_noop!(JobDispatch::decline(id, 2, node), Error::<Test>::NotSeated);
		assert_noop!(JobDispatch::decline(id, 1, other), Error::<Test>::NotSeated);
		deliver(id, node);
		assert_noop!(JobDispatch::decline(id, 1, node), Error::<Test>::AlreadyDelivered);
		settle(id, &[node], &[]);
		assert_noop!(JobDispatch::decline(id, 1, node), Error::<Test>::NotAssigned);
	});
}

#[test]
fn a_seat_cannot_be_declined_after_its_time() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		// The hook of these blocks does not run: as if it were far behind.
		System::set_block_number(seats(id)[0].deliver_by.into());
		assert_noop!(JobDispatch::decline(id, 1, 1), Error::<Test>::TooLate);
		System::set_block_number(2);
	});
}
