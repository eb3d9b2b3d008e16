//! The chain's runtime APIs on attestation, asked directly: typed answers, so that what the chain says and what is
//! checked offline are told in the same words.

use crate::{
	chain::{two, Chain},
	error::{Error, Result},
};
use codec::{Decode, DecodeAll, Encode};
use concordat_attestation::{policy::QuotePolicy, source::Piece, Error as Refusal, Evidence};
use concordat_primitives::{
	attest::{Measurement, MeasurementStatus},
	clause::RiskClass,
	views::{
		Announcement, AppraisalView, CollateralView, ForecastView, MeasurementView, Page, MAX_PAGE,
	},
	AccountId, Balance, NodeId,
};
use subxt::{dynamic, ext::scale_value::Value, utils::AccountId32};

/// Most pages that are read of one list.
const MAX_PAGES: usize = 100;

/// What the fee of a call depends on, and the fee.
#[derive(Decode)]
struct DispatchInfo {
	_weight: (codec::Compact<u64>, codec::Compact<u64>),
	_class: u8,
	partial_fee: Balance,
}

/// An account, as far as it is read here.
#[derive(Decode)]
struct Account {
	_nonce: u32,
	_references: [u32; 3],
	free: Balance,
}

impl Chain {
	/// Asks a runtime API of the best block.
	pub async fn runtime<T: Decode>(&self, method: &str, params: Vec<u8>) -> Result<T> {
		let failed = |reason: String| Error::Rpc { method: method.into(), reason };
		let answer: String =
			self.ask("state_call", two(method, format!("0x{}", hex::encode(params)))?).await?;
		let bytes = hex::decode(answer.trim_start_matches("0x"))
			.map_err(|e| failed(format!("an answer that is not hex: {e}")))?;
		T::decode_all(&mut &bytes[..]).map_err(|_| {
			failed("an answer of another form: this program and the chain differ in version".into())
		})
	}

	/// What the chain would say to evidence that `node` shows.
	pub async fn appraise(
		&self,
		evidence: &Evidence,
		node: Option<NodeId>,
	) -> Result<std::result::Result<AppraisalView, Refusal>> {
		self.runtime("ConcordatApi_appraise_evidence", (evidence, node).encode()).await
	}

	/// Whether the chain would take a piece of collateral.
	pub async fn check_piece(
		&self,
		piece: &Piece,
	) -> Result<std::result::Result<CollateralView, Refusal>> {
		self.runtime("ConcordatApi_check_collateral", piece.encode()).await
	}

	/// What becomes of leases.
	pub async fn forecast(
		&self,
		from: NodeId,
		limit: u32,
		announced: &[Announcement],
	) -> Result<std::result::Result<Page<ForecastView>, Refusal>> {
		let params = (from, limit, announced).encode();
		self.runtime("ConcordatApi_attestation_forecast", params).await
	}

	/// The quote policy of a risk class.
	pub async fn policy(&self, class: RiskClass) -> Result<QuotePolicy> {
		self.runtime("ConcordatApi_quote_policy", class.encode()).await
	}

	/// A page of the collateral that the chain holds.
	pub async fn collateral(&self, from: u32, limit: u32) -> Result<Page<CollateralView>> {
		self.runtime("ConcordatApi_collateral", (from, limit).encode()).await
	}

	/// All collateral that the chain holds.
	pub async fn all_collateral(&self) -> Result<Vec<CollateralView>> {
		let (mut all, mut from) = (Vec::new(), 0);
		for _ in 0..MAX_PAGES {
			let page = self.collateral(from, MAX_PAGE).await?;
			all.extend(page.items);
			match page.next.and_then(|next| u32::try_from(next).ok()) {
				Some(next) => from = next,
				None => break,
			}
		}
		Ok(all)
	}

	/// A page of the chain's allow-list of code.
	pub async fn measurements(&self, from: u32, limit: u32) -> Result<Page<MeasurementView>> {
		self.runtime("ConcordatApi_measurements", (from, limit).encode()).await
	}

	/// Where a measurement stands.
	pub async fn measurement(&self, which: &Measurement) -> Result<Option<MeasurementStatus>> {
		let mut from = 0;
		for _ in 0..MAX_PAGES {
			let page = self.measurements(from, MAX_PAGE).await?;
			if let Some(view) = page.items.iter().find(|view| view.measurement == *which) {
				return Ok(Some(view.status));
			}
			match page.next.and_then(|next| u32::try_from(next).ok()) {
				Some(next) => from = next,
				None => break,
			}
		}
		Ok(None)
	}

	/// What a call costs its signer, before any refund.
	pub async fn fee(&self, call: &[u8]) -> Result<Balance> {
		// Signature, account and extensions come on top of the call.
		const ENVELOPE: u32 = 150;
		let len = u32::try_from(call.len()).unwrap_or(u32::MAX).saturating_add(ENVELOPE);
		let mut params = call.to_vec();
		len.encode_to(&mut params);
		let info: DispatchInfo =
			self.runtime("TransactionPaymentCallApi_query_call_info", params).await?;
		Ok(info.partial_fee)
	}

	/// Free balance of an account; zero if there is no such account.
	pub async fn balance(&self, who: &AccountId) -> Result<Balance> {
		let failed = |reason: String| Error::Rpc { method: "System.Account".into(), reason };
		let at = self.api.at_current_block().await.map_err(|e| failed(e.to_string()))?;
		let address = dynamic::storage::<(AccountId32,), Value>("System", "Account");
		let stored = at
			.storage()
			.try_fetch(address, (AccountId32(who.clone().into()),))
			.await
			.map_err(|e| failed(e.to_string()))?;
		match stored {
			None => Ok(0),
			Some(stored) => Account::decode(&mut stored.bytes())
				.map(|account| account.free)
				.map_err(|_| failed("a record of another form".into())),
		}
	}
}
