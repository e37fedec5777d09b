import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { changeSecurity, securityQuery, type Security, type SecuritySettings } from '../../api/security.ts';
import { organisationQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { securityText as text } from '../../text/security.ts';
import { Part } from '../../ui/part.tsx';
import { Question } from '../../ui/question.tsx';
import { AddressesField } from './addresses-field.tsx';
import { Choice } from './choice.tsx';
import { consequencesOf } from './consequences.ts';
import { isSame, mergeSettings, readAddresses, SETTINGS, settingsOf } from './merge-settings.ts';

interface SecurityFormProps {
  security: Security;
  onSaved: (words: string) => void;
}

export function SecurityForm({ onSaved, security }: SecurityFormProps) {
  const { slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(settingsOf(security));
  const [chosen, setChosen] = useState(settingsOf(security));
  const [typed, setTyped] = useState(security.addresses.join('\n'));
  // As it stood before somebody else changed it.
  const [before, setBefore] = useState<SecuritySettings | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  const wanted = { ...chosen, addresses: readAddresses(typed) };
  const { effects, you } = security;
  const choose = (more: Partial<SecuritySettings>) => setChosen({ ...chosen, ...more });
  const theirs = <Name extends keyof SecuritySettings>(name: Name): SecuritySettings[Name] | undefined =>
    before === undefined || isSame(before, was, name) ? undefined : was[name];

  function take(settings: SecuritySettings): void {
    setChosen(settings);
    setTyped(settings.addresses.join('\n'));
  }

  /** After a refusal: what was typed stays; what it is compared with is what is there now. */
  async function reload(): Promise<void> {
    const now = settingsOf(await queryClient.fetchQuery({ ...securityQuery(org), staleTime: 0 }));
    if (SETTINGS.every((name) => isSame(now, was, name))) return;
    setBefore(was);
    setWas(now);
    const merged = mergeSettings(wanted, was, now);
    setChosen(merged);
    if (isSame(wanted, was, 'addresses')) setTyped(now.addresses.join('\n'));
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <Part title={text.secondFactor.title} lead={text.secondFactor.lead}>
        <div className="sheet">
          <Choice
            name="second_factor_required"
            title={text.secondFactor.title}
            isTitled
            options={text.secondFactor.options}
            value={wanted.second_factor_required}
            theirs={theirs('second_factor_required')}
            isDisabled={(value) => value && !you.may_require_second_factor}
            onChoose={(second_factor_required) => choose({ second_factor_required })}
          >
            <p className="hint">
              {text.secondFactor.concerned({
                all: effects.people.all,
                without: effects.people.without_second_factor,
              })}
            </p>
            {you.may_require_second_factor ? null : (
              <p className="hint">
                {text.secondFactor.setUpFirst}{' '}
                <Link to="/$org/account" params={{ org }}>
                  {text.secondFactor.yourAccount}
                </Link>
              </p>
            )}
          </Choice>
        </div>
      </Part>
      <Part title={text.session.title} lead={text.session.lead}>
        <div className="sheet">
          <Choice
            name="session_hours"
            title={text.session.title}
            isTitled
            options={text.session.options}
            value={wanted.session_hours}
            theirs={theirs('session_hours')}
            onChoose={(session_hours) => choose({ session_hours })}
          />
        </div>
      </Part>
      <Part title={text.clients.title} lead={text.clients.lead}>
        <div className="sheet">
          <Choice
            name="client_policy"
            title={text.clients.title}
            isTitled
            options={text.clients.options}
            value={wanted.client_policy}
            theirs={theirs('client_policy')}
            onChoose={(client_policy) => choose({ client_policy })}
          />
        </div>
      </Part>
      <Part title={text.access.title} lead={text.access.lead}>
        <div className="sheet">
          <Choice
            name="max_access"
            title={text.access.title}
            isTitled
            options={text.access.options}
            value={wanted.max_access}
            theirs={theirs('max_access')}
            onChoose={(max_access) => choose({ max_access })}
          />
        </div>
      </Part>
      <Part title={text.addresses.title} lead={text.addresses.lead}>
        <div className="sheet">
          <AddressesField
            typed={typed}
            scope={wanted.address_scope}
            address={you.address}
            theirs={theirs('addresses')}
            theirScope={theirs('address_scope')}
            onType={setTyped}
            onScope={(address_scope) => choose({ address_scope })}
          />
        </div>
      </Part>
      <Part title={text.tokens.title} lead={text.tokens.lead}>
        <div className="sheet">
          <Choice
            name="token_mode"
            title={text.tokens.title}
            isTitled
            options={text.tokens.options}
            value={wanted.token_mode}
            theirs={theirs('token_mode')}
            onChoose={(token_mode) => choose({ token_mode })}
          />
        </div>
      </Part>
      <div className="dialog-actions">
        <button
          type="submit"
          className="button"
          disabled={SETTINGS.every((name) => isSame(wanted, was, name))}
        >
          {text.save}
        </button>
      </div>
      {asking ? (
        <Question
          title={text.question.title}
          keep={text.question.keep}
          act={text.question.act}
          acting={text.question.acting}
          danger={false}
          run={() => changeSecurity(org, { ...wanted, was })}
          refresh={reload}
          onClose={() => setAsking(false)}
          onDone={({ ended_connections: ended, ...saved }) => {
            queryClient.setQueryData(securityQuery(org).queryKey, saved);
            // It says how much anything may be given.
            void queryClient.invalidateQueries(organisationQuery(org));
            setBefore(undefined);
            setWas(settingsOf(saved));
            take(settingsOf(saved));
            setAsking(false);
            onSaved(ended === 0 ? text.saved : text.savedAndEnded(ended));
          }}
        >
          <ul className="consequences">
            {consequencesOf(was, wanted, effects).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Question>
      ) : null}
    </form>
  );
}
