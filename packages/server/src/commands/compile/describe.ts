import { reportOf, type Catalogue, type Finding, type Rejection } from '@latchkey/tools';
import { stringify } from 'yaml';

const SUSPECTS_SHOWN = 10;

/** A catalogue in a few lines, for a person who decides whether to publish it. */
export function describeCatalogue(catalogue: Catalogue): string {
  const { operations, tools, skipped, warnings, bytes, tokens, mode, largestTool } = reportOf(catalogue);
  const lines = [
    catalogue.title,
    `  operations   ${count(operations)}`,
    `  tools        ${count(tools.read + tools.full)} (read ${count(tools.read)}, full ${count(tools.full)})`,
    `  skipped      ${count(catalogue.skipped.length)}${byCode(skipped)}`,
    `  repairs      ${count(catalogue.warnings.length)}${byCode(warnings)}`,
    `  size         ${count(bytes)} bytes, about ${count(tokens)} tokens`,
    `  offered      ${mode === 'full' ? 'in full' : 'by search'}`,
  ];
  if (largestTool) lines.push(`  largest tool ${largestTool.name}, ${count(largestTool.bytes)} bytes`);
  lines.push(`  hash         ${catalogue.hash}`);
  return `${lines.join('\n')}\n`;
}

/** Everything that was left out or changed, a line each. */
export function describeReport({ skipped, warnings }: Catalogue): string {
  const lines = [
    ...skipped.map(
      ({ code, method, path, pointer, message }) => `skip ${code} ${method} ${path}: ${message} (${pointer})`,
    ),
    ...warnings.map(
      ({ code, tool, pointer, message }) =>
        `repair ${code}${tool === undefined ? '' : ` ${tool}`}: ${message} (${pointer})`,
    ),
  ];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

/** Texts that seem to speak to a model: shown also to who did not ask for a report. */
export function describeSuspects({ warnings }: Catalogue): string {
  const texts = warnings.filter(({ code }) => code === 'TEXT_SUSPECT');
  const lines = texts.slice(0, SUSPECTS_SHOWN).map(({ message, pointer }) => `  ${message} (${pointer})`);
  if (texts.length > lines.length) lines.push(`  and ${count(texts.length - lines.length)} more: --report`);
  return lines.length === 0 ? '' : `\nTEXT_SUSPECT\n${lines.join('\n')}\n`;
}

/** What a person should decide, and the overlay that decides it as suggested, ready for `--overlay`. */
export function describeSuggestions(catalogue: Catalogue): string {
  const { suggestions } = reportOf(catalogue);
  if (suggestions.length === 0) return '';
  const lines = suggestions.map(
    ({ access, message, method, path, tool }) => `suggest ${access} ${tool} (${method} ${path}): ${message}`,
  );
  const overlay = stringify(
    {
      overlay: '1.0.0',
      info: { title: `Access to ${catalogue.title}`, version: '1' },
      actions: suggestions.map((suggestion) => suggestion.overlay),
    },
    { lineWidth: 0 },
  );
  return `\n${lines.join('\n')}\n\nAn overlay that does all of that; keep what is right:\n\n${overlay}`;
}

export function describeFindings(profile: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `\n${profile}: takes every tool.\n`;
  const lines = findings.map(
    ({ severity, rule, tool, message }) =>
      `${profile} ${severity} ${rule}${tool === undefined ? '' : ` ${tool}`}: ${message}`,
  );
  return `\n${lines.join('\n')}\n`;
}

export function describeRejection({ code, message, line, column, hint }: Rejection): string {
  const where = line === undefined ? '' : ` Line ${line}${column === undefined ? '' : `, column ${column}`}.`;
  return `${code}: ${message}${where}${hint === undefined ? '' : ` ${hint}`}`;
}

function byCode(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([code, number]) => `${code} ${count(number)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
