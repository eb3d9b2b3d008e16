//! What is registered, by whom, and what is refused.

use crate::{mock::*, Authorities, ByIndex, Clauses, Error, Event, Latest, MAX_RESOURCES};
use concordat_primitives::{
	attest::Vendor,
	clause::{
		ClauseSpec, ClauseStatus, ExecutionMode, ExecutionWindow, ProgramLocation, ResourceLimits,
		RiskClass, ALL_TRIGGERS, MAX_PROGRAM_BYTES,
	},
	ensemble::Aggregation,
	node::Resources,
	receipt::Operation,
	text::Name,
	CapabilityId, Hash, Jurisdiction, Version,
};
use frame_support::{assert_noop, assert_ok, traits::Get};
use sp_runtime::{traits::BadOrigin, BoundedVec};

/// Expects that `change` makes an otherwise valid spec be refused with `error`.
#[track_caller]
fn refused(error: Error<Test>, change: impl FnOnce(&mut ClauseSpec)) {
	let mut spec = external_spec();
	change(&mut spec);
	assert_noop!(
		ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true
		),
		error
	);
}

#[test]
fn registration_should_store_announce_and_hold_when_all_is_well() {
	ExtBuilder::default().build_and_execute(|| {
		let (id, spec) = (clause("WHO::Rain@1.0"), preimage_spec());
		System::reset_events();
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			id.clone(),
			Box::new(spec.clone()),
			false
		));
		let record = Clauses::<Test>::get(&id).unwrap();
		assert_eq!(record.owner, WHO);
		assert_eq!(record.spec, spec);
		assert_eq!(record.status, ClauseStatus::Draft);
		assert_eq!((record.open_jobs, record.failures), (0, 0));
		assert_eq!((record.registered_at, record.index), (10, 0));
		assert_eq!(record.deposit, Some(deposit(&id, &spec)));
		assert_eq!(Authorities::<Test>::get(&id.authority), Some(WHO));
		assert_eq!(ByIndex::<Test>::get(0), Some(id.clone()));
		assert_eq!(
			events(),
			vec![
				Event::AuthorityTransferred {
					authority: id.authority.clone(),
					from: None,
					to: WHO
				},
				Event::ClauseRegistered {
					id: id.clone(),
					owner: WHO,
					index: 0,
					deposit: deposit(&id, &spec)
				},
				Event::ClauseStatusChanged { id: id.clone(), status: ClauseStatus::Draft },
			]
		);
		assert_eq!(
			Receipts::get(),
			vec![Operation::ClauseChanged { clause: id, status: ClauseStatus::Draft }]
		);
	});
}

#[test]
fn registration_should_activate_at_once_when_asked() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		assert_eq!(Clauses::<Test>::get(&id).unwrap().status, ClauseStatus::Active);
	});
}

#[test]
fn an_authority_should_belong_to_its_first_registrant() {
	ExtBuilder::default().build_and_execute(|| {
		register("WHO::Rain@1.0");
		for id in ["WHO::Rain@2.0", "WHO::Flood@1.0"] {
			assert_noop!(
				ClauseRegistry::register(
					RuntimeOrigin::signed(OTHER),
					clause(id),
					Box::new(external_spec()),
					true
				),
				Error::<Test>::AuthorityTaken
			);
		}
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(OTHER),
			clause("BMKG::Rain@1.0"),
			Box::new(external_spec()),
			true
		));
		register("WHO::Flood@1.0");
	});
}

#[test]
fn a_version_should_be_refused_when_it_is_not_greater_than_every_earlier_one() {
	ExtBuilder::default().build_and_execute(|| {
		register("WHO::Rain@1.9");
		register("WHO::Rain@2.3");
		for id in ["WHO::Rain@2.3", "WHO::Rain@2.2", "WHO::Rain@1.10", "WHO::Rain@0.0"] {
			assert_noop!(
				ClauseRegistry::register(
					RuntimeOrigin::signed(WHO),
					clause(id),
					Box::new(external_spec()),
					true
				),
				Error::<Test>::VersionNotGreater
			);
		}
		register("WHO::Rain@2.10");
		register("WHO::Rain@3.0");
		// Another name counts for itself.
		let other = register("WHO::Flood@0.1");
		assert_eq!(
			Latest::<Test>::get((&other.authority, &other.name)),
			Some(Version { major: 0, minor: 1 })
		);
	});
}

#[test]
fn a_retired_version_should_not_be_registered_again() {
	ExtBuilder::default().build_and_execute(|| {
		let id = register("WHO::Rain@1.0");
		assert_ok!(ClauseRegistry::retire(RuntimeOrigin::signed(WHO), id.clone()));
		assert_noop!(
			ClauseRegistry::register(
				RuntimeOrigin::signed(WHO),
				id,
				Box::new(external_spec()),
				true
			),
			Error::<Test>::VersionNotGreater
		);
	});
}

#[test]
fn registration_should_be_refused_when_the_origin_owns_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				ClauseRegistry::register(
					origin,
					clause("WHO::Rain@1.0"),
					Box::new(external_spec()),
					true
				),
				BadOrigin
			);
		}
	});
}

#[test]
fn registration_should_be_refused_when_the_id_is_no_name() {
	ExtBuilder::default().build_and_execute(|| {
		let empty = Name(BoundedVec::default());
		let spaced = Name(b"Heavy Rain".to_vec().try_into().unwrap());
		for bad in [empty, spaced] {
			let mut by_authority = clause("WHO::Rain@1.0");
			by_authority.authority = bad.clone();
			let mut by_name = clause("WHO::Rain@1.0");
			by_name.name = bad;
			for id in [by_authority, by_name] {
				assert_noop!(
					ClauseRegistry::register(
						RuntimeOrigin::signed(WHO),
						id,
						Box::new(external_spec()),
						true
					),
					Error::<Test>::InvalidId
				);
			}
		}
	});
}

#[test]
fn registration_should_be_refused_when_the_mode_makes_no_sense() {
	ExtBuilder::default().build_and_execute(|| {
		refused(Error::InvalidMode, |spec| spec.mode = ExecutionMode::Quorum { k: 1, n: 3 });
		refused(Error::InvalidMode, |spec| spec.mode = ExecutionMode::Quorum { k: 5, n: 8 });
		refused(Error::InvalidMode, |spec| spec.mode = ExecutionMode::ZkVerifierSet { n: 0 });
	});
}

#[test]
fn registration_should_be_refused_when_the_mode_is_a_requesters_to_choose() {
	ExtBuilder::default().build_and_execute(|| {
		for n in [1, 3, 9] {
			refused(Error::EnsembleMode, |spec| {
				spec.mode = ExecutionMode::Ensemble { n, aggregation: Aggregation::Voting };
				spec.risk = RiskClass::Low;
			});
		}
	});
}

#[test]
fn registration_should_be_refused_when_the_policy_names_something_twice() {
	ExtBuilder::default().build_and_execute(|| {
		refused(Error::DuplicatePolicyEntry, |spec| {
			spec.policy.jurisdictions = twice(Jurisdiction(*b"IDN"))
		});
		refused(Error::DuplicatePolicyEntry, |spec| spec.policy.vendors = twice(Vendor::IntelTdx));
		refused(Error::DuplicatePolicyEntry, |spec| {
			spec.policy.policies = twice(Hash::repeat_byte(1))
		});
		refused(Error::DuplicatePolicyEntry, |spec| spec.policy.requesters = twice(OTHER));
		// Each of them once is fine, and so are lists that have something in common.
		let mut spec = external_spec();
		spec.policy.jurisdictions =
			vec![Jurisdiction(*b"IDN"), Jurisdiction(*b"NLD")].try_into().unwrap();
		spec.policy.vendors = vec![Vendor::IntelTdx, Vendor::AmdSevSnp].try_into().unwrap();
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true
		));
	});
}

fn twice<T: Clone, S: Get<u32>>(item: T) -> BoundedVec<T, S> {
	BoundedVec::truncate_from(vec![item; 2])
}

#[test]
fn registration_should_be_refused_when_no_machine_has_what_it_asks_for() {
	ExtBuilder::default().build_and_execute(|| {
		let most = MAX_RESOURCES;
		for resources in [
			Resources { cpu_cores: most.cpu_cores + 1, ..most },
			Resources { memory_mib: most.memory_mib + 1, ..most },
			Resources { storage_gib: most.storage_gib + 1, ..most },
			Resources { bandwidth_mbps: most.bandwidth_mbps + 1, ..most },
			Resources { accelerators: most.accelerators + 1, ..most },
		] {
			refused(Error::InvalidResources, |spec| spec.resources = resources);
		}
		let spec = ClauseSpec { resources: most, ..external_spec() };
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true
		));
	});
}

#[test]
fn registration_should_be_refused_when_its_capability_is_not_in_the_catalogue_or_too_short() {
	ExtBuilder::default().build_and_execute(|| {
		refused(Error::UnknownCapability, |spec| {
			spec.capability = CapabilityId::parse("hazard.flood").unwrap()
		});
		let most = capability_spec().max_wall_millis;
		refused(Error::WallBeyondCapability, |spec| spec.limits.wall_millis = most + 1);
		let mut spec = external_spec();
		spec.limits.wall_millis = most;
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true
		));
	});
}

#[test]
fn registration_should_be_refused_when_high_risk_rests_on_one_node() {
	ExtBuilder::default().build_and_execute(|| {
		for risk in [RiskClass::High, RiskClass::Critical] {
			for mode in [ExecutionMode::Single, ExecutionMode::Quorum { k: 1, n: 1 }] {
				refused(Error::RiskNeedsQuorum, |spec| {
					spec.risk = risk;
					spec.mode = mode;
				});
			}
		}
		let mut spec = external_spec();
		(spec.risk, spec.mode) = (RiskClass::Medium, ExecutionMode::Single);
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true
		));
	});
}

#[test]
fn registration_should_be_refused_when_labels_limits_or_triggers_are_invalid() {
	ExtBuilder::default().build_and_execute(|| {
		refused(Error::InvalidCapability, |spec| spec.capability = CapabilityId([0; 16]));
		refused(Error::InvalidLimits, |spec| spec.limits.fuel = 0);
		refused(Error::InvalidLimits, |spec| {
			spec.limits.wall_millis = ResourceLimits::MAX.wall_millis + 1
		});
		refused(Error::InvalidTriggers, |spec| spec.triggers = 0);
		refused(Error::InvalidTriggers, |spec| spec.triggers = ALL_TRIGGERS + 1);
		refused(Error::InvalidJurisdiction, |spec| {
			spec.policy.jurisdictions = vec![Jurisdiction(*b"idn")].try_into().unwrap()
		});
	});
}

#[test]
fn registration_should_be_refused_when_its_time_is_over_or_never_comes() {
	ExtBuilder::default().build_and_execute(|| {
		let window = |from, until| Some(ExecutionWindow { from, until });
		refused(Error::InvalidWindow, |spec| spec.window = window(20, 20));
		refused(Error::InvalidWindow, |spec| spec.window = window(21, 20));
		refused(Error::WindowOver, |spec| spec.window = window(1, 10));
		refused(Error::ExpiryPast, |spec| spec.expiry = Some(10));
		refused(Error::InvalidWindow, |spec| {
			spec.window = window(30, 40);
			spec.expiry = Some(30);
		});
		let mut spec = external_spec();
		(spec.window, spec.expiry) = (window(1, 11), Some(11));
		assert_ok!(ClauseRegistry::register(
			RuntimeOrigin::signed(WHO),
			clause("WHO::Rain@1.0"),
			Box::new(spec),
			true
		));
	});
}

#[test]
fn registration_should_be_refused_when_the_program_is_not_there() {
	ExtBuilder::default().build_and_execute(|| {
		let spec = preimage_spec();
		refused(Error::InvalidProgramLength, |s| s.program.len = 0);
		refused(Error::InvalidProgramLength, |s| s.program.len = MAX_PROGRAM_BYTES + 1);
		refused(Error::ProgramNotNoted, |s| {
			s.program = spec.program.clone();
			s.program.hash = Hash::zero();
		});
		refused(Error::ProgramLengthMismatch, |s| {
			s.program = spec.program.clone();
			s.program.len += 1;
		});
	});
}

#[test]
fn registration_should_be_refused_when_the_location_is_no_web_address() {
	ExtBuilder::default().build_and_execute(|| {
		for bad in ["", "ftp://example.org/x", "https://", "file:///etc/passwd", "http://a b"] {
			refused(Error::InvalidLocation, |spec| {
				spec.program.location =
					ProgramLocation::External(bad.as_bytes().to_vec().try_into().unwrap())
			});
		}
	});
}

#[test]
fn an_authority_should_change_hands_by_its_owner_or_by_governance() {
	ExtBuilder::default().build_and_execute(|| {
		let who = register("WHO::Rain@1.0").authority;
		assert_noop!(
			ClauseRegistry::transfer_authority(RuntimeOrigin::signed(OTHER), who.clone(), OTHER),
			Error::<Test>::NotOwner
		);
		assert_noop!(
			ClauseRegistry::transfer_authority(RuntimeOrigin::signed(WHO), who.clone(), WHO),
			Error::<Test>::SameOwner
		);
		assert_noop!(
			ClauseRegistry::transfer_authority(RuntimeOrigin::none(), who.clone(), OTHER),
			BadOrigin
		);
		assert_ok!(ClauseRegistry::transfer_authority(
			RuntimeOrigin::signed(WHO),
			who.clone(),
			OTHER
		));
		assert_noop!(
			ClauseRegistry::register(
				RuntimeOrigin::signed(WHO),
				clause("WHO::Rain@2.0"),
				Box::new(external_spec()),
				true
			),
			Error::<Test>::AuthorityTaken
		);
		events();
		assert_ok!(ClauseRegistry::transfer_authority(RuntimeOrigin::root(), who.clone(), WHO));
		assert_eq!(
			events(),
			vec![Event::AuthorityTransferred { authority: who, from: Some(OTHER), to: WHO }]
		);
		register("WHO::Rain@2.0");
	});
}

#[test]
fn governance_alone_should_assign_a_name_that_nobody_has() {
	ExtBuilder::default().build_and_execute(|| {
		let name = Name::parse("WMO").unwrap();
		assert_noop!(
			ClauseRegistry::transfer_authority(RuntimeOrigin::signed(WHO), name.clone(), WHO),
			Error::<Test>::UnknownAuthority
		);
		assert_noop!(
			ClauseRegistry::transfer_authority(
				RuntimeOrigin::root(),
				Name(BoundedVec::default()),
				WHO
			),
			Error::<Test>::InvalidId
		);
		assert_ok!(ClauseRegistry::transfer_authority(RuntimeOrigin::root(), name, OTHER));
		assert_noop!(
			ClauseRegistry::register(
				RuntimeOrigin::signed(WHO),
				clause("WMO::Rain@1.0"),
				Box::new(external_spec()),
				true
			),
			Error::<Test>::AuthorityTaken
		);
	});
}
