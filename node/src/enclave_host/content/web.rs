//! Bodies over HTTP and HTTPS: one request, one answer, bounded in time and in size.

use super::{checked, Miss};
use concordat_primitives::content::BodyId;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::{
	body::{Body, Bytes},
	header::{ACCEPT, USER_AGENT},
	Request, StatusCode, Uri,
};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
	client::legacy::{
		connect::{dns::Name, HttpConnector},
		Client,
	},
	rt::TokioExecutor,
};
use rustls::{crypto::ring, ClientConfig, RootCertStore};
use std::{
	future::Future,
	io,
	net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
	time::Duration,
};
use tower_service::Service;

/// Longest time for one body, from the first packet to the last byte.
const PATIENCE: Duration = Duration::from_secs(15);
/// Longest time for a connection to come about.
const CONNECT_PATIENCE: Duration = Duration::from_secs(4);

/// Which addresses a request may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
	/// Any: the operator chose it.
	Anywhere,
	/// Only addresses that everybody can reach: a stranger chose it, and it must not lead into the operator's
	/// own network.
	PublicOnly,
}

impl Reach {
	fn allows(self, address: IpAddr) -> bool {
		match self {
			Self::Anywhere => true,
			Self::PublicOnly => is_public(address),
		}
	}
}

/// Whether an address belongs to the public network and to one machine of it.
pub fn is_public(address: IpAddr) -> bool {
	match address {
		IpAddr::V4(v4) => is_public_v4(v4),
		IpAddr::V6(v6) => is_public_v6(v6),
	}
}

fn is_public_v4(address: Ipv4Addr) -> bool {
	let [a, b, c, _] = address.octets();
	let special = address.is_private()
		|| address.is_loopback()
		|| address.is_link_local()
		|| address.is_broadcast()
		|| address.is_documentation()
		|| address.is_multicast()
		// This network; shared address space; protocol assignments; 6to4 relays; benchmarks; reserved.
		|| a == 0
		|| (a == 100 && (64..128).contains(&b))
		|| (a == 192 && b == 0 && c == 0)
		|| (a == 192 && b == 88 && c == 99)
		|| (a == 198 && (18..20).contains(&b))
		|| a >= 240;
	!special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
	let segments = address.segments();
	let [first, second, ..] = segments;
	// Global unicast is 2000::/3. Within it: Teredo and other protocol assignments (2001::/23), documentation
	// (2001:db8::/32, 3fff::/20), 6to4 (2002::/16), which hides an IPv4 address. Mapped, translated and
	// compatible addresses, which hide one too, lie outside.
	(first & 0xe000) == 0x2000
		&& !(first == 0x2001 && (second < 0x0200 || second == 0x0db8))
		&& first != 0x2002
		&& !(first == 0x3fff && second < 0x1000)
}

/// A location as an address that can be asked: http or https, with a host, without credentials.
pub fn location(bytes: &[u8]) -> Option<&str> {
	let text = std::str::from_utf8(bytes).ok()?;
	let uri: Uri = text.parse().ok()?;
	let plain = matches!(uri.scheme_str(), Some("http" | "https"));
	let authority = uri.authority()?;
	let named = !authority.host().is_empty() && !authority.as_str().contains('@');
	(plain && named).then_some(text)
}

/// Looks names up and drops the addresses that may not be reached. The connection is made to one of those
/// that are left and to no other, so a name cannot lead elsewhere between the look and the leap.
#[derive(Clone, Copy)]
struct Resolver(Reach);

impl Service<Name> for Resolver {
	type Response = std::vec::IntoIter<SocketAddr>;
	type Error = io::Error;
	type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

	fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
		Poll::Ready(Ok(()))
	}

	fn call(&mut self, name: Name) -> Self::Future {
		let Self(reach) = *self;
		Box::pin(async move {
			let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
			let allowed: Vec<_> = found.filter(|address| reach.allows(address.ip())).collect();
			if allowed.is_empty() {
				return Err(io::Error::new(io::ErrorKind::PermissionDenied, NOT_PUBLIC));
			}
			Ok(allowed.into_iter())
		})
	}
}

const NOT_PUBLIC: &str = "not asked: no public address";

type HttpClient = Client<HttpsConnector<HttpConnector<Resolver>>, Empty<Bytes>>;

/// Clients for the two kinds of addresses.
pub struct Web {
	anywhere: HttpClient,
	public: HttpClient,
}

impl Web {
	/// With the root certificates of the system; without any, only plain HTTP works.
	pub fn new() -> Result<Self, rustls::Error> {
		let tls = tls_config()?;
		let (anywhere, public) = (client(Reach::Anywhere, &tls), client(Reach::PublicOnly, &tls));
		Ok(Self { anywhere, public })
	}

	/// Asks for a body.
	pub async fn get(&self, url: &str, reach: Reach, body: &BodyId) -> Result<Vec<u8>, Miss> {
		let exchange = self.exchange(url, reach, body);
		tokio::time::timeout(PATIENCE, exchange)
			.await
			.unwrap_or_else(|_| Err(Miss::Failed("no answer in time".into())))
	}

	async fn exchange(&self, url: &str, reach: Reach, body: &BodyId) -> Result<Vec<u8>, Miss> {
		let failed = |error: &dyn std::error::Error| Miss::Failed(with_cause(error));
		let uri: Uri = url.parse().map_err(|error| failed(&error))?;
		// An address in place of a name is not looked up.
		let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
		if host.parse::<IpAddr>().is_ok_and(|address| !reach.allows(address)) {
			return Err(Miss::Failed(NOT_PUBLIC.into()));
		}
		let request = Request::get(uri)
			.header(ACCEPT, "application/octet-stream")
			.header(USER_AGENT, concat!("concordat-node/", env!("CARGO_PKG_VERSION")))
			.body(Empty::new())
			.map_err(|error| failed(&error))?;
		let client = match reach {
			Reach::Anywhere => &self.anywhere,
			Reach::PublicOnly => &self.public,
		};
		let response = client.request(request).await.map_err(|error| failed(&error))?;
		match response.status() {
			StatusCode::OK => {},
			StatusCode::NOT_FOUND | StatusCode::GONE => return Err(Miss::Absent),
			// A redirection would be another address, and nobody has looked at it.
			other => return Err(Miss::Failed(format!("answers {other}"))),
		}
		let declared = response.body().size_hint().exact();
		if declared.is_some_and(|len| len != u64::from(body.len)) {
			return Err(Miss::WrongLength);
		}
		let bytes = Limited::new(response.into_body(), body.len as usize)
			.collect()
			.await
			.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
				Some(_) => Miss::WrongLength,
				None => failed(&*error),
			})?
			.to_bytes();
		let body = *body;
		tokio::task::spawn_blocking(move || checked(&body, bytes.into()))
			.await
			.unwrap_or_else(|error| Err(Miss::Failed(error.to_string())))
	}
}

fn client(reach: Reach, tls: &ClientConfig) -> HttpClient {
	let mut http = HttpConnector::new_with_resolver(Resolver(reach));
	// The connector around it looks at the scheme.
	http.enforce_http(false);
	http.set_connect_timeout(Some(CONNECT_PATIENCE));
	let connector = HttpsConnectorBuilder::new()
		.with_tls_config(tls.clone())
		.https_or_http()
		.enable_http1()
		.wrap_connector(http);
	Client::builder(TokioExecutor::new()).build(connector)
}

/// TLS with the system's root certificates, or with none where there are none.
fn tls_config() -> Result<ClientConfig, rustls::Error> {
	let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_safe_default_protocol_versions()?;
	let rooted = builder.clone().with_native_roots().unwrap_or_else(|error| {
		log::warn!("🗂 Nothing is fetched over https: no root certificates ({error})");
		builder.with_root_certificates(RootCertStore::empty())
	});
	Ok(rooted.with_no_client_auth())
}

/// An error and what lies under it.
fn with_cause(error: &dyn std::error::Error) -> String {
	match error.source() {
		Some(cause) => format!("{error}: {}", with_cause(cause)),
		None => error.to_string(),
	}
}
