import type { McpServers } from '../../connectors/mcp-servers.ts';

/** Who follows what MCP servers say of their tools while somebody talks with them. */
export type ToolNews = Pick<McpServers, 'changed' | 'firstLists' | 'observed' | 'used'>;
