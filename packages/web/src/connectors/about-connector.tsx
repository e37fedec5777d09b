import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { connectorQuery, type ConnectorView } from '../api/connectors.ts';
import type { ToolRule } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorText as text, connectorsText } from '../text/connectors.ts';
import { importText } from '../text/import.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CredentialDialog } from './credential-dialog.tsx';
import { DeleteConnectorQuestion } from './delete-connector-question.tsx';
import { SwitchQuestion } from './switch-question.tsx';
import { TestDialog } from './test-dialog.tsx';

interface AboutConnectorProps {
  connector: string;
  /** Of all its tools: switching it off is a rule for all. */
  rule: ToolRule;
  /** Operations that can be called to see whether the connection works. */
  testable: readonly string[];
  say: (words: string) => void;
  onDeleted: (name: string) => void;
}

/** Where its calls go and what it shows there; and what an admin may do with it as a whole. */
export function AboutConnector({ connector, onDeleted, rule, say, testable }: AboutConnectorProps) {
  const { slug: org } = useOrganisation();
  const view = useQuery(connectorQuery(org, connector));
  const [asked, setAsked] = useState<'credential' | 'switch' | 'test' | 'delete' | undefined>(undefined);
  if (view.data === undefined) {
    return view.isError ? (
      <Problem error={view.error} onRetry={() => void view.refetch()} />
    ) : (
      <Skeleton rows={2} label={text.loading} />
    );
  }
  const isOurs = view.data.managed_by === 'organisation';
  const close = (): void => setAsked(undefined);
  return (
    <section className="sheet about-connector" aria-labelledby="about-connector">
      <h2 id="about-connector">
        <Foreign text={view.data.name} />
      </h2>
      <Facts view={view.data} />
      {isOurs ? null : (
        <p className="small quiet">
          {view.data.shared ? text.sharedUnchangeable : text.declaredUnchangeable}
        </p>
      )}
      <div className="row-buttons">
        {isOurs ? (
          <>
            <Link
              to="/$org/connectors/$connector/update"
              params={{ org, connector }}
              className="button secondary small-button"
            >
              {text.update}
            </Link>
            <button
              type="button"
              className="button secondary small-button"
              onClick={() => setAsked('credential')}
            >
              {text.credentialChange}
            </button>
          </>
        ) : null}
        {view.data.kind === 'openapi' ? (
          <button type="button" className="button secondary small-button" onClick={() => setAsked('test')}>
            {text.test}
          </button>
        ) : null}
        <Link
          to="/$org/connectors/$connector/versions"
          params={{ org, connector }}
          className="button secondary small-button"
        >
          {text.versions}
        </Link>
        <button type="button" className="button secondary small-button" onClick={() => setAsked('switch')}>
          {rule.enabled === false ? text.switchOn : text.switchOff}
        </button>
        {isOurs ? (
          <button type="button" className="button danger-quiet" onClick={() => setAsked('delete')}>
            {text.delete}
          </button>
        ) : null}
      </div>
      {asked === 'credential' ? (
        <CredentialDialog
          view={view.data}
          onClose={close}
          onSaved={() => {
            close();
            say(text.credentialSaved);
          }}
        />
      ) : null}
      {asked === 'test' ? <TestDialog view={view.data} operations={testable} onClose={close} /> : null}
      {asked === 'switch' ? (
        <SwitchQuestion
          view={view.data}
          rule={rule}
          onClose={close}
          onDone={(on) => {
            close();
            say(on ? text.switchedOn : text.switchedOff);
          }}
        />
      ) : null}
      {asked === 'delete' ? (
        <DeleteConnectorQuestion view={view.data} onClose={close} onDone={() => onDeleted(view.data.name)} />
      ) : null}
    </section>
  );
}

function Facts({ view }: { view: ConnectorView }) {
  const { base_url: baseUrl, credential, kind, version } = view;
  const name =
    credential.kind === 'token_exchange'
      ? importText.auth.tokenExchange
      : importText.auth.kinds[credential.kind].name;
  return (
    <dl className="import-facts">
      <div>
        <dt>{text.facts.kind}</dt>
        <dd>{connectorsText.kinds[kind]}</dd>
      </div>
      <div>
        <dt>{text.facts.baseUrl}</dt>
        <dd>
          <Foreign text={baseUrl} />
        </dd>
      </div>
      <div>
        <dt>{text.facts.credential}</dt>
        <dd>
          {name}
          {credential.label === null ? null : (
            <>
              {' '}
              (<Foreign text={credential.label} max={80} />)
            </>
          )}
        </dd>
      </div>
      {version === null ? null : (
        <div>
          <dt>{text.facts.version}</dt>
          <dd>{version}</dd>
        </div>
      )}
    </dl>
  );
}
