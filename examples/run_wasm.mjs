// Runs a clause program (wasm) on an input file and prints what it writes: the enclave's import ABI
// in forty lines, for trying a clause without a chain. Nothing is metered and nothing attested.
//
//     node run_wasm.mjs PROGRAM.wasm INPUT [DEPENDENCY ...]
//
// Exits with 0 and the output, or with 1 and the failure code on the error stream.

import { readFileSync } from "node:fs";

const [program, inputPath, ...dependencyPaths] = process.argv.slice(2);
if (!program || !inputPath) {
  console.error("usage: node run_wasm.mjs PROGRAM.wasm INPUT [DEPENDENCY ...]");
  process.exit(2);
}
const input = readFileSync(inputPath);
const dependencies = dependencyPaths.map((path) => readFileSync(path));
const output = [];
let memory;

// Copies source[offset .. offset + len], cut at its end, to memory at ptr. Numbers arrive signed.
function read(source, ptr, offset, len) {
  const target = new Uint8Array(memory.buffer, ptr >>> 0, len >>> 0);
  const part = source.subarray(offset >>> 0, (offset >>> 0) + (len >>> 0));
  target.set(part);
  return part.length;
}

const concordat = {
  input_len: () => input.length,
  input_read: (ptr, offset, len) => read(input, ptr, offset, len),
  dep_count: () => dependencies.length,
  dep_len: (index) => dependencies[index >>> 0]?.length ?? -1,
  dep_read: (index, ptr, offset, len) => {
    const source = dependencies[index >>> 0];
    return source ? read(source, ptr, offset, len) : -1;
  },
  output_write: (ptr, len) => {
    output.push(Buffer.from(new Uint8Array(memory.buffer, ptr >>> 0, len >>> 0)));
    return 0;
  },
};

const { instance } = await WebAssembly.instantiate(readFileSync(program), { concordat });
memory = instance.exports.memory;
const code = instance.exports.run();
if (code !== 0) {
  console.error(`the clause refused: failure code ${code}`);
  process.exit(1);
}
process.stdout.write(Buffer.concat(output) + "\n");
