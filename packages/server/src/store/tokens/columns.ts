import { getTableColumns, type Table } from 'drizzle-orm';

/** All columns of a table under their names in the schema, for a statement that is written by hand. */
export function columnsOf(table: Table, alias: string): string {
  return Object.entries(getTableColumns(table))
    .map(([key, column]) => `${alias}."${column.name}" as "${key}"`)
    .join(', ');
}
