//! The view functions of the chain's pallets, by the names that its metadata has for them.

use crate::{
	chain::Chain,
	error::{Error, Result},
};
use codec::{Decode, DecodeAll, Encode};

/// Why a view function was not run.
#[derive(Decode)]
enum ViewError {
	/// Not by this runtime.
	NotImplemented,
	/// There is none of this id.
	NotFound([u8; 32]),
	/// The arguments are of another form.
	Codec,
}

impl Chain {
	/// Asks a view function of the best block.
	pub async fn view<T: Decode>(
		&self,
		pallet: &str,
		function: &str,
		args: impl Encode,
	) -> Result<T> {
		let name = format!("{pallet}.{function}");
		let failed = |reason: String| Error::Rpc { method: name.clone(), reason };
		let at = self.api.at_current_block().await.map_err(|e| failed(e.to_string()))?;
		let id = at
			.metadata_ref()
			.pallet_by_name(pallet)
			.and_then(|pallet| {
				pallet.view_function_by_name(function).map(|found| *found.query_id())
			})
			.ok_or_else(|| Error::NoSuchView(name.clone()))?;
		let answer: std::result::Result<Vec<u8>, ViewError> = self
			.runtime("RuntimeViewFunction_execute_view_function", (id, args.encode()).encode())
			.await?;
		let bytes = answer.map_err(|error| {
			failed(match error {
				ViewError::NotImplemented => "this runtime has no view functions".into(),
				ViewError::NotFound(id) => format!("there is no view 0x{}", hex::encode(id)),
				ViewError::Codec => "its arguments are of another form".into(),
			})
		})?;
		T::decode_all(&mut &bytes[..]).map_err(|_| {
			failed("an answer of another form: this program and the chain differ in version".into())
		})
	}
}
