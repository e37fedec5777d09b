import type { CompileOptions, Rejection } from '../catalogue/types.ts';
import { isObject, ownText } from '../json.ts';
import { applyOverlay } from '../overlay/apply-overlay.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { createAnswerReader } from './answer.ts';
import { readBody } from './body.ts';
import { readDeclared } from './declared.ts';
import type { ApiDocument, ApiOperation, OperationFault, OperationHead } from './ir.ts';
import { LIMITS } from './limits.ts';
import { load } from './load.ts';
import type { Notes } from './notes.ts';
import { findOperations } from './operations.ts';
import type { FoundOperation } from './operations.ts';
import { readParameters } from './parameters.ts';
import { docsUrlOf, readUrl } from './docs-url.ts';
import { createResolver } from './resolve.ts';
import { createSchemas, newBudget } from './schema.ts';
import { createSecurityReader } from './security.ts';
import { chooseServer, readServers } from './servers.ts';
import { readSwaggerBody } from './swagger-body.ts';
import { swaggerServers } from './swagger.ts';
import { plainText } from './text.ts';
import { readVersion } from './version.ts';

/** From bytes to what the catalogue is compiled from. Whatever the content is, it does not throw. */
export function readDocument(
  source: string | Uint8Array,
  options: CompileOptions,
  notes: Notes,
): Result<ApiDocument, Rejection> {
  const loaded = load(source);
  if (!loaded.ok) return loaded;
  const overlaid = overlaysOf(options).reduce<Result<unknown, Rejection>>(
    (before, overlay) => (before.ok ? applyOverlay(before.value, overlay, notes) : before),
    loaded,
  );
  if (!overlaid.ok) return overlaid;
  const versioned = readVersion(overlaid.value);
  if (!versioned.ok) return versioned;
  const resolver = createResolver(versioned.value.root, versioned.value.dialect);
  const { found, skipped } = findOperations(resolver, notes);
  if (found.length + skipped.length > LIMITS.operationsScanned) {
    return fail({
      code: 'TOO_LARGE',
      message: `The document has ${found.length + skipped.length} operations; at most ${LIMITS.operationsScanned} are read.`,
    });
  }
  const schemas = createSchemas(resolver, notes);
  const security = createSecurityReader(resolver, options, notes);
  const servers =
    resolver.dialect === '2.0'
      ? swaggerServers(resolver, notes)
      : (readServers(resolver.root, resolver, notes) ?? []);
  const readAnswer = createAnswerReader(resolver);
  const byHead = new Map<OperationHead, FoundOperation>(found.map((one) => [one.head, one]));

  const read = (head: OperationHead): Result<ApiOperation, OperationFault> => {
    try {
      return readOperation(head);
    } catch (thrown) {
      // Values that are nested by the thousand end the stack where they are compared.
      if (!(thrown instanceof RangeError)) throw thrown;
      const message = 'The operation is nested too deeply to be read.';
      return fail({ code: 'TOO_LARGE', pointer: head.pointer, message });
    }
  };

  const readOperation = (head: OperationHead): Result<ApiOperation, OperationFault> => {
    const one = byHead.get(head);
    if (!one) throw new Error('This operation is not of this document.');
    const owners = [one.operation, ...one.pathItems];
    const server = chooseServer(owners, resolver, servers, options.serverHosts ?? [], notes);
    if (!server.ok) return server;
    const chosen = security.choose(one.operation);
    if (!chosen.ok) return chosen;
    const budget = newBudget(options.refs);
    const declared = readDeclared(owners, schemas);
    if (!declared.ok) return declared;
    const hidden = security.credentialParameters;
    const read = readParameters(head.path, head.pointer, declared.value, schemas, budget, hidden);
    if (!read.ok) return read;
    const body =
      resolver.dialect === '2.0'
        ? readSwaggerBody(head.method, one.operation, declared.value, schemas, budget)
        : readBody(head.method, one.operation, schemas, budget);
    if (!body.ok) return body;
    return ok({
      ...read.value,
      ...chosen.value,
      ...(body.value === undefined ? {} : { body: body.value }),
      ...(budget.definitions === undefined ? {} : { definitions: budget.definitions.schemas }),
      ...(server.value === undefined ? {} : { baseUrl: server.value }),
    });
  };

  const info = resolver.step(resolver.root, 'info');
  if (info && !isObject(info.node)) {
    notes.warn('VALUE_IGNORED', info.at, 'The info is an object; this value was ignored.');
  }
  const about = (key: string, max: number): string => {
    const text = info && isObject(info.node) ? ownText(info.node, key) : undefined;
    return text === undefined ? '' : plainText(text, max, `/info/${key}`, notes);
  };
  const description = about('description', LIMITS.toolDescriptionCharacters);
  const docsUrl = (options.docsUrl && readUrl(options.docsUrl)) ?? docsUrlOf(resolver);
  return ok({
    title: about('title', 120) || 'API',
    ...(description === '' ? {} : { description }),
    ...(docsUrl === undefined ? {} : { docsUrl }),
    servers,
    security: security.schemes,
    heads: found.map(({ head }) => head),
    skipped,
    read,
    readAnswer(head) {
      const one = byHead.get(head);
      return one && readAnswer(one.operation);
    },
  });
}

function overlaysOf({ overlay = [] }: CompileOptions): readonly (string | Uint8Array)[] {
  return typeof overlay === 'string' || overlay instanceof Uint8Array ? [overlay] : overlay;
}
