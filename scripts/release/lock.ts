/** A package as package-lock.json (version 3) has it, by its place. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export type Lock = Readonly<Record<string, LockedPackage>>;

/** Places of all that is installed for these dependencies: peers that are not optional too, and those of any platform. */
export function installedFor(
  lock: Lock,
  roots: readonly { from: string; names: readonly string[] }[],
): string[] {
  const found = new Set<string>();
  const open = roots.flatMap(({ from, names }) => names.map((name) => ({ from, name, isNeeded: true })));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = placeOf(lock, next.from, next.name);
    if (place === undefined) {
      if (next.isNeeded) throw new Error(`package-lock.json has no ${next.name} for ${next.from}`);
      continue;
    }
    if (found.has(place)) continue;
    found.add(place);
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = lock[place] ?? {};
    const peers = Object.keys(peerDependencies).filter(
      (name) => peerDependenciesMeta[name]?.optional !== true,
    );
    for (const name of [...Object.keys(dependencies), ...peers])
      open.push({ from: place, name, isNeeded: true });
    for (const name of Object.keys(optionalDependencies)) open.push({ from: place, name, isNeeded: false });
  }
  return [...found].sort();
}

/** As Node looks for it: in the node_modules of each folder on the way up. A workspace is where its link leads. */
function placeOf(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const found = lock[place];
    if (found !== undefined) return found.link === true ? found.resolved : place;
    if (folder === '') return undefined;
  }
}

function parentOf(folder: string): string {
  const nested = folder.lastIndexOf('/node_modules/');
  return nested === -1 ? '' : folder.slice(0, nested);
}
