import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Catalogue, Tool } from '../src/index.ts';
import { lintTools, listed, RESERVED_NAMES } from '../src/index.ts';

const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/** What holds for every catalogue, whatever the document. The lists of offenders must be empty. */
export function expectSound(catalogue: Catalogue): void {
  const { tools } = catalogue;
  const offenders = (test: (tool: Tool) => boolean): string[] => tools.filter(test).map(({ name }) => name);
  const names = tools.map(({ name }) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  expect(
    offenders(({ name }) => !/^[a-z][a-z0-9_]{0,47}$/.test(name) || RESERVED_NAMES.includes(name)),
  ).toEqual([]);
  expect(offenders(({ title }) => title === '' || title.length > 60)).toEqual([]);
  expect(offenders(({ description }) => description === '' || description.length > 1_000)).toEqual([]);
  expect(offenders(hasBadKeys)).toEqual([]);
  expect(offenders(hasBadRoot)).toEqual([]);
  expect(offenders((tool) => Buffer.byteLength(JSON.stringify(listed(tool))) > 16 * 1024)).toEqual([]);
  expect(offenders(hasBadHints)).toEqual([]);
  expect(offenders((tool) => hasReferences(tool.inputSchema))).toEqual([]);
  expect(offenders(hasUnboundArguments)).toEqual([]);
  for (const profile of ['anthropic', 'openai', 'cursor', 'copilot'] as const) {
    const refusals = lintTools(tools.map(listed), profile).filter(({ severity }) => severity === 'error');
    // How many tools there are is for the mode to care about.
    expect(refusals.filter(({ rule }) => rule !== 'too-many-tools')).toEqual([]);
  }
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  expect(offenders((tool) => !compiles(ajv, tool))).toEqual([]);
  expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
}

function hasBadKeys({ inputSchema }: Tool): boolean {
  const keys = Object.keys(inputSchema.properties);
  return (
    keys.some((key) => !KEY.test(key)) || new Set(keys.map((key) => key.toLowerCase())).size !== keys.length
  );
}

function hasBadRoot({ inputSchema }: Tool): boolean {
  const allowed = ['type', 'properties', 'required', 'additionalProperties'];
  const { type, properties, required = [], additionalProperties } = inputSchema;
  return (
    type !== 'object' ||
    additionalProperties !== false ||
    Object.keys(inputSchema).some((key) => !allowed.includes(key)) ||
    required.some((key) => !Object.hasOwn(properties, key))
  );
}

function hasBadHints({ access, annotations, title }: Tool): boolean {
  const { readOnlyHint, destructiveHint } = annotations;
  return (
    annotations.title !== title ||
    (readOnlyHint === true) === (destructiveHint === true) ||
    (access === 'read') !== (readOnlyHint === true)
  );
}

/** A keyword that begins with `$`. A property may: Kubernetes has one that is called `$ref`. */
function hasReferences(schema: unknown, names = false): boolean {
  if (Array.isArray(schema)) return schema.some((item) => hasReferences(item));
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(([key, value]) => {
    if (!names && key.startsWith('$')) return true;
    if (!names && ['enum', 'const', 'default'].includes(key)) return false;
    return hasReferences(value, !names && ['properties', 'patternProperties'].includes(key));
  });
}

function hasUnboundArguments({ inputSchema, binding }: Tool): boolean {
  const layout = binding.body?.layout;
  const body =
    layout === undefined
      ? []
      : 'argument' in layout
        ? [layout.argument]
        : layout.fields.map((field) => field.argument);
  const bound = [...binding.parameters.map(({ argument }) => argument), ...body].sort();
  return JSON.stringify(bound) !== JSON.stringify(Object.keys(inputSchema.properties).sort());
}

function compiles(ajv: Ajv2020, { inputSchema }: Tool): boolean {
  try {
    ajv.compile(inputSchema);
    return true;
  } catch {
    return false;
  }
}
