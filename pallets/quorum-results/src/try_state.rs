//! The invariants, checked.

use crate::{
	impls::readable, Ballots, Certificates, Config, Discarded, OutputPlace, Pallet, Proofs,
	Results, Urn, VotedOutputs,
};
use alloc::collections::{btree_map::BTreeMap, btree_set::BTreeSet};
use concordat_primitives::{
	clause::{ExecutionMode, MAX_VOTERS},
	hashing::output_hash,
	job::{JobStatus, JobTerms, SeatState},
	traits::JobBoard,
	JobId,
};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks what the head of the crate lists under *Invariants*.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let certificates = Self::try_state_certificates()?;
		Self::try_state_ballots(&certificates)?;
		Self::try_state_proofs()?;
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
			// After the decision every seat may dissent once.
			let late = if Ballots::<T>::contains_key(job) { 0 } else { MAX_VOTERS };
			let most = T::MaxCertificates::get().saturating_add(late);
			ensure!(*count <= most, "more certificates than allowed");
		}
		for job in Discarded::<T>::iter_keys() {
			ensure!(counts.contains_key(&job), "a discarded job without certificates");
		}
		Ok(counts)
	}

	/// 1, 2, 3, 8, 9.
	fn try_state_ballots(certificates: &BTreeMap<JobId, u32>) -> Result<(), TryRuntimeError> {
		for (job, urn) in Ballots::<T>::iter() {
			ensure!(
				certificates.get(&job).copied().unwrap_or_default() == urn.certificates,
				"an urn that miscounts its job's certificates"
			);
			ensure!(!urn.is_blank(), "an urn that says nothing");
			if urn.ballots.is_empty() && urn.pledges.is_empty() && urn.committee == 0 {
				continue;
			}
			let terms = T::Jobs::terms(job).ok_or("votes for a job that is gone")?;
			ensure!(
				terms.status.is_assigned() || terms.status == JobStatus::Disputed,
				"votes for a job that is not running"
			);
			Self::try_state_commitments(&terms, &urn)?;
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

	/// 8, 9. Of one job.
	fn try_state_commitments(terms: &JobTerms, urn: &Urn) -> Result<(), TryRuntimeError> {
		let mut pledged = BTreeSet::new();
		for pledge in &urn.pledges {
			ensure!(pledged.insert((pledge.node, pledge.attempt)), "a node that committed twice");
		}
		let committed: BTreeSet<_> = terms
			.voting()
			.filter(|seat| matches!(seat.state, SeatState::Committed(_)))
			.map(|seat| (seat.node, seat.attempt))
			.collect();
		ensure!(committed == pledged, "commitments that are not those of the seats");
		ensure!(terms.commit_reveal || pledged.is_empty(), "commitments where nobody commits");
		ensure!(
			terms.committee.is_some() == (urn.committee > 0),
			"a committee that only one of board and urn knows"
		);
		let members = terms.voting().count();
		ensure!(
			urn.committee == 0 || members <= usize::from(urn.committee),
			"more members than the committee was seated with"
		);
		Ok(())
	}

	/// 10.
	fn try_state_proofs() -> Result<(), TryRuntimeError> {
		for (job, proof) in Proofs::<T>::iter() {
			let terms = T::Jobs::terms(job).ok_or("a proof about a job that is gone")?;
			let is_provable = matches!(terms.mode, ExecutionMode::ZkVerifierSet { .. });
			let is_open = terms.status.is_assigned() || terms.status == JobStatus::Disputed;
			ensure!(
				is_provable && is_open && terms.round == proof.round,
				"a proof that nobody waits for"
			);
		}
		for job in VotedOutputs::<T>::iter_keys() {
			let is_voted =
				Results::<T>::get(job).is_some_and(|record| record.output == OutputPlace::Voted);
			ensure!(is_voted, "a voted output that is nobody's result");
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
				OutputPlace::Voted => VotedOutputs::<T>::get(job)
					.is_some_and(|bytes| record.result == Ok(output_hash(&bytes))),
			};
			ensure!(is_there, "an output that is not where its record says");
		}
		Ok(())
	}
}
