import { setTimeout as pause } from 'node:timers/promises';
import { redisProgram } from '../redis.ts';
import { untilWritesPass, type Scenario, type Stage } from '../scenario.ts';

const ALL = [0, 1, 2];
const ROUNDS = 3;
/** What the installation allows a key in a minute, on all nodes together. */
const KEY_LIMIT = 600;
const MORE_THAN_ALLOWED = 400;
const AT_ONCE = 24;

const missing = () =>
  redisProgram() === undefined
    ? 'redis-server is not here (install: apt-get install redis-server)'
    : undefined;

/** Everything goes on while Redis is away, and a key that wants too much does not get it. */
async function away({ callers, fault, note, say }: Stage, how: string, key: string): Promise<void> {
  const before = callers.made.length;
  await pause(3000);
  const refused = callers.made.slice(before).filter(({ outcome }) => outcome !== 'ok').length;
  if (refused > 0) fault(`${refused} calls were refused because Redis was ${how}`);
  const { passed, seconds } = await hammer();
  note(
    `${how}: of ${KEY_LIMIT + MORE_THAN_ALLOWED} calls of one key in ${seconds.toFixed(1)} s ${passed} passed`,
  );
  say(
    `${how}: ${passed} of ${KEY_LIMIT + MORE_THAN_ALLOWED} calls of one key passed in ${seconds.toFixed(1)} s`,
  );
  const allowed = KEY_LIMIT + Math.ceil((KEY_LIMIT / 60) * seconds) + AT_ONCE;
  if (passed > allowed) fault(`${passed} calls of one key passed where ${allowed} may`);

  async function hammer(): Promise<{ passed: number; seconds: number }> {
    const startedMs = performance.now();
    let sent = 0;
    let passed = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (sent < KEY_LIMIT + MORE_THAN_ALLOWED) {
          sent += 1;
          const { outcome } = await callers.call(sent % ALL.length, key, { write: false });
          if (outcome === 'ok') passed += 1;
        }
      }),
    );
    return { passed, seconds: (performance.now() - startedMs) / 1000 };
  }
}

export const killRedis: Scenario = {
  name: 'kill-redis',
  title: '`kill -9` of Redis',
  how: 'killed, left away for some seconds, started again empty; then stopped (SIGSTOP), and on again',
  victims: 3,
  revokedWithinMs: 1000,
  missing,
  async play(stage) {
    const { callers, revoke, world } = stage;
    const { redis } = world;
    if (redis === undefined) throw new Error('there is no Redis');
    const [first = '', second = ''] = world.spareKeys;
    for (let count = 0; count < ROUNDS; count += 1) {
      await redis.kill();
      await revoke({ calledAt: ALL, revokedAt: count, watchMs: 1500 });
      if (count === 0) await away(stage, 'away', first);
      await redis.start();
      await pause(1000);
    }
    redis.freeze();
    try {
      // Until its silence is noticed calls wait for it.
      await pause(3000);
      await away(stage, 'silent', second);
    } finally {
      redis.thaw();
    }
    await untilWritesPass({ callers, world });
  },
};
