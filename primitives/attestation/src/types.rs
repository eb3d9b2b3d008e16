//! What evidence is, what it claims, and why it is refused.

use crate::{
	amd::REPORT_BYTES,
	intel::MAX_QUOTE_BYTES,
	nitro::MAX_DOCUMENT_BYTES,
	source::{CertificateBytes, Fingerprint},
};
use alloc::{format, string::String};
use bounded_collections::{BoundedVec, ConstU32};
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
	/// Intel SGX.
	#[codec(index = 1)]
	IntelSgx,
	/// Intel TDX.
	#[codec(index = 2)]
	IntelTdx,
	/// AMD SEV-SNP.
	#[codec(index = 3)]
	AmdSevSnp,
	/// AWS Nitro.
	#[codec(index = 4)]
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

/// Evidence of one vendor, as its hardware makes it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Evidence {
	/// SGX or TDX.
	#[codec(index = 1)]
	Intel {
		/// The quote, with the chain of the platform's certificate inside.
		quote: BoundedVec<u8, ConstU32<{ MAX_QUOTE_BYTES as u32 }>>,
	},
	/// SEV-SNP.
	#[codec(index = 2)]
	Amd {
		/// The report.
		report: BoundedVec<u8, ConstU32<{ REPORT_BYTES as u32 }>>,
		/// VCEK or VLEK certificate in DER; empty if the chain knows the platform's.
		certificate: CertificateBytes,
		/// ASK or ASVK that issued it.
		authority: Fingerprint,
		/// ARK above.
		root: Fingerprint,
	},
	/// Nitro.
	#[codec(index = 3)]
	Aws {
		/// The document, with all certificates inside.
		document: BoundedVec<u8, ConstU32<{ MAX_DOCUMENT_BYTES as u32 }>>,
	},
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Anchor {
	/// Whose.
	pub vendor: Vendor,
	/// Whether it may be trusted in production.
	pub kind: AnchorKind,
	/// SHA-256 of the root certificate.
	#[serde(with = "crate::serde_hex::array")]
	pub key: [u8; 32],
}
