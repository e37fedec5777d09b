import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

// Roots of a clean Debian, each with what a program of it needs of the kernel. Removing one lets go of that first.
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];

/** A fresh one, from where apt of this machine gets its packages. */
export function bootstrap(suite: string, root: string): void {
  execFileSync('debootstrap', ['--variant=minbase', suite, root, mirrorOfApt()], { stdio: 'inherit' });
}

/** A copy, ready for programs. */
export function openRoot(base: string, root: string): void {
  execFileSync('cp', ['-a', base, root]);
  mkdirSync(`${root}/proc`, { recursive: true });
  execFileSync('mount', ['-t', 'proc', 'proc', `${root}/proc`]);
  for (const name of DEVICES) {
    if (!existsSync(`${root}/dev/${name}`)) writeFileSync(`${root}/dev/${name}`, '');
    execFileSync('mount', ['--bind', `/dev/${name}`, `${root}/dev/${name}`]);
  }
  mkdirSync(`${root}/dev/shm`, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', `${root}/dev/shm`]);
  // Names are resolved as on this machine.
  for (const path of ['/etc/resolv.conf', '/etc/hosts']) writeFileSync(root + path, readFileSync(path));
}

export function closeRoot(root: string): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${root}/`));
  for (const path of mounted.toReversed()) execFileSync('umount', [path]);
  rmSync(root, { recursive: true, force: true });
}

/** What the official image of Node has: the program, npm, and an account. */
export function addNode(root: string, program: string): void {
  mkdirSync(`${root}/usr/local/bin`, { recursive: true });
  execFileSync('install', ['-m', '0755', program, `${root}/usr/local/bin/node`]);
  const global = execFileSync('npm', ['root', '-g'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const modules = `${root}/usr/local/lib/node_modules`;
  mkdirSync(modules, { recursive: true });
  cpSync(join(global, 'npm'), `${modules}/npm`, { recursive: true, dereference: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', `${root}/usr/local/bin/npm`);
  execFileSync('chroot', [root, 'useradd', '--create-home', '--uid', '1000', 'node']);
}

function mirrorOfApt(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  const text = files
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  // Debian's own: the one whose suites are named after it, and that is not for security alone.
  const urls = [...text.matchAll(/^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+)/gm)].map(([, url = '']) => url);
  const mirror = urls.find((url) => /\/debian\/?$/.test(url));
  if (mirror === undefined) throw new Error('apt is not told where Debian’s packages are');
  return mirror;
}
