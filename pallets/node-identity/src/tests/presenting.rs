//! Which claims are taken on record, and which are not.

use crate::{
	mock::*, Claims, Credentials, CredentialsOf, Error, Event, IssuerStatus, Kinds, Standing,
	Subject, WeightInfo, MAX_CREDENTIALS,
};
use concordat_primitives::{receipt::Operation, Hash};
use frame_support::{assert_ok, traits::Get};
use sp_runtime::{traits::BadOrigin, TokenError};

fn about_alice(issuer: u32) -> Claims {
	claims(issuer, Subject::Account(ALICE))
}

/// Expects that claims which are bent out of shape, but well signed, are refused with `error`.
#[track_caller]
fn bent(error: Error<Test>, bend: impl FnOnce(&mut Claims)) {
	let mut claims = about_alice(0);
	bend(&mut claims);
	refused(|| present(EVE, &claims), error);
}

#[test]
fn claims_of_each_kind_of_key_and_subject_should_be_taken_with_a_deposit() {
	let subjects =
		[Subject::Account(ALICE), Subject::Node(NODE_A), Subject::Did(Hash::repeat_byte(1))];
	for (signer, subject) in ALL_KINDS_OF_KEYS.into_iter().zip(subjects) {
		ExtBuilder::default().build_and_execute(|| {
			let issuer = issuer_of(signer, Kinds::Any);
			let _ = events();
			let claims = claims(issuer, subject.clone());
			assert_ok!(present_by(EVE, signer, &claims));
			let view = only_credential(subject.clone());
			assert_eq!((view.hash, view.standing), (hash(&claims), Standing::Counts));
			assert_eq!(view.credential.claims, claims);
			assert_eq!(view.credential.presenter, EVE);
			assert_eq!(held(&EVE), (0, CREDENTIAL_DEPOSIT));
			assert_eq!(
				events(),
				vec![Event::CredentialPresented {
					credential: hash(&claims),
					issuer,
					subject,
					kind: operator_kind(),
					expires_at: START + 100,
					presenter: EVE,
				}]
			);
			let credential = hash(&claims);
			let issued = Operation::CredentialChanged { credential, issuer, revoked: false };
			assert_eq!(receipts(), vec![issued]);
		});
	}
}

#[test]
fn claims_should_be_refused_unless_the_issuer_s_own_key_signed_exactly_them() {
	for signer in ALL_KINDS_OF_KEYS {
		ExtBuilder::default().build_and_execute(|| {
			let issuer = issuer_of(signer, Kinds::Any);
			issuer_of(Signer::P256(99), Kinds::Any);
			let claims = about_alice(issuer);
			for other in [Signer::Ed25519(99), Signer::P256(99), Signer::P384(99)] {
				refused(|| present_by(EVE, other, &claims), Error::BadSignature);
			}
			let call = |claims: &Claims, signature| crate::Call::present_credential {
				claims: claims.clone(),
				signature,
			};
			let signature = signer.sign(&claims.message(&GENESIS));
			for altered in [
				Claims { kind: kind("another"), ..claims.clone() },
				Claims { subject: Subject::Account(BOB), ..claims.clone() },
				Claims { claims: Hash::zero(), ..claims.clone() },
				Claims { issued_at: claims.issued_at - 1, ..claims.clone() },
				Claims { expires_at: claims.expires_at + 1, ..claims.clone() },
				Claims { serial: 2, ..claims.clone() },
				Claims { issuer: issuer + 1, ..claims.clone() },
			] {
				let call = call(&altered, signature.clone());
				refused(|| signed(EVE, call), Error::BadSignature);
			}
			// Signed for another chain, or as something else.
			let elsewhere = signer.sign(&claims.message(&Hash::repeat_byte(0x48)));
			refused(|| signed(EVE, call(&claims, elsewhere)), Error::BadSignature);
			let bare = signer.sign(&codec::Encode::encode(&claims));
			refused(|| signed(EVE, call(&claims, bare)), Error::BadSignature);
			refused(|| signed(EVE, call(&claims, Default::default())), Error::BadSignature);
			assert_ok!(signed(EVE, call(&claims, signature)));
		});
	}
}

#[test]
fn claims_should_be_refused_before_and_after_their_time() {
	ExtBuilder::default().build_and_execute(|| {
		issuer();
		bent(Error::NotYetValid, |claims| claims.issued_at = START + 1);
		bent(Error::CredentialExpired, |claims| claims.expires_at = START);
		bent(Error::CredentialExpired, |claims| {
			(claims.issued_at, claims.expires_at) = (START - 10, START - 1);
		});
		// A time that ends before it begins never is.
		bent(Error::CredentialExpired, |claims| claims.expires_at = claims.issued_at - 1);
		assert_ok!(present(EVE, &Claims { expires_at: START + 1, ..about_alice(0) }));
	});
}

#[test]
fn claims_should_be_refused_of_an_issuer_that_may_not_issue_them() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = issuer();
		bent(Error::UnknownIssuer, |claims| claims.issuer = issuer + 1);
		bent(Error::NotEntitled, |claims| claims.kind = kind("WHO/Laboratory@1"));
		let set = |kinds, status| root(crate::Call::set_issuer { issuer, kinds, status });
		assert_ok!(set(only(&[kind("WHO/Laboratory@1")]), IssuerStatus::Active));
		bent(Error::NotEntitled, |_| ());
		assert_ok!(set(Kinds::Any, IssuerStatus::Suspended));
		bent(Error::IssuerSuspended, |_| ());
		assert_ok!(set(Kinds::Any, IssuerStatus::Active));
		assert_ok!(present(EVE, &about_alice(issuer)));
		assert_ok!(root(crate::Call::remove_issuer { issuer }));
		bent(Error::UnknownIssuer, |claims| claims.serial = 2);
	});
}

#[test]
fn the_same_claims_should_be_on_record_once() {
	ExtBuilder::default().build_and_execute(|| {
		let signer = Signer::P256(40);
		let issuer = issuer_of(signer, Kinds::Any);
		let claims = about_alice(issuer);
		assert_ok!(present_by(EVE, signer, &claims));
		refused(|| present_by(EVE, signer, &claims), Error::AlreadyPresented);
		refused(|| present_by(BOB, signer, &claims), Error::AlreadyPresented);
		// ECDSA has another signature with each, which anybody can make: that makes no other credential.
		let message = claims.message(&GENESIS);
		let signature = p256::ecdsa::Signature::from_slice(&signer.sign(&message)).unwrap();
		let (r, s) = signature.split_scalars();
		let twin = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap().to_bytes().to_vec();
		assert!(signer.key().verify(&message, &twin));
		let signature = twin.try_into().unwrap();
		let call = crate::Call::present_credential { claims: claims.clone(), signature };
		refused(|| signed(EVE, call), Error::AlreadyPresented);
		assert_ok!(present_by(BOB, signer, &Claims { serial: 2, ..claims }));
		assert_eq!(CredentialsOf::<Test>::get(Subject::Account(ALICE)).len(), 2);
	});
}

#[test]
fn claims_about_a_node_that_is_not_there_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		issuer();
		bent(Error::UnknownNode, |claims| claims.subject = Subject::Node(9));
		forget_node(NODE_A);
		bent(Error::UnknownNode, |claims| claims.subject = Subject::Node(NODE_A));
	});
}

#[test]
fn a_subject_should_have_room_for_so_many_credentials_and_no_more() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = issuer();
		let first = about_alice(issuer);
		let numbered = |serial| Claims { serial, ..first.clone() };
		for serial in 0..u64::from(MAX_CREDENTIALS) {
			assert_ok!(present(EVE, &numbered(serial)));
		}
		refused(|| present(EVE, &numbered(99)), Error::TooManyCredentials);
		// Others have room of their own.
		let bob = Claims { subject: Subject::Account(BOB), ..numbered(99) };
		assert_ok!(present(EVE, &bob));
		assert_eq!(held(&EVE), (0, u128::from(MAX_CREDENTIALS + 1) * CREDENTIAL_DEPOSIT));
		// What is dead makes room, by anybody.
		run_to(START + 100);
		let credential = hash(&numbered(0));
		assert_ok!(signed(BOB, crate::Call::remove_credential { credential }));
		assert_ok!(present(EVE, &Claims { issued_at: 0, expires_at: 1_000, ..numbered(99) }));
	});
}

#[test]
fn claims_should_be_refused_without_the_deposit_or_a_signed_origin() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = about_alice(issuer());
		frame_support::assert_noop!(present(POOR, &claims), TokenError::FundsUnavailable);
		let signature = ISSUER_KEY.sign(&claims.message(&GENESIS));
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let call = crate::Call::present_credential {
				claims: claims.clone(),
				signature: signature.clone(),
			};
			frame_support::assert_noop!(dispatch(origin, call), BadOrigin);
		}
		assert_eq!(Credentials::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_presentation_should_cost_what_its_kind_of_key_costs() {
	ExtBuilder::default().build_and_execute(|| {
		for (signer, own) in [
			(Signer::Ed25519(7), <() as WeightInfo>::present_ed25519()),
			(Signer::P256(7), <() as WeightInfo>::present_p256()),
			(Signer::P384(7), <() as WeightInfo>::present_p384()),
		] {
			let claims = about_alice(issuer_of(signer, Kinds::Any));
			let signature = signer.sign(&claims.message(&GENESIS));
			let call = crate::Call::present_credential { claims, signature };
			let info = dispatch_with_info(RuntimeOrigin::signed(EVE), call).unwrap();
			let others = frame_support::weights::Weight::from_parts(3 + 7, 0);
			assert_eq!(info.actual_weight, Some(own + others));
			assert!(Identity::weight_of_presenting(None).all_gte(own + others));
		}
		// One look at what a clause demands is far from filling a block.
		let block = <<Test as frame_system::Config>::BlockWeights as Get<
			frame_system::limits::BlockWeights,
		>>::get()
		.max_block;
		assert!(block.all_gte(<() as WeightInfo>::node_meets() * 100));
	});
}

/// What an issuer in another language has to sign, written out by hand.
#[test]
fn the_signed_message_should_have_the_documented_bytes() {
	let claims = Claims {
		issuer: 0x01020304,
		kind: Hash::repeat_byte(0xaa),
		subject: Subject::Node(5),
		claims: Hash::repeat_byte(0xbb),
		issued_at: 6,
		expires_at: 7,
		serial: 8,
	};
	let expected = [
		&b"concordat/credential/v1"[..],
		&[0x47; 32],
		&[4, 3, 2, 1],
		&[0xaa; 32],
		&[1, 5, 0, 0, 0],
		&[0xbb; 32],
		&[6, 0, 0, 0],
		&[7, 0, 0, 0],
		&[8, 0, 0, 0, 0, 0, 0, 0],
	]
	.concat();
	assert_eq!(claims.message(&GENESIS), expected);
	assert_eq!(hash(&claims), Hash::from(sp_io::hashing::blake2_256(&expected)));
}
