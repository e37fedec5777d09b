import type { FC } from 'hono/jsx';
import { SLUG_CHARACTERS_MAX, SLUG_CHARACTERS_MIN } from '../people/organisations/slug.ts';
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from '../people/password.ts';
import type { SetupFault } from '../people/setup.ts';
import { Page } from './layout.tsx';
import { TextField } from './text-field.tsx';

/** What the visitor typed, all but the password: that is never sent back. */
export interface SetupTyped {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly organisationName: string;
  readonly slug: string;
}

export interface SetupPageProps {
  readonly csrf: string;
  readonly typed: SetupTyped;
  readonly tokenIsGood: boolean;
  readonly mcpBaseUrl: string;
  readonly faults: readonly SetupFault[];
  readonly notice?: string | undefined;
}

type Field = 'email' | 'password' | 'organisation_name' | 'slug';

const WORDS: Record<SetupFault, { field: Field; text: string }> = {
  email_invalid: { field: 'email', text: 'This is not an email address.' },
  email_taken: { field: 'email', text: 'There is already an account with this address.' },
  password_too_short: {
    field: 'password',
    text: `Use at least ${PASSWORD_CHARACTERS_MIN} characters.`,
  },
  password_too_long: { field: 'password', text: `Use at most ${PASSWORD_CHARACTERS_MAX} characters.` },
  organisation_name_missing: { field: 'organisation_name', text: 'Give your organisation a name.' },
  slug_needed: { field: 'slug', text: 'No short name follows from this name: please choose one.' },
  slug_invalid: {
    field: 'slug',
    text: `Use ${SLUG_CHARACTERS_MIN} to ${SLUG_CHARACTERS_MAX} small letters a-z and digits, with single hyphens between them.`,
  },
  slug_reserved: { field: 'slug', text: 'This word is reserved. Please choose another.' },
  slug_taken: { field: 'slug', text: 'Another organisation has this short name.' },
};

export const SetupPage: FC<SetupPageProps> = (props) => {
  const { csrf, typed, tokenIsGood, mcpBaseUrl, faults, notice } = props;
  const faultOf = (field: Field) =>
    faults.map((fault) => WORDS[fault]).find((words) => words.field === field)?.text;
  const tokenFault =
    !tokenIsGood && typed.token !== '' ? 'This set-up token is not, or no longer, the right one.' : undefined;
  return (
    <Page title="Set up">
      <h1>Set up Latchkey</h1>
      <p class="lead">Create the first account and the first organisation. You will be its owner.</p>
      {notice === undefined ? null : (
        <p class="problem" role="alert">
          {notice}
        </p>
      )}
      <form method="post" action="/setup">
        <input type="hidden" name="csrf" value={csrf} />
        {tokenIsGood ? (
          <input type="hidden" name="token" value={typed.token} />
        ) : (
          <TextField
            name="token"
            label="Set-up token"
            value={typed.token}
            autocomplete="off"
            fault={tokenFault}
            hint="It stands in the link that the server printed on its console when it started. Restarting the server prints a new one, and the one before stops working."
          />
        )}
        <h2>You</h2>
        <TextField
          name="email"
          label="Email"
          type="email"
          value={typed.email}
          autocomplete="username"
          fault={faultOf('email')}
        />
        <TextField
          name="name"
          label="Your name"
          value={typed.name}
          autocomplete="name"
          required={false}
          hint="Optional. Shown to the members of your organisation."
        />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          fault={faultOf('password')}
          hint={`At least ${PASSWORD_CHARACTERS_MIN} characters. A few words in a row are fine.`}
        />
        <h2>Your organisation</h2>
        <TextField
          name="organisation_name"
          label="Organisation name"
          value={typed.organisationName}
          autocomplete="organization"
          fault={faultOf('organisation_name')}
        />
        <TextField
          name="slug"
          label="Short name"
          value={typed.slug}
          autocomplete="off"
          required={false}
          fault={faultOf('slug')}
          hint={
            <>
              Part of the address that people paste: <code>{mcpBaseUrl}/mcp/short-name</code>. Leave it empty
              to have it made from the organisation’s name.
            </>
          }
        />
        <button class="wide" type="submit">
          Finish set-up
        </button>
      </form>
    </Page>
  );
};
