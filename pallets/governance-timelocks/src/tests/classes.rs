//! The call decides its class, however it is wrapped.

use crate::{mock::*, *};
use concordat_primitives::governance::DecisionClass;
use frame_support::assert_ok;

fn class(call: RuntimeCall) -> DecisionClass {
	let id = proposed(1, call);
	Governance::proposal(id).unwrap().0.class
}

fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch { calls }.into()
}

#[test]
fn a_batch_should_be_as_strict_as_its_strictest_part() {
	for (call, expected) in [
		(batch(vec![add_node(1)]), DecisionClass::NodeAddition),
		(batch(vec![add_node(1), note(1)]), DecisionClass::Parameters),
		(batch(vec![add_node(1), alarm(1), fail()]), DecisionClass::Upgrade),
		(batch(vec![batch(vec![add_node(1), batch(vec![note(1)])])]), DecisionClass::Parameters),
		(batch(vec![]), DecisionClass::Upgrade),
		(
			pallet_utility::Call::dispatch_as {
				as_origin: Box::new(frame_system::RawOrigin::Root.into()),
				call: Box::new(add_node(1)),
			}
			.into(),
			DecisionClass::Upgrade,
		),
	] {
		ExtBuilder::default().build_and_execute(|| assert_eq!(class(call), expected));
	}
}

#[test]
fn a_cheap_wrapper_should_not_buy_a_dear_call() {
	ExtBuilder::default().council(4).build_and_execute(|| {
		// Three of four add a node at once; the same three need the parameters' delay for a batch
		// that hides a change.
		let id = proposed(1, batch(vec![add_node(1), note(2)]));
		for who in 1..=3 {
			assert_ok!(vote(who, id, true));
		}
		assert_eq!(status(id), ProposalStatus::Approved { enact_at: 31 });
		run_to(30);
		assert_eq!(trace(), Vec::<u32>::new());
		run_to(31);
		assert_eq!(trace(), vec![1, 2]);
	});
}

#[test]
fn the_rules_of_the_council_should_be_of_the_strictest_class() {
	for call in [
		Call::<Test>::set_delays { delays: DELAYS },
		Call::set_voting_period { blocks: 1 },
		Call::set_members { members: vec![1].try_into().unwrap() },
		Call::enact { proposal: 0, call_weight: Default::default() },
	] {
		ExtBuilder::default()
			.build_and_execute(|| assert_eq!(class(call.into()), DecisionClass::Upgrade));
	}
}
