import type { ApiOperation, OperationHead } from '../openapi/ir.ts';
import { LIMITS } from '../openapi/limits.ts';
import type { Notes } from '../openapi/notes.ts';
import { clip, firstParagraph, plainText } from '../openapi/text.ts';
import { pagingSentence } from './paging.ts';
import type { Pagination } from './types.ts';

/** What we aim for in a list that a model reads whole; an author's own text in `x-mcp` may be longer. */
const PARAGRAPH_CHARACTERS = 400;

/** What people read in a list: the author's title, the summary, or the name made readable. */
export function titleOf(head: OperationHead, name: string, notes: Notes): string {
  const given = plainText(
    head.hints.title ?? head.summary ?? '',
    LIMITS.argumentDescriptionCharacters,
    `${head.pointer}/summary`,
    notes,
  ).replace(/\.$/, '');
  return clip(given === '' ? readable(name) : given, LIMITS.titleCharacters);
}

/** What the model reads: summary and first paragraph, then the facts that we know. */
export function descriptionOf(
  head: OperationHead,
  operation: ApiOperation,
  pagination: Pagination | undefined,
  notes: Notes,
): string {
  const facts = [
    head.hints.consumesCredits ? 'Consumes credits.' : '',
    operation.scopes.length > 0
      ? `Requires scope ${operation.scopes.slice(0, 3).join(' or ').slice(0, 200)}.`
      : '',
    pagination ? pagingSentence(pagination) : '',
    head.deprecated ? 'Deprecated.' : '',
  ].filter((fact) => fact !== '');
  const room = LIMITS.toolDescriptionCharacters - facts.join(' ').length - 1;
  const at = `${head.pointer}/description`;
  if (head.hints.description !== undefined) {
    return sentences([plainText(head.hints.description, room, at, notes), ...facts]);
  }
  const summary = plainText(head.summary ?? '', 300, `${head.pointer}/summary`, notes);
  const body = plainText(firstParagraph(head.description ?? ''), PARAGRAPH_CHARACTERS, at, notes);
  const said = body.toLowerCase().startsWith(summary.toLowerCase().replace(/\.$/, ''))
    ? [body]
    : [summary, body];
  const text = sentences(said);
  return sentences([text === '' ? `${head.method} ${head.path.slice(0, 300)}` : text, ...facts]);
}

function sentences(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => (/[.!?…:]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

function readable(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
