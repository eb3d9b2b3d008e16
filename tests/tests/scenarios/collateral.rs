//! Platforms whose standing changes while jobs run: recoveries, revocations, policies, the clock.

use crate::{
	chain::{account, clause, deliver, signed, signed_after, sudo, Chain},
	completing::wait_for,
	enclave::{seated, Enclave},
	platforms::{posts, Platform},
	rounds::play,
};
use concordat_attestation::{dev_anchors, simulator::dev::DevKind, Error, Part, TcbStatus, Vendor};
use concordat_primitives::{
	attest::{LeaseRefusal, RiskClasses},
	cac::SignedCac,
	clause::{ExecutionMode, RiskClass},
	job::{JobConstraints, JobInput, JobStatus},
	node::{InactiveReason, NodeStatus},
	receipt::Operation,
	traits::LeaseInspect,
	units::CDT,
	views::{Announcement, ForecastCause, LeaseView},
	ClauseId, Hash, LeaseId, NodeId,
};
use concordat_runtime::{
	configs::protocol::TreasuryAccount,
	pallet_attestation::{self, Error as Refused, Event, LossCause, Params, Refusal},
	pallet_job_dispatch,
	pallet_quorum_results::{CacRefusal, Error as VoteError},
	queries, Attestation, BalancesCall, Runtime, RuntimeEvent, System,
};
use sp_runtime::DispatchError;

/// Prefers these nodes.
fn preferring(nodes: &[&Enclave]) -> JobConstraints {
	let preferred: Vec<NodeId> = nodes.iter().map(|enclave| enclave.node).collect();
	JobConstraints { preferred: preferred.try_into().unwrap(), ..Default::default() }
}

fn lease_of(chain: &mut Chain, enclave: &Enclave) -> Option<LeaseView> {
	chain.read(|| queries::attestation(enclave.node))
}

fn lease_number(chain: &mut Chain, enclave: &Enclave) -> LeaseId {
	lease_of(chain, enclave).unwrap().lease.id
}

/// Why a lease was lost in the last block.
fn loss(chain: &mut Chain, lost: LeaseId) -> Option<LossCause> {
	chain.events().into_iter().find_map(|event| match event {
		RuntimeEvent::Attestation(Event::LeaseLost { lease, cause, simulated: true, .. })
			if lease == lost =>
		{
			Some(cause)
		},
		_ => None,
	})
}

fn refused(refusal: Refusal) -> sp_runtime::ApplyExtrinsicResult {
	Ok(Err(Refused::<Runtime>::Refused(refusal).into()))
}

/// What the pool and the call say of a certificate whose lease does not count.
fn refuse_vote(chain: &mut Chain, what: &str, cac: SignedCac, why: LeaseRefusal) {
	let why = CacRefusal::Lease(why);
	let expected = (why.into(), VoteError::<Runtime>::from(why).into());
	assert_eq!(chain.refused(what, deliver(cac)), expected, "{what}");
}

/// A seat of the job has an enclave that takes it over and completes the job.
fn taken_over(chain: &mut Chain, job: u64, by: &Enclave) {
	let before = chain.read(System::block_number);
	let view = wait_for(chain, job, |view| view.seats.iter().any(|seat| seat.node == by.node));
	let waited = chain.read(System::block_number) - before;
	assert!(waited * 2 < 30, "replaced within 30 s: {waited} blocks");
	assert!(view.attempts >= 2);
	let terms = chain.terms(job);
	let cac = deliver(by.certify(chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	let view = chain.job(job);
	assert_eq!(view.status, JobStatus::Completed);
	assert!(view.paid > 0);
}

fn is_lost(operation: &Operation, number: LeaseId) -> bool {
	matches!(operation, Operation::LeaseLost { lease, .. } if *lease == number)
}

#[test]
fn a_recovery_in_the_middle_of_a_job_hands_it_to_another_vendor() {
	for kind in [DevKind::Sgx, DevKind::Tdx] {
		let mut chain = Chain::new();
		chain.register_clause(ExecutionMode::Single);
		let intel = chain.enclave_on(1, kind);
		let amd = chain.enclave_on(2, DevKind::Snp);
		let job = chain.dispatch(preferring(&[&intel]));
		let terms = chain.terms(job);
		assert_eq!(terms.seats[0].node, intel.node);
		let ack = intel.acknowledge(&mut chain, &terms);
		chain.block(|| vec![ack]);
		let cac = intel.certify(&mut chain, &terms, b"answer");
		let lease = lease_number(&mut chain, &intel);

		let now = chain.now();
		let news = intel.platform.recovery(now, "OutOfDate", vec!["INTEL-SA-00999"]);
		let outdated = |why: &Error| {
			matches!(why, Error::StatusRefused { found: TcbStatus::OutOfDate, shortfall: Some(_) })
		};
		// Whoever asks is told before anybody posts it.
		let announced = [Announcement::Collateral(news.clone())];
		let forecast = chain.read(|| Attestation::forecast(0, 10, &announced)).unwrap().items;
		let [first, second] = &forecast[..] else { panic!("two leases: {forecast:?}") };
		assert_eq!((first.now, first.then), (RiskClasses::ALL, RiskClasses::NONE));
		assert_eq!(first.refusals.len(), RiskClass::ALL.len());
		assert!(first.refusals.iter().all(|refusal| refusal.at == now
			&& matches!(&refusal.why, ForecastCause::Evidence(why) if outdated(why))));
		assert_eq!((second.now, second.then), (RiskClasses::ALL, RiskClasses::ALL));

		chain.post(vec![news]);
		assert!(lease_of(&mut chain, &intel).unwrap().refusal.is_none(), "judged in the next");
		chain.pass(1);
		let cause = loss(&mut chain, lease);
		assert!(matches!(&cause, Some(LossCause::Evidence(why)) if outdated(why)), "{cause:?}");
		assert_eq!(lease_of(&mut chain, &intel), None);
		let status = chain.node(intel.node).status;
		assert_eq!(status, NodeStatus::Inactive(InactiveReason::LeaseLost));
		refuse_vote(&mut chain, "of the outdated platform", cac, LeaseRefusal::None);

		taken_over(&mut chain, job, &amd);
		let vendor = lease_of(&mut chain, &amd).unwrap().lease.vendor;
		assert_eq!(vendor, Vendor::AmdSevSnp);
		assert_eq!(chain.show(&intel), refused(Refusal::StatusRefused(TcbStatus::OutOfDate)));
		chain.proved("of the recovery", |one| matches!(one, Operation::CollateralPosted { .. }));
		chain.proved("of the lost lease", |one| is_lost(one, lease));
	}
}

#[test]
fn a_lease_that_loses_the_class_of_a_running_job_keeps_routine_work() {
	let mut chain = Chain::new();
	let risky = ClauseId::parse("TEST::Risky@1.0").unwrap();
	chain.register_clause(ExecutionMode::Single);
	chain.register_risky(risky.clone(), ExecutionMode::Quorum { k: 2, n: 2 }, RiskClass::High);
	let intel = chain.enclave_on(1, DevKind::Tdx);
	let amd = chain.enclave_on(2, DevKind::Snp);
	let spare = chain.enclave_on(3, DevKind::Snp);
	let job = chain.dispatch_to(risky.clone(), preferring(&[&intel, &amd]));
	let terms = chain.terms(job);
	let seats: Vec<NodeId> = terms.seats.iter().map(|seat| seat.node).collect();
	assert!(seats.contains(&intel.node) && seats.contains(&amd.node), "{seats:?}");
	let ack = intel.acknowledge(&mut chain, &terms);
	let others = vec![amd.node, spare.node];
	let nowhere_else = pallet_job_dispatch::Call::<Runtime>::dispatch {
		clause: clause(),
		input: JobInput::Inline(b"question".to_vec().try_into().unwrap()),
		constraints: JobConstraints { excluded: others.try_into().unwrap(), ..Default::default() },
	};
	chain.block(|| vec![ack, signed("//Bob", nowhere_else)]);
	let cac = intel.certify(&mut chain, &terms, b"answer");
	assert!(chain.validate(intel.commit(&cac)).is_ok(), "it would count");
	let lease = lease_number(&mut chain, &intel);

	let now = chain.now();
	let advisories = vec!["INTEL-SA-00999"];
	chain.post(vec![intel.platform.recovery(now, "SWHardeningNeeded", advisories)]);
	let routine_job = job + 1;
	let its_terms = chain.terms(routine_job);
	assert_eq!(its_terms.seats[0].node, intel.node);
	let routine_vote = deliver(intel.certify(&mut chain, &its_terms, b"answer"));
	chain.pass(1);
	let routine = RiskClasses::NONE.with(RiskClass::Low).with(RiskClass::Medium);
	let judged = lease_of(&mut chain, &intel).unwrap();
	assert_eq!(judged.refusal, None);
	assert_eq!(judged.lease.id, lease, "it is the same lease");
	assert_eq!(judged.lease.classes, routine);
	assert_eq!(judged.lease.tcb, TcbStatus::SwHardeningNeeded);
	assert_eq!(chain.node(intel.node).status, NodeStatus::Active);
	let why = CacRefusal::Lease(LeaseRefusal::ClassNotMet);
	let expected = (why.into(), VoteError::<Runtime>::from(why).into());
	assert_eq!(chain.refused("of a class that is lost", intel.commit(&cac)), expected);

	// Routine work goes on as before.
	chain.block(|| vec![routine_vote]);
	assert_eq!(chain.job(routine_job).status, JobStatus::Completed);

	// The job waits for the seat's deadline, no longer; the other vendor's spare node takes it.
	let first = amd.certify(&mut chain, &terms, b"answer");
	let committed = amd.commit(&first);
	chain.block(|| vec![committed]);
	let view = wait_for(&mut chain, job, |view| {
		view.status.is_final() || view.seats.iter().any(|seat| seat.node == spare.node)
	});
	assert!(!view.status.is_final(), "not stranded: {:?}", view.status);
	let terms = chain.terms(job);
	let second = spare.certify(&mut chain, &terms, b"answer");
	let committed = spare.commit(&second);
	chain.block(|| vec![committed]);
	chain.block(|| vec![amd.reveal(&first), spare.reveal(&second)]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);

	// High work no longer goes there.
	let job = chain.dispatch_to(risky, preferring(&[&intel]));
	assert!(chain.terms(job).seats.iter().all(|seat| seat.node != intel.node));
	chain.proved("of the judgement", |one| {
		matches!(one, Operation::LeaseJudged { lease: it, classes, .. } if *it == lease && *classes == routine)
	});
}

#[test]
fn a_certificate_on_a_revocation_list_ends_its_platforms_lease_alone() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let bad = chain.enclave_on(1, DevKind::Sgx);
	let good = chain.enclave_on(2, DevKind::Sgx);
	let job = chain.dispatch(preferring(&[&bad]));
	assert_eq!(chain.terms(job).seats[0].node, bad.node);
	let lease = lease_number(&mut chain, &bad);
	let now = chain.now();
	chain.post(vec![bad.platform.revocation(now)]);
	chain.pass(1);
	let cause = loss(&mut chain, lease);
	assert_eq!(cause, Some(LossCause::Evidence(Error::Revoked(Part::Leaf))));
	assert_eq!(lease_of(&mut chain, &good).unwrap().refusal, None);
	taken_over(&mut chain, job, &good);
	assert_eq!(chain.show(&bad), refused(Refusal::Revoked(Part::Leaf)));
	// The list without it is older than what the chain holds.
	let old = bad.platform.intel(now).pieces(bad.platform.tee()).remove(4);
	let results = chain.block_with(|| posts("//Eve", vec![old]));
	assert_eq!(results, [refused(Refusal::RolledBack(Part::LeafCrl))]);
	chain.proved("of the revocation", |one| is_lost(one, lease));
}

#[test]
fn a_policy_raised_for_one_class_leaves_the_others_alone() {
	let mut chain = Chain::new();
	let critical = ClauseId::parse("TEST::Critical@1.0").unwrap();
	let mode = ExecutionMode::Quorum { k: 2, n: 2 };
	chain.register_clause(ExecutionMode::Single);
	chain.register_risky(critical.clone(), mode, RiskClass::Critical);
	let intel = [chain.enclave_on(1, DevKind::Tdx), chain.enclave_on(2, DevKind::Sgx)];
	let complete = |chain: &mut Chain, clause: &ClauseId, enclaves: &[Enclave]| {
		let job = chain.dispatch_to(clause.clone(), Default::default());
		let terms = chain.terms(job);
		let said: Vec<_> = seated(&terms, enclaves)
			.into_iter()
			.map(|enclave| enclave.certify(chain, &terms, b"answer"))
			.collect();
		if terms.commit_reveal {
			play(chain, enclaves, &said);
		} else {
			chain.block(|| said.into_iter().map(deliver).collect());
		}
		chain.job(job).status
	};
	assert_eq!(complete(&mut chain, &critical, &intel), JobStatus::Completed);

	let mut policy = Box::new(chain.read(|| Attestation::policy(RiskClass::Critical)));
	policy.min_evaluation = 21;
	let class = RiskClass::Critical;
	chain.block(|| {
		vec![sudo(pallet_attestation::Call::<Runtime>::set_quote_policy { class, policy })]
	});
	chain.pass(1);
	for enclave in &intel {
		let lease = lease_of(&mut chain, enclave).unwrap();
		assert_eq!(lease.refusal, None);
		for class in RiskClass::ALL {
			let expected = class != RiskClass::Critical;
			assert_eq!(lease.lease.classes.contains(class), expected, "{class:?}");
		}
	}
	let job = chain.dispatch_to(critical.clone(), Default::default());
	let view = chain.job(job);
	assert_eq!(view.status, JobStatus::Pending, "nobody is asked");
	assert!(view.waiting.is_some());
	assert_eq!(complete(&mut chain, &clause(), &intel), JobStatus::Completed);

	// Better data come: both are judged again, and the job that waits is placed.
	let now = chain.now();
	let mut news = Vec::new();
	for enclave in &intel {
		let mut better = enclave.platform.intel(now);
		(better.issued, better.tcb_evaluation, better.qe_evaluation) = (now - 60, 21, 21);
		news.extend(better.pieces(enclave.platform.tee()).split_off(5));
	}
	chain.post(news);
	let view = wait_for(&mut chain, job, |view| !view.seats.is_empty());
	assert_eq!(view.seats.len(), 2);
	chain.proved("of the policy", |one| {
		matches!(one, Operation::QuotePolicySet { class: RiskClass::Critical, .. })
	});
	chain.proved(
		"of a judgement",
		|one| matches!(one, Operation::LeaseJudged { classes, .. } if *classes == RiskClasses::ALL),
	);
}

#[test]
fn a_lease_ends_with_its_collateral_by_the_clock_even_if_blocks_were_late() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave_on(1, DevKind::Tdx);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let ack = enclave.acknowledge(&mut chain, &terms);
	chain.block(|| vec![ack]);
	let cac = enclave.certify(&mut chain, &terms, b"answer");
	let lease = lease_of(&mut chain, &enclave).unwrap().lease;
	let now = chain.now();
	assert!(lease.not_after > now && lease.not_after < now + 30 * 86_400);

	// The last second counts, the next does not.
	chain.stall(lease.not_after - now - 4);
	chain.pass(1);
	assert_eq!(chain.read(|| Attestation::view(enclave.node)).unwrap().refusal, None);
	chain.pass(2);
	assert!(chain.read(System::block_number) < lease.expires_at, "by blocks it would live");
	let view = lease_of(&mut chain, &enclave).unwrap();
	assert_eq!(view.refusal, Some(LeaseRefusal::Expired));
	refuse_vote(&mut chain, "under outdated collateral", cac.clone(), LeaseRefusal::Expired);
	// The session changes in the next block, which has room for nothing else.
	chain.pass(1);
	assert_eq!(chain.show(&enclave), refused(Refusal::Expired(Part::RootCrl)));

	// Under today's collateral leases are judged again: this one ends, and what comes next begins a new row.
	chain.post_todays(DevKind::Tdx);
	assert_eq!(chain.show(&enclave), Ok(Ok(())));
	let next = lease_of(&mut chain, &enclave).unwrap();
	assert_eq!(next.refusal, None);
	assert!(next.lease.id > lease.id && next.lease.not_after > lease.not_after);
	let next = next.lease.id;
	refuse_vote(&mut chain, "under the dead lease", cac, LeaseRefusal::Superseded);
	chain.proved(
		"of the next lease",
		|one| matches!(one, Operation::LeaseGranted { lease, simulated: true, .. } if *lease == next),
	);
}

#[test]
fn whoever_finds_a_lease_that_no_longer_passes_is_paid_by_the_treasury() {
	let mut chain = Chain::new();
	let treasury = TreasuryAccount::get();
	let fund = BalancesCall::<Runtime>::transfer_keep_alive {
		dest: treasury.clone().into(),
		value: 10 * CDT,
	};
	chain.block(|| vec![signed("//Ferdie", fund)]);
	let own = chain.enclave_on(1, DevKind::Tdx);
	let found = chain.enclave_on(2, DevKind::Tdx);
	let [own_lease, lease] = [&own, &found].map(|enclave| lease_number(&mut chain, enclave));
	let evict = |lease| pallet_attestation::Call::<Runtime>::evict { lease };

	// A look at a good lease costs its fee.
	let rich = chain.wealth(&account("//Dave"));
	let results = chain.block_with(|| vec![signed("//Dave", evict(lease))]);
	assert_eq!(results, [Ok(Err(Refused::<Runtime>::LeaseStillGood.into()))]);
	assert!(chain.wealth(&account("//Dave")) < rich);

	// Posted and found in one block: before the hook comes to it, at no cost, for the reward.
	let now = chain.now();
	let news = found.platform.recovery(now, "OutOfDate", vec![]);
	let reward = chain.read(pallet_attestation::Parameters::<Runtime>::get).eviction_reward;
	assert_eq!(reward, Params::default().eviction_reward);
	let [dave, purse, operator] = [account("//Dave"), treasury, account(&own.controller)]
		.map(|who| (chain.wealth(&who), who));
	chain.block(|| {
		let mut work = posts("//Dave", vec![news]);
		work.push(signed_after("//Dave", evict(lease), 1));
		// Nobody is paid for finding his own.
		work.push(signed(&own.controller, evict(own_lease)));
		work
	});
	let cause = loss(&mut chain, lease);
	assert!(matches!(cause, Some(LossCause::Evidence(Error::StatusRefused { .. }))), "{cause:?}");
	assert!(loss(&mut chain, own_lease).is_some());
	assert_eq!(chain.wealth(&dave.1), dave.0 + reward);
	assert_eq!(chain.wealth(&operator.1), operator.0, "no reward, no fee");
	assert_eq!(chain.wealth(&purse.1), purse.0 - reward);
	let paid = chain.events().into_iter().any(|event| {
		matches!(event, RuntimeEvent::Attestation(Event::FinderRewarded { finder, amount })
			if finder == dave.1 && amount == reward)
	});
	assert!(paid);
	let again = chain.block_with(|| vec![signed("//Dave", evict(lease))]);
	assert_eq!(again, [Ok(Err(Refused::<Runtime>::UnknownLease.into()))]);
	chain.proved("of the find", |one| is_lost(one, lease));
}

#[test]
fn one_platform_vouches_for_one_node_at_a_time() {
	let mut chain = Chain::new();
	for (numbers, kind) in [(1, DevKind::Sgx), (3, DevKind::Tdx), (5, DevKind::Snp)] {
		let platform = Platform::new(kind, &format!("shared {numbers}"));
		let first = chain.unattested(numbers, platform.clone());
		let second = chain.unattested(numbers + 1, platform);
		assert_eq!(chain.show(&first), Ok(Ok(())));
		let in_use = Ok(Err(Refused::<Runtime>::PlatformInUse.into()));
		assert_eq!(chain.show(&second), in_use, "{kind:?}");
		assert_eq!(lease_of(&mut chain, &second), None);
		assert_eq!(lease_of(&mut chain, &first).unwrap().refusal, None);
		// A lease that counts no longer is no obstacle.
		let surrender = pallet_attestation::Call::<Runtime>::surrender { node: first.node };
		chain.block(|| vec![signed(&first.controller, surrender)]);
		assert_eq!(chain.show(&second), Ok(Ok(())), "{kind:?}");
		assert_eq!(chain.show(&first), in_use, "{kind:?}");
		let key = second.key;
		let holder = chain.read(|| {
			use sp_core::Pair as _;
			Attestation::lease_of_key(&key.public().0).map(|lease| lease.node)
		});
		assert_eq!(holder, Some(second.node));
	}
}

#[test]
fn an_anchor_that_is_removed_takes_its_vendor_with_it() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let amd = chain.enclave_on(1, DevKind::Snp);
	let intel = chain.enclave_on(2, DevKind::Sgx);
	let job = chain.dispatch(preferring(&[&amd]));
	assert_eq!(chain.terms(job).seats[0].node, amd.node);
	let lease = lease_number(&mut chain, &amd);
	let [_, _, anchor, _] = dev_anchors::dev_anchors();
	chain.block(|| vec![sudo(pallet_attestation::Call::<Runtime>::remove_anchor { anchor })]);
	chain.pass(1);
	let gone = Error::NoAnchor(Vendor::AmdSevSnp);
	assert_eq!(loss(&mut chain, lease), Some(LossCause::Evidence(gone)));
	taken_over(&mut chain, job, &intel);
	assert_eq!(chain.show(&amd), refused(Refusal::NoAnchor(Vendor::AmdSevSnp)));
	chain.proved("of the anchor", |one| {
		let key = Hash::from(anchor.key);
		matches!(one, Operation::AnchorChanged { anchor, trusted: false } if *anchor == key)
	});
	// Only genesis lets simulation in: nobody can trust a root twice, or an unknown one out.
	let results = chain.block_with(|| {
		let other = concordat_attestation::Anchor { key: [9; 32], ..anchor };
		vec![signed("//Bob", pallet_attestation::Call::<Runtime>::add_anchor { anchor: other })]
	});
	assert_eq!(results, [Ok(Err(DispatchError::BadOrigin))]);
}

#[test]
fn the_genesis_allows_the_enclave_of_this_build() {
	let found = concordat_enclave::attest::measurement();
	let expected = concordat_runtime::genesis_presets::SIMULATED_MEASUREMENT;
	assert_eq!(found, expected, "update SIMULATED_MEASUREMENT to {}", hex::encode(found.0));
	let sgx = Platform::new(DevKind::Sgx, "any").measurement(found.0);
	assert_eq!(sgx, concordat_runtime::genesis_presets::SIMULATED_SGX_MEASUREMENT);
}
