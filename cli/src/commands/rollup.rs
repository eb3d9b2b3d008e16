//! `concordat rollup key | register | show | certificate | anchors`.

use crate::{
	chain::{keypair, Chain},
	error::{Error, Result},
	output::Output,
	secret::read_suri,
};
use clap::{Args, Subcommand, ValueEnum};
use codec::Encode;
use concordat_pairing::bls;
use concordat_primitives::{
	cac::verify_ed25519,
	hashing::tagged,
	receipt::RollupHeader,
	rollup::{
		registration_message, rollup_message, Anchor, Registry, RollupCertificate, RollupKey,
		Scheme, Signatures, SignerSet,
	},
	text::hex_bytes,
	AccountId, Hash, RollupEpoch,
};
use serde::Serialize;
use sp_core::{ed25519, Pair};
use std::path::{Path, PathBuf};

const PALLET: &str = "RollupAnchor";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum RollupCommand {
	/// Print the public keys that belong to the secret with which a node signs rollups.
	Key {
		/// The node's file: `rollup-signer.key` in its keystore's directory.
		#[arg(long)]
		file: PathBuf,
	},
	/// Register the key of a validator; it signs from the next session with other keys on.
	Register(Register),
	/// Print the header of a closed rollup, and whether it is certified.
	Show {
		/// Number of the rollup.
		epoch: RollupEpoch,
	},
	/// Print the certificate of a rollup, checked here against the signers that the chain names.
	Certificate {
		/// Number of the rollup.
		epoch: RollupEpoch,
	},
	/// Print where else a rollup is written down, as governance has said.
	Anchors {
		/// Number of the rollup.
		epoch: RollupEpoch,
	},
}

/// Which key, and whose.
#[derive(Args, Debug)]
pub struct Register {
	/// The node's file: `rollup-signer.key` in its keystore's directory.
	#[arg(long)]
	file: PathBuf,
	/// By which scheme. Default: that of the chain's present signers.
	#[arg(long, value_enum)]
	scheme: Option<Kind>,
	/// Secret of the validator's account.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice//stash", hide_env_values = true)]
	suri: String,
}

/// A scheme, as one says it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
	/// BLS12-381.
	Bls,
	/// Ed25519.
	Ed25519,
}

impl From<Kind> for Scheme {
	fn from(kind: Kind) -> Self {
		match kind {
			Kind::Bls => Self::Bls,
			Kind::Ed25519 => Self::Ed25519,
		}
	}
}

/// What shows that one has the secret half of a key, as the chain takes it.
#[derive(Encode)]
enum KeyProof {
	#[codec(index = 0)]
	Possession([u8; 48]),
	#[codec(index = 1)]
	Signature([u8; 64]),
}

/// The keys of a node, made of its secret as the node makes them.
struct Keys {
	bls: bls::SecretKey,
	ed25519: ed25519::Pair,
}

impl Keys {
	fn of_secret(secret: &[u8; 32]) -> Self {
		let seed = tagged(b"concordat/rollup-ed25519/v1", secret).0;
		Self { bls: bls::SecretKey::generate(secret), ed25519: ed25519::Pair::from_seed(&seed) }
	}

	fn of_file(path: &Path) -> Result<Self> {
		let text = read_suri(path)?;
		let digits = text.strip_prefix("0x").unwrap_or(&text);
		let mut secret = [0; 32];
		hex::decode_to_slice(digits, &mut secret)
			.map_err(|_| Error::Argument(format!("{}: not 32 bytes in hex", path.display())))?;
		Ok(Self::of_secret(&secret))
	}

	fn register(&self, scheme: Scheme, genesis: Hash, who: &AccountId) -> (RollupKey, KeyProof) {
		match scheme {
			Scheme::Bls => (
				RollupKey::Bls(self.bls.public().0),
				KeyProof::Possession(self.bls.prove_possession().0),
			),
			Scheme::Ed25519 => (
				RollupKey::Ed25519(self.ed25519.public().0),
				KeyProof::Signature(self.ed25519.sign(&registration_message(genesis, who)).0),
			),
		}
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownKeys {
	#[serde(with = "hex_bytes")]
	bls: [u8; 96],
	#[serde(with = "hex_bytes")]
	possession: [u8; 48],
	#[serde(with = "hex_bytes")]
	ed25519: [u8; 32],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownRollup {
	#[serde(flatten)]
	header: RollupHeader,
	hash: Hash,
	certified: bool,
	anchors: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Certified {
	certificate: RollupCertificate,
	signers: SignerSet,
	/// Hash of the rollup's header, which they signed.
	rollup: Hash,
	/// Places of those who signed.
	places: Vec<u16>,
	/// Signatures that are needed.
	threshold: u32,
}

/// Runs a verb.
pub async fn run(command: RollupCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		RollupCommand::Key { file } => key(&file, output),
		RollupCommand::Register(args) => register(args, url, output).await,
		RollupCommand::Show { epoch } => show(epoch, url, output).await,
		RollupCommand::Certificate { epoch } => certificate(epoch, url, output).await,
		RollupCommand::Anchors { epoch } => anchors(epoch, url, output).await,
	}
}

fn key(file: &Path, output: &Output) -> Result<()> {
	let keys = Keys::of_file(file)?;
	let shown = ShownKeys {
		bls: keys.bls.public().0,
		possession: keys.bls.prove_possession().0,
		ed25519: keys.ed25519.public().0,
	};
	output.result(&shown, |shown| {
		[
			format!("BLS         0x{}", hex::encode(shown.bls)),
			format!("possession  0x{}", hex::encode(shown.possession)),
			format!("Ed25519     0x{}", hex::encode(shown.ed25519)),
		]
		.join("\n")
	});
	Ok(())
}

async fn register(args: Register, url: &str, output: &Output) -> Result<()> {
	let keys = Keys::of_file(&args.file)?;
	let signer = keypair(&args.suri)?;
	let chain = Chain::connect(url).await?;
	let scheme = match args.scheme {
		Some(kind) => kind.into(),
		None => {
			let present: Option<SignerSet> =
				chain.runtime("RollupApi_current_signers", Vec::new()).await?;
			present.map_or_else(Scheme::default, |set| set.scheme)
		},
	};
	let who = AccountId::new(signer.public_key().0);
	let call = keys.register(scheme, chain.genesis(), &who);
	let included = chain.submit(&signer, PALLET, "register_key", &call).await?;
	output.progress(format!("registered in block {}", included.block));
	output.result(&call.0, |key| format!("{who} signs rollups with {}", key_text(key)));
	Ok(())
}

async fn header(chain: &Chain, epoch: RollupEpoch) -> Result<RollupHeader> {
	let found: Vec<RollupHeader> =
		chain.runtime("RollupApi_rollups_between", (epoch, epoch).encode()).await?;
	found.into_iter().next().ok_or_else(|| Error::NotFound(format!("closed rollup {epoch}")))
}

async fn show(epoch: RollupEpoch, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let header = header(&chain, epoch).await?;
	let certificate: Option<RollupCertificate> =
		chain.runtime("RollupApi_certificate", epoch.encode()).await?;
	let anchors: Vec<Anchor> = chain.runtime("RollupApi_anchors", epoch.encode()).await?;
	let shown = ShownRollup {
		hash: header.hash(),
		header,
		certified: certificate.is_some(),
		anchors: anchors.len(),
	};
	output.result(&shown, |shown| {
		let header = &shown.header;
		[
			format!("rollup {}", header.epoch),
			format!("  hash         {:?}", shown.hash),
			format!("  root         {:?}", header.root),
			format!("  receipts     {} from number {}", header.count, header.first_receipt),
			format!("  blocks       {} to {}", header.opened_at, header.closed_at),
			format!(
				"  certified    {}",
				if shown.certified { "yes" } else { "no, or no more kept" }
			),
			format!("  elsewhere    {} records", shown.anchors),
		]
		.join("\n")
	});
	Ok(())
}

async fn certificate(epoch: RollupEpoch, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let header = header(&chain, epoch).await?;
	let found: Option<RollupCertificate> =
		chain.runtime("RollupApi_certificate", epoch.encode()).await?;
	let certificate =
		found.ok_or_else(|| Error::NotFound(format!("certificate of rollup {epoch}")))?;
	let set: Option<SignerSet> =
		chain.runtime("RollupApi_signer_set", certificate.set.encode()).await?;
	let signers = set.ok_or_else(|| Error::NotFound(format!("set {}", certificate.set)))?;
	let places = verified(chain.genesis(), &header, &certificate, &signers)?;
	let threshold = signers.threshold();
	let shown = Certified { rollup: header.hash(), threshold, certificate, signers, places };
	output.result(&shown, describe);
	Ok(())
}

fn describe(shown: &Certified) -> String {
	let mut lines = vec![
		format!(
			"rollup {} ({:?}) is certified by {} of {} validators; {} are needed",
			shown.certificate.epoch,
			shown.rollup,
			shown.places.len(),
			shown.signers.validators,
			shown.threshold
		),
		format!("set {} of signers, {:?}", shown.signers.id, shown.signers.hash()),
	];
	lines.extend(shown.places.iter().filter_map(|place| {
		let key = shown.signers.keys.get(usize::from(*place))?;
		Some(format!("  {place:>3}  {}", key_text(key)))
	}));
	lines.join("\n")
}

fn key_text(key: &RollupKey) -> String {
	match key {
		RollupKey::Bls(bytes) => format!("0x{}", hex::encode(bytes)),
		RollupKey::Ed25519(bytes) => format!("0x{}", hex::encode(bytes)),
	}
}

/// Places of those who signed, if they are enough and all signatures hold.
fn verified(
	genesis: Hash,
	header: &RollupHeader,
	certificate: &RollupCertificate,
	set: &SignerSet,
) -> Result<Vec<u16>> {
	let wrong = |why: &str| Error::BadReceipt(format!("the certificate does not hold: {why}"));
	if header.epoch != certificate.epoch || set.id != certificate.set {
		return Err(wrong("it is one of another rollup or set"));
	}
	let message = rollup_message(genesis, set.id, header.hash());
	let seats = set.keys.len();
	let places: Vec<u16> = match &certificate.signatures {
		Signatures::Bls { signers, aggregate } => {
			if signers.len() != seats.div_ceil(8) {
				return Err(wrong("its list of signers has another length than the set"));
			}
			let places: Vec<u16> = (0..signers.len().saturating_mul(8) as u16)
				.filter(|place| {
					signers
						.get(usize::from(place / 8))
						.is_some_and(|byte| byte & (1 << (place % 8)) != 0)
				})
				.collect();
			let keys: Option<Vec<_>> = places
				.iter()
				.map(|place| match set.keys.get(usize::from(*place))? {
					RollupKey::Bls(key) => bls::unpack(&bls::PublicKey(*key)).ok(),
					RollupKey::Ed25519(_) => None,
				})
				.collect();
			let keys = keys.ok_or_else(|| wrong("it names a signer that the set does not have"))?;
			bls::verify_aggregate(&keys, &message, &bls::Signature(*aggregate))
				.map_err(|error| wrong(&error.to_string()))?;
			places
		},
		Signatures::Ed25519(shares) => {
			let places: Vec<u16> = shares.iter().map(|share| share.place).collect();
			if places.iter().zip(places.iter().skip(1)).any(|(one, next)| one >= next) {
				return Err(wrong("a signer stands there twice, or out of order"));
			}
			let all_hold = shares.iter().all(|share| {
				matches!(
					set.keys.get(usize::from(share.place)),
					Some(RollupKey::Ed25519(key)) if verify_ed25519(&share.signature, &message, key)
				)
			});
			if !all_hold {
				return Err(wrong("a signature does not hold"));
			}
			places
		},
	};
	if (places.len() as u64) < u64::from(set.threshold()) {
		return Err(wrong("fewer than two thirds signed"));
	}
	Ok(places)
}

async fn anchors(epoch: RollupEpoch, url: &str, output: &Output) -> Result<()> {
	let chain = Chain::connect(url).await?;
	let anchors: Vec<Anchor> = chain.runtime("RollupApi_anchors", epoch.encode()).await?;
	output.result(&anchors, |anchors| {
		if anchors.is_empty() {
			return format!(
				"rollup {epoch} is written down nowhere else, as far as governance said"
			);
		}
		anchors.iter().map(anchor_text).collect::<Vec<_>>().join("\n")
	});
	Ok(())
}

fn anchor_text(anchor: &Anchor) -> String {
	let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).escape_debug().to_string();
	let place = match &anchor.registry {
		Registry::Treaty => "treaty".into(),
		Registry::Chain(name) => format!("chain {}", text(name)),
		Registry::Registry(name) => format!("registry {}", text(name)),
	};
	format!("{place}: {} (said in block {})", text(&anchor.reference), anchor.at)
}

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_primitives::rollup::Ed25519Share;

	const GENESIS: Hash = Hash::repeat_byte(9);

	fn keys(n: u8) -> Keys {
		Keys::of_secret(&[n; 32])
	}

	fn set(scheme: Scheme) -> SignerSet {
		let who = AccountId::new([0; 32]);
		let keys = (1..=4).map(|n| keys(n).register(scheme, GENESIS, &who).0);
		SignerSet {
			id: 3,
			scheme,
			keys: keys.collect::<Vec<_>>().try_into().unwrap(),
			validators: 4,
		}
	}

	fn header() -> RollupHeader {
		RollupHeader {
			epoch: 7,
			genesis: GENESIS,
			previous: Hash::zero(),
			root: Hash::repeat_byte(1),
			count: 1,
			first_receipt: 1,
			opened_at: 1,
			closed_at: 2,
		}
	}

	fn certificate(scheme: Scheme, places: &[u16]) -> RollupCertificate {
		let message = rollup_message(GENESIS, 3, header().hash());
		let signatures = match scheme {
			Scheme::Bls => {
				let shares: Vec<_> =
					places.iter().map(|place| keys(*place as u8 + 1).bls.sign(&message)).collect();
				let byte = places.iter().fold(0u8, |byte, place| byte | 1 << place);
				Signatures::Bls {
					signers: vec![byte].try_into().unwrap(),
					aggregate: bls::aggregate(&shares).unwrap().0,
				}
			},
			Scheme::Ed25519 => {
				let share = |place: &u16| Ed25519Share {
					place: *place,
					signature: keys(*place as u8 + 1).ed25519.sign(&message).0,
				};
				Signatures::Ed25519(
					places.iter().map(share).collect::<Vec<_>>().try_into().unwrap(),
				)
			},
		};
		RollupCertificate { epoch: 7, set: 3, signatures }
	}

	#[test]
	fn a_certificate_should_hold_with_enough_signers_and_not_with_fewer_or_others() {
		for scheme in [Scheme::Bls, Scheme::Ed25519] {
			let set = set(scheme);
			let check = |certificate: &RollupCertificate, header: &RollupHeader| {
				verified(GENESIS, header, certificate, &set).map_err(|error| error.to_string())
			};
			let sound = certificate(scheme, &[0, 2, 3]);
			assert_eq!(check(&sound, &header()), Ok(vec![0, 2, 3]));
			let few = check(&certificate(scheme, &[0, 2]), &header()).unwrap_err();
			assert!(few.contains("two thirds"), "{few}");
			let other = RollupHeader { root: Hash::zero(), ..header() };
			assert!(check(&sound, &other).is_err());
			assert!(check(&RollupCertificate { set: 2, ..sound.clone() }, &header()).is_err());
			assert!(verified(Hash::zero(), &header(), &sound, &set).is_err());
		}
		let twice = certificate(Scheme::Ed25519, &[0, 0, 1]);
		assert!(verified(GENESIS, &header(), &twice, &set(Scheme::Ed25519)).is_err());
		let mut long = certificate(Scheme::Bls, &[0, 1, 2]);
		if let Signatures::Bls { signers, .. } = &mut long.signatures {
			signers.try_push(0).unwrap();
		}
		assert!(verified(GENESIS, &header(), &long, &set(Scheme::Bls)).is_err());
	}

	#[test]
	fn keys_should_be_made_of_a_secret_as_a_node_makes_them() {
		// `//Alice` of a development chain (pallet_rollup_anchor::dev).
		let secret = tagged(b"concordat/dev-rollup-key/v1", &b"//Alice".as_slice()).0;
		let bls = hex::encode(Keys::of_secret(&secret).bls.public().0);
		assert!(bls.starts_with("8a37f55403d31d6c33565244e532fef431d2d34c8c289c19"), "{bls}");
	}

	#[test]
	fn a_registration_should_be_encoded_as_the_chain_reads_it() {
		let who = AccountId::new([5; 32]);
		let bls = keys(1).register(Scheme::Bls, GENESIS, &who).encode();
		assert_eq!((bls.len(), bls[0], bls[97]), (1 + 96 + 1 + 48, 0, 0));
		let (key, proof) = keys(1).register(Scheme::Ed25519, GENESIS, &who);
		let (RollupKey::Ed25519(key), KeyProof::Signature(signature)) = (key, proof) else {
			panic!("Ed25519")
		};
		assert!(verify_ed25519(&signature, &registration_message(GENESIS, &who), &key));
	}

	#[test]
	fn a_record_elsewhere_should_be_told_without_its_control_characters() {
		let anchor = Anchor {
			epoch: 1,
			rollup: Hash::zero(),
			registry: Registry::Chain(b"eip155:1".to_vec().try_into().unwrap()),
			reference: b"0xab\x1b[31m".to_vec().try_into().unwrap(),
			at: 9,
		};
		assert_eq!(anchor_text(&anchor), "chain eip155:1: 0xab\\u{1b}[31m (said in block 9)");
	}
}
