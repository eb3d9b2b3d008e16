//! Medians, and words about the machine.

use std::fs::read_to_string;

/// The middle of a sample, and how far apart its quarters are.
#[derive(Clone, Copy)]
pub struct Spread {
	/// Median.
	pub median: f64,
	/// Third quartile less first quartile.
	pub iqr: f64,
}

/// Median and interquartile range.
pub fn spread(sample: impl IntoIterator<Item = f64>) -> Spread {
	let sample: Vec<f64> = sample.into_iter().collect();
	let at = |part| quantile(&sample, part);
	Spread { median: at(0.5), iqr: at(0.75) - at(0.25) }
}

/// The value below which this part of the sample lies, between the two nearest of them.
pub fn quantile(sample: &[f64], part: f64) -> f64 {
	let mut sample = sample.to_vec();
	sample.sort_by(f64::total_cmp);
	let place = part * (sample.len() - 1) as f64;
	let (low, high) = (sample[place.floor() as usize], sample[place.ceil() as usize]);
	low + (high - low) * place.fract()
}

impl std::fmt::Display for Spread {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.pad(&format!("{:.1} (IQR {:.1})", self.median, self.iqr))
	}
}

/// Something that can be timed, in a unit of its own.
pub type Way<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Times ways to do something, in turns: all of them forwards and backwards (A-B-B-A), the faster of each two, since
/// interruptions only add; once more than said, and the first time forgotten. A row for each round.
pub fn in_turns(ways: &mut [Way<'_>], rounds: usize) -> Vec<Vec<f64>> {
	let mut round = || {
		let forwards: Vec<f64> = ways.iter_mut().map(|way| way()).collect();
		let mut backwards: Vec<f64> = ways.iter_mut().rev().map(|way| way()).collect();
		backwards.reverse();
		forwards.iter().zip(&backwards).map(|(one, other)| one.min(*other)).collect()
	};
	round();
	(0..rounds).map(|_| round()).collect()
}

/// What one way took, in each round.
pub fn column(rounds: &[Vec<f64>], way: usize) -> Vec<f64> {
	rounds.iter().map(|round| round[way]).collect()
}

/// Microseconds of something in native code.
pub fn micros<T>(f: impl FnOnce() -> T) -> f64 {
	let start = std::time::Instant::now();
	let result = f();
	let micros = start.elapsed().as_secs_f64() * 1e6;
	std::hint::black_box(result);
	micros
}

/// Whether at least so much was reached, in words.
pub fn at_least(value: f64, aim: f64) -> String {
	let word = if value >= aim { "reached" } else { "MISSED" };
	format!("aim ≥ {aim}: {word}")
}

/// Whether an aim was reached, in words.
pub fn verdict(value: f64, aim: f64) -> String {
	let word = if value <= aim { "reached" } else { "MISSED" };
	format!("aim ≤ {aim}: {word}")
}

/// Processor, cores and load.
pub fn machine() -> String {
	let cpu = read_to_string("/proc/cpuinfo").unwrap_or_default();
	let model = cpu
		.lines()
		.find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1))
		.unwrap_or("unknown processor")
		.to_string();
	let cores = std::thread::available_parallelism().map_or(0, |n| n.get());
	let load = read_to_string("/proc/loadavg").unwrap_or_default();
	let load = load.split(' ').next().unwrap_or("?").to_string();
	format!("{model}, {cores} cores, load average {load} at the start")
}
