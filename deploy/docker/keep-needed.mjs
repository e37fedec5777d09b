// keep-needed.mjs <folder>: removes from its node_modules what nothing of ours needs when it runs. `npm prune` leaves what
// development has and something else could use (optional peers): compilers, bundlers, test runners.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
const lock = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'));
const packages = new Map(Object.entries(lock.packages));

/** As Node looks for it: beside who asks, then further up. */
function resolve(from, name) {
  for (
    let at = from;
    ;
    at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : ''
  ) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages.has(path)) return path;
    if (at === '') return undefined;
  }
}

const needed = new Set();
const waiting = ['packages/tools', 'packages/doctor', 'packages/server'];
for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
  if (needed.has(path)) continue;
  needed.add(path);
  const { dependencies, link, optionalDependencies, peerDependencies, peerDependenciesMeta, resolved } =
    packages.get(path) ?? {};
  if (link === true) waiting.push(resolved);
  const peers = Object.keys(peerDependencies ?? {}).filter(
    (name) => peerDependenciesMeta?.[name]?.optional !== true,
  );
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
    const found = resolve(path, name);
    if (found !== undefined) waiting.push(found);
  }
}

const removed = [...packages.keys()].filter((path) => path.includes('node_modules/') && !needed.has(path));
for (const path of removed) rmSync(join(folder, path), { recursive: true, force: true });
process.stdout.write(`kept ${needed.size} packages, removed ${removed.length} that only development needs\n`);
