import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import {
  compileInWorker,
  lintTools,
  listed,
  PROFILES,
  reportOf,
  type Finding,
  type ProfileName,
} from '@latchkey/tools';
import {
  describeCatalogue,
  describeFindings,
  describeRejection,
  describeReport,
  describeSuggestions,
  describeSuspects,
} from './compile/describe.ts';
import { readLockFile, writeLockFile } from './compile/lock-file.ts';
import { readOptions } from './compile/options.ts';
import { createProgressLine } from './compile/progress-line.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';

export const COMPILE_HELP = `latchkey compile <file | -> [options]

Compiles an OpenAPI document (JSON or YAML, or an archive of many files: zip, tar, tar.gz; - reads standard input) as
importing it would, and says what becomes of it: which operations are tools, which are not and why, and how much of a
model's context the list of tools takes. Publishes nothing, opens no connection.

  --report               each skipped operation and each repair, with its place in the document
  --json                 all of that as JSON on standard output
  --out <file>           write the catalogue there
  --mode <mode>          offer the tools in full or by search, not by their size: auto, full, search
  --profile <client>     what that client would refuse: ${Object.keys(PROFILES).join(', ')}; may be repeated
  --options <file>       what the block "options" of a connector in LATCHKEY_CONFIG says, mode, pinned and toolsets too
  --overlay <file>       an OpenAPI Overlay 1.0, applied before anything is read from the document
  --lock <file>          names given so far stay or become aliases; the file is written anew, and made if there is none
  --include-deprecated   deprecated operations become tools too
  --entry <path>         the document in an archive, if not the one nearest to its top
  --server-host <host>   operations may go to this server of their own; may be repeated

Ends with 0; with 1 if the document cannot be used, or a client of --profile would refuse a tool; with 2 if the command
was not understood.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  report: { type: 'boolean' },
  json: { type: 'boolean' },
  out: { type: 'string' },
  mode: { type: 'string' },
  options: { type: 'string' },
  overlay: { type: 'string' },
  lock: { type: 'string' },
  profile: { type: 'string', multiple: true },
  'include-deprecated': { type: 'boolean' },
  entry: { type: 'string' },
  'server-host': { type: 'string', multiple: true },
} as const;

const MODES = ['auto', 'full', 'search'] as const;

export async function compile(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  if (values.help === true) return print(COMPILE_HELP);
  const read = readWishes(values, positionals);
  if (!read.ok) {
    return refuseUsage(`compile: ${read.error}`, COMPILE_HELP);
  }
  const { file, profiles, mode } = read.value;
  const source = await readSource(file);
  if (source === undefined) return refuseToStart([`${file} cannot be read`]);

  const options = await readOptions({
    mode,
    options: values.options,
    overlay: values.overlay,
    entry: values.entry,
    includeDeprecated: values['include-deprecated'] === true,
    serverHosts: values['server-host'] ?? [],
  });
  if (!options.ok) return refuseToStart([options.error]);
  const lock = values.lock === undefined ? ok(undefined) : await readLockFile(values.lock);
  if (!lock.ok) return refuseToStart([lock.error]);

  const progress = createProgressLine(process.stderr);
  const compiled = await compileInWorker(
    source,
    { ...options.value, ...(lock.value && { lock: lock.value }) },
    { onProgress: ({ done, operations }) => progress.show(`Compiling: ${done} of ${operations} operations`) },
  );
  progress.clear();
  if (!compiled.ok) {
    if (values.json === true) print(`${JSON.stringify({ rejection: compiled.error }, undefined, 2)}\n`);
    return refuseToStart([`${file}: ${describeRejection(compiled.error)}`]);
  }
  const catalogue = compiled.value;
  const findings = profiles.map((profile) => ({
    profile,
    findings: lintTools(catalogue.tools.map(listed), profile),
  }));
  if (values.lock !== undefined) await writeLockFile(values.lock, catalogue, lock.value);
  if (values.out !== undefined) {
    await writeFile(values.out, `${JSON.stringify(catalogue, undefined, 2)}\n`);
  }
  if (values.json === true) {
    const { skipped, warnings, title, hash } = catalogue;
    const report = {
      title,
      hash,
      ...reportOf(catalogue),
      details: { skipped, warnings },
      profiles: findings,
    };
    print(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    print(describeCatalogue(catalogue));
    print(describeSuspects(catalogue));
    if (values.report === true) print(describeReport(catalogue) + describeSuggestions(catalogue));
    for (const { profile, findings: found } of findings) print(describeFindings(profile, found));
  }
  if (findings.some(({ findings: found }) => found.some(isError))) process.exitCode = 1;
}

interface Wishes {
  readonly file: string;
  readonly profiles: readonly ProfileName[];
  readonly mode: (typeof MODES)[number] | undefined;
}

function readWishes(
  { mode: wished, profile = [] }: { mode?: string; profile?: string[] },
  [file, ...rest]: string[],
): Result<Wishes, string> {
  if (file === undefined || rest.length > 0) return fail('name one document, or -');
  const mode = MODES.find((one) => one === wished);
  if (wished !== undefined && mode === undefined) return fail(`there is no mode ${wished}`);
  const unknown = profile.find((name) => !isProfile(name));
  if (unknown !== undefined) return fail(`there is no profile ${unknown}`);
  return ok({ file, mode, profiles: profile.filter(isProfile) });
}

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

async function readSource(file: string): Promise<Uint8Array | undefined> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch {
    return undefined;
  }
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function print(text: string): void {
  process.stdout.write(text);
}
