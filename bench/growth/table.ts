import { writeFile } from 'node:fs/promises';
import { isMissed, RATIO_MAX, type Measured } from './measured.ts';
import type { Sizes } from './sizes.ts';
import type { Whole } from './run.ts';

const FILE = new URL('../../docs/growth.md', import.meta.url);
const count = (number: number) => number.toLocaleString('en');

/** Writes docs/growth.md. */
export async function writeTable({
  machine,
  measured,
  postgres,
  share,
  sizes,
  whole,
}: {
  machine: string;
  measured: readonly Measured[];
  postgres: string;
  share: number;
  sizes: Sizes;
  whole: Whole | undefined;
}): Promise<void> {
  const lines = [
    '# What growth costs',
    '',
    `\`npm run bench:growth -- --write\` writes this page. It fills two databases, one with little and one with ${count(sizes.organisations)} organisations, ${count(sizes.keys)} keys made by hand, ${count(sizes.grants)} grants with a key and a refresh token each, ${count(sizes.auditRows)} audit rows and ${count(sizes.tools)} tools in one organisation, starts the built service on each, and asks both the same in turns. The organisation that is measured has as much of its own in both (1,000 keys, 1,000 connections), but for its audit rows: all 10,000 there, a tenth of all here.`,
    '',
    ...(share === 1 ? [] : [`**This run had ${share * 100} % of what is promised: it says nothing.**`, '']),
    `${machine}; PostgreSQL ${postgres}, embedded, at its default durability. CPU is that of the service and of all processes of its database, for one request; the ratio is the median of the rounds' ratios. It may be ${RATIO_MAX.toFixed(2)} at most, except where the last column says why it is shown all the same.`,
    '',
    '| what | CPU beside little, µs | beside much, µs | ratio | throughput | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...measured.map(
      (one) =>
        `| ${one.scene.name} | ${count(Math.round(one.small))} | ${count(Math.round(one.large))} | ${one.ratio.toFixed(2)} | ${one.throughput.toFixed(2)} | ${one.scene.shownOnly ?? (isMissed(one) ? '**missed**' : '')} |`,
    ),
    '',
    ...(whole === undefined ? [] : elseOf(whole)),
  ];
  await writeFile(FILE, `${lines.join('\n')}\n`);
}

function elseOf({ background, memory, startSeconds }: Whole): string[] {
  return [
    'What the service does by itself, when there is nothing new to do:',
    '',
    '| step | beside little, ms | beside much, ms |',
    '| --- | --- | --- |',
    ...Object.entries(background.large).map(
      ([name, ms]) => `| ${name} | ${background.small[name]?.toFixed(0) ?? ''} | ${ms.toFixed(0)} |`,
    ),
    '',
    `Memory beside much, at first and after each of three times that every organisation called: ${memory
      .map(
        ({ heap, resident }) =>
          `${Math.round(resident / 2 ** 20)} MB resident (heap ${Math.round(heap / 2 ** 20)} MB)`,
      )
      .join(', ')}.`,
    '',
    `From the start of \`latchkey serve\` to the first 200 of /readyz: ${startSeconds.map((seconds) => seconds.toFixed(2)).join(', ')} s.`,
  ];
}
