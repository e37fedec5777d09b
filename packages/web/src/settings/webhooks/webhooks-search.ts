import type { DeliveryState } from '../../api/webhooks.ts';

const STATES = ['waiting', 'delivered', 'given_up'] as const satisfies readonly DeliveryState[];

/** Which webhook is looked at, and which of its deliveries, as it stands in the address. */
export interface WebhooksSearch {
  webhook?: string;
  show?: DeliveryState;
}

export function readWebhooksSearch({ show, webhook }: Record<string, unknown>): WebhooksSearch {
  const wanted = STATES.find((state) => state === show);
  return {
    ...(typeof webhook === 'string' && webhook !== '' ? { webhook } : {}),
    ...(wanted === undefined ? {} : { show: wanted }),
  };
}
