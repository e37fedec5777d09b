import { attack, type Claim } from './requirement.ts';
import { limitsOnNodes, portalLimits, portalWebhooks, webhookDocs, webhookNodes, webhooks } from './tests.ts';

/** On the limits that an organisation sets itself, and on whom it has told of what happens. */
export const ATTACKS_ON_WEBHOOKS: readonly Claim[] = [
  attack(
    140,
    'A webhook is no way into our own network, whatever its address is, leads to or answers.',
    portalWebhooks('are never at %j, be it when they are made or later'),
    webhooks('because its name leads to %s connects nowhere'),
    webhooks('resolves its name once for each attempt, and connects to just that address'),
    webhooks('with a redirect is not led anywhere'),
    webhookNodes('that answers without end is not listened to for long: the status stands'),
    webhookNodes('that never answers ends with the deadline'),
  ),
  attack(
    141,
    'Nobody forges a message to a receiver, nor sends it a seen one again, and no message carries a secret.',
    webhookDocs(
      'the lines in the documentation believe what Latchkey sends, with either of two secrets, and nothing else',
    ),
    webhooks('is not believed with another body, another time, another id, or another secret'),
    webhooks('carries no secret, whatever happens'),
    portalWebhooks('show their secret once, and nothing that is stored or said later has it'),
    webhooks('that is replaced signs for a day beside the new one, and not after that'),
  ),
  attack(
    142,
    'What happens in an organisation is told to its own webhooks alone, and its admins alone decide about them.',
    webhooks('goes to each webhook that wants its kind, and to none of another organisation'),
    portalWebhooks('of an organisation are seen and decided by its admins: a %s gets %i'),
    portalWebhooks('are another organisation’s as if they were not'),
    portalWebhooks('stay as they are when the role is lowered while an admin changes them'),
    portalWebhooks(
      'ask for a recent sign-in before they lead elsewhere or have another secret, and not to be stopped',
    ),
  ),
  attack(
    143,
    'An organisation does not raise its limits above the operator’s, and no node goes on with those of before.',
    portalLimits('%s is refused, and nothing is changed'),
    portalLimits('an admin whose role is lowered while the change is under way changes nothing'),
    limitsOnNodes(
      'what an admin sets on one node holds on every node from the next call on, and until it is taken back',
    ),
    limitsOnNodes(
      'a call above the organisation’s own limit is refused at both doors and by the API of the portal, and says when to try again',
    ),
  ),
];
