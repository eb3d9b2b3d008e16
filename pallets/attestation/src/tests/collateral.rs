//! Collateral: who posts it, in which order, what may replace what, and how much there may be.

use crate::{
	mock::*, Authorities, Crls, Error, Event, Posted, QeIdentities, Reassessments, Refusal,
	TcbInfos, MAX_PIECES,
};
use codec::Encode;
use concordat_attestation::{
	collateral::{Crl, KeyId},
	dev_anchors::{DEV_INTEL_ROOT, DEV_NITRO_ROOT},
	intel::Tee,
	simulator::{
		dev::{DevKind, DevPlatform},
		intel::IntelSimulator,
	},
	source::{Piece, Slot},
	Part, Vendor,
};
use concordat_primitives::{receipt::Operation, views::CollateralView, Hash};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{Pays, PostDispatchInfo},
};
use sp_io::hashing::blake2_256;
use sp_runtime::traits::BadOrigin;

const KINDS: [DevKind; 4] = [DevKind::Sgx, DevKind::Tdx, DevKind::Snp, DevKind::Nitro];

fn pieces(kind: DevKind) -> Vec<Piece> {
	DevPlatform::new(kind, "any").collateral(Attestation::seconds())
}

/// Expects that a piece is refused, that its poster pays, and that nothing changes.
#[track_caller]
fn refused(piece: &Piece, why: Refusal) {
	let refused = post(piece).unwrap_err();
	assert_eq!(refused.post_info, PostDispatchInfo { actual_weight: None, pays_fee: Pays::Yes });
	assert_noop!(post(piece).map_err(|e| e.error), Error::<Test>::Refused(why));
}

/// Where a piece that is held lies.
fn slots() -> Vec<Slot> {
	Attestation::collateral(0, 100).items.into_iter().map(|view| view.slot).collect()
}

/// The statement on TDX platforms.
fn tcb_info(later: u64, bend: impl FnOnce(&mut IntelSimulator)) -> Piece {
	bent_tdx(later, bend).remove(5)
}

fn remove(slot: Slot) {
	assert_ok!(Attestation::remove_collateral(RuntimeOrigin::root(), slot));
}

#[test]
fn pieces_should_be_posted_in_their_order_free_of_charge_and_be_told() {
	for kind in KINDS {
		ExtBuilder::default().build_and_execute(|| {
			for piece in pieces(kind) {
				assert_eq!(post(&piece).unwrap().pays_fee, Pays::No);
				let [Event::CollateralPosted { slot, issued, not_after, evaluation, simulated }] =
					events()[..]
				else {
					panic!("one event for {piece:?}")
				};
				let held = Attestation::collateral(0, 100).items;
				let view = CollateralView {
					slot,
					issued,
					not_after,
					evaluation,
					posted_at: 10,
					simulated,
				};
				assert!(held.contains(&view) && simulated);
				assert_eq!(
					Receipts::take(),
					vec![Operation::CollateralPosted {
						slot: Hash::from(blake2_256(&slot.encode())),
						piece: Hash::from(blake2_256(&piece.encode())),
						simulated: true,
					}]
				);
			}
			assert_eq!(slots().len(), pieces(kind).len());
		});
	}
}

#[test]
fn a_piece_should_be_known_by_what_its_vendor_says() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let day = EPOCH - EPOCH % DAY;
		let held = Attestation::collateral(0, 100).items;
		assert_eq!(held.len(), 7);
		for view in held {
			let (issued, not_after, evaluation) = match view.slot {
				Slot::Authority(_) => (0, 2_524_607_999, 0),
				Slot::Crl(_) => (day, day + 30 * DAY - 1, 0),
				Slot::TcbInfo { tee, fmspc, .. } => {
					assert_eq!((tee, fmspc), (Tee::Tdx, intel("any").fmspc));
					(day, day + 30 * DAY, 20)
				},
				Slot::QeIdentity { tee, .. } => {
					assert_eq!(tee, Tee::Tdx);
					(day, day + 30 * DAY, 20)
				},
			};
			assert_eq!((view.issued, view.not_after), (issued, not_after), "{:?}", view.slot);
			assert_eq!((view.evaluation, view.posted_at), (evaluation, 9), "{:?}", view.slot);
		}
	});
}

#[test]
fn anybody_who_signs_should_post() {
	ExtBuilder::default().build_and_execute(|| {
		let root = Box::new(pieces(DevKind::Tdx).remove(0));
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Attestation::post_collateral(origin, root.clone()).map_err(|e| e.error),
				BadOrigin
			);
		}
		let stranger = RuntimeOrigin::signed(concordat_primitives::AccountId::new([0x77; 32]));
		assert_ok!(Attestation::post_collateral(stranger, root));
	});
}

#[test]
fn a_piece_should_be_refused_before_what_stands_above_it() {
	ExtBuilder::default().build_and_execute(|| {
		let tdx = pieces(DevKind::Tdx);
		let [root, root_crl, ca, signer, pck_crl, info, identity] = &tdx[..] else {
			panic!("{} pieces", tdx.len())
		};
		refused(root_crl, Refusal::Missing(Part::Authority));
		refused(ca, Refusal::Missing(Part::Root));
		refused(signer, Refusal::Missing(Part::Root));
		refused(pck_crl, Refusal::Missing(Part::Authority));
		refused(info, Refusal::Missing(Part::TcbSigner));
		refused(identity, Refusal::Missing(Part::TcbSigner));
		assert_ok!(post(root));
		// Intel's authorities count only beside the list that could revoke them.
		let unlisted = Refusal::Missing(Part::RootCrl);
		refused(ca, unlisted);
		refused(signer, unlisted);
		assert_ok!(post(root_crl));
		assert_ok!(post(ca));
		assert_ok!(post(signer));
		assert_ok!(post(pck_crl));
		// A list that was taken away is missed by statements as well.
		remove(Slot::Crl(intel_root_key()));
		refused(info, Refusal::Missing(Part::RootCrl));
		assert_ok!(post(root_crl));
		assert_ok!(post(info));
		assert_ok!(post(identity));
		let snp = pieces(DevKind::Snp);
		refused(&snp[1], Refusal::Missing(Part::Authority));
		refused(&snp[2], Refusal::Missing(Part::Root));
	});
}

/// Key of the development root of Intel's platforms.
fn intel_root_key() -> KeyId {
	Authorities::<Test>::get(DEV_INTEL_ROOT).unwrap().piece.key.id()
}

#[test]
fn the_very_same_piece_should_be_refused_as_held() {
	for kind in KINDS {
		ExtBuilder::default().with_collateral_of(&[kind]).build_and_execute(|| {
			for piece in pieces(kind) {
				let refused = post(&piece).unwrap_err();
				assert_eq!(refused.post_info.pays_fee, Pays::Yes);
				let parts = [
					Part::Root,
					Part::Authority,
					Part::TcbSigner,
					Part::LeafCrl,
					Part::TcbInfo,
					Part::QeIdentity,
				];
				let held = |part| Error::<Test>::Refused(Refusal::AlreadyHeld(part)).into();
				assert!(parts.into_iter().any(|part| refused.error == held(part)), "{refused:?}");
			}
			assert_eq!(events(), vec![]);
		});
	}
}

#[test]
fn pieces_should_be_replaced_only_forward() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		post_tdx(100, |_| ());
		let of = |later, bend: fn(&mut IntelSimulator)| bent_tdx(later, bend);
		for (place, part) in
			[(1, Part::LeafCrl), (4, Part::LeafCrl), (5, Part::TcbInfo), (6, Part::QeIdentity)]
		{
			refused(&of(99, |_| ())[place], Refusal::RolledBack(part));
			refused(&of(0, |_| ())[place], Refusal::RolledBack(part));
			// Other contents of the same date are no news.
			let other = |sim: &mut IntelSimulator| {
				sim.pck_crl.revoked = vec![vec![1, 2, 3]];
				sim.root_crl.revoked = vec![vec![1, 2, 3]];
				sim.levels[0].status = "OutOfDate";
				sim.qe_levels[0].status = "OutOfDate";
			};
			refused(&of(100, other)[place], Refusal::AlreadyHeld(part));
			assert_ok!(post(&of(101, |_| ())[place]));
		}
		assert_eq!(slots().len(), 7, "each took the place of the older one");
	});
}

#[test]
fn no_later_date_should_make_up_for_a_lower_evaluation() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lower = |sim: &mut IntelSimulator| (sim.tcb_evaluation, sim.qe_evaluation) = (19, 19);
		refused(&bent_tdx(1_000, lower)[5], Refusal::EvaluationTooOld);
		refused(&bent_tdx(1_000, lower)[6], Refusal::EvaluationTooOld);
		// Nor a higher evaluation for an earlier date.
		let higher = |sim: &mut IntelSimulator| {
			(sim.tcb_evaluation, sim.qe_evaluation) = (21, 21);
			sim.issued -= 1;
		};
		refused(&bent_tdx(0, higher)[5], Refusal::RolledBack(Part::TcbInfo));
		refused(&bent_tdx(0, higher)[6], Refusal::RolledBack(Part::QeIdentity));
		// A higher one of the same date is news; after it the former one is too low.
		assert_ok!(post(&tcb_info(0, |sim| sim.tcb_evaluation = 21)));
		refused(&tcb_info(1_000, |_| ()), Refusal::EvaluationTooOld);
	});
}

#[test]
fn pieces_should_be_refused_outside_of_their_time() {
	for (place, part) in
		[(1, Part::RootCrl), (4, Part::LeafCrl), (5, Part::TcbInfo), (6, Part::QeIdentity)]
	{
		ExtBuilder::default().with_collateral().build_and_execute(|| {
			let now = Attestation::seconds();
			let ended = bent_tdx(1, |sim| {
				sim.root_crl.next_update = now - 1;
				sim.pck_crl.next_update = now - 1;
				sim.next_update = now - 1;
			});
			refused(&ended[place], Refusal::Expired(part));
			let early = bent_tdx(now % DAY + 1, |_| ());
			refused(&early[place], Refusal::NotYetValid(part));
			// A second later it has begun.
			Clock::set(Some(now + 1));
			assert_ok!(post(&early[place]));
		});
	}
	ExtBuilder::default().build_and_execute(|| {
		let root = pieces(DevKind::Nitro).remove(0);
		Clock::set(Some(2_524_608_000));
		refused(&root, Refusal::Expired(Part::Root));
		Clock::set(None);
		assert_ok!(post(&root));
	});
}

#[test]
fn pieces_should_be_refused_when_another_signed_them() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let stranger = |later| {
			let mut sim = IntelSimulator::new(b"a stranger", Attestation::seconds());
			sim.issued += later;
			sim.pieces(Tee::Tdx)
		};
		let (ours, theirs) = (bent_tdx(1, |_| ()), stranger(1));
		// Their root is none of the anchors.
		refused(&theirs[0], Refusal::NoAnchor(Vendor::IntelSgx));
		refused(&theirs[2], Refusal::Missing(Part::Root));
		// Their statement does not become ours by naming our signer.
		let Piece::TcbInfo { signer, .. } = &ours[5] else { unreachable!() };
		let Piece::TcbInfo { json, signature, .. } = &theirs[5] else { unreachable!() };
		let forged = Piece::TcbInfo { json: json.clone(), signature: *signature, signer: *signer };
		refused(&forged, Refusal::BadSignature(Part::TcbInfo));
		// Nor does ours stay ours when it is changed.
		let Piece::TcbInfo { mut json, signature, signer } = ours[5].clone() else {
			unreachable!()
		};
		let place = json.windows(9).position(|word| word == b"\"version\"").unwrap();
		json.as_mut()[place + 1] = b'V';
		refused(&Piece::TcbInfo { json, signature, signer }, Refusal::BadSignature(Part::TcbInfo));
	});
}

#[test]
fn statements_should_be_refused_from_a_signer_whom_the_root_revoked() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let pieces = bent_tdx(1, |sim| sim.root_crl.revoked = vec![sim.signer.serial.clone()]);
		assert_ok!(post(&pieces[1]));
		refused(&pieces[5], Refusal::Revoked(Part::TcbSigner));
		refused(&pieces[6], Refusal::Revoked(Part::TcbSigner));
	});
}

#[test]
fn simulated_collateral_should_be_refused_in_production() {
	ExtBuilder::production().build_and_execute(|| {
		for (kind, vendor) in [
			(DevKind::Tdx, Vendor::IntelSgx),
			(DevKind::Snp, Vendor::AmdSevSnp),
			(DevKind::Nitro, Vendor::AwsNitro),
		] {
			refused(&pieces(kind)[0], Refusal::NoAnchor(vendor));
		}
	});
}

/// A list like the one that is held, of the issuer of this number.
fn filler(number: u32) -> (KeyId, Posted<Crl>) {
	let mut issuer = [0xee; 32];
	issuer[..4].copy_from_slice(&number.to_le_bytes());
	let mut posted = Crls::<Test>::iter_values().next().unwrap();
	posted.piece.issuer = KeyId(issuer);
	(KeyId(issuer), posted)
}

#[test]
fn collateral_should_be_bounded_kind_by_kind() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let held = Crls::<Test>::count();
		for number in held..MAX_PIECES {
			let (issuer, posted) = filler(number);
			Crls::<Test>::insert(issuer, posted);
		}
		assert_eq!(Crls::<Test>::count(), MAX_PIECES);
		let snp = pieces(DevKind::Snp);
		// There is room for a certificate, but not for its list.
		assert_ok!(post(&snp[0]));
		let refused = post(&snp[1]).unwrap_err();
		assert_eq!(refused.post_info.pays_fee, Pays::Yes);
		assert_noop!(post(&snp[1]).map_err(|e| e.error), Error::<Test>::TooMuchCollateral);
		// One that takes another's place needs no room.
		assert_ok!(post(&bent_tdx(1, |_| ())[1]));
		remove(Slot::Crl(filler(held).0));
		assert_ok!(post(&snp[1]));
		assert_eq!(Crls::<Test>::count(), MAX_PIECES);
	});
}

/// Puts the count of a map at its bound, which is all that the bound looks at; puts it right again afterwards.
fn with_count(key: &[u8], test: impl FnOnce()) {
	let key = [sp_io::hashing::twox_128(b"Attestation"), sp_io::hashing::twox_128(key)].concat();
	let count: u32 = frame_support::storage::unhashed::get_or_default(&key);
	frame_support::storage::unhashed::put(&key, &MAX_PIECES);
	test();
	frame_support::storage::unhashed::put(&key, &count);
}

#[test]
fn every_kind_should_have_its_own_bound() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let sgx = pieces(DevKind::Sgx);
		let full = || Error::<Test>::TooMuchCollateral;
		for (counter, piece) in [
			(&b"CounterForAuthorities"[..], &pieces(DevKind::Nitro)[0]),
			(b"CounterForTcbInfos", &sgx[5]),
			(b"CounterForQeIdentities", &sgx[6]),
		] {
			with_count(counter, || {
				assert_noop!(post(piece).map_err(|e| e.error), full());
				assert_ok!(post(&bent_tdx(1, |_| ())[1]).map(|_| ()).or_else(|refused| {
					// From the second round on it is held.
					assert_eq!(
						refused.error,
						Error::<Test>::Refused(Refusal::AlreadyHeld(Part::LeafCrl)).into()
					);
					Ok::<_, ()>(())
				}));
			});
			assert_ok!(post(piece));
		}
		assert_eq!(Authorities::<Test>::count(), 4);
		assert_eq!(TcbInfos::<Test>::count(), 2);
		assert_eq!(QeIdentities::<Test>::count(), 2);
		// The counters are where this test looked for them.
		assert_eq!(TcbInfos::<Test>::iter().count(), 2);
		assert!(TcbInfos::<Test>::contains_key((intel_root_key(), Tee::Sgx, intel("any").fmspc)));
	});
}

#[test]
fn collateral_should_be_removed_by_governance_alone() {
	ExtBuilder::default().with_collateral_of(&[DevKind::Nitro]).build_and_execute(|| {
		let slot = Slot::Authority(DEV_NITRO_ROOT);
		assert_noop!(Attestation::remove_collateral(RuntimeOrigin::signed(EVE), slot), BadOrigin);
		let unknown = Slot::Authority([9; 32]);
		assert_noop!(
			Attestation::remove_collateral(RuntimeOrigin::root(), unknown),
			Error::<Test>::UnknownCollateral
		);
		remove(slot);
		assert_eq!(events(), vec![Event::CollateralRemoved { slot }]);
		assert_eq!(slots(), vec![]);
		assert_noop!(
			Attestation::remove_collateral(RuntimeOrigin::root(), slot),
			Error::<Test>::UnknownCollateral
		);
	});
}

#[test]
fn every_kind_of_collateral_should_be_removable() {
	ExtBuilder::default().with_collateral_of(&KINDS).build_and_execute(|| {
		assert_eq!(slots().len(), 7 + 2 + 3 + 1);
		for slot in slots() {
			remove(slot);
			assert!(!slots().contains(&slot));
		}
		// What was held once does not stand in the way of what comes now, not even of something older.
		for kind in KINDS {
			for piece in pieces(kind) {
				let _ = post(&piece);
			}
		}
		assert_eq!(slots().len(), 7 + 2 + 3 + 1);
		remove(Slot::Crl(intel_root_key()));
		assert_ok!(post(&bent_tdx(0, |sim| sim.root_crl.this_update -= DAY)[1]));
	});
}

#[test]
fn leases_should_be_judged_again_when_something_moved_and_not_otherwise() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		// A certificate changes nothing for those who stand under others.
		assert_ok!(post(&pieces(DevKind::Nitro)[0]));
		assert_eq!(Reassessments::<Test>::get(), None);
		for place in [1, 4, 5, 6] {
			assert_ok!(post(&bent_tdx(1, |_| ())[place]));
			assert!(Reassessments::<Test>::take().is_some(), "piece {place}");
		}
		remove(Slot::Authority(DEV_NITRO_ROOT));
		assert!(Reassessments::<Test>::take().is_some());
	});
}

#[test]
fn collateral_should_be_listed_page_by_page() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let all = Attestation::collateral(0, 100);
		assert_eq!((all.items.len(), all.next), (7, None));
		let (mut from, mut walked) = (0, Vec::new());
		loop {
			let page = Attestation::collateral(from, 2);
			assert!(page.items.len() <= 2);
			walked.extend(page.items);
			let Some(next) = page.next else { break };
			from = next as u32;
		}
		assert_eq!(walked, all.items);
		assert_eq!(Attestation::collateral(7, 2).items, vec![]);
	});
}
