//! What an enclave is handed: the token, and the bytes that the job needs, as far as they are here.

use super::{elsewhere, Run, Task, Trouble, LAST_CALL_BLOCKS, LOG_TARGET};
use crate::{Certificates, Config, OutputPlace, Pallet, Results};
use alloc::{collections::btree_map::BTreeMap, vec::Vec};
use concordat_primitives::{
	cac::{Outcome, Output},
	clause::ProgramLocation,
	content::{BodyId, BodyKind, Wish},
	enclave_api::{HandoffToken, JobToken, SealedToken, StartRequest},
	handoff::HandoffState,
	job::{JobInput, JobTerms},
	sealed::{SealedBody, SealedInput},
	traits::{ClauseInspect, GenesisHash, Handoffs, JobBoard, JobOutputs, NodeInspect},
	BlockNumber, Hash, JobId,
};
use frame_system::pallet_prelude::BlockNumberFor;

/// What can be sent to the enclave.
pub(super) enum Request {
	/// All that it needs, or as much of it as there will ever be.
	Whole(StartRequest),
	/// The token, and the bodies that the host has still to find.
	Awaiting(JobToken, Vec<BodyId>),
	/// The token: the node that ran the step before has still to hand over.
	HandoffAwaited(JobToken),
}

/// Where the handoff of a seat stands, as far as it matters here.
// One lives at a time: a box would only add an allocation.
#[allow(clippy::large_enum_variant)]
enum Handover {
	/// There is none, or none any more; or here it is.
	Settled(Option<HandoffToken>),
	/// It is still to come.
	Awaited,
}

impl<T: Config> Run<T> {
	/// All that the enclave needs to run the job, as far as it is here.
	pub(super) fn request(&mut self, task: &Task) -> Result<Request, Trouble> {
		let Task { job, seat, .. } = task;
		let work = T::Jobs::work(*job).ok_or(Trouble::Missing("the job is gone"))?;
		let terms = work.terms;
		let jurisdiction = T::Nodes::spec(seat.node)
			.ok_or(Trouble::Missing("the node is not registered"))?
			.jurisdiction;
		let clause = T::Clauses::clause(&terms.clause)
			.ok_or(Trouble::Missing("the clause is not registered"))?;
		let handover = self.handover(task)?;

		let mut missing = Vec::new();
		let mut sealed = None;
		let input = match work.input {
			JobInput::Inline(input) => input.into_inner(),
			JobInput::External { commitment, len, location } => {
				let body = BodyId { kind: BodyKind::Input, hash: commitment, len };
				self.fetched(task, body, location.into_inner(), &mut missing)
			},
			JobInput::Sealed { .. } => {
				let (token, ciphertext) = self.sealed(task, &terms, work.sealed, &mut missing)?;
				sealed = Some(token);
				ciphertext
			},
		};
		let program = match T::Clauses::program(&terms.clause) {
			Some(program) => program,
			None => {
				let program = clause.spec.program;
				let (hash, len) = (terms.program, program.len);
				let body = BodyId { kind: BodyKind::Program, hash, len };
				// A preimage that is gone may still lie in a store of the host.
				let location = match program.location {
					ProgramLocation::Preimage => Vec::new(),
					ProgramLocation::External(location) => location.into_inner(),
				};
				self.fetched(task, body, location, &mut missing)
			},
		};
		let dependencies = work
			.dependencies
			.iter()
			.map(|dependency| self.dependency(task, *dependency, &mut missing))
			.collect();

		let mut token = JobToken {
			genesis: T::Genesis::genesis_hash(),
			job: *job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: seat.node,
			lease: seat.lease,
			clause: terms.clause,
			program: terms.program,
			input: terms.input,
			lineage: work.lineage,
			capability: work.capability,
			limits: terms.limits,
			jurisdiction,
			dao: clause.owner,
			trigger: work.trigger,
			expires_at: seat.deliver_by,
			acted_on: self.acted_on(),
			sealed,
			output_key: terms.output_key,
			handoff: None,
			commit_reveal: terms.commit_reveal,
		};
		match handover {
			Handover::Awaited => return Ok(Request::HandoffAwaited(token)),
			Handover::Settled(handoff) => token.handoff = handoff,
		}
		if !missing.is_empty() && self.may_wait(task, &missing) {
			return Ok(Request::Awaiting(token, missing));
		}
		for body in &missing {
			log::error!(
				target: LOG_TARGET,
				"job {job}, attempt {}, node {}: the {body} could not be had; the enclave signs that it is unavailable",
				seat.attempt,
				seat.node,
			);
		}
		Ok(Request::Whole(StartRequest { token, program, input, dependencies }))
	}

	/// How the seat was handed over.
	fn handover(&self, task: &Task) -> Result<Handover, Trouble> {
		let Task { job, seat, .. } = task;
		match T::Handoffs::state(*job, seat.attempt, seat.node) {
			HandoffState::NotNeeded => Ok(Handover::Settled(None)),
			HandoffState::Awaited { .. } => Ok(Handover::Awaited),
			HandoffState::Given(signed, sender) => {
				let context = T::Handoffs::context(*job)
					.ok_or(Trouble::Missing("the chain has no context for its handoff"))?;
				Ok(Handover::Settled(Some(HandoffToken { signed, sender, context })))
			},
			HandoffState::Lapsed => {
				log::info!(
					target: LOG_TARGET,
					"job {job}, attempt {}, node {}: nobody handed it over in time; the chain's record stands in",
					seat.attempt,
					seat.node,
				);
				Ok(Handover::Settled(None))
			},
		}
	}

	/// What opens a sealed input, and its ciphertext.
	fn sealed(
		&mut self,
		task: &Task,
		terms: &JobTerms,
		sealed: Option<SealedInput>,
		missing: &mut Vec<BodyId>,
	) -> Result<(SealedToken, Vec<u8>), Trouble> {
		let SealedInput { round, ciphertext, body, keys } =
			sealed.ok_or(Trouble::Missing("its input is not sealed yet"))?;
		// The recipients of another round are not those of this one, whoever happens to be in both.
		if round != terms.round || terms.ciphertext != Some(ciphertext) {
			return Err(Trouble::Missing("its input was sealed for another round"));
		}
		let key = keys.into_iter().find(|key| key.node == task.seat.node).ok_or(Trouble::NoKey)?;
		let bytes = match body {
			SealedBody::Inline(bytes) => bytes.into_inner(),
			SealedBody::External { len, location } => {
				let body = BodyId { kind: BodyKind::Ciphertext, hash: ciphertext, len };
				self.fetched(task, body, location.into_inner(), missing)
			},
		};
		Ok((SealedToken { round, ciphertext, key }, bytes))
	}

	/// The output of a job that this one depends on: as the chain has it, or from the host. Of one that can never be had
	/// the enclave gets nothing in its place; it sees that by the lineage, and signs so.
	fn dependency(&mut self, task: &Task, job: JobId, missing: &mut Vec<BodyId>) -> Vec<u8> {
		if let Some(output) = Pallet::<T>::output(job) {
			return output;
		}
		let bodies = external_outputs::<T>(job);
		let Some((body, _)) = bodies.first() else {
			log::error!(
				target: LOG_TARGET,
				"job {}, node {}: the output of job {job}, on which it depends, cannot be had",
				task.job,
				task.seat.node,
			);
			return Vec::new();
		};
		let body = *body;
		for (_, location) in bodies {
			self.wish(task, body, location);
		}
		elsewhere::body(&body).unwrap_or_else(|| {
			missing.push(body);
			Vec::new()
		})
	}

	/// A body from the host, or nothing and a note that it is missing.
	fn fetched(
		&mut self,
		task: &Task,
		body: BodyId,
		location: Vec<u8>,
		missing: &mut Vec<BodyId>,
	) -> Vec<u8> {
		self.wish(task, body, location);
		elsewhere::body(&body).unwrap_or_else(|| {
			missing.push(body);
			Vec::new()
		})
	}

	fn wish(&mut self, task: &Task, body: BodyId, location: Vec<u8>) {
		if body.is_fetchable() {
			self.wishes.add(Wish { body, location, job: task.job, node: task.seat.node });
		}
	}

	/// Whether the host may still find what is missing, and there is time to wait for it.
	fn may_wait(&self, task: &Task, missing: &[BodyId]) -> bool {
		let last_call = task.seat.deliver_by.saturating_sub(LAST_CALL_BLOCKS);
		// However short the time, the host has one look at what was asked for just now.
		let first_look = self.now <= task.seat.assigned_at;
		elsewhere::served().is_some()
			&& missing.iter().all(BodyId::is_fetchable)
			&& (self.now < last_call || first_look)
	}

	/// The block whose state this run reads. The executive makes its hash known to off-chain workers; where it has not,
	/// the parent has to do.
	fn acted_on(&self) -> (BlockNumber, Hash) {
		let number: BlockNumberFor<T> = self.now.into();
		let hash = frame_system::Pallet::<T>::block_hash(number);
		if hash == Hash::default() {
			(self.now.saturating_sub(1), frame_system::Pallet::<T>::parent_hash())
		} else {
			(self.now, hash)
		}
	}
}

/// Where the output of a job is said to be that is kept elsewhere: by those who agreed on it. All name the same body. Its
/// hash is agreed on, its length each of them only states: what most of them say counts, and of equals the least.
fn external_outputs<T: Config>(job: JobId) -> Vec<(BodyId, Vec<u8>)> {
	let Some(record) = Results::<T>::get(job) else { return Vec::new() };
	let (Ok(hash), OutputPlace::OffChain) = (record.result, record.output) else {
		return Vec::new();
	};
	let mut by_length = BTreeMap::<u32, Vec<Vec<u8>>>::new();
	for (_, cac) in Certificates::<T>::iter_prefix_values((job,)) {
		let body = cac.statement.body();
		match &body.outcome {
			Outcome::Success { hash: said, output: Output::External(location) }
				if *said == hash =>
			{
				by_length.entry(body.usage.bytes_out).or_default().push(location.to_vec());
			},
			_ => {},
		}
	}
	let most = by_length.into_iter().rev().max_by_key(|(_, locations)| locations.len());
	let Some((len, locations)) = most else { return Vec::new() };
	let body = BodyId { kind: BodyKind::Output, hash, len };
	locations.into_iter().map(|location| (body, location)).collect()
}
