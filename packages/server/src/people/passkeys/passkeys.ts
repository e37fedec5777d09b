import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { isIP } from 'node:net';
import type { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Passkey } from '../../store/queries/passkeys.ts';
import type { Store } from '../../store/store.ts';
import type { Amr } from '../amr.ts';
import { traceAccount, type AccountActor } from '../account-trace.ts';
import { cleanDisplayName } from '../display-name.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { createChallenges } from './challenges.ts';
import type { registrationSchema, signatureSchema } from './responses.ts';

export const PASSKEYS_MAX = 20;
const PRODUCT = 'Latchkey';

/** A sixth of all that a start would load, and a start is waited for: it is loaded when the first passkey is met. */
const webAuthn = () => import('@simplewebauthn/server');

/** `refused`: it is not ours, not for this, not this person's, or was used before. Which one, a caller is not told. */
export type PasskeyFault = 'refused' | 'too_many' | 'known_already';

/** Passkeys (WebAuthn level 3) of the web host at `baseUrl`. The device asks for a finger or a PIN: two factors in one. */
export function createPasskeys({
  store,
  clock,
  baseUrl,
  key,
}: {
  store: Store;
  clock: Clock;
  baseUrl: string;
  /** Signs the challenges. */
  key: Uint8Array;
}) {
  const { hostname: rpID, origin } = new URL(baseUrl);
  const challenges = createChallenges({
    key,
    claimOnce: (id, expiresAtSeconds) => store.usedIds.claim('passkey', id, expiresAtSeconds),
    clock,
  });

  return {
    /** A browser binds passkeys to names alone: at an address of numbers there are none. */
    isAvailable: isIP(rpID.replace(/^\[|\]$/g, '')) === 0,

    list: (userId: UserId): Promise<Passkey[]> => store.passkeys.list(userId),

    /** What the browser needs to make one. `sessionId`: in whose session alone it can be finished. */
    async registrationOptions(user: {
      userId: UserId;
      email: string;
      name: string;
      sessionId: string;
    }): Promise<PublicKeyCredentialCreationOptionsJSON> {
      const { generateRegistrationOptions } = await webAuthn();
      const known = await store.passkeys.list(user.userId);
      return generateRegistrationOptions({
        rpName: PRODUCT,
        rpID,
        userID: new Uint8Array(Buffer.from(user.userId)),
        userName: user.email,
        userDisplayName: user.name,
        challenge: challenges.issue(toRegister(user)),
        attestationType: 'none',
        excludeCredentials: known.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
    },

    async register(
      by: AccountActor & { sessionId: string },
      given: { name: string; response: z.infer<typeof registrationSchema> },
    ): Promise<Result<{ id: string; name: string }, PasskeyFault>> {
      const subject = toRegister(by);
      const { verifyRegistrationResponse } = await webAuthn();
      let challenge = '';
      const verified = await refusedIfThrown(() =>
        verifyRegistrationResponse({
          response: given.response as RegistrationResponseJSON,
          expectedChallenge(sent) {
            challenge = sent;
            return challenges.isGood(subject, sent);
          },
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
        }),
      );
      if (verified?.verified !== true || !(await challenges.claim(challenge))) return fail('refused');
      const { credential, credentialBackedUp: backedUp } = verified.registrationInfo;
      const { counter, id, publicKey, transports = [] } = credential;
      const name = cleanDisplayName(given.name) || 'Passkey';
      return refusableTransaction(store, async (queries) => {
        await queries.passkeys.lock(by.userId);
        if ((await queries.passkeys.countOf(by.userId)) >= PASSKEYS_MAX) return fail('too_many');
        const row = { id, userId: by.userId, name, counter, backedUp, transports: [...transports] };
        const isNew = await queries.passkeys.add({
          ...row,
          publicKey: Buffer.from(publicKey).toString('base64url'),
        });
        if (!isNew) return fail('known_already');
        // It was made by the person, in this session.
        await queries.sessions.addAmr(by.userId, by.sessionId, 'webauthn' satisfies Amr);
        await traceAccount(queries, clock, by, { action: 'account.passkey_added', detail: { name } });
        return ok({ id, name });
      });
    },

    /** False: the person has no such passkey. */
    rename: (by: AccountActor, id: string, wanted: string): Promise<boolean> =>
      store.transaction(async (queries) => {
        const name = cleanDisplayName(wanted) || 'Passkey';
        if (!(await queries.passkeys.rename(by.userId, id, name))) return false;
        await traceAccount(queries, clock, by, { action: 'account.passkey_renamed', detail: { name } });
        return true;
      }),

    remove: (by: AccountActor, id: string): Promise<boolean> =>
      store.transaction(async (queries) => {
        const name = await queries.passkeys.remove(by.userId, id);
        if (name === undefined) return false;
        await traceAccount(queries, clock, by, { action: 'account.passkey_removed', detail: { name } });
        return true;
      }),

    /** For whoever it is: the browser offers the passkeys that it has for this host. `subject`: see `verify`. */
    async signInOptions(subject: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
      const { generateAuthenticationOptions } = await webAuthn();
      return generateAuthenticationOptions({
        rpID,
        challenge: challenges.issue(`use ${subject}`),
        userVerification: 'required',
      });
    },

    /** Whose passkey it is that signed a challenge for `subject`: a browser that signs in, or a session that confirms. */
    async verify(subject: string, sent: Signature): Promise<Result<UserId, 'refused'>> {
      const passkey = await store.passkeys.find(sent.id);
      if (passkey === undefined || !isOwnHandle(passkey.userId, sent.response.userHandle))
        return fail('refused');
      const { verifyAuthenticationResponse } = await webAuthn();
      let challenge = '';
      const verified = await refusedIfThrown(() =>
        verifyAuthenticationResponse({
          response: sent as AuthenticationResponseJSON,
          expectedChallenge(given) {
            challenge = given;
            return challenges.isGood(`use ${subject}`, given);
          },
          expectedOrigin: origin,
          expectedRPID: rpID,
          credential: {
            id: passkey.id,
            publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
            // Whether it grew is asked where it is stored, for all nodes at once.
            counter: 0,
          },
          requireUserVerification: true,
        }),
      );
      if (verified?.verified !== true || !(await challenges.claim(challenge))) return fail('refused');
      const { newCounter } = verified.authenticationInfo;
      if (await store.passkeys.claimUse(passkey.id, newCounter, new Date(clock.nowMs())))
        return ok(passkey.userId);
      await traceAccount(store, clock, passkey, {
        action: 'account.passkey_used',
        outcome: 'refused',
        detail: { name: passkey.name, reason: 'counter' },
      });
      return fail('refused');
    },
  };
}

export type Signature = z.infer<typeof signatureSchema>;

function toRegister({ sessionId, userId }: { userId: UserId; sessionId: string }): string {
  return `register ${userId} ${sessionId}`;
}

/** Section 7.2 step 6: a passkey that says whose it is must be theirs. */
function isOwnHandle(userId: UserId, handle: string | undefined): boolean {
  return handle === undefined || Buffer.from(handle, 'base64url').toString() === userId;
}

/** The library throws for whatever is not as it should be. */
async function refusedIfThrown<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}
