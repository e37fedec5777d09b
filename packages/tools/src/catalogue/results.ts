import { SELECT_ARGUMENT, SELECT_SCHEMA } from '../call/select-argument.ts';
import type { JsonSchema } from '../json.ts';
import type { Layout } from './layout.ts';
import { outputOf } from './output.ts';
import { pagingOf } from './paging.ts';
import type { CompileOptions, InputSchema, Tool } from './types.ts';

/** Searches are often POST; what else changes something has an answer, not pages. */
const PAGED = new Set(['GET', 'QUERY', 'POST']);

/** What a tool knows of its results. The answer's shape is read only where something depends on it. */
export function resultsOf(
  { body, inputSchema, parameters }: Layout,
  method: string,
  readAnswer: () => JsonSchema | undefined,
  { outputSchemas, select }: CompileOptions,
): Pick<Tool, 'pagination' | 'outputSchema' | 'selectable'> {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const inBody = body && 'fields' in body.layout ? body.layout.fields : [];
  const named = [...inQuery, ...inBody];
  const isPaged = PAGED.has(method) && named.length > 0;
  const shape = outputSchemas || isPaged ? readAnswer() : undefined;
  const pagination = isPaged ? pagingOf(named, inputSchema, shape) : undefined;
  const outputSchema = outputSchemas && shape ? outputOf(shape) : undefined;
  const taken = Object.keys(inputSchema.properties).some((key) => key.toLowerCase() === SELECT_ARGUMENT);
  return {
    ...(pagination === undefined ? {} : { pagination }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(select && !taken ? { selectable: true } : {}),
  };
}

export function withSelect(schema: InputSchema): InputSchema {
  return { ...schema, properties: { ...schema.properties, [SELECT_ARGUMENT]: SELECT_SCHEMA } };
}
