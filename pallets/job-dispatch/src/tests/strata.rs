//! Strata as plain data: what enters and leaves, and what is selected.

use crate::{
	mock::profile,
	scheduler::{Exclusion, Lot, PoolPlace, Strata, Stratum, MAX_STRATA},
};
use concordat_primitives::{attest::RiskClasses, Jurisdiction};

/// The `n`th of many different strata.
fn numbered(n: u32) -> Stratum {
	let [.., b, c] = n.to_be_bytes();
	let jurisdiction = Jurisdiction([b'A' + c % 26, b'A' + c / 26, b'A' + b]);
	Stratum { jurisdiction, ..Stratum::of(&profile(1)) }
}

#[test]
fn nodes_enter_at_the_end_of_their_pool_and_the_last_place_becomes_free() {
	let mut strata = Strata::default();
	let (a, b) = (numbered(1), numbered(2));
	let at = |stratum, index| PoolPlace { stratum: Some(stratum), index };
	assert_eq!([strata.enter(a), strata.enter(b), strata.enter(a)], [at(a, 0), at(b, 0), at(a, 1)]);
	assert_eq!(strata.leave(Some(a)), 1);
	assert_eq!(strata.leave(Some(b)), 0);
	assert_eq!(strata.lots().collect::<Vec<_>>(), [Lot { stratum: Some(a), size: 1 }]);
	assert_eq!(strata.leave(Some(a)), 0);
	assert!(strata.is_empty());
}

#[test]
fn what_comes_after_the_last_stratum_shares_the_overflow_for_good() {
	let mut strata = Strata::default();
	for n in 0..MAX_STRATA {
		assert_eq!(strata.enter(numbered(n)).stratum, Some(numbered(n)));
	}
	let late = numbered(MAX_STRATA);
	for index in 0..3 {
		assert_eq!(strata.enter(late), PoolPlace { stratum: None, index });
	}
	// A stratum that is there is entered however many there are.
	assert_eq!(strata.enter(numbered(7)).stratum, Some(numbered(7)));
	assert_eq!(strata.leave(None), 2);
	assert_eq!(strata.overflow, 2);
	strata.leave(Some(numbered(9)));
	assert_eq!(strata.enter(late).stratum, Some(late));
	assert_eq!(strata.overflow, 2);
}

#[test]
fn what_is_barred_is_counted_by_reason_and_what_stands_elsewhere_is_not() {
	let mut strata = Strata::default();
	let (good, bad, far) = (numbered(1), numbered(2), numbered(3));
	for (stratum, count) in [(good, 2), (bad, 5), (far, 50)] {
		(0..count).for_each(|_| {
			strata.enter(stratum);
		});
	}
	let selection = strata.select(|stratum| match stratum {
		one if *one == bad => Some(Exclusion::Paused),
		one if *one == far => Some(Exclusion::Jurisdiction),
		_ => None,
	});
	assert_eq!(selection.lots, [Lot { stratum: Some(good), size: 2 }]);
	assert_eq!((selection.nodes(), selection.mostly()), (2, Some(Exclusion::Paused)));
	assert_eq!(selection.barred, [(Exclusion::Paused, 5)]);
}

#[test]
fn the_overflow_is_always_drawn_from() {
	let strata = Strata { overflow: 3, ..Default::default() };
	let selection = strata.select(|_| Some(Exclusion::Paused));
	assert_eq!(selection.lots, [Lot { stratum: None, size: 3 }]);
}

#[test]
fn nodes_that_meet_other_risk_classes_are_of_another_stratum() {
	let mut lenient = profile(1);
	lenient.classes = RiskClasses::NONE;
	assert_ne!(Stratum::of(&lenient), Stratum::of(&profile(1)));
	assert_eq!(Stratum::of(&lenient).risk_classes(), RiskClasses::NONE);
}
