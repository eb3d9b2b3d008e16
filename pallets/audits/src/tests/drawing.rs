//! Who is audited.

use crate::{mock::*, Candidate, Params, Rates, SkipReason, DRAW_DOMAIN, PARTS};
use concordat_primitives::{clause::RiskClass, traits::BlockRandomness};

/// Half a width of the interval in which a binomial number of `n` draws at `rate` lies with 99 %.
fn half_width(n: u32, rate: u32) -> f64 {
	let p = f64::from(rate) / f64::from(PARTS);
	2.576 * (f64::from(n) * p * (1.0 - p)).sqrt()
}

#[test]
fn the_rate_should_be_kept_over_many_draws() {
	let Rates { low, medium, high, critical } = Params::default().rate;
	let draws = 100_000u32;
	for rate in [low, medium, high, critical, 500_000] {
		let hits = (0..draws)
			.filter(|n| {
				// Ten jobs to a block, each of them of some node.
				let seed = sp_io::hashing::blake2_256(&(n / 10).to_le_bytes());
				let one = Candidate { job: u64::from(*n), node: n % 97 };
				one.draw(&seed) < rate
			})
			.count() as f64;
		let expected = f64::from(draws) * f64::from(rate) / f64::from(PARTS);
		let off = (hits - expected).abs();
		assert!(off <= half_width(draws, rate), "{hits} hits, {expected} expected at {rate} parts");
	}
}

#[test]
fn the_numbers_drawn_should_spread_evenly() {
	let mut buckets = [0u32; 20];
	let draws = 100_000;
	for job in 0..draws {
		let number = Candidate { job, node: NODE }.draw(&[5; 32]);
		buckets[(number / (PARTS / 20)) as usize] += 1;
	}
	let expected = draws as f64 / 20.0;
	let chi: f64 =
		buckets.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
	// 19 degrees of freedom, p = 0.01.
	assert!(chi < 36.19, "{chi}");
}

#[test]
fn another_seed_another_job_and_another_node_should_draw_another_number() {
	let one = Candidate { job: 1, node: 2 };
	let numbers = [
		one.draw(&[1; 32]),
		one.draw(&[2; 32]),
		Candidate { job: 2, ..one }.draw(&[1; 32]),
		Candidate { node: 1, ..one }.draw(&[1; 32]),
	];
	let distinct: std::collections::BTreeSet<_> = numbers.into_iter().collect();
	assert_eq!(distinct.len(), 4, "{numbers:?}");
	assert_eq!(one.draw(&[1; 32]), numbers[0]);
}

#[test]
fn a_number_should_be_what_the_documentation_says() {
	use codec::Encode;
	let one = Candidate { job: 77, node: 5 };
	let hash = sp_io::hashing::blake2_256(&(DRAW_DOMAIN, ([3u8; 32], 77u64, 5u32)).encode());
	let first = u64::from_le_bytes(hash[..8].try_into().unwrap());
	assert_eq!(u64::from(one.draw(&[3; 32])), first % 1_000_000);
}

/// Runs one history in which `jobs` are decided in block [`START`]; who is audited.
fn history(jobs: u64, salts: &[(u32, u64)]) -> Vec<u64> {
	let mut drawn = Vec::new();
	ExtBuilder::default()
		.rate(rates(PARTS / 2))
		.max_per_block(64)
		.max_running(64)
		.build_and_execute(|| {
			Seeds::set(salts.iter().copied().collect());
			for job in 1..=jobs {
				decided(add_job(job));
			}
			run_to(START + 1);
			drawn = reported();
		});
	drawn
}

#[test]
fn who_is_audited_should_hang_on_the_seed_of_the_next_block_alone() {
	let plain = history(64, &[]);
	assert!((10..=54).contains(&plain.len()), "about half of 64: {}", plain.len());
	assert_eq!(history(64, &[]), plain);
	// The block in which the node delivers, and those that come later, change nothing.
	assert_eq!(history(64, &[(START, 1), (START + 2, 1)]), plain);
	// The next one changes who it is: nobody could have known.
	for salt in 1..8 {
		assert_ne!(history(64, &[(START + 1, salt)]), plain);
	}
}

#[test]
fn nothing_should_be_drawn_in_the_block_of_the_decision() {
	ExtBuilder::default().build_and_execute(|| {
		decided(add_job(1));
		assert_eq!((undrawn(), reported()), (vec![1], vec![]));
		run_to(START + 1);
		assert_eq!((undrawn(), reported()), (vec![], vec![1]));
		assert!(!crate::Undrawn::<Test>::exists());
	});
}

#[test]
fn the_rate_should_be_that_of_the_clauses_class() {
	let all = [RiskClass::Low, RiskClass::Medium, RiskClass::High, RiskClass::Critical];
	for (place, audited) in all.into_iter().enumerate() {
		let mut rate = rates(0);
		*[&mut rate.low, &mut rate.medium, &mut rate.high, &mut rate.critical][place] = PARTS;
		ExtBuilder::default().rate(rate).build_and_execute(|| {
			for (risk, job) in all.into_iter().zip(1..) {
				add_job_of(risk, job);
				decided(job);
			}
			run_to(START + 1);
			assert_eq!(reported(), vec![place as u64 + 1], "{audited:?}");
			assert_eq!((totals().drawn, totals().spared), (1, 3));
		});
	}
}

#[test]
fn a_rate_between_two_classes_should_spare_the_one_below() {
	// The same number decides for both: below the rate of one and not below that of the other.
	ExtBuilder::default()
		.rate(Rates { low: 0, medium: PARTS, high: 0, critical: 0 })
		.build_and_execute(|| {
			for job in 1..=20 {
				add_job_of(if job % 2 == 0 { RiskClass::Medium } else { RiskClass::Low }, job);
				decided(job);
			}
			run_to(START + 3);
			assert_eq!(reported(), (1..=20).filter(|job| job % 2 == 0).collect::<Vec<_>>());
		});
}

#[test]
fn nobody_should_be_audited_at_a_rate_of_zero() {
	ExtBuilder::default().rate(rates(0)).build_and_execute(|| {
		for job in 1..=50 {
			decided(add_job(job));
		}
		events();
		TermsRead::set(0);
		run_to(START + 1);
		assert_eq!((reported(), undrawn(), events()), (vec![], vec![], vec![]));
		assert_eq!(totals().spared, 50);
		assert_eq!(TermsRead::get(), 0, "who is spared anyway is not looked at");
	});
}

#[test]
fn a_drawn_job_that_is_gone_should_show() {
	ExtBuilder::default().build_and_execute(|| {
		decided(1);
		run_to(START + 1);
		let reason = SkipReason::Gone;
		assert_eq!(events(), vec![crate::Event::AuditSkipped { job: 1, node: NODE, reason }]);
		assert_eq!((totals().drawn, totals().skipped), (1, 1));
	});
}

#[test]
fn the_seed_should_have_a_domain_of_its_own() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ne!(Mock::seed(DRAW_DOMAIN), Mock::seed(b"another"));
	});
}
