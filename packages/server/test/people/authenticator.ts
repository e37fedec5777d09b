import { isoCBOR } from '@simplewebauthn/server/helpers';
import { createHash, randomBytes, sign } from 'node:crypto';
import { newKeyPair } from '../../src/kernel/key-pair.ts';

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id?: string };
  user?: { id: string };
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/** A passkey in software, which does whatever the test wants of it: it answers as a browser at `origin` would. */
export function createAuthenticator({ origin }: { origin: string }) {
  const { privateKey, publicKey } = newKeyPair('P-256');
  const rawId = randomBytes(32);
  const id = rawId.toString('base64url');
  let counter = 0;
  let userHandle = '';

  function clientData(type: string, challenge: string, at: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: at, crossOrigin: false }));
  }

  function authData(rpId: string, flags: number, count: number, rest = Buffer.alloc(0)): Buffer {
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(count);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counted, rest]);
  }

  return {
    id,

    register(options: Options, { verified = true, at = origin }: { verified?: boolean; at?: string } = {}) {
      userHandle = options.user?.id ?? '';
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      const cose = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ]);
      const idLength = Buffer.alloc(2);
      idLength.writeUInt16BE(rawId.length);
      const credential = Buffer.concat([Buffer.alloc(16), idLength, rawId, isoCBOR.encode(cose)]);
      const flags = USER_PRESENT | HAS_CREDENTIAL | (verified ? USER_VERIFIED : 0);
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData(options.rp?.id ?? '', flags, counter, credential))],
      ]);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData('webauthn.create', options.challenge, at).toString('base64url'),
          attestationObject: Buffer.from(
            isoCBOR.encode(attestation as Parameters<typeof isoCBOR.encode>[0]),
          ).toString('base64url'),
          transports: ['internal'],
        },
      };
    },

    /** Signs once more; each of the attacks of a test is one of the things that may be otherwise. */
    sign(
      options: Options,
      attack: {
        at?: string;
        rpId?: string;
        counter?: number;
        verified?: boolean;
        userHandle?: string;
        id?: string;
      } = {},
    ) {
      counter = attack.counter ?? counter + 1;
      const flags = USER_PRESENT | (attack.verified === false ? 0 : USER_VERIFIED);
      const data = authData(attack.rpId ?? options.rpId ?? '', flags, counter);
      const client = clientData('webauthn.get', options.challenge, attack.at ?? origin);
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
      const credentialId = attack.id ?? id;
      return {
        id: credentialId,
        rawId: credentialId,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
          userHandle: attack.userHandle ?? userHandle,
        },
      };
    },
  };
}

export type Authenticator = ReturnType<typeof createAuthenticator>;
