/** The words of the page of the identity providers. */
export const identityProvidersText = {
  title: 'Identity providers',
  lead: 'Providers that may connect apps for your people: nobody presses Connect, and there is no consent page. They call it cross-app access or ID-JAG.',
  signIn: {
    before: 'This is about apps. How people sign in here is under ',
    link: 'Company sign-in',
    after: '.',
  },
} as const;

/** Of the providers that are trusted. */
export const issuersText = {
  title: 'Trusted',
  lead: "What a connection may do is the least of the person's role, this access, and what the provider and the app asked for.",
  add: 'Trust a provider',
  what: 'the identity providers',
  empty: 'No provider is trusted. People connect apps themselves, each on the consent page.',
  caption: 'Identity providers',
  columns: { provider: 'Provider', atMost: 'At most', linked: 'People linked', trusted: 'Trusted' },
  remove: 'Remove',
  trustedNow: ' is trusted. It connects nobody until you link its people.',
  trustedNoMore: ' is no longer trusted. ',
} as const;

/** Of the dialog that trusts a provider. */
export const newIssuerText = {
  title: 'Trust a provider',
  issuer: 'Issuer',
  issuerHint: 'Exactly as the provider writes it, such as https://acme.okta.com.',
  access: 'The most that it may give',
  readMore: 'Connections by its word look things up.',
  fullMore: "They may change things, where the person's role allows it.",
  act: 'Trust provider',
  acting: 'Reading its keys…',
} as const;

/** Of the question before a provider is trusted no more. */
export const removeIssuerText = {
  title: { before: 'Trust ', after: ' no more?' },
  keep: 'Keep provider',
  act: 'Remove provider',
  acting: 'Removing…',
  effect: (links: number) =>
    `Every connection by its word ends at once, and it opens no other. ${lost(links)}`,
  stays: 'People stay members, and what they connected themselves stays.',
} as const;

function lost(links: number): string {
  if (links === 0) return 'Nobody is linked to it.';
  return links === 1
    ? 'Its link to one person is deleted.'
    : `Its links to ${links} people are deleted: who trusts it again links them anew.`;
}

/** Of the people who are linked. */
export const linksText = {
  title: 'People',
  lead: "Which member each of a provider's subjects is. Who is not linked is refused, and the audit has the subject.",
  add: 'Link a person',
  loading: 'Loading the people',
  empty: 'Nobody is linked yet.',
  find: 'Find a link',
  findHint: 'Address or subject',
  found: (shown: number, total: number) =>
    shown === total ? `${total} linked` : `${shown} of ${total} linked`,
  noneFound: 'Nobody linked has that in their address or subject.',
  showAll: 'Show all',
  caption: 'People linked',
  columns: { member: 'Member', subject: 'Subject', linked: 'Linked' },
  of: 'of ',
  unlink: 'Unlink',
  linkedNow: ' is linked.',
  linkedNoMore: { between: ' is no longer linked to ', after: '. ' },
} as const;

/** Of the dialog that links a person. */
export const newLinkText = {
  title: 'Link a person',
  member: 'Member',
  memberHint: 'The address of a member of this organisation.',
  provider: 'Provider',
  subject: 'Subject',
  subjectTitle: 'Letters, digits and signs of ASCII',
  subjectHint: "The provider's own id of the person (sub), not the address.",
  act: 'Link person',
  acting: 'Linking…',
} as const;

/** Of the question before a person is unlinked. */
export const removeLinkText = {
  title: { before: 'Unlink ', after: '?' },
  keep: 'Keep link',
  act: 'Unlink',
  acting: 'Unlinking…',
  effect: {
    before: 'The connections of this member by the word of ',
    between: ' end at once, and the provider opens no other for the subject ',
    after: '. What the member connected without it stays.',
  },
} as const;

/** Of what the provider has to be told. */
export const providerFactsText = {
  title: 'What to tell the provider',
  lead: 'For its settings of cross-app access.',
  what: 'the addresses',
  audience: 'Audience (issuer)',
  audienceWhat: 'the audience',
  resource: 'Resource',
  resourceWhat: 'the resource',
  scopes: 'Scopes',
  reads: ' for tools that only read, ',
  calls: ' for all.',
  tenant: 'Tenant, if it asks for one',
} as const;
