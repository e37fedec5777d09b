import type fc from 'fast-check';
import type { World } from './world.ts';

export interface RunOptions {
  /** Whether an answer may be slow: where other work runs beside, it says nothing. */
  readonly judgesTime: boolean;
}

/** A parser that faces the network, with the ways to feed it. */
export interface Target {
  /** The folder of its cases in `corpus/`. */
  readonly name: string;
  /** Other cases, made from those of the corpus. A case is what a file of the corpus holds. */
  arbitrary(files: readonly Buffer[]): fc.Arbitrary<Buffer>;
  /** Feeds one case to the running service. What went wrong. */
  run(world: World, file: Buffer, options: RunOptions): Promise<string[]>;
  /**
   * The same parser without the service around it, which starts a thread for each case: for where time is short. Throws
   * what must not be thrown.
   */
  parse?(file: Buffer): void;
}
