import { serializeToolList, type Dialect } from '@latchkey/tools';
import type { ToolSet } from '../../connectors/tool-set.ts';
import type { Access } from '../../kernel/access.ts';
import { MODERN_RESULT_HEAD } from './server-info.ts';

const prepared = new WeakMap<ToolSet, Map<string, Buffer>>();

/** The result of tools/list as bytes: made at the first request and kept as long as the tool set lives. */
export function toolList(toolSet: ToolSet, access: Access, dialect: Dialect): Buffer {
  let lists = prepared.get(toolSet);
  if (lists === undefined) {
    lists = new Map();
    prepared.set(toolSet, lists);
  }
  const shape = `${access} ${dialect.revision}`;
  let list = lists.get(shape);
  if (list === undefined) {
    list = Buffer.from(serializeToolList(toolSet.offer().listed(access), dialect, MODERN_RESULT_HEAD));
    lists.set(shape, list);
  }
  return list;
}
