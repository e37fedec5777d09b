import { DEMO_PASSWORD, DEMO_USERS } from './demo/demo-data.ts';
import type { Log } from './kernel/log.ts';
import { verifyPassword } from './people/password.ts';
import { createStore } from './store/store.ts';

/** Who of the demo's people signs in to this database with the demo's password, which everybody can read. */
export async function findDemoPeople(databaseUrl: string, log: Log): Promise<string[]> {
  const store = createStore(databaseUrl, log);
  try {
    const found: string[] = [];
    for (const { email } of DEMO_USERS) {
      const person = await store.sessions.findPassword({ email });
      if (person === undefined || person.disabledAt !== null || person.passwordHash === null) continue;
      if (await verifyPassword(person.passwordHash, DEMO_PASSWORD)) found.push(email);
    }
    return found;
  } finally {
    await store.close();
  }
}
