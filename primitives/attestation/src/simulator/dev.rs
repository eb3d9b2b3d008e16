//! Platforms of development chains: real-format evidence and collateral under roots that are the same on every machine
//! and day.
//!
//! | what | valid |
//! |---|---|
//! | roots, authorities, signers, certificates of platforms | 2024-01-01 to 2049-12-31, UTC |
//! | revocation lists, TCB info, QE identity | from the start of the UTC day of `now`, 30 days |
//! | Nitro: region, zone, instance | from 5 minutes before the start of that day: 20, 6, 2 days |
//! | Nitro: enclave | from 5 minutes before the start of the hour of `now`, 3 hours |
//!
//! Everything follows from the kind, the name and `now`: two processes make the same bytes, on one day the same
//! collateral. The keys follow from a seed that everybody knows, so this proves nothing about any hardware.

use super::{
	amd::AmdSimulator,
	intel::{enclave, td, IntelSimulator},
	nitro::NitroSimulator,
	pieces::bounded,
	x509::{CertificateSpec, CrlSpec},
};
use crate::{
	amd::{Product, SnpTcb, VekKind},
	crypto::sha256,
	intel::{Body, Tee},
	source::Piece,
	Anchor, Evidence, Measurement, Vendor,
};
use alloc::vec::Vec;

/// All keys of authorities follow from it.
const SEED: &[u8] = b"concordat/dev/v1";
/// 2024-01-01 00:00:00 UTC.
const NOT_BEFORE: u64 = 1_704_067_200;
/// 2049-12-31 23:59:59 UTC.
const NOT_AFTER: u64 = 2_524_607_999;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// What clocks may differ by around the start of a day or an hour.
const SLACK: u64 = 300;
/// How long collateral counts.
const COLLATERAL_DAYS: u64 = 30;

/// Technology of a development platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DevKind {
	/// Intel SGX, quotes of version 3.
	Sgx,
	/// Intel TDX, quotes of version 4.
	Tdx,
	/// AMD SEV-SNP, product line Milan.
	Snp,
	/// AWS Nitro.
	Nitro,
}

/// A development platform. Another name is another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevPlatform {
	kind: DevKind,
	seed: Vec<u8>,
}

/// Test anchors for all kinds: SGX, TDX, SEV-SNP, Nitro.
pub fn dev_anchors() -> Vec<Anchor> {
	crate::dev_anchors::dev_anchors().to_vec()
}

/// TCB of development platforms of kind [`DevKind::Snp`]: the minimum to set for Milan, so that they are up to date.
pub const fn dev_snp_minimum() -> SnpTcb {
	SnpTcb { fmc: 0, boot_loader: 4, tee: 1, snp: 22, microcode: 213 }
}

/// Start of the day or hour of `now`.
const fn floor(now: u64, step: u64) -> u64 {
	now - now % step
}

fn fix(certificate: &mut CertificateSpec) {
	certificate.not_before = NOT_BEFORE;
	certificate.not_after = NOT_AFTER;
}

fn date(crl: &mut CrlSpec, now: u64) {
	crl.this_update = floor(now, DAY);
	crl.next_update = floor(now, DAY).saturating_add(COLLATERAL_DAYS * DAY);
}

fn intel(platform: &[u8], now: u64) -> IntelSimulator {
	let mut intel = IntelSimulator::new(SEED, now).with_platform(platform);
	for certificate in [&mut intel.root, &mut intel.ca, &mut intel.signer, &mut intel.leaf] {
		fix(certificate);
	}
	date(&mut intel.root_crl, now);
	date(&mut intel.pck_crl, now);
	intel.issued = intel.root_crl.this_update;
	intel.next_update = intel.root_crl.next_update;
	// What the strict policy asks of a platform.
	intel.flags = Some([false; 3]);
	intel
}

fn amd(platform: &[u8], now: u64) -> AmdSimulator {
	let mut amd = AmdSimulator::new(platform, Product::Milan, VekKind::Vcek, now);
	for certificate in [&mut amd.ark, &mut amd.authority, &mut amd.vek] {
		fix(certificate);
	}
	date(&mut amd.crl, now);
	let serial = sha256(&[platform, b"serial"].concat());
	amd.vek.serial = [&[1], &serial[..15]].concat();
	amd.tcb = dev_snp_minimum();
	amd
}

fn nitro(platform: &[u8], now: u64) -> NitroSimulator {
	let mut nitro = NitroSimulator::new(SEED, now).with_platform(platform);
	let [root, region, zone, instance] = &mut nitro.authorities;
	fix(root);
	for (authority, days) in [(region, 20), (zone, 6), (instance, 2)] {
		authority.not_before = floor(now, DAY).saturating_sub(SLACK);
		authority.not_after = authority.not_before.saturating_add(days * DAY);
	}
	nitro.leaf.not_before = floor(now, HOUR).saturating_sub(SLACK);
	nitro.leaf.not_after = nitro.leaf.not_before.saturating_add(3 * HOUR);
	nitro
}

impl DevPlatform {
	/// The platform of this kind and name.
	pub fn new(kind: DevKind, name: &str) -> Self {
		Self { kind, seed: [SEED, b"/platform/", name.as_bytes()].concat() }
	}

	/// Who would vouch for hardware of this kind.
	pub const fn vendor(&self) -> Vendor {
		match self.kind {
			DevKind::Sgx => Vendor::IntelSgx,
			DevKind::Tdx => Vendor::IntelTdx,
			DevKind::Snp => Vendor::AmdSevSnp,
			DevKind::Nitro => Vendor::AwsNitro,
		}
	}

	/// What evidence of `code` says: 48 bytes, of which SGX has only the first 32.
	pub fn measurement(&self, mut code: [u8; 48]) -> Measurement {
		if self.kind == DevKind::Sgx {
			code[32..].fill(0);
		}
		Measurement(code)
	}

	/// Evidence that `code` runs on this platform and bound itself to `report_data`, at `now` in Unix seconds.
	pub fn evidence(&self, code: [u8; 48], report_data: [u8; 64], now: u64) -> Evidence {
		let platform = &self.seed[..];
		match self.kind {
			DevKind::Sgx => {
				let mut mr_enclave = [0; 32];
				mr_enclave.copy_from_slice(&code[..32]);
				let body = Body::Enclave(enclave(mr_enclave, report_data));
				Evidence::Intel { quote: bounded(intel(platform, now).quote(body)) }
			},
			DevKind::Tdx => {
				let body = Body::Td(td(code, report_data));
				Evidence::Intel { quote: bounded(intel(platform, now).quote(body)) }
			},
			DevKind::Snp => {
				let amd = amd(platform, now);
				amd.evidence(amd.report(code, report_data))
			},
			DevKind::Nitro => {
				let nitro = nitro(platform, now);
				let mut spec = nitro.spec(code, report_data);
				spec.timestamp = now.saturating_mul(1_000);
				Evidence::Aws { document: bounded(nitro.build(&spec)) }
			},
		}
	}

	/// Collateral of the day of `now` (Unix seconds), in an order in which it can be posted with
	/// [`verify_piece`](crate::source::verify_piece). The same for all platforms of the kind.
	pub fn collateral(&self, now: u64) -> Vec<Piece> {
		match self.kind {
			DevKind::Sgx => intel(&self.seed, now).pieces(Tee::Sgx),
			DevKind::Tdx => intel(&self.seed, now).pieces(Tee::Tdx),
			DevKind::Snp => amd(&self.seed, now).pieces(),
			DevKind::Nitro => nitro(&self.seed, now).pieces(),
		}
	}
}
