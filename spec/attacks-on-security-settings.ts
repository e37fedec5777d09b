import { attack, type Claim } from './requirement.ts';
import { portalSecurity, secondFactor, securityNodes } from './tests.ts';

/** On what an organisation asks of whoever does anything in it. */
export const ATTACKS_ON_SECURITY_SETTINGS: readonly Claim[] = [
  attack(
    144,
    'A password alone opens nothing where a second factor is asked for: not by an old session, not on the consent page.',
    portalSecurity(
      'keeps everybody out who has none, with a code of its own, until they set one up in that session',
    ),
    portalSecurity(
      'is no help to a session that began before it was set up: whoever holds it signs in again',
    ),
    portalSecurity('that somebody turns off keeps them out at once'),
    securityNodes(
      'nobody connects an app without the second factor that is asked for, and nothing is issued',
    ),
  ),
  attack(
    145,
    'A key or token that was stolen is worth nothing from an address that is none of the list, whatever the caller says of itself.',
    portalSecurity('answers nobody elsewhere: the dashboard, a person’s key and an agent’s'),
    securityNodes(
      'addresses hold at both doors, on every node at once, for keys and, if it says so, for apps',
    ),
    securityNodes(
      'of the streams that are open those stay whose caller is on the list, and the others are cut on every node',
    ),
  ),
  attack(
    146,
    'Nothing that was given before reaches further than the organisation allows today, on whichever node.',
    securityNodes(
      '%s with full access is held to read-only on every node at once, and is full again once that is lifted',
    ),
    securityNodes(
      'an app that is known no better than by its own word is connected nowhere any more, and to be connected no more',
    ),
    portalSecurity(
      'holds keys that have more to it when they manage, and lets them be what they were once it is lifted',
    ),
  ),
  attack(
    147,
    'Nobody changes these settings but an admin of that very organisation, in a browser of theirs.',
    portalSecurity('a %s who reads or changes them gets %i'),
    portalSecurity('of another organisation are not there'),
    portalSecurity('are not changed %s'),
    portalSecurity('are not changed by a key, not even an owner’s'),
    portalSecurity('whose role is taken away while they save changes nothing'),
  ),
  attack(
    182,
    'A password alone does not pass for a second factor by being given while that is being turned on.',
    secondFactor('asks a sign-in for it that gave the password while it was being turned on'),
  ),
];
