const counted = (count: number, one: string, more: string) => (count === 1 ? `1 ${one}` : `${count} ${more}`);

/** The words of the page of agents. */
export const agentsText = {
  title: 'Agents',
  lead: 'Members that are no people: a nightly job, a bot, a workflow. Each has a role and keys of its own.',
  create: 'Create agent',
  loading: 'Loading the agents',
  caption: 'Agents',
  columns: ['Agent', 'Role', 'Keys', 'Last run', 'Status'],
  empty: 'No agents yet. Create one for whatever should call the tools without a person.',
  noneFound: 'No agent fits.',
  clear: 'Show all',
  find: 'Find an agent',
  findPlaceholder: 'Name, or who made it',
  which: 'Which agents',
  everyAgent: 'All',
  statuses: { active: 'Active', suspended: 'Suspended' },
  sort: 'Order',
  sorts: { name: 'By name', created: 'Newest first' },
  shownOf: (shown: number, all: number) =>
    shown === all ? counted(all, 'agent', 'agents') : `${shown} of ${all} agents`,

  madeBy: 'made by ',
  madeByNobody: 'made',
  noKeys: 'None',
  keys: (count: number) => counted(count, 'key', 'keys'),
  access: (full: number) =>
    full === 0 ? 'read-only' : full === 1 ? 'one with full access' : `${full} with full access`,
  notYet: 'Not yet',
  createKey: 'Create key',
  createKeyFor: (name: string) => ` for ${name}`,
  seeKeys: 'Keys',
  seeKeysOf: (name: string) => ` of ${name}`,

  created: (name: string) => `The agent “${name}” is there. It can do nothing until you create a key for it.`,
  keyTitle: 'Create a key for ',
  viewer: 'This agent is a Viewer, which can only hold read-only keys.',
  usage: 'To use it through mcp-remote, with the key in place of ',
  command: 'the mcp-remote command',

  acts: {
    suspend: {
      ask: 'Suspend',
      act: 'Suspend agent',
      acting: 'Suspending…',
      keep: 'Keep it working',
      effect:
        'Its keys and tokens are refused from the next call on, and what is under way breaks off. Nothing is lost: resume it, and they work again.',
      done: (name: string) => `The agent “${name}” is suspended. Nothing of it works until you resume it.`,
    },
    resume: {
      ask: 'Resume',
      act: 'Resume agent',
      acting: 'Resuming…',
      keep: 'Keep it suspended',
      effect: 'Its keys and tokens that have not expired meanwhile work again at once.',
      done: (name: string) => `The agent “${name}” works again.`,
    },
    delete: {
      ask: 'Delete',
      act: 'Delete agent',
      acting: 'Deleting…',
      keep: 'Keep agent',
      effect:
        'All its keys and tokens end at once, and with them whatever uses them. An app that it was made with goes too. This cannot be undone.',
      done: (name: string) => `The agent “${name}” is deleted. Its keys stopped working at once.`,
    },
  },
  keysNow: (count: number) => `It has ${counted(count, 'key that works', 'keys that work')} now.`,
} as const;

/** Of the dialog that makes an agent. */
export const newAgentText = {
  title: 'Create an agent',
  name: 'Name',
  nameTitle: 'A name to recognise the agent by',
  role: 'Role',
  viewer: 'Viewer',
  viewerMore: 'Its keys are read-only.',
  member: 'Member',
  memberMore: 'Its keys may have full access.',
  act: 'Create agent',
  acting: 'Creating…',
} as const;
