// The whole life cycle as an application would drive it: types from metadata, signed v4 extrinsics.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Keyring } from '@polkadot/api';
import { hexToU8a, stringToHex, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, cryptoWaitReady, keccakAsU8a } from '@polkadot/util-crypto';
import { clauseProgram, repository, startChain, submit, until } from './chain.mjs';

let chain;
let alice;
const CLAUSE = 'WMO::HeavyRain@1.0';
const clauseId = { authority: stringToHex('WMO'), name: stringToHex('HeavyRain'), version: { major: 1, minor: 0 } };
const capability = (text) => u8aToHex(new Uint8Array(16).map((_, i) => text.charCodeAt(i) || 0));
const input = readFileSync(join(repository, 'examples/inputs/heavy-rain.input'));

before(async () => {
  await cryptoWaitReady();
  alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
  chain = await startChain();
}, { timeout: 120_000 });
after(async () => { await chain?.stop(); });

test('metadata is V16 and extrinsics are signed in format 4', async () => {
  const versions = await chain.api.call.metadata.metadataVersions();
  assert.ok(versions.toJSON().includes(16));
  assert.equal(chain.api.runtimeMetadata.version, 16);
  const signed = await chain.api.tx.system.remark('0x00').signAsync(alice);
  assert.equal(signed.version & 0x7f, 4);
});

test('three embedded enclaves become active nodes, of three vendors and all simulated', { timeout: 120_000 }, async () => {
  const nodes = await until(100, 'three active compute nodes', async () => {
    const { items } = await chain.ask('concordat_nodes', 0, 100);
    const active = items.filter((n) => n.spec.role === 'compute' && n.status === 'active');
    return active.length >= 3 && active;
  });
  for (const node of nodes) {
    assert.equal(node.lease.lease.simulated, true);
    assert.equal(node.lease.refusal, null);
  }
  const vendors = nodes.map((node) => node.lease.lease.vendor).sort();
  assert.deepEqual(vendors, ['amdSevSnp', 'intelSgx', 'intelTdx']);
});

test('leases and measurements are typed in the metadata', async () => {
  const { api } = chain;
  const leases = await api.query.attestation.leases.entries();
  assert.ok(leases.length >= 3);
  for (const [, stored] of leases) {
    const lease = stored.unwrap();
    assert.ok(lease.simulated.isTrue);
    assert.ok(lease.tcb.isUpToDate);
    // Every risk class, and an end by the clock that lies ahead.
    assert.equal(lease.classes.toString(), '15');
    assert.ok(lease.notAfter.toNumber() > Date.now() / 1000);
    const status = (await api.query.attestation.measurements(lease.measurement)).unwrap();
    assert.ok(status.isActive);
  }
  const pieces = await api.query.attestation.tcbInfos.entries();
  assert.equal(pieces.length, 2, 'SGX and TDX');
});

test('a clause is registered, with its program as a preimage', { timeout: 60_000 }, async () => {
  const { api } = chain;
  const program = clauseProgram('heavy_rain.wasm');
  await submit(api, api.tx.preimage.notePreimage(u8aToHex(program)), alice);
  const spec = {
    program: { hash: blake2AsHex(program, 256), len: program.length, location: 'Preimage' },
    capability: capability('hazard.rain'),
    mode: { Quorum: { k: 2, n: 3 } },
    risk: 'High',
    triggers: 0b111111,
    limits: { fuel: 1_000_000_000, memoryBytes: 16 << 20, tableElements: 1024, outputBytes: 2048, wallMillis: 10_000 },
    window: null,
    expiry: null,
    measurements: [],
    policy: { jurisdictions: [], sovereignOnly: false, forbidSimulated: false, policies: [], requesters: [], nodeCredentials: [], requesterCredentials: [] },
  };
  const events = await submit(api, api.tx.clauseRegistry.register(clauseId, spec, true), alice);
  assert.ok(events.some((e) => e.section === 'clauseRegistry'));
  const view = await chain.ask('concordat_clause', CLAUSE);
  assert.equal(view.status, 'active');
  assert.equal(view.spec.program.hash, blake2AsHex(program, 256));
});

const constraints = {
  class: 'Normal', trigger: 'Manual', timeoutBlocks: null, jurisdictions: [], minTrust: 0, minQuality: 0,
  preferred: [], excluded: [], maxPrice: null,
};

let job;
test('a job runs to its result', { timeout: 120_000 }, async () => {
  const { api } = chain;
  const before = (await api.query.system.account(alice.address)).data.reserved.toBigInt();
  const events = await submit(api, api.tx.jobDispatch.dispatch(clauseId, { Inline: u8aToHex(input) }, constraints), alice);
  const dispatched = events.find((e) => e.section === 'jobDispatch' && e.method === 'JobDispatched');
  assert.ok(dispatched, 'JobDispatched is emitted');
  job = dispatched.data[0].toNumber();
  const held = (await api.query.system.account(alice.address)).data.reserved.toBigInt();
  assert.ok(held > before, 'the escrow is held');

  const view = await until(90, 'the job completes', async () => {
    const found = await chain.ask('concordat_job', job);
    assert.ok(!['failed', 'expired', 'cancelled'].includes(JSON.stringify(found.status)), JSON.stringify(found));
    return found.status === 'completed' && found;
  });
  assert.ok(BigInt(view.paid) > 0n);
  const agreed = view.result.cacs.map(([, cac]) => cac.statement.v1.outcome.success);
  assert.ok(agreed.length >= 2);
  assert.equal(new Set(agreed.map((o) => o.hash)).size, 1);
  const text = Buffer.from(agreed[0].output.inline.slice(2), 'hex').toString();
  const expected = JSON.parse(readFileSync(join(repository, 'examples/expected/heavy-rain.json')));
  assert.deepEqual(JSON.parse(text), expected, 'the output is the independently computed one');
});

test('a page of jobs says what was decided and leaves certificates and output out', async () => {
  const whole = await chain.ask('concordat_job', job);
  const { items } = await chain.ask('concordat_jobs', job, 1);
  assert.equal(items.length, 1);
  const [{ result, ...rest }] = items;
  const { result: { cacs, ...decision }, ...expected } = whole;
  assert.ok(cacs.length >= 2);
  assert.deepEqual(rest, expected);
  assert.ok(decision.output.startsWith('0x'), 'the whole job carries its output');
  assert.deepEqual(result, { ...decision, cacs: [], output: null });
});

test('a receipt proof verifies with code that shares nothing with the chain', { timeout: 120_000 }, async () => {
  const { receipt: id, cacs } = (await chain.ask('concordat_job', job)).result;
  const proof = await until(90, 'the rollup closes', () => chain.ask('concordat_receiptProof', id));
  const u32 = (n) => new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]);
  let digest = keccakAsU8a(u8aConcat([0], u32(proof.index), hexToU8a(proof.encoded)));
  let at = proof.index;
  for (const sibling of proof.path.map((h) => hexToU8a(h))) {
    digest = keccakAsU8a(at % 2 ? u8aConcat([1], sibling, digest) : u8aConcat([1], digest, sibling));
    at = Math.floor(at / 2);
  }
  const root = keccakAsU8a(u8aConcat([2], u32(proof.rollup.count), digest));
  assert.equal(u8aToHex(root), proof.rollup.root);
  const { jobCompleted } = proof.body.operation;
  assert.equal(jobCompleted.job, job);
  assert.equal(jobCompleted.simulated, true);
  assert.deepEqual([jobCompleted.k, jobCompleted.n], [2, 3]);
  const leases = new Map(cacs.map(([, { statement }]) => [statement.v1.node, statement.v1.lease]));
  assert.ok(jobCompleted.voters.filter((voter) => voter.agreed).length >= 2);
  for (const voter of jobCompleted.voters) assert.equal(voter.lease, leases.get(voter.node));
});

test('refusals are the chain\'s own words', { timeout: 60_000 }, async () => {
  const { api } = chain;
  const unknown = { ...clauseId, version: { major: 9, minor: 9 } };
  await assert.rejects(
    submit(api, api.tx.jobDispatch.dispatch(unknown, { Inline: '0x00' }, constraints), alice),
    /^Error: jobDispatch\.ClauseUnknown$/,
  );
  await assert.rejects(submit(api, api.tx.clauseRegistry.retire(unknown), alice), /^Error: clauseRegistry\.UnknownClause$/);
  assert.equal(await chain.ask('concordat_job', job + 1000), null);
});

test('RPC refuses nonsense with stable codes', async () => {
  const code = async (method, ...params) => {
    try {
      await chain.ask(method, ...params);
      return null;
    } catch (error) {
      return error.code;
    }
  };
  const INVALID_PARAMS = -32602;
  const UNKNOWN_BLOCK = 8001;
  assert.equal(await code('concordat_job', 'seven'), INVALID_PARAMS);
  assert.equal(await code('concordat_job', -1), INVALID_PARAMS);
  assert.equal(await code('concordat_clause', 'no clause at all'), INVALID_PARAMS);
  assert.equal(await code('concordat_job', job, '0xzz'), INVALID_PARAMS);
  assert.equal(await code('concordat_job', job, '0x1234'), INVALID_PARAMS);
  assert.equal(await code('concordat_job', job, `0x${'11'.repeat(32)}`), UNKNOWN_BLOCK);
  assert.equal(await chain.ask('concordat_node', 4_000_000_000), null);
  assert.equal(await chain.ask('concordat_rollup', 4_000_000_000), null);
  assert.equal(await chain.ask('concordat_receiptProof', 4_000_000_000), null);
  const page = await chain.ask('concordat_jobs', 0, 4_000_000_000);
  assert.ok(page.items.length <= 100);
  assert.equal(await code('concordat_jobs', 0, -5), INVALID_PARAMS);
});
