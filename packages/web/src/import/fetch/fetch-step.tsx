import { useQuery } from '@tanstack/react-query';
import { connectorQuery } from '../../api/connectors.ts';
import type { ImportView } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { connectorText } from '../../text/connectors.ts';
import { importText } from '../../text/import.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Again } from '../ended.tsx';
import { BeginForm } from './begin-form.tsx';
import { NO_BEGIN, beginWith } from './begin.ts';
import { Begun } from './begun.tsx';
import { SourceName } from './source-name.tsx';

const text = importText.fetch;

interface FetchStepProps {
  connector: string | undefined;
  /** The import that we are in; undefined: none yet. */
  view: ImportView | undefined;
}

/** Where the description comes from. */
export function FetchStep({ connector, view }: FetchStepProps) {
  return (
    <>
      {view === undefined ? null : <Current view={view} connector={connector} />}
      {connector === undefined ? (
        <BeginForm connector={undefined} initial={view === undefined ? NO_BEGIN : beginWith(view.source)} />
      ) : (
        <OfConnector connector={connector} />
      )}
      {connector === undefined ? <Begun except={view?.id} /> : null}
    </>
  );
}

function Current({ connector, view }: { connector: string | undefined; view: ImportView }) {
  return (
    <section className="sheet import-current">
      <p>
        {text.current} <b>{<SourceName source={view.source} />}</b>
      </p>
      <p className="small quiet">{text.currentHint}</p>
      {view.source.kind === 'upload' ? null : (
        <div className="row-buttons">
          <Again view={view} connector={connector} />
        </div>
      )}
    </section>
  );
}

/** The next version of a connector comes, as a rule, from where the last one did. */
function OfConnector({ connector }: { connector: string }) {
  const { slug: org } = useOrganisation();
  const found = useQuery(connectorQuery(org, connector));
  if (found.data === undefined) {
    return found.isError ? (
      <Problem error={found.error} onRetry={() => void found.refetch()} />
    ) : (
      <Skeleton rows={4} label={importText.loading} />
    );
  }
  const { managed_by: managedBy, shared, source } = found.data;
  if (managedBy === 'operator') {
    return (
      <div className="sheet empty">
        <p>{shared ? connectorText.sharedUnchangeable : connectorText.declaredUnchangeable}</p>
      </div>
    );
  }
  return (
    <>
      {source === null ? null : (
        <p className="quiet">
          {text.lastSource} <SourceName source={source} />.
        </p>
      )}
      <BeginForm connector={connector} initial={beginWith(source)} />
    </>
  );
}
