//! Which class of decision a call belongs to (DESIGN §10).

use super::*;
use crate::configs::governance::Classes;
use concordat_primitives::governance::{ClassifyCall, DecisionClass};

fn class_of(call: impl Into<RuntimeCall>) -> DecisionClass {
	Classes::class_of(&call.into())
}

#[test]
fn a_verdict_should_come_before_its_dispute_times_out() {
	let verdict = pallet_disputes::Verdict::Rejected;
	let call = pallet_disputes::Call::resolve { dispute: 0, verdict };
	assert_eq!(class_of(call), DecisionClass::NodeRemoval);
}

#[test]
fn parameters_of_every_pallet_should_be_parameters() {
	for call in [
		pallet_disputes::Call::set_params { params: Default::default() }.into(),
		pallet_rollup_anchor::Call::set_params { params: Default::default() }.into(),
		pallet_job_dispatch::Call::set_params { params: Default::default() }.into(),
		pallet_node_staking::Call::set_params { params: Default::default() }.into(),
		pallet_clause_registry::Call::set_params { params: Default::default() }.into(),
		pallet_attestation::Call::set_params { params: Default::default() }.into(),
		pallet_node_identity::Call::set_params { params: Default::default() }.into(),
		pallet_node_staking::Call::cancel_slash { node: 0, evidence: Hash::zero() }.into(),
	] {
		let call: RuntimeCall = call;
		assert_eq!(Classes::class_of(&call), DecisionClass::Parameters, "{call:?}");
	}
}

#[test]
fn only_what_stops_something_should_be_an_emergency() {
	let fail = pallet_job_dispatch::Call::fail_job { job: 1 };
	assert_eq!(class_of(fail), DecisionClass::Emergency);
	let subject =
		pallet_job_dispatch::types::PauseSubject::Class(concordat_primitives::job::JobClass::Low);
	let pause = pallet_job_dispatch::Call::pause { subject: subject.clone(), blocks: 1 };
	assert_eq!(class_of(pause), DecisionClass::Emergency);
	let measurement = concordat_attestation::Measurement([0; 48]);
	let revoke = pallet_attestation::Call::revoke_measurement { measurement };
	assert_eq!(class_of(revoke), DecisionClass::Emergency);
	// To trust more takes the longest.
	let propose = pallet_attestation::Call::propose_measurement { measurement };
	assert_eq!(class_of(propose), DecisionClass::Upgrade);
	let sunset = pallet_attestation::Call::sunset_measurement { measurement, grace: 1 };
	assert_eq!(class_of(sunset), DecisionClass::Parameters);
	let resume = pallet_job_dispatch::Call::resume { subject };
	assert_eq!(class_of(resume), DecisionClass::Parameters);
}

#[test]
fn nesting_a_call_should_never_make_it_cheaper() {
	let cheap: RuntimeCall = pallet_node_staking::Call::add_validator { node: 0 }.into();
	assert_eq!(Classes::class_of(&cheap), DecisionClass::NodeAddition);
	let batch = pallet_utility::Call::batch_all { calls: vec![cheap.clone()] };
	assert_eq!(class_of(batch), DecisionClass::Upgrade);
	let later = pallet_scheduler::Call::schedule {
		when: 9,
		maybe_periodic: None,
		priority: 0,
		call: Box::new(cheap),
	};
	assert_eq!(class_of(later), DecisionClass::Upgrade);
}
