// Prints the bill of materials (CycloneDX) of a published package: what is built into it, and installed with it here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readLock, shippedWith } from './licences.ts';
import { PUBLISHED, readManifest, ROOT } from './published.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
}

interface Bill {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const [wanted = ''] = process.argv.slice(2);
const manifests = await Promise.all(PUBLISHED.map(readManifest));
const lock = await readLock();
const names = manifests.map(({ name }) => name);
if (names.includes(wanted)) {
  process.stdout.write(`${JSON.stringify(billOf(wanted, await wholeBill()), undefined, 2)}\n`);
} else {
  process.stderr.write(`sbom: name one of ${names.join(', ')}\n`);
  process.exitCode = 2;
}

/**
 * Of the whole workspace, tools of ours included: left to omit those, npm leaves out whatever one of our tools needs too.
 */
async function wholeBill(): Promise<Bill> {
  const { stdout } = await promisify(execFile)('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Bill;
}

/** What one package needs of it, and what that needs. */
function billOf(name: string, bill: Bill): Bill {
  const subject = bill.components.find((one) => nameOf(one['bom-ref']) === name);
  if (subject === undefined) throw new Error(`npm does not know ${name}`);
  const needed = neededBy(name);
  const parts = bill.components.filter((one) => one !== subject && needed.has(one['bom-ref']));
  const known = new Set([subject, ...parts].map((one) => one['bom-ref']));
  return {
    ...bill,
    metadata: { ...bill.metadata, component: named(subject) },
    components: parts.map(named),
    dependencies: bill.dependencies
      .filter(({ ref }) => known.has(ref))
      .map(({ dependsOn, ref }) => ({ ref, dependsOn: dependsOn.filter((one) => known.has(one)) })),
  };
}

/** As `name@version`, by the lock: npm also counts what is only ever optional to a package. */
function neededBy(name: string): ReadonlySet<string> {
  const from = PUBLISHED[manifests.findIndex((manifest) => manifest.name === name)] ?? '';
  return new Set(
    shippedWith(lock, from).map((place) => {
      const own = manifests[PUBLISHED.findIndex((folder) => folder === place)]?.name;
      return `${own ?? place.slice(place.lastIndexOf('node_modules/') + 13)}@${lock[place]?.version ?? ''}`;
    }),
  );
}

/** npm calls a workspace by the name of its folder. */
function named(component: Component): Component {
  return { ...component, name: nameOf(component['bom-ref']) };
}

function nameOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('@'));
}
