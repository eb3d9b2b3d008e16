//! What a job costs. Pure arithmetic: no storage, no `Config`.
//!
//! ```text
//!  quote = scheduling fee + seats · (consensus fee + dearest usage) + receipt fee      held at dispatch
//!  paid  = Σ over the nodes that agreed: min(price of the signed usage, dearest usage, seats · dearest usage / nodes that agreed)
//!  fees  = scheduling fee + votes · consensus fee + receipt fee
//!  back  = quote − paid − fees                                                         never negative
//! ```

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use concordat_primitives::{
	cac::ResourceUsage,
	clause::ResourceLimits,
	text::decimal,
	units::{MICRO_CDT, MILLI_CDT},
	Balance,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Fuel units in one priced portion.
pub const FUEL_PORTION: u64 = 1_000_000;
/// Bytes in one priced portion of memory: a MiB.
pub const MEMORY_PORTION: u64 = 1 << 20;
/// Bytes in one priced portion of input or output: a KiB.
pub const TRAFFIC_PORTION: u64 = 1 << 10;

/// Prices of what an execution uses, each for one begun portion, in the smallest unit of CDT.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
	/// For 10⁶ units of fuel.
	#[serde(with = "decimal")]
	pub million_fuel: Balance,
	/// For a MiB of peak memory.
	#[serde(with = "decimal")]
	pub mib_peak: Balance,
	/// For a KiB read.
	#[serde(with = "decimal")]
	pub kib_in: Balance,
	/// For a KiB written.
	#[serde(with = "decimal")]
	pub kib_out: Balance,
}

impl Default for Prices {
	fn default() -> Self {
		Self {
			million_fuel: MICRO_CDT,
			mib_peak: 10 * MICRO_CDT,
			kib_in: MICRO_CDT,
			kib_out: MICRO_CDT,
		}
	}
}

/// Fees that go to the fee destination (DESIGN §9), in the smallest unit of CDT.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Fees {
	/// For placing a job; kept once it has been assigned.
	#[serde(with = "decimal")]
	pub scheduling: Balance,
	/// For every vote that was judged.
	#[serde(with = "decimal")]
	pub consensus: Balance,
	/// For the receipt of a result.
	#[serde(with = "decimal")]
	pub receipt: Balance,
}

impl Default for Fees {
	fn default() -> Self {
		Self { scheduling: MILLI_CDT, consensus: 10 * MICRO_CDT, receipt: MICRO_CDT }
	}
}

/// What is held for a job.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
	/// Fees, frozen at dispatch.
	pub fees: Fees,
	/// Prices, frozen at dispatch: a later change touches neither requester nor nodes.
	pub prices: Prices,
	/// The most that one node can be paid.
	#[serde(with = "decimal")]
	pub seat_price: Balance,
	/// Nodes asked.
	pub seats: u8,
	/// Held as escrow: the most that the job can cost.
	#[serde(with = "decimal")]
	pub total: Balance,
	/// Held for the room that the job takes in the state; always comes back.
	#[serde(with = "decimal")]
	pub deposit: Balance,
}

impl Quote {
	/// The quote of a job on `seats` nodes within `limits`, with `input_len` bytes of input.
	pub fn new(
		fees: Fees,
		prices: Prices,
		limits: &ResourceLimits,
		input_len: u32,
		seats: u8,
		deposit: Balance,
	) -> Self {
		let seat_price = prices.dearest(limits, input_len);
		let total = fees
			.scheduling
			.saturating_add(fees.receipt)
			.saturating_add(seat_price.saturating_add(fees.consensus).saturating_mul(seats.into()));
		Self { fees, prices, seat_price, seats, total, deposit }
	}

	/// What one node gets for what it used.
	pub fn pay(&self, usage: &ResourceUsage) -> Balance {
		self.prices.of(usage).min(self.seat_price)
	}

	/// What one of so many nodes gets for what it used. A committee, or a round of a larger mode, may have more nodes than
	/// the job was quoted for: then they share what was held for those.
	pub fn share(&self, usage: &ResourceUsage, among: u32) -> Balance {
		let held = self.seat_price.saturating_mul(self.seats.into());
		self.pay(usage).min(held / Balance::from(among.max(1)))
	}

	/// Fees of a job that reached a result with so many votes.
	pub fn fees_of_result(&self, votes: u32) -> Balance {
		let votes = votes.min(self.seats.into());
		self.fees
			.scheduling
			.saturating_add(self.fees.receipt)
			.saturating_add(self.fees.consensus.saturating_mul(votes.into()))
	}
}

impl Prices {
	/// Price of a usage.
	pub fn of(&self, usage: &ResourceUsage) -> Balance {
		[
			(usage.fuel, FUEL_PORTION, self.million_fuel),
			(usage.peak_memory.into(), MEMORY_PORTION, self.mib_peak),
			(usage.bytes_in.into(), TRAFFIC_PORTION, self.kib_in),
			(usage.bytes_out.into(), TRAFFIC_PORTION, self.kib_out),
		]
		.into_iter()
		.fold(0, |sum, (amount, portion, price)| {
			sum.saturating_add(price.saturating_mul(amount.div_ceil(portion).into()))
		})
	}

	/// Price of the dearest usage that `limits` allow on an input of `input_len` bytes.
	pub fn dearest(&self, limits: &ResourceLimits, input_len: u32) -> Balance {
		self.of(&ResourceUsage {
			fuel: limits.fuel,
			peak_memory: limits.memory_bytes,
			bytes_in: input_len,
			bytes_out: limits.output_bytes,
			..Default::default()
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const PRICES: Prices = Prices { million_fuel: 3, mib_peak: 5, kib_in: 7, kib_out: 11 };
	const FEES: Fees = Fees { scheduling: 1_000, consensus: 10, receipt: 1 };
	const LIMITS: ResourceLimits = ResourceLimits {
		fuel: 2_000_000,
		memory_bytes: 65_536,
		table_elements: 0,
		output_bytes: 1_025,
		wall_millis: 1,
	};

	#[test]
	fn begun_portions_count_in_full() {
		let price = |fuel, peak_memory, bytes_in, bytes_out| {
			let usage =
				ResourceUsage { fuel, peak_memory, bytes_in, bytes_out, ..Default::default() };
			PRICES.of(&usage)
		};
		assert_eq!(price(0, 0, 0, 0), 0);
		assert_eq!(price(1, 0, 0, 0), 3);
		assert_eq!(price(1_000_000, 0, 0, 0), 3);
		assert_eq!(price(1_000_001, 0, 0, 0), 6);
		assert_eq!(price(0, 1, 0, 0), 5);
		assert_eq!(price(0, 0, 1_025, 0), 14);
		assert_eq!(price(0, 0, 0, 1), 11);
	}

	#[test]
	fn the_quote_is_the_sum_of_its_parts() {
		let quote = Quote::new(FEES, PRICES, &LIMITS, 100, 3, 77);
		assert_eq!(quote.seat_price, 2 * 3 + 5 + 7 + 2 * 11);
		assert_eq!(quote.total, 1_000 + 1 + 3 * (10 + 40));
		assert_eq!(quote.deposit, 77);
	}

	#[test]
	fn a_node_never_gets_more_than_its_seat() {
		let quote = Quote::new(FEES, PRICES, &LIMITS, 100, 3, 0);
		assert_eq!(quote.pay(&ResourceUsage { fuel: u64::MAX, ..Default::default() }), 40);
		assert_eq!(quote.pay(&ResourceUsage { fuel: 1, ..Default::default() }), 3);
	}

	#[test]
	fn more_nodes_than_were_quoted_share_what_was_held() {
		let quote = Quote::new(FEES, PRICES, &LIMITS, 100, 3, 0);
		let (most, little) = (
			ResourceUsage { fuel: u64::MAX, ..Default::default() },
			ResourceUsage { fuel: 1, ..Default::default() },
		);
		assert_eq!((quote.share(&most, 0), quote.share(&most, 3)), (40, 40));
		// 3 · 40 = 120 among seven: 17, and 1 comes back.
		assert_eq!((quote.share(&most, 4), quote.share(&most, 7)), (30, 17));
		assert_eq!(quote.share(&little, 7), 3, "who used less gets less");
	}

	#[test]
	fn pay_and_fees_never_exceed_the_quote() {
		for seats in 1..=7u8 {
			let quote = Quote::new(FEES, PRICES, &LIMITS, 100, seats, 0);
			let most = ResourceUsage { fuel: u64::MAX, ..Default::default() };
			for among in 1..=11 {
				let paid = quote.share(&most, among) * Balance::from(among);
				assert!(paid + quote.fees_of_result(u32::MAX) <= quote.total);
			}
			let paid = quote.seat_price * Balance::from(seats);
			assert!(paid + quote.fees_of_result(u32::MAX) <= quote.total);
		}
	}

	#[test]
	fn absurd_prices_saturate() {
		let prices = Prices { million_fuel: u128::MAX, ..PRICES };
		let quote = Quote::new(FEES, prices, &ResourceLimits::MAX, u32::MAX, 7, 0);
		assert_eq!(quote.total, u128::MAX);
	}
}
