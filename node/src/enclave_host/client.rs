//! HTTP to an enclave, as far as its host needs it.

use concordat_primitives::enclave_api::{AttestRequest, AttestResponse, Identity};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Bytes, Request};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

async fn call<T: DeserializeOwned>(
	base: &str,
	path: &str,
	body: Option<Vec<u8>>,
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
		let bytes = Limited::new(response.into_body(), MAX_ANSWER)
			.collect()
			.await
			.map_err(|e| e.to_string())?
			.to_bytes();
		if !status.is_success() {
			return Err(format!("{status}: {}", String::from_utf8_lossy(&bytes)));
		}
		serde_json::from_slice(&bytes).map_err(|e| format!("an answer that makes no sense: {e}"))
	};
	tokio::time::timeout(PATIENCE, exchange).await.map_err(|_| "no answer in time".to_string())?
}

/// Who the enclave is.
pub async fn identity(base: &str) -> Result<Identity, String> {
	call(base, "/v1/identity", None).await
}

/// Evidence for a node, bound to a chain and a recent block.
pub async fn attest(base: &str, request: &AttestRequest) -> Result<AttestResponse, String> {
	let body = serde_json::to_vec(request).map_err(|e| e.to_string())?;
	call(base, "/v1/attest", Some(body)).await
}
