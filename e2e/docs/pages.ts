import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** A command line as a page has it: continued lines are one, and what is behind ` #` is for people. */
export interface CommandLine {
  readonly page: string;
  readonly line: string;
}

/** What people read: README.md and docs/, without what is written from `spec/`. */
export async function readPages(): Promise<Page[]> {
  const inDocs = (await readdir(`${ROOT}docs`, { recursive: true })).filter((name) => name.endsWith('.md'));
  const paths = ['README.md', ...inDocs.map((name) => `docs/${name}`).toSorted()];
  return Promise.all(
    paths
      .filter((path) => path !== 'docs/standards.md')
      .map(async (path) => ({ path, text: await readFile(ROOT + path, 'utf8') })),
  );
}

interface Block {
  readonly language: string;
  readonly body: string;
}

export function blocksOf({ text }: Page): Block[] {
  return [...text.matchAll(/^( *)(`{3,})([\w-]*)[^\n]*\n(.*?)^\1\2 *$/gms)].map(
    ([, indent = '', , language = '', body = '']) => ({
      language,
      body: indent === '' ? body : body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** Every line of the page's `sh` blocks. */
export function commandLinesOf(page: Page): CommandLine[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ body }) => body.replaceAll(/ *\\\n */g, ' ').split('\n'))
    .map((line) => line.replace(/(?:^|\s+)# .*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => ({ page: page.path, line }));
}

const PROGRAM =
  /^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:sudo )?(?:npm|npx|node|latchkey|curl|git|docker|podman|helm|kubectl|claude|systemctl|apt-get|latchkey-\w+)(?: |$)/m;

/** Commands in a block that nobody would look at, because it is not called `sh`. What programs say is none. */
export function hiddenCommandsOf(page: Page): string[] {
  if (page.path === 'docs/commands.md') return [];
  return blocksOf(page)
    .filter(({ language }) => ['', 'text', 'bash', 'shell', 'console', 'zsh'].includes(language))
    .flatMap(({ body }) => PROGRAM.exec(body)?.[0] ?? []);
}

/** `code` in the running text: what it says of commands and scripts must be there, too. */
export function inlineCodeOf({ text }: Page): string[] {
  const prose = text.replaceAll(/^( *)(`{3,})[^\n]*\n.*?^\1\2 *$/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
}
