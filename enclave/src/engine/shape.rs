//! A look at a program, instruction by instruction, before the compiler sees it.
//!
//! It holds two things that the compiler's own validation does not:
//!
//! - **A closed list of instructions.** What is not on it is refused here, whatever proposals a
//!   compiler of another version or build may know.
//! - **Bounds on the time of a compilation**, which cannot be interrupted. It grows with the product
//!   of a function's locals and its branches, and with the square of its loops: 400 KiB of the worst
//!   kind took minutes. Within these bounds the worst kinds found take less than five seconds, and
//!   code that a compiler emits stays far below them.

/// Most functions in a program.
pub const MAX_FUNCTIONS: u32 = 10_000;
/// Longest body of one function in bytes.
pub const MAX_FUNCTION_BYTES: u32 = 64 * 1024;
/// Most locals of one function, its parameters included.
pub const MAX_LOCALS: u64 = 2_048;
/// Most loops in one function.
pub const MAX_LOOPS: u64 = 500;
/// Most [`Body::complexity`] of all functions together.
pub const MAX_COMPLEXITY: u64 = 16_000_000;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const TYPE_SECTION: u8 = 1;
const FUNCTION_SECTION: u8 = 3;
const CODE_SECTION: u8 = 10;

/// Why a program is not handed to the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
	/// Not core WebAssembly, or cut off.
	#[error("not a core WebAssembly module")]
	Malformed,
	/// An instruction that is not on the list.
	#[error("instruction {0:#04x} is not one that clauses may use")]
	Instruction(u8),
	/// More than [`MAX_FUNCTIONS`].
	#[error("{0} functions, where {MAX_FUNCTIONS} are allowed")]
	Functions(u32),
	/// A function longer than [`MAX_FUNCTION_BYTES`].
	#[error("a function of {0} bytes, where {MAX_FUNCTION_BYTES} are allowed")]
	FunctionBytes(u32),
	/// A function with more than [`MAX_LOCALS`].
	#[error("a function with {0} locals, where {MAX_LOCALS} are allowed")]
	Locals(u64),
	/// A function with more than [`MAX_LOOPS`].
	#[error("a function with {0} loops, where {MAX_LOOPS} are allowed")]
	Loops(u64),
	/// More than [`MAX_COMPLEXITY`].
	#[error("too complex: locals times branches exceed {MAX_COMPLEXITY}")]
	Complexity,
}

/// What makes a function slow to compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Body {
	/// Parameters and locals.
	pub locals: u64,
	/// Blocks, conditions and branches.
	pub branches: u64,
	/// Loops. One costs as much as six branches.
	pub loops: u64,
}

impl Body {
	/// Locals times branches.
	pub const fn complexity(&self) -> u64 {
		self.locals.saturating_mul(self.branches.saturating_add(self.loops.saturating_mul(6)))
	}
}

/// Checks the list and the bounds. What passes need not be valid: the compiler still validates it.
pub(super) fn check(program: &[u8]) -> Result<(), ShapeError> {
	let mut rest = program.strip_prefix(HEADER).ok_or(ShapeError::Malformed)?;
	let mut params_of_types = Vec::new();
	let mut types_of_functions = Vec::new();
	while !rest.is_empty() {
		let id = take_byte(&mut rest)?;
		let mut section = take_section(&mut rest)?;
		match id {
			TYPE_SECTION => {
				for _ in 0..take_u32(&mut section)? {
					params_of_types.push(take_function_type(&mut section)?);
				}
			},
			FUNCTION_SECTION => {
				let functions = take_u32(&mut section)?;
				if functions > MAX_FUNCTIONS {
					return Err(ShapeError::Functions(functions));
				}
				for _ in 0..functions {
					types_of_functions.push(take_u32(&mut section)?);
				}
			},
			CODE_SECTION => {
				let params = types_of_functions
					.iter()
					.map(|index| params_of_types.get(*index as usize).copied());
				check_code(section, params)?;
			},
			_ => {},
		}
	}
	Ok(())
}

/// The number of parameters of the next type.
fn take_function_type(section: &mut &[u8]) -> Result<u32, ShapeError> {
	const FUNCTION: u8 = 0x60;
	if take_byte(section)? != FUNCTION {
		return Err(ShapeError::Malformed);
	}
	// Every type on the list is one byte.
	let params = take_u32(section)?;
	take_bytes(section, params)?;
	let results = take_u32(section)?;
	take_bytes(section, results)?;
	Ok(params)
}

fn check_code(
	mut section: &[u8],
	mut params: impl Iterator<Item = Option<u32>>,
) -> Result<(), ShapeError> {
	let mut complexity = 0u64;
	for _ in 0..take_u32(&mut section)? {
		let params = params.next().flatten().ok_or(ShapeError::Malformed)?;
		let len = take_u32(&mut section)?;
		if len > MAX_FUNCTION_BYTES {
			return Err(ShapeError::FunctionBytes(len));
		}
		let body = read_body(take_bytes(&mut section, len)?, params)?;
		complexity = complexity.saturating_add(body.complexity());
		if complexity > MAX_COMPLEXITY {
			return Err(ShapeError::Complexity);
		}
	}
	Ok(())
}

fn read_body(mut code: &[u8], params: u32) -> Result<Body, ShapeError> {
	let code = &mut code;
	let mut body = Body { locals: params.into(), ..Body::default() };
	for _ in 0..take_u32(code)? {
		body.locals = body.locals.saturating_add(take_u32(code)?.into());
		take_byte(code)?;
	}
	if body.locals > MAX_LOCALS {
		return Err(ShapeError::Locals(body.locals));
	}
	while !code.is_empty() {
		read_instruction(code, &mut body)?;
	}
	if body.loops > MAX_LOOPS {
		return Err(ShapeError::Loops(body.loops));
	}
	Ok(body)
}

/// Reads one instruction with its operands.
fn read_instruction(code: &mut &[u8], body: &mut Body) -> Result<(), ShapeError> {
	match take_byte(code)? {
		// unreachable, nop, end, return, drop, select
		0x00 | 0x01 | 0x0b | 0x0f | 0x1a | 0x1b => {},
		// else
		0x05 => body.branches += 1,
		// block, if: a block type
		0x02 | 0x04 => {
			body.branches += 1;
			skip_leb(code, 5)?;
		},
		// loop: a block type
		0x03 => {
			body.loops += 1;
			skip_leb(code, 5)?;
		},
		// br, br_if: a label
		0x0c | 0x0d => {
			body.branches += 1;
			take_u32(code)?;
		},
		// br_table: labels, and one more
		0x0e => {
			for _ in 0..=take_u32(code)? {
				body.branches += 1;
				take_u32(code)?;
			}
		},
		// call
		0x10 => skip_leb(code, 5)?,
		// call_indirect: a type and a table
		0x11 => {
			take_u32(code)?;
			take_u32(code)?;
		},
		// local and global, get, set and tee
		0x20..=0x24 => skip_leb(code, 5)?,
		// loads and stores: alignment and offset
		0x28..=0x3e => {
			take_u32(code)?;
			take_u32(code)?;
		},
		// memory.size, memory.grow
		0x3f | 0x40 => skip_leb(code, 5)?,
		// constants
		0x41 => skip_leb(code, 5)?,
		0x42 => skip_leb(code, 10)?,
		0x43 => drop(take_bytes(code, 4)?),
		0x44 => drop(take_bytes(code, 8)?),
		// comparisons, arithmetic, conversions, sign extension
		0x45..=0xc4 => {},
		// saturating conversions; beyond them lies bulk memory
		0xfc => match take_u32(code)? {
			0..=7 => {},
			_ => return Err(ShapeError::Instruction(0xfc)),
		},
		other => return Err(ShapeError::Instruction(other)),
	}
	Ok(())
}

fn take_byte(rest: &mut &[u8]) -> Result<u8, ShapeError> {
	let (byte, tail) = rest.split_first().ok_or(ShapeError::Malformed)?;
	*rest = tail;
	Ok(*byte)
}

fn take_bytes<'a>(rest: &mut &'a [u8], len: u32) -> Result<&'a [u8], ShapeError> {
	let (head, tail) = rest.split_at_checked(len as usize).ok_or(ShapeError::Malformed)?;
	*rest = tail;
	Ok(head)
}

fn take_section<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], ShapeError> {
	let len = take_u32(rest)?;
	take_bytes(rest, len)
}

/// Unsigned LEB128 of at most five bytes.
fn take_u32(rest: &mut &[u8]) -> Result<u32, ShapeError> {
	let mut value = 0u64;
	for shift in [0, 7, 14, 21, 28] {
		let byte = take_byte(rest)?;
		value |= u64::from(byte & 0x7f) << shift;
		if byte & 0x80 == 0 {
			return u32::try_from(value).map_err(|_| ShapeError::Malformed);
		}
	}
	Err(ShapeError::Malformed)
}

/// Passes over a LEB128 number of either sign, of at most `max` bytes.
fn skip_leb(rest: &mut &[u8], max: usize) -> Result<(), ShapeError> {
	for _ in 0..max {
		if take_byte(rest)? & 0x80 == 0 {
			return Ok(());
		}
	}
	Err(ShapeError::Malformed)
}
