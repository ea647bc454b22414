// SPDX-License-Identifier: Apache-2.0
// Asks a dcpipe-replica with the JavaScript agent, verifying node signatures and certificates:
//   node client.mjs URL ROOT_KEY CANISTER_ID LEDGER_FILE delegated|undelegated|old
// The packages are imported under the name that run.sh gives them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { Actor, HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';

const [url, rootKeyHex, canisterId, ledgerFile, network] = process.argv.slice(2);
const rootKey = Uint8Array.from(Buffer.from(rootKeyHex, 'hex'));
const ledger = readFileSync(ledgerFile);
const sha256 = data => createHash('sha256').update(data).digest('hex');

const value = IDL.Variant({ Nat: IDL.Nat, Int: IDL.Int, Text: IDL.Text, Blob: IDL.Vec(IDL.Nat8) });
const fetched = IDL.Variant({ Ok: IDL.Tuple(IDL.Text, IDL.Vec(IDL.Nat8)), Err: IDL.Text });
const interfaceOf = mode => () =>
  IDL.Service({
    data_fetch: IDL.Func([IDL.Opt(IDL.Text), IDL.Opt(IDL.Vec(IDL.Nat8))], [fetched], mode),
    metadata: IDL.Func([], [IDL.Vec(IDL.Tuple(IDL.Text, value))], mode),
    no_such_method: IDL.Func([], [], mode),
  });

async function connect(options = {}) {
  const agent = await HttpAgent.create({
    host: url, rootKey, verifyQuerySignatures: true, shouldFetchRootKey: false, retryTimes: 0, ...options,
  });
  const actor = mode => Actor.createActor(interfaceOf(mode), { agent, canisterId });
  return { agent, queries: actor(['query']), calls: actor([]) };
}

// Reads the whole ledger, chunk by chunk, and compares it with the file.
async function readLedger(methods) {
  const facts = new Map(await methods.metadata());
  const start = facts.get('ledger:data_start_lba').Nat, end = facts.get('ledger:next_block_start_pos').Nat;
  const chunks = [];
  let position = start, before = [];

  while (position < end) {
    const reply = await methods.data_fetch([`position=${position}`], before);
    const [cursor, bytes] = reply.Ok;
    assert.match(cursor, new RegExp(`^position=${position}&response_bytes=${bytes.length}&`));
    chunks.push(Buffer.from(bytes));
    before = [chunks.at(-1).subarray(-16)];
    position += BigInt(bytes.length);
  }
  assert.equal(sha256(Buffer.concat(chunks)), sha256(ledger.subarray(Number(start), Number(end))));
  return chunks.length;
}

async function control(command, body = '') {
  const answer = await fetch(`${url}/control/${command}`, { method: 'POST', body });
  assert.equal(answer.status, 200, await answer.text());
}

// While a fault is in force, the agent must refuse what it gets.
async function refused(fault, action, pattern) {
  await control('fault', fault);
  await assert.rejects(action, error => pattern.test(String(error)) || assert.fail(`${fault}: ${error}`));
  await control('clear');
  console.log(`refused: ${fault}`);
}

const anonymous = await connect();
console.log(`queries: ${await readLedger(anonymous.queries)} chunks`);
console.log(`calls: ${await readLedger(anonymous.calls)} chunks`);
const signed = await connect({ identity: Ed25519KeyIdentity.generate(new Uint8Array(32).fill(7)) });
await signed.queries.metadata();
await signed.calls.metadata();
console.log('signed requests: taken');
const status = await anonymous.agent.status();
assert.deepEqual(new Uint8Array(status.root_key), rootKey);
await assert.rejects(anonymous.queries.no_such_method(), /has no query method/);
// With older versions of the interface the agent stumbles while it words this error: its class is in the stack.
await assert.rejects(anonymous.calls.no_such_method(),
  error => /has no update method|CertifiedReject/.test(`${error} ${error.stack}`));
console.log('rejects: told');

const ask = async () => (await connect()).queries.metadata();
const call = async () => (await connect()).calls.metadata();
await refused('kind=bad-signature,on=query', ask, /signature/i);
await refused('kind=stale-signature,on=query', ask, /signature|certificate|timestamp|old/i);
await refused('kind=bad-certificate', call, /signature|certificate/i);
if (network !== 'undelegated') {
  await refused('kind=bad-delegation', call, /signature|certificate/i);
  await refused('kind=out-of-range', call, /range|certificate|authorized/i);
}
// The agent asks the network for the time before it believes that a certificate is old.
await refused(`kind=stale-certificate,on=${network === 'old' ? 'read_state,count=1' : 'call'}`, call, /certificate|time|old/i);
const otherKey = Uint8Array.from(rootKey).fill(1, 40, 60);
await assert.rejects((await connect({ rootKey: otherKey })).calls.metadata());
console.log('another root key: refused');
