//! Whether the parameters deter, with the numbers of DESIGN §9.

use crate::{deterred_gain, Params, PARTS};
use concordat_primitives::{
	clause::{RiskClass, MAX_INPUT_BYTES},
	units::{CDT, MICRO_CDT},
	Balance,
};

/// Five per cent of the least stake, 500 CDT.
const SLASH: Balance = 500 * CDT / 20;
/// Verdicts on wrong results are right unless two of three nodes collude: 2.8 % of them where one in ten does
/// (reliability.md §5).
const CERTAINTY: u32 = 970_000;

/// What a seat costs at most, at the prices of job-dispatch: 1 µCDT for 10⁶ fuel, 10 for a MiB, 1 for a KiB in or out.
fn seat_price(fuel: u64, mib: u64, kib: u64) -> Balance {
	Balance::from(fuel / 1_000_000 + 10 * mib + kib) * MICRO_CDT
}

#[test]
fn laziness_should_not_pay_for_any_job_there_can_be() {
	let kib = u64::from(MAX_INPUT_BYTES / 1024) + 64;
	let dearest = seat_price(100_000_000_000, 256, kib);
	for risk in [RiskClass::Low, RiskClass::Medium, RiskClass::High, RiskClass::Critical] {
		let deterred = deterred_gain(Params::default().rate.of(risk), CERTAINTY, SLASH);
		assert!(deterred > 2 * dearest, "{risk:?}: {deterred} against {dearest}");
	}
	let ordinary = seat_price(1_000_000_000, 16, 66);
	let low = deterred_gain(Params::default().rate.low, CERTAINTY, SLASH);
	assert!(low > 100 * ordinary, "{low} against {ordinary}");
}

#[test]
fn the_deterred_gain_should_be_that_of_the_documentation() {
	let rate = Params::default().rate;
	assert_eq!(deterred_gain(rate.low, CERTAINTY, SLASH), CDT * 2425 / 10_000);
	assert_eq!(deterred_gain(rate.medium, CERTAINTY, SLASH), CDT * 12_125 / 10_000);
}

#[test]
fn a_rate_a_hundred_times_lower_should_no_longer_deter_the_dearest_job() {
	let dearest = seat_price(100_000_000_000, 256, 128);
	assert!(deterred_gain(Params::default().rate.low / 100, CERTAINTY, SLASH) < dearest);
}

#[test]
fn the_deterred_gain_should_not_overflow_nor_exceed_the_slash() {
	for slash in [0, 1, Balance::MAX] {
		assert_eq!(deterred_gain(PARTS, PARTS, slash), slash);
		assert_eq!(deterred_gain(u32::MAX, u32::MAX, slash), slash);
		assert_eq!(deterred_gain(0, PARTS, slash), 0);
	}
	assert!(deterred_gain(500_000, PARTS, Balance::MAX) <= Balance::MAX / 2 + 1);
}

#[test]
fn a_lazy_node_should_lose_more_than_it_saves_in_a_simulation() {
	use crate::Candidate;
	// Ten thousand careers of a node that is always lazy at the dearest price, until it is convicted.
	let dearest = seat_price(100_000_000_000, 256, 128);
	let rate = Params::default().rate.low;
	let (mut saved, mut lost) = (0, 0);
	for career in 0..10_000u32 {
		let mut job = 0;
		loop {
			job += 1;
			let seed = sp_io::hashing::blake2_256(&(u64::from(career) << 32 | job).to_le_bytes());
			saved += dearest;
			if (Candidate { job, node: career }).draw(&seed) < rate {
				// Captured in one of thirty-five audits.
				if u32::from(seed[0]) * 1_000_000 / 256 < CERTAINTY {
					break;
				}
			}
		}
		lost += SLASH;
	}
	assert!(lost > 2 * saved, "lost {lost}, saved {saved}");
}
