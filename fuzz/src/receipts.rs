//! One function for each parser of what a light client is shown: any bytes in, no panic; what was read keeps its bounds and
//! encodes back to what it was; and no change of a file that holds gives another one that does.
//!
//! Like the others, these run over the same seeds in every test run: `primitives/proofs/tests/it/parsers.rs`.

use codec::{Decode, Encode};
use concordat_proofs::{
	bundle::Bundle,
	check::{check, Trust},
	grandpa::{tidy, verify, Authorities, Justification, MAX_AUTHORITIES},
	header::{Header, MAX_DIGEST_ITEMS},
	mmr::{self, LeafProof, MAX_ITEMS},
};
use std::sync::OnceLock;

/// A receipt that holds.
const VECTOR: &str = include_str!("../../primitives/proofs/vectors/receipt.json");

/// A target: its name and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 6] = [
	("receipt", receipt),
	("receipt_json", receipt_json),
	("leaf_proof", leaf_proof),
	("header", header),
	("justification", justification),
	("authorities", authorities),
];

/// The receipt that holds, and by whom.
fn good() -> &'static (Bundle, Authorities) {
	static GOOD: OnceLock<(Bundle, Authorities)> = OnceLock::new();
	GOOD.get_or_init(|| {
		let bundle: Bundle = serde_json::from_str(VECTOR).expect("the vector is a file");
		let finality = bundle.finality.as_ref().expect("it is tied to a block");
		let list = finality.authorities.iter().map(|one| (one.key, one.weight)).collect();
		let set = Authorities::new(finality.set_id, list).expect("it has authorities");
		(bundle, set)
	})
}

/// The seeds of a target.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
	let (bundle, set) = good();
	let finality = bundle.finality.as_ref().expect("it is tied to a block");
	match target {
		"receipt" => {
			let short = Bundle { finality: None, ..bundle.clone() };
			vec![bundle.to_bytes(), short.to_bytes()]
		},
		"receipt_json" => vec![serde_json::to_vec(bundle).expect("it is JSON")],
		"leaf_proof" => vec![finality.leaf_proof.clone()],
		"header" => vec![finality.header.clone()],
		"justification" => vec![finality.justification.clone()],
		"authorities" => vec![set.encode(), set.list().encode()],
		_ => Vec::new(),
	}
}

/// Whatever holds by the authorities of the receipt that does says what that one says.
fn holds_only_as_it_was(bundle: &Bundle) {
	let (good, set) = good();
	let genesis = good.rollups[0].genesis;
	let _ = check(bundle, &Trust::Nothing, None);
	if let Ok(report) = check(bundle, &Trust::Authorities(set), Some(&genesis)) {
		assert_eq!(bundle.receipt, good.receipt);
		assert_eq!(bundle.rollups, good.rollups);
		assert_eq!(report.anchored.map(|anchored| anchored.block.0), Some(41));
	}
}

/// The binary form of a file.
pub fn receipt(data: &[u8]) {
	if let Ok(bundle) = Bundle::from_bytes(data) {
		assert_eq!(bundle.to_bytes(), data);
		holds_only_as_it_was(&bundle);
	}
}

/// The file as JSON.
pub fn receipt_json(data: &[u8]) {
	if let Ok(bundle) = serde_json::from_slice::<Bundle>(data) {
		let again = serde_json::to_vec(&bundle).expect("it is JSON");
		assert_eq!(serde_json::from_slice::<Bundle>(&again).expect("it was read before"), bundle);
		holds_only_as_it_was(&bundle);
	}
}

/// The proof of a leaf.
pub fn leaf_proof(data: &[u8]) {
	if let Ok(proof) = LeafProof::read(data) {
		assert_eq!(proof.encode(), data);
		assert!(proof.items.len() <= MAX_ITEMS);
		let _ = mmr::root(b"any", &proof);
	}
}

/// A header.
pub fn header(data: &[u8]) {
	if let Ok(header) = Header::read(data) {
		assert_eq!(header.encode(), data);
		assert!(header.digest.len() <= MAX_DIGEST_ITEMS);
		let _ = header.mmr_root();
	}
}

/// A justification of the header that is final.
pub fn justification(data: &[u8]) {
	let (good, set) = good();
	let finality = good.finality.as_ref().expect("it is tied to a block");
	let header = Header::read(&finality.header).expect("it has a header");
	let target = (header.hash(), header.number);
	if verify(target, data, set).is_ok() {
		// Nothing that counts can be taken out of it.
		assert_eq!(tidy(data, set).expect("it was read before"), data);
	}
	if let Ok(read) = Justification::decode(data) {
		assert_eq!(read.encode(), data);
	}
}

/// A set of authorities, as it is stored and as a list.
pub fn authorities(data: &[u8]) {
	let bounds = |set: &Authorities| {
		assert!((1..=MAX_AUTHORITIES).contains(&set.len()));
		assert!(set.threshold() >= 1 && set.threshold() <= set.total());
		assert!(u128::from(set.threshold()) * 3 > u128::from(set.total()) * 2);
	};
	if let Ok(set) = Authorities::decode_list(7, data) {
		bounds(&set);
	}
	if let Ok(set) = Authorities::decode(&mut &*data) {
		bounds(&set);
	}
}
