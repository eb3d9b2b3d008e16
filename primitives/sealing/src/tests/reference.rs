//! HPKE and ChaCha20-Poly1305 once more, written from RFC 9180, 8439, 7748, 5869, 2104 and FIPS 180-4 alone and with no
//! regard to speed or to side channels: whatever the crates compute has to come out of this too.

// Loops count as the documents do.
#![allow(clippy::needless_range_loop)]

/// 256 bits, least significant limb first.
pub type Number = [u64; 4];

/// 2²⁵⁵ − 19.
pub const CURVE_P: Number = [u64::MAX - 18, u64::MAX, u64::MAX, u64::MAX >> 1];
/// 2¹³⁰ − 5.
pub const POLY_P: Number = [u64::MAX - 4, u64::MAX, 3, 0];

fn add_raw(a: Number, b: Number) -> Number {
	let mut sum = [0; 4];
	let mut carry = 0u128;
	for i in 0..4 {
		let t = u128::from(a[i]) + u128::from(b[i]) + carry;
		sum[i] = t as u64;
		carry = t >> 64;
	}
	assert_eq!(carry, 0);
	sum
}

pub fn less(a: Number, b: Number) -> bool {
	a.iter().rev().lt(b.iter().rev())
}

fn sub_raw(a: Number, b: Number) -> Number {
	let mut difference = [0; 4];
	let mut borrow = false;
	for i in 0..4 {
		let (t, first) = a[i].overflowing_sub(b[i]);
		let (t, second) = t.overflowing_sub(u64::from(borrow));
		difference[i] = t;
		borrow = first | second;
	}
	assert!(!borrow);
	difference
}

pub fn reduce(mut a: Number, p: Number) -> Number {
	while !less(a, p) {
		// Subtract the largest multiple 2ⁿ·p that fits.
		let mut part = p;
		while part[3] >> 63 == 0 && !less(a, add_raw_or_max(part)) {
			part = add_raw(part, part);
		}
		a = sub_raw(a, part);
	}
	a
}

/// Twice `a`, or the largest number if that does not fit.
fn add_raw_or_max(a: Number) -> Number {
	if a[3] >> 63 == 1 {
		[u64::MAX; 4]
	} else {
		add_raw(a, a)
	}
}

pub fn add(a: Number, b: Number, p: Number) -> Number {
	reduce(add_raw(a, b), p)
}

pub fn sub(a: Number, b: Number, p: Number) -> Number {
	reduce(add_raw(a, sub_raw(p, b)), p)
}

pub fn mul(a: Number, b: Number, p: Number) -> Number {
	let mut product = [0; 4];
	for i in (0..256).rev() {
		product = add(product, product, p);
		if (b[i / 64] >> (i % 64)) & 1 == 1 {
			product = add(product, a, p);
		}
	}
	product
}

/// a⁻¹ = aᵖ⁻².
pub fn invert(a: Number, p: Number) -> Number {
	let exponent = sub_raw(p, [2, 0, 0, 0]);
	let mut power = [1, 0, 0, 0];
	for i in (0..256).rev() {
		power = mul(power, power, p);
		if (exponent[i / 64] >> (i % 64)) & 1 == 1 {
			power = mul(power, a, p);
		}
	}
	power
}

pub fn number(bytes: &[u8]) -> Number {
	let mut padded = [0; 32];
	padded[..bytes.len()].copy_from_slice(bytes);
	std::array::from_fn(|i| u64::from_le_bytes(padded[8 * i..8 * i + 8].try_into().unwrap()))
}

pub fn bytes(a: Number) -> [u8; 32] {
	let mut list = [0; 32];
	for (chunk, limb) in list.chunks_mut(8).zip(a) {
		chunk.copy_from_slice(&limb.to_le_bytes());
	}
	list
}

/// X25519 of RFC 7748 §5.
pub fn x25519(scalar: &[u8; 32], u: &[u8; 32]) -> [u8; 32] {
	let mut scalar = *scalar;
	scalar[0] &= 248;
	scalar[31] = (scalar[31] & 127) | 64;
	let mut u = *u;
	u[31] &= 127;
	let p = CURVE_P;
	let x1 = reduce(number(&u), p);
	let (mut x2, mut z2, mut x3, mut z3) = ([1, 0, 0, 0], [0; 4], x1, [1, 0, 0, 0]);
	for t in (0..255).rev() {
		let bit = (scalar[t / 8] >> (t % 8)) & 1 == 1;
		if bit {
			std::mem::swap(&mut x2, &mut x3);
			std::mem::swap(&mut z2, &mut z3);
		}
		let a = add(x2, z2, p);
		let aa = mul(a, a, p);
		let b = sub(x2, z2, p);
		let bb = mul(b, b, p);
		let e = sub(aa, bb, p);
		let c = add(x3, z3, p);
		let d = sub(x3, z3, p);
		let (da, cb) = (mul(d, a, p), mul(c, b, p));
		let (plus, minus) = (add(da, cb, p), sub(da, cb, p));
		x3 = mul(plus, plus, p);
		z3 = mul(x1, mul(minus, minus, p), p);
		x2 = mul(aa, bb, p);
		z2 = mul(e, add(aa, mul([121_665, 0, 0, 0], e, p), p), p);
		if bit {
			std::mem::swap(&mut x2, &mut x3);
			std::mem::swap(&mut z2, &mut z3);
		}
	}
	bytes(mul(x2, invert(z2, p), p))
}

pub fn public_key(secret: &[u8; 32]) -> [u8; 32] {
	let mut base = [0; 32];
	base[0] = 9;
	x25519(secret, &base)
}

/// SHA-256 of FIPS 180-4. The constants are computed as its §4.2.2 and §5.3.3 define them: the first 32 bits of the
/// fractional parts of cube and square roots of the first primes.
pub fn sha256(message: &[u8]) -> [u8; 32] {
	let primes: Vec<u64> = (2u64..).filter(|n| (2..*n).all(|d| n % d != 0)).take(64).collect();
	// The largest r with rᵏ ≤ n · 2³²ᵏ; its low 32 bits are the fraction.
	let root = |n: u64, k: u32| -> u32 {
		let (mut low, mut high) = (0u64, 1u64 << 40);
		while high - low > 1 {
			let middle = (low + high) / 2;
			let power = (0..k).fold([1, 0, 0, 0], |a, _| multiply(a, middle));
			let mut bound = [0; 4];
			match k {
				2 => bound[1] = n,
				_ => (bound[1], bound[2]) = (n << 32, n >> 32),
			}
			if less(bound, power) {
				high = middle;
			} else {
				low = middle;
			}
		}
		low as u32
	};
	let mut state: [u32; 8] = std::array::from_fn(|i| root(primes[i], 2));
	let k: [u32; 64] = std::array::from_fn(|i| root(primes[i], 3));

	let mut padded = message.to_vec();
	padded.push(0x80);
	while padded.len() % 64 != 56 {
		padded.push(0);
	}
	padded.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
	for block in padded.chunks(64) {
		let mut w = [0u32; 64];
		for (word, chunk) in w.iter_mut().zip(block.chunks(4)) {
			*word = u32::from_be_bytes(chunk.try_into().unwrap());
		}
		for t in 16..64 {
			let (x, y) = (w[t - 2], w[t - 15]);
			let s1 = x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10);
			let s0 = y.rotate_right(7) ^ y.rotate_right(18) ^ (y >> 3);
			w[t] = s1.wrapping_add(w[t - 7]).wrapping_add(s0).wrapping_add(w[t - 16]);
		}
		let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
		for t in 0..64 {
			let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
			let t1 = h
				.wrapping_add(s1)
				.wrapping_add((e & f) ^ (!e & g))
				.wrapping_add(k[t])
				.wrapping_add(w[t]);
			let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
			let t2 = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
			(h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));
		}
		for (old, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
			*old = old.wrapping_add(new);
		}
	}
	let mut digest = [0; 32];
	for (chunk, word) in digest.chunks_mut(4).zip(state) {
		chunk.copy_from_slice(&word.to_be_bytes());
	}
	digest
}

/// `a · b`, without a modulus.
fn multiply(a: Number, b: u64) -> Number {
	let mut product = [0; 4];
	let mut carry = 0u128;
	for i in 0..4 {
		let t = u128::from(a[i]) * u128::from(b) + carry;
		product[i] = t as u64;
		carry = t >> 64;
	}
	product
}

/// HMAC-SHA-256 of RFC 2104, for keys of at most 64 bytes.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
	let mut block = [0; 64];
	block[..key.len()].copy_from_slice(key);
	let inner = [&block.map(|b| b ^ 0x36)[..], message].concat();
	sha256(&[&block.map(|b| b ^ 0x5c)[..], &sha256(&inner)].concat())
}

/// HKDF-Expand of RFC 5869.
fn expand(key: &[u8; 32], info: &[u8], len: usize) -> Vec<u8> {
	let (mut all, mut last, mut counter) = (Vec::new(), Vec::new(), 1u8);
	while all.len() < len {
		last = hmac(key, &[&last[..], info, &[counter]].concat()).to_vec();
		all.extend_from_slice(&last);
		counter += 1;
	}
	all.truncate(len);
	all
}

/// LabeledExtract of RFC 9180 §4.
fn labeled_extract(suite: &[u8], salt: &[u8], label: &[u8], ikm: &[u8]) -> [u8; 32] {
	hmac(salt, &[b"HPKE-v1", suite, label, ikm].concat())
}

/// LabeledExpand of RFC 9180 §4.
fn labeled_expand(suite: &[u8], key: &[u8; 32], label: &[u8], info: &[u8], len: usize) -> Vec<u8> {
	let length = (len as u16).to_be_bytes();
	expand(key, &[&length[..], b"HPKE-v1", suite, label, info].concat(), len)
}

/// kem_id 0x0020.
const KEM: &[u8] = b"KEM\x00\x20";
/// kem_id 0x0020, kdf_id 0x0001, aead_id 0x0003.
const HPKE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x03";

/// DeriveKeyPair of RFC 9180 §7.1.3: the secret key.
pub fn derive_secret_key(ikm: &[u8; 32]) -> [u8; 32] {
	let key = labeled_extract(KEM, b"", b"dkp_prk", ikm);
	labeled_expand(KEM, &key, b"sk", b"", 32).try_into().unwrap()
}

/// What RFC 9180's appendix lists of a context.
pub struct Schedule {
	pub encapsulated: [u8; 32],
	pub shared_secret: [u8; 32],
	pub key: [u8; 32],
	pub base_nonce: [u8; 12],
}

/// SetupBaseS of RFC 9180 §5.1.1, with the ephemeral key made from `ikm`.
pub fn setup_base(ikm: &[u8; 32], recipient: &[u8; 32], info: &[u8]) -> Schedule {
	let secret = derive_secret_key(ikm);
	let encapsulated = public_key(&secret);
	let dh = x25519(&secret, recipient);
	let context = [&encapsulated[..], recipient].concat();
	let prk = labeled_extract(KEM, b"", b"eae_prk", &dh);
	let shared: [u8; 32] =
		labeled_expand(KEM, &prk, b"shared_secret", &context, 32).try_into().unwrap();
	let psk_id_hash = labeled_extract(HPKE, b"", b"psk_id_hash", b"");
	let info_hash = labeled_extract(HPKE, b"", b"info_hash", info);
	let context = [&[0u8][..], &psk_id_hash, &info_hash].concat();
	let secret = labeled_extract(HPKE, &shared, b"secret", b"");
	Schedule {
		encapsulated,
		shared_secret: shared,
		key: labeled_expand(HPKE, &secret, b"key", &context, 32).try_into().unwrap(),
		base_nonce: labeled_expand(HPKE, &secret, b"base_nonce", &context, 12).try_into().unwrap(),
	}
}

/// The first message of such a context.
pub fn seal_base(
	ikm: &[u8; 32],
	recipient: &[u8; 32],
	info: &[u8],
	aad: &[u8],
	plaintext: &[u8],
) -> ([u8; 32], Vec<u8>) {
	let schedule = setup_base(ikm, recipient, info);
	(schedule.encapsulated, encrypt(&schedule.key, &schedule.base_nonce, aad, plaintext))
}

/// The ChaCha20 block function of RFC 8439 §2.3.
pub fn chacha20_block(key: &[u8; 32], counter: u32, nonce: &[u8; 12]) -> [u8; 64] {
	let mut start = [0u32; 16];
	let text = [&b"expand 32-byte k"[..], key, &counter.to_le_bytes(), nonce].concat();
	for (word, chunk) in start.iter_mut().zip(text.chunks(4)) {
		*word = u32::from_le_bytes(chunk.try_into().unwrap());
	}
	let mut s = start;
	for round in 0..20 {
		for column in 0..4 {
			let row = |r: usize| 4 * r + if round % 2 == 0 { column } else { (column + r) % 4 };
			let [a, b, c, d] = [row(0), row(1), row(2), row(3)];
			for (to, from, mixed, turn) in
				[(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]
			{
				s[to] = s[to].wrapping_add(s[from]);
				s[mixed] = (s[mixed] ^ s[to]).rotate_left(turn);
			}
		}
	}
	let mut block = [0; 64];
	for ((chunk, a), b) in block.chunks_mut(4).zip(s).zip(start) {
		chunk.copy_from_slice(&a.wrapping_add(b).to_le_bytes());
	}
	block
}

pub fn chacha20(key: &[u8; 32], nonce: &[u8; 12], text: &[u8]) -> Vec<u8> {
	let blocks = (1u32..).flat_map(|counter| chacha20_block(key, counter, nonce));
	text.iter().zip(blocks).map(|(a, b)| a ^ b).collect()
}

/// r (clamped) and s of the one-time key (RFC 8439 §2.6).
pub fn one_time_key(key: &[u8; 32], nonce: &[u8; 12]) -> (Number, Number) {
	let block = chacha20_block(key, 0, nonce);
	let mut r = [0; 16];
	r.copy_from_slice(&block[..16]);
	for i in [3, 7, 11, 15] {
		r[i] &= 15;
	}
	for i in [4, 8, 12] {
		r[i] &= 252;
	}
	(number(&r), number(&block[16..32]))
}

/// What Poly1305 reads: additional data and ciphertext, each padded, and both lengths (RFC 8439 §2.8).
pub fn mac_data(aad: &[u8], ciphertext: &[u8]) -> Vec<u8> {
	let mut data = Vec::new();
	for part in [aad, ciphertext] {
		data.extend_from_slice(part);
		data.resize(data.len().next_multiple_of(16), 0);
	}
	data.extend_from_slice(&(aad.len() as u64).to_le_bytes());
	data.extend_from_slice(&(ciphertext.len() as u64).to_le_bytes());
	data
}

/// One block of 16 bytes as Poly1305 reads it: with a one above.
pub fn mac_block(block: &[u8]) -> Number {
	let mut with_one = block.to_vec();
	with_one.push(1);
	number(&with_one)
}

pub fn poly1305(r: Number, s: Number, data: &[u8]) -> [u8; 16] {
	let sum = data
		.chunks(16)
		.fold([0; 4], |sum, block| mul(add(sum, mac_block(block), POLY_P), r, POLY_P));
	bytes(add_raw(sum, s))[..16].try_into().unwrap()
}

/// AEAD_CHACHA20_POLY1305 of RFC 8439 §2.8.
pub fn encrypt(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
	let ciphertext = chacha20(key, nonce, plaintext);
	let (r, s) = one_time_key(key, nonce);
	let tag = poly1305(r, s, &mac_data(aad, &ciphertext));
	[&ciphertext[..], &tag].concat()
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
	hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn the_reference_hashes_as_fips_180_says() {
	let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	assert_eq!(sha256(b"abc"), unhex(abc));
	let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	assert_eq!(sha256(b""), unhex(empty));
}

#[test]
fn the_reference_multiplies_as_rfc_7748_says() {
	// RFC 7748 §6.1.
	let a = unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	let b = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	let (public_a, public_b) = (public_key(&a), public_key(&b));
	let expected = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
	assert_eq!(public_a, unhex(expected));
	let shared = unhex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
	assert_eq!(x25519(&a, &public_b), shared);
	assert_eq!(x25519(&b, &public_a), shared);
}

#[test]
fn the_reference_encrypts_as_rfc_8439_says() {
	// RFC 8439 §2.8.2.
	let key = std::array::from_fn(|i| 0x80 + i as u8);
	let nonce = unhex("070000004041424344454647");
	let aad = unhex::<12>("50515253c0c1c2c3c4c5c6c7");
	let text =
		b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
		future, sunscreen would be it.";
	let sealed = encrypt(&key, &nonce, &aad, text);
	let (ciphertext, tag) = sealed.split_at(text.len());
	assert_eq!(ciphertext[..16], unhex::<16>("d31a8d34648e60db7b86afbc53ef7ec2"));
	assert_eq!(*tag, unhex::<16>("1ae10b594f09e26a7e902ecbd0600691"));
}
