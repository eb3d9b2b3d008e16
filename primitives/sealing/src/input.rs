//! Inputs: from a requester to the enclaves of one round.

use crate::{
	suite::{open_base, seal_base, SuiteError, ENCAPSULATED_BYTES},
	OpenError, SealError, SecretKey,
};
use chacha20poly1305::{
	aead::{AeadInOut, KeyInit},
	ChaCha20Poly1305, Key, Nonce,
};
use codec::{Decode, Encode};
use concordat_primitives::{
	attest::EncryptionKey,
	clause::Location,
	content::MAX_BODY_BYTES,
	job::JobInput,
	sealed::{
		ciphertext_hash, sealed_commitment, Salt, SealContext, SealedBody, SealedInput, SealedKey,
		MAX_RECIPIENTS, SALT_BYTES, TAG_BYTES,
	},
	Attempt, Hash, NodeId,
};
use std::{collections::BTreeSet, fmt};
use zeroize::{Zeroize, Zeroizing};

/// Longest input that can be sealed, in bytes: its ciphertext is as long as the longest body that hosts fetch.
pub const MAX_SEALABLE_INPUT: usize = (MAX_BODY_BYTES - SALT_BYTES - TAG_BYTES) as usize;
/// Longest ciphertext.
const MAX_CIPHERTEXT: usize = MAX_BODY_BYTES as usize;
/// Shortest ciphertext: that of an empty input.
const MIN_CIPHERTEXT: usize = (SALT_BYTES + TAG_BYTES) as usize;
/// A content key encrypts one body.
const NONCE: [u8; 12] = [0; 12];

type ContentKey = Zeroizing<[u8; 32]>;

/// Fills with randomness.
pub(crate) type Draw<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), getrandom::Error>;

/// The salt of an input and what the job says of both. Secret: with the salt a short input can be guessed from its
/// commitment, and a short output from its hash. The requester keeps it until the result is there, in a file that nobody
/// else can read; [`Encode`] gives 68 bytes, `salt ‖ commitment ‖ len (u32 LE)`.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Prepared {
	salt: Salt,
	commitment: Hash,
	len: u32,
}

/// Fixes salt and commitment of an input, before the job is dispatched.
pub fn prepare(input: &[u8]) -> Result<Prepared, SealError> {
	prepare_with(input, &mut getrandom::getrandom)
}

pub(crate) fn prepare_with(input: &[u8], draw: Draw<'_>) -> Result<Prepared, SealError> {
	if input.len() > MAX_SEALABLE_INPUT {
		return Err(SealError::InputTooLong(input.len()));
	}
	let len = u32::try_from(input.len()).map_err(|_| SealError::InputTooLong(input.len()))?;
	let mut prepared = Prepared { salt: [0; SALT_BYTES as usize], commitment: Hash::zero(), len };
	draw(&mut prepared.salt).map_err(SealError::Randomness)?;
	prepared.commitment = sealed_commitment(&prepared.salt, input);
	Ok(prepared)
}

impl Prepared {
	/// What the requester kept of a sealing. [`seal`] checks it against the input.
	pub fn restore(salt: Salt, commitment: Hash, len: u32) -> Self {
		Self { salt, commitment, len }
	}

	/// The salt. The enclaves of the round learn it, nobody else does.
	pub fn salt(&self) -> &Salt {
		&self.salt
	}

	/// What the job commits to.
	pub fn commitment(&self) -> Hash {
		self.commitment
	}

	/// Length of the input in bytes. Public: the ciphertext shows it too.
	pub fn input_len(&self) -> u32 {
		self.len
	}

	/// What the dispatch names as its input.
	pub fn job_input(&self) -> JobInput {
		JobInput::Sealed { commitment: self.commitment, len: self.len }
	}
}

impl Drop for Prepared {
	fn drop(&mut self) {
		self.salt.zeroize();
	}
}

impl fmt::Debug for Prepared {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Prepared")
			.field("commitment", &self.commitment)
			.field("len", &self.len)
			.finish_non_exhaustive()
	}
}

/// One sealing: nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
	/// Attempt of the round that it is for.
	pub round: Attempt,
	/// The body.
	pub ciphertext: Vec<u8>,
	/// [`ciphertext_hash`] of the body.
	pub hash: Hash,
	/// The content key, wrapped for each recipient, in the order in which they were named.
	pub keys: Vec<SealedKey>,
}

impl Sealing {
	/// What the chain takes, with the body itself; `None` if the body is longer than the chain keeps.
	pub fn inline(&self) -> Option<SealedInput> {
		let body = self.ciphertext.clone().try_into().ok()?;
		self.submission(SealedBody::Inline(body))
	}

	/// What the chain takes, with the body elsewhere.
	pub fn external(&self, location: Location) -> Option<SealedInput> {
		let len = u32::try_from(self.ciphertext.len()).ok()?;
		self.submission(SealedBody::External { len, location })
	}

	fn submission(&self, body: SealedBody) -> Option<SealedInput> {
		let keys = self.keys.clone().try_into().ok()?;
		Some(SealedInput { round: self.round, ciphertext: self.hash, body, keys })
	}
}

/// Seals the input to the nodes of a round: every seat and every backup, each with the encryption key of the lease under
/// which it was seated. Draws a new content key; a later round needs another sealing of the same [`Prepared`].
pub fn seal(
	prepared: &Prepared,
	input: &[u8],
	context: &SealContext,
	recipients: &[(NodeId, EncryptionKey)],
) -> Result<Sealing, SealError> {
	seal_with(prepared, input, context, recipients, &mut getrandom::getrandom)
}

pub(crate) fn seal_with(
	prepared: &Prepared,
	input: &[u8],
	context: &SealContext,
	recipients: &[(NodeId, EncryptionKey)],
	draw: Draw<'_>,
) -> Result<Sealing, SealError> {
	if input.len() > MAX_SEALABLE_INPUT {
		return Err(SealError::InputTooLong(input.len()));
	}
	if recipients.is_empty() {
		return Err(SealError::NoRecipient);
	}
	if recipients.len() > MAX_RECIPIENTS as usize {
		return Err(SealError::TooManyRecipients(recipients.len()));
	}
	let mut seen = BTreeSet::new();
	if let Some((twice, _)) = recipients.iter().find(|(node, _)| !seen.insert(*node)) {
		return Err(SealError::RecipientTwice(*twice));
	}
	let is_prepared = prepared.len as usize == input.len()
		&& prepared.commitment == sealed_commitment(&prepared.salt, input);
	if !is_prepared {
		return Err(SealError::OtherInput);
	}

	let mut content_key = ContentKey::default();
	draw(&mut content_key[..]).map_err(SealError::Randomness)?;
	let ciphertext = encrypt_body(&content_key, context, &prepared.salt, input)?;
	let hash = ciphertext_hash(&ciphertext);
	let mut keys = Vec::with_capacity(recipients.len());
	for (node, key) in recipients {
		let mut material = Zeroizing::new([0; 32]);
		draw(&mut material[..]).map_err(SealError::Randomness)?;
		keys.push(wrap(material, &content_key, context, *node, key, &hash)?);
	}
	Ok(Sealing { round: context.round, ciphertext, hash, keys })
}

/// `ChaCha20-Poly1305(content key, nonce 0, aad, salt ‖ input)`.
pub(crate) fn encrypt_body(
	content_key: &[u8; 32],
	context: &SealContext,
	salt: &Salt,
	input: &[u8],
) -> Result<Vec<u8>, SealError> {
	// The plaintext is overwritten where it stands, and the buffer is long enough from the start: nothing of it is left.
	let mut body = Zeroizing::new(Vec::with_capacity(MIN_CIPHERTEXT + input.len()));
	body.extend_from_slice(salt);
	body.extend_from_slice(input);
	ChaCha20Poly1305::new(&Key::from(*content_key))
		.encrypt_in_place(&Nonce::from(NONCE), &context.body_aad(), &mut *body)
		.map_err(|_| SealError::Cipher)?;
	Ok(std::mem::take(&mut *body))
}

/// Wraps the content key for one recipient.
pub(crate) fn wrap(
	material: Zeroizing<[u8; 32]>,
	content_key: &[u8; 32],
	context: &SealContext,
	node: NodeId,
	key: &EncryptionKey,
	ciphertext: &Hash,
) -> Result<SealedKey, SealError> {
	let (info, aad) = (context.key_info(key), context.key_aad(node, ciphertext));
	let (encapsulated, wrapped) =
		seal_base(material, key, &info, &aad, content_key).map_err(|error| match error {
			SuiteError::Point => SealError::RecipientKey(node),
			SuiteError::Cipher => SealError::Cipher,
		})?;
	let wrapped = wrapped.try_into().map_err(|_| SealError::Cipher)?;
	Ok(SealedKey { node, key: *key, encapsulated, wrapped })
}

/// What an enclave knows of a sealed input from its token, before it opens anything.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
	/// What the sealing is bound to.
	pub context: &'a SealContext,
	/// The node that the enclave works for.
	pub node: NodeId,
	/// The content key, wrapped for it.
	pub key: &'a SealedKey,
	/// Hash of the ciphertext that the chain holds.
	pub ciphertext: &'a Hash,
	/// What the job commits to.
	pub commitment: &'a Hash,
}

/// What was sealed. Overwritten when dropped.
pub struct OpenedInput {
	/// Blinds the hash of a sealed output.
	pub salt: Zeroizing<Salt>,
	/// The input.
	pub input: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for OpenedInput {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("OpenedInput").field("len", &self.input.len()).finish_non_exhaustive()
	}
}

/// Opens a sealed input: names, hash of the ciphertext, wrapped key, body, commitment, in this order.
pub fn open_input(
	secret: &SecretKey,
	envelope: &Envelope<'_>,
	ciphertext: &[u8],
) -> Result<OpenedInput, OpenError> {
	let Envelope { context, node, key, commitment, .. } = *envelope;
	if key.node != node {
		return Err(OpenError::OtherNode);
	}
	if key.key != secret.public() {
		return Err(OpenError::OtherKey);
	}
	if ciphertext.len() < MIN_CIPHERTEXT || ciphertext.len() > MAX_CIPHERTEXT {
		return Err(OpenError::Length(ciphertext.len()));
	}
	if ciphertext_hash(ciphertext) != *envelope.ciphertext {
		return Err(OpenError::OtherCiphertext);
	}
	let content_key = unwrap(secret, context, key, envelope.ciphertext)?;
	let (salt, input) = decrypt_body(&content_key, context, ciphertext)?;
	if sealed_commitment(&salt, &input) != *commitment {
		return Err(OpenError::Commitment);
	}
	Ok(OpenedInput { salt, input })
}

fn unwrap(
	secret: &SecretKey,
	context: &SealContext,
	key: &SealedKey,
	ciphertext: &Hash,
) -> Result<ContentKey, OpenError> {
	let (info, aad) = (context.key_info(&key.key), context.key_aad(key.node, ciphertext));
	let encapsulated: &[u8; ENCAPSULATED_BYTES] = &key.encapsulated;
	let opened =
		open_base(secret, encapsulated, &info, &aad, &key.wrapped).map_err(
			|error| match error {
				SuiteError::Point => OpenError::EncapsulatedKey,
				SuiteError::Cipher => OpenError::WrappedKey,
			},
		)?;
	let mut content_key = ContentKey::default();
	if opened.len() != content_key.len() {
		return Err(OpenError::WrappedKey);
	}
	content_key.copy_from_slice(&opened);
	Ok(content_key)
}

/// Salt and input.
pub(crate) fn decrypt_body(
	content_key: &[u8; 32],
	context: &SealContext,
	ciphertext: &[u8],
) -> Result<(Zeroizing<Salt>, Zeroizing<Vec<u8>>), OpenError> {
	let mut body = Zeroizing::new(ciphertext.to_vec());
	ChaCha20Poly1305::new(&Key::from(*content_key))
		.decrypt_in_place(&Nonce::from(NONCE), &context.body_aad(), &mut *body)
		.map_err(|_| OpenError::Body)?;
	let mut salt = Zeroizing::new(Salt::default());
	let Some((head, _)) = body.split_first_chunk::<{ SALT_BYTES as usize }>() else {
		return Err(OpenError::Length(ciphertext.len()));
	};
	salt.copy_from_slice(head);
	body.drain(..SALT_BYTES as usize);
	Ok((salt, body))
}
