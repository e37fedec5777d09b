import { readFile } from 'node:fs/promises';
import type { CredentialParts } from '../call/credential-parts.ts';
import type { Sender } from '../call/send.ts';
import type { Catalogue } from '../catalogue/types.ts';
import { credentialPlaceOf } from '../pack/credential-place.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { VERSION } from '../version.ts';
import { compileInWorker } from '../worker/compile-in-worker.ts';
import { createApiCall } from './api/api-call.ts';
import { credentialParts, NO_CREDENTIAL, placesTaken, readCredentialPlace } from './api/credential.ts';
import type { CredentialPlace } from './api/credential.ts';
import { snapshotOf } from './api/snapshot-of.ts';
import { createFixedBackend } from './backend.ts';
import type { StdioBackend } from './backend.ts';
import type { StdioFault, StdioValues } from './command.ts';
import { readSafeUrl } from './gateway/place.ts';

const MODES = ['auto', 'full', 'search'] as const;

/** The tools of a document, called at its API with nothing in between. */
export async function openApi(
  values: StdioValues,
  env: Readonly<Record<string, string | undefined>>,
  sender: Sender,
): Promise<Result<StdioBackend, StdioFault>> {
  const { credential, full, mode: wished = 'auto', openapi: file = '' } = values;
  const mode = MODES.find((one) => one === wished);
  if (mode === undefined) return refused(2, '--mode is auto, full or search');
  const source = await readFile(file).catch(() => undefined);
  if (source === undefined) return refused(1, `${file} cannot be read`);
  const named = credential === undefined ? undefined : readCredentialPlace(credential);
  if (credential !== undefined && named === undefined)
    return refused(2, '--credential is bearer, basic, none, header:<name> or query:<name>');
  const compiled = await compileInWorker(source, { mode, credentials: placesTaken(named) });
  if (!compiled.ok) {
    const { code, hint = '', line, message } = compiled.error;
    const where = line === undefined ? '' : ` Line ${line}.`;
    return refused(1, `${file}: ${code}: ${message}${where} ${hint}`.trim());
  }
  const catalogue = compiled.value;
  const url = baseUrlOf(values['base-url'], catalogue);
  if (!url.ok) return url;
  const parts = credentialOf(named, catalogue, env['LATCHKEY_CREDENTIAL'] ?? '');
  if (!parts.ok) return parts;
  const snapshot = snapshotOf(catalogue, {
    access: full === true ? 'full' : 'read',
    connector: 'api',
    server: { name: 'latchkey-stdio', title: catalogue.title, version: VERSION },
  });
  return ok(
    createFixedBackend(snapshot, createApiCall({ baseUrl: url.value, credential: parts.value, sender })),
  );
}

function baseUrlOf(given: string | undefined, { servers }: Catalogue): Result<string, StdioFault> {
  const text = given ?? servers.find((server) => URL.canParse(server));
  if (text === undefined)
    return refused(2, '--base-url is missing: the document does not say where its API is');
  const read = readSafeUrl(text.trim());
  const whose = given === undefined ? 'the base URL of the document' : '--base-url';
  if (!read.ok) return refused(2, `${whose} cannot be used: ${read.error}`);
  if (read.value.search !== '') return refused(2, `${whose} cannot be used: it has a query`);
  return ok(read.value.href.replace(/\/+$/, ''));
}

function credentialOf(
  named: CredentialPlace | undefined,
  catalogue: Catalogue,
  secret: string,
): Result<CredentialParts, StdioFault> {
  const place = named === undefined ? credentialPlaceOf(catalogue) : ok(named);
  if (!place.ok) {
    if (secret === '') return ok(NO_CREDENTIAL);
    return refused(2, `say with --credential where LATCHKEY_CREDENTIAL goes: ${place.error}`);
  }
  return partsOf(place.value, secret, named !== undefined);
}

/** Many documents declare a credential that much of the API does not ask for. */
function partsOf(
  place: CredentialPlace,
  secret: string,
  isAsked: boolean,
): Result<CredentialParts, StdioFault> {
  if (secret === '') {
    if (!isAsked || place.kind === 'none') return ok(NO_CREDENTIAL);
    return refused(2, 'LATCHKEY_CREDENTIAL is not set, and --credential says where it goes');
  }
  if (place.kind === 'none' && !isAsked)
    return refused(
      2,
      'the document names no credential: say with --credential where LATCHKEY_CREDENTIAL goes',
    );
  const parts = credentialParts(place, secret);
  return parts.ok ? parts : refused(2, `LATCHKEY_CREDENTIAL ${parts.error}`);
}

function refused(status: StdioFault['status'], words: string): Result<never, StdioFault> {
  return fail({ status, words });
}
