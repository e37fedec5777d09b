import type { JsonSchema } from '../json.ts';
import { isBinaryType } from './media-type.ts';
import type { Place } from './resolve.ts';
import type { Budget, Schemas } from './schema.ts';
import type { View } from './view.ts';

const HOW = 'A file: an https `url`, or base64 `data` with a `name`.';

/** How a caller gives a file: by an address, or as base64 with a name and a type. */
export function fileSchema(description: string | undefined, headers: Record<string, JsonSchema>): JsonSchema {
  const text: JsonSchema = { type: 'string' };
  return {
    type: 'object',
    description: description === undefined || description === '' ? HOW : `${description} ${HOW}`,
    properties: {
      url: text,
      data: text,
      name: text,
      mimeType: text,
      ...(Object.keys(headers).length > 0
        ? { headers: { type: 'object', properties: headers, additionalProperties: false } }
        : {}),
    },
    additionalProperties: false,
  };
}

/** Whether a field of a multipart body is a file, or a list of them. `contentType` is what its encoding says. */
export function filesIn(
  places: readonly Place[],
  contentType: string | undefined,
  schemas: Schemas,
  budget: Budget,
): 'one' | 'many' | undefined {
  const view = schemas.view(places, budget);
  if (isFile(view, contentType)) return 'one';
  if (view.items && isFile(schemas.view(view.items, budget), contentType)) return 'many';
  // A file or a list of files, as some upload endpoints take it: a list covers both.
  const kinds = view.unions.flatMap(({ branches }) =>
    branches.map(({ place }) => {
      const branch = schemas.view([place], budget);
      if (branch.bytes === 'raw') return 'one';
      return branch.items && schemas.view(branch.items, budget).bytes === 'raw' ? 'many' : undefined;
    }),
  );
  return kinds.includes('many') ? 'many' : kinds.includes('one') ? 'one' : undefined;
}

function isFile(view: View, contentType: string | undefined): boolean {
  if (view.bytes !== undefined) return view.bytes === 'raw';
  const open = view.types === undefined || view.types.includes('string');
  const plain = !view.literals && view.properties.size === 0 && view.unions.length === 0;
  return open && plain && contentType !== undefined && contentType.split(',').every(isBinaryType);
}
