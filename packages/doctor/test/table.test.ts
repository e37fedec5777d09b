import { describe, expect, test } from 'vitest';
import { toJson, type DiagnoseOptions } from '../src/index.ts';
import { startConnector } from './fixtures/connector.ts';
import { FAULTS, type Fault } from './fixtures/faults.ts';
import { examine, examineWith, findingsOf, namesOf, REDIRECT_URI } from './support.ts';

interface Row {
  readonly fault: Fault;
  readonly severity: 'fail' | 'warn' | 'note';
  /** Check and rule. */
  readonly found: string;
  /** Other failures that the same fault must cause. */
  readonly implied?: readonly string[];
  readonly options?: DiagnoseOptions;
}

const THOROUGH = { thorough: true };

const TABLE: readonly Row[] = [
  { fault: 'redirects', severity: 'fail', found: 'D3 redirect' },
  { fault: 'blocks-claude-user', severity: 'fail', found: 'D4 user-agent-refused' },
  { fault: 'firewall-page', severity: 'fail', found: 'D4 user-agent-refused' },
  { fault: 'no-mcp-here', severity: 'fail', found: 'D5 no-connector' },
  { fault: 'forbidden-instead-of-401', severity: 'fail', found: 'D5 not-401' },
  { fault: 'open-though-it-has-metadata', severity: 'fail', found: 'D5 open-with-sign-in' },
  { fault: 'late-401', severity: 'warn', found: 'D5 late-401' },
  { fault: 'not-acceptable', severity: 'fail', found: 'D5 not-acceptable' },
  { fault: 'not-acceptable-signed-in', severity: 'fail', found: 'D5 not-acceptable' },
  { fault: 'origin-fails', severity: 'warn', found: 'D5 origin-fails' },
  { fault: 'old-revision-refused', severity: 'fail', found: 'D5 not-taken' },
  { fault: 'discover-fails', severity: 'warn', found: 'D5 discover-fails' },
  { fault: 'no-challenge', severity: 'fail', found: 'D6 no-challenge' },
  { fault: 'challenge-without-comma', severity: 'fail', found: 'D6 challenge-malformed' },
  { fault: 'challenge-basic', severity: 'fail', found: 'D6 challenge-not-bearer' },
  { fault: 'bearer-second', severity: 'warn', found: 'D6 bearer-not-first' },
  { fault: 'challenge-without-scope', severity: 'note', found: 'D6 no-scope' },
  { fault: 'no-pointer', severity: 'warn', found: 'D6 no-pointer' },
  { fault: 'relative-pointer', severity: 'fail', found: 'D6 pointer-not-absolute' },
  { fault: 'pointer-at-root', severity: 'warn', found: 'D6 pointer-at-root' },
  { fault: 'get-fails', severity: 'fail', found: 'D6 get-fails' },
  { fault: 'get-400', severity: 'warn', found: 'D6 get-answer' },
  { fault: 'get-400', severity: 'fail', found: 'D6 get-answer', options: { as: 'cursor' } },
  { fault: 'get-empty-200', severity: 'warn', found: 'D6 get-answer' },
  { fault: 'delete-taken', severity: 'warn', found: 'D6 delete-answer' },
  { fault: 'no-resource-metadata', severity: 'fail', found: 'D7 none', implied: ['D7 missing-pointer'] },
  { fault: 'pointer-to-nowhere', severity: 'fail', found: 'D7 missing-pointer' },
  { fault: 'metadata-is-a-page', severity: 'fail', found: 'D7 not-json', implied: ['D7 none'] },
  { fault: 'metadata-redirects', severity: 'fail', found: 'D7 redirected', implied: ['D7 none'] },
  { fault: 'root-metadata-missing', severity: 'warn', found: 'D7 missing-root' },
  { fault: 'inserted-metadata-missing', severity: 'fail', found: 'D7 missing-pointer' },
  { fault: 'resource-missing', severity: 'fail', found: 'D7 no-resource' },
  { fault: 'resource-without-path', severity: 'fail', found: 'D7 resource-differs' },
  { fault: 'resource-with-slash', severity: 'warn', found: 'D7 resource-spelled-otherwise' },
  { fault: 'no-authorization-servers', severity: 'fail', found: 'D7 no-authorization-server' },
  { fault: 'relative-authorization-server', severity: 'fail', found: 'D7 authorization-server-not-a-url' },
  { fault: 'several-servers', severity: 'note', found: 'D7 several-servers' },
  { fault: 'metadata-kept-a-day', severity: 'warn', found: 'D7 cached-long' },
  { fault: 'no-server-metadata', severity: 'fail', found: 'D8 none' },
  { fault: 'issuer-missing', severity: 'fail', found: 'D8 no-issuer' },
  { fault: 'issuer-other', severity: 'fail', found: 'D8 issuer-differs', implied: ['D14 iss-differs'] },
  { fault: 'issuer-with-slash', severity: 'warn', found: 'D8 issuer-slash' },
  { fault: 'issuer-with-slash', severity: 'fail', found: 'D8 issuer-slash', options: { as: 'chatgpt' } },
  { fault: 'issuer-with-path', severity: 'warn', found: 'D8 issuer-has-path' },
  { fault: 'issuer-with-path-at-root-only', severity: 'fail', found: 'D8 only-at-root' },
  { fault: 'relative-endpoint', severity: 'fail', found: 'D8 endpoint-not-absolute' },
  { fault: 'no-token-endpoint', severity: 'fail', found: 'D8 endpoint-missing' },
  { fault: 'no-s256', severity: 'fail', found: 'D8 no-s256' },
  { fault: 'no-code', severity: 'fail', found: 'D8 no-code' },
  { fault: 'no-code-grant', severity: 'fail', found: 'D8 no-code-grant' },
  { fault: 'no-none', severity: 'warn', found: 'D8 no-public-clients' },
  { fault: 'no-refresh-in-metadata', severity: 'warn', found: 'D8 no-refresh-grant' },
  { fault: 'no-registration', severity: 'fail', found: 'D8 no-registration' },
  { fault: 'documents-only', severity: 'fail', found: 'D8 no-registration', options: { as: 'cursor' } },
  { fault: 'documents-only', severity: 'fail', found: 'D8 no-registration', options: { as: 'gemini' } },
  { fault: 'documents-only', severity: 'note', found: 'D8 no-dynamic-registration' },
  { fault: 'registration-only', severity: 'note', found: 'D8 no-client-documents' },
  { fault: 'iss-not-promised', severity: 'note', found: 'D8 no-iss' },
  { fault: 'bodies-differ', severity: 'warn', found: 'D8 bodies-differ' },
  { fault: 'inner-host', severity: 'fail', found: 'D22 inner-address', implied: ['D7 resource-differs'] },
  { fault: 'page-for-everything', severity: 'warn', found: 'D9 well-known-catch-all' },
  { fault: 'other-page', severity: 'warn', found: 'D9 other-page' },
  { fault: 'refuses-documents', severity: 'fail', found: 'D10 document-refused' },
  { fault: 'refuses-secret-clients', severity: 'fail', found: 'D11 refused' },
  { fault: 'refuses-unknown-scope-at-register', severity: 'fail', found: 'D11 refused' },
  { fault: 'refuses-cursor', severity: 'warn', found: 'D11 refused' },
  { fault: 'refuses-cursor', severity: 'fail', found: 'D11 refused', options: { as: 'cursor' } },
  { fault: 'refuses-loopback', severity: 'note', found: 'D11 no-loopback' },
  { fault: 'drops-addresses', severity: 'fail', found: 'D11 addresses-dropped' },
  { fault: 'registers-without-refresh', severity: 'warn', found: 'D11 no-refresh-grant' },
  {
    fault: 'registers-without-refresh',
    severity: 'fail',
    found: 'D11 no-refresh-grant',
    options: { as: 'chatgpt' },
  },
  { fault: 'registers-once-a-minute', severity: 'fail', found: 'D11 limited' },
  { fault: 'registers-fifteen', severity: 'warn', found: 'D11 limited-many', options: THOROUGH },
  { fault: 'registers-with-a-page', severity: 'fail', found: 'D11 answer-not-json' },
  { fault: 'registration-fails-on-broken-json', severity: 'warn', found: 'D11 malformed-answer' },
  { fault: 'secret-not-told', severity: 'fail', found: 'D11 no-secret' },
  { fault: 'authorize-refuses', severity: 'fail', found: 'D12 refused', implied: ['D10 document-refused'] },
  { fault: 'open-redirect', severity: 'fail', found: 'D12 open-redirect' },
  { fault: 'any-address', severity: 'warn', found: 'D12 wrong-redirect-shown' },
  { fault: 'pkce-optional', severity: 'warn', found: 'D12 pkce-optional' },
  { fault: 'pkce-plain', severity: 'warn', found: 'D12 pkce-optional' },
  { fault: 'any-resource', severity: 'warn', found: 'D12 wrong-resource-taken' },
  { fault: 'resource-required', severity: 'warn', found: 'D12 no-resource-refused' },
  { fault: 'resource-compared-exactly', severity: 'warn', found: 'D12 resource-slash-refused' },
  { fault: 'resource-compared-exactly', severity: 'warn', found: 'D12 resource-case-refused' },
  { fault: 'unknown-scope-refused', severity: 'warn', found: 'D12 unknown-scope-refused' },
  { fault: 'scope-required', severity: 'warn', found: 'D12 no-scope-refused' },
  {
    fault: 'scope-required',
    severity: 'fail',
    found: 'D12 refused',
    options: { as: 'claude-code' },
    implied: ['D10 document-refused'],
  },
  { fault: 'loopback-port-fixed', severity: 'warn', found: 'D12 loopback-port-refused' },
  {
    fault: 'loopback-port-fixed',
    severity: 'fail',
    found: 'D12 loopback-port-refused',
    options: { as: 'vscode' },
  },
  { fault: 'framed', severity: 'warn', found: 'D13 can-be-framed' },
  { fault: 'form-action', severity: 'warn', found: 'D13 form-action' },
  { fault: 'strict-cookie', severity: 'warn', found: 'D13 cookie-strict' },
  { fault: 'nobody-asked', severity: 'warn', found: 'D13 nobody-asked' },
  { fault: 'nobody-asked', severity: 'warn', found: 'D13 denial-not-told', options: THOROUGH },
  { fault: 'asks-to-sign-in', severity: 'note', found: 'D13 behind-sign-in' },
  { fault: 'address-not-shown', severity: 'note', found: 'D13 address-not-shown' },
  { fault: 'stays-on-the-page', severity: 'fail', found: 'D14 never-came-back' },
  { fault: 'denies-who-allows', severity: 'fail', found: 'D14 error' },
  { fault: 'code-lost', severity: 'fail', found: 'D14 no-code' },
  { fault: 'state-lost', severity: 'fail', found: 'D14 state-changed' },
  { fault: 'iss-missing', severity: 'fail', found: 'D14 iss-missing' },
  { fault: 'iss-other', severity: 'fail', found: 'D14 iss-differs' },
  { fault: 'code-twice', severity: 'fail', found: 'D14 code-replayed' },
  { fault: 'pkce-not-checked', severity: 'fail', found: 'D15 pkce-not-checked', options: THOROUGH },
  { fault: 'wrong-verifier-burns', severity: 'note', found: 'D15 burnt', options: THOROUGH },
  { fault: 'bad-code-invalid-request', severity: 'warn', found: 'D15 bad-code-answer' },
  { fault: 'any-code-redeemed', severity: 'fail', found: 'D15 anything-redeemed' },
  { fault: 'code-refused', severity: 'fail', found: 'D15 not-redeemed' },
  { fault: 'token-wants-json', severity: 'fail', found: 'D15 form-refused' },
  { fault: 'token-error-page', severity: 'fail', found: 'D15 error-not-json' },
  { fault: 'token-500', severity: 'fail', found: 'D15 endpoint-fails' },
  { fault: 'unknown-client-400', severity: 'warn', found: 'D15 unknown-client-answer' },
  { fault: 'no-store-missing', severity: 'warn', found: 'D15 no-store' },
  { fault: 'expires-in-text', severity: 'warn', found: 'D15 lifetime-not-a-number' },
  { fault: 'five-minutes', severity: 'fail', found: 'D15 short-lived' },
  { fault: 'no-refresh-token', severity: 'fail', found: 'D15 no-refresh-token' },
  { fault: 'tokens-never-end', severity: 'warn', found: 'D15 no-refresh-token' },
  { fault: 'scope-not-told', severity: 'note', found: 'D15 no-scope' },
  { fault: 'mac-token', severity: 'fail', found: 'D15 not-bearer' },
  { fault: 'token-refused', severity: 'fail', found: 'D16 token-refused' },
  { fault: 'any-token-taken', severity: 'fail', found: 'D16 bad-token-taken' },
  { fault: 'unknown-token-taken', severity: 'fail', found: 'D16 bad-token-taken' },
  { fault: 'unknown-key-taken', severity: 'fail', found: 'D16 bad-token-taken' },
  { fault: 'no-signature-taken', severity: 'fail', found: 'D16 bad-token-taken' },
  { fault: 'broken-jwt-taken', severity: 'fail', found: 'D16 bad-token-taken' },
  {
    fault: 'bad-token-500',
    severity: 'fail',
    found: 'D16 bad-token-answer',
    implied: ['D18 revoked-answer'],
  },
  { fault: 'audience-missing', severity: 'warn', found: 'D16 audience' },
  { fault: 'clock-ahead', severity: 'warn', found: 'D16 clock' },
  { fault: 'initialize-fails', severity: 'fail', found: 'D16 no-initialize', implied: ['D5 not-taken'] },
  { fault: 'known-to-one-instance', severity: 'fail', found: 'D16 not-everywhere' },
  { fault: 'dead-refresh-500', severity: 'fail', found: 'D17 dead-token-answer' },
  { fault: 'refresh-refused', severity: 'fail', found: 'D17 refused' },
  { fault: 'refresh-needs-resource', severity: 'warn', found: 'D17 no-resource-refused' },
  { fault: 'parallel-refused', severity: 'warn', found: 'D17 parallel-refused' },
  {
    fault: 'parallel-refused',
    severity: 'fail',
    found: 'D17 parallel-refused',
    options: { as: 'claude-code' },
  },
  { fault: 'parallel-kills', severity: 'fail', found: 'D17 parallel-kills' },
  { fault: 'not-rotated', severity: 'warn', found: 'D17 not-rotated' },
  { fault: 'same-refresh-token', severity: 'warn', found: 'D17 not-rotated' },
  { fault: 'reuse-taken', severity: 'warn', found: 'D17 reuse-taken', options: THOROUGH },
  { fault: 'family-survives', severity: 'warn', found: 'D17 family-survives', options: THOROUGH },
  { fault: 'revocation-without-effect', severity: 'fail', found: 'D18 refresh-survives' },
  { fault: 'access-survives', severity: 'warn', found: 'D18 access-survives' },
  { fault: 'access-survives', severity: 'warn', found: 'D15 replay-keeps-tokens', options: THOROUGH },
  { fault: 'revocation-fails', severity: 'warn', found: 'D18 endpoint-answer' },
  { fault: 'forbidden-tools', severity: 'fail', found: 'D19 forbidden', implied: ['D20 no-list'] },
  { fault: 'scope-challenged', severity: 'fail', found: 'D20 no-list' },
  { fault: 'tool-writes', severity: 'note', found: 'D20 not-called' },
  { fault: 'no-tools', severity: 'warn', found: 'D20 no-tools' },
  { fault: 'tool-without-schema', severity: 'fail', found: 'D20 schema-missing' },
  { fault: 'tool-needs-argument', severity: 'note', found: 'D20 not-called' },
  { fault: 'tool-no-title', severity: 'note', found: 'D20 no-title' },
  { fault: 'tool-name', severity: 'fail', found: 'D20 name' },
  { fault: 'tool-name-long', severity: 'warn', found: 'D20 long-name' },
  { fault: 'tool-root-union', severity: 'fail', found: 'D20 root-union' },
  { fault: 'tool-root-array', severity: 'fail', found: 'D20 root-type' },
  { fault: 'tool-large', severity: 'fail', found: 'D20 large-schema' },
  { fault: 'tool-property-name', severity: 'fail', found: 'D20 property-name' },
  { fault: 'tool-broken-schema', severity: 'fail', found: 'D20 schema-invalid' },
  { fault: 'tool-dangling-ref', severity: 'fail', found: 'D20 schema-invalid' },
  { fault: 'tool-no-hint', severity: 'warn', found: 'D20 no-hint' },
  { fault: 'tool-no-description', severity: 'warn', found: 'D20 no-description' },
  { fault: 'tool-twice', severity: 'fail', found: 'D20 name-twice' },
  { fault: 'tool-output-union', severity: 'warn', found: 'D20 output-schema' },
  { fault: 'many-tools', severity: 'warn', found: 'D20 many-tools' },
  { fault: 'second-page', severity: 'warn', found: 'D20 more-pages' },
  { fault: 'large-result', severity: 'warn', found: 'D20 large-result' },
  { fault: 'call-fails', severity: 'warn', found: 'D20 call-fails' },
  { fault: 'call-is-error', severity: 'note', found: 'D20 call-error' },
  { fault: 'session-required', severity: 'fail', found: 'D21 session-required' },
  { fault: 'stale-session-refused', severity: 'warn', found: 'D21 stale-session-refused' },
  { fault: 'asks-client-first', severity: 'warn', found: 'D21 asks-client' },
  { fault: 'get-400-signed-in', severity: 'warn', found: 'D21 get-answer' },
  { fault: 'dead-policy-link', severity: 'warn', found: 'D23 dead-link' },
  { fault: 'no-links', severity: 'note', found: 'D23 no-links' },
  { fault: 'no-icon', severity: 'note', found: 'D23 no-icon' },
];

describe('a connector with one fault', () => {
  test.concurrent.each(TABLE)(
    '$fault: $severity $found',
    async ({ fault, found, implied = [], options, severity }) => {
      const report = await examineWith(fault, options);
      expect(namesOf(report, severity)).toContain(found);
      expect(namesOf(report, 'fail').filter((name) => name !== found)).toEqual(implied);
      expect(report.verdict).toBe(severity === 'fail' || implied.length > 0 ? 'faults' : 'healthy');
      const [finding] = findingsOf(report, severity).filter(
        ({ check, rule }) => `${check} ${rule}` === found,
      );
      // A note says what is worth knowing; the others, why, what it looks like and what to do.
      const parts = [finding?.why, finding?.userSees, finding?.fix, finding?.source];
      for (const part of severity === 'note' ? [finding?.seen] : parts) expect(part).toMatch(/\w/);
    },
  );
});

test('the table has each fault that the fixture can have', () => {
  expect(new Set(TABLE.map(({ fault }) => fault))).toEqual(new Set(FAULTS));
});

describe('two faults, of which one changes what the other means', () => {
  test.concurrent.each<[Fault, Fault, 'warn' | 'note', string]>([
    ['open-though-it-has-metadata', 'no-resource-metadata', 'note', 'D5 open'],
    ['pointer-at-root', 'inserted-metadata-missing', 'warn', 'D7 missing-inserted'],
    ['form-action', 'asks-to-sign-in', 'note', 'D13 form-action'],
  ])('%s and %s: %s %s, and no failure', async (one, other, severity, found) => {
    const connector = await startConnector(one, other);
    const report = await examine(connector);
    await connector.close();
    expect(namesOf(report, severity)).toContain(found);
    expect({ failed: namesOf(report, 'fail'), signedIn: report.signedIn }).toEqual({
      failed: [],
      signedIn: true,
    });
  });
});

/** What a sound connector without TLS, CORS and the newest revision is told, whatever the client. */
const NOTES = ['D1 not-https', 'D6 no-cors', 'D13 by-hand', 'D5 legacy-only'];

test.concurrent.each(['claude', 'claude-code', 'chatgpt', 'cursor', 'vscode', 'gemini'] as const)(
  'a sound connector has no fault and no warning for %s, and no secret of it is in the report',
  async (as) => {
    const connector = await startConnector();
    const report = await examine(connector, { as, thorough: true });
    await connector.close();
    expect(namesOf(report, 'fail', 'warn')).toEqual([]);
    expect(namesOf(report, 'note')).toEqual(NOTES);
    // DNS of a local address; a 403 that nobody gave.
    expect(findingsOf(report, 'not_run').map(({ check }) => check)).toEqual(['D2', 'D19']);
    const json = JSON.stringify(toJson(report));
    for (const secret of connector.secrets) expect(json).not.toContain(secret);
    expect(connector.liveGrants()).toBe(0);
    expect(connector.secrets.size).toBeGreaterThan(10);
  },
);

test.concurrent.each(['reuse-taken', 'family-survives', 'access-survives'] as const)(
  'what the doctor was given is revoked at the end, of a server with %s too',
  async (fault) => {
    const connector = await startConnector(fault);
    await examine(connector, { thorough: true });
    await connector.close();
    expect(connector.liveGrants()).toBe(0);
  },
);

test('a code that comes back under another state is nobody’s to redeem', async () => {
  const connector = await startConnector('state-lost');
  const report = await examine(connector);
  await connector.close();
  expect(findingsOf(report, 'not_run').find(({ check }) => check === 'D16')?.seen).toMatch(/D14/);
  expect({ signedIn: report.signedIn, grants: connector.liveGrants() }).toEqual({
    signedIn: false,
    grants: 0,
  });
});

test('a mistake of the doctor’s own is no pass, and takes no other finding away', async () => {
  const connector = await startConnector('framed');
  const approve = () => Promise.reject(new Error('no browser here'));
  const report = await examine(connector, { approver: { redirectUri: REDIRECT_URI, approve } });
  await connector.close();
  expect(findingsOf(report, 'not_run').map(({ seen }) => seen)).toContain(
    'the doctor failed here: no browser here',
  );
  expect(namesOf(report, 'warn')).toEqual(['D13 can-be-framed']);
});
