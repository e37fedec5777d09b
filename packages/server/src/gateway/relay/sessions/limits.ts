import type { SessionCaps } from './session-registry.ts';

export interface SessionLimits extends SessionCaps {
  /** Requests of one session that are under way at once. */
  readonly calls: number;
  /** Until the server has answered the handshake. */
  readonly openMs: number;
  /** Until a session at another node has answered. */
  readonly farMs: number;
  /** How long a session lives that nobody uses. */
  readonly idleMs: number;
  /** One that nobody has used for so long gives way if its server takes no more connections. */
  readonly givesWayMs: number;
  readonly keepAliveMs: number;
  /** How often it is asked whether the caller's right has ended by itself. */
  readonly recheckMs: number;
  /** What is kept of one session for who lost a connection, and of all. */
  readonly logBytes: number;
  readonly logBytesTotal: number;
}

export const SESSION_LIMITS: SessionLimits = {
  perKey: 8,
  perOrganisation: 200,
  total: 1_000,
  calls: 64,
  openMs: 60_000,
  farMs: 230_000,
  idleMs: 30 * 60_000,
  givesWayMs: 60_000,
  keepAliveMs: 15_000,
  recheckMs: 5 * 60_000,
  logBytes: 1024 * 1024,
  logBytesTotal: 128 * 1024 * 1024,
};
