//! Whatever happens, in whatever order: the invariants hold, and nobody pays for what others could not tell.

use crate::{mock::*, Tally};
use concordat_primitives::{
	cac::FailureCode,
	job::{FailureReason, JobStatus},
	traits::{JobEnd, OpenError},
	JobId,
};
use std::collections::BTreeSet;

/// A small generator (splitmix64): the histories are the same every time.
struct Dice(u64);

impl Dice {
	fn roll(&mut self, sides: u64) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		(z ^ (z >> 31)) % sides
	}
}

/// Audits that run.
fn running() -> Vec<(JobId, JobId, Tally)> {
	let mut all: Vec<_> = crate::Reports::<Test>::iter()
		.filter_map(|(job, report)| Some((job, report.by, report.running()?)))
		.collect();
	all.sort_by_key(|(job, ..)| *job);
	all
}

fn any_end(dice: &mut Dice) -> JobEnd {
	let program = |code| JobEnd::Failed(JobStatus::Failed(FailureReason::Program(code)));
	match dice.roll(7) {
		0 => completed(OUTPUT),
		1 => completed(OTHER),
		2 => program(FailureCode::Trap),
		3 => program(FailureCode::Timeout),
		4 => JobEnd::Failed(JobStatus::Expired),
		5 => JobEnd::Failed(JobStatus::Failed(FailureReason::NoQuorum)),
		_ => JobEnd::Failed(JobStatus::Failed(FailureReason::Silence)),
	}
}

/// Returns how many audits confirmed, failed, and came to nothing.
fn history(seed: u64) -> [u64; 3] {
	let mut dice = Dice(seed);
	let rate = rates([0, 300_000, 1_000_000][dice.roll(3) as usize]);
	let most = 1 + dice.roll(3) as u32;
	let mut ends = [0; 3];
	ExtBuilder::default().rate(rate).max_per_block(most).build_and_execute(|| {
		let (mut jobs, mut ended, mut guilty) = (0u64, 0u64, BTreeSet::new());
		for _ in 0..60 {
			match dice.roll(9) {
				0..=2 => {
					jobs += 1;
					if dice.roll(4) == 0 {
						add_failure(
							jobs,
							[FailureCode::Trap, FailureCode::Timeout][dice.roll(2) as usize],
						);
					} else {
						add_job(jobs);
					}
					decided(jobs);
				},
				3 | 4 => {
					HookWeight::set(Audits::least_hook_weight() * (1 + dice.roll(3)));
					run_to(System::block_number() + 1);
				},
				5 | 6 => {
					let all = running();
					if let Some((job, by, said)) = all.get(dice.roll(5) as usize) {
						let end = any_end(&mut dice);
						let found = crate::finding(&end);
						end_job(*by, end);
						ended += 1;
						assert_eq!(finding_of(*job), found.map(|found| found == *said));
						if finding_of(*job) == Some(false) {
							assert!(guilty.insert(*job), "punished once for a job");
						}
					}
				},
				7 => {
					let job = dice.roll(jobs + 2);
					let before = slashes().len();
					let _ = audit(job);
					assert_eq!(slashes().len(), before);
				},
				_ => {
					let job = dice.roll(jobs + 2);
					match dice.roll(3) {
						0 => prune(job),
						1 => OpenFails::set(Some(OpenError::Refused(1))),
						_ => OpenFails::set(None),
					}
				},
			}
			Audits::do_try_state().unwrap();
		}
		assert_eq!(slashes().len(), guilty.len());
		assert_eq!(receipts().len() as u64, ended, "one receipt for each audit that ended");
		assert_eq!(totals().ended(), ended);
		let evidence: BTreeSet<_> = slashes().iter().map(|(_, _, hash, _)| *hash).collect();
		assert_eq!(evidence.len(), guilty.len());
		ends = [totals().confirmed, totals().failed, totals().undecided];
	});
	ends
}

#[test]
fn the_invariants_should_hold_in_any_history() {
	let mut all = [0; 3];
	for seed in 0..300 {
		for (sum, count) in all.iter_mut().zip(history(seed)) {
			*sum += count;
		}
	}
	assert!(all.iter().all(|sum| *sum > 100), "each end was seen: {all:?}");
}
