import { attack, type Claim } from './requirement.ts';
import { portalOperator } from './tests.ts';

/** On those who look after the installation, and by them on the organisations in it. */
export const ATTACKS_ON_OPERATORS: readonly Claim[] = [
  attack(
    104,
    'Nobody but an operator reaches the installation: no owner, no key, no session by a company’s word, no other site.',
    portalOperator('$method $path'),
    portalOperator('nor does an operator’s own key open them: it belongs to an organisation'),
    portalOperator(
      'nor a session of an operator that a company vouched for: whoever runs its provider can name anybody',
    ),
    portalOperator('nor whoever is no operator any more, from the next request on'),
    portalOperator('$path is refused to another site, to a form, and to an old sign-in'),
    portalOperator(
      'is no prey of an admin: nobody but an operator makes a reset link for one, or takes their second step',
    ),
  ),
  attack(
    105,
    'An operator gets into no organisation, and reads nothing that one keeps.',
    portalOperator('are seen by name and count, and nothing of what is in them'),
    portalOperator('are made for somebody else: a link, shown once, whose user is the owner'),
    portalOperator('has what operators did, by hundreds, and nothing that an organisation did itself'),
  ),
];
