//! Offences that the consensus pallets report.

use super::sessions::rotate;
use crate::{mock::*, offence_evidence, Event, PendingSlashes};
use concordat_primitives::{
	node::{Misconduct, NodeStatus},
	traits::Slasher,
	units::CDT,
	AccountId, Balance,
};
use frame_support::{assert_ok, traits::DisabledValidators, weights::Weight};
use sp_runtime::Perbill;
use sp_staking::{
	offence::{Kind, Offence, OffenceDetails, OffenceError, OnOffenceHandler, ReportOffence},
	SessionIndex,
};

type Offender = (AccountId, Balance);

/// An equivocation at a slot.
struct Equivocation {
	offender: Offender,
	session: SessionIndex,
	slot: u64,
}

impl Offence<Offender> for Equivocation {
	const ID: Kind = *b"test:equivocatio";
	type Slot = u64;

	fn offenders(&self) -> Vec<Offender> {
		vec![self.offender.clone()]
	}
	fn session_index(&self) -> SessionIndex {
		self.session
	}
	fn validator_set_count(&self) -> u32 {
		4
	}
	fn slot(&self) -> u64 {
		self.slot
	}
	fn slash_fraction(&self, offenders: u32) -> Perbill {
		Perbill::from_rational(3 * offenders, 4).square()
	}
}

fn report(n: u8, session: SessionIndex, slot: u64) -> Result<(), OffenceError> {
	let offender = (validator(n), STAKE);
	Offences::report_offence(vec![REPORTER], Equivocation { offender, session, slot })
}

fn on_offence(n: u8, fraction: Perbill, session: SessionIndex) -> Weight {
	NodeStaking::on_offence(
		&[OffenceDetails { offender: (validator(n), STAKE), reporters: vec![] }],
		&[fraction],
		session,
	)
}

#[test]
fn an_equivocation_should_freeze_jail_disable_and_end_the_membership() {
	ExtBuilder::default().validators(4).build_and_execute(|| {
		rotate();
		assert_ok!(report(2, 1, 7));
		let node = 3;
		assert_eq!(record(node).frozen, 50 * CDT);
		assert!(matches!(status(node), NodeStatus::Jailed { .. }));
		assert!(events().iter().any(|event| matches!(
			event,
			Event::Slashed { node: 3, misconduct: Misconduct::ConsensusFailure, evidence, .. }
				if *evidence == offence_evidence(1, &validator(2))
		)));
		// At once it is disabled, two sessions later it is out.
		assert!(Session::is_disabled(2));
		rotate();
		rotate();
		assert_eq!(Session::validators(), [validator(0), validator(1), validator(3)]);
		run(APPEAL);
		assert_eq!(held(&validator(2)), 950 * CDT);
		assert_eq!(free(&REPORTER), FUNDS + 50 * CDT / 20);

		assert_ok!(NodeStaking::unjail(signed(validator(2)), node));
		rotate();
		rotate();
		assert_eq!(Session::validators().len(), 4);
		assert!(!Session::is_disabled(2));
	});
}

#[test]
fn an_offence_should_count_once_however_often_it_comes() {
	ExtBuilder::default().validators(4).build_and_execute(|| {
		rotate();
		assert_ok!(report(0, 1, 7));
		assert_eq!(report(0, 1, 7), Err(OffenceError::DuplicateReport));
		// Another of the same slot: the first offender is reported again with it.
		assert_ok!(report(1, 1, 7));
		assert_eq!(PendingSlashes::<Test>::get(1).len(), 1);
		assert_eq!(record(1).frozen, 50 * CDT);
		assert_eq!(record(2).frozen, 50 * CDT);
		// Another slot of the same session is no dearer.
		assert_ok!(report(0, 1, 8));
		assert_eq!(PendingSlashes::<Test>::get(1).len(), 1);
		// A later session is another offence, of the same span.
		assert_ok!(report(0, 2, 9));
		assert_eq!(PendingSlashes::<Test>::get(1).len(), 2);
		assert_eq!(record(1).frozen, 50 * CDT);
	});
}

#[test]
fn a_validator_that_left_should_answer_while_its_stake_is_here() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		rotate();
		assert_ok!(NodeStaking::unbond(signed(validator(0)), 1));
		run(UNBONDING);
		rotate();
		assert_ok!(report(0, 1, 7));
		assert_ok!(NodeStaking::withdraw(signed(validator(0)), 1));
		assert_eq!(held(&validator(0)), 50 * CDT);
		run(APPEAL);
		assert_eq!(free(&validator(0)), FUNDS - 50 * CDT);
	});
}

#[test]
fn an_offender_without_a_node_should_change_nothing() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		let weight = on_offence(9, Perbill::from_percent(10), 0);
		assert!(events().is_empty());
		let slash = <NodeStaking as Slasher<AccountId>>::weight();
		assert!(weight.ref_time() < slash.ref_time());
	});
}

#[test]
fn an_offence_that_costs_nothing_should_cost_nothing() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		on_offence(0, Perbill::zero(), 0);
		assert_eq!(status(1), NodeStatus::Active);
		assert_eq!(record(1).frozen, 0);
	});
}

#[test]
fn a_dearer_misconduct_of_the_span_should_add_the_difference() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		let weight = on_offence(0, Perbill::from_percent(1), 0);
		assert!(weight.all_gte(<NodeStaking as Slasher<AccountId>>::weight()));
		assert_ok!(NodeStaking::slash(1, Misconduct::NetworkAttack, evidence(1), None), 450 * CDT);
	});
}
