//! Jobs whose input nobody but their nodes may read, and whose output nobody but their requester.

use crate::{
	chain::{account, clause, deliver, signed, Chain},
	completing::wait_for,
	enclave::{seated, Enclave},
};
use concordat_primitives::{
	cac::{Outcome, Output, SignedCac},
	clause::{ClauseStatus, ExecutionMode},
	job::{FailureReason, JobConstraints, JobStatus},
	receipt::Operation,
	runtime_api::runtime_decl_for_orchestration_api::OrchestrationApi,
	sealed::{SealContext, SealedBody, SealedInput},
	traits::{JobBoard, JobOutputs},
	views::JobView,
	AccountId, JobId,
};
use concordat_runtime::{
	pallet_job_dispatch::{self, Error},
	pallet_quorum_results::CacRefusal,
	queries, JobDispatch, QuorumResults, Runtime, System,
};
use concordat_sealing::{
	open_input, open_output, prepare, seal, seal_output, Envelope, OpenError, OpenedInput,
	Prepared, SecretKey,
};
use serde_json::{json, Value};
use sp_runtime::DispatchResult;

/// What nobody else may read.
const INPUT: &[u8] = b"the patient's file";
/// What came of it.
const OUTPUT: &[u8] = b"yes";

/// A job with a sealed input on one node, and its requester, who alone can read the output.
struct Scene {
	chain: Chain,
	enclaves: Vec<Enclave>,
	prepared: Prepared,
	requester: SecretKey,
	job: JobId,
}

fn scene(patch: Value, nodes: u8) -> Scene {
	let mut chain = Chain::with_genesis(patch);
	chain.register_clause(ExecutionMode::Single);
	let enclaves = (1..=nodes).map(|number| chain.enclave(number)).collect();
	let prepared = prepare(INPUT).unwrap();
	let requester = SecretKey::from_bytes(&[9; 32]);
	let constraints = JobConstraints { output_key: Some(requester.public()), ..Default::default() };
	let job = chain.dispatch_on(clause(), prepared.job_input(), constraints);
	Scene { chain, enclaves, prepared, requester, job }
}

impl Scene {
	fn context(&mut self) -> SealContext {
		SealContext {
			genesis: self.chain.read(|| System::block_hash(0)),
			job: self.job,
			round: self.chain.terms(self.job).round,
			clause: clause(),
		}
	}

	/// What an honest requester hands in for the present round.
	fn sealing(&mut self) -> SealedInput {
		let (context, job) = (self.context(), self.job);
		let recipients = self.chain.read(|| Runtime::seal_recipients(job));
		seal(&self.prepared, INPUT, &context, &recipients).unwrap().inline().unwrap()
	}

	fn provide(&mut self, sealed: SealedInput) -> DispatchResult {
		let job = self.job;
		let call = pallet_job_dispatch::Call::<Runtime>::provide_sealed { job, sealed };
		self.chain.block_with(|| vec![signed("//Bob", call)])[0].unwrap()
	}

	/// Who has the seat.
	fn seated(&mut self) -> Enclave {
		let terms = self.chain.terms(self.job);
		seated(&terms, &self.enclaves)[0].clone()
	}

	/// What an enclave makes of what lies on the chain.
	fn open(&mut self, enclave: &Enclave) -> Result<OpenedInput, OpenError> {
		let (context, job) = (self.context(), self.job);
		let work = self.chain.read(|| <JobDispatch as JobBoard<AccountId>>::work(job)).unwrap();
		let sealed = work.sealed.unwrap();
		let SealedBody::Inline(body) = &sealed.body else { panic!("it is short") };
		let wrapped = |node| sealed.keys.iter().find(|one| one.node == node);
		// Who was not thought of tries somebody else's.
		let key = wrapped(enclave.node).unwrap_or(&sealed.keys[0]);
		let envelope = Envelope {
			context: &context,
			node: key.node,
			key,
			ciphertext: &sealed.ciphertext,
			commitment: &work.terms.input,
		};
		open_input(&enclave.secret(), &envelope, body)
	}

	/// An honest certificate: the output sealed to the requester, named by its blinded hash.
	fn certify(&mut self, enclave: &Enclave) -> SignedCac {
		let opened = self.open(enclave).unwrap();
		assert_eq!(opened.input.as_slice(), INPUT);
		let context = self.context();
		let terms = self.chain.terms(self.job);
		let key = terms.output_key.unwrap();
		let sealed = seal_output(&context, &key, OUTPUT, &opened.salt).unwrap();
		let output = Output::Sealed(sealed.bytes.try_into().unwrap());
		let outcome = Outcome::Success { hash: sealed.hash, output };
		enclave.sign(enclave.statement_of(&mut self.chain, &terms, outcome))
	}

	fn status(&mut self) -> JobStatus {
		self.chain.job(self.job).status
	}
}

#[test]
fn a_sealed_job_is_read_by_its_node_and_its_answer_by_its_requester_alone() {
	let mut scene = scene(json!({}), 5);
	assert_eq!(scene.status(), JobStatus::AwaitingInput);
	let (node, terms) = (scene.seated(), scene.chain.terms(scene.job));
	let early = deliver(node.certify(&mut scene.chain, &terms, OUTPUT));
	let refused = scene.chain.refused("before the input is there", early);
	assert_eq!(refused.0, CacRefusal::NotRunning.into());

	let sealing = scene.sealing();
	assert_eq!(sealing.keys.len(), 3, "for the seat and both backups");
	assert_eq!(scene.provide(sealing), Ok(()));
	assert_eq!(scene.status(), JobStatus::Scheduled);
	let body = scene.chain.read(|| pallet_job_dispatch::Ciphertexts::<Runtime>::get(scene.job));
	let Some(SealedBody::Inline(body)) = body else { panic!("it lies on chain") };
	assert!(!body.windows(INPUT.len()).any(|part| part == INPUT));
	let recipients = scene.chain.read(|| Runtime::seal_recipients(scene.job));
	let outsider = |e: &&Enclave| recipients.iter().all(|(node, _)| *node != e.node);
	let outsider = scene.enclaves.iter().find(outsider).unwrap().clone();
	assert!(scene.open(&outsider).is_err(), "it was not sealed to everybody");

	let terms = scene.chain.terms(scene.job);
	let plain = deliver(node.certify(&mut scene.chain, &terms, OUTPUT));
	let refused = scene.chain.refused("in the open", plain);
	assert_eq!(refused.0, CacRefusal::OutputNotSealed.into());
	let cac = scene.certify(&node);
	let Outcome::Success { hash, output: Output::Sealed(bytes) } =
		cac.statement.body().outcome.clone()
	else {
		panic!("it is sealed")
	};
	scene.chain.block(|| vec![deliver(cac)]);
	let view = scene.chain.job(scene.job);
	assert_eq!(view.status, JobStatus::Completed);
	let result = view.result.unwrap();
	assert_eq!(result.output, None, "nobody else can read it");
	let output = scene.chain.read(|| <QuorumResults as JobOutputs>::output(scene.job));
	assert_eq!(output, None);

	let (context, salt) = (scene.context(), *scene.prepared.salt());
	let opened = open_output(&scene.requester, &context, &salt, &hash, &bytes).unwrap();
	assert_eq!(opened.as_slice(), OUTPUT);
	assert!(open_output(&outsider.secret(), &context, &salt, &hash, &bytes).is_err());
	let receipt = scene.chain.proved_by_id(result.receipt.unwrap());
	assert!(matches!(receipt, Operation::JobCompleted { result, .. } if result == Ok(hash)));
}

#[test]
fn a_requester_who_seals_too_late_pays_for_the_seat_that_was_kept_and_nothing_else() {
	let mut scene = scene(json!({}), 3);
	let bob = account("//Bob");
	let (rich, node) = (scene.chain.wealth(&bob), scene.seated());
	let before = scene.chain.node(node.node);
	assert_eq!(before.running, 1, "its seat is kept");
	let sealing = scene.sealing();
	let view = wait_for(&mut scene.chain, scene.job, |view| view.status.is_final());
	assert_eq!(view.status, JobStatus::Failed(FailureReason::InputLate));
	let window = view.ended_at.unwrap() - view.assigned_at.unwrap();
	assert_eq!(window, 30, "the seal window");
	let order = scene.chain.read(|| pallet_job_dispatch::Orders::<Runtime>::get(scene.job));
	let fee = order.unwrap().quote.fees.scheduling;
	// Once for placing the job, once for the seat.
	assert_eq!(scene.chain.wealth(&bob), rich - 2 * fee);
	assert_eq!((view.paid, view.escrow, scene.chain.held(&bob)), (0, 0, 0));
	let after = scene.chain.node(node.node);
	assert_eq!((after.running, after.reputation), (0, before.reputation), "it is not to blame");
	let clause = scene.chain.read(|| queries::clause(clause())).unwrap();
	assert_eq!((clause.status, clause.failures), (ClauseStatus::Active, 0));
	assert_eq!(scene.provide(sealing), Err(Error::<Runtime>::NotAwaitingInput.into()));
}

#[test]
fn a_backup_that_steps_in_can_open_what_was_sealed_before() {
	let mut scene = scene(json!({}), 3);
	let sealing = scene.sealing();
	assert_eq!(scene.provide(sealing), Ok(()));
	let silent = scene.seated();
	let first = scene.chain.terms(scene.job);
	wait_for(&mut scene.chain, scene.job, |view| {
		view.seats.iter().any(|seat| seat.node != silent.node)
	});
	let terms = scene.chain.terms(scene.job);
	assert_eq!((terms.round, terms.ciphertext), (first.round, first.ciphertext), "the same round");
	assert_eq!(terms.seats[0].attempt, first.seats[0].attempt + 1);
	let backup = scene.seated();
	let cac = scene.certify(&backup);
	scene.chain.block(|| vec![deliver(cac)]);
	assert_eq!(scene.status(), JobStatus::Completed);
}

#[test]
fn another_round_needs_another_sealing() {
	let patch = json!({ "jobDispatch": { "params": { "backups": 0 } } });
	let mut scene = scene(patch, 3);
	let old = scene.sealing();
	assert_eq!(scene.provide(old.clone()), Ok(()));
	let (bob, silent) = (account("//Bob"), scene.seated());
	let held = scene.chain.held(&bob);
	let again = |view: &JobView| {
		view.status == JobStatus::AwaitingInput && view.seats.iter().all(|s| s.node != silent.node)
	};
	wait_for(&mut scene.chain, scene.job, again);
	let terms = scene.chain.terms(scene.job);
	assert_eq!((terms.round, terms.ciphertext), (2, None));
	assert!(scene.chain.held(&bob) < held, "the deposit for the ciphertext is back");
	assert_eq!(scene.provide(old.clone()), Err(Error::<Runtime>::WrongRound.into()));
	let relabelled = SealedInput { round: 2, ..old };
	assert_eq!(scene.provide(relabelled), Err(Error::<Runtime>::RecipientMissing.into()));
	let new = scene.sealing();
	assert_eq!(scene.provide(new), Ok(()));
	let node = scene.seated();
	let cac = scene.certify(&node);
	scene.chain.block(|| vec![deliver(cac)]);
	assert_eq!(scene.status(), JobStatus::Completed);
}

#[test]
fn an_output_that_nobody_asked_to_be_sealed_is_refused() {
	let mut chain = Chain::new();
	chain.register_clause(ExecutionMode::Single);
	let enclave = chain.enclave(1);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let mut statement = enclave.statement(&mut chain, &terms, OUTPUT);
	if let Outcome::Success { output, .. } = &mut statement.outcome {
		*output = Output::Sealed(vec![7; 60].try_into().unwrap());
	}
	let refused = chain.refused("unasked", deliver(enclave.sign(statement)));
	assert_eq!(refused.0, CacRefusal::OutputSealed.into());
}
