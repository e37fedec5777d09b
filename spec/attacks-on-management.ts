import { attack, type Claim } from './requirement.ts';
import { management, ownConnector, portalDocument } from './tests.ts';

/** On the API that manages an organisation, by key and through the connector that is Latchkey itself. */
export const ATTACKS_ON_MANAGEMENT: readonly Claim[] = [
  attack(
    89,
    'A key that was stolen makes no second one, and gives nobody access in any other way.',
    management('of an owner with full access does %s %s, which gives access or loosens what holds others'),
    management('opens what is a person’s own'),
    management('mints no key'),
  ),
  attack(
    90,
    'A key manages with no more than its own access and its owner’s role of today, in its own organisation, and until it ends.',
    management('of an owner is refused at POST %s'),
    management('is what a full key of somebody becomes who is a viewer by now'),
    management('is what a key has: an admin who is a member now reads a member’s part'),
    management('opens another organisation of its owner'),
    management('by being revoked opens nothing from then on'),
    management('with the membership of its owner opens nothing'),
    management('of an organisation that is suspended opens nothing'),
    management('of a person who is disabled opens nothing'),
    management('opens nothing while the agent is suspended'),
  ),
  attack(
    91,
    'A bad key beside a good cookie is not the session’s request, and a key opens nothing to a page of another site.',
    management('are never the session’s request: with %s'),
    management('are the key’s: what the session may and the key may not is refused'),
    management('from %s are refused as without a key'),
  ),
  attack(
    92,
    'An app that somebody connected for its tools does not come to manage the organisation.',
    management('of a connection manages anything'),
    ownConnector('what the tools’ caller has opens nothing at the web host itself'),
    portalDocument(
      'has what reads, and of what writes only that which takes something away and can be put right',
    ),
  ),
  attack(
    93,
    'What our gateway says of a caller is good for a minute, for this host, and for no more than the caller may.',
    management('that says read-only may not write'),
    management('for another upstream is good for nothing here'),
    management('is over after a minute'),
    management('with another payload under its signature is good for nothing'),
    management('signed as an access token is good for nothing'),
    management('of who is no member any more opens nothing'),
    management('does nothing that is for good or for many, which a key may'),
    ownConnector('no argument leads to another organisation'),
  ),
];
