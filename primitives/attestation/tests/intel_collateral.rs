//! Collateral and certificates under a root of our own: each way of being bad is refused for its own
//! reason, and the oracle refuses it as well.

mod common;

use common::simulated::*;
use concordat_attestation::{
	collateral::{self, Family, Role},
	intel::{self, Body, EnclaveReport, Tee},
	policy::QuotePolicy,
	simulator::{
		intel::{enclave, IntelSimulator, OwnedCollateral},
		keys::SimKey,
		x509::pem,
	},
	Component, Error, Field, Part, Shortfall, TcbStatus, Vendor,
};

#[test]
fn tcb_info_has_to_be_for_this_platform() {
	assert_eq!(refused(|s| s.tcb_fmspc = [1; 6]), mismatch(Part::TcbInfo, Field::Fmspc));
	// The oracle does not look at the PCE's id.
	let mut simulator = simulator();
	simulator.tcb_pce_id = [1, 0];
	let raw = simulator.collateral(Tee::Sgx);
	assert_eq!(
		verify_at(&simulator.quote(sgx()), &raw, &simulator, &QuotePolicy::lenient(), NOW),
		Err(mismatch(Part::TcbInfo, Field::PceId))
	);
}

#[test]
fn whatever_is_expired_or_not_yet_valid_says_which_and_by_how_much() {
	let expired = |part| Error::Expired { part, by: 10 };
	let early = |part| Error::NotYetValid { part, by: 10 };
	assert_eq!(refused(|s| s.leaf.not_after = NOW - 10), expired(Part::Leaf));
	assert_eq!(refused(|s| s.leaf.not_before = NOW + 10), early(Part::Leaf));
	assert_eq!(refused(|s| s.ca.not_after = NOW - 10), expired(Part::Authority));
	assert_eq!(refused(|s| s.ca.not_before = NOW + 10), early(Part::Authority));
	assert_eq!(refused(|s| s.signer.not_after = NOW - 10), expired(Part::TcbSigner));
	assert_eq!(refused(|s| s.signer.not_before = NOW + 10), early(Part::TcbSigner));
	assert_eq!(refused(|s| s.root_crl.next_update = NOW - 10), expired(Part::RootCrl));
	assert_eq!(refused(|s| s.pck_crl.next_update = NOW - 10), expired(Part::LeafCrl));
	assert_eq!(refused(|s| s.issued = NOW + 10), early(Part::TcbInfo));
	assert_eq!(refused(|s| s.next_update = NOW - 10), expired(Part::TcbInfo));
	// A list counts up to, not including, the second in which the next one is due.
	assert_eq!(
		refused(|s| s.pck_crl.next_update = NOW),
		Error::Expired { part: Part::LeafCrl, by: 0 }
	);
}

#[test]
fn an_expired_root_and_lists_from_the_future_are_refused() {
	// The oracle looks at neither.
	let refused = |change: fn(&mut IntelSimulator)| {
		let mut simulator = simulator();
		change(&mut simulator);
		let raw = simulator.collateral(Tee::Sgx);
		verify_at(&simulator.quote(sgx()), &raw, &simulator, &QuotePolicy::lenient(), NOW)
			.unwrap_err()
	};
	assert_eq!(
		refused(|s| s.root.not_after = NOW - 10),
		Error::Expired { part: Part::Root, by: 10 }
	);
	assert_eq!(
		refused(|s| s.root_crl.this_update = NOW + 10),
		Error::NotYetValid { part: Part::RootCrl, by: 10 }
	);
	assert_eq!(
		refused(|s| s.pck_crl.this_update = NOW + 10),
		Error::NotYetValid { part: Part::LeafCrl, by: 10 }
	);
}

#[test]
fn qe_identity_expires_on_its_own() {
	let mut simulator = simulator();
	let mut raw = simulator.collateral(Tee::Sgx);
	simulator.next_update = NOW - 10;
	let old = simulator.collateral(Tee::Sgx);
	raw.qe_identity = old.qe_identity;
	raw.qe_identity_signature = old.qe_identity_signature;
	assert_eq!(
		verify_at(&simulator.quote(sgx()), &raw, &simulator, &QuotePolicy::lenient(), NOW),
		Err(Error::Expired { part: Part::QeIdentity, by: 10 })
	);
}

#[test]
fn revocation_reaches_leaf_authority_signer_and_root() {
	let revoke = |change: fn(&mut IntelSimulator)| refused(change);
	assert_eq!(
		revoke(|s| s.pck_crl.revoked = vec![vec![5], s.leaf.serial.clone(), vec![9, 9]]),
		Error::Revoked(Part::Leaf)
	);
	assert_eq!(
		revoke(|s| s.root_crl.revoked = vec![s.ca.serial.clone()]),
		Error::Revoked(Part::Authority)
	);
	assert_eq!(
		revoke(|s| s.root_crl.revoked = vec![s.signer.serial.clone()]),
		Error::Revoked(Part::TcbSigner)
	);
	assert_eq!(
		revoke(|s| s.root_crl.revoked = vec![s.root.serial.clone()]),
		Error::Revoked(Part::Root)
	);
	// A list that revokes others revokes nothing here.
	let mut simulator = simulator();
	simulator.pck_crl.revoked = vec![vec![5], vec![9, 9]];
	assert!(verdict(&simulator, sgx()).is_ok());
}

#[test]
fn a_later_list_revokes_what_is_verified_already() {
	let mut simulator = simulator();
	let collateral =
		simulator.collateral(Tee::Sgx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let policy = QuotePolicy::lenient();
	let quote = simulator.quote(sgx());
	let verified = intel::verify(&quote, None, &collateral.borrow(), &policy, NOW).unwrap();

	simulator.pck_crl.revoked = vec![simulator.leaf.serial.clone()];
	simulator.pck_crl.this_update = NOW - 5;
	let pck_crl = collateral::verify_crl(
		&simulator.pck_crl.sign(&simulator.key("ca")),
		&collateral.pck_ca,
		NOW,
	)
	.unwrap();
	assert!(pck_crl.this_update > collateral.pck_crl.this_update);
	let newer = intel::Collateral { pck_crl: &pck_crl, ..collateral.borrow() };
	let revoked = Error::Revoked(Part::Leaf);
	assert_eq!(intel::appraise(&verified.facts, &newer, &policy, NOW), Err(revoked));
	let again = intel::verify(&quote, Some(&verified.pck), &newer, &policy, NOW);
	assert_eq!(again, Err(revoked));

	simulator.root_crl.revoked = vec![simulator.ca.serial.clone(), simulator.signer.serial.clone()];
	let root_crl = collateral::verify_crl(
		&simulator.root_crl.sign(&simulator.key("root")),
		&collateral.root,
		NOW,
	)
	.unwrap();
	let newer = intel::Collateral { root_crl: &root_crl, ..collateral.borrow() };
	assert_eq!(
		intel::appraise(&verified.facts, &newer, &policy, NOW),
		Err(Error::Revoked(Part::Authority))
	);
}

#[test]
fn a_raised_tcb_changes_the_standing_of_a_known_platform() {
	let mut simulator = simulator();
	let policy = QuotePolicy::lenient();
	let collateral =
		simulator.collateral(Tee::Tdx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let verified =
		intel::verify(&simulator.quote(tdx()), None, &collateral.borrow(), &policy, NOW).unwrap();
	let mut raised = simulator.levels[0].clone();
	simulator.levels[0].status = "OutOfDate";
	raised.sgx[0] = 5;
	simulator.levels.push(raised);
	simulator.tcb_evaluation += 1;
	let newer = simulator.collateral(Tee::Tdx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let standing = intel::appraise(&verified.facts, &newer.borrow(), &policy, NOW).unwrap();
	assert_eq!(standing.status, TcbStatus::OutOfDate);
	let short = Shortfall { component: Component::Sgx(0), found: 4, required: 5 };
	assert_eq!(standing.shortfall, Some(short));
	// The lower of both numbers counts.
	assert_eq!(standing.evaluation, 20);
}

#[test]
fn signatures_by_others_are_refused() {
	let good = simulator();
	let forger = IntelSimulator::new(b"forger", NOW);
	let policy = QuotePolicy::lenient();
	let quote = good.quote(sgx());
	let verify = |raw: &OwnedCollateral, quote: &[u8]| {
		verify_at(quote, raw, &good, &policy, NOW).unwrap_err()
	};
	let raw = || good.collateral(Tee::Sgx);
	let forged = forger.collateral(Tee::Sgx);

	let mut c = raw();
	c.tcb_info_signature = forged.tcb_info_signature;
	assert_eq!(verify(&c, &quote), Error::BadSignature(Part::TcbInfo));
	let mut c = raw();
	c.qe_identity_signature = forged.qe_identity_signature;
	assert_eq!(verify(&c, &quote), Error::BadSignature(Part::QeIdentity));
	let mut c = raw();
	c.root_crl = forged.root_crl.clone();
	assert_eq!(verify(&c, &quote), Error::BadSignature(Part::RootCrl));
	let mut c = raw();
	c.pck_crl = forged.pck_crl.clone();
	assert_eq!(verify(&c, &quote), Error::BadSignature(Part::LeafCrl));
	let root = good.root_der();
	let mut c = raw();
	c.tcb_info_issuer_chain = pem(&[&forger.signer.sign(&forger.key("root")), &root]);
	assert_eq!(verify(&c, &quote), Error::BadSignature(Part::TcbSigner));
	let mut c = raw();
	c.pck_crl_issuer_chain = pem(&[&forger.ca.sign(&forger.key("root")), &root]);
	assert_eq!(verify(&c, &quote), Error::BadSignature(Part::Authority));
	assert_eq!(verify(&forged, &quote), Error::NoAnchor(Vendor::IntelSgx));

	// A leaf by the forger's PCK CA under the good chain.
	let ca = good.ca.sign(&good.key("root"));
	let mut spec = good.spec(sgx());
	spec.certification = pem(&[&forger.leaf_der(), &ca, &root]).into_bytes();
	assert_eq!(verify(&raw(), &good.build(&spec)), Error::BadSignature(Part::Leaf));
	// The QE's report by another platform's key.
	spec.certification = good.chain().into_bytes();
	let mut other = good.clone();
	other.platform = b"forger".to_vec();
	assert_eq!(verify(&raw(), &other.build(&spec)), Error::BadSignature(Part::QeReport));
}

#[test]
fn chains_have_exactly_the_right_length_order_and_keys() {
	let simulator = simulator();
	let policy = QuotePolicy::lenient();
	let raw = simulator.collateral(Tee::Sgx);
	let root = simulator.root_der();
	let ca = simulator.ca.sign(&simulator.key("root"));
	let leaf = simulator.leaf_der();
	let with_chain = |chain: &[&[u8]]| {
		let mut spec = simulator.spec(sgx());
		spec.certification = pem(chain).into_bytes();
		verify_at(&simulator.build(&spec), &raw, &simulator, &policy, NOW).unwrap_err()
	};
	let length = |found| Error::Unsupported { part: Part::Chain, field: Field::ChainLength, found };
	assert_eq!(with_chain(&[]), length(0));
	assert_eq!(with_chain(&[&leaf]), length(1));
	assert_eq!(with_chain(&[&leaf, &ca]), length(2));
	// Too long, and looping.
	let too_many = Error::TooMany { part: Part::Chain, max: 3 };
	assert_eq!(with_chain(&[&leaf, &ca, &ca, &root]), too_many);
	assert_eq!(with_chain(&[&leaf, &ca, &root, &root]), too_many);
	assert_eq!(with_chain(&[&leaf, &root, &ca]), mismatch(Part::Root, Field::Issuer));
	assert_eq!(with_chain(&[&leaf, &leaf, &root]), mismatch(Part::Authority, Field::Issuer));
	assert_eq!(with_chain(&[&ca, &ca, &root]), mismatch(Part::Leaf, Field::BasicConstraints));

	let mut wrong_key = simulator.clone();
	wrong_key.leaf.key = SimKey::p384(b"refusals", "pck").spki();
	assert_eq!(verdict(&wrong_key, sgx()), Err(Error::BadKey(Part::Leaf)));
	// A point that is not on the curve.
	let mut off_curve = simulator.clone();
	if let Some(last) = off_curve.leaf.key.last_mut() {
		*last ^= 1;
	}
	assert_eq!(verdict(&off_curve, sgx()), Err(Error::BadKey(Part::QeReport)));
}

#[test]
fn roles_can_not_be_exchanged() {
	assert_eq!(refused(|s| s.ca.ca = false), mismatch(Part::Authority, Field::BasicConstraints));
	assert_eq!(refused(|s| s.leaf.ca = true), mismatch(Part::Leaf, Field::BasicConstraints));
	assert_eq!(refused(|s| s.signer.ca = true), mismatch(Part::TcbSigner, Field::BasicConstraints));
	assert_eq!(refused(|s| s.leaf.issuer = "somebody".into()), mismatch(Part::Leaf, Field::Issuer));
	assert_eq!(
		refused(|s| s.pck_crl.issuer = "somebody".into()),
		mismatch(Part::LeafCrl, Field::Issuer)
	);
	assert_eq!(
		refused(|s| s.ca.key_usage = Some(concordat_attestation::x509::CERT_SIGN)),
		mismatch(Part::LeafCrl, Field::KeyUsage)
	);
	// Partial lists: by distribution point, by delta.
	for id in [0x1c, 0x1b] {
		let mut simulator = simulator();
		let empty = vec![0x30, 0];
		simulator.pck_crl.extensions = vec![(vec![0x55, 0x1d, id], true, empty)];
		assert_eq!(
			verdict(&simulator, sgx()),
			Err(mismatch(Part::LeafCrl, Field::CriticalExtension))
		);
	}
	let mut simulator = simulator();
	simulator.leaf.extensions = vec![(vec![0x55, 0x1d, 0x7f], true, vec![5, 0])];
	assert_eq!(verdict(&simulator, sgx()), Err(mismatch(Part::Leaf, Field::CriticalExtension)));
}

#[test]
fn an_intermediate_can_not_issue_another_one() {
	let simulator = simulator();
	let root =
		collateral::verify_root(&simulator.root_der(), Family::Intel, &simulator.anchors(), NOW)
			.unwrap();
	let root_crl =
		collateral::verify_crl(&simulator.root_crl.sign(&simulator.key("root")), &root, NOW)
			.unwrap();
	let ca = simulator.ca.sign(&simulator.key("root"));
	let ca = collateral::verify_authority(&ca, Role::Issuer, &root, Some(&root_crl), NOW).unwrap();
	let crl =
		collateral::verify_crl(&simulator.pck_crl.sign(&simulator.key("ca")), &ca, NOW).unwrap();
	let mut below = simulator.ca.clone();
	below.issuer.clone_from(&simulator.ca.subject);
	below.key = simulator.key("another").spki();
	let below = below.sign(&simulator.key("ca"));
	assert_eq!(
		collateral::verify_authority(&below, Role::Issuer, &ca, Some(&crl), NOW),
		Err(mismatch(Part::Authority, Field::ChainLength))
	);
	// The root as its own intermediate: a chain that goes in a circle.
	assert_eq!(
		collateral::verify_authority(
			&simulator.root_der(),
			Role::Issuer,
			&root,
			Some(&root_crl),
			NOW
		),
		Err(mismatch(Part::Authority, Field::Issuer))
	);
	// Intel's authorities always need the list of the root.
	assert_eq!(
		collateral::verify_authority(&below, Role::Issuer, &root, None, NOW),
		Err(mismatch(Part::RootCrl, Field::Issuer))
	);
}

#[test]
fn oversized_and_deep_input_is_refused_before_it_is_parsed() {
	let simulator = simulator();
	let policy = QuotePolicy::lenient();
	let raw = simulator.collateral(Tee::Sgx);
	let collateral = raw.borrow().verify(&simulator.anchors(), NOW).unwrap();
	let mut quote = simulator.quote(sgx());
	quote.resize(intel::MAX_QUOTE_BYTES + 1, 0);
	let too_long = |part, len, max| Error::TooLong { part, len: len as u32, max: max as u32 };
	assert_eq!(
		intel::verify(&quote, None, &collateral.borrow(), &policy, NOW),
		Err(too_long(Part::Evidence, quote.len(), intel::MAX_QUOTE_BYTES))
	);
	// Zeros up to that size are the padding of a driver's buffer.
	quote.pop();
	assert!(intel::verify(&quote, None, &collateral.borrow(), &policy, NOW).is_ok());
	if let Some(last) = quote.last_mut() {
		*last = 1;
	}
	assert!(matches!(
		intel::verify(&quote, None, &collateral.borrow(), &policy, NOW),
		Err(Error::TrailingBytes { part: Part::Evidence, .. })
	));

	let verify =
		|c: &OwnedCollateral| c.borrow().verify(&simulator.anchors(), NOW).map(|_| ()).unwrap_err();
	let mut c = raw.clone();
	c.tcb_info.push_str(&" ".repeat(intel::MAX_TCB_INFO_BYTES));
	assert_eq!(verify(&c), too_long(Part::TcbInfo, c.tcb_info.len(), intel::MAX_TCB_INFO_BYTES));
	let mut c = raw.clone();
	c.qe_identity.push_str(&" ".repeat(intel::MAX_QE_IDENTITY_BYTES));
	let max = intel::MAX_QE_IDENTITY_BYTES;
	assert_eq!(verify(&c), too_long(Part::QeIdentity, c.qe_identity.len(), max));
	let mut c = raw.clone();
	let max = concordat_attestation::x509::MAX_CRL_BYTES;
	c.pck_crl.resize(max + 1, 0);
	assert_eq!(verify(&c), too_long(Part::LeafCrl, max + 1, max));
	let mut c = raw.clone();
	c.tcb_info_issuer_chain.push_str(&"\n".repeat(intel::MAX_CHAIN_BYTES));
	let len = c.tcb_info_issuer_chain.len();
	assert_eq!(verify(&c), too_long(Part::Chain, len, intel::MAX_CHAIN_BYTES));
	// Properly signed, and still too deep.
	let mut c = raw;
	c.tcb_info = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
	c.tcb_info_signature = simulator.sign_statement(&c.tcb_info);
	assert_eq!(verify(&c), Error::TooDeep(Part::TcbInfo));
}

#[test]
fn dates_far_away_do_not_overflow() {
	let simulator = simulator();
	let raw = simulator.collateral(Tee::Sgx);
	let quote = simulator.quote(sgx());
	for now in [0, 1, u64::MAX] {
		let verdict = verify_at(&quote, &raw, &simulator, &QuotePolicy::lenient(), now);
		assert!(matches!(verdict, Err(Error::NotYetValid { .. } | Error::Expired { .. })));
	}
	let mut late = simulator;
	late.leaf.not_after = NOW + 40 * 365 * DAY; // GeneralizedTime
	assert!(verdict(&late, sgx()).is_ok());
	let report = EnclaveReport { svn: 7, ..enclave([7; 32], [9; 64]) };
	assert_eq!(verdict(&late, Body::Enclave(report)).unwrap().appraisal.workload.svn, 7);
}

/// Our verdict alone, for what the oracle does not look at.
fn ours_alone(change: impl Fn(&mut IntelSimulator)) -> Result<intel::Verified, Error> {
	let mut simulator = simulator();
	change(&mut simulator);
	let raw = simulator.collateral(Tee::Sgx);
	verify_at(&simulator.quote(sgx()), &raw, &simulator, &QuotePolicy::lenient(), NOW)
}

#[test]
fn keys_are_used_for_what_they_may_be_used_for() {
	use concordat_attestation::x509::{CERT_SIGN, CRL_SIGN};
	let usage = |part| Err(mismatch(part, Field::KeyUsage));
	assert_eq!(ours_alone(|s| s.root.key_usage = Some(CRL_SIGN)), usage(Part::Root));
	assert_eq!(ours_alone(|s| s.ca.key_usage = Some(CRL_SIGN)), usage(Part::Authority));
	assert_eq!(ours_alone(|s| s.signer.key_usage = Some(CERT_SIGN)), usage(Part::TcbSigner));
	assert_eq!(ours_alone(|s| s.leaf.key_usage = Some(CERT_SIGN)), usage(Part::Leaf));
	assert_eq!(ours_alone(|s| s.root.key_usage = Some(CERT_SIGN)), usage(Part::RootCrl));
}

#[test]
fn each_piece_is_judged_on_its_own_when_it_is_posted() {
	let verify = |simulator: &IntelSimulator| {
		let raw = simulator.collateral(Tee::Sgx);
		raw.borrow().verify(&simulator.anchors(), NOW)
	};
	let mut revoked_root = simulator();
	revoked_root.root_crl.revoked = vec![revoked_root.root.serial.clone()];
	assert_eq!(verify(&revoked_root), Err(Error::Revoked(Part::Root)));

	let mut revoked_leaf = simulator();
	revoked_leaf.pck_crl.revoked = vec![revoked_leaf.leaf.serial.clone()];
	let collateral = verify(&revoked_leaf).unwrap();
	let verdict =
		intel::verify_pck(&revoked_leaf.leaf_der(), &collateral.pck_ca, &collateral.pck_crl, NOW);
	assert_eq!(verdict, Err(Error::Revoked(Part::Leaf)));

	// An anchored root still has to be what it says: signed by itself.
	let simulator = simulator();
	let mut root = simulator.root_der();
	if let Some(last) = root.last_mut() {
		*last ^= 1;
	}
	let anchors = common::intel_anchors(&root);
	assert_eq!(
		collateral::verify_root(&root, Family::Intel, &anchors, NOW),
		Err(Error::BadSignature(Part::Root))
	);
}

#[test]
fn an_extension_may_occur_once() {
	let basic_constraints = (vec![0x55, 0x1d, 0x13], true, vec![0x30, 0]);
	assert_eq!(
		refused(|s| s.leaf.extensions = vec![basic_constraints.clone()]),
		Error::Malformed(Part::Leaf)
	);
}

#[test]
fn a_certificate_that_expires_ends_the_lease() {
	let mut simulator = simulator();
	simulator.leaf.not_after = NOW + 5;
	let collateral =
		simulator.collateral(Tee::Sgx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let policy = QuotePolicy::lenient();
	let quote = simulator.quote(sgx());
	let verified = intel::verify(&quote, None, &collateral.borrow(), &policy, NOW).unwrap();
	assert_eq!(verified.appraisal.standing.not_after, NOW + 5);
	let expired = Error::Expired { part: Part::Leaf, by: 1 };
	let late = NOW + 6;
	assert_eq!(intel::appraise(&verified.facts, &collateral.borrow(), &policy, late), Err(expired));
	// Knowing the certificate does not help.
	assert_eq!(
		intel::verify(&quote, Some(&verified.pck), &collateral.borrow(), &policy, late),
		Err(expired)
	);
}
