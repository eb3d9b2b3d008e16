//! Which clauses would have no code left to run on.

use crate::{mock::*, Clauses, Error, MeasurementUsers};
use concordat_primitives::{
	attest::Measurement,
	clause::{ClauseSpec, ExecutionWindow},
	credential::{credential_type, CredentialDemand},
	traits::{ClauseJobs, ClauseMeasurements, TooManyClauses},
	ClauseId,
};
use core::cell::Cell;
use frame_support::{assert_noop, assert_ok, assert_storage_noop};

fn m(n: u8) -> Measurement {
	Measurement([n; 48])
}

/// Registers a clause of `WHO` that names measurements, changed.
fn naming_with(
	text: &str,
	measurements: &[u8],
	active: bool,
	change: impl FnOnce(&mut ClauseSpec),
) -> ClauseId {
	let id = clause(text);
	let mut spec = external_spec();
	spec.measurements = measurements.iter().map(|n| m(*n)).collect::<Vec<_>>().try_into().unwrap();
	change(&mut spec);
	let origin = RuntimeOrigin::signed(WHO);
	assert_ok!(ClauseRegistry::register(origin, id.clone(), Box::new(spec), active));
	id
}

fn naming(text: &str, measurements: &[u8]) -> ClauseId {
	naming_with(text, measurements, true, |_| ())
}

/// Who would be stranded by the end of a measurement, if these are valid.
fn stranded(by: u8, valid: &[u8]) -> Option<ClauseId> {
	ClauseRegistry::stranded_by(&m(by), &|one| valid.iter().any(|n| m(*n) == *one)).unwrap()
}

fn retire(id: &ClauseId) {
	assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
}

#[test]
fn a_clause_should_be_stranded_when_no_other_of_its_measurements_is_valid() {
	ExtBuilder::default().build_and_execute(|| {
		let one = naming("WHO::One@1.0", &[1]);
		let two = naming("WHO::Two@1.0", &[2, 3]);
		register("WHO::Any@1.0");
		assert_eq!(stranded(1, &[1, 2, 3]), Some(one));
		assert_eq!(stranded(2, &[1, 2, 3]), None);
		// The other one may not count for itself, nor may the one that lapses.
		assert_eq!(stranded(2, &[1, 2]), Some(two.clone()));
		assert_eq!(stranded(3, &[3]), Some(two));
		// Nobody names this one.
		assert_eq!(stranded(4, &[]), None);
	});
}

#[test]
fn a_clause_should_count_in_every_state_but_the_last() {
	ExtBuilder::default().failure_threshold(1).build_and_execute(|| {
		let who = || RuntimeOrigin::signed(WHO);
		let id = naming_with("WHO::Rain@1.0", &[1], false, |_| ());
		let there = || stranded(1, &[1]) == Some(id.clone());
		assert!(there(), "a draft may be activated");
		assert_ok!(ClauseRegistry::activate(who(), id.clone()));
		assert!(there(), "active");
		assert_ok!(ClauseRegistry::enter_safe_mode(who(), id.clone()));
		assert!(there(), "in safe mode, by its owner");
		assert_ok!(ClauseRegistry::leave_safe_mode(who(), id.clone()));
		assert_ok!(ClauseRegistry::suspend(&id));
		assert!(there(), "in safe mode, by a dispute");
		assert_ok!(ClauseRegistry::leave_safe_mode(who(), id.clone()));
		ClauseRegistry::job_opened(&id);
		ClauseRegistry::job_closed(&id, Some(false));
		assert!(there(), "in safe mode, by its failures");
		ClauseRegistry::job_pruned(&id);
		assert_ok!(ClauseRegistry::transfer_ownership(who(), id.clone(), OTHER));
		assert!(there(), "in other hands");
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(OTHER), id.clone()));
		assert!(!there(), "retired");
		assert_eq!(MeasurementUsers::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn a_retired_clause_should_count_until_the_records_of_its_last_job_are_gone() {
	ExtBuilder::default().build_and_execute(|| {
		let id = naming("WHO::Rain@1.0", &[1]);
		ClauseRegistry::job_opened(&id);
		ClauseRegistry::job_opened(&id);
		retire(&id);
		assert_eq!(stranded(1, &[1]), Some(id.clone()), "jobs are running");
		ClauseRegistry::job_closed(&id, Some(true));
		ClauseRegistry::job_closed(&id, None);
		ClauseRegistry::job_pruned(&id);
		assert_eq!(stranded(1, &[1]), Some(id.clone()), "one may have to be run again");
		ClauseRegistry::job_pruned(&id);
		assert_eq!(stranded(1, &[1]), None);
		assert_eq!(MeasurementUsers::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn a_clause_whose_time_is_over_should_count_for_its_jobs_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let expiring = naming_with("WHO::Expiring@1.0", &[1], true, |s| s.expiry = Some(20));
		let windowed = naming_with("WHO::Windowed@1.0", &[2], true, |s| {
			s.window = Some(ExecutionWindow { from: 15, until: 20 });
		});
		ClauseRegistry::job_opened(&windowed);
		System::set_block_number(19);
		assert_eq!(stranded(1, &[]), Some(expiring.clone()));
		assert_eq!(stranded(2, &[]), Some(windowed.clone()));
		System::set_block_number(20);
		assert_eq!(stranded(1, &[]), None);
		assert_eq!(stranded(2, &[]), Some(windowed.clone()));
		ClauseRegistry::job_closed(&windowed, None);
		assert_eq!(stranded(2, &[]), Some(windowed.clone()));
		ClauseRegistry::job_pruned(&windowed);
		assert_eq!(stranded(2, &[]), None);
		// They can be retired like any other, and leave nothing behind.
		retire(&expiring);
		retire(&windowed);
		assert_eq!(MeasurementUsers::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn one_clauses_end_should_leave_the_others_of_its_measurements_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let (old, new) = (naming("WHO::Rain@1.0", &[1, 2]), naming("WHO::Rain@1.1", &[1, 2]));
		retire(&old);
		for n in [1, 2] {
			assert_eq!(stranded(n, &[]), Some(new.clone()));
		}
		retire(&new);
		assert_eq!(stranded(1, &[]), None);
	});
}

#[test]
fn more_clauses_than_can_be_looked_at_should_be_told_and_not_be_looked_at() {
	ExtBuilder::default().build_and_execute(|| {
		let most = <ClauseRegistry as ClauseMeasurements>::LIMIT as u16;
		// Only the last one has no way out, wherever it comes in the order of the index.
		(1..most).for_each(|minor| {
			naming(&format!("WHO::Rain@1.{minor}"), &[1, 2]);
		});
		let last = naming(&format!("WHO::Rain@1.{most}"), &[1, 3]);
		assert_eq!(stranded(1, &[1, 2]), Some(last.clone()));
		let asked = Cell::new(0u32);
		let none = ClauseRegistry::stranded_by(&m(1), &|_| {
			asked.set(asked.get() + 1);
			true
		});
		assert_eq!((none, asked.get()), (Ok(None), most.into()));
		let more = naming(&format!("WHO::Rain@1.{}", most + 1), &[1, 2]);
		let untouched = |_: &Measurement| -> bool { panic!("nobody is looked at") };
		assert_storage_noop!(assert_eq!(
			ClauseRegistry::stranded_by(&m(1), &untouched),
			Err(TooManyClauses)
		));
		// Others are not affected, and one less is not too many.
		assert_eq!(stranded(3, &[3]), Some(last.clone()));
		retire(&more);
		assert_eq!(stranded(1, &[1, 2]), Some(last));
	});
}

#[test]
fn a_refused_registration_should_leave_no_trace_in_the_index() {
	ExtBuilder::default().build_and_execute(|| {
		let mut spec = external_spec();
		spec.measurements = vec![m(1)].try_into().unwrap();
		assert_noop!(
			ClauseRegistry::register(
				RuntimeOrigin::signed(POOR),
				clause("WHO::Rain@1.0"),
				Box::new(spec),
				true
			),
			sp_runtime::TokenError::FundsUnavailable
		);
		assert_eq!(MeasurementUsers::<Test>::iter_keys().count(), 0);
	});
}

#[test]
fn a_measurement_or_credential_that_comes_twice_should_be_refused() {
	let demand = |name, issuer| CredentialDemand { kind: credential_type(name), issuer };
	let register = |change: &dyn Fn(&mut ClauseSpec)| {
		let mut spec = external_spec();
		change(&mut spec);
		ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true,
		)
	};
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			register(&|s| s.measurements = vec![m(1), m(2), m(1)].try_into().unwrap()),
			Error::<Test>::DuplicateMeasurement
		);
		let (a, b) = (demand("NSF/Operator@1", Some(1)), demand("NSF/Operator@1", Some(2)));
		let twice = || vec![a, b, a].try_into().unwrap();
		assert_noop!(
			register(&|s| s.policy.node_credentials = twice()),
			Error::<Test>::DuplicateCredential
		);
		assert_noop!(
			register(&|s| s.policy.requester_credentials = twice()),
			Error::<Test>::DuplicateCredential
		);
		// Two issuers are two demands, and each side has its own.
		assert_ok!(register(&|s| {
			s.measurements = vec![m(1), m(2)].try_into().unwrap();
			s.policy.node_credentials = vec![a, b].try_into().unwrap();
			s.policy.requester_credentials = vec![b, a].try_into().unwrap();
		}));
	});
}

#[test]
fn the_invariants_should_notice_a_pair_that_is_missing_and_one_too_many() {
	ExtBuilder::default().build_and_execute(|| {
		let id = naming("WHO::Rain@1.0", &[1, 2]);
		let broken = || ClauseRegistry::do_try_state().is_err();
		frame_support::hypothetically!({
			MeasurementUsers::<Test>::remove(m(2), &id);
			assert!(broken());
		});
		frame_support::hypothetically!({
			MeasurementUsers::<Test>::insert(m(3), &id, ());
			assert!(broken());
		});
		frame_support::hypothetically!({
			Clauses::<Test>::mutate(&id, |record| {
				record.as_mut().unwrap().spec.measurements = Default::default();
			});
			assert!(broken());
		});
	});
}
