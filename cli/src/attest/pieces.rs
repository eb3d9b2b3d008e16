//! Pieces of collateral out of whatever files hold, in the order in which a chain takes them.
//!
//! A chain takes a piece only under what it holds already: a root first, then the root's revocation list (Intel's
//! authorities are refused without it), authorities, their lists, and what they signed.

use super::{anchors, material::Material, time::utc};
use concordat_attestation::{
	collateral::Family,
	crypto::{sha256, PublicKey, Signature},
	source::{Fingerprint, Piece},
	x509::{common_name, Certificate, RevocationList},
	Error, Field, Part,
};
use serde_json::Value;

/// A certificate, as far as it has to be placed.
#[derive(Clone, Debug)]
pub struct Placed {
	/// DER.
	pub der: Vec<u8>,
	/// SHA-256 of it.
	pub fingerprint: Fingerprint,
	/// Common name of its subject.
	pub name: String,
	subject: Vec<u8>,
	issuer: Vec<u8>,
	key: PublicKey,
	ca: bool,
}

/// What was made of materials.
#[derive(Clone, Debug, Default)]
pub struct Arranged {
	/// Pieces, each once, in the order in which they can be posted.
	pub pieces: Vec<Piece>,
	/// Certificates of platforms (VCEK, VLEK, PCK): they go with evidence, not with collateral.
	pub leaves: Vec<Placed>,
	/// What could not be used, and why.
	pub left_out: Vec<String>,
	authorities: Vec<Placed>,
	roots: Vec<Placed>,
}

fn place(der: &[u8]) -> Result<Placed, Error> {
	let one = Certificate::parse(der, Part::Chain)?;
	Ok(Placed {
		fingerprint: sha256(der),
		name: text_of(one.common_name()),
		subject: one.subject.to_vec(),
		issuer: one.issuer.to_vec(),
		key: one.key.clone(),
		ca: one.ca,
		der: der.to_vec(),
	})
}

fn text_of(name: Option<&[u8]>) -> String {
	name.map_or_else(
		|| "no name".into(),
		|name| String::from_utf8_lossy(name).escape_debug().to_string(),
	)
}

impl Placed {
	fn is_root(&self) -> bool {
		self.ca && self.issuer == self.subject
	}

	/// Whose infrastructure it is: each vendor uses another kind of key.
	const fn family(&self) -> Family {
		match self.key {
			PublicKey::P256(_) => Family::Intel,
			PublicKey::P384(_) => Family::Aws,
			PublicKey::Rsa4096(_) => Family::Amd,
		}
	}
}

/// Who issued something: of that name, and best with the key that signed it. Where the name alone fits, that one is
/// taken, so that whoever checks says what is wrong.
fn issuer_of<'a>(
	candidates: impl Iterator<Item = &'a Placed>,
	name: &[u8],
	verifies: impl Fn(&PublicKey) -> bool,
) -> Option<&'a Placed> {
	let mut by_name = None;
	for one in candidates.filter(|one| one.subject == name) {
		if verifies(&one.key) {
			return Some(one);
		}
		by_name = by_name.or(Some(one));
	}
	by_name
}

fn issuer_of_certificate<'a>(
	one: &Placed,
	candidates: impl Iterator<Item = &'a Placed>,
) -> Option<&'a Placed> {
	let parsed = Certificate::parse(&one.der, Part::Chain).ok()?;
	issuer_of(candidates, &one.issuer, |key| {
		key.verify(parsed.signed, Signature::X509(parsed.signature), Part::Chain).is_ok()
	})
}

impl Arranged {
	/// The authority of a platform's certificate, and the root above: what SNP evidence names.
	pub fn above(&self, leaf: &Placed) -> Option<(Fingerprint, Fingerprint)> {
		let authority = issuer_of_certificate(leaf, self.authorities.iter())?;
		let root = issuer_of_certificate(authority, self.roots.iter())?;
		Some((authority.fingerprint, root.fingerprint))
	}
}

/// Certificates out of files, and those that are built in.
struct Sorter {
	/// Named by a file, or needed by something that is.
	used: Vec<Placed>,
	builtin: Vec<Placed>,
	left_out: Vec<String>,
}

impl Sorter {
	fn add(&mut self, one: Placed) {
		if !self.used.iter().any(|known| known.fingerprint == one.fingerprint) {
			self.used.push(one);
		}
	}

	fn all(&self) -> impl Iterator<Item = &Placed> {
		self.used.iter().chain(&self.builtin)
	}

	/// Adds what stands above each certificate, as far as it is known.
	fn complete(&mut self) {
		let mut next = 0;
		while let Some(one) = self.used.get(next).cloned() {
			next += 1;
			if one.is_root() {
				continue;
			}
			if let Some(issuer) = issuer_of_certificate(&one, self.all()).cloned() {
				self.add(issuer);
			}
		}
	}
}

/// A revocation list and the certificate of its issuer.
fn list_piece(der: &[u8], sorter: &mut Sorter) -> Option<(Vec<u8>, Fingerprint)> {
	let list = match RevocationList::parse(der, Part::LeafCrl) {
		Ok(list) => list,
		Err(error) => {
			sorter.left_out.push(format!("a revocation list that cannot be read: {error}"));
			return None;
		},
	};
	let issuer = issuer_of(sorter.all(), list.issuer, |key| {
		key.verify(list.signed, Signature::X509(list.signature), Part::LeafCrl).is_ok()
	})
	.cloned();
	let Some(issuer) = issuer else {
		let name = text_of(common_name(list.issuer));
		sorter.left_out.push(format!(
			"the revocation list of \u{201c}{name}\u{201d}: that authority's certificate is not among the files"
		));
		return None;
	};
	let fingerprint = issuer.fingerprint;
	sorter.add(issuer);
	Some((der.to_vec(), fingerprint))
}

/// A field of a statement's JSON text.
fn text_field(json: &Value, name: &str) -> String {
	json.get(name).and_then(Value::as_str).unwrap_or("?").escape_debug().to_string()
}

fn statement_piece(
	json: &[u8],
	signature: [u8; 64],
	certificates: &[Placed],
) -> Result<Piece, String> {
	let signers =
		|| certificates.iter().filter(|one| !one.ca && matches!(one.key, PublicKey::P256(_)));
	let signed_by =
		|one: &&Placed| one.key.verify(json, Signature::Raw(&signature), Part::TcbInfo).is_ok();
	let signer = signers()
		.find(signed_by)
		.or_else(|| signers().find(|one| one.name.contains("TCB Signing")))
		.ok_or("a statement of Intel's: the certificate of its signer is not among the files")?
		.fingerprint;
	let value: Value =
		serde_json::from_slice(json).map_err(|e| format!("a statement that is not JSON: {e}"))?;
	let too_long = |_| format!("a statement of {} bytes: longer than is looked at", json.len());
	// Only TCB info speaks of a family of processors.
	if value.get("fmspc").is_some() {
		let json = json.to_vec().try_into().map_err(too_long)?;
		Ok(Piece::TcbInfo { json, signature, signer })
	} else {
		let json = json.to_vec().try_into().map_err(too_long)?;
		Ok(Piece::QeIdentity { json, signature, signer })
	}
}

/// Where a piece stands in the order of posting.
fn rank(piece: &Piece, roots: &[Fingerprint]) -> u8 {
	match piece {
		Piece::Root { .. } => 0,
		Piece::Crl { issuer, .. } if roots.contains(issuer) => 1,
		Piece::Authority { .. } => 2,
		Piece::Crl { .. } => 3,
		Piece::TcbInfo { .. } => 4,
		Piece::QeIdentity { .. } => 5,
	}
}

/// Makes pieces of materials.
pub fn arrange(materials: Vec<Material>) -> Arranged {
	let builtin =
		anchors::builtin_certificates().iter().filter_map(|der| place(der).ok()).collect();
	let mut sorter = Sorter { used: Vec::new(), builtin, left_out: Vec::new() };
	let (mut lists, mut statements, mut ready) = (Vec::new(), Vec::new(), Vec::new());
	for material in materials {
		match material {
			Material::Certificate(der) => match place(&der) {
				Ok(one) => sorter.add(one),
				Err(error) => {
					sorter.left_out.push(format!("a certificate that cannot be read: {error}"));
				},
			},
			Material::Crl(der) => lists.push(der),
			Material::Statement { json, signature } => statements.push((json, signature)),
			Material::Piece(piece) => {
				if let Piece::Root { certificate, .. } | Piece::Authority { certificate, .. } =
					&piece
				{
					if let Ok(one) = place(certificate) {
						sorter.add(one);
					}
				}
				ready.push(piece);
			},
		}
	}
	sorter.complete();
	let lists: Vec<_> = lists.iter().filter_map(|der| list_piece(der, &mut sorter)).collect();
	sorter.complete();
	let Sorter { used, mut left_out, .. } = sorter;

	let mut arranged = Arranged::default();
	let mut pieces = ready;
	for one in &used {
		let issuer = issuer_of_certificate(one, used.iter()).filter(|issuer| issuer.is_root());
		let too_long = || format!("\u{201c}{}\u{201d}: longer than is looked at", one.name);
		match (one.is_root(), issuer) {
			(true, _) => {
				arranged.roots.push(one.clone());
				match one.der.clone().try_into() {
					Ok(certificate) => {
						pieces.push(Piece::Root { family: one.family(), certificate });
					},
					Err(_) => left_out.push(too_long()),
				}
			},
			(false, Some(root)) if root.family() == Family::Aws => left_out.push(format!(
				"\u{201c}{}\u{201d}: Nitro documents bring their authorities along",
				one.name
			)),
			(false, Some(root)) => {
				arranged.authorities.push(one.clone());
				match one.der.clone().try_into() {
					Ok(certificate) => {
						pieces.push(Piece::Authority { certificate, root: root.fingerprint });
					},
					Err(_) => left_out.push(too_long()),
				}
			},
			(false, None) if one.ca => left_out.push(format!(
				"\u{201c}{}\u{201d}: the root above it is not among the files",
				one.name
			)),
			(false, None) => arranged.leaves.push(one.clone()),
		}
	}
	for (der, issuer) in lists {
		match der.try_into() {
			Ok(list) => pieces.push(Piece::Crl { list, issuer }),
			Err(_) => left_out.push("a revocation list longer than is looked at".into()),
		}
	}
	for (json, signature) in statements {
		match statement_piece(&json, signature, &arranged.authorities) {
			Ok(piece) => pieces.push(piece),
			Err(why) => left_out.push(why),
		}
	}
	let roots: Vec<Fingerprint> = arranged.roots.iter().map(|one| one.fingerprint).collect();
	pieces.sort_by_key(|piece| rank(piece, &roots));
	for piece in pieces {
		if !arranged.pieces.contains(&piece) {
			arranged.pieces.push(piece);
		}
	}
	arranged.left_out = left_out;
	arranged
}

/// Whether a piece is refused only because another one is not there yet: Intel's authorities are refused by the second
/// name while the list of their root is missing.
pub const fn waits(why: &Error) -> bool {
	matches!(why, Error::Missing(_) | Error::Mismatch { part: Part::RootCrl, field: Field::Issuer })
}

/// A name for a file that holds a piece: `00-root-intel-sgx-root-ca.piece`.
pub fn file_name(index: usize, piece: &Piece) -> String {
	let slug: String = describe(piece)
		.to_ascii_lowercase()
		.chars()
		.map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
		.collect();
	let words: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).take(8).collect();
	format!("{index:02}-{}.piece", words.join("-"))
}

/// What a piece is, in words. Nothing about it is verified by this.
pub fn describe(piece: &Piece) -> String {
	let certificate = |what: &str, der: &[u8]| {
		let name = Certificate::parse(der, Part::Chain)
			.ok()
			.map_or_else(|| "cannot be read".into(), |one| text_of(one.common_name()));
		let fingerprint = hex::encode(sha256(der));
		format!("{what} \u{201c}{name}\u{201d} ({}…)", &fingerprint[..16])
	};
	let statement = |json: &[u8], what: fn(&Value) -> String| {
		let value: Value = serde_json::from_slice(json).unwrap_or_default();
		let evaluation = value
			.get("tcbEvaluationDataNumber")
			.and_then(Value::as_u64)
			.map_or_else(|| "?".into(), |number| number.to_string());
		format!(
			"{}, evaluation {evaluation}, made {}, valid to {}",
			what(&value),
			text_field(&value, "issueDate"),
			text_field(&value, "nextUpdate")
		)
	};
	match piece {
		Piece::Root { certificate: der, .. } => certificate("root", der),
		Piece::Authority { certificate: der, .. } => certificate("authority", der),
		Piece::Crl { list, .. } => match RevocationList::parse(list, Part::LeafCrl) {
			Ok(parsed) => format!(
				"revocation list of \u{201c}{}\u{201d}, {} revoked, made {}, next due {}",
				text_of(common_name(parsed.issuer)),
				parsed.revoked.len(),
				utc(parsed.this_update),
				utc(parsed.next_update)
			),
			Err(error) => format!("revocation list that cannot be read ({error})"),
		},
		Piece::TcbInfo { json, .. } => statement(json, |value| {
			format!("TCB info {} {}", text_field(value, "id"), text_field(value, "fmspc"))
		}),
		Piece::QeIdentity { json, .. } => {
			statement(json, |value| format!("QE identity {}", text_field(value, "id")))
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{attest::material::read, recorded};

	fn ranks(arranged: &Arranged) -> Vec<u8> {
		let roots: Vec<Fingerprint> = arranged.roots.iter().map(|one| one.fingerprint).collect();
		arranged.pieces.iter().map(|piece| rank(piece, &roots)).collect()
	}

	#[test]
	fn intels_collateral_should_become_seven_pieces_in_the_order_of_posting() {
		for file in [
			&recorded!("intel/sgx_quote_collateral.json")[..],
			recorded!("intel/tdx_quote_collateral.json"),
			recorded!("intel/tdx_quote_td15ex_collateral.json"),
		] {
			let mut materials = read(file).unwrap();
			let arranged = arrange(materials.clone());
			// Root, its list, PCK CA and signer, the CA's list, TCB info, QE identity: each once.
			assert_eq!(ranks(&arranged), [0, 1, 2, 2, 3, 4, 5]);
			assert!(arranged.left_out.is_empty(), "{:?}", arranged.left_out);
			assert!(arranged.leaves.is_empty());
			// Whatever the order in the files.
			materials.reverse();
			assert_eq!(ranks(&arrange(materials)), [0, 1, 2, 2, 3, 4, 5]);
		}
	}

	#[test]
	fn loose_files_of_intels_should_find_their_issuers() {
		let mut materials = Vec::new();
		for file in [
			&recorded!("intel/pieces/tcbinfov3_00806f050000.json")[..],
			recorded!("intel/pieces/qeidentityv2_apiv4.json"),
			recorded!("intel/pieces/root_crl_2024.der"),
			recorded!("intel/pieces/tcb_signing_cert.pem"),
		] {
			materials.extend(read(file).unwrap());
		}
		// The root is built in.
		let arranged = arrange(materials);
		assert_eq!(ranks(&arranged), [0, 1, 2, 4, 5]);
		let Some(Piece::Authority { certificate, root }) = arranged.pieces.get(2) else {
			panic!("{arranged:?}");
		};
		assert_eq!(root, &sha256(anchors::INTEL_ROOT));
		for piece in &arranged.pieces[3..] {
			let (Piece::TcbInfo { signer, .. } | Piece::QeIdentity { signer, .. }) = piece else {
				panic!("{piece:?}");
			};
			assert_eq!(signer, &sha256(certificate));
		}
	}

	#[test]
	fn a_platforms_certificate_should_bring_its_line_and_be_no_piece() {
		for (vek, name) in [
			(&recorded!("amd/vcek_milan.der")[..], "Milan"),
			(recorded!("amd/vcek_turin.der"), "Turin"),
		] {
			let arranged = arrange(read(vek).unwrap());
			assert_eq!(ranks(&arranged), [0, 2]);
			let [leaf] = &arranged.leaves[..] else { panic!("{arranged:?}") };
			let (authority, root) = arranged.above(leaf).unwrap();
			let names: Vec<&str> = arranged
				.roots
				.iter()
				.chain(&arranged.authorities)
				.map(|one| &one.name[..])
				.collect();
			assert_eq!(names, [format!("ARK-{name}"), format!("SEV-{name}")]);
			assert_eq!(authority, arranged.authorities[0].fingerprint);
			assert_eq!(root, arranged.roots[0].fingerprint);
		}
	}

	#[test]
	fn what_has_no_issuer_should_be_left_out_with_the_reason() {
		let arranged = arrange(read(recorded!("intel/pieces/pck_platform_crl.der")).unwrap());
		assert!(arranged.pieces.is_empty());
		assert!(arranged.left_out[0].contains("Intel SGX PCK Platform CA"), "{arranged:?}");
		let arranged = arrange(read(recorded!("intel/pieces/qe_identity_2023.json")).unwrap());
		assert!(arranged.pieces.is_empty());
		assert!(arranged.left_out[0].contains("signer"), "{arranged:?}");
	}

	#[test]
	fn pieces_should_survive_a_second_arrangement() {
		let first = arrange(read(recorded!("intel/tdx_quote_collateral.json")).unwrap());
		let mut again: Vec<Material> = first.pieces.iter().cloned().map(Material::Piece).collect();
		again.reverse();
		again.extend(read(recorded!("intel/tdx_quote_collateral.json")).unwrap());
		let mut second = arrange(again).pieces;
		assert_eq!(second.len(), first.pieces.len());
		second.retain(|piece| !first.pieces.contains(piece));
		assert!(second.is_empty());
	}

	#[test]
	fn pieces_should_be_told_in_words() {
		let arranged = arrange(read(recorded!("intel/sgx_quote_collateral.json")).unwrap());
		let words: Vec<String> = arranged.pieces.iter().map(describe).collect();
		assert!(words[0].starts_with("root \u{201c}Intel SGX Root CA\u{201d} (44a0196b2b99f889…)"));
		assert!(words[1].contains("revocation list of \u{201c}Intel SGX Root CA\u{201d}"));
		assert!(words[5].starts_with("TCB info SGX 00A067110000, evaluation "), "{}", words[5]);
		assert!(words[6].starts_with("QE identity QE, evaluation "), "{}", words[6]);
		assert_eq!(
			file_name(0, &arranged.pieces[0]),
			"00-root-intel-sgx-root-ca-44a0196b2b99f889.piece"
		);
	}
}
