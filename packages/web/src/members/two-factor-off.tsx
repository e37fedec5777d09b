import { useState } from 'react';
import { membersKey, resetTwoFactor, type Member } from '../api/members.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { twoFactorOffText as text } from '../text/members.ts';
import { Question } from '../ui/question.tsx';
import { tamed } from '../ui/tamed.ts';

const NAME_CHARACTERS_MAX = 80;

/** For a member who lost their app and their codes: without it a reset link helps them nothing. */
export function TwoFactorOff({ member }: { member: Member }) {
  const { slug: org } = useOrganisation();
  const [asking, setAsking] = useState(false);
  const [isDone, setDone] = useState(false);
  return (
    <div className="two-factor-off">
      <p className="small quiet" role="status">
        {isDone ? text.done : text.lost}
      </p>
      {isDone ? null : (
        <button type="button" className="button danger-quiet" onClick={() => setAsking(true)}>
          {text.open}
        </button>
      )}
      {asking ? (
        <Question
          title={text.title(tamed(member.name, NAME_CHARACTERS_MAX))}
          keep={text.keep}
          act={text.act}
          acting={text.acting}
          run={() => resetTwoFactor(org, member.id)}
          refresh={() => queryClient.invalidateQueries({ queryKey: membersKey(org) })}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            setDone(true);
          }}
        >
          <p>{text.effect}</p>
        </Question>
      ) : null}
    </div>
  );
}
