import { onServer } from './on-server.ts';

/**
 * With whatever is still connected to it. What PostgreSQL itself does there for upkeep nobody may end by force but a
 * superuser; asked without force it ends that of its own accord.
 */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  try {
    await onServer(serverUrl, `drop database ${name} with (force)`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE)) throw error;
    await onServer(serverUrl, `drop database ${name}`);
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
