//! What is learnt from a seat that was given up, and by whom.

use super::*;
use crate::{pallet::*, types::*};
use codec::Encode;
use concordat_primitives::{
	routing::{trust, NEUTRAL, ONE},
	trust::{Hop, HopEnd, Originator, Tone},
};
use sp_io::hashing::blake2_128;

fn hops() -> Vec<(NodeId, HopEnd, Tone)> {
	HopsSoFar::get().iter().map(|(_, hop)| (hop.node, hop.end, hop.tone)).collect()
}

#[test]
fn a_settlement_tells_the_book_who_agreed_and_who_dissented() {
	ExtBuilder::default().nodes(4).build_and_execute(|| {
		clause_mode(2, 4);
		let id = assigned();
		let [a, b, c, late] = seated(id)[..] else { panic!("four seats") };
		[a, b, c].iter().for_each(|node| deliver(id, *node));
		settle(id, &[a, b], &[c]);
		// Whoever came too late is not judged.
		assert_eq!(JobDispatch::standing(late), Standing::default());
		let mut heard = hops();
		heard.sort_by_key(|hop| hop.0);
		let mut expected = vec![
			(a, HopEnd::Agreed, Tone::Early),
			(b, HopEnd::Agreed, Tone::Early),
			(c, HopEnd::Dissented, Tone::Early),
		];
		expected.sort_by_key(|hop| hop.0);
		assert_eq!(heard, expected);
		let (originator, hop) = HopsSoFar::get()[0].clone();
		assert_eq!(originator, Originator::Account(alice()));
		assert_eq!((hop.capability, hop.share), (rain(), ONE / 4));
		assert_eq!(hop.operator, profile(hop.node).operator);
	});
}

#[test]
fn silence_and_declining_are_hops_too_and_cost_what_they_should() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		let silent = seated(id)[0];
		run(6);
		assert_eq!(hops(), [(silent, HopEnd::Silent, Tone::Late)]);
		let standing = JobDispatch::standing(silent);
		assert_eq!(standing.trust, trust(NEUTRAL, HopEnd::Silent, ONE));
		assert!(standing.quality(rain()) < NEUTRAL);
		assert_eq!(standing.cooldown_until, 8 + 15);

		let declining = seated(id)[0];
		assert_ok!(JobDispatch::decline(id, 2, declining));
		assert_eq!(hops()[1..], [(declining, HopEnd::Declined, Tone::Early)]);
		let standing = JobDispatch::standing(declining);
		assert_eq!((standing.trust, standing.running()), (NEUTRAL, 0));
		assert_eq!(standing.misses, 0);
	});
}

#[test]
fn the_tone_follows_the_block_of_the_delivery_and_not_that_of_the_settlement() {
	for (waits, expected) in [(1, Tone::Early), (8, Tone::Timely), (12, Tone::Late)] {
		ExtBuilder::default().nodes(1).params(|p| p.ack_window = 8).build_and_execute(|| {
			let id = assigned();
			acknowledge(id, 1);
			run(waits);
			deliver(id, 1);
			run(20);
			settle(id, &[1], &[]);
			assert_eq!(hops(), [(1, HopEnd::Agreed, expected)], "after {waits} blocks");
		});
	}
}

#[test]
fn without_a_voice_a_hop_changes_nothing_for_everybody() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		Voice::set(0);
		clause_mode(2, 3);
		let id = assigned();
		let [a, b, c] = seated(id)[..] else { panic!("three seats") };
		[a, b, c].iter().for_each(|node| deliver(id, *node));
		settle(id, &[a, b], &[c]);
		for node in [a, b, c] {
			let standing = JobDispatch::standing(node);
			let state = standing.capability(rain());
			assert_eq!((standing.trust, state.quality, state.volume), (NEUTRAL, NEUTRAL, 0));
			assert_eq!(state.last_used, 2, "when it was used is known to all");
		}
		// Half a voice moves half as far.
		Voice::set(ONE / 2);
		let id = assigned();
		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		settle(id, &nodes, &[]);
		for node in nodes {
			assert_eq!(JobDispatch::reputation(node).0, trust(NEUTRAL, HopEnd::Agreed, ONE / 2));
		}
	});
}

#[test]
fn whoever_asks_his_own_node_says_nothing_about_it() {
	ExtBuilder::default().build_and_execute(|| {
		admit_with(1, |p| p.operator = blake2_128(&alice().encode()));
		let id = completed();
		assert_eq!(seated(id), [1]);
		// The book hears of it, for what alice herself learns.
		assert_eq!(hops().len(), 1);
		assert_eq!(JobDispatch::reputation(1), (NEUTRAL, NEUTRAL));
		assert_eq!(JobDispatch::standing(1).capability(rain()).volume, 0);
	});
}

#[test]
fn no_money_is_counted_for_two_hops() {
	ExtBuilder::default().nodes(12).build_and_execute(|| {
		clause_mode(3, 5);
		let id = assigned();
		let first = seated(id);
		// Two acknowledge and deliver, three are silent and replaced.
		first[..2].iter().for_each(|node| {
			acknowledge(id, *node);
		});
		run(6);
		let nodes = seated(id);
		nodes.iter().for_each(|node| deliver(id, *node));
		let votes = nodes.len();
		settle(id, &nodes, &[]);
		let quote = Orders::<Test>::get(id).unwrap().quote;
		let all: Vec<Hop> = HopsSoFar::get().into_iter().map(|(_, hop)| hop).collect();
		assert!(all.iter().filter(|hop| hop.end == HopEnd::Silent).count() >= 2);
		let counted: u128 = all.iter().map(|hop| hop.fee).sum();
		let paid = quote.fees_of_result(votes as u32);
		assert!(counted <= paid && counted * 10 >= paid * 9, "{counted} of {paid}");
	});
}

#[test]
fn a_node_that_left_the_pools_is_judged_all_the_same_and_one_that_is_gone_is_not() {
	ExtBuilder::default().nodes(2).build_and_execute(|| {
		let (one, two) = (assigned(), assigned());
		let (a, b) = (seated(one)[0], seated(two)[0]);
		assert_ne!(a, b);
		[(one, a), (two, b)].iter().for_each(|(id, node)| deliver(*id, *node));
		JobDispatch::evict(a);
		settle(one, &[a], &[]);
		assert_eq!(JobDispatch::reputation(a).0, trust(NEUTRAL, HopEnd::Agreed, ONE));
		let operator = blake2_128(&controller(a).encode());
		assert_eq!(HopsSoFar::get()[0].1.operator, operator);
		JobDispatch::forget(b);
		Gone::mutate(|gone| gone.insert(b));
		settle(two, &[b], &[]);
		assert_eq!(hops().len(), 1);
		assert_eq!(Standings::<Test>::iter_keys().collect::<Vec<_>>(), [a]);
	});
}

#[test]
fn a_job_that_somebody_else_ends_is_no_hop() {
	ExtBuilder::default().nodes(3).build_and_execute(|| {
		let id = assigned();
		assert_ok!(JobDispatch::fail_job(RuntimeOrigin::root(), id));
		let id = assigned();
		assert_ok!(JobDispatch::round_failed(id));
		assert!(hops().is_empty());
		assert_eq!(JobDispatch::standing(1).trust, NEUTRAL);
	});
}
