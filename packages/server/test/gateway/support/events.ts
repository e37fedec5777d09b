import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

export interface Event {
  event: string;
  data: string;
  id: string;
}

/** A stream of server-sent events, and what came on it so far. */
export async function openEvents(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
) {
  const { body, headers = {}, method = 'GET' } = options;
  const sent = request(url, { method, headers, agent: false });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  sent.on('error', () => undefined);
  response.on('error', () => undefined);
  const events: Event[] = [];
  let rest = '';
  let comments = 0;
  let taken = 0;
  let isOver = false;
  let wake = (): void => undefined;
  response.setEncoding('utf8').on('data', (text: string) => {
    rest += text;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2))
          .join('\n');
      if (lines.every((line) => line.startsWith(':'))) comments += 1;
      else events.push({ event: field('event'), data: field('data'), id: field('id') });
    }
    wake();
  });
  response.on('close', () => {
    isOver = true;
    wake();
  });

  async function wait(isSo: () => boolean): Promise<void> {
    while (!isSo() && !isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    status: response.statusCode,
    headers: response.headers,
    /** The next event that was not taken yet; undefined: the stream is over. */
    async next(): Promise<Event | undefined> {
      await wait(() => events.length > taken);
      taken += 1;
      return events[taken - 1];
    },
    /** All that came and was not taken. */
    rest: () => events.slice(taken),
    async keptAlive(times: number): Promise<void> {
      await wait(() => comments >= times);
    },
    /** Resolves once the other side has ended it; true: in order. */
    async over(): Promise<boolean> {
      await wait(() => false);
      return response.complete;
    },
    get isOver() {
      return isOver;
    },
    /** Reads nothing more, as a client does that hangs. */
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => sent.destroy(),
  };
}

export type Events = Awaited<ReturnType<typeof openEvents>>;
