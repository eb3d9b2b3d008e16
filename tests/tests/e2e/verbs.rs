//! What people type to see and to steer whom the chain asks, and what sets jobs off: each verb once, against a chain.

use crate::{
	cluster::{text, Cluster},
	harness::{clause_program, repository, until, World},
};
use serde_json::{json, Value};
use std::{fs, os::unix::fs::PermissionsExt};

const CLAUSE: &str = "WMO::RainOutlook@1.0";
const JUDGE: &str = "WMO::AlertCheck@1.0";

/// A chain with three nodes that can judge rain.
fn rain(world: &World) -> Cluster {
	let both = ["hazard.rain", "general"];
	let members = ["sgx", "tdx", "snp"].map(|kind| (kind, &both[..]));
	let cluster = Cluster::start_with(world, &members);
	for (id, program, capability) in
		[(CLAUSE, "heavy_rain.wasm", both[0]), (JUDGE, "alert_check.wasm", both[1])]
	{
		let program = text(&clause_program(program));
		let head = ["clause", "register", id, "--program", &program, "--capability", capability];
		cluster.node.concordat(&[&head[..], &["--mode", "single", "--risk", "medium"]].concat());
	}
	cluster
}

fn input() -> String {
	text(&repository().join("examples/inputs/heavy-rain.input"))
}

fn refused(cluster: &Cluster, args: &[&str], why: &str) {
	let (ok, _, stderr) = cluster.node.try_concordat(args);
	assert!(!ok && stderr.contains(why), "{args:?}: {stderr}");
}

#[test]
fn people_see_and_steer_whom_the_chain_asks() {
	let world = World::new();
	let cluster = rain(&world);
	let node = &cluster.node;
	let ids: Vec<u64> = cluster.members.iter().map(|member| member.id).collect();

	// The catalogue.
	let all = node.concordat(&["capability", "list"]);
	let names: Vec<&str> =
		all.as_array().unwrap().iter().filter_map(|c| c["id"].as_str()).collect();
	assert!(names.contains(&"hazard.rain") && names.contains(&"general"), "{all}");
	let shown = node.concordat(&["capability", "show", "hazard.rain"]);
	assert_eq!((&shown["clauses"], &shown["owner"]), (&json!(1), &Value::Null), "{shown}");
	let types = ["--takes", "hazard.alert", "--gives", "hazard.alert"];
	let declare = ["capability", "declare", "demo.judge", "--category", "validation"];
	let declared = node.concordat(&[&declare[..], &types].concat());
	assert_eq!(declared["spec"]["inputTypes"], json!(["hazard.alert"]), "{declared}");
	assert_eq!(node.concordat(&["capability", "retire", "demo.judge"])["gone"], true);
	refused(&cluster, &["capability", "show", "demo.judge"], "there is no capability");

	// A node that does not perform a capability for now is not asked for it.
	let first = ids[0].to_string();
	let switch = |state| {
		let args = ["node", "availability", &first, "hazard.rain", state, "--suri", "//Node//1"];
		assert_eq!(node.concordat(&args)["available"], state == "on");
	};
	let asked = |args: &[&str]| -> Vec<(u64, Option<u64>)> {
		let routing = node.concordat(&[&["routing", CLAUSE], args].concat());
		let candidates = routing["candidates"].as_array().unwrap().iter();
		candidates.map(|one| (one["node"].as_u64().unwrap(), one["score"].as_u64())).collect()
	};
	switch("off");
	let score = |found: &[(u64, Option<u64>)], id| {
		found.iter().find(|(node, _)| *node == id).and_then(|(_, score)| *score)
	};
	assert_eq!(score(&asked(&[]), ids[0]), None);
	switch("on");
	assert!(score(&asked(&[]), ids[0]).is_some());
	// What a requester asks for counts, and from whose perspective it is.
	let (second, third) = (ids[1].to_string(), ids[2].to_string());
	let steered = asked(&["--prefer", &second, "--exclude", &third]);
	assert_eq!(steered[0].0, ids[1], "the preferred one comes first: {steered:?}");
	assert_eq!(score(&steered, ids[2]), None);
	assert!(score(&steered, ids[1]) > score(&steered, ids[0]), "{steered:?}");
	let alice = sp_keyring::Sr25519Keyring::Alice.to_account_id().to_string();
	assert_eq!(asked(&["--requester", &alice]).len(), 3);
	assert_eq!(asked(&["--node", &second]).len(), 3);

	// An ensemble, with what is asked of its nodes.
	let input = input();
	let submit = ["job", "submit", CLAUSE, "--input", &input];
	let wishes =
		["--ensemble", "3:voting", "--spread-vendors", "--class", "high", "--prefer", &second];
	let ended = node.concordat(&[&submit[..], &wishes, &["--max-price", "1", "--watch"]].concat());
	assert_eq!(ended["job"]["status"], "completed", "{ended}");
	assert_eq!(ended["job"]["seats"].as_array().map(Vec::len), Some(3));
	let job = ended["job"]["id"].to_string();
	assert_eq!(node.concordat(&["job", "watch", &job])["job"]["status"], "completed");
	let result = node.concordat(&["job", "result", &job]);
	assert_eq!(result["certificates"].as_array().map(Vec::len), Some(3), "{result}");
	refused(&cluster, &[&submit[..], &["--class", "critical"]].concat(), "class not permitted");
	// What nobody can fulfil waits, and says so.
	let excluded: Vec<&str> =
		[&first, &second, &third].into_iter().flat_map(|id| ["--exclude", id]).collect();
	let waiting = node.concordat(&[&submit[..], &excluded].concat())["job"].as_u64().unwrap();
	until(30, "the job says why it waits", || {
		let job = node.job(waiting);
		job.waiting.filter(|why| why != "queued")
	});

	// Workflows without a file, and one that is withdrawn.
	let patterns = ["workflow", "pattern"];
	let common = ["--input", &input];
	let pipeline = ["pipeline", "--main", CLAUSE, "--validate", JUDGE, "--retries", "1"];
	let planned = node.concordat(&[&patterns[..], &pipeline, &common, &["--dry-run"]].concat());
	assert_eq!(planned["workflow"]["steps"].as_array().map(Vec::len), Some(2));
	let fan = ["fan-out-fan-in", "--parallel", CLAUSE, "--count", "2", "--merge", JUDGE];
	let ended = node.concordat(&[&patterns[..], &fan, &common, &["--watch"]].concat());
	assert_eq!(ended["workflow"]["status"], "completed", "{ended}");
	let chain = ["chain", CLAUSE, JUDGE, "--workflow-timeout", "500"];
	let second = node.concordat(&[&patterns[..], &chain, &common].concat())["workflow"].to_string();
	let cancelled = node.concordat(&["workflow", "cancel", &second]);
	assert_eq!(cancelled["workflow"]["status"], "cancelled", "{cancelled}");
	let all = node.concordat(&["workflow", "list"]);
	assert_eq!(all["items"].as_array().map(Vec::len), Some(2), "{all}");
}

#[test]
fn people_say_what_sets_jobs_off_and_what_holds_them_back() {
	let world = World::new();
	let cluster = rain(&world);
	let node = &cluster.node;

	// A gauge, whose readings set a job off.
	let key = cluster.file("gauge.key", b"//Gauge");
	fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
	let keys = node.concordat(&["source", "key", &key]);
	let public = keys[1]["ed25519"].as_str().expect("the second one is Ed25519").to_owned();
	let head = ["source", "register", "--name", "bogor.rain", "--data-type", "precipitation-mm"];
	let key_of = format!("ed25519:{public}");
	let bounds = ["--max-age", "150", "--decimals", "2", "--min", "0", "--max", "2000"];
	let shown = node.concordat(&[&head[..], &["--key", &key_of], &bounds].concat());
	let source = shown["source"]["id"].to_string();
	let post = |value: &str| {
		node.concordat(&["source", "post", &source, "--value", value, "--key-file", &key])
	};
	assert_eq!(post("12.5")["triggers"], 0);

	let id: u64 = source.parse().unwrap();
	let trigger = |condition: Value| {
		let file = json!({
			"clause": CLAUSE,
			"condition": condition,
			"input": {
				"format": "heavy-rain/1",
				"parts": [
					{ "static": { "key": "station", "text": "Bogor" } },
					{ "history": { "source": id, "n": 1 } }
				]
			},
			"constraints": { "class": "high" },
			"cooldown": 1,
			"maxFirings": 3,
			"funding": "2.5"
		});
		let file = cluster.file("trigger.json", file.to_string().as_bytes());
		node.concordat(&["trigger", "create", &file])["id"].to_string()
	};
	let above = json!({ "source": id, "comparison": { "above": "50" }, "sustained": 1 });
	let sensor = trigger(json!({ "sensor": above }));
	let manual = trigger(json!("manual"));
	let preview = node.concordat(&["trigger", "preview", &manual]);
	let text = preview["input"].as_str().unwrap();
	assert!(
		text.starts_with("heavy-rain/1\nstation=Bogor\nrows=1\n") && text.contains(",12.50,"),
		"{text}"
	);
	assert_eq!(post("20")["triggers"], 0, "below its bound");
	assert_eq!(post("60.5")["triggers"], 1);
	node.concordat(&["trigger", "fire", &manual]);
	for (id, cause) in [(&sensor, "reading"), (&manual, "manual")] {
		until(30, "the trigger has opened a job", || {
			let shown = node.concordat(&["trigger", "show", id]);
			let firing = &shown["firings"][0];
			let by = firing["cause"].to_string();
			(firing["job"].is_u64() && by.contains(cause)).then_some(())
		});
	}
	let list = node.concordat(&["trigger", "list"]);
	assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "{list}");
	refused(&cluster, &["trigger", "fire", &manual, "--suri", "//Bob"], "the chain refused");
	assert_eq!(node.concordat(&["trigger", "pause", &manual])["status"], "paused");
	node.concordat(&["trigger", "remove", &manual]);

	// A forecast holds jobs back until it is withdrawn.
	let evidence = text_of_evidence();
	let subject = ["--clause", CLAUSE];
	let risk = ["--risk", "0.9", "--blocks", "60", "--evidence-file", &evidence];
	let declared = node.concordat(&[&["forecast", "declare"], &subject[..], &risk].concat());
	assert_eq!((&declared["holds"], &declared["forecast"]["pauses"]), (&json!(true), &json!(true)));
	assert_eq!(node.concordat(&["forecast", "list"]).as_array().map(Vec::len), Some(1));
	let input = input();
	let job =
		node.concordat(&["job", "submit", CLAUSE, "--input", &input])["job"].as_u64().unwrap();
	until(30, "the job is held back", || {
		(node.rpc("concordat_job", json!([job]))["status"] == "paused").then_some(())
	});
	let withdrawn = node.concordat(&[&["forecast", "withdraw"], &subject[..]].concat());
	assert_eq!(withdrawn["holds"], false, "{withdrawn}");
	assert_eq!(node.concordat(&["forecast", "list"]), json!([]));
	until(90, "the job goes on", || {
		(node.rpc("concordat_job", json!([job]))["status"] == "completed").then_some(())
	});
	let place = ["--jurisdiction", "CHE"];
	refused(&cluster, &[&["forecast", "declare"], &place[..], &risk].concat(), "NotAuthority");

	// Nobody has set a quota.
	assert_eq!(node.concordat(&["quota", "show", "--jurisdiction", "CHE"])["quota"], Value::Null);
}

fn text_of_evidence() -> String {
	text(&repository().join("examples/data/SOURCE.md"))
}
