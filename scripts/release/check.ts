// Whether what is built can be released: contents, publint, versions, licences. Ends with 1 if not, and says why.
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { contentFaults } from './contents.ts';
import { checkLicences, readLock } from './licences.ts';
import { packPackage } from './pack-package.ts';
import { PUBLISHED, readManifest } from './published.ts';
import { versionFaults } from './rules.ts';

const faults = [...(await versionFaults()), ...checkLicences(await readLock()).faults];
for (const folder of PUBLISHED) {
  const manifest = await readManifest(folder);
  const { name, version } = manifest;
  const { files, tarball } = await packPackage(folder);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  const complaints = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
  const found = [...(await contentFaults(folder, manifest, files)), ...complaints].map(
    (fault) => `${name}: ${fault}`,
  );
  process.stdout.write(
    `${name} ${version}: ${found.length === 0 ? 'can be released' : `${found.length} faults`}\n`,
  );
  faults.push(...found);
}
for (const fault of faults) process.stderr.write(`release:check: ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
