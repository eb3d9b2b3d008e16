//! Clauses that demand credentials: who is asked to work, who may ask, and what a revocation changes. Calls and claims
//! are put together as a client does that knows nothing but the documented layout.

use crate::{
	chain::{account, deliver, signed, sudo, Chain},
	enclave::Enclave,
};
use codec::{Decode, Encode};
use concordat_primitives::{
	credential::{credential_type, CredentialDemand, IssuerId},
	did::DidKey,
	job::{JobConstraints, JobInput, JobStatus},
	receipt::Operation,
	AccountId, BlockNumber, ClauseId, Hash, JobId, NodeId,
};
use concordat_runtime::{pallet_job_dispatch, queries, Runtime, RuntimeCall, System};
use sp_core::{crypto::Pair as _, ed25519};

/// What a clause of a treaty body would ask of those who run it.
const KIND: &str = "NSF/SovereignOperator@1";

fn issuer_key() -> ed25519::Pair {
	ed25519::Pair::from_seed(&[0x1d; 32])
}

/// A call of `pallet-node-identity`, by its number.
fn call(number: u8, arguments: impl Encode) -> RuntimeCall {
	const PALLET: u8 = 28;
	let bytes = (PALLET, number, arguments).encode();
	let mut rest = &bytes[..];
	let call = RuntimeCall::decode(&mut rest).unwrap();
	assert!(rest.is_empty() && matches!(call, RuntimeCall::NodeIdentity(_)), "{call:?}");
	call
}

/// Whom a credential is about.
#[derive(Clone, Encode)]
enum Subject {
	#[codec(index = 0)]
	Account(AccountId),
	#[codec(index = 1)]
	Node(NodeId),
}

/// What an issuer signs.
#[derive(Clone, Encode)]
struct Claims {
	issuer: IssuerId,
	kind: Hash,
	subject: Subject,
	claims: Hash,
	issued_at: BlockNumber,
	expires_at: BlockNumber,
	serial: u64,
}

impl Claims {
	/// The call that presents them, signed by the issuer.
	fn present(&self, chain: &mut Chain) -> RuntimeCall {
		let genesis = chain.read(|| System::block_hash(0));
		let message = [b"concordat/credential/v1", &genesis[..], &self.encode()].concat();
		call(13, (self, issuer_key().sign(&message).0.to_vec()))
	}
}

/// Governance lets //Charlie issue credentials of [`KIND`]; the first issuer of the chain has number 0.
fn issuer(chain: &mut Chain) -> IssuerId {
	let key = DidKey::Ed25519(issuer_key().public().0);
	// Only these types.
	let kinds = (1u8, vec![credential_type(KIND)]);
	let register = call(8, (account("//Charlie"), key, kinds));
	chain.block(|| vec![sudo(register)]);
	0
}

/// The issuer says so of a subject, who presents it.
fn issue(chain: &mut Chain, issuer: IssuerId, subject: Subject, presenter: &str) -> Claims {
	let now = chain.read(System::block_number);
	let claims = Claims {
		issuer,
		kind: credential_type(KIND),
		subject,
		claims: Hash::repeat_byte(0xc1),
		issued_at: now,
		expires_at: now + 10_000,
		serial: now.into(),
	};
	let present = claims.present(chain);
	chain.block(|| vec![signed(presenter, present)]);
	claims
}

fn demanding(chain: &mut Chain, issuer: IssuerId, of_nodes: bool) -> ClauseId {
	let name = if of_nodes { "TEST::OfNodes@1.0" } else { "TEST::OfRequesters@1.0" };
	let id = ClauseId::parse(name).unwrap();
	let demand = CredentialDemand { kind: credential_type(KIND), issuer: Some(issuer) };
	chain.register_changed(id.clone(), b"\0asm\x01\0\0\0", |spec| {
		let list = if of_nodes {
			&mut spec.policy.node_credentials
		} else {
			&mut spec.policy.requester_credentials
		};
		*list = vec![demand].try_into().unwrap();
	});
	id
}

fn complete(chain: &mut Chain, job: JobId, enclave: &Enclave) {
	let terms = chain.terms(job);
	assert_eq!(terms.seats.len(), 1);
	assert_eq!(terms.seats[0].node, enclave.node);
	let cac = deliver(enclave.certify(chain, &terms, b"answer"));
	chain.block(|| vec![cac]);
	assert_eq!(chain.job(job).status, JobStatus::Completed);
}

#[test]
fn a_clause_that_demands_a_credential_of_nodes_is_run_by_holders_alone() {
	let mut chain = Chain::new();
	let issuer = issuer(&mut chain);
	let clause = demanding(&mut chain, issuer, true);
	let enclaves: Vec<Enclave> = (1..=3).map(|number| chain.enclave(number)).collect();
	let holder = &enclaves[1];

	// Nobody holds it: nobody is asked.
	let early = chain.dispatch_to(clause.clone(), Default::default());
	let view = chain.job(early);
	assert_eq!(view.status, JobStatus::Pending);
	assert!(view.waiting.is_some());

	let claims = issue(&mut chain, issuer, Subject::Node(holder.node), &holder.controller);
	let view = crate::completing::wait_for(&mut chain, early, |view| !view.seats.is_empty());
	assert_eq!(view.seats[0].node, holder.node);
	complete(&mut chain, early, holder);
	// However well others would do: they are preferred, and still not asked.
	let others: Vec<_> =
		enclaves.iter().filter(|one| one.node != holder.node).map(|one| one.node).collect();
	let constraints =
		JobConstraints { preferred: others.try_into().unwrap(), ..Default::default() };
	for _ in 0..3 {
		let job = chain.dispatch_to(clause.clone(), constraints.clone());
		complete(&mut chain, job, holder);
	}

	// The issuer takes it back: that is the end of it, for good.
	let revoke = call(14, &claims);
	chain.block(|| vec![signed("//Charlie", revoke)]);
	let job = chain.dispatch_to(clause, Default::default());
	assert_eq!(chain.job(job).status, JobStatus::Pending);
	chain.pass(5);
	assert!(chain.job(job).seats.is_empty(), "nobody holds it any more");
	let again = claims.present(&mut chain);
	let results = chain.block_with(|| vec![signed(&holder.controller, again)]);
	assert!(matches!(results[..], [Ok(Err(_))]), "{results:?}");
	for revoked in [false, true] {
		chain.proved("of the credential", |one| {
			matches!(one, Operation::CredentialChanged { issuer: by, revoked: is, .. }
				if *by == issuer && *is == revoked)
		});
	}
}

#[test]
fn a_clause_that_demands_a_credential_of_requesters_refuses_the_others() {
	let mut chain = Chain::new();
	let issuer = issuer(&mut chain);
	let clause = demanding(&mut chain, issuer, false);
	let enclave = chain.enclave(1);
	let jobs = |chain: &mut Chain| chain.read(|| queries::jobs(0, 100)).items.len();
	let dispatch = |clause: &ClauseId| {
		let input = JobInput::Inline(b"question".to_vec().try_into().unwrap());
		let constraints = JobConstraints::default();
		let clause = clause.clone();
		pallet_job_dispatch::Call::<Runtime>::dispatch { clause, input, constraints }
	};
	chain.block(|| vec![signed("//Bob", dispatch(&clause))]);
	assert_eq!(jobs(&mut chain), 0, "refused, and on record");
	chain.proved("of the refusal", |one| matches!(one, Operation::DispatchRefused { .. }));
	issue(&mut chain, issuer, Subject::Account(account("//Bob")), "//Bob");
	let job = chain.dispatch_to(clause, Default::default());
	complete(&mut chain, job, &enclave);
}
