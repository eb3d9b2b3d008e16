//! Certificates in PEM, as quotes and the vendor's service carry them.
//!
//! Strict: blocks of `CERTIFICATE`, lines of base64, nothing between the blocks, and at the end at
//! most line ends and the NUL that Intel's library appends.

use crate::{bytes::len32, Error, Part};
use alloc::vec::Vec;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// Decodes a chain of at most `max` certificates of at most `max_len` bytes each.
pub fn decode_chain(pem: &[u8], max: usize, max_len: usize) -> Result<Vec<Vec<u8>>, Error> {
	const BAD: Error = Error::Malformed(Part::Chain);
	let mut certificates = Vec::new();
	let mut rest = pem;
	loop {
		if rest.iter().all(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
			return Ok(certificates);
		}
		if certificates.len() == max {
			return Err(Error::TooMany { part: Part::Chain, max: len32(max) });
		}
		let (line, tail) = next_line(rest).ok_or(BAD)?;
		if line != BEGIN {
			return Err(BAD);
		}
		rest = tail;
		let mut decoder = Base64::new(max_len);
		loop {
			let (line, tail) = next_line(rest).ok_or(BAD)?;
			rest = tail;
			if line == END {
				break;
			}
			if line.is_empty() {
				return Err(BAD);
			}
			decoder.feed(line).ok_or(BAD)?;
		}
		certificates.push(decoder.finish().ok_or(BAD)?);
	}
}

/// The next line without its end, and what follows. The last line may lack its end.
fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
	if text.is_empty() {
		return None;
	}
	let end = text.iter().position(|byte| matches!(byte, b'\n' | 0)).unwrap_or(text.len());
	let (line, tail) = text.split_at_checked(end)?;
	let tail = match tail.split_first() {
		Some((b'\n', tail)) => tail,
		_ => tail,
	};
	Some((line.strip_suffix(b"\r").unwrap_or(line), tail))
}

/// Canonical base64 (RFC 4648 §4), fed line by line.
struct Base64 {
	out: Vec<u8>,
	max_len: usize,
	bits: u32,
	count: u8,
	padding: u8,
}

impl Base64 {
	const fn new(max_len: usize) -> Self {
		Self { out: Vec::new(), max_len, bits: 0, count: 0, padding: 0 }
	}

	fn feed(&mut self, line: &[u8]) -> Option<()> {
		for byte in line {
			if *byte == b'=' {
				self.padding = self.padding.checked_add(1).filter(|n| *n <= 2)?;
				continue;
			}
			if self.padding > 0 {
				return None;
			}
			let value = match byte {
				b'A'..=b'Z' => byte.wrapping_sub(b'A'),
				b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
				b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
				b'+' => 62,
				b'/' => 63,
				_ => return None,
			};
			self.bits = (self.bits << 6) | u32::from(value);
			self.count = self.count.wrapping_add(1);
			if self.count == 4 {
				let [_, a, b, c] = self.bits.to_be_bytes();
				self.out.extend_from_slice(&[a, b, c]);
				self.bits = 0;
				self.count = 0;
			}
			if self.out.len() > self.max_len {
				return None;
			}
		}
		Some(())
	}

	/// The bytes, if padding is right and no stray bits are set.
	fn finish(mut self) -> Option<Vec<u8>> {
		match (self.count, self.padding) {
			(0, 0) => {},
			(2, 2) if self.bits & 0x0f == 0 => self.out.push((self.bits >> 4) as u8),
			(3, 1) if self.bits & 0x03 == 0 => {
				let [_, _, a, b] = (self.bits >> 2).to_be_bytes();
				self.out.extend_from_slice(&[a, b]);
			},
			_ => return None,
		}
		(self.out.len() <= self.max_len).then_some(self.out)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{format, string::String, vec};

	fn block(body: &str) -> String {
		format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
	}

	#[test]
	fn chains_decode_block_by_block() {
		let two = format!("{}{}\0", block("AQID"), block("/+8="));
		assert_eq!(decode_chain(two.as_bytes(), 2, 8), Ok(vec![vec![1, 2, 3], vec![0xff, 0xef]]));
		let crlf = block("AQ\nID").replace('\n', "\r\n");
		assert_eq!(decode_chain(crlf.as_bytes(), 1, 8), Ok(vec![vec![1, 2, 3]]));
		assert_eq!(decode_chain(b"", 1, 8), Ok(vec![]));
	}

	#[test]
	fn everything_else_is_refused() {
		let bad = Err(Error::Malformed(Part::Chain));
		for text in [
			String::from("text"),
			format!("text{}", block("AQID")),
			format!("{}text", block("AQID")),
			block("AQI"),
			block("AQ=I"),
			block("AR=="),
			block("AQ==="),
			block("AQ D"),
			block(""),
			String::from("-----BEGIN CERTIFICATE-----\nAQID\n"),
		] {
			assert_eq!(decode_chain(text.as_bytes(), 2, 8), bad, "{text}");
		}
	}

	#[test]
	fn number_and_size_are_bounded() {
		let chain = format!("{}{}", block("AQID"), block("AQID"));
		assert_eq!(
			decode_chain(chain.as_bytes(), 1, 8),
			Err(Error::TooMany { part: Part::Chain, max: 1 })
		);
		assert_eq!(
			decode_chain(block("AQID").as_bytes(), 1, 2),
			Err(Error::Malformed(Part::Chain))
		);
	}
}
