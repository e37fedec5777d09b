import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  invitationPages,
  invitationsKey,
  renewInvitation,
  withdrawInvitation,
  type Invitation,
} from '../api/members.ts';
import { queryClient } from '../api/query-client.ts';
import { ROLE_NAMES, rolesToGive } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { invitationsText as text, inviteText, membersText } from '../text/members.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { Part } from '../ui/part.tsx';
import { Problem } from '../ui/problem.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { LinkOnce } from './link-once.tsx';

type Acting = { act: 'renew' | 'withdraw'; invitation: Invitation };

/** Whom nobody waits for any more, or still. Without any the page says nothing of them. */
export function InvitationList({ onWithdrawn }: { onWithdrawn: () => void }) {
  const { slug: org } = useOrganisation();
  const invitations = useInfiniteQuery(invitationPages(org));
  const [acting, setActing] = useState<Acting | undefined>(undefined);
  const refresh = () => queryClient.invalidateQueries({ queryKey: invitationsKey(org) });
  const close = () => setActing(undefined);
  if (invitations.data === undefined) {
    return invitations.isError ? (
      <Problem error={invitations.error} onRetry={() => void invitations.refetch()} />
    ) : null;
  }
  const open = invitations.data.pages.flatMap(({ items }) => items);
  return (
    <>
      {open.length === 0 ? null : (
        <Part title={text.title} lead={text.lead}>
          <InvitationTable invitations={open} onAct={(act, invitation) => setActing({ act, invitation })} />
          <MorePages pages={invitations} more={membersText.more} loading={membersText.loadingMore} />
        </Part>
      )}
      {acting?.act === 'renew' ? (
        <RenewDialog invitation={acting.invitation} refresh={refresh} onClose={close} />
      ) : null}
      {acting?.act === 'withdraw' ? (
        <Question
          title={text.withdrawTitle}
          keep={text.keep}
          act={text.withdraw}
          acting={text.acting}
          run={() => withdrawInvitation(org, acting.invitation.id)}
          refresh={refresh}
          onDone={() => {
            close();
            onWithdrawn();
          }}
          onClose={close}
        >
          <p>{text.withdrawLead(acting.invitation.email ?? text.whoever)}</p>
        </Question>
      ) : null}
    </>
  );
}

interface InvitationTableProps {
  invitations: readonly Invitation[];
  onAct: (act: Acting['act'], invitation: Invitation) => void;
}

function InvitationTable({ invitations, onAct }: InvitationTableProps) {
  const { role: own } = useOrganisation();
  const [, role, expires, by] = text.columns;
  return (
    <Table caption={text.title} columns={text.columns}>
      {invitations.map((invitation) => {
        const whom = invitation.email ?? text.whoever;
        return (
          <tr key={invitation.id} role="row">
            <th role="rowheader" scope="row">
              {invitation.email === null ? text.anybody : <bdi>{invitation.email}</bdi>}
            </th>
            <td role="cell" data-label={role}>
              {ROLE_NAMES[invitation.role]}
            </td>
            <td role="cell" data-label={expires}>
              {invitation.status === 'expired' ? (
                <StatusBadge tone="warning">{text.expired}</StatusBadge>
              ) : (
                <When at={invitation.expires_at} absent="" />
              )}
            </td>
            <td role="cell" data-label={by}>
              {invitation.invited_by === null ? text.operator : <bdi>{invitation.invited_by}</bdi>}
            </td>
            <td role="cell" className="row-action">
              {rolesToGive(own, invitation.role).length === 0 ? null : (
                <span className="row-buttons">
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onAct('renew', invitation)}
                  >
                    {text.renew}
                    <span className="for-screen-readers">{text.renewFor(whom)}</span>
                  </button>
                  <button
                    type="button"
                    className="button danger-quiet"
                    onClick={() => onAct('withdraw', invitation)}
                  >
                    {text.withdraw}
                    <span className="for-screen-readers">{text.withdrawFor(whom)}</span>
                  </button>
                </span>
              )}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

interface RenewDialogProps {
  invitation: Invitation;
  refresh: () => Promise<unknown>;
  onClose: () => void;
}

function RenewDialog({ invitation, onClose, refresh }: RenewDialogProps) {
  const { slug: org } = useOrganisation();
  const renewing = useMutation({
    mutationFn: async () => {
      try {
        return await renewInvitation(org, invitation.id);
      } finally {
        await refresh();
      }
    },
  });
  const made = renewing.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'link'}
      title={made === undefined ? text.renewTitle : inviteText.madeTitle}
      dismissable={made === undefined && !renewing.isPending}
      onClose={onClose}
    >
      {made === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            renewing.mutate();
          }}
        >
          <p>{text.renewLead}</p>
          {renewing.isError ? <Problem error={renewing.error} /> : null}
          <FormActions
            act={inviteText.act}
            acting={inviteText.acting}
            pending={renewing.isPending}
            holds
            onCancel={onClose}
          />
        </form>
      ) : (
        <LinkOnce url={made.url} expiresAt={made.expires_at} lead={inviteText.made} onDone={onClose} />
      )}
    </Dialog>
  );
}
