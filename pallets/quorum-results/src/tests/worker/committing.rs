//! Results that are committed to before they are shown: what the worker sends when, and what it keeps in between.

use super::*;
use crate::offchain::{
	committing::REVEAL_LOCK_BLOCKS,
	kept::{self, Committed, Name, FORGET_BLOCKS, KEPT_KEY, MAX_KEPT},
};
use concordat_primitives::{
	cac::{CacV1, Outcome},
	commit::SignedCommitment,
};

/// Block in which the last commitment of a round is made; reveals are taken from the next one on.
const COMMITTED: u32 = NOW + 4;

fn commit_call(signed: &SignedCommitment) -> RuntimeCall {
	crate::Call::commit { signed: signed.clone() }.into()
}

fn reveal_call(committed: &Committed) -> RuntimeCall {
	crate::Call::reveal { cac: Box::new(committed.cac.clone()), salt: committed.salt }.into()
}

fn answer(committed: &Committed) -> Answer {
	let Committed { commitment, salt, cac } = committed.clone();
	Answer::scale(PollResponse::Committed { commitment, salt, cac })
}

/// What an honest enclave says about a statement.
fn committed_to(node: NodeId, body: CacV1) -> Committed {
	let cac = sign_as(&pair(node), body);
	Committed { commitment: commitment(&cac), salt: salt(node), cac }
}

fn name_of(node: NodeId) -> Name {
	let terms = Board::get(JOB).expect("the job exists");
	let seat = terms.seats.iter().find(|seat| seat.node == node).expect("the node sits");
	Name { node, job: JOB, attempt: seat.attempt, nonce: seat.nonce }
}

fn body_key(name: &Name) -> Vec<u8> {
	[KEPT_KEY, &name.encode()].concat()
}

/// The chain as of another block: the seat is like this, and its commitment is gone with the state that it belonged to.
fn set_seat(node: NodeId, state: SeatState) {
	change_terms(JOB, |terms| {
		terms.seats.iter_mut().filter(|seat| seat.node == node).for_each(|seat| seat.state = state);
	});
	let mut urn = crate::Ballots::<Test>::get(JOB);
	urn.pledges.retain(|pledge| pledge.node != node);
	if urn.is_blank() {
		crate::Ballots::<Test>::remove(JOB);
	} else {
		crate::Ballots::<Test>::insert(JOB, urn);
	}
}

/// A committee decides, in which node 1 has no seat.
fn hand_to_a_committee() {
	change_terms(JOB, |terms| terms.committee = Some(2));
	// Who sits in it is of no matter here.
	crate::Ballots::<Test>::remove(JOB);
}

impl Host {
	/// A host of node 1 in a job of three that commits.
	fn committing() -> Self {
		Self::new(ExtBuilder::default().committing(), &[1])
	}

	fn committed(&mut self, node: NodeId) -> Committed {
		self.chain(|| committed_to(node, statement(JOB, node, outcome(OUTPUT))))
	}

	/// Runs the worker on the block in which the enclave has just finished.
	fn commits(&mut self, number: u32) -> Committed {
		let committed = self.committed(1);
		self.expect_poll(1, JOB, answer(&committed));
		assert_eq!(self.run(number), [commit_call(&committed.commitment)]);
		committed
	}

	/// The chain takes the commitments of all three nodes, and opens the reveals.
	fn all_commit(&mut self) {
		let all = [1, 2, 3].map(|node| self.committed(node).commitment);
		self.chain(|| {
			System::set_block_number(COMMITTED);
			for signed in &all {
				apply(commit_call(signed)).expect("an accepted commitment");
			}
			assert_eq!(terms(JOB).reveal_from, Some(COMMITTED + 1));
		});
	}
}

#[test]
fn a_quick_clause_should_be_committed_to_in_the_run_that_started_it() {
	let mut host = Host::committing();
	let (ack, committed) = (host.ack(1), host.committed(1));
	host.expect_poll(1, JOB, unknown());
	// The token that is handed over says that the job commits.
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, pending());
	host.expect_poll(1, JOB, answer(&committed));
	let submitted = host.run(NOW);
	assert_eq!(submitted, [ack_call(ack), commit_call(&committed.commitment)]);
	// Both go into the next block.
	host.chain(|| submitted.into_iter().for_each(|call| assert!(apply(call).is_ok())));
	assert_eq!(host.chain(|| kept::load(&name_of(1))), Some(committed));
}

#[test]
fn what_is_done_should_be_committed_to_and_not_asked_for_again() {
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	// On its way into a block: neither sent nor asked for.
	for number in [NOW, NOW + 1, NOW + 5] {
		assert_eq!(host.run(number), []);
	}
	// The pool has forgotten it, or a re-organisation has taken it back: once more, from what is kept.
	assert_eq!(host.run(NOW + 6), [commit_call(&committed.commitment)]);
}

#[test]
fn nothing_should_be_shown_before_the_chain_takes_it() {
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.chain(|| apply(commit_call(&committed.commitment)).map(|_| ())).expect("accepted");
	// The others have still to commit, however long that takes them.
	for number in NOW + 1..NOW + 25 {
		assert_eq!(host.run(number), [], "{number}");
	}
	host.chain(|| change_terms(JOB, |terms| terms.reveal_from = Some(NOW + 40)));
	assert_eq!(host.run(NOW + 38), []);
}

#[test]
fn a_result_should_be_shown_in_the_first_block_that_takes_it() {
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.all_commit();
	// The run on the block of the last commitment: its transactions go into the next one.
	let submitted = host.run(COMMITTED);
	assert_eq!(submitted, [reveal_call(&committed)]);
	for number in COMMITTED..COMMITTED + REVEAL_LOCK_BLOCKS {
		assert_eq!(host.run(number), []);
	}
	host.chain(|| {
		System::set_block_number(COMMITTED + 1);
		submitted.into_iter().for_each(|call| assert!(apply(call).is_ok()));
		assert!(matches!(terms(JOB).seats[0].state, SeatState::Delivered(_)));
	});
	for number in COMMITTED + 4..COMMITTED + 8 {
		assert_eq!(host.run(number), []);
	}
}

#[test]
fn a_restart_of_the_enclave_should_not_cost_the_seat() {
	// Gone for good; or back with another key, of which the chain knows nothing.
	let stranger = Endpoint { signing_key: key(77), ..endpoint(1) };
	for endpoints in [Vec::new(), vec![stranger]] {
		let mut host = Host::committing();
		let committed = host.commits(NOW);
		host.all_commit();
		host.set_endpoints(endpoints);
		assert_eq!(host.run(COMMITTED), [reveal_call(&committed)]);
	}
	// The same before the commitment is in a block.
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.set_endpoints(Vec::<Endpoint>::new());
	assert_eq!(host.run(NOW + 6), [commit_call(&committed.commitment)]);
}

#[test]
fn what_is_not_kept_should_be_shown_as_the_enclave_has_it() {
	for lost in [true, false] {
		let mut host = Host::committing();
		let committed = host.commits(NOW);
		host.all_commit();
		let key = host.chain(|| body_key(&name_of(1)));
		match lost {
			true => host.lose(KEPT_KEY),
			false => host.store(&key, b"rubbish"),
		}
		host.expect_poll(1, JOB, answer(&committed));
		assert_eq!(host.run(COMMITTED), [reveal_call(&committed)]);
	}
	// And if the enclave has forgotten it too, nothing is begun anew: it could only be something else.
	let mut host = Host::committing();
	host.commits(NOW);
	host.all_commit();
	host.lose(KEPT_KEY);
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(COMMITTED), []);
}

#[test]
fn a_reveal_that_was_taken_back_should_be_sent_again_while_there_is_time() {
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.all_commit();
	assert_eq!(host.run(COMMITTED), [reveal_call(&committed)]);
	let before = host.chain(|| (terms(JOB), crate::Ballots::<Test>::get(JOB)));
	host.chain(|| {
		System::set_block_number(COMMITTED + 1);
		apply(reveal_call(&committed)).expect("accepted");
	});
	assert_eq!(host.run(COMMITTED + 1), []);
	// The branch with the reveal is gone.
	host.chain(|| {
		Board::insert(JOB, before.0);
		crate::Ballots::<Test>::insert(JOB, before.1);
		crate::Certificates::<Test>::remove((JOB, 1, 1));
	});
	assert_eq!(host.run(COMMITTED + REVEAL_LOCK_BLOCKS), [reveal_call(&committed)]);
}

#[test]
fn a_commitment_that_was_taken_back_should_be_sent_again() {
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.all_commit();
	// A branch without it, in which the round goes on.
	host.chain(|| {
		set_seat(1, SeatState::Acknowledged(NOW + 1));
		change_terms(JOB, |terms| {
			terms.reveal_from = None;
			terms.seats.iter_mut().for_each(|seat| seat.deliver_by = NOW + 30);
		});
	});
	assert_eq!(host.run(NOW + 6), [commit_call(&committed.commitment)]);
}

#[test]
fn a_pool_that_is_full_should_be_tried_again_in_the_next_block() {
	let mut host = Host::committing();
	let committed = host.committed(1);
	host.fill_pool(true);
	host.expect_poll(1, JOB, answer(&committed));
	assert_eq!(host.run(NOW), []);
	host.fill_pool(false);
	assert_eq!(host.run(NOW + 1), [commit_call(&committed.commitment)]);
	host.all_commit();
	host.fill_pool(true);
	assert_eq!(host.run(COMMITTED), []);
	host.fill_pool(false);
	assert_eq!(host.run(COMMITTED + 1), [reveal_call(&committed)]);
}

#[test]
fn a_pool_that_has_not_seen_the_block_yet_should_be_asked_again_in_the_same_run() {
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.all_commit();
	// It takes what the next block takes, and for some milliseconds it does not know which that is.
	host.refuse_in_pool(2);
	assert_eq!(host.run(COMMITTED), [reveal_call(&committed)]);
	assert_eq!(host.run(COMMITTED + 1), []);
}

#[test]
fn seats_that_do_not_count_any_more_should_be_left_alone() {
	let mut host = Host::committing();
	host.chain(hand_to_a_committee);
	assert_eq!(host.run(NOW), []);

	let mut host = Host::committing();
	host.commits(NOW);
	host.all_commit();
	host.chain(hand_to_a_committee);
	assert_eq!(host.run(COMMITTED), []);
	// Nor is anything sent while the job is frozen; it is kept for afterwards.
	let mut host = Host::committing();
	let committed = host.commits(NOW);
	host.all_commit();
	host.chain(|| set_status(JOB, JobStatus::Disputed));
	for number in COMMITTED..COMMITTED + 3 * FORGET_BLOCKS {
		assert_eq!(host.run(number), []);
	}
	assert_eq!(host.chain(|| kept::load(&name_of(1))), Some(committed));
}

#[test]
fn a_seat_of_the_committee_should_be_a_seat_like_any_other() {
	// Nodes 4 and 5 were drawn besides; the first three do not agree.
	let mut host = Host::new(ExtBuilder::default().committing().backups(3), &[4]);
	let all = [(1, OUTPUT), (2, b"dry"), (3, OUTPUT)].map(|(node, output)| {
		host.chain(|| committed_to(node, statement(JOB, node, outcome(output))))
	});
	host.chain(|| {
		for committed in &all {
			apply(commit_call(&committed.commitment)).expect("accepted");
		}
		System::set_block_number(NOW + 1);
		for committed in &all {
			apply(reveal_call(committed)).expect("accepted");
		}
		assert_eq!(terms(JOB).committee, Some(2));
	});
	RUNS_AT.set(NOW + 1);
	let committed = host.committed(4);
	assert_eq!(committed.name().attempt, 2);
	host.expect_poll(4, JOB, answer(&committed));
	assert_eq!(host.run(NOW + 1), [commit_call(&committed.commitment)]);
	let others = [5, 6].map(|node| host.committed(node).commitment);
	host.chain(|| {
		for signed in [&committed.commitment].into_iter().chain(&others) {
			apply(commit_call(signed)).expect("accepted");
		}
	});
	assert_eq!(host.run(NOW + 1), [reveal_call(&committed)]);
}

#[test]
fn an_enclave_should_answer_in_the_way_that_the_job_wants() {
	// A bare certificate would give the result away.
	let mut host = Host::committing();
	let cac = host.good(1);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), []);
	// Nobody asked for a commitment.
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let committed = host.committed(1);
	host.expect_poll(1, JOB, answer(&committed));
	assert_eq!(host.run(NOW), []);
	assert_eq!(host.chain(kept::names), []);
}

#[test]
fn what_could_not_be_shown_later_should_not_be_committed_to() {
	let altered = |change: fn(&mut CacV1)| {
		move || {
			let mut body = statement(JOB, 1, outcome(OUTPUT));
			change(&mut body);
			committed_to(1, body)
		}
	};
	let bent = |change: fn(&mut Committed)| {
		move || {
			let mut committed = committed_to(1, statement(JOB, 1, outcome(OUTPUT)));
			change(&mut committed);
			committed
		}
	};
	let lies: [Box<dyn Fn() -> Committed>; 16] = [
		Box::new(bent(|c| c.salt[0] ^= 1)),
		Box::new(bent(|c| c.commitment.signature[0] ^= 1)),
		Box::new(bent(|c| c.cac.signature[0] ^= 1)),
		Box::new(bent(|c| {
			let mut commitment = c.commitment.commitment.clone();
			commitment.hash = Hash::zero();
			c.commitment = sign_commitment(&pair(1), commitment);
		})),
		// To another result than the one that it comes with.
		Box::new(bent(|c| c.cac = cac(1, outcome(b"dry")))),
		// Somebody else's, and one for another attempt.
		Box::new(|| committed_to(2, statement(JOB, 2, outcome(OUTPUT)))),
		Box::new(altered(|body| body.attempt = 2)),
		Box::new(altered(|body| body.nonce = Hash::zero())),
		Box::new(altered(|body| body.program = Hash::zero())),
		Box::new(altered(|body| body.input = Hash::zero())),
		Box::new(altered(|body| body.lineage = Hash::zero() ^ Hash::repeat_byte(1))),
		Box::new(altered(|body| body.lease += 1)),
		Box::new(altered(|body| body.usage.fuel = u64::MAX)),
		Box::new(altered(|body| body.acted_on.0 = NOW + 1)),
		Box::new(altered(|body| body.simulated = false)),
		Box::new(altered(|body| {
			let Outcome::Success { hash, .. } = &mut body.outcome else { return };
			*hash = Hash::zero();
		})),
	];
	for (place, lie) in lies.iter().enumerate() {
		let mut host = Host::committing();
		let committed = host.chain(lie);
		host.expect_poll(1, JOB, answer(&committed));
		assert_eq!(host.run(NOW), [], "{place}");
		if host.chain(|| kept::load(&name_of(1))).is_some() {
			// What the chain says of the commitment alone is asked last: it may change its mind.
			assert_eq!(place, 1);
		}
	}
}

#[test]
fn what_is_kept_should_go_some_time_after_its_seat() {
	let mut host = Host::committing();
	host.commits(NOW);
	let key = host.chain(|| body_key(&name_of(1)));
	host.chain(|| set_seat(1, SeatState::Delivered(NOW + 2)));
	assert_eq!(host.run(NOW + FORGET_BLOCKS - 1), []);
	assert!(host.stored(&key).is_some());
	assert_eq!(host.run(NOW + FORGET_BLOCKS), []);
	assert_eq!(host.stored(&key), None);
	assert_eq!(host.chain(kept::names), []);
}

#[test]
fn no_more_should_be_kept_than_there_is_room_for() {
	let mut host = Host::committing();
	host.chain(|| {
		let mut other = committed_to(1, statement(JOB, 1, outcome(OUTPUT)));
		for job in 0..MAX_KEPT as u64 {
			other.commitment.commitment.job = 1_000 + job;
			assert!(kept::keep(NOW, &other));
		}
		other.commitment.commitment.job = 5;
		assert!(!kept::keep(NOW, &other));
		// One that is there can be written anew.
		other.commitment.commitment.job = 1_000;
		assert!(kept::keep(NOW, &other));
		assert_eq!(kept::names().len(), MAX_KEPT);
	});
	// The result is committed to all the same, and shown as the enclave has it.
	let committed = host.commits(NOW);
	host.all_commit();
	host.expect_poll(1, JOB, answer(&committed));
	assert_eq!(host.run(COMMITTED), [reveal_call(&committed)]);
	// Jobs that the chain does not know make room in the end.
	host.chain(|| set_seat(1, SeatState::Delivered(COMMITTED + 1)));
	assert_eq!(host.run(NOW + FORGET_BLOCKS), []);
	assert_eq!(host.chain(kept::names), []);
}

#[test]
fn an_index_that_cannot_be_read_should_be_begun_anew() {
	let mut host = Host::committing();
	host.store(KEPT_KEY, &[0xff; 9]);
	let committed = host.commits(NOW);
	assert_eq!(host.chain(kept::names), [committed.name()]);
}
