//! Simulated AMD platforms: ARK, ASK, ASVK, VCEK, VLEK, revocation list, SEV-SNP reports.

use super::{
	der::{integer, tlv},
	keys::{RsaSlot, SimKey},
	x509::{CertificateSpec, CrlSpec},
};
use crate::{
	amd::{Product, SnpTcb, SnpVersion, VekKind, REPORT_BYTES},
	crypto::sha256,
	x509::{CERT_SIGN, CRL_SIGN},
	Anchor, AnchorKind, Vendor,
};
use alloc::{format, vec, vec::Vec};

/// 1.3.6.1.4.1.3704.1
const OID_AMD: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01];
const DAY: u64 = 86_400;

/// A simulated platform with everything that vouches for it.
#[derive(Clone, Debug)]
pub struct AmdSimulator {
	/// The chip's key follows from it. The RSA keys are fixed.
	pub seed: Vec<u8>,
	/// Product line.
	pub product: Product,
	/// Kind of key that signs reports.
	pub kind: VekKind,
	/// Root certificate.
	pub ark: CertificateSpec,
	/// ASK, or ASVK for a VLEK.
	pub authority: CertificateSpec,
	/// VCEK or VLEK certificate, without AMD's extensions.
	pub vek: CertificateSpec,
	/// Revocation list of the root.
	pub crl: CrlSpec,
	/// Product name in the certificate.
	pub product_name: Vec<u8>,
	/// TCB in the certificate.
	pub tcb: SnpTcb,
	/// Chip id in the certificate: 64 bytes, 8 since Turin.
	pub hardware_id: Vec<u8>,
}

/// What goes into a report. Change any field to make a bad one.
#[derive(Clone, Debug)]
pub struct ReportSpec {
	/// Version of the layout.
	pub version: u32,
	/// Security version of the guest.
	pub guest_svn: u32,
	/// Policy of the guest.
	pub policy: u64,
	/// Privilege level of who asks.
	pub vmpl: u32,
	/// Algorithm of the signature.
	pub algorithm: u32,
	/// State of the platform.
	pub platform_info: u64,
	/// Which key signs.
	pub key_info: u32,
	/// What the code binds itself to.
	pub report_data: [u8; 64],
	/// Launch digest.
	pub measurement: [u8; 48],
	/// TCB.
	pub reported_tcb: SnpTcb,
	/// Family and model of the processor, since version 3.
	pub cpuid: [u8; 2],
	/// Chip id.
	pub chip_id: Vec<u8>,
	/// Version of the firmware.
	pub firmware: SnpVersion,
}

impl AmdSimulator {
	/// A good platform at `now`, in Unix seconds.
	pub fn new(seed: &[u8], product: Product, kind: VekKind, now: u64) -> Self {
		let name = product.name();
		let (authority, slot, vek) = match kind {
			VekKind::Vcek => (format!("SEV-{name}"), RsaSlot::Ask, "SEV-VCEK"),
			VekKind::Vlek => (format!("SEV-VLEK-{name}"), RsaSlot::Asvk, "SEV-VLEK"),
		};
		let ark = format!("ARK-{name}");
		let certificate = |serial: u8, issuer: &str, subject: &str, key: &SimKey| CertificateSpec {
			serial: vec![serial],
			issuer: issuer.into(),
			subject: subject.into(),
			not_before: now.saturating_sub(365 * DAY),
			not_after: now.saturating_add(365 * DAY),
			key: key.spki(),
			ca: true,
			path_len: None,
			key_usage: Some(CERT_SIGN | CRL_SIGN),
			extensions: vec![],
		};
		let ark_key = SimKey::rsa(RsaSlot::Ark);
		let id = sha256(&[seed, b"chip"].concat());
		Self {
			seed: seed.to_vec(),
			product,
			kind,
			ark: certificate(1, &ark, &ark, &ark_key),
			authority: CertificateSpec {
				path_len: Some(0),
				..certificate(2, &ark, &authority, &SimKey::rsa(slot))
			},
			vek: CertificateSpec {
				ca: false,
				key_usage: None,
				..certificate(0, &authority, vek, &SimKey::p384(seed, "vek"))
			},
			crl: CrlSpec {
				issuer: ark,
				this_update: now.saturating_sub(DAY),
				next_update: now.saturating_add(90 * DAY),
				number: 1,
				revoked: vec![],
				extensions: vec![],
			},
			product_name: format!("{name}-B0").into_bytes(),
			tcb: SnpTcb {
				fmc: if product == Product::Turin { 1 } else { 0 },
				boot_loader: 4,
				tee: 1,
				snp: 22,
				microcode: 213,
			},
			hardware_id: match product {
				Product::Turin => id.iter().copied().take(8).collect(),
				Product::Milan | Product::Genoa => [id, id].concat(),
			},
		}
	}

	/// The root certificate.
	pub fn ark_der(&self) -> Vec<u8> {
		self.ark.sign(&SimKey::rsa(RsaSlot::Ark))
	}

	/// Certificate of the ASK or ASVK.
	pub fn authority_der(&self) -> Vec<u8> {
		self.authority.sign(&SimKey::rsa(RsaSlot::Ark))
	}

	/// Revocation list of the root.
	pub fn crl_der(&self) -> Vec<u8> {
		self.crl.sign(&SimKey::rsa(RsaSlot::Ark))
	}

	/// The VCEK or VLEK certificate, with AMD's extensions.
	pub fn vek_der(&self) -> Vec<u8> {
		let mut vek = self.vek.clone();
		let mut add = |suffix: &[u8], value: Vec<u8>| {
			vek.extensions.push(([OID_AMD, suffix].concat(), false, value));
		};
		add(&[1], integer(&[0]));
		add(&[2], tlv(0x16, &self.product_name));
		add(&[3, 1], integer(&[self.tcb.boot_loader]));
		add(&[3, 2], integer(&[self.tcb.tee]));
		add(&[3, 3], integer(&[self.tcb.snp]));
		add(&[3, 8], integer(&[self.tcb.microcode]));
		if self.product == Product::Turin {
			add(&[3, 9], integer(&[self.tcb.fmc]));
		}
		let slot = match self.kind {
			VekKind::Vcek => {
				add(&[4], self.hardware_id.clone());
				RsaSlot::Ask
			},
			VekKind::Vlek => {
				add(&[5], tlv(0x16, b"simulated cloud"));
				RsaSlot::Asvk
			},
		};
		vek.sign(&SimKey::rsa(slot))
	}

	/// Test anchor for this root.
	pub fn anchor(&self) -> Anchor {
		let key = sha256(&self.ark_der());
		Anchor { vendor: Vendor::AmdSevSnp, kind: AnchorKind::Test, key }
	}

	/// A good report's contents.
	pub fn spec(&self, measurement: [u8; 48], report_data: [u8; 64]) -> ReportSpec {
		ReportSpec {
			version: 3,
			guest_svn: 0,
			// Reserved bit; ABI 1.51.
			policy: 1 << 17 | 1 << 8 | 51,
			vmpl: 0,
			algorithm: 1,
			platform_info: 0,
			key_info: match self.kind {
				VekKind::Vcek => 0,
				VekKind::Vlek => 1 << 2,
			},
			report_data,
			measurement,
			reported_tcb: self.tcb,
			cpuid: match self.product {
				Product::Milan => [0x19, 0x01],
				Product::Genoa => [0x19, 0x11],
				Product::Turin => [0x1a, 0x02],
			},
			chip_id: self.hardware_id.clone(),
			firmware: SnpVersion { major: 1, minor: 55, build: 21 },
		}
	}

	/// A good report.
	pub fn report(&self, measurement: [u8; 48], report_data: [u8; 64]) -> Vec<u8> {
		self.build(&self.spec(measurement, report_data))
	}

	/// Puts a report together and signs it.
	pub fn build(&self, spec: &ReportSpec) -> Vec<u8> {
		let mut chip_id = spec.chip_id.clone();
		chip_id.resize(64, 0);
		let tcb = spec.reported_tcb.write(self.product);
		let SnpVersion { major, minor, build } = spec.firmware;
		let firmware = [build, minor, major, 0];
		let cpuid = if spec.version > 2 { spec.cpuid } else { [0; 2] };
		let mut report = [
			&spec.version.to_le_bytes()[..],
			&spec.guest_svn.to_le_bytes(),
			&spec.policy.to_le_bytes(),
			&[0; 32],
			&spec.vmpl.to_le_bytes(),
			&spec.algorithm.to_le_bytes(),
			&tcb,
			&spec.platform_info.to_le_bytes(),
			&spec.key_info.to_le_bytes(),
			&[0; 4],
			&spec.report_data,
			&spec.measurement,
			&[0; 32 + 48 + 48 + 32],
			&[0xff; 32],
			&tcb,
			&cpuid,
			&[0; 22],
			&chip_id,
			&tcb,
			&firmware,
			&firmware,
			&tcb,
			&[0; 168],
		]
		.concat();
		let signature = SimKey::p384(&self.seed, "vek").sign_raw(&report);
		for scalar in signature.chunks(48) {
			report.extend(scalar.iter().rev());
			report.extend_from_slice(&[0; 24]);
		}
		report.resize(REPORT_BYTES, 0);
		report
	}
}
