//! TDX through dstack: the service of a dstack machine makes quotes for its containers, over HTTP on a socket.
//!
//! `POST /GetQuote` with `{"report_data": "<hex>"}` is answered with `{"quote": "<hex>", …}`. The older service, `tappd`,
//! has its own name for the same: `POST /prpc/Tappd.RawQuote`.

use super::{Device, EvidenceError, Exhibit};
use concordat_attestation::Vendor;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
	body::Bytes,
	header::{CONTENT_TYPE, HOST},
	Request, StatusCode,
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::{
	io,
	path::{Path, PathBuf},
	thread,
	time::Duration,
};

/// Where the service listens, below the root; the first that exists is used.
const SOCKETS: [&str; 6] = [
	"var/run/dstack.sock",
	"run/dstack.sock",
	"var/run/dstack/dstack.sock",
	"run/dstack/dstack.sock",
	"var/run/tappd.sock",
	"run/tappd.sock",
];
/// Longest answer. It carries the whole event log.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Most of a refusal that is shown.
const MAX_REASON_CHARS: usize = 200;
/// How long the service may take: it asks the quoting enclave of the host.
const TIME: Duration = Duration::from_secs(20);

/// Why the service gave no quote.
#[derive(Debug, thiserror::Error)]
pub enum DstackError {
	/// It cannot be reached.
	#[error("cannot connect: {0}; mount the socket into the container (volumes: /var/run/dstack.sock), or name it with --dstack-socket")]
	Connect(#[source] io::Error),
	/// It does not speak HTTP.
	#[error("the conversation broke: {0}; see the log of the dstack guest agent")]
	Http(#[source] hyper::Error),
	/// It refused.
	#[error("refused with {status}: {reason}; see the log of the dstack guest agent")]
	Refused {
		/// Status.
		status: StatusCode,
		/// Beginning of what it said.
		reason: String,
	},
	/// Its answer is too long.
	#[error("answered more than {MAX_ANSWER_BYTES} bytes: this is not the dstack guest agent")]
	TooLong,
	/// Its answer cannot be read.
	#[error("answered something else than a quote: {0}; this is not the dstack guest agent, or a newer one")]
	Unreadable(String),
	/// It did not answer in time.
	#[error("no answer within {} s; see the log of the dstack guest agent", .0.as_secs())]
	Slow(Duration),
}

/// The answer, as far as it matters.
#[derive(Deserialize)]
struct Answer {
	quote: String,
}

/// The service of a dstack machine.
pub struct Dstack {
	socket: PathBuf,
	time: Duration,
}

/// The socket that is there, or the usual one.
pub(super) fn default_socket(root: &Path) -> PathBuf {
	let sockets = SOCKETS.map(|path| root.join(path));
	let [usual, ..] = &sockets;
	sockets.iter().find(|path| path.exists()).unwrap_or(usual).clone()
}

/// What a quote is asked for with.
fn method(socket: &Path) -> &'static str {
	let name = socket.file_name().and_then(|name| name.to_str()).unwrap_or_default();
	if name.starts_with("tappd") {
		"/prpc/Tappd.RawQuote"
	} else {
		"/GetQuote"
	}
}

/// Reads hex, with or without `0x`.
fn decode(answer: &[u8]) -> Result<Vec<u8>, DstackError> {
	let answer: Answer =
		serde_json::from_slice(answer).map_err(|e| DstackError::Unreadable(e.to_string()))?;
	let digits = answer.quote.strip_prefix("0x").unwrap_or(&answer.quote);
	hex::decode(digits).map_err(|e| DstackError::Unreadable(e.to_string()))
}

#[cfg(unix)]
async fn ask(socket: &Path, report_data: &[u8; 64]) -> Result<Vec<u8>, DstackError> {
	let stream = tokio::net::UnixStream::connect(socket).await.map_err(DstackError::Connect)?;
	let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
		.await
		.map_err(DstackError::Http)?;
	let connection = tokio::spawn(connection);
	let body = serde_json::json!({ "report_data": hex::encode(report_data) }).to_string();
	let request = Request::post(method(socket))
		.header(HOST, "dstack")
		.header(CONTENT_TYPE, "application/json")
		.body(Full::new(Bytes::from(body)))
		.map_err(|e| DstackError::Unreadable(e.to_string()))?;
	let response = sender.send_request(request).await.map_err(DstackError::Http)?;
	let status = response.status();
	let collected = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
	connection.abort();
	let answer = match collected {
		Ok(body) => body.to_bytes(),
		Err(error) if error.is::<LengthLimitError>() => return Err(DstackError::TooLong),
		Err(error) => {
			return Err(match error.downcast::<hyper::Error>() {
				Ok(error) => DstackError::Http(*error),
				Err(error) => DstackError::Unreadable(error.to_string()),
			})
		},
	};
	if status != StatusCode::OK {
		let text = String::from_utf8_lossy(&answer);
		let reason = text.chars().take(MAX_REASON_CHARS).collect();
		return Err(DstackError::Refused { status, reason });
	}
	decode(&answer)
}

#[cfg(not(unix))]
async fn ask(_: &Path, _: &[u8; 64]) -> Result<Vec<u8>, DstackError> {
	Err(DstackError::Connect(io::ErrorKind::Unsupported.into()))
}

impl Dstack {
	/// At this socket.
	pub fn new(socket: PathBuf) -> Self {
		Self { socket, time: TIME }
	}

	/// Gives the service less time.
	#[cfg(test)]
	pub(super) fn within(self, time: Duration) -> Self {
		Self { time, ..self }
	}

	fn failed(&self, source: DstackError) -> EvidenceError {
		EvidenceError::Dstack { socket: self.socket.clone(), source }
	}
}

impl Device for Dstack {
	fn name(&self) -> &'static str {
		"dstack"
	}

	fn exhibit(&self, report_data: &[u8; 64]) -> Result<Exhibit, EvidenceError> {
		let system = |source| EvidenceError::System { what: "I/O", source };
		let conversation = || {
			let runtime = tokio::runtime::Builder::new_current_thread()
				.enable_all()
				.build()
				.map_err(system)?;
			// A timeout has to be made within the runtime.
			let answer = runtime.block_on(async {
				tokio::time::timeout(self.time, ask(&self.socket, report_data)).await
			});
			answer.unwrap_or(Err(DstackError::Slow(self.time))).map_err(|error| self.failed(error))
		};
		// A runtime cannot be entered from within another one, and nobody knows where this is called.
		let quote = thread::scope(|scope| scope.spawn(conversation).join())
			.unwrap_or(Err(EvidenceError::Lost))?;
		Exhibit::quote(self.name(), Vendor::IntelTdx, &quote)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_socket_that_exists_should_be_taken_and_its_method_be_known() {
		let root = tempfile::tempdir().unwrap();
		assert_eq!(default_socket(root.path()), root.path().join("var/run/dstack.sock"));
		std::fs::create_dir_all(root.path().join("var/run")).unwrap();
		std::fs::write(root.path().join("var/run/tappd.sock"), []).unwrap();
		assert_eq!(default_socket(root.path()), root.path().join("var/run/tappd.sock"));
		std::fs::write(root.path().join("var/run/dstack.sock"), []).unwrap();
		assert_eq!(default_socket(root.path()), root.path().join("var/run/dstack.sock"));
		assert_eq!(method(Path::new("/var/run/dstack.sock")), "/GetQuote");
		assert_eq!(method(Path::new("/var/run/tappd.sock")), "/prpc/Tappd.RawQuote");
	}

	#[test]
	fn quotes_should_be_read_with_and_without_prefix() {
		assert_eq!(decode(br#"{"quote":"0x0aff","event_log":"[]"}"#).unwrap(), [10, 255]);
		assert_eq!(decode(br#"{"quote":"0aff","vm_config":{}}"#).unwrap(), [10, 255]);
		for bad in [&b"{}"[..], b"[]", b"", br#"{"quote":"0a0"}"#, br#"{"quote":7}"#, &[0xff; 9]] {
			assert!(matches!(decode(bad), Err(DstackError::Unreadable(_))));
		}
	}
}
