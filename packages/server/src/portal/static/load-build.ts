import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export type Encoding = 'br' | 'gzip';
type Bytes = Uint8Array<ArrayBuffer>;

export interface BuiltFile {
  readonly contentType: string;
  /** A validator of the content, weak because it is one for all encodings (RFC 9110 section 8.8.3.3). */
  readonly etag: string;
  readonly body: Bytes;
  readonly encoded: ReadonlyMap<Encoding, Bytes>;
}

/** What the build left behind, by path below /app, such as `index.html` or `assets/main-x1.js`. */
export type Build = ReadonlyMap<string, BuiltFile>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const ENCODED_SUFFIX: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

/**
 * Reads the whole build into memory (some hundred kB), so that a request can only ever name a file that the build made
 * and a rebuild beside a running process cannot mix two builds. Undefined: there is none.
 */
export async function loadBuild(directory: string): Promise<Build | undefined> {
  const raw = await readAll(directory);
  if (raw === undefined || !raw.has('index.html')) return undefined;
  const build = new Map<string, BuiltFile>();
  for (const [path, body] of raw) {
    const contentType = CONTENT_TYPES[extname(path)];
    if (contentType === undefined) continue;
    const encoded = new Map<Encoding, Bytes>();
    for (const encoding of ['br', 'gzip'] as const) {
      const smaller = raw.get(path + ENCODED_SUFFIX[encoding]);
      if (smaller !== undefined) encoded.set(encoding, smaller);
    }
    const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    build.set(path, { contentType, etag, body, encoded });
  }
  return build;
}

async function readAll(directory: string): Promise<Map<string, Bytes> | undefined> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const files = await Promise.all(
      paths.map(async (path) => {
        const name = relative(directory, path).split(sep).join('/');
        return [name, new Uint8Array(await readFile(path))] as const;
      }),
    );
    return new Map(files);
  } catch (error) {
    // Not built yet, or being built at this moment.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
