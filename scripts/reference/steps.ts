import { APP_NAMES } from '../../packages/web/src/connect/app-names.ts';
import { APPS } from '../../packages/web/src/text/connect-apps.ts';

const PLACE = { slug: 'acme', name: 'Acme', url: 'https://mcp.example.com/mcp/acme' };
const MARKS = ['<!-- steps -->', '<!-- /steps -->'] as const;

/** The steps for each app, from what the dashboard's Connect page says. */
function renderSteps(): string {
  return APP_NAMES.map((name) => {
    const { limits, steps, title } = APPS[name];
    const lines = steps(PLACE).map(({ link, snippet, text }, index) => {
      const linked = link === undefined ? '' : ` (On the dashboard: _${link.text}_.)`;
      return `${index + 1}. ${text}${linked}${snippet === undefined ? '' : `\n\n${fenced(snippet.text)}\n`}`;
    });
    return [`## ${title}`, lines.join('\n').trimEnd(), limits.map((limit) => `- ${limit}`).join('\n')].join(
      '\n\n',
    );
  }).join('\n\n');
}

/** An indented block belongs to its step. */
function fenced(snippet: string): string {
  const language = snippet.startsWith('{') ? 'json' : /^https?:/.test(snippet) ? 'text' : 'sh';
  return ['```' + language, ...snippet.split('\n'), '```'].map((line) => `   ${line}`).join('\n');
}

/** docs/connect-apps.md with the steps of today between its marks. */
export function withSteps(page: string): string {
  const [before, rest = ''] = page.split(MARKS[0]);
  const [, after] = rest.split(MARKS[1]);
  if (before === undefined || after === undefined)
    throw new Error('connect-apps.md has no place for the steps');
  return `${before}${MARKS[0]}\n\n${renderSteps()}\n\n${MARKS[1]}${after}`;
}
