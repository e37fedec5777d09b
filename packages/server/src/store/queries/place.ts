import { sql, type Column, type SQL } from 'drizzle-orm';

/** Where a page of a list begins: what its order goes by in the row before, and that row's id. */
export interface Place {
  readonly at: string;
  readonly id: string;
}

/** What a list can be ordered by. Times go backwards, names forwards; rows of the same one by their id. */
export interface Order {
  readonly by: SQL | Column;
  readonly kind: 'time' | 'name';
  readonly id: Column;
}

/** As `Place.at` has it: a name, or microseconds since 1970, which is what the database keeps. */
export function placeOf({ by, kind }: Order): SQL<string> {
  return kind === 'name'
    ? sql<string>`${by}`
    : sql<string>`(extract(epoch from ${by}) * 1000000)::bigint::text`;
}

/** The rows after a place. It compares whole rows, which an index on both columns answers. */
export function afterPlace({ by, id, kind }: Order, place: Place): SQL {
  return kind === 'name'
    ? sql`(${by}, ${id}) > (${place.at}, ${place.id})`
    : sql`(${by}, ${id}) < (timestamptz 'epoch' + ${place.at}::bigint * interval '1 microsecond', ${place.id})`;
}

export function orderOf({ by, id, kind }: Order): SQL {
  return kind === 'name' ? sql`${by}, ${id}` : sql`${by} desc, ${id} desc`;
}

/** Whether one of the columns has the text in it, whatever the case. */
export function anyHas(columns: readonly (Column | SQL)[], text: string): SQL {
  const wanted = text.toLowerCase();
  return sql`(${sql.join(
    columns.map((column) => sql`strpos(lower(coalesce(${column}, '')), ${wanted}) > 0`),
    sql` or `,
  )})`;
}
