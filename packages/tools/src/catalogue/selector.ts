import type { OperationHead } from '../openapi/ir.ts';
import { snakeCase } from './name.ts';
import { slugOf } from './slug.ts';

/** What can be said of an operation to select its tool. */
export interface Selectable<Head extends SelectableHead = SelectableHead> {
  readonly name: string;
  /** Names that it had. */
  readonly former?: readonly string[];
  readonly head: Head;
}

type SelectableHead = Pick<OperationHead, 'method' | 'path' | 'operationId' | 'tags'>;

/**
 * Reads a selector: `tag:<tag>`, `method:<METHOD>`, `[METHOD ]/path`, a tool's name or an operationId. `*` stands for
 * anything, in a path for anything but a slash; `**` for anything at all. A template in a path is written as in the
 * document. A name that a tool had, or the operationId that it came from, selects the tool as long as it is known.
 */
export function readSelector(selector: string): (tool: Selectable) => boolean {
  const text = selector.trim();
  if (/^tag:/i.test(text)) {
    const wanted = slugOf(text.slice('tag:'.length));
    return ({ head }) => head.tags.some((tag) => slugOf(tag) === wanted);
  }
  if (/^method:/i.test(text)) {
    const wanted = text.slice('method:'.length).trim().toUpperCase();
    return ({ head }) => head.method === wanted;
  }
  const [, method, path] = /^(?:([A-Za-z]+|\*)\s+)?(\/.*)$/s.exec(text) ?? [];
  if (path !== undefined) {
    const matches = globOf(path);
    const wanted = method === undefined || method === '*' ? undefined : method.toUpperCase();
    return ({ head }) => (wanted === undefined || head.method === wanted) && matches(head.path);
  }
  const matches = globOf(text);
  const asName = snakeCase(text);
  return ({ former = [], head, name }) =>
    matches(name) ||
    (head.operationId !== undefined && matches(head.operationId)) ||
    former.some((old) => old === asName || matches(old));
}

function globOf(glob: string): (text: string) => boolean {
  const pattern = glob
    .split(/(\*{1,})/)
    .map((part) => {
      if (part === '') return '';
      if (part.startsWith('*')) return part.length > 1 ? '.*' : '[^/]*';
      return part.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    })
    .join('');
  const regex = new RegExp(`^${pattern}$`, 's');
  return (text) => regex.test(text);
}
