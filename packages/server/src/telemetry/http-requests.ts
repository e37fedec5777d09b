import type { AnyAnswer } from '../kernel/whole-exchange.ts';
import type { Metrics } from './metrics.ts';
import { STATUSES } from './metrics.ts';
import { ROUTES, type Route } from './routes.ts';

export interface HttpRequests {
  /** Counts a request from now to its end. */
  follow(res: AnyAnswer, route: Route): void;
  /** Its answer is a stream that stays open: how long says nothing about how fast we are. */
  isStream(res: AnyAnswer): void;
  inFlight(): number;
  openStreams(): number;
}

interface Line {
  readonly counters: readonly { value: number }[];
  readonly seconds: { observe(value: number): void };
}

/** What each request costs here: a listener, two readings of the clock and a few additions. */
export function createHttpRequests({
  requests,
  requestSeconds,
}: Pick<Metrics, 'requests' | 'requestSeconds'>): HttpRequests {
  const lines = new Map<Route, Line>(
    ROUTES.map((route) => [
      route,
      {
        counters: STATUSES.map((status) => requests.at(route, status)),
        seconds: requestSeconds.at(route),
      },
    ]),
  );
  const streams = new WeakSet<AnyAnswer>();
  let inFlight = 0;
  let openStreams = 0;

  return {
    follow(res, route) {
      const line = lines.get(route) as Line;
      const startedMs = performance.now();
      inFlight += 1;
      res.on('close', () => {
        inFlight -= 1;
        const place = res.writableFinished ? placeOf(res.statusCode) : ABORTED;
        const counter = line.counters[place];
        if (counter !== undefined) counter.value += 1;
        if (openStreams > 0 && streams.has(res)) openStreams -= 1;
        else line.seconds.observe((performance.now() - startedMs) / 1000);
      });
    },
    isStream(res) {
      if (res.destroyed || streams.has(res)) return;
      streams.add(res);
      openStreams += 1;
    },
    inFlight: () => inFlight,
    openStreams: () => openStreams,
  };
}

const ABORTED = STATUSES.indexOf('aborted');

/** 2xx is the first. What is below 200 announces an answer and is none, but for 101, of which we have none. */
function placeOf(statusCode: number): number {
  return Math.min(Math.max(Math.floor(statusCode / 100) - 2, 0), 3);
}
