//! Risk classes: what gives them, what takes them, and who hears of it.

use crate::{default_policy, mock::*, Error, Event, LossCause, Refusal};
use concordat_attestation::{
	policy::{Advisories, QuotePolicy},
	simulator::{
		dev::{dev_anchors, DevKind},
		intel::IntelSimulator,
	},
	source::Slot,
	AdvisoryId, Error as Why, Field, Part, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::{Lease, LeaseRefusal, RiskClasses},
	clause::RiskClass::{self, *},
	receipt::Operation,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::BadOrigin, BoundedVec};

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(test);
}

fn set_policy(class: RiskClass, policy: QuotePolicy) {
	assert_ok!(Attestation::set_quote_policy(RuntimeOrigin::root(), class, Box::new(policy)));
}

/// Sets the policy of every class.
fn set_policies(bend: impl Fn(&mut QuotePolicy)) {
	for class in RiskClass::ALL {
		let mut policy = default_policy(class);
		bend(&mut policy);
		set_policy(class, policy);
	}
}

#[test]
fn a_status_should_be_good_for_the_classes_that_accept_it() {
	for (status, tcb, expected) in [
		("UpToDate", TcbStatus::UpToDate, RiskClasses::ALL),
		("SWHardeningNeeded", TcbStatus::SwHardeningNeeded, classes(&[Low, Medium])),
		("ConfigurationNeeded", TcbStatus::ConfigurationNeeded, classes(&[Low])),
		(
			"ConfigurationAndSWHardeningNeeded",
			TcbStatus::ConfigurationAndSwHardeningNeeded,
			classes(&[Low]),
		),
	] {
		build_and_execute(|| {
			post_tdx(1, |sim| sim.levels[0].status = status);
			let lease = granted(NODE_A);
			assert_eq!((lease.tcb, lease.classes), (tcb, expected), "{status}");
			for class in RiskClass::ALL {
				let found = live(NODE_A, lease.id, class);
				match expected.contains(class) {
					true => assert_eq!(found, Ok(lease.clone())),
					false => assert_eq!(found, Err(LeaseRefusal::ClassNotMet)),
				}
			}
		});
	}
}

#[test]
fn a_status_that_no_class_accepts_should_be_refused() {
	for (status, tcb) in [
		("OutOfDate", TcbStatus::OutOfDate),
		("OutOfDateConfigurationNeeded", TcbStatus::OutOfDateConfigurationNeeded),
		("Revoked", TcbStatus::Revoked),
	] {
		build_and_execute(|| {
			post_tdx(1, |sim| sim.levels[0].status = status);
			assert_noop!(
				Attempt::of(NODE_A).send().map_err(|e| e.error),
				Error::<Test>::Refused(Refusal::StatusRefused(tcb))
			);
			// Policy can change its mind about all but a revoked one.
			set_policies(|policy| {
				policy.statuses = BoundedVec::truncate_from(vec![tcb]);
			});
			assert_eq!(Attempt::of(NODE_A).send().is_ok(), tcb != TcbStatus::Revoked);
		});
	}
}

#[test]
fn an_open_advisory_should_be_too_much_for_the_higher_classes() {
	build_and_execute(|| {
		post_tdx(1, |sim| sim.levels[0].advisories = vec!["INTEL-SA-00289"]);
		assert_eq!(granted(NODE_A).classes, classes(&[Low, Medium]));
		let mut policy = default_policy(High);
		let listed = vec![AdvisoryId::new("INTEL-SA-00289").unwrap()];
		policy.advisories = Advisories::Only(BoundedVec::truncate_from(listed));
		set_policy(High, policy);
		next_block();
		assert_eq!(present(NODE_A).classes, classes(&[Low, Medium, High]));
	});
}

#[test]
fn sev_snp_should_need_a_minimum_that_governance_set() {
	ExtBuilder::default().with_collateral_of(&[DevKind::Snp]).build_and_execute(|| {
		let attempt = Attempt::with(DevKind::Snp, NODE_A);
		assert_noop!(
			attempt.send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::PropertyRefused(Field::Product))
		);
		let (_, policy) = policies_with_snp().remove(1);
		set_policy(Medium, policy);
		assert_ok!(attempt.send());
		assert_eq!(present(NODE_A).classes, classes(&[Medium]));
		let refusal = LeaseRefusal::ClassNotMet;
		assert_eq!(live(NODE_A, 1, Low), Err(refusal));
		assert!(live(NODE_A, 1, Medium).is_ok());
	});
}

#[test]
fn newer_tcb_info_should_take_classes_in_the_next_block() {
	build_and_execute(|| {
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		clear();
		post_tdx(1, |sim| sim.levels[0].status = "SWHardeningNeeded");
		// Posting itself touches no lease.
		assert_eq!(present(NODE_A), a);
		clear();
		next_block();
		let judged = |lease: &Lease| Lease {
			tcb: TcbStatus::SwHardeningNeeded,
			classes: classes(&[Low, Medium]),
			..lease.clone()
		};
		assert_eq!(present(NODE_A), judged(&a));
		assert_eq!(live(NODE_A, a.id, High), Err(LeaseRefusal::ClassNotMet));
		assert_eq!(live(NODE_A, a.id, Medium), Ok(judged(&a)));
		let mut heard = Listened::take();
		heard.sort_by_key(|heard| format!("{heard:?}"));
		assert_eq!(heard, vec![Heard::Changed(judged(&a)), Heard::Changed(judged(&b))]);
		let receipt = |lease: &Lease| Operation::LeaseJudged {
			node: lease.node,
			lease: lease.id,
			classes: classes(&[Low, Medium]),
		};
		let receipts = Receipts::take();
		assert_eq!(receipts.len(), 2);
		assert!([&a, &b].into_iter().all(|lease| receipts.contains(&receipt(lease))));
		let events = events();
		assert_eq!(events.len(), 3);
		assert!(events.contains(&Event::LeaseJudged {
			node: NODE_A,
			lease: a.id,
			classes: classes(&[Low, Medium]),
			tcb: TcbStatus::SwHardeningNeeded,
		}));
		assert_eq!(events.last(), Some(&Event::LeasesReassessed));
		// Nothing more is heard in blocks in which nothing moved.
		run_to(20);
		assert_eq!((Listened::get(), crate::mock::events()), (vec![], vec![]));
	});
}

#[test]
fn a_status_that_changes_no_class_should_be_noted_without_a_receipt() {
	build_and_execute(|| {
		post_tdx(1, |sim| sim.levels[0].status = "ConfigurationNeeded");
		let lease = granted(NODE_A);
		next_block();
		clear();
		post_tdx(2, |sim| sim.levels[0].status = "ConfigurationAndSWHardeningNeeded");
		clear();
		next_block();
		let now = present(NODE_A);
		assert_eq!(now.tcb, TcbStatus::ConfigurationAndSwHardeningNeeded);
		assert_eq!(now.classes, lease.classes);
		assert_eq!(Receipts::take(), vec![]);
		assert_eq!(events().len(), 2);
	});
}

/// What ends every TDX lease, and why.
fn endings() -> Vec<(fn(), Why)> {
	fn serial(platform: &str) -> Vec<u8> {
		intel(platform).leaf.serial
	}
	vec![
		(
			|| post_tdx(1, |sim| sim.levels[0].status = "Revoked"),
			Why::StatusRefused { found: TcbStatus::Revoked, shortfall: None },
		),
		(
			|| post_tdx(1, outdate),
			Why::StatusRefused {
				found: TcbStatus::OutOfDate,
				shortfall: Some(concordat_attestation::Shortfall {
					component: concordat_attestation::Component::Sgx(0),
					found: 4,
					required: 5,
				}),
			},
		),
		(
			|| {
				post_tdx(1, |sim| {
					sim.pck_crl.revoked = vec![serial(&Attempt::of(NODE_A).platform)];
				})
			},
			Why::Revoked(Part::Leaf),
		),
		(
			|| post_tdx(1, |sim| sim.root_crl.revoked = vec![sim.ca.serial.clone()]),
			Why::Revoked(Part::Authority),
		),
		(
			|| {
				post_tdx(1, |sim| {
					sim.qe_levels.truncate(1);
					sim.qe_levels[0].svn = 9;
				})
			},
			Why::NoTcbLevel(concordat_attestation::Shortfall {
				component: concordat_attestation::Component::Qe,
				found: 8,
				required: 9,
			}),
		),
		(
			|| {
				let anchor = dev_anchors()[1];
				assert_eq!(anchor.vendor, Vendor::IntelTdx);
				assert_ok!(Attestation::remove_anchor(RuntimeOrigin::root(), anchor));
			},
			Why::NoAnchor(Vendor::IntelTdx),
		),
		(
			|| {
				let slot = Attestation::collateral(0, 100).items.pop().unwrap().slot;
				assert!(matches!(slot, Slot::QeIdentity { .. }));
				assert_ok!(Attestation::remove_collateral(RuntimeOrigin::root(), slot));
			},
			Why::Missing(Part::QeIdentity),
		),
		(
			|| set_policies(|policy| policy.vendors = BoundedVec::new()),
			Why::VendorRefused(Vendor::IntelTdx),
		),
		(
			|| {
				let platform = present(NODE_A).platform;
				set_policies(|policy| policy.denied_platforms.try_push(platform).unwrap())
			},
			Why::PlatformDenied,
		),
		(
			|| set_policies(|policy| policy.min_evaluation = 21),
			Why::EvaluationTooOld { found: 20, required: 21 },
		),
		(
			|| {
				let fmspc = intel("any").fmspc;
				set_policies(|policy| policy.denied_fmspcs.try_push(fmspc).unwrap())
			},
			Why::FmspcRefused([0x50, 0x51, 0x4d, 0, 0, 0]),
		),
		(
			|| set_policies(|policy| policy.tdx_modules = Some(BoundedVec::new())),
			Why::TdxModuleRefused([0x5e; 8]),
		),
	]
}

#[test]
fn a_lease_that_meets_no_class_any_more_should_end_in_the_next_block() {
	for (end, why) in endings() {
		build_and_execute(|| {
			let lease = granted(NODE_A);
			end();
			assert_eq!(present(NODE_A), lease, "not before the hook: {why:?}");
			clear();
			next_block();
			told_lost_once(NODE_A, lease.id, LossCause::Evidence(why));
			assert_eq!(live(NODE_A, lease.id, Low), Err(LeaseRefusal::None));
			// Nor does it get a new one for the same.
			assert_noop!(
				Attempt::of(NODE_A).send().map_err(|e| e.error),
				Error::<Test>::Refused(why.into())
			);
		});
	}
}

#[test]
fn leases_of_others_should_not_be_touched() {
	let builder = ExtBuilder::default().policies(policies_with_snp());
	builder.with_collateral_of(&[DevKind::Tdx, DevKind::Nitro]).build_and_execute(|| {
		let nitro = granted_with(DevKind::Nitro, NODE_B);
		let tdx = granted(NODE_A);
		post_tdx(1, outdate);
		clear();
		next_block();
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, tdx.id)]);
		assert_eq!(present(NODE_B), nitro);
	});
}

#[test]
fn a_policy_should_take_and_give_classes_back() {
	build_and_execute(|| {
		post_tdx(1, |sim| sim.levels[0].status = "SWHardeningNeeded");
		let lease = granted(NODE_A);
		assert_eq!(lease.classes, classes(&[Low, Medium]));
		// Narrower for one class, wider for another.
		set_policy(Low, default_policy(High));
		set_policy(Critical, default_policy(Medium));
		clear();
		next_block();
		let now = Lease { classes: classes(&[Medium, Critical]), ..lease.clone() };
		assert_eq!(present(NODE_A), now);
		assert_eq!(Listened::take(), vec![Heard::Changed(now)]);
		assert_eq!(live(NODE_A, lease.id, Low), Err(LeaseRefusal::ClassNotMet));
		assert!(live(NODE_A, lease.id, Critical).is_ok());
		// And back.
		set_policy(Low, default_policy(Low));
		set_policy(Critical, default_policy(Critical));
		next_block();
		assert_eq!(present(NODE_A), lease);
	});
}

#[test]
fn better_collateral_should_give_classes_back() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		post_tdx(1, |sim| sim.levels[0].status = "ConfigurationNeeded");
		next_block();
		assert_eq!(present(NODE_A).classes, classes(&[Low]));
		post_tdx(2, |_| ());
		next_block();
		assert_eq!(present(NODE_A), lease);
	});
}

#[test]
fn policies_should_be_set_by_governance_and_be_told() {
	build_and_execute(|| {
		let policy = QuotePolicy { min_evaluation: 7, ..default_policy(High) };
		assert_noop!(
			Attestation::set_quote_policy(
				RuntimeOrigin::signed(EVE),
				High,
				Box::new(policy.clone())
			),
			BadOrigin
		);
		assert_eq!(Attestation::policy(High), default_policy(High));
		set_policy(High, policy.clone());
		assert_eq!(Attestation::policy(High), policy);
		assert_eq!(Attestation::policy(Critical), default_policy(Critical));
		let hash = sp_io::hashing::blake2_256(&codec::Encode::encode(&policy)).into();
		assert_eq!(Receipts::take(), vec![Operation::QuotePolicySet { class: High, policy: hash }]);
		assert_eq!(events(), vec![Event::QuotePolicySet { class: High, policy: hash }]);
	});
}

#[test]
fn nothing_should_make_a_debuggable_or_revoked_platform_pass() {
	build_and_execute(|| {
		set_policies(|policy| {
			*policy = crate::widest_policy();
			policy.statuses.try_push(TcbStatus::Revoked).unwrap();
		});
		next_block();
		let mut debug = Attempt::of(NODE_A);
		debug.quote = |spec| {
			let concordat_attestation::intel::Body::Td(td) = &mut spec.body else { unreachable!() };
			td.attributes[0] |= 1;
		};
		assert_noop!(debug.send().map_err(|e| e.error), Error::<Test>::Refused(Refusal::Debug));
		let lease = granted(NODE_A);
		post_tdx(1, |sim| sim.levels[0].status = "Revoked");
		clear();
		next_block();
		let why = Why::StatusRefused { found: TcbStatus::Revoked, shortfall: None };
		told_lost_once(NODE_A, lease.id, LossCause::Evidence(why));
	});
}

#[test]
fn an_anchor_should_be_missed_at_once_and_count_again_when_it_is_back() {
	build_and_execute(|| {
		let anchor = dev_anchors()[1];
		let before = granted(NODE_A);
		assert_ok!(Attestation::remove_anchor(RuntimeOrigin::root(), anchor));
		// New evidence is refused in the same block, before any hook has run.
		assert_noop!(
			Attempt::of(NODE_B).send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::NoAnchor(Vendor::IntelTdx))
		);
		assert_ok!(Attestation::add_anchor(RuntimeOrigin::root(), anchor));
		next_block();
		assert_eq!(present(NODE_A), before);
		assert_ok!(Attempt::of(NODE_B).send());
	});
}

#[test]
fn the_anchor_of_one_technology_should_not_serve_another() {
	let sgx = dev_anchors()[0];
	assert_eq!(sgx.vendor, Vendor::IntelSgx);
	// The root is the same certificate.
	ExtBuilder::default().anchors(vec![sgx]).with_collateral().build_and_execute(|| {
		assert_noop!(
			Attempt::of(NODE_A).send().map_err(|e| e.error),
			Error::<Test>::Refused(Refusal::NoAnchor(Vendor::IntelTdx))
		);
	});
}

#[test]
fn an_outdated_platform_should_pass_again_once_it_is_updated() {
	build_and_execute(|| {
		granted(NODE_A);
		post_tdx(1, outdate);
		next_block();
		let mut updated = Attempt::of(NODE_A);
		updated.intel = |sim: &mut IntelSimulator| sim.cpu_svn = [5; 16];
		assert_ok!(updated.send());
		assert_eq!(present(NODE_A).classes, RiskClasses::ALL);
	});
}
