import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Membership } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { shellText as text } from '../text/shell.ts';
import { Menu } from '../ui/menu.tsx';
import { OrganisationLogo } from '../ui/organisation-logo.tsx';

/** Beyond this many a field to search them in stands above the list. */
const SHORT_LIST_MAX = 8;

interface SwitcherProps {
  current: Membership;
  organisations: readonly Membership[];
}

export function OrganisationSwitcher({ current, organisations }: SwitcherProps) {
  const shown = (
    <span className="switcher-current">
      <OrganisationLogo path={current.logo} />
      <bdi className="strong">{current.name}</bdi>
      <span className="role">{ROLE_NAMES[current.role]}</span>
    </span>
  );
  if (organisations.length === 1) return <div className="switcher-only">{shown}</div>;
  return (
    <Menu label={text.switcher} shown={shown}>
      {(close) => <OrganisationList organisations={organisations} onChosen={close} />}
    </Menu>
  );
}

function OrganisationList({
  organisations,
  onChosen,
}: Pick<SwitcherProps, 'organisations'> & { onChosen: () => void }) {
  const [wanted, setWanted] = useState('');
  const found = organisations.filter(({ name, slug }) =>
    `${name} ${slug}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  return (
    <>
      {organisations.length > SHORT_LIST_MAX ? (
        <input
          type="search"
          className="input"
          aria-label={text.find}
          placeholder={text.find}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      ) : null}
      <ul className="menu-list">
        {found.map(({ logo, slug, name, role }) => (
          <li key={slug}>
            <Link to="/$org" params={{ org: slug }} className="menu-item" onClick={onChosen}>
              <OrganisationLogo path={logo} />
              <bdi>{name}</bdi>
              <span className="role">{ROLE_NAMES[role]}</span>
            </Link>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="menu-head quiet">{text.noneFound}</p> : null}
    </>
  );
}
