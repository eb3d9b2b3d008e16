// circom and snarkjs: circuits, keys, witnesses, proofs. Development tools: nothing of them is linked or shipped.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as snarkjs from 'snarkjs';

export { snarkjs };
export const here = fileURLToPath(new URL('.', import.meta.url));
export const circuits = join(here, '../../examples/circuits');

// 2^9 is the least power of two that holds the constraints of rainfall.circom.
const POWER = 9;

// Compiles a circuit; the paths of its parts. The compiler sees this directory and those above it alone, and wants
// relative paths.
export async function compile(file, prime, out) {
  const name = file.split('/').pop().replace('.circom', '');
  await promisify(execFile)(
    process.execPath,
    [
      'node_modules/circom2/cli.js',
      relative(here, file),
      '--r1cs',
      '--wasm',
      '--O2',
      '--prime',
      prime,
      '-l',
      'node_modules',
      '-o',
      relative(here, out),
    ],
    { cwd: here, timeout: 120_000 },
  );
  return {
    r1cs: join(out, `${name}.r1cs`),
    program: join(out, `${name}_js/${name}.wasm`),
  };
}

// Both phases, with one contributor each: enough to be like the real thing, and for nothing else.
export async function ceremony(r1cs, prime, out) {
  const curve = await snarkjs.curves.getCurveFromName(prime);
  const path = (name) => join(out, name);
  await snarkjs.powersOfTau.newAccumulator(curve, POWER, path('tau0'));
  await snarkjs.powersOfTau.contribute(path('tau0'), path('tau1'), 'one', 'some entropy');
  await snarkjs.powersOfTau.preparePhase2(path('tau1'), path('tau'));
  await snarkjs.zKey.newZKey(r1cs, path('tau'), path('bare.zkey'));
  await snarkjs.zKey.contribute(path('bare.zkey'), path('final.zkey'), 'one', 'more entropy');
  // As it is before anybody has contributed to the second phase, and as it should be.
  const bare = path('bare_key.json');
  const key = path('verification_key.json');
  writeFileSync(bare, JSON.stringify(await snarkjs.zKey.exportVerificationKey(path('bare.zkey'))));
  writeFileSync(key, JSON.stringify(await snarkjs.zKey.exportVerificationKey(path('final.zkey'))));
  return { curve, zkey: path('final.zkey'), key, bare };
}

export async function witness(program, input, file) {
  await snarkjs.wtns.calculate(input, program, file);
  return file;
}

// What the program of a circuit puts out: the numbers after the constant.
export async function outputs(program, input, file, count) {
  const numbers = await snarkjs.wtns.exportJson(await witness(program, input, file));
  return numbers.slice(1, 1 + count).map(String);
}

// Proves with snarkjs; the two files that it writes.
export async function prove(zkey, wtns, out) {
  const { proof, publicSignals } = await snarkjs.groth16.prove(zkey, wtns);
  const files = { proof: join(out, 'proof.json'), public: join(out, 'public.json') };
  writeFileSync(files.proof, JSON.stringify(proof));
  writeFileSync(files.public, JSON.stringify(publicSignals));
  return { ...files, publicSignals };
}

export const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

// Five days with enough rain: readings in tenths of a millimetre, and what hides them.
export const days = {
  readings: ['412', '0', '388', '1505', '695'],
  salt: '97531864209753186420975318642097531864',
};
export const threshold = '3000';
