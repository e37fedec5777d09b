import type { Sender } from '../call/send.ts';
import type { Diagnostics } from '../call/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { StdioBackend } from './backend.ts';
import type { StdioFault, StdioValues } from './command.ts';
import { createGatewayBackend } from './gateway/backend.ts';
import { isKeyForm } from './gateway/key-form.ts';
import { readPlace } from './gateway/place.ts';
import type { Place } from './gateway/place.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The tools of a Latchkey, once it has said which there are: what is wrong is found before an app relies on it. */
export async function openGateway(
  { url: given }: StdioValues,
  env: Environment,
  sender: Sender,
  signal: AbortSignal,
): Promise<Result<StdioBackend, StdioFault>> {
  const url = given ?? env['LATCHKEY_URL'] ?? '';
  if (url === '')
    return refused(2, 'LATCHKEY_URL is not set: the address of a Latchkey, such as https://mcp.example.com');
  const place = readPlace(url.trim());
  if (!place.ok)
    return refused(2, `${given === undefined ? 'LATCHKEY_URL' : '--url'} cannot be used: ${place.error}`);
  const key = env['LATCHKEY_API_KEY']?.trim() ?? '';
  if (key === '')
    return refused(2, 'LATCHKEY_API_KEY is not set: make a key in the dashboard, under API keys');
  if (!isKeyForm(key))
    return refused(2, 'LATCHKEY_API_KEY has characters that no key has: copy the key again');
  const backend = createGatewayBackend({ place: place.value, key, sender, signal });
  const found = await backend.catalogue('now');
  return found.ok ? ok(backend) : fail(faultOf(place.value, found.error));
}

function faultOf({ origin, path }: Place, { code, message, status }: Diagnostics): StdioFault {
  switch (code) {
    case 'latchkey_unreachable':
      return { status: 3, words: `${message} Check LATCHKEY_URL, and whether the service is up.` };
    case 'unauthenticated':
      return {
        status: 1,
        words: `the key in LATCHKEY_API_KEY is not valid at ${origin}: it is unknown, expired or revoked. Make another one in the dashboard, under API keys`,
      };
    case 'not_found':
      return {
        status: 1,
        words: `${origin}${path}: ${message} Check the path in LATCHKEY_URL, or leave it out.`,
      };
    default:
      return { status: status === 503 || status === 429 ? 3 : 1, words: `${origin}: ${message}` };
  }
}

function refused(status: StdioFault['status'], words: string): Result<never, StdioFault> {
  return fail({ status, words });
}
