/** Of the question before everything ends. */
export const signOutText = {
  title: 'Sign everyone out',
  lead: 'Ends all connections of this organisation at once, for when you cannot tell who holds what. Keys that were made by hand stay.',
  ask: 'Sign everyone out…',
  effect:
    'Every app that anybody connected stops at once, and asks to be connected again. What is under way breaks off. Machines lose their tokens and ask for new ones by themselves. This cannot be undone.',
  of: { before: 'Sign everyone out of ', after: '?' },
  keep: 'Keep everyone connected',
  act: 'Sign everyone out',
  acting: 'Signing out…',
  done: (connections: number) =>
    `Everyone is signed out: ${connections === 1 ? 'one connection' : `${connections} connections`} ended.`,
} as const;
