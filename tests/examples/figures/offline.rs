//! What it costs to check a receipt offline, from the bytes of its file to the verdict.

use crate::stats::{in_turns, micros, spread, verdict, Way};
use codec::Encode;
use concordat_finality::fixtures::{header, Voters};
use concordat_primitives::{
	clause::MAX_VOTERS,
	receipt::{Operation, ReceiptBody, Voter},
	rollup::MMR_ENGINE_ID,
	ClauseId, Hash,
};
use concordat_proofs::{
	blake2_256,
	bundle::{Authority, Bundle, Finality, Format},
	check::{check, Trust},
	keccak_256, leaf_hash,
	mmr::LeafProof,
	prove,
	rollup::{AnchorLeaf, RollupHeader},
	root, Digest32,
};
use frame_support::{traits::ConstU32, BoundedVec};
use sp_mmr_primitives::mmr_lib::{leaf_index_to_pos, util::MemStore, Merge, Result, MMR};
use sp_runtime::DigestItem;

/// Rounds of measurement.
const RUNS: usize = 21;
/// Receipts of the rollup.
const RECEIPTS: u32 = 1_024;
/// Leaves of the MMR: a block each, of 23 days.
const BLOCKS: u32 = 1_000_000;
/// Block that the leaf is about.
const PARENT: u32 = 654_321;
/// Authorities that vote, and rollups from the receipt's to the one that the leaf names.
const SHAPES: [(u8, u32); 5] = [(1, 1), (4, 1), (21, 1), (100, 1), (100, 64)];
/// Milliseconds, at most.
const AIM: f64 = 50.0;
const GENESIS: Digest32 = [0x9e; 32];

struct Nodes;

impl Merge for Nodes {
	type Item = Digest32;

	fn merge(left: &Digest32, right: &Digest32) -> Result<Digest32> {
		Ok(keccak_256(&[&left[..], &right[..]].concat()))
	}
}

/// An MMR as `pallet-mmr` makes it, with this leaf among others: its root, and the proof of the leaf.
fn mmr(leaf: &AnchorLeaf) -> (Digest32, LeafProof) {
	let store = MemStore::default();
	let mut mmr = MMR::<Digest32, Nodes, _>::new(0, &store);
	for block in 0..BLOCKS {
		let named = block == PARENT;
		let hash = if named { keccak_256(&leaf.encode()) } else { blake2_256(&block.encode()) };
		mmr.push(hash).expect("memory suffices");
	}
	let root = mmr.get_root().expect("there are leaves");
	let proof = mmr.gen_proof(vec![leaf_index_to_pos(PARENT.into())]).expect("it is there");
	let items = proof.proof_items().to_vec();
	(root, LeafProof { leaf_indices: vec![PARENT.into()], leaf_count: BLOCKS.into(), items })
}

/// The receipt of a result that three nodes agreed on.
fn receipt(id: u64, block: u32) -> Vec<u8> {
	let voter = |node: u8| Voter {
		node: node.into(),
		signing_key: [node; 32],
		cac: Hash::repeat_byte(node),
		lease: node.into(),
		agreed: true,
	};
	let voters: BoundedVec<_, ConstU32<MAX_VOTERS>> =
		(1..=3).map(voter).collect::<Vec<_>>().try_into().expect("no more than a job has");
	let operation = Operation::JobCompleted {
		job: 7_654_321,
		clause: ClauseId::parse("BENCH::Receipt@1.0").expect("a valid name"),
		program: Hash::repeat_byte(1),
		input: Hash::repeat_byte(2),
		result: Ok(Hash::repeat_byte(3)),
		k: 2,
		n: 3,
		voters,
		paid: 1_000_000,
		simulated: false,
		ensemble: None,
	};
	ReceiptBody { id, block, operation }.encode()
}

/// The receipt's rollup and those that were closed in the same block after it.
fn chained(count: u32, root: Digest32) -> Vec<RollupHeader> {
	let mut all: Vec<RollupHeader> = Vec::new();
	for place in 0..count {
		let last = all.last();
		let next = RollupHeader {
			epoch: 1_000 + place,
			genesis: GENESIS,
			previous: last.map_or([7; 32], RollupHeader::hash),
			root: if place == 0 { root } else { [place as u8; 32] },
			count: RECEIPTS,
			first_receipt: u64::from(RECEIPTS) * u64::from(1_000 + place),
			opened_at: last.map_or(PARENT - 30, |last| last.closed_at),
			closed_at: PARENT,
		};
		all.push(next);
	}
	all
}

/// A bundle, and who voted for its block.
fn bundle(authorities: u8, rollups: u32) -> (Bundle, concordat_finality::Authorities) {
	let first = u64::from(RECEIPTS) * 1_000;
	let bodies: Vec<_> =
		(0..RECEIPTS).map(|place| receipt(first + u64::from(place), PARENT - 10)).collect();
	let leaves: Vec<_> = (0..).zip(&bodies).map(|(place, body)| leaf_hash(place, body)).collect();
	let rollups = chained(rollups, root(&leaves).expect("no more than a tree has"));
	let last = rollups.last().expect("at least one");
	let leaf = AnchorLeaf {
		version: 0,
		parent: (PARENT, [0x11; 32]),
		rollups: last.epoch + 1,
		rollup: last.hash(),
		signers: [0x22; 32],
	};
	let (mmr_root, leaf_proof) = mmr(&leaf);
	let digest = vec![
		DigestItem::PreRuntime(*b"BABE", vec![2; 13]),
		DigestItem::Consensus(MMR_ENGINE_ID, mmr_root.to_vec()),
		DigestItem::Seal(*b"BABE", vec![9; 64]),
	];
	let header = header(Hash::repeat_byte(0xaa), BLOCKS, Hash::repeat_byte(0xbb), digest);
	let voters = Voters::new(5, 1..=authorities);
	let set = voters.authorities();
	let named =
		set.plain().list().iter().map(|(key, weight)| Authority { key: *key, weight: *weight });
	let finality = Finality {
		leaf: leaf.encode(),
		leaf_proof: leaf_proof.encode(),
		header: header.encode(),
		justification: voters.justify(&header),
		set_id: 5,
		authorities: named.collect(),
	};
	let index = RECEIPTS / 3;
	let bundle = Bundle {
		format: Format,
		receipt: bodies[index as usize].clone(),
		index,
		path: prove(&leaves, index).expect("it is there"),
		rollups,
		finality: Some(finality),
		signatures: None,
		certificates: Vec::new(),
	};
	(bundle, set)
}

/// Prints the figures.
pub fn print() {
	println!(
		"  Offline, native, one thread: a file (the receipt of a 2/3 job among {RECEIPTS}, its rollup and those after it, a leaf of an MMR \
		 of {BLOCKS} blocks, the header with its root, the votes of all authorities for it) from its bytes or its JSON to the verdict of \
		 concordat_proofs::check, against a trusted set of authorities. Certificates of nodes and signatures over rollups are not in the \
		 file. Median of {RUNS} rounds, A-B-B-A. The MMR and the votes are made by the SDK's code."
	);
	let mut made: Vec<(Bundle, concordat_finality::Authorities)> = Vec::new();
	for (authorities, rollups) in SHAPES {
		made.push(bundle(authorities, rollups));
	}
	println!(
		"\n    {:>11}{:>9}{:>9}{:>9}{:>26}{:>26}",
		"authorities", "rollups", "bytes", "JSON", "ms from bytes", "ms from JSON"
	);
	for ((authorities, rollups), (bundle, set)) in SHAPES.into_iter().zip(&made) {
		let trust = Trust::Authorities(set.plain());
		let bytes = bundle.to_bytes();
		let json = serde_json::to_vec(bundle).expect("a bundle is JSON");
		let holds = |bundle: &Bundle| {
			let report = check(bundle, &trust, Some(&GENESIS)).expect("the receipt is good");
			assert!(report.anchored.is_some());
		};
		let mut ways: Vec<Way<'_>> = vec![
			Box::new(|| micros(|| holds(&Bundle::from_bytes(&bytes).expect("it is one"))) / 1e3),
			Box::new(|| micros(|| holds(&serde_json::from_slice(&json).expect("it is one"))) / 1e3),
		];
		let rounds = in_turns(&mut ways, RUNS);
		let of = |way: usize| spread(rounds.iter().map(|round| round[way]));
		let text = |way| format!("{:.3} (IQR {:.3})", of(way).median, of(way).iqr);
		println!(
			"    {authorities:>11}{rollups:>9}{:>9}{:>9}{:>26}{:>26}   {}",
			bytes.len(),
			json.len(),
			text(0),
			text(1),
			verdict(of(1).median, AIM)
		);
	}
}
