//! Compiled programs, by the hash of their bytes.
//!
//! A program is compiled once however many jobs ask for it at the same moment. The verdict on a bad
//! one is remembered like a good one. The least recently used goes first.

use super::{
	host::HostState,
	program::{compile, ProgramFault},
	EngineBounds,
};
use concordat_primitives::hashing::program_hash;
use std::{
	collections::HashMap,
	sync::{Condvar, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use wasmtime::{InstancePre, Linker};

type Key = [u8; 32];

enum Slot {
	/// Some thread is at it.
	Compiling,
	/// Compiled; last used at the tick named.
	Ready(InstancePre<HostState>, u64),
	/// Not a clause program; last asked for at the tick named.
	Bad(String, u64),
}

#[derive(Default)]
struct Slots {
	slots: HashMap<Key, Slot>,
	compiling: usize,
	tick: u64,
}

pub(super) struct ProgramCache {
	linker: Linker<HostState>,
	bounds: EngineBounds,
	slots: Mutex<Slots>,
	changed: Condvar,
}

impl ProgramCache {
	pub fn new(linker: Linker<HostState>, bounds: EngineBounds) -> Self {
		Self { linker, bounds, slots: Mutex::default(), changed: Condvar::new() }
	}

	/// Programs held, bad ones included.
	pub fn len(&self) -> usize {
		let slots = self.lock();
		slots.slots.len() - slots.compiling
	}

	/// The program of these bytes, compiled now if it has to be.
	pub fn get(
		&self,
		engine: &wasmtime::Engine,
		program: &[u8],
	) -> Result<InstancePre<HostState>, ProgramFault> {
		if program.len() > self.bounds.program_bytes {
			return Err(ProgramFault::Bad(format!(
				"{} bytes, where {} are allowed",
				program.len(),
				self.bounds.program_bytes
			)));
		}
		let deadline = Instant::now() + self.bounds.compile_time;
		let key = program_hash(program).0;
		if let Some(known) = self.find_or_reserve(key, deadline)? {
			return known;
		}

		let reservation = Reservation { cache: self, key, slot: None };
		let compiled = compile(engine, &self.linker, program);
		let result = reservation.fill(compiled);
		if Instant::now() > deadline {
			// It is there for the next job, but this one was promised a bound.
			return Err(ProgramFault::TooSlow);
		}
		result
	}

	/// What is known of a program; `None`: nothing, and the caller is now the one to compile it.
	fn find_or_reserve(
		&self,
		key: Key,
		deadline: Instant,
	) -> Result<Option<Result<InstancePre<HostState>, ProgramFault>>, ProgramFault> {
		let mut slots = self.lock();
		loop {
			slots.tick += 1;
			let tick = slots.tick;
			let may_compile = slots.compiling < self.bounds.compilations;
			match slots.slots.get_mut(&key) {
				Some(Slot::Ready(program, used)) => {
					*used = tick;
					return Ok(Some(Ok(program.clone())));
				},
				Some(Slot::Bad(reason, used)) => {
					*used = tick;
					return Ok(Some(Err(ProgramFault::Bad(reason.clone()))));
				},
				None if may_compile => {
					slots.compiling += 1;
					slots.slots.insert(key, Slot::Compiling);
					return Ok(None);
				},
				Some(Slot::Compiling) | None => {
					let left = deadline.saturating_duration_since(Instant::now());
					if left == Duration::ZERO {
						return Err(ProgramFault::TooSlow);
					}
					slots = self
						.changed
						.wait_timeout(slots, left)
						.unwrap_or_else(PoisonError::into_inner)
						.0;
				},
			}
		}
	}

	fn lock(&self) -> MutexGuard<'_, Slots> {
		// Every critical section leaves the map whole, whatever unwinds through it.
		self.slots.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The right and duty to compile one program. Dropped unfilled, it lets somebody else try.
struct Reservation<'a> {
	cache: &'a ProgramCache,
	key: Key,
	slot: Option<Slot>,
}

impl Reservation<'_> {
	fn fill(
		mut self,
		compiled: Result<InstancePre<HostState>, ProgramFault>,
	) -> Result<InstancePre<HostState>, ProgramFault> {
		self.slot = match &compiled {
			Ok(program) => Some(Slot::Ready(program.clone(), 0)),
			Err(ProgramFault::Bad(reason)) => Some(Slot::Bad(reason.clone(), 0)),
			// Says nothing about the program.
			Err(ProgramFault::TooSlow | ProgramFault::Host(_)) => None,
		};
		compiled
	}
}

impl Drop for Reservation<'_> {
	fn drop(&mut self) {
		let mut slots = self.cache.lock();
		slots.compiling = slots.compiling.saturating_sub(1);
		slots.slots.remove(&self.key);
		if let Some(mut slot) = self.slot.take() {
			if slots.slots.len() - slots.compiling >= self.cache.bounds.cached_programs.max(1) {
				slots.evict();
			}
			slots.tick += 1;
			let tick = slots.tick;
			if let Slot::Ready(_, used) | Slot::Bad(_, used) = &mut slot {
				*used = tick;
			}
			slots.slots.insert(self.key, slot);
		}
		self.cache.changed.notify_all();
	}
}

impl Slots {
	/// Forgets the program that nobody has asked for the longest.
	fn evict(&mut self) {
		let oldest = self
			.slots
			.iter()
			.filter_map(|(key, slot)| match slot {
				Slot::Compiling => None,
				Slot::Ready(_, used) | Slot::Bad(_, used) => Some((*used, *key)),
			})
			.min();
		if let Some((_, key)) = oldest {
			self.slots.remove(&key);
		}
	}
}
