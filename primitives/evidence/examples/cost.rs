//! What each step costs on this machine, next to `dcap-qvl` in the same run:
//! `cargo run --release -p concordat-attestation --example cost`.

use concordat_attestation::{
	amd::{self, Product, VekKind},
	collateral::{self, Family, Role},
	crypto::sha256,
	intel::{self, RawCollateral},
	nitro,
	policy::QuotePolicy,
	simulator::{amd::AmdSimulator, nitro::NitroSimulator},
	Anchor, AnchorKind, Vendor,
};
use dcap_qvl::{verify::QuoteVerifier, QuoteCollateralV3};
use std::time::Instant;

const ROUNDS: u32 = 50;

fn time<T>(what: &str, mut step: impl FnMut() -> T) {
	step();
	let start = Instant::now();
	for _ in 0..ROUNDS {
		std::hint::black_box(step());
	}
	let each = start.elapsed() / ROUNDS;
	println!("{what:<50} {:>10.3} ms", each.as_secs_f64() * 1e3);
}

fn intel() {
	const NOW: u64 = 1_751_000_000;
	let quote = include_bytes!("../tests/fixtures/intel/tdx_quote");
	let theirs: QuoteCollateralV3 =
		serde_json::from_slice(include_bytes!("../tests/fixtures/intel/tdx_quote_collateral.json"))
			.expect("recorded");
	let signature = |bytes: &[u8]| -> [u8; 64] { bytes.try_into().expect("64 bytes") };
	let (info, identity) =
		(signature(&theirs.tcb_info_signature), signature(&theirs.qe_identity_signature));
	let raw = RawCollateral {
		pck_crl_issuer_chain: theirs.pck_crl_issuer_chain.as_bytes(),
		root_crl: &theirs.root_ca_crl,
		pck_crl: &theirs.pck_crl,
		tcb_info_issuer_chain: theirs.tcb_info_issuer_chain.as_bytes(),
		tcb_info: theirs.tcb_info.as_bytes(),
		tcb_info_signature: &info,
		qe_identity_issuer_chain: theirs.qe_identity_issuer_chain.as_bytes(),
		qe_identity: theirs.qe_identity.as_bytes(),
		qe_identity_signature: &identity,
	};
	let root = include_bytes!("../tests/fixtures/intel/root.der");
	let anchors =
		[Anchor { vendor: Vendor::IntelTdx, kind: AnchorKind::Production, key: sha256(root) }];
	let policy = QuotePolicy::lenient();
	let collateral = raw.verify(&anchors, NOW).expect("recorded");
	let verify =
		|known| intel::verify(quote, known, &collateral.borrow(), &policy, NOW).expect("recorded");
	let verified = verify(None);
	time("TDX: collateral and quote", || {
		let collateral = raw.verify(&anchors, NOW).expect("recorded");
		intel::verify(quote, None, &collateral.borrow(), &policy, NOW)
	});
	time("TDX: the same by dcap-qvl (RustCrypto)", || {
		QuoteVerifier::new(root.to_vec()).verify(quote, &theirs, NOW).expect("recorded")
	});
	time("TDX: quote, collateral verified before", || verify(None));
	time("TDX: quote, certificate known as well", || verify(Some(&verified.pck)));
	time("TDX: judging a lease again", || {
		intel::appraise(&verified.facts, &collateral.borrow(), &policy, NOW).expect("recorded")
	});
}

fn amd() {
	const NOW: u64 = 1_750_000_000;
	let simulator = AmdSimulator::new(b"cost", Product::Genoa, VekKind::Vcek, NOW);
	let (ark, ask, crl, vcek) =
		(simulator.ark_der(), simulator.authority_der(), simulator.crl_der(), simulator.vek_der());
	let anchors = [simulator.anchor()];
	let report = simulator.report([7; 48], [9; 64]);
	let policy = QuotePolicy::lenient();
	let chain = || {
		let root = collateral::verify_root(&ark, Family::Amd, &anchors, NOW)?;
		let crl = collateral::verify_crl(&crl, &root, NOW)?;
		let authority = collateral::verify_authority(&ask, Role::Issuer, &root, Some(&crl), NOW)?;
		Ok::<_, concordat_attestation::Error>((root, crl, authority))
	};
	time("SNP: ARK, list, ASK", || chain().expect("simulated"));
	let (root, crl, authority) = chain().expect("simulated");
	let collateral = amd::Collateral { root: &root, crl: Some(&crl), authority: &authority };
	time("SNP: VCEK", || amd::verify_vek(&vcek, &collateral, NOW).expect("simulated"));
	let vek = amd::verify_vek(&vcek, &collateral, NOW).expect("simulated");
	let verify = || amd::verify(&report, &vek, &collateral, &policy, NOW).expect("simulated");
	time("SNP: report, certificate known", verify);
	let facts = verify().facts;
	time("SNP: judging a lease again", || {
		amd::appraise(&facts, &collateral, &policy, NOW).expect("simulated")
	});
}

fn aws() {
	const NOW: u64 = 1_800_000_000;
	let simulator = NitroSimulator::new(b"cost", NOW);
	let root =
		collateral::verify_root(&simulator.root_der(), Family::Aws, &[simulator.anchor()], NOW)
			.expect("simulated");
	let document = simulator.document([7; 48], [9; 64]);
	let policy = QuotePolicy::strict();
	let verify =
		|known: &[_]| nitro::verify(&document, &root, known, &policy, NOW).expect("simulated");
	let known = verify(&[]).authorities;
	time("Nitro: document, root verified before", || verify(&[]));
	time("Nitro: document, authorities known as well", || verify(&known));
}

fn main() {
	intel();
	amd();
	aws();
}
