//! The runtime APIs: what the node asks of the runtime, and what clients may ask through
//! `state_call`.

#[cfg(feature = "try-runtime")]
use crate::configs::system::RuntimeBlockWeights;
use crate::{
	configs::session::prove_key_owner,
	constants::{EpochDuration, BABE_GENESIS_EPOCH_CONFIG},
	genesis_presets, queries, AccountId, Attestation, Babe, Balance, Block, BlockNumber,
	ClauseRegistry, Executive, Grandpa, Hash, InherentDataExt, JobDispatch, Mmr, Nonce,
	RollupAnchor, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys, System,
	TransactionPayment, Triggers, Trust, Workflows, VERSION,
};
use alloc::vec::Vec;
use codec::Encode;
use concordat_attestation::{policy::QuotePolicy, source::Piece, Evidence};
use concordat_primitives::{
	attest::EncryptionKey,
	capability::CapabilitySpec,
	clause::RiskClass,
	job::{JobConstraints, JobInput},
	receipt::RollupHeader,
	rollup::{Anchor, AnchorLeaf, RollupCertificate, SignerSet, SignerSetId},
	traits::CapabilityInspect,
	trust::{Originator, Perspective, TrustBook},
	views::{
		Announcement, AppraisalView, ClauseView, CollateralView, DisputeView, ForecastView,
		JobView, LeaseView, MeasurementView, NodeView, Page, ReceiptProof, ReceiptView,
		RoutingView, SourceView, StepView, Totals, TriggerView, WorkflowView,
	},
	workflow::{Pattern, StepIndex, WorkflowId, WorkflowSpec},
	CapabilityId, ClauseId, DisputeId, JobId, NodeId, ReceiptId, RollupEpoch,
};
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	view_functions::{ViewFunctionDispatchError, ViewFunctionId},
	weights::Weight,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_api::impl_runtime_apis;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_mmr_primitives::{DataOrHash, EncodableOpaqueLeaf};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_version::RuntimeVersion;

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl concordat_primitives::runtime_api::ConcordatApi<Block> for Runtime {
		fn job(id: JobId) -> Option<JobView> {
			queries::job(id)
		}

		fn jobs(from: JobId, limit: u32) -> Page<JobView> {
			queries::jobs(from, limit)
		}

		fn clause(id: ClauseId) -> Option<ClauseView> {
			queries::clause(id)
		}

		fn clauses(from: u64, limit: u32) -> Page<ClauseView> {
			queries::clauses(from, limit)
		}

		fn node(id: NodeId) -> Option<NodeView> {
			queries::node(id)
		}

		fn nodes(from: NodeId, limit: u32) -> Page<NodeView> {
			queries::nodes(from, limit)
		}

		fn assignments(node: NodeId) -> Vec<JobId> {
			queries::assignments(node)
		}

		fn routing(
			clause: ClauseId,
			originator: Option<Originator>,
			constraints: Option<JobConstraints>,
			from: u64,
			limit: u32,
		) -> Page<RoutingView> {
			queries::routing(clause, originator, constraints, from, limit)
		}

		fn attestation(node: NodeId) -> Option<LeaseView> {
			queries::attestation(node)
		}

		fn attestation_forecast(
			from: NodeId,
			limit: u32,
			announced: Vec<Announcement>,
		) -> Result<Page<ForecastView>, concordat_attestation::Error> {
			Attestation::forecast(from, limit, &announced)
		}

		fn appraise_evidence(
			evidence: Evidence,
			node: Option<NodeId>,
		) -> Result<AppraisalView, concordat_attestation::Error> {
			Attestation::appraise_evidence(&evidence, node)
		}

		fn check_collateral(piece: Piece) -> Result<CollateralView, concordat_attestation::Error> {
			Attestation::check_collateral(&piece)
		}

		fn collateral(from: u32, limit: u32) -> Page<CollateralView> {
			Attestation::collateral(from, limit)
		}

		fn measurements(from: u32, limit: u32) -> Page<MeasurementView> {
			Attestation::measurements(from, limit)
		}

		fn quote_policy(class: RiskClass) -> QuotePolicy {
			Attestation::policy(class)
		}

		fn receipt(id: ReceiptId) -> Option<ReceiptView> {
			queries::receipt(id)
		}

		fn receipt_proof(id: ReceiptId) -> Option<ReceiptProof> {
			queries::receipt_proof(id)
		}

		fn archived_receipt_proof(id: ReceiptId) -> Option<ReceiptProof> {
			queries::archived_receipt_proof(id)
		}

		fn rollup(epoch: RollupEpoch) -> Option<RollupHeader> {
			queries::rollup(epoch)
		}

		fn dispute(id: DisputeId) -> Option<DisputeView> {
			queries::dispute(id)
		}

		fn totals() -> Totals {
			queries::totals()
		}
	}

	impl concordat_primitives::runtime_api::OrchestrationApi<Block> for Runtime {
		fn workflow(id: WorkflowId) -> Option<WorkflowView> {
			Workflows::workflow(id)
		}

		fn workflows(from: WorkflowId, limit: u32) -> Page<WorkflowView> {
			Workflows::workflows(from, limit)
		}

		fn workflow_steps(id: WorkflowId, from: StepIndex, limit: u32) -> Vec<StepView> {
			Workflows::steps(id, from, limit)
		}

		fn workflow_pattern(pattern: Pattern, input: JobInput) -> Option<WorkflowSpec> {
			Workflows::pattern(pattern, input)
		}

		fn trigger(id: u32) -> Option<TriggerView> {
			Triggers::trigger(id)
		}

		fn triggers(from: u32, limit: u32) -> Page<TriggerView> {
			Triggers::triggers(from, limit)
		}

		fn source(id: u32) -> Option<SourceView> {
			Triggers::source(id)
		}

		fn sources(from: u32, limit: u32) -> Page<SourceView> {
			Triggers::sources(from, limit)
		}

		fn capability(id: CapabilityId) -> Option<CapabilitySpec> {
			<ClauseRegistry as CapabilityInspect>::capability(&id)
		}

		fn perspective(of: Originator) -> Perspective {
			<Trust as TrustBook>::perspective(&of)
		}

		fn seal_recipients(job: JobId) -> Vec<(NodeId, EncryptionKey)> {
			JobDispatch::recipients(job)
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(
			data: sp_inherents::InherentData,
		) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			tx: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, tx, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> sp_session::OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_babe::BabeApi<Block> for Runtime {
		fn configuration() -> sp_consensus_babe::BabeConfiguration {
			let epoch_config = Babe::epoch_config().unwrap_or(BABE_GENESIS_EPOCH_CONFIG);
			sp_consensus_babe::BabeConfiguration {
				slot_duration: Babe::slot_duration(),
				epoch_length: EpochDuration::get(),
				c: epoch_config.c,
				authorities: Babe::authorities().to_vec(),
				randomness: Babe::randomness(),
				allowed_slots: epoch_config.allowed_slots,
			}
		}

		fn current_epoch_start() -> sp_consensus_babe::Slot {
			Babe::current_epoch_start()
		}

		fn current_epoch() -> sp_consensus_babe::Epoch {
			Babe::current_epoch()
		}

		fn next_epoch() -> sp_consensus_babe::Epoch {
			Babe::next_epoch()
		}

		fn generate_key_ownership_proof(
			_slot: sp_consensus_babe::Slot,
			authority_id: sp_consensus_babe::AuthorityId,
		) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
			prove_key_owner(sp_consensus_babe::KEY_TYPE, authority_id)
				.map(|proof| sp_consensus_babe::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
			key_owner_proof: sp_consensus_babe::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			let key_owner_proof = key_owner_proof.decode()?;
			Babe::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof)
		}
	}

	impl concordat_primitives::runtime_api::RollupApi<Block> for Runtime {
		fn uncertified(limit: u32) -> Vec<(RollupEpoch, SignerSetId, Hash)> {
			RollupAnchor::uncertified(limit)
		}

		fn signer_set(id: SignerSetId) -> Option<SignerSet> {
			RollupAnchor::signers(id)
		}

		fn current_signers() -> Option<SignerSet> {
			RollupAnchor::present_signers()
		}

		fn certificate(epoch: RollupEpoch) -> Option<RollupCertificate> {
			RollupAnchor::certificate_of(epoch)
		}

		fn archived_certificate(epoch: RollupEpoch) -> Option<(RollupCertificate, SignerSet)> {
			RollupAnchor::indexed_certificate(epoch)
		}

		fn anchors(epoch: RollupEpoch) -> Vec<Anchor> {
			RollupAnchor::anchored(epoch).into_inner()
		}

		fn rollups_between(from: RollupEpoch, to: RollupEpoch) -> Vec<RollupHeader> {
			RollupAnchor::rollups_between(from, to)
		}

		fn certify_extrinsic(certificate: RollupCertificate) -> <Block as BlockT>::Extrinsic {
			let call = pallet_rollup_anchor::Call::<Runtime>::certify { certificate };
			<Runtime as CreateAuthorizedTransaction<pallet_rollup_anchor::Call<Runtime>>>::create_authorized_transaction(call.into())
		}
	}

	impl sp_mmr_primitives::MmrApi<Block, Hash, BlockNumber> for Runtime {
		fn mmr_root() -> Result<Hash, sp_mmr_primitives::Error> {
			Ok(Mmr::mmr_root())
		}

		fn mmr_leaf_count() -> Result<sp_mmr_primitives::LeafIndex, sp_mmr_primitives::Error> {
			Ok(Mmr::mmr_leaves())
		}

		fn generate_proof(
			block_numbers: Vec<BlockNumber>,
			best_known_block_number: Option<BlockNumber>,
		) -> Result<
			(Vec<EncodableOpaqueLeaf>, sp_mmr_primitives::LeafProof<Hash>),
			sp_mmr_primitives::Error,
		> {
			let (leaves, proof) = Mmr::generate_proof(block_numbers, best_known_block_number)?;
			Ok((leaves.iter().map(EncodableOpaqueLeaf::from_leaf).collect(), proof))
		}

		fn generate_ancestry_proof(
			prev_block_number: BlockNumber,
			best_known_block_number: Option<BlockNumber>,
		) -> Result<sp_mmr_primitives::AncestryProof<Hash>, sp_mmr_primitives::Error> {
			Mmr::generate_ancestry_proof(prev_block_number, best_known_block_number)
		}

		fn verify_proof(
			leaves: Vec<EncodableOpaqueLeaf>,
			proof: sp_mmr_primitives::LeafProof<Hash>,
		) -> Result<(), sp_mmr_primitives::Error> {
			let leaves = leaves
				.into_iter()
				.map(|leaf| leaf.into_opaque_leaf().try_decode())
				.collect::<Option<Vec<AnchorLeaf>>>()
				.ok_or(sp_mmr_primitives::Error::Verify)?;
			Mmr::verify_leaves(leaves, proof)
		}

		fn verify_proof_stateless(
			root: Hash,
			leaves: Vec<EncodableOpaqueLeaf>,
			proof: sp_mmr_primitives::LeafProof<Hash>,
		) -> Result<(), sp_mmr_primitives::Error> {
			type Hashing = <Runtime as pallet_mmr::Config>::Hashing;
			let leaves = leaves
				.into_iter()
				.map(|leaf| DataOrHash::<Hashing, _>::Data(leaf.into_opaque_leaf()))
				.collect();
			pallet_mmr::verify_leaves_proof::<Hashing, _>(root, leaves, proof)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn generate_key_ownership_proof(
			_set_id: sp_consensus_grandpa::SetId,
			authority_id: sp_consensus_grandpa::AuthorityId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			prove_key_owner(sp_consensus_grandpa::KEY_TYPE, authority_id)
				.map(|proof| sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: sp_consensus_grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			let key_owner_proof = key_owner_proof.decode()?;
			Grandpa::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
		for Runtime
	{
		fn query_info(
			uxt: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(uxt, len)
		}

		fn query_fee_details(uxt: <Block as BlockT>::Extrinsic, len: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_fee_details(uxt, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<
		Block,
		Balance,
		RuntimeCall,
	> for Runtime
	{
		fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, len)
		}

		fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, genesis_presets::get_preset)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			genesis_presets::preset_names()
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(extra: bool) -> (
			Vec<frame_benchmarking::BenchmarkList>,
			Vec<frame_support::traits::StorageInfo>,
		) {
			crate::benchmarks::metadata(extra)
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			crate::benchmarks::dispatch(config)
		}
	}

	#[cfg(feature = "try-runtime")]
	impl frame_try_runtime::TryRuntime<Block> for Runtime {
		// Both calls panic on a failed check: the tool that runs them reads the backtrace.
		fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
			let config = frame_executive::TryRuntimeUpgradeConfig::new(checks);
			let weight = Executive::try_runtime_upgrade_with_config(config)
				.expect("the upgrade must pass its checks");
			(weight, RuntimeBlockWeights::get().max_block)
		}

		fn execute_block(
			block: <Block as BlockT>::LazyBlock,
			state_root_check: bool,
			signature_check: bool,
			select: frame_try_runtime::TryStateSelect,
		) -> Weight {
			Executive::try_execute_block(block, state_root_check, signature_check, select)
				.expect("the block must execute and leave a consistent state")
		}
	}
}
