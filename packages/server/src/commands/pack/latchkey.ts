import { createSender } from '@latchkey/tools';
import { createGatewayBackend, isKeyForm, readPlace } from '@latchkey/tools/stdio';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { PackSourceRead, SourceFlags } from './source.ts';

/** What a running Latchkey offers to a key: tools that its users will call there, each with a key of their own. */
export async function readLatchkey(
  { auth, baseUrl, options, overlay }: SourceFlags,
  from: string,
  key: string,
): Promise<Result<PackSourceRead, string>> {
  if (auth !== undefined || baseUrl !== undefined || options !== undefined || overlay !== undefined) {
    return fail(
      '--auth, --base-url, --options and --overlay are of a document; a running Latchkey has its own',
    );
  }
  const place = readPlace(from);
  if (!place.ok) return fail(`--from: ${place.error}`);
  if (key === '')
    return fail('LATCHKEY_API_KEY is not set: which tools are to be packed is what its owner may use');
  if (!isKeyForm(key)) return fail('LATCHKEY_API_KEY has characters that no key has: copy the key again');
  const sender = createSender();
  try {
    const found = await createGatewayBackend({ place: place.value, key, sender }).catalogue('now');
    if (!found.ok) return fail(`--from: ${found.error.message}`);
    const { instructions: _, server: __, ...snapshot } = found.value;
    const [api] = snapshot.apis;
    return ok({
      title: snapshot.apis.map(({ name }) => name).join(', '),
      docsUrl: api?.docsUrl,
      input: {
        snapshot,
        catalogueHash: snapshot.hash,
        source: { kind: 'latchkey', url: place.value.origin + place.value.path },
        target: { kind: 'latchkey', place: place.value },
      },
    });
  } finally {
    await sender.close();
  }
}
