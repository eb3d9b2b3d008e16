//! Identifiers that are keys: bound by a proof of the key.

use crate::{mock::*, AccountOfDid, Bindings, Error, Event, Nonces, WeightInfo};
use concordat_primitives::{
	did::{binding_message, Did, DidSignature},
	receipt::Operation,
	AccountId, Hash,
};
use frame_support::{assert_ok, traits::ReservableCurrency};
use sp_runtime::{traits::BadOrigin, BoundedVec, TokenError};

const KEY: Signer = Signer::Ed25519(7);

fn bind_with(who: AccountId, did: Did, proof: DidSignature) -> sp_runtime::DispatchResult {
	signed(who, crate::Call::bind_did { did, proof })
}

/// An identifier that nobody has read.
fn unread(text: &str) -> Did {
	Did(BoundedVec::truncate_from(text.as_bytes().to_vec()))
}

#[test]
fn each_kind_of_key_should_be_bound_with_a_deposit_and_returned_in_full() {
	for signer in ALL_KINDS_OF_KEYS {
		ExtBuilder::default().build_and_execute(|| {
			let did = signer.did();
			assert_ok!(bind(ALICE, signer));
			let view = Identity::did_of(ALICE).unwrap();
			assert_eq!((view.did, view.attester, view.bound_at), (did.clone(), None, START));
			assert!(view.counts);
			assert_eq!(AccountOfDid::<Test>::get(did.hash()), Some(ALICE));
			assert_eq!(held(&ALICE), (DID_DEPOSIT, 0));
			let bound = Event::DidBound { account: ALICE, did: did.clone(), attester: None };
			assert_eq!(events(), vec![bound]);
			assert_eq!(receipts(), vec![Operation::DidChanged { did: did.hash(), bound: true }]);

			assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
			assert_eq!(Identity::did_of(ALICE), None);
			assert_eq!(AccountOfDid::<Test>::get(did.hash()), None);
			assert_eq!(held(&ALICE), (0, 0));
			assert_eq!(receipts(), vec![Operation::DidChanged { did: did.hash(), bound: false }]);
			assert_eq!(events(), vec![Event::DidUnbound { account: ALICE, did, revoked: false }]);
			refused(|| signed(ALICE, crate::Call::unbind_did {}), Error::NotBound);
		});
	}
}

#[test]
fn a_proof_should_be_refused_unless_it_is_by_the_key_for_this_chain_account_and_nonce() {
	for signer in ALL_KINDS_OF_KEYS {
		ExtBuilder::default().build_and_execute(|| {
			let message = |genesis: u8, account: &AccountId, nonce| {
				binding_message(&Hash::repeat_byte(genesis), account, nonce)
			};
			let good = message(0x47, &ALICE, 0);
			for bad in [
				signer.sign(&message(0x48, &ALICE, 0)),
				signer.sign(&message(0x47, &BOB, 0)),
				signer.sign(&message(0x47, &ALICE, 1)),
				signer.sign(&good[..good.len() - 1]),
				Signer::Ed25519(8).sign(&good),
				Signer::P256(8).sign(&good),
				Signer::P384(8).sign(&good),
				Default::default(),
			] {
				refused(|| bind_with(ALICE, signer.did(), bad), Error::BadProof);
			}
			assert_ok!(bind_with(ALICE, signer.did(), signer.sign(&good)));
		});
	}
}

#[test]
fn a_proof_should_be_taken_once_even_after_the_identifier_was_given_up() {
	ExtBuilder::default().build_and_execute(|| {
		let proof = KEY.proof(&ALICE);
		assert_ok!(bind_with(ALICE, KEY.did(), proof.clone()));
		assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		refused(|| bind_with(ALICE, KEY.did(), proof), Error::BadProof);
		assert_ok!(bind(ALICE, KEY));
		assert_eq!(Nonces::<Test>::get(ALICE), 2);
	});
}

#[test]
fn a_nonce_should_never_come_round_again() {
	ExtBuilder::default().build_and_execute(|| {
		Nonces::<Test>::insert(ALICE, u32::MAX);
		frame_support::assert_noop!(bind(ALICE, KEY), sp_runtime::ArithmeticError::Overflow);
	});
}

#[test]
fn an_account_should_have_one_identifier_and_an_identifier_one_account() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(bind(ALICE, KEY));
		refused(|| bind(ALICE, Signer::P256(7)), Error::AlreadyBound);
		refused(|| bind(ALICE, KEY), Error::AlreadyBound);
		refused(|| bind(BOB, KEY), Error::DidInUse);
		assert_ok!(bind(BOB, Signer::P256(7)));
		// It is free for another account once it is given up.
		assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		assert_ok!(signed(BOB, crate::Call::unbind_did {}));
		assert_ok!(bind(BOB, KEY));
	});
}

#[test]
fn identifiers_that_are_no_sound_key_should_each_be_refused_for_their_reason() {
	ExtBuilder::default().build_and_execute(|| {
		register_web();
		let good = KEY.did().to_text();
		let tail = good.strip_prefix("did:key:").unwrap();
		for (text, error) in [
			("", Error::BadDid),
			("did:key:", Error::BadDid),
			("no identifier", Error::BadDid),
			("did:web:example.org", Error::NotAKey),
			(&*format!("did:key:1.1:{tail}"), Error::NotBase58),
			(&*good.replacen('z', "m", 1), Error::NotBase58),
			("did:key:z", Error::BadKeyCode),
			("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", Error::UnsupportedKey),
			// Code 0xed, 31 bytes.
			("did:key:z2DQV5Tm64jwFsRi2chqem1Wt2aP6bP34vi2itLNof8JFdG", Error::WrongKeyLength),
		] {
			refused(|| bind_with(ALICE, unread(text), KEY.proof(&ALICE)), error);
		}
		let weak = concordat_primitives::did::DidKey::Ed25519([0; 32]).to_did();
		refused(|| bind_with(ALICE, weak, KEY.proof(&ALICE)), Error::WeakKey);
		let off_curve = concordat_primitives::did::DidKey::P256([7; 33]).to_did();
		refused(|| bind_with(ALICE, off_curve, KEY.proof(&ALICE)), Error::NotAPoint);
	});
}

#[test]
fn a_binding_should_be_refused_without_the_deposit_or_a_signature() {
	ExtBuilder::default().build_and_execute(|| {
		frame_support::assert_noop!(bind(POOR, KEY), TokenError::FundsUnavailable);
		let call = || crate::Call::bind_did { did: KEY.did(), proof: KEY.proof(&ALICE) };
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			frame_support::assert_noop!(dispatch(origin.clone(), call()), BadOrigin);
			frame_support::assert_noop!(dispatch(origin, crate::Call::unbind_did {}), BadOrigin);
		}
		// Other holds and reserves of the account are left alone.
		assert_ok!(<Balances as ReservableCurrency<_>>::reserve(&ALICE, 500));
		assert_ok!(bind(ALICE, KEY));
		assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		assert_eq!(<Balances as ReservableCurrency<_>>::reserved_balance(&ALICE), 500);
	});
}

#[test]
fn the_deposit_that_was_held_should_be_released_whatever_the_parameters_say_by_then() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(bind(ALICE, KEY));
		let params = crate::Params { did_deposit: 7, quote_window: 1, ..Default::default() };
		assert_ok!(root(crate::Call::set_params { params }));
		assert_eq!(Bindings::<Test>::get(ALICE).unwrap().deposit, DID_DEPOSIT);
		assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		assert_eq!(held(&ALICE), (0, 0));
		assert_ok!(bind(BOB, KEY));
		assert_eq!(held(&BOB), (7, 0));
	});
}

#[test]
fn a_binding_should_cost_what_its_kind_of_key_costs() {
	ExtBuilder::default().build_and_execute(|| {
		for (signer, own) in [
			(Signer::Ed25519(7), <() as WeightInfo>::bind_did_ed25519()),
			(Signer::P256(7), <() as WeightInfo>::bind_did_p256()),
			(Signer::P384(7), <() as WeightInfo>::bind_did_p384()),
		] {
			let call = crate::Call::bind_did { did: signer.did(), proof: signer.proof(&ALICE) };
			let info = dispatch_with_info(RuntimeOrigin::signed(ALICE), call).unwrap();
			let receipt = frame_support::weights::Weight::from_parts(7, 0);
			assert_eq!(info.actual_weight, Some(own + receipt));
			assert!(Identity::weight_of_binding(None).all_gte(own + receipt));
			assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		}
	});
}
