import type { FC } from 'hono/jsx';
import type { ConnectPlace } from '../connectors/connects.ts';
import { displayName } from '../kernel/display-name.ts';
import { AccountLine } from './account-line.tsx';
import { Page } from './layout.tsx';

const NAME_CHARACTERS_MAX = 60;

/** An operator's name for a service, as it is shown. */
export function serviceName({ name, slug }: Pick<ConnectPlace, 'name' | 'slug'>): string {
  return displayName(name, NAME_CHARACTERS_MAX) ?? slug;
}

const STATES: Readonly<Record<ConnectPlace['state'], string>> = {
  none: 'Not connected',
  connected: 'Connected',
  reconnect: 'Needs reconnecting: the service no longer accepts the access that you gave',
};

/** The field that says which account is to be connected; its value is `<organisation>/<connector>`. */
export const CONNECT_FIELD = 'connect';

/** On the consent page, within its form: what was chosen there goes along, and comes back. */
export const ConnectCards: FC<{ places: readonly ConnectPlace[]; named: boolean }> = ({ places, named }) =>
  places.length === 0 ? null : (
    <section class="connects" aria-labelledby="connects">
      {/* Enter in a field must not press the first of the buttons below. */}
      <button type="submit" disabled hidden />
      <h2 id="connects">Your own accounts</h2>
      <p class="small">
        Some tools act through an account of yours at the service behind them. You can connect it now or
        later, or not at all: the other tools work without.
      </p>
      <ul class="cards">
        {places.map((place) => (
          <li class="card">
            <p>
              <b>
                <bdi>{serviceName(place)}</bdi>
              </b>
              {named ? (
                <>
                  {' '}
                  (<bdi>{place.organisation.name}</bdi>)
                </>
              ) : null}
              <span class={`detail state-${place.state}`}>{STATES[place.state]}</span>
            </p>
            {place.state === 'connected' ? null : (
              <button
                type="submit"
                class="secondary"
                name={CONNECT_FIELD}
                value={`${place.organisation.slug}/${place.slug}`}
              >
                {place.state === 'none' ? 'Connect' : 'Reconnect'} your <bdi>{serviceName(place)}</bdi>{' '}
                account
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );

export interface ConnectPageProps {
  readonly place: ConnectPlace;
  readonly path: string;
  readonly email: string;
  readonly csrf: string;
  readonly signOutCsrf: string;
  readonly problem: string | undefined;
}

/** `/connect/<organisation>/<connector>`: one account, outside of any consent. */
export const ConnectPage: FC<ConnectPageProps> = ({ csrf, email, path, place, problem, signOutCsrf }) => {
  const name = serviceName(place);
  return (
    <Page
      title={`Your ${name} account`}
      aside={<AccountLine email={email} csrf={signOutCsrf} returnTo={path} />}
    >
      <h1>
        Your <bdi>{name}</bdi> account
      </h1>
      {problem === undefined ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <p>
        Tools of <bdi>{name}</bdi> in{' '}
        <b>
          <bdi>{place.organisation.name}</bdi>
        </b>{' '}
        act through your own account there. Apps and keys of yours in that organisation use it within what you
        allowed them; nobody else does.
      </p>
      <p class={`state-${place.state}`}>
        <b>{STATES[place.state]}</b>
      </p>
      <form method="post" action={path}>
        <input type="hidden" name="csrf" value={csrf} />
        <div class="actions">
          {place.state === 'none' ? null : (
            <button type="submit" name="action" value="disconnect" class="secondary">
              Disconnect
            </button>
          )}
          <button type="submit" name="action" value="connect">
            {place.state === 'none' ? 'Connect' : 'Reconnect'} your <bdi>{name}</bdi> account
          </button>
        </div>
      </form>
    </Page>
  );
};
