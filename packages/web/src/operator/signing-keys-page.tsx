import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { operatorLogKey, rotateSigningKey, signingKeysQuery, type SigningKey } from '../api/operator.ts';
import { queryClient } from '../api/query-client.ts';
import { signingKeysText as text } from '../text/operator.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Listed } from '../ui/listed.tsx';
import { Question } from '../ui/question.tsx';
import { PlainTable } from '../ui/plain-table.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { When } from '../ui/when.tsx';
import { OperatorHead } from './operator-head.tsx';

/** `/app/_operator/keys`: what access tokens are signed with. */
export function SigningKeysPage() {
  const keys = useQuery(signingKeysQuery);
  const [rotating, setRotating] = useState(false);
  const [notice, say] = useNotice();
  return (
    <>
      <OperatorHead
        title={text.title}
        lead={text.lead}
        action={
          <button type="button" className="button" onClick={() => setRotating(true)}>
            {text.rotate}
          </button>
        }
      />
      {notice}
      <Listed query={keys} what={text.loading} rows={2} empty={<p>{text.empty}</p>}>
        {(items) => <KeyTable keys={items} />}
      </Listed>
      {rotating ? (
        <RotateQuestion
          onClose={() => setRotating(false)}
          onDone={(state) => {
            setRotating(false);
            say(state === 'next' ? text.published : text.active);
          }}
        />
      ) : null}
    </>
  );
}

const TONES = { next: 'quiet', active: 'good', retired: 'quiet' } as const;

function KeyTable({ keys }: { keys: readonly SigningKey[] }) {
  const [, made, signs, checks, state] = text.columns;
  return (
    <PlainTable caption={text.caption} columns={text.columns}>
      {keys.map((key) => (
        <tr key={key.kid} role="row">
          <th role="rowheader" scope="row">
            <code>{key.kid}</code>
          </th>
          <td role="cell" data-label={made}>
            <When at={key.created_at} absent="" />
          </td>
          <td role="cell" data-label={signs}>
            {key.signs_until === null ? (key.state === 'next' ? text.begins : text.began) : text.ended}
            <When at={key.signs_until ?? key.signs_from} absent="" />
          </td>
          <td role="cell" data-label={checks}>
            {key.verifies_until === null ? (
              text.always
            ) : (
              <>
                {text.ends}
                <When at={key.verifies_until} absent="" />
              </>
            )}
          </td>
          <td role="cell" data-label={state}>
            <StatusBadge tone={TONES[key.state]}>{text.states[key.state]}</StatusBadge>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function RotateQuestion({
  onClose,
  onDone,
}: {
  onDone: (state: 'next' | 'active') => void;
  onClose: () => void;
}) {
  const [now, setNow] = useState(false);
  return (
    <Question
      title={text.rotateTitle}
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      danger={now}
      run={() => rotateSigningKey(now)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(signingKeysQuery),
          queryClient.invalidateQueries({ queryKey: operatorLogKey }),
        ])
      }
      onDone={({ state }) => onDone(state)}
      onClose={onClose}
    >
      <p>{text.rotateEffect}</p>
      <label className="option">
        <input type="checkbox" name="now" checked={now} onChange={(event) => setNow(event.target.checked)} />
        <span className="option-text">
          <b>{text.nowLabel}</b>
          <span className="quiet">{text.nowHint}</span>
        </span>
      </label>
    </Question>
  );
}
