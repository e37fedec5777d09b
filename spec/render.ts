import { ATTACKS } from './attacks.ts';
import { DEPARTURES } from './departures.ts';
import { NOT_OFFERED } from './not-offered.ts';
import { HOUSE_RULES } from './house-rules.ts';
import type { Claim, Requirement, Standard, TestRef } from './requirement.ts';
import { STANDARDS } from './requirements.ts';

/** The other lists, in the order of the page. */
export const LISTS: readonly { title: string; about: string; claims: readonly Claim[] }[] = [
  {
    title: 'Not offered',
    about: 'What these and neighbouring standards describe and Latchkey does not have.',
    claims: NOT_OFFERED,
  },
  {
    title: 'Departures',
    about: 'Where a standard says one thing and Latchkey knowingly does another.',
    claims: DEPARTURES,
  },
  {
    title: 'Rules of the house',
    about: 'What Latchkey holds itself to, endpoint by endpoint. The titles of tests point here.',
    claims: HOUSE_RULES,
  },
  {
    title: 'Attacks',
    about: 'What other servers of this kind have fallen to, and what must happen here.',
    claims: ATTACKS,
  },
];

/** `docs/standards.md`. The same claims make the same page. */
export function renderPage(): string {
  const lines = [
    '# Standards',
    '',
    'What Latchkey claims of each standard, in its own words, and the tests that show it. Generated from `spec/` by `npm run spec -- --write`; a test fails when a claim names no test that is there and runs, or when this page is not what the command would write.',
    '',
    ...STANDARDS.map(({ id, requirements }) => `- ${id}: ${requirements.length} requirements`),
    ...LISTS.map(({ title, claims }) => `- ${title}: ${claims.length}`),
    '',
  ];
  for (const standard of STANDARDS) lines.push(...pageOf(standard));
  for (const { title, about, claims } of LISTS) {
    lines.push(`## ${title}`, '', about, '', ...claims.flatMap((each) => itemOf(each, `\`${each.id}\``)), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function pageOf({ title, url, requirements }: Standard): string[] {
  const sections = new Map<string, string[]>();
  for (const each of bySection(requirements)) {
    const items = sections.get(each.section) ?? [];
    items.push(...itemOf(each, `${each.level} \`${each.id}\``));
    sections.set(each.section, items);
  }
  const lines = [`## ${title}`, '', `<${url}>`, ''];
  for (const [section, items] of sections) lines.push(`### ${section}`, '', ...items, '');
  return lines;
}

function itemOf({ sentence, tests }: Claim, label: string): string[] {
  return [`- ${label}: ${sentence}`, ...tests.map((test) => `  - ${linkOf(test)}: \`${test.name}\``)];
}

function linkOf({ file }: TestRef): string {
  return `[${file.split('/').at(-1)}](../${file})`;
}

/** For the terminal: id, section, sentence, and the tests below. */
export function renderTable(): string {
  const blocks = [
    ...STANDARDS.map(({ title, requirements }) => ({ title, claims: bySection(requirements) })),
    ...LISTS,
  ];
  return blocks.map(({ title, claims }) => [title, ...claims.map(rowOf), ''].join('\n')).join('\n');
}

function rowOf(claimed: Claim & Partial<Requirement>): string {
  const { id, section, level, sentence, tests } = claimed;
  const head = [id, section, level].filter((part) => part !== undefined).join('  ');
  return [`  ${head}`, `      ${sentence}`, ...tests.map(({ file, name }) => `      ${file}: ${name}`)].join(
    '\n',
  );
}

/** Sections that have numbers in their order; headings as they are written. */
function bySection(requirements: readonly Requirement[]): Requirement[] {
  const numbers = (section: string): number[] => section.split('.').map(Number);
  if (requirements.some(({ section }) => numbers(section).some(Number.isNaN))) return [...requirements];
  return requirements.toSorted((a, b) => compare(numbers(a.section), numbers(b.section)));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? -1) - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
