import { APP_NAMES, type AppName } from './app-names.ts';

/** What the page shows, as it stands in the address. Absent: claude.ai, all tools. */
export interface ConnectSearch {
  app?: AppName;
  /** Below the connector URL: `c/crm` or `t/daily`. */
  at?: string;
}

export function readConnectSearch({ app, at }: Record<string, unknown>): ConnectSearch {
  const known = APP_NAMES.find((name) => name === app);
  return {
    ...(known === undefined ? {} : { app: known }),
    ...(typeof at === 'string' && /^[ct]\/[a-z0-9-]{1,64}$/.test(at) ? { at } : {}),
  };
}

/** Which attempts to show. Absent: all. */
export interface AttemptsSearch {
  q?: string;
  show?: 'connected' | 'stopped';
}

export function readAttemptsSearch({ q, show }: Record<string, unknown>): AttemptsSearch {
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(show === 'connected' || show === 'stopped' ? { show } : {}),
  };
}
