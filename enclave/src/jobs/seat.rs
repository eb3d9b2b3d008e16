//! Whether a seat is taken (Symbiont §6.3): signature, task, capability, load. And what is signed about that.

use super::{
	book::{Book, Key, State},
	Inner, Jobs,
};
use crate::refusal::Refusal;
use concordat_primitives::{
	enclave_api::{HandoffToken, JobToken},
	handoff::{task_hash, Handoff, HandoffFault, HandoffRefusal, SignedHandoff, SignedRefusal},
	CapabilityId, Hash,
};

/// Whether more than 0.95 of the places are taken, or all.
pub(super) fn is_overloaded(running: usize, places: usize) -> bool {
	running >= places || running.saturating_mul(100) > places.saturating_mul(95)
}

/// What is wrong with a seat, whatever the load.
pub(super) fn fault_of(
	token: &JobToken,
	capabilities: Option<&[CapabilityId]>,
) -> Option<HandoffFault> {
	if let Some(fault) = token.handoff.as_ref().and_then(|given| handoff_fault(token, given)) {
		return Some(fault);
	}
	match capabilities {
		Some(offered) if !offered.contains(&token.capability) => {
			Some(HandoffFault::MissingCapability)
		},
		_ => None,
	}
}

fn handoff_fault(token: &JobToken, given: &HandoffToken) -> Option<HandoffFault> {
	if !given.signed.verify(&given.sender) {
		return Some(HandoffFault::InvalidSignature);
	}
	let handoff = &given.signed.handoff;
	let fits = handoff.genesis == token.genesis
		&& handoff.to == token.node
		&& handoff.job == token.job
		&& handoff.attempt == token.attempt
		&& handoff.nonce == token.nonce
		&& handoff.task == task_hash(&token.clause, &token.program, &token.input, &token.lineage)
		&& handoff.context == given.context;
	(!fits).then_some(HandoffFault::WrongTask)
}

/// Names the handoff that a token comes with; zero for none.
fn handoff_of(token: &JobToken) -> Hash {
	let digest = token.handoff.as_ref().map(|given| given.signed.handoff.digest());
	digest.unwrap_or(Hash::zero())
}

/// What was signed about the seat that a token is for, if it still keeps the enclave from taking it. A handoff at fault is
/// void and the chain stands in for it: the seat stays, and what was refused is that handoff alone. A refusal for a
/// reason of the enclave's own gives the seat away.
pub(super) fn standing_refusal(book: &Book, token: &JobToken) -> Option<HandoffFault> {
	let shown = handoff_of(token);
	book.signed_refusal(&Key::of(token))
		.filter(|refusal| !refusal.fault.blames_sender() || refusal.handoff == shown)
		.map(|refusal| refusal.fault)
}

fn refusal_of(token: &JobToken, fault: HandoffFault) -> HandoffRefusal {
	HandoffRefusal {
		genesis: token.genesis,
		job: token.job,
		attempt: token.attempt,
		nonce: token.nonce,
		node: token.node,
		handoff: handoff_of(token),
		fault,
	}
}

impl Jobs {
	/// Signs that a seat is not taken, if the enclave itself has found the fault, and has started nothing. The same
	/// refusal may be asked for again.
	pub fn refuse(&self, refusal: HandoffRefusal) -> Result<SignedRefusal, Refusal> {
		let key = Key { job: refusal.job, attempt: refusal.attempt, nonce: refusal.nonce };
		let mut guard = self.0.lock();
		let book = &mut *guard;
		let started = book.entries.get(&key).is_some_and(|e| !matches!(e.state, State::Faulted(_)));
		if started {
			return Err(Refusal::Conflict);
		}
		if !book.faults.get(&key).is_some_and(|fault| fault.refusal == refusal) {
			let signed = book.signed_fault(&key).is_some();
			return Err(if signed { Refusal::Conflict } else { Refusal::NoSuchFault });
		}
		if book.chain(refusal.genesis)?.forgotten.may_hold(&key) {
			return Err(Refusal::Forgotten);
		}
		if let Some(fault) = book.faults.get_mut(&key) {
			fault.signed = true;
		}
		Ok(self.0.keys.sign_refusal(refusal))
	}

	/// Signs a handoff in the name of a node for which an attempt has ended with an output here, one for each attempt of
	/// the receiver. The same handoff may be asked for again.
	pub fn hand_over(&self, handoff: Handoff) -> Result<SignedHandoff, Refusal> {
		let key = Key { job: handoff.job, attempt: handoff.attempt, nonce: handoff.nonce };
		let mut book = self.0.lock();
		let chain = book.chains.get_mut(&handoff.genesis).ok_or(Refusal::NoSuchRun)?;
		if !chain.nodes.contains(&handoff.from) {
			return Err(Refusal::NoSuchRun);
		}
		chain.handoffs.give(key, handoff.to, handoff.digest(), self.0.bounds.names)?;
		Ok(self.0.keys.sign_handoff(handoff))
	}
}

impl Inner {
	/// Whether anything but the load keeps the enclave from taking the seat.
	pub(super) fn check_seat(&self, token: &JobToken) -> Result<(), Refusal> {
		let fault = fault_of(token, self.policy.capabilities.as_deref());
		let vouched = fault.is_some() && self.check_proof(token).is_ok();
		let mut book = self.lock();
		match (standing_refusal(&book, token), fault) {
			(Some(signed), _) => Err(Refusal::Handoff(signed)),
			(None, Some(fault)) => Err(self.note(&mut book, token, fault, vouched)),
			(None, None) => Ok(()),
		}
	}

	/// Whether the load lets the enclave take the seat.
	pub(super) fn check_load(&self, token: &JobToken) -> Result<(), Refusal> {
		let vouched = self.check_proof(token).is_ok();
		self.refuse_if_overloaded(&mut self.lock(), token, vouched)
	}

	/// `vouched`: see [`Self::note`].
	pub(super) fn refuse_if_overloaded(
		&self,
		book: &mut Book,
		token: &JobToken,
		vouched: bool,
	) -> Result<(), Refusal> {
		if is_overloaded(book.running, self.bounds.running) {
			return Err(self.note(book, token, HandoffFault::Overloaded, vouched));
		}
		Ok(())
	}

	/// Remembers a fault, so that it can be signed, if the seat is `vouched` for: the chain is proved to have given it, or
	/// the policy does not ask for that.
	fn note(
		&self,
		book: &mut Book,
		token: &JobToken,
		fault: HandoffFault,
		vouched: bool,
	) -> Refusal {
		if vouched {
			book.note(refusal_of(token, fault), self.bounds.names);
		}
		Refusal::Handoff(fault)
	}
}
