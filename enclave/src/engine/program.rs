//! From bytes to a program that may run.

use super::{
	host::{import_type, HostState},
	shape,
};
use std::panic::{catch_unwind, AssertUnwindSafe};
use wasmtime::{ExternType, FuncType, InstancePre, Linker, Module};

/// Why there is no program to run.
#[derive(Clone, Debug)]
pub(super) enum ProgramFault {
	/// The bytes are not a clause program. Every engine of this version says so.
	Bad(String),
	/// It was not compiled in time.
	TooSlow,
	/// The operating system refused what the compiler needs. That says nothing about the program.
	Host(String),
}

fn bad(reason: impl ToString) -> ProgramFault {
	ProgramFault::Bad(reason.to_string())
}

/// Compiles a program and checks that it is a clause program.
pub(super) fn compile(
	engine: &wasmtime::Engine,
	linker: &Linker<HostState>,
	bytes: &[u8],
) -> Result<InstancePre<HostState>, ProgramFault> {
	shape::check(bytes).map_err(bad)?;
	// A compiler that panics must not take the enclave with it.
	let module = catch_unwind(AssertUnwindSafe(|| Module::from_binary(engine, bytes)))
		.map_err(|_| bad("the compiler panicked"))?
		.map_err(|error| match is_os_error(&error) {
			true => ProgramFault::Host(format!("{error:#}")),
			false => bad(format!("{error:#}")),
		})?;
	check_imports(engine, &module).and_then(|()| check_exports(&module)).map_err(bad)?;
	linker.instantiate_pre(&module).map_err(|e| bad(format!("{e:#}")))
}

/// Whether the operating system is to blame.
fn is_os_error(error: &wasmtime::Error) -> bool {
	error.chain().any(|cause| {
		#[cfg(unix)]
		if cause.is::<rustix::io::Errno>() {
			return true;
		}
		cause.is::<std::io::Error>()
	})
}

fn check_imports(engine: &wasmtime::Engine, module: &Module) -> Result<(), String> {
	for import in module.imports() {
		let name = format!("{}.{}", import.module(), import.name());
		let expected = import_type(engine, import.module(), import.name())
			.ok_or_else(|| format!("there is no import {name}"))?;
		match import.ty() {
			ExternType::Func(ty) if FuncType::eq(&ty, &expected) => {},
			_ => return Err(format!("the import {name} has another type")),
		}
	}
	Ok(())
}

fn check_exports(module: &Module) -> Result<(), String> {
	match module.get_export("memory") {
		Some(ExternType::Memory(memory)) if !memory.is_64() && !memory.is_shared() => {},
		_ => return Err("the program does not export its memory as `memory`".into()),
	}
	match module.get_export("run") {
		Some(ExternType::Func(ty))
			if ty.params().len() == 0 && ty.results().map(|r| r.is_i32()).eq([true]) =>
		{
			Ok(())
		},
		_ => Err("the program does not export `run: () -> i32`".into()),
	}
}
