//! The off-chain worker, against enclaves that sign what they should, and what they should not.

use crate::{mock::*, offchain::RUN_LOCK_KEY};
use codec::Encode;
use concordat_primitives::{
	enclave_api::{Endpoint, ENDPOINTS_KEY},
	handoff::{Handoff, HandoffFault, RefusalSink, SignedHandoff},
	JobId, NodeId,
};
use frame_support::traits::Hooks;
use sp_core::offchain::{
	testing::{PendingRequest, TestOffchainExt},
	DbExternalities, OffchainDbExt, OffchainWorkerExt, StorageKind, Timestamp, TransactionPoolExt,
};
use std::sync::{Arc, Mutex};

const SENDER: NodeId = 10;
const RECEIVER: NodeId = 20;

/// A node that hosts the enclaves of [`SENDER`], with a chain whose second step waits for its handoff.
struct Host {
	ext: sp_io::TestExternalities,
	offchain: TestOffchainExt,
	pool: Arc<PoolState>,
	job: JobId,
}

#[derive(Default)]
struct PoolState {
	full: Mutex<bool>,
	transactions: Mutex<Vec<Vec<u8>>>,
}

struct Pool(Arc<PoolState>);

impl sp_core::offchain::TransactionPool for Pool {
	fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
		if *self.0.full.lock().unwrap() {
			return Err(());
		}
		self.0.transactions.lock().unwrap().push(extrinsic);
		Ok(())
	}
}

fn url() -> String {
	"http://127.0.0.1:9955".into()
}

impl Host {
	fn new() -> Self {
		let mut ext = ExtBuilder::default().build();
		let offchain = TestOffchainExt::new().0;
		let pool = Arc::new(PoolState::default());
		ext.register_extension(OffchainWorkerExt::new(offchain.clone()));
		ext.register_extension(OffchainDbExt::new(offchain.clone()));
		ext.register_extension(TransactionPoolExt::new(Pool(pool.clone())));
		let job = ext.execute_with(|| {
			let id = submit(chain(2));
			complete(id, 0, SENDER);
			let job = job_of(id, 1);
			seat_on(job, RECEIVER, 1);
			job
		});
		let mut host = Self { ext, offchain, pool, job };
		host.set_clock(1_000_000);
		host.set_endpoint(SENDER);
		host
	}

	fn set_clock(&mut self, millis: u64) {
		self.offchain.0.write().timestamp = Timestamp::from_unix_millis(millis);
	}

	/// Hosts the enclave that signs with this node's key.
	fn set_endpoint(&mut self, node: NodeId) {
		let endpoints = vec![Endpoint { url: url(), signing_key: key(node) }];
		self.offchain.clone().local_storage_set(
			StorageKind::PERSISTENT,
			ENDPOINTS_KEY,
			&endpoints.encode(),
		);
	}

	fn handoff(&mut self) -> Handoff {
		let job = self.job;
		self.ext.execute_with(|| handoff(job, SENDER, RECEIVER))
	}

	/// Expects the enclave to be asked for its signature next.
	fn expect(&mut self, answer: Vec<u8>) {
		let body = self.handoff().encode();
		self.offchain.0.write().expect_request(PendingRequest {
			method: "POST".into(),
			uri: format!("{}/v1/handoffs", url()),
			headers: vec![("content-type".into(), "application/octet-stream".into())],
			body,
			sent: true,
			response: Some(answer),
			..Default::default()
		});
	}

	/// What the worker submits at this block.
	fn run(&mut self, block: u32) -> Vec<RuntimeCall> {
		self.ext.execute_with(|| {
			System::set_block_number(block);
			<Workflows as Hooks<u32>>::offchain_worker(block);
		});
		self.offchain.0.write().requests.clear();
		self.submitted()
	}

	fn submitted(&mut self) -> Vec<RuntimeCall> {
		std::mem::take(&mut *self.pool.transactions.lock().unwrap())
			.iter()
			.map(|bytes| {
				let transaction: UncheckedExtrinsic =
					codec::DecodeAll::decode_all(&mut &bytes[..]).expect("a transaction");
				transaction.function
			})
			.collect()
	}
}

fn call(signed: SignedHandoff) -> RuntimeCall {
	crate::Call::hand_over { signed: Box::new(signed) }.into()
}

#[test]
fn a_handoff_that_is_owed_should_be_signed_and_submitted() {
	let mut host = Host::new();
	let signed = sign(host.handoff(), SENDER);
	host.expect(signed.encode());
	let submitted = host.run(START);
	assert_eq!(submitted, [call(signed.clone())]);
	host.ext.execute_with(|| {
		assert_eq!(hand_over(signed), Ok(()));
		Workflows::do_try_state().unwrap();
	});
	// Nothing is owed any more; a request would panic here.
	assert_eq!(host.run(START + 1), []);
}

#[test]
fn a_handoff_should_not_be_submitted_again_while_it_travels() {
	let mut host = Host::new();
	let signed = sign(host.handoff(), SENDER);
	host.expect(signed.encode());
	assert_eq!(host.run(START).len(), 1);
	assert_eq!(host.run(START + 1), []);
	assert_eq!(host.run(START + 1), []);
}

#[test]
fn a_full_pool_should_be_tried_again() {
	let mut host = Host::new();
	let signed = sign(host.handoff(), SENDER);
	*host.pool.full.lock().unwrap() = true;
	host.expect(signed.encode());
	assert_eq!(host.run(START), []);
	*host.pool.full.lock().unwrap() = false;
	host.expect(signed.encode());
	assert_eq!(host.run(START + 1), [call(signed)]);
}

#[test]
fn what_the_chain_would_refuse_should_not_be_submitted() {
	let mut host = Host::new();
	let said = host.handoff();
	let mut other = said.clone();
	other.attempt = 9;
	for answer in [
		// Not its key; something else; nonsense; nothing.
		sign(said, 66).encode(),
		sign(other, SENDER).encode(),
		b"nonsense".to_vec(),
		Vec::new(),
	] {
		host.expect(answer);
		assert_eq!(host.run(START), []);
	}
}

#[test]
fn an_enclave_with_another_key_should_not_be_asked() {
	let mut host = Host::new();
	host.set_endpoint(RECEIVER);
	assert_eq!(host.run(START), []);
	// The same node, whose certificate was signed with a key that it no longer has.
	let mut host = Host::new();
	let job = host.job;
	host.ext.execute_with(|| {
		crate::StepJobs::<Test>::mutate(job, |record| {
			record.as_mut().unwrap().sender.as_mut().unwrap().key = key(66);
		});
	});
	assert_eq!(host.run(START), []);
}

#[test]
fn a_window_that_is_over_should_be_let_pass() {
	let mut host = Host::new();
	assert_eq!(host.run(START + params().handoff_window), []);
}

#[test]
fn a_host_without_enclaves_should_do_nothing() {
	for list in [Vec::new(), b"nonsense".to_vec(), vec![0xff; 20_000]] {
		let mut host = Host::new();
		host.offchain.clone().local_storage_set(StorageKind::PERSISTENT, ENDPOINTS_KEY, &list);
		assert_eq!(host.run(START), []);
	}
}

#[test]
fn one_run_at_a_time_should_be_under_way() {
	let mut host = Host::new();
	let until = Timestamp::from_unix_millis(1_002_000);
	host.offchain.clone().local_storage_set(StorageKind::PERSISTENT, RUN_LOCK_KEY, &until.encode());
	assert_eq!(host.run(START), []);
	// A lock that a crash left expires.
	host.set_clock(1_002_001);
	let signed = sign(host.handoff(), SENDER);
	host.expect(signed.encode());
	assert_eq!(host.run(START), [call(signed)]);
}

#[test]
fn a_refusal_should_be_submitted_once() {
	let mut host = Host::new();
	let job = host.job;
	let signed = host.ext.execute_with(|| {
		let said = refusal(job, RECEIVER, Default::default(), HandoffFault::Overloaded);
		sign_refusal(said, RECEIVER)
	});
	let (first, second, forged) = host.ext.execute_with(|| {
		let mut forged = signed.clone();
		forged.signature[0] ^= 1;
		(
			<Workflows as RefusalSink>::submit_refusal(signed.clone()),
			<Workflows as RefusalSink>::submit_refusal(signed.clone()),
			<Workflows as RefusalSink>::submit_refusal(forged),
		)
	});
	assert_eq!((first, second, forged), (true, false, false));
	let call: RuntimeCall = crate::Call::refuse { signed: Box::new(signed) }.into();
	assert_eq!(host.submitted(), [call]);
}

#[test]
fn an_objection_should_not_stand_in_the_way_of_a_refusal() {
	let mut host = Host::new();
	let (job, said) = (host.job, host.handoff());
	let digest = said.digest();
	let submitted = host.ext.execute_with(|| {
		hand_over(sign(said, SENDER)).unwrap();
		[(digest, HandoffFault::WrongTask), (Default::default(), HandoffFault::Overloaded)].map(
			|(handoff, fault)| {
				let said = refusal(job, RECEIVER, handoff, fault);
				<Workflows as RefusalSink>::submit_refusal(sign_refusal(said, RECEIVER))
			},
		)
	});
	assert_eq!(submitted, [true, true]);
	assert_eq!(host.submitted().len(), 2);
}
