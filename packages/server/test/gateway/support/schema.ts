import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

const compiled = new Map<string, ValidateFunction>();

/** The validator of one definition in the schema that the MCP project publishes for a revision. */
function validatorOf(revision: string, definition: string): ValidateFunction {
  const name = `${revision} ${definition}`;
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const file = new URL(`../../fixtures/mcp-schema/${revision}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  const draft07 = schema.definitions !== undefined;
  const ajv = draft07 ? new Ajv({ strict: false }) : new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(schema, 'mcp');
  const validate = ajv.compile({ $ref: `mcp#/${draft07 ? 'definitions' : '$defs'}/${definition}` });
  compiled.set(name, validate);
  return validate;
}

export function expectValid(revision: string, definition: string, value: unknown): void {
  const validate = validatorOf(revision, definition);
  expect(
    validate(value) ? [] : validate.errors,
    `${definition} of ${revision}: ${JSON.stringify(value)}`,
  ).toEqual([]);
}

/** Fields of an object that the revision's definition does not know: some clients refuse the whole object for one. */
export function unknownFields(revision: string, definition: string, value: object): string[] {
  const file = new URL(`../../fixtures/mcp-schema/${revision}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  const known = (schema.definitions ?? schema.$defs)[definition].properties;
  return Object.keys(value).filter((field) => !Object.hasOwn(known, field));
}
