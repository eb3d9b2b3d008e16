//! Sealed inputs: a job whose input is confidential waits, with its nodes, until the requester has sealed it to them
//! (DESIGN §3, `AwaitingInput`; §6, "Confidential input").
//!
//! ```text
//!  place ──► AwaitingInput ──provide_sealed──► Scheduled ──► …   the seats' deadlines begin here
//!                 │ not sealed within `seal_window`: Failed(InputLate)      │ the round is over
//!                 │ cancel: Cancelled                                       ▼
//!                 └───────────────◄── another round, other nodes ◄────── Pending
//! ```
//!
//! The nodes hold their seats meanwhile: that is why a job that ends here costs the scheduling fee once more for each
//! seat. What was sealed for one round opens nothing in the next: its nodes are others.

use crate::{pallet::*, schedule_impls::Context, types::*, WeightInfo};
use concordat_primitives::{
	attest::{EncryptionKey, Lease},
	job::{FailureReason, JobInput, JobStatus},
	sealed::{ciphertext_hash, SealedBody, SealedInput, SALT_BYTES, TAG_BYTES},
	traits::LeaseInspect,
	AccountId, Attempt, Balance, JobId, NodeId,
};
use frame_support::{ensure, traits::fungible::MutateHold as _, weights::Weight};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// The nodes are there; the requester's time begins.
	pub(crate) fn await_input(id: JobId, job: &Job, ctx: &Context) {
		let seal_by = ctx.now.saturating_add(ctx.params.seal_window).min(job.expires_at);
		Self::arm(seal_by, AgendaItem::Seal { job: id, round: job.round });
		Self::deposit_event(Event::JobAwaitsInput { job: id, round: job.round, seal_by });
	}

	/// Takes what the requester has sealed, and starts the seats' time.
	pub(crate) fn do_provide_sealed(
		who: AccountId,
		id: JobId,
		sealed: SealedInput,
	) -> DispatchResult {
		let mut job = Jobs::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		let order = Orders::<T>::get(id).ok_or(Error::<T>::JobUnknown)?;
		ensure!(order.requester == who, Error::<T>::NotRequester);
		ensure!(job.status == JobStatus::AwaitingInput, Error::<T>::NotAwaitingInput);
		ensure!(sealed.round == job.round, Error::<T>::WrongRound);
		let Some(JobInput::Sealed { len, .. }) = Inputs::<T>::get(id) else {
			return Err(Error::<T>::NotAwaitingInput.into());
		};
		Self::ensure_body(&sealed, len)?;
		Self::ensure_recipients(&job, &sealed)?;

		let params = Parameters::<T>::get();
		let kept = match &sealed.body {
			SealedBody::Inline(bytes) => bytes.len(),
			SealedBody::External { location, .. } => location.len(),
		};
		let deposit = params.deposit_byte.saturating_mul(kept as Balance);
		T::Currency::hold(&HoldReason::Input.into(), &who, deposit)
			.map_err(|_| Error::<T>::CannotPay)?;
		job.deposit = job.deposit.saturating_add(deposit);
		job.ciphertext = Some(sealed.ciphertext);

		let now = Self::now();
		let window =
			crate::scheduler::delivery_window(order.limits.wall_millis, params.delivery_margin);
		let deliver_by = now.saturating_add(window).min(job.expires_at);
		let ack_by = now.saturating_add(params.ack_window).min(deliver_by);
		for seat in job.seats.iter_mut() {
			seat.ack_by = ack_by;
			seat.deliver_by = deliver_by;
		}
		for seat in &job.seats {
			Self::arm_seat(id, seat, false);
		}
		let SealedInput { round, ciphertext, body, keys } = sealed;
		Seals::<T>::insert(id, Seal { round, deposit, keys });
		Ciphertexts::<T>::insert(id, body);
		Self::set_status(&mut job, JobStatus::Scheduled);
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::InputSealed { job: id, round, ciphertext, ack_by, deliver_by });
		Ok(())
	}

	/// Whether the body is as long as it has to be, and, where the chain sees it, the one that is named.
	fn ensure_body(sealed: &SealedInput, len: u32) -> Result<(), Error<T>> {
		let expected = len.saturating_add(SALT_BYTES).saturating_add(TAG_BYTES);
		let actual = match &sealed.body {
			SealedBody::Inline(bytes) => {
				ensure!(
					ciphertext_hash(bytes) == sealed.ciphertext,
					Error::<T>::CiphertextMismatch
				);
				bytes.len() as u32
			},
			SealedBody::External { len, location } => {
				ensure!(crate::dispatch_impls::is_url(location), Error::<T>::InputLocationInvalid);
				*len
			},
		};
		ensure!(actual == expected, Error::<T>::CiphertextLength);
		Ok(())
	}

	/// Whether the content key is wrapped for every seat and every backup of the round, once each, under the key that
	/// its enclave has now; a backup that has lost its lease since needs none. For nobody else.
	fn ensure_recipients(job: &Job, sealed: &SealedInput) -> Result<(), Error<T>> {
		let seats = job.seats.iter().map(|seat| (seat.node, true));
		let backups = job.backups.iter().map(|node| (*node, false));
		let mut expected = 0usize;
		for (node, seated) in seats.chain(backups) {
			let Some(key) = Self::encryption_key(node) else {
				ensure!(!seated, Error::<T>::RecipientGone);
				continue;
			};
			let mut wrapped = sealed.keys.iter().filter(|one| one.node == node);
			let one = wrapped.next().ok_or(Error::<T>::RecipientMissing)?;
			ensure!(one.key == key, Error::<T>::RecipientKeyChanged);
			ensure!(wrapped.next().is_none(), Error::<T>::RecipientTwice);
			expected = expected.saturating_add(1);
		}
		ensure!(sealed.keys.len() == expected, Error::<T>::RecipientUnknown);
		Ok(())
	}

	/// Key that the node's enclave opens inputs with.
	fn encryption_key(node: NodeId) -> Option<EncryptionKey> {
		T::Leases::lease_of_node(node).map(|lease| lease.encryption_key)
	}

	/// Who has to be able to open what is sealed for the present round: seats first, then backups, each with its key.
	pub fn recipients(id: JobId) -> alloc::vec::Vec<(NodeId, EncryptionKey)> {
		let Some(job) = Jobs::<T>::get(id).filter(|job| job.occupies_nodes()) else {
			return Default::default();
		};
		let nodes = job.seats.iter().map(|seat| seat.node).chain(job.backups.iter().copied());
		nodes.filter_map(|node| Some((node, Self::encryption_key(node)?))).collect()
	}

	/// Whether the enclave that holds this lease can open what was sealed.
	pub(crate) fn was_sealed_for(id: JobId, lease: &Lease) -> bool {
		Seals::<T>::get(id).is_some_and(|seal| {
			seal.keys.iter().any(|one| one.node == lease.node && one.key == lease.encryption_key)
		})
	}

	/// What was sealed for the present round, as its enclaves need it.
	pub(crate) fn sealed_input(id: JobId, job: &Job) -> Option<SealedInput> {
		let ciphertext = job.ciphertext?;
		let Seal { round, keys, .. } = Seals::<T>::get(id)?;
		Some(SealedInput { round, ciphertext, body: Ciphertexts::<T>::get(id)?, keys })
	}

	/// Forgets what was sealed for a round that is over, and returns the deposit for it.
	pub(crate) fn unseal(id: JobId, job: &mut Job, order: &Order) {
		job.ciphertext = None;
		Ciphertexts::<T>::remove(id);
		if let Some(seal) = Seals::<T>::take(id) {
			let deposit = seal.deposit.min(job.deposit);
			Self::return_deposit(&order.requester, deposit);
			job.deposit = job.deposit.saturating_sub(deposit);
		}
	}

	/// The requester's time is over.
	pub(crate) fn seal_overdue(id: JobId, round: Attempt, ctx: &Context) -> Weight {
		let stale = T::WeightInfo::agenda_stale();
		let Some(job) = Jobs::<T>::get(id) else { return stale };
		if job.status != JobStatus::AwaitingInput || job.round != round || job.expires_at <= ctx.now
		{
			return stale;
		}
		let Some(order) = Orders::<T>::get(id) else { return stale };
		let seats = job.seats.len() as u32;
		Self::end(id, job, &order, JobStatus::Failed(FailureReason::InputLate));
		Self::failing(seats)
	}

	/// Weight of [`Self::do_provide_sealed`], before it is known how many recipients there are.
	pub(crate) fn weight_of_sealing(bytes: u32) -> Weight {
		let most = concordat_primitives::clause::MAX_VOTERS;
		T::WeightInfo::provide_sealed(bytes)
			.saturating_add(T::Leases::weight().saturating_mul(most.into()))
	}
}
