import type { LimitPolicy } from './limits/limiter.ts';

/** Many at once, for an office behind one address; over hours few, because each may leave a row behind. */
export const REGISTRATIONS_PER_ADDRESS: LimitPolicy = { limit: 600, windowSeconds: 3600, burst: 300 };
/** Hosted clients register from few addresses for everybody. One bucket for each listed network. */
export const REGISTRATIONS_PER_SHARED_EGRESS: LimitPolicy = { limit: 3000, windowSeconds: 60 };
/** Clients that nobody approved. Those of the listed networks may fill as many again, so that no flood locks them out. */
export const UNCONFIRMED_CLIENTS_MAX = 10_000;
/** A person's browser opens these, or many of one office. */
export const AUTHORIZATIONS_PER_ADDRESS: LimitPolicy = { limit: 300, windowSeconds: 60 };
/** Ways out to upstreams' authorization servers. */
export const CONNECTS_PER_PERSON: LimitPolicy = { limit: 30, windowSeconds: 60 };
export const SIGN_INS_PER_ACCOUNT: LimitPolicy = { limit: 10, windowSeconds: 60 };
export const SIGN_INS_PER_ADDRESS: LimitPolicy = { limit: 60, windowSeconds: 60 };
