import { useQuery } from '@tanstack/react-query';
import { accountQuery } from '../api/account.ts';
import { accountText as text } from '../text/account.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { ConnectionsPart } from './connections-part.tsx';
import { NamePart } from './name-part.tsx';
import { PasskeysPart } from './passkeys-part.tsx';
import { PasswordPart } from './password-part.tsx';
import { SessionsPart } from './sessions-part.tsx';
import { TwoFactorPart } from './two-factor-part.tsx';

/** `/app/{org}/account`: the person's own account, the same in each of their organisations. */
export function AccountPage() {
  const account = useQuery(accountQuery);
  const [notice, say] = useNotice();
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      {notice}
      {account.data === undefined ? (
        account.isError ? (
          <Problem error={account.error} onRetry={() => void account.refetch()} />
        ) : (
          <Skeleton rows={6} label={text.loading} />
        )
      ) : account.data.via_company ? (
        <>
          <p className="notice">{text.viaCompany}</p>
          <ConnectionsPart say={say} />
        </>
      ) : (
        <>
          <NamePart account={account.data} say={say} />
          <PasswordPart account={account.data} say={say} />
          <PasskeysPart account={account.data} say={say} />
          {account.data.has_password ? <TwoFactorPart account={account.data} say={say} /> : null}
          <SessionsPart say={say} />
          <ConnectionsPart say={say} />
        </>
      )}
    </>
  );
}
