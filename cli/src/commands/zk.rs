//! `concordat zk import-vk | import-proof | setup | prove | verify | binding | submit | show`.

use super::{clause::clause_id, job, read_file, write_file};
use crate::{
	chain::{keypair, Chain},
	error::{Error, Result},
	output::{cdt, Output},
	secret,
	zk::{
		self,
		files::{told, Key, Proof},
		on_curve, prove,
		r1cs::{self, R1cs},
		statement::StatementArgs,
		wtns, Bad, Groth,
	},
};
use clap::{Args, Subcommand};
use codec::Decode;
use concordat_primitives::{
	hashing::output_hash,
	zk::{output_of, vk_id, Curve, FieldBytes, KeyBytes, Statement, VkId},
	AccountId, Attempt, Balance, BlockNumber, ClauseId, Hash, JobId,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use subxt::{
	dynamic,
	ext::scale_value::{Composite, Value, ValueDef},
};

/// The pallet of verifying keys.
const PALLET: &str = "ZkVerifiers";
/// The pallet that takes proofs.
const JUDGE: &str = "QuorumResults";

/// Said to whoever makes keys alone.
const WARNING: &str = "whoever ran this setup, or learns its randomness, can forge proofs: for development alone. Keys that \
	others rely on come out of a ceremony of several parties";

/// Verbs.
#[derive(Subcommand, Debug)]
pub enum ZkCommand {
	/// Convert a verifying key of snarkjs to the chain's encoding, check it, and register it.
	ImportVk(ImportVk),
	/// Convert a proof of snarkjs to the chain's encoding.
	ImportProof(ImportProof),
	/// Make the keys of a circuit alone, for development. WHOEVER RUNS IT CAN FORGE PROOFS.
	Setup(Setup),
	/// Prove that a witness meets a circuit, with a key of `zk setup`.
	Prove(Prove),
	/// Check a proof without a chain.
	Verify(Verify),
	/// Print what binds a proof to a job: its public input 0, which the witness is made with.
	Binding(Binding),
	/// Hand in the proof of a job, after checking it.
	Submit(Submit),
	/// Show the verifying key of a clause.
	Show {
		/// Clause and version.
		#[arg(value_parser = clause_id)]
		clause: ClauseId,
	},
}

/// Which key, and what becomes of it.
#[derive(Args, Debug)]
pub struct ImportVk {
	/// The `verification_key.json` of snarkjs, or a key of this program.
	key: PathBuf,
	/// Its circuit: refuse the key unless the circuit has as many public signals and constrains the binding.
	#[arg(long, value_name = "FILE")]
	r1cs: Option<PathBuf>,
	/// Where to write the key in this program's format.
	#[arg(long, value_name = "FILE")]
	out: Option<PathBuf>,
	/// Register it for this clause and version.
	#[arg(long, value_parser = clause_id)]
	clause: Option<ClauseId>,
	/// Secret of the clause's owner, whose deposit is held.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// Which proof.
#[derive(Args, Debug)]
pub struct ImportProof {
	/// The `proof.json` of snarkjs.
	proof: PathBuf,
	/// Its `public.json`.
	#[arg(long, value_name = "FILE")]
	public: PathBuf,
	/// Where to write the proof in this program's format.
	#[arg(long, value_name = "FILE")]
	out: Option<PathBuf>,
}

/// Which circuit, and where its keys go.
#[derive(Args, Debug)]
pub struct Setup {
	/// The circuit, as circom writes it.
	#[arg(long, value_name = "FILE")]
	r1cs: PathBuf,
	/// Where to write the proving key.
	#[arg(long, value_name = "FILE")]
	pk: PathBuf,
	/// Where to write the verifying key.
	#[arg(long, value_name = "FILE")]
	out: PathBuf,
}

/// What is proven, with which key.
#[derive(Args, Debug)]
pub struct Prove {
	/// The circuit, as circom writes it.
	#[arg(long, value_name = "FILE")]
	r1cs: PathBuf,
	/// The witness, as circom's programs write it.
	#[arg(long, value_name = "FILE")]
	witness: PathBuf,
	/// The proving key of `zk setup`.
	#[arg(long, value_name = "FILE")]
	pk: PathBuf,
	/// Where to write the proof.
	#[arg(long, value_name = "FILE")]
	out: Option<PathBuf>,
}

/// What is checked against what.
#[derive(Args, Debug)]
pub struct Verify {
	/// The verifying key, of this program or of snarkjs.
	#[arg(long, value_name = "FILE")]
	key: PathBuf,
	/// The proof, of this program or of snarkjs.
	#[arg(long, value_name = "FILE")]
	proof: PathBuf,
	/// The inputs of a proof of snarkjs.
	#[arg(long, value_name = "FILE")]
	public: Option<PathBuf>,
	#[command(flatten)]
	statement: StatementArgs,
	/// Check the proof with the input 0 that it came with. Says nothing about any job.
	#[arg(long, conflicts_with_all = ["statement", "genesis"])]
	unbound: bool,
}

/// Whose binding.
#[derive(Args, Debug)]
pub struct Binding {
	/// The job, to ask the chain about. Or name a statement.
	#[arg(conflicts_with_all = ["statement", "genesis"])]
	id: Option<JobId>,
	/// A JSON list with the numbers of the output, decimal or 32 bytes in hex.
	#[arg(long, value_name = "FILE", conflicts_with = "output")]
	publics: Option<PathBuf>,
	/// Or the output itself, in hex: 32 bytes for each number.
	#[arg(long, value_name = "HEX", value_parser = output_bytes)]
	output: Option<OutputBytes>,
	/// The curve; of a job, that of its clause's key unless said otherwise.
	#[arg(long, value_parser = zk::curve)]
	curve: Option<Curve>,
	#[command(flatten)]
	statement: StatementArgs,
}

/// Which proof of which job.
#[derive(Args, Debug)]
pub struct Submit {
	/// The job.
	id: JobId,
	/// The proof, of this program or of snarkjs.
	#[arg(long, value_name = "FILE")]
	proof: PathBuf,
	/// The inputs of a proof of snarkjs.
	#[arg(long, value_name = "FILE")]
	public: Option<PathBuf>,
	/// Secret of who hands it in. Nothing is paid for a proof that is taken.
	#[arg(long, env = "CONCORDAT_SURI", default_value = "//Alice", hide_env_values = true)]
	suri: String,
}

/// An output, cut into numbers.
#[derive(Clone, Debug)]
struct OutputBytes(Vec<FieldBytes>);

fn output_bytes(text: &str) -> std::result::Result<OutputBytes, String> {
	let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|e| e.to_string())?;
	let (numbers, rest) = bytes.as_chunks::<32>();
	if rest.is_empty() {
		Ok(OutputBytes(numbers.to_vec()))
	} else {
		Err(format!("{} bytes are not a number of times 32", bytes.len()))
	}
}

/// Runs a verb.
pub async fn run(command: ZkCommand, url: &str, output: &Output) -> Result<()> {
	match command {
		ZkCommand::ImportVk(args) => import_vk(args, url, output).await,
		ZkCommand::ImportProof(args) => {
			let proof = Proof::read(&args.proof, Some(&args.public))?;
			deliver(&proof, args.out.as_deref(), output, Proof::describe)
		},
		ZkCommand::Setup(args) => setup(args, output),
		ZkCommand::Prove(args) => prove(args, output),
		ZkCommand::Verify(args) => verify(args, output),
		ZkCommand::Binding(args) => binding(args, url, output).await,
		ZkCommand::Submit(args) => submit(args, url, output).await,
		ZkCommand::Show { clause } => {
			let chain = Chain::connect(url).await?;
			let view = verifier(&chain, &clause).await?;
			output.result(&view, describe);
			Ok(())
		},
	}
}

/// Writes a file if one was named, and prints.
fn deliver<T: Serialize>(
	made: &T,
	out: Option<&Path>,
	output: &Output,
	text: impl FnOnce(&T) -> String,
) -> Result<()> {
	if let Some(path) = out {
		let json = serde_json::to_vec_pretty(made).map_err(|e| Error::Argument(e.to_string()))?;
		write_file(path, &json)?;
		output.progress(format!("written to {}", path.display()));
	}
	output.result(made, text);
	Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered<'a> {
	clause: &'a ClauseId,
	block: BlockNumber,
	#[serde(flatten)]
	key: &'a Key,
}

async fn import_vk(args: ImportVk, url: &str, output: &Output) -> Result<()> {
	let key = Key::read(&args.key)?;
	if let Some(path) = &args.r1cs {
		fits(&key, path)?;
	}
	let Some(clause) = &args.clause else {
		return deliver(&key, args.out.as_deref(), output, Key::describe);
	};
	if let Some(path) = &args.out {
		let json = serde_json::to_vec_pretty(&key).map_err(|e| Error::Argument(e.to_string()))?;
		write_file(path, &json)?;
	}
	let chain = Chain::connect(url).await?;
	let call = (clause, key.curve, &key.key);
	let included = chain.submit(&keypair(&args.suri)?, PALLET, "register", call).await?;
	let registered = Registered { clause, block: included.block, key: &key };
	output.result(&registered, |made| {
		format!("{}\n  registered   for {clause} in block {}", made.key.describe(), made.block)
	});
	Ok(())
}

/// Whether a key can be that of a circuit, and the circuit one of a clause.
fn fits(key: &Key, path: &Path) -> Result<()> {
	fn publics<E: Groth>(bytes: &[u8]) -> std::result::Result<u32, Bad> {
		let circuit = r1cs::read::<E>(bytes)?;
		circuit.check()?;
		Ok(circuit.publics)
	}
	let bytes = read_file(path, r1cs::MAX_FILE)?;
	let found = on_curve!(key.curve, publics(&bytes)).map_err(|bad| told(path, bad))?;
	if found == key.inputs {
		return Ok(());
	}
	Err(told(
		path,
		Bad::Numbers(format!("it has {found} public signals, and the key has {}", key.inputs)),
	))
}

/// Randomness that nobody else has.
fn seed() -> Result<[u8; 32]> {
	Ok(*secret::generate()?.expose())
}

/// Reads a circuit of its own curve and checks that it can be one of a clause.
fn circuit<E: Groth>(path: &Path, bytes: &[u8]) -> Result<R1cs<E::Scalar>> {
	let circuit = r1cs::read::<E>(bytes).map_err(|bad| told(path, bad))?;
	circuit.check().map_err(|bad| told(path, bad))?;
	Ok(circuit)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made<'a> {
	warning: &'static str,
	constraints: usize,
	proving_key: &'a Path,
	#[serde(flatten)]
	key: &'a Key,
}

fn setup(args: Setup, output: &Output) -> Result<()> {
	fn keys<E: Groth>(path: &Path, bytes: &[u8], seed: &[u8; 32]) -> Result<(usize, prove::Keys)> {
		let circuit = circuit::<E>(path, bytes)?;
		let keys = prove::setup::<E>(bytes, &circuit, seed).map_err(|bad| told(path, bad))?;
		Ok((circuit.constraints.len(), keys))
	}
	// Whoever asks for JSON is told, too.
	eprintln!("WARNING: {WARNING}.");
	let bytes = read_file(&args.r1cs, r1cs::MAX_FILE)?;
	let curve = r1cs::curve_of(&bytes).map_err(|bad| told(&args.r1cs, bad))?;
	let (constraints, keys) = on_curve!(curve, keys(&args.r1cs, &bytes, &seed()?))?;
	let key = Key::new(curve, keys.verifying).map_err(|bad| told(&args.r1cs, bad))?;
	write_file(&args.pk, &keys.proving)?;
	let json = serde_json::to_vec_pretty(&key).map_err(|e| Error::Argument(e.to_string()))?;
	write_file(&args.out, &json)?;
	let made = Made { warning: WARNING, constraints, proving_key: &args.pk, key: &key };
	output.result(&made, |made| format!("{}\n  constraints  {constraints}", made.key.describe()));
	Ok(())
}

fn prove(args: Prove, output: &Output) -> Result<()> {
	fn proven<E: Groth>(args: &Prove, bytes: &[u8], key: &[u8]) -> Result<prove::Proven> {
		let circuit = circuit::<E>(&args.r1cs, bytes)?;
		let witness = wtns::read::<E>(&read_file(&args.witness, r1cs::MAX_FILE)?, circuit.wires)
			.map_err(|bad| told(&args.witness, bad))?;
		prove::prove::<E>(bytes, &circuit, &witness, key, &seed()?)
			.map_err(|bad| Error::Argument(bad.to_string()))
	}
	let bytes = read_file(&args.r1cs, r1cs::MAX_FILE)?;
	let curve = r1cs::curve_of(&bytes).map_err(|bad| told(&args.r1cs, bad))?;
	let key = read_file(&args.pk, prove::MAX_KEY_FILE)?;
	let proven = on_curve!(curve, proven(&args, &bytes, &key))?;
	output.progress(format!("under the key {:?}", vk_id(curve, &proven.verifying)));
	let proof = Proof::new(curve, &proven.inputs, proven.proof)
		.map_err(|bad| Error::Argument(bad.to_string()))?;
	deliver(&proof, args.out.as_deref(), output, Proof::describe)
}

/// What was verified.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified<'a> {
	valid: bool,
	curve: Curve,
	key: VkId,
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	binding: FieldBytes,
	output: Hash,
	/// What it is bound to; `None`: to nothing that was asked for.
	statement: Option<&'a Statement>,
}

fn verify(args: Verify, output: &Output) -> Result<()> {
	let key = Key::read(&args.key)?;
	let proof = Proof::read(&args.proof, args.public.as_deref())?;
	let statement = args.statement.read(&proof.publics())?;
	if statement.is_none() && !args.unbound {
		return Err(Error::Argument(
			"say which job the proof has to be of (--statement, or --genesis and the other fields), or --unbound".into(),
		));
	}
	check(&key, &proof, statement.as_ref())?;
	let verified = Verified {
		valid: true,
		curve: key.curve,
		key: key.id,
		binding: proof.binding,
		output: proof.output,
		statement: statement.as_ref(),
	};
	output.result(&verified, |verified| {
		let bound = match verified.statement {
			Some(statement) => {
				format!(
					"job {}, attempt {} of {}",
					statement.job, statement.attempt, statement.clause
				)
			},
			None => "no job: its input 0 was taken as it came".into(),
		};
		format!("the proof holds\n  key          {:?}\n  bound to     {bound}", verified.key)
	});
	Ok(())
}

/// Verifies a proof as the chain does. With a statement, its binding is computed, whatever the proof came with.
fn check(key: &Key, proof: &Proof, statement: Option<&Statement>) -> Result<()> {
	if key.curve != proof.curve {
		return Err(Error::Evidence(format!(
			"the proof is over {}, and the key over {}",
			zk::name(proof.curve),
			zk::name(key.curve)
		)));
	}
	let mut inputs = proof.inputs();
	if let Some(statement) = statement {
		let bound = zk::binding(key.curve, &statement.digest());
		if bound != proof.binding {
			return Err(Error::Evidence(format!(
				"the proof was made for another job: its input 0 is 0x{}, and this job's is 0x{}",
				hex::encode(proof.binding),
				hex::encode(bound)
			)));
		}
		if let Some(first) = inputs.first_mut() {
			*first = bound;
		}
	}
	zk::verify(key.curve, &key.key, &inputs, &proof.proof)
		.map_err(|bad| Error::Evidence(bad.to_string()))
}

/// What binds a proof to a job.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bound {
	curve: Curve,
	/// Input 0.
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	binding: FieldBytes,
	/// The same as circom and snarkjs read it.
	decimal: String,
	/// The other inputs, as they read them.
	publics: Vec<String>,
	digest: Hash,
	statement: Statement,
}

async fn binding(args: Binding, url: &str, output: &Output) -> Result<()> {
	let chain = match args.id {
		Some(_) => Some(Chain::connect(url).await?),
		None => None,
	};
	let facts = match (&chain, args.id) {
		(Some(chain), Some(id)) => Some(Facts::of(chain, id).await?),
		_ => None,
	};
	let curve = match (args.curve, &chain, &facts) {
		(Some(curve), ..) => curve,
		(None, Some(chain), Some(facts)) => verifier(chain, &facts.clause).await?.curve,
		_ => return Err(Error::Argument("name the curve: --curve bn254 or bls12381".into())),
	};
	let publics = match (&args.publics, args.output) {
		(Some(path), _) => zk::files::publics_of(path, curve)?,
		(None, Some(OutputBytes(numbers))) => numbers,
		(None, None) => {
			return Err(Error::Argument(
				"the binding is one with an output: name it with --publics or --output".into(),
			))
		},
	};
	let statement = match facts {
		Some(facts) => facts.statement(&publics),
		None => args.statement.read(&publics)?.ok_or_else(|| {
			Error::Argument("name a job, or a statement with --statement or its fields".into())
		})?,
	};
	let digest = statement.digest();
	let binding = zk::binding(curve, &digest);
	let publics = publics.iter().map(zk::decimal_text).collect();
	let decimal = zk::decimal_text(&binding);
	let bound = Bound { curve, binding, decimal, publics, digest, statement };
	output.result(&bound, |bound| {
		format!(
			"0x{}\n  decimal      {}\n  curve        {}\n  job          {}, attempt {} of {}\n  output       {:?}",
			hex::encode(bound.binding),
			bound.decimal,
			zk::name(bound.curve),
			bound.statement.job,
			bound.statement.attempt,
			bound.statement.clause,
			bound.statement.output,
		)
	});
	Ok(())
}

/// What the chain says of a job, as far as a statement names it.
struct Facts {
	genesis: Hash,
	clause: ClauseId,
	program: Hash,
	input: Hash,
	job: JobId,
	attempt: Attempt,
}

impl Facts {
	async fn of(chain: &Chain, id: JobId) -> Result<Self> {
		let view = job::fetch(chain, id).await?;
		let attempt = round(chain, id).await?;
		if attempt == 0 {
			return Err(Error::NotFound(format!("round of job {id} yet: nobody has been asked")));
		}
		Ok(Self {
			genesis: chain.genesis(),
			clause: view.clause,
			program: view.program,
			input: view.input,
			job: id,
			attempt,
		})
	}

	fn statement(self, publics: &[FieldBytes]) -> Statement {
		let Self { genesis, clause, program, input, job, attempt } = self;
		let output = output_hash(&output_of(publics));
		Statement { genesis, clause, program, input, output, job, attempt }
	}
}

/// The attempt of a job's present round, which no view of the chain shows.
async fn round(chain: &Chain, id: JobId) -> Result<Attempt> {
	let failed = |reason: String| Error::Rpc { method: "JobDispatch.Jobs".into(), reason };
	let at = chain.api.at_current_block().await.map_err(|e| failed(e.to_string()))?;
	let address = dynamic::storage::<(u64,), Value>("JobDispatch", "Jobs");
	let record = at
		.storage()
		.try_fetch(address, (id,))
		.await
		.map_err(|e| failed(e.to_string()))?
		.ok_or_else(|| Error::NotFound(format!("record of job {id}")))?
		.decode()
		.map_err(|e| failed(e.to_string()))?;
	round_of(record).ok_or_else(|| failed("a record of another form".into()))
}

fn round_of(record: Value<()>) -> Option<Attempt> {
	let ValueDef::Composite(Composite::Named(fields)) = record.value else { return None };
	let (_, round) = fields.into_iter().find(|(name, _)| name == "round")?;
	round.as_u128()?.try_into().ok()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Submitted {
	job: JobId,
	block: BlockNumber,
	key: VkId,
	output: Hash,
}

async fn submit(args: Submit, url: &str, output: &Output) -> Result<()> {
	let signer = keypair(&args.suri)?;
	let proof = Proof::read(&args.proof, args.public.as_deref())?;
	let chain = Chain::connect(url).await?;
	let facts = Facts::of(&chain, args.id).await?;
	let view = verifier(&chain, &facts.clause).await?;
	let key = Key::new(view.curve, view.key.to_vec())
		.map_err(|bad| Error::Argument(format!("the key of {}: {bad}", view.clause)))?;
	// A proof that does not hold costs its fee: better to know before.
	check(&key, &proof, Some(&facts.statement(&proof.publics())))?;
	let call = (args.id, proof.bounded()?, &proof.proof);
	let included = chain.submit(&signer, JUDGE, "submit_proof", call).await?;
	let made =
		Submitted { job: args.id, block: included.block, key: view.id, output: proof.output };
	output.result(&made, |made| {
		format!(
			"the proof of job {} was accepted in block {}\n  output       {:?}",
			made.job, made.block, made.output
		)
	});
	Ok(())
}

/// A key, as the chain shows it.
#[derive(Decode, Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
	clause: ClauseId,
	id: VkId,
	curve: Curve,
	inputs: u32,
	depositor: AccountId,
	#[serde(with = "concordat_primitives::text::decimal")]
	deposit: Balance,
	registered_at: BlockNumber,
	switches: Switches,
	curve_enabled: bool,
	#[serde(with = "concordat_primitives::text::hex_bytes")]
	key: KeyBytes,
}

/// Its switches.
#[derive(Decode, Serialize)]
struct Switches {
	owner: bool,
	governance: bool,
}

async fn verifier(chain: &Chain, clause: &ClauseId) -> Result<View> {
	let view: Option<View> = chain.view(PALLET, "verifier", (clause,)).await?;
	view.ok_or_else(|| Error::NotFound(format!("verifying key of {clause}")))
}

fn describe(view: &View) -> String {
	let switches = [
		(view.switches.owner, "its owner"),
		(view.switches.governance, "governance"),
		(view.curve_enabled, "the switch of its curve"),
	];
	let off: Vec<&str> = switches.iter().filter(|(on, _)| !on).map(|(_, who)| *who).collect();
	[
		format!("verifying key {:?} of {}", view.id, view.clause),
		match off.is_empty() {
			true => "  status       in use".into(),
			false => format!("  status       switched off by {}", off.join(", ")),
		},
		format!("  curve        {}", zk::name(view.curve)),
		format!("  inputs       {}, the binding among them", view.inputs),
		format!("  deposit      {} of {}", cdt(view.deposit), view.depositor),
		format!("  since        block {}", view.registered_at),
	]
	.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn an_output_should_be_cut_into_numbers() {
		let two = format!("0x{}{}", "01".repeat(32), "02".repeat(32));
		assert_eq!(output_bytes(&two).unwrap().0, [[1; 32], [2; 32]]);
		assert_eq!(output_bytes("").unwrap().0, [[0u8; 32]; 0]);
		for wrong in ["0x01", "0x0", "zz", &format!("{two}00")] {
			assert!(output_bytes(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn the_round_of_a_job_should_be_found_by_its_name() {
		let field = |name: &str, value| (name.to_string(), Value::u128(value));
		let record = |fields: Vec<(String, Value<()>)>| Value::named_composite(fields);
		assert_eq!(round_of(record(vec![field("attempts", 5), field("round", 4)])), Some(4));
		assert_eq!(round_of(record(vec![field("attempts", 5)])), None);
		assert_eq!(round_of(record(vec![field("round", 1 << 40)])), None);
		assert_eq!(round_of(Value::u128(4)), None);
	}

	#[test]
	fn a_view_should_be_read_as_the_chain_writes_it() {
		let clause = ClauseId::parse("WHO::Rain@1.0").unwrap();
		let (id, owner) = (Hash::repeat_byte(1), AccountId::new([2; 32]));
		let key = KeyBytes::try_from(vec![1, 2, 3]).unwrap();
		// The order of the pallet's own view.
		let bytes =
			(&clause, id, Curve::Bn254, 4u32, &owner, 7u128, 9u32, (true, false), true, &key)
				.encode();
		let view = View::decode(&mut &bytes[..]).unwrap();
		assert_eq!((view.inputs, view.deposit, view.registered_at), (4, 7, 9));
		let json = serde_json::to_value(&view).unwrap();
		assert_eq!(json["curve"], "bn254");
		assert_eq!(json["key"], "0x010203");
		assert!(describe(&view).contains("switched off by governance\n"));
	}
}
