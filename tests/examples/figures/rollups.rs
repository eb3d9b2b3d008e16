//! What it costs the chain to make a result provable, by the number of receipts in a rollup.

use crate::{
	chain::{all_terms, authorized, clause, dispatches, signed, Chain, Enclave, Recorded, Wasm},
	stats::{at_least, in_turns, micros, spread, verdict, Spread, Way},
};
use codec::Encode;
use concordat_pairing::bls::{aggregate, unpack, SecretKey};
use concordat_primitives::{
	clause::ExecutionMode,
	job::JobTerms,
	receipt::{Operation, ReceiptBody, RollupHeader},
	rollup::{
		rollup_message, Ed25519Share, RollupCertificate, RollupKey, Scheme, Signatures, SignerSet,
		SignerSetId,
	},
	traits::ReceiptSink,
	zk::Curve,
	Hash,
};
use concordat_proofs::{leaf_hash, prove, root, verify};
use concordat_runtime::{
	pallet_rollup_anchor::{
		certificate::bitmap, AnchorParams, Call, Open, Params, Pending, SetKeys, SetUses, Sets,
	},
	queries, RollupAnchor, Runtime, UncheckedExtrinsic,
};
use concordat_wasm_figures::native::bls12381;
use frame_support::BoundedVec;
use serde_json::json;
use sp_core::{ed25519, Pair};
use std::cell::RefCell;

/// Receipts in a rollup.
const SIZES: [u32; 4] = [1, 16, 128, 1024];
/// As many are in the epoch that is closed by the hook: one more, and the last of them would have closed it.
const MOST: u32 = 1_023;
/// The size for which there is an aim, and how many times cheaper it should be than receipts by themselves.
const AIMED: u32 = 128;
const AIM_TIMES: f64 = 10.0;
/// Verification of a receipt's path in native code, in milliseconds, at most.
const AIM_MILLIS: f64 = 1.0;
/// Transactions that leave a receipt each, in one block.
const APPENDED: u32 = 64;
/// Jobs whose certificates are in one block.
const JOBS: u32 = 16;
/// Rounds of measurement.
const RUNS: usize = 15;
/// Number of the set of signers that is put into the state.
const SET: SignerSetId = 7;
/// Who signs: two thirds of so many validators, by this scheme. The first is the default, and what the aim is about.
const SIGNERS: [(Scheme, u16); 4] =
	[(Scheme::Bls, 4), (Scheme::Ed25519, 4), (Scheme::Bls, 100), (Scheme::Ed25519, 100)];

/// A block, and another that lacks what is measured.
struct Twins {
	with: RefCell<Recorded>,
	without: RefCell<Recorded>,
	/// Among how many the difference is divided.
	by: u32,
}

impl Twins {
	fn new(with: Recorded, without: Recorded, by: u32) -> Self {
		Self { with: RefCell::new(with), without: RefCell::new(without), by }
	}
}

/// Lets the epoch that is open close, so that the next receipt begins one.
fn close(chain: &mut Chain) {
	set_length(chain, 1);
	while chain.read(|| Open::<Runtime>::get().count() > 0) {
		chain.pass();
	}
	set_length(chain, 1_000);
}

fn set_length(chain: &mut Chain, epoch_length: u32) {
	chain
		.read(|| Params::<Runtime>::put(AnchorParams { epoch_length, ..Params::<Runtime>::get() }));
	chain.ext.commit_all().expect("no transaction is open");
}

fn operation() -> Operation {
	Operation::LateDissent { job: 7, node: 3, cac: Hash::repeat_byte(9) }
}

/// Blocks of transactions that leave a receipt each, and of transactions that are refused when they would.
fn appending(base: &Chain) -> Twins {
	let mut chain = base.fork();
	chain.register_clause("Switched", ExecutionMode::Single, Default::default());
	let register = pallet_zk_verifiers::Call::<Runtime>::register {
		clause: clause("Switched"),
		curve: Curve::Bls12381,
		key: bls12381(1).bytes.try_into().expect("a key fits"),
	};
	chain.block(|| vec![signed("//Alice", register, 0)]);
	close(&mut chain);
	let switch = |before: u32, enabled: bool| {
		let call = pallet_zk_verifiers::Call::<Runtime>::set_enabled {
			clause: clause("Switched"),
			enabled,
		};
		signed("//Alice", call, before)
	};
	// Off and on in turns; and on where it is on, which changes nothing and is refused for that.
	let changes = || (0..APPENDED).map(|before| switch(before, before % 2 == 1)).collect();
	let nothing = || (0..APPENDED).map(|before| switch(before, true)).collect();
	let mut with = chain.fork();
	let changed = with.block(changes);
	assert_eq!(with.read(|| Open::<Runtime>::get().count()), APPENDED, "each leaves a receipt");
	let refused = chain.refusing_block(nothing);
	assert_eq!(chain.read(|| Open::<Runtime>::get().count()), 0, "none leaves a receipt");
	Twins::new(changed, refused, APPENDED)
}

/// The block that closes an epoch of so many receipts, and one that lets it stay open; the chain after that.
fn closing(base: &Chain, receipts: u32) -> (Twins, Chain) {
	let mut open = base.fork();
	open.read(|| {
		for _ in 0..receipts {
			RollupAnchor::append(operation());
		}
	});
	open.ext.commit_all().expect("no transaction is open");
	let mut due = open.fork();
	set_length(&mut due, 1);
	let before = due.read(|| Open::<Runtime>::get().number);
	let with = due.pass();
	assert_eq!(due.read(|| Open::<Runtime>::get().number), before + 1, "it is closed");
	(Twins::new(with, open.pass(), 1), due)
}

/// The block with the certificate of the last rollup, and an empty one.
fn certifying(after: &Chain, scheme: Scheme, validators: u16) -> Twins {
	let mut chain = after.fork();
	let seeds = || (0..validators).map(|place| [place as u8 + 1; 32]);
	let bls: Vec<_> = seeds().map(|seed| SecretKey::generate(&seed)).collect();
	let pairs: Vec<_> = seeds().map(|seed| ed25519::Pair::from_seed(&seed)).collect();
	let keys: Vec<RollupKey> = match scheme {
		Scheme::Bls => bls.iter().map(|key| RollupKey::Bls(key.public().0)).collect(),
		Scheme::Ed25519 => pairs.iter().map(|pair| RollupKey::Ed25519(pair.public().0)).collect(),
	};
	let set = SignerSet {
		id: SET,
		scheme,
		keys: keys.try_into().expect("no more than a set has"),
		validators: validators.into(),
	};
	let threshold = set.threshold() as usize;
	let header: RollupHeader = chain.read(|| {
		let epoch = Open::<Runtime>::get().number - 1;
		if scheme == Scheme::Bls {
			let unpacked: Vec<_> =
				bls.iter().map(|key| unpack(&key.public()).expect("a good key")).collect();
			SetKeys::<Runtime>::insert(SET, BoundedVec::truncate_from(unpacked));
		}
		Sets::<Runtime>::insert(SET, &set);
		SetUses::<Runtime>::insert(SET, 1);
		Pending::<Runtime>::insert(epoch, SET);
		RollupAnchor::rollup(epoch).expect("it was just closed")
	});
	chain.ext.commit_all().expect("no transaction is open");
	let message = rollup_message(header.genesis, SET, header.hash());
	let signatures = match scheme {
		Scheme::Bls => {
			let shares: Vec<_> = bls[..threshold].iter().map(|key| key.sign(&message)).collect();
			Signatures::Bls {
				signers: bitmap(0..threshold as u16, validators.into()).expect("places of the set"),
				aggregate: aggregate(&shares).expect("signatures of different keys").0,
			}
		},
		Scheme::Ed25519 => {
			let named = (0..).zip(&pairs[..threshold]);
			let shares: Vec<_> = named
				.map(|(place, pair)| Ed25519Share { place, signature: pair.sign(&message).0 })
				.collect();
			Signatures::Ed25519(shares.try_into().expect("no more than a set has"))
		},
	};
	let certificate = RollupCertificate { epoch: header.epoch, set: SET, signatures };
	let empty = chain.fork().pass();
	let with = chain.block(|| vec![authorized(Call::<Runtime>::certify { certificate })]);
	assert_eq!(chain.read(|| Pending::<Runtime>::get(header.epoch)), None, "it is certified");
	Twins::new(with, empty, 1)
}

/// The block with the certificates of jobs of one node each, and an empty one; and the receipts that each job leaves in it.
fn submitting(base: &Chain, enclaves: &[Enclave]) -> (Twins, f64) {
	let mut chain = base.fork();
	chain.block(|| dispatches("Single", JOBS));
	chain.pass();
	let terms = chain.read(all_terms);
	let every = |of: &dyn Fn(&Enclave, &JobTerms) -> Option<UncheckedExtrinsic>| -> Vec<_> {
		terms.iter().flat_map(|job| enclaves.iter().filter_map(|one| of(one, job))).collect()
	};
	chain.block(|| every(&Enclave::acknowledge));
	let before = chain.read(|| queries::totals().receipts);
	let empty = chain.fork().pass();
	let with = chain.block(|| every(&Enclave::certify));
	let totals = chain.read(queries::totals);
	assert_eq!(totals.completed, u64::from(JOBS), "all have their results");
	(Twins::new(with, empty, JOBS), (totals.receipts - before) as f64 / f64::from(JOBS))
}

/// Verification of the path of a receipt among so many, in native code, in microseconds.
fn verifying(receipts: u32) -> Spread {
	let body = ReceiptBody { id: 0, block: 1, operation: operation() };
	let body = body.encode();
	let leaves: Vec<_> = (0..receipts).map(|index| leaf_hash(index, &body)).collect();
	let root = root(&leaves).expect("no more than a tree has");
	let index = receipts / 2;
	let path = prove(&leaves, index).expect("it is there");
	spread((0..101).map(|_| {
		micros(|| verify(&root, receipts, index, &body, &path).expect("the path is good"))
	}))
}

/// Prints the figures.
pub fn print() {
	println!("\n10. Rollups");
	println!(
		"  Chain time to make a receipt provable, on the real runtime in WebAssembly: Core_execute_block, state root included, of a \
		 block with and of one without, median of {RUNS} rounds, A-B-B-A, the faster of each two. append: {APPENDED} transactions that \
		 change a switch and leave a receipt each, less as many that are refused because nothing would change: their own change \
		 and one event more are in it. close: the hook, by the receipts of the epoch ({MOST} for 1024: the last one would close it \
		 by itself). certify: the certificate of two thirds of the validators, once per rollup. Of the last two, each receipt has its \
		 share. Anchoring each result by itself is a rollup of 1."
	);
	let mut base = Chain::new(json!({ "rollupAnchor": { "params": { "epochLength": 1_000 } } }));
	base.register_clause("Single", ExecutionMode::Single, Default::default());
	let enclaves: Vec<Enclave> = (1..=5).map(|number| base.enclave(number)).collect();
	close(&mut base);

	let (submission, receipts) = submitting(&base, &enclaves);
	let mut all = vec![submission, appending(&base)];
	let mut closed = None;
	for size in SIZES {
		let (twins, after) = closing(&base, size.min(MOST));
		all.push(twins);
		closed = Some(after);
	}
	let closed = closed.expect("there are sizes");
	all.extend(SIGNERS.map(|(scheme, validators)| certifying(&closed, scheme, validators)));

	let wasm = Wasm::new();
	let mut ways: Vec<Way<'_>> = Vec::new();
	for twins in &all {
		ways.push(Box::new(|| twins.with.borrow_mut().wasm(&wasm)));
		ways.push(Box::new(|| twins.without.borrow_mut().wasm(&wasm)));
	}
	let rounds = in_turns(&mut ways, RUNS);
	let least = |place: usize| {
		let quickest =
			|way: usize| rounds.iter().map(|round| round[way]).fold(f64::INFINITY, f64::min);
		(quickest(2 * place) - quickest(2 * place + 1)) / f64::from(all[place].by)
	};
	let cost = |place: usize| {
		let by = f64::from(all[place].by);
		spread(rounds.iter().map(|round| (round[2 * place] - round[2 * place + 1]) / by))
	};
	let (submit, append) = (cost(0), cost(1));
	println!("\n    append, per receipt, µs              {append}, least {:.1}", least(1));
	println!(
		"    a certificate of a 1/1 job, its payment and its {receipts:.1} receipts, µs     {submit}, least {:.1}",
		least(0)
	);
	for (place, (scheme, validators)) in SIGNERS.iter().enumerate() {
		let set = SignerSet {
			id: SET,
			scheme: *scheme,
			keys: Default::default(),
			validators: u32::from(*validators),
		};
		println!(
			"    certify, {scheme:?}, {} of {validators} validators, µs     {}, least {:.1}",
			set.threshold(),
			cost(2 + SIZES.len() + place),
			least(2 + SIZES.len() + place)
		);
	}
	for (place, (scheme, validators)) in SIGNERS.iter().enumerate() {
		let at_rest = least(2 + SIZES.len() + place);
		let certify = cost(2 + SIZES.len() + place).median;
		println!(
			"\n    {scheme:?}, {validators} validators\n    {:>8}{:>22}{:>12}{:>12}{:>16}{:>16}{:>28}",
			"size", "close, µs", "its share", "certify", "anchoring, µs", "1 / this size", "with the job's certificate"
		);
		let (mut alone, mut alone_least) = (None, None);
		for (at, size) in SIZES.iter().enumerate() {
			let (close, n) = (cost(2 + at), f64::from(*size));
			let shares = (close.median + certify) / n;
			let anchoring = append.median + shares;
			let alone = *alone.get_or_insert(anchoring);
			let quickest = least(1) + (least(2 + at) + at_rest) / n;
			let alone_least = *alone_least.get_or_insert(quickest);
			println!(
				"    {size:>8}{:>22}{:>12.1}{:>12.1}{anchoring:>16.1}{:>16.1}{:>28.1}",
				close.to_string(),
				close.median / n,
				certify / n,
				alone / anchoring,
				submit.median + receipts * shares,
			);
			if *size == AIMED {
				println!(
					"             1 / {size}   by medians {}, by the least ({:.1}) {}",
					at_least(alone / anchoring, AIM_TIMES),
					alone_least / quickest,
					at_least(alone_least / quickest, AIM_TIMES)
				);
			}
		}
	}
	println!("\n    verification of a receipt's path, native, µs");
	for size in SIZES {
		let one = verifying(size);
		println!(
			"    {size:>8}{:>22}   in ms {}",
			one.to_string(),
			verdict(one.median / 1e3, AIM_MILLIS)
		);
	}
}
