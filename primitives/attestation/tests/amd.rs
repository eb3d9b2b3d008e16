//! SEV-SNP: the recorded report and certificates, reports under roots of our own, and the `sev` crate as oracle.

mod common;

use common::{mutate, Random};
use concordat_attestation::{
	amd::{self, Collateral, Product, SnpPolicy, SnpTcb, SnpVersion, Vek, VekKind},
	collateral::{self, Authority, Crl, Family, Role},
	crypto::sha256,
	decode_chain,
	policy::QuotePolicy,
	simulator::{
		amd::{AmdSimulator, ReportSpec},
		keys::{RsaSlot, SimKey},
	},
	Anchor, AnchorKind, Component, Error, Field, Measurement, Part, Shortfall, TcbStatus, Vendor,
};
use sev::{
	certs::snp::{ca, Certificate, Chain, Verifiable},
	firmware::guest::AttestationReport,
	parser::ByteParser,
};

const NOW: u64 = 1_750_000_000;

fn milan_report() -> Vec<u8> {
	include_str!("fixtures/amd/report_milan.hex")
		.trim()
		.as_bytes()
		.chunks(2)
		.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
		.collect()
}

const MILAN_VCEK: &[u8] = include_bytes!("fixtures/amd/vcek_milan.der");
const TURIN_VCEK: &[u8] = include_bytes!("fixtures/amd/vcek_turin.der");

/// ASK and ARK of a recorded chain.
fn recorded_chain(product: Product) -> [Vec<u8>; 2] {
	let pem: &[u8] = match product {
		Product::Milan => include_bytes!("fixtures/amd/cert_chain_milan"),
		Product::Genoa => include_bytes!("fixtures/amd/cert_chain_genoa"),
		Product::Turin => include_bytes!("fixtures/amd/cert_chain_turin"),
	};
	decode_chain(pem, 2, 4096).unwrap().try_into().unwrap()
}

/// A root and the authority below it, verified.
struct Line {
	root: Authority,
	crl: Option<Crl>,
	authority: Authority,
}

impl Line {
	fn borrow(&self) -> Collateral<'_> {
		Collateral { root: &self.root, crl: self.crl.as_ref(), authority: &self.authority }
	}
}

fn recorded_line(product: Product) -> Line {
	let [ask, ark] = recorded_chain(product);
	let anchor =
		Anchor { vendor: Vendor::AmdSevSnp, kind: AnchorKind::Production, key: sha256(&ark) };
	let root = collateral::verify_root(&ark, Family::Amd, &[anchor], NOW).unwrap();
	let authority = collateral::verify_authority(&ask, Role::Issuer, &root, None, NOW).unwrap();
	Line { root, crl: None, authority }
}

fn line(simulator: &AmdSimulator) -> Result<Line, Error> {
	let root =
		collateral::verify_root(&simulator.ark_der(), Family::Amd, &[simulator.anchor()], NOW)?;
	let crl = collateral::verify_crl(&simulator.crl_der(), &root, NOW)?;
	let authority = collateral::verify_authority(
		&simulator.authority_der(),
		Role::Issuer,
		&root,
		Some(&crl),
		NOW,
	)?;
	Ok(Line { root, crl: Some(crl), authority })
}

fn simulator(product: Product, kind: VekKind) -> AmdSimulator {
	AmdSimulator::new(b"amd tests", product, kind, NOW)
}

/// What the oracle says: whether the certificate signed the report.
fn oracle_report(report: &[u8], vek: &[u8]) -> bool {
	let (Ok(report), Ok(vek)) = (AttestationReport::from_bytes(report), Certificate::from_der(vek))
	else {
		return false;
	};
	(&vek, &report).verify().is_ok()
}

/// What the oracle says: whether chain and report hold.
fn oracle_chain(report: &[u8], ark: &[u8], ask: &[u8], vek: &[u8]) -> bool {
	let parse = || -> Option<bool> {
		let chain = Chain {
			ca: ca::Chain {
				ark: Certificate::from_der(ark).ok()?,
				ask: Certificate::from_der(ask).ok()?,
			},
			vek: Certificate::from_der(vek).ok()?,
		};
		let report = AttestationReport::from_bytes(report).ok()?;
		Some((&chain, &report).verify().is_ok())
	};
	parse().unwrap_or(false)
}

#[test]
fn the_recorded_milan_report_verifies_like_in_the_oracle() {
	let line = recorded_line(Product::Milan);
	let vek = amd::verify_vek(MILAN_VCEK, &line.borrow(), NOW).unwrap();
	assert_eq!(vek.product, Product::Milan);
	assert_eq!(vek.kind, VekKind::Vcek);
	assert_eq!(vek.tcb, SnpTcb { fmc: 0, boot_loader: 3, tee: 0, snp: 8, microcode: 115 });
	let report = milan_report();
	let verified =
		amd::verify(&report, &vek, &line.borrow(), &QuotePolicy::lenient(), NOW).unwrap();
	let [ask, ark] = recorded_chain(Product::Milan);
	assert!(oracle_chain(&report, &ark, &ask, MILAN_VCEK));

	let theirs = AttestationReport::from_bytes(&report).unwrap();
	let workload = &verified.appraisal.workload;
	assert_eq!(workload.measurement, Measurement(theirs.measurement.as_ref().try_into().unwrap()));
	assert_eq!(&workload.report_data[..], theirs.report_data.as_ref());
	assert_eq!(verified.facts.vmpl, theirs.vmpl);
	assert_eq!(verified.facts.guest_svn, theirs.guest_svn);
	assert_eq!(verified.facts.policy, u64::from(theirs.policy));
	assert_eq!(verified.facts.tcb.microcode, theirs.reported_tcb.microcode);
	assert_eq!(verified.facts.tcb.boot_loader, theirs.reported_tcb.bootloader);
	let standing = &verified.appraisal.standing;
	assert_eq!((standing.vendor, standing.kind), (Vendor::AmdSevSnp, AnchorKind::Production));
	assert!(!verified.appraisal.simulated());
}

#[test]
fn the_recorded_chains_of_all_product_lines_verify() {
	for product in [Product::Milan, Product::Genoa, Product::Turin] {
		let line = recorded_line(product);
		assert_eq!(line.root.common_name.as_slice(), format!("ARK-{}", product.name()).as_bytes());
	}
	let line = recorded_line(Product::Turin);
	let vek = amd::verify_vek(TURIN_VCEK, &line.borrow(), NOW).unwrap();
	assert_eq!(vek.product, Product::Turin);
	// Turin's chip ids have eight bytes.
	assert!(vek.hardware_id.is_some_and(|id| id[..8] != [0; 8] && id[8..] == [0; 56]));
}

#[test]
fn a_certificate_of_another_product_line_is_refused() {
	let milan = recorded_line(Product::Milan);
	let turin = recorded_line(Product::Turin);
	assert_eq!(
		amd::verify_vek(TURIN_VCEK, &milan.borrow(), NOW),
		Err(Error::Mismatch { part: Part::Leaf, field: Field::Issuer })
	);
	let mixed = Collateral { root: &turin.root, ..milan.borrow() };
	assert_eq!(
		amd::verify_vek(MILAN_VCEK, &mixed, NOW),
		Err(Error::Mismatch { part: Part::Authority, field: Field::Issuer })
	);
	let vek = amd::verify_vek(TURIN_VCEK, &turin.borrow(), NOW).unwrap();
	assert_eq!(
		amd::verify(&milan_report(), &vek, &turin.borrow(), &QuotePolicy::lenient(), NOW),
		Err(Error::BadSignature(Part::Evidence))
	);
}

#[test]
fn mutated_reports_get_the_oracles_verdict() {
	mutate_reports(3, 3_500);
}

#[test]
fn more_mutated_reports_get_the_oracles_verdict() {
	mutate_reports(103, 3_500);
}

#[test]
fn still_more_mutated_reports_get_the_oracles_verdict() {
	mutate_reports(203, 3_500);
}

fn mutate_reports(seed: u64, rounds: u32) {
	let line = recorded_line(Product::Milan);
	let vek = amd::verify_vek(MILAN_VCEK, &line.borrow(), NOW).unwrap();
	let mut random = Random(seed);
	for round in 0..rounds {
		let mut report = milan_report();
		let (at, how) = mutate(&mut report, &mut random);
		let found = amd::verify(&report, &vek, &line.borrow(), &QuotePolicy::lenient(), NOW);
		let expected = oracle_report(&report, MILAN_VCEK);
		if found.is_ok() != expected {
			// The oracle does not verify the bytes it got, but those it writes from what it read: it does not
			// see changes of reserved bytes, nor what follows the report.
			let rewritten =
				AttestationReport::from_bytes(&report[..amd::REPORT_BYTES.min(report.len())])
					.and_then(|report| report.to_bytes());
			// Nor does it look at the upper bytes of r and s, nor at what follows them.
			let unsigned = at >= 0x2a0 + 144 || at >= 0x2a0 && (at - 0x2a0) % 72 >= 48;
			let unseen = unsigned || rewritten.is_ok_and(|bytes| bytes[..] == milan_report()[..]);
			assert!(
				found.is_err() && unseen,
				"round {round}: {how} at {at}: {found:?}, the oracle {expected}"
			);
		}
		assert!(found.is_err() || report == milan_report(), "round {round}: {how} at {at}");
	}
}

/// Whether `at` lies in the algorithm identifier outside of what is signed. The oracle only reads its object id;
/// we demand that it equals the signed one.
fn outer_algorithm(certificate: &[u8], at: usize) -> bool {
	const SIGNATURE: usize = 4 + 513;
	const ALGORITHM: usize = 72;
	let end = certificate.len() - SIGNATURE;
	// The last is the count of unused bits of the signature, which the oracle does not look at either.
	(end - ALGORITHM - 1..=end + 4).contains(&at)
}

#[test]
fn mutated_certificates_get_the_oracles_verdict() {
	let line = recorded_line(Product::Milan);
	let [ask, ark] = recorded_chain(Product::Milan);
	let report = milan_report();
	let mut random = Random(4);
	for round in 0..400 {
		let mut vcek = MILAN_VCEK.to_vec();
		let (at, how) = mutate(&mut vcek, &mut random);
		let found = amd::verify_vek(&vcek, &line.borrow(), NOW).and_then(|vek| {
			amd::verify(&report, &vek, &line.borrow(), &QuotePolicy::lenient(), NOW)
		});
		let expected = oracle_chain(&report, &ark, &ask, &vcek);
		assert!(
			found.is_ok() == expected || outer_algorithm(&vcek, at),
			"round {round}: {how} at {at}: {found:?}"
		);
	}
	for round in 0..200 {
		let mut broken = ask.clone();
		let (at, how) = mutate(&mut broken, &mut random);
		let found = collateral::verify_authority(&broken, Role::Issuer, &line.root, None, NOW);
		let expected = oracle_chain(&report, &ark, &broken, MILAN_VCEK);
		assert!(
			found.is_ok() == expected || outer_algorithm(&broken, at),
			"round {round}: {how} at {at}: {found:?}"
		);
	}
}

#[test]
fn simulated_reports_of_every_product_and_key_verify_and_say_so() {
	for product in [Product::Milan, Product::Genoa, Product::Turin] {
		for kind in [VekKind::Vcek, VekKind::Vlek] {
			let simulator = simulator(product, kind);
			let line = line(&simulator).unwrap();
			let vek = amd::verify_vek(&simulator.vek_der(), &line.borrow(), NOW).unwrap();
			let report = simulator.report([7; 48], [9; 64]);
			let policy = QuotePolicy::lenient();
			let verified = amd::verify(&report, &vek, &line.borrow(), &policy, NOW).unwrap();
			assert!(verified.appraisal.simulated());
			assert_eq!(verified.appraisal.workload.measurement, Measurement([7; 48]));
			assert_eq!(verified.appraisal.workload.report_data, [9; 64]);
			let (ark, authority) = (simulator.ark_der(), simulator.authority_der());
			assert!(
				oracle_chain(&report, &ark, &authority, &simulator.vek_der()),
				"{product:?} {kind:?}"
			);
		}
	}
}

struct Good {
	simulator: AmdSimulator,
	line: Line,
	vek: Vek,
}

fn good() -> Good {
	let simulator = simulator(Product::Genoa, VekKind::Vcek);
	let line = line(&simulator).unwrap();
	let vek = amd::verify_vek(&simulator.vek_der(), &line.borrow(), NOW).unwrap();
	Good { simulator, line, vek }
}

impl Good {
	fn verdict(
		&self,
		policy: &QuotePolicy,
		change: impl Fn(&mut ReportSpec),
	) -> Result<amd::Verified, Error> {
		let mut spec = self.simulator.spec([7; 48], [9; 64]);
		change(&mut spec);
		let report = self.simulator.build(&spec);
		amd::verify(&report, &self.vek, &self.line.borrow(), policy, NOW)
	}
}

fn with_snp(snp: SnpPolicy) -> QuotePolicy {
	QuotePolicy { snp, ..QuotePolicy::lenient() }
}

#[test]
fn report_and_certificate_have_to_agree() {
	let good = good();
	let refused =
		|change: fn(&mut ReportSpec)| good.verdict(&QuotePolicy::lenient(), change).unwrap_err();
	let mismatch = |field| Error::Mismatch { part: Part::Evidence, field };
	let unsupported = |field, found| Error::Unsupported { part: Part::Evidence, field, found };
	assert_eq!(refused(|r| r.chip_id = vec![1; 64]), mismatch(Field::ChipId));
	assert_eq!(refused(|r| r.chip_id = vec![0; 64]), mismatch(Field::ChipId));
	assert_eq!(refused(|r| r.reported_tcb.snp += 1), mismatch(Field::ReportedTcb));
	assert_eq!(refused(|r| r.reported_tcb.microcode -= 1), mismatch(Field::ReportedTcb));
	assert_eq!(refused(|r| r.cpuid = [0x19, 0x01]), mismatch(Field::Product));
	assert_eq!(refused(|r| r.cpuid = [0x17, 0x31]), unsupported(Field::Product, 0x1731));
	assert_eq!(refused(|r| r.key_info = 1 << 2), mismatch(Field::SigningKey));
	assert_eq!(refused(|r| r.key_info = 7 << 2), mismatch(Field::SigningKey));
	assert_eq!(refused(|r| r.version = 1), unsupported(Field::Version, 1));
	assert_eq!(refused(|r| r.version = 6), unsupported(Field::Version, 6));
	assert_eq!(refused(|r| r.algorithm = 2), unsupported(Field::KeyType, 2));
	for version in 2..=5 {
		assert!(good.verdict(&QuotePolicy::lenient(), |r| r.version = version).is_ok());
	}
}

#[test]
fn guest_policy_privilege_and_versions_are_judged() {
	let good = good();
	let lenient = QuotePolicy::lenient;
	// Debug can not be allowed.
	assert_eq!(good.verdict(&lenient(), |r| r.policy |= 1 << 19), Err(Error::Debug));
	assert_eq!(
		good.verdict(&lenient(), |r| r.policy &= !(1 << 17)),
		Err(Error::Mismatch { part: Part::Body, field: Field::ReservedBits })
	);
	let refused = |snp: SnpPolicy, change: fn(&mut ReportSpec), field| {
		assert_eq!(
			good.verdict(&with_snp(snp), change).map(|_| ()),
			Err(Error::PropertyRefused(field))
		);
		assert!(good.verdict(&lenient(), change).is_ok());
	};
	let snp = SnpPolicy::lenient;
	refused(
		SnpPolicy { allow_migration: false, ..snp() },
		|r| r.policy |= 1 << 18,
		Field::Migration,
	);
	refused(SnpPolicy { allow_smt: false, ..snp() }, |r| r.policy |= 1 << 16, Field::Smt);
	refused(SnpPolicy { allow_smt: false, ..snp() }, |r| r.platform_info |= 1, Field::Smt);
	refused(SnpPolicy { allow_multi_socket: false, ..snp() }, |_| (), Field::SingleSocket);
	refused(SnpPolicy { max_vmpl: 1, ..snp() }, |r| r.vmpl = 2, Field::Vmpl);
	let min_firmware = SnpVersion { major: 1, minor: 55, build: 22 };
	refused(SnpPolicy { min_firmware, ..snp() }, |_| (), Field::Abi);
	// A report asked for by the host, not by the guest, names no privilege level.
	assert_eq!(
		good.verdict(&lenient(), |r| r.vmpl = u32::MAX),
		Err(Error::PropertyRefused(Field::Vmpl))
	);
	let policy = with_snp(SnpPolicy { min_guest_svn: 3, ..snp() });
	assert_eq!(
		good.verdict(&policy, |r| r.guest_svn = 2),
		Err(Error::BelowMinimum(Shortfall { component: Component::Guest, found: 2, required: 3 }))
	);
	assert!(good.verdict(&policy, |r| r.guest_svn = 3).is_ok());
}

#[test]
fn the_minimum_tcb_decides_the_status() {
	let good = good();
	let with = |tcb| {
		with_snp(SnpPolicy {
			minimums: vec![(Product::Genoa, tcb)].try_into().unwrap(),
			..SnpPolicy::lenient()
		})
	};
	let tcb = good.simulator.tcb;
	let standing = |policy| good.verdict(&policy, |_| ()).map(|v| v.appraisal.standing);
	assert_eq!(standing(with(tcb)).unwrap().status, TcbStatus::UpToDate);
	let raised = with(SnpTcb { snp: tcb.snp + 1, ..tcb });
	let short = Shortfall { component: Component::SnpFirmware, found: 22, required: 23 };
	assert_eq!(standing(raised.clone()).unwrap().shortfall, Some(short));
	let strict = QuotePolicy { statuses: vec![TcbStatus::UpToDate].try_into().unwrap(), ..raised };
	assert_eq!(
		standing(strict),
		Err(Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: Some(short) })
	);
	// A product line without minimum is not accepted at all; neither is one under the strict policy.
	let none = with_snp(SnpPolicy { minimums: vec![].try_into().unwrap(), ..SnpPolicy::lenient() });
	assert_eq!(standing(none), Err(Error::PropertyRefused(Field::Product)));
	assert!(standing(QuotePolicy::strict()).is_err());
}

#[test]
fn shared_keys_revocation_vendor_and_platform_follow_policy() {
	let vlek = simulator(Product::Milan, VekKind::Vlek);
	let its_line = line(&vlek).unwrap();
	let vek = amd::verify_vek(&vlek.vek_der(), &its_line.borrow(), NOW).unwrap();
	let report = vlek.report([7; 48], [9; 64]);
	let policy = with_snp(SnpPolicy { allow_vlek: false, ..SnpPolicy::lenient() });
	assert_eq!(
		amd::verify(&report, &vek, &its_line.borrow(), &policy, NOW),
		Err(Error::PropertyRefused(Field::SigningKey))
	);

	let good = good();
	let policy = with_snp(SnpPolicy { require_crl: true, ..SnpPolicy::lenient() });
	assert!(good.verdict(&policy, |_| ()).is_ok());
	let without = Collateral { crl: None, ..good.line.borrow() };
	let report = good.simulator.report([7; 48], [9; 64]);
	assert_eq!(
		amd::verify(&report, &good.vek, &without, &policy, NOW),
		Err(Error::PropertyRefused(Field::Issuer))
	);

	let mut policy = QuotePolicy::lenient();
	policy.vendors.retain(|vendor| *vendor != Vendor::AmdSevSnp);
	assert_eq!(good.verdict(&policy, |_| ()), Err(Error::VendorRefused(Vendor::AmdSevSnp)));
	let platform = good.verdict(&QuotePolicy::lenient(), |_| ()).unwrap().appraisal.platform;
	let policy = QuotePolicy {
		denied_platforms: vec![platform].try_into().unwrap(),
		..QuotePolicy::lenient()
	};
	assert_eq!(good.verdict(&policy, |_| ()), Err(Error::PlatformDenied));
}

#[test]
fn bad_certificates_are_refused_for_their_reason() {
	let refused = |change: fn(&mut AmdSimulator)| {
		let mut simulator = simulator(Product::Milan, VekKind::Vcek);
		change(&mut simulator);
		line(&simulator)
			.and_then(|line| amd::verify_vek(&simulator.vek_der(), &line.borrow(), NOW))
			.map(|_| ())
			.unwrap_err()
	};
	let mismatch = |part, field| Error::Mismatch { part, field };
	assert_eq!(refused(|s| s.vek.not_after = NOW - 7), Error::Expired { part: Part::Leaf, by: 7 });
	assert_eq!(
		refused(|s| s.vek.not_before = NOW + 7),
		Error::NotYetValid { part: Part::Leaf, by: 7 }
	);
	assert_eq!(
		refused(|s| s.authority.not_after = NOW - 7),
		Error::Expired { part: Part::Authority, by: 7 }
	);
	assert_eq!(refused(|s| s.ark.not_after = NOW - 7), Error::Expired { part: Part::Root, by: 7 });
	assert_eq!(
		refused(|s| s.crl.next_update = NOW - 7),
		Error::Expired { part: Part::RootCrl, by: 7 }
	);
	assert_eq!(
		refused(|s| s.crl.revoked = vec![s.authority.serial.clone()]),
		Error::Revoked(Part::Authority)
	);
	assert_eq!(
		refused(|s| s.authority.ca = false),
		mismatch(Part::Authority, Field::BasicConstraints)
	);
	assert_eq!(refused(|s| s.vek.ca = true), mismatch(Part::Leaf, Field::BasicConstraints));
	assert_eq!(
		refused(|s| s.vek.key = SimKey::p256(b"other", "vek").spki()),
		Error::BadKey(Part::Leaf)
	);
	assert_eq!(
		refused(|s| s.vek.key = SimKey::rsa(RsaSlot::Ask).spki()),
		Error::BadKey(Part::Leaf)
	);
	assert_eq!(
		refused(|s| s.vek.subject = "SEV-VLEK".into()),
		mismatch(Part::Leaf, Field::SigningKey)
	);
	assert_eq!(
		refused(|s| s.product_name = b"Genoa-B1".to_vec()),
		mismatch(Part::LeafExtension, Field::Product)
	);
	assert_eq!(refused(|s| s.hardware_id = vec![1; 63]), Error::Malformed(Part::LeafExtension));
	assert_eq!(
		refused(|s| {
			s.authority.subject = "SEV-Genoa".into();
			s.vek.issuer = "SEV-Genoa".into();
		}),
		mismatch(Part::Authority, Field::Product)
	);
	// Signed with the key of the other authority.
	assert_eq!(refused(|s| s.kind = VekKind::Vlek), Error::BadSignature(Part::Leaf));
}

#[test]
fn facts_are_judged_again_without_signatures() {
	let good = good();
	let verified = good.verdict(&QuotePolicy::lenient(), |_| ()).unwrap();
	let standing = &verified.appraisal.standing;
	let again =
		|now| amd::appraise(&verified.facts, &good.line.borrow(), &QuotePolicy::lenient(), now);
	assert_eq!(again(standing.not_after).as_ref(), Ok(standing));
	assert!(matches!(again(standing.not_after + 1), Err(Error::Expired { .. })));
	assert!(matches!(again(standing.not_before - 1), Err(Error::NotYetValid { by: 1, .. })));
	let mut revoking = good.simulator.clone();
	revoking.crl.revoked = vec![revoking.authority.serial.clone()];
	let crl = collateral::verify_crl(&revoking.crl_der(), &good.line.root, NOW).unwrap();
	let newer = Collateral { crl: Some(&crl), ..good.line.borrow() };
	assert_eq!(
		amd::appraise(&verified.facts, &newer, &QuotePolicy::lenient(), NOW),
		Err(Error::Revoked(Part::Authority))
	);
	// Collateral of another line does not cover them.
	let other = line(&simulator(Product::Milan, VekKind::Vlek)).unwrap();
	assert_eq!(
		amd::appraise(&verified.facts, &other.borrow(), &QuotePolicy::lenient(), NOW),
		Err(Error::Mismatch { part: Part::Leaf, field: Field::Issuer })
	);
}

#[test]
fn stored_values_survive_encoding() {
	use codec::{Decode, Encode, MaxEncodedLen};
	let good = good();
	let authority = &good.line.authority;
	assert_eq!(Authority::decode(&mut &authority.encode()[..]).as_ref(), Ok(authority));
	assert!(authority.encode().len() <= Authority::max_encoded_len());
	assert_eq!(Vek::decode(&mut &good.vek.encode()[..]).as_ref(), Ok(&good.vek));
	let facts = good.verdict(&QuotePolicy::lenient(), |_| ()).unwrap().facts;
	assert_eq!(amd::Facts::decode(&mut &facts.encode()[..]).as_ref(), Ok(&facts));
	assert!(amd::Facts::max_encoded_len() < 200);
}

#[test]
fn kept_facts_are_judged_by_their_own_vendors_collateral_only() {
	use codec::{Decode, Encode};
	use concordat_attestation::any::{self, Facts};
	let good = good();
	let verified = good.verdict(&QuotePolicy::lenient(), |_| ()).unwrap();
	let kept = Facts::Amd(verified.facts);
	let kept = Facts::decode(&mut &kept.encode()[..]).unwrap();
	assert_eq!(kept.platform(), verified.appraisal.platform);
	let policy = QuotePolicy::lenient();
	let collateral = any::Collateral::Amd(good.line.borrow());
	assert_eq!(kept.appraise(&collateral, &policy, NOW), Ok(verified.appraisal.standing));
	let foreign = any::Collateral::Aws(&good.line.root);
	assert_eq!(
		kept.appraise(&foreign, &policy, NOW),
		Err(Error::Mismatch { part: Part::Chain, field: Field::Issuer })
	);
}
