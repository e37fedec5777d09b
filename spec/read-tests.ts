import { parseAstAsync } from 'vitest/node';

/** A test as its source has it. */
export interface WrittenTest {
  /** The titles of the groups around it, the outermost first, and its own. Undefined: not written as a text. */
  readonly titles: readonly (string | undefined)[];
  /** Why it might not run; undefined: it runs. */
  readonly hindrance: string | undefined;
}

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

interface Callee {
  readonly kind: 'test' | 'group';
  readonly modifiers: readonly string[];
}

const KINDS: ReadonlyMap<string, Callee['kind']> = new Map([
  ['test', 'test'],
  ['it', 'test'],
  ['describe', 'group'],
  ['suite', 'group'],
]);
/** With these a test is not run, or its failure does not count, or only under some condition. */
const HINDRANCES = ['skip', 'todo', 'fails', 'skipIf', 'runIf'];

/** The tests that a file of TypeScript declares. Those that a helper declares from elsewhere are not among them. */
export async function readTests(source: string): Promise<WrittenTest[]> {
  const program: unknown = await parseAstAsync(source, { lang: 'ts' });
  const found: WrittenTest[] = [];
  visit(program, [], undefined);
  return found;

  function visit(
    node: unknown,
    groups: readonly (string | undefined)[],
    hindrance: string | undefined,
  ): void {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, groups, hindrance);
      return;
    }
    if (!isNode(node)) return;
    const declared = node.type === 'CallExpression' ? readCallee(node['callee']) : undefined;
    if (declared === undefined) {
      for (const member of Object.values(node)) visit(member, groups, hindrance);
      return;
    }
    const given = Array.isArray(node['arguments']) ? (node['arguments'] as unknown[]) : [];
    const titles = [...groups, textOf(given[0])];
    const here = hindrance ?? hindranceOf(declared, given);
    if (declared.kind === 'group') visit(given.slice(1), titles, here);
    else found.push({ titles, hindrance: here });
  }
}

/** What `test.each(…)` or `describe.skip` declares; undefined: something else is called. */
function readCallee(callee: unknown): Callee | undefined {
  const modifiers: string[] = [];
  let inner = callee;
  for (;;) {
    if (!isNode(inner)) return undefined;
    if (inner.type === 'Identifier') break;
    if (inner.type === 'CallExpression') inner = inner['callee'];
    else if (inner.type === 'TaggedTemplateExpression') inner = inner['tag'];
    else if (inner.type === 'MemberExpression') {
      const { property } = inner;
      if (!isNode(property) || typeof property['name'] !== 'string') return undefined;
      modifiers.push(property['name']);
      inner = inner['object'];
    } else return undefined;
  }
  const kind = KINDS.get(String(inner['name']));
  // `test.each([…])` alone declares nothing yet: it is called with the title.
  const isTableOnly = isNode(callee) && callee.type === 'MemberExpression' && takesTable(modifiers[0]);
  return kind === undefined || isTableOnly ? undefined : { kind, modifiers };
}

const takesTable = (modifier: string | undefined): boolean =>
  ['each', 'for', 'skipIf', 'runIf', 'extend', 'beforeEach', 'afterEach'].includes(modifier ?? '');

function hindranceOf({ kind, modifiers }: Callee, given: readonly unknown[]): string | undefined {
  const named = modifiers.find((modifier) => HINDRANCES.includes(modifier)) ?? optionOf(given);
  if (named !== undefined) return named;
  const isBodiless = kind === 'test' && !given.some(isFunction);
  return isBodiless ? 'todo' : undefined;
}

function optionOf(given: readonly unknown[]): string | undefined {
  for (const options of given.filter(isNode)) {
    if (options.type !== 'ObjectExpression' || !Array.isArray(options['properties'])) continue;
    for (const property of options['properties'].filter(isNode)) {
      const name = isNode(property['key']) ? property['key']['name'] : undefined;
      if (typeof name === 'string' && HINDRANCES.includes(name)) return name;
    }
  }
  return undefined;
}

function isFunction(node: unknown): boolean {
  return isNode(node) && /^(ArrowFunction|Function)Expression$|^Identifier$/.test(node.type);
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = Array.isArray(node['quasis']) ? node['quasis'].filter(isNode) : [];
  const [only, ...more] = quasis;
  const value = only?.['value'];
  if (more.length > 0 || typeof value !== 'object' || value === null || !('cooked' in value))
    return undefined;
  return typeof value.cooked === 'string' ? value.cooked : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
