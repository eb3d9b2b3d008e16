//! Two validators and three enclaves, each a process of its own; and an enclave that dies.

use crate::{
	harness::{clause_program, repository, until, Node, World},
	programs,
};
use serde_json::{json, Value};
use std::time::{Duration, Instant};

/// Longest time from the death of an enclave until another node has its seat.
pub const REPLACED: Duration = Duration::from_secs(30);

/// A node's lease, which counts and is simulated.
fn lease(node: &Node, id: u64) -> Value {
	let view = node.rpc("concordat_attestation", json!([id]));
	assert_eq!(view["refusal"], Value::Null, "{view}");
	assert_eq!(view["lease"]["simulated"], true, "{view}");
	view["lease"].clone()
}

fn path(path: std::path::PathBuf) -> String {
	path.display().to_string()
}

#[test]
fn two_validators_and_three_enclaves_reach_finality_and_complete_a_job() {
	let world = World::new();
	let enclaves = ["sgx", "tdx", "snp"].map(|kind| world.enclave(kind));
	let alice = world.node(
		"alice",
		&[
			"--chain=local".into(),
			"--alice".into(),
			"--validator".into(),
			// Authorities refuse to make up a network identity unless told to; these two live for a minute.
			"--unsafe-force-node-key-generation".into(),
			format!("--enclave-url={}", enclaves[0].url),
			format!("--enclave-url={}", enclaves[1].url),
			"--port=0".into(),
		],
	);
	let bob = world.node(
		"bob",
		&[
			"--chain=local".into(),
			"--bob".into(),
			"--validator".into(),
			"--unsafe-force-node-key-generation".into(),
			format!("--enclave-url={}", enclaves[2].url),
			format!("--bootnodes={}", alice.bootnode()),
			"--port=0".into(),
		],
	);
	until(90, "both nodes finalise", || {
		(alice.finalised() > 1 && bob.finalised() > 1).then_some(())
	});

	let mut nodes = vec![
		alice.register(&enclaves[0], "//Node//1", &["hazard.rain"]),
		alice.register(&enclaves[1], "//Node//2", &["hazard.rain"]),
		// The operator's key has to lie in the keystore of the node that hosts the enclave.
		bob.register(&enclaves[2], "//Node//3", &["hazard.rain"]),
	];
	// Three vendors' formats, none of which has hardware behind it.
	let vendors = ["intelSgx", "intelTdx", "amdSevSnp"];
	for (node, vendor) in nodes.iter().zip(vendors) {
		assert_eq!(lease(&alice, *node)["vendor"], vendor);
	}
	let program = path(clause_program("heavy_rain.wasm"));
	alice.concordat(&[
		"clause",
		"register",
		"WMO::HeavyRain@1.0",
		"--program",
		&program,
		"--capability",
		"hazard.rain",
		"--mode",
		"2/3",
		"--risk",
		"high",
	]);
	let input = path(repository().join("examples/inputs/heavy-rain.input"));
	let history =
		alice.concordat(&["job", "submit", "WMO::HeavyRain@1.0", "--input", &input, "--watch"]);
	assert_eq!(history["job"]["status"], "completed", "{history}");
	let mut seats: Vec<u64> = history["job"]["seats"]
		.as_array()
		.unwrap()
		.iter()
		.map(|s| s["node"].as_u64().unwrap())
		.collect();
	seats.sort_unstable();
	nodes.sort_unstable();
	assert_eq!(seats, nodes, "every enclave has a seat, so both hosts had work");

	let result = bob.concordat(&["job", "result", "1"]);
	let found: Value =
		serde_json::from_str(result["output"].as_str().expect("text")).expect("JSON");
	let expected =
		std::fs::read_to_string(repository().join("examples/expected/heavy-rain.json")).unwrap();
	let expected: Value = serde_json::from_str(&expected).unwrap();
	assert_eq!(found, expected, "the clause's output is the independently computed one");

	let bundle = path(world.dir.path().join("receipt.json"));
	bob.concordat(&["receipt", "fetch", "--job", "1", "--out", &bundle]);
	let report = bob.concordat(&["receipt", "verify", &bundle]);
	assert_eq!(report["simulated"], true);

	let height = alice.finalised();
	until(30, "finality goes on", || (bob.finalised() > height + 2).then_some(()));
}

#[test]
fn a_job_completes_although_its_enclave_is_killed() {
	let world = World::new();
	let mut enclaves = ["nitro", "snp", "tdx"].map(|kind| world.enclave(kind));
	let mut args = vec!["--dev".into(), "--dev-enclaves=0".into()];
	args.extend(enclaves.iter().map(|enclave| format!("--enclave-url={}", enclave.url)));
	let node = world.node("dev", &args);
	let nodes: Vec<u64> = enclaves
		.iter()
		.zip(["//Node//1", "//Node//2", "//Node//3"])
		.map(|(enclave, who)| node.register(enclave, who, &["test.busy"]))
		.collect();
	for (id, vendor) in nodes.iter().zip(["awsNitro", "amdSevSnp", "intelTdx"]) {
		assert_eq!(lease(&node, *id)["vendor"], vendor);
	}

	let program = world.dir.path().join("busy.wasm");
	// Some seconds of work: the enclave dies in the middle on a fast machine, and the wall clock suffices on a slow one. Its
	// limit puts the delivery off by 136 s: what replaces the dead one sooner is the silence of its node.
	std::fs::write(&program, programs::busy(10_000_000_000)).unwrap();
	node.concordat(&[
		"clause",
		"register",
		"TEST::Busy@1.0",
		"--program",
		&path(program),
		"--capability",
		"test.busy",
		"--mode",
		"single",
		"--risk",
		"low",
		"--fuel",
		"100000000000",
		"--wall-millis",
		"120000",
	]);
	let input = world.dir.path().join("input");
	std::fs::write(&input, b"work").unwrap();
	let job = node.concordat(&["job", "submit", "TEST::Busy@1.0", "--input", &path(input)])["job"]
		.as_u64()
		.expect("a job has a number");

	let first = until(40, "the job runs", || {
		let view = node.rpc("concordat_job", json!([job]));
		(view["status"] == "running").then(|| view["seats"][0]["node"].as_u64().unwrap())
	});
	let victim = nodes.iter().position(|id| *id == first).expect("one of ours");
	let killed = Instant::now();
	enclaves[victim].process.kill();

	let second = until(75, "another node takes the seat", || {
		let view = node.rpc("concordat_job", json!([job]));
		let seats = view["seats"].as_array()?;
		seats.iter().filter_map(|seat| seat["node"].as_u64()).find(|id| *id != first)
	});
	let replaced = killed.elapsed();
	assert_ne!(first, second);
	println!(
		"node {first} killed; node {second} has its seat {:.1} s later",
		replaced.as_secs_f32()
	);
	assert!(replaced < REPLACED, "{replaced:?}");
	let end = until(120, "the job ends", || {
		let view = node.rpc("concordat_job", json!([job]));
		(view["status"] == "completed").then_some(view)
	});
	let micros = &end["result"]["cacs"][0][1]["statement"]["v1"]["usage"]["cpuMicros"];
	println!(
		"done {:.1} s after the kill; the run itself took {micros} µs",
		killed.elapsed().as_secs_f32()
	);
	assert!(end["attempts"].as_u64() >= Some(2), "{end}");
	assert!(killed.elapsed() < Duration::from_secs(240));
	let printed = node.concordat(&["job", "result", &job.to_string()]);
	assert_eq!(printed["output"], "done");
}
