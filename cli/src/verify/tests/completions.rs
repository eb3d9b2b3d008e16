//! What the certificates of a completed job have to say.

use super::{
	super::completion::{decided, plausible},
	certificate, completed, completion, sole, verify_short,
};
use concordat_primitives::{
	cac::{FailureCode, SignedCac},
	clause::MAX_VOTERS,
	ensemble::{aggregate, Aggregation, Answer},
	hashing::output_hash,
	receipt::{Making, Operation, Voter},
	Hash,
};

fn voter(node: u32, agreed: bool) -> Voter {
	Voter { node, signing_key: [node as u8; 32], cac: Hash::zero(), lease: 1, agreed }
}

#[test]
fn voters_that_cannot_have_decided_do_not() {
	let output = Ok(Hash::zero());
	let of = |quorum, voters: &[(u32, bool)]| {
		let voters: Vec<_> = voters.iter().map(|(node, agreed)| voter(*node, *agreed)).collect();
		plausible(&voters, quorum, output, None)
			.and_then(|()| decided(&voters, &vec![1; voters.len()], quorum, output, None))
	};
	assert!(of((1, 1), &[(1, true)]).is_ok());
	assert!(of((2, 3), &[(1, true), (3, true)]).is_ok());
	assert!(of((2, 3), &[(1, true), (2, false), (3, true)]).is_ok());
	assert!(of((1, 1), &[]).is_err(), "nobody");
	assert!(of((1, 1), &[(1, false)]).is_err(), "only dissent");
	assert!(of((2, 3), &[(1, true)]).is_err(), "one where two have to agree");
	assert!(of((3, 5), &[(1, true), (2, true), (3, false)]).is_err(), "two where three have to");
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
		let voters: Vec<_> = (1..).zip(agreed).map(|(node, agreed)| voter(node, *agreed)).collect();
		plausible(&voters, (1, 3), Err(FailureCode::Trap), None)
	};
	assert!(failed(&[true, true, false]).is_ok());
	assert!(failed(&[true, false, false]).is_err());
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
			let (cac, signing_key) = certificate(node, 1, output);
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
		let report = verify_short(&sole(operation, cacs), None)
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
		assert!(verify_short(&sole(operation, cacs), None).is_err(), "{what}");
	}
}

#[test]
fn a_completion_holds_with_its_quorum_and_leases() {
	let (operation, cacs) = completion();
	let report = verify_short(&sole(operation, cacs), None).unwrap();
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
		assert!(verify_short(&sole(operation, cacs), None).is_err(), "{what}");
	}
	let (operation, mut cacs) = completion();
	cacs.pop();
	assert!(verify_short(&sole(operation, cacs), None).is_err(), "a certificate is missing");
}

#[test]
fn a_completion_without_voters_does_not_hold() {
	let (mut operation, _) = completion();
	let Operation::JobCompleted { voters, .. } = &mut operation else { panic!() };
	*voters = Default::default();
	assert!(verify_short(&sole(operation, vec![]), None).is_err());
}

#[test]
fn a_certificate_that_the_receipt_does_not_name_is_left_out_of_the_older_format() {
	let (operation, mut cacs) = completion();
	cacs.push(certificate(9, 1, b"late").0);
	assert!(verify_short(&sole(operation, cacs), None).is_ok());
}

#[test]
fn a_backup_committee_decides_by_more_than_half_of_it() {
	let votes: [(u32, u32, &[u8]); 5] =
		[(1, 1, b"yes"), (2, 1, b"no"), (3, 2, b"no"), (4, 5, b"yes"), (5, 5, b"yes")];
	let report = |votes: &[(u32, u32, &[u8])], quorum| {
		let (operation, cacs) = completed(votes, quorum);
		verify_short(&sole(operation, cacs), None)
	};
	let text = report(&votes, (2, 3)).unwrap().to_string();
	let expected =
		"backup committee: 2 of 2 members that voted agree; 2 of 3 had to, after 3 nodes differed";
	assert!(text.contains(expected), "{text}");
	assert!(text.contains("node 5, lease 15, attempt 5"), "{text}");
	// Two that agree, one of whom is no member.
	let outvoted: [(u32, u32, &[u8]); 5] =
		[(1, 1, b"yes"), (2, 1, b"no"), (3, 2, b"no"), (4, 5, b"yes"), (5, 5, b"no")];
	let error = report(&outvoted, (2, 3)).unwrap_err().to_string();
	assert!(error.contains("1 members of the backup committee agree where 2 of 3"), "{error}");
	// More than half is two of two and three of four.
	assert!(report(&votes, (2, 2)).is_ok());
	assert!(report(&votes, (3, 4)).is_err());
	// A quorum that is no majority of a committee, a committee of one, more members than it has.
	assert!(report(&votes, (3, 3)).is_err());
	assert!(report(&votes, (1, 1)).is_err());
	let crowd: Vec<(u32, u32, &[u8])> = (1..=4).map(|node| (node, 5, &b"yes"[..])).collect();
	assert!(report(&crowd, (2, 3)).is_err());
}

#[test]
fn a_round_has_as_many_voters_as_it_has_seats() {
	let voters = |primaries: u32, members: u32| {
		let voters: Vec<_> = (1..=primaries + members).map(|n| voter(n, n > primaries)).collect();
		let attempts: Vec<_> =
			(1..=primaries + members).map(|n| 1 + u32::from(n > primaries)).collect();
		let output = Ok(Hash::zero());
		plausible(&voters, (3, 4), output, None)
			.and_then(|()| decided(&voters, &attempts, (3, 4), output, None))
	};
	assert_eq!(MAX_VOTERS, 11);
	assert!(voters(7, 4).is_ok());
	assert!(voters(8, 3).is_err(), "more primaries than seats");
	assert!(voters(8, 4).is_err(), "more voters than seats");
}
