//! What each step of a verification costs on this machine, as Markdown; next to other verifiers in the same run.
//!
//! `cargo run --release -p concordat-attestation --example figures [rounds]`: the median and the least of many rounds, in
//! which the steps take turns. Intel's evidence is recorded, AMD's and AWS's simulated (AMD's recorded chain comes without
//! a revocation list).

use concordat_attestation::{
	amd::{self, Product, VekKind},
	any::Facts,
	collateral::{self, Authority, Crl, Family, Role},
	crypto::sha256,
	intel::{self, RawCollateral},
	nitro,
	policy::QuotePolicy,
	simulator::{amd::AmdSimulator, nitro::NitroSimulator},
	Anchor, AnchorKind, Error, Vendor,
};
use dcap_qvl::{
	configs::{RingConfig, RustCryptoConfig},
	verify::QuoteVerifier,
	QuoteCollateralV3, QuotePolicy as OraclePolicy,
};
use sev::{
	certs::snp::{ca, Certificate, Chain, Verifiable},
	firmware::guest::AttestationReport,
	parser::ByteParser,
};
use std::{hint::black_box, time::Instant};

const ROUNDS: usize = 101;

/// A step and its times in nanoseconds.
struct Step<'a> {
	name: &'static str,
	run: Box<dyn Fn() + 'a>,
	times: Vec<u128>,
}

fn step<'a, T>(name: &'static str, run: impl Fn() -> T + 'a) -> Step<'a> {
	Step { name, run: Box::new(move || drop(black_box(run()))), times: Vec::new() }
}

impl Step<'_> {
	/// In milliseconds.
	fn median(&self) -> f64 {
		let mut times = self.times.clone();
		times.sort_unstable();
		times.get(times.len() / 2).map_or(0.0, |time| *time as f64 / 1e6)
	}

	/// In milliseconds.
	fn least(&self) -> f64 {
		self.times.iter().min().map_or(0.0, |time| *time as f64 / 1e6)
	}
}

/// Runs the steps in turns and prints a table; the first step is what the others are compared with.
fn table(title: &str, mut steps: Vec<Step<'_>>, rounds: usize) -> Vec<(&'static str, f64)> {
	for step in &mut steps {
		(step.run)();
	}
	for _ in 0..rounds {
		for step in &mut steps {
			// Steps of microseconds are timed many at once.
			let start = Instant::now();
			(step.run)();
			let once = start.elapsed().as_nanos();
			let repeats = (200_000 / once.max(1)).clamp(1, 1_000);
			let start = Instant::now();
			for _ in 0..repeats {
				(step.run)();
			}
			step.times.push(start.elapsed().as_nanos() / repeats);
		}
	}
	let full = steps.first().map_or(1.0, Step::median);
	println!("\n| {title} | median, ms | least, ms | of the first |");
	println!("|---|---:|---:|---:|");
	for step in &steps {
		let (median, least) = (step.median(), step.least());
		println!("| {} | {median:.4} | {least:.4} | {:.4} |", step.name, median / full);
	}
	steps.iter().map(|step| (step.name, step.median())).collect()
}

fn intel(
	title: &str,
	quote: &[u8],
	json: &[u8],
	now: u64,
	rounds: usize,
) -> Vec<(&'static str, f64)> {
	let theirs: QuoteCollateralV3 = serde_json::from_slice(json).expect("recorded");
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
	let root: &[u8] = include_bytes!("../tests/fixtures/intel/root.der");
	let anchors = [Vendor::IntelSgx, Vendor::IntelTdx].map(|vendor| Anchor {
		vendor,
		kind: AnchorKind::Production,
		key: sha256(root),
	});
	let policy = QuotePolicy::lenient();
	let collateral = raw.verify(&anchors, now).expect("recorded");
	let verify =
		|known| intel::verify(quote, known, &collateral.borrow(), &policy, now).expect("recorded");
	let verified = verify(None);
	let facts = Facts::Intel(Box::new(verified.facts.clone()));
	let borrowed = concordat_attestation::any::Collateral::Intel(collateral.borrow());
	let claims = OraclePolicy::claims_only(now);
	let ring = QuoteVerifier::<RingConfig>::new_with_config(root.to_vec());
	let rust = QuoteVerifier::<RustCryptoConfig>::new_with_config(root.to_vec());
	let steps = vec![
		step("full: all collateral posted, then the quote", || {
			let collateral = raw.verify(&anchors, now).expect("recorded");
			intel::verify(quote, None, &collateral.borrow(), &policy, now).expect("recorded")
		}),
		step("quote, collateral posted before", || verify(None)),
		step("quote, PCK certificate known as well", || verify(Some(&verified.pck))),
		step("lease judged again", || facts.appraise(&borrowed, &policy, now).expect("recorded")),
		step("full, `dcap-qvl` with ring (assembly)", || {
			ring.verify_with_policy(quote, &theirs, now, &claims).expect("recorded")
		}),
		step("full, `dcap-qvl` with RustCrypto", || {
			rust.verify_with_policy(quote, &theirs, now, &claims).expect("recorded")
		}),
	];
	table(title, steps, rounds)
}

fn amd(rounds: usize) {
	const NOW: u64 = 1_750_000_000;
	let simulator = AmdSimulator::new(b"figures", Product::Genoa, VekKind::Vcek, NOW);
	let (ark, ask, crl, vcek) =
		(simulator.ark_der(), simulator.authority_der(), simulator.crl_der(), simulator.vek_der());
	let anchors = [simulator.anchor()];
	let report = simulator.report([7; 48], [9; 64]);
	let policy = QuotePolicy::lenient();
	let chain = || -> Result<(Authority, Crl, Authority), Error> {
		let root = collateral::verify_root(&ark, Family::Amd, &anchors, NOW)?;
		let crl = collateral::verify_crl(&crl, &root, NOW)?;
		let authority = collateral::verify_authority(&ask, Role::Issuer, &root, Some(&crl), NOW)?;
		Ok((root, crl, authority))
	};
	let (root, list, authority) = chain().expect("simulated");
	let collateral = amd::Collateral { root: &root, crl: Some(&list), authority: &authority };
	let vek = amd::verify_vek(&vcek, &collateral, NOW).expect("simulated");
	let verify =
		|vek: &amd::Vek| amd::verify(&report, vek, &collateral, &policy, NOW).expect("simulated");
	let facts = verify(&vek).facts;
	let steps = vec![
		step("full: ARK, list and ASK posted, then VCEK and report", || {
			let (root, crl, authority) = chain().expect("simulated");
			let collateral =
				amd::Collateral { root: &root, crl: Some(&crl), authority: &authority };
			let vek = amd::verify_vek(&vcek, &collateral, NOW).expect("simulated");
			amd::verify(&report, &vek, &collateral, &policy, NOW).expect("simulated")
		}),
		step("VCEK and report, collateral posted before", || {
			verify(&amd::verify_vek(&vcek, &collateral, NOW).expect("simulated"))
		}),
		step("report, VCEK known as well", || verify(&vek)),
		step("lease judged again", || {
			amd::appraise(&facts, &collateral, &policy, NOW).expect("simulated")
		}),
		step("ARK, ASK, VCEK and report (no list), `sev`", || {
			let der = |der| Certificate::from_der(der).expect("simulated");
			let ca = ca::Chain { ark: der(&ark), ask: der(&ask) };
			let chain = Chain { ca, vek: der(&vcek) };
			let report = AttestationReport::from_bytes(&report[..]).expect("simulated");
			(&chain, &report).verify().expect("simulated")
		}),
	];
	table("SEV-SNP, simulated", steps, rounds);
}

fn aws(rounds: usize) {
	const NOW: u64 = 1_800_000_000;
	let simulator = NitroSimulator::new(b"figures", NOW);
	let (der, anchors) = (simulator.root_der(), [simulator.anchor()]);
	let root = || collateral::verify_root(&der, Family::Aws, &anchors, NOW).expect("simulated");
	let document = simulator.document([7; 48], [9; 64]);
	let policy = QuotePolicy::strict();
	let verify = |root: &Authority, known: &[Authority]| {
		nitro::verify(&document, root, known, &policy, NOW).expect("simulated")
	};
	let posted = root();
	let verified = verify(&posted, &[]);
	let steps = vec![
		step("full: root posted, then the document", || verify(&root(), &[])),
		step("document, root posted before", || verify(&posted, &[])),
		step("document, authorities known as well", || verify(&posted, &verified.authorities)),
		step("lease judged again", || {
			nitro::appraise(&verified.facts, &posted, &policy, NOW).expect("simulated")
		}),
	];
	table("Nitro, simulated", steps, rounds);
}

/// Whether the aims of the project are met by what was measured.
fn aims(what: &str, times: &[(&'static str, f64)]) {
	let at = |index: usize| times.get(index).map_or(f64::NAN, |(_, time)| *time);
	let line = |name: &str, ratio: f64, aim: f64| {
		let verdict = if ratio <= aim { "met" } else { "missed" };
		println!("| {what}: {name} | {ratio:.4} | {aim:.4} | {verdict} |");
	};
	line("quote with cached collateral, of full", at(1) / at(0), 1.0 / 3.0);
	line("lease judged again, of full", at(3) / at(0), 0.01);
	line("full, of `dcap-qvl` with ring", at(0) / at(4), 1.5);
	line("full, of `dcap-qvl` with RustCrypto", at(0) / at(5), 1.5);
}

fn main() {
	let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
	println!("Native, one thread; {rounds} rounds.");
	let sgx = intel(
		"SGX, quote of version 3, recorded",
		include_bytes!("../tests/fixtures/intel/sgx_quote"),
		include_bytes!("../tests/fixtures/intel/sgx_quote_collateral.json"),
		1_751_000_000,
		rounds,
	);
	let tdx = intel(
		"TDX, quote of version 4, recorded",
		include_bytes!("../tests/fixtures/intel/tdx_quote"),
		include_bytes!("../tests/fixtures/intel/tdx_quote_collateral.json"),
		1_751_000_000,
		rounds,
	);
	amd(rounds);
	aws(rounds);
	println!("\n| aim | measured | at most | |");
	println!("|---|---:|---:|---|");
	aims("SGX", &sgx);
	aims("TDX", &tdx);
}
