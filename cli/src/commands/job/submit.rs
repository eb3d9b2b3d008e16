//! Dispatching.

use super::{
	outcome,
	seal::{Elsewhere, Sealer},
	watch,
};
use crate::{
	chain::{keypair, Chain},
	commands::{
		clause::clause_id, constraints::Constraints, content::body_of, location, read_file,
	},
	error::{Error, Result},
	output::Output,
	secret::{self, JobSecret},
};
use clap::Args;
use concordat_primitives::{
	attest::EncryptionKey,
	clause::MAX_INPUT_BYTES,
	content::{BodyId, BodyKind, MAX_BODY_BYTES},
	job::JobInput,
	BlockNumber, ClauseId, Hash, JobId,
};
use concordat_sealing::{Zeroizing, MAX_SEALABLE_INPUT};
use serde::Serialize;
use std::path::PathBuf;

/// What a dispatch says.
#[derive(Args, Debug)]
pub struct Submit {
	/// Clause and version, for instance `WHO::DiseaseAlert@2.3`.
	#[arg(value_parser = clause_id)]
	clause: ClauseId,
	/// The input bundle.
	#[arg(long)]
	input: PathBuf,
	/// Keep the input off the chain: the address where nodes may fetch it. The chain keeps its commitment and
	/// its length alone, and nodes look into their content stores first.
	#[arg(long, value_name = "URL", conflicts_with = "sealed")]
	input_elsewhere: Option<String>,
	/// Keep the input confidential: the chain gets a commitment alone, and the input is sealed to the enclaves that get
	/// the job, once they are known: with `--watch` at once, or else by `concordat job seal`.
	#[arg(long)]
	sealed: bool,
	/// New file for what has to be kept of a sealed job until its result is there. Nobody else will be able to read it.
	/// Default: beside the input.
	#[arg(long, value_name = "FILE", requires = "sealed")]
	secret: Option<PathBuf>,
	/// Have the output sealed: to a key that is made for it and kept with the secret, or to this public key (`concordat
	/// job key`).
	#[arg(
		long,
		value_name = "KEY",
		num_args = 0..=1,
		require_equals = true,
		default_missing_value = "new",
		value_parser = output_key,
		requires = "sealed"
	)]
	output_key: Option<OutputKey>,
	#[command(flatten)]
	elsewhere: Elsewhere,
	#[command(flatten)]
	constraints: Constraints,
	/// Secret of the requester.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
	/// Follow it to its end.
	#[arg(long)]
	watch: bool,
	/// Seconds to follow it at most.
	#[arg(long, default_value_t = 180)]
	patience: u64,
}

/// Whose key an output is sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum OutputKey {
	/// A new one.
	New,
	/// Somebody's.
	Of(EncryptionKey),
}

fn output_key(text: &str) -> std::result::Result<OutputKey, String> {
	if text == "new" {
		return Ok(OutputKey::New);
	}
	let mut key = EncryptionKey::default();
	hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut key)
		.map_err(|_| "a public key: 0x and 32 bytes in hex".to_string())?;
	concordat_sealing::check_key(&key).map_err(|e| e.to_string())?;
	Ok(OutputKey::Of(key))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Submitted {
	job: JobId,
	block: BlockNumber,
	/// Of a sealed job: what the chain knows of its input.
	#[serde(skip_serializing_if = "Option::is_none")]
	commitment: Option<Hash>,
	/// Of a sealed job: where its secret is. Not the secret.
	#[serde(skip_serializing_if = "Option::is_none")]
	secret_file: Option<PathBuf>,
}

/// A sealed job before it is dispatched.
struct Sealed {
	input: Zeroizing<Vec<u8>>,
	secret: JobSecret,
	file: PathBuf,
	output_key: Option<EncryptionKey>,
}

/// Dispatches.
pub async fn run(args: Submit, chain: &Chain, output: &Output) -> Result<()> {
	let signer = keypair(&args.suri)?;
	let mut constraints = args.constraints.clone().build()?;
	let mut sealed = if args.sealed { Some(prepare(&args, chain.genesis())?) } else { None };
	let input = match &sealed {
		Some(sealed) => {
			constraints.output_key = sealed.output_key;
			// Before the dispatch: whatever happens then, the salt is not lost.
			sealed.secret.create(&sealed.file)?;
			output.progress(format!("what has to be kept of it: {}", sealed.file.display()));
			sealed.secret.prepared.job_input()
		},
		None => read_input(&args)?,
	};
	let included = chain
		.submit(&signer, "JobDispatch", "dispatch", (&args.clause, input, constraints))
		.await?;
	if let Some(refused) = included.find("JobDispatch", "DispatchRefused") {
		return Err(Error::Refused {
			call: "JobDispatch.dispatch".into(),
			reason: format!("governance's filter turned it away: {}", refused.choice("reason")),
		});
	}
	let job = included.first::<JobId>("JobDispatch", "JobDispatched")?;
	output.progress(format!("job {job} dispatched in block {}", included.block));
	if let Some(sealed) = &mut sealed {
		sealed.secret.job = Some(job);
		sealed.secret.update(&sealed.file)?;
	}
	let submitted = Submitted {
		job,
		block: included.block,
		commitment: sealed.as_ref().map(|sealed| sealed.secret.prepared.commitment()),
		secret_file: sealed.as_ref().map(|sealed| sealed.file.clone()),
	};
	if !args.watch {
		output.result(&submitted, |submitted| format!("job {}", submitted.job));
		return Ok(());
	}
	match sealed {
		None => {
			watch::run(chain, output, job, args.patience, None).await?;
		},
		Some(Sealed { input, secret, .. }) => {
			let mut sealer = Sealer::new(&signer, secret, input, args.elsewhere);
			let ended = watch::follow(chain, output, job, args.patience, Some(&mut sealer)).await?;
			outcome::show_sealed(chain, output, &ended, &sealer.secret).await?;
		},
	}
	Ok(())
}

fn prepare(args: &Submit, genesis: Hash) -> Result<Sealed> {
	let input = Zeroizing::new(read_file(&args.input, MAX_SEALABLE_INPUT as u64)?);
	let prepared =
		concordat_sealing::prepare(&input).map_err(|e| Error::Argument(e.to_string()))?;
	let made = match &args.output_key {
		Some(OutputKey::New) => Some(secret::generate()?),
		_ => None,
	};
	let output_key = match (&args.output_key, &made) {
		(Some(OutputKey::Of(key)), _) => Some(*key),
		(_, made) => made.as_ref().map(|key| key.public()),
	};
	Ok(Sealed {
		input,
		secret: JobSecret { genesis, job: None, prepared, output: made },
		file: args.secret.clone().unwrap_or_else(|| secret::beside(&args.input)),
		output_key,
	})
}

/// The input, or what the chain has to know of it.
fn read_input(args: &Submit) -> Result<JobInput> {
	let Some(url) = &args.input_elsewhere else {
		let bytes = read_file(&args.input, MAX_INPUT_BYTES.into())?;
		let bytes =
			bytes.try_into().map_err(|_| Error::Argument("the input is too long".into()))?;
		return Ok(JobInput::Inline(bytes));
	};
	let bytes = read_file(&args.input, MAX_BODY_BYTES.into())?;
	let BodyId { hash, len, .. } = body_of(BodyKind::Input, &args.input, &bytes)?;
	Ok(JobInput::External { commitment: hash, len, location: location(url)? })
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use concordat_primitives::sealed::sealed_commitment;

	#[derive(Parser)]
	struct Command {
		#[command(flatten)]
		submit: Submit,
	}

	fn read(args: &[&str]) -> std::result::Result<Submit, clap::Error> {
		let head = ["submit", "WHO::DiseaseAlert@2.3", "--input", "in"];
		Command::try_parse_from(head.iter().chain(args)).map(|command| command.submit)
	}

	#[test]
	fn what_goes_with_sealing_alone_should_need_it() {
		for (wrong, right) in [
			(&["--secret", "s"][..], &["--sealed", "--secret", "s"][..]),
			(&["--output-key"], &["--sealed", "--output-key"]),
		] {
			assert!(read(wrong).is_err(), "{wrong:?}");
			assert!(read(right).is_ok(), "{right:?}");
		}
		assert!(read(&["--sealed", "--input-elsewhere", "https://a"]).is_err());
	}

	#[test]
	fn an_output_should_be_sealed_to_a_new_key_or_to_a_given_one() {
		assert_eq!(read(&["--sealed"]).unwrap().output_key, None);
		let new = read(&["--sealed", "--output-key", "--watch"]).unwrap();
		assert_eq!((new.output_key, new.watch), (Some(OutputKey::New), true));
		let key = secret::generate().unwrap().public();
		let of = read(&["--sealed", &format!("--output-key=0x{}", hex::encode(key))]).unwrap();
		assert_eq!(of.output_key, Some(OutputKey::Of(key)));
		// Too short, and a point that anybody could open.
		for wrong in ["0x00".to_string(), format!("0x{}", hex::encode([0; 32]))] {
			assert!(read(&["--sealed", &format!("--output-key={wrong}")]).is_err(), "{wrong}");
		}
	}

	#[test]
	fn a_sealed_job_should_commit_to_salt_and_input_and_keep_both_secret() {
		let dir = tempfile::tempdir().unwrap();
		let input = dir.path().join("rain.input");
		std::fs::write(&input, b"rain").unwrap();
		let mut args = read(&["--sealed", "--output-key"]).unwrap();
		args.input = input.clone();
		let sealed = prepare(&args, Hash::repeat_byte(1)).unwrap();
		let prepared = &sealed.secret.prepared;
		let JobInput::Sealed { commitment, len } = prepared.job_input() else { panic!() };
		assert_eq!(commitment, sealed_commitment(prepared.salt(), b"rain"));
		assert_eq!(len, 4);
		assert_eq!(sealed.file, secret::beside(&input));
		let made = sealed.secret.output.as_ref().unwrap();
		assert_eq!(sealed.output_key, Some(made.public()));

		let submitted = Submitted {
			job: 5,
			block: 9,
			commitment: Some(commitment),
			secret_file: Some(sealed.file.clone()),
		};
		let json = serde_json::to_string(&submitted).unwrap();
		assert!(json.contains("\"secretFile\"") && json.contains("\"commitment\""), "{json}");
		for secret in [hex::encode(prepared.salt()), hex::encode(made.expose())] {
			assert!(!json.contains(&secret));
		}
		let plain = Submitted { job: 5, block: 9, commitment: None, secret_file: None };
		assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"job":5,"block":9}"#);
	}
}
