/** The words about organisations of somebody's that this session does not open. */
export const closedText = {
  company_required: {
    title: (name: string) => `${name} asks for its own sign-in`,
    why: 'You belong to it, but its members get in only by signing in through their company.',
    how: (name: string) => `Continue with ${name}`,
  },
  other_company: {
    title: (name: string) => `${name} is not open in this session`,
    why: 'You signed in through a company, and that opens this company’s organisation alone. Sign in by your own means to open the others.',
    how: () => 'Sign in another way',
  },
  suspended: {
    title: (name: string) => `${name} is suspended`,
    why: 'Whoever runs this installation of Latchkey suspended it: nothing works in it, for nobody, until they resume it. Nothing in it is lost. Ask them what it needs.',
    how: () => 'Suspended',
  },
  address: {
    title: (name: string) => `${name} does not answer from your address`,
    why: 'Its admins have listed the networks from which it may be used, and this is none of them. Connect to one of those, such as the office or its VPN, and load this page again.',
    how: () => 'Not from here',
  },
  no_second_factor: {
    title: (name: string) => `${name} asks for a second factor`,
    why: 'A password alone is not enough there. Set up an authenticator app or a passkey on your account page: it takes a minute.',
    how: () => 'Set one up',
  },
  second_factor_not_shown: {
    title: (name: string) => `${name} asks for your second factor`,
    why: 'You have one, but signed in without it this time. Sign in again, with your code or your passkey.',
    how: () => 'Sign in again',
  },
  settingUp: {
    why: (name: string) =>
      `${name} asks for a second factor. Set up a passkey or an authenticator app on this page; then you can go on.`,
    goOn: (name: string) => `Go to ${name}`,
  },
  elsewhere: 'Go to your organisations',
  heading: 'Not open in this session',
} as const;
