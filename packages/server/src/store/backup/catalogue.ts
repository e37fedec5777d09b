import type pg from 'pg';

// What a database says of its own tables.

export interface TableShape {
  readonly name: string;
  /** Without those that are computed. */
  readonly columns: readonly string[];
}

/** Tables anywhere but in PostgreSQL's own schemas, as `schema.table`. */
export async function listTables(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select n.nspname || '.' || c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname not like 'pg\\_%' order by 1`);
  return rows.map(({ name }) => name);
}

export async function shapeOf(client: pg.ClientBase, table: string): Promise<TableShape> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = ('public.' || quote_ident($1))::regclass and attnum > 0 and not attisdropped
       and attgenerated = '' order by attnum`,
    [table],
  );
  return { name: table, columns: rows.map(({ name }) => name) };
}

/** The sequences that number the rows of these tables. */
export async function sequencesOf(client: pg.ClientBase, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select s.relname as name
     from pg_class s
     join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
     join pg_class t on t.oid = d.refobjid
     join pg_namespace n on n.oid = t.relnamespace
     where s.relkind = 'S' and d.deptype in ('a', 'i') and n.nspname = 'public' and t.relname = any($1)
     order by 1`,
    [tables],
  );
  return rows.map(({ name }) => name);
}

export interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

export async function foreignKeysOf(client: pg.ClientBase, tables: readonly string[]): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select t.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_namespace n on n.oid = t.relnamespace
     where k.contype = 'f' and n.nspname = 'public' and t.relname = any($1) order by 1, 2`,
    [tables],
  );
  return rows;
}
