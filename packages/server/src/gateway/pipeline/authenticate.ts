import type { Usage } from '../../audit/usage.ts';
import { lowerAccess, type Access } from '../../kernel/access.ts';
import { withLimitOfKey } from '../../kernel/call-limits.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Standing, VerifiedCredential } from '../../kernel/credential.ts';
import { AppError } from '../../kernel/errors.ts';
import { answersTo } from '../../kernel/organisation-names.ts';
import type { Principal } from '../../kernel/principal.ts';
import { resourceCovers, type Resource } from '../../kernel/resource.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { DoorAttempts } from '../attempts.ts';
import { challenge, KEY_CHALLENGE } from '../challenge.ts';
import type { GatewayUrls, Identification } from '../ports.ts';
import { refusal, type Refusal } from '../refusal.ts';
import type { Right } from '../under-way.ts';
import { faultOfPossession, type PossessionFault } from './possession.ts';
import { readPresented, type Presented } from '../../kernel/presented.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

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
    req: AnyRequest,
    resource: Resource,
    path: string,
    provenPath?: string,
  ): Soon<Result<Caller, Refusal>>;
  atApi(req: AnyRequest): Soon<Result<Caller, Refusal>>;
}

/** What is asked of the MCP door, before it is known by whom. */
interface Place {
  readonly req: AnyRequest;
  readonly resource: Resource;
  readonly path: string;
  readonly provenPath: string;
  readonly presented: Presented;
  isGood(found: Proof): boolean;
}

type Proof = { readonly credential: VerifiedCredential; readonly standing: Standing };

type Identity = Pick<Caller, 'principal' | 'couldStepUp' | 'hangsOn'>;

/** Who is calling, and whether here. Every door opens by this and nothing else. */
export function createAuthenticate(
  deps: Identification & {
    readonly attempts?: DoorAttempts | undefined;
    readonly urls: GatewayUrls;
    readonly usage: Usage;
    readonly clock: Clock;
  },
): Authenticate {
  const { addressOf, attempts, clock, dpop, urls, usage } = deps;
  // Whoever remembers credentials hands out the same one at each call, and what we make of it is the same as well.
  const known = new WeakMap<
    VerifiedCredential,
    { readonly standing: Standing; readonly identity: Identity }
  >();

  function identify({ credential, standing }: Proof): Identity {
    const found = known.get(credential);
    if (found?.standing === standing) return found.identity;
    const identity = identityOf(credential, standing);
    known.set(credential, { standing, identity });
    return identity;
  }

  /** At once, if all that it takes is remembered: nearly every call is one of many. */
  function prove(presented: Presented): Soon<Proof | undefined> {
    if (presented.kind !== 'key' && presented.kind !== 'token') return undefined;
    return orUnavailable(() => {
      const credential =
        presented.kind === 'key'
          ? deps.verifyKey(presented.secret, presented.hash)
          : deps.verifyToken(presented.secret, presented.hash);
      return credential instanceof Promise ? credential.then(proofOf) : proofOf(credential);
    });
  }

  function proofOf(credential: VerifiedCredential | undefined): Soon<Proof | undefined> {
    if (credential === undefined) return undefined;
    const standing = deps.standingOf(credential.orgId, credential.actor);
    if (standing instanceof Promise)
      return standing.then((found) => found && { credential, standing: found });
    return standing && { credential, standing };
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
    { presented, req }: { readonly presented: Presented; readonly req: AnyRequest },
    proof: Proof,
    {
      headers,
      isGood,
      refused,
    }: { headers: readonly string[]; isGood: (proof: Proof) => boolean; refused: () => Refusal },
  ): Result<Caller, Refusal> {
    // Now: of the request of a stream nothing is kept, and it is asked again where that comes from.
    const { remoteAddress } = req.socket;
    const { 'x-forwarded-for': forwarded } = req.headers;
    const isHere = (found: Proof): boolean => answersHere(found, () => addressOf(remoteAddress, forwarded));
    if (!isHere(proof)) return fail(refusal(ELSEWHERE));
    const { couldStepUp, hangsOn, principal } = identify(proof);
    const { access } = principal;
    usage.touch(principal.keyId);
    async function accessLeft(): Promise<Access | undefined> {
      const found = await prove(presented);
      if (found === undefined || !isGood(found) || !isHere(found)) return undefined;
      return lowerAccess(found.credential.access, found.standing.ceiling);
    }
    return ok({
      principal,
      couldStepUp,
      headers,
      accessLeft,
      hangsOn,
      async recheck() {
        const left = await accessLeft();
        return left !== undefined && lowerAccess(left, access) === access ? undefined : refused();
      },
    });
  }

  function judgeAtMcp(at: Place, proof: Proof | undefined): Soon<Result<Caller, Refusal>> {
    const { isGood, presented, provenPath, req } = at;
    if (proof === undefined || !isGood(proof)) return refuseAtMcp(at, proof);
    const { credential } = proof;
    const fault = orUnavailable(() =>
      faultOfPossession(deps, { req, path: provenPath, presented, credential }),
    );
    return fault instanceof Promise
      ? fault.then((found) => admitAtMcp(at, proof, found))
      : admitAtMcp(at, proof, fault);
  }

  function admitAtMcp(
    { isGood, path, presented, req }: Place,
    proof: Proof,
    fault: PossessionFault | undefined,
  ): Result<Caller, Refusal> {
    if (fault !== undefined) return fail(refuse(presented, path, fault));
    const refused = (): Refusal => refuse(presented, path, 'invalid_token');
    return admit({ presented, req }, proof, { headers: nonceFor(presented), isGood, refused });
  }

  async function refuseAtMcp(
    { path, presented, req, resource }: Place,
    proof: Proof | undefined,
  ): Promise<Result<Caller, Refusal>> {
    if (presented.kind === 'several') {
      attempts?.challenged(req, resource, 'two_credentials');
      return fail(refusal(TWO_CREDENTIALS));
    }
    if (proof === undefined && resource.kind !== 'any' && !(await deps.organisationExists(resource.org))) {
      return fail(refusal(new AppError('not_found', 'There is nothing at this address.')));
    }
    attempts?.challenged(req, resource, CREDENTIAL_FAULTS[presented.kind]);
    return fail(refuse(presented, path, 'invalid_token'));
  }

  return {
    atMcp(req, resource, path, provenPath = path) {
      const presented = presentedBy(req);
      const isGood = (found: Proof): boolean => opens(found, resource, urls.connectorPaths, clock.nowMs());
      const at: Place = { req, resource, path, provenPath, presented, isGood };
      const proof = prove(presented);
      return proof instanceof Promise ? proof.then((found) => judgeAtMcp(at, found)) : judgeAtMcp(at, proof);
    },

    async atApi(req) {
      const presented = presentedBy(req);
      if (presented.kind === 'several') return fail(refusal(TWO_CREDENTIALS));
      // Access tokens are for the MCP door: their audience is a resource there.
      const proof = presented.kind === 'key' ? await prove(presented) : undefined;
      const refused = (): Refusal => refusal(unauthenticated(presented), KEY_CHALLENGE);
      return proof === undefined
        ? fail(refused())
        : admit({ presented, req }, proof, { headers: [], isGood: () => true, refused });
    },
  };
}

function presentedBy(req: AnyRequest): Presented {
  if (!('known' in req)) return readPresented(req.headers);
  const { headers, known } = req;
  known.presented ??= readPresented(headers);
  return known.presented;
}

/** Whether the organisation answers where the call comes from: asked of those alone that have a list. */
function answersHere({ credential, standing }: Proof, address: () => string | undefined): boolean {
  const { onlyFrom } = standing;
  if (onlyFrom === undefined) return true;
  const isOfAnApp = credential.grantId !== undefined;
  return (isOfAnApp && onlyFrom.scope === 'own') || onlyFrom.admits(address());
}

function orUnavailable<T>(find: () => Soon<T>): Soon<T> {
  try {
    const found = find();
    return found instanceof Promise ? found.catch(cannotCheck) : found;
  } catch (cause) {
    return cannotCheck(cause);
  }
}

function cannotCheck(cause: unknown): never {
  throw new AppError('unavailable', 'Your credential cannot be checked at the moment. Try again.', {
    internalMessage: 'a credential could not be checked',
    cause,
    retryAfterSeconds: 1,
  });
}

const PROOF_REFUSED = new AppError(
  'unauthenticated',
  'This token needs a DPoP proof made for this request: fresh, with the nonce of the DPoP-Nonce header, used once.',
);

const ELSEWHERE = new AppError(
  'address_not_allowed',
  'This organisation does not answer calls from your address. Its admins keep the list.',
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

function identityOf(credential: VerifiedCredential, standing: Standing): Identity {
  const { access, actingClients, actor, callsPerMinute, clientId, grantId, keyId, orgId } = credential;
  const { ceiling, limits, orgSlug, role } = standing;
  return {
    principal: {
      orgId,
      orgSlug,
      actor,
      role,
      access: lowerAccess(access, ceiling),
      clientId,
      actingClients,
      grantId,
      keyId,
      limits: withLimitOfKey(limits, callsPerMinute),
    },
    couldStepUp: grantId !== undefined && ceiling === 'full',
    hangsOn: whatItHangsOn(credential),
  };
}

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
  nowMs: number,
): boolean {
  if (credential.kind === 'key') return resource.kind === 'any' || answersTo(standing, resource.org, nowMs);
  if (credential.resource === undefined) return false;
  return resourceCovers(credential.resource, resource, standing, connectorPaths, nowMs);
}

function unauthenticated(presented: Presented): AppError {
  return new AppError(
    'unauthenticated',
    presented.kind === 'nothing'
      ? 'Sign in, or send a key.'
      : 'This credential is not valid here: it is unknown, expired, revoked, or meant for another address.',
  );
}
