export const PEERS = ['@ivotoby/openapi-mcp-server', 'openapi-mcp-generator', '@samchon/openapi'] as const;

export type PeerName = (typeof PEERS)[number];
