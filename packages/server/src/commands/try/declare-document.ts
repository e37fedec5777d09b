import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { compileInWorker, slugOf, type Catalogue, type Rejection } from '@latchkey/tools';
import { readBaseUrl } from '../../connectors/import-connector.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { describeRejection } from '../compile/describe.ts';

/** What would stand in LATCHKEY_CONFIG for it. */
export interface DeclaredTrial {
  readonly connectors: readonly [
    {
      readonly slug: string;
      readonly name: string;
      readonly document: string;
      readonly base_url: string;
      readonly credential:
        | { readonly kind: 'none' }
        | { readonly kind: 'bearer'; readonly token: { readonly env: string } };
    },
  ];
}

/**
 * Declares one document as one connector of everybody. Nothing of ours is sent to its API: somebody else's may refuse
 * a credential that it does not know. The failure is a sentence.
 */
export async function declareDocument(
  document: string,
  wishes: { baseUrl: string | undefined; tokenFrom: string | undefined },
  compile: (source: Uint8Array) => Promise<Result<Catalogue, Rejection>> = compileInWorker,
): Promise<Result<DeclaredTrial, string>> {
  const path = resolve(document);
  const source = await readFile(path).catch(() => undefined);
  if (source === undefined) return fail(`${path} cannot be read`);
  const compiled = await compile(source);
  if (!compiled.ok) return fail(`${document}: ${describeRejection(compiled.error)}`);
  const { title, tools } = compiled.value;
  if (tools.length === 0)
    return fail(`${document}: no operation became a tool; "latchkey compile ${document} --report" says why`);
  const baseUrl = baseUrlOf(compiled.value, wishes.baseUrl);
  if (!baseUrl.ok) return baseUrl;
  return ok({
    connectors: [
      {
        slug: slugFor(title, path),
        name: title,
        document: path,
        base_url: baseUrl.value,
        credential:
          wishes.tokenFrom === undefined
            ? { kind: 'none' }
            : { kind: 'bearer', token: { env: wishes.tokenFrom } },
      },
    ],
  });
}

const TITLE_CHARACTERS_MAX = 30;

/** Another document with the same title has a name of its own; the same one has the same name again. */
function slugFor(title: string, path: string): string {
  const start = slugOf(title).slice(0, TITLE_CHARACTERS_MAX).replace(/-+$/, '');
  return `${start}-${createHash('sha256').update(path).digest('hex').slice(0, 6)}`;
}

function baseUrlOf({ servers }: Catalogue, wished: string | undefined): Result<string, string> {
  if (wished !== undefined) {
    const read = readBaseUrl(wished);
    return read === undefined
      ? fail(`--base-url ${wished}: is no http or https URL without user, query and fragment`)
      : ok(read);
  }
  const [found] = servers.flatMap((server) => readBaseUrl(server) ?? []);
  return found === undefined
    ? fail('the document does not say where its API is: add --base-url <url>')
    : ok(found);
}
