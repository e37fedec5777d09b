import { randomText } from './random.ts';

type Id<Kind extends string> = string & { readonly idOf: Kind };

export type OrganisationId = Id<'organisation'>;
export type UserId = Id<'user'>;
export type AgentId = Id<'agent'>;
export type ClientId = Id<'client'>;
export type GrantId = Id<'grant'>;
export type KeyId = Id<'key'>;
export type ConnectorId = Id<'connector'>;
export type ImportId = Id<'import'>;
export type InvitationId = Id<'invitation'>;
export type WebhookId = Id<'webhook'>;
export type RequestId = Id<'request'>;

interface PrefixedIds {
  org: OrganisationId;
  agt: AgentId;
  cli: ClientId;
  grt: GrantId;
  key: KeyId;
  con: ConnectorId;
  imp: ImportId;
  inv: InvitationId;
  whk: WebhookId;
  req: RequestId;
  usr: UserId;
}

/** A new identifier such as `grt_x9…`: the prefix names the kind, 120 random bits make it unguessable. */
export function newId<Prefix extends keyof PrefixedIds>(prefix: Prefix): PrefixedIds[Prefix] {
  return `${prefix}_${randomText(15)}` as PrefixedIds[Prefix];
}
