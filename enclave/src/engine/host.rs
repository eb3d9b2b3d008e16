//! The host's side of a run: the imports, and the limiter.

use super::Input;
use concordat_primitives::clause::{ResourceLimits, MAX_OUTPUT_BYTES};
use concordat_sealing::Zeroizing;
use std::sync::Arc;
use wasmtime::{Caller, Extern, FuncType, Linker, Memory, ResourceLimiter, Trap, ValType};

/// The module that every import belongs to.
pub const IMPORT_MODULE: &str = "concordat";
/// Fuel that a call into the host costs, besides the instruction that calls.
pub const HOST_CALL_FUEL: u64 = 32;
/// Bytes that the host copies for one unit of fuel.
pub const BYTES_PER_FUEL: u64 = 32;

/// Bytes that one element of a table counts for; fixed, so that usage does not depend on the host.
const TABLE_ELEMENT_BYTES: usize = 8;

/// Why the host ended a run.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
	#[error("the output exceeds its bound")]
	OutputTooLarge,
	#[error("memory or tables exceed their bound")]
	MemoryExceeded,
	#[error("the wall-clock bound has passed")]
	Timeout,
	#[error("a pointer lies outside the memory")]
	BadPointer,
	#[error("{0}")]
	Host(String),
}

/// Holds one instance to the bounds of its job.
#[derive(Debug)]
pub(super) struct Limiter {
	memory_limit: usize,
	table_limit: usize,
	memory: usize,
	elements: usize,
}

impl Limiter {
	/// The most that memory and tables have taken. Neither ever shrinks.
	pub fn peak_bytes(&self) -> u32 {
		let bytes = self.elements.saturating_mul(TABLE_ELEMENT_BYTES).saturating_add(self.memory);
		u32::try_from(bytes).unwrap_or(u32::MAX)
	}
}

/// Growth beyond what the program itself declares fails as WebAssembly says it does: the instruction
/// returns −1. Growth beyond the job's bound ends the run.
fn grow(
	desired: usize,
	declared: Option<usize>,
	limit: usize,
	size: &mut usize,
) -> wasmtime::Result<bool> {
	if declared.is_some_and(|max| desired > max) {
		return Ok(false);
	}
	if desired > limit {
		return Err(Halt::MemoryExceeded.into());
	}
	*size = desired;
	Ok(true)
}

impl ResourceLimiter for Limiter {
	fn memory_growing(
		&mut self,
		_current: usize,
		desired: usize,
		maximum: Option<usize>,
	) -> wasmtime::Result<bool> {
		grow(desired, maximum, self.memory_limit, &mut self.memory)
	}

	fn table_growing(
		&mut self,
		_current: usize,
		desired: usize,
		maximum: Option<usize>,
	) -> wasmtime::Result<bool> {
		grow(desired, maximum, self.table_limit, &mut self.elements)
	}

	/// Only the operating system can still refuse what was granted above; that says nothing about
	/// the program.
	fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
		Err(Halt::Host(format!("memory could not grow: {error:#}")).into())
	}

	fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
		Err(Halt::Host(format!("a table could not grow: {error:#}")).into())
	}

	fn instances(&self) -> usize {
		1
	}

	fn tables(&self) -> usize {
		1
	}

	fn memories(&self) -> usize {
		1
	}
}

/// What a running program can reach.
pub(super) struct HostState {
	input: Input,
	dependencies: Arc<[Vec<u8>]>,
	output_limit: usize,
	pub output: Zeroizing<Vec<u8>>,
	/// Bytes copied to the program.
	pub bytes_in: u32,
	/// Calls of the imports.
	pub calls: u32,
	pub limiter: Limiter,
}

impl HostState {
	pub fn new(input: Input, dependencies: Arc<[Vec<u8>]>, limits: &ResourceLimits) -> Self {
		// Room for all of it from the start: growing would leave copies behind.
		let room = limits.output_bytes.min(MAX_OUTPUT_BYTES) as usize;
		Self {
			input,
			dependencies,
			output_limit: limits.output_bytes as usize,
			output: Zeroizing::new(Vec::with_capacity(room)),
			bytes_in: 0,
			calls: 0,
			limiter: Limiter {
				memory_limit: limits.memory_bytes as usize,
				table_limit: limits.table_elements as usize,
				memory: 0,
				elements: 0,
			},
		}
	}
}

/// The type of an import, or `None` if there is no such import.
pub(super) fn import_type(engine: &wasmtime::Engine, module: &str, name: &str) -> Option<FuncType> {
	if module != IMPORT_MODULE {
		return None;
	}
	let params = match name {
		"input_len" | "dep_count" => 0,
		"dep_len" => 1,
		"output_write" => 2,
		"input_read" => 3,
		"dep_read" => 4,
		_ => return None,
	};
	Some(FuncType::new(engine, std::iter::repeat_n(ValType::I32, params), [ValType::I32]))
}

/// The imports.
pub(super) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<HostState>> {
	let mut linker = Linker::new(engine);
	linker
		.func_wrap(IMPORT_MODULE, "input_len", |mut caller: Caller<'_, HostState>| {
			charge(&mut caller, 0)?;
			length(caller.data().input.len())
		})?
		.func_wrap(
			IMPORT_MODULE,
			"input_read",
			|mut caller: Caller<'_, HostState>, ptr: u32, offset: u32, len: u32| {
				let input = caller.data().input.clone();
				read(&mut caller, &input, ptr, offset, len)
			},
		)?
		.func_wrap(IMPORT_MODULE, "dep_count", |mut caller: Caller<'_, HostState>| {
			charge(&mut caller, 0)?;
			length(caller.data().dependencies.len())
		})?
		.func_wrap(
			IMPORT_MODULE,
			"dep_len",
			|mut caller: Caller<'_, HostState>, index: u32| -> wasmtime::Result<i32> {
				charge(&mut caller, 0)?;
				match caller.data().dependencies.get(index as usize) {
					Some(bytes) => length(bytes.len()),
					None => Ok(-1),
				}
			},
		)?
		.func_wrap(
			IMPORT_MODULE,
			"dep_read",
			|mut caller: Caller<'_, HostState>, index: u32, ptr: u32, offset: u32, len: u32| {
				let dependencies = caller.data().dependencies.clone();
				match dependencies.get(index as usize) {
					Some(bytes) => read(&mut caller, bytes, ptr, offset, len),
					None => charge(&mut caller, 0).map(|()| -1),
				}
			},
		)?
		.func_wrap(
			IMPORT_MODULE,
			"output_write",
			|mut caller: Caller<'_, HostState>, ptr: u32, len: u32| -> wasmtime::Result<i32> {
				write(&mut caller, ptr, len)
			},
		)?;
	Ok(linker)
}

/// Copies a part of `source` into the program's memory.
fn read(
	caller: &mut Caller<'_, HostState>,
	source: &[u8],
	ptr: u32,
	offset: u32,
	len: u32,
) -> wasmtime::Result<i32> {
	let rest = source.get(offset as usize..).unwrap_or_default();
	let part = rest.get(..len as usize).unwrap_or(rest);
	charge(caller, part.len())?;
	let memory = memory(caller)?;
	let (bytes, state) = memory.data_and_store_mut(&mut *caller);
	let target = range(bytes.len(), ptr, len)?;
	let target = bytes.get_mut(target).ok_or(Halt::BadPointer)?;
	target.get_mut(..part.len()).ok_or(Halt::BadPointer)?.copy_from_slice(part);
	let copied = u32::try_from(part.len()).unwrap_or(u32::MAX);
	state.bytes_in = state.bytes_in.saturating_add(copied);
	length(part.len())
}

/// Appends a part of the program's memory to the output.
fn write(caller: &mut Caller<'_, HostState>, ptr: u32, len: u32) -> wasmtime::Result<i32> {
	// The bound is looked at before the copy is paid for: whichever is hit first, nothing is copied.
	charge(caller, 0)?;
	let memory = memory(caller)?;
	let (bytes, state) = memory.data_and_store_mut(&mut *caller);
	let source = bytes.get(range(bytes.len(), ptr, len)?).ok_or(Halt::BadPointer)?;
	if source.len() > state.output_limit.saturating_sub(state.output.len()) {
		return Err(Halt::OutputTooLarge.into());
	}
	state.output.extend_from_slice(source);
	burn(caller, u64::from(len) / BYTES_PER_FUEL)?;
	Ok(0)
}

/// `ptr .. ptr + len`, if it lies within a memory of `size` bytes.
fn range(size: usize, ptr: u32, len: u32) -> Result<std::ops::Range<usize>, Halt> {
	let end = u64::from(ptr) + u64::from(len);
	match usize::try_from(end) {
		Ok(end) if end <= size => Ok(ptr as usize..end),
		_ => Err(Halt::BadPointer),
	}
}

fn memory(caller: &mut Caller<'_, HostState>) -> wasmtime::Result<Memory> {
	match caller.get_export("memory") {
		Some(Extern::Memory(memory)) => Ok(memory),
		// The program was checked for the export before it could run.
		_ => Err(Halt::BadPointer.into()),
	}
}

fn length(len: usize) -> wasmtime::Result<i32> {
	i32::try_from(len).map_err(|_| Halt::Host("a length exceeds 31 bits".into()).into())
}

/// Counts a call that copies `bytes` bytes, and takes its fuel.
fn charge(caller: &mut Caller<'_, HostState>, bytes: usize) -> wasmtime::Result<()> {
	let state = caller.data_mut();
	state.calls = state.calls.saturating_add(1);
	burn(caller, HOST_CALL_FUEL + bytes as u64 / BYTES_PER_FUEL)
}

fn burn(caller: &mut Caller<'_, HostState>, fuel: u64) -> wasmtime::Result<()> {
	match caller.get_fuel()?.checked_sub(fuel) {
		Some(rest) => caller.set_fuel(rest),
		None => {
			caller.set_fuel(0)?;
			Err(Trap::OutOfFuel.into())
		},
	}
}
