//! Whether the declared database accesses are those that happen: reads as the trie's recorder counts them, writes as the
//! keys whose value is another one afterwards. Only the block's own bookkeeping is left out.

use crate::{
	mock::*,
	weights::{SubstrateWeight, WeightInfo},
	Params,
};
use concordat_primitives::{
	traits::NodeInspect,
	trust::{HopEnd::*, TrustBook, MAX_TIES},
};
use frame_support::weights::{RuntimeDbWeight, Weight, WeightMeter};
use sp_io::hashing::twox_128;
use std::collections::BTreeMap;

type Declared = SubstrateWeight<Test>;

/// Reads and writes that a weight declares.
fn declared(weight: impl Fn() -> Weight) -> (u64, u64) {
	let at = |read, write| {
		Db::set(RuntimeDbWeight { read, write });
		weight().ref_time()
	};
	let (base, reads, writes) = (at(0, 0), at(1, 0), at(0, 1));
	(reads - base, writes - base)
}

/// Whether the key belongs to this pallet.
fn counts(key: &[u8]) -> bool {
	key.starts_with(&twox_128(b"Trust"))
}

fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let mut all = BTreeMap::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		let value = sp_io::storage::get(&next).expect("the key is there");
		all.insert(next.clone(), value.to_vec());
		key = next;
	}
	all
}

/// Keys read and keys changed by `action`, after `prepare`.
fn measured(prepare: impl FnOnce(), action: impl FnOnce()) -> (u64, u64) {
	fn twice<R: Clone + Default>() -> (R, R) {
		let one = R::default();
		(one.clone(), one)
	}
	let mut ext = ExtBuilder.build();
	ext.execute_with(prepare);
	ext.commit_all().unwrap();
	let before = ext.execute_with(state);
	let (recorder, record) = twice();
	ext.execute_with_recorder(recorder, action);
	let tries = record.recorded_keys();
	let reads = tries.values().flat_map(|trie| trie.keys()).filter(|key| counts(key)).count();
	let after = ext.execute_with(state);
	let changed = |key: &&Vec<u8>| counts(key) && before.get(*key) != after.get(*key);
	let appeared = after.keys().filter(changed).count();
	let gone = before.keys().filter(|key| counts(key) && !after.contains_key(*key)).count();
	(reads as u64, (appeared + gone) as u64)
}

fn full() {
	for node in 0..MAX_TIES {
		record(&of(ALICE), node, Dissented);
	}
	wait(1_000);
}

#[test]
fn a_hop_should_read_and_write_one_record() {
	let hop = measured(full, || {
		record(&of(ALICE), 1, Agreed);
	});
	assert_eq!(hop, (2, 1), "the record, and the parameters");
	assert_eq!(declared(Declared::record), hop);
	let another = measured(full, || {
		record(&of(ALICE), MAX_TIES, Agreed);
	});
	assert_eq!(another, hop, "even if one has to be forgotten");
}

#[test]
fn declared_accesses_should_be_those_that_happen() {
	let first = measured(
		|| (),
		|| {
			record(&of(ALICE), 1, Agreed);
		},
	);
	assert_eq!(declared(Declared::record_first), first);
	let perspective = measured(full, || {
		perspective(&of(ALICE));
	});
	assert_eq!(declared(Declared::perspective), perspective);
	let set = measured(
		|| (),
		|| {
			let new = Params { full_standing: 7, ..params() };
			Trust::set_params(RuntimeOrigin::root(), new).unwrap();
		},
	);
	// Whether there was a value before is looked up by the trie.
	assert_eq!(declared(Declared::set_params).1, set.1);
	let visits = || Trust::make_visits(&mut WeightMeter::new());
	let look = measured(full, visits);
	let (reads, writes) = declared(Declared::look);
	assert_eq!((reads, 0), look);
	let due = || {
		full();
		wait(params().expiry - 1_000);
	};
	let kept = measured(
		|| {
			full();
			wait(params().expiry - 2_000);
			record(&of(ALICE), 1, Agreed);
			// Is looked at, and not due.
			record(&of(BOB), 1, Agreed);
			wait(1_000);
		},
		visits,
	);
	let visit = declared(Declared::visit);
	assert_eq!((reads + visit.0, writes + visit.1), kept);
	let gone = measured(due, visits);
	assert!(gone.0 <= kept.0 && gone.1 <= kept.1, "{gone:?}");
}

/// What `W` says that a hop and a look cost.
fn own<W: WeightInfo>() -> (Weight, Weight) {
	(W::record().max(W::record_first()), W::perspective())
}

#[test]
fn recording_should_be_charged_with_the_question_who_controls_a_node() {
	let (record, perspective) = own::<<Test as crate::Config>::WeightInfo>();
	let asked = <Mock as NodeInspect<_>>::weight();
	assert_eq!(<Trust as TrustBook>::weight_of_recording(), record + asked);
	assert_eq!(<Trust as TrustBook>::weight_of_perspective(), perspective);
}
