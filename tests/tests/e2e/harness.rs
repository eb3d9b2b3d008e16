//! Starts nodes and enclaves as processes and talks to them as a person would.

use serde_json::Value;
use std::{
	fs::File,
	io::{Read, Write},
	net::{TcpListener, TcpStream},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::{Arc, Mutex},
	time::{Duration, Instant},
};
use tempfile::TempDir;

/// A program of this workspace, next to the test's own.
pub fn program(name: &str) -> PathBuf {
	let test = std::env::current_exe().expect("a test has a path");
	let directory = test.parent().and_then(Path::parent).expect("target/debug/deps/test");
	let path = directory.join(name);
	assert!(path.exists(), "{} is missing: run `make build`", path.display());
	path
}

/// The repository.
pub fn repository() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").into()
}

/// A compiled clause program.
pub fn clause_program(name: &str) -> PathBuf {
	let target =
		std::env::var_os("CONCORDAT_EXAMPLES_TARGET").map(PathBuf::from).unwrap_or_else(|| {
			let home = std::env::var_os("HOME").expect("HOME is set");
			Path::new(&home).join(".cache/concordat/examples-target")
		});
	let path = target.join("wasm32v1-none/release").join(name);
	assert!(path.exists(), "{} is missing: run `make clauses`", path.display());
	path
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
	TcpListener::bind(("127.0.0.1", 0))
		.and_then(|l| l.local_addr())
		.expect("loopback has ports")
		.port()
}

/// A process that dies with its owner; its output goes to a file.
pub struct Process {
	child: Child,
	/// What it printed.
	pub log: PathBuf,
}

impl Process {
	/// Starts a program.
	pub fn start(name: &str, args: &[String], log: PathBuf) -> Self {
		let out = File::create(&log).expect("the log can be created");
		let err = out.try_clone().expect("a file handle can be cloned");
		let child = Command::new(program(name))
			.args(args)
			.stdin(Stdio::null())
			.stdout(out)
			.stderr(err)
			.spawn()
			.unwrap_or_else(|e| panic!("{name} does not start: {e}"));
		Self { child, log }
	}

	/// `kill -9`.
	pub fn kill(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}

	/// Stops it where it is, until [`Self::resume`].
	pub fn pause(&self) {
		self.signal("-STOP");
	}

	/// Lets it go on.
	pub fn resume(&self) {
		self.signal("-CONT");
	}

	fn signal(&self, name: &str) {
		let status = Command::new("kill").args([name, &self.child.id().to_string()]).status();
		assert!(status.is_ok_and(|status| status.success()), "kill {name}");
	}

	/// Whether it still runs.
	pub fn runs(&mut self) -> bool {
		matches!(self.child.try_wait(), Ok(None))
	}

	/// The end of what it printed.
	pub fn tail(&self) -> String {
		let mut text = String::new();
		let _ = File::open(&self.log).and_then(|mut f| f.read_to_string(&mut text));
		let lines: Vec<&str> = text.lines().collect();
		lines[lines.len().saturating_sub(40)..].join("\n")
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		self.kill();
	}
}

/// An enclave process.
pub struct Enclave {
	/// The process.
	pub process: Process,
	/// Base URL.
	pub url: String,
	/// Port that it listens on.
	pub port: u16,
}

/// A node process.
pub struct Node {
	/// The process.
	pub process: Process,
	/// WebSocket address.
	pub url: String,
	rpc_port: u16,
}

/// A place for one test's files.
pub struct World {
	/// Removed in the end.
	pub dir: TempDir,
}

impl World {
	/// A fresh one.
	pub fn new() -> Self {
		Self { dir: tempfile::tempdir().expect("a temporary directory") }
	}

	/// Starts an enclave on a simulated platform of this kind: `sgx`, `tdx`, `snp` or `nitro`.
	pub fn enclave(&self, kind: &str) -> Enclave {
		self.enclave_at(kind, free_port())
	}

	/// The same at this port: a restart of one that is not there any more.
	pub fn enclave_at(&self, kind: &str, port: u16) -> Enclave {
		let name = format!("enclave-{port}-{kind}");
		let address = format!("127.0.0.1:{port}");
		let args = ["--simulated", kind, "--listen", &address].map(String::from);
		let mut process =
			Process::start("concordat-enclave", &args, self.dir.path().join(format!("{name}.log")));
		until(30, &format!("enclave {name} answers"), || {
			assert!(process.runs(), "enclave {name} stopped:\n{}", process.tail());
			std::net::TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(())
		});
		Enclave { process, url: format!("http://127.0.0.1:{port}"), port }
	}

	/// Starts a node.
	pub fn node(&self, name: &str, args: &[String]) -> Node {
		let rpc_port = free_port();
		let mut all = vec![
			"--base-path".into(),
			self.dir.path().join(name).display().to_string(),
			"--rpc-port".into(),
			rpc_port.to_string(),
			"--prometheus-port".into(),
			free_port().to_string(),
			"--no-mdns".into(),
			"--no-telemetry".into(),
		];
		all.extend_from_slice(args);
		let process =
			Process::start("concordat-node", &all, self.dir.path().join(format!("{name}.log")));
		let mut node = Node { process, url: format!("ws://127.0.0.1:{rpc_port}"), rpc_port };
		until(90, &format!("node {name} answers"), || {
			assert!(node.process.runs(), "node {name} stopped:\n{}", node.process.tail());
			node.try_rpc("system_health", &Value::Array(vec![])).map(|_| ())
		});
		node
	}
}

impl Node {
	/// An RPC call; `None` when the node does not answer.
	pub fn try_rpc(&self, method: &str, params: &Value) -> Option<Value> {
		let body =
			serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let output = Command::new("curl")
			.args(["-sS", "--max-time", "10", "-H", "content-type: application/json", "-d"])
			.arg(body.to_string())
			.arg(format!("http://127.0.0.1:{}", self.rpc_port))
			.output()
			.expect("curl is installed (`make setup`)");
		serde_json::from_slice(&output.stdout).ok()
	}

	/// The result of an RPC call that has to succeed.
	pub fn rpc(&self, method: &str, params: Value) -> Value {
		let answer = self.try_rpc(method, &params).unwrap_or_else(|| panic!("{method}: no answer"));
		assert!(answer.get("error").is_none(), "{method}: {answer}");
		answer["result"].clone()
	}

	/// Height of the last finalised block.
	pub fn finalised(&self) -> u64 {
		let hash = self.rpc("chain_getFinalizedHead", serde_json::json!([]));
		let header = self.rpc("chain_getHeader", serde_json::json!([hash]));
		let number = header["number"].as_str().expect("a header has a number");
		u64::from_str_radix(number.trim_start_matches("0x"), 16).expect("hexadecimal")
	}

	/// Runs `concordat --json …` against the node.
	pub fn concordat(&self, args: &[&str]) -> Value {
		let (ok, stdout, stderr) = self.try_concordat(args);
		assert!(
			ok,
			"concordat {args:?}\n{stderr}\n{stdout}\n--- node ---\n{}",
			self.process.tail()
		);
		if stdout.trim().is_empty() {
			return Value::Null;
		}
		serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("not JSON ({e}): {stdout}"))
	}

	/// Whether it succeeded, and what it printed.
	pub fn try_concordat(&self, args: &[&str]) -> (bool, String, String) {
		let output = Command::new(program("concordat"))
			.args(["--json", "--url", &self.url])
			.args(args)
			.output()
			.expect("concordat runs");
		(
			output.status.success(),
			String::from_utf8_lossy(&output.stdout).into_owned(),
			String::from_utf8_lossy(&output.stderr).into_owned(),
		)
	}

	/// Multiaddress for others to connect to.
	pub fn bootnode(&self) -> String {
		let addresses = self.rpc("system_localListenAddresses", serde_json::json!([]));
		let addresses = addresses.as_array().expect("a list");
		addresses
			.iter()
			.filter_map(Value::as_str)
			.find(|address| address.starts_with("/ip4/127.0.0.1/tcp/"))
			.unwrap_or_else(|| panic!("no loopback address among {addresses:?}"))
			.to_owned()
	}
}

/// Polls until there is something, or panics.
pub fn until<T>(seconds: u64, what: &str, mut check: impl FnMut() -> Option<T>) -> T {
	let started = Instant::now();
	loop {
		if let Some(found) = check() {
			return found;
		}
		assert!(started.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
		std::thread::sleep(Duration::from_millis(300));
	}
}

/// A web server over a directory of content: what operators point `--content-mirror` at.
pub struct Mirror {
	/// Base URL.
	pub url: String,
	asked: Arc<Mutex<Vec<String>>>,
}

impl Mirror {
	/// Serves the files of a directory until the test ends.
	pub fn over(dir: PathBuf) -> Self {
		let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has ports");
		let url = format!("http://{}", listener.local_addr().expect("it is bound"));
		let asked = Arc::new(Mutex::new(Vec::new()));
		let log = asked.clone();
		std::thread::spawn(move || {
			for mut stream in listener.incoming().flatten() {
				let path = request_path(&mut stream);
				let found = std::fs::read(dir.join(path.trim_start_matches('/')));
				log.lock().expect("nobody panics here").push(path);
				let (status, body) = match found {
					Ok(body) => ("200 OK", body),
					Err(_) => ("404 Not Found", Vec::new()),
				};
				let head = format!(
					"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
					body.len()
				);
				let _ = stream.write_all(&[head.as_bytes(), &body].concat());
			}
		});
		Self { url, asked }
	}

	/// Paths that it was asked for.
	pub fn asked(&self) -> Vec<String> {
		self.asked.lock().expect("nobody panics here").clone()
	}
}

/// Path of a request that has no body.
fn request_path(stream: &mut TcpStream) -> String {
	let mut head = Vec::new();
	let mut byte = [0];
	while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
		head.extend(byte);
	}
	let head = String::from_utf8_lossy(&head);
	head.split(' ').nth(1).unwrap_or_default().to_owned()
}
