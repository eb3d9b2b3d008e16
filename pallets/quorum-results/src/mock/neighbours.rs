//! The other neighbours: leases, clauses, nodes, receipts, slashes, disputes, audits, proofs.

use super::*;

#[storage_alias]
pub type HandoffStates =
	StorageMap<MockPrefix, Twox64Concat, (JobId, Attempt, NodeId), HandoffState>;
/// Contexts of those jobs that are steps of a workflow.
#[storage_alias]
pub type Contexts = StorageMap<MockPrefix, Twox64Concat, JobId, Hash>;
#[storage_alias]
pub type Leases = StorageMap<MockPrefix, Twox64Concat, NodeId, Lease>;
/// First lease of the row that a node's lease renews.
#[storage_alias]
pub type FirstOfRow = StorageMap<MockPrefix, Twox64Concat, NodeId, LeaseId>;
#[storage_alias]
pub type Revoked = StorageMap<MockPrefix, Twox64Concat, Measurement, ()>;
#[storage_alias]
pub type Spec = StorageValue<MockPrefix, ClauseSpec>;
#[storage_alias]
pub type Program = StorageValue<MockPrefix, Vec<u8>>;
/// What each node has at stake, where it is not [`STAKE`].
#[storage_alias]
pub type Stakes = StorageMap<MockPrefix, Twox64Concat, NodeId, Balance>;
/// What nodes were slashed for.
#[storage_alias]
pub type UsedEvidence = StorageMap<MockPrefix, Twox64Concat, (NodeId, Hash), ()>;
/// Jobs that one node has decided.
#[storage_alias]
pub type Audited = StorageValue<MockPrefix, Vec<(JobId, NodeId)>>;

/// What a node has at stake. Five percent of it are no whole number.
pub const STAKE: Balance = 500_000_000_000_019;
/// Five percent of it, rounded down.
pub const FIVE_PERCENT: Balance = 25_000_000_000_000;
/// Key that proofs are verified with.
pub const VERIFYING_KEY: Hash = Hash::repeat_byte(0x7e);

impl LeaseInspect for Mock {
	fn live_lease(
		node: NodeId,
		id: LeaseId,
		demand: &LeaseDemand<'_>,
	) -> Result<Lease, LeaseRefusal> {
		LeaseLooks::mutate(|looks| *looks += 1);
		let lease = Leases::get(node).ok_or(LeaseRefusal::None)?;
		let row = FirstOfRow::get(node).unwrap_or(lease.id)..=lease.id;
		if !row.contains(&id) {
			return Err(LeaseRefusal::Superseded);
		}
		if lease.expires_at <= System::block_number() {
			return Err(LeaseRefusal::Expired);
		}
		if Revoked::contains_key(lease.measurement) {
			return Err(LeaseRefusal::MeasurementRevoked);
		}
		let accepted = demand.measurements;
		if !accepted.is_empty() && !accepted.contains(&lease.measurement) {
			return Err(LeaseRefusal::MeasurementNotForClause);
		}
		if lease.simulated && !demand.allow_simulated {
			return Err(LeaseRefusal::Simulated);
		}
		if !lease.classes.contains(demand.risk) {
			return Err(LeaseRefusal::ClassNotMet);
		}
		Ok(lease)
	}
	fn lease_of_key(key: &SigningKey) -> Option<Lease> {
		Leases::iter_values().find(|lease| lease.signing_key == *key)
	}
	fn lease_of_node(node: NodeId) -> Option<Lease> {
		Leases::get(node)
	}
	fn weight() -> Weight {
		Weight::from_parts(100, 1)
	}
}

impl ClauseInspect<AccountId> for Mock {
	fn clause(id: &ClauseId) -> Option<ClauseInfo<AccountId>> {
		(*id == clause_id()).then_some(())?;
		Some(ClauseInfo {
			owner: AccountId::new([1; 32]),
			spec: Spec::get()?,
			status: ClauseStatus::Active,
		})
	}
	fn program(_: &ClauseId) -> Option<Vec<u8>> {
		Program::get()
	}
	fn weight() -> Weight {
		Weight::from_parts(10, 1)
	}
}

impl NodeInspect<AccountId> for Mock {
	fn controller(_: NodeId) -> Option<AccountId> {
		None
	}
	fn status(_: NodeId) -> Option<NodeStatus> {
		None
	}
	fn spec(node: NodeId) -> Option<NodeSpec> {
		Leases::contains_key(node).then(|| NodeSpec {
			role: NodeRole::Compute,
			jurisdiction: Jurisdiction(*b"IDN"),
			sovereign: true,
			capabilities: Default::default(),
			capacity: 8,
			resources: Default::default(),
			latency_class: 0,
		})
	}
	fn weight() -> Weight {
		Weight::zero()
	}
}

impl ReceiptSink for Mock {
	fn append(operation: Operation) -> ReceiptId {
		note(Effect::Receipt(operation));
		effects().iter().filter(|e| matches!(e, Effect::Receipt(_))).count() as u64 + 500
	}
	fn weight() -> Weight {
		Weight::from_parts(10_000, 100)
	}
}

impl Handoffs for Mock {
	fn state(job: JobId, attempt: Attempt, node: NodeId) -> HandoffState {
		HandoffStates::get((job, attempt, node)).unwrap_or(HandoffState::NotNeeded)
	}
	fn context(job: JobId) -> Option<Hash> {
		Contexts::get(job)
	}
}

impl RefusalSink for Mock {
	fn submit_refusal(refusal: SignedRefusal) -> bool {
		Refusals::mutate(|taken| taken.as_mut().map(|taken| taken.push(refusal))).is_some()
	}
}

impl GenesisHash for Mock {
	fn genesis_hash() -> Hash {
		Genesis::get()
	}
}

impl Slasher<AccountId> for Mock {
	fn slash(
		node: NodeId,
		misconduct: Misconduct,
		evidence: Hash,
		reporter: Option<AccountId>,
	) -> Result<Balance, DispatchError> {
		assert_eq!(reporter, None, "nobody has reported it");
		// Half done, to be rolled back.
		let stake = Stakes::get(node).unwrap_or(STAKE);
		let amount = match UsedEvidence::contains_key((node, evidence)) {
			true => 0,
			false => stake / 20,
		};
		UsedEvidence::insert((node, evidence), ());
		note(Effect::Slashed(node, misconduct, evidence, amount));
		if SlashFails::get().contains(&node) {
			return Err(DispatchError::Other("unknown node"));
		}
		Ok(amount)
	}
	fn weight() -> Weight {
		Weight::from_parts(7_000, 70)
	}
}

impl AutoDisputes for Mock {
	fn open(job: JobId, evidence: Hash) -> DispatchResult {
		note(Effect::DisputeOpened(job, evidence));
		<Mock as JobBoard<AccountId>>::freeze(job)?;
		if DisputesFail::get() {
			return Err(DispatchError::Other("too many disputes"));
		}
		Ok(())
	}
	fn overridden(job: JobId) {
		note(Effect::DisputeEnded(job));
	}
	fn weight() -> Weight {
		Weight::from_parts(9_000, 90)
	}
}

impl Audits for Mock {
	fn decided(job: JobId, node: NodeId) {
		assert!(pallet_quorum_results::Results::<Test>::contains_key(job));
		Audited::mutate(|all| all.get_or_insert_default().push((job, node)));
	}
	fn weight() -> Weight {
		Weight::from_parts(400, 4)
	}
}

/// A "proof" is the digest of its statement, hashed together with the public inputs.
pub fn proof_of(statement: &Statement, publics: &[FieldBytes]) -> ProofBytes {
	let proof = tagged(b"mock proof", &(statement.digest(), publics.to_vec()));
	proof.as_bytes().to_vec().try_into().expect("short")
}

impl ProofVerifier for Mock {
	fn verify(
		statement: &Statement,
		publics: &[FieldBytes],
		proof: &[u8],
	) -> Result<VkId, ZkRefusal> {
		if let Some(refusal) = ProofRefusal::get() {
			return Err(refusal);
		}
		match proof_of(statement, publics).as_slice() == proof {
			true => Ok(VERIFYING_KEY),
			false => Err(ZkRefusal::Invalid),
		}
	}
	fn is_provable(_: &ClauseId) -> bool {
		true
	}
	fn weight(publics: u32) -> Weight {
		Weight::from_parts(80_000 + 1_000 * u64::from(publics), 800)
	}
	fn weight_of_asking() -> Weight {
		Weight::from_parts(3, 3)
	}
}
