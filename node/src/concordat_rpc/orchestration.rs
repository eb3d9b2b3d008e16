//! The part of the `concordat_` namespace about what is orchestrated: workflows, triggers, trust, sealed inputs. Each
//! method asks the runtime API of the same name; errors have the codes of [`super`].

use super::{ask, ConcordatRpcHandler};
use concordat_primitives::{
	capability::CapabilitySpec,
	job::JobInput,
	runtime_api::OrchestrationApi as RuntimeApi,
	text::hex_bytes,
	trust::{Originator, Perspective},
	views::{Page, SourceView, StepView, TriggerView, WorkflowView},
	workflow::{Pattern, StepIndex, WorkflowId, WorkflowSpec},
	CapabilityId, Hash, JobId, NodeId,
};
use concordat_runtime::opaque::Block;
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde::{Deserialize, Serialize};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;

/// Who has to be able to open a sealed input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
	/// Node.
	pub node: NodeId,
	/// X25519 key of its enclave.
	#[serde(with = "hex_bytes")]
	pub key: [u8; 32],
}

/// Reads of what is orchestrated. `at` is a block hash; without it, the best block answers.
#[rpc(client, server, namespace = "concordat")]
pub trait OrchestrationRpc {
	/// A workflow.
	#[method(name = "workflow")]
	fn workflow(&self, id: WorkflowId, at: Option<Hash>) -> RpcResult<Option<WorkflowView>>;
	/// Workflows from number `from` on.
	#[method(name = "workflows")]
	fn workflows(
		&self,
		from: WorkflowId,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Page<WorkflowView>>;
	/// Steps of a workflow, from place `from` on.
	#[method(name = "workflowSteps")]
	fn workflow_steps(
		&self,
		id: WorkflowId,
		from: StepIndex,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Vec<StepView>>;
	/// A workflow after one of the predefined patterns, on this input; nothing if it has no step, or too many.
	#[method(name = "workflowPattern")]
	fn workflow_pattern(
		&self,
		pattern: Pattern,
		input: JobInput,
		at: Option<Hash>,
	) -> RpcResult<Option<WorkflowSpec>>;
	/// A trigger.
	#[method(name = "trigger")]
	fn trigger(&self, id: u32, at: Option<Hash>) -> RpcResult<Option<TriggerView>>;
	/// Triggers from number `from` on.
	#[method(name = "triggers")]
	fn triggers(&self, from: u32, limit: u32, at: Option<Hash>) -> RpcResult<Page<TriggerView>>;
	/// A source of readings.
	#[method(name = "source")]
	fn source(&self, id: u32, at: Option<Hash>) -> RpcResult<Option<SourceView>>;
	/// Sources from number `from` on.
	#[method(name = "sources")]
	fn sources(&self, from: u32, limit: u32, at: Option<Hash>) -> RpcResult<Page<SourceView>>;
	/// A declared capability.
	#[method(name = "capability")]
	fn capability(&self, id: CapabilityId, at: Option<Hash>) -> RpcResult<Option<CapabilitySpec>>;
	/// What an account (`{"account": …}`) or a node (`{"node": …}`) has learnt of nodes, the strongest tie first.
	#[method(name = "perspective")]
	fn perspective(&self, of: Originator, at: Option<Hash>) -> RpcResult<Perspective>;
	/// Who has to be able to open what is sealed for the present round of a job: seats first, then backups.
	#[method(name = "sealRecipients")]
	fn seal_recipients(&self, job: JobId, at: Option<Hash>) -> RpcResult<Vec<Recipient>>;
}

impl<Client, Index> OrchestrationRpcServer for ConcordatRpcHandler<Client, Index>
where
	Client: ProvideRuntimeApi<Block> + HeaderBackend<Block> + Send + Sync + 'static,
	Client::Api: RuntimeApi<Block>,
	Index: Send + Sync + 'static,
{
	fn workflow(&self, id: WorkflowId, at: Option<Hash>) -> RpcResult<Option<WorkflowView>> {
		ask(&*self.client, at, |api, at| api.workflow(at, id))
	}

	fn workflows(
		&self,
		from: WorkflowId,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Page<WorkflowView>> {
		ask(&*self.client, at, |api, at| api.workflows(at, from, limit))
	}

	fn workflow_steps(
		&self,
		id: WorkflowId,
		from: StepIndex,
		limit: u32,
		at: Option<Hash>,
	) -> RpcResult<Vec<StepView>> {
		ask(&*self.client, at, |api, at| api.workflow_steps(at, id, from, limit))
	}

	fn workflow_pattern(
		&self,
		pattern: Pattern,
		input: JobInput,
		at: Option<Hash>,
	) -> RpcResult<Option<WorkflowSpec>> {
		ask(&*self.client, at, |api, at| api.workflow_pattern(at, pattern, input))
	}

	fn trigger(&self, id: u32, at: Option<Hash>) -> RpcResult<Option<TriggerView>> {
		ask(&*self.client, at, |api, at| api.trigger(at, id))
	}

	fn triggers(&self, from: u32, limit: u32, at: Option<Hash>) -> RpcResult<Page<TriggerView>> {
		ask(&*self.client, at, |api, at| api.triggers(at, from, limit))
	}

	fn source(&self, id: u32, at: Option<Hash>) -> RpcResult<Option<SourceView>> {
		ask(&*self.client, at, |api, at| api.source(at, id))
	}

	fn sources(&self, from: u32, limit: u32, at: Option<Hash>) -> RpcResult<Page<SourceView>> {
		ask(&*self.client, at, |api, at| api.sources(at, from, limit))
	}

	fn capability(&self, id: CapabilityId, at: Option<Hash>) -> RpcResult<Option<CapabilitySpec>> {
		ask(&*self.client, at, |api, at| api.capability(at, id))
	}

	fn perspective(&self, of: Originator, at: Option<Hash>) -> RpcResult<Perspective> {
		ask(&*self.client, at, |api, at| api.perspective(at, of))
	}

	fn seal_recipients(&self, job: JobId, at: Option<Hash>) -> RpcResult<Vec<Recipient>> {
		let recipients = ask(&*self.client, at, |api, at| api.seal_recipients(at, job))?;
		Ok(recipients.into_iter().map(|(node, key)| Recipient { node, key }).collect())
	}
}
