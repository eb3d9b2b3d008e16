//! What snarkjs writes: `verification_key.json`, `proof.json`, `public.json` of Groth16.
//!
//! Points are decimal texts: `[x, y, "1"]` in G1, `[[x0, x1], [y0, y1], ["1", "0"]]` in G2. Only affine points are read; a
//! third coordinate of another value is refused, and so is the identity.

use super::{decimal, on_curve, Bad, Groth};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_groth16::{Proof, VerifyingKey};
use ark_serialize::CanonicalSerialize;
use concordat_pairing::groth16;
use concordat_primitives::zk::{Curve, FieldBytes};
use serde::Deserialize;

/// Longest file that is read, in bytes.
pub const MAX_FILE: u64 = 1 << 20;

type One = [String; 3];
type Two = [[String; 2]; 3];

/// `verification_key.json`. What verification does not need is not read.
#[derive(Deserialize)]
pub struct KeyFile {
	protocol: String,
	curve: String,
	#[serde(rename = "nPublic")]
	publics: usize,
	vk_alpha_1: One,
	vk_beta_2: Two,
	vk_gamma_2: Two,
	vk_delta_2: Two,
	#[serde(rename = "IC")]
	places: Vec<One>,
}

/// `proof.json`.
#[derive(Deserialize)]
pub struct ProofFile {
	protocol: String,
	curve: String,
	pi_a: One,
	pi_b: Two,
	pi_c: One,
}

/// The curve, if it is Groth16 over one that the chain knows.
fn curve_of(protocol: &str, curve: &str) -> Result<Curve, Bad> {
	if protocol != "groth16" {
		return Err(Bad::Kind("key or proof of Groth16"));
	}
	super::curve(curve).map_err(|_| Bad::Prime)
}

/// A point, if it is on the curve and in the group.
fn checked<P: SWCurveConfig>(
	x: P::BaseField,
	y: P::BaseField,
	what: &'static str,
) -> Result<Affine<P>, Bad> {
	let point = Affine::<P>::new_unchecked(x, y);
	if point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
		Ok(point)
	} else {
		Err(Bad::Point(what))
	}
}

fn one<E: Groth>([x, y, z]: &One, what: &'static str) -> Result<E::G1Affine, Bad> {
	if z != "1" {
		return Err(Bad::Point(what));
	}
	checked::<E::C1>(decimal::field(x)?, decimal::field(y)?, what)
}

fn two<E: Groth>([x, y, z]: &Two, what: &'static str) -> Result<E::G2Affine, Bad> {
	if z != &["1", "0"] {
		return Err(Bad::Point(what));
	}
	let pair = |[c0, c1]: &[String; 2]| Ok(E::pair(decimal::field(c0)?, decimal::field(c1)?));
	checked::<E::C2>(pair(x)?, pair(y)?, what)
}

fn compressed(thing: &impl CanonicalSerialize) -> Result<Vec<u8>, Bad> {
	let mut bytes = Vec::new();
	thing
		.serialize_compressed(&mut bytes)
		.map_err(|e| Bad::Numbers(format!("it cannot be written: {e}")))?;
	Ok(bytes)
}

impl KeyFile {
	/// Its curve, and the key as the chain takes it.
	pub fn convert(&self) -> Result<(Curve, Vec<u8>), Bad> {
		fn of<E: Groth>(file: &KeyFile) -> Result<Vec<u8>, Bad> {
			if file.places.len() != file.publics.saturating_add(1) {
				return Err(Bad::Numbers(format!(
					"it has {} points of public signals, and {} public signals",
					file.places.len(),
					file.publics
				)));
			}
			let key = VerifyingKey::<E> {
				alpha_g1: one::<E>(&file.vk_alpha_1, "vk_alpha_1")?,
				beta_g2: two::<E>(&file.vk_beta_2, "vk_beta_2")?,
				gamma_g2: two::<E>(&file.vk_gamma_2, "vk_gamma_2")?,
				delta_g2: two::<E>(&file.vk_delta_2, "vk_delta_2")?,
				gamma_abc_g1: file
					.places
					.iter()
					.map(|place| one::<E>(place, "a point of IC"))
					.collect::<Result<_, _>>()?,
			};
			compressed(&key)
		}
		let curve = curve_of(&self.protocol, &self.curve)?;
		Ok((curve, on_curve!(curve, of(self))?))
	}
}

impl ProofFile {
	/// Its curve, and the proof as the chain takes it.
	pub fn convert(&self) -> Result<(Curve, Vec<u8>), Bad> {
		fn of<E: Groth>(file: &ProofFile) -> Result<Vec<u8>, Bad> {
			compressed(&Proof::<E> {
				a: one::<E>(&file.pi_a, "pi_a")?,
				b: two::<E>(&file.pi_b, "pi_b")?,
				c: one::<E>(&file.pi_c, "pi_c")?,
			})
		}
		let curve = curve_of(&self.protocol, &self.curve)?;
		Ok((curve, on_curve!(curve, of(self))?))
	}
}

/// The numbers of a `public.json`, or of a list that somebody wrote: decimal, or 32 bytes in hex.
pub fn numbers(curve: Curve, texts: &[String]) -> Result<Vec<FieldBytes>, Bad> {
	fn of<E: Groth>(texts: &[String]) -> Result<Vec<FieldBytes>, Bad> {
		let number = |text: &String| match text.strip_prefix("0x") {
			None => {
				decimal::field::<E::Scalar>(text).map(|number| groth16::field_to_be::<E>(&number))
			},
			Some(digits) => {
				let mut be = [0; 32];
				hex::decode_to_slice(digits, &mut be)
					.map_err(|_| Bad::Numbers(format!("{text:?} is not 32 bytes in hex")))?;
				match groth16::field_from_be::<E>(&be) {
					Some(_) => Ok(be),
					None => Err(Bad::NotCanonical(text.clone())),
				}
			},
		};
		texts.iter().map(number).collect()
	}
	on_curve!(curve, of(texts))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{json, Value};

	/// Made by snarkjs 0.7.6 with the circuit in `examples/circuits`.
	fn fixture(name: &str) -> Value {
		let path = format!(
			"{}/../pallets/zk-verifiers/src/fixtures/snarkjs/{name}.json",
			env!("CARGO_MANIFEST_DIR")
		);
		serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
	}

	fn key(change: impl FnOnce(&mut Value)) -> Result<(Curve, Vec<u8>), Bad> {
		let mut json = fixture("verification_key");
		change(&mut json);
		serde_json::from_value::<KeyFile>(json).unwrap().convert()
	}

	fn proof(change: impl FnOnce(&mut Value)) -> Result<(Curve, Vec<u8>), Bad> {
		let mut json = fixture("proof");
		change(&mut json);
		serde_json::from_value::<ProofFile>(json).unwrap().convert()
	}

	fn publics() -> Vec<FieldBytes> {
		let texts: Vec<String> = serde_json::from_value(fixture("public")).unwrap();
		numbers(Curve::Bn254, &texts).unwrap()
	}

	/// The prime of the coordinates of bn128.
	const PRIME: &str =
		"21888242871839275222246405745257275088696311157297823662689037894645226208583";

	#[test]
	fn what_snarkjs_made_should_hold() {
		let (curve, key) = key(|_| {}).unwrap();
		let (_, proof) = proof(|_| {}).unwrap();
		assert_eq!(curve, Curve::Bn254);
		assert_eq!(crate::zk::verify(curve, &key, &publics(), &proof), Ok(()));
		let mut others = publics();
		others[0][31] ^= 1;
		assert!(crate::zk::verify(curve, &key, &others, &proof).is_err());
	}

	#[test]
	fn another_protocol_or_curve_should_be_refused() {
		assert!(matches!(key(|json| json["protocol"] = json!("plonk")), Err(Bad::Kind(_))));
		assert!(matches!(proof(|json| json["protocol"] = json!("fflonk")), Err(Bad::Kind(_))));
		assert_eq!(key(|json| json["curve"] = json!("bls12377")), Err(Bad::Prime));
		// Points of one curve are none of the other.
		assert!(key(|json| json["curve"] = json!("bls12381")).is_err());
		assert!(proof(|json| json["curve"] = json!("bls12381")).is_err());
	}

	#[test]
	fn points_that_are_none_should_be_refused() {
		let off = |json: &mut Value| json["vk_alpha_1"][0] = json!("1");
		assert_eq!(key(off), Err(Bad::Point("vk_alpha_1")));
		let identity = |json: &mut Value| json["vk_alpha_1"] = json!(["0", "1", "0"]);
		assert_eq!(key(identity), Err(Bad::Point("vk_alpha_1")));
		let projective = |json: &mut Value| json["vk_beta_2"][2] = json!(["2", "0"]);
		assert_eq!(key(projective), Err(Bad::Point("vk_beta_2")));
		let swapped = |json: &mut Value| {
			let [one, other] = [1, 0].map(|place| json["pi_b"][0][place].clone());
			json["pi_b"][0] = json!([one, other]);
		};
		assert_eq!(proof(swapped), Err(Bad::Point("pi_b")));
		let again = |json: &mut Value| json["pi_a"][0] = json!(PRIME);
		assert!(matches!(proof(again), Err(Bad::NotCanonical(_))));
		let no_number = |json: &mut Value| json["pi_c"][1] = json!("0x1");
		assert!(matches!(proof(no_number), Err(Bad::NotDecimal(_))));
	}

	#[test]
	fn a_key_should_have_a_point_for_each_public_signal() {
		let fewer = |json: &mut Value| {
			json["IC"].as_array_mut().unwrap().pop();
		};
		assert!(matches!(key(fewer), Err(Bad::Numbers(_))));
		assert!(matches!(key(|json| json["nPublic"] = json!(u64::MAX)), Err(Bad::Numbers(_))));
	}

	#[test]
	fn numbers_should_be_decimal_or_hex_and_below_the_order() {
		let read = |text: &str| numbers(Curve::Bn254, &[text.to_string()]);
		let five = [&[0; 31][..], &[5]].concat();
		assert_eq!(read("5").unwrap()[0].to_vec(), five);
		assert_eq!(read(&format!("0x{}", hex::encode(&five))).unwrap()[0].to_vec(), five);
		assert!(matches!(read("0x05"), Err(Bad::Numbers(_))));
		assert!(matches!(read(&format!("0x{}", "ff".repeat(32))), Err(Bad::NotCanonical(_))));
		assert!(matches!(read(PRIME), Err(Bad::NotCanonical(_))));
	}
}
