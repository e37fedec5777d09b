import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventReader } from './gateway/event-stream.ts';
import { createLines } from './lines.ts';

/** A text, and where it is cut. */
const cut = (whole: fc.Arbitrary<Buffer>) =>
  fc.tuple(whole, fc.array(fc.nat(400), { maxLength: 12 })).map(([bytes, at]) => {
    const places = [
      0,
      ...at.map((place) => Math.min(place, bytes.length)).sort((a, b) => a - b),
      bytes.length,
    ];
    return {
      bytes,
      pieces: places.slice(1).map((end, index) => bytes.subarray(places[index], end)),
    };
  });
const blank = /^[ \t\r]*$/;

test('lines are the same wherever their bytes are cut, within a character too, and none that is too long comes through', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', ' \r', 'ü\r', '{"a":"🙂"}'),
  );
  const text = fc
    .array(
      line.map((one) => one.replaceAll('\n', '')),
      { maxLength: 8 },
    )
    .map((lines) => Buffer.from(lines.join('\n')));
  fc.assert(
    fc.property(cut(text), fc.integer({ min: 1, max: 60 }), ({ bytes, pieces }, bytesMax) => {
      const heard: string[] = [];
      let tooLong = 0;
      const lines = createLines({
        bytesMax,
        onLine: (one) => heard.push(one.toString('latin1')),
        onTooLong: () => (tooLong += 1),
      });
      for (const piece of pieces) lines.push(piece);
      lines.end();
      const all = bytes.toString('latin1').split('\n');
      expect(heard).toEqual(all.filter((one) => one.length <= bytesMax && !blank.test(one)));
      expect(tooLong).toBe(all.filter((one) => one.length > bytesMax).length);
    }),
  );
});

test('events are the same wherever their text is cut', () => {
  const data = fc.array(
    fc.string({ maxLength: 20 }).map((one) => one.replaceAll(/[\r\n]/g, '')),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  const events = fc.array(data, { maxLength: 6 });
  const newline = fc.constantFrom('\n', '\r\n');
  const noise = fc.constantFrom('', ': alive', 'event: message', 'id: 7', 'retry: 10');
  fc.assert(
    fc.property(events, newline, noise, fc.array(fc.nat(300)), (wanted, end, beside, at) => {
      const text = wanted
        .map((lines) =>
          [...(beside === '' ? [] : [beside]), ...lines.map((one) => `data: ${one}`), '', ''].join(end),
        )
        .join('');
      const places = [
        0,
        ...at.map((place) => Math.min(place, text.length)).sort((a, b) => a - b),
        text.length,
      ];
      const heard: string[] = [];
      const reader = createEventReader((one) => heard.push(one));
      places.slice(1).forEach((to, index) => reader.push(text.slice(places[index], to)));
      expect(heard).toEqual(wanted.map((lines) => lines.join('\n')));
    }),
  );
});
