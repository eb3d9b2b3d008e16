//! What it costs to believe an enclave: once, again, and at every use.

use crate::{
	chain::{evidence, fork, header, Chain, Enclave, Wasm},
	stats::{spread, verdict, Spread},
};
use codec::{Decode, Encode};
use concordat_attestation::{
	simulator::dev::{DevKind, DevPlatform},
	source::Piece,
	Error, Evidence,
};
use concordat_primitives::{
	attest::{Lease, LeaseDemand},
	clause::RiskClass,
	traits::LeaseInspect,
	views::{AppraisalView, CollateralView, LeaseView},
	Hash, NodeId,
};
use concordat_runtime::{
	pallet_attestation, pallet_node_staking, Attestation, Executive, Runtime, RuntimeOrigin,
	System, WASM_BINARY,
};
use serde_json::json;
use sp_io::TestExternalities;
use std::time::Instant;

/// Rounds of measurement; one more is run first and forgotten.
const RUNS: usize = 15;
/// Leases that are judged again together.
const LEASES: u32 = 16;
/// Uses of a lease that are timed together, in native code.
const USES: u32 = 64;

const KINDS: [(DevKind, &str); 4] = [
	(DevKind::Sgx, "SGX, quote v3"),
	(DevKind::Tdx, "TDX, quote v4"),
	(DevKind::Snp, "SEV-SNP, Milan"),
	(DevKind::Nitro, "AWS Nitro"),
];

/// One platform: the states before each of its pieces of collateral is posted, and the one after all that.
struct Scene {
	pieces: Vec<(TestExternalities, Piece)>,
	posted: TestExternalities,
	/// A state in which the platform's node has a lease, so that its certificates are known.
	leased: TestExternalities,
	enclave: Enclave,
	/// Evidence like that which got the lease.
	evidence: Evidence,
	/// The block after the state with many leases to judge again; the state with them and with nothing to judge.
	number: u32,
	pending: TestExternalities,
	idle: TestExternalities,
}

/// Milliseconds of each step.
#[derive(Clone, Copy)]
struct Costs {
	collateral: Spread,
	quote: Spread,
	known: Spread,
	usage: Spread,
	again: Spread,
}

impl Costs {
	/// Everything from nothing: collateral piece by piece, then the evidence.
	fn full(&self) -> f64 {
		self.collateral.median + self.quote.median
	}
}

impl Scene {
	fn new(kind: DevKind) -> Self {
		// No rollup closes in the blocks that are measured.
		let mut chain =
			Chain::new(json!({ "rollupAnchor": { "params": { "epochLength": 1_000 } } }));
		chain.pass();
		let now = chain.now();
		let platform = DevPlatform::new(kind, "1");
		let mut growing = chain.fork();
		let mut pieces = Vec::new();
		for piece in platform.collateral(now) {
			pieces.push((fork(&growing.ext), piece.clone()));
			let posted = growing.read(|| {
				let who = RuntimeOrigin::signed([1; 32].into());
				Attestation::post_collateral(who, Box::new(piece)).map(|_| ())
			});
			posted.expect("the simulator's collateral is good");
			growing.ext.commit_all().expect("no transaction is open");
		}
		let enclave = chain.enclave_on(1, kind);
		let evidence = evidence(&enclave.platform, [9; 64], chain.now());
		// The collateral's own judgement of leases is over before anything is measured.
		chain.pass();
		let leased = fork(&chain.ext);
		multiply(&mut chain, enclave.node);
		let idle = fork(&chain.ext);
		chain.read(|| {
			pallet_attestation::Reassessments::<Runtime>::put(
				pallet_attestation::Reassessment::default(),
			)
		});
		chain.ext.commit_all().expect("no transaction is open");
		let number = chain.read(|| System::block_number() + 1);
		let mut scene = Self {
			pieces,
			posted: growing.ext,
			leased,
			enclave,
			evidence,
			number,
			pending: chain.ext,
			idle,
		};
		scene.check();
		scene
	}

	/// What is timed does what is said.
	fn check(&mut self) {
		let (evidence, node) = (&self.evidence, self.enclave.node);
		self.posted.execute_with(|| {
			let view = Attestation::appraise_evidence(evidence, None).expect("good evidence");
			assert!(view.standing.kind == concordat_attestation::AnchorKind::Test);
		});
		self.leased.execute_with(|| {
			let known = pallet_attestation::KnownKeys::<Runtime>::get(node);
			assert!(known.is_some(), "the certificates are known");
			Attestation::appraise_evidence(evidence, Some(node)).expect("good evidence");
			used(node).expect("the lease counts");
		});
		let header = header(self.number, Hash::repeat_byte(1));
		self.pending.execute_with(|| {
			Executive::initialize_block(&header);
			let left = pallet_attestation::Reassessments::<Runtime>::get();
			assert!(left.is_none(), "one block judges them all");
			let leases = pallet_attestation::Leases::<Runtime>::count();
			assert_eq!(leases, LEASES + 1, "and all of them pass");
		});
		self.pending.reset_overlay();
	}

	/// One round in WebAssembly, in milliseconds; what a call costs that does nothing is taken off.
	fn wasm(&mut self, wasm: &Wasm) -> [f64; 5] {
		let empty = {
			let mut call = || wasm.micros(&mut self.posted, "Core_version", &[]);
			call().min(call())
		};
		let mut collateral = 0.0;
		for (before, piece) in &mut self.pieces {
			let (micros, answer) =
				wasm.answer(before, "ConcordatApi_check_collateral", &piece.encode());
			let answer = Result::<CollateralView, Error>::decode(&mut &answer[..]);
			assert!(matches!(answer, Ok(Ok(_))), "{answer:?}");
			collateral += micros - empty;
		}
		let appraise = |state: &mut TestExternalities, node: Option<NodeId>| {
			let data = (&self.evidence, node).encode();
			let (micros, answer) = wasm.answer(state, "ConcordatApi_appraise_evidence", &data);
			let answer = Result::<AppraisalView, Error>::decode(&mut &answer[..]);
			assert!(matches!(answer, Ok(Ok(_))), "{answer:?}");
			micros - empty
		};
		let quote = appraise(&mut self.posted, None);
		let known = appraise(&mut self.leased, Some(self.enclave.node));
		let node = self.enclave.node.encode();
		let mut usage = || {
			let (micros, answer) = wasm.answer(&mut self.leased, "ConcordatApi_attestation", &node);
			let view = Option::<LeaseView>::decode(&mut &answer[..]);
			assert!(matches!(view, Ok(Some(LeaseView { refusal: None, .. }))), "{view:?}");
			micros
		};
		let usage = usage().min(usage()) - empty;
		let header = header(self.number, Hash::repeat_byte(1)).encode();
		let begin =
			|state: &mut TestExternalities| wasm.micros(state, "Core_initialize_block", &header);
		let a = begin(&mut self.pending);
		let (b, c) = (begin(&mut self.idle), begin(&mut self.idle));
		let again = (a.min(begin(&mut self.pending)) - b.min(c)) / f64::from(LEASES);
		[collateral, quote, known, usage, again].map(|micros| micros / 1e3)
	}

	/// One round in native code, in milliseconds.
	fn native(&mut self) -> [f64; 5] {
		let mut collateral = 0.0;
		for (before, piece) in &mut self.pieces {
			collateral += timed(before, || Attestation::check_collateral(piece).expect("good"));
		}
		let (evidence, node) = (&self.evidence, self.enclave.node);
		let quote = timed(&mut self.posted, || {
			Attestation::appraise_evidence(evidence, None).expect("good")
		});
		let known = timed(&mut self.leased, || {
			Attestation::appraise_evidence(evidence, Some(node)).expect("good")
		});
		let usage = timed(&mut self.leased, || {
			for _ in 0..USES {
				std::hint::black_box(used(node).expect("it counts"));
			}
		}) / f64::from(USES);
		let header = header(self.number, Hash::repeat_byte(1));
		let begin = |state: &mut TestExternalities| {
			let millis = timed(state, || {
				Executive::initialize_block(&header);
			});
			state.reset_overlay();
			millis
		};
		let a = begin(&mut self.pending);
		let (b, c) = (begin(&mut self.idle), begin(&mut self.idle));
		let again = (a.min(begin(&mut self.pending)) - b.min(c)) / f64::from(LEASES);
		[collateral, quote, known, usage, again]
	}
}

/// The check at every use, as the scheduler and the verifier of certificates make it.
fn used(node: NodeId) -> Option<Lease> {
	let lease = pallet_attestation::LeaseOfNode::<Runtime>::get(node)?;
	let demand =
		LeaseDemand { measurements: &[], allow_simulated: true, risk: RiskClass::Critical };
	Attestation::live_lease(node, lease, &demand).ok()
}

fn timed<T>(state: &mut TestExternalities, f: impl FnOnce() -> T) -> f64 {
	let start = Instant::now();
	let result = state.execute_with(f);
	let millis = start.elapsed().as_secs_f64() * 1e3;
	std::hint::black_box(result);
	millis
}

/// Gives copies of a node copies of its lease.
fn multiply(chain: &mut Chain, node: NodeId) {
	chain.read(|| {
		let id = pallet_attestation::LeaseOfNode::<Runtime>::get(node).expect("a lease");
		let lease = pallet_attestation::Leases::<Runtime>::get(id).expect("a lease");
		let dossier = pallet_attestation::Dossiers::<Runtime>::get(id).expect("a dossier");
		let record = pallet_node_staking::Nodes::<Runtime>::get(node).expect("a node");
		for copy in 1..=LEASES {
			let (node, id) = (1_000 + copy, 1_000 + u64::from(copy));
			pallet_node_staking::Nodes::<Runtime>::insert(node, record.clone());
			pallet_attestation::LeaseOfNode::<Runtime>::insert(node, id);
			let lease = Lease { id, node, ..lease.clone() };
			pallet_attestation::Leases::<Runtime>::insert(id, lease);
			pallet_attestation::Dossiers::<Runtime>::insert(id, dossier.clone());
		}
	});
	chain.ext.commit_all().expect("no transaction is open");
}

/// Median and spread of each step.
fn costs(mut round: impl FnMut() -> [f64; 5]) -> Costs {
	let mut rounds: Vec<[f64; 5]> = (0..=RUNS).map(|_| round()).collect();
	rounds.remove(0);
	let [collateral, quote, known, usage, again] =
		[0, 1, 2, 3, 4].map(|step| spread(rounds.iter().map(|round| round[step])));
	Costs { collateral, quote, known, usage, again }
}

fn millis(spread: &Spread) -> String {
	format!("{:.3} (IQR {:.3})", spread.median, spread.iqr)
}

/// The size of the runtime, as it is and as it travels.
fn print_size() {
	let wasm = WASM_BINARY.expect("the runtime was built with SKIP_WASM_BUILD unset");
	let path = concordat_runtime::WASM_BINARY_PATH;
	let compact = path.and_then(|path| {
		let name = path.replace(".compact.compressed.wasm", ".compact.wasm");
		std::fs::metadata(name).ok().map(|file| file.len())
	});
	let raw = compact.map_or("unknown".into(), |bytes| format!("{:.2} MB", bytes as f64 / 1e6));
	let compressed = wasm.len() as f64 / 1e6;
	println!(
		"\n  the runtime: {raw}, compressed {compressed:.2} MB   in MB {}",
		verdict(compressed, 2.5)
	);
}

/// Prints the figures.
pub fn print() {
	println!("\n5. Attestation");
	println!(
		"  Simulated evidence in the vendors' formats, verified by the code that verifies hardware's. Milliseconds, median of {RUNS} \
		 runs. collateral: each piece verified as if posted (check_collateral), over the state that holds the ones before. \
		 evidence: all signatures, then judged for the four risk classes (appraise_evidence), with the collateral posted. known: the \
		 same for a node whose platform's certificates are known. use: live_lease in native code; in WebAssembly the API \
		 `attestation`, which reads and checks the same and encodes the lease. again: judging a lease again, by the hook, \
		 {LEASES} leases in one block less an empty one, A-B-B-A. Trie reads included; in WebAssembly a call that does nothing \
		 (Core_version) is taken off."
	);
	let wasm = Wasm::new();
	for (kind, name) in KINDS {
		let mut scene = Scene::new(kind);
		let ways =
			[("WebAssembly", costs(|| scene.wasm(&wasm))), ("native", costs(|| scene.native()))];
		println!("\n  {name}: {} pieces of collateral", scene.pieces.len());
		for (way, cost) in ways {
			let full = cost.full();
			println!("    {way}");
			for (step, spread) in [
				("collateral", &cost.collateral),
				("evidence", &cost.quote),
				("evidence, known", &cost.known),
				("use", &cost.usage),
				("again", &cost.again),
			] {
				println!(
					"      {step:<16}{:>26} ms   {:>7.4} of the full verification",
					millis(spread),
					spread.median / full
				);
			}
			println!("      full verification {full:.3} ms");
			println!(
				"      known / full {:.3}   {}",
				cost.known.median / full,
				verdict(cost.known.median / full, 0.334)
			);
			println!(
				"      use / full {:.5}   {}",
				cost.usage.median / full,
				verdict(cost.usage.median / full, 0.01)
			);
		}
	}
	print_size();
}
