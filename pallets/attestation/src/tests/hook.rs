//! Expiry and forgetting, block by block, within the hook's share.

use crate::{
	mock::*, Agenda, CarryOver, Event, Leases, LossCause, MeasurementAgenda, Measurements,
	UsedChallenges, WeightInfo,
};
use concordat_primitives::{
	attest::{LeaseRefusal, Measurement, MeasurementStatus},
	traits::LeaseInspect,
	NodeId,
};
use frame_support::{
	assert_ok,
	traits::Hooks,
	weights::{Weight, WeightMeter},
};

type Weights = <Test as crate::Config>::WeightInfo;

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(test);
}

/// Gives nodes `10 .. 10 + count` a lease each, all in this block.
fn crowd(count: u32) -> Vec<NodeId> {
	let nodes: Vec<_> = (10..10 + count).collect();
	Controllers::set(nodes.iter().map(|node| (*node, ALICE)).collect());
	for node in &nodes {
		assert_ok!(Attempt::of(*node).send());
	}
	clear();
	nodes
}

/// How many entries of this cost the hook works off in their block if it has as little as it must have.
fn entries_a_block(cost: Weight) -> u32 {
	let mut meter = WeightMeter::with_limit(Attestation::least_hook_weight());
	for weight in [Weights::sweep_base(), Weights::sweep_block()] {
		assert_ok!(meter.try_consume(weight));
	}
	(0..).take_while(|_| meter.try_consume(cost).is_ok()).count() as u32
}

#[test]
fn the_listener_should_hear_of_an_expiry_in_its_block_and_once() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		clear();
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
	build_and_execute(|| {
		let each = entries_a_block(Weights::lapse_lease());
		let nodes = crowd(2 * each + 1);
		let due = 10 + DURATION;
		run_to(due - 1);
		HookWeight::set(Attestation::least_hook_weight());
		for (block, heard) in [(due, each), (due + 1, 2 * each), (due + 2, 2 * each + 1)] {
			run_to(block);
			assert_eq!(Listened::get().len() as u32, heard, "block {block}");
			assert_ok!(Attestation::do_try_state());
			assert!(CarryOver::<Test>::get().is_some() || heard > 2 * each);
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
	build_and_execute(|| {
		let each = entries_a_block(Weights::lapse_lease());
		let nodes = crowd(each + 4);
		let due = 10 + DURATION;
		run_to(due - 1);
		let least = Attestation::least_hook_weight();
		HookWeight::set(least);
		System::set_block_number(due);
		let used = Attestation::on_initialize(due);
		assert!(least.all_gte(used));
		assert_eq!(Listened::get().len() as u32, each);
		HookWeight::set(Weight::MAX);
		System::set_block_number(due + 1);
		let used = Attestation::on_initialize(due + 1);
		let expected = Weights::sweep_base()
			.saturating_add(Weights::sweep_block().saturating_mul(2))
			.saturating_add(Weights::lapse_lease().saturating_mul(4))
			.saturating_add(Weights::reassess_base());
		assert_eq!(used, expected);
		assert_eq!(Listened::get().len(), nodes.len());
	});
}

#[test]
fn an_idle_block_should_cost_the_same_whatever_is_stored() {
	build_and_execute(|| {
		let idle = Attestation::on_initialize(10);
		crowd(20);
		run_to(11);
		assert_eq!(Attestation::on_initialize(11), idle);
	});
}

#[test]
fn a_lease_that_ended_early_should_leave_the_agenda() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		assert!(Agenda::<Test>::contains_key(lease.expires_at, lease.id));
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease.id));
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn used_challenges_should_be_forgotten_with_their_block_s_hash() {
	build_and_execute(|| {
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
fn many_challenges_should_be_forgotten_over_several_blocks() {
	build_and_execute(|| {
		let each = entries_a_block(Weights::forget_challenge());
		for node in 0..2 * each + 1 {
			UsedChallenges::<Test>::insert(9, 1_000 + node, ());
		}
		run_to(9 + HASHES);
		HookWeight::set(Attestation::least_hook_weight());
		next_block();
		assert_eq!(UsedChallenges::<Test>::iter().count() as u32, each + 1);
		assert_ok!(Attestation::do_try_state());
		next_block();
		assert_eq!(UsedChallenges::<Test>::iter().count(), 1);
		HookWeight::set(Weight::MAX);
		next_block();
		assert_eq!(UsedChallenges::<Test>::iter().count(), 0);
	});
}

#[test]
fn measurements_should_come_first_and_be_carried_over_like_everything_else() {
	build_and_execute(|| {
		let root = RuntimeOrigin::root;
		let each = entries_a_block(Weights::measurement_due());
		let many: Vec<_> =
			(0..2 * each as u8 + 1).map(|one| Measurement([0x40 + one; 48])).collect();
		for measurement in &many {
			assert_ok!(Attestation::propose_measurement(root(), *measurement));
		}
		// Leases that end in the same block come after them.
		let due = 10 + TIMELOCK;
		let mut params = params();
		params.lease_duration = TIMELOCK;
		assert_ok!(Attestation::set_params(root(), params));
		let lease = granted(NODE_A);
		assert_eq!(lease.expires_at, due);
		clear();
		run_to(due - 1);
		let active = |count: u32| {
			let found = many
				.iter()
				.filter(|one| {
					matches!(
						Measurements::<Test>::get(one),
						Some(MeasurementStatus::Active { since }) if since == due
					)
				})
				.count();
			assert_eq!(found as u32, count);
			assert_ok!(Attestation::do_try_state());
		};
		active(0);
		HookWeight::set(Attestation::least_hook_weight());
		next_block();
		active(each);
		assert_eq!(Listened::get(), vec![]);
		next_block();
		active(2 * each);
		HookWeight::set(Weight::MAX);
		next_block();
		active(2 * each + 1);
		assert_eq!(Listened::get(), vec![Heard::Lost(NODE_A, lease.id)]);
		assert_eq!(MeasurementAgenda::<Test>::iter().count(), 0);
		assert_eq!(CarryOver::<Test>::get(), None);
	});
}

#[test]
fn leases_should_be_bounded_by_nodes() {
	build_and_execute(|| {
		for block in 11..30 {
			run_to(block);
			granted(NODE_A);
			granted(NODE_B);
		}
		assert_eq!(Leases::<Test>::count(), 2);
		assert_eq!(Agenda::<Test>::iter().count(), 2);
	});
}
