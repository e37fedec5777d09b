import type { Wire } from './work.ts';

/** A kind of call, a row of the table. */
export interface Row {
  readonly name: string;
  /** Anew for each round: a credential may have been renewed. */
  readonly wire: () => Wire;
  /** Before each load of it. */
  readonly begin?: () => Promise<void>;
  /** Answers come on a stream of the session, not where the call went. */
  readonly isStreamed?: true;
}

/** Something that answers calls, started and ready. */
export interface Contender {
  /** What it is called in the first column of the page. */
  readonly name: string;
  readonly version: string;
  /** Of the process whose cost is counted, with all below it. */
  readonly pid: number;
  readonly rows: readonly Row[];
  /** Before each round. */
  renew?(): Promise<void>;
  /** Told how many calls of each row came through: throws if they did not leave what they have to. */
  check?(calls: ReadonlyMap<string, number>): Promise<void>;
  close(): Promise<void>;
}
