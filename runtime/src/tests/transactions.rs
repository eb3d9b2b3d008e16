//! The envelope of a transaction: its extensions, fees, and what off-chain code creates.

use super::*;
use crate::{constants::CDT, BalancesCall, Runtime, TxExtension};
use frame_support::assert_ok;
use frame_system::offchain::{CreateAuthorizedTransaction, CreateBare};
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_runtime::{
	generic::Preamble,
	traits::{ExtrinsicLike, TransactionExtension},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, UnknownTransaction,
	},
	DispatchError,
};

fn transfer(to: &str, value: crate::Balance) -> BalancesCall<Runtime> {
	BalancesCall::transfer_keep_alive { dest: account(to).into(), value }
}

#[test]
fn extensions_should_keep_their_order() {
	let identifiers = <TxExtension as TransactionExtension<RuntimeCall>>::metadata()
		.into_iter()
		.map(|extension| extension.identifier)
		.collect::<Vec<_>>();
	assert_eq!(
		identifiers,
		vec![
			"AuthorizeCall",
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"ChargeTransactionPayment",
			"CheckMetadataHash",
			"WeightReclaim",
		]
	);
}

#[test]
fn extensions_unknown_to_wallets_should_encode_to_nothing() {
	assert!(frame_system::AuthorizeCall::<Runtime>::new().encode().is_empty());
	assert!(frame_system::WeightReclaim::<Runtime>::new().encode().is_empty());
}

#[test]
fn transfer_should_succeed_and_pay_the_author() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		begin_block(1, System::block_hash(0));
		let (author, payer) = (free_balance("//Alice//stash"), free_balance("//Bob"));

		assert_ok!(Executive::apply_extrinsic(signed("//Bob", transfer("//Eve", CDT))).unwrap());

		let fee = payer - CDT - free_balance("//Bob");
		assert!(fee > 0);
		assert_eq!(free_balance("//Alice//stash"), author + fee);
		assert_eq!(free_balance("//Eve"), crate::genesis_presets::ENDOWMENT + CDT);
	});
}

#[test]
fn transaction_should_be_stale_when_its_nonce_was_used() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		begin_block(1, System::block_hash(0));
		let transaction = signed("//Bob", transfer("//Eve", CDT));
		assert_ok!(Executive::apply_extrinsic(transaction.clone()).unwrap());
		assert_eq!(
			Executive::apply_extrinsic(transaction),
			Err(TransactionValidityError::Invalid(InvalidTransaction::Stale))
		);
	});
}

#[test]
fn transaction_should_be_refused_when_signed_for_another_chain() {
	let transaction = new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		frame_system::BlockHash::<Runtime>::insert(0, Hash::repeat_byte(1));
		signed("//Bob", transfer("//Eve", CDT))
	});
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		begin_block(1, System::block_hash(0));
		assert_eq!(
			Executive::apply_extrinsic(transaction),
			Err(TransactionValidityError::Invalid(InvalidTransaction::BadProof))
		);
	});
}

#[test]
fn authorized_transaction_should_be_general_and_refused_when_the_call_authorizes_nothing() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		begin_block(1, System::block_hash(0));
		let transaction =
			<Runtime as CreateAuthorizedTransaction<BalancesCall<Runtime>>>::
				create_authorized_transaction(transfer("//Eve", CDT).into());
		assert!(matches!(transaction.preamble, Preamble::General(..)));
		assert!(matches!(
			Executive::apply_extrinsic(transaction),
			Err(TransactionValidityError::Invalid(_))
		));
	});
}

#[test]
fn bare_transaction_should_be_refused_when_it_is_no_inherent_or_report() {
	new_test_ext(DEV_RUNTIME_PRESET).execute_with(|| {
		begin_block(1, System::block_hash(0));
		let transaction = <Runtime as CreateBare<BalancesCall<Runtime>>>::create_bare(
			transfer("//Eve", CDT).into(),
		);
		assert!(transaction.is_bare());
		assert_eq!(
			Executive::validate_transaction(
				TransactionSource::External,
				transaction.clone(),
				System::block_hash(0)
			),
			Err(UnknownTransaction::NoUnsignedValidator.into()),
			"no pool takes it"
		);
		assert_eq!(
			Executive::apply_extrinsic(transaction),
			Ok(Err(DispatchError::BadOrigin)),
			"an author who includes it gains nothing"
		);
	});
}
