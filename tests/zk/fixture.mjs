// Writes the key and the proof that the unit tests of the pallet and of the command line read. The ceremony draws
// randomness: each run writes others, all of them as good.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binding } from './binding.mjs';
import { ceremony, circuits, compile, days, here, outputs, prove, threshold, witness } from './ceremony.mjs';

const target = join(here, '../../pallets/zk-verifiers/src/fixtures/snarkjs');
const statement = {
  genesis: `0x${'11'.repeat(32)}`,
  clause: 'WHO::Rain@1.0',
  program: `0x${'22'.repeat(32)}`,
  input: `0x${'33'.repeat(32)}`,
  job: 7,
  attempt: 3,
};

const out = mkdtempSync(join(tmpdir(), 'concordat-zk-'));
const { r1cs, program } = await compile(join(circuits, 'rainfall.circom'), 'bn128', out);
const hash = await compile(join(here, 'poseidon.circom'), 'bn128', out);
const { zkey, key, curve } = await ceremony(r1cs, 'bn128', out);
const [commitment] = await outputs(hash.program, days, join(out, 'hash.wtns'), 1);
const publics = [commitment, threshold, '1'];
const input = { ...days, binding: binding('BN254', statement, publics), commitment, threshold, triggered: '1' };
const files = await prove(zkey, await witness(program, input, join(out, 'rainfall.wtns')), out);
mkdirSync(target, { recursive: true });
copyFileSync(key, join(target, 'verification_key.json'));
copyFileSync(files.proof, join(target, 'proof.json'));
copyFileSync(files.public, join(target, 'public.json'));
writeFileSync(join(target, 'statement.json'), `${JSON.stringify(statement, null, '\t')}\n`);
rmSync(out, { recursive: true });
await curve.terminate();
