import { z } from 'zod';
import { seal, unseal } from '../../kernel/seal.ts';
import { WrongMasterSecretError } from '../../kernel/wrong-master-secret.ts';

/** What is sealed in `company_providers` is sealed for this. */
export function contextOfProvider(orgId: string): string {
  return `company-provider ${orgId}`;
}

/** What is sealed in `company_authorizations` is sealed for this. */
export function contextOfDeparture(stateHash: string): string {
  return `company-authorization ${stateHash}`;
}

const departureSchema = z.object({
  issuer: z.string(),
  clientId: z.string(),
  nonce: z.string(),
  verifier: z.string(),
});
/** What is kept while a person is at the provider: who was asked, and what the answer has to fit. */
export type Departure = z.infer<typeof departureSchema>;

/** Client secrets, and what binds an answer to its question, as they are stored. */
export function createProviderSecrets(sealKey: Uint8Array) {
  function open(sealed: string, context: string): string {
    try {
      return unseal(sealKey, sealed, context);
    } catch (error) {
      throw new WrongMasterSecretError(error);
    }
  }
  return {
    sealSecret: (orgId: string, secret: string) => seal(sealKey, secret, contextOfProvider(orgId)),
    openSecret: (orgId: string, sealed: string) => open(sealed, contextOfProvider(orgId)),
    sealDeparture: (stateHash: string, departure: Departure) =>
      seal(sealKey, JSON.stringify(departure), contextOfDeparture(stateHash)),
    openDeparture: (stateHash: string, sealed: string): Departure =>
      departureSchema.parse(JSON.parse(open(sealed, contextOfDeparture(stateHash)))),
  };
}

export type ProviderSecrets = ReturnType<typeof createProviderSecrets>;
