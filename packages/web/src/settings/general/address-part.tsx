import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { addressQuery, type Address } from '../../api/address.ts';
import { renamesOrganisation } from '../../roles.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { settingsText } from '../../text/settings.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Snippet } from '../../ui/snippet.tsx';
import { AddressDialog } from './address-dialog.tsx';
import { Day } from './day.tsx';

const { address: text } = settingsText;

/** The short name in every URL of the organisation, and those that it had. */
export function AddressPart() {
  const { slug: org } = useOrganisation();
  const address = useQuery(addressQuery(org));
  return (
    <section className="sheet" aria-labelledby="address">
      <h2 id="address">{text.title}</h2>
      <p>{text.lead}</p>
      {address.data === undefined ? (
        address.isError ? (
          <Problem error={address.error} onRetry={() => void address.refetch()} />
        ) : (
          <Skeleton rows={2} label={text.loading} />
        )
      ) : (
        <AddressFacts address={address.data} />
      )}
    </section>
  );
}

function AddressFacts({ address }: { address: Address }) {
  const { role } = useOrganisation();
  const [changing, setChanging] = useState(false);
  const working = address.former.filter(({ works_until: until }) => until !== null);
  return (
    <>
      <Snippet text={address.connector_url} what={text.url} />
      {working.length === 0 ? null : (
        <>
          <p>{text.alsoWork}</p>
          <ul>
            {working.map(({ connector_url: url, slug, works_until: until }) => (
              <li key={slug}>
                <code>{url}</code>, {text.until} <Day at={until ?? ''} />
              </li>
            ))}
          </ul>
        </>
      )}
      {address.is_declared ? (
        <p className="quiet">{text.declared}</p>
      ) : renamesOrganisation(role) ? (
        <p>
          <button type="button" className="button secondary" onClick={() => setChanging(true)}>
            {text.open}
          </button>
        </p>
      ) : (
        <p className="quiet">{text.ownersOnly}</p>
      )}
      {changing ? <AddressDialog address={address} onClose={() => setChanging(false)} /> : null}
    </>
  );
}
