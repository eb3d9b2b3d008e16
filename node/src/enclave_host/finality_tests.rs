//! What is sent to enclaves, and that they believe it.

use super::*;
use crate::chain_spec;
use concordat_enclave::chain::Chains;
use concordat_finality::{
	fixtures::{header, State, Voters},
	verify_justification, HashedHeader,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
};

type Fragment = (Header, GrandpaJustification<Block>);

fn fragment(header: &Header, justification: &[u8]) -> Fragment {
	(header.clone(), GrandpaJustification::decode(justification).unwrap())
}

fn warp(fragments: &[Fragment]) -> Vec<u8> {
	(fragments, true).encode()
}

/// A chain with two changes of authorities: at block 4 and at block 9, and a justified block 12.
struct Made {
	voters: [Voters; 3],
	state: State,
	genesis: Header,
	headers: [Header; 3],
}

fn made() -> Made {
	let voters = [Voters::new(0, 1..5), Voters::new(1, 11..15), Voters::new(2, 21..28)];
	let state = State::genesis(&voters[0]);
	let genesis = header(Hash::zero(), 0, state.root(), vec![]);
	let at = |number, logs| header(Hash::repeat_byte(number), number.into(), Hash::zero(), logs);
	let headers =
		[at(4, vec![voters[1].change()]), at(9, vec![voters[2].change()]), at(12, vec![])];
	Made { voters, state, genesis, headers }
}

impl Made {
	fn fragments(&self) -> Vec<Fragment> {
		let justified = self.headers.iter().zip(&self.voters);
		justified.map(|(header, voters)| fragment(header, &voters.justify(header))).collect()
	}

	fn anchor(&self) -> GenesisProof {
		let nodes = self.state.prove(&[authorities_key()]);
		GenesisProof { header: self.genesis.encode(), nodes }
	}

	fn update(&self, links: Vec<FinalityLink>) -> FinalityUpdate {
		FinalityUpdate { genesis: self.genesis.hash(), anchor: Some(self.anchor()), links }
	}
}

#[test]
fn an_enclave_should_believe_a_warp_sync_proof_taken_apart() {
	let made = made();
	let links = links_of(&warp(&made.fragments()), 0, Some(made.voters[0].authorities())).unwrap();
	assert_eq!(links.len(), 3);
	let status = Chains::new([1; 32]).update(made.update(links)).unwrap();
	assert_eq!(status.finalized, (12, made.headers[2].hash()));
	assert_eq!((status.set_id, status.authorities), (2, 7));
}

#[test]
fn what_an_enclave_has_seen_should_not_be_sent_again() {
	let made = made();
	let proof = warp(&made.fragments());
	let heights = |held| {
		let links = links_of(&proof, held, None).unwrap();
		let number = |link: &FinalityLink| HashedHeader::decode(&link.header).unwrap().number();
		links.iter().map(number).collect::<Vec<_>>()
	};
	assert_eq!(heights(3), [4, 9, 12]);
	assert_eq!(heights(4), [9, 12]);
	assert_eq!(heights(11), [12]);
	assert!(heights(12).is_empty());
}

#[test]
fn votes_that_do_not_count_should_be_taken_out_under_each_set() {
	let made = made();
	// The first vote once more: a node does not mind.
	let padded = made.headers.iter().zip(&made.voters).map(|(header, voters)| {
		let mut places: Vec<usize> = (0..voters.pairs.len()).collect();
		places.push(0);
		let (header, padded) = fragment(header, &voters.justify_by(header, &places));
		padded.verify(voters.set_id, &voters.list()).unwrap();
		(header, padded)
	});
	let padded: Vec<Fragment> = padded.collect();
	let update = |authorities| made.update(links_of(&warp(&padded), 0, authorities).unwrap());
	assert!(Chains::new([1; 32]).update(update(None)).is_err());
	let tidied = update(Some(made.voters[0].authorities()));
	assert_eq!(Chains::new([1; 32]).update(tidied).unwrap().finalized.0, 12);
}

#[test]
fn nodes_should_accept_whatever_enclaves_do() {
	// `sc-consensus-grandpa` itself; the forms of tampering are in the tests of `concordat-finality`.
	let made = made();
	let voters = &made.voters[0];
	let header = &made.headers[0];
	let hashed = HashedHeader::decode(&header.encode()).unwrap();
	let node = |bytes: &[u8]| {
		GrandpaJustification::<Block>::decode(bytes).is_ok_and(|it| {
			it.target() == (header.number, header.hash()) && it.verify(0, &voters.list()).is_ok()
		})
	};
	let ours = |bytes: &[u8]| verify_justification(&hashed, bytes, &voters.authorities()).is_ok();
	let mut accepted = 0;
	for places in [vec![0, 1, 2, 3], vec![0, 1, 2], vec![3, 1, 0], vec![0, 1], vec![], vec![1; 3]] {
		let bytes = voters.justify_by(header, &places);
		assert!(node(&bytes) || !ours(&bytes), "{places:?}");
		accepted += usize::from(ours(&bytes));
		assert_eq!(ours(&bytes), places.len() >= 3 && places != [1; 3], "{places:?}");
		for place in 0..bytes.len() {
			let mut changed = bytes.clone();
			changed[place] ^= 1;
			assert!(node(&changed) || !ours(&changed), "{places:?}, byte {place}");
		}
	}
	assert_eq!(accepted, 3);
}

#[test]
fn the_chain_specification_should_make_the_genesis_proof_anew() {
	let spec = chain_spec::development().unwrap();
	let storage = spec.as_storage_builder().build_storage().unwrap();
	let state = InMemoryBackend::<BlakeTwo256>::from((storage.clone(), StateVersion::V1));
	let root = *state.root();
	let genesis = header(Hash::zero(), 0, root, vec![]);
	let nodes = genesis_nodes(storage.clone(), root).unwrap();
	let tracker = Tracker::start(genesis.hash(), &genesis.encode(), &nodes).unwrap();
	assert_eq!(tracker.authorities().len(), 1);
	assert_eq!(tracker.authorities().set_id(), 0);
	// It fits a request many times over, although the state holds the runtime's code.
	assert!(nodes.iter().map(Vec::len).sum::<usize>() < 16 * 1024);
	assert!(genesis_nodes(storage, Hash::zero()).is_err());
}

#[test]
fn links_should_be_cut_by_count_and_by_bytes() {
	let link = |bytes| FinalityLink { header: vec![0; bytes], justification: vec![] };
	assert!(batches(vec![]).is_empty());
	let small = batches(vec![link(10); MAX_LINKS + 1]);
	assert_eq!(small.iter().map(Vec::len).collect::<Vec<_>>(), [MAX_LINKS, 1]);
	let large = batches(vec![link(UPDATE_BYTES / 2); 4]);
	assert_eq!(large.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 1]);
	let third = batches(vec![link(UPDATE_BYTES / 3 - 10); 4]);
	assert_eq!(third.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
	// One that is too long for any goes alone.
	let huge = batches(vec![link(10), link(UPDATE_BYTES * 2), link(10)]);
	assert_eq!(huge.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn only_records_that_are_new_or_have_changed_should_be_shown() {
	let hash = Hash::repeat_byte;
	let mut shown = BTreeMap::new();
	let first = news(&mut shown, vec![(1, hash(1)), (2, hash(2))]);
	assert_eq!(first, [(1, hash(1)), (2, hash(2))]);
	shown.extend(first);
	assert!(news(&mut shown, vec![(2, hash(2)), (1, hash(1))]).is_empty());
	assert_eq!(news(&mut shown, vec![(1, hash(9)), (2, hash(2))]), [(1, hash(9))]);
	// A job that is over is forgotten; should it come back, it is shown again.
	assert!(news(&mut shown, vec![(2, hash(2))]).is_empty());
	assert_eq!(shown.len(), 1);
	assert_eq!(news(&mut shown, vec![(1, hash(1))]), [(1, hash(1))]);
}

#[test]
fn failures_should_be_repeated_after_growing_pauses_and_said_once() {
	let mut pause = Pause::default();
	let start = Instant::now();
	assert!(pause.is_over(start));
	let mut lengths = Vec::new();
	for _ in 0..8 {
		pause.fail(start, "refused");
		lengths.push(pause.until.unwrap().duration_since(start).as_secs());
	}
	assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 60, 60]);
	assert!(!pause.is_over(start + Duration::from_secs(59)));
	assert!(pause.is_over(start + Duration::from_secs(60)));
	assert!(!pause.fail(start, "refused"));
	assert!(pause.fail(start, "something else"));
	assert!(pause.succeed());
	assert!(!pause.succeed());
	assert!(pause.is_over(start));
}

/// Answers each request with the next of these, and says which paths were asked for.
async fn answering(answers: Vec<(u16, Vec<u8>)>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let task = tokio::spawn(async move {
		let mut asked = Vec::new();
		for (status, body) in answers {
			let (mut socket, _) = listener.accept().await.unwrap();
			let mut request = Vec::new();
			let mut buffer = [0; 4096];
			loop {
				let read = socket.read(&mut buffer).await.unwrap();
				request.extend_from_slice(&buffer[..read]);
				let text = String::from_utf8_lossy(&request).to_lowercase();
				let Some(head) = text.find("\r\n\r\n") else { continue };
				let length = text.split("content-length: ").nth(1).map_or(0, |rest| {
					rest.split("\r\n").next().and_then(|n| n.parse().ok()).unwrap_or(0)
				});
				if read == 0 || request.len() >= head + 4 + length {
					break;
				}
			}
			let text = String::from_utf8_lossy(&request);
			asked.push(text.lines().next().unwrap_or_default().into());
			let head = format!(
				"HTTP/1.1 {status} Answer\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
				body.len()
			);
			socket.write_all(head.as_bytes()).await.unwrap();
			socket.write_all(&body).await.unwrap();
		}
		asked
	});
	(url, task)
}

#[tokio::test]
async fn an_enclave_should_be_asked_in_its_own_words() {
	let genesis = Hash::repeat_byte(0xab);
	let status = FinalityStatus { finalized: (3, genesis), set_id: 1, authorities: 4 };
	let refusal = |code: &str| format!(r#"{{"code":"{code}","message":"…"}}"#).into_bytes();
	let (url, asked) = answering(vec![
		(200, serde_json::to_vec(&status).unwrap()),
		(404, refusal("unknown-chain")),
		(404, refusal("not-found")),
		(404, b"nothing here".to_vec()),
		(200, status.encode()),
		(200, b"what".to_vec()),
		(409, refusal("wrong-set")),
		(204, vec![]),
		(422, refusal("bad-proof")),
	])
	.await;
	assert_eq!(client::finality(&url, genesis).await, Ok(Some(status.clone())));
	assert_eq!(client::finality(&url, genesis).await, Ok(None));
	// An enclave that knows no such path is not one that knows no such chain.
	assert!(client::finality(&url, genesis).await.unwrap_err().contains("not-found"));
	assert!(client::finality(&url, genesis).await.is_err());
	let update = FinalityUpdate { genesis, anchor: None, links: vec![] };
	assert_eq!(client::advance(&url, &update).await, Ok(status));
	assert!(client::advance(&url, &update).await.is_err());
	assert!(client::advance(&url, &update).await.unwrap_err().contains("wrong-set"));
	let proof = AssignmentProof { genesis, block: genesis, jobs: vec![], nodes: vec![] };
	assert_eq!(client::prove(&url, &proof).await, Ok(()));
	assert!(client::prove(&url, &proof).await.unwrap_err().contains("bad-proof"));
	let asked = asked.await.unwrap();
	assert_eq!(asked[0], format!("GET /v1/finality/{} HTTP/1.1", "ab".repeat(32)));
	assert_eq!(asked[4], "POST /v1/finality HTTP/1.1");
	assert_eq!(asked[7], "POST /v1/assignments HTTP/1.1");
}
