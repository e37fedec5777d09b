import type { OperationHead } from '../openapi/ir.ts';
import { stepsOf } from '../openapi/pointer.ts';
import { snakeCase } from './name.ts';
import type { Access, Suggestion } from './types.ts';

const READS = new Set(
  'get list search query find lookup fetch read retrieve describe count filter browse suggest check download'.split(
    ' ',
  ),
);
const CHANGES = new Set(
  (
    'create add update set delete remove send patch insert upsert cancel start stop execute publish approve ' +
    'reset revoke rotate enable disable invite transfer pay charge refund import upload archive restore merge move ' +
    'copy clone sync trigger submit assign unassign subscribe unsubscribe save write modify edit replace ' +
    'register activate deactivate confirm accept reject close lock unlock unlink purge clear destroy terminate ' +
    'kill restart void capture deploy generate mark'
  ).split(' '),
);
const GET_LIKE = new Set(['GET', 'HEAD', 'QUERY']);

/**
 * What a person should look at: a POST whose name says that it only reads, a GET whose name says that it changes
 * something, a write that the document declares to be a read. Names are not proof, so nothing of it is applied.
 */
export function suggestionOf(head: OperationHead, tool: string, access: Access): Suggestion | undefined {
  const { hints, method, path, pointer } = head;
  const suggest = (wanted: Access, message: string): Suggestion => ({
    method,
    path,
    tool,
    access: wanted,
    pointer,
    message,
  });
  if (hints.access !== undefined) {
    const lowers = access === 'read' && !GET_LIKE.has(method) && method !== 'POST';
    return lowers
      ? suggest(
          'full',
          `The document says that this ${method} only reads, so read-only access reaches it. If it does not, make it full.`,
        )
      : undefined;
  }
  const verb = verbOf(head);
  if (method === 'POST' && access === 'full' && (verb === 'read' || hints.saysItReads === true)) {
    return suggest(
      'read',
      'This POST seems only to read. If it changes nothing, make it read, so that read-only access reaches it.',
    );
  }
  if (GET_LIKE.has(method) && access === 'read' && (verb === 'change' || hints.saysItReads === false)) {
    return suggest(
      'full',
      `This ${method} seems to change something. If it does, make it full, so that read-only access does not reach it.`,
    );
  }
  return undefined;
}

/** By the words of the name that the document gives, and by the end of the path if that is one word. */
function verbOf({ hints, operationId, path }: OperationHead): 'read' | 'change' | undefined {
  const segments = (path.split('?', 1)[0] ?? '').split('/').filter((segment) => segment !== '');
  const ending = snakeCase(segments.at(-1) ?? '');
  const words = [...snakeCase(hints.name ?? operationId ?? '').split('_'), ending];
  const reads = words.some((word) => READS.has(word));
  const changes = words.some((word) => CHANGES.has(word));
  return reads === changes ? undefined : reads ? 'read' : 'change';
}

/** The action of an OpenAPI Overlay that does what is suggested. */
export function overlayActionOf({ access, pointer }: Suggestion): {
  readonly target: string;
  readonly update: { readonly 'x-mcp': { readonly access: Access } };
} {
  return { target: jsonPathOf(stepsOf(pointer) ?? []), update: { 'x-mcp': { access } } };
}

/** What selects exactly that place, whatever the names of the steps are (RFC 9535). */
export function jsonPathOf(steps: readonly string[]): string {
  return `$${steps.map((step) => `['${step.replace(/[\\']/g, String.raw`\$&`)}']`).join('')}`;
}
