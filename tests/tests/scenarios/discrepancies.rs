//! Nodes that differ: who is paid what, and who is slashed what, to the unit (DESIGN §7; reliability §5, §6).

use crate::{
	chain::{clause, commit, deliver, signed, sudo, Chain},
	enclave::{seat_of, Enclave},
	rounds::{books, each, fees, verdicts, Round, PAY, SLASH},
};
use concordat_primitives::{
	cac::{FailureCode, Outcome, Output, ResourceUsage, SignedCac},
	clause::{ExecutionMode, RiskClass},
	job::{FailureReason, JobConstraints, JobStatus},
	node::NodeStatus,
	receipt::Operation,
	runtime_api::runtime_decl_for_orchestration_api::OrchestrationApi,
	sealed::SealContext,
	Balance, Hash, NodeId,
};
use concordat_runtime::{
	configs::protocol::TreasuryAccount,
	pallet_disputes, pallet_job_dispatch, pallet_node_staking,
	pallet_quorum_results::{CacRefusal, Certificates, Error, Event},
	queries, BalancesCall, Runtime, System,
};
use concordat_sealing::{prepare, seal, SecretKey};
use serde_json::json;
use sp_core::Pair as _;

const TRUTH: &[u8] = b"answer";
const LIE: &[u8] = b"a lie";

/// The quorums, each with as many nodes as its seats and its committee take.
const TABLES: [(ExecutionMode, u8); 2] =
	[(ExecutionMode::Quorum { k: 2, n: 3 }, 5), (ExecutionMode::Quorum { k: 3, n: 5 }, 8)];

/// Plays at a table of each quorum; the scenario is told who sits.
fn at_each_table(scenario: impl Fn(&mut Round, &[Enclave])) {
	for (mode, nodes) in TABLES {
		let mut round = Round::new(mode, nodes);
		let primaries = round.voting();
		assert_eq!(primaries.len(), usize::from(mode.quorum().1), "{mode:?}");
		scenario(&mut round, &primaries);
	}
}

/// The same with so many nodes more, who stand by.
fn with_spares(spares: u8, scenario: impl Fn(&mut Round, &[Enclave])) {
	for (mode, nodes) in TABLES {
		let backups = mode.committee() + u32::from(spares);
		let patch = json!({ "jobDispatch": { "params": { "backups": backups } } });
		let mut round =
			Round::with(patch, mode, RiskClass::Low, nodes + spares, Default::default());
		let primaries = round.voting();
		scenario(&mut round, &primaries);
	}
}

/// The rest tells the truth, the first ones say what they are told to.
fn with_liars(round: &mut Round, primaries: &[Enclave], lies: &[&[u8]]) {
	let (liars, honest) = primaries.split_at(lies.len());
	let mut said: Vec<SignedCac> =
		liars.iter().zip(lies).map(|(liar, lie)| round.says(liar, lie)).collect();
	said.extend(round.all_say(honest, TRUTH));
	round.play(&said);
}

/// Who sits on the committee now; a committee sits.
fn committee(round: &mut Round, primaries: &[Enclave]) -> Vec<Enclave> {
	let terms = round.terms();
	let attempt = terms.committee.expect("a committee sits");
	assert!(terms.voting().all(|seat| seat.attempt == attempt));
	let members = round.voting();
	assert_eq!(members.len() as u32, terms.mode.committee(), "{:?}", terms.mode);
	assert!(members.iter().all(|one| primaries.iter().all(|other| one.node != other.node)));
	members
}

#[test]
fn the_honest_are_paid_and_nobody_else_pays() {
	at_each_table(|round, primaries| {
		round.agree(TRUTH);
		assert_eq!(round.view().status, JobStatus::Completed);
		round.settled("honest", &each(primaries, PAY), &[], primaries.len() as u32);
	});
}

#[test]
fn the_dishonest_loses_five_percent_and_the_committee_is_paid() {
	at_each_table(|round, primaries| {
		let nonces: Vec<Hash> = round.terms().seats.iter().map(|seat| seat.nonce).collect();
		with_liars(round, primaries, &[LIE]);
		let members = committee(round, primaries);
		let escalated = verdicts(&mut round.chain).into_iter().any(
			|event| matches!(event, Event::Discrepancy { votes, .. } if votes as usize == primaries.len()),
		);
		assert!(escalated);
		let (now, terms) = (round.now(), round.terms());
		assert_eq!(terms.round, 1, "the round goes on");
		for seat in terms.voting() {
			assert!(!nonces.contains(&seat.nonce));
			// 10 s are 5 blocks, and 8 more to deliver: one and a half times as long, rounded up.
			assert_eq!(seat.deliver_by - now, 20);
		}
		let lie = primaries[0].clone();
		round.agree(TRUTH);
		let view = round.view();
		assert_eq!((view.status, view.attempts), (JobStatus::Completed, 2));
		let paid = [each(&primaries[1..], PAY), each(&members, PAY)].concat();
		round.settled("one liar", &paid, &[(lie.node, SLASH)], primaries.len() as u32);
		// The receipt names all who said something, with what the committee needed and had.
		let receipt = view.result.unwrap().receipt.unwrap();
		let Operation::JobCompleted { k, n, voters, .. } = round.chain.proved_by_id(receipt) else {
			panic!("not the receipt of a result")
		};
		assert_eq!(usize::from(n), members.len());
		assert_eq!(usize::from(k), members.len() / 2 + 1);
		assert_eq!(voters.len(), primaries.len() + members.len());
		let wrong: Vec<NodeId> = voters.iter().filter(|v| !v.agreed).map(|v| v.node).collect();
		assert_eq!(wrong, [lie.node]);
		round.chain.proved(
			"of the committee",
			|one| matches!(one, Operation::JobEscalated { job, nodes, .. } if *job == round.job && nodes.len() == members.len()),
		);
	});
}

#[test]
fn liars_that_collude_are_slashed_however_many_they_are() {
	at_each_table(|round, primaries| {
		// As many as would decide if primaries were counted, and all but one.
		let majority = primaries.len() / 2 + 1;
		for liars in majority..primaries.len() {
			let mut round = round.fork();
			with_liars(&mut round, primaries, &vec![LIE; liars]);
			let members = committee(&mut round, primaries);
			round.agree(TRUTH);
			assert_eq!(round.view().status, JobStatus::Completed);
			let paid = [each(&primaries[liars..], PAY), each(&members, PAY)].concat();
			let slashed = each(&primaries[..liars], SLASH);
			round.settled("a cartel", &paid, &slashed, primaries.len() as u32);
		}
	});
}

#[test]
fn a_bogus_message_is_silence() {
	at_each_table(|round, primaries| {
		let (bogus, honest) = primaries.split_first().unwrap();
		let said = round.all_say(honest, TRUTH);
		let cac = round.says(bogus, TRUTH);
		let mut forged = bogus.commitment(&cac, &bogus.salt(&cac));
		forged.signature[0] ^= 1;
		let stranger = honest[0].commitment(&cac, &bogus.salt(&cac));
		for (what, bent) in [("forged", forged), ("another's", stranger)] {
			let refused = round.chain.refused(what, commit(bent));
			assert_eq!(refused.1, Error::<Runtime>::BadSignature.into(), "{what}");
		}
		round.commit(&said);
		round.wait("a backup stands in", |terms| {
			terms.seats.len() == primaries.len()
				&& terms.seats.iter().all(|seat| seat.node != bogus.node)
		});
		let backup = standing_in(round, primaries);
		let its = round.says(&backup, TRUTH);
		round.commit(std::slice::from_ref(&its));
		round.reveal(&said);
		round.reveal(&[its]);
		let paid = [each(honest, PAY), each(&[backup], PAY)].concat();
		round.settled("bogus", &paid, &[], primaries.len() as u32);
	});
}

/// Who sits beside the primaries now.
fn standing_in(round: &mut Round, primaries: &[Enclave]) -> Enclave {
	let terms = round.terms();
	let seat = terms
		.seats
		.iter()
		.find(|seat| primaries.iter().all(|one| one.node != seat.node))
		.expect("somebody stands in");
	round.enclave(seat.node)
}

#[test]
fn a_runaway_that_says_so_costs_its_pay_alone() {
	at_each_table(|round, primaries| {
		for code in [FailureCode::Timeout, FailureCode::ContentUnavailable] {
			let mut round = round.fork();
			let (runaway, honest) = primaries.split_first().unwrap();
			let mut said = round.all_say(honest, TRUTH);
			said.push(round.fails(runaway, code));
			round.play(&said);
			assert_eq!(round.view().status, JobStatus::Completed);
			let event = verdicts(&mut round.chain).into_iter().find_map(|event| match event {
				Event::JobDecided { agreed, dissented, failed, .. } => {
					Some((agreed.len(), dissented.len(), failed.into_inner()))
				},
				_ => None,
			});
			assert_eq!(event, Some((honest.len(), 0, vec![runaway.node])), "{code:?}");
			round.settled("runaway", &each(honest, PAY), &[], honest.len() as u32);
		}
	});
}

#[test]
fn a_usage_beyond_the_limits_is_refused_and_the_node_is_silent_until_it_says_another() {
	let mut round = Round::new(ExecutionMode::Single, 2);
	let runaway = round.voting().remove(0);
	let mut body = round.says(&runaway, TRUTH).statement.body().clone();
	body.usage = ResourceUsage { fuel: u64::MAX, ..body.usage };
	let refused = round.chain.refused("too much fuel", deliver(runaway.sign(body)));
	assert_eq!(refused.1, Error::<Runtime>::FuelExceeded.into());
	round.wait("a backup stands in", |terms| {
		terms.seats.first().is_some_and(|seat| seat.node != runaway.node)
	});
	let backup = round.voting().remove(0);
	let cac = round.says(&backup, TRUTH);
	round.chain.block(|| vec![deliver(cac)]);
	round.settled("runaway", &[(backup.node, PAY)], &[], 1);
}

#[test]
fn a_straggler_loses_its_seat_and_nothing_else() {
	at_each_table(|round, primaries| {
		let (straggler, honest) = primaries.split_first().unwrap();
		// It takes its seat, and then says nothing in time.
		round.acknowledge(straggler);
		let deadline = seat_of(&round.terms(), straggler).deliver_by;
		let said = round.all_say(honest, TRUTH);
		round.commit(&said);
		let terms = round.wait("a backup stands in", |terms| {
			terms.seats.iter().all(|seat| seat.node != straggler.node)
		});
		assert_eq!((round.now(), terms.committee), (deadline, None));
		let backup = standing_in(round, primaries);
		let its = round.says(&backup, TRUTH);
		round.commit(std::slice::from_ref(&its));
		round.reveal(&said);
		round.reveal(&[its]);
		let paid = [each(honest, PAY), each(&[backup], PAY)].concat();
		round.settled("straggler", &paid, &[], primaries.len() as u32);
		assert_eq!(round.chain.read(queries::totals).missed_deadlines, 1);
	});
}

#[test]
fn a_backup_that_straggles_loses_its_seat_and_nothing_else() {
	at_each_table(|round, primaries| {
		// The first one is silent, and so is everybody who stands in: the others are still enough.
		let honest = &primaries[1..];
		let said = round.all_say(honest, TRUTH);
		round.commit(&said);
		let backups = round.view().backups.len() as u64;
		assert!(backups >= 2);
		round.wait("nobody is left to stand in", |terms| terms.reveal_from.is_some());
		assert_eq!(round.chain.read(queries::totals).missed_deadlines, 1 + backups);
		round.reveal(&said);
		assert_eq!(round.view().status, JobStatus::Completed);
		round.settled("stragglers", &each(honest, PAY), &[], honest.len() as u32);
	});
}

#[test]
fn a_member_of_the_committee_that_straggles_does_not_make_the_majority_smaller() {
	// One more than needed: three of 2/3, four of 3/5.
	with_spares(1, |round, primaries| {
		with_liars(round, primaries, &[LIE]);
		let members = round.voting();
		assert_eq!(members.len() as u32, round.terms().mode.committee() + 1);
		let needed = members.len() / 2 + 1;
		let mut enough = round.fork();
		let said = enough.all_say(&members[..needed], TRUTH);
		enough.commit(&said);
		enough.wait("the others are lost", |terms| terms.reveal_from.is_some());
		enough.reveal(&said);
		assert_eq!(enough.view().status, JobStatus::Completed);
		let paid = [each(&primaries[1..], PAY), each(&members[..needed], PAY)].concat();
		let slashed = [(primaries[0].node, SLASH)];
		enough.settled("enough", &paid, &slashed, primaries.len() as u32);

		let mut few = round.fork();
		let said = few.all_say(&members[..needed - 1], TRUTH);
		few.commit(&said);
		few.wait("the round is over", |terms| terms.committee.is_none());
		let after = few.books();
		assert_eq!(after, few.before, "nobody is paid or slashed by fewer");
	});
}

#[test]
fn a_failure_that_honest_nodes_do_not_see_costs_what_a_lie_costs() {
	at_each_table(|round, primaries| {
		for code in [FailureCode::FuelExhausted, FailureCode::Program(7)] {
			let mut round = round.fork();
			let (liar, honest) = primaries.split_first().unwrap();
			let mut said = round.all_say(honest, TRUTH);
			said.push(round.fails(liar, code));
			round.play(&said);
			let members = committee(&mut round, primaries);
			round.agree(TRUTH);
			let paid = [each(honest, PAY), each(&members, PAY)].concat();
			let votes = primaries.len() as u32;
			round.settled("a false failure", &paid, &[(liar.node, SLASH)], votes);
		}
	});
}

#[test]
fn an_output_of_a_program_that_fails_is_a_lie() {
	at_each_table(|round, primaries| {
		let (liar, honest) = primaries.split_first().unwrap();
		let mut said = vec![round.says(liar, LIE)];
		said.extend(honest.iter().map(|one| round.fails(one, FailureCode::Trap)));
		round.play(&said);
		let members = committee(round, primaries);
		let said: Vec<_> = members.iter().map(|one| round.fails(one, FailureCode::Trap)).collect();
		round.play(&said);
		let failed = JobStatus::Failed(FailureReason::Program(FailureCode::Trap));
		assert_eq!(round.view().status, failed);
		let paid = [each(honest, PAY), each(&members, PAY)].concat();
		round.settled("an invented output", &paid, &[(liar.node, SLASH)], primaries.len() as u32);
	});
}

#[test]
fn too_many_failures_call_the_committee_and_cost_nobody_stake() {
	at_each_table(|round, primaries| {
		// All but one fewer than have to agree.
		let (k, _) = round.terms().mode.quorum();
		let (honest, failing) = primaries.split_at(usize::from(k) - 1);
		let mut said = round.all_say(honest, TRUTH);
		said.extend(failing.iter().map(|one| round.fails(one, FailureCode::Timeout)));
		round.play(&said);
		let members = committee(round, primaries);
		round.agree(TRUTH);
		assert_eq!(round.view().status, JobStatus::Completed);
		let paid = [each(honest, PAY), each(&members, PAY)].concat();
		let votes = primaries.len().min(honest.len() + members.len()) as u32;
		round.settled("too many failures", &paid, &[], votes);
	});
}

#[test]
fn who_signs_two_results_for_one_attempt_loses_five_percent_and_no_more() {
	at_each_table(|round, primaries| {
		let (liar, honest) = primaries.split_first().unwrap();
		let (one, two) = (round.says(liar, LIE), round.says(liar, b"another lie"));
		let mut said = round.all_say(honest, TRUTH);
		said.push(one.clone());
		round.play(&said);
		let members = committee(round, primaries);
		round.agree(TRUTH);
		let paid = [each(honest, PAY), each(&members, PAY)].concat();
		let votes = primaries.len() as u32;
		round.settled("a lie", &paid, &[(liar.node, SLASH)], votes);
		let report = pallet_disputes::Call::<Runtime>::report_equivocation {
			a: Box::new(one),
			b: Box::new(two),
			key: liar.key.public().0,
		};
		let call = report.clone();
		round.chain.block(|| vec![signed("//Dave", call)]);
		// Of two deeds within one appeal window the dearest counts.
		assert_eq!(round.chain.node(liar.node).frozen, SLASH);
		let again = round.chain.block_with(|| vec![signed("//Dave", report)]);
		let known = pallet_disputes::Error::<Runtime>::AlreadyKnown;
		assert_eq!(again, vec![Ok(Err(known.into()))]);

		// By itself it costs as much, whatever the quorum has said.
		let mut alone = Round::new(ExecutionMode::Single, 2);
		let node = alone.voting().remove(0);
		let (a, b) = (alone.says(&node, TRUTH), alone.says(&node, LIE));
		let delivered = deliver(a.clone());
		alone.chain.block(|| vec![delivered]);
		let (a, b) = (Box::new(a), Box::new(b));
		let key = node.key.public().0;
		let report = pallet_disputes::Call::<Runtime>::report_equivocation { a, b, key };
		alone.chain.block(|| vec![signed("//Dave", report)]);
		assert_eq!(alone.chain.node(node.node).frozen, SLASH);
	});
}

/// Blocks after which slashes of these scenarios can not be cancelled any more.
const WINDOW: u32 = 12;

#[test]
fn what_is_frozen_goes_to_the_treasury_after_the_appeal_window_to_the_unit() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 5);
	let mut params = round.chain.read(pallet_node_staking::Parameters::<Runtime>::get);
	params.appeal_window = WINDOW;
	round.chain.block(|| vec![sudo(pallet_node_staking::Call::<Runtime>::set_params { params })]);
	let primaries = round.voting();
	with_liars(&mut round, &primaries, &[LIE]);
	round.agree(TRUTH);
	let liar = primaries[0].clone();
	let (node, before) = (round.chain.node(liar.node), round.books());
	assert_eq!((node.stake, node.frozen), (20 * SLASH, SLASH));
	round.chain.pass(WINDOW);
	let (node, after) = (round.chain.node(liar.node), round.books());
	assert_eq!((node.stake, node.frozen), (19 * SLASH, 0));
	assert!(matches!(node.status, NodeStatus::Jailed { .. }));
	assert_eq!(after.issuance, before.issuance);
	assert_eq!(after.treasury, before.treasury + SLASH, "there was no reporter");
	assert_eq!(after.nodes[&liar.node], (before.nodes[&liar.node].0 - SLASH, 0));
	for other in primaries[1..].iter() {
		assert_eq!(after.nodes[&other.node], before.nodes[&other.node]);
	}
}

#[test]
fn a_committee_without_a_majority_blames_nobody_and_a_larger_quorum_follows() {
	for (nodes, next) in
		[(8, ExecutionMode::Quorum { k: 3, n: 5 }), (5, ExecutionMode::Quorum { k: 3, n: 5 })]
	{
		let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, nodes);
		let primaries = round.voting();
		with_liars(&mut round, &primaries, &[LIE]);
		let members = committee(&mut round, &primaries);
		let said = vec![round.says(&members[0], TRUTH), round.says(&members[1], LIE)];
		round.play(&said);
		let events = verdicts(&mut round.chain);
		assert!(events.iter().any(|event| matches!(event, Event::Wonky { .. })));
		assert!(events.iter().any(|event| matches!(event, Event::RoundFailed { votes: 5, .. })));
		assert_eq!(round.books(), round.before, "nobody is paid, and nobody is guilty");
		let terms = round.wait("nodes for another round", |terms| terms.status.is_assigned());
		assert_eq!((terms.mode, terms.committee), (next, None), "with {nodes} nodes");
		assert_eq!((terms.round, terms.seats.len()), (3, 5));
		round.agree(TRUTH);
		assert_eq!(round.view().status, JobStatus::Completed);
		let five: Vec<Enclave> = terms.seats.iter().map(|seat| round.enclave(seat.node)).collect();
		// Five are paid out of what was held for three; each has used far less than its share.
		round.settled("the larger quorum", &each(&five, PAY), &[], 3);
	}
}

#[test]
fn nodes_of_a_larger_quorum_get_no_more_than_was_held_for_the_smaller() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 5);
	let primaries = round.voting();
	let quote =
		round.chain.read(|| pallet_job_dispatch::Orders::<Runtime>::get(round.job)).unwrap().quote;
	let thirsty = |round: &mut Round, one: &Enclave, output: &[u8]| {
		let mut body = round.says(one, output).statement.body().clone();
		let limits = round.terms().limits;
		body.usage.fuel = limits.fuel;
		body.usage.peak_memory = limits.memory_bytes;
		body.usage.bytes_out = limits.output_bytes;
		one.sign(body)
	};
	let said: Vec<_> = primaries
		.iter()
		.zip([LIE, TRUTH, TRUTH])
		.map(|(one, output)| thirsty(&mut round, one, output))
		.collect();
	round.play(&said);
	let members = committee(&mut round, &primaries);
	let said: Vec<_> = members.iter().map(|one| thirsty(&mut round, one, TRUTH)).collect();
	round.play(&said);
	// Four share what three could have cost; what can not be divided goes back.
	let share = 3 * quote.seat_price / 4;
	assert!(share < quote.seat_price && share > PAY);
	let paid = [each(&primaries[1..], share), each(&members, share)].concat();
	round.settled("four for three", &paid, &[(primaries[0].node, SLASH)], 3);
	let total: Balance = 4 * share + fees(3);
	assert!(total <= quote.total, "{total} of {}", quote.total);
}

#[test]
fn without_nodes_for_a_committee_nobody_is_blamed() {
	let mut round = Round::new(ExecutionMode::Quorum { k: 2, n: 3 }, 4);
	let primaries = round.voting();
	with_liars(&mut round, &primaries, &[LIE]);
	let events = verdicts(&mut round.chain);
	assert!(events.iter().any(|event| matches!(event, Event::Wonky { .. })));
	assert!(events.iter().any(|event| matches!(event, Event::RoundFailed { votes: 3, .. })));
	assert_eq!(round.books(), round.before, "nobody is paid, and nobody is guilty");
	let terms = round.wait("nodes for another round", |terms| terms.status.is_assigned());
	let mode = ExecutionMode::Quorum { k: 2, n: 3 };
	assert_eq!((terms.mode, terms.round), (mode, 2), "four nodes make no larger quorum");
	round.agree(TRUTH);
	let three: Vec<Enclave> = terms.seats.iter().map(|seat| round.enclave(seat.node)).collect();
	round.settled("the next round", &each(&three, PAY), &[], 3);
}

/// A job on three nodes whose input and output nobody else can read.
fn sealed_round() -> Round {
	const INPUT: &[u8] = b"the patient's file";
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Quorum { k: 2, n: 3 });
	let enclaves: Vec<Enclave> = (1..=3).map(|number| chain.enclave(number)).collect();
	let prepared = prepare(INPUT).unwrap();
	let output_key = Some(SecretKey::from_bytes(&[9; 32]).public());
	let constraints = JobConstraints { output_key, ..Default::default() };
	let job = chain.dispatch_on(clause(), prepared.job_input(), constraints);
	let context = SealContext {
		genesis: chain.read(|| System::block_hash(0)),
		job,
		round: chain.terms(job).round,
		clause: clause(),
	};
	let recipients = chain.read(|| Runtime::seal_recipients(job));
	let sealed = seal(&prepared, INPUT, &context, &recipients).unwrap().inline().unwrap();
	let call = pallet_job_dispatch::Call::<Runtime>::provide_sealed { job, sealed };
	chain.block(|| vec![signed("//Bob", call)]);
	assert_eq!(chain.job(job).status, JobStatus::Scheduled);
	let before = books(&mut chain, &enclaves);
	Round { chain, enclaves, job, before }
}

#[test]
fn who_says_later_that_it_was_otherwise_is_kept_as_evidence_and_not_slashed() {
	// Of sealed outputs, two that are equal decide before the third has said anything.
	let mut round = sealed_round();
	let nodes = round.voting();
	assert!(!round.terms().commit_reveal);
	let says = |round: &mut Round, one: &Enclave, hash: u8| {
		let output = Output::Sealed(vec![7; 64].try_into().unwrap());
		let outcome = Outcome::Success { hash: Hash::repeat_byte(hash), output };
		let terms = round.terms();
		let statement = one.statement_of(&mut round.chain, &terms, outcome);
		one.sign(statement)
	};
	let late = says(&mut round, &nodes[2], 2);
	let stale = says(&mut round, &nodes[2], 1);
	let silly = round.fails(&nodes[2], FailureCode::Timeout);
	let two: Vec<_> = nodes[..2].iter().map(|one| deliver(says(&mut round, one, 1))).collect();
	round.chain.block(|| two);
	assert_eq!(round.view().status, JobStatus::Completed);
	let refuse = |round: &mut Round, what: &str, cac: &SignedCac, why: CacRefusal| {
		let expected = (why.into(), Error::<Runtime>::from(why).into());
		assert_eq!(round.chain.refused(what, deliver(cac.clone())), expected);
	};
	refuse(&mut round, "the same, late", &stale, CacRefusal::NotRunning);
	refuse(&mut round, "a late failure", &silly, CacRefusal::NotRunning);
	let mut forged = late.clone();
	forged.signature[0] ^= 1;
	refuse(&mut round, "forged", &forged, CacRefusal::BadSignature);

	let sent = deliver(late.clone());
	round.chain.block(|| vec![sent]);
	let digest = late.digest();
	let receipt = verdicts(&mut round.chain).into_iter().find_map(|event| match event {
		Event::LateDissent { node, cac, receipt, .. } if node == nodes[2].node => {
			assert_eq!(cac, digest);
			Some(receipt)
		},
		_ => None,
	});
	let receipt = receipt.expect("it is told");
	round.settled("late dissent", &each(&nodes[..2], PAY), &[], 2);
	let kept = round.chain.read(|| {
		Certificates::<Runtime>::get((round.job, nodes[2].node, late.statement.body().attempt))
	});
	assert_eq!(kept.map(|(_, cac)| cac), Some(late.clone()));
	refuse(&mut round, "twice", &late, CacRefusal::AlreadyDelivered);
	assert_eq!(
		round.chain.proved_by_id(receipt),
		Operation::LateDissent { job: round.job, node: nodes[2].node, cac: digest }
	);
	assert_eq!(round.view().status, JobStatus::Completed);
}

#[test]
fn the_books_of_these_scenarios_would_notice() {
	// What is compared does change when money moves.
	let mut round = Round::new(ExecutionMode::Single, 1);
	let node = round.voting().remove(0);
	let treasury = TreasuryAccount::get();
	let before = round.books();
	let value = SLASH;
	let call = BalancesCall::transfer_keep_alive { dest: treasury.into(), value };
	round.chain.block(|| vec![signed(&node.controller, call)]);
	let after = round.books();
	assert_eq!(after.treasury, before.treasury + SLASH);
	assert!(after.nodes[&node.node].0 < before.nodes[&node.node].0 - SLASH);
}
