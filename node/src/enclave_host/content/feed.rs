//! Between the off-chain worker, which says what its jobs lack, and the stores.
//!
//! ```text
//!            found                       no job needs it for a while
//!  Looking ─────────► Served ──────────────────────────────────────────┐
//!   ▲   │ no store has it                                              ▼
//!   │   └─────────► Missing, with a pause that doubles ───────────► forgotten
//!   └──────────────────┘ the pause is over
//! ```
//!
//! What is served lies in the node's persistent off-chain storage, where the worker can read it. It is
//! bounded in number and in bytes, and what an earlier run of the node has left there is removed at start.

use super::{NotFound, Stores};
use crate::metrics::ContentMetrics;
use codec::{DecodeLimit, Encode};
use concordat_primitives::content::{
	BodyId, BodyKind, Wish, Wishes, MAX_SERVED, MAX_WISHES, MAX_WISHES_BYTES, SERVED_KEY,
	WISHES_KEY,
};
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::task::JoinSet;

/// How often the host looks what is wished for: a few times within the moment that the worker waits.
const PAUSE: Duration = Duration::from_millis(100);
/// Wishes older than this are of a worker that has stopped.
const STALE_MILLIS: u64 = 60_000;
/// How long a program that no job needs is kept: the next job of its clause may be near.
const PROGRAM_KEPT: Duration = Duration::from_secs(600);
/// How long an input, or an output that a job needed, is kept when none needs it any more: another node of this host may
/// have its turn.
const INPUT_KEPT: Duration = Duration::from_secs(60);
/// How long a body that no job needs is still looked for.
const SOUGHT: Duration = Duration::from_secs(30);
/// A body that was needed so shortly ago makes no room for others.
const IN_USE: Duration = Duration::from_secs(10);
/// Pause after the first look in vain.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// Longest pause.
const LAST_RETRY: Duration = Duration::from_secs(5);
/// Most bodies looked for at once.
const MAX_LOOKING: usize = 32;
/// Most bytes served and looked for at once.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Nothing that is decoded here nests deeper.
const MAX_DEPTH: u32 = 8;

/// Runs until the node stops.
pub async fn run<S: OffchainStorage>(stores: Stores, storage: S, metrics: ContentMetrics) {
	log::info!("🗂 Programs and inputs kept elsewhere are looked for in {}", stores.describe());
	let mut feed = Feed::new(Arc::new(stores), storage, metrics);
	loop {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		feed.step(Instant::now(), u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
		tokio::time::sleep(PAUSE).await;
	}
}

/// Where a body stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
	/// Not found so far; to be looked for from `next` on.
	Missing { tries: u32, next: Instant },
	/// The stores are being asked.
	Looking { tries: u32 },
	/// There.
	Served,
}

struct Entry {
	/// Where strangers say that it is.
	locations: BTreeSet<Vec<u8>>,
	/// A job that needs it, for people.
	wish: Wish,
	/// When a job last needed it.
	wished: Instant,
	state: State,
}

/// What is wished for, looked for and served.
struct Feed<S> {
	stores: Arc<Stores>,
	storage: S,
	metrics: ContentMetrics,
	ledger: BTreeMap<BodyId, Entry>,
	looking: JoinSet<(BodyId, Result<Vec<u8>, NotFound>)>,
}

impl<S: OffchainStorage> Feed<S> {
	/// Serves nothing yet, and says so.
	fn new(stores: Arc<Stores>, storage: S, metrics: ContentMetrics) -> Self {
		let (ledger, looking) = (BTreeMap::new(), JoinSet::new());
		let mut feed = Self { stores, storage, metrics, ledger, looking };
		let left = feed.storage.get(STORAGE_PREFIX, SERVED_KEY).unwrap_or_default();
		feed.publish();
		for body in decode::<Vec<BodyId>>(&left).unwrap_or_default() {
			feed.storage.remove(STORAGE_PREFIX, &body.key());
		}
		feed
	}

	/// One round.
	fn step(&mut self, now: Instant, unix_millis: u64) {
		while let Some(ended) = self.looking.try_join_next() {
			match ended {
				Ok((body, found)) => self.conclude(body, found, now),
				Err(error) => log::error!("🗂 A look into the stores broke off: {error}"),
			}
		}
		self.listen(now, unix_millis);
		self.forget(now);
		self.look(now);
		let wanted = self.ledger.values().filter(|entry| entry.state != State::Served).count();
		self.metrics.wanted(wanted);
	}

	/// What became of a look.
	fn conclude(&mut self, body: BodyId, found: Result<Vec<u8>, NotFound>, now: Instant) {
		let Some(entry) = self.ledger.get_mut(&body) else { return };
		let Wish { job, node, .. } = entry.wish;
		match found {
			Ok(bytes) => {
				self.metrics.found();
				log::info!("🗂 Job {job} of node {node}: the {body} is here");
				entry.state = State::Served;
				self.storage.set(STORAGE_PREFIX, &body.key(), &bytes);
				self.publish();
			},
			Err(not_found) => {
				self.metrics.missed();
				let State::Looking { tries } = entry.state else { return };
				let tries = tries.saturating_add(1);
				let pause = pause_after(tries);
				entry.state = State::Missing { tries, next: now + pause };
				// The first one is news; then one out of two, four, eight.
				let level =
					if tries.is_power_of_two() { log::Level::Warn } else { log::Level::Debug };
				log::log!(
					level,
					"🗂 Job {job} of node {node}: no store has the {body} ({not_found}); looked {tries} times, \
					 again in {} s",
					pause.as_secs(),
				);
			},
		}
	}

	/// Takes note of what is wished for.
	fn listen(&mut self, now: Instant, unix_millis: u64) {
		let Some(bytes) = self.storage.get(STORAGE_PREFIX, WISHES_KEY) else { return };
		if bytes.len() > MAX_WISHES_BYTES {
			return;
		}
		let Some(wishes) = decode::<Wishes>(&bytes) else { return };
		if unix_millis.abs_diff(wishes.at) > STALE_MILLIS {
			return;
		}
		for wish in wishes.list.into_iter().take(MAX_WISHES) {
			if !wish.body.is_fetchable() {
				continue;
			}
			let entry = self.ledger.entry(wish.body).or_insert_with(|| Entry {
				locations: BTreeSet::new(),
				wish: wish.clone(),
				wished: now,
				state: State::Missing { tries: 0, next: now },
			});
			entry.wished = now;
			// A body named in many places is asked for in a few of them.
			if !wish.location.is_empty() && entry.locations.len() < 4 {
				entry.locations.insert(wish.location.clone());
			}
			entry.wish = wish;
		}
	}

	/// Drops what no job has needed for a while.
	fn forget(&mut self, now: Instant) {
		let gone: Vec<BodyId> = self
			.ledger
			.iter()
			.filter(|(body, entry)| {
				let idle = now.saturating_duration_since(entry.wished);
				match entry.state {
					State::Served => idle > kept(body.kind),
					State::Missing { .. } => idle > SOUGHT,
					State::Looking { .. } => false,
				}
			})
			.map(|(body, _)| *body)
			.collect();
		for body in gone {
			self.drop_body(&body);
		}
	}

	fn drop_body(&mut self, body: &BodyId) {
		let Some(entry) = self.ledger.remove(body) else { return };
		match entry.state {
			State::Served => {
				self.publish();
				self.storage.remove(STORAGE_PREFIX, &body.key());
			},
			State::Missing { tries, .. } | State::Looking { tries } => log::warn!(
				"🗂 Job {} of node {}: the {body} was looked for {tries} times and never found; no job waits for it \
				 any more",
				entry.wish.job,
				entry.wish.node,
			),
		}
	}

	/// Asks the stores for what is due.
	fn look(&mut self, now: Instant) {
		let due: Vec<BodyId> = self
			.ledger
			.iter()
			.filter(|(_, entry)| matches!(entry.state, State::Missing { next, .. } if next <= now))
			.map(|(body, _)| *body)
			.collect();
		for body in due {
			if self.looking.len() >= MAX_LOOKING || !self.make_room(body.len, now) {
				return;
			}
			let Some(entry) = self.ledger.get_mut(&body) else { continue };
			let State::Missing { tries, .. } = entry.state else { continue };
			entry.state = State::Looking { tries };
			let locations = entry.locations.iter().cloned().collect();
			let look = self.stores.clone().find(body, locations);
			self.looking.spawn(async move { (body, look.await) });
		}
	}

	/// Whether another body of so many bytes fits, if need be in place of bodies that no job needs now.
	fn make_room(&mut self, len: u32, now: Instant) -> bool {
		loop {
			let taken = self
				.ledger
				.iter()
				.filter(|(_, entry)| !matches!(entry.state, State::Missing { .. }))
				.map(|(body, _)| u64::from(body.len));
			let (count, bytes) = taken.fold((0, 0u64), |(n, sum), len| (n + 1, sum + len));
			if count < MAX_SERVED && bytes.saturating_add(len.into()) <= MAX_BYTES {
				return true;
			}
			let idlest = self
				.ledger
				.iter()
				.filter(|(_, entry)| entry.state == State::Served)
				.map(|(body, entry)| (now.saturating_duration_since(entry.wished), *body))
				.max()
				.filter(|(idle, _)| *idle > IN_USE);
			let Some((_, body)) = idlest else { return false };
			self.drop_body(&body);
		}
	}

	/// Tells the worker what is served.
	fn publish(&mut self) {
		let served: Vec<BodyId> = self
			.ledger
			.iter()
			.filter(|(_, entry)| entry.state == State::Served)
			.map(|(body, _)| *body)
			.collect();
		self.storage.set(STORAGE_PREFIX, SERVED_KEY, &served.encode());
	}
}

/// How long a body is kept that no job needs.
const fn kept(kind: BodyKind) -> Duration {
	match kind {
		BodyKind::Program => PROGRAM_KEPT,
		BodyKind::Input | BodyKind::Ciphertext | BodyKind::Output => INPUT_KEPT,
	}
}

/// How long to wait after so many looks in vain.
fn pause_after(tries: u32) -> Duration {
	let doublings = tries.saturating_sub(1).min(16);
	FIRST_RETRY.saturating_mul(1 << doublings).min(LAST_RETRY)
}

fn decode<T: codec::Decode>(bytes: &[u8]) -> Option<T> {
	T::decode_all_with_depth_limit(MAX_DEPTH, &mut &*bytes).ok()
}

#[cfg(test)]
mod tests {
	use super::{
		super::tests::{directory_stores, input, program, put},
		*,
	};
	use concordat_primitives::content::MAX_BODY_BYTES;
	use sp_core::offchain::storage::InMemOffchainStorage;

	const NOW_MILLIS: u64 = 1_000_000;

	type TestFeed = Feed<InMemOffchainStorage>;

	fn feed(stores: Stores, storage: InMemOffchainStorage) -> TestFeed {
		Feed::new(Arc::new(stores), storage, ContentMetrics::new(None))
	}

	fn wish(feed: &mut TestFeed, at: u64, bodies: &[BodyId]) {
		let list = bodies
			.iter()
			.map(|body| Wish { body: *body, location: Vec::new(), job: 7, node: 3 })
			.collect();
		let wishes = Wishes { at, list };
		feed.storage.set(STORAGE_PREFIX, WISHES_KEY, &wishes.encode());
	}

	/// Steps until every look has ended.
	async fn settle(feed: &mut TestFeed, now: Instant) {
		feed.step(now, NOW_MILLIS);
		while let Some(ended) = feed.looking.join_next().await {
			let (body, found) = ended.unwrap();
			feed.conclude(body, found, now);
		}
	}

	fn served(feed: &TestFeed) -> Vec<BodyId> {
		decode(&feed.storage.get(STORAGE_PREFIX, SERVED_KEY).unwrap()).unwrap()
	}

	fn stored(feed: &TestFeed, body: &BodyId) -> Option<Vec<u8>> {
		feed.storage.get(STORAGE_PREFIX, &body.key())
	}

	fn tries(feed: &TestFeed, body: &BodyId) -> Option<u32> {
		match feed.ledger.get(body)?.state {
			State::Missing { tries, .. } | State::Looking { tries } => Some(tries),
			State::Served => None,
		}
	}

	#[tokio::test]
	async fn what_is_wished_for_should_be_served_once_it_is_found() {
		let dir = tempfile::tempdir().unwrap();
		let mut feed = feed(directory_stores(&dir), InMemOffchainStorage::default());
		assert_eq!(served(&feed), []);
		let body = input(b"rain");
		put(&dir, &body, b"rain");
		wish(&mut feed, NOW_MILLIS, &[body]);
		settle(&mut feed, Instant::now()).await;
		assert_eq!(served(&feed), [body]);
		assert_eq!(stored(&feed, &body).unwrap(), b"rain");
	}

	#[tokio::test]
	async fn what_is_not_found_should_be_looked_for_again_after_growing_pauses() {
		let dir = tempfile::tempdir().unwrap();
		let mut feed = feed(directory_stores(&dir), InMemOffchainStorage::default());
		let body = input(b"rain");
		wish(&mut feed, NOW_MILLIS, &[body]);
		let start = Instant::now();
		let mut now = start;
		for (look, pause) in [(1, 1), (2, 2), (3, 4), (4, 5), (5, 5)] {
			settle(&mut feed, now).await;
			assert_eq!(tries(&feed, &body), Some(look));
			settle(&mut feed, now + Duration::from_millis(pause * 1_000 - 1)).await;
			assert_eq!(tries(&feed, &body), Some(look), "looked too early");
			now += Duration::from_secs(pause);
		}
		put(&dir, &body, b"rain");
		settle(&mut feed, now).await;
		assert_eq!(served(&feed), [body]);
	}

	#[tokio::test]
	async fn what_no_job_needs_should_be_forgotten() {
		let dir = tempfile::tempdir().unwrap();
		let mut feed = feed(directory_stores(&dir), InMemOffchainStorage::default());
		let (code, data, nowhere) = (program(b"code"), input(b"rain"), input(b"sun"));
		put(&dir, &code, b"code");
		put(&dir, &data, b"rain");
		wish(&mut feed, NOW_MILLIS, &[code, data, nowhere]);
		let start = Instant::now();
		settle(&mut feed, start).await;
		wish(&mut feed, NOW_MILLIS, &[]);
		settle(&mut feed, start + SOUGHT + PAUSE).await;
		assert_eq!(tries(&feed, &nowhere), None);
		assert_eq!(served(&feed), [code, data]);
		settle(&mut feed, start + INPUT_KEPT + PAUSE).await;
		assert_eq!((served(&feed), stored(&feed, &data)), (vec![code], None));
		settle(&mut feed, start + PROGRAM_KEPT + PAUSE).await;
		assert!(feed.ledger.is_empty());
		assert_eq!((served(&feed), stored(&feed, &code)), (vec![], None));
	}

	#[tokio::test]
	async fn wishes_that_make_no_sense_should_be_ignored() {
		let dir = tempfile::tempdir().unwrap();
		let mut feed = feed(directory_stores(&dir), InMemOffchainStorage::default());
		let body = input(b"rain");
		// Of a worker that stopped long ago, or of another clock.
		for at in [NOW_MILLIS - STALE_MILLIS - 1, NOW_MILLIS + STALE_MILLIS + 1] {
			wish(&mut feed, at, &[body]);
			settle(&mut feed, Instant::now()).await;
			assert!(feed.ledger.is_empty());
		}
		// Longer than anything that is fetched: not even asked for.
		wish(&mut feed, NOW_MILLIS, &[BodyId { len: MAX_BODY_BYTES + 1, ..body }]);
		settle(&mut feed, Instant::now()).await;
		assert!(feed.ledger.is_empty());
		for nonsense in [vec![0xff; 9], vec![0; MAX_WISHES_BYTES + 1]] {
			feed.storage.set(STORAGE_PREFIX, WISHES_KEY, &nonsense);
			settle(&mut feed, Instant::now()).await;
			assert!(feed.ledger.is_empty());
		}
	}

	fn numbered(n: usize, len: u32) -> BodyId {
		let hash = concordat_primitives::Hash::from_low_u64_be(n as u64);
		BodyId { kind: BodyKind::Input, hash, len }
	}

	#[tokio::test]
	async fn what_is_served_should_be_bounded_and_what_is_in_use_should_stay() {
		let dir = tempfile::tempdir().unwrap();
		let now = Instant::now();
		// By bytes, and by number.
		for (len, most) in [(MAX_BODY_BYTES, 32), (1, MAX_SERVED)] {
			let mut feed = feed(directory_stores(&dir), InMemOffchainStorage::default());
			for n in 0..most {
				let body = numbered(n, len);
				let wish = Wish { body, location: Vec::new(), job: 7, node: 3 };
				let (locations, state) = (BTreeSet::new(), State::Served);
				feed.ledger.insert(body, Entry { locations, wish, wished: now, state });
			}
			// All of them were needed just now.
			assert!(!feed.make_room(1, now));
			assert_eq!(feed.ledger.len(), most);
			// Two were not needed for a while: the one that was not for longer makes room.
			feed.ledger.get_mut(&numbered(4, len)).unwrap().wished = now - IN_USE - PAUSE;
			feed.ledger.get_mut(&numbered(5, len)).unwrap().wished = now - IN_USE - 2 * PAUSE;
			assert!(feed.make_room(len, now));
			assert!(!feed.ledger.contains_key(&numbered(5, len)));
			assert_eq!(feed.ledger.len(), most - 1);
		}
	}

	#[test]
	fn the_longest_list_of_what_is_served_should_be_readable() {
		let served: Vec<BodyId> = (0..MAX_SERVED).map(|n| numbered(n, 1)).collect();
		assert!(served.encode().len() <= MAX_SERVED * 40);
	}

	#[tokio::test]
	async fn what_an_earlier_run_has_left_should_be_removed() {
		let dir = tempfile::tempdir().unwrap();
		let mut storage = InMemOffchainStorage::default();
		let body = input(b"rain");
		storage.set(STORAGE_PREFIX, &body.key(), b"rain");
		storage.set(STORAGE_PREFIX, SERVED_KEY, &vec![body].encode());
		let feed = feed(directory_stores(&dir), storage);
		assert_eq!((served(&feed), stored(&feed, &body)), (vec![], None));
	}
}
