import { Link } from '@tanstack/react-router';
import {
  changesSettings,
  managesAgents,
  managesApps,
  managesIdentityProviders,
  seesMembers,
} from '../roles.ts';
import { useOrganisation } from './organisation-context.ts';

export function Navigation() {
  const { slug: org, role } = useOrganisation();
  return (
    <nav className="navigation" aria-label="Organisation">
      <Link to="/$org" params={{ org }} activeOptions={{ exact: true }} className="navigation-item">
        Home
      </Link>
      <Link
        to="/$org/keys"
        params={{ org }}
        activeOptions={{ includeSearch: false }}
        className="navigation-item"
      >
        API keys
      </Link>
      <Link to="/$org/connectors" params={{ org }} className="navigation-item">
        Connectors
      </Link>
      {seesMembers(role) ? (
        <Link to="/$org/members" params={{ org }} className="navigation-item">
          Members
        </Link>
      ) : null}
      {managesAgents(role) ? (
        <Link to="/$org/agents" params={{ org }} className="navigation-item">
          Agents
        </Link>
      ) : null}
      {managesApps(role) ? (
        <Link to="/$org/apps" params={{ org }} className="navigation-item">
          Apps
        </Link>
      ) : null}
      {managesIdentityProviders(role) ? (
        <Link to="/$org/identity-providers" params={{ org }} className="navigation-item">
          Identity providers
        </Link>
      ) : null}
      {changesSettings(role) ? (
        <Link to="/$org/settings" params={{ org }} className="navigation-item">
          Settings
        </Link>
      ) : null}
    </nav>
  );
}
