//! Evidence of a bad form: cut, extended, too large, too deep, of another version.

use super::*;
use concordat_attestation::simulator::{der::tlv, x509::pem};

/// SEQUENCEs in each other, as many as fit into `len` bytes.
pub fn nested_der(len: usize) -> Vec<u8> {
	let mut der = Vec::new();
	while der.len() + 4 <= len {
		der = tlv(0x30, &der);
	}
	der
}

/// A document around this payload, which nobody signed.
fn document(payload: &[u8]) -> Evidence {
	let mut document = vec![0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0];
	match payload.len() as u16 {
		len @ 0..=23 => document.push(0x40 | len as u8),
		len @ 24..=255 => document.extend_from_slice(&[0x58, len as u8]),
		len => {
			document.push(0x59);
			document.extend_from_slice(&len.to_be_bytes());
		},
	}
	document.extend_from_slice(payload);
	document.extend_from_slice(&[0x58, 96]);
	document.extend_from_slice(&[1; 96]);
	Evidence::Aws { document: bounded(document) }
}

/// The bytes that the vendor's hardware makes.
fn body(evidence: &mut Evidence, act: impl FnOnce(&mut Vec<u8>)) {
	fn change<S: frame_support::traits::Get<u32>>(
		bytes: &mut BoundedVec<u8, S>,
		act: impl FnOnce(&mut Vec<u8>),
	) {
		let mut all = bytes.to_vec();
		act(&mut all);
		*bytes = all.try_into().expect("within its bound");
	}
	match evidence {
		Evidence::Intel { quote } => change(quote, act),
		Evidence::Amd { report, .. } => change(report, act),
		Evidence::Aws { document } => change(document, act),
	}
}

fn cut_and_extended() -> Vec<Row> {
	use DevKind::*;
	use Refusal::{TrailingBytes, Truncated};
	let cut = |len: usize, part, kind| {
		row(format!("{kind:?}: cut to {len} bytes"), Error::Refused(Truncated(part)), move || {
			let attempt = Attempt::with(kind, NODE_A);
			let mut evidence = attempt.evidence();
			body(&mut evidence, |bytes| bytes.truncate(len));
			Sent::Evidence(Box::new(attempt), evidence)
		})
	};
	let mut rows = vec![
		cut(0, Part::Evidence, Snp),
		cut(0x29f, Part::Evidence, Snp),
		cut(0x2a0, Part::AuthData, Snp),
		cut(1_183, Part::AuthData, Snp),
		cut(0, Part::Evidence, Nitro),
		cut(1_000, Part::Evidence, Nitro),
	];
	for kind in [Sgx, Tdx] {
		rows.extend([
			cut(0, Part::Header, kind),
			cut(47, Part::Header, kind),
			cut(48, Part::Body, kind),
			cut(1_000, Part::AuthData, kind),
		]);
		rows.push(bent("one byte more", TrailingBytes(Part::Evidence), kind, |a| {
			a.sent = |e| body(e, |bytes| bytes.push(1));
		}));
		rows.push(bent("zeros and something more", TrailingBytes(Part::Evidence), kind, |a| {
			a.sent = |e| body(e, |bytes| bytes.extend([0, 0, 0, 1]));
		}));
	}
	rows.push(bent("one byte more", TrailingBytes(Part::Evidence), Nitro, |a| {
		a.sent = |e| body(e, |bytes| bytes.push(0));
	}));
	rows
}

fn other_formats() -> Vec<Row> {
	use DevKind::*;
	use Refusal::{Malformed, Unsupported};
	let header = |field| Unsupported(Part::Header, field);
	let mut rows = vec![
		bent("TDX in version 3", header(Field::TeeType), Tdx, |a| a.quote = |q| q.version = 3),
		bent("report of version 1", Unsupported(Part::Evidence, Field::Version), Snp, |a| {
			a.report = |r| r.version = 1;
		}),
		bent("report of version 6", Unsupported(Part::Evidence, Field::Version), Snp, |a| {
			a.report = |r| r.version = 6;
		}),
		bent("another algorithm", Unsupported(Part::Evidence, Field::KeyType), Snp, |a| {
			a.report = |r| r.algorithm = 2;
		}),
		bent("something after the signature", Malformed(Part::AuthData), Snp, |a| {
			a.sent = |e| body(e, |bytes| bytes[1_183] = 1);
		}),
		bent("another algorithm", header(Field::KeyType), Nitro, |a| {
			a.document = |d| d.protected = vec![0xa1, 0x01, 0x26];
		}),
		bent("another digest", Unsupported(Part::Body, Field::Digest), Nitro, |a| {
			a.document = |d| d.digest = "SHA256".into();
		}),
		bent("registers out of order", Malformed(Part::Body), Nitro, |a| {
			a.document = |d| d.pcrs.swap(2, 3);
		}),
		bent("short registers", Malformed(Part::Body), Nitro, |a| {
			a.document = |d| d.pcrs[3].1.truncate(32);
		}),
		bent("no instance", Malformed(Part::Body), Nitro, |a| {
			a.nitro = |s| s.module_id = "-enc01".into();
		}),
		bent("unsigned header", Malformed(Part::Header), Nitro, |a| {
			a.sent = |e| body(e, |bytes| bytes.splice(6..7, [0xa1, 1, 1]).for_each(drop));
		}),
	];
	for kind in [Sgx, Tdx] {
		rows.extend([
			bent("version 6", header(Field::Version), kind, |a| a.quote = |q| q.version = 6),
			bent("version 2", header(Field::Version), kind, |a| {
				a.sent = |e| body(e, |bytes| bytes[0] = 2);
			}),
			bent("another kind of key", header(Field::KeyType), kind, |a| {
				a.sent = |e| body(e, |bytes| bytes[2] = 3);
			}),
			bent("another maker", header(Field::QeVendor), kind, |a| {
				a.sent = |e| body(e, |bytes| bytes[12] ^= 1);
			}),
			bent("wrong signature", Refusal::BadSignature(Part::Evidence), kind, |a| {
				// In the reserved end of the header, which is signed and otherwise not looked at.
				a.sent = |e| body(e, |bytes| bytes[47] ^= 1);
			}),
		]);
	}
	rows
}

/// Many, long and deep things. What is longer than its field does not even decode.
fn bombs() -> Vec<Row> {
	use DevKind::*;
	use Refusal::{Malformed, TooLong, TooMany};
	let mut rows = vec![
		bent("certificate of 5 kB", TooLong(Part::Leaf), Nitro, |a| {
			a.document = |d| d.certificate = vec![0x30; 5_000];
		}),
		bent("authority of 5 kB", TooLong(Part::Authority), Nitro, |a| {
			a.document = |d| d.authorities[1] = vec![0x30; 5_000];
		}),
		bent("too many registers", TooMany(Part::Body), Nitro, |a| {
			a.document = |d| d.pcrs = vec![(0, vec![1; 48]); 33];
		}),
		row("Nitro: too many fields", Error::Refused(TooMany(Part::Body)), || {
			evidence(Nitro, document(&[0xaa]))
		}),
		row("Nitro: endless fields", Error::Refused(Malformed(Part::Body)), || {
			evidence(Nitro, document(&[0xbf]))
		}),
		row("Nitro: a field of 2^64 bytes", Error::Refused(Refusal::Truncated(Part::Body)), || {
			let key = [0xa1, 0x66, b'd', b'i', b'g', b'e', b's', b't'];
			let length = [0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
			evidence(Nitro, document(&[&key[..], &length].concat()))
		}),
		row("Nitro: arrays in arrays", Error::Refused(Malformed(Part::Evidence)), || {
			evidence(Nitro, Evidence::Aws { document: bounded(vec![0x84; 16_384]) })
		}),
		row("Nitro: tags on tags", Error::Refused(Malformed(Part::Evidence)), || {
			evidence(Nitro, Evidence::Aws { document: bounded(vec![0xd2; 16_384]) })
		}),
		row(
			"Nitro: arrays in arrays of certificates",
			Error::Refused(Malformed(Part::Body)),
			|| {
				let mut payload = vec![0xa1, 0x68];
				payload.extend_from_slice(b"cabundle");
				payload.extend_from_slice(&[0x81; 15_000]);
				evidence(Nitro, document(&payload))
			},
		),
		bent("nested certificate", Malformed(Part::Leaf), Nitro, |a| {
			a.document = |d| d.certificate = nested_der(4_096);
		}),
		bent("nested authority", Malformed(Part::Authority), Nitro, |a| {
			a.document = |d| d.authorities[1] = nested_der(4_096);
		}),
		bent("nested certificate", Malformed(Part::Leaf), Snp, |a| {
			a.sent = |e| {
				if let Evidence::Amd { certificate, .. } = e {
					*certificate = bounded(nested_der(4_096));
				}
			};
		}),
	];
	for kind in [Sgx, Tdx] {
		rows.extend([
			bent("nested certificate", Malformed(Part::Leaf), kind, |a| {
				a.quote = |q| {
					let s = intel("any");
					let ca = s.ca.sign(&s.key("root"));
					q.certification = pem(&[&nested_der(2_000), &ca, &s.root_der()]).into_bytes();
				};
			}),
			bent("certificate of 4 kB and one byte", Malformed(Part::Chain), kind, |a| {
				a.quote = |q| q.certification = pem(&[&[0x30; 4_097]]).into_bytes();
			}),
			bent("nested extension", Malformed(Part::LeafExtension), kind, |a| {
				a.quote = |q| {
					let s = intel("any");
					let id = vec![0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];
					let mut leaf = s.leaf.clone();
					leaf.extensions = vec![(id, false, nested_der(1_000))];
					let [leaf, ca] = [leaf.sign(&s.key("ca")), s.ca.sign(&s.key("root"))];
					q.certification = pem(&[&leaf, &ca, &s.root_der()]).into_bytes();
				};
			}),
		]);
	}
	rows
}

pub fn rows() -> Vec<Row> {
	let mut rows = cut_and_extended();
	rows.extend(other_formats());
	rows.extend(bombs());
	rows
}

#[test]
fn evidence_of_a_bad_form_should_be_refused() {
	each_should_be_refused(rows());
}

/// Some drivers hand out quotes in a zeroed buffer of fixed size.
#[test]
fn zeros_after_a_quote_should_be_accepted() {
	with_all(|| {
		for kind in [DevKind::Sgx, DevKind::Tdx] {
			undone(|| {
				let mut attempt = Attempt::with(kind, NODE_A);
				attempt.sent = |e| body(e, |bytes| bytes.resize(8_192, 0));
				assert_ok!(attempt.send());
			});
		}
	});
}
