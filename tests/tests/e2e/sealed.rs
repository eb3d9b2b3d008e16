//! An input that nobody but the enclaves of a job and its requester ever see, and a host that would like to.

use crate::{
	cluster::{Answer, Cluster},
	harness::{until, World},
	programs,
};
use concordat_primitives::{
	clause::{ResourceLimits, TriggerKind},
	enclave_api::{JobToken, SealedToken, StartRequest},
	hashing::NO_LINEAGE,
	job::{JobStatus, SeatState},
	sealed::SealedKey,
	views::JobView,
	AccountId, CapabilityId, Hash, Jurisdiction,
};
use std::fs;

/// What nobody else is to see: long enough not to turn up by chance.
const PLAINTEXT: &[u8] = b"the levee at the old mill holds until the second of June";
/// What the program writes before it.
const PREFIX: &[u8] = b"read: ";

/// What a host hands over that makes a token of its own for the first seat of a job.
fn forged(genesis: Hash, job: &JobView) -> StartRequest {
	let seat = &job.seats[0];
	let key = SealedKey { node: seat.node, key: [1; 32], encapsulated: [2; 32], wrapped: [3; 48] };
	let sealed = SealedToken { round: seat.attempt, ciphertext: Hash::repeat_byte(4), key };
	StartRequest {
		token: JobToken {
			genesis,
			job: job.id,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node: seat.node,
			lease: seat.lease,
			clause: job.clause.clone(),
			program: job.program,
			input: job.input,
			lineage: NO_LINEAGE,
			capability: CapabilityId::parse("test.echo").unwrap(),
			limits: ResourceLimits::SMALL,
			jurisdiction: Jurisdiction(*b"CHE"),
			dao: AccountId::new([5; 32]),
			trigger: TriggerKind::Manual,
			expires_at: seat.deliver_by,
			acted_on: (seat.assigned_at, Hash::repeat_byte(6)),
			sealed: Some(sealed),
			output_key: None,
			handoff: None,
			commit_reveal: false,
		},
		program: Vec::new(),
		input: Vec::new(),
		dependencies: Vec::new(),
	}
}

#[test]
fn a_sealed_job_is_opened_by_nobody_but_its_enclave_and_its_requester() {
	let world = World::new();
	let mut cluster =
		Cluster::start(&world, &[("snp", "test.echo"), ("tdx", "test.echo"), ("sgx", "test.echo")]);
	// Some seconds of work, in which the enclave can be asked other things about the job.
	cluster.clause("TEST::Echo@1.0", &programs::echo(6_000_000_000, PREFIX), "test.echo");
	let genesis = cluster.node.block_hash(0);
	for member in &cluster.members {
		let path = format!("/v1/finality/{}", hex::encode(genesis));
		until(60, "the enclave follows the chain", || {
			(member.enclave.get(&path).status == 200).then_some(())
		});
	}

	// Submitted: the chain has a commitment, and says whom to seal to.
	let node = &cluster.node;
	let (input, secret) = (cluster.file("input", PLAINTEXT), cluster.path("secret"));
	let (key, other_key) = (cluster.path("output.key"), cluster.path("other.key"));
	let public = node.concordat(&["job", "key", &key])["public"].as_str().unwrap().to_owned();
	node.concordat(&["job", "key", &other_key]);
	let from = node.best();
	let submitted = node.concordat(&[
		"job",
		"submit",
		"TEST::Echo@1.0",
		"--input",
		&input,
		"--sealed",
		"--secret",
		&secret,
		&format!("--output-key={public}"),
	]);
	let id = submitted["job"].as_u64().expect("a job has a number");
	let job = until(40, "the job awaits its input", || {
		let job = node.job(id);
		(job.status == JobStatus::AwaitingInput).then_some(job)
	});
	assert_eq!((job.seats.len(), job.backups.len()), (1, 2), "{job:?}");

	// Nothing is proved yet: what the host makes up is not started.
	let seated = job.seats[0].node;
	let ask = |cluster: &mut Cluster, change: &dyn Fn(&mut JobToken)| -> Answer {
		let mut request = forged(genesis, &job);
		change(&mut request.token);
		cluster.member(seated.into()).enclave.post("/v1/jobs", &request)
	};
	let run = format!("/v1/jobs/{id}/{}/{}", job.seats[0].attempt, hex::encode(job.seats[0].nonce));
	let answer = ask(&mut cluster, &|_| {});
	assert_eq!((answer.status, &answer.code[..]), (425, "unproven-job"));
	assert_eq!(cluster.member(seated.into()).enclave.get(&run).status, 404);

	// Sealed to the seat and to those who would step in.
	let sealed = cluster.node.concordat(&[
		"job",
		"seal",
		&id.to_string(),
		"--input",
		&input,
		"--secret",
		&secret,
	]);
	assert_eq!(sealed["job"], id);
	let recipients = sealed["recipients"].as_array().unwrap();
	assert_eq!(recipients.len(), 3, "{sealed}");
	assert_eq!(recipients[0], seated);

	// Once it is proved what the chain assigned, everything else is refused for good.
	let mut before = 0;
	until(60, "the enclave has the proof", || {
		let answer = ask(&mut cluster, &|token| token.nonce = Hash::repeat_byte(7));
		match (answer.status, &answer.code[..]) {
			(425, "unproven-job") => {
				before += 1;
				None
			},
			(403, "unproven-terms") => Some(()),
			other => panic!("{other:?}"),
		}
	});
	assert!(before > 0, "a seat that is not final yet is not proved");
	for change in [
		&(|token: &mut JobToken| token.program = Hash::repeat_byte(8)) as &dyn Fn(&mut JobToken),
		&|token| token.output_key = Some([9; 32]),
	] {
		let answer = ask(&mut cluster, change);
		// The second one if the right token was there first.
		let refused = [(403, "unproven-terms"), (409, "conflict")];
		assert!(
			refused.contains(&(answer.status, &answer.code)),
			"{} {}",
			answer.status,
			answer.code
		);
	}
	until(30, "the enclave runs it", || {
		(cluster.member(seated.into()).enclave.get(&run).status == 200).then_some(())
	});

	let node = &cluster.node;
	let end = until(90, "the job ends", || {
		let job = node.job(id);
		(job.status == JobStatus::Completed).then_some(job)
	});
	assert_eq!(end.attempts, 1, "nobody had to step in: {end:?}");
	assert_eq!(end.seats[0].node, seated);
	assert!(matches!(end.seats[0].state, SeatState::Delivered(_)), "{end:?}");

	// Only the right key opens what came out.
	let id = id.to_string();
	let result = ["job", "result", &id, "--secret", &secret];
	let opened = node.concordat(&[&result[..], &["--key", &key]].concat());
	assert_eq!(opened["sealed"], true);
	let plaintext = [PREFIX, PLAINTEXT].concat();
	assert_eq!(opened["output"].as_str().map(str::as_bytes), Some(&plaintext[..]));
	for (args, why) in [
		(&[&result[..], &["--key", &other_key]].concat()[..], "no copy of the output opens"),
		(&result[..], "sealed to another key"),
		(&result[..3], "without its secret"),
	] {
		let (ok, stdout, stderr) = node.try_concordat(args);
		assert!(!ok && stderr.contains(why), "{args:?}: {stderr}");
		assert!(!stdout.contains("levee"), "{stdout}");
	}

	// Nor does the chain know, in its state or in its blocks; nor did any process write it down.
	let everything = node.everything(from);
	for known in [&end.input.0[..], &hex::decode(public.trim_start_matches("0x")).unwrap()] {
		assert!(everything.contains(&hex::encode(known)), "what is public is found");
	}
	let ciphertext = sealed["ciphertext"].as_str().unwrap().trim_start_matches("0x");
	assert!(everything.contains(ciphertext), "what is public is found");
	assert!(!everything.contains(&hex::encode(PLAINTEXT)));
	let salt = fs::read_to_string(&secret).unwrap();
	let salt: serde_json::Value = serde_json::from_str(&salt).unwrap();
	let salt = salt["salt"].as_str().unwrap().trim_start_matches("0x");
	assert_eq!(salt.len(), 64);
	assert!(!everything.contains(salt));
	let enclaves = cluster.members.iter().map(|member| &member.enclave.process);
	for process in enclaves.chain([&node.process]) {
		let log = fs::read(&process.log).unwrap();
		assert!(!log.windows(PLAINTEXT.len()).any(|window| window == PLAINTEXT));
	}
}
