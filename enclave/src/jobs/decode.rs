//! Bodies from outside: bounded before anything is allocated for them, and decoded to their last byte.

use crate::refusal::Refusal;
use codec::{Compact, Decode, DecodeAll, Error};
use concordat_primitives::{
	enclave_api::{
		AssignmentProof, FinalityLink, FinalityUpdate, GenesisProof, JobToken, StartRequest,
		MAX_LINKS, MAX_PROVED_JOBS,
	},
	handoff::{Handoff, HandoffRefusal},
	Hash, JobId,
};

/// Most dependency outputs of one job.
pub const MAX_DEPENDENCIES: usize = 64;
/// Most nodes of the state trie in one proof.
pub const MAX_PROOF_NODES: usize = 8_192;

fn wrong(what: &str, error: Error) -> Refusal {
	Refusal::BadRequest(format!("{what}: {error}"))
}

fn whole<T: Decode>(what: &str, bytes: &[u8]) -> Result<T, Refusal> {
	T::decode_all(&mut &*bytes).map_err(|e| wrong(what, e))
}

/// A count, if it is at most `limit`; the rest of `input` is what is counted.
fn count(what: &str, input: &mut &[u8], limit: usize) -> Result<u32, Refusal> {
	let count = Compact::<u32>::decode(input).map_err(|e| wrong(what, e))?.0;
	if count as usize > limit {
		return Err(Refusal::BadRequest(format!("{count} {what}, where {limit} are allowed")));
	}
	Ok(count)
}

fn end(input: &[u8]) -> Result<(), Refusal> {
	if input.is_empty() {
		return Ok(());
	}
	Err(Refusal::BadRequest(format!("{} bytes too many", input.len())))
}

/// Decodes a [`JobToken`], and nothing but it.
pub fn decode_token(bytes: &[u8]) -> Result<JobToken, Refusal> {
	whole("token", bytes)
}

/// Decodes a [`Handoff`], and nothing but it.
pub fn decode_handoff(bytes: &[u8]) -> Result<Handoff, Refusal> {
	whole("handoff", bytes)
}

/// Decodes a [`HandoffRefusal`], and nothing but it.
pub fn decode_refusal(bytes: &[u8]) -> Result<HandoffRefusal, Refusal> {
	whole("refusal", bytes)
}

/// Decodes a [`FinalityUpdate`] of at most [`MAX_LINKS`] links, and nothing but it.
pub fn decode_finality(mut bytes: &[u8]) -> Result<FinalityUpdate, Refusal> {
	let input = &mut bytes;
	let genesis = Hash::decode(input).map_err(|e| wrong("genesis", e))?;
	let anchor = match bool::decode(input).map_err(|e| wrong("anchor", e))? {
		true => Some(GenesisProof {
			header: Vec::decode(input).map_err(|e| wrong("anchor", e))?,
			nodes: trie_nodes(input)?,
		}),
		false => None,
	};
	let links = (0..count("links", input, MAX_LINKS)?)
		.map(|_| FinalityLink::decode(input))
		.collect::<Result<_, _>>()
		.map_err(|e| wrong("links", e))?;
	end(input)?;
	Ok(FinalityUpdate { genesis, anchor, links })
}

/// Decodes an [`AssignmentProof`] of at most [`MAX_PROVED_JOBS`] jobs, and nothing but it.
pub fn decode_assignments(mut bytes: &[u8]) -> Result<AssignmentProof, Refusal> {
	let input = &mut bytes;
	let (genesis, block) = Decode::decode(input).map_err(|e| wrong("block", e))?;
	let jobs = (0..count("jobs", input, MAX_PROVED_JOBS)?)
		.map(|_| JobId::decode(input))
		.collect::<Result<_, _>>()
		.map_err(|e| wrong("jobs", e))?;
	let nodes = trie_nodes(input)?;
	end(input)?;
	Ok(AssignmentProof { genesis, block, jobs, nodes })
}

/// An empty node takes one byte here and 24 in memory: hence the bound on their number.
fn trie_nodes(input: &mut &[u8]) -> Result<Vec<Vec<u8>>, Refusal> {
	(0..count("nodes", input, MAX_PROOF_NODES)?)
		.map(|_| Vec::decode(input))
		.collect::<Result<_, _>>()
		.map_err(|e| wrong("nodes", e))
}

/// Decodes a [`StartRequest`]: every count is looked at before anything is allocated for it.
pub fn decode_start(mut bytes: &[u8]) -> Result<StartRequest, Refusal> {
	let input = &mut bytes;
	let token = JobToken::decode(input).map_err(|e| wrong("token", e))?;
	let program = Vec::<u8>::decode(input).map_err(|e| wrong("program", e))?;
	let data = Vec::<u8>::decode(input).map_err(|e| wrong("input", e))?;
	let count = count("dependencies", input, MAX_DEPENDENCIES)?;
	let dependencies = (0..count)
		.map(|_| Vec::<u8>::decode(input))
		.collect::<Result<_, _>>()
		.map_err(|e| wrong("dependencies", e))?;
	end(input)?;
	Ok(StartRequest { token, program, input: data, dependencies })
}
