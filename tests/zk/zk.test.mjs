// A real circuit, compiled by circom and proven by snarkjs on both curves, as the chain sees it: through `concordat zk`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { binding, digest, outputHash } from './binding.mjs';
import { ceremony, circuits, compile, days, here, outputs, prove, read, threshold, witness } from './ceremony.mjs';

const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/concordat/target');
const program = join(target, 'debug/concordat');
const out = mkdtempSync(join(tmpdir(), 'concordat-zk-'));
after(() => rmSync(out, { recursive: true }));

// Runs a verb; what it prints, as JSON.
async function zk(...args) {
  const { stdout } = await promisify(execFile)(program, ['zk', ...args, '--json'], { timeout: 60_000 });
  return JSON.parse(stdout);
}

// Runs a verb that has to fail, and says why.
async function refusal(...args) {
  try {
    await zk(...args);
  } catch (error) {
    assert.equal(error.code, 1, error.stderr);
    return JSON.parse(error.stdout).error;
  }
  return assert.fail(`${args.join(' ')} should be refused`);
}

const job = {
  genesis: `0x${'ab'.repeat(32)}`,
  clause: 'WHO::Rainfall@1.0',
  program: `0x${'cd'.repeat(32)}`,
  input: `0x${'ef'.repeat(32)}`,
  job: 4711,
  attempt: 2,
};
const fields = (of) => Object.entries(of).flatMap(([name, value]) => [`--${name}`, `${value}`]);
const hex = (bytes) => `0x${bytes.toString('hex')}`;

for (const [prime, curve, tag] of [
  ['bn128', 'bn254', 'BN254'],
  ['bls12381', 'bls12381', 'BLS12381'],
]) {
  describe(`over ${prime}`, () => {
    const dir = join(out, prime);
    const path = (name) => join(dir, name);
    let circuit;
    let keys;
    let made;
    let publics;
    let input;
    let wtns;

    before(async () => {
      mkdirSync(dir);
      circuit = await compile(join(circuits, 'rainfall.circom'), prime, dir);
      const hash = await compile(join(here, 'poseidon.circom'), prime, dir);
      keys = await ceremony(circuit.r1cs, prime, dir);
      const [commitment] = await outputs(hash.program, days, path('hash.wtns'), 1);
      publics = [commitment, threshold, '1'];
      // The prover asks for input 0 before it makes the witness.
      writeFileSync(path('output.json'), JSON.stringify(publics));
      const bound = await zk('binding', '--curve', prime, '--publics', path('output.json'), ...fields(job));
      writeFileSync(path('statement.json'), JSON.stringify(bound));
      input = { ...days, binding: bound.decimal, commitment, threshold, triggered: '1' };
      wtns = await witness(circuit.program, input, path('rainfall.wtns'));
      made = await prove(keys.zkey, wtns, dir);
    });
    after(() => keys?.curve.terminate());

    test('the binding is what an implementation after the documentation alone computes', async () => {
      const bound = read(path('statement.json'));
      assert.equal(bound.curve, curve);
      assert.equal(bound.digest, hex(digest(job, publics)));
      assert.equal(bound.decimal, binding(tag, job, publics));
      assert.equal(BigInt(bound.binding).toString(), bound.decimal);
      assert.equal(bound.statement.output, hex(outputHash(publics)));
      assert.deepEqual(bound.publics, publics);
      assert.equal(made.publicSignals[0], bound.decimal);
    });

    test('key and proof of snarkjs are imported, and the proof holds for its job', async () => {
      const key = await zk('import-vk', keys.key, '--r1cs', circuit.r1cs, '--out', path('key.json'));
      assert.deepEqual([key.curve, key.inputs], [curve, 4]);
      const point = curve === 'bn254' ? 32 : 48;
      assert.equal(key.key.length, 2 + 2 * (point * 7 + 8 + point * 5));
      const proof = await zk('import-proof', made.proof, '--public', made.public, '--out', path('taken.json'));
      assert.equal(proof.proof.length, 2 + 2 * point * 4);
      assert.equal(proof.output, hex(outputHash(publics)));
      const sound = await zk('verify', '--key', path('key.json'), '--proof', path('taken.json'), ...fields(job));
      assert.deepEqual([sound.valid, sound.key, sound.statement.job], [true, key.id, job.job]);
    });

    test('the files of snarkjs are verified as they are', async () => {
      const files = ['--key', keys.key, '--proof', made.proof, '--public', made.public];
      const sound = await zk('verify', ...files, '--statement', path('statement.json'));
      assert.equal(sound.valid, true);
      assert.match(await refusal('verify', ...files), /which job/);
      assert.equal((await zk('verify', ...files, '--unbound')).statement, null);
    });

    test('the proof holds for no other job', async () => {
      const files = ['--key', keys.key, '--proof', made.proof, '--public', made.public];
      for (const [field, value] of [
        ['genesis', `0x${'00'.repeat(32)}`],
        ['clause', 'WHO::Rainfall@1.1'],
        ['program', `0x${'00'.repeat(32)}`],
        ['input', `0x${'00'.repeat(32)}`],
        ['job', 4712],
        ['attempt', 3],
      ]) {
        const why = await refusal('verify', ...files, ...fields({ ...job, [field]: value }));
        assert.match(why, /another job/, field);
      }
      // Nor when the first input is made to fit: that is what a replay would do.
      const other = { ...job, job: 4712 };
      const forged = [binding(tag, other, publics), ...publics];
      writeFileSync(path('forged.json'), JSON.stringify(forged));
      const files2 = ['--key', keys.key, '--proof', made.proof, '--public', path('forged.json')];
      assert.match(await refusal('verify', ...files2, ...fields(other)), /does not hold/);
    });

    test('no other output is proven', async () => {
      for (const place of [1, 2, 3]) {
        const signals = [...made.publicSignals];
        signals[place] = (BigInt(signals[place]) ^ 1n).toString();
        signals[0] = binding(tag, job, signals.slice(1));
        writeFileSync(path('others.json'), JSON.stringify(signals));
        const files = ['--key', keys.key, '--proof', made.proof, '--public', path('others.json')];
        assert.match(await refusal('verify', ...files, ...fields(job)), /does not hold/);
      }
    });

    test('too few, too many and non-canonical inputs are refused', async () => {
      const verify = (signals) => {
        writeFileSync(path('others.json'), JSON.stringify(signals));
        const files = ['--key', keys.key, '--proof', made.proof, '--public', path('others.json')];
        return refusal('verify', ...files, '--unbound');
      };
      assert.match(await verify(made.publicSignals.slice(0, 3)), /places for 4/);
      assert.match(await verify([...made.publicSignals, '0']), /places for 4/);
      assert.match(await verify([]), /first input/);
      const order = curve === 'bn254'
        ? 21888242871839275222246405745257275088548364400416034343698204186575808495617n
        : 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
      const alias = [...made.publicSignals];
      alias[3] = (order + 1n).toString();
      assert.match(await verify(alias), /not below the prime/);
    });

    test('a key that nobody contributed to is refused', async () => {
      assert.match(await refusal('import-vk', keys.bare), /alike/);
    });

    test('the same circuit and witness are proven by the command line', async () => {
      const files = { pk: path('own.pk'), key: path('own_key.json'), proof: path('own_proof.json') };
      const own = await zk('setup', '--r1cs', circuit.r1cs, '--pk', files.pk, '--out', files.key);
      assert.match(own.warning, /forge/);
      assert.equal(own.inputs, 4);
      const proof = await zk(
        'prove', '--r1cs', circuit.r1cs, '--witness', wtns, '--pk', files.pk, '--out', files.proof,
      );
      assert.equal(BigInt(proof.binding).toString(), made.publicSignals[0]);
      const sound = await zk('verify', '--key', files.key, '--proof', files.proof, ...fields(job));
      assert.deepEqual([sound.valid, sound.key], [true, own.id]);
      // Its key is not the one of the ceremony.
      const other = ['--key', keys.key, '--proof', files.proof];
      assert.match(await refusal('verify', ...other, ...fields(job)), /does not hold/);

      // A witness that says what is not so.
      const lie = readFileSync(wtns);
      // Behind the header of the file, the section with the prime, and the type and length of the one with the numbers.
      const from = 12 + 12 + 4 + 32 + 4 + 12;
      // Wire 4, which says whether the threshold was reached.
      assert.equal(lie[from + 4 * 32], 1);
      lie[from + 4 * 32] = 0;
      writeFileSync(path('lie.wtns'), lie);
      const attempt = ['--r1cs', circuit.r1cs, '--witness', path('lie.wtns'), '--pk', files.pk];
      assert.match(await refusal('prove', ...attempt), /does not meet constraint/);
    });

    test('nobody makes a witness for a threshold that was not reached', async () => {
      const dry = { ...input, threshold: '3001' };
      await assert.rejects(witness(circuit.program, dry, path('dry.wtns')));
      await witness(circuit.program, { ...dry, triggered: '0' }, path('dry.wtns'));
    });
  });
}

test('a circuit that does not speak of its binding is refused', async () => {
  const { r1cs } = await compile(join(circuits, 'unbound.circom'), 'bn128', out);
  const files = ['--pk', join(out, 'unbound.pk'), '--out', join(out, 'unbound.json')];
  assert.match(await refusal('setup', '--r1cs', r1cs, ...files), /no constraint speaks/);
  assert.equal(existsSync(join(out, 'unbound.pk')), false);
});

test('what is no circuit is refused', async () => {
  const files = ['--pk', join(out, 'none.pk'), '--out', join(out, 'none.json')];
  const none = join(out, 'none.r1cs');
  copyFileSync(join(circuits, 'unbound.circom'), none);
  assert.match(await refusal('setup', '--r1cs', none, ...files), /not a circuit/);
});
