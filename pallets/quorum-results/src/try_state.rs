//! The invariants, checked.

use crate::{
	impls::readable, Ballots, Certificates, Config, Discarded, OutputPlace, Pallet, Results,
};
use alloc::collections::{btree_map::BTreeMap, btree_set::BTreeSet};
use concordat_primitives::{hashing::output_hash, job::JobStatus, traits::JobBoard, JobId};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks what the head of the crate lists under *Invariants*.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let certificates = Self::try_state_certificates()?;
		Self::try_state_ballots(&certificates)?;
		Self::try_state_results()
	}

	/// 4, 5. Returns how many certificates each job has.
	fn try_state_certificates() -> Result<BTreeMap<JobId, u32>, TryRuntimeError> {
		let mut counts = BTreeMap::<JobId, u32>::new();
		for ((job, node, attempt), (at, cac)) in Certificates::<T>::iter() {
			let body = cac.statement.body();
			ensure!(
				(body.job, body.node, body.attempt) == (job, node, attempt),
				"a certificate under another's key"
			);
			ensure!(at <= Self::now(), "a certificate of a block to come");
			ensure!(
				T::Jobs::terms(job).is_some() != Discarded::<T>::contains_key(job),
				"a certificate of a job that is gone"
			);
			let count = counts.entry(job).or_default();
			*count = count.saturating_add(1);
			ensure!(*count <= T::MaxCertificates::get(), "more certificates than allowed");
		}
		for job in Discarded::<T>::iter_keys() {
			ensure!(counts.contains_key(&job), "a discarded job without certificates");
		}
		Ok(counts)
	}

	/// 1, 2, 3.
	fn try_state_ballots(certificates: &BTreeMap<JobId, u32>) -> Result<(), TryRuntimeError> {
		for (job, urn) in Ballots::<T>::iter() {
			ensure!(
				certificates.get(&job) == Some(&urn.certificates),
				"an urn that miscounts its job's certificates"
			);
			if urn.ballots.is_empty() {
				continue;
			}
			let terms = T::Jobs::terms(job).ok_or("votes for a job that is gone")?;
			ensure!(
				terms.status.is_assigned() || terms.status == JobStatus::Disputed,
				"votes for a job that is not running"
			);
			let mut voters = BTreeSet::new();
			for ballot in &urn.ballots {
				ensure!(voters.insert((ballot.node, ballot.attempt)), "a node that voted twice");
				let (at, cac) = Certificates::<T>::get((job, ballot.node, ballot.attempt))
					.ok_or("a vote without a certificate")?;
				let outcome = &cac.statement.body().outcome;
				ensure!(
					cac.digest() == ballot.cac
						&& outcome.tally() == ballot.tally
						&& readable(outcome).is_some() == ballot.readable
						&& at == ballot.at,
					"a vote that its certificate does not say"
				);
			}
		}
		Ok(())
	}

	/// 6, 7.
	fn try_state_results() -> Result<(), TryRuntimeError> {
		for (job, record) in Results::<T>::iter() {
			ensure!(!Ballots::<T>::contains_key(job), "a decided job that still votes");
			ensure!(record.decided_at <= Self::now(), "a decision of a block to come");
			let terms = T::Jobs::terms(job).ok_or("a result of a job that is gone")?;
			ensure!(
				!terms.status.is_assigned() && terms.status != JobStatus::Pending,
				"a decided job that runs"
			);
			let is_there = match &record.output {
				OutputPlace::OffChain => true,
				OutputPlace::Certificate(node, attempt) => {
					Certificates::<T>::get((job, node, attempt)).is_some_and(|(_, cac)| {
						let outcome = &cac.statement.body().outcome;
						outcome.tally() == record.result && readable(outcome).is_some()
					})
				},
				OutputPlace::Record(bytes) => record.result == Ok(output_hash(bytes)),
			};
			ensure!(is_there, "an output that is not where its record says");
		}
		Ok(())
	}
}
