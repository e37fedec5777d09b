import type { Listed } from '../catalogue/listed.ts';
import type { About } from './about.ts';
import { clientSnippets } from './client-snippets.ts';
import { link, md } from './markdown.ts';
import type { PackageName } from './package-name.ts';
import type { Provenance } from './provenance.ts';
import { secretOf } from './settings.ts';
import type { PackedSettings } from './settings.ts';

export interface ReadmeInput {
  readonly name: PackageName;
  readonly about: About;
  readonly settings: PackedSettings;
  /** What is listed with full access. */
  readonly tools: readonly Listed[];
  readonly provenance: Provenance;
  /** Whom it sends requests to. */
  readonly hosts: readonly string[];
}

const TITLE_MAX = 120;

/** What a stranger reads who finds the package: what it is, how it is connected, what it sends to whom. */
export function readmeOf({ about, hosts, name, provenance, settings, tools }: ReadmeInput): string {
  const host = hosts.map((one) => `\`${one}\``).join(', ');
  const sections = [
    `# ${md(about.title)}`,
    md(about.description),
    `An MCP server for apps such as Claude, Cursor and VS Code. It runs on your computer with Node.js 20.19 or newer, and sends requests to ${host} alone.`,
    '## Connect',
    clientSnippets(name, about, settings),
    '## Settings',
    settingsTable(settings),
    '## Tools',
    toolTable(tools),
    ...(about.prompts.length === 0
      ? []
      : ['## Examples', about.prompts.map((prompt) => `- ${md(prompt)}`).join('\n')]),
    '## Privacy Policy',
    privacy(about, host, secretOf(settings.target) !== 'none'),
    ...support(about),
    '## Where this comes from',
    origin(provenance),
  ];
  return `${sections.join('\n\n')}\n`;
}

function settingsTable({ target, variables }: PackedSettings): string {
  const secret = secretOf(target);
  const what = secret === 'key' ? 'Your API key' : 'Your user name and password, as `user:password`';
  const key =
    secret === 'none'
      ? []
      : [
          `| \`${variables.key}\` | ${what}. It is read at the start, kept in memory, and sent with each request. |`,
        ];
  return [
    '| Environment variable | Meaning |',
    '| --- | --- |',
    ...key,
    `| \`${variables.access}\` | \`read\`: only tools that read. \`full\`: also those that can create, change or delete something. Default: \`read\`. |`,
  ].join('\n');
}

function toolTable(tools: readonly Listed[]): string {
  const rows = tools.map(
    ({ annotations, name, title }) =>
      `| \`${name}\` | ${md(title.slice(0, TITLE_MAX))} | ${annotations.readOnlyHint === true ? 'reads' : 'full access'} |`,
  );
  return ['| Tool | What it does | Access |', '| --- | --- | --- |', ...rows].join('\n');
}

function privacy({ privacyPolicy, terms, title }: About, host: string, takesKey: boolean): string {
  const kept =
    `What a tool is asked to do is sent to ${host}${takesKey ? ' with your key' : ''}, and the answer goes to the app that asked. ` +
    'This program keeps nothing, and sends nothing to anybody else.';
  const policy =
    privacyPolicy === undefined ? [] : [`What ${md(title)} does with it: ${link(privacyPolicy)}`];
  return [kept, ...policy, ...(terms === undefined ? [] : [`Terms of service: ${link(terms)}`])].join('\n\n');
}

function support({ documentation, license, support: place }: About): string[] {
  const lines = [
    ...(place === undefined ? [] : [place.includes('://') ? link(place) : md(place)]),
    ...(documentation === undefined ? [] : [`Documentation of the API: ${link(documentation)}`]),
    ...(license === undefined ? [] : [`Licence: ${md(license)}.`]),
    'What others have written that is in this package: `THIRD-PARTY-NOTICES.txt`.',
  ];
  return ['## Support', lines.join('\n\n')];
}

function origin({ catalogue, compiler, source }: Provenance): string {
  const what =
    source.kind === 'document'
      ? `an OpenAPI document (SHA-256 \`${source.sha256}\`)`
      : `the tools at ${link(source.url)}`;
  return `Made from ${what} by Latchkey ${md(compiler.version)}; catalogue \`${catalogue.hash}\`. The same input gives the same files: see \`provenance.json\`.`;
}
