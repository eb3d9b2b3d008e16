//! Taking firings up: bundle, money, job; and hearing how the jobs end.

use crate::{
	Config, Dependants, Due, Event, Firings, HoldReason, Order, Orders, Pallet, Parameters,
	ReadingsOf, Sources, Trigger, Triggers, WeightInfo,
};
use alloc::{vec, vec::Vec};
use concordat_primitives::{
	bundle::{
		reading::{KeptReading, SourceFacts, SourceId},
		resolve,
		trigger::{
			Cause, Condition, FiringEnd, FiringRecord, MissReason, StopReason, TriggerId,
			TriggerStatus,
		},
		BundleError, Lookups,
	},
	credential::CredentialDemand,
	hashing::input_commitment,
	job::{JobConstraints, JobInput},
	receipt::Operation,
	traits::{
		CredentialInspect, JobEnd, JobOpener, JobOutcomes, JobRequest, OpenError, ReceiptSink,
	},
	trust::Originator,
	workflow::JobParent,
	AccountId, Balance, BlockNumber, Hash, JobId,
};
use frame_support::{
	storage::{with_transaction, TransactionOutcome},
	traits::{fungible::Inspect, Contains},
	weights::Weight,
	BoundedVec,
};

/// The chain, for the bundle.
pub(crate) struct Chain<T> {
	pub now: BlockNumber,
	pub dependency: Option<(JobId, Hash)>,
	pub _config: core::marker::PhantomData<T>,
}

impl<T: Config> Chain<T> {
	pub(crate) fn at(now: BlockNumber, cause: &Cause) -> Self {
		let dependency = match cause {
			Cause::Dependency { job, output } => Some((*job, *output)),
			_ => None,
		};
		Self { now, dependency, _config: core::marker::PhantomData }
	}
}

impl<T: Config> Lookups for Chain<T> {
	fn now(&self) -> BlockNumber {
		self.now
	}
	fn source(&self, id: SourceId) -> Option<SourceFacts> {
		Sources::<T>::get(id).map(|source| source.spec.facts())
	}
	fn readings(&self, id: SourceId) -> Vec<KeptReading> {
		ReadingsOf::<T>::get(id).into_inner()
	}
	fn holds(&self, subject: &AccountId, demand: &CredentialDemand) -> bool {
		T::Credentials::account_meets(subject, core::slice::from_ref(demand))
	}
	fn dependency(&self) -> Option<(JobId, Hash)> {
		self.dependency
	}
}

/// What came of an attempt that got as far as the job.
enum Opened {
	/// A job.
	Job(JobId),
	/// A refusal by governance's filter.
	Refused(u8),
}

impl<T: Config> Pallet<T> {
	/// Takes up what is due. Returns the weight.
	pub(crate) fn take_up(due: Due, now: BlockNumber) -> Weight {
		let (id, cause, tries) = match due {
			Due::Window { trigger, window } => (trigger, Cause::Window(window), 0),
			Due::Firing { trigger, cause, tries } => (trigger, cause, tries),
		};
		let Some(mut trigger) = Triggers::<T>::get(id) else {
			// Removed since.
			return T::WeightInfo::firing(0);
		};
		if let Due::Window { window, .. } = due {
			trigger.armed = None;
			trigger.next_window = window.saturating_add(1);
			if trigger.status == TriggerStatus::Active {
				Self::arm_window(id, &mut trigger);
			}
		}
		let weight = Self::attempt(id, &mut trigger, cause, tries, now);
		Triggers::<T>::insert(id, trigger);
		weight
	}

	/// Tries to make a job of a firing. Changes `trigger`, which the caller writes back.
	fn attempt(
		id: TriggerId,
		trigger: &mut Trigger,
		cause: Cause,
		tries: u8,
		now: BlockNumber,
	) -> Weight {
		let nothing = T::WeightInfo::firing(0);
		let held_back = match trigger.status {
			TriggerStatus::Paused | TriggerStatus::Stopped(_) => Some(MissReason::Paused),
			TriggerStatus::Ended => Some(MissReason::Ended),
			TriggerStatus::Active if trigger.is_over(now) => Some(MissReason::Ended),
			TriggerStatus::Active if trigger.is_cooling(now) => Some(MissReason::Cooldown),
			TriggerStatus::Active => None,
		};
		if let Some(reason) = held_back {
			Self::miss(id, trigger, cause, reason);
			Self::end_if_over(id, trigger);
			return nothing;
		}
		let params = Parameters::<T>::get();
		if trigger.funding < params.firing_fee {
			Self::miss(id, trigger, cause, MissReason::NotFunded);
			Self::stop(id, trigger, StopReason::NotFunded);
			return nothing;
		}
		let fee = Self::take_fee(&trigger.owner, params.firing_fee);
		trigger.funding = trigger.funding.saturating_sub(fee);
		// Both live and die together.
		let Some(order) = Orders::<T>::get(id) else { return nothing };
		let parts = order.input.parts.len() as u32;
		let credentials = order.input.credentials();

		let bundle = match resolve(&order.input, &Chain::<T>::at(now, &cause)) {
			Ok(bundle) => bundle,
			Err(error) => {
				let again = error.is_transient().then_some(tries);
				Self::fail(id, trigger, cause, MissReason::Bundle(error), again);
				return Self::weight_of_firing(parts, credentials, None);
			},
		};
		let weight = Self::weight_of_firing(parts, credentials, Some(bundle.len() as u32));
		let commitment = input_commitment(&bundle);
		let firing = trigger.counts.opened.saturating_add(1);
		match Self::open(id, firing, trigger, order, &cause, bundle) {
			Ok((Opened::Job(job), cost)) => {
				trigger.funding = trigger.funding.saturating_sub(cost);
				trigger.counts.opened = firing;
				trigger.counts.failures = 0;
				trigger.last_fired = Some(now);
				trigger.pending = false;
				Self::remember(
					id,
					FiringRecord { firing, job, at: now, cause, bundle: commitment, end: None },
				);
				T::Receipts::append(Operation::TriggerFired {
					trigger: id,
					firing,
					job: Some(job),
					bundle: commitment,
				});
				Self::deposit_event(Event::TriggerFired {
					trigger: id,
					firing,
					cause,
					job,
					bundle: commitment,
					cost,
				});
				Self::end_if_over(id, trigger);
			},
			Ok((Opened::Refused(reason), cost))
				if T::PassingRefusals::contains(&reason) && tries < params.max_retries =>
			{
				trigger.funding = trigger.funding.saturating_sub(cost);
				Self::fail(id, trigger, cause, MissReason::Refused(reason), Some(tries));
			},
			Ok((Opened::Refused(reason), cost)) => {
				trigger.funding = trigger.funding.saturating_sub(cost);
				trigger.counts.refused = trigger.counts.refused.saturating_add(1);
				trigger.last_fired = Some(now);
				trigger.pending = false;
				T::Receipts::append(Operation::TriggerFired {
					trigger: id,
					firing,
					job: None,
					bundle: commitment,
				});
				Self::deposit_event(Event::FiringRefused { trigger: id, cause, reason });
				Self::failed(id, trigger);
			},
			Err(reason) => Self::fail(id, trigger, cause, reason, Some(tries)),
		}
		weight
	}

	/// Opens the job out of the funding; returns what that cost. If it would cost more, or there is no job, nothing has
	/// changed; a refusal keeps its receipt.
	fn open(
		id: TriggerId,
		firing: u32,
		trigger: &Trigger,
		order: Order,
		cause: &Cause,
		bundle: Vec<u8>,
	) -> Result<(Opened, Balance), MissReason> {
		let too_long = MissReason::Bundle(BundleError::TooLong);
		let owner = &trigger.owner;
		let dependencies = match cause {
			Cause::Dependency { job, output } => vec![(*job, *output)],
			_ => Vec::new(),
		};
		let request = JobRequest {
			requester: owner.clone(),
			clause: trigger.clause.clone(),
			input: JobInput::Inline(BoundedVec::try_from(bundle).map_err(|_| too_long)?),
			constraints: JobConstraints { trigger: trigger.condition.kind(), ..order.constraints },
			originator: Originator::Account(owner.clone()),
			parent: JobParent::Trigger { id, firing },
			dependencies,
			mode: None,
		};
		let funding = trigger.funding;
		with_transaction(|| match Self::open_funded(owner, funding, request) {
			Ok(opened) => TransactionOutcome::Commit(Ok(opened)),
			Err(reason) => TransactionOutcome::Rollback(Err(reason)),
		})
	}

	/// To be rolled back if it fails.
	fn open_funded(
		owner: &AccountId,
		funding: Balance,
		request: JobRequest,
	) -> Result<(Opened, Balance), MissReason> {
		Self::release(HoldReason::Funding, owner, funding)?;
		let before = T::Currency::balance(owner);
		let opened = match T::Jobs::open(request) {
			Ok(job) => Opened::Job(job),
			Err(OpenError::Refused(reason)) => Opened::Refused(reason),
			Err(OpenError::Invalid(error)) => return Err(MissReason::Job(error)),
		};
		let cost = before.saturating_sub(T::Currency::balance(owner));
		// The owner's other money is not the trigger's.
		let rest = funding.checked_sub(cost).ok_or(MissReason::NotFunded)?;
		Self::hold(HoldReason::Funding, owner, rest).map_err(|_| MissReason::NotFunded)?;
		Ok((opened, cost))
	}

	/// A firing failed: it is tried again if there is a point in it, else it is missed. `tries` so far; `None` if another try
	/// could not help.
	fn fail(
		id: TriggerId,
		trigger: &mut Trigger,
		cause: Cause,
		reason: MissReason,
		tries: Option<u8>,
	) {
		let params = Parameters::<T>::get();
		if let Some(tries) = tries.filter(|tries| *tries < params.max_retries) {
			let again = Due::Firing { trigger: id, cause, tries: tries.saturating_add(1) };
			let until = Self::arm(Self::now().saturating_add(params.retry_after), again);
			Self::deposit_event(Event::FiringDeferred { trigger: id, cause, reason, until });
			return;
		}
		Self::miss(id, trigger, cause, reason);
		Self::failed(id, trigger);
	}

	fn miss(id: TriggerId, trigger: &mut Trigger, cause: Cause, reason: MissReason) {
		trigger.counts.missed = trigger.counts.missed.saturating_add(1);
		trigger.pending = false;
		Self::deposit_event(Event::FiringMissed { trigger: id, cause, reason });
	}

	/// Counts a failure, and stops a trigger that has too many of them in a row.
	fn failed(id: TriggerId, trigger: &mut Trigger) {
		trigger.counts.failures = trigger.counts.failures.saturating_add(1);
		if trigger.counts.failures >= Parameters::<T>::get().max_failures {
			Self::stop(id, trigger, StopReason::Failures);
		}
		Self::end_if_over(id, trigger);
	}

	fn stop(id: TriggerId, trigger: &mut Trigger, reason: StopReason) {
		trigger.status = TriggerStatus::Stopped(reason);
		Self::deposit_event(Event::TriggerStopped { trigger: id, reason });
	}

	/// Ends an active trigger that nothing can set off any more.
	pub(crate) fn end_if_over(id: TriggerId, trigger: &mut Trigger) {
		let is_schedule = matches!(trigger.condition, Condition::Schedule { .. });
		let no_window = is_schedule && trigger.armed.is_none();
		if trigger.status != TriggerStatus::Active || !(no_window || trigger.is_over(Self::now())) {
			return;
		}
		trigger.status = TriggerStatus::Ended;
		if let Some(at) = trigger.armed.take() {
			let window = trigger.next_window;
			crate::Agenda::<T>::remove(at, Due::Window { trigger: id, window });
		}
		Self::deposit_event(Event::TriggerEnded { trigger: id });
	}

	fn remember(id: TriggerId, record: FiringRecord) {
		Firings::<T>::mutate(id, |records| {
			if records.is_full() {
				records.remove(0);
			}
			records.force_push(record);
		});
	}
}

impl<T: Config> JobOutcomes for Pallet<T> {
	fn job_ended(job: JobId, parent: &JobParent, end: &JobEnd) {
		let JobParent::Trigger { id, firing } = *parent else { return };
		// Removed since: its job goes on, and nobody waits for it.
		let Some(trigger) = Triggers::<T>::get(id) else { return };
		let (end, output) = match end {
			JobEnd::Completed { output, .. } => (FiringEnd::Completed(*output), Some(*output)),
			JobEnd::Failed(status) => (FiringEnd::Failed(*status), None),
		};
		Firings::<T>::mutate(id, |records| {
			if let Some(record) = records.iter_mut().find(|record| record.job == job) {
				record.end = Some(end);
			}
		});
		Self::deposit_event(Event::FiringEnded { trigger: id, firing, job, end });
		let Some(output) = output else { return };
		for dependant in Dependants::<T>::get(&trigger.owner, &trigger.clause) {
			Self::set_off(dependant, Cause::Dependency { job, output });
		}
	}

	fn weight() -> Weight {
		Self::weight_of_end()
	}
}
