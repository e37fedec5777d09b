import type { FC, PropsWithChildren } from 'hono/jsx';
import type { ClientTier } from '../grants/client-rules.ts';
import type { Access, Role } from '../kernel/access.ts';
import { logoPath } from '../kernel/logo-path.ts';
import type { ConnectPlace } from '../connectors/connects.ts';
import { AccountLine } from './account-line.tsx';
import { ConnectCards } from './connect-page.tsx';
import { Page } from './layout.tsx';

export interface ConsentChoice {
  slug: string;
  name: string;
  /** Hash of the picture that it shows of itself. */
  logo: string | null;
  role: Role;
  /** `part`: what of the organisation's tools these are; absent: all. */
  tools: { read: number; full: number; consumesCredits: boolean; part?: string | undefined };
  mayHoldFull: boolean;
  /** More than this the organisation gives nobody. */
  maxAccess: Access;
  /** Days that a connection lasts there. */
  refreshDays: number;
  tier: ClientTier;
  /** What this person holds there through the same app already. */
  earlier: { access: Access; createdAt: Date } | undefined;
}

export interface ConsentPageProps {
  clientName: string;
  /** Where the code goes: large, because it is what can be trusted. */
  destination: string;
  redirectUri: string;
  loopback: boolean;
  /** The host that vouches for the client by its metadata document; undefined: none does. */
  clientHost: string | undefined;
  /** The host whose name this client bears without being from there. */
  imitates: string | undefined;
  /** Organisations that are not offered, because their admins blocked this client. */
  blockedBy: readonly string[];
  /** Nor these: their people connect apps that are known better. */
  notAllowedBy: readonly string[];
  /** Nor these: this session does not open them. */
  closed: readonly string[];
  /** Nor these: the operator has suspended them. */
  suspended: readonly string[];
  choices: readonly ConsentChoice[];
  /** Where tools act through an account of the person's own. */
  places: readonly ConnectPlace[];
  /** Undefined: several organisations to choose from, the first preselected. */
  chosen: string | undefined;
  /** Comes back with the answer, to tell whether the client changed in between. */
  clientVersion: string;
  maxAccess: Access;
  /** As it was chosen before; empty: as the organisation has it. */
  lifetime: string;
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
  const { clientName, clientHost, destination, choices } = props;
  const only = choices.length === 1 ? choices[0] : undefined;
  const mayHoldFull = props.maxAccess === 'full' && choices.some((choice) => choice.mayHoldFull);
  return (
    <Page
      title={`Connect ${clientName}`}
      aside={<AccountLine email={props.email} csrf={props.signOutCsrf} returnTo={props.returnTo} />}
    >
      <h1>
        Connect{' '}
        {clientHost === undefined ? (
          <bdi>{clientName}</bdi>
        ) : (
          <>
            <bdi>{clientHost}</bdi> (<bdi>{clientName}</bdi>)
          </>
        )}
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
      <TierBadges choices={choices} />
      {props.imitates === undefined ? null : (
        <p class="warning" role="alert">
          This app calls itself <bdi>{clientName}</bdi>, but it is not from <b>{props.imitates}</b>. Do not
          continue unless you know why.
        </p>
      )}
      <section class="destination" aria-label="Where the authorization goes">
        <p class="small">You will be sent to</p>
        <p class="host">
          <bdi>{destination}</bdi>
        </p>
        <p class="small uri">
          <code>{props.redirectUri}</code>
        </p>
        {clientHost === undefined || props.loopback || clientHost === destination ? null : (
          <p class="warning">
            The app is identified by <bdi>{clientHost}</bdi>, but the authorization goes to another host,{' '}
            <bdi>{destination}</bdi>.
          </p>
        )}
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
        {props.clientVersion === '' ? null : (
          <input type="hidden" name="client" value={props.clientVersion} />
        )}
        {only === undefined ? <OrganisationChoice {...props} /> : <OnlyOrganisation choice={only} />}
        <NotOffered names={props.blockedBy} because="an admin there has blocked this app" />
        <NotOffered names={props.notAllowedBy} because="this app is not known well enough there">
          {' '}
          An admin there can approve it.
        </NotOffered>
        <NotOffered
          names={props.closed}
          because={`this sign-in does not open ${props.closed.length === 1 ? 'it' : 'them'}`}
        >
          {' '}
          The dashboard says what is asked for there.
        </NotOffered>
        <NotOffered
          names={props.suspended}
          because={`${props.suspended.length === 1 ? 'it is' : 'they are'} suspended`}
        />
        {choices.map((choice) => (
          <Earlier choice={choice} named={only === undefined} />
        ))}
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
            isNew={mayHoldFull && only?.earlier?.access === 'read'}
            detail={mayHoldFull ? fullDetail(choices) : whyNoFull(props)}
          />
        </fieldset>
        <LifetimeChoice choices={choices} lifetime={props.lifetime} />
        <ConnectCards places={props.places} named={only === undefined} />
        <p class="small">
          It appears under API keys as{' '}
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

/** Named for each organisation only where they know the app differently. */
const TierBadges: FC<{ choices: readonly ConsentChoice[] }> = ({ choices }) => {
  const [first, ...others] = choices;
  if (first === undefined) return null;
  const alike = first.tier.kind !== 'approved' && others.every(({ tier }) => tier.kind === first.tier.kind);
  return alike ? (
    <TierBadge choice={first} named={false} />
  ) : (
    <>
      {choices.map((choice) => (
        <TierBadge choice={choice} named />
      ))}
    </>
  );
};

const NotOffered: FC<PropsWithChildren<{ names: readonly string[]; because: string }>> = ({
  because,
  children,
  names,
}) =>
  names.length === 0 ? null : (
    <p class="small">
      Not offered, because {because}: <bdi>{names.join(', ')}</bdi>.{children}
    </p>
  );

/** How the app is known: never more than is true, so never that anybody checked what it does. */
const TierBadge: FC<{ choice: ConsentChoice; named: boolean }> = ({ choice: { tier, name }, named }) => {
  switch (tier.kind) {
    case 'approved':
      return (
        <p class="small tier">
          Approved by an admin of <bdi>{name}</bdi>
        </p>
      );
    case 'identified':
      return (
        <p class="small tier">
          Identified by <bdi>{tier.host}</bdi>
          {named ? (
            <>
              {' '}
              (for <bdi>{name}</bdi>)
            </>
          ) : null}
        </p>
      );
    case 'self_named':
      return (
        <p class="badge">
          Unidentified: this name was chosen by the app itself
          {named ? (
            <>
              {' '}
              (for <bdi>{name}</bdi>)
            </>
          ) : null}
        </p>
      );
  }
};

const ACCESS_NAMES: Readonly<Record<Access, string>> = { read: 'Read-only', full: 'Full access' };

const Earlier: FC<{ choice: ConsentChoice; named: boolean }> = ({ choice, named }) => {
  const { earlier, name } = choice;
  if (earlier === undefined) return null;
  const since = earlier.createdAt.toISOString();
  return (
    <p class="small earlier">
      You connected this app
      {named ? (
        <>
          {' '}
          to <bdi>{name}</bdi>
        </>
      ) : (
        ''
      )}{' '}
      on <time datetime={since}>{DAY.format(earlier.createdAt)}</time>, {ACCESS_NAMES[earlier.access]}; this
      adds{' '}
      {earlier.access === 'read' && choice.mayHoldFull
        ? 'Full access, if you choose it'
        : 'a second connection'}
      . The earlier connection stays.
    </p>
  );
};

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

const LifetimeChoice: FC<{ choices: readonly ConsentChoice[]; lifetime: string }> = ({
  choices,
  lifetime,
}) => {
  const days = Math.max(...choices.map(({ refreshDays }) => refreshDays));
  return (
    <p>
      <label>
        How long may it last?{' '}
        <select name="lifetime">
          <option value="">
            {choices.every(({ refreshDays }) => refreshDays === days) ? '' : 'Up to '}
            {inDays(days)}
          </option>
          {LIFETIMES.filter((shorter) => shorter < days).map((shorter) => (
            <option value={String(shorter)} selected={lifetime === String(shorter)}>
              {inDays(shorter)}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
};

const LIFETIMES = [1, 7, 30, 90];

function inDays(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

const OnlyOrganisation: FC<{ choice: ConsentChoice }> = ({ choice }) => (
  <>
    <input type="hidden" name="organisation" value={choice.slug} />
    <p class="with-logo">
      <OrganisationLogo hash={choice.logo} />
      <span>
        Organisation{' '}
        <b>
          <bdi>{choice.name}</bdi>
        </b>
        , where you are {withArticle(choice.role)}.
      </span>
    </p>
    {choice.tools.part === undefined ? null : (
      <p>
        It reaches <bdi>{choice.tools.part}</bdi> only, not the other tools there.
      </p>
    )}
  </>
);

/** The name stands beside it, so it says nothing to who does not see it. */
const OrganisationLogo: FC<{ hash: string | null }> = ({ hash }) =>
  hash === null ? null : <img class="logo" src={logoPath(hash)} alt="" width="32" height="32" />;

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
        <OrganisationLogo hash={choice.logo} />
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
  isNew?: boolean;
}> = ({ value, checked, disabled, title, detail, isNew }) => (
  <label class={disabled === true ? 'option disabled' : 'option'}>
    <input type="radio" name="access" value={value} checked={checked} disabled={disabled === true} />
    <span>
      <b>{title}</b>
      {isNew === true ? (
        <>
          {' '}
          <mark>new</mark>
        </>
      ) : null}
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
  const isLimited = choices.some((choice) => !choice.mayHoldFull);
  const limited = isLimited
    ? ' Not where you are a viewer, or where read-only is the most anybody gets.'
    : '';
  return `Also creates, changes and deletes${spends}. ${countOf(choices, 'full')}${limited}`;
}

function whyNoFull({ maxAccess, choices }: ConsentPageProps): string {
  if (maxAccess === 'read') return 'Not possible here: the app asked for read-only access.';
  const readOnly = choices.filter((choice) => choice.maxAccess === 'read');
  if (readOnly.length > 0) {
    const [first] = readOnly;
    const where = readOnly.length === 1 && first !== undefined ? first.name : 'These organisations';
    return `Not possible: ${where} ${readOnly.length === 1 ? 'gives' : 'give'} read-only access alone.`;
  }
  const roles = [...new Set(choices.map((choice) => choice.role))].join(', ');
  return `Not possible with your role (${roles}). Ask an admin of the organisation for another one.`;
}

function withArticle(role: Role): string {
  return role === 'owner' || role === 'admin' ? `an ${role}` : `a ${role}`;
}
