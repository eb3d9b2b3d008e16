//! The pallet is being laid out.
#![cfg_attr(not(feature = "std"), no_std)]
