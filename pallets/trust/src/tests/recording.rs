//! Hops: what originators learn from them.

use crate::{mock::*, Event, Line, Memories, Queue};
use concordat_primitives::{
	routing::{AFFIRMED_FROM, W_INIT},
	trust::{HopEnd::*, Originator, MAX_TIES},
	units::DAYS,
};

#[test]
fn a_stranger_should_know_nobody() {
	ExtBuilder.build_and_execute(|| {
		let known = perspective(&of(ALICE));
		assert!(known.0.is_empty());
		assert_eq!((known.connection(NODE), known.threat(NODE)), (W_INIT, 0));
	});
}

#[test]
fn good_hops_should_strengthen_a_connection_and_bad_ones_should_raise_a_threat() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		record(&of(ALICE), OTHER, Dissented);
		record(&of(ALICE), SISTER, Declined);
		let known = perspective(&of(ALICE));
		assert!(known.connection(NODE) > W_INIT && known.threat(NODE) == 0);
		assert!(known.connection(OTHER) < W_INIT && known.threat(OTHER) == 250_000);
		assert!(known.connection(SISTER) < W_INIT && known.threat(SISTER) == 0);
		assert_eq!(known.strongest().collect::<Vec<_>>(), [NODE, SISTER, OTHER]);
		assert!(known.0.iter().all(|tie| tie.last_active == START));
	});
}

#[test]
fn what_one_originator_learns_should_not_concern_another() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Dissented);
		record(&Originator::Node(OTHER), NODE, Agreed);
		assert!(perspective(&of(BOB)).0.is_empty());
		assert_eq!(perspective(&Originator::Node(OTHER)).threat(NODE), 0);
		let before = Memories::<Test>::get(of(ALICE));
		for _ in 0..100 {
			record(&of(OPERATOR), NODE, Agreed);
			record(&of(BOB), NODE, Agreed);
			wait(1);
		}
		assert_eq!(Memories::<Test>::get(of(ALICE)), before);
	});
}

#[test]
fn the_numbers_of_an_account_and_of_a_node_should_not_be_mixed_up() {
	ExtBuilder.build_and_execute(|| {
		record(&Originator::Node(OTHER), NODE, Agreed);
		record(&Originator::Node(SISTER), OTHER, Agreed);
		assert_eq!(perspective(&Originator::Node(OTHER)).0.len(), 1);
		assert!(perspective(&Originator::Node(NODE)).0.is_empty());
		assert!(perspective(&of(RIVAL)).0.is_empty(), "the node, not its operator");
	});
}

#[test]
fn beliefs_should_fade_while_nobody_writes() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Dissented);
		let stored = Memories::<Test>::get(of(ALICE));
		wait(DAYS);
		assert_eq!(perspective(&of(ALICE)).threat(NODE), 125_000);
		wait(300 * DAYS);
		let known = perspective(&of(ALICE));
		assert_eq!((known.connection(NODE), known.threat(NODE)), (W_INIT, 0));
		assert_eq!(Memories::<Test>::get(of(ALICE)), stored);
	});
}

#[test]
fn events_should_tell_of_thresholds_and_not_of_hops() {
	ExtBuilder.build_and_execute(|| {
		for _ in 0..12 {
			record(&of(ALICE), NODE, Agreed);
			wait(100);
		}
		let told = events();
		assert!(
			matches!(&told[..], [Event::Affirmed { originator, node: NODE, weight }]
				if *originator == of(ALICE) && *weight >= AFFIRMED_FROM),
			"{told:?}"
		);
		record(&of(ALICE), NODE, Dissented);
		assert_eq!(events(), vec![]);
		record(&of(ALICE), NODE, Dissented);
		let threatened = |threat| Event::Threatened { originator: of(ALICE), node: NODE, threat };
		assert_eq!(events(), vec![threatened(625_000)]);
		record(&of(ALICE), NODE, Dissented);
		assert_eq!(events(), vec![], "known already");
		// Once it has passed, it is told again.
		wait(4 * DAYS);
		record(&of(ALICE), NODE, Agreed);
		assert_eq!(events(), vec![]);
		record(&of(ALICE), NODE, Dissented);
		record(&of(ALICE), NODE, Dissented);
		assert!(matches!(events()[..], [Event::Threatened { .. }]));
	});
}

#[test]
fn a_full_record_should_make_room_and_keep_its_threats() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Dissented);
		record(&of(ALICE), NODE, Dissented);
		for node in 100..300 {
			wait(10);
			record(&of(ALICE), node, Agreed);
		}
		let known = perspective(&of(ALICE));
		assert_eq!(known.0.len(), MAX_TIES as usize);
		assert!(known.threat(NODE) > 500_000);
		assert!(known.tie(299).is_some(), "who was just met is known");
		assert_eq!(Line::<Test>::get(), Queue { head: 0, tail: 1 }, "one record, one visit");
	});
}
