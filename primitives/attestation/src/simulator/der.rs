//! Writes DER: just what certificates, revocation lists and keys of the simulator need.

use alloc::{format, vec::Vec};
use core::time::Duration;
use der::DateTime;

/// Tag, length, value.
pub fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
	let mut out = Vec::with_capacity(value.len() + 4);
	out.push(tag);
	let len = u16::try_from(value.len()).unwrap_or(u16::MAX);
	match len {
		0..=0x7f => out.push(len as u8),
		0x80..=0xff => out.extend_from_slice(&[0x81, len as u8]),
		_ => {
			out.push(0x82);
			out.extend_from_slice(&len.to_be_bytes());
		},
	}
	out.extend_from_slice(value);
	out
}

/// SEQUENCE of what is already encoded.
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
	tlv(0x30, &parts.concat())
}

/// OBJECT IDENTIFIER from its encoded arcs.
pub fn oid(arcs: &[u8]) -> Vec<u8> {
	tlv(0x06, arcs)
}

/// Non-negative INTEGER from big-endian digits.
pub fn integer(digits: &[u8]) -> Vec<u8> {
	let zeros = digits.iter().take_while(|byte| **byte == 0).count();
	let digits = digits.get(zeros..).unwrap_or_default();
	match digits.first() {
		Some(first) if *first < 0x80 => tlv(0x02, digits),
		_ => tlv(0x02, &[&[0], digits].concat()),
	}
}

/// BOOLEAN.
pub fn boolean(value: bool) -> Vec<u8> {
	tlv(0x01, &[if value { 0xff } else { 0 }])
}

/// OCTET STRING.
pub fn octets(value: &[u8]) -> Vec<u8> {
	tlv(0x04, value)
}

/// BIT STRING of whole bytes.
pub fn bits(value: &[u8]) -> Vec<u8> {
	tlv(0x03, &[&[0], value].concat())
}

/// Constructed, context-specific.
pub fn context(number: u8, value: &[u8]) -> Vec<u8> {
	tlv(0xa0 | number, value)
}

/// A name that consists of a common name.
pub fn name(common_name: &str) -> Vec<u8> {
	let pair = sequence(&[oid(&[0x55, 0x04, 0x03]), tlv(0x0c, common_name.as_bytes())]);
	sequence(&[tlv(0x31, &pair)])
}

/// UTCTime up to 2049, GeneralizedTime from then on.
pub fn time(unix: u64) -> Vec<u8> {
	let Ok(t) = DateTime::from_unix_duration(Duration::from_secs(unix)) else {
		return time(0);
	};
	let rest = format!(
		"{:02}{:02}{:02}{:02}{:02}Z",
		t.month(),
		t.day(),
		t.hour(),
		t.minutes(),
		t.seconds()
	);
	match t.year() {
		year @ 1950..=2049 => tlv(0x17, format!("{:02}{rest}", year % 100).as_bytes()),
		year => tlv(0x18, format!("{year:04}{rest}").as_bytes()),
	}
}

/// `2025-06-19T10:56:11Z`, as JSON of the vendor writes times.
pub fn rfc3339(unix: u64) -> alloc::string::String {
	DateTime::from_unix_duration(Duration::from_secs(unix))
		.map(|time| format!("{time}"))
		.unwrap_or_default()
}
