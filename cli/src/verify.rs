//! Checks a receipt bundle without a node: the receipt, its path, the rollup, and every signature.

use crate::error::{Error, Result};
use codec::{DecodeAll, Encode};
use concordat_primitives::{
	cac::{FailureCode, Outcome, Output, SignedCac},
	clause::ExecutionMode,
	ensemble::{aggregate, Answer},
	hashing::output_hash,
	receipt::{Making, Operation, ReceiptBody, Voter},
	views::ReceiptProof,
	Hash,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One file that holds all that a check needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bundle {
	/// Names the format: [`Bundle::FORMAT`].
	pub format: String,
	/// Receipt, path and rollup.
	pub proof: ReceiptProof,
	/// Certificates of the voters, for the receipt of a job.
	pub cacs: Vec<SignedCac>,
}

impl Bundle {
	/// The format that this program writes and reads.
	pub const FORMAT: &'static str = "concordat-receipt/2";
}

/// What was checked and found true.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
	/// What was checked, in words.
	pub checks: Vec<String>,
	/// Hash of the rollup that the receipt is in.
	pub rollup_hash: Hash,
	/// Whether that hash was given from outside, and matched.
	pub rollup_trusted: bool,
	/// The result rests on simulated enclaves.
	pub simulated: bool,
	/// The receipt.
	pub receipt: ReceiptBody,
}

impl fmt::Display for Report {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		for check in &self.checks {
			writeln!(f, "  ok  {check}")?;
		}
		if self.simulated {
			writeln!(f, "  !!  simulated enclaves: no hardware stands behind this result")?;
		}
		if self.rollup_trusted {
			write!(f, "receipt {} holds", self.receipt.id)
		} else {
			writeln!(f, "  ??  compare the rollup hash with one that you trust (--rollup-hash):")?;
			writeln!(f, "      {:?}", self.rollup_hash)?;
			write!(f, "receipt {} holds under that rollup", self.receipt.id)
		}
	}
}

fn bad(reason: impl Into<String>) -> Error {
	Error::BadReceipt(reason.into())
}

/// Checks a bundle; fails with the first thing that does not hold.
pub fn verify(bundle: &Bundle, trusted: Option<Hash>) -> Result<Report> {
	if bundle.format != Bundle::FORMAT {
		return Err(bad(format!("unknown format {:?}", bundle.format)));
	}
	let proof = &bundle.proof;
	let mut checks = Vec::new();

	let body = ReceiptBody::decode_all(&mut &proof.encoded[..])
		.map_err(|_| bad("the leaf's bytes are not a receipt"))?;
	if body != proof.body {
		return Err(bad("the receipt differs from the leaf's bytes"));
	}
	let expected = proof.rollup.first_receipt.checked_add(proof.index.into());
	if expected != Some(body.id) {
		return Err(bad("the receipt's number does not belong at this place of the rollup"));
	}
	checks.push(format!("leaf: receipt {} of block {}", body.id, body.block));

	let path: Vec<[u8; 32]> = proof.path.iter().map(|hash| hash.0).collect();
	concordat_proofs::verify(
		&proof.rollup.root.0,
		proof.rollup.count,
		proof.index,
		&proof.encoded,
		&path,
	)
	.map_err(|e| bad(e.to_string()))?;
	checks.push(format!(
		"path: leaf {} of {}, {} siblings, to root {:?}",
		proof.index,
		proof.rollup.count,
		path.len(),
		proof.rollup.root
	));

	let rollup_hash = proof.rollup.hash();
	if trusted.is_some_and(|trusted| trusted != rollup_hash) {
		return Err(bad(format!("the rollup is {rollup_hash:?}, not the one you trust")));
	}
	checks.push(format!(
		"rollup: epoch {}, blocks {} to {}, follows {:?}",
		proof.rollup.epoch, proof.rollup.opened_at, proof.rollup.closed_at, proof.rollup.previous
	));

	let mut simulated = false;
	if let Operation::JobCompleted { k, n, voters, simulated: claimed, ensemble, .. } =
		&body.operation
	{
		simulated = *claimed;
		certificates(bundle, &body, &mut checks)?;
		let seen = bundle.cacs.iter().any(|cac| cac.statement.body().simulated);
		if seen && !simulated {
			return Err(bad("a certificate is simulated and the receipt hides it"));
		}
		if simulated && !seen {
			return Err(bad("the receipt says simulated and no certificate does"));
		}
		let agreed = voters.iter().filter(|voter| voter.agreed).count();
		checks.push(match ensemble {
			None => format!("quorum: {agreed} of {} voters agree; {k} of {n} had to", voters.len()),
			Some(making) => format!(
				"ensemble: the answer is what {:?} makes of {} voters, made again; {agreed} agree with it",
				making.aggregation,
				voters.len()
			),
		});
	}
	Ok(Report { checks, rollup_hash, rollup_trusted: trusted.is_some(), simulated, receipt: body })
}

/// Whether these voters can have decided anything under a mode that asks `n` nodes for `k` equal results.
fn plausible(
	voters: &[Voter],
	(k, n): (u8, u8),
	result: std::result::Result<Hash, FailureCode>,
	ensemble: Option<&Making>,
) -> Result<()> {
	// What has to agree. Nodes of an ensemble that takes any one answer still have to be most of them to agree on a
	// failure; and answers that are made one agree with it as its strategy says.
	let least = match ensemble {
		Some(Making { aggregation, .. }) => {
			let mode = ExecutionMode::Ensemble { n, aggregation: *aggregation };
			if !mode.is_valid() || k != aggregation.needed(n) || result.is_err() {
				return Err(bad(format!("{k} of {n} is no ensemble by {aggregation:?}")));
			}
			1
		},
		None if result.is_err() && k == 1 => n / 2 + 1,
		None => k,
	};
	if ensemble.is_none() && (!(ExecutionMode::Quorum { k: least, n }).is_valid() || least == 0) {
		return Err(bad(format!("{k} of {n} is no quorum")));
	}
	for (place, voter) in voters.iter().enumerate() {
		let mut others = voters.iter().take(place);
		if others.any(|o| o.node == voter.node || o.signing_key == voter.signing_key) {
			return Err(bad(format!("node {} or its key votes twice", voter.node)));
		}
	}
	if voters.len() > usize::from(n) {
		return Err(bad(format!("{} voters where {n} were asked", voters.len())));
	}
	let agreed = voters.iter().filter(|voter| voter.agreed).count();
	if agreed < usize::from(least) {
		return Err(bad(format!("{agreed} voters agree where {least} of {n} have to")));
	}
	if result.is_err_and(|code| !code.is_deterministic()) {
		return Err(bad("nodes cannot agree on a failure that says nothing about the program"));
	}
	Ok(())
}

fn certificates(bundle: &Bundle, body: &ReceiptBody, checks: &mut Vec<String>) -> Result<()> {
	let Operation::JobCompleted {
		job, clause, program, input, result, k, n, voters, ensemble, ..
	} = &body.operation
	else {
		return Ok(());
	};
	plausible(voters, (*k, *n), *result, ensemble.as_ref())?;
	let mut outcomes = Vec::new();
	for voter in voters {
		let Voter { node, signing_key, cac, lease, agreed } = voter;
		let certificate = bundle
			.cacs
			.iter()
			.find(|candidate| candidate.digest() == *cac)
			.ok_or_else(|| bad(format!("the certificate of node {node} is missing")))?;
		if !certificate.verify(signing_key) {
			return Err(bad(format!("the signature of node {node} is wrong")));
		}
		let statement = certificate.statement.body();
		let bound = statement.genesis == bundle.proof.rollup.genesis
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
	}
	match ensemble {
		Some(making) => remake(making, voters, &outcomes, usize::from(*k), *result),
		None => Ok(()),
	}
}

/// Makes the answer of an ensemble again, out of what its nodes signed: it has to be the receipt's, and those have to
/// agree with it whom the receipt names.
fn remake(
	making: &Making,
	voters: &[Voter],
	outcomes: &[&Outcome],
	needed: usize,
	result: std::result::Result<Hash, FailureCode>,
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

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::{
		attest::Measurement,
		cac::{CacStatement, CacV1, Engine, EngineKind, ResourceUsage},
		ensemble::Aggregation,
		receipt::RollupHeader,
		ClauseId,
	};
	use sp_core::{ed25519, Pair};

	fn bundle() -> Bundle {
		let bodies: Vec<ReceiptBody> = (0..5)
			.map(|id| ReceiptBody {
				id: 40 + id,
				block: 7,
				operation: Operation::DispatchRefused {
					clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
					reason: id as u8,
				},
			})
			.collect();
		let leaves: Vec<_> = bodies
			.iter()
			.enumerate()
			.map(|(i, b)| concordat_proofs::leaf_hash(i as u32, &b.encode()))
			.collect();
		let rollup = RollupHeader {
			epoch: 3,
			genesis: Hash::repeat_byte(1),
			previous: Hash::repeat_byte(2),
			root: concordat_proofs::root(&leaves).unwrap().into(),
			count: 5,
			first_receipt: 40,
			opened_at: 5,
			closed_at: 9,
		};
		let path =
			concordat_proofs::prove(&leaves, 2).unwrap().into_iter().map(Hash::from).collect();
		let proof = ReceiptProof {
			encoded: bodies[2].encode(),
			body: bodies[2].clone(),
			index: 2,
			path,
			rollup,
		};
		Bundle { format: Bundle::FORMAT.into(), proof, cacs: vec![] }
	}

	#[test]
	fn a_true_bundle_holds_and_survives_json() {
		let bundle: Bundle =
			serde_json::from_slice(&serde_json::to_vec(&bundle()).unwrap()).unwrap();
		let report = verify(&bundle, None).unwrap();
		assert!(!report.rollup_trusted);
		assert!(verify(&bundle, Some(report.rollup_hash)).unwrap().rollup_trusted);
	}

	fn voter(node: u32, agreed: bool) -> Voter {
		Voter { node, signing_key: [node as u8; 32], cac: Hash::zero(), lease: 1, agreed }
	}

	#[test]
	fn voters_that_cannot_have_decided_do_not() {
		let output = Ok(Hash::zero());
		let of = |quorum, voters: &[(u32, bool)]| {
			let voters: Vec<_> =
				voters.iter().map(|(node, agreed)| voter(*node, *agreed)).collect();
			plausible(&voters, quorum, output, None)
		};
		assert!(of((1, 1), &[(1, true)]).is_ok());
		assert!(of((2, 3), &[(1, true), (3, true)]).is_ok());
		assert!(of((2, 3), &[(1, true), (2, false), (3, true)]).is_ok());
		assert!(of((1, 1), &[]).is_err(), "nobody");
		assert!(of((1, 1), &[(1, false)]).is_err(), "only dissent");
		assert!(of((2, 3), &[(1, true)]).is_err(), "one where two have to agree");
		assert!(
			of((3, 5), &[(1, true), (2, true), (3, false)]).is_err(),
			"two where three have to"
		);
		assert!(of((1, 1), &[(1, true), (2, false)]).is_err(), "two where one was asked");
		assert!(of((1, 1), &[(1, true), (1, true)]).is_err(), "a node twice");
		for quorum in [(0, 0), (0, 1), (1, 2), (2, 4), (3, 2), (5, 8)] {
			assert!(of(quorum, &[(1, true), (2, true)]).is_err(), "{quorum:?} is no mode");
		}
		let shared = [voter(1, true), Voter { node: 2, ..voter(1, true) }];
		assert!(plausible(&shared, (2, 3), output, None).is_err(), "a key twice");
		assert!(plausible(&[voter(1, true)], (1, 1), Err(FailureCode::Timeout), None).is_err());
		// An ensemble that takes any one answer takes a failure from most of its nodes alone.
		let failed = |agreed: &[bool]| {
			let voters: Vec<_> =
				(1..).zip(agreed).map(|(node, agreed)| voter(node, *agreed)).collect();
			plausible(&voters, (1, 3), Err(FailureCode::Trap), None)
		};
		assert!(failed(&[true, true, false]).is_ok());
		assert!(failed(&[true, false, false]).is_err());
	}

	/// A bundle whose only leaf is this body.
	fn sole(operation: Operation, cacs: Vec<SignedCac>) -> Bundle {
		let mut bundle = bundle();
		let proof = &mut bundle.proof;
		proof.body = ReceiptBody { id: 40, block: 7, operation };
		proof.encoded = proof.body.encode();
		let leaf = concordat_proofs::leaf_hash(0, &proof.encoded);
		proof.index = 0;
		proof.path.clear();
		proof.rollup.count = 1;
		proof.rollup.root = concordat_proofs::root(&[leaf]).unwrap().into();
		bundle.cacs = cacs;
		bundle
	}

	/// What node `node` certifies about job 1, signed.
	fn certificate(node: u32, output: &[u8]) -> (SignedCac, [u8; 32]) {
		let pair = ed25519::Pair::from_seed(&[node as u8; 32]);
		let statement = CacStatement::V1(CacV1 {
			genesis: Hash::repeat_byte(1),
			job: 1,
			attempt: 1,
			nonce: Hash::repeat_byte(9),
			node,
			clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
			program: Hash::repeat_byte(3),
			measurement: Measurement([4; 48]),
			lease: 10 + u64::from(node),
			input: Hash::repeat_byte(5),
			lineage: concordat_primitives::hashing::NO_LINEAGE,
			outcome: Outcome::Success {
				hash: output_hash(output),
				output: Output::Inline(output.to_vec().try_into().unwrap()),
			},
			usage: ResourceUsage::default(),
			engine: Engine { kind: EngineKind::Wasmtime, version: (1, 0, 0) },
			acted_on: (6, Hash::repeat_byte(6)),
			simulated: true,
		});
		let signature = pair.sign(&statement.message()).0;
		(SignedCac { statement, signature }, pair.public().0)
	}

	/// The completion of job 1 by nodes 1 and 3 against node 2.
	fn completion() -> (Operation, Vec<SignedCac>) {
		let outputs: [(u32, &[u8]); 3] = [(1, b"yes"), (2, b"no"), (3, b"yes")];
		let (voters, cacs): (Vec<_>, Vec<_>) = outputs
			.into_iter()
			.map(|(node, output)| {
				let (cac, signing_key) = certificate(node, output);
				let lease = cac.statement.body().lease;
				let agreed = output == b"yes";
				(Voter { node, signing_key, cac: cac.digest(), lease, agreed }, cac)
			})
			.unzip();
		let operation = Operation::JobCompleted {
			job: 1,
			clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
			program: Hash::repeat_byte(3),
			input: Hash::repeat_byte(5),
			result: Ok(output_hash(b"yes")),
			k: 2,
			n: 3,
			voters: voters.try_into().unwrap(),
			paid: 200,
			simulated: true,
			ensemble: None,
		};
		(operation, cacs)
	}

	/// A completion of an ensemble, as the chain makes it.
	fn ensemble(aggregation: Aggregation, outputs: &[&[u8]]) -> (Operation, Vec<SignedCac>) {
		let weights: Vec<u64> = (1..).map(|place| place * 10).take(outputs.len()).collect();
		let answers: Vec<Answer<'_>> = outputs
			.iter()
			.zip(&weights)
			.map(|(output, weight)| Answer { output, weight: *weight })
			.collect();
		let made = aggregate(aggregation, &answers).unwrap();
		let (voters, cacs): (Vec<_>, Vec<_>) = (1u32..)
			.zip(outputs)
			.zip(&made.agreed)
			.map(|((node, output), agreed)| {
				let (cac, signing_key) = certificate(node, output);
				let lease = cac.statement.body().lease;
				(Voter { node, signing_key, cac: cac.digest(), lease, agreed: *agreed }, cac)
			})
			.unzip();
		let (Operation::JobCompleted { job, clause, program, input, paid, .. }, _) = completion()
		else {
			panic!()
		};
		let operation = Operation::JobCompleted {
			job,
			clause,
			program,
			input,
			result: Ok(output_hash(&made.output)),
			k: aggregation.needed(outputs.len() as u8),
			n: outputs.len() as u8,
			voters: voters.try_into().unwrap(),
			paid,
			simulated: true,
			ensemble: Some(Making { aggregation, weights: weights.try_into().unwrap() }),
		};
		(operation, cacs)
	}

	#[test]
	fn the_answer_of_an_ensemble_is_made_again() {
		for (aggregation, outputs) in [
			(Aggregation::Voting, [&b"yes"[..], b"no", b"yes"]),
			(Aggregation::BestEffort, [b"yes", b"no", b"perhaps"]),
			(Aggregation::Averaging, [b"10", b"20", b"40"]),
			(Aggregation::Consensus, [b"90", b"10", b"10"]),
		] {
			let (operation, cacs) = ensemble(aggregation, &outputs);
			let report = verify(&sole(operation, cacs), None)
				.unwrap_or_else(|error| panic!("{aggregation:?}: {error}"));
			assert!(report.checks.iter().any(|check| check.contains("made again")));
		}
	}

	#[test]
	fn an_answer_that_was_not_made_of_its_ensemble_is_refused() {
		type Change = fn(&mut Operation);
		let change: [(&str, Change); 6] = [
			("another answer", |operation| {
				let Operation::JobCompleted { result, .. } = operation else { panic!() };
				*result = Ok(output_hash(b"11"));
			}),
			("other weights", |operation| {
				let Operation::JobCompleted { ensemble: Some(making), .. } = operation else {
					panic!()
				};
				making.weights = vec![30, 20, 10].try_into().unwrap();
			}),
			("a weight less", |operation| {
				let Operation::JobCompleted { ensemble: Some(making), .. } = operation else {
					panic!()
				};
				making.weights.pop();
			}),
			("another strategy", |operation| {
				let Operation::JobCompleted { ensemble: Some(making), .. } = operation else {
					panic!()
				};
				making.aggregation = Aggregation::Voting;
			}),
			("no ensemble at all", |operation| {
				let Operation::JobCompleted { ensemble, .. } = operation else { panic!() };
				*ensemble = None;
			}),
			("somebody on the wrong side", |operation| {
				let Operation::JobCompleted { voters, .. } = operation else { panic!() };
				voters[1].agreed = !voters[1].agreed;
			}),
		];
		for (what, change) in change {
			let (mut operation, cacs) = ensemble(Aggregation::Averaging, &[b"10", b"20", b"40"]);
			change(&mut operation);
			assert!(verify(&sole(operation, cacs), None).is_err(), "{what}");
		}
	}

	#[test]
	fn a_completion_holds_with_its_quorum_and_leases() {
		let (operation, cacs) = completion();
		let report = verify(&sole(operation, cacs), None).unwrap();
		assert!(report.simulated);
		let text = report.to_string();
		assert!(text.contains("quorum: 2 of 3 voters agree; 2 of 3 had to"), "{text}");
		assert!(text.contains("certificate: node 3, lease 13, attempt 1"), "{text}");
	}

	#[test]
	fn a_completion_that_says_something_else_than_its_certificates_does_not() {
		type Bend = fn(&mut u8, &mut u8, &mut [Voter]);
		let bends: [(Bend, &str); 6] = [
			(|k, _, _| *k = 3, "too few agree"),
			(|k, n, _| (*k, *n) = (2, 2), "too many were asked"),
			(|k, n, _| (*k, *n) = (2, 4), "half is no quorum"),
			(|_, _, voters| voters[0].lease += 1, "another lease"),
			(|_, _, voters| voters[1].agreed = true, "on the wrong side"),
			(|_, _, voters| voters[2].signing_key = [1; 32], "another key"),
		];
		for (bend, what) in bends {
			let (mut operation, cacs) = completion();
			let Operation::JobCompleted { k, n, voters, .. } = &mut operation else { panic!() };
			bend(k, n, voters.as_mut());
			assert!(verify(&sole(operation, cacs), None).is_err(), "{what}");
		}
		let (operation, mut cacs) = completion();
		cacs.pop();
		assert!(verify(&sole(operation, cacs), None).is_err(), "a certificate is missing");
	}

	#[test]
	fn a_completion_without_voters_does_not_hold() {
		let (mut operation, _) = completion();
		let Operation::JobCompleted { voters, .. } = &mut operation else { panic!() };
		*voters = Default::default();
		assert!(verify(&sole(operation, vec![]), None).is_err());
	}

	#[test]
	fn a_bent_bundle_does_not() {
		let good = bundle();
		let bend = |f: &dyn Fn(&mut Bundle)| {
			let mut bent = good.clone();
			f(&mut bent);
			verify(&bent, None)
		};
		assert!(bend(&|b| b.format = "other".into()).is_err());
		assert!(bend(&|b| b.proof.body.block = 8).is_err());
		assert!(bend(&|b| b.proof.encoded.push(0)).is_err());
		assert!(bend(&|b| b.proof.index = 3).is_err());
		assert!(bend(&|b| b.proof.rollup.first_receipt = 41).is_err());
		assert!(bend(&|b| b.proof.rollup.count = 6).is_err());
		assert!(bend(&|b| b.proof.path.truncate(2)).is_err());
		assert!(bend(&|b| b.proof.rollup.root = Hash::zero()).is_err());
		assert!(verify(&good, Some(Hash::zero())).is_err());
	}
}
