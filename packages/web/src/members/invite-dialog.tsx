import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { createInvitation } from '../api/members.ts';
import type { Role } from '../api/types.ts';
import { ROLE_NAMES, rolesToGive } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { inviteText as text, roleText } from '../text/members.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { LinkOnce } from './link-once.tsx';

const EMAIL_CHARACTERS_MAX = 254;
const DAYS_DEFAULT = 2;

/** Asks whom and as what, then shows the link, once. */
export function InviteDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const { slug: org, role: own } = useOrganisation();
  const [role, setRole] = useState<Role>('member');
  const [email, setEmail] = useState('');
  const [days, setDays] = useState<number>(DAYS_DEFAULT);
  const inviting = useMutation({
    mutationFn: () => {
      const address = email.trim();
      const wanted = { role, expires_in_days: days };
      return createInvitation(org, address === '' ? wanted : { ...wanted, email: address });
    },
    onSuccess: onMade,
  });
  const made = inviting.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'link'}
      title={made === undefined ? text.title : text.madeTitle}
      // Who leaves while it is being made would never see the link.
      dismissable={made === undefined && !inviting.isPending}
      onClose={onClose}
    >
      {made === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            inviting.mutate();
          }}
        >
          <fieldset className="field">
            <legend>{text.role}</legend>
            {rolesToGive(own, 'viewer').map((one) => (
              <Option key={one} name="role" value={one} checked={role === one} onChoose={() => setRole(one)}>
                <b>{ROLE_NAMES[one]}</b>
                <span className="quiet">{roleText.whatItMay[one]}</span>
              </Option>
            ))}
          </fieldset>
          <div className="field">
            <label htmlFor="invite-email">{text.email}</label>
            <input
              id="invite-email"
              type="email"
              className="input"
              maxLength={EMAIL_CHARACTERS_MAX}
              placeholder={text.emailPlaceholder}
              autoComplete="off"
              data-focus-first
              aria-describedby="invite-email-hint"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
            <p id="invite-email-hint" className="hint">
              {text.emailHint}
            </p>
          </div>
          <div className="field">
            <label htmlFor="invite-days">{text.expires}</label>
            <select
              id="invite-days"
              className="input"
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
            >
              {text.lifetimes.map((one) => (
                <option key={one.days} value={one.days}>
                  {one.text}
                </option>
              ))}
            </select>
          </div>
          {inviting.isError ? <Problem error={inviting.error} /> : null}
          <FormActions
            act={text.act}
            acting={text.acting}
            pending={inviting.isPending}
            holds
            onCancel={onClose}
          />
        </form>
      ) : (
        <LinkOnce url={made.url} expiresAt={made.expires_at} lead={text.made} onDone={onClose} />
      )}
    </Dialog>
  );
}
