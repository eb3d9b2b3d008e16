//! How leases end before their time, who may end them, and what finding one that no longer passes is worth.

use crate::{
	mock::*, Error, Event, Leases, LossCause, Measurements, Parameters, SimulationAllowed,
	WeightInfo,
};
use concordat_attestation::{Error as Why, Part, TcbStatus};
use concordat_primitives::{
	attest::{MeasurementStatus, RiskClasses},
	clause::RiskClass::{Low, Medium},
	traits::LeaseInspect,
	units::{CDT, MILLI_CDT},
	AccountId, Balance, LeaseId,
};
use frame_support::{assert_noop, assert_ok, dispatch::Pays, traits::fungible::Mutate};
use sp_runtime::traits::BadOrigin;

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(test);
}

fn revoke(measurement: concordat_primitives::attest::Measurement) {
	assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), measurement));
}

/// Evicts as `finder`, for nothing; what he got for it.
#[track_caller]
fn paid_for(finder: &AccountId, lease: LeaseId) -> Balance {
	let (before, funds) = (Balances::free_balance(finder), Balances::free_balance(TREASURY));
	let info = Attestation::evict(RuntimeOrigin::signed(finder.clone()), lease).unwrap();
	assert_eq!(info.pays_fee, Pays::No);
	let got = Balances::free_balance(finder) - before;
	assert_eq!(funds - Balances::free_balance(TREASURY), got, "the treasury pays, and only that");
	got
}

/// Rewards told since the last look.
fn rewards() -> Vec<(AccountId, Balance)> {
	let reward = |event| match event {
		Event::FinderRewarded { finder, amount } => Some((finder, amount)),
		_ => None,
	};
	events().into_iter().filter_map(reward).collect()
}

#[test]
fn a_lease_should_be_surrendered_by_its_controller() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		clear();
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(BOB), NODE_A),
			Error::<Test>::NotController
		);
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(ALICE), 9),
			Error::<Test>::UnknownNode
		);
		assert_noop!(Attestation::surrender(RuntimeOrigin::root(), NODE_A), BadOrigin);
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		told_lost_once(NODE_A, lease.id, LossCause::Surrendered);
		assert_eq!(Attestation::lease_of_key(&lease.signing_key), None);
		assert_noop!(
			Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A),
			Error::<Test>::NoLease
		);
		// Nothing more is heard at its old expiry.
		run_to(lease.expires_at);
		assert_eq!(Listened::get(), vec![]);
	});
}

#[test]
fn a_lease_should_be_invalidated_by_governance_alone() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		clear();
		assert_noop!(Attestation::invalidate(RuntimeOrigin::signed(ALICE), lease.id), BadOrigin);
		assert_noop!(
			Attestation::invalidate(RuntimeOrigin::root(), lease.id + 1),
			Error::<Test>::UnknownLease
		);
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease.id));
		told_lost_once(NODE_A, lease.id, LossCause::Invalidated);
	});
}

#[test]
fn nothing_should_be_left_of_a_lease_that_ended() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::invalidate(RuntimeOrigin::root(), lease.id));
		assert_eq!(Leases::<Test>::iter().count(), 0);
		assert_eq!(crate::Dossiers::<Test>::iter().count(), 0);
		assert_eq!(crate::KnownKeys::<Test>::iter().count(), 0);
		assert_eq!(crate::LeaseOfNode::<Test>::iter().count(), 0);
		assert_eq!(crate::LeaseOfKey::<Test>::iter().count(), 0);
		assert_eq!(crate::LeaseOfPlatform::<Test>::iter().count(), 0);
		assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn eviction_should_be_refused_and_paid_while_the_lease_passes() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
		let refused = Attestation::evict(RuntimeOrigin::signed(EVE), lease.id).unwrap_err();
		assert_eq!(refused.post_info.pays_fee, Pays::Yes);
		assert_noop!(evict(lease.id + 1), Error::<Test>::UnknownLease);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Attestation::evict(origin, lease.id).map_err(|refused| refused.error),
				BadOrigin
			);
		}
		run_to(lease.expires_at - 1);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
	});
}

#[test]
fn a_lease_of_a_revoked_measurement_should_be_evicted_for_a_reward() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		revoke(CODE);
		clear();
		assert_eq!(paid_for(&EVE, lease.id), REWARD);
		let told = System::events().len();
		assert!(told > 0);
		told_lost_once(NODE_A, lease.id, LossCause::Measurement);
		assert_eq!(Leases::<Test>::count(), 0);
		// Once: there is nothing left to find.
		assert_noop!(evict(lease.id), Error::<Test>::UnknownLease);
	});
}

#[test]
fn a_lease_that_collateral_ended_should_be_evicted_at_once_for_a_reward() {
	build_and_execute(|| {
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		post_tdx(1, |sim| sim.levels[0].status = "Revoked");
		clear();
		assert_eq!(paid_for(&EVE, a.id), REWARD);
		assert_eq!(rewards(), vec![(EVE, REWARD)]);
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, a.id)]);
		// The hook finds the other one, for nobody.
		let funds = Balances::free_balance(TREASURY);
		next_block();
		let why = Why::StatusRefused { found: TcbStatus::Revoked, shortfall: None };
		Receipts::mutate(|receipts| {
			receipts.remove(0);
		});
		told_lost_once(NODE_B, b.id, LossCause::Evidence(why));
		assert_eq!(Balances::free_balance(TREASURY), funds);
	});
}

#[test]
fn eviction_should_take_classes_for_nothing_and_once() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		post_tdx(1, |sim| sim.levels[0].status = "SWHardeningNeeded");
		clear();
		// It is free, but no lease has ended, so it is not a find.
		assert_eq!(paid_for(&EVE, lease.id), 0);
		let expected = classes(&[Low, Medium]);
		assert_eq!(present(NODE_A).classes, expected);
		assert_eq!(Listened::take(), vec![Heard::Changed(present(NODE_A))]);
		assert_eq!(
			events(),
			vec![Event::LeaseJudged {
				node: NODE_A,
				lease: lease.id,
				classes: expected,
				tcb: TcbStatus::SwHardeningNeeded
			}]
		);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
		// It gives classes back just so.
		post_tdx(2, |_| ());
		assert_eq!(paid_for(&EVE, lease.id), 0);
		assert_eq!(present(NODE_A).classes, RiskClasses::ALL);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
	});
}

#[test]
fn nobody_should_be_paid_for_finding_his_own_lease() {
	for own in [ALICE, OPERATOR] {
		build_and_execute(|| {
			let lease = granted(NODE_A);
			revoke(CODE);
			clear();
			assert_eq!(paid_for(&own, lease.id), 0);
			assert_eq!(rewards(), vec![]);
			assert_eq!(Leases::<Test>::count(), 0);
		});
	}
	// Another node's controller is as good a finder as anybody.
	build_and_execute(|| {
		let lease = granted(NODE_A);
		revoke(CODE);
		assert_eq!(paid_for(&BOB, lease.id), REWARD);
	});
}

#[test]
fn nobody_should_be_paid_for_what_time_did() {
	build_and_execute(|| {
		// By the number of the block: that was told in its block.
		let a = granted(NODE_A);
		run_to(a.expires_at);
		clear();
		assert_eq!(paid_for(&EVE, a.id), 0);
		assert_eq!(events(), vec![Event::LeaseForgotten { node: NODE_A, lease: a.id }]);
		// By the clock, because blocks were late.
		let b = granted(NODE_B);
		clear();
		Clock::set(Some(b.not_after));
		assert_noop!(evict(b.id), Error::<Test>::LeaseStillGood);
		Clock::set(Some(b.not_after + 1));
		assert_eq!(paid_for(&EVE, b.id), 0);
		assert_eq!(rewards(), vec![]);
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_B, b.id)]);
	});
}

#[test]
fn nobody_should_be_paid_for_a_lease_whose_node_is_gone() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		Controllers::set(vec![(NODE_B, BOB)]);
		clear();
		assert_eq!(paid_for(&EVE, lease.id), 0);
		told_lost_once(NODE_A, lease.id, LossCause::NodeGone);
	});
}

#[test]
fn a_simulated_lease_should_be_evicted_where_the_chain_allows_none() {
	ExtBuilder::default().with_collateral().build().execute_with(|| {
		let lease = granted(NODE_A);
		SimulationAllowed::<Test>::put(false);
		clear();
		assert_eq!(paid_for(&EVE, lease.id), 0);
		told_lost_once(NODE_A, lease.id, LossCause::Simulated);
	});
}

#[test]
fn the_treasury_should_pay_only_what_it_can_spare() {
	for (funds, expected) in [
		(0, 0),
		(MILLI_CDT, 0),
		(REWARD, 0),
		(REWARD + MILLI_CDT - 1, 0),
		(REWARD + MILLI_CDT, REWARD),
	] {
		build_and_execute(|| {
			let lease = granted(NODE_A);
			revoke(CODE);
			Balances::set_balance(&TREASURY, funds);
			clear();
			assert_eq!(paid_for(&EVE, lease.id), expected, "{funds}");
			assert_eq!(rewards().len(), usize::from(expected > 0));
			assert_eq!(Balances::free_balance(TREASURY), funds - expected);
			// Paid or not, the lease is gone.
			assert_eq!(Leases::<Test>::count(), 0);
		});
	}
}

#[test]
fn a_reward_of_nothing_should_not_be_told() {
	build_and_execute(|| {
		Parameters::<Test>::mutate(|params| params.eviction_reward = 0);
		let lease = granted(NODE_A);
		revoke(CODE);
		clear();
		assert_eq!(paid_for(&EVE, lease.id), 0);
		assert_eq!(rewards(), vec![]);
	});
}

#[test]
fn a_reward_should_reach_an_account_that_has_nothing() {
	build_and_execute(|| {
		let finder = AccountId::new([0x66; 32]);
		let lease = granted(NODE_A);
		revoke(CODE);
		assert_eq!(Balances::free_balance(EVE), CDT);
		assert_eq!(paid_for(&finder, lease.id), REWARD);
		assert_eq!(Balances::free_balance(&finder), REWARD);
	});
}

#[test]
fn a_lease_should_be_evicted_before_the_hook_comes_to_a_sunset_that_is_over() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, GRACE));
		run_to(10 + GRACE - 1);
		assert_noop!(evict(lease.id), Error::<Test>::LeaseStillGood);
		// The hook has no weight in this block.
		HookWeight::set(<Test as crate::Config>::WeightInfo::sweep_base());
		next_block();
		clear();
		assert_ok!(evict(lease.id));
		told_lost_once(NODE_A, lease.id, LossCause::Measurement);
		HookWeight::set(frame_support::weights::Weight::MAX);
		next_block();
		let expired = MeasurementStatus::Expired { at: 10 + GRACE };
		assert_eq!(Measurements::<Test>::get(CODE), Some(expired));
	});
}

#[test]
fn a_lease_whose_collateral_was_taken_away_should_be_evicted() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		let slots: Vec<_> =
			Attestation::collateral(0, 100).items.into_iter().map(|view| view.slot).collect();
		for slot in slots {
			assert_ok!(Attestation::remove_collateral(RuntimeOrigin::root(), slot));
		}
		clear();
		assert_eq!(paid_for(&EVE, lease.id), REWARD);
		told_lost_once(NODE_A, lease.id, LossCause::Evidence(Why::Missing(Part::Root)));
	});
}

#[test]
fn an_expired_lease_should_be_removed_without_being_told_twice() {
	build_and_execute(|| {
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		run_to(a.expires_at);
		clear();
		assert_ok!(evict(a.id));
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(BOB), NODE_B));
		assert_eq!(Listened::get(), vec![]);
		assert_eq!(Receipts::get(), vec![]);
		assert_eq!(
			events(),
			vec![
				Event::LeaseForgotten { node: NODE_A, lease: a.id },
				Event::LeaseForgotten { node: NODE_B, lease: b.id },
			]
		);
		assert_eq!(Leases::<Test>::count(), 0);
	});
}
