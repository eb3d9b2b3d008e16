//! The outputs of jobs that a job depends on.

use super::*;
use crate::Results;
use concordat_primitives::{
	cac::{FailureCode, Outcome, Output},
	content::{BodyId, BodyKind, Wishes, SERVED_KEY, WISHES_KEY},
	ensemble::Aggregation,
	hashing::{lineage, output_hash},
	traits::{JobListener, JobOutputs},
};

/// Makes [`JOB`] depend on these jobs, as the board would.
fn depend_on(jobs: &[JobId]) {
	let outputs: Vec<Hash> = jobs
		.iter()
		.map(|job| Results::<Test>::get(job).expect("a result").result.expect("an output"))
		.collect();
	DependsOn::insert(
		JOB,
		concordat_primitives::workflow::Dependencies::truncate_from(jobs.into()),
	);
	Lineages::insert(JOB, lineage(&outputs));
}

/// A job of node 2 with this output.
fn done_before(job: JobId, output: &[u8]) {
	open_job(job, ExecutionMode::Single, [2]);
	deliver(cac_of(job, 2, outcome(output)));
}

/// What a node says about a job whose output is kept elsewhere.
fn elsewhere(job: JobId, node: NodeId, location: &[u8], bytes_out: u32) -> SignedCac {
	let outcome = Outcome::Success {
		hash: output_hash(OUTPUT),
		output: Output::External(location.to_vec().try_into().unwrap()),
	};
	let mut body = statement(job, node, outcome);
	body.usage.bytes_out = bytes_out;
	sign_as(&pair(node), body)
}

fn wishes(host: &Host) -> Vec<(BodyId, Vec<u8>)> {
	let bytes = host.stored(WISHES_KEY).unwrap_or_default();
	let wishes: Wishes = codec::DecodeAll::decode_all(&mut &bytes[..]).unwrap_or_default();
	wishes.list.into_iter().map(|wish| (wish.body, wish.location)).collect()
}

/// Hosts node 1, and its job depends on what `before` has decided.
fn host(before: impl FnOnce(), jobs: &[JobId]) -> Host {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	RUNS_AT.set(NOW);
	host.chain(|| {
		before();
		depend_on(jobs);
	});
	host
}

/// The job is handed over in the next run, with these dependencies.
#[track_caller]
fn handed_over_with(host: &mut Host, number: u32, outputs: &[&[u8]]) {
	let ack = host.ack(1);
	RUNS_AT.set(number);
	host.expect_poll(1, JOB, unknown());
	let outputs: Vec<Vec<u8>> = outputs.iter().map(|output| output.to_vec()).collect();
	let with = |request: &mut StartRequest| request.dependencies = outputs;
	host.expect_changed_start(1, JOB, with, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(number), [ack_call(ack)]);
}

#[test]
fn outputs_should_be_handed_over_in_the_order_of_the_lineage() {
	let before = || {
		done_before(3, b"first");
		done_before(4, b"second");
		done_before(5, b"");
	};
	let mut host = host(before, &[4, 5, 3]);
	handed_over_with(&mut host, NOW, &[b"second", b"", b"first"]);
}

#[test]
fn the_answer_of_an_ensemble_should_be_handed_over() {
	let before = || {
		let mode = ExecutionMode::Ensemble { n: 2, aggregation: Aggregation::Averaging };
		open_job(3, mode, [2, 3]);
		deliver(cac_of(3, 2, outcome(b"1")));
		deliver(cac_of(3, 3, outcome(b"2")));
	};
	let mut host = host(before, &[3]);
	handed_over_with(&mut host, NOW, &[b"1.5"]);
}

#[test]
fn an_output_kept_elsewhere_should_be_fetched_by_the_host() {
	let before = || {
		open_job(3, ExecutionMode::Quorum { k: 2, n: 3 }, 2..=4);
		// One says something else, and where that is.
		let mut other = statement(3, 4, outcome(b""));
		other.outcome = Outcome::Success {
			hash: output_hash(b"something else"),
			output: Output::External(b"https://liar.example.org/out".to_vec().try_into().unwrap()),
		};
		deliver(elsewhere(3, 2, b"https://two.example.org/out", OUTPUT.len() as u32));
		deliver(elsewhere(3, 3, b"https://three.example.org/out", OUTPUT.len() as u32));
		// After the decision: its certificate is kept with theirs.
		deliver(sign_as(&pair(4), other));
	};
	let mut host = host(before, &[3]);
	host.store(SERVED_KEY, &Vec::<BodyId>::new().encode());
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_ack(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW), [ack_call(ack.clone())]);
	let body = BodyId::of(BodyKind::Output, OUTPUT).unwrap();
	let mut listed = wishes(&host);
	listed.sort();
	assert_eq!(
		listed,
		[
			(body, b"https://three.example.org/out".to_vec()),
			(body, b"https://two.example.org/out".to_vec())
		]
	);

	host.chain(|| acknowledge(ack.clone()));
	host.store(&body.key(), OUTPUT);
	host.store(SERVED_KEY, &vec![body].encode());
	RUNS_AT.set(NOW + 1);
	host.expect_poll(1, JOB, unknown());
	let with = |request: &mut StartRequest| request.dependencies = vec![OUTPUT.to_vec()];
	host.expect_changed_start(1, JOB, with, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW + 1), []);
}

#[test]
fn the_length_of_an_output_should_be_what_most_say_who_agree() {
	let before = || {
		open_job(3, ExecutionMode::Quorum { k: 3, n: 5 }, [2, 3, 4]);
		let length = OUTPUT.len() as u32;
		deliver(elsewhere(3, 2, b"https://two.example.org/out", length + 9));
		deliver(elsewhere(3, 3, b"https://three.example.org/out", length));
		deliver(elsewhere(3, 4, b"https://four.example.org/out", length));
	};
	let mut host = host(before, &[3]);
	host.chain(|| Leases::insert(4, lease(4)));
	let body = BodyId::of(BodyKind::Output, OUTPUT).unwrap();
	host.store(&body.key(), OUTPUT);
	host.store(SERVED_KEY, &vec![body].encode());
	handed_over_with(&mut host, NOW, &[OUTPUT]);
}

#[test]
fn an_output_that_is_never_found_should_not_be_waited_for_for_ever() {
	let before = || {
		open_job(3, ExecutionMode::Single, [2]);
		deliver(elsewhere(3, 2, b"https://two.example.org/out", OUTPUT.len() as u32));
	};
	let mut host = host(before, &[3]);
	host.store(SERVED_KEY, &Vec::<BodyId>::new().encode());
	let ack = host.ack(1);
	host.chain(|| acknowledge(ack.clone()));
	let last_call = NOW + 30 - crate::offchain::LAST_CALL_BLOCKS;
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(last_call - 1), []);
	RUNS_AT.set(last_call);
	let cac = host.chain(|| {
		let outcome = Outcome::Failure(FailureCode::ContentUnavailable);
		let mut body = statement(JOB, 1, outcome);
		body.lineage = Lineages::get(JOB).unwrap();
		sign_as(&pair(1), body)
	});
	host.expect_poll(1, JOB, unknown());
	let with = |request: &mut StartRequest| request.dependencies = vec![Vec::new()];
	host.expect_changed_start(1, JOB, with, Answer::accepted(&ack));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(last_call), [submit_call(cac)]);
}

#[test]
fn of_an_output_that_is_gone_the_enclave_should_get_nothing() {
	let mut host = host(|| done_before(3, b"before"), &[3]);
	host.chain(|| {
		Board::remove(3);
		QuorumResults::pruned(3);
		assert_eq!(QuorumResults::output(3), None);
	});
	handed_over_with(&mut host, NOW, &[b""]);
}
