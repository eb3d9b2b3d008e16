// The vectors of docs/vectors, made again after docs/formats.md alone: an encoder of its own, and hashes and signatures of
// another library.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a, ed25519Verify, keccakAsU8a } from '@polkadot/util-crypto';

const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => JSON.parse(readFileSync(join(here, '../../docs/vectors', name)));
const text = (string) => new TextEncoder().encode(string);

// SCALE, as much of it as the formats need.
const number = (bytes) => (n) => {
  let rest = BigInt.asUintN(bytes * 8, BigInt(n));
  return new Uint8Array(bytes).map(() => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
};
const [u8, u16, u32, u64] = [1, 2, 4, 8].map(number);
const bool = (b) => u8(b ? 1 : 0);
const compact = (n) => {
  if (n < 64) return u8(n << 2);
  if (n < 16384) return u16((n << 2) | 1);
  return u32(n * 4 + 2);
};
const bytes = (array) => u8aConcat(compact(array.length), array);
const hash = (hex) => {
  const array = hexToU8a(hex);
  assert.equal(array.length, 32);
  return array;
};
const clauseId = (id) => {
  const [, authority, name, major, minor] = /^(.+)::(.+)@(\d+)\.(\d+)$/.exec(id);
  return u8aConcat(bytes(text(authority)), bytes(text(name)), u16(major), u16(minor));
};
const tagged = (domain, ...parts) => blake2AsU8a(u8aConcat(bytes(text(domain)), ...parts));

const failures = ['badProgram', 'trap', 'fuelExhausted', 'memoryExceeded', 'outputTooLarge', 'timeout', 'program', 'inputMismatch', 'contentUnavailable'];
const failure = (code) => {
  if (typeof code === 'string') return u8(failures.indexOf(code));
  return u8aConcat(u8(failures.indexOf('program')), u32(code.program));
};
const output = (value) => {
  const [[kind, hex]] = Object.entries(value);
  return u8aConcat(u8(['inline', 'external', 'sealed'].indexOf(kind)), bytes(hexToU8a(hex)));
};
const outcome = ({ success, failure: code }) =>
  success ? u8aConcat(u8(0), hash(success.hash), output(success.output)) : u8aConcat(u8(1), failure(code));
const usage = (u) =>
  u8aConcat(u64(u.fuel), u64(u.cpuMicros), u32(u.peakMemory), u32(u.bytesIn), u32(u.bytesOut), u32(u.storageOps));
const statement = (s) =>
  u8aConcat(
    u8(1),
    hash(s.genesis), u64(s.job), u32(s.attempt), hash(s.nonce), u32(s.node), clauseId(s.clause), hash(s.program),
    hexToU8a(s.measurement), u64(s.lease), hash(s.input), hash(s.lineage), outcome(s.outcome), usage(s.usage),
    u8(['wasmtime'].indexOf(s.engine.kind)), ...s.engine.version.map(u16),
    u32(s.actedOn[0]), hash(s.actedOn[1]), bool(s.simulated),
  );

test('certificates: bytes, message, signature, digest', () => {
  const vectors = read('cac-v1.json');
  const key = hexToU8a(vectors.publicKey);
  assert.equal(vectors.certificates.length, 6);
  for (const v of vectors.certificates) {
    const encoded = statement(v.statement);
    assert.equal(u8aToHex(encoded), v.scale, v.name);
    const message = u8aConcat(text('concordat/cac/v1'), encoded);
    assert.equal(u8aToHex(message), v.message, v.name);
    assert.ok(ed25519Verify(message, hexToU8a(v.signature), key), v.name);
    assert.equal(u8aToHex(u8aConcat(encoded, hexToU8a(v.signature))), v.signed, v.name);
    assert.equal(u8aToHex(tagged('concordat/cac-digest/v1', encoded)), v.digest, v.name);
    const other = Uint8Array.from(message);
    other[20] ^= 1;
    assert.ok(!ed25519Verify(other, hexToU8a(v.signature), key), 'the signature binds the message');
  }
  const inline = vectors.certificates[0].statement.outcome.success;
  const body = hexToU8a(inline.output.inline);
  assert.equal(u8aToHex(tagged('concordat/output/v1', bytes(body))), inline.hash);
  const { ack, message, signature } = vectors.acknowledgement;
  const said = u8aConcat(text('concordat/ack/v1'), hash(ack.genesis), u64(ack.job), u32(ack.attempt), hash(ack.nonce), u32(ack.node));
  assert.equal(u8aToHex(said), message);
  assert.ok(ed25519Verify(said, hexToU8a(signature), key));
});

test('commitments: what is hashed, and what is signed', () => {
  const vectors = read('commit-v1.json');
  const key = hexToU8a(vectors.publicKey);
  for (const v of vectors.commitments) {
    const c = v.commitment;
    const parts = [hash(c.genesis), u64(c.job), u32(c.attempt), u32(c.node), key, hexToU8a(v.tally), hexToU8a(vectors.salt)];
    assert.equal(u8aToHex(u8aConcat(bytes(text('concordat/commit/v1')), ...parts)), v.preimage, v.name);
    assert.equal(u8aToHex(tagged('concordat/commit/v1', ...parts)), c.hash, v.name);
    const message = u8aConcat(
      text('concordat/commitment/v1'), hash(c.genesis), u64(c.job), u32(c.attempt), hash(c.nonce), u32(c.node), hash(c.hash),
    );
    assert.equal(u8aToHex(message), v.message, v.name);
    assert.ok(ed25519Verify(message, hexToU8a(v.signature), key), v.name);
  }
});

test('receipts, rollups and leaves of the MMR', () => {
  const vectors = read('rollup-v1.json');
  const be32 = (n) => u32(n).reverse();
  const { header, scale, hash: rollupHash } = vectors.rollup;
  vectors.receipts.forEach(({ receipt, scale: encoded, leaf, path }, index) => {
    const refused = receipt.operation.dispatchRefused;
    const body = u8aConcat(u64(receipt.id), u32(receipt.block), u8(3), clauseId(refused.clause), u8(refused.reason));
    assert.equal(u8aToHex(body), encoded);
    let digest = keccakAsU8a(u8aConcat(u8(0), be32(index), body));
    assert.equal(u8aToHex(digest), leaf);
    let at = index;
    for (const sibling of path.map((h) => hexToU8a(h))) {
      digest = keccakAsU8a(at % 2 ? u8aConcat(u8(1), sibling, digest) : u8aConcat(u8(1), digest, sibling));
      at = Math.floor(at / 2);
    }
    assert.equal(u8aToHex(keccakAsU8a(u8aConcat(u8(2), be32(header.count), digest))), vectors.root);
  });
  const encoded = u8aConcat(
    u32(header.epoch), hash(header.genesis), hash(header.previous), hash(header.root), u32(header.count),
    u64(header.firstReceipt), u32(header.openedAt), u32(header.closedAt),
  );
  assert.equal(u8aToHex(encoded), scale);
  assert.equal(u8aToHex(keccakAsU8a(u8aConcat(text('concordat/rollup/v1'), encoded))), rollupHash);

  const { set, setHash, message, threshold } = vectors.signature;
  const keys = set.keys.map((k) => (k.ed25519 ? u8aConcat(u8(1), hexToU8a(k.ed25519)) : u8aConcat(u8(0), hexToU8a(k.bls))));
  const setBytes = u8aConcat(
    u32(set.id), u8(['bls', 'ed25519'].indexOf(set.scheme)), compact(keys.length), ...keys, u32(set.validators),
  );
  assert.equal(u8aToHex(tagged('concordat/signers/v1', setBytes)), setHash);
  assert.equal(Math.ceil((set.validators * 2) / 3), threshold);
  assert.equal(
    u8aToHex(u8aConcat(text('concordat/rollup-signature/v1'), hash(header.genesis), u32(set.id), hash(rollupHash))),
    message,
  );

  const { leaf, scale: leafBytes, hash: leafHash } = vectors.mmrLeaf;
  const made = u8aConcat(
    u8(leaf.version), u32(leaf.parent[0]), hash(leaf.parent[1]), u32(leaf.rollups), hash(leaf.rollup), hash(leaf.signers),
  );
  assert.equal(u8aToHex(made), leafBytes);
  assert.equal(u8aToHex(keccakAsU8a(made)), leafHash);
});

test('what a proof is about', () => {
  const { publics, output: out, statement: s, scale, digest, keyIds } = read('zk-v1.json');
  assert.equal(u8aToHex(u8aConcat(...publics.map((h) => hexToU8a(h)))), out);
  assert.equal(u8aToHex(tagged('concordat/output/v1', bytes(hexToU8a(out)))), s.output);
  const encoded = u8aConcat(
    hash(s.genesis), clauseId(s.clause), hash(s.program), hash(s.input), hash(s.output), u64(s.job), u32(s.attempt),
  );
  assert.equal(u8aToHex(encoded), scale);
  assert.equal(u8aToHex(tagged('concordat/zk/v1', encoded)), digest);
  for (const { curve, key, id } of keyIds) {
    const kind = u8(['bls12381', 'bn254'].indexOf(curve));
    assert.equal(u8aToHex(tagged('concordat/vk/v1', kind, bytes(hexToU8a(key)))), id);
  }
});
