//! What clients read.

use crate::{mock::*, PerspectiveView};
use concordat_primitives::{
	routing::ONE,
	trust::{HopEnd::*, Originator},
	units::DAYS,
};

#[test]
fn a_perspective_should_be_read_page_by_page() {
	ExtBuilder.build_and_execute(|| {
		for node in 1..=40 {
			record(&of(ALICE), node, if node % 2 == 0 { Agreed } else { Silent });
		}
		let all = perspective(&of(ALICE)).0.into_inner();
		let page = |skip, limit| Trust::perspective_of(of(ALICE), skip, limit);
		let mut seen = Vec::new();
		for skip in [0, 15, 30, 45] {
			let view = page(skip, 15);
			assert_eq!((view.total, view.standing, view.paid), (40, ONE, 40 * FULL));
			seen.extend(view.ties.0);
		}
		assert_eq!(seen, all);
		assert_eq!(page(0, u32::MAX).ties.0.len(), 40);
		assert_eq!(page(u32::MAX, u32::MAX).ties.0.len(), 0);
	});
}

#[test]
fn a_view_should_be_as_of_now() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Dissented);
		wait(30 * DAYS);
		let view = Trust::perspective_of(of(ALICE), 0, 1);
		assert_eq!((view.paid, view.standing), (FULL / 2, ONE / 2));
		assert_eq!(view.ties.threat(NODE), 0);
		assert_eq!(Trust::tie(of(ALICE), NODE), view.ties.0.first().copied());
		assert_eq!(Trust::tie(of(ALICE), OTHER), None);
		assert_eq!(Trust::perspective_of(of(BOB), 0, 9).total, 0);
	});
}

#[test]
fn a_node_should_have_no_standing_of_its_own() {
	ExtBuilder.build_and_execute(|| {
		record(&Originator::Node(OTHER), NODE, Agreed);
		let view = Trust::perspective_of(Originator::Node(OTHER), 0, 9);
		assert_eq!((view.total, view.paid, view.standing), (1, 0, 0));
	});
}

#[test]
fn views_should_be_read_back_from_their_json() {
	ExtBuilder.build_and_execute(|| {
		record(&of(ALICE), NODE, Agreed);
		let view = Trust::perspective_of(of(ALICE), 0, 9);
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(json["paid"], FULL.to_string());
		assert_eq!(json["ties"][0]["lastActive"], START);
		assert_eq!(serde_json::from_value::<PerspectiveView>(json).unwrap(), view);
	});
}
