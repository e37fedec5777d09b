import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post } from './request.ts';
import type { Access } from './types.ts';

export interface AttemptStep {
  step: string;
  words: string;
  at: string;
  last_at: string | null;
  times: number;
  ok: boolean;
  fault: string | null;
  detail: string | null;
}

/** How an app got on with connecting. */
export interface Attempt {
  id: string;
  app: { name: string | null; id: string | null; user_agent: string; destination: string | null };
  url: string | null;
  by: 'sign_in' | 'key';
  person: string | null;
  /** For admins. */
  network: string | null;
  started_at: string;
  last_at: string;
  steps: AttemptStep[];
  verdict: {
    state: 'connected' | 'waiting' | 'stopped' | 'note';
    code: string;
    step: string;
    sentence: string;
    advice: string;
  };
}

export interface AttemptsPage {
  items: Attempt[];
  next_cursor: string | null;
  /** The server's time. */
  now: string;
}

/** Something that somebody approved and that is live. */
export interface Connection {
  id: string;
  app: { name: string; tier: 'approved' | 'identified' | 'self_named' | 'blocked'; host: string | null };
  destination: string;
  url: string;
  holder: string | null;
  is_yours: boolean;
  by: 'consent' | 'identity_provider' | 'agent';
  access: Access;
  can_lower: boolean;
  created_at: string;
  last_used_at: string | null;
  expires_at: string;
}

export interface ConnectionsPage {
  items: Connection[];
  next_cursor: string | null;
  total: number;
}

function addressOf(org: string, list: string, wanted: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(wanted).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${below(org)}/${list}?${new URLSearchParams(given).toString()}`;
}

export interface AttemptsWanted {
  q?: string;
  show?: 'connected' | 'stopped';
}

export const attemptsPages = (org: string, wanted: AttemptsWanted) =>
  infiniteQueryOptions({
    queryKey: ['attempts', org, wanted],
    queryFn: ({ pageParam: cursor }) => get<AttemptsPage>(addressOf(org, 'attempts', { ...wanted, cursor })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: AttemptsPage) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

/** What happened since then, by the server's clock. */
export const attemptsSince = (org: string, since: string) =>
  get<AttemptsPage>(addressOf(org, 'attempts', { since }));

export interface ConnectionsWanted {
  q?: string;
  whose?: 'mine';
  sort?: 'used';
}

/** What begins the key of every list of connections. */
export const connectionsKey = (org: string) => ['connections', org] as const;

export const connectionsPages = (org: string, wanted: ConnectionsWanted) =>
  infiniteQueryOptions({
    queryKey: [...connectionsKey(org), wanted],
    queryFn: ({ pageParam: cursor }) =>
      get<ConnectionsPage>(addressOf(org, 'connections', { ...wanted, cursor })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: ConnectionsPage) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

const connectionPath = (org: string, id: string) => `${below(org)}/connections/${encodeURIComponent(id)}`;

export const disconnect = (org: string, id: string) =>
  post<{ id: string }>(`${connectionPath(org, id)}/disconnect`, {});

export const makeReadOnly = (org: string, id: string) =>
  post<{ id: string }>(`${connectionPath(org, id)}/read-only`, {});
