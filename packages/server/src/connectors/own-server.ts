import type { Catalogue, Tool } from '@latchkey/tools';

/** A catalogue whose operations name their own server, if they have one, with its host: a relative one has the connector's. */
export function withOwnServers(catalogue: Catalogue, baseUrl: string): Catalogue {
  const isRelative = ({ binding }: Tool): boolean => binding.baseUrl?.startsWith('/') === true;
  if (!catalogue.tools.some(isRelative)) return catalogue;
  const { origin } = new URL(baseUrl);
  const tools = catalogue.tools.map((tool) => {
    const own = tool.binding.baseUrl;
    if (own === undefined || !isRelative(tool)) return tool;
    return { ...tool, binding: { ...tool.binding, baseUrl: origin + own.replace(/\/+$/, '') } };
  });
  return { ...catalogue, tools };
}
