import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { checkDomain, companySignInQuery, type CompanyDomain } from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Problem } from '../ui/problem.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { When } from '../ui/when.tsx';

const text = companySignInText.domains;

interface DomainRowProps {
  domain: CompanyDomain;
  say: (words: ReactNode) => void;
  onRemove: () => void;
}

export function DomainRow({
  domain: { checked_at, domain, missing_since, record, verified_at },
  onRemove,
  say,
}: DomainRowProps) {
  const { slug: org } = useOrganisation();
  const checking = useMutation({
    mutationFn: async () => {
      try {
        await checkDomain(org, domain);
      } finally {
        await queryClient.invalidateQueries(companySignInQuery(org));
      }
    },
    onSuccess: () => say(text.checked(domain)),
  });
  const isVerified = verified_at !== null && missing_since === null;
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <bdi className="row-name">{domain}</bdi>
        {isVerified ? null : (
          <div className="row-more">
            <p className="small">{text.record}</p>
            <Snippet text={record} what={text.recordWhat(domain)} />
            {missing_since === null ? null : <p className="small">{text.missingHint}</p>}
          </div>
        )}
        {checking.isError ? <Problem error={checking.error} /> : null}
      </th>
      <td role="cell" data-label={text.columns[1]}>
        {isVerified ? (
          <StatusBadge tone="good">{text.verified}</StatusBadge>
        ) : (
          <StatusBadge tone="warning">{missing_since === null ? text.waiting : text.missing}</StatusBadge>
        )}
      </td>
      <td role="cell" data-label={text.columns[2]}>
        <When at={checked_at} absent={text.never} />
      </td>
      <td role="cell" className="row-action">
        <span className="row-buttons">
          <button
            type="button"
            className="button secondary small-button"
            disabled={checking.isPending}
            onClick={() => checking.mutate()}
          >
            {checking.isPending ? text.checking : text.check}
            <span className="for-screen-readers"> {domain}</span>
          </button>
          <button type="button" className="button danger-quiet" onClick={onRemove}>
            {text.remove}
            <span className="for-screen-readers"> {domain}</span>
          </button>
        </span>
      </td>
    </tr>
  );
}
