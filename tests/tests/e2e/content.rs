//! Programs and inputs that the chain names and does not keep, on a development chain with three enclaves.

use crate::{
	harness::{clause_program, repository, until, Mirror, Node, World},
	programs,
};
use serde_json::{json, Value};
use std::{
	fs,
	path::{Path, PathBuf},
};

fn text(path: &Path) -> String {
	path.display().to_string()
}

/// A development node, with three active nodes of its own.
fn development(world: &World, args: &[String]) -> Node {
	let node = world.node("dev", &[&["--dev".to_owned()], args].concat());
	until(120, "three nodes take jobs", || {
		let page = node.rpc("concordat_nodes", json!([0, 100]));
		let active = page["items"]
			.as_array()?
			.iter()
			.filter(|view| view["spec"]["role"] == "compute" && view["status"] == "active");
		(active.count() == 3).then_some(())
	});
	node
}

/// `concordat content put`; returns the name of the file.
fn put(node: &Node, file: &Path, dir: &Path) -> String {
	let stored = node.concordat(&["content", "put", &text(file), "--dir", &text(dir)]);
	let path = PathBuf::from(stored["path"].as_str().expect("a path"));
	assert_eq!(fs::read(&path).unwrap(), fs::read(file).unwrap());
	let name = path.file_name().unwrap().to_str().unwrap().to_owned();
	assert_eq!(stored["hash"], format!("0x{name}"));
	name
}

#[test]
fn a_clause_whose_program_and_input_are_kept_elsewhere_completes() {
	let world = World::new();
	let (mirrored, content) =
		(world.dir.path().join("mirror"), world.dir.path().join("dev/content"));
	let mirror = Mirror::over(mirrored.clone());
	let node = development(&world, &[format!("--content-mirror={}", mirror.url)]);

	let program = clause_program("heavy_rain.wasm");
	let program_name = put(&node, &program, &mirrored);
	let clause = node.concordat(&[
		"clause",
		"register",
		"WMO::HeavyRain@1.0",
		"--program",
		&text(&program),
		"--program-elsewhere",
		"https://programs.example.org/heavy_rain.wasm",
		"--capability",
		"hazard.rain",
		"--mode",
		"2/3",
		"--risk",
		"high",
	]);
	let kept = &clause["spec"]["program"];
	assert_eq!(kept["hash"], format!("0x{program_name}"));
	assert!(kept["location"]["external"].is_string(), "{clause}");

	let input = repository().join("examples/inputs/heavy-rain.input");
	let input_name = put(&node, &input, &content);
	let history = node.concordat(&[
		"job",
		"submit",
		"WMO::HeavyRain@1.0",
		"--input",
		&text(&input),
		"--input-elsewhere",
		"ipfs://bafkreirain",
		"--watch",
	]);
	let job = &history["job"];
	assert_eq!(job["status"], "completed", "{history}");
	assert_eq!(job["attempts"], 1, "nobody had to step in: {history}");
	assert_eq!(job["input"], format!("0x{input_name}"));
	let result = node.concordat(&["job", "result", "1"]);
	let found: Value =
		serde_json::from_str(result["output"].as_str().expect("text")).expect("JSON");
	let expected =
		fs::read_to_string(repository().join("examples/expected/heavy-rain.json")).unwrap();
	let expected: Value = serde_json::from_str(&expected).unwrap();
	assert_eq!(found, expected, "the clause's output is the independently computed one");

	// The mirror has only the program; the directory was asked before it for the input. One look served all three.
	assert_eq!(mirror.asked(), [format!("/{program_name}")]);
}

#[test]
fn an_input_that_is_nowhere_blames_nobody_and_one_that_turns_up_is_used() {
	let world = World::new();
	let content = world.dir.path().join("content");
	let node = development(&world, &[format!("--content-dir={}", text(&content))]);
	let file = |name: &str, bytes: &[u8]| {
		let path = world.dir.path().join(name);
		fs::write(&path, bytes).unwrap();
		path
	};
	let program = file("busy.wasm", &programs::busy(1_000));
	node.concordat(&[
		"clause",
		"register",
		"TEST::Busy@1.0",
		"--program",
		&text(&program),
		"--capability",
		"test.busy",
		"--mode",
		"single",
		"--risk",
		"low",
		"--wall-millis",
		"1000",
	]);
	let submit = |input: &Path| {
		let args = ["job", "submit", "TEST::Busy@1.0", "--input", &text(input)];
		let elsewhere = ["--input-elsewhere", "https://inputs.example.org/rain.csv"];
		let job = node.concordat(&[&args[..], &elsewhere].concat())["job"].as_u64();
		job.expect("a job has a number")
	};
	let view = |job: u64| node.rpc("concordat_job", json!([job]));
	let completed = |job: u64| {
		until(90, "the job completes", || {
			let view = view(job);
			(view["status"] == "completed").then_some(view)
		})
	};

	// The seat is taken while the host looks, and the input is used as soon as it is there.
	let late = file("late", b"late");
	let job = submit(&late);
	until(30, "the seat is acknowledged", || {
		view(job)["seats"][0]["state"]["acknowledged"].is_number().then_some(())
	});
	put(&node, &late, &content);
	let end = completed(job);
	assert_eq!(end["attempts"], 1, "{end}");

	// An input that does not turn up: the enclave says so, in time, and others have their turn. One node alone could not say
	// what came out, so that three are asked then.
	let lost = file("lost", b"lost");
	let job = submit(&lost);
	let failed = until(60, "the first round ends", || {
		let view = view(job);
		let cac = &view["result"]["cacs"][0][1]["statement"]["v1"];
		cac.is_object().then(|| cac.clone())
	});
	assert_eq!(failed["outcome"]["failure"], "contentUnavailable", "{failed}");
	put(&node, &lost, &content);
	let end = completed(job);
	assert!(end["attempts"].as_u64() >= Some(2), "{end}");
	let seats = end["seats"].as_array().expect("seats");
	let others = seats.iter().filter(|seat| seat["node"] != failed["node"]).count();
	assert!(others >= 2, "other nodes have their turn: {end}");
	let totals = node.rpc("concordat_totals", json!([]));
	assert_eq!(totals["missedDeadlines"], 0, "nobody was silent: {totals}");
}
