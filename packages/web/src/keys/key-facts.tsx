import { useId } from 'react';
import type { KeyDetail } from '../api/keys.ts';
import { ROLE_NAMES } from '../roles.ts';
import { keyText as text, mintedInWords } from '../text/key.ts';
import { keysText } from '../text/keys.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { Fact } from '../ui/fact.tsx';
import { Moment } from '../ui/moment.tsx';
import { When } from '../ui/when.tsx';
import { KeyStatus } from './key-status.tsx';

/** What a key is. */
export function KeyFacts({ detail: key }: { detail: KeyDetail }) {
  const titleId = useId();
  return (
    <section className="sheet" aria-labelledby={titleId}>
      <h2 id={titleId}>{text.what}</h2>
      <dl className="known facts">
        <Fact name={text.status}>
          <KeyStatus apiKey={key} />
        </Fact>
        <Fact name={text.access}>
          <AccessBadge access={key.access} />
        </Fact>
        <Fact name={text.holder}>
          <bdi>{key.holder ?? keysText.nobody}</bdi>
        </Fact>
        <Fact name={text.mintedAs}>{mintedInWords(key.minted_as, ROLE_NAMES)}</Fact>
        <Fact name={text.created}>
          <Moment at={key.created_at} />
        </Fact>
        <Fact name={text.expires}>
          {key.expires_at === null ? text.never : <Moment at={key.expires_at} />}
        </Fact>
        <Fact name={text.used}>
          <When at={key.last_used_at} absent={text.never} />
        </Fact>
        <Fact name={text.begins}>{key.hint === null ? text.noSecret : <code>{key.hint}</code>}</Fact>
        {key.old_secret_until === null ? null : (
          <Fact name={text.oldUntil}>
            <Moment at={key.old_secret_until} />
          </Fact>
        )}
        <Fact name={text.limit}>
          {key.calls_per_minute === null ? text.noLimit : text.limitOf(key.calls_per_minute)}
        </Fact>
      </dl>
    </section>
  );
}
