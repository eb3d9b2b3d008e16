//! Platforms: debuggable, forged quoting enclaves, of the wrong family, below the vendor's levels, or not what policy wants.

use super::*;
use concordat_attestation::{
	amd::{SnpVersion, VekKind},
	intel::Body,
	policy::Advisories,
	simulator::{amd::AmdSimulator, keys::SimKey},
	Component, PlatformId, TcbStatus, Vendor,
};

/// Changes the report of a TD.
fn td(a: &mut Attempt, bend: fn(&mut concordat_attestation::simulator::intel::QuoteSpec)) {
	a.quote = bend;
}

macro_rules! td_report {
	(|$report:ident| $change:expr) => {
		|a| {
			td(a, |q| {
				if let Body::Td($report) = &mut q.body {
					$change;
				}
			})
		}
	};
}

fn set_bit(attributes: &mut [u8; 8], bit: u32) {
	*attributes = (u64::from_le_bytes(*attributes) ^ 1 << bit).to_le_bytes();
}

fn debuggable() -> Vec<Row> {
	use DevKind::*;
	let mut rows = vec![
		bent("debuggable", Refusal::Debug, Sgx, |a| {
			a.quote = |q| {
				if let Body::Enclave(report) = &mut q.body {
					report.attributes[0] |= 2;
				}
			};
		}),
		bent("debuggable", Refusal::Debug, Tdx, td_report!(|r| set_bit(&mut r.attributes, 0))),
		bent("debuggable", Refusal::Debug, Snp, |a| a.report = |r| r.policy |= 1 << 19),
		bent("debuggable", Refusal::Debug, Nitro, |a| {
			a.document = |d| d.pcrs[0].1 = vec![0; 48];
		}),
	];
	for kind in [Sgx, Tdx] {
		rows.push(bent("debuggable quoting enclave", Refusal::Debug, kind, |a| {
			a.intel = |s| s.qe_report.attributes[0] |= 2;
		}));
	}
	rows
}

/// Quoting enclaves that are not the vendor's, and keys that they did not bind: what CVE-2026-22696 was about.
fn forged_quoting_enclaves() -> Vec<Row> {
	let mut rows = Vec::new();
	for kind in [DevKind::Sgx, DevKind::Tdx] {
		rows.extend([
			bent(
				"key that no quoting enclave bound",
				mismatch(Part::AttestationKey, Field::KeyBinding),
				kind,
				|a| a.quote = |q| q.attestation_key = "forged".into(),
			),
			bent(
				"quoting enclave of another signer",
				mismatch(Part::QeReport, Field::MrSigner),
				kind,
				|a| a.intel = |s| s.qe_report.mr_signer = [1; 32],
			),
			bent("another product", mismatch(Part::QeReport, Field::ProductId), kind, |a| {
				a.intel = |s| s.qe_report.product_id += 1;
			}),
			bent("other features", mismatch(Part::QeReport, Field::MiscSelect), kind, |a| {
				a.intel = |s| s.qe_report.misc_select = 1;
			}),
			bent("other attributes", mismatch(Part::QeReport, Field::Attributes), kind, |a| {
				a.intel = |s| s.qe_report.attributes[1] = 1;
			}),
			bent(
				"quoting enclave that another platform vouches for",
				Refusal::BadSignature(Part::QeReport),
				kind,
				|a| a.intel = |s| s.leaf.key = SimKey::p256(b"other", "pck").spki(),
			),
			bent("outdated quoting enclave", Refusal::NoTcbLevel(Component::Qe), kind, |a| {
				a.intel = |s| s.qe_report.svn = 5;
			}),
		]);
	}
	rows
}

fn wrong_families() -> Vec<Row> {
	use DevKind::*;
	let mut rows = Vec::new();
	for kind in [Sgx, Tdx] {
		rows.extend([
			bent("family without TCB info", Refusal::Missing(Part::TcbInfo), kind, |a| {
				a.intel = |s| s.fmspc = [9; 6];
			}),
			bent("another PCE", mismatch(Part::TcbInfo, Field::PceId), kind, |a| {
				a.intel = |s| s.pce_id = [1, 0];
			}),
		]);
	}
	let other_authority = |bend: fn(&mut AmdSimulator)| {
		let mut amd = amd_at("any", Attestation::seconds());
		bend(&mut amd);
		posted(&amd.pieces().swap_remove(2));
	};
	rows.extend([
		bent(
			"certificate of another line",
			mismatch(Part::LeafExtension, Field::Product),
			Snp,
			|a| a.amd = |s| s.product_name = b"Genoa-B0".to_vec(),
		),
		bent("report of another line", mismatch(Part::Evidence, Field::Product), Snp, |a| {
			a.report = |r| r.cpuid = [0x19, 0x11];
		}),
		bent("report of no line", Refusal::Unsupported(Part::Evidence, Field::Product), Snp, |a| {
			a.report = |r| r.cpuid = [0x17, 0x31]
		}),
		row(
			"Snp: authority of another line",
			Error::Refused(mismatch(Part::Authority, Field::Product)),
			move || {
				fn genoa(s: &mut AmdSimulator) {
					s.authority.subject = "SEV-Genoa".into();
					s.vek.issuer = "SEV-Genoa".into();
				}
				other_authority(genoa);
				attempt(Snp, |a| a.amd = genoa)
			},
		),
		bent("line of another root", Refusal::Missing(Part::Root), Snp, |a| {
			a.amd = |s| s.ark.subject = "ARK-Genoa".into()
		}),
		row(
			"Snp: line without a minimum",
			Error::Refused(Refusal::PropertyRefused(Field::Product)),
			|| {
				set_policies(|policy| policy.snp.minimums.clear());
				attempt(Snp, |_| ())
			},
		),
		row(
			"Snp: key that machines share",
			Error::Refused(Refusal::PropertyRefused(Field::SigningKey)),
			move || {
				fn shared(s: &mut AmdSimulator) {
					let vlek = AmdSimulator::new(&s.seed, s.product, VekKind::Vlek, EPOCH);
					*s = AmdSimulator { ark: s.ark.clone(), tcb: s.tcb, ..vlek };
				}
				other_authority(shared);
				attempt(Snp, |a| a.amd = shared)
			},
		),
	]);
	rows
}

fn reports_of_snp() -> Vec<Row> {
	use DevKind::Snp;
	use Refusal::PropertyRefused;
	vec![
		bent("another chip", mismatch(Part::Evidence, Field::ChipId), Snp, |a| {
			a.report = |r| r.chip_id = vec![1; 64];
		}),
		bent("hidden chip", mismatch(Part::Evidence, Field::ChipId), Snp, |a| {
			a.report = |r| r.chip_id = vec![0; 64];
		}),
		bent(
			"another TCB than the key's",
			mismatch(Part::Evidence, Field::ReportedTcb),
			Snp,
			|a| {
				a.report = |r| r.reported_tcb.microcode += 1;
			},
		),
		bent("another kind of key", mismatch(Part::Evidence, Field::SigningKey), Snp, |a| {
			a.report = |r| r.key_info = 1 << 2;
		}),
		bent("reserved bit", mismatch(Part::Body, Field::ReservedBits), Snp, |a| {
			a.report = |r| r.policy &= !(1 << 17);
		}),
		bent("may be migrated", PropertyRefused(Field::Migration), Snp, |a| {
			a.report = |r| r.policy |= 1 << 18;
		}),
		bent("multithreading", PropertyRefused(Field::Smt), Snp, |a| {
			a.report = |r| r.platform_info = 1;
		}),
		bent("low privilege", PropertyRefused(Field::Vmpl), Snp, |a| a.report = |r| r.vmpl = 1),
		bent("old firmware", PropertyRefused(Field::Abi), Snp, |a| {
			a.report = |r| r.firmware = SnpVersion { major: 1, minor: 50, build: 9 };
		}),
		row("Snp: old guest", Error::Refused(Refusal::BelowMinimum(Component::Guest)), || {
			set_policies(|policy| policy.snp.min_guest_svn = 5);
			attempt(Snp, |a| a.report = |r| r.guest_svn = 4)
		}),
	]
}

fn reports_of_tdx() -> Vec<Row> {
	use DevKind::Tdx;
	use Refusal::{NoTcbLevel, PropertyRefused};
	let mut rows = vec![
		bent(
			"profiled by the host",
			PropertyRefused(Field::Profiling),
			Tdx,
			td_report!(|r| set_bit(&mut r.attributes, 4)),
		),
		bent(
			"reserved bit",
			mismatch(Part::Body, Field::ReservedBits),
			Tdx,
			td_report!(|r| set_bit(&mut r.attributes, 61)),
		),
		bent(
			"may be migrated",
			PropertyRefused(Field::Migration),
			Tdx,
			td_report!(|r| set_bit(&mut r.attributes, 29)),
		),
		bent(
			"EPT violations are converted",
			PropertyRefused(Field::SeptVeDisable),
			Tdx,
			td_report!(|r| set_bit(&mut r.attributes, 28)),
		),
		bent(
			"with a service TD",
			PropertyRefused(Field::ServiceTd),
			Tdx,
			td_report!(|r| set_bit(&mut r.attributes, 17)),
		),
		bent(
			"module of another signer",
			mismatch(Part::TdxModule, Field::MrSigner),
			Tdx,
			td_report!(|r| r.mr_signer_seam = [1; 48]),
		),
		bent(
			"debuggable module",
			mismatch(Part::TdxModule, Field::Attributes),
			Tdx,
			td_report!(|r| r.seam_attributes[0] = 1),
		),
		bent(
			"module of an unknown generation",
			Refusal::Unsupported(Part::TdxModule, Field::Version),
			Tdx,
			td_report!(|r| r.tee_tcb_svn[1] = 9),
		),
		bent(
			"below every level of TDX",
			NoTcbLevel(Component::Tdx(0)),
			Tdx,
			td_report!(|r| r.tee_tcb_svn = [0; 16]),
		),
		row("Tdx: module not on the list", Error::Refused(Refusal::TdxModuleRefused), || {
			set_policies(|policy| policy.tdx_modules = Some(BoundedVec::new()));
			attempt(Tdx, |_| ())
		}),
	];
	for kind in [DevKind::Sgx, Tdx] {
		rows.extend([
			bent("below every level", NoTcbLevel(Component::Sgx(0)), kind, |a| {
				a.intel = |s| s.cpu_svn = [1; 16];
			}),
			bent("outdated PCE", NoTcbLevel(Component::Pce), kind, |a| {
				a.intel = |s| s.pce_svn = 9;
			}),
		]);
	}
	rows
}

/// Genuine, and still not wanted by any class.
fn unwanted() -> Vec<Row> {
	let under =
		|name: &str, refusal, kind, policy: fn(&mut QuotePolicy), bend: fn(&mut Attempt)| {
			row(format!("{kind:?}: {name}"), Error::Refused(refusal), move || {
				set_policies(policy);
				attempt(kind, bend)
			})
		};
	use DevKind::*;
	let mut rows = Vec::new();
	for kind in KINDS {
		let vendor = match kind {
			Sgx => Vendor::IntelSgx,
			Tdx => Vendor::IntelTdx,
			Snp => Vendor::AmdSevSnp,
			Nitro => Vendor::AwsNitro,
		};
		let name = format!("{kind:?}: vendor that is not accepted");
		rows.push(row(name, Error::Refused(Refusal::VendorRefused(vendor)), move || {
			set_policies(|policy| policy.vendors.retain(|one| *one != vendor));
			attempt(kind, |_| ())
		}));
		let name = format!("{kind:?}: denied platform");
		rows.push(row(name, Error::Refused(Refusal::PlatformDenied), move || {
			let platform = undone(|| {
				assert_ok!(Attempt::with(kind, NODE_A).send());
				present(NODE_A).platform
			});
			set_policies(|policy| {
				let others = (0..255).map(|n| PlatformId([n; 32]));
				let denied = others.chain([platform]).collect();
				policy.denied_platforms = BoundedVec::truncate_from(denied);
			});
			attempt(kind, |_| ())
		}));
	}
	for kind in [Sgx, Tdx] {
		rows.extend([
			under(
				"denied family",
				Refusal::FmspcRefused,
				kind,
				|p| {
					let _ = p.denied_fmspcs.try_push([0x50, 0x51, 0x4d, 0, 0, 0]);
				},
				|_| (),
			),
			under(
				"family not on the list",
				Refusal::FmspcRefused,
				kind,
				|p| {
					p.fmspcs = Some(BoundedVec::truncate_from(vec![[9; 6]]));
				},
				|_| (),
			),
			under(
				"old evaluation",
				Refusal::EvaluationTooOld,
				kind,
				|p| {
					p.min_evaluation = 21;
				},
				|_| (),
			),
			under(
				"open advisory",
				Refusal::AdvisoryRefused,
				kind,
				|p| {
					p.statuses = BoundedVec::truncate_from(vec![TcbStatus::OutOfDate]);
					p.advisories = Advisories::Only(BoundedVec::new());
				},
				|a| a.intel = |s| s.cpu_svn = [2; 16],
			),
			under(
				"packages may be added",
				Refusal::PropertyRefused(Field::DynamicPlatform),
				kind,
				|p| {
					p.allow_dynamic_platform = false;
				},
				|a| a.intel = |s| s.flags = Some([true, false, false]),
			),
			under(
				"root keys are kept",
				Refusal::PropertyRefused(Field::CachedKeys),
				kind,
				|p| {
					p.allow_cached_keys = false;
				},
				|a| a.intel = |s| s.flags = Some([false, true, false]),
			),
			under(
				"multithreading",
				Refusal::PropertyRefused(Field::Smt),
				kind,
				|p| {
					p.allow_smt = false;
				},
				|a| a.intel = |s| s.flags = Some([false, false, true]),
			),
		]);
	}
	rows
}

pub fn rows() -> Vec<Row> {
	let mut rows = debuggable();
	rows.extend(forged_quoting_enclaves());
	rows.extend(wrong_families());
	rows.extend(reports_of_snp());
	rows.extend(reports_of_tdx());
	rows.extend(unwanted());
	rows
}

#[test]
fn evidence_of_bad_platforms_should_be_refused() {
	each_should_be_refused(rows());
}
