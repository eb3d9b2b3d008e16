//! Forecasts: who declares them, what they hold back, and for how long at most.

use crate::{mock::*, Call, Error, Event, Forecasts};
use codec::Encode;
use concordat_primitives::{
	job::{JobClass, PauseSubject},
	receipt::Operation,
	BlockNumber, Hash, Jurisdiction,
};
use frame_support::assert_ok;
use sp_runtime::DispatchResult;

const EVIDENCE: Hash = Hash::repeat_byte(0xe7);
const HIGH: u32 = 900_000;
const LOW: u32 = 100_000;

fn of_clause() -> PauseSubject {
	PauseSubject::Clause(rain())
}

fn idn() -> Jurisdiction {
	Jurisdiction::parse("IDN").unwrap()
}

fn declare(
	by: RuntimeOrigin,
	subject: PauseSubject,
	risk: u32,
	blocks: BlockNumber,
) -> DispatchResult {
	dispatch(by, Call::declare_forecast { subject, risk, evidence: EVIDENCE, blocks })
}

fn by(who: concordat_primitives::AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn gov() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

#[test]
fn a_high_risk_holds_the_clause_back_and_is_on_record() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(declare(by(ALICE), of_clause(), 700_000, 20));
		let until = START + 20;
		assert_eq!(switch(&of_clause()), Some(until));
		let hash = Hash::from(sp_io::hashing::blake2_256(&of_clause().encode()));
		assert_eq!(
			receipts(),
			[Operation::ForecastDeclared { subject: hash, risk: 700_000, until }]
		);
		let event = Event::ForecastDeclared {
			subject: of_clause(),
			by: Some(ALICE),
			risk: 700_000,
			evidence: EVIDENCE,
			until,
			pauses: true,
		};
		assert_eq!(events(), [event]);
		assert_eq!(Triggers::forecasts().len(), 1);
		run(20);
		assert!(Triggers::forecasts().is_empty());
	})
}

#[test]
fn a_lower_risk_is_only_on_record_and_lets_go_what_was_held_back() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(declare(by(ALICE), of_clause(), 699_999, 20));
		assert_eq!(switch(&of_clause()), None);
		assert_eq!(receipts().len(), 1);
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 20));
		run(5);
		assert_ok!(declare(by(ALICE), of_clause(), LOW, 20));
		assert_eq!(switch(&of_clause()), None);
		let history = Triggers::forecast(of_clause()).unwrap().history;
		assert_eq!(history.to_vec(), [(START, START + 5)], "it counts for as long as it held");
	})
}

#[test]
fn everybody_declares_what_is_theirs_and_nothing_else() {
	ExtBuilder::default().build_and_execute(|| {
		let jurisdiction = PauseSubject::Jurisdiction(idn());
		let class = PauseSubject::Class(JobClass::Low);
		for subject in [of_clause(), jurisdiction.clone(), class.clone()] {
			refused(|| declare(by(BOB), subject.clone(), HIGH, 5), Error::NotAuthority);
			refused(|| declare(by(BOB), subject.clone(), LOW, 5), Error::NotAuthority);
		}
		refused(|| declare(by(ALICE), class.clone(), HIGH, 5), Error::NotAuthority);
		refused(|| declare(by(ALICE), jurisdiction.clone(), HIGH, 5), Error::NotAuthority);

		assert_ok!(root(Call::appoint { jurisdiction: idn(), authority: Some(BOB) }));
		assert_eq!(Triggers::authority_of(idn()), Some(BOB));
		assert_ok!(declare(by(BOB), jurisdiction.clone(), HIGH, 5));
		refused(|| declare(by(BOB), class.clone(), HIGH, 5), Error::NotAuthority);
		assert_ok!(root(Call::appoint { jurisdiction: idn(), authority: None }));
		refused(|| declare(by(BOB), jurisdiction.clone(), HIGH, 5), Error::NotAuthority);

		assert_ok!(declare(gov(), class.clone(), HIGH, 5));
		assert_eq!(switch(&class), Some(START + 5));
	})
}

#[test]
fn only_governance_appoints() {
	ExtBuilder::default().build_and_execute(|| {
		let call = || Call::appoint { jurisdiction: idn(), authority: Some(ALICE) };
		assert_eq!(signed(ALICE, call()), Err(sp_runtime::DispatchError::BadOrigin));
		let bad = Call::appoint { jurisdiction: Jurisdiction(*b"id1"), authority: Some(ALICE) };
		refused(|| root(bad.clone()), Error::JurisdictionInvalid);
		let nowhere = PauseSubject::Jurisdiction(Jurisdiction(*b"id1"));
		refused(|| declare(gov(), nowhere.clone(), HIGH, 5), Error::JurisdictionInvalid);
	})
}

#[test]
fn numbers_out_of_range_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let fails = |risk, blocks, error| {
			refused(|| declare(by(ALICE), of_clause(), risk, blocks), error);
		};
		fails(1_000_001, 5, Error::RiskInvalid);
		fails(HIGH, 0, Error::TimeOutOfBounds);
		fails(HIGH, 31, Error::TimeOutOfBounds);
		fails(LOW, 31, Error::TimeOutOfBounds);
	})
}

#[test]
fn forecasts_cannot_be_extended_for_ever() {
	ExtBuilder::default().build_and_execute(|| {
		// As much as can be, for a thousand blocks.
		let mut paused = Vec::new();
		for _ in 0..1_000 {
			let _ = declare(by(ALICE), of_clause(), HIGH, 30);
			run(1);
			let now = frame_system::Pallet::<Test>::block_number();
			paused.push(switch(&of_clause()).is_some_and(|until| now < until));
		}
		let most = paused.windows(200).map(|span| span.iter().filter(|p| **p).count()).max();
		assert!(most <= Some(60), "{most:?}");
		assert!(paused.iter().filter(|p| **p).count() >= 250, "and it does hold back");
	})
}

#[test]
fn the_total_binds_governance_too_but_not_what_is_only_on_record() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..2 {
			assert_ok!(declare(by(ALICE), of_clause(), HIGH, 30));
			run(30);
		}
		refused(|| declare(by(ALICE), of_clause(), HIGH, 1), Error::PausedTooLong);
		refused(|| declare(gov(), of_clause(), HIGH, 1), Error::PausedTooLong);
		assert_ok!(declare(by(ALICE), of_clause(), LOW, 30));
	})
}

#[test]
fn many_short_pauses_are_bounded_too() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..8 {
			assert_ok!(declare(by(ALICE), of_clause(), HIGH, 1));
			run(3);
		}
		refused(|| declare(by(ALICE), of_clause(), HIGH, 1), Error::PausedTooOften);
	})
}

#[test]
fn a_forecast_can_be_withdrawn_and_the_time_it_did_not_use_is_free_again() {
	ExtBuilder::default().build_and_execute(|| {
		let withdraw = |origin| dispatch(origin, Call::withdraw_forecast { subject: of_clause() });
		refused(|| withdraw(by(ALICE)), Error::NoForecast);
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 30));
		run(1);
		refused(|| withdraw(by(BOB)), Error::NotAuthority);
		receipts();
		assert_ok!(withdraw(by(ALICE)));
		assert_eq!(switch(&of_clause()), None);
		assert!(matches!(receipts()[..], [Operation::ForecastDeclared { risk: 0, .. }]));
		refused(|| withdraw(by(ALICE)), Error::NoForecast);
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 30));
		run(30);
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 29));
		refused(|| withdraw(by(BOB)), Error::NotAuthority);
		assert_ok!(withdraw(gov()));
	})
}

#[test]
fn others_leave_governance_its_switches() {
	ExtBuilder::default().build_and_execute(|| {
		let own = |n: u32| {
			let id = clause(&format!("A::Clause@{n}.0"));
			set_clause(id.clone(), ALICE, 0b11_1111);
			PauseSubject::Clause(id)
		};
		for n in 0..crate::MAX_STANDING {
			assert_ok!(declare(by(ALICE), own(n), HIGH, 10));
		}
		let one_more = own(99);
		refused(|| declare(by(ALICE), one_more.clone(), HIGH, 10), Error::TooManyPauses);
		assert_ok!(declare(by(ALICE), one_more.clone(), LOW, 10));
		assert_ok!(declare(gov(), of_clause(), HIGH, 10));
		// One that is replaced, lifted or over makes room.
		assert_ok!(declare(by(ALICE), own(3), HIGH, 10));
		assert_ok!(signed(ALICE, Call::withdraw_forecast { subject: own(3) }));
		assert_ok!(declare(by(ALICE), one_more.clone(), HIGH, 10));
		refused(|| declare(by(ALICE), own(3), HIGH, 1), Error::TooManyPauses);
		run(10);
		assert_ok!(declare(by(ALICE), own(3), HIGH, 1));
	})
}

#[test]
fn what_governance_declares_only_governance_changes() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(declare(gov(), of_clause(), HIGH, 30));
		let error = Error::DeclaredByGovernance;
		refused(|| declare(by(ALICE), of_clause(), HIGH, 1), error);
		refused(|| declare(by(ALICE), of_clause(), LOW, 1), Error::DeclaredByGovernance);
		let withdraw = Call::withdraw_forecast { subject: of_clause() };
		refused(|| signed(ALICE, withdraw.clone()), Error::DeclaredByGovernance);
		run(30);
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 1));
		assert_ok!(declare(gov(), of_clause(), LOW, 1));
	})
}

#[test]
fn a_switch_that_governance_lifted_itself_does_not_stand_in_the_way() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 30));
		drop_switch(&of_clause());
		assert_ok!(signed(ALICE, Call::withdraw_forecast { subject: of_clause() }));
	})
}

#[test]
fn a_record_goes_once_it_no_longer_counts() {
	ExtBuilder::default().build_and_execute(|| {
		let forget = || signed(EVE, Call::forget_forecast { subject: of_clause() });
		refused(forget, Error::NoForecast);
		assert_ok!(declare(by(ALICE), of_clause(), HIGH, 10));
		refused(forget, Error::ForecastCounts);
		run(209);
		refused(forget, Error::ForecastCounts);
		run(1);
		assert_ok!(forget());
		assert!(!Forecasts::<Test>::contains_key(of_clause()));
	})
}
