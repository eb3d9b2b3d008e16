//! What an assignment costs the database, counted by the trie's recorder: every key that the state was asked for,
//! whoever asked.

use super::*;
use concordat_primitives::{
	attest::Vendor, clause::ExecutionMode, job::JobStatus, trust::Originator,
};
use frame_support::weights::WeightMeter;

/// A recorder and another handle on it.
fn twice<R: Clone + Default>() -> (R, R) {
	let one = R::default();
	(one.clone(), one)
}

/// Keys read from the state by the block that assigns one job on `k/n` of `nodes`, and whether it was assigned. The
/// clause wants sovereign nodes of one vendor in one jurisdiction, which are `eligible`.
fn keys_read(nodes: u32, k: u8, n: u8, eligible: impl Fn(NodeId) -> bool) -> (usize, bool) {
	let mut ext = ExtBuilder::default().build();
	ext.execute_with(|| {
		clause_with(|spec| {
			spec.mode = match n {
				1 => ExecutionMode::Single,
				n => ExecutionMode::Quorum { k, n },
			};
			spec.policy.sovereign_only = true;
			spec.policy.vendors = BoundedVec::truncate_from(vec![Vendor::IntelTdx]);
			spec.policy.jurisdictions = BoundedVec::truncate_from(vec![place("IDN")]);
		});
		for node in 1..=nodes {
			// The others fail by one of these each.
			admit_with(node, |p| match node % 3 {
				_ if eligible(node) => (),
				0 => p.sovereign = false,
				1 => p.vendor = Vendor::AmdSevSnp,
				_ => p.jurisdiction = place("PHL"),
			});
		}
		dispatch();
		next_empty_block();
		System::reset_events();
	});
	ext.commit_all().unwrap();

	let (recorder, record) = twice();
	let assigned = ext.execute_with_recorder(recorder, || {
		JobDispatch::tick(&mut WeightMeter::new());
		job(1).status == JobStatus::Scheduled
	});
	let keys = record.recorded_keys().values().map(|trie| trie.len()).sum();
	(keys, assigned)
}

/// The next block, before its hook.
fn next_empty_block() {
	System::set_block_number(System::block_number() + 1);
}

#[test]
fn an_assignment_reads_the_same_however_many_nodes_there_are_and_however_few_are_eligible() {
	for (k, n) in [(1, 1), (2, 3), (3, 5)] {
		let candidates = (u32::from(n) + 2) * 4;
		let mut most = Vec::new();
		for nodes in [100, 1_000, 10_000] {
			for one_in in [1, 2, 100] {
				let there_are = nodes / one_in;
				let (keys, assigned) = keys_read(nodes, k, n, |node| node % one_in == 0);
				assert_eq!(assigned, there_are >= n.into(), "{k}/{n}, {there_are} of {nodes}");
				if there_are >= candidates {
					most.push(keys);
				} else {
					// As many as there are, and no others.
					assert!(keys <= 2 * there_are as usize + usize::from(n) + 30, "{keys}");
				}
			}
		}
		assert!(most.len() >= 6);
		assert!(most.windows(2).all(|pair| pair[0] == pair[1]), "{k}/{n}: {most:?}");
		// Two for each candidate, one for each seat, and a fixed rest.
		assert!(most[0] <= 2 * candidates as usize + usize::from(n) + 30, "{k}/{n}: {most:?}");
	}
}

#[test]
fn a_search_for_what_only_probing_tells_reads_no_more_than_its_bound() {
	for nodes in [1_000, 10_000] {
		let mut ext = ExtBuilder::default().build();
		ext.execute_with(|| {
			for node in 1..=nodes {
				admit(node);
				if node % 100 != 0 {
					set_quality(node, 0);
				}
			}
			dispatch_with(|c| c.min_quality = 1);
			next_empty_block();
			System::reset_events();
		});
		ext.commit_all().unwrap();
		let (recorder, record) = twice();
		ext.execute_with_recorder(recorder, || JobDispatch::tick(&mut WeightMeter::new()));
		let keys: usize = record.recorded_keys().values().map(|trie| trie.len()).sum();
		// One seat and two backups, four candidates each, three probes for each candidate.
		assert!((2 * 12..=2 * 36 + 1 + 30).contains(&keys), "{nodes} nodes: {keys}");
	}
}

#[test]
fn known_nodes_cost_their_own_probes_and_no_more() {
	let keys = |preferred: u32, ties: u32| {
		let mut ext = ExtBuilder::default().build();
		ext.execute_with(|| {
			(1..=1_000).for_each(admit);
			let known: Vec<_> = (101..101 + ties).map(|node| (node, 900_000, 0)).collect();
			tell(Originator::Account(alice()), &known);
			dispatch_with(|c| {
				c.preferred = BoundedVec::truncate_from((1..=preferred).collect());
			});
			next_empty_block();
			System::reset_events();
		});
		ext.commit_all().unwrap();
		let (recorder, record) = twice();
		ext.execute_with_recorder(recorder, || JobDispatch::tick(&mut WeightMeter::new()));
		record.recorded_keys().values().map(|trie| trie.len()).sum::<usize>()
	};
	let none = keys(0, 0);
	// Two reads each; of the ties only the four strongest. Some may be drawn as well, and are read once.
	for (preferred, ties, shortcuts) in [(1, 0, 1), (8, 0, 8), (0, 2, 2), (0, 30, 4), (8, 30, 12)] {
		let more = keys(preferred, ties);
		assert!(more > none && more <= none + 2 * shortcuts, "{more} after {none}");
	}
}

#[test]
fn coming_and_going_reads_the_same_however_large_the_pool_is() {
	let counts: Vec<_> = [100u32, 10_000]
		.map(|nodes| {
			let mut ext = ExtBuilder::default().build();
			ext.execute_with(|| (1..=nodes).for_each(admit));
			ext.commit_all().unwrap();
			let (recorder, record) = twice();
			ext.execute_with_recorder(recorder, || {
				JobDispatch::evict(nodes / 2);
				admit(nodes + 1);
			});
			record.recorded_keys().values().map(|trie| trie.len()).sum::<usize>()
		})
		.into();
	assert_eq!(counts[0], counts[1]);
}
