/** The words of the settings: of the frame around the tabs, and of General. */
export const settingsText = {
  title: 'Settings',
  lead: 'What holds for everybody in this organisation.',
  tabs: 'Settings',

  general: {
    tab: 'General',
    loading: 'Loading the settings',
    saved: 'Saved.',
    name: 'Name',
    nameNowBefore: 'It is “',
    nameNowAfter: '” now.',
    lasts: 'How long a connection lasts',
    lastsHint:
      'From when somebody approves an app until they have to sign in again. People may choose less. It holds for connections made from now on: those that there are keep their end.',
    lifetimes: [
      { days: 1, name: '1 day', why: 'People sign in every day.' },
      { days: 7, name: '7 days', why: 'People sign in every week.' },
      { days: 30, name: '30 days', why: 'The usual choice.' },
      { days: 90, name: '90 days', why: 'People sign in four times a year.' },
    ],
    save: 'Save',
    saving: 'Saving…',
  },

  logo: {
    title: 'Logo',
    lead: 'It stands beside the name: here, where people connect apps, and in the apps that show one.',
    loading: 'Loading the logo',
    none: 'No logo yet.',
    preview: 'as it will be',
    file: 'Picture',
    fileHint: 'PNG, JPEG or WebP. It is made small and square, and whoever has its address can see it.',
    unreadable: 'This browser cannot read that file as a picture. Choose a PNG, a JPEG or a WebP.',
    save: 'Use this picture',
    saving: 'Saving…',
    saved: 'The logo is saved.',
    remove: 'Remove logo',
    removeTitle: 'Remove the logo?',
    removeEffect: 'Pages show the name alone, at once. Apps may show the picture until they connect again.',
    keep: 'Keep logo',
    removeAct: 'Remove logo',
    removing: 'Removing…',
    removed: 'The logo is removed.',
  },

  address: {
    title: 'Address',
    lead: 'The short name at the end stands in the connector URL that people paste, and in the addresses of this dashboard.',
    loading: 'Loading the address',
    url: 'the connector URL',
    alsoWork: 'Former addresses that still work:',
    until: 'until',
    open: 'Change address',
    ownersOnly: 'An owner of the organisation can change it.',
    declared:
      'It stands in the configuration of whoever runs this service, so it cannot be changed here. Ask them.',

    dialogTitle: 'Change the address',
    wanted: 'New short name',
    wantedHint: 'Small letters, digits, and single hyphens between them: 3 to 40.',
    now: 'Now',
    becomes: 'Then',
    uses: (connections: number, apps: number) =>
      connections === 0
        ? 'No connection uses the address of now.'
        : `${connections === 1 ? '1 connection' : `${connections} connections`} of ${apps === 1 ? '1 app' : `${apps} apps`} ${connections === 1 ? 'uses' : 'use'} the address of now.`,
    goesOn: 'It goes on working until',
    tell: 'By then people put the new one into their apps, and sign in once more.',
    never: 'No other organisation ever gets the old address, and this one can go back to it.',
    left: (left: number) =>
      left === 0
        ? 'It has had as many addresses as it can have: only one of those can be its next.'
        : `It can have ${left === 1 ? 'one more new address' : `${left} more new addresses`}.`,
    again: 'Type the new short name again',
    act: 'Change address',
    acting: 'Changing…',
    changed: (slug: string) =>
      `The address is “${slug}” from now on. The former one still works for a while.`,
  },
} as const;
