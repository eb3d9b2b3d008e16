//! How credentials end: revoked for good, or taken off the record.

use crate::{mock::*, Claims, Credentials, CredentialsOf, Error, Event, Revoked, Subject};
use concordat_primitives::receipt::Operation;
use frame_support::assert_ok;
use sp_runtime::{traits::BadOrigin, DispatchResult};

const SUBJECT: Subject = Subject::Account(ALICE);

fn revoke(claims: &Claims) -> crate::Call<Test> {
	crate::Call::revoke_credential { claims: claims.clone() }
}

fn remove(who: concordat_primitives::AccountId, claims: &Claims) -> DispatchResult {
	signed(who, crate::Call::remove_credential { credential: hash(claims) })
}

/// A credential that [`EVE`] presented.
fn presented() -> Claims {
	let claims = claims(issuer(), SUBJECT);
	assert_ok!(present(EVE, &claims));
	let _ = (events(), receipts());
	claims
}

#[test]
fn a_revoked_credential_should_leave_the_record_and_never_come_back() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = presented();
		assert_ok!(signed(ISSUER, revoke(&claims)));
		assert_eq!(Credentials::<Test>::iter().count(), 0);
		assert!(!CredentialsOf::<Test>::contains_key(SUBJECT));
		assert_eq!(held(&EVE), (0, 0));
		let (credential, issuer) = (hash(&claims), claims.issuer);
		assert_eq!(
			events(),
			vec![
				Event::CredentialRevoked { credential, issuer },
				Event::CredentialRemoved {
					credential,
					presenter: EVE,
					deposit: CREDENTIAL_DEPOSIT
				},
			]
		);
		let revoked = Operation::CredentialChanged { credential, issuer, revoked: true };
		assert_eq!(receipts(), vec![revoked]);
		refused(|| present(EVE, &claims), Error::CredentialRevoked);
		run_to(claims.expires_at - 1);
		refused(|| present(BOB, &claims), Error::CredentialRevoked);
		refused(|| signed(ISSUER, revoke(&claims)), Error::CredentialRevoked);
		// Another one says the same: the issuer has signed it since.
		assert_ok!(present(EVE, &Claims { serial: 2, ..claims }));
	});
}

#[test]
fn claims_should_be_revoked_before_anybody_presents_them() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = claims(issuer(), SUBJECT);
		let _ = events();
		assert_ok!(signed(ISSUER, revoke(&claims)));
		let (credential, issuer) = (hash(&claims), claims.issuer);
		assert_eq!(events(), vec![Event::CredentialRevoked { credential, issuer }]);
		refused(|| present(EVE, &claims), Error::CredentialRevoked);
	});
}

#[test]
fn nobody_but_the_issuer_s_controller_and_governance_should_revoke() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = presented();
		for who in [ALICE, BOB, EVE] {
			refused(|| signed(who, revoke(&claims)), Error::NotIssuerController);
		}
		frame_support::assert_noop!(dispatch(RuntimeOrigin::none(), revoke(&claims)), BadOrigin);
		let never = Claims { issuer: 9, ..claims.clone() };
		refused(|| signed(ISSUER, revoke(&never)), Error::UnknownIssuer);
		refused(|| root(revoke(&never)), Error::UnknownIssuer);
		// The controller of one issuer has no say about another's.
		let call = crate::Call::register_issuer {
			controller: BOB,
			key: Signer::P256(1).key(),
			kinds: crate::Kinds::Any,
		};
		assert_ok!(root(call));
		refused(|| signed(BOB, revoke(&claims)), Error::NotIssuerController);
		assert_ok!(root(revoke(&claims)));
		assert_eq!(held(&EVE), (0, 0));
	});
}

#[test]
fn governance_alone_should_revoke_what_an_issuer_that_is_gone_has_issued() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = presented();
		assert_ok!(root(crate::Call::remove_issuer { issuer: claims.issuer }));
		refused(|| signed(ISSUER, revoke(&claims)), Error::UnknownIssuer);
		assert_ok!(root(revoke(&claims)));
		assert!(Revoked::<Test>::contains_key(hash(&claims)));
	});
}

#[test]
fn a_presenter_should_get_the_deposit_back_at_any_time() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = presented();
		let params =
			crate::Params { credential_deposit: 77, quote_window: 1, ..Default::default() };
		assert_ok!(root(crate::Call::set_params { params }));
		let _ = events();
		assert_ok!(remove(EVE, &claims));
		assert_eq!(held(&EVE), (0, 0));
		let (credential, deposit) = (hash(&claims), CREDENTIAL_DEPOSIT);
		let removed = Event::CredentialRemoved { credential, presenter: EVE, deposit };
		assert_eq!(events(), vec![removed]);
		assert_eq!(receipts(), vec![]);
		refused(|| remove(EVE, &claims), Error::UnknownCredential);
		// It is as good as before: somebody else may present it.
		assert_ok!(present(BOB, &claims));
		assert_eq!(held(&BOB), (0, 77));
	});
}

#[test]
fn others_should_remove_a_credential_only_once_it_can_never_count_again() {
	type Death = fn(&Claims);
	let deaths: [Death; 3] = [
		|claims| run_to(claims.expires_at),
		|claims| {
			assert_ok!(root(crate::Call::remove_issuer { issuer: claims.issuer }));
		},
		|claims| {
			assert_ok!(signed(
				ISSUER,
				crate::Call::rotate_issuer_key {
					issuer: claims.issuer,
					key: Signer::P256(1).key(),
					give_up_earlier: true,
				}
			));
		},
	];
	for death in deaths {
		ExtBuilder::default().build_and_execute(|| {
			let claims = presented();
			for who in [ALICE, BOB, ISSUER] {
				refused(|| remove(who, &claims), Error::NotPresenter);
			}
			run_to(claims.expires_at - 1);
			refused(|| remove(BOB, &claims), Error::NotPresenter);
			// A suspension can be lifted.
			assert_ok!(signed(ISSUER, crate::Call::suspend_issuer { issuer: claims.issuer }));
			refused(|| remove(BOB, &claims), Error::NotPresenter);
			death(&claims);
			assert_ok!(remove(BOB, &claims));
			assert_eq!(held(&EVE), (0, 0), "the deposit is its presenter's");
		});
	}
}

#[test]
fn the_other_credentials_of_a_subject_should_stay() {
	ExtBuilder::default().build_and_execute(|| {
		let one = presented();
		let two = Claims { serial: 2, ..one.clone() };
		assert_ok!(present(BOB, &two));
		assert_ok!(remove(EVE, &one));
		assert_eq!(only_credential(SUBJECT).hash, hash(&two));
		frame_support::assert_noop!(
			root(crate::Call::remove_credential { credential: hash(&two) }),
			BadOrigin
		);
	});
}
