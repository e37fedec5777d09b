import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openEvents, type Events } from './support/events.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

// What is sent on a stream waits in memory until its reader takes it: nobody may let it wait for ever.
let harness: Harness;
/** Its keep-alives are the strokes at which a slow client reads: a few for each that would break it off. */
let metronome: Harness;
const open: Events[] = [];
beforeAll(async () => {
  // Reader and gateway are one process here: one that is held up for as long reads nothing, either.
  harness = await startHarness({ streamLimits: { keepAliveMs: 2_500 } });
  metronome = await startHarness({ streamLimits: { keepAliveMs: 150 } });
});
afterAll(async () => {
  await harness.close();
  await metronome.close();
});
beforeEach(() => {
  harness.upstream.aborted.length = 0;
  harness.upstream.received.length = 0;
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

const PATIENT = { timeout: 20_000 };

type Caller = ReturnType<Harness['caller']>;

/** As much as an answer holds of a picture. A few dozen fill what the kernel keeps of a connection. */
const PICTURE = Buffer.alloc(1024 * 1024, 'pixels');
/** That one session asks for at once. */
const PICTURES = 48;
const answerPicture = (_: unknown, res: ServerResponse): void => {
  res.writeHead(200, { 'content-type': 'image/png' }).end(PICTURE);
};

async function openSession(caller: Caller, url = harness.url) {
  const stream = await openEvents(`${url}/mcp/acme/sse`, { headers: caller.bearer });
  open.push(stream);
  return { stream, endpoint: (await stream.next())?.data ?? '' };
}

const post = async (caller: Caller, endpoint: string, message: unknown) =>
  harness.send('POST', endpoint, {
    headers: { 'content-type': 'application/json', ...caller.bearer },
    body: JSON.stringify(message),
  });

/** Asks for pictures until so many wait for the reader that it is told to read before it asks on. */
async function fill(caller: Caller, endpoint: string): Promise<void> {
  for (let count = 0; count < 1000; count += 1) {
    const { status } = await post(caller, endpoint, toolCall('get_credits', {}, count));
    if (status !== 202) return;
  }
  throw new Error('nothing fills it');
}

test('a client that reads nothing of what it asks for is broken off: its session ends, and so do its calls', async () => {
  const [caller, other] = [harness.caller(), harness.caller()];
  const { endpoint, stream } = await openSession(caller);
  const beside = await openSession(other);
  stream.pause();
  // One call is never answered: it is under way when the stream ends.
  harness.upstream.answer(() => undefined);
  expect((await post(caller, endpoint, toolCall('get_credits', {}, 'held'))).status).toBe(202);
  await expect.poll(() => harness.upstream.received.length).toBe(1);
  harness.upstream.answer(answerPicture);
  await fill(caller, endpoint);

  await expect.poll(async () => (await post(caller, endpoint, call('ping'))).status, PATIENT).toBe(404);
  await expect.poll(() => harness.upstream.aborted, PATIENT).toHaveLength(1);
  // What it reads in the end is not whole: nobody takes it for all that there was.
  stream.resume();
  expect(await stream.over()).toBe(false);

  expect((await post(other, beside.endpoint, call('ping', undefined, 'mine'))).status).toBe(202);
  expect(JSON.parse((await beside.stream.next())?.data ?? 'null')).toMatchObject({ id: 'mine' });
});

test('a client that reads slowly, and goes on reading, gets all that it asked for', async () => {
  const held: ServerResponse[] = [];
  harness.upstream.answer((_, res) => void held.push(res));
  const caller = harness.caller();
  const { endpoint, stream } = await openSession(caller);
  stream.pause();
  for (let id = 0; id < PICTURES; id += 1)
    expect((await post(caller, endpoint, toolCall('get_credits', {}, id))).status).toBe(202);
  await expect.poll(() => held.length, PATIENT).toBe(PICTURES);
  for (const res of held) answerPicture(undefined, res);

  // One at each stroke, of what soon waits as a single write: all of them take thrice the time that would break it off.
  const { stream: strokes } = await openSession(metronome.caller(), metronome.url);
  for (let stroke = 1, seen = 0; seen < PICTURES; stroke += 1) {
    await strokes.keptAlive(stroke);
    stream.resume();
    await expect.poll(() => stream.rest().length, { ...PATIENT, interval: 1 }).toBeGreaterThan(seen);
    stream.pause();
    seen = stream.rest().length;
  }
  for (let id = 0; id < PICTURES; id += 1)
    expect((await stream.next())?.data.length).toBeGreaterThan(PICTURE.length);
  stream.resume();
  expect((await post(caller, endpoint, call('ping', undefined, 'after'))).status).toBe(202);
  expect(JSON.parse((await stream.next())?.data ?? 'null')).toMatchObject({ id: 'after' });
});

test('a client that reads nothing of an answer of the API is broken off, and its call ends', async () => {
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'image/png' });
    const more = (): void => {
      while (!res.destroyed && res.write(PICTURE));
      res.once('drain', more);
    };
    more();
  });
  const { bearer } = harness.caller();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${harness.url}/api/items/credits`, { headers: bearer }, resolve).on('error', reject).end();
  });
  expect(answer.statusCode).toBe(200);
  const broken = new Promise((resolve) => answer.once('error', resolve));
  await expect.poll(() => harness.upstream.aborted, PATIENT).toHaveLength(1);
  answer.resume();
  expect(await broken).toMatchObject({ code: 'ECONNRESET' });
});
