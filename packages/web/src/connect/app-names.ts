/** The apps that have a guide, as the address of the page names them. */
export const APP_NAMES = [
  'claude-ai',
  'claude-desktop',
  'claude-code',
  'cursor',
  'vs-code',
  'chatgpt',
  'mcp-remote',
  'stdio',
  'curl',
] as const;
export type AppName = (typeof APP_NAMES)[number];
