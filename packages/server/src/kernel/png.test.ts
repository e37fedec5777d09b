import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rewritePng } from './png.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const made = Buffer.alloc(named.length + 8);
  made.writeUInt32BE(data.length, 0);
  named.copy(made, 4);
  made.writeUInt32BE(crc32(named), named.length + 4);
  return made;
}

function header({ width = 2, height = 2, depth = 8, colour = 6, interlace = 0 } = {}): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

const ROWS = Buffer.from([0, 255, 0, 0, 255, 0, 255, 0, 255, 1, 0, 0, 255, 255, 9, 9, 9, 128]);
const PIXELS = chunk('IDAT', deflateSync(ROWS));
const END = chunk('IEND');
const file = (...chunks: Buffer[]) => Buffer.concat([SIGNATURE, ...chunks]);
const PLAIN = file(header(), PIXELS, END);
const SIDE_MAX = 256;

const rewrite = (bytes: Buffer) => rewritePng(bytes, { sideMax: SIDE_MAX });

async function rewritten(bytes: Buffer): Promise<Buffer> {
  const written = await rewrite(bytes);
  if (!written.ok) throw new Error(written.error);
  return written.value;
}

describe('a picture that somebody uploads', () => {
  test('stays what it is, and is the same again', async () => {
    const once = await rewritten(PLAIN);
    expect(await rewritten(once)).toEqual(once);
    expect(once.subarray(0, 8)).toEqual(SIGNATURE);
  });

  test('keeps palette and transparency', async () => {
    const palette = chunk('PLTE', Buffer.from([255, 0, 0, 0, 0, 255]));
    const seen = chunk('tRNS', Buffer.from([0, 255]));
    const pixels = chunk('IDAT', deflateSync(Buffer.from([0, 0b01000000, 0, 0b10000000])));
    const written = await rewritten(file(header({ depth: 1, colour: 3 }), palette, seen, pixels, END));
    expect(written.includes(palette)).toBe(true);
    expect(written.includes(seen)).toBe(true);
  });

  test('loses whatever else is in the file', async () => {
    const script = Buffer.from('<script>alert(1)</script><?php evil(); ?>');
    const twoStreams = chunk('IDAT', Buffer.concat([deflateSync(ROWS), script]));
    const stuffed = file(header(), chunk('tEXt', script), chunk('eXIf', script), twoStreams, END);
    const written = await rewritten(stuffed);
    expect(written).toEqual(await rewritten(PLAIN));
    expect(written.includes('script')).toBe(false);
  });

  test.each<[string, Buffer]>([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['SVG behind a byte order mark', Buffer.from('\uFEFF<?xml version="1.0"?><svg onload="alert(1)"/>')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['GIF', Buffer.from('GIF89a/*\u0000*/=1;alert(1)')],
    ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['WebP', Buffer.from('RIFF\u0000\u0000\u0000\u0000WEBPVP8 ')],
    ['a PNG behind something else', Buffer.concat([Buffer.from('<script>'), PLAIN])],
    ['nothing', Buffer.alloc(0)],
  ])('is not taken as %s', async (_, bytes) => {
    expect(await rewrite(bytes)).toEqual({ ok: false, error: 'not_png' });
  });

  test.each<[string, Buffer]>([
    ['that goes on behind its end', Buffer.concat([PLAIN, Buffer.from('<script>')])],
    ['with a chunk behind its end', file(header(), PIXELS, END, chunk('tEXt', Buffer.from('x')))],
    ['with a wrong checksum', Buffer.concat([PLAIN.subarray(0, -1), Buffer.from([0])])],
    ['that is cut off', PLAIN.subarray(0, -13)],
    [
      'with a chunk that says it is longer than the file',
      file(header(), Buffer.from('ffffffff49444154', 'hex')),
    ],
    ['of no size', file(header({ width: 0 }), PIXELS, END)],
    ['with two headers', file(header(), header(), PIXELS, END)],
    ['with a critical chunk that nobody knows', file(header(), chunk('EVIL'), PIXELS, END)],
    ['that is interlaced', file(header({ interlace: 1 }), PIXELS, END)],
    ['of 16 bits', file(header({ depth: 16 }), PIXELS, END)],
    ['of no colour type', file(header({ colour: 5 }), PIXELS, END)],
    ['with a palette too long', file(header(), chunk('PLTE', Buffer.alloc(771)), PIXELS, END)],
    ['that wants a palette and has none', file(header({ colour: 3 }), PIXELS, END)],
    ['with too few pixels', file(header({ height: 3 }), PIXELS, END)],
    ['with too many pixels', file(header({ height: 1 }), PIXELS, END)],
    ['with rows that nobody can read', file(header(), chunk('IDAT', deflateSync(Buffer.alloc(18, 9))), END)],
    ['that does not unpack', file(header(), chunk('IDAT', Buffer.from('nonsense')), END)],
    ['without pixels', file(header(), END)],
  ])('is not taken: one %s', async (_, bytes) => {
    expect(await rewrite(bytes)).toEqual({ ok: false, error: 'broken' });
  });

  test.each([
    [257, 1],
    [1, 257],
    [0x7fff_ffff, 0x7fff_ffff],
    [0xffff_ffff, 0xffff_ffff],
  ])('of %i by %i pixels is refused before it is unpacked', async (width, height) => {
    expect(await rewrite(file(header({ width, height }), PIXELS, END))).toEqual({
      ok: false,
      error: 'too_many_pixels',
    });
  });

  test('that unpacks to more than it says is stopped there', async () => {
    const bomb = chunk('IDAT', deflateSync(Buffer.alloc(64 * 1024 * 1024)));
    expect(await rewrite(file(header(), bomb, END))).toEqual({ ok: false, error: 'broken' });
  });
});
