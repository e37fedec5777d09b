import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { CHANGES_CHANNEL, type Change } from './queries/changes.ts';
import { z } from 'zod';
import { CHANGE_KINDS } from './schema.ts';

export type ChangeListener = (handlers: {
  onChange: (change: Change) => void;
  /** After every (re)connection, before changes are heard again: the moment to catch up. */
  onConnected: () => Promise<void>;
  onLost: () => void;
}) => Promise<{ close(): Promise<void> }>;

const RECONNECT_DELAY_MS = 250;

const changeSchema = z.object({
  id: z.number(),
  kind: z.enum(CHANGE_KINDS),
  subject: z.string(),
});

/** One connection that only listens, and comes back by itself when it is lost. */
export function createChangeListener(url: string, log: Log): ChangeListener {
  return async ({ onChange, onConnected, onLost }) => {
    let connection: pg.Client | undefined;
    let retry: NodeJS.Timeout | undefined;
    let closed = false;

    async function connect(): Promise<void> {
      const client = new pg.Client({
        connectionString: url,
        application_name: 'latchkey changes',
        keepAlive: true,
      });
      client.on('error', (error) =>
        log.warn({ error: error.message }, 'the change feed lost its connection'),
      );
      client.on('end', () => {
        if (closed || connection !== client) return;
        onLost();
        retry = setTimeout(reconnect, RECONNECT_DELAY_MS);
      });
      client.on('notification', ({ payload }) => {
        const change = changeSchema.safeParse(JSON.parse(payload ?? 'null'));
        if (change.success) onChange(change.data);
      });
      await client.connect();
      connection = client;
      await client.query(`listen ${CHANGES_CHANNEL}`);
      await onConnected();
    }

    function reconnect(): void {
      connect().catch(() => {
        if (!closed) retry = setTimeout(reconnect, RECONNECT_DELAY_MS);
      });
    }

    await connect();
    return {
      async close() {
        closed = true;
        clearTimeout(retry);
        await connection?.end();
      },
    };
  };
}
