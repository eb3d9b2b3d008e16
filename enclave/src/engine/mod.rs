//! The engine: runs one clause program on one input and says what came out and what it took.
//!
//! A clause program is core WebAssembly. It sees its input, the outputs of the steps it depends on
//! and nothing else: no clock, no randomness, no files, no network, no threads. Two engines of the
//! same version that run the same program on the same input get the same bytes, the same failure
//! code and the same fuel.
//!
//! # The import ABI (normative for clause authors)
//!
//! Every import is a function of the module `concordat`. All numbers are 32-bit and read as
//! unsigned, so a "negative" pointer or length is merely a very large one.
//!
//! | import | result |
//! |---|---|
//! | `input_len() -> i32` | length of the input in bytes |
//! | `input_read(ptr, offset, len) -> i32` | copies `input[offset .. offset + len]`, cut at its end, to memory at `ptr`; the number of bytes copied |
//! | `dep_count() -> i32` | number of dependency outputs |
//! | `dep_len(index) -> i32` | length of one of them; −1: there is no such index |
//! | `dep_read(index, ptr, offset, len) -> i32` | as `input_read`, from one of them; −1: there is no such index |
//! | `output_write(ptr, len) -> i32` | appends `memory[ptr .. ptr + len]` to the output; 0 |
//!
//! Every `(ptr, len)` pair must lie inside the memory as a whole, even where fewer bytes are copied;
//! one that does not traps. Writing past the output bound ends the run with
//! [`FailureCode::OutputTooLarge`].
//!
//! A program must export
//!
//! - `memory`: its linear memory, and
//! - `run: () -> i32`: 0 says that the output is the result; any other number is the program's own
//!   failure, reported as [`FailureCode::Program`]. What it wrote is then discarded.
//!
//! A `start` function is allowed and counts like everything else. Any other import, a missing
//! export, or one of another type makes the program a [`FailureCode::BadProgram`].
//!
//! # The instruction set
//!
//! WebAssembly 1.0 with mutable globals, sign extension and non-trapping float-to-int conversion:
//! what `rustc --target wasm32v1-none` emits, and a little more. Off: bulk memory and reference
//! types (one instruction of theirs can do the work of millions, which fuel would not see), multiple
//! values, SIMD, threads, tail calls, exceptions, garbage collection, 64-bit and multiple memories.
//! Floats are allowed; every NaN that an operation produces has the canonical bit pattern.
//!
//! # Fuel
//!
//! One unit per executed instruction, as wasmtime counts it; a call into the host costs
//! [`HOST_CALL_FUEL`] more, and one unit for every [`BYTES_PER_FUEL`] bytes it copies.
//!
//! # Bounds and how each one ends a run
//!
//! | bound | ends as |
//! |---|---|
//! | fuel | `FuelExhausted` |
//! | linear memory, tables | `MemoryExceeded` (growth beyond the maximum that the program itself declares, or beyond 4 GiB, returns −1 instead) |
//! | output bytes | `OutputTooLarge` |
//! | wall clock of the run; of the compilation | `Timeout` |
//! | program bytes; functions; bytes, locals and loops of one function; complexity ([`shape`]) | `BadProgram` |
//! | native stack (1 MiB) | `Trap` |

mod cache;
mod clock;
mod host;
mod program;
pub mod shape;

#[cfg(test)]
mod tests;

pub use clock::CPU_TIME_SOURCE;
pub use host::{BYTES_PER_FUEL, HOST_CALL_FUEL, IMPORT_MODULE};

use cache::ProgramCache;
use clock::{thread_cpu_time, Ticker};
use concordat_primitives::{
	cac::{Engine, EngineKind, FailureCode, ResourceUsage},
	clause::{ResourceLimits, MAX_PROGRAM_BYTES},
};
use concordat_sealing::Zeroizing;
use host::{Halt, HostState};
use program::ProgramFault;
use std::{
	fmt, mem,
	ops::Deref,
	sync::Arc,
	time::{Duration, Instant},
};
use wasmtime::{Config, OptLevel, Store, Strategy, Trap, UpdateDeadline, WasmBacktraceDetails};

/// The engine, as a CAC states it. A test holds the version against the lock file.
pub const ENGINE: Engine = Engine { kind: EngineKind::Wasmtime, version: (36, 0, 20) };
/// Version of the import ABI, the instruction set and the fuel rules above.
pub const ABI_VERSION: u32 = 1;

/// Native stack that a program may use.
const PROGRAM_STACK: usize = 1024 * 1024;
/// Stack of a thread that [`ClauseEngine::run`] is called on: the program's, plus the compiler's.
pub const THREAD_STACK: usize = 8 * 1024 * 1024;

/// Bounds that belong to the engine and not to a job.
#[derive(Clone, Copy, Debug)]
pub struct EngineBounds {
	/// Longest program in bytes.
	pub program_bytes: usize,
	/// Compiled programs remembered.
	pub cached_programs: usize,
	/// Programs compiled at once; others wait.
	pub compilations: usize,
	/// How long a compilation may take, waiting included.
	pub compile_time: Duration,
}

impl Default for EngineBounds {
	fn default() -> Self {
		Self {
			program_bytes: MAX_PROGRAM_BYTES as usize,
			cached_programs: 64,
			compilations: 2,
			compile_time: Duration::from_secs(15),
		}
	}
}

/// The input of a run. Cloning shares it; it is overwritten when the last clone goes.
#[derive(Clone)]
pub struct Input(Arc<Zeroizing<Vec<u8>>>);

impl Deref for Input {
	type Target = [u8];

	fn deref(&self) -> &[u8] {
		&self.0
	}
}

impl From<Zeroizing<Vec<u8>>> for Input {
	fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
		Self(Arc::new(bytes))
	}
}

impl From<&[u8]> for Input {
	fn from(bytes: &[u8]) -> Self {
		Zeroizing::new(bytes.to_vec()).into()
	}
}

impl<const N: usize> From<[u8; N]> for Input {
	fn from(bytes: [u8; N]) -> Self {
		Self::from(&bytes[..])
	}
}

impl fmt::Debug for Input {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} bytes", self.len())
	}
}

/// One program to run on one input.
#[derive(Clone, Debug)]
pub struct Execution<'a> {
	/// The program.
	pub program: &'a [u8],
	/// Its input.
	pub input: Input,
	/// Outputs of the steps it depends on, in the order of the workflow.
	pub dependencies: Arc<[Vec<u8>]>,
	/// What it may use.
	pub limits: ResourceLimits,
}

/// What came out of a run, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
	/// The output, or why there is none.
	pub outcome: Result<Vec<u8>, FailureCode>,
	/// What the run used.
	pub usage: ResourceUsage,
}

impl Report {
	/// A run that failed before it began.
	pub(crate) fn refused(code: FailureCode) -> Self {
		Self { outcome: Err(code), usage: ResourceUsage::default() }
	}
}

/// The host, not the program, is at fault: nothing may be signed about the program.
#[derive(Debug, thiserror::Error)]
#[error("the engine could not run the program: {0}")]
pub struct HostFault(pub String);

/// Runs clause programs. Cheap to share; [`Self::run`] blocks its thread.
pub struct ClauseEngine {
	engine: wasmtime::Engine,
	cache: ProgramCache,
	ticker: Ticker,
	bounds: EngineBounds,
}

impl ClauseEngine {
	/// An engine, and the thread that watches the wall clock of its runs.
	pub fn new(bounds: EngineBounds) -> Result<Self, HostFault> {
		let engine = wasmtime::Engine::new(&config()).map_err(|e| HostFault(format!("{e:#}")))?;
		let linker = host::linker(&engine).map_err(|e| HostFault(format!("{e:#}")))?;
		let ticker = Ticker::start(engine.clone()).map_err(|e| HostFault(e.to_string()))?;
		Ok(Self { engine, cache: ProgramCache::new(linker, bounds), ticker, bounds })
	}

	/// The bounds that the engine was made with.
	pub fn bounds(&self) -> &EngineBounds {
		&self.bounds
	}

	/// Compiled programs at hand.
	pub fn cached_programs(&self) -> usize {
		self.cache.len()
	}

	/// Runs a program to its end. Blocks; never longer than the compilation budget and the wall-clock
	/// bound together, but for a compilation, which cannot be interrupted: [`shape`] bounds it.
	pub fn run(&self, execution: &Execution<'_>) -> Result<Report, HostFault> {
		let compiled = match self.cache.get(&self.engine, execution.program) {
			Ok(compiled) => compiled,
			Err(ProgramFault::Bad(reason)) => {
				log::info!("program refused: {reason}");
				return Ok(Report::refused(FailureCode::BadProgram));
			},
			Err(ProgramFault::TooSlow) => return Ok(Report::refused(FailureCode::Timeout)),
			Err(ProgramFault::Host(reason)) => return Err(HostFault(reason)),
		};

		let limits = &execution.limits;
		let state = HostState::new(execution.input.clone(), execution.dependencies.clone(), limits);
		let mut store = Store::new(&self.engine, state);
		store.limiter(|state| &mut state.limiter);
		store.set_fuel(limits.fuel).map_err(|e| HostFault(format!("{e:#}")))?;
		store.set_epoch_deadline(1);
		let deadline = Instant::now() + Duration::from_millis(limits.wall_millis.into());
		store.epoch_deadline_callback(move |_| {
			if Instant::now() < deadline {
				Ok(UpdateDeadline::Continue(1))
			} else {
				Err(Halt::Timeout.into())
			}
		});

		let cpu_start = thread_cpu_time();
		let ending = {
			let _ticking = self.ticker.keep_ticking();
			compiled.instantiate(&mut store).and_then(|instance| {
				instance.get_typed_func::<(), i32>(&mut store, "run")?.call(&mut store, ())
			})
		};
		let cpu_time = thread_cpu_time().saturating_sub(cpu_start);

		let fuel_left = store.get_fuel().map_err(|e| HostFault(format!("{e:#}")))?;
		let outcome = match ending {
			Ok(0) => Ok(()),
			Ok(code) => Err(FailureCode::Program(code)),
			Err(error) => Err(failure_code(&error)?),
		};
		let mut state = store.into_data();
		let usage = ResourceUsage {
			fuel: limits.fuel.saturating_sub(fuel_left),
			cpu_micros: u64::try_from(cpu_time.as_micros()).unwrap_or(u64::MAX),
			peak_memory: state.limiter.peak_bytes(),
			bytes_in: state.bytes_in,
			bytes_out: u32::try_from(state.output.len()).unwrap_or(u32::MAX),
			storage_ops: state.calls,
		};
		// What a program that failed has written is overwritten with the rest of its state.
		Ok(Report { outcome: outcome.map(|()| mem::take(&mut *state.output)), usage })
	}
}

/// Everything that could make two runs differ is off; everything that bounds a run is on.
fn config() -> Config {
	let mut config = Config::new();
	config
		.strategy(Strategy::Cranelift)
		.cranelift_opt_level(OptLevel::Speed)
		.cranelift_nan_canonicalization(true)
		.relaxed_simd_deterministic(true)
		.consume_fuel(true)
		.epoch_interruption(true)
		.max_wasm_stack(PROGRAM_STACK)
		// The instruction set. Each proposal is named, so that neither a new release nor a crate
		// feature switched on elsewhere in the same build can widen it.
		.wasm_multi_value(false)
		.wasm_bulk_memory(false)
		.wasm_reference_types(false)
		.wasm_function_references(false)
		.wasm_gc(false)
		.wasm_simd(false)
		.wasm_relaxed_simd(false)
		.wasm_threads(false)
		.wasm_shared_everything_threads(false)
		.wasm_tail_call(false)
		.wasm_extended_const(false)
		.wasm_multi_memory(false)
		.wasm_memory64(false)
		.wasm_custom_page_sizes(false)
		.wasm_wide_arithmetic(false)
		.wasm_stack_switching(false)
		// A program's data is copied at instantiation: no file descriptor per cached program.
		.memory_init_cow(false)
		.generate_address_map(false)
		.wasm_backtrace(false)
		.wasm_backtrace_details(WasmBacktraceDetails::Disable);
	config
}

/// The failure code of a run that did not return, or the host's fault.
fn failure_code(error: &wasmtime::Error) -> Result<FailureCode, HostFault> {
	if let Some(halt) = error.downcast_ref::<Halt>() {
		return match halt {
			Halt::OutputTooLarge => Ok(FailureCode::OutputTooLarge),
			Halt::MemoryExceeded => Ok(FailureCode::MemoryExceeded),
			Halt::Timeout => Ok(FailureCode::Timeout),
			Halt::BadPointer => Ok(FailureCode::Trap),
			Halt::Host(reason) => Err(HostFault(reason.clone())),
		};
	}
	match error.downcast_ref::<Trap>() {
		Some(Trap::OutOfFuel) => Ok(FailureCode::FuelExhausted),
		Some(Trap::Interrupt) => Ok(FailureCode::Timeout),
		Some(Trap::AllocationTooLarge) => Ok(FailureCode::MemoryExceeded),
		Some(_) => Ok(FailureCode::Trap),
		None if is_stray_segment(error) => Ok(FailureCode::Trap),
		// Neither the program nor a bound ended the run: the operating system refused memory, say.
		None => Err(HostFault(format!("{error:#}"))),
	}
}

/// Whether a data or element segment reaches beyond its memory or table. That is the one way in
/// which a program ends itself that wasmtime has no [`Trap`] for, when bulk memory is off.
fn is_stray_segment(error: &wasmtime::Error) -> bool {
	let reason = error.root_cause().to_string();
	reason.starts_with("memory out of bounds:") || reason.starts_with("table out of bounds:")
}
