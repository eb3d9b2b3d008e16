//! What will become of leases: the forecast, and what then happens.

use crate::{default_policy, forecast::MAX_ANNOUNCEMENTS, mock::*, Leases};
use concordat_attestation::{
	policy::{Advisories, QuotePolicy},
	simulator::{
		dev::{dev_anchors, DevKind, DevPlatform},
		intel::IntelSimulator,
	},
	source::Piece,
	Component, Error as Why, Part, Shortfall, TcbStatus, Vendor,
};
use concordat_primitives::{
	attest::RiskClasses,
	clause::RiskClass::{self, *},
	views::{Announcement, ForecastCause, ForecastRefusal, ForecastView},
	NodeId,
};
use frame_support::assert_ok;
use sp_runtime::BoundedVec;

fn build_and_execute(test: impl FnOnce()) {
	ExtBuilder::default().with_collateral().build_and_execute(test);
}

/// The forecast for everybody. Asking changes nothing.
#[track_caller]
fn forecast(announced: &[Announcement]) -> Result<Vec<ForecastView>, Why> {
	let page = asked(|| Attestation::forecast(0, 100, announced))?;
	assert_eq!(page.next, None);
	Ok(page.items)
}

/// The forecast for [`NODE_A`]: classes then, and refusals.
#[track_caller]
fn forecast_of_a(announced: &[Announcement]) -> (RiskClasses, Vec<ForecastRefusal>) {
	let view = forecast(announced).unwrap().remove(0);
	assert_eq!(view.node, NODE_A);
	(view.then, view.refusals)
}

/// Lists and statements on TDX, announced.
fn announced(later: u64, bend: impl FnOnce(&mut IntelSimulator)) -> Vec<Announcement> {
	moving(later, bend).into_iter().map(Announcement::Collateral).collect()
}

/// Lists and statements on TDX: what can be replaced.
fn moving(later: u64, bend: impl FnOnce(&mut IntelSimulator)) -> Vec<Piece> {
	let mut pieces = bent_tdx(later, bend);
	pieces.retain(|piece| !matches!(piece, Piece::Root { .. } | Piece::Authority { .. }));
	pieces
}

/// The same refusal of all these classes.
fn all(list: &[RiskClass], at: u64, why: ForecastCause) -> Vec<ForecastRefusal> {
	list.iter().map(|class| ForecastRefusal { class: *class, at, why }).collect()
}

const OUTDATED: Why = Why::StatusRefused {
	found: TcbStatus::OutOfDate,
	shortfall: Some(Shortfall { component: Component::Sgx(0), found: 4, required: 5 }),
};
const HARDENING: Why = Why::StatusRefused { found: TcbStatus::SwHardeningNeeded, shortfall: None };

#[test]
fn a_lease_should_be_forecast_to_end_with_its_time() {
	build_and_execute(|| {
		assert_eq!(forecast(&[]), Ok(vec![]));
		let lease = granted(NODE_A);
		run_to(30);
		let ends = EPOCH + 2 * u64::from(lease.expires_at);
		assert_eq!(
			forecast(&[]),
			Ok(vec![ForecastView {
				node: NODE_A,
				lease: lease.id,
				vendor: Vendor::IntelTdx,
				simulated: true,
				now: RiskClasses::ALL,
				then: RiskClasses::ALL,
				refusals: all(&RiskClass::ALL, ends, ForecastCause::LeaseEnds),
			}])
		);
		// Once it is over, it is over at once.
		run_to(lease.expires_at + 5);
		let now = Attestation::seconds();
		let (_, refusals) = forecast_of_a(&[]);
		assert_eq!(refusals, all(&RiskClass::ALL, now, ForecastCause::LeaseEnds));
	});
}

#[test]
fn announced_tcb_info_should_tell_who_will_be_refused_and_by_how_much() {
	build_and_execute(|| {
		granted(NODE_A);
		let now = Attestation::seconds();
		let (then, refusals) = forecast_of_a(&announced(1, outdate));
		assert_eq!(then, RiskClasses::NONE);
		assert_eq!(refusals, all(&RiskClass::ALL, now, ForecastCause::Evidence(OUTDATED)));
		// Nothing has happened.
		next_block();
		assert_eq!(present(NODE_A).classes, RiskClasses::ALL);
	});
}

#[test]
fn classes_that_stay_should_end_with_the_lease() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		let (now, ends) = (Attestation::seconds(), EPOCH + 2 * u64::from(lease.expires_at));
		let harden = |sim: &mut IntelSimulator| sim.levels[0].status = "SWHardeningNeeded";
		let (then, refusals) = forecast_of_a(&announced(1, harden));
		assert_eq!(then, classes(&[Low, Medium]));
		let mut expected = all(&[Low, Medium], ends, ForecastCause::LeaseEnds);
		expected.extend(all(&[High, Critical], now, ForecastCause::Evidence(HARDENING)));
		assert_eq!(refusals, expected);
		// A class that it never met is no loss.
		post_tdx(1, harden);
		next_block();
		let (then, refusals) = forecast_of_a(&[]);
		assert_eq!(then, classes(&[Low, Medium]));
		assert_eq!(refusals, all(&[Low, Medium], ends, ForecastCause::LeaseEnds));
		// One that it would meet is a gain that ends as well.
		let (then, refusals) = forecast_of_a(&announced(2, |_| ()));
		assert_eq!(then, RiskClasses::ALL);
		assert_eq!(refusals, all(&RiskClass::ALL, ends, ForecastCause::LeaseEnds));
	});
}

#[test]
fn an_announced_policy_should_be_looked_at_in_place_of_the_present_one() {
	build_and_execute(|| {
		granted(NODE_A);
		let now = Attestation::seconds();
		let narrow = QuotePolicy { min_evaluation: 21, ..default_policy(High) };
		let announcement = Announcement::Policy(High, narrow);
		let (then, refusals) = forecast_of_a(core::slice::from_ref(&announcement));
		assert_eq!(then, classes(&[Low, Medium, Critical]));
		let why = ForecastCause::Evidence(Why::EvaluationTooOld { found: 20, required: 21 });
		assert!(refusals.contains(&ForecastRefusal { class: High, at: now, why }));
		// The last word on a class counts.
		let wide = Announcement::Policy(High, default_policy(High));
		assert_eq!(forecast_of_a(&[announcement.clone(), wide.clone()]).0, RiskClasses::ALL);
		assert_eq!(forecast_of_a(&[wide, announcement.clone()]).0, then);
		// Together with collateral that meets it.
		let mut both = announced(1, |sim| (sim.tcb_evaluation, sim.qe_evaluation) = (21, 21));
		both.push(announcement);
		assert_eq!(forecast_of_a(&both).0, RiskClasses::ALL);
	});
}

#[test]
fn the_future_should_name_the_collateral_that_runs_out() {
	build_and_execute(|| {
		// Lists outlast statements here.
		post_tdx(1, |sim| {
			sim.root_crl.next_update += 10 * DAY;
			sim.pck_crl.next_update += 5 * DAY;
		});
		let lease = granted(NODE_A);
		let end = lease.not_after;
		assert_eq!(end, EPOCH - EPOCH % DAY + 30 * DAY);
		assert_eq!(forecast_of_a(&[Announcement::At(end)]).0, RiskClasses::ALL);
		for (at, part, by) in [
			(end + 1, Part::TcbInfo, 1),
			(end + DAY, Part::TcbInfo, DAY),
			(end + 5 * DAY, Part::LeafCrl, 0),
			(end + 10 * DAY, Part::RootCrl, 0),
		] {
			let (then, refusals) = forecast_of_a(&[Announcement::At(at)]);
			let [ForecastRefusal {
				why: ForecastCause::Evidence(Why::Expired { part: p, by: b }),
				..
			}, ..] = refusals[..]
			else {
				panic!("{at}: {refusals:?}")
			};
			assert_eq!((then, p), (RiskClasses::NONE, part));
			assert_eq!(b, by, "{at}");
			assert!(refusals.iter().all(|refusal| refusal.at == at));
		}
		// Unless somebody posts newer.
		let mut newer = announced(2, |sim| {
			sim.next_update += 10 * DAY;
			sim.root_crl.next_update += 20 * DAY;
			sim.pck_crl.next_update += 20 * DAY;
		});
		newer.push(Announcement::At(end + DAY));
		assert_eq!(forecast_of_a(&newer).0, RiskClasses::ALL);
	});
}

#[test]
fn collateral_that_runs_out_before_the_lease_should_be_named_when_blocks_are_late() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		// Almost all the blocks of its life are still to come.
		Clock::set(Some(lease.not_after - 10));
		let (then, refusals) = forecast_of_a(&[]);
		assert_eq!(then, RiskClasses::ALL);
		// A list does not count any more in the second in which the next one is due.
		let why = ForecastCause::Evidence(Why::Expired { part: Part::RootCrl, by: 0 });
		assert_eq!(refusals, all(&RiskClass::ALL, lease.not_after + 1, why));
	});
}

#[test]
fn a_class_that_is_not_met_should_say_nothing_about_the_end_of_the_others() {
	build_and_execute(|| {
		let harden = |sim: &mut IntelSimulator| sim.levels[0].status = "SWHardeningNeeded";
		post_tdx(1, harden);
		let lease = granted(NODE_A);
		// Newer collateral lasts longer than the lease, which was granted for as long as the older did.
		post_tdx(2, |sim| {
			harden(sim);
			sim.next_update += DAY;
			sim.root_crl.next_update += DAY;
			sim.pck_crl.next_update += DAY;
		});
		Clock::set(Some(lease.not_after - 10));
		let (then, refusals) = forecast_of_a(&[]);
		assert_eq!(then, classes(&[Low, Medium]));
		let end = lease.not_after + 1;
		assert_eq!(refusals, all(&[Low, Medium], end, ForecastCause::LeaseEnds));
	});
}

#[test]
fn the_end_of_a_measurement_should_come_before_that_of_the_lease() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		let now = Attestation::seconds();
		let root = RuntimeOrigin::root;
		assert_ok!(Attestation::sunset_measurement(root(), CODE, GRACE));
		let (then, refusals) = forecast_of_a(&[]);
		assert_eq!(then, RiskClasses::ALL, "its platform is as good as ever");
		let end = now + 2 * u64::from(GRACE);
		assert_eq!(refusals, all(&RiskClass::ALL, end, ForecastCause::MeasurementEnds));
		assert_ok!(Attestation::revoke_measurement(root(), CODE));
		let (_, refusals) = forecast_of_a(&[]);
		assert_eq!(refusals, all(&RiskClass::ALL, now, ForecastCause::MeasurementEnds));
		assert_eq!(present(NODE_A), lease);
	});
	// A sunset that is later than the lease is not its end.
	build_and_execute(|| {
		granted(NODE_A);
		assert_ok!(Attestation::sunset_measurement(RuntimeOrigin::root(), CODE, DURATION));
		let (_, refusals) = forecast_of_a(&[]);
		assert!(refusals.iter().all(|refusal| refusal.why == ForecastCause::LeaseEnds));
	});
}

#[test]
fn a_removed_anchor_should_be_forecast_before_the_hook_comes_to_it() {
	build_and_execute(|| {
		granted(NODE_A);
		let now = Attestation::seconds();
		assert_ok!(Attestation::remove_anchor(RuntimeOrigin::root(), dev_anchors()[1]));
		let (then, refusals) = forecast_of_a(&[]);
		assert_eq!(then, RiskClasses::NONE);
		assert_eq!(refusals, all(&RiskClass::ALL, now, ForecastCause::AnchorRemoved));
	});
}

#[test]
fn an_announcement_that_does_not_verify_should_give_its_error() {
	build_and_execute(|| {
		let mut forged = moving(1, outdate);
		let Piece::TcbInfo { signature, .. } = &mut forged[2] else { unreachable!() };
		signature[0] ^= 1;
		let one = |piece: &Piece| forecast(&[Announcement::Collateral(piece.clone())]);
		assert_eq!(one(&forged[2]), Err(Why::BadSignature(Part::TcbInfo)));
		assert_eq!(one(&moving(0, |_| ())[2]), Err(Why::AlreadyHeld(Part::TcbInfo)));
		post_tdx(10, |_| ());
		let older = moving(4, |_| ());
		assert_eq!(one(&older[2]), Err(Why::RolledBack { part: Part::TcbInfo, by: 6 }));
		let lower = moving(20, |sim| sim.tcb_evaluation = 7);
		let why = Why::EvaluationTooOld { found: 7, required: 20 };
		assert_eq!(one(&lower[2]), Err(why));
		// One after the other, like posting them.
		let both = [moving(20, |_| ()).remove(2), moving(19, |_| ()).remove(2)];
		let both = both.map(Announcement::Collateral);
		assert_eq!(forecast(&both), Err(Why::RolledBack { part: Part::TcbInfo, by: 1 }));
		let [later, earlier] = both;
		assert_eq!(forecast(&[earlier, later]), Ok(vec![]));
	});
}

#[test]
fn announcements_may_stand_on_each_other() {
	ExtBuilder::default().build_and_execute(|| {
		let pieces = DevPlatform::new(DevKind::Tdx, "any").collateral(Attestation::seconds());
		let mut all: Vec<_> = pieces.into_iter().map(Announcement::Collateral).collect();
		assert_eq!(forecast(&all), Ok(vec![]));
		all.reverse();
		assert_eq!(forecast(&all), Err(Why::Missing(Part::TcbSigner)));
	});
}

#[test]
fn announcements_should_be_taken_at_the_time_that_is_looked_at() {
	build_and_execute(|| {
		granted(NODE_A);
		let now = Attestation::seconds();
		// Dated an hour from now.
		let mut ahead = announced(now % DAY + HOUR, outdate);
		let why = Why::NotYetValid { part: Part::RootCrl, by: HOUR };
		assert_eq!(forecast(&ahead), Err(why));
		ahead.push(Announcement::At(now + HOUR));
		let (then, refusals) = forecast_of_a(&ahead);
		assert_eq!(then, RiskClasses::NONE);
		let why = ForecastCause::Evidence(OUTDATED);
		assert_eq!(refusals, all(&RiskClass::ALL, now + HOUR, why));
	});
}

#[test]
fn announcements_should_be_bounded() {
	build_and_execute(|| {
		let one = Announcement::Policy(Low, default_policy(Low));
		assert_eq!(forecast(&vec![one.clone(); MAX_ANNOUNCEMENTS]), Ok(vec![]));
		let max = MAX_ANNOUNCEMENTS as u32;
		let why = Why::TooMany { part: Part::Chain, max };
		assert_eq!(forecast(&vec![one; MAX_ANNOUNCEMENTS + 1]), Err(why));
	});
}

#[test]
fn nodes_should_be_walked_in_their_order_page_by_page() {
	build_and_execute(|| {
		let nodes: Vec<NodeId> = vec![300, 7, 42, 8, 1_000];
		for node in &nodes {
			Controllers::mutate(|all| all.push((*node, ALICE)));
			granted(*node);
		}
		let (mut from, mut walked, mut pages) = (0, Vec::new(), 0);
		loop {
			let page = Attestation::forecast(from, 2, &[]).unwrap();
			walked.extend(page.items.into_iter().map(|view| view.node));
			pages += 1;
			let Some(next) = page.next else { break };
			from = next as NodeId;
		}
		assert_eq!((walked, pages), (vec![7, 8, 42, 300, 1_000], 3));
		assert_eq!(Attestation::forecast(1_001, 2, &[]).unwrap().items, vec![]);
	});
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
	fn throw(&mut self, sides: usize) -> usize {
		self.0 =
			self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		(self.0 >> 33) as usize % sides
	}
}

/// Something that may happen to collateral and policies.
fn chance(dice: &mut Dice, step: u64) -> Vec<Announcement> {
	const STATUSES: [&str; 6] = [
		"UpToDate",
		"SWHardeningNeeded",
		"ConfigurationNeeded",
		"ConfigurationAndSWHardeningNeeded",
		"OutOfDate",
		"Revoked",
	];
	let (status, qe_status) = (STATUSES[dice.throw(6)], ["UpToDate", "OutOfDate"][dice.throw(2)]);
	let advisories = [vec![], vec!["INTEL-SA-00001"]][dice.throw(2)].clone();
	let revoked = [vec![], vec![NODE_A], vec![NODE_B]][dice.throw(3)].clone();
	let level = 3 + dice.throw(3) as u8;
	let pieces = moving(step, |sim| {
		(sim.tcb_evaluation, sim.qe_evaluation) = (20 + step as u32 / 8, 20 + step as u32 / 8);
		sim.levels[0].status = status;
		sim.levels[0].advisories = advisories;
		sim.levels[0].sgx = [level; 16];
		sim.qe_levels[0].status = qe_status;
		sim.pck_crl.revoked = revoked
			.into_iter()
			.map(|node| intel(&Attempt::of(node).platform).leaf.serial)
			.collect();
	});
	let mut announced: Vec<_> = pieces
		.into_iter()
		// Some are not published yet.
		.filter(|_| dice.throw(4) > 0)
		.map(Announcement::Collateral)
		.collect();
	if dice.throw(3) == 0 {
		let class = RiskClass::ALL[dice.throw(4)];
		let mut policy = default_policy(RiskClass::ALL[dice.throw(4)]);
		match dice.throw(4) {
			0 => policy.min_evaluation = 22,
			1 => policy.statuses = BoundedVec::truncate_from(vec![TcbStatus::OutOfDate]),
			2 => policy.advisories = Advisories::Any,
			_ => {},
		}
		announced.push(Announcement::Policy(class, policy));
	}
	announced
}

/// Makes what was announced happen.
fn make_true(announced: Vec<Announcement>) {
	for one in announced {
		match one {
			Announcement::Collateral(piece) => {
				assert_ok!(post(&piece));
			},
			Announcement::Policy(class, policy) => {
				let root = RuntimeOrigin::root();
				assert_ok!(Attestation::set_quote_policy(root, class, Box::new(policy)));
			},
			Announcement::At(_) => unreachable!(),
		}
	}
}

#[test]
fn what_happens_should_be_what_was_forecast() {
	let (mut ended, mut changed, mut kept) = (0, 0, 0);
	for seed in 0..3 {
		build_and_execute(|| {
			let mut dice = Dice(seed);
			for step in 1..30 {
				for node in [NODE_A, NODE_B] {
					// Whoever has lost his lease tries to get one again.
					if !crate::LeaseOfNode::<Test>::contains_key(node) {
						let _ = Attempt::of(node).send();
					}
				}
				let announced = chance(&mut dice, step);
				let told = forecast(&announced).unwrap();
				assert_eq!(told.len() as u32, Leases::<Test>::count());
				make_true(announced);
				// At once for one of them, in the next block for the other.
				if let Some(view) = told.first().filter(|_| dice.throw(2) == 0) {
					let found = evict(view.lease).is_ok();
					assert!(found || view.now == view.then, "{view:?}");
				}
				next_block();
				for view in told {
					let then = Leases::<Test>::get(view.lease).map(|lease| lease.classes);
					assert_eq!(
						then.unwrap_or(RiskClasses::NONE),
						view.then,
						"{seed} {step}: {view:?}"
					);
					match then {
						None => ended += 1,
						Some(then) if then != view.now => changed += 1,
						Some(_) => kept += 1,
					}
					// Each class that was lost was named, at the time at which it was.
					for class in RiskClass::ALL {
						let named = view.refusals.iter().any(|refusal| {
							refusal.class == class
								&& matches!(refusal.why, ForecastCause::Evidence(_))
						});
						let lost = view.now.contains(class) && !view.then.contains(class);
						assert_eq!(named, lost, "{class:?} of {view:?}");
					}
				}
				assert_ok!(Attestation::do_try_state());
			}
		});
	}
	assert!(ended > 5 && changed > 5 && kept > 5, "{ended} {changed} {kept}");
}

#[test]
fn time_should_do_what_was_forecast() {
	build_and_execute(|| {
		let lease = granted(NODE_A);
		for at in [
			Attestation::seconds(),
			lease.not_after - 1,
			lease.not_after,
			lease.not_after + 1,
			lease.not_after + DAY,
		] {
			let (then, _) = forecast_of_a(&[Announcement::At(at)]);
			Clock::set(Some(at));
			assert_eq!(live(NODE_A, lease.id, Critical).is_ok(), !then.is_empty(), "{at}");
			Clock::set(None);
		}
	});
}
