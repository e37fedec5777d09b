import { attack, type Claim } from './requirement.ts';
import { declaredMembers, invitePage, portalInvitations, resetPage } from './tests.ts';

/** On the ways in that people are handed: invitations, reset links, and roles that are declared for an address. */
export const ATTACKS_ON_JOINING: readonly Claim[] = [
  attack(
    94,
    'An invitation lets one person in, once, and never with more than its maker may give at that moment.',
    invitePage('raced by ten people lets one in'),
    invitePage('that is %s lets nobody in: it says why, and makes no account'),
    invitePage('an owner’s invitation of an owner is no more than an admin’s once the owner is one'),
    portalInvitations('a %s inviting a %s gets %i'),
    portalInvitations('an admin neither withdraws nor renews an owner’s invitation of an owner'),
  ),
  attack(
    95,
    'The link itself is in no log, no referrer and no table, and a form from elsewhere does not use it.',
    invitePage('says who invites, to what, as what and until when, and keeps its address from everybody'),
    invitePage('is stored as a hash alone'),
    invitePage('takes no form from %s'),
    invitePage('takes the form of its own page, which hides its origin, and none without its token'),
  ),
  attack(
    96,
    'An admin takes over no account by a reset link: not an owner’s, and not that of somebody who belongs elsewhere too.',
    resetPage('a %s of a %s'),
    resetPage('not of a member who is a %s elsewhere, where the admin is a %s'),
    resetPage('a link does nothing any more when %s'),
    resetPage('nobody of themselves: a stolen session is not a new password'),
    resetPage('is good once, whoever comes first'),
  ),
  attack(
    97,
    'Typing the address that a role is declared for gives nobody that role.',
    declaredMembers(
      'an account that typed a declared address gets nothing by it, not even as a member, and the operator is told',
    ),
    declaredMembers('an invitation for whoever has the link gives its own role to whatever address is typed'),
    declaredMembers('an admin’s word for an address counts in the own organisation alone'),
    declaredMembers('a word for one address binds nothing of another that the account has'),
  ),
  attack(
    181,
    'A reset link that was asked for by the word of a company’s provider opens no account that reaches beyond that company by the time it is used.',
    resetPage('a link that a company’s word asked for does nothing any more when %s'),
    portalInvitations(
      'or its like (%s) is of no company’s making for who belongs elsewhere, whatever its admin is there',
    ),
  ),
];
