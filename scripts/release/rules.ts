import { readFile } from 'node:fs/promises';
import { PUBLISHED, ROOT, readManifest } from './published.ts';

/** What has to be said alike in several places: sentences about where it is not. */
export async function versionFaults(): Promise<string[]> {
  const manifests = await Promise.all(
    PUBLISHED.map(async (folder) => [folder, await readManifest(folder)] as const),
  );
  const names = new Set(manifests.map(([, { name }]) => name));
  const { version } = await readManifest('.');
  const license = await readFile(`${ROOT}LICENSE`, 'utf8');
  const faults: string[] = [];
  for (const [folder, manifest] of manifests) {
    if (manifest.version !== version)
      faults.push(`${folder} is ${manifest.version}, the workspace ${version}`);
    for (const [name, wanted] of Object.entries(manifest.dependencies ?? {})) {
      if (names.has(name) && wanted !== version)
        faults.push(`${folder} asks for ${name} ${wanted}, not ${version}`);
      if (!/^\d/.test(wanted))
        faults.push(`${folder} asks for ${name} ${wanted}: a release names one version`);
    }
    if (manifest.repository?.directory !== folder)
      faults.push(`${folder} does not say where it is in the repository`);
    if (manifest.publishConfig?.access !== 'public') faults.push(`${folder} would not be public`);
    if (manifest.publishConfig?.provenance !== true)
      faults.push(`${folder} would be published without provenance`);
    if (manifest.engines?.['node'] === undefined)
      faults.push(`${folder} does not say which Node.js it needs`);
    if (manifest.license !== 'Apache-2.0') faults.push(`${folder} has another licence`);
    if ((await readFile(`${ROOT}${folder}/LICENSE`, 'utf8')) !== license)
      faults.push(`${folder}/LICENSE is another text`);
  }
  return faults;
}
