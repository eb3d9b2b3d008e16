//! Fractions as multiples of 10⁻¹², in 64-bit integers: `UNIT` stands for 1.
//!
//! Decimal, because a reader can then follow every digit; 10⁻¹², because a product of two fractions
//! can still be formed exactly in 64-bit arithmetic (see [`mul`]), which is cheap on wasm.

/// The number 1.
pub const UNIT: u64 = 1_000_000_000_000;

/// 10⁶, the half-way digit.
const HALF: u64 = 1_000_000;

/// `a · b / UNIT`, rounded to the nearest (a half up), for `a, b ≤ UNIT`. Larger arguments are cut
/// to `UNIT`.
///
/// The product is formed exactly before it is rounded, and rounding down would not do: in a long
/// iteration its bias adds up. With `a = a₁·10⁶ + a₀` and `b = b₁·10⁶ + b₀`, the product is
/// `a₁b₁·10¹² + (a₁b₀ + a₀b₁)·10⁶ + a₀b₀`. The first term is a multiple of `UNIT`; the others stay
/// below 2.1·10¹⁸, inside 64 bits.
pub const fn mul(a: u64, b: u64) -> u64 {
	let a = if a > UNIT { UNIT } else { a };
	let b = if b > UNIT { UNIT } else { b };
	let (a1, a0) = (a / HALF, a % HALF);
	let (b1, b0) = (b / HALF, b % HALF);
	a1 * b1 + ((a1 * b0 + a0 * b1) * HALF + a0 * b0 + UNIT / 2) / UNIT
}
