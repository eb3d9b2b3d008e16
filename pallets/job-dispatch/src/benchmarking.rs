//! Benchmarks: one per call, one per step of the hook, one per call of the traits.
//!
//! `place` is the assignment itself. Its reads are recorded by the benchmarking database, so that the output shows
//! that they follow the probes and the seats, and nothing else.

use crate::{
	dispatch_impls::Provenance,
	pallet::*,
	schedule_impls::Context,
	scheduler::{Want, MAX_STRATA},
	types::*,
};
use alloc::{vec, vec::Vec};
use concordat_primitives::{
	attest::Vendor,
	cac::ResourceUsage,
	clause::{ExecutionMode, RiskClass, MAX_INPUT_BYTES, MAX_SEATS, MAX_VOTERS},
	job::{JobClass, JobConstraints, JobInput, JobStatus, Settlement, MAX_BACKUPS},
	node::{NodeProfile, MAX_CAPABILITIES},
	traits::{JobBoard, NodePool},
	units::CDT,
	AccountId, CapabilityId, ClauseId, Hash, JobId, Jurisdiction, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, EnsureOrigin},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::RawOrigin;

/// What only other pallets can set up.
pub trait BenchmarkHelper {
	/// Registers an active clause that everybody may dispatch, with modest limits, of the critical risk class, that
	/// demands no credentials.
	fn active_clause(mode: ExecutionMode, capability: CapabilityId) -> ClauseId;
	/// A node with its own operator and platform, capacity for four jobs, memory for them, a funded controller
	/// and a lease that counts for another day and for every risk class.
	fn node(index: u32) -> (NodeId, NodeProfile);
}

fn capability(index: u32) -> CapabilityId {
	let mut label = *b"bench.0000000000";
	for (byte, digit) in label.iter_mut().skip(6).zip(index.to_be_bytes()) {
		*byte = b'A' + digit % 26;
	}
	CapabilityId(label)
}

fn requester<T: Config>() -> AccountId {
	let who: AccountId = account("requester", 0, 0);
	T::Currency::set_balance(&who, 1_000_000 * CDT);
	// Fees are paid to an account that exists.
	T::Currency::set_balance(&<T::FeeDestination as frame_support::traits::Get<_>>::get(), CDT);
	who
}

fn input(bytes: u32) -> JobInput {
	JobInput::Inline(BoundedVec::truncate_from(vec![7; bytes as usize]))
}

fn clause<T: Config>(seats: u32) -> ClauseId {
	let n = seats as u8;
	T::BenchmarkHelper::active_clause(ExecutionMode::Quorum { k: n / 2 + 1, n }, capability(0))
}

/// As many strata of a capability as there may be but one, none of which meets a risk class: the dearest record to read.
fn crowd<T: Config>(capability: CapabilityId) {
	let mut strata = StrataOf::<T>::get(capability);
	for index in 0..MAX_STRATA {
		if strata.list.len() as u32 + 1 >= MAX_STRATA {
			break;
		}
		let [.., b, c] = index.to_be_bytes();
		let stratum = Stratum {
			jurisdiction: Jurisdiction([b'A' + c % 26, b'A' + c / 26, b'A' + b]),
			sovereign: false,
			vendor: Vendor::AwsNitro,
			simulated: true,
			classes: 0,
		};
		strata.enter(stratum);
	}
	StrataOf::<T>::insert(capability, strata);
}

/// So many nodes in the pools.
fn nodes<T: Config>(count: u32) -> Vec<NodeId> {
	(0..count)
		.map(|index| {
			let (node, profile) = T::BenchmarkHelper::node(index);
			Pallet::<T>::admit(node, profile, &[capability(0)]).expect("a fresh node is admitted");
			node
		})
		.collect()
}

fn dispatched<T: Config>(seats: u32) -> JobId {
	let who = requester::<T>();
	let provenance = Provenance::account(&who);
	Pallet::<T>::do_dispatch(
		who,
		clause::<T>(seats),
		input(1_024),
		JobConstraints::default(),
		provenance,
	)
	.expect("a good request")
	.0
	.expect("is not refused")
}

fn pass_block<T: Config>() {
	let now = frame_system::Pallet::<T>::block_number();
	frame_system::Pallet::<T>::set_block_number(now + 1u32.into());
}

/// A job on so many seats, with all backups there can be.
fn assigned<T: Config>(seats: u32) -> JobId {
	Parameters::<T>::mutate(|params| params.backups = 4);
	nodes::<T>(seats + 4);
	let id = dispatched::<T>(seats);
	pass_block::<T>();
	Pallet::<T>::schedule(&Pallet::<T>::context(), &mut WeightMeter::new());
	assert_eq!(job::<T>(id).status, JobStatus::Scheduled);
	id
}

/// A job on so many seats: seven primaries at most, who have shown what they found, and beyond these a committee of four, of
/// which the record then leaves out whom it has too many.
fn crowded<T: Config>(seats: u32) -> JobId {
	if seats <= MAX_SEATS {
		return assigned::<T>(seats);
	}
	let id = assigned::<T>(MAX_SEATS);
	for phase in 0..2 {
		for seat in job::<T>(id).seats {
			let done = match phase {
				0 => Pallet::<T>::committed(id, seat.attempt, seat.node),
				_ => Pallet::<T>::delivered(id, seat.attempt, seat.node),
			};
			done.expect("in time");
		}
		pass_block::<T>();
	}
	assert_eq!(Pallet::<T>::escalate(id), Ok(MAX_BACKUPS));
	let order = Orders::<T>::get(id).expect("the order is there");
	let surplus = MAX_VOTERS.saturating_sub(seats) as usize;
	let primaries = job::<T>(id).seats.into_iter().take(surplus).map(|seat| seat.node);
	for node in primaries.collect::<Vec<_>>() {
		Pallet::<T>::vacate(id, node, &order, |_| ());
		Jobs::<T>::mutate(id, |job| {
			if let Some(job) = job {
				job.seats.retain(|seat| seat.node != node);
			}
		});
	}
	id
}

fn job<T: Config>(id: JobId) -> Job {
	Jobs::<T>::get(id).expect("the job is there")
}

fn context_at<T: Config>(blocks: u32) -> Context {
	for _ in 0..blocks {
		pass_block::<T>();
	}
	Pallet::<T>::context()
}

fn all_agree<T: Config>(id: JobId) -> Settlement {
	let agreed: Vec<_> =
		job::<T>(id).seats.iter().map(|seat| (seat.node, ResourceUsage::default())).collect();
	Settlement {
		outcome: Ok(Hash::repeat_byte(1)),
		agreed: BoundedVec::truncate_from(
			agreed
				.into_iter()
				.map(|(node, _)| (node, ResourceUsage { fuel: u64::MAX, ..Default::default() }))
				.collect(),
		),
		dissented: Default::default(),
		failed: Default::default(),
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn dispatch(b: Linear<1, MAX_INPUT_BYTES>) {
		let who = requester::<T>();
		let clause = clause::<T>(3);
		#[extrinsic_call]
		_(RawOrigin::Signed(who), clause, input(b), JobConstraints::default());
		assert_eq!(job::<T>(1).status, JobStatus::Pending);
	}

	#[benchmark]
	fn dispatch_refused() {
		let who = requester::<T>();
		// Governance's filter asks last whether there is a verifying key.
		let mode = ExecutionMode::ZkVerifierSet { n: 3 };
		let clause = T::BenchmarkHelper::active_clause(mode, capability(0));
		#[extrinsic_call]
		dispatch(RawOrigin::Signed(who), clause, input(MAX_INPUT_BYTES), JobConstraints::default());
		assert_eq!(Pallet::<T>::next_job(), 1);
	}

	#[benchmark]
	fn cancel() {
		let id = dispatched::<T>(3);
		#[extrinsic_call]
		_(RawOrigin::Signed(requester::<T>()), id);
		assert_eq!(job::<T>(id).status, JobStatus::Cancelled);
	}

	#[benchmark]
	fn pause() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, PauseSubject::Class(JobClass::Low), 10);
		assert_eq!(Switches::<T>::get().len(), 1);
		Ok(())
	}

	#[benchmark]
	fn resume() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let subject = PauseSubject::Class(JobClass::Low);
		Pallet::<T>::do_pause(subject.clone(), 10)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, subject);
		assert!(Switches::<T>::get().is_empty());
		Ok(())
	}

	#[benchmark]
	fn fail_job() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Weightless)?;
		let id = assigned::<T>(MAX_SEATS);
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id);
		assert!(job::<T>(id).status.is_final());
		Ok(())
	}

	#[benchmark]
	fn set_params() {
		#[extrinsic_call]
		_(RawOrigin::Root, Params::default());
	}

	#[benchmark]
	fn tick() {
		#[block]
		{
			// With nothing due and nothing queued: what every block pays.
			Pallet::<T>::tick(&mut WeightMeter::with_limit(Default::default()));
		}
	}

	#[benchmark]
	fn agenda_page() {
		let ctx = context_at::<T>(5);
		let items: Vec<_> =
			(0..AGENDA_PAGE).map(|n| AgendaItem::Prune { job: u64::from(n) }).collect();
		Agenda::<T>::insert(ctx.now, 0, BoundedVec::truncate_from(items));
		Agenda::<T>::insert(ctx.now, 1, AgendaPage::default());
		LastPages::<T>::insert(ctx.now, 1);
		// Every item has fired: what remains is to read the page and to remove it.
		let cursor = Cursor { block: ctx.now, page: 0, index: AGENDA_PAGE };
		AgendaCursor::<T>::put(cursor);
		#[block]
		{
			Pallet::<T>::drain_agenda(&ctx, &mut WeightMeter::new());
		}
		assert_eq!(AgendaCursor::<T>::get().map(|cursor| cursor.block), Some(ctx.now + 1));
	}

	#[benchmark]
	fn agenda_stale() {
		let id = dispatched::<T>(3);
		let ctx = Pallet::<T>::context();
		#[block]
		{
			Pallet::<T>::fire(&AgendaItem::Wake { job: id }, &ctx);
		}
		assert_eq!(job::<T>(id).status, JobStatus::Pending);
	}

	#[benchmark]
	fn seat_lost() {
		let id = assigned::<T>(MAX_SEATS);
		// All backups but the last are unfit.
		let backups = job::<T>(id).backups;
		for node in backups.iter().take(3) {
			Pallet::<T>::mutate_standing(*node, |standing| standing.cooldown_until = u32::MAX);
		}
		let ctx = context_at::<T>(Params::default().ack_window);
		let seat = job::<T>(id).seats.first().cloned().expect("seven seats");
		let (attempt, node) = (seat.attempt, seat.node);
		#[block]
		{
			Pallet::<T>::fire(&AgendaItem::Deadline { job: id, attempt, node }, &ctx);
		}
		assert_eq!(job::<T>(id).attempts, 2);
	}

	#[benchmark]
	fn look_again() {
		let id = assigned::<T>(MAX_SEATS);
		let seat = job::<T>(id).seats.last().cloned().expect("seven seats");
		let (attempt, node) = (seat.attempt, seat.node);
		Pallet::<T>::acknowledge(id, attempt, node).expect("in time");
		let ctx = context_at::<T>(Params::default().ack_window);
		#[block]
		{
			Pallet::<T>::fire(&AgendaItem::Deadline { job: id, attempt, node }, &ctx);
		}
		assert_eq!(Agenda::<T>::get(seat.deliver_by, 0).len(), 1);
	}

	#[benchmark]
	fn round_over(s: Linear<1, MAX_VOTERS>) {
		let id = crowded::<T>(s);
		// The dearer way out: no attempt is left, and the job ends with the round.
		Parameters::<T>::mutate(|params| params.max_attempts = 1);
		Orders::<T>::mutate(id, |order| {
			if let Some(order) = order {
				order.risk = RiskClass::Low;
			}
		});
		#[block]
		{
			Pallet::<T>::round_failed(id).expect("the job is assigned");
		}
		assert!(job::<T>(id).status.is_final());
	}

	#[benchmark]
	fn prune() {
		let id = assigned::<T>(1);
		Pallet::<T>::settle(id, all_agree::<T>(id)).expect("a fitting settlement");
		Jobs::<T>::mutate(id, |job| {
			if let Some(job) = job {
				job.prune_at = Some(0);
			}
		});
		let ctx = Pallet::<T>::context();
		#[block]
		{
			Pallet::<T>::fire(&AgendaItem::Prune { job: id }, &ctx);
		}
		assert!(Stubs::<T>::contains_key(id));
	}

	#[benchmark]
	fn wake() {
		let id = dispatched::<T>(1);
		Pallet::<T>::do_pause(PauseSubject::Class(JobClass::Normal), 10).expect("a fitting pause");
		Pallet::<T>::schedule(&Pallet::<T>::context(), &mut WeightMeter::new());
		assert_eq!(job::<T>(id).status, JobStatus::Paused);
		Pallet::<T>::do_resume(PauseSubject::Class(JobClass::Normal)).expect("it is paused");
		let ctx = Pallet::<T>::context();
		#[block]
		{
			Pallet::<T>::fire(&AgendaItem::Wake { job: id }, &ctx);
		}
		assert_eq!(job::<T>(id).status, JobStatus::Pending);
	}

	#[benchmark]
	fn skip_place() {
		let mut rings = Rings::default();
		rings.normal.tail += 1;
		let end = rings.normal.tail;
		let id;
		#[block]
		{
			id = Pallet::<T>::dequeue(
				&mut rings,
				JobClass::Normal,
				(end, 0),
				Default::default(),
				&mut WeightMeter::new(),
			);
		}
		assert_eq!(id, None);
	}

	#[benchmark]
	fn park() {
		let id = dispatched::<T>(1);
		Pallet::<T>::do_pause(PauseSubject::Class(JobClass::Normal), 10).expect("a fitting pause");
		let ctx = Pallet::<T>::context();
		#[block]
		{
			Pallet::<T>::schedule(&ctx, &mut WeightMeter::new());
		}
		assert_eq!(job::<T>(id).status, JobStatus::Paused);
	}

	/// One try to place a job: `p` nodes are looked at, of which `s` take seats; without any the job waits.
	#[benchmark]
	fn place(p: Linear<7, 120>, s: Linear<0, MAX_SEATS>) {
		Parameters::<T>::mutate(|params| {
			params.backups = 4;
			params.candidates = MAX_CANDIDATES;
		});
		for node in nodes::<T>(p).into_iter().skip(s as usize) {
			Pallet::<T>::mutate_standing(node, |standing| standing.cooldown_until = u32::MAX);
		}
		let seats = if s == 0 { MAX_SEATS } else { s };
		let want =
			Want { seats, backups: 4, candidates: MAX_CANDIDATES, spread: Default::default() };
		assert!(want.probes() >= p, "all nodes are looked at");
		crowd::<T>(capability(0));
		let id = dispatched::<T>(seats);
		let ctx = context_at::<T>(1);
		#[block]
		{
			Pallet::<T>::schedule(&ctx, &mut WeightMeter::new());
		}
		assert_eq!(job::<T>(id).seats.len() as u32, s);
	}

	#[benchmark]
	fn admit(c: Linear<1, MAX_CAPABILITIES>) {
		let (node, profile) = T::BenchmarkHelper::node(0);
		let offers: Vec<_> = (0..c).map(capability).collect();
		offers.iter().for_each(|one| crowd::<T>(*one));
		#[block]
		{
			<Pallet<T> as NodePool>::admit(node, profile, &offers).expect("a fresh node");
		}
		assert!(Seatings::<T>::contains_key(node));
	}

	#[benchmark]
	fn evict(c: Linear<1, MAX_CAPABILITIES>) {
		let offers: Vec<_> = (0..c).map(capability).collect();
		// Another one behind it, so that it has to be moved.
		for index in 0..2 {
			let (node, profile) = T::BenchmarkHelper::node(index);
			<Pallet<T> as NodePool>::admit(node, profile, &offers).expect("a fresh node");
		}
		offers.iter().for_each(|one| crowd::<T>(*one));
		let (node, _) = T::BenchmarkHelper::node(0);
		Pallet::<T>::mutate_standing(node, |standing| standing.trust = 1);
		#[block]
		{
			<Pallet<T> as NodePool>::evict(node);
		}
		assert!(!Seatings::<T>::contains_key(node));
	}

	/// A node is lost that sits on `n` jobs.
	#[benchmark]
	fn lost(n: Linear<1, MAX_ASSIGNMENTS>) {
		let id = assigned::<T>(1);
		let record = job::<T>(id);
		let node = record.seats.first().map(|seat| seat.node).expect("one seat");
		// As many copies of that job: a node of the benchmarks has no capacity for them.
		let ids: Vec<JobId> = (1..=u64::from(n)).map(|copy| id.saturating_add(copy)).collect();
		ids.iter().for_each(|copy| Jobs::<T>::insert(copy, &record));
		Pallet::<T>::mutate_standing(node, |standing| {
			standing.jobs = BoundedVec::truncate_from(ids.clone());
		});
		#[block]
		{
			<Pallet<T> as NodePool>::lost(node);
		}
		let soon = Pallet::<T>::now().saturating_add(LOSS_GRACE);
		let moved = |copy: &JobId| job::<T>(*copy).seats.iter().all(|seat| seat.deliver_by == soon);
		assert!(ids.iter().all(moved));
	}

	/// A node with all capabilities that it may have switches the last of them.
	#[benchmark]
	fn set_available() {
		let offers: Vec<_> = (0..MAX_CAPABILITIES).map(capability).collect();
		let (node, profile) = T::BenchmarkHelper::node(0);
		<Pallet<T> as NodePool>::admit(node, profile, &offers).expect("a fresh node");
		for one in &offers {
			<Pallet<T> as NodePool>::set_available(node, *one, false).expect("it is offered");
		}
		let last = capability(MAX_CAPABILITIES - 1);
		#[block]
		{
			<Pallet<T> as NodePool>::set_available(node, last, true).expect("it is offered");
		}
		assert!(Pallet::<T>::standing(node).capability(last).available);
	}

	/// What [`place`](self::place) is compared with: all of `n` nodes are looked at. Not a weight of anything.
	#[benchmark(extra)]
	fn full_scan(n: Linear<100, 10_000>) {
		nodes::<T>(n);
		let id = dispatched::<T>(1);
		pass_block::<T>();
		#[block]
		{
			Pallet::<T>::place_by_full_scan(id);
		}
		assert_eq!(job::<T>(id).status, JobStatus::Scheduled);
	}

	#[benchmark]
	fn acknowledge() {
		let id = assigned::<T>(MAX_SEATS);
		let seat = job::<T>(id).seats.last().cloned().expect("seven seats");
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::acknowledge(id, seat.attempt, seat.node)
				.expect("in time");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Running);
	}

	/// One of seven nodes that have committed shows what it found.
	#[benchmark]
	fn delivered() {
		let id = assigned::<T>(MAX_SEATS);
		let seats = job::<T>(id).seats;
		for seat in &seats {
			<Pallet<T> as JobBoard<AccountId>>::committed(id, seat.attempt, seat.node)
				.expect("in time");
		}
		pass_block::<T>();
		let seat = seats.last().cloned().expect("seven seats");
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::delivered(id, seat.attempt, seat.node)
				.expect("in time");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Running);
	}

	/// The last of seven nodes commits, and the reveals open. More never commit together: a committee has four members.
	#[benchmark]
	fn committed() {
		let id = assigned::<T>(MAX_SEATS);
		let seats = job::<T>(id).seats;
		let last = seats.last().cloned().expect("seven seats");
		for seat in seats.iter().filter(|seat| seat.node != last.node) {
			<Pallet<T> as JobBoard<AccountId>>::committed(id, seat.attempt, seat.node)
				.expect("in time");
		}
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::committed(id, last.attempt, last.node)
				.expect("in time");
		}
		assert!(job::<T>(id).reveal_from.is_some());
	}

	/// Seven nodes give their seats up, and four backups sit.
	#[benchmark]
	fn escalate() {
		let id = assigned::<T>(MAX_SEATS);
		let members;
		#[block]
		{
			members = <Pallet<T> as JobBoard<AccountId>>::escalate(id).expect("it is assigned");
		}
		assert_eq!(members, MAX_BACKUPS);
	}

	/// A disputed job on which up to seven primaries and four members of a committee were working.
	#[benchmark]
	fn override_result(s: Linear<1, MAX_VOTERS>) {
		let id = crowded::<T>(s);
		Pallet::<T>::freeze(id).expect("it is assigned");
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::override_result(id, Ok(Hash::repeat_byte(1)))
				.expect("it is disputed");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Overridden);
	}

	#[benchmark]
	fn settle(s: Linear<1, MAX_VOTERS>) {
		let id = crowded::<T>(s);
		let settlement = all_agree::<T>(id);
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::settle(id, settlement).expect("it fits");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Completed);
	}

	#[benchmark]
	fn freeze() {
		let id = assigned::<T>(MAX_SEATS);
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::freeze(id).expect("it is assigned");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Disputed);
	}

	#[benchmark]
	fn unfreeze() {
		let id = assigned::<T>(MAX_SEATS);
		Pallet::<T>::freeze(id).expect("it is assigned");
		pass_block::<T>();
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::unfreeze(id, false).expect("it is frozen");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Scheduled);
	}

	/// The verdict condemns a job on which nodes were working: it ends without a result.
	#[benchmark]
	fn unfreeze_upheld() {
		let id = assigned::<T>(MAX_SEATS);
		Pallet::<T>::freeze(id).expect("it is assigned");
		pass_block::<T>();
		#[block]
		{
			<Pallet<T> as JobBoard<AccountId>>::unfreeze(id, true).expect("it is frozen");
		}
		assert_eq!(job::<T>(id).status, JobStatus::Slashed);
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
