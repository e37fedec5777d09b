import fc from 'fast-check';
import { readCorpus } from './corpus.ts';
import type { RunOptions, Target } from './target.ts';
import type { World } from './world.ts';

/** A case that must not be, and what was wrong with it. */
export interface Finding {
  readonly target: string;
  /** The file of the corpus; undefined: it was made up. */
  readonly name: string | undefined;
  readonly bytes: Buffer;
  readonly faults: readonly string[];
}

export interface FuzzOptions extends RunOptions {
  readonly seed: number;
  /** Whichever comes first ends it. */
  readonly cases: number;
  readonly milliseconds: number;
  /** Told of each case before it is tried. */
  readonly onCase?: (bytes: Buffer) => void;
}

/** Cases change what they are about: after so many the next ones are another person's. */
const RENEW_AFTER = 400;

/** Feeds a parser its corpus. */
export async function replay(
  world: World,
  target: Target,
  options: RunOptions & { isServed?: (name: string) => boolean },
): Promise<Finding[]> {
  const { isServed = () => true } = options;
  const findings: Finding[] = [];
  for (const { bytes, name } of readCorpus(target.name)) {
    const faults = await tryCase(world, isServed(name) ? target : withoutService(target), bytes, options);
    if (faults.length > 0) findings.push({ target: target.name, name, bytes, faults });
  }
  return findings;
}

/** Feeds a parser what is made from its corpus, until something is wrong, which is then made as small as it can be. */
export async function fuzz(
  world: World,
  target: Target,
  { cases, milliseconds, onCase, seed, ...options }: FuzzOptions,
): Promise<{ cases: number; finding: Finding | undefined }> {
  const files = readCorpus(target.name).map(({ bytes }) => bytes);
  let tried = 0;
  let last: { bytes: Buffer; faults: string[] } | undefined;
  const details = await fc.check(
    fc.asyncProperty(target.arbitrary(files), async (bytes) => {
      tried += 1;
      if (tried % RENEW_AFTER === 0) await world.renew();
      onCase?.(bytes);
      const faults = await tryCase(world, target, bytes, options);
      if (faults.length === 0) return;
      last = { bytes, faults };
      throw new Error(faults.join('\n'));
    }),
    { seed, numRuns: cases, interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false },
  );
  // What failed was not a case, but what tries them.
  if (details.failed && last === undefined) throw details.errorInstance;
  const finding =
    details.failed && last !== undefined ? { target: target.name, name: undefined, ...last } : undefined;
  return { cases: tried, finding };
}

/** The target's parser without the service around it, where it can be had alone. */
export function withoutService(target: Target): Target {
  const { parse } = target;
  if (parse === undefined) return target;
  return {
    ...target,
    run: async (_world, file) => {
      parse(file);
      return [];
    },
  };
}

async function tryCase(world: World, target: Target, bytes: Buffer, options: RunOptions): Promise<string[]> {
  const faults = await target
    .run(world, bytes, options)
    .catch((error: unknown) => [
      `it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    ]);
  // A rejection that nobody handles is heard of after the answer.
  await new Promise((resolve) => setImmediate(resolve));
  return [...faults, ...world.takeFaults()];
}
