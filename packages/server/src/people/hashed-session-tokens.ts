import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/adapters';
import { hashSecret } from '../kernel/secret.ts';

/**
 * better-auth stores session tokens in clear. This stands between it and the database: the column holds a hash, the
 * library sees the token that it made or was presented with, and a dump of the table opens no session.
 */
export function hashSessionTokens(adapter: DBAdapter): DBAdapter {
  return {
    ...hashIn(adapter),
    transaction: (work) => adapter.transaction((inside) => work(hashIn(inside))),
  };
}

function hashIn(adapter: DBTransactionAdapter): DBTransactionAdapter {
  return {
    ...adapter,
    async create(input) {
      const token = tokenOf(input.model, input.data);
      if (token === undefined) return adapter.create(input);
      const data = { ...input.data, token: hashSecret(token) };
      return withToken(await adapter.create({ ...input, data }), token);
    },
    async findOne<Row>(input: Parameters<typeof adapter.findOne>[0]) {
      const found = await adapter.findOne<Row>({ ...input, where: hashWhere(input.model, input.where) });
      return restoreTokens(input.model, input.where, found);
    },
    async findMany<Row>(input: Parameters<typeof adapter.findMany>[0]) {
      const found = await adapter.findMany<Row>({
        ...input,
        where: hashWhere(input.model, input.where ?? []),
      });
      return found.map((row) => restoreTokens(input.model, input.where ?? [], row));
    },
    async update<Row>(input: Parameters<typeof adapter.update>[0]) {
      const where = hashWhere(input.model, input.where);
      const updated = await adapter.update<Row>({
        ...input,
        where,
        update: hashData(input.model, input.update),
      });
      return restoreTokens(input.model, input.where, updated);
    },
    updateMany: (input) =>
      adapter.updateMany({
        ...input,
        where: hashWhere(input.model, input.where),
        update: hashData(input.model, input.update),
      }),
    count: (input) => adapter.count({ ...input, where: hashWhere(input.model, input.where ?? []) }),
    delete: (input) => adapter.delete({ ...input, where: hashWhere(input.model, input.where) }),
    deleteMany: (input) => adapter.deleteMany({ ...input, where: hashWhere(input.model, input.where) }),
    async consumeOne<Row>(input: Parameters<typeof adapter.consumeOne>[0]) {
      const row = await adapter.consumeOne<Row>({ ...input, where: hashWhere(input.model, input.where) });
      return restoreTokens(input.model, input.where, row);
    },
    async incrementOne<Row>(input: Parameters<typeof adapter.incrementOne>[0]) {
      const row = await adapter.incrementOne<Row>({ ...input, where: hashWhere(input.model, input.where) });
      return restoreTokens(input.model, input.where, row);
    },
  };
}

function tokenOf(model: string, data: object): string | undefined {
  if (model !== 'session' || !('token' in data)) return undefined;
  return typeof data.token === 'string' ? data.token : undefined;
}

function hashData(model: string, data: Record<string, unknown>): Record<string, unknown> {
  const token = tokenOf(model, data);
  return token === undefined ? data : { ...data, token: hashSecret(token) };
}

function hashWhere(model: string, where: Where[]): Where[] {
  if (model !== 'session') return where;
  return where.map((condition) =>
    condition.field === 'token' ? { ...condition, value: hashValue(condition.value) } : condition,
  );
}

function hashValue(value: Where['value']): Where['value'] {
  if (typeof value === 'string') return hashSecret(value);
  return Array.isArray(value) ? value.map((item) => hashSecret(String(item))) : value;
}

/** A row that was asked for by its token is given back with it; any other row shows the hash, which opens nothing. */
function restoreTokens<Row>(model: string, where: Where[], row: Row): Row {
  if (typeof row !== 'object' || row === null) return row;
  const stored = tokenOf(model, row);
  if (stored === undefined) return row;
  const token = where
    .filter((condition) => condition.field === 'token')
    .flatMap((condition) => [condition.value].flat())
    .find((value) => typeof value === 'string' && hashSecret(value) === stored);
  return typeof token === 'string' ? withToken(row, token) : row;
}

function withToken<Row>(row: Row, token: string): Row {
  return { ...row, token };
}
