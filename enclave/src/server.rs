//! HTTP on loopback: the paths of [`concordat_primitives::enclave_api`].
//!
//! Bodies are read up to a bound and within a time; connections are counted; a `Host` header that
//! names anything but this machine is refused, so that no web page can reach the enclave through a
//! name of its own. Every refusal is JSON with a stable code ([`crate::refusal`]).

use crate::{
	attest::attest,
	chain::{ChainError, Chains},
	engine::CPU_TIME_SOURCE,
	evidence::Guard,
	jobs::{
		decode_assignments, decode_finality, decode_handoff, decode_refusal, decode_start,
		decode_token, Jobs,
	},
	keys::Keys,
	refusal::{Refusal, RefusalBody},
};
use axum::{
	body::{to_bytes, Body, Bytes},
	extract::{Path, Request, State},
	http::{
		header::{CONTENT_TYPE, HOST},
		HeaderMap, StatusCode,
	},
	middleware::{self, Next},
	response::{IntoResponse, Response},
	routing::{get, post},
	Json, Router,
};
use codec::Encode;
use concordat_primitives::{
	enclave_api::{AttestRequest, AttestResponse, CollateralResponse, FinalityStatus, Identity},
	Attempt, Hash, JobId,
};
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, sync::Arc, time::Duration};

const SCALE: &str = "application/octet-stream";
const JSON: &str = "application/json";
/// Longest JSON body.
const MAX_JSON_BYTES: usize = 4 * 1024;
/// Longest token.
const MAX_TOKEN_BYTES: usize = 4 * 1024;
/// Longest handoff and longest refusal to sign.
const MAX_SEAT_BYTES: usize = 1024;
/// Longest [`concordat_primitives::enclave_api::FinalityUpdate`]: as many links as one may have, each with the votes of
/// some 900 authorities. Hosts of larger sets send fewer links at a time.
const MAX_FINALITY_BYTES: usize = concordat_primitives::enclave_api::MAX_FINALITY_BYTES;
/// Longest [`concordat_primitives::enclave_api::AssignmentProof`]: as many jobs as one may have, each with 64 KiB of nodes.
const MAX_ASSIGNMENT_BYTES: usize = concordat_primitives::enclave_api::MAX_ASSIGNMENT_BYTES;

/// What the handlers share.
pub(crate) struct Service {
	pub keys: Arc<Keys>,
	pub provider: Guard,
	pub jobs: Jobs,
	pub chains: Chains,
	pub identity: Identity,
	pub max_body_bytes: usize,
	pub body_time: Duration,
	pub loopback_only: bool,
}

type Shared = Arc<Service>;

/// Answer to `GET /v1/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
	/// `ok`: takes jobs; `busy`: will again, when one ends.
	pub status: String,
	/// Runs at this moment.
	pub running: usize,
	/// Runs allowed at once.
	pub max_running: usize,
	/// Attempts remembered.
	pub remembered: usize,
	/// What the processor time of a run is measured with: `thread-cpu` or `wall`.
	pub cpu_time: String,
	/// No hardware stands behind the enclave.
	pub simulated: bool,
}

impl IntoResponse for Refusal {
	fn into_response(self) -> Response {
		let status =
			StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
		let body = RefusalBody { code: self.code().into(), message: self.to_string() };
		(status, Json(body)).into_response()
	}
}

/// The paths.
pub(crate) fn router(service: Shared) -> Router {
	Router::new()
		.route("/v1/health", get(health))
		.route("/v1/identity", get(identity))
		.route("/v1/attest", post(evidence))
		.route("/v1/collateral", get(collateral))
		.route("/v1/acks", post(acknowledge))
		.route("/v1/jobs", post(start))
		.route("/v1/jobs/{job}/{attempt}/{nonce}", get(poll))
		.route("/v1/handoffs", post(hand_over))
		.route("/v1/refusals", post(refuse))
		.route("/v1/finality", post(follow))
		.route("/v1/finality/{genesis}", get(finality))
		.route("/v1/assignments", post(assignments))
		.fallback(|| async { Refusal::NotFound })
		.method_not_allowed_fallback(|| async { Refusal::Method })
		.layer(middleware::from_fn_with_state(service.clone(), guard))
		.with_state(service)
}

/// Refuses requests that were addressed to somebody else.
async fn guard(State(service): State<Shared>, request: Request, next: Next) -> Response {
	let named = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
	if service.loopback_only && named.is_some_and(|host| !is_local_name(host)) {
		return Refusal::ForeignHost.into_response();
	}
	next.run(request).await
}

/// Whether a `Host` header names an address or `localhost`, with or without a port.
fn is_local_name(host: &str) -> bool {
	let name = match host.rsplit_once(':') {
		Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => {
			name
		},
		_ => host,
	};
	let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
	name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
}

async fn health(State(service): State<Shared>) -> Response {
	let counts = service.jobs.counts();
	let max_running = service.jobs.bounds().running;
	let takes_jobs = service.jobs.has_room();
	let status = if takes_jobs { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
	let body = Health {
		status: if takes_jobs { "ok" } else { "busy" }.into(),
		running: counts.running,
		max_running,
		remembered: counts.remembered,
		cpu_time: CPU_TIME_SOURCE.into(),
		simulated: service.identity.simulated,
	};
	(status, Json(body)).into_response()
}

async fn identity(State(service): State<Shared>) -> Json<Identity> {
	Json(service.identity.clone())
}

async fn evidence(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<Json<AttestResponse>, Refusal> {
	let body = service.read(&headers, body, JSON, MAX_JSON_BYTES).await?;
	let request: AttestRequest =
		serde_json::from_slice(&body).map_err(|e| Refusal::BadRequest(e.to_string()))?;
	let (signing_key, encryption_key) = (service.keys.signing_key(), service.keys.encryption_key());
	let evidence = service
		.provider
		.ask(move |provider| attest(provider, &signing_key, &encryption_key, &request))
		.await?;
	Ok(Json(AttestResponse { evidence: evidence.encode(), signing_key, encryption_key }))
}

async fn collateral(State(service): State<Shared>) -> Result<Json<CollateralResponse>, Refusal> {
	let pieces = service.provider.ask(|provider| provider.collateral()).await?;
	let pieces = pieces.iter().map(|piece| format!("0x{}", hex::encode(piece.encode()))).collect();
	Ok(Json(CollateralResponse { pieces }))
}

async fn acknowledge(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<Response, Refusal> {
	let body = service.read(&headers, body, SCALE, MAX_TOKEN_BYTES).await?;
	let ack = service.jobs.acknowledge(&decode_token(&body)?)?;
	Ok((StatusCode::ACCEPTED, [(CONTENT_TYPE, SCALE)], ack.encode()).into_response())
}

async fn start(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<Response, Refusal> {
	let body = service.read(&headers, body, SCALE, service.max_body_bytes).await?;
	let ack = service.jobs.start(decode_start(&body)?)?;
	Ok((StatusCode::ACCEPTED, [(CONTENT_TYPE, SCALE)], ack.encode()).into_response())
}

async fn poll(
	State(service): State<Shared>,
	Path((job, attempt, nonce)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
	let wrong = |what: &str| Refusal::BadRequest(format!("{what} cannot be read"));
	let job: JobId = job.parse().map_err(|_| wrong("the job"))?;
	let attempt: Attempt = attempt.parse().map_err(|_| wrong("the attempt"))?;
	let nonce = read_hash(&nonce).ok_or_else(|| wrong("the nonce"))?;
	Ok(scale(&service.jobs.poll(job, attempt, nonce)?))
}

async fn hand_over(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<Response, Refusal> {
	let body = service.read(&headers, body, SCALE, MAX_SEAT_BYTES).await?;
	Ok(scale(&service.jobs.hand_over(decode_handoff(&body)?)?))
}

async fn refuse(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<Response, Refusal> {
	let body = service.read(&headers, body, SCALE, MAX_SEAT_BYTES).await?;
	Ok(scale(&service.jobs.refuse(decode_refusal(&body)?)?))
}

async fn follow(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<Response, Refusal> {
	let body = service.read(&headers, body, SCALE, MAX_FINALITY_BYTES).await?;
	let update = decode_finality(&body)?;
	let status = service.ask_chains(move |chains| chains.update(update)).await?;
	Ok(scale(&status))
}

async fn finality(
	State(service): State<Shared>,
	Path(genesis): Path<String>,
) -> Result<Json<FinalityStatus>, Refusal> {
	let genesis = read_hash(&genesis)
		.ok_or_else(|| Refusal::BadRequest("the genesis hash cannot be read".into()))?;
	let status = service.chains.status(genesis);
	Ok(Json(status.ok_or(ChainError::UnknownChain(genesis))?))
}

async fn assignments(
	State(service): State<Shared>,
	headers: HeaderMap,
	body: Body,
) -> Result<StatusCode, Refusal> {
	let body = service.read(&headers, body, SCALE, MAX_ASSIGNMENT_BYTES).await?;
	let proof = decode_assignments(&body)?;
	service.ask_chains(move |chains| chains.prove(proof)).await?;
	Ok(StatusCode::NO_CONTENT)
}

/// Answers in SCALE.
fn scale(answer: &impl Encode) -> Response {
	([(CONTENT_TYPE, SCALE)], answer.encode()).into_response()
}

/// 64 hexadecimal digits, with or without `0x`.
fn read_hash(text: &str) -> Option<Hash> {
	let mut bytes = [0u8; 32];
	hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).ok()?;
	Some(Hash::from(bytes))
}

impl Service {
	/// Signatures and tries are verified beside the server's own threads.
	async fn ask_chains<T: Send + 'static>(
		&self,
		question: impl FnOnce(&Chains) -> Result<T, ChainError> + Send + 'static,
	) -> Result<T, Refusal> {
		let chains = self.chains.clone();
		let answer = tokio::task::spawn_blocking(move || question(&chains)).await;
		answer
			.map_err(|e| Refusal::HostFault(format!("the verification ended early: {e}")))?
			.map_err(Refusal::from)
	}

	/// A body of the right type, within its bounds.
	async fn read(
		&self,
		headers: &HeaderMap,
		body: Body,
		content_type: &'static str,
		limit: usize,
	) -> Result<Bytes, Refusal> {
		let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
		let essence = declared.unwrap_or_default().split(';').next().unwrap_or_default().trim();
		if !essence.eq_ignore_ascii_case(content_type) {
			return Err(Refusal::ContentType(content_type));
		}
		let body = tokio::time::timeout(self.body_time, to_bytes(body, limit))
			.await
			.map_err(|_| Refusal::SlowBody)?;
		// The other reason is a connection that broke: then nobody reads the answer.
		body.map_err(|_| Refusal::TooLarge(limit))
	}
}

#[cfg(test)]
mod tests {
	use super::is_local_name;

	#[test]
	fn only_local_names_are_local() {
		for name in
			["localhost", "LOCALHOST:9955", "127.0.0.1", "127.0.0.1:9955", "[::1]:9955", "[::1]"]
		{
			assert!(is_local_name(name), "{name}");
		}
		for name in
			["", "example.org", "example.org:9955", "localhost.example.org", "127.0.0.1.nip.io:80"]
		{
			assert!(!is_local_name(name), "{name}");
		}
	}
}
