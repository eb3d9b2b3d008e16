//! Jobs of one group go to one node (NSF §4.10.6).

use super::*;
use crate::{pallet::*, types::*};
use concordat_primitives::AccountId;

fn grouped(group: u32) -> JobId {
	dispatch_with(|c| c.collocate = Some(group))
}

fn list_of(who: &AccountId) -> Vec<(u32, NodeId)> {
	Groups::<Test>::get(who).iter().map(|one| (one.group, one.node)).collect()
}

fn moves() -> Vec<(u32, Option<NodeId>, NodeId)> {
	events()
		.into_iter()
		.filter_map(|event| match event {
			Event::GroupMoved { group, from, to, .. } => Some((group, from, to)),
			_ => None,
		})
		.collect()
}

#[test]
fn jobs_of_a_group_go_to_one_node_whatever_the_others_score() {
	ExtBuilder::default().nodes(60).build_and_execute(|| {
		let first = grouped(7);
		run(1);
		let node = seated(first)[0];
		assert_eq!(moves(), [(7, None, node)]);
		// It becomes the worst of all, by load and by trust.
		stand_with(node, |s| s.trust = 1_000);
		for _ in 0..3 {
			let next = grouped(7);
			run(1);
			assert_eq!(seated(next), [node]);
		}
		assert_eq!(moves().len(), 1, "it did not move");
		assert_eq!(JobDispatch::group(&alice(), 7), Some(node));
		// Another group, and a job of none, are placed like any.
		let others = [grouped(8), dispatch()];
		run(1);
		assert!(others.iter().all(|id| seated(*id) != [node]));
	});
}

#[test]
fn the_node_of_the_group_gets_the_first_seat_of_several() {
	ExtBuilder::default().nodes(40).build_and_execute(|| {
		clause_mode(2, 3);
		let first = grouped(1);
		run(1);
		let node = seated(first)[0];
		stand_with(node, |s| s.trust = 1_000);
		let next = grouped(1);
		run(1);
		assert_eq!(seated(next)[0], node);
		assert!(!seated(next)[1..].contains(&node));
	});
}

#[test]
fn a_group_moves_when_its_node_fails_any_filter() {
	type Fall = fn(NodeId);
	let falls: [Fall; 6] = [
		|node| stand_with(node, |s| s.cooldown_until = 1_000),
		|node| JobDispatch::evict(node),
		|node| JobDispatch::set_available(node, rain(), false).unwrap(),
		// Told apart only when it is about to be seated.
		revoke,
		|node| admit_with(node, |p| p.jurisdiction = place("USA")),
		|node| {
			let other = concordat_primitives::CapabilityId::parse("hazard.snow").unwrap();
			JobDispatch::admit(node, profile(node), &[other]).unwrap();
		},
	];
	for fall in falls {
		ExtBuilder::default().nodes(3).build_and_execute(|| {
			clause_with(|s| {
				s.policy.jurisdictions = BoundedVec::truncate_from(vec![place("IDN")]);
			});
			let first = grouped(7);
			run(1);
			let node = seated(first)[0];
			fall(node);
			let next = grouped(7);
			run(1);
			let to = seated(next)[0];
			assert_ne!(to, node);
			assert_eq!(moves(), [(7, None, node), (7, Some(node), to)]);
			// And it stays where it went, even if the first one could sit again.
			admit(node);
			let third = grouped(7);
			run(1);
			assert_eq!(seated(third), [to]);
		});
	}
}

#[test]
fn groups_belong_to_their_account() {
	ExtBuilder::default().nodes(60).build_and_execute(|| {
		grouped(7);
		run(1);
		let node = JobDispatch::group(&alice(), 7).unwrap();
		stand_with(node, |s| s.trust = 1_000);
		assert_ok!(JobDispatch::dispatch(
			RuntimeOrigin::signed(bob()),
			clause_id(),
			input(),
			concordat_primitives::job::JobConstraints { collocate: Some(7), ..Default::default() },
		));
		run(1);
		assert_ne!(JobDispatch::group(&bob(), 7), Some(node));
		assert_eq!(JobDispatch::group(&alice(), 7), Some(node));
	});
}

#[test]
fn one_group_too_many_replaces_the_one_used_longest_ago() {
	ExtBuilder::default().nodes(60).build_and_execute(|| {
		for group in 0..MAX_GROUPS {
			grouped(group);
			run(1);
		}
		// The first one is used again.
		grouped(0);
		run(1);
		grouped(99);
		run(1);
		let known: Vec<u32> = list_of(&alice()).iter().map(|one| one.0).collect();
		assert_eq!(known.len() as u32, MAX_GROUPS);
		assert!(known.contains(&0) && known.contains(&99) && !known.contains(&1));
	});
}

#[test]
fn a_group_is_forgotten_with_the_records_of_its_last_job() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let done = |id| {
			let node = seated(id)[0];
			deliver(id, node);
			settle(id, &[node], &[]);
		};
		let first = grouped(1);
		run(1);
		done(first);
		run(30);
		let second = grouped(1);
		run(1);
		done(second);
		// The first job is pruned; the group has been used since.
		run(25);
		assert!(!Jobs::<Test>::contains_key(first));
		assert_eq!(list_of(&alice()).len(), 1);
		run(30);
		assert!(!Jobs::<Test>::contains_key(second));
		assert_eq!(Groups::<Test>::iter().count(), 0);
	});
}
