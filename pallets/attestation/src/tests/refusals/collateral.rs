//! Collateral that is not taken: rolled back, out of time, unsigned, revoked, out of order, too large, too deep.

use super::{forms::nested_der, *};
use concordat_attestation::{
	collateral::Family,
	crypto::sha256,
	intel::Tee,
	simulator::{
		amd::AmdSimulator,
		intel::{IntelSimulator, LevelSpec},
		keys::SimKey,
		x509::CertificateSpec,
	},
	source::Fingerprint,
	Anchor, AnchorKind, Vendor,
};

/// Places of the pieces in what the simulator of Intel's platforms lists.
const ROOT: usize = 0;
const ROOT_CRL: usize = 1;
const PCK_CA: usize = 2;
const SIGNER: usize = 3;
const PCK_CRL: usize = 4;
const TCB_INFO: usize = 5;
const QE_IDENTITY: usize = 6;

fn made(place: usize, bend: impl FnOnce(&mut IntelSimulator)) -> Piece {
	let mut intel = intel("any");
	bend(&mut intel);
	intel.pieces(Tee::Tdx).swap_remove(place)
}

/// The same a second later than what is held.
fn later(place: usize, bend: impl FnOnce(&mut IntelSimulator)) -> Piece {
	bent_tdx(1, bend).swap_remove(place)
}

fn of_amd(place: usize, bend: impl FnOnce(&mut AmdSimulator)) -> Piece {
	let mut amd = amd_at("any", Attestation::seconds());
	bend(&mut amd);
	amd.pieces().swap_remove(place)
}

fn fingerprint(place: usize) -> Fingerprint {
	match made(place, |_| ()) {
		Piece::Root { certificate, .. } | Piece::Authority { certificate, .. } => {
			sha256(&certificate)
		},
		_ => [0; 32],
	}
}

/// Changes one byte, counted from the end, of what the vendor publishes.
fn flipped(mut piece: Piece, from_end: usize) -> Piece {
	let bytes: &mut [u8] = match &mut piece {
		Piece::Root { certificate, .. } | Piece::Authority { certificate, .. } => {
			certificate.as_mut()
		},
		Piece::Crl { list, .. } => list.as_mut(),
		Piece::TcbInfo { json, .. } => json.as_mut(),
		Piece::QeIdentity { json, .. } => json.as_mut(),
	};
	let at = bytes.len() - 1 - from_end;
	bytes[at] ^= 1;
	piece
}

fn tcb_info(s: &IntelSimulator, json: Vec<u8>) -> Piece {
	let signature = SimKey::sign_raw(&s.key("signer"), &json).try_into().expect("64 bytes");
	Piece::TcbInfo { json: bounded(json), signature, signer: fingerprint(SIGNER) }
}

fn qe_identity(s: &IntelSimulator, json: Vec<u8>) -> Piece {
	let signature = SimKey::sign_raw(&s.key("signer"), &json).try_into().expect("64 bytes");
	Piece::QeIdentity { json: bounded(json), signature, signer: fingerprint(SIGNER) }
}

/// Another signer than the one that a statement was signed by.
fn signed_by(mut piece: Piece, other: Fingerprint) -> Piece {
	if let Piece::TcbInfo { signer, .. } | Piece::QeIdentity { signer, .. } = &mut piece {
		*signer = other;
	}
	piece
}

/// A root certificate that governance trusts.
fn trusted(spec: &CertificateSpec, key: &SimKey) -> Piece {
	let der = spec.sign(key);
	let anchor = Anchor { vendor: Vendor::IntelTdx, kind: AnchorKind::Test, key: sha256(&der) };
	assert_ok!(Attestation::add_anchor(RuntimeOrigin::root(), anchor));
	Piece::Root { family: Family::Intel, certificate: bounded(der) }
}

fn rolled_back() -> Vec<Row> {
	use Refusal::{AlreadyHeld, EvaluationTooOld, RolledBack};
	let mut rows = vec![
		offered("older list of Intel's root", RolledBack(Part::LeafCrl), || {
			made(ROOT_CRL, |s| s.root_crl.this_update -= 1)
		}),
		offered("older list with a higher number", RolledBack(Part::LeafCrl), || {
			made(PCK_CRL, |s| {
				s.pck_crl.this_update -= 1;
				s.pck_crl.number = 99;
			})
		}),
		offered("older list of AMD's root", RolledBack(Part::LeafCrl), || {
			of_amd(1, |s| s.crl.this_update -= 1)
		}),
		offered("older TCB info", RolledBack(Part::TcbInfo), || made(TCB_INFO, |s| s.issued -= 1)),
		offered("older TCB info of a later evaluation", RolledBack(Part::TcbInfo), || {
			made(TCB_INFO, |s| {
				s.issued -= 1;
				s.tcb_evaluation += 1;
			})
		}),
		offered("older QE identity", RolledBack(Part::QeIdentity), || {
			made(QE_IDENTITY, |s| s.issued -= 1)
		}),
		offered("TCB info of an earlier evaluation", EvaluationTooOld, || {
			later(TCB_INFO, |s| s.tcb_evaluation -= 1)
		}),
		offered("QE identity of an earlier evaluation", EvaluationTooOld, || {
			later(QE_IDENTITY, |s| s.qe_evaluation -= 1)
		}),
	];
	let parts = [
		(ROOT, Part::Root),
		(ROOT_CRL, Part::LeafCrl),
		(PCK_CA, Part::Authority),
		(SIGNER, Part::TcbSigner),
		(PCK_CRL, Part::LeafCrl),
		(TCB_INFO, Part::TcbInfo),
		(QE_IDENTITY, Part::QeIdentity),
	];
	for (place, part) in parts {
		rows.push(offered(format!("piece {place} again"), AlreadyHeld(part), move || {
			made(place, |_| ())
		}));
	}
	// A list can be dated as it likes: what counts is what its issuer says, and that cannot be taken back.
	rows.push(row(
		"list of yesterday after one that revokes",
		Error::Refused(RolledBack(Part::LeafCrl)),
		|| {
			posted(&later(PCK_CRL, |s| s.pck_crl.revoked = vec![s.leaf.serial.clone()]));
			Sent::Piece(made(PCK_CRL, |_| ()))
		},
	));
	rows
}

fn out_of_time() -> Vec<Row> {
	use Refusal::{Expired, NotYetValid};
	const PAST: u64 = EPOCH - 1;
	const TOMORROW: u64 = EPOCH + DAY;
	vec![
		offered("expired list of the root", Expired(Part::RootCrl), || {
			later(ROOT_CRL, |s| s.root_crl.next_update = PAST)
		}),
		offered("expired list of the authority", Expired(Part::LeafCrl), || {
			later(PCK_CRL, |s| s.pck_crl.next_update = PAST)
		}),
		offered("expired list of AMD's root", Expired(Part::RootCrl), || {
			of_amd(1, |s| s.crl.next_update = PAST)
		}),
		offered("expired TCB info", Expired(Part::TcbInfo), || {
			later(TCB_INFO, |s| s.next_update = PAST)
		}),
		offered("expired QE identity", Expired(Part::QeIdentity), || {
			later(QE_IDENTITY, |s| s.next_update = PAST)
		}),
		offered("expired authority", Expired(Part::Authority), || {
			made(PCK_CA, |s| s.ca.not_after = PAST)
		}),
		offered("expired signer", Expired(Part::TcbSigner), || {
			made(SIGNER, |s| s.signer.not_after = PAST)
		}),
		offered("expired ASK", Expired(Part::Authority), || {
			of_amd(2, |s| s.authority.not_after = PAST)
		}),
		offered("list of tomorrow", NotYetValid(Part::RootCrl), || {
			later(ROOT_CRL, |s| s.root_crl.this_update = TOMORROW)
		}),
		offered("TCB info of tomorrow", NotYetValid(Part::TcbInfo), || {
			later(TCB_INFO, |s| s.issued = TOMORROW)
		}),
		offered("QE identity of tomorrow", NotYetValid(Part::QeIdentity), || {
			later(QE_IDENTITY, |s| s.issued = TOMORROW)
		}),
		offered("authority of tomorrow", NotYetValid(Part::Authority), || {
			made(PCK_CA, |s| s.ca.not_before = TOMORROW)
		}),
		offered("expired root", Expired(Part::Root), || {
			let mut s = intel("any");
			s.root.not_after = PAST;
			trusted(&s.root, &s.key("root"))
		}),
	]
}

fn unsigned() -> Vec<Row> {
	use Refusal::{BadSignature, Missing, NoAnchor};
	let mut rows = vec![
		offered("changed root", NoAnchor(Vendor::IntelSgx), || flipped(made(ROOT, |_| ()), 0)),
		offered("changed ARK", NoAnchor(Vendor::AmdSevSnp), || flipped(of_amd(0, |_| ()), 0)),
		offered("root of nobody", NoAnchor(Vendor::AwsNitro), || {
			let other =
				concordat_attestation::simulator::nitro::NitroSimulator::new(b"other", EPOCH);
			other.pieces().remove(0)
		}),
		offered("root of another family", NoAnchor(Vendor::AmdSevSnp), || {
			match made(ROOT, |_| ()) {
				Piece::Root { certificate, .. } => Piece::Root { family: Family::Amd, certificate },
				other => other,
			}
		}),
		offered("changed authority", BadSignature(Part::Authority), || {
			flipped(made(PCK_CA, |_| ()), 0)
		}),
		offered("changed signer", BadSignature(Part::TcbSigner), || {
			flipped(made(SIGNER, |_| ()), 0)
		}),
		offered("changed ASK", BadSignature(Part::Authority), || flipped(of_amd(2, |_| ()), 0)),
		offered("changed list of the root", BadSignature(Part::RootCrl), || {
			flipped(later(ROOT_CRL, |_| ()), 0)
		}),
		offered("changed list of the authority", BadSignature(Part::LeafCrl), || {
			flipped(later(PCK_CRL, |_| ()), 0)
		}),
		offered("changed list of AMD's root", BadSignature(Part::RootCrl), || {
			flipped(of_amd(1, |s| s.crl.this_update += 1), 0)
		}),
		offered("changed TCB info", BadSignature(Part::TcbInfo), || {
			flipped(later(TCB_INFO, |_| ()), 3)
		}),
		offered("QE identity signed by nobody", BadSignature(Part::QeIdentity), || {
			let mut piece = later(QE_IDENTITY, |_| ());
			if let Piece::QeIdentity { signature, .. } = &mut piece {
				*signature = [1; 64];
			}
			piece
		}),
		offered(
			"QE identity of another signer of quoting enclaves",
			BadSignature(Part::QeIdentity),
			|| {
				// The identity is changed after it was signed.
				let mut piece = later(QE_IDENTITY, |_| ());
				let forged = later(QE_IDENTITY, |s| s.qe_signer = [1; 32]);
				if let (Piece::QeIdentity { json, .. }, Piece::QeIdentity { json: other, .. }) =
					(&mut piece, forged)
				{
					*json = other;
				}
				piece
			},
		),
		offered("unknown root above", Missing(Part::Root), || match made(PCK_CA, |_| ()) {
			Piece::Authority { certificate, .. } => Piece::Authority { certificate, root: [1; 32] },
			other => other,
		}),
		offered("list of nobody", Missing(Part::Authority), || match later(PCK_CRL, |_| ()) {
			Piece::Crl { list, .. } => Piece::Crl { list, issuer: [1; 32] },
			other => other,
		}),
		offered("list of another issuer", mismatch(Part::LeafCrl, Field::Issuer), || {
			match later(ROOT_CRL, |_| ()) {
				Piece::Crl { list, .. } => Piece::Crl { list, issuer: fingerprint(PCK_CA) },
				other => other,
			}
		}),
	];
	for (name, place) in [("TCB info", TCB_INFO), ("QE identity", QE_IDENTITY)] {
		rows.extend([
			offered(format!("{name} of an unknown signer"), Missing(Part::TcbSigner), move || {
				signed_by(later(place, |_| ()), [1; 32])
			}),
			offered(
				format!("{name} of the PCK CA"),
				mismatch(Part::TcbSigner, Field::KeyUsage),
				move || signed_by(later(place, |_| ()), fingerprint(PCK_CA)),
			),
			row(
				format!("{name} of a revoked signer"),
				Error::Refused(Refusal::Revoked(Part::TcbSigner)),
				move || {
					posted(&later(ROOT_CRL, |s| {
						s.root_crl.revoked = vec![s.signer.serial.clone()]
					}));
					Sent::Piece(later(place, |_| ()))
				},
			),
		]);
	}
	rows.push(row(
		"an authority that its root has revoked",
		Error::Refused(Refusal::Revoked(Part::Authority)),
		|| {
			posted(&later(ROOT_CRL, |s| s.root_crl.revoked = vec![s.ca.serial.clone()]));
			Sent::Piece(made(PCK_CA, |_| ()))
		},
	));
	rows
}

fn chains() -> Vec<Row> {
	use Refusal::BadKey;
	let authority = |part, field, make: fn() -> Piece| (mismatch(part, field), make);
	let [a, b, c, d] = [
		authority(Part::Authority, Field::Issuer, || match made(ROOT, |_| ()) {
			Piece::Root { certificate, .. } => {
				let root = sha256(&certificate);
				Piece::Authority { certificate, root }
			},
			other => other,
		}),
		authority(Part::Root, Field::BasicConstraints, || match made(PCK_CA, |_| ()) {
			Piece::Authority { certificate, .. } => {
				Piece::Authority { certificate, root: fingerprint(PCK_CA) }
			},
			other => other,
		}),
		authority(Part::Authority, Field::BasicConstraints, || {
			of_amd(2, |s| s.authority.ca = false)
		}),
		authority(Part::Authority, Field::KeyUsage, || {
			made(PCK_CA, |s| s.ca.key_usage = Some(0x80))
		}),
	];
	vec![
		offered("root below itself", a.0, a.1),
		offered("authority below an authority", b.0, b.1),
		offered("authority that is none", c.0, c.1),
		offered("authority that may not sign", d.0, d.1),
		row(
			"longer than its root allows",
			Error::Refused(mismatch(Part::Authority, Field::ChainLength)),
			|| {
				let mut s = intel("any");
				s.root.path_len = Some(0);
				posted(&trusted(&s.root, &s.key("root")));
				Sent::Piece(s.pieces(Tee::Tdx).swap_remove(PCK_CA))
			},
		),
		offered("root with a key of no kind", BadKey(Part::Root), || {
			let mut s = intel("any");
			s.root.key = vec![0x30, 0x03, 0x02, 0x01, 0x01];
			trusted(&s.root, &s.key("root"))
		}),
		offered(
			"root that signs with another kind of key",
			mismatch(Part::Root, Field::SignatureAlgorithm),
			|| {
				let s = intel("any");
				trusted(&s.root, &SimKey::p384(b"other", "root"))
			},
		),
		offered("authority with a key of no kind", BadKey(Part::Authority), || {
			made(PCK_CA, |s| s.ca.key = vec![0x30, 0x03, 0x02, 0x01, 0x01])
		}),
		offered(
			"list by the signer of statements",
			mismatch(Part::LeafCrl, Field::KeyUsage),
			|| {
				let mut s = intel("any");
				s.pck_crl.issuer = s.signer.subject.clone();
				let list = bounded(s.pck_crl.sign(&s.key("signer")));
				Piece::Crl { list, issuer: fingerprint(SIGNER) }
			},
		),
		offered(
			"list of a part of the revocations",
			mismatch(Part::RootCrl, Field::CriticalExtension),
			|| {
				later(ROOT_CRL, |s| {
					s.root_crl.extensions = vec![(vec![0x55, 0x1d, 0x1c], true, vec![0x30, 0])];
				})
			},
		),
	]
}

fn bombs() -> Vec<Row> {
	use Refusal::{BadSignature, Malformed, TooDeep, TooMany};
	fn deep(levels: usize) -> Vec<u8> {
		format!(r#"{{"id":{}{}}}"#, "[".repeat(levels), "]".repeat(levels)).into_bytes()
	}
	fn serials(count: u16) -> Vec<Vec<u8>> {
		(0..count).map(|n| [&[1; 18][..], &n.to_be_bytes()].concat()).collect()
	}
	vec![
		offered("deep TCB info", TooDeep(Part::TcbInfo), || tcb_info(&intel("any"), deep(8))),
		offered("TCB info as deep as fits", TooDeep(Part::TcbInfo), || {
			tcb_info(&intel("any"), deep(16_000))
		}),
		offered("deep QE identity", TooDeep(Part::QeIdentity), || {
			qe_identity(&intel("any"), deep(4_000))
		}),
		offered("deep TCB info that nobody signed", BadSignature(Part::TcbInfo), || {
			flipped(tcb_info(&intel("any"), deep(16_000)), 9)
		}),
		offered("TCB info that is none", Malformed(Part::TcbInfo), || {
			tcb_info(&intel("any"), deep(7))
		}),
		offered("too many TCB levels", TooMany(Part::TcbInfo), || {
			let mut s = intel("any");
			let level = |n: u8| LevelSpec {
				sgx: [n; 16],
				tdx: [0; 16],
				pce_svn: 1,
				status: "UpToDate",
				advisories: vec![],
			};
			s.levels = (0..65).map(level).collect();
			let json = s.tcb_info(Tee::Sgx).into_bytes();
			tcb_info(&s, json)
		}),
		offered("too many revocations", TooMany(Part::RootCrl), || {
			later(ROOT_CRL, |s| s.root_crl.revoked = serials(769))
		}),
		offered("nested root", Refusal::NoAnchor(Vendor::IntelSgx), || Piece::Root {
			family: Family::Intel,
			certificate: bounded(nested_der(4_096)),
		}),
		offered("nested authority", Malformed(Part::Authority), || Piece::Authority {
			certificate: bounded(nested_der(4_096)),
			root: fingerprint(ROOT),
		}),
		offered("nested list of the root", Malformed(Part::RootCrl), || Piece::Crl {
			list: bounded(nested_der(32_768)),
			issuer: fingerprint(ROOT),
		}),
		offered("nested list of the authority", Malformed(Part::LeafCrl), || Piece::Crl {
			list: bounded(nested_der(32_768)),
			issuer: fingerprint(PCK_CA),
		}),
		offered("too many extensions", TooMany(Part::Authority), || {
			made(PCK_CA, |s| {
				s.ca.extensions = (0..33).map(|n| (vec![0x2a, 3, n], false, vec![])).collect();
			})
		}),
	]
}

pub fn rows() -> Vec<Row> {
	let mut rows = rolled_back();
	rows.extend(out_of_time());
	rows.extend(unsigned());
	rows.extend(chains());
	rows.extend(bombs());
	rows
}

#[test]
fn bad_collateral_should_be_refused() {
	each_should_be_refused(rows());
}

/// The list with the most entries is taken: it is the one more that is refused.
#[test]
fn the_longest_list_should_be_taken() {
	with_all(|| {
		let serials = (0..768_u16).map(|n| [&[1; 18][..], &n.to_be_bytes()].concat()).collect();
		posted(&later(ROOT_CRL, |s| s.root_crl.revoked = serials));
	});
}
