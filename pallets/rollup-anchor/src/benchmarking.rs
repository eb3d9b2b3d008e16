//! Benchmarks: one per call, one per hook step, one for what other pallets call.
//!
//! Secret BLS keys exist only natively, and benchmarks run in the runtime: all signers have the key of `//Alice` of a
//! development chain, and what it has signed is written down in [`crate::fixtures`]. An aggregate of n such signatures is a sum
//! like any other.

use crate::{
	certificate::bitmap,
	dev::DEV_KEYS,
	fixtures::{fixed_header, DEV_POSSESSION, FIXED_SIGNATURE},
	*,
};
use alloc::{vec, vec::Vec};
use codec::Encode;
use concordat_pairing::bls;
use concordat_primitives::{
	receipt::Operation,
	rollup::{
		registration_message, rollup_message, Ed25519Share, Registry, RollupCertificate, RollupKey,
		Scheme, Signatures, SignerSet, MAX_SIGNERS,
	},
	traits::{block_number, GenesisHash, ReceiptSink},
	AccountId, Hash, RollupEpoch,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{Authorize, Get},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_core::crypto::KeyTypeId;
use sp_io::crypto::{ed25519_generate, ed25519_sign};
use sp_runtime::transaction_validity::TransactionSource;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"crol");

/// What the benchmarks cannot know.
pub trait BenchmarkHelper {
	/// An account that may register a key and has none.
	fn validator() -> AccountId;

	/// A new Ed25519 key, and its signature under a message. By the keystore, which a runtime under benchmark has.
	fn sign_ed25519(message: &[u8]) -> Option<([u8; 32], [u8; 64])> {
		let key = ed25519_generate(KEY_TYPE, None);
		Some((key.0, ed25519_sign(KEY_TYPE, &key, message)?.0))
	}
}

/// Rollup 0 waits for set 0, which has so many signers; `signers` of them are needed.
fn waiting<T: Config>(
	keys: Vec<RollupKey>,
	scheme: Scheme,
	signers: u32,
) -> Result<(), BenchmarkError> {
	let unpacked = bls::unpack(&bls::PublicKey(DEV_KEYS[0].1)).map_err(|_| "a key")?;
	if scheme == Scheme::Bls {
		SetKeys::<T>::insert(0, BoundedVec::truncate_from(vec![unpacked; keys.len()]));
	}
	let validators = signers.saturating_mul(3) / 2;
	Sets::<T>::insert(
		0,
		SignerSet { id: 0, scheme, keys: BoundedVec::truncate_from(keys), validators },
	);
	SetUses::<T>::insert(0, 1);
	Rollups::<T>::insert(0, fixed_header());
	Pending::<T>::insert(0, 0);
	Open::<T>::mutate(|open| open.number = open.number.max(1));
	Ok(())
}

/// As many as there may be, whose last `n` have signed by BLS.
fn by_bls<T: Config>(n: u32) -> Result<RollupCertificate, BenchmarkError> {
	waiting::<T>(vec![RollupKey::Bls(DEV_KEYS[0].1); MAX_SIGNERS as usize], Scheme::Bls, n)?;
	let signatures = vec![bls::Signature(FIXED_SIGNATURE); n as usize];
	let aggregate = bls::aggregate(&signatures).map_err(|_| "a sum of signatures")?.0;
	let places = (MAX_SIGNERS - n) as u16..MAX_SIGNERS as u16;
	let signers = bitmap(places, MAX_SIGNERS).ok_or("places of the set")?;
	Ok(RollupCertificate { epoch: 0, set: 0, signatures: Signatures::Bls { signers, aggregate } })
}

/// The same by Ed25519.
fn by_ed25519<T: Config>(n: u32) -> Result<RollupCertificate, BenchmarkError> {
	let header = fixed_header();
	let message = rollup_message(header.genesis, 0, header.hash());
	let (key, signature) =
		T::BenchmarkHelper::sign_ed25519(&message).ok_or("the keystore signs")?;
	waiting::<T>(vec![RollupKey::Ed25519(key); MAX_SIGNERS as usize], Scheme::Ed25519, n)?;
	let shares = (MAX_SIGNERS - n..MAX_SIGNERS)
		.map(|place| Ed25519Share { place: place as u16, signature })
		.collect::<Vec<_>>();
	let signatures = Signatures::Ed25519(BoundedVec::truncate_from(shares));
	Ok(RollupCertificate { epoch: 0, set: 0, signatures })
}

/// Lets a certificate in as a block does, right before its dispatch.
fn let_in<T: Config>(certificate: RollupCertificate) -> Result<(), BenchmarkError>
where
	<T as frame_system::Config>::RuntimeCall: From<Call<T>>,
{
	frame_system::Pallet::<T>::set_extrinsic_index(0);
	<T as frame_system::Config>::RuntimeCall::from(Call::certify { certificate })
		.authorize(TransactionSource::InBlock)
		.ok_or("the call authorises itself")?
		.map_err(|_| "refused")?;
	Ok(())
}

fn ed25519_registration<T: Config>(
	who: &AccountId,
) -> Result<(RollupKey, KeyProof), BenchmarkError> {
	let message = registration_message(T::Genesis::genesis_hash(), who);
	let (key, signature) =
		T::BenchmarkHelper::sign_ed25519(&message).ok_or("the keystore signs")?;
	Ok((RollupKey::Ed25519(key), KeyProof::Signature(signature)))
}

fn numbered(n: u32) -> AccountId {
	let mut bytes = [0xee; 32];
	bytes.iter_mut().zip(n.to_le_bytes()).for_each(|(byte, of_n)| *byte = of_n);
	AccountId::new(bytes)
}

/// The longest receipt: a job with seven voters.
fn longest() -> Operation {
	use concordat_primitives::{
		ensemble::Aggregation,
		receipt::{Making, Voter},
		ClauseId, Hash,
	};
	use frame_support::BoundedVec;
	let voter = |n: u32| Voter {
		node: n,
		signing_key: [7; 32],
		cac: Hash::repeat_byte(8),
		lease: 9,
		agreed: true,
	};
	let name = "x".repeat(32);
	Operation::JobCompleted {
		job: 1,
		clause: ClauseId::parse(&alloc::format!("{name}::{name}@1.0"))
			.expect("names are of 32 bytes; qed"),
		program: Hash::repeat_byte(1),
		input: Hash::repeat_byte(2),
		result: Ok(Hash::repeat_byte(3)),
		k: 4,
		n: 7,
		voters: (0..7)
			.map(voter)
			.collect::<alloc::vec::Vec<_>>()
			.try_into()
			.expect("seven fit; qed"),
		paid: 1,
		simulated: true,
		ensemble: Some(Making {
			aggregation: Aggregation::Voting,
			weights: BoundedVec::truncate_from(alloc::vec![u64::MAX; 7]),
		}),
	}
}

#[benchmarks(where <T as frame_system::Config>::RuntimeCall: From<Call<T>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set_params() {
		let params = AnchorParams { epoch_length: 7, retention_epochs: 7, ..Default::default() };
		#[extrinsic_call]
		_(RawOrigin::Root, params);
		assert_eq!(Params::<T>::get(), params);
	}

	#[benchmark]
	fn append() {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let before = Open::<T>::get().next_receipt;
		#[block]
		{
			Pallet::<T>::append(longest());
		}
		assert_eq!(Open::<T>::get().next_receipt, before + 1);
	}

	#[benchmark]
	fn close(n: Linear<1, { <T as Config>::MaxReceiptsPerEpoch::get() - 1 }>) {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let start = Open::<T>::get();
		if start.count() > 0 {
			Pallet::<T>::close(start, 1);
		}
		for _ in 0..n {
			Pallet::<T>::append(longest());
		}
		let open = Open::<T>::get();
		assert_eq!(open.count(), n);
		let now = block_number(frame_system::Pallet::<T>::block_number());
		#[block]
		{
			Pallet::<T>::close(open, now);
		}
		assert!(Rollups::<T>::contains_key(open.number));
	}

	#[benchmark]
	fn prune(n: Linear<1, 256>) {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let first = Open::<T>::get().next_receipt;
		for _ in 0..n {
			Pallet::<T>::append(longest());
		}
		Cursor::<T>::put(PruneCursor {
			next: first,
			until: first + u64::from(n),
			..Default::default()
		});
		#[block]
		{
			Pallet::<T>::prune(&mut WeightMeter::new());
		}
		assert_eq!(Cursor::<T>::get().next, first + u64::from(n));
	}

	#[benchmark]
	fn on_initialize() {
		#[block]
		{
			let now = block_number(frame_system::Pallet::<T>::block_number());
			Pallet::<T>::close_if_due(now);
			Pallet::<T>::prune(&mut WeightMeter::new());
		}
	}

	#[benchmark]
	fn on_idle() {
		#[block]
		{
			Pallet::<T>::prune(&mut WeightMeter::new());
		}
	}

	/// The certificate of an epoch with as many signatures as there may be, and with it the set.
	#[benchmark]
	fn forget_epoch() -> Result<(), BenchmarkError> {
		let certificate = by_ed25519::<T>(MAX_SIGNERS)?;
		Pending::<T>::remove(0);
		Certificates::<T>::insert(0, certificate);
		let unpacked = bls::unpack(&bls::PublicKey(DEV_KEYS[0].1)).map_err(|_| "a key")?;
		SetKeys::<T>::insert(0, BoundedVec::truncate_from(vec![unpacked; MAX_SIGNERS as usize]));
		CurrentSet::<T>::put(CurrentSigners { id: 1, hash: Hash::zero() });
		#[block]
		{
			Pallet::<T>::forget_epoch(0);
		}
		assert!(!Certificates::<T>::contains_key(0) && !Sets::<T>::contains_key(0));
		Ok(())
	}

	/// All keys are new, and the receipt of the change fills the epoch.
	#[benchmark]
	fn new_validators(n: Linear<1, { MAX_SIGNERS }>) -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		let unpacked = bls::unpack(&bls::PublicKey(DEV_KEYS[0].1)).ok();
		let scheme = Params::<T>::get().scheme;
		let accounts: Vec<_> = (0..n).map(numbered).collect();
		for (n, account) in (0u8..=255).cycle().zip(&accounts) {
			let key = match scheme {
				Scheme::Bls => RollupKey::Bls([n; 96]),
				Scheme::Ed25519 => RollupKey::Ed25519([n; 32]),
			};
			let unpacked = unpacked.filter(|_| scheme == Scheme::Bls);
			Keys::<T>::insert(account, scheme, RegisteredKey { key, unpacked });
		}
		let start = Open::<T>::get();
		if start.count() > 0 {
			Pallet::<T>::close(start, 1);
		}
		for _ in 1..T::MaxReceiptsPerEpoch::get() {
			Pallet::<T>::append(longest());
		}
		let before = Open::<T>::get().number;
		#[block]
		{
			Pallet::<T>::new_validators(&accounts);
		}
		assert_eq!(Open::<T>::get().number, before + 1);
		assert_eq!(Pallet::<T>::present_signers().map(|set| set.keys.len() as u32), Some(n));
		Ok(())
	}

	/// In the place of another key.
	#[benchmark]
	fn register_key_bls() -> Result<(), BenchmarkError> {
		let who = T::BenchmarkHelper::validator();
		let former = RollupKey::Bls([7; 96]);
		Keys::<T>::insert(&who, Scheme::Bls, RegisteredKey { key: former, unpacked: None });
		Owners::<T>::insert(former, &who);
		let key = RollupKey::Bls(DEV_KEYS[0].1);
		// The development chain's own Alice may have it.
		if let Some(owner) = Owners::<T>::take(key) {
			Keys::<T>::remove(owner, Scheme::Bls);
		}
		#[extrinsic_call]
		register_key(RawOrigin::Signed(who.clone()), key, KeyProof::Possession(DEV_POSSESSION));
		assert_eq!(Owners::<T>::get(key), Some(who));
		Ok(())
	}

	#[benchmark]
	fn register_key_ed25519() -> Result<(), BenchmarkError> {
		let who = T::BenchmarkHelper::validator();
		let (key, proof) = ed25519_registration::<T>(&who)?;
		Pallet::<T>::do_register_key(who.clone(), key, proof)?;
		let (key, proof) = ed25519_registration::<T>(&who)?;
		#[extrinsic_call]
		register_key(RawOrigin::Signed(who.clone()), key, proof);
		assert_eq!(Owners::<T>::get(key), Some(who));
		Ok(())
	}

	/// By somebody else.
	#[benchmark]
	fn remove_key() -> Result<(), BenchmarkError> {
		let owner = numbered(7);
		let key = RollupKey::Bls(DEV_KEYS[0].1);
		let unpacked = bls::unpack(&bls::PublicKey(DEV_KEYS[0].1)).ok();
		Keys::<T>::insert(&owner, Scheme::Bls, RegisteredKey { key, unpacked });
		Owners::<T>::insert(key, &owner);
		#[extrinsic_call]
		_(RawOrigin::Signed(numbered(8)), owner.clone(), Scheme::Bls);
		assert!(!Keys::<T>::contains_key(&owner, Scheme::Bls));
		Ok(())
	}

	/// The longest certificate, after its check.
	#[benchmark]
	fn certify() -> Result<(), BenchmarkError> {
		let certificate = by_ed25519::<T>(MAX_SIGNERS)?;
		let_in::<T>(certificate.clone())?;
		#[extrinsic_call]
		_(RawOrigin::Authorized, certificate);
		assert!(!Admitted::<T>::exists() && Certificates::<T>::contains_key(0));
		Ok(())
	}

	#[benchmark]
	fn authorize_certify_bls(n: Linear<1, { MAX_SIGNERS }>) -> Result<(), BenchmarkError> {
		let certificate = by_bls::<T>(n)?;
		#[block]
		{
			let_in::<T>(certificate)?;
		}
		assert!(Admitted::<T>::exists());
		Ok(())
	}

	#[benchmark]
	fn authorize_certify_ed25519(n: Linear<1, { MAX_SIGNERS }>) -> Result<(), BenchmarkError> {
		let certificate = by_ed25519::<T>(n)?;
		#[block]
		{
			let_in::<T>(certificate)?;
		}
		assert!(Admitted::<T>::exists());
		Ok(())
	}

	/// The last of as many as there may be, with the longest names, and its receipt.
	#[benchmark]
	fn record_anchor() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		Rollups::<T>::insert(0, fixed_header());
		let registry = || Registry::Registry(BoundedVec::truncate_from(vec![b'x'; 64]));
		let reference = |n: RollupEpoch| {
			let mut bytes = vec![7; 252];
			n.encode_to(&mut bytes);
			BoundedVec::truncate_from(bytes)
		};
		for n in 1..MAX_ANCHORS {
			Pallet::<T>::do_record_anchor(0, registry(), reference(n))?;
		}
		#[block]
		{
			Pallet::<T>::do_record_anchor(0, registry(), reference(0))?;
		}
		assert_eq!(AnchorsOf::<T>::get(0).len() as u32, MAX_ANCHORS);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
