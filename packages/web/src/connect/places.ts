import type { Connector, Organisation } from '../api/types.ts';
import { connectText as text } from '../text/connect.ts';
import type { Place } from './snippets.ts';

/** A URL that can be chosen: `at` is what it has below the connector URL. */
export interface ChoosablePlace extends Place {
  at: string;
  words: string;
  kind: 'all' | 'connector' | 'toolset';
}

/** Everything that an app can be connected to here, all tools first. */
export function placesOf(
  { connector_url: url, name, slug, toolsets }: Organisation,
  connectors: readonly Connector[],
): ChoosablePlace[] {
  return [
    { at: '', kind: 'all', words: text.allTools, slug, name, url },
    ...connectors.map((connector): ChoosablePlace => ({
      at: `c/${connector.slug}`,
      kind: 'connector',
      words: text.oneConnector(connector.name),
      slug: `${slug}-${connector.slug}`,
      name: `${name} ${connector.name}`,
      url: `${url}/c/${connector.slug}`,
    })),
    ...toolsets.map((toolset): ChoosablePlace => ({
      at: `t/${toolset.slug}`,
      kind: 'toolset',
      words: text.oneToolset(toolset.slug),
      slug: `${slug}-${toolset.slug}`,
      name: `${name} ${toolset.slug}`,
      url: toolset.url,
    })),
  ];
}
