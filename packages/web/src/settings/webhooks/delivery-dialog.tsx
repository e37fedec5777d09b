import { useMutation } from '@tanstack/react-query';
import { queryClient } from '../../api/query-client.ts';
import { redeliver, webhooksKey, type Delivery, type Webhook } from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { actionInWords } from '../../text/audit.ts';
import { webhooksText } from '../../text/webhooks.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Fact } from '../../ui/fact.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Problem } from '../../ui/problem.tsx';
import { tamed } from '../../ui/tamed.ts';
import { AnswerInWords, DeliveryStatus } from './delivery-table.tsx';

const text = webhooksText.deliveries;
const ANSWER_CHARACTERS_MAX = 1024;

interface DeliveryDialogProps {
  webhook: Webhook;
  delivery: Delivery;
  onClose: () => void;
  onSent: () => void;
}

/** All that is known of a delivery, and the way to send it once more. */
export function DeliveryDialog({ delivery, onClose, onSent, webhook }: DeliveryDialogProps) {
  const { slug: org } = useOrganisation();
  const sending = useMutation({
    mutationFn: () => redeliver(org, webhook.id, delivery.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: webhooksKey(org) });
      onSent();
    },
  });
  const { answer, body, tried_at: triedAt } = delivery;
  const maySend = webhook.is_enabled && delivery.state !== 'waiting';
  return (
    <Dialog title={actionInWords(delivery.type)} onClose={onClose}>
      <dl className="known facts">
        <Fact name={text.columns[1]}>
          <DeliveryStatus delivery={delivery} />
        </Fact>
        <Fact name={text.columns[2]}>
          <AnswerInWords delivery={delivery} />
        </Fact>
        {triedAt === null ? null : (
          <Fact name={text.tried}>
            <Moment at={triedAt} />
          </Fact>
        )}
        <Fact name={text.id}>
          <code>{delivery.id}</code>
        </Fact>
      </dl>
      <div className="raw">
        <h3>{text.sent}</h3>
        <pre tabIndex={0} aria-label={text.sent}>
          {readable(body)}
        </pre>
        {answer === null ? null : (
          <>
            <h3>{text.answered}</h3>
            {answer === '' ? (
              <p className="quiet">{text.noBody}</p>
            ) : (
              <pre tabIndex={0} aria-label={text.answered}>
                <bdi>{tamed(answer, ANSWER_CHARACTERS_MAX)}</bdi>
              </pre>
            )}
          </>
        )}
      </div>
      {sending.isError ? <Problem error={sending.error} /> : null}
      {maySend ? <p className="small quiet">{text.againHint}</p> : null}
      <div className="dialog-actions">
        <button type="button" className="button secondary" data-focus-first onClick={onClose}>
          {text.close}
        </button>
        {maySend ? (
          <button
            type="button"
            className="button"
            disabled={sending.isPending}
            onClick={() => sending.mutate()}
          >
            {sending.isPending ? text.sending : text.again}
          </button>
        ) : null}
      </div>
    </Dialog>
  );
}

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
