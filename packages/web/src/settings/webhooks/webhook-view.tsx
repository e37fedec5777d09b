import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { queryClient } from '../../api/query-client.ts';
import { testWebhook, webhooksKey, type Webhook } from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { kindInWords, webhooksText as text } from '../../text/webhooks.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Fact } from '../../ui/fact.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';
import { ChangeWebhookDialog } from './change-webhook-dialog.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { WebhookSecret } from './new-webhook-dialog.tsx';
import { WebhookQuestion, type WebhookAct } from './webhook-question.tsx';
import { WebhookStatus } from './webhook-status.tsx';
import { nameOf } from './webhook-table.tsx';

interface WebhookViewProps {
  webhook: Webhook;
  say: (words: ReactNode) => void;
  onDeleted: () => void;
}

/** One webhook: what it is told of, how that goes, and what can be done about it. */
export function WebhookView({ onDeleted, say, webhook }: WebhookViewProps) {
  const { slug: org } = useOrganisation();
  const [changing, setChanging] = useState(false);
  const [asked, setAsked] = useState<WebhookAct | undefined>(undefined);
  const [secret, setSecret] = useState<string | undefined>(undefined);
  const testing = useMutation({
    mutationFn: () => testWebhook(org, webhook.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: webhooksKey(org) });
      say(text.tested);
    },
  });
  const { disabled_why: whyOff, is_enabled: isOn } = webhook;

  function done(act: WebhookAct, made: string | undefined): void {
    setAsked(undefined);
    if (act === 'delete') onDeleted();
    else if (act === 'rotate') setSecret(made);
    else say(text.acts[act].done);
  }

  return (
    <>
      <p className="webhook-back">
        <Link to="/$org/settings/webhooks" params={{ org }}>
          ← {text.back}
        </Link>
      </p>
      <section className="part" aria-labelledby="webhook-name">
        <div className="part-head">
          <div>
            <h2 id="webhook-name">
              <Foreign text={nameOf(webhook)} />
            </h2>
          </div>
          {isOn ? (
            <button
              type="button"
              className="button"
              disabled={testing.isPending}
              onClick={() => testing.mutate()}
            >
              {testing.isPending ? text.testing : text.test}
            </button>
          ) : (
            <button type="button" className="button" onClick={() => setAsked('enable')}>
              {text.acts.enable.act}
            </button>
          )}
        </div>
        {testing.isError ? <Problem error={testing.error} /> : null}
        <div className="sheet">
          <dl className="known facts">
            <Fact name={text.facts.address}>
              <Foreign text={webhook.url} max={2048} />
            </Fact>
            <Fact name={text.facts.events}>{webhook.events.map(kindInWords).join(', ')}</Fact>
            <Fact name={text.facts.status}>
              <WebhookStatus webhook={webhook} />
            </Fact>
            <Fact name={text.facts.created}>
              <When at={webhook.created_at} absent="" />
            </Fact>
            {webhook.previous_secret_until === null ? null : (
              <Fact name={text.facts.oldSecret}>
                {text.facts.oldSecretUntil}
                <When at={webhook.previous_secret_until} absent="" />
              </Fact>
            )}
          </dl>
          {whyOff !== null ? (
            <p>{text.whyOff[whyOff]}</p>
          ) : webhook.failing_since === null ? null : (
            <p>{text.failingNow}</p>
          )}
          <div className="row-buttons webhook-acts">
            <button type="button" className="button secondary small-button" onClick={() => setChanging(true)}>
              {text.change}
            </button>
            <button
              type="button"
              className="button secondary small-button"
              onClick={() => setAsked('rotate')}
            >
              {text.acts.rotate.act}
            </button>
            {isOn ? (
              <button type="button" className="button danger-quiet" onClick={() => setAsked('disable')}>
                {text.acts.disable.act}
              </button>
            ) : null}
            <button type="button" className="button danger-quiet" onClick={() => setAsked('delete')}>
              {text.acts.delete.act}
            </button>
          </div>
        </div>
      </section>
      <DeliveryList webhook={webhook} say={say} />

      {changing ? (
        <ChangeWebhookDialog
          webhook={webhook}
          onClose={() => setChanging(false)}
          onDone={() => {
            setChanging(false);
            say(text.form.saved);
          }}
        />
      ) : null}
      {asked === undefined ? null : (
        <WebhookQuestion
          webhook={webhook}
          act={asked}
          onClose={() => setAsked(undefined)}
          onDone={(made) => done(asked, made)}
        />
      )}
      {secret === undefined ? null : (
        <Dialog title={text.secret.title} dismissable={false} onClose={() => setSecret(undefined)}>
          <WebhookSecret secret={secret} onDone={() => setSecret(undefined)} />
        </Dialog>
      )}
    </>
  );
}
