import type { Delivery } from '../../api/webhooks.ts';
import { actionInWords } from '../../text/audit.ts';
import { faultInWords, webhooksText } from '../../text/webhooks.ts';
import { StatusBadge } from '../../ui/badges.tsx';
import { Moment, momentInWords } from '../../ui/moment.tsx';
import { Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

const text = webhooksText.deliveries;
const TONES = { waiting: 'quiet', delivered: 'good', given_up: 'warning' } as const;

interface DeliveryTableProps {
  deliveries: readonly Delivery[];
  onOpen: (delivery: Delivery) => void;
}

export function DeliveryTable({ deliveries, onOpen }: DeliveryTableProps) {
  const [, state, answer, when] = text.columns;
  return (
    <Table caption={text.caption} columns={text.columns}>
      {deliveries.map((delivery) => (
        <tr key={delivery.id} role="row">
          <th role="rowheader" scope="row">
            <span className="row-name">{actionInWords(delivery.type)}</span>
            <span className="row-more">
              <code>{delivery.type}</code>
            </span>
          </th>
          <td role="cell" data-label={state}>
            <DeliveryStatus delivery={delivery} />
          </td>
          <td role="cell" data-label={answer}>
            <AnswerInWords delivery={delivery} />
          </td>
          <td role="cell" data-label={when}>
            <Moment at={delivery.created_at} />
          </td>
          <td role="cell" className="row-action">
            <button type="button" className="button secondary small-button" onClick={() => onOpen(delivery)}>
              {text.details}
              <span className="for-screen-readers">
                {text.detailsOf(delivery.type, momentInWords(delivery.created_at))}
              </span>
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function DeliveryStatus({ delivery }: { delivery: Delivery }) {
  const { attempts, next_try_at: nextTryAt, state, tried_at: triedAt } = delivery;
  return (
    <>
      <StatusBadge tone={TONES[state]}>{text.states[state]}</StatusBadge>
      {attempts === 0 || triedAt === null ? null : (
        <span className="row-more">
          {text.attempts(attempts)}
          {nextTryAt === null ? null : (
            <>
              , {text.next}
              <When at={nextTryAt} absent="" />
            </>
          )}
        </span>
      )}
    </>
  );
}

export function AnswerInWords({ delivery }: { delivery: Delivery }) {
  const { fault, state, status } = delivery;
  if (status !== null) {
    const isRedirect = status >= 300 && status < 400;
    return (
      <>
        {text.status(status)}
        {isRedirect ? `: ${text.redirect}` : null}
      </>
    );
  }
  if (fault !== null) return faultInWords(fault);
  return <span className="quiet">{state === 'waiting' ? text.notYet : text.gone}</span>;
}
