/** What somebody should look at. */
export const WARNINGS = [
  'no_https',
  'changes_unheard',
  'secret_replaced',
  'shared_limits_away',
  'migrations_missing',
  'migrations_ahead',
  'disk_low',
  'versions_differ',
  'pool_exhausted',
] as const;
export type Warning = (typeof WARNINGS)[number];

export interface Health {
  readonly version: string;
  readonly runtime: string;
  readonly uptimeSeconds: number;
  readonly database: {
    readonly version: string;
    readonly sizeBytes: number;
    readonly answeredMs: number;
    readonly isExternal: boolean;
    readonly pool: {
      readonly used: number;
      readonly idle: number;
      readonly waiting: number;
      readonly max: number;
    };
  };
  readonly migrations: { readonly run: number; readonly known: number; readonly latest: string };
  readonly hearsChanges: boolean;
  readonly connectors: { readonly own: number; readonly shared: number };
  /** Null: this process keeps nothing on a disk of its own. */
  readonly disk: { readonly freeBytes: number; readonly sizeBytes: number } | null;
  readonly nodes: readonly {
    readonly host: string;
    readonly half: 'gateway' | 'web' | null;
    readonly version: string;
    readonly runtime: string;
    readonly isThis: boolean;
    /** Seen a moment ago. */
    readonly isAlive: boolean;
    readonly hearsChanges: boolean;
    readonly startedAt: Date;
    readonly seenAt: Date;
  }[];
  /** Null: none is written down. */
  readonly lastBackup: { readonly atMs: number; readonly file: string; readonly sizeBytes: number } | null;
  readonly warnings: readonly Warning[];
}

/** One of the ways to start Latchkey, what it is now, and the variable that decides it. Null: nothing does. */
export interface Mode {
  readonly id: string;
  readonly value: string | boolean | readonly string[];
  readonly variable: string | null;
}

export interface Installation {
  health(): Promise<Health>;
  modes(): Mode[];
}
