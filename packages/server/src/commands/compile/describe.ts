import { reportOf, type Catalogue, type Finding, type Rejection } from '@latchkey/tools';

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
