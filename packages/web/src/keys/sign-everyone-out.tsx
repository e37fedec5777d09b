import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { keysQuery, signEveryoneOut } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';

/** Below the list of keys, for admins: the button that ends every connection at once, after a question. */
export function SignEveryoneOut({ onDone }: { onDone: (endedConnections: number) => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <section className="sheet apart" aria-labelledby="sign-everyone-out">
        <div>
          <h2 id="sign-everyone-out">Sign everyone out</h2>
          <p className="small quiet">
            Ends all connections of this organisation at once, for when you cannot tell who holds what. Keys
            that were made by hand stay.
          </p>
        </div>
        <button type="button" className="button danger-quiet" onClick={() => setAsking(true)}>
          Sign everyone out…
        </button>
      </section>
      {asking ? (
        <Question
          onClose={() => setAsking(false)}
          onDone={(ended) => {
            setAsking(false);
            onDone(ended);
          }}
        />
      ) : null}
    </>
  );
}

function Question({ onClose, onDone }: { onClose: () => void; onDone: (endedConnections: number) => void }) {
  const { slug: org, name } = useOrganisation();
  const ending = useMutation({
    mutationFn: async () => {
      const ended = await signEveryoneOut(org);
      await queryClient.invalidateQueries(keysQuery(org));
      return ended.ended_connections;
    },
    onSuccess: onDone,
  });
  return (
    <Dialog
      role="alertdialog"
      onClose={onClose}
      title={
        <>
          Sign everyone out of <bdi>{name}</bdi>?
        </>
      }
    >
      <p>
        Every app that anybody connected stops at once, and asks to be connected again. What is under way
        breaks off. Machines lose their tokens and ask for new ones by themselves. This cannot be undone.
      </p>
      {ending.isError ? <Problem error={ending.error} /> : null}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          Keep everyone connected
        </button>
        <button
          type="button"
          className="button danger"
          disabled={ending.isPending}
          onClick={() => ending.mutate()}
        >
          {ending.isPending ? 'Signing out…' : 'Sign everyone out'}
        </button>
      </div>
    </Dialog>
  );
}
