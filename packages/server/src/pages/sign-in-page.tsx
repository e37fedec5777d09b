import type { FC } from 'hono/jsx';
import { cleanDisplayName } from '../people/display-name.ts';
import { PASSKEY_SCRIPT_PATH } from './assets.ts';
import { CompanyByEmail, CompanyFirst, type CompanyOffer } from './company/company-choice.tsx';
import type { TransactionSummary } from './deps.ts';
import { Page } from './layout.tsx';
import { TextField } from './text-field.tsx';

export interface SignInPageProps {
  readonly csrf: string;
  readonly returnTo: string;
  readonly email: string;
  readonly transaction: TransactionSummary | undefined;
  /** Whether there can be passkeys at this host. */
  readonly hasPasskeys: boolean;
  readonly companies: CompanyOffer;
  readonly error?: string | undefined;
}

/** The app's host goes before the name that it gave itself, where it is known by its host. */
const App: FC<TransactionSummary> = ({ clientName, clientHost, destinationHost }) => {
  const name = cleanDisplayName(clientName) || 'an app without a name';
  if (clientHost === undefined) {
    return (
      <>
        <b>
          <bdi>{name}</bdi>
        </b>{' '}
        (<bdi>{destinationHost}</bdi>)
      </>
    );
  }
  return (
    <>
      <b>
        <bdi>{clientHost}</bdi>
      </b>{' '}
      (“<bdi>{name}</bdi>”
      {clientHost === destinationHost ? null : (
        <>
          , answered at <bdi>{destinationHost}</bdi>
        </>
      )}
      )
    </>
  );
};

/** Names the app and where access would go before anyone types a password. */
export const Purpose: FC<TransactionSummary> = ({ organisationName, ...app }) => (
  <>
    To connect <App {...app} /> to{' '}
    {organisationName === undefined ? (
      'your organisation'
    ) : (
      <b>
        <bdi>{organisationName}</bdi>
      </b>
    )}
  </>
);

/** Hidden until its script finds that the browser has passkeys. */
const PasskeyForm: FC<{ csrf: string; returnTo: string }> = ({ csrf, returnTo }) => (
  <form id="passkey" class="other-way" method="post" action="/sign-in/passkey" hidden>
    <input type="hidden" name="csrf" value={csrf} />
    <input type="hidden" name="return_to" value={returnTo} />
    <button class="wide secondary" type="submit">
      Sign in with a passkey
    </button>
    <p class="small" role="status"></p>
    <script type="module" src={PASSKEY_SCRIPT_PATH}></script>
  </form>
);

export const SignInPage: FC<SignInPageProps> = ({
  csrf,
  returnTo,
  email,
  transaction,
  hasPasskeys,
  companies,
  error,
}) => (
  <Page
    title="Sign in"
    strip={transaction === undefined ? undefined : <Purpose {...transaction} />}
    aside={
      <p>
        <a href="/forgot">Forgot your password?</a>
      </p>
    }
  >
    <h1>Sign in</h1>
    <p class="lead">
      {transaction === undefined
        ? 'Use the account that your organisation gave you.'
        : 'You decide what the app may do on the next page.'}
    </p>
    {error === undefined ? null : (
      <p class="problem" role="alert">
        {error}
      </p>
    )}
    <CompanyFirst company={companies.first} csrf={csrf} returnTo={returnTo} />
    <form id="by-password" method="post" action="/sign-in">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="return_to" value={returnTo} />
      <TextField
        name="email"
        label="Email"
        type="email"
        autocomplete={hasPasskeys ? 'username webauthn' : 'username'}
        value={email}
        autofocus={email === ''}
      />
      <TextField
        name="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        autofocus={email !== ''}
      />
      <button class={companies.first === undefined ? 'wide' : 'wide secondary'} type="submit">
        Sign in
      </button>
    </form>
    <CompanyByEmail offered={companies.byEmail && companies.first === undefined} form="by-password" />
    {hasPasskeys ? <PasskeyForm csrf={csrf} returnTo={returnTo} /> : null}
  </Page>
);
