import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, post, put } from './request.ts';

export interface WebhookSettings {
  url: string;
  description: string;
  /** Which kinds of events. */
  events: string[];
}

export interface Webhook extends WebhookSettings {
  id: string;
  created_at: string;
  is_enabled: boolean;
  disabled_at: string | null;
  disabled_why: 'by_person' | 'failing' | 'too_many_waiting' | null;
  failing_since: string | null;
  previous_secret_until: string | null;
}

export type DeliveryState = 'waiting' | 'delivered' | 'given_up';

export interface Delivery {
  id: string;
  type: string;
  state: DeliveryState;
  attempts: number;
  created_at: string;
  tried_at: string | null;
  next_try_at: string | null;
  status: number | null;
  fault: string | null;
  /** How the last answer began. */
  answer: string | null;
  body: string;
}

interface DeliveryPage {
  items: Delivery[];
  next_cursor: string | null;
}

const WATCHED_MS = 2000;

const pathOf = (org: string) => `${below(org)}/settings/webhooks`;
const hookPath = (org: string, id: string) => `${pathOf(org)}/${encodeURIComponent(id)}`;

export const webhooksKey = (org: string) => ['webhooks', org] as const;

export const webhooksQuery = (org: string) =>
  queryOptions({
    queryKey: [...webhooksKey(org), 'list'],
    queryFn: () => get<{ items: Webhook[]; most: number }>(pathOf(org)),
  });

export const deliveryPages = (org: string, webhook: string, state: DeliveryState | undefined) =>
  infiniteQueryOptions({
    queryKey: [...webhooksKey(org), 'deliveries', webhook, state],
    queryFn: ({ pageParam: cursor }) => {
      const given = { ...(state !== undefined && { state }), ...(cursor !== undefined && { cursor }) };
      return get<DeliveryPage>(
        `${hookPath(org, webhook)}/deliveries?${new URLSearchParams(given).toString()}`,
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: DeliveryPage) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // What has not been tried yet is on its way now.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.items.some(isOnItsWay)) === true ? WATCHED_MS : false,
  });

function isOnItsWay({ state, tried_at: triedAt }: Delivery): boolean {
  return state === 'waiting' && triedAt === null;
}

export const createWebhook = (org: string, settings: WebhookSettings) =>
  post<{ id: string; secret: string }>(pathOf(org), settings);

export const changeWebhook = (
  org: string,
  id: string,
  settings: WebhookSettings & { was: WebhookSettings },
) => put<{ id: string }>(hookPath(org, id), settings);

export const rotateWebhookSecret = (org: string, id: string) =>
  post<{ id: string; secret: string }>(`${hookPath(org, id)}/rotate-secret`, {});

export const enableWebhook = (org: string, id: string) =>
  post<{ id: string }>(`${hookPath(org, id)}/enable`, {});

export const disableWebhook = (org: string, id: string) =>
  post<{ id: string }>(`${hookPath(org, id)}/disable`, {});

export const deleteWebhook = (org: string, id: string) =>
  post<{ id: string }>(`${hookPath(org, id)}/delete`, {});

export const testWebhook = (org: string, id: string) =>
  post<{ delivery: string }>(`${hookPath(org, id)}/test`, {});

export const redeliver = (org: string, id: string, delivery: string) =>
  post<{ id: string }>(`${hookPath(org, id)}/deliveries/${encodeURIComponent(delivery)}/redeliver`, {});
