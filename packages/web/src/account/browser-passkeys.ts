import { ApiError } from '../api/api-error.ts';
import { confirmText } from '../text/confirm.ts';

// What `navigator.credentials` takes and gives is bytes; the server's JSON has them in base64url. Browsers learn to do
// it themselves (PublicKeyCredential.parseCreationOptionsFromJSON), not all of them yet.

export interface CreationOptions {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: { id: string; type: 'public-key' }[];
}

export interface RequestOptions {
  challenge: string;
}

export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis;
}

/** Has the device make a passkey. Throws the browser's `NotAllowedError` where nobody wanted one. */
export async function makePasskey(options: CreationOptions): Promise<unknown> {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((known) => ({
      ...known,
      id: toBytes(known.id),
    })),
  };
  const made = await navigator.credentials.create({
    publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions,
  });
  const { id, response } = made as PublicKeyCredential & { response: AuthenticatorAttestationResponse };
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/** Has the device sign with a passkey that it has for us. */
export async function askPasskey(options: RequestOptions): Promise<unknown> {
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: [] };
  const asked = navigator.credentials.get({
    publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions,
  });
  const given = await asked.catch(() => {
    throw new ApiError(0, 'no_passkey', confirmText.noPasskey, undefined);
  });
  const { id, response } = given as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      ...(response.userHandle === null ? {} : { userHandle: toText(response.userHandle) }),
    },
  };
}

function toBytes(base64url: string): Uint8Array {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
