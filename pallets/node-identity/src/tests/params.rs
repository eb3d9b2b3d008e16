//! Parameters, genesis, and what clients read.

use crate::{mock::*, Error, Event, Params, Subject};
use frame_support::{assert_ok, traits::Hooks};
use sp_runtime::{traits::BadOrigin, BuildStorage};

#[test]
fn parameters_should_be_set_by_governance_and_make_sense() {
	ExtBuilder::default().build_and_execute(|| {
		let set = |params| crate::Call::set_params { params };
		let good = Params { quote_window: HASHES, ..Default::default() };
		frame_support::assert_noop!(signed(ALICE, set(good.clone())), BadOrigin);
		for quote_window in [0, HASHES + 1] {
			let bad = Params { quote_window, ..good.clone() };
			refused(|| root(set(bad)), Error::InvalidParams);
		}
		assert_ok!(root(set(good.clone())));
		assert_eq!(events(), vec![Event::ParamsSet { params: good }]);
	});
}

#[test]
#[should_panic(expected = "a window of quotes within the block hashes")]
fn genesis_should_refuse_parameters_that_make_no_sense() {
	let params = Params { quote_window: 0, ..Default::default() };
	let _ = crate::GenesisConfig::<Test> { params, ..Default::default() }.build_storage();
}

#[test]
#[should_panic(expected = "a window of quotes within the block hashes")]
fn a_test_chain_should_be_built_with_the_parameters_that_it_is_given() {
	let params = Params { quote_window: HASHES + 1, ..Default::default() };
	ExtBuilder::default().params(params).build();
}

#[test]
fn the_constants_should_fit_each_other() {
	ExtBuilder::default().build_and_execute(Identity::integrity_test);
}

#[test]
fn views_should_be_read_back_from_their_json() {
	ExtBuilder::default().build_and_execute(|| {
		let signer = Signer::P256(7);
		assert_ok!(bind(ALICE, signer));
		let view = Identity::did_of(ALICE).unwrap();
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(json["did"], signer.did().to_text());
		assert_eq!(serde_json::from_value::<crate::DidView>(json).unwrap(), view);

		assert_ok!(present(EVE, &claims(issuer(), Subject::Account(ALICE))));
		let view = only_credential(Subject::Account(ALICE));
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(
			(&json["standing"], &json["credential"]["deposit"]),
			(&"counts".into(), &"10".into())
		);
		assert_eq!(serde_json::from_value::<crate::CredentialView>(json).unwrap(), view);

		let issuer = crate::Issuers::<Test>::get(0).unwrap();
		let json = serde_json::to_value(&issuer).unwrap();
		assert_eq!(json["key"], ISSUER_KEY.did().to_text());
		assert_eq!(serde_json::from_value::<crate::Issuer>(json).unwrap(), issuer);

		assert_ok!(commit(ALICE, NODE_A, None));
		let view = Identity::commitment_of(NODE_A).unwrap();
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(json["commitment"]["resources"]["memoryMib"], 65_536);
		assert_eq!(serde_json::from_value::<crate::CommitmentView>(json).unwrap(), view);
		assert_eq!(Identity::commitment_of(NODE_B), None);
		assert_eq!(Identity::did_of(BOB), None);
		assert_eq!(Identity::credentials_of(Subject::Node(NODE_A)), vec![]);
	});
}
