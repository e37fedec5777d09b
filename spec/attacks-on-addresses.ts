import { attack, type Claim } from './requirement.ts';
import { deletedOrganisation, formerAddress, portalAddress, portalDanger } from './tests.ts';

/** On the names by which organisations are reached, and on their end. */
export const ATTACKS_ON_ADDRESSES: readonly Claim[] = [
  attack(
    130,
    'Nobody gets an address that is or ever was another organisation’s, whatever runs at the same moment.',
    portalAddress('is never %s'),
    portalAddress('goes to one of many organisations that ask for it at the same moment'),
    portalAddress('is not swapped by two organisations, not even at the same moment'),
    portalAddress('that was its own before is taken back, and the database lets no other row have it'),
    portalAddress('may be another one ten times, and then only one of those that it had'),
  ),
  attack(
    131,
    'A former address leads to its own organisation alone, and is as unknown as any once it is over.',
    formerAddress('is never good at another organisation, whatever that is called'),
    formerAddress('is the same at the new address, and reaches no further there than at the former one'),
    formerAddress('it is as unknown as one that nobody ever had, on every node'),
    formerAddress('no token and no key is good there any more; at the new address both are'),
    portalAddress('a stranger finds it by neither'),
  ),
  attack(
    132,
    'An address is no way to write another path, and is not changed by who may not, nor twice by the same order.',
    portalAddress('is never %j'),
    portalAddress('a %s who reads it gets %i, who changes it %i'),
    portalAddress('is not changed twice by the same order, nor over somebody else’s change'),
    portalAddress('that the operator declares is changed by nobody here, and it is said'),
  ),
  attack(
    133,
    'An organisation is deleted by an owner of it alone, and then nothing of it is good on any node.',
    portalDanger('a %s who looks at what would end, and deletes, gets %i'),
    portalDanger('is not done by the owner of another organisation'),
    portalDanger('takes its name, typed exactly; nothing happens for another one'),
    portalDanger('needs a sign-in of the last minutes'),
    portalDanger('a second order finds nothing to delete'),
    deletedOrganisation('nothing of it is good any more on any node, and nobody finds it'),
    deletedOrganisation('a call under way is broken off, and the neighbour’s goes on'),
    deletedOrganisation('a machine of it gets no more tokens'),
  ),
];
