import type { Webhook } from '../../api/webhooks.ts';
import { webhooksText as text } from '../../text/webhooks.ts';
import { StatusBadge } from '../../ui/badges.tsx';
import { When } from '../../ui/when.tsx';

export function WebhookStatus({ webhook }: { webhook: Webhook }) {
  const { disabled_at: disabledAt, disabled_why: why, failing_since: failingSince } = webhook;
  if (why !== null) {
    const isOurs = why !== 'by_person';
    return (
      <>
        <StatusBadge tone={isOurs ? 'warning' : 'quiet'}>
          {isOurs ? text.states.off : text.states.by_person}
        </StatusBadge>
        <Since at={disabledAt} />
      </>
    );
  }
  if (failingSince === null) return <StatusBadge tone="good">{text.states.on}</StatusBadge>;
  return (
    <>
      <StatusBadge tone="warning">{text.states.failing}</StatusBadge>
      <Since at={failingSince} />
    </>
  );
}

function Since({ at }: { at: string | null }) {
  return (
    <span className="row-more">
      {text.since}
      <When at={at} absent="" />
    </span>
  );
}
