import { useQuery } from '@tanstack/react-query';
import { organisationQuery } from '../api/queries.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { providerFactsText as text } from '../text/identity-providers.ts';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { Snippet } from '../ui/snippet.tsx';

/** As the protocol names them. */
const SCOPES = { reads: 'mcp:read', calls: 'mcp:call' } as const;

/** What the provider has to be told about this Latchkey. */
export function ProviderFacts() {
  const { slug: org } = useOrganisation();
  const organisation = useQuery({ ...organisationQuery(org), select: (found) => [found] });
  return (
    <Part title={text.title} lead={text.lead}>
      <Listed query={organisation} what={text.what} rows={3} empty={null}>
        {([found]) =>
          found === undefined ? null : (
            <dl className="sheet known">
              <dt>{text.audience}</dt>
              <dd>
                <Snippet
                  text={found.connector_url.slice(0, -`/mcp/${found.slug}`.length)}
                  what={text.audienceWhat}
                />
              </dd>
              <dt>{text.resource}</dt>
              <dd>
                <Snippet text={found.connector_url} what={text.resourceWhat} />
              </dd>
              <dt>{text.scopes}</dt>
              <dd>
                <code>{SCOPES.reads}</code>
                {text.reads}
                <code>{SCOPES.calls}</code>
                {text.calls}
              </dd>
              <dt>{text.tenant}</dt>
              <dd>
                <code>{found.slug}</code>
              </dd>
            </dl>
          )
        }
      </Listed>
    </Part>
  );
}
