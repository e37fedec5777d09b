import { isJsonObject, type JsonObject } from '../kernel/json.ts';

/** The argument by which a client says that its person has agreed. Nothing behind us sees it. */
export const CONFIRM_ARGUMENT = '_confirm';

/** The shortest that a client keeps of a description. */
const DESCRIPTION_CHARACTERS_MAX = 1_024;
const ASKS = 'Asks a person to agree before it does anything.';

const CONFIRM_SCHEMA = {
  type: 'string',
  description:
    'Leave it out at first. If the answer has the code confirmation_required, show its message to the person; only after they have agreed, call again with the same arguments and the confirmation_code here.',
} as const;

interface Shown {
  readonly description?: unknown;
  readonly inputSchema?: unknown;
}

/** A tool that needs a person's word, as clients are shown it: it says so, and takes what proves it. */
export function withConfirm<T extends Shown>(tool: T): T {
  const { description, inputSchema } = tool;
  const schema = isJsonObject(inputSchema) ? inputSchema : { type: 'object' };
  return {
    ...tool,
    description: describing(typeof description === 'string' ? description.trim() : ''),
    inputSchema: {
      ...schema,
      properties: { ...propertiesOf(inputSchema), [confirmArgumentOf(inputSchema)]: CONFIRM_SCHEMA },
    },
  };
}

/** What the argument is called for a tool with that schema, which may have one of the name itself. */
export function confirmArgumentOf(inputSchema: unknown): string {
  const taken = new Set(Object.keys(propertiesOf(inputSchema)).map((name) => name.toLowerCase()));
  let name = CONFIRM_ARGUMENT;
  for (let count = 2; taken.has(name); count += 1) name = `${CONFIRM_ARGUMENT}_${count}`;
  return name;
}

function describing(text: string): string {
  if (text === '') return ASKS;
  const room = DESCRIPTION_CHARACTERS_MAX - ASKS.length - 2;
  // Half of a surrogate pair is not a character.
  const kept = text.length <= room ? text : `${text.slice(0, room - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
  return `${kept}${/[.!?…:)]$/.test(kept) ? '' : '.'} ${ASKS}`;
}

function propertiesOf(schema: unknown): JsonObject {
  return isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {};
}
