//! Rollup keys of the well-known names, so that development chains sign their rollups from the first one on.
//!
//! The secret of a name such as `//Alice` is Blake2-256 over SCALE of `("concordat/dev-rollup-key/v1", "//Alice")`, the domain
//! and the name as byte strings. Whoever reads this can sign with it: no chain that holds value lists such a key.
//!
//! A signer has one secret of 32 bytes for both schemes. The BLS key is made of it by KeyGen of
//! draft-irtf-cfrg-bls-signature §2.3; the seed of the Ed25519 key is [`ed25519_seed`].

use crate::UnpackedKey;
use codec::Decode;
use concordat_primitives::{hashing::tagged, rollup::RollupKey};
use sp_core::hex2array;

/// The secret of a well-known name, `//` included.
pub fn dev_secret(name: &str) -> [u8; 32] {
	tagged(b"concordat/dev-rollup-key/v1", &name.as_bytes()).0
}

/// Seed of the Ed25519 key that belongs to a signer's secret. Another value than the secret itself, so that the two keys have
/// nothing in common that one could give away of the other.
pub fn ed25519_seed(secret: &[u8; 32]) -> [u8; 32] {
	tagged(b"concordat/rollup-ed25519/v1", secret).0
}

/// The BLS key of a well-known name, `//Alice` to `//Ferdie`: for a genesis, which cannot derive it, because secret keys of
/// BLS exist only natively. A test derives them.
pub fn dev_key(name: &str) -> Option<RollupKey> {
	DEV_KEYS.iter().find(|(known, _)| *known == name).map(|(_, key)| RollupKey::Bls(*key))
}

/// The same unpacked. Whoever builds the genesis of a development chain can do without the host functions that unpacking
/// takes: tools that make chain specifications have none but the standard ones.
pub(crate) fn dev_unpacked(key: &[u8; 96]) -> Option<UnpackedKey> {
	let place = DEV_KEYS.iter().position(|(_, known)| known == key)?;
	let mut bytes = [0; 192];
	let (abscissa, ordinate) = bytes.split_at_mut(96);
	abscissa.copy_from_slice(key);
	// Three flags that the compressed form has and the other has not.
	*abscissa.first_mut()? &= 0x1f;
	ordinate.copy_from_slice(DEV_ORDINATES.get(place)?);
	UnpackedKey::decode(&mut bytes.as_slice()).ok()
}

/// See [`dev_key`].
pub const DEV_KEYS: [(&str, [u8; 96]); 6] = [
	(
		"//Alice",
		hex2array!("8a37f55403d31d6c33565244e532fef431d2d34c8c289c19510bf67aac8820f8081ec7f562067d18621bd897951e349206fcc3e491138ad8a3ebb319cfc39645865585c6a2ce3b5ccec28ec8d6c9b0219faf857a2a185ddc57146663e92c10fa"),
	),
	(
		"//Bob",
		hex2array!("941827b96ba8f3ced6e0ffd9554f169ff8eb0fec3abcc340459632a1473c8e081f60b2df326708abb6e2f8a040248f11124d30d26916c811c24546acbd721c45fa635509e03f0b6ad622ac83c2bdf34baa2e22fd99c26b02a42bde0ef857fd9e"),
	),
	(
		"//Charlie",
		hex2array!("8bb10d8d813a7b7e98ee9d63ef80ea7b600692e50094d3e8f35defe3995dd010554b9321173fd26cc024cd0ea186921000436fe83cc43e665874414c682ee679bdbfcec7b1cc2318f32226b4cb828765fb04a0a8648b3e2f78d027c6edc7dabe"),
	),
	(
		"//Dave",
		hex2array!("90820b1824232d6cb9f201bdc62f5ff7d9d72e98799fd40236ca8209ca2a98188150ab6385cf045207d52dab00daf68314163bf9c1c2930ac80ee0bbaf4d667c0a25f3ab22baa1a9cce65193eac428432c5301cab2f8ace0152f5d1043be3e57"),
	),
	(
		"//Eve",
		hex2array!("a7c1e366d5ae8516c9c61944b4ae0fdb60545b003af9ab62034063e6ace5b00e7b5f1b7bfc9491e49b2b153f41cf6a750a28a5c31dc45d9edd41e349f7cfc1a2f8119d6fe8fa2a2260438b6f3d868f9caddf07f0894aedea74033addc1c55062"),
	),
	(
		"//Ferdie",
		hex2array!("ad7d2ed9634bfeb3921f84eff9ed85d45787f44f8b4e353a1265036f15bd9cc7f4f599a22785a3feb431df398a260efd0bc28c73e8fe72516b3924afa234db6263a911b9bb5630da060fc8d57c81fb3532965eaa55e5696c5f5c444242f77c9c"),
	),
];

/// The second coordinates of [`DEV_KEYS`], in their order.
const DEV_ORDINATES: [[u8; 96]; 6] = [
	hex2array!("05c3c1bcad08a234d26ca84eccd7e901abc912018debc9cb6a3fc7adce6ac73b669630157dff4d57601d90b2ccd97624023b603b1abdd1ca2ccfd2beb07a1be110a8ba2e6608f1d0d422fffd6e5d7a1ef0f2cc73ab5db6906489eec4d0268f26"),
	hex2array!("0823ad05727675afabc2d4ea7e0dfb9f3790d7b5585a57f067386f56cea75392977ed807a7e18f2d1a06155573c6910d10ce6440a1d996b2869d2a37183c8686d58adebb5f4185383222c0c540f02ce377f452d0d254eff0392e3f59ce8d19bb"),
	hex2array!("0aa956bb976205de6052a5084d25cb253968f717efdcdd907a6d3314dfa815653d9efcb0962f6714110f61fb11a4064314abecce44b332fe7d282599a735c2e933864e10bb7485a62e0c33c1a4c80f75d29fbe07958e298d6f022494c9bd03a1"),
	hex2array!("06452ddbd6694bfbd5634a2c30bccdbac8c83f518501bb9b20ee2583c3043bd8e14a004a4dee7688358073830e18eb2301b3ef1769337f8bb02db7dd6c4ddbf02bda338761f881665a5a97bec1ec414e08f083d1eef30c5857986bd27cf23c8c"),
	hex2array!("0f570da3d13040bb73881b5009c0fe4176bf61a1edec4060f21341df5bcb33cf88f0be8662f4c7878c49816250cc321405bb8cee5c330582529f6ae2b85e09dfcbf66950ba794841925cb8ddc9001ebd112a88a75ba2cb1b08372db1c4475098"),
	hex2array!("15ec8961a4121a78d227ee87945d25be5851aa505bdaded559222a7717dce005ae5db4ad3efd95d4c7e589a92a9a406308af05281cd4ad9d461a86058a660278b9dcf5e953679d38c1fbd3961e6a734170868e2c321d51fdd3a6ab17b46d0072"),
];

#[cfg(test)]
mod tests {
	use super::*;
	use concordat_pairing::bls::SecretKey;

	#[test]
	fn the_keys_of_well_known_names_should_be_derived_from_their_names() {
		let hex = |bytes: [u8; 96]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
		let derive = |name: &str| SecretKey::generate(&dev_secret(name)).public().0;
		let found = DEV_KEYS.map(|(name, key)| (name, hex(key)));
		assert_eq!(found, DEV_KEYS.map(|(name, _)| (name, hex(derive(name)))));
		assert_eq!(dev_key("//Bob"), Some(RollupKey::Bls(derive("//Bob"))));
		assert_eq!(dev_key("//Mallory"), None);
	}

	#[test]
	fn the_keys_of_well_known_names_should_be_unpacked_as_any_key_is() {
		for (_, key) in DEV_KEYS {
			let unpacked = concordat_pairing::bls::unpack(&concordat_pairing::bls::PublicKey(key));
			assert_eq!(dev_unpacked(&key), unpacked.ok());
		}
		assert_eq!(dev_unpacked(&[7; 96]), None);
	}

	#[test]
	fn the_seed_of_the_other_scheme_should_be_another_number() {
		let secret = dev_secret("//Alice");
		assert_ne!(ed25519_seed(&secret), secret);
		assert_ne!(ed25519_seed(&secret), ed25519_seed(&dev_secret("//Bob")));
	}
}
