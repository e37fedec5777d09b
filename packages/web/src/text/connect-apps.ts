import type { AppName } from '../connect/app-names.ts';
import { addToClaudeUrl } from '../home/claude-link.ts';
import {
  cursorConfig,
  cursorLink,
  curlCommand,
  stdioConfig,
  vsCodeConfig,
  vsCodeLink,
  type Place,
} from '../connect/snippets.ts';
import { claudeCodeCommand, KEY_PLACEHOLDER, mcpRemoteCommand } from '../home/commands.ts';

/** One step: what to do, and what to take along for it. */
export interface Step {
  text: string;
  snippet?: { text: string; what: string };
  link?: { href: string; text: string; opens: string };
}

export interface AppGuide {
  title: string;
  /** It calls from the internet, not from this computer. */
  isHosted: boolean;
  /** It shows an API key, and nobody signs in. */
  usesKey: boolean;
  steps: (place: Place) => Step[];
  limits: readonly string[];
}

const CHOOSE = 'Sign in here and choose Read-only or Full access.';
const HAVE_KEY: Step = {
  text: `Have an API key ready. It takes the place of ${KEY_PLACEHOLDER} below.`,
};
const CLAUDE_LIMITS = [
  'A call may take 300 seconds; a result may have about 150,000 characters.',
  'On Team and Enterprise an owner adds the connector first, then everybody connects. On the Free plan there is one custom connector.',
];

export const APPS: Readonly<Record<AppName, AppGuide>> = {
  'claude-ai': {
    title: 'claude.ai',
    isHosted: true,
    usesKey: false,
    steps: (place) => [
      {
        text: 'Open claude.ai with everything filled in, and check what it shows.',
        link: { href: addToClaudeUrl(place), text: 'Add to Claude', opens: 'opens claude.ai' },
      },
      {
        text: 'By hand: Settings, Connectors, Add custom connector, and paste the URL.',
        snippet: { text: place.url, what: 'the URL for claude.ai' },
      },
      { text: `Press Connect. ${CHOOSE}` },
    ],
    limits: CLAUDE_LIMITS,
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    isHosted: true,
    usesKey: false,
    steps: (place) => [
      { text: 'Open Settings, Connectors, Add custom connector.' },
      { text: 'Paste the URL.', snippet: { text: place.url, what: 'the URL for Claude Desktop' } },
      {
        text: `Press Connect. ${CHOOSE} Use the browser in which you are signed in to the same Claude account.`,
      },
    ],
    limits: [
      'Claude Desktop has its connectors from your Claude account: what is added at claude.ai is there already.',
      ...CLAUDE_LIMITS,
    ],
  },
  'claude-code': {
    title: 'Claude Code',
    isHosted: false,
    usesKey: false,
    steps: (place) => [
      {
        text: 'Run this in a terminal.',
        snippet: { text: claudeCodeCommand(place), what: 'the command for Claude Code' },
      },
      { text: 'Start Claude Code, type /mcp, choose the connector, then Authenticate: the browser opens.' },
      { text: CHOOSE },
    ],
    limits: ['A result may have 25,000 tokens; MAX_MCP_OUTPUT_TOKENS raises that.'],
  },
  cursor: {
    title: 'Cursor',
    isHosted: false,
    usesKey: false,
    steps: (place) => [
      {
        text: 'Let Cursor add it.',
        link: { href: cursorLink(place), text: 'Add to Cursor', opens: 'opens Cursor' },
      },
      {
        text: 'Or put it into ~/.cursor/mcp.json by hand.',
        snippet: { text: cursorConfig(place), what: 'the configuration for Cursor' },
      },
      { text: `Press Connect in Cursor’s settings under MCP. ${CHOOSE}` },
    ],
    limits: ['A connector’s name and a tool’s name together may have 60 characters.'],
  },
  'vs-code': {
    title: 'VS Code',
    isHosted: false,
    usesKey: false,
    steps: (place) => [
      {
        text: 'Let VS Code add it.',
        link: { href: vsCodeLink(place), text: 'Add to VS Code', opens: 'opens VS Code' },
      },
      {
        text: 'Or put it into .vscode/mcp.json by hand.',
        snippet: { text: vsCodeConfig(place), what: 'the configuration for VS Code' },
      },
      { text: `Start the server from that file and let it sign in. ${CHOOSE}` },
    ],
    limits: ['Tools are used in agent mode.'],
  },
  chatgpt: {
    title: 'ChatGPT',
    isHosted: true,
    usesKey: false,
    steps: (place) => [
      { text: 'On the web, switch on developer mode in Settings under Connectors.' },
      {
        text: 'Create a connector with this URL and OAuth as its authentication.',
        snippet: { text: place.url, what: 'the URL for ChatGPT' },
      },
      { text: CHOOSE },
    ],
    limits: ['Without developer mode ChatGPT uses only tools that are named search and fetch.'],
  },
  'mcp-remote': {
    title: 'mcp-remote',
    isHosted: false,
    usesKey: true,
    steps: (place) => [
      HAVE_KEY,
      {
        text: 'For apps that can only start a program: give them this one.',
        snippet: { text: mcpRemoteCommand(place.url), what: 'the mcp-remote command' },
      },
      { text: 'Leave --header and what follows out to sign in in the browser instead.' },
    ],
    limits: ['It runs on Node.js, which has to be installed.'],
  },
  stdio: {
    title: 'stdio',
    isHosted: false,
    usesKey: true,
    steps: (place) => [
      HAVE_KEY,
      {
        text: 'The program is latchkey-stdio. It is in every clone of Latchkey’s repository, once npm ci && npm run build have run there.',
      },
      {
        text: 'For apps that start a program and take such a file (Cursor, Claude Desktop, agents of your own): put this into it.',
        snippet: { text: stdioConfig(place), what: 'the configuration for a program over stdio' },
      },
    ],
    limits: [
      'Each call has the limits, the access and the audit of the key, as at the URL.',
      'A connector that relays an MCP server has no list for it: choose all tools, or use mcp-remote.',
    ],
  },
  curl: {
    title: 'curl',
    isHosted: false,
    usesKey: true,
    steps: (place) => [
      HAVE_KEY,
      {
        text: 'Ask for the list of tools.',
        snippet: { text: curlCommand(place.url), what: 'the curl command' },
      },
    ],
    limits: ['Any language can do the same: it is one POST with JSON.'],
  },
};
