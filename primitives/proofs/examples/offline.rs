//! How long it takes to check a receipt offline, from the bytes of its file to the verdict: `cargo run --example offline`.

#[allow(dead_code)]
#[path = "../tests/it/made.rs"]
mod made;

use concordat_proofs::{
	bundle::Bundle,
	check::{check, Trust},
};
use made::{make, Shape, GENESIS};
use std::time::Instant;

const RUNS: usize = 21;

fn main() {
	println!("authorities  rollups  bytes   json     µs (bytes)  µs (json)");
	for (authorities, rollups) in [(1, 1), (4, 1), (21, 1), (21, 64), (100, 64), (255, 64)] {
		// A receipt among as many as an epoch has at most, and a day's worth of blocks of two seconds.
		let (receipts, index) = (65_536, 40_000);
		let (parent, number) = (40_000, 43_201);
		let made = make(Shape { receipts, index, rollups, parent, number, authorities });
		let trust = Trust::Authorities(&made.authorities);
		let bytes = made.bundle.to_bytes();
		let json = serde_json::to_vec(&made.bundle).expect("a bundle is JSON");
		let median = |run: &dyn Fn() -> bool| {
			let mut times: Vec<_> = (0..RUNS)
				.map(|_| {
					let started = Instant::now();
					assert!(run());
					started.elapsed().as_micros()
				})
				.collect();
			times.sort_unstable();
			times[RUNS / 2]
		};
		let holds = |bundle: &Bundle| check(bundle, &trust, Some(&GENESIS)).is_ok();
		let of_bytes = median(&|| Bundle::from_bytes(&bytes).is_ok_and(|bundle| holds(&bundle)));
		let of_json =
			median(&|| serde_json::from_slice::<Bundle>(&json).is_ok_and(|bundle| holds(&bundle)));
		let (length, text) = (bytes.len(), json.len());
		println!("{authorities:11}  {rollups:7}  {length:6}  {text:7}  {of_bytes:10}  {of_json:9}");
	}
}
