//! Enclaves that refuse, stall, talk nonsense or lie; hosts that lack something.

use super::*;
use concordat_primitives::enclave_api::MAX_RESPONSE_BYTES;

#[test]
fn a_busy_enclave_should_be_asked_again_in_the_next_block() {
	for code in [408, 429, 500, 503] {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		for number in NOW..NOW + 3 {
			RUNS_AT.set(number);
			host.expect_poll(1, JOB, unknown());
			host.expect_start(1, JOB, Answer::status(code));
			assert_eq!(host.run(number), [], "{code}");
		}
		RUNS_AT.set(NOW);
	}
}

#[test]
fn an_enclave_that_will_not_have_a_job_should_not_be_pressed() {
	for code in [400, 409, 410, 422] {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		RUNS_AT.set(NOW);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::status(code));
		assert_eq!(host.run(NOW), []);
		for number in [NOW + 1, NOW + 2] {
			host.expect_poll(1, JOB, unknown());
			assert_eq!(host.run(number), []);
		}
		RUNS_AT.set(NOW + 3);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::status(code));
		assert_eq!(host.run(NOW + 3), []);
	}
}

#[test]
fn a_job_that_the_enclaves_host_could_not_run_should_be_handed_over_again() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, Answer::status(500));
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, Answer::status(500));
	assert_eq!(host.run(NOW), [ack_call(ack)]);
}

#[test]
fn an_enclave_that_refuses_to_say_should_be_passed_over() {
	for code in [400, 401, 409, 503] {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		host.expect_poll(1, JOB, Answer::status(code));
		assert_eq!(host.run(NOW), [], "{code}");
	}
}

#[test]
fn nonsense_should_be_dropped() {
	for garbage in [
		Vec::new(),
		b"<html>".to_vec(),
		vec![2],
		vec![0xff; 2_000],
		// Pending, and something more.
		vec![0, 0],
		// Half a certificate.
		{
			let mut host = Host::new(ExtBuilder::default(), &[]);
			let whole = PollResponse::Done(host.good(1)).encode();
			whole[..whole.len() / 2].to_vec()
		},
	] {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		host.expect_poll(1, JOB, Answer::bytes(garbage.clone()));
		assert_eq!(host.run(NOW), [], "{garbage:?}");

		let mut host = Host::new(ExtBuilder::default(), &[1]);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::bytes(garbage));
		assert_eq!(host.run(NOW), []);
	}
}

#[test]
fn an_answer_should_not_be_read_beyond_its_limit() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.expect_poll(1, JOB, Answer::bytes(vec![0; MAX_RESPONSE_BYTES + 1]));
	assert_eq!(host.run(NOW), []);
	host.expect_poll(1, JOB, Answer::bytes(vec![0; 10_000_000]));
	assert_eq!(host.run(NOW), []);
}

#[test]
fn what_the_chain_would_refuse_should_not_be_submitted() {
	let lies: [fn() -> SignedCac; 5] = [
		|| {
			let mut forged = good(1);
			forged.signature[0] ^= 1;
			forged
		},
		|| altered(1, |body| body.attempt = 2),
		|| altered(1, |body| body.usage.fuel = u64::MAX),
		|| cac(2, outcome(OUTPUT)),
		|| altered(1, |body| body.simulated = false),
	];
	for lie in lies {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		let cac = host.chain(lie);
		host.expect_poll(1, JOB, done(&cac));
		assert_eq!(host.run(NOW), []);
	}

	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let cac = host.good(1);
	host.chain(|| Leases::mutate(1, |lease| lease.as_mut().unwrap().expires_at = NOW));
	host.expect_poll(1, JOB, done(&cac));
	assert_eq!(host.run(NOW), []);
}

#[test]
fn an_acknowledgement_that_the_chain_would_refuse_should_not_be_submitted() {
	let lies: [fn() -> concordat_primitives::cac::SignedAck; 4] = [
		|| {
			let mut forged = ack(1);
			forged.signature[0] ^= 1;
			forged
		},
		|| ack(2),
		|| altered_ack(1, |ack| ack.nonce = Hash::zero()),
		|| altered_ack(1, |ack| ack.job = 8),
	];
	for lie in lies {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		let ack = host.chain(lie);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::accepted(&ack));
		assert_eq!(host.run(NOW), []);
	}
}

#[test]
fn an_enclave_that_is_down_should_not_be_asked_about_its_other_jobs() {
	let mut host = Host::new(ExtBuilder::default(), &[1, 3]);
	host.chain(|| open_job(8, ExecutionMode::Single, [1]));
	let cac = host.good(3);
	host.expect_poll(1, JOB, Answer::status(0));
	host.expect_poll(3, JOB, done(&cac));
	assert_eq!(host.run(NOW), [submit_call(cac)]);
}

#[test]
fn enclaves_that_hang_should_not_hold_up_the_node() {
	let mut host = Host::new(ExtBuilder::quorum(3, 5), &[1, 2, 3, 4, 5]);
	// One second for the first, the rest of the run for the second; the others have their turn in the next block.
	// (`Host::run` checks that no run takes longer than 1.5 s.)
	host.expect_poll(1, JOB, pending().after(60_000));
	host.expect_poll(2, JOB, pending().after(60_000));
	assert_eq!(host.run(NOW), []);
	host.expect_poll(2, JOB, pending().after(60_000));
	let cac = host.good(3);
	host.expect_poll(3, JOB, done(&cac));
	let other = host.good(4);
	host.expect_poll(4, JOB, done(&other));
	host.expect_poll(5, JOB, Answer::status(503));
	host.expect_poll(1, JOB, pending().after(60_000));
	assert_eq!(host.run(NOW + 1), [submit_call(cac), submit_call(other)]);
}

#[test]
fn a_hand_over_that_times_out_should_be_repeated() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack).after(60_000));
	assert_eq!(host.run(NOW), []);
	// It arrived all the same.
	RUNS_AT.set(NOW + 1);
	host.expect_poll(1, JOB, pending());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	assert_eq!(host.run(NOW + 1), [ack_call(ack)]);
}

#[test]
fn many_new_jobs_should_share_the_moment_at_the_end() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	host.chain(|| (8..14).for_each(|job| open_job(job, ExecutionMode::Single, [1])));
	let jobs: Vec<_> = (JOB..14).collect();
	for job in &jobs {
		let ack = host.chain(|| {
			let body = statement(*job, 1, outcome(OUTPUT));
			let ack = crate::verify::claim(&body);
			let signature = sp_core::Pair::sign(&pair(1), &ack.message()).0;
			concordat_primitives::cac::SignedAck { ack, signature }
		});
		host.expect_poll(1, *job, unknown());
		host.expect_start(1, *job, Answer::accepted(&ack));
	}
	for job in &jobs {
		let cac = host.chain(|| cac_of(*job, 1, outcome(OUTPUT)));
		host.expect_poll(1, *job, done(&cac));
	}
	// Seven acknowledgements and seven certificates in one run.
	assert_eq!(host.run(NOW).len(), 14);
}

#[test]
fn a_job_that_is_forgotten_right_after_its_start_should_be_left_for_the_next_block() {
	let mut host = Host::new(ExtBuilder::default(), &[1]);
	let ack = host.ack(1);
	host.expect_poll(1, JOB, unknown());
	host.expect_start(1, JOB, Answer::accepted(&ack));
	host.expect_poll(1, JOB, unknown());
	assert_eq!(host.run(NOW), [ack_call(ack)]);
}

#[test]
fn what_cannot_be_run_here_should_be_left_alone_for_a_while() {
	let lacks: [fn(); 3] = [
		Spec::kill,
		|| Inputs::remove(JOB),
		|| {
			// The node is not registered any more; its lease still is, under another number.
			let lease = Leases::take(1).unwrap();
			Leases::insert(91, lease);
		},
	];
	for lack in lacks {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		host.chain(lack);
		for number in NOW..NOW + 5 {
			host.expect_poll(1, JOB, unknown());
			assert_eq!(host.run(number), []);
		}
	}
}

#[test]
fn what_is_kept_elsewhere_should_reach_the_enclave_as_nothing_when_the_job_starts() {
	let elsewhere: [fn(); 2] = [
		|| {
			Inputs::insert(
				JOB,
				JobInput::External {
					commitment: input_commitment(INPUT),
					len: INPUT.len() as u32,
					location: Default::default(),
				},
			)
		},
		Program::kill,
	];
	// The enclave takes the seat and will sign that the bytes do not match: nobody loses standing over them.
	for keep in elsewhere {
		let mut host = Host::new(ExtBuilder::default(), &[1]);
		host.chain(keep);
		let ack = host.ack(1);
		host.expect_poll(1, JOB, unknown());
		host.expect_start(1, JOB, Answer::accepted(&ack));
		host.expect_poll(1, JOB, unknown());
		assert_eq!(host.run(NOW), [ack_call(ack)]);
	}
}
