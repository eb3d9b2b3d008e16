//! What is run again, and on what terms.

use crate::{pallet::*, types::*, TallyOf, WeightInfo};
use alloc::vec::Vec;
use concordat_primitives::{
	clause::{ExecutionMode, MAX_INPUT_BYTES},
	hashing::lineage,
	job::{JobConstraints, JobInput, SeatState},
	traits::{ClauseInspect, JobBoard, JobOpener, JobRequest, OpenError, Work},
	trust::Originator,
	workflow::{Dependencies, JobParent, MAX_DEPENDENCIES},
	Hash, JobId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Weight},
	BoundedVec,
};

impl<T: Config> Pallet<T> {
	/// Weight of opening an audit of a job with `input` bytes kept on chain.
	pub(crate) fn open_weight(input: u32) -> Weight {
		let results = u64::from(MAX_DEPENDENCIES).saturating_add(1);
		T::WeightInfo::open()
			.saturating_add(T::Results::weight().saturating_mul(results))
			.saturating_add(T::Clauses::weight())
			.saturating_add(T::Opener::weight_of_opening(input))
	}

	/// The most that opening an audit weighs.
	pub(crate) fn dearest_open_weight() -> Weight {
		Self::open_weight(MAX_INPUT_BYTES)
	}

	/// Opens the audit of a job, or says why not; and what that weighs. `totals` are the caller's to write back.
	pub(crate) fn open_audit(
		candidate: &Candidate,
		totals: &mut Totals,
	) -> (Result<JobId, SkipReason>, Weight) {
		let (result, request) = match Self::prepare(candidate) {
			Ok(prepared) => prepared,
			// The dearest thing that may have been read is the input.
			Err(reason) => return (Err(reason), Self::dearest_open_weight()),
		};
		let weight = Self::open_weight(match &request.input {
			JobInput::Inline(bytes) => bytes.len() as u32,
			JobInput::External { location, .. } => location.len() as u32,
			JobInput::Sealed { .. } => 0,
		});
		let opened = T::Opener::open(request).map_err(|error| match error {
			OpenError::Refused(reason) => SkipReason::Refused(reason),
			OpenError::Invalid(error) => SkipReason::NotOpened(error),
		});
		let opened = opened.inspect(|by| {
			let Candidate { job, node } = *candidate;
			let report = Report { node, by: *by, state: AuditState::Running { result } };
			Reports::<T>::insert(job, report);
			totals.opened = totals.opened.saturating_add(1);
			Self::deposit_event(Event::AuditOpened { job, by: *by, node });
		});
		(opened, weight)
	}

	/// What has to be found again, and the job that does so.
	fn prepare(candidate: &Candidate) -> Result<(Tally, JobRequest), SkipReason> {
		let Candidate { job, node } = *candidate;
		ensure!(!Reports::<T>::contains_key(job), SkipReason::Known);
		let result = T::Results::tally(job).ok_or(SkipReason::Gone)?;
		ensure!(is_comparable(&result), SkipReason::NotComparable);
		// Asked before the input, which the board drops of most jobs that are final.
		let status = T::Jobs::terms(job).ok_or(SkipReason::Gone)?.status;
		ensure!(stands(&status), SkipReason::Judged);
		let work = T::Jobs::work(job).ok_or(SkipReason::Gone)?;
		let Work { terms, input, trigger, lineage, dependencies, parent, .. } = work;
		ensure!(!matches!(parent, Some(JobParent::Audit { .. })), SkipReason::Audit);
		let sealed = matches!(input, JobInput::Sealed { .. }) || terms.output_key.is_some();
		ensure!(!sealed, SkipReason::Sealed);
		// A clause is for good, but a wrong slash would be too: what decides the output has to be the same.
		let clause = T::Clauses::clause(&terms.clause).ok_or(SkipReason::ClauseChanged)?;
		let same = clause.spec.program.hash == terms.program && clause.spec.limits == terms.limits;
		ensure!(same, SkipReason::ClauseChanged);
		let dependencies =
			Self::with_outputs(&dependencies, lineage).ok_or(SkipReason::Dependencies)?;

		let account = Self::account_id();
		let request = JobRequest {
			requester: account.clone(),
			clause: terms.clause,
			input,
			constraints: JobConstraints {
				// The clause accepted it once.
				trigger,
				excluded: BoundedVec::truncate_from(alloc::vec![node]),
				..Default::default()
			},
			originator: Originator::Account(account),
			parent: JobParent::Audit { job },
			dependencies,
			mode: Some(AUDIT_MODE),
		};
		Ok((result, request))
	}

	/// The outputs that a job depends on, if they are there still and make up its lineage.
	fn with_outputs(dependencies: &Dependencies, expected: Hash) -> Option<Vec<(JobId, Hash)>> {
		let outputs: Vec<_> = dependencies
			.iter()
			.map(|job| Some((*job, T::Results::tally(*job)?.ok()?)))
			.collect::<Option<_>>()?;
		let hashes: Vec<_> = outputs.iter().map(|(_, output)| *output).collect();
		(lineage(&hashes) == expected).then_some(outputs)
	}

	/// Governance has a job audited.
	pub(crate) fn do_audit(job: JobId) -> DispatchResult {
		let terms = T::Jobs::terms(job).ok_or(Error::<T>::Gone)?;
		let alone =
			matches!(terms.mode, ExecutionMode::Single | ExecutionMode::Quorum { n: 1, .. });
		ensure!(alone, Error::<T>::NotSingle);
		let mut delivered =
			terms.seats.iter().filter(|seat| matches!(seat.state, SeatState::Delivered(_)));
		let node = match (delivered.next(), delivered.next()) {
			(Some(seat), None) => seat.node,
			_ => return Err(Error::<T>::NotSingle.into()),
		};
		// One that came to no finding, or confirmed, may be done again; what has failed has been punished.
		match Reports::<T>::get(job) {
			Some(report) if report.running().is_some() || report.has_failed() => {
				return Err(Error::<T>::Known.into())
			},
			_ => Reports::<T>::remove(job),
		}
		let mut totals = Totaled::<T>::get();
		totals.ordered = totals.ordered.saturating_add(1);
		let (opened, _) = Self::open_audit(&Candidate { job, node }, &mut totals);
		opened.map_err(Error::<T>::from_reason)?;
		Totaled::<T>::put(totals);
		Ok(())
	}
}

impl<T: Config> Error<T> {
	/// The error that says so.
	fn from_reason(reason: SkipReason) -> sp_runtime::DispatchError {
		match reason {
			SkipReason::Known => Self::Known,
			SkipReason::Gone => Self::Gone,
			SkipReason::Sealed => Self::Sealed,
			SkipReason::Dependencies => Self::Dependencies,
			SkipReason::NotComparable => Self::NotComparable,
			SkipReason::ClauseChanged => Self::ClauseChanged,
			SkipReason::Audit => Self::IsAudit,
			SkipReason::Judged => Self::Judged,
			SkipReason::Refused(_) => Self::Refused,
			SkipReason::NotOpened(error) => return error,
			// Only the queue says these.
			SkipReason::Overflow | SkipReason::NoRoom => Self::NoRoom,
		}
		.into()
	}
}
