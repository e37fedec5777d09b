import { useQuery } from '@tanstack/react-query';
import { organisationQuery } from '../api/queries.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { Snippet } from '../ui/snippet.tsx';

/** What the provider has to be told about this Latchkey. */
export function ProviderFacts() {
  const { slug: org } = useOrganisation();
  const organisation = useQuery({ ...organisationQuery(org), select: (found) => [found] });
  return (
    <Part title="What to tell the provider" lead="For its settings of cross-app access.">
      <Listed query={organisation} what="the addresses" rows={3} empty={null}>
        {([found]) =>
          found === undefined ? null : (
            <dl className="sheet known">
              <dt>Audience (issuer)</dt>
              <dd>
                <Snippet
                  text={found.connector_url.slice(0, -`/mcp/${found.slug}`.length)}
                  what="the audience"
                />
              </dd>
              <dt>Resource</dt>
              <dd>
                <Snippet text={found.connector_url} what="the resource" />
              </dd>
              <dt>Scopes</dt>
              <dd>
                <code>mcp:read</code> for tools that only read, <code>mcp:call</code> for all.
              </dd>
              <dt>Tenant, if it asks for one</dt>
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
