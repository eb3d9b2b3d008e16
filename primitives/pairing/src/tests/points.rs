//! The one way in, by itself.

use super::support::{above_p, of_another_subgroup, on_every_curve, packed, unpacked, Dice};
use crate::point::{decode, decode_unpacked, BadPoint};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::Field;

on_every_curve!(
	points_survive_the_way_to_bytes_and_back,
	bytes_of_another_length_are_no_point,
	the_identity_is_told_from_what_only_resembles_it,
);

fn points_survive_the_way_to_bytes_and_back<E: Pairing>() {
	fn both<P: AffineRepr>(dice: &mut Dice) {
		for _ in 0..8 {
			let point: P = dice.number();
			for point in [point, (-point.into_group()).into_affine()] {
				assert_eq!(decode(&packed(&point)), Ok(point));
				assert_eq!(decode_unpacked(&unpacked(&point)), Some(point));
			}
		}
		assert_eq!(decode(&packed(&P::generator())), Ok(P::generator()));
	}
	let mut dice = Dice(200);
	both::<E::G1Affine>(&mut dice);
	both::<E::G2Affine>(&mut dice);
}

fn bytes_of_another_length_are_no_point<E: Pairing>() {
	fn lengths<P: AffineRepr>(dice: &mut Dice) {
		let point: P = dice.number();
		let (short, long) = (packed(&point), unpacked(&point));
		for length in 0..short.len() {
			assert_eq!(decode::<P>(&short[..length]), Err(BadPoint::NotOfGroup));
		}
		assert_eq!(decode::<P>(&[&short[..], &[0]].concat()), Err(BadPoint::NotOfGroup));
		assert_eq!(decode::<P>(&long), Err(BadPoint::NotOfGroup));
		assert_eq!(decode_unpacked::<P>(&short), None);
		assert_eq!(decode_unpacked::<P>(&long[1..]), None);
		assert_eq!(decode_unpacked::<P>(&[&long[..], &[0]].concat()), None);
	}
	let mut dice = Dice(201);
	lengths::<E::G1Affine>(&mut dice);
	lengths::<E::G2Affine>(&mut dice);
}

fn the_identity_is_told_from_what_only_resembles_it<E: Pairing>() {
	fn told<P: AffineRepr>(dice: &mut Dice)
	where
		P::BaseField: Field,
	{
		let identity = packed(&P::zero());
		assert_eq!(decode::<P>(&identity), Err(BadPoint::Identity));
		assert_eq!(decode_unpacked::<P>(&unpacked(&P::zero())), None);
		for at in 0..identity.len() {
			for bit in 0..8 {
				let mut other = identity.clone();
				other[at] ^= 1 << bit;
				let read = decode::<P>(&other);
				assert!(read != Err(BadPoint::Identity) && read != Ok(P::zero()), "{at} {bit}");
			}
		}
		assert_eq!(decode::<P>(&above_p::<P>(dice)), Err(BadPoint::NotOfGroup));
		if let Some(point) = of_another_subgroup::<P>(dice) {
			assert_eq!(decode::<P>(&packed(&point)), Err(BadPoint::NotOfGroup));
			// From our own state the subgroup is not looked at again, which is why `unpack` and `prepare` do.
			assert_eq!(decode_unpacked::<P>(&unpacked(&point)), Some(point));
		}
	}
	let mut dice = Dice(202);
	told::<E::G1Affine>(&mut dice);
	told::<E::G2Affine>(&mut dice);
}
