//! Benchmarks: one for each call, in its worst case, and for each kind of key where that makes the difference; and one
//! for a look at credentials.

use crate::*;
use alloc::{boxed::Box, format, vec::Vec};
use concordat_attestation::{
	simulator::{
		keys::SimKey,
		tpm::{self as sim_tpm},
	},
	tpm::{Selection, MAX_SELECTIONS},
};
use concordat_primitives::{
	credential::{credential_type, CredentialDemand, IssuerId, MAX_CREDENTIAL_DEMANDS},
	did::{binding_message, Did, DidKey, DidMethod, DidSignature, MAX_DID_BYTES, MAX_METHOD_BYTES},
	node::Resources,
	traits::{CredentialInspect, GenesisHash},
	units::CDT,
	AccountId, BlockNumber, Hash, NodeId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, EnsureOrigin},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_core::{crypto::KeyTypeId, ed25519};

/// Makes nodes, which this pallet does not keep.
pub trait BenchmarkHelper {
	/// Makes a node that `controller` controls.
	fn add_node(controller: &AccountId) -> NodeId;
	/// Makes the node go, as if it had been withdrawn long ago.
	fn remove_node(node: NodeId);
}

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"benc");
const NOW: BlockNumber = 20;
const RESOURCES: Resources =
	Resources { cpu_cores: 1, memory_mib: 2, storage_gib: 3, bandwidth_mbps: 4, accelerators: 5 };

/// Keys of each kind, that sign as their holders do.
enum Signer {
	Ed25519(ed25519::Public),
	P256,
	P384,
}

impl Signer {
	fn ed25519() -> Self {
		Self::Ed25519(sp_io::crypto::ed25519_generate(KEY_TYPE, None))
	}

	fn sim(&self) -> SimKey {
		match self {
			Self::P384 => SimKey::p384(b"benchmark", "did"),
			_ => SimKey::p256(b"benchmark", "did"),
		}
	}

	/// 02 or 03, x.
	fn compressed(&self) -> Vec<u8> {
		let point = self.sim().point();
		let (x, y) = point.split_at(point.len() / 2);
		let form = 2 | y.last().copied().unwrap_or_default() & 1;
		[&[form], x].concat()
	}

	fn key(&self) -> Result<DidKey, BenchmarkError> {
		let wrong = |_| BenchmarkError::Stop("a point has the length of its curve");
		Ok(match self {
			Self::Ed25519(key) => DidKey::Ed25519(key.0),
			Self::P256 => DidKey::P256(self.compressed().try_into().map_err(wrong)?),
			Self::P384 => DidKey::P384(self.compressed().try_into().map_err(wrong)?),
		})
	}

	fn sign(&self, message: &[u8]) -> Result<DidSignature, BenchmarkError> {
		let signature = match self {
			Self::Ed25519(key) => sp_io::crypto::ed25519_sign(KEY_TYPE, key, message)
				.ok_or(BenchmarkError::Stop("the key was generated just now"))?
				.0
				.to_vec(),
			_ => self.sim().sign_raw(message),
		};
		Ok(BoundedVec::truncate_from(signature))
	}
}

fn force<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::ForceOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

fn funded<T: Config>(name: &'static str) -> AccountId {
	let who: AccountId = account(name, 0, 0);
	T::Currency::set_balance(&who, 1_000 * CDT);
	who
}

/// A block in which quotes of its parent are recent.
fn set_block<T: Config>() {
	frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(NOW));
	let parent = BlockNumberFor::<T>::from(NOW - 1);
	frame_system::BlockHash::<T>::insert(parent, Hash::repeat_byte(9));
}

/// The longest name of a method.
fn method() -> DidMethod {
	DidMethod(BoundedVec::truncate_from(alloc::vec![b'm'; MAX_METHOD_BYTES as usize]))
}

/// The longest identifier that has to be attested.
fn did() -> Did {
	let mut text = format!("did:{}:", method().to_text()).into_bytes();
	text.resize(MAX_DID_BYTES as usize, b'x');
	Did(BoundedVec::truncate_from(text))
}

fn attester() -> AccountId {
	account("attester", 0, 0)
}

/// An account that asks for [`did`].
fn requested<T: Config>() -> Result<AccountId, BenchmarkError> {
	let who = funded::<T>("subject");
	Pallet::<T>::do_register_method(method(), attester())?;
	Pallet::<T>::do_request_did(who.clone(), did())?;
	Ok(who)
}

/// An account that has [`did`].
fn attested<T: Config>() -> Result<AccountId, BenchmarkError> {
	let who = requested::<T>()?;
	Pallet::<T>::do_attest_did(attester(), who.clone(), did().hash())?;
	Ok(who)
}

fn proven<T: Config>(signer: &Signer) -> Result<(AccountId, Did, DidSignature), BenchmarkError> {
	let who = funded::<T>("subject");
	let message = binding_message(&T::Genesis::genesis_hash(), &who, Nonces::<T>::get(&who));
	Ok((who, signer.key()?.to_did(), signer.sign(&message)?))
}

/// The longest list, at whose end the type is that credentials have here.
fn kinds(last: Hash) -> Kinds {
	let mut kinds: Vec<_> = (1..MAX_KINDS as u8).map(Hash::repeat_byte).collect();
	kinds.push(last);
	Kinds::Only(BoundedVec::truncate_from(kinds))
}

fn controller() -> AccountId {
	account("issuer", 0, 0)
}

fn kind() -> Hash {
	credential_type(TPM_AK_KIND)
}

/// An issuer with this key.
fn issuer<T: Config>(signer: &Signer) -> Result<IssuerId, BenchmarkError> {
	let number = NextIssuer::<T>::get();
	Pallet::<T>::do_register_issuer(controller(), signer.key()?, kinds(kind()))?;
	Ok(number)
}

fn claims(issuer: IssuerId, subject: Subject, serial: u64) -> Claims {
	let claims = ak_hash(&sim_tpm::ak(b"benchmark"));
	let expires_at = BlockNumber::MAX;
	Claims { issuer, kind: kind(), subject, claims, issued_at: 1, expires_at, serial }
}

/// Puts a credential on record as `present_credential` leaves it; its signature was looked at already.
fn recorded<T: Config>(presenter: &AccountId, claims: Claims) -> Result<Hash, BenchmarkError> {
	use frame_support::traits::fungible::MutateHold;
	let hash = claims.hash(&T::Genesis::genesis_hash());
	let deposit = Parameters::<T>::get().credential_deposit;
	T::Currency::hold(&HoldReason::Credential.into(), presenter, deposit)?;
	let credential =
		Credential { claims, epoch: 0, presenter: presenter.clone(), presented_at: 1, deposit };
	let held = credential.held(hash);
	CredentialsOf::<T>::try_append(&credential.claims.subject, held)
		.map_err(|()| BenchmarkError::Stop("there is room for it"))?;
	Credentials::<T>::insert(hash, credential);
	Ok(hash)
}

/// A subject with room for one more credential.
fn nearly_full<T: Config>(
	presenter: &AccountId,
	issuer: IssuerId,
	subject: &Subject,
) -> Result<(), BenchmarkError> {
	for serial in 1..MAX_CREDENTIALS {
		recorded::<T>(presenter, claims(issuer, subject.clone(), serial.into()))?;
	}
	Ok(())
}

fn presentable<T: Config>(
	signer: &Signer,
) -> Result<(AccountId, Claims, DidSignature), BenchmarkError> {
	set_block::<T>();
	let presenter = funded::<T>("presenter");
	let node = T::BenchmarkHelper::add_node(&funded::<T>("controller"));
	let issuer = issuer::<T>(signer)?;
	nearly_full::<T>(&presenter, issuer, &Subject::Node(node))?;
	let claims = claims(issuer, Subject::Node(node), u64::MAX);
	let signature = signer.sign(&claims.message(&T::Genesis::genesis_hash()))?;
	Ok((presenter, claims, signature))
}

/// A node whose TPM a credential vouches for, and which has quoted before.
fn vouched_for<T: Config>() -> Result<(AccountId, NodeId, Hash), BenchmarkError> {
	set_block::<T>();
	let who = funded::<T>("controller");
	let node = T::BenchmarkHelper::add_node(&who);
	let issuer = issuer::<T>(&Signer::P256)?;
	let credential = recorded::<T>(&who, claims(issuer, Subject::Node(node), 1))?;
	let ak = sim_tpm::ak(b"benchmark");
	Clocks::<T>::insert(ak_hash(&ak), TpmTime { resets: 0, clock: 0 });
	Pallet::<T>::do_register_ak(Some(who.clone()), node, ak, Some(credential))?;
	Ok((who, node, credential))
}

/// The longest quote.
fn quote<T: Config>(node: NodeId) -> TpmEvidence {
	let hash = Hash::repeat_byte(9);
	let genesis = T::Genesis::genesis_hash();
	let mut spec = sim_tpm::spec(quoted_data(&genesis, node, &RESOURCES, &hash));
	spec.selections =
		(0..MAX_SELECTIONS as u16).map(|bank| Selection { bank, registers: u32::MAX }).collect();
	let attest = spec.attest();
	let signature = sim_tpm::sign(b"benchmark", &attest);
	TpmEvidence {
		block: NOW - 1,
		attest: BoundedVec::truncate_from(attest),
		signature: BoundedVec::truncate_from(signature),
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn bind_did_ed25519() -> Result<(), BenchmarkError> {
		let (who, did, proof) = proven::<T>(&Signer::ed25519())?;

		#[extrinsic_call]
		bind_did(RawOrigin::Signed(who.clone()), did, proof);

		assert!(Bindings::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn bind_did_p256() -> Result<(), BenchmarkError> {
		let (who, did, proof) = proven::<T>(&Signer::P256)?;

		#[extrinsic_call]
		bind_did(RawOrigin::Signed(who.clone()), did, proof);

		assert!(Bindings::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn bind_did_p384() -> Result<(), BenchmarkError> {
		let (who, did, proof) = proven::<T>(&Signer::P384)?;

		#[extrinsic_call]
		bind_did(RawOrigin::Signed(who.clone()), did, proof);

		assert!(Bindings::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn unbind_did() -> Result<(), BenchmarkError> {
		let who = attested::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Bindings::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn request_did() -> Result<(), BenchmarkError> {
		let who = funded::<T>("subject");
		Pallet::<T>::do_register_method(method(), attester())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), did());

		assert!(Requests::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn cancel_request() -> Result<(), BenchmarkError> {
		let who = requested::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Requests::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn attest_did() -> Result<(), BenchmarkError> {
		let who = requested::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(attester()), who.clone(), did().hash());

		assert!(Bindings::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn revoke_did() -> Result<(), BenchmarkError> {
		let who = attested::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(attester()), who.clone());

		assert!(!Bindings::<T>::contains_key(who));
		Ok(())
	}

	#[benchmark]
	fn register_method() -> Result<(), BenchmarkError> {
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, method(), attester());

		assert!(Methods::<T>::contains_key(method()));
		Ok(())
	}

	#[benchmark]
	fn remove_method() -> Result<(), BenchmarkError> {
		Pallet::<T>::do_register_method(method(), attester())?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, method());

		assert!(!Methods::<T>::contains_key(method()));
		Ok(())
	}

	#[benchmark]
	fn register_issuer() -> Result<(), BenchmarkError> {
		let origin = force::<T>()?;
		let number = NextIssuer::<T>::get();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, controller(), Signer::P384.key()?, kinds(kind()));

		assert!(Issuers::<T>::contains_key(number));
		Ok(())
	}

	#[benchmark]
	fn set_issuer() -> Result<(), BenchmarkError> {
		let number = issuer::<T>(&Signer::P384)?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, number, kinds(Hash::zero()), IssuerStatus::Suspended);

		assert!(Issuers::<T>::get(number).is_some_and(|one| one.kinds == kinds(Hash::zero())));
		Ok(())
	}

	#[benchmark]
	fn rotate_issuer_key() -> Result<(), BenchmarkError> {
		let number = issuer::<T>(&Signer::P256)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(controller()), number, Signer::P384.key()?, true);

		assert!(Issuers::<T>::get(number).is_some_and(|one| one.oldest_epoch == 1));
		Ok(())
	}

	#[benchmark]
	fn suspend_issuer() -> Result<(), BenchmarkError> {
		let number = issuer::<T>(&Signer::P384)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(controller()), number);

		assert!(Issuers::<T>::get(number).is_some_and(|one| one.status == IssuerStatus::Suspended));
		Ok(())
	}

	#[benchmark]
	fn remove_issuer() -> Result<(), BenchmarkError> {
		let number = issuer::<T>(&Signer::P384)?;
		let origin = force::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, number);

		assert!(!Issuers::<T>::contains_key(number));
		Ok(())
	}

	#[benchmark]
	fn present_ed25519() -> Result<(), BenchmarkError> {
		let (who, claims, signature) = presentable::<T>(&Signer::ed25519())?;
		let subject = claims.subject.clone();

		#[extrinsic_call]
		present_credential(RawOrigin::Signed(who), claims, signature);

		assert_eq!(CredentialsOf::<T>::get(subject).len() as u32, MAX_CREDENTIALS);
		Ok(())
	}

	#[benchmark]
	fn present_p256() -> Result<(), BenchmarkError> {
		let (who, claims, signature) = presentable::<T>(&Signer::P256)?;
		let subject = claims.subject.clone();

		#[extrinsic_call]
		present_credential(RawOrigin::Signed(who), claims, signature);

		assert_eq!(CredentialsOf::<T>::get(subject).len() as u32, MAX_CREDENTIALS);
		Ok(())
	}

	#[benchmark]
	fn present_p384() -> Result<(), BenchmarkError> {
		let (who, claims, signature) = presentable::<T>(&Signer::P384)?;
		let subject = claims.subject.clone();

		#[extrinsic_call]
		present_credential(RawOrigin::Signed(who), claims, signature);

		assert_eq!(CredentialsOf::<T>::get(subject).len() as u32, MAX_CREDENTIALS);
		Ok(())
	}

	#[benchmark]
	fn revoke_credential() -> Result<(), BenchmarkError> {
		let (who, claims, _) = presentable::<T>(&Signer::P256)?;
		let hash = recorded::<T>(&who, claims.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(controller()), claims);

		assert!(Revoked::<T>::contains_key(hash) && !Credentials::<T>::contains_key(hash));
		Ok(())
	}

	/// By somebody else, because it is dead: its issuer is looked at.
	#[benchmark]
	fn remove_credential() -> Result<(), BenchmarkError> {
		let (who, claims, _) = presentable::<T>(&Signer::P256)?;
		Issuers::<T>::mutate(claims.issuer, |issuer| {
			issuer.iter_mut().for_each(|issuer| (issuer.epoch, issuer.oldest_epoch) = (1, 1));
		});
		let hash = recorded::<T>(&who, claims)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(attester()), hash);

		assert!(!Credentials::<T>::contains_key(hash));
		Ok(())
	}

	/// In place of another key, with a credential.
	#[benchmark]
	fn register_ak() -> Result<(), BenchmarkError> {
		let (who, node, credential) = vouched_for::<T>()?;
		let ak = sim_tpm::ak(b"benchmark");
		Pallet::<T>::forget_ak(node);
		Pallet::<T>::do_register_ak(None, node, sim_tpm::ak(b"another"), None)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, ak.clone(), Some(credential));

		assert_eq!(NodeOfAk::<T>::get(ak_hash(&ak)), Some(node));
		Ok(())
	}

	#[benchmark]
	fn remove_ak() -> Result<(), BenchmarkError> {
		let (who, node, _) = vouched_for::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node);

		assert!(!Aks::<T>::contains_key(node));
		Ok(())
	}

	#[benchmark]
	fn commit_resources() -> Result<(), BenchmarkError> {
		let (who, node, _) = vouched_for::<T>()?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node, RESOURCES, None);

		assert!(Commitments::<T>::contains_key(node));
		Ok(())
	}

	#[benchmark]
	fn commit_resources_quoted() -> Result<(), BenchmarkError> {
		let (who, node, _) = vouched_for::<T>()?;
		let evidence = Some(Box::new(quote::<T>(node)));

		#[extrinsic_call]
		commit_resources(RawOrigin::Signed(who), node, RESOURCES, evidence);

		assert!(Commitments::<T>::get(node).is_some_and(|commitment| commitment.ak.is_some()));
		Ok(())
	}

	#[benchmark]
	fn clear_node() -> Result<(), BenchmarkError> {
		let (who, node, _) = vouched_for::<T>()?;
		Pallet::<T>::do_commit(node, RESOURCES, None)?;
		T::BenchmarkHelper::remove_node(node);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), node);

		assert!(!Aks::<T>::contains_key(node) && !Commitments::<T>::contains_key(node));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin = force::<T>()?;
		let params = Params { quote_window: 1, ..Default::default() };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Parameters::<T>::get(), params);
		Ok(())
	}

	/// Every list that is looked at is full, every entry is by another issuer, none of them counts, and the last one
	/// would have.
	#[benchmark]
	fn node_meets() -> Result<(), BenchmarkError> {
		set_block::<T>();
		let who = attested::<T>()?;
		let node = T::BenchmarkHelper::add_node(&who);
		T::Currency::set_balance(&who, 1_000 * CDT);
		let subjects =
			[Subject::Node(node), Subject::Account(who.clone()), Subject::Did(did().hash())];
		for subject in subjects {
			for serial in 0..MAX_CREDENTIALS {
				let issuer = issuer::<T>(&Signer::P256)?;
				// The last thing that is looked at.
				Issuers::<T>::mutate(issuer, |issuer| {
					issuer.iter_mut().for_each(|issuer| issuer.kinds = kinds(Hash::zero()));
				});
				recorded::<T>(&who, claims(issuer, subject.clone(), serial.into()))?;
			}
		}
		let demands =
			[CredentialDemand { kind: kind(), issuer: None }; MAX_CREDENTIAL_DEMANDS as usize];
		let met;

		#[block]
		{
			met = Pallet::<T>::node_meets(node, &demands);
		}

		assert!(!met);
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().with_keystore(),
		crate::mock::Test
	);
}
