//! A chain specification whose genesis holds many receipts in closed rollups.

use codec::Encode;
use concordat_primitives::{
	clause::MAX_VOTERS,
	receipt::{Operation, Voter},
	traits::ReceiptSink,
	ClauseId, Hash, ReceiptId, RollupEpoch,
};
use concordat_proofs::leaf_hash;
use concordat_runtime::{
	pallet_rollup_anchor::{
		archive_body_key, archive_leaves_key, CurrentSet, CurrentSigners, Cursor, Leaves, Open,
		PruneCursor, Rollups,
	},
	RollupAnchor, Runtime, System,
};
use frame_support::{traits::ConstU32, BoundedVec};
use serde_json::{Map, Value};
use sp_io::TestExternalities;

/// Where the state is in a raw specification.
const TOP: &str = "/genesis/raw/top";
/// Receipts between two times that events are thrown away.
const CHUNK: u64 = 4_096;

fn bytes(text: &str) -> Vec<u8> {
	hex::decode(text.trim_start_matches("0x")).expect("the node writes hexadecimal")
}

fn text(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The receipt of the result of some job that two of three nodes have agreed on.
fn operation(job: u64) -> Operation {
	let clause = ClauseId::parse("BENCH::Receipt@1.0").expect("a valid name");
	let voter = |node: u32| Voter {
		node,
		signing_key: [node as u8; 32],
		cac: Hash::from_low_u64_be(job + u64::from(node)),
		lease: u64::from(node),
		agreed: true,
	};
	let voters: BoundedVec<Voter, ConstU32<MAX_VOTERS>> =
		(1..=3).map(voter).collect::<Vec<_>>().try_into().expect("no more than a job has");
	Operation::JobCompleted {
		job,
		clause,
		program: Hash::repeat_byte(1),
		input: Hash::from_low_u64_be(job),
		result: Ok(Hash::from_low_u64_le(job)),
		k: 2,
		n: 3,
		voters,
		paid: 1_000_000,
		simulated: false,
		ensemble: None,
	}
}

/// An entry of a node's off-chain index.
pub type Entry = (Vec<u8>, Vec<u8>);

/// What was put into a specification.
pub struct Filled {
	/// Receipts in closed rollups: numbers 0 up to this.
	pub closed: ReceiptId,
	/// Closed rollups.
	pub rollups: u32,
	/// Receipts below this have left the state.
	pub kept_from: ReceiptId,
	/// What the off-chain index has of each of those, in their order.
	pub bodies: Vec<Entry>,
	/// And of each of their rollups.
	pub leaves: Vec<Entry>,
	/// Keys of the state.
	pub keys: usize,
}

/// Appends receipts to the genesis state of a raw specification by the runtime's own code, which closes every rollup that is
/// full; and removes the receipts of the older half of the rollups, as the runtime does after the retention. Nothing but what
/// rollup-anchor keeps is taken over.
///
/// These rollups name no genesis hash, which is not known while the genesis is being made, and nobody is asked to sign them.
pub fn fill(spec: &mut Value, receipts: u64) -> Filled {
	let top = spec.pointer_mut(TOP).and_then(Value::as_object_mut).expect("a raw specification");
	let mut ext = TestExternalities::default();
	ext.execute_with(|| {
		for (key, value) in top.iter() {
			let value = value.as_str().expect("values are text");
			sp_io::storage::set(&bytes(key), &bytes(value));
		}
	});
	ext.commit_all().expect("no transaction is open");
	let mut made = 0;
	while made < receipts {
		ext.execute_with(|| {
			// A rollup is never closed in the first block. None of these has signers.
			System::set_block_number(1);
			let signers: Option<CurrentSigners> = CurrentSet::<Runtime>::take();
			for _ in 0..CHUNK.min(receipts - made) {
				RollupAnchor::append(operation(made));
				made += 1;
			}
			signers.into_iter().for_each(CurrentSet::<Runtime>::put);
			System::set_block_number(0);
			System::reset_events();
		});
		ext.commit_all().expect("no transaction is open");
	}
	ext.execute_with(|| {
		let open = Open::<Runtime>::get();
		let (kept_from, bodies, leaves) = forget(open.number / 2);
		take_over(top);
		let (closed, rollups) = (open.first_receipt, open.number);
		Filled { closed, rollups, kept_from, bodies, leaves, keys: top.len() }
	})
}

/// Removes the receipts of the rollups before this one; what the off-chain index keeps of them.
fn forget(until_epoch: RollupEpoch) -> (ReceiptId, Vec<Entry>, Vec<Entry>) {
	let (mut bodies, mut lists) = (Vec::new(), Vec::new());
	for epoch in 0..until_epoch {
		let rollup = Rollups::<Runtime>::get(epoch).expect("it is closed");
		let mut hashes = Vec::new();
		for index in 0..rollup.count {
			let id = rollup.first_receipt + u64::from(index);
			let body = Leaves::<Runtime>::take(id).expect("it was there").encode();
			let hash = leaf_hash(index, &body);
			hashes.push(hash);
			bodies.push((archive_body_key(id, &hash), body));
		}
		lists.push((archive_leaves_key(epoch, &rollup.root.0), hashes.encode()));
	}
	let next = bodies.len() as ReceiptId;
	let cursor = PruneCursor { next, until: next, epoch: until_epoch, until_epoch };
	Cursor::<Runtime>::put(cursor);
	(next, bodies, lists)
}

/// Takes the entries of rollup-anchor out of the state into the specification, in the place of those that were there.
fn take_over(top: &mut Map<String, Value>) {
	let prefix = sp_io::hashing::twox_128(b"RollupAnchor").to_vec();
	let of_anchor = text(&prefix);
	top.retain(|key, _| !key.starts_with(&of_anchor));
	let mut last = prefix.clone();
	while let Some(key) = sp_io::storage::next_key(&last) {
		if !key.starts_with(&prefix) {
			break;
		}
		let value = sp_io::storage::get(&key).expect("the key is there");
		top.insert(text(&key), Value::String(text(&value)));
		last = key;
	}
}
