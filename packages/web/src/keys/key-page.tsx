import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { keyQuery, type KeyDetail } from '../api/keys.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { keyText as text, rotateText } from '../text/key.ts';
import { revokeText } from '../text/key-dialogs.ts';
import { keysText } from '../text/keys.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { KeyCalls } from './key-calls.tsx';
import { KeyChain } from './key-chain.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KeyUsage } from './key-usage.tsx';
import { MadeBy } from './made-by.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

const route = getRouteApi('/$org/keys/$key');

/** `/app/{org}/keys/{key}`: one key, what led to it and what was done with it. */
export function KeyPage() {
  const { slug: org } = useOrganisation();
  const { key: id } = route.useParams();
  const key = useQuery(keyQuery(org, id));
  const [asking, setAsking] = useState<'rotate' | 'revoke' | undefined>(undefined);
  const [notice, say] = useNotice();
  const detail = key.data;
  const close = () => setAsking(undefined);
  // One heading, whatever has come by now: it has the focus.
  return (
    <>
      <PageHead
        title={detail?.name ?? keysText.title}
        heading={detail === undefined ? keysText.title : <bdi>{detail.name}</bdi>}
        lead={
          <>
            <Back />
            {detail === undefined ? null : (
              <>
                {' · '}
                <MadeBy apiKey={detail} />
              </>
            )}
          </>
        }
        action={detail?.status === 'active' ? <Acts detail={detail} onAsk={setAsking} /> : undefined}
      />
      {notice}
      {detail === undefined ? (
        key.isError ? (
          <Problem error={key.error} onRetry={() => void key.refetch()} />
        ) : (
          <Skeleton rows={6} label={text.loading} />
        )
      ) : (
        <div className="stack">
          <KeyFacts detail={detail} />
          <KeyChain detail={detail} />
          <KeyUsage usage={detail.usage} />
          <KeyCalls detail={detail} />
        </div>
      )}
      {detail !== undefined && asking === 'rotate' ? (
        <RotateDialog
          detail={detail}
          onClose={close}
          onDone={() => {
            close();
            say(rotateText.done(detail.name));
          }}
        />
      ) : null}
      {detail !== undefined && asking === 'revoke' ? (
        <RevokeDialog
          apiKey={detail}
          onClose={close}
          onRevoked={() => {
            close();
            say(keysText.revoked(detail.name));
          }}
        />
      ) : null}
    </>
  );
}

function Acts({ detail, onAsk }: { detail: KeyDetail; onAsk: (what: 'rotate' | 'revoke') => void }) {
  return (
    <div className="head-actions">
      {detail.can_rotate ? (
        <button type="button" className="button secondary" onClick={() => onAsk('rotate')}>
          {rotateText.open}
        </button>
      ) : null}
      <button type="button" className="button danger-quiet" onClick={() => onAsk('revoke')}>
        {revokeText.act}
      </button>
    </div>
  );
}

function Back() {
  const { slug: org } = useOrganisation();
  return (
    <Link to="/$org/keys" params={{ org }}>
      {text.back}
    </Link>
  );
}
