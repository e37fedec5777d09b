import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** In a process of its own, because what it looks at is one thing for a whole process. */
function inProcess(source: string): unknown {
  const file = new URL('quiet-async-hooks.ts', import.meta.url).href;
  const program = `
    import { AsyncLocalStorage } from 'node:async_hooks';
    import { setImmediate as turn } from 'node:timers/promises';
    import { quietAsyncHooks } from ${JSON.stringify(file)};
    // A promise that the process looks at carries a number of its own.
    const isLookedAt = () => Object.getOwnPropertySymbols(turn()).some((symbol) => String(symbol).includes('async_id'));
    ${source}`;
  const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
  return JSON.parse(said.toString());
}

const hasHooks = Number(process.versions.node.split('.', 1)[0]) < 24;

test.runIf(hasHooks)('a storage that was used once makes the process look at no promise afterwards', () => {
  const seen = inProcess(`
    const storage = new AsyncLocalStorage();
    quietAsyncHooks();
    const seen = [isLookedAt()];
    await storage.run(1, async () => { await turn(); seen.push(isLookedAt()); });
    await turn();
    await turn();
    seen.push(isLookedAt());
    console.log(JSON.stringify(seen));`);

  expect(seen).toEqual([false, true, false]);
});

test('contexts hold while work is under way, also when another ends meanwhile, and after that again', () => {
  const seen = inProcess(`
    quietAsyncHooks();
    const [one, other] = [new AsyncLocalStorage(), new AsyncLocalStorage()];
    const seen = [];
    const long = one.run('long', async () => {
      for (let count = 0; count < 5; count += 1) await turn();
      seen.push(one.getStore());
    });
    seen.push(other.run('short', () => other.getStore()));
    try { other.run('fails', () => { throw new Error('fault'); }); } catch (error) { seen.push(error.message); }
    await long;
    await one.run('again', async () => { await turn(); seen.push(one.getStore()); });
    seen.push(one.getStore() ?? null);
    console.log(JSON.stringify(seen));`);

  expect(seen).toEqual(['short', 'fault', 'long', 'again', null]);
});
