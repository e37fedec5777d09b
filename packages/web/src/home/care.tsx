import { Link } from '@tanstack/react-router';
import type { Overview } from '../api/overview.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { homeText as text } from '../text/home.ts';
import { Foreign } from '../ui/foreign.tsx';
import { numberInWords } from '../usage/usage-words.ts';

export function needsCare(overview: Overview): boolean {
  const { expiring_connections: expiring, failing_connectors: failing, unused_keys: unused } = overview;
  return expiring.count + unused.count + failing.length + overview.webhooks_in_trouble.length > 0;
}

/** What somebody should look at, each with the page where it can be mended. */
export function Care({ overview }: { overview: Overview }) {
  const { slug: org } = useOrganisation();
  const { expiring_connections: expiring, failing_connectors: failing, unused_keys: unused } = overview;
  return (
    <section className="sheet" aria-labelledby="care">
      <h2 id="care">{text.care}</h2>
      {needsCare(overview) ? (
        <ul className="care">
          {failing.map(({ calls, connector, failed }) => (
            <li key={connector}>
              <Foreign text={connector} />
              {text.failing(numberInWords(failed), numberInWords(calls))}{' '}
              <Link to="/$org/usage" params={{ org }}>
                {text.failingLink}
              </Link>
            </li>
          ))}
          {overview.webhooks_in_trouble.map(({ description, host, is_off: isOff }, place) => (
            <li key={`${place} ${host}`}>
              <Foreign text={description === '' ? host : description} />
              {isOff ? text.webhookOff : text.webhookFailing}{' '}
              <Link to="/$org/settings/webhooks" params={{ org }}>
                {text.webhookLink}
              </Link>
            </li>
          ))}
          {expiring.count === 0 ? null : (
            <li>
              {text.expiring(expiring.count, expiring.days)}{' '}
              <Link to="/$org/connections" params={{ org }}>
                {text.expiringLink}
              </Link>
            </li>
          )}
          {unused.count === 0 ? null : (
            <li>
              {text.unused(unused.count, unused.days)}{' '}
              <Link to="/$org/keys" params={{ org }}>
                {text.unusedLink}
              </Link>
            </li>
          )}
        </ul>
      ) : (
        <p className="quiet">{text.careNothing}</p>
      )}
    </section>
  );
}
