//! What the attestation verifiers and the attestation pallet say, as JSON for people and scripts.
//!
//! The types of `concordat-attestation` are made for a chain's storage: compact, and without a JSON form of their own.
//! This module gives them one, in one place: the node serves it over RPC, and the command line prints the same for what
//! it checks itself (it includes this file).
//!
//! Bytes are hex with `0x`, names are in camel case, times are Unix seconds. A refusal is
//! `{"code": …, "message": …, "detail": {…}}`: the name of the error, the sentence that it prints, and its fields.

use concordat_attestation::{
	policy::{Standing, Workload},
	source::Slot,
	Component, Error, Shortfall,
};
use concordat_primitives::{
	attest::RiskClasses,
	clause::RiskClass,
	views::{AppraisalView, CollateralView, ForecastCause, ForecastRefusal, ForecastView, Page},
};
use serde_json::{json, Map, Value};
use std::fmt::Debug;

/// Bytes as `0x…`.
pub fn bytes(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The name of a variant in camel case: what stands in its `Debug` form before any field.
pub fn name(variant: impl Debug) -> String {
	let text = format!("{variant:?}");
	let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
	let mut chars = text[..end].chars();
	chars
		.next()
		.map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

/// The classes in a set, by name.
pub fn classes(set: RiskClasses) -> Value {
	RiskClass::ALL.iter().filter(|class| set.contains(**class)).map(name).collect()
}

fn shortfall(shortfall: &Shortfall) -> Value {
	let mut object = json!({
		"component": name(shortfall.component),
		"found": shortfall.found,
		"required": shortfall.required,
	});
	if let Component::Sgx(index) | Component::Tdx(index) = shortfall.component {
		object["index"] = index.into();
	}
	object
}

/// The fields of an error.
fn detail(error: &Error) -> Value {
	match error {
		Error::TooLong { part, len, max } => json!({ "part": name(part), "len": len, "max": max }),
		Error::Truncated { part, missing } => json!({ "part": name(part), "missing": missing }),
		Error::TrailingBytes { part, extra } => json!({ "part": name(part), "extra": extra }),
		Error::Malformed(part)
		| Error::TooDeep(part)
		| Error::BadKey(part)
		| Error::BadSignature(part)
		| Error::Revoked(part)
		| Error::Missing(part)
		| Error::AlreadyHeld(part) => json!({ "part": name(part) }),
		Error::TooMany { part, max } => json!({ "part": name(part), "max": max }),
		Error::Unsupported { part, field, found } => {
			json!({ "part": name(part), "field": name(field), "found": found })
		},
		Error::Mismatch { part, field } => json!({ "part": name(part), "field": name(field) }),
		Error::NoAnchor(vendor) | Error::VendorRefused(vendor) => json!({ "vendor": vendor }),
		Error::NotYetValid { part, by }
		| Error::Expired { part, by }
		| Error::RolledBack { part, by } => json!({ "part": name(part), "bySeconds": by }),
		Error::NoTcbLevel(short) | Error::BelowMinimum(short) => {
			json!({ "shortfall": shortfall(short) })
		},
		Error::StatusRefused { found, shortfall: short } => {
			json!({ "status": found, "shortfall": short.as_ref().map(shortfall) })
		},
		Error::AdvisoryRefused(id) => json!({ "advisory": id.name() }),
		Error::EvaluationTooOld { found, required } => {
			json!({ "found": found, "required": required })
		},
		Error::FmspcRefused(fmspc) => json!({ "fmspc": bytes(fmspc) }),
		Error::TdxModuleRefused(prefix) => json!({ "mrSeamPrefix": bytes(prefix) }),
		Error::PropertyRefused(field) => json!({ "field": name(field) }),
		Error::Debug | Error::PlatformDenied => Value::Object(Map::new()),
	}
}

/// Why evidence or collateral is refused.
pub fn error(error: &Error) -> Value {
	json!({ "code": name(error), "message": error.to_string(), "detail": detail(error) })
}

/// How a platform stands.
pub fn standing(standing: &Standing) -> Value {
	let advisories: Vec<&str> = standing.advisories.iter().map(|id| id.name()).collect();
	json!({
		"vendor": standing.vendor,
		"simulated": standing.kind == concordat_attestation::AnchorKind::Test,
		"status": standing.status,
		"shortfall": standing.shortfall.as_ref().map(shortfall),
		"advisories": advisories,
		"evaluation": standing.evaluation,
		"notBefore": standing.not_before,
		"notAfter": standing.not_after,
	})
}

/// The code that runs, and what it bound itself to.
pub fn workload(workload: &Workload) -> Value {
	let registers: Vec<String> =
		workload.registers.iter().map(|register| bytes(register)).collect();
	json!({
		"measurement": workload.measurement,
		"signer": bytes(&workload.signer),
		"registers": registers,
		"svn": workload.svn,
		"productId": workload.product_id,
		"reportData": bytes(&workload.report_data),
	})
}

/// Where a piece of collateral lies.
pub fn slot(slot: &Slot) -> Value {
	match slot {
		Slot::Authority(fingerprint) => {
			json!({ "kind": "authority", "fingerprint": bytes(fingerprint) })
		},
		Slot::Crl(issuer) => json!({ "kind": "crl", "issuer": bytes(&issuer.0) }),
		Slot::TcbInfo { root, tee, fmspc } => json!({
			"kind": "tcbInfo",
			"root": bytes(&root.0),
			"tee": name(tee),
			"fmspc": bytes(fmspc),
		}),
		Slot::QeIdentity { root, tee } => json!({
			"kind": "qeIdentity",
			"root": bytes(&root.0),
			"tee": name(tee),
		}),
	}
}

/// A piece of collateral that the chain holds, or would hold.
pub fn collateral(view: &CollateralView) -> Value {
	json!({
		"slot": slot(&view.slot),
		"issued": view.issued,
		"notAfter": view.not_after,
		"evaluation": view.evaluation,
		"postedAt": view.posted_at,
		"simulated": view.simulated,
	})
}

/// What the chain would say to evidence.
pub fn appraisal(view: &AppraisalView) -> Value {
	let refusals: Vec<Value> = view
		.refusals
		.iter()
		.map(|refusal| json!({ "class": refusal.class, "why": error(&refusal.why) }))
		.collect();
	json!({
		"platform": view.platform,
		"standing": standing(&view.standing),
		"workload": workload(&view.workload),
		"classes": classes(view.classes),
		"refusals": refusals,
		"measurementStatus": view.measurement,
		"platformHeldBy": view.platform_held_by,
	})
}

/// Why a lease stops to count for a class.
pub fn cause(why: &ForecastCause) -> Value {
	match why {
		ForecastCause::LeaseEnds => json!({
			"code": "leaseEnds",
			"message": "its time is over: it has to be renewed",
		}),
		ForecastCause::MeasurementEnds => json!({
			"code": "measurementEnds",
			"message": "its measurement stops to count",
		}),
		ForecastCause::AnchorRemoved => json!({
			"code": "anchorRemoved",
			"message": "the root of trust above it is no longer trusted",
		}),
		ForecastCause::Evidence(why) => error(why),
	}
}

fn forecast_refusal(refusal: &ForecastRefusal) -> Value {
	json!({ "class": refusal.class, "at": refusal.at, "why": cause(&refusal.why) })
}

/// What becomes of a lease.
pub fn forecast(view: &ForecastView) -> Value {
	let refusals: Vec<Value> = view.refusals.iter().map(forecast_refusal).collect();
	json!({
		"node": view.node,
		"lease": view.lease,
		"vendor": view.vendor,
		"simulated": view.simulated,
		"now": classes(view.now),
		"then": classes(view.then),
		"refusals": refusals,
	})
}

/// A page of rows.
pub fn page<T>(page: &Page<T>, row: impl Fn(&T) -> Value) -> Value {
	let items: Vec<Value> = page.items.iter().map(row).collect();
	json!({ "items": items, "next": page.next })
}

/// A verdict: what was found, or why it is refused.
pub fn verdict<T>(verdict: &Result<T, Error>, key: &str, found: impl Fn(&T) -> Value) -> Value {
	let (accepted, key, value) = match verdict {
		Ok(one) => (true, key, found(one)),
		Err(why) => (false, "error", error(why)),
	};
	let mut object = Map::new();
	object.insert("accepted".into(), accepted.into());
	object.insert(key.into(), value);
	Value::Object(object)
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_attestation::{Field, Part, TcbStatus, Vendor};

	#[test]
	fn a_refusal_should_carry_its_name_its_sentence_and_its_fields() {
		let short = Shortfall { component: Component::Sgx(7), found: 3, required: 5 };
		for (why, code, fields) in [
			(
				Error::Expired { part: Part::RootCrl, by: 60 },
				"expired",
				json!({ "part": "rootCrl", "bySeconds": 60 }),
			),
			(
				Error::NoTcbLevel(short),
				"noTcbLevel",
				json!({
					"shortfall": { "component": "sgx", "index": 7, "found": 3, "required": 5 }
				}),
			),
			(
				Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: None },
				"statusRefused",
				json!({ "status": "outOfDate", "shortfall": null }),
			),
			(
				Error::Mismatch { part: Part::Evidence, field: Field::ReportData },
				"mismatch",
				json!({ "part": "evidence", "field": "reportData" }),
			),
			(Error::NoAnchor(Vendor::AmdSevSnp), "noAnchor", json!({ "vendor": "amdSevSnp" })),
			(Error::Debug, "debug", json!({})),
		] {
			assert_eq!(
				error(&why),
				json!({ "code": code, "message": why.to_string(), "detail": fields })
			);
		}
	}

	#[test]
	fn classes_should_be_named() {
		let set = RiskClasses::NONE.with(RiskClass::Low).with(RiskClass::Critical);
		assert_eq!(classes(set), json!(["low", "critical"]));
		assert_eq!(classes(RiskClasses::NONE), json!([]));
	}

	#[test]
	fn a_verdict_should_say_whether_it_is_one_of_acceptance() {
		let good: Result<u32, Error> = Ok(7);
		assert_eq!(
			verdict(&good, "piece", |n| (*n).into()),
			json!({ "accepted": true, "piece": 7 })
		);
		let bad: Result<u32, Error> = Err(Error::PlatformDenied);
		let found = verdict(&bad, "piece", |n| (*n).into());
		assert_eq!(found["accepted"], false);
		assert_eq!(found["error"]["code"], "platformDenied");
		assert!(found.get("piece").is_none());
	}
}
