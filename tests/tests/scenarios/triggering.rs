//! What sets jobs off without a person asking for each, and what holds them back.

use crate::{
	chain::{account, clause, deliver, signed, sudo, Chain, PROGRAM},
	completing::wait_for,
	enclave::seated,
};
use concordat_primitives::{
	bundle::{
		reading::{Fixed, OracleKey, Reading, ReadingValue, SourceId, SourceKind, SourceSpec},
		trigger::{Cause, Comparison, Condition, FiringEnd, TriggerId, TriggerSpec, TriggerStatus},
		BundleSpec, Part,
	},
	clause::{ExecutionMode, RiskClass, TriggerKind},
	hashing::{input_commitment, lineage, output_hash},
	job::{JobClass, JobConstraints, JobInput, JobStatus, PauseSubject},
	receipt::Operation,
	runtime_api::runtime_decl_for_orchestration_api::OrchestrationApi,
	text::Name,
	units::CDT,
	views::TriggerView,
	workflow::JobParent,
	BlockNumber, ClauseId, Hash,
};
use concordat_runtime::{
	pallet_job_dispatch::{self, refusal::Refusal},
	pallet_triggers::{self, quota::Quota, Error, QuotaScope},
	queries, Runtime, RuntimeEvent, System, Triggers,
};
use sp_core::{crypto::Pair as _, ed25519};
use sp_runtime::DispatchResult;

/// Who has the source and the triggers.
const OWNER: &str = "//Charlie";
/// Blocks for which a reading counts.
const MAX_AGE: BlockNumber = 5;

fn oracle(number: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[0x60 + number; 32])
}

fn name(text: &str) -> Name {
	Name::parse(text).unwrap()
}

fn station() -> Part {
	Part::Static { key: name("station"), value: b"Bogor".to_vec().try_into().unwrap() }
}

/// A trigger of the scenarios' clause, as it is mostly asked for.
fn spec(condition: Condition, parts: Vec<Part>) -> TriggerSpec {
	let schedule = matches!(condition, Condition::Schedule { .. });
	TriggerSpec {
		clause: clause(),
		condition,
		input: BundleSpec {
			name: name("rain-alert"),
			version: 1,
			parts: parts.try_into().unwrap(),
		},
		constraints: Default::default(),
		cooldown: if schedule { 0 } else { 1 },
		until: None,
		max_firings: 10,
		funding: 5 * CDT,
	}
}

/// Registers a source of rain gauges, of which both oracles have to sign.
fn register_source(chain: &mut Chain) -> SourceId {
	let keys = [1, 2].map(|number| OracleKey::Ed25519(oracle(number).public().0));
	let spec = SourceSpec {
		kind: SourceKind::Sensor,
		name: name("bogor.rain"),
		data_type: name("precipitation-mm"),
		keys: keys.to_vec().try_into().unwrap(),
		quorum: 2,
		max_age: MAX_AGE,
		decimals: 2,
		min: Fixed::whole(0),
		max: Fixed::whole(500),
		open: false,
	};
	let call = pallet_triggers::Call::<Runtime>::register_source { spec };
	chain.block(|| vec![signed(OWNER, call)]);
	chain.read(|| Runtime::sources(0, 10)).items.last().unwrap().id
}

fn create(chain: &mut Chain, spec: TriggerSpec) -> TriggerId {
	let call = pallet_triggers::Call::<Runtime>::create_trigger { spec: Box::new(spec) };
	chain.block(|| vec![signed(OWNER, call)]);
	chain.read(|| Runtime::triggers(0, 10)).items.last().unwrap().id
}

fn trigger(chain: &mut Chain, id: TriggerId) -> TriggerView {
	chain.read(|| Runtime::trigger(id)).unwrap()
}

/// A reading of so many hundredths, observed `age` blocks before the next one.
fn reading(chain: &mut Chain, source: SourceId, sequence: u64, value: i128, age: u32) -> Reading {
	chain.read(|| Reading {
		genesis: System::block_hash(0),
		source,
		sequence,
		value: ReadingValue::Number(Fixed(value * 10_000_000)),
		observed_at: System::block_number() + 1 - age,
		observed_ms: 1_763_720_000_000,
	})
}

/// Has somebody post a reading, signed by these oracles.
fn post(chain: &mut Chain, reading: &Reading, oracles: [u8; 2]) -> DispatchResult {
	let message = reading.message();
	let signatures = (0..).zip(oracles).map(|(at, one)| (at, oracle(one).sign(&message).0));
	let call = pallet_triggers::Call::<Runtime>::post_reading {
		reading: Box::new(reading.clone()),
		signatures: signatures.collect::<Vec<_>>().try_into().unwrap(),
	};
	chain.block_with(|| vec![signed("//Dave", call)])[0].unwrap()
}

#[test]
fn a_reading_above_the_threshold_sets_a_job_off_in_the_next_block() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves = [chain.enclave(1)];
	let source = register_source(&mut chain);
	let condition =
		Condition::Sensor { source, comparison: Comparison::Above(Fixed::whole(50)), sustained: 1 };
	let id = create(&mut chain, spec(condition, vec![station(), Part::Latest(source)]));

	let calm = reading(&mut chain, source, 1, 5_000, 1);
	assert_eq!(post(&mut chain, &calm, [1, 2]), Ok(()));
	chain.pass(2);
	assert_eq!(chain.read(queries::totals).jobs, 0, "not above");

	let storm = reading(&mut chain, source, 2, 5_225, 1);
	assert_eq!(post(&mut chain, &storm, [1, 2]), Ok(()));
	assert_eq!(chain.read(queries::totals).jobs, 0);
	let funding = trigger(&mut chain, id).spec.funding;
	chain.pass(1);
	let now = chain.read(System::block_number);
	let view = trigger(&mut chain, id);
	let firing = *view.firings.last().expect("it has fired");
	assert_eq!((firing.firing, firing.at, firing.end), (1, now, None));
	assert_eq!(firing.cause, Cause::Reading { sequence: 2 });
	let terms = chain.terms(firing.job);
	assert_eq!(terms.status, JobStatus::Scheduled, "opened and placed in one block");

	// The bundle is what its parts say, byte by byte.
	let observed = storm.observed_at;
	let text = format!(
		"rain-alert/1\nstation=Bogor\nrows=1\n---\n\
		 part,source,name,sequence,observed_at,fresh_until,time_ms,value,len,location\n\
		 1,{source},bogor.rain,2,{observed},{},1763720000000,52.25,,\n",
		observed + MAX_AGE
	);
	let input = chain.read(|| pallet_job_dispatch::Inputs::<Runtime>::get(firing.job));
	let bytes = text.clone().into_bytes();
	assert_eq!(input, Some(JobInput::Inline(bytes.try_into().unwrap())));
	assert_eq!(firing.bundle, input_commitment(text.as_bytes()));
	assert_eq!(firing.bundle, terms.input);
	let order = chain.read(|| pallet_job_dispatch::Orders::<Runtime>::get(firing.job)).unwrap();
	assert_eq!(order.trigger, TriggerKind::Sensor);
	assert_eq!(order.parent, Some(JobParent::Trigger { id, firing: 1 }));
	assert_eq!(order.requester, account(OWNER));
	let fee = chain.read(pallet_triggers::Parameters::<Runtime>::get).firing_fee;
	let cost = order.quote.total + order.quote.deposit + fee;
	assert_eq!(view.spec.funding, funding - cost, "out of what was set aside for it");

	let node = seated(&terms, &enclaves)[0];
	let cac = deliver(node.certify(&mut chain, &terms, b"alert"));
	chain.block(|| vec![cac]);
	let end = trigger(&mut chain, id).firings.last().unwrap().end;
	assert_eq!(end, Some(FiringEnd::Completed(output_hash(b"alert"))));
	let fired = chain.proved("fired", |one| matches!(one, Operation::TriggerFired { .. }));
	let (job, bundle) = (Some(firing.job), firing.bundle);
	assert_eq!(fired, Operation::TriggerFired { trigger: id, firing: 1, job, bundle });
}

#[test]
fn a_reading_that_is_stale_forged_or_replayed_is_refused() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let source = register_source(&mut chain);
	chain.pass(MAX_AGE);
	let fails = |chain: &mut Chain, reading: &Reading, oracles, error: Error<Runtime>| {
		assert_eq!(post(chain, reading, oracles), Err(error.into()));
	};
	let old = reading(&mut chain, source, 1, 6_000, MAX_AGE + 1);
	fails(&mut chain, &old, [1, 2], Error::Stale);
	let future = Reading { observed_at: old.observed_at + 1_000, ..old.clone() };
	fails(&mut chain, &future, [1, 2], Error::FromTheFuture);
	let just = reading(&mut chain, source, 1, 6_000, MAX_AGE);
	let elsewhere = Reading { genesis: Hash::repeat_byte(7), ..just.clone() };
	fails(&mut chain, &elsewhere, [1, 2], Error::WrongChain);
	let high = reading(&mut chain, source, 1, 50_001, 1);
	fails(&mut chain, &high, [1, 2], Error::OutOfBounds);
	let good = reading(&mut chain, source, 1, 6_000, 1);
	fails(&mut chain, &good, [1, 3], Error::SignatureInvalid);
	let good = reading(&mut chain, source, 1, 6_000, MAX_AGE);
	assert_eq!(post(&mut chain, &good, [1, 2]), Ok(()), "just fresh enough");
	let again = Reading { observed_at: good.observed_at + 1, ..good };
	fails(&mut chain, &again, [1, 2], Error::Replayed);
	let view = chain.read(|| Runtime::source(source)).unwrap();
	assert_eq!((view.kept, view.last.map(|(sequence, _)| sequence)), (1, Some(1)));
}

#[test]
fn a_schedule_fires_in_each_of_its_windows_and_ends() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let start = chain.read(System::block_number) + 4;
	let condition = Condition::Schedule { start, every: 5, count: 3 };
	let id = create(&mut chain, spec(condition, vec![station()]));
	for window in 0..3 {
		let at = start + window * 5;
		let before = chain.read(System::block_number);
		chain.pass(at - 1 - before);
		assert_eq!(trigger(&mut chain, id).counts.opened, window, "not before its block");
		chain.pass(1);
		let view = trigger(&mut chain, id);
		let firing = view.firings.last().unwrap();
		assert_eq!((view.counts.opened, firing.at), (window + 1, at));
		assert_eq!(firing.cause, Cause::Window(window));
	}
	chain.pass(10);
	let view = trigger(&mut chain, id);
	assert_eq!((view.status, view.next_window), (TriggerStatus::Ended, None));
	assert_eq!((view.counts.opened, view.counts.missed), (3, 0));
	assert_eq!(chain.read(queries::totals).jobs, 3);
	// All three ran on the same bytes.
	assert!(view.firings.windows(2).all(|pair| pair[0].bundle == pair[1].bundle));
	// What is left comes back with its removal.
	let owner = account(OWNER);
	let (held, set_aside) = (chain.held(&owner), view.spec.funding + view.deposit);
	let remove = pallet_triggers::Call::<Runtime>::remove_trigger { trigger: id };
	chain.block(|| vec![signed(OWNER, remove)]);
	assert_eq!(chain.held(&owner), held - set_aside);
}

#[test]
fn the_end_of_one_triggers_job_sets_off_the_next() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let after = ClauseId::parse("TEST::After@1.0").unwrap();
	chain.register_version(after.clone(), PROGRAM, ExecutionMode::Single);
	let enclaves = [chain.enclave(1)];
	let manual = create(&mut chain, spec(Condition::Manual, vec![station()]));
	let parts = vec![Part::Dependency { key: name("before") }];
	let waiting = TriggerSpec {
		clause: after.clone(),
		..spec(Condition::Dependency { on: clause() }, parts)
	};
	let dependent = create(&mut chain, waiting);
	let fire = || pallet_triggers::Call::<Runtime>::fire { trigger: manual };
	let results = chain.block_with(|| vec![signed("//Dave", fire())]);
	assert!(results[0].unwrap().is_err(), "not a stranger's business");
	chain.block(|| vec![signed(OWNER, fire())]);
	chain.pass(1);
	let first = trigger(&mut chain, manual).firings.last().unwrap().job;
	let terms = chain.terms(first);
	let cac = deliver(seated(&terms, &enclaves)[0].certify(&mut chain, &terms, b"alert"));
	chain.block(|| vec![cac]);
	chain.pass(1);
	let firing = *trigger(&mut chain, dependent).firings.last().expect("in the next block");
	assert_eq!(firing.cause, Cause::Dependency { job: first, output: output_hash(b"alert") });
	let order = chain.read(|| pallet_job_dispatch::Orders::<Runtime>::get(firing.job)).unwrap();
	assert_eq!((order.clause, order.dependencies.to_vec()), (after, vec![first]));
	assert_eq!(order.lineage, lineage(&[output_hash(b"alert")]));
	let text = format!(
		"rain-alert/1\nbefore={}\nbefore.job={first}\nrows=0\n---\n\
		 part,source,name,sequence,observed_at,fresh_until,time_ms,value,len,location\n",
		hex::encode(output_hash(b"alert"))
	);
	assert_eq!(firing.bundle, input_commitment(text.as_bytes()));
	// It certifies what it was given.
	let terms = chain.terms(firing.job);
	let cac = deliver(seated(&terms, &enclaves)[0].certify(&mut chain, &terms, b"done"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(firing.job).status, JobStatus::Completed);
}

#[test]
fn a_quota_of_one_job_refuses_the_second_and_lets_a_critical_one_pass() {
	let mut chain = Chain::new();
	let id = ClauseId::parse("TEST::Critical@1.0").unwrap();
	let mode = ExecutionMode::Quorum { k: 2, n: 3 };
	chain.register_risky(id.clone(), mode, RiskClass::Critical);
	let scope = || QuotaScope::Dao(account("//Alice"));
	let quota = Some(Quota { jobs: 1, window: 1_000, burst: 1 });
	let call = pallet_triggers::Call::<Runtime>::set_quota { scope: scope(), quota };
	chain.block(|| vec![sudo(call)]);
	let left = |chain: &mut Chain| {
		let view = chain.read(|| Triggers::quota(scope())).expect("there is a quota");
		(view.left, view.burst_left)
	};
	assert_eq!(left(&mut chain), (1, 1));
	let dispatch = |chain: &mut Chain, class| {
		let constraints = JobConstraints { class, ..Default::default() };
		let input = JobInput::Inline(b"question".to_vec().try_into().unwrap());
		let clause = id.clone();
		let call = pallet_job_dispatch::Call::<Runtime>::dispatch { clause, input, constraints };
		chain.block(|| vec![signed("//Bob", call)]);
		let refused = chain.events().into_iter().find_map(|event| match event {
			RuntimeEvent::JobDispatch(pallet_job_dispatch::Event::DispatchRefused {
				reason,
				receipt,
				..
			}) => Some((reason, receipt)),
			_ => None,
		});
		(chain.read(queries::totals).jobs, refused)
	};
	assert_eq!(dispatch(&mut chain, JobClass::Normal), (1, None));
	assert_eq!(left(&mut chain), (0, 1));
	let held = chain.held(&account("//Bob"));
	let (jobs, refused) = dispatch(&mut chain, JobClass::High);
	let (reason, receipt) = refused.expect("the quota is used up");
	assert_eq!((jobs, reason), (1, Refusal::QuotaOfDao));
	assert_eq!(chain.held(&account("//Bob")), held, "nothing is held for it");
	assert_eq!(dispatch(&mut chain, JobClass::Critical), (2, None), "out of the burst");
	assert_eq!(left(&mut chain), (0, 0));
	let (jobs, refused) = dispatch(&mut chain, JobClass::Critical);
	assert_eq!((jobs, refused.map(|(reason, _)| reason)), (2, Some(Refusal::QuotaOfDao)));
	let reason = Refusal::QuotaOfDao.code();
	let proved = chain.proved_by_id(receipt);
	assert_eq!(proved, Operation::DispatchRefused { clause: id.clone(), reason });
}

#[test]
fn a_forecast_holds_jobs_back_until_its_time_is_over() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclaves = [chain.enclave(1)];
	let declare = |risk, blocks| pallet_triggers::Call::<Runtime>::declare_forecast {
		subject: PauseSubject::Clause(clause()),
		risk,
		evidence: Hash::repeat_byte(0xf0),
		blocks,
	};
	let results = chain.block_with(|| vec![signed("//Dave", declare(900_000, 20))]);
	assert!(results[0].unwrap().is_err(), "not a stranger's business");
	chain.block(|| vec![signed("//Alice", declare(900_000, 20))]);
	let until = chain.read(System::block_number) + 20;
	let job = chain.dispatch(Default::default());
	assert_eq!(chain.job(job).status, JobStatus::Paused);
	let subject = PauseSubject::Clause(clause());
	let forecast = chain.read(|| Triggers::forecast(subject)).unwrap();
	assert_eq!((forecast.risk, forecast.until), (900_000, until));

	let view = wait_for(&mut chain, job, |view| view.status != JobStatus::Paused);
	let now = chain.read(System::block_number);
	assert!(now >= until, "block {now} is before {until}");
	assert!(now <= until + 1, "block {now} is long after {until}");
	let view = if view.status.is_assigned() {
		view
	} else {
		wait_for(&mut chain, job, |view| view.status.is_assigned())
	};
	assert_eq!(view.attempts, 1);
	let terms = chain.terms(job);
	let node = seated(&terms, &enclaves)[0];
	let cac = deliver(node.certify(&mut chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);

	// Below the threshold it is on record and holds nothing back.
	chain.block(|| vec![signed("//Alice", declare(600_000, 20))]);
	let job = chain.dispatch(Default::default());
	assert_eq!(chain.job(job).status, JobStatus::Scheduled);
}
