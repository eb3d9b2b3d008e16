//! What every block costs: the figure of the SDK, until `make weights` measures it here.

pub use frame_support::weights::constants::BlockExecutionWeight;
