import { Link } from '@tanstack/react-router';
import type { Webhook } from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { kindInWords, webhooksText as text } from '../../text/webhooks.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Table } from '../../ui/table.tsx';
import { WebhookStatus } from './webhook-status.tsx';

export function WebhookTable({ webhooks }: { webhooks: readonly Webhook[] }) {
  const { slug: org } = useOrganisation();
  const [, events, state] = text.columns;
  return (
    <Table caption={text.caption} columns={text.columns}>
      {webhooks.map((webhook) => (
        <tr key={webhook.id} role="row">
          <th role="rowheader" scope="row">
            <span className="row-name">
              <Foreign text={nameOf(webhook)} />
            </span>
            {webhook.description === '' ? null : (
              <span className="row-more">
                <Foreign text={hostOf(webhook)} />
              </span>
            )}
          </th>
          <td role="cell" data-label={events}>
            {webhook.events.map(kindInWords).join(', ')}
          </td>
          <td role="cell" data-label={state}>
            <WebhookStatus webhook={webhook} />
          </td>
          <td role="cell" className="row-action">
            <Link
              to="/$org/settings/webhooks"
              params={{ org }}
              search={{ webhook: webhook.id }}
              className="button secondary small-button"
            >
              {text.open}
              <span className="for-screen-readers"> {nameOf(webhook)}</span>
            </Link>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** As people know it. */
export function nameOf(webhook: Webhook): string {
  return webhook.description === '' ? hostOf(webhook) : webhook.description;
}

function hostOf({ url }: Webhook): string {
  return new URL(url).host;
}
