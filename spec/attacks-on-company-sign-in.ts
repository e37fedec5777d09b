import { attack, type Claim } from './requirement.ts';
import { companyDomains, companyForged, companyRoles, companySignIn } from './tests.ts';

/** On people who sign in through their organisation's own provider, and by its admins, who run that provider. */
export const ATTACKS_ON_COMPANY_SIGN_IN: readonly Claim[] = [
  attack(
    98,
    'Whoever runs an organisation’s provider signs in as nobody of another organisation, and takes over no account by its address.',
    companySignIn('nobody of a domain that another organisation has shown to be its own'),
    companySignIn('no account that %s, until its owner links it themselves'),
    companySignIn(
      'no account that nobody vouched for, even if it is a member: whoever made it typed any address',
    ),
    companySignIn('no account without any organisation: it could be somebody’s who waits for the address'),
    companySignIn('not the same subject of another issuer'),
    companySignIn('a member that somebody vouched for, who belongs nowhere else'),
  ),
  attack(
    99,
    'An answer of a provider is good once, in the browser that left, and only from the provider that was asked.',
    companySignIn('an answer is good once, in the browser that left, and for ten minutes'),
    companySignIn('an answer with a parameter twice, of another state, or of another issuer is not believed'),
    companySignIn(
      'a code of one sign-in is not good in another: the verifier and the nonce are the other one’s',
    ),
    companySignIn(
      'nothing begins by a link, from another site, or without the form that this browser was shown',
    ),
    companyForged('is not believed with an ID token that is %s'),
    companyForged('is not believed with another state or issuer, and the code goes nowhere then'),
  ),
  attack(
    100,
    'An admin does not become an owner by way of a provider, nor a secret or our network anybody’s.',
    companyRoles('an admin, but nothing about a group that makes owners, nor whose word that is'),
    companyRoles('a secret goes to the issuer that it was given for, and to no other'),
    companyForged('cannot make us ask an address of our own network (%s: %s)'),
    companyForged('cannot send a person to %s'),
    companyDomains('is one organisation’s at a time, also when two check at the same moment'),
  ),
];
