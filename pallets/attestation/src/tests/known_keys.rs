//! Certificates of a node's platform that were verified before: what they save, and what they do not excuse.

use crate::{mock::*, Error, KnownKeys, Refusal};
use concordat_attestation::{simulator::dev::DevKind, Evidence, Part};
use frame_support::{assert_noop, assert_ok, weights::Weight};
use sp_runtime::BoundedVec;

const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];

fn build_and_execute(kind: DevKind, test: impl FnOnce()) {
	let builder = ExtBuilder::default().policies(policies_with_snp());
	builder.with_collateral_of(&[kind]).build_and_execute(test);
}

/// Sends an attempt in the next block; what it weighed, and what the same weighs with and without known certificates.
fn weighed(bend: impl FnOnce(&mut Attempt), kind: DevKind) -> (Weight, Weight, Weight) {
	next_block();
	let mut attempt = Attempt::with(kind, NODE_A);
	bend(&mut attempt);
	let evidence = attempt.evidence();
	let weight = attempt.send().unwrap().actual_weight.unwrap();
	let [known, full] =
		[true, false].map(|cached| Attestation::attest_weight(&evidence, 0, cached));
	(weight, known, full)
}

#[test]
fn the_second_evidence_of_a_platform_should_cost_less() {
	for kind in KINDS {
		build_and_execute(kind, || {
			let (first, known, full) = weighed(|_| (), kind);
			assert_eq!(first, full, "{kind:?}");
			assert!(full.all_gte(known) && full.ref_time() > known.ref_time(), "{kind:?}");
			let (second, known, _) = weighed(|_| (), kind);
			assert_eq!(second, known, "{kind:?}");
		});
	}
}

#[test]
fn another_platform_should_cost_all_again() {
	for kind in KINDS {
		build_and_execute(kind, || {
			weighed(|_| (), kind);
			let (other, known, full) = weighed(|attempt| attempt.platform = "other".into(), kind);
			assert_eq!(other, full, "{kind:?}");
			assert_ne!(other, known, "{kind:?}");
			// It is the one that is known now.
			let (again, known, _) = weighed(|attempt| attempt.platform = "other".into(), kind);
			assert_eq!(again, known, "{kind:?}");
		});
	}
}

#[test]
fn certificates_should_be_forgotten_with_the_lease() {
	build_and_execute(DevKind::Tdx, || {
		weighed(|_| (), DevKind::Tdx);
		assert!(KnownKeys::<Test>::contains_key(NODE_A));
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		assert!(!KnownKeys::<Test>::contains_key(NODE_A));
		let (weight, _, full) = weighed(|_| (), DevKind::Tdx);
		assert_eq!(weight, full);
	});
}

#[test]
fn certificates_should_be_known_for_their_own_node_alone() {
	build_and_execute(DevKind::Tdx, || {
		weighed(|_| (), DevKind::Tdx);
		assert_ok!(Attestation::surrender(RuntimeOrigin::signed(ALICE), NODE_A));
		let mut attempt = Attempt::of(NODE_B);
		attempt.platform = Attempt::of(NODE_A).platform;
		let evidence = attempt.evidence();
		let weight = attempt.send().unwrap().actual_weight;
		assert_eq!(weight, Some(Attestation::attest_weight(&evidence, 0, false)));
	});
}

#[test]
fn a_known_platform_should_be_refused_once_its_certificate_is_revoked() {
	for kind in [DevKind::Sgx, DevKind::Tdx] {
		build_and_execute(kind, || {
			weighed(|_| (), kind);
			let serial = intel(&Attempt::with(kind, NODE_A).platform).leaf.serial;
			next_block();
			post_tdx(1, |sim| sim.pck_crl.revoked = vec![serial]);
			let attempt = Attempt::with(kind, NODE_A);
			assert_noop!(
				attempt.send().map_err(|e| e.error),
				Error::<Test>::Refused(Refusal::Revoked(Part::Leaf))
			);
			// Whether it is known makes no difference.
			KnownKeys::<Test>::remove(NODE_A);
			assert_noop!(
				attempt.send().map_err(|e| e.error),
				Error::<Test>::Refused(Refusal::Revoked(Part::Leaf))
			);
			// Another platform of the same authority is not touched.
			assert_ok!(Attempt::with(kind, NODE_B).send());
			next_block();
		});
	}
}

#[test]
fn a_known_platform_should_be_refused_once_its_authority_is_revoked() {
	build_and_execute(DevKind::Snp, || {
		weighed(|_| (), DevKind::Snp);
		let mut sim = amd_at("any", Attestation::seconds());
		sim.crl.this_update += 1;
		sim.crl.revoked = vec![sim.authority.serial.clone()];
		assert_ok!(post(&sim.pieces()[1]));
		next_block();
		assert_noop!(
			Attempt::with(DevKind::Snp, NODE_A).send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::Revoked(Part::Authority))
		);
	});
	build_and_execute(DevKind::Tdx, || {
		weighed(|_| (), DevKind::Tdx);
		post_tdx(1, |sim| sim.root_crl.revoked = vec![sim.ca.serial.clone()]);
		next_block();
		assert_noop!(
			Attempt::of(NODE_A).send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::Revoked(Part::Authority))
		);
	});
}

#[test]
fn a_report_should_come_without_its_certificate_only_when_that_is_known() {
	build_and_execute(DevKind::Snp, || {
		fn bare(evidence: &mut Evidence) {
			let Evidence::Amd { certificate, .. } = evidence else { unreachable!() };
			*certificate = BoundedVec::new();
		}
		let mut attempt = Attempt::with(DevKind::Snp, NODE_A);
		attempt.sent = bare;
		let missing = Error::<Test>::Refused(Refusal::Missing(Part::Leaf));
		assert_noop!(attempt.send().map_err(|e| e.error), missing);
		weighed(|_| (), DevKind::Snp);
		let (weight, known, _) = weighed(|attempt| attempt.sent = bare, DevKind::Snp);
		assert_eq!(weight, known);
		// The certificate of another platform proves nothing about this one.
		next_block();
		let mut other = Attempt::with(DevKind::Snp, NODE_A);
		(other.platform, other.sent) = ("other".into(), bare);
		assert_noop!(
			other.send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::BadSignature(Part::Evidence))
		);
	});
}

#[test]
fn a_quote_should_only_name_its_platform_when_that_is_known() {
	build_and_execute(DevKind::Tdx, || {
		let bare = |attempt: &mut Attempt| {
			attempt.quote = |spec| {
				spec.certification_type = 3;
				spec.certification = vec![0; 36];
			};
		};
		let mut attempt = Attempt::of(NODE_A);
		bare(&mut attempt);
		assert_noop!(
			attempt.send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::Missing(Part::Leaf))
		);
		weighed(|_| (), DevKind::Tdx);
		let (weight, known, _) = weighed(bare, DevKind::Tdx);
		assert_eq!(weight, known);
		next_block();
		let mut other = Attempt::of(NODE_A);
		bare(&mut other);
		other.platform = "other".into();
		assert_noop!(
			other.send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::BadSignature(Part::QeReport))
		);
	});
}
