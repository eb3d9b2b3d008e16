//! The enclave's imports. The only place of this workspace that calls foreign functions.
#![allow(unsafe_code)]

use crate::{execute, Clause, Host};

/// The import ABI. The host reads every number as unsigned 32 bits, which is what a pointer and a
/// `usize` are on `wasm32`; −1 as an answer reads as `usize::MAX`.
mod imports {
	#[link(wasm_import_module = "concordat")]
	extern "C" {
		pub fn input_len() -> usize;
		pub fn input_read(ptr: *mut u8, offset: usize, len: usize) -> usize;
		pub fn dep_count() -> usize;
		pub fn dep_len(index: usize) -> usize;
		pub fn dep_read(index: usize, ptr: *mut u8, offset: usize, len: usize) -> usize;
		pub fn output_write(ptr: *const u8, len: usize) -> usize;
	}
}

/// What the host answers when there is no such dependency.
const NONE: usize = usize::MAX;

/// The enclave that the program runs in.
struct Enclave;

// SAFETY of the calls below: functions that take no pointer have no precondition. Those that take a
// pointer and a length get both from one slice, so the host stays inside memory that the program
// owns — mutably, where the host writes — for as long as the call lasts; the host keeps no pointer.
impl Host for Enclave {
	fn input_len(&self) -> usize {
		// SAFETY: see above.
		unsafe { imports::input_len() }
	}

	fn input_read(&self, offset: usize, buffer: &mut [u8]) -> usize {
		// SAFETY: see above.
		unsafe { imports::input_read(buffer.as_mut_ptr(), offset, buffer.len()) }
	}

	fn dep_count(&self) -> usize {
		// SAFETY: see above.
		unsafe { imports::dep_count() }
	}

	fn dep_len(&self, index: usize) -> Option<usize> {
		// SAFETY: see above.
		let len = unsafe { imports::dep_len(index) };
		(len != NONE).then_some(len)
	}

	fn dep_read(&self, index: usize, offset: usize, buffer: &mut [u8]) -> Option<usize> {
		// SAFETY: see above.
		let read = unsafe { imports::dep_read(index, buffer.as_mut_ptr(), offset, buffer.len()) };
		(read != NONE).then_some(read)
	}

	fn output_write(&mut self, bytes: &[u8]) -> bool {
		// SAFETY: see above.
		unsafe { imports::output_write(bytes.as_ptr(), bytes.len()) == 0 }
	}
}

/// Runs a clause in the enclave. Called by what [`crate::clause!`] exports.
pub fn run(clause: Clause) -> i32 {
	execute(&mut Enclave, clause)
}

/// A panic is a defect of the clause. There is nobody to tell but the enclave, and a trap tells it.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
	core::arch::wasm32::unreachable()
}
