//! The chain's verdict on evidence and collateral is the same in WebAssembly, which counts, and in native code, which
//! tools run: the runtime's own API over the same state and clock, asked both ways, answers the same bytes. Recorded
//! samples of real hardware, simulated evidence of every vendor and version, and seeded changes of all of it.

use codec::{Decode, Encode};
use concordat_attestation::{
	amd::{Product, VekKind},
	any::{verify, Known},
	collateral::Family,
	crypto::sha256,
	decode_chain,
	intel::{Body, Td15, TdReport, Tee},
	policy::QuotePolicy,
	simulator::{
		amd::AmdSimulator,
		intel::{enclave, td, IntelSimulator},
		nitro::NitroSimulator,
		pieces::{document_evidence, quote_evidence},
	},
	source::{Fingerprint, Piece},
	Anchor, AnchorKind, Error, Evidence, Vendor,
};
use concordat_primitives::{
	views::{AppraisalView, CollateralView},
	NodeId,
};
use concordat_runtime::{
	genesis_presets, pallet_attestation, pallet_timestamp, Attestation, Runtime,
	RuntimeGenesisConfig, RuntimeOrigin, WASM_BINARY,
};
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	traits::Get,
	BoundedVec,
};
use sc_executor::WasmExecutor;
use serde_json::Value;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_io::TestExternalities;
use std::{collections::BTreeSet, fmt::Debug, path::Path};

/// Changes of each piece and of each evidence.
const CHANGES: u64 = 500;
/// Simulated platforms that are signed anew with something else in them.
const SIGNED_ANEW: u64 = 150;
/// 2027-01-15.
const NOW: u64 = 1_800_000_000;
/// The node whose platform's certificates are known.
const NODE: NodeId = 7;

/// A small deterministic generator (splitmix64).
struct Random(u64);

impl Random {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ z >> 31
	}

	fn below(&mut self, bound: usize) -> usize {
		(self.next() % bound.max(1) as u64) as usize
	}

	/// Flips a bit somewhere.
	fn flip(&mut self, bytes: &mut [u8]) {
		let at = self.below(bytes.len());
		if let Some(byte) = bytes.get_mut(at) {
			*byte ^= 1 << self.below(8);
		}
	}

	/// Changes bytes in one of several ways. What no longer fits its bound is cut.
	fn change<S: Get<u32>>(&mut self, bounded: &mut BoundedVec<u8, S>) {
		let mut bytes = bounded.to_vec();
		let at = self.below(bytes.len());
		match self.below(8) {
			_ if bytes.is_empty() => bytes.push(self.next() as u8),
			0..=3 => self.flip(&mut bytes),
			4 => bytes[at] = bytes[at].wrapping_add(1 + self.below(255) as u8),
			5 => bytes.truncate(at),
			6 => {
				bytes.remove(at);
			},
			_ => bytes.insert(at, self.next() as u8),
		}
		*bounded = BoundedVec::truncate_from(bytes);
	}

	fn changed_evidence(&mut self, evidence: &Evidence) -> Evidence {
		let mut evidence = evidence.clone();
		match &mut evidence {
			Evidence::Intel { quote } => self.change(quote),
			Evidence::Amd { report, certificate, authority, root } => match self.below(16) {
				0 => self.flip(authority),
				1 => self.flip(root),
				2..=5 => self.change(certificate),
				_ => self.change(report),
			},
			Evidence::Aws { document } => self.change(document),
		}
		evidence
	}

	fn changed_piece(&mut self, piece: &Piece) -> Piece {
		let mut piece = piece.clone();
		let rarely = self.below(16) == 0;
		match &mut piece {
			Piece::Root { family, .. } if rarely => {
				*family = [Family::Intel, Family::Amd, Family::Aws][self.below(3)];
			},
			Piece::Root { certificate, .. } => self.change(certificate),
			Piece::Authority { root, .. } if rarely => self.flip(root),
			Piece::Authority { certificate, .. } => self.change(certificate),
			Piece::Crl { issuer, .. } if rarely => self.flip(issuer),
			Piece::Crl { list, .. } => self.change(list),
			Piece::TcbInfo { signer, .. } | Piece::QeIdentity { signer, .. } if rarely => {
				self.flip(signer);
			},
			Piece::TcbInfo { json, signature, .. } => {
				if self.below(8) == 0 {
					self.flip(signature);
				} else {
					self.change(json);
				}
			},
			Piece::QeIdentity { json, signature, .. } => {
				if self.below(8) == 0 {
					self.flip(signature);
				} else {
					self.change(json);
				}
			},
		}
		piece
	}
}

/// Collateral in an order in which it can be posted, and evidence under it.
struct World {
	name: String,
	now: u64,
	pieces: Vec<Piece>,
	evidence: Vec<Evidence>,
}

/// The runtime, both ways, over one state.
struct Both {
	executor:
		WasmExecutor<(sp_io::SubstrateHostFunctions, sp_crypto_ec_utils::HostFunctionsRfc163)>,
	code: WrappedRuntimeCode<'static>,
	ext: TestExternalities,
	/// Verdicts that were compared.
	count: u64,
	/// Good ones.
	good: u64,
	/// Kinds of refusals.
	refusals: BTreeSet<String>,
}

impl Both {
	fn new(anchors: &[Anchor]) -> Self {
		let code = WASM_BINARY.expect("the runtime was built with SKIP_WASM_BUILD unset");
		let preset = get_preset::<RuntimeGenesisConfig>(&None, genesis_presets::get_preset);
		let mut ext = TestExternalities::default();
		ext.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(preset.unwrap()).unwrap();
			pallet_attestation::SimulationAllowed::<Runtime>::put(true);
			pallet_attestation::Anchors::<Runtime>::put(BoundedVec::truncate_from(
				anchors.to_vec(),
			));
		});
		ext.commit_all().unwrap();
		Self {
			executor: WasmExecutor::builder().build(),
			code: WrappedRuntimeCode(code.into()),
			ext,
			count: 0,
			good: 0,
			refusals: BTreeSet::new(),
		}
	}

	/// Writes to the state.
	fn write<T>(&mut self, f: impl FnOnce() -> T) -> T {
		let result = self.ext.execute_with(f);
		self.ext.commit_all().unwrap();
		result
	}

	fn set_clock(&mut self, now: u64) {
		self.write(|| pallet_timestamp::Now::<Runtime>::put(now * 1_000));
	}

	/// Asks both ways. The answers have to be the same bytes.
	fn ask<T: Encode + Decode + Debug>(
		&mut self,
		method: &str,
		data: &[u8],
		native: impl FnOnce() -> Result<T, Error>,
		what: &dyn Fn() -> String,
	) -> Result<T, Error> {
		let expected = self.ext.execute_with(native);
		let code = RuntimeCode {
			code_fetcher: &self.code,
			heap_pages: None,
			hash: b"the runtime of this build".to_vec(),
		};
		let context = CallContext::Onchain { import: false };
		let (found, _) = self.executor.call(&mut self.ext.ext(), &code, method, data, context);
		let found = found.unwrap_or_else(|error| panic!("{}: {method}: {error}", what()));
		if found != expected.encode() {
			let found = Result::<T, Error>::decode(&mut &found[..]);
			panic!("{}\nnative      {expected:?}\nWebAssembly {found:?}", what());
		}
		self.count += 1;
		match &expected {
			Ok(_) => self.good += 1,
			Err(error) => {
				let text = format!("{error:?}");
				let kind = text.split([' ', '{', '(']).next().unwrap_or_default();
				self.refusals.insert(kind.to_owned());
			},
		}
		expected
	}

	fn appraise(
		&mut self,
		evidence: &Evidence,
		node: Option<NodeId>,
		what: &dyn Fn() -> String,
	) -> Result<AppraisalView, Error> {
		let data = (evidence, node).encode();
		let native = || Attestation::appraise_evidence(evidence, node);
		self.ask("ConcordatApi_appraise_evidence", &data, native, what)
	}

	fn check(&mut self, piece: &Piece, what: &dyn Fn() -> String) -> Result<CollateralView, Error> {
		let native = || Attestation::check_collateral(piece);
		self.ask("ConcordatApi_check_collateral", &piece.encode(), native, what)
	}

	/// Posts the pieces of a world one by one, with changed ones before each.
	fn post(&mut self, world: &World, random: &mut Random) {
		self.set_clock(world.now);
		for (index, piece) in world.pieces.iter().enumerate() {
			let what = || format!("{}, piece {index}", world.name);
			let found = self.check(piece, &what);
			// What was recorded twice is looked at once.
			if matches!(found, Err(Error::AlreadyHeld(_))) {
				continue;
			}
			found.unwrap_or_else(|error| panic!("{}: {error:?}", what()));
			for round in 0..CHANGES {
				let bad = random.changed_piece(piece);
				let what = || format!("{}, piece {index}, change {round}", world.name);
				let _ = self.check(&bad, &what);
			}
			let piece = Box::new(piece.clone());
			self.write(|| {
				let who = RuntimeOrigin::signed([1; 32].into());
				Attestation::post_collateral(who, piece).map(|_| ()).expect("just checked")
			});
		}
	}

	/// What a node's earlier evidence leaves behind.
	fn remember(&mut self, evidence: &Evidence, now: u64) {
		self.write(|| {
			let verified: Result<Known, Error> = verify(
				evidence,
				None,
				&pallet_attestation::Store::<Runtime>::default(),
				&pallet_attestation::Anchors::<Runtime>::get(),
				&QuotePolicy::lenient(),
				now,
			)
			.map(|verified| verified.known);
			match verified {
				Ok(known) => pallet_attestation::KnownKeys::<Runtime>::insert(NODE, known),
				Err(_) => pallet_attestation::KnownKeys::<Runtime>::remove(NODE),
			}
		});
	}

	/// Judges the evidence of a world, and changes of it, with and without known certificates, and at other times.
	fn judge(&mut self, world: &World, random: &mut Random) {
		for (index, evidence) in world.evidence.iter().enumerate() {
			let what = |detail: &str| format!("{}, evidence {index}, {detail}", world.name);
			self.remember(evidence, world.now);
			for node in [None, Some(NODE)] {
				let _ = self.appraise(evidence, node, &|| what("as it is"));
			}
			for round in 0..CHANGES {
				let bad = random.changed_evidence(evidence);
				// Half of them as the evidence of a platform that is known, which other code looks at.
				let node = (round % 2 == 1).then_some(NODE);
				let _ = self.appraise(&bad, node, &|| what(&format!("change {round}")));
			}
			// Everything expires, and nothing was valid for ever.
			for days in [-4_000, -400, -31, -1, 1, 6, 29, 31, 100, 1_000, 10_000] {
				self.set_clock(world.now.saturating_add_signed(days * 86_400));
				let _ = self.appraise(evidence, None, &|| what(&format!("{days} days later")));
				for piece in &world.pieces {
					let _ = self.check(piece, &|| what(&format!("collateral, {days} days later")));
				}
			}
			self.set_clock(world.now);
		}
	}

	/// Says how much was compared; too little is no comparison.
	fn finish(self, name: &str, least: u64, kinds: usize) {
		let Self { count, good, refusals, .. } = self;
		println!("{name}: {count} verdicts equal, {good} good, refusals: {refusals:?}");
		assert!(count >= least, "{count} verdicts");
		assert!(good > 0 && refusals.len() >= kinds, "{good} good; {refusals:?}");
	}
}

fn fixture(path: &str) -> Vec<u8> {
	let root =
		Path::new(env!("CARGO_MANIFEST_DIR")).join("../primitives/attestation/tests/fixtures");
	std::fs::read(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn hex_fixture(path: &str) -> Vec<u8> {
	let text = String::from_utf8(fixture(path)).unwrap();
	hex::decode(text.trim().trim_start_matches("0x")).unwrap()
}

fn bounded<S: Get<u32>>(bytes: Vec<u8>) -> BoundedVec<u8, S> {
	BoundedVec::try_from(bytes).expect("published pieces fit")
}

fn root(family: Family, der: Vec<u8>) -> Piece {
	Piece::Root { family, certificate: bounded(der) }
}

fn authority(der: Vec<u8>, root: Fingerprint) -> Piece {
	Piece::Authority { certificate: bounded(der), root }
}

fn chain_of(pem: &[u8]) -> Vec<Vec<u8>> {
	decode_chain(pem, 3, 4_096).unwrap()
}

fn anchor(vendor: Vendor, kind: AnchorKind, root: &[u8]) -> Anchor {
	Anchor { vendor, kind, key: sha256(root) }
}

/// A recorded quote and its collateral, in pieces.
fn recorded_intel(name: &str, now: u64, more: &[&str]) -> World {
	let collateral: Value =
		serde_json::from_slice(&fixture(&format!("intel/{name}_collateral.json"))).unwrap();
	let text = |key: &str| collateral[key].as_str().unwrap().as_bytes().to_vec();
	let binary = |key: &str| hex::decode(text(key)).unwrap();
	let signature = |key: &str| -> [u8; 64] { binary(key).try_into().unwrap() };
	let der = fixture("intel/root.der");
	let above = sha256(&der);
	let [ca, info_signer, qe_signer] =
		["pck_crl_issuer_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain"]
			.map(|key| chain_of(&text(key)).remove(0));
	let (info_by, qe_by, lists_by) = (sha256(&info_signer), sha256(&qe_signer), sha256(&ca));
	let mut evidence = vec![quote_evidence(fixture(&format!("intel/{name}")))];
	for path in more {
		let hex = path.ends_with(".hex");
		evidence.push(quote_evidence(if hex { hex_fixture(path) } else { fixture(path) }));
	}
	World {
		name: name.to_owned(),
		now,
		pieces: vec![
			root(Family::Intel, der),
			Piece::Crl { list: bounded(binary("root_ca_crl")), issuer: above },
			authority(ca, above),
			authority(info_signer, above),
			authority(qe_signer, above),
			Piece::Crl { list: bounded(binary("pck_crl")), issuer: lists_by },
			Piece::TcbInfo {
				json: bounded(text("tcb_info")),
				signature: signature("tcb_info_signature"),
				signer: info_by,
			},
			Piece::QeIdentity {
				json: bounded(text("qe_identity")),
				signature: signature("qe_identity_signature"),
				signer: qe_by,
			},
		],
		evidence,
	}
}

fn recorded_amd() -> World {
	let mut pieces = Vec::new();
	let mut evidence = Vec::new();
	let report = hex_fixture("amd/report_milan.hex");
	for (product, vek) in [("milan", "milan"), ("turin", "turin"), ("genoa", "milan")] {
		let [ask, ark] =
			chain_of(&fixture(&format!("amd/cert_chain_{product}"))).try_into().unwrap();
		let (above, issuer) = (sha256(&ark), sha256(&ask));
		pieces.push(root(Family::Amd, ark));
		pieces.push(authority(ask, above));
		evidence.push(Evidence::Amd {
			report: bounded(report.clone()),
			certificate: bounded(fixture(&format!("amd/vcek_{vek}.der"))),
			authority: issuer,
			root: above,
		});
	}
	World { name: "recorded SEV-SNP".into(), now: 1_750_000_000, pieces, evidence }
}

fn recorded_aws() -> World {
	World {
		name: "recorded Nitro".into(),
		now: 1_736_179_625,
		pieces: vec![root(Family::Aws, fixture("nitro/root.der"))],
		evidence: vec![document_evidence(fixture("nitro/attestation.cose"))],
	}
}

/// Bodies of every kind, with the version of the quote around each.
fn bodies() -> Vec<(u16, Body)> {
	let sgx = || Body::Enclave(enclave([7; 32], [9; 64]));
	let base = td([7; 48], [9; 64]);
	let td15 = Td15 { tee_tcb_svn2: base.tee_tcb_svn, mr_service_td: [0; 48] };
	let later = TdReport { td15: Some(td15), ..base.clone() };
	let extended = TdReport { current_service_td: Some([0; 48]), ..later.clone() };
	vec![
		(3, sgx()),
		(4, sgx()),
		(5, sgx()),
		(4, Body::Td(base.clone())),
		(5, Body::Td(base)),
		(5, Body::Td(later)),
		(5, Body::Td(extended)),
	]
}

fn simulated_intel() -> (IntelSimulator, World) {
	let simulator = IntelSimulator::new(b"equality", NOW);
	let mut pieces = simulator.pieces(Tee::Sgx);
	pieces.extend(simulator.pieces(Tee::Tdx).split_off(5));
	let evidence = bodies()
		.into_iter()
		.map(|(version, body)| {
			let mut spec = simulator.spec(body);
			spec.version = version;
			quote_evidence(simulator.build(&spec))
		})
		.collect();
	(simulator, World { name: "simulated SGX and TDX".into(), now: NOW, pieces, evidence })
}

fn simulated_amd() -> Vec<(AmdSimulator, World)> {
	[
		(Product::Milan, VekKind::Vcek, 2),
		(Product::Genoa, VekKind::Vlek, 3),
		(Product::Turin, VekKind::Vcek, 5),
	]
	.map(|(product, kind, version)| {
		let simulator = AmdSimulator::new(b"equality", product, kind, NOW);
		let mut spec = simulator.spec([7; 48], [9; 64]);
		spec.version = version;
		let evidence = vec![simulator.evidence(simulator.build(&spec))];
		let name = format!("simulated SEV-SNP {product:?} {kind:?} version {version}");
		let world = World { name, now: NOW, pieces: simulator.pieces(), evidence };
		(simulator, world)
	})
	.into()
}

#[test]
fn recorded_evidence_of_intel_is_judged_alike() {
	let der = fixture("intel/root.der");
	let anchors = [Vendor::IntelSgx, Vendor::IntelTdx]
		.map(|vendor| anchor(vendor, AnchorKind::Production, &der));
	let mut both = Both::new(&anchors);
	let mut random = Random(1);
	// In the order of their time: collateral only goes forward.
	let others = ["intel/tdx-quote.hex", "intel/pieces/quote_tdx_00806f050000.dat"];
	for world in [
		recorded_intel("sgx_quote", 1_751_000_000, &["intel/pieces/hw_quote.dat"]),
		recorded_intel("tdx_quote", 1_751_000_000, &others),
		recorded_intel("tdx_quote_outdated", 1_772_000_000, &[]),
		recorded_intel("tdx_quote_td15ex", 1_792_500_000, &[]),
	] {
		both.post(&world, &mut random);
		both.judge(&world, &mut random);
	}
	both.finish("recorded SGX and TDX", 10_000, 8);
}

#[test]
fn recorded_evidence_of_amd_and_aws_is_judged_alike() {
	let (amd, aws) = (recorded_amd(), recorded_aws());
	let mut anchors =
		vec![anchor(Vendor::AwsNitro, AnchorKind::Production, &fixture("nitro/root.der"))];
	for piece in &amd.pieces {
		if let Piece::Root { certificate, .. } = piece {
			anchors.push(anchor(Vendor::AmdSevSnp, AnchorKind::Production, certificate));
		}
	}
	let mut both = Both::new(&anchors);
	let mut random = Random(2);
	for world in [amd, aws] {
		both.post(&world, &mut random);
		both.judge(&world, &mut random);
	}
	both.finish("recorded SEV-SNP and Nitro", 5_000, 8);
}

#[test]
fn simulated_evidence_of_intel_is_judged_alike() {
	let (simulator, world) = simulated_intel();
	let mut both = Both::new(&simulator.anchors());
	let mut random = Random(3);
	both.post(&world, &mut random);
	both.judge(&world, &mut random);
	// Signed anew with something else in it: what signatures cannot refuse is judged alike as well.
	for round in 0..SIGNED_ANEW {
		let mut other = simulator.clone().with_platform(&round.to_le_bytes());
		let (version, mut body) = bodies().swap_remove(random.below(7));
		match random.below(8) {
			0 => random.flip(&mut other.cpu_svn),
			1 => other.pce_svn = random.below(16) as u16,
			2 => random.flip(&mut other.fmspc),
			3 => random.flip(&mut other.qe_report.attributes),
			4 => other.qe_report.svn = random.below(10) as u16,
			5 => other.flags = Some([0, 1, 2].map(|_| random.below(2) == 0)),
			_ => {},
		}
		match &mut body {
			Body::Enclave(report) => random.flip(&mut report.attributes),
			Body::Td(report) => match random.below(5) {
				0 => random.flip(&mut report.attributes),
				1 => random.flip(&mut report.seam_attributes),
				2 => random.flip(&mut report.tee_tcb_svn),
				3 => random.flip(&mut report.mr_signer_seam),
				_ => random.flip(&mut report.xfam),
			},
		}
		let mut spec = other.spec(body);
		spec.version = version;
		let evidence = quote_evidence(other.build(&spec));
		let _ = both.appraise(&evidence, None, &|| format!("signed anew, {round}"));
	}
	both.finish("simulated SGX and TDX", 7_000, 10);
}

#[test]
fn simulated_evidence_of_amd_and_aws_is_judged_alike() {
	let aws = NitroSimulator::new(b"equality", NOW);
	let amd = simulated_amd();
	let anchors: Vec<Anchor> =
		amd.iter().map(|(simulator, _)| simulator.anchor()).chain([aws.anchor()]).collect();
	let mut both = Both::new(&anchors);
	let mut random = Random(4);
	for (simulator, world) in &amd {
		both.post(world, &mut random);
		both.judge(world, &mut random);
		for round in 0..SIGNED_ANEW {
			let mut spec = simulator.spec([7; 48], [9; 64]);
			match random.below(8) {
				0 => spec.version = random.below(7) as u32,
				1 => spec.policy ^= 1 << random.below(40),
				2 => spec.vmpl = random.below(5) as u32,
				3 => spec.platform_info ^= 1 << random.below(8),
				4 => spec.key_info ^= 1 << random.below(6),
				5 => spec.reported_tcb.snp = random.below(40) as u8,
				6 => random.flip(&mut spec.chip_id),
				_ => spec.algorithm = random.below(3) as u32,
			}
			let evidence = simulator.evidence(simulator.build(&spec));
			let what = || format!("{}, signed anew, {round}", world.name);
			let _ = both.appraise(&evidence, None, &what);
		}
	}
	let world = World {
		name: "simulated Nitro".into(),
		now: NOW,
		pieces: aws.pieces(),
		evidence: vec![document_evidence(aws.document([7; 48], [9; 64]))],
	};
	both.post(&world, &mut random);
	both.judge(&world, &mut random);
	for round in 0..SIGNED_ANEW {
		let mut spec = aws.spec([7; 48], [9; 64]);
		match random.below(5) {
			0 => spec.timestamp = random.next() >> random.below(64),
			1 => spec.pcrs.truncate(random.below(17)),
			2 => spec.digest = ["SHA384", "SHA256", ""][random.below(3)].into(),
			3 => spec.authorities.truncate(random.below(5)),
			_ => spec.user_data = Some(vec![9; random.below(600)]),
		}
		let evidence = document_evidence(aws.build(&spec));
		let _ = both.appraise(&evidence, None, &|| format!("Nitro signed anew, {round}"));
	}
	both.finish("simulated SEV-SNP and Nitro", 6_500, 10);
}
