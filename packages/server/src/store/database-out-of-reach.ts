import { deepestCause } from '../kernel/deepest-cause.ts';
import { isOutOfReach } from '../kernel/is-out-of-reach.ts';

/** The database does not answer. The message says where it was looked for, and nothing of who may enter it. */
export class DatabaseOutOfReachError extends Error {
  override name = 'DatabaseOutOfReachError';
  constructor(url: string, cause: unknown) {
    super(`The database at ${placeOf(url)} is out of reach: ${reasonOf(cause)}.`);
  }
}

/** Works on a database. Where that ends because it does not answer, the error says so by itself. */
export async function reachingDatabase<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isOutOfReach(error) ? new DatabaseOutOfReachError(url, error) : error;
  }
}

const PORT_DEFAULT = '5432';

function placeOf(url: string): string {
  const { hostname, port, searchParams } = new URL(url);
  // The directory of a socket is named beside the URL's own host.
  return searchParams.get('host') ?? `${hostname}:${port === '' ? PORT_DEFAULT : port}`;
}

/** Where several addresses of a name were tried, the error of all of them has a code and no message. */
function reasonOf(error: unknown): string {
  const cause: Error & { code?: unknown } = deepestCause(error);
  return cause.message === '' ? String(cause.code) : cause.message;
}
