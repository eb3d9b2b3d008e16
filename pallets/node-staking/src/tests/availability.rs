//! What nodes may offer, and how an operator takes a part of it back for a while.

use crate::{mock::*, Error, Event};
use concordat_primitives::{
	node::{NodeSpec, MAX_CAPABILITIES},
	traits::{CapabilityInspect, NodeInspect},
	AccountId, CapabilityId,
};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};

fn rain() -> CapabilityId {
	CapabilityId::parse("hazard.rain").unwrap()
}

fn flood() -> CapabilityId {
	CapabilityId::parse("hazard.flood").unwrap()
}

fn offering(capabilities: &[CapabilityId]) -> NodeSpec {
	NodeSpec { capabilities: capabilities.to_vec().try_into().unwrap(), ..compute() }
}

/// The account of the operator key of a node.
fn operator_account(node: u32) -> AccountId {
	<NodeStaking as NodeInspect<_>>::operator(node).unwrap()
}

fn available(node: u32) -> Vec<PoolCall> {
	PoolTrace::get()
		.into_iter()
		.filter(|call| matches!(call, PoolCall::Available(one, ..) if *one == node))
		.collect()
}

#[test]
fn a_node_should_not_be_registered_with_what_the_catalogue_does_not_have() {
	ExtBuilder::default().build_and_execute(|| {
		Undeclared::set(vec![flood()]);
		let register = |spec| NodeStaking::register(signed(ALICE), spec, operator_id("//a"), STAKE);
		for offers in [&[flood()][..], &[rain(), flood()][..]] {
			assert_noop!(register(offering(offers)), Error::<Test>::UnknownCapability);
		}
		assert_ok!(register(offering(&[rain()])));
	});
}

#[test]
fn a_spec_should_not_be_changed_to_what_the_catalogue_does_not_have() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let update = |spec| NodeStaking::update_spec(signed(ALICE), node, spec);
		Undeclared::set(vec![flood()]);
		assert_noop!(update(offering(&[rain(), flood()])), Error::<Test>::UnknownCapability);
		Undeclared::set(Vec::new());
		assert_ok!(update(offering(&[rain(), flood()])));
		// What has gone since has to be left out of the next spec, and does no harm until then.
		Undeclared::set(vec![flood()]);
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
		assert_ok!(NodeStaking::undrain(signed(ALICE), node));
		assert_noop!(update(offering(&[rain(), flood()])), Error::<Test>::UnknownCapability);
		assert_ok!(update(offering(&[rain()])));
	});
}

#[test]
fn the_weight_should_cover_a_look_for_each_capability() {
	ExtBuilder::default().build_and_execute(|| {
		let looks = Catalogue::weight().saturating_mul(MAX_CAPABILITIES.into());
		let key = operator_id("//a");
		let calls: [RuntimeCall; 2] = [
			crate::Call::register { spec: compute(), operator_key: key, stake: STAKE }.into(),
			crate::Call::update_spec { node: 1, spec: compute() }.into(),
		];
		let bare = [
			<() as crate::WeightInfo>::register().saturating_add(
				<ReceiptTrace as concordat_primitives::traits::ReceiptSink>::weight(),
			),
			<() as crate::WeightInfo>::update_spec().saturating_add(NodeStaking::change_weight()),
		];
		for (call, bare) in calls.iter().zip(bare) {
			assert_eq!(call.get_dispatch_info().call_weight, bare.saturating_add(looks));
		}
	});
}

#[test]
fn a_capability_should_be_taken_back_and_offered_again_by_controller_or_operator_key() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let operator = operator_account(node);
		assert_ne!(operator, ALICE);
		for who in [ALICE, operator] {
			events();
			PoolTrace::take();
			for on in [false, true] {
				assert_ok!(NodeStaking::set_availability(signed(who.clone()), node, rain(), on));
			}
			let told = [false, true].map(|on| PoolCall::Available(node, rain(), on));
			assert_eq!(available(node), told);
			let said = [false, true].map(|available| Event::AvailabilitySet {
				node,
				capability: rain(),
				available,
			});
			assert_eq!(events(), said);
		}
	});
}

#[test]
fn nobody_else_should_say_what_a_node_performs() {
	ExtBuilder::default().build_and_execute(|| {
		let (node, other) = (active(ALICE), active(BOB));
		for who in [BOB, operator_account(other)] {
			assert_noop!(
				NodeStaking::set_availability(signed(who), node, rain(), false),
				Error::<Test>::NotAuthorized
			);
		}
		// Nor a key that was the operator's.
		let old = operator_account(node);
		assert_ok!(NodeStaking::set_operator_key(signed(ALICE), node, operator_id("//new")));
		assert_noop!(
			NodeStaking::set_availability(signed(old), node, rain(), false),
			Error::<Test>::NotAuthorized
		);
		assert!(available(node).is_empty());
	});
}

#[test]
fn availability_should_be_about_what_a_staying_node_offers() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		let set = |node, capability| {
			NodeStaking::set_availability(signed(ALICE), node, capability, false)
		};
		assert_noop!(set(node, flood()), Error::<Test>::NotOffered);
		assert_noop!(set(9, rain()), Error::<Test>::UnknownNode);
		let validator = registered_validator(ALICE);
		assert_noop!(set(validator, rain()), Error::<Test>::NotOffered);
		// A node that is drained may say so for when it is back.
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
		assert_ok!(set(node, rain()));
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		assert_noop!(set(node, rain()), Error::<Test>::Leaving);
	});
}

#[test]
fn a_refusing_pool_should_leave_no_event() {
	ExtBuilder::default().build_and_execute(|| {
		let node = active(ALICE);
		events();
		PoolRefuses::set(true);
		assert!(NodeStaking::set_availability(signed(ALICE), node, rain(), false).is_err());
		assert!(events().is_empty());
	});
}
