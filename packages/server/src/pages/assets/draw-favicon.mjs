// Draws favicon.ico from the shapes of logo.svg: `node draw-favicon.mjs`. Run it again when the logo changes.
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const GROUND = [0x0b, 0x5d, 0x57];
const KEY = [0xff, 0xff, 0xff];
const SAMPLES = 8;

const inBox = (x, y, left, top, right, bottom) => x >= left && x < right && y >= top && y < bottom;
const inRing = (x, y) => {
  const distance = Math.hypot(x - 20, y - 30);
  return distance <= 13 && distance >= 5.5;
};
const inKey = (x, y) =>
  inRing(x, y) ||
  inBox(x, y, 30, 26.5, 56, 33.5) ||
  inBox(x, y, 46.5, 33.5, 53, 42.5) ||
  inBox(x, y, 36, 33.5, 42.5, 39.5);
const inTile = (x, y) => {
  const dx = Math.max(15 - x, x - 49, 0);
  const dy = Math.max(15 - y, y - 49, 0);
  return Math.hypot(dx, dy) <= 15;
};

/** One pixel of a `size` x `size` picture, averaged over SAMPLES x SAMPLES points of the 64 x 64 drawing. */
function pixel(column, row, size) {
  let tile = 0;
  let key = 0;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const x = ((column + ((i % SAMPLES) + 0.5) / SAMPLES) * 64) / size;
    const y = ((row + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) * 64) / size;
    if (!inTile(x, y)) continue;
    tile++;
    if (inKey(x, y)) key++;
  }
  const share = tile === 0 ? 0 : key / tile;
  const colour = GROUND.map((value, i) => Math.round(value + (KEY[i] - value) * share));
  return [...colour, Math.round((tile / SAMPLES ** 2) * 255)];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function png(size) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  const rows = Array.from({ length: size }, (_row, row) => [
    0,
    ...Array.from({ length: size }, (_column, column) => pixel(column, row, size)).flat(),
  ]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const image = deflateSync(Buffer.from(rows.flat()), { level: 9 });
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', image),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An ICO file whose pictures are PNGs, which every browser of the last fifteen years reads. */
function ico(sizes) {
  const pictures = sizes.map((size) => ({ size, data: png(size) }));
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [i, { size, data }] of pictures.entries()) {
    const at = 6 + 16 * i;
    head.writeUInt8(size, at);
    head.writeUInt8(size, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(data.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += data.length;
  }
  return Buffer.concat([head, ...pictures.map((picture) => picture.data)]);
}

writeFileSync(new URL('./favicon.ico', import.meta.url), ico([16, 32, 48]));
