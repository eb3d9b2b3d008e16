//! Expiry and forgetting, block by block, within the hook's share.

use crate::{mock::*, Agenda, CarryOver, Event, Leases, LossCause, UsedChallenges, WeightInfo};
use concordat_primitives::{
	attest::LeaseRefusal,
	traits::{LeaseInspect, LeaseListener},
	NodeId,
};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};

/// Gives nodes `10 .. 10 + count` a lease each, all in this block.
fn crowd(count: u32) -> Vec<NodeId> {
	let nodes: Vec<_> = (10..10 + count).collect();
	Controllers::set(nodes.iter().map(|node| (*node, ALICE)).collect());
	for node in &nodes {
		assert_ok!(Attempt::of(*node).send());
	}
	Listened::take();
	nodes
}

#[test]
fn the_listener_should_hear_of_an_expiry_in_its_block_and_once() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		let _ = (Listened::take(), Receipts::take(), events());
		run_to(lease.expires_at - 1);
		assert_eq!(Listened::get(), vec![]);
		run_to(lease.expires_at);
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, lease.id)]);
		assert_eq!(
			events(),
			vec![Event::LeaseLost {
				node: NODE_A,
				lease: lease.id,
				cause: LossCause::Expired,
				simulated: true
			}]
		);
		// A known end needs no receipt; the record stays, to tell whose key it was.
		assert_eq!(Receipts::get(), vec![]);
		assert_eq!(Attestation::lease_of_key(&lease.signing_key), Some(lease.clone()));
		assert_eq!(Attestation::view(NODE_A).unwrap().refusal, Some(LeaseRefusal::Expired));
		run_to(lease.expires_at + 5);
		assert_eq!(Listened::get(), vec![]);
	});
}

#[test]
fn the_hook_should_carry_over_what_does_not_fit() {
	ExtBuilder::default().build_and_execute(|| {
		let nodes = crowd(5);
		let due = 10 + DURATION;
		run_to(due - 1);
		// Room for two expiries a block, and not for anything else.
		let lapse = <() as WeightInfo>::lapse_lease().saturating_add(Listener::weight());
		let limit = <() as WeightInfo>::sweep_base()
			.saturating_add(<() as WeightInfo>::sweep_block())
			.saturating_add(lapse.saturating_mul(2));
		HookWeight::set(limit);
		for (block, heard) in [(due, 2), (due + 1, 4), (due + 2, 5)] {
			run_to(block);
			assert_eq!(Listened::get().len(), heard, "block {block}");
			assert_ok!(Attestation::do_try_state());
			assert!(CarryOver::<Test>::get().is_some());
			// Nobody waits for the hook: all are dead from the first block on.
			for node in &nodes {
				let refusal = Attestation::view(*node).unwrap().refusal;
				assert_eq!(refusal, Some(LeaseRefusal::Expired));
			}
		}
		// Empty blocks, too, have to be paid for before they are done; with room, all is caught up.
		HookWeight::set(Weight::MAX);
		run_to(due + 4);
		assert_eq!(CarryOver::<Test>::get(), None);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
		assert_eq!(Listened::get().len(), nodes.len());
	});
}

#[test]
fn the_hook_should_stay_within_its_share_and_say_what_it_used() {
	ExtBuilder::default().build_and_execute(|| {
		crowd(5);
		let due = 10 + DURATION;
		run_to(due - 1);
		let least = Attestation::least_hook_weight();
		HookWeight::set(least);
		System::set_block_number(due);
		let used = Attestation::on_initialize(due);
		assert!(least.all_gte(used));
		assert_eq!(Listened::get().len(), 1);
		HookWeight::set(Weight::MAX);
		System::set_block_number(due + 1);
		let used = Attestation::on_initialize(due + 1);
		let expected = <() as WeightInfo>::sweep_base()
			.saturating_add(<() as WeightInfo>::sweep_block().saturating_mul(2))
			.saturating_add(
				<() as WeightInfo>::lapse_lease()
					.saturating_add(Listener::weight())
					.saturating_mul(4),
			);
		assert_eq!(used, expected);
	});
}

#[test]
fn an_idle_block_should_cost_the_same_whatever_is_stored() {
	ExtBuilder::default().build_and_execute(|| {
		let idle = Attestation::on_initialize(10);
		crowd(20);
		run_to(11);
		assert_eq!(Attestation::on_initialize(11), idle);
	});
}

#[test]
fn a_lease_that_ended_early_should_leave_the_agenda() {
	ExtBuilder::default().build_and_execute(|| {
		let lease = granted(NODE_A);
		assert!(Agenda::<Test>::contains_key(lease.expires_at, lease.id));
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease.id));
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn used_challenges_should_be_forgotten_with_their_block_s_hash() {
	ExtBuilder::default().build_and_execute(|| {
		let attempt = Attempt::of(NODE_A);
		let (block, _) = attempt.challenge;
		assert_ok!(attempt.send());
		run_to(block + HASHES);
		assert!(UsedChallenges::<Test>::contains_key(block, NODE_A));
		run_to(block + HASHES + 1);
		assert_eq!(UsedChallenges::<Test>::iter().count(), 0);
		// It is out of every window that governance could set.
		let params = crate::Params { challenge_window: HASHES, ..Default::default() };
		assert_ok!(Attestation::set_params(RuntimeOrigin::root(), params));
		assert_eq!(
			attempt.send().map_err(|e| e.error),
			Err(AttestationError::ChallengeTooOld.into())
		);
	});
}

#[test]
fn leases_should_be_bounded_by_nodes() {
	ExtBuilder::default().build_and_execute(|| {
		for block in 11..30 {
			run_to(block);
			granted(NODE_A);
			granted(NODE_B);
		}
		assert_eq!(Leases::<Test>::count(), 2);
		assert_eq!(Agenda::<Test>::iter().count(), 2);
	});
}
