import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
const LETTER = /\p{L}/u;

/** Attributes that people read or hear: those of HTML, and those of our own components. */
const READ = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'placeholder',
  'title',
  'acting',
  'caption',
  'data-label',
  'empty',
  'found',
  'heading',
  'keep',
  'label',
  'lead',
  'loading',
  'shown',
  'what',
]);

/** What is no word of any language. */
const NO_WORDS: Readonly<Record<string, string>> = {
  'https://': 'how an address begins',
};

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  return isNode(value) ? [value] : [];
}

/** The literal words that an expression may come to. */
function wordsOf(expression: unknown): string[] {
  if (!isNode(expression)) return [];
  switch (expression.type) {
    case 'JSXText':
    case 'Literal':
      return typeof expression['value'] === 'string' ? [expression['value'].trim()] : [];
    case 'TemplateElement':
      return wordsOf({ type: 'Literal', value: Reflect.get(Object(expression['value']), 'cooked') });
    case 'JSXExpressionContainer':
      return wordsOf(expression['expression']);
    case 'TemplateLiteral':
      return nodesIn(expression['quasis']).flatMap(wordsOf);
    case 'ConditionalExpression':
      return [...wordsOf(expression['consequent']), ...wordsOf(expression['alternate'])];
    case 'LogicalExpression':
    case 'BinaryExpression':
      return [...wordsOf(expression['left']), ...wordsOf(expression['right'])];
    default:
      return [];
  }
}

function isRead(attribute: Node): boolean {
  const { name } = attribute;
  return isNode(name) && name.type === 'JSXIdentifier' && READ.has(String(name['name']));
}

/** What a component says in words of its own, rather than in those that are kept under text/. */
function ownWords(source: string): string[] {
  const found: string[] = [];
  function walk(node: Node): void {
    if (node.type === 'JSXElement' || node.type === 'JSXFragment')
      found.push(...nodesIn(node['children']).flatMap(wordsOf));
    if (node.type === 'JSXAttribute' && isRead(node)) found.push(...wordsOf(node['value']));
    Object.values(node).flatMap(nodesIn).forEach(walk);
  }
  const { errors, program } = parseSync('component.tsx', source);
  if (errors.length > 0) throw new Error(errors[0]?.message);
  nodesIn(program).forEach(walk);
  return found.filter((words) => LETTER.test(words) && !(words in NO_WORDS));
}

test('components have no words of their own: all are kept in one place', () => {
  const components = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.tsx') && !path.startsWith('text/'),
  );
  expect(components.length).toBeGreaterThan(100);
  const found = components.flatMap((path) =>
    ownWords(readFileSync(SOURCE + path, 'utf8')).map((words) => `${path}: ${words}`),
  );
  expect(found).toEqual([]);
});

test('how something stands is its status, on every page', () => {
  const named = readdirSync(`${SOURCE}text`).filter((file) =>
    /'State'/.test(readFileSync(`${SOURCE}text/${file}`, 'utf8')),
  );
  expect(named.filter((file) => !file.endsWith('.test.ts'))).toEqual([]);
});

test.each<[string, string[]]>([
  ['<p>Nothing yet</p>', ['Nothing yet']],
  ['<>Nothing yet</>', ['Nothing yet']],
  ['<p>{"Nothing yet"}</p>', ['Nothing yet']],
  ['<p>{count === 1 ? "One" : "Many"}</p>', ['One', 'Many']],
  ['<p>{warning ?? "All is well"}</p>', ['All is well']],
  ['<p>{isOn && `It is ${state}`}</p>', ['It is']],
  ['<nav aria-label="Pages" />', ['Pages']],
  ['<input placeholder="Name" title="A name" />', ['Name', 'A name']],
  ['<img alt={isOn ? "On" : text.off} />', ['On']],
  ['<Dialog title={<b>Trust it?</b>} />', ['Trust it?']],
  ['<p className="quiet" data-state="on">{text.none} – {count}: {role === "owner" ? 1 : 2}</p>', []],
  ['<input placeholder="https://" />', []],
  ['<ul>{items.map((item) => <li key="x">{item}</li>)}</ul>', []],
])('%s says %j', (source, words) => {
  expect(ownWords(source)).toEqual(words);
});
