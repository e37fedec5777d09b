import { promisify } from 'node:util';
import { crc32, deflate, inflate } from 'node:zlib';
import { fail, ok, type Result } from './result.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** By colour type (PNG section 11.2.1): how many samples a pixel has, and of how many bits they may be. 16 is refused. */
const COLOURS: Readonly<Record<number, { samples: number; depths: readonly number[] } | undefined>> = {
  0: { samples: 1, depths: [1, 2, 4, 8] },
  2: { samples: 3, depths: [8] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8] },
  6: { samples: 4, depths: [8] },
};
const PALETTE = 3;
const PALETTE_BYTES_MAX = 256 * 3;
const FILTERS = 5;

const [compress, expand] = [promisify(deflate), promisify(inflate)];

export type PngFault = 'not_png' | 'broken' | 'too_many_pixels';

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly colour: number;
  readonly bitsOfPixel: number;
}

/**
 * A picture that somebody uploaded, written anew: its pixels, palette and transparency, compressed by us, and nothing
 * else that the file had in it, before it or behind it. What claims more pixels than `sideMax` by `sideMax` is never
 * unpacked. Interlaced pictures and those of 16 bits are refused as broken.
 */
export async function rewritePng(
  file: Buffer,
  { sideMax }: { readonly sideMax: number },
): Promise<Result<Buffer, PngFault>> {
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return fail('not_png');
  const chunks = readChunks(file);
  const [first] = chunks ?? [];
  if (chunks === undefined || first?.type !== 'IHDR' || chunks.at(-1)?.type !== 'IEND') return fail('broken');
  const header = readHeader(first.data);
  if (header === undefined || !isOrdered(chunks, header)) return fail('broken');
  if (header.width > sideMax || header.height > sideMax) return fail('too_many_pixels');
  const of = (wanted: string) => chunks.filter(({ type }) => type === wanted);
  const pixels = await unpack(Buffer.concat(of('IDAT').map(({ data }) => data)), header);
  if (pixels === undefined) return fail('broken');
  const kept = [
    first,
    ...of('PLTE'),
    ...of('tRNS'),
    { type: 'IDAT', data: await compress(pixels, { level: 9 }) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ];
  return ok(Buffer.concat([SIGNATURE, ...kept.map(write)]));
}

/** Undefined: a chunk is cut off, or is not what its checksum says. */
function readChunks(file: Buffer): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let at = SIGNATURE.length;
  while (at < file.length) {
    if (file.length - at < 12) return undefined;
    const length = file.readUInt32BE(at);
    if (length > file.length - at - 12) return undefined;
    const named = file.subarray(at + 4, at + 8 + length);
    if (crc32(named) !== file.readUInt32BE(at + 8 + length)) return undefined;
    chunks.push({ type: named.toString('latin1', 0, 4), data: named.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

function readHeader(data: Buffer): Header | undefined {
  if (data.length !== 13) return undefined;
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  const [depth = 0, colour = 0, compression, filter, interlace] = data.subarray(8);
  const known = COLOURS[colour];
  if (known?.depths.includes(depth) !== true || width === 0 || height === 0) return undefined;
  if (compression !== 0 || filter !== 0 || interlace !== 0) return undefined;
  return { width, height, colour, bitsOfPixel: known.samples * depth };
}

/** One header, at most one palette and one table of transparency, and nothing critical that we do not know. */
function isOrdered(chunks: readonly Chunk[], { colour }: Header): boolean {
  const of = (wanted: string) => chunks.filter(({ type }) => type === wanted);
  const [palette, ...palettes] = of('PLTE');
  const bytes = palette?.data.length ?? 0;
  return (
    of('IHDR').length === 1 &&
    of('IEND').length === 1 &&
    of('tRNS').length <= 1 &&
    (of('tRNS')[0]?.data.length ?? 0) <= 256 &&
    palettes.length === 0 &&
    bytes % 3 === 0 &&
    bytes <= PALETTE_BYTES_MAX &&
    (colour !== PALETTE || bytes > 0) &&
    chunks.every(({ type }) => /^[a-z]/.test(type) || ['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type))
  );
}

/** Undefined: it does not unpack to just as many rows as the header says. */
async function unpack(packed: Buffer, header: Header): Promise<Buffer | undefined> {
  const row = 1 + Math.ceil((header.width * header.bitsOfPixel) / 8);
  const bytes = row * header.height;
  const pixels = await expand(packed, { maxOutputLength: bytes }).catch(() => undefined);
  if (pixels?.length !== bytes) return undefined;
  for (let at = 0; at < bytes; at += row) if ((pixels[at] ?? FILTERS) >= FILTERS) return undefined;
  return pixels;
}

function write({ data, type }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(8 + named.length);
  chunk.writeUInt32BE(data.length, 0);
  named.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(named), 4 + named.length);
  return chunk;
}
