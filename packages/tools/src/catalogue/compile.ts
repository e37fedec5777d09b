import { createHash } from 'node:crypto';
import { compareText } from '../json.ts';
import { readDocument } from '../openapi/document.ts';
import type { ApiDocument, ApiOperation, AuthorHints, OperationHead } from '../openapi/ir.ts';
import { createNotes } from '../openapi/notes.ts';
import type { Notes } from '../openapi/notes.ts';
import { ok } from '../result.ts';
import type { Result } from '../result.ts';
import { accessByMethod, annotate } from './annotate.ts';
import { fit, sizeOf } from './budget.ts';
import { descriptionOf, titleOf } from './describe.ts';
import { layOut } from './layout.ts';
import { aliasesOf, formerNamesOf } from './lock.ts';
import { nameOperations, RESERVED_NAMES } from './name.ts';
import type { Named } from './name.ts';
import { offeringOf } from './offering.ts';
import { createSteering } from './steer.ts';
import type { Steering } from './steer.ts';
import { suggestionOf } from './suggest.ts';
import { resultsOf, withSelect } from './results.ts';
import type { Catalogue, CompileOptions, Rejection, Skip, Suggestion, Tool } from './types.ts';

const TOOL_BYTES_MAX = 16 * 1024;
const TOOLS_MAX = 2_000;
const PROGRESS_STEP = 50;

/** How many of the document's operations have been looked at. */
export interface CompileProgress {
  readonly done: number;
  readonly operations: number;
}

/**
 * Compiles a Swagger 2.0 or OpenAPI 3.0, 3.1 or 3.2 document (JSON or YAML, UTF-8, at most 32 MB) into a catalogue. Pure: no
 * file, network or environment is read; the same input gives the same bytes; no content makes it throw. Every
 * operation of the document is either a tool or in `skipped`, with the reason.
 */
export function compileCatalogue(
  source: string | Uint8Array,
  options: CompileOptions = {},
  onProgress: (progress: CompileProgress) => void = () => {},
): Result<Catalogue, Rejection> {
  return compileNoted(source, options, onProgress, createNotes());
}

/** The same with what was found out about the document before. */
export function compileNoted(
  source: string | Uint8Array,
  options: CompileOptions,
  onProgress: (progress: CompileProgress) => void,
  notes: Notes,
): Result<Catalogue, Rejection> {
  const read = readDocument(source, options, notes);
  if (!read.ok) return read;
  const api = read.value;
  const names = nameOperations(api.heads, options.lock);
  const named = api.heads.map((head) => ({
    head,
    name: names.get(head)?.name ?? '',
    former: formerNamesOf(options.lock, head),
  }));
  const steering = createSteering(named, options, notes);
  const suggestions: Suggestion[] = [];
  const tools: Tool[] = [];
  const headOf = new Map<Tool, OperationHead>();
  const skipped: Skip[] = [...api.skipped];

  for (const [index, head] of [...api.heads].sort(byPathAndMethod).entries()) {
    if (index % PROGRESS_STEP === 0) onProgress({ done: index, operations: api.heads.length });
    const skip = (code: Skip['code'], pointer: string, message: string): void => {
      const access = steering.accessOf(head);
      const stated = access === accessByMethod(head) ? {} : { access };
      const found = code === 'FILTERED' ? wordsOf(head) : {};
      skipped.push({ method: head.method, path: head.path, code, pointer, message, ...stated, ...found });
    };
    const rule = steering.excludedBy(head);
    const named = names.get(head);
    if (rule !== undefined || named === undefined) {
      skip('FILTERED', head.pointer, rule ?? 'The operation has no name.');
      continue;
    }
    if (tools.length >= TOOLS_MAX) {
      skip('FILTERED', head.pointer, `A catalogue has at most ${TOOLS_MAX} tools; filter the document.`);
      continue;
    }
    const operation = api.read(head);
    if (!operation.ok) {
      skip(operation.error.code, operation.error.pointer, operation.error.message);
      continue;
    }
    const tool = compileTool(head, named, operation.value, { api, steering, options, notes });
    if (tool) {
      tools.push(tool);
      const suggestion = steering.isDecided(head) ? undefined : suggestionOf(head, tool.name, tool.access);
      if (suggestion) suggestions.push(suggestion);
      headOf.set(tool, head);
    } else skip('TOO_LARGE', head.pointer, `The tool does not fit into ${TOOL_BYTES_MAX} bytes.`);
  }
  if (tools.length === 0 && skipped.length === 0) {
    notes.warn('NO_OPERATIONS', '/paths', 'The document describes no operation.');
  }
  const offering = offeringOf(headOf, options, notes);
  const content = {
    catalogueVersion: 1 as const,
    title: api.title,
    ...(api.description === undefined ? {} : { description: api.description }),
    servers: api.servers,
    security: api.security,
    ...(api.docsUrl === undefined ? {} : { docsUrl: api.docsUrl }),
    tools: withAliases(tools, options).sort((a, b) => compareText(a.name, b.name)),
    ...offering,
    skipped: skipped.sort(byPathAndMethod),
    warnings: notes.list(),
    ...(suggestions.length === 0 ? {} : { suggestions }),
  };
  const sourceSha256 = createHash('sha256').update(source).digest('hex');
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return ok({ ...content, sourceSha256, hash });
}

function withAliases(tools: readonly Tool[], { lock }: CompileOptions): Tool[] {
  const operations = tools.map(({ binding: { method, path }, name }) => ({ method, name, path }));
  const aliases = aliasesOf(operations, lock, RESERVED_NAMES);
  return tools.map((tool) => {
    const former = aliases.get(tool.name);
    return former === undefined ? tool : { ...tool, aliases: former };
  });
}

/** By which one that was left out is found again. */
function wordsOf(head: OperationHead): Pick<Skip, 'tags' | 'summary'> {
  // What is odd about its text concerns nobody while it is no tool.
  const summary = titleOf(head, '', createNotes());
  return {
    ...(head.tags.length === 0 ? {} : { tags: head.tags }),
    ...(summary === '' ? {} : { summary }),
  };
}

interface Compiling {
  readonly api: ApiDocument;
  readonly steering: Steering;
  readonly options: CompileOptions;
  readonly notes: Notes;
}

function compileTool(
  head: OperationHead,
  named: Named,
  operation: ApiOperation,
  { api, notes, options, steering }: Compiling,
): Tool | undefined {
  const { name } = named;
  const layout = layOut(operation, head.pointer, notes, options.formArrays);
  const title = titleOf(head, name, notes);
  const access = steering.accessOf(head);
  const results = resultsOf(layout, head.method, () => api.readAnswer(head), options);
  const inputSchema = results.selectable ? withSelect(layout.inputSchema) : layout.inputSchema;
  const description = descriptionOf(head, operation, results.pagination, notes);
  const annotations = annotate(head, access, title, steering.isAdditive(head));
  const { outputSchema } = results;
  const shown = { name, title, description, annotations, inputSchema: {}, outputSchema };
  const fitted = fit(inputSchema, TOOL_BYTES_MAX - sizeOf(shown));
  if (!fitted) return undefined;
  if (fitted.cut) {
    notes.warn(
      'SCHEMA_CUT',
      head.pointer,
      `The arguments were cut to fit into ${TOOL_BYTES_MAX} bytes.`,
      name,
    );
  }
  if (named.changed) {
    notes.warn(
      'NAME_CHANGED',
      head.pointer,
      'The name was shortened, or told apart from another one by a hash.',
      name,
    );
  }
  return {
    name,
    title,
    description,
    access,
    annotations,
    inputSchema: fitted.schema,
    binding: {
      method: head.method,
      path: head.path,
      ...(operation.baseUrl === undefined ? {} : { baseUrl: operation.baseUrl }),
      parameters: layout.parameters,
      ...(operation.constants.length > 0 ? { constants: operation.constants } : {}),
      ...(layout.body ? { body: layout.body } : {}),
      security: operation.security,
      ...(operation.anonymous ? { anonymous: true } : {}),
    },
    tags: head.tags,
    deprecated: head.deprecated,
    scopes: operation.scopes,
    ...creditsOf(head.hints),
    ...results,
  };
}

function creditsOf({ consumesCredits }: AuthorHints): Pick<Tool, 'consumesCredits' | 'credits'> {
  if (!consumesCredits) return {};
  return typeof consumesCredits === 'number'
    ? { consumesCredits: true, credits: consumesCredits }
    : { consumesCredits: true };
}

function byPathAndMethod(
  left: { readonly path: string; readonly method: string },
  right: { readonly path: string; readonly method: string },
): number {
  return compareText(left.path, right.path) || compareText(left.method, right.method);
}
