//! Whether a receipt holds, by what somebody trusts.

use crate::{
	bundle::{Bundle, Finality},
	grandpa::{self, Authorities, GrandpaError},
	header::{Header, HeaderError},
	mmr::{self, LeafProof, MmrError},
	rollup::{check_chain, AnchorLeaf, ChainError, Hex, ANCHOR_LEAF_BYTES},
	tree, Digest32, ProofError,
};
use codec::Decode;
use core::fmt;

/// What the caller knows by other means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
	/// Nothing: the report says what there is to compare.
	Nothing,
	/// A set of GRANDPA's authorities.
	Authorities(&'a Authorities),
	/// The hash of a final block's header.
	Header(Digest32),
	/// The hash of a rollup: the receipt's, or a later one that the file leads to.
	Rollup(Digest32),
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
	/// The file.
	File,
	/// The receipt.
	Receipt,
	/// The path from the receipt to the root of its rollup.
	Path,
	/// The rollups.
	Rollups,
	/// The leaf of the MMR.
	Leaf,
	/// The proof of that leaf.
	LeafProof,
	/// The signatures over a rollup.
	Signatures,
	/// The certificates.
	Certificates,
	/// One of the certificates.
	Certificate,
}

impl What {
	const fn text(self) -> &'static str {
		match self {
			Self::File => "file",
			Self::Receipt => "receipt",
			Self::Path => "path",
			Self::Rollups => "rollups",
			Self::Leaf => "leaf",
			Self::LeafProof => "proof of the leaf",
			Self::Signatures => "signatures",
			Self::Certificates => "certificates",
			Self::Certificate => "certificate",
		}
	}
}

/// Why a receipt is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// No file of this format.
	OtherFormat,
	/// Longer, or more of them, than allowed.
	TooLong {
		/// What.
		what: What,
		/// Bytes, or how many.
		found: usize,
		/// The most allowed.
		most: usize,
	},
	/// The bytes cannot be read, or not all of them.
	Malformed(What),
	/// The receipt does not lie where the file says, under the root of its rollup.
	Tree(ProofError),
	/// The receipt's number is not the one of its place in the rollup.
	WrongNumber {
		/// The number that the receipt has.
		found: u64,
		/// First receipt of the rollup.
		first: u64,
		/// Its place in it.
		index: u32,
	},
	/// The receipt's block is not one of the rollup's.
	WrongBlock {
		/// The block that the receipt names.
		found: u32,
		/// First and last block of the rollup.
		blocks: (u32, u32),
	},
	/// The rollups are no chain.
	Chain(ChainError),
	/// The receipt is of another chain than expected.
	OtherGenesis {
		/// Genesis hash that the rollups name.
		found: Digest32,
		/// The one expected.
		expected: Digest32,
	},
	/// The file does not tie the rollups to a final block.
	NoFinality,
	/// The leaf of the MMR has a layout that this program does not know.
	OtherLayout {
		/// Its version.
		version: u8,
	},
	/// The leaf names another rollup than the last one of the file.
	OtherRollup {
		/// The one that it names.
		leaf: Digest32,
		/// The last one of the file.
		last: Digest32,
	},
	/// The leaf counts other rollups than up to the last one of the file.
	OtherCount {
		/// Rollups closed, by the leaf.
		leaf: u32,
		/// Epoch of the last one of the file.
		last: u32,
	},
	/// The leaf does not belong to the block that it names: each block adds one leaf, the first one being of block 1.
	WrongPlace {
		/// Place of the leaf in the MMR.
		index: u64,
		/// Block after which it was made.
		parent: u32,
	},
	/// The last rollup was closed after the block that the leaf is about.
	FromTheFuture {
		/// Block that closed it.
		closed: u32,
		/// Block that the leaf is about.
		parent: u32,
	},
	/// The leaf is not in the MMR.
	Mmr(MmrError),
	/// The header is of no use.
	Header(HeaderError),
	/// The MMR does not have one leaf for each block up to the header's.
	OtherHeight {
		/// Leaves.
		leaves: u64,
		/// Height of the header.
		number: u32,
	},
	/// The header is not final, or the set of authorities is none.
	Grandpa(GrandpaError),
	/// The header is another one than the one trusted.
	OtherHeader {
		/// The file's.
		found: Digest32,
		/// The one trusted.
		trusted: Digest32,
	},
	/// The header was finalised by another set of authorities than the one trusted.
	OtherSet {
		/// Number of the file's.
		found: u64,
		/// Number of the one trusted.
		trusted: u64,
	},
	/// The file names other authorities, or other weights, for the set that is trusted.
	OtherAuthorities {
		/// Hash of the file's.
		found: Digest32,
		/// Hash of those trusted.
		trusted: Digest32,
	},
	/// None of the rollups is the one trusted.
	NotThatRollup {
		/// The receipt's.
		found: Digest32,
		/// The one trusted.
		trusted: Digest32,
	},
}

impl fmt::Display for Refusal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::OtherFormat => write!(f, "the file is no receipt of a format that can be read"),
			Self::TooLong { what, found, most } => {
				write!(f, "{}: {found}, where {most} are allowed", what.text())
			},
			Self::Malformed(what) => write!(f, "the {} cannot be read", what.text()),
			Self::Tree(error) => error.fmt(f),
			Self::WrongNumber { found, first, index } => write!(
				f,
				"receipt {found} does not belong at place {index} of a rollup that starts at {first}"
			),
			Self::WrongBlock { found, blocks } => write!(
				f,
				"the receipt is of block {found}, the rollup of blocks {} to {}",
				blocks.0, blocks.1
			),
			Self::Chain(error) => error.fmt(f),
			Self::OtherGenesis { found, expected } => {
				write!(f, "a receipt of the chain {}, not of {}", Hex(found), Hex(expected))
			},
			Self::NoFinality => write!(f, "nothing in the file ties the rollup to a final block"),
			Self::OtherLayout { version } => {
				write!(f, "the leaf has layout {version}, which is not known")
			},
			Self::OtherRollup { leaf, last } => write!(
				f,
				"the leaf names the rollup {}, the last one here is {}",
				Hex(leaf),
				Hex(last)
			),
			Self::OtherCount { leaf, last } => {
				write!(f, "the leaf counts {leaf} rollups, the last one here is of epoch {last}")
			},
			Self::WrongPlace { index, parent } => {
				write!(f, "leaf {index} cannot be about block {parent}")
			},
			Self::FromTheFuture { closed, parent } => {
				write!(f, "the rollup was closed in block {closed}, the leaf is about {parent}")
			},
			Self::Mmr(error) => error.fmt(f),
			Self::Header(error) => error.fmt(f),
			Self::OtherHeight { leaves, number } => {
				write!(f, "block {number} cannot have an MMR of {leaves} leaves")
			},
			Self::Grandpa(error) => error.fmt(f),
			Self::OtherHeader { found, trusted } => {
				write!(f, "the block is {}, not {}, the one you trust", Hex(found), Hex(trusted))
			},
			Self::OtherSet { found, trusted } => {
				write!(f, "finalised by authority set {found}, you trust set {trusted}")
			},
			Self::OtherAuthorities { found, trusted } => write!(
				f,
				"the authorities are {}, not {}, those you trust",
				Hex(found),
				Hex(trusted)
			),
			Self::NotThatRollup { found, trusted } => {
				write!(f, "the rollup is {}, not {}, the one you trust", Hex(found), Hex(trusted))
			},
		}
	}
}

impl core::error::Error for Refusal {}

/// The block that a rollup is tied to, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
	/// The leaf.
	pub leaf: AnchorLeaf,
	/// Its place in the MMR, and the leaves of that.
	pub place: (u64, u64),
	/// Root of the MMR.
	pub root: Digest32,
	/// Height and hash of the block whose header has that root.
	pub block: (u32, Digest32),
	/// The set of authorities that finalised it.
	pub authorities: Authorities,
}

/// What was found true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
	/// Number of the receipt.
	pub receipt: u64,
	/// Block in which it happened.
	pub block: u32,
	/// Genesis hash of the chain, as the rollups name it.
	pub genesis: Digest32,
	/// Hash of the receipt's rollup.
	pub rollup: Digest32,
	/// Hash of the last rollup of the file.
	pub last_rollup: Digest32,
	/// The block that it is tied to, if the file says.
	pub anchored: Option<Anchored>,
}

/// Checks a bundle; fails with the first thing that does not hold.
///
/// Everything in the bundle is checked, whatever is trusted, but for signatures and certificates, which the caller checks;
/// what is trusted decides last. With [`Trust::Nothing`] the report says what the receipt hangs on.
/// `genesis`, if given, is the chain that the receipt has to be of.
pub fn check(
	bundle: &Bundle,
	trust: &Trust<'_>,
	genesis: Option<&Digest32>,
) -> Result<Report, Refusal> {
	bundle.check_bounds()?;
	let first = bundle.rollups.first().ok_or(Refusal::Chain(ChainError::Empty))?;
	let (receipt, block) = <(u64, u32)>::decode(&mut &bundle.receipt[..])
		.map_err(|_| Refusal::Malformed(What::Receipt))?;
	if first.first_receipt.checked_add(bundle.index.into()) != Some(receipt) {
		let (first, index) = (first.first_receipt, bundle.index);
		return Err(Refusal::WrongNumber { found: receipt, first, index });
	}
	if !(first.opened_at..=first.closed_at).contains(&block) {
		let blocks = (first.opened_at, first.closed_at);
		return Err(Refusal::WrongBlock { found: block, blocks });
	}
	tree::verify(&first.root, first.count, bundle.index, &bundle.receipt, &bundle.path)
		.map_err(Refusal::Tree)?;

	let last_rollup = check_chain(&bundle.rollups).map_err(Refusal::Chain)?;
	if let Some(expected) = genesis.filter(|expected| **expected != first.genesis) {
		return Err(Refusal::OtherGenesis { found: first.genesis, expected: *expected });
	}
	let last = bundle.rollups.last().ok_or(Refusal::Chain(ChainError::Empty))?;
	let finality = bundle.finality.as_ref();
	let anchored = finality
		.map(|finality| anchored(finality, last_rollup, (last.epoch, last.closed_at)))
		.transpose()?;

	let rollup = first.hash();
	match trust {
		Trust::Nothing => {},
		Trust::Rollup(trusted) => {
			if !bundle.rollups.iter().any(|rollup| rollup.hash() == *trusted) {
				return Err(Refusal::NotThatRollup { found: rollup, trusted: *trusted });
			}
		},
		Trust::Header(trusted) => {
			let found = anchored.as_ref().ok_or(Refusal::NoFinality)?.block.1;
			if found != *trusted {
				return Err(Refusal::OtherHeader { found, trusted: *trusted });
			}
		},
		Trust::Authorities(trusted) => {
			let found = &anchored.as_ref().ok_or(Refusal::NoFinality)?.authorities;
			if found.set_id() != trusted.set_id() {
				let (found, trusted) = (found.set_id(), trusted.set_id());
				return Err(Refusal::OtherSet { found, trusted });
			}
			if found != *trusted {
				let (found, trusted) = (found.hash(), trusted.hash());
				return Err(Refusal::OtherAuthorities { found, trusted });
			}
		},
	}
	let genesis = first.genesis;
	Ok(Report { receipt, block, genesis, rollup, last_rollup, anchored })
}

/// Follows the last rollup to a final block: leaf, MMR, header, justification by the authorities that the file names.
fn anchored(
	finality: &Finality,
	rollup: Digest32,
	(epoch, closed): (u32, u32),
) -> Result<Anchored, Refusal> {
	if finality.leaf.len() != ANCHOR_LEAF_BYTES {
		return Err(Refusal::Malformed(What::Leaf));
	}
	let leaf =
		AnchorLeaf::decode(&mut &finality.leaf[..]).map_err(|_| Refusal::Malformed(What::Leaf))?;
	if leaf.version != 0 {
		return Err(Refusal::OtherLayout { version: leaf.version });
	}
	if leaf.rollup != rollup {
		return Err(Refusal::OtherRollup { leaf: leaf.rollup, last: rollup });
	}
	if epoch.checked_add(1) != Some(leaf.rollups) {
		return Err(Refusal::OtherCount { leaf: leaf.rollups, last: epoch });
	}
	let parent = leaf.parent.0;
	if closed > parent {
		return Err(Refusal::FromTheFuture { closed, parent });
	}

	let proof = LeafProof::read(&finality.leaf_proof).map_err(Refusal::Mmr)?;
	let index = proof.index().map_err(Refusal::Mmr)?;
	// Block n adds leaf n - 1, which is about block n - 1.
	if index != u64::from(parent) {
		return Err(Refusal::WrongPlace { index, parent });
	}
	let header = Header::read(&finality.header).map_err(Refusal::Header)?;
	let root = header.mmr_root().map_err(Refusal::Header)?;
	let (number, leaves) = (header.number, proof.leaf_count);
	if leaves != u64::from(number) {
		return Err(Refusal::OtherHeight { leaves, number });
	}
	mmr::verify(&root, &finality.leaf, &proof).map_err(Refusal::Mmr)?;

	let list = finality.authorities.iter().map(|one| (one.key, one.weight)).collect();
	let authorities = Authorities::new(finality.set_id, list).map_err(Refusal::Grandpa)?;
	let hash = header.hash();
	grandpa::verify((hash, number), &finality.justification, &authorities)
		.map_err(Refusal::Grandpa)?;
	let place = (index, leaves);
	Ok(Anchored { leaf, place, root, block: (number, hash), authorities })
}
