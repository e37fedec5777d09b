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
import { shellText as text } from '../text/shell.ts';
import { FoldedNavigation } from './folded-navigation.tsx';
import { useOrganisation } from './organisation-context.ts';

const { groups, places } = text;

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
    name: groups.use,
    places: [
      { to: '/$org', name: places.home, exact: true },
      { to: '/$org/connect', name: places.connect },
      { to: '/$org/connections', name: places.connections },
      { to: '/$org/keys', name: places.keys },
    ],
  },
  {
    name: groups.tools,
    places: [
      { to: '/$org/connectors', name: places.connectors },
      { to: '/$org/playground', name: places.playground },
    ],
  },
  {
    name: groups.people,
    places: [
      { to: '/$org/members', name: places.members, isFor: seesMembers },
      { to: '/$org/agents', name: places.agents, isFor: managesAgents },
      { to: '/$org/apps', name: places.apps, isFor: managesApps },
      { to: '/$org/sign-in', name: places.companySignIn, isFor: managesIdentityProviders },
      { to: '/$org/identity-providers', name: places.identityProviders, isFor: managesIdentityProviders },
    ],
  },
  {
    name: groups.watch,
    places: [
      { to: '/$org/usage', name: places.usage, isFor: readsUsage },
      { to: '/$org/audit', name: places.audit, isFor: readsAudit },
    ],
  },
  {
    name: groups.organisation,
    places: [{ to: '/$org/settings', name: places.settings, isFor: changesSettings }],
  },
];

export function Navigation() {
  const { slug: org, role } = useOrganisation();
  return (
    <FoldedNavigation label={text.navigation}>
      {(close) =>
        GROUPS.map(({ name, places: all }) => {
          const seen = all.filter(({ isFor }) => isFor === undefined || isFor(role));
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
                  onClick={close}
                >
                  {place}
                </Link>
              ))}
            </div>
          );
        })
      }
    </FoldedNavigation>
  );
}
