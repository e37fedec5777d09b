import type { Listed } from '../../catalogue/listed.ts';
import type { ObjectSchema } from '../../catalogue/types.ts';
import { isObject } from '../../json.ts';
import { createNotes } from '../../openapi/notes.ts';
import { plainText } from '../../openapi/text.ts';
import type { CatalogueSnapshot } from '../../stdio/snapshot.ts';
import type { ListingInput, ListingItem } from './listing.ts';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const NAMED_MAX = 5;
const DESCRIPTION_MIN = 10;
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const MONEY =
  /\b(?:payouts?|wire|remit(?:tance)?|transfer (?:money|funds)|(?:send|withdraw) (?:money|funds)|trade|crypto)\b/i;

interface ToolRule {
  readonly id: string;
  readonly title: string;
  readonly isBroken: (tool: Listed) => boolean;
  readonly seen: string;
  readonly give: string;
}

const RULES: readonly ToolRule[] = [
  {
    id: 'tool-titles',
    title: 'Every tool has a title',
    isBroken: ({ title }) => title.trim() === '',
    seen: 'without a title',
    give: 'give the operation a summary, in the document or in an overlay',
  },
  {
    id: 'tool-hints',
    title: 'Every tool says that it only reads, or that it may destroy',
    isBroken: ({ annotations: { destructiveHint, readOnlyHint } }) =>
      (readOnlyHint === true) === (destructiveHint === true),
    seen: 'with neither readOnlyHint nor destructiveHint true',
    give: 'take it out of "additive", or say its access by x-mcp',
  },
  {
    id: 'tool-names',
    title: 'Every name has at most 64 letters, digits, _ and -',
    isBroken: ({ name }) => !NAME.test(name),
    seen: 'with another name',
    give: 'give the operation another name by x-mcp',
  },
  {
    id: 'tool-descriptions',
    title: 'Every tool says what it does',
    isBroken: ({ description }) => description.trim().length < DESCRIPTION_MIN,
    seen: 'with no description to speak of',
    give: 'describe the operation, in the document or in an overlay',
  },
  {
    id: 'read-write-split',
    title: 'No tool both reads and writes',
    isBroken: ({ inputSchema }) =>
      Object.values(inputSchema.properties).some((schema) => choosesMethod(schema)),
    seen: 'that take the HTTP method as an argument',
    give: 'leave the operation out, or offer one for each method',
  },
];

/** What a directory asks of the tools. */
export function judgeTools({ snapshot, tools }: ListingInput): ListingItem[] {
  return [
    tools.length === 0
      ? missing(
          'tools',
          'There are tools',
          'no operation became a tool',
          'latchkey compile --report says why',
        )
      : met('tools', 'There are tools', `${tools.length} with full access`),
    ...RULES.map(({ give, id, isBroken, seen, title }) => {
      const broken = tools.filter(isBroken).map(({ name }) => name);
      return broken.length === 0
        ? met(id, title, `all ${tools.length}`)
        : missing(id, title, `${broken.length} ${seen}: ${some(broken)}`, give);
    }),
    instructions(snapshot),
    searched(snapshot),
    money(tools),
  ];
}

function choosesMethod(schema: unknown): boolean {
  const values: unknown = isObject(schema) ? schema['enum'] : undefined;
  return (
    Array.isArray(values) &&
    values.length >= 2 &&
    values.every((value) => typeof value === 'string' && METHODS.has(value.toUpperCase()))
  );
}

/** Of every tool, found by search or listed: the compiler's own judgement of texts. */
function instructions({ tools }: CatalogueSnapshot): ListingItem {
  const title = 'No text speaks to the model instead of describing';
  const notes = createNotes();
  for (const { name, tool } of tools) {
    for (const text of [tool.title, tool.description, ...argumentTexts(tool.inputSchema)]) {
      plainText(text, text.length, name, notes);
    }
  }
  const suspects = notes.list().flatMap(({ code, pointer }) => (code === 'TEXT_SUSPECT' ? [pointer] : []));
  return suspects.length === 0
    ? met('no-instructions', title, 'none that looks like it')
    : missing(
        'no-instructions',
        title,
        `in ${some([...new Set(suspects)])}`,
        'change the text, in the document or in an overlay',
      );
}

function argumentTexts({ properties }: ObjectSchema): string[] {
  return Object.values(properties).flatMap((schema: unknown) => {
    const text = isObject(schema) ? schema['description'] : undefined;
    return typeof text === 'string' ? [text] : [];
  });
}

/** A tool that calls others by name has to say which API that is, and where it is explained. */
function searched({ apis, mode }: CatalogueSnapshot): ListingItem {
  const title = 'A tool that calls others names and links the API';
  if (mode === 'full') return met('api-linked', title, 'every operation is a tool of its own');
  const urls = apis.flatMap(({ docsUrl }) => (docsUrl === undefined ? [] : [docsUrl]));
  return urls.length < apis.length
    ? missing(
        'api-linked',
        title,
        'the tools are offered by search, and the API is linked nowhere',
        'externalDocs in the document, or docs_url in --options',
      )
    : met('api-linked', title, some(urls));
}

function money(tools: readonly Listed[]): ListingItem {
  const found = tools.filter(({ description, title }) => MONEY.test(`${title} ${description}`));
  return {
    id: 'no-money',
    weight: 'person',
    title: 'Nothing moves money, or trades for anybody',
    state: 'look',
    seen: found.length === 0 ? 'no word of it' : `words of it in ${some(found.map(({ name }) => name))}`,
    give: 'leave such operations out: "exclude" in --options',
  };
}

function met(id: string, title: string, seen: string): ListingItem {
  return { id, weight: 'required', title, state: 'met', seen };
}

function missing(id: string, title: string, seen: string, give: string): ListingItem {
  return { id, weight: 'required', title, state: 'missing', seen, give };
}

function some(names: readonly string[]): string {
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return names.slice(0, NAMED_MAX).join(', ') + more;
}
