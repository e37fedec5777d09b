import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { membersPages, type Member } from '../api/members.ts';
import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { membersText as text } from '../text/members.ts';
import { uiText } from '../text/ui.ts';
import { MorePages } from '../ui/more-pages.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { MemberFilter } from './member-filter.tsx';
import { MemberTable, type MemberAct } from './member-table.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { ResetLinkDialog } from './reset-link-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';

const route = getRouteApi('/$org/members');

/** The members that are looked for, a hundred more at a time. */
export function MemberList({ say }: { say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const search = route.useSearch();
  const members = useInfiniteQuery(membersPages(org, search));
  const [acting, setActing] = useState<{ act: MemberAct; member: Member } | undefined>(undefined);
  const close = () => setActing(undefined);

  if (members.data === undefined) {
    return members.isError ? (
      <Problem error={members.error} onRetry={() => void members.refetch()} />
    ) : (
      <Skeleton rows={6} label={uiText.loadingWhat(text.loading)} />
    );
  }
  const shown = members.data.pages.flatMap(({ items }) => items);
  const total = members.data.pages.at(-1)?.total ?? shown.length;
  return (
    <>
      <MemberFilter search={search} found={text.shownOf(shown.length, total)} />
      {shown.length === 0 ? (
        <NoneFound org={org} words={search.q === undefined ? text.noneOfRole : text.noneFound} />
      ) : (
        <MemberTable members={shown} onAct={(act, member) => setActing({ act, member })} />
      )}
      <MorePages pages={members} more={text.more} loading={text.loadingMore} />
      {acting?.act === 'role' ? (
        <RoleDialog
          member={acting.member}
          onClose={close}
          onChanged={(role) => {
            close();
            say(text.roleChanged(acting.member.name, ROLE_NAMES[role]));
          }}
        />
      ) : null}
      {acting?.act === 'reset' ? <ResetLinkDialog member={acting.member} onClose={close} /> : null}
      {acting?.act === 'remove' ? (
        <RemoveDialog
          member={acting.member}
          onClose={close}
          onRemoved={() => {
            close();
            say(text.removed(acting.member.name));
          }}
        />
      ) : null}
    </>
  );
}

function NoneFound({ org, words }: { org: string; words: string }) {
  return (
    <div className="sheet empty">
      <p>{words}</p>
      <Link to="/$org/members" params={{ org }} className="button secondary">
        {text.showAll}
      </Link>
    </div>
  );
}
