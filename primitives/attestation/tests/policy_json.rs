//! Policies and anchors in JSON, as genesis and operators' files hold them.

use bounded_collections::BoundedVec;
use concordat_attestation::{
	amd::{Product, SnpTcb},
	dev_anchors::dev_anchors,
	policy::{Advisories, QuotePolicy},
	AdvisoryId, Anchor, PlatformId, TcbStatus, Vendor,
};
use serde_json::{json, Value};

/// Every list with something in it.
fn full() -> QuotePolicy {
	let mut policy = QuotePolicy::lenient();
	policy.advisories = Advisories::Only(BoundedVec::truncate_from(vec![
		AdvisoryId::new("INTEL-SA-00289").unwrap(),
		AdvisoryId::new("INTEL-SA-00615").unwrap(),
	]));
	policy.min_evaluation = 18;
	policy.fmspcs = Some(BoundedVec::truncate_from(vec![[0, 0xa0, 0x67, 0x11, 0, 0]]));
	policy.denied_fmspcs = BoundedVec::truncate_from(vec![[0xb0, 0xc0, 0x6f, 0, 0, 0]]);
	policy.tdx_modules = Some(BoundedVec::truncate_from(vec![[0x5e; 48]]));
	policy.denied_platforms = BoundedVec::truncate_from(vec![PlatformId([3; 32])]);
	policy.snp.minimums = BoundedVec::truncate_from(vec![(
		Product::Milan,
		SnpTcb { fmc: 0, boot_loader: 4, tee: 1, snp: 22, microcode: 213 },
	)]);
	policy
}

fn read(value: &Value) -> Result<QuotePolicy, serde_json::Error> {
	serde_json::from_value(value.clone())
}

#[test]
fn policies_should_survive_the_way_through_json() {
	for policy in [QuotePolicy::strict(), QuotePolicy::lenient(), full()] {
		let text = serde_json::to_string(&policy).unwrap();
		assert_eq!(serde_json::from_str::<QuotePolicy>(&text).unwrap(), policy);
	}
	for advisories in [Advisories::Any, Advisories::Only(BoundedVec::new())] {
		let text = serde_json::to_string(&advisories).unwrap();
		assert_eq!(serde_json::from_str::<Advisories>(&text).unwrap(), advisories);
	}
}

#[test]
fn the_form_should_be_the_documented_one() {
	let expected = json!({
		"vendors": ["intelSgx", "intelTdx", "amdSevSnp", "awsNitro"],
		"statuses": [
			"upToDate", "swHardeningNeeded", "configurationNeeded", "configurationAndSwHardeningNeeded",
			"outOfDate", "outOfDateConfigurationNeeded", "relaunchAdvised", "relaunchAdvisedConfigurationNeeded",
		],
		"advisories": { "only": ["INTEL-SA-00289", "INTEL-SA-00615"] },
		"minEvaluation": 18,
		"fmspcs": ["0x00a067110000"],
		"deniedFmspcs": ["0xb0c06f000000"],
		"tdxModules": [format!("0x{}", "5e".repeat(48))],
		"allowServiceTd": false,
		"allowDynamicPlatform": true,
		"allowCachedKeys": true,
		"allowSmt": true,
		"snp": {
			"minimums": [{
				"product": "milan",
				"tcb": { "fmc": 0, "bootLoader": 4, "tee": 1, "snp": 22, "microcode": 213 },
			}],
			"minFirmware": { "major": 0, "minor": 0, "build": 0 },
			"minGuestSvn": 0,
			"maxVmpl": 3,
			"allowSmt": true,
			"allowMigration": true,
			"allowMultiSocket": true,
			"allowVlek": true,
			"requireCrl": false,
		},
		"deniedPlatforms": [format!("0x{}", "03".repeat(32))],
	});
	assert_eq!(serde_json::to_value(full()).unwrap(), expected);
	let mut open = expected;
	open["advisories"] = json!("any");
	open["fmspcs"] = json!(null);
	open["tdxModules"] = json!(null);
	let open = read(&open).unwrap();
	assert_eq!(open.advisories, Advisories::Any);
	assert_eq!((open.fmspcs, open.tdx_modules), (None, None));
}

#[test]
fn unknown_fields_should_be_refused_at_every_level() {
	let good = serde_json::to_value(full()).unwrap();
	assert!(read(&good).is_ok());
	for path in ["", "/snp", "/snp/minimums/0", "/snp/minimums/0/tcb", "/snp/minFirmware"] {
		let mut bad = good.clone();
		bad.pointer_mut(path).unwrap()["extra"] = json!(1);
		assert!(read(&bad).unwrap_err().to_string().contains("unknown field"), "{path}");
	}
}

#[test]
fn every_field_should_be_needed() {
	let good = serde_json::to_value(full()).unwrap();
	for path in ["", "/snp", "/snp/minimums/0", "/snp/minimums/0/tcb", "/snp/minFirmware"] {
		let names: Vec<_> =
			good.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect();
		for name in names {
			let mut bad = good.clone();
			bad.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(&name);
			assert!(read(&bad).is_err(), "{path}/{name}");
		}
	}
}

#[test]
fn values_of_another_form_should_be_refused() {
	let good = serde_json::to_value(full()).unwrap();
	let many: Vec<_> = (0..129).map(|i| format!("0x{i:012x}")).collect();
	for (path, value) in [
		("/fmspcs/0", json!("00a067110000")),
		("/fmspcs/0", json!("0x00a0671100")),
		("/fmspcs/0", json!("0x00a06711000000")),
		("/fmspcs/0", json!("0x00a06711000g")),
		("/fmspcs/0", json!([0, 160, 103, 17, 0, 0])),
		("/fmspcs", json!(many)),
		("/deniedFmspcs", json!(many)),
		("/deniedFmspcs", json!(null)),
		("/tdxModules/0", json!("0x5e")),
		("/deniedPlatforms/0", json!("0x03")),
		("/statuses/0", json!("UpToDate")),
		("/statuses", json!(vec!["upToDate"; 17])),
		("/vendors/0", json!("simulated")),
		("/advisories", json!("none")),
		("/advisories/only/0", json!("INTEL SA")),
		("/advisories/only", json!(vec!["A"; 129])),
		("/minEvaluation", json!(-1)),
		("/allowSmt", json!(1)),
		("/snp/minimums/0/product", json!("Milan")),
		("/snp/minimums/0/tcb/snp", json!(256)),
	] {
		let mut bad = good.clone();
		*bad.pointer_mut(path).unwrap() = value.clone();
		assert!(read(&bad).is_err(), "{path}: {value}");
	}
}

#[test]
fn what_a_policy_reads_should_be_what_it_enforces() {
	let mut value = serde_json::to_value(QuotePolicy::strict()).unwrap();
	value["statuses"] = json!(["upToDate", "outOfDate"]);
	let policy = read(&value).unwrap();
	assert!(policy.check_status(TcbStatus::OutOfDate, None).is_ok());
	assert!(policy.check_status(TcbStatus::ConfigurationNeeded, None).is_err());
}

#[test]
fn anchors_should_name_their_root_in_hex() {
	for anchor in dev_anchors() {
		let value = serde_json::to_value(anchor).unwrap();
		assert_eq!(serde_json::from_value::<Anchor>(value).unwrap(), anchor);
	}
	let key = format!("0x{}", "07".repeat(32));
	let value = json!({ "vendor": "amdSevSnp", "kind": "production", "key": key });
	let anchor: Anchor = serde_json::from_value(value.clone()).unwrap();
	assert_eq!((anchor.vendor, anchor.key), (Vendor::AmdSevSnp, [7; 32]));
	assert_eq!(serde_json::to_value(anchor).unwrap(), value);
	let extra = json!({ "vendor": "amdSevSnp", "kind": "production", "key": key, "name": "x" });
	assert!(serde_json::from_value::<Anchor>(extra).is_err());
}
