import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { deliveryPages, type Delivery, type DeliveryState, type Webhook } from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { webhooksText } from '../../text/webhooks.ts';
import { Paged } from '../../ui/paged.tsx';
import { Part } from '../../ui/part.tsx';
import { Views } from '../../ui/views.tsx';
import { DeliveryDialog } from './delivery-dialog.tsx';
import { DeliveryTable } from './delivery-table.tsx';

const text = webhooksText.deliveries;
const route = getRouteApi('/$org/settings/webhooks');
const VIEWS = (['all', 'waiting', 'delivered', 'given_up'] as const).map((value) => ({
  value,
  name: text.shows[value],
}));

interface DeliveryListProps {
  webhook: Webhook;
  say: (words: ReactNode) => void;
}

/** What was sent to a webhook, or waits to be. */
export function DeliveryList({ say, webhook }: DeliveryListProps) {
  const { slug: org } = useOrganisation();
  const { show } = route.useSearch();
  const navigate = useNavigate();
  const [opened, setOpened] = useState<Delivery | undefined>(undefined);
  const pages = useInfiniteQuery(deliveryPages(org, webhook.id, show));

  function choose(state: DeliveryState | 'all'): void {
    void navigate({
      to: '/$org/settings/webhooks',
      params: { org },
      search: { webhook: webhook.id, ...(state !== 'all' && { show: state }) },
      replace: true,
      resetScroll: false,
    });
  }

  return (
    <Part title={text.title} lead={text.lead}>
      <Paged
        pages={pages}
        loading={text.loading}
        rows={4}
        isNarrowed={show !== undefined}
        empty={<p>{text.empty}</p>}
        filter={() => <Views label={text.which} chosen={show ?? 'all'} views={VIEWS} onChoose={choose} />}
        noneFound={<p>{text.noneFound}</p>}
      >
        {(items) => <DeliveryTable deliveries={items} onOpen={setOpened} />}
      </Paged>
      {opened === undefined ? null : (
        <DeliveryDialog
          webhook={webhook}
          delivery={opened}
          onClose={() => setOpened(undefined)}
          onSent={() => {
            setOpened(undefined);
            say(text.sentAgain);
          }}
        />
      )}
    </Part>
  );
}
