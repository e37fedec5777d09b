import { createHash } from 'node:crypto';
import { aliasesOf } from './lock.ts';
import type { NameLock } from './lock.ts';
import { RESERVED_NAMES } from './name.ts';
import type { Catalogue } from './types.ts';

/**
 * A catalogue that was compiled before its tools were given the names of `lock`: its tools have the names that they had,
 * and calls by those of the lock are accepted. For going back to it.
 */
export function withFormerNames(catalogue: Catalogue, lock: NameLock): Catalogue {
  const aliases = aliasesOf(
    catalogue.tools.map(({ binding: { method, path }, name }) => ({ method, path, name })),
    lock,
    RESERVED_NAMES,
  );
  const { hash: _, sourceSha256, ...content } = catalogue;
  const tools = catalogue.tools.map(({ aliases: __, ...tool }) => {
    const former = aliases.get(tool.name);
    return former === undefined ? tool : { ...tool, aliases: former };
  });
  const renamed = { ...content, tools };
  const hash = createHash('sha256').update(JSON.stringify(renamed)).digest('hex');
  return { ...renamed, sourceSha256, hash };
}
