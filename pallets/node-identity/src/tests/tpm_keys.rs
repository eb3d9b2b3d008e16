//! Keys of TPMs: who vouches for them, and for which node.

use crate::{ak_hash, mock::*, Aks, Claims, Error, Event, Kinds, NodeOfAk, TPM_AK_KIND};
use concordat_attestation::tpm::Ak;
use concordat_primitives::{AccountId, Hash};
use frame_support::assert_ok;
use sp_runtime::{traits::BadOrigin, DispatchResult};

/// Registers the key of TPM 1 for [`NODE_A`] with a credential.
fn register(who: AccountId, credential: Option<Hash>) -> DispatchResult {
	signed(who, crate::Call::register_ak { node: NODE_A, ak: ak(1), credential })
}

fn tpm_issuer() -> u32 {
	issuer_of(ISSUER_KEY, only(&[kind(TPM_AK_KIND)]))
}

#[test]
fn governance_should_register_and_forget_the_key_of_a_node() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set_ak(NODE_A, ak(1)));
		let hash = ak_hash(&ak(1));
		assert_eq!(NodeOfAk::<Test>::get(hash), Some(NODE_A));
		let registered = Event::AkRegistered { node: NODE_A, ak: hash, credential: None };
		assert_eq!(events(), vec![registered]);
		assert_ok!(root(crate::Call::remove_ak { node: NODE_A }));
		assert_eq!(events(), vec![Event::AkRemoved { node: NODE_A, ak: hash }]);
		assert_eq!(NodeOfAk::<Test>::get(hash), None);
		refused(|| root(crate::Call::remove_ak { node: NODE_A }), Error::NoAk);
		let call = crate::Call::register_ak { node: 9, ak: ak(1), credential: None };
		refused(|| root(call), Error::UnknownNode);
		let call =
			crate::Call::register_ak { node: NODE_A, ak: ak(1), credential: Some(Hash::zero()) };
		refused(|| root(call), Error::CredentialNotNeeded);
	});
}

#[test]
fn a_controller_should_register_a_key_that_a_credential_vouches_for() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = ak_claims(tpm_issuer(), NODE_A, &ak(1));
		let credential = Some(hash(&claims));
		refused(|| register(ALICE, None), Error::CredentialNeeded);
		refused(|| register(ALICE, credential), Error::UnknownCredential);
		assert_ok!(present(EVE, &claims));
		refused(|| register(BOB, credential), Error::NotController);
		refused(|| register(EVE, credential), Error::NotController);
		frame_support::assert_noop!(
			dispatch(
				RuntimeOrigin::none(),
				crate::Call::register_ak { node: NODE_A, ak: ak(1), credential }
			),
			BadOrigin
		);
		assert_ok!(register(ALICE, credential));
		assert_eq!(Aks::<Test>::get(NODE_A).unwrap().credential, credential);
		refused(|| signed(BOB, crate::Call::remove_ak { node: NODE_A }), Error::NotController);
		assert_ok!(signed(ALICE, crate::Call::remove_ak { node: NODE_A }));
	});
}

#[test]
fn a_credential_should_vouch_for_this_key_of_this_node_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = issuer_of(ISSUER_KEY, Kinds::Any);
		let good = ak_claims(issuer, NODE_A, &ak(1));
		for bad in [
			Claims { kind: operator_kind(), ..good.clone() },
			ak_claims(issuer, NODE_B, &ak(1)),
			ak_claims(issuer, NODE_A, &ak(2)),
			Claims { subject: crate::Subject::Account(ALICE), ..good.clone() },
		] {
			assert_ok!(present(EVE, &bad));
			refused(|| register(ALICE, Some(hash(&bad))), Error::NotForThisAk);
		}
		assert_ok!(present(EVE, &good));
		assert_ok!(register(ALICE, Some(hash(&good))));
	});
}

#[test]
fn a_credential_that_does_not_count_should_not_vouch() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = tpm_issuer();
		let claims = ak_claims(issuer, NODE_A, &ak(1));
		assert_ok!(present(EVE, &claims));
		assert_ok!(signed(ISSUER, crate::Call::suspend_issuer { issuer }));
		refused(|| register(ALICE, Some(hash(&claims))), Error::AkNotVouchedFor);
		// Nor one of an issuer that is no longer entitled, nor after its time.
		let set = |kinds| {
			let status = crate::IssuerStatus::Active;
			root(crate::Call::set_issuer { issuer, kinds, status })
		};
		assert_ok!(set(only(&[operator_kind()])));
		refused(|| register(ALICE, Some(hash(&claims))), Error::AkNotVouchedFor);
		assert_ok!(set(Kinds::Any));
		run_to(claims.expires_at);
		refused(|| register(ALICE, Some(hash(&claims))), Error::AkNotVouchedFor);
	});
}

#[test]
fn two_nodes_should_not_have_one_tpm() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set_ak(NODE_A, ak(1)));
		refused(|| set_ak(NODE_B, ak(1)), Error::AkInUse);
		// Another key takes the place of the first, which is free then.
		let _ = events();
		assert_ok!(set_ak(NODE_A, ak(2)));
		let (one, two) = (ak_hash(&ak(1)), ak_hash(&ak(2)));
		assert_eq!(
			events(),
			vec![
				Event::AkRemoved { node: NODE_A, ak: one },
				Event::AkRegistered { node: NODE_A, ak: two, credential: None },
			]
		);
		assert_ok!(set_ak(NODE_B, ak(1)));
		// The same key again only changes who vouches for it.
		assert_ok!(set_ak(NODE_B, ak(1)));
	});
}

#[test]
fn keys_that_no_tpm_can_have_should_be_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let Ak::P256(point) = ak(1) else { panic!("the simulator's keys are on P-256") };
		let mut off_curve = point;
		off_curve[63] ^= 2;
		let mut other_sign = point;
		other_sign[63] ^= 1;
		let mut modulus = [0xff; 256];
		modulus[255] = 0xfe;
		let mut short = [0xff; 256];
		short[0] = 0x7f;
		for bad in [
			Ak::P256([0; 64]),
			Ak::P256(off_curve),
			Ak::P256(other_sign),
			Ak::RsaSsa(modulus),
			Ak::RsaPss(short),
		] {
			refused(|| set_ak(NODE_A, bad), Error::BadAk);
		}
		assert_ok!(set_ak(NODE_A, Ak::RsaSsa([0xff; 256])));
	});
}

#[test]
fn the_key_of_a_node_that_is_gone_should_be_cleared_by_anybody() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set_ak(NODE_A, ak(1)));
		assert_ok!(commit(ALICE, NODE_A, None));
		let clear = |node| signed(EVE, crate::Call::clear_node { node });
		refused(|| clear(NODE_A), Error::NodeStillThere);
		forget_node(NODE_A);
		refused(|| set_ak(NODE_B, ak(1)), Error::AkInUse);
		let _ = events();
		assert_ok!(clear(NODE_A));
		let ak_removed = Event::AkRemoved { node: NODE_A, ak: ak_hash(&ak(1)) };
		assert_eq!(events(), vec![ak_removed, Event::NodeCleared { node: NODE_A }]);
		assert_eq!(Identity::commitment_of(NODE_A), None);
		refused(|| clear(NODE_A), Error::NothingKept);
		refused(|| clear(9), Error::NothingKept);
		assert_ok!(set_ak(NODE_B, ak(1)));
	});
}
