//! Simulated Intel platforms: PCK chain, revocation lists, TCB info, QE identity, SGX and TDX quotes.

use super::{
	der::{boolean, integer, octets, oid, rfc3339, sequence, tlv},
	keys::SimKey,
	x509::{hex_upper, pem, CertificateSpec, CrlSpec},
};
use crate::{
	crypto::sha256,
	intel::{Body, EnclaveReport, RawCollateral, TdReport, Tee},
	x509::{CERT_SIGN, CRL_SIGN, DIGITAL_SIGNATURE},
	Anchor, AnchorKind, Vendor,
};
use alloc::{
	format,
	string::{String, ToString},
	vec,
	vec::Vec,
};

const ROOT: &str = "Simulated SGX Root CA";
const CA: &str = "Simulated SGX PCK Platform CA";
const SIGNER: &str = "Simulated SGX TCB Signing";
const LEAF: &str = "Simulated SGX PCK Certificate";
/// 1.2.840.113741.1.13.1
const OID_SGX: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];
const DAY: u64 = 86_400;

/// A TCB level of TCB info.
#[derive(Clone, Debug)]
pub struct LevelSpec {
	/// SGX TCB components.
	pub sgx: [u8; 16],
	/// TDX TCB components.
	pub tdx: [u8; 16],
	/// Security version of the provisioning certification enclave.
	pub pce_svn: u16,
	/// Status, as the vendor names it.
	pub status: &'static str,
	/// Advisories.
	pub advisories: Vec<&'static str>,
}

/// A TCB level of the quoting enclave or a TDX module.
#[derive(Clone, Debug)]
pub struct SvnSpec {
	/// Security version.
	pub svn: u16,
	/// Status, as the vendor names it.
	pub status: &'static str,
	/// Advisories.
	pub advisories: Vec<&'static str>,
}

/// A simulated platform with everything that vouches for it.
#[derive(Clone, Debug)]
pub struct IntelSimulator {
	/// The authorities' keys follow from it.
	pub seed: Vec<u8>,
	/// The platform's own keys follow from it: that of its PCK certificate and its attestation keys.
	pub platform: Vec<u8>,
	/// Root certificate.
	pub root: CertificateSpec,
	/// PCK CA certificate.
	pub ca: CertificateSpec,
	/// Certificate of the signer of TCB info and QE identity.
	pub signer: CertificateSpec,
	/// PCK certificate, without Intel's extension.
	pub leaf: CertificateSpec,
	/// Revocation list of the root.
	pub root_crl: CrlSpec,
	/// Revocation list of the PCK CA.
	pub pck_crl: CrlSpec,
	/// Provisioning id of the platform.
	pub ppid: [u8; 16],
	/// Security version of its processor.
	pub cpu_svn: [u8; 16],
	/// Security version of its provisioning certification enclave.
	pub pce_svn: u16,
	/// Identity of that enclave.
	pub pce_id: [u8; 2],
	/// Family of the platform.
	pub fmspc: [u8; 6],
	/// Dynamic platform, cached keys, multithreading; `None` leaves them out.
	pub flags: Option<[bool; 3]>,
	/// Family that TCB info is for.
	pub tcb_fmspc: [u8; 6],
	/// Provisioning certification enclave that TCB info is for.
	pub tcb_pce_id: [u8; 2],
	/// When TCB info and QE identity are issued.
	pub issued: u64,
	/// Up to when they count.
	pub next_update: u64,
	/// Number of the evaluation of TCB info.
	pub tcb_evaluation: u32,
	/// Number of the evaluation of QE identity.
	pub qe_evaluation: u32,
	/// TCB levels.
	pub levels: Vec<LevelSpec>,
	/// TDX modules: generation, levels.
	pub modules: Vec<(u8, Vec<SvnSpec>)>,
	/// Signer of TDX modules.
	pub module_signer: [u8; 48],
	/// Which attributes of TDX modules matter.
	pub module_mask: [u8; 8],
	/// TCB levels of the quoting enclave.
	pub qe_levels: Vec<SvnSpec>,
	/// Signer of quoting enclaves that QE identity names.
	pub qe_signer: [u8; 32],
	/// Report of the quoting enclave; its report data are filled in.
	pub qe_report: EnclaveReport,
}

/// How a quote is put together.
#[derive(Clone, Debug)]
pub struct QuoteSpec {
	/// Version of the format: 3, 4 or 5.
	pub version: u16,
	/// Enclave or TD.
	pub body: Body,
	/// Label of the attestation key.
	pub attestation_key: String,
	/// Label of the key that the quoting enclave binds; differs only in a forged quote.
	pub bound_key: String,
	/// Kind of certification data.
	pub certification_type: u16,
	/// Certification data.
	pub certification: Vec<u8>,
}

/// Collateral as the vendor's service would send it.
#[derive(Clone, Debug)]
pub struct OwnedCollateral {
	/// PCK CA and root, in PEM.
	pub pck_crl_issuer_chain: String,
	/// Revocation list of the root.
	pub root_crl: Vec<u8>,
	/// Revocation list of the PCK CA.
	pub pck_crl: Vec<u8>,
	/// Signer and root, in PEM.
	pub tcb_info_issuer_chain: String,
	/// TCB info.
	pub tcb_info: String,
	/// Its signature.
	pub tcb_info_signature: [u8; 64],
	/// Signer and root, in PEM.
	pub qe_identity_issuer_chain: String,
	/// QE identity.
	pub qe_identity: String,
	/// Its signature.
	pub qe_identity_signature: [u8; 64],
}

impl OwnedCollateral {
	/// For the verifier.
	pub fn borrow(&self) -> RawCollateral<'_> {
		RawCollateral {
			pck_crl_issuer_chain: self.pck_crl_issuer_chain.as_bytes(),
			root_crl: &self.root_crl,
			pck_crl: &self.pck_crl,
			tcb_info_issuer_chain: self.tcb_info_issuer_chain.as_bytes(),
			tcb_info: self.tcb_info.as_bytes(),
			tcb_info_signature: &self.tcb_info_signature,
			qe_identity_issuer_chain: self.qe_identity_issuer_chain.as_bytes(),
			qe_identity: self.qe_identity.as_bytes(),
			qe_identity_signature: &self.qe_identity_signature,
		}
	}
}

/// An enclave's report with nothing in it but what the caller gives.
pub const fn enclave(mr_enclave: [u8; 32], report_data: [u8; 64]) -> EnclaveReport {
	EnclaveReport {
		cpu_svn: [0; 16],
		misc_select: 0,
		// INIT and MODE64BIT; x87 and SSE.
		attributes: [5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0],
		mr_enclave,
		mr_signer: [0; 32],
		product_id: 0,
		svn: 0,
		report_data,
	}
}

/// A TD's report of version 1.0 with nothing in it but what the caller gives.
pub const fn td(mr_td: [u8; 48], report_data: [u8; 64]) -> TdReport {
	TdReport {
		tee_tcb_svn: [3, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
		mr_seam: [0x5e; 48],
		mr_signer_seam: [0; 48],
		seam_attributes: [0; 8],
		// SEPT_VE_DISABLE.
		attributes: (1u64 << 28).to_le_bytes(),
		xfam: [0xe7, 0, 6, 0, 0, 0, 0, 0],
		mr_td,
		mr_config_id: [0; 48],
		mr_owner: [0; 48],
		mr_owner_config: [0; 48],
		rtmr: [[0; 48]; 4],
		report_data,
		td15: None,
		current_service_td: None,
	}
}

fn filled<const N: usize>(bytes: &[u8]) -> [u8; N] {
	let mut out = [0; N];
	for (to, from) in out.iter_mut().zip(bytes) {
		*to = *from;
	}
	out
}

/// A positive serial number of 20 bytes.
fn serial(seed: &[u8], label: &str) -> Vec<u8> {
	let digest = sha256(&[seed, label.as_bytes(), b"serial"].concat());
	[&[1], &digest[..19]].concat()
}

/// The 384 bytes of an enclave's report.
pub fn enclave_bytes(report: &EnclaveReport) -> Vec<u8> {
	[
		&report.cpu_svn[..],
		&report.misc_select.to_le_bytes(),
		&[0; 28],
		&report.attributes,
		&report.mr_enclave,
		&[0; 32],
		&report.mr_signer,
		&[0; 96],
		&report.product_id.to_le_bytes(),
		&report.svn.to_le_bytes(),
		&[0; 60],
		&report.report_data,
	]
	.concat()
}

/// The 584, 648 or 885 bytes of a TD's report.
pub fn td_bytes(report: &TdReport) -> Vec<u8> {
	let mut bytes = [
		&report.tee_tcb_svn[..],
		&report.mr_seam,
		&report.mr_signer_seam,
		&report.seam_attributes,
		&report.attributes,
		&report.xfam,
		&report.mr_td,
		&report.mr_config_id,
		&report.mr_owner,
		&report.mr_owner_config,
		&report.rtmr.concat(),
		&report.report_data,
	]
	.concat();
	if let Some(td15) = &report.td15 {
		bytes.extend_from_slice(&td15.tee_tcb_svn2);
		bytes.extend_from_slice(&td15.mr_service_td);
	}
	if let Some(current) = &report.current_service_td {
		bytes.extend_from_slice(&[0; 1 + 32 + 48 + 48 + 8 + 16 + 16 + 12]);
		bytes.extend_from_slice(current);
		bytes.extend_from_slice(&[0; 8]);
	}
	bytes
}

impl IntelSimulator {
	/// A platform that is entirely up to date at `now`, in Unix seconds.
	pub fn new(seed: &[u8], now: u64) -> Self {
		let key = |label| SimKey::p256(seed, label);
		let certificate = |issuer: &str, subject: &str, label: &'static str, uses: u8, ca: bool| {
			CertificateSpec {
				serial: serial(seed, label),
				issuer: issuer.into(),
				subject: subject.into(),
				not_before: now.saturating_sub(365 * DAY),
				not_after: now.saturating_add(365 * DAY),
				key: key(label).spki(),
				ca,
				path_len: None,
				key_usage: Some(uses),
				extensions: vec![],
			}
		};
		let crl = |issuer: &str| CrlSpec {
			issuer: issuer.into(),
			this_update: now.saturating_sub(DAY),
			next_update: now.saturating_add(30 * DAY),
			number: 1,
			revoked: vec![],
			extensions: vec![],
		};
		let uses = CERT_SIGN | CRL_SIGN;
		let module_level = |svn| SvnSpec { svn, status: "UpToDate", advisories: vec![] };
		let qe_signer = sha256(b"simulated signer of quoting enclaves");
		Self {
			root: CertificateSpec {
				path_len: Some(1),
				..certificate(ROOT, ROOT, "root", uses, true)
			},
			ca: CertificateSpec { path_len: Some(0), ..certificate(ROOT, CA, "ca", uses, true) },
			signer: certificate(ROOT, SIGNER, "signer", DIGITAL_SIGNATURE, false),
			leaf: certificate(CA, LEAF, "pck", DIGITAL_SIGNATURE, false),
			root_crl: crl(ROOT),
			pck_crl: crl(CA),
			ppid: filled(&sha256(&[seed, b"ppid"].concat())),
			cpu_svn: [4; 16],
			pce_svn: 13,
			pce_id: [0; 2],
			fmspc: [0x50, 0x51, 0x4d, 0, 0, 0],
			flags: Some([false, true, true]),
			tcb_fmspc: [0x50, 0x51, 0x4d, 0, 0, 0],
			tcb_pce_id: [0; 2],
			issued: now.saturating_sub(DAY),
			next_update: now.saturating_add(30 * DAY),
			tcb_evaluation: 20,
			qe_evaluation: 20,
			levels: vec![
				LevelSpec {
					sgx: [4; 16],
					tdx: filled(&[3, 0, 3]),
					pce_svn: 13,
					status: "UpToDate",
					advisories: vec![],
				},
				LevelSpec {
					sgx: [2; 16],
					tdx: filled(&[1, 0, 1]),
					pce_svn: 10,
					status: "OutOfDate",
					advisories: vec!["INTEL-SA-00001"],
				},
			],
			modules: vec![(1, vec![module_level(3)])],
			module_signer: [0; 48],
			module_mask: [0xff; 8],
			qe_levels: vec![
				SvnSpec { svn: 8, status: "UpToDate", advisories: vec![] },
				SvnSpec { svn: 6, status: "OutOfDate", advisories: vec!["INTEL-SA-00002"] },
			],
			qe_signer,
			qe_report: EnclaveReport {
				mr_signer: qe_signer,
				product_id: 1,
				svn: 8,
				attributes: filled(&[0x15, 0, 0, 0, 0, 0, 0, 0, 0xe7]),
				..enclave(sha256(b"simulated quoting enclave"), [0; 64])
			},
			seed: seed.to_vec(),
			platform: seed.to_vec(),
		}
	}

	/// The same authorities, another platform: keys, serial number and PPID follow from `platform`.
	pub fn with_platform(mut self, platform: &[u8]) -> Self {
		self.platform = platform.to_vec();
		self.leaf.key = self.key("pck").spki();
		self.leaf.serial = serial(platform, "pck");
		self.ppid = filled(&sha256(&[platform, b"ppid"].concat()));
		self
	}

	/// One of the keys: `root`, `ca` and `signer` of the authorities; `pck` and attestation keys of the platform.
	pub fn key(&self, label: &str) -> SimKey {
		match label {
			"root" | "ca" | "signer" => SimKey::p256(&self.seed, label),
			_ => SimKey::p256(&self.platform, label),
		}
	}

	/// The root certificate.
	pub fn root_der(&self) -> Vec<u8> {
		self.root.sign(&self.key("root"))
	}

	/// Test anchors for SGX and TDX under this root.
	pub fn anchors(&self) -> [Anchor; 2] {
		let key = sha256(&self.root_der());
		[Vendor::IntelSgx, Vendor::IntelTdx].map(|vendor| Anchor {
			vendor,
			kind: AnchorKind::Test,
			key,
		})
	}

	/// The PCK certificate, with Intel's extension.
	pub fn leaf_der(&self) -> Vec<u8> {
		let mut leaf = self.leaf.clone();
		leaf.extensions.push((OID_SGX.to_vec(), false, self.sgx_extension()));
		leaf.sign(&self.key("ca"))
	}

	fn sgx_extension(&self) -> Vec<u8> {
		let pair =
			|suffix: &[u8], value: Vec<u8>| sequence(&[oid(&[OID_SGX, suffix].concat()), value]);
		let mut tcb: Vec<_> = (1u8..)
			.zip(self.cpu_svn)
			.map(|(index, svn)| pair(&[2, index], integer(&[svn])))
			.collect();
		tcb.push(pair(&[2, 17], integer(&self.pce_svn.to_be_bytes())));
		tcb.push(pair(&[2, 18], octets(&self.cpu_svn)));
		let mut list = vec![
			pair(&[1], octets(&self.ppid)),
			pair(&[2], sequence(&tcb)),
			pair(&[3], octets(&self.pce_id)),
			pair(&[4], octets(&self.fmspc)),
			pair(&[5], tlv(0x0a, &[1])),
		];
		if let Some(flags) = self.flags {
			let flags: Vec<_> =
				(1u8..).zip(flags).map(|(index, flag)| pair(&[7, index], boolean(flag))).collect();
			list.push(pair(&[6], octets(&[0; 16])));
			list.push(pair(&[7], sequence(&flags)));
		}
		sequence(&list)
	}

	/// PCK, PCK CA and root, in PEM.
	pub fn chain(&self) -> String {
		pem(&[&self.leaf_der(), &self.ca.sign(&self.key("root")), &self.root_der()])
	}

	/// Collateral for one technology.
	pub fn collateral(&self, tee: Tee) -> OwnedCollateral {
		let root_key = self.key("root");
		let root = self.root_der();
		let signer_chain = pem(&[&self.signer.sign(&root_key), &root]);
		let tcb_info = self.tcb_info(tee);
		let qe_identity = self.qe_identity(tee);
		OwnedCollateral {
			pck_crl_issuer_chain: pem(&[&self.ca.sign(&root_key), &root]),
			root_crl: self.root_crl.sign(&root_key),
			pck_crl: self.pck_crl.sign(&self.key("ca")),
			tcb_info_issuer_chain: signer_chain.clone(),
			tcb_info_signature: self.sign_statement(&tcb_info),
			tcb_info,
			qe_identity_issuer_chain: signer_chain,
			qe_identity_signature: self.sign_statement(&qe_identity),
			qe_identity,
		}
	}

	/// Signature of the signer over a statement.
	pub fn sign_statement(&self, json: &str) -> [u8; 64] {
		filled(&self.key("signer").sign_raw(json.as_bytes()))
	}

	/// JSON text of TCB info.
	pub fn tcb_info(&self, tee: Tee) -> String {
		let levels: Vec<_> = self.levels.iter().map(|level| level.json(tee, self.issued)).collect();
		let id = match tee {
			Tee::Sgx => "SGX",
			Tee::Tdx => "TDX",
		};
		let module = format!(
			r#""mrsigner":"{}","attributes":"{}","attributesMask":"{}""#,
			hex_upper(&self.module_signer),
			"0".repeat(16),
			hex_upper(&self.module_mask)
		);
		let modules: Vec<_> = self
			.modules
			.iter()
			.map(|(generation, levels)| {
				let levels = svn_levels(levels, self.issued);
				format!(r#"{{"id":"TDX_{generation:02X}",{module},"tcbLevels":[{levels}]}}"#)
			})
			.collect();
		let tdx = match tee {
			Tee::Sgx => String::new(),
			Tee::Tdx => format!(
				r#""tdxModule":{{{module}}},"tdxModuleIdentities":[{}],"#,
				modules.join(",")
			),
		};
		format!(
			r#"{{"id":"{id}","version":3,"issueDate":"{}","nextUpdate":"{}","fmspc":"{}","pceId":"{}","tcbType":0,"tcbEvaluationDataNumber":{},{tdx}"tcbLevels":[{}]}}"#,
			rfc3339(self.issued),
			rfc3339(self.next_update),
			hex_upper(&self.tcb_fmspc),
			hex_upper(&self.tcb_pce_id),
			self.tcb_evaluation,
			levels.join(",")
		)
	}

	/// JSON text of QE identity.
	pub fn qe_identity(&self, tee: Tee) -> String {
		let (id, product) = match tee {
			Tee::Sgx => ("QE", 1),
			Tee::Tdx => ("TD_QE", 2),
		};
		format!(
			r#"{{"id":"{id}","version":2,"issueDate":"{}","nextUpdate":"{}","tcbEvaluationDataNumber":{},"miscselect":"00000000","miscselectMask":"FFFFFFFF","attributes":"11000000000000000000000000000000","attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","mrsigner":"{}","isvprodid":{product},"tcbLevels":[{}]}}"#,
			rfc3339(self.issued),
			rfc3339(self.next_update),
			self.qe_evaluation,
			hex_upper(&self.qe_signer),
			svn_levels(&self.qe_levels, self.issued)
		)
	}

	/// A quote specification that is good: SGX version 3, TDX 1.0 version 4, later TDX version 5.
	pub fn spec(&self, body: Body) -> QuoteSpec {
		let version = match &body {
			Body::Enclave(_) => 3,
			Body::Td(report) if report.td15.is_none() => 4,
			Body::Td(_) => 5,
		};
		QuoteSpec {
			version,
			body,
			attestation_key: "attestation".to_string(),
			bound_key: "attestation".to_string(),
			certification_type: 5,
			certification: self.chain().into_bytes(),
		}
	}

	/// A good quote.
	pub fn quote(&self, body: Body) -> Vec<u8> {
		self.build(&self.spec(body))
	}

	/// Puts a quote together and signs it.
	pub fn build(&self, spec: &QuoteSpec) -> Vec<u8> {
		let tee_type: u32 = match spec.body.tee() {
			Tee::Sgx => 0,
			Tee::Tdx => 0x81,
		};
		let (body_type, body): (u16, _) = match &spec.body {
			Body::Enclave(report) => (1, enclave_bytes(report)),
			Body::Td(report) => {
				let kind = match (&report.td15, &report.current_service_td) {
					(None, _) => 2,
					(Some(_), None) => 3,
					(Some(_), Some(_)) => 4,
				};
				(kind, td_bytes(report))
			},
		};
		let mut signed = [
			&spec.version.to_le_bytes()[..],
			&2u16.to_le_bytes(),
			&tee_type.to_le_bytes(),
			&[0; 4],
			&[
				0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f,
				0x06, 0x07,
			],
			&[0; 20],
		]
		.concat();
		if spec.version >= 5 {
			signed.extend_from_slice(&body_type.to_le_bytes());
			signed.extend_from_slice(&(body.len() as u32).to_le_bytes());
		}
		signed.extend_from_slice(&body);

		let attestation = self.key(&spec.attestation_key);
		let auth_data = [0x20; 32];
		let bound = self.key(&spec.bound_key).point();
		let binding = sha256(&[&bound[..], &auth_data].concat());
		let mut qe_report = self.qe_report.clone();
		qe_report.report_data = filled(&binding);
		if spec.body.tee() == Tee::Tdx {
			// The quoting enclave for TDs is another product.
			qe_report.product_id += 1;
		}
		let qe_report = enclave_bytes(&qe_report);
		let certified = [
			&qe_report[..],
			&self.key("pck").sign_raw(&qe_report),
			&32u16.to_le_bytes(),
			&auth_data,
			&spec.certification_type.to_le_bytes(),
			&(spec.certification.len() as u32).to_le_bytes(),
			&spec.certification,
		]
		.concat();
		let mut auth = [attestation.sign_raw(&signed), attestation.point()].concat();
		if spec.version > 3 {
			auth.extend_from_slice(&6u16.to_le_bytes());
			auth.extend_from_slice(&(certified.len() as u32).to_le_bytes());
		}
		auth.extend_from_slice(&certified);
		[&signed[..], &(auth.len() as u32).to_le_bytes(), &auth].concat()
	}
}

fn advisories(names: &[&str]) -> String {
	if names.is_empty() {
		return String::new();
	}
	let names: Vec<_> = names.iter().map(|name| format!(r#""{name}""#)).collect();
	format!(r#","advisoryIDs":[{}]"#, names.join(","))
}

fn svn_levels(levels: &[SvnSpec], date: u64) -> String {
	let levels: Vec<_> = levels
		.iter()
		.map(|level| {
			format!(
				r#"{{"tcb":{{"isvsvn":{}}},"tcbDate":"{}","tcbStatus":"{}"{}}}"#,
				level.svn,
				rfc3339(date),
				level.status,
				advisories(&level.advisories)
			)
		})
		.collect();
	levels.join(",")
}

impl LevelSpec {
	fn json(&self, tee: Tee, date: u64) -> String {
		let components = |svns: &[u8; 16]| {
			svns.iter().map(|svn| format!(r#"{{"svn":{svn}}}"#)).collect::<Vec<_>>().join(",")
		};
		let tdx = match tee {
			Tee::Sgx => String::new(),
			Tee::Tdx => format!(r#","tdxtcbcomponents":[{}]"#, components(&self.tdx)),
		};
		format!(
			r#"{{"tcb":{{"sgxtcbcomponents":[{}],"pcesvn":{}{tdx}}},"tcbDate":"{}","tcbStatus":"{}"{}}}"#,
			components(&self.sgx),
			self.pce_svn,
			rfc3339(date),
			self.status,
			advisories(&self.advisories)
		)
	}
}
