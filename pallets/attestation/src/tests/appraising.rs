//! What clients are told about evidence and collateral before they send it: the same as the chain says afterwards.

use crate::{mock::*, Crls, Error, Refusal, MAX_PIECES};
use concordat_attestation::{
	collateral::KeyId,
	intel::{Body, Tee},
	simulator::{
		dev::{DevKind, DevPlatform},
		intel::IntelSimulator,
	},
	source::Piece,
	Error as Why, Evidence, Part, TcbStatus,
};
use concordat_primitives::{
	attest::{MeasurementStatus, RiskClasses},
	clause::RiskClass::{High, Low},
	views::{AppraisalView, CollateralView},
	NodeId,
};
use frame_support::assert_ok;
use sp_runtime::{BoundedVec, DispatchError};

const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];

fn build_and_execute(test: impl FnOnce()) {
	let builder = ExtBuilder::default().policies(policies_with_snp());
	builder.with_collateral_of(&KINDS).build_and_execute(test);
}

/// What the chain would say. Asking changes nothing.
#[track_caller]
fn appraised(evidence: &Evidence, node: Option<NodeId>) -> Result<AppraisalView, Why> {
	asked(|| Attestation::appraise_evidence(evidence, node))
}

/// What `attest` has to say, by what was said about the evidence.
fn expected(said: Result<AppraisalView, Why>, node: NodeId) -> Result<(), DispatchError> {
	let view = said.map_err(|why| Error::<Test>::Refused(why.into()))?;
	let counts = |status: MeasurementStatus| status.counts(System::block_number());
	if !view.measurement.is_some_and(counts) {
		return Err(Error::<Test>::MeasurementNotAllowed.into());
	}
	if view.classes.is_empty() {
		return Err(Error::<Test>::Refused(view.refusals[0].why.into()).into());
	}
	if view.platform_held_by.is_some_and(|holder| holder != node) {
		return Err(Error::<Test>::PlatformInUse.into());
	}
	Ok(())
}

#[test]
fn good_evidence_should_be_appraised_as_it_is_leased() {
	for kind in KINDS {
		build_and_execute(|| {
			let attempt = Attempt::with(kind, NODE_A);
			let view = appraised(&attempt.evidence(), None).unwrap();
			assert_eq!((view.classes, &view.refusals[..]), (RiskClasses::ALL, &[][..]));
			assert_eq!(view.measurement, Some(MeasurementStatus::Active { since: 0 }));
			assert_eq!(view.platform_held_by, None);
			assert_eq!(view.workload.report_data, attempt.bound_to());
			assert_ok!(attempt.send());
			let lease = present(NODE_A);
			assert_eq!(
				(lease.vendor, lease.tcb, lease.platform, lease.measurement, lease.not_after),
				(
					view.standing.vendor,
					view.standing.status,
					view.platform,
					view.workload.measurement,
					view.standing.not_after
				)
			);
			let again = appraised(&attempt.evidence(), None).unwrap();
			assert_eq!(again.platform_held_by, Some(NODE_A));
		});
	}
}

#[test]
fn a_dead_lease_should_not_hold_its_platform() {
	build_and_execute(|| {
		granted(NODE_A);
		let evidence = Attempt::of(NODE_A).evidence();
		assert_ok!(Attestation::revoke_measurement(RuntimeOrigin::root(), CODE));
		let view = appraised(&evidence, None).unwrap();
		assert_eq!(view.platform_held_by, None);
		assert_eq!(view.measurement, Some(MeasurementStatus::Revoked { at: 10 }));
	});
}

#[test]
fn every_class_that_is_not_met_should_be_told_why() {
	build_and_execute(|| {
		post_tdx(1, |sim| sim.levels[0].status = "ConfigurationNeeded");
		let view = appraised(&Attempt::of(NODE_A).evidence(), None).unwrap();
		assert_eq!(view.classes, classes(&[Low]));
		assert_eq!(view.standing.status, TcbStatus::ConfigurationNeeded);
		assert_eq!(view.refusals.len(), 3);
		let why = Why::StatusRefused { found: TcbStatus::ConfigurationNeeded, shortfall: None };
		assert!(view.refusals.iter().all(|refusal| refusal.why == why));
		assert!(view.refusals.iter().any(|refusal| refusal.class == High));
		// Below all of them it is still told how it stands.
		post_tdx(2, outdate);
		let view = appraised(&Attempt::of(NODE_A).evidence(), None).unwrap();
		assert_eq!((view.classes, view.refusals.len()), (RiskClasses::NONE, 4));
	});
}

#[test]
fn known_certificates_should_be_looked_at_for_the_node_that_asks() {
	build_and_execute(|| {
		granted(NODE_A);
		let mut attempt = Attempt::of(NODE_A);
		attempt.quote = |spec| {
			spec.certification_type = 3;
			spec.certification = vec![0; 36];
		};
		let evidence = attempt.evidence();
		let missing = Err(Why::Missing(Part::Leaf));
		assert_eq!(appraised(&evidence, None), missing);
		assert_eq!(appraised(&evidence, Some(NODE_B)), missing);
		assert!(appraised(&evidence, Some(NODE_A)).is_ok());
	});
}

#[test]
fn attest_should_say_what_was_said_before() {
	type Bend = fn(&mut Attempt);
	fn bytes(evidence: &mut Evidence) -> Vec<u8> {
		match evidence {
			Evidence::Intel { quote } => quote.to_vec(),
			Evidence::Amd { report, .. } => report.to_vec(),
			Evidence::Aws { document } => document.to_vec(),
		}
	}
	fn put(evidence: &mut Evidence, bytes: Vec<u8>) {
		match evidence {
			Evidence::Intel { quote } => *quote = BoundedVec::truncate_from(bytes),
			Evidence::Amd { report, .. } => *report = BoundedVec::truncate_from(bytes),
			Evidence::Aws { document } => *document = BoundedVec::truncate_from(bytes),
		}
	}
	let everywhere: [Bend; 6] = [
		|_| (),
		|attempt| attempt.code = STRANGE_CODE.0,
		|attempt| {
			attempt.sent = |evidence| {
				let mut all = bytes(evidence);
				let middle = all.len() / 2;
				all[middle] ^= 1;
				put(evidence, all);
			}
		},
		|attempt| {
			attempt.sent = |evidence| {
				let mut all = bytes(evidence);
				all.truncate(all.len() - 1);
				put(evidence, all);
			}
		},
		|attempt| attempt.sent = |evidence| put(evidence, vec![]),
		|attempt| attempt.platform = Attempt::of(NODE_B).platform,
	];
	let intel: [Bend; 7] = [
		|attempt| attempt.intel = |sim| sim.cpu_svn = [1; 16],
		|attempt| attempt.intel = |sim| sim.cpu_svn = [3; 16],
		|attempt| attempt.intel = |sim| sim.fmspc = [9; 6],
		|attempt| attempt.intel = |sim| sim.leaf.not_after = EPOCH,
		|attempt| attempt.intel = |sim| sim.qe_report.svn = 7,
		|attempt| attempt.quote = |spec| spec.bound_key = "other".into(),
		|attempt| {
			attempt.quote = |spec| match &mut spec.body {
				Body::Enclave(report) => report.attributes[0] |= 2,
				Body::Td(report) => report.attributes[0] |= 1,
			}
		},
	];
	let amd: [Bend; 4] = [
		|attempt| attempt.report = |spec| spec.policy |= 1 << 19,
		|attempt| attempt.report = |spec| spec.vmpl = 3,
		|attempt| attempt.amd = |sim| sim.tcb.snp -= 1,
		|attempt| attempt.amd = |sim| sim.vek.not_after = EPOCH,
	];
	let nitro: [Bend; 3] = [
		|attempt| attempt.document = |spec| spec.pcrs[0].1 = vec![0; 48],
		|attempt| attempt.document = |spec| spec.user_data = None,
		|attempt| attempt.nitro = |sim| sim.leaf.not_after = EPOCH,
	];
	let (mut taken, mut refused) = (0, 0);
	for kind in KINDS {
		let own = match kind {
			DevKind::Sgx | DevKind::Tdx => &intel[..],
			DevKind::Snp => &amd[..],
			DevKind::Nitro => &nitro[..],
		};
		for (place, bend) in everywhere.iter().chain(own).enumerate() {
			build_and_execute(|| {
				granted_with(kind, NODE_B);
				let mut attempt = Attempt::with(kind, NODE_A);
				bend(&mut attempt);
				let evidence = attempt.evidence();
				let mut said = appraised(&evidence, Some(NODE_A));
				// Whom it is bound to is not a matter of the evidence alone.
				if said.as_ref().is_ok_and(|view| view.workload.report_data != attempt.bound_to()) {
					let field = concordat_attestation::Field::ReportData;
					said = Err(Why::Mismatch { part: Part::Evidence, field });
				}
				let found = attempt.send_with(evidence).map(|_| ()).map_err(|e| e.error);
				assert_eq!(found, expected(said, NODE_A), "{kind:?} {place}");
				match found {
					Ok(()) => taken += 1,
					Err(_) => refused += 1,
				}
			});
		}
	}
	assert_eq!(taken, 4, "only what is not bent at all");
	assert!(refused > 30, "{refused}");
}

/// What would be said of a piece, and what is.
#[track_caller]
fn checked(piece: &Piece) -> Result<CollateralView, Why> {
	let said = asked(|| Attestation::check_collateral(piece));
	let found = post(piece).map(|_| ()).map_err(|refused| refused.error);
	match &said {
		Ok(view) => {
			assert_eq!(found, Ok(()));
			assert!(Attestation::collateral(0, 100).items.contains(view));
		},
		Err(why) => assert_eq!(found, Err(Error::<Test>::Refused((*why).into()).into())),
	}
	said
}

#[test]
fn post_collateral_should_say_what_was_said_before() {
	ExtBuilder::default().build_and_execute(|| {
		let (mut taken, mut refused) = (0, 0);
		let mut count = |said: Result<CollateralView, Why>| match said {
			Ok(_) => taken += 1,
			Err(_) => refused += 1,
		};
		for kind in KINDS {
			let pieces = DevPlatform::new(kind, "any").collateral(Attestation::seconds());
			// Backwards, then in order, then once more.
			for piece in pieces.iter().rev().chain(&pieces).chain(&pieces) {
				count(checked(piece));
			}
		}
		let now = Attestation::seconds();
		let bends: [fn(&mut IntelSimulator); 7] = [
			|_| (),
			|sim| sim.issued -= 1,
			|sim| (sim.tcb_evaluation, sim.qe_evaluation) = (25, 25),
			|sim| (sim.tcb_evaluation, sim.qe_evaluation) = (24, 24),
			|sim| sim.next_update = EPOCH - DAY,
			|sim| sim.pck_crl.revoked = vec![vec![1]],
			|sim| sim.root_crl.revoked = vec![sim.signer.serial.clone()],
		];
		for (step, bend) in (1..).zip(bends) {
			for piece in bent_tdx(step, bend) {
				count(checked(&piece));
			}
		}
		for piece in IntelSimulator::new(b"a stranger", now).pieces(Tee::Sgx) {
			count(checked(&piece));
		}
		assert!(taken > 20 && refused > 50, "{taken} {refused}");
	});
}

#[test]
fn a_piece_for_which_there_is_no_room_should_be_told_so() {
	build_and_execute(|| {
		let (_, like) = Crls::<Test>::iter().next().unwrap();
		for number in Crls::<Test>::count()..MAX_PIECES {
			let mut issuer = [0xee; 32];
			issuer[..4].copy_from_slice(&number.to_le_bytes());
			let mut posted = like.clone();
			posted.piece.issuer = KeyId(issuer);
			Crls::<Test>::insert(KeyId(issuer), posted);
		}
		// There is always room for a newer one.
		let newer = bent_tdx(1, |_| ());
		assert!(Attestation::check_collateral(&newer[1]).is_ok());
		assert_ok!(post(&newer[1]).map(|_| ()));
		let held = Crls::<Test>::iter().find(|(issuer, _)| issuer.0[4] != 0xee).unwrap();
		Crls::<Test>::remove(held.0);
		let mut filler = held.1.clone();
		filler.piece.issuer = KeyId([0xef; 32]);
		Crls::<Test>::insert(KeyId([0xef; 32]), filler);
		let all = [DevKind::Tdx, DevKind::Snp].map(|kind| DevPlatform::new(kind, "any"));
		let now = Attestation::seconds();
		let lists = all.iter().flat_map(|one| one.collateral(now));
		let lists = lists.filter(|piece| matches!(piece, Piece::Crl { .. }));
		let full = lists
			.filter(|piece| {
				let said = Attestation::check_collateral(piece);
				let found = post(piece).map_err(|refused| refused.error);
				let full = said == Err(Why::TooMany { part: Part::LeafCrl, max: MAX_PIECES });
				assert_eq!(full, found == Err(Error::<Test>::TooMuchCollateral.into()));
				full
			})
			.count();
		assert_eq!(full, 1, "the one whose place was taken");
	});
}

#[test]
fn errors_should_tell_by_how_much_where_refusals_tell_only_what() {
	build_and_execute(|| {
		post_tdx(100, |_| ());
		let older = bent_tdx(40, |_| ()).remove(5);
		let said = Attestation::check_collateral(&older);
		assert_eq!(said, Err(Why::RolledBack { part: Part::TcbInfo, by: 60 }));
		let found = post(&older).map_err(|refused| refused.error);
		let refusal = Refusal::RolledBack(Part::TcbInfo);
		assert_eq!(found, Err(Error::<Test>::Refused(refusal).into()));
	});
}
