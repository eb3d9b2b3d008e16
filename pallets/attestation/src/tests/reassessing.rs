//! Judging every lease again, block by block, within the hook's share.

use crate::{
	default_policy, mock::*, Event, Leases, LossCause, Reassessment, Reassessments, WeightInfo,
};
use concordat_attestation::{Error as Why, TcbStatus};
use concordat_primitives::{
	attest::RiskClasses,
	clause::RiskClass::{self, *},
	NodeId,
};
use frame_support::{
	assert_ok,
	traits::Hooks,
	weights::{Weight, WeightMeter},
};

type Weights = <Test as crate::Config>::WeightInfo;

/// How many leases the hook judges in a block in which nothing else is due, if it has as little as it must have.
fn leases_a_block() -> u32 {
	let mut meter = WeightMeter::with_limit(Attestation::least_hook_weight());
	for weight in [Weights::sweep_base(), Weights::sweep_block(), Weights::reassess_base()] {
		assert_ok!(meter.try_consume(weight));
	}
	(0..).take_while(|_| meter.try_consume(Weights::reassess_lease()).is_ok()).count() as u32
}

fn least() {
	HookWeight::set(Attestation::least_hook_weight());
}

/// Gives nodes `10 .. 10 + count` a lease each, all in this block.
fn crowd(count: u32) -> Vec<NodeId> {
	let nodes: Vec<_> = (10..10 + count).collect();
	Controllers::mutate(|all| all.extend(nodes.iter().map(|node| (*node, ALICE))));
	for node in &nodes {
		assert_ok!(Attempt::of(*node).send());
	}
	clear();
	nodes
}

/// Nodes whose lease is good for just these classes.
fn good_for(expected: RiskClasses) -> Vec<NodeId> {
	let mut nodes: Vec<_> = Leases::<Test>::iter_values()
		.filter(|lease| lease.classes == expected)
		.map(|lease| lease.node)
		.collect();
	nodes.sort_unstable();
	nodes
}

fn harden(later: u64) {
	post_tdx(later, |sim| sim.levels[0].status = "SWHardeningNeeded");
}

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(test);
}

#[test]
fn many_leases_should_be_judged_over_several_blocks() {
	build_and_execute(|| {
		let each = leases_a_block();
		assert!(each > 0);
		let nodes = crowd(2 * each + 1);
		harden(1);
		clear();
		least();
		let worse = classes(&[Low, Medium]);
		for judged in [each, 2 * each] {
			let used = {
				let next = System::block_number() + 1;
				System::initialize(&next, &hash_of(next - 1), &Default::default());
				Attestation::on_initialize(next)
			};
			assert!(HookWeight::get().all_gte(used), "{used:?}");
			assert_eq!(good_for(worse).len() as u32, judged);
			assert_eq!(Listened::get().len() as u32, judged);
			assert!(Reassessments::<Test>::get().is_some());
			assert_ok!(Attestation::do_try_state());
		}
		assert!(!events().contains(&Event::LeasesReassessed));
		// The last one, and one more look that finds no more.
		for _ in 0..2 {
			next_block();
		}
		assert_eq!(good_for(worse), nodes);
		assert_eq!(events().last(), Some(&Event::LeasesReassessed));
		assert_eq!(Reassessments::<Test>::get(), None);
		assert_eq!(Listened::get().len(), nodes.len(), "each is told once");
	});
}

#[test]
fn a_use_should_not_wait_for_the_hook_where_measurements_are_concerned() {
	build_and_execute(|| {
		let nodes = crowd(2 * leases_a_block() + 1);
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		least();
		for node in &nodes {
			let lease = present(*node).id;
			assert_eq!(
				live(*node, lease, Low),
				Err(concordat_primitives::attest::LeaseRefusal::MeasurementRevoked)
			);
		}
		run_to(20);
		assert_eq!(Leases::<Test>::count(), 0);
		assert_eq!(Listened::get().len(), nodes.len());
	});
}

#[test]
fn what_moves_meanwhile_should_make_it_begin_again() {
	build_and_execute(|| {
		let each = leases_a_block();
		let nodes = crowd(3 * each);
		harden(1);
		least();
		next_block();
		let worse = classes(&[Low, Medium]);
		assert_eq!(good_for(worse).len() as u32, each);
		let first = good_for(worse);
		// Now the older state of things comes back, for those who were not judged yet as well.
		post_tdx(2, |_| ());
		let running = Reassessments::<Test>::get().unwrap();
		assert!(running.again && running.after.is_some(), "{running:?}");
		clear();
		run_to(11 + 2);
		assert_eq!(good_for(worse), first, "the rest has nothing to lose any more");
		run_to(11 + 2 + 6);
		assert_eq!(good_for(RiskClasses::ALL), nodes);
		// It is over when the second round is, not the first.
		let done = events().into_iter().filter(|one| *one == Event::LeasesReassessed).count();
		assert_eq!((done, Reassessments::<Test>::get()), (1, None));
	});
}

#[test]
fn what_moves_before_it_began_should_not_cost_a_second_round() {
	build_and_execute(|| {
		crowd(2);
		harden(1);
		harden(2);
		assert_eq!(Reassessments::<Test>::get(), Some(Reassessment::default()));
		clear();
		next_block();
		let done = events().into_iter().filter(|one| *one == Event::LeasesReassessed).count();
		assert_eq!((done, Listened::get().len()), (1, 2));
	});
}

#[test]
fn leases_that_come_meanwhile_should_be_judged_when_they_come() {
	build_and_execute(|| {
		let nodes = crowd(2 * leases_a_block() + 1);
		harden(1);
		least();
		next_block();
		// Whatever its place in the order of the map.
		let late: Vec<_> = (100..110).collect();
		Controllers::mutate(|all| all.extend(late.iter().map(|node| (*node, ALICE))));
		for node in &late {
			assert_eq!(granted(*node).classes, classes(&[Low, Medium]));
		}
		run_to(40);
		assert_eq!(Reassessments::<Test>::get(), None);
		let all: Vec<_> = nodes.into_iter().chain(late).collect();
		assert_eq!(good_for(classes(&[Low, Medium])), all);
	});
}

#[test]
fn leases_that_go_meanwhile_should_not_make_it_lose_its_way() {
	build_and_execute(|| {
		let mut nodes = crowd(4 * leases_a_block() + 1);
		let crowded = nodes.len();
		harden(1);
		least();
		while Reassessments::<Test>::get().is_some() {
			next_block();
			// The very node at which it stopped gives its lease up, every other time.
			let stopped = Reassessments::<Test>::get().and_then(|running| running.after);
			if let Some(node) = stopped.filter(|_| System::block_number().is_multiple_of(2)) {
				assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), node));
				nodes.retain(|one| *one != node);
			}
			assert!(System::block_number() < 40, "it does not end");
		}
		assert!((2..crowded).contains(&nodes.len()), "some went, some stayed");
		assert_eq!(good_for(classes(&[Low, Medium])), nodes);
	});
}

#[test]
fn leases_that_get_renewed_meanwhile_should_be_judged_as_they_are() {
	build_and_execute(|| {
		let nodes = crowd(2 * leases_a_block() + 1);
		harden(1);
		least();
		for _ in 0..5 {
			next_block();
			for node in &nodes {
				assert_ok!(Attempt::of(*node).send());
			}
		}
		assert_eq!(Reassessments::<Test>::get(), None);
		assert_eq!(good_for(classes(&[Low, Medium])), nodes);
	});
}

#[test]
fn expired_leases_should_be_left_alone() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		run_to(lease.expires_at);
		clear();
		post_tdx(1, |sim| sim.levels[0].status = "Revoked");
		clear();
		next_block();
		assert_eq!(events(), vec![Event::LeasesReassessed]);
		assert_eq!((Listened::get(), Receipts::get()), (vec![], vec![]));
		// Its record stays, to tell whose key it was.
		assert_eq!(present(NODE_A), lease);
	});
}

#[test]
fn a_lease_that_the_clock_ended_should_be_told_by_the_next_round() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		Clock::set(Some(lease.not_after + 1));
		post_all(concordat_attestation::simulator::dev::DevKind::Tdx);
		clear();
		next_block();
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, lease.id)]);
		let cause = LossCause::Expired;
		let lost = Event::LeaseLost { node: NODE_A, lease: lease.id, cause, simulated: true };
		assert_eq!(events(), vec![lost, Event::LeasesReassessed]);
		// Time is no surprise: there is no receipt.
		assert_eq!(Receipts::get(), vec![]);
		// Nor is it told again in the block in which it was due.
		run_to(lease.expires_at);
		assert_eq!(Listened::get(), vec![]);
	});
}

#[test]
fn a_lease_whose_node_is_gone_should_end_with_the_next_round() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		Controllers::set(vec![(NODE_B, BOB)]);
		harden(1);
		clear();
		next_block();
		told_lost_once(NODE_A, lease.id, LossCause::NodeGone);
	});
}

#[test]
fn every_move_should_start_a_round() {
	type Move = fn();
	let moves: [Move; 5] = [
		|| harden(1),
		|| {
			let policy = Box::new(default_policy(RiskClass::High));
			assert_ok!(Attestation::set_quote_policy(RuntimeOrigin::root(), Low, policy));
		},
		|| {
			let anchor = concordat_attestation::simulator::dev::dev_anchors()[3];
			assert_ok!(Attestation::remove_anchor(RuntimeOrigin::root(), anchor));
		},
		|| {
			let slot = Attestation::collateral(0, 1).items.remove(0).slot;
			assert_ok!(Attestation::remove_collateral(RuntimeOrigin::root(), slot));
		},
		|| {
			assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), OTHER_CODE));
		},
	];
	for act in moves {
		build_and_execute(|| {
			assert_eq!(Reassessments::<Test>::get(), None);
			act();
			assert!(Reassessments::<Test>::get().is_some());
		});
	}
	// The end of a sunset does as well: in its own block the leases under it are gone.
	build_and_execute(|| {
		let lease = granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, GRACE));
		run_to(10 + GRACE - 1);
		clear();
		next_block();
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, lease.id)]);
	});
}

#[test]
fn a_hook_with_too_little_should_leave_it_for_later() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		post_tdx(1, |sim| sim.levels[0].status = "Revoked");
		clear();
		let sweep = Weights::sweep_base().saturating_add(Weights::sweep_block());
		for limit in [Weights::sweep_base(), sweep] {
			HookWeight::set(limit);
			next_block();
			assert_eq!(Listened::get(), vec![]);
			assert_ok!(Attestation::do_try_state());
		}
		HookWeight::set(Weight::MAX);
		next_block();
		let why = Why::StatusRefused { found: TcbStatus::Revoked, shortfall: None };
		told_lost_once(NODE_A, lease.id, LossCause::Evidence(why));
	});
}
