//! Who may issue credentials.

use crate::{mock::*, Error, Event, IssuerStatus, Issuers, Kinds, Standing, Subject, MAX_KINDS};
use concordat_primitives::{did::DidKey, Hash};
use frame_support::assert_ok;
use sp_runtime::{traits::BadOrigin, BoundedVec};

const ALICE_AS_SUBJECT: Subject = Subject::Account(ALICE);

fn rotate(issuer: u32, signer: Signer, give_up_earlier: bool) -> crate::Call<Test> {
	crate::Call::rotate_issuer_key { issuer, key: signer.key(), give_up_earlier }
}

fn standing() -> Standing {
	only_credential(ALICE_AS_SUBJECT).standing
}

#[test]
fn issuers_should_be_registered_by_governance_with_numbers_that_count_up() {
	ExtBuilder::default().build_and_execute(|| {
		for (number, signer) in ALL_KINDS_OF_KEYS.into_iter().enumerate() {
			assert_eq!(issuer_of(signer, Kinds::Any), number as u32);
			let record = Issuers::<Test>::get(number as u32).unwrap();
			assert_eq!((record.controller, record.key), (ISSUER, signer.key()));
			assert_eq!(record.status, IssuerStatus::Active);
		}
		let key = ISSUER_KEY.key();
		let call = |key, kinds| crate::Call::register_issuer { controller: ISSUER, key, kinds };
		frame_support::assert_noop!(signed(ISSUER, call(key, Kinds::Any)), BadOrigin);
		// A number is not used again.
		assert_ok!(root(crate::Call::remove_issuer { issuer: 2 }));
		assert_eq!(issuer(), 3);
		assert_eq!(
			events().last(),
			Some(&Event::IssuerRegistered {
				issuer: 3,
				controller: ISSUER,
				key,
				kinds: only(&[operator_kind()]),
			})
		);
	});
}

#[test]
fn unsound_keys_and_lists_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let number = issuer();
		let register =
			|key, kinds| root(crate::Call::register_issuer { controller: ISSUER, key, kinds });
		let rotate = |key| {
			let give_up_earlier = false;
			signed(ISSUER, crate::Call::rotate_issuer_key { issuer: number, key, give_up_earlier })
		};
		for (key, error) in [
			(DidKey::Ed25519([0; 32]), Error::WeakKey),
			(DidKey::Ed25519([0xff; 32]), Error::NotAPoint),
			(DidKey::P256([0; 33]), Error::NotAPoint),
			(DidKey::P384([4; 49]), Error::NotAPoint),
		] {
			refused(|| register(key, Kinds::Any), error);
		}
		refused(|| rotate(DidKey::P256([0; 33])), Error::NotAPoint);
		refused(|| rotate(DidKey::Ed25519([0; 32])), Error::WeakKey);
		let twice = only(&[Hash::zero(), operator_kind(), Hash::zero()]);
		for bad in [only(&[]), twice] {
			refused(|| register(ISSUER_KEY.key(), bad.clone()), Error::BadKinds);
			let status = IssuerStatus::Active;
			let call = crate::Call::set_issuer { issuer: number, kinds: bad, status };
			refused(|| root(call), Error::BadKinds);
		}
		let many: Vec<_> = (0..MAX_KINDS as u8).map(Hash::repeat_byte).collect();
		assert_ok!(register(ISSUER_KEY.key(), Kinds::Only(BoundedVec::try_from(many).unwrap())));
	});
}

#[test]
fn an_issuer_should_be_changed_by_governance_and_suspended_by_its_controller() {
	ExtBuilder::default().build_and_execute(|| {
		let number = issuer();
		let set = |issuer, status| crate::Call::set_issuer { issuer, kinds: Kinds::Any, status };
		let suspend = |issuer| crate::Call::suspend_issuer { issuer };
		let remove = |issuer| crate::Call::remove_issuer { issuer };
		frame_support::assert_noop!(signed(ISSUER, set(number, IssuerStatus::Active)), BadOrigin);
		frame_support::assert_noop!(signed(ISSUER, remove(number)), BadOrigin);
		frame_support::assert_noop!(root(suspend(number)), BadOrigin);
		for unknown in [number + 1, u32::MAX] {
			refused(|| root(set(unknown, IssuerStatus::Active)), Error::UnknownIssuer);
			refused(|| root(remove(unknown)), Error::UnknownIssuer);
			refused(|| signed(ISSUER, suspend(unknown)), Error::UnknownIssuer);
		}
		refused(|| signed(ALICE, suspend(number)), Error::NotIssuerController);
		let _ = events();
		assert_ok!(signed(ISSUER, suspend(number)));
		let kinds = only(&[operator_kind()]);
		let status = IssuerStatus::Suspended;
		assert_eq!(events(), vec![Event::IssuerChanged { issuer: number, kinds, status }]);
		refused(|| signed(ISSUER, suspend(number)), Error::IssuerSuspended);
		assert_ok!(root(set(number, IssuerStatus::Active)));
		let status = IssuerStatus::Active;
		let changed = Event::IssuerChanged { issuer: number, kinds: Kinds::Any, status };
		assert_eq!(events(), vec![changed]);
		assert_ok!(root(remove(number)));
		assert_eq!(events(), vec![Event::IssuerRemoved { issuer: number }]);
		refused(|| root(remove(number)), Error::UnknownIssuer);
	});
}

#[test]
fn credentials_should_follow_their_issuer_at_once() {
	ExtBuilder::default().build_and_execute(|| {
		let number = issuer();
		assert_ok!(present(EVE, &claims(number, ALICE_AS_SUBJECT)));
		assert_eq!(standing(), Standing::Counts);
		let set = |kinds, status| root(crate::Call::set_issuer { issuer: number, kinds, status });
		assert_ok!(signed(ISSUER, crate::Call::suspend_issuer { issuer: number }));
		assert_eq!(standing(), Standing::IssuerSuspended);
		assert_ok!(set(only(&[Hash::zero()]), IssuerStatus::Active));
		assert_eq!(standing(), Standing::NotEntitled);
		assert_ok!(set(Kinds::Any, IssuerStatus::Active));
		assert_eq!(standing(), Standing::Counts);
		assert_ok!(root(crate::Call::remove_issuer { issuer: number }));
		assert_eq!(standing(), Standing::IssuerGone);
	});
}

#[test]
fn a_key_should_be_rotated_by_the_controller_alone_to_another_key() {
	ExtBuilder::default().build_and_execute(|| {
		let number = issuer();
		let new = Signer::P384(9);
		refused(|| signed(ALICE, rotate(number, new, false)), Error::NotIssuerController);
		frame_support::assert_noop!(root(rotate(number, new, false)), BadOrigin);
		refused(|| signed(ISSUER, rotate(number + 1, new, false)), Error::UnknownIssuer);
		refused(|| signed(ISSUER, rotate(number, ISSUER_KEY, false)), Error::SameKey);
		let _ = events();
		assert_ok!(signed(ISSUER, rotate(number, new, false)));
		let (key, earlier_given_up) = (new.key(), false);
		let rotated = Event::IssuerKeyRotated { issuer: number, key, earlier_given_up };
		assert_eq!(events(), vec![rotated]);
		let claims = claims(number, ALICE_AS_SUBJECT);
		refused(|| present(EVE, &claims), Error::BadSignature);
		assert_ok!(present_by(EVE, new, &claims));
	});
}

#[test]
fn what_earlier_keys_signed_should_count_on_unless_they_are_given_up() {
	ExtBuilder::default().build_and_execute(|| {
		let number = issuer();
		let old = claims(number, ALICE_AS_SUBJECT);
		assert_ok!(present(EVE, &old));
		assert_ok!(signed(ISSUER, rotate(number, Signer::P256(9), false)));
		assert_eq!(standing(), Standing::Counts);
		assert_ok!(signed(ISSUER, rotate(number, Signer::P256(10), true)));
		assert_eq!(standing(), Standing::KeyGivenUp);
		// For good: going back to the old key brings nothing back.
		assert_ok!(signed(ISSUER, rotate(number, ISSUER_KEY, false)));
		assert_eq!(standing(), Standing::KeyGivenUp);
		// The same claims count again once they are signed again.
		let remove = crate::Call::remove_credential { credential: hash(&old) };
		assert_ok!(signed(BOB, remove));
		assert_ok!(present(EVE, &old));
		assert_eq!(standing(), Standing::Counts);
	});
}
