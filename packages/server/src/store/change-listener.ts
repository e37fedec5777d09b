import pg from 'pg';
import type { Log } from '../kernel/log.ts';
import { CHANGES_CHANNEL, type Change } from './queries/changes.ts';
import { z } from 'zod';
import { CHANGE_KINDS } from './schema.ts';

export type ChangeListener = (handlers: {
  onChange: (change: Change) => void;
  /** After every (re)connection, when changes are heard again: reads what was missed. */
  catchUp: () => Promise<void>;
  /** True once that is done, false as soon as changes may go unheard. */
  onCurrent: (isCurrent: boolean) => void;
  /** The connection has just been heard from: it was asked, and all that was announced before has been told. */
  onHeard?: () => void;
}) => Promise<{ close(): Promise<void> }>;

/** Something else that is heard on the same connection, and says no more than that there is something. */
export interface Bell {
  readonly channel: string;
  /** When it rang, and after every (re)connection, because it may have rung unheard. */
  readonly onRing: () => void;
}

const RECONNECT_DELAY_MS = 250;
/** A connection that does not answer for as long as this, or twice as long at most, is lost. */
const SILENCE_MS_MAX = 2500;

const changeSchema = z.object({
  id: z.number(),
  kind: z.enum(CHANGE_KINDS),
  subject: z.string(),
});

/** One connection that only listens, and comes back by itself when it is lost. `bells` are read at each connection. */
export function createChangeListener(
  url: string,
  log: Log,
  bells: readonly Bell[] = [],
  onSilent: () => void = () => {},
): ChangeListener {
  return async ({ onChange, catchUp, onCurrent, onHeard = () => {} }) => {
    let connection: pg.Client | undefined;
    let retry: NodeJS.Timeout | undefined;
    let closed = false;
    let wasSilent = false;

    async function connect(): Promise<void> {
      const client = new pg.Client({
        connectionString: url,
        application_name: 'latchkey changes',
        keepAlive: true,
        connectionTimeoutMillis: 2 * SILENCE_MS_MAX,
      });
      client.on('error', (error) =>
        log.warn({ error: error.message }, 'the change feed lost its connection'),
      );
      client.on('notification', ({ channel, payload }) => {
        if (channel !== CHANGES_CHANNEL) return bells.find((bell) => bell.channel === channel)?.onRing();
        const change = changeSchema.safeParse(JSON.parse(payload ?? 'null'));
        if (change.success) onChange(change.data);
      });
      await client.connect();
      if (closed) return client.end();
      connection = client;
      // The network is back. What else was open on it may never hear so.
      if (wasSilent) onSilent();
      wasSilent = false;
      const stopAsking = keepAsking(client, {
        onHeard,
        onSilent: () => (wasSilent = true),
      });
      client.on('end', () => {
        stopAsking();
        if (closed || connection !== client) return;
        connection = undefined;
        onCurrent(false);
        comeBack();
      });
      try {
        for (const channel of [CHANGES_CHANNEL, ...bells.map((bell) => bell.channel)])
          await client.query(`listen ${pg.escapeIdentifier(channel)}`);
        await catchUp();
        for (const { onRing } of bells) onRing();
      } catch (error) {
        void client.end();
        throw error;
      }
      // Lost again meanwhile: what came since was not heard.
      if (connection === client) onCurrent(true);
    }

    function comeBack(): void {
      if (closed) return;
      clearTimeout(retry);
      retry = setTimeout(() => void connect().catch(comeBack), RECONNECT_DELAY_MS);
    }

    async function close(): Promise<void> {
      closed = true;
      clearTimeout(retry);
      await connection?.end();
    }

    try {
      await connect();
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  };
}

/** Ends a connection that does not answer. A network that is gone would not tell, and nothing would be heard for long. */
function keepAsking(
  client: pg.Client,
  { onHeard, onSilent }: { onHeard: () => void; onSilent: () => void },
): () => void {
  let isAnswered = true;
  function giveUp(): void {
    if (isAnswered) return;
    onSilent();
    void client.end();
  }
  const timer = setInterval(() => {
    // A process that was busy for so long has not read yet what came meanwhile.
    if (!isAnswered) return void setImmediate(() => setImmediate(giveUp));
    isAnswered = false;
    client.query('select 1').then(
      () => {
        isAnswered = true;
        onHeard();
      },
      () => undefined,
    );
  }, SILENCE_MS_MAX);
  return () => clearInterval(timer);
}
