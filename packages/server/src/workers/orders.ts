/** What the process that began the workers says to one of them, and the other way. Both are of the same release. */
export interface StartOrder {
  readonly number: number;
  readonly count: number;
  /** A secret where the database is the embedded one: so it goes by this way, and not by the environment. */
  readonly databaseUrl: string;
  readonly port: number;
  /** Of the process that gives the order: what is on the disk may have been exchanged since. */
  readonly release: string;
  /** One of each start and each replacement, so that the file is read once. */
  readonly appliesDeclared: boolean;
  /** The first of the first start: it makes the link to the first account. */
  readonly isFirst: boolean;
}

export interface Started {
  readonly webBaseUrl: string;
  readonly mcpBaseUrl: string;
  readonly setupToken: string | undefined;
}

export interface StopOrder {
  /**
   * What comes before the end. `drain`: it goes on for a while, so that who sends calls here sees it and goes elsewhere.
   * `hand over`: another has its place, and gets all that is new.
   */
  readonly first: 'nothing' | 'drain' | 'hand over';
}

export const SUBJECTS = {
  /** Told to a worker. */
  start: 'start',
  stop: 'stop',
  /** Told by a worker. */
  started: 'started',
  refused: 'refused',
  said: 'said',
  asksToStart: 'here',
} as const;
