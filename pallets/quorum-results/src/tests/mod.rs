//! Tests by behaviour. Every one of them ends with `do_try_state`.

mod admission;
mod delivering;
mod encoding;
mod ensembles;
mod invariants;
mod pool;
mod quorum;
mod refusals;
mod rounds;
mod sealed;
mod weighing;
mod worker;

use crate::mock::*;
use codec::Encode;
use concordat_primitives::cac::{SignedAck, SignedCac};
use frame_support::{
	dispatch::{DispatchInfo, DispatchResultWithPostInfo, GetDispatchInfo},
	traits::Authorize,
};
use frame_system::RawOrigin;
use sp_runtime::{
	traits::{Applyable, Checkable},
	transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
};

/// The two calls.
fn submit_call(cac: SignedCac) -> RuntimeCall {
	crate::Call::submit_cac { cac: Box::new(cac) }.into()
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
