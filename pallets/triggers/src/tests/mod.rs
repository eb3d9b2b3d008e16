//! Tests by behaviour. Every one ends with the pallet's invariants.

mod bundling;
mod creating;
mod dependencies;
mod documentation;
mod firing;
mod forecasts;
mod hook;
mod money;
mod quotas;
mod readings;
mod schedules;
mod sources;
mod views;
mod votes;
mod weighing;
