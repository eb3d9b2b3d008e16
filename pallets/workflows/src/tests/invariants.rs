//! What `do_try_state` looks for, it finds.

use crate::{mock::*, AgendaItem, InputSlot, Sender};
use concordat_primitives::workflow::{StepFault, WorkflowStatus};

/// A diamond whose sides run, one of them handed over; a workflow that has ended; one that waits for room.
fn scene() {
	let id = submit(diamond());
	complete(id, 0, 10);
	let left = job_of(id, 1);
	seat_on(left, 20, 1);
	hand_over(sign(handoff(left, 10, 20), 10)).unwrap();
	let ended = submit(chain(1));
	complete(ended, 0, 5);
	BoardIsFull::set(true);
	submit_with(BOB, chain(2), 500).unwrap();
	idle();
}

fn progress(change: impl FnOnce(&mut crate::Progress)) {
	crate::Progresses::<Test>::mutate_extant(1, change);
}

fn workflow(id: u64, change: impl FnOnce(&mut crate::Workflow)) {
	crate::Workflows::<Test>::mutate_extant(id, change);
}

fn step(place: u8, change: impl FnOnce(&mut crate::Step)) {
	crate::Steps::<Test>::mutate(1, place, |step| change(step.as_mut().expect("a step")));
}

fn job(change: impl FnOnce(&mut crate::StepJob)) {
	crate::StepJobs::<Test>::mutate_extant(job_of(1, 1), change);
}

#[test]
fn every_broken_record_should_be_found() {
	let breaks: Vec<(&str, fn())> = vec![
		("a deposit that is not held", || workflow(1, |one| one.deposit += 1)),
		("a reserve that is not held", || workflow(3, |one| one.reserve += 1)),
		("a reserve of an ended one", || workflow(2, |one| one.reserve = 1)),
		("a hold that nobody has", || crate::Workflows::<Test>::remove(3)),
		("no progress", || crate::Progresses::<Test>::remove(1)),
		("too many counters", || progress(|one| one.open.force_push(0))),
		("no step", || crate::Steps::<Test>::remove(1, 3)),
		("a step too many", || {
			let step = crate::Steps::<Test>::get(1, 3).unwrap();
			crate::Steps::<Test>::insert(1, 4, step)
		}),
		("no input", || crate::Inputs::<Test>::remove(1, InputSlot::Workflow)),
		("an input too many", || {
			crate::Inputs::<Test>::insert(1, InputSlot::Step(0), input(INPUT))
		}),
		("results of nobody", || crate::Ends::<Test>::insert(9, crate::Ends::<Test>::get(1))),
		("an end without a time", || workflow(2, |one| one.ended_at = None)),
		("a live one that is pruned", || workflow(3, |one| one.pruned = 1)),
		("a number that was not given", || {
			crate::Books::<Test>::mutate(|totals| totals.submitted = 2)
		}),
		("a step in two sets", || progress(|one| one.ready |= 2)),
		("a step that is done without a result", || step(0, |one| one.result = None)),
		("a result of a step that is not done", || progress(|one| one.done = 0)),
		("a result that is not among the workflow's", || {
			step(0, |one| one.result.as_mut().unwrap().node = 11)
		}),
		("a wrong counter", || progress(|one| one.open[3] = 1)),
		("a counter that is zero too early", || {
			progress(|one| {
				one.open[3] = 0;
				one.ready |= 8;
			})
		}),
		("a dependant that does not depend", || step(3, |one| one.dependants.force_push(0))),
		("a step that is lost", || {
			crate::Progresses::<Test>::mutate_extant(3, |one| one.ready = 0)
		}),
		("a job that its step does not know", || step(1, |one| one.job = Some(99))),
		("a job of a step that does not run", || progress(|one| one.running = 4)),
		("a step that runs without a job", || {
			crate::StepJobs::<Test>::remove(job_of(1, 2));
			crate::Owed::<Test>::mutate(10, |owed| owed.truncate(1));
		}),
		("a job without a sender", || job(|one| one.sender = None)),
		("a context that nobody can make", || job(|one| one.context = Default::default())),
		("a context that saw what was not", || job(|one| one.seen = 7)),
		("a sender who does not owe", || {
			job(|one| one.sender = Some(Sender { node: 11, key: key(11) }))
		}),
		("a debt that is named twice", || {
			crate::Owed::<Test>::try_append(10, job_of(1, 1)).unwrap();
		}),
		("an empty list of debts", || crate::Owed::<Test>::insert(77, crate::OwedList::default())),
		("a handoff of a job that is not known", || {
			let given = crate::Handed::<Test>::get(job_of(1, 1));
			crate::Handed::<Test>::insert(99, given)
		}),
		("a workflow that is queued and does not know", || {
			crate::QueueRing::<Test>::mutate(|ring| {
				crate::Queue::<Test>::insert(ring.tail, 1);
				ring.tail += 1;
			})
		}),
		("a workflow that is not queued and thinks so", || progress(|one| one.queued = true)),
		("a place outside the queue", || {
			progress(|one| one.queued = true);
			crate::Queue::<Test>::insert(1_000, 1)
		}),
		("work that nobody will do", || {
			progress(|one| one.fault = Some((1, StepFault::CannotPay)))
		}),
		("a workflow that never wakes", || drop_items(|item| matches!(item, AgendaItem::Wake(_)))),
		("a workflow that never expires", || drop_items(|item| *item == AgendaItem::Expiry(1))),
		("a workflow that is never pruned", || drop_items(|item| *item == AgendaItem::Prune(2))),
		("a page behind the cursor", || {
			crate::AgendaCursor::<Test>::put(crate::Cursor { block: 5_000, page: 0, index: 0 })
		}),
		("a wrong count of live ones", || crate::Books::<Test>::mutate(|totals| totals.live += 1)),
		("a wrong count of completed ones", || {
			crate::Books::<Test>::mutate(|totals| totals.completed += 1)
		}),
		("a wrong count of an account's", || crate::Live::<Test>::insert(ALICE, 2)),
		("an account that is not counted", || crate::Live::<Test>::remove(BOB)),
		("parameters out of range", || {
			crate::Parameters::<Test>::mutate(|params| params.max_running = 0)
		}),
		("an ended one with live totals", || {
			workflow(1, |one| one.status = WorkflowStatus::Cancelled)
		}),
	];
	for (what, tear) in breaks {
		ExtBuilder::default().build().execute_with(|| {
			scene();
			Workflows::do_try_state().expect("a sound scene");
			tear();
			assert!(Workflows::do_try_state().is_err(), "{what} goes unnoticed");
		});
	}
}

fn drop_items(which: fn(&AgendaItem) -> bool) {
	let pages: Vec<_> = crate::Agenda::<Test>::iter_keys().collect();
	for (block, page) in pages {
		crate::Agenda::<Test>::mutate(block, page, |items| items.retain(|item| !which(item)));
	}
}
