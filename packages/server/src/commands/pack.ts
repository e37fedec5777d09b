import { isAbsolute, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import {
  describeListing,
  packConnector,
  readPackageName,
  readRuntime,
  type About,
} from '@latchkey/tools/pack';
import { readCredentialPlace } from '@latchkey/tools/stdio';
import { readConfig } from '../config.ts';
import { VERSION } from '../version.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { readAboutFile } from './pack/about-file.ts';
import { completeAbout } from './pack/complete-about.ts';
import { openPages } from './pack/open-pages.ts';
import { readSource } from './pack/source.ts';
import { writeFiles } from './pack/write-files.ts';

export const PACK_HELP = `latchkey pack <document> --name <package> [options]
latchkey pack --connector <slug> --name <package> [options]
latchkey pack --from <url> --name <package> [options]

Makes of an API's tools a package of your own: an npm package that anybody can install and start (it holds all that it
needs), and a bundle for Claude Desktop (.mcpb). Both run on the user's computer and call the API with the user's own
credential, which they take from an environment variable; unless the user asks for more they offer what only reads. Says
what a directory of connectors asks for, and what of it is missing. Publishes nothing.

  --name <package>      of the npm package: acme-mcp, @acme/mcp
  --connector <slug>    a connector of the file that LATCHKEY_CONFIG names, instead of a document
  --from <url>          what a running Latchkey offers at this connector URL to the key in LATCHKEY_API_KEY; it is called
                        by users with keys of their own there
  --base-url <url>      where the API is; default: as the connector or the document says
  --auth <place>        where the user's credential goes: none, bearer, basic, header:<name>, query:<name>;
                        default: as the connector or the document says
  --about <file>        what you say of it: title, tagline, description, author, icon, prompts, … (docs/pack.md)
  --options <file>      of a document: what the block "options" of a connector in LATCHKEY_CONFIG says
  --overlay <file>      of a document: an OpenAPI Overlay 1.0
  --out <folder>        new or empty; default: ./<package>. The npm package is in its folder "package"
  --force               replace files of these names there
  --check               only the report for directories; write nothing
  --open-pages          with --check: open the privacy policy, the terms and the documentation, if they are at public
                        addresses; one that does not answer with 200 and HTML by https is missing
  --json                the report as JSON on standard output

Ends with 0; with 1 if nothing could be made, or --check found something missing; with 2 if the command was not
understood.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  name: { type: 'string' },
  connector: { type: 'string' },
  from: { type: 'string' },
  'base-url': { type: 'string' },
  auth: { type: 'string' },
  about: { type: 'string' },
  options: { type: 'string' },
  overlay: { type: 'string' },
  out: { type: 'string' },
  force: { type: 'boolean' },
  check: { type: 'boolean' },
  'open-pages': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export async function pack(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  if (values.help === true) return print(PACK_HELP);
  const [document, ...rest] = positionals;
  const named = [document, values.connector, values.from].filter((one) => one !== undefined);
  if (rest.length > 0 || named.length !== 1) {
    return misunderstood('name one document, or one --connector, or one Latchkey with --from');
  }
  if (values.name === undefined) return misunderstood('--name: how is the package to be called?');
  const name = readPackageName(values.name);
  if (!name.ok) return misunderstood(`--name: ${name.error}`);

  const auth = values.auth === undefined ? undefined : readCredentialPlace(values.auth);
  if (values.auth !== undefined && auth === undefined) {
    return misunderstood('--auth is none, bearer, basic, header:<name> or query:<name>');
  }
  if (values['open-pages'] === true && values.check !== true) {
    return misunderstood('--open-pages belongs to --check: a package is the same whatever the network says');
  }
  const { connector, from, options, overlay } = values;

  const about = await readAboutFile(values.about);
  if (!about.ok) return refuseToStart([about.error]);
  const { env } = process;
  const source = await readSource(
    { auth, baseUrl: values['base-url'], connector, document, from, options, overlay },
    name.value.short,
    { config: () => readConfig(), key: env['LATCHKEY_API_KEY']?.trim() ?? '' },
  );
  if (!source.ok) return refuseToStart([source.error]);
  const runtime = await readRuntime();
  if (!runtime.ok) return refuseToStart([runtime.error]);

  const complete = completeAbout(about.value, source.value, name.value);
  const packed = packConnector({
    ...source.value.input,
    name: name.value,
    about: complete,
    compilerVersion: VERSION,
    runtime: runtime.value,
    pageFaults: values['open-pages'] === true ? await openPages(pagesOf(complete)) : undefined,
  });
  const report = values.json === true ? packed.kit : describeListing(packed.listing);
  if (values.check === true) {
    if (!packed.listing.isComplete) process.exitCode = 1;
    return print(report);
  }
  const folder = values.out ?? name.value.short;
  const files = new Map([
    ...[...packed.packageFiles].map(([path, content]) => [`package/${path}`, content] as const),
    [packed.bundleName, packed.bundle] as const,
    ['listing.json', Buffer.from(packed.kit)] as const,
  ]);
  const written = await writeFiles(folder, files, { force: values.force === true });
  if (!written.ok) return refuseToStart([written.error]);
  if (values.json !== true) {
    print(
      `${folder}/package: npm publish ${asFolder(`${folder}/package`)}\n${folder}/${packed.bundleName}: opened with Claude Desktop\n\n`,
    );
  }
  print(report);
}

/** What it is judged by that stands elsewhere. */
function pagesOf({ documentation, privacyPolicy, terms }: About): string[] {
  return [privacyPolicy, terms, documentation].flatMap((url) =>
    url?.startsWith('https://') === true ? [url] : [],
  );
}

/** npm takes `a/b` for a repository on GitHub. */
function asFolder(path: string): string {
  const short = normalize(path);
  return isAbsolute(short) || short.startsWith('..') ? short : `./${short}`;
}

function misunderstood(fault: string): void {
  refuseUsage(`pack: ${fault}`, PACK_HELP);
}

function print(text: string): void {
  process.stdout.write(text);
}
