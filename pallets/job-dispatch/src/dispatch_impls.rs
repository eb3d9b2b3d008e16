//! Taking jobs in, and what people may do to them: dispatch, cancel, pause, resume, fail.

use crate::{
	money_impls::Outlay,
	open_impls::kept,
	pallet::*,
	place_impls::reveals,
	pricing::Quote,
	scheduler::{delivery_window, memory_mib},
	types::*,
	WeightInfo,
};
use concordat_primitives::{
	attest::Vendor,
	clause::{ClauseSpec, ClauseStatus, ExecutionMode, RiskClass},
	ensemble::Ensemble,
	hashing::{input_commitment, NO_LINEAGE},
	job::{FailureReason, JobClass, JobConstraints, JobInput, JobStatus},
	node::Resources,
	receipt::Operation,
	routing::ONE,
	traits::{
		block_number, ClauseInspect, ClauseJobs, CredentialInspect, JobEnd, JobListener,
		JobOutcomes, QuotaAsk, Quotas, ReceiptSink,
	},
	trust::Originator,
	workflow::{Dependencies, JobParent},
	zk::ProofVerifier,
	AccountId, Balance, BlockNumber, ClauseId, Hash, JobId, Jurisdiction,
};
use frame_support::{
	ensure,
	traits::{
		fungible::{hold::Inspect as _, Inspect as _, MutateHold as _},
		tokens::{Fortitude, Preservation},
		Get as _,
	},
	weights::Weight,
};
use sp_runtime::{DispatchError, DispatchResult};

/// Where a job comes from, and what it builds on.
#[derive(Clone, Debug)]
pub(crate) struct Provenance {
	/// From whose perspective it is routed.
	pub originator: Originator,
	/// What it is a part of.
	pub parent: Option<JobParent>,
	/// Jobs whose outputs it needs.
	pub dependencies: Dependencies,
	/// Hash over those outputs.
	pub lineage: Hash,
	/// How nodes have to agree, if not as the clause says.
	pub mode: Option<ExecutionMode>,
}

impl Provenance {
	/// A job of its own.
	pub fn account(requester: &AccountId) -> Self {
		Self {
			originator: Originator::Account(requester.clone()),
			parent: None,
			dependencies: Default::default(),
			lineage: NO_LINEAGE,
			mode: None,
		}
	}
}

/// A request that passed all checks.
struct Accepted {
	owner: AccountId,
	spec: ClauseSpec,
	mode: ExecutionMode,
	jurisdictions: List<Jurisdiction>,
	vendors: List<Vendor>,
	expires_at: BlockNumber,
	quote: Quote,
}

impl<T: Config> Pallet<T> {
	/// Number of the next job.
	pub fn next_job() -> JobId {
		Ledger::<T>::get().totals.jobs.saturating_add(1)
	}

	/// Now.
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// What a dispatch would cost now, or why it would not open a job. Reads only.
	pub fn check_dispatch(
		requester: &AccountId,
		clause: &ClauseId,
		input: &JobInput,
		constraints: &JobConstraints,
	) -> Result<Quote, Objection> {
		Self::examine(requester, clause, input, constraints, None).map(|accepted| accepted.quote)
	}

	/// Opens a job; the refusal if governance's filter turned it away, which is then on record. With it comes the weight.
	pub(crate) fn do_dispatch(
		requester: AccountId,
		clause: ClauseId,
		input: JobInput,
		constraints: JobConstraints,
		provenance: Provenance,
	) -> Result<(Result<JobId, Refusal>, Weight), DispatchError> {
		match Self::examine(&requester, &clause, &input, &constraints, provenance.mode) {
			Ok(accepted) => {
				let demands = !accepted.spec.policy.requester_credentials.is_empty();
				let weight = Self::weight_of_dispatch(&input)
					.saturating_add(Self::weight_of_requester(demands))
					.saturating_add(Self::weight_of_proving(needs_proof(accepted.mode)));
				let id =
					Self::open_job(requester, clause, input, constraints, provenance, accepted)?;
				Ok((Ok(id), weight))
			},
			Err(Objection::Invalid(error)) => Err(error),
			Err(Objection::Refused(reason)) => {
				let receipt = T::Receipts::append(Operation::DispatchRefused {
					clause: clause.clone(),
					reason: reason.code(),
				});
				log::info!(
					target: crate::LOG_TARGET,
					"dispatch of {clause} refused: {}",
					reason.text(),
				);
				Self::deposit_event(Event::DispatchRefused { requester, clause, reason, receipt });
				// The last questions of the filter: with another answer they were not asked.
				let proof = reason == Refusal::NotProvable;
				let asked = proof
					|| matches!(
						reason,
						Refusal::CredentialMissing
							| Refusal::QuotaOfDao | Refusal::QuotaOfJurisdiction
					);
				let weight = Self::weight_of_refusal()
					.saturating_add(Self::weight_of_requester(asked))
					.saturating_add(Self::weight_of_proving(proof));
				Ok((Err(reason), weight))
			},
		}
	}

	fn examine(
		requester: &AccountId,
		id: &ClauseId,
		input: &JobInput,
		constraints: &JobConstraints,
		asked: Option<ExecutionMode>,
	) -> Result<Accepted, Objection> {
		let now = Self::now();
		let params = Parameters::<T>::get();
		let clause = T::Clauses::clause(id).ok_or_else(|| invalid::<T>(Error::ClauseUnknown))?;
		let spec = clause.spec;

		// The request itself.
		let input_len = examine_input(&params, input).map_err(invalid::<T>)?;
		let jurisdictions = examine_constraints(&spec, constraints).map_err(invalid::<T>)?;
		let vendors = examine_vendors(&spec, constraints).map_err(invalid::<T>)?;
		examine_answers(&spec, input, constraints, asked).map_err(invalid::<T>)?;
		let mode = mode_asked(&spec, constraints, asked);
		let timeout = examine_timeout(&params, &spec, mode, constraints).map_err(invalid::<T>)?;

		// Governance's filter.
		examine_policy(&spec, clause.status, requester, constraints, now)?;
		let demands = &spec.policy.requester_credentials;
		if !demands.is_empty() && !T::Credentials::account_meets(requester, demands) {
			return Err(Refusal::CredentialMissing.into());
		}
		let ask = QuotaAsk {
			owner: &clause.owner,
			jurisdictions: &jurisdictions,
			class: constraints.class,
		};
		T::Quotas::check(&ask).map_err(Refusal::from)?;
		if needs_proof(mode) && !T::Proofs::is_provable(id) {
			return Err(Refusal::NotProvable.into());
		}

		// Money and room.
		let (_, seats) = mode.quorum();
		let kept = kept(input);
		let deposit =
			params.deposit_base.saturating_add(params.deposit_byte.saturating_mul(kept as u128));
		let quote = Quote::new(params.fees, params.prices, &spec.limits, input_len, seats, deposit);
		if constraints.max_price.is_some_and(|most| quote.total > most) {
			return Err(invalid::<T>(Error::PriceAboveMax));
		}
		let rings = Ledger::<T>::get().rings;
		let ring = rings.get(constraints.class);
		// What is voted on waits in no queue.
		if seats > 0 && ring.live.saturating_add(ring.aside) >= params.max_queued {
			return Err(invalid::<T>(Error::QueueFull));
		}
		if LiveJobs::<T>::get(requester) >= params.max_live_jobs {
			return Err(invalid::<T>(Error::TooManyLiveJobs));
		}
		let free =
			T::Currency::reducible_balance(requester, Preservation::Protect, Fortitude::Force);
		if free < quote.total.saturating_add(quote.deposit)
			|| !T::Currency::hold_available(&HoldReason::Escrow.into(), requester)
			|| !T::Currency::hold_available(&HoldReason::Input.into(), requester)
		{
			return Err(invalid::<T>(Error::CannotPay));
		}

		// What may not run later must not wait until later.
		let expires_at = [spec.window.map(|window| window.until), spec.expiry]
			.into_iter()
			.flatten()
			.fold(now.saturating_add(timeout), |at, limit| at.min(limit));
		Ok(Accepted { owner: clause.owner, spec, mode, jurisdictions, vendors, expires_at, quote })
	}

	fn open_job(
		requester: AccountId,
		clause: ClauseId,
		input: JobInput,
		constraints: JobConstraints,
		provenance: Provenance,
		accepted: Accepted,
	) -> Result<JobId, DispatchError> {
		let Accepted { owner, spec, mode, jurisdictions, vendors, expires_at, quote } = accepted;
		T::Quotas::take(&QuotaAsk {
			owner: &owner,
			jurisdictions: &jurisdictions,
			class: constraints.class,
		});
		let Provenance { originator, parent, dependencies, lineage, mode: _ } = provenance;
		let sealed = matches!(input, JobInput::Sealed { .. });
		let voted = mode == ExecutionMode::SovereignOverride;
		T::Currency::hold(&HoldReason::Escrow.into(), &requester, quote.total)
			.and_then(|()| T::Currency::hold(&HoldReason::Input.into(), &requester, quote.deposit))
			.map_err(|_| Error::<T>::CannotPay)?;

		let mut job = Job::new(quote.total, quote.deposit, expires_at);
		let id = Ledger::<T>::mutate(|ledger| {
			let totals = &mut ledger.totals;
			totals.jobs = totals.jobs.saturating_add(1);
			if voted {
				job.status = JobStatus::AwaitingVote;
			} else {
				totals.queued = totals.queued.saturating_add(1);
				Self::push_back(&mut ledger.rings, totals.jobs, &mut job, constraints.class);
			}
			totals.jobs
		});
		LiveJobs::<T>::mutate(&requester, |live| *live = live.saturating_add(1));
		Jobs::<T>::insert(id, job);
		let commitment = match &input {
			JobInput::Inline(bytes) => input_commitment(bytes),
			JobInput::External { commitment, .. } | JobInput::Sealed { commitment, .. } => {
				*commitment
			},
		};
		Inputs::<T>::insert(id, input);
		Orders::<T>::insert(
			id,
			Order {
				requester: requester.clone(),
				clause: clause.clone(),
				program: spec.program.hash,
				input: commitment,
				capability: spec.capability,
				mode,
				limits: spec.limits,
				output_key: constraints.output_key,
				sealed,
				commit_reveal: mode.commits() && constraints.output_key.is_none(),
				resources: spec.resources.plus(&Resources {
					memory_mib: memory_mib(spec.limits.memory_bytes),
					..Default::default()
				}),
				jurisdictions,
				sovereign_only: spec.policy.sovereign_only || constraints.sovereign_only,
				vendors,
				spread: spec.policy.spread.or(constraints.spread),
				collocate: constraints.collocate,
				forbid_simulated: spec.policy.forbid_simulated,
				measurements: spec.measurements,
				risk: constraints.tier.map_or(spec.risk, |tier| tier.max(spec.risk)),
				node_credentials: spec.policy.node_credentials,
				class: constraints.class,
				trigger: constraints.trigger,
				min_trust: constraints.min_trust,
				min_quality: constraints.min_quality,
				preferred: constraints.preferred,
				excluded: constraints.excluded,
				originator,
				parent,
				dependencies,
				lineage,
				quote,
				dispatched_at: Self::now(),
			},
		);
		Self::arm(expires_at, AgendaItem::Expiry { job: id });
		T::ClauseJobs::job_opened(&clause);
		Self::deposit_event(Event::JobDispatched {
			job: id,
			requester,
			clause,
			class: constraints.class,
			escrow: quote.total,
			deposit: quote.deposit,
			expires_at,
		});
		if voted {
			Self::deposit_event(Event::VoteAwaited { job: id, expires_at });
		}
		Ok(id)
	}

	pub(crate) fn do_cancel(who: AccountId, id: JobId) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(order.requester == who, Error::<T>::NotRequester);
		ensure!(
			matches!(
				job.status,
				JobStatus::Pending
					| JobStatus::Paused
					| JobStatus::AwaitingInput
					| JobStatus::AwaitingVote
			),
			Error::<T>::NotCancellable
		);
		Self::end(id, job, &order, JobStatus::Cancelled);
		Ok(())
	}

	pub(crate) fn do_fail_job(id: JobId) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(job.is_live(), Error::<T>::NotLive);
		Self::end(id, job, &order, JobStatus::Failed(FailureReason::Governance));
		Ok(())
	}

	/// Ends a job without a result: frees its nodes, returns the money, and tells everybody.
	pub(crate) fn end(id: JobId, mut job: Job, order: &Order, status: JobStatus) {
		let mid_round = job.occupies_nodes();
		if mid_round {
			Self::vacate_all(id, &job, order);
		}
		Self::leave_queue(&mut job, order.class);
		let fees = match job.status {
			// Nodes were kept waiting for nothing.
			JobStatus::AwaitingInput => {
				let times = (job.seats.len() as Balance).saturating_add(1);
				order.quote.fees.scheduling.saturating_mul(times)
			},
			_ if job.was_tried() => order.quote.fees.scheduling,
			_ => 0,
		};
		let Outlay { fees, refunded, .. } = Self::close_escrow(id, &mut job, order, &[], fees);
		let receipt = T::Receipts::append(Operation::JobFailed {
			job: id,
			clause: order.clause.clone(),
			attempts: job.attempts,
			refunded,
		});
		job.receipt = Some(receipt);
		Self::conclude(id, &mut job, order, status);
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobEnded { job: id, status, fees, refunded, receipt });
		T::ClauseJobs::job_closed(&order.clause, verdict_on_clause(&status));
		if mid_round {
			T::Listener::round_over(id);
		}
		if let Some(parent) = &order.parent {
			T::Outcomes::job_ended(id, parent, &JobEnd::Failed(status));
		}
	}

	/// The common part of every end, with a result or without: the requester's count, and what [`Self::close`] does.
	pub(crate) fn conclude(id: JobId, job: &mut Job, order: &Order, status: JobStatus) {
		LiveJobs::<T>::mutate_exists(&order.requester, |live| {
			*live = live.map(|count| count.saturating_sub(1)).filter(|left| *left > 0);
		});
		Self::close(id, job, order, status);
	}

	/// State, time, pruning, and input of a job that ends, or whose result is replaced.
	pub(crate) fn close(id: JobId, job: &mut Job, order: &Order, status: JobStatus) {
		let now = Self::now();
		let prune_at = now.saturating_add(Parameters::<T>::get().challenge_window);
		Self::set_status(job, status);
		job.backups = Default::default();
		job.waiting = None;
		job.resume = None;
		job.frozen_at = None;
		job.ended_at = Some(now);
		job.prune_at = Some(prune_at);
		Self::arm(prune_at, AgendaItem::Prune { job: id });
		if !keeps_input(&status) {
			Self::drop_input(id, job, order);
		}
	}

	/// Changes the state, and the totals with it.
	pub(crate) fn set_status(job: &mut Job, to: JobStatus) {
		let from = core::mem::replace(&mut job.status, to);
		if from != to && !Counters::ignore(from, to) {
			Ledger::<T>::mutate(|ledger| ledger.totals.moved(from, to));
		}
	}

	pub(crate) fn do_pause(subject: PauseSubject, blocks: BlockNumber) -> DispatchResult {
		let most = Parameters::<T>::get().max_pause;
		ensure!((1..=most).contains(&blocks), Error::<T>::PauseOutOfBounds);
		let until = Self::now().saturating_add(blocks);
		Switches::<T>::try_mutate(|switches| Self::hold(switches, &subject, until))?;
		Self::deposit_event(Event::Paused { subject, until });
		Ok(())
	}

	/// Puts a switch on a list, in place of one on the same subject. Those whose time is over go.
	pub(crate) fn hold(
		switches: &mut SwitchList,
		subject: &PauseSubject,
		until: BlockNumber,
	) -> Result<(), Error<T>> {
		let now = Self::now();
		switches.retain(|(known, until)| *until > now && known != subject);
		switches.try_push((subject.clone(), until)).map_err(|_| Error::<T>::TooManyPauses)
	}

	/// Takes a switch off a list. Those whose time is over go.
	pub(crate) fn lift(switches: &mut SwitchList, subject: &PauseSubject) -> Result<(), Error<T>> {
		let now = Self::now();
		ensure!(
			switches.iter().any(|(known, until)| known == subject && *until > now),
			Error::<T>::NotPaused
		);
		switches.retain(|(known, until)| *until > now && known != subject);
		Ok(())
	}

	pub(crate) fn do_resume(subject: PauseSubject) -> DispatchResult {
		Switches::<T>::try_mutate(|switches| Self::lift(switches, &subject))?;
		Self::deposit_event(Event::Resumed { subject });
		Ok(())
	}

	/// Whether the parameters make sense, and leave the hook room for its dearest steps.
	pub(crate) fn ensure_params(params: &Params) -> DispatchResult {
		ensure!(params.are_valid(), Error::<T>::ParamsInvalid);
		// Either gets at least one step in every block, however much the other has to do.
		let least = T::WeightInfo::tick()
			.saturating_add(T::WeightInfo::agenda_page())
			.saturating_add(Self::weight_of_dearest_item())
			.saturating_add(Self::weight_of_dearest_placement(params))
			.saturating_add(T::WeightInfo::skip_place())
			.saturating_add(Self::weight_of_most_questions(params));
		ensure!(least.all_lte(Self::hook_limit(params)), Error::<T>::ParamsInvalid);
		Ok(())
	}

	/// Weight of `dispatch` when it opens a job, for a clause that demands no credentials of requesters.
	pub fn weight_of_dispatch(input: &JobInput) -> Weight {
		let kept = kept(input);
		// Measured on the runtime, with what the clause registry does.
		T::WeightInfo::dispatch(kept).saturating_add(T::Quotas::weight())
	}

	/// Weight of `dispatch` when governance's filter refuses before it asks about credentials.
	pub fn weight_of_refusal() -> Weight {
		T::WeightInfo::dispatch_refused().saturating_add(T::Quotas::weight())
	}

	/// Weight of asking whether the clause has a verifying key, if that is done.
	fn weight_of_proving(asked: bool) -> Weight {
		if asked {
			T::Proofs::weight_of_asking()
		} else {
			Weight::zero()
		}
	}

	/// Weight of asking about the requester's credentials, if that is done.
	fn weight_of_requester(asked: bool) -> Weight {
		if asked {
			T::Credentials::weight()
		} else {
			Weight::zero()
		}
	}

	/// The most that a dispatch weighs, before it is known what the clause demands.
	pub fn weight_of_dearest_dispatch(input: &JobInput) -> Weight {
		Self::weight_of_dispatch(input)
			.max(Self::weight_of_refusal())
			.saturating_add(T::Credentials::weight())
			.saturating_add(T::Proofs::weight_of_asking())
	}

	/// Weight of ending a job without a result, with all who are told.
	pub fn weight_of_end(own: Weight) -> Weight {
		Self::weight_of_end_alone(own).saturating_add(T::Outcomes::weight())
	}

	/// The same without whoever opened the job.
	pub(crate) fn weight_of_end_alone(own: Weight) -> Weight {
		own.saturating_add(T::Receipts::weight())
			.saturating_add(T::ClauseJobs::weight_of_closing())
			.saturating_add(T::Listener::weight_of_round_over())
	}

	/// What the hook may use of a block.
	pub(crate) fn hook_limit(params: &Params) -> Weight {
		let block = T::BlockWeights::get().max_block;
		Weight::from_parts(
			(block.ref_time() / 100).saturating_mul(params.hook_share.into()),
			(block.proof_size() / 100).saturating_mul(params.hook_share.into()),
		)
	}
}

fn invalid<T: Config>(error: Error<T>) -> Objection {
	Objection::Invalid(error.into())
}

/// Length of the input.
fn examine_input<T: Config>(params: &Params, input: &JobInput) -> Result<u32, Error<T>> {
	let (len, most) = match input {
		JobInput::Sealed { len, .. } => (*len, params.max_external_bytes),
		JobInput::Inline(bytes) => (bytes.len() as u32, params.max_input_bytes),
		JobInput::External { len, location, .. } => {
			ensure!(is_url(location), Error::<T>::InputLocationInvalid);
			(*len, params.max_external_bytes)
		},
	};
	ensure!(len > 0, Error::<T>::InputEmpty);
	ensure!(len <= most, Error::<T>::InputTooLarge);
	Ok(len)
}

/// How many nodes run the job, and how they agree: as whoever opens it for the chain says, as an ensemble that the requester
/// asks for, or as the clause says.
pub(crate) fn mode_asked(
	spec: &ClauseSpec,
	constraints: &JobConstraints,
	asked: Option<ExecutionMode>,
) -> ExecutionMode {
	let ensemble = constraints
		.ensemble
		.map(|Ensemble { size, aggregation }| ExecutionMode::Ensemble { n: size, aggregation });
	asked.or(ensemble).unwrap_or(spec.mode)
}

/// Whether a result counts only with a proof that the runtime verifies.
const fn needs_proof(mode: ExecutionMode) -> bool {
	matches!(mode, ExecutionMode::ZkVerifierSet { .. })
}

/// Whether the answers can be what is asked for: one of an ensemble, or sealed, but not both; sealed only to nodes, and
/// agreed on as somebody can agree.
fn examine_answers<T: Config>(
	spec: &ClauseSpec,
	input: &JobInput,
	constraints: &JobConstraints,
	asked: Option<ExecutionMode>,
) -> Result<(), Error<T>> {
	let mode = mode_asked(spec, constraints, asked);
	if let Some(asked) = asked {
		let (_, n) = asked.quorum();
		ensure!(asked.is_valid() && n > 0, Error::<T>::ModeInvalid);
	}
	if constraints.ensemble.is_some() {
		let single = spec.mode == ExecutionMode::Single && asked.is_none();
		ensure!(single && mode.is_valid(), Error::<T>::EnsembleInvalid);
	}
	let sealed = matches!(input, JobInput::Sealed { .. });
	if constraints.output_key.is_some() {
		ensure!(sealed, Error::<T>::SealedOutputInvalid);
		ensure!(constraints.ensemble.is_none(), Error::<T>::SealedOutputInvalid);
		// What is proved is the output itself: nothing can be proved about a blinded hash.
		let proved = matches!(mode, ExecutionMode::ZkVerifierSet { .. });
		ensure!(!proved, Error::<T>::SealedOutputInvalid);
	}
	ensure!(!sealed || mode.quorum().1 > 0, Error::<T>::NobodyToSealTo);
	Ok(())
}

/// Whether a job in this state may still be run, or run again: for a dispute, or because nodes have said that its program
/// fails, which an audit has to be able to find untrue.
pub(crate) const fn keeps_input(status: &JobStatus) -> bool {
	!status.is_final() || matches!(status, JobStatus::Failed(FailureReason::Program(_)))
}

/// Who may vouch for the hardware: what clause and requester have in common.
fn examine_vendors<T: Config>(
	spec: &ClauseSpec,
	constraints: &JobConstraints,
) -> Result<List<Vendor>, Error<T>> {
	let (allowed, wanted) = (&spec.policy.vendors, &constraints.vendors);
	if wanted.is_empty() {
		return Ok(allowed.clone());
	}
	let mut common = wanted.clone();
	common.retain(|one| allowed.is_empty() || allowed.contains(one));
	ensure!(!common.is_empty(), Error::<T>::VendorsDisjoint);
	Ok(common)
}

/// Whether nothing stands in a list twice.
fn all_different<I: PartialEq>(list: &[I]) -> bool {
	list.iter()
		.enumerate()
		.all(|(at, one)| !list.iter().skip(at.saturating_add(1)).any(|other| other == one))
}

/// What an end without a result says about the clause: that its nodes gave up on it, or nothing (NSF §4.10.9).
const fn verdict_on_clause(status: &JobStatus) -> Option<bool> {
	match status {
		JobStatus::Failed(FailureReason::Silence | FailureReason::NoQuorum) => Some(false),
		_ => None,
	}
}

/// Whether a location is a scheme, `://` and something behind it, in printable ASCII.
pub(crate) fn is_url(location: &[u8]) -> bool {
	let Some(colon) = location.iter().position(|byte| *byte == b':') else { return false };
	let (scheme, rest) = location.split_at(colon);
	scheme.first().is_some_and(|byte| byte.is_ascii_lowercase())
		&& scheme.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
		&& rest.starts_with(b"://")
		&& rest.len() > 3
		&& rest.iter().all(|byte| byte.is_ascii_graphic())
}

/// Where nodes may stand: what clause and requester have in common.
fn examine_constraints<T: Config>(
	spec: &ClauseSpec,
	constraints: &JobConstraints,
) -> Result<List<Jurisdiction>, Error<T>> {
	let JobConstraints { preferred, excluded, jurisdictions, .. } = constraints;
	ensure!(!preferred.iter().any(|node| excluded.contains(node)), Error::<T>::PreferredExcluded);
	ensure!(all_different(preferred) && all_different(excluded), Error::<T>::NamedTwice);
	ensure!(
		constraints.min_trust <= ONE && constraints.min_quality <= ONE,
		Error::<T>::ThresholdOutOfBounds
	);
	ensure!(jurisdictions.iter().all(Jurisdiction::is_valid), Error::<T>::JurisdictionInvalid);
	let allowed = &spec.policy.jurisdictions;
	let wanted = if jurisdictions.is_empty() { allowed } else { jurisdictions };
	let mut common: alloc::vec::Vec<_> =
		wanted.iter().filter(|one| allowed.is_empty() || allowed.contains(one)).copied().collect();
	common.sort_unstable();
	// The pools are summed up: none may count twice.
	common.dedup();
	ensure!(wanted.is_empty() || !common.is_empty(), Error::<T>::JurisdictionsDisjoint);
	List::try_from(common).map_err(|_| Error::<T>::JurisdictionsDisjoint)
}

/// Blocks that the job has.
fn examine_timeout<T: Config>(
	params: &Params,
	spec: &ClauseSpec,
	mode: ExecutionMode,
	constraints: &JobConstraints,
) -> Result<BlockNumber, Error<T>> {
	// One block to be placed, and one round, with the time to show what was committed to.
	let shown = mode.commits() && constraints.output_key.is_none();
	let round = delivery_window(spec.limits.wall_millis, params.delivery_margin)
		.saturating_add(1)
		.saturating_add(if shown { reveals(params) } else { 0 });
	let voted = mode == ExecutionMode::SovereignOverride;
	// A vote waits for no node, and takes its time.
	let (least, usual) = match voted {
		true => (params.min_timeout, params.max_timeout),
		false => (params.min_timeout.max(round), params.default_timeout),
	};
	match constraints.timeout_blocks {
		None => Ok(usual.max(least).min(params.max_timeout)),
		Some(blocks) => {
			ensure!((least..=params.max_timeout).contains(&blocks), Error::<T>::TimeoutOutOfBounds);
			Ok(blocks)
		},
	}
}

/// Governance's filter.
fn examine_policy(
	spec: &ClauseSpec,
	status: ClauseStatus,
	requester: &AccountId,
	constraints: &JobConstraints,
	now: BlockNumber,
) -> Result<(), Refusal> {
	match status {
		ClauseStatus::Active => (),
		ClauseStatus::Draft => return Err(Refusal::ClauseDraft),
		ClauseStatus::SafeMode(_) => return Err(Refusal::ClauseInSafeMode),
		ClauseStatus::Retired => return Err(Refusal::ClauseRetired),
	}
	ensure!(spec.expiry.is_none_or(|expiry| now < expiry), Refusal::ClauseExpired);
	ensure!(spec.window.is_none_or(|window| window.contains(now)), Refusal::OutsideWindow);
	ensure!(spec.triggers & constraints.trigger.bit() != 0, Refusal::TriggerNotAccepted);
	let permitted = &spec.policy.requesters;
	ensure!(permitted.is_empty() || permitted.contains(requester), Refusal::RequesterNotPermitted);
	ensure!(
		constraints.class != JobClass::Critical || spec.risk == RiskClass::Critical,
		Refusal::ClassNotPermitted
	);
	Ok(())
}
