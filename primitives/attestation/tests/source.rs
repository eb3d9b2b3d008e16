//! Posting collateral: what has to be there first, what may take whose place, and what is refused.

mod common;

use bounded_collections::BoundedVec;
use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use common::{simulated::*, world::*};
use concordat_attestation::{
	amd::{Product, VekKind},
	collateral::{Family, Role},
	crypto::sha256,
	intel::Tee,
	simulator::{amd::AmdSimulator, intel::IntelSimulator, nitro::NitroSimulator},
	source::{verify_piece, Memory, Overlay, Piece, Slot, Source, VerifiedPiece},
	AnchorKind, Error, Field, Part, Vendor,
};

/// Places in what `IntelSimulator::pieces` makes.
const ROOT: usize = 0;
const ROOT_CRL: usize = 1;
const PCK_CA: usize = 2;
const SIGNER: usize = 3;
const PCK_CRL: usize = 4;
const TCB_INFO: usize = 5;
const QE_IDENTITY: usize = 6;

fn slot(memory: &Memory, world: &World, at: usize) -> Slot {
	verify_piece(&world.pieces[at], memory, &world.anchors, NOW).unwrap().slot()
}

#[test]
fn a_piece_should_need_what_stands_above_it() {
	let world = World::intel(&simulator(), sgx());
	let without = |missing: usize, at: usize| {
		let mut memory = Memory::default();
		for piece in world.pieces[..at].iter().enumerate().filter(|(i, _)| *i != missing) {
			// What needs the missing one can not be posted either.
			let _ = memory.post(piece.1, &world.anchors, NOW);
		}
		memory.post(&world.pieces[at], &world.anchors, NOW).map(|_| ())
	};
	let missing = |part| Err(Error::Missing(part));
	assert_eq!(without(ROOT, ROOT_CRL), missing(Part::Authority));
	assert_eq!(without(ROOT, PCK_CA), missing(Part::Root));
	assert_eq!(without(ROOT_CRL, PCK_CA), missing(Part::RootCrl));
	assert_eq!(without(ROOT_CRL, SIGNER), missing(Part::RootCrl));
	assert_eq!(without(PCK_CA, PCK_CRL), missing(Part::Authority));
	assert_eq!(without(SIGNER, TCB_INFO), missing(Part::TcbSigner));
	assert_eq!(without(SIGNER, QE_IDENTITY), missing(Part::TcbSigner));
	// And nothing else: in this order all of them go in.
	assert_eq!(without(usize::MAX, QE_IDENTITY), Ok(()));

	let amd = World::amd(&amd());
	let mut memory = Memory::default();
	memory.post(&amd.pieces[0], &amd.anchors, NOW).unwrap();
	// AMD's authority does not wait for the list.
	memory.post(&amd.pieces[2], &amd.anchors, NOW).unwrap();
	memory.post(&amd.pieces[1], &amd.anchors, NOW).unwrap();
}

#[test]
fn the_root_list_should_have_to_count_when_a_statement_is_posted() {
	let world = World::intel(&simulator(), sgx());
	let mut memory = world.posted();
	let root_crl = slot(&memory, &world, ROOT_CRL);
	let post = |memory: &Memory, now| {
		verify_piece(&world.pieces[TCB_INFO], memory, &world.anchors, now).map(|_| ())
	};
	assert_eq!(post(&memory, NOW + 30 * DAY), Err(Error::Expired { part: Part::RootCrl, by: 0 }));
	memory.remove(&root_crl).unwrap();
	assert_eq!(post(&memory, NOW), Err(Error::Missing(Part::RootCrl)));
}

#[test]
fn pieces_should_know_where_they_lie_and_how_long_they_count() {
	for world in World::all() {
		let memory = world.posted();
		assert_eq!(memory.iter().count(), world.pieces.len());
		for (slot, piece) in memory.iter() {
			assert_eq!(*slot, piece.slot());
			assert_eq!(memory.get(slot), Some(piece));
			assert_eq!(piece.kind(), AnchorKind::Test);
			let (issued, evaluation, last) = match piece {
				VerifiedPiece::Authority(one) => {
					assert_eq!(memory.authority(&one.fingerprint).as_ref(), Some(one));
					(0, 0, one.not_after)
				},
				VerifiedPiece::Crl(one) => {
					assert_eq!(memory.crl(&one.issuer).as_ref(), Some(one));
					(one.this_update, 0, one.next_update - 1)
				},
				VerifiedPiece::TcbInfo(one) => {
					let held = memory.tcb_info(&one.signer.issuer, one.tee, &one.fmspc);
					assert_eq!(held.as_ref(), Some(one));
					(one.issued, 20, one.next_update)
				},
				VerifiedPiece::QeIdentity(one) => {
					let held = memory.qe_identity(&one.signer.issuer, one.tee);
					assert_eq!(held.as_ref(), Some(one));
					(one.issued, 20, one.next_update)
				},
			};
			assert_eq!(piece.issued(), issued);
			assert_eq!(piece.evaluation(), evaluation);
			assert_eq!(piece.not_after(), last);
			assert!(slot.encode().len() <= Slot::max_encoded_len());
			assert_eq!(Slot::decode_all(&mut &slot.encode()[..]).as_ref(), Ok(slot));
		}
	}
}

/// Posts what `change` makes over what is held, and says what became of it.
fn over(at: usize, change: impl Fn(&mut IntelSimulator)) -> Result<(), Error> {
	let world = World::intel(&simulator(), sgx());
	let mut memory = world.posted();
	let mut other = simulator();
	change(&mut other);
	let before = memory.clone();
	let found = memory.post(&other.pieces(Tee::Sgx)[at], &world.anchors, NOW);
	let same = memory.iter().eq(before.iter());
	assert_eq!(same, found.is_err(), "a refusal changes nothing, a success something");
	found.map(|_| ())
}

#[test]
fn collateral_should_never_go_back() {
	let back = |part| Err(Error::RolledBack { part, by: 3_600 });
	assert_eq!(over(ROOT_CRL, |s| s.root_crl.this_update -= 3_600), back(Part::LeafCrl));
	assert_eq!(over(PCK_CRL, |s| s.pck_crl.this_update -= 3_600), back(Part::LeafCrl));
	assert_eq!(over(TCB_INFO, |s| s.issued -= 3_600), back(Part::TcbInfo));
	assert_eq!(over(QE_IDENTITY, |s| s.issued -= 3_600), back(Part::QeIdentity));
	// A higher number does not make up for an earlier date, nor a later date for a lower number.
	let earlier = |s: &mut IntelSimulator| {
		s.issued -= 3_600;
		(s.tcb_evaluation, s.qe_evaluation) = (21, 21);
	};
	assert_eq!(over(TCB_INFO, earlier), back(Part::TcbInfo));
	assert_eq!(over(QE_IDENTITY, earlier), back(Part::QeIdentity));
	let lower = |s: &mut IntelSimulator| {
		s.issued += 3_600;
		(s.tcb_evaluation, s.qe_evaluation) = (19, 18);
	};
	let too_old = |found| Err(Error::EvaluationTooOld { found, required: 20 });
	assert_eq!(over(TCB_INFO, lower), too_old(19));
	assert_eq!(over(QE_IDENTITY, lower), too_old(18));
	// Intel numbers all its lists 1: a number says nothing.
	let numbered = |s: &mut IntelSimulator| {
		s.root_crl.number = 9;
		s.root_crl.this_update -= 3_600;
	};
	assert_eq!(over(ROOT_CRL, numbered), back(Part::LeafCrl));
}

#[test]
fn the_same_piece_should_not_be_posted_twice() {
	for world in World::all() {
		let mut memory = world.posted();
		for piece in &world.pieces {
			let found = memory.post(piece, &world.anchors, NOW).unwrap_err();
			assert!(matches!(found, Error::AlreadyHeld(_)), "{found:?}");
		}
	}
	// Other contents of the same date and number are no news either.
	let held = |part| Err(Error::AlreadyHeld(part));
	assert_eq!(over(TCB_INFO, |s| s.levels.truncate(1)), held(Part::TcbInfo));
	assert_eq!(over(PCK_CRL, |s| s.pck_crl.revoked = vec![vec![7]]), held(Part::LeafCrl));
}

#[test]
fn newer_pieces_should_take_their_place() {
	assert_eq!(over(ROOT_CRL, |s| s.root_crl.this_update += 1), Ok(()));
	assert_eq!(over(PCK_CRL, |s| s.pck_crl.this_update += 1), Ok(()));
	assert_eq!(over(TCB_INFO, |s| s.issued += 1), Ok(()));
	assert_eq!(over(QE_IDENTITY, |s| s.issued += 1), Ok(()));
	assert_eq!(over(TCB_INFO, |s| s.tcb_evaluation += 1), Ok(()));
	// Another family of processors lies elsewhere, whatever its date and number.
	let other_family = |s: &mut IntelSimulator| {
		s.tcb_fmspc = [1; 6];
		s.issued -= 3_600;
		s.tcb_evaluation = 1;
	};
	assert_eq!(over(TCB_INFO, other_family), Ok(()));
}

#[test]
fn a_piece_should_only_supersede_what_lies_in_its_place() {
	let world = World::intel(&simulator(), sgx());
	let memory = world.posted();
	let pieces: Vec<_> = memory.iter().map(|(_, piece)| piece).collect();
	for one in &pieces {
		for other in &pieces {
			let expected = if one == other {
				Error::AlreadyHeld(one.part())
			} else {
				Error::Mismatch { part: one.part(), field: Field::Issuer }
			};
			assert_eq!(one.supersedes(other), Err(expected));
		}
	}
}

#[test]
fn revoked_authorities_should_not_be_accepted_and_revoked_signers_should_not_speak() {
	let mut revoking = simulator();
	revoking.root_crl.revoked = vec![revoking.ca.serial.clone(), revoking.signer.serial.clone()];
	let world = World::intel(&revoking, sgx());
	let mut memory = Memory::default();
	for piece in &world.pieces[..=ROOT_CRL] {
		memory.post(piece, &world.anchors, NOW).unwrap();
	}
	let mut post = |at: usize| memory.post(&world.pieces[at], &world.anchors, NOW).map(|_| ());
	assert_eq!(post(PCK_CA), Err(Error::Revoked(Part::Authority)));
	assert_eq!(post(SIGNER), Err(Error::Revoked(Part::TcbSigner)));

	// Revoked after it was accepted.
	let mut memory = World::intel(&simulator(), sgx()).posted();
	revoking.root_crl.this_update += 1;
	revoking.issued += 1;
	let world = World::intel(&revoking, sgx());
	memory.post(&world.pieces[ROOT_CRL], &world.anchors, NOW).unwrap();
	for at in [TCB_INFO, QE_IDENTITY] {
		let found = memory.post(&world.pieces[at], &world.anchors, NOW).map(|_| ());
		assert_eq!(found, Err(Error::Revoked(Part::TcbSigner)));
	}
}

#[test]
fn statements_and_lists_by_others_should_be_refused() {
	let world = World::intel(&simulator(), sgx());
	let memory = world.posted();
	let forger = IntelSimulator::new(b"forger", NOW);
	let mut forged = forger.pieces(Tee::Sgx);
	let fingerprint = |at: usize| match &world.pieces[at] {
		Piece::Root { certificate, .. } | Piece::Authority { certificate, .. } => {
			sha256(certificate)
		},
		_ => panic!("a certificate"),
	};
	let names = [ROOT, SIGNER, PCK_CA].map(fingerprint);
	let verdict =
		|piece: &Piece| verify_piece(piece, &memory, &world.anchors, NOW).map(|_| ()).unwrap_err();
	// The forger's own names lead nowhere.
	let unknown = [
		Error::NoAnchor(Vendor::IntelSgx),
		Error::Missing(Part::Authority),
		Error::Missing(Part::Root),
		Error::Missing(Part::Root),
		Error::Missing(Part::Authority),
		Error::Missing(Part::TcbSigner),
		Error::Missing(Part::TcbSigner),
	];
	assert_eq!(forged.iter().map(verdict).collect::<Vec<_>>(), unknown);
	// Under the good names the signatures do not verify. This includes the shape of CVE-2026-22696: a QE identity that
	// names the forger's quoting enclaves.
	let [good_root, good_signer, good_ca] = names;
	for (at, piece) in forged.iter_mut().enumerate() {
		match piece {
			Piece::Authority { root, .. } => *root = good_root,
			Piece::Crl { issuer, .. } if at == ROOT_CRL => *issuer = good_root,
			Piece::Crl { issuer, .. } => *issuer = good_ca,
			Piece::TcbInfo { signer, .. } | Piece::QeIdentity { signer, .. } => {
				*signer = good_signer;
			},
			Piece::Root { .. } => {},
		}
	}
	let bad = |part| Error::BadSignature(part);
	let expected = [
		Error::NoAnchor(Vendor::IntelSgx),
		bad(Part::RootCrl),
		bad(Part::Authority),
		bad(Part::TcbSigner),
		bad(Part::LeafCrl),
		bad(Part::TcbInfo),
		bad(Part::QeIdentity),
	];
	assert_eq!(forged.iter().map(verdict).collect::<Vec<_>>(), expected);

	// Statements in the name of an authority that is there for something else.
	let mut pieces = world.pieces.clone();
	for at in [TCB_INFO, QE_IDENTITY] {
		for other in [good_root, good_ca] {
			match &mut pieces[at] {
				Piece::TcbInfo { signer, .. } | Piece::QeIdentity { signer, .. } => *signer = other,
				_ => panic!("a statement"),
			}
			assert_eq!(verdict(&pieces[at]), mismatch(Part::TcbSigner, Field::KeyUsage));
		}
	}
	// An authority below another one, and a list by the signer of statements.
	let below = Piece::Authority {
		certificate: match &world.pieces[PCK_CA] {
			Piece::Authority { certificate, .. } => certificate.clone(),
			_ => panic!("an authority"),
		},
		root: good_ca,
	};
	assert_eq!(verdict(&below), mismatch(Part::Root, Field::BasicConstraints));
	let list = simulator().root_crl;
	let list = concordat_attestation::simulator::x509::CrlSpec {
		issuer: simulator().signer.subject,
		..list
	};
	let by_signer = Piece::Crl {
		list: BoundedVec::truncate_from(list.sign(&simulator().key("signer"))),
		issuer: good_signer,
	};
	assert_eq!(verdict(&by_signer), mismatch(Part::LeafCrl, Field::KeyUsage));
}

#[test]
fn only_anchored_roots_should_be_accepted() {
	for world in World::all() {
		let root = &world.pieces[0];
		let verdict =
			|anchors: &[_]| verify_piece(root, &Memory::default(), anchors, NOW).map(|_| ());
		assert_eq!(verdict(&world.anchors), Ok(()));
		let family_vendor = match world.vendor {
			Vendor::IntelTdx => Vendor::IntelSgx,
			other => other,
		};
		assert_eq!(verdict(&[]), Err(Error::NoAnchor(family_vendor)));
		// Another vendor's anchor of the same key.
		let foreign: Vec<_> = world
			.anchors
			.iter()
			.map(|anchor| concordat_attestation::Anchor {
				vendor: match family_vendor {
					Vendor::AmdSevSnp => Vendor::AwsNitro,
					_ => Vendor::AmdSevSnp,
				},
				..*anchor
			})
			.collect();
		assert_eq!(verdict(&foreign), Err(Error::NoAnchor(family_vendor)));
	}
}

#[test]
fn nothing_should_be_posted_under_an_anchor_that_is_gone_or_changed() {
	let world = World::intel(&simulator(), sgx());
	let mut memory = Memory::default();
	memory.post(&world.pieces[ROOT], &world.anchors, NOW).unwrap();
	let gone = Err(Error::NoAnchor(Vendor::IntelSgx));
	let post = |memory: &Memory, at: usize, anchors: &[_]| {
		verify_piece(&world.pieces[at], memory, anchors, NOW).map(|_| ())
	};
	let changed: Vec<_> = world
		.anchors
		.iter()
		.map(|anchor| concordat_attestation::Anchor { kind: AnchorKind::Production, ..*anchor })
		.collect();
	assert_eq!(post(&memory, ROOT_CRL, &[]), gone);
	assert_eq!(post(&memory, ROOT_CRL, &changed), gone);
	memory.post(&world.pieces[ROOT_CRL], &world.anchors, NOW).unwrap();
	for at in [PCK_CA, SIGNER] {
		assert_eq!(post(&memory, at, &[]), gone);
		assert_eq!(post(&memory, at, &changed), gone);
		assert_eq!(post(&memory, at, &world.anchors), Ok(()));
	}
}

#[test]
fn pieces_should_be_bounded_before_they_are_decoded() {
	for world in World::all() {
		for piece in &world.pieces {
			let bytes = piece.encode();
			assert_eq!(Piece::decode_all(&mut &bytes[..]).as_ref(), Ok(piece));
			assert!(bytes.len() <= Piece::max_encoded_len());
			for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
				assert!(Piece::decode_all(&mut &bytes[..cut]).is_err());
			}
		}
	}
	// Declared longer than any certificate, list or statement may be.
	for (index, max) in [(0u8, 4_096u32), (1, 4_096), (2, 32_768), (3, 32_768), (4, 8_192)] {
		let family = if index == 0 { vec![0] } else { vec![] };
		let encode = |len: u32| {
			[&[index], &family[..], &codec::Compact(len).encode(), &vec![0; len as usize], &[0; 96]]
				.concat()
		};
		assert!(Piece::decode(&mut &encode(max)[..]).is_ok(), "{index}");
		assert!(Piece::decode(&mut &encode(max + 1)[..]).is_err(), "{index}");
	}
	assert!(Piece::decode(&mut &[5u8; 64][..]).is_err());
}

#[test]
fn deep_statements_should_be_refused_though_they_are_signed() {
	let simulator = simulator();
	let world = World::intel(&simulator, sgx());
	let memory = world.posted();
	let Piece::TcbInfo { signer, .. } = world.pieces[TCB_INFO].clone() else { panic!("TCB info") };
	let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
	let signature = simulator.sign_statement(&deep);
	let bytes = deep.into_bytes();
	let info = Piece::TcbInfo { json: BoundedVec::truncate_from(bytes.clone()), signature, signer };
	let identity = Piece::QeIdentity { json: BoundedVec::truncate_from(bytes), signature, signer };
	for (piece, part) in [(info, Part::TcbInfo), (identity, Part::QeIdentity)] {
		let found = verify_piece(&piece, &memory, &world.anchors, NOW);
		assert_eq!(found, Err(Error::TooDeep(part)));
	}
}

#[test]
fn an_overlay_should_show_its_piece_and_the_rest_of_what_is_held() {
	let world = World::intel(&simulator(), sgx());
	let memory = world.posted();
	let mut later = simulator();
	later.root_crl.this_update += 1;
	later.pck_crl.this_update += 1;
	later.issued += 1;
	let newer = World::intel(&later, sgx());
	for at in [ROOT_CRL, PCK_CRL, TCB_INFO, QE_IDENTITY] {
		let piece = verify_piece(&newer.pieces[at], &memory, &world.anchors, NOW).unwrap();
		let overlay = Overlay { base: &memory, piece: &piece };
		for (slot, held) in memory.iter() {
			let expected = if *slot == piece.slot() { &piece } else { held };
			let found = match slot {
				Slot::Authority(name) => overlay.authority(name).map(VerifiedPiece::Authority),
				Slot::Crl(issuer) => overlay.crl(issuer).map(VerifiedPiece::Crl),
				Slot::TcbInfo { root, tee, fmspc } => {
					overlay.tcb_info(root, *tee, fmspc).map(VerifiedPiece::TcbInfo)
				},
				Slot::QeIdentity { root, tee } => {
					overlay.qe_identity(root, *tee).map(VerifiedPiece::QeIdentity)
				},
			};
			assert_eq!(found.as_ref(), Some(expected));
		}
	}
	// Over nothing, an overlay holds one piece.
	let empty = Memory::default();
	for (_, piece) in memory.iter() {
		let overlay = Overlay { base: &empty, piece };
		let found = memory
			.iter()
			.filter(|(slot, _)| match slot {
				Slot::Authority(name) => overlay.authority(name).is_some(),
				Slot::Crl(issuer) => overlay.crl(issuer).is_some(),
				Slot::TcbInfo { root, tee, fmspc } => overlay.tcb_info(root, *tee, fmspc).is_some(),
				Slot::QeIdentity { root, tee } => overlay.qe_identity(root, *tee).is_some(),
			})
			.count();
		assert_eq!(found, 1);
	}
}

#[test]
fn authorities_should_get_the_role_that_their_certificate_gives_them() {
	let role = |world: &World, at: usize| match verify_piece(
		&world.pieces[at],
		&world.posted(),
		&world.anchors,
		NOW,
	) {
		Ok(VerifiedPiece::Authority(one)) => (one.family, one.role),
		other => panic!("{other:?}"),
	};
	let intel = World::intel(&simulator(), tdx());
	assert_eq!(role(&intel, ROOT), (Family::Intel, Role::Root));
	assert_eq!(role(&intel, PCK_CA), (Family::Intel, Role::Issuer));
	assert_eq!(role(&intel, SIGNER), (Family::Intel, Role::TcbSigner));
	let vlek = AmdSimulator::new(b"any", Product::Genoa, VekKind::Vlek, NOW);
	for amd in [amd(), vlek] {
		let world = World::amd(&amd);
		assert_eq!(role(&world, 0), (Family::Amd, Role::Root));
		assert_eq!(role(&world, 2), (Family::Amd, Role::Issuer));
		// AMD has no signers of statements: a certificate that is no authority is none.
		let mut leaf = amd.clone();
		leaf.authority.ca = false;
		let world = World::amd(&leaf);
		let mut memory = Memory::default();
		memory.post(&world.pieces[0], &world.anchors, NOW).unwrap();
		let found = memory.post(&world.pieces[2], &world.anchors, NOW).map(|_| ());
		assert_eq!(found, Err(mismatch(Part::Authority, Field::BasicConstraints)));
	}
	let nitro = World::nitro(&NitroSimulator::new(b"any", NOW));
	assert_eq!(role(&nitro, 0), (Family::Aws, Role::Root));
}
