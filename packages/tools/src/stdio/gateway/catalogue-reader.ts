import { headerOf } from '../../call/header.ts';
import type { Sender } from '../../call/send.ts';
import type { Diagnostics, UpstreamFault, UpstreamResponse } from '../../call/types.ts';
import { fail, ok } from '../../result.ts';
import type { Result } from '../../result.ts';
import { localRequestId } from '../local-request-id.ts';
import { readSnapshot } from '../snapshot.ts';
import type { CatalogueSnapshot } from '../snapshot.ts';
import { doorError } from './door-error.ts';
import type { Place } from './place.ts';

export interface CatalogueReader {
  /** What was heard last; asks if nothing ever was. */
  known(): Promise<Result<CatalogueSnapshot, Diagnostics>>;
  /** Asks again. The same object as before if nothing has changed. */
  now(): Promise<Result<CatalogueSnapshot, Diagnostics>>;
}

/** Room for the largest documents: 2,000 tools of 16 KB. */
const CATALOGUE_BYTES_MAX = 48 * 1024 * 1024;
const TIMEOUT_MS = 20_000;

/** Reads what a key is offered at a place. `onChange`: it is not what it was when it was read before. */
export function createCatalogueReader({
  key,
  onChange,
  place,
  sender,
  signal,
}: {
  readonly place: Place;
  readonly key: string;
  readonly sender: Sender;
  readonly signal?: AbortSignal | undefined;
  readonly onChange: () => void;
}): CatalogueReader {
  let known: { readonly snapshot: CatalogueSnapshot; readonly etag: string | undefined } | undefined;
  let asking: Promise<Result<CatalogueSnapshot, Diagnostics>> | undefined;

  async function ask(): Promise<Result<CatalogueSnapshot, Diagnostics>> {
    const outcome = await sender.send({
      baseUrl: place.origin,
      request: {
        method: 'GET',
        path: `/api/_catalogue?at=${encodeURIComponent(place.path)}`,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip, identity',
          ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
        },
      },
      headers: { 'x-api-key': key },
      ...(signal && { signal }),
      timeoutMs: TIMEOUT_MS,
      bytesMax: CATALOGUE_BYTES_MAX,
    });
    if (!outcome.ok) return fail(outOfReach(place, outcome.error));
    const { body, headers, status } = outcome.value;
    if (status === 304 && known !== undefined) return ok(known.snapshot);
    if (status !== 200) return fail(refusedBy(place, outcome.value));
    const read = readSnapshot(parsed(body));
    if (!read.ok) return fail(notOurs(place, read.error));
    const before = known?.snapshot.hash;
    if (before === read.value.hash && known !== undefined) return ok(known.snapshot);
    known = { snapshot: read.value, etag: headerOf(headers, 'etag') };
    if (before !== undefined) onChange();
    return ok(read.value);
  }

  /** Who asks while it is being asked hears the same. */
  function now(): Promise<Result<CatalogueSnapshot, Diagnostics>> {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return { known: async () => (known === undefined ? now() : ok(known.snapshot)), now };
}

/** The same in one place, for the calls too: nobody there answers. */
export function outOfReach({ origin }: Place, { code }: Pick<UpstreamFault, 'code'>): Diagnostics {
  return {
    status: 502,
    code: 'latchkey_unreachable',
    message: `Latchkey at ${origin} cannot be reached: ${WORDS[code]}.`,
    request_id: localRequestId(),
    hint: 'Whoever runs this server can check the address and whether the service is up.',
  };
}

const WORDS: Readonly<Record<UpstreamFault['code'], string>> = {
  upstream_unreachable: 'nothing answers there',
  upstream_timeout: 'no answer came in time',
  upstream_reset: 'the connection broke off',
  upstream_too_large: 'its answer is too large',
  upstream_aborted: 'the call was taken back',
};

function refusedBy(place: Place, response: UpstreamResponse): Diagnostics {
  const said = doorError(response);
  if (said === undefined) return notOurs(place, `it answered ${response.status}`);
  if (said.code !== 'unauthenticated') return said;
  return { ...said, hint: KEY_ENDED };
}

export const KEY_ENDED =
  'The API key that this server was started with is unknown, expired or revoked. Whoever runs it has to start it with another one.';

function notOurs({ origin, path }: Place, why: string): Diagnostics {
  return {
    status: 502,
    code: 'latchkey_invalid',
    message: `What answers at ${origin}${path} is no Latchkey that can be understood: ${why}.`,
    request_id: localRequestId(),
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
