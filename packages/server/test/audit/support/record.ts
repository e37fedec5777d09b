/** The columns of an audit row in the order in which they are hashed, each with its type. */
const TYPES = {
  id: 'int8',
  org_id: 'text',
  at: 'timestamptz',
  phase: 'text',
  action: 'text',
  actor_kind: 'text',
  actor_id: 'text',
  client_id: 'text',
  grant_id: 'text',
  key_id: 'text',
  target: 'text',
  request_id: 'text',
  outcome: 'text',
  status: 'int4',
  duration_ms: 'int4',
  detail: 'jsonb',
} as const;
type Column = keyof typeof TYPES;
type Type = (typeof TYPES)[Column];
const COLUMNS = Object.keys(TYPES) as Column[];

export type RowAsText = Readonly<Record<Column, string | null>>;

/** Selects them as text; a time as microseconds since 2000. */
export const ROW_AS_TEXT = COLUMNS.map((name) =>
  name === 'at'
    ? `(extract(epoch from at - timestamptz '2000-01-01Z') * 1000000)::int8::text as at`
    : `${name}::text`,
).join(', ');

/** The numbers that PostgreSQL has for these types, for good (`pg_type.dat`). */
const NUMBERS: Readonly<Record<Type, number>> = {
  int8: 20,
  int4: 23,
  text: 25,
  timestamptz: 1184,
  jsonb: 3802,
};

const BYTES: Readonly<Record<Type, (value: string) => Buffer>> = {
  int4: (value) => int4(Number(value)),
  int8,
  jsonb: (value) => Buffer.concat([Buffer.of(1), Buffer.from(value)]),
  text: (value) => Buffer.from(value),
  timestamptz: int8,
};

/** As `record_send` writes it: how many columns; of each its type, its length (-1: null) and its bytes. */
export function recordOf(row: RowAsText): Buffer {
  const columns = COLUMNS.flatMap((name) => {
    const value = row[name];
    const bytes = value === null ? undefined : BYTES[TYPES[name]](value);
    return [int4(NUMBERS[TYPES[name]]), int4(bytes?.length ?? -1), bytes ?? Buffer.alloc(0)];
  });
  return Buffer.concat([int4(COLUMNS.length), ...columns]);
}

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int8(value: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
