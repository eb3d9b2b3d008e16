//! Quotes under a root of our own: each way of being bad is refused for its own reason, and the oracle
//! refuses it as well.

mod common;

use common::{oracle, simulated::*, Random};
use concordat_attestation::{
	collateral,
	intel::{self, Body, TdReport, Tee},
	policy::QuotePolicy,
	report_data,
	simulator::intel::{enclave, td, QuoteSpec},
	AnchorKind, Component, Error, Field, Measurement, Part, Shortfall, TcbStatus, Vendor,
};
use dcap_qvl::QuotePolicy as OraclePolicy;

#[test]
fn simulated_quotes_of_every_kind_verify_and_say_so() {
	let extended = match tdx15() {
		Body::Td(report) => Body::Td(TdReport { current_service_td: Some([0; 48]), ..report }),
		Body::Enclave(_) => unreachable!(),
	};
	for (body, vendor) in [
		(sgx(), Vendor::IntelSgx),
		(tdx(), Vendor::IntelTdx),
		(tdx15(), Vendor::IntelTdx),
		(extended, Vendor::IntelTdx),
	] {
		let verified = verdict(&simulator(), body).unwrap();
		let standing = &verified.appraisal.standing;
		assert_eq!(standing.vendor, vendor);
		assert_eq!(standing.kind, AnchorKind::Test);
		assert_eq!(standing.status, TcbStatus::UpToDate);
		assert_eq!(standing.shortfall, None);
		assert!(verified.appraisal.simulated());
		assert_eq!(verified.appraisal.workload.report_data, [9; 64]);
	}
}

#[test]
fn sgx_in_the_framing_of_versions_4_and_5_verifies() {
	// The oracle takes SGX in version 3 only.
	let simulator = simulator();
	for version in [4, 5] {
		let quote = simulator.build(&QuoteSpec { version, ..simulator.spec(sgx()) });
		let raw = simulator.collateral(Tee::Sgx);
		let found = verify_at(&quote, &raw, &simulator, &QuotePolicy::lenient(), NOW).unwrap();
		let mut measurement = [0; 48];
		measurement[..32].copy_from_slice(&[7; 32]);
		assert_eq!(found.appraisal.workload.measurement, Measurement(measurement));
	}
}

#[test]
fn the_simulated_strict_platform_passes_the_strict_policy_but_for_its_flags() {
	let mut simulator = simulator();
	simulator.flags = None;
	let quote = simulator.quote(tdx());
	let raw = simulator.collateral(Tee::Tdx);
	assert!(verify_at(&quote, &raw, &simulator, &QuotePolicy::strict(), NOW).is_ok());
	for (index, field) in
		[Field::DynamicPlatform, Field::CachedKeys, Field::Smt].into_iter().enumerate()
	{
		let mut flags = [false; 3];
		flags[index] = true;
		simulator.flags = Some(flags);
		let quote = simulator.quote(tdx());
		assert_eq!(
			verify_at(&quote, &raw, &simulator, &QuotePolicy::strict(), NOW),
			Err(Error::PropertyRefused(field))
		);
	}
}

#[test]
fn report_data_has_to_bind_chain_node_keys_and_challenge() {
	let good = report_data(&[1; 32], 2, &[3; 32], &[4; 32], &[5; 32]);
	let simulator = simulator();
	let appraisal = verdict(&simulator, Body::Enclave(enclave([7; 32], good))).unwrap().appraisal;
	assert_eq!(appraisal.check_report_data(&good), Ok(()));
	for other in [
		report_data(&[0; 32], 2, &[3; 32], &[4; 32], &[5; 32]),
		report_data(&[1; 32], 0, &[3; 32], &[4; 32], &[5; 32]),
		report_data(&[1; 32], 2, &[0; 32], &[4; 32], &[5; 32]),
		report_data(&[1; 32], 2, &[3; 32], &[0; 32], &[5; 32]),
		report_data(&[1; 32], 2, &[3; 32], &[4; 32], &[0; 32]),
	] {
		assert_eq!(
			appraisal.check_report_data(&other),
			Err(mismatch(Part::Evidence, Field::ReportData))
		);
	}
}

#[test]
fn debug_is_refused_everywhere() {
	let simulator = simulator();
	let mut report = enclave([7; 32], [9; 64]);
	report.attributes[0] |= 2;
	assert_eq!(verdict(&simulator, Body::Enclave(report)), Err(Error::Debug));
	for body in [tdx(), tdx15()] {
		let Body::Td(mut report) = body else { unreachable!() };
		report.attributes[0] |= 1;
		assert_eq!(verdict(&simulator, Body::Td(report)), Err(Error::Debug));
	}
	assert_eq!(refused(|s| s.qe_report.attributes[0] |= 2), Error::Debug);
}

#[test]
fn td_attributes_are_judged_bit_by_bit() {
	let simulator = simulator();
	for bit in 0..64 {
		let mut report = td([7; 48], [9; 64]);
		let attributes = u64::from_le_bytes(report.attributes) ^ 1 << bit;
		report.attributes = attributes.to_le_bytes();
		let expected = match bit {
			0 => Err(Error::Debug),
			4..=6 => Err(Error::PropertyRefused(Field::Profiling)),
			17 => Err(Error::PropertyRefused(Field::ServiceTd)),
			28 => Err(Error::PropertyRefused(Field::SeptVeDisable)),
			29 => Err(Error::PropertyRefused(Field::Migration)),
			16 | 18..=22 | 27 | 30 | 31 | 62 | 63 => Ok(()),
			_ => Err(mismatch(Part::Body, Field::ReservedBits)),
		};
		assert_eq!(verdict(&simulator, Body::Td(report)).map(|_| ()), expected, "bit {bit}");
	}
}

#[test]
fn service_tds_are_refused_unless_policy_allows_them() {
	let simulator = simulator();
	let Body::Td(mut report) = tdx15() else { unreachable!() };
	if let Some(td15) = &mut report.td15 {
		td15.mr_service_td = [1; 48];
	}
	let body = Body::Td(report);
	assert_eq!(verdict(&simulator, body.clone()), Err(Error::PropertyRefused(Field::ServiceTd)));
	let policy = QuotePolicy { allow_service_td: true, ..QuotePolicy::lenient() };
	let raw = simulator.collateral(Tee::Tdx);
	assert!(verify_at(&simulator.quote(body), &raw, &simulator, &policy, NOW).is_ok());
}

#[test]
fn every_status_meets_every_policy() {
	let names = [
		("UpToDate", TcbStatus::UpToDate),
		("SWHardeningNeeded", TcbStatus::SwHardeningNeeded),
		("ConfigurationNeeded", TcbStatus::ConfigurationNeeded),
		("ConfigurationAndSWHardeningNeeded", TcbStatus::ConfigurationAndSwHardeningNeeded),
		("OutOfDate", TcbStatus::OutOfDate),
		("OutOfDateConfigurationNeeded", TcbStatus::OutOfDateConfigurationNeeded),
		("Revoked", TcbStatus::Revoked),
	];
	for (name, status) in names {
		let mut simulator = simulator();
		simulator.levels[0].status = name;
		let quote = simulator.quote(sgx());
		let raw = simulator.collateral(Tee::Sgx);
		for (_, accepted) in names {
			let policy = QuotePolicy {
				statuses: vec![accepted].try_into().unwrap(),
				..QuotePolicy::lenient()
			};
			let found = verify_at(&quote, &raw, &simulator, &policy, NOW)
				.map(|verified| verified.appraisal.standing.status);
			// A revoked TCB is refused even by a policy that lists it.
			let expected = if status == accepted && status != TcbStatus::Revoked {
				Ok(status)
			} else {
				Err(Error::StatusRefused { found: status, shortfall: None })
			};
			assert_eq!(found, expected, "{name} under {accepted:?}");
		}
		let _ = verdict(&simulator, sgx());
	}
}

#[test]
fn components_drag_the_status_down() {
	let mut outdated_qe = simulator();
	outdated_qe.qe_report.svn = 7;
	let standing = verdict(&outdated_qe, sgx()).unwrap().appraisal.standing;
	assert_eq!(standing.status, TcbStatus::OutOfDate);
	let short = Shortfall { component: Component::Qe, found: 7, required: 8 };
	assert_eq!(standing.shortfall, Some(short));
	assert_eq!(standing.advisories[0].name(), "INTEL-SA-00002");

	let mut below = simulator();
	below.qe_report.svn = 5;
	assert_eq!(
		verdict(&below, sgx()),
		Err(Error::NoTcbLevel(Shortfall { component: Component::Qe, found: 5, required: 6 }))
	);

	let mut outdated = simulator();
	outdated.cpu_svn[3] = 3;
	let standing = verdict(&outdated, tdx()).unwrap().appraisal.standing;
	assert_eq!(standing.status, TcbStatus::OutOfDate);
	let short = Shortfall { component: Component::Sgx(3), found: 3, required: 4 };
	assert_eq!(standing.shortfall, Some(short));

	let mut below = simulator();
	below.pce_svn = 9;
	assert_eq!(
		verdict(&below, tdx()),
		Err(Error::NoTcbLevel(Shortfall { component: Component::Pce, found: 9, required: 10 }))
	);
}

#[test]
fn a_td_launched_before_an_update_should_be_launched_again() {
	let simulator = simulator();
	let Body::Td(mut report) = tdx15() else { unreachable!() };
	report.tee_tcb_svn[0] = 2;
	report.tee_tcb_svn[2] = 2;
	let standing = verdict(&simulator, Body::Td(report.clone())).unwrap().appraisal.standing;
	assert_eq!(standing.status, TcbStatus::RelaunchAdvised);
	// If the platform is outdated now, that is what it is.
	if let Some(td15) = &mut report.td15 {
		td15.tee_tcb_svn2 = report.tee_tcb_svn;
	}
	let standing = verdict(&simulator, Body::Td(report)).unwrap().appraisal.standing;
	assert_eq!(standing.status, TcbStatus::OutOfDate);
}

#[test]
fn the_tdx_module_has_to_be_known_and_the_vendors() {
	let simulator = simulator();
	let with = |change: fn(&mut TdReport)| {
		let mut report = td([7; 48], [9; 64]);
		change(&mut report);
		verdict(&simulator, Body::Td(report)).map(|v| v.appraisal.standing.status)
	};
	assert_eq!(
		with(|report| report.mr_signer_seam = [1; 48]),
		Err(mismatch(Part::TdxModule, Field::MrSigner))
	);
	assert_eq!(
		with(|report| report.seam_attributes[0] = 1),
		Err(mismatch(Part::TdxModule, Field::Attributes))
	);
	// Generation 1 needs version 3; generation 2 is not known.
	assert_eq!(with(|report| report.tee_tcb_svn[1] = 1), Ok(TcbStatus::UpToDate));
	assert_eq!(
		with(|report| report.tee_tcb_svn = [2, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
		Err(Error::NoTcbLevel(Shortfall {
			component: Component::TdxModule,
			found: 2,
			required: 3
		}))
	);
	assert_eq!(
		with(|report| report.tee_tcb_svn[1] = 2),
		Err(Error::Unsupported { part: Part::TdxModule, field: Field::Version, found: 2 })
	);
}

/// The shape of CVE-2026-22696: the quoting enclave is not Intel's, but everything else is.
#[test]
fn a_forged_quoting_enclave_is_refused() {
	assert_eq!(
		refused(|s| s.qe_report.mr_signer = [6; 32]),
		mismatch(Part::QeReport, Field::MrSigner)
	);
	assert_eq!(refused(|s| s.qe_report.product_id = 9), mismatch(Part::QeReport, Field::ProductId));
	assert_eq!(
		refused(|s| s.qe_report.misc_select = 1),
		mismatch(Part::QeReport, Field::MiscSelect)
	);
	assert_eq!(
		refused(|s| s.qe_report.attributes[1] = 1),
		mismatch(Part::QeReport, Field::Attributes)
	);
	let simulator = simulator();
	for body in [sgx(), tdx()] {
		let spec = QuoteSpec { bound_key: "another".into(), ..simulator.spec(body) };
		assert_eq!(
			verdict_on(&simulator, &spec),
			Err(mismatch(Part::AttestationKey, Field::KeyBinding))
		);
	}
}

#[test]
fn headers_of_other_formats_are_refused() {
	let simulator = simulator();
	let policy = QuotePolicy::lenient();
	let collateral =
		simulator.collateral(Tee::Sgx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let with = |at: usize, value: u8| {
		let mut quote = simulator.quote(sgx());
		quote[at] = value;
		intel::verify(&quote, None, &collateral.borrow(), &policy, NOW).unwrap_err()
	};
	let header = |field, found| Error::Unsupported { part: Part::Header, field, found };
	assert_eq!(with(0, 2), header(Field::Version, 2));
	assert_eq!(with(0, 6), header(Field::Version, 6));
	assert_eq!(with(2, 3), header(Field::KeyType, 3));
	assert_eq!(with(4, 0x81), header(Field::TeeType, 0x81));
	assert_eq!(with(12, 0), header(Field::QeVendor, 0));
	assert_eq!(with(48, 1), Error::BadSignature(Part::Evidence));

	let mut spec = simulator.spec(sgx());
	for kind in [1, 2, 3, 4, 7] {
		spec.certification_type = kind;
		assert_eq!(
			intel::verify(&simulator.build(&spec), None, &collateral.borrow(), &policy, NOW),
			Err(Error::Unsupported {
				part: Part::CertificationData,
				field: Field::CertificationType,
				found: kind.into()
			})
		);
	}
}

#[test]
fn a_quote_without_certificate_verifies_under_a_known_one() {
	let simulator = simulator();
	let policy = QuotePolicy::lenient();
	let collateral =
		simulator.collateral(Tee::Sgx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let full =
		intel::verify(&simulator.quote(sgx()), None, &collateral.borrow(), &policy, NOW).unwrap();
	let mut spec = simulator.spec(sgx());
	spec.certification_type = 3;
	spec.certification = vec![0; 404];
	let quote = simulator.build(&spec);
	let verify = |known| intel::verify(&quote, Some(known), &collateral.borrow(), &policy, NOW);
	assert_eq!(verify(&full.pck).as_ref(), Ok(&full));
	let other = intel::Pck { key: [1; 64], ..full.pck.clone() };
	assert_eq!(verify(&other), Err(Error::BadKey(Part::QeReport)));
	// A certificate under another authority is not covered by this collateral.
	let other = intel::Pck { issuer: collateral::KeyId([0; 32]), ..full.pck.clone() };
	assert_eq!(verify(&other), Err(mismatch(Part::Leaf, Field::Issuer)));
}

#[test]
fn mutations_of_simulated_quotes_get_the_oracles_verdict() {
	let simulator = simulator();
	let root = simulator.root_der();
	for body in [sgx(), tdx(), tdx15()] {
		let raw = simulator.collateral(body.tee());
		let collateral = raw.borrow().verify(&simulator.anchors(), NOW).unwrap();
		let theirs = oracle_form(&raw);
		let good = simulator.quote(body);
		let mut random = Random(5);
		let signed = good.windows(27).position(|w| w == b"-----BEGIN CERTIFICATE-----").unwrap();
		for round in 0..300 {
			let mut quote = good.clone();
			let at = random.below(signed - 6);
			quote[at] ^= 1 << random.below(8);
			let policy = QuotePolicy::lenient();
			let found = intel::verify(&quote, None, &collateral.borrow(), &policy, NOW);
			let claims_only = OraclePolicy::claims_only(NOW);
			let expected = oracle(&quote, &theirs, &root, &claims_only, NOW);
			if found.is_ok() != expected.is_ok() {
				let outer = Error::Unsupported {
					part: Part::AuthData,
					field: Field::CertificationType,
					found: 0,
				};
				let found = found.unwrap_err();
				assert!(
					matches!(found, Error::Unsupported { part: Part::AuthData, .. }),
					"round {round} at {at}: {found:?}, not like {outer:?}"
				);
			}
		}
	}
}

#[test]
fn attributes_of_the_module_outside_the_mask_have_to_be_zero() {
	let mut simulator = simulator();
	simulator.module_mask = [0xff, 0, 0, 0, 0, 0, 0, 0];
	let mut report = td([7; 48], [9; 64]);
	assert!(verdict(&simulator, Body::Td(report.clone())).is_ok());
	report.seam_attributes[1] = 1;
	assert_eq!(
		verdict(&simulator, Body::Td(report)),
		Err(mismatch(Part::TdxModule, Field::ReservedBits))
	);
}

#[test]
fn a_platform_that_is_revoked_now_is_revoked_however_it_was_at_launch() {
	let mut simulator = simulator();
	simulator.levels[0].status = "Revoked";
	let Body::Td(mut report) = tdx15() else { unreachable!() };
	report.tee_tcb_svn[0] = 2;
	let Err(Error::StatusRefused { found, .. }) = verdict(&simulator, Body::Td(report)) else {
		panic!("a revoked platform passes");
	};
	assert_eq!(found, TcbStatus::Revoked);
}

#[test]
fn bodies_of_version_5_have_their_declared_kind_and_size() {
	let simulator = simulator();
	let policy = QuotePolicy::lenient();
	let collateral =
		simulator.collateral(Tee::Tdx).borrow().verify(&simulator.anchors(), NOW).unwrap();
	let with = |at: usize, value: u8| {
		let mut quote = simulator.quote(tdx15());
		quote[at] = value;
		intel::verify(&quote, None, &collateral.borrow(), &policy, NOW).unwrap_err()
	};
	let body = |field, found| Error::Unsupported { part: Part::Body, field, found };
	assert_eq!(with(48, 1), body(Field::BodyType, 1));
	assert_eq!(with(48, 5), body(Field::BodyType, 5));
	assert_eq!(with(48, 2), body(Field::BodySize, 648));
	assert_eq!(with(50, 0x89), body(Field::BodySize, 649));
}

#[test]
fn an_advisory_of_the_quoting_enclave_should_count_however_many_the_platform_has() {
	use concordat_attestation::{policy::Advisories, AdvisoryId};
	let names: Vec<&'static str> =
		(0..128).map(|n| &*Box::leak(format!("INTEL-SA-{n:05}").into_boxed_str())).collect();
	let mut simulator = simulator();
	simulator.levels[0].advisories = names.clone();
	simulator.qe_levels[0].advisories = vec!["INTEL-SA-99999"];
	let quote = simulator.quote(sgx());
	let raw = simulator.collateral(Tee::Sgx);
	let accepted = names.iter().filter_map(|name| AdvisoryId::new(name)).collect::<Vec<_>>();
	let policy = QuotePolicy {
		advisories: Advisories::Only(accepted.try_into().unwrap()),
		..QuotePolicy::lenient()
	};
	assert_eq!(
		verify_at(&quote, &raw, &simulator, &policy, NOW).unwrap_err(),
		Error::AdvisoryRefused(AdvisoryId::new("INTEL-SA-99999").unwrap())
	);
	simulator.qe_levels[0].advisories = vec!["INTEL-SA-00127"];
	let raw = simulator.collateral(Tee::Sgx);
	assert!(verify_at(&quote, &raw, &simulator, &policy, NOW).is_ok());
}
