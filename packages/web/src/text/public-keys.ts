/** The words of the field that asks where public keys are. */
export const keySourceText = {
  legend: 'Its public keys',
  kinds: { metadata: 'As its metadata says', address: 'At an address', pasted: 'Pasted here' },
  address: 'Address of the key set',
  addressHint:
    'https, reachable from the internet. It is read again when a key is new, so keys can change without you.',
  pasted: 'Key set (JWKS)',
  pastedHint: 'JSON with public keys alone; a private key is refused.',
  noKeySet: 'Paste a key set: JSON that has "keys".',
} as const;

/** Where keys are, in a few words. */
export const keysText = {
  at: (address: string) => `keys at ${address}`,
  pasted: (count: number, named: string) => {
    const counted = count === 1 ? 'one key' : `${count} keys`;
    return named === '' ? `${counted}, pasted` : `${counted}, pasted: ${named}`;
  },
} as const;
