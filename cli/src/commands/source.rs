//! `concordat source register | retire | post | key | show | list`.

use super::{capability::name, constraints::list, read_file};
use crate::{
	chain::{keypair, Chain},
	error::{Error, Result},
	output::{cdt, table, Output},
	secret,
};
use clap::{Args, Subcommand, ValueEnum};
use concordat_primitives::{
	bundle::reading::{
		Fixed, KeptReading, OracleKey, OracleSignature, OracleSignatures, Reading, ReadingValue,
		SourceFault, SourceId, SourceKind, SourceSpec,
	},
	content::MAX_BODY_BYTES,
	hashing::input_commitment,
	text::Name,
	views::{Page, SourceView},
	BlockNumber, Hash,
};
use serde::Serialize;
use sp_core::{ed25519, sr25519, Pair};
use std::{
	path::PathBuf,
	time::{SystemTime, UNIX_EPOCH},
};

const PALLET: &str = "Triggers";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum SourceCommand {
	/// Register a source of readings: the keys that sign them, and what they may say.
	Register(Box<Register>),
	/// End a source, for good.
	Retire {
		/// Number of the source.
		id: SourceId,
		/// Secret of the owner.
		#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
		suri: String,
	},
	/// Sign a reading and post it.
	Post(Post),
	/// Print the public keys of a key file.
	Key {
		/// File with the secret: `//Name`, a phrase or a seed in hex. Nobody else may be able to read it.
		file: PathBuf,
	},
	/// Show a source and its readings.
	Show {
		/// Number of the source.
		id: SourceId,
	},
	/// List sources.
	List {
		/// Number to start from.
		#[arg(long, default_value_t = 0)]
		from: SourceId,
		/// How many.
		#[arg(long, default_value_t = 50)]
		limit: u32,
	},
}

/// Kinds of sources.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
	/// It measures.
	Sensor,
	/// It computes.
	Simulation,
}

/// What a registration says.
#[derive(Args, Debug)]
pub struct Register {
	/// What it is.
	#[arg(long, value_enum, default_value = "sensor")]
	kind: Kind,
	/// Its name, for people and for bundles.
	#[arg(long, value_parser = name)]
	name: Name,
	/// Type of its data, such as `precipitation-mm`.
	#[arg(long, value_parser = name)]
	data_type: Name,
	/// A key that signs its readings, as `concordat source key` prints it; repeat for more.
	#[arg(long, required = true, value_parser = oracle_key)]
	key: Vec<OracleKey>,
	/// How many of the keys have to sign a reading.
	#[arg(long, default_value_t = 1)]
	quorum: u8,
	/// Blocks for which a reading counts.
	#[arg(long)]
	max_age: BlockNumber,
	/// Decimals of its numbers.
	#[arg(long, default_value_t = 0)]
	decimals: u8,
	/// The smallest number that makes sense.
	#[arg(long, value_parser = fixed, allow_hyphen_values = true)]
	min: Fixed,
	/// The largest number that makes sense.
	#[arg(long, value_parser = fixed, allow_hyphen_values = true)]
	max: Fixed,
	/// Let others have triggers on it.
	#[arg(long)]
	open: bool,
	/// Secret of the owner, whose deposit is held.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// What a reading says.
#[derive(Args, Debug)]
pub struct Post {
	/// Number of the source.
	id: SourceId,
	/// The number that was observed, such as 52.5.
	#[arg(
		long,
		value_parser = fixed,
		allow_hyphen_values = true,
		required_unless_present = "document",
		conflicts_with = "document"
	)]
	value: Option<Fixed>,
	/// Something larger that was observed, kept elsewhere: the chain gets its commitment and its length.
	#[arg(long, value_name = "FILE", requires = "location")]
	document: Option<PathBuf>,
	/// The address where nodes may fetch the document.
	#[arg(long, value_name = "URL", requires = "document")]
	location: Option<String>,
	/// File with the secret of a key of the source (`//Name`, a phrase or a seed in hex); repeat for a quorum. Nobody
	/// else may be able to read it.
	#[arg(long, required = true, value_name = "FILE")]
	key_file: Vec<PathBuf>,
	/// Block of the observation. Default: the best one.
	#[arg(long)]
	observed_at: Option<BlockNumber>,
	/// Its place among the readings of the source. Default: the next one.
	#[arg(long)]
	sequence: Option<u64>,
	/// Secret of who posts it: anybody. A reading within the rate costs nothing.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// Reads a number.
pub fn fixed(text: &str) -> std::result::Result<Fixed, String> {
	Fixed::parse(text)
		.map(|(number, _)| number)
		.ok_or_else(|| "a decimal number with at most nine decimals, as in -52.5".into())
}

/// Reads a public key.
fn oracle_key(text: &str) -> std::result::Result<OracleKey, String> {
	let wrong = || "sr25519: or ed25519: and 32 bytes in hex".to_string();
	let (scheme, digits) = text.split_once(':').ok_or_else(wrong)?;
	let mut key = [0; 32];
	hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut key)
		.map_err(|_| wrong())?;
	let key = match scheme {
		"sr25519" => OracleKey::Sr25519(key),
		"ed25519" => OracleKey::Ed25519(key),
		_ => return Err(wrong()),
	};
	key.is_sound().then_some(key).ok_or_else(|| "a key with which anybody could sign".into())
}

fn key_text(key: &OracleKey) -> String {
	match key {
		OracleKey::Sr25519(key) => format!("sr25519:0x{}", hex::encode(key)),
		OracleKey::Ed25519(key) => format!("ed25519:0x{}", hex::encode(key)),
	}
}

/// Both keys that a secret stands for.
struct Oracle {
	sr25519: sr25519::Pair,
	ed25519: ed25519::Pair,
}

impl Oracle {
	fn read(file: &std::path::Path) -> Result<Self> {
		let suri = secret::read_suri(file)?;
		// What is wrong with it is said without showing it.
		let wrong = || Error::Argument(format!("{}: not a secret", file.display()));
		Ok(Self {
			sr25519: sr25519::Pair::from_string(&suri, None).map_err(|_| wrong())?,
			ed25519: ed25519::Pair::from_string(&suri, None).map_err(|_| wrong())?,
		})
	}

	fn keys(&self) -> [OracleKey; 2] {
		[OracleKey::Sr25519(self.sr25519.public().0), OracleKey::Ed25519(self.ed25519.public().0)]
	}

	fn sign(&self, key: &OracleKey, message: &[u8]) -> Option<OracleSignature> {
		if !self.keys().contains(key) {
			return None;
		}
		Some(match key {
			OracleKey::Sr25519(_) => self.sr25519.sign(message).0,
			OracleKey::Ed25519(_) => self.ed25519.sign(message).0,
		})
	}
}

/// Signatures of these oracles, in the order of the source's keys.
fn signatures(
	spec: &SourceSpec,
	reading: &Reading,
	oracles: &[Oracle],
) -> Result<OracleSignatures> {
	let message = reading.message();
	let mut signed = Vec::new();
	for (place, key) in (0u8..).zip(&spec.keys) {
		let found = oracles.iter().find_map(|oracle| oracle.sign(key, &message));
		signed.extend(found.map(|signature| (place, signature)));
	}
	if signed.len() < oracles.len() {
		return Err(Error::Argument(
			"a key file is not that of a key of the source, or stands twice".into(),
		));
	}
	if signed.len() < usize::from(spec.quorum) {
		return Err(Error::Argument(format!(
			"{} signatures, {} are needed: --key-file once for each",
			signed.len(),
			spec.quorum
		)));
	}
	list(signed, "signatures")
}

/// Runs a verb.
pub async fn run(command: SourceCommand, url: &str, output: &Output) -> Result<()> {
	if let SourceCommand::Key { file } = &command {
		let keys = Oracle::read(file)?.keys();
		output.result(&keys, |keys| keys.each_ref().map(key_text).join("\n"));
		return Ok(());
	}
	let chain = Chain::connect(url).await?;
	match command {
		SourceCommand::Register(args) => {
			let spec = args.spec()?;
			let included =
				chain.submit(&keypair(&args.suri)?, PALLET, "register_source", (spec,)).await?;
			let id = included.first::<SourceId>(PALLET, "SourceRegistered")?;
			output.progress(format!("source {id} registered in block {}", included.block));
			show(&chain, id, output).await
		},
		SourceCommand::Retire { id, suri } => {
			let included = chain.submit(&keypair(&suri)?, PALLET, "retire_source", (id,)).await?;
			let retired = serde_json::json!({ "source": id, "block": included.block });
			output.result(&retired, |_| format!("source {id} retired"));
			Ok(())
		},
		SourceCommand::Post(args) => post(args, &chain, output).await,
		SourceCommand::Show { id } => show(&chain, id, output).await,
		SourceCommand::List { from, limit } => {
			let page: Page<SourceView> = chain.view(PALLET, "sources", (from, limit)).await?;
			output.result(&page, |page| {
				let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
				table(&["SOURCE", "NAME", "KIND", "DATA", "KEYS", "READINGS", "NOW"], &rows)
			});
			Ok(())
		},
		SourceCommand::Key { .. } => Ok(()),
	}
}

impl Register {
	fn spec(&self) -> Result<SourceSpec> {
		let spec = SourceSpec {
			kind: match self.kind {
				Kind::Sensor => SourceKind::Sensor,
				Kind::Simulation => SourceKind::Simulation,
			},
			name: self.name.clone(),
			data_type: self.data_type.clone(),
			keys: list(self.key.clone(), "keys")?,
			quorum: self.quorum,
			max_age: self.max_age,
			decimals: self.decimals,
			min: self.min,
			max: self.max,
			open: self.open,
		};
		spec.check().map_err(|fault| {
			Error::Argument(
				match fault {
					SourceFault::Name => "name or data type is no name",
					SourceFault::Keys => "a key stands twice",
					SourceFault::Quorum => "the quorum is from 1 to the number of keys",
					SourceFault::Age => "with a maximum age of 0 no reading would count",
					SourceFault::Numbers => {
						"at most 9 decimals, and --min and --max a range that can be written with them"
					},
				}
				.into(),
			)
		})?;
		Ok(spec)
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
	source: SourceId,
	sequence: u64,
	observed_at: BlockNumber,
	block: BlockNumber,
	/// Triggers that it set off.
	triggers: u32,
}

async fn post(args: Post, chain: &Chain, output: &Output) -> Result<()> {
	let oracles: Vec<Oracle> =
		args.key_file.iter().map(|file| Oracle::read(file)).collect::<Result<_>>()?;
	let source = fetch(chain, args.id).await?;
	let best = chain.best().await?;
	let reading = args.reading(&source, chain.genesis(), best)?;
	// Refused here with the same words as there, before anything is sent.
	source
		.spec
		.examine(&reading, &chain.genesis(), source.last, best.saturating_add(1))
		.map_err(|fault| Error::Argument(format!("the source does not take it: {fault:?}")))?;
	let signatures = signatures(&source.spec, &reading, &oracles)?;
	let call = (&reading, signatures);
	let included = chain.submit(&keypair(&args.suri)?, PALLET, "post_reading", call).await?;
	let (_, _, triggers): (SourceId, KeptReading, u32) = included.event(PALLET, "ReadingPosted")?;
	let posted = Posted {
		source: args.id,
		sequence: reading.sequence,
		observed_at: reading.observed_at,
		block: included.block,
		triggers,
	};
	output.result(&posted, |posted| {
		format!(
			"reading {} of source {} posted in block {}; it set {} triggers off",
			posted.sequence, posted.source, posted.block, posted.triggers
		)
	});
	Ok(())
}

impl Post {
	fn reading(&self, source: &SourceView, genesis: Hash, best: BlockNumber) -> Result<Reading> {
		let value = match (&self.value, &self.document, &self.location) {
			(Some(number), None, _) => ReadingValue::Number(*number),
			(None, Some(file), Some(url)) => {
				let bytes = read_file(file, MAX_BODY_BYTES.into())?;
				ReadingValue::Document {
					hash: input_commitment(&bytes),
					len: bytes.len() as u32,
					location: list(url.as_bytes().to_vec(), "bytes of a location")?,
				}
			},
			_ => return Err(Error::Argument("either --value or --document and --location".into())),
		};
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		Ok(Reading {
			genesis,
			source: self.id,
			sequence: self
				.sequence
				.unwrap_or_else(|| source.last.map_or(1, |(last, _)| last.saturating_add(1))),
			value,
			observed_at: self.observed_at.unwrap_or(best),
			observed_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
		})
	}
}

async fn fetch(chain: &Chain, id: SourceId) -> Result<SourceView> {
	let view: Option<SourceView> = chain.view(PALLET, "source", (id,)).await?;
	view.ok_or_else(|| Error::NotFound(format!("source {id}")))
}

#[derive(Serialize)]
struct Shown {
	source: SourceView,
	readings: Vec<KeptReading>,
}

async fn show(chain: &Chain, id: SourceId, output: &Output) -> Result<()> {
	let source = fetch(chain, id).await?;
	let readings: Vec<KeptReading> = chain.view(PALLET, "readings", (id,)).await?;
	output.result(&Shown { source, readings }, describe);
	Ok(())
}

fn row(view: &SourceView) -> Vec<String> {
	vec![
		view.id.to_string(),
		view.spec.name.to_text(),
		format!("{:?}", view.spec.kind),
		view.spec.data_type.to_text(),
		format!("{}/{}", view.spec.quorum, view.spec.keys.len()),
		view.kept.to_string(),
		if view.fresh { "fresh" } else { "stale" }.into(),
	]
}

fn describe(Shown { source, readings }: &Shown) -> String {
	let spec = &source.spec;
	let mut lines = vec![
		format!("source {}: {}", source.id, spec.name),
		format!("  kind         {:?}, {}", spec.kind, spec.data_type),
		format!("  owner        {}, {} held", source.owner, cdt(source.deposit)),
		format!("  numbers      {} to {}, {} decimals", spec.min, spec.max, spec.decimals),
		format!("  counts for   {} blocks", spec.max_age),
		format!("  triggers     {}{}", source.watchers, if spec.open { ", open" } else { "" }),
		format!("  signed by    {} of", spec.quorum),
	];
	lines.extend(spec.keys.iter().map(|key| format!("               {}", key_text(key))));
	if readings.is_empty() {
		lines.push("  no readings".into());
		return lines.join("\n");
	}
	let rows: Vec<Vec<String>> = readings
		.iter()
		.map(|reading| {
			vec![
				reading.sequence.to_string(),
				reading.observed_at.to_string(),
				match &reading.value {
					ReadingValue::Number(number) => {
						number.to_text(spec.decimals).unwrap_or_else(|| number.to_string())
					},
					ReadingValue::Document { hash, len, location } => format!(
						"{len} bytes, {hash:?}, {}",
						String::from_utf8_lossy(location).escape_debug()
					),
				},
			]
		})
		.collect();
	lines.push(String::new());
	lines.push(table(&["SEQUENCE", "BLOCK", "READING"], &rows));
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use concordat_primitives::AccountId;
	use std::{fs, os::unix::fs::PermissionsExt, path::Path};

	#[derive(Parser)]
	struct Command {
		#[command(subcommand)]
		command: SourceCommand,
	}

	fn read(args: &str) -> std::result::Result<SourceCommand, String> {
		let args = std::iter::once("source").chain(args.split_whitespace());
		Command::try_parse_from(args).map(|c| c.command).map_err(|e| e.to_string())
	}

	fn key_file(dir: &Path, name: &str, suri: &str) -> PathBuf {
		let path = dir.join(name);
		fs::write(&path, format!("{suri}\n")).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
		path
	}

	fn source(keys: Vec<OracleKey>, quorum: u8) -> SourceView {
		SourceView {
			id: 7,
			owner: AccountId::new([1; 32]),
			spec: SourceSpec {
				kind: SourceKind::Sensor,
				name: name("bogor.rain").unwrap(),
				data_type: name("precipitation-mm").unwrap(),
				keys: keys.try_into().unwrap(),
				quorum,
				max_age: 150,
				decimals: 2,
				min: fixed("0").unwrap(),
				max: fixed("2000").unwrap(),
				open: false,
			},
			last: Some((41, 900)),
			kept: 3,
			fresh: true,
			watchers: 1,
			deposit: 5,
		}
	}

	fn post(args: &str) -> Post {
		match read(&format!("post 7 --key-file k {args}")).unwrap() {
			SourceCommand::Post(post) => post,
			_ => panic!(),
		}
	}

	#[test]
	fn a_registration_should_say_what_was_asked_for() {
		let key = format!("sr25519:0x{}", hex::encode([7; 32]));
		let head = "register --name bogor.rain --data-type precipitation-mm --max-age 150";
		let register = |args: &str| match read(&format!("{head} {args}"))? {
			SourceCommand::Register(args) => args.spec().map_err(|e| e.to_string()),
			_ => panic!(),
		};
		let spec =
			register(&format!("--key {key} --decimals 2 --min -5.25 --max 2000 --open")).unwrap();
		assert_eq!(spec.keys.to_vec(), [OracleKey::Sr25519([7; 32])]);
		assert_eq!((spec.min, spec.quorum, spec.open), (fixed("-5.25").unwrap(), 1, true));
		for wrong in [
			"--min 0 --max 1".to_string(),
			format!("--key {key} --min 2 --max 1"),
			format!("--key {key} --min 0.5 --max 1"),
			format!("--key {key} --key {key} --min 0 --max 1"),
			format!("--key {key} --quorum 2 --min 0 --max 1"),
			format!("--key {key} --min 1e3 --max 1"),
			"--key sr25519:0x00 --min 0 --max 1".into(),
			format!("--key ed25519:0x{} --min 0 --max 1", hex::encode([0; 32])),
			format!("--key rsa:0x{} --min 0 --max 1", hex::encode([7; 32])),
		] {
			assert!(register(&wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn a_reading_should_be_the_next_one_of_the_best_block_unless_it_is_said() {
		let source = source(vec![OracleKey::Sr25519([7; 32])], 1);
		let genesis = Hash::repeat_byte(3);
		let reading = post("--value 52.5").reading(&source, genesis, 1_000).unwrap();
		assert_eq!((reading.sequence, reading.observed_at, reading.source), (42, 1_000, 7));
		assert_eq!(reading.value, ReadingValue::Number(fixed("52.5").unwrap()));
		assert!(source.spec.examine(&reading, &genesis, source.last, 1_000).is_ok());
		let said = post("--value -1 --sequence 50 --observed-at 990");
		let reading = said.reading(&source, genesis, 1_000).unwrap();
		assert_eq!((reading.sequence, reading.observed_at), (50, 990));
		// Stale, out of bounds: refused before anything is sent.
		assert!(source.spec.examine(&reading, &genesis, source.last, 1_000).is_err());
		for wrong in ["", "--value 1 --document d --location u", "--document d", "--value 1e3"] {
			assert!(read(&format!("post 7 --key-file k {wrong}")).is_err(), "{wrong}");
		}
	}

	#[test]
	fn a_document_should_be_posted_by_its_commitment() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("grid");
		fs::write(&file, b"grid").unwrap();
		let args = format!("--document {} --location https://a.example/grid", file.display());
		let view = source(vec![OracleKey::Sr25519([7; 32])], 1);
		let reading = post(&args).reading(&view, Hash::zero(), 1_000).unwrap();
		let ReadingValue::Document { hash, len, .. } = reading.value else { panic!() };
		assert_eq!((hash, len), (input_commitment(b"grid"), 4));
	}

	#[test]
	fn readings_should_be_signed_in_the_order_of_the_keys_and_verify() {
		let dir = tempfile::tempdir().unwrap();
		let files =
			[key_file(dir.path(), "a", "//Oracle//1"), key_file(dir.path(), "b", "//Oracle//2")];
		let oracles = || files.each_ref().map(|file| Oracle::read(file).unwrap());
		let [one, two] = oracles();
		// One of each scheme, and somebody else's in between.
		let keys = vec![two.keys()[1], OracleKey::Sr25519([9; 32]), one.keys()[0]];
		let view = source(keys, 2);
		let reading = post("--value 52.5").reading(&view, Hash::zero(), 1_000).unwrap();
		let signed = signatures(&view.spec, &reading, &oracles()).unwrap();
		assert_eq!(signed.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 2]);
		assert!(view.spec.verify(&reading, &signed).is_ok());
		// Too few, and a stranger's.
		assert!(signatures(&view.spec, &reading, &oracles()[..1]).is_err());
		let stranger = Oracle::read(&key_file(dir.path(), "c", "//Oracle//3")).unwrap();
		assert!(signatures(&view.spec, &reading, &[one, two, stranger]).is_err());
	}

	#[test]
	fn a_key_file_should_be_private_and_never_be_shown() {
		let dir = tempfile::tempdir().unwrap();
		let file = key_file(dir.path(), "k", "not a secret at all //x");
		let Err(error) = Oracle::read(&file) else { panic!() };
		assert!(!error.to_string().contains("at all"), "{error}");
		fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
		let Err(error) = Oracle::read(&file) else { panic!() };
		assert!(error.to_string().contains("chmod 600"), "{error}");
	}

	#[test]
	fn a_source_should_be_shown_with_its_readings() {
		let value = ReadingValue::Number(fixed("52.5").unwrap());
		let reading = KeptReading { sequence: 42, value, observed_at: 1_000, observed_ms: 1 };
		let shown =
			Shown { source: source(vec![OracleKey::Sr25519([7; 32])], 1), readings: vec![reading] };
		let text = describe(&shown);
		for part in ["bogor.rain", "52.50", "sr25519:0x0707", "0 to 2000"] {
			assert!(text.contains(part), "{text}");
		}
		let json = serde_json::to_value(&shown).unwrap();
		assert_eq!(json["source"]["spec"]["dataType"], "precipitation-mm");
		assert_eq!(json["readings"][0]["value"]["number"], "52.5");
	}
}
