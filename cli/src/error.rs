//! Why a command did not work, in words.

use std::path::PathBuf;

/// Why a command did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The node does not answer.
	#[error("no node answers at {url}: {reason}")]
	Connect {
		/// Address.
		url: String,
		/// What the transport said.
		reason: String,
	},
	/// An RPC call failed.
	#[error("{method} failed: {reason}")]
	Rpc {
		/// Method.
		method: String,
		/// What the node said.
		reason: String,
	},
	/// The chain refused a transaction.
	#[error("the chain refused {call}: {reason}")]
	Refused {
		/// `Pallet.call`.
		call: String,
		/// What it said.
		reason: String,
	},
	/// This chain lacks a call: another runtime, or an older one.
	#[error("this chain has no call {0}")]
	NoSuchCall(String),
	/// This chain lacks a view function: another runtime, or an older one.
	#[error("this chain has no view function {0}")]
	NoSuchView(String),
	/// A call went through without the event that it should emit.
	#[error("{0} was included, but the event that should follow is missing")]
	NoEvent(String),
	/// Nothing of that name or number.
	#[error("there is no {0}")]
	NotFound(String),
	/// A file could not be read or written.
	#[error("{path}: {reason}")]
	File {
		/// Path.
		path: PathBuf,
		/// What the system said.
		reason: std::io::Error,
	},
	/// An argument does not make sense.
	#[error("{0}")]
	Argument(String),
	/// An enclave does not answer as it should.
	#[error("the enclave at {url}: {reason}")]
	Enclave {
		/// Base URL.
		url: String,
		/// What went wrong.
		reason: String,
	},
	/// A job ended without a result.
	#[error("job {job} ended without a result: {reason}")]
	JobEnded {
		/// Job.
		job: u64,
		/// Its state.
		reason: String,
	},
	/// A workflow ended without a result.
	#[error("workflow {workflow} ended without a result: {reason}")]
	WorkflowEnded {
		/// Workflow.
		workflow: u64,
		/// Its state.
		reason: String,
	},
	/// It took too long.
	#[error("gave up after {0} s")]
	TimedOut(u64),
	/// Evidence or collateral is refused.
	#[error("refused: {0}")]
	Evidence(String),
	/// Something has to be done before a node can go on.
	#[error("{0} of the findings need to be mended")]
	Unhealthy(usize),
	/// A receipt does not hold.
	#[error("the receipt does not hold: {0}")]
	BadReceipt(String),
}

/// What every command returns.
pub type Result<T> = std::result::Result<T, Error>;
