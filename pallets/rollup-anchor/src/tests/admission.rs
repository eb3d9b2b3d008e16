//! What the pool is told, what the dispatch need not check again, and that nobody gets around the check.

use crate::{
	authorize::CERTIFICATE_TAG, mock::*, Admitted, Call, Certificates, Error, SetKeys, WeightInfo,
};
use codec::Encode;
use concordat_primitives::rollup::{RollupCertificate, Scheme, Signatures};
use frame_support::{
	assert_noop, assert_storage_noop,
	dispatch::{DispatchInfo, DispatchResultWithPostInfo, GetDispatchInfo, Pays},
	traits::Authorize,
};
use sp_runtime::{
	traits::{Applyable, Checkable},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
	},
};

fn call(certificate: &RollupCertificate) -> RuntimeCall {
	Call::certify { certificate: certificate.clone() }.into()
}

fn validity(
	certificate: &RollupCertificate,
	source: TransactionSource,
) -> Result<ValidTransaction, TransactionValidityError> {
	call(certificate).authorize(source).expect("authorised").map(|(valid, _)| valid)
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

fn forged(epoch: u32) -> RollupCertificate {
	let mut forged = certificate(Scheme::Bls, epoch, 0..3, 4);
	if let Signatures::Bls { aggregate, .. } = &mut forged.signatures {
		*aggregate = secret(1).sign(b"something else").0;
	}
	forged
}

/// From now on no aggregate of set 0 verifies, although its members are the same.
fn spoil_keys() {
	SetKeys::<Test>::mutate(0, |keys| keys.as_mut().reverse());
}

#[test]
fn the_pool_should_hold_one_certificate_of_a_rollup_and_not_for_long() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let (one, two) = (close(), close());
		for source in
			[TransactionSource::Local, TransactionSource::External, TransactionSource::InBlock]
		{
			let valid = validity(&certificate(Scheme::Bls, one, 0..3, 4), source).unwrap();
			assert_eq!(valid.provides, [(CERTIFICATE_TAG, one).encode()]);
			assert_eq!(valid.priority, AuthorizedPriority::get());
			assert_eq!(valid.longevity, 8);
			assert!(valid.propagate && valid.requires.is_empty());
		}
		// Other signers of the same rollup take the same place, another rollup takes another.
		let of =
			|certificate| validity(&certificate, TransactionSource::External).unwrap().provides;
		let first = of(certificate(Scheme::Bls, one, 0..3, 4));
		assert_eq!(of(certificate(Scheme::Bls, one, 1..4, 4)), first);
		assert_ne!(of(certificate(Scheme::Bls, two, 0..3, 4)), first);
	});
}

#[test]
fn refusals_should_reach_the_pool_as_documented() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let epoch = close();
		let sound = certificate(Scheme::Bls, epoch, 0..3, 4);
		let told = |certificate: &RollupCertificate| {
			let ask = || validity(certificate, TransactionSource::InBlock).err();
			assert_storage_noop!(assert!(ask().is_some()));
			match ask().expect("a refusal") {
				TransactionValidityError::Invalid(invalid) => invalid,
				other => panic!("{other:?}"),
			}
		};
		let early = RollupCertificate { epoch: epoch + 1, ..sound.clone() };
		assert_eq!(told(&early), InvalidTransaction::Future);
		let of_another_set = RollupCertificate { set: 7, ..sound.clone() };
		assert_eq!(told(&of_another_set), InvalidTransaction::Custom(4));
		let few = certificate(Scheme::Bls, epoch, 0..2, 4);
		assert_eq!(told(&few), InvalidTransaction::Custom(9));
		assert_eq!(told(&forged(epoch)), InvalidTransaction::BadProof);
		apply(call(&sound)).unwrap();
		assert_eq!(told(&sound), InvalidTransaction::Stale);
	});
}

#[test]
fn the_signatures_should_be_checked_once_in_an_extrinsic() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let epoch = close();
		let sound = certificate(Scheme::Bls, epoch, 0..3, 4);
		System::set_extrinsic_index(3);
		validity(&sound, TransactionSource::InBlock).unwrap();
		spoil_keys();
		let done = RollupAnchor::certify(authorized(), sound.clone()).unwrap();
		assert_eq!(done.actual_weight, Some(<() as WeightInfo>::certify()));
		assert_eq!(Certificates::<Test>::get(epoch), Some(sound));
		assert!(!Admitted::<Test>::exists());
		spoil_keys();
	});
}

#[test]
fn the_whole_way_of_a_certificate_should_cost_one_check_and_no_fee() {
	for scheme in [Scheme::Bls, Scheme::Ed25519] {
		ExtBuilder::default().signers(scheme, 4).build_and_execute(|| {
			let epoch = close();
			let call = call(&certificate(scheme, epoch, 0..3, 4));
			let verifying = match scheme {
				Scheme::Bls => <() as WeightInfo>::authorize_certify_bls(3),
				Scheme::Ed25519 => <() as WeightInfo>::authorize_certify_ed25519(3),
			};
			let storing = <() as WeightInfo>::certify();
			assert_eq!(call.weight_of_authorize(), verifying);
			assert_eq!(call.get_dispatch_info().call_weight, storing + verifying);
			let info = apply(call).unwrap();
			assert_eq!(info.pays_fee, Pays::No);
			assert_eq!(info.actual_weight, Some(storing + verifying));
			assert!(Certificates::<Test>::contains_key(epoch) && !Admitted::<Test>::exists());
		});
	}
}

#[test]
fn the_pool_should_leave_no_admission() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let sound = certificate(Scheme::Bls, close(), 0..3, 4);
		System::set_extrinsic_index(3);
		for source in [TransactionSource::Local, TransactionSource::External] {
			assert_storage_noop!(drop(validity(&sound, source).unwrap()));
		}
	});
}

#[test]
fn an_authorised_origin_without_admission_should_not_get_a_forgery_in() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let epoch = close();
		System::set_extrinsic_index(3);
		assert_noop!(
			RollupAnchor::certify(authorized(), forged(epoch)),
			Error::<Test>::BadSignature
		);
		// Nor with that of another certificate, of another extrinsic, or of another block.
		let sound = certificate(Scheme::Bls, epoch, 0..3, 4);
		let admit = || drop(validity(&sound, TransactionSource::InBlock).unwrap());
		admit();
		let refused = RollupAnchor::certify(authorized(), forged(epoch)).unwrap_err();
		assert_eq!(refused.error, Error::<Test>::BadSignature.into());
		admit();
		System::set_extrinsic_index(4);
		spoil_keys();
		let refused = RollupAnchor::certify(authorized(), sound.clone()).unwrap_err();
		assert_eq!(refused.error, Error::<Test>::BadSignature.into());
		spoil_keys();
		admit();
		System::set_block_number(System::block_number() + 1);
		spoil_keys();
		let refused = RollupAnchor::certify(authorized(), sound.clone()).unwrap_err();
		assert_eq!(refused.error, Error::<Test>::BadSignature.into());
		spoil_keys();
		assert!(!Certificates::<Test>::contains_key(epoch));
	});
}

#[test]
fn an_admitted_certificate_should_still_meet_the_state() {
	ExtBuilder::default().signers(Scheme::Bls, 4).build_and_execute(|| {
		let epoch = close();
		let sound = certificate(Scheme::Bls, epoch, 0..3, 4);
		System::set_extrinsic_index(3);
		validity(&sound, TransactionSource::InBlock).unwrap();
		let noted = Admitted::<Test>::get();
		RollupAnchor::certify(authorized(), sound.clone()).unwrap();
		Admitted::<Test>::set(noted);
		let refused = RollupAnchor::certify(authorized(), sound).unwrap_err();
		assert_eq!(refused.error, Error::<Test>::AlreadyCertified.into());
	});
}
