//! What evidence is, what it claims, and why it is refused.

use crate::SimulatedEvidence;
use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// Who vouches for the hardware.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Vendor {
	/// Nobody: the simulator.
	Simulated,
	/// Intel SGX.
	IntelSgx,
	/// Intel TDX.
	IntelTdx,
	/// AMD SEV-SNP.
	AmdSevSnp,
	/// AWS Nitro.
	AwsNitro,
}

/// State of a platform's firmware.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum TcbStatus {
	/// Nothing to mend.
	UpToDate,
	/// Software hardening is needed.
	SwHardeningNeeded,
	/// A setting has to change.
	ConfigurationNeeded,
	/// A setting has to change and software hardening is needed.
	ConfigurationAndSwHardeningNeeded,
	/// Firmware is out of date.
	OutOfDate,
	/// Firmware is out of date and a setting has to change.
	OutOfDateConfigurationNeeded,
	/// Revoked by the vendor.
	Revoked,
	/// A TD that was launched on outdated firmware, which has been updated since: it should be launched again.
	RelaunchAdvised,
	/// The same, and a setting has to change.
	RelaunchAdvisedConfigurationNeeded,
}

macro_rules! hex_newtype {
	($(#[$doc:meta])* $name:ident, $len:literal) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen,
			TypeInfo,
		)]
		pub struct $name(pub [u8; $len]);

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str("0x")?;
				self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
			}
		}

		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				fmt::Display::fmt(self, f)
			}
		}

		impl core::str::FromStr for $name {
			type Err = &'static str;

			fn from_str(text: &str) -> Result<Self, Self::Err> {
				const WHAT: &str = concat!("expected 0x and ", $len, " bytes in hex");
				let digits = text.strip_prefix("0x").ok_or(WHAT)?.as_bytes();
				if digits.len() != 2 * $len {
					return Err(WHAT);
				}
				let mut bytes = [0u8; $len];
				for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
					for digit in pair {
						let value = (*digit as char).to_digit(16).ok_or(WHAT)?;
						*byte = (*byte << 4) | value as u8;
					}
				}
				Ok(Self(bytes))
			}
		}

		impl Serialize for $name {
			fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
				s.serialize_str(&format!("{self}"))
			}
		}

		impl<'de> Deserialize<'de> for $name {
			fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
				String::deserialize(d)?.parse().map_err(D::Error::custom)
			}
		}
	};
}

hex_newtype!(
	/// Hash of the code that runs: MRENCLAVE (32 bytes, then zeros), MRTD or the SNP launch digest (48 bytes).
	Measurement,
	48
);

hex_newtype!(
	/// Which machine it is: a hash of the vendor's platform identity (PPID, chip id).
	PlatformId,
	32
);

/// Evidence of one vendor. Real SGX, TDX and SEV-SNP evidence become further variants.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Evidence {
	/// Made by the simulator. Accepted only where genesis allows test anchors.
	#[codec(index = 0)]
	Simulated(SimulatedEvidence),
}

impl Evidence {
	/// Who would have to vouch for it.
	pub const fn vendor(&self) -> Vendor {
		match self {
			Self::Simulated(_) => Vendor::Simulated,
		}
	}
}

/// Whether an anchor may be trusted in production.
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
pub enum AnchorKind {
	/// A vendor's root.
	Production,
	/// A root of our own: exists only where genesis allows simulation.
	Test,
}

/// A root of trust.
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
pub struct Anchor {
	/// Whose.
	pub vendor: Vendor,
	/// Whether it may be trusted in production.
	pub kind: AnchorKind,
	/// The key: Ed25519 for the simulator; SHA-256 of the root certificate for hardware vendors.
	pub key: [u8; 32],
}

/// What verified evidence claims.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Claims {
	/// Who vouches.
	pub vendor: Vendor,
	/// Code that runs.
	pub measurement: Measurement,
	/// Which machine it is.
	pub platform: PlatformId,
	/// State of its firmware.
	pub tcb: TcbStatus,
	/// What the code bound itself to.
	pub report_data: [u8; 64],
	/// Unix time in seconds after which the evidence no longer counts.
	pub not_after: u64,
	/// No hardware stands behind it.
	pub simulated: bool,
}

/// Why evidence is refused.
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
)]
pub enum VerifyError {
	/// No anchor of this vendor is trusted here.
	NoAnchor,
	/// The signature is not by a trusted anchor.
	BadSignature,
	/// Not valid for another so many seconds.
	NotYetValid(u64),
	/// Expired so many seconds ago.
	Expired(u64),
	/// The enclave runs in debug mode.
	Debug,
}
