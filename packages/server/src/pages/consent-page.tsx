import type { FC } from 'hono/jsx';
import type { Access, Role } from '../kernel/access.ts';
import { AccountLine } from './account-line.tsx';
import { Page } from './layout.tsx';

export interface ConsentChoice {
  slug: string;
  name: string;
  role: Role;
  tools: { read: number; full: number; consumesCredits: boolean };
  mayHoldFull: boolean;
}

export interface ConsentPageProps {
  clientName: string;
  /** Where the code goes: large, because it is what can be trusted. */
  destination: string;
  redirectUri: string;
  loopback: boolean;
  /** The tier: this client chose its name by itself. */
  selfNamed: boolean;
  choices: readonly ConsentChoice[];
  /** Undefined: several organisations to choose from, the first preselected. */
  chosen: string | undefined;
  maxAccess: Access;
  refreshDays: number;
  email: string;
  transactionId: string;
  csrf: string;
  signOutCsrf: string;
  returnTo: string;
  /** Said at the top when an answer could not be taken; what was chosen is kept. */
  problem: string | undefined;
  access: Access;
}

/** Says who asks, where the authorization goes, for what and as whom; then lets a person choose. */
export const ConsentPage: FC<ConsentPageProps> = (props) => {
  const { clientName, destination, choices } = props;
  const only = choices.length === 1 ? choices[0] : undefined;
  const mayHoldFull = props.maxAccess === 'full' && choices.some((choice) => choice.mayHoldFull);
  return (
    <Page
      title={`Connect ${clientName}`}
      aside={<AccountLine email={props.email} csrf={props.signOutCsrf} returnTo={props.returnTo} />}
    >
      <h1>
        Connect <bdi>{clientName}</bdi>
        {only === undefined ? (
          ''
        ) : (
          <>
            {' '}
            to <bdi>{only.name}</bdi>
          </>
        )}
        ?
      </h1>
      {props.problem === undefined ? null : (
        <p class="problem" role="alert">
          {props.problem}
        </p>
      )}
      {props.selfNamed ? <p class="badge">Unidentified: this name was chosen by the app itself</p> : null}
      <section class="destination" aria-label="Where the authorization goes">
        <p class="small">You will be sent to</p>
        <p class="host">
          <bdi>{destination}</bdi>
        </p>
        <p class="small uri">
          <code>{props.redirectUri}</code>
        </p>
        {props.loopback ? (
          <p class="warning">
            This sends access to a program on this computer. Any program here could be asking. Continue only
            if you just started the connection yourself, in an app you know.
          </p>
        ) : null}
      </section>
      <form method="post" action="/oauth/consent">
        <input type="hidden" name="transaction" value={props.transactionId} />
        <input type="hidden" name="csrf" value={props.csrf} />
        {only === undefined ? <OrganisationChoice {...props} /> : <OnlyOrganisation choice={only} />}
        <fieldset>
          <legend>What may it do?</legend>
          <AccessOption
            value="read"
            checked={props.access === 'read' || !mayHoldFull}
            title="Read-only"
            detail={`Looks things up and changes nothing. ${countOf(choices, 'read')}`}
          />
          <AccessOption
            value="full"
            checked={props.access === 'full' && mayHoldFull}
            disabled={!mayHoldFull}
            title="Full access"
            detail={mayHoldFull ? fullDetail(choices) : whyNoFull(props)}
          />
        </fieldset>
        <p class="small">
          Lasts {choices.length > 1 ? 'at most ' : ''}
          {props.refreshDays} {props.refreshDays === 1 ? 'day' : 'days'}. It appears under API keys as{' '}
          <b>
            <bdi>{clientName}</bdi> (MCP connector)
          </b>
          ; revoke it there at any time, with effect at once.
        </p>
        <div class="actions">
          <button type="submit" name="decision" value="deny" class="secondary">
            Cancel
          </button>
          <button type="submit" name="decision" value="allow">
            Allow and go to <bdi>{destination}</bdi>
          </button>
        </div>
      </form>
    </Page>
  );
};

const OnlyOrganisation: FC<{ choice: ConsentChoice }> = ({ choice }) => (
  <>
    <input type="hidden" name="organisation" value={choice.slug} />
    <p>
      Organisation{' '}
      <b>
        <bdi>{choice.name}</bdi>
      </b>
      , where you are {withArticle(choice.role)}.
    </p>
  </>
);

const OrganisationChoice: FC<ConsentPageProps> = ({ choices, chosen }) => (
  <fieldset>
    <legend>Which organisation?</legend>
    {choices.map((choice, index) => (
      <label class="option">
        <input
          type="radio"
          name="organisation"
          value={choice.slug}
          checked={chosen === undefined ? index === 0 : choice.slug === chosen}
        />
        <span>
          <b>
            <bdi>{choice.name}</bdi>
          </b>
          <span class="detail">
            You are {withArticle(choice.role)}. {choice.tools.read} read-only tools, {choice.tools.full} in
            all.
          </span>
        </span>
      </label>
    ))}
  </fieldset>
);

const AccessOption: FC<{
  value: Access;
  checked: boolean;
  disabled?: boolean;
  title: string;
  detail: string;
}> = ({ value, checked, disabled, title, detail }) => (
  <label class={disabled === true ? 'option disabled' : 'option'}>
    <input type="radio" name="access" value={value} checked={checked} disabled={disabled === true} />
    <span>
      <b>{title}</b>
      <span class="detail">{detail}</span>
    </span>
  </label>
);

function countOf(choices: readonly ConsentChoice[], access: Access): string {
  const [only] = choices;
  if (only === undefined || choices.length > 1) return '';
  const count = only.tools[access];
  return `${count} ${count === 1 ? 'tool' : 'tools'}.`;
}

function fullDetail(choices: readonly ConsentChoice[]): string {
  const spends = choices.some((choice) => choice.tools.consumesCredits) ? ', and can spend credits' : '';
  const limited = choices.some((choice) => !choice.mayHoldFull) ? ' Not where you are a viewer.' : '';
  return `Also creates, changes and deletes${spends}. ${countOf(choices, 'full')}${limited}`;
}

function whyNoFull({ maxAccess, choices }: ConsentPageProps): string {
  if (maxAccess === 'read') return 'Not possible here: the app asked for read-only access.';
  const roles = [...new Set(choices.map((choice) => choice.role))].join(', ');
  return `Not possible with your role (${roles}). Ask an admin of the organisation for another one.`;
}

function withArticle(role: Role): string {
  return role === 'owner' || role === 'admin' ? `an ${role}` : `a ${role}`;
}
