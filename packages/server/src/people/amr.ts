/** How somebody showed who they are: words of RFC 8176, and our own for another's word and for a passkey. */
export const AMR = ['pwd', 'otp', 'webauthn', 'sso'] as const;
export type Amr = (typeof AMR)[number];

/** As the database keeps them. */
export function writeAmr(amr: readonly Amr[]): string {
  return AMR.filter((word) => amr.includes(word)).join(' ');
}

export function readAmr(text: string): Amr[] {
  const words = text.split(' ');
  return AMR.filter((word) => words.includes(word));
}
