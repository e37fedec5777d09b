import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { keysPages } from '../api/keys.ts';
import { allKeys, createKey } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { ApiKey } from '../api/types.ts';
import { mayHoldFull, seesAllKeys, signsEveryoneOut } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { keysText as text } from '../text/keys.ts';
import { signOutText } from '../text/sign-out.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Paged } from '../ui/paged.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { KeyFilter } from './key-filter.tsx';
import { KeyTable } from './key-table.tsx';
import { wantedOf } from './keys-search.ts';
import { SignEveryoneOut } from './sign-everyone-out.tsx';

const route = getRouteApi('/$org/keys');

/** What asks is loaded when somebody wants to be asked: the list is there sooner. */
const NewKeyDialog = lazy(async () => {
  const { NewKeyDialog: Asks } = await import('./new-key-dialog.tsx');
  return { default: Asks };
});
const RevokeDialog = lazy(async () => {
  const { RevokeDialog: Asks } = await import('./revoke-dialog.tsx');
  return { default: Asks };
});

/** `/app/{org}/keys`: every key in one list, whoever or whatever made it, and the button that ends it. */
export function KeysPage() {
  const { slug: org, role } = useOrganisation();
  const search = route.useSearch();
  const seesAll = seesAllKeys(role);
  const keys = useInfiniteQuery(keysPages(org, wantedOf(search, seesAll)));
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | undefined>(undefined);
  const [notice, say] = useNotice();
  const first = keys.data?.pages[0];
  // Whoever has no key that works, but had some, may want to see those.
  const isNarrowed = Object.keys(search).length > 0 || (first?.counts.all ?? 0) > 0;

  const create = (
    <button type="button" className="button" onClick={() => setCreating(true)}>
      {text.create}
    </button>
  );

  return (
    <>
      <PageHead title={text.title} lead={seesAll ? text.lead : text.leadOwn} action={create} />
      {notice}
      <Paged
        pages={keys}
        loading={text.loading}
        rows={6}
        isNarrowed={isNarrowed}
        empty={
          <>
            <p>{text.empty}</p>
            {create}
          </>
        }
        filter={(shown, { counts }) => (
          <>
            <KeyFilter search={search} counts={counts} shown={shown} withOthers={seesAll} />
            <ViewNote show={search.show} />
          </>
        )}
        noneFound={
          <>
            <p>{text.noneFound}</p>
            {Object.keys(search).length === 0 ? null : (
              <Link to="/$org/keys" params={{ org }} className="button secondary">
                {text.clear}
              </Link>
            )}
          </>
        }
      >
        {(items) => <KeyTable keys={items} onRevoke={setRevoking} />}
      </Paged>
      {signsEveryoneOut(role) ? <SignEveryoneOut onDone={(ended) => say(signOutText.done(ended))} /> : null}

      <Suspense>
        {creating ? (
          <NewKeyDialog
            title={text.createTitle}
            fullRefused={mayHoldFull(role) ? undefined : text.viewer}
            callsMax={first?.calls_per_minute_max}
            create={(key) => createKey(org, key)}
            onCreated={() => void queryClient.invalidateQueries(allKeys(org))}
            onClose={() => setCreating(false)}
          />
        ) : null}
        {revoking === undefined ? null : (
          <RevokeDialog
            apiKey={revoking}
            onClose={() => setRevoking(undefined)}
            onRevoked={() => {
              setRevoking(undefined);
              say(text.revoked(revoking.name));
            }}
          />
        )}
      </Suspense>
    </>
  );
}

function ViewNote({ show }: { show: 'unused' | 'expired' | 'revoked' | 'all' | undefined }) {
  if (show === undefined) return null;
  return <p className="small quiet">{show === 'unused' ? text.unusedNote : text.overFor}</p>;
}
