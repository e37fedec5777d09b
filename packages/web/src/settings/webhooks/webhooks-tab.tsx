import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { webhooksQuery } from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { webhooksText as text } from '../../text/webhooks.ts';
import { Part } from '../../ui/part.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { NewWebhookDialog } from './new-webhook-dialog.tsx';
import { WebhookTable } from './webhook-table.tsx';
import { WebhookView } from './webhook-view.tsx';

const route = getRouteApi('/$org/settings/webhooks');

/** `/app/{org}/settings/webhooks`: who is told of what happens; with `?webhook=`, one of them and what was sent to it. */
export function WebhooksTab() {
  const { slug: org } = useOrganisation();
  const { webhook: chosenId } = route.useSearch();
  const navigate = useNavigate();
  const webhooks = useQuery(webhooksQuery(org));
  const [adding, setAdding] = useState(false);
  const [notice, say] = useNotice();

  if (webhooks.data === undefined) {
    return webhooks.isError ? (
      <Problem error={webhooks.error} onRetry={() => void webhooks.refetch()} />
    ) : (
      <Skeleton rows={4} label={text.loading} />
    );
  }
  const { items, most } = webhooks.data;
  const chosen = items.find(({ id }) => id === chosenId);
  const isFull = items.length >= most;
  const add = (
    <button type="button" className="button" disabled={isFull} onClick={() => setAdding(true)}>
      {text.add}
    </button>
  );
  return (
    <>
      {notice}
      {chosen !== undefined ? (
        <WebhookView
          key={chosen.id}
          webhook={chosen}
          say={say}
          onDeleted={() => {
            void navigate({ to: '/$org/settings/webhooks', params: { org } });
            say(text.acts.delete.done);
          }}
        />
      ) : chosenId !== undefined ? (
        <div className="sheet empty">
          <p>{text.gone}</p>
          <Link to="/$org/settings/webhooks" params={{ org }} className="button secondary">
            {text.back}
          </Link>
        </div>
      ) : (
        <Part
          title={text.title}
          lead={isFull ? `${text.lead} ${text.full(most)}` : text.lead}
          action={items.length === 0 ? undefined : add}
        >
          {items.length === 0 ? (
            <div className="sheet empty">
              <p>{text.empty}</p>
              {add}
            </div>
          ) : (
            <WebhookTable webhooks={items} />
          )}
        </Part>
      )}
      {adding ? (
        <NewWebhookDialog
          onClose={() => setAdding(false)}
          onDone={() => {
            setAdding(false);
            say(text.secret.added);
          }}
        />
      ) : null}
    </>
  );
}
