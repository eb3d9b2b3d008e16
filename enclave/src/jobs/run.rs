//! From bytes to an outcome: opening, checking, running, sealing, signing.

use super::{book::Said, Inner};
use crate::engine::{Execution, Input, ENGINE};
use concordat_primitives::{
	attest::EncryptionKey,
	cac::{CacStatement, CacV1, FailureCode, Outcome, Output, ResourceUsage},
	commit::{Commitment, Opening},
	enclave_api::{JobToken, SealedToken, StartRequest},
	hashing::{input_commitment, lineage, output_hash, program_hash},
	sealed::{Salt, SealContext},
	Hash,
};
use concordat_sealing::{
	check_key, seal_output, Envelope, OpenError, OpenedInput, SealError, Zeroizing,
};

/// What became of a run, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
	outcome: Outcome,
	usage: ResourceUsage,
}

impl Verdict {
	/// A run that failed before it began.
	pub fn refused(code: FailureCode) -> Self {
		Self { outcome: Outcome::Failure(code), usage: ResourceUsage::default() }
	}

	pub fn is_success(&self) -> bool {
		matches!(self.outcome, Outcome::Success { .. })
	}
}

/// Lineage of a job that depends on these outputs.
pub(super) fn lineage_of(dependencies: &[Vec<u8>]) -> Hash {
	lineage(&dependencies.iter().map(|bytes| output_hash(bytes)).collect::<Vec<_>>())
}

/// To whom an output is sealed, and what blinds its hash.
struct Requester {
	key: EncryptionKey,
	salt: Zeroizing<Salt>,
	context: SealContext,
}

fn context_of(token: &JobToken, sealed: &SealedToken) -> SealContext {
	SealContext {
		genesis: token.genesis,
		job: token.job,
		round: sealed.round,
		clause: token.clause.clone(),
	}
}

impl Inner {
	/// Checks that the bytes are those that the token names, and runs them. The error is the host's fault: nothing is
	/// signed then.
	pub(super) fn execute(&self, request: StartRequest) -> Result<Verdict, String> {
		let StartRequest { token, program, input, dependencies } = request;
		let input = Zeroizing::new(input);
		let wrong_program = program_hash(&program) != token.program;
		// A ciphertext is never empty; an open input may be.
		let wrong_input = match &token.sealed {
			Some(_) => input.is_empty(),
			None => input_commitment(&input) != token.input,
		};
		if (wrong_program && program.is_empty()) || (wrong_input && input.is_empty()) {
			return Ok(Verdict::refused(FailureCode::ContentUnavailable));
		}
		let wrong_lineage = lineage_of(&dependencies) != token.lineage;
		if wrong_lineage && dependencies.iter().any(Vec::is_empty) {
			return Ok(Verdict::refused(FailureCode::ContentUnavailable));
		}
		if wrong_program || wrong_input || wrong_lineage {
			return Ok(Verdict::refused(FailureCode::InputMismatch));
		}
		let (input, requester) = match &token.sealed {
			None => (input, None),
			Some(sealed) => match self.open(&token, sealed, &input) {
				Ok(opened) => opened,
				Err(reason) => {
					log::info!("job {} attempt {}: {reason}", token.job, token.attempt);
					return Ok(Verdict::refused(FailureCode::InputMismatch));
				},
			},
		};
		let execution = Execution {
			program: &program,
			input: Input::from(input),
			dependencies: dependencies.into(),
			limits: token.limits,
		};
		let report = self.engine.run(&execution).map_err(|fault| fault.to_string())?;
		let outcome = match report.outcome {
			Ok(output) => conclude(Zeroizing::new(output), requester)?,
			Err(code) => Outcome::Failure(code),
		};
		Ok(Verdict { outcome, usage: report.usage })
	}

	/// The input that was sealed, and who gets the output. Whatever does not fit, be it the host's or the requester's
	/// doing, ends the attempt as an `InputMismatch`: the reason is for the log.
	fn open(
		&self,
		token: &JobToken,
		sealed: &SealedToken,
		ciphertext: &[u8],
	) -> Result<(Zeroizing<Vec<u8>>, Option<Requester>), String> {
		let context = context_of(token, sealed);
		// A key that nothing can be sealed to: before the run, so that none is for nothing.
		let key = match token.output_key {
			Some(key) => {
				check_key(&key).map_err(|e| format!("the requester's key: {e}"))?;
				Some(key)
			},
			None => None,
		};
		let envelope = Envelope {
			context: &context,
			node: token.node,
			key: &sealed.key,
			ciphertext: &sealed.ciphertext,
			commitment: &token.input,
		};
		let opened: Result<OpenedInput, OpenError> = self.keys.open_input(&envelope, ciphertext);
		let OpenedInput { salt, input } = opened.map_err(|e| e.to_string())?;
		Ok((input, key.map(|key| Requester { key, salt, context })))
	}

	/// The statement of an attempt, and the commitment to it where the token asks for one: failures are committed to like
	/// outputs, or their absence would tell. Called once for each: whoever calls makes it `Done` under the same lock.
	pub(super) fn sign(&self, token: &JobToken, verdict: Verdict) -> Said {
		let committed = token.commit_reveal.then(|| {
			let salt = self.keys.salt(token);
			let opening = Opening {
				genesis: token.genesis,
				job: token.job,
				attempt: token.attempt,
				node: token.node,
				key: &self.keys.signing_key(),
				tally: verdict.outcome.tally(),
			};
			let commitment = Commitment {
				genesis: token.genesis,
				job: token.job,
				attempt: token.attempt,
				nonce: token.nonce,
				node: token.node,
				hash: opening.commit(&salt),
			};
			(self.keys.sign_commitment(commitment), salt)
		});
		let token = token.clone();
		let cac = self.keys.sign_cac(CacStatement::V1(CacV1 {
			genesis: token.genesis,
			job: token.job,
			attempt: token.attempt,
			nonce: token.nonce,
			node: token.node,
			clause: token.clause,
			program: token.program,
			measurement: self.identity.measurement,
			lease: token.lease,
			input: token.input,
			lineage: token.lineage,
			outcome: verdict.outcome,
			usage: verdict.usage,
			engine: ENGINE,
			acted_on: token.acted_on,
			simulated: self.identity.simulated,
		}));
		Said { cac, committed }
	}
}

/// The outcome of a run that ended well: in the clear, or sealed to the requester.
fn conclude(output: Zeroizing<Vec<u8>>, requester: Option<Requester>) -> Result<Outcome, String> {
	let too_large = Ok(Outcome::Failure(FailureCode::OutputTooLarge));
	let Some(Requester { key, salt, context }) = requester else {
		let hash = output_hash(&output);
		return match output.to_vec().try_into() {
			Ok(output) => Ok(Outcome::Success { hash, output: Output::Inline(output) }),
			Err(_) => too_large,
		};
	};
	let sealed = match seal_output(&context, &key, &output, &salt) {
		Ok(sealed) => sealed,
		Err(SealError::OutputTooLong(_)) => return too_large,
		Err(error) => return Err(format!("the output cannot be sealed: {error}")),
	};
	match sealed.bytes.try_into() {
		Ok(output) => Ok(Outcome::Success { hash: sealed.hash, output: Output::Sealed(output) }),
		Err(_) => too_large,
	}
}
