import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { appsQuery, type App } from '../api/apps.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { Find } from '../ui/find.tsx';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { AppTable } from './app-table.tsx';
import { DeleteAppQuestion } from './delete-app-question.tsx';
import { ExchangeQuestion } from './exchange-question.tsx';
import { NewAppDialog } from './new-app-dialog.tsx';

export function AppList({ say }: { say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const apps = useQuery(appsQuery(org));
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<App | undefined>(undefined);
  const [exchanging, setExchanging] = useState<App | undefined>(undefined);
  return (
    <Part
      title="Made here"
      lead="Apps and machines of your own, with a client id of this organisation alone."
      action={
        <button type="button" className="button" onClick={() => setCreating(true)}>
          Create app
        </button>
      }
    >
      <Listed
        query={apps}
        what="the apps"
        rows={3}
        empty={
          <p>
            None yet. Claude and most others need none, because they register by themselves; create one for an
            app of your own, or for a machine.
          </p>
        }
      >
        {(items) => (
          <Find
            items={items}
            label="Find an app"
            placeholder="Find by name or client id"
            textOf={({ name, client_id: id }) => `${name} ${id}`}
          >
            {(found) => <AppTable apps={found} onExchange={setExchanging} onDelete={setDeleting} />}
          </Find>
        )}
      </Listed>

      {creating ? (
        <NewAppDialog
          onClose={() => setCreating(false)}
          onMade={(name) => {
            setCreating(false);
            say(
              <>
                “<bdi>{name}</bdi>” is there.
              </>,
            );
          }}
        />
      ) : null}
      {exchanging === undefined ? null : (
        <ExchangeQuestion
          app={exchanging}
          onClose={() => setExchanging(undefined)}
          onDone={(allowed) => {
            setExchanging(undefined);
            say(
              <>
                “<bdi>{exchanging.name}</bdi>”{' '}
                {allowed ? 'may trade tokens from now on.' : 'may trade tokens no more.'}
              </>,
            );
          }}
        />
      )}
      {deleting === undefined ? null : (
        <DeleteAppQuestion
          app={deleting}
          onClose={() => setDeleting(undefined)}
          onDone={(ended) => {
            setDeleting(undefined);
            say(
              <>
                “<bdi>{deleting.name}</bdi>” is deleted. {endedInWords(ended)}
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
