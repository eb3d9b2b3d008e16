//! The bench itself: what it makes unbent is what development chains make.

use crate::mock::*;
use concordat_attestation::{
	intel::Tee,
	simulator::dev::{DevKind, DevPlatform},
};
use frame_support::assert_ok;

const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];

#[test]
fn unbent_simulators_should_make_what_development_platforms_make() {
	ExtBuilder::default().build_and_execute(|| {
		let now = Attestation::seconds();
		for kind in KINDS {
			let attempt = Attempt::with(kind, NODE_A);
			let platform = DevPlatform::new(kind, &attempt.platform);
			let expected = platform.evidence(attempt.code, attempt.bound_to(), now);
			assert_eq!(attempt.evidence(), expected, "{kind:?}");
			let pieces = match kind {
				DevKind::Sgx => intel("any").pieces(Tee::Sgx),
				DevKind::Tdx => intel("any").pieces(Tee::Tdx),
				DevKind::Snp => amd_at("any", now).pieces(),
				DevKind::Nitro => nitro_at("any", now).pieces(),
			};
			assert_eq!(pieces, platform.collateral(now), "{kind:?}");
		}
	});
}

#[test]
fn every_kind_should_get_a_lease_on_the_bench() {
	let builder = ExtBuilder::default().policies(policies_with_snp());
	builder.with_collateral_of(&KINDS).build_and_execute(|| {
		for (kind, node) in KINDS.into_iter().zip(10..) {
			Controllers::mutate(|nodes| nodes.push((node, ALICE)));
			assert_ok!(Attempt::with(kind, node).send());
		}
		assert_eq!(Listened::get().len(), KINDS.len());
	});
}
