//! Commit–reveal: nobody shows before all are bound, and nobody gains by knowing what others say.

use crate::{
	chain::{commit, reveal},
	enclave::{seat_of, Enclave},
	rounds::{each, verdicts, Round, PAY, SLASH},
};
use concordat_primitives::{
	cac::{FailureCode, SignedCac},
	clause::{ExecutionMode, RiskClass},
	commit::{Commitment, Opening, Salt, SignedCommitment},
	hashing::{output_hash, tagged},
	job::{JobStatus, SeatState},
	Hash, NodeId,
};
use concordat_runtime::{
	pallet_job_dispatch,
	pallet_quorum_results::{CacRefusal, Error, Event},
	queries, Runtime, UncheckedExtrinsic,
};
use serde_json::json;
use sp_core::Pair as _;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

/// Two of three.
const MODE: ExecutionMode = ExecutionMode::Quorum { k: 2, n: 3 };

/// Neither the pool nor a block nor the call takes it, each for this reason, and nothing changes.
#[track_caller]
fn refuse(round: &mut Round, what: &str, transaction: UncheckedExtrinsic, why: CacRefusal) {
	let expected = (why.into(), Error::<Runtime>::from(why).into());
	assert_eq!(round.chain.refused(what, transaction), expected, "{what}");
}

#[test]
fn results_are_shown_only_once_everybody_is_bound() {
	let mut round = Round::new(MODE, 3);
	let voting = round.voting();
	let said = round.all_say(&voting, b"answer");
	refuse(&mut round, "shown at once", voting[0].reveal(&said[0]), CacRefusal::NotCommitted);
	round.commit(&said[..1]);
	assert_eq!(round.view().status, JobStatus::Running, "a commitment acknowledges");
	let terms = round.terms();
	let late = voting[0].acknowledge(&mut round.chain, &terms);
	refuse(&mut round, "acknowledged after that", late, CacRefusal::AlreadyAcknowledged);
	round.commit(&said[1..2]);
	let terms = round.terms();
	assert!(terms.commit_reveal && terms.reveal_from.is_none());
	refuse(&mut round, "shown while one commits", voting[0].reveal(&said[0]), CacRefusal::TooEarly);
	// In the very block of the last commitment it is too early, too.
	let (last, first) = (voting[2].commit(&said[2]), voting[0].reveal(&said[0]));
	let results = round.chain.block_with(|| vec![last, first]);
	let future = TransactionValidityError::Invalid(InvalidTransaction::Future);
	assert_eq!(results, vec![Ok(Ok(())), Err(future)]);
	let (now, terms) = (round.now(), round.terms());
	assert_eq!(terms.reveal_from, Some(now + 1));
	for seat in &terms.seats {
		assert_eq!(seat.deliver_by, now + 1 + 10, "all have the same time");
		assert!(matches!(seat.state, SeatState::Committed(_)), "{:?}", seat.state);
	}
	round.reveal(&said[..2]);
	assert_eq!(round.view().status, JobStatus::Running, "two agree, and the third is bound");
	round.reveal(&said[2..]);
	assert_eq!(round.view().status, JobStatus::Completed);
	round.settled("honest", &each(&voting, PAY), &[], 3);
}

#[test]
fn nobody_commits_once_others_show_what_they_found() {
	let mut round = Round::new(MODE, 3);
	let voting = round.voting();
	let said = round.all_say(&voting, b"answer");
	round.acknowledge(&voting[2]);
	round.commit(&said[..2]);
	let deadline = seat_of(&round.terms(), &voting[2]).deliver_by;
	// Until its time is over it is welcome.
	let waited = deadline - round.now() - 2;
	round.chain.pass(waited);
	assert!(round.chain.validate(voting[2].commit(&said[2])).is_ok());
	round.chain.pass(1);
	// From that block on it has no seat, and the others show what they have.
	let results = round.chain.block_with(|| vec![voting[2].commit(&said[2])]);
	assert_eq!(round.now(), deadline);
	let gone = InvalidTransaction::Custom(CacRefusal::NotAssigned.code());
	assert_eq!(results, vec![Err(TransactionValidityError::Invalid(gone))]);
	assert_eq!(round.terms().reveal_from, Some(deadline + 1));
	round.reveal(&said[..1]);
	refuse(&mut round, "too late", voting[2].commit(&said[2]), CacRefusal::NotAssigned);
	refuse(&mut round, "shown unbound", voting[2].reveal(&said[2]), CacRefusal::NotAssigned);
	round.reveal(&said[1..2]);
	assert_eq!(round.view().status, JobStatus::Completed);
	round.settled("two of three", &each(&voting[..2], PAY), &[], 2);
}

#[test]
fn what_was_committed_to_is_shown_in_time_or_not_at_all() {
	let mut round = Round::new(MODE, 3);
	let voting = round.voting();
	let said = round.all_say(&voting, b"answer");
	round.commit(&said);
	round.reveal(&said[..2]);
	let deadline = seat_of(&round.terms(), &voting[2]).deliver_by;
	let waited = deadline - round.now() - 2;
	round.chain.pass(waited);
	assert!(round.chain.validate(voting[2].reveal(&said[2])).is_ok(), "the last block");
	round.chain.pass(1);
	let results = round.chain.block_with(|| vec![voting[2].reveal(&said[2])]);
	assert_eq!(round.now(), deadline);
	assert!(matches!(results[..], [Err(TransactionValidityError::Invalid(_))]), "{results:?}");
	assert_eq!(round.view().status, JobStatus::Completed);
	round.settled("late by a block", &each(&voting[..2], PAY), &[(voting[2].node, SLASH)], 2);
}

#[test]
fn a_commitment_is_ones_own_for_this_attempt_and_made_once() {
	let mut round = Round::new(MODE, 4);
	let voting = round.voting();
	let said = round.all_say(&voting, b"answer");
	let (own, other) = (&voting[0], &voting[1]);
	let stranger = round
		.enclaves
		.iter()
		.find(|one| voting.iter().all(|seated| seated.node != one.node))
		.unwrap()
		.clone();
	let good = own.commitment(&said[0], &own.salt(&said[0])).commitment;
	let bent: Vec<(&str, CacRefusal, SignedCommitment)> = vec![
		(
			"of another chain",
			CacRefusal::WrongChain,
			own.sign_commitment(Commitment { genesis: Hash::zero(), ..good.clone() }),
		),
		(
			"for another job",
			CacRefusal::UnknownJob,
			own.sign_commitment(Commitment { job: good.job + 1, ..good.clone() }),
		),
		(
			"for another attempt",
			CacRefusal::WrongAttempt,
			own.sign_commitment(Commitment { attempt: good.attempt + 1, ..good.clone() }),
		),
		(
			"with another nonce",
			CacRefusal::WrongNonce,
			own.sign_commitment(Commitment { nonce: Hash::zero(), ..good.clone() }),
		),
		(
			"without a seat",
			CacRefusal::NotAssigned,
			stranger.sign_commitment(Commitment { node: stranger.node, ..good.clone() }),
		),
		(
			"in the name of another",
			CacRefusal::BadSignature,
			own.sign_commitment(Commitment { node: other.node, ..good.clone() }),
		),
		("signed by another", CacRefusal::BadSignature, other.sign_commitment(good.clone())),
	];
	for (what, why, signed) in bent {
		refuse(&mut round, what, commit(signed), why);
	}
	// A signature over a certificate is none over a commitment.
	let signed = SignedCommitment { commitment: good.clone(), signature: said[0].signature };
	refuse(&mut round, "another signature", commit(signed), CacRefusal::BadSignature);
	round.commit(&said[..1]);
	refuse(&mut round, "the same again", own.commit(&said[0]), CacRefusal::AlreadyCommitted);
	let lie = round.says(own, b"another answer");
	refuse(&mut round, "on second thought", own.commit(&lie), CacRefusal::AlreadyCommitted);
}

#[test]
fn only_what_was_committed_to_can_be_shown_and_only_by_who_did() {
	let mut round = Round::new(MODE, 3);
	let voting = round.voting();
	let (own, other) = (&voting[0], &voting[1]);
	let said = round.all_say(&voting, b"answer");
	round.commit(&said);
	let salt = own.salt(&said[0]);
	let mut wrong = salt;
	wrong[31] ^= 1;
	let lie = round.says(own, b"another answer");
	let failure = round.fails(own, FailureCode::Trap);
	let mut stolen = said[1].statement.body().clone();
	stolen.node = own.node;
	let cases: Vec<(&str, CacRefusal, SignedCac, Salt)> = vec![
		("another salt", CacRefusal::WrongOpening, said[0].clone(), wrong),
		("no salt", CacRefusal::WrongOpening, said[0].clone(), [0; 32]),
		("another's salt", CacRefusal::WrongOpening, said[0].clone(), other.salt(&said[1])),
		("another output", CacRefusal::WrongOpening, lie, salt),
		("a failure", CacRefusal::WrongOpening, failure, salt),
		(
			"another's certificate under one's own salt",
			CacRefusal::WrongOpening,
			said[1].clone(),
			salt,
		),
		(
			"another's certificate under one's own name",
			CacRefusal::WrongLease,
			own.sign(stolen.clone()),
			other.salt(&said[1]),
		),
		(
			"another's seat, signed by oneself",
			CacRefusal::BadSignature,
			own.sign(said[1].statement.body().clone()),
			other.salt(&said[1]),
		),
	];
	for (what, why, cac, salt) in cases {
		refuse(&mut round, what, reveal(cac, salt), why);
	}
	// Whoever carries what another shows carries it for the other.
	let carried = other.reveal(&said[1]);
	round.chain.block(|| vec![carried.clone()]);
	assert!(verdicts(&mut round.chain)
		.iter()
		.any(|event| matches!(event, Event::ResultDelivered { node, .. } if *node == other.node)));
	refuse(&mut round, "shown twice", carried, CacRefusal::AlreadyDelivered);
	round.reveal(&[said[0].clone(), said[2].clone()]);
	round.settled("honest", &each(&voting, PAY), &[], 3);
}

#[test]
fn nodes_of_one_and_of_sealed_outputs_show_without_committing() {
	let mut round = Round::new(ExecutionMode::Single, 2);
	let alone = round.voting().remove(0);
	let cac = round.says(&alone, b"answer");
	assert!(!round.terms().commit_reveal);
	refuse(&mut round, "nobody to hide from", alone.commit(&cac), CacRefusal::NoCommitReveal);
	refuse(&mut round, "nothing to open", alone.reveal(&cac), CacRefusal::NoCommitReveal);
	round.chain.block(|| vec![crate::chain::deliver(cac)]);
	round.settled("alone", &[(alone.node, PAY)], &[], 1);
}

#[test]
fn whoever_sees_that_it_is_wrong_loses_as_much_by_withholding_as_by_showing() {
	let mut table = Round::new(MODE, 5);
	let voting = table.voting();
	let (liar, honest) = (&voting[0], &voting[1..]);
	let mut said = table.all_say(honest, b"answer");
	let lie = table.says(liar, b"a lie");
	said.push(lie.clone());
	table.commit(&said);
	table.reveal(&said[..2]);
	let price = table
		.chain
		.read(|| pallet_job_dispatch::Orders::<Runtime>::get(table.job))
		.unwrap()
		.quote
		.seat_price;
	assert!(SLASH > 10_000 * price, "more than {price} that it could have got");

	let mut shown = table.fork();
	shown.reveal(std::slice::from_ref(&lie));
	let committee = shown.voting();
	shown.agree(b"answer");
	let paid = [each(honest, PAY), each(&committee, PAY)].concat();
	shown.settled("shown", &paid, &[(liar.node, SLASH)], 3);

	let mut withheld = table.fork();
	let hash = liar.commitment(&lie, &liar.salt(&lie)).commitment.hash;
	let deadline = seat_of(&withheld.terms(), liar).deliver_by;
	let waited = deadline - withheld.now();
	withheld.chain.pass(waited);
	let events = verdicts(&mut withheld.chain);
	let told = |event: &Event<Runtime>| {
		matches!(event, Event::RevealWithheld { node, commitment, .. }
			if (*node, *commitment) == (liar.node, hash))
	};
	let slashed = |event: &Event<Runtime>| {
		matches!(event, Event::NodeSlashed { node, evidence, amount: SLASH, .. }
			if (*node, *evidence) == (liar.node, hash))
	};
	assert_eq!(events.iter().filter(|event| told(event)).count(), 1);
	assert_eq!(events.iter().filter(|event| slashed(event)).count(), 1);
	assert_eq!(withheld.view().status, JobStatus::Completed);
	withheld.settled("withheld", &each(honest, PAY), &[(liar.node, SLASH)], 2);
	// And it has been silent on top.
	let missed = |round: &mut Round| round.chain.read(queries::totals).missed_deadlines;
	assert_eq!((missed(&mut withheld), missed(&mut shown)), (1, 0));
}

/// The two outputs that there can be.
const BIT: [&[u8]; 2] = [b"no", b"yes"];

/// What the adversary tries, besides what it always tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
	/// Signs the commitment of another as its own.
	Copy,
	/// Opens the commitments of others with all that it knows; if it can not, it guesses.
	Force,
	/// Commits to nothing before the first of the others has shown.
	Late,
	/// Guesses, and wants to be heard before the others with what they say.
	FrontRun,
}

/// How it went.
#[derive(Debug)]
struct Outcome {
	plan: Plan,
	/// It could open the commitment of another.
	opened: bool,
	/// It guessed right before it could know.
	lucky: bool,
	/// It was paid.
	paid: bool,
	/// What it has lost.
	slashed: u128,
}

/// Numbers that a seed makes.
fn dice(seed: u32, what: &str) -> [u8; 32] {
	tagged(b"dice of a scenario", &(seed, what.as_bytes())).0
}

/// Plays one job; `seen` are salts that were shown before.
fn attack(table: &mut Round, seen: &[Salt], seed: u32) -> Outcome {
	let plan = [Plan::Copy, Plan::Force, Plan::Late, Plan::FrontRun][seed as usize % 4];
	let mut round = table.fork();
	let mut voting = round.voting();
	let adversary = voting.remove(seed as usize / 4 % 3);
	let truth = usize::from(dice(seed, "truth")[0] & 1);
	let poor = round.before.nodes[&adversary.node].0;

	// What it sees in the pool: what the others commit to, under salts that nobody has seen.
	let mut hidden: Vec<(Enclave, SignedCac, Salt)> = voting
		.iter()
		.map(|one| {
			let salt = dice(seed, &format!("salt of node {}", one.node));
			(one.clone(), round.says(one, BIT[truth]), salt)
		})
		.collect();
	let pool: Vec<(Enclave, SignedCommitment)> =
		hidden.iter().map(|(one, cac, salt)| (one.clone(), one.commitment(cac, salt))).collect();

	// Both outputs, under every salt that it has seen or can think of.
	let mine = [round.says(&adversary, BIT[0]), round.says(&adversary, BIT[1])];
	let own = dice(seed, "salt of the adversary");
	let head = round.chain.head().hash().0;
	let known: Vec<Salt> = seen.iter().copied().chain([own, head, [0; 32], [0xff; 32]]).collect();
	let opened = (0..BIT.len()).find(|bit| {
		pool.iter().any(|(_, seen)| known.iter().any(|salt| opens(&round, seen, BIT[*bit], salt)))
	});
	let guess = opened.unwrap_or(usize::from(dice(seed, "guess")[0] & 1));

	let committed = match plan {
		Plan::Late => None,
		Plan::Copy => Some(adversary.commitment_to(&mine[0], pool[0].1.commitment.hash)),
		Plan::Force | Plan::FrontRun => Some(adversary.commitment(&mine[guess], &own)),
	};
	let others = pool.iter().map(|(_, signed)| commit(signed.clone()));
	// It may stand before the others in the block, or behind them.
	let sent: Vec<_> = if (seed / 12).is_multiple_of(2) {
		committed.clone().map(commit).into_iter().chain(others).collect()
	} else {
		others.chain(committed.clone().map(commit)).collect()
	};
	round.chain.block(|| sent);
	if plan == Plan::Late {
		// The others wait for it, then for the backup that takes its place.
		round.wait("its seat is lost", |terms| {
			terms.seats.len() == 3 && terms.seats.iter().all(|seat| seat.node != adversary.node)
		});
		let backup = round
			.voting()
			.into_iter()
			.find(|one| pool.iter().all(|(other, _)| other.node != one.node))
			.unwrap();
		let cac = round.says(&backup, BIT[truth]);
		let salt = dice(seed, "salt of the backup");
		let signed = backup.commitment(&cac, &salt);
		round.chain.block(|| vec![commit(signed)]);
		hidden.push((backup, cac, salt));
	}

	// Now it sees in the pool what the first of them shows, and tries to be heard before with all that it can make of it.
	let (first, shown, salt) = hidden[0].clone();
	let mut tries: Vec<UncheckedExtrinsic> = vec![
		reveal(mine[truth].clone(), salt),
		reveal(shown.clone(), own),
		reveal(adversary.sign(shown.statement.body().clone()), salt),
		commit(adversary.commitment(&mine[truth], &own)),
		crate::chain::deliver(mine[truth].clone()),
	];
	let bound_to_truth = committed.is_some() && plan != Plan::Copy && guess == truth;
	if !bound_to_truth {
		tries.push(reveal(mine[truth].clone(), own));
	}
	let count = tries.len();
	tries.push(reveal(shown, salt));
	let results = round.chain.block_with(|| tries);
	assert!(results[..count].iter().all(Result::is_err), "run {seed}, {plan:?}: {results:?}");
	assert_eq!(results[count], Ok(Ok(())), "node {} is not kept from it", first.node);
	if bound_to_truth {
		round.chain.block(|| vec![reveal(mine[truth].clone(), own)]);
	}
	let rest: Vec<_> =
		hidden[1..].iter().map(|(_, cac, salt)| reveal(cac.clone(), *salt)).collect();
	round.chain.block(|| rest);
	// Once all others have shown, it tries again, and keeps to itself what it is bound to if that is wrong.
	let again = vec![
		reveal(mine[truth].clone(), own),
		reveal(mine[truth].clone(), hidden[1].2),
		commit(adversary.commitment(&mine[truth], &own)),
	];
	assert!(round.chain.block_with(|| again).iter().all(Result::is_err), "run {seed}: {plan:?}");
	round.wait("the end", |terms| !terms.status.is_assigned());
	assert_eq!(round.view().status, JobStatus::Completed, "run {seed}: {plan:?}");
	let after = round.books();
	assert_eq!(after.issuance, round.before.issuance);
	let (wealth, slashed) = after.nodes[&adversary.node];
	Outcome { plan, opened: opened.is_some(), lucky: bound_to_truth, paid: wealth > poor, slashed }
}

/// Whether a commitment is to this output under this salt.
fn opens(round: &Round, seen: &SignedCommitment, output: &[u8], salt: &Salt) -> bool {
	let said = &seen.commitment;
	let key = round.enclave(said.node).key.public().0;
	let opening = Opening {
		genesis: said.genesis,
		job: said.job,
		attempt: said.attempt,
		node: said.node,
		key: &key,
		tally: Ok(output_hash(output)),
	};
	opening.commit(salt) == said.hash
}

#[test]
fn an_adversary_that_sees_everything_gains_nothing_where_the_answer_is_one_bit() {
	const RUNS: u32 = 200;
	let patch = json!({ "jobDispatch": { "params": { "revealWindow": 4, "ackWindow": 3 } } });
	let mut table = Round::with(patch, MODE, RiskClass::Low, 5, Default::default());
	// One job before, of which it has seen all the salts.
	let voting = table.voting();
	let said = table.all_say(&voting, BIT[1]);
	table.play(&said);
	let seen: Vec<Salt> = voting.iter().zip(&said).map(|(one, cac)| one.salt(cac)).collect();
	table.job = table.chain.dispatch(Default::default());
	table.before = table.books();
	// The search does find what it can: a commitment under a salt that was used before.
	let reckless = table.voting().remove(0);
	let cac = table.says(&reckless, BIT[1]);
	let careless = reckless.commitment(&cac, &seen[2]);
	assert!(seen.iter().any(|salt| opens(&table, &careless, BIT[1], salt)));
	assert!(!seen.iter().any(|salt| opens(&table, &careless, BIT[0], salt)));

	let price = table
		.chain
		.read(|| pallet_job_dispatch::Orders::<Runtime>::get(table.job))
		.unwrap()
		.quote
		.seat_price;
	let outcomes: Vec<Outcome> = (0..RUNS).map(|seed| attack(&mut table, &seen, seed)).collect();
	let count = |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|one| is(one)).count();
	assert_eq!(count(&|one| one.opened), 0, "brute force");
	assert_eq!(count(&|one| one.paid && !one.lucky), 0, "success rate");
	for one in &outcomes {
		match (one.plan, one.lucky) {
			// Not bound to anything: its seat, and a cool-down.
			(Plan::Late, _) => assert_eq!(one.slashed, 0, "{one:?}"),
			// What it has given its word for before it could know.
			(_, true) => assert!(one.paid && one.slashed == 0, "{one:?}"),
			(_, false) => assert_eq!(one.slashed, SLASH, "{one:?}"),
		}
	}
	let plans = |plan| count(&|one: &Outcome| one.plan == plan);
	assert_eq!(
		[Plan::Copy, Plan::Force, Plan::Late, Plan::FrontRun].map(plans),
		[RUNS as usize / 4; 4]
	);
	// What it gets by guessing is what a coin gets; and a guess that fails costs more than all that right ones earn.
	let (guessed, lucky) = (RUNS / 2, count(&|one| one.lucky) as u32);
	assert!((guessed * 3 / 10..=guessed * 7 / 10).contains(&lucky), "{lucky} of {guessed}");
	let lost = u128::from(guessed - lucky) * SLASH;
	assert!(lost > 1_000 * u128::from(lucky) * price, "{lost} for {lucky} times {price}");
}

#[test]
fn a_committee_is_drawn_with_the_seats_before_anybody_has_said_anything() {
	let mut round = Round::new(MODE, 5);
	let mut nodes: Vec<NodeId> = round.terms().seats.iter().map(|seat| seat.node).collect();
	let backups = round.view().backups;
	assert_eq!((nodes.len(), backups.len()), (3, 2), "as many backups as a committee needs");
	nodes.extend(backups);
	nodes.sort_unstable();
	nodes.dedup();
	assert_eq!(nodes.len(), 5);
}
