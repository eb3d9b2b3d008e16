//! Tests by behaviour. Every one of them ends with `do_try_state`.

mod admission;
mod committees;
mod committing;
mod delivering;
mod discrepancies;
mod encoding;
mod ensembles;
mod invariants;
mod late;
mod overriding;
mod pool;
mod proving;
mod quorum;
mod refusals;
mod revealing;
mod rounds;
mod sealed;
mod slashing;
mod weighing;
mod worker;

use crate::{mock::*, CacRefusal};
use codec::Encode;
use concordat_primitives::{
	cac::{SignedAck, SignedCac},
	commit::{Salt, SignedCommitment},
	job::Settlement,
	node::Misconduct,
	receipt::Operation,
	Balance, Hash,
};
use frame_support::{
	dispatch::{DispatchInfo, DispatchResultWithPostInfo, GetDispatchInfo},
	traits::Authorize,
};
use frame_system::RawOrigin;
use sp_runtime::{
	traits::{Applyable, Checkable, Dispatchable},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
	},
};

/// The calls of nodes.
fn submit_call(cac: SignedCac) -> RuntimeCall {
	crate::Call::submit_cac { cac: Box::new(cac) }.into()
}

fn commit_call(signed: SignedCommitment) -> RuntimeCall {
	crate::Call::commit { signed }.into()
}

fn reveal_call(cac: SignedCac, salt: Salt) -> RuntimeCall {
	crate::Call::reveal { cac: Box::new(cac), salt }.into()
}

fn ack_call(signed: SignedAck) -> RuntimeCall {
	crate::Call::acknowledge { signed }.into()
}

/// What the pool is told.
fn validity(call: &RuntimeCall) -> Result<ValidTransaction, TransactionValidityError> {
	call.authorize(TransactionSource::External).expect("authorised calls").map(|(valid, _)| valid)
}

/// The whole way of a transaction: decoded, checked, validated, applied as the next one of its block.
fn apply(call: RuntimeCall) -> DispatchResultWithPostInfo {
	let bytes =
		UncheckedExtrinsic::new_transaction(call, (frame_system::AuthorizeCall::new(),)).encode();
	let transaction: UncheckedExtrinsic =
		codec::DecodeAll::decode_all(&mut &bytes[..]).expect("its own encoding");
	let info: DispatchInfo = transaction.get_dispatch_info();
	System::set_extrinsic_index(System::extrinsic_index().map_or(0, |index| index + 1));
	let checked = transaction
		.check(&frame_system::ChainContext::<Test>::default())
		.expect("a general transaction");
	checked
		.validate::<Test>(TransactionSource::External, &info, bytes.len())
		.expect("a valid transaction");
	checked.apply::<Test>(&info, bytes.len()).expect("an applicable transaction")
}

fn deliver(cac: SignedCac) {
	apply(submit_call(cac)).expect("an accepted certificate");
}

/// A node commits to what it will show.
fn commit(cac: &SignedCac) {
	apply(commit_call(commitment(cac))).expect("an accepted commitment");
}

/// A node shows what it has committed to.
fn reveal(cac: &SignedCac) {
	let salt = salt(cac.statement.body().node);
	apply(reveal_call(cac.clone(), salt)).expect("an accepted reveal");
}

/// All commit, the next block begins, and all show.
fn commit_and_reveal(cacs: &[SignedCac]) {
	cacs.iter().for_each(commit);
	System::set_block_number(System::block_number() + 1);
	cacs.iter().for_each(reveal);
}

/// What became of the stakes: node, evidence, what was newly frozen.
fn slashes() -> Vec<(concordat_primitives::NodeId, Hash, Balance)> {
	let slashed = effects().into_iter().filter_map(|effect| match effect {
		Effect::Slashed(node, Misconduct::ConsensusFailure, evidence, amount) => {
			Some((node, evidence, amount))
		},
		Effect::Slashed(..) => panic!("for something else: {effect:?}"),
		_ => None,
	});
	slashed.collect()
}

fn settlements() -> Vec<Settlement> {
	let settled = effects().into_iter().filter_map(|effect| match effect {
		Effect::Settled(JOB, settlement) => Some(settlement),
		_ => None,
	});
	settled.collect()
}

/// Who was paid, who marked, who failed, of the only settlement.
fn settled() -> (Vec<u32>, Vec<u32>, Vec<u32>) {
	let all = settlements();
	let [settlement] = &all[..] else { panic!("{all:?}") };
	let agreed = settlement.agreed.iter().map(|(node, _)| *node).collect();
	(agreed, settlement.dissented.to_vec(), settlement.failed.to_vec())
}

fn receipts() -> Vec<Operation> {
	let written = effects().into_iter().filter_map(|effect| match effect {
		Effect::Receipt(operation) => Some(operation),
		_ => None,
	});
	written.collect()
}

fn has_failed() -> bool {
	effects().contains(&Effect::RoundFailed(JOB))
}

/// Refused by the pool and by the dispatch, and the state is what it was, to the root.
#[track_caller]
fn unheard(call: RuntimeCall, refusal: CacRefusal) {
	let before = root();
	let expected = InvalidTransaction::from(refusal);
	assert_eq!(validity(&call), Err(expected.into()), "the pool");
	let refused = call.clone().dispatch(authorized()).expect_err("refused");
	assert_eq!(refused.error, crate::Error::<Test>::from(refusal).into(), "the dispatch");
	let in_block = call.authorize(TransactionSource::InBlock).expect("authorised");
	assert!(in_block.is_err());
	assert_eq!(root(), before);
}

/// Root of the whole state.
fn root() -> Vec<u8> {
	sp_io::storage::root(sp_core::storage::StateVersion::V1)
}

fn acknowledge(signed: SignedAck) {
	apply(ack_call(signed)).expect("an accepted acknowledgement");
}

fn authorized() -> RuntimeOrigin {
	RawOrigin::Authorized.into()
}

/// Events of the pallet so far.
fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::QuorumResults(event) => Some(event),
			_ => None,
		})
		.collect()
}
