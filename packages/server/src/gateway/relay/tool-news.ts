import type { ConnectorId } from '../../kernel/ids.ts';

/** Hears what MCP servers say of their tools while somebody talks with them. Never throws, and keeps nobody waiting. */
export interface ToolNews {
  /** The server listed these, as it wrote them, and some of them are not what the snapshot says. Not always all it has. */
  observed(connectorId: ConnectorId, tools: readonly unknown[]): void;
  /** The server said that its list has changed. */
  changed(connectorId: ConnectorId): void;
}
