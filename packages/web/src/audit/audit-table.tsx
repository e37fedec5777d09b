import type { AuditEvent } from '../api/audit.ts';
import { actionInWords, auditText as text } from '../text/audit.ts';
import { Foreign } from '../ui/foreign.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Moment, momentInWords } from '../ui/moment.tsx';
import { Table } from '../ui/table.tsx';
import { Result, Target, Who } from './audit-words.tsx';

const ROW_PIXELS = 66;

export function AuditTable({
  events,
  onOpen,
}: {
  events: readonly AuditEvent[];
  onOpen: (event: AuditEvent) => void;
}) {
  return (
    <Table
      caption={text.caption}
      columns={text.columns}
      rows={events.length}
      body={
        <LongRows items={events} keyOf={({ id }) => id} height={ROW_PIXELS} columns={text.columns.length + 1}>
          {(event, place) => (
            <tr role="row" className={event.phase === 'intent' ? 'audit-row quiet' : 'audit-row'} {...place}>
              <td role="cell" data-label={text.columns[0]} className="cell-wide">
                <Moment at={event.at} />
              </td>
              <th role="rowheader" scope="row">
                <span className="row-name">{actionInWords(event.action)}</span>
                {event.target === null ? null : (
                  <span className="row-more">
                    <Target target={event.target} />
                  </span>
                )}
              </th>
              <td role="cell" data-label={text.columns[2]}>
                <Who actor={event.actor} />
                {event.client === null ? null : (
                  <span className="row-more">
                    {text.through}
                    {event.client.name === null ? (
                      <code>{event.client.id}</code>
                    ) : (
                      <Foreign text={event.client.name} />
                    )}
                  </span>
                )}
              </td>
              <td role="cell" data-label={text.columns[3]}>
                <Result phase={event.phase} result={event.result} />
              </td>
              <td role="cell" className="row-action">
                <button
                  type="button"
                  className="button secondary small-button"
                  data-row-focus
                  onClick={() => onOpen(event)}
                >
                  {text.details}
                  <span className="for-screen-readers">
                    {text.detailsOf(actionInWords(event.action), momentInWords(event.at))}
                  </span>
                </button>
              </td>
            </tr>
          )}
        </LongRows>
      }
    />
  );
}
