//! The off-chain worker: whose heartbeats it sends, and when.

use crate::{mock::*, worker::Skip, Call};
use codec::{Decode, Encode};
use concordat_primitives::{
	enclave_api::{Endpoint, ENDPOINTS_KEY},
	node::NodeStatus,
	traits::LeaseListener,
	NodeId,
};
use frame_support::{assert_ok, traits::Hooks};
use sp_core::{
	offchain::{
		testing::{TestOffchainExt, TestTransactionPoolExt},
		OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
	},
	Pair,
};
use sp_runtime::offchain::storage::StorageValueRef;

/// Takes what was submitted to the pool.
type Pool = Box<dyn Fn() -> Vec<Vec<u8>>>;

/// Runs a test on a machine that operates the first two nodes.
fn on_machine(test: impl FnOnce(Pool)) {
	let mut ext = ExtBuilder::default().operates("//Operator//1").operates("//Operator//2").build();
	let (offchain, _) = TestOffchainExt::new();
	let (pool, state) = TestTransactionPoolExt::new();
	ext.register_extension(OffchainDbExt::new(offchain.clone()));
	ext.register_extension(OffchainWorkerExt::new(offchain));
	ext.register_extension(TransactionPoolExt::new(pool));
	ext.execute_with(|| {
		test(Box::new(move || core::mem::take(&mut state.write().transactions)));
		NodeStaking::do_try_state().expect("all invariants hold after a test");
	});
}

/// Has the host list healthy enclaves by their signing keys.
fn healthy(keys: &[u8]) {
	let endpoints: Vec<Endpoint> = keys
		.iter()
		.map(|key| Endpoint { url: "http://127.0.0.1:9955".into(), signing_key: [*key; 32] })
		.collect();
	StorageValueRef::persistent(ENDPOINTS_KEY).set(&endpoints);
}

/// Runs the worker at the present block; returns the heartbeats that it submitted.
fn work(pool: &Pool) -> Vec<(NodeId, u32)> {
	NodeStaking::offchain_worker(System::block_number());
	pool()
		.into_iter()
		.map(|bytes| match Extrinsic::decode(&mut &bytes[..]).unwrap().function {
			RuntimeCall::NodeStaking(Call::heartbeat { node, at, signature }) => {
				assert_ok!(offer(node, at, signature));
				(node, at)
			},
			other => panic!("{other:?}"),
		})
		.collect()
}

#[test]
fn the_worker_should_keep_its_nodes_alive() {
	on_machine(|pool| {
		let (mine, foreign) = (active(ALICE), (active(BOB), active(BOB)).1);
		healthy(&[1, 2, 3]);
		let mut beats = Vec::new();
		for _ in 0..6 * INTERVAL {
			run(1);
			for (node, at) in work(&pool) {
				assert_ok!(beat(node));
				beats.push((node, at));
			}
		}
		assert_eq!(status(mine), NodeStatus::Active);
		assert_ne!(status(foreign), NodeStatus::Active);
		assert!(beats.iter().all(|(node, _)| *node != foreign));
		// Not each block, and never later than the interval.
		let of_mine: Vec<u32> =
			beats.iter().filter(|(node, _)| *node == mine).map(|(_, at)| *at).collect();
		assert!(of_mine.len() >= 6 && of_mine.len() <= 8, "{of_mine:?}");
		assert!(of_mine.windows(2).all(|w| (6..=8).contains(&(w[1] - w[0]))), "{of_mine:?}");
	});
}

#[test]
fn the_worker_should_bring_a_silent_node_back() {
	on_machine(|pool| {
		let node = active(ALICE);
		healthy(&[node as u8]);
		run(2 * SILENCE);
		assert_ne!(status(node), NodeStatus::Active);
		let sent = work(&pool);
		assert_eq!(sent, [(node, System::block_number())]);
		assert_ok!(beat(node));
		assert_eq!(status(node), NodeStatus::Active);
	});
}

#[test]
fn a_node_whose_enclave_is_not_healthy_should_fall_silent() {
	on_machine(|pool| {
		let node = active(ALICE);
		run(INTERVAL);
		assert!(work(&pool).is_empty());
		// The host lists another enclave, of another key.
		healthy(&[99]);
		assert!(work(&pool).is_empty());
		let endpoint = Endpoint { url: String::new(), signing_key: [99; 32] };
		assert_eq!(
			NodeStaking::beat_for(&operator_of(node).public(), &[endpoint], System::block_number()),
			Err(Skip::NoEnclave)
		);
		healthy(&[node as u8]);
		assert_eq!(work(&pool).len(), 1);
	});
}

#[test]
fn an_unreadable_list_of_enclaves_should_send_nothing() {
	on_machine(|pool| {
		active(ALICE);
		run(INTERVAL);
		sp_io::offchain::local_storage_set(
			sp_core::offchain::StorageKind::PERSISTENT,
			ENDPOINTS_KEY,
			&[0xff, 0xff],
		);
		assert!(work(&pool).is_empty());
	});
}

#[test]
fn a_heartbeat_should_be_sent_once_and_again_when_it_got_lost() {
	on_machine(|pool| {
		let node = active(ALICE);
		healthy(&[node as u8]);
		run(INTERVAL);
		assert_eq!(work(&pool).len(), 1);
		// The worker runs again for the same block, after a fork, and for the next blocks.
		assert!(work(&pool).is_empty());
		run(1);
		assert!(work(&pool).is_empty());
		run(1);
		assert!(work(&pool).is_empty());
		run(1);
		assert_eq!(work(&pool), [(node, System::block_number())]);
	});
}

#[test]
fn a_lock_of_a_higher_block_should_not_hold() {
	on_machine(|pool| {
		let node = active(ALICE);
		healthy(&[node as u8]);
		run(2 * INTERVAL);
		assert_eq!(work(&pool).len(), 1);
		System::set_block_number(System::block_number() - 1);
		assert_eq!(work(&pool).len(), 1);
		System::set_block_number(System::block_number() + 1);
	});
}

#[test]
fn nodes_that_do_not_work_should_not_beat() {
	on_machine(|pool| {
		let node = active(ALICE);
		healthy(&[node as u8, 44]);
		run(INTERVAL);
		assert_ok!(NodeStaking::drain(signed(ALICE), node));
		assert!(work(&pool).is_empty());
		assert_ok!(NodeStaking::undrain(signed(ALICE), node));
		run(INTERVAL);
		NodeStaking::lease_lost(node, node.into());
		assert!(work(&pool).is_empty());
		NodeStaking::lease_granted(&lease(node, 44));
		assert!(work(&pool).is_empty());
		run(INTERVAL);
		assert_eq!(work(&pool).len(), 1);
		assert_ok!(NodeStaking::unbond(signed(ALICE), node));
		run(2 * INTERVAL);
		assert!(work(&pool).is_empty());
	});
}

#[test]
fn a_key_of_nobody_should_be_skipped() {
	on_machine(|pool| {
		healthy(&[1]);
		run(INTERVAL);
		assert!(work(&pool).is_empty());
		assert_eq!(NodeStaking::beat_for(&operator_id("//nobody"), &[], 1), Err(Skip::NoNode));
	});
}

#[test]
fn a_key_that_is_not_here_should_release_the_lock() {
	on_machine(|_| {
		let node = registered(ALICE);
		let foreign = operator("//elsewhere");
		assert_ok!(NodeStaking::set_operator_key(signed(ALICE), node, foreign.public()));
		NodeStaking::lease_granted(&lease(node, 7));
		run(INTERVAL);
		let endpoint = Endpoint { url: String::new(), signing_key: [node as u8; 32] };
		for _ in 0..2 {
			assert_eq!(
				NodeStaking::beat_for(
					&foreign.public(),
					core::slice::from_ref(&endpoint),
					System::block_number()
				),
				Err(Skip::NotSigned)
			);
		}
		// What stands in the list is what the host writes.
		assert_eq!(vec![endpoint.clone()].encode(), {
			StorageValueRef::persistent(ENDPOINTS_KEY).set(&vec![endpoint]);
			StorageValueRef::persistent(ENDPOINTS_KEY)
				.get::<Vec<Endpoint>>()
				.unwrap()
				.unwrap()
				.encode()
		});
	});
}
