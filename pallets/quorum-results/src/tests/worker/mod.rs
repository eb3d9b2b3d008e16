//! The off-chain worker, against enclaves that answer what they should, and what they should not.

mod committing;
mod dependencies;
mod elsewhere;
mod handoffs;
mod host;
mod locks;
mod sealed;
mod trouble;

use super::*;
use concordat_primitives::{
	cac::SignedCac,
	clause::{ExecutionMode, TriggerKind},
	enclave_api::{Endpoint, JobToken, PollResponse, StartRequest, ENDPOINTS_KEY},
	hashing::{input_commitment, program_hash, NO_LINEAGE},
	job::{JobInput, JobStatus, Seat, SeatState},
	Hash, JobId, Jurisdiction, NodeId,
};
use host::{endpoint, Answer, Host, RUNS_AT};

fn done(cac: &SignedCac) -> Answer {
	Answer::scale(PollResponse::Done(cac.clone()))
}

fn pending() -> Answer {
	Answer::scale(PollResponse::Pending)
}

fn unknown() -> Answer {
	Answer::status(404)
}

/// The chain's view of what honest enclaves sign.
impl Host {
	fn good(&mut self, node: NodeId) -> SignedCac {
		self.chain(|| good(node))
	}
	fn ack(&mut self, node: NodeId) -> concordat_primitives::cac::SignedAck {
		self.chain(|| ack(node))
	}
}

#[test]
fn a_job_should_be_handed_over_and_acknowledged() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	// Not done within the moment that a run waits for it.
	for _ in 0..3 {
		host.expect_poll(1, JOB, pending());
	}
	let submitted = host.run(NOW);
	assert_eq!(submitted, [ack_call(ack)]);
	host.chain(|| apply(submitted[0].clone()).map(|_| ())).unwrap();
	assert_eq!(host.chain(effects), [Effect::Acknowledged(JOB, 1, 1)]);
}

#[test]
fn a_quick_clause_should_deliver_in_the_run_that_started_it() {
	let mut host = Host::new(ExtBuilder::single(), &[1]);
	let (ack, cac) = (host.ack(1), host.good(1));
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, pending());
	host.expect_poll(1, JOB, done(&cac));
	let submitted = host.run(NOW);
	assert_eq!(submitted, [ack_call(ack), submit_call(cac)]);
	// Both go into the next block, and the job is done.
	host.chain(|| submitted.into_iter().for_each(|call| assert!(apply(call).is_ok())));
	assert_eq!(host.chain(|| Board::get(JOB).unwrap().status), JobStatus::Completed);
}

#[test]
fn what_is_done_should_be_submitted() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let cac = host.good(1);
	host.chain(|| acknowledge(ack(1)));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), [submit_call(cac)]);
}

#[test]
fn what_is_running_and_acknowledged_should_be_left_alone() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.chain(|| acknowledge(ack(1)));
	host.expect_poll(1, JOB, pending());
	assert_eq!(host.run(NOW), []);
}

#[test]
fn what_is_running_and_not_acknowledged_should_be_acknowledged() {
	// The acknowledgement was lost: the enclave gives the same one again.
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, pending());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack)]);
	// On its way into a block, it is not asked for again.
	host.expect_poll(1, JOB, pending());
	assert_eq!(host.run(NOW + 1), []);
}

#[test]
fn all_enclaves_and_all_their_jobs_should_be_served() {
	let mut host = Host::new(ExtBuilder::default(), &[1, 3]);
	host.chain(|| open_job(8, ExecutionMode::Single, [1]));
	let cacs = host.chain(|| [good(1), cac_of(8, 1, outcome(OUTPUT)), good(3)]);
	host.expect_poll(1, JOB, done(&cacs[0]));
	host.expect_poll(1, 8, done(&cacs[1]));
	host.expect_poll(3, JOB, done(&cacs[2]));
	assert_eq!(host.run(NOW), cacs.map(submit_call));
}

#[test]
fn runs_should_take_turns_in_where_they_begin() {
	let mut host = Host::new(ExtBuilder::default(), &[1, 3]);
	let first = |host: &mut Host, order: [NodeId; 2], number| {
		for node in order {
			host.expect_poll(node, JOB, pending());
		}
		host.chain(|| {
			for node in order {
				change_terms(JOB, |terms| {
					let seat = terms.seats.iter_mut().find(|s| s.node == node).unwrap();
					seat.state = SeatState::Acknowledged(NOW)
				});
			}
		});
		assert_eq!(host.run(number), []);
	};
	first(&mut host, [1, 3], NOW);
	first(&mut host, [3, 1], NOW + 1);
}

#[test]
fn a_node_without_enclaves_should_do_nothing() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	assert_eq!(host.run(NOW), []);
	// A list that cannot be read is no list.
	host.store(ENDPOINTS_KEY, &[0xff; 7]);
	assert_eq!(host.run(NOW), []);
	let mut surplus = vec![endpoint(1)].encode();
	surplus.push(0);
	host.store(ENDPOINTS_KEY, &surplus);
	assert_eq!(host.run(NOW), []);
	host.store(ENDPOINTS_KEY, &vec![Endpoint { url: "x".repeat(17_000), ..endpoint(1) }].encode());
	assert_eq!(host.run(NOW), []);
}

#[test]
fn more_enclaves_than_allowed_should_not_be_served() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	let strangers = (100..).take(16).map(endpoint);
	host.set_endpoints(strangers.chain([endpoint(1)]).collect::<Vec<_>>());
	assert_eq!(host.run(NOW), []);
}

#[test]
fn seats_that_are_not_this_enclaves_or_need_nothing_should_be_passed_over() {
	let mut host = Host::new(ExtBuilder::default(), &[1, 4, 77]);
	// Node 4 has a lease and no seat, 77 has none. Node 1 has delivered.
	let cac = host.good(1);
	host.chain(|| deliver(cac));
	assert_eq!(host.run(NOW), []);

	// The seat was given to an earlier key of the node.
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.chain(|| change_terms(JOB, |terms| terms.seats[0].signing_key = key(9)));
	assert_eq!(host.run(NOW), []);

	// Nobody works on the job.
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.chain(|| set_status(JOB, JobStatus::Disputed));
	assert_eq!(host.run(NOW), []);
}

#[test]
fn a_trailing_slash_of_the_address_should_not_matter() {
	let mut host = Host::new(ExtBuilder::default(), &[]);
	let cac = host.good(1);
	host.set_endpoints(vec![Endpoint { url: format!("{}/", endpoint(1).url), ..endpoint(1) }]);
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), [submit_call(cac)]);
}

#[test]
fn the_parent_should_be_named_where_the_hash_of_the_block_is_not_known() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.expect_poll(1, JOB, pending());
	host.chain(|| {
		acknowledge(ack(1));
		// No hash of this block is stored: nothing fails on the way.
		<QuorumResults as frame_support::traits::Hooks<_>>::offchain_worker(NOW);
	});
}
