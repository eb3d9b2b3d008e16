//! HTTP to an enclave, as far as its host needs it.

use codec::DecodeAll;
use concordat_attestation::source::Piece;
use concordat_primitives::enclave_api::{
	AttestRequest, AttestResponse, CollateralResponse, Identity, MAX_COLLATERAL_BYTES,
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Bytes, Request};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest wait for evidence and collateral: hardware may take long, and the enclave itself gives up after 30 s.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(35);
/// Most pieces of collateral that are looked at.
const MAX_PIECES: usize = 64;

async fn call<T: DeserializeOwned>(
	base: &str,
	path: &str,
	body: Option<Vec<u8>>,
	max_answer: usize,
	patience: Duration,
) -> Result<T, String> {
	let request = Request::builder()
		.method(if body.is_some() { "POST" } else { "GET" })
		.uri(format!("{}{path}", base.trim_end_matches('/')))
		.header("content-type", "application/json")
		.body(Full::<Bytes>::from(body.unwrap_or_default()))
		.map_err(|e| e.to_string())?;
	let exchange = async {
		let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
		let response = client.request(request).await.map_err(|e| e.to_string())?;
		let status = response.status();
		let bytes = Limited::new(response.into_body(), max_answer)
			.collect()
			.await
			.map_err(|e| e.to_string())?
			.to_bytes();
		if !status.is_success() {
			return Err(format!("{status}: {}", String::from_utf8_lossy(&bytes)));
		}
		serde_json::from_slice(&bytes).map_err(|e| format!("an answer that makes no sense: {e}"))
	};
	tokio::time::timeout(patience, exchange).await.map_err(|_| "no answer in time".to_string())?
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
