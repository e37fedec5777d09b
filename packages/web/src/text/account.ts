/** The words of the account page. */
export const accountText = {
  title: 'Your account',
  lead: 'How you sign in, and what you have connected. It is the same account in all of your organisations.',
  loading: 'Loading your account',
  cancel: 'Cancel',
  save: 'Save',
  saving: 'Saving…',
  done: 'I have saved them',
  viaCompany:
    'You signed in through your company, which decides how. To change anything here, sign out and sign in with your own password or passkey.',

  name: {
    title: 'Profile',
    lead: 'What others in your organisations see.',
    label: 'Name',
    email: 'Email',
    saved: 'Your name is changed.',
  },

  password: {
    title: 'Password',
    lead: 'At least 12 characters. A sentence that only you would say is a good one.',
    none: 'You have no password here, because you sign in through your company.',
    open: 'Change password',
    current: 'Current password',
    next: 'New password',
    nextHint: 'At least 12 characters.',
    effect:
      'Every other browser in which you are signed in is signed out. Apps that you connected stay connected.',
    act: 'Change password',
    acting: 'Changing…',
    changed: (ended: number) =>
      ended === 0
        ? 'Your password is changed.'
        : `Your password is changed. ${ended === 1 ? 'One other browser was' : `${ended} other browsers were`} signed out.`,
  },

  passkeys: {
    title: 'Passkeys',
    lead: 'Sign in with your fingerprint, face or screen lock instead of a password. A passkey works on this site alone, so nobody can trick you out of it.',
    empty: 'No passkeys yet.',
    unavailable:
      'Passkeys need an address with a name, such as latchkey.example.com. Here the address is a number.',
    unsupported: 'This browser has no passkeys.',
    caption: 'Your passkeys',
    columns: ['Passkey', 'Added', 'Last used'],
    add: 'Add a passkey',
    adding: 'Waiting for your device…',
    nameLabel: 'What to call it',
    nameHint: 'So that you can tell it from others later, such as “Work laptop”.',
    next: 'Your browser asks next where to keep it.',
    added: (name: string) => `“${name}” can be used to sign in from now on.`,
    rename: 'Rename',
    renameTitle: 'Rename passkey',
    renamed: 'The passkey has a new name.',
    remove: 'Remove',
    removeTitle: 'Remove this passkey?',
    removeEffect: 'It opens your account no more. Your device still lists it until you delete it there, too.',
    keep: 'Keep passkey',
    removing: 'Removing…',
    removed: (name: string) => `“${name}” opens your account no more.`,
    synced: 'Kept in more than one place',
    never: 'Never',
    failed: 'No passkey was made. You can try again.',
    already: 'This device has a passkey for your account already.',
  },

  twoFactor: {
    title: 'Second step',
    lead: 'After your password, a code from an app on your phone. A passkey needs none: it is two steps in one.',
    off: 'Off. Whoever learns your password can sign in as you.',
    on: 'On',
    since: 'since',
    turnOn: 'Set up',
    turnOff: 'Turn off',
    offTitle: 'Turn the second step off?',
    offEffect: 'From then on your password alone opens your account. Your backup codes stop working, too.',
    keep: 'Keep it on',
    turningOff: 'Turning off…',
    turnedOff: 'The second step is off.',
    codesLeft: (left: number) =>
      left === 0
        ? 'No backup codes left. Get new ones before you lose your phone.'
        : `${left} backup ${left === 1 ? 'code' : 'codes'} left.`,
    newCodes: 'New backup codes',
    newCodesTitle: 'Get new backup codes?',
    newCodesEffect: 'The codes that you have now stop working.',
    keepCodes: 'Keep the old ones',
    gettingCodes: 'Getting codes…',
    remembered: (browsers: number) =>
      `${browsers === 1 ? 'One browser is' : `${browsers} browsers are`} not asked for a code for up to 30 days.`,
    forget: 'Ask everywhere again',
    forgotten: 'Every browser is asked for a code again.',
    setUpTitle: 'Set up the second step',
    preparing: 'Preparing the code',
    scan: 'Scan this with an authenticator app, such as the one that your company recommends.',
    picture: 'A code to scan with your authenticator app',
    orType: 'Or type this key into the app:',
    key: 'the key',
    codeLabel: 'Code that the app shows',
    confirm: 'Turn on',
    confirming: 'Turning on…',
    codesTitle: 'Your backup codes',
    codesWhy:
      'Each gets you in once if your phone is lost. This is the only time that they are shown: put them where your phone is not.',
    codes: 'the backup codes',
    turnedOn: 'The second step is on. From now on your password is followed by a code.',
    codesReplaced: 'You have new backup codes. Those before stopped working.',
  },

  sessions: {
    title: 'Where you are signed in',
    lead: 'A browser stays signed in for seven days at most.',
    loading: 'your sessions',
    caption: 'Browsers in which you are signed in',
    columns: ['Browser', 'How', 'Since'],
    thisOne: 'This browser',
    end: 'Sign out',
    ended: 'That browser is signed out.',
    endOthers: 'Sign out all others',
    endOthersTitle: 'Sign out all other browsers?',
    endOthersEffect: 'Each has to sign in again. Apps that you connected stay connected.',
    keep: 'Leave them',
    ending: 'Signing out…',
    endedOthers: (ended: number) =>
      `${ended === 1 ? 'One other browser is' : `${ended} other browsers are`} signed out.`,
    unknown: 'Unknown browser',
    by: { pwd: 'Password', otp: 'code', webauthn: 'Passkey', sso: 'Company' },
  },

  connections: {
    title: 'Your connections',
    lead: 'Apps that may act for you, in all of your organisations.',
    loading: 'Loading your connections',
    empty: 'You have not connected an app yet.',
    caption: 'Apps that may act for you',
    columns: ['App', 'Organisation', 'Access', 'Last used'],
    access: { read: 'Read-only', full: 'Full access' },
    never: 'Never',
    disconnect: 'Disconnect',
    disconnectTitle: (app: string) => `Disconnect ${app}?`,
    effect: (organisation: string) =>
      `It stops at once in ${organisation}, and asks you to connect again when you next use it.`,
    keep: 'Keep connected',
    disconnecting: 'Disconnecting…',
    disconnected: (app: string) => `${app} is disconnected.`,
    find: 'Find a connection',
    findHint: 'Find by app or organisation',
    found: (shown: number, total: number) =>
      shown < total
        ? `${shown} of ${total} connections`
        : total === 1
          ? '1 connection'
          : `${total} connections`,
    noneFound: 'No connection has that in it.',
  },
} as const;
