//! Keeps the leases of this host's enclaves alive.
//!
//! For every enclave that answers and works for a node whose operator key is in this node's keystore: posts collateral
//! that the chain lacks and the enclave has, shows evidence before the lease ends, and tries again after growing pauses.
//! Nothing is sent that the chain would refuse: it is asked first, and what it would say is logged in plain words. What
//! is sent is paid by the operator key's account, within a budget of transactions a day, and never below a floor of its
//! balance. Development nodes are registered as well, and paid for by their controllers.

use super::{
	chain::{Chain, Moment, Signer},
	client, dev,
	schedule::{
		check_balance, name, needs_lease, node_of, objection, posting, title, Budget, Step, Tries,
		RETRY,
	},
};
use crate::metrics::RenewalMetrics;
use codec::DecodeAll;
use concordat_attestation::{report_data, source::Fingerprint, Error, Evidence};
use concordat_primitives::{
	attest::SigningKey,
	enclave_api::{AttestRequest, Identity},
	node::OPERATOR_KEY_TYPE,
	views::NodeView,
	BlockNumber, NodeId,
};
use concordat_runtime::{pallet_attestation, RuntimeCall};
use sp_core::sr25519;
use sp_keystore::Keystore;
use std::{
	collections::{BTreeMap, BTreeSet, HashMap},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// How often leases are looked at.
const REFRESH: Duration = Duration::from_secs(2);
/// Blocks after which the chain's list of nodes is read again.
const RESCAN: BlockNumber = 150;
/// The same while none is known.
const RESCAN_EMPTY: BlockNumber = 10;

/// An enclave that answers.
#[derive(Clone, Debug)]
pub struct Answering {
	/// Base URL.
	pub url: String,
	/// Number of the development node that it works for, if the host registers it.
	pub dev: Option<u32>,
	/// Who it is.
	pub identity: Identity,
}

/// What is remembered of one enclave.
#[derive(Default)]
struct Memory {
	/// Node that it works for.
	node: Option<NodeId>,
	/// Whether that is a development node.
	is_dev: bool,
	/// Collateral that was last found to be refused, by its place.
	refused: Vec<(usize, Error)>,
	/// The last step taken, unless nothing is left to do.
	tries: Option<Tries>,
	/// Whether the last step was a renewal that the chain takes free of charge.
	renews: bool,
	/// What was logged last, so that it is not repeated.
	said: Option<String>,
}

/// Keeps leases alive.
pub struct Renewals {
	chain: Chain,
	budget: Budget,
	metrics: RenewalMetrics,
	enclaves: HashMap<String, Memory>,
	/// Pieces that were posted, by their hash, and when.
	posted: BTreeMap<Fingerprint, BlockNumber>,
	/// Nodes whose operator key is here, and when they were looked for.
	operated: Option<(BlockNumber, Vec<NodeId>)>,
}

/// Seconds since 1970; 0 if the clock stands before.
fn unix_now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

impl Renewals {
	/// Over a node's parts; may send so many transactions a day.
	pub fn new(chain: Chain, budget: u32, metrics: RenewalMetrics) -> Self {
		Self {
			chain,
			budget: Budget::new(budget),
			metrics,
			enclaves: HashMap::new(),
			posted: BTreeMap::new(),
			operated: None,
		}
	}

	/// Runs until nobody tells any more which enclaves answer.
	pub async fn run(mut self, answering: watch::Receiver<Vec<Answering>>) {
		while answering.has_changed().is_ok() {
			let all = answering.borrow().clone();
			for enclave in &all {
				match self.tend(enclave, &all).await {
					Ok(()) => {},
					Err(reason) => self.say(&enclave.url, &reason),
				}
			}
			self.metrics.budget(self.budget.left(unix_now()));
			tokio::time::sleep(REFRESH).await;
		}
	}

	/// Logs why nothing could be done, once.
	fn say(&mut self, url: &str, reason: &str) {
		let memory = self.enclaves.entry(url.into()).or_default();
		if memory.said.as_deref() == Some(reason) {
			log::debug!("🔐 Lease of the enclave at {url}: {reason}");
			return;
		}
		log::warn!("🔐 Lease of the enclave at {url}: {reason}");
		memory.said = Some(reason.into());
	}

	/// Takes the next step for an enclave, if one is due.
	async fn tend(&mut self, enclave: &Answering, all: &[Answering]) -> Result<(), String> {
		let now = self.chain.now();
		// Evidence names a finalised block; the first one is not the genesis.
		if now.finalized == 0 {
			return Ok(());
		}
		let Some((node, signer)) = self.node(enclave, all, now)? else { return Ok(()) };
		let Some(node) = node else { return self.register(enclave, &signer, now).await };
		let memory = self.enclaves.entry(enclave.url.clone()).or_default();
		memory.node = Some(node.id);
		memory.is_dev = enclave.dev.is_some();
		let lease = node.lease.as_ref().filter(|view| view.refusal.is_none());
		let left = lease.map_or(0, |view| view.lease.expires_at.saturating_sub(now.best));
		self.metrics.lease(node.id, left);
		if !needs_lease(&node, &enclave.identity.signing_key, now.best) {
			let done = memory.tries.take();
			memory.said = None;
			if std::mem::take(&mut memory.renews) && done.is_some() {
				self.budget.give_back();
			}
			return Ok(());
		}
		let last = memory.tries;
		// Between two tries to show evidence nothing is asked of anybody; after a posting, what follows is due soon.
		if Tries::next(last, Step::Attest, now.best).is_none() {
			return Ok(());
		}
		if self.post(enclave, &signer, now).await? {
			return Ok(());
		}
		let Some(tries) = Tries::next(last, Step::Attest, now.best) else { return Ok(()) };
		// Counted before anything can go wrong: a refusal is repeated after growing pauses too.
		self.remember(enclave, tries, false);
		let shown = self.attest(enclave, &node, &signer, now).await;
		if shown.is_err() {
			self.metrics.refused();
		}
		let renews = shown?;
		self.remember(enclave, tries, renews);
		Ok(())
	}

	fn remember(&mut self, enclave: &Answering, tries: Tries, renews: bool) {
		let memory = self.enclaves.entry(enclave.url.clone()).or_default();
		memory.tries = Some(tries);
		memory.renews = renews;
	}

	/// The node of an enclave, unless it has to be registered, and who pays for it; nothing if it is not ours to tend.
	fn node(
		&mut self,
		enclave: &Answering,
		all: &[Answering],
		now: Moment,
	) -> Result<Option<(Option<NodeView>, Signer)>, String> {
		let before = self.enclaves.get(&enclave.url).and_then(|memory| memory.node);
		if let Some(number) = enclave.dev {
			let signer = dev::controller(number)?;
			let account = signer.account();
			let known = match before {
				Some(id) => self.chain.node(now.best_hash, id)?,
				None => None,
			};
			let node = match known.filter(|node| node.controller == account) {
				Some(node) => Some(node),
				None => {
					let is_its = |node: &NodeView| node.controller == account;
					self.chain.nodes(now.best_hash, is_its)?.into_iter().next()
				},
			};
			return Ok(Some((node, signer)));
		}
		let operated = self.operated(now)?;
		let keys: Vec<SigningKey> = all.iter().map(|one| one.identity.signing_key).collect();
		let found = node_of(&enclave.identity.signing_key, before, &operated, &keys);
		let node = found.and_then(|id| operated.into_iter().find(|node| node.id == id));
		Ok(node.map(|node| {
			let signer = Signer::Operator(sr25519::Public::from_raw(node.operator_key.0));
			(Some(node), signer)
		}))
	}

	/// Nodes whose operator key is in the keystore. Those of development enclaves are not among them.
	fn operated(&mut self, now: Moment) -> Result<Vec<NodeView>, String> {
		let keys = self.chain.keystore.sr25519_public_keys(OPERATOR_KEY_TYPE);
		let is_ours = |node: &NodeView| keys.iter().any(|key| key.0 == node.operator_key.0);
		let known = self.operated.as_ref().filter(|(at, ids)| {
			let rescan = if ids.is_empty() { RESCAN_EMPTY } else { RESCAN };
			*at <= now.best && now.best < at.saturating_add(rescan)
		});
		let mut nodes = Vec::new();
		match known {
			_ if keys.is_empty() => {},
			Some((_, ids)) => {
				for id in ids {
					nodes.extend(self.chain.node(now.best_hash, *id)?.filter(is_ours));
				}
			},
			None => {
				nodes = self.chain.nodes(now.best_hash, is_ours)?;
				self.operated = Some((now.best, nodes.iter().map(|node| node.id).collect()));
			},
		}
		let dev: BTreeSet<NodeId> = self
			.enclaves
			.values()
			.filter(|memory| memory.is_dev)
			.filter_map(|memory| memory.node)
			.collect();
		nodes.retain(|node| !dev.contains(&node.id));
		Ok(nodes)
	}

	/// Registers a development node.
	async fn register(
		&mut self,
		enclave: &Answering,
		signer: &Signer,
		now: Moment,
	) -> Result<(), String> {
		let last = self.enclaves.entry(enclave.url.clone()).or_default().tries;
		let (Some(number), Some(tries)) =
			(enclave.dev, Tries::next(last, Step::Register, now.best))
		else {
			return Ok(());
		};
		self.remember(enclave, tries, false);
		let call = dev::register(number, &self.chain.keystore)?;
		let nonce = self.chain.nonce(now.best_hash, &signer.account())?;
		let extrinsic = self.chain.sign(signer, nonce, call)?;
		self.chain.submit(now.best_hash, extrinsic).await
	}

	/// Posts what the chain lacks and the enclave has. Whether there is something to wait for.
	async fn post(
		&mut self,
		enclave: &Answering,
		signer: &Signer,
		now: Moment,
	) -> Result<bool, String> {
		let pieces = match client::collateral(&enclave.url).await {
			Ok(pieces) => pieces,
			Err(reason) => {
				log::debug!("🔐 No collateral from the enclave at {}: {reason}", enclave.url);
				return Ok(false);
			},
		};
		let mut verdicts = Vec::new();
		for piece in &pieces {
			verdicts.push(self.chain.check(now.best_hash, piece)?);
		}
		for (piece, verdict) in pieces.iter().zip(&verdicts) {
			// It was taken, and the chain takes no fee for that.
			if matches!(verdict, Err(Error::AlreadyHeld(_)))
				&& self.posted.remove(&name(piece)).is_some()
			{
				self.budget.give_back();
			}
		}
		self.posted.retain(|_, at| *at <= now.best && now.best < at.saturating_add(RETRY));
		let held = self.chain.held(now.best_hash)?;
		let recent = self.posted.keys().copied().collect();
		let plan = posting(&pieces, &verdicts, &held, &recent, unix_now());
		let memory = self.enclaves.entry(enclave.url.clone()).or_default();
		if memory.refused != plan.refused {
			for (piece, error) in
				plan.refused.iter().filter_map(|(at, e)| Some((pieces.get(*at)?, e)))
			{
				log::info!(
					"🔐 The chain would refuse the {} of the enclave at {}: {error}",
					title(piece),
					enclave.url
				);
			}
			memory.refused = plan.refused;
		}
		if plan.post.is_empty() {
			return Ok(!plan.pending.is_empty());
		}
		let Some(tries) = Tries::next(memory.tries, Step::Post, now.best) else { return Ok(false) };
		self.remember(enclave, tries, false);
		let mut nonce = self.chain.nonce(now.best_hash, &signer.account())?;
		for piece in plan.post.iter().filter_map(|place| pieces.get(*place)) {
			let call = RuntimeCall::Attestation(pallet_attestation::Call::post_collateral {
				piece: Box::new(piece.clone()),
			});
			self.send(signer, nonce, call, now).await?;
			log::info!("🔐 Posting the {} that the enclave at {} has", title(piece), enclave.url);
			self.posted.insert(name(piece), now.best);
			nonce = nonce.saturating_add(1);
		}
		Ok(true)
	}

	/// Has the enclave make evidence and shows it to the chain, if it would be taken. Whether that renews a lease.
	async fn attest(
		&mut self,
		enclave: &Answering,
		node: &NodeView,
		signer: &Signer,
		now: Moment,
	) -> Result<bool, String> {
		let request =
			AttestRequest { genesis: now.genesis, node: node.id, challenge: now.finalized_hash };
		let answer = client::attest(&enclave.url, &request).await?;
		let key = enclave.identity.signing_key;
		if answer.signing_key != key {
			return Err("it was started again a moment ago".into());
		}
		let evidence = Evidence::decode_all(&mut &answer.evidence[..])
			.map_err(|e| format!("its evidence cannot be read: {e}"))?;
		let view = self
			.chain
			.appraise(now.best_hash, evidence.clone(), node.id)?
			.map_err(|error| format!("the chain would refuse its evidence: {error}"))?;
		let bound = report_data(
			&now.genesis.0,
			node.id,
			&key,
			&answer.encryption_key,
			&now.finalized_hash.0,
		);
		if let Some(reason) = objection(&view, node, &key, &bound, (now.best, unix_now())) {
			return Err(reason);
		}
		let call = RuntimeCall::Attestation(pallet_attestation::Call::attest {
			node: node.id,
			evidence: Box::new(evidence),
			signing_key: key,
			encryption_key: answer.encryption_key,
			challenge: (now.finalized, now.finalized_hash),
		});
		let nonce = self.chain.nonce(now.best_hash, &signer.account())?;
		self.send(signer, nonce, call, now).await?;
		log::info!("🔐 Showing evidence of the enclave at {} for node {}", enclave.url, node.id);
		Ok(node.lease.as_ref().is_some_and(|view| view.refusal.is_none()))
	}

	/// Sends a transaction that may have to be paid for.
	async fn send(
		&mut self,
		signer: &Signer,
		nonce: u32,
		call: RuntimeCall,
		now: Moment,
	) -> Result<(), String> {
		let extrinsic = self.chain.sign(signer, nonce, call)?;
		let fee = self.chain.fee(now.best_hash, &extrinsic)?;
		check_balance(self.chain.balance(now.best_hash, &signer.account())?, fee)?;
		self.budget.take(unix_now())?;
		self.chain.submit(now.best_hash, extrinsic).await?;
		self.metrics.sent();
		Ok(())
	}
}
