// Starts a development node and connects to it, as an application would.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiPromise, WsProvider } from '@polkadot/api';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/concordat/target');
const examples = process.env.CONCORDAT_EXAMPLES_TARGET ?? join(homedir(), '.cache/concordat/examples-target');

export const clauseProgram = (name) => readFileSync(join(examples, 'wasm32v1-none/release', name));
export const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Waits until `check` returns something; fails after `seconds`. */
export async function until(seconds, what, check) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(300);
  }
}

export async function startChain() {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-client-'));
  const log = join(directory, 'node.log');
  const port = await freePort();
  const out = openSync(log, 'w');
  const node = spawn(join(target, 'debug/concordat-node'), [
    '--dev', '--base-path', join(directory, 'base'), '--rpc-port', String(port), '--port', '0',
    '--prometheus-port', String(await freePort()), '--no-telemetry', '--no-mdns',
  ], { stdio: ['ignore', out, out] });
  process.once('exit', () => node.kill('SIGKILL'));
  const tail = () => execFileSync('tail', ['-n', '30', log]).toString();
  const health = () => fetch(`http://127.0.0.1:${port}/health`).then((r) => r.ok, () => false);
  await until(90, 'the node answers', () => {
    if (node.exitCode !== null || node.signalCode !== null) throw new Error(`the node stopped\n${tail()}`);
    return health();
  });
  const provider = new WsProvider(`ws://127.0.0.1:${port}`);
  const api = await ApiPromise.create({ provider, noInitWarn: true });
  const stop = async () => {
    await api.disconnect();
    const gone = new Promise((resolve) => node.once('exit', resolve));
    node.kill('SIGKILL');
    await gone;
    rmSync(directory, { recursive: true, force: true });
  };
  return { api, stop, tail, ask: (method, ...params) => provider.send(method, params) };
}

/** Signs, sends and waits for the block; throws the chain's own error. Resolves to the events. */
export function submit(api, tx, signer) {
  return new Promise((resolve, reject) => {
    tx.signAndSend(signer, ({ status, events, dispatchError }) => {
      if (dispatchError) {
        if (!dispatchError.isModule) return reject(new Error(dispatchError.toString()));
        const { section, name } = api.registry.findMetaError(dispatchError.asModule);
        return reject(new Error(`${section}.${name}`));
      }
      if (status.isInBlock) resolve(events.map(({ event }) => event));
      else if (status.isError || status.isInvalid || status.isDropped) reject(new Error(status.type));
    }).catch(reject);
  });
}
