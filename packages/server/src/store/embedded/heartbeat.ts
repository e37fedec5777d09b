// Two containers that share a volume do not see each other's processes: to either one, the other's postmaster.pid looks
// left over, and two servers on one directory destroy it. So the owner keeps touching a note that says where it runs,
// and whoever finds a note from elsewhere watches it for a while before it believes that nobody is there.
import { readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const NOTE_NAME = 'latchkey.alive';
const BEAT_MS = 2_000;
/** Several beats, because an owner under load may be late. */
const WATCH_MS = 10_000;
const POLL_MS = 100;

export interface Heartbeat {
  /** Stops beating; after a clean stop the note goes too. */
  end(how: 'clean' | 'left'): Promise<void>;
}

export async function beginHeartbeat(home: string): Promise<Heartbeat> {
  const note = join(home, NOTE_NAME);
  await writeFile(note, await whereWeAre(), { mode: 0o600 });
  const timer = setInterval(() => {
    const now = new Date();
    void utimes(note, now, now).catch(() => undefined);
  }, BEAT_MS);
  timer.unref();
  return {
    async end(how) {
      clearInterval(timer);
      if (how === 'clean') await rm(note, { force: true }).catch(() => undefined);
    },
  };
}

/** Says at once "no" when the note is from here (here we can see processes), else after having watched it. */
export async function beatsElsewhere(home: string, say: (line: string) => void): Promise<boolean> {
  const note = join(home, NOTE_NAME);
  const where = await readFile(note, 'utf8').catch(() => undefined);
  if (where === undefined || where === (await whereWeAre())) return false;
  say(`Making sure that no other container uses ${home}: this takes ${WATCH_MS / 1000} seconds.`);
  const seen = await lastBeat(note);
  for (let waitedMs = 0; waitedMs < WATCH_MS; waitedMs += POLL_MS) {
    await pause(POLL_MS);
    if ((await lastBeat(note)) !== seen) return true;
  }
  return false;
}

function lastBeat(note: string): Promise<number> {
  return stat(note).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** The same for processes that can see each other: one boot of one machine, one process namespace. */
async function whereWeAre(): Promise<string> {
  if (process.platform !== 'linux') return hostname();
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${namespace}`;
}
