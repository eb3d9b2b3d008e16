//! Identifiers of other methods: attested, when the account has asked for it.

use crate::{mock::*, Error, Event, Methods, Requests, MAX_METHODS};
use concordat_primitives::{
	did::{Did, DidMethod},
	receipt::Operation,
};
use frame_support::assert_ok;
use sp_runtime::{traits::BadOrigin, BoundedVec, TokenError};

/// A chain on which somebody attests for `did:web`.
fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(|| {
		register_web();
		let _ = (events(), receipts());
		test();
	});
}

#[test]
fn an_identifier_should_be_bound_when_it_was_asked_for_and_attested() {
	build_and_execute(|| {
		let did = web("alice.example");
		assert_ok!(request(ALICE, did.clone()));
		assert_eq!(held(&ALICE), (DID_DEPOSIT, 0));
		assert_eq!(Identity::did_of(ALICE), None);
		assert_eq!(receipts(), vec![]);
		assert_ok!(attest(ATTESTER, ALICE, &did));
		let view = Identity::did_of(ALICE).unwrap();
		assert_eq!((view.did, view.attester), (did.clone(), Some(ATTESTER)));
		assert!(view.counts);
		assert_eq!(Requests::<Test>::get(ALICE), None);
		assert_eq!(held(&ALICE), (DID_DEPOSIT, 0));
		assert_eq!(
			events(),
			vec![
				Event::DidRequested { account: ALICE, did: did.clone() },
				Event::DidBound { account: ALICE, did: did.clone(), attester: Some(ATTESTER) },
			]
		);
		assert_eq!(receipts(), vec![Operation::DidChanged { did: did.hash(), bound: true }]);
		assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		assert_eq!(held(&ALICE), (0, 0));
	});
}

#[test]
fn nothing_should_be_bound_without_the_account_s_consent() {
	build_and_execute(|| {
		let did = web("alice.example");
		refused(|| attest(ATTESTER, ALICE, &did), Error::NoRequest);
		// Consent to one identifier is none to another, and none once it is taken back.
		assert_ok!(request(ALICE, web("other.example")));
		refused(|| attest(ATTESTER, ALICE, &did), Error::OtherRequested);
		assert_ok!(signed(ALICE, crate::Call::cancel_request {}));
		refused(|| attest(ATTESTER, ALICE, &web("other.example")), Error::NoRequest);
		// Nor is somebody else's.
		assert_ok!(request(BOB, did.clone()));
		refused(|| attest(ATTESTER, ALICE, &did), Error::NoRequest);
	});
}

#[test]
fn nobody_but_the_method_s_attester_should_attest() {
	build_and_execute(|| {
		let other = DidMethod::parse("ebsi").unwrap();
		assert_ok!(root(crate::Call::register_method { method: other, attester: EVE }));
		let did = web("alice.example");
		assert_ok!(request(ALICE, did.clone()));
		for who in [ALICE, BOB, EVE, ISSUER] {
			refused(|| attest(who, ALICE, &did), Error::NotAttester);
		}
		let call = crate::Call::attest_did { account: ALICE, did: did.hash() };
		frame_support::assert_noop!(root(call), BadOrigin);
		assert_ok!(root(crate::Call::remove_method { method: web_method() }));
		refused(|| attest(ATTESTER, ALICE, &did), Error::NotAttester);
	});
}

#[test]
fn an_identifier_should_be_attested_for_one_account_only() {
	build_and_execute(|| {
		let did = web("alice.example");
		assert_ok!(request(ALICE, did.clone()));
		assert_ok!(request(BOB, did.clone()));
		assert_ok!(attest(ATTESTER, ALICE, &did));
		refused(|| attest(ATTESTER, BOB, &did), Error::DidInUse);
		refused(|| request(ALICE, web("two.example")), Error::AlreadyBound);
		// A key that was bound in the meantime is the account's one identifier.
		assert_ok!(signed(BOB, crate::Call::cancel_request {}));
		assert_ok!(request(BOB, web("bob.example")));
		assert_ok!(bind(BOB, Signer::P256(7)));
		assert_eq!(held(&BOB), (2 * DID_DEPOSIT, 0));
		refused(|| attest(ATTESTER, BOB, &web("bob.example")), Error::AlreadyBound);
		assert_ok!(signed(BOB, crate::Call::cancel_request {}));
		assert_eq!(held(&BOB), (DID_DEPOSIT, 0));
	});
}

#[test]
fn a_request_should_be_refused_for_what_nobody_can_attest() {
	build_and_execute(|| {
		refused(|| request(ALICE, Signer::P256(7).did()), Error::ProofNeeded);
		refused(|| request(ALICE, Did::parse("did:ebsi:z1").unwrap()), Error::UnknownMethod);
		for bad in ["", "did:web", "did:web:", "did:web:a b", "did:Web:a"] {
			let did = Did(BoundedVec::truncate_from(bad.as_bytes().to_vec()));
			refused(|| request(ALICE, did), Error::BadDid);
		}
		let did = web("poor.example");
		frame_support::assert_noop!(request(POOR, did), TokenError::FundsUnavailable);
		assert_ok!(request(ALICE, web("one.example")));
		refused(|| request(ALICE, web("two.example")), Error::AlreadyRequested);
		refused(|| signed(BOB, crate::Call::cancel_request {}), Error::NoRequest);
		let _ = events();
		assert_ok!(signed(ALICE, crate::Call::cancel_request {}));
		assert_eq!(held(&ALICE), (0, 0));
		assert_eq!(events(), vec![Event::RequestCancelled { account: ALICE }]);
	});
}

#[test]
fn an_attested_identifier_should_be_taken_away_by_its_attester_or_governance() {
	build_and_execute(|| {
		let did = web("alice.example");
		let revoke = || crate::Call::revoke_did { account: ALICE };
		refused(|| signed(ATTESTER, revoke()), Error::NotBound);
		assert_ok!(request(ALICE, did.clone()));
		assert_ok!(attest(ATTESTER, ALICE, &did));
		for who in [ALICE, BOB, EVE] {
			refused(|| signed(who, revoke()), Error::NotAttester);
		}
		frame_support::assert_noop!(dispatch(RuntimeOrigin::none(), revoke()), BadOrigin);
		let _ = (events(), receipts());
		assert_ok!(signed(ATTESTER, revoke()));
		assert_eq!(held(&ALICE), (0, 0));
		assert_eq!(
			events(),
			vec![Event::DidUnbound { account: ALICE, did: did.clone(), revoked: true }]
		);
		assert_eq!(receipts(), vec![Operation::DidChanged { did: did.hash(), bound: false }]);
		assert_ok!(request(ALICE, did.clone()));
		assert_ok!(attest(ATTESTER, ALICE, &did));
		assert_ok!(root(revoke()));
		// A key is its holder's: the attester of a method has no say.
		assert_ok!(bind(ALICE, Signer::P256(7)));
		refused(|| signed(ATTESTER, revoke()), Error::NotAttester);
		assert_ok!(root(revoke()));
	});
}

#[test]
fn a_binding_should_count_only_while_its_attester_attests_for_the_method() {
	build_and_execute(|| {
		let did = web("alice.example");
		assert_ok!(request(ALICE, did.clone()));
		assert_ok!(attest(ATTESTER, ALICE, &did));
		let counts = || Identity::did_of(ALICE).unwrap().counts;
		let remove = || crate::Call::remove_method { method: web_method() };
		let register = |attester| crate::Call::register_method { method: web_method(), attester };
		assert_ok!(root(remove()));
		assert!(!counts());
		assert_ok!(root(register(EVE)));
		assert!(!counts());
		// The former attester has no say any more; the present one has.
		let revoke = || crate::Call::revoke_did { account: ALICE };
		refused(|| signed(ATTESTER, revoke()), Error::NotAttester);
		assert_ok!(signed(EVE, revoke()));
		assert_ok!(request(ALICE, did.clone()));
		assert_ok!(attest(EVE, ALICE, &did));
		assert!(counts());
	});
}

#[test]
fn methods_should_be_registered_and_removed_by_governance_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let register = |method, attester| crate::Call::register_method { method, attester };
		let remove = |method| crate::Call::remove_method { method };
		frame_support::assert_noop!(signed(ALICE, register(web_method(), ALICE)), BadOrigin);
		refused(|| root(remove(web_method())), Error::UnknownMethod);
		assert_ok!(root(register(web_method(), ATTESTER)));
		frame_support::assert_noop!(signed(ATTESTER, remove(web_method())), BadOrigin);
		refused(|| root(register(web_method(), EVE)), Error::MethodKnown);
		for bad in ["", "Web", "w.b", "key"] {
			let bad = DidMethod(BoundedVec::truncate_from(bad.as_bytes().to_vec()));
			refused(|| root(register(bad, EVE)), Error::BadMethod);
		}
		assert_ok!(root(remove(web_method())));
		assert_eq!(
			events(),
			vec![
				Event::MethodRegistered { method: web_method(), attester: ATTESTER },
				Event::MethodRemoved { method: web_method() },
			]
		);
		for number in 0..MAX_METHODS {
			let method = DidMethod::parse(&format!("m{number}")).unwrap();
			assert_ok!(root(register(method, EVE)));
		}
		refused(|| root(register(web_method(), EVE)), Error::TooManyMethods);
		assert_eq!(Methods::<Test>::count(), MAX_METHODS);
	});
}
