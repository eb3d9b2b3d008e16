//! Distance on a sphere in integers.
//!
//! # The formula
//!
//! The haversine of the central angle, which is well conditioned for short distances:
//!
//! ```text
//! h = sin²((φ₂−φ₁)/2) + cos φ₁ · cos φ₂ · sin²((λ₂−λ₁)/2)          d = 2R · asin √h
//! ```
//!
//! `R` = 6,371,008.8 m, the mean radius of the Earth (IUGG). No root and no arcsine are taken: the
//! distance is the largest whole number of metres `d` with `sin²(d/2R) ≤ h`, found by bisection.
//!
//! # The arithmetic
//!
//! Angles are multiples of 10⁻¹² radian. Sines come from the Taylor polynomial up to `x¹³`, cosines
//! up to `x¹⁴`, on arguments up to π/4 (`sin x = cos(π/2 − x)` beyond): the first term left out is
//! below 2·10⁻¹⁴. Every product is rounded at 10⁻¹² ([`fixed`]), but for `h` itself, which has 24
//! decimals.
//!
//! # The error
//!
//! - of the arithmetic, against the same formula in double precision: the rounding down to whole
//!   metres, plus less than 1 mm up to 15,000 km (three times the largest radius of a policy);
//!   within 20 m of the antipode's distance, where the arcsine magnifies every rounding (tested on
//!   all pairs of the real catalogue and on a grid);
//! - of the sphere: up to 0.56 % against the ellipsoid, depending on latitude and direction. A
//!   policy that names a radius names it on this sphere.

use concordat_clause_sdk::{
	fixed::{self, UNIT},
	number, Failure,
};

/// π/2 in 10⁻¹² radian.
const QUARTER_TURN: u64 = 1_570_796_326_795;
/// π/4 in 10⁻¹² radian.
const EIGHTH_TURN: u64 = 785_398_163_397;
/// 10⁻⁷ degree in 10⁻¹⁸ radian: π/180 · 10¹¹.
const RADIANS_PER_DEGREE: u64 = 1_745_329_252;
/// One metre in 10⁻¹⁸ radian, as half the central angle: 10¹⁸ / 2R.
const HALF_RADIANS_PER_METRE: u64 = 78_480_506_886;
/// Half the circumference, π·R, in whole metres: no two places are farther apart.
pub const FARTHEST: u64 = 20_015_114;

/// Takes 10⁻²⁴ to 10⁻¹⁸, or, twice, to 10⁻¹².
const SIX_DIGITS: u128 = 1_000_000;
/// 180° in 10⁻⁷ degree.
const HALF_TURN_DEGREES: i64 = 1_800_000_000;

/// A place on the sphere, in 10⁻⁷ degree: about a centimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
	latitude: i64,
	longitude: i64,
}

impl Place {
	/// Reads degrees with at most 7 decimals.
	pub fn parse(latitude: &[u8], longitude: &[u8]) -> Result<Self, Failure> {
		const POLE: i64 = HALF_TURN_DEGREES / 2;
		Ok(Self {
			latitude: number::decimal_within(latitude, 7, -POLE, POLE)?,
			longitude: number::decimal_within(longitude, 7, -HALF_TURN_DEGREES, HALF_TURN_DEGREES)?,
		})
	}

	/// Great-circle distance in metres, rounded down.
	pub fn distance(&self, other: &Self) -> u64 {
		let north = self.latitude.abs_diff(other.latitude);
		let east = self.longitude.abs_diff(other.longitude);
		// The short way round, across the date line if need be.
		let east = east.min((2 * HALF_TURN_DEGREES.unsigned_abs()).saturating_sub(east));

		let meridional = u128::from(sin(radians(north) / 2));
		let zonal = u128::from(sin(radians(east) / 2));
		// The two factors keep 10⁻¹⁸: near a pole both are tiny, and 10⁻¹² would be coarse.
		let near_factor = zonal * self.cos_latitude() / SIX_DIGITS;
		let far_factor = zonal * other.cos_latitude() / SIX_DIGITS;
		let h = meridional * meridional + near_factor * far_factor / (SIX_DIGITS * SIX_DIGITS);

		let (mut near, mut far) = (0, FARTHEST);
		while near < far {
			let middle = near + (far - near).div_ceil(2);
			let sine = u128::from(sin(middle * HALF_RADIANS_PER_METRE / 1_000_000));
			if sine * sine <= h {
				near = middle;
			} else {
				far = middle - 1;
			}
		}
		near
	}

	fn cos_latitude(&self) -> u128 {
		sin(QUARTER_TURN.saturating_sub(radians(self.latitude.unsigned_abs()))).into()
	}
}

/// 10⁻⁷ degrees, up to 180°, in 10⁻¹² radian.
const fn radians(degrees: u64) -> u64 {
	degrees * RADIANS_PER_DEGREE / 1_000_000
}

/// Sine of an angle in 10⁻¹² radian; a larger one than π/2 counts as π/2.
pub const fn sin(angle: u64) -> u64 {
	if angle <= EIGHTH_TURN {
		let x2 = fixed::mul(angle, angle);
		// x (1 − x²/2·3 (1 − x²/4·5 (1 − … x²/12·13)))
		let mut bracket = UNIT;
		let mut n = 12;
		while n >= 2 {
			bracket = UNIT - fixed::mul(bracket, x2) / (n * (n + 1));
			n -= 2;
		}
		fixed::mul(angle, bracket)
	} else {
		let x = QUARTER_TURN.saturating_sub(angle);
		let x2 = fixed::mul(x, x);
		// 1 − x²/1·2 (1 − x²/3·4 (1 − … x²/13·14))
		let mut bracket = UNIT;
		let mut n = 13;
		while n >= 3 {
			bracket = UNIT - fixed::mul(bracket, x2) / (n * (n + 1));
			n -= 2;
		}
		UNIT - fixed::mul(bracket, x2) / 2
	}
}
