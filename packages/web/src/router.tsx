import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readAuditSearch } from './audit/audit-search.ts';
import { ChooserPage } from './chooser/chooser-page.tsx';
import { readConnectorsSearch } from './connectors/connectors-search.ts';
import { readToolsSearch } from './connectors/tools-search.ts';
import { readVersionsSearch } from './connectors/versions-search.ts';
import { readImportSearch } from './import/import-search.ts';
import { readAttemptsSearch, readConnectSearch } from './connect/connect-search.ts';
import { readConnectionsSearch } from './connections/connections-search.ts';
import { readKeysSearch } from './keys/keys-search.ts';
import { readMembersSearch } from './members/members-search.ts';
import { Crash } from './shell/crash.tsx';
import { NoSuchPage } from './shell/no-such-page.tsx';
import { Root } from './shell/root.tsx';
import { Shell } from './shell/shell.tsx';
import { readUsageSearch } from './usage/usage-search.ts';

const root = createRootRoute({ component: Root });

const chooser = createRoute({ getParentRoute: () => root, path: '/', component: ChooserPage });

const organisation = createRoute({
  getParentRoute: () => root,
  path: '$org',
  component: Shell,
  notFoundComponent: NoSuchPage,
});

const home = createRoute({
  getParentRoute: () => organisation,
  path: '/',
  component: lazyRouteComponent(() => import('./home/home-page.tsx'), 'HomePage'),
});

const keys = createRoute({
  getParentRoute: () => organisation,
  path: 'keys',
  validateSearch: readKeysSearch,
  component: lazyRouteComponent(() => import('./keys/keys-page.tsx'), 'KeysPage'),
});

const connect = createRoute({
  getParentRoute: () => organisation,
  path: 'connect',
  validateSearch: readConnectSearch,
  component: lazyRouteComponent(() => import('./connect/connect-page.tsx'), 'ConnectPage'),
});

const attempts = createRoute({
  getParentRoute: () => organisation,
  path: 'connect/attempts',
  validateSearch: readAttemptsSearch,
  component: lazyRouteComponent(() => import('./connect/attempts-page.tsx'), 'AttemptsPage'),
});

const connections = createRoute({
  getParentRoute: () => organisation,
  path: 'connections',
  validateSearch: readConnectionsSearch,
  component: lazyRouteComponent(() => import('./connections/connections-page.tsx'), 'ConnectionsPage'),
});

const agents = createRoute({
  getParentRoute: () => organisation,
  path: 'agents',
  component: lazyRouteComponent(() => import('./agents/agents-page.tsx'), 'AgentsPage'),
});

const apps = createRoute({
  getParentRoute: () => organisation,
  path: 'apps',
  component: lazyRouteComponent(() => import('./apps/apps-page.tsx'), 'AppsPage'),
});

const identityProviders = createRoute({
  getParentRoute: () => organisation,
  path: 'identity-providers',
  component: lazyRouteComponent(
    () => import('./identity-providers/identity-providers-page.tsx'),
    'IdentityProvidersPage',
  ),
});

const settings = createRoute({
  getParentRoute: () => organisation,
  path: 'settings',
  component: lazyRouteComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
});

const companySignIn = createRoute({
  getParentRoute: () => organisation,
  path: 'sign-in',
  component: lazyRouteComponent(
    () => import('./company-sign-in/company-sign-in-page.tsx'),
    'CompanySignInPage',
  ),
});

const account = createRoute({
  getParentRoute: () => organisation,
  path: 'account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
});

const members = createRoute({
  getParentRoute: () => organisation,
  path: 'members',
  validateSearch: readMembersSearch,
  component: lazyRouteComponent(() => import('./members/members-page.tsx'), 'MembersPage'),
});

const connectors = createRoute({
  getParentRoute: () => organisation,
  path: 'connectors',
  validateSearch: readConnectorsSearch,
  component: lazyRouteComponent(() => import('./connectors/connectors-page.tsx'), 'ConnectorsPage'),
});

const connectorTools = createRoute({
  getParentRoute: () => organisation,
  path: 'connectors/$connector',
  validateSearch: readToolsSearch,
  component: lazyRouteComponent(() => import('./connectors/tools-page.tsx'), 'ToolsPage'),
});

const connectorImport = createRoute({
  getParentRoute: () => organisation,
  path: 'connectors/import',
  validateSearch: readImportSearch,
  component: lazyRouteComponent(() => import('./import/import-page.tsx'), 'ImportPage'),
});

const connectorUpdate = createRoute({
  getParentRoute: () => organisation,
  path: 'connectors/$connector/update',
  validateSearch: readImportSearch,
  component: lazyRouteComponent(() => import('./import/import-page.tsx'), 'UpdatePage'),
});

const connectorVersions = createRoute({
  getParentRoute: () => organisation,
  path: 'connectors/$connector/versions',
  validateSearch: readVersionsSearch,
  component: lazyRouteComponent(() => import('./connectors/versions-page.tsx'), 'VersionsPage'),
});

const usage = createRoute({
  getParentRoute: () => organisation,
  path: 'usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('./usage/usage-page.tsx'), 'UsagePage'),
});

const audit = createRoute({
  getParentRoute: () => organisation,
  path: 'audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    chooser,
    organisation.addChildren([
      home,
      connect,
      attempts,
      connections,
      account,
      keys,
      agents,
      audit,
      usage,
      connectors,
      connectorImport,
      connectorTools,
      connectorUpdate,
      connectorVersions,
      members,
      apps,
      identityProviders,
      companySignIn,
      settings,
    ]),
  ]),
  basepath: '/app',
  defaultPreload: 'intent',
  defaultErrorComponent: Crash,
  defaultNotFoundComponent: NoSuchPage,
  scrollRestoration: true,
  // Plain names and values: an address that is written by hand works, and the sign-in page can lead back to it.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
