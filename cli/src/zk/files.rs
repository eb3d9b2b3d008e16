//! Keys and proofs as this program keeps them, and as others do.

use super::{
	name,
	snarkjs::{self, numbers},
	Bad,
};
use crate::{
	commands::read_file,
	error::{Error, Result},
};
use concordat_primitives::{
	hashing::output_hash,
	zk::{output_of, vk_id, Curve, FieldBytes, KeyBytes, ProofBytes, Publics, VkId},
	Hash,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

const KEY_FORMAT: &str = "concordat/zk-key/v1";
const PROOF_FORMAT: &str = "concordat/zk-proof/v1";

/// A verifying key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
	format: String,
	/// Curve.
	pub curve: Curve,
	/// Public inputs, with the binding.
	pub inputs: u32,
	/// Name on the chain.
	pub id: VkId,
	/// As the chain takes it.
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	pub key: KeyBytes,
}

/// A proof with its public inputs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
	format: String,
	/// Curve.
	pub curve: Curve,
	/// The binding that it was made with: input 0.
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	pub binding: FieldBytes,
	/// The other inputs: the output of the job.
	publics: Vec<Hash>,
	/// Hash of that output.
	pub output: Hash,
	/// As the chain takes it.
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	pub proof: ProofBytes,
}

impl Key {
	/// A key that the chain would take.
	pub fn new(curve: Curve, key: Vec<u8>) -> std::result::Result<Self, Bad> {
		let (inputs, _) = super::prepare(curve, &key)?;
		let id = vk_id(curve, &key);
		let key = key.try_into().map_err(|_| Bad::Numbers("the key is too long".into()))?;
		Ok(Self { format: KEY_FORMAT.into(), curve, inputs, id, key })
	}

	/// Reads a key of this program, or of snarkjs.
	pub fn read(path: &Path) -> Result<Self> {
		let json = json(path)?;
		let bad = |bad: Bad| told(path, bad);
		if json.get("protocol").is_some() {
			let file: snarkjs::KeyFile = shaped(path, json)?;
			let (curve, key) = file.convert().map_err(bad)?;
			return Self::new(curve, key).map_err(bad);
		}
		let file: Self = shaped(path, json)?;
		if file.format != KEY_FORMAT {
			return Err(told(path, Bad::Kind(KEY_FORMAT)));
		}
		let checked = Self::new(file.curve, file.key.to_vec()).map_err(bad)?;
		if (checked.id, checked.inputs) != (file.id, file.inputs) {
			return Err(told(path, Bad::Numbers("its id or its inputs are not the key's".into())));
		}
		Ok(checked)
	}

	/// In words.
	pub fn describe(&self) -> String {
		format!(
			"verifying key {:?}\n  curve        {}\n  inputs       {}, the binding among them\n  length       {} bytes",
			self.id,
			name(self.curve),
			self.inputs,
			self.key.len()
		)
	}
}

impl Proof {
	/// A proof with its inputs, the binding first.
	pub fn new(
		curve: Curve,
		inputs: &[FieldBytes],
		proof: Vec<u8>,
	) -> std::result::Result<Self, Bad> {
		let Some((binding, publics)) = inputs.split_first() else {
			return Err(Bad::Numbers("a proof has the binding for its first input".into()));
		};
		Ok(Self {
			format: PROOF_FORMAT.into(),
			curve,
			binding: *binding,
			publics: publics.iter().map(|be| Hash::from(*be)).collect(),
			output: output_hash(&output_of(publics)),
			proof: proof.try_into().map_err(|_| Bad::Numbers("the proof is too long".into()))?,
		})
	}

	/// Reads a proof of this program; or of snarkjs, which keeps the inputs in another file.
	pub fn read(path: &Path, public: Option<&Path>) -> Result<Self> {
		let json = json(path)?;
		let bad = |bad: Bad| told(path, bad);
		if json.get("protocol").is_some() {
			let public = public.ok_or_else(|| {
				Error::Argument(
					"snarkjs keeps the inputs in another file: name it with --public".into(),
				)
			})?;
			let file: snarkjs::ProofFile = shaped(path, json)?;
			let (curve, proof) = file.convert().map_err(bad)?;
			let texts: Vec<String> = shaped(public, self::json(public)?)?;
			let inputs = numbers(curve, &texts).map_err(|bad| told(public, bad))?;
			return Self::new(curve, &inputs, proof).map_err(bad);
		}
		if public.is_some() {
			return Err(Error::Argument(format!(
				"{} has its inputs with it: --public goes with a proof of snarkjs",
				path.display()
			)));
		}
		let file: Self = shaped(path, json)?;
		if file.format != PROOF_FORMAT {
			return Err(told(path, Bad::Kind(PROOF_FORMAT)));
		}
		let made = Self::new(file.curve, &file.inputs(), file.proof.to_vec()).map_err(bad)?;
		if made.output != file.output {
			return Err(told(path, Bad::Numbers("its output is not what its inputs make".into())));
		}
		Ok(made)
	}

	/// All inputs, the binding first.
	pub fn inputs(&self) -> Vec<FieldBytes> {
		[&[self.binding], &self.publics()[..]].concat()
	}

	/// The output as inputs.
	pub fn publics(&self) -> Vec<FieldBytes> {
		self.publics.iter().map(|public| public.0).collect()
	}

	/// The output as the chain's call takes it.
	pub fn bounded(&self) -> Result<Publics> {
		self.publics()
			.try_into()
			.map_err(|_| Error::Argument("the proof has more inputs than any output".into()))
	}

	/// In words.
	pub fn describe(&self) -> String {
		let mut lines = vec![
			format!("proof over {}, {} bytes", name(self.curve), self.proof.len()),
			format!("  binding      0x{}", hex::encode(self.binding)),
			format!("  output       {:?}", self.output),
		];
		lines.extend(self.publics.iter().map(|public| format!("  input        {public:?}")));
		lines.join("\n")
	}
}

/// Numbers of an output, out of a list in a file.
pub fn publics_of(path: &Path, curve: Curve) -> Result<Vec<FieldBytes>> {
	let texts: Vec<String> = shaped(path, json(path)?)?;
	numbers(curve, &texts).map_err(|bad| told(path, bad))
}

/// Says which file it is about.
pub fn told(path: &Path, bad: Bad) -> Error {
	Error::Argument(format!("{}: {bad}", path.display()))
}

/// Reads any JSON of bounded length.
pub fn json(path: &Path) -> Result<Value> {
	let bytes = read_file(path, snarkjs::MAX_FILE)?;
	serde_json::from_slice(&bytes)
		.map_err(|e| Error::Argument(format!("{} is not JSON: {e}", path.display())))
}

/// Reads JSON of a shape.
pub fn shaped<T: serde::de::DeserializeOwned>(path: &Path, json: Value) -> Result<T> {
	serde_json::from_value(json)
		.map_err(|e| Error::Argument(format!("{} has another shape: {e}", path.display())))
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;
	use std::path::PathBuf;

	fn snarkjs(name: &str) -> PathBuf {
		let path = format!("../pallets/zk-verifiers/src/fixtures/snarkjs/{name}.json");
		Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
	}

	/// Writes what was read, changed, and reads it again.
	fn again<T>(
		what: &impl Serialize,
		change: impl FnOnce(&mut Value),
		read: impl FnOnce(&Path) -> Result<T>,
	) -> Result<T> {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file.json");
		let mut json = serde_json::to_value(what).unwrap();
		change(&mut json);
		std::fs::write(&path, json.to_string()).unwrap();
		read(&path)
	}

	#[test]
	fn a_key_should_be_read_again_as_it_was_written() {
		let key = Key::read(&snarkjs("verification_key")).unwrap();
		assert_eq!((key.curve, key.inputs), (Curve::Bn254, 4));
		let read = |change: fn(&mut Value)| again(&key, change, Key::read);
		assert_eq!(read(|_| {}).unwrap().key, key.key);
		assert!(read(|json| json["inputs"] = json!(3)).is_err());
		assert!(read(|json| json["id"] = json!(format!("0x{}", "00".repeat(32)))).is_err());
		assert!(read(|json| json["format"] = json!("concordat/zk-key/v2")).is_err());
		assert!(read(|json| json["curve"] = json!("bls12381")).is_err());
		assert!(read(|json| json["key"] = json!("0x00")).is_err());
		assert!(read(|json| json["more"] = json!(1)).is_err());
	}

	#[test]
	fn a_proof_should_be_read_again_as_it_was_written() {
		assert!(Proof::read(&snarkjs("proof"), None).is_err());
		let proof = Proof::read(&snarkjs("proof"), Some(&snarkjs("public"))).unwrap();
		assert_eq!(proof.inputs().len(), 4);
		let read = |change: fn(&mut Value)| again(&proof, change, |path| Proof::read(path, None));
		let same = read(|_| {}).unwrap();
		assert_eq!((same.inputs(), same.proof), (proof.inputs(), proof.proof.clone()));
		assert!(read(|json| json["output"] = json["binding"].clone()).is_err());
		assert!(read(|json| json["publics"] = json!([])).is_err());
		assert!(read(|json| json["format"] = json!("")).is_err());
		let public = snarkjs("public");
		assert!(again(&proof, |_| {}, |path| Proof::read(path, Some(&public))).is_err());
	}
}
