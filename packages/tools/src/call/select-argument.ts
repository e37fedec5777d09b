import type { JsonSchema } from '../json.ts';

/** The argument by which a caller asks for a part of the answer; the API never sees it. */
export const SELECT_ARGUMENT = '_select';

const PATHS_MAX = 30;
const PATH_CHARACTERS = 200;

export const SELECT_SCHEMA: JsonSchema = {
  type: 'array',
  items: { type: 'string', minLength: 1, maxLength: PATH_CHARACTERS },
  minItems: 1,
  maxItems: PATHS_MAX,
  description:
    'Keep only these parts of the answer: paths such as items.id (each item of a list) or JSON pointers.',
};
