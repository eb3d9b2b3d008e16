//! Which roots of trust an offline check starts from.
//!
//! The vendors' own roots are built in, so that a check needs nothing from the network. They are what the vendors
//! publish; their SHA-256 fingerprints are compared in a test below.

use super::material::{self, Material};
use crate::error::{Error, Result};
use concordat_attestation::{crypto::sha256, Anchor, AnchorKind, Vendor};
use serde::Deserialize;
use std::path::Path;

/// Intel SGX Root CA: SGX and TDX.
pub const INTEL_ROOT: &[u8] = include_bytes!("roots/intel.der");
/// AWS Nitro Enclaves root, G1.
pub const AWS_ROOT: &[u8] = include_bytes!("roots/aws.der");
/// ASK and ARK of AMD's product lines, in PEM.
pub const AMD_CHAINS: [&[u8]; 3] = [
	include_bytes!("roots/amd_milan.pem"),
	include_bytes!("roots/amd_genoa.pem"),
	include_bytes!("roots/amd_turin.pem"),
];

/// Longest file of anchors, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// An anchor, as a file names it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
	vendor: Vendor,
	kind: AnchorKind,
	/// SHA-256 of the root certificate, `0x…`.
	key: String,
}

/// Certificates of vendors that never change and that many files leave out: roots, ASKs.
pub fn builtin_certificates() -> Vec<Vec<u8>> {
	let mut all = vec![INTEL_ROOT.to_vec(), AWS_ROOT.to_vec()];
	for chain in AMD_CHAINS {
		for one in material::read_pem(chain) {
			if let Material::Certificate(der) = one {
				all.push(der);
			}
		}
	}
	all
}

/// The vendors' roots.
pub fn production() -> Vec<Anchor> {
	let anchor =
		|vendor, der: &[u8]| Anchor { vendor, kind: AnchorKind::Production, key: sha256(der) };
	let mut anchors = vec![
		anchor(Vendor::IntelSgx, INTEL_ROOT),
		anchor(Vendor::IntelTdx, INTEL_ROOT),
		anchor(Vendor::AwsNitro, AWS_ROOT),
	];
	for chain in AMD_CHAINS {
		// ASK, then ARK.
		if let Some(Material::Certificate(ark)) = material::read_pem(chain).pop() {
			anchors.push(anchor(Vendor::AmdSevSnp, &ark));
		}
	}
	anchors
}

/// Anchors for root certificates out of a file. Whatever is not a vendor's own root is a test anchor: everything
/// under it says `simulated`.
fn of_roots(roots: &[Vec<u8>]) -> Vec<Anchor> {
	let known = production();
	let mut anchors = Vec::new();
	for root in roots {
		let key = sha256(root);
		let of_vendor: Vec<Anchor> =
			known.iter().filter(|anchor| anchor.key == key).copied().collect();
		if of_vendor.is_empty() {
			let vendors = [Vendor::IntelSgx, Vendor::IntelTdx, Vendor::AmdSevSnp, Vendor::AwsNitro];
			anchors.extend(vendors.map(|vendor| Anchor { vendor, kind: AnchorKind::Test, key }));
		} else {
			anchors.extend(of_vendor);
		}
	}
	anchors
}

fn from_json(text: &[u8]) -> std::result::Result<Vec<Anchor>, String> {
	let named: Vec<Named> = serde_json::from_slice(text).map_err(|e| e.to_string())?;
	named
		.into_iter()
		.map(|one| {
			let mut key = [0; 32];
			hex::decode_to_slice(one.key.trim_start_matches("0x"), &mut key)
				.map_err(|e| format!("{}: {e}", one.key))?;
			Ok(Anchor { vendor: one.vendor, kind: one.kind, key })
		})
		.collect()
}

/// Reads `production`, `test`, or a file: root certificates in PEM or DER, or
/// `[{"vendor":"intelSgx","kind":"production","key":"0x…"}]`.
pub fn read(text: &str) -> Result<Vec<Anchor>> {
	match text {
		"production" => Ok(production()),
		"test" => Ok(concordat_attestation::dev_anchors::dev_anchors().to_vec()),
		path => {
			let bytes = crate::commands::read_file(Path::new(path), MAX_FILE)?;
			let wrong = |reason: String| {
				Error::Argument(format!(
					"{path} holds no anchors: root certificates, or a JSON list of {{vendor, kind, key}} ({reason})"
				))
			};
			if bytes.trim_ascii_start().starts_with(b"[") {
				return from_json(&bytes).map_err(wrong);
			}
			let roots: Vec<Vec<u8>> = material::read(&bytes)
				.map_err(wrong)?
				.into_iter()
				.filter_map(|one| match one {
					Material::Certificate(der) if material::is_root(&der) => Some(der),
					_ => None,
				})
				.collect();
			if roots.is_empty() {
				return Err(wrong("no certificate that signed itself".into()));
			}
			Ok(of_roots(&roots))
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_roots_should_be_those_that_the_vendors_publish() {
		let keys: Vec<(Vendor, String)> =
			production().iter().map(|anchor| (anchor.vendor, hex::encode(anchor.key))).collect();
		let intel = "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3";
		for (vendor, key) in [
			(Vendor::IntelSgx, intel),
			(Vendor::IntelTdx, intel),
			(Vendor::AwsNitro, "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b"),
			(Vendor::AmdSevSnp, "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
			(Vendor::AmdSevSnp, "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
			(Vendor::AmdSevSnp, "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"),
		] {
			assert!(keys.contains(&(vendor, key.to_owned())), "{vendor:?} {key}");
		}
		assert_eq!(keys.len(), 6);
	}

	#[test]
	fn a_root_that_is_no_vendors_should_be_a_test_anchor() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("root.der");
		std::fs::write(&path, INTEL_ROOT).unwrap();
		let anchors = read(path.to_str().unwrap()).unwrap();
		assert!(anchors.iter().all(|anchor| anchor.kind == AnchorKind::Production));
		assert_eq!(anchors.len(), 2);

		let own =
			concordat_attestation::simulator::intel::IntelSimulator::new(b"own", 1_800_000_000);
		std::fs::write(&path, own.root_der()).unwrap();
		let anchors = read(path.to_str().unwrap()).unwrap();
		assert!(anchors.iter().all(|anchor| anchor.kind == AnchorKind::Test));
		assert!(anchors.iter().any(|anchor| anchor.key == sha256(&own.root_der())));
	}

	#[test]
	fn anchors_should_be_read_from_json_and_nothing_else_be_taken_for_them() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("anchors.json");
		let key = "44".repeat(32);
		let json = format!(r#"[{{"vendor":"amdSevSnp","kind":"test","key":"0x{key}"}}]"#);
		std::fs::write(&path, json).unwrap();
		let anchors = read(path.to_str().unwrap()).unwrap();
		let expected =
			Anchor { vendor: Vendor::AmdSevSnp, kind: AnchorKind::Test, key: [0x44; 32] };
		assert_eq!(anchors, [expected]);
		for wrong in [&b"[{}]"[..], b"rain", &super::super::recorded::leaf()[..]] {
			std::fs::write(&path, wrong).unwrap();
			assert!(read(path.to_str().unwrap()).is_err());
		}
	}
}
