import { useRef } from 'react';
import type { AuditEvent } from '../api/audit.ts';
import { actionInWords, auditText } from '../text/audit.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Fact } from '../ui/fact.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Moment } from '../ui/moment.tsx';
import { Result, Target, Who } from './audit-words.tsx';
import { changesOf, factsOf, nameInWords } from './changes-of.ts';

const text = auditText.detail;
const VALUE_MAX = 2000;

interface EventDialogProps {
  event: AuditEvent;
  onRequest: (requestId: string) => void;
  onClose: () => void;
}

/** All that an entry says. */
export function EventDialog({ event, onClose, onRequest }: EventDialogProps) {
  const { client, key, request_id: requestId, target } = event;
  const changes = changesOf(event.detail);
  return (
    <Dialog title={actionInWords(event.action)} onClose={onClose}>
      <dl className="known facts">
        <Fact name={text.time}>
          <Moment at={event.at} />
        </Fact>
        <Fact name={text.who}>
          <Who actor={event.actor} />
        </Fact>
        {target === null ? null : (
          <Fact name={text.target}>
            <Target target={target} />
            {target.name === null ? null : <Id id={target.text} />}
          </Fact>
        )}
        <Fact name={text.result}>
          <Result phase={event.phase} result={event.result} />
        </Fact>
        {client === null ? null : (
          <Fact name={text.app}>
            <Foreign text={client.name ?? auditText.gone} />
            <Id id={client.id} />
          </Fact>
        )}
        {key === null ? null : (
          <Fact name={text.key}>
            <Foreign text={key.name ?? auditText.gone} />
            <Id id={key.id} />
          </Fact>
        )}
        {event.status === null ? null : <Fact name={text.status}>{event.status}</Fact>}
        {event.duration_ms === null ? null : (
          <Fact name={text.took}>{text.milliseconds(event.duration_ms)}</Fact>
        )}
        {factsOf(event.detail).map(([name, value]) => (
          <Fact key={name} name={nameInWords(name)}>
            <Foreign text={value} max={VALUE_MAX} />
          </Fact>
        ))}
        {requestId === null ? null : (
          <Fact name={text.request}>
            <code>{requestId}</code>
            <button type="button" className="link-button" onClick={() => onRequest(requestId)}>
              {text.showRequest}
            </button>
          </Fact>
        )}
      </dl>
      {changes.length === 0 ? null : (
        <>
          <h3>{text.changes}</h3>
          <table className="changes">
            <thead>
              <tr>
                {text.changeColumns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {changes.map(({ after, before, name }) => (
                <tr key={name}>
                  <th scope="row">{nameInWords(name)}</th>
                  <td>
                    <Foreign text={before} max={VALUE_MAX} />
                  </td>
                  <td>
                    <Foreign text={after} max={VALUE_MAX} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <Raw event={event} />
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          {auditText.close}
        </button>
      </div>
    </Dialog>
  );
}

function Raw({ event }: { event: AuditEvent }) {
  const shown = useRef<HTMLPreElement>(null);
  const json = JSON.stringify(event, undefined, 2);
  return (
    <details className="raw">
      <summary>{text.raw}</summary>
      <pre ref={shown} tabIndex={0} aria-label={text.raw}>
        {json}
      </pre>
      <CopyButton text={json} what={text.rawWhat} shownIn={shown} />
    </details>
  );
}

function Id({ id }: { id: string }) {
  return (
    <span className="row-more">
      <code>{id}</code>
    </span>
  );
}
