/**
 * The kinds of events that a webhook can be told of, and what stands for each in the audit trail: the first part of an
 * entry's action. Calls are not events, but for those that were refused.
 */
export const WEBHOOK_FAMILIES = {
  keys: ['key'],
  connections: ['grant'],
  members: ['member', 'invitation'],
  agents: ['agent'],
  connectors: ['connector', 'tool'],
  apps: ['client', 'issuer', 'identity'],
  sign_in: ['company'],
  settings: ['organisation', 'webhook', 'audit'],
  refusals: [],
  /** Not events, but all rows in their order: `audit/forward`. */
  trail: [],
} as const satisfies Record<string, readonly string[]>;

export type WebhookFamily = keyof typeof WEBHOOK_FAMILIES;

export const WEBHOOK_FAMILY_NAMES = Object.keys(WEBHOOK_FAMILIES) as [WebhookFamily, ...WebhookFamily[]];

/** All rows of the trail, calls among them. */
export const TRAIL: WebhookFamily = 'trail';
export const TRAIL_TYPE = 'audit.entries';

/** What an app calls. */
export const CALL_ACTIONS = ['tool.call', 'api.call'] as const;
export const TEST_TYPE = 'webhook.test';
