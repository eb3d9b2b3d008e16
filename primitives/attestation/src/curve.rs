//! `a·G + b·Q` on curves y² = x³ − 3x + c, both products at once. For verification only.
//!
//! The curve crates compute two products one after the other in constant time, with formulas that have no exceptions.
//! Nothing is secret here: signed windows of variable position over Jacobian coordinates, with the exceptions looked for,
//! take little more than half of the time. Formulas: `dbl-2001-b`, `add-2007-bl` and `madd-2007-bl` of the
//! Explicit-Formulas Database (Bernstein, Lange).

use alloc::{vec, vec::Vec};
use p256::elliptic_curve::ff::PrimeField;

/// Width of windows over `b`: odd multiples of Q up to 15.
const WIDTH_Q: u32 = 5;
/// Width of windows over `a`: odd multiples of G up to 63, which the table holds.
const WIDTH_G: u32 = 7;

/// (x / z², y / z³), or the point at infinity if z is zero.
#[derive(Clone, Copy)]
pub struct Point<F> {
	x: F,
	y: F,
	z: F,
}

/// A field element from its big-endian bytes, if it is below the modulus.
fn element<F: PrimeField>(bytes: &[u8]) -> Option<F> {
	let mut repr = F::Repr::default();
	if repr.as_ref().len() != bytes.len() {
		return None;
	}
	repr.as_mut().copy_from_slice(bytes);
	F::from_repr(repr).into()
}

impl<F: PrimeField> Point<F> {
	const IDENTITY: Self = Self { x: F::ONE, y: F::ONE, z: F::ZERO };

	fn is_identity(&self) -> bool {
		self.z.is_zero_vartime()
	}

	fn negated(self) -> Self {
		Self { y: -self.y, ..self }
	}

	fn double(self) -> Self {
		// There is no point of order two, and z = 0 stays 0.
		let delta = self.z.square();
		let gamma = self.y.square();
		let beta = self.x * gamma;
		let t = (self.x - delta) * (self.x + delta);
		let alpha = t.double() + t;
		let beta4 = beta.double().double();
		let x = alpha.square() - beta4.double();
		let z = (self.y + self.z).square() - gamma - delta;
		let y = alpha * (beta4 - x) - gamma.square().double().double().double();
		Self { x, y, z }
	}

	/// What both additions have in common, unless both points are the same: then `h` and `r` are zero.
	///
	/// `u`, `s`: coordinates of the first point over the common denominator; `h`, `r`: differences to the second's;
	/// `scale`: product of the denominators.
	/// A point and its negative have `h` = 0, and their sum the z of infinity.
	fn join(u: F, s: F, h: F, r: F, scale: F) -> Self {
		let hh = h.square();
		let hhh = h * hh;
		let v = u * hh;
		let x = r.square() - hhh - v.double();
		Self { x, y: r * (v - x) - s * hhh, z: scale * h }
	}

	fn add(self, other: Self) -> Self {
		if self.is_identity() {
			return other;
		}
		if other.is_identity() {
			return self;
		}
		let (z1, z2) = (self.z.square(), other.z.square());
		let (u1, u2) = (self.x * z2, other.x * z1);
		let (s1, s2) = (self.y * z2 * other.z, other.y * z1 * self.z);
		let (h, r) = (u2 - u1, s2 - s1);
		if h.is_zero_vartime() && r.is_zero_vartime() {
			return self.double();
		}
		Self::join(u1, s1, h, r, self.z * other.z)
	}

	/// Adds a point with z = 1.
	fn add_affine(self, x: F, y: F) -> Self {
		if self.is_identity() {
			return Self { x, y, z: F::ONE };
		}
		let zz = self.z.square();
		let (h, r) = (x * zz - self.x, y * zz * self.z - self.y);
		if h.is_zero_vartime() && r.is_zero_vartime() {
			return self.double();
		}
		Self::join(self.x, self.y, h, r, self.z)
	}

	/// Whether this is a point, not infinity, of which x modulo the group's order is `r`.
	///
	/// `r` is below the order, `order_less_one` is the order less one; both big-endian. x itself is r, or r plus the order
	/// if that is below the field's modulus: the modulus of both curves is greater than the order, and less than twice it.
	pub fn has_x(&self, r: &[u8], order_less_one: &[u8]) -> bool {
		let (Some(small), Some(order)) = (element::<F>(r), element::<F>(order_less_one)) else {
			return false;
		};
		if self.is_identity() {
			return false;
		}
		let order = order + F::ONE;
		let zz = self.z.square();
		// Minus the order, in the field, is the modulus less the order.
		small * zz == self.x || r < (-order).to_repr().as_ref() && (small + order) * zz == self.x
	}
}

/// Signed digits of a big-endian scalar, the least significant first: each is zero or odd and below half of 2^`width`,
/// and `width` digits of which at most one is not zero follow one another.
fn digits(scalar: &[u8], width: u32) -> Vec<i8> {
	let bits = scalar.len() * 8;
	let bit = |at: usize| {
		let byte = scalar.len().checked_sub(at / 8 + 1).and_then(|index| scalar.get(index));
		byte.map_or(0, |byte| i32::from(byte >> (at % 8) & 1))
	};
	let mut digits = vec![0; bits + 1];
	let mut carry = 0;
	let mut at = 0;
	while at <= bits {
		if bit(at) == carry {
			at += 1;
			continue;
		}
		let window: i32 = (0..width).map(|offset| bit(at + offset as usize) << offset).sum();
		let window = window + carry;
		carry = window >> (width - 1) & 1;
		if let Some(digit) = digits.get_mut(at) {
			*digit = (window - (carry << width)) as i8;
		}
		at += width as usize;
	}
	digits
}

/// `a·G + b·Q`, or nothing if a coordinate is not below the modulus. Whether Q lies on the curve is the caller's to check.
///
/// `a`, `b`: big-endian, of the length of coordinates. `odd`: G, 3·G, … 63·G, each x ‖ y.
pub fn joint_product<F: PrimeField>(
	a: &[u8],
	odd: &[u8],
	b: &[u8],
	q: (&[u8], &[u8]),
) -> Option<Point<F>> {
	let q = Point { x: element(q.0)?, y: element(q.1)?, z: F::ONE };
	let twice = q.double();
	let mut multiples = [q; 1 << (WIDTH_Q - 2)];
	let mut last = q;
	for multiple in multiples.iter_mut().skip(1) {
		last = last.add(twice);
		*multiple = last;
	}
	let mut sum = Point::IDENTITY;
	for (of_g, of_q) in digits(a, WIDTH_G).iter().zip(digits(b, WIDTH_Q)).rev() {
		sum = sum.double();
		if *of_g != 0 {
			let index = usize::from(of_g.unsigned_abs() / 2);
			let (x, y) = odd.chunks_exact(a.len() * 2).nth(index)?.split_at(a.len());
			let y = element::<F>(y)?;
			sum = sum.add_affine(element(x)?, if *of_g < 0 { -y } else { y });
		}
		if of_q != 0 {
			let multiple = *multiples.get(usize::from(of_q.unsigned_abs() / 2))?;
			sum = sum.add(if of_q < 0 { multiple.negated() } else { multiple });
		}
	}
	Some(sum)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::crypto::sha256;

	/// The same tests for a curve: its crate, its table.
	macro_rules! curve {
		($module:ident, $curve:ident, $uint:ident, $len:literal, $table:literal) => {
			mod $module {
				use super::*;
				use $curve::{
					elliptic_curve::{bigint::$uint, ops::Reduce, sec1::ToEncodedPoint, Group},
					FieldElement, ProjectivePoint, Scalar,
				};

				const ODD: &[u8] = include_bytes!($table);

				fn bytes(point: ProjectivePoint) -> Vec<u8> {
					point.to_affine().to_encoded_point(false).as_bytes()[1..].to_vec()
				}

				fn scalar(label: &[u8]) -> Scalar {
					let digest = [sha256(label), sha256(&sha256(label))].concat();
					let wide: [u8; $len] = digest[..$len].try_into().unwrap();
					<Scalar as Reduce<$uint>>::reduce_bytes(&wide.into())
				}

				fn scalars() -> Vec<Scalar> {
					let mut scalars = vec![Scalar::ZERO, Scalar::ONE, -Scalar::ONE];
					scalars.extend([2u64, 3, 15, 16, 31, 63, 64, 127].map(Scalar::from));
					scalars.extend([2u64, 64].map(|number| -Scalar::from(number)));
					scalars.extend((0..3u8).map(|label| scalar(&[label])));
					scalars
				}

				fn check(a: Scalar, b: Scalar, q: ProjectivePoint) {
					let expected = ProjectivePoint::GENERATOR * a + q * b;
					let point = bytes(q);
					let (x, y) = point.split_at($len);
					let (a, b) = (a.to_bytes(), b.to_bytes());
					let found = joint_product::<FieldElement>(&a, ODD, &b, (x, y)).unwrap();
					assert_eq!(found.is_identity(), bool::from(expected.is_identity()));
					if found.is_identity() {
						return;
					}
					let inverse = found.z.invert().unwrap();
					let square = inverse.square();
					let affine =
						[found.x * square, found.y * square * inverse].map(|c| c.to_bytes());
					assert_eq!(affine.concat(), bytes(expected));
				}

				#[test]
				fn the_table_should_hold_the_odd_multiples_of_the_generator() {
					let mut point = ProjectivePoint::GENERATOR;
					assert_eq!(ODD.len(), 32 * 2 * $len);
					for entry in ODD.chunks(2 * $len) {
						assert_eq!(entry, bytes(point));
						point += ProjectivePoint::GENERATOR.double();
					}
				}

				#[test]
				fn the_joint_product_should_be_the_sum_of_both_products() {
					let g = ProjectivePoint::GENERATOR;
					// Points whose multiples meet those of the generator, so that additions are doublings or cancel.
					let points = [g, -g, g.double(), g * Scalar::from(3u64), g * scalar(b"q")];
					for q in points {
						for a in scalars() {
							for b in scalars() {
								check(a, b, q);
							}
						}
					}
				}

				#[test]
				fn the_joint_product_should_be_right_for_scalars_at_random() {
					for round in 0..300u32 {
						let label = |what: &[u8]| [what, &round.to_le_bytes()].concat();
						let q = ProjectivePoint::GENERATOR * scalar(&label(b"q"));
						check(scalar(&label(b"a")), scalar(&label(b"b")), q);
					}
				}

				#[test]
				fn x_should_be_compared_modulo_the_order() {
					let order_less_one = (-Scalar::ONE).to_bytes();
					let point = |x: FieldElement, z: FieldElement| Point {
						x: x * z.square(),
						y: FieldElement::ONE,
						z,
					};
					let order =
						element::<FieldElement>(&order_less_one).unwrap() + FieldElement::ONE;
					let z = FieldElement::from(7u64);
					for small in [1u64, 2, 1 << 40] {
						let r = Scalar::from(small).to_bytes();
						let x = FieldElement::from(small);
						assert!(point(x, z).has_x(&r, &order_less_one));
						// x between the order and the modulus.
						assert!(point(x + order, z).has_x(&r, &order_less_one));
						assert!(!point(x + FieldElement::ONE, z).has_x(&r, &order_less_one));
						assert!(!point(x, FieldElement::ZERO).has_x(&r, &order_less_one));
					}
					// r plus the order is beyond the modulus: the difference wraps around and does not count.
					let r = order_less_one;
					let wrapped = element::<FieldElement>(&r).unwrap() + order;
					assert!(!point(wrapped, z).has_x(&r, &order_less_one));
				}
			}
		};
	}

	curve!(on_p256, p256, U256, 32, "curve/p256.bin");
	curve!(on_p384, p384, U384, 48, "curve/p384.bin");

	#[test]
	fn digits_should_add_up_and_keep_their_distance() {
		for round in 0..200u32 {
			let mut scalar = sha256(&round.to_le_bytes());
			match round % 4 {
				0 => scalar[..16].fill(0xff),
				1 => scalar[16..].fill(0),
				_ => {},
			}
			for width in [WIDTH_Q, WIDTH_G] {
				let digits = digits(&scalar, width);
				assert_eq!(digits.len(), 257);
				// Added up byte by byte, from the most significant digit.
				let mut sum = [0i64; 40];
				for digit in digits.iter().rev() {
					sum.iter_mut().for_each(|limb| *limb *= 2);
					sum[0] += i64::from(*digit);
					let mut carry = 0;
					for limb in &mut sum {
						*limb += carry;
						carry = *limb >> 8;
						*limb &= 0xff;
					}
				}
				let found: Vec<u8> = sum[..32].iter().rev().map(|limb| *limb as u8).collect();
				assert_eq!(found, scalar);
				assert!(digits.iter().all(|digit| *digit == 0 || digit % 2 != 0));
				let limit = 1i16 << (width - 1);
				assert!(digits.iter().all(|digit| i16::from(*digit).abs() < limit));
				for window in digits.windows(width as usize) {
					assert!(window.iter().filter(|digit| **digit != 0).count() <= 1);
				}
			}
		}
	}
}
