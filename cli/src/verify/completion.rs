//! The certificates on which the receipt of a completed job rests.

use super::bad;
use crate::error::Result;
use codec::Encode;
use concordat_primitives::{
	cac::{FailureCode, Outcome, Output, SignedCac},
	clause::{ExecutionMode, MAX_SEATS, MAX_VOTERS},
	ensemble::{aggregate, Answer},
	hashing::output_hash,
	receipt::{Making, Operation, ReceiptBody, Voter},
	Attempt, Hash,
};

type Tally = std::result::Result<Hash, FailureCode>;

/// Checks the voters of a completed job and their certificates, says what was found, and returns whether the result rests
/// on simulated enclaves.
pub fn check(
	body: &ReceiptBody,
	genesis: Hash,
	cacs: &[SignedCac],
	checks: &mut Vec<String>,
) -> Result<bool> {
	let Operation::JobCompleted { k, n, voters, result, simulated, ensemble, .. } = &body.operation
	else {
		return Ok(false);
	};
	plausible(voters, (*k, *n), *result, ensemble.as_ref())?;
	if let Some(cac) = cacs.iter().find(|cac| !voters.iter().any(|v| v.cac == cac.digest())) {
		let node = cac.statement.body().node;
		return Err(bad(format!("a certificate of node {node} that the receipt does not name")));
	}
	let attempts = certificates(body, genesis, cacs, checks)?;
	let decided = decided(voters, &attempts, (*k, *n), *result, ensemble.as_ref())?;
	let seen = cacs.iter().any(|cac| cac.statement.body().simulated);
	if seen && !simulated {
		return Err(bad("a certificate is simulated and the receipt hides it"));
	}
	if *simulated && !seen {
		return Err(bad("the receipt says simulated and no certificate does"));
	}
	checks.push(decided);
	Ok(*simulated)
}

/// Equal results that it takes. Nodes of an ensemble that takes any one answer still have to be most of them to agree on a
/// failure; and answers that are made one agree with it as its strategy says.
fn least((k, n): (u8, u8), result: Tally, ensemble: Option<&Making>) -> u8 {
	match ensemble {
		Some(_) => 1,
		None if result.is_err() && k == 1 => n / 2 + 1,
		None => k,
	}
}

/// Whether a body of `n` nodes of which `k` have to agree can have decided this, with these voters.
pub(super) fn plausible(
	voters: &[Voter],
	(k, n): (u8, u8),
	result: Tally,
	ensemble: Option<&Making>,
) -> Result<()> {
	if let Some(Making { aggregation, .. }) = ensemble {
		let mode = ExecutionMode::Ensemble { n, aggregation: *aggregation };
		if !mode.is_valid() || k != aggregation.needed(n) || result.is_err() {
			return Err(bad(format!("{k} of {n} is no ensemble by {aggregation:?}")));
		}
	}
	let needed = least((k, n), result, ensemble);
	let quorum = ExecutionMode::Quorum { k: needed, n };
	if ensemble.is_none() && (!quorum.is_valid() || needed == 0) {
		return Err(bad(format!("{k} of {n} is no quorum")));
	}
	if voters.len() > MAX_VOTERS as usize {
		return Err(bad(format!(
			"{} voters, where a round has at most {MAX_VOTERS}",
			voters.len()
		)));
	}
	for (place, voter) in voters.iter().enumerate() {
		let mut others = voters.iter().take(place);
		if others.any(|o| o.node == voter.node || o.signing_key == voter.signing_key) {
			return Err(bad(format!("node {} or its key votes twice", voter.node)));
		}
	}
	let agreed = voters.iter().filter(|voter| voter.agreed).count();
	if agreed < usize::from(needed) {
		return Err(bad(format!("{agreed} voters agree where {needed} of {n} have to")));
	}
	if result.is_err_and(|code| !code.is_deterministic()) {
		return Err(bad("nodes cannot agree on a failure that says nothing about the program"));
	}
	Ok(())
}

/// Who decided, in words: the nodes that the mode asks, or, if there are more voters than those, their backup committee.
///
/// A committee sits under an attempt of its own, the last of the round. It has `n` members, of whom `k`, more than half, have
/// to agree; what the primaries said before is in the receipt too, and decides nothing.
pub(super) fn decided(
	voters: &[Voter],
	attempts: &[Attempt],
	(k, n): (u8, u8),
	result: Tally,
	ensemble: Option<&Making>,
) -> Result<String> {
	let agreed = voters.iter().filter(|voter| voter.agreed).count();
	if let Some(making) = ensemble {
		if voters.len() > usize::from(n) {
			return Err(bad(format!("{} voters where {n} were asked", voters.len())));
		}
		return Ok(format!(
			"ensemble: the answer is what {:?} makes of {} voters, made again; {agreed} agree with it",
			making.aggregation,
			voters.len()
		));
	}
	if voters.len() <= usize::from(n) {
		return Ok(format!("quorum: {agreed} of {} voters agree; {k} of {n} had to", voters.len()));
	}
	let last = attempts.iter().max().copied().unwrap_or_default();
	let members: Vec<&Voter> = voters
		.iter()
		.zip(attempts)
		.filter(|(_, attempt)| **attempt == last)
		.map(|(voter, _)| voter)
		.collect();
	let before = voters.len() - members.len();
	let is_committee = n >= 2 && k == n / 2 + 1;
	if !is_committee || members.len() > usize::from(n) || before > MAX_SEATS as usize {
		return Err(bad(format!("{} voters where {n} were asked", voters.len())));
	}
	let agreed = members.iter().filter(|voter| voter.agreed).count();
	let needed = least((k, n), result, None);
	if agreed < usize::from(needed) {
		return Err(bad(format!(
			"{agreed} members of the backup committee agree where {needed} of {n} have to"
		)));
	}
	Ok(format!(
		"backup committee: {agreed} of {} members that voted agree; {k} of {n} had to, after {before} nodes differed",
		members.len()
	))
}

/// Checks each voter's certificate, and returns the attempt that it is for.
fn certificates(
	body: &ReceiptBody,
	genesis: Hash,
	cacs: &[SignedCac],
	checks: &mut Vec<String>,
) -> Result<Vec<Attempt>> {
	let Operation::JobCompleted {
		job, clause, program, input, result, k, voters, ensemble, ..
	} = &body.operation
	else {
		return Ok(Vec::new());
	};
	let (mut outcomes, mut attempts) = (Vec::new(), Vec::new());
	for voter in voters {
		let Voter { node, signing_key, cac, lease, agreed } = voter;
		let certificate = cacs
			.iter()
			.find(|candidate| candidate.digest() == *cac)
			.ok_or_else(|| bad(format!("the certificate of node {node} is missing")))?;
		if !certificate.verify(signing_key) {
			return Err(bad(format!("the signature of node {node} is wrong")));
		}
		let statement = certificate.statement.body();
		let bound = statement.genesis == genesis
			&& statement.job == *job
			&& statement.node == *node
			&& statement.clause == *clause
			&& statement.program == *program
			&& statement.input == *input;
		if !bound {
			return Err(bad(format!("node {node} signed about something else")));
		}
		if statement.lease != *lease {
			return Err(bad(format!(
				"node {node} signed under lease {}, not {lease}",
				statement.lease
			)));
		}
		if ensemble.is_none() && (statement.outcome.tally() == *result) != *agreed {
			return Err(bad(format!("node {node} is counted on the wrong side")));
		}
		if statement.acted_on.0 > body.block {
			return Err(bad(format!("node {node} acted on a block after the receipt's")));
		}
		if let Outcome::Success { hash, output: Output::Inline(bytes) } = &statement.outcome {
			if output_hash(bytes) != *hash {
				return Err(bad(format!("the output of node {node} is not the one it hashed")));
			}
		}
		checks.push(format!(
			"certificate: node {node}, lease {lease}, attempt {}, {} bytes signed by 0x{}{}",
			statement.attempt,
			certificate.statement.encoded_size(),
			hex::encode(signing_key),
			if *agreed { "" } else { " (dissents)" }
		));
		outcomes.push(&statement.outcome);
		attempts.push(statement.attempt);
	}
	if let Some(making) = ensemble {
		remake(making, voters, &outcomes, usize::from(*k), *result)?;
	}
	Ok(attempts)
}

/// Makes the answer of an ensemble again, out of what its nodes signed: it has to be the receipt's, and those have to
/// agree with it whom the receipt names.
fn remake(
	making: &Making,
	voters: &[Voter],
	outcomes: &[&Outcome],
	needed: usize,
	result: Tally,
) -> Result<()> {
	if making.weights.len() != voters.len() {
		return Err(bad(format!("{} weights of {} voters", making.weights.len(), voters.len())));
	}
	let (mut answers, mut who) = (Vec::new(), Vec::new());
	for ((voter, outcome), weight) in voters.iter().zip(outcomes).zip(&making.weights) {
		match outcome {
			Outcome::Success { output: Output::Inline(bytes), .. } => {
				answers.push(Answer { output: bytes, weight: *weight });
				who.push(voter);
			},
			Outcome::Success { .. } => {
				return Err(bad(format!(
					"the certificate of node {} does not carry its output",
					voter.node
				)))
			},
			Outcome::Failure(_) if voter.agreed => {
				return Err(bad(format!("node {} is counted on the wrong side", voter.node)))
			},
			Outcome::Failure(_) => {},
		}
	}
	if answers.len() < needed {
		return Err(bad(format!("{} answers where {needed} are needed", answers.len())));
	}
	let made = aggregate(making.aggregation, &answers)
		.map_err(|error| bad(format!("the answers cannot be made one: {error:?}")))?;
	if Ok(output_hash(&made.output)) != result {
		return Err(bad("the result is not what the answers make"));
	}
	for (voter, agrees) in who.iter().zip(&made.agreed) {
		if voter.agreed != *agrees {
			return Err(bad(format!("node {} is counted on the wrong side", voter.node)));
		}
	}
	Ok(())
}
