//! A node that hosts enclaves: off-chain storage, a clock, a transaction pool, and enclaves that answer what a test
//! tells them to.

use super::*;
use concordat_primitives::handoff::HandoffRefusal;
use sp_core::offchain::{
	testing::{PendingRequest, TestOffchainExt},
	DbExternalities, Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt,
	OffchainWorkerExt, OpaqueNetworkState, StorageKind, Timestamp, TransactionPool,
	TransactionPoolExt,
};
use sp_core::OpaquePeerId;
use std::sync::{Arc, Mutex};

/// The SDK's test externalities answer every request with 200 and at once. A header of the response says otherwise here:
/// `status` is the HTTP status (`0`: nobody answers), `takes` the milliseconds until the answer.
#[derive(Clone)]
struct Enclaves(TestOffchainExt);

impl Externalities for Enclaves {
	fn is_validator(&self) -> bool {
		self.0.is_validator()
	}
	fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
		self.0.network_state()
	}
	fn timestamp(&mut self) -> Timestamp {
		self.0.timestamp()
	}
	fn sleep_until(&mut self, deadline: Timestamp) {
		self.0.sleep_until(deadline);
		let (due, later): (Vec<Arrival>, Vec<Arrival>) =
			ARRIVALS.take().into_iter().partition(|(at, ..)| *at <= deadline.unix_millis());
		ARRIVALS.set(later);
		for (_, key, value) in due {
			self.local_storage_set(StorageKind::PERSISTENT, &key, &value);
		}
	}
	fn random_seed(&mut self) -> [u8; 32] {
		self.0.random_seed()
	}
	fn http_request_start(
		&mut self,
		method: &str,
		uri: &str,
		meta: &[u8],
	) -> Result<HttpRequestId, ()> {
		self.0.http_request_start(method, uri, meta)
	}
	fn http_request_add_header(
		&mut self,
		id: HttpRequestId,
		name: &str,
		value: &str,
	) -> Result<(), ()> {
		self.0.http_request_add_header(id, name, value)
	}
	fn http_request_write_body(
		&mut self,
		id: HttpRequestId,
		chunk: &[u8],
		deadline: Option<Timestamp>,
	) -> Result<(), HttpError> {
		assert!(deadline.is_some(), "a request without a deadline");
		self.0.http_request_write_body(id, chunk, deadline)
	}
	fn http_response_wait(
		&mut self,
		ids: &[HttpRequestId],
		deadline: Option<Timestamp>,
	) -> Vec<HttpRequestStatus> {
		let deadline = deadline.expect("a wait has a deadline");
		let [id] = ids else { panic!("one at a time") };
		assert_eq!(
			self.0.http_response_wait(ids, Some(deadline)),
			[HttpRequestStatus::Finished(200)]
		);
		let headers = self.0 .0.read().requests[id].response_headers.clone();
		let header = |name: &str| {
			headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.parse::<u64>().unwrap())
		};
		let status = header("status").unwrap_or(200) as u16;
		let arrives = self.timestamp().unix_millis() + header("takes").unwrap_or(1);
		if arrives > deadline.unix_millis() {
			self.sleep_until(deadline);
			return vec![HttpRequestStatus::DeadlineReached];
		}
		self.sleep_until(Timestamp::from_unix_millis(arrives));
		if status == 0 {
			return vec![HttpRequestStatus::IoError];
		}
		vec![HttpRequestStatus::Finished(status)]
	}
	fn http_response_headers(&mut self, id: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
		self.0.http_response_headers(id)
	}
	fn http_response_read_body(
		&mut self,
		id: HttpRequestId,
		buffer: &mut [u8],
		deadline: Option<Timestamp>,
	) -> Result<usize, HttpError> {
		assert!(deadline.is_some(), "a read without a deadline");
		self.0.http_response_read_body(id, buffer, deadline)
	}
	fn set_authorized_nodes(&mut self, _: Vec<OpaquePeerId>, _: bool) {}
}

impl DbExternalities for Enclaves {
	fn local_storage_set(&mut self, kind: StorageKind, key: &[u8], value: &[u8]) {
		only_persistent(kind);
		self.0.local_storage_set(kind, key, value)
	}
	fn local_storage_clear(&mut self, kind: StorageKind, key: &[u8]) {
		only_persistent(kind);
		self.0.local_storage_clear(kind, key)
	}
	fn local_storage_compare_and_set(
		&mut self,
		kind: StorageKind,
		key: &[u8],
		old: Option<&[u8]>,
		new: &[u8],
	) -> bool {
		only_persistent(kind);
		self.0.local_storage_compare_and_set(kind, key, old, new)
	}
	fn local_storage_get(&mut self, kind: StorageKind, key: &[u8]) -> Option<Vec<u8>> {
		only_persistent(kind);
		self.0.local_storage_get(kind, key)
	}
}

/// The node has no other kind, although the test externalities do.
fn only_persistent(kind: StorageKind) {
	assert_eq!(kind, StorageKind::PERSISTENT);
}

#[derive(Default)]
struct Pool {
	full: bool,
	/// So many more are not taken.
	refuses: usize,
	transactions: Vec<Vec<u8>>,
}

#[derive(Clone, Default)]
struct PoolHandle(Arc<Mutex<Pool>>);

impl TransactionPool for PoolHandle {
	fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
		let mut pool = self.0.lock().unwrap();
		if pool.full {
			return Err(());
		}
		if let Some(left) = pool.refuses.checked_sub(1) {
			pool.refuses = left;
			return Err(());
		}
		pool.transactions.push(extrinsic);
		Ok(())
	}
}

/// An answer of an enclave.
#[derive(Clone, Default)]
pub struct Answer {
	body: Vec<u8>,
	headers: Vec<(String, String)>,
}

impl Answer {
	pub fn scale(body: impl Encode) -> Self {
		Self::bytes(body.encode())
	}
	pub fn bytes(body: Vec<u8>) -> Self {
		Self { body, headers: Vec::new() }
	}
	pub fn status(code: u16) -> Self {
		Self::bytes(b"{\"code\":\"refused\"}".to_vec()).with("status", code.into())
	}
	/// A refusal with this code.
	pub fn refused(status: u16, code: &str) -> Self {
		let body = format!("{{\"code\":\"{code}\",\"message\":\"for people\"}}");
		Self::bytes(body.into_bytes()).with("status", status.into())
	}
	/// A refusal with this body.
	pub fn refused_with(status: u16, body: &str) -> Self {
		Self::bytes(body.as_bytes().to_vec()).with("status", status.into())
	}
	pub fn accepted(body: impl Encode) -> Self {
		Self::scale(body).with("status", 202)
	}
	pub fn after(self, millis: u64) -> Self {
		self.with("takes", millis)
	}
	fn with(mut self, name: &str, value: u64) -> Self {
		self.headers.push((name.into(), value.to_string()));
		self
	}
}

/// The node.
pub struct Host {
	ext: sp_io::TestExternalities,
	offchain: TestOffchainExt,
	pool: PoolHandle,
}

impl Host {
	/// Hosts the enclaves of the given nodes.
	pub fn new(builder: ExtBuilder, nodes: &[NodeId]) -> Self {
		let mut ext = builder.build();
		let offchain = TestOffchainExt::new().0;
		let pool = PoolHandle::default();
		ext.register_extension(OffchainWorkerExt::new(Enclaves(offchain.clone())));
		ext.register_extension(OffchainDbExt::new(Enclaves(offchain.clone())));
		ext.register_extension(TransactionPoolExt::new(pool.clone()));
		let mut host = Self { ext, offchain, pool };
		host.set_clock(1_000_000);
		host.set_endpoints(nodes.iter().map(|node| endpoint(*node)).collect::<Vec<_>>());
		host
	}

	pub fn set_endpoints(&mut self, endpoints: impl Encode) {
		self.store(ENDPOINTS_KEY, &endpoints.encode());
	}

	pub fn store(&mut self, key: &[u8], value: &[u8]) {
		let mut db = self.offchain.clone();
		db.local_storage_set(StorageKind::PERSISTENT, key, value);
	}

	/// As if what lay there were lost.
	pub fn lose(&mut self, key: &[u8]) {
		let mut db = self.offchain.clone();
		db.local_storage_clear(StorageKind::PERSISTENT, key);
	}

	pub fn stored(&self, key: &[u8]) -> Option<Vec<u8>> {
		self.offchain.0.read().persistent_storage.get(key)
	}

	/// Something that the node's host stores while the worker sleeps, so many milliseconds from now.
	pub fn arrives(&self, millis: u64, key: &[u8], value: &[u8]) {
		let arrival = (self.clock() + millis, key.to_vec(), value.to_vec());
		ARRIVALS.with_borrow_mut(|arrivals| arrivals.push(arrival));
	}

	pub fn set_clock(&mut self, millis: u64) {
		self.offchain.0.write().timestamp = Timestamp::from_unix_millis(millis);
	}

	pub fn clock(&self) -> u64 {
		self.offchain.0.read().timestamp.unix_millis()
	}

	pub fn fill_pool(&mut self, full: bool) {
		self.pool.0.lock().unwrap().full = full;
	}

	/// The pool does not take the next few transactions.
	pub fn refuse_in_pool(&mut self, few: usize) {
		self.pool.0.lock().unwrap().refuses = few;
	}

	/// Expects a question about a job next.
	pub fn expect_poll(&mut self, node: NodeId, job: JobId, answer: Answer) {
		let seat = self.chain(|| seat_of(job, node));
		let url = endpoint(node).url;
		let nonce: String = seat.nonce.0.iter().map(|b| format!("{b:02x}")).collect();
		self.expect(PendingRequest {
			method: "GET".into(),
			uri: format!("{url}/v1/jobs/{job}/{}/{nonce}", seat.attempt),
			sent: true,
			response: Some(answer.body),
			response_headers: answer.headers,
			..Default::default()
		});
	}

	/// Expects a job to be handed over next.
	pub fn expect_start(&mut self, node: NodeId, job: JobId, answer: Answer) {
		let body = self.chain(|| start_request(job, node)).encode();
		self.expect_post(node, "jobs", body, answer);
	}

	/// Expects a job to be handed over next, with these bytes.
	pub fn expect_start_with(
		&mut self,
		node: NodeId,
		job: JobId,
		program: &[u8],
		input: &[u8],
		answer: Answer,
	) {
		let request = StartRequest {
			program: program.to_vec(),
			input: input.to_vec(),
			..self.chain(|| start_request(job, node))
		};
		self.expect_post(node, "jobs", request.encode(), answer);
	}

	/// Expects a job to be handed over next, with something changed.
	pub fn expect_changed_start(
		&mut self,
		node: NodeId,
		job: JobId,
		change: impl FnOnce(&mut StartRequest),
		answer: Answer,
	) {
		let mut request = self.chain(|| start_request(job, node));
		change(&mut request);
		self.expect_post(node, "jobs", request.encode(), answer);
	}

	/// Expects an acknowledgement to be asked for next, without a start, with something changed in the token.
	pub fn expect_changed_ack(
		&mut self,
		node: NodeId,
		job: JobId,
		change: impl FnOnce(&mut JobToken),
		answer: Answer,
	) {
		let mut token = self.chain(|| start_request(job, node)).token;
		change(&mut token);
		self.expect_post(node, "acks", token.encode(), answer);
	}

	/// Expects a refusal to be asked for next.
	pub fn expect_refusal(&mut self, node: NodeId, refusal: &HandoffRefusal, answer: Answer) {
		self.expect_post(node, "refusals", refusal.encode(), answer);
	}

	/// Expects an acknowledgement to be asked for next, without a start.
	pub fn expect_ack(&mut self, node: NodeId, job: JobId, answer: Answer) {
		let token = self.chain(|| start_request(job, node)).token;
		self.expect_post(node, "acks", token.encode(), answer);
	}

	fn expect_post(&mut self, node: NodeId, path: &str, body: Vec<u8>, answer: Answer) {
		self.expect(PendingRequest {
			method: "POST".into(),
			uri: format!("{}/v1/{path}", endpoint(node).url),
			headers: vec![("content-type".into(), "application/octet-stream".into())],
			body,
			sent: true,
			response: Some(answer.body),
			response_headers: answer.headers,
			..Default::default()
		});
	}

	fn expect(&mut self, request: PendingRequest) {
		self.offchain.0.write().expect_request(request);
	}

	/// Runs the worker on block `number`, two seconds after the last run began.
	pub fn run(&mut self, number: u32) -> Vec<RuntimeCall> {
		let began = self.clock();
		self.chain(|| {
			System::set_block_number(number);
			frame_system::BlockHash::<Test>::insert(number, block_hash(number));
			<QuorumResults as frame_support::traits::Hooks<_>>::offchain_worker(number);
		});
		let took = self.clock() - began;
		assert!(took <= 1_500, "a run of {took} ms");
		self.set_clock(began + 2_000);
		self.offchain.0.write().requests.clear();
		self.submitted()
	}

	/// What the worker has submitted since the last look.
	fn submitted(&mut self) -> Vec<RuntimeCall> {
		std::mem::take(&mut self.pool.0.lock().unwrap().transactions)
			.iter()
			.map(|bytes| {
				let transaction: UncheckedExtrinsic =
					codec::DecodeAll::decode_all(&mut &bytes[..]).expect("a transaction");
				transaction.function
			})
			.collect()
	}

	pub fn chain<R>(&mut self, f: impl FnOnce() -> R) -> R {
		self.ext.execute_with(f)
	}
}

impl Drop for Host {
	fn drop(&mut self) {
		if !std::thread::panicking() {
			self.ext.execute_with(|| {
				QuorumResults::do_try_state().expect("all invariants hold after a test")
			});
		}
	}
}

pub fn endpoint(node: NodeId) -> Endpoint {
	Endpoint { url: format!("http://127.0.0.1:{}", 9_950 + node), signing_key: key(node) }
}

pub fn block_hash(number: u32) -> Hash {
	Hash::from_low_u64_be(number.into())
}

fn seat_of(job: JobId, node: NodeId) -> Seat {
	let terms = Board::get(job).expect("the job exists");
	terms.seats.iter().find(|s| s.node == node).expect("the node sits").clone()
}

/// All that an enclave gets to see of a job, acted on at the block that the test is about to run.
fn start_request(job: JobId, node: NodeId) -> StartRequest {
	let seat = seat_of(job, node);
	let terms = Board::get(job).expect("the job exists");
	let now = RUNS_AT.get();
	let spec = Spec::get().expect("the clause exists");
	StartRequest {
		token: JobToken {
			genesis: Genesis::get(),
			job,
			attempt: seat.attempt,
			nonce: seat.nonce,
			node,
			lease: seat.lease,
			clause: clause_id(),
			program: program_hash(PROGRAM),
			input: terms.input,
			lineage: Lineages::get(job).unwrap_or(NO_LINEAGE),
			capability: spec.capability,
			limits: terms.limits,
			jurisdiction: Jurisdiction(*b"IDN"),
			dao: concordat_primitives::AccountId::new([1; 32]),
			trigger: TriggerKind::Sensor,
			expires_at: seat.deliver_by,
			acted_on: (now, block_hash(now)),
			sealed: None,
			output_key: terms.output_key,
			handoff: None,
			commit_reveal: terms.commit_reveal,
		},
		// What the chain does not keep reaches the enclave as nothing.
		program: Program::get().unwrap_or_default(),
		input: match Inputs::get(job) {
			Some(concordat_primitives::job::JobInput::Inline(input)) => input.into_inner(),
			_ => Vec::new(),
		},
		dependencies: Vec::new(),
	}
}

/// When, and what is stored where.
type Arrival = (u64, Vec<u8>, Vec<u8>);

std::thread_local! {
	static ARRIVALS: std::cell::RefCell<Vec<Arrival>> = const { std::cell::RefCell::new(Vec::new()) };
	/// The block that expected requests name.
	pub static RUNS_AT: std::cell::Cell<u32> = const { std::cell::Cell::new(NOW) };
}
