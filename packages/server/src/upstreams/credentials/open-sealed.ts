import { unseal } from '../../kernel/seal.ts';
import { WrongMasterSecretError } from '../../kernel/wrong-master-secret.ts';

/** What we sealed as JSON. Throws `WrongMasterSecretError` where it was sealed under another secret. */
export function openSealed(sealKey: Uint8Array, sealed: string, context: string): unknown {
  let opened: string;
  try {
    opened = unseal(sealKey, sealed, context);
  } catch (error) {
    throw new WrongMasterSecretError(error);
  }
  return JSON.parse(opened);
}
