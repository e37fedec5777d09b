import type { AppOptions } from './app-options.ts';
import { deriveKey } from './kernel/seal.ts';
import { createSignInWatch } from './observe-sign-ins.ts';
import { createAccounts } from './people/accounts.ts';
import { createReach } from './people/company/reach.ts';
import { createPeople } from './people/people.ts';
import { createSetup } from './people/setup.ts';
import type { Telemetry } from './wire-telemetry.ts';

/** The part of the wiring that is about people: who they are, how they sign in, what is open to them. */
export function wirePeople({
  clock,
  log,
  masterSecret,
  store,
  telemetry,
  webBaseUrl,
}: Pick<AppOptions, 'clock' | 'log' | 'masterSecret' | 'store' | 'webBaseUrl'> & {
  telemetry: Pick<Telemetry, 'signIns'>;
}) {
  const watch = createSignInWatch(telemetry.signIns);
  const secret = deriveKey(masterSecret, 'sessions');
  const people = watch.people(createPeople({ store, baseUrl: webBaseUrl, secret, clock, log }));
  const accounts = createAccounts({ store, people, clock, baseUrl: webBaseUrl, masterSecret });
  return {
    people,
    accounts: watch.accounts(accounts),
    setup: createSetup({ store }),
    reach: createReach({ store, clock }),
    observeCompany: watch.company,
  };
}
