import { createHash, createPrivateKey, randomUUID, sign, type JsonWebKey } from 'node:crypto';
import fc from 'fast-check';
import { applyEdits, structuredEdits, type Edit } from './edits.ts';
import { exchange } from './exchange.ts';
import { fill } from './http-targets.ts';
import { faultsOf } from './judge.ts';
import { toWire } from './message.ts';
import type { Target } from './target.ts';
import type { World } from './world.ts';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * JWTs that are well signed, whatever they say: access tokens (by a key that is not ours), DPoP proofs, and assertions of
 * a client that has registered its key. A case is JSON: `place`, `header` and `claims`, in which `{{now}}` is a number;
 * what is no such JSON is sent as the token itself.
 */
export const signedTokens: Target = {
  name: 'jwt',
  arbitrary: (files) =>
    fc
      .tuple(fc.nat(1_000_000), structuredEdits as fc.Arbitrary<Edit[]>)
      .map(([seed, edits]) => applyEdits(files[seed % files.length] ?? Buffer.alloc(0), edits, files)),
  async run(world, file, options) {
    const { place, token } = tokenOf(world, file.toString('utf8'));
    const faults: string[] = [];
    for (const request of requestsWith(world, place, headerSafe(token))) {
      const answer = await exchange(world.port, request);
      faults.push(...faultsOf(world, answer, { secretNames: ['refresh_token'] }, options));
    }
    return faults;
  },
};

function tokenOf(world: World, text: string): { place: unknown; token: string } {
  let read: { place?: unknown; header?: unknown; claims?: unknown };
  try {
    read = JSON.parse(fill(world, text)) as typeof read;
    if (typeof read !== 'object' || read === null) return { place: 'bearer', token: text };
  } catch {
    return { place: 'bearer', token: text };
  }
  const parts = [read.header, read.claims].map((part) =>
    Buffer.from(JSON.stringify(said(world, part)) ?? '').toString('base64url'),
  );
  const key = createPrivateKey({ key: world.signer.privateJwk as JsonWebKey, format: 'jwk' });
  const signed = sign('sha256', Buffer.from(parts.join('.')), { key, dsaEncoding: 'ieee-p1363' });
  return { place: read.place, token: [...parts, signed.toString('base64url')].join('.') };
}

/** With what stands for a number or a key in its place. */
function said(world: World, value: unknown): unknown {
  if (value === '{{now}}') return Math.floor(Date.now() / 1000);
  if (value === '{{soon}}') return Math.floor(Date.now() / 1000) + 60;
  if (value === '{{new_id}}') return randomUUID();
  if (value === '{{jwk}}') return world.signer.jwk;
  if (value === '{{ath}}')
    return createHash('sha256')
      .update(world.values()['access_token'] ?? '')
      .digest('base64url');
  if (Array.isArray(value)) return value.map((each) => said(world, each));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, said(world, each)]));
  return value;
}

function headerSafe(token: string): string {
  return token.replaceAll(/[^!-~]/g, '').slice(0, 14_000);
}

function requestsWith(world: World, place: unknown, token: string): Buffer[] {
  const form = (fields: Record<string, string>, headers: [string, string][] = []) =>
    toWire(
      {
        line: 'POST /token HTTP/1.1',
        headers: [['Content-Type', 'application/x-www-form-urlencoded'], ...headers],
        body: Buffer.from(new URLSearchParams(fields).toString()),
      },
      (text) => fill(world, text),
    );
  const call = (headers: [string, string][]) =>
    toWire(
      {
        line: 'POST /mcp/{{org}} HTTP/1.1',
        headers: [
          ['Content-Type', 'application/json'],
          ['Accept', 'application/json, text/event-stream'],
          ...headers,
        ],
        body: Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/list"}'),
      },
      (text) => fill(world, text),
    );
  const { client_id, signer_id = '' } = world.values();
  switch (place) {
    case 'assertion':
      return [
        form({ grant_type: 'client_credentials', client_assertion_type: ASSERTION, client_assertion: token }),
        form({
          grant_type: 'client_credentials',
          client_id: signer_id,
          client_assertion_type: ASSERTION,
          client_assertion: token,
        }),
      ];
    case 'proof':
      return [
        call([
          ['Authorization', 'DPoP {{access_token}}'],
          ['DPoP', token],
        ]),
        form({ grant_type: 'refresh_token', client_id, refresh_token: 'none' }, [['DPoP', token]]),
      ];
    case 'grant':
      return [
        form({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id, assertion: token }),
      ];
    case 'exchange':
      return [
        form({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          client_id,
          subject_token: token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        }),
      ];
    default:
      return [call([['Authorization', `Bearer ${token}`]])];
  }
}
