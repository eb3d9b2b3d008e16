//! What a job asked for, and its bytes: from the chain, from files, or from elsewhere.

use crate::{
	chain::{one, Chain},
	commands::{job, read_file},
	error::{Error, Result},
	output::Output,
	reexecution::{Bodies, Order},
	secret::JobSecret,
};
use clap::Args;
use codec::{Decode, DecodeAll, Encode};
use concordat_finality::map_key;
use concordat_primitives::{
	clause::{ExecutionMode, ProgramLocation, ProgramRef, ResourceLimits, MAX_PROGRAM_BYTES},
	content::{BodyId, BodyKind, MAX_BODY_BYTES},
	hashing::NO_LINEAGE,
	job::JobInput,
	sealed::Salt,
	transcript::Transcript,
	views::{ClauseView, JobView},
	AccountId, CapabilityId, ClauseId, Hash, JobId,
};
use concordat_sealing::Zeroizing;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use std::{path::PathBuf, time::Duration};
use subxt::{
	dynamic,
	ext::scale_value::{Composite, Primitive, Value, ValueDef},
};

/// Longest wait for a body that is kept elsewhere.
const FETCH_PATIENCE: Duration = Duration::from_secs(30);
/// Pallet that keeps jobs.
const JOBS: &[u8] = b"JobDispatch";

fn wrong(what: impl Into<String>) -> Error {
	Error::Argument(what.into())
}

/// Where the bytes are.
#[derive(Args, Debug)]
pub struct Sources {
	/// The program, instead of what the chain has of it.
	#[arg(long, value_name = "FILE")]
	pub program: Option<PathBuf>,
	/// The input, instead of what the chain has of it. Of a job whose input was sealed: the plaintext; nobody can run it
	/// again without that.
	#[arg(long, value_name = "FILE")]
	pub input: Option<PathBuf>,
	/// Of a job whose input was sealed: what its requester kept of it. The salt is in there.
	#[arg(long, value_name = "FILE")]
	pub secret: Option<PathBuf>,
	/// Outputs that the job depends on, in the order of its lineage, instead of what the chain has of them.
	#[arg(long = "dependency", value_name = "FILE")]
	pub dependencies: Vec<PathBuf>,
	/// A directory in which bodies that the chain does not keep lie under their hashes (`concordat content put`).
	#[arg(long, value_name = "DIR")]
	pub content: Option<PathBuf>,
	/// Fetch what the chain does not keep from where it says that it is: an address that a stranger chose.
	#[arg(long)]
	pub fetch: bool,
	/// Run it with this program's engine, although the job was run by another.
	#[arg(long)]
	pub any_engine: bool,
}

/// The order that a transcript says there was.
fn order_said(said: &Transcript, sealed: bool, output_sealed: bool) -> Order {
	Order {
		genesis: said.genesis,
		job: said.job,
		clause: said.clause.clone(),
		program: said.program,
		input: said.input,
		lineage: said.lineage,
		limits: said.limits,
		sealed,
		output_sealed,
	}
}

/// Everything from files.
pub fn from_files(said: &Transcript, sources: &Sources) -> Result<(Order, Bodies)> {
	let given = |path: &Option<PathBuf>, limit: u32, what: &str| match path {
		Some(path) => read_file(path, limit.into()),
		None => Err(wrong(format!("without a node the {what} has to be given"))),
	};
	let bodies = Bodies {
		program: given(&sources.program, MAX_PROGRAM_BYTES, "program: --program")?,
		input: Zeroizing::new(given(&sources.input, MAX_BODY_BYTES, "input: --input")?),
		salt: salt_of(sources, said.genesis, said.job)?,
		dependencies: outputs_given(sources)?,
	};
	let sealed = bodies.salt.is_some();
	Ok((order_said(said, sealed, false), bodies))
}

fn salt_of(sources: &Sources, genesis: Hash, job: JobId) -> Result<Option<Zeroizing<Salt>>> {
	let Some(file) = &sources.secret else { return Ok(None) };
	let secret = JobSecret::read(file)?;
	secret.ensure_for(genesis, job)?;
	Ok(Some(Zeroizing::new(*secret.prepared.salt())))
}

fn outputs_given(sources: &Sources) -> Result<Vec<Vec<u8>>> {
	let limit = u64::from(BodyKind::Output.longest());
	sources.dependencies.iter().map(|path| read_file(path, limit)).collect()
}

/// Leading fields of the record that the chain keeps of what a job asks for: a format (`docs/light-client.md`, "Records"),
/// and the one behind them.
#[derive(Decode)]
#[cfg_attr(test, derive(Encode))]
pub(super) struct OrderHead {
	pub _requester: AccountId,
	pub clause: ClauseId,
	pub program: Hash,
	pub input: Hash,
	pub _capability: CapabilityId,
	pub _mode: ExecutionMode,
	pub limits: ResourceLimits,
	pub output_key: Option<[u8; 32]>,
	pub lineage: Hash,
	pub sealed: bool,
}

/// What a job asked for, out of the chain's record.
pub(super) fn order_of(genesis: Hash, job: JobId, record: &[u8]) -> Result<Order> {
	let head = OrderHead::decode(&mut &record[..]).map_err(|_| {
		wrong("a record of another form: this program and the chain differ in version")
	})?;
	Ok(Order {
		genesis,
		job,
		clause: head.clause,
		program: head.program,
		input: head.input,
		lineage: head.lineage,
		limits: head.limits,
		sealed: head.sealed,
		output_sealed: head.output_key.is_some(),
	})
}

/// What the chain keeps under a key.
async fn stored(chain: &Chain, key: &[u8]) -> Result<Option<Vec<u8>>> {
	let key = format!("0x{}", hex::encode(key));
	let found: Option<String> = chain.ask("state_getStorage", one(key)?).await?;
	found
		.map(|text| {
			hex::decode(text.trim_start_matches("0x")).map_err(|e| Error::Rpc {
				method: "state_getStorage".into(),
				reason: e.to_string(),
			})
		})
		.transpose()
}

/// Key of a program among the chain's preimages.
pub(super) fn preimage_key(program: &ProgramRef) -> Vec<u8> {
	let prefix = map_key(b"Preimage", b"PreimageFor", b"");
	// Its own hasher is the identity: without the eight bytes of the other's empty hash.
	let mut key = prefix.get(..32).unwrap_or_default().to_vec();
	(program.hash, program.len).encode_to(&mut key);
	key
}

/// What the job asked for, and its bytes.
pub async fn from_chain(
	chain: &Chain,
	id: JobId,
	sources: &Sources,
	output: &Output,
) -> Result<(Order, Bodies)> {
	let record = stored(chain, &map_key(JOBS, b"Orders", &id.encode())).await?;
	let record = record.ok_or_else(|| {
		Error::NotFound(format!("record of what job {id} asked for: it has been pruned"))
	})?;
	let input = match stored(chain, &map_key(JOBS, b"Inputs", &id.encode())).await? {
		Some(bytes) => Some(JobInput::decode_all(&mut &bytes[..]).map_err(|_| {
			wrong("an input of another form: this program and the chain differ in version")
		})?),
		None => None,
	};
	let order = order_of(chain.genesis(), id, &record)?;
	let bodies = Bodies {
		program: program_of(chain, &order, sources, output).await?,
		input: Zeroizing::new(input_of(&order, input, sources, output).await?),
		salt: salt_of(sources, order.genesis, id)?,
		dependencies: outputs_of(chain, &order, sources).await?,
	};
	Ok((order, bodies))
}

async fn program_of(
	chain: &Chain,
	order: &Order,
	sources: &Sources,
	output: &Output,
) -> Result<Vec<u8>> {
	if let Some(path) = &sources.program {
		return read_file(path, MAX_PROGRAM_BYTES.into());
	}
	let clause: Option<ClauseView> = chain.ask("concordat_clause", one(&order.clause)?).await?;
	let program = clause
		.map(|clause| clause.spec.program)
		.filter(|program| program.hash == order.program)
		.ok_or_else(|| wrong("the chain does not say any more where the program is: --program"))?;
	if let Some(bytes) = stored(chain, &preimage_key(&program)).await? {
		return Vec::<u8>::decode_all(&mut &bytes[..])
			.map_err(|_| wrong("a preimage that cannot be read: --program"));
	}
	let body = BodyId { kind: BodyKind::Program, hash: program.hash, len: program.len };
	let location = match program.location {
		ProgramLocation::Preimage => Vec::new(),
		ProgramLocation::External(location) => location.into_inner(),
	};
	elsewhere(&body, &location, sources, output, "--program").await
}

async fn input_of(
	order: &Order,
	input: Option<JobInput>,
	sources: &Sources,
	output: &Output,
) -> Result<Vec<u8>> {
	if let Some(path) = &sources.input {
		return read_file(path, MAX_BODY_BYTES.into());
	}
	match input {
		Some(JobInput::Inline(bytes)) => Ok(bytes.into_inner()),
		Some(JobInput::External { commitment, len, location }) => {
			let body = BodyId { kind: BodyKind::Input, hash: commitment, len };
			elsewhere(&body, &location, sources, output, "--input").await
		},
		Some(JobInput::Sealed { .. }) => Err(wrong(format!(
			"the input of job {} was sealed: only who has the plaintext and its salt can run it again, with --input and \
			 --secret",
			order.job
		))),
		None => Err(wrong(format!(
			"the chain does not keep the input of job {} any more: --input",
			order.job
		))),
	}
}

/// A body that the chain names and does not keep.
pub(super) async fn elsewhere(
	body: &BodyId,
	location: &[u8],
	sources: &Sources,
	output: &Output,
	flag: &str,
) -> Result<Vec<u8>> {
	if let Some(dir) = &sources.content {
		let path = dir.join(body.file_name());
		if path.exists() {
			let bytes = read_file(&path, body.kind.longest().into())?;
			return named(body, bytes, &path.display().to_string());
		}
	}
	let location = String::from_utf8_lossy(location).into_owned();
	if !sources.fetch || location.is_empty() {
		let place = if location.is_empty() { "no place is named".into() } else { location };
		return Err(wrong(format!(
			"the chain does not keep the {body} ({place}): {flag} FILE, --content DIR, or --fetch"
		)));
	}
	output.progress(format!("fetching the {body} from {location}"));
	named(body, fetch(&location, body.kind.longest()).await?, &location)
}

fn named(body: &BodyId, bytes: Vec<u8>, place: &str) -> Result<Vec<u8>> {
	if body.names(&bytes) {
		return Ok(bytes);
	}
	Err(wrong(format!("{place} has {} bytes that are not the {body}", bytes.len())))
}

/// One plain HTTP request.
pub(super) async fn fetch(location: &str, limit: u32) -> Result<Vec<u8>> {
	let failed = |reason: String| wrong(format!("{location}: {reason}"));
	let uri: hyper::Uri = location.parse().map_err(|_| failed("not an address".into()))?;
	if uri.scheme_str() != Some("http") {
		return Err(failed(
			"only http is fetched here: fetch it yourself and give the file".into(),
		));
	}
	let exchange = async {
		let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
		let response = client.get(uri).await.map_err(|e| failed(e.to_string()))?;
		if !response.status().is_success() {
			return Err(failed(response.status().to_string()));
		}
		let body = Limited::new(response.into_body(), limit as usize).collect().await;
		Ok(body.map_err(|e| failed(e.to_string()))?.to_bytes().to_vec())
	};
	tokio::time::timeout(FETCH_PATIENCE, exchange)
		.await
		.map_err(|_| failed("no answer in time".into()))?
}

/// Outputs that the job depends on, in the order of its lineage.
async fn outputs_of(chain: &Chain, order: &Order, sources: &Sources) -> Result<Vec<Vec<u8>>> {
	if !sources.dependencies.is_empty() || order.lineage == NO_LINEAGE {
		return outputs_given(sources);
	}
	let failed = |reason: String| Error::Rpc { method: "JobDispatch.Orders".into(), reason };
	let at = chain.api.at_current_block().await.map_err(|e| failed(e.to_string()))?;
	let address = dynamic::storage::<(u64,), Value>("JobDispatch", "Orders");
	let record = at
		.storage()
		.try_fetch(address, (order.job,))
		.await
		.map_err(|e| failed(e.to_string()))?
		.ok_or_else(|| Error::NotFound(format!("record of job {}", order.job)))?
		.decode()
		.map_err(|e| failed(e.to_string()))?;
	let mut outputs = Vec::new();
	for dependency in numbers_of(record, "dependencies") {
		let view = job::fetch(chain, dependency).await.ok();
		let bytes = view.as_ref().and_then(output_of).ok_or_else(|| {
			wrong(format!(
				"the output of job {dependency}, on which it depends, is not on chain: --dependency, once for each"
			))
		})?;
		outputs.push(bytes);
	}
	Ok(outputs)
}

/// The output of a job, if it lies on chain for all to read. Whether it is the right one, the lineage says.
fn output_of(job: &JobView) -> Option<Vec<u8>> {
	let text = job.result.as_ref()?.output.as_deref()?;
	hex::decode(text.trim_start_matches("0x")).ok()
}

/// The numbers in a field of a record.
pub(super) fn numbers_of<T>(record: Value<T>, field: &str) -> Vec<u64> {
	fn collect<T>(value: Value<T>, into: &mut Vec<u64>) {
		match value.value {
			ValueDef::Primitive(Primitive::U128(number)) => {
				into.extend(u64::try_from(number).ok());
			},
			ValueDef::Composite(Composite::Unnamed(values)) => {
				values.into_iter().for_each(|value| collect(value, into));
			},
			_ => {},
		}
	}
	let mut numbers = Vec::new();
	if let ValueDef::Composite(Composite::Named(fields)) = record.value {
		for (_, value) in fields.into_iter().filter(|(name, _)| name == field) {
			collect(value, &mut numbers);
		}
	}
	numbers
}
