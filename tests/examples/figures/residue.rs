//! What a job leaves in the state once everything about it that goes away has gone away.

use crate::{
	chain::{all_terms, dispatches, Chain, Enclave},
	stats::verdict,
};
use concordat_primitives::{clause::ExecutionMode, job::JobTerms};
use concordat_runtime::{
	pallet_job_dispatch, pallet_rollup_anchor, queries, AllPalletsWithSystem, RollupAnchor,
	Runtime, UncheckedExtrinsic,
};
use frame_support::traits::StorageInfoTrait;
use serde_json::json;
use std::collections::BTreeMap;

/// Jobs at a time.
const WAVE: u32 = 16;
/// How often.
const WAVES: u32 = 16;
/// Blocks after the last wave and after each later rollup, in which challenge windows end, and jobs and receipts are removed.
const AFTER: usize = 60;
/// Bytes of values that stay for each job, at most.
const AIM: f64 = 96.0;

const MODES: [(&str, ExecutionMode); 2] =
	[("Single", ExecutionMode::Single), ("Quorum", ExecutionMode::Quorum { k: 2, n: 3 })];

/// A state, key by key.
type State = BTreeMap<Vec<u8>, Vec<u8>>;

fn state(chain: &mut Chain) -> State {
	chain.read(|| {
		let mut all = State::new();
		let mut last = Vec::new();
		while let Some(key) = sp_io::storage::next_key(&last) {
			let value = sp_io::storage::get(&key).expect("the key is there").to_vec();
			all.insert(key.clone(), value);
			last = key;
		}
		all
	})
}

/// Plays a wave of jobs from dispatch to their results, in so many blocks.
fn play(chain: &mut Chain, enclaves: &[Enclave], clause: &str, mode: ExecutionMode) -> usize {
	chain.block(|| dispatches(clause, WAVE));
	chain.pass();
	let fresh = |terms: &JobTerms| terms.status.is_assigned();
	let terms: Vec<JobTerms> = chain.read(all_terms).into_iter().filter(fresh).collect();
	assert_eq!(terms.len(), WAVE as usize, "all are assigned at once");
	let every = |of: &dyn Fn(&Enclave, &JobTerms) -> Option<UncheckedExtrinsic>| -> Vec<_> {
		terms.iter().flat_map(|job| enclaves.iter().filter_map(|one| of(one, job))).collect()
	};
	chain.block(|| every(&Enclave::acknowledge));
	if mode.commits() {
		chain.block(|| every(&Enclave::commit));
		chain.block(|| every(&Enclave::reveal));
		return 5;
	}
	chain.block(|| every(&Enclave::certify));
	4
}

/// Lets everything pass that passes by itself: challenge windows; and, since receipts go when younger rollups are closed, two
/// rollups about something else.
fn settle(chain: &mut Chain) {
	for name in ["Later", "Latest", "Last"] {
		(0..AFTER).for_each(|_| drop(chain.pass()));
		chain.register_clause(name, ExecutionMode::Single, Default::default());
	}
	(0..AFTER).for_each(|_| drop(chain.pass()));
}

/// Where a key belongs, in words.
fn place(key: &[u8], names: &BTreeMap<Vec<u8>, String>) -> String {
	let prefix = key.get(..32).unwrap_or(key);
	names.get(prefix).cloned().unwrap_or_else(|| format!("0x{}", hex::encode(prefix)))
}

/// Names of the storage items that the runtime has, by their prefixes.
fn names() -> BTreeMap<Vec<u8>, String> {
	AllPalletsWithSystem::storage_info()
		.into_iter()
		.map(|info| {
			let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
			(info.prefix, format!("{}::{}", name(&info.pallet_name), name(&info.storage_name)))
		})
		.collect()
}

fn print_mode(clause: &str, mode: ExecutionMode) {
	let mut base = Chain::new(json!({
		"jobDispatch": { "params": { "challengeWindow": 12 } },
		"rollupAnchor": { "params": { "epochLength": 30, "retentionEpochs": 1 } },
	}));
	base.register_clause(clause, mode, Default::default());
	let enclaves: Vec<Enclave> = (1..=5).map(|number| base.enclave(number)).collect();
	// The same number of blocks without a job: what merely time changes falls out of the difference.
	let mut idle = base.fork();
	for _ in 0..WAVES {
		let blocks = play(&mut base, &enclaves, clause, mode);
		(0..blocks).for_each(|_| drop(idle.pass()));
	}
	settle(&mut base);
	settle(&mut idle);

	let jobs = WAVE * WAVES;
	let totals = base.read(queries::totals);
	assert_eq!(totals.completed, u64::from(jobs), "all have their results");
	let left = base.read(|| {
		let stubs = pallet_job_dispatch::Stubs::<Runtime>::iter().count();
		let cursor = pallet_rollup_anchor::Cursor::<Runtime>::get();
		let open = pallet_rollup_anchor::Open::<Runtime>::get();
		assert_eq!(stubs, jobs as usize, "all are pruned");
		assert_eq!(cursor.next, cursor.until, "nothing is left to be removed");
		let kept: Vec<_> = (cursor.next..open.next_receipt).collect();
		kept.len()
	});

	let (with, without) = (state(&mut base), state(&mut idle));
	let names = names();
	// By storage item: entries more than there would be, their bytes of value, the same with their keys.
	let mut rows: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
	let sized = |state: &State| -> BTreeMap<String, (i64, i64, i64)> {
		let mut all: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
		for (key, value) in state {
			let row = all.entry(place(key, &names)).or_default();
			row.0 += 1;
			row.1 += value.len() as i64;
			row.2 += (key.len() + value.len()) as i64;
		}
		all
	};
	let (all, none) = (sized(&with), sized(&without));
	for name in all.keys().chain(none.keys()) {
		let of =
			|from: &BTreeMap<String, (i64, i64, i64)>| from.get(name).copied().unwrap_or_default();
		let (a, b) = (of(&all), of(&none));
		rows.insert(name.clone(), (a.0 - b.0, a.1 - b.1, a.2 - b.2));
	}
	println!(
		"\n  State left by {jobs} {clause} jobs, {} rollups, {left} receipts within the retention\n    {:<38}{:>9}{:>14}{:>22}{:>26}",
		base.read(|| RollupAnchor::totals().1),
		"storage",
		"entries",
		"value bytes",
		"value bytes per job",
		"with keys, bytes per job"
	);
	let per = |bytes: i64| bytes as f64 / f64::from(jobs);
	let mut stays = (0, 0);
	for (name, (entries, values, keyed)) in rows.iter().filter(|(_, row)| **row != (0, 0, 0)) {
		println!(
			"    {name:<38}{entries:>9}{values:>14}{:>22.1}{:>26.1}",
			per(*values),
			per(*keyed)
		);
		stays = (stays.0 + values, stays.1 + keyed);
	}
	println!(
		"    {:<38}{:>9}{:>14}{:>22.1}{:>26.1}",
		"TOTAL",
		"",
		stays.0,
		per(stays.0),
		per(stays.1)
	);
	println!("    value bytes left per finished job   {}", verdict(per(stays.0), AIM));
	println!("    with keys                           {}", verdict(per(stays.1), AIM));
}

/// Prints the figures.
pub fn print() {
	println!(
		"\n  What stays: {WAVES} times {WAVE} jobs on the real runtime, from dispatch to pruning (challenge window of 12 blocks instead of \
		 a day, receipts kept for one closed epoch), and some hundred blocks more, in which rollups about something else are closed; the \
		 whole state then, key by key, less that of the same chain after the same without a job."
	);
	for (clause, mode) in MODES {
		print_mode(clause, mode);
	}
}
