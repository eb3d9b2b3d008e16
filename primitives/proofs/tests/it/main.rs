//! What this crate reads, made by the SDK and by the chain's own types.

mod bundles;
mod files;
mod headers;
mod justifications;
mod made;
mod mmrs;
mod parsers;
mod refusals;
mod rollups;

/// Pseudo-random numbers, the same in each run (splitmix64).
pub struct Numbers(pub u64);

impl Numbers {
	/// The next number.
	pub fn draw(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// A number below `bound`.
	pub fn below(&mut self, bound: usize) -> usize {
		(self.draw() % bound as u64) as usize
	}
}
