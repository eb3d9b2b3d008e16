//! The life of a measurement: announced, active, in its sunset, expired; revoked from any state.

use crate::{
	mock::*, ActiveMeasurements, Error, Event, LossCause, MeasurementAgenda, Measurements,
	WeightInfo,
};
use concordat_primitives::{
	attest::{LeaseRefusal, Measurement, MeasurementStatus as Status},
	clause::RiskClass::Low,
	receipt::Operation,
	traits::ClauseMeasurements,
	BlockNumber, ClauseId,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn propose(measurement: Measurement) {
	assert_ok!(Attestation::propose_measurement(root(), measurement));
}

fn sunset(measurement: Measurement, grace: BlockNumber) {
	assert_ok!(Attestation::sunset_measurement(root(), measurement, grace));
}

fn revoke(measurement: Measurement) {
	assert_ok!(Attestation::revoke_measurement(root(), measurement));
}

fn status(measurement: Measurement) -> Option<Status> {
	Measurements::<Test>::get(measurement)
}

fn clause(name: &str) -> ClauseId {
	ClauseId::parse(&format!("dao::{name}@1.0")).unwrap()
}

/// Expects that one change of `measurement` has been told, and nothing else.
#[track_caller]
fn told(measurement: Measurement, status: Status) {
	assert_eq!(
		Receipts::take(),
		vec![Operation::MeasurementChanged { measurement, state: status.code() }]
	);
	let mut events = events();
	events.retain(|event| *event != Event::LeasesReassessed);
	assert_eq!(events, vec![Event::MeasurementChanged { measurement, status }]);
}

#[test]
fn a_measurement_should_live_as_drawn() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let m = STRANGE_CODE;
		let attempt = || Attempt { code: m.0, ..Attempt::of(NODE_A) };
		let refused = || {
			assert_noop!(
				attempt().send().map_err(|e| e.error),
				Error::<Test>::MeasurementNotAllowed
			);
		};
		// Announced: everybody can look at it, and it does not count.
		propose(m);
		told(m, Status::Proposed { active_at: 10 + TIMELOCK });
		assert_eq!(ActiveMeasurements::<Test>::get(), 3);
		run_to(10 + TIMELOCK - 1);
		assert_eq!(status(m), Some(Status::Proposed { active_at: 10 + TIMELOCK }));
		refused();
		// Active, from the block on that was announced.
		next_block();
		told(m, Status::Active { since: 10 + TIMELOCK });
		assert_eq!(ActiveMeasurements::<Test>::get(), 4);
		assert_ok!(attempt().send());
		let lease = present(NODE_A);
		clear();
		// In its sunset: it counts, but not for long.
		sunset(m, GRACE);
		let until = 10 + TIMELOCK + GRACE;
		told(m, Status::Sunset { until });
		assert_eq!(ActiveMeasurements::<Test>::get(), 3);
		run_to(until - 1);
		assert!(live(NODE_A, lease.id, Low).is_ok());
		assert_ok!(attempt().send());
		let lease = present(NODE_A);
		clear();
		// Expired: the leases under it end in the same block.
		next_block();
		let told = [
			Operation::MeasurementChanged { measurement: m, state: 3 },
			Operation::LeaseLost { node: NODE_A, lease: lease.id },
		];
		assert_eq!(Receipts::take(), told);
		assert_eq!(status(m), Some(Status::Expired { at: until }));
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, lease.id)]);
		let cause = LossCause::Measurement;
		assert_eq!(
			events(),
			vec![
				Event::MeasurementChanged { measurement: m, status: Status::Expired { at: until } },
				Event::LeaseLost { node: NODE_A, lease: lease.id, cause, simulated: true },
				Event::LeasesReassessed,
			]
		);
		refused();
		// And again from the beginning: with the whole timelock.
		propose(m);
		assert_eq!(status(m), Some(Status::Proposed { active_at: until + TIMELOCK }));
		refused();
		run_to(until + TIMELOCK);
		assert_ok!(attempt().send());
		assert_eq!(MeasurementAgenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_proposal_should_be_withdrawn_without_a_trace() {
	ExtBuilder::default().build_and_execute(|| {
		let m = STRANGE_CODE;
		propose(m);
		clear();
		assert_ok!(Attestation::withdraw_measurement(root(), m));
		assert_eq!(events(), vec![Event::MeasurementWithdrawn { measurement: m }]);
		assert_eq!(
			Receipts::take(),
			vec![Operation::MeasurementChanged { measurement: m, state: 5 }]
		);
		assert_eq!(status(m), None);
		run_to(10 + TIMELOCK + 1);
		assert_eq!((status(m), events()), (None, vec![]));
		// It may be proposed again, and waits as long as anything else.
		propose(m);
		assert_eq!(status(m), Some(Status::Proposed { active_at: 11 + 2 * TIMELOCK }));
	});
}

#[test]
fn only_a_proposal_should_be_withdrawn() {
	ExtBuilder::default().build_and_execute(|| {
		let not_proposed = || Error::<Test>::MeasurementNotProposed;
		assert_noop!(
			Attestation::withdraw_measurement(root(), STRANGE_CODE),
			Error::<Test>::UnknownMeasurement
		);
		assert_noop!(Attestation::withdraw_measurement(root(), CODE), not_proposed());
		sunset(CODE, GRACE);
		assert_noop!(Attestation::withdraw_measurement(root(), CODE), not_proposed());
		run_to(10 + GRACE);
		assert_noop!(Attestation::withdraw_measurement(root(), CODE), not_proposed());
		// What was revoked stays revoked: nobody withdraws it and proposes it again.
		revoke(CODE);
		assert_noop!(Attestation::withdraw_measurement(root(), CODE), not_proposed());
	});
}

#[test]
fn measurements_should_change_only_as_drawn() {
	ExtBuilder::default().build_and_execute(|| {
		let unknown = || Error::<Test>::UnknownMeasurement;
		assert_noop!(Attestation::sunset_measurement(root(), STRANGE_CODE, GRACE), unknown());
		assert_noop!(Attestation::revoke_measurement(root(), STRANGE_CODE), unknown());
		let known = || Error::<Test>::MeasurementKnown;
		assert_noop!(Attestation::propose_measurement(root(), CODE), known());
		let not_active = || Error::<Test>::MeasurementNotActive;
		propose(STRANGE_CODE);
		assert_noop!(Attestation::propose_measurement(root(), STRANGE_CODE), known());
		assert_noop!(Attestation::sunset_measurement(root(), STRANGE_CODE, GRACE), not_active());
		sunset(CODE, GRACE);
		assert_noop!(Attestation::propose_measurement(root(), CODE), known());
		// A second sunset would prolong the first.
		assert_noop!(Attestation::sunset_measurement(root(), CODE, 10 * GRACE), not_active());
		run_to(10 + GRACE);
		assert_noop!(Attestation::sunset_measurement(root(), CODE, GRACE), not_active());
	});
}

#[test]
fn a_grace_should_not_be_too_short() {
	ExtBuilder::default().build_and_execute(|| {
		for grace in [0, 1, GRACE - 1] {
			assert_noop!(
				Attestation::sunset_measurement(root(), CODE, grace),
				Error::<Test>::GraceTooShort
			);
		}
		sunset(CODE, GRACE);
		sunset(OTHER_CODE, u32::MAX);
		assert_eq!(status(OTHER_CODE), Some(Status::Sunset { until: u32::MAX }));
	});
}

#[test]
fn the_last_measurement_of_the_chain_should_be_revoked_but_not_sunset() {
	ExtBuilder::default().measurements(vec![CODE, OTHER_CODE]).build_and_execute(|| {
		sunset(CODE, GRACE);
		let last = || Error::<Test>::LastMeasurement;
		assert_noop!(Attestation::sunset_measurement(root(), OTHER_CODE, GRACE), last());
		// One that is only announced does not help yet.
		propose(STRANGE_CODE);
		assert_noop!(Attestation::sunset_measurement(root(), OTHER_CODE, GRACE), last());
		run_to(10 + TIMELOCK);
		sunset(OTHER_CODE, GRACE);
		revoke(STRANGE_CODE);
		assert_eq!(ActiveMeasurements::<Test>::get(), 0);
	});
}

#[test]
fn the_last_measurement_of_a_clause_should_not_be_sunset() {
	ExtBuilder::default().build_and_execute(|| {
		let last = || Error::<Test>::LastMeasurementOfClause;
		Clauses::set(vec![(clause("one"), vec![CODE])]);
		assert_noop!(Attestation::sunset_measurement(root(), CODE, GRACE), last());
		// Another one that does not count, is announced, or ends itself is no way out.
		Clauses::set(vec![(clause("one"), vec![CODE, STRANGE_CODE, OTHER_CODE])]);
		propose(STRANGE_CODE);
		sunset(OTHER_CODE, 100 * GRACE);
		assert_noop!(Attestation::sunset_measurement(root(), CODE, GRACE), last());
		// One clause of several suffices.
		run_to(10 + TIMELOCK);
		Clauses::set(vec![(clause("one"), vec![CODE, STRANGE_CODE]), (clause("two"), vec![CODE])]);
		assert_noop!(Attestation::sunset_measurement(root(), CODE, GRACE), last());
		Clauses::mutate(|clauses| clauses.truncate(1));
		sunset(CODE, GRACE);
		// Nobody asks clauses about an emergency.
		Clauses::set(vec![(clause("one"), vec![SGX_CODE])]);
		revoke(SGX_CODE);
	});
}

#[test]
fn a_sunset_should_be_refused_while_more_clauses_name_it_than_can_be_looked_at() {
	ExtBuilder::default().build_and_execute(|| {
		let both = vec![CODE, OTHER_CODE];
		let most = <ClauseList as ClauseMeasurements>::LIMIT;
		let clauses =
			(0..=most).map(|number| (clause(&format!("c{number}")), both.clone())).collect();
		Clauses::set(clauses);
		assert_noop!(
			Attestation::sunset_measurement(root(), CODE, GRACE),
			Error::<Test>::TooManyClauses
		);
		Clauses::mutate(|clauses| {
			clauses.pop();
		});
		sunset(CODE, GRACE);
	});
}

/// Expects that the sunset of [`CODE`], which is over in the next block, is postponed for `clause`, and told.
#[track_caller]
fn postponed_in_next_block(clause: Option<ClauseId>) {
	clear();
	next_block();
	let until = System::block_number() + GRACE;
	let measurement = CODE;
	assert_eq!(status(CODE), Some(Status::Sunset { until }));
	assert_eq!(Receipts::take(), vec![Operation::MeasurementChanged { measurement, state: 2 }]);
	assert_eq!(
		events(),
		vec![
			Event::MeasurementChanged { measurement, status: Status::Sunset { until } },
			Event::SunsetPostponed { measurement, until, clause },
		]
	);
	assert_ok!(Attestation::do_try_state());
}

#[test]
fn a_sunset_should_be_postponed_while_a_clause_depends_on_it() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let lease = granted(NODE_A);
		sunset(CODE, GRACE);
		// The clause comes to depend on it afterwards.
		Clauses::set(vec![(clause("late"), vec![CODE])]);
		run_to(10 + GRACE - 1);
		postponed_in_next_block(Some(clause("late")));
		assert!(live(NODE_A, lease.id, Low).is_ok());
		// As often as need be.
		run_to(10 + 2 * GRACE - 1);
		postponed_in_next_block(Some(clause("late")));
		Clauses::set(Vec::new());
		run_to(10 + 3 * GRACE - 1);
		assert!(live(NODE_A, lease.id, Low).is_ok());
		clear();
		next_block();
		assert_eq!(status(CODE), Some(Status::Expired { at: 10 + 3 * GRACE }));
		assert_eq!(Listened::take(), vec![Heard::Lost(NODE_A, lease.id)]);
	});
}

#[test]
fn a_sunset_should_be_postponed_when_it_has_become_the_last_measurement_of_the_chain() {
	ExtBuilder::default().measurements(vec![CODE, OTHER_CODE]).build_and_execute(|| {
		sunset(CODE, GRACE);
		revoke(OTHER_CODE);
		run_to(10 + GRACE - 1);
		postponed_in_next_block(None);
		next_block();
		propose(STRANGE_CODE);
		for times in [2, 3] {
			run_to(10 + times * GRACE - 1);
			postponed_in_next_block(None);
		}
		// Its successor is active by now.
		run_to(10 + 4 * GRACE);
		assert_eq!(status(CODE), Some(Status::Expired { at: 10 + 4 * GRACE }));
	});
}

#[test]
fn a_sunset_should_be_postponed_when_too_many_clauses_name_it() {
	ExtBuilder::default().build_and_execute(|| {
		sunset(CODE, GRACE);
		let both = vec![CODE, OTHER_CODE];
		Clauses::set(["a", "b", "c"].into_iter().map(|one| (clause(one), both.clone())).collect());
		run_to(10 + GRACE - 1);
		postponed_in_next_block(None);
	});
}

#[test]
fn a_sunset_should_end_on_time_when_no_clause_depends_on_it() {
	ExtBuilder::default().build_and_execute(|| {
		sunset(CODE, GRACE);
		Clauses::set(vec![
			(clause("one"), vec![CODE, OTHER_CODE]),
			(clause("two"), vec![SGX_CODE]),
		]);
		run_to(10 + GRACE);
		assert_eq!(status(CODE), Some(Status::Expired { at: 10 + GRACE }));
	});
}

#[test]
fn revocation_should_be_final_from_every_state() {
	type Reach = fn(Measurement);
	let states: [(&str, Reach); 4] = [
		("proposed", propose),
		("active", |m| {
			propose(m);
			run_to(10 + TIMELOCK);
		}),
		("sunset", |m| {
			propose(m);
			run_to(10 + TIMELOCK);
			sunset(m, GRACE);
		}),
		("expired", |m| {
			propose(m);
			run_to(10 + TIMELOCK);
			sunset(m, GRACE);
			run_to(10 + TIMELOCK + GRACE);
		}),
	];
	for (state, reach) in states {
		ExtBuilder::default().build_and_execute(|| {
			let m = STRANGE_CODE;
			reach(m);
			let active = ActiveMeasurements::<Test>::get();
			clear();
			let at = System::block_number();
			revoke(m);
			told(m, Status::Revoked { at });
			let less = u32::from(state == "active");
			assert_eq!(ActiveMeasurements::<Test>::get(), active - less, "{state}");
			assert_eq!(MeasurementAgenda::<Test>::iter().count(), 0, "{state}");
			let revoked = || Error::<Test>::AlreadyRevoked;
			assert_noop!(Attestation::revoke_measurement(root(), m), revoked());
			assert_noop!(Attestation::propose_measurement(root(), m), revoked());
			assert_noop!(
				Attestation::sunset_measurement(root(), m, GRACE),
				Error::<Test>::MeasurementNotActive
			);
			// Nothing that was due happens any more.
			clear();
			run_to(at + 2 * TIMELOCK);
			assert_eq!(status(m), Some(Status::Revoked { at }), "{state}");
			assert_eq!(events(), vec![Event::LeasesReassessed], "{state}");
		});
	}
}

#[test]
fn revocation_should_kill_leases_at_every_use_and_with_the_next_block() {
	ExtBuilder::default().with_collateral().build_and_execute(|| {
		let (a, b) = (granted(NODE_A), granted(NODE_B));
		let mut other = Attempt { code: OTHER_CODE.0, ..Attempt::of(3) };
		other.who = EVE;
		Controllers::mutate(|nodes| nodes.push((3, EVE)));
		assert_ok!(other.send());
		revoke(CODE);
		for lease in [&a, &b] {
			let revoked = LeaseRefusal::MeasurementRevoked;
			assert_eq!(live(lease.node, lease.id, Low), Err(revoked));
			assert_eq!(Attestation::view(lease.node).unwrap().refusal, Some(revoked));
		}
		assert!(live(3, 3, Low).is_ok());
		clear();
		next_block();
		let mut heard = Listened::take();
		heard.sort_by_key(|heard| format!("{heard:?}"));
		assert_eq!(heard, vec![Heard::Lost(NODE_A, a.id), Heard::Lost(NODE_B, b.id)]);
		let lost = |node, lease| Operation::LeaseLost { node, lease };
		let receipts = Receipts::take();
		assert_eq!(receipts.len(), 2);
		assert!(receipts.contains(&lost(NODE_A, a.id)) && receipts.contains(&lost(NODE_B, b.id)));
		assert_eq!(live(NODE_A, a.id, Low), Err(LeaseRefusal::None));
		assert!(live(3, 3, Low).is_ok());
	});
}

#[test]
fn a_measurement_that_is_due_late_should_say_when_it_was_due() {
	ExtBuilder::default().build_and_execute(|| {
		propose(STRANGE_CODE);
		HookWeight::set(<Test as crate::Config>::WeightInfo::sweep_base());
		run_to(10 + TIMELOCK + 3);
		// It does not count before the hook has come to it.
		assert_eq!(status(STRANGE_CODE), Some(Status::Proposed { active_at: 10 + TIMELOCK }));
		HookWeight::set(frame_support::weights::Weight::MAX);
		next_block();
		assert_eq!(status(STRANGE_CODE), Some(Status::Active { since: 10 + TIMELOCK }));
	});
}

#[test]
fn measurements_should_be_governance_s_alone() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(EVE), RuntimeOrigin::none()] {
			let origin = || origin.clone();
			assert_noop!(Attestation::propose_measurement(origin(), STRANGE_CODE), BadOrigin);
			assert_noop!(Attestation::sunset_measurement(origin(), CODE, GRACE), BadOrigin);
			assert_noop!(Attestation::revoke_measurement(origin(), CODE), BadOrigin);
			assert_noop!(Attestation::withdraw_measurement(origin(), STRANGE_CODE), BadOrigin);
		}
	});
}

#[test]
fn measurements_should_be_listed_with_their_state() {
	ExtBuilder::default().build_and_execute(|| {
		propose(STRANGE_CODE);
		revoke(CODE);
		let page = Attestation::measurements(0, 3);
		assert_eq!((page.items.len(), page.next), (3, Some(3)));
		let rest = Attestation::measurements(3, 3);
		assert_eq!((rest.items.len(), rest.next), (1, None));
		let all: Vec<_> = page.items.into_iter().chain(rest.items).collect();
		for (measurement, status) in [
			(CODE, Status::Revoked { at: 10 }),
			(OTHER_CODE, Status::Active { since: 0 }),
			(SGX_CODE, Status::Active { since: 0 }),
			(STRANGE_CODE, Status::Proposed { active_at: 10 + TIMELOCK }),
		] {
			let view = concordat_primitives::views::MeasurementView { measurement, status };
			assert!(all.contains(&view), "{view:?}");
		}
	});
}
