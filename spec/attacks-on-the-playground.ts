import { playground } from './tests.ts';
import { attack, type Claim } from './requirement.ts';

/** On tools that people try out on the dashboard. */
export const ATTACKS_ON_THE_PLAYGROUND: readonly Claim[] = [
  attack(
    160,
    'Nobody gets further through the playground than through an app: not to other organisations, not past their role, a rule, a question or a limit.',
    playground('reaches another organisation’s tools, by whatever name'),
    playground('tries out as an agent of another organisation, one that is suspended, or none'),
    playground('who is a %s tries out as an agent'),
    playground('calls with a key, whoever’s it is'),
    playground('with read-only access is not sent, and the record says why'),
    playground('of a viewer who asks for full access is not sent (agreed: %s)'),
    playground('of somebody whose role was lowered since the page came is not sent'),
    playground('to a tool that was switched off meanwhile is not sent'),
    playground(
      'that an admin wants a person to agree to is asked with its arguments, and the word is good once',
    ),
    playground('one that never answers is let go of when the person is no member any more'),
    playground('of the organisation hold here, too, and say how long to wait'),
  ),
  attack(
    161,
    'What the playground shows of a request has no credential in it, also where the API says it back.',
    playground('where it is a %s that the upstream says back'),
    playground('where it is our own word, which is good for a minute'),
    playground('does not say our credential back'),
    playground('nor where the API stands, for who is no admin'),
  ),
  attack(
    162,
    'Arguments and answers that mean harm do none: not to the request, the page or the service.',
    playground('cannot put anything into a header line or the path'),
    playground('__proto__ changes nothing but itself'),
    playground('that are too deep, too large or no object are refused in words'),
    playground('hostile text comes as text, and in JSON alone'),
  ),
];
