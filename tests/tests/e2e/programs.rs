//! Tiny programs, written by hand, that behave in ways that no example does.

// The figures use a part of them.
#![allow(dead_code)]

/// LEB128, unsigned.
fn leb(mut value: u64) -> Vec<u8> {
	let mut bytes = Vec::new();
	loop {
		let byte = (value & 0x7f) as u8;
		value >>= 7;
		if value == 0 {
			bytes.push(byte);
			return bytes;
		}
		bytes.push(byte | 0x80);
	}
}

/// LEB128, signed.
fn sleb(mut value: i64) -> Vec<u8> {
	let mut bytes = Vec::new();
	loop {
		let byte = (value & 0x7f) as u8;
		value >>= 7;
		let done = (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0);
		if done {
			bytes.push(byte);
			return bytes;
		}
		bytes.push(byte | 0x80);
	}
}

fn section(id: u8, body: Vec<u8>) -> Vec<u8> {
	let mut bytes = vec![id];
	bytes.extend(leb(body.len() as u64));
	bytes.extend(body);
	bytes
}

fn name(text: &str) -> Vec<u8> {
	let mut bytes = leb(text.len() as u64);
	bytes.extend(text.as_bytes());
	bytes
}

/// Where what a program reads is put.
const READ_AT: i64 = 1_024;
/// Most that it reads: what is left of its page of memory.
const READ_MOST: i64 = 64 * 1_024 - READ_AT;

/// What a program reads and writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
	/// Nothing.
	Nothing,
	/// Its input.
	Input,
	/// The output of the first step that it depends on; it traps if there is none.
	Dependency,
}

/// Counts down from `turns` and writes "done": seconds of work that no optimiser removes.
pub fn busy(turns: i64) -> Vec<u8> {
	program(turns, b"done", Reads::Nothing)
}

/// The same, but writes a text and its input.
pub fn echo(turns: i64, text: &[u8]) -> Vec<u8> {
	program(turns, text, Reads::Input)
}

/// The same, but writes a text and the output of the first step that it depends on.
pub fn echo_dependency(turns: i64, text: &[u8]) -> Vec<u8> {
	program(turns, text, Reads::Dependency)
}

fn i32_const(value: i64) -> Vec<u8> {
	[vec![0x41], sleb(value)].concat()
}

fn program(turns: i64, text: &[u8], reads: Reads) -> Vec<u8> {
	// Functions 0 and 1 are imports, where there is something to read.
	let (read, parameters, run) = match reads {
		Reads::Nothing => (None, 0, 1),
		Reads::Input => (Some("input_read"), 3, 2),
		Reads::Dependency => (Some("dep_read"), 4, 2),
	};
	let len = i64::try_from(text.len()).expect("short");
	let mut code: Vec<u8> = Vec::new();
	// (local $n i64) n = turns; loop { n -= 1; br_if n != 0 }
	code.extend([1, 1, 0x7e]);
	code.push(0x42);
	code.extend(sleb(turns));
	code.extend([0x21, 0]);
	code.extend([0x03, 0x40]);
	code.extend([0x20, 0, 0x42, 1, 0x7d, 0x22, 0, 0x42, 0, 0x52, 0x0d, 0]);
	code.push(0x0b);
	// output_write(0, len)
	code.extend([i32_const(0), i32_const(len), vec![0x10, 0]].concat());
	if read.is_some() {
		// drop; output_write(READ_AT, read([0,] READ_AT, 0, READ_MOST))
		code.push(0x1a);
		code.extend(i32_const(READ_AT));
		if reads == Reads::Dependency {
			code.extend(i32_const(0));
		}
		code.extend([i32_const(READ_AT), i32_const(0), i32_const(READ_MOST)].concat());
		code.extend([0x10, 1, 0x10, 0]);
	}
	code.push(0x0b);
	let mut body = leb(code.len() as u64);
	body.extend(code);

	let mut module = b"\0asm\x01\0\0\0".to_vec();
	// Two numbers to one, none to one, and those of the reading import.
	let mut types = vec![3, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f, 0x60, parameters];
	types.extend(std::iter::repeat_n(0x7f, parameters.into()));
	types.extend([1, 0x7f]);
	module.extend(section(1, types));
	let mut imports = vec![if read.is_some() { 2 } else { 1 }];
	for (import, kind) in std::iter::once(("output_write", 0)).chain(read.map(|name| (name, 2))) {
		imports.extend(name("concordat"));
		imports.extend(name(import));
		imports.extend([0, kind]);
	}
	module.extend(section(2, imports));
	module.extend(section(3, vec![1, 1]));
	module.extend(section(5, vec![1, 0, 1]));
	let mut exports = vec![2];
	exports.extend(name("memory"));
	exports.extend([2, 0]);
	exports.extend(name("run"));
	exports.extend([0, run]);
	module.extend(section(7, exports));
	let mut bodies = vec![1];
	bodies.extend(body);
	module.extend(section(10, bodies));
	let mut data = vec![1, 0, 0x41, 0, 0x0b];
	data.extend(leb(text.len() as u64));
	data.extend(text);
	module.extend(section(11, data));
	module
}
