import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly spec?: unknown;
  readonly data?: Record<string, string>;
}

/**
 * What Kubernetes would not know or not take: each manifest as a literal of its kind's type, which the compiler compares
 * field by field. `folder`: where the types of Kubernetes, and of the Prometheus Operator, are installed. An empty text: nothing.
 */
export async function faultsByType(folder: string, manifests: readonly Manifest[]): Promise<string> {
  const lines = manifests.flatMap((manifest, number) => {
    const { apiVersion, kind } = manifest;
    const types = apiVersion.startsWith('monitoring.coreos.com/')
      ? '@kubernetes-models/prometheus-operator'
      : 'kubernetes-models';
    return [
      `import type { I${kind} as Kind${number} } from '${types}/${apiVersion}/${kind}';`,
      `export const manifest${number}: Kind${number} = ${JSON.stringify(manifest, undefined, 1)};`,
    ];
  });
  const made = await mkdtemp(`${folder}/rendered-`);
  try {
    await writeFile(`${made}/package.json`, '{"type":"module"}');
    await writeFile(`${made}/rendered.ts`, lines.join('\n'));
    const how = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--types', ''];
    const where = ['--module', 'nodenext', '--target', 'es2023', 'rendered.ts'];
    return await new Promise((resolve, reject) => {
      execFile(TSC, [...how, ...where], { cwd: made }, (error, stdout, stderr) => {
        if (error !== null && stdout === '') reject(new Error(stderr || error.message));
        else resolve(stdout);
      });
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}
