//! The chain: RPC, transactions, blocks.

use crate::error::{Error, Result};
use codec::{Decode, Encode};
use concordat_primitives::{BlockNumber, Hash};
use serde::de::DeserializeOwned;
use subxt::{
	config::polkadot::PolkadotExtrinsicParamsBuilder,
	error::{DispatchError, TransactionEventsError},
	ext::scale_value::{Composite, Value, ValueDef},
	rpcs::{client::RpcParams, RpcClient},
	OnlineClient, PolkadotConfig,
};
use subxt_signer::{sr25519::Keypair, SecretUri};

/// Longest time that a transaction may take to get into a block, in seconds.
const INCLUSION_SECONDS: u64 = 60;

/// A connection to a node.
pub struct Chain {
	/// The client of the library.
	pub api: OnlineClient<PolkadotConfig>,
	rpc: RpcClient,
}

/// An event of a transaction.
pub struct Emitted {
	/// Pallet.
	pub pallet: String,
	/// Name.
	pub name: String,
	/// SCALE of the fields.
	pub fields: Vec<u8>,
	/// Names of the fields that are one of several possibilities, and which one each of them is.
	choices: Vec<(String, String)>,
}

impl Emitted {
	/// What a field says that is one of several possibilities, in words.
	pub fn choice(&self, field: &str) -> String {
		let found = self.choices.iter().find(|(name, _)| name == field);
		found.map_or_else(|| "for no reason that can be read".into(), |(_, name)| words(name))
	}
}

/// The words of a `CamelCaseName`.
fn words(name: &str) -> String {
	let mut words = String::new();
	for (place, letter) in name.chars().enumerate() {
		if letter.is_uppercase() && place > 0 {
			words.push(' ');
		}
		words.extend(letter.to_lowercase());
	}
	words
}

/// The fields that are one of several possibilities.
fn choices(fields: Composite<()>) -> Vec<(String, String)> {
	let Composite::Named(fields) = fields else { return Vec::new() };
	let choice = |(name, value): (String, Value<()>)| match value.value {
		ValueDef::Variant(variant) => Some((name, variant.name)),
		_ => None,
	};
	fields.into_iter().filter_map(choice).collect()
}

/// A transaction that went through.
pub struct Included {
	/// Block that holds it.
	pub block: BlockNumber,
	/// Its events.
	pub events: Vec<Emitted>,
	call: String,
}

impl Included {
	/// Fields of the first event of that name.
	pub fn event<T: Decode>(&self, pallet: &str, event: &str) -> Result<T> {
		self.find(pallet, event)
			.and_then(|event| T::decode(&mut &event.fields[..]).ok())
			.ok_or_else(|| Error::NoEvent(self.call.clone()))
	}

	/// The first field of the first event of that name.
	pub fn first<T: Decode>(&self, pallet: &str, event: &str) -> Result<T> {
		self.event::<(T,)>(pallet, event).map(|(first,)| first)
	}

	/// The first event of that name.
	pub fn find(&self, pallet: &str, event: &str) -> Option<&Emitted> {
		self.events.iter().find(|emitted| emitted.pallet == pallet && emitted.name == event)
	}
}

/// Reads a secret: `//Alice`, a phrase, a hex seed.
pub fn keypair(suri: &str) -> Result<Keypair> {
	let wrong = |e: &dyn std::fmt::Display| Error::Argument(format!("not a secret: {e}"));
	let uri: SecretUri = suri.parse().map_err(|e| wrong(&e))?;
	Keypair::from_uri(&uri).map_err(|e| wrong(&e))
}

impl Chain {
	/// Connects.
	pub async fn connect(url: &str) -> Result<Self> {
		let failed = |reason: String| Error::Connect { url: url.into(), reason };
		let rpc = RpcClient::from_insecure_url(url).await.map_err(|e| failed(e.to_string()))?;
		let api =
			OnlineClient::from_rpc_client(rpc.clone()).await.map_err(|e| failed(e.to_string()))?;
		Ok(Self { api, rpc })
	}

	/// Asks the node.
	pub async fn ask<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<T> {
		self.rpc
			.request(method, params)
			.await
			.map_err(|e| Error::Rpc { method: method.into(), reason: e.to_string() })
	}

	/// Hash of block 0.
	pub fn genesis(&self) -> Hash {
		Hash::from(self.api.genesis_hash().0)
	}

	/// Number and hash of the last finalised block.
	pub async fn finalised(&self) -> Result<(BlockNumber, Hash)> {
		let hash: Hash = self.ask("chain_getFinalizedHead", RpcParams::new()).await?;
		Ok((self.number_of(hash).await?, hash))
	}

	async fn number_of(&self, hash: Hash) -> Result<BlockNumber> {
		let mut params = RpcParams::new();
		push(&mut params, hash)?;
		let header: serde_json::Value = self.ask("chain_getHeader", params).await?;
		header_number(&header)
	}

	/// Number of the best block.
	pub async fn best(&self) -> Result<BlockNumber> {
		let header: serde_json::Value = self.ask("chain_getHeader", RpcParams::new()).await?;
		header_number(&header)
	}

	/// Unix time in milliseconds of a block.
	pub async fn time_of(&self, block: BlockNumber) -> Result<u64> {
		let mut params = RpcParams::new();
		push(&mut params, block)?;
		let hash: Option<Hash> = self.ask("chain_getBlockHash", params).await?;
		let hash = hash.ok_or_else(|| Error::NotFound(format!("block {block}")))?;
		let mut params = RpcParams::new();
		// twox128("Timestamp") ‖ twox128("Now")
		push(&mut params, "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb")?;
		push(&mut params, hash)?;
		let bytes: Option<String> = self.ask("state_getStorage", params).await?;
		bytes
			.and_then(|hex_text| hex::decode(hex_text.trim_start_matches("0x")).ok())
			.and_then(|bytes| u64::decode(&mut &bytes[..]).ok())
			.ok_or_else(|| Error::NotFound(format!("time of block {block}")))
	}

	/// The bytes of a call, for whoever enacts it; refused if this chain's calls have another shape.
	pub async fn call_data(&self, pallet: &str, call: &str, args: impl Encode) -> Result<Vec<u8>> {
		let refused = |reason: String| Error::Refused { call: format!("{pallet}.{call}"), reason };
		let at = self.api.at_current_block().await.map_err(|e| refused(e.to_string()))?;
		let data = call_bytes(at.metadata_ref(), pallet, call, args)?;
		at.transactions().from_call_data_bytes(&data).map_err(|e| refused(e.to_string()))?;
		Ok(data)
	}

	/// Signs, submits and waits until the transaction is in a best block; fails with the chain's own words.
	pub async fn submit(
		&self,
		signer: &Keypair,
		pallet: &str,
		call: &str,
		args: impl Encode,
	) -> Result<Included> {
		let name = format!("{pallet}.{call}");
		let refused = |reason: String| Error::Refused { call: name.clone(), reason };
		let at = self.api.at_current_block().await.map_err(|e| refused(e.to_string()))?;
		let data = call_bytes(at.metadata_ref(), pallet, call, args)?;
		let mut client = at.transactions();
		// Decoding the bytes against the chain's metadata refuses a call whose shape differs from ours.
		let payload = client.from_call_data_bytes(&data).map_err(|e| refused(e.to_string()))?;
		// The library would count from the last finalised block; what is pending counts too.
		let account = signer.public_key().to_account_id().to_string();
		let nonce: u64 = self.ask("system_accountNextIndex", one(account)?).await?;
		let params = PolkadotExtrinsicParamsBuilder::new().nonce(nonce).build();
		let mut progress = client
			.sign_and_submit_then_watch(&payload, signer, params)
			.await
			.map_err(|e| refused(e.to_string()))?;
		let wait = async {
			use subxt::transactions::TransactionStatus::{
				Dropped, Error as Failed, InBestBlock, InFinalizedBlock, Invalid,
			};
			while let Some(status) = progress.next().await {
				match status.map_err(|e| refused(e.to_string()))? {
					InBestBlock(block) | InFinalizedBlock(block) => return Ok(block),
					Failed { message } | Invalid { message } | Dropped { message } => {
						return Err(refused(message))
					},
					_ => {},
				}
			}
			Err(refused("the node stopped reporting".into()))
		};
		let block = tokio::time::timeout(std::time::Duration::from_secs(INCLUSION_SECONDS), wait)
			.await
			.map_err(|_| Error::TimedOut(INCLUSION_SECONDS))??;
		let number = self.number_of(Hash::from(block.block_hash().0)).await?;
		let found = block.wait_for_success().await.map_err(|e| refused(in_words(&e)))?;
		let mut events = Vec::new();
		for event in found.iter() {
			let event = event.map_err(|e| refused(e.to_string()))?;
			let fields = event.decode_fields_unchecked_as::<Composite<()>>();
			events.push(Emitted {
				pallet: event.pallet_name().to_owned(),
				name: event.event_name().to_owned(),
				fields: event.field_bytes().to_vec(),
				choices: fields.map(choices).unwrap_or_default(),
			});
		}
		Ok(Included { block: number, events, call: name })
	}
}

/// The bytes of a call: pallet, variant, arguments.
fn call_bytes(
	metadata: &subxt::Metadata,
	pallet: &str,
	call: &str,
	args: impl Encode,
) -> Result<Vec<u8>> {
	let missing = || Error::NoSuchCall(format!("{pallet}.{call}"));
	let info = metadata.pallet_by_name(pallet).ok_or_else(missing)?;
	let variant = info.call_variant_by_name(call).ok_or_else(missing)?;
	let mut data = vec![info.call_index(), variant.index];
	args.encode_to(&mut data);
	Ok(data)
}

/// A refusal by its name and by the sentence that the chain's metadata has for it.
fn in_words(error: &TransactionEventsError) -> String {
	let TransactionEventsError::ExtrinsicFailed(DispatchError::Module(module)) = error else {
		return error.to_string();
	};
	match module.details() {
		Ok(details) if !details.variant.docs.is_empty() => {
			let docs: Vec<&str> = details.variant.docs.iter().map(|line| line.trim()).collect();
			format!("{}: {}", module.details_string(), docs.join(" "))
		},
		_ => module.details_string(),
	}
}

/// Adds a parameter.
pub fn push(params: &mut RpcParams, value: impl serde::Serialize) -> Result<()> {
	params.push(value).map_err(|e| Error::Argument(e.to_string()))
}

/// Parameters out of one value.
pub fn one(value: impl serde::Serialize) -> Result<RpcParams> {
	let mut params = RpcParams::new();
	push(&mut params, value)?;
	Ok(params)
}

/// Parameters out of two values.
pub fn two(a: impl serde::Serialize, b: impl serde::Serialize) -> Result<RpcParams> {
	let mut params = one(a)?;
	push(&mut params, b)?;
	Ok(params)
}

fn header_number(header: &serde_json::Value) -> Result<BlockNumber> {
	header
		.get("number")
		.and_then(|number| number.as_str())
		.and_then(|text| BlockNumber::from_str_radix(text.trim_start_matches("0x"), 16).ok())
		.ok_or_else(|| Error::Rpc {
			method: "chain_getHeader".into(),
			reason: "no such block".into(),
		})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_refusal_should_be_told_in_words() {
		let reason = Value::unnamed_variant("ClassNotPermitted", []);
		let fields =
			Composite::Named(vec![("receipt".into(), Value::u128(7)), ("reason".into(), reason)]);
		let event = Emitted {
			pallet: "JobDispatch".into(),
			name: "DispatchRefused".into(),
			fields: Vec::new(),
			choices: choices(fields),
		};
		assert_eq!(event.choice("reason"), "class not permitted");
		assert_eq!(event.choice("receipt"), "for no reason that can be read");
	}
}
