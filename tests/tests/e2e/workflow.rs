//! Steps on different nodes, what is handed from one to the next, and an enclave that dies between.

use crate::{
	cluster::Cluster,
	harness::{until, World},
	network::REPLACED,
	programs,
};
use concordat_runtime::{pallet_workflows, Runtime, RuntimeEvent};
use serde_json::{json, Value};
use std::{collections::BTreeSet, time::Instant};

/// Nodes that can be the first step's, and nodes that can be the second's.
const MEMBERS: [(&str, &str); 3] =
	[("sgx", "test.echo"), ("tdx", "test.busy"), ("snp", "test.busy")];
/// Turns of a program that takes no time.
const FEW: i64 = 1_000;

/// Two clauses, and a workflow of both: the second one answers to the output of the first.
fn two_steps(cluster: &Cluster, turns: i64) -> String {
	cluster.clause("TEST::First@1.0", &programs::echo(FEW, b"first: "), "test.echo");
	let second = programs::echo_dependency(turns, b"second: ");
	cluster.clause("TEST::Second@1.0", &second, "test.busy");
	let workflow = json!({
		"kind": "sequential",
		"input": { "text": "rain" },
		"steps": [
			{ "name": "first", "clause": "TEST::First@1.0", "retries": 1 },
			{
				"name": "second",
				"clause": "TEST::Second@1.0",
				"after": ["first"],
				"input": { "own": { "text": "dry" } },
				"retries": 1
			}
		],
		"reserve": "1"
	});
	cluster.file("workflow.json", workflow.to_string().as_bytes())
}

/// What the chain said about a workflow, block by block.
fn told(cluster: &Cluster, ended: &Value) -> Vec<pallet_workflows::Event<Runtime>> {
	let bounds = [&ended["workflow"]["submittedAt"], &ended["workflow"]["endedAt"]];
	let [from, to] = bounds.map(|block| block.as_u64().expect("it was submitted, and has ended"));
	let events = (from..=to).flat_map(|block| cluster.node.events(block));
	events
		.filter_map(|event| match event {
			RuntimeEvent::Workflows(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// Handoffs of the second step that are on chain: from whom, to whom.
fn handoffs(events: &[pallet_workflows::Event<Runtime>]) -> Vec<(u64, u64)> {
	let handed = events.iter().filter_map(|event| match event {
		pallet_workflows::Event::HandedOver { workflow: 1, step: 1, from, to, .. } => {
			Some((u64::from(*from), u64::from(*to)))
		},
		_ => None,
	});
	handed.collect()
}

fn ensure_completed(ended: &Value) {
	assert_eq!(ended["workflow"]["status"], "completed", "{ended}");
	let output = ended["workflow"]["output"].as_str().expect("the output lies on chain");
	let output = hex::decode(output.trim_start_matches("0x")).expect("hexadecimal");
	assert_eq!(String::from_utf8_lossy(&output), "second: first: rain", "{ended}");
}

#[test]
fn a_workflow_of_two_steps_is_handed_from_one_node_to_another() {
	let world = World::new();
	let cluster = Cluster::start(&world, &MEMBERS);
	let file = two_steps(&cluster, FEW);
	let started = Instant::now();
	let ended = cluster.node.concordat(&["workflow", "submit", &file, "--watch"]);
	println!("two steps took {:.1} s", started.elapsed().as_secs_f32());
	ensure_completed(&ended);

	let steps = ended["steps"].as_array().unwrap();
	let [first, second] = [0, 1].map(|place| steps[place]["node"].as_u64().expect("a node ran it"));
	assert_eq!(first, cluster.members[0].id);
	assert!(cluster.members[1..].iter().any(|member| member.id == second));
	assert_eq!(ended["workflow"]["context"]["lineage"], json!([first, second]));
	for step in steps {
		assert_eq!((&step["status"], &step["tries"]), (&json!("completed"), &json!(1)));
	}
	// Signed by the first node's enclave, checked by the chain and by the second's.
	let events = told(&cluster, &ended);
	assert_eq!(handoffs(&events), [(first, second)], "{events:?}");
	let lapsed = |event: &&_| matches!(event, pallet_workflows::Event::HandoffLapsed { .. });
	assert_eq!(events.iter().find(lapsed), None);

	let history = ended["history"].as_array().unwrap();
	let told: BTreeSet<u64> = history.iter().filter_map(|line| line["step"].as_u64()).collect();
	assert_eq!(told, BTreeSet::from([0, 1]), "both steps were told of: {ended}");
}

#[test]
fn a_workflow_completes_although_the_enclave_of_a_step_is_killed() {
	let world = World::new();
	let mut cluster = Cluster::start(&world, &MEMBERS);
	// Some seconds of work for the second step; two minutes are its limit.
	let file = two_steps(&cluster, 10_000_000_000);
	cluster.node.concordat(&["workflow", "submit", &file]);
	let shown = |cluster: &Cluster| cluster.node.concordat(&["workflow", "show", "1"]);
	let job =
		until(90, "the second step has a job", || shown(&cluster)["steps"][1]["job"].as_u64());
	let first = until(60, "the second step runs", || {
		let view = cluster.node.rpc("concordat_job", json!([job]));
		(view["status"] == "running").then(|| view["seats"][0]["node"].as_u64().unwrap())
	});
	// The program is handed over only with the handoff, or instead of it.
	until(30, "its enclave is at work", || {
		let view = cluster.node.job(job);
		let seat = &view.seats[0];
		let run = format!("/v1/jobs/{job}/{}/{}", seat.attempt, hex::encode(seat.nonce));
		(cluster.member(first).enclave.get(&run).status == 200).then_some(())
	});
	let killed = Instant::now();
	cluster.member(first).enclave.process.kill();

	let second = until(75, "another node takes the seat", || {
		let view = cluster.node.rpc("concordat_job", json!([job]));
		let seats = view["seats"].as_array()?;
		seats.iter().filter_map(|seat| seat["node"].as_u64()).find(|id| *id != first)
	});
	let replaced = killed.elapsed();
	println!(
		"the enclave of node {first} was killed; node {second} has its seat {:.1} s later",
		replaced.as_secs_f32()
	);
	let ended = cluster.node.concordat(&["workflow", "watch", "1", "--patience", "180"]);
	println!("the workflow is done {:.1} s after the kill", killed.elapsed().as_secs_f32());
	ensure_completed(&ended);
	assert!(replaced < REPLACED, "{replaced:?}");
	assert_eq!(ended["steps"][1]["node"], second);
	assert_eq!(ended["steps"][1]["job"], job, "the same job: the step was not begun anew");
	// Each of them was handed the step by the node that ran the first one, which is alive.
	let sender = cluster.members[0].id;
	assert_eq!(handoffs(&told(&cluster, &ended)), [(sender, first), (sender, second)]);
}
