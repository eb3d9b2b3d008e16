//! Platforms and statements made at random and signed properly: our verdict, status and advisories against the oracle's.
//!
//! Mutations of recorded bytes fail at a signature nearly always. Here every signature verifies, so that the judging of
//! levels, modules, quoting enclaves, dates and attributes is compared.

mod common;

use common::{simulated::*, *};
use concordat_attestation::{
	intel::{self, Body, Td15, TdReport},
	policy::{Advisories, QuotePolicy},
	simulator::intel::{enclave, td, IntelSimulator, LevelSpec, SvnSpec},
	Error, Field, Part, TcbStatus,
};
use dcap_qvl::QuotePolicy as OraclePolicy;
use std::collections::BTreeMap;

const STATUSES: [&str; 7] = [
	"UpToDate",
	"SWHardeningNeeded",
	"ConfigurationNeeded",
	"ConfigurationAndSWHardeningNeeded",
	"OutOfDate",
	"OutOfDateConfigurationNeeded",
	"Revoked",
];
const ADVISORIES: [&str; 4] =
	["INTEL-SA-00001", "INTEL-SA-00002", "INTEL-SA-00003", "INTEL-SA-00004"];

fn advisories(random: &mut Random) -> Vec<&'static str> {
	let set = random.below(16);
	ADVISORIES
		.into_iter()
		.enumerate()
		.filter(|(i, _)| set >> i & 1 == 1)
		.map(|(_, id)| id)
		.collect()
}

/// Versions around the platform's: mostly equal, some lower, some higher.
fn svns(random: &mut Random, around: u8) -> [u8; 16] {
	let mut svns = [around; 16];
	for _ in 0..random.below(3) {
		svns[random.below(16)] = around + random.below(3) as u8 - 1;
	}
	svns
}

fn platform(random: &mut Random) -> IntelSimulator {
	let mut s = simulator();
	s.cpu_svn = svns(random, 4);
	s.pce_svn = 10 + random.below(4) as u16;
	s.levels = (0..1 + random.below(5))
		.map(|_| {
			let around = 2 + random.below(3) as u8;
			let mut tdx = [0; 16];
			tdx[0] = random.below(5) as u8;
			tdx[1] = random.below(3) as u8 / 2;
			tdx[2] = random.below(5) as u8;
			LevelSpec {
				sgx: svns(random, around),
				tdx,
				pce_svn: 9 + random.below(4) as u16,
				status: STATUSES[random.below(7)],
				advisories: advisories(random),
			}
		})
		.collect();
	// Mostly there is a level for everybody.
	if random.below(8) > 0 {
		s.levels.push(LevelSpec {
			sgx: [1; 16],
			tdx: [0; 16],
			pce_svn: 5,
			status: STATUSES[random.below(7)],
			advisories: advisories(random),
		});
	}
	let svn_levels = |random: &mut Random, statuses: &[&'static str]| -> Vec<SvnSpec> {
		let mut levels: Vec<_> = (0..1 + random.below(3))
			.map(|_| SvnSpec {
				svn: 1 + random.below(8) as u16,
				status: statuses[random.below(statuses.len())],
				advisories: advisories(random),
			})
			.collect();
		if random.below(8) > 0 {
			let status = statuses[random.below(statuses.len())];
			levels.push(SvnSpec { svn: 0, status, advisories: advisories(random) });
		}
		levels.sort_by_key(|level| std::cmp::Reverse(level.svn));
		levels
	};
	s.qe_levels = svn_levels(random, &["UpToDate", "UpToDate", "OutOfDate", "Revoked"]);
	s.qe_report.svn = 1 + random.below(9) as u16;
	s.modules = (1..1 + random.below(3) as u8)
		.map(|generation| {
			(generation, svn_levels(random, &["UpToDate", "UpToDate", "OutOfDate", "Revoked"]))
		})
		.collect();
	s.tcb_evaluation = 17 + random.below(4) as u32;
	s.qe_evaluation = 17 + random.below(4) as u32;
	s.flags = match random.below(4) {
		0 => None,
		_ => Some([0; 3].map(|_| random.below(4) == 0)),
	};
	// Now and then something that must not be.
	match random.below(24) {
		0 => s.tcb_fmspc[5] = 1,
		1 => s.tcb_pce_id[0] = 1,
		2 => s.qe_report.attributes[random.below(16)] ^= 1 << random.below(8),
		3 => s.qe_report.misc_select ^= 1 << random.below(32),
		4 => s.qe_report.product_id += 1,
		5 => s.qe_report.mr_signer[0] ^= 1,
		6 => s.pck_crl.revoked = vec![s.leaf.serial.clone()],
		7 => s.root_crl.revoked = vec![s.ca.serial.clone()],
		8 => s.next_update = NOW - 1,
		9 => s.module_mask[random.below(8)] ^= 1 << random.below(8),
		_ => {},
	}
	s
}

fn body(random: &mut Random) -> Body {
	if random.below(2) == 0 {
		let mut report = enclave([7; 32], [9; 64]);
		if random.below(8) == 0 {
			report.attributes[random.below(16)] ^= 1 << random.below(8);
		}
		return Body::Enclave(report);
	}
	let svn = |random: &mut Random| {
		let mut svn = [0; 16];
		svn[0] = random.below(5) as u8;
		svn[1] = random.below(3) as u8;
		svn[2] = random.below(5) as u8;
		svn
	};
	let mut report = TdReport { tee_tcb_svn: svn(random), ..td([7; 48], [9; 64]) };
	match random.below(3) {
		0 => {},
		kind => {
			report.td15 = Some(Td15 { tee_tcb_svn2: svn(random), mr_service_td: [0; 48] });
			report.current_service_td = (kind == 2).then_some([0; 48]);
		},
	}
	match random.below(16) {
		0 => report.attributes[random.below(8)] ^= 1 << random.below(8),
		1 => report.seam_attributes[random.below(8)] ^= 1 << random.below(8),
		2 => report.mr_signer_seam[random.below(48)] ^= 1,
		_ => {},
	}
	Body::Td(report)
}

/// The oracle's strict policy, which says nothing about advisories.
fn strict() -> QuotePolicy {
	QuotePolicy { advisories: Advisories::Any, ..QuotePolicy::strict() }
}

fn compare(seed: u64, rounds: u32) -> (BTreeMap<TcbStatus, u32>, u32) {
	let mut random = Random(seed);
	let mut seen = BTreeMap::new();
	let mut refused = 0;
	for round in 0..rounds {
		let simulator = platform(&mut random);
		let body = body(&mut random);
		let quote = simulator.quote(body.clone());
		let raw = simulator.collateral(body.tee());
		let collateral = raw.borrow().verify(&simulator.anchors(), NOW);
		let theirs = oracle_form(&raw);
		let root = simulator.root_der();
		let what = format!("seed {seed} round {round}");
		for (policy, their_policy) in [
			(QuotePolicy::lenient(), OraclePolicy::claims_only(NOW)),
			(strict(), OraclePolicy::strict(NOW)),
			(
				QuotePolicy { min_evaluation: 18, ..strict() },
				OraclePolicy::strict(NOW).min_tcb_eval_data_number(18),
			),
		] {
			let is_lenient = policy == QuotePolicy::lenient();
			let found = collateral.as_ref().map_err(|error| *error).and_then(|collateral| {
				intel::verify(&quote, None, &collateral.borrow(), &policy, NOW)
			});
			let expected = oracle(&quote, &theirs, &root, &their_policy, NOW);
			match (found, expected) {
				(Ok(found), Ok(expected)) => {
					assert_same(&found, &expected, &what);
					if is_lenient {
						*seen.entry(found.appraisal.standing.status).or_insert(0) += 1;
					}
				},
				// The oracle does not compare the provisioning enclave that the certificate and TCB info name.
				(Err(Error::Mismatch { part: Part::TcbInfo, field: Field::PceId }), Ok(_)) => {
					assert_ne!(simulator.tcb_pce_id, simulator.pce_id, "{what}");
				},
				// No policy of either accepts a revoked TCB.
				(Err(Error::StatusRefused { found: TcbStatus::Revoked, .. }), Err(reason))
					if is_lenient =>
				{
					assert!(
						reason.contains("Revoked") || reason.contains("revoked"),
						"{what}: {reason}"
					);
					*seen.entry(TcbStatus::Revoked).or_insert(0) += 1;
				},
				(Err(_), Err(_)) => refused += u32::from(is_lenient),
				(found, expected) => panic!(
					"{what}, lenient {is_lenient}: we say {:?}, the oracle {:?}\n{:?}\n{simulator:#?}",
					found.map(|found| found.appraisal.standing),
					expected.map(|claims| claims.tcb),
					body
				),
			}
		}
	}
	(seen, refused)
}

/// Every status has to have come up, and refusals as well, or nothing was compared.
fn check(seed: u64) {
	let (seen, refused) = compare(seed, 500);
	for status in [
		TcbStatus::UpToDate,
		TcbStatus::SwHardeningNeeded,
		TcbStatus::ConfigurationNeeded,
		TcbStatus::ConfigurationAndSwHardeningNeeded,
		TcbStatus::OutOfDate,
		TcbStatus::OutOfDateConfigurationNeeded,
		TcbStatus::Revoked,
	] {
		assert!(seen.get(&status).is_some_and(|count| *count > 4), "{status:?}: {seen:?}");
	}
	assert!(refused > 50, "{refused}: {seen:?}");
}

#[test]
fn platforms_at_random_should_get_the_oracles_verdict_and_status() {
	check(1);
}

#[test]
fn more_platforms_at_random_should_get_the_oracles_verdict_and_status() {
	check(2);
}

#[test]
fn still_more_platforms_at_random_should_get_the_oracles_verdict_and_status() {
	check(3);
}
