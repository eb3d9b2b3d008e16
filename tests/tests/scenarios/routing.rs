//! What a requester learns of nodes, and how a routing decision is explained.

use crate::{
	chain::{account, clause, Chain},
	completing::wait_for,
	enclave::{seated, Enclave},
	rounds::play,
};
use concordat_primitives::{
	clause::ExecutionMode,
	ensemble::{Aggregation, Ensemble},
	job::JobConstraints,
	routing::{Factors, NEUTRAL, ONE, PREFERENCE, W_INIT},
	runtime_api::{
		runtime_decl_for_concordat_api::ConcordatApi,
		runtime_decl_for_orchestration_api::OrchestrationApi,
	},
	trust::Originator,
	views::{Exclusion, RoutingView},
	Jurisdiction, NodeId,
};
use concordat_runtime::Runtime;

fn of(who: &str) -> Originator {
	Originator::Account(account(who))
}

/// How all nodes would score for the scenarios' clause.
fn routing(chain: &mut Chain, of: Option<Originator>, with: JobConstraints) -> Vec<RoutingView> {
	let page = chain.read(|| Runtime::routing(clause(), of, Some(with), 0, 100));
	assert_eq!(page.next, None);
	page.items
}

/// The row of a node.
fn row(chain: &mut Chain, of: Option<Originator>, node: NodeId) -> RoutingView {
	let rows = routing(chain, of, Default::default());
	rows.into_iter().find(|row| row.node == node).expect("all candidates are explained")
}

fn with_nodes(mode: ExecutionMode, nodes: u8) -> (Chain, Vec<Enclave>) {
	let mut chain = Chain::new();
	chain.register_clause(mode);
	let enclaves = (1..=nodes).map(|number| chain.enclave(number)).collect();
	(chain, enclaves)
}

#[test]
fn a_dissent_is_remembered_by_its_requester_and_felt_by_nobody_else() {
	let (mut chain, enclaves) = with_nodes(ExecutionMode::Single, 3);
	let (bob, dave) = (Some(of("//Bob")), Some(of("//Dave")));
	let newcomer = row(&mut chain, bob.clone(), enclaves[0].node);
	assert_eq!((newcomer.tie, newcomer.exclusion), (None, None));
	let Factors { trust, quality, load, connection, threat, preference, .. } = newcomer.factors;
	assert_eq!((trust, quality, load), (NEUTRAL, NEUTRAL, 0));
	assert_eq!((connection, threat, preference), (W_INIT, 0, ONE));
	assert_eq!(newcomer.score, Some(newcomer.factors.score()));

	// Dissent of an ensemble costs no stake: the dissenter stays among the candidates.
	let ensemble = Some(Ensemble { size: 3, aggregation: Aggregation::Voting });
	let job = chain.dispatch(JobConstraints { ensemble, ..Default::default() });
	let terms = chain.terms(job);
	let (liar, honest) = (&enclaves[0], &enclaves[1]);
	let answers: [&[u8]; 3] = [b"a lie", b"truth", b"truth"];
	let said: Vec<_> =
		enclaves.iter().zip(answers).map(|(e, says)| e.certify(&mut chain, &terms, says)).collect();
	play(&mut chain, &enclaves, &said);

	let seen = row(&mut chain, bob.clone(), liar.node);
	let tie = seen.tie.expect("he has learnt something");
	assert_eq!((seen.factors.connection, seen.factors.threat), (tie.weight, tie.threat));
	assert!(tie.weight < W_INIT, "{tie:?}");
	assert!((240_000..=250_000).contains(&tie.threat), "a quarter for the first dissent: {tie:?}");
	let good = row(&mut chain, bob.clone(), honest.node);
	assert!(good.factors.connection > W_INIT && good.factors.threat == 0, "{good:?}");
	assert!(good.score > seen.score, "the next job goes elsewhere");

	// Dave has learnt nothing; what counts for everybody has moved for him too.
	let seen_by_dave = row(&mut chain, dave.clone(), liar.node);
	assert_eq!(seen_by_dave.tie, None);
	assert_eq!((seen_by_dave.factors.connection, seen_by_dave.factors.threat), (W_INIT, 0));
	assert_eq!(seen_by_dave.factors.trust, seen.factors.trust);
	assert!(seen.factors.trust < NEUTRAL && seen.factors.quality < NEUTRAL);
	assert!(seen_by_dave.score > seen.score);
	let stranger = row(&mut chain, None, liar.node);
	assert_eq!(stranger.factors, seen_by_dave.factors, "nobody in particular");
	let perspective = chain.read(|| Runtime::perspective(of("//Bob")));
	assert_eq!((perspective.0.len(), perspective.tie(liar.node)), (3, Some(&tie)));
	assert_eq!(perspective.0.last().map(|tie| tie.node), Some(liar.node), "the strongest first");
	assert!(chain.read(|| Runtime::perspective(of("//Dave"))).0.is_empty());
}

#[test]
fn a_silence_is_a_smaller_threat_and_a_rest() {
	let (mut chain, enclaves) = with_nodes(ExecutionMode::Single, 3);
	let job = chain.dispatch(Default::default());
	let terms = chain.terms(job);
	let silent = seated(&terms, &enclaves)[0].node;
	wait_for(&mut chain, job, |view| view.seats.iter().any(|seat| seat.node != silent));
	let seen = row(&mut chain, Some(of("//Bob")), silent);
	assert!((60_000..=62_500).contains(&seen.factors.threat), "a sixteenth: {seen:?}");
	assert!(seen.factors.connection < W_INIT);
	assert_eq!((seen.exclusion, seen.score), (Some(Exclusion::CoolingDown), None));
	assert!(seen.excluded.is_some_and(|text| text.contains("cooling down")));
	let by_dave = row(&mut chain, Some(of("//Dave")), silent);
	assert_eq!((by_dave.factors.connection, by_dave.factors.threat), (W_INIT, 0));
	assert_eq!(by_dave.exclusion, Some(Exclusion::CoolingDown), "a rest is one for all");
	// Whoever works shows its load.
	let busy = chain.terms(job).seats[0].node;
	let row = row(&mut chain, None, busy);
	assert_eq!((row.factors.load, row.capability_load), (ONE / 4, ONE / 4), "one job of four");
}

#[test]
fn every_wish_that_excludes_a_node_is_named() {
	let (mut chain, enclaves) = with_nodes(ExecutionMode::Single, 3);
	let node = enclaves[0].node;
	let mut see = |change: &dyn Fn(&mut JobConstraints)| {
		let mut wishes = JobConstraints::default();
		change(&mut wishes);
		let rows = routing(&mut chain, Some(of("//Bob")), wishes);
		assert_eq!(rows.len(), 3, "the others are explained besides");
		rows.into_iter().find(|row| row.node == node).unwrap()
	};
	assert_eq!(see(&|_| ()).exclusion, None);
	let elsewhere = Jurisdiction::parse("DEU").unwrap();
	let wishes: [(&dyn Fn(&mut JobConstraints), Exclusion); 5] = [
		(&|w| w.excluded.force_push(node), Exclusion::Excluded),
		(&|w| w.jurisdictions.force_push(elsewhere), Exclusion::Jurisdiction),
		(&|w| w.sovereign_only = true, Exclusion::NotSovereign),
		(&|w| w.min_trust = NEUTRAL + 1, Exclusion::Trust),
		(&|w| w.min_quality = NEUTRAL + 1, Exclusion::Quality),
	];
	for (change, why) in wishes {
		let row = see(change);
		assert_eq!((row.exclusion, row.score), (Some(why), None));
		assert_eq!(row.excluded.as_deref(), Some(why.text()));
	}
	let preferred = see(&|w| w.preferred.force_push(node));
	let plain = see(&|_| ());
	assert_eq!(preferred.factors, Factors { preference: PREFERENCE, ..plain.factors });
	assert!(preferred.score > plain.score);
}
