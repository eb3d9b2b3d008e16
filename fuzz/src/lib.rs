//! One function for each parser of evidence and collateral: any bytes in, no panic, and what was read keeps its bounds.
//!
//! The functions are bodies of libFuzzer targets (`targets/`), and `primitives/attestation/tests/parsers.rs` runs the
//! same ones over the same seeds with seeded mutations, on every test run. Statements in JSON are parsed only after
//! their signature was verified, so their targets sign what they are given.

use codec::{Decode, Encode, MaxEncodedLen};
use concordat_attestation::{
	amd::{Product, Report, VekKind, REPORT_BYTES},
	any, collateral,
	collateral::{Authority, Family, Role},
	decode_chain, intel,
	intel::{Quote, Tee},
	nitro::Document,
	policy::QuotePolicy,
	simulator::{
		amd::AmdSimulator,
		intel::{enclave, td, IntelSimulator},
		nitro::NitroSimulator,
		tpm as sim_tpm,
	},
	source::{verify_piece, Memory, Piece},
	tpm as tpm_quote,
	x509::{Certificate, RevocationList},
	Anchor, Evidence, Part,
};
use std::{fmt::Debug, sync::OnceLock};

const NOW: u64 = 1_800_000_000;
const SEED: &[u8] = b"fuzz";
/// Most certificates of a chain, and their most bytes.
const CHAIN: (usize, usize) = (8, 4_096);

/// A target: its name and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 11] = [
	("quote", quote),
	("certificate", certificate),
	("crl", crl),
	("tcb_info", tcb_info),
	("qe_identity", qe_identity),
	("pem_chain", pem_chain),
	("snp_report", snp_report),
	("nitro_document", nitro_document),
	("tpm_attest", tpm_attest),
	("evidence", evidence),
	("piece", piece),
];

fn simulator() -> IntelSimulator {
	IntelSimulator::new(SEED, NOW)
}

/// The signer of the simulator's statements, verified once.
fn signer() -> &'static Authority {
	static SIGNER: OnceLock<Authority> = OnceLock::new();
	SIGNER.get_or_init(|| {
		let simulator = simulator();
		let key = simulator.key("root");
		let root = simulator.root_der();
		let root = collateral::verify_root(&root, Family::Intel, &simulator.anchors(), NOW);
		let root = root.expect("simulated");
		let crl = collateral::verify_crl(&simulator.root_crl.sign(&key), &root, NOW);
		let (crl, signer) = (crl.expect("simulated"), simulator.signer.sign(&key));
		collateral::verify_authority(&signer, Role::TcbSigner, &root, Some(&crl), NOW)
			.expect("simulated")
	})
}

/// A source with everything that the simulators' evidence needs, and its anchors.
fn world() -> &'static (Memory, Vec<Anchor>) {
	static WORLD: OnceLock<(Memory, Vec<Anchor>)> = OnceLock::new();
	WORLD.get_or_init(|| {
		let (intel, amd, nitro) = (simulator(), amd(), NitroSimulator::new(SEED, NOW));
		let mut anchors = intel.anchors().to_vec();
		anchors.extend([amd.anchor(), nitro.anchor()]);
		let mut memory = Memory::default();
		for piece in all_pieces() {
			// SGX and TDX have certificates and lists in common.
			let _ = memory.post(&piece, &anchors, NOW);
		}
		(memory, anchors)
	})
}

fn amd() -> AmdSimulator {
	AmdSimulator::new(SEED, Product::Milan, VekKind::Vcek, NOW)
}

fn all_pieces() -> Vec<Piece> {
	let mut pieces = simulator().pieces(Tee::Sgx);
	pieces.extend(simulator().pieces(Tee::Tdx));
	pieces.extend(amd().pieces());
	pieces.extend(NitroSimulator::new(SEED, NOW).pieces());
	pieces
}

/// What is stored has to fit its bound and to read back as it was.
fn storable<T: Encode + Decode + MaxEncodedLen + PartialEq + Debug>(value: &T) {
	let bytes = value.encode();
	assert!(bytes.len() <= T::max_encoded_len());
	assert_eq!(T::decode(&mut &bytes[..]).as_ref(), Ok(value));
}

/// SGX and TDX quotes, and the chains inside.
pub fn quote(data: &[u8]) {
	let Ok(quote) = Quote::parse(data) else { return };
	assert!(quote.signed.len() < data.len());
	if let Ok(Some(presented)) = intel::presented(&quote) {
		let names = [presented.leaf, presented.authority, presented.root];
		assert!(names.iter().all(|name| *name != [0; 32]));
	}
}

/// Certificates in DER.
pub fn certificate(data: &[u8]) {
	if let Ok(certificate) = Certificate::parse(data, Part::Leaf) {
		assert!(certificate.signed.len() + certificate.signature.len() < data.len());
		storable(&certificate.key);
		let _ = certificate.common_name();
	}
}

/// Revocation lists in DER.
pub fn crl(data: &[u8]) {
	if let Ok(list) = RevocationList::parse(data, Part::LeafCrl) {
		assert!(list.revoked.windows(2).all(|pair| pair[0] < pair[1]));
		assert!(list.revoked.len() * 20 <= data.len() * 20);
	}
}

/// TCB info in JSON.
pub fn tcb_info(data: &[u8]) {
	let signature = sign(data);
	if let Ok(info) = intel::verify_tcb_info(data, &signature, signer(), NOW) {
		storable(&info);
	}
}

/// QE identity in JSON.
pub fn qe_identity(data: &[u8]) {
	let signature = sign(data);
	if let Ok(identity) = intel::verify_qe_identity(data, &signature, signer(), NOW) {
		storable(&identity);
	}
}

fn sign(data: &[u8]) -> [u8; 64] {
	simulator_key().sign_raw(data).try_into().expect("r and s; qed")
}

fn simulator_key() -> &'static concordat_attestation::simulator::keys::SimKey {
	static KEY: OnceLock<concordat_attestation::simulator::keys::SimKey> = OnceLock::new();
	KEY.get_or_init(|| simulator().key("signer"))
}

/// Chains in PEM.
pub fn pem_chain(data: &[u8]) {
	let (most, longest) = CHAIN;
	if let Ok(chain) = decode_chain(data, most, longest) {
		assert!(chain.len() <= most);
		assert!(chain.iter().all(|one| one.len() <= longest && one.len() < data.len()));
	}
}

/// SEV-SNP reports.
pub fn snp_report(data: &[u8]) {
	if let Ok(report) = Report::parse(data) {
		assert_eq!(data.len(), REPORT_BYTES);
		assert_eq!(Some(report.signed), data.get(..0x2a0));
	}
}

/// Nitro documents: COSE and CBOR.
pub fn nitro_document(data: &[u8]) {
	if let Ok(document) = Document::parse(data) {
		assert!(document.pcrs.windows(2).all(|pair| pair[0].0 < pair[1].0));
		assert!(document.payload.len() < data.len());
		let _ = document.root_fingerprint();
	}
}

/// TPM quotes.
pub fn tpm_attest(data: &[u8]) {
	if let Ok(facts) = tpm_quote::parse(data) {
		storable(&facts);
	}
}

/// Evidence in SCALE, all the way to a verdict.
pub fn evidence(data: &[u8]) {
	let mut rest = data;
	let Ok(evidence) = Evidence::decode(&mut rest) else { return };
	assert_eq!(evidence.encode(), data[..data.len() - rest.len()]);
	assert!(evidence.encode().len() <= Evidence::max_encoded_len());
	let (memory, anchors) = world();
	let verdict = any::verify(&evidence, None, memory, anchors, &QuotePolicy::lenient(), NOW);
	if let Ok(verified) = verdict {
		assert!(verified.appraisal.simulated());
		storable(&verified.facts);
		storable(&verified.known);
	}
}

/// Pieces of collateral in SCALE, all the way to a verdict.
pub fn piece(data: &[u8]) {
	let mut rest = data;
	let Ok(piece) = Piece::decode(&mut rest) else { return };
	assert_eq!(piece.encode(), data[..data.len() - rest.len()]);
	assert!(piece.encode().len() <= Piece::max_encoded_len());
	let (memory, anchors) = world();
	if let Ok(verified) = verify_piece(&piece, memory, anchors, NOW) {
		assert!(memory.get(&verified.slot()).is_some_and(|held| *held == verified));
	}
}

macro_rules! recorded {
	($name:literal) => {
		include_bytes!(concat!("../../primitives/attestation/tests/fixtures/", $name)).to_vec()
	};
}

/// Good input of a target, made by the simulators and recorded.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
	let intel = simulator();
	let root_key = intel.key("root");
	let sgx = || intel::Body::Enclave(enclave([7; 32], [9; 64]));
	let tdx = || intel::Body::Td(td([7; 48], [9; 64]));
	let nitro = NitroSimulator::new(SEED, NOW);
	match target {
		"quote" => vec![
			intel.quote(sgx()),
			intel.quote(tdx()),
			recorded!("intel/sgx_quote"),
			recorded!("intel/tdx_quote"),
			recorded!("intel/tdx_quote_td15ex"),
		],
		"certificate" => vec![
			intel.leaf_der(),
			intel.ca.sign(&root_key),
			amd().vek_der(),
			recorded!("amd/vcek_milan.der"),
			recorded!("nitro/root.der"),
		],
		"crl" => {
			let mut list = intel.pck_crl.clone();
			list.revoked = vec![vec![1], vec![2, 3], vec![0x7f; 20]];
			vec![
				list.sign(&intel.key("ca")),
				amd().crl_der(),
				recorded!("intel/pieces/root_crl_2024.der"),
			]
		},
		"tcb_info" => vec![
			intel.tcb_info(Tee::Sgx).into_bytes(),
			intel.tcb_info(Tee::Tdx).into_bytes(),
			recorded!("intel/pieces/tcbinfov3_00806f050000.json"),
		],
		"qe_identity" => vec![
			intel.qe_identity(Tee::Sgx).into_bytes(),
			intel.qe_identity(Tee::Tdx).into_bytes(),
			recorded!("intel/pieces/qeidentityv2_apiv4.json"),
		],
		"pem_chain" => {
			vec![intel.chain().into_bytes(), recorded!("amd/cert_chain_milan")]
		},
		"snp_report" => {
			let turin = AmdSimulator::new(SEED, Product::Turin, VekKind::Vlek, NOW);
			vec![amd().report([7; 48], [9; 64]), turin.report([7; 48], [9; 64])]
		},
		"nitro_document" => {
			vec![nitro.document([7; 48], [9; 64]), recorded!("nitro/attestation.cose")]
		},
		"tpm_attest" => vec![sim_tpm::spec([5; 32]).attest()],
		"evidence" => vec![
			intel.evidence(sgx()).encode(),
			intel.evidence(tdx()).encode(),
			amd().evidence(amd().report([7; 48], [9; 64])).encode(),
			concordat_attestation::simulator::pieces::document_evidence(
				nitro.document([7; 48], [9; 64]),
			)
			.encode(),
		],
		"piece" => all_pieces().iter().map(Encode::encode).collect(),
		_ => vec![],
	}
}
