//! The invariants of the crate head, in code.

use crate::{pallet::*, types::*};
use alloc::collections::BTreeSet;
use concordat_primitives::{job::JobStatus, traits::JobBoard};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant that the crate head lists.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_queues()?;
		Self::try_state_reports()?;
		ensure!(Parameters::<T>::get().are_valid(), "invalid parameters");
		Ok(())
	}

	/// 1 and 2.
	fn try_state_queues() -> Result<(), TryRuntimeError> {
		let (undrawn, waiting) = (Undrawn::<T>::get(), Waiting::<T>::get());
		let jobs: BTreeSet<_> = undrawn.iter().chain(waiting.iter()).map(|one| one.job).collect();
		ensure!(jobs.len() == undrawn.len() + waiting.len(), "a job stands in line twice");
		ensure!(
			Undrawn::<T>::exists() != undrawn.is_empty()
				&& Waiting::<T>::exists() != waiting.is_empty(),
			"an empty list is kept"
		);
		let totals = Totaled::<T>::get();
		ensure!(
			totals.drawn + totals.ordered == waiting.len() as u64 + totals.skipped + totals.opened,
			"what was drawn or ordered waits, was skipped or was opened"
		);
		Ok(())
	}

	/// 3 and 4.
	fn try_state_reports() -> Result<(), TryRuntimeError> {
		let (mut running, mut failed) = (0u64, 0u64);
		let mut audits = BTreeSet::new();
		for (job, report) in Reports::<T>::iter() {
			ensure!(job != report.by && audits.insert(report.by), "an audit is of one other job");
			failed += u64::from(report.has_failed());
			let Some(result) = report.running() else { continue };
			running += 1;
			ensure!(is_comparable(&result), "an audit checks what honest nodes see alike");
			let terms = T::Jobs::terms(report.by);
			let runs = terms.is_some_and(|terms| {
				!terms.status.is_final() && terms.status != JobStatus::Completed
			});
			ensure!(runs, "an audit whose job has ended has ended");
		}
		let totals = Totaled::<T>::get();
		ensure!(
			totals.opened == totals.ended() + running,
			"an audit that was opened runs or has ended"
		);
		ensure!(totals.failed == failed, "an audit that failed is kept for good");
		Ok(())
	}
}
