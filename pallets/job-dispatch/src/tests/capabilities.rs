//! What is known of each capability of a node, in its one record.

use super::*;
use crate::{pallet::*, scheduler::Exclusion, types::*};
use concordat_primitives::{
	job::JobStatus,
	node::MAX_CAPABILITIES,
	routing::{aggregate, CapabilityState, NEUTRAL, ONE},
	trust::{HopEnd, Tone},
	CapabilityId,
};
use frame_support::assert_noop;

fn snow() -> CapabilityId {
	CapabilityId::parse("hazard.snow").unwrap()
}

/// Admits a node that offers rain and snow.
fn admit_both(node: NodeId) {
	let profile = profile(node);
	grant(lease(node, &profile));
	assert_ok!(JobDispatch::admit(node, profile, &[rain(), snow()]));
}

/// A job of a clause that asks for this capability, assigned.
fn assigned_under(capability: CapabilityId) -> JobId {
	clause_with(|spec| spec.capability = capability);
	assigned()
}

#[test]
fn quality_is_told_apart_by_capability_and_added_up_by_volume() {
	ExtBuilder::default().build_and_execute(|| {
		admit_both(1);
		for (capability, agrees) in [(rain(), true), (rain(), true), (snow(), false)] {
			let id = assigned_under(capability);
			deliver(id, 1);
			if agrees {
				settle(id, &[1], &[]);
			} else {
				assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
				stand_with(1, |s| s.note(snow(), HopEnd::Dissented, Tone::Early, ONE, 1));
			}
		}
		let standing = JobDispatch::standing(1);
		let (good, bad) = (standing.capability(rain()), standing.capability(snow()));
		assert!(good.quality > NEUTRAL && bad.quality < NEUTRAL);
		assert_eq!((good.volume, bad.volume), (2_000, 1_000));
		assert_eq!(standing.aggregate(), aggregate([&good, &bad]));
		assert_eq!(JobDispatch::reputation(1), (standing.trust, standing.aggregate()));

		// A least quality asks about the capability alone.
		clause_with(|spec| spec.capability = rain());
		let rainy = dispatch_with(|c| c.min_quality = NEUTRAL + 1);
		clause_with(|spec| spec.capability = snow());
		let snowy = dispatch_with(|c| c.min_quality = NEUTRAL);
		run(1);
		assert_eq!(seated(rainy), [1]);
		assert_eq!(job(snowy).waiting, Some(Waiting::NotEligible(Exclusion::Quality)));
	});
}

#[test]
fn seats_are_counted_under_their_capability_from_the_first_to_the_last_block() {
	ExtBuilder::default().build_and_execute(|| {
		admit_both(1);
		let (a, b) = (assigned_under(rain()), assigned_under(snow()));
		let c = assigned_under(snow());
		let running = || {
			let standing = JobDispatch::standing(1);
			[rain(), snow()].map(|one| standing.capability(one).running)
		};
		assert_eq!(running(), [1, 2]);
		// Of a capacity of four.
		assert_eq!(JobDispatch::standing(1).capability(snow()).load(4), 500_000);
		deliver(a, 1);
		settle(a, &[1], &[]);
		assert_eq!(running(), [0, 2]);
		assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), b));
		assert_eq!(running(), [0, 1]);
		// Out of the pools, what runs is still counted.
		JobDispatch::evict(1);
		assert_eq!(running(), [0, 1]);
		deliver(c, 1);
		settle(c, &[1], &[]);
		assert_eq!(running(), [0, 0]);
	});
}

#[test]
fn a_capability_that_is_not_available_gets_no_jobs_and_the_others_do() {
	ExtBuilder::default().build_and_execute(|| {
		admit_both(1);
		assert_ok!(JobDispatch::set_available(1, rain(), false));
		let switched =
			|available| Event::CapabilitySwitched { node: 1, capability: rain(), available };
		assert!(events().contains(&switched(false)));
		let id = dispatch();
		run(1);
		assert_eq!(job(id).waiting, Some(Waiting::NotEligible(Exclusion::Unavailable)));
		assert_eq!(seated(assigned_under(snow())), [1]);
		assert_ok!(JobDispatch::set_available(1, rain(), true));
		assert!(events().contains(&switched(true)));
		run(1);
		assert_eq!(seated(id), [1]);
	});
}

#[test]
fn switching_a_capability_off_takes_nobody_off_a_job() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		assert_ok!(JobDispatch::set_available(1, rain(), false));
		assert_eq!(seated(id), [1]);
		deliver(id, 1);
		settle(id, &[1], &[]);
		assert_eq!(job(id).status, JobStatus::Completed);
	});
}

#[test]
fn what_a_node_does_not_offer_cannot_be_switched() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let error = Error::<Test>::CapabilityNotOffered;
		assert_noop!(JobDispatch::set_available(1, snow(), false), error);
		assert_noop!(
			JobDispatch::set_available(9, rain(), false),
			Error::<Test>::CapabilityNotOffered
		);
	});
}

#[test]
fn what_an_operator_says_outlives_the_stay_in_the_pools() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		assert_ok!(JobDispatch::set_available(1, rain(), false));
		JobDispatch::evict(1);
		assert!(!JobDispatch::standing(1).capability(rain()).available);
		admit(1);
		assert!(!JobDispatch::standing(1).capability(rain()).available);
		// Said twice, it is the same; taken back, nothing is left to remember.
		let before = Seatings::<Test>::get(1);
		assert_ok!(JobDispatch::set_available(1, rain(), false));
		assert_eq!(Seatings::<Test>::get(1), before);
		assert_ok!(JobDispatch::set_available(1, rain(), true));
		JobDispatch::evict(1);
		assert_eq!(Standings::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_backup_that_does_not_offer_the_capability_any_more_does_not_step_in() {
	for unavailable in [true, false] {
		ExtBuilder::default().nodes(2).build_and_execute(|| {
			let id = assigned();
			let backup = job(id).backups[0];
			if unavailable {
				assert_ok!(JobDispatch::set_available(backup, rain(), false));
			} else {
				assert_ok!(JobDispatch::admit(backup, profile(backup), &[snow()]));
			}
			run(6);
			assert_eq!(job(id).status, JobStatus::Pending);
			assert_eq!(JobDispatch::running(backup), 0);
		});
	}
}

fn numbered(n: u32) -> CapabilityId {
	CapabilityId::parse(&format!("cap.{n}")).unwrap()
}

#[test]
fn of_too_many_capabilities_the_one_used_longest_ago_is_forgotten() {
	let mut standing = Standing::default();
	for n in 0..MAX_CAPABILITIES {
		standing.note(numbered(n), HopEnd::Agreed, Tone::Early, ONE, 100 + n);
	}
	standing.change(numbered(1), |state| state.last_used = 0);
	standing.change(numbered(2), |state| {
		state.last_used = 0;
		state.running = 1;
	});
	assert!(standing.change(snow(), |state| state.quality = 9));
	assert_eq!(standing.quality(snow()), 9);
	assert_eq!(standing.capability(numbered(1)), CapabilityState::new(numbered(1)), "forgotten");
	assert!(standing.quality(numbered(0)) > NEUTRAL);
	// What it works under is never forgotten.
	assert_eq!(standing.capability(numbered(2)).running, 1);
	for state in standing.capabilities.iter_mut() {
		state.running = 1;
	}
	assert!(!standing.has_room_for(rain()) && standing.has_room_for(snow()));
	let before = standing.clone();
	assert!(!standing.change(rain(), |state| state.quality = 9));
	assert_eq!(standing, before);
}
