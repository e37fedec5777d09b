import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { KeyCall, KeyDetail } from '../api/keys.ts';
import { readsAudit } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { keyText as text } from '../text/key.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Moment } from '../ui/moment.tsx';

const NAME_CHARACTERS_MAX = 80;

/** The last calls, as the audit log has them. */
export function KeyCalls({ detail }: { detail: KeyDetail }) {
  const titleId = useId();
  const { role, slug: org } = useOrganisation();
  const { calls, calls_are_all: areAll } = detail;
  const [, when, result, took] = text.callColumns;
  return (
    <section className="sheet" aria-labelledby={titleId}>
      <h2 id={titleId}>{text.calls}</h2>
      <p className="small quiet">{text.callsLead}</p>
      {calls.length === 0 ? (
        <p className="quiet">{areAll ? text.noneYet : text.noneNear}</p>
      ) : (
        <div className="table-frame flat">
          <table className="table" role="table">
            <caption className="for-screen-readers">{text.callsCaption}</caption>
            <thead role="rowgroup">
              <tr role="row">
                {text.callColumns.map((name) => (
                  <th key={name} role="columnheader" scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {calls.map((one) => (
                <tr key={one.id} role="row">
                  <th role="rowheader" scope="row">
                    <What call={one} />
                  </th>
                  <td role="cell" data-label={when}>
                    <Moment at={one.at} />
                  </td>
                  <td role="cell" data-label={result}>
                    <span className={one.result === 'ok' ? 'status status-good' : 'status status-warning'}>
                      {text.results[one.result ?? ''] ?? text.unknownResult}
                    </span>
                    {one.status === null ? null : <span className="row-more">{one.status}</span>}
                  </td>
                  <td role="cell" data-label={took}>
                    {one.duration_ms === null ? text.notTimed : text.milliseconds(one.duration_ms)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {areAll ? null : (
        <p className="small">
          {readsAudit(role) ? (
            <Link to="/$org/audit" params={{ org }} search={{ key: detail.id }}>
              {text.olderInAudit}
            </Link>
          ) : (
            <span className="quiet">{text.older}</span>
          )}
        </p>
      )}
    </section>
  );
}

/** What is called is named by who calls. */
function What({ call: { action, app, tool } }: { call: KeyCall }) {
  return (
    <>
      <span className="row-name">
        {tool === null ? (
          (text.kinds[action] ?? text.otherKind)
        ) : (
          <Foreign text={tool} max={NAME_CHARACTERS_MAX} />
        )}
      </span>
      <span className="row-more">
        {text.kinds[action] ?? text.otherKind}
        {app === null ? null : (
          <>
            {' '}
            {text.through}
            <Foreign text={app} max={NAME_CHARACTERS_MAX} />
          </>
        )}
      </span>
    </>
  );
}
