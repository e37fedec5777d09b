import { z } from 'zod';
import { displayName } from '../../kernel/display-name.ts';
import { isUsableRedirectUri } from '../../kernel/redirect-uri.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { publicKeySetSchema, storableText, type PublicKeySet } from '../client-keys.ts';

const REDIRECT_URIS_MAX = 50;
const NAME_CHARACTERS_MAX = 200;
const KEYS_MAX = 10;

// Unknown members and grant types are ignored; a shared secret has no place in a public document (draft section 4.1).
const documentSchema = z.object({
  client_id: z.string(),
  client_name: z.string(),
  redirect_uris: z.array(z.string()).min(1).max(REDIRECT_URIS_MAX),
  token_endpoint_auth_method: z.enum(['none', 'private_key_jwt']).default('none'),
  client_secret: z.undefined().optional(),
  client_secret_expires_at: z.undefined().optional(),
  client_uri: storableText.optional(),
  jwks: z.unknown().optional(),
  jwks_uri: storableText.optional(),
});

export interface ParsedDocument {
  name: string;
  redirectUris: string[];
  authMethod: 'none' | 'private_key_jwt';
  clientUri: string | null;
  jwks: PublicKeySet | null;
  /** Where its keys are; only if it gave none and needs some. */
  jwksUri: string | null;
}

/** What a client's metadata document says, if it is the document of that very id. The fault is for the log alone. */
export function parseDocument(clientId: string, body: unknown): Result<ParsedDocument, string> {
  const parsed = documentSchema.safeParse(body);
  if (!parsed.success) {
    return fail(
      `unfit: ${parsed.error.issues.map((issue) => issue.path.join('.') || 'document').join(', ')}`,
    );
  }
  const document = parsed.data;
  if (document.client_id !== clientId) return fail('it is the document of another client_id');
  const name = displayName(document.client_name, NAME_CHARACTERS_MAX);
  if (name === undefined) return fail('unfit: client_name');
  const redirectUris = [...new Set(document.redirect_uris)].filter(isUsableRedirectUri);
  if (redirectUris.length === 0) return fail('unfit: redirect_uris');

  const jwks = document.jwks === undefined ? null : readPublicKeys(document.jwks);
  if (jwks === undefined) return fail('unfit: jwks');
  const authMethod = document.token_endpoint_auth_method;
  const needsKeys = authMethod === 'private_key_jwt' && jwks === null;
  if (needsKeys && document.jwks_uri === undefined) return fail('private_key_jwt without keys');
  return ok({
    name,
    redirectUris,
    authMethod,
    clientUri: document.client_uri?.slice(0, 2048) ?? null,
    jwks,
    jwksUri: needsKeys ? (document.jwks_uri ?? null) : null,
  });
}

const anySetSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** The keys that we can verify with. Undefined: none, or one of them is no public key. */
export function readPublicKeys(body: unknown, keysMax = KEYS_MAX): PublicKeySet | undefined {
  const set = anySetSchema.safeParse(body);
  if (!set.success || set.data.keys.length > keysMax) return undefined;
  if (set.data.keys.some((key) => key['kty'] === 'oct' || SECRET_MEMBERS.some((member) => member in key))) {
    return undefined;
  }
  const usable = set.data.keys.flatMap((key) => {
    const parsed = publicKeySetSchema.safeParse({ keys: [key] });
    return parsed.success ? parsed.data.keys : [];
  });
  return usable.length === 0 ? undefined : { keys: usable };
}
