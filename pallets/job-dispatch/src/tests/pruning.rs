//! What stays of a job, and when the rest goes.

use super::*;
use crate::{pallet::*, types::*};
use codec::Encode;
use concordat_primitives::job::{FailureReason, JobStatus};

#[test]
fn after_the_challenge_window_a_stub_stays_and_everything_else_goes() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let before = Balances::total_balance(&alice());
		let id = completed();
		let ended_at = System::block_number() as u32;
		let deposit = job(id).deposit;
		assert_eq!(held(&alice()), (0, deposit));
		run(49);
		assert!(JobDispatch::terms(id).is_some());
		assert!(JobDispatch::work(id).is_some());
		run(1);

		assert!(JobDispatch::terms(id).is_none());
		assert!(JobDispatch::work(id).is_none());
		assert!(JobDispatch::requester(id).is_none());
		assert!(JobDispatch::view(id).is_none());
		let stub = JobDispatch::stub(id).unwrap();
		assert_eq!(
			stub,
			JobStub {
				status: JobStatus::Completed,
				receipt: None,
				output: Some(Hash::repeat_byte(5)),
				ended_at,
			}
		);
		assert!(stub.encoded_size() <= 96);
		assert_eq!(HeardSoFar::get(), [Heard::Pruned(id)]);
		assert!(events().contains(&Event::JobPruned { job: id }));
		assert_eq!(held(&alice()), (0, 0));
		assert_eq!(Balances::total_balance(&alice()), Balances::free_balance(alice()));
		assert!(Balances::total_balance(&alice()) < before);
		for count in [
			Jobs::<Test>::iter().count(),
			Orders::<Test>::iter().count(),
			Inputs::<Test>::iter().count(),
			Queued::<Test>::iter().count(),
			LiveJobs::<Test>::iter().count(),
			Agenda::<Test>::iter().filter(|(block, ..)| *block <= ended_at + 50).count(),
		] {
			assert_eq!(count, 0);
		}
	});
}

#[test]
fn a_job_without_a_result_keeps_its_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		let id = dispatch();
		assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
		assert_eq!(held(&alice()), (0, 0), "there is nothing left to run again");
		run(50);
		assert_eq!(
			JobDispatch::stub(id),
			Some(JobStub {
				status: JobStatus::Failed(FailureReason::Governance),
				receipt: Some(1),
				output: None,
				ended_at: 1,
			})
		);
	});
}

#[test]
fn numbers_are_never_used_again() {
	ExtBuilder::default().build_and_execute(|| {
		let first = dispatch();
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), first));
		run(60);
		assert_eq!(dispatch(), first + 1);
	});
}

#[test]
fn the_program_is_needed_until_the_records_go() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let done = completed();
		let cancelled = dispatch();
		assert_ok!(JobDispatch::cancel(RuntimeOrigin::signed(alice()), cancelled));
		run(10);
		assert_ok!(JobDispatch::freeze(done));
		// The window of the other one is over; this one may still be run again.
		run(60);
		assert_eq!((Closed::get().len(), Released::get()), (2, 1));
		assert_ok!(JobDispatch::unfreeze(done, false));
		run(39);
		assert_eq!(Released::get(), 1);
		run(1);
		assert_eq!(Released::get(), 2);
	});
}
