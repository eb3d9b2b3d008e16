//! The allow-list of code: proposed, sunset and revoked by those who govern, while clauses and jobs depend on it.

use crate::{
	chain::{account, deliver, signed, signed_after, sudo, Chain},
	completing::wait_for,
	enclave::Enclave,
	platforms::Platform,
};
use concordat_attestation::{simulator::dev::DevKind, Measurement};
use concordat_primitives::{
	attest::{LeaseRefusal, MeasurementStatus},
	clause::ExecutionMode,
	job::{FailureReason, JobConstraints, JobStatus},
	receipt::Operation,
	BlockNumber, ClauseId,
};
use concordat_runtime::{
	genesis_presets::{SIMULATED_MEASUREMENT, SIMULATED_SGX_MEASUREMENT},
	pallet_attestation::{self, Error as Refused, Event, Measurements},
	pallet_clause_registry,
	pallet_governance_timelocks::{self, ProposalStatus},
	pallet_quorum_results::CacRefusal,
	queries, Governance, Runtime, RuntimeCall, RuntimeEvent, System,
};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

type Call = pallet_attestation::Call<Runtime>;

/// Blocks for which a decision of the council is locked here.
const LOCK: BlockNumber = 3;
/// Blocks for which a measurement is announced here.
const TIMELOCK: BlockNumber = 12;
/// Shortest grace here.
const GRACE: BlockNumber = 10;
/// Blocks for which a finished job is kept here, in case it is disputed.
const WINDOW: BlockNumber = 60;

fn governed() -> Chain {
	Chain::with_genesis(serde_json::json!({
		"governance": { "delays": {
			"upgrade": LOCK, "parameters": LOCK, "nodeAddition": LOCK, "nodeRemoval": LOCK, "emergency": 0,
		} },
		"attestation": { "params": { "measurementTimelock": TIMELOCK, "minGrace": GRACE } },
		"jobDispatch": { "params": { "challengeWindow": WINDOW } },
	}))
}

/// The whole council decides; whether what it decided succeeded when the lock was over.
fn enact(chain: &mut Chain, call: Call) -> bool {
	let call = Box::new(RuntimeCall::from(call));
	let proposal = chain.read(pallet_governance_timelocks::NextProposal::<Runtime>::get);
	let propose = pallet_governance_timelocks::Call::<Runtime>::propose { call };
	chain.block(|| vec![signed("//Bob", propose)]);
	let vote = || pallet_governance_timelocks::Call::<Runtime>::vote { proposal, aye: true };
	// The last vote comes too late where two of three suffice.
	chain.block_with(|| ["//Alice", "//Bob", "//Charlie"].map(|who| signed(who, vote())).into());
	for _ in 0..=LOCK + 1 {
		let status = chain.read(|| Governance::proposal(proposal)).unwrap().0.status;
		if let ProposalStatus::Enacted { ok, .. } = status {
			return ok;
		}
		chain.pass(1);
	}
	panic!("{:?}", chain.read(|| Governance::proposal(proposal)).unwrap().0.status);
}

fn status(chain: &mut Chain, measurement: Measurement) -> Option<MeasurementStatus> {
	chain.read(|| Measurements::<Runtime>::get(measurement))
}

/// Lets blocks pass up to this one.
fn until(chain: &mut Chain, block: BlockNumber) {
	let now = chain.read(System::block_number);
	chain.pass(block.saturating_sub(now));
}

fn changed(measurement: Measurement, state: u8) -> impl Fn(&Operation) -> bool {
	move |one| *one == Operation::MeasurementChanged { measurement, state }
}

fn preferring(enclave: &Enclave) -> JobConstraints {
	JobConstraints { preferred: vec![enclave.node].try_into().unwrap(), ..Default::default() }
}

#[test]
fn a_measurement_lives_as_the_council_decides_and_never_strands_a_clause() {
	let mut chain = governed();
	let own = |minor| ClauseId::parse(&format!("TEST::Own@1.{minor}")).unwrap();
	let [first, second] = [[0x41; 48], [0x42; 48]].map(Measurement);
	let mut enclave = chain.unattested(2, Platform::new(DevKind::Tdx, "two"));
	enclave.code = first.0;
	let not_allowed = Ok(Err(Refused::<Runtime>::MeasurementNotAllowed.into()));
	assert_eq!(chain.show(&enclave), not_allowed, "nobody has heard of it");

	// Proposed: everybody can look at it, and it does not count yet.
	assert!(enact(&mut chain, Call::propose_measurement { measurement: first }));
	let Some(MeasurementStatus::Proposed { active_at }) = status(&mut chain, first) else {
		panic!("{:?}", status(&mut chain, first))
	};
	assert!(active_at > chain.read(System::block_number));
	assert_eq!(chain.show(&enclave), not_allowed, "its time has not come");
	until(&mut chain, active_at);
	assert_eq!(
		status(&mut chain, first),
		Some(MeasurementStatus::Active { since: active_at }),
		"the timelock is over"
	);
	assert_eq!(chain.show(&enclave), Ok(Ok(())));
	chain.proved("of the proposal", changed(first, 0));
	chain.proved("of its beginning", changed(first, 1));

	// A clause that names it alone holds it.
	chain.register_choosy(own(0), &[first]);
	let other = chain.enclave_on(1, DevKind::Sgx);
	let job = chain.dispatch_to(own(0), preferring(&other));
	let terms = chain.terms(job);
	assert_eq!(terms.seats[0].node, enclave.node, "only its code is accepted");
	let cac = deliver(enclave.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	let sunset = || Call::sunset_measurement { measurement: first, grace: GRACE };
	assert!(!enact(&mut chain, sunset()), "the clause would have none left");
	assert!(matches!(status(&mut chain, first), Some(MeasurementStatus::Active { .. })));
	let short = Call::sunset_measurement { measurement: first, grace: GRACE - 1 };
	let results = chain.block_with(|| vec![sudo(short)]);
	assert_eq!(results, [Ok(Ok(()))], "the root key's call itself reports by event");
	assert!(matches!(status(&mut chain, first), Some(MeasurementStatus::Active { .. })));

	// Its successor is there, and the clause's next version names both.
	assert!(enact(&mut chain, Call::propose_measurement { measurement: second }));
	chain.pass(TIMELOCK);
	assert!(matches!(status(&mut chain, second), Some(MeasurementStatus::Active { .. })));
	chain.register_choosy(own(1), &[first, second]);
	let retire = |id| pallet_clause_registry::Call::<Runtime>::retire { id };
	chain.block(|| vec![signed("//Alice", retire(own(0)))]);
	assert!(!enact(&mut chain, sunset()), "the job may have to be run again");
	chain.pass(WINDOW);
	assert!(enact(&mut chain, sunset()));
	let Some(MeasurementStatus::Sunset { until: end }) = status(&mut chain, first) else {
		panic!("{:?}", status(&mut chain, first))
	};
	chain.block(|| vec![sudo(Call::revoke_measurement { measurement: second })]);
	assert!(chain.read(System::block_number) < end, "within the grace");

	// Now it is the clause's last: it does not lapse, and everybody is told.
	until(&mut chain, end);
	let told = chain.events().into_iter().find_map(|event| match event {
		RuntimeEvent::Attestation(Event::SunsetPostponed { measurement, until, clause }) => {
			Some((measurement, until, clause))
		},
		_ => None,
	});
	assert_eq!(told, Some((first, end + GRACE, Some(own(1)))));
	assert_eq!(status(&mut chain, first), Some(MeasurementStatus::Sunset { until: end + GRACE }));
	let lease = chain.read(|| queries::attestation(enclave.node)).unwrap();
	assert_eq!(lease.refusal, None, "it counts until the last block of the postponement");

	// When the clause is gone, the sunset comes to its end, and so do the leases.
	chain.block(|| vec![signed("//Alice", retire(own(1)))]);
	until(&mut chain, end + GRACE);
	assert_eq!(status(&mut chain, first), Some(MeasurementStatus::Expired { at: end + GRACE }));
	chain.pass(1);
	assert_eq!(chain.read(|| queries::attestation(enclave.node)), None);
	assert_eq!(chain.show(&enclave), not_allowed, "it has expired");
	chain.proved("of the sunset", changed(first, 2));
	chain.proved("of the end", changed(first, 3));
	chain.proved("of the revocation", changed(second, 4));

	// What expired can be proposed again, and a proposal withdrawn; what was revoked stays so.
	assert!(enact(&mut chain, Call::propose_measurement { measurement: first }));
	assert!(enact(&mut chain, Call::withdraw_measurement { measurement: first }));
	assert_eq!(status(&mut chain, first), None);
	chain.proved("of the withdrawal", changed(first, 5));
	assert!(!enact(&mut chain, Call::propose_measurement { measurement: second }));
	assert!(matches!(status(&mut chain, second), Some(MeasurementStatus::Revoked { .. })));
}

#[test]
fn a_revocation_counts_in_its_own_block_and_jobs_go_to_other_code() {
	let mut chain = governed();
	chain.register_clause(ExecutionMode::Single);
	let tdx = chain.enclave_on(1, DevKind::Tdx);
	let amd = chain.enclave_on(2, DevKind::Snp);
	let sgx = chain.enclave_on(3, DevKind::Sgx);
	let job = chain.dispatch(preferring(&tdx));
	let terms = chain.terms(job);
	assert_eq!(terms.seats[0].node, tdx.node);
	let ack = tdx.acknowledge(&mut chain, &terms);
	chain.block(|| vec![ack]);
	let cac = tdx.certify(&mut chain, &terms, b"answer");
	assert!(chain.validate(deliver(cac.clone())).is_ok(), "it would count");

	let measurement = SIMULATED_MEASUREMENT;
	let results =
		chain.block_with(|| vec![sudo(Call::revoke_measurement { measurement }), deliver(cac)]);
	let why: InvalidTransaction = CacRefusal::Lease(LeaseRefusal::MeasurementRevoked).into();
	assert_eq!(results, [Ok(Ok(())), Err(TransactionValidityError::Invalid(why))]);
	for (enclave, refusal) in [
		(&tdx, Some(LeaseRefusal::MeasurementRevoked)),
		(&amd, Some(LeaseRefusal::MeasurementRevoked)),
		(&sgx, None),
	] {
		let lease = chain.read(|| queries::attestation(enclave.node)).unwrap();
		assert_eq!(lease.refusal, refusal, "node {}", enclave.node);
	}
	chain.pass(1);
	assert_eq!(chain.read(|| queries::attestation(tdx.node)), None, "the hook has ended it");
	wait_for(&mut chain, job, |view| view.seats.iter().any(|seat| seat.node == sgx.node));
	let terms = chain.terms(job);
	let cac = deliver(sgx.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
	let refused = Ok(Err(Refused::<Runtime>::MeasurementNotAllowed.into()));
	assert_eq!(chain.show(&tdx), refused);
	chain.proved("of the revocation", changed(measurement, 4));
	chain.proved(
		"of a lost lease",
		|one| matches!(one, Operation::LeaseLost { node, .. } if *node == tdx.node),
	);
}

#[test]
fn a_job_whose_nodes_all_run_revoked_code_fails_and_is_refunded() {
	let mut chain = governed();
	chain.register_clause(ExecutionMode::Single);
	let enclaves: Vec<Enclave> = (1..=3).map(|number| chain.enclave(number)).collect();
	let timeout = JobConstraints { timeout_blocks: Some(60), ..Default::default() };
	let before = chain.held(&account("//Bob"));
	let job = chain.dispatch(timeout);
	assert!(chain.job(job).status.is_assigned());
	assert!(chain.held(&account("//Bob")) > before);
	chain.block(|| {
		[SIMULATED_MEASUREMENT, SIMULATED_SGX_MEASUREMENT]
			.into_iter()
			.zip(0..)
			.map(|(measurement, before)| {
				let call = Box::new(Call::revoke_measurement { measurement }.into());
				let sudo = concordat_runtime::pallet_sudo::Call::<Runtime>::sudo { call };
				signed_after("//Alice", sudo, before)
			})
			.collect()
	});
	for enclave in &enclaves {
		let lease = chain.read(|| queries::attestation(enclave.node)).unwrap();
		assert_eq!(lease.refusal, Some(LeaseRefusal::MeasurementRevoked));
	}
	let view = wait_for(&mut chain, job, |view| view.status.is_final());
	assert!(
		matches!(view.status, JobStatus::Failed(FailureReason::Silence) | JobStatus::Expired),
		"{:?}",
		view.status
	);
	assert_eq!((view.paid, view.escrow), (0, 0));
	assert_eq!(chain.held(&account("//Bob")), before, "nothing stays on hold");
}
