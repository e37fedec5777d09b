import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { addDomain, companySignInQuery } from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';

const text = companySignInText.domains;

export function NewDomainDialog({
  onAdded,
  onClose,
}: {
  onAdded: (domain: string) => void;
  onClose: () => void;
}) {
  const { slug: org } = useOrganisation();
  const [domain, setDomain] = useState('');
  const adding = useMutation({
    mutationFn: async () => {
      const added = await addDomain(org, domain.trim());
      await queryClient.invalidateQueries(companySignInQuery(org));
      return added;
    },
    onSuccess: (added) => onAdded(added.domain),
  });
  return (
    <Dialog title={text.add} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          adding.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="new-domain">{text.name}</label>
          <input
            id="new-domain"
            className="input"
            required
            maxLength={253}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-focus-first
            aria-describedby="new-domain-hint"
            value={domain}
            onChange={(event) => setDomain(event.target.value)}
          />
          <p id="new-domain-hint" className="hint">
            {text.nameHint}
          </p>
        </div>
        {adding.isError ? <Problem error={adding.error} /> : null}
        <FormActions act={text.add} acting={text.adding} pending={adding.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
