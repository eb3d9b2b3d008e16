//! HTTP to an enclave, as far as its host needs it.

use codec::{DecodeAll, Encode};
use concordat_attestation::source::Piece;
use concordat_enclave::refusal::RefusalBody;
use concordat_primitives::{
	enclave_api::{
		AssignmentProof, AttestRequest, AttestResponse, CollateralResponse, FinalityStatus,
		FinalityUpdate, Identity, MAX_COLLATERAL_BYTES,
	},
	Hash,
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Bytes, Request, StatusCode};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest wait for evidence and collateral: hardware may take long, and the enclave itself gives up after 30 s.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(35);
/// Longest wait for an enclave that verifies: a thousand signatures for each header.
const PROOF_PATIENCE: Duration = Duration::from_secs(30);
/// Content types.
const JSON: &str = "application/json";
const SCALE: &str = "application/octet-stream";
/// Code of the refusal of an enclave that does not follow the chain yet.
const UNKNOWN_CHAIN: &str = "unknown-chain";
/// Most pieces of collateral that are looked at.
const MAX_PIECES: usize = 64;

/// Why there is no answer to build on.
enum Failure {
	/// The enclave refused: the status, and what it said.
	Refused(StatusCode, String),
	/// Something else went wrong.
	Other(String),
}

impl From<Failure> for String {
	fn from(failure: Failure) -> Self {
		match failure {
			Failure::Refused(status, said) => format!("{status}: {said}"),
			Failure::Other(reason) => reason,
		}
	}
}

/// Sends a body of a content type, or asks for a path.
async fn exchange(
	base: &str,
	path: &str,
	body: Option<(&str, Vec<u8>)>,
	max_answer: usize,
	patience: Duration,
) -> Result<Bytes, Failure> {
	let other = |error: &dyn ToString| Failure::Other(error.to_string());
	let (method, content_type, body) = match body {
		Some((content_type, body)) => ("POST", content_type, body),
		None => ("GET", JSON, Vec::new()),
	};
	let request = Request::builder()
		.method(method)
		.uri(format!("{}{path}", base.trim_end_matches('/')))
		.header("content-type", content_type)
		.body(Full::<Bytes>::from(body))
		.map_err(|e| other(&e))?;
	let exchange = async {
		let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
		let response = client.request(request).await.map_err(|e| other(&e))?;
		let status = response.status();
		let bytes = Limited::new(response.into_body(), max_answer)
			.collect()
			.await
			.map_err(|e| other(&e))?
			.to_bytes();
		if !status.is_success() {
			return Err(Failure::Refused(status, String::from_utf8_lossy(&bytes).into()));
		}
		Ok(bytes)
	};
	tokio::time::timeout(patience, exchange)
		.await
		.map_err(|_| Failure::Other("no answer in time".into()))?
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
	serde_json::from_slice(bytes).map_err(|e| format!("an answer that makes no sense: {e}"))
}

async fn call<T: DeserializeOwned>(
	base: &str,
	path: &str,
	body: Option<Vec<u8>>,
	max_answer: usize,
	patience: Duration,
) -> Result<T, String> {
	let body = body.map(|body| (JSON, body));
	json(&exchange(base, path, body, max_answer, patience).await?)
}

/// Who the enclave is.
pub async fn identity(base: &str) -> Result<Identity, String> {
	call(base, "/v1/identity", None, MAX_ANSWER, PATIENCE).await
}

/// Evidence for a node, bound to a chain and a recent block.
pub async fn attest(base: &str, request: &AttestRequest) -> Result<AttestResponse, String> {
	let body = serde_json::to_vec(request).map_err(|e| e.to_string())?;
	call(base, "/v1/attest", Some(body), MAX_ANSWER, EVIDENCE_PATIENCE).await
}

/// Collateral that the enclave's platform has at hand, in the order in which it can be posted.
pub async fn collateral(base: &str) -> Result<Vec<Piece>, String> {
	let answer: CollateralResponse =
		call(base, "/v1/collateral", None, MAX_COLLATERAL_BYTES, EVIDENCE_PATIENCE).await?;
	if answer.pieces.len() > MAX_PIECES {
		return Err(format!("{} pieces of collateral", answer.pieces.len()));
	}
	answer.pieces.iter().map(|text| piece(text)).collect()
}

/// Reads `0x` and the hex of a piece's encoding.
fn piece(text: &str) -> Result<Piece, String> {
	let digits = text.strip_prefix("0x").ok_or("collateral without 0x")?;
	let bytes = hex::decode(digits).map_err(|e| format!("collateral: {e}"))?;
	Piece::decode_all(&mut &bytes[..]).map_err(|e| format!("collateral: {e}"))
}

/// What the enclave holds to be final of a chain; nothing if it does not follow it yet.
pub async fn finality(base: &str, genesis: Hash) -> Result<Option<FinalityStatus>, String> {
	let path = format!("/v1/finality/{}", hex::encode(genesis));
	match exchange(base, &path, None, MAX_ANSWER, PATIENCE).await {
		Ok(bytes) => json(&bytes).map(Some),
		Err(Failure::Refused(StatusCode::NOT_FOUND, said)) if is_unknown_chain(&said) => Ok(None),
		Err(failure) => Err(failure.into()),
	}
}

/// Whether a refusal is about the chain, and not about the path: an older enclave does not know that one.
fn is_unknown_chain(said: &str) -> bool {
	serde_json::from_str::<RefusalBody>(said).is_ok_and(|body| body.code == UNKNOWN_CHAIN)
}

/// Brings the enclave's view of a chain forward.
pub async fn advance(base: &str, update: &FinalityUpdate) -> Result<FinalityStatus, String> {
	let body = Some((SCALE, update.encode()));
	let bytes = exchange(base, "/v1/finality", body, MAX_ANSWER, PROOF_PATIENCE).await?;
	FinalityStatus::decode_all(&mut &bytes[..])
		.map_err(|e| format!("an answer that makes no sense: {e}"))
}

/// Shows the enclave what the chain assigned.
pub async fn prove(base: &str, proof: &AssignmentProof) -> Result<(), String> {
	let body = Some((SCALE, proof.encode()));
	exchange(base, "/v1/assignments", body, MAX_ANSWER, PROOF_PATIENCE).await?;
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use concordat_attestation::collateral::Family;

	#[test]
	fn pieces_should_be_read_whole_or_not_at_all() {
		let root = Piece::Root { family: Family::Amd, certificate: vec![1, 2].try_into().unwrap() };
		let text = format!("0x{}", hex::encode(root.encode()));
		assert_eq!(piece(&text), Ok(root));
		for bad in [&text[2..], &text[..text.len() - 2], &format!("{text}00"), "0xzz", "", "0x"] {
			assert!(piece(bad).is_err(), "{bad}");
		}
	}
}
