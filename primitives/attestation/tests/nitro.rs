//! Nitro documents: the recorded one, and ones under a root of our own.

mod common;

use common::{mutate, Random};
use concordat_attestation::{
	collateral::{self, Authority, Family},
	crypto::sha256,
	nitro::{self, MAX_DOCUMENT_BYTES},
	policy::QuotePolicy,
	simulator::{
		keys::SimKey,
		nitro::{DocumentSpec, NitroSimulator},
	},
	Anchor, AnchorKind, Error, Field, Measurement, Part, Vendor,
};

const DOCUMENT: &[u8] = include_bytes!("fixtures/nitro/attestation.cose");
const ROOT: &[u8] = include_bytes!("fixtures/nitro/root.der");
/// When the recorded document was made.
const RECORDED: u64 = 1_736_179_625;
const NOW: u64 = 1_800_000_000;

fn recorded_root() -> Authority {
	let key = sha256(ROOT);
	let anchor = Anchor { vendor: Vendor::AwsNitro, kind: AnchorKind::Production, key };
	collateral::verify_root(ROOT, Family::Aws, &[anchor], RECORDED).unwrap()
}

fn root(simulator: &NitroSimulator) -> Result<Authority, Error> {
	collateral::verify_root(&simulator.root_der(), Family::Aws, &[simulator.anchor()], NOW)
}

fn verify(document: &[u8], root: &Authority, now: u64) -> Result<nitro::Verified, Error> {
	nitro::verify(document, root, &[], &QuotePolicy::strict(), now)
}

#[test]
fn the_recorded_root_is_the_published_one() {
	let fingerprint: String = sha256(ROOT).iter().map(|byte| format!("{byte:02x}")).collect();
	assert_eq!(fingerprint, "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");
}

#[test]
fn the_recorded_document_verifies_in_its_time() {
	let root = recorded_root();
	let verified = verify(DOCUMENT, &root, RECORDED).unwrap();
	let standing = &verified.appraisal.standing;
	assert_eq!((standing.vendor, standing.kind), (Vendor::AwsNitro, AnchorKind::Production));
	// 2025-01-06 16:07:02 to 19:07:05, as its certificate says.
	assert_eq!((standing.not_before, standing.not_after), (1_736_179_622, 1_736_190_425));
	assert_eq!(verified.appraisal.workload.measurement.0[..4], [0x8b, 0xb1, 0x59, 0xf2]);
	assert_eq!(verified.authorities.len(), 3);
	assert_eq!(
		verify(DOCUMENT, &root, standing.not_after + 1),
		Err(Error::Expired { part: Part::Leaf, by: 1 })
	);
	assert_eq!(
		verify(DOCUMENT, &root, standing.not_before - 1),
		Err(Error::NotYetValid { part: Part::Leaf, by: 1 })
	);
	// It carries no user data, so it is bound to nothing.
	assert_eq!(verified.appraisal.workload.report_data, [0; 64]);
}

#[test]
fn no_change_of_the_recorded_document_is_accepted() {
	let root = recorded_root();
	let good = verify(DOCUMENT, &root, RECORDED).unwrap();
	let known = good.authorities;
	let mut random = Random(9);
	for round in 0..2_000 {
		let mut document = DOCUMENT.to_vec();
		let (at, how) = mutate(&mut document, &mut random);
		let verdict = nitro::verify(&document, &root, &known, &QuotePolicy::strict(), RECORDED);
		assert!(verdict.is_err(), "round {round}: {how} at {at}");
	}
	for len in 0..DOCUMENT.len() {
		assert!(verify(&DOCUMENT[..len], &root, RECORDED).is_err(), "cut to {len}");
	}
}

#[test]
fn known_authorities_change_the_cost_not_the_verdict() {
	let root = recorded_root();
	let first = verify(DOCUMENT, &root, RECORDED).unwrap();
	let policy = QuotePolicy::strict();
	let mut known = first.authorities.clone();
	known.reverse();
	assert_eq!(nitro::verify(DOCUMENT, &root, &known, &policy, RECORDED), Ok(first));
}

fn refused(change: impl Fn(&mut NitroSimulator)) -> Error {
	let mut simulator = NitroSimulator::new(b"nitro tests", NOW);
	change(&mut simulator);
	root(&simulator)
		.and_then(|root| verify(&simulator.document([7; 48], [9; 64]), &root, NOW))
		.map(|_| ())
		.unwrap_err()
}

fn refused_document(change: impl Fn(&mut DocumentSpec)) -> Error {
	let simulator = NitroSimulator::new(b"nitro tests", NOW);
	let mut spec = simulator.spec([7; 48], [9; 64]);
	change(&mut spec);
	let root = root(&simulator).unwrap();
	verify(&simulator.build(&spec), &root, NOW).map(|_| ()).unwrap_err()
}

#[test]
fn a_simulated_document_verifies_and_says_so() {
	let simulator = NitroSimulator::new(b"nitro tests", NOW);
	let root = root(&simulator).unwrap();
	let mut document = simulator.document([7; 48], [9; 64]);
	let verified = verify(&document, &root, NOW).unwrap();
	assert!(verified.appraisal.simulated());
	assert_eq!(verified.appraisal.workload.measurement, Measurement([7; 48]));
	assert_eq!(verified.appraisal.check_report_data(&[9; 64]), Ok(()));
	// With the tag of COSE_Sign1 in front.
	document.insert(0, 0xd2);
	assert_eq!(verify(&document, &root, NOW).as_ref(), Ok(&verified));

	let facts = verified.facts;
	let again = |now| nitro::appraise(&facts, &root, &QuotePolicy::strict(), now);
	let standing = verified.appraisal.standing;
	assert!(matches!(again(standing.not_after + 1), Err(Error::Expired { by: 1, .. })));
	assert_eq!(again(standing.not_after), Ok(standing));
}

#[test]
fn bad_chains_are_refused_for_their_reason() {
	let mismatch = |part, field| Error::Mismatch { part, field };
	assert_eq!(refused(|s| s.leaf.not_after = NOW - 3), Error::Expired { part: Part::Leaf, by: 3 });
	assert_eq!(
		refused(|s| s.authorities[2].not_after = NOW - 3),
		Error::Expired { part: Part::Authority, by: 3 }
	);
	assert_eq!(
		refused(|s| s.authorities[3].not_before = NOW + 3),
		Error::NotYetValid { part: Part::Authority, by: 3 }
	);
	assert_eq!(
		refused(|s| s.authorities[0].not_after = NOW - 3),
		Error::Expired { part: Part::Root, by: 3 }
	);
	assert_eq!(
		refused(|s| s.authorities[1].ca = false),
		mismatch(Part::Authority, Field::BasicConstraints)
	);
	assert_eq!(refused(|s| s.leaf.ca = true), mismatch(Part::Leaf, Field::BasicConstraints));
	assert_eq!(
		refused(|s| s.authorities[1].path_len = Some(0)),
		mismatch(Part::Authority, Field::ChainLength)
	);
	assert_eq!(
		refused(|s| s.leaf.key = SimKey::p256(b"nitro tests", "enclave").spki()),
		Error::BadKey(Part::Leaf)
	);
	assert_eq!(refused(|s| s.leaf.key_usage = Some(4)), mismatch(Part::Leaf, Field::KeyUsage));
	assert_eq!(refused(|s| s.module_id = "i-1".into()), Error::Malformed(Part::Body));

	let other = NitroSimulator::new(b"other", NOW);
	let simulator = NitroSimulator::new(b"nitro tests", NOW);
	let document = simulator.document([7; 48], [9; 64]);
	assert_eq!(
		verify(&document, &root(&other).unwrap(), NOW),
		Err(mismatch(Part::Root, Field::Issuer))
	);
}

#[test]
fn bad_documents_are_refused_for_their_reason() {
	let mismatch = |part, field| Error::Mismatch { part, field };
	assert_eq!(refused_document(|d| d.pcrs[0].1 = vec![0; 48]), Error::Debug);
	assert_eq!(
		refused_document(|d| d.digest = "SHA256".into()),
		Error::Unsupported { part: Part::Body, field: Field::Digest, found: 0 }
	);
	assert_eq!(
		refused_document(|d| d.protected = vec![0xa1, 0x01, 0x26]),
		Error::Unsupported { part: Part::Header, field: Field::KeyType, found: 0 }
	);
	assert_eq!(refused_document(|d| d.pcrs[3].1 = vec![0; 32]), Error::Malformed(Part::Body));
	assert_eq!(refused_document(|d| d.pcrs[3].0 = 2), Error::Malformed(Part::Body));
	assert_eq!(
		refused_document(|d| d.pcrs = vec![(0, vec![1; 48]); 33]),
		Error::TooMany { part: Part::Body, max: 32 }
	);
	assert_eq!(
		refused_document(|d| d.authorities = vec![]),
		Error::Unsupported { part: Part::Chain, field: Field::ChainLength, found: 0 }
	);
	assert_eq!(
		refused_document(|d| d.authorities = vec![d.authorities[0].clone(); 7]),
		Error::TooMany { part: Part::Chain, max: 6 }
	);
	// Looping: the root below itself.
	assert_eq!(
		refused_document(|d| d.authorities.insert(1, d.authorities[0].clone())),
		mismatch(Part::Authority, Field::Issuer)
	);
	assert_eq!(
		refused_document(|d| {
			d.authorities.pop();
		}),
		mismatch(Part::Leaf, Field::Issuer)
	);
	assert_eq!(
		refused_document(|d| d.timestamp = 1_000),
		Error::NotYetValid { part: Part::Evidence, by: NOW - 3_600 - 1 }
	);
	let other = NitroSimulator::new(b"other", NOW);
	let simulator = NitroSimulator::new(b"nitro tests", NOW);
	let forged = other.build(&simulator.spec([7; 48], [9; 64]));
	assert_eq!(
		verify(&forged, &root(&simulator).unwrap(), NOW),
		Err(Error::BadSignature(Part::Evidence))
	);
	// Nothing may stand in the unprotected header: `{1: 1}` instead of `{}`.
	let mut document = simulator.document([7; 48], [9; 64]);
	let empty = document.iter().position(|byte| *byte == 0xa0).unwrap();
	document.splice(empty..=empty, [0xa1, 1, 1]);
	assert_eq!(
		verify(&document, &root(&simulator).unwrap(), NOW),
		Err(Error::Malformed(Part::Header))
	);
	let long = vec![0; MAX_DOCUMENT_BYTES + 1];
	assert!(matches!(
		verify(&long, &root(&simulator).unwrap(), NOW),
		Err(Error::TooLong { part: Part::Evidence, .. })
	));
}

#[test]
fn policy_decides_on_vendor_and_platform() {
	let simulator = NitroSimulator::new(b"nitro tests", NOW);
	let root = root(&simulator).unwrap();
	let document = simulator.document([7; 48], [9; 64]);
	let platform = verify(&document, &root, NOW).unwrap().appraisal.platform;
	let verdict = |policy: &QuotePolicy| nitro::verify(&document, &root, &[], policy, NOW);
	let mut policy = QuotePolicy::strict();
	policy.vendors.retain(|vendor| *vendor != Vendor::AwsNitro);
	assert_eq!(verdict(&policy), Err(Error::VendorRefused(Vendor::AwsNitro)));
	let policy = QuotePolicy {
		denied_platforms: vec![platform].try_into().unwrap(),
		..QuotePolicy::strict()
	};
	assert_eq!(verdict(&policy), Err(Error::PlatformDenied));
	// Another enclave of the same instance is the same platform.
	let mut sibling = simulator.clone();
	sibling.module_id = simulator.module_id.replace("-enc01", "-enc02");
	let sibling = verify(&sibling.document([8; 48], [9; 64]), &root, NOW).unwrap();
	assert_eq!(sibling.appraisal.platform, platform);
}
