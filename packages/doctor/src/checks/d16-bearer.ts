import { randomBytes } from 'node:crypto';
import type { Book } from '../book.ts';
import { asStrings, jsonObject, type JsonObject } from '../http/json.ts';
import { canonical } from '../http/url.ts';
import { guarded, initialize, initialized } from '../mcp/rpc.ts';
import { quoted } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import { noGrant, noSignIn, type Check } from './check.ts';

const SKEW_S = 60;
const TRIES = 3;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that are none, and what each stands for. */
function forgeries(walk: Walk): [string, string][] {
  const claims = {
    iss: walk.server?.issuer ?? walk.url.origin,
    aud: walk.typed,
    sub: 'doctor',
    scope: 'openid',
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 3_600,
  };
  const signature = randomBytes(64).toString('base64url');
  const jwt = (header: object, end: string): string => `${encode(header)}.${encode(claims)}.${end}`;
  return [
    ['a token that never was', 'latchkey-doctor-no-such-token'],
    ['a JWT with an unknown key', jwt({ alg: 'RS256', typ: 'at+jwt', kid: 'no-such-key' }, signature)],
    ['a JWT without a signature', jwt({ alg: 'none', typ: 'JWT' }, '')],
    ['a JWT that is broken', 'eyJhbGciOiJSUzI1NiJ9.e30'],
  ];
}

export const d16Refused: Check = {
  id: 'D16',
  stage: 'Token',
  title: 'A bad token is answered by 401',
  blocked: noSignIn,
  async run(walk, book) {
    for (const [how, token] of forgeries(walk)) {
      const { answer, result } = await guarded(walk, token);
      if (result !== undefined) {
        book.fail('bad-token-taken', {
          seen: `${how}: it was let in`,
          why: 'Anybody is let in who sends any token.',
          userSees: 'Nothing; it is an attack on the user.',
          fix: 'Verify signature, issuer, audience and expiry of every token, or look it up.',
          source: 'MCP authorization, "Token Handling"; RFC 8725 section 3.1',
        });
      } else if (!answer.ok || (answer.status !== 401 && (walk.late || answer.status !== walk.bareStatus))) {
        book.fail('bad-token-answer', {
          seen: `${how}: ${describe(answer)}`,
          why: 'Only a 401 makes a client refresh or sign in again; anything else is final, or an outage.',
          userSees: walk.profile.words.later,
          fix: 'Answer 401 with WWW-Authenticate: Bearer error="invalid_token", … to every token that is not good.',
          source: 'RFC 6750 section 3.1; Anthropic, connector documentation',
        });
      }
    }
    book.pass('401 to tokens that are unknown, forged or broken');
  },
};

export const d16: Check = {
  id: 'D16',
  stage: 'Token',
  title: 'The token is taken at once, and is for this resource',
  blocked: (walk) => noSignIn(walk) ?? noGrant(walk),
  async run(walk, book) {
    const { grant } = walk;
    if (grant === undefined) return;
    const token = grant.accessToken;
    const first = await initialize(walk, { token });
    if (first.answer.ok && first.answer.status === 401) {
      const bare = await initialize(walk, {});
      const same =
        bare.answer.ok && bare.answer.header('www-authenticate') === first.answer.header('www-authenticate');
      walk.notSignedIn = 'the connector does not take the token (D16)';
      walk.grant = undefined;
      book.fail('token-refused', {
        seen: `the token that was just issued: 401${same ? ', word for word as without a token' : ''}`,
        why: same
          ? 'The token does not arrive (a proxy drops Authorization), or the connector verifies tokens of another server or for another audience.'
          : 'The connector verifies tokens of another server, or for another audience, or does not know the key yet.',
        userSees: walk.profile.words.authorization,
        fix: `See that Authorization reaches the application (D22), and that aud contains ${walk.typed}.`,
        source: 'claude-ai-mcp#35, #155, #549; workers-oauth-provider#108',
      });
      return;
    }
    if (first.result === undefined) {
      book.fail('no-initialize', {
        seen: `initialize, signed in: ${describe(first.answer)}`,
        why: 'The client is signed in and cannot open the connection.',
        userSees: walk.profile.words.noTools,
        fix: 'Answer initialize with a JSON-RPC result.',
        source: 'MCP lifecycle, "Initialization"',
      });
      return;
    }
    grant.session = first.answer.ok ? first.answer.header('mcp-session-id') : undefined;
    walk.secrets.add(grant.session);
    await initialized(walk, token, grant.session);
    for (let count = 1; count < TRIES; count += 1) {
      const { answer, result } = await initialize(walk, { token, fresh: true });
      if (result !== undefined) continue;
      book.fail('not-everywhere', {
        seen: `connection ${count + 1}: ${describe(answer)}, after one that worked`,
        why: 'Behind one address there are several instances, and not all of them know the token.',
        userSees: walk.profile.words.later,
        fix: 'Keep tokens and keys where every instance finds them.',
        source: 'claude-ai-mcp#975',
      });
      break;
    }
    judgeClaims(walk, book, token);
    book.pass('taken on every connection');
  },
};

function judgeClaims(walk: Walk, book: Book, token: string): void {
  const claims = claimsOf(token);
  if (claims === undefined) return;
  const { aud } = claims;
  const audience = typeof aud === 'string' ? [aud] : (asStrings(aud) ?? []);
  if (!audience.some((one) => covers(one, walk.typed))) {
    book.warn('audience', {
      seen: `aud is ${audience.length === 0 ? 'missing' : quoted(audience.join(' '))}`,
      why: 'It does not name the resource that was asked for: a token for one server must not open another.',
      userSees: walk.profile.words.authorization,
      fix: `Put ${walk.typed} into aud, and check it.`,
      source: 'RFC 8707 section 2; mcp-auth-proxy#123, workers-oauth-provider#133',
    });
  }
  const begins = Math.max(numberOf(claims['nbf']), numberOf(claims['iat']));
  const ahead = begins - Date.now() / 1000;
  if (ahead > SKEW_S) {
    book.warn('clock', {
      seen: `the token begins ${Math.round(ahead)} s from now, by this machine’s clock`,
      why: 'A server whose clock is right refuses it.',
      userSees: walk.profile.words.authorization,
      fix: 'Set the clocks by NTP, and allow a minute.',
      source: 'RFC 7519 section 4.1.5',
    });
  }
}

/** The resource itself, or one that it is below. */
function covers(audience: string, resource: string): boolean {
  const one = canonical(audience);
  const other = canonical(resource);
  return one === other || (one !== '' && other.startsWith(`${one}/`));
}

function claimsOf(token: string): JsonObject | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  return jsonObject(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
