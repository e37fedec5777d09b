import type { Accounts } from './people/accounts.ts';
import type { CompanySignIn } from './people/company/company-sign-in.ts';
import type { People } from './people/people.ts';
import type { CounterFamily } from './telemetry/registry.ts';

/** Counts how people sign in. A session that begins is a sign-in that held; how it was shown says by which method. */
export function createSignInWatch(signIns: CounterFamily) {
  return {
    people(people: People): People {
      return {
        ...people,
        async signIn(input) {
          const signedIn = await people.signIn(input);
          const outcome = signedIn.ok ? (signedIn.value.step === 'done' ? 'ok' : 'second_factor') : 'refused';
          signIns.at('password', outcome).value += 1;
          return signedIn;
        },
        async beginSession(input) {
          const begun = await people.beginSession(input);
          if (begun.ok) signIns.at(methodOf(input.amr), 'ok').value += 1;
          return begun;
        },
      };
    },

    accounts(accounts: Accounts): Accounts {
      return {
        ...accounts,
        async finishSignIn(input) {
          const finished = await accounts.finishSignIn(input);
          if (!finished.ok) signIns.at('second_factor', 'refused').value += 1;
          return finished;
        },
        async signInByPasskey(input) {
          const signedIn = await accounts.signInByPasskey(input);
          if (!signedIn.ok) signIns.at('passkey', 'refused').value += 1;
          return signedIn;
        },
      };
    },

    company(companySignIn: CompanySignIn): CompanySignIn {
      return {
        ...companySignIn,
        async finish(arrival) {
          const finished = await companySignIn.finish(arrival);
          if (!finished.ok) signIns.at('company', 'refused').value += 1;
          return finished;
        },
      };
    },
  };
}

function methodOf(amr: readonly string[]): string {
  if (amr.includes('sso')) return 'company';
  if (amr.includes('webauthn')) return 'passkey';
  return amr.includes('otp') ? 'second_factor' : 'other';
}
