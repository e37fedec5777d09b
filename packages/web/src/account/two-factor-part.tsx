import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { accountQuery, disableTwoFactor, forgetBrowsers, replaceBackupCodes } from '../api/account.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { Part } from '../ui/part.tsx';
import { Problem } from '../ui/problem.tsx';
import { Question } from '../ui/question.tsx';
import { When } from '../ui/when.tsx';
import { BackupCodesDialog } from './backup-codes.tsx';
import type { AccountPartProps } from './part-props.ts';
import { SetUpTwoFactor } from './set-up-two-factor.tsx';

const text = accountText.twoFactor;
const refresh = () => queryClient.invalidateQueries({ queryKey: accountQuery.queryKey, exact: true });

type Opened = 'set-up' | 'turn-off' | 'new-codes' | { readonly codes: readonly string[] } | undefined;

export function TwoFactorPart({ account, say }: AccountPartProps) {
  const { enabled, remembered_browsers: remembered } = account.two_factor;
  const [opened, setOpened] = useState<Opened>(undefined);
  const close = () => setOpened(undefined);
  const forgetting = useMutation({
    mutationFn: async () => {
      await forgetBrowsers();
      await refresh();
    },
    onSuccess: () => say(text.forgotten),
  });
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        enabled ? null : (
          <button type="button" className="button secondary" onClick={() => setOpened('set-up')}>
            {text.turnOn}
          </button>
        )
      }
    >
      <div className="sheet two-factor">
        {enabled ? <State account={account} /> : <p>{text.off}</p>}
        {enabled && remembered > 0 ? <p>{text.remembered(remembered)}</p> : null}
        {forgetting.isError ? <Problem error={forgetting.error} /> : null}
        {enabled ? (
          <div className="two-factor-actions">
            <button type="button" className="button secondary" onClick={() => setOpened('new-codes')}>
              {text.newCodes}
            </button>
            {remembered === 0 ? null : (
              <button
                type="button"
                className="button secondary"
                disabled={forgetting.isPending}
                onClick={() => forgetting.mutate()}
              >
                {text.forget}
              </button>
            )}
            <button type="button" className="button danger-quiet" onClick={() => setOpened('turn-off')}>
              {text.turnOff}
            </button>
          </div>
        ) : null}
      </div>

      {opened === 'set-up' ? (
        <SetUpTwoFactor
          refresh={refresh}
          onClose={close}
          onDone={() => {
            close();
            say(text.turnedOn);
          }}
        />
      ) : null}
      {opened === 'turn-off' ? (
        <Question
          title={text.offTitle}
          keep={text.keep}
          act={text.turnOff}
          acting={text.turningOff}
          run={disableTwoFactor}
          refresh={refresh}
          onClose={close}
          onDone={() => {
            close();
            say(text.turnedOff);
          }}
        >
          <p>{text.offEffect}</p>
        </Question>
      ) : null}
      {opened === 'new-codes' ? (
        <Question
          title={text.newCodesTitle}
          keep={text.keepCodes}
          act={text.newCodes}
          acting={text.gettingCodes}
          danger={false}
          run={replaceBackupCodes}
          refresh={refresh}
          onClose={close}
          onDone={({ backup_codes: codes }) => setOpened({ codes })}
        >
          <p>{text.newCodesEffect}</p>
        </Question>
      ) : null}
      {typeof opened === 'object' ? (
        <BackupCodesDialog
          codes={opened.codes}
          onDone={() => {
            close();
            say(text.codesReplaced);
          }}
        />
      ) : null}
    </Part>
  );
}

function State({ account }: Pick<AccountPartProps, 'account'>) {
  const { backup_codes_left: left, since } = account.two_factor;
  return (
    <p>
      <b>{text.on}</b> {text.since} <When at={since} absent="" />. {text.codesLeft(left)}
    </p>
  );
}
