//! The binary `concordat-enclave`.

use crate::client::*;
use std::{
	io::{BufRead, BufReader},
	net::SocketAddr,
	process::{Command, Stdio},
};

fn enclave() -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_concordat-enclave"));
	command.env_remove("CONCORDAT_ENCLAVE_LISTEN");
	command
}

/// What it says when it does not start.
fn refusal(args: &[&str]) -> String {
	let output = enclave().args(["--listen", "127.0.0.1:0"]).args(args).output().unwrap();
	assert!(!output.status.success());
	assert!(output.stdout.is_empty());
	String::from_utf8(output.stderr).unwrap()
}

/// The first lines of what it prints, as an enclave that ends afterwards.
fn lines(args: &[&str]) -> Vec<String> {
	let mut child = enclave()
		.args(["--listen", "127.0.0.1:0"])
		.args(args)
		.stdout(Stdio::piped())
		.spawn()
		.unwrap();
	let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(6);
	let lines = lines.map(Result::unwrap).collect();
	child.kill().unwrap();
	child.wait().unwrap();
	lines
}

#[test]
fn it_should_not_start_without_hardware_unless_told_to_simulate() {
	let root = tempfile::tempdir().unwrap();
	let root = root.path().to_str().unwrap();
	for args in [&["--evidence-root", root][..], &["--evidence", "auto", "--evidence-root", root]] {
		let reason = refusal(args);
		assert!(reason.contains("--simulated") && reason.contains(root), "{reason}");
	}
	for device in ["gramine", "tsm", "sev-guest", "dstack"] {
		let reason = refusal(&["--evidence", device, "--evidence-root", root]);
		assert!(reason.starts_with("error: no evidence: ") && reason.contains(root), "{reason}");
	}
	assert!(refusal(&["--simulated", "--evidence", "tsm"]).contains("cannot be used with"));
	assert!(refusal(&["--simulated", "psp"]).contains("[possible values: sgx, tdx, snp, nitro]"));
	assert!(refusal(&["--evidence", "simulator"]).contains("possible values"));
	assert!(refusal(&["--privilege-level", "4"]).contains("0..=3"));
}

#[cfg(unix)]
mod gramine {
	use super::*;
	use std::{
		fs::{self, OpenOptions},
		io::Write,
		path::Path,
		thread,
	};

	const QUOTE: &[u8] =
		include_bytes!("../../../primitives/attestation/tests/fixtures/intel/sgx_quote");
	const REPORT_DATA: usize = 48 + 320;

	fn pipe(path: &Path) {
		assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
	}

	/// Pseudo-files of Gramine, as pipes: whoever opens one waits for the other side.
	fn tree(root: &Path) {
		let dir = root.join("dev/attestation");
		fs::create_dir_all(&dir).unwrap();
		fs::write(dir.join("attestation_type"), "dcap").unwrap();
		pipe(&dir.join("user_report_data"));
		pipe(&dir.join("quote"));
	}

	#[test]
	fn it_should_say_what_its_enclaves_quote_says() {
		let root = tempfile::tempdir().unwrap();
		tree(root.path());
		let dir = root.path().join("dev/attestation");
		let device = thread::spawn(move || {
			let asked = fs::read(dir.join("user_report_data")).unwrap();
			let mut quote = QUOTE.to_vec();
			quote[REPORT_DATA..REPORT_DATA + 64].copy_from_slice(&asked);
			let mut file = OpenOptions::new().write(true).open(dir.join("quote")).unwrap();
			file.write_all(&quote).unwrap();
			asked
		});
		let lines = lines(&["--evidence-root", root.path().to_str().unwrap()]);
		let asked = device.join().unwrap();
		assert_eq!(asked.len(), 64);
		assert_ne!(asked, [0; 64], "a random number");
		let measured = hex::encode(&QUOTE[48 + 64..48 + 96]);
		assert_eq!(lines[3], format!("measurement     0x{measured}{}", "00".repeat(16)));
		assert_eq!(lines[5], "evidence        Intel SGX, through Gramine");
	}

	#[test]
	fn it_should_give_up_a_device_that_hangs() {
		let root = tempfile::tempdir().unwrap();
		tree(root.path());
		let root = root.path().to_str().unwrap();
		let reason =
			refusal(&["--evidence", "gramine", "--evidence-root", root, "--evidence-seconds", "1"]);
		assert!(reason.contains("did not answer within 1 s"), "{reason}");
	}
}

#[test]
fn it_should_not_start_beyond_loopback_unless_asked() {
	let output = enclave().args(["--simulated", "--listen", "0.0.0.0:0"]).output().unwrap();
	assert!(!output.status.success());
	let reason = String::from_utf8(output.stderr).unwrap();
	assert!(reason.contains("loopback"), "{reason}");
}

#[cfg(unix)]
#[test]
fn it_should_print_its_identity_serve_and_end_on_sigterm() {
	let mut child = enclave()
		.args(["--simulated", "--json", "--listen", "127.0.0.1:0"])
		.stdout(Stdio::piped())
		.spawn()
		.unwrap();
	let mut line = String::new();
	BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
	let identity: serde_json::Value = serde_json::from_str(&line).unwrap();
	assert_eq!(identity["simulated"], true);
	let url = identity["url"].as_str().unwrap();
	let address: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
	assert_eq!(get(address, "/v1/identity").json()["signingKey"], identity["signingKey"]);

	let request = request(1, ECHO, b"rain");
	assert_eq!(start(address, &request).status, 202);
	assert!(fetch(address, &request.token).statement.body().outcome.tally().is_ok());

	let pid = child.id().to_string();
	assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
	assert!(child.wait().unwrap().success());
}

#[test]
fn it_should_print_its_identity_for_people() {
	for (kind, name) in [
		(None, "Intel TDX"),
		(Some("sgx"), "Intel SGX"),
		(Some("snp"), "AMD SEV-SNP"),
		(Some("nitro"), "AWS Nitro"),
	] {
		let args: Vec<&str> =
			["--platform", "rack 3", "--simulated"].into_iter().chain(kind).collect();
		let lines = lines(&args);
		assert!(lines[0].starts_with("listening") && lines[0].contains("http://127.0.0.1:"));
		assert!(lines[1].starts_with("signing key     0x"));
		assert!(lines[5].contains("simulated") && lines[5].contains(name), "{}", lines[5]);
	}
}

#[test]
fn it_should_ask_for_proof_and_offer_capabilities_as_it_is_told() {
	let started = |args: &[&str]| {
		let mut child = enclave()
			.args(["--simulated", "--json", "--listen", "127.0.0.1:0"])
			.args(args)
			.stdout(Stdio::piped())
			.spawn()
			.unwrap();
		let mut line = String::new();
		BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
		let identity: serde_json::Value = serde_json::from_str(&line).unwrap();
		let url = identity["url"].as_str().unwrap();
		let address: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
		let answer = start(address, &request(1, ECHO, b"rain"));
		child.kill().unwrap();
		child.wait().unwrap();
		answer
	};
	assert_eq!(started(&[]).status, 202);
	let answer = started(&["--require-proof"]);
	assert_eq!((answer.status, answer.code().as_str()), (425, "unproven-chain"));
	let answer = started(&["--capability", "hazard.wind"]);
	assert_eq!((answer.status, answer.code().as_str()), (422, "handoff-missing-capability"));
	let both = ["--capability", "hazard.wind", "--capability", "hazard.rain"];
	assert_eq!(started(&both).status, 202);
	let reason = refusal(&["--simulated", "--capability", "much too long a name"]);
	assert!(reason.contains("1 to 16 characters"), "{reason}");
}
