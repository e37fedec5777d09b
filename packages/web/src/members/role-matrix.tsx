import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rolesQuery, type Roles } from '../api/members.ts';
import { ROLE_NAMES, ROLES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { matrixText as text } from '../text/members.ts';
import { uiText } from '../text/ui.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

/** What each role may do, as the server's policy says; asked for when somebody wants to know. */
export function RoleMatrix() {
  const { slug: org } = useOrganisation();
  const [isOpen, setOpen] = useState(false);
  const roles = useQuery({ ...rolesQuery(org), enabled: isOpen });
  return (
    <details className="part disclosure" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.title}</summary>
      <p className="small quiet">{text.lead}</p>
      {roles.data !== undefined ? (
        <Matrix roles={roles.data} />
      ) : roles.isError ? (
        <Problem error={roles.error} onRetry={() => void roles.refetch()} />
      ) : isOpen ? (
        <Skeleton rows={6} label={uiText.loadingWhat(text.loading)} />
      ) : null}
    </details>
  );
}

function Matrix({ roles }: { roles: Roles }) {
  return (
    <div className="sheet table-frame">
      <table className="table matrix" role="table">
        <caption className="for-screen-readers">{text.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              {text.action}
            </th>
            {ROLES.map((role) => (
              <th key={role} role="columnheader" scope="col">
                {ROLE_NAMES[role]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {roles.actions.map(({ action, roles: allowed }) => (
            <tr key={action} role="row">
              <th role="rowheader" scope="row">
                {text.actions[action] ?? action}
              </th>
              {ROLES.map((role) => (
                <td
                  key={role}
                  role="cell"
                  data-label={ROLE_NAMES[role]}
                  className={allowed.includes(role) ? undefined : 'quiet'}
                >
                  {allowed.includes(role) ? text.yes : text.no}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
