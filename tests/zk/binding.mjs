// What binds a proof to a job, after docs/zk.md alone: an implementation that has nothing in common with the chain's.
import { blake2b } from '@noble/hashes/blake2';
import { createHash } from 'node:crypto';

const ORDERS = {
  BN254: 21888242871839275222246405745257275088548364400416034343698204186575808495617n,
  BLS12381: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
};

const blake = (bytes) => Buffer.from(blake2b(bytes, { dkLen: 32 }));
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hex = (text) => Buffer.from(text.replace('0x', ''), 'hex');
const number = (text) => Buffer.from(BigInt(text).toString(16).padStart(64, '0'), 'hex');

function little(value, bytes) {
  const out = Buffer.alloc(bytes);
  for (let place = 0n; place < bytes; place++) {
    out[Number(place)] = Number((BigInt(value) >> (8n * place)) & 0xffn);
  }
  return out;
}

// SCALE of bytes of any length below 2^14.
function sized(bytes) {
  const head = bytes.length < 64 ? little(bytes.length << 2, 1) : little((bytes.length << 2) | 1, 2);
  return Buffer.concat([head, bytes]);
}

const text = (words) => sized(Buffer.from(words));

export const outputHash = (publics) =>
  blake(Buffer.concat([text('concordat/output/v1'), sized(Buffer.concat(publics.map(number)))]));

export function digest({ genesis, clause, program, input, job, attempt }, publics) {
  const [, authority, name, major, minor] = /^(.+)::(.+)@(\d+)\.(\d+)$/.exec(clause);
  return blake(
    Buffer.concat([
      text('concordat/zk/v1'),
      hex(genesis),
      text(authority),
      text(name),
      little(major, 2),
      little(minor, 2),
      hex(program),
      hex(input),
      outputHash(publics),
      little(job, 8),
      little(attempt, 4),
    ]),
  );
}

// RFC 9380, §5.3.1, with SHA-256.
function expand(message, dst, length) {
  const prime = Buffer.concat([dst, Buffer.from([dst.length])]);
  const first = sha(Buffer.alloc(64), message, Buffer.from([length >> 8, length & 0xff, 0]), prime);
  let block = sha(first, Buffer.from([1]), prime);
  const out = [block];
  for (let counter = 2; out.length * 32 < length; counter++) {
    const mixed = Buffer.from(first.map((byte, place) => byte ^ block[place]));
    block = sha(mixed, Buffer.from([counter]), prime);
    out.push(block);
  }
  return Buffer.concat(out).subarray(0, length);
}

// `curve`: BN254 or BLS12381.
export function binding(curve, statement, publics) {
  const dst = Buffer.from(`CONCORDAT-V01-CS01-with-${curve}-BINDING`);
  const uniform = expand(digest(statement, publics), dst, 48);
  return (BigInt(`0x${uniform.toString('hex')}`) % ORDERS[curve]).toString();
}
