//! The stores, against files and servers that have what they should, and what they should not.

use super::{
	web::{is_public, location},
	*,
};
use concordat_primitives::{content::BodyKind, Hash};
use std::{
	fs,
	io::{Read, Write},
	net::TcpListener,
	sync::Mutex,
};
use tempfile::TempDir;

pub fn input(bytes: &[u8]) -> BodyId {
	BodyId::of(BodyKind::Input, bytes).unwrap()
}

pub fn program(bytes: &[u8]) -> BodyId {
	BodyId::of(BodyKind::Program, bytes).unwrap()
}

/// Stores of which there is only the directory.
pub fn directory_stores(dir: &TempDir) -> Stores {
	Stores::new(&ContentOptions::default(), dir.path()).unwrap()
}

/// Puts a file where the directory store looks for `body`.
pub fn put(dir: &TempDir, body: &BodyId, bytes: &[u8]) {
	let directory = dir.path().join(DEFAULT_DIRECTORY);
	fs::create_dir_all(&directory).unwrap();
	fs::write(directory.join(body.file_name()), bytes).unwrap();
}

/// A mirror that answers every request with the same bytes; it remembers what it was asked for.
struct Mirror {
	url: String,
	asked: Arc<Mutex<Vec<String>>>,
}

impl Mirror {
	fn answering(answer: Vec<u8>) -> Self {
		let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		let asked = Arc::new(Mutex::new(Vec::new()));
		let log = asked.clone();
		std::thread::spawn(move || {
			for stream in listener.incoming() {
				let Ok(mut stream) = stream else { return };
				let mut head = Vec::new();
				let mut byte = [0];
				while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
					head.push(byte[0]);
				}
				let head = String::from_utf8(head).unwrap();
				log.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
				// The other side may have gone already.
				let _ = stream.write_all(&answer);
			}
		});
		Self { url, asked }
	}

	fn having(bytes: &[u8]) -> Self {
		Self::answering(ok(bytes))
	}

	fn asked(&self) -> Vec<String> {
		self.asked.lock().unwrap().clone()
	}
}

fn ok(bytes: &[u8]) -> Vec<u8> {
	let head =
		format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", bytes.len());
	[head.as_bytes(), bytes].concat()
}

fn status(line: &str, more: &str) -> Vec<u8> {
	format!("HTTP/1.1 {line}\r\nConnection: close\r\nContent-Length: 0\r\n{more}\r\n").into_bytes()
}

fn with_mirrors(dir: &TempDir, mirrors: &[&Mirror]) -> Stores {
	let mirrors = mirrors.iter().map(|mirror| mirror.url.parse().unwrap()).collect();
	let options = ContentOptions { mirrors, ..Default::default() };
	Stores::new(&options, dir.path()).unwrap()
}

/// What the last store said.
async fn find(stores: Stores, body: BodyId, locations: &[&str]) -> Result<Vec<u8>, Miss> {
	let locations = locations.iter().map(|text| text.as_bytes().to_vec()).collect();
	let found = Arc::new(stores).find(body, locations).await;
	found.map_err(|NotFound(mut misses)| misses.pop().expect("a store was asked").1)
}

#[tokio::test]
async fn a_directory_should_give_what_has_the_hash_of_its_name() {
	let dir = tempfile::tempdir().unwrap();
	for body in [input(b"rain"), program(b"rain")] {
		assert_eq!(find(directory_stores(&dir), body, &[]).await, Err(Miss::Absent));
		put(&dir, &body, b"rain");
		assert_eq!(find(directory_stores(&dir), body, &[]).await, Ok(b"rain".to_vec()));
	}
}

#[tokio::test]
async fn a_directory_should_not_give_anything_else() {
	let dir = tempfile::tempdir().unwrap();
	let body = input(b"rain");
	for (wrong, miss) in [
		(&b"snow"[..], Miss::WrongHash),
		(b"rains", Miss::WrongLength),
		(b"rai", Miss::WrongLength),
		(b"", Miss::WrongLength),
	] {
		put(&dir, &body, wrong);
		assert_eq!(find(directory_stores(&dir), body, &[]).await, Err(miss), "{wrong:?}");
	}
	// Not even what a program of that name would be.
	let body = BodyId { kind: BodyKind::Input, ..program(b"rain") };
	put(&dir, &body, b"rain");
	assert_eq!(find(directory_stores(&dir), body, &[]).await, Err(Miss::WrongHash));
	// A directory of that name; a pipe would be refused for the same reason.
	let body = input(b"wind");
	fs::create_dir(dir.path().join(DEFAULT_DIRECTORY).join(body.file_name())).unwrap();
	let found = find(directory_stores(&dir), body, &[]).await;
	assert_eq!(found, Err(Miss::Failed("no file".into())));
}

#[test]
fn no_hash_should_lead_out_of_the_directory() {
	let dir = Path::new("/some/where");
	for text in
		[&b"../../../../../../../etc/passwd\0"[..], b"/etc/shadow/////////////////////", &[0; 32]]
	{
		let hash = Hash::from_slice(text);
		let body = BodyId { kind: BodyKind::Input, hash, len: 1 };
		assert_eq!(dir.join(body.file_name()).parent(), Some(dir));
	}
}

#[tokio::test]
async fn a_mirror_should_be_asked_for_the_hash() {
	let dir = tempfile::tempdir().unwrap();
	let mirror = Mirror::having(b"rain");
	let body = input(b"rain");
	assert_eq!(find(with_mirrors(&dir, &[&mirror]), body, &[]).await, Ok(b"rain".to_vec()));
	assert_eq!(mirror.asked(), [format!("GET /{} HTTP/1.1", body.file_name())]);
}

#[tokio::test]
async fn a_mirror_should_not_be_trusted() {
	let dir = tempfile::tempdir().unwrap();
	let chunked = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
	let endless = [&chunked[..], &b"4\r\nrain\r\n".repeat(100_000)].concat();
	let short = [&chunked[..], b"3\r\nrai\r\n0\r\n\r\n"].concat();
	let broken = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nra".to_vec();
	for (answer, miss) in [
		(ok(b"snow"), Some(Miss::WrongHash)),
		(ok(b"rains"), Some(Miss::WrongLength)),
		(ok(b""), Some(Miss::WrongLength)),
		(endless, Some(Miss::WrongLength)),
		(short, Some(Miss::WrongLength)),
		(status("404 Not Found", ""), Some(Miss::Absent)),
		(status("410 Gone", ""), Some(Miss::Absent)),
		(
			status("302 Found", "Location: http://127.0.0.1:1/\r\n"),
			Some(Miss::Failed("answers 302 Found".into())),
		),
		(
			status("500 Internal Server Error", ""),
			Some(Miss::Failed("answers 500 Internal Server Error".into())),
		),
		// For whatever reason.
		(broken, None),
		(b"nonsense\r\n\r\n".to_vec(), None),
	] {
		let mirror = Mirror::answering(answer);
		let found = find(with_mirrors(&dir, &[&mirror]), input(b"rain"), &[]).await.unwrap_err();
		match miss {
			Some(miss) => assert_eq!(found, miss),
			None => assert!(matches!(found, Miss::Failed(_)), "{found:?}"),
		}
		assert_eq!(mirror.asked().len(), 1, "asked once, and not led elsewhere");
	}
}

#[tokio::test]
async fn stores_should_be_asked_in_their_order_until_one_has_it() {
	let dir = tempfile::tempdir().unwrap();
	let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
	let gone = Mirror { url: format!("http://{nobody}"), asked: Arc::default() };
	let wrong = Mirror::having(b"snow");
	let right = Mirror::having(b"rain");
	let last = Mirror::having(b"rain");
	let body = input(b"rain");
	let all = [&gone, &wrong, &right, &last];
	assert_eq!(find(with_mirrors(&dir, &all), body, &[]).await, Ok(b"rain".to_vec()));
	assert_eq!((wrong.asked().len(), right.asked().len(), last.asked().len()), (1, 1, 0));
	put(&dir, &body, b"rain");
	assert_eq!(find(with_mirrors(&dir, &all), body, &[]).await, Ok(b"rain".to_vec()));
	assert_eq!((wrong.asked().len(), right.asked().len()), (1, 1));

	// What went wrong is told store by store.
	let lost = Arc::new(with_mirrors(&dir, &[&gone, &wrong]));
	let NotFound(misses) = lost.find(input(b"sun!"), Vec::new()).await.unwrap_err();
	let stores: Vec<_> = misses.iter().map(|(store, _)| store.as_str()).collect();
	let directory = dir.path().join(DEFAULT_DIRECTORY).display().to_string();
	assert_eq!(stores, [directory.as_str(), &gone.url, &wrong.url]);
	assert_eq!(misses[0].1, Miss::Absent);
	assert!(matches!(misses[1].1, Miss::Failed(_)));
	assert_eq!(misses[2].1, Miss::WrongHash);
}

#[tokio::test]
async fn a_location_should_not_be_asked_without_leave() {
	let dir = tempfile::tempdir().unwrap();
	let server = Mirror::having(b"rain");
	let url = format!("{}/rain.csv", server.url);
	let found = find(directory_stores(&dir), input(b"rain"), &[&url]).await;
	assert!(matches!(found, Err(Miss::Failed(why)) if why.contains("--content-fetch-location")));
	assert_eq!(server.asked().len(), 0);
}

fn with_locations(dir: &TempDir, reach: Reach) -> Stores {
	let options = ContentOptions { fetch_location: true, ..Default::default() };
	let mut stores = Stores::new(&options, dir.path()).unwrap();
	assert_eq!(stores.location_reach, Reach::PublicOnly);
	stores.location_reach = reach;
	stores
}

#[tokio::test]
async fn a_location_should_not_lead_into_the_operators_network() {
	let dir = tempfile::tempdir().unwrap();
	let server = Mirror::having(b"rain");
	let port = server.url.rsplit_once(':').unwrap().1.to_owned();
	// By address, by a name, by spellings that only the system's resolver understands.
	for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"] {
		let url = format!("http://{host}:{port}/rain.csv");
		let stores = with_locations(&dir, Reach::PublicOnly);
		let found = find(stores, input(b"rain"), &[&url]).await;
		assert!(matches!(found, Err(Miss::Failed(_))), "{host}: {found:?}");
	}
	assert_eq!(server.asked().len(), 0);

	// The same server, where it may be asked.
	let url = format!("{}/rain.csv?of=today", server.url);
	let stores = with_locations(&dir, Reach::Anywhere);
	assert_eq!(find(stores, input(b"rain"), &[&url]).await, Ok(b"rain".to_vec()));
	assert_eq!(server.asked(), ["GET /rain.csv?of=today HTTP/1.1"]);
}

#[tokio::test]
async fn the_locations_of_all_who_name_the_body_should_be_asked() {
	let dir = tempfile::tempdir().unwrap();
	let (wrong, right) = (Mirror::having(b"snow"), Mirror::having(b"rain"));
	let stores = with_locations(&dir, Reach::Anywhere);
	let locations = ["ipfs://bafy", &wrong.url, &right.url];
	assert_eq!(find(stores, input(b"rain"), &locations).await, Ok(b"rain".to_vec()));
}

#[test]
fn locations_should_be_http_addresses_without_credentials() {
	for good in ["http://example.org", "https://example.org:8443/a/b?c=d", "http://[2606:4700::1]/"]
	{
		assert_eq!(location(good.as_bytes()), Some(good));
	}
	for bad in [
		"",
		"example.org/a",
		"/etc/passwd",
		"file:///etc/passwd",
		"ftp://example.org/a",
		"ipfs://bafy",
		"http://",
		"http:///a",
		"http://user:secret@example.org/a",
		"http://example.org/a b",
		"http://example.org/\n",
	] {
		assert_eq!(location(bad.as_bytes()), None, "{bad:?}");
	}
	assert_eq!(location(&[0xff, 0xfe]), None);
}

#[test]
fn only_addresses_of_the_public_network_should_be_public() {
	for public in
		["1.1.1.1", "93.184.216.34", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "2a00::1"]
	{
		assert!(is_public(public.parse().unwrap()), "{public}");
	}
	for special in [
		"0.0.0.0",
		"10.0.0.1",
		"100.64.0.1",
		"127.0.0.1",
		"127.255.255.254",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.8",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.1.1",
		"198.18.0.1",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:93.184.216.34",
		"::7f00:1",
		"64:ff9b::7f00:1",
		"100::1",
		"2001::1",
		"2001:db8::1",
		"2002:7f00:1::1",
		"3fff::1",
		"fc00::1",
		"fd12::1",
		"fe80::1",
		"ff02::1",
	] {
		assert!(!is_public(special.parse().unwrap()), "{special}");
	}
}
