//! What files hold: certificates, revocation lists, signed statements, pieces that are ready to be posted.
//!
//! A file may be PEM (certificates and lists, in any order), DER, hex text of either, an answer of Intel's service
//! (`{"tcbInfo":…,"signature":…}`), collateral as `dcap-qvl` and Intel's library write it (`pck_crl_issuer_chain`, …),
//! the answer of an enclave (`{"pieces":[…]}`), or one SCALE-encoded piece.

use codec::{DecodeAll, Encode};
use concordat_attestation::{
	decode_chain,
	intel::split_response,
	source::Piece,
	x509::{Certificate, RevocationList, MAX_CERTIFICATE_BYTES, MAX_CRL_BYTES},
	Part,
};
use serde_json::Value;

/// Longest file that is looked at, in bytes.
pub const MAX_FILE_BYTES: u64 = 512 * 1024;
/// Most things that one file may hold.
const MAX_MATERIALS: usize = 64;

/// One thing out of a file. Nothing about it is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
	/// A certificate in DER.
	Certificate(Vec<u8>),
	/// A revocation list in DER.
	Crl(Vec<u8>),
	/// Intel's TCB info or QE identity: the signed text and the signature over it.
	Statement {
		/// JSON text, byte for byte as it was signed.
		json: Vec<u8>,
		/// r ‖ s.
		signature: [u8; 64],
	},
	/// A piece that is ready to be posted.
	Piece(Piece),
}

/// Whether a certificate names itself as its issuer and may issue others.
pub fn is_root(der: &[u8]) -> bool {
	Certificate::parse(der, Part::Root).is_ok_and(|one| one.ca && one.issuer == one.subject)
}

/// Reads the blocks of a PEM text; whatever stands between them is passed over.
pub fn read_pem(text: &[u8]) -> Vec<Material> {
	let text = String::from_utf8_lossy(text);
	let mut found = Vec::new();
	let mut rest = &text[..];
	while let Some((label, body, tail)) = next_block(rest) {
		rest = tail;
		if found.len() == MAX_MATERIALS {
			break;
		}
		// One decoder for all: the verifiers' own, which takes certificates.
		let lines: Vec<&str> =
			body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
		let block = format!(
			"-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
			lines.join("\n")
		);
		let longest = MAX_CERTIFICATE_BYTES.max(MAX_CRL_BYTES);
		let Ok(mut decoded) = decode_chain(block.as_bytes(), 1, longest) else { continue };
		match (label, decoded.pop()) {
			("CERTIFICATE", Some(der)) => found.push(Material::Certificate(der)),
			("X509 CRL", Some(der)) => found.push(Material::Crl(der)),
			_ => {},
		}
	}
	found
}

/// The next block of a PEM text: its label, its body, and what follows.
fn next_block(text: &str) -> Option<(&str, &str, &str)> {
	const DASHES: &str = "-----";
	let (_, rest) = text.split_once("-----BEGIN ")?;
	let (label, rest) = rest.split_once(DASHES)?;
	let (body, rest) = rest.split_once("-----END ")?;
	let (_, rest) = rest.split_once(DASHES)?;
	Some((label, body, rest))
}

/// Reads a certificate or a revocation list.
fn read_der(bytes: &[u8]) -> Option<Material> {
	if Certificate::parse(bytes, Part::Chain).is_ok() {
		return Some(Material::Certificate(bytes.to_vec()));
	}
	RevocationList::parse(bytes, Part::LeafCrl).is_ok().then(|| Material::Crl(bytes.to_vec()))
}

/// Bytes of a text of hex digits, with or without `0x` and line ends.
pub fn read_hex(text: &[u8]) -> Option<Vec<u8>> {
	let digits: Vec<u8> = text.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
	let digits = digits.strip_prefix(b"0x").unwrap_or(&digits);
	(!digits.is_empty()).then(|| hex::decode(digits).ok())?
}

/// A revocation list inside JSON: hex of DER, or PEM.
fn crl_text(text: &str) -> std::result::Result<Material, String> {
	if text.contains("-----BEGIN ") {
		return read_pem(text.as_bytes())
			.into_iter()
			.find(|one| matches!(one, Material::Crl(_)))
			.ok_or_else(|| "no revocation list in that PEM text".into());
	}
	let der = read_hex(text.as_bytes()).ok_or("a revocation list is hex of DER, or PEM")?;
	match read_der(&der) {
		Some(list @ Material::Crl(_)) => Ok(list),
		_ => Err("not a revocation list".into()),
	}
}

fn statement(text: &str, signature: &str) -> std::result::Result<Material, String> {
	let mut bytes = [0; 64];
	hex::decode_to_slice(signature.trim_start_matches("0x"), &mut bytes)
		.map_err(|_| "a signature is 64 bytes in hex")?;
	Ok(Material::Statement { json: text.as_bytes().to_vec(), signature: bytes })
}

/// Collateral of a whole quote in one object.
fn read_collateral(object: &Value) -> std::result::Result<Vec<Material>, String> {
	let field = |name: &str| {
		object.get(name).and_then(Value::as_str).ok_or_else(|| format!("there is no {name}"))
	};
	let mut all = Vec::new();
	for chain in ["pck_crl_issuer_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain"] {
		let found = read_pem(field(chain)?.as_bytes());
		if found.is_empty() {
			return Err(format!("no certificate in {chain}"));
		}
		all.extend(found);
	}
	for list in ["root_ca_crl", "pck_crl"] {
		all.push(crl_text(field(list)?).map_err(|e| format!("{list}: {e}"))?);
	}
	for name in ["tcb_info", "qe_identity"] {
		let signature = field(&format!("{name}_signature"))?;
		all.push(statement(field(name)?, signature).map_err(|e| format!("{name}: {e}"))?);
	}
	Ok(all)
}

fn read_json(text: &[u8]) -> std::result::Result<Vec<Material>, String> {
	if let Some((json, signature)) = split_response(text) {
		return Ok(vec![Material::Statement { json: json.to_vec(), signature }]);
	}
	let value: Value = serde_json::from_slice(text).map_err(|e| format!("bad JSON: {e}"))?;
	if value.get("pck_crl_issuer_chain").is_some() {
		return read_collateral(&value);
	}
	if let Some(pieces) = value.get("pieces").and_then(Value::as_array) {
		if pieces.len() > MAX_MATERIALS {
			return Err(format!("more than {MAX_MATERIALS} pieces"));
		}
		return pieces
			.iter()
			.map(|piece| {
				piece
					.as_str()
					.and_then(|text| read_hex(text.as_bytes()))
					.and_then(|bytes| read_piece(&bytes))
					.map(Material::Piece)
					.ok_or_else(|| "a piece is SCALE in hex".to_string())
			})
			.collect();
	}
	Err("JSON of a kind that is not known: neither an answer of Intel's service, nor collateral, nor pieces".into())
}

/// One SCALE-encoded piece.
fn read_piece(bytes: &[u8]) -> Option<Piece> {
	Piece::decode_all(&mut &bytes[..]).ok().filter(|piece| piece.encode() == bytes)
}

/// Reads whatever a file holds.
pub fn read(bytes: &[u8]) -> std::result::Result<Vec<Material>, String> {
	if bytes.trim_ascii_start().starts_with(b"{") {
		return read_json(bytes.trim_ascii());
	}
	if let Some(one) = read_der(bytes) {
		return Ok(vec![one]);
	}
	let found = read_pem(bytes);
	if !found.is_empty() {
		return Ok(found);
	}
	if let Some(piece) = read_piece(bytes) {
		return Ok(vec![Material::Piece(piece)]);
	}
	if let Some(decoded) = read_hex(bytes) {
		if let Some(one) = read_der(&decoded) {
			return Ok(vec![one]);
		}
		if let Some(piece) = read_piece(&decoded) {
			return Ok(vec![Material::Piece(piece)]);
		}
	}
	Err("no certificate, revocation list, statement or piece in it".into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::recorded;

	fn kinds(found: &[Material]) -> Vec<&'static str> {
		found
			.iter()
			.map(|one| match one {
				Material::Certificate(_) => "certificate",
				Material::Crl(_) => "crl",
				Material::Statement { .. } => "statement",
				Material::Piece(_) => "piece",
			})
			.collect()
	}

	#[test]
	fn collateral_of_a_quote_should_come_apart() {
		let found = read(recorded!("intel/sgx_quote_collateral.json")).unwrap();
		assert_eq!(
			kinds(&found),
			[
				"certificate",
				"certificate",
				"certificate",
				"certificate",
				"certificate",
				"certificate",
				"crl",
				"crl",
				"statement",
				"statement"
			]
		);
		assert!(is_root(match &found[1] {
			Material::Certificate(der) => der,
			_ => unreachable!(),
		}));
	}

	#[test]
	fn answers_of_intels_service_should_keep_the_signed_bytes() {
		let answer = recorded!("intel/pieces/fmspc_00906ED50000_2023_07_12.json");
		let found = read(answer).unwrap();
		let [Material::Statement { json, signature }] = &found[..] else {
			panic!("{found:?}");
		};
		let (expected, expected_signature) = split_response(answer).unwrap();
		assert_eq!((&json[..], signature), (expected, &expected_signature));
	}

	#[test]
	fn der_pem_and_hex_should_mean_the_same() {
		let der = recorded!("intel/pieces/root_crl_2024.der");
		let expected = vec![Material::Crl(der.to_vec())];
		assert_eq!(read(der).unwrap(), expected);
		let hex_text = hex::encode(der);
		assert_eq!(read(hex_text.as_bytes()).unwrap(), expected);
		let wrapped: Vec<String> = hex_text
			.as_bytes()
			.chunks(64)
			.map(|line| String::from_utf8(line.to_vec()).unwrap())
			.collect();
		assert_eq!(read(format!("0x{}\n", wrapped.join("\n")).as_bytes()).unwrap(), expected);
		let chain = recorded!("amd/cert_chain_milan");
		assert_eq!(kinds(&read(chain).unwrap()), ["certificate", "certificate"]);
	}

	#[test]
	fn a_list_in_pem_should_be_told_from_a_certificate() {
		let certificate =
			String::from_utf8(recorded!("intel/pieces/tcb_signer.pem").to_vec()).unwrap();
		let relabelled = format!(
			"some words\n{}",
			certificate
				.replace("BEGIN CERTIFICATE", "BEGIN X509 CRL")
				.replace("END CERTIFICATE", "END X509 CRL")
		);
		assert_eq!(kinds(&read(relabelled.as_bytes()).unwrap()), ["crl"]);
		assert_eq!(kinds(&read(certificate.as_bytes()).unwrap()), ["certificate"]);
	}

	#[test]
	fn pieces_should_come_back_as_they_were_written() {
		let piece = Piece::Authority {
			certificate: super::super::recorded::leaf().try_into().unwrap(),
			root: [7; 32],
		};
		let expected = vec![Material::Piece(piece.clone())];
		assert_eq!(read(&piece.encode()).unwrap(), expected);
		assert_eq!(read(hex::encode(piece.encode()).as_bytes()).unwrap(), expected);
		let answer = format!(r#"{{"pieces":["0x{}"]}}"#, hex::encode(piece.encode()));
		assert_eq!(read(answer.as_bytes()).unwrap(), expected);
	}

	#[test]
	fn anything_else_should_be_refused() {
		let no_crl = br#"{"pck_crl_issuer_chain":"x"}"#;
		for wrong in [&b""[..], b"rain", b"{}", b"[1]", b"0x", no_crl, br#"{"pieces":[7]}"#] {
			assert!(read(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
		}
	}
}
