//! The pools: dense, with constant cost of coming and going.

use super::*;
use crate::{
	pallet::*,
	scheduler::{Lot, MAX_STRATA},
	types::*,
};
use alloc::collections::{BTreeMap, BTreeSet};
use concordat_primitives::{node::MAX_CAPABILITIES, CapabilityId, Jurisdiction};
use frame_support::{assert_noop, assert_storage_noop};

fn capability(n: u32) -> CapabilityId {
	CapabilityId::parse(&format!("cap.{n}")).unwrap()
}

/// Nodes in the pools of a capability, anywhere or in one jurisdiction.
fn members(capability: CapabilityId, jurisdiction: Option<Jurisdiction>) -> BTreeSet<NodeId> {
	let strata = StrataOf::<Test>::get(capability);
	let here = |lot: &Lot| {
		jurisdiction.is_none_or(|one| lot.stratum.is_some_and(|own| own.jurisdiction == one))
	};
	let nodes_of = |lot: Lot| {
		let key = PoolKey { capability, stratum: lot.stratum };
		(0..lot.size).map(move |index| Pools::<Test>::get(key, index).unwrap())
	};
	strata.lots().filter(here).flat_map(nodes_of).collect()
}

#[test]
fn random_comings_and_goings_match_a_plain_set() {
	ExtBuilder::default().build_and_execute(|| {
		let places = ["IDN", "PHL", "USA"];
		let mut oracle = BTreeMap::<NodeId, (Jurisdiction, BTreeSet<u32>)>::new();
		let mut state = 11u64;
		let mut next = |bound: u64| {
			state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
			(state >> 33) % bound
		};
		for step in 0..1_500 {
			let node = next(40) as NodeId;
			if next(3) == 0 {
				JobDispatch::evict(node);
				oracle.remove(&node);
			} else {
				let jurisdiction = place(places[next(3) as usize]);
				let offers: BTreeSet<u32> = (0..1 + next(4)).map(|_| next(5) as u32).collect();
				let capabilities: Vec<_> = offers.iter().map(|n| capability(*n)).collect();
				// What else is static varies with it.
				let profile = concordat_primitives::node::NodeProfile {
					jurisdiction,
					sovereign: next(2) == 0,
					simulated: next(2) == 0,
					..profile(node)
				};
				assert_ok!(JobDispatch::admit(node, profile, &capabilities));
				oracle.insert(node, (jurisdiction, offers));
			}
			if step % 50 == 0 {
				JobDispatch::do_try_state().unwrap();
			}
			for n in 0..5 {
				let offering = |jurisdiction: Option<Jurisdiction>| -> BTreeSet<NodeId> {
					oracle
						.iter()
						.filter(|(_, (at, offers))| {
							offers.contains(&n) && jurisdiction.is_none_or(|one| one == *at)
						})
						.map(|(node, _)| *node)
						.collect()
				};
				assert_eq!(members(capability(n), None), offering(None));
				let at = place(places[next(3) as usize]);
				assert_eq!(members(capability(n), Some(at)), offering(Some(at)));
			}
		}
	});
}

#[test]
fn a_new_profile_replaces_the_old_one_in_place() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		admit_with(2, |p| p.latency_class = 5);
		assert_eq!(Seatings::<Test>::get(2).unwrap().profile.latency_class, 5);
		assert_eq!(members(rain(), None), [1, 2, 3].into());
		// A node that moves changes pools.
		admit_with(2, |p| p.jurisdiction = place("USA"));
		assert_eq!(members(rain(), Some(place("IDN"))), [1, 3].into());
		assert_eq!(members(rain(), Some(place("USA"))), [2].into());
		assert_eq!(members(rain(), None), [1, 2, 3].into());
		assert!(events().contains(&Event::NodeAdmitted { node: 2 }));
	});
}

#[test]
fn capacity_beyond_what_a_list_holds_is_cut() {
	ExtBuilder::default().build_and_execute(|| {
		admit_with(1, |p| p.capacity = 5_000);
		assert_eq!(Seatings::<Test>::get(1).unwrap().profile.capacity, 64);
	});
}

#[test]
fn nodes_must_offer_something_and_not_too_much() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(JobDispatch::admit(1, profile(1), &[]), Error::<Test>::NoCapabilities);
		let many: Vec<_> = (0..=MAX_CAPABILITIES).map(capability).collect();
		assert_noop!(JobDispatch::admit(1, profile(1), &many), Error::<Test>::TooManyCapabilities);
		assert_ok!(JobDispatch::admit(1, profile(1), &many[1..]));
		// Named twice, it is offered once.
		assert_ok!(JobDispatch::admit(2, profile(2), &[rain(), rain()]));
		assert_eq!(JobDispatch::offers(2), [rain()]);
	});
}

#[test]
fn evicting_a_stranger_changes_nothing() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		assert_storage_noop!(JobDispatch::evict(9));
	});
}

#[test]
fn eviction_leaves_no_trace_of_a_newcomer_and_remembers_a_reputation() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		stand_with(2, |s| s.trust = 700_000);
		JobDispatch::evict(1);
		JobDispatch::evict(2);
		assert!(events().contains(&Event::NodeEvicted { node: 1 }));
		assert_eq!(Standings::<Test>::iter_keys().collect::<Vec<_>>(), [2]);
		assert_eq!(Pools::<Test>::iter().count(), 0);
		assert_eq!(StrataOf::<Test>::iter().count(), 0);
		assert_eq!(Offers::<Test>::iter().count(), 0);
		admit(2);
		assert_eq!(JobDispatch::reputation(2).0, 700_000);
	});
}

#[test]
fn a_node_that_comes_back_while_it_works_is_not_overbooked() {
	ExtBuilder::default().build_and_execute(|| {
		admit_with(1, |p| p.capacity = 1);
		let id = assigned();
		JobDispatch::evict(1);
		admit_with(1, |p| p.capacity = 1);
		assert_eq!(JobDispatch::running(1), 1);
		let other = dispatch();
		run(1);
		assert_eq!(job(other).status, concordat_primitives::job::JobStatus::Pending);
		deliver(id, 1);
		settle(id, &[1], &[]);
		run(1);
		assert_eq!(seated(other), [1]);
	});
}

#[test]
fn nothing_is_remembered_of_a_node_that_is_gone() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		// One in the pools, one that left them with a reputation, one that left none.
		stand_with(1, |s| s.trust = 700_000);
		stand_with(2, |s| s.trust = 700_000);
		[2, 3].iter().for_each(|node| JobDispatch::evict(*node));
		assert_eq!(Standings::<Test>::iter_keys().collect::<Vec<_>>(), [2]);
		(1..=3).for_each(JobDispatch::forget);
		assert_eq!(Standings::<Test>::iter().count(), 0);
		assert_eq!(Seatings::<Test>::iter().count(), 0);
		assert_eq!(Pools::<Test>::iter().count(), 0);
		assert_storage_noop!(JobDispatch::forget(9));
	});
}

#[test]
fn a_node_that_goes_while_it_works_is_forgotten_with_its_last_seat() {
	type End = fn(concordat_primitives::JobId);
	let ends: [End; 4] = [
		|id| {
			deliver(id, 1);
			settle(id, &[1], &[]);
		},
		|id| {
			assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
		},
		|id| {
			assert_ok!(JobDispatch::round_failed(id));
		},
		// Silent: what is noted against it is forgotten with it.
		|_| run(6),
	];
	for end in ends {
		ExtBuilder::default().nodes(1).build_and_execute(|| {
			let (first, second) = (dispatch(), dispatch());
			run(1);
			JobDispatch::forget(1);
			assert_eq!(JobDispatch::running(1), 2, "what it runs, runs on");
			assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), first));
			assert_eq!(JobDispatch::assignments(1), [second]);
			assert_eq!(Standings::<Test>::iter().count(), 1);
			end(second);
			assert_eq!(Standings::<Test>::iter().count(), 0);
		});
	}
}

#[test]
fn a_number_that_is_given_out_again_begins_as_its_record_says() {
	ExtBuilder::default().nodes(1).build_and_execute(|| {
		let id = assigned();
		JobDispatch::forget(1);
		admit(1);
		assert_eq!(JobDispatch::assignments(1), [id]);
		deliver(id, 1);
		settle(id, &[1], &[]);
		assert!(!Seatings::<Test>::get(1).unwrap().standing.gone);
		JobDispatch::evict(1);
		assert_eq!(Standings::<Test>::iter().count(), 1, "a reputation to remember");
	});
}

#[test]
fn a_node_is_in_one_pool_of_each_capability_and_moves_with_what_is_static() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		let pools = || -> Vec<PoolPlace> {
			PoolPlaces::<Test>::iter().filter(|(_, node, _)| *node == 1).map(|one| one.2).collect()
		};
		type Change = fn(&mut concordat_primitives::node::NodeProfile);
		let changes: [Change; 5] = [
			|p| p.jurisdiction = place("PHL"),
			|p| p.sovereign = false,
			|p| p.vendor = concordat_primitives::attest::Vendor::AmdSevSnp,
			|p| p.simulated = false,
			|p| p.classes = concordat_primitives::attest::RiskClasses::NONE,
		];
		let mut seen = BTreeSet::from([pools()[0].stratum]);
		for change in changes {
			admit_with(1, change);
			assert_eq!(pools().len(), 1);
			assert!(seen.insert(pools()[0].stratum), "another stratum");
			JobDispatch::do_try_state().unwrap();
		}
		// What is not static moves nobody.
		let before = pools();
		admit_with(1, |p| {
			p.classes = concordat_primitives::attest::RiskClasses::NONE;
			p.lease += 1;
			p.capacity = 9;
			p.measurement = measurement(7);
			p.latency_class = 3;
		});
		assert_eq!(pools(), before);
	});
}

/// Fills the list of strata of the clause's capability with one node each; returns how many.
fn fill_strata() -> u32 {
	let mut count = 0;
	for first in b'A'..=b'Z' {
		for second in b'A'..=b'Z' {
			if count < MAX_STRATA {
				let code = String::from_utf8(vec![first, second, b'X']).unwrap();
				admit_with(1_000 + count, |p| p.jurisdiction = place(&code));
				count += 1;
			}
		}
	}
	count
}

#[test]
fn beyond_the_last_stratum_nodes_share_a_pool_and_are_filtered_one_by_one() {
	ExtBuilder::default().build_and_execute(|| {
		fill_strata();
		assert_eq!(StrataOf::<Test>::get(rain()).list.len() as u32, MAX_STRATA);
		admit_with(1, |p| p.jurisdiction = place("IDN"));
		admit_with(2, |p| p.jurisdiction = place("PHL"));
		assert_eq!(StrataOf::<Test>::get(rain()).overflow, 2);
		JobDispatch::do_try_state().unwrap();
		let in_phl = dispatch_with(|c| {
			c.jurisdictions = BoundedVec::truncate_from(vec![place("PHL")]);
		});
		run(1);
		assert_eq!(seated(in_phl), [2]);
		// Its place is found again, and the other one moves up.
		JobDispatch::evict(1);
		assert_eq!(StrataOf::<Test>::get(rain()).overflow, 1);
		JobDispatch::do_try_state().unwrap();
		// Room that is made is used for new nodes; whoever is in the overflow stays there.
		JobDispatch::evict(1_000);
		admit_with(3, |p| p.jurisdiction = place("PHL"));
		let place_of = |node| PoolPlaces::<Test>::get(rain(), node).unwrap().stratum;
		assert!(place_of(3).is_some());
		assert!(place_of(2).is_none());
		JobDispatch::evict(2);
		JobDispatch::do_try_state().unwrap();
		assert_eq!(StrataOf::<Test>::get(rain()).overflow, 0);
	});
}
