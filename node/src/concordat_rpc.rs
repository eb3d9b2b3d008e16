//! The `concordat_` namespace: reads of the whole chain, each backed by a runtime API of
//! [`concordat_primitives::runtime_api`], so that a light client can ask the same questions.
//!
//! Every list is paged and capped by the runtime; a subscription watches a bounded number of
//! things. Errors have stable codes:
//!
//! | code | meaning |
//! |---|---|
//! | -32602 | a parameter does not parse |
//! | 8001 | no such block here |
//! | 8002 | the block's state is gone, or its runtime does not answer |
//! | 8003 | more than a subscription takes |
//! | 8004 | what was announced for a forecast would itself be refused; `data` says why |
//! | 8005 | more bytes, or more entries, than are looked at |
//!
//! Whether evidence or collateral would be accepted is an answer and no error: `{"accepted": true, …}`, or
//! `{"accepted": false, "error": {"code": …, "message": …, "detail": …}}` ([`json`]).

mod anchor;
mod json;
mod orchestration;

pub use anchor::{AnchorRpcHandler, AnchorRpcServer};
pub use orchestration::OrchestrationRpcServer;

use codec::{DecodeAll, MaxEncodedLen};
use concordat_attestation::{policy::QuotePolicy, source::Piece, Evidence};
use concordat_primitives::{
	clause::RiskClass,
	job::JobConstraints,
	receipt::RollupHeader,
	runtime_api::ConcordatApi as RuntimeApi,
	trust::Originator,
	views::{
		Announcement, ClauseView, DisputeView, JobView, LeaseView, MeasurementView, NodeView, Page,
		ReceiptProof, ReceiptView, RoutingView, Totals,
	},
	ClauseId, DisputeId, Hash, JobId, NodeId, ReceiptId, RollupEpoch,
};
use concordat_runtime::opaque::Block;
use futures::StreamExt;
use jsonrpsee::{
	core::{async_trait, RpcResult, SubscriptionResult},
	proc_macros::rpc,
	types::ErrorObjectOwned,
	PendingSubscriptionSink, SubscriptionMessage, SubscriptionSink,
};
use sc_client_api::BlockchainEvents;
use serde_json::Value;
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::{
	offchain::{storage::OffchainDb, OffchainDbExt, OffchainStorage},
	Bytes,
};
use std::sync::Arc;

/// The block is not known here.
pub const UNKNOWN_BLOCK: i32 = 8001;
/// The block's state is gone, or its runtime does not answer.
pub const NO_STATE: i32 = 8002;
/// More than a subscription takes.
pub const TOO_MANY: i32 = 8003;
/// What was announced for a forecast would itself be refused.
pub const ANNOUNCEMENT_REFUSED: i32 = 8004;
/// More bytes, or more entries, than are looked at.
pub const TOO_LARGE: i32 = 8005;
/// A parameter does not parse.
const INVALID_PARAMS: i32 = -32602;

/// Most announcements of one forecast. The runtime takes no more.
pub const MAX_ANNOUNCEMENTS: usize = 16;

/// Most jobs that one subscription watches.
pub const MAX_WATCHED: usize = 16;

/// Reads of the chain. `at` is a block hash; without it, the best block answers.
#[rpc(client, server, namespace = "concordat")]
pub trait ConcordatRpc {
	/// A job, with its seats and, once it has one, its result.
	#[method(name = "job")]
	fn job(&self, id: JobId, at: Option<Hash>) -> RpcResult<Option<JobView>>;
	/// Jobs from number `from` on: each with what was decided, and without the certificates, which `job` gives.
	#[method(name = "jobs")]
	fn jobs(&self, from: JobId, limit: u32, at: Option<Hash>) -> RpcResult<Page<JobView>>;
	/// A clause, by `AUTHORITY::Name@major.minor`.
	#[method(name = "clause")]
	fn clause(&self, id: ClauseId, at: Option<Hash>) -> RpcResult<Option<ClauseView>>;
	/// Clauses in order of registration.
	#[method(name = "clauses")]
	fn clauses(&self, from: u64, limit: u32, at: Option<Hash>) -> RpcResult<Page<ClauseView>>;
	/// A node.
	#[method(name = "node")]
	fn node(&self, id: NodeId, at: Option<Hash>) -> RpcResult<Option<NodeView>>;
	/// Nodes from number `from` on.
	#[method(name = "nodes")]
	fn nodes(&self, from: NodeId, limit: u32, at: Option<Hash>) -> RpcResult<Page<NodeView>>;
	/// Jobs on which a node holds a seat.
	#[method(name = "assignments")]
	fn assignments(&self, node: NodeId, at: Option<Hash>) -> RpcResult<Vec<JobId>>;
	/// How nodes would score for a clause now, from the perspective of an account (`{"account": …}`) or a node
	/// (`{"node": …}`) and under its constraints: each factor, and each reason for exclusion. Those that could be asked
	/// come first.
	#[method(name = "routing")]
	fn routing(
		&self,
		clause: ClauseId,
		originator: Option<Originator>,
		constraints: Option<JobConstraints>,
		from: u64,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Page<RoutingView>>;
	/// The lease of a node, and whether it counts now.
	#[method(name = "attestation")]
	fn attestation(&self, node: NodeId, at: Option<Hash>) -> RpcResult<Option<LeaseView>>;
	/// What becomes of the leases of nodes from number `from` on, and why: as things are, or if what is announced comes
	/// true. Each announcement is a SCALE-encoded `Announcement` in hex.
	#[method(name = "attestationForecast")]
	fn attestation_forecast(
		&self,
		from: NodeId,
		limit: u32,
		announced: Option<Vec<Bytes>>,
		at: Option<Hash>,
	) -> RpcResult<Value>;
	/// What the chain would say to evidence (SCALE-encoded, in hex) that `node` shows.
	#[method(name = "appraiseEvidence")]
	fn appraise_evidence(
		&self,
		evidence: Bytes,
		node: Option<NodeId>,
		at: Option<Hash>,
	) -> RpcResult<Value>;
	/// Whether a piece of collateral (SCALE-encoded, in hex) would be taken.
	#[method(name = "checkCollateral")]
	fn check_collateral(&self, piece: Bytes, at: Option<Hash>) -> RpcResult<Value>;
	/// Collateral that the chain holds.
	#[method(name = "collateral")]
	fn collateral(&self, from: u32, limit: u32, at: Option<Hash>) -> RpcResult<Value>;
	/// Measurements on the chain's allow-list.
	#[method(name = "measurements")]
	fn measurements(
		&self,
		from: u32,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Page<MeasurementView>>;
	/// What a risk class (`low`, `medium`, `high`, `critical`) demands of a platform.
	#[method(name = "quotePolicy")]
	fn quote_policy(&self, class: RiskClass, at: Option<Hash>) -> RpcResult<QuotePolicy>;
	/// A receipt.
	#[method(name = "receipt")]
	fn receipt(&self, id: ReceiptId, at: Option<Hash>) -> RpcResult<Option<ReceiptView>>;
	/// A receipt with its proof, once its rollup is closed; whatever its age, where the node indexes off chain.
	#[method(name = "receiptProof")]
	fn receipt_proof(&self, id: ReceiptId, at: Option<Hash>) -> RpcResult<Option<ReceiptProof>>;
	/// A closed rollup.
	#[method(name = "rollup")]
	fn rollup(&self, epoch: RollupEpoch, at: Option<Hash>) -> RpcResult<Option<RollupHeader>>;
	/// A dispute.
	#[method(name = "dispute")]
	fn dispute(&self, id: DisputeId, at: Option<Hash>) -> RpcResult<Option<DisputeView>>;
	/// Totals of the chain.
	#[method(name = "totals")]
	fn totals(&self, at: Option<Hash>) -> RpcResult<Totals>;

	/// Jobs out of `ids` (16 at most), each whenever it has changed in the best chain.
	#[subscription(name = "subscribeJobs" => "jobsUpdate", unsubscribe = "unsubscribeJobs", item = JobView)]
	async fn subscribe_jobs(&self, ids: Vec<JobId>) -> SubscriptionResult;
	/// Receipts from number `from` on, as they enter the best chain; those that have been pruned are
	/// passed over. After a re-organisation a number may come again, with what the new chain says.
	#[subscription(
		name = "subscribeReceipts" => "receiptsUpdate",
		unsubscribe = "unsubscribeReceipts",
		item = ReceiptView
	)]
	async fn subscribe_receipts(&self, from: ReceiptId) -> SubscriptionResult;
}

/// Serves the namespace.
pub struct ConcordatRpcHandler<Client, Index> {
	client: Arc<Client>,
	index: Option<Index>,
}

impl<Client, Index> ConcordatRpcHandler<Client, Index> {
	/// Over a client and, for receipts that have left the state, the node's off-chain index.
	pub const fn new(client: Arc<Client>, index: Option<Index>) -> Self {
		Self { client, index }
	}
}

fn error(code: i32, message: impl Into<String>) -> ErrorObjectOwned {
	ErrorObjectOwned::owned(code, message, None::<()>)
}

/// Decodes a parameter of at most `longest` bytes; what is longer is not looked at.
fn decode<T: DecodeAll>(what: &str, bytes: &[u8], longest: usize) -> RpcResult<T> {
	if bytes.len() > longest {
		let message = format!("{what}: {} bytes, at most {longest} are looked at", bytes.len());
		return Err(error(TOO_LARGE, message));
	}
	T::decode_all(&mut &bytes[..])
		.map_err(|_| error(INVALID_PARAMS, format!("{what}: not what it should be in SCALE")))
}

/// Decodes what is announced for a forecast.
fn announcements(announced: &[Bytes]) -> RpcResult<Vec<Announcement>> {
	if announced.len() > MAX_ANNOUNCEMENTS {
		let message = format!("at most {MAX_ANNOUNCEMENTS} announcements are looked at");
		return Err(error(TOO_LARGE, message));
	}
	// The variant, the class of a policy, and the longest of what can follow.
	let longest = 2 + Piece::max_encoded_len().max(QuotePolicy::max_encoded_len());
	announced.iter().map(|one| decode("an announcement", one, longest)).collect()
}

/// Asks the runtime of a block.
fn ask<Client, T>(
	client: &Client,
	at: Option<Hash>,
	question: impl FnOnce(&Client::Api, Hash) -> Result<T, ApiError>,
) -> RpcResult<T>
where
	Client: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
{
	let at = at.unwrap_or_else(|| client.info().best_hash);
	match client.header(at) {
		Ok(Some(_)) => {},
		Ok(None) => return Err(error(UNKNOWN_BLOCK, format!("there is no block {at:?} here"))),
		Err(e) => return Err(error(NO_STATE, e.to_string())),
	}
	question(&client.runtime_api(), at).map_err(|e| error(NO_STATE, e.to_string()))
}

impl<Client, Index> ConcordatRpcHandler<Client, Index>
where
	Client: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
	Client::Api: RuntimeApi<Block> + ApiExt<Block>,
	Index: OffchainStorage + Clone + 'static,
{
	/// Asks the runtime of a block.
	fn ask<T>(
		&self,
		at: Option<Hash>,
		question: impl FnOnce(&Client::Api, Hash) -> Result<T, ApiError>,
	) -> RpcResult<T> {
		ask(&*self.client, at, question)
	}

	/// The proof of a receipt out of the off-chain index, which outlives pruning.
	fn archived_proof(
		&self,
		index: Index,
		id: ReceiptId,
		at: Option<Hash>,
	) -> RpcResult<Option<ReceiptProof>> {
		let mut api = self.client.runtime_api();
		api.register_extension(OffchainDbExt::new(OffchainDb::new(index)));
		api.archived_receipt_proof(at.unwrap_or_else(|| self.client.info().best_hash), id)
			.map_err(|e| error(NO_STATE, e.to_string()))
	}
}

/// The first number from `next` on, and below `total`, that `is_there`; `total` if there is none, and
/// `next` if that is not below. Pruning takes the oldest first, so what is there is never followed by
/// what is gone.
fn first_kept(
	next: ReceiptId,
	total: ReceiptId,
	is_there: impl Fn(ReceiptId) -> bool,
) -> ReceiptId {
	let (mut low, mut high) = (next, total.max(next));
	while low < high {
		let middle = low + (high - low) / 2;
		if is_there(middle) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	low
}

/// Sends one item; `false` once nobody listens.
async fn send<T: serde::Serialize>(sink: &SubscriptionSink, item: &T) -> bool {
	match SubscriptionMessage::from_json(item) {
		Ok(message) => sink.send(message).await.is_ok(),
		Err(_) => false,
	}
}

#[async_trait]
impl<Client, Index> ConcordatRpcServer for ConcordatRpcHandler<Client, Index>
where
	Client: ProvideRuntimeApi<Block>
		+ HeaderBackend<Block>
		+ BlockchainEvents<Block>
		+ Send
		+ Sync
		+ 'static,
	Client::Api: RuntimeApi<Block> + ApiExt<Block>,
	Index: OffchainStorage + Clone + Send + Sync + 'static,
{
	fn job(&self, id: JobId, at: Option<Hash>) -> RpcResult<Option<JobView>> {
		self.ask(at, |api, at| api.job(at, id))
	}

	fn jobs(&self, from: JobId, limit: u32, at: Option<Hash>) -> RpcResult<Page<JobView>> {
		self.ask(at, |api, at| api.jobs(at, from, limit))
	}

	fn clause(&self, id: ClauseId, at: Option<Hash>) -> RpcResult<Option<ClauseView>> {
		self.ask(at, |api, at| api.clause(at, id))
	}

	fn clauses(&self, from: u64, limit: u32, at: Option<Hash>) -> RpcResult<Page<ClauseView>> {
		self.ask(at, |api, at| api.clauses(at, from, limit))
	}

	fn node(&self, id: NodeId, at: Option<Hash>) -> RpcResult<Option<NodeView>> {
		self.ask(at, |api, at| api.node(at, id))
	}

	fn nodes(&self, from: NodeId, limit: u32, at: Option<Hash>) -> RpcResult<Page<NodeView>> {
		self.ask(at, |api, at| api.nodes(at, from, limit))
	}

	fn assignments(&self, node: NodeId, at: Option<Hash>) -> RpcResult<Vec<JobId>> {
		self.ask(at, |api, at| api.assignments(at, node))
	}

	fn routing(
		&self,
		clause: ClauseId,
		originator: Option<Originator>,
		constraints: Option<JobConstraints>,
		from: u64,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Page<RoutingView>> {
		self.ask(at, |api, at| api.routing(at, clause, originator, constraints, from, limit))
	}

	fn attestation(&self, node: NodeId, at: Option<Hash>) -> RpcResult<Option<LeaseView>> {
		self.ask(at, |api, at| api.attestation(at, node))
	}

	fn attestation_forecast(
		&self,
		from: NodeId,
		limit: u32,
		announced: Option<Vec<Bytes>>,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		let announced = announcements(&announced.unwrap_or_default())?;
		self.ask(at, |api, at| api.attestation_forecast(at, from, limit, announced))?
			.map(|page| json::page(&page, json::forecast))
			.map_err(|why| {
				let message = format!("an announcement would be refused: {why}");
				ErrorObjectOwned::owned(ANNOUNCEMENT_REFUSED, message, Some(json::error(&why)))
			})
	}

	fn appraise_evidence(
		&self,
		evidence: Bytes,
		node: Option<NodeId>,
		at: Option<Hash>,
	) -> RpcResult<Value> {
		let evidence: Evidence = decode("evidence", &evidence, Evidence::max_encoded_len())?;
		let verdict = self.ask(at, |api, at| api.appraise_evidence(at, evidence, node))?;
		Ok(json::verdict(&verdict, "appraisal", json::appraisal))
	}

	fn check_collateral(&self, piece: Bytes, at: Option<Hash>) -> RpcResult<Value> {
		let piece: Piece = decode("a piece", &piece, Piece::max_encoded_len())?;
		let verdict = self.ask(at, |api, at| api.check_collateral(at, piece))?;
		Ok(json::verdict(&verdict, "collateral", json::collateral))
	}

	fn collateral(&self, from: u32, limit: u32, at: Option<Hash>) -> RpcResult<Value> {
		self.ask(at, |api, at| api.collateral(at, from, limit))
			.map(|page| json::page(&page, json::collateral))
	}

	fn measurements(
		&self,
		from: u32,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Page<MeasurementView>> {
		self.ask(at, |api, at| api.measurements(at, from, limit))
	}

	fn quote_policy(&self, class: RiskClass, at: Option<Hash>) -> RpcResult<QuotePolicy> {
		self.ask(at, |api, at| api.quote_policy(at, class))
	}

	fn receipt(&self, id: ReceiptId, at: Option<Hash>) -> RpcResult<Option<ReceiptView>> {
		self.ask(at, |api, at| api.receipt(at, id))
	}

	fn receipt_proof(&self, id: ReceiptId, at: Option<Hash>) -> RpcResult<Option<ReceiptProof>> {
		// The index first: it has the leaves of an epoch in one entry, where the state has a record of each. What it says is
		// checked against the header in the state.
		if let Some(index) = self.index.clone() {
			if let Some(proof) = self.archived_proof(index, id, at)? {
				return Ok(Some(proof));
			}
		}
		self.ask(at, |api, at| api.receipt_proof(at, id))
	}

	fn rollup(&self, epoch: RollupEpoch, at: Option<Hash>) -> RpcResult<Option<RollupHeader>> {
		self.ask(at, |api, at| api.rollup(at, epoch))
	}

	fn dispute(&self, id: DisputeId, at: Option<Hash>) -> RpcResult<Option<DisputeView>> {
		self.ask(at, |api, at| api.dispute(at, id))
	}

	fn totals(&self, at: Option<Hash>) -> RpcResult<Totals> {
		self.ask(at, |api, at| api.totals(at))
	}

	async fn subscribe_jobs(
		&self,
		pending: PendingSubscriptionSink,
		ids: Vec<JobId>,
	) -> SubscriptionResult {
		if ids.is_empty() || ids.len() > MAX_WATCHED {
			pending
				.reject(error(TOO_MANY, format!("a subscription watches 1 to {MAX_WATCHED} jobs")))
				.await;
			return Ok(());
		}
		let sink = pending.accept().await?;
		let mut blocks = self.client.import_notification_stream();
		let mut last: Vec<Option<JobView>> = vec![None; ids.len()];
		let mut at = self.client.info().best_hash;
		loop {
			for (id, known) in ids.iter().zip(last.iter_mut()) {
				// A state that is gone already is skipped: the next block has the same news.
				let Ok(Some(view)) = self.client.runtime_api().job(at, *id) else { continue };
				if known.as_ref() != Some(&view) {
					if !send(&sink, &view).await {
						return Ok(());
					}
					*known = Some(view);
				}
			}
			at = tokio::select! {
				_ = sink.closed() => return Ok(()),
				block = blocks.next() => match block {
					Some(block) if block.is_new_best => block.hash,
					Some(_) => continue,
					None => return Ok(()),
				},
			};
		}
	}

	async fn subscribe_receipts(
		&self,
		pending: PendingSubscriptionSink,
		from: ReceiptId,
	) -> SubscriptionResult {
		let sink = pending.accept().await?;
		let mut blocks = self.client.import_notification_stream();
		let mut next = from;
		let mut at = self.client.info().best_hash;
		loop {
			let total = self.client.runtime_api().totals(at).map_or(next, |totals| totals.receipts);
			// A chain that took the place of another may have fewer.
			next = next.min(total.max(from));
			next = first_kept(next, total, |id| {
				!matches!(self.client.runtime_api().receipt(at, id), Ok(None))
			});
			while let Ok(Some(view)) = self.client.runtime_api().receipt(at, next) {
				if !send(&sink, &view).await {
					return Ok(());
				}
				next = next.saturating_add(1);
			}
			at = tokio::select! {
				_ = sink.closed() => return Ok(()),
				block = blocks.next() => match block {
					Some(block) if block.is_new_best => block.hash,
					Some(_) => continue,
					None => return Ok(()),
				},
			};
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	fn code<T: std::fmt::Debug>(result: RpcResult<T>) -> i32 {
		result.unwrap_err().code()
	}

	#[test]
	fn parameters_should_be_bounded_before_they_are_decoded() {
		let longest = Evidence::max_encoded_len();
		assert_eq!(code(decode::<Evidence>("evidence", &vec![1; longest + 1], longest)), TOO_LARGE);
		assert_eq!(code(decode::<Evidence>("evidence", &[9], longest)), INVALID_PARAMS);
		let good = Evidence::Intel { quote: vec![1; 8].try_into().unwrap() };
		assert_eq!(decode::<Evidence>("evidence", &good.encode(), longest).unwrap(), good);
		let trailing = [good.encode(), vec![0]].concat();
		assert_eq!(code(decode::<Evidence>("evidence", &trailing, longest)), INVALID_PARAMS);
	}

	#[test]
	fn announcements_should_be_bounded_in_number_and_length() {
		let one = Bytes(Announcement::At(7).encode());
		assert_eq!(announcements(std::slice::from_ref(&one)).unwrap(), [Announcement::At(7)]);
		let many = vec![one; MAX_ANNOUNCEMENTS + 1];
		assert_eq!(code(announcements(&many)), TOO_LARGE);
		assert_eq!(announcements(&many[1..]).unwrap().len(), MAX_ANNOUNCEMENTS);
		let policy = Announcement::Policy(RiskClass::High, QuotePolicy::lenient());
		assert_eq!(announcements(&[Bytes(policy.encode())]).unwrap(), [policy]);
		assert_eq!(code(announcements(&[Bytes(vec![0; 1 << 20])])), TOO_LARGE);
	}

	#[test]
	fn a_subscription_passes_over_what_was_pruned() {
		let kept_from = |first: u64| move |id: u64| id >= first;
		assert_eq!(first_kept(0, 100, kept_from(0)), 0);
		assert_eq!(first_kept(0, 100, kept_from(37)), 37);
		assert_eq!(first_kept(50, 100, kept_from(37)), 50);
		assert_eq!(first_kept(0, 100, kept_from(100)), 100);
		assert_eq!(first_kept(120, 100, kept_from(37)), 120, "not there yet");
		assert_eq!(first_kept(0, 0, kept_from(0)), 0);
	}
}
