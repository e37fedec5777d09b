import { expect, test } from 'vitest';
import { createLineWriter } from './line-writer.ts';

/** A file that takes what is asked of `room`: a number of bytes at most, or undefined for an error. */
function written() {
  const taken: Buffer[] = [];
  const file = {
    room: (bytes: number): number | undefined => bytes,
    text: () => Buffer.concat(taken).toString(),
  };
  const writer = createLineWriter(9, {
    tellDropped: (lines) => `(${lines} dropped)\n`,
    write(fd, bytes) {
      expect(fd).toBe(9);
      const room = file.room(bytes.length);
      if (room === undefined) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      const part = bytes.subarray(0, room);
      taken.push(part);
      return part.length;
    },
  });
  return { file, writer };
}

test('lines are written as they come', () => {
  const { file, writer } = written();
  for (const line of ['one\n', 'twö\n']) writer.write(line);
  expect(file.text()).toBe('one\ntwö\n');
});

test('a line that is taken in parts is whole', () => {
  const { file, writer } = written();
  file.room = () => 1;
  writer.write('twö\n');
  expect(file.text()).toBe('twö\n');
});

test('what cannot be written is dropped, and the next line says how many were', () => {
  const { file, writer } = written();
  writer.write('one\n');
  file.room = () => undefined;
  for (const line of ['two\n', 'three\n']) writer.write(line);
  file.room = (bytes) => bytes;
  for (const line of ['four\n', 'five\n']) writer.write(line);
  expect(file.text()).toBe('one\n(2 dropped)\nfour\nfive\n');
});

test('what is said after a line that was cut off stands in a line of its own', () => {
  const { file, writer } = written();
  const rooms = [2];
  file.room = () => rooms.shift();
  writer.write('one\n');
  writer.write('two\n');
  file.room = (bytes) => bytes;
  writer.write('three\n');
  expect(file.text()).toBe('on\n(2 dropped)\nthree\n');
});

test('where there is room for no more than that, the line is counted with the next ones', () => {
  const { file, writer } = written();
  file.room = () => undefined;
  writer.write('one\n');
  const rooms = [100];
  file.room = () => rooms.shift();
  writer.write('two\n');
  file.room = (bytes) => bytes;
  writer.write('three\n');
  expect(file.text()).toBe('(1 dropped)\n(1 dropped)\nthree\n');
});
