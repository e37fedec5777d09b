import type { Family } from './registry.ts';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

export type Format = 'prometheus' | 'openmetrics';

/** A family as it is read: what it is, and its samples. Of many processes it is written once, with the samples of all. */
export interface FamilyText {
  readonly name: string;
  readonly head: string;
  readonly samples: string;
}

/** Put on each sample: tells the processes apart whose metrics are read together. */
export interface OwnLabel {
  readonly name: string;
  readonly value: string;
}

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What a scraper asked for: OpenMetrics 1.0.0 if its `Accept` names it, else Prometheus text 0.0.4. */
export function formatOf(accept: string | undefined): Format {
  return accept !== undefined && asksForOpenMetrics(accept) ? 'openmetrics' : 'prometheus';
}

export function writeFamilies(families: readonly Family[], format: Format, own?: OwnLabel): FamilyText[] {
  return families.map((family) => writeFamily(family, format, own));
}

/** Of several processes as if they were one's: the samples of a family stand together. */
export function joinFamilies(lists: readonly (readonly FamilyText[])[]): FamilyText[] {
  const joined = new Map<string, FamilyText>();
  for (const family of lists.flat()) {
    const known = joined.get(family.name);
    const samples = (known?.samples ?? '') + family.samples;
    joined.set(family.name, { ...family, samples });
  }
  return [...joined.values()];
}

export function expose(families: readonly FamilyText[], format: Format): Exposition {
  let text = families.map(({ head, samples }) => head + samples).join('');
  if (format === 'openmetrics') text += '# EOF\n';
  return { contentType: CONTENT_TYPES[format], text };
}

function asksForOpenMetrics(accept: string): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'application/openmetrics-text' && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one));
  });
}

function writeFamily(family: Family, format: Format, own: OwnLabel | undefined): FamilyText {
  const { help, kind, labelNames, name } = family;
  // OpenMetrics: the family of a counter is named without what its sample ends in.
  const described = format === 'openmetrics' && kind === 'counter' ? name.replace(/_total$/, '') : name;
  const head = `# HELP ${described} ${escapedHelp(help, format)}\n# TYPE ${described} ${kind}\n`;
  const labelText = createLabelText(own);
  const lines: string[] = [];
  const written = () => ({ name, head, samples: lines.map((line) => `${line}\n`).join('') });
  if (family.kind !== 'histogram') {
    for (const { value, values } of family.points())
      lines.push(`${name}${labelText(labelNames, values)} ${numberText(value)}`);
    return written();
  }
  for (const { counts, sum, values } of family.distributions()) {
    let total = 0;
    for (const [index, count] of counts.entries()) {
      total += count;
      const bound = family.bounds[index];
      const le = bound === undefined ? '+Inf' : boundText(bound, format);
      lines.push(`${name}_bucket${labelText([...labelNames, 'le'], [...values, le])} ${total}`);
    }
    lines.push(`${name}_sum${labelText(labelNames, values)} ${numberText(sum)}`);
    lines.push(`${name}_count${labelText(labelNames, values)} ${total}`);
  }
  return written();
}

function createLabelText(own: OwnLabel | undefined) {
  return (names: readonly string[], values: readonly string[]): string => {
    const pairs = names.map((name, index) => `${name}="${escapedValue(values[index] ?? '')}"`);
    if (own !== undefined) pairs.unshift(`${own.name}="${escapedValue(own.value)}"`);
    return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  };
}

function escapedValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapedHelp(help: string, format: Format): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}

/** OpenMetrics writes bounds as floats, so that two scrapes cannot differ in how they write one. */
function boundText(bound: number, format: Format): string {
  return format === 'openmetrics' && Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
