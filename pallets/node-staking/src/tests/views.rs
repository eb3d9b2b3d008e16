//! What clients read.

use crate::{mock::*, LastNode};
use concordat_primitives::{
	node::{Misconduct, NodeStatus},
	traits::{NodeInspect, Slasher},
	units::CDT,
	AccountId, Hash,
};
use frame_support::assert_ok;
use sp_core::{ByteArray, Pair};

#[test]
fn a_view_should_tell_what_this_pallet_knows() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(NodeStaking::view(1), None);
		let node = active(ALICE);
		run(INTERVAL);
		assert_ok!(beat(node));
		assert_ok!(NodeStaking::unbond_partial(signed(ALICE), node, CDT));
		assert_ok!(NodeStaking::slash(node, Misconduct::ConsensusFailure, evidence(1), None));
		Running::set(3);
		let view = NodeStaking::view(node).unwrap();
		assert_eq!(view.id, node);
		assert_eq!(view.controller, ALICE);
		assert_eq!(view.operator_key, Hash::from_slice(operator_of(node).public().as_slice()));
		assert_eq!(view.spec, compute());
		assert!(matches!(view.status, NodeStatus::Jailed { .. }));
		assert_eq!(view.stake, STAKE);
		assert_eq!(view.frozen, 50 * CDT);
		assert_eq!(view.last_heartbeat, START + INTERVAL);
		assert_eq!(view.running, 3);
		assert_eq!(view.reputation, (0, 0));
		assert!(view.lease.is_none());
	});
}

#[test]
fn the_account_of_an_operator_should_be_that_of_its_key() {
	ExtBuilder::default().build_and_execute(|| {
		let node = registered(ALICE);
		let pair = sp_core::sr25519::Pair::from_string(&format!("//Operator//{node}"), None);
		let account = AccountId::new(pair.unwrap().public().0);
		assert_eq!(NodeStaking::operator(node), Some(account));
		assert_ne!(NodeStaking::operator(node), NodeStaking::controller(node));
		assert_eq!(NodeStaking::operator(99), None);
	});
}

#[test]
fn pages_should_be_bounded_and_follow_each_other() {
	ExtBuilder::default().validators(1).build_and_execute(|| {
		for _ in 0..4 {
			registered(ALICE);
		}
		let ids = |from, limit| {
			let page = NodeStaking::page(from, limit);
			(page.items.iter().map(|node| node.id).collect::<Vec<_>>(), page.next)
		};
		assert_eq!(ids(0, 2), (vec![1, 2], Some(3)));
		assert_eq!(ids(3, 100), (vec![3, 4, 5], None));
		assert_eq!(ids(5, 0), (vec![5], None));
		assert_eq!(ids(6, 10), (vec![], None));
		assert_eq!(ids(u32::MAX, u32::MAX), (vec![], None));
		assert_eq!(NodeStaking::counts(), (5, 0));
	});
}

#[test]
fn a_page_should_not_search_gaps_without_end() {
	ExtBuilder::default().build_and_execute(|| {
		let first = registered(ALICE);
		LastNode::<Test>::put(5_000);
		let last = registered(ALICE);
		let page = NodeStaking::page(0, 10);
		assert_eq!(page.items.iter().map(|node| node.id).collect::<Vec<_>>(), [first]);
		let (mut next, mut pages) = (page.next, 1);
		let mut found = Vec::new();
		while let Some(from) = next {
			let page = NodeStaking::page(from as u32, 10);
			found.extend(page.items.iter().map(|node| node.id));
			(next, pages) = (page.next, pages + 1);
		}
		assert_eq!(found, [last]);
		assert!(pages <= 6);
	});
}
