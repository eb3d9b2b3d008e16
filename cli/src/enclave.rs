//! The enclave's HTTP interface, as far as an operator needs it.

use crate::error::{Error, Result};
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
const MAX_ANSWER: usize = MAX_COLLATERAL_BYTES;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait for evidence: hardware may take as long as the enclave lets it.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(60);

async fn call<T: DeserializeOwned>(
	base: &str,
	path: &str,
	body: Option<Vec<u8>>,
	patience: Duration,
) -> Result<T> {
	let failed = |reason: String| Error::Enclave { url: base.into(), reason };
	let request = Request::builder()
		.method(if body.is_some() { "POST" } else { "GET" })
		.uri(format!("{}{path}", base.trim_end_matches('/')))
		.header("content-type", "application/json")
		.body(Full::<Bytes>::from(body.unwrap_or_default()))
		.map_err(|e| failed(e.to_string()))?;
	let exchange = async {
		let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
		let response = client.request(request).await.map_err(|e| failed(with_cause(&e)))?;
		let status = response.status();
		let bytes = Limited::new(response.into_body(), MAX_ANSWER)
			.collect()
			.await
			.map_err(|e| failed(e.to_string()))?
			.to_bytes();
		if !status.is_success() {
			return Err(failed(format!("{status}: {}", String::from_utf8_lossy(&bytes))));
		}
		serde_json::from_slice(&bytes)
			.map_err(|e| failed(format!("an answer that makes no sense: {e}")))
	};
	tokio::time::timeout(patience, exchange).await.map_err(|_| failed("no answer".into()))?
}

/// An error and what lies under it.
fn with_cause(error: &dyn std::error::Error) -> String {
	match error.source() {
		Some(cause) => format!("{error}: {}", with_cause(cause)),
		None => error.to_string(),
	}
}

/// Who the enclave is.
pub async fn identity(base: &str) -> Result<Identity> {
	call(base, "/v1/identity", None, PATIENCE).await
}

/// Evidence for a node, bound to a chain and a recent block.
pub async fn attest(base: &str, request: &AttestRequest) -> Result<AttestResponse> {
	let body = serde_json::to_vec(request)
		.map_err(|e| Error::Enclave { url: base.into(), reason: e.to_string() })?;
	call(base, "/v1/attest", Some(body), EVIDENCE_PATIENCE).await
}

/// Collateral that the enclave's platform has at hand, in the order in which it can be posted.
pub async fn collateral(base: &str) -> Result<Vec<Piece>> {
	let answer: CollateralResponse = call(base, "/v1/collateral", None, EVIDENCE_PATIENCE).await?;
	let wrong = || Error::Enclave {
		url: base.into(),
		reason: "a piece of collateral of a kind that this program does not know".into(),
	};
	answer
		.pieces
		.iter()
		.map(|text| {
			let bytes = hex::decode(text.trim_start_matches("0x")).map_err(|_| wrong())?;
			Piece::decode_all(&mut &bytes[..]).map_err(|_| wrong())
		})
		.collect()
}
