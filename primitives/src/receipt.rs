//! Receipts: the chain's final word on every audited operation. One receipt is one leaf of a
//! rollup (DESIGN §7; ENC agreement §3).

use crate::{
	attest::Measurement, cac::FailureCode, node::Misconduct, Attempt, Balance, BlockNumber,
	ClauseId, DisputeId, Hash, JobId, LeaseId, NodeId, ReceiptId, RollupEpoch,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// One voter of a result.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Voter {
	/// Node.
	pub node: NodeId,
	/// Key that signed.
	#[serde(with = "crate::text::hex_bytes")]
	pub signing_key: [u8; 32],
	/// [`crate::cac::SignedCac::digest`] of what it signed.
	pub cac: Hash,
	/// Lease under which it was given its seat, as the certificate names it.
	pub lease: LeaseId,
	/// Whether it is one of those who agreed.
	pub agreed: bool,
}

/// How the answers of an ensemble became one: all that it takes to do it again.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Making {
	/// The strategy.
	pub aggregation: crate::ensemble::Aggregation,
	/// Weight of each voter's answer, in the order of the voters.
	pub weights: BoundedVec<u64, ConstU32<{ crate::clause::MAX_VOTERS }>>,
}

/// What happened.
///
/// The index of a variant is the version of its layout too: a variant that changes gets a new index, and its old one
/// is not used again. 0 was a completion without `k`, `n` and the voters' leases, 11 one that did not know ensembles.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
	/// A job reached a result.
	#[codec(index = 29)]
	JobCompleted {
		/// Job.
		job: JobId,
		/// Clause and version.
		clause: ClauseId,
		/// Program that ran.
		program: Hash,
		/// Commitment to its input.
		input: Hash,
		/// Output hash, or the failure that the nodes agree on.
		result: Result<Hash, FailureCode>,
		/// Equal results that the clause's mode asks for.
		k: u8,
		/// Nodes that it asks.
		n: u8,
		/// Who delivered.
		voters: BoundedVec<Voter, ConstU32<{ crate::clause::MAX_VOTERS }>>,
		/// Paid out of the escrow.
		#[serde(with = "crate::text::decimal")]
		paid: Balance,
		/// A voter's evidence was simulated.
		simulated: bool,
		/// Of an ensemble: how its answers became one.
		ensemble: Option<Making>,
	},
	/// A job ended without a result.
	#[codec(index = 1)]
	JobFailed {
		/// Job.
		job: JobId,
		/// Clause and version.
		clause: ClauseId,
		/// Attempts made.
		attempts: Attempt,
		/// Returned to the requester.
		#[serde(with = "crate::text::decimal")]
		refunded: Balance,
	},
	/// A job was assigned.
	#[codec(index = 2)]
	JobAssigned {
		/// Job.
		job: JobId,
		/// Highest attempt of the assignment.
		attempt: Attempt,
		/// Who sits.
		nodes: BoundedVec<NodeId, ConstU32<{ crate::clause::MAX_VOTERS }>>,
	},
	/// A dispatch was refused after its clause was found: the audit trail of refusals (NSF §4.10.7).
	#[codec(index = 3)]
	DispatchRefused {
		/// Clause and version.
		clause: ClauseId,
		/// Index of the refusal in the dispatching pallet's error list.
		reason: u8,
	},
	/// A clause changed its state: its new spec's hash and state.
	#[codec(index = 4)]
	ClauseChanged {
		/// Clause and version.
		clause: ClauseId,
		/// Where it stands now.
		status: crate::clause::ClauseStatus,
	},
	/// A node changed its state.
	#[codec(index = 5)]
	NodeChanged {
		/// Node.
		node: NodeId,
		/// Where it stands now.
		status: crate::node::NodeStatus,
	},
	/// A lease was granted.
	#[codec(index = 6)]
	LeaseGranted {
		/// Node.
		node: NodeId,
		/// Lease.
		lease: LeaseId,
		/// Code that runs.
		measurement: Measurement,
		/// No hardware stands behind it.
		simulated: bool,
	},
	/// A lease ended before its time.
	#[codec(index = 7)]
	LeaseLost {
		/// Node.
		node: NodeId,
		/// Lease.
		lease: LeaseId,
	},
	/// A node was slashed; the amount is frozen until the appeal window is over.
	#[codec(index = 8)]
	Slashed {
		/// Node.
		node: NodeId,
		/// What it did.
		misconduct: Misconduct,
		/// How much of its stake.
		#[serde(with = "crate::text::decimal")]
		amount: Balance,
		/// Hash of the evidence.
		evidence: Hash,
	},
	/// A dispute changed its state.
	#[codec(index = 9)]
	DisputeChanged {
		/// Dispute.
		dispute: DisputeId,
		/// Job it is about.
		job: JobId,
		/// Hash of the evidence.
		evidence: Hash,
		/// Code of the new state (docs/formats.md).
		state: u8,
	},
	/// Governance enacted a decision.
	#[codec(index = 10)]
	Enacted {
		/// Proposal.
		proposal: u32,
		/// Hash of the call.
		call: Hash,
		/// Whether the call succeeded.
		ok: bool,
	},
	/// Verified collateral was posted.
	#[codec(index = 12)]
	CollateralPosted {
		/// Blake2-256 of the SCALE-encoded slot it lies in.
		slot: Hash,
		/// Blake2-256 of the SCALE-encoded piece, as it was posted.
		piece: Hash,
		/// No hardware vendor stands behind it.
		simulated: bool,
	},
	/// The quote policy of a risk class was set.
	#[codec(index = 13)]
	QuotePolicySet {
		/// Risk class.
		class: crate::clause::RiskClass,
		/// Blake2-256 of the SCALE-encoded policy.
		policy: Hash,
	},
	/// A measurement changed its state on the chain's allow-list.
	#[codec(index = 14)]
	MeasurementChanged {
		/// The measurement.
		measurement: Measurement,
		/// Index of its new state: 0 proposed, 1 active, 2 sunset, 3 expired, 4 revoked, 5 withdrawn.
		state: u8,
	},
	/// A root of trust was added or removed.
	#[codec(index = 15)]
	AnchorChanged {
		/// SHA-256 of the root certificate.
		anchor: Hash,
		/// It is trusted now.
		trusted: bool,
	},
	/// A lease was judged again and meets the policies of other risk classes now.
	#[codec(index = 16)]
	LeaseJudged {
		/// Node.
		node: NodeId,
		/// Lease.
		lease: LeaseId,
		/// The classes that it meets now.
		classes: crate::attest::RiskClasses,
	},
	/// A subject bound a decentralized identifier, or gave it up.
	#[codec(index = 17)]
	DidChanged {
		/// Blake2-256 of the identifier.
		did: Hash,
		/// It is bound now.
		bound: bool,
	},
	/// A credential was issued or revoked.
	#[codec(index = 18)]
	CredentialChanged {
		/// Hash of the credential.
		credential: Hash,
		/// Who issued it.
		issuer: crate::credential::IssuerId,
		/// It is revoked now.
		revoked: bool,
	},
	/// A node committed its resources, with evidence or without.
	#[codec(index = 19)]
	ResourcesCommitted {
		/// Node.
		node: NodeId,
		/// Blake2-256 of the SCALE-encoded commitment.
		commitment: Hash,
		/// A registered key of a TPM vouches for it.
		attested: bool,
	},
	/// Governance removed a piece of collateral.
	#[codec(index = 20)]
	CollateralRemoved {
		/// Blake2-256 of the SCALE-encoded slot it lay in.
		slot: Hash,
	},
	/// A workflow was accepted.
	#[codec(index = 21)]
	WorkflowSubmitted {
		/// Workflow.
		workflow: crate::workflow::WorkflowId,
		/// [`crate::workflow::WorkflowSpec::hash`].
		spec: Hash,
		/// Its steps.
		steps: u8,
	},
	/// A workflow ended.
	#[codec(index = 22)]
	WorkflowEnded {
		/// Workflow.
		workflow: crate::workflow::WorkflowId,
		/// [`crate::workflow::WorkflowStatus::code`] of its end.
		status: u8,
		/// Hash of its result; zero if it has none.
		result: Hash,
		/// [`crate::workflow::Context::hash`] of its last context: who ran which step, and what came out.
		lineage: Hash,
	},
	/// A node handed a step of a workflow over to the next one.
	#[codec(index = 23)]
	HandedOver {
		/// Workflow.
		workflow: crate::workflow::WorkflowId,
		/// The step that is handed on.
		step: crate::workflow::StepIndex,
		/// Who ran the step before.
		from: NodeId,
		/// Who has the seat.
		to: NodeId,
		/// [`crate::handoff::Handoff::digest`].
		handoff: Hash,
	},
	/// A trigger fired.
	#[codec(index = 24)]
	TriggerFired {
		/// Trigger.
		trigger: crate::bundle::trigger::TriggerId,
		/// Number of the firing, from 1. Of one that was turned away, the number that it would have had.
		firing: u32,
		/// Its job; `None` if governance's filter turned it away.
		job: Option<JobId>,
		/// Commitment to the input bundle.
		bundle: Hash,
	},
	/// The risk of a clause, a class or a jurisdiction was declared.
	#[codec(index = 25)]
	ForecastDeclared {
		/// Blake2-256 of the SCALE-encoded subject.
		subject: Hash,
		/// Parts of 10⁶; zero for a forecast that was withdrawn.
		risk: u32,
		/// First block at which it no longer holds.
		until: BlockNumber,
	},
	/// A quota was set, tightened or lifted, or its burst opened.
	#[codec(index = 26)]
	QuotaChanged {
		/// Blake2-256 of the SCALE-encoded scope.
		scope: Hash,
	},
	/// A capability was declared, corrected or retired.
	#[codec(index = 28)]
	CapabilityChanged {
		/// Its name.
		capability: crate::CapabilityId,
		/// No new clause may ask for it from now on.
		retired: bool,
	},
	/// The nodes of a job did not agree, or too few answered: its backup committee decides.
	#[codec(index = 30)]
	JobEscalated {
		/// Job.
		job: JobId,
		/// Attempt of the committee.
		attempt: Attempt,
		/// Its members.
		nodes: BoundedVec<NodeId, ConstU32<{ crate::clause::MAX_VOTERS }>>,
	},
	/// A node signed another result than the one that was decided, after the decision.
	#[codec(index = 31)]
	LateDissent {
		/// Job.
		job: JobId,
		/// Node.
		node: NodeId,
		/// [`crate::cac::SignedCac::digest`] of what it signed.
		cac: Hash,
	},
	/// DAO and jurisdiction have voted what came out of a job.
	#[codec(index = 32)]
	JobOverridden {
		/// Job.
		job: JobId,
		/// Clause and version.
		clause: ClauseId,
		/// Output hash, or a failure.
		result: Result<Hash, FailureCode>,
		/// The decision: hash of the proposal or of the document.
		reference: Hash,
	},
	/// A zero-knowledge proof about a job was verified.
	#[codec(index = 33)]
	ProofVerified {
		/// Job.
		job: JobId,
		/// Attempt of its round.
		attempt: Attempt,
		/// Output hash that it proves.
		output: Hash,
		/// [`crate::zk::vk_id`] of the key.
		key: Hash,
	},
	/// A verifying key was registered for a clause, switched on or off, or removed.
	#[codec(index = 34)]
	VerifierChanged {
		/// Clause and version.
		clause: ClauseId,
		/// [`crate::zk::vk_id`].
		key: Hash,
		/// Proofs under it are accepted now.
		enabled: bool,
	},
	/// A job that one node had run was run again by others.
	#[codec(index = 35)]
	Audited {
		/// The job.
		job: JobId,
		/// The job that ran it again.
		by: JobId,
		/// The node that had run it.
		node: NodeId,
		/// Whether the others found the same; `None` if they could not tell.
		confirmed: Option<bool>,
	},
	/// The set of those who sign rollups changed.
	#[codec(index = 36)]
	SignersChanged {
		/// Number of the set.
		set: crate::rollup::SignerSetId,
		/// [`crate::rollup::SignerSet::hash`].
		signers: Hash,
	},
	/// A rollup was written down elsewhere.
	#[codec(index = 37)]
	AnchoredElsewhere {
		/// The rollup.
		epoch: RollupEpoch,
		/// Blake2-256 of the SCALE-encoded [`crate::rollup::Anchor`].
		anchor: Hash,
	},
}

/// One leaf: what happened, when, and its place in the whole history.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptBody {
	/// Place in the whole history.
	pub id: ReceiptId,
	/// Block in which it happened.
	pub block: BlockNumber,
	/// What happened.
	pub operation: Operation,
}

/// Header of a rollup: the root over one epoch's receipts, chained to the one before.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct RollupHeader {
	/// Number of the epoch.
	pub epoch: RollupEpoch,
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// [`RollupHeader::hash`] of the one before; zero for the first.
	pub previous: Hash,
	/// Root of the receipt tree.
	pub root: Hash,
	/// Receipts in it.
	pub count: u32,
	/// Id of the first of them.
	pub first_receipt: ReceiptId,
	/// Block that opened the epoch.
	pub opened_at: BlockNumber,
	/// Block that closed it.
	pub closed_at: BlockNumber,
}

impl RollupHeader {
	/// Keccak-256 over `"concordat/rollup/v1" ‖ SCALE(header)`.
	pub fn hash(&self) -> Hash {
		let mut bytes: Vec<u8> = b"concordat/rollup/v1".to_vec();
		self.encode_to(&mut bytes);
		Hash::from(concordat_proofs::keccak_256(&bytes))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::DecodeAll;

	/// SCALE of [`completion`], written out by hand after docs/formats.md and hashed by another implementation.
	const VECTOR: &str = concat!(
		"0700000000000000e80300001d0500000000000000",
		"0c57484f3044697365617365416c65727402000300",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"00cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
		"02030c",
		"010000000101010101010101010101010101010101010101010101010101010101010101",
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1290000000000000001",
		"020000000202020202020202020202020202020202020202020202020202020202020202",
		"c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c22a0000000000000000",
		"030000000303030303030303030303030303030303030303030303030303030303030303",
		"c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c32b0000000000000001",
		"15cd5b070000000000000000000000000100",
	);
	const VECTOR_LEAF: [u8; 32] = [
		0x12, 0xf0, 0x24, 0x15, 0x0c, 0xa4, 0x37, 0x46, 0x30, 0xb9, 0x47, 0x59, 0x51, 0x59, 0x2b,
		0x40, 0xf1, 0xf9, 0xe9, 0x80, 0x1d, 0x2a, 0x2a, 0xc5, 0x81, 0x5f, 0xcf, 0xbb, 0x82, 0xe4,
		0x52, 0x73,
	];

	/// The completion that docs/formats.md shows.
	fn completion() -> ReceiptBody {
		let voter = |node: NodeId, agreed| Voter {
			node,
			signing_key: [node as u8; 32],
			cac: Hash::repeat_byte(0xc0 | node as u8),
			lease: 40 + u64::from(node),
			agreed,
		};
		ReceiptBody {
			id: 7,
			block: 1_000,
			operation: Operation::JobCompleted {
				job: 5,
				clause: ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap(),
				program: Hash::repeat_byte(0xaa),
				input: Hash::repeat_byte(0xbb),
				result: Ok(Hash::repeat_byte(0xcc)),
				k: 2,
				n: 3,
				voters: vec![voter(1, true), voter(2, false), voter(3, true)].try_into().unwrap(),
				paid: 123_456_789,
				simulated: true,
				ensemble: None,
			},
		}
	}

	/// One variant of each operation, and the byte it begins with.
	fn operations() -> Vec<(u8, Operation)> {
		let clause = || ClauseId::parse("WHO::DiseaseAlert@2.3").unwrap();
		let evidence = Hash::zero();
		vec![
			(29, completion().operation),
			(1, Operation::JobFailed { job: 1, clause: clause(), attempts: 1, refunded: 1 }),
			(2, Operation::JobAssigned { job: 1, attempt: 1, nodes: Default::default() }),
			(3, Operation::DispatchRefused { clause: clause(), reason: 1 }),
			(
				4,
				Operation::ClauseChanged {
					clause: clause(),
					status: crate::clause::ClauseStatus::Active,
				},
			),
			(5, Operation::NodeChanged { node: 1, status: crate::node::NodeStatus::Active }),
			(
				6,
				Operation::LeaseGranted {
					node: 1,
					lease: 1,
					measurement: Measurement([1; 48]),
					simulated: true,
				},
			),
			(7, Operation::LeaseLost { node: 1, lease: 1 }),
			(
				8,
				Operation::Slashed {
					node: 1,
					misconduct: Misconduct::NetworkAttack,
					amount: 1,
					evidence,
				},
			),
			(9, Operation::DisputeChanged { dispute: 1, job: 1, evidence, state: 1 }),
			(10, Operation::Enacted { proposal: 1, call: evidence, ok: true }),
			(12, Operation::CollateralPosted { slot: evidence, piece: evidence, simulated: true }),
			(
				13,
				Operation::QuotePolicySet {
					class: crate::clause::RiskClass::High,
					policy: evidence,
				},
			),
			(14, Operation::MeasurementChanged { measurement: Measurement([1; 48]), state: 1 }),
			(15, Operation::AnchorChanged { anchor: evidence, trusted: true }),
			(
				16,
				Operation::LeaseJudged {
					node: 1,
					lease: 1,
					classes: crate::attest::RiskClasses::ALL,
				},
			),
			(17, Operation::DidChanged { did: evidence, bound: true }),
			(18, Operation::CredentialChanged { credential: evidence, issuer: 1, revoked: true }),
			(19, Operation::ResourcesCommitted { node: 1, commitment: evidence, attested: true }),
			(20, Operation::CollateralRemoved { slot: evidence }),
			(21, Operation::WorkflowSubmitted { workflow: 1, spec: evidence, steps: 1 }),
			(
				22,
				Operation::WorkflowEnded {
					workflow: 1,
					status: 2,
					result: evidence,
					lineage: evidence,
				},
			),
			(23, Operation::HandedOver { workflow: 1, step: 1, from: 1, to: 2, handoff: evidence }),
			(24, Operation::TriggerFired { trigger: 1, firing: 1, job: Some(1), bundle: evidence }),
			(25, Operation::ForecastDeclared { subject: evidence, risk: 1, until: 1 }),
			(26, Operation::QuotaChanged { scope: evidence }),
			(
				28,
				Operation::CapabilityChanged {
					capability: crate::CapabilityId::parse("hazard.rain").unwrap(),
					retired: true,
				},
			),
			(30, Operation::JobEscalated { job: 1, attempt: 2, nodes: Default::default() }),
			(31, Operation::LateDissent { job: 1, node: 1, cac: evidence }),
			(
				32,
				Operation::JobOverridden {
					job: 1,
					clause: clause(),
					result: Ok(evidence),
					reference: evidence,
				},
			),
			(33, Operation::ProofVerified { job: 1, attempt: 1, output: evidence, key: evidence }),
			(34, Operation::VerifierChanged { clause: clause(), key: evidence, enabled: true }),
			(35, Operation::Audited { job: 1, by: 2, node: 3, confirmed: Some(true) }),
			(36, Operation::SignersChanged { set: 1, signers: evidence }),
			(37, Operation::AnchoredElsewhere { epoch: 1, anchor: evidence }),
		]
	}

	#[test]
	fn every_operation_keeps_its_index() {
		for (index, operation) in operations() {
			let bytes = operation.encode();
			assert_eq!(bytes.first(), Some(&index), "{operation:?}");
			assert_eq!(Operation::decode_all(&mut &bytes[..]), Ok(operation));
		}
	}

	#[test]
	fn a_completion_is_encoded_as_documented() {
		let body = completion();
		let bytes = body.encode();
		assert_eq!(
			bytes.iter().map(|b| alloc::format!("{b:02x}")).collect::<alloc::string::String>(),
			VECTOR,
		);
		assert_eq!(ReceiptBody::decode_all(&mut &bytes[..]), Ok(body));
		assert_eq!(
			Hash::from(concordat_proofs::leaf_hash(4, &bytes)),
			Hash::from(VECTOR_LEAF),
			"the leaf at place 4"
		);
	}

	#[test]
	fn former_layouts_are_refused() {
		let mut bytes = completion().encode();
		// After number and block.
		assert_eq!(bytes[12], 29);
		for former in [0, 11] {
			bytes[12] = former;
			assert!(ReceiptBody::decode_all(&mut &bytes[..]).is_err());
		}
	}
}
