//! What the calls do, and what clients see.

use crate::{
	equivocation_hash, subject, Agenda, CameToNothing, Config, Dispute, DisputeClass,
	DisputeStatus, Disputes, Equivocations, Error, Event, HoldReason, NextDispute, OpenOfAccount,
	OpenOfJob, Pallet, Parameters, Resolution, Verdict, WeightInfo,
};
use concordat_primitives::{
	attest::SigningKey,
	cac::{CacV1, SignedCac},
	clause::MAX_VOTERS,
	job::JobTerms,
	node::Misconduct,
	receipt::Operation,
	traits::{
		block_number, ClauseJobs, GenesisHash, JobBoard, LeaseInspect, NodeInspect, ReceiptSink,
		Slasher,
	},
	views::DisputeView,
	AccountId, Balance, BlockNumber, DisputeId, Hash, JobId, NodeId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get, Weight},
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};
use sp_runtime::ArithmeticError;

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumber {
		block_number(frame_system::Pallet::<T>::block_number())
	}

	/// Weight of one slash.
	pub(crate) fn weight_of_slash() -> Weight {
		<T::Slasher as Slasher<AccountId>>::weight()
	}

	/// Weight of asking who controls the nodes of a job.
	pub(crate) fn weight_of_nodes() -> Weight {
		<T::Slasher as NodeInspect<AccountId>>::weight().saturating_mul(MAX_VOTERS.into())
	}

	/// Weight of `resolve`.
	pub(crate) fn resolve_weight(verdict: &Verdict) -> Weight {
		let culprits = verdict.culprit_count();
		let clause = match verdict {
			Verdict::Upheld { suspend_clause: true, .. } => {
				// The job's terms are read as well.
				T::Clauses::weight().saturating_add(T::Jobs::weight())
			},
			_ => Weight::zero(),
		};
		T::WeightInfo::resolve(culprits)
			.saturating_add(T::Jobs::weight())
			.saturating_add(T::Receipts::weight())
			.saturating_add(Self::weight_of_slash().saturating_mul(culprits.into()))
			.saturating_add(clause)
	}

	/// What is held of whoever disputes `job` next.
	pub fn bond_for(job: JobId) -> Balance {
		Parameters::<T>::get().bond_after(CameToNothing::<T>::get(job))
	}

	pub(crate) fn do_open(
		opener: AccountId,
		job: JobId,
		evidence: Hash,
		class: DisputeClass,
	) -> DispatchResult {
		ensure!(!OpenOfJob::<T>::contains_key(job), Error::<T>::AlreadyDisputed);
		let params = Parameters::<T>::get();
		let open = OpenOfAccount::<T>::get(&opener);
		ensure!(open < params.max_open, Error::<T>::TooManyOpen);
		let at_work = T::Jobs::terms(job).filter(|terms| terms.status.is_assigned());
		ensure!(
			at_work.as_ref().is_none_or(|terms| Self::is_concerned(&opener, terms)),
			Error::<T>::NotConcerned
		);
		T::Jobs::freeze(job)?;
		let bond = params.bond_after(CameToNothing::<T>::get(job));
		let forfeit = at_work.map_or(0, |_| params.run_forfeit.mul_floor(bond));
		T::Currency::hold(&HoldReason::DisputeBond.into(), &opener, bond)?;

		let until = Self::now().saturating_add(params.max_duration);
		OpenOfAccount::<T>::insert(&opener, open.saturating_add(1));
		let dispute =
			Self::put_open(job, Some(opener.clone()), class, evidence, (bond, forfeit), until)?;
		Self::deposit_event(Event::DisputeOpened {
			dispute,
			job,
			opener,
			class,
			evidence,
			bond,
			until,
		});
		Ok(())
	}

	/// Writes down a dispute that opens now, with its receipt; returns its number. `money`: what is held of the opener, and
	/// what of it is lost if nobody judges.
	pub(crate) fn put_open(
		job: JobId,
		opener: Option<AccountId>,
		class: DisputeClass,
		evidence: Hash,
		(bond, forfeit): (Balance, Balance),
		until: BlockNumber,
	) -> Result<DisputeId, DispatchError> {
		let id = Self::next_id()?;
		OpenOfJob::<T>::insert(job, id);
		Agenda::<T>::insert(until, id, ());
		let record = Dispute {
			job,
			opener,
			class,
			evidence,
			bond,
			forfeit,
			opened_at: Self::now(),
			status: DisputeStatus::Open { until },
		};
		Self::put(id, record);
		Ok(id)
	}

	/// Whether a job that nodes work on is the account's business.
	fn is_concerned(who: &AccountId, terms: &JobTerms) -> bool {
		let controls =
			|node| T::Slasher::controller(node).is_some_and(|controller| controller == *who);
		T::Jobs::requester(terms.job).is_some_and(|requester| requester == *who)
			|| terms.seats.iter().any(|seat| controls(seat.node))
	}

	pub(crate) fn do_resolve(id: DisputeId, verdict: Verdict) -> DispatchResult {
		let record = Disputes::<T>::get(id).ok_or(Error::<T>::UnknownDispute)?;
		let until = record.status.open_until().ok_or(Error::<T>::AlreadyResolved)?;
		Self::ensure_distinct(&verdict)?;
		T::Jobs::unfreeze(record.job, matches!(verdict, Verdict::Upheld { .. }))?;
		let resolution = match verdict {
			Verdict::Rejected => {
				Self::forfeit_bond(id, &record, record.bond, Precision::Exact)?;
				Resolution::Rejected
			},
			Verdict::Wonky => {
				Self::return_bond(id, &record, record.bond, Precision::Exact)?;
				Resolution::Wonky
			},
			Verdict::Upheld { culprits, suspend_clause } => {
				Self::return_bond(id, &record, record.bond, Precision::Exact)?;
				for (node, misconduct) in &culprits {
					Self::slash_culprit(id, &record, *node, *misconduct);
				}
				if suspend_clause {
					let terms = T::Jobs::terms(record.job).ok_or(Error::<T>::UnknownJob)?;
					T::Clauses::suspend(&terms.clause)?;
				}
				Resolution::Upheld { culprits, suspend_clause }
			},
		};
		Agenda::<T>::remove(until, id);
		Self::close(id, record, resolution);
		Ok(())
	}

	pub(crate) fn do_report_equivocation(
		reporter: AccountId,
		a: &SignedCac,
		b: &SignedCac,
		key: &SigningKey,
	) -> DispatchResult {
		// What needs no storage comes first, the signatures last: junk costs the chain little.
		ensure!(a.statement != b.statement, Error::<T>::SameStatement);
		let body = a.statement.body();
		ensure!(subject(body) == subject(b.statement.body()), Error::<T>::DifferentSubjects);
		ensure!(body.genesis == T::Genesis::genesis_hash(), Error::<T>::WrongChain);
		let CacV1 { job, attempt, node, .. } = *body;
		let known = (node, job, attempt);
		ensure!(!Equivocations::<T>::contains_key(known), Error::<T>::AlreadyKnown);
		ensure!(Self::is_key_of(body, key), Error::<T>::KeyNotOfNode);
		ensure!(a.verify(key) && b.verify(key), Error::<T>::BadSignature);

		let evidence = equivocation_hash(a, b);
		let frozen =
			T::Slasher::slash(node, Misconduct::ConsensusFailure, evidence, Some(reporter))?;
		let id = Self::next_id()?;
		Equivocations::<T>::insert(known, id);
		Self::deposit_event(Event::EquivocationProven {
			dispute: id,
			node,
			job,
			attempt,
			evidence,
			frozen,
		});
		let now = Self::now();
		let resolution = Resolution::Equivocation { node, attempt };
		Self::deposit_event(Event::DisputeResolved {
			dispute: id,
			job,
			resolution: resolution.clone(),
		});
		let record = Dispute {
			job,
			opener: None,
			class: DisputeClass::Security,
			evidence,
			bond: 0,
			forfeit: 0,
			opened_at: now,
			status: DisputeStatus::Resolved { at: now, resolution },
		};
		Self::put(id, record);
		Ok(())
	}

	/// Whether `key` is, or was at that attempt, the key of the node that `body` names.
	fn is_key_of(body: &CacV1, key: &SigningKey) -> bool {
		T::Leases::is_key_of(body.node, key)
			|| T::Jobs::terms(body.job).is_some_and(|terms| {
				terms.seats.iter().any(|seat| {
					seat.node == body.node
						&& seat.attempt == body.attempt
						&& seat.nonce == body.nonce
						&& seat.signing_key == *key
				})
			})
	}

	fn ensure_distinct(verdict: &Verdict) -> DispatchResult {
		if let Verdict::Upheld { culprits, .. } = verdict {
			for (place, (node, _)) in culprits.iter().enumerate() {
				ensure!(
					culprits.iter().take(place).all(|(other, _)| other != node),
					Error::<T>::DuplicateCulprit
				);
			}
		}
		Ok(())
	}

	/// Slashes one culprit. If that fails nothing of it remains but the event.
	fn slash_culprit(id: DisputeId, record: &Dispute, node: NodeId, misconduct: Misconduct) {
		let slashed = with_storage_layer(|| {
			T::Slasher::slash(node, misconduct, record.evidence, record.opener.clone())
		});
		Self::deposit_event(match slashed {
			Ok(frozen) => Event::CulpritSlashed { dispute: id, node, misconduct, frozen },
			Err(error) => Event::CulpritNotSlashed { dispute: id, node, error },
		});
	}

	/// Returns `amount` of the bond.
	pub(crate) fn return_bond(
		id: DisputeId,
		record: &Dispute,
		amount: Balance,
		precision: Precision,
	) -> DispatchResult {
		let Some(opener) = record.opener.clone() else { return Ok(()) };
		let amount =
			T::Currency::release(&HoldReason::DisputeBond.into(), &opener, amount, precision)?;
		Self::deposit_event(Event::BondReturned { dispute: id, opener, amount });
		Ok(())
	}

	/// Takes `amount` of the bond for the treasury.
	pub(crate) fn forfeit_bond(
		id: DisputeId,
		record: &Dispute,
		amount: Balance,
		precision: Precision,
	) -> DispatchResult {
		let Some(opener) = record.opener.clone() else { return Ok(()) };
		let amount = T::Currency::transfer_on_hold(
			&HoldReason::DisputeBond.into(),
			&opener,
			&T::Treasury::get(),
			amount,
			precision,
			Restriction::Free,
			Fortitude::Force,
		)?;
		Self::deposit_event(Event::BondForfeited { dispute: id, opener, amount });
		Ok(())
	}

	/// Ends an open dispute whose entry has left the agenda.
	pub(crate) fn close(id: DisputeId, mut record: Dispute, resolution: Resolution) {
		OpenOfJob::<T>::remove(record.job);
		if let Some(opener) = &record.opener {
			OpenOfAccount::<T>::mutate_exists(opener, |open| {
				*open = open.and_then(|open| open.checked_sub(1)).filter(|open| *open > 0);
			});
			// Only what people open, and pay for: see the crate head.
			if resolution.came_to_nothing() {
				CameToNothing::<T>::mutate(record.job, |count| *count = count.saturating_add(1));
			}
		}
		Self::deposit_event(Event::DisputeResolved {
			dispute: id,
			job: record.job,
			resolution: resolution.clone(),
		});
		record.status = DisputeStatus::Resolved { at: Self::now(), resolution };
		Self::put(id, record);
	}

	/// Writes a record in its new state, with the receipt.
	fn put(id: DisputeId, record: Dispute) {
		T::Receipts::append(Operation::DisputeChanged {
			dispute: id,
			job: record.job,
			evidence: record.evidence,
			state: record.status.code(),
		});
		Disputes::<T>::insert(id, record);
	}

	fn next_id() -> Result<DisputeId, DispatchError> {
		NextDispute::<T>::try_mutate(|next| {
			let id = *next;
			*next = id.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			Ok(id)
		})
	}

	/// A dispute, for clients. The bond is what is on hold now.
	pub fn view(id: DisputeId) -> Option<DisputeView> {
		Disputes::<T>::get(id).map(|record| DisputeView {
			id,
			job: record.job,
			bond: record.status.open_until().map_or(0, |_| record.bond),
			opener: record.opener,
			evidence: record.evidence,
			state: record.status.to_text(),
			opened_at: record.opened_at,
		})
	}
}
