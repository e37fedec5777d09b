import type { Config } from '../config.ts';
import { findMasterSecret } from '../master-secret.ts';
import { refuseToStart } from './lifecycle.ts';

/** The secret of the service that a command works beside. Where there is none it says so, and it is undefined. */
export async function serviceSecretOf({ databaseUrl, dataDir, secret }: Config): Promise<string | undefined> {
  const masterSecret = await findMasterSecret(secret, dataDir);
  if (masterSecret === undefined) {
    const where = databaseUrl === undefined ? `the service has not been started in ${dataDir}` : 'not set';
    refuseToStart([`LATCHKEY_SECRET: ${where}. Give the same secret as the service has.`]);
  }
  return masterSecret;
}
