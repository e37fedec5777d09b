import { Link, type LinkProps } from '@tanstack/react-router';
import {
  changesSettings,
  managesAgents,
  managesApps,
  managesIdentityProviders,
  readsAudit,
  readsUsage,
  seesMembers,
} from '../roles.ts';
import type { Role } from '../api/types.ts';
import { useOrganisation } from './organisation-context.ts';

interface Place {
  /** A page whose address has the organisation in it, and nothing else to be filled in. */
  to: Exclude<Extract<LinkProps['to'], `/$org${string}`>, `/$org/${string}$${string}`>;
  name: string;
  /** Unset: everybody sees it. */
  isFor?: (role: Role) => boolean;
  /** Whether the page of this very address alone is meant, and none below it. */
  exact?: boolean;
}

const GROUPS: readonly { name: string; places: readonly Place[] }[] = [
  {
    name: 'Use',
    places: [
      { to: '/$org', name: 'Home', exact: true },
      { to: '/$org/connect', name: 'Connect' },
      { to: '/$org/connections', name: 'Connections' },
      { to: '/$org/keys', name: 'API keys' },
    ],
  },
  { name: 'Tools', places: [{ to: '/$org/connectors', name: 'Connectors' }] },
  {
    name: 'People and apps',
    places: [
      { to: '/$org/members', name: 'Members', isFor: seesMembers },
      { to: '/$org/agents', name: 'Agents', isFor: managesAgents },
      { to: '/$org/apps', name: 'Apps', isFor: managesApps },
      { to: '/$org/sign-in', name: 'Company sign-in', isFor: managesIdentityProviders },
      { to: '/$org/identity-providers', name: 'Identity providers', isFor: managesIdentityProviders },
    ],
  },
  {
    name: 'Watch',
    places: [
      { to: '/$org/usage', name: 'Usage', isFor: readsUsage },
      { to: '/$org/audit', name: 'Audit log', isFor: readsAudit },
    ],
  },
  { name: 'Organisation', places: [{ to: '/$org/settings', name: 'Settings', isFor: changesSettings }] },
];

export function Navigation() {
  const { slug: org, role } = useOrganisation();
  return (
    <nav className="navigation" aria-label="Organisation">
      {GROUPS.map(({ name, places }) => {
        const seen = places.filter(({ isFor }) => isFor === undefined || isFor(role));
        return seen.length === 0 ? null : (
          <div key={name} className="navigation-group">
            <p className="navigation-heading">{name}</p>
            {seen.map(({ to, name: place, exact = false }) => (
              <Link
                key={place}
                to={to}
                params={{ org }}
                activeOptions={{ exact, includeSearch: false }}
                className="navigation-item"
              >
                {place}
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}
