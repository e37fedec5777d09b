/** Names that people trust, and the hosts that may bear them. */
const KNOWN_NAMES: readonly { name: string; hosts: readonly string[] }[] = [
  { name: 'claude', hosts: ['claude.ai', 'claude.com', 'anthropic.com'] },
  { name: 'anthropic', hosts: ['claude.ai', 'claude.com', 'anthropic.com'] },
  { name: 'chatgpt', hosts: ['chatgpt.com', 'openai.com'] },
  { name: 'openai', hosts: ['chatgpt.com', 'openai.com'] },
  { name: 'visual studio code', hosts: ['vscode.dev', 'code.visualstudio.com'] },
  { name: 'vs code', hosts: ['vscode.dev', 'code.visualstudio.com'] },
];

// What looks like another letter: Cyrillic and Greek ones, digits, and the strokes that i, l and 1 share.
const LOOK_ALIKE: Readonly<Record<string, string>> = {
  а: 'a',
  α: 'a',
  е: 'e',
  ε: 'e',
  о: 'o',
  ο: 'o',
  с: 'c',
  ϲ: 'c',
  ԁ: 'd',
  υ: 'u',
  р: 'p',
  т: 't',
  һ: 'h',
  ѕ: 's',
  і: 'l',
  ι: 'l',
  ӏ: 'l',
  i: 'l',
  '1': 'l',
  '|': 'l',
  '!': 'l',
  '0': 'o',
  '3': 'e',
  '4': 'a',
  '@': 'a',
};

/**
 * The host that could vouch for a name like this, if none of `hosts` (who identifies the client, or else where the
 * authorization goes) is one of those that bear it: "Claude" that is not from claude.ai. Undefined: no such pretence.
 */
export function imitatedHost(clientName: string, hosts: readonly string[]): string | undefined {
  const folded = fold(clientName);
  const known = KNOWN_NAMES.find(({ name }) => folded.includes(fold(name)));
  if (known === undefined || hosts.some((host) => isOf(host, known.hosts))) return undefined;
  return known.hosts[0];
}

function isOf(host: string, owners: readonly string[]): boolean {
  return owners.some((owner) => host === owner || host.endsWith(`.${owner}`));
}

function fold(name: string): string {
  return Array.from(name.normalize('NFKD').toLowerCase(), (character) => LOOK_ALIKE[character] ?? character)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '');
}
