//! Shows this host's enclaves what is final, and what the chain assigned to them.
//!
//! An enclave believes no token of its host: it wants to see the assignment in the state of a block that the chain's own
//! authorities have finalised (`docs/light-client.md`). For each enclave that answers, this task
//!
//! 1. asks once where it stands, and if it does not follow the chain yet, starts it at the genesis block;
//! 2. sends the headers at which the authorities changed since then, and the newest justified one. Both come from where
//!    this node takes them for a peer that warp-syncs: justifications of blocks that change the authorities are in the
//!    database for good, and beside them GRANDPA always keeps the newest one, whatever block it is for;
//! 3. proves the records of the jobs on which the enclave's node sits, as of that block, if they are new or have changed.
//!
//! It is woken by every finalised block. GRANDPA writes its newest justification together with the finalised head, so by
//! then it is there; each round of voting makes one, so it is never more than a round behind. An enclave without new jobs
//! is brought forward at leisure ([`IDLE`]).
//!
//! Everything is bounded, failures are repeated after growing pauses, what reads the database does so on a thread that may
//! block, and a slow enclave delays no other.

use super::{chain::Chain, client, renewal::Answering};
use crate::service::{FullBackend, FullClient};
use codec::{DecodeAll, Encode};
use concordat_enclave::chain::{job_key, order_key};
use concordat_finality::{
	authorities_key, scheduled_change, tidy, Authorities, Header, Tracker, MAX_PROOF_NODES,
};
use concordat_primitives::{
	attest::SigningKey,
	enclave_api::{
		AssignmentProof, FinalityLink, FinalityStatus, FinalityUpdate, GenesisProof, MAX_LINKS,
	},
	runtime_api::ConcordatApi,
	views::NodeView,
	BlockNumber, Hash, JobId, NodeId,
};
use concordat_runtime::opaque::Block;
use futures::{
	future::{join_all, pending},
	FutureExt, StreamExt,
};
use prometheus_endpoint::{register, Counter, GaugeVec, Opts, PrometheusError, Registry, U64};
use sc_chain_spec::ChainSpec;
use sc_client_api::{BlockchainEvents, ProofProvider, StorageKey, StorageProvider};
use sc_consensus_grandpa::{warp_proof::NetworkProvider, GrandpaJustification, SharedAuthoritySet};
use sc_network_sync::strategy::warp::WarpSyncProvider;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_runtime::{traits::BlakeTwo256, StateVersion, Storage};
use sp_state_machine::{prove_read, InMemoryBackend};
use std::{
	cell::Cell,
	collections::{BTreeMap, HashMap},
	sync::{Arc, OnceLock},
	time::{Duration, Instant},
};
use tokio::sync::watch;

/// How often enclaves are looked at when no block is finalised.
const REFRESH: Duration = Duration::from_secs(3);
/// How far behind an enclave may be for which there is nothing new.
const IDLE: Duration = Duration::from_secs(12);
/// First pause after a failure; doubled with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Most bytes of links in one request, unless a single link is longer.
const UPDATE_BYTES: usize = 1024 * 1024;
/// Most jobs of one proof: with both records and the way to them some 10 KiB each.
const JOBS_AT_ONCE: usize = 16;
/// Blocks after which it is looked again whether an enclave still belongs to its node.
const RECHECK: BlockNumber = 10;
/// Blocks after which the chain's nodes are searched again for one with the enclave's key: this one, and one more for
/// each so many nodes that had to be looked at.
const NODES_PER_BLOCK: BlockNumber = 64;

/// The genesis block, as an enclave wants to see it.
struct Anchor {
	proof: GenesisProof,
	authorities: Authorities,
}

/// What every look at an enclave needs.
struct Parts {
	chain: Chain,
	client: Arc<FullClient>,
	warp: NetworkProvider<Block, FullBackend>,
	authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	spec: Box<dyn ChainSpec>,
	anchor: OnceLock<Anchor>,
}

/// What is remembered of one enclave, which is one key: another key is another enclave.
#[derive(Default)]
struct Memory {
	/// What it said last.
	status: Option<FinalityStatus>,
	/// When it was last brought forward.
	advanced: Option<Instant>,
	/// Its node, and the first block at which it is looked for again.
	node: (Option<NodeId>, BlockNumber),
	/// Hashes of the records that it has been shown.
	shown: BTreeMap<JobId, Hash>,
	pause: Pause,
}

/// Growing pauses after failures, which are logged once.
#[derive(Default)]
struct Pause {
	failures: u32,
	until: Option<Instant>,
	said: Option<String>,
}

impl Pause {
	fn is_over(&self, now: Instant) -> bool {
		self.until.is_none_or(|until| until <= now)
	}

	/// Counts a failure. Whether it has to be logged loudly.
	fn fail(&mut self, now: Instant, reason: &str) -> bool {
		let doublings = self.failures.min(10);
		self.failures = self.failures.saturating_add(1);
		self.until = Some(now + FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE));
		let is_new = self.said.as_deref() != Some(reason);
		self.said = Some(reason.into());
		is_new
	}

	/// Counts a success. Whether failures came before it.
	fn succeed(&mut self) -> bool {
		std::mem::take(self).failures > 0
	}
}

/// Figures about what enclaves hold to be final. Does nothing without a registry.
struct Figures(Option<(GaugeVec<U64>, Counter<U64>, Counter<U64>)>);

impl Figures {
	fn new(registry: Option<&Registry>) -> Self {
		let make = |registry: &Registry| -> Result<_, PrometheusError> {
			let height = Opts::new(
				"concordat_enclave_finalized_block",
				"Height of the last final block that an enclave has seen",
			);
			let proved = Counter::new(
				"concordat_assignments_proved_total",
				"Records of jobs that were proved to enclaves",
			)?;
			let failed = Counter::new(
				"concordat_enclave_proofs_failed_total",
				"Times that an enclave could not be brought forward: the log says why",
			)?;
			Ok((
				register(GaugeVec::new(height, &["enclave"])?, registry)?,
				register(proved, registry)?,
				register(failed, registry)?,
			))
		};
		Self(registry.and_then(|registry| {
			make(registry).map_err(|e| log::warn!("No metrics of finality: {e}")).ok()
		}))
	}

	fn height(&self, url: &str, height: BlockNumber) {
		if let Some((heights, ..)) = &self.0 {
			heights.with_label_values(&[url]).set(height.into());
		}
	}

	fn proved(&self, count: usize) {
		if let Some((_, proved, _)) = &self.0 {
			proved.inc_by(count as u64);
		}
	}

	fn failed(&self) {
		if let Some((.., failed)) = &self.0 {
			failed.inc();
		}
	}
}

/// Shows enclaves what is final.
pub struct Finality {
	parts: Arc<Parts>,
	memories: HashMap<SigningKey, Memory>,
	figures: Figures,
}

impl Finality {
	/// Over a node's parts.
	pub fn new(
		chain: Chain,
		client: Arc<FullClient>,
		backend: Arc<FullBackend>,
		authority_set: SharedAuthoritySet<Hash, BlockNumber>,
		spec: Box<dyn ChainSpec>,
		registry: Option<&Registry>,
	) -> Self {
		let warp = NetworkProvider::new(backend, authority_set.clone(), Vec::new());
		let anchor = OnceLock::new();
		Self {
			parts: Arc::new(Parts { chain, client, warp, authority_set, spec, anchor }),
			memories: HashMap::new(),
			figures: Figures::new(registry),
		}
	}

	/// Runs until nobody tells any more which enclaves answer.
	pub async fn run(mut self, answering: watch::Receiver<Vec<Answering>>) {
		let mut finalized = self.parts.client.finality_notification_stream().fuse();
		while answering.has_changed().is_ok() {
			let all = answering.borrow().clone();
			self.memories.retain(|key, _| all.iter().any(|one| one.identity.signing_key == *key));
			let looks = all.iter().map(|enclave| {
				let memory = self.memories.remove(&enclave.identity.signing_key);
				look(&self.parts, &self.figures, enclave, memory.unwrap_or_default())
			});
			let looks: Vec<_> = looks.collect();
			let memories = join_all(looks).await;
			self.memories.extend(memories);
			let woken = async {
				// At the end of the stream the node ends too.
				if finalized.next().await.is_none() {
					pending::<()>().await;
				}
			};
			tokio::select! {
				() = woken => {},
				() = tokio::time::sleep(REFRESH) => {},
			}
			// Only the newest counts.
			while finalized.next().now_or_never().flatten().is_some() {}
		}
	}
}

/// Looks at one enclave, unless it has just failed.
async fn look(
	parts: &Arc<Parts>,
	figures: &Figures,
	enclave: &Answering,
	mut memory: Memory,
) -> (SigningKey, Memory) {
	let key = enclave.identity.signing_key;
	if !memory.pause.is_over(Instant::now()) {
		return (key, memory);
	}
	let url = &enclave.url;
	match tend(parts, figures, enclave, &mut memory).await {
		Ok(()) => {
			if memory.pause.succeed() {
				log::info!("🔐 The enclave at {url} is shown what is final again");
			}
		},
		Err(reason) => {
			figures.failed();
			// Wherever it stands: it is asked again.
			memory.status = None;
			let text = format!("🔐 The enclave at {url} cannot be shown what is final: {reason}");
			if memory.pause.fail(Instant::now(), &reason) {
				log::warn!("{text}");
			} else {
				log::debug!("{text}");
			}
		},
	}
	(key, memory)
}

/// Runs what reads the database.
async fn blocking<T: Send + 'static>(
	parts: &Arc<Parts>,
	read: impl FnOnce(&Parts) -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
	let parts = parts.clone();
	tokio::task::spawn_blocking(move || read(&parts)).await.map_err(text)?
}

fn text(error: impl ToString) -> String {
	error.to_string()
}

/// Brings an enclave forward and proves its jobs, as far as there is anything new.
async fn tend(
	parts: &Arc<Parts>,
	figures: &Figures,
	enclave: &Answering,
	memory: &mut Memory,
) -> Result<(), String> {
	let info = parts.client.info();
	let genesis = info.genesis_hash;
	let key = enclave.identity.signing_key;
	let url = &enclave.url;
	let asked = memory.status.is_none();
	if asked {
		memory.status = client::finality(url, genesis).await?;
	}
	let is_idle = memory.advanced.is_some_and(|last| last.elapsed() < IDLE);
	if is_idle && !asked {
		let at = (info.finalized_number, info.finalized_hash);
		if changed(parts, memory, key, at).await?.is_empty() {
			return Ok(());
		}
	}

	let follows = memory.status.is_some();
	let held = memory.status.as_ref().map_or((0, genesis), |status| status.finalized);
	let links = blocking(parts, move |parts| parts.links(held)).await?;
	let mut anchor = match follows {
		true => None,
		false => Some(blocking(parts, |parts| Ok(parts.anchor()?.proof.clone())).await?),
	};
	let mut batches = batches(links);
	if batches.is_empty() && anchor.is_some() {
		batches.push(Vec::new());
	}
	for links in batches {
		let update = FinalityUpdate { genesis, anchor: anchor.take(), links };
		let status = client::advance(url, &update).await?;
		if memory.status.is_none() {
			log::info!(
				"🔐 The enclave at {url} follows finality from the genesis block on: it is at block {}, set {} of {} authorities",
				status.finalized.0, status.set_id, status.authorities,
			);
		}
		figures.height(url, status.finalized.0);
		memory.status = Some(status);
	}
	memory.advanced = Some(Instant::now());

	let Some(at) = memory.status.as_ref().map(|status| status.finalized) else { return Ok(()) };
	let jobs = changed(parts, memory, key, at).await?;
	for jobs in jobs.chunks(JOBS_AT_ONCE) {
		let names: Vec<JobId> = jobs.iter().map(|(job, _)| *job).collect();
		let proof = blocking(parts, move |parts| parts.prove(genesis, at.1, names)).await?;
		client::prove(url, &proof).await?;
		figures.proved(jobs.len());
		memory.shown.extend(jobs.iter().copied());
	}
	Ok(())
}

/// Jobs on which the enclave's node sits as of a block, with the hashes of their records, as far as it has not been shown
/// these.
async fn changed(
	parts: &Arc<Parts>,
	memory: &mut Memory,
	key: SigningKey,
	at: (BlockNumber, Hash),
) -> Result<Vec<(JobId, Hash)>, String> {
	let known = memory.node;
	let (node, records) = blocking(parts, move |parts| {
		let node = parts.node(key, known, at)?;
		let records = node.0.map_or(Ok(Vec::new()), |node| parts.records(node, at.1))?;
		Ok((node, records))
	})
	.await?;
	memory.node = node;
	Ok(news(&mut memory.shown, records))
}

/// The records that have not been shown; forgets those that are no longer there.
fn news(shown: &mut BTreeMap<JobId, Hash>, records: Vec<(JobId, Hash)>) -> Vec<(JobId, Hash)> {
	shown.retain(|job, _| records.iter().any(|(one, _)| one == job));
	records.into_iter().filter(|(job, hash)| shown.get(job) != Some(hash)).collect()
}

/// Cuts links into requests that an enclave takes.
fn batches(links: Vec<FinalityLink>) -> Vec<Vec<FinalityLink>> {
	let mut batches: Vec<Vec<FinalityLink>> = Vec::new();
	let mut bytes = 0usize;
	for link in links {
		let size = link.encoded_size();
		match batches.last_mut() {
			Some(last) if last.len() < MAX_LINKS && bytes.saturating_add(size) <= UPDATE_BYTES => {
				bytes = bytes.saturating_add(size);
				last.push(link);
			},
			_ => {
				bytes = size;
				batches.push(vec![link]);
			},
		}
	}
	batches
}

/// Takes a warp-sync proof apart: headers with their justifications, those above `held`, without votes that do not count.
///
/// `authorities` are those that finalise the block after `held`; without them, justifications are sent as they are.
fn links_of(
	proof: &[u8],
	held: BlockNumber,
	mut authorities: Option<Authorities>,
) -> Result<Vec<FinalityLink>, String> {
	let (fragments, _is_finished) =
		<(Vec<(Header, GrandpaJustification<Block>)>, bool)>::decode_all(&mut &proof[..])
			.map_err(text)?;
	let mut links = Vec::new();
	for (header, justification) in fragments {
		if header.number <= held {
			continue;
		}
		let justification = justification.encode();
		let justification = match &authorities {
			Some(present) => tidy(&justification, present).map_err(text)?,
			None => justification,
		};
		if let Some(present) = &authorities {
			if let Some(next) = scheduled_change(&header, present.set_id()).map_err(text)? {
				authorities = Some(next);
			}
		}
		links.push(FinalityLink { header: header.encode(), justification });
	}
	Ok(links)
}

/// Nodes of a genesis state that prove GRANDPA's first authorities.
fn genesis_nodes(storage: Storage, root: Hash) -> Result<Vec<Vec<u8>>, String> {
	for version in [StateVersion::V1, StateVersion::V0] {
		let state = InMemoryBackend::<BlakeTwo256>::from((storage.clone(), version));
		if *state.root() == root {
			let proof = prove_read(state, [authorities_key()]).map_err(text)?;
			return Ok(proof.into_iter_nodes().collect());
		}
	}
	Err("the chain specification makes another genesis state than this chain has".into())
}

impl Parts {
	/// The genesis block, made once.
	fn anchor(&self) -> Result<&Anchor, String> {
		if let Some(anchor) = self.anchor.get() {
			return Ok(anchor);
		}
		let genesis = self.client.info().genesis_hash;
		let header = self.header(genesis)?;
		let encoded = header.encode();
		let key = authorities_key();
		// The state of the first block is pruned after a while; the chain specification makes it anew.
		let nodes = match self.client.read_proof(genesis, &mut std::iter::once(&key[..])) {
			Ok(proof) => proof.into_iter_nodes().collect(),
			Err(_) => {
				let storage = self.spec.as_storage_builder().build_storage()?;
				genesis_nodes(storage, header.state_root)?
			},
		};
		let tracker = Tracker::start(genesis, &encoded, &nodes).map_err(text)?;
		let authorities = tracker.authorities().clone();
		let proof = GenesisProof { header: encoded, nodes };
		Ok(self.anchor.get_or_init(|| Anchor { proof, authorities }))
	}

	fn header(&self, hash: Hash) -> Result<Header, String> {
		let header = HeaderBackend::<Block>::header(&*self.client, hash).map_err(text)?;
		header.ok_or_else(|| format!("block {hash:?} is unknown"))
	}

	/// What finalises everything above a block that an enclave holds to be final.
	fn links(&self, held: (BlockNumber, Hash)) -> Result<Vec<FinalityLink>, String> {
		let proof = self.warp.generate(held.1).map_err(text)?;
		links_of(&proof.0, held.0, self.authorities_after(held.0)?)
	}

	/// Who finalises the block after this height, as far as this node has all changes.
	fn authorities_after(&self, height: BlockNumber) -> Result<Option<Authorities>, String> {
		let changes = self.authority_set.authority_set_changes();
		let Some(changes) = changes.iter_from(0) else { return Ok(None) };
		let Some((set_id, last)) = changes.take_while(|(_, last)| *last <= height).last() else {
			return Ok(Some(self.anchor()?.authorities.clone()));
		};
		let hash = self.client.hash(*last).map_err(text)?;
		let hash = hash.ok_or_else(|| format!("block {last} is unknown"))?;
		scheduled_change(&self.header(hash)?, *set_id).map_err(text)
	}

	/// The node whose lease names an enclave's key, as of a block.
	fn node(
		&self,
		key: SigningKey,
		known: (Option<NodeId>, BlockNumber),
		at: (BlockNumber, Hash),
	) -> Result<(Option<NodeId>, BlockNumber), String> {
		let is_its =
			|node: &NodeView| node.lease.as_ref().is_some_and(|view| view.lease.signing_key == key);
		if at.0 < known.1 {
			return Ok(known);
		}
		if let Some(id) = known.0 {
			if self.chain.node(at.1, id)?.is_some_and(|node| is_its(&node)) {
				return Ok((Some(id), at.0.saturating_add(RECHECK)));
			}
		}
		let seen = Cell::new(0u32);
		let found = self.chain.nodes(at.1, |node| {
			seen.set(seen.get().saturating_add(1));
			is_its(node)
		})?;
		let wait = 1 + seen.get() / NODES_PER_BLOCK;
		// Without a lease that counts, it may still sit on jobs that it was given under its last one.
		let node = found.first().map(|node| node.id).or(known.0);
		Ok((node, at.0.saturating_add(wait)))
	}

	/// The jobs on which a node sits as of a block, with the hashes of their records.
	fn records(&self, node: NodeId, at: Hash) -> Result<Vec<(JobId, Hash)>, String> {
		let jobs = self.client.runtime_api().assignments(at, node).map_err(text)?;
		let mut records = Vec::with_capacity(jobs.len());
		for job in jobs {
			let key = StorageKey(job_key(job));
			let record =
				StorageProvider::<Block, FullBackend>::storage_hash(&*self.client, at, &key);
			records.extend(record.map_err(text)?.map(|hash| (job, hash)));
		}
		Ok(records)
	}

	/// Proves the records of jobs.
	fn prove(
		&self,
		genesis: Hash,
		block: Hash,
		jobs: Vec<JobId>,
	) -> Result<AssignmentProof, String> {
		let keys: Vec<Vec<u8>> =
			jobs.iter().flat_map(|job| [job_key(*job), order_key(*job)]).collect();
		let mut all = keys.iter().map(|key| &key[..]);
		let proof = self.client.read_proof(block, &mut all).map_err(text)?;
		if proof.len() > MAX_PROOF_NODES {
			return Err(format!("a proof of {} nodes", proof.len()));
		}
		let nodes = proof.into_iter_nodes().collect();
		Ok(AssignmentProof { genesis, block, jobs, nodes })
	}
}

#[cfg(test)]
#[path = "finality_tests.rs"]
mod tests;
