/** The words of Settings, Webhooks. */
export const webhooksText = {
  tab: 'Webhooks',
  title: 'Webhooks',
  lead: 'Addresses of yours that Latchkey tells of what happens here, each message signed. They are on the public internet and answer by https.',
  loading: 'Loading the webhooks',
  add: 'Add webhook',
  full: (most: number) => `There are ${most}, which is the most.`,
  empty: 'No webhooks yet. Add one to have a program of yours told when a key is made or a connection ends.',
  caption: 'Webhooks',
  columns: ['Webhook', 'Told of', 'Status'],
  open: 'Open',
  back: 'All webhooks',
  gone: 'There is no such webhook any more.',

  kinds: [
    { id: 'keys', name: 'API keys', why: 'Made, replaced, revoked.' },
    { id: 'connections', name: 'Connections', why: 'Approved, changed, ended.' },
    { id: 'members', name: 'Members', why: 'Invited, joined, another role, removed.' },
    { id: 'agents', name: 'Agents', why: 'Made, suspended, resumed, deleted.' },
    { id: 'connectors', name: 'Connectors and tools', why: 'Published, other rules, deleted.' },
    { id: 'apps', name: 'Apps and identity providers', why: 'Added, approved, blocked, trusted.' },
    { id: 'sign_in', name: 'Company sign-in', why: 'Set up, required, refused.' },
    { id: 'settings', name: 'Settings', why: 'Of the organisation, its webhooks and its audit log.' },
    { id: 'refusals', name: 'Calls that were refused', why: 'By access or by a rule. These can be many.' },
    {
      id: 'trail',
      name: 'The whole audit log',
      why: 'Every entry, calls among them, in order and many in one message. What does not arrive is sent until it does.',
    },
  ],

  states: {
    on: 'On',
    failing: 'Nothing arrives',
    by_person: 'Off',
    off: 'Switched off by Latchkey',
  },
  since: 'since ',
  whyOff: {
    by_person: 'Nothing is sent. What happens meanwhile is not told later.',
    failing:
      'Nothing arrived there for three days, so Latchkey stopped sending. Mend the receiver, then switch the webhook on: it is told of what happens from then on.',
    too_many_waiting:
      'More than 10,000 messages were waiting, so Latchkey stopped sending. Mend the receiver, then switch the webhook on: it is told of what happens from then on.',
  },
  failingNow:
    'Nothing has arrived there since then. Latchkey tries again, and stops sending after three days of this.',

  form: {
    create: 'Add a webhook',
    change: 'Change the webhook',
    url: 'Address',
    urlHint: 'Of a host on the public internet, beginning with https://.',
    description: 'What it is for (optional)',
    events: 'Tell it of',
    eventsMissing: 'Choose at least one.',
    now: 'Now it is: ',
    act: 'Add webhook',
    acting: 'Adding…',
    save: 'Save',
    saving: 'Saving…',
    saved: 'Saved.',
  },
  secret: {
    title: 'Copy the signing secret',
    what: 'the signing secret',
    ifLost: 'make a new one.',
    usage: 'Your receiver needs it to tell our messages from forged ones.',
    added: 'The webhook is added. It is told of what happens from now on.',
  },

  facts: {
    address: 'Address',
    events: 'Told of',
    status: 'Status',
    created: 'Added',
    oldSecret: 'Old secret',
    oldSecretUntil: 'signs too, and stops ',
  },
  change: 'Change',
  test: 'Send a test',
  testing: 'Sending…',
  tested: 'A test is on its way. It stands first in the list below.',

  acts: {
    rotate: {
      act: 'New secret',
      ask: 'Make a new secret for',
      keep: 'Keep secret',
      yes: 'Make new secret',
      acting: 'Making…',
      effect:
        'For 24 hours each message is signed with the new secret and with the one before. Give the new one to your receiver until then. A secret that was replaced earlier stops signing now.',
    },
    disable: {
      act: 'Switch off',
      ask: 'Switch off',
      keep: 'Keep it on',
      yes: 'Switch off',
      acting: 'Switching off…',
      effect:
        'Nothing more is sent. What is waiting is given up, and what happens meanwhile is not told later.',
      done: 'Switched off.',
    },
    enable: {
      act: 'Switch on',
      ask: 'Switch on',
      keep: 'Leave it off',
      yes: 'Switch on',
      acting: 'Switching on…',
      effect: 'It is told of what happens from now on.',
      done: 'Switched on.',
    },
    delete: {
      act: 'Delete',
      ask: 'Delete',
      keep: 'Keep webhook',
      yes: 'Delete webhook',
      acting: 'Deleting…',
      effect: 'Nothing more is sent there. Its secret and the list of its deliveries go, too.',
      done: 'The webhook is deleted.',
    },
  },

  deliveries: {
    title: 'Deliveries',
    lead: 'Of the last 30 days, the newest first. What does not arrive is tried eight times in about 31 hours.',
    loading: 'Loading the deliveries',
    which: 'Which deliveries',
    shows: { all: 'All', waiting: 'Waiting', delivered: 'Delivered', given_up: 'Given up' },
    empty: 'Nothing was sent yet. Send a test to see whether it arrives.',
    noneFound: 'None of this kind.',
    caption: 'Deliveries',
    columns: ['Event', 'Status', 'Answer', 'When'],
    details: 'Details',
    detailsOf: (type: string, at: string) => ` of ${type}, ${at}`,
    states: { waiting: 'Waiting', delivered: 'Delivered', given_up: 'Given up' },
    attempts: (count: number) => (count === 1 ? '1 attempt' : `${count} attempts`),
    next: 'next ',
    notYet: 'Not tried yet',
    gone: 'Not tried',
    status: (status: number) => `Status ${status}`,
    redirect: 'a redirect, which is not followed',
    id: 'Message id',
    tried: 'Last tried',
    sent: 'What is sent',
    answered: 'How the answer began',
    noBody: 'It was empty.',
    again: 'Send again',
    sending: 'Sending…',
    sentAgain: 'It is sent again, with the same id.',
    againHint: 'It has the same id as before, so that a receiver that has had it can tell.',
    close: 'Close',
  },
} as const;

const FAULTS: Readonly<Record<string, string>> = {
  address: 'The name leads to no address on the public internet',
  unknown_host: 'There is no such host',
  certificate: 'Its certificate is not good for this name',
  deadline: 'No answer within 10 seconds',
  unreachable: 'Nobody answered',
};

export function faultInWords(fault: string): string {
  return FAULTS[fault] ?? fault;
}

export function kindInWords(id: string): string {
  return webhooksText.kinds.find((kind) => kind.id === id)?.name ?? id;
}
