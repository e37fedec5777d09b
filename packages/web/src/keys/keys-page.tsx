import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { createKey, keysQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { ApiKey } from '../api/types.ts';
import { mayHoldFull, seesAllKeys, signsEveryoneOut } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { focusPageTitle } from '../shell/use-focus-on-new-page.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { KeyFilter } from './key-filter.tsx';
import { KeyTable } from './key-table.tsx';
import { filterKeys } from './keys-search.ts';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { SignEveryoneOut } from './sign-everyone-out.tsx';

const route = getRouteApi('/$org/keys');

/** `/app/{org}/keys`: every key in one list, whoever or whatever made it, and the button that ends it. */
export function KeysPage() {
  const { slug: org, role } = useOrganisation();
  const search = route.useSearch();
  const keys = useQuery(keysQuery(org));
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | undefined>(undefined);
  const [said, setSaid] = useState<string | undefined>(undefined);

  // The button that opened the dialog has left the page with its key, and the dialog itself is gone by now.
  useEffect(() => {
    if (said !== undefined) focusPageTitle();
  }, [said]);

  const create = (
    <button type="button" className="button" onClick={() => setCreating(true)}>
      Create key
    </button>
  );

  return (
    <>
      <PageHead
        title="API keys"
        lead={
          seesAllKeys(role)
            ? 'Everything that can call the tools of this organisation, made by hand or by approving an app.'
            : 'What calls the tools of this organisation for you, made by hand or by approving an app.'
        }
        action={create}
      />
      <p role="status" className={said === undefined ? 'for-screen-readers' : 'notice'}>
        {said}
      </p>
      {keys.data === undefined ? (
        keys.isError ? (
          <Problem error={keys.error} onRetry={() => void keys.refetch()} />
        ) : (
          <Skeleton rows={6} label="Loading the keys" />
        )
      ) : keys.data.length === 0 ? (
        <div className="sheet empty">
          <p>No keys yet. Approving an app such as Claude makes one; for a script, create one here.</p>
          {create}
        </div>
      ) : (
        <>
          <KeyFilter keys={keys.data} search={search} />
          <KeyTable keys={filterKeys(keys.data, search)} onRevoke={setRevoking} />
        </>
      )}
      {signsEveryoneOut(role) ? (
        <SignEveryoneOut onDone={(ended) => setSaid(`Everyone is signed out: ${inWords(ended)} ended.`)} />
      ) : null}

      {creating ? (
        <NewKeyDialog
          title="Create a key"
          fullRefused={
            mayHoldFull(role) ? undefined : 'Your role is Viewer, which can only hold read-only keys.'
          }
          create={(key) => createKey(org, key)}
          onCreated={() => void queryClient.invalidateQueries(keysQuery(org))}
          onClose={() => setCreating(false)}
        />
      ) : null}
      {revoking === undefined ? null : (
        <RevokeDialog
          apiKey={revoking}
          onClose={() => setRevoking(undefined)}
          onRevoked={() => {
            setRevoking(undefined);
            setSaid(`“${revoking.name}” is revoked. It stopped working at once.`);
          }}
        />
      )}
    </>
  );
}

function inWords(connections: number): string {
  return connections === 1 ? 'one connection' : `${connections} connections`;
}
