//! The chain's records of a job, as far as an enclave needs them.
//!
//! The state holds `JobDispatch::Jobs` and `JobDispatch::Orders`, both under `Twox64Concat` of the job's number. Only
//! leading fields are read here, so that the pallet can add to the rest; their order is a format
//! (`docs/light-client.md`, "Records").

use codec::{Decode, Encode};
use concordat_finality::map_key;
use concordat_primitives::{
	attest::{EncryptionKey, SigningKey},
	clause::{ExecutionMode, ResourceLimits},
	enclave_api::JobToken,
	job::{JobStatus, Seat, Seats},
	AccountId, Attempt, CapabilityId, ClauseId, Hash, JobId,
};

const PALLET: &[u8] = b"JobDispatch";

/// Key of a job's record in the state.
pub fn job_key(job: JobId) -> Vec<u8> {
	map_key(PALLET, b"Jobs", &job.encode())
}

/// Key of a job's order in the state.
pub fn order_key(job: JobId) -> Vec<u8> {
	map_key(PALLET, b"Orders", &job.encode())
}

/// Leading fields of `pallet_job_dispatch::Job`.
#[derive(Decode)]
#[cfg_attr(test, derive(Encode, Clone))]
pub(super) struct JobHead {
	pub status: JobStatus,
	pub _attempts: Attempt,
	pub round: Attempt,
	pub seats: Seats,
	pub ciphertext: Option<Hash>,
}

/// Leading fields of `pallet_job_dispatch::Order`.
#[derive(Decode)]
#[cfg_attr(test, derive(Encode, Clone))]
pub(super) struct OrderHead {
	pub _requester: AccountId,
	pub clause: ClauseId,
	pub program: Hash,
	pub input: Hash,
	pub capability: CapabilityId,
	pub _mode: ExecutionMode,
	pub limits: ResourceLimits,
	pub output_key: Option<EncryptionKey>,
	pub lineage: Hash,
}

/// A field of a token that a proof covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenField {
	/// [`JobToken::nonce`].
	Nonce,
	/// [`JobToken::node`].
	Node,
	/// [`JobToken::lease`].
	Lease,
	/// [`JobToken::clause`].
	Clause,
	/// [`JobToken::program`].
	Program,
	/// [`JobToken::input`].
	Input,
	/// [`JobToken::capability`].
	Capability,
	/// [`JobToken::limits`].
	Limits,
	/// The ciphertext in [`JobToken::sealed`], or that there is none.
	Ciphertext,
	/// The round in [`JobToken::sealed`].
	Round,
	/// [`JobToken::output_key`].
	OutputKey,
	/// [`JobToken::lineage`].
	Lineage,
}

impl TokenField {
	/// For people.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Nonce => "nonce",
			Self::Node => "node",
			Self::Lease => "lease",
			Self::Clause => "clause",
			Self::Program => "program",
			Self::Input => "input",
			Self::Capability => "capability",
			Self::Limits => "limits",
			Self::Ciphertext => "ciphertext",
			Self::Round => "round",
			Self::OutputKey => "output key",
			Self::Lineage => "lineage",
		}
	}
}

/// What the chain assigned to this enclave of one job, and on which terms.
#[derive(Clone)]
pub(super) struct Proved {
	/// Its own seats, never none.
	seats: Vec<Seat>,
	round: Attempt,
	ciphertext: Option<Hash>,
	order: OrderTerms,
	/// Number of the proof.
	pub proof: u64,
}

#[derive(Clone)]
struct OrderTerms {
	clause: ClauseId,
	program: Hash,
	input: Hash,
	capability: CapabilityId,
	limits: ResourceLimits,
	output_key: Option<EncryptionKey>,
	lineage: Hash,
}

impl Proved {
	/// Reads the two records of a job; nothing if nobody works on it, or not under this key.
	pub fn read(
		mut job: &[u8],
		mut order: &[u8],
		own_key: &SigningKey,
	) -> Result<Option<Self>, codec::Error> {
		let job = JobHead::decode(&mut job)?;
		let order = OrderHead::decode(&mut order)?;
		if !job.status.is_assigned() {
			return Ok(None);
		}
		let is_own = |seat: &Seat| seat.signing_key == *own_key;
		let seats: Vec<Seat> = job.seats.into_iter().filter(is_own).collect();
		if seats.is_empty() {
			return Ok(None);
		}
		let OrderHead { clause, program, input, capability, limits, output_key, lineage, .. } =
			order;
		Ok(Some(Self {
			seats,
			round: job.round,
			ciphertext: job.ciphertext,
			order: OrderTerms { clause, program, input, capability, limits, output_key, lineage },
			proof: 0,
		}))
	}

	/// How many seats there are.
	pub fn seats(&self) -> usize {
		self.seats.len()
	}

	/// The seat of an attempt: each attempt has one.
	pub fn seat(&self, attempt: Attempt) -> Option<&Seat> {
		self.seats.iter().find(|seat| seat.attempt == attempt)
	}

	/// The first field of the token that is not as the chain has it.
	pub fn difference(&self, seat: &Seat, token: &JobToken) -> Option<TokenField> {
		let order = &self.order;
		let sealed = token.sealed.as_ref();
		[
			(TokenField::Nonce, token.nonce == seat.nonce),
			(TokenField::Node, token.node == seat.node),
			(TokenField::Lease, token.lease == seat.lease),
			(TokenField::Clause, token.clause == order.clause),
			(TokenField::Program, token.program == order.program),
			(TokenField::Input, token.input == order.input),
			(TokenField::Capability, token.capability == order.capability),
			(TokenField::Limits, token.limits == order.limits),
			(TokenField::Ciphertext, sealed.map(|sealed| sealed.ciphertext) == self.ciphertext),
			(TokenField::Round, sealed.is_none_or(|sealed| sealed.round == self.round)),
			(TokenField::OutputKey, token.output_key == order.output_key),
			(TokenField::Lineage, token.lineage == order.lineage),
		]
		.into_iter()
		.find_map(|(field, same)| (!same).then_some(field))
	}
}
