//! Verifies evidence from files alone, step by step.

use super::{
	anchors::AWS_ROOT,
	evidence::{self, Found},
	json,
	material::Material,
	pieces::{arrange, describe, waits},
	time::utc,
	words,
};
use codec::Encode;
use concordat_attestation::{
	amd, any, crypto::sha256, intel, nitro, policy::QuotePolicy, source::Memory, Anchor,
	AnchorKind, Error, Evidence, Field, Measurement, Part, Vendor,
};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// What to verify, and under what.
pub struct Request {
	/// The evidence.
	pub found: Found,
	/// Whatever the collateral files hold.
	pub materials: Vec<Material>,
	/// Roots of trust.
	pub anchors: Vec<Anchor>,
	/// What is demanded of the platform; `None` for no more than that it is genuine.
	pub policy: Option<QuotePolicy>,
	/// Unix time in seconds.
	pub now: u64,
	/// The code that is expected.
	pub measurement: Option<Measurement>,
	/// What the code is expected to have bound itself to.
	pub report_data: Option<[u8; 64]>,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
	/// It holds.
	Ok,
	/// To be known; it decides nothing.
	Note,
	/// It does not hold.
	Fail,
}

/// One step of a verification.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
	/// How it went.
	pub outcome: Outcome,
	/// What was looked at, and what was found.
	pub what: String,
	/// The check that failed.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub error: Option<Value>,
}

/// What came out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
	/// Whether everything that was asked for holds.
	pub accepted: bool,
	/// No hardware vendor stands behind it.
	pub simulated: bool,
	/// Unix time at which it was judged.
	pub at: u64,
	/// Each step.
	pub steps: Vec<Step>,
	/// The machine, if the evidence is genuine.
	pub platform: Option<String>,
	/// How it stands.
	pub standing: Option<Value>,
	/// The code on it.
	pub workload: Option<Value>,
	/// Why it is refused.
	#[serde(skip)]
	pub refusal: Option<Error>,
	/// The evidence, complete, as the chain takes it.
	#[serde(skip)]
	pub evidence: Option<Evidence>,
}

impl fmt::Display for Report {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		for step in &self.steps {
			let mark = match step.outcome {
				Outcome::Ok => "ok  ",
				Outcome::Note => "    ",
				Outcome::Fail => "FAIL",
			};
			writeln!(f, "  {mark}  {}", step.what)?;
		}
		if self.simulated {
			writeln!(f, "  !!    simulated: no hardware stands behind this evidence")?;
		}
		match (&self.refusal, self.accepted) {
			(_, true) => write!(f, "accepted, as of {}", utc(self.at)),
			(Some(why), false) => {
				writeln!(f, "refused, as of {}: {}", utc(self.at), words::error(why))?;
				write!(f, "what to do: {}", words::advice(why))
			},
			(None, false) => write!(f, "refused, as of {}", utc(self.at)),
		}
	}
}

/// The most lenient policy there can be: whoever meets it is genuine, not debuggable and not revoked.
pub fn widest() -> QuotePolicy {
	QuotePolicy { allow_service_td: true, ..QuotePolicy::lenient() }
}

/// What evidence is, in words.
fn introduce(found: &Found) -> String {
	let of_intel = |quote: &[u8]| match intel::Quote::parse(quote) {
		Ok(parsed) => format!(
			"{} quote of version {}, {} bytes",
			match parsed.body.tee() {
				intel::Tee::Sgx => words::vendor(Vendor::IntelSgx),
				intel::Tee::Tdx => words::vendor(Vendor::IntelTdx),
			},
			parsed.version,
			quote.len()
		),
		Err(_) => format!("a quote of {} bytes", quote.len()),
	};
	let of_amd = |report: &[u8]| match amd::Report::parse(report) {
		Ok(parsed) => {
			format!("AMD SEV-SNP report of version {}, {} bytes", parsed.version, report.len())
		},
		Err(_) => format!("an SNP report of {} bytes", report.len()),
	};
	match found {
		Found::Report(report) => of_amd(report),
		Found::Evidence(evidence) => match &**evidence {
			Evidence::Intel { quote } => of_intel(quote),
			Evidence::Amd { report, .. } => of_amd(report),
			Evidence::Aws { document } => {
				format!("AWS Nitro document, {} bytes", document.len())
			},
		},
	}
}

/// The certificate at the top of a document, if it is AWS's own: it is built in.
fn root_of_document(found: &Found) -> Option<Material> {
	let Found::Evidence(evidence) = found else { return None };
	let Evidence::Aws { document } = &**evidence else { return None };
	let root = nitro::Document::parse(document).ok()?.root_fingerprint().ok()?;
	(root == sha256(AWS_ROOT)).then(|| Material::Certificate(AWS_ROOT.to_vec()))
}

struct Steps(Vec<Step>);

impl Steps {
	fn say(&mut self, outcome: Outcome, what: impl Into<String>) {
		self.0.push(Step { outcome, what: what.into(), error: None });
	}

	fn fail(&mut self, what: impl fmt::Display, why: &Error) {
		let what = format!("{what}: {}", words::error(why));
		self.0.push(Step { outcome: Outcome::Fail, what, error: Some(json::error(why)) });
	}

	/// A piece that could not be used. It decides nothing by itself: it may not be needed.
	fn unused(&mut self, what: impl fmt::Display, why: &Error) {
		let what = format!("not used: {what}: {}", words::error(why));
		self.0.push(Step { outcome: Outcome::Note, what, error: Some(json::error(why)) });
	}
}

/// Verifies evidence. Fails only if the request does not make sense; a refusal is an answer.
pub fn verify(request: Request) -> Result<Report, String> {
	let Request { found, mut materials, anchors, policy, now, measurement, report_data } = request;
	let mut steps = Steps(Vec::new());
	steps.say(Outcome::Ok, introduce(&found));
	materials.extend(evidence::materials(&found));
	materials.extend(root_of_document(&found));
	let arranged = arrange(materials);
	let mut memory = Memory::default();
	// Why the first piece could not be used that did not merely wait for another one.
	let mut root_cause = None;
	for piece in &arranged.pieces {
		match memory.post(piece, &anchors, now) {
			Ok(_) => steps.say(Outcome::Ok, describe(piece)),
			Err(why) => {
				steps.unused(describe(piece), &why);
				if !waits(&why) {
					root_cause.get_or_insert(why);
				}
			},
		}
	}
	for left in &arranged.left_out {
		steps.say(Outcome::Note, format!("not used: {left}"));
	}
	let widest = widest();
	let check = |one: &Evidence| any::verify(one, None, &memory, &anchors, &widest, now);
	let evidence = evidence::complete(found, &arranged, |one| check(one).is_ok())?;
	let mut report = Report {
		accepted: false,
		simulated: false,
		at: now,
		steps: Vec::new(),
		platform: None,
		standing: None,
		workload: None,
		refusal: None,
		evidence: Some(evidence.clone()),
	};
	match check(&evidence) {
		Err(why) => {
			steps.fail("the evidence", &why);
			// What is missing may have been among the files, and bad.
			report.refusal = match (why, root_cause) {
				(Error::Missing(_), Some(cause)) => Some(cause),
				_ => Some(why),
			};
		},
		Ok(verified) => {
			let appraisal = &verified.appraisal;
			let standing = &appraisal.standing;
			report.simulated = standing.kind == AnchorKind::Test;
			report.platform = Some(appraisal.platform.to_string());
			report.standing = Some(json::standing(standing));
			report.workload = Some(json::workload(&appraisal.workload));
			steps.say(
				Outcome::Ok,
				format!(
					"genuine: every signature holds up to a root of {}",
					words::vendor(standing.vendor)
				),
			);
			steps.say(Outcome::Note, format!("platform {}", appraisal.platform));
			for line in words::standing(standing, now) {
				steps.say(Outcome::Note, line);
			}
			let workload = &appraisal.workload;
			steps.say(Outcome::Note, format!("measurement {}", workload.measurement));
			steps.say(Outcome::Note, format!("bound to {}", json::bytes(&workload.report_data)));
			let judge = |policy: &QuotePolicy| {
				any::gather(&verified.facts, &verified.known.under, &memory)?.appraise(
					&verified.facts,
					&anchors,
					policy,
					now,
				)
			};
			report.refusal = match policy {
				Some(policy) => match judge(&policy) {
					Ok(_) => {
						steps.say(Outcome::Ok, "meets the policy");
						None
					},
					Err(why) => {
						steps.fail("the policy", &why);
						Some(why)
					},
				},
				None => {
					steps.say(
						Outcome::Note,
						match judge(&QuotePolicy::strict()) {
							Ok(_) => "would meet the strictest policy as well".into(),
							Err(why) => format!(
								"the strictest policy would refuse it: {}",
								words::error(&why)
							),
						},
					);
					None
				},
			};
			if let Some(expected) = measurement {
				if expected == workload.measurement {
					steps.say(Outcome::Ok, "the measurement is the expected one");
				} else {
					steps.say(
						Outcome::Fail,
						format!("another measurement was expected: {expected}"),
					);
					report
						.refusal
						.get_or_insert(Error::Mismatch { part: Part::Body, field: Field::Digest });
				}
			}
			if let Some(expected) = report_data {
				match appraisal.check_report_data(&expected) {
					Ok(()) => steps.say(Outcome::Ok, "bound to what was expected"),
					Err(why) => {
						steps.fail("what it is bound to", &why);
						report.refusal.get_or_insert(why);
					},
				}
			}
			report.accepted = report.refusal.is_none();
		},
	}
	report.steps = steps.0;
	Ok(report)
}

/// Bytes of evidence as the chain takes them.
pub fn scale(evidence: &Evidence) -> String {
	json::bytes(&evidence.encode())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		attest::{anchors, material, recorded::*},
		recorded,
	};
	use concordat_attestation::{Component, Shortfall, TcbStatus};

	fn request(evidence_file: &[u8], collateral: &[&[u8]], now: u64) -> Request {
		Request {
			found: evidence::read(evidence_file).unwrap(),
			materials: collateral.iter().flat_map(|file| material::read(file).unwrap()).collect(),
			anchors: anchors::production(),
			policy: None,
			now,
			measurement: None,
			report_data: None,
		}
	}

	fn lines(report: &Report, outcome: Outcome) -> Vec<&str> {
		report
			.steps
			.iter()
			.filter(|step| step.outcome == outcome)
			.map(|step| &step.what[..])
			.collect()
	}

	#[test]
	fn recorded_quotes_should_be_accepted_in_their_time() {
		for (quote, collateral, now, status) in [
			(
				&recorded!("intel/sgx_quote")[..],
				&recorded!("intel/sgx_quote_collateral.json")[..],
				SUMMER_2025,
				"configurationAndSwHardeningNeeded",
			),
			(
				recorded!("intel/tdx_quote"),
				recorded!("intel/tdx_quote_collateral.json"),
				SUMMER_2025,
				"upToDate",
			),
			(
				recorded!("intel/tdx_quote_td15ex"),
				recorded!("intel/tdx_quote_td15ex_collateral.json"),
				OCTOBER_2026,
				"upToDate",
			),
		] {
			let report = verify(request(quote, &[collateral], now)).unwrap();
			assert!(report.accepted, "{report}");
			assert!(!report.simulated);
			assert_eq!(report.standing.as_ref().unwrap()["status"], status, "{report}");
			assert!(lines(&report, Outcome::Fail).is_empty());
			// Introduction, seven pieces, genuineness.
			assert_eq!(lines(&report, Outcome::Ok).len(), 9, "{report}");
		}
	}

	#[test]
	fn a_platform_below_every_level_should_be_refused_with_the_numbers() {
		let report = verify(request(
			recorded!("intel/tdx_quote_outdated"),
			&[recorded!("intel/tdx_quote_outdated_collateral.json")],
			FEBRUARY_2026,
		))
		.unwrap();
		assert!(!report.accepted);
		let short = Shortfall { component: Component::Sgx(7), found: 3, required: 5 };
		assert_eq!(report.refusal, Some(Error::NoTcbLevel(short)));
		assert!(
			report.to_string().contains("SGX TCB component 7 is at 3, 5 is needed"),
			"{report}"
		);
		assert!(report.to_string().contains("what to do: Update firmware"));
	}

	#[test]
	fn time_should_decide_and_tell_by_how_much() {
		let at = |now| {
			verify(request(
				recorded!("intel/tdx_quote"),
				&[recorded!("intel/tdx_quote_collateral.json")],
				now,
			))
			.unwrap()
		};
		let end = at(SUMMER_2025).standing.unwrap()["notAfter"].as_u64().unwrap();
		assert!(at(end).accepted);
		let late = at(end + 60);
		assert!(!late.accepted);
		// The list of the PCK CA was the first to end, one second after it last counted.
		assert_eq!(late.refusal, Some(Error::Expired { part: Part::LeafCrl, by: 59 }));
		assert!(late.to_string().contains("out of date for 59 s"), "{late}");
		assert!(lines(&late, Outcome::Note).iter().any(|line| line.starts_with("not used: ")));
	}

	#[test]
	fn the_policy_of_a_file_should_decide() {
		let strict = |quote: &[u8], collateral: &[u8]| {
			let policy = Some(QuotePolicy {
				allow_smt: true,
				allow_cached_keys: true,
				allow_dynamic_platform: true,
				..QuotePolicy::strict()
			});
			verify(Request { policy, ..request(quote, &[collateral], SUMMER_2025) }).unwrap()
		};
		let refused =
			strict(recorded!("intel/sgx_quote"), recorded!("intel/sgx_quote_collateral.json"));
		assert!(matches!(
			refused.refusal,
			Some(Error::StatusRefused { found: TcbStatus::ConfigurationAndSwHardeningNeeded, .. })
		));
		assert!(refused.standing.is_some(), "genuine all the same");
		let accepted =
			strict(recorded!("intel/tdx_quote"), recorded!("intel/tdx_quote_collateral.json"));
		assert!(accepted.accepted, "{accepted}");
	}

	#[test]
	fn missing_collateral_should_be_named() {
		let report = verify(request(recorded!("intel/tdx_quote"), &[], SUMMER_2025)).unwrap();
		// The quote brings root and authority along; lists and statements it does not.
		assert_eq!(report.refusal, Some(Error::Missing(Part::Authority)), "{report}");
	}

	#[test]
	fn a_milan_report_should_be_accepted_with_its_certificate_alone() {
		let report = verify(request(
			recorded!("amd/report_milan.hex"),
			&[recorded!("amd/vcek_milan.der")],
			SNP,
		))
		.unwrap();
		assert!(report.accepted, "{report}");
		assert!(!report.simulated);
		let turin = verify(request(
			recorded!("amd/report_milan.hex"),
			&[recorded!("amd/vcek_turin.der")],
			SNP,
		))
		.unwrap();
		assert!(!turin.accepted);
		let without = verify(request(recorded!("amd/report_milan.hex"), &[], SNP));
		assert!(without.unwrap_err().contains("VCEK"));
	}

	#[test]
	fn a_nitro_document_should_need_no_file_beside_it() {
		let report = verify(request(recorded!("nitro/attestation.cose"), &[], NITRO)).unwrap();
		assert!(report.accepted, "{report}");
		let late =
			verify(request(recorded!("nitro/attestation.cose"), &[], NITRO + 5 * 3_600)).unwrap();
		assert!(matches!(late.refusal, Some(Error::Expired { part: Part::Leaf, .. })), "{late}");
	}

	#[test]
	fn roots_that_are_not_trusted_should_count_for_nothing() {
		let report = verify(Request {
			anchors: concordat_attestation::dev_anchors::dev_anchors().to_vec(),
			..request(
				recorded!("intel/tdx_quote"),
				&[recorded!("intel/tdx_quote_collateral.json")],
				SUMMER_2025,
			)
		})
		.unwrap();
		assert!(!report.accepted);
		assert_eq!(report.refusal, Some(Error::NoAnchor(Vendor::IntelSgx)));
		assert!(
			lines(&report, Outcome::Note)
				.iter()
				.any(|line| line.contains("no root of Intel SGX is trusted")),
			"{report}"
		);
	}

	#[test]
	fn expectations_should_be_checked() {
		let quote = recorded!("intel/tdx_quote");
		let collateral = [&recorded!("intel/tdx_quote_collateral.json")[..]];
		let wrong = verify(Request {
			report_data: Some([7; 64]),
			..request(quote, &collateral, SUMMER_2025)
		})
		.unwrap();
		assert_eq!(
			wrong.refusal,
			Some(Error::Mismatch { part: Part::Evidence, field: Field::ReportData })
		);
		let wrong = verify(Request {
			measurement: Some(Measurement([7; 48])),
			..request(quote, &collateral, SUMMER_2025)
		})
		.unwrap();
		assert!(!wrong.accepted);
		let found = verify(request(quote, &collateral, SUMMER_2025)).unwrap();
		let measurement = found.workload.unwrap()["measurement"].as_str().unwrap().parse().unwrap();
		let right = verify(Request {
			measurement: Some(measurement),
			..request(quote, &collateral, SUMMER_2025)
		})
		.unwrap();
		assert!(right.accepted);
	}

	#[test]
	fn simulated_evidence_should_say_so() {
		use concordat_attestation::simulator::dev::{DevKind, DevPlatform};
		let now = 1_800_000_000;
		for kind in [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro] {
			let platform = DevPlatform::new(kind, "a");
			let request = |anchors| Request {
				found: Found::Evidence(Box::new(platform.evidence([1; 48], [2; 64], now))),
				materials: platform.collateral(now).into_iter().map(Material::Piece).collect(),
				anchors,
				policy: None,
				now,
				measurement: Some(platform.measurement([1; 48])),
				report_data: Some([2; 64]),
			};
			let report = verify(request(anchors::read("test").unwrap())).unwrap();
			assert!(report.accepted && report.simulated, "{kind:?}: {report}");
			assert!(report.to_string().contains("simulated: no hardware"));
			let report = verify(request(anchors::production())).unwrap();
			assert!(!report.accepted, "{kind:?}: {report}");
		}
	}
}
