import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readAuditSearch } from './audit/audit-search.ts';
import { readAgentsSearch } from './agents/agents-search.ts';
import { readAppsSearch } from './apps/apps-search.ts';
import { readLinksSearch } from './identity-providers/links-search.ts';
import { readConnectorsSearch } from './connectors/connectors-search.ts';
import { readToolsSearch } from './connectors/tools-search.ts';
import { readVersionsSearch } from './connectors/versions-search.ts';
import { readImportSearch } from './import/import-search.ts';
import { readAttemptsSearch, readConnectSearch } from './connect/connect-search.ts';
import { readConnectionsSearch } from './connections/connections-search.ts';
import { readKeysSearch } from './keys/keys-search.ts';
import { readMembersSearch } from './members/members-search.ts';
import { readInstalledSearch } from './operator/organisations-search.ts';
import { readWebhooksSearch } from './settings/webhooks/webhooks-search.ts';
import { readPlaygroundSearch } from './playground/playground-search.ts';
import { Crash } from './shell/crash.tsx';
import { NoSuchPage } from './shell/no-such-page.tsx';
import { Root } from './shell/root.tsx';
import { Shell } from './shell/shell.tsx';
import { readUsageSearch } from './usage/usage-search.ts';

const root = createRootRoute({ component: Root });

const chooser = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./chooser/chooser-page.tsx'), 'ChooserPage'),
});

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

const key = createRoute({
  getParentRoute: () => organisation,
  path: 'keys/$key',
  component: lazyRouteComponent(() => import('./keys/key-page.tsx'), 'KeyPage'),
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
  validateSearch: readAgentsSearch,
  component: lazyRouteComponent(() => import('./agents/agents-page.tsx'), 'AgentsPage'),
});

const apps = createRoute({
  getParentRoute: () => organisation,
  path: 'apps',
  validateSearch: readAppsSearch,
  component: lazyRouteComponent(() => import('./apps/apps-page.tsx'), 'AppsPage'),
});

const identityProviders = createRoute({
  getParentRoute: () => organisation,
  path: 'identity-providers',
  validateSearch: readLinksSearch,
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

const settingsGeneral = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: lazyRouteComponent(() => import('./settings/general/general-tab.tsx'), 'GeneralTab'),
});

const settingsLimits = createRoute({
  getParentRoute: () => settings,
  path: 'limits',
  component: lazyRouteComponent(() => import('./settings/limits/limits-tab.tsx'), 'LimitsTab'),
});

const settingsWebhooks = createRoute({
  getParentRoute: () => settings,
  path: 'webhooks',
  validateSearch: readWebhooksSearch,
  component: lazyRouteComponent(() => import('./settings/webhooks/webhooks-tab.tsx'), 'WebhooksTab'),
});

const settingsAuditLog = createRoute({
  getParentRoute: () => settings,
  path: 'audit-log',
  component: lazyRouteComponent(() => import('./settings/audit-log/audit-log-tab.tsx'), 'AuditLogTab'),
});

const settingsSecurity = createRoute({
  getParentRoute: () => settings,
  path: 'security',
  component: lazyRouteComponent(() => import('./settings/security/security-tab.tsx'), 'SecurityTab'),
});

const settingsDanger = createRoute({
  getParentRoute: () => settings,
  path: 'danger',
  component: lazyRouteComponent(() => import('./settings/danger/danger-tab.tsx'), 'DangerTab'),
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

const playground = createRoute({
  getParentRoute: () => organisation,
  path: 'playground',
  validateSearch: readPlaygroundSearch,
  component: lazyRouteComponent(() => import('./playground/playground-page.tsx'), 'PlaygroundPage'),
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

const operator = createRoute({
  getParentRoute: () => root,
  path: '_operator',
  component: lazyRouteComponent(() => import('./operator/operator-shell.tsx'), 'OperatorShell'),
  notFoundComponent: NoSuchPage,
});

const operatorOrganisations = createRoute({
  getParentRoute: () => operator,
  path: '/',
  validateSearch: readInstalledSearch,
  component: lazyRouteComponent(() => import('./operator/organisations-page.tsx'), 'OrganisationsPage'),
});

const operatorKeys = createRoute({
  getParentRoute: () => operator,
  path: 'keys',
  component: lazyRouteComponent(() => import('./operator/signing-keys-page.tsx'), 'SigningKeysPage'),
});

const operatorHealth = createRoute({
  getParentRoute: () => operator,
  path: 'health',
  component: lazyRouteComponent(() => import('./operator/health-page.tsx'), 'HealthPage'),
});

const operatorModes = createRoute({
  getParentRoute: () => operator,
  path: 'modes',
  component: lazyRouteComponent(() => import('./operator/modes-page.tsx'), 'ModesPage'),
});

const operatorLog = createRoute({
  getParentRoute: () => operator,
  path: 'log',
  component: lazyRouteComponent(() => import('./operator/log-page.tsx'), 'OperatorLogPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    chooser,
    operator.addChildren([operatorOrganisations, operatorKeys, operatorHealth, operatorModes, operatorLog]),
    organisation.addChildren([
      home,
      connect,
      attempts,
      connections,
      account,
      keys,
      key,
      agents,
      audit,
      usage,
      connectors,
      connectorImport,
      connectorTools,
      connectorUpdate,
      connectorVersions,
      playground,
      members,
      apps,
      identityProviders,
      companySignIn,
      settings.addChildren([
        settingsGeneral,
        settingsSecurity,
        settingsLimits,
        settingsWebhooks,
        settingsAuditLog,
        settingsDanger,
      ]),
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
