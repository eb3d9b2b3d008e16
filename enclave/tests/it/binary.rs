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

#[test]
fn it_should_not_start_without_simulated() {
	let output = enclave().args(["--listen", "127.0.0.1:0"]).output().unwrap();
	assert!(!output.status.success());
	assert!(output.stdout.is_empty());
	let reason = String::from_utf8(output.stderr).unwrap();
	assert!(reason.contains("no hardware provider"), "{reason}");
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
	let mut child = enclave()
		.args(["--simulated", "--listen", "127.0.0.1:0"])
		.stdout(Stdio::piped())
		.spawn()
		.unwrap();
	let lines: Vec<String> =
		BufReader::new(child.stdout.take().unwrap()).lines().take(6).map(Result::unwrap).collect();
	child.kill().unwrap();
	child.wait().unwrap();
	assert!(lines[0].starts_with("listening") && lines[0].contains("http://127.0.0.1:"));
	assert!(lines[1].starts_with("signing key     0x"));
	assert!(lines[5].contains("simulated"));
}
