//! Verbs of audits, on what a chain would answer and on files.

use super::{gather::*, *};
use crate::reexecution::tests::{bodies, certificate, order, INPUT, PROGRAM};
use crate::{reexecution::Bodies, secret::JobSecret};
use concordat_primitives::{
	cac::{CacStatement, Outcome, SignedCac},
	clause::{ExecutionMode, ProgramLocation, ProgramRef},
	content::{BodyId, BodyKind},
	hashing::{lineage, output_hash},
	job::{JobClass, JobStatus},
	receipt::ReceiptBody,
	sealed::sealed_commitment,
	views::ResultView,
	AccountId, CapabilityId, NodeId,
};
use concordat_sealing::Zeroizing;
use std::{
	fs,
	io::{Read, Write},
	net::TcpListener,
	thread,
};
use subxt::ext::scale_value::Value;

const FILE: &str = "transcript.json";

fn found() -> Rerun {
	rerun(&engine().unwrap(), &order(), &bodies()).unwrap()
}

/// The chain's answer about a job with these certificates.
fn job(cacs: Vec<CacV1>) -> JobView {
	let order = order();
	let signed = |body| (9, SignedCac { statement: CacStatement::V1(body), signature: [0; 64] });
	JobView {
		id: order.job,
		requester: AccountId::new([1; 32]),
		clause: order.clause,
		program: order.program,
		input: order.input,
		class: JobClass::Normal,
		quorum: (2, 3),
		status: JobStatus::Completed,
		attempts: 4,
		escrow: 0,
		paid: 0,
		seats: Vec::new(),
		backups: Vec::new(),
		dispatched_at: 1,
		assigned_at: Some(2),
		ended_at: Some(9),
		expires_at: 99,
		waiting: None,
		result: Some(ResultView {
			cacs: cacs.into_iter().map(signed).collect(),
			receipt: Some(1),
			decided_at: Some(9),
			output: None,
		}),
	}
}

/// The chain's answer about the receipt of a decision.
fn receipt(result: std::result::Result<Hash, FailureCode>) -> ReceiptView {
	let order = order();
	ReceiptView {
		body: ReceiptBody {
			id: 1,
			block: 10,
			operation: Operation::JobCompleted {
				job: order.job,
				clause: order.clause,
				program: order.program,
				input: order.input,
				result,
				k: 2,
				n: 3,
				voters: Default::default(),
				paid: 1,
				simulated: true,
				ensemble: None,
			},
		},
		epoch: 1,
		index: 0,
		anchored: true,
	}
}

fn honest(node: NodeId) -> CacV1 {
	certificate(&order(), &found(), node, 4)
}

/// One that says that something else came out.
fn lying(node: NodeId) -> CacV1 {
	let mut cac = honest(node);
	if let Outcome::Success { hash, .. } = &mut cac.outcome {
		*hash = output_hash(b"dry");
	}
	cac.attempt = 5;
	cac
}

fn reported(job: &JobView, attempt: Option<Attempt>, receipt: &ReceiptView) -> Report {
	report(&order(), &found(), job, attempt, Some(receipt), Path::new(FILE))
}

#[test]
fn a_job_that_came_out_right_should_agree() {
	let job = job(vec![honest(7), honest(8)]);
	let report = reported(&job, None, &receipt(found().outcome));
	assert!(report.agrees && report.notes.is_empty());
	assert_eq!((report.decision_holds, report.transcript.compared), (Some(true), Some(4)));
	assert_eq!(report.hash, report.transcript.hash());
	let text = describe(&report);
	assert!(text.contains("as found") && !text.contains("NOT") && !text.contains("DIFFERS"));
}

#[test]
fn a_liar_should_be_named_whatever_the_others_say() {
	let job = job(vec![honest(7), lying(8)]);
	let report = reported(&job, None, &receipt(found().outcome));
	assert!(!report.agrees);
	let findings: Vec<_> = report
		.certificates
		.iter()
		.map(|row| (row.comparison.node, row.comparison.finding))
		.collect();
	assert_eq!(findings, [(7, Finding::Agrees), (8, Finding::Differs)]);
	assert!(describe(&report).contains("DIFFERS: outcome"));
	// The transcript is the same, whoever lies, but for the attempt that it is compared with.
	let with = |attempt| reported(&job, Some(attempt), &receipt(found().outcome));
	assert!(with(4).agrees && !with(5).agrees);
	assert_eq!(with(4).transcript.compared, Some(4));
}

#[test]
fn a_decision_should_be_held_against_what_was_found() {
	let right = job(vec![honest(7)]);
	let report = reported(&right, None, &receipt(Ok(output_hash(b"dry"))));
	assert!(!report.agrees && report.decision_holds == Some(false));
	assert!(describe(&report).contains("NOT as found"));
	// The receipt of another job decides nothing here.
	let mut other = receipt(Ok(output_hash(b"dry")));
	if let Operation::JobCompleted { job, .. } = &mut other.body.operation {
		*job += 1;
	}
	assert!(reported(&right, None, &other).agrees);
	// And a job without a certificate is compared with nothing.
	let bare = JobView { result: None, ..right };
	let report = report_without(&bare);
	assert!(report.agrees && report.transcript.compared.is_none() && report.notes.len() == 1);
}

fn report_without(job: &JobView) -> Report {
	report(&order(), &found(), job, None, None, Path::new(FILE))
}

#[test]
fn certificates_of_another_engine_should_be_refused_or_said() {
	let mut other = honest(7);
	other.engine.version.1 += 1;
	let job = job(vec![honest(8), other]);
	let all = certificates(&job, None);
	assert!(ensure_engines(&all, false).is_err() && ensure_engines(&all, true).is_ok());
	assert!(ensure_engines(&all[..1], false).is_ok());
	let report = report_without(&job);
	assert!(report.notes.iter().any(|note| note.contains("--any-engine")));
}

#[test]
fn a_record_should_be_read_as_far_as_it_is_a_format() {
	let said = order();
	let head = |output_key, sealed| {
		let head = OrderHead {
			_requester: AccountId::new([1; 32]),
			clause: said.clause.clone(),
			program: said.program,
			input: said.input,
			_capability: CapabilityId::parse("hazard.rain").unwrap(),
			_mode: ExecutionMode::Quorum { k: 2, n: 3 },
			limits: said.limits,
			output_key,
			lineage: said.lineage,
			sealed,
		};
		[head.encode(), vec![0xab; 50]].concat()
	};
	let read = |record: &[u8]| order_of(said.genesis, said.job, record);
	assert_eq!(read(&head(None, false)).unwrap(), said);
	let sealed = read(&head(Some([4; 32]), true)).unwrap();
	assert!(sealed.sealed && sealed.output_sealed);
	assert!(read(&head(None, false)[..100]).is_err());
}

#[test]
fn a_preimage_should_be_looked_for_where_the_pallet_keeps_it() {
	let program =
		ProgramRef { hash: Hash::repeat_byte(7), len: 5, location: ProgramLocation::Preimage };
	// twox128("Preimage") ‖ twox128("PreimageFor") ‖ hash ‖ length
	let prefix = "d8f314b7f4e6b095f0f8ee4656a448257c7dda85c9c297999fd02215e8c8f9de";
	let expected = [&hex::decode(prefix).unwrap()[..], &[7; 32], &[5, 0, 0, 0]].concat();
	assert_eq!(preimage_key(&program), expected);
}

#[test]
fn dependencies_should_be_read_from_the_record() {
	let list = Value::unnamed_composite([Value::u128(3), Value::u128(8)]);
	let record = Value::named_composite([
		("dispatched_at", Value::u128(1)),
		("dependencies", Value::unnamed_composite([list])),
	]);
	assert_eq!(numbers_of(record, "dependencies"), [3, 8]);
}

#[test]
fn evidence_of_nothing_should_not_be_brought() {
	let (genesis, made) = (order().genesis, transcript(&order(), &found(), Some(4)));
	let ensure =
		|said: &Transcript, job: &JobView, anyway| ensure_disputable(said, genesis, job, anyway);
	let (right, bad) = (job(vec![honest(7)]), job(vec![honest(7), lying(8)]));
	assert!(ensure(&made, &bad, false).is_ok());
	let reason = ensure(&made, &right, false).unwrap_err().to_string();
	assert!(reason.contains("--anyway"), "{reason}");
	assert!(ensure(&made, &right, true).is_ok());
	// A failure that others need not see is no difference.
	let mut late = honest(8);
	late.outcome = Outcome::Failure(FailureCode::Timeout);
	assert!(ensure(&made, &job(vec![honest(7), late]), false).is_err());
	// Another chain, another job, another program: not even anyway.
	for bend in [
		(|t: &mut Transcript| t.genesis = Hash::zero()) as fn(&mut Transcript),
		|t| t.job += 1,
		|t| t.program = Hash::zero(),
		|t| t.input = Hash::zero(),
	] {
		let mut bent = made.clone();
		bend(&mut bent);
		assert!(ensure(&bent, &bad, true).is_err());
	}
}

/// A directory with program, input and transcript of a job, and how `check` is called on them without a node.
fn files(dir: &Path, change: impl FnOnce(&mut Transcript)) -> Check {
	let mut said = transcript(&order(), &found(), Some(4));
	change(&mut said);
	let file = |name: &str, bytes: &[u8]| {
		let path = dir.join(name);
		fs::write(&path, bytes).unwrap();
		path
	};
	Check {
		file: file(FILE, &TranscriptFile::of(said).to_json().unwrap()),
		sources: Sources {
			program: Some(file("program", PROGRAM)),
			input: Some(file("input", INPUT)),
			secret: None,
			dependencies: Vec::new(),
			content: None,
			fetch: false,
			any_engine: false,
		},
		offline: true,
	}
}

async fn run_check(args: Check) -> Result<ExitCode> {
	check(args, None, &Output::new(true)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_should_be_made_again_from_files_alone() {
	let dir = tempfile::tempdir().unwrap();
	assert_eq!(run_check(files(dir.path(), |_| ())).await.unwrap(), ExitCode::SUCCESS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_that_says_something_else_should_be_found_out() {
	let dir = tempfile::tempdir().unwrap();
	for bend in [
		(|t: &mut Transcript| t.outcome = Ok(output_hash(b"dry"))) as fn(&mut Transcript),
		|t| t.outcome = Err(FailureCode::Trap),
		|t| t.fuel -= 1,
		|t| t.peak_memory += 65_536,
		|t| t.storage_ops += 1,
		|t| t.limits.fuel = 5,
	] {
		let code = run_check(files(dir.path(), bend)).await.unwrap();
		assert_eq!(code, ExitCode::from(DIFFERENCE));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bent_program_or_input_or_file_should_be_refused() {
	let dir = tempfile::tempdir().unwrap();
	let refused = |name: &str, bytes: &[u8]| {
		let args = files(dir.path(), |_| ());
		fs::write(dir.path().join(name), bytes).unwrap();
		args
	};
	let program = [PROGRAM, &[0]].concat();
	assert!(run_check(refused("program", &program)).await.is_err());
	assert!(run_check(refused("input", b"dry")).await.is_err());
	// Changed by hand, and not hashed anew.
	let text = fs::read_to_string(files(dir.path(), |_| ()).file).unwrap();
	let bent = text.replace("\"storageOps\": 2", "\"storageOps\": 3");
	assert_ne!(text, bent);
	assert!(run_check(refused(FILE, bent.as_bytes())).await.is_err());
	// Another engine, and no leave for it.
	let args = files(dir.path(), |t| t.engine.version.0 += 1);
	assert!(run_check(args).await.is_err());
	// Nothing to take it from.
	let mut args = files(dir.path(), |_| ());
	args.sources.input = None;
	assert!(run_check(args).await.unwrap_err().to_string().contains("--input"));
	let mut args = files(dir.path(), |t| t.lineage = lineage(&[output_hash(b"dry")]));
	assert!(run_check(refused_copy(&args)).await.is_err());
	let output = dir.path().join("output");
	fs::write(&output, b"dry").unwrap();
	args.sources.dependencies = vec![output];
	assert_eq!(run_check(args).await.unwrap(), ExitCode::SUCCESS);
}

/// The same without outputs that it depends on.
fn refused_copy(args: &Check) -> Check {
	Check {
		file: args.file.clone(),
		sources: Sources {
			program: args.sources.program.clone(),
			input: args.sources.input.clone(),
			secret: None,
			dependencies: Vec::new(),
			content: None,
			fetch: false,
			any_engine: false,
		},
		offline: true,
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_job_should_be_checked_with_its_secret() {
	let dir = tempfile::tempdir().unwrap();
	let prepared = concordat_sealing::prepare(INPUT).unwrap();
	let salt = *prepared.salt();
	let secret =
		JobSecret { genesis: order().genesis, job: Some(order().job), prepared, output: None };
	let file = dir.path().join("secret");
	secret.create(&file).unwrap();
	for output_sealed in [false, true] {
		let sealed = Order {
			input: sealed_commitment(&salt, INPUT),
			sealed: true,
			output_sealed,
			..order()
		};
		let bodies = Bodies { salt: Some(Zeroizing::new(salt)), ..bodies() };
		let made = rerun(&engine().unwrap(), &sealed, &bodies).unwrap();
		let said = transcript(&sealed, &made, None);
		let mut args = files(dir.path(), |t| *t = said.clone());
		assert!(run_check(refused_copy(&args)).await.is_err());
		args.sources.secret = Some(file.clone());
		assert_eq!(run_check(args).await.unwrap(), ExitCode::SUCCESS);
	}
}

/// A server that answers so many requests with this.
fn server(answer: Vec<u8>) -> String {
	let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
	let url = format!("http://{}/body", listener.local_addr().unwrap());
	thread::spawn(move || {
		let Ok((mut stream, _)) = listener.accept() else { return };
		let mut head = [0; 1_024];
		let _ = stream.read(&mut head);
		let _ = stream.write_all(&answer);
	});
	url
}

fn http(status: &str, body: &[u8]) -> Vec<u8> {
	let head =
		format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
	[head.as_bytes(), body].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_elsewhere_should_be_fetched_only_if_asked_and_be_the_body() {
	let dir = tempfile::tempdir().unwrap();
	let mut sources = files(dir.path(), |_| ()).sources;
	let body = BodyId::of(BodyKind::Input, INPUT).unwrap();
	let output = Output::new(true);
	let at = |url: String, sources: Sources| {
		let (body, output) = (body, Output::new(true));
		async move { elsewhere(&body, url.as_bytes(), &sources, &output, "--input").await }
	};
	let with = |fetch| Sources { fetch, ..refused_copy(&files(dir.path(), |_| ())).sources };
	let reason = at("http://127.0.0.1:1/".into(), with(false)).await.unwrap_err().to_string();
	assert!(reason.contains("--fetch") && reason.contains("--input"), "{reason}");
	assert_eq!(at(server(http("200 OK", INPUT)), with(true)).await.unwrap(), INPUT);
	assert!(at(server(http("200 OK", b"dry")), with(true)).await.is_err());
	assert!(at(server(http("404 Not Found", INPUT)), with(true)).await.is_err());
	assert!(at("https://example.org/".into(), with(true)).await.is_err());
	assert!(at(String::new(), with(true)).await.is_err());
	// No more than a body can have.
	assert!(fetch(&server(http("200 OK", &[0; 100])), 99).await.is_err());
	assert!(fetch(&server(http("200 OK", &[0; 100])), 100).await.is_ok());
	// A content directory comes first, and is believed no more.
	sources.content = Some(dir.path().into());
	fs::write(dir.path().join(body.file_name()), INPUT).unwrap();
	assert_eq!(elsewhere(&body, b"", &sources, &output, "--input").await.unwrap(), INPUT);
	fs::write(dir.path().join(body.file_name()), b"dry!").unwrap();
	assert!(elsewhere(&body, b"", &sources, &output, "--input").await.is_err());
}
