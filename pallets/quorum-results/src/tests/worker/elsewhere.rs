//! Programs and inputs that the chain does not keep.

use super::*;
use concordat_primitives::content::{
	BodyId, BodyKind, Wishes, MAX_BODY_BYTES, SERVED_KEY, WISHES_KEY,
};

const LOCATION: &[u8] = b"https://data.example.org/rain.csv";

fn external(len: u32) -> JobInput {
	JobInput::External {
		commitment: input_commitment(INPUT),
		len,
		location: LOCATION.to_vec().try_into().unwrap(),
	}
}

fn input_body() -> BodyId {
	BodyId::of(BodyKind::Input, INPUT).unwrap()
}

fn program_body() -> BodyId {
	BodyId::of(BodyKind::Program, PROGRAM).unwrap()
}

/// Hosts node 1, whose job has its input elsewhere, beside a host that serves nothing yet.
fn host() -> Host {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.store(SERVED_KEY, &Vec::<BodyId>::new().encode());
	host.chain(|| Inputs::insert(JOB, external(INPUT.len() as u32)));
	RUNS_AT.set(NOW);
	host
}

fn serve(host: &mut Host, bodies: &[(BodyId, &[u8])]) {
	for (body, bytes) in bodies {
		host.store(&body.key(), bytes);
	}
	let served: Vec<BodyId> = bodies.iter().map(|(body, _)| *body).collect();
	host.store(SERVED_KEY, &served.encode());
}

fn ack_of(job: JobId, node: NodeId) -> concordat_primitives::cac::SignedAck {
	let ack = crate::verify::claim(&statement(job, node, outcome(OUTPUT)));
	let signature = sp_core::Pair::sign(&pair(node), &ack.message()).0;
	concordat_primitives::cac::SignedAck { ack, signature }
}

fn wishes(host: &Host) -> Vec<(BodyId, Vec<u8>, JobId, NodeId)> {
	let Some(bytes) = host.stored(WISHES_KEY) else { return Vec::new() };
	let wishes: Wishes = codec::DecodeAll::decode_all(&mut &bytes[..]).unwrap();
	wishes.list.into_iter().map(|w| (w.body, w.location, w.job, w.node)).collect()
}

#[test]
fn a_job_should_be_acknowledged_while_the_host_looks_for_what_it_needs() {
	let mut host = host();
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	let submitted = host.run(NOW);
	assert_eq!(submitted, [ack_call(ack.clone())]);
	assert_eq!(wishes(&host), [(input_body(), LOCATION.to_vec(), JOB, 1)]);
	host.chain(|| acknowledge(ack.clone()));

	// Not there yet: the worker neither starts the job nor acknowledges it again, but goes on wishing.
	for number in NOW + 1..NOW + 4 {
		host.expect_poll(1, JOB, unknown());
		assert_eq!(host.run(number), []);
		assert_eq!(wishes(&host).len(), 1);
	}

	serve(&mut host, &[(input_body(), INPUT)]);
	RUNS_AT.set(NOW + 4);
	let cac = host.good(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start_with(1, JOB, PROGRAM, INPUT, Answer::accepted(&ack));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW + 4), [submit_call(cac)]);
	// Had the enclave been busy, the body would have been needed again: it was still wished for.
	assert_eq!(wishes(&host).len(), 1);
	assert_eq!(host.run(NOW + 5), []);
	assert_eq!(wishes(&host), []);
}

#[test]
fn what_the_host_finds_within_the_run_should_be_handed_over_in_it() {
	let mut host = host();
	host.chain(Program::kill);
	let (ack, cac) = (host.ack(1), host.good(1));
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	host.arrives(150, &program_body().key(), PROGRAM);
	host.arrives(150, &input_body().key(), INPUT);
	host.arrives(150, SERVED_KEY, &vec![input_body(), program_body()].encode());
	host.expect_start_with(1, JOB, PROGRAM, INPUT, Answer::accepted(&ack));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), [ack_call(ack), submit_call(cac)]);
}

#[test]
fn one_body_of_two_should_not_be_enough() {
	let mut host = host();
	host.chain(Program::kill);
	serve(&mut host, &[(program_body(), PROGRAM)]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack)]);
	// A preimage that is gone has no location.
	let listed = wishes(&host);
	assert!(listed.contains(&(input_body(), LOCATION.to_vec(), JOB, 1)));
	assert!(listed.contains(&(program_body(), Vec::new(), JOB, 1)));
}

#[test]
fn shortly_before_the_deadline_the_enclave_should_get_what_there_is() {
	let mut host = host();
	let ack = host.ack(1);
	host.chain(|| acknowledge(ack.clone()));
	let last_call = NOW + 30 - crate::offchain::LAST_CALL_BLOCKS;
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(last_call - 1), []);

	RUNS_AT.set(last_call);
	let cac = host.chain(|| failure(1, concordat_primitives::cac::FailureCode::ContentUnavailable));
	host.expect_poll(1, JOB, unknown());
	host.expect_start_with(1, JOB, PROGRAM, b"", Answer::accepted(&ack));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(last_call), [submit_call(cac)]);
}

#[test]
fn even_a_late_seat_should_give_the_host_one_look() {
	let mut host = host();
	host.chain(|| {
		change_terms(JOB, |terms| {
			let seat = &mut terms.seats[0];
			(seat.assigned_at, seat.ack_by, seat.deliver_by) = (NOW, NOW + 2, NOW + 2);
		})
	});
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack.clone())]);
	RUNS_AT.set(NOW + 1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start_with(1, JOB, PROGRAM, b"", Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW + 1), []);
}

#[test]
fn what_is_too_long_to_be_fetched_should_not_be_waited_for() {
	let mut host = host();
	host.chain(|| Inputs::insert(JOB, external(MAX_BODY_BYTES + 1)));
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start_with(1, JOB, PROGRAM, b"", Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW), [ack_call(ack)]);
	assert_eq!(wishes(&host), []);
}

#[test]
fn a_body_of_another_length_should_not_be_used() {
	let mut host = host();
	serve(&mut host, &[(input_body(), &INPUT[1..])]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack)]);
}

#[test]
fn jobs_that_need_the_same_should_wish_for_it_once() {
	let mut host = host();
	host.chain(|| {
		open_job(8, ExecutionMode::Single, [1]);
		Inputs::insert(8, external(INPUT.len() as u32));
	});
	let acks = host.chain(|| [JOB, 8].map(|job| ack_of(job, 1)));
	for (job, ack) in [JOB, 8].into_iter().zip(&acks) {
		host.expect_poll(1, job, unknown());
		host.expect_ack(1, job, Answer::accepted(ack));
	}
	assert_eq!(host.run(NOW), acks.map(ack_call));
	assert_eq!(wishes(&host).len(), 1);
}

#[test]
fn a_host_that_serves_nothing_should_be_told_nothing() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.chain(|| Inputs::insert(JOB, external(INPUT.len() as u32)));
	RUNS_AT.set(NOW);
	for nonsense in [None, Some(vec![0xff; 7]), Some(vec![0; 70_000])] {
		if let Some(bytes) = nonsense {
			host.store(SERVED_KEY, &bytes);
		}
		host.expect_poll(1, JOB, unknown());
		host.expect_start_with(1, JOB, PROGRAM, b"", Answer::status(503));
		assert_eq!(host.run(NOW), []);
		assert_eq!(host.stored(WISHES_KEY), None);
	}
}
