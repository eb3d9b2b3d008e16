//! Which shares are passed on: those that are sound, once, for as long as their rollup waits.

use super::{
	collector::{Collector, Heard, Refusal},
	metrics::SignerMetrics,
	share::Share,
};
use concordat_primitives::Hash;
use concordat_runtime::opaque::Block;
use sc_network::{PeerId, ReputationChange};
use sc_network_gossip::{MessageIntent, ValidationResult, Validator, ValidatorContext};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// For bytes that are no share.
const MALFORMED: ReputationChange = ReputationChange::new(-(1 << 12), "Not a rollup share");
/// For a share that no honest node passes on. Its signature costs us milliseconds.
const FORGED: ReputationChange = ReputationChange::new(-(1 << 10), "Forged rollup share");

/// A peer and what it has deserved.
pub type Report = (PeerId, ReputationChange);

/// A collector that the gossip and the worker share.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Collector>>);

impl Shared {
	/// Around a collector.
	pub fn new(collector: Collector) -> Self {
		Self(Arc::new(Mutex::new(collector)))
	}

	/// Takes it. Nothing that panics runs under the lock, and what is in it stays sound if something did.
	pub fn lock(&self) -> MutexGuard<'_, Collector> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Judges what peers send.
pub struct ShareValidator {
	collector: Shared,
	topic: Hash,
	reports: mpsc::Sender<Report>,
	metrics: SignerMetrics,
}

impl ShareValidator {
	/// Shares are all of one topic. What peers deserve goes to `reports`, which may be full: then they are lucky.
	pub fn new(
		collector: Shared,
		topic: Hash,
		reports: mpsc::Sender<Report>,
		metrics: SignerMetrics,
	) -> Self {
		Self { collector, topic, reports, metrics }
	}

	/// Whether the share is to be passed on, and what its sender has deserved.
	fn judge(&self, data: &[u8]) -> (bool, Option<ReputationChange>) {
		let Some(share) = Share::read(data) else {
			self.metrics.refused();
			return (false, Some(MALFORMED));
		};
		match self.collector.lock().hear(share) {
			Heard::New => {
				self.metrics.heard();
				(true, None)
			},
			// Passed on when its rollup is final here.
			Heard::Early => {
				self.metrics.heard();
				(false, None)
			},
			Heard::Known | Heard::Refused(Refusal::Old) => (false, None),
			Heard::Refused(refusal) => {
				self.metrics.refused();
				(false, refusal.is_fault().then_some(FORGED))
			},
		}
	}
}

impl Validator<Block> for ShareValidator {
	fn validate(
		&self,
		_: &mut dyn ValidatorContext<Block>,
		sender: &PeerId,
		data: &[u8],
	) -> ValidationResult<Hash> {
		let (passed_on, deserved) = self.judge(data);
		if let Some(change) = deserved {
			let _ = self.reports.try_send((*sender, change));
		}
		if passed_on {
			ValidationResult::ProcessAndKeep(self.topic)
		} else {
			ValidationResult::Discard
		}
	}

	fn message_expired<'a>(&'a self) -> Box<dyn FnMut(Hash, &[u8]) -> bool + 'a> {
		Box::new(move |_, data| match Share::read(data) {
			Some(share) => !self.collector.lock().waits_for(share.epoch),
			None => true,
		})
	}

	fn message_allowed<'a>(
		&'a self,
	) -> Box<dyn FnMut(&PeerId, MessageIntent, &Hash, &[u8]) -> bool + 'a> {
		// A peer that has it needs it no second time; a new one gets it as a broadcast.
		Box::new(|_, intent, _, _| intent != MessageIntent::PeriodicRebroadcast)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::rollup_signer::key::RollupKeys;
	use codec::Encode;
	use concordat_primitives::rollup::{rollup_message, Scheme, SignerSet};

	const GENESIS: Hash = Hash::repeat_byte(7);
	const ROLLUP: Hash = Hash::repeat_byte(8);

	fn keys() -> RollupKeys {
		RollupKeys::from_secret(&[1; 32])
	}

	fn share(epoch: u32) -> Share {
		let signature = keys().sign(Scheme::Bls, &rollup_message(GENESIS, 0, ROLLUP));
		Share { epoch, set: 0, rollup: ROLLUP, place: 0, signature }
	}

	fn validator() -> (ShareValidator, Shared, mpsc::Receiver<Report>) {
		let mut collector = Collector::new(GENESIS, &[]);
		collector.learn(SignerSet {
			id: 0,
			scheme: Scheme::Bls,
			keys: vec![keys().public()[0]].try_into().unwrap(),
			validators: 1,
		});
		collector.update(1, &[(0, 0, ROLLUP)]);
		let collector = Shared::new(collector);
		let (reports, reported) = mpsc::channel(4);
		let metrics = SignerMetrics::new(None);
		let validator = ShareValidator::new(collector.clone(), Hash::zero(), reports, metrics);
		(validator, collector, reported)
	}

	#[test]
	fn a_sound_share_should_be_passed_on_once() {
		let (validator, _, _reported) = validator();
		assert_eq!(validator.judge(&share(0).encode()), (true, None));
		assert_eq!(validator.judge(&share(0).encode()), (false, None));
	}

	#[test]
	fn a_share_that_came_early_should_wait_here() {
		let (validator, collector, _reported) = validator();
		assert_eq!(validator.judge(&share(1).encode()), (false, None));
		assert_eq!(collector.lock().update(2, &[(1, 0, ROLLUP)]), [share(1)]);
	}

	#[test]
	fn a_forger_should_be_blamed_and_a_peer_that_sees_less_should_not() {
		let (validator, _, _reported) = validator();
		let mut forged = share(0);
		forged.signature = keys().sign(Scheme::Bls, b"something else");
		assert_eq!(validator.judge(&forged.encode()), (false, Some(FORGED)));
		assert_eq!(validator.judge(b"rubbish"), (false, Some(MALFORMED)));
		assert_eq!(validator.judge(&vec![0; 1 << 16]), (false, Some(MALFORMED)));
		let of_another_fork = Share { rollup: Hash::zero(), ..share(0) };
		assert_eq!(validator.judge(&of_another_fork.encode()), (false, None));
		let unknown = Share { set: 9, ..share(1) };
		assert_eq!(validator.judge(&unknown.encode()), (false, None));
	}

	#[test]
	fn a_share_should_expire_with_its_rollup() {
		let (validator, collector, _reported) = validator();
		let expired = |share: &Share| validator.message_expired()(Hash::zero(), &share.encode());
		assert!(!expired(&share(0)));
		collector.lock().update(1, &[]);
		assert!(expired(&share(0)));
		assert!(!expired(&share(1)));
		assert!(validator.message_expired()(Hash::zero(), b"rubbish"));
	}

	#[test]
	fn what_a_peer_has_should_not_be_sent_again() {
		let (validator, _, _reported) = validator();
		let mut allowed = validator.message_allowed();
		let peer = PeerId::random();
		for (intent, expected) in [
			(MessageIntent::Broadcast, true),
			(MessageIntent::ForcedBroadcast, true),
			(MessageIntent::PeriodicRebroadcast, false),
		] {
			assert_eq!(allowed(&peer, intent, &Hash::zero(), &[]), expected);
		}
	}
}
