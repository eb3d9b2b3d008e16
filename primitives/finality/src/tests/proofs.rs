//! Storage proofs.

use crate::{
	fixtures::State, read_proof, FinalityError, Hash, What, MAX_PROOF_BYTES, MAX_PROOF_KEYS,
	MAX_PROOF_NODES,
};
use sp_runtime::{traits::BlakeTwo256, StateVersion};
use sp_state_machine::{prove_read, InMemoryBackend};

fn entries() -> Vec<(Vec<u8>, Vec<u8>)> {
	(0..100u8).map(|n| (vec![n, n / 2, n / 3], vec![n; usize::from(n) * 3])).collect()
}

#[test]
fn values_and_their_absence_should_be_read() {
	let state = State::new(entries());
	let keys = [&[7, 3, 2][..], &[7, 3, 3], &[99, 49, 33], b"absent"];
	let values = read_proof(&state.root(), &state.prove(&keys), &keys).unwrap();
	assert_eq!(values, [Some(vec![7; 21]), None, Some(vec![99; 297]), None]);
}

#[test]
fn proofs_of_a_nodes_state_should_be_read() {
	// As a node makes them, in either layout of the state.
	for version in [StateVersion::V0, StateVersion::V1] {
		let all = vec![(None, entries().into_iter().map(|(k, v)| (k, Some(v))).collect())];
		let backend = InMemoryBackend::<BlakeTwo256>::default().update(all, version);
		let root = *backend.root();
		for (key, value) in entries() {
			let nodes = prove_read(backend.clone(), [&key]).unwrap().into_nodes();
			let nodes: Vec<_> = nodes.into_iter().collect();
			assert_eq!(read_proof(&root, &nodes, &[&key]), Ok(vec![Some(value)]));
		}
		let nodes: Vec<_> =
			prove_read(backend, [b"absent"]).unwrap().into_nodes().into_iter().collect();
		assert_eq!(read_proof(&root, &nodes, &[b"absent"]), Ok(vec![None]));
	}
}

#[test]
fn an_absence_should_need_a_proof_too() {
	let state = State::new(entries());
	assert_eq!(
		read_proof(&state.root(), &[], &[b"absent"]),
		Err(FinalityError::Incomplete { key: 0 })
	);
}

#[test]
fn each_missing_node_should_be_noticed() {
	let state = State::new(entries());
	let keys = [vec![99, 49, 33]];
	let nodes = state.prove(&keys);
	assert!(nodes.len() > 2);
	for missing in 0..nodes.len() {
		let mut rest = nodes.clone();
		rest.remove(missing);
		let error = read_proof(&state.root(), &rest, &keys).unwrap_err();
		assert_eq!(error, FinalityError::Incomplete { key: 0 }, "without node {missing}");
	}
}

#[test]
fn each_changed_byte_should_be_noticed() {
	let state = State::new(entries());
	let keys = [vec![5, 2, 1]];
	let nodes = state.prove(&keys);
	for place in 0..nodes.len() {
		for byte in 0..nodes[place].len() {
			let mut forged = nodes.clone();
			forged[place][byte] ^= 1;
			assert!(read_proof(&state.root(), &forged, &keys).is_err(), "node {place} byte {byte}");
		}
	}
}

#[test]
fn another_root_should_be_refused() {
	let (state, other) = (State::new(entries()), State::new([(vec![1], vec![1])]));
	let keys = [vec![5, 2, 1]];
	let nodes = state.prove(&keys);
	for root in [other.root(), Hash::zero(), Hash::repeat_byte(1)] {
		let error = read_proof(&root, &nodes, &keys).unwrap_err();
		assert_eq!(error, FinalityError::Incomplete { key: 0 });
	}
}

#[test]
fn the_error_should_name_the_key() {
	let state = State::new(entries());
	let (proved, other) = (vec![5, 2, 1], vec![99, 49, 33]);
	let nodes = state.prove(&[&proved]);
	let error = read_proof(&state.root(), &nodes, &[proved, other]).unwrap_err();
	assert_eq!(error, FinalityError::Incomplete { key: 1 });
}

#[test]
fn order_repetition_and_surplus_of_nodes_should_not_matter() {
	let state = State::new(entries());
	let keys = [vec![5, 2, 1]];
	let mut nodes = state.prove(&keys);
	nodes.reverse();
	nodes.extend(nodes.clone());
	nodes.push(b"of no use".to_vec());
	assert_eq!(read_proof(&state.root(), &nodes, &keys), Ok(vec![Some(vec![5; 15])]));
}

#[test]
fn proofs_should_be_bounded_in_nodes_bytes_and_keys() {
	let root = Hash::zero();
	let (count, most) = (MAX_PROOF_NODES + 1, MAX_PROOF_NODES);
	let error = FinalityError::TooMany { what: What::Nodes, count, most };
	assert_eq!(read_proof(&root, &vec![vec![]; count], &[b"key"]), Err(error));

	let (bytes, most) = (MAX_PROOF_BYTES + 1, MAX_PROOF_BYTES);
	let error = FinalityError::TooLong { what: What::Nodes, bytes, most };
	assert_eq!(read_proof(&root, &[vec![0; most], vec![0]], &[b"key"]), Err(error));

	let (count, most) = (MAX_PROOF_KEYS + 1, MAX_PROOF_KEYS);
	let error = FinalityError::TooMany { what: What::Keys, count, most };
	assert_eq!(read_proof(&root, &[], &vec![b"key"; count]), Err(error));
}
