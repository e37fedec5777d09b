import { expect, test } from 'vitest';
import type { World } from './world.ts';

/** The last test of a file. `asked`, as `2025-11-25 tools/call`, is some of what must have been said in it. */
export function expectValidMessagesIn(world: () => World, ...asked: readonly string[]): void {
  test('in all of this every message of both sides was valid by the schema of its revision', () => {
    expect(world().wire.expectValidMessages()).toEqual(expect.arrayContaining([...asked]));
  });
}
