import { RESERVED_NAMES } from '../catalogue/name.ts';

interface Named {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly tool: { readonly aliases?: readonly string[] };
}

/** Finds a tool by its name, or by one that it had lately. */
export function findByName<T extends Named>(tools: readonly T[]): (name: string) => T | undefined {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const byFormerName = formerNames(tools, byName);
  return (name) => byName.get(name) ?? byFormerName.get(name);
}

/** A former name never hides a tool that has the name now, and one that several had means none of them. */
function formerNames<T extends Named>(
  tools: readonly T[],
  byName: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  const ambiguous = new Set<string>();
  for (const tool of tools) {
    for (const name of tool.aliases ?? tool.tool.aliases ?? []) {
      if (byName.has(name) || RESERVED_NAMES.includes(name)) continue;
      if (found.has(name) && found.get(name) !== tool) ambiguous.add(name);
      found.set(name, tool);
    }
  }
  for (const name of ambiguous) found.delete(name);
  return found;
}
