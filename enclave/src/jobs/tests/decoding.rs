//! Bodies from outside.

use super::*;
use codec::Compact;
use concordat_primitives::{
	enclave_api::{
		AssignmentProof, FinalityLink, FinalityUpdate, GenesisProof, MAX_LINKS, MAX_PROVED_JOBS,
	},
	sealed::SealedKey,
};

/// Every beginning of `bytes`, and `bytes` with one more, is refused.
fn only_whole<T>(bytes: &[u8], decode: impl Fn(&[u8]) -> Result<T, Refusal>) {
	for len in 0..bytes.len() {
		assert!(matches!(decode(&bytes[..len]), Err(Refusal::BadRequest(_))), "{len}");
	}
	let longer = [bytes, &[0]].concat();
	assert!(matches!(decode(&longer), Err(Refusal::BadRequest(_))));
}

/// A token with everything that one can have.
fn full_token() -> JobToken {
	let mut token = request(1, ECHO, b"rain").token;
	let key = SealedKey { node: 7, key: [1; 32], encapsulated: [2; 32], wrapped: [3; 48] };
	token.sealed = Some(SealedToken { round: 1, ciphertext: Hash::repeat_byte(4), key });
	token.output_key = Some([5; 32]);
	token.handoff = Some(seats::handoff_to(&token, &Keys::generate().unwrap()));
	token.commit_reveal = true;
	token
}

#[test]
fn tokens_handoffs_and_refusals_should_decode_as_they_were_encoded() {
	let token = full_token();
	assert_eq!(decode_token(&token.encode()).unwrap(), token);
	only_whole(&token.encode(), decode_token);
	let handoff = token.handoff.unwrap().signed.handoff;
	assert_eq!(decode_handoff(&handoff.encode()).unwrap(), handoff);
	only_whole(&handoff.encode(), decode_handoff);
	let refusal = HandoffRefusal {
		genesis: token.genesis,
		job: 1,
		attempt: 2,
		nonce: token.nonce,
		node: 7,
		handoff: handoff.digest(),
		fault: HandoffFault::WrongTask,
	};
	assert_eq!(decode_refusal(&refusal.encode()).unwrap(), refusal);
	only_whole(&refusal.encode(), decode_refusal);
}

#[test]
fn proofs_should_decode_as_they_were_encoded_and_no_longer_than_allowed() {
	let link = FinalityLink { header: vec![1, 2], justification: vec![3] };
	let anchor = GenesisProof { header: vec![4], nodes: vec![vec![5, 6], vec![]] };
	for anchor in [None, Some(anchor)] {
		let genesis = Hash::repeat_byte(1);
		let mut update = FinalityUpdate { genesis, anchor, links: vec![link.clone(); MAX_LINKS] };
		assert_eq!(decode_finality(&update.encode()).unwrap(), update);
		only_whole(&update.encode(), decode_finality);
		update.links.push(link.clone());
		assert!(matches!(decode_finality(&update.encode()), Err(Refusal::BadRequest(_))));
	}
	let mut proof = AssignmentProof {
		genesis: Hash::repeat_byte(1),
		block: Hash::repeat_byte(2),
		jobs: (0..MAX_PROVED_JOBS as u64).collect(),
		nodes: vec![vec![7; 3], vec![]],
	};
	assert_eq!(decode_assignments(&proof.encode()).unwrap(), proof);
	only_whole(&proof.encode(), decode_assignments);
	proof.jobs.push(99);
	assert!(matches!(decode_assignments(&proof.encode()), Err(Refusal::BadRequest(_))));
	proof.jobs.clear();
	proof.nodes = vec![vec![]; MAX_PROOF_NODES];
	assert!(decode_assignments(&proof.encode()).is_ok());
	proof.nodes.push(vec![]);
	assert!(matches!(decode_assignments(&proof.encode()), Err(Refusal::BadRequest(_))));
}

#[test]
fn counts_of_proofs_should_be_refused_before_anything_is_allocated() {
	// Four million links or nodes of which each takes a byte or two.
	let absurd = Compact(1u32 << 22).encode();
	let body = [&[1; 32][..], &[0], &absurd, &vec![0; 1 << 23]].concat();
	assert!(matches!(decode_finality(&body), Err(Refusal::BadRequest(_))));
	let body = [&[1; 32][..], &[1], &[0], &absurd, &vec![0; 1 << 22]].concat();
	assert!(matches!(decode_finality(&body), Err(Refusal::BadRequest(_))));
	let body = [&[1; 64][..], &[0], &absurd, &vec![0; 1 << 22]].concat();
	assert!(matches!(decode_assignments(&body), Err(Refusal::BadRequest(_))));
	let body = [&[1; 64][..], &absurd, &vec![0; 1 << 22]].concat();
	assert!(matches!(decode_assignments(&body), Err(Refusal::BadRequest(_))));
}

#[test]
fn requests_should_decode_as_they_were_encoded() {
	let mut request = request(1, ECHO, b"rain");
	request.dependencies = vec![vec![], vec![1, 2, 3]];
	let bytes = request.encode();
	assert_eq!(decode_start(&bytes).unwrap(), request);
	for len in 0..bytes.len() {
		let refusal = decode_start(&bytes[..len]).unwrap_err();
		assert!(matches!(refusal, Refusal::BadRequest(_)), "{len}: {refusal:?}");
	}
	let longer = [bytes, vec![0]].concat();
	assert!(matches!(decode_start(&longer), Err(Refusal::BadRequest(_))));
}

#[test]
fn absurd_counts_should_be_refused_before_anything_is_allocated() {
	let mut request = request(1, ECHO, b"rain");
	request.dependencies = vec![vec![]; MAX_DEPENDENCIES];
	assert!(decode_start(&request.encode()).is_ok());
	request.dependencies.push(vec![]);
	assert!(matches!(decode_start(&request.encode()), Err(Refusal::BadRequest(_))));

	// A program said to be 1 GiB long, of which nothing follows.
	let mut bytes = request.token.encode();
	codec::Compact(1u32 << 30).encode_to(&mut bytes);
	assert!(matches!(decode_start(&bytes), Err(Refusal::BadRequest(_))));
}
