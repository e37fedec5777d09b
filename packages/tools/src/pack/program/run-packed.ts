import { createSender } from '../../call/send.ts';
import type { Sender } from '../../call/send.ts';
import type { Access } from '../../catalogue/types.ts';
import { fail, ok } from '../../result.ts';
import type { Result } from '../../result.ts';
import { createApiCall } from '../../stdio/api/api-call.ts';
import { credentialParts } from '../../stdio/api/credential.ts';
import { createFixedBackend } from '../../stdio/backend.ts';
import type { StdioBackend } from '../../stdio/backend.ts';
import { createGatewayCalls } from '../../stdio/gateway/backend.ts';
import { sayFault, serveProcess } from '../../stdio/serve-process.ts';
import type { StdioIo } from '../../stdio/serve-process.ts';
import type { CatalogueSnapshot } from '../../stdio/snapshot.ts';
import { secretOf } from '../settings.ts';
import type { PackedSettings } from '../settings.ts';
import { withAccess } from '../with-access.ts';

/** What `latchkey pack` wrote beside the program. */
export interface PackedContent {
  readonly settings: PackedSettings;
  readonly snapshot: CatalogueSnapshot;
}

/**
 * The program of a package: serves its tools over stdio, and calls them with what the environment holds. The exit
 * status: 0; 1 if the environment is no good; 2 if it was given arguments.
 */
export async function runPacked(
  { settings, snapshot }: PackedContent,
  args: readonly string[],
  io: StdioIo,
): Promise<number> {
  const { name, version } = snapshot.server;
  if (args.includes('--version')) return said(io.stdout, `${version}\n`, 0);
  if (args.includes('--help')) return said(io.stdout, helpOf(settings, snapshot), 0);
  if (args.length > 0) return said(io.stderr, helpOf(settings, snapshot), 2);
  const { variables } = settings;
  const access = readAccess(io.env[variables.access]);
  if (!access.ok) return refused(name, io, `${variables.access} ${access.error}`);
  const sender = createSender();
  try {
    const call = callerFor(settings, io.env[variables.key]?.trim() ?? '', sender);
    if (!call.ok) return refused(name, io, `${variables.key} ${call.error}`);
    await serveProcess(name, createFixedBackend(withAccess(snapshot, access.value), call.value), io);
    return 0;
  } finally {
    await sender.close();
  }
}

function callerFor(
  { target }: PackedSettings,
  key: string,
  sender: Sender,
): Result<StdioBackend['call'], string> {
  if (secretOf(target) !== 'none' && key === '') return fail('is not set: it holds your key for the API');
  // A key of a Latchkey is in a header too.
  const place = target.kind === 'api' ? target.credential : { kind: 'bearer' as const };
  const credential = credentialParts(place, key);
  if (!credential.ok) return credential;
  return ok(
    target.kind === 'api'
      ? createApiCall({ baseUrl: target.baseUrl, credential: credential.value, sender })
      : createGatewayCalls({ place: target.place, key, sender }).call,
  );
}

/** Bundles say `true` for a box that is ticked. What cannot be understood is neither. */
function readAccess(text = ''): Result<Access, string> {
  switch (text.trim().toLowerCase()) {
    case '':
    case 'read':
    case 'false':
      return ok('read');
    case 'full':
    case 'true':
      return ok('full');
    default:
      return fail('is neither read nor full');
  }
}

function helpOf({ target, variables }: PackedSettings, { server, tools }: CatalogueSnapshot): string {
  const reading = tools.filter(({ tool }) => tool.access === 'read').length;
  const key = secretOf(target) === 'none' ? '' : `  ${variables.key}  your key for the API\n`;
  return (
    `${server.name} ${server.version}: tools of ${server.title} over stdio (MCP), for the app that starts it; see README.md.\n\n` +
    `${key}  ${variables.access}  read (default): the ${reading} tools that only read; full: all ${tools.length}\n`
  );
}

function refused(name: string, io: StdioIo, words: string): number {
  sayFault(name, io, words);
  return 1;
}

function said(stream: NodeJS.WritableStream, words: string, status: number): number {
  stream.write(words);
  return status;
}
