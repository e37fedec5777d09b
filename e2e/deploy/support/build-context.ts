import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';

/** The last commit, laid out in a folder: what somebody is working on is not in it. */
export function checkOut(root: string, folder: string): void {
  mkdirSync(folder);
  const archive = execFileSync('git', ['archive', 'HEAD'], { cwd: root, maxBuffer: 1024 ** 3 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
}

interface Rule {
  readonly takes: boolean;
  readonly pattern: RegExp;
}

/** The files of the last commit that a build is given: what `.dockerignore` leaves of them. */
export function filesOfContext(root: string): string[] {
  const rules = readRules(readFileSync(`${root}/.dockerignore`, 'utf8'));
  const listed = execFileSync('git', ['ls-tree', '-r', '-z', '--name-only', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && isTaken(rules, path));
}

function readRules(text: string): Rule[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ takes: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }));
}

/** `**` is any number of folders, `*` any text within a name. */
function patternOf(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('**/', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\u0000', '(?:.*/)?');
  return new RegExp(`^${source}$`);
}

/** The last rule that is about the path, or about a folder that it is in, decides. */
function isTaken(rules: readonly Rule[], path: string): boolean {
  const names = path.split('/');
  const above = names.map((_, index) => names.slice(0, index + 1).join('/'));
  return rules.findLast(({ pattern }) => above.some((one) => pattern.test(one)))?.takes ?? true;
}
