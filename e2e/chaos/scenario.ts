import { setTimeout as pause } from 'node:timers/promises';
import { createCallers, type Callers } from './callers.ts';
import { checkInvariants, type Found } from './invariants.ts';
import { revokeUnderLoad, type Revocation, type RevokeOptions } from './revoker.ts';
import type { Victim, World, WorldOptions } from './world.ts';

/** What a scenario does with a world that is well when it begins, and must be well when it ends. */
export interface Stage {
  readonly world: World;
  readonly callers: Callers;
  /** Of how much there is to do: `--kills`. */
  readonly kills: number;
  /** Revokes the next victim while its app calls; nothing is noted where the click never worked. */
  revoke(options: RevokeOptions): Promise<Revocation | undefined>;
  /** A moment at which something should be ready again: milliseconds, compared with the goal. */
  ready(milliseconds: number): void;
  /** Something that a reader of the report should know. */
  note(text: string): void;
  /** Something that must not be. */
  fault(text: string): void;
  say(text: string): void;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Said of how it is done, for the report. */
  readonly how: string;
  readonly victims?: number;
  /** Calls in a second, beside those of the victims. */
  readonly rate?: number;
  /** Why it cannot be tried here; undefined: it can. */
  readonly missing?: () => string | undefined;
  /** What it needs of its world; absent: the one that scenarios share. */
  readonly world?: () => Promise<{ options: WorldOptions; end(): Promise<void> }>;
  /** No call of a revoked connection is let through later than this. */
  readonly revokedWithinMs: number;
  /** Ready again after what `ready` measured. */
  readonly readyWithinMs?: number;
  play(stage: Stage): Promise<void>;
}

export interface Played {
  readonly scenario: Scenario;
  readonly found: Found;
  readonly revocations: readonly Revocation[];
  readonly readyMs: readonly number[];
  readonly notes: readonly string[];
  /** How callers were refused, and how often. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
  readonly seconds: number;
}

const RATE = 40;
/** Until a world is well after what happened to it. */
const WELL_MS_MAX = 120_000;

export async function playScenario(
  scenario: Scenario,
  world: World,
  {
    kills,
    say,
    victims: victimsWanted = scenario.victims ?? 0,
  }: { kills: number; say: (text: string) => void; victims?: number },
): Promise<Played> {
  const startedMs = performance.now();
  const victims: Victim[] = await world.connectVictims(victimsWanted);
  const callers = createCallers(world);
  const revocations: Revocation[] = [];
  const readyMs: number[] = [];
  const notes: string[] = [];
  const faults: string[] = [];
  try {
    callers.start(scenario.rate ?? RATE);
    await pause(500);
    await scenario.play({
      world,
      callers,
      kills,
      async revoke(options) {
        const victim = victims.pop();
        if (victim === undefined) throw new Error('no connection is left to revoke');
        const revocation = await revokeUnderLoad(world, callers, victim, options);
        if (revocation !== undefined) revocations.push(revocation);
        return revocation;
      },
      ready: (milliseconds) => void readyMs.push(milliseconds),
      note: (text) => void notes.push(text),
      fault: (text) => void faults.push(text),
      say,
    });
    await untilWell(world);
    await pause(500);
  } finally {
    await callers.stop();
  }
  // What is held back for a quarter of a second is written by now, and what is final is sealed a second or two later.
  await pause(1500);
  const found = await checkInvariants(world, callers.made, revocations);
  await callers.close();
  const refusals = new Map<string, number>();
  for (const { outcome, why } of callers.made)
    if (outcome !== 'ok') refusals.set(`${outcome}: ${why}`, (refusals.get(`${outcome}: ${why}`) ?? 0) + 1);
  return {
    scenario,
    found,
    revocations,
    readyMs,
    notes,
    refusals,
    faults: [...faults, ...found.faults],
    seconds: (performance.now() - startedMs) / 1000,
  };
}

/** Every node is ready, and takes a write. */
export async function untilWell(world: World): Promise<void> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < WELL_MS_MAX) {
    const ready = await Promise.all(world.nodes.map((node) => node.isReady()));
    if (ready.every(Boolean)) return;
    await pause(20);
  }
  throw new Error('not every node is ready again after two minutes');
}

/** Milliseconds until every node takes a write again, by calls of its own; from now. */
export async function untilWritesPass({ callers, world }: Pick<Stage, 'callers' | 'world'>): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    world.nodes.map(async (_node, index) => {
      while (performance.now() - startedMs < WELL_MS_MAX) {
        const { outcome } = await callers.call(index, world.keys[index] ?? '', { write: true });
        if (outcome === 'ok') return;
        await pause(20);
      }
      throw new Error(`node ${index + 1} takes no write after two minutes`);
    }),
  );
  return performance.now() - startedMs;
}
