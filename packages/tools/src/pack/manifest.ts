import type { Listed } from '../catalogue/listed.ts';
import type { About } from './about.ts';
import { NODE_RANGE } from './package-json.ts';
import type { PackageName } from './package-name.ts';
import { secretOf } from './settings.ts';
import type { PackedSettings, PackTarget } from './settings.ts';

/** Of MCP bundles: the newest that is not called experimental. */
const MANIFEST_VERSION = '0.3';
const TOOL_DESCRIPTION_MAX = 500;

/** `manifest.json` of an MCP bundle (github.com/modelcontextprotocol/mcpb, MANIFEST.md). */
export function manifestOf(
  name: PackageName,
  about: About,
  { target, variables }: PackedSettings,
  { hosts, tools }: { hosts: readonly string[]; tools: readonly Listed[] },
): object {
  const { author, documentation, homepage, icon, keywords, license, privacyPolicy, repository, support } =
    about;
  const secret = secretOf(target);
  return {
    manifest_version: MANIFEST_VERSION,
    name: name.short,
    display_name: about.title,
    version: about.version,
    description: about.tagline ?? about.description,
    long_description: about.description,
    author: author ?? { name: about.title },
    ...(repository === undefined ? {} : { repository: { type: 'git', url: repository } }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(documentation === undefined ? {} : { documentation }),
    // A URL alone is taken there; an address stands in the README.
    ...(support?.includes('://') ? { support } : {}),
    ...(icon === undefined ? {} : { icon: 'icon.png' }),
    server: {
      type: 'node',
      entry_point: 'server/main.js',
      mcp_config: {
        command: 'node',
        args: ['${__dirname}/server/main.js'],
        env: {
          ...(secret === 'none' ? {} : { [variables.key]: '${user_config.api_key}' }),
          [variables.access]: '${user_config.full_access}',
        },
      },
    },
    tools: tools.map(({ description, name: tool }) => ({
      name: tool,
      description: description.slice(0, TOOL_DESCRIPTION_MAX),
    })),
    ...(keywords.length === 0 ? {} : { keywords }),
    ...(license === undefined ? {} : { license }),
    ...(privacyPolicy === undefined ? {} : { privacy_policies: [privacyPolicy] }),
    compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: NODE_RANGE } },
    user_config: {
      ...(secret === 'none' ? {} : { api_key: keySetting(secret, whoseKey(target, about), hosts) }),
      full_access: {
        type: 'boolean',
        title: 'Full access',
        description: 'Also offer the tools that can create, change or delete something.',
        required: false,
        default: false,
      },
    },
  };
}

function whoseKey({ kind }: PackTarget, { title }: About): string {
  return kind === 'api' ? `Of your ${title} account` : 'A key of Latchkey, made in its dashboard';
}

function keySetting(secret: 'key' | 'password', whose: string, hosts: readonly string[]): object {
  const [name, form] = secret === 'key' ? ['API key', ''] : ['User and password', ', as user:password'];
  return {
    type: 'string',
    title: name,
    description: `${whose}${form}. Sent to ${hosts.join(', ')} and nobody else.`,
    required: true,
    sensitive: true,
  };
}
