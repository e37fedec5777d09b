import type pg from 'pg';
import type { Client } from '../queries/clients.ts';
import { clients } from '../schema.ts';
import { columnsOf } from './columns.ts';
import { createGrouped } from './grouped.ts';

const FIND_CLIENTS = `
  select ${columnsOf(clients, 'client')} from clients client
  where client.id = any($1::text[]) and client.deleted_at is null`;

/** A client by its id. A deleted one is as absent as one that never was. */
export function createFindClient(pool: pg.Pool): (id: string) => Promise<Client | undefined> {
  return createGrouped(async (ids) => {
    const { rows } = await pool.query<Client>({
      name: 'find_clients',
      text: FIND_CLIENTS,
      values: [[...new Set(ids)]],
    });
    const found = new Map<string, Client>(rows.map((client) => [client.id, client]));
    return ids.map((id) => found.get(id));
  });
}
