//! The lock, the execution and what is recorded of it.

use crate::{mock::*, *};
use concordat_primitives::{receipt::Operation, traits::ReceiptSink};
use frame_support::{
	assert_err_ignore_postinfo, assert_noop, assert_ok,
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::{schedule::v3::Named, Bounded, QueryPreimage},
	weights::Weight,
};
use sp_runtime::{DispatchError, DispatchResult};

fn enact(id: ProposalId) -> DispatchResult {
	Governance::enact(RuntimeOrigin::root(), id, Weight::from_parts(1_000_000_000, 0))
		.map(drop)
		.map_err(|error| error.error)
}

#[test]
fn a_decision_should_be_executed_at_its_block_and_not_before() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(note(7));
		run_to(30);
		assert_eq!(trace(), Vec::<u32>::new());
		assert_eq!(status(id), ProposalStatus::Approved { enact_at: 31 });
		events();
		run_to(31);
		assert_eq!(trace(), vec![7]);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: true, at: 31 });
		assert_eq!(
			events(),
			vec![Event::Enacted { proposal: id, call_hash: hash_of(&note(7)), result: Ok(()) }]
		);
		assert_eq!(
			Receipts::get(),
			vec![Operation::Enacted { proposal: id, call: hash_of(&note(7)), ok: true }]
		);
		run_to(60);
		assert_eq!(trace(), vec![7]);
		assert_eq!(Receipts::get().len(), 1);
	});
}

#[test]
fn every_class_should_wait_for_its_own_delay() {
	for (call, wait) in [
		(probe::Call::grow {}.into(), DELAYS.upgrade),
		(note(1), DELAYS.parameters),
		(add_node(1), 1),
	] {
		ExtBuilder::default().build_and_execute(|| {
			approved(call);
			run_to(wait);
			assert_eq!(trace().len(), 0);
			run_to(1 + wait);
			assert_eq!(trace().len(), 1);
		});
	}
}

#[test]
fn an_emergency_should_be_executed_in_the_next_block() {
	ExtBuilder::default().build_and_execute(|| {
		let id = proposed(1, alarm(9));
		for who in [1, 2, 3] {
			assert_ok!(vote(who, id, true));
		}
		assert_eq!(status(id), ProposalStatus::Approved { enact_at: 2 });
		run_to(2);
		assert_eq!(trace(), vec![9]);
	});
}

#[test]
fn a_call_that_fails_should_be_recorded_as_failed_and_leave_no_trace() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(fail());
		run_to(70);
		events();
		run_to(71);
		assert_eq!(trace(), Vec::<u32>::new());
		assert_eq!(status(id), ProposalStatus::Enacted { ok: false, at: 71 });
		assert_eq!(
			events(),
			vec![Event::Enacted {
				proposal: id,
				call_hash: hash_of(&fail()),
				result: Err(probe::Error::<Test>::Fails.into())
			}]
		);
		assert_eq!(
			Receipts::get(),
			vec![Operation::Enacted { proposal: id, call: hash_of(&fail()), ok: false }]
		);
	});
}

#[test]
fn nobody_should_open_the_lock_early_not_even_root() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(note(7));
		assert_noop!(enact(id), Error::<Test>::StillLocked);
		run_to(30);
		assert_noop!(enact(id), Error::<Test>::StillLocked);
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none()] {
			assert_err_ignore_postinfo!(
				Governance::enact(origin, id, Weight::zero()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn no_decision_should_open_the_lock_of_another() {
	ExtBuilder::default().build_and_execute(|| {
		// A mock class would let this through; the lock itself does not.
		let locked = approved(probe::Call::grow {}.into());
		let key: RuntimeCall =
			Call::enact { proposal: locked, call_weight: Weight::from_parts(1_000_000_000, 0) }
				.into();
		let id = proposed(1, key);
		crate::Proposals::<Test>::mutate(id, |proposal| {
			proposal.as_mut().unwrap().class =
				concordat_primitives::governance::DecisionClass::NodeAddition
		});
		assert_ok!(vote(1, id, true));
		assert_ok!(vote(2, id, true));
		run_to(2);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: false, at: 2 });
		assert_eq!(status(locked), ProposalStatus::Approved { enact_at: 71 });
		assert_eq!(trace(), Vec::<u32>::new());
	});
}

#[test]
fn a_decision_should_be_executed_once() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(note(7));
		run_to(31);
		assert_noop!(enact(id), Error::<Test>::NotApproved);
		assert_eq!(trace(), vec![7]);
		assert_noop!(enact(id + 1), Error::<Test>::NotFound);
		let open = proposed(2, note(8));
		assert_noop!(enact(open), Error::<Test>::NotApproved);
	});
}

#[test]
fn a_decision_that_enacts_itself_should_run_once() {
	ExtBuilder::default().build_and_execute(|| {
		// The number is known beforehand; the batch names itself.
		let call: RuntimeCall = pallet_utility::Call::force_batch {
			calls: vec![
				note(7),
				Call::enact { proposal: 0, call_weight: Weight::from_parts(1_000_000_000, 0) }
					.into(),
			],
		}
		.into();
		let id = approved(call);
		assert_eq!(id, 0);
		run_to(71);
		assert_eq!(trace(), vec![7]);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: true, at: 71 });
		assert_eq!(Receipts::get().len(), 1);
	});
}

#[test]
fn a_call_that_cannot_be_read_any_more_should_be_recorded_as_failed() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(long(5));
		run_to(30);
		// Bytes that no call can be read from, under the right hash: as if an upgrade had changed
		// the encoding.
		let hash = hash_of(&long(5));
		let Bounded::Lookup { len, .. } = Governance::proposal(id).unwrap().0.call else {
			panic!("the call is long")
		};
		pallet_preimage::PreimageFor::<Test>::insert(
			(hash, len),
			frame_support::BoundedVec::truncate_from(vec![255; len as usize]),
		);
		System::set_block_number(31);
		events();
		assert_ok!(enact(id));
		assert_eq!(status(id), ProposalStatus::Enacted { ok: false, at: 31 });
		assert!(matches!(
			events().last(),
			Some(Event::Enacted { result: Err(DispatchError::Corruption), .. })
		));
		assert_eq!(trace(), Vec::<u32>::new());
		assert_eq!(<Preimage as QueryPreimage>::len(&hash), None);
	});
}

#[test]
fn what_was_used_should_be_reported_and_no_more_than_was_reserved() {
	ExtBuilder::default().build_and_execute(|| {
		let overhead = Governance::enact_overhead();
		assert_eq!(overhead, <() as WeightInfo>::enact() + ReceiptTrace::weight());
		let (declared, actual) =
			(Weight::from_parts(500_000_000_000, 0), Weight::from_parts(3_000_000_000, 0));
		let call: RuntimeCall = probe::Call::weigh { declared, actual }.into();
		let fetch = <() as WeightInfo>::fetch_call(codec::Encode::encoded_size(&call) as u32);
		let id = approved(call);
		let reserved = Governance::proposal(id).unwrap().0.call_weight;
		assert_eq!(reserved, declared + fetch);
		let enactment = RuntimeCall::from(Call::enact { proposal: id, call_weight: reserved });
		let info = enactment.get_dispatch_info();
		assert_eq!(info.call_weight, overhead + declared + fetch);
		assert_eq!(info.class, DispatchClass::Operational);
		assert!(info.call_weight.all_lte(MaximumSchedulerWeight::get()));
		System::set_block_number(71);
		let post = Governance::enact(RuntimeOrigin::root(), id, reserved).unwrap();
		assert_eq!(post.actual_weight, Some(overhead + actual + fetch));
	});
}

#[test]
fn the_heaviest_call_should_fit_into_an_empty_block_of_the_scheduler() {
	ExtBuilder::default().build_and_execute(|| {
		let fetch = <() as WeightInfo>::fetch_call(200);
		let declared = MaxCallWeight::get() - fetch;
		let id = approved(probe::Call::weigh { declared, actual: declared }.into());
		run_to(71);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: true, at: 71 });
	});
}

#[test]
fn heavy_decisions_of_one_block_should_be_spread_over_the_following_ones() {
	ExtBuilder::default().build_and_execute(|| {
		let declared = Weight::from_parts(500_000_000_000, 0);
		let heavy = || probe::Call::weigh { declared, actual: declared }.into();
		let (first, second) = (approved(heavy()), approved(heavy()));
		run_to(71);
		assert_eq!(status(first), ProposalStatus::Enacted { ok: true, at: 71 });
		assert_eq!(status(second), ProposalStatus::Approved { enact_at: 71 });
		run_to(72);
		assert_eq!(status(second), ProposalStatus::Enacted { ok: true, at: 72 });
	});
}

#[test]
fn a_call_that_has_become_heavier_should_run_and_be_accounted_for() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(probe::Call::grow {}.into());
		let reserved = Governance::proposal(id).unwrap().0.call_weight;
		let heavier = Weight::from_parts(300_000_000_000, 0);
		Heaviness::set(heavier);
		System::set_block_number(71);
		let before = *System::block_weight().get(DispatchClass::Mandatory);
		let post = Governance::enact(RuntimeOrigin::root(), id, reserved).unwrap();
		let after = *System::block_weight().get(DispatchClass::Mandatory);
		assert_eq!(after - before, heavier - Weight::from_parts(1_000, 0));
		assert_eq!(post.actual_weight, Some(Governance::enact_overhead() + reserved));
		assert_eq!(trace(), vec![2]);
	});
}

#[test]
fn a_call_that_has_become_too_heavy_should_fail_and_not_run() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(probe::Call::grow {}.into());
		Heaviness::set(MaxCallWeight::get());
		events();
		run_to(71);
		assert_eq!(trace(), Vec::<u32>::new());
		assert_eq!(status(id), ProposalStatus::Enacted { ok: false, at: 71 });
		assert!(matches!(
			events().last(),
			Some(Event::Enacted { result: Err(DispatchError::Exhausted), .. })
		));
	});
}

#[test]
fn an_approved_decision_should_be_with_the_scheduler_under_its_name() {
	ExtBuilder::default().build_and_execute(|| {
		let id = approved(note(7));
		assert_eq!(<Scheduler as Named<_, _, _>>::next_dispatch_time(task_name(id)), Ok(31));
	});
}

#[test]
fn a_decision_should_change_the_rules_of_the_council_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let members = vec![5, 4].try_into().unwrap();
		let id = approved(Call::set_members { members }.into());
		run_to(71);
		assert_eq!(status(id), ProposalStatus::Enacted { ok: true, at: 71 });
		assert_eq!(Members::<Test>::get().to_vec(), vec![4, 5]);
		assert_noop!(propose(1, note(1)), Error::<Test>::NotMember);
		assert_ok!(propose(5, note(1)));
	});
}
