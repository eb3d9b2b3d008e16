//! What clauses demand, and whether it is met now.

use crate::{mock::*, Claims, IssuerStatus, Kinds, Subject};
use concordat_primitives::{
	credential::CredentialDemand, traits::CredentialInspect, AccountId, NodeId,
};
use frame_support::assert_ok;

fn node(node: NodeId, demands: &[CredentialDemand]) -> bool {
	Identity::node_meets(node, demands)
}

fn account(who: AccountId, demands: &[CredentialDemand]) -> bool {
	Identity::account_meets(&who, demands)
}

#[test]
fn no_demand_should_be_met_by_everybody_and_any_other_by_nobody_without_credentials() {
	ExtBuilder::default().build_and_execute(|| {
		assert!(node(NODE_A, &[]) && node(9, &[]) && account(ALICE, &[]));
		let demand = demand(operator_kind(), None);
		assert!(!node(NODE_A, &[demand]) && !node(9, &[demand]) && !account(ALICE, &[demand]));
	});
}

#[test]
fn a_credential_of_a_node_should_count_for_that_node_alone() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(present(EVE, &claims(issuer(), Subject::Node(NODE_A))));
		let demand = demand(operator_kind(), None);
		assert!(node(NODE_A, &[demand]));
		assert!(!node(NODE_B, &[demand]));
		assert!(!account(ALICE, &[demand]), "nor for the account that controls it");
	});
}

#[test]
fn a_credential_of_an_account_should_count_for_its_nodes() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(present(EVE, &claims(issuer(), Subject::Account(ALICE))));
		let demand = demand(operator_kind(), None);
		assert!(account(ALICE, &[demand]) && node(NODE_A, &[demand]));
		assert!(!account(BOB, &[demand]) && !account(EVE, &[demand]) && !node(NODE_B, &[demand]));
		// Whoever controls the node now is who counts.
		set_controller(NODE_A, BOB);
		assert!(!node(NODE_A, &[demand]));
		set_controller(NODE_A, ALICE);
		forget_node(NODE_A);
		assert!(!node(NODE_A, &[demand]));
	});
}

#[test]
fn a_credential_of_an_identifier_should_count_for_whoever_has_it_bound_now() {
	ExtBuilder::default().build_and_execute(|| {
		let key = Signer::P384(7);
		assert_ok!(present(EVE, &claims(issuer(), Subject::Did(key.did().hash()))));
		let demand = demand(operator_kind(), None);
		let met = |who: AccountId, of| (account(who, &[demand]), node(of, &[demand]));
		assert_eq!(met(ALICE, NODE_A), (false, false));
		assert_ok!(bind(ALICE, key));
		assert_eq!(met(ALICE, NODE_A), (true, true));
		assert_ok!(signed(ALICE, crate::Call::unbind_did {}));
		assert_eq!(met(ALICE, NODE_A), (false, false));
		assert_ok!(bind(BOB, key));
		assert_eq!(met(BOB, NODE_B), (true, true));
		assert_eq!(met(ALICE, NODE_A), (false, false));
	});
}

#[test]
fn a_credential_of_an_attested_identifier_should_count_while_its_attester_does() {
	ExtBuilder::default().build_and_execute(|| {
		register_web();
		let did = web("alice.example");
		assert_ok!(present(EVE, &claims(issuer(), Subject::Did(did.hash()))));
		assert_ok!(request(ALICE, did.clone()));
		let demand = demand(operator_kind(), None);
		assert!(!account(ALICE, &[demand]), "asking is not enough");
		assert_ok!(attest(ATTESTER, ALICE, &did));
		assert!(account(ALICE, &[demand]) && node(NODE_A, &[demand]));
		assert_ok!(root(crate::Call::remove_method { method: web_method() }));
		assert!(!account(ALICE, &[demand]) && !node(NODE_A, &[demand]));
	});
}

#[test]
fn type_and_issuer_should_be_those_that_are_demanded() {
	ExtBuilder::default().build_and_execute(|| {
		let (one, two) = (issuer(), issuer());
		assert_ok!(present(EVE, &claims(two, Subject::Account(ALICE))));
		assert!(account(ALICE, &[demand(operator_kind(), Some(two))]));
		assert!(!account(ALICE, &[demand(operator_kind(), Some(one))]));
		assert!(!account(ALICE, &[demand(kind("WHO/Laboratory@1"), None)]));
		assert!(!account(ALICE, &[demand(kind("WHO/Laboratory@1"), Some(two))]));
	});
}

#[test]
fn every_demand_should_be_met_each_by_whatever_subject() {
	ExtBuilder::default().build_and_execute(|| {
		let number = issuer_of(ISSUER_KEY, Kinds::Any);
		let key = Signer::P256(7);
		assert_ok!(bind(ALICE, key));
		let demands = ["a", "b", "c"].map(|name| demand(kind(name), Some(number)));
		let subjects =
			[Subject::Node(NODE_A), Subject::Account(ALICE), Subject::Did(key.did().hash())];
		for (demand, subject) in demands.iter().zip(subjects) {
			assert!(!node(NODE_A, &demands));
			assert_ok!(present(EVE, &Claims { kind: demand.kind, ..claims(number, subject) }));
		}
		assert!(node(NODE_A, &demands));
		assert!(!account(ALICE, &demands), "one of them is the node's");
		assert!(account(ALICE, &demands[1..]));
		// The same demand twice is met by one credential.
		assert!(account(ALICE, &[demands[1], demands[1]]));
	});
}

#[test]
fn a_credential_should_stop_to_count_at_its_expiry() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = claims(issuer(), Subject::Node(NODE_A));
		assert_ok!(present(EVE, &claims));
		let demand = demand(operator_kind(), None);
		run_to(claims.expires_at - 1);
		assert!(node(NODE_A, &[demand]));
		run_to(claims.expires_at);
		assert!(!node(NODE_A, &[demand]));
	});
}

#[test]
fn a_credential_should_stop_to_count_with_its_issuer() {
	ExtBuilder::default().build_and_execute(|| {
		let issuer = issuer();
		assert_ok!(present(EVE, &claims(issuer, Subject::Account(ALICE))));
		let demands = [demand(operator_kind(), None), demand(operator_kind(), Some(issuer))];
		let met = || {
			let met = demands.map(|demand| account(ALICE, &[demand]));
			assert_eq!(met[0], met[1]);
			met[0] && node(NODE_A, &demands)
		};
		let set = |kinds, status| root(crate::Call::set_issuer { issuer, kinds, status });
		assert!(met());
		assert_ok!(signed(ISSUER, crate::Call::suspend_issuer { issuer }));
		assert!(!met());
		assert_ok!(set(only(&[kind("WHO/Laboratory@1")]), IssuerStatus::Active));
		assert!(!met());
		assert_ok!(set(Kinds::Any, IssuerStatus::Active));
		assert!(met());
		let key = Signer::P256(1).key();
		let rotate =
			|key, give_up_earlier| crate::Call::rotate_issuer_key { issuer, key, give_up_earlier };
		assert_ok!(signed(ISSUER, rotate(key, false)));
		assert!(met());
		assert_ok!(signed(ISSUER, rotate(ISSUER_KEY.key(), true)));
		assert!(!met());
		assert_ok!(root(crate::Call::remove_issuer { issuer }));
		assert!(!met());
	});
}

#[test]
fn a_credential_that_does_not_count_should_not_hide_one_that_does() {
	ExtBuilder::default().build_and_execute(|| {
		let (bad, good) = (issuer(), issuer());
		assert_ok!(present(EVE, &claims(bad, Subject::Account(ALICE))));
		assert_ok!(present(EVE, &claims(good, Subject::Account(ALICE))));
		assert_ok!(signed(ISSUER, crate::Call::suspend_issuer { issuer: bad }));
		assert!(account(ALICE, &[demand(operator_kind(), None)]));
		assert!(!account(ALICE, &[demand(operator_kind(), Some(bad))]));
	});
}

#[test]
fn a_revoked_credential_should_not_count() {
	ExtBuilder::default().build_and_execute(|| {
		let claims = claims(issuer(), Subject::Account(ALICE));
		assert_ok!(present(EVE, &claims));
		assert_ok!(signed(ISSUER, crate::Call::revoke_credential { claims }));
		assert!(!account(ALICE, &[demand(operator_kind(), None)]));
	});
}
