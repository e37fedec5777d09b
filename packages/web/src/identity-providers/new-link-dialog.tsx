import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  allIdentityLinks,
  issuersQuery,
  linkIdentity,
  type IdentityLink,
  type Issuer,
} from '../api/identity-providers.ts';
import { membersFound } from '../api/members.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { newLinkText as text } from '../text/identity-providers.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { FormActions } from '../ui/form-actions.tsx';

const SUBJECT_CHARACTERS_MAX = 255;
const EMAIL_CHARACTERS_MAX = 254;

interface NewLinkDialogProps {
  issuers: readonly Issuer[];
  onLinked: (member: string) => void;
  onClose: () => void;
}

export function NewLinkDialog({ issuers, onLinked, onClose }: NewLinkDialogProps) {
  const { slug: org } = useOrganisation();
  const [member, setMember] = useState('');
  const members = useQuery(membersFound(org, member.trim() === '' ? {} : { q: member.trim() }));
  const [issuer, setIssuer] = useState(issuers[0]?.issuer ?? '');
  const [subject, setSubject] = useState('');
  const linking = useMutation({
    mutationFn: async (link: Omit<IdentityLink, 'created_at'>) => {
      try {
        await linkIdentity(org, link);
      } finally {
        // Also after a refusal: another admin may have linked it, or removed the provider.
        await Promise.all([
          queryClient.invalidateQueries(allIdentityLinks(org)),
          queryClient.invalidateQueries(issuersQuery(org)),
        ]);
      }
    },
    onSuccess: (_, link) => onLinked(link.member),
  });
  return (
    <Dialog title={text.title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          linking.mutate({ issuer, subject: subject.trim(), member: member.trim() });
        }}
      >
        <div className="field">
          <label htmlFor="link-member">{text.member}</label>
          <input
            id="link-member"
            type="email"
            className="input"
            required
            list="link-members"
            maxLength={EMAIL_CHARACTERS_MAX}
            autoComplete="off"
            data-focus-first
            aria-describedby="link-member-hint"
            value={member}
            onChange={(event) => setMember(event.target.value)}
          />
          <datalist id="link-members">
            {members.data?.items.map(({ id, email, name }) => (
              <option key={id} value={email}>
                {name}
              </option>
            ))}
          </datalist>
          <p id="link-member-hint" className="hint">
            {text.memberHint}
          </p>
        </div>
        <div className="field">
          <label htmlFor="link-issuer">{text.provider}</label>
          <select
            id="link-issuer"
            className="input"
            value={issuer}
            onChange={(event) => setIssuer(event.target.value)}
          >
            {issuers.map((one) => (
              <option key={one.issuer} value={one.issuer}>
                {one.issuer}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="link-subject">{text.subject}</label>
          <input
            id="link-subject"
            className="input"
            required
            pattern="[ -~]*[!-~][ -~]*"
            title={text.subjectTitle}
            maxLength={SUBJECT_CHARACTERS_MAX}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-describedby="link-subject-hint"
            value={subject}
            onChange={(event) => setSubject(event.target.value)}
          />
          <p id="link-subject-hint" className="hint">
            {text.subjectHint}
          </p>
        </div>
        {linking.isError ? <Problem error={linking.error} /> : null}
        <FormActions act={text.act} acting={text.acting} pending={linking.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
