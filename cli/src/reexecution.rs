//! Running a job again: the engine of the enclaves, in the auditor's own process (DESIGN §7, §11).
//!
//! Nothing here asks a chain. What the chain says of a job comes in as an [`Order`], the bytes as [`Bodies`], which are
//! checked against it before anything runs; what comes out is a [`Rerun`], a [`Transcript`] of it, and what of it differs
//! from the certificates.
//!
//! **What has to be the same.** The engine is deterministic: output or failure, fuel, peak of the memory, bytes read and
//! written and calls of the import ABI are the same on every machine, if engine and version are. Time is not: a job that
//! ran out of time says nothing about its result, neither there nor here. So the re-execution has the most time that any
//! clause can have, and whoever does not finish in that has no transcript.

use crate::error::{Error, Result};
use concordat_enclave::engine::{
	ClauseEngine, EngineBounds, Execution, Input, Report, ENGINE, THREAD_STACK,
};
use concordat_primitives::{
	cac::{CacV1, Engine, FailureCode, ResourceUsage},
	clause::ResourceLimits,
	hashing::{input_commitment, lineage, output_hash, program_hash},
	sealed::{blinded_output_hash, sealed_commitment, Salt},
	transcript::Transcript,
	Attempt, ClauseId, Hash, JobId, NodeId,
};
use concordat_sealing::Zeroizing;
use serde::{Deserialize, Serialize};
use std::{thread, time::Duration};

/// Longest time for the compilation of a program.
const COMPILE_TIME: Duration = Duration::from_secs(120);

/// What a job asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// Job.
	pub job: JobId,
	/// Clause and version.
	pub clause: ClauseId,
	/// Program.
	pub program: Hash,
	/// Commitment to the input.
	pub input: Hash,
	/// Hash over the outputs that it depends on.
	pub lineage: Hash,
	/// What the execution was allowed to use.
	pub limits: ResourceLimits,
	/// The input was sealed: the commitment is salted.
	pub sealed: bool,
	/// The output was sealed: its hash is salted.
	pub output_sealed: bool,
}

/// The bytes of a job.
pub struct Bodies {
	/// The program.
	pub program: Vec<u8>,
	/// The input, in the clear.
	pub input: Zeroizing<Vec<u8>>,
	/// What a sealed input was salted with.
	pub salt: Option<Zeroizing<Salt>>,
	/// Outputs that the job depends on, in the order of its lineage.
	pub dependencies: Vec<Vec<u8>>,
}

/// What came out of a re-execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rerun {
	/// Hash of the output as nodes would sign it, or the failure.
	pub outcome: std::result::Result<Hash, FailureCode>,
	/// What it used; the processor time is this machine's.
	pub usage: ResourceUsage,
	/// The output.
	pub output: Option<Zeroizing<Vec<u8>>>,
}

fn wrong(what: String) -> Error {
	Error::Argument(what)
}

/// Engine and version in words.
pub fn name_of(engine: &Engine) -> String {
	let (major, minor, patch) = engine.version;
	format!("{:?} {major}.{minor}.{patch}", engine.kind)
}

/// Refuses another engine than the one that ran the job, unless the auditor says so.
pub fn ensure_engine(named: &Engine, any: bool) -> Result<()> {
	if *named == ENGINE || any {
		return Ok(());
	}
	Err(wrong(format!(
		"the job was run by {}, and this program has {}: another engine may count fuel otherwise. Use the release of this \
		 program with that engine, or compare all the same with --any-engine",
		name_of(named),
		name_of(&ENGINE)
	)))
}

impl Order {
	/// Refuses bytes that are not those of the job.
	pub fn check(&self, bodies: &Bodies) -> Result<()> {
		let not = |what: &str, found: Hash, named: Hash| {
			Err(wrong(format!("this is not the {what} of the job: it is {found:?}, not {named:?}")))
		};
		let program = program_hash(&bodies.program);
		if program != self.program {
			return not("program", program, self.program);
		}
		let input = match (self.sealed, &bodies.salt) {
			(false, _) => input_commitment(&bodies.input),
			(true, Some(salt)) => sealed_commitment(salt, &bodies.input),
			(true, None) => {
				return Err(wrong(
					"the input of this job was sealed: only who has the plaintext and its salt can run it again, with \
					 --input and --secret"
						.into(),
				))
			},
		};
		if input != self.input {
			return not("input", input, self.input);
		}
		let hashes: Vec<Hash> =
			bodies.dependencies.iter().map(|output| output_hash(output)).collect();
		let found = lineage(&hashes);
		if found != self.lineage {
			return not("list of outputs that it depends on", found, self.lineage);
		}
		if self.output_sealed && bodies.salt.is_none() {
			return Err(wrong(
				"the output of this job was sealed: its salt is needed, --secret".into(),
			));
		}
		Ok(())
	}
}

/// An engine with time enough for an audit.
pub fn engine() -> Result<ClauseEngine> {
	let bounds = EngineBounds { compile_time: COMPILE_TIME, ..EngineBounds::default() };
	ClauseEngine::new(bounds).map_err(|e| wrong(e.to_string()))
}

/// Runs a job again, once its bytes are known to be its own.
pub fn rerun(engine: &ClauseEngine, order: &Order, bodies: &Bodies) -> Result<Rerun> {
	order.check(bodies)?;
	let execution = Execution {
		program: &bodies.program,
		input: Input::from(bodies.input.clone()),
		dependencies: bodies.dependencies.clone().into(),
		limits: ResourceLimits { wall_millis: ResourceLimits::MAX.wall_millis, ..order.limits },
	};
	let Report { outcome, usage } = thread::scope(|scope| {
		let run = thread::Builder::new()
			.name("re-execution".into())
			.stack_size(THREAD_STACK)
			.spawn_scoped(scope, || engine.run(&execution))
			.map_err(|e| wrong(format!("no thread for the run: {e}")))?;
		run.join()
			.map_err(|_| wrong("the engine panicked".into()))?
			.map_err(|e| wrong(e.to_string()))
	})?;
	let output = match outcome {
		Ok(output) => Ok(Zeroizing::new(output)),
		Err(FailureCode::Timeout) => {
			return Err(wrong(format!(
				"the run did not end within {} s on this machine: that says nothing about its result",
				ResourceLimits::MAX.wall_millis / 1_000
			)))
		},
		Err(code) => Err(code),
	};
	let outcome = match (&output, &bodies.salt) {
		(Ok(output), Some(salt)) if order.output_sealed => Ok(blinded_output_hash(salt, output)),
		(Ok(output), _) => Ok(output_hash(output)),
		(Err(code), _) => Err(*code),
	};
	Ok(Rerun { outcome, usage, output: output.ok() })
}

/// What the auditor writes down.
pub fn transcript(order: &Order, rerun: &Rerun, compared: Option<Attempt>) -> Transcript {
	Transcript {
		genesis: order.genesis,
		job: order.job,
		clause: order.clause.clone(),
		program: order.program,
		input: order.input,
		lineage: order.lineage,
		limits: order.limits,
		engine: ENGINE,
		outcome: rerun.outcome,
		fuel: rerun.usage.fuel,
		peak_memory: rerun.usage.peak_memory,
		bytes_out: rerun.usage.bytes_out,
		storage_ops: rerun.usage.storage_ops,
		compared,
	}
}

/// Something that is not as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
	/// What.
	pub what: &'static str,
	/// As it is said to be.
	pub said: String,
	/// As it was found.
	pub found: String,
}

/// An outcome in words.
pub fn outcome_text(outcome: &std::result::Result<Hash, FailureCode>) -> String {
	match outcome {
		Ok(hash) => format!("output {hash:?}"),
		Err(code) => format!("{code:?}"),
	}
}

fn differ<T: PartialEq>(
	all: &mut Vec<Difference>,
	what: &'static str,
	said: &T,
	found: &T,
	text: impl Fn(&T) -> String,
) {
	if said != found {
		all.push(Difference { what, said: text(said), found: text(found) });
	}
}

/// What a node's certificate is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Finding {
	/// It says what was found.
	Agrees,
	/// It says something else.
	Differs,
	/// The node saw a failure that others need not see.
	SaysNothing,
}

/// One certificate against what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
	/// Node.
	pub node: NodeId,
	/// Attempt.
	pub attempt: Attempt,
	/// What it is worth.
	pub finding: Finding,
	/// In what it differs.
	pub differences: Vec<Difference>,
	/// It was run by another engine: fuel and memory may differ for that alone.
	pub other_engine: Option<String>,
}

/// Compares a certificate with what was found.
pub fn compare(order: &Order, rerun: &Rerun, cac: &CacV1) -> Comparison {
	let mut all = Vec::new();
	let said = cac.outcome.tally();
	differ(&mut all, "genesis", &cac.genesis, &order.genesis, |hash| format!("{hash:?}"));
	differ(&mut all, "job", &cac.job, &order.job, u64::to_string);
	differ(&mut all, "clause", &cac.clause, &order.clause, ClauseId::to_string);
	differ(&mut all, "program", &cac.program, &order.program, |hash| format!("{hash:?}"));
	differ(&mut all, "input", &cac.input, &order.input, |hash| format!("{hash:?}"));
	differ(&mut all, "lineage", &cac.lineage, &order.lineage, |hash| format!("{hash:?}"));
	let says_nothing = said.is_err_and(|code| !code.is_deterministic());
	if !says_nothing {
		let (theirs, ours) = (&cac.usage, &rerun.usage);
		differ(&mut all, "outcome", &said, &rerun.outcome, outcome_text);
		differ(&mut all, "fuel", &theirs.fuel, &ours.fuel, u64::to_string);
		differ(&mut all, "peak memory", &theirs.peak_memory, &ours.peak_memory, u32::to_string);
		differ(&mut all, "bytes read", &theirs.bytes_in, &ours.bytes_in, u32::to_string);
		differ(&mut all, "bytes written", &theirs.bytes_out, &ours.bytes_out, u32::to_string);
		differ(
			&mut all,
			"storage operations",
			&theirs.storage_ops,
			&ours.storage_ops,
			u32::to_string,
		);
	}
	let finding = match (all.is_empty(), says_nothing) {
		(false, _) => Finding::Differs,
		(true, true) => Finding::SaysNothing,
		(true, false) => Finding::Agrees,
	};
	Comparison {
		node: cac.node,
		attempt: cac.attempt,
		finding,
		differences: all,
		other_engine: (cac.engine != ENGINE).then(|| name_of(&cac.engine)),
	}
}

/// In what two transcripts differ.
pub fn differences(said: &Transcript, found: &Transcript) -> Vec<Difference> {
	let mut all = Vec::new();
	let hash = |hash: &Hash| format!("{hash:?}");
	differ(&mut all, "genesis", &said.genesis, &found.genesis, hash);
	differ(&mut all, "job", &said.job, &found.job, u64::to_string);
	differ(&mut all, "clause", &said.clause, &found.clause, ClauseId::to_string);
	differ(&mut all, "program", &said.program, &found.program, hash);
	differ(&mut all, "input", &said.input, &found.input, hash);
	differ(&mut all, "lineage", &said.lineage, &found.lineage, hash);
	differ(&mut all, "limits", &said.limits, &found.limits, |limits| format!("{limits:?}"));
	differ(&mut all, "engine", &said.engine, &found.engine, name_of);
	differ(&mut all, "outcome", &said.outcome, &found.outcome, outcome_text);
	differ(&mut all, "fuel", &said.fuel, &found.fuel, u64::to_string);
	differ(&mut all, "peak memory", &said.peak_memory, &found.peak_memory, u32::to_string);
	differ(&mut all, "bytes written", &said.bytes_out, &found.bytes_out, u32::to_string);
	differ(&mut all, "storage operations", &said.storage_ops, &found.storage_ops, u32::to_string);
	differ(&mut all, "compared attempt", &said.compared, &found.compared, |one| format!("{one:?}"));
	all
}

/// A transcript as a file: JSON, with its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TranscriptFile {
	/// [`TranscriptFile::FORMAT`].
	pub format: String,
	/// [`Transcript::hash`]: what a dispute names as its evidence.
	pub hash: Hash,
	/// The transcript.
	pub transcript: Transcript,
}

impl TranscriptFile {
	/// Name and version of the format.
	pub const FORMAT: &'static str = "concordat/transcript/v1";

	/// The file of a transcript.
	pub fn of(transcript: Transcript) -> Self {
		Self { format: Self::FORMAT.into(), hash: transcript.hash(), transcript }
	}

	/// The bytes of the file.
	pub fn to_json(&self) -> Result<Vec<u8>> {
		let mut json = serde_json::to_vec_pretty(self).map_err(|e| wrong(e.to_string()))?;
		json.push(b'\n');
		Ok(json)
	}

	/// Reads a file; refuses one whose hash is not that of its transcript.
	pub fn parse(bytes: &[u8]) -> Result<Self> {
		let file: Self = serde_json::from_slice(bytes)
			.map_err(|e| wrong(format!("the file is not a transcript: {e}")))?;
		if file.format != Self::FORMAT {
			return Err(wrong(format!("a file of another format: {}", file.format)));
		}
		let hash = file.transcript.hash();
		if hash != file.hash {
			return Err(wrong(format!(
				"the file was changed: it says that its hash is {:?}, and it is {hash:?}",
				file.hash
			)));
		}
		Ok(file)
	}
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use codec::Encode;
	use concordat_primitives::{
		attest::Measurement,
		cac::{Outcome, Output},
		hashing::NO_LINEAGE,
	};

	/// A program that writes the first four bytes of its input, the first of them doubled. In binary form, because the
	/// command line has no assembler.
	///
	/// ```wat
	/// (module
	///   (type (func (param i32 i32 i32) (result i32)))  ;; 0
	///   (type (func (param i32 i32) (result i32)))      ;; 1
	///   (type (func (result i32)))                      ;; 2
	///   (import "concordat" "input_read" (func (type 0)))
	///   (import "concordat" "output_write" (func (type 1)))
	///   (memory (export "memory") 1)
	///   (func (export "run") (type 2)
	///     (drop (call 0 (i32.const 0) (i32.const 0) (i32.const 4)))
	///     (i32.store8 (i32.const 0) (i32.mul (i32.load8_u (i32.const 0)) (i32.const 2)))
	///     (call 1 (i32.const 0) (i32.const 4))))
	/// ```
	pub const PROGRAM: &[u8] = &[
		0, b'a', b's', b'm', 1, 0, 0, 0, // header
		1, 18, 3, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 1,
		0x7f, // types
		2, 49, 2, // imports
		9, b'c', b'o', b'n', b'c', b'o', b'r', b'd', b'a', b't', 10, b'i', b'n', b'p', b'u', b't',
		b'_', b'r', b'e', b'a', b'd', 0, 0, //
		9, b'c', b'o', b'n', b'c', b'o', b'r', b'd', b'a', b't', 12, b'o', b'u', b't', b'p', b'u',
		b't', b'_', b'w', b'r', b'i', b't', b'e', 0, 1, //
		3, 2, 1, 2, // functions
		5, 3, 1, 0, 1, // memory
		7, 16, 2, 6, b'm', b'e', b'm', b'o', b'r', b'y', 2, 0, 3, b'r', b'u', b'n', 0,
		2, // exports
		10, 32, 1, 30, 0, // code
		0x41, 0, 0x41, 0, 0x41, 4, 0x10, 0, 0x1a, // read
		0x41, 0, 0x41, 0, 0x2d, 0, 0, 0x41, 2, 0x6c, 0x3a, 0, 0, // double
		0x41, 0, 0x41, 4, 0x10, 1, 0x0b, // write
	];
	pub const INPUT: &[u8] = &[21, 1, 2, 3];
	pub const OUTPUT: &[u8] = &[42, 1, 2, 3];

	pub fn order() -> Order {
		Order {
			genesis: Hash::repeat_byte(3),
			job: 5,
			clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
			program: program_hash(PROGRAM),
			input: input_commitment(INPUT),
			lineage: NO_LINEAGE,
			limits: ResourceLimits::SMALL,
			sealed: false,
			output_sealed: false,
		}
	}

	pub fn bodies() -> Bodies {
		Bodies {
			program: PROGRAM.to_vec(),
			input: Zeroizing::new(INPUT.to_vec()),
			salt: None,
			dependencies: Vec::new(),
		}
	}

	fn run(order: &Order, bodies: &Bodies) -> Result<Rerun> {
		rerun(&engine().unwrap(), order, bodies)
	}

	/// The certificate of an honest node.
	pub fn certificate(order: &Order, rerun: &Rerun, node: NodeId, attempt: Attempt) -> CacV1 {
		let outcome = match (rerun.outcome, &rerun.output) {
			(Ok(hash), Some(output)) => Outcome::Success {
				hash,
				output: Output::Inline(output.to_vec().try_into().unwrap()),
			},
			(Err(code), _) => Outcome::Failure(code),
			_ => unreachable!("a success has an output"),
		};
		CacV1 {
			genesis: order.genesis,
			job: order.job,
			attempt,
			nonce: Hash::zero(),
			node,
			clause: order.clause.clone(),
			program: order.program,
			measurement: Measurement([1; 48]),
			lease: 1,
			input: order.input,
			lineage: order.lineage,
			outcome,
			usage: ResourceUsage { cpu_micros: 1, ..rerun.usage },
			engine: ENGINE,
			acted_on: (1, Hash::zero()),
			simulated: true,
		}
	}

	#[test]
	fn two_engines_cold_and_warm_should_give_the_same_transcript() {
		let (order, bodies) = (order(), bodies());
		let (one, other) = (engine().unwrap(), engine().unwrap());
		let made = |engine: &ClauseEngine| {
			let rerun = rerun(engine, &order, &bodies).unwrap();
			assert_eq!(rerun.outcome, Ok(output_hash(OUTPUT)));
			TranscriptFile::of(transcript(&order, &rerun, Some(4))).to_json().unwrap()
		};
		let cold = made(&one);
		assert_eq!(one.cached_programs(), 1);
		let warm = made(&one);
		assert_eq!(other.cached_programs(), 0);
		let elsewhere = made(&other);
		assert_eq!(cold, warm);
		assert_eq!(cold, elsewhere);
		let file = TranscriptFile::parse(&cold).unwrap();
		assert!(file.transcript.fuel > 0 && file.transcript.peak_memory == 65_536);
		assert_eq!((file.transcript.bytes_out, file.transcript.storage_ops), (4, 2));
	}

	#[test]
	fn bytes_that_are_not_the_jobs_should_not_be_run() {
		let refused = |change: &dyn Fn(&mut Bodies)| {
			let mut bent = bodies();
			change(&mut bent);
			run(&order(), &bent).unwrap_err().to_string()
		};
		assert!(refused(&|b| b.program.push(0)).contains("program"));
		assert!(refused(&|b| b.input.push(0)).contains("input"));
		assert!(refused(&|b| b.input[0] ^= 1).contains("input"));
		assert!(refused(&|b| b.dependencies.push(b"dry".to_vec())).contains("depends"));
		// In another order.
		let (dry, wet) = (b"dry".to_vec(), b"wet".to_vec());
		let order = Order { lineage: lineage(&[output_hash(&dry), output_hash(&wet)]), ..order() };
		let with = |dependencies| Bodies { dependencies, ..bodies() };
		assert!(run(&order, &with(vec![dry.clone(), wet.clone()])).is_ok());
		assert!(run(&order, &with(vec![wet, dry])).is_err());
	}

	#[test]
	fn a_sealed_input_should_need_its_salt() {
		let salt = [8; 32];
		let sealed = Order { input: sealed_commitment(&salt, INPUT), sealed: true, ..order() };
		assert!(run(&sealed, &bodies()).unwrap_err().to_string().contains("--secret"));
		let with = |salt| Bodies { salt: Some(Zeroizing::new(salt)), ..bodies() };
		assert_eq!(run(&sealed, &with(salt)).unwrap().outcome, Ok(output_hash(OUTPUT)));
		assert!(run(&sealed, &with([9; 32])).is_err());
		// And so does the hash of a sealed output.
		let blinded = Order { output_sealed: true, ..sealed };
		let outcome = run(&blinded, &with(salt)).unwrap().outcome;
		assert_eq!(outcome, Ok(blinded_output_hash(&salt, OUTPUT)));
	}

	#[test]
	fn an_honest_certificate_should_agree_whatever_time_it_took() {
		let (order, bodies) = (order(), bodies());
		let rerun = run(&order, &bodies).unwrap();
		let mut cac = certificate(&order, &rerun, 7, 2);
		(cac.usage.cpu_micros, cac.acted_on.0) = (9_999_999, 77);
		let found = compare(&order, &rerun, &cac);
		assert_eq!((found.node, found.attempt, found.finding), (7, 2, Finding::Agrees));
		assert!(found.differences.is_empty() && found.other_engine.is_none());
	}

	#[test]
	fn whatever_a_certificate_bends_should_be_found() {
		let (order, bodies) = (order(), bodies());
		let rerun = run(&order, &bodies).unwrap();
		let bends: [(&str, fn(&mut CacV1)); 11] = [
			("outcome", |cac| cac.outcome = Outcome::Failure(FailureCode::Trap)),
			("outcome", |cac| {
				let Outcome::Success { hash, .. } = &mut cac.outcome else { return };
				*hash = output_hash(b"dry");
			}),
			("fuel", |cac| cac.usage.fuel += 1),
			("peak memory", |cac| cac.usage.peak_memory += 65_536),
			("bytes read", |cac| cac.usage.bytes_in -= 1),
			("bytes written", |cac| cac.usage.bytes_out += 1),
			("storage operations", |cac| cac.usage.storage_ops += 1),
			("program", |cac| cac.program = Hash::zero()),
			("input", |cac| cac.input = Hash::zero()),
			("lineage", |cac| cac.lineage = Hash::repeat_byte(1)),
			("genesis", |cac| cac.genesis = Hash::zero()),
		];
		for (what, bend) in bends {
			let mut cac = certificate(&order, &rerun, 7, 2);
			bend(&mut cac);
			let found = compare(&order, &rerun, &cac);
			assert_eq!(found.finding, Finding::Differs, "{what}");
			let named: Vec<&str> = found.differences.iter().map(|one| one.what).collect();
			assert_eq!(named, [what]);
		}
	}

	#[test]
	fn a_failure_that_others_need_not_see_should_say_nothing() {
		let (order, bodies) = (order(), bodies());
		let rerun = run(&order, &bodies).unwrap();
		for code in
			[FailureCode::Timeout, FailureCode::ContentUnavailable, FailureCode::InputMismatch]
		{
			let mut cac = certificate(&order, &rerun, 7, 2);
			(cac.outcome, cac.usage) = (Outcome::Failure(code), ResourceUsage::default());
			assert_eq!(compare(&order, &rerun, &cac).finding, Finding::SaysNothing);
		}
	}

	#[test]
	fn a_failure_of_the_program_should_be_found_again() {
		let tight =
			Order { limits: ResourceLimits { fuel: 5, ..ResourceLimits::SMALL }, ..order() };
		let rerun = run(&tight, &bodies()).unwrap();
		assert_eq!(rerun.outcome, Err(FailureCode::FuelExhausted));
		let cac = certificate(&tight, &rerun, 7, 2);
		assert_eq!(compare(&tight, &rerun, &cac).finding, Finding::Agrees);
	}

	#[test]
	fn another_engine_should_be_refused_unless_it_is_asked_for() {
		let mut named = ENGINE;
		assert!(ensure_engine(&named, false).is_ok());
		named.version.2 += 1;
		let reason = ensure_engine(&named, false).unwrap_err().to_string();
		assert!(reason.contains(&name_of(&named)) && reason.contains(&name_of(&ENGINE)));
		assert!(ensure_engine(&named, true).is_ok());
		// And then it is said.
		let (order, bodies) = (order(), bodies());
		let rerun = run(&order, &bodies).unwrap();
		let mut cac = certificate(&order, &rerun, 7, 2);
		cac.engine = named;
		assert_eq!(compare(&order, &rerun, &cac).other_engine, Some(name_of(&named)));
	}

	#[test]
	fn every_field_of_a_transcript_should_be_compared_and_hashed() {
		let (order, bodies) = (order(), bodies());
		let rerun = run(&order, &bodies).unwrap();
		let whole = transcript(&order, &rerun, Some(2));
		assert!(differences(&whole, &whole).is_empty());
		let bends: [fn(&mut Transcript); 14] = [
			|t| t.genesis = Hash::zero(),
			|t| t.job += 1,
			|t| t.clause = ClauseId::parse("WHO::DiseaseAlert@2.4").unwrap(),
			|t| t.program = Hash::zero(),
			|t| t.input = Hash::zero(),
			|t| t.lineage = Hash::repeat_byte(1),
			|t| t.limits.fuel += 1,
			|t| t.engine.version.0 += 1,
			|t| t.outcome = Err(FailureCode::Trap),
			|t| t.fuel += 1,
			|t| t.peak_memory += 1,
			|t| t.bytes_out += 1,
			|t| t.storage_ops += 1,
			|t| t.compared = None,
		];
		// One for each field: who adds a field has to add its bend.
		let Transcript {
			genesis: _,
			job: _,
			clause: _,
			program: _,
			input: _,
			lineage: _,
			limits: _,
			engine: _,
			outcome: _,
			fuel: _,
			peak_memory: _,
			bytes_out: _,
			storage_ops: _,
			compared: _,
		} = whole.clone();
		for bend in bends {
			let mut bent = whole.clone();
			bend(&mut bent);
			assert_eq!(differences(&bent, &whole).len(), 1, "{bent:?}");
			assert_ne!(bent.encode(), whole.encode());
			// The hash of another transcript gives the file away.
			let file = TranscriptFile { transcript: bent, ..TranscriptFile::of(whole.clone()) };
			assert!(TranscriptFile::parse(&file.to_json().unwrap()).is_err());
		}
	}

	#[test]
	fn a_file_of_another_format_should_be_refused() {
		let (order, bodies) = (order(), bodies());
		let rerun = run(&order, &bodies).unwrap();
		let file = TranscriptFile::of(transcript(&order, &rerun, None));
		assert_eq!(TranscriptFile::parse(&file.to_json().unwrap()).unwrap(), file);
		let other = TranscriptFile { format: "concordat/transcript/v2".into(), ..file };
		assert!(TranscriptFile::parse(&other.to_json().unwrap()).is_err());
		assert!(TranscriptFile::parse(b"{}").is_err());
	}
}
