/** Where somebody's public keys are, as a form has it. `metadata`: as the other side's own metadata says. */
export interface KeySource {
  kind: 'metadata' | 'address' | 'pasted';
  address: string;
  pasted: string;
}

/** As the API takes it. What no key set can be read from goes as it is, for the server to refuse. */
export function keysOf({ kind, address, pasted }: KeySource): { jwks_uri?: string; jwks?: unknown } {
  switch (kind) {
    case 'metadata':
      return {};
    case 'address':
      return { jwks_uri: address.trim() };
    case 'pasted':
      return { jwks: readKeySet(pasted) ?? pasted };
    default:
      return kind satisfies never;
  }
}

/** A key set (RFC 7517), or a single key, which is made one. Undefined: it is neither. */
export function readKeySet(text: string): { keys: unknown[] } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if ('keys' in value && Array.isArray(value.keys)) return { keys: value.keys };
  return 'kty' in value ? { keys: [value] } : undefined;
}
