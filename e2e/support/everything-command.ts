import { fileURLToPath } from 'node:url';
import type { McpUpstream } from '../../packages/server/src/upstreams/upstream.ts';

/** The everything server as a command. It finds all it needs by address: its folder is an empty one. */
export const EVERYTHING_COMMAND: McpUpstream = {
  transport: 'stdio',
  command: process.execPath,
  args: [
    '--import',
    import.meta.resolve('tsx'),
    fileURLToPath(new URL('../fixtures/everything-server/stdio.ts', import.meta.url)),
  ],
  env: {},
};
