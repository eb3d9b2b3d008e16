//! Capabilities: the types of tasks that nodes can perform (Symbiont orchestration protocol §2.1).

use crate::text::Name;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most types that a capability takes or gives.
pub const MAX_TYPES: u32 = 8;

/// What kind of task it is.
#[derive(
	Clone,
	Copy,
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
pub enum Category {
	/// Draws conclusions from data.
	Analysis,
	/// Makes something new.
	Generation,
	/// Turns data into other data.
	Transformation,
	/// Judges data or results.
	Validation,
}

/// A declared capability.
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
pub struct CapabilitySpec {
	/// What kind of task it is.
	pub category: Category,
	/// Data types that it takes; empty: any.
	pub input_types: BoundedVec<Name, ConstU32<MAX_TYPES>>,
	/// Data types that it gives; empty: any.
	pub output_types: BoundedVec<Name, ConstU32<MAX_TYPES>>,
	/// Longest input, in bytes.
	pub max_input_bytes: u32,
	/// Longest execution, in milliseconds of wall clock.
	pub max_wall_millis: u32,
}

impl CapabilitySpec {
	/// Whether what `self` gives can be what `next` takes.
	pub fn feeds(&self, next: &Self) -> bool {
		self.output_types.is_empty()
			|| next.input_types.is_empty()
			|| self.output_types.iter().any(|given| next.input_types.contains(given))
	}
}
