//! Which set signs what, and how long it is kept.

use crate::{
	archive_signers_key, mock::*, AnchorParams, CertificateRefusal, Certificates, CurrentSet,
	Error, Event, KeyProof, Params, Pending, SetKeys, SetUses, Sets, WeightInfo,
};
use codec::Encode;
use concordat_primitives::{
	receipt::Operation,
	rollup::{RollupKey, Scheme, SignerSet, MAX_SIGNERS},
	AccountId, Hash,
};
use frame_support::{assert_noop, assert_ok};

fn present() -> SignerSet {
	RollupAnchor::present_signers().expect("signers")
}

fn sets() -> Vec<u32> {
	let mut ids: Vec<_> = Sets::<Test>::iter_keys().collect();
	ids.sort();
	ids
}

fn certify(
	epoch: u32,
	set: u32,
	places: core::ops::Range<u16>,
	seats: u32,
) -> Result<(), CertificateRefusal> {
	let certificate = sign(Scheme::Bls, (epoch, set), &message(epoch, set), places, seats);
	match RollupAnchor::verify_certificate(&certificate) {
		Ok(()) => {
			assert_ok!(RollupAnchor::certify(authorized(), certificate));
			Ok(())
		},
		Err(refusal) => {
			assert_noop!(
				RollupAnchor::certify(authorized(), certificate),
				Error::<Test>::from(refusal)
			);
			Err(refusal)
		},
	}
}

#[test]
fn the_keys_of_a_sessions_validators_should_become_a_set_in_their_order() {
	ExtBuilder::default().signers(Scheme::Bls, 3).build_and_execute(|| {
		let set = present();
		assert_eq!((set.id, set.scheme, set.validators), (0, Scheme::Bls, 3));
		let keys = |all: &[u8]| all.iter().map(|n| key(Scheme::Bls, *n)).collect::<Vec<_>>();
		assert_eq!(set.keys.to_vec(), keys(&[1, 2, 3]));
		assert_eq!(CurrentSet::<Test>::get().unwrap().hash, set.hash());
		// The first set is a change, too.
		let body = RollupAnchor::receipt_view(0).unwrap().body;
		assert_eq!(body.operation, Operation::SignersChanged { set: 0, signers: set.hash() });

		session([3, 1]);
		let set = present();
		assert_eq!((set.id, set.validators, set.keys.to_vec()), (1, 2, keys(&[3, 1])));
		assert_eq!(
			events().into_iter().find(|event| matches!(event, Event::SignersChanged { .. })),
			Some(Event::SignersChanged { set: 1, hash: set.hash(), signers: 2, validators: 2 })
		);
		let body = RollupAnchor::receipt_view(1).unwrap().body;
		assert_eq!(body.operation, Operation::SignersChanged { set: 1, signers: set.hash() });
	});
}

#[test]
fn a_session_with_the_same_keys_should_change_nothing() {
	ExtBuilder::default().signers(Scheme::Bls, 3).build_and_execute(|| {
		let receipts = RollupAnchor::totals().0;
		frame_support::assert_storage_noop!(session(1..=3));
		assert_eq!((present().id, RollupAnchor::totals().0), (0, receipts));
	});
}

#[test]
fn validators_without_a_key_should_have_no_place_and_still_be_counted() {
	ExtBuilder::default().signers(Scheme::Bls, 2).build_and_execute(|| {
		session(1..=4);
		let set = present();
		assert_eq!((set.keys.len(), set.validators, set.threshold()), (2, 4, 3));
		let epoch = close();
		// All that have a key are not enough.
		assert_eq!(certify(epoch, 1, 0..2, 2), Err(CertificateRefusal::TooFewSigners));
	});
}

#[test]
fn a_change_of_keys_should_wait_for_the_next_session() {
	ExtBuilder::default().signers(Scheme::Bls, 1).build_and_execute(|| {
		let register = |n, with| {
			assert_ok!(RollupAnchor::register_key(
				RuntimeOrigin::signed(account(n)),
				key(Scheme::Bls, with),
				proof(Scheme::Bls, with)
			));
		};
		register(1, 7);
		assert_eq!(present().keys.to_vec(), [key(Scheme::Bls, 1)]);
		let before = close();
		session(1..=1);
		assert_eq!((present().id, present().keys.to_vec()), (1, vec![key(Scheme::Bls, 7)]));
		let after = close();
		// The first by the old key, the second by the new one.
		assert_eq!(certify(before, 0, 0..1, 1), Ok(()));
		assert_eq!(certify(after, 1, 0..1, 1), Err(CertificateRefusal::BadSignature));
		let by_new = sign(Scheme::Bls, (after, 1), &message(after, 1), 6..7, 7);
		let mut certificate = by_new;
		if let concordat_primitives::rollup::Signatures::Bls { signers, .. } =
			&mut certificate.signatures
		{
			signers[0] = 1;
		}
		assert_ok!(RollupAnchor::certify(authorized(), certificate));
	});
}

#[test]
fn another_scheme_should_wait_for_the_next_session() {
	ExtBuilder::default().signers(Scheme::Bls, 2).build_and_execute(|| {
		for n in 1..=2 {
			assert_ok!(RollupAnchor::register_key(
				RuntimeOrigin::signed(account(n)),
				key(Scheme::Ed25519, n),
				proof(Scheme::Ed25519, n)
			));
		}
		let params = AnchorParams { scheme: Scheme::Ed25519, ..Params::<Test>::get() };
		assert_ok!(RollupAnchor::set_params(RuntimeOrigin::root(), params));
		assert_eq!(present().scheme, Scheme::Bls);
		let by_bls = close();
		session(1..=2);
		assert_eq!((present().scheme, present().id), (Scheme::Ed25519, 1));
		assert!(!SetKeys::<Test>::contains_key(1));
		let by_ed25519 = close();
		assert_eq!(certify(by_bls, 0, 0..2, 2), Ok(()));
		assert_eq!(certify(by_ed25519, 1, 0..2, 2), Err(CertificateRefusal::WrongScheme));
		let certificate = sign(Scheme::Ed25519, (by_ed25519, 1), &message(by_ed25519, 1), 0..2, 2);
		assert_ok!(RollupAnchor::certify(authorized(), certificate));
	});
}

#[test]
fn an_epoch_should_be_signed_by_the_set_of_its_closing_however_late() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let old = close();
		session(1..=3);
		let new = close();
		assert_eq!((Pending::<Test>::get(old), Pending::<Test>::get(new)), (Some(0), Some(1)));
		assert_eq!(sets(), [0, 1]);
		// The new set cannot sign what was closed before it, nor the old one what came after.
		assert_eq!(certify(old, 1, 0..3, 3), Err(CertificateRefusal::WrongSet));
		assert_eq!(certify(new, 0, 0..4, 4), Err(CertificateRefusal::WrongSet));
		// Nor can it claim to be the old one: its bitmap has no place for the fourth, and two are too few.
		assert_eq!(certify(old, 0, 0..2, 4), Err(CertificateRefusal::TooFewSigners));
		assert_eq!(certify(old, 0, 1..4, 4), Ok(()));
		assert_eq!(certify(new, 1, 0..2, 3), Ok(()));
		assert_eq!(sets(), [0, 1], "certificates that are there can be checked");
	});
}

#[test]
fn an_epoch_that_a_change_of_signers_fills_should_belong_to_the_new_ones() {
	ExtBuilder::default().signers(Scheme::Bls, 2).build_and_execute(|| {
		append(14);
		assert_eq!(RollupAnchor::totals(), (15, 0));
		session(1..=1);
		assert_eq!(RollupAnchor::totals(), (16, 1));
		assert_eq!(Pending::<Test>::get(0), Some(1));
	});
}

#[test]
fn a_set_should_go_with_the_last_epoch_that_needs_it() {
	ExtBuilder::default().retention(2).signers(Scheme::Bls, 3).build_and_execute(|| {
		let first = close();
		assert_eq!(certify(first, 0, 0..2, 3), Ok(()));
		let second = close();
		session(1..=2);
		assert_eq!((sets(), SetUses::<Test>::get(0)), (vec![0, 1], 2));
		close();
		// Certified or not, an epoch goes when the retention is over.
		assert!(!Certificates::<Test>::contains_key(first));
		assert_eq!((sets(), SetUses::<Test>::get(0)), (vec![0, 1], 1));
		assert_eq!(RollupAnchor::signers(0).unwrap().keys.len(), 3);
		close();
		assert_eq!(Pending::<Test>::get(second), None);
		assert_eq!(sets(), [1]);
		assert_eq!(SetKeys::<Test>::iter_keys().collect::<Vec<_>>(), [1]);
		assert_eq!(RollupAnchor::signers(0), None);
		assert_eq!(certify(second, 0, 0..3, 3), Err(CertificateRefusal::Forgotten));
		// The present set stays, whether an epoch belongs to it or not.
		run_to(System::block_number() + 50);
		assert_eq!(present().id, 1);
	});
}

#[test]
fn a_set_that_signed_nothing_should_go_at_once() {
	ExtBuilder::default().signers(Scheme::Bls, 3).build_and_execute(|| {
		for round in 0..12 {
			session(1..=1 + round % 3);
		}
		assert_eq!(sets().len(), 1);
		assert_eq!(present().id, 12);
	});
}

#[test]
fn epochs_closed_before_there_were_signers_should_wait_for_nobody() {
	ExtBuilder::default().build_and_execute(|| {
		let before = close();
		assert_eq!((Pending::<Test>::count(), RollupAnchor::present_signers()), (0, None));
		RollupAnchor::put_genesis_key(&account(1), key(Scheme::Bls, 1));
		session(1..=1);
		let after = close();
		assert_eq!(certify(before, 0, 0..1, 1), Err(CertificateRefusal::Forgotten));
		assert_eq!(
			RollupAnchor::uncertified(9),
			vec![(after, 0, RollupAnchor::rollup(after).unwrap().hash())]
		);
		assert_eq!(certify(after, 0, 0..1, 1), Ok(()));
	});
}

#[test]
fn more_validators_than_places_should_leave_the_last_ones_out() {
	ExtBuilder::default().build_and_execute(|| {
		let validator = |n: u32| {
			let mut bytes = [0; 32];
			bytes[..4].copy_from_slice(&n.to_le_bytes());
			AccountId::new(bytes)
		};
		let params = AnchorParams { scheme: Scheme::Ed25519, ..Params::<Test>::get() };
		assert_ok!(RollupAnchor::set_params(RuntimeOrigin::root(), params));
		let accounts: Vec<_> = (0..300).map(validator).collect();
		for (n, account) in accounts.iter().enumerate() {
			let key = RollupKey::Ed25519(Hash::from_low_u64_be(n as u64).0);
			RollupAnchor::put_genesis_key(account, key);
		}
		let weight = RollupAnchor::new_validators(&accounts);
		assert_eq!(weight, <() as WeightInfo>::new_validators(300));
		let set = present();
		assert_eq!((set.keys.len() as u32, set.validators), (MAX_SIGNERS, 300));
		assert_eq!(set.threshold(), 200);
	});
}

#[test]
fn keys_of_an_account_that_left_should_not_be_in_the_next_set() {
	ExtBuilder::default().signers(Scheme::Bls, 2).build_and_execute(|| {
		let own = RuntimeOrigin::signed(account(2));
		assert_ok!(RollupAnchor::remove_key(own, account(2), Scheme::Bls));
		assert_eq!(present().keys.len(), 2);
		session(1..=2);
		assert_eq!((present().keys.len(), present().validators), (1, 2));
	});
}

#[test]
fn archived_sets_of_forks_should_not_share_keys() {
	let (one, two) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
	assert_ne!(archive_signers_key(3, &one), archive_signers_key(3, &two));
	assert_ne!(archive_signers_key(3, &one), archive_signers_key(4, &one));
	assert_eq!(
		archive_signers_key(3, &one),
		[&b"concordat/signers/v1"[..], &[0, 0, 0, 3], &one.0].concat()
	);
	assert_eq!(KeyProof::Possession([7; 48]).encode().len(), 49);
}
