import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { at, isRecord, textAt, type Json } from './json.ts';

/** Parsed once, as people get it. */
export const document: Json = parse(
  readFileSync(new URL('../../../src/demo/reelport/openapi.yaml', import.meta.url), 'utf8'),
);

export interface Operation {
  id: string;
  method: string;
  path: string;
  definition: Json;
}

export const operations: Operation[] = Object.entries(recordOf(at(document, 'paths'))).flatMap(
  ([path, item]) =>
    Object.entries(recordOf(item)).map(([method, definition]) => ({
      id: textAt(definition, 'operationId'),
      method: method.toUpperCase(),
      path,
      definition,
    })),
);

export function operationOf(id: string): Operation {
  const operation = operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`the document has no operation ${id}`);
  return operation;
}

/** The statuses that the document names for an operation, `default` left out. */
export function statusesOf(operation: Operation): number[] {
  return Object.keys(recordOf(at(operation.definition, 'responses')))
    .filter((status) => status !== 'default')
    .map(Number);
}

/** What the document says about one answer, with references followed. */
export function responseOf(operation: Operation, status: number): Json {
  return deref(at(operation.definition, 'responses', String(status)));
}

export function deref(value: Json): Json {
  if (!isRecord(value) || typeof value['$ref'] !== 'string') return value;
  return deref(at(document, ...value['$ref'].slice(2).split('/')));
}

export function recordOf(value: Json): { [name: string]: Json } {
  if (!isRecord(value)) throw new Error('an object was expected');
  return value;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(closed(document), 'document', false, false);

/** The faults of a value under a schema of the document; a field that the schema does not name is a fault. */
export function faultsOf(schema: Json, value: Json): string[] {
  const pointed = JSON.stringify(schema).replaceAll('"#/', '"document#/');
  const validate = ajv.compile(recordOf(JSON.parse(pointed)));
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** The document leaves its answers open to new fields, as is usual; here every object is closed. */
function closed(value: Json): { [name: string]: Json } {
  return recordOf(
    JSON.parse(JSON.stringify(value), (_name, node: Json) =>
      isRecord(node) && node['type'] === 'object' && isRecord(node['properties'])
        ? { ...node, additionalProperties: false }
        : node,
    ),
  );
}
