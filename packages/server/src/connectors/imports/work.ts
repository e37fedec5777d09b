import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readLock, slugOf, type Catalogue, type Places, type Rejection } from '@latchkey/tools';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { FileFault } from '../../kernel/guarded-file.ts';
import type { ImportId } from '../../kernel/ids.ts';
import { randomOctets } from '../../kernel/random.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { ImportRow } from '../../store/queries/imports.ts';
import type { ClientFault } from '../../upstreams/client/types.ts';
import { catalogueOf, NO_TOOLS_YET } from '../mcp-catalogue.ts';
import { isSlug } from '../slug.ts';
import type { Compiled } from './compiled.ts';
import { reportFor, type ImportReport } from './report.ts';
import type { ImportRoom } from './room.ts';
import { compileOptionsFor, type ImportSettings } from './settings.ts';
import { importSourceSchema } from './sources.ts';

export const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;
/** A node that says nothing for so long is gone. */
const LEASE_SECONDS = 20;
const HEARTBEAT_MS = 1_000;
/** Each compilation may take a gigabyte. */
const COMPILATIONS_MAX = 2;

/** Why an import came to nothing, as it is stored. */
export interface ImportRejection {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly hint: string | null;
}

export interface ImportWork {
  /** Nobody waits for it; another node may have it in hand already. */
  begin(id: ImportId): void;
  close(): Promise<void>;
}

class NotWanted extends Error {}

/**
 * Fetches and checks what is imported. Where it stands is in the database: any node answers who asks, a node that goes
 * away is replaced by the next one that is asked, and what was cancelled or changed meanwhile is given up.
 */
export function createImportWork(room: ImportRoom): ImportWork {
  const { clock, compile, listTools, log, readFile, store } = room;
  const running = new Map<ImportId, Promise<void>>();
  /** Asked for while it was under way: it may be about something else by now. */
  const again = new Set<ImportId>();
  const closing = new AbortController();
  // As many as there are imports under way; Node takes more than ten for a leak.
  setMaxListeners(0, closing.signal);
  const queue: (() => void)[] = [];
  let compilations = 0;

  async function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (compilations < COMPILATIONS_MAX) compilations += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) compilations -= 1;
      else next();
    }
  }

  async function run(id: ImportId): Promise<void> {
    const workId = randomOctets(12).toString('base64url');
    const row = await store.imports.claim(id, workId, LEASE_SECONDS);
    if (row === undefined) return;
    const controller = new AbortController();
    const stop = (): void => controller.abort(new NotWanted());
    closing.signal.addEventListener('abort', stop, { once: true });
    let progress: { done: number; total: number | null } = { done: 0, total: null };
    const beat = setInterval(() => {
      store.imports.stillWanted(id, workId, LEASE_SECONDS, progress).then(
        (isWanted) => {
          if (!isWanted) stop();
        },
        // Whether it is wanted is asked again when its result is written.
        () => undefined,
      );
    }, HEARTBEAT_MS);
    try {
      await work(row, workId, controller.signal, (done, total) => {
        progress = { done, total };
      });
    } catch (error) {
      if (error instanceof NotWanted || controller.signal.aborted) return;
      log.error({ import: id, error: deepestCause(error).message }, 'an import could not be checked');
      await store.imports.advance(id, workId, { ...rejected(INTERNAL), workId: null });
    } finally {
      clearInterval(beat);
      closing.signal.removeEventListener('abort', stop);
    }
  }

  async function work(
    row: ImportRow,
    workId: string,
    signal: AbortSignal,
    onProgress: (done: number, total: number | null) => void,
  ): Promise<void> {
    const source = importSourceSchema.parse(row.source);
    if (source.kind === 'mcp') return askServer(row, workId, signal);
    const isUnread = row.state === 'fetching' || row.documentSha256 === null;
    if (source.kind === 'url' && isUnread && !(await fetched(row, source.url, workId, signal))) return;
    const settings = row.settings as unknown as ImportSettings;
    const { slug } = settings;
    const lockText = slug === null ? undefined : await store.connectors.getNameLock(row.orgId, slug);
    const lock = lockText === undefined ? undefined : readLock(lockText, clock.nowMs());
    let places: Places = {};
    const compiled = await inTurn(signal, async () => {
      // Not before: whoever waits for a turn has no document of many megabytes in memory.
      const bytes = await store.imports.getDocument(row.id);
      if (bytes === undefined) return undefined;
      return compile(
        bytes,
        { ...compileOptionsFor(settings), ...(lock?.ok === true && { lock: lock.value }) },
        {
          signal,
          onProgress: ({ done, operations }) => onProgress(done, operations),
          onPlaces: (found) => {
            places = found;
          },
        },
      );
    });
    if (compiled === undefined) return finish(row, workId, fail(INTERNAL));
    if (!compiled.ok) return finish(row, workId, fail(rejectionOf(compiled.error)));
    const { value: catalogue } = compiled;
    await finish(row, workId, ok({ kind: 'openapi', catalogue, places }), hashOfLock(lockText));
  }

  /** False: it could not be fetched, or nobody wants it any more. */
  async function fetched(row: ImportRow, url: string, workId: string, signal: AbortSignal): Promise<boolean> {
    const file = await readFile(url, { bytesMax: DOCUMENT_BYTES_MAX, signal });
    if (file.ok) return keep(row, workId, file.value.bytes);
    await finish(row, workId, fail(rejectionOfFetch(file.error)));
    return false;
  }

  /** False: nobody wants it any more. */
  function keep(row: ImportRow, workId: string, document: Buffer): Promise<boolean> {
    return store.transaction(async (queries) => {
      const documentSha256 = createHash('sha256').update(document).digest('hex');
      const isWanted = await queries.imports.advance(row.id, workId, {
        state: 'checking',
        documentSha256,
        documentBytes: document.byteLength,
      });
      if (isWanted) await queries.imports.putContent(row.id, { document });
      return isWanted;
    });
  }

  async function askServer(row: ImportRow, workId: string, signal: AbortSignal): Promise<void> {
    // Where each person has an account, there is nobody to ask as.
    if (row.credentialKind === 'oauth')
      return finish(row, workId, ok({ kind: 'mcp', catalogue: NO_TOOLS_YET }));
    const listed = await listTools(row, signal);
    signal.throwIfAborted();
    if (!listed.ok) return finish(row, workId, fail(rejectionOfServer(listed.error)));
    await finish(row, workId, ok({ kind: 'mcp', catalogue: catalogueOf(listed.value).catalogue }));
  }

  async function finish(
    row: ImportRow,
    workId: string,
    outcome: Result<Compiled, ImportRejection>,
    lockSha256: string | null = null,
  ): Promise<void> {
    if (!outcome.ok) {
      await store.imports.advance(row.id, workId, { ...rejected(outcome.error), workId: null });
      return;
    }
    const compiled = outcome.value;
    const source = importSourceSchema.parse(row.source);
    const report = reportFor(compiled, 'url' in source ? source : {});
    const settings = await proposed(row, report);
    await store.transaction(async (queries) => {
      const isWanted = await queries.imports.advance(row.id, workId, {
        state: 'ready',
        workId: null,
        catalogueHash: compiled.catalogue.hash,
        lockSha256,
        report: { ...report },
        rejection: null,
        ...(settings !== undefined && { settings: { ...settings }, revision: row.revision + 1 }),
      });
      if (!isWanted) return;
      await queries.imports.putContent(row.id, {
        catalogue: JSON.stringify(compiled.catalogue),
        places: compiled.kind === 'openapi' ? compiled.places : null,
      });
    });
  }

  /** What nobody has decided yet, as the document suggests it. Undefined: there is nothing to propose. */
  async function proposed(row: ImportRow, report: ImportReport): Promise<ImportSettings | undefined> {
    const settings = row.settings as unknown as ImportSettings;
    const source = importSourceSchema.parse(row.source);
    const { name, slug } = settings;
    if (slug !== null && name !== null && (settings.base_url !== null || source.kind === 'mcp'))
      return undefined;
    const title = report.title === '' ? hostOf(source) : report.title;
    const base = report.servers.find((server) => server.startsWith('https://')) ?? null;
    const next = {
      ...settings,
      name: name ?? title,
      slug: slug ?? (await freeSlug(row, title)),
      base_url: settings.base_url ?? (source.kind === 'mcp' ? null : base),
    };
    const isNew = next.slug !== slug || next.name !== name || next.base_url !== settings.base_url;
    return isNew ? next : undefined;
  }

  async function freeSlug(row: ImportRow, title: string): Promise<string | null> {
    const wanted = slugOf(title);
    for (let number = 1; number <= SLUGS_TRIED; number += 1) {
      const slug = number === 1 ? wanted : `${wanted.slice(0, 36)}-${number}`;
      if (!isSlug(slug)) return null;
      if ((await store.connectors.findVisible(row.orgId, slug)) === undefined) return slug;
    }
    return null;
  }

  function begin(id: ImportId): void {
    if (closing.signal.aborted) return;
    if (running.has(id)) {
      again.add(id);
      return;
    }
    const work = run(id)
      .catch((error: unknown) =>
        log.error({ import: id, error: deepestCause(error).message }, 'an import could not be written down'),
      )
      .finally(() => {
        running.delete(id);
        if (again.delete(id)) begin(id);
      });
    running.set(id, work);
  }

  return {
    begin,
    async close() {
      closing.abort();
      await Promise.all(running.values());
    },
  };
}

const SLUGS_TRIED = 20;

/** Of the names that an import was compiled with. */
export function hashOfLock(lockText: string | undefined): string | null {
  return lockText === undefined ? null : createHash('sha256').update(lockText).digest('hex');
}

/** Written by us alone, from values of these types. */
export function compiledFrom(
  source: Record<string, unknown>,
  { catalogue, places }: { readonly catalogue: string | null; readonly places: Places | null },
): Compiled | undefined {
  if (catalogue === null) return undefined;
  const body: unknown = JSON.parse(catalogue);
  return source['kind'] === 'mcp'
    ? { kind: 'mcp', catalogue: body as Extract<Compiled, { kind: 'mcp' }>['catalogue'] }
    : { kind: 'openapi', catalogue: body as Catalogue, places: places ?? {} };
}

function rejected(rejection: ImportRejection): Pick<ImportRow, 'state' | 'rejection'> {
  return { state: 'rejected', rejection: { ...rejection } };
}

function sentence(code: string, message: string, hint: string | null = null): ImportRejection {
  return { code, message, line: null, column: null, hint };
}

const INTERNAL = sentence(
  'internal',
  'The document could not be checked because of a fault on our side.',
  'Try again. If it stays so, tell whoever runs this service.',
);

function rejectionOf({ code, column, hint, line, message }: Rejection): ImportRejection {
  return { code, message, line: line ?? null, column: column ?? null, hint: hint ?? null };
}

const UPLOAD_INSTEAD = 'Download the document yourself and upload it.';

/** Says nothing of what is behind the address: it may have been given to find that out. */
function rejectionOfFetch(fault: FileFault): ImportRejection {
  switch (fault.reason) {
    case 'url':
      return sentence('fetch_url', 'This address cannot be fetched: it must be https, with a host name.');
    case 'address':
    case 'unreachable':
      return sentence('fetch_unreachable', 'The address could not be reached.', UPLOAD_INSTEAD);
    case 'deadline':
      return sentence('fetch_deadline', 'The document did not arrive in time.', UPLOAD_INSTEAD);
    case 'too_large':
      return sentence('fetch_too_large', 'The document is larger than 32 MB.', 'Import a part of it.');
    case 'compressed':
      return sentence('fetch_compressed', 'The server sends the document compressed.', UPLOAD_INSTEAD);
    case 'redirects':
      return sentence(
        'fetch_redirect',
        'The address leads on to another one.',
        'Give the address where the document itself is.',
      );
    case 'status':
      return sentence(
        'fetch_status',
        `The server answered ${fault.status} instead of the document.`,
        UPLOAD_INSTEAD,
      );
    case 'busy':
      return sentence('fetch_busy', 'Too many documents are being fetched.', 'Try again in a minute.');
    case 'cancelled':
      return sentence('fetch_cancelled', 'Fetching the document was cancelled.');
  }
}

function rejectionOfServer(fault: ClientFault): ImportRejection {
  const code = fault.kind === 'channel' ? fault.fault.code : fault.kind;
  const isRefused = fault.kind === 'channel' && (fault.fault.status === 401 || fault.fault.status === 403);
  if (isRefused || code === 'upstream_unauthorized' || fault.kind === 'credential')
    return sentence(
      'mcp_unauthorized',
      'The MCP server wants to know who is asking.',
      'Give a credential below; then it is asked again.',
    );
  return sentence(`mcp_${code}`, 'The MCP server could not be asked for its tools.', 'Check its address.');
}

function hostOf(source: ReturnType<typeof importSourceSchema.parse>): string {
  return 'url' in source && URL.canParse(source.url) ? new URL(source.url).hostname : 'API';
}
