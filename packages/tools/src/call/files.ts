import type { BodyBinding } from '../catalogue/types.ts';
import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { essenceOf } from '../openapi/media-type.ts';
import { percentDecoded } from '../openapi/pointer.ts';
import type { Result } from '../result.ts';
import type { ArgumentFault } from './types.ts';

/** Of all files of one call together, decoded. */
export const DATA_BYTES_MAX = 10 * 1024 * 1024;
export const URL_BYTES_MAX = 50 * 1024 * 1024;
const FILES_MAX = 20;
const NAME_CHARACTERS = 255;

/** A file that was fetched. `contentType` is as its server says. */
export interface FetchedFile {
  readonly bytes: Uint8Array;
  readonly contentType?: string;
}

/**
 * Reads a file from an address that a caller named. Whoever implements it guards the network: https, public addresses
 * only, no credentials, a limit of time. The message of a failure may be shown and begins with a verb.
 */
export type FetchFile = (
  url: string,
  options: { readonly bytesMax: number; readonly signal: AbortSignal },
) => Promise<Result<FetchedFile, { readonly message: string }>>;

export interface FileContent {
  readonly bytes: Uint8Array;
  readonly name?: string;
  readonly mediaType?: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** By the argument that stands for the file. */
export type FileContents = ReadonlyMap<JsonObject, FileContent>;

interface FileArgument {
  readonly field: string;
  readonly value: JsonObject;
}

/** The files of a call: those that are in the arguments at once, the others through `fetchFile`, one by one. */
export interface FileReader {
  /** Files that have to be fetched first. */
  readonly pending: readonly FileArgument[];
  readonly contents: FileContents;
  fetch(fetchFile: FetchFile, signal: AbortSignal, faults: ArgumentFault[]): Promise<void>;
}

const NO_FILES: FileReader = { pending: [], contents: new Map(), fetch: async () => {} };

/** Checks every file of the arguments; faults are one for each. */
export function readFiles(
  binding: BodyBinding | undefined,
  args: JsonObject,
  faults: ArgumentFault[],
): FileReader {
  if (!binding || (binding.kind !== 'binary' && binding.kind !== 'multipart')) return NO_FILES;
  const found = filesOf(binding, args);
  if (found.length === 0) return NO_FILES;
  if (found.length > FILES_MAX) {
    faults.push({ field: '', message: `At most ${FILES_MAX} files can be sent in one call.` });
    return NO_FILES;
  }
  const contents = new Map<JsonObject, FileContent>();
  const pending: FileArgument[] = [];
  let left = DATA_BYTES_MAX;
  for (const { field, value } of found) {
    const about = describe(field, value, faults);
    const url = ownText(value, 'url');
    const data = ownText(value, 'data');
    if ((url === undefined) === (data === undefined)) {
      faults.push({ field, message: 'needs either url or data' });
    } else if (data === undefined) pending.push({ field, value });
    else {
      const bytes = decoded(data, left);
      if (typeof bytes === 'string') faults.push({ field: `${field}.data`, message: bytes });
      else {
        left -= bytes.byteLength;
        contents.set(value, { ...about, bytes });
      }
    }
  }
  return {
    pending,
    contents,
    async fetch(fetchFile, signal, more) {
      let room = URL_BYTES_MAX;
      for (const { field, value } of pending) {
        const fetched = await fetchFile(ownText(value, 'url') ?? '', { bytesMax: room, signal });
        if (!fetched.ok) {
          more.push({ field: `${field}.url`, message: fetched.error.message });
          return;
        }
        const { bytes, contentType } = fetched.value;
        room -= bytes.byteLength;
        contents.set(value, {
          ...nameIn(ownText(value, 'url') ?? ''),
          ...(contentType !== undefined && isMediaType(contentType) ? { mediaType: contentType } : {}),
          ...describe(field, value, more),
          bytes,
        });
      }
    },
  };
}

/** The file's own media type if it is one of those that are taken; `image/*` takes any image. */
export function mediaTypeOf(file: FileContent, taken: readonly string[]): string {
  const own = file.mediaType;
  const accepted = taken.map((type) => type.trim()).filter((type) => type !== '');
  if (own !== undefined && (accepted.length === 0 || accepted.some((type) => covers(type, own)))) return own;
  return accepted.find((type) => !type.includes('*')) ?? 'application/octet-stream';
}

function covers(pattern: string, mediaType: string): boolean {
  const [wanted, given] = [essenceOf(pattern), essenceOf(mediaType)];
  if (wanted === '*/*' || wanted === given) return true;
  return wanted.endsWith('/*') && given.startsWith(wanted.slice(0, -1));
}

function filesOf(binding: BodyBinding, args: JsonObject): FileArgument[] {
  const { layout } = binding;
  if (binding.kind === 'binary') {
    const field = 'argument' in layout ? layout.argument : '';
    return [...one(field, own(args, field))];
  }
  const names = (binding.encoding ?? []).filter(({ file }) => file).map(({ name }) => name);
  if ('argument' in layout) {
    const body = own(args, layout.argument);
    return isObject(body) ? names.flatMap((name) => one(`${layout.argument}.${name}`, own(body, name))) : [];
  }
  return layout.fields
    .filter(({ name }) => names.includes(name))
    .flatMap(({ argument }) => one(argument, own(args, argument)));
}

function one(field: string, value: unknown): FileArgument[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => one(`${field}[${index}]`, item));
  return isObject(value) ? [{ field, value }] : [];
}

/** Name, type and headers: all of them end up in lines of text, so nothing in them may end a line. */
function describe(field: string, value: JsonObject, faults: ArgumentFault[]): Omit<FileContent, 'bytes'> {
  const name = ownText(value, 'name');
  const mediaType = ownText(value, 'mimeType');
  if (mediaType !== undefined && !isMediaType(mediaType)) {
    faults.push({ field: `${field}.mimeType`, message: 'must be a media type such as image/png' });
  }
  const stated = own(value, 'headers');
  const headers = Object.entries(isObject(stated) ? stated : {}).flatMap(([header, text]) => {
    if (typeof text !== 'string') return [];
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header) && /^[\t\x20-\x7E]*$/.test(text)) {
      return [[header, text] as const];
    }
    faults.push({
      field: `${field}.headers.${header.slice(0, 64)}`,
      message: 'has a character that no header can carry',
    });
    return [];
  });
  return {
    ...(name === undefined || name === '' ? {} : { name: name.slice(0, NAME_CHARACTERS) }),
    ...(mediaType === undefined ? {} : { mediaType }),
    headers,
  };
}

/** The last step of an address is what browsers name a download by. */
function nameIn(url: string): { name?: string } {
  if (!URL.canParse(url)) return {};
  const name = percentDecoded(new URL(url).pathname.split('/').at(-1) ?? '').slice(0, NAME_CHARACTERS);
  return name === '' || /[/\\]/.test(name) ? {} : { name };
}

function isMediaType(text: string): boolean {
  return (
    text.length <= 200 &&
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[\x20!\x23-\x5B\x5D-\x7E]*"))*$/.test(
      text,
    )
  );
}

/** The bytes, or what is wrong. Some callers write a `data:` address. */
function decoded(data: string, bytesMax: number): Uint8Array | string {
  const text = data.startsWith('data:') ? data.slice(data.indexOf(',') + 1) : data;
  // Four characters are three bytes; line breaks are allowed for.
  if (text.length > Math.ceil(bytesMax / 3) * 4 * 1.05 + 16) return tooLarge(bytesMax);
  // Two plain searches: one pattern for both would go back and forth over what a caller sends.
  if (/[^A-Za-z0-9+/_\s=-]/.test(text) || /=[^=\s]/.test(text)) return 'must be base64';
  const bytes = Buffer.from(text, 'base64');
  return bytes.byteLength > bytesMax ? tooLarge(bytesMax) : bytes;
}

function tooLarge(bytesMax: number): string {
  return bytesMax === DATA_BYTES_MAX
    ? 'is larger than 10 MB; give larger files by url'
    : 'is too large: all files of a call together may have 10 MB; give larger ones by url';
}
