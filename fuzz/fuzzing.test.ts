import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../packages/server/test/support/database.ts';
import { checkCalls } from './answer-targets.ts';
import { readCorpus } from './corpus.ts';
import { documents } from './document-targets.ts';
import { exchange } from './exchange.ts';
import { fuzz, replay, withoutService } from './fuzz-target.ts';
import { TARGETS } from './targets.ts';
import { openWorld, type World } from './world.ts';

// What parsers do with what they do not expect, in the running service. `npm run fuzz` goes on for as long as one likes.

const SEED = 20261121;
/** Of those that are made up. */
const CASES = 60;
/** A thread is started for each document that is uploaded: these go all the way, of the others the parser alone sees them. */
const SERVED = ['billion-laughs.yaml', 'split.zip', 'all.yaml'];

const FEW = { seed: SEED, cases: 3, milliseconds: 20_000, judgesTime: false };

let database: TestDatabase;
let world: World;
beforeAll(async () => {
  database = await createTestDatabase();
  world = await openWorld({ databaseUrl: database.url });
});
afterAll(async () => {
  await world.close();
  await database.drop();
});

test('the calls that are bent lead somewhere to begin with', async () => {
  expect(await checkCalls(world)).toEqual([]);
});

test('a parser that throws is found out, by its corpus and by what is made from it', async () => {
  const broken = {
    ...documents,
    run: () => Promise.reject(new Error('the service broke')),
    parse: () => {
      throw new Error('the parser broke');
    },
  };
  const count = readCorpus(broken.name).length;
  const [parser, service] = await Promise.all(
    [false, true].map((served) =>
      replay(world, broken, { judgesTime: false, isServed: () => served }).then((found) =>
        found.map(({ faults }) => faults.join().split('\n')[0]),
      ),
    ),
  );
  expect(parser).toEqual(Array.from({ length: count }, () => 'it threw: Error: the parser broke'));
  expect(service).toEqual(Array.from({ length: count }, () => 'it threw: Error: the service broke'));
  const { finding } = await fuzz(world, withoutService(broken), FEW);
  expect(finding?.faults.join()).toContain('it threw: Error: the parser broke');
});

test('what fails beside the cases is not taken for success', async () => {
  const onCase = () => {
    throw new Error('the case could not be kept');
  };
  await expect(fuzz(world, documents, { ...FEW, onCase })).rejects.toThrow('the case could not be kept');
});

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_name, target) => {
  test('each case of its corpus is answered, without an error of ours and without a secret', async () => {
    const findings = await replay(world, target, {
      judgesTime: false,
      isServed: (name) => SERVED.includes(name),
    });
    expect(findings.map(({ faults, name: file }) => ({ file, faults }))).toEqual([]);
  });

  test('so is what is made from it', async () => {
    const { cases: tried, finding } = await fuzz(world, withoutService(target), {
      seed: SEED,
      cases: CASES,
      milliseconds: 20_000,
      judgesTime: false,
    });
    expect(finding && { faults: finding.faults, bytes: finding.bytes.toString('latin1') }).toBeUndefined();
    expect(tried).toBeGreaterThan(0);
  });
});

test('the service does its work afterwards', async () => {
  await world.renew();
  expect(await checkCalls(world)).toEqual([]);
  for (const path of ['/healthz', '/readyz']) {
    const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect([path, (await exchange(world.port, request)).status]).toEqual([path, 200]);
  }
});
