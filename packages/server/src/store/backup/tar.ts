// Just enough of tar (POSIX ustar) for an archive that any tar can open: files, one after the other.

export const BLOCK_BYTES = 512;

const NAME_BYTES_MAX = 100;
const CHECKSUM_AT = 148;
const SIZE_AT = 124;
const SIZE_MAX = 0o7777_7777_777;

export interface TarEntry {
  readonly name: string;
  readonly size: number;
}

export function tarHeader({ name, size }: TarEntry, modifiedAt: Date): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX || size > SIZE_MAX) throw new Error(`no tar entry: ${name}`);
  const header = Buffer.alloc(BLOCK_BYTES);
  const put = (text: string, at: number) => void header.write(text, at, 'latin1');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0, 'utf8');
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), SIZE_AT);
  put(octal(Math.floor(modifiedAt.getTime() / 1000), 11), 136);
  put('0', 156);
  put('ustar\0' + '00', 257);
  put(`${octal(checksumOf(header), 6)} `, CHECKSUM_AT);
  return header;
}

/** Undefined: this is no header of ours. */
export function parseTarHeader(header: Buffer): TarEntry | undefined {
  const text = (at: number, length: number) => {
    const field = header.toString('utf8', at, at + length);
    return field.split('\0', 1)[0] ?? '';
  };
  const checksum = text(CHECKSUM_AT, 8).trim();
  const size = text(SIZE_AT, 12).trim();
  if (!/^[0-7]+$/.test(checksum) || !/^[0-7]+$/.test(size) || text(156, 1) !== '0') return undefined;
  if (Number.parseInt(checksum, 8) !== checksumOf(header)) return undefined;
  return { name: text(0, NAME_BYTES_MAX), size: Number.parseInt(size, 8) };
}

/** What follows a file, up to the next block. */
export function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

/** The sum of its bytes, with spaces where it itself stands. */
function checksumOf(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1)
    sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : (header[at] ?? 0);
  return sum;
}
