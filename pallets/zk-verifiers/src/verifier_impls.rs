//! What other pallets see: the verification of proofs.

use crate::{groth, Config, Keys, Pallet, Prepared, WeightInfo, LOG_TARGET, MAX_PREPARED_BYTES};
use concordat_pairing::groth16::MAX_INPUTS;
use concordat_primitives::{
	zk::{
		Curve, FieldBytes, ProofVerifier, Statement, VkId, ZkRefusal, MAX_KEY_BYTES,
		MAX_PROOF_BYTES, MAX_PUBLICS,
	},
	ClauseId,
};
use frame_support::{ensure, pallet_prelude::Weight, traits::Get};

impl<T: Config> Pallet<T> {
	/// Relations between constants.
	pub(crate) fn do_integrity_test() {
		assert_eq!(MAX_PUBLICS + 1, MAX_INPUTS, "the binding and the longest output fill a key");
		for curve in groth::CURVES {
			assert!(
				groth::key_len(curve, MAX_INPUTS) <= MAX_KEY_BYTES as usize,
				"a key with as many inputs as there may be has to fit"
			);
		}
		const {
			assert!(MAX_PROOF_BYTES >= 192, "a proof over BLS12-381 has 192 bytes");
			assert!(
				MAX_PREPARED_BYTES >= 33 * 96 + 2 * 192 + 576 + 6,
				"the prepared form of the longest key has to fit"
			);
		};
		let quarter = T::BlockWeights::get().max_block.saturating_div(4);
		for curve in groth::CURVES {
			assert!(
				Self::weight_of_registration(curve, MAX_KEY_BYTES as usize).all_lte(quarter),
				"a registration must not take more than a quarter of a block"
			);
		}
		assert!(
			<Self as ProofVerifier>::weight(MAX_PUBLICS).all_lte(quarter),
			"a verification must not take more than a quarter of a block"
		);
	}
}

impl<T: Config> ProofVerifier for Pallet<T> {
	fn verify(
		statement: &Statement,
		publics: &[FieldBytes],
		proof: &[u8],
	) -> Result<VkId, ZkRefusal> {
		let record = Keys::<T>::get(&statement.clause).ok_or(ZkRefusal::NoKey)?;
		ensure!(Self::accepts(&record), ZkRefusal::Disabled);
		// Before the long part of the key is read. Groth16 itself does not mind: it ignores what is too much, and takes
		// what is missing for 0.
		let inputs = publics.len().saturating_add(1);
		ensure!(u32::try_from(inputs) == Ok(record.inputs), ZkRefusal::WrongArity);
		let prepared = Prepared::<T>::get(&statement.clause).ok_or_else(|| {
			log::error!(target: LOG_TARGET, "the key of {} is not prepared", statement.clause);
			ZkRefusal::NoKey
		})?;
		groth::verify(record.curve, &prepared, statement, publics, proof)?;
		Ok(record.id)
	}

	fn is_provable(clause: &ClauseId) -> bool {
		Keys::<T>::get(clause).is_some_and(|record| Self::accepts(&record))
	}

	fn weight(publics: u32) -> Weight {
		let publics = publics.min(MAX_PUBLICS);
		[Curve::Bls12381, Curve::Bn254]
			.into_iter()
			.map(|curve| match curve {
				Curve::Bls12381 => T::WeightInfo::verify_bls12381(publics),
				Curve::Bn254 => T::WeightInfo::verify_bn254(publics),
			})
			.fold(Weight::zero(), |most, weight| most.max(weight))
	}

	/// Two reads: the record, and whether its curve is off.
	fn weight_of_asking() -> Weight {
		T::DbWeight::get().reads(2)
	}
}
