//! Leases that end while a job runs.

use crate::{
	chain::{account, deliver, signed, sudo, Chain},
	enclave::Enclave,
};
use concordat_primitives::{
	attest::LeaseRefusal,
	clause::ExecutionMode,
	job::JobStatus,
	node::{InactiveReason, NodeStatus},
	traits::LeaseInspect,
	Hash,
};
use concordat_runtime::{
	pallet_attestation, pallet_disputes,
	pallet_quorum_results::{CacRefusal, Error},
	queries, Attestation, Runtime, System,
};
use pallet_disputes::{DisputeClass, Verdict};

/// What the pool and the call say of a certificate under a dead lease.
fn refuse(
	chain: &mut Chain,
	what: &str,
	cac: concordat_primitives::cac::SignedCac,
	why: LeaseRefusal,
) {
	let why = CacRefusal::Lease(why);
	let expected = (why.into(), Error::<Runtime>::from(why).into());
	assert_eq!(chain.refused(what, deliver(cac)), expected, "{what}");
}

#[test]
fn a_lease_that_expires_in_the_middle_of_a_job_ends_the_right_to_deliver() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave: Enclave = chain.enclave(1);
	// 60 s are 30 blocks: longer than the job may take, or the node would not be asked.
	chain.attest(&enclave, 60);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let expires_at = chain.read(|| Attestation::lease_of_node(enclave.node)).unwrap().expires_at;
	assert!(terms.seats[0].deliver_by <= expires_at);
	let early = enclave.certify(&mut chain, &terms, b"answer");
	assert!(chain.validate(deliver(early.clone())).is_ok(), "it counts while the lease lives");

	// A dispute stops the clock of the job, but not that of the lease.
	let evidence = Hash::repeat_byte(0xe7);
	let open =
		pallet_disputes::Call::<Runtime>::open { job, evidence, class: DisputeClass::Performance };
	chain.block(|| vec![signed("//Bob", open)]);
	while chain.read(System::block_number) < expires_at {
		chain.pass(1);
	}
	let resolve = pallet_disputes::Call::<Runtime>::resolve { dispute: 0, verdict: Verdict::Wonky };
	chain.block(|| vec![sudo(resolve)]);
	let view = chain.job(job);
	assert!(view.status.is_assigned(), "{:?}", view.status);
	assert!(view.seats[0].deliver_by > expires_at, "there would be time left");
	let lease = chain.read(|| queries::attestation(enclave.node)).unwrap();
	assert_eq!(lease.refusal, Some(LeaseRefusal::Expired));
	assert_eq!(chain.node(enclave.node).status, NodeStatus::Inactive(InactiveReason::LeaseLost));

	let terms = chain.terms(job);
	let late = enclave.certify(&mut chain, &terms, b"answer");
	refuse(&mut chain, "after the lease", late, LeaseRefusal::Expired);
	refuse(&mut chain, "signed while it lived", early.clone(), LeaseRefusal::Expired);

	// A fresh lease for the same key and the same code renews the old one, and with it the right to deliver.
	chain.attest(&enclave, 3_600);
	let renewed = chain.read(|| Attestation::lease_of_node(enclave.node)).unwrap();
	assert!(
		renewed.id > early.statement.body().lease,
		"the certificate names the lease of the seat"
	);
	chain.block(|| vec![deliver(early)]);
	let view = chain.job(job);
	assert_eq!(view.status, JobStatus::Completed);
	assert!(view.paid > 0);
}

#[test]
fn a_lease_that_governance_ends_takes_the_right_to_deliver_with_it_at_once() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave(1);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let cac = enclave.certify(&mut chain, &terms, b"answer");
	let lease = cac.statement.body().lease;
	chain.block(|| vec![sudo(pallet_attestation::Call::<Runtime>::invalidate { lease })]);
	refuse(&mut chain, "at once", cac, LeaseRefusal::None);
}

#[test]
fn a_node_whose_lease_ends_before_the_deadline_is_not_asked() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave(1);
	chain.attest(&enclave, 20);
	let job = chain.dispatch(Default::default());
	let view = chain.job(job);
	assert_eq!(view.status, JobStatus::Pending);
	assert!(view.seats.is_empty() && view.waiting.is_some());
	// With a lease that lasts, the same job is placed.
	chain.attest(&enclave, 3_600);
	chain.pass(1);
	assert_eq!(chain.job(job).status, JobStatus::Scheduled);
}

#[test]
fn a_measurement_revoked_in_the_middle_of_a_job_ends_the_right_to_deliver() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave(1);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let cac = enclave.certify(&mut chain, &terms, b"answer");
	let measurement = cac.statement.body().measurement;
	let revoke = pallet_attestation::Call::<Runtime>::revoke_measurement { measurement };
	chain.block(|| vec![sudo(revoke)]);
	let lease = chain.read(|| queries::attestation(enclave.node)).unwrap();
	assert_eq!(lease.refusal, Some(LeaseRefusal::MeasurementRevoked));
	let rich = chain.wealth(&account(&enclave.controller));
	// The pool asks at the end of this block; the next one ends the lease before anything else.
	let revoked = CacRefusal::Lease(LeaseRefusal::MeasurementRevoked);
	let none = CacRefusal::Lease(LeaseRefusal::None);
	let expected = (revoked.into(), Error::<Runtime>::from(none).into());
	assert_eq!(chain.refused("of revoked code", deliver(cac)), expected);
	assert_eq!(chain.wealth(&account(&enclave.controller)), rich);
}
