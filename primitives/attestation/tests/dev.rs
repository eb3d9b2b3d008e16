//! The platforms of development chains, from posting their collateral to a verdict.

use concordat_attestation::{
	amd::Product,
	any::{verify, Verified},
	dev_anchors,
	policy::QuotePolicy,
	simulator::dev::{self, dev_snp_minimum, DevKind, DevPlatform},
	source::Memory,
	AnchorKind, Error, Evidence, Field, Part, TcbStatus,
};

const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];
const DAY: u64 = 86_400;
/// 2027-01-15 08:00 UTC.
const NOW: u64 = 1_800_000_000;

/// Strict, with the minimum that development platforms reach.
fn strict() -> QuotePolicy {
	let mut policy = QuotePolicy::strict();
	policy.snp.minimums.try_push((Product::Milan, dev_snp_minimum())).unwrap();
	policy
}

fn posted(platform: &DevPlatform, now: u64) -> Memory {
	let mut memory = Memory::default();
	for piece in platform.collateral(now) {
		memory.post(&piece, &dev::dev_anchors(), now).unwrap();
	}
	memory
}

fn judged(evidence: &Evidence, memory: &Memory, now: u64) -> Result<Verified, Error> {
	verify(evidence, None, memory, &dev::dev_anchors(), &strict(), now)
}

#[test]
fn constants_should_be_the_roots_that_the_simulator_makes() {
	use concordat_attestation::source::{Piece, Slot};
	let expected = [
		dev_anchors::DEV_INTEL_ROOT,
		dev_anchors::DEV_INTEL_ROOT,
		dev_anchors::DEV_AMD_ROOT,
		dev_anchors::DEV_NITRO_ROOT,
	];
	for (kind, expected) in KINDS.into_iter().zip(expected) {
		let pieces = DevPlatform::new(kind, "any").collateral(NOW);
		let Some(Piece::Root { certificate, .. }) = pieces.first() else { panic!("{kind:?}") };
		let found = concordat_attestation::crypto::sha256(certificate);
		assert_eq!(found, expected, "{kind:?}: {found:02x?}");
		let memory = posted(&DevPlatform::new(kind, "any"), NOW);
		assert!(memory.get(&Slot::Authority(expected)).is_some());
	}
	assert!(dev::dev_anchors().iter().all(|anchor| anchor.kind == AnchorKind::Test));
}

#[test]
fn every_kind_should_pass_the_strict_policy_on_any_day() {
	// The first and the last day, the first and last second of a day and an hour.
	for now in [
		1_704_067_200 + 7 * DAY,
		NOW,
		NOW - NOW % DAY,
		NOW - NOW % DAY + DAY - 1,
		2_524_607_999 - 30 * DAY,
	] {
		for kind in KINDS {
			let platform = DevPlatform::new(kind, "alice");
			let memory = posted(&platform, now);
			let evidence = platform.evidence([7; 48], [9; 64], now);
			let verified = judged(&evidence, &memory, now).unwrap();
			let appraisal = &verified.appraisal;
			assert!(appraisal.simulated());
			assert_eq!(appraisal.standing.vendor, platform.vendor());
			assert_eq!(appraisal.standing.status, TcbStatus::UpToDate);
			assert_eq!(appraisal.workload.measurement, platform.measurement([7; 48]));
			assert_eq!(appraisal.workload.report_data, [9; 64]);
			assert!(!verified.cached);
		}
	}
}

#[test]
fn names_should_be_machines_and_codes_measurements() {
	for kind in KINDS {
		let (alice, bob) = (DevPlatform::new(kind, "alice"), DevPlatform::new(kind, "bob"));
		let memory = posted(&alice, NOW);
		let of = |platform: &DevPlatform, code| {
			judged(&platform.evidence([code; 48], [9; 64], NOW), &memory, NOW).unwrap().appraisal
		};
		let (one, again, other) = (of(&alice, 7), of(&alice, 8), of(&bob, 7));
		assert_eq!(one.platform, again.platform, "{kind:?}");
		assert_ne!(one.platform, other.platform, "{kind:?}");
		assert_ne!(one.workload.measurement, again.workload.measurement);
		assert_eq!(one.workload.measurement, other.workload.measurement);
	}
	let all: std::collections::BTreeSet<_> = KINDS
		.into_iter()
		.map(|kind| {
			let platform = DevPlatform::new(kind, "alice");
			let evidence = platform.evidence([7; 48], [9; 64], NOW);
			judged(&evidence, &posted(&platform, NOW), NOW).unwrap().appraisal.platform
		})
		.collect();
	// SGX and TDX of one name are one machine.
	assert_eq!(all.len(), 3);
}

#[test]
fn bytes_should_be_those_of_every_other_process_of_the_day() {
	let midnight = NOW - NOW % DAY;
	for kind in KINDS {
		let (alice, bob) = (DevPlatform::new(kind, "alice"), DevPlatform::new(kind, "bob"));
		let morning = alice.collateral(midnight);
		assert_eq!(morning, bob.collateral(midnight + DAY - 1), "{kind:?}");
		assert_eq!(morning == alice.collateral(midnight + DAY), kind == DevKind::Nitro, "{kind:?}");
		let evidence = alice.evidence([7; 48], [9; 64], NOW);
		assert_eq!(evidence, alice.evidence([7; 48], [9; 64], NOW));
		assert_ne!(evidence, bob.evidence([7; 48], [9; 64], NOW));
	}
}

#[test]
fn collateral_should_move_forward_day_by_day_and_last_thirty_days() {
	for kind in [DevKind::Sgx, DevKind::Tdx, DevKind::Snp] {
		let platform = DevPlatform::new(kind, "alice");
		let mut memory = posted(&platform, NOW);
		let dated: Vec<_> = platform
			.collateral(NOW + DAY)
			.iter()
			.filter_map(|piece| memory.post(piece, &dev::dev_anchors(), NOW + DAY).ok())
			.collect();
		// Certificates are held already; lists and statements are new.
		assert_eq!(dated.len(), if kind == DevKind::Snp { 1 } else { 4 }, "{kind:?}");
		let old = platform.collateral(NOW);
		let held: Vec<_> = old
			.iter()
			.map(|piece| memory.post(piece, &dev::dev_anchors(), NOW + DAY).unwrap_err())
			.collect();
		assert!(held.iter().all(|error| matches!(
			error,
			Error::AlreadyHeld(_) | Error::RolledBack { by: DAY, .. }
		)));
		let midnight = NOW - NOW % DAY;
		let last = midnight + 31 * DAY;
		let evidence = platform.evidence([7; 48], [9; 64], last);
		let verdict = |now| judged(&evidence, &memory, now);
		assert!(verdict(last - 1).is_ok(), "{kind:?}");
		assert_eq!(
			verdict(last).map(|_| ()),
			Err(Error::Expired { part: Part::RootCrl, by: 0 }),
			"{kind:?}"
		);
	}
}

#[test]
fn snp_should_need_the_minimum_in_the_policy() {
	let platform = DevPlatform::new(DevKind::Snp, "alice");
	let evidence = platform.evidence([7; 48], [9; 64], NOW);
	let memory = posted(&platform, NOW);
	let anchors = dev::dev_anchors();
	let verdict = verify(&evidence, None, &memory, &anchors, &QuotePolicy::strict(), NOW);
	assert_eq!(verdict.map(|_| ()), Err(Error::PropertyRefused(Field::Product)));
}
