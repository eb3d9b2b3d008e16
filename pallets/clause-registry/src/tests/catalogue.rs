//! Which capabilities there are, who says so, and how long they last.

use crate::{
	mock::*, Capabilities, CapabilityStatus, Clauses, Error, Event, GenesisConfig, HoldReason,
};
use concordat_primitives::{
	capability::{CapabilitySpec, Category},
	clause::{ClauseSpec, ResourceLimits},
	receipt::Operation,
	text::Name,
	traits::{CapabilityInspect, ClauseJobs},
	views::MAX_PAGE,
	AccountId, Balance, CapabilityId,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_runtime::{traits::BadOrigin, BoundedVec, BuildStorage, TokenError};

fn id(text: &str) -> CapabilityId {
	CapabilityId::parse(text).unwrap()
}

fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Capability.into(), who)
}

/// `OTHER` declares a capability.
fn declared(text: &str) -> CapabilityId {
	assert_ok!(ClauseRegistry::declare_capability(
		RuntimeOrigin::signed(OTHER),
		id(text),
		capability_spec()
	));
	id(text)
}

/// Registers a clause of `WHO` that asks for `capability`.
fn asks_for(capability: CapabilityId, text: &str) -> Result<(), sp_runtime::DispatchError> {
	let spec = ClauseSpec { capability, ..external_spec() };
	ClauseRegistry::register(RuntimeOrigin::signed(WHO), clause(text), Box::new(spec), true)
}

fn retire(text: &str) {
	assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), clause(text)));
}

fn status(id: CapabilityId) -> Option<CapabilityStatus> {
	Capabilities::<Test>::get(id).map(|record| record.status)
}

#[test]
fn a_declaration_should_hold_the_deposit_and_make_the_capability_known() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = id("hazard.flood");
		assert_eq!(ClauseRegistry::capability(&flood), None);
		assert_ok!(ClauseRegistry::declare_capability(
			RuntimeOrigin::signed(OTHER),
			flood,
			capability_spec()
		));
		assert_eq!(ClauseRegistry::capability(&flood), Some(capability_spec()));
		assert_eq!(held(&OTHER), FOR_CAPABILITY);
		let event =
			Event::CapabilityDeclared { id: flood, owner: Some(OTHER), deposit: FOR_CAPABILITY };
		assert_eq!(events(), [event]);
		assert_eq!(
			Receipts::get(),
			[Operation::CapabilityChanged { capability: flood, retired: false }]
		);
		let view = ClauseRegistry::capability_view(flood).unwrap();
		assert_eq!((view.owner, view.clauses, view.declared_at), (Some(OTHER), 0, 10));
		assert_ok!(asks_for(flood, "WHO::Flood@1.0"));
		assert_eq!(ClauseRegistry::capability_view(flood).unwrap().clauses, 1);
	});
}

#[test]
fn governance_should_declare_without_a_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = id("hazard.flood");
		assert_ok!(ClauseRegistry::declare_capability(
			RuntimeOrigin::root(),
			flood,
			capability_spec()
		));
		let view = ClauseRegistry::capability_view(flood).unwrap();
		assert_eq!((view.owner, view.deposit), (None, 0));
	});
}

#[test]
fn a_declaration_should_be_refused_from_nobody_and_from_who_cannot_pay() {
	ExtBuilder::default().build_and_execute(|| {
		let declare = |origin| {
			ClauseRegistry::declare_capability(origin, id("hazard.flood"), capability_spec())
		};
		assert_noop!(declare(RuntimeOrigin::none()), BadOrigin);
		assert_noop!(declare(RuntimeOrigin::signed(POOR)), TokenError::FundsUnavailable);
	});
}

#[test]
fn a_name_should_have_one_meaning_at_a_time() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(OTHER), RuntimeOrigin::root()] {
			assert_noop!(
				ClauseRegistry::declare_capability(origin, rain(), capability_spec()),
				Error::<Test>::CapabilityTaken
			);
		}
	});
}

#[test]
fn a_capability_should_be_refused_when_it_makes_no_sense() {
	ExtBuilder::default().build_and_execute(|| {
		let twice = types(&["weather.table", "weather.table"]);
		let nameless = BoundedVec::truncate_from(vec![Name(BoundedVec::default())]);
		let slashed = BoundedVec::truncate_from(vec![Name(BoundedVec::truncate_from(
			b"weather/table".to_vec(),
		))]);
		let most = ResourceLimits::MAX.wall_millis;
		let bad = [
			CapabilitySpec { input_types: twice.clone(), ..capability_spec() },
			CapabilitySpec { output_types: twice, ..capability_spec() },
			CapabilitySpec { input_types: nameless, ..capability_spec() },
			CapabilitySpec { output_types: slashed, ..capability_spec() },
			CapabilitySpec { max_wall_millis: 0, ..capability_spec() },
			CapabilitySpec { max_wall_millis: most + 1, ..capability_spec() },
		];
		for spec in bad {
			assert_noop!(
				ClauseRegistry::declare_capability(
					RuntimeOrigin::signed(OTHER),
					id("hazard.flood"),
					spec.clone()
				),
				Error::<Test>::InvalidCapabilitySpec
			);
			assert_noop!(
				ClauseRegistry::correct_capability(RuntimeOrigin::root(), rain(), spec),
				Error::<Test>::InvalidCapabilitySpec
			);
		}
		for name in [CapabilityId([0; 16]), CapabilityId(*b"hazard flood\0\0\0\0")] {
			assert_noop!(
				ClauseRegistry::declare_capability(
					RuntimeOrigin::signed(OTHER),
					name,
					capability_spec()
				),
				Error::<Test>::InvalidCapability
			);
		}
	});
}

#[test]
fn an_unused_capability_should_go_at_once_with_its_deposit_and_free_its_name() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = declared("hazard.flood");
		events();
		Receipts::take();
		assert_ok!(ClauseRegistry::retire_capability(RuntimeOrigin::signed(OTHER), flood));
		assert_eq!(held(&OTHER), 0);
		assert_eq!(ClauseRegistry::capability(&flood), None);
		assert_eq!(
			events(),
			[Event::CapabilityRetired { id: flood }, Event::CapabilityRemoved { id: flood }]
		);
		assert_eq!(
			Receipts::get(),
			[Operation::CapabilityChanged { capability: flood, retired: true }]
		);
		// Somebody else may give the name another meaning.
		let spec = CapabilitySpec { category: Category::Generation, ..capability_spec() };
		assert_ok!(ClauseRegistry::declare_capability(RuntimeOrigin::signed(WHO), flood, spec));
	});
}

#[test]
fn a_capability_should_be_retired_by_who_declared_it_or_by_governance() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = declared("hazard.flood");
		for capability in [flood, rain()] {
			assert_noop!(
				ClauseRegistry::retire_capability(RuntimeOrigin::signed(WHO), capability),
				Error::<Test>::NotOwner
			);
		}
		assert_noop!(ClauseRegistry::retire_capability(RuntimeOrigin::none(), flood), BadOrigin);
		assert_noop!(
			ClauseRegistry::retire_capability(RuntimeOrigin::root(), id("hazard.wind")),
			Error::<Test>::UnknownCapability
		);
		assert_ok!(ClauseRegistry::retire_capability(RuntimeOrigin::root(), flood));
		assert_eq!(held(&OTHER), 0, "the deposit comes back all the same");
		assert_ok!(ClauseRegistry::retire_capability(RuntimeOrigin::root(), rain()));
	});
}

#[test]
fn a_retired_capability_should_stay_for_its_clauses_and_take_no_new_ones() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = declared("hazard.flood");
		assert_ok!(asks_for(flood, "WHO::Flood@1.0"));
		assert_ok!(ClauseRegistry::retire_capability(RuntimeOrigin::signed(OTHER), flood));
		assert_eq!(status(flood), Some(CapabilityStatus::Retired));
		assert_eq!(held(&OTHER), FOR_CAPABILITY);
		// Nodes and workflows still find it.
		assert_eq!(ClauseRegistry::capability(&flood), Some(capability_spec()));
		assert_noop!(asks_for(flood, "WHO::Flood@1.1"), Error::<Test>::CapabilityRetired);
		assert_noop!(
			ClauseRegistry::retire_capability(RuntimeOrigin::signed(OTHER), flood),
			Error::<Test>::CapabilityRetired
		);
		assert_noop!(
			ClauseRegistry::declare_capability(
				RuntimeOrigin::signed(OTHER),
				flood,
				capability_spec()
			),
			Error::<Test>::CapabilityTaken
		);
		// It goes with the last clause, not before.
		events();
		retire("WHO::Flood@1.0");
		assert_eq!(status(flood), None);
		assert_eq!(held(&OTHER), 0);
		assert!(events().contains(&Event::CapabilityRemoved { id: flood }));
	});
}

#[test]
fn a_retired_capability_should_wait_for_the_jobs_of_its_clauses() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = declared("hazard.flood");
		let (first, second) = (clause("WHO::Flood@1.0"), clause("WHO::Flood@1.1"));
		assert_ok!(asks_for(flood, "WHO::Flood@1.0"));
		assert_ok!(asks_for(flood, "WHO::Flood@1.1"));
		for clause in [&first, &second] {
			ClauseRegistry::job_opened(clause);
			ClauseRegistry::job_closed(clause, Some(true));
		}
		assert_ok!(ClauseRegistry::retire_capability(RuntimeOrigin::signed(OTHER), flood));
		retire("WHO::Flood@1.0");
		retire("WHO::Flood@1.1");
		assert_eq!(Capabilities::<Test>::get(flood).unwrap().clauses, 2);
		ClauseRegistry::job_pruned(&first);
		assert_eq!(Capabilities::<Test>::get(flood).unwrap().clauses, 1);
		ClauseRegistry::job_pruned(&second);
		assert_eq!(status(flood), None);
		assert_eq!(held(&OTHER), 0);
		assert_eq!(Clauses::<Test>::get(&second).unwrap().spec.capability, flood);
	});
}

#[test]
fn what_a_capability_is_should_not_change_while_a_clause_asks_for_it() {
	ExtBuilder::default().build_and_execute(|| {
		register("WHO::Rain@1.0");
		let spec = CapabilitySpec { max_wall_millis: 1, ..capability_spec() };
		let correct = |spec: &CapabilitySpec| {
			ClauseRegistry::correct_capability(RuntimeOrigin::root(), rain(), spec.clone())
		};
		assert_noop!(correct(&spec), Error::<Test>::CapabilityInUse);
		retire("WHO::Rain@1.0");
		assert_ok!(correct(&spec));
		assert_eq!(ClauseRegistry::capability(&rain()), Some(spec));
		assert_noop!(asks_for(rain(), "WHO::Rain@1.1"), Error::<Test>::WallBeyondCapability);
	});
}

#[test]
fn a_correction_should_lift_the_retirement_and_make_the_capability_governances() {
	ExtBuilder::default().build_and_execute(|| {
		let flood = declared("hazard.flood");
		assert_ok!(asks_for(flood, "WHO::Flood@1.0"));
		assert_ok!(ClauseRegistry::retire_capability(RuntimeOrigin::signed(OTHER), flood));
		assert_noop!(
			ClauseRegistry::correct_capability(
				RuntimeOrigin::signed(OTHER),
				flood,
				capability_spec()
			),
			BadOrigin
		);
		events();
		Receipts::take();
		assert_ok!(ClauseRegistry::correct_capability(
			RuntimeOrigin::root(),
			flood,
			capability_spec()
		));
		assert_eq!(status(flood), Some(CapabilityStatus::Declared));
		assert_eq!(held(&OTHER), 0);
		assert_eq!(events(), [Event::CapabilityCorrected { id: flood }]);
		assert_eq!(
			Receipts::get(),
			[Operation::CapabilityChanged { capability: flood, retired: false }]
		);
		assert_ok!(asks_for(flood, "WHO::Flood@1.1"));
		assert_noop!(
			ClauseRegistry::retire_capability(RuntimeOrigin::signed(OTHER), flood),
			Error::<Test>::NotOwner
		);
		assert_noop!(
			ClauseRegistry::correct_capability(
				RuntimeOrigin::root(),
				id("hazard.wind"),
				capability_spec()
			),
			Error::<Test>::UnknownCapability
		);
	});
}

#[test]
fn pages_should_show_every_capability_once() {
	ExtBuilder::default().build_and_execute(|| {
		for n in 0..MAX_PAGE + 1 {
			assert_ok!(ClauseRegistry::declare_capability(
				RuntimeOrigin::root(),
				id(&format!("test.{n}")),
				capability_spec()
			));
		}
		let (mut after, mut seen) = (None, Vec::new());
		loop {
			let page = ClauseRegistry::capability_page(after, 40);
			assert!(page.len() <= 40);
			after = page.last().map(|view| view.id).or(after);
			seen.extend(page.iter().map(|view| view.id));
			if page.len() < 40 {
				break;
			}
		}
		assert_eq!(seen.len() as u32, MAX_PAGE + 2);
		seen.sort_unstable();
		seen.dedup();
		assert_eq!(seen.len() as u32, MAX_PAGE + 2);
		assert_eq!(ClauseRegistry::capability_page(None, u32::MAX).len() as u32, MAX_PAGE);
		assert_eq!(ClauseRegistry::capability_page(None, 0).len(), 1);
	});
}

#[test]
fn a_genesis_should_declare_and_refuse_nonsense() {
	let build = |capabilities: Vec<(CapabilityId, CapabilitySpec)>| {
		GenesisConfig::<Test> { capabilities, ..Default::default() }.build_storage()
	};
	assert!(build(vec![(rain(), capability_spec())]).is_ok());
	for bad in [
		vec![(rain(), capability_spec()), (rain(), capability_spec())],
		vec![(CapabilityId([0; 16]), capability_spec())],
		vec![(rain(), CapabilitySpec { max_wall_millis: 0, ..capability_spec() })],
	] {
		assert!(std::panic::catch_unwind(|| build(bad.clone())).is_err());
	}
}

#[test]
fn a_genesis_should_read_capabilities_from_json() {
	let json = serde_json::json!({ "capabilities": [["hazard.rain", {
		"category": "analysis",
		"inputTypes": ["weather.table"],
		"outputTypes": ["hazard.alert"],
		"maxInputBytes": 65_536,
		"maxWallMillis": 30_000,
	}]], "params": crate::Params::default() });
	let genesis: GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert_eq!(genesis.capabilities, [(rain(), capability_spec())]);
}
