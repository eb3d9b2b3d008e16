//! What is remembered, and how much of it.

use super::*;

fn expiring(job: JobId, expires_at: BlockNumber) -> StartRequest {
	let mut request = request(job, ECHO, b"rain");
	request.token.expires_at = expires_at;
	request
}

#[test]
fn what_was_signed_and_forgotten_should_never_be_started_again() {
	let jobs = jobs_with(JobBounds { remembered: 2, ..bounds() });
	let late = expiring(1, 300);
	let early = expiring(2, 200);
	for request in [late.clone(), early.clone(), expiring(3, 400)] {
		assert!(outcome(&jobs, request).is_ok());
	}
	// The second one expired first, so it is the one that went.
	assert_eq!(jobs.counts().remembered, 2);
	assert!(poll(&jobs, &late.token).is_ok());
	assert_eq!(poll(&jobs, &early.token), Err(Refusal::UnknownJob));
	assert_eq!(jobs.start(early), Err(Refusal::Forgotten));
	// Nor with the deadline that a dispute gave it.
	assert_eq!(jobs.start(expiring(2, 500)), Err(Refusal::Forgotten));
	// Its neighbours are free to come, even with its old deadline.
	assert!(outcome(&jobs, expiring(4, 200)).is_ok());
	let mut again = expiring(2, 500);
	again.token.attempt = 2;
	assert!(outcome(&jobs, again).is_ok());
	// Another chain has its own names.
	let mut elsewhere = expiring(2, 200);
	elsewhere.token.genesis = Hash::repeat_byte(8);
	elsewhere.token.attempt = 3;
	assert!(outcome(&jobs, elsewhere).is_ok());
}

#[test]
fn jobs_older_than_the_names_kept_should_not_be_started() {
	let jobs = jobs_with(JobBounds { remembered: 1, names: 2, ..bounds() });
	for job in [5, 9, 7, 8, 10] {
		assert!(outcome(&jobs, expiring(job, 100)).is_ok(), "{job}");
	}
	// 10 is remembered, of 8 and 9 the names; those of 5 and 7 are gone, and with them all up to 7.
	for job in [1, 5, 6, 7, 8, 9] {
		assert_eq!(jobs.start(expiring(job, 900)), Err(Refusal::Forgotten), "{job}");
	}
	let of_chain = |jobs: &Jobs| {
		let book = jobs.0.lock();
		let forgotten = &book.chains[&Hash::repeat_byte(1)].forgotten;
		(forgotten.names.iter().map(|key| key.job).collect::<Vec<_>>(), forgotten.floor)
	};
	assert_eq!(of_chain(&jobs), (vec![8, 9], Some(7)));
	assert!(outcome(&jobs, expiring(11, 100)).is_ok());
	assert_eq!(of_chain(&jobs), (vec![9, 10], Some(8)));
}

#[test]
fn attempts_that_were_not_signed_should_leave_no_name() {
	let jobs = jobs_with(JobBounds { remembered: 1, ..bounds() });
	let faulty = expiring(1, 100);
	let run = jobs.0.reserve(&faulty.token).unwrap().unwrap();
	jobs.0.finish(&faulty.token, run, Err("out of memory".into()));
	assert!(outcome(&jobs, expiring(2, 200)).is_ok());
	assert_eq!(poll(&jobs, &faulty.token), Err(Refusal::UnknownJob));
	assert!(outcome(&jobs, faulty).is_ok());
}

#[test]
fn running_attempts_should_not_be_forgotten() {
	let jobs = jobs_with(JobBounds { remembered: 1, ..bounds() });
	jobs.start(spinning(1, 1_000)).unwrap();
	assert_eq!(jobs.start(request(2, ECHO, b"")), Err(Refusal::Busy));
	wait_until_idle(&jobs);
	assert!(outcome(&jobs, request(2, ECHO, b"")).is_ok());
}

#[test]
fn only_so_many_chains_should_be_served() {
	let jobs = jobs();
	let of_chain = |chain: u64| {
		let mut request = request(chain, ECHO, b"rain");
		request.token.genesis = Hash::from_low_u64_be(chain);
		request
	};
	for chain in 0..MAX_CHAINS as u64 {
		assert!(outcome(&jobs, of_chain(chain)).is_ok());
	}
	assert_eq!(jobs.start(of_chain(99)), Err(Refusal::TooManyChains));
	assert!(jobs.start(of_chain(0)).is_ok());
}
