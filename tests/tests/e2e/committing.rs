//! Results that are committed to before they are shown, an enclave that is killed and started anew between the two, and an
//! auditor who runs the job again.

use crate::{
	cluster::Cluster,
	harness::{until, World},
	programs,
};
use concordat_primitives::{
	job::{JobStatus, SeatState},
	views::JobView,
};
use serde_json::{json, Value};
use std::fs;

const CLAUSE: &str = "TEST::Agreed@1.0";
const CAPABILITY: &str = "test.busy";

/// A clause that two of three nodes have to agree on, after some seconds of work.
fn register(cluster: &Cluster) {
	let program = cluster.file("agreed.wasm", &programs::echo(8_000_000_000, b"agreed: "));
	let head = ["clause", "register", CLAUSE, "--program", &program, "--capability", CAPABILITY];
	let mode = ["--mode", "2/3", "--risk", "medium"];
	let limits = ["--fuel", "100000000000", "--wall-millis", "120000"];
	cluster.node.concordat(&[&head[..], &mode, &limits].concat());
}

fn committed(job: &JobView) -> Vec<u64> {
	let of = |state| matches!(state, SeatState::Committed(_));
	job.seats.iter().filter(|seat| of(seat.state)).map(|seat| seat.node.into()).collect()
}

#[test]
fn a_node_shows_what_it_committed_to_although_its_enclave_was_started_anew() {
	let world = World::new();
	let mut cluster = Cluster::start(&world, &["sgx", "tdx", "snp"].map(|kind| (kind, CAPABILITY)));
	register(&cluster);
	let input = cluster.file("input", b"112 mm");
	let submitted = cluster.node.concordat(&["job", "submit", CLAUSE, "--input", &input]);
	let id = submitted["job"].as_u64().expect("a job has a number");

	// All have taken their seats, and are at work; one of them is held up.
	let slow = until(60, "all seats are acknowledged", || {
		let job = cluster.node.job(id);
		let at_work = |state| matches!(state, SeatState::Acknowledged(_));
		let all = job.seats.len() == 3 && job.seats.iter().all(|seat| at_work(seat.state));
		all.then(|| u64::from(job.seats[2].node))
	});
	cluster.member(slow).enclave.process.pause();
	let job = until(90, "the other two have committed", || {
		let job = cluster.node.job(id);
		(committed(&job).len() == 2).then_some(job)
	});
	// Nobody has shown anything, and nothing can be read from what they have said.
	assert!(job.result.as_ref().is_none_or(|result| result.cacs.is_empty()), "{job:?}");
	let everything = cluster.node.everything(1);
	assert!(!everything.contains(&hex::encode(b"agreed: 112 mm")), "the output is not to be seen");

	// One of the two loses its enclave, and what comes in its place is another one.
	let victim = committed(&job)[0];
	let kinds = ["sgx", "tdx", "snp"];
	let place = cluster.members.iter().position(|member| member.id == victim).expect("one of ours");
	let member = cluster.member(victim);
	member.enclave.process.kill();
	let port = member.enclave.port;
	member.enclave = world.enclave_at(kinds[place], port);
	cluster.member(slow).enclave.process.resume();

	let end = until(120, "the job ends", || {
		let job = cluster.node.job(id);
		(job.status == JobStatus::Completed).then_some(job)
	});
	let shown = |node: u64| {
		let seats = end.seats.iter();
		let delivered = |state| matches!(state, SeatState::Delivered(_));
		seats.filter(|seat| u64::from(seat.node) == node).any(|seat| delivered(seat.state))
	};
	assert!(shown(victim), "{end:?}");
	assert_eq!(end.attempts, 1, "nobody had to step in: {end:?}");
	for member in &cluster.members {
		let node = cluster.node.rpc("concordat_node", json!([member.id]));
		assert_eq!(node["frozen"], "0", "nobody was slashed: {node}");
	}
	let printed = cluster.node.concordat(&["job", "result", &id.to_string()]);
	assert_eq!(printed["output"], "agreed: 112 mm");
	audit(&cluster, &end);
}

/// Somebody runs the job again, and finds what the nodes found.
fn audit(cluster: &Cluster, job: &JobView) {
	let (id, transcript) = (job.id.to_string(), cluster.path("transcript.json"));
	let report = cluster.node.concordat(&["audit", "run", &id, "--out", &transcript]);
	assert_eq!((&report["agrees"], &report["decisionHolds"]), (&json!(true), &json!(true)));
	let certificates = report["certificates"].as_array().expect("a list");
	assert!(certificates.len() >= 2, "{report}");
	assert!(certificates.iter().all(|one| one["finding"] == "agrees"), "{report}");

	let checked = cluster.node.concordat(&["audit", "check", &transcript]);
	assert_eq!((&checked["reproduced"], &checked["hash"]), (&json!(true), &report["hash"]));
	// One that was changed by hand is found out.
	let text = fs::read_to_string(&transcript).unwrap();
	let mut file: Value = serde_json::from_str(&text).unwrap();
	file["transcript"]["fuel"] = json!(1);
	let unhashed = cluster.file("unhashed.json", file.to_string().as_bytes());
	let (ok, _, stderr) = cluster.node.try_concordat(&["audit", "check", &unhashed]);
	assert!(!ok && stderr.contains("the file was changed"), "{stderr}");

	// It is evidence of nothing; whoever wants to disputes the job all the same.
	let dispute = ["audit", "dispute", &id, "--transcript", &transcript, "--from", "//Bob"];
	let (ok, _, stderr) = cluster.node.try_concordat(&dispute);
	assert!(!ok && stderr.contains("--anyway"), "{stderr}");
	let opened = cluster.node.concordat(&[&dispute[..], &["--anyway"]].concat());
	let view = cluster.node.rpc("concordat_dispute", json!([opened["dispute"]]));
	assert_eq!((&view["evidence"], &view["job"]), (&report["hash"], &json!(job.id)), "{view}");
}
