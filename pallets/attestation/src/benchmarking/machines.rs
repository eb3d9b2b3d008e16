//! Simulated platforms that are as hard to verify and to judge as any can be.
//!
//! | what | how large |
//! |---|---|
//! | Intel | a quote of version 5 of a TD 1.5 extended, with its chain; TCB info and QE identity as below |
//! | AMD | a VCEK, and with it a report |
//! | AWS | a document with as many authorities as are looked at: five below the root, where real ones have three |
//! | TCB info | as long as is looked at, 32 KiB, six times what Intel publishes: as many levels as fit beside all generations of TDX modules, the most advisories on the level that is met, and that one the last |
//! | QE identity | as many levels and advisories as are looked at |
//! | revocation lists | as many entries as are looked at |
//! | quote policies | every list full, with what is looked for at its end |

use alloc::{format, string::String, vec, vec::Vec};
use concordat_attestation::{
	amd::{Product, SnpTcb, VekKind},
	any::Under,
	collateral::Family,
	crypto::sha256,
	intel::{Body, Td15, TdReport, Tee, MAX_TCB_INFO_BYTES},
	policy::{Advisories, QuotePolicy},
	simulator::{
		amd::AmdSimulator,
		intel::{td, IntelSimulator, LevelSpec, SvnSpec},
		nitro::NitroSimulator,
		x509::{CertificateSpec, CrlSpec},
	},
	source::{CertificateBytes, Piece},
	x509::MAX_REVOKED,
	AdvisoryId, Anchor, AnchorKind, Evidence, Measurement, PlatformId, TcbStatus, Vendor,
};
use frame_support::{traits::Get, BoundedVec};

/// What runs on the platforms.
pub const CODE: Measurement = Measurement([7; 48]);
/// Most advisories of a statement.
pub const ADVISORIES: u8 = 128;
/// Most levels of a TDX module or of the quoting enclave.
const SMALL_LEVELS: u16 = 24;
/// Most TCB levels of a TCB info.
const LEVELS: u8 = 64;
/// Last generation of TDX modules for which there is room, after the base module.
const LAST_MODULE: u8 = 15;
/// Family of the processors of the simulated platforms.
const FMSPC: [u8; 6] = [0x50, 0x51, 0x4d, 0, 0, 0];
/// TCB of the TD, at launch and at present: of the last generation of TDX modules.
const TEE_TCB_SVN: [u8; 16] = [1, LAST_MODULE, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn advisory(number: u8) -> String {
	format!("SA-{number:03}")
}

/// Names of as many advisories as a statement may have.
fn advisories() -> Vec<&'static str> {
	(0..ADVISORIES).map(|number| &*advisory(number).leak()).collect()
}

/// Fills a list up with `other`, and puts `last` at its end.
fn full<V: Clone, S: Get<u32>>(other: V, last: V) -> BoundedVec<V, S> {
	let mut list = vec![other; S::get().saturating_sub(1) as usize];
	list.push(last);
	BoundedVec::truncate_from(list)
}

/// A policy that every platform of these benchmarks meets, and on which that is hard to see. `accepted` of the
/// advisories are.
pub fn policy(accepted: u8) -> QuotePolicy {
	let accepted = (0..accepted).filter_map(|number| AdvisoryId::new(&advisory(number))).collect();
	let mut policy = QuotePolicy {
		vendors: full(Vendor::IntelSgx, Vendor::IntelTdx),
		statuses: full(TcbStatus::OutOfDate, TcbStatus::UpToDate),
		advisories: Advisories::Only(BoundedVec::truncate_from(accepted)),
		fmspcs: Some(full([0xff; 6], FMSPC)),
		denied_fmspcs: full([0xff; 6], [0xfe; 6]),
		tdx_modules: Some(full([0xff; 48], [0x5e; 48])),
		denied_platforms: full(PlatformId([0xff; 32]), PlatformId([0xfe; 32])),
		..QuotePolicy::lenient()
	};
	for (place, vendor) in policy.vendors.iter_mut().zip([Vendor::AmdSevSnp, Vendor::AwsNitro]) {
		*place = vendor;
	}
	let lowest = SnpTcb::default();
	policy.snp.minimums = full((Product::Turin, lowest), (Product::Milan, lowest));
	policy
}

/// Fills a revocation list up.
fn fill(crl: &mut CrlSpec) {
	crl.revoked = (0..MAX_REVOKED as u16)
		.map(|number| {
			let mut serial = vec![1; 18];
			serial.extend_from_slice(&number.to_be_bytes());
			serial
		})
		.collect();
}

/// As many levels as a small list may have, the lowest of which is met by `svn` alone.
fn small_levels(svn: u16, advisories: Vec<&'static str>) -> Vec<SvnSpec> {
	let mut levels: Vec<_> = (1..SMALL_LEVELS)
		.rev()
		.map(|above| SvnSpec { svn: svn + above, status: "UpToDate", advisories: vec![] })
		.collect();
	levels.push(SvnSpec { svn, status: "UpToDate", advisories });
	levels
}

/// A platform of Intel's for which every statement and every list is as long as it may be.
fn intel(now: u64) -> IntelSimulator {
	let mut simulator = IntelSimulator::new(b"benchmark", now);
	fill(&mut simulator.root_crl);
	fill(&mut simulator.pck_crl);
	simulator.qe_levels = small_levels(simulator.qe_report.svn, advisories());
	let one = || vec![SvnSpec { svn: 1, status: "UpToDate", advisories: vec![] }];
	simulator.modules = (1..LAST_MODULE).map(|generation| (generation, one())).collect();
	simulator.modules.push((LAST_MODULE, small_levels(1, vec![])));
	// All levels but the last miss the platform by their last component.
	let level = |last: u8, advisories| {
		let mut tdx = TEE_TCB_SVN;
		let [.., component] = &mut tdx;
		*component = last;
		LevelSpec {
			sgx: simulator.cpu_svn,
			tdx,
			pce_svn: simulator.pce_svn,
			status: "UpToDate",
			advisories,
		}
	};
	let last = level(0, advisories());
	let missed: Vec<_> = (1..LEVELS).map(|above| level(99 + above, vec![])).collect();
	let mut length = |levels: &[LevelSpec]| {
		simulator.levels = levels.to_vec();
		simulator.levels.push(last.clone());
		simulator.tcb_info(Tee::Tdx).len()
	};
	let (without, with_one) = (length(&[]), length(&missed[..1]));
	// A level takes the comma before it as well, so that the quotient fits.
	let room = MAX_TCB_INFO_BYTES.saturating_sub(without) / (with_one - without);
	length(&missed[..room.min(missed.len())]);
	simulator
}

/// A platform and everything that vouches for it.
pub trait Machine: Sized {
	/// Makes it, and what has to be posted for it.
	fn new(now: u64) -> (Self, Anchor, Vec<Piece>);
	/// Evidence that [`CODE`] runs there, bound to `report_data`.
	fn evidence(&self, report_data: [u8; 64]) -> Evidence;
}

pub struct Intel(IntelSimulator);

impl Machine for Intel {
	fn new(now: u64) -> (Self, Anchor, Vec<Piece>) {
		let simulator = intel(now);
		let [_, anchor] = simulator.anchors();
		let pieces = simulator.pieces(Tee::Tdx);
		(Self(simulator), anchor, pieces)
	}

	fn evidence(&self, report_data: [u8; 64]) -> Evidence {
		let td = TdReport {
			tee_tcb_svn: TEE_TCB_SVN,
			td15: Some(Td15 { tee_tcb_svn2: TEE_TCB_SVN, mr_service_td: [0; 48] }),
			current_service_td: Some([0; 48]),
			..td(CODE.0, report_data)
		};
		Evidence::Intel { quote: BoundedVec::truncate_from(self.0.quote(Body::Td(td))) }
	}
}

pub struct Amd {
	simulator: AmdSimulator,
	certificate: CertificateBytes,
	under: Under,
}

impl Machine for Amd {
	fn new(now: u64) -> (Self, Anchor, Vec<Piece>) {
		let mut simulator = AmdSimulator::new(b"benchmark", Product::Milan, VekKind::Vcek, now);
		fill(&mut simulator.crl);
		// Each signature with RSA is made once: they take long.
		let pieces = simulator.pieces();
		let mut under = Under { root: [0; 32], authority: [0; 32] };
		for piece in &pieces {
			match piece {
				Piece::Root { certificate, .. } => under.root = sha256(certificate),
				Piece::Authority { certificate, .. } => under.authority = sha256(certificate),
				_ => {},
			}
		}
		let anchor = Anchor { vendor: Vendor::AmdSevSnp, kind: AnchorKind::Test, key: under.root };
		let certificate = BoundedVec::truncate_from(simulator.vek_der());
		(Self { simulator, certificate, under }, anchor, pieces)
	}

	fn evidence(&self, report_data: [u8; 64]) -> Evidence {
		Evidence::Amd {
			report: BoundedVec::truncate_from(self.simulator.report(CODE.0, report_data)),
			certificate: self.certificate.clone(),
			authority: self.under.authority,
			root: self.under.root,
		}
	}
}

pub struct Aws {
	simulator: NitroSimulator,
	authorities: Vec<Vec<u8>>,
}

impl Machine for Aws {
	fn new(now: u64) -> (Self, Anchor, Vec<Piece>) {
		let mut simulator = NitroSimulator::new(b"benchmark", now);
		let mut chain: Vec<CertificateSpec> = simulator.authorities.to_vec();
		// Two more than there really are: as many as are looked at.
		let [.., instance] = &simulator.authorities;
		let mut issuer = instance.subject.clone();
		for subject in ["first", "second"] {
			chain.push(CertificateSpec {
				issuer: issuer.clone(),
				subject: subject.into(),
				key: simulator.key(subject).spki(),
				..instance.clone()
			});
			issuer = subject.into();
		}
		simulator.leaf.issuer = issuer;
		let authorities = chain
			.iter_mut()
			.map(|authority| {
				authority.path_len = None;
				authority.sign(&simulator.key(&authority.issuer))
			})
			.collect();
		let (anchor, pieces) = (simulator.anchor(), simulator.pieces());
		(Self { simulator, authorities }, anchor, pieces)
	}

	fn evidence(&self, report_data: [u8; 64]) -> Evidence {
		let mut spec = self.simulator.spec(CODE.0, report_data);
		spec.authorities = self.authorities.clone();
		Evidence::Aws { document: BoundedVec::truncate_from(self.simulator.build(&spec)) }
	}
}

/// AMD's root, and two lists of it, of which the second is younger, with as many entries as are looked at: of all pieces
/// they cost most, for the size of the list, and because a signature with RSA costs more than any other.
pub fn longest_lists(now: u64) -> (Anchor, [Piece; 3]) {
	let mut simulator = AmdSimulator::new(b"benchmark", Product::Milan, VekKind::Vcek, now);
	fill(&mut simulator.crl);
	let root = simulator.ark_der();
	let key = sha256(&root);
	let mut list = |age: u64| {
		simulator.crl.this_update = now.saturating_sub(age);
		Piece::Crl { list: BoundedVec::truncate_from(simulator.crl_der()), issuer: key }
	};
	let (older, younger) = (list(1), list(0));
	let anchor = Anchor { vendor: Vendor::AmdSevSnp, kind: AnchorKind::Test, key };
	let root = Piece::Root { family: Family::Amd, certificate: BoundedVec::truncate_from(root) };
	(anchor, [root, older, younger])
}
