//! Taking workflows in, and withdrawing them.

use crate::{
	pallet::*,
	types::*,
	validate::{examine, Flaw, Plan},
	WeightInfo,
};
use alloc::{collections::BTreeMap, vec::Vec};
use concordat_primitives::{
	capability::CapabilitySpec,
	clause::{ClauseStatus, ExecutionMode, TriggerKind},
	receipt::Operation,
	traits::{block_number, CapabilityInspect, ClauseInspect, ReceiptSink},
	workflow::{StepIndex, StepInput, WorkflowId, WorkflowSpec, WorkflowStatus},
	AccountId, Balance, BlockNumber, ClauseId,
};
use frame_support::{ensure, traits::Get as _, weights::Weight};
use sp_runtime::DispatchResult;

/// What is asked of a clause, once for all steps that run it.
struct Known {
	triggers: u8,
	single: bool,
	capability: CapabilitySpec,
}

impl<T: Config> Pallet<T> {
	/// Now.
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	pub(crate) fn do_submit(
		owner: AccountId,
		mut spec: WorkflowSpec,
		reserve: Balance,
	) -> DispatchResult {
		let params = Parameters::<T>::get();
		let plan = examine(&spec, &params).map_err(Error::<T>::from)?;
		Self::examine_clauses(&spec, &plan)?;
		let live = Live::<T>::get(&owner);
		ensure!(live < params.max_live, Error::<T>::TooManyLive);
		let deposit = deposit(&params, &spec);
		Self::hold_all(&owner, deposit, reserve)?;

		for (step, depends_on) in spec.steps.iter_mut().zip(&plan.depends_on) {
			step.depends_on = depends_on.clone();
		}
		let hash = spec.hash();
		let now = Self::now();
		let id = Books::<T>::mutate(|totals| {
			totals.submitted = totals.submitted.saturating_add(1);
			totals.live = totals.live.saturating_add(1);
			totals.submitted
		});
		Live::<T>::insert(&owner, live.saturating_add(1));
		let WorkflowSpec { kind, input, steps, constraints, merge, timeout_blocks } = spec;
		let count = steps.len() as u8;
		let expires_at = now.saturating_add(timeout_blocks.unwrap_or(params.default_timeout));
		let receipt = T::Receipts::append(Operation::WorkflowSubmitted {
			workflow: id,
			spec: hash,
			steps: count,
		});
		Workflows::<T>::insert(
			id,
			Workflow {
				owner: owner.clone(),
				kind,
				status: WorkflowStatus::Pending,
				constraints,
				merge,
				sinks: plan.sinks,
				steps: count,
				input: measure(&input).1,
				spec: hash,
				deposit,
				reserve,
				submitted_at: now,
				expires_at,
				ended_at: None,
				result: None,
				pruned: 0,
			},
		);
		Inputs::<T>::insert(id, InputSlot::Workflow, input);
		let mut open = AllPlaces::default();
		let parts = steps.into_iter().zip(plan.depends_on.into_iter().zip(plan.dependants));
		for (place, (step, (depends_on, dependants))) in parts.enumerate() {
			let place = place as StepIndex;
			// As many as there are steps.
			let _ = open.try_push(depends_on.len() as u8);
			Steps::<T>::insert(id, place, Step::new(&step, depends_on, dependants));
			if let StepInput::Own(input) = step.input {
				Inputs::<T>::insert(id, InputSlot::Step(place), input);
			}
		}
		let mut progress = Progress::new(open);
		Self::enqueue(id, &mut progress);
		Progresses::<T>::insert(id, progress);
		Self::arm(expires_at, AgendaItem::Expiry(id));
		Self::deposit_event(Event::WorkflowSubmitted {
			workflow: id,
			owner,
			kind,
			steps: count,
			deposit,
			reserve,
			expires_at,
			receipt,
		});
		Ok(())
	}

	/// Whether every step can run as far as its clause goes, and takes what its predecessors give.
	fn examine_clauses(spec: &WorkflowSpec, plan: &Plan) -> DispatchResult {
		let mut known = BTreeMap::<&ClauseId, Known>::new();
		for (step, depends_on) in spec.steps.iter().zip(&plan.depends_on) {
			if !known.contains_key(&step.clause) {
				known.insert(&step.clause, Self::examine_clause(&step.clause)?);
			}
			let Some(clause) = known.get(&step.clause) else { continue };
			let trigger = trigger_of(spec.constraints.trigger, depends_on);
			ensure!(clause.triggers & trigger.bit() != 0, Error::<T>::TriggerNotAccepted);
			ensure!(step.ensemble.is_none() || clause.single, Error::<T>::EnsembleNotPossible);
			let len = match &step.input {
				StepInput::Workflow => Some(measure(&spec.input).0),
				StepInput::Own(input) => Some(measure(input).0),
				StepInput::Output | StepInput::Merged(_) => None,
			};
			match len {
				Some(len) => {
					ensure!(len <= clause.capability.max_input_bytes, Error::<T>::InputTooLong)
				},
				None => {
					for predecessor in depends_on {
						let before = spec.steps.get(usize::from(*predecessor));
						let Some(before) = before else { continue };
						if !known.contains_key(&before.clause) {
							known.insert(&before.clause, Self::examine_clause(&before.clause)?);
						}
						let feeds =
							known.get(&before.clause).zip(known.get(&step.clause)).is_some_and(
								|(before, after)| before.capability.feeds(&after.capability),
							);
						ensure!(feeds, Error::<T>::TypeMismatch);
					}
				},
			}
		}
		Ok(())
	}

	fn examine_clause(id: &ClauseId) -> Result<Known, Error<T>> {
		let clause = T::Clauses::clause(id).ok_or(Error::<T>::ClauseUnknown)?;
		ensure!(clause.status == ClauseStatus::Active, Error::<T>::ClauseNotActive);
		let capability = T::Capabilities::capability(&clause.spec.capability)
			.ok_or(Error::<T>::CapabilityUnknown)?;
		Ok(Known {
			triggers: clause.spec.triggers,
			single: clause.spec.mode == ExecutionMode::Single,
			capability,
		})
	}

	pub(crate) fn do_cancel(who: AccountId, id: WorkflowId) -> DispatchResult {
		let workflow = Workflows::<T>::get(id).ok_or(Error::<T>::WorkflowUnknown)?;
		ensure!(workflow.owner == who, Error::<T>::NotOwner);
		ensure!(!workflow.status.is_final(), Error::<T>::Ended);
		let progress = Progresses::<T>::get(id).ok_or(Error::<T>::WorkflowUnknown)?;
		Self::end(id, workflow, progress, WorkflowStatus::Cancelled, None);
		Ok(())
	}

	/// Whether the parameters make sense, and leave the hook room for the dearest thing it does.
	pub(crate) fn ensure_params(params: &Params) -> DispatchResult {
		ensure!(params.are_valid(), Error::<T>::ParamsInvalid);
		let least = T::WeightInfo::tick()
			.saturating_add(T::WeightInfo::agenda_page())
			.saturating_add(Self::weight_of_dearest_item())
			.saturating_add(Self::weight_of_dearest_advance());
		ensure!(least.all_lte(Self::hook_limit(params)), Error::<T>::ParamsInvalid);
		Ok(())
	}

	/// What the hook may use of a block.
	pub(crate) fn hook_limit(params: &Params) -> Weight {
		let block = T::BlockWeights::get().max_block;
		Weight::from_parts(
			(block.ref_time() / 100).saturating_mul(params.hook_share.into()),
			(block.proof_size() / 100).saturating_mul(params.hook_share.into()),
		)
	}

	/// Weight of `submit`.
	pub fn weight_of_submitting(spec: &WorkflowSpec) -> Weight {
		let steps = spec.steps.len() as u32;
		let asking = T::Clauses::weight().saturating_add(T::Capabilities::weight());
		T::WeightInfo::submit(steps, bytes(spec))
			.saturating_add(asking.saturating_mul(steps.into()))
			.saturating_add(T::Receipts::weight())
	}
}

/// What sets a step off.
pub(crate) fn trigger_of(of_workflow: TriggerKind, depends_on: &[StepIndex]) -> TriggerKind {
	if depends_on.is_empty() {
		of_workflow
	} else {
		TriggerKind::Dependency
	}
}

/// Bytes of a workflow's inputs that the chain keeps.
fn bytes(spec: &WorkflowSpec) -> u32 {
	let own: Vec<u32> = spec
		.steps
		.iter()
		.map(|step| match &step.input {
			StepInput::Own(input) => kept(input),
			_ => 0,
		})
		.collect();
	own.into_iter().fold(kept(&spec.input), u32::saturating_add)
}

fn deposit(params: &Params, spec: &WorkflowSpec) -> Balance {
	let steps = params.deposit_step.saturating_mul(spec.steps.len() as Balance);
	let bytes = params.deposit_byte.saturating_mul(bytes(spec).into());
	params.deposit_base.saturating_add(steps).saturating_add(bytes)
}

impl<T> From<Flaw> for Error<T> {
	fn from(flaw: Flaw) -> Self {
		match flaw {
			Flaw::NoSteps => Self::NoSteps,
			Flaw::TooManySteps => Self::TooManySteps,
			Flaw::SelfDependency => Self::SelfDependency,
			Flaw::UnknownDependency => Self::UnknownDependency,
			Flaw::DuplicateDependency => Self::DuplicateDependency,
			Flaw::NotSingle => Self::NotSingle,
			Flaw::NotSequential => Self::NotSequential,
			Flaw::NotParallel => Self::NotParallel,
			Flaw::Cyclic => Self::Cyclic,
			Flaw::Unreachable => Self::Unreachable,
			Flaw::NoSingleResult => Self::NoSingleResult,
			Flaw::NothingToMerge => Self::NothingToMerge,
			Flaw::OutputOfOne => Self::OutputOfOne,
			Flaw::MergedOfNone => Self::MergedOfNone,
			Flaw::TooManyRetries => Self::TooManyRetries,
			Flaw::BadRedo => Self::BadRedo,
			Flaw::TooManyRedos => Self::TooManyRedos,
			Flaw::Sealed => Self::SealedNotSupported,
			Flaw::InputEmpty => Self::InputEmpty,
			Flaw::BadEnsemble => Self::BadEnsemble,
			Flaw::EnsembleOfAll => Self::EnsembleOfAll,
			Flaw::TooManyExcluded => Self::TooManyExcluded,
			Flaw::Contradiction => Self::Contradiction,
			Flaw::BadTimeout => Self::BadTimeout,
		}
	}
}
