//! What becomes of jobs, as the best blocks tell.

use codec::Decode;
use concordat_primitives::{job::JobStatus, BlockNumber, Hash, JobId};
use concordat_runtime::{pallet_job_dispatch::Event, Header, RuntimeEvent};
use frame_system::{EventRecord, Phase};
use jsonrpsee::{
	core::client::{ClientT, Subscription, SubscriptionClientT},
	rpc_params,
	ws_client::WsClient,
};
use serde_json::Value;
use sp_io::hashing::twox_128;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Instant,
};

/// What became of a job.
#[derive(Clone)]
pub struct Fate {
	/// Transaction that dispatched it.
	pub transaction: Vec<u8>,
	/// Block of that.
	pub dispatched: BlockNumber,
	/// Block of its first assignment, and when that was announced.
	pub assigned: Option<(BlockNumber, Instant)>,
	/// Whether it has its result.
	pub completed: bool,
}

/// What was seen so far.
#[derive(Clone, Default)]
pub struct Sightings(Arc<Mutex<BTreeMap<JobId, Fate>>>);

impl Sightings {
	fn lock(&self) -> MutexGuard<'_, BTreeMap<JobId, Fate>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Jobs that are or were assigned.
	pub fn assigned(&self) -> usize {
		self.lock().values().filter(|fate| fate.assigned.is_some()).count()
	}

	/// All of it.
	pub fn fates(&self) -> BTreeMap<JobId, Fate> {
		self.lock().clone()
	}

	/// Notes what a block says, which was announced at that time.
	fn note(
		&self,
		number: BlockNumber,
		announced: Instant,
		transactions: &[Vec<u8>],
		events: Events,
	) {
		let mut fates = self.lock();
		for EventRecord { phase, event, .. } in events {
			let RuntimeEvent::JobDispatch(event) = event else { continue };
			match event {
				Event::JobDispatched { job, .. } => {
					let Phase::ApplyExtrinsic(place) = phase else { continue };
					let transaction = transactions[place as usize].clone();
					let fate =
						Fate { transaction, dispatched: number, assigned: None, completed: false };
					fates.insert(job, fate);
				},
				Event::JobAssigned { job, .. } => {
					if let Some(fate) = fates.get_mut(&job) {
						fate.assigned.get_or_insert((number, announced));
					}
				},
				Event::JobSettled { job, status: JobStatus::Completed, .. } => {
					if let Some(fate) = fates.get_mut(&job) {
						fate.completed = true;
					}
				},
				_ => {},
			}
		}
	}
}

type Events = Vec<EventRecord<RuntimeEvent, Hash>>;

fn bytes(text: &str) -> Vec<u8> {
	hex::decode(text.trim_start_matches("0x")).expect("the node writes hexadecimal")
}

/// Follows the best blocks, one by one, until it is stopped.
pub async fn run(client: WsClient, sightings: Sightings) {
	let mut heads: Subscription<Header> = client
		.subscribe("chain_subscribeNewHeads", rpc_params![], "chain_unsubscribeNewHeads")
		.await
		.expect("the node has subscriptions");
	let key = [twox_128(b"System"), twox_128(b"Events")].concat();
	let key = format!("0x{}", hex::encode(key));
	let mut last: Option<BlockNumber> = None;
	while let Some(header) = heads.next().await {
		let announced = Instant::now();
		let header = header.expect("a header");
		// One author builds on its own best block: what was passed over by the subscription is in the past of this one.
		let first = last.map_or(header.number, |last| last + 1);
		for number in first..=header.number {
			let hash: Hash = client
				.request("chain_getBlockHash", rpc_params![number])
				.await
				.expect("it is there");
			let block: Value =
				client.request("chain_getBlock", rpc_params![hash]).await.expect("it is there");
			let transactions = block["block"]["extrinsics"].as_array().expect("a block has them");
			let transactions: Vec<Vec<u8>> =
				transactions.iter().filter_map(Value::as_str).map(bytes).collect();
			let events: Option<String> = client
				.request("state_getStorage", rpc_params![key.clone(), hash])
				.await
				.expect("its state is there");
			let events = events.map(|text| bytes(&text)).unwrap_or_default();
			let events =
				Events::decode(&mut &events[..]).expect("the runtime of this build wrote it");
			sightings.note(number, announced, &transactions, events);
		}
		last = Some(last.unwrap_or_default().max(header.number));
	}
}
