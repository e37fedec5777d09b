import { createFileReader, type FileFault, type FileReaderOptions } from '../../kernel/guarded-file.ts';

const BYTES_MAX = 5 * 1024 * 1024;
const DEADLINE_MS = 10_000;
const HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;

/**
 * Opens pages as anybody could, and says by the address of each what is wrong with it; of one that answers with 200 and
 * HTML by https, nothing. The addresses are what a file says: none leads into our own network.
 */
export async function openPages(
  urls: readonly string[],
  options: FileReaderOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const read = createFileReader({ deadlineMs: DEADLINE_MS, ...options });
  const { signal } = new AbortController();
  const opened = await Promise.all(
    urls.map(async (url) => {
      const page = await read(url, { bytesMax: BYTES_MAX, signal });
      return [url, page.ok ? faultOfType(page.value.contentType) : wordsOf(page.error)] as const;
    }),
  );
  return new Map(
    opened.flatMap(([url, fault]): [string, string][] => (fault === undefined ? [] : [[url, fault]])),
  );
}

function faultOfType(type: string | undefined): string | undefined {
  return type !== undefined && HTML.test(type) ? undefined : `is ${type ?? 'of no type'}, and no HTML`;
}

function wordsOf(fault: FileFault): string {
  return fault.reason === 'status' ? `answers with ${fault.status}` : WORDS[fault.reason];
}

const WORDS: Readonly<Record<Exclude<FileFault['reason'], 'status'>, string>> = {
  url: 'is, or leads to, what is no https address of a name',
  address: 'is at no public address',
  deadline: `does not answer within ${DEADLINE_MS / 1000} seconds`,
  cancelled: 'was not opened',
  busy: 'was not opened',
  too_large: `is larger than ${BYTES_MAX / 1024 ** 2} MB`,
  compressed: 'comes compressed, though nobody asked for that',
  redirects: 'leads on and on',
  unreachable: 'does not answer',
};
