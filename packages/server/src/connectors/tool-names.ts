import { createHash } from 'node:crypto';
import { RESERVED_NAMES } from '@latchkey/tools';

/** A tool before it is known under which name the organisation sees it. */
export interface NamedTool {
  readonly connector: string;
  readonly name: string;
}

const NAME_CHARACTERS_MAX = 64;
const SPELLINGS_MAX = 4;

/**
 * Names that are unique within an organisation, ignoring case: a tool's own name, `<connector>_<name>` where two
 * connectors have the same, and a hash at the end where even that is taken or too long. All tools that clash are
 * renamed, so that no name depends on an order. The names of our own tools are taken.
 */
export function uniqueNames(tools: readonly NamedTool[]): string[] {
  const attempts = tools.map(() => 0);
  let names = tools.map((tool) => spelling(tool, 0));
  for (let clashing = clashes(names); clashing.length > 0; clashing = clashes(names)) {
    const raised = clashing.filter((index) => (attempts[index] ?? 0) < SPELLINGS_MAX - 1);
    if (raised.length === 0) throw new Error('two tools of one connector have the same name');
    for (const index of raised) attempts[index] = (attempts[index] ?? 0) + 1;
    names = tools.map((tool, index) => spelling(tool, attempts[index] ?? 0));
  }
  return names;
}

/** A tool's name with the connector that it is of. */
export function prefixed(connector: string, name: string): string {
  return `${connector.replaceAll('-', '_')}_${name}`;
}

function spelling({ connector, name }: NamedTool, attempt: number): string {
  if (attempt === 0) return name;
  const withConnector = prefixed(connector, name);
  if (attempt === 1 && withConnector.length <= NAME_CHARACTERS_MAX) return withConnector;
  const digest = createHash('sha256').update(`${connector} ${name}`).digest('hex');
  const suffix = `_${digest.slice(0, attempt <= 2 ? 6 : 32)}`;
  return withConnector.slice(0, NAME_CHARACTERS_MAX - suffix.length) + suffix;
}

/** The places of all names that another one equals. */
function clashes(names: readonly string[]): number[] {
  const places = new Map<string, number[]>();
  names.forEach((name, index) => {
    const key = name.toLowerCase();
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  });
  return [...places]
    .filter(([name, group]) => group.length > 1 || RESERVED_NAMES.includes(name))
    .flatMap(([, group]) => group);
}
