//! What messages weigh, by what they did.
//!
//! The benchmarks run on the runtime: the clause, the lease and the board's record of a message are in their figures,
//! and are not added again. What a round's end asks of the neighbours is added by their own weights.

use crate::{Config, Pallet, WeightInfo};
use concordat_primitives::{
	clause::{MAX_SEATS, MAX_VOTERS},
	job::MAX_BACKUPS,
	traits::{Audits, AutoDisputes, JobBoard, ReceiptSink, Slasher},
	zk::{ProofVerifier, MAX_PUBLICS},
};
use frame_support::weights::Weight;

/// Most nodes that one decision can slash: all primaries, and of the largest committee those who are not its majority.
pub(crate) const MAX_SLASHED: u32 = MAX_SEATS + MAX_BACKUPS - (MAX_BACKUPS / 2 + 1);

/// What was tried before a round was handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
	/// Nothing.
	Nothing,
	/// To seat a backup committee.
	Committee,
	/// To open a dispute.
	Dispute,
}

/// What a message did to the round: what its weight depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
	/// More votes are expected.
	Open,
	/// The job has its result.
	Decided {
		/// Seats that were taken.
		seats: u32,
		/// Whether it was made of several answers.
		aggregated: bool,
		/// Nodes that were to be slashed.
		slashed: u32,
		/// Whether one node decided, which an audit may look at.
		audited: bool,
	},
	/// A backup committee has been seated.
	Escalated,
	/// Arbiters decide.
	Disputed,
	/// The round is over without a result.
	Failed {
		/// Seats that were taken.
		seats: u32,
		/// Whether it was tried to make one answer of several.
		aggregated: bool,
		/// What else was tried.
		tried: Tried,
	},
	/// The job had been decided, and the certificate contradicts the result.
	Dissented,
}

impl<T: Config> Pallet<T> {
	/// The whole verification of an acknowledgement.
	pub(crate) fn verifying_ack() -> Weight {
		T::WeightInfo::authorize_acknowledge()
	}

	/// The whole verification of a certificate.
	pub(crate) fn verifying_cac() -> Weight {
		T::WeightInfo::authorize_submit_cac()
	}

	/// The whole verification of a commitment.
	pub(crate) fn verifying_commitment() -> Weight {
		T::WeightInfo::authorize_commit()
	}

	/// The whole verification of a certificate that was committed to.
	pub(crate) fn verifying_reveal() -> Weight {
		T::WeightInfo::authorize_reveal()
	}

	/// An acknowledgement that has been verified.
	pub(crate) fn acknowledging_weight() -> Weight {
		T::WeightInfo::acknowledge()
	}

	/// A delivery that has been verified and leaves the round open.
	pub(crate) fn delivering_weight() -> Weight {
		T::WeightInfo::submit_cac()
	}

	/// A commitment that has been verified.
	pub(crate) fn committing_weight() -> Weight {
		T::WeightInfo::commit()
	}

	/// A reveal that has been verified and leaves the round open.
	pub(crate) fn revealing_weight() -> Weight {
		T::WeightInfo::reveal()
	}

	/// A look at a proof with so many public inputs, whatever comes of it.
	pub(crate) fn proving_weight(publics: usize) -> Weight {
		let publics = u32::try_from(publics).unwrap_or(MAX_PUBLICS);
		T::Verifier::weight(publics).saturating_add(T::WeightInfo::submit_proof())
	}

	/// A vote of the sovereigns, with all who are told.
	pub(crate) fn overriding_weight() -> Weight {
		T::WeightInfo::override_result()
			.saturating_add(T::Jobs::weight())
			.saturating_add(T::Disputes::weight())
			.saturating_add(T::Receipts::weight())
	}

	/// What a message costs besides, by what it did to the round.
	pub(crate) fn closing_weight(progress: Progress) -> Weight {
		match progress {
			Progress::Open => Weight::zero(),
			// Whoever opened the job is told in the weight of settling.
			Progress::Decided { seats, aggregated, slashed, audited } => T::WeightInfo::decide()
				.saturating_add(Self::aggregating_weight(aggregated))
				.saturating_add(Self::slashing_weight(slashed))
				.saturating_add(if audited { T::Audits::weight() } else { Weight::zero() })
				.saturating_add(T::Jobs::weight_of_settling(seats))
				.saturating_add(T::Receipts::weight()),
			Progress::Escalated => Self::escalating_weight(),
			Progress::Disputed => T::Disputes::weight(),
			Progress::Failed { seats, aggregated, tried } => T::Jobs::weight_of_failing(seats)
				.saturating_add(Self::aggregating_weight(aggregated))
				.saturating_add(match tried {
					Tried::Nothing => Weight::zero(),
					Tried::Committee => T::Jobs::weight_of_escalating(),
					Tried::Dispute => T::Disputes::weight(),
				}),
			Progress::Dissented => T::Receipts::weight(),
		}
	}

	/// What it costs to make one answer of as many as there may be.
	fn aggregating_weight(aggregated: bool) -> Weight {
		if aggregated {
			T::WeightInfo::aggregate()
		} else {
			Weight::zero()
		}
	}

	/// What it costs to have so many nodes slashed.
	pub(crate) fn slashing_weight(nodes: u32) -> Weight {
		T::Slasher::weight().saturating_mul(nodes.into())
	}

	/// What it costs to seat a backup committee.
	fn escalating_weight() -> Weight {
		T::WeightInfo::escalate()
			.saturating_add(T::Jobs::weight_of_escalating())
			.saturating_add(T::Receipts::weight())
	}

	/// The dearest end of a round, or of a part of one.
	pub(crate) fn longest_closing() -> Weight {
		// Neither an ensemble nor one node alone gets anybody slashed.
		let slashing = Progress::Decided {
			seats: MAX_VOTERS,
			aggregated: false,
			slashed: MAX_SLASHED,
			audited: false,
		};
		let making =
			Progress::Decided { seats: MAX_SEATS, aggregated: true, slashed: 0, audited: false };
		let alone = Progress::Decided { seats: 1, aggregated: false, slashed: 0, audited: true };
		let failed = |tried| Progress::Failed { seats: MAX_VOTERS, aggregated: false, tried };
		let unmade = Progress::Failed { seats: MAX_SEATS, aggregated: true, tried: Tried::Nothing };
		[
			slashing,
			making,
			alone,
			Progress::Escalated,
			Progress::Disputed,
			failed(Tried::Committee),
			failed(Tried::Dispute),
			unmade,
			Progress::Dissented,
		]
		.map(Self::closing_weight)
		.into_iter()
		.fold(Weight::zero(), |dearest, weight| dearest.max(weight))
	}

	/// The most that a notice of the board costs, without the board's own part: a hopeless round is handed back to it
	/// (`JobBoard::round_failed`), a committee is seated by it (`JobBoard::escalate`), and what is complete without the
	/// seat is settled by it (`JobBoard::settle`, and a receipt); only it knows what that costs. To include the weights of
	/// the board would make the two weights call each other for ever.
	pub(crate) fn hearing_weight() -> Weight {
		let losing = T::WeightInfo::seat_lost()
			.saturating_add(T::WeightInfo::aggregate())
			.saturating_add(T::WeightInfo::decide())
			.saturating_add(T::WeightInfo::escalate())
			.saturating_add(T::Receipts::weight())
			.saturating_add(T::Audits::weight())
			// Of those who are called in because they have shown nothing there are fewer than a decision can slash.
			.saturating_add(Self::slashing_weight(MAX_SLASHED))
			.saturating_add(T::Disputes::weight());
		let withholding = T::WeightInfo::withhold().saturating_add(Self::slashing_weight(1));
		T::WeightInfo::pruned().max(losing).max(withholding)
	}
}
