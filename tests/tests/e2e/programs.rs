//! Tiny programs, written by hand, that behave in ways that no example does.

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

/// Counts down from `turns` and writes "done": seconds of work that no optimiser removes.
pub fn busy(turns: i64) -> Vec<u8> {
	let mut code: Vec<u8> = Vec::new();
	// (local $n i64) n = turns; loop { n -= 1; br_if n != 0 }
	code.extend([1, 1, 0x7e]);
	code.push(0x42);
	code.extend(sleb(turns));
	code.extend([0x21, 0]);
	code.extend([0x03, 0x40]);
	code.extend([0x20, 0, 0x42, 1, 0x7d, 0x22, 0, 0x42, 0, 0x52, 0x0d, 0]);
	code.push(0x0b);
	// output_write(0, 4)
	code.extend([0x41, 0, 0x41, 4, 0x10, 0]);
	code.push(0x0b);
	let mut body = leb(code.len() as u64);
	body.extend(code);

	let mut module = b"\0asm\x01\0\0\0".to_vec();
	module.extend(section(1, vec![2, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f]));
	let mut imports = vec![1];
	imports.extend(name("concordat"));
	imports.extend(name("output_write"));
	imports.extend([0, 0]);
	module.extend(section(2, imports));
	module.extend(section(3, vec![1, 1]));
	module.extend(section(5, vec![1, 0, 1]));
	let mut exports = vec![2];
	exports.extend(name("memory"));
	exports.extend([2, 0]);
	exports.extend(name("run"));
	exports.extend([0, 1]);
	module.extend(section(7, exports));
	let mut bodies = vec![1];
	bodies.extend(body);
	module.extend(section(10, bodies));
	let mut data = vec![1, 0, 0x41, 0, 0x0b];
	data.extend(name("done"));
	module.extend(section(11, data));
	module
}
