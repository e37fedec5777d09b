/** The words of what many pages are made of. */
export const uiText = {
  fullAccess: 'Full access',
  readOnly: 'Read-only',

  copy: 'Copy',
  copyWhat: (what: string) => `Copy ${what}`,
  copied: 'Copied',
  selected: 'Selected: copy it with the keyboard',

  forbidden: (needed: string, held: string) =>
    `This page needs the role ${needed} or higher. Yours is ${held}; an owner or admin of the organisation can change it.`,

  cancel: 'Cancel',
  typeName: 'To go on, type its name: ',

  wentWrong: 'Something in this page went wrong.',
  quoteBefore: 'Quote this if you report it: ',
  tryAgain: 'Try again',

  loadingWhat: (what: string) => `Loading ${what}`,
  showMore: 'Show more',
  loading: 'Loading…',
  /** Of a tab of the browser. */
  tab: (...names: readonly string[]) => [...names, 'Latchkey'].join(' · '),
  actions: 'Actions',
  justNow: 'just now',
  noReason: (status: number) => `The server answered ${status} and did not say why.`,

  ended: (connections: number) => {
    if (connections === 0) return 'No connection ended by it.';
    return connections === 1 ? 'One connection ended.' : `${connections} connections ended.`;
  },
} as const;
