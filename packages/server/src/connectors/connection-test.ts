import { prepareRequest, withQuery, type Reach, type Sender, type Tool } from '@latchkey/tools';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Principal } from '../kernel/principal.ts';
import type { ImportId } from '../kernel/ids.ts';
import type { ImportRow } from '../store/queries/imports.ts';
import type { Store } from '../store/store.ts';
import type { CredentialFault, CredentialParts, UpstreamCredentials } from '../upstreams/credentials.ts';
import type { Assertions } from '../upstreams/credentials/assertions.ts';
import { NOTHING, staticParts } from '../upstreams/credentials/parts.ts';
import type { Vault } from '../upstreams/credentials/vault.ts';
import { isTestable } from './imports/operations.ts';
import { keyOf, type Compiled } from './imports/compiled.ts';
import type { ImportReading } from './imports/reading.ts';
import type { ImportSettings } from './imports/settings.ts';
import { audienceOfCall, reachOf } from './reach.ts';

const TIMEOUT_MS = 10_000;

/** How an upstream answered: its status and nothing else. */
export interface TestedConnection {
  readonly ok: boolean;
  readonly status: number | null;
  readonly message: string;
  readonly durationMs: number;
}

export type TestFault = 'absent' | 'not_ready' | 'no_such_operation' | 'not_testable' | 'no_base_url';

export interface ConnectionTest {
  ofImport(
    id: ImportId,
    operation: string,
    principal: Principal,
  ): Promise<Result<TestedConnection, TestFault>>;
  ofConnector(
    slug: string,
    operation: string,
    principal: Principal,
  ): Promise<Result<TestedConnection, TestFault>>;
}

interface Target {
  readonly compiled: Compiled;
  readonly baseUrl: string;
  readonly reach: Reach | undefined;
  readonly partsFor: (audience: string) => ReturnType<UpstreamCredentials['partsFor']>;
}

/** Calls one operation that only reads, to see whether an upstream is there and takes the credential. */
export function createConnectionTest({
  assertions,
  credentials,
  reading,
  sender,
  store,
  vault,
}: {
  assertions: Assertions;
  credentials: UpstreamCredentials;
  reading: ImportReading;
  sender: Sender;
  store: Store;
  vault: Pick<Vault, 'openOfImport'>;
}): ConnectionTest {
  async function test(target: Target, operation: string): Promise<Result<TestedConnection, TestFault>> {
    const { baseUrl, compiled, partsFor, reach } = target;
    if (compiled.kind !== 'openapi') return fail('not_testable');
    const tool = compiled.catalogue.tools.find(({ binding }) => keyOf(binding) === operation);
    if (tool === undefined) return fail('no_such_operation');
    const prepared = isTestable(tool) ? prepareRequest(tool, {}) : undefined;
    if (prepared?.ok !== true) return fail('not_testable');
    const server = serverOf(tool, baseUrl);
    const audience = audienceOfCall({ baseUrl, reach }, server);
    const parts = tool.binding.anonymous === true ? ok(NOTHING) : await partsFor(audience);
    if (!parts.ok) return ok(answered(null, sentenceOf(parts.error), 0));
    const startedMs = performance.now();
    const status = await headOf(server, { ...prepared.value, reach }, parts.value);
    const durationMs = Math.round(performance.now() - startedMs);
    return ok(answered(status, status === null ? UNREACHED : meaningOf(status), durationMs));
  }

  /** Null: nobody answered. Nothing after the head is read. */
  function headOf(
    baseUrl: string,
    request: {
      method: string;
      path: string;
      headers: Readonly<Record<string, string>>;
      reach: Reach | undefined;
    },
    parts: CredentialParts,
  ): Promise<number | null> {
    return new Promise((resolve) => {
      const control = sender.stream(
        {
          baseUrl,
          reach: request.reach,
          request: {
            method: request.method,
            path: withQuery(request.path, parts),
            headers: { 'accept-encoding': 'identity', 'user-agent': 'latchkey', ...request.headers },
          },
          headers: { ...parts.headers },
          headTimeoutMs: TIMEOUT_MS,
        },
        {
          onHead(status) {
            resolve(status);
            control.abort({ code: 'upstream_aborted', message: 'The answer is not needed.' });
          },
          onData() {},
          onEnd() {},
          onFault: () => resolve(null),
        },
      );
    });
  }

  async function partsOfImport(
    row: ImportRow,
    principal: Principal,
    audience: string,
  ): Promise<Result<CredentialParts, CredentialFault>> {
    const credential = vault.openOfImport(row.id, row);
    const { base_url: baseUrl, slug } = row.settings as unknown as ImportSettings;
    const existing =
      credential === undefined && slug !== null
        ? await store.connectors.findVisible(row.orgId, slug)
        : undefined;
    if (existing !== undefined && existing.orgId === row.orgId)
      return credentials.partsFor({ connectorId: existing.id, orgId: row.orgId, audience }, principal);
    const parts = credential && staticParts(credential);
    if (parts !== undefined)
      return parts !== NOTHING && isElsewhere(audience, baseUrl) ? fail(ELSEWHERE) : ok(parts);
    if (credential === undefined || credential.kind === 'assertion')
      return ok((await assertions(principal, audience)).parts);
    return fail({ kind: 'unavailable', message: ACCOUNTS });
  }

  return {
    async ofImport(id, operation, principal) {
      const row = await store.imports.find(principal.orgId, id);
      if (row === undefined) return fail('absent');
      const compiled = await reading.compiledOf(row);
      if (compiled === undefined) return fail('not_ready');
      const { base_url: baseUrl } = row.settings as unknown as ImportSettings;
      if (baseUrl === null) return fail('no_base_url');
      const partsFor = (audience: string) => partsOfImport(row, principal, audience);
      return test({ compiled, baseUrl, reach: 'public', partsFor }, operation);
    },

    async ofConnector(slug, operation, principal) {
      const { orgId } = principal;
      const connector = await store.connectors.findVisible(orgId, slug);
      if (connector === undefined) return fail('absent');
      const compiled = await reading.publishedOf(connector);
      if (compiled === undefined) return fail('not_ready');
      const target = { connectorId: connector.id, orgId: connector.orgId };
      const partsFor = (audience: string) => credentials.partsFor({ ...target, audience }, principal);
      return test({ compiled, baseUrl: connector.baseUrl, reach: reachOf(connector), partsFor }, operation);
    },
  };
}

function serverOf({ binding: { baseUrl: own } }: Tool, baseUrl: string): string {
  if (own === undefined) return baseUrl;
  return own.startsWith('/') ? new URL(baseUrl).origin + own.replace(/\/+$/, '') : own;
}

const UNREACHED = 'The API could not be reached at this address.';
const ACCOUNTS = 'People connect accounts of their own: test it with yours once it is published.';

const ELSEWHERE: CredentialFault = {
  kind: 'unavailable',
  message: 'This operation is on another host than the one that the credential is for.',
};

function isElsewhere(audience: string, baseUrl: string | null): boolean {
  return baseUrl === null || new URL(audience).origin !== new URL(baseUrl).origin;
}

function sentenceOf(fault: CredentialFault): string {
  return fault.kind === 'unavailable' ? fault.message : ACCOUNTS;
}

function answered(status: number | null, message: string, durationMs: number): TestedConnection {
  return { ok: status !== null && status < 400, status, message, durationMs };
}

function meaningOf(status: number): string {
  if (status < 300) return 'It works: the API answered.';
  if (status < 400) return 'The API answered that it is at another address.';
  if (status === 401 || status === 403)
    return `The API answered ${status}: it does not take this credential.`;
  if (status === 404) return 'The API answered 404: check the address that calls go to.';
  return `The API answered ${status}.`;
}
