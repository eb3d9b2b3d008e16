//! `concordat job submit | seal | watch | result | key`.

mod outcome;
mod seal;
mod submit;
mod watch;

pub use outcome::text_of;

use crate::{
	chain::{one, Chain},
	error::{Error, Result},
	output::Output,
	secret,
};
use clap::Subcommand;
use concordat_primitives::{views::JobView, JobId};
use serde::Serialize;
use std::path::PathBuf;

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum JobCommand {
	/// Dispatch a job.
	Submit(Box<submit::Submit>),
	/// Hand in the input of a job that was submitted with `--sealed`, sealed to the enclaves that got it.
	///
	/// Whose keys it is sealed to is what the node says that `--url` names: ask one of your own, or several that are not
	/// in league (`--witness`).
	Seal(seal::Seal),
	/// Follow a job until it has ended and its receipt is in a rollup.
	Watch {
		/// Number of the job.
		id: JobId,
		/// Seconds to wait at most.
		#[arg(long, default_value_t = 180)]
		patience: u64,
	},
	/// Print what came out.
	Result(outcome::Print),
	/// Make a key that outputs can be sealed to; prints its public half.
	Key {
		/// New file for the secret half. Nobody else will be able to read it.
		file: PathBuf,
	},
}

/// Runs a verb.
pub async fn run(command: JobCommand, url: &str, output: &Output) -> Result<()> {
	if let JobCommand::Key { file } = command {
		return key(file, output);
	}
	let chain = Chain::connect(url).await?;
	match command {
		JobCommand::Submit(args) => submit::run(*args, &chain, output).await,
		JobCommand::Seal(args) => seal::run(args, &chain, output).await,
		JobCommand::Watch { id, patience } => {
			// A number that was never given out is refused at once.
			fetch(&chain, id).await?;
			watch::run(&chain, output, id, patience, None).await
		},
		JobCommand::Result(args) => outcome::run(args, &chain, output).await,
		JobCommand::Key { .. } => Ok(()),
	}
}

/// Reads a job.
pub async fn fetch(chain: &Chain, id: JobId) -> Result<JobView> {
	let view: Option<JobView> = chain.ask("concordat_job", one(id)?).await?;
	view.ok_or_else(|| Error::NotFound(format!("job {id}")))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewKey {
	public: String,
	secret_file: PathBuf,
}

fn key(file: PathBuf, output: &Output) -> Result<()> {
	let public = secret::new_key(&file)?;
	let made = NewKey { public: format!("0x{}", hex::encode(public)), secret_file: file };
	output.progress(format!("the secret half is in {}", made.secret_file.display()));
	output.result(&made, |made| made.public.clone());
	Ok(())
}
