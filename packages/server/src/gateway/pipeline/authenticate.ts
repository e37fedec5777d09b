import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Usage } from '../../audit/usage.ts';
import { highestAccess, lowerAccess, type Access } from '../../kernel/access.ts';
import type { Standing, VerifiedCredential } from '../../kernel/credential.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Principal } from '../../kernel/principal.ts';
import { resourceCovers, type Resource } from '../../kernel/resource.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { DoorAttempts } from '../attempts.ts';
import { challenge, KEY_CHALLENGE } from '../challenge.ts';
import type { GatewayUrls, Identification } from '../ports.ts';
import { refusal, type Refusal } from '../refusal.ts';
import type { Right } from '../under-way.ts';
import { faultOfPossession, type PossessionFault } from './possession.ts';
import { readPresented, type Presented } from '../../kernel/presented.ts';

export interface Caller extends Right {
  readonly principal: Principal;
  /** A new consent could give this caller full access. */
  readonly couldStepUp: boolean;
  /** What it may do by now; undefined: its right has ended. */
  accessLeft(): Promise<Access | undefined>;
  /** Headers for each answer: the nonce of who proves a key. Flat: name, value, name, value. */
  readonly headers: readonly string[];
}

export interface Authenticate {
  /** `path` is the resource's path as it was typed; `provenPath` is what a DPoP proof speaks of, if not that. */
  atMcp(
    req: IncomingMessage,
    resource: Resource,
    path: string,
    provenPath?: string,
  ): Promise<Result<Caller, Refusal>>;
  atApi(req: IncomingMessage): Promise<Result<Caller, Refusal>>;
}

const EXISTING_MAX = 10_000;

type Proof = { readonly credential: VerifiedCredential; readonly standing: Standing };

/** Who is calling, and whether here. Every door opens by this and nothing else. */
export function createAuthenticate(
  deps: Identification & {
    readonly attempts?: DoorAttempts | undefined;
    readonly urls: GatewayUrls;
    readonly usage: Usage;
  },
): Authenticate {
  const { attempts, dpop, urls, usage } = deps;
  // Asked by anybody without a credential, so the database hears of a name once. One that is gone later is a 401.
  const existing = new LRUCache<string, true>({ max: EXISTING_MAX });

  async function exists(slug: string): Promise<boolean> {
    if (existing.has(slug)) return true;
    if (!(await deps.organisationExists(slug))) return false;
    existing.set(slug, true);
    return true;
  }

  async function prove(presented: Presented): Promise<Proof | undefined> {
    if (presented.kind !== 'key' && presented.kind !== 'token') return undefined;
    return orUnavailable(async () => {
      const credential = await (presented.kind === 'key'
        ? deps.verifyKey(presented.secret)
        : deps.verifyToken(presented.secret));
      if (credential === undefined) return undefined;
      const standing = await deps.standingOf(credential.orgId, credential.actor);
      return standing && { credential, standing };
    });
  }

  /** On the answers to who uses DPoP, so that the next proof is good at once (RFC 9449 section 8.2). */
  function nonceFor(presented: Presented): readonly string[] {
    return presented.kind === 'token' && presented.scheme === 'dpop' ? ['DPoP-Nonce', dpop.nonce()] : [];
  }

  function refuse(presented: Presented, path: string, fault: PossessionFault): Refusal {
    const usedDpop = presented.kind === 'token' && presented.scheme === 'dpop';
    const schemes = challenge(
      urls.mcpBaseUrl,
      path,
      presented.kind === 'nothing' || usedDpop ? undefined : 'invalid_token',
      { algorithms: dpop.algorithms, error: usedDpop ? fault : undefined },
    );
    const error = fault === 'invalid_token' ? unauthenticated(presented) : PROOF_REFUSED;
    return refusal(error, [...schemes, ...nonceFor(presented)]);
  }

  /** `refused` says what to answer once the right has ended; `isGood` whether what is left of it is good here. */
  function admit(
    presented: Presented,
    { credential, standing }: Proof,
    {
      headers,
      isGood,
      refused,
    }: { headers: readonly string[]; isGood: (proof: Proof) => boolean; refused: () => Refusal },
  ): Result<Caller, never> {
    const { actingClients, actor, clientId, grantId, keyId, orgId } = credential;
    const ceiling = highestAccess(standing.role);
    const access = lowerAccess(credential.access, ceiling);
    usage.touch(keyId);
    async function accessLeft(): Promise<Access | undefined> {
      const found = await prove(presented);
      if (found === undefined || !isGood(found)) return undefined;
      return lowerAccess(found.credential.access, highestAccess(found.standing.role));
    }
    return ok({
      principal: {
        orgId,
        orgSlug: standing.orgSlug,
        actor,
        role: standing.role,
        access,
        clientId,
        actingClients,
        grantId,
        keyId,
      },
      couldStepUp: grantId !== undefined && ceiling === 'full',
      headers,
      accessLeft,
      hangsOn: whatItHangsOn(credential),
      async recheck() {
        const left = await accessLeft();
        return left !== undefined && lowerAccess(left, access) === access ? undefined : refused();
      },
    });
  }

  return {
    async atMcp(req, resource, path, provenPath = path) {
      const presented = readPresented(req.headers);
      if (presented.kind === 'several') {
        attempts?.challenged(req, resource, 'two_credentials');
        return fail(refusal(TWO_CREDENTIALS));
      }
      const isGood = (found: Proof): boolean => opens(found, resource, urls.connectorPaths);
      const proof = await prove(presented);
      if (proof !== undefined && isGood(proof)) {
        const { credential } = proof;
        const fault = await orUnavailable(() =>
          faultOfPossession(deps, { req, path: provenPath, presented, credential }),
        );
        if (fault !== undefined) return fail(refuse(presented, path, fault));
        const refused = (): Refusal => refuse(presented, path, 'invalid_token');
        return admit(presented, proof, { headers: nonceFor(presented), isGood, refused });
      }
      if (proof === undefined && resource.kind !== 'any' && !(await exists(resource.org))) {
        return fail(refusal(new AppError('not_found', 'There is nothing at this address.')));
      }
      attempts?.challenged(req, resource, CREDENTIAL_FAULTS[presented.kind]);
      return fail(refuse(presented, path, 'invalid_token'));
    },

    async atApi(req) {
      const presented = readPresented(req.headers);
      if (presented.kind === 'several') return fail(refusal(TWO_CREDENTIALS));
      // Access tokens are for the MCP door: their audience is a resource there.
      const proof = presented.kind === 'key' ? await prove(presented) : undefined;
      const refused = (): Refusal => refusal(unauthenticated(presented), KEY_CHALLENGE);
      return proof === undefined
        ? fail(refused())
        : admit(presented, proof, { headers: [], isGood: () => true, refused });
    },
  };
}

async function orUnavailable<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (cause) {
    throw new AppError('unavailable', 'Your credential cannot be checked at the moment. Try again.', {
      internalMessage: 'a credential could not be checked',
      cause,
      retryAfterSeconds: 1,
    });
  }
}

const PROOF_REFUSED = new AppError(
  'unauthenticated',
  'This token needs a DPoP proof made for this request: fresh, with the nonce of the DPoP-Nonce header, used once.',
);

const CREDENTIAL_FAULTS = {
  nothing: undefined,
  unusable: 'credential_unusable',
  key: 'key_refused',
  token: 'token_refused',
} as const;

const TWO_CREDENTIALS = new AppError(
  'invalid_request',
  'Send one credential: Authorization or X-API-Key, not both.',
);

/** In the change feed's words: see `Gateway.changed`. */
function whatItHangsOn(credential: VerifiedCredential): readonly string[] {
  const { actingClients = [], actor, grantId, keyId, orgId, tokenId } = credential;
  const hangsOn = [orgId, keyId, `${orgId}:${actor.id}`];
  if (grantId !== undefined) hangsOn.push(grantId);
  if (tokenId !== undefined) hangsOn.push(tokenId);
  for (const clientId of actingClients) hangsOn.push(`${orgId}:${clientId}`);
  return hangsOn;
}

/** A token is good at its resource and below it, a key everywhere in its organisation; nothing in any other. */
function opens(
  { credential, standing }: Proof,
  resource: Resource,
  connectorPaths: readonly string[],
): boolean {
  if (credential.kind === 'key') return resource.kind === 'any' || resource.org === standing.orgSlug;
  if (credential.resource === undefined) return false;
  return resourceCovers(credential.resource, resource, standing.orgSlug, connectorPaths);
}

function unauthenticated(presented: Presented): AppError {
  return new AppError(
    'unauthenticated',
    presented.kind === 'nothing'
      ? 'Sign in, or send a key.'
      : 'This credential is not valid here: it is unknown, expired, revoked, or meant for another address.',
  );
}
