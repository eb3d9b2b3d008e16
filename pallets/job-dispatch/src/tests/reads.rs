//! What an assignment costs the database, counted by the trie's recorder: every key that the state was asked for,
//! whoever asked.

use super::*;
use concordat_primitives::job::JobStatus;
use frame_support::weights::WeightMeter;

/// A recorder and another handle on it.
fn twice<R: Clone + Default>() -> (R, R) {
	let one = R::default();
	(one.clone(), one)
}

/// Keys read from the state by the block that assigns one job on `k/n` of `nodes`, and how many were assigned.
fn keys_read(nodes: u32, k: u8, n: u8, eligible: fn(NodeId) -> bool) -> (usize, u32) {
	let mut ext = ExtBuilder::default().build();
	ext.execute_with(|| {
		clause_mode(k, n);
		for node in 1..=nodes {
			admit(node);
			if !eligible(node) {
				stand_with(node, |s| s.quality = 0);
			}
		}
		dispatch_with(|c| c.min_quality = 1);
		next_empty_block();
		System::reset_events();
	});
	ext.commit_all().unwrap();

	let (recorder, record) = twice();
	let assigned = ext.execute_with_recorder(recorder, || {
		JobDispatch::tick(&mut WeightMeter::new());
		u32::from(job(1).status == JobStatus::Scheduled)
	});
	let keys = record.recorded_keys().values().map(|trie| trie.len()).sum();
	(keys, assigned)
}

/// The next block, before its hook.
fn next_empty_block() {
	System::set_block_number(System::block_number() + 1);
}

#[test]
fn an_assignment_reads_the_same_whether_there_are_a_hundred_nodes_or_ten_thousand() {
	for (k, n) in [(1, 1), (2, 3), (3, 5)] {
		let counts: Vec<_> =
			[100, 1_000, 10_000].map(|nodes| keys_read(nodes, k, n, |_| true)).into();
		assert!(counts.iter().all(|(_, assigned)| *assigned == 1));
		let keys: Vec<_> = counts.iter().map(|(keys, _)| *keys).collect();
		assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{k}/{n}: {keys:?}");
		// Two for each candidate, one for each seat, and a fixed rest.
		let candidates = (usize::from(n) + 2) * 4;
		assert!(keys[0] <= 2 * candidates + usize::from(n) + 30, "{k}/{n}: {keys:?}");
	}
}

#[test]
fn a_search_among_few_eligible_nodes_reads_no_more_than_its_bound() {
	for nodes in [1_000, 10_000] {
		let (keys, _) = keys_read(nodes, 1, 1, |node| node % 100 == 0);
		assert!(keys <= 2 * 36 + 1 + 30, "{nodes} nodes: {keys}");
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
