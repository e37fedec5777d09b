import type { LimitAsk, LimitDecision } from './limiter.ts';

/** Buckets that several processes share, kept somewhere else. */
export interface RemoteBuckets {
  /** What they are kept in, for the log: `Redis`. */
  readonly name: string;
  /** As `Limiter.takeInTurn`. Rejects where nobody answers; late is for the caller to judge. */
  takeInTurn(asks: readonly LimitAsk[]): Promise<readonly LimitDecision[]>;
  close(): Promise<void>;
}
