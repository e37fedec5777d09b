import { z } from 'zod';
import { GuardedFetchError, type GuardedFetch } from '../../kernel/guarded-fetch.ts';

export interface Finding {
  /** `error`: nobody could sign in. `warning`: look at it if somebody cannot. */
  readonly level: 'error' | 'warning' | 'ok';
  readonly text: string;
}

export interface DiscoveryReport {
  readonly usable: boolean;
  readonly findings: Finding[];
  /** The issuer as it names itself, where that is another than was asked. */
  readonly issuerInMetadata?: string;
}

const metadataSchema = z.object({
  issuer: z.string().max(2048),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  jwks_uri: z.string().optional(),
  response_types_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
type Metadata = z.infer<typeof metadataSchema>;

const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string() })).min(1) });
const ASYMMETRIC = /^(?:RS|PS|ES)(?:256|384|512)$|^Ed(?:DSA|25519)$/;

/** Where an issuer says what it is (OpenID Connect Discovery section 4). */
export function metadataUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Reads what an issuer says of itself, and says in words what would keep people from signing in there. */
export async function examineIssuer(
  fetch: GuardedFetch,
  { issuer, hasSecret }: { issuer: string; hasSecret: boolean },
): Promise<DiscoveryReport> {
  const read = await readJson(fetch, metadataUrl(issuer));
  if ('fault' in read) return failed(`${metadataUrl(issuer)} ${read.fault}`);
  const parsed = metadataSchema.safeParse(read.json);
  if (!parsed.success) return failed(`${metadataUrl(issuer)} is no OpenID Connect metadata.`);
  const metadata = parsed.data;
  if (metadata.issuer !== issuer) {
    const isTemplate = metadata.issuer.includes('{');
    return {
      ...failed(
        isTemplate
          ? 'This address speaks for many companies at once. Use the issuer of your own tenant.'
          : `The provider calls itself ${metadata.issuer}, which is not what was typed. Use that, if it is yours.`,
      ),
      ...(isTemplate ? {} : { issuerInMetadata: metadata.issuer }),
    };
  }
  const findings = [
    { level: 'ok', text: 'The provider was found, and calls itself what you typed.' } as const,
    ...endpointFindings(metadata),
    ...capabilityFindings(metadata, hasSecret),
    ...(await keyFindings(fetch, metadata)),
  ];
  return { usable: findings.every(({ level }) => level !== 'error'), findings };
}

function endpointFindings(metadata: Metadata): Finding[] {
  const wanted = {
    authorization_endpoint: 'where people sign in',
    token_endpoint: 'where sign-ins are confirmed',
    jwks_uri: 'its keys',
  } as const;
  return (Object.keys(wanted) as (keyof typeof wanted)[]).flatMap((name): Finding[] => {
    const url = metadata[name];
    if (url === undefined) {
      return [{ level: 'error', text: `The provider does not say ${wanted[name]} (${name}).` }];
    }
    return isHttps(url)
      ? []
      : [{ level: 'error', text: `${wanted[name]} (${name}) is not an https address.` }];
  });
}

function capabilityFindings(metadata: Metadata, hasSecret: boolean): Finding[] {
  const findings: Finding[] = [];
  const {
    code_challenge_methods_supported: challenges,
    id_token_signing_alg_values_supported: algorithms,
    response_types_supported: types,
    scopes_supported: scopes,
    token_endpoint_auth_methods_supported: methods,
  } = metadata;
  if (types !== undefined && !types.includes('code')) {
    findings.push({ level: 'error', text: 'The provider does not offer the authorization code flow.' });
  }
  if (algorithms !== undefined && !algorithms.some((algorithm) => ASYMMETRIC.test(algorithm))) {
    findings.push({ level: 'error', text: 'The provider does not sign with a key that can be looked up.' });
  }
  if (challenges !== undefined && !challenges.includes('S256')) {
    findings.push({
      level: 'warning',
      text: 'The provider does not list PKCE with S256. It is sent anyway.',
    });
  }
  if (scopes !== undefined && !scopes.includes('email')) {
    findings.push({
      level: 'warning',
      text: 'The provider does not list the scope “email”. Without an address nobody can sign in.',
    });
  }
  if (!hasSecret && methods !== undefined && !methods.includes('none')) {
    findings.push({
      level: 'warning',
      text: 'The provider does not list clients without a secret. Give it the client secret.',
    });
  }
  if (metadata.authorization_response_iss_parameter_supported !== true) {
    findings.push({
      level: 'warning',
      text: 'The provider does not name itself in its answers (RFC 9207). Everything else is checked all the same.',
    });
  }
  return findings;
}

async function keyFindings(fetch: GuardedFetch, { jwks_uri: url }: Metadata): Promise<Finding[]> {
  if (url === undefined || !isHttps(url)) return [];
  const read = await readJson(fetch, url);
  if ('fault' in read)
    return [{ level: 'error', text: `Its keys (${url}) cannot be read: it ${read.fault}` }];
  return keysSchema.safeParse(read.json).success
    ? [{ level: 'ok', text: 'Its keys can be read.' }]
    : [{ level: 'error', text: `There are no keys at ${url}.` }];
}

function failed(text: string): DiscoveryReport {
  return { usable: false, findings: [{ level: 'error', text }] };
}

function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'https:';
}

const FETCH_FAULTS: Readonly<Record<GuardedFetchError['reason'], string>> = {
  url: 'is not asked: it must be https at its usual port, and not a bare address.',
  address: 'is not asked: it leads into a private network.',
  deadline: 'did not answer in time.',
  too_large: 'answered with more than half a megabyte.',
  method: 'is not asked that way.',
  unreachable: 'could not be reached.',
};

async function readJson(fetch: GuardedFetch, url: string): Promise<{ json: unknown } | { fault: string }> {
  try {
    const response = await fetch(url, { headers: { accept: 'application/json' } });
    if (response.status !== 200) return { fault: `answered with ${response.status}.` };
    const json: unknown = await response.json().catch(() => undefined);
    return json === undefined ? { fault: 'did not answer with JSON.' } : { json };
  } catch (error) {
    return { fault: FETCH_FAULTS[error instanceof GuardedFetchError ? error.reason : 'unreachable'] };
  }
}
