//! A development chain whose enclaves are processes of their own, and what tests do with one.

use crate::harness::{Enclave, Node, World};
use codec::{Decode, Encode};
use concordat_primitives::{views::JobView, JobId};
use concordat_runtime::{Hash, RuntimeEvent};
use frame_system::EventRecord;
use serde_json::{json, Value};
use sp_io::hashing::twox_128;
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// A path as an argument.
pub fn text(path: &Path) -> String {
	path.display().to_string()
}

/// A compute node on a simulated platform.
pub struct Member {
	/// Its enclave.
	pub enclave: Enclave,
	/// Its number.
	pub id: u64,
}

/// A development chain and its compute nodes.
pub struct Cluster {
	/// The chain, and the host of all enclaves.
	pub node: Node,
	/// The compute nodes.
	pub members: Vec<Member>,
	files: PathBuf,
}

impl Cluster {
	/// One compute node for each platform and capability.
	pub fn start(world: &World, members: &[(&str, &str)]) -> Self {
		let members: Vec<(&str, &[&str])> = members
			.iter()
			.map(|(kind, capability)| (*kind, std::slice::from_ref(capability)))
			.collect();
		Self::start_with(world, &members)
	}

	/// One compute node for each platform and what it can do.
	pub fn start_with(world: &World, members: &[(&str, &[&str])]) -> Self {
		let enclaves: Vec<(Enclave, &[&str])> = members
			.iter()
			.map(|(kind, capabilities)| (world.enclave(kind), *capabilities))
			.collect();
		let mut args = vec!["--dev".into(), "--dev-enclaves=0".into()];
		args.extend(enclaves.iter().map(|(enclave, _)| format!("--enclave-url={}", enclave.url)));
		let node = world.node("dev", &args);
		let members = (1..)
			.zip(enclaves)
			.map(|(number, (enclave, capabilities))| {
				let who = format!("//Node//{number}");
				let id = node.register(&enclave, &who, capabilities);
				Member { enclave, id }
			})
			.collect();
		Self { node, members, files: world.dir.path().into() }
	}

	/// The compute node of this number.
	pub fn member(&mut self, id: u64) -> &mut Member {
		self.members.iter_mut().find(|member| member.id == id).expect("a node of this cluster")
	}

	/// Writes a file.
	pub fn file(&self, name: &str, bytes: &[u8]) -> String {
		let path = self.files.join(name);
		fs::write(&path, bytes).expect("a file can be written");
		text(&path)
	}

	/// A path at which nothing is yet.
	pub fn path(&self, name: &str) -> String {
		text(&self.files.join(name))
	}

	/// Registers a clause that one node runs, for up to two minutes.
	pub fn clause(&self, id: &str, program: &[u8], capability: &str) {
		let program = self.file(&format!("{}.wasm", id.replace([':', '@'], "-")), program);
		let head = ["clause", "register", id, "--program", &program, "--capability", capability];
		let mode = ["--mode", "single", "--risk", "low"];
		let limits = ["--fuel", "100000000000", "--wall-millis", "120000"];
		self.node.concordat(&[&head[..], &mode, &limits].concat());
	}
}

impl Node {
	/// Registers and attests a compute node.
	pub fn register(&self, enclave: &Enclave, who: &str, capabilities: &[&str]) -> u64 {
		let mut args = vec!["node", "register", "--enclave-url", &enclave.url];
		args.extend(["--jurisdiction", "CHE", "--suri", who]);
		args.extend(capabilities.iter().flat_map(|capability| ["--capability", capability]));
		let view = self.concordat(&args);
		view["id"].as_u64().expect("a node has a number")
	}

	/// A job.
	pub fn job(&self, id: JobId) -> JobView {
		let view = self.rpc("concordat_job", json!([id]));
		serde_json::from_value(view.clone()).unwrap_or_else(|e| panic!("{e}: {view}"))
	}

	/// Height of the best block.
	pub fn best(&self) -> u64 {
		let header = self.rpc("chain_getHeader", json!([]));
		let number = header["number"].as_str().expect("a header has a number");
		u64::from_str_radix(number.trim_start_matches("0x"), 16).expect("hexadecimal")
	}

	/// Hash of a block.
	pub fn block_hash(&self, number: u64) -> Hash {
		let hash = self.rpc("chain_getBlockHash", json!([number]));
		serde_json::from_value(hash).expect("the block is there")
	}

	/// Events of a block.
	pub fn events(&self, number: u64) -> Vec<RuntimeEvent> {
		let key = [twox_128(b"System"), twox_128(b"Events")].concat();
		let key = format!("0x{}", hex::encode(key));
		let found = self.rpc("state_getStorage", json!([key, self.block_hash(number)]));
		let Some(found) = found.as_str() else { return Vec::new() };
		let bytes = hex::decode(found.trim_start_matches("0x")).expect("hexadecimal");
		let records = Vec::<EventRecord<RuntimeEvent, Hash>>::decode(&mut &bytes[..]);
		records.expect("the runtime's own events").into_iter().map(|record| record.event).collect()
	}

	/// Everything that the chain shows to everybody from a block on, in hex: the state now, and the blocks.
	pub fn everything(&self, from: u64) -> String {
		/// Keys asked for at once.
		const PAGE: usize = 200;
		let mut all = String::new();
		let mut last = Value::Null;
		loop {
			let keys = self.rpc("state_getKeysPaged", json!(["0x", PAGE, last]));
			all += &self.rpc("state_queryStorageAt", json!([keys])).to_string();
			let keys = keys.as_array().expect("a list");
			if keys.len() < PAGE {
				break;
			}
			last = keys.last().expect("a page is not empty").clone();
		}
		for number in from..=self.best() {
			all += &self.rpc("chain_getBlock", json!([self.block_hash(number)])).to_string();
		}
		all
	}
}

/// What an enclave answered.
pub struct Answer {
	/// HTTP status.
	pub status: u16,
	/// Code of a refusal.
	pub code: String,
}

impl Enclave {
	/// Posts SCALE, as a host does.
	pub fn post(&self, path: &str, body: &impl Encode) -> Answer {
		let file = tempfile::NamedTempFile::new().expect("a temporary file");
		fs::write(file.path(), body.encode()).expect("a file can be written");
		let data = format!("@{}", text(file.path()));
		self.exchange(
			path,
			&["-H", "content-type: application/octet-stream", "--data-binary", &data],
		)
	}

	/// Asks for a path.
	pub fn get(&self, path: &str) -> Answer {
		self.exchange(path, &[])
	}

	fn exchange(&self, path: &str, args: &[&str]) -> Answer {
		let output = Command::new("curl")
			.args(["-sS", "--max-time", "10", "-w", "\n%{http_code}"])
			.args(args)
			.arg(format!("{}{path}", self.url))
			.output()
			.expect("curl is installed (`make setup`)");
		let said = String::from_utf8_lossy(&output.stdout).into_owned();
		let (body, status) = said.rsplit_once('\n').expect("curl prints the status");
		let body: Value = serde_json::from_str(body).unwrap_or_default();
		Answer {
			status: status.parse().expect("a status is a number"),
			code: body["code"].as_str().unwrap_or_default().to_owned(),
		}
	}
}
