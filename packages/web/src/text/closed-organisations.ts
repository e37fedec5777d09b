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
  elsewhere: 'Go to your organisations',
  heading: 'Not open in this session',
} as const;
