//! How much a hop counts for everybody.

use crate::mock::*;
use concordat_primitives::{
	routing::ONE,
	trust::{Hop, HopEnd::*, Originator, TrustBook},
	units::{DAYS, HOURS},
	AccountId,
};

/// Gives an originator standing: it has paid for the work of somebody else.
fn known(originator: &Originator) {
	set_controller(99, AccountId::new([99; 32]));
	assert_eq!(record(originator, 99, Agreed), 0);
}

#[test]
fn an_operator_should_have_no_voice_about_its_own_nodes() {
	ExtBuilder.build_and_execute(|| {
		for own in [of(OPERATOR), Originator::Node(NODE), Originator::Node(SISTER)] {
			for end in [Agreed, Dissented, Silent, Declined] {
				assert_eq!(record(&own, NODE, end), 0);
			}
		}
		// About the nodes of others it speaks like anybody else; but what it pays for its own work buys nothing.
		known(&of(OPERATOR));
		assert_eq!(record(&of(OPERATOR), OTHER, Agreed), ONE);
		assert_eq!(record(&of(OPERATOR), NODE, Agreed), 0);
		assert_eq!(record(&Originator::Node(SISTER), OTHER, Agreed), ONE);
	});
}

#[test]
fn a_voice_should_cost_what_governance_says() {
	ExtBuilder.build_and_execute(|| {
		let pays = |who, node, fee| Trust::record(&of(who), &Hop { fee, ..hop(node, Agreed) });
		assert_eq!(pays(ALICE, NODE, FULL / 4), 0, "nothing was paid before");
		assert_eq!(pays(ALICE, OTHER, FULL / 4), ONE / 4);
		set_controller(50, BOB);
		assert_eq!(pays(ALICE, 50, FULL), ONE / 2, "what was paid adds up");
		set_controller(60, ALICE);
		assert_eq!(pays(ALICE, 60, FULL), 0, "its own");
		assert_eq!(pays(BOB, NODE, FULL / 4), 0, "to each its own");
	});
}

#[test]
fn what_is_paid_for_an_operators_work_should_buy_no_say_about_it() {
	ExtBuilder.build_and_execute(|| {
		for _ in 0..10 {
			assert_eq!(record(&of(ALICE), NODE, Agreed), 0);
			assert_eq!(record(&of(ALICE), SISTER, Agreed), 0);
		}
		assert_eq!(record(&of(ALICE), OTHER, Agreed), ONE);
		assert!(record(&of(ALICE), NODE, Agreed) > 0);
	});
}

#[test]
fn saying_it_again_should_count_less_until_time_has_passed() {
	ExtBuilder.build_and_execute(|| {
		known(&of(ALICE));
		let said: Vec<_> = (0..4).map(|_| record(&of(ALICE), NODE, Agreed)).collect();
		assert_eq!(said, [1_000_000, 750_000, 562_500, 421_875]);
		assert_eq!(record(&of(ALICE), OTHER, Agreed), ONE, "of another node nothing was said");
		wait(10 * HOURS);
		assert!(record(&of(ALICE), NODE, Agreed) > 990_000);
	});
}

#[test]
fn a_node_should_speak_with_the_fee_of_the_hop_alone() {
	ExtBuilder.build_and_execute(|| {
		let peer = Originator::Node(OTHER);
		for node in 100..120 {
			record(&peer, node, Agreed);
		}
		let small = Hop { fee: FULL / 100, ..hop(NODE, Agreed) };
		assert_eq!(Trust::record(&peer, &small), ONE / 100);
	});
}

#[test]
fn a_node_that_is_gone_should_have_no_voice() {
	ExtBuilder.build_and_execute(|| {
		forget_node(OTHER);
		assert_eq!(record(&Originator::Node(OTHER), NODE, Agreed), 0);
	});
}

#[test]
fn standing_should_fade() {
	ExtBuilder.build_and_execute(|| {
		known(&of(ALICE));
		wait(30 * DAYS);
		assert_eq!(record(&of(ALICE), OTHER, Agreed), ONE / 2);
	});
}
