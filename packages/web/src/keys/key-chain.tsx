import { useId } from 'react';
import type { KeyDetail } from '../api/keys.ts';
import { keyText as text } from '../text/key.ts';
import { Fact } from '../ui/fact.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Moment } from '../ui/moment.tsx';

const NAME_CHARACTERS_MAX = 60;

/** Who let it in: person, app, destination, moment. */
export function KeyChain({ detail }: { detail: KeyDetail }) {
  const titleId = useId();
  const { chain } = detail;
  const { app, destination, issuer, url } = chain;
  return (
    <section className="sheet" aria-labelledby={titleId}>
      <h2 id={titleId}>{text.chain}</h2>
      <p>
        <bdi>{sayHow(detail)}</bdi>{' '}
        <span className="quiet">
          <Moment at={chain.at} />
        </span>
      </p>
      <dl className="known facts">
        {app === null ? null : (
          <Fact name={text.app}>
            <Foreign text={app.name ?? app.id} max={NAME_CHARACTERS_MAX} />
            <span className="row-more">
              {app.tier === 'identified' ? text.tiers.identified(app.host ?? '') : text.tiers[app.tier]}
            </span>
            <span className="row-more">
              <code>{app.id}</code>
            </span>
          </Fact>
        )}
        {destination === null ? null : (
          <Fact name={text.destination}>
            <bdi className="strong">{destination}</bdi>
          </Fact>
        )}
        {issuer === null ? null : (
          <Fact name={text.issuer}>
            <Foreign text={issuer} />
          </Fact>
        )}
        <Fact name={text.url}>{url === null ? text.everything : <code>{url}</code>}</Fact>
        <Fact name={text.addresses}>
          <span className="quiet">{text.addressesNote}</span>
        </Fact>
      </dl>
    </section>
  );
}

function sayHow({ chain: { by, how }, holder }: KeyDetail): string {
  return how === 'hand' ? text.how.hand(by, holder) : text.how[how](by);
}
