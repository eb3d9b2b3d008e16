//! Chains that trust no simulator, and ones that trusted it before.

use super::*;
use crate::SimulationAllowed;
use concordat_attestation::{simulator::dev::dev_anchors, Vendor};
use std::panic::catch_unwind;

fn anchors_of(kind: DevKind) -> Vendor {
	match kind {
		DevKind::Sgx => Vendor::IntelSgx,
		DevKind::Tdx => Vendor::IntelTdx,
		DevKind::Snp => Vendor::AmdSevSnp,
		DevKind::Nitro => Vendor::AwsNitro,
	}
}

/// On a chain that allows simulation: its anchor is gone, or the leave is, by whatever error.
pub fn rows() -> Vec<Row> {
	let mut rows = Vec::new();
	for kind in KINDS {
		let vendor = anchors_of(kind);
		let gone = Error::Refused(Refusal::NoAnchor(vendor));
		rows.push(row(format!("{kind:?}: anchor removed"), gone, move || {
			for anchor in dev_anchors().into_iter().filter(|anchor| anchor.vendor == vendor) {
				assert_ok!(Attestation::remove_anchor(RuntimeOrigin::root(), anchor));
			}
			attempt(kind, |_| ())
		}));
		let name = format!("{kind:?}: simulated without leave");
		rows.push(row(name, Error::SimulationNotAllowed, move || {
			SimulationAllowed::<Test>::put(false);
			attempt(kind, |_| ())
		}));
	}
	rows
}

#[test]
fn simulated_evidence_should_be_refused_without_anchor_or_leave() {
	each_should_be_refused(rows());
}

#[test]
fn a_production_chain_should_not_begin_with_a_test_anchor() {
	for anchor in dev_anchors() {
		let begun = catch_unwind(|| ExtBuilder::production().anchors(vec![anchor]).build());
		let told = begun.err().and_then(|panic| panic.downcast::<&str>().ok());
		assert!(told.is_some_and(|told| told.contains("does not allow simulation")), "{anchor:?}");
	}
}

#[test]
fn a_production_chain_should_never_take_a_test_anchor() {
	ExtBuilder::production().build_and_execute(|| {
		for anchor in dev_anchors() {
			let before = sp_io::storage::root(StateVersion::V1);
			let refused = Attestation::add_anchor(RuntimeOrigin::root(), anchor);
			assert_eq!(refused, Err(Error::<Test>::SimulationNotAllowed.into()));
			assert_eq!(sp_io::storage::root(StateVersion::V1), before);
		}
		assert!(Receipts::take().is_empty() && events().is_empty());
	});
}

#[test]
fn a_production_chain_should_refuse_whatever_the_simulator_makes() {
	let missing = DispatchError::from(Error::<Test>::Refused(Refusal::Missing(Part::Root)));
	ExtBuilder::production().policies(policies_with_snp()).build_and_execute(|| {
		for kind in KINDS {
			assert_eq!(attempt(kind, |_| ()).refused(), Ok(missing), "{kind:?}");
			let platform = concordat_attestation::simulator::dev::DevPlatform::new(kind, "any");
			let [root, rest @ ..] = &platform.collateral(Attestation::seconds())[..] else {
				panic!("there is a root")
			};
			let refused = Sent::Piece(root.clone()).refused();
			let vendor = match anchors_of(kind) {
				Vendor::IntelTdx => Vendor::IntelSgx,
				vendor => vendor,
			};
			assert_eq!(refused, Ok(Error::<Test>::Refused(Refusal::NoAnchor(vendor)).into()));
			for piece in rest {
				// Nothing stands without its root.
				let refused = Sent::Piece(piece.clone()).refused();
				let part = match piece {
					Piece::Authority { .. } => Part::Root,
					Piece::Crl { .. } => Part::Authority,
					_ => Part::TcbSigner,
				};
				assert_eq!(refused, Ok(Error::<Test>::Refused(Refusal::Missing(part)).into()));
			}
		}
	});
}
