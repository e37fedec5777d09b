import { Link, Outlet, useMatchRoute } from '@tanstack/react-router';
import { changesSettings } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { settingsText as text } from '../text/settings.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { SETTINGS_TABS } from './settings-tabs.ts';

/** `/app/{org}/settings`: the tabs, each a page of its own address, and the one that is chosen. */
export function SettingsPage() {
  const { role, slug: org } = useOrganisation();
  const matches = useMatchRoute();
  const chosen = SETTINGS_TABS.find(({ to }) => matches({ to, params: { org } }) !== false);
  const isFirst = chosen === undefined || chosen === SETTINGS_TABS[0];
  return (
    <>
      <PageHead
        title={isFirst ? text.title : `${chosen.name} · ${text.title}`}
        heading={
          <>
            {text.title}
            {/* The tab says it to the eye; the focus comes to this heading, and says it to the ear. */}
            {isFirst ? null : <span className="for-screen-readers">: {chosen.name}</span>}
          </>
        }
        lead={text.lead}
      />
      {changesSettings(role) ? (
        <>
          <SettingsTabs org={org} />
          <Outlet />
        </>
      ) : (
        <Forbidden needed="admin" />
      )}
    </>
  );
}

function SettingsTabs({ org }: { org: string }) {
  const { role } = useOrganisation();
  const seen = SETTINGS_TABS.filter(({ isFor }) => isFor === undefined || isFor(role));
  return (
    <nav className="tabs" aria-label={text.tabs}>
      {seen.map(({ to, name }) => (
        <Link
          key={to}
          to={to}
          params={{ org }}
          activeOptions={{ exact: true, includeSearch: false }}
          className="tab tab-link"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
