import type { About } from './about.ts';
import { block, md } from './markdown.ts';
import type { PackageName } from './package-name.ts';
import { secretOf } from './settings.ts';
import type { PackedSettings } from './settings.ts';

/** How the usual apps are told of the package: what is pasted, and where. */
export function clientSnippets(
  { full, short }: PackageName,
  { title, version }: About,
  { target, variables }: PackedSettings,
): string {
  const takesKey = secretOf(target) !== 'none';
  const run = { command: 'npx', args: ['-y', full] };
  const env = takesKey ? { env: { [variables.key]: 'YOUR_KEY' } } : {};
  const servers = { mcpServers: { [short]: { ...run, ...env } } };
  const inputId = `${short}-key`;
  const code = {
    ...(takesKey
      ? { inputs: [{ type: 'promptString', id: inputId, description: variables.key, password: true }] }
      : {}),
    servers: {
      [short]: {
        type: 'stdio',
        ...run,
        ...(takesKey ? { env: { [variables.key]: `\${input:${inputId}}` } } : {}),
      },
    },
  };
  const option = takesKey ? ` --env ${variables.key}=YOUR_KEY` : '';
  return [
    '**Claude Desktop**',
    `Open \`${short}-${version}.mcpb\`, and ${md(title)} is installed${takesKey ? '; the key is asked for and kept in the keychain' : ''}. Or put this into \`claude_desktop_config.json\` (Settings, Developer, Edit Config):`,
    block('json', JSON.stringify(servers, undefined, 2)),
    '**Claude Code**',
    block('sh', `claude mcp add${option} --transport stdio ${short} -- npx -y ${full}`),
    '**Cursor** (`~/.cursor/mcp.json`), and other apps with `mcpServers`: the same JSON as for Claude Desktop.',
    '**VS Code** (`.vscode/mcp.json`)',
    block('json', JSON.stringify(code, undefined, 2)),
  ].join('\n\n');
}
